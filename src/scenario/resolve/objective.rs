//! Objectives: whose, and which of its results.

use super::Build;
use crate::model::plan::Kind;
use crate::model::problem::nearest;
use crate::scenario::file::{BY_NAME, Bound, MEASURES, Objective, TEXTS, Target};
use crate::scenario::source::push;

impl Build<'_> {
    /// The objectives with services and streams under their full names.
    pub(super) fn objectives(&mut self) -> Vec<Objective> {
        let mut found = Vec::new();
        for (index, objective) in self.scenario.objectives.iter().enumerate() {
            let at = format!("/objectives/{index}");
            self.measure(objective, &at);
            self.bound(objective, &at);
            let name_at = format!("{at}/{}", objective.subject);
            let Some(name) = self.subject(objective, &name_at) else { continue };
            found.push(Objective { name, ..objective.clone() });
        }
        found
    }

    fn measure(&mut self, objective: &Objective, at: &str) {
        let Some((_, known)) = MEASURES.iter().find(|(subject, _)| *subject == objective.subject) else { return };
        let measure = objective.measure.as_str();
        // Counts by name are looked up where the names are known.
        let by_name = BY_NAME.iter().any(|head| measure.strip_prefix(head).is_some_and(|rest| rest.starts_with('.')));
        if known.contains(&measure) || by_name {
            return;
        }
        let below: Vec<&str> =
            known.iter().copied().filter(|key| key.strip_prefix(measure).is_some_and(|k| k.starts_with('.'))).collect();
        let hint = match nearest(measure, known.iter().copied()) {
            _ if !below.is_empty() => format!("write one of {}", below.join(", ")),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", known.join(", ")),
        };
        let message = format!("a {} has no result `{measure}`", objective.subject);
        self.out.error(&place_of(objective, at), message, hint);
    }

    fn bound(&mut self, objective: &Objective, at: &str) {
        let at = place_of(objective, at);
        let (Bound::AtLeast(target) | Bound::AtMost(target) | Bound::Equals(target)) = &objective.bound;
        let text_result = TEXTS.contains(&objective.measure.as_str());
        match target {
            Target::Text(text) if !text_result => {
                self.out.error(&at, format!("`{text}` is a text, the result is a number"), "write a number");
            }
            Target::Number(_) if text_result => self.out.error(&at, "the result is a text", "write a text"),
            Target::Text(_) | Target::Null if !matches!(objective.bound, Bound::Equals(_)) => {
                self.out.error(&at, "a text has no order, nor has null", "write `equals`");
            }
            _ => {}
        }
    }

    fn subject(&mut self, objective: &Objective, at: &str) -> Option<String> {
        let name = objective.name.as_str();
        match objective.subject.as_str() {
            "service" | "runTasks" => {
                let id = self.names.service(name, at, self.out)?;
                let row = &self.plan.services[id];
                let is_stream = row.kind == Kind::Stream;
                if is_stream != (objective.subject == "runTasks") {
                    let (is, key) = if is_stream { ("a stream", "runTasks") } else { ("a service", "service") };
                    self.out.error(at, format!("`{}` is {is}", row.name), format!("write `{key}`"));
                    return None;
                }
                Some(row.name.clone())
            }
            // With its cluster, as the results call it: looked up where those names are known.
            "capacityProvider" if name.contains('/') => Some(name.to_owned()),
            "capacityProvider" => {
                self.names.provider(name, at, self.out)?;
                Some(name.to_owned())
            }
            "fault" if self.index.faults.contains_key(name) => Some(name.to_owned()),
            "alarm" if self.written_alarms.contains(name) || self.names.alarms.contains_key(name) => {
                Some(name.to_owned())
            }
            "change" if self.index.changes.contains_key(name) => Some(name.to_owned()),
            "fault" => self.one_of(name, "fault", self.scenario.faults.iter().map(|fault| fault.name.as_str()), at),
            "cellularApplication" => {
                let names = self.scenario.cellular_application.as_ref().map(|one| one.name.as_str());
                self.one_of(name, "cellular application", names.into_iter(), at)
            }
            "controlPlane" => {
                let regions: Vec<String> = self.plan.regions.iter().map(|region| region.name.clone()).collect();
                self.one_of(name, "Region", regions.iter().map(String::as_str), at)
            }
            "alarm" => {
                // Pipelines make some of their own; those that were refused are told where they stand.
                let made: Vec<String> = self.plan.alarms.iter().map(|alarm| alarm.name.clone()).collect();
                let written = self.scenario.alarm_names().into_iter();
                self.one_of(name, "alarm", written.chain(made.iter().map(String::as_str)), at)
            }
            _ => self.one_of(name, "change", self.scenario.changes.iter().map(|change| change.name.as_str()), at),
        }
    }

    fn one_of<'n>(&mut self, name: &str, what: &str, known: impl Iterator<Item = &'n str>, at: &str) -> Option<String> {
        let known: Vec<&str> = known.collect();
        if known.contains(&name) {
            return Some(name.to_owned());
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the scenario has no {what}"),
            None => format!("known: {}", known.join(", ")),
        };
        self.out.error(at, format!("no {what} is called `{name}`"), hint);
        None
    }
}

/// Where a measure stands, with a dot or as an object in an object.
fn place_of(objective: &Objective, at: &str) -> String {
    let mut place = at.to_owned();
    objective.keys.iter().for_each(|key| push(&mut place, key));
    place
}
