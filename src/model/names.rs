//! What a scenario's names mean: handed to the kinds while they resolve what was written.

use super::ids::{AlarmId, CellId, ClusterId, ProviderId, RegionId, ServiceId, ZoneId};
use super::problem::{Noun, Problems};
use std::collections::{BTreeMap, BTreeSet};

/// Names and what they stand for.
#[derive(Debug, Default)]
pub struct Names {
    /// Zone ids (`use1-az1`) and zone names (`us-east-1a`).
    pub zones: BTreeMap<String, ZoneId>,
    /// "cluster/service", and the service name alone where it is unique.
    pub services: BTreeMap<String, ServiceId>,
    pub clusters: BTreeMap<String, ClusterId>,
    pub regions: BTreeMap<String, RegionId>,
    /// "region/cell", and the name of the cell alone where only one Region has it.
    pub cells: BTreeMap<String, CellId>,
    /// Capacity providers by name: one row for each cluster that uses it.
    pub providers: BTreeMap<String, Vec<ProviderId>>,
    /// Instance types by name, as rows of the plan.
    pub types: BTreeMap<String, super::ids::TypeId>,
    /// Alarms: those that were written, and those that pipelines make for themselves.
    pub alarms: BTreeMap<String, AlarmId>,
    /// Task-definition families that a service or stream uses.
    pub families: BTreeSet<String>,
    /// Whether there are customers' own cells.
    pub has_application: bool,
}

impl Names {
    /// The zone of this name; a problem otherwise, as for all the others.
    pub fn zone(&self, name: &str, at: &str, out: &mut Problems) -> Option<ZoneId> {
        out.find(Noun::Zone, &self.zones, name, at)
    }

    /// The service of this name.
    pub fn service(&self, name: &str, at: &str, out: &mut Problems) -> Option<ServiceId> {
        out.find(Noun::Service, &self.services, name, at)
    }

    /// The cluster of this name.
    pub fn cluster(&self, name: &str, at: &str, out: &mut Problems) -> Option<ClusterId> {
        out.find(Noun::Cluster, &self.clusters, name, at)
    }

    /// The Region of this name.
    pub fn region(&self, name: &str, at: &str, out: &mut Problems) -> Option<RegionId> {
        out.find(Noun::Region, &self.regions, name, at)
    }

    /// The control-plane cell of this name.
    pub fn cell(&self, name: &str, at: &str, out: &mut Problems) -> Option<CellId> {
        out.find(Noun::PlaneCell, &self.cells, name, at)
    }

    /// The capacity provider of this name, in every cluster that uses it.
    pub fn provider(&self, name: &str, at: &str, out: &mut Problems) -> Option<Vec<ProviderId>> {
        out.find(Noun::CapacityProvider, &self.providers, name, at)
    }

    /// The instance type of this name.
    pub fn instance_type(&self, name: &str, at: &str, out: &mut Problems) -> Option<super::ids::TypeId> {
        out.find(Noun::TypeInUse, &self.types, name, at)
    }

    /// The task-definition family of this name.
    pub fn family(&self, name: &str, at: &str, out: &mut Problems) -> Option<String> {
        if !self.families.contains(name) {
            out.unknown(Noun::Family, name, at, self.families.iter().map(String::as_str));
            return None;
        }
        Some(name.to_owned())
    }
}
