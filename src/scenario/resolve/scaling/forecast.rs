//! Predictive scaling: what is forecast, from the law of the rate itself.
//!
//! AWS learns from up to two weeks how much is asked for in each hour of a week; here the forecast knows the rate of the
//! scenario, hour by hour of the clock, without an error (model choice). What an hour needs follows from its mean rate
//! and the target, as its metric would be with so many tasks.

use super::Activity;
use super::policy::Of;
use crate::engine::{Span, Time};
use crate::model::plan::scaling::{Predictive, Use};
use crate::model::plan::{Metric, Profile};
use crate::model::problem::Told;
use crate::scenario::ecs::predictive_scaling::{
    MaxCapacityBreachBehavior, PredictiveMetric, PredictiveMode, PredictiveScaling,
};

const HOUR: u64 = 3_600_000_000;

/// A whole in millionths, and one in billionths.
const WHOLE: u128 = 1_000_000;
const ONE: u128 = 1_000_000_000;

/// A metric by its words: of the pair, to scale by, and of the load ([aas-predictive-scaling]).
const METRICS: [(Metric, [&str; 3]); 3] = [
    (
        Metric::CpuUtilization,
        ["ECSServiceCPUUtilization", "ECSServiceAverageCPUUtilization", "ECSServiceTotalCPUUtilization"],
    ),
    (
        Metric::MemoryUtilization,
        ["ECSServiceMemoryUtilization", "ECSServiceAverageMemoryUtilization", "ECSServiceTotalMemoryUtilization"],
    ),
    (Metric::RequestCountPerTarget, ["ALBRequestCount", "ALBRequestCountPerTarget", "ALBTargetGroupRequestCount"]),
];

