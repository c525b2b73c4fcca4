//! Objectives: what the results must say, and whether they do.
//!
//! With one replication the value itself is judged. With more, the interval decides, and is inconclusive while it holds
//! the bound. A result that no run has fails everything but `equals: null`.

use super::summary::{Estimate, ObjectiveRow, Summary, Verdict};
use crate::model::plan::{Kind, Plan, ProviderKind};
use crate::model::problem::nearest;
use serde_json::{Map, Value, json};

/// One objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As it was written.
    pub written: Value,
    /// What it is about.
    pub target: Target,
    /// Its name; "cluster/name", or the name alone where it is unique.
    pub name: String,
    /// Which result, such as `requestAvailability`; a dot leads into an object, as in `running.min`.
    pub key: String,
    /// The bound.
    pub bound: Bound,
}

/// What an objective is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A service.
    Service,
    /// A fault.
    Fault,
    /// A change.
    Change,
    /// An alarm.
    Alarm,
    /// The control plane of a Region.
    ControlPlane,
    /// A stream of standalone tasks.
    RunTasks,
    /// A capacity provider.
    CapacityProvider,
    /// Customers' own cells.
    CellularApplication,
}

/// A bound on a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// The result or more.
    AtLeast(f64),
    /// The result or less.
    AtMost(f64),
    /// Number, text or null. Numbers may differ in the ninth digit.
    Equals(Value),
}

impl Target {
    const ALL: [Target; 8] = [
        Target::Service,
        Target::Fault,
        Target::Change,
        Target::Alarm,
        Target::ControlPlane,
        Target::RunTasks,
        Target::CapacityProvider,
        Target::CellularApplication,
    ];

    /// As an objective spells it.
    pub const fn key(self) -> &'static str {
        match self {
            Target::Service => "service",
            Target::Fault => "fault",
            Target::Change => "change",
            Target::Alarm => "alarm",
            Target::ControlPlane => "controlPlane",
            Target::RunTasks => "runTasks",
            Target::CapacityProvider => "capacityProvider",
            Target::CellularApplication => "cellularApplication",
        }
    }

    /// The list in the summary, and the key of the name in its rows.
    const fn rows(self) -> (&'static str, &'static str) {
        match self {
            Target::Service => ("services", "service"),
            Target::Fault => ("faults", "name"),
            Target::Change => ("changes", "name"),
            Target::Alarm => ("alarms", "name"),
            Target::ControlPlane => ("controlPlane", "region"),
            Target::RunTasks => ("runTasks", "stream"),
            Target::CapacityProvider => ("capacityProviders", "capacityProvider"),
            Target::CellularApplication => ("cellularApplication", "name"),
        }
    }

    /// Names that the plan knows.
    fn names(self, plan: &Plan) -> Vec<String> {
        let services = |stream: bool| {
            let rows = plan.services_in_order().map(|id| &plan.services[id]);
            let rows = rows.filter(move |row| (row.kind == Kind::Stream) == stream);
            rows.map(|row| row.name.clone()).collect()
        };
        match self {
            Target::Service => services(false),
            Target::RunTasks => services(true),
            Target::Fault => plan.faults_in_order().map(|id| plan.faults[id].name.clone()).collect(),
            Target::CapacityProvider => {
                let own = |kind: &ProviderKind| matches!(kind, ProviderKind::Group(_) | ProviderKind::Managed(_));
                let rows = plan.providers.iter().filter(|row| own(&row.kind));
                rows.map(|row| super::charts::provider_name(plan, row)).collect()
            }
            Target::ControlPlane => plan.regions.iter().map(|row| row.name.clone()).collect(),
            Target::CellularApplication => plan.application.iter().map(|row| row.name.clone()).collect(),
            Target::Change => plan.changes_in_order().map(|id| plan.changes[id].name.clone()).collect(),
            Target::Alarm => plan.alarms.iter().map(|row| row.name.clone()).collect(),
        }
    }
}

