//! Datapoints of alarms, as they see them: one for each of their periods.

use super::trace::{BILLION, Trace};
use crate::engine::{Span, Time};
use crate::model::alarm::{Level, Window};
use crate::model::fact::Seen;
use crate::model::ids::AlarmId;
use crate::model::plan::{Form, OnMetric, Statistic};

/// Datapoints of one alarm.
#[derive(Clone, Debug)]
pub(super) struct Datapoints {
    pub(super) alarm: AlarmId,
    series: usize,
    period: Span,
    statistic: Statistic,
    /// What a datapoint is told in: a share in percent, all else as it is.
    unit: f64,
    now: Seen,
    /// Whether the period that runs is the one in which that was seen.
    fresh: bool,
    /// Up to when it has counted.
    at: Time,
    /// What has been seen of the period that runs.
    window: Window,
}

impl Datapoints {
    pub(super) fn new(alarm: AlarmId, series: usize, on: &OnMetric) -> Datapoints {
        let unit = if on.metric.form() == Form::Ratio { 100.0 } else { 1.0 };
        let (period, statistic, window) = (on.rule.period, on.rule.statistic, Window::default());
        Datapoints { alarm, series, period, statistic, unit, now: Seen::Nothing, fresh: true, at: Time::ZERO, window }
    }

    /// The metric is at this level from `now` on.
    pub(super) fn set(&mut self, now: Time, seen: Seen, trace: &mut Trace) {
        self.advance(now, trace);
        (self.now, self.fresh) = (seen, true);
    }

    /// Ends all periods that end until `now`.
    pub(super) fn advance(&mut self, now: Time, trace: &mut Trace) {
        while self.at < now {
            let begin = Time(self.at.0 - self.at.0 % self.period.0);
            let end = begin + self.period;
            self.pass(end.min(now));
            if end > now {
                return;
            }
            self.close(begin, trace);
            // Whole periods of one level have one datapoint.
            let whole = now.since(end).0 / self.period.0;
            if whole > 1 {
                self.pass(end + self.period);
                self.close(end, trace);
                self.at = Time(end.0 + whole * self.period.0);
            }
        }
    }

    fn pass(&mut self, until: Time) {
        let level = match self.now {
            // The test for outliers has been made where all zones are seen.
            Seen::Nothing | Seen::Outlier { .. } => Level::Absent,
            Seen::Targets(targets) => Level::targets(targets),
            Seen::Rate(rate) => Level::Count(rate),
            Seen::Share { failed, offered } => Level::Ratio { failed, offered },
            Seen::Value(value) => Level::Gauge(value),
        };
        self.window.add(level, until.since(self.at));
        self.at = until;
    }

    /// The datapoint of the period that began here; zero where there is none.
    fn close(&mut self, begin: Time, trace: &mut Trace) {
        let (window, fresh) = (std::mem::take(&mut self.window), std::mem::take(&mut self.fresh));
        let value = match self.now {
            Seen::Outlier { first, then } => f64::from(u8::from(if fresh { first } else { then })),
            _ => self.unit * window.datapoint(self.statistic).unwrap_or(0) as f64 / BILLION,
        };
        trace.point(self.series, begin, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::series;
    use crate::model::plan::{Comparison, Metric, MissingData, Rule, Scope};

    fn on(metric: Metric, statistic: Statistic) -> OnMetric {
        let rule = Rule {
            statistic,
            period: Span::MINUTE,
            evaluation_periods: 1,
            datapoints_to_alarm: 1,
            threshold: 0,
            comparison: Comparison::Greater,
            missing: MissingData::Missing,
        };
        OnMetric { metric, scope: Scope::Service, rule, delay: Span::ZERO }
    }

    /// What ten minutes of this look like, each datapoint at its second.
    fn told(on: &OnMetric, seen: &[(u64, Seen)]) -> Vec<(u64, f64)> {
        let end = Time(600_000_000);
        let mut trace = Trace::new(end);
        let number = trace.add(series::DATAPOINTS, "shop/web", "alarm");
        let mut own = Datapoints::new(AlarmId(0), number, on);
        for (second, seen) in seen {
            own.set(Time(second * 1_000_000), *seen, &mut trace);
        }
        own.advance(end, &mut trace);
        trace.finish(end).0[0].points.iter().map(|(at, value)| (at.0 / 1_000_000, *value)).collect()
    }

    #[test]
    fn each_period_has_its_datapoint_and_equal_ones_are_one_step() {
        let mut trace = Trace::new(Time(3_600_000_000));
        let number = trace.add(series::DATAPOINTS, "shop/web", "errors");
        let mut own = Datapoints::new(AlarmId(0), number, &on(Metric::ErrorRate, Statistic::Average));
        let seconds = |seconds: u64| Time(seconds * 1_000_000);
        let share = |failed| Seen::Share { failed, offered: 200 };
        own.set(seconds(0), share(0), &mut trace);
        own.set(seconds(150), share(100), &mut trace);
        own.set(seconds(165), share(0), &mut trace);
        own.set(seconds(1_230), Seen::Nothing, &mut trace);
        own.advance(seconds(3_600), &mut trace);
        let (all, _) = trace.finish(seconds(3_600));
        // A quarter of the third minute fails by half.
        let wanted = [(0, 0.0), (120, 12.5), (180, 0.0)].map(|(at, value)| (seconds(at), value));
        assert_eq!(all[0].points, wanted);
    }

    #[test]
    fn a_count_is_that_of_the_period() {
        let seen = [(0, Seen::Rate(2_000_000_000)), (90, Seen::Rate(0))];
        let found = told(&on(Metric::RequestCount, Statistic::Sum), &seen);
        assert_eq!(found, [(0, 120.0), (60, 60.0), (120, 0.0)]);
    }

    #[test]
    fn a_gauge_is_told_by_its_statistic() {
        // Eight targets of ten for the second half of the second minute.
        let seen = [(0, Seen::Targets(10)), (90, Seen::Targets(8)), (120, Seen::Targets(10))];
        let check = |statistic, wanted: &[(u64, f64)]| {
            assert_eq!(told(&on(Metric::HealthyHostCount, statistic), &seen), wanted, "{statistic:?}");
        };
        check(Statistic::Average, &[(0, 10.0), (60, 9.0), (120, 10.0)]);
        check(Statistic::Minimum, &[(0, 10.0), (60, 8.0), (120, 10.0)]);
        check(Statistic::Maximum, &[(0, 10.0)]);
    }

    #[test]
    fn an_outlier_is_told_minute_by_minute() {
        let outlier = |first, then| Seen::Outlier { first, then };
        let seen = [(0, outlier(false, false)), (150, outlier(false, true)), (400, outlier(true, false))];
        let found = told(&on(Metric::ZoneOutlier, Statistic::Maximum), &seen);
        assert_eq!(found, [(0, 0.0), (180, 1.0), (420, 0.0)]);
    }
}
