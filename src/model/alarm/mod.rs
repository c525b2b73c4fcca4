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
use super::plan::{Rule, Statistic};
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
            self.keep(point);
            self.state = evaluate(&self.rule, self.state, self.newest());
            ended += 1;
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
        // Once the range holds nothing but whole periods of this level, nothing changes any more.
        (0..=range(&self.rule)).find_map(|more| {
            let newest = [(then, more), (first, 1)].into_iter().chain(self.newest());
            let state = evaluate(&self.rule, self.state, newest);
            (state != self.state).then(|| (end + self.rule.period * u64::from(more), state))
        })
    }

    /// The datapoint of the period that runs, and that of each period that follows, if the level holds; in billionths of
    /// the metric's own unit, `None`: missing.
    pub fn ahead(&self) -> [Option<i128>; 2] {
        let first = self.meter.ahead(&self.rule, self.period_end().since(self.at));
        [first, self.meter.whole(&self.rule)]
    }

    /// The end of the period that runs.
    fn period_end(&self) -> Time {
        let period = self.rule.period.micros();
        Time((self.at.0 / period).saturating_add(1).saturating_mul(period))
    }

    fn newest(&self) -> impl Iterator<Item = (Point, u32)> {
        self.past.iter().rev().copied()
    }

    /// Adds a datapoint and forgets what is older than the range.
    fn keep(&mut self, point: Point) {
        match self.past.back_mut() {
            Some((last, times)) if *last == point => *times += 1,
            _ => self.past.push_back((point, 1)),
        }
        self.kept += 1;
        if self.kept > range(&self.rule)
            && let Some((_, times)) = self.past.front_mut()
        {
            *times -= 1;
            self.kept -= 1;
            if *times == 0 {
                self.past.pop_front();
            }
        }
    }
}