impl Objective {
    /// Reads `{"service": "shop/web", "requestAvailability": {"atLeast": 0.999}}`. The result may be nested
    /// (`{"running": {"min": {...}}}`) or dotted (`"running.min"`).
    ///
    /// # Errors
    /// Says what is wrong and what to write.
    pub fn from_json(written: &Value) -> Result<Objective, String> {
        let object = written.as_object().ok_or("an objective is an object")?;
        let mut targets = Target::ALL.into_iter().filter(|target| object.contains_key(target.key()));
        let target = targets.next().ok_or("an objective names a service, a fault or another thing that has results")?;
        if targets.next().is_some() {
            return Err("an objective is about one thing: write two objectives".to_owned());
        }
        let name = object[target.key()].as_str().ok_or_else(|| format!("`{}` is a name", target.key()))?.to_owned();
        let mut rest = object.iter().filter(|(key, _)| *key != target.key());
        let (key, mut value) = rest.next().ok_or("an objective says which result it bounds")?;
        if rest.next().is_some() {
            return Err("an objective bounds one result: write two objectives".to_owned());
        }
        let mut key = key.clone();
        loop {
            let (inner, next) = only(value, &key)?;
            if let Some(bound) = bound(inner, next)? {
                return Ok(Objective { written: written.clone(), target, name, key, bound });
            }
            key = format!("{key}.{inner}");
            value = next;
        }
    }

    /// Whether the name and the result exist.
    ///
    /// # Errors
    /// Says what does not, with the nearest that does.
    pub fn check(&self, plan: &Plan) -> Result<(), String> {
        let names = self.target.names(plan);
        let fits = names.iter().filter(|name| is_called(name, &self.name)).count();
        if fits == 0 || (fits > 1 && !names.contains(&self.name)) {
            let (what, all) = (self.target.key(), names.iter().map(String::as_str));
            let hint = match nearest(&self.name, all.clone()) {
                _ if fits > 1 => {
                    format!("write one of {}", all.filter(|n| is_called(n, &self.name)).collect::<Vec<_>>().join(", "))
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", all.take(8).collect::<Vec<_>>().join(", ")),
            };
            let many = if fits > 1 { "more than one" } else { "no" };
            return Err(format!("{many} {what} is called `{}`; {hint}", self.name));
        }
        let keys = keys(self.target, plan);
        if keys.contains(&self.key) {
            return Ok(());
        }
        let near = nearest(&self.key, keys.iter().map(String::as_str));
        let below: Vec<&str> =
            keys.iter().map(String::as_str).filter(|key| key.starts_with(&format!("{}.", self.key))).take(8).collect();
        let hint = match near {
            _ if !below.is_empty() => format!("write one of {}", below.join(", ")),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", keys.iter().take(8).cloned().collect::<Vec<_>>().join(", ")),
        };
        Err(format!("a {} has no result `{}`; {hint}", self.target.key(), self.key))
    }

    /// Holds the objective against the results.
    pub fn judge(&self, summary: &Value, replications: u32) -> ObjectiveRow {
        let (list, called) = self.target.rows();
        let all = summary[list].as_array().map(Vec::as_slice).unwrap_or_default();
        let name = |row: &Value| row[called].as_str().unwrap_or_default().to_owned();
        let exact = all.iter().find(|row| name(row) == self.name);
        let row = exact.or_else(|| all.iter().find(|row| is_called(&name(row), &self.name)));
        let measured = row.map_or(Value::Null, |row| look(row, &self.key));
        let verdict = verdict(&measured, &self.bound, replications);
        ObjectiveRow { objective: self.written.clone(), measured, verdict }
    }
}

/// Judges all objectives and puts the verdicts into the summary.
///
/// # Panics
/// Never: a summary is made of numbers and texts alone.
pub fn judge_all(objectives: &[Objective], summary: &mut Summary) {
    if objectives.is_empty() {
        return;
    }
    let value = serde_json::to_value(&*summary).expect("a summary has text keys and finite numbers only");
    summary.objectives = objectives.iter().map(|one| one.judge(&value, summary.replications)).collect();
}

/// The only entry of an object.
fn only<'a>(value: &'a Value, key: &str) -> Result<(&'a str, &'a Value), String> {
    let form = || format!("`{key}` needs a bound, such as {{\"atLeast\": 0.999}}");
    let object: &Map<String, Value> = value.as_object().ok_or_else(form)?;
    let mut entries = object.iter();
    let (inner, next) = entries.next().ok_or_else(form)?;
    if entries.next().is_some() {
        return Err(format!("`{key}` has more than one bound: write two objectives"));
    }
    Ok((inner, next))
}

