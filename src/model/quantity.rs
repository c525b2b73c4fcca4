//! Quantities as scenarios write them: texts with units, and laws.

use super::problem::{Problems, last};
use crate::engine::dist::DistError;
use crate::engine::time::SpanError;
use crate::engine::{Dist, Span};
use crate::grammar::{Defs, Read, Reader, Want, Written, short};
use serde_json::{Value, json};

/// A length of time: `"45m"`, `"2h30m"`, `"90s"`, `"PT5M"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Duration(pub Span);

/// Events for each unit of time: `"20/s"`, `"500/min"`, `"0.5/h"`; inside, billionths of an event for each second.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate(pub u64);

impl Rate {
    /// Billionths in one.
    pub const ONE: u64 = 1_000_000_000;

    /// Reads `"20/s"`, `"500/min"`, `"3/h"`, `"10/d"`.
    ///
    /// # Errors
    /// A sentence that says what the text lacks.
    pub fn parse(text: &str) -> Result<Rate, String> {
        let (number, unit) = text.trim().split_once('/').ok_or("needs a unit of time, such as \"20/s\"")?;
        let seconds = match unit.trim().to_ascii_lowercase().as_str() {
            "s" | "sec" => 1.0,
            "m" | "min" => 60.0,
            "h" | "hour" => 3_600.0,
            "d" | "day" => 86_400.0,
            _ => return Err(format!("has no unit `{}`: use /s, /min, /h or /d", short(unit.trim()))),
        };
        let value: f64 = number.trim().parse().map_err(|_| format!("`{}` is not a number", short(number.trim())))?;
        if !value.is_finite() || value < 0.0 {
            return Err("cannot be negative or infinite".into());
        }
        let billionths = libm::round(value * 1e9 / seconds);
        if billionths > 1e18 {
            return Err("is above 10^9 a second, the largest rate that can be simulated".into());
        }
        Ok(Rate(billionths as u64))
    }

    /// Events a second.
    pub fn per_second(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

object! {
    /// Uniform between two lengths.
    Uniform("camelCase", called "") {
        need {
            /// The least.
            low: Duration,
            /// The most.
            high: Duration,
        }
    }
}

object! {
    /// Exponential.
    Exponential("camelCase", called "") {
        need {
            /// The mean.
            mean: Duration,
        }
    }
}

object! {
    /// Log-normal.
    Lognormal("camelCase", called "") {
        need {
            /// The median.
            median: Duration,
            /// Standard deviation of the natural logarithm.
            sigma: f64,
        }
    }
}

object! {
    /// Weibull: survival `exp(-(t / scale)^shape)`.
    Weibull("camelCase", called "") {
        need {
            /// Below 1: failures early in life; above 1: wear.
            shape: f64,
            /// Characteristic life.
            scale: Duration,
        }
    }
}

object! {
    /// Gamma; its mean is `shape x scale`.
    Gamma("camelCase", called "") {
        need {
            /// Shape.
            shape: f64,
            /// Scale.
            scale: Duration,
        }
    }
}

object! {
    /// One of the values, each as likely.
    Empirical("camelCase", called "") {
        need {
            /// Observed lengths of time.
            values: Vec<Duration>,
        }
    }
}

one_of! {
    /// A law of a random length of time.
    Law("law") {
        /// Always the same.
        Constant as "constant": Duration,
        /// Uniform between two lengths.
        Uniform as "uniform": Uniform,
        /// Exponential.
        Exponential as "exponential": Exponential,
        /// Log-normal.
        Lognormal as "lognormal": Lognormal,
        /// Weibull.
        Weibull as "weibull": Weibull,
        /// Gamma.
        Gamma as "gamma": Gamma,
        /// One of the values, each as likely.
        Empirical as "empirical": Empirical,
    }
}

impl Law {
    /// The law that the engine samples.
    ///
    /// # Errors
    /// When the numbers make no law.
    pub fn dist(&self) -> Result<Dist, DistError> {
        match self {
            Law::Constant(span) => Ok(Dist::constant(span.0)),
            Law::Uniform(law) => Dist::uniform(law.low.0, law.high.0),
            Law::Exponential(law) => Dist::exponential(law.mean.0),
            Law::Lognormal(law) => Dist::lognormal(law.median.0, law.sigma),
            Law::Weibull(law) => Dist::weibull(law.shape, law.scale.0),
            Law::Gamma(law) => Dist::gamma(law.shape, law.scale.0),
            Law::Empirical(law) => Dist::empirical(law.values.iter().map(|value| value.0).collect()),
        }
    }

    /// The same; a problem where the numbers make no law, at the one that is wrong.
    pub fn read(&self, at: &str, out: &mut Problems) -> Option<Dist> {
        let dist = self.dist();
        if let Err(error) = &dist {
            let (field, message, hint) = self.wrong(*error);
            out.out_of_range(&format!("{at}/{field}"), message, hint);
        }
        dist.ok()
    }

    /// Which field is wrong, why, and what may be written.
    fn wrong(&self, error: DistError) -> (&'static str, String, &'static str) {
        let (shape, scale) = match self {
            Law::Lognormal(law) => (("lognormal/sigma", law.sigma), ("lognormal/median", law.median)),
            Law::Weibull(law) => (("weibull/shape", law.shape), ("weibull/scale", law.scale)),
            Law::Gamma(law) => (("gamma/shape", law.shape), ("gamma/scale", law.scale)),
            Law::Exponential(law) => (("exponential", 1.0), ("exponential/mean", law.mean)),
            Law::Uniform(law) => (("uniform", 1.0), ("uniform/low", law.low)),
            Law::Constant(span) => (("constant", 1.0), ("constant", *span)),
            Law::Empirical(_) => (("empirical/values", 1.0), ("empirical/values", Duration(Span::ZERO))),
        };
        match error {
            DistError::BadShape => {
                let message = format!("`{}` must be above 0, not `{}`", last(shape.0), shape.1);
                (shape.0, message, "write a number such as 0.6")
            }
            DistError::ZeroScale => {
                let message = format!("`{}` must be above 0, not `{}`", last(scale.0), scale.1.0);
                (scale.0, message, "write a length of time such as \"3h\"")
            }
            DistError::Reversed => ("uniform/low", "`low` must be at most `high`".to_owned(), "exchange them"),
            DistError::Empty => {
                ("empirical/values", "`values` is empty".to_owned(), "write at least one, such as \"90s\"")
            }
        }
    }
}

/// The `format` that marks a length of time in the schema.
pub const DURATION_FORMAT: &str = "evenkeel-duration";
/// What every length of time looks like; editors know no format of ours.
const DURATION_PATTERN: &str = r"^\s*(?:(?:[0-9.]+[A-Za-zµ]+\s*)+|[Pp][0-9.DWTHMSdwthms\s]+)$";
/// What every rate looks like.
const RATE_PATTERN: &str = r"^\s*[0-9.eE+-]+\s*/\s*[A-Za-z]+\s*$";
/// The `format` that marks a rate in the schema.
pub const RATE_FORMAT: &str = "evenkeel-rate";

impl Read for Duration {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = plain(value, Want::Duration, reader)?;
        let error = match Span::parse(&text) {
            Ok(span) if value.is_string() => return Some(Duration(span)),
            Ok(_) => SpanError::NoUnit,
            Err(error) => error,
        };
        let (message, hint) = mended(&text, &error);
        reader.malformed(&message, hint);
        None
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "string", "format": DURATION_FORMAT, "pattern": DURATION_PATTERN,
            "examples": ["45m", "2h30m", "90s", "PT5M"] })
    }
    const EXAMPLE: &str = "\"45m\"";
}

