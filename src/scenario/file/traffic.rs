//! What is asked of services: requests and standalone tasks.

use super::response::ResponseTime;
use crate::engine::Span;
use crate::grammar::{Defs, Read, Reader, Written, short};
use crate::model::quantity::{Duration, Law, Rate};
use crate::scenario::ecs::service::{
    CapacityProviderStrategyItem, LaunchType, NetworkConfiguration, PlacementConstraint, PlacementStrategy,
};
use serde_json::{Value, json};

object! {
    /// Requests offered to a service through an Application Load Balancer: exactly one of `rate`, `steps`, `daily` and
    /// `csv`.
    Traffic("camelCase") {
        need {
            /// The service, such as `shop/web`.
            service: String,
            /// Requests that one healthy task can answer.
            requests_per_task: Rate,
        }
        may {
            /// The same rate all the time.
            rate: Rate,
            /// A rate that changes; 0 before the first step.
            steps: Vec<Step>,
            /// A rate that repeats every day (UTC): steps, where before the first one of a day that of the last holds,
            /// or a peak and a trough.
            daily: Daily,
            /// A file in CSV, relative to the scenario. Its first column is `seconds` (from 0) or `timestamp` (the
            /// first row is time 0), its second `requests_per_second`, or `RequestCount` or `Sum`: requests in the
            /// period that begins then, as CloudWatch has them. A graph that its console saved as CSV is taken too.
            csv: String,
            /// How long tasks take to answer, by their load. Without it an answer takes no time, and only what is
            /// above `requestsPerTask` fails.
            response_time: ResponseTime => Own "",
            /// A request that is not answered by then fails: the idle timeout of the load balancer, which then answers
            /// 504 itself, or the patience of clients, where that is shorter. None by default (model choice). A task
            /// works on such a request to its end all the same. It needs `responseTime`.
            timeout: Duration,
            /// Settings of the load balancer and its target group.
            load_balancer: LoadBalancer => Own "",
        }
    }
}

object! {
    /// A change of the rate.
    Step("camelCase") {
        need {
            /// When, counted from 0.
            at: Duration,
            /// The rate from then on.
            rate: Rate,
        }
    }
}

/// A time of the day, such as `"09:00"`.
#[derive(Clone, Copy, Debug)]
pub struct TimeOfDay(pub Span);

impl Read for TimeOfDay {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = String::read(value, reader)?;
        let time = time_of_day(&text);
        if time.is_none() {
            let message = format!("must be a time of the day, not `{}`", short(&text));
            let since = Span::parse(&text).ok().filter(|since| *since < Span::from_secs(86_400));
            let hint = match since {
                Some(since) => format!(
                    "write \"{}\" for {text} after midnight, UTC",
                    TimeOfDay(since).written().as_str().unwrap_or_default()
                ),
                None => format!("write hours and minutes with two digits, such as {}", Self::EXAMPLE),
            };
            reader.malformed(&message, hint);
        }
        time.map(TimeOfDay)
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["09:00"] })
    }
    const EXAMPLE: &str = "\"09:00\"";
}

object! {
    /// A change of the rate on every day.
    DailyStep("camelCase") {
        need {
            /// Time of day, UTC.
            at: TimeOfDay,
            /// The rate from then on.
            rate: Rate,
        }
    }
}

impl Written for TimeOfDay {
    fn written(&self) -> Value {
        let minutes = self.0.as_secs_f64() as u64 / 60;
        format!("{:02}:{:02}", minutes / 60, minutes % 60).into()
    }
}

object! {
    /// A day with one peak and one trough: between them the rate follows a cosine, in steps of half an hour.
    DailyWave("camelCase") {
        need {
            /// The rate of the half hour around `peakAt`.
            peak: Rate,
            /// The rate twelve hours from the peak.
            trough: Rate,
        }
        given {
            /// Time of day of the peak, UTC.
            peak_at: TimeOfDay = TimeOfDay(Span::from_secs(20 * 3_600)) => Choice,
            /// Rates of Saturdays and Sundays (UTC) as a share of those of the other days; may be above 1.
            weekend: f64 [0..=1000] = 1.0 => Choice,
        }
    }
}

/// A rate that repeats every day.
#[derive(Clone, Debug)]
pub enum Daily {
    Steps(Vec<DailyStep>),
    Wave(DailyWave),
}

impl Read for Daily {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        if value.is_object() {
            return DailyWave::read(value, reader).map(Daily::Wave);
        }
        Vec::read(value, reader).map(Daily::Steps)
    }
    fn schema(defs: &mut Defs) -> Value {
        let ways = [<Vec<DailyStep>>::schema(defs), DailyWave::schema(defs)];
        defs.refer("Daily", "Daily", |_| json!({ "anyOf": ways }))
    }
    const EXAMPLE: &str = "{ \"peak\": \"900/s\", \"trough\": \"300/s\", \"peakAt\": \"20:00\" }";
}