/// A bound, or nothing when the key is not one.
fn bound(key: &str, value: &Value) -> Result<Option<Bound>, String> {
    let number = || value.as_f64().ok_or_else(|| format!("`{key}` needs a number"));
    match key {
        "atLeast" => Ok(Some(Bound::AtLeast(number()?))),
        "atMost" => Ok(Some(Bound::AtMost(number()?))),
        "equals" if value.is_object() || value.is_array() => Err("`equals` needs a number, a text or null".to_owned()),
        "equals" => Ok(Some(Bound::Equals(value.clone()))),
        other if !value.is_object() => Err(format!("`{other}` is not a bound; write `atLeast`, `atMost` or `equals`")),
        _ => Ok(None),
    }
}

fn is_called(full: &str, name: &str) -> bool {
    full == name || full.rsplit_once('/').is_some_and(|(_, last)| last == name)
}

/// The result behind a dotted key. A count by name that is not there is a count of none. Names may hold dots.
fn look(row: &Value, key: &str) -> Value {
    if let Some(found) = row.get(key) {
        return found.clone();
    }
    for (at, _) in key.match_indices('.') {
        let (head, tail) = (&key[..at], &key[at + 1..]);
        match row.get(head) {
            Some(Value::Object(_)) if head == "stops" || head == "failed" && row.get("offered").is_none() => {
                return row[head].get(tail).cloned().unwrap_or_else(|| json!(0));
            }
            Some(inner @ Value::Object(_)) => return look(inner, tail),
            _ => {}
        }
    }
    Value::Null
}

