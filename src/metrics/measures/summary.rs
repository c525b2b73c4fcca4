//! The whole of the results, and what an objective may be about.

use super::fault::LossRow;
use super::service;
use super::shape::{At, Cell, Key, Shape};
use super::walk::Walk;
use super::{
    AlarmRow, ApplicationRow, AutoshiftRow, ChangeRow, FaultRow, PlaneRow, ProviderRow, ScalingRow, ServiceRow,
    StreamRow,
};
use super::{measures, scaling};
use crate::metrics::changes::Outcome;
use crate::metrics::objective::Objective;
use crate::model::fact::OUTCOMES;
use crate::model::ids::ServiceId;
use crate::model::plan::{Kind, Plan, Plane};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Version of the summary's shape.
const SCHEMA_VERSION: u32 = 1;

measures! {
    /// Everything that is known after the run.
    Summary(w, seed: u64) {
        /// Version of this shape.
        schema_version: u32 = SCHEMA_VERSION;
        /// Name of the scenario.
        scenario: String = w.plan.name.clone();
        /// Seed of replication 0.
        seed: u64 = seed;
        /// How many replications.
        replications: u32 = w.fold().map_or(0, |fold| fold.count);
        /// Simulated time of each, in seconds.
        simulated_seconds: f64 = w.plan.duration.as_secs_f64();
        /// Events handled, over all replications.
        events: u64 = w.fold().map_or(0, |fold| fold.events);
        /// Hash of the times and the order of all events that were handled, 16 hexadecimal digits. Numbers depend on
        /// `duration` and `warmUp` too: runs in which nothing happens after some time share a digest.
        digest: String = format!("{:016x}", w.fold().map_or(0, |fold| fold.digest));
        /// One for each service, in the order of the file.
        services: Vec<ServiceRow> = services(w, false).map(|id| ServiceRow::walk(w, id)).collect();
        /// One for each stream of standalone tasks.
        run_tasks: Vec<StreamRow> = services(w, true).map(|id| StreamRow::walk(w, id)).collect();
        /// One for each capacity provider with hosts.
        capacity_providers: Vec<ProviderRow> =
            w.plan.providers_with_hosts().map(|id| ProviderRow::walk(w, id)).collect();
        /// One for each Region.
        control_plane: Vec<PlaneRow> = w.plan.regions.ids().map(|id| PlaneRow::walk(w, id)).collect();
        /// Customers' own cells: one row, where a scenario has them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cellular_application: Vec<ApplicationRow> =
            w.plan.application.iter().map(|planned| ApplicationRow::walk(w, planned)).collect();
        /// One for each fault of the file.
        faults: Vec<FaultRow> = w.plan.faults_in_order().map(|id| FaultRow::walk(w, id)).collect();
        /// One for each change of the file.
        changes: Vec<ChangeRow> = w.plan.changes_in_order().map(|id| ChangeRow::walk(w, id)).collect();
        /// One for each alarm of the file, composite ones last, where it has any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        alarms: Vec<AlarmRow> = w.plan.alarms.ids().map(|id| AlarmRow::walk(w, id)).collect();
        /// One for each scaling policy of the file, where it has any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        scaling: Vec<ScalingRow> = scaling::all(w).into_iter().map(|of| ScalingRow::walk(w, of)).collect();
        /// One for each resource with zonal autoshift, where there are any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        zonal_autoshift: Vec<AutoshiftRow> = w.plan.autoshifts.ids().map(|id| AutoshiftRow::walk(w, id)).collect();
        /// Who lost what, why and in which phase.
        losses: Vec<LossRow> = {
            let all = w.fold().into_iter().flat_map(|fold| &fold.losses);
            all.map(|(at, sums)| LossRow::walk(w, at, sums)).collect()
        };
        /// One for each objective.
        objectives: Vec<ObjectiveRow> = Vec::new();
    }
}

measures! {
    /// An objective and what became of it.
    ObjectiveRow(_w, promised: &Objective, found: (Cell, Verdict)) {
        /// As it was written, with full names.
        objective: Value = json!({ promised.subject.word(): promised.name, &promised.key: promised.bound });
        /// The value it was held against: an estimate, a number, a text or null.
        measured: Value = json!(found.0);
        /// `pass`, `fail`, or `inconclusive` while the interval holds the bound.
        verdict: Verdict [text] = found.1;
    }
}

/// Verdict on an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    Pass,
    Fail,
    /// The interval holds the bound.
    #[default]
    Inconclusive,
}

fn services<'a>(w: &Walk<'a>, streams: bool) -> impl Iterator<Item = ServiceId> + use<'a> {
    let plan = w.plan;
    plan.services_in_order().filter(move |id| (plan.services[*id].kind == Kind::Stream) == streams)
}

