//! A token bucket in whole numbers: `burst` tokens when full, refilled continuously, never early by rounding.

use crate::engine::{Span, Time};

/// Parts of a token that are counted: a rate of billionths a second over microseconds gives 10^-15.
const PART: u128 = 1_000_000_000_000_000;

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    burst: u128,
    rate: u64,
    level: u128,
    at: Time,
}

impl Tokens {
    /// A full bucket; `rate` in billionths of a token for each second.
    pub fn full(burst: u32, rate: u64) -> Tokens {
        let burst = u128::from(burst) * PART;
        Tokens { burst, rate, level: burst, at: Time::ZERO }
    }

    fn refill(&mut self, now: Time) {
        let gained = u128::from(now.since(self.at).micros()) * u128::from(self.rate);
        self.level = self.burst.min(self.level + gained);
        self.at = now;
    }

    /// Takes a token if a whole one is there.
    pub fn take(&mut self, now: Time) -> bool {
        self.refill(now);
        let enough = self.level >= PART;
        if enough {
            self.level -= PART;
        }
        enough
    }

    /// Gives a token back that was taken for nothing.
    pub fn give_back(&mut self) {
        self.level = self.burst.min(self.level + PART);
    }

    /// How long until a whole token is there; [`Span::MAX`] when none ever comes.
    pub fn wait(&mut self, now: Time) -> Span {
        self.refill(now);
        let short = PART.saturating_sub(self.level);
        if short == 0 {
            return Span::ZERO;
        }
        if self.rate == 0 || self.burst < PART {
            return Span::MAX;
        }
        Span(short.div_ceil(u128::from(self.rate)) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds until the `n`th token of a full bucket is had (domain sheet, section 4.6: burst + refill x t).
    fn check(burst: u32, per_second: u64, n: u32, seconds: f64) {
        let mut bucket = Tokens::full(burst, per_second * 1_000_000_000);
        let mut now = Time::ZERO;
        for _ in 0..n {
            now += bucket.wait(now);
            assert!(bucket.take(now));
        }
        assert_eq!(now, Time::ZERO + Span::from_secs_f64(seconds));
    }

    #[test]
    fn the_nth_token_comes_when_the_closed_form_says() {
        check(100, 20, 100, 0.0);
        check(100, 20, 101, 0.05);
        check(100, 20, 1_000, 45.0);
        check(100, 20, 750, 32.5);
        check(1, 3, 4, 1.000_002);
    }

    #[test]
    fn a_bucket_never_holds_more_than_its_burst() {
        let mut bucket = Tokens::full(2, 1_000_000_000);
        let late = Time::ZERO + Span::from_secs(1_000);
        assert!(bucket.take(late) && bucket.take(late));
        assert!(!bucket.take(late));
    }

    #[test]
    fn without_refill_the_wait_has_no_end() {
        let mut bucket = Tokens::full(1, 0);
        assert!(bucket.take(Time::ZERO));
        assert_eq!(bucket.wait(Time::ZERO), Span::MAX);
    }
}
