//! Objects of Amazon ECS, Amazon EC2, Amazon EC2 Auto Scaling and Application Auto Scaling with AWS's own names, shapes
//! and defaults, as the AWS CLI takes and prints them (public API models of 2026: [ecs-api-model]).

pub mod auto_scaling_group;
pub mod capacity_provider;
pub mod cluster;
pub mod container_instance;
pub mod instance_type;
pub mod lifecycle;
pub mod monitoring;
pub mod predictive_scaling;
pub mod scalable_target;
pub mod scaling_policy;
pub mod scheduled_action;
pub mod service;
pub mod subnet;
pub mod target_group;
pub mod task;
pub mod task_definition;

use crate::grammar::{Defs, Read, Reader, Want};
use serde_json::{Value, json};

words! {
    /// On or off, as AWS spells it.
    Toggle("SCREAMING_SNAKE_CASE") {
        /// On.
        Enabled,
        /// Off.
        Disabled,
    }
}

/// A number that AWS takes as a text or as a number, such as `"cpu": "256"`, `"0.5 vCPU"` or `256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount(pub String);

impl Read for Amount {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Amount(text.clone())),
            Value::Number(_) => u64::read(value, reader).map(|number| Amount(number.to_string())),
            _ => {
                reader.mistyped(value, &[Want::Text, Want::Whole], None);
                None
            }
        }
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": ["string", "integer"], "minimum": 0 })
    }
    const EXAMPLE: &str = "\"256\"";
}

/// A point in time as AWS prints it: a text such as `"2026-01-05T10:00:00+01:00"`, or seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment(pub String);

impl Moment {
    /// Whole seconds since 1970-01-01 UTC; `None` when it is not a point in time.
    pub fn seconds(&self) -> Option<i64> {
        self.micros().map(|micros| micros.div_euclid(1_000_000))
    }

    /// Microseconds since 1970-01-01 UTC; `None` when it is not a point in time.
    pub fn micros(&self) -> Option<i64> {
        let text = self.0.trim();
        if let Ok(date) = text.parse::<jiff::Timestamp>() {
            return Some(date.as_microsecond());
        }
        let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=1e12).contains(seconds))?;
        Some(libm::floor(seconds * 1e6) as i64)
    }
}

impl Read for Moment {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Moment(text.clone())),
            Value::Number(number) => Some(Moment(number.to_string())),
            _ => {
                reader.mistyped(value, &[Want::Text, Want::Number], None);
                None
            }
        }
    }
    fn schema(_: &mut Defs) -> Value {
        json!({ "type": ["string", "number"] })
    }
    const EXAMPLE: &str = "\"2026-01-05T10:00:00Z\"";
}
