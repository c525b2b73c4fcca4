//! Percentiles as statistics of alarms: of response times, as their law knows every quantile.
//!
//! A percentile itself is not measured. The 99th percentile of a period is above a threshold exactly when more than one
//! in a hundred of its answers takes longer than that, and these can be counted over all targets and loads of a period.

use super::Activity;
use crate::engine::Span;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::Metric;
use crate::model::plan::scaling::StepAdjustment;
use crate::scenario::file::Alarm;

/// Billionths.
const ONE: f64 = 1e9;
/// Seconds.
const DAY: f64 = 86_400.0;

/// What a percentile such as `p99` leaves, in billionths; `None`: it is none of those that are modelled.
pub(super) fn parse(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('p')?;
    let plain = digits.chars().all(|one| one.is_ascii_digit() || one == '.');
    let percent: f64 = digits.parse().ok().filter(|_| plain)?;
    // Tables of response times are not finer.
    (1.0..=99.9).contains(&percent).then(|| libm::round((100.0 - percent) / 100.0 * ONE) as i128)
}

impl Activity<'_> {
    /// The metric whose datapoints say how a percentile stands to its threshold; the metric itself without one.
    pub(super) fn percentile_of(&mut self, metric: Metric, alarm: &Alarm, at: &str) -> Option<Metric> {
        let Some(written) = alarm.extended_statistic.as_deref() else { return Some(metric) };
        let at = format!("{at}/ExtendedStatistic");
        if alarm.statistic.is_some() {
            let message = "`Statistic` and `ExtendedStatistic` exclude each other";
            return self.out.refused(&at, message, "leave one of them out").none();
        }
        if metric != Metric::TargetResponseTime {
            let message = "percentiles are modelled of `TargetResponseTime` alone";
            return self.out.not_modelled(&at, message, "write `Statistic` instead, such as \"Average\"").none();
        }
        if parse(written).is_none() {
            let message = "this is no percentile from p1 to p99.9";
            return self.out.not_modelled(&at, message, "write one such as \"p99\"").none();
        }
        let seconds = alarm.threshold.unwrap_or(1.0);
        let at = format!("{}/Threshold", at.trim_end_matches("/ExtendedStatistic"));
        if !self.out.within(seconds, 1e-6..=DAY, &at) {
            return None;
        }
        Some(Metric::SlowerAnswers(Span::from_micros(libm::round(seconds * 1e6) as u64)))
    }

    /// Warns of a threshold that no answer reaches.
    pub(super) fn beyond_timeout(&mut self, service: ServiceId, metric: Metric, at: &str) {
        let Metric::SlowerAnswers(than) = metric else { return };
        let response = self.plan.services[service].traffic.as_ref().and_then(|traffic| traffic.response.as_ref());
        if let Some(timeout) = response.and_then(|response| response.timeout).filter(|timeout| than >= *timeout) {
            let message = format!("what is not there after `timeout`, {timeout}, is no answer: none takes longer");
            self.out.doubtful(&format!("{at}/Threshold"), message, "write fewer seconds, or watch `ErrorRate`");
        }
    }

    /// Whether alarms go with the steps of a policy: how far a percentile is from its threshold is not known.
    pub(super) fn goes_with_steps(&mut self, alarms: &[AlarmId], steps: &[StepAdjustment], at: &str) -> bool {
        let tail = |id: &AlarmId| {
            self.plan.alarms[*id].on_metric().is_some_and(|on| matches!(on.metric, Metric::SlowerAnswers(_)))
        };
        let far = |bound: Option<i128>| bound.is_some_and(|bound| bound != 0);
        let sound = !alarms.iter().any(tail) || !steps.iter().any(|step| far(step.lower) || far(step.upper));
        if !sound {
            let message = "how far a percentile is from its threshold is not modelled";
            let hint = "write one step from 0 on, or an alarm on the average";
            self.out.not_modelled(at, message, hint);
        }
        sound
    }
}
