//! What a scenario's names mean: handed to the kinds while they resolve what was written.

use super::ids::{AlarmId, CellId, ClusterId, ProviderId, RegionId, ServiceId, ZoneId};
use super::problem::Problems;
use std::collections::{BTreeMap, BTreeSet};

/// Names and what they stand for.
#[derive(Debug, Default)]
#[expect(clippy::zero_sized_map_values, reason = "families are looked up by the same function as all other names")]
pub struct Names {
    /// Zone ids (`use1-az1`) and zone names (`us-east-1a`).
    pub zones: BTreeMap<String, ZoneId>,
    /// "cluster/service", and the service name alone where it is unique.
    pub services: BTreeMap<String, ServiceId>,
    /// Cluster names.
    pub clusters: BTreeMap<String, ClusterId>,
    /// Region names.
    pub regions: BTreeMap<String, RegionId>,
    /// "region/cell", and the name of the cell alone where only one Region has it.
    pub cells: BTreeMap<String, CellId>,
    /// The cell of each cluster.
    pub cell_of: BTreeMap<ClusterId, CellId>,
    /// Capacity providers by name: one row for each cluster that uses it.
    pub providers: BTreeMap<String, Vec<ProviderId>>,
    /// Instance types by name, as rows of the plan.
    pub types: BTreeMap<String, super::ids::TypeId>,
    /// Alarms: those that were written, and those that pipelines make for themselves.
    pub alarms: BTreeMap<String, AlarmId>,
    /// Task-definition families that a service or stream uses.
    pub families: BTreeMap<String, ()>,
    /// Whether there are customers' own cells.
    pub has_application: bool,
    /// Services and families that were written and refused: why, is told where they stand, and not again wherever they
    /// are named.
    pub refused: BTreeSet<String>,
}

impl Names {
    /// The zone of this name; a problem with the nearest known name otherwise.
    pub fn zone(&self, name: &str, at: &str, out: &mut Problems) -> Option<ZoneId> {
        find(&self.zones, &BTreeSet::new(), name, "zone", at, out)
    }

    /// The service of this name.
    pub fn service(&self, name: &str, at: &str, out: &mut Problems) -> Option<ServiceId> {
        self.unless_refused(&self.services, name, "service", at, out)
    }

    /// The cluster of this name.
    pub fn cluster(&self, name: &str, at: &str, out: &mut Problems) -> Option<ClusterId> {
        find(&self.clusters, &BTreeSet::new(), name, "cluster", at, out)
    }

    /// The Region of this name.
    pub fn region(&self, name: &str, at: &str, out: &mut Problems) -> Option<RegionId> {
        find(&self.regions, &BTreeSet::new(), name, "Region", at, out)
    }

    /// The control-plane cell of this name.
    pub fn cell(&self, name: &str, at: &str, out: &mut Problems) -> Option<CellId> {
        find(&self.cells, &BTreeSet::new(), name, "control-plane cell", at, out)
    }

    /// The capacity provider of this name, in every cluster that uses it.
    pub fn provider(&self, name: &str, at: &str, out: &mut Problems) -> Option<Vec<ProviderId>> {
        find(&self.providers, &BTreeSet::new(), name, "capacity provider", at, out)
    }

    /// Whether a family of this name is in use.
    pub fn family(&self, name: &str, at: &str, out: &mut Problems) -> Option<()> {
        self.unless_refused(&self.families, name, "task-definition family in use", at, out)
    }

    fn unless_refused<T: Clone>(
        &self,
        known: &BTreeMap<String, T>,
        name: &str,
        what: &str,
        at: &str,
        out: &mut Problems,
    ) -> Option<T> {
        if !known.contains_key(name) && self.refused.contains(name) {
            return None;
        }
        find(known, &self.refused, name, what, at, out)
    }

    /// The instance type of this name.
    pub fn instance_type(&self, name: &str, at: &str, out: &mut Problems) -> Option<super::ids::TypeId> {
        find(&self.types, &BTreeSet::new(), name, "instance type in use", at, out)
    }
}

/// Looks a name up; what is told suggests the nearest of those that were written, refused or not.
fn find<T: Clone>(
    known: &BTreeMap<String, T>,
    refused: &BTreeSet<String>,
    name: &str,
    what: &str,
    at: &str,
    out: &mut Problems,
) -> Option<T> {
    let found = known.get(name).cloned();
    if found.is_none() {
        let written = || known.keys().chain(refused).map(String::as_str);
        let hint = match out.nearest(name, written()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if written().next().is_none() => format!("the scenario has no {what}"),
            None => format!("known: {}", written().take(8).collect::<Vec<_>>().join(", ")),
        };
        out.error(at, format!("no {what} is called `{name}`"), hint);
    }
    found
}
