//! What was promised and what became of it as a table.

use super::align::Table;
use super::number::{maybe, percent};
use crate::metrics::summary::{Estimate, ObjectiveRow, Summary, Verdict};
use serde_json::Value;

/// The table, the verdict first; empty without objectives.
pub(super) fn table(summary: &Summary) -> Table {
    let mut table = Table::default().left(&["verdict"]).prose("objective").left(&["measured"]);
    for row in &summary.objectives {
        let word = match row.verdict {
            Verdict::Pass => "pass",
            Verdict::Fail => "FAIL",
            Verdict::Inconclusive => "inconclusive",
        };
        table.judged(row.verdict, [word.to_owned(), wanted(row), measured(&row.measured)]);
    }
    table
}

/// `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}` as `shop/web: requestAvailability at least
/// 0.999`.
pub fn wanted(row: &ObjectiveRow) -> String {
    let Some(fields) = row.objective.as_object() else { return row.objective.to_string() };
    let subject = fields.values().find_map(Value::as_str).unwrap_or_default();
    let bounds = fields.iter().filter_map(|(key, bound)| Some((key, bound.as_object()?)));
    let mut parts: Vec<String> = Vec::new();
    for (key, bound) in bounds {
        for (word, value) in bound {
            let word = match word.as_str() {
                "atLeast" => "at least",
                "atMost" => "at most",
                other => other,
            };
            parts.push(format!("{key} {word} {}", bare(value)));
        }
    }
    format!("{subject}: {}", parts.join(", "))
}

fn measured(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            serde_json::from_value(value.clone()).map_or_else(|_| value.to_string(), |value| precise(&value))
        }
        Value::Null => "nothing (it never came)".to_owned(),
        other => bare(other),
    }
}

/// Like [`maybe`], with enough digits to see on which side of a bound a share lies.
fn precise(value: &Estimate) -> String {
    let close_to_one = value.low.is_none() && value.mean < 1.0 && value.mean > 0.9;
    if close_to_one {
        let text = percent(&Some(*value));
        return format!("{} ({text})", (value.mean * 1e9).round() / 1e9);
    }
    maybe(&Some(*value))
}

/// A bound as it was written: every digit counts, but 300 is not 300.0.
fn bare(value: &Value) -> String {
    match (value.as_str(), value.as_f64()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => value.to_string(),
    }
}
