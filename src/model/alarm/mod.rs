//! Alarms as CloudWatch has them: levels of a metric in, a state out.
//!
//! ```text
//! set(level) ─► the period that runs ─► at its end a datapoint ─► M of N ─► OK, ALARM, INSUFFICIENT_DATA
//! ```
//! A level holds until the next is set, so that nothing has to be done from minute to minute: [`Monitor::next_change`]
//! says when the state changes if the level holds, and whoever drives the monitor comes back then or when the level
//! changes. Periods begin at whole multiples of `Period` from time 0; a datapoint is there at the end of its period
//! (model choice: CloudWatch takes some seconds more).
//!
//! Before its start an alarm has seen nothing: it is INSUFFICIENT_DATA until its first period ends (sourced:
//! [cw-missing-data]), and what was before counts as missing.

mod evaluate;
mod meter;
mod outlier;
mod recent;
#[cfg(test)]
mod tests;
pub mod watch;
mod window;

pub use super::alarm_state::State;
use super::plan::{MissingData, Rule, Statistic};
use crate::engine::{Span, Time};
use evaluate::{Point, evaluate, range};
pub use meter::Share;
use meter::{Meter, point};
pub use outlier::outlier;
use recent::Recent;
use std::collections::VecDeque;
pub use window::{Level, Window};

/// One alarm at work.
#[derive(Clone, Debug)]
pub struct Monitor {
    rule: Rule,
    state: State,
    meter: Meter,
    /// Up to when the meter has counted.
    at: Time,
    /// Datapoints of the evaluation range, the oldest first, each with how often it stands there in a row.
    past: VecDeque<(Point, u32)>,
    kept: u32,
    /// What the periods saw that have ended, where somebody asks.
    recent: Option<Recent>,
}

impl Monitor {
    /// An alarm that is created at `start`, when nobody reports its metric yet.
    ///
    /// # Panics
    /// Without a period, or when M is 0 or more than N.
    pub fn new(rule: Rule, start: Time) -> Monitor {
        assert!(rule.period.micros() > 0, "an alarm needs a period");
        let (of, all) = (rule.datapoints_to_alarm, rule.evaluation_periods);
        assert!(of > 0 && of <= all, "{of} of {all} datapoints cannot breach");
        let (state, meter) = (State::InsufficientData, Meter::new());
        Monitor { rule, state, meter, at: start, past: VecDeque::new(), kept: 0, recent: None }
    }

    /// It keeps what it has seen for so long.
    #[must_use]
    pub fn remembering(self, keeps: Span) -> Monitor {
        Monitor { recent: Some(Recent::new(keeps)), ..self }
    }

    /// What a statistic makes of the newest period that had ended by `then`, in billionths of the metric's own unit;
    /// `None`: it is missing, or nobody keeps it.
    ///
    /// # Panics
    /// When the monitor has not been advanced so far.
    pub fn datapoint(&self, then: Time, statistic: Statistic) -> Option<i128> {
        assert!(then <= self.at, "an alarm at {} knows nothing of {then}", self.at);
        let end = Time(then.0 - then.0 % self.rule.period.micros());
        self.recent.as_ref()?.at(end)?.datapoint(statistic)
    }

    /// Lets the metric be at `level` from `now` on.
    pub fn set(&mut self, now: Time, level: Level) {
        self.advance(now);
        self.meter.set(level);
    }

    /// Lets zones get so much from `now` on, for a test whether the one at `own` is the outlier. Whether that is new:
    /// if not, nothing is done.
    pub fn set_zones(&mut self, now: Time, own: usize, shares: &[Share]) -> bool {
        let new = self.meter.differs(own, shares);
        if new {
            self.advance(now);
            self.meter.set_zones(own, shares);
        }
        new
    }

    /// Ends all periods that end until `now`.
    ///
    /// # Panics
    /// When time runs back.
    pub fn advance(&mut self, now: Time) {
        assert!(now >= self.at, "an alarm at {} cannot go back to {now}", self.at);
        let mut ended = 0;
        while self.period_end() <= now {
            let end = self.period_end();
            self.meter.pass(end.since(self.at));
            self.at = end;
            let seen = self.meter.seen();
            let point = self.meter.close(&self.rule);
            if let Some(recent) = &mut self.recent {
                recent.push(end, seen);
            }
            self.keep(point, 1);
            self.state = evaluate(&self.rule, self.state, self.newest());
            ended += 1;
            self.pass_whole(now);
            // The whole range is now of the same datapoints: the periods that follow change nothing.
            if ended > range(&self.rule) {
                let whole = now.since(self.at).micros() / self.rule.period.micros();
                self.at += self.rule.period * whole;
                if let Some(recent) = &mut self.recent {
                    recent.extend(self.at);
                }
            }
        }
        self.meter.pass(now.since(self.at));
        self.at = now;
    }