fn verdict(measured: &Value, bound: &Bound, replications: u32) -> Verdict {
    let pass = |holds: bool| if holds { Verdict::Pass } else { Verdict::Fail };
    if let (Bound::Equals(wanted), false) = (bound, measured.is_object() || measured.is_number()) {
        return pass(measured == wanted);
    }
    let estimate = match measured {
        Value::Number(number) => number.as_f64().map(|mean| Estimate { mean, low: None, high: None, n: 1 }),
        other => serde_json::from_value(other.clone()).ok(),
    };
    let Some(estimate) = estimate else { return Verdict::Fail };
    let (low, high) = match (estimate.low, estimate.high) {
        (Some(low), Some(high)) => (low, high),
        // An end without a value lies beyond every bound, as the nines of no loss do.
        (Some(low), None) => (low, f64::INFINITY),
        (None, Some(high)) => (f64::NEG_INFINITY, high),
        (None, None) if replications > 1 && estimate.n == 1 && measured.is_object() => return Verdict::Inconclusive,
        (None, None) => (estimate.mean, estimate.mean),
    };
    let (surely, never) = match bound {
        Bound::AtLeast(bound) => (low >= *bound, high < *bound),
        Bound::AtMost(bound) => (high <= *bound, low > *bound),
        Bound::Equals(wanted) => {
            let Some(wanted) = wanted.as_f64() else { return Verdict::Fail };
            let near = |value: f64| (value - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
            (near(low) && near(high), !near(low) && !near(high) && (wanted < low || wanted > high))
        }
    };
    match (surely, never) {
        (true, _) => Verdict::Pass,
        (false, true) => Verdict::Fail,
        (false, false) => Verdict::Inconclusive,
    }
}

/// All results of a target that an objective can bound.
fn keys(target: Target, plan: &Plan) -> Vec<String> {
    let level = |name: &str| ["min", "mean", "max"].map(|part| format!("{name}.{part}"));
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let tasks = || {
        let reasons = crate::model::fact::Reason::ALL.iter().map(|reason| reason.name());
        let codes = crate::model::fact::StopCode::ALL.iter().map(|code| code.name()).filter(|name| !name.is_empty());
        let mut keys = of(&["launches.requested", "launches.running", "startSeconds.p50", "startSeconds.p99"]);
        keys.push("costPerHour".to_owned());
        keys.extend(level("running"));
        keys.extend(codes.clone().map(|name| format!("stops.{name}")));
        let failed = reasons.filter(|name| !name.is_empty()).chain(codes).chain(["unknown"]);
        keys.extend(failed.map(|name| format!("launches.failed.{name}")));
        keys
    };
    match target {
        Target::Service => {
            let mut keys = of(&["requestAvailability", "capacityAvailability", "nines", "desiredCount"]);
            keys.extend(of(&["requests.offered", "requests.served", "requests.failed"]));
            keys.extend(tasks());
            keys.extend(plan.zones.iter().map(|zone| format!("zoneShare.{}", zone.id)));
            keys.extend(plan.providers.iter().map(|row| format!("providers.{}.running", row.name)));
            keys
        }
        Target::RunTasks => [of(&["completed"]), tasks()].concat(),
        Target::CapacityProvider => {
            [of(&["costPerHour"]), level("hosts").to_vec(), level("reservation").to_vec()].concat()
        }
        Target::Fault => {
            let mut keys = of(&["occurrences", "beginSeconds", "endSeconds", "blastRadius", "detectSeconds"]);
            keys.extend(of(&["recoverSeconds", "fullStrengthSeconds", "balancedSeconds", "recovered"]));
            keys.extend(of(&["neverRecovered", "lostRequests", "lostTaskSeconds", "neededLaunches"]));
            keys.extend(["zones", "cells", "hosts", "tasks", "services", "clusters"].map(|what| format!("hit.{what}")));
            keys.push("kind".to_owned());
            keys
        }
        Target::ControlPlane => {
            let parts = ["offered", "accepted", "throttled", "failed", "waiting", "waited", "availability"];
            let launches = parts.map(|part| format!("launches.{part}"));
            let mut keys = [of(&["waitSeconds.p50", "waitSeconds.p99"]), launches.to_vec()].concat();
            // Clusters move where cells are added.
            if plan.cells.iter().any(|cell| cell.added.is_some()) {
                keys.push("moved".to_owned());
            }
            keys
        }
        Target::CellularApplication => {
            let requests = ["requests.offered", "requests.served", "requests.failed"];
            [of(&["requestAvailability", "nines", "moved", "withoutCell"]), of(&requests)].concat()
        }
        Target::Alarm => of(&["rings", "falseRings", "firstRingSeconds", "inAlarmSeconds"]),
        Target::Change => change_keys(plan),
    }
}

/// All results of a change that an objective can bound.
fn change_keys(plan: &Plan) -> Vec<String> {
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let ends = crate::metrics::changes::Outcome::ALL.map(|one| format!("outcomes.{}", one.name()));
    let names =
        ["outcome", "occurrences", "beginSeconds", "endSeconds", "exposedRequests", "exposedShare", "reachedShare"];
    let mut keys =
        [of(&names), of(&["exposedCustomersShare", "detectSeconds", "rollbackSeconds"]), ends.to_vec()].concat();
    if plan.changes.iter().any(|change| change.shadow.is_some()) {
        keys.push("copiedRequests".to_owned());
    }
    keys
}
