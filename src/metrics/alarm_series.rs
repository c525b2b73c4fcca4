//! Datapoints of alarms, as they see them: one for each of their periods.
//!
//! Told are shares of errors and counts of requests. A gauge of targets is drawn with the tasks, and the test for
//! outliers has no number of its own.

use super::trace::{BILLION, Trace};
use crate::engine::{Span, Time};
use crate::model::fact::Seen;
use crate::model::ids::AlarmId;

/// Datapoints of one alarm.
#[derive(Clone, Debug)]
pub(super) struct Datapoints {
    pub(super) alarm: AlarmId,
    series: usize,
    period: Span,
    now: Seen,
    /// Up to when it has counted.
    at: Time,
    /// Of the period that runs: what failed or came, and all; billionths of a request a second times seconds.
    sums: (f64, f64),
}

impl Datapoints {
    pub(super) fn new(alarm: AlarmId, series: usize, period: Span) -> Datapoints {
        Datapoints { alarm, series, period, now: Seen::Nothing, at: Time::ZERO, sums: (0.0, 0.0) }
    }

    /// The metric is at this level from `now` on.
    pub(super) fn set(&mut self, now: Time, seen: Seen, trace: &mut Trace) {
        self.advance(now, trace);
        self.now = seen;
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
            trace.point(self.series, begin, self.value());
            self.sums = (0.0, 0.0);
            // Whole periods of one level have one datapoint.
            let whole = now.since(end).0 / self.period.0;
            if whole > 1 {
                self.pass(end + self.period);
                trace.point(self.series, end, self.value());
                self.sums = (0.0, 0.0);
                self.at = Time(end.0 + whole * self.period.0);
            }
        }
    }

    fn pass(&mut self, until: Time) {
        let lasts = until.since(self.at).as_secs_f64();
        let (part, all) = match self.now {
            Seen::Nothing | Seen::Targets(_) => (0.0, 0.0),
            Seen::Rate(rate) => (rate as f64, 0.0),
            Seen::Share { failed, offered } => (failed as f64, offered as f64),
        };
        self.sums = (self.sums.0 + part * lasts, self.sums.1 + all * lasts);
        self.at = until;
    }

    /// A share in percent, a count in requests; zero where there is none.
    fn value(&self) -> f64 {
        let (part, all) = self.sums;
        if all > 0.0 { 100.0 * part / all } else { part / BILLION }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::series;

    #[test]
    fn each_period_has_its_datapoint_and_equal_ones_are_one_step() {
        let mut trace = Trace::new(Time(3_600_000_000));
        let number = trace.add(series::DATAPOINTS, "shop/web", "errors");
        let mut own = Datapoints::new(AlarmId(0), number, Span::MINUTE);
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
        let mut trace = Trace::new(Time(600_000_000));
        let number = trace.add(series::DATAPOINTS, "shop/web", "errors");
        let mut own = Datapoints::new(AlarmId(0), number, Span::MINUTE);
        own.set(Time::ZERO, Seen::Rate(2_000_000_000), &mut trace);
        own.set(Time(90_000_000), Seen::Rate(0), &mut trace);
        own.advance(Time(600_000_000), &mut trace);
        let (all, _) = trace.finish(Time(600_000_000));
        let wanted = [(0, 120.0), (60, 60.0), (120, 0.0)].map(|(at, value)| (Time(at * 1_000_000), value));
        assert_eq!(all[0].points, wanted);
    }
}
