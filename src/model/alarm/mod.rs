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
//! Before its start an alarm has seen nothing: it is INSUFFICIENT_DATA until its first period ends (sourced), and what was
//! before counts as missing.

mod evaluate;
mod outlier;
#[cfg(test)]
mod tests;
mod window;

pub use super::alarm_state::State;
pub use outlier::outlier;
pub use window::Level;

use super::plan::Rule;
use crate::engine::Time;
use evaluate::{Point, evaluate, range};
use std::collections::VecDeque;
use window::Window;

/// One alarm at work.
#[derive(Clone, Debug)]
pub struct Monitor {
    rule: Rule,
    state: State,
    level: Level,
    /// Up to when the level has been counted.
    at: Time,
    window: Window,
    /// Datapoints of the evaluation range, the oldest first, each with how often it stands there in a row.
    past: VecDeque<(Point, u32)>,
    /// How many these are.
    kept: u32,
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
        let (state, level, window) = (State::InsufficientData, Level::Absent, Window::Nothing);
        Monitor { rule, state, level, at: start, window, past: VecDeque::new(), kept: 0 }
    }

    /// Lets the metric be at `level` from `now` on.
    pub fn set(&mut self, now: Time, level: Level) {
        self.advance(now);
        self.level = level;
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
            self.window.add(self.level, end.since(self.at));
            let point = self.point(self.window);
            self.at = end;
            self.window = Window::Nothing;
            self.keep(point);
            self.state = evaluate(&self.rule, self.state, self.newest());
            ended += 1;
            // The whole range is now of the same datapoints: the periods that follow change nothing.
            if ended > range(&self.rule) {
                let whole = now.since(self.at).micros() / self.rule.period.micros();
                self.at += self.rule.period * whole;
            }
        }
        self.window.add(self.level, now.since(self.at));
        self.at = now;
    }

    /// The state, as of the last call of `set` or `advance`.
    pub fn state(&self) -> State {
        self.state
    }

    /// When the state changes next, and to what, if the level holds; `None`: never.
    pub fn next_change(&self) -> Option<(Time, State)> {
        let end = self.period_end();
        let mut window = self.window;
        window.add(self.level, end.since(self.at));
        let first = self.point(window);
        let mut whole = Window::Nothing;
        whole.add(self.level, self.rule.period);
        let then = self.point(whole);
        // Once the range holds nothing but whole periods of this level, nothing changes any more.
        (0..=range(&self.rule)).find_map(|more| {
            let newest = [(then, more), (first, 1)].into_iter().chain(self.newest());
            let state = evaluate(&self.rule, self.state, newest);
            (state != self.state).then(|| (end + self.rule.period * u64::from(more), state))
        })
    }

    /// The end of the period that runs.
    fn period_end(&self) -> Time {
        let period = self.rule.period.micros();
        Time((self.at.0 / period).saturating_add(1).saturating_mul(period))
    }

    fn point(&self, window: Window) -> Point {
        match window.datapoint(self.rule.statistic) {
            None => Point::Missing,
            Some(value) if self.rule.breaches(value) => Point::Breaching,
            Some(_) => Point::Fine,
        }
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
