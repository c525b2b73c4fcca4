//! Quantities as scenarios write them: texts with units, and laws.

use super::problem::Problems;
use crate::engine::dist::DistError;
use crate::engine::{Dist, Span};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;

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
            _ => return Err(format!("has no unit `{}`: use /s, /min, /h or /d", unit.trim())),
        };
        let value: f64 = number.trim().parse().map_err(|_| format!("`{}` is not a number", number.trim()))?;
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

/// A law of a random length of time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Law {
    /// Always the same.
    Constant(Duration),
    /// Uniform between two lengths.
    Uniform {
        /// The least.
        low: Duration,
        /// The most.
        high: Duration,
    },
    /// Exponential.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Log-normal.
    Lognormal {
        /// The median.
        median: Duration,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// Weibull: survival `exp(-(t / scale)^shape)`.
    Weibull {
        /// Below 1: failures early in life; above 1: wear.
        shape: f64,
        /// Characteristic life.
        scale: Duration,
    },
    /// Gamma; its mean is `shape x scale`.
    Gamma {
        /// Shape.
        shape: f64,
        /// Scale.
        scale: Duration,
    },
    /// One of the values, each as likely.
    Empirical {
        /// Observed lengths of time.
        values: Vec<Duration>,
    },
}

impl Law {
    /// The law that the engine samples.
    ///
    /// # Errors
    /// When the numbers make no law.
    pub fn dist(&self) -> Result<Dist, DistError> {
        match self {
            Law::Constant(span) => Ok(Dist::constant(span.0)),
            Law::Uniform { low, high } => Dist::uniform(low.0, high.0),
            Law::Exponential { mean } => Dist::exponential(mean.0),
            Law::Lognormal { median, sigma } => Dist::lognormal(median.0, *sigma),
            Law::Weibull { shape, scale } => Dist::weibull(*shape, scale.0),
            Law::Gamma { shape, scale } => Dist::gamma(*shape, scale.0),
            Law::Empirical { values } => Dist::empirical(values.iter().map(|value| value.0).collect()),
        }
    }

    /// The same; a problem where the numbers make no law.
    pub fn read(&self, at: &str, out: &mut Problems) -> Option<Dist> {
        let dist = self.dist();
        if let Err(error) = &dist {
            let hint = "such as {\"constant\": \"5m\"} or {\"lognormal\": {\"median\": \"3h\", \"sigma\": 0.6}}";
            out.malformed(at, format!("the law {error}"), hint);
        }
        dist.ok()
    }
}

/// The `format` that marks a length of time in the schema.
pub const DURATION_FORMAT: &str = "evenkeel-duration";
/// The `format` that marks a rate in the schema.
pub const RATE_FORMAT: &str = "evenkeel-rate";

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Span::parse(&text).map(Duration).map_err(D::Error::custom)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Rate::parse(&text).map_err(D::Error::custom)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/s", self.per_second()))
    }
}

impl JsonSchema for Duration {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": DURATION_FORMAT, "examples": ["45m", "2h30m", "90s", "PT5M"] })
    }
}

impl JsonSchema for Rate {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": RATE_FORMAT, "examples": ["20/s", "500/min"] })
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

    #[test]
    fn laws_have_one_key() {
        let law: Law = serde_json::from_str(r#"{ "lognormal": { "median": "23s", "sigma": 0.25 } }"#).unwrap();
        assert_eq!(law, Law::Lognormal { median: Duration(Span::from_secs(23)), sigma: 0.25 });
        assert!(serde_json::from_str::<Law>(r#"{ "constant": 60 }"#).is_err());
    }
}
