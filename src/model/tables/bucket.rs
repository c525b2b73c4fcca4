//! A token bucket in whole numbers: `burst` tokens when full, refilled continuously, never early by rounding.

use crate::engine::{Span, Time};

/// Parts of a token that are counted: a rate of billionths a second over microseconds gives 10^-15.
const PART: u128 = 1_000_000_000_000_000;
/// Parts in a millionth of a token.
const MILLIONTH: u128 = PART / 1_000_000;

/// What comes in one second, or one token where that is less.
fn a_second(rate: u64) -> u128 {
    (u128::from(rate) * (PART / 1_000_000_000)).max(PART)
}

/// A token bucket.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokens {
    burst: u128,
    rate: u64,
    level: u128,
    /// Tokens that were taken before they were there: refills pay them back first.
    debt: u128,
    at: Time,
}

impl Tokens {
    /// A full bucket; `rate` in billionths of a token for each second.
    pub fn full(burst: u32, rate: u64) -> Tokens {
        let burst = u128::from(burst) * PART;
        Tokens { burst, rate, level: burst, debt: 0, at: Time::ZERO }
    }

    /// A full bucket that holds as much as comes in one second, or one token where that is less.
    pub fn of_a_second(rate: u64) -> Tokens {
        let burst = a_second(rate);
        Tokens { burst, rate, level: burst, debt: 0, at: Time::ZERO }
    }

    /// An empty one that begins to fill now, up to what comes in one second.
    pub fn from_now(now: Time, rate: u64) -> Tokens {
        Tokens { level: 0, at: now, ..Tokens::of_a_second(rate) }
    }

    /// From now on it refills at another rate and holds a second of it; what is above is lost.
    pub fn set_rate(&mut self, now: Time, rate: u64) {
        self.refill(now);
        (self.rate, self.burst) = (rate, a_second(rate));
        self.level = self.level.min(self.burst);
    }

    /// Millionths of a token that it holds when full.
    pub fn size(&self) -> u64 {
        u64::try_from(self.burst / MILLIONTH).unwrap_or(u64::MAX)
    }

    fn refill(&mut self, now: Time) {
        let mut gained = u128::from(now.since(self.at).micros()) * u128::from(self.rate);
        if self.debt > 0 {
            let paid = self.debt.min(gained);
            self.debt -= paid;
            gained -= paid;
        }
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

    /// Takes `millionths` of a token. When there are fewer it takes none, unless the bucket is full: more can never be
    /// there at one time, and the rest is pending.
    pub fn pay(&mut self, now: Time, millionths: u64) -> bool {
        let enough = self.wait_for(now, millionths) == Span::ZERO;
        if enough {
            self.charge(now, millionths);
        }
        enough
    }

    /// Takes `millionths` of a token whether they are there or not.
    pub fn charge(&mut self, now: Time, millionths: u64) {
        self.refill(now);
        let cost = u128::from(millionths) * MILLIONTH;
        let paid = cost.min(self.level);
        self.level -= paid;
        self.debt += cost - paid;
    }

    /// How long until [`pay`](Tokens::pay) succeeds; [`Span::MAX`] when it never does: nothing is to be had at a rate
    /// of zero, whatever is left.
    pub fn wait_for(&mut self, now: Time, millionths: u64) -> Span {
        self.refill(now);
        let cost = (u128::from(millionths) * MILLIONTH).min(self.burst);
        let short = cost.saturating_sub(self.level) + self.debt;
        if self.rate == 0 {
            return Span::MAX;
        }
        if short == 0 {
            return Span::ZERO;
        }
        Span(u64::try_from(short.div_ceil(u128::from(self.rate))).unwrap_or(u64::MAX))
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

    /// Seconds until the `n`th token of a full bucket is had ([ecs-fargate-throttling]: burst + refill x t).
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
    fn what_is_taken_before_it_is_there_is_paid_back_first() {
        let mut bucket = Tokens::of_a_second(10 * 1_000_000_000);
        let now = Time::ZERO;
        bucket.charge(now, 12_000_000);
        assert_eq!(bucket.wait_for(now, 1_000_000), Span::from_millis(300), "2 owed and 1 to have, at 10 a second");
        assert!(!bucket.pay(now, 1_000_000));
        let later = now + Span::from_millis(300);
        assert!(bucket.pay(later, 1_000_000));
        bucket.set_rate(later, 5 * 1_000_000_000);
        assert_eq!(bucket.wait_for(later, 1_000_000), Span::from_millis(200));
        assert_eq!(bucket.wait_for(later, 50_000_000), Span::SECOND, "more than it holds is had when it is full");
        bucket.set_rate(later, 0);
        assert_eq!(bucket.wait_for(later, 1), Span::MAX);
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
