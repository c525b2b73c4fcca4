//! Points in simulated time and lengths of it, in whole microseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};

/// A point in simulated time: microseconds since the start of the run. Reaches 584 000 years.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(pub u64);

/// A length of simulated time in whole microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(pub u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that happens.
    pub const NEVER: Time = Time(u64::MAX);

    /// The length of time from `earlier` to here; zero when `earlier` is later.
    pub const fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start.
    pub fn as_secs_f64(self) -> f64 {
        Span(self.0).as_secs_f64()
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest span; adding it to any time gives [`Time::NEVER`].
    pub const MAX: Span = Span(u64::MAX);
    /// One second.
    pub const SECOND: Span = Span::from_secs(1);
    /// One minute.
    pub const MINUTE: Span = Span::from_secs(60);

    /// From whole microseconds.
    pub const fn from_micros(micros: u64) -> Span {
        Span(micros)
    }

    /// From whole milliseconds.
    pub const fn from_millis(millis: u64) -> Span {
        Span(millis.saturating_mul(1_000))
    }

    /// From whole seconds.
    pub const fn from_secs(secs: u64) -> Span {
        Span(secs.saturating_mul(1_000_000))
    }

    /// From seconds, rounded to the nearest microsecond; negative numbers and NaN give zero, more than fits gives
    /// [`Span::MAX`].
    pub fn from_secs_f64(secs: f64) -> Span {
        // From 2^52 on a number has no digits behind the point; adding it to a smaller one rounds those away and leaves
        // the whole number in the low bits, for a fraction of the cost of a call to `round`.
        const WHOLE: f64 = (1u64 << 52) as f64;
        let micros = secs * 1e6;
        // Elsewhere the cast saturates and turns NaN into zero.
        let small = (0.0..WHOLE).contains(&micros);
        Span(if small { (micros + WHOLE).to_bits() - WHOLE.to_bits() } else { micros as u64 })
    }

    /// Whole microseconds.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Reads `"45m"`, `"2h30m"`, `"1.5s"`, `"250ms"` or ISO 8601 `"PT5M"`, `"P1DT2H"`.
    ///
    /// Units: `us`, `ms`, `s`, `m` or `min`, `h`, `d` (24 hours), `w` (7 days).
    ///
    /// # Errors
    /// A number without a unit, an unknown unit, a negative number and more than 584 000 years are refused.
    pub fn parse(text: &str) -> Result<Span, SpanError> {
        let trimmed = text.trim();
        let (body, iso) = match trimmed.strip_prefix(['P', 'p']) {
            Some(rest) => (rest, true),
            None => (trimmed, false),
        };
        if body.is_empty() {
            return Err(SpanError::Empty);
        }
        if trimmed.contains('-') {
            return Err(SpanError::Negative);
        }
        let mut total = 0u128;
        let mut rest = body;
        let mut clock = !iso;
        while !rest.is_empty() {
            if iso
                && !clock
                && let Some(after) = rest.strip_prefix(['T', 't'])
            {
                clock = true;
                rest = after;
                continue;
            }
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
            let letters = if iso { letters.min(1) } else { letters };
            let (unit, next) = after.split_at(letters);
            total = total.saturating_add(scaled(number, unit_micros(unit, iso, clock)?)?);
            rest = next.trim_start();
        }
        u64::try_from(total).map(Span).map_err(|_| SpanError::TooLong)
    }
}

/// Micros in a unit.
fn unit_micros(unit: &str, iso: bool, clock: bool) -> Result<u64, SpanError> {
    const SECOND: u64 = 1_000_000;
    let lower = unit.to_ascii_lowercase();
    let micros = match (lower.as_str(), iso, clock) {
        ("", _, _) => return Err(SpanError::NoUnit),
        ("us" | "µs", false, _) => 1,
        ("ms", false, _) => 1_000,
        ("s" | "sec" | "secs", false, _) | ("s", true, true) => SECOND,
        ("m" | "min" | "mins", false, _) | ("m", true, true) => 60 * SECOND,
        ("h" | "hr" | "hrs", false, _) | ("h", true, true) => 3_600 * SECOND,
        ("d" | "day" | "days", false, _) | ("d", true, false) => 86_400 * SECOND,
        ("w" | "week" | "weeks", false, _) | ("w", true, false) => 604_800 * SECOND,
        _ => return Err(SpanError::UnknownUnit(unit.to_owned())),
    };
    Ok(micros)
}

