//! The sound part of a scenario in which something does not fit: what is wrong is taken out with everything that
//! belongs to it, so that the rest can be looked at for its meaning too and everything is told at once.
//!
//! A service with a misspelt field is taken out whole, not the field alone: what it would mean without the field is
//! nobody's question. What refers to something taken out is not told, because it is not wrong.

use super::file::VERSION;
use super::read::Document;
use crate::model::problem::{Code, Noun, Problem, Problems, Severity};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Lists of the scenario whose entries are named elsewhere, besides faults.
const NAMED: [&str; 8] = [
    "regions",
    "taskDefinitions",
    "capacityProviders",
    "autoScalingGroups",
    "instanceTypes",
    "clusters",
    "alarms",
    "compositeAlarms",
];
/// Lists inside a cluster whose entries stand for themselves.
const IN_CLUSTERS: [&str; 2] = ["services", "runTasks"];

/// A Region without its control plane is a Region: this goes alone.
const PLANE: &str = "/controlPlane";

/// When a fault strikes, and for how long, says nothing about what it strikes: these go alone.
const TIMES: [&str; 3] = ["at", "every", "for"];

/// What is left of a scenario, and where what was taken out stood.
pub struct Sound {
    /// The scenario without it.
    pub value: Value,
    gone: BTreeSet<String>,
}

/// Takes out what `problems` speak of; `None` when nothing is left to look at.
pub fn sound(document: &Document, problems: &Problems) -> Option<Sound> {
    let errors = problems.of(Severity::Error).filter_map(|error| document.sources.pointer(&error.at));
    let wrong = errors.chain(document.sources.holes.iter().cloned());
    let gone: BTreeSet<String> = wrong.map(|at| unit(&at)).filter(|at| !at.is_empty()).collect();
    let mut value = without(&document.value, &mut String::new(), &gone)?;
    let fields = value.as_object_mut()?;
    place_holders(fields);
    times_of_faults(fields);
    Some(Sound { value, gone })
}

impl Sound {
    /// Adds what was found out about the sound part, under the pointers of the whole scenario. Names that are not
    /// known may be those of what was taken out; warnings may follow from what is missing.
    pub fn report(&self, found: Problems, out: &mut Problems) {
        for problem in found.list.into_iter().filter(|problem| self.counts(problem)) {
            let at = self.original(&problem.at);
            out.push(Problem { at, ..problem });
        }
    }

