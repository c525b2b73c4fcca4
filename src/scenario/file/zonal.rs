//! Zonal shifts of Amazon Application Recovery Controller.

use crate::model::plan::ZoneEvent;
use crate::model::quantity::{Duration, Law};

object! {
    /// A zonal shift (StartZonalShift): the named resources leave a zone until the shift expires or is cancelled. It
    /// moves no task and ends no host. Its `services` need `zonalShift` in their `loadBalancer`, as AWS has it off by
    /// default (sourced: [elb-zonal-shift]); its `autoScalingGroups` need `ZonalShiftEnabled` in their
    /// `AvailabilityZoneImpairmentPolicy` (sourced: [asg-zonal-shift]).
    ZonalShift("camelCase") {
        need {
            /// The availability zone that is left, by id or name.
            away_from: String,
            /// How long it lasts at most, from its start: 1 minute to 3 days (sourced: [arc-zonal-shift]).
            expires_in: Duration,
        }
        may {
            /// From its start until it is cancelled, if that comes first.
            cancel_after: Duration,
            /// With `onAlarm`: from the ring until the shift is started.
            after: Law => Choice "at once",
        }
        list {
            /// Services whose load balancers are shifted.
            services: String,
            /// Auto Scaling groups that are shifted, by name or ARN: they launch no host in the zone.
            auto_scaling_groups: String,
        }
        unused { comment }
    }
}

object! {
    /// A resource with a zonal autoshift configuration: AWS takes its load balancer out of a zone that it sees impaired,
    /// and each week for a practice run. The load balancer needs `zonalShift`.
    ZonalAutoshift("camelCase") {
        need {
            /// The service whose load balancer it is.
            service: String,
        }
        may {
            /// ENABLED: AWS shifts it away from impaired zones. With DISABLED practice runs come all the same.
            zonal_autoshift_status: AutoshiftStatus => Choice "ENABLED",
            /// Its practice runs, which AWS asks for where autoshift is enabled.
            practice_run_configuration: PracticeRunConfiguration,
            /// From the begin of a fault until AWS sees that the zone is impaired.
            starts_after: Duration => Sourced "5 min" "[fis-az-power]",
            /// From the end of the fault until AWS ends the autoshift.
            ends_after: Duration => Sourced "at once" "[fis-az-power]",
        }
        list {
            /// Kinds of faults that AWS sees; all by default (model choice: AWS says that it sees impairments in the
            /// metrics of its network, Amazon EC2 and Elastic Load Balancing).
            sees: ZoneEvent,
            /// Practice runs that somebody starts (StartPracticeRun), beside those of each week.
            start_practice_runs: StartPracticeRun,
        }
    }
}

words! {
    /// `zonalAutoshiftStatus`.
    AutoshiftStatus("SCREAMING_SNAKE_CASE") {
        Enabled,
        Disabled,
    }
}

object! {
    /// How practice runs of a resource are watched, and when they may start.
    PracticeRunConfiguration("camelCase") {
        list {
            /// Alarms of which one, in ALARM during a run, ends it as FAILED: 1 to 10 (sourced: [arc-api-model]).
            outcome_alarms: ControlCondition,
            /// Alarms of which one in ALARM keeps a run from starting, or interrupts it: up to 10 (sourced:
            /// [arc-api-model]).
            blocking_alarms: ControlCondition,
            /// Dates (UTC) on which no run starts, such as `2026-01-06`: up to 15 (sourced: [arc-api-model]).
            blocked_dates: String,
            /// Parts of a day of each week (UTC) in which no run starts, such as `Mon:08:30-Mon:19:30`: up to 15
            /// (sourced: [arc-api-model]).
            blocked_windows: String,
            /// Parts of a day of each week (UTC) in which runs start, and in no other if there are any: up to 15
            /// (sourced: [arc-api-model]).
            allowed_windows: String,
        }
    }
}

object! {
    /// An alarm that watches practice runs.
    ControlCondition("camelCase") {
        need {
            /// Name or ARN of an alarm of the scenario.
            alarm_identifier: String,
        }
        may {
            /// The only type that there is.
            kind as "type": ConditionType => Sourced "CLOUDWATCH" "[arc-api-model]",
        }
    }
}

words! {
    /// `type` of a control condition.
    ConditionType("SCREAMING_SNAKE_CASE") {
        Cloudwatch,
    }
}

object! {
    /// A practice run that somebody starts; refused where a run of the schedule would have to wait.
    StartPracticeRun("camelCase") {
        need {
            /// When, counted from 0.
            at: Duration,
            /// The availability zone that is left, by id or name.
            away_from: String,
        }
        unused { comment }
    }
}