impl Activity<'_> {
    pub(super) fn predictive(&mut self, of: &Of<'_>, written: &PredictiveScaling, at: &str) -> Option<Predictive> {
        let [one] = &written.metric_specifications[..] else {
            let message =
                format!("AWS takes exactly one metric specification, not {}", written.metric_specifications.len());
            let hint = "write [{\"TargetValue\": 60, \"PredefinedMetricPairSpecification\": {\"PredefinedMetricType\": \
                        \"ECSServiceCPUUtilization\"}}]";
            return self.out.refused(&format!("{at}/MetricSpecifications"), message, hint).none();
        };
        let beyond_max = self.beyond(written, at).ok()?;
        let at = format!("{at}/MetricSpecifications/0");
        let metric = self.pair(one, &at)?;
        let target = self.target_value(one.target_value, metric, &format!("{at}/TargetValue"))?;
        if !self.moves(of.service, metric, &at) {
            return None;
        }
        let forecast = self.forecast(of, metric, target, &format!("{at}/TargetValue"))?;
        let scales = written.mode == PredictiveMode::ForecastAndScale;
        if !scales {
            let message = format!("`{}` only forecasts and scales nothing", of.policy.policy_name);
            self.out.no_effect(of.at, message, "write \"Mode\": \"ForecastAndScale\"");
        }
        let buffer = Span::from_secs(u64::from(written.scheduling_buffer_time));
        Some(Predictive { forecast, scales, buffer, beyond_max })
    }

    /// By how many percent the maximum lies above the forecast, if that raises it; nothing where a problem is told.
    fn beyond(&mut self, written: &PredictiveScaling, at: &str) -> Result<Option<u32>, Told> {
        let at = format!("{at}/MaxCapacityBuffer");
        match (written.max_capacity_breach_behavior, written.max_capacity_buffer) {
            (MaxCapacityBreachBehavior::HonorMaxCapacity, None) => Ok(None),
            (MaxCapacityBreachBehavior::IncreaseMaxCapacity, Some(percent)) => Ok(Some(percent)),
            (MaxCapacityBreachBehavior::IncreaseMaxCapacity, None) => {
                let message = "`IncreaseMaxCapacity` needs `MaxCapacityBuffer`";
                Err(self.out.missing(&at, message, "write a percentage, such as 10"))
            }
            (MaxCapacityBreachBehavior::HonorMaxCapacity, Some(_)) => {
                let message = "AWS refuses `MaxCapacityBuffer` with `HonorMaxCapacity`";
                Err(self.out.refused(&at, message, "leave it out, or write \"IncreaseMaxCapacity\""))
            }
        }
    }

    /// The metric of a specification, in one word or in two.
    fn pair(&mut self, one: &PredictiveMetric, at: &str) -> Option<Metric> {
        let own = [
            one.customized_scaling_metric_specification,
            one.customized_load_metric_specification,
            one.customized_capacity_metric_specification,
        ];
        if own.iter().any(Option::is_some) {
            let hint = "write `PredefinedMetricPairSpecification`";
            return self.out.not_modelled(at, "forecasts from metrics of your own are not modelled", hint).none();
        }
        let words = [
            ("PredefinedMetricPairSpecification", &one.predefined_metric_pair_specification),
            ("PredefinedScalingMetricSpecification", &one.predefined_scaling_metric_specification),
            ("PredefinedLoadMetricSpecification", &one.predefined_load_metric_specification),
        ];
        let mut found = [None; 3];
        for (place, (key, word)) in words.iter().enumerate() {
            let Some(word) = word else { continue };
            let word = word.predefined_metric_type.as_str();
            found[place] = METRICS.iter().find(|(_, known)| known[place] == word).map(|known| known.0);
            if found[place].is_none() {
                let known: Vec<&str> = METRICS.iter().map(|(_, known)| known[place]).collect();
                let at = format!("{at}/{key}/PredefinedMetricType");
                let message = format!("services of ECS have no such metric as `{word}` here");
                return self.out.unknown_value(&at, message, format!("write one of {}", known.join(", "))).none();
            }
        }
        match found {
            [Some(pair), None, None] => Some(pair),
            [None, Some(scaling), Some(load)] if scaling == load => Some(scaling),
            [None, Some(_), Some(_)] => {
                let hint = "take both of CPU, of memory or of the load balancer";
                self.out.conflict(at, "the metric to scale by and that of the load do not belong together", hint).none()
            }
            [None, ..] => {
                let message = "nothing says what is forecast";
                let hint = "write {\"PredefinedMetricType\": \"ECSServiceCPUUtilization\"} as \
                            `PredefinedMetricPairSpecification`";
                self.out.missing(at, message, hint).none()
            }
            _ => self.out.exclude("a pair of metrics and single ones", at).none(),
        }
    }

    /// Tasks by the hour; a problem where a task at rest is above the target already.
    fn forecast(&mut self, of: &Of<'_>, metric: Metric, target: i128, at: &str) -> Option<Profile> {
        let row = &self.plan.services[of.service];
        let none = || Some(Profile::Steps(Box::new([(Time::ZERO, 0)])));
        let Some(traffic) = &row.traffic else { return none() };
        let target = target.cast_unsigned();
        let usage: Option<Use> = match metric {
            Metric::CpuUtilization => row.usage.map(|usage| usage.cpu),
            Metric::MemoryUtilization => row.usage.map(|usage| usage.memory),
            _ => None,
        };
        let per_task = u128::from(traffic.per_task.max(1));
        let needs: Box<dyn Fn(u128) -> u128> = if metric == Metric::RequestCountPerTarget {
            // Requests in a minute over the target.
            Box::new(move |rate| (rate * 60).div_ceil(target.max(1)))
        } else {
            let Some(usage) = usage else { return none() };
            let (rest, full) = (u128::from(usage.at_rest), u128::from(usage.at_full));
            // A percent is a billion, and ten thousand millionths.
            let wanted = target * WHOLE / (100 * ONE);
            if wanted <= rest || full <= rest {
                let message = format!(
                    "a task at rest is at {} % already: no number of tasks reaches this target",
                    usage.at_rest as f64 / 1e4
                );
                return self.out.out_of_range(at, message, "raise it, or lower `atRest` of its behaviour").none();
            }
            Box::new(move |rate| (rate * (full - rest)).div_ceil(per_task * (wanted - rest)))
        };
        Some(by_hour(&traffic.profile, self.plan.starts_at, &*needs))
    }
}

