//! When a service answered with errors: for how long, how long without a break, and its worst minute.

use crate::engine::{Span, Time};

/// Errors of one service, from its rates. One request in so many that fails is an error that counts.
const ONE_IN: u64 = 1_000;

/// What [`Errors`] measured, in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measure {
    /// Microseconds in which at least one request in a thousand failed.
    pub micros: u64,
    /// The longest stretch of them.
    pub longest: u64,
    /// The whole minute in which the largest share failed, and that share; the first of several.
    pub worst: Option<(Time, f64)>,
}

/// Errors of one service.
#[derive(Clone, Copy, Debug)]
pub struct Errors {
    from: u64,
    since: u64,
    offered: u64,
    failed: u64,
    /// Begin and end of the newest stretch.
    stretch: (u64, u64),
    /// Requests offered and failed in the minute that goes on: rates times microseconds.
    minute: (u128, u128),
    measure: Measure,
}

impl Errors {
    /// Measures from `from` on; minutes begin there.
    pub fn new(from: Time) -> Errors {
        let since = from.0;
        let (stretch, measure) = ((0, 0), Measure::default());
        Errors { from: since, since, offered: 0, failed: 0, stretch, minute: (0, 0), measure }
    }

    /// Rates offered and failed from `now` on.
    pub fn flow(&mut self, now: Time, offered: u64, failed: u64) {
        if (offered, failed) != (self.offered, self.failed) {
            self.reach(now);
            (self.offered, self.failed) = (offered, failed);
        }
    }

    /// Counts up to `now`. Rates that hold for no time do not count.
    fn reach(&mut self, now: Time) {
        if now.0 <= self.since {
            return;
        }
        if self.offered > 0 && self.failed.saturating_mul(ONE_IN) >= self.offered {
            self.measure.micros += now.0 - self.since;
            let begin = if self.stretch.1 == self.since { self.stretch.0 } else { self.since };
            self.stretch = (begin, now.0);
            self.measure.longest = self.measure.longest.max(now.0 - begin);
        }
        self.minutes(now.0);
        self.since = now.0;
    }

    /// Fills the minutes up to `until`.
    fn minutes(&mut self, until: u64) {
        const MINUTE: u64 = Span::MINUTE.0;
        let mut at = self.since;
        while at < until {
            let into = (at - self.from) % MINUTE;
            let part = (MINUTE - into).min(until - at);
            self.minute.0 += u128::from(self.offered) * u128::from(part);
            self.minute.1 += u128::from(self.failed) * u128::from(part);
            at += part;
            if into + part == MINUTE {
                self.close(Time(at - MINUTE));
            }
            if part == MINUTE {
                // Of minutes that are alike the first is enough.
                at += (until - at) / MINUTE * MINUTE;
            }
        }
    }

    /// A minute is over.
    fn close(&mut self, begin: Time) {
        let (offered, failed) = std::mem::take(&mut self.minute);
        let share = failed as f64 / offered as f64;
        if offered > 0 && self.measure.worst.is_none_or(|(_, worst)| share > worst) {
            self.measure.worst = Some((begin, share));
        }
    }

    pub fn finish(mut self, end: Time) -> Measure {
        self.reach(end);
        self.measure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds with errors, longest stretch, begin of the worst minute and the share that failed in it.
    fn told(from: u64, end: u64, flows: &[(u64, u64, u64)]) -> (u64, u64, Option<(u64, f64)>) {
        let second = Span::SECOND.0;
        let mut errors = Errors::new(Time(from * second));
        for (at, offered, failed) in flows {
            errors.flow(Time(at * second), *offered, *failed);
        }
        let found = errors.finish(Time(end * second));
        let worst = found.worst.map(|(at, share)| (at.0 / second, share));
        (found.micros / second, found.longest / second, worst)
    }

    #[test]
    fn one_request_in_a_thousand_is_an_error_that_counts() {
        assert_eq!(told(0, 600, &[(0, 100_000, 99)]).0, 0);
        assert_eq!(told(0, 600, &[(0, 100_000, 100)]), (600, 600, Some((0, 0.001))));
        assert_eq!(told(0, 600, &[]), (0, 0, None), "nothing is asked");
        assert_eq!(told(0, 59, &[(0, 10, 10)]), (59, 59, None), "no whole minute");
    }

    #[test]
    fn stretches_and_minutes_begin_with_the_window() {
        // Half of all fails from 50 to 130 s, all of it from 200 to 210 s; the window begins at 30 s.
        let flows = [(0, 8, 8), (20, 8, 0), (50, 8, 4), (130, 8, 0), (200, 8, 8), (210, 8, 0)];
        // From 30 to 90 s it fails for 40 of 60 s, and from 90 to 150 s too.
        assert_eq!(told(30, 300, &flows), (90, 80, Some((30, 4.0 * 40.0 / 480.0))));
        // With errors before it.
        assert_eq!(told(10, 300, &flows), (100, 80, Some((70, 0.5))));
        // A rate that holds for no time breaks no stretch.
        assert_eq!(told(0, 120, &[(0, 8, 8), (60, 8, 0), (60, 8, 4)]), (120, 120, Some((0, 1.0))));
    }

    #[test]
    fn the_first_of_equal_minutes_is_the_worst() {
        assert_eq!(told(0, 86_400, &[(0, 8, 0), (90, 8, 2)]), (86_310, 86_310, Some((120, 0.25))));
        assert_eq!(told(0, 86_400, &[(0, 8, 2), (86_390, 8, 8)]).2, Some((86_340, (50.0 * 2.0 + 80.0) / 480.0)));
    }
}
