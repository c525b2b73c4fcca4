//! Words for limits: ranges of numbers, forms and lengths of texts, lengths of lists.

use super::explain::{Explain, Schema};
use super::words;
use crate::model::problem::Code;
use crate::model::quantity::{DURATION_FORMAT, RATE_FORMAT};
use serde_json::Value;

/// Whether a number keeps a bound.
type Fits = fn(f64, f64) -> bool;

impl<'a> Explain<'a, '_, '_> {
    pub(super) fn number(&mut self, number: f64, schema: &Schema) {
        let bound = |rule: &str| schema.get(rule).and_then(Value::as_f64);
        let rules: [(&str, &str, Fits); 4] = [
            ("minimum", "at least", |number, bound| number >= bound),
            ("maximum", "at most", |number, bound| number <= bound),
            ("exclusiveMinimum", "above", |number, bound| number > bound),
            ("exclusiveMaximum", "below", |number, bound| number < bound),
        ];
        for (rule, relation, fits) in rules {
            if bound(rule).is_some_and(|bound| !fits(number, bound)) && !self.mute() {
                let message =
                    format!("{} must be {relation} {}, not `{number}`", words::subject(&self.at), schema[rule]);
                let low = schema.get("minimum").or_else(|| schema.get("exclusiveMinimum"));
                let high = schema.get("maximum").or_else(|| schema.get("exclusiveMaximum"));
                let hint = match (low, high) {
                    (Some(low), Some(high)) => format!("write a number from {low} to {high}"),
                    _ => format!("write a number {relation} {}", schema[rule]),
                };
                self.say(Code::OutOfRange, message, hint);
            }
        }
    }

    pub(super) fn text(&mut self, text: &str, value: &Value, schema: &Schema) {
        let wrong = match schema.get("format").and_then(Value::as_str) {
            Some(DURATION_FORMAT) => words::duration(value),
            Some(RATE_FORMAT) => words::rate(value),
            _ => None,
        };
        if let Some((message, hint)) = wrong {
            self.error(format!("{} {message}", words::subject(&self.at)), hint);
        }
        self.length(text.chars().count(), ["minLength", "maxLength"], ["letter", "letters"], schema);
    }

    /// A count within its limits.
    fn length(&mut self, count: usize, rules: [&str; 2], units: [&str; 2], schema: &Schema) {
        let bound = |rule: &str| schema.get(rule).and_then(Value::as_u64);
        let unit = |bound: u64| if bound == 1 { units[0] } else { units[1] };
        let subject = words::subject(&self.at);
        if let Some(least) = bound(rules[0]).filter(|least| (count as u64) < *least) {
            let hint = if count == 0 { "it is empty".to_owned() } else { format!("it has {count}") };
            self.say(Code::OutOfRange, format!("{subject} needs at least {least} {}", unit(least)), hint);
        }
        if let Some(most) = bound(rules[1]).filter(|most| (count as u64) > *most) {
            self.say(
                Code::OutOfRange,
                format!("{subject} takes at most {most} {}", unit(most)),
                format!("it has {count}"),
            );
        }
    }

    pub(super) fn list(&mut self, list: &[Value], schema: &'a Schema) {
        self.length(list.len(), ["minItems", "maxItems"], ["entry", "entries"], schema);
        let first: &[Value] = schema.get("prefixItems").and_then(Value::as_array).map_or(&[], Vec::as_slice);
        for (index, value) in list.iter().enumerate() {
            if let Some(schema) = first.get(index).or_else(|| schema.get("items")) {
                self.inside(&index.to_string(), value, schema);
            }
        }
    }
}