/// What an objective may be about: its word, the type of its rows, their list in the summary and the field of their
/// name.
macro_rules! subjects {
    ($($(#[doc = $about:literal])+ $subject:ident $word:literal: $row:ident in $list:ident by $name:ident;)+) => {
        /// What an objective may be about.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Subject {
            $($(#[doc = $about])+ $subject,)+
        }

        impl Subject {
            /// All of them, with the word of an objective.
            pub const ALL: &[(Subject, &'static str)] = &[$((Subject::$subject, $word)),+];

            fn all_keys(self, out: &mut Vec<Key>) {
                match self {
                    $(Subject::$subject => $row::keys(&At::default(), out),)+
                }
            }
        }

        impl Summary {
            /// A result of a row by its name; nothing where there is no such row or key.
            pub fn look_up(&self, subject: Subject, name: &str, key: &str) -> Option<Cell> {
                match subject {
                    $(Subject::$subject => self.$list.iter().find(|row| row.$name == name)?.look(key),)+
                }
            }
        }
    };
}

subjects! {
    /// A service.
    Service "service": ServiceRow in services by service;
    /// A fault.
    Fault "fault": FaultRow in faults by name;
    /// A change.
    Change "change": ChangeRow in changes by name;
    /// An alarm.
    Alarm "alarm": AlarmRow in alarms by name;
    /// A scaling policy.
    Scaling "scaling": ScalingRow in scaling by name;
    /// The control plane of a Region.
    ControlPlane "controlPlane": PlaneRow in control_plane by region;
    /// A stream of standalone tasks.
    RunTasks "runTasks": StreamRow in run_tasks by stream;
    /// A capacity provider.
    CapacityProvider "capacityProvider": ProviderRow in capacity_providers by capacity_provider;
    /// A resource with zonal autoshift.
    ZonalAutoshift "zonalAutoshift": AutoshiftRow in zonal_autoshift by resource;
    /// Customers' own cells.
    CellularApplication "cellularApplication": ApplicationRow in cellular_application by name;
}

impl Subject {
    /// As an objective spells it.
    pub const fn word(self) -> &'static str {
        Subject::ALL[self as usize].1
    }

    /// The subject of this word.
    pub fn of(word: &str) -> Option<Subject> {
        Subject::ALL.iter().find(|known| known.1 == word).map(|known| known.0)
    }

    /// What may be promised of it; `*` stands for a name.
    pub fn keys(self) -> Vec<Key> {
        let mut keys = Vec::new();
        self.all_keys(&mut keys);
        // A row of a list has no name of its own here.
        keys.retain(|key| key.unit.is_some() && !key.path.contains("[]"));
        keys
    }

    /// What may be promised of it in a plan, names filled in.
    pub fn keys_in(self, plan: &Plan) -> Vec<Key> {
        let named = |key: Key| -> Vec<Key> {
            let Some((head, rest)) = key.path.split_once('*') else { return vec![key] };
            let one = |name: String| Key { path: format!("{head}{name}{rest}"), ..key.clone() };
            names(head, plan).into_iter().map(one).collect()
        };
        let grows = plan.planes().any(Plane::may_move);
        let empties = plan.planes().any(|plane| plane.evacuation.is_some());
        let copies = plan.changes.iter().any(|change| change.shadow.is_some());
        let is_there = |key: &Key| match (self, key.path.as_str()) {
            (Subject::ControlPlane, "moved") => grows,
            (Subject::ControlPlane, "evacuations" | "evacuated" | "stayed" | "evacuationSeconds" | "backSeconds") => {
                empties
            }
            (Subject::Change, "copiedRequests") => copies,
            _ => true,
        };
        self.keys().into_iter().filter(is_there).flat_map(named).collect()
    }
}

/// Names that may follow a key.
fn names(head: &str, plan: &Plan) -> Vec<String> {
    let owned = |names: &mut dyn Iterator<Item = &'static str>| names.map(str::to_owned).collect();
    match head {
        "zoneShare." => plan.zones.iter().map(|zone| zone.id.clone()).collect(),
        "providers." => plan.providers.iter().map(|row| row.name.clone()).collect(),
        "stops." => owned(&mut service::codes()),
        "launches.failed." => owned(&mut service::reasons()),
        "practiceOutcomes." => owned(&mut OUTCOMES.into_iter()),
        "outcomes." => owned(&mut Outcome::ALL.iter().map(|one| one.name())),
        _ => Vec::new(),
    }
}

/// Every key of the summary, lists included.
pub fn all_keys() -> Vec<Key> {
    let mut keys = Vec::new();
    Summary::keys(&At::default(), &mut keys);
    keys
}