    /// The state, as of the last call of `set` or `advance`.
    pub fn state(&self) -> State {
        self.state
    }

    /// When the state changes next, and to what, if the level holds; `None`: never.
    pub fn next_change(&self) -> Option<(Time, State)> {
        let end = self.period_end();
        let [first, then] = self.ahead().map(|datapoint| point(&self.rule, datapoint));
        if let Some(change) = self.all_of_all(first, then) {
            return change.map(|(more, state)| (end + self.rule.period * u64::from(more), state));
        }
        // Once the range holds nothing but whole periods of this level, nothing changes any more.
        (0..=range(&self.rule)).find_map(|more| {
            let newest = [(then, more), (first, 1)].into_iter().chain(self.newest());
            let state = evaluate(&self.rule, self.state, newest);
            (state != self.state).then(|| (end + self.rule.period * u64::from(more), state))
        })
    }

    /// The same where all of N datapoints are to breach and none is missing: what counts is how many of the newest
    /// breach in a row. `None`: it is not so; else the periods beyond the one that runs, and the state.
    #[expect(clippy::option_option, reason = "that nothing changes is an answer, too")]
    fn all_of_all(&self, first: Point, then: Point) -> Option<Option<(u32, State)>> {
        let all = self.rule.evaluation_periods;
        let missing = |point: Point| point == Point::Missing;
        let plain = self.rule.datapoints_to_alarm == all && self.kept >= all && self.state != State::InsufficientData;
        if !plain || missing(first) || missing(then) || self.past.iter().any(|(past, _)| missing(*past)) {
            return None;
        }
        let row = self.past.back().map_or(0, |(last, times)| if *last == Point::Breaching { *times } else { 0 });
        let row = if first == Point::Breaching { row + 1 } else { 0 };
        let rings = |row: u32| if row >= all { State::Alarm } else { State::Ok };
        if rings(row) != self.state {
            return Some(Some((0, rings(row))));
        }
        Some(match (then, self.state) {
            (Point::Breaching, State::Ok) => Some((all - row, State::Alarm)),
            (Point::Fine, State::Alarm) => Some((1, State::Ok)),
            _ => None,
        })
    }

    /// The datapoint of the period that runs, and that of each period that follows, if the level holds; in billionths of
    /// the metric's own unit, `None`: missing.
    pub fn ahead(&self) -> [Option<i128>; 2] {
        let first = self.meter.ahead(&self.rule, self.period_end().since(self.at));
        [first, self.meter.whole(&self.rule)]
    }

    /// Ends the whole periods that end until `now` at one time: they are alike. Only an alarm that ignores what is
    /// missing has a state that depends on each of them.
    fn pass_whole(&mut self, now: Time) {
        let period = self.rule.period;
        let whole = now.since(self.at).micros() / period.micros();
        if whole < 2 || self.rule.missing == MissingData::Ignore {
            return;
        }
        self.meter.pass(period);
        let (first, end) = (self.at + period, self.at + period * whole);
        let seen = self.meter.seen();
        let point = self.meter.close(&self.rule);
        if let Some(recent) = &mut self.recent {
            recent.push(first, seen);
            recent.extend(end);
        }
        self.keep(point, u32::try_from(whole).unwrap_or(u32::MAX).min(range(&self.rule)));
        self.state = evaluate(&self.rule, self.state, self.newest());
        self.at = end;
    }

    /// The end of the period that runs.
    fn period_end(&self) -> Time {
        let period = self.rule.period.micros();
        Time((self.at.0 / period).saturating_add(1).saturating_mul(period))
    }

    fn newest(&self) -> impl Iterator<Item = (Point, u32)> {
        self.past.iter().rev().copied()
    }

    /// Adds a datapoint, so many times and the range at most, and forgets what is older than the range.
    fn keep(&mut self, point: Point, more: u32) {
        match self.past.back_mut() {
            Some((last, times)) if *last == point => *times += more,
            _ => self.past.push_back((point, more)),
        }
        self.kept += more;
        while self.kept > range(&self.rule)
            && let Some((_, times)) = self.past.front_mut()
        {
            let gone = (*times).min(self.kept - range(&self.rule));
            *times -= gone;
            self.kept -= gone;
            if *times == 0 {
                self.past.pop_front();
            }
        }
    }
}