impl Read for Rate {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        let text = plain(value, Want::Rate, reader)?;
        match Rate::parse(&text) {
            Ok(rate) => return Some(rate),
            Err(_) if text.parse::<f64>().is_ok_and(|number| number >= 0.0) => {
                let text = short(&text);
                reader.malformed("needs a unit of time", format!("write \"{text}/s\" for {text} each second"));
            }
            Err(error) => {
                reader.malformed(&error, "write it like \"20/s\", \"500/min\" or \"3/h\"".to_owned());
            }
        }
        None
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": "string", "format": RATE_FORMAT, "pattern": RATE_PATTERN, "examples": ["20/s", "500/min"] })
    }
    const EXAMPLE: &str = "\"20/s\"";
}

/// What is wrong with a text that is no length of time, and the way out.
fn mended(text: &str, error: &SpanError) -> (String, String) {
    let compact: String = text.split_whitespace().collect();
    if compact != text && Span::parse(&compact).is_ok() {
        return ("has a space before its unit".to_owned(), format!("write \"{}\"", short(&compact)));
    }
    if let Some(spelt) = in_letters(&compact) {
        return ("has its unit in words".to_owned(), format!("write \"{spelt}\""));
    }
    let short_text = short(text);
    if text.parse::<f64>().is_ok() {
        let hint = format!("write \"{short_text}s\" for seconds, as AWS counts them, or \"{short_text}m\" for minutes");
        return (error.to_string(), hint);
    }
    let clock = text.split_once(':').and_then(|(hours, minutes)| Some((hours.parse().ok()?, minutes.parse().ok()?)));
    if let Some((hours, minutes)) = clock.filter(|(hours, minutes): &(u8, u8)| *hours < 24 && *minutes < 60) {
        let since = Span::from_secs(u64::from(hours) * 3_600 + u64::from(minutes) * 60);
        let message = "is a time of the day, and a length of time belongs here, counted from the start".to_owned();
        return (message, format!("write \"{since}\"; steps of `daily` have times of the day"));
    }
    (short(&error.to_string()), "write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\"".to_owned())
}

/// The same length of time with letters for units, where it has words: `2h` for `2hours`.
fn in_letters(text: &str) -> Option<String> {
    let mut letters = text.to_lowercase();
    for (word, letter) in [("minute", "m"), ("second", "s"), ("hour", "h"), ("day", "d"), ("week", "w")] {
        letters = letters.replace(&format!("{word}s"), letter).replace(word, letter);
    }
    let letters = letters.replace("and", "").replace(',', "");
    (letters != text.to_lowercase() && Span::parse(&letters).is_ok()).then_some(letters)
}

/// The text of a quantity, or of the bare number in its place.
fn plain(value: &Value, want: Want, reader: &mut Reader<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => {
            reader.mistyped(value, &[want], None);
            None
        }
    }
}

impl Written for Duration {
    fn written(&self) -> Value {
        self.0.to_string().into()
    }
}

impl Written for Rate {
    fn written(&self) -> Value {
        format!("{}/s", self.per_second()).into()
    }
}

/// `ceil(count x percent / 100)` ([ecs-rolling-update]).
pub(crate) fn percent_up(count: u32, percent: u32) -> u32 {
    (u64::from(count) * u64::from(percent)).div_ceil(100) as u32
}

/// A part of a rate, in millionths.
pub(crate) fn part_of(whole: u64, ppm: u64) -> u64 {
    (u128::from(whole) * u128::from(ppm) / 1_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_units() {
        assert_eq!(Rate::parse("20/s"), Ok(Rate(20_000_000_000)));
        assert_eq!(Rate::parse("600/min"), Ok(Rate(10_000_000_000)));
        assert!(Rate::parse("20").is_err());
        assert!(Rate::parse("-1/s").is_err());
        assert!(Rate::parse("1/fortnight").is_err());
    }
}
