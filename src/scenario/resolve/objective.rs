//! Objectives: whose, and which of its results.

use super::{Activity, placed};
use crate::metrics::measures::Key;
use crate::metrics::objective::{Bound, Target};
use crate::metrics::{self, Subject};
use crate::model::plan::{Kind, ScalableTarget};
use crate::model::problem::{Noun, nearest};
use crate::scenario::file::Objective;
use crate::scenario::source::push;
use std::collections::BTreeMap;

/// Nines beyond which no run can tell them from 1: a thousand years have 3 x 10^10 seconds (model choice).
const MOST_NINES: f64 = 16.0;

impl Activity<'_> {
    /// The objectives, each with the name of a row of the results.
    pub(super) fn objectives(&mut self) -> Vec<metrics::Objective> {
        let mut found = Vec::new();
        let mut keys: BTreeMap<Subject, Vec<Key>> = BTreeMap::new();
        for (at, objective) in placed(&self.scenario.objectives, "/objectives") {
            let known = keys.entry(objective.subject).or_insert_with(|| objective.subject.keys_in(&self.plan));
            self.key(objective, known, &place_of(objective, &at));
            let (subject, key, bound) = (objective.subject, objective.keys.join("."), objective.bound.clone());
            let Some(name) = self.subject(objective, &format!("{at}/{}", subject.word())) else { continue };
            found.push(metrics::Objective { subject, name, key, bound });
        }
        found
    }

    /// Whether the result is there, and can keep its bound.
    fn key(&mut self, objective: &Objective, keys: &[Key], at: &str) {
        let written = objective.keys.join(".");
        let Some(key) = keys.iter().find(|key| key.path == written) else {
            let named = objective.subject.keys().iter().any(|key| {
                key.path.split('*').next().is_some_and(|head| head.len() < key.path.len() && written.starts_with(head))
            });
            // What has no place because of another error is not told again.
            if !(named && self.out.has_errors()) {
                self.no_key(objective.subject, &written, keys, at);
            }
            return;
        };
        let (Bound::AtLeast(target) | Bound::AtMost(target) | Bound::Equals(target)) = &objective.bound;
        let is_text = key.unit == Some("text");
        match target {
            Target::Text(text) if !is_text => {
                let hint = "write a number";
                self.out.wrong_type(at, format!("the result is a number, not a text such as `{text}`"), hint);
            }
            Target::Number(_) if is_text => {
                self.out.wrong_type(at, "the result is a text, not a number", "write a text");
            }
            Target::Text(_) | Target::Null if !matches!(objective.bound, Bound::Equals(_)) => {
                self.out.conflict(at, "a text has no order, nor has null", "write `equals`");
            }
            Target::Number(number) if is_part(key) && !(0.0..=1.0).contains(number) => {
                let hundredth = (0.0..=100.0).contains(number).then(|| number / 100.0);
                let hint = hundredth.map_or("write a number from 0 to 1".to_owned(), |share| {
                    format!("a share: write {} for {number} %", rounded(share))
                });
                self.out.out_of_range(at, format!("`{written}` is a share between 0 and 1, not `{number}`"), hint);
            }
            Target::Number(number) if *number < 0.0 => {
                let message = format!("`{written}` is never below 0: the bound must be 0 or more, not `{number}`");
                self.out.out_of_range(at, message, "raise it");
            }
            Target::Number(number) if key.path == "nines" && *number > MOST_NINES => {
                let message = format!("`nines` must be at most {MOST_NINES}, not `{number}`");
                self.out.out_of_range(at, message, "4 nines are 99.99 %: write \"nines\": { \"atLeast\": 4 }");
            }
            Target::Number(_) | Target::Text(_) | Target::Null => {}
        }
    }

    fn no_key(&mut self, subject: Subject, written: &str, keys: &[Key], at: &str) {
        let all = || keys.iter().map(|key| key.path.as_str());
        let inside = |key: &&str| key.strip_prefix(written).is_some_and(|rest| rest.starts_with('.'));
        let below: Vec<&str> = all().filter(inside).take(8).collect();
        let hint = match nearest(written, all()) {
            _ if !below.is_empty() => format!("write one of {}", below.join(", ")),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", all().collect::<Vec<_>>().join(", ")),
        };
        self.out.unknown_value(at, format!("a {} has no result `{written}`", subject.word()), hint);
    }

    fn subject(&mut self, objective: &Objective, at: &str) -> Option<String> {
        let name = objective.name.as_str();
        match objective.subject {
            Subject::Service | Subject::RunTasks => {
                let id = self.names.service(name, at, self.out)?;
                let row = &self.plan.services[id];
                let is_stream = row.kind == Kind::Stream;
                if is_stream != (objective.subject == Subject::RunTasks) {
                    let (is, key) = if is_stream { ("a stream", "runTasks") } else { ("a service", "service") };
                    self.out.wrong_target(at, format!("`{}` is {is}", row.name), format!("write `{key}`"));
                    return None;
                }
                Some(row.name.clone())
            }
            Subject::ZonalAutoshift => self.resource(name, at),
            Subject::CapacityProvider => self.provider_with_hosts(name, at),
            Subject::Scaling => self.scaling_policy(name, at),
            subject => self.is_known(subject, name, at).then(|| name.to_owned()),
        }
    }

    /// Whether there is a subject of this name; what a list has by name is not walked through.
    fn is_known(&mut self, subject: Subject, name: &str, at: &str) -> bool {
        let (scenario, index, alarms) = (self.scenario, self.index, &self.names.alarms);
        let application = scenario.cellular_application.iter().map(|one| one.name.as_str());
        match subject {
            Subject::Fault => {
                index.faults.contains_key(name)
                    || self.out.is_one_of(Noun::Fault, name, at, scenario.faults.iter().map(|one| one.0.name.as_str()))
            }
            Subject::Change => {
                index.changes.contains_key(name)
                    || self.out.is_one_of(Noun::Change, name, at, scenario.changes.iter().map(|one| one.name.as_str()))
            }
            Subject::CellularApplication => self.out.is_one_of(Noun::Application, name, at, application),
            Subject::Alarm => {
                // Pipelines make some of their own; those that were refused are told where they stand.
                let made = self.plan.alarms.iter().map(|alarm| alarm.name.as_str());
                let known = scenario.alarm_names().into_iter().chain(made);
                self.written_alarms.contains(name)
                    || alarms.contains_key(name)
                    || self.out.is_one_of(Noun::Alarm, name, at, known)
            }
            _ => {
                let regions = self.plan.regions.iter().map(|region| region.name.as_str());
                self.out.is_one_of(Noun::Region, name, at, regions)
            }
        }
    }

    /// A resource with zonal autoshift, by the name of its service.
    fn resource(&mut self, name: &str, at: &str) -> Option<String> {
        let all: Vec<String> = self.plan.autoshifts.iter().map(|row| row.name.clone()).collect();
        if all.iter().any(|known| known == name) {
            return Some(name.to_owned());
        }
        self.full_name(&all, (Noun::Service, "resource with zonal autoshift"), name, at)
    }

    /// A provider by "cluster/name", or by its name alone where one cluster has it.
    fn provider_with_hosts(&mut self, name: &str, at: &str) -> Option<String> {
        let all: Vec<String> = self.plan.providers_with_hosts().map(|id| self.plan.provider_name(id)).collect();
        self.full_name(&all, (Noun::CapacityProvider, "capacityProvider"), name, at)
    }

    /// A scaling policy by "cluster/service/policy", or by its name alone where one service has it.
    fn scaling_policy(&mut self, name: &str, at: &str) -> Option<String> {
        let full = |target: &ScalableTarget| {
            let service = &self.plan.services[target.service].name;
            target.policies.iter().map(|policy| format!("{service}/{}", policy.name)).collect::<Vec<_>>()
        };
        let all: Vec<String> = self.plan.scaling.iter().flat_map(full).collect();
        self.full_name(&all, (Noun::ScalingPolicy, "scaling policy"), name, at)
    }

    /// The one of these names that is meant: written in full, or the end of one alone.
    fn full_name(&mut self, all: &[String], (noun, word): (Noun, &str), name: &str, at: &str) -> Option<String> {
        let alone = |full: &&String| full.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'));
        let fits: Vec<&str> = all.iter().filter(alone).map(String::as_str).collect();
        match fits[..] {
            [one] => Some(one.to_owned()),
            [_, ..] => {
                let hint = format!("write one of {}", fits.join(", "));
                self.out.unknown_name(at, format!("more than one {word} is called `{name}`"), hint).none()
            }
            [] => {
                let known = all.iter().map(String::as_str);
                self.out.is_one_of(noun, name, at, known).then(|| name.to_owned())
            }
        }
    }
}

/// Whether a result lies between 0 and 1. What is asked of a cell may be more than it is built for.
fn is_part(key: &Key) -> bool {
    key.unit == Some("share") && !key.path.ends_with("Utilisation")
}

/// Without what dividing by a hundred has left behind: 0.9999, not 0.9998999999999999.
fn rounded(share: f64) -> f64 {
    libm::round(share * 1e12) / 1e12
}

/// Where a measure stands, with a dot or as an object in an object.
fn place_of(objective: &Objective, at: &str) -> String {
    let mut place = at.to_owned();
    objective.keys.iter().for_each(|key| push(&mut place, key));
    place
}