object! {
    /// Settings of a load balancer and its target group. What is not written is that of the service's target group,
    /// where `targetGroups` holds it.
    LoadBalancer("camelCase", called "LoadBalancerSettings") {
        may {
            /// `application` or `network`. Behind a Network Load Balancer requests are connections; each node sends to
            /// the targets of its own zone unless `crossZone` says otherwise.
            kind as "type": LoadBalancerType => Calculated "`network` where its target group has the protocol TCP, TLS, UDP or TCP_UDP, else `application`",
            /// Seconds between two checks: 5 to 300 (sourced: [elb-health-checks]).
            health_check_interval_seconds: u32 [5..=300] => Sourced "that of its target group, else 30" "[elb-health-checks]",
            /// Seconds to wait for an answer: 2 to 120 (sourced: [elb-health-checks]).
            health_check_timeout_seconds: u32 [2..=120] => Sourced "that of its target group, else 5, of a Network Load Balancer 10" "[elb-health-checks] [elb-api-create-target-group]",
            /// Passes in a row until healthy again: 2 to 10 (sourced: [elb-health-checks]).
            healthy_threshold_count: u32 [2..=10] => Sourced "that of its target group, else 5" "[elb-health-checks]",
            /// Failures in a row until unhealthy: 2 to 10 (sourced: [elb-health-checks]).
            unhealthy_threshold_count: u32 [2..=10] => Sourced "that of its target group, else 2" "[elb-health-checks]",
            /// `deregistration_delay.timeout_seconds`: up to an hour (sourced: [elb-target-group-attributes]).
            deregistration_delay: Duration => Sourced "that of its target group, else 5 min" "[elb-target-group-attributes]",
            /// Whether every node of the load balancer sends to the targets of all zones.
            cross_zone: bool => Sourced "that of its target group, else true of an Application Load Balancer and false of a Network Load Balancer" "[elb-how-it-works] [nlb-health-checks]",
            /// `zonal_shift.config.enabled`: whether a zonal shift or autoshift may take it out of a zone.
            zonal_shift: bool => Sourced "false" "[elb-zonal-shift]",
            /// How long clients keep the address of a node that does not answer, since its zone lost its power as a
            /// whole or was cut off, counted from the loss; with `crossZone` off also of a node without targets.
            dns_ttl: Duration => Choice "1 min",
            /// Share of the clients that try the address of another node at once when one does not answer: 0 to 1.
            clients_retry_share: f64 [0..=1] => Choice "0",
        }
    }
}

words! {
    /// `Type` of a load balancer.
    LoadBalancerType("lowercase") {
        /// An Application Load Balancer.
        Application,
        /// A Network Load Balancer.
        Network,
    }
}

object! {
    /// A stream of standalone tasks: exactly one of `rate` and `every`, and exactly one way to find capacity.
    RunTasks("camelCase", own "arn") {
        need {
            /// Family, `family:revision` or ARN of the task definition.
            task_definition: String,
            /// From RUNNING until a task's work is done.
            lives: Law,
        }
        given {
            /// Tasks for each call: 1 to 10 (sourced: [ecs-api-run-task]).
            count: u32 [1..=10] = 1 => Sourced "[ecs-api-run-task]",
        }
        may {
            /// Name.
            name: String => Calculated "the family",
            /// RunTask calls, at random moments (exponential gaps).
            rate: Rate,
            /// Law of the time between two calls.
            every: Law,
            /// First call not before this.
            from: Duration => Choice "`\"0s\"`",
            /// No call at or after this.
            until: Duration => Calculated "the end of the run",
            /// As for a service.
            launch_type: LaunchType,
            /// As for a service.
            network_configuration: NetworkConfiguration,
        }
        list {
            /// As for a service.
            capacity_provider_strategy: CapacityProviderStrategyItem,
            /// As for a service.
            placement_strategy: PlacementStrategy,
            /// As for a service.
            placement_constraints: PlacementConstraint,
        }
        unused {
            enable_ecs_managed_tags as "enableECSManagedTags",
            group, overrides, platform_version, propagate_tags, reference_id, started_by, tags, client_token,
            enable_execute_command, volume_configurations,
        }
    }
}

/// `"09:30"`.
fn time_of_day(text: &str) -> Option<Span> {
    let (hours, minutes) = text.split_once(':')?;
    let number =
        |part: &str| part.parse::<u64>().ok().filter(|_| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then(|| Span::from_secs(hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_have_two_digits() {
        assert_eq!(time_of_day("09:30"), Some(Span::from_secs(34_200)));
        assert_eq!([time_of_day("9:30"), time_of_day("24:00"), time_of_day("12:60"), time_of_day("+1:00")], [None; 4]);
    }
}
