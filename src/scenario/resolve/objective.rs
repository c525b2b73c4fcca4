//! Objectives: whose, and which of its results.

use super::Build;
use crate::model::plan::Kind;
use crate::model::problem::{Noun, nearest};
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
        self.out.unknown_value(&place_of(objective, at), message, hint);
    }

    fn bound(&mut self, objective: &Objective, at: &str) {
        let at = place_of(objective, at);
        let (Bound::AtLeast(target) | Bound::AtMost(target) | Bound::Equals(target)) = &objective.bound;
        let text_result = TEXTS.contains(&objective.measure.as_str());
        match target {
            Target::Text(text) if !text_result => {
                let hint = "write a number";
                self.out.wrong_type(&at, format!("the result is a number, not a text such as `{text}`"), hint);
            }
            Target::Number(_) if text_result => {
                self.out.wrong_type(&at, "the result is a text, not a number", "write a text")
            }
            Target::Text(_) | Target::Null if !matches!(objective.bound, Bound::Equals(_)) => {
                self.out.conflict(&at, "a text has no order, nor has null", "write `equals`");
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
                    self.out.wrong_target(at, format!("`{}` is {is}", row.name), format!("write `{key}`"));
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
            "cellularApplication" => {
                let known = self.scenario.cellular_application.iter().map(|one| one.name.as_str());
                self.out.is_one_of(Noun::Application, name, at, known).then(|| name.to_owned())
            }
            "controlPlane" => self.names.region(name, at, self.out).map(|_| name.to_owned()),
            "alarm" => self.out.find(Noun::Alarm, &self.names.alarms, name, at).map(|_| name.to_owned()),
            subject => {
                let (noun, known) = match subject {
                    "fault" => (Noun::Fault, &self.index.faults),
                    _ => (Noun::Change, &self.index.changes),
                };
                self.out.is_one_of(noun, name, at, known.keys().copied()).then(|| name.to_owned())
            }
        }
    }
}

/// Where a measure stands, with a dot or as an object in an object.
fn place_of(objective: &Objective, at: &str) -> String {
    let mut place = at.to_owned();
    objective.keys.iter().for_each(|key| push(&mut place, key));
    place
}