/// A decimal number times a unit, exactly, cut below the microsecond.
fn scaled(number: &str, unit: u64) -> Result<u128, SpanError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let bad = || SpanError::NotANumber(number.to_owned());
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(bad());
    }
    if whole.len() > 20 {
        return Err(SpanError::TooLong);
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| bad())? };
    let mut micros = whole * u128::from(unit);
    let mut place = u128::from(unit);
    for digit in fraction.bytes().take(15) {
        place /= 10;
        micros += place * u128::from(digit - b'0');
    }
    Ok(micros)
}

/// Why a text is no length of time.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SpanError {
    #[error("needs a length of time such as \"45m\"")]
    Empty,
    #[error("needs a unit")]
    NoUnit,
    /// The unit is none of ours.
    #[error("has no unit `{0}`: use ms, s, m, h, d or w")]
    UnknownUnit(String),
    /// What stands before the unit is no number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    #[error("cannot be negative")]
    Negative,
    /// More than the clock holds.
    #[error("is longer than the clock reaches (584 000 years)")]
    TooLong,
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Span {
    type Output = Span;
    fn mul(self, times: u64) -> Span {
        Span(self.0.saturating_mul(times))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Span(self.0).fmt(f)
    }
}

/// Prints the form that [`Span::parse`] reads: `1h30m`, `45s`, `250ms`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 6] = [
            (86_400_000_000, "d"),
            (3_600_000_000, "h"),
            (60_000_000, "m"),
            (1_000_000, "s"),
            (1_000, "ms"),
            (1, "us"),
        ];
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (size, name) in UNITS {
            if rest >= size {
                write!(f, "{}{name}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, micros: u64) {
        assert_eq!(Span::parse(text), Ok(Span(micros)), "{text}");
    }

    #[test]
    fn reads_plain_units() {
        check("45m", 2_700_000_000);
        check("2h30m", 9_000_000_000);
        check("90s", 90_000_000);
        check("1.5s", 1_500_000);
        check("250ms", 250_000);
        check("0s", 0);
        check("1w", 604_800_000_000);
    }

    #[test]
    fn reads_iso_8601() {
        check("PT5M", 300_000_000);
        check("P1DT2H", 93_600_000_000);
        check("PT1.5S", 1_500_000);
        check("P2W", 2 * 604_800_000_000);
    }

    #[test]
    fn refuses_what_is_no_length() {
        assert_eq!(Span::parse("45"), Err(SpanError::NoUnit));
        assert_eq!(Span::parse(""), Err(SpanError::Empty));
        assert_eq!(Span::parse("-5m"), Err(SpanError::Negative));
        assert_eq!(Span::parse("PT-5M"), Err(SpanError::Negative));
        assert_eq!(Span::parse("5parsec"), Err(SpanError::UnknownUnit("parsec".into())));
        assert_eq!(Span::parse("P5M"), Err(SpanError::UnknownUnit("M".into())));
        assert_eq!(Span::parse("99999999999999999999999h"), Err(SpanError::TooLong));
        assert_eq!(Span::parse("1.2.3s"), Err(SpanError::NotANumber("1.2.3".into())));
    }

    #[test]
    fn seconds_are_rounded_to_the_nearest_microsecond() {
        let check = |secs: f64, micros: u64| assert_eq!(Span::from_secs_f64(secs), Span(micros), "{secs}");
        check(1.000_000_4, 1_000_000);
        check(1.000_000_6, 1_000_001);
        check(-3.0, 0);
        check(f64::NAN, 0);
        check(f64::INFINITY, u64::MAX);
        check(1e300, u64::MAX);
        check(4_503_599_627.370_497, 4_503_599_627_370_497);
        check(4_503_599_627.370_495, 4_503_599_627_370_495);
    }

    #[test]
    fn prints_what_it_reads() {
        for micros in [0, 1, 999, 1_000, 61_000_000, 90_061_001_001] {
            assert_eq!(Span::parse(&Span(micros).to_string()), Ok(Span(micros)));
        }
    }
}