    fn counts(&self, problem: &Problem) -> bool {
        let noun = problem
            .subject
            .as_ref()
            .filter(|_| matches!(problem.code, Code::UnknownName | Code::NoCapacity))
            .map(|subject| subject.noun);
        let of_names = noun.is_some_and(|noun| self.gone.iter().any(|gone| may_be_named(gone, noun)));
        let inside = |gone: &String| gone.strip_prefix(problem.at.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let follows = !self.gone.is_empty() && (of_names || self.gone.iter().any(inside));
        problem.severity == Severity::Error && !problem.at.is_empty() && !follows
    }

    /// The pointer that a value of the sound part has in the whole: entries taken out of lists count again.
    fn original(&self, at: &str) -> String {
        let mut pointer = String::new();
        for token in at.split('/').skip(1) {
            let left = token.parse::<usize>().ok();
            let whole = left.map(|left| {
                let list = format!("{pointer}/");
                let inside = self.gone.range(list.clone()..).take_while(|gone| gone.starts_with(&list));
                let mut gone: Vec<usize> = inside.filter_map(|gone| gone[list.len()..].parse().ok()).collect();
                gone.sort_unstable();
                gone.into_iter().fold(left, |at, gone| if gone <= at { at + 1 } else { at })
            });
            let step = whole.map_or_else(|| token.to_owned(), |index| index.to_string());
            pointer = format!("{pointer}/{step}");
        }
        pointer
    }
}

/// Whether something taken out may have the name that is missed.
fn may_be_named(gone: &str, noun: Noun) -> bool {
    let list = gone.split('/').nth(1).unwrap_or_default();
    match list {
        "faults" => noun == Noun::Fault,
        "changes" => noun == Noun::Change,
        // Its router and its cells are services of its own clusters.
        "cellularApplication" => matches!(noun, Noun::Application | Noun::Service | Noun::Cluster),
        // Of a control plane nothing is named but its cells.
        "regions" if gone.ends_with(PLANE) => noun == Noun::PlaneCell,
        list => NAMED.contains(&list),
    }
}

/// What has to go with a value: the service, the entry of a list of the scenario, the field of the scenario.
fn unit(at: &str) -> String {
    let steps: Vec<&str> = at.split('/').skip(1).collect();
    let is_index = |place: usize| steps.get(place).is_some_and(|step| super::words::is_index(step));
    let deep = steps.first() == Some(&"clusters") && steps.get(2).is_some_and(|list| IN_CLUSTERS.contains(list));
    let time = steps.first() == Some(&"faults") && steps.get(2).is_some_and(|key| TIMES.contains(key));
    let plane = steps.first() == Some(&"regions") && steps.get(2) == Some(&"controlPlane");
    let length = match (deep && is_index(1) && is_index(3), is_index(1)) {
        (true, _) => 4,
        (false, true) => 2 + usize::from(time || plane),
        (false, false) => steps.len().min(1),
    };
    let ends = at.match_indices('/').map(|(end, _)| end).chain([at.len()]);
    at[..ends.skip(1).nth(length.wrapping_sub(1)).unwrap_or(0)].to_owned()
}

/// A copy without the values at these pointers.
fn without(value: &Value, at: &mut String, gone: &BTreeSet<String>) -> Option<Value> {
    if gone.contains(at) {
        return None;
    }
    let length = at.len();
    // No unit is deeper than a service.
    if at.matches('/').count() >= 4 {
        return Some(value.clone());
    }
    let mut inside = |token: &str, value: &Value| {
        super::source::push(at, token);
        let kept = without(value, at, gone);
        at.truncate(length);
        kept
    };
    Some(match value {
        Value::Array(list) => {
            let kept = list.iter().enumerate().filter_map(|(index, value)| inside(&index.to_string(), value));
            Value::Array(kept.collect())
        }
        Value::Object(map) => {
            let kept = map.iter().filter_map(|(key, value)| Some((key.clone(), inside(key, value)?)));
            Value::Object(kept.collect())
        }
        plain => plain.clone(),
    })
}

/// What every scenario needs, where it was wrong: a length that nothing written exceeds.
fn place_holders(fields: &mut Map<String, Value>) {
    let needed = [("version", VERSION.into()), ("name", "scenario".into()), ("duration", "300000d".into())];
    for (key, value) in needed {
        fields.entry(key).or_insert(value);
    }
}

/// A fault whose time was wrong strikes at the start.
fn times_of_faults(fields: &mut Map<String, Value>) {
    let faults = fields.get_mut("faults").and_then(Value::as_array_mut);
    for fault in faults.into_iter().flatten().filter_map(Value::as_object_mut) {
        if !fault.contains_key("at") && !fault.contains_key("every") {
            fault.insert("at".to_owned(), "0s".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_what_stands_for_itself() {
        for (at, expected) in [
            ("/clusters/0/services/3/deploymentConfiguration/x", "/clusters/0/services/3"),
            ("/clusters/0/clusterName", "/clusters/0"),
            ("/taskDefinitions/2/containerDefinitions/0/name", "/taskDefinitions/2"),
            ("/regions/1/controlPlane/router/mapping", "/regions/1/controlPlane"),
            ("/regions/1/zones/0/kind", "/regions/1"),
            ("/detection/loss", "/detection"),
            ("/faults/1/at", "/faults/1/at"),
            ("/faults/1/zonePowerLoss/zone", "/faults/1"),
            ("/duration", "/duration"),
            ("", ""),
        ] {
            assert_eq!(unit(at), expected, "{at}");
        }
    }

    #[test]
    fn entries_keep_their_place() {
        let gone = ["/faults/0", "/faults/2"].map(str::to_owned).into();
        let sound = Sound { value: Value::Null, gone };
        assert_eq!(sound.original("/faults/0/at"), "/faults/1/at");
        assert_eq!(sound.original("/faults/1"), "/faults/3");
        assert_eq!(sound.original("/traffic/1"), "/traffic/1");
    }
}