/// What each hour of the clock needs, from its mean rate.
fn by_hour(profile: &Profile, starts_at: i64, needs: &dyn Fn(u128) -> u128) -> Profile {
    // A day or a week repeats; its hours begin with it.
    if let Profile::Repeat { period, offset, steps } = profile {
        let once = Profile::Steps(steps.iter().map(|(at, rate)| (Time(at.0), *rate)).collect());
        let hours = hours(&once, 0, Time(period.0)).into_iter().map(|(at, rate)| (Span(at.0), capacity(rate, needs)));
        return Profile::Repeat { period: *period, offset: *offset, steps: merged(hours).into_boxed_slice() };
    }
    let into = starts_at.rem_euclid(3_600).cast_unsigned() * 1_000_000;
    let hours = hours(profile, into, Time(u64::MAX)).into_iter().map(|(at, rate)| (at, capacity(rate, needs)));
    Profile::Steps(merged(hours).into_boxed_slice())
}

fn capacity(rate: u128, needs: &dyn Fn(u128) -> u128) -> u64 {
    u64::from(u32::try_from(needs(rate)).unwrap_or(u32::MAX))
}

/// Neighbours of one value in one.
fn merged<T>(all: impl Iterator<Item = (T, u64)>) -> Vec<(T, u64)> {
    let mut found: Vec<(T, u64)> = Vec::new();
    for one in all {
        if found.last().is_none_or(|last| last.1 != one.1) {
            found.push(one);
        }
    }
    found
}

/// The mean rate of each hour in which it changes, and of the first that follows. `into`: microseconds of the first hour
/// that are over at time 0.
fn hours(profile: &Profile, into: u64, end: Time) -> Vec<(Time, u128)> {
    let mut found = Vec::new();
    let mut begin = Time::ZERO;
    loop {
        let over = Time(begin.0 + HOUR - (begin.0 + into) % HOUR).min(end);
        let (mut now, mut sum) = (begin, 0u128);
        let last = loop {
            let (rate, next) = profile.at(now);
            let until = next.map_or(over, |next| next.min(over));
            sum += u128::from(rate) * u128::from(until.since(now).0);
            now = until;
            if now >= over {
                break next;
            }
        };
        found.push((begin, sum / u128::from(over.since(begin).0.max(1))));
        if over >= end {
            return found;
        }
        let (rate, next) = profile.at(over);
        // Hours that follow are as this one until the rate changes.
        match next.filter(|_| last.is_some()) {
            None => {
                found.push((over, u128::from(rate)));
                return found;
            }
            Some(next) if next >= over + Span(HOUR) => {
                found.push((over, u128::from(rate)));
                begin = Time(next.0 - (next.0 + into) % HOUR);
                if begin >= end {
                    return found;
                }
            }
            Some(_) => begin = over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(all: &[(u64, u64)]) -> Profile {
        Profile::Steps(all.iter().map(|(minutes, rate)| (Time(minutes * 60_000_000), *rate)).collect())
    }

    fn told(profile: &Profile) -> Vec<(u64, u64)> {
        match profile {
            Profile::Steps(steps) => steps.iter().map(|step| (step.0.0 / 60_000_000, step.1)).collect(),
            Profile::Repeat { steps, .. } => steps.iter().map(|step| (step.0.0 / 60_000_000, step.1)).collect(),
        }
    }

    #[test]
    fn hours_are_those_of_the_clock() {
        // The run begins at a quarter past: the first hour is over after 45 minutes.
        let profile = steps(&[(0, 40), (30, 70), (400, 10)]);
        let found = by_hour(&profile, 900, &|rate| rate);
        // 30 minutes of 40 and 15 of 70; minute 400 is the 55th of its hour.
        assert_eq!(told(&found), [(0, 50), (45, 70), (345, 65), (405, 10)]);
    }

    #[test]
    fn a_rate_that_stays_has_one_hour() {
        assert_eq!(told(&by_hour(&steps(&[(0, 41)]), 0, &|rate| rate.div_ceil(10))), [(0, 5)]);
    }

    #[test]
    fn a_day_repeats() {
        let day = Profile::Repeat {
            period: Span(24 * HOUR),
            offset: Span(0),
            steps: Box::new([(Span(0), 10), (Span(HOUR / 2), 30), (Span(8 * HOUR), 60), (Span(20 * HOUR), 10)]),
        };
        let found = by_hour(&day, 0, &|rate| rate);
        assert_eq!(told(&found), [(0, 20), (60, 30), (480, 60), (1_200, 10)]);
        assert!(matches!(found, Profile::Repeat { period, .. } if period.0 == 24 * HOUR));
    }
}
