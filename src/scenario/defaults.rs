//! Which defaults a scenario takes: fields that it could have written and did not, in the words of the schema.
//!
//! The schema describes such a field with a clause that holds "by default"; that clause, with its label, is what is
//! told. Of an object that is not written at all only those are looked into that count nevertheless.

use super::read::Document;
use super::validate::UNUSED;
use crate::model::problem::{Code, Problem, Problems};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Objects whose fields have an effect although the object is not written.
const ALWAYS: [&str; 6] = ["costs", "deploymentConfiguration", "fargate", "loadBalancer", "restart", "router"];
/// References and objects inside one another, at most.
const DEPTH_MAX: usize = 64;

/// Takes a note of every default, once: where it stands first, and how often.
pub fn defaults(document: &Document, schema: &Value, out: &mut Problems) {
    let mut walk = Walk { schema, found: Vec::new(), places: BTreeMap::new() };
    walk.value(Some(&document.value), schema, "", 0);
    for (words, at, times) in walk.found {
        out.push(Problem::new(Code::Default, &at, words, "").in_places(times));
    }
}

struct Walk<'a> {
    schema: &'a Value,
    /// The words, where they hold first, how often.
    found: Vec<(String, String, usize)>,
    /// Where the words stand in `found`.
    places: BTreeMap<String, usize>,
}

impl<'a> Walk<'a> {
    /// Looks at a value, or at what is not written and counts nevertheless.
    fn value(&mut self, value: Option<&Value>, schema: &'a Value, at: &str, depth: usize) {
        let Some(schema) = self.resolve(schema, depth) else { return };
        match value {
            Some(Value::Array(list)) => {
                let Some(entry) = schema.get("items") else { return };
                for (index, value) in list.iter().enumerate() {
                    self.value(Some(value), entry, &format!("{at}/{index}"), depth + 1);
                }
            }
            Some(Value::Object(map)) => self.object(map, schema, at, depth),
            None => self.object(&Map::new(), schema, at, depth),
            Some(_) => {}
        }
    }

    fn object(&mut self, map: &Map<String, Value>, schema: &'a Map<String, Value>, at: &str, depth: usize) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let inside = format!("{at}/{name}");
            match map.get(name) {
                Some(value) => self.value(Some(value), property, &inside, depth + 1),
                None if ALWAYS.contains(&name.as_str()) => self.value(None, property, &inside, depth + 1),
                None => self.absent(name, property, at),
            }
        }
    }

    fn absent(&mut self, name: &str, property: &'a Value, at: &str) {
        let described = property.get("description").and_then(Value::as_str);
        let Some(clause) = described.and_then(clause) else { return };
        // The Regions and zones that are taken are told where they are made.
        if property.get("type").and_then(Value::as_str) == Some("array") {
            return;
        }
        let words = format!("`{name}`: {clause}");
        if let Some(place) = self.places.get(&words) {
            self.found[*place].2 += 1;
        } else {
            self.places.insert(words.clone(), self.found.len());
            self.found.push((words, at.to_owned(), 1));
        }
    }

    /// The schema behind references, and behind "this or null".
    fn resolve(&self, schema: &'a Value, depth: usize) -> Option<&'a Map<String, Value>> {
        let mut here = schema.as_object()?;
        for _ in depth..DEPTH_MAX {
            if here.contains_key(UNUSED) {
                return None;
            }
            let branches = here.get("anyOf").and_then(Value::as_array);
            let live = branches.and_then(|list| list.iter().find(|branch| branch["type"] != "null"));
            let target = here.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#'));
            here = match (target, live) {
                (Some(target), _) => self.schema.pointer(target)?.as_object()?,
                (None, Some(live)) if !here.contains_key("properties") => live.as_object()?,
                _ => return Some(here),
            };
        }
        None
    }
}

/// The part of a description that speaks of the default: `30 by default (sourced: [elb-health-checks])`.
fn clause(description: &str) -> Option<String> {
    let text = description.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = text.split(". ").find(|sentence| sentence.contains("by default"))?;
    let clause = sentence.split("; ").find(|clause| clause.contains("by default")).unwrap_or(sentence);
    Some(clause.trim_end_matches('.').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_holds_its_default() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(clause(text).as_deref(), expected, "{text}");
        check("REPLICA by default (sourced).", Some("REPLICA by default (sourced)"));
        check("Its end; 30 s by default\n(model choice). More.", Some("30 s by default (model choice)"));
        check("Seconds: 5 to 300, 30 by default (sourced).", Some("Seconds: 5 to 300, 30 by default (sourced)"));
        check("Name.", None);
    }
}
