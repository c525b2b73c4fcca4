//! Instance types of which a new, empty host would hold a task of a service.
//!
//! Which they are follows from the plan alone, and among some 1,400 types a service looks for one again and again: each
//! list is worked out when it is first asked for.

use crate::model::ids::{ServiceId, TypeId, ZoneId};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// By service and zone, in the order of the provider's types.
#[derive(Clone, Debug, Default)]
pub struct NewHosts(BTreeMap<(ServiceId, ZoneId), OnceLock<Box<[TypeId]>>>);

impl NewHosts {
    /// For these services in these zones.
    pub fn of(services: impl Iterator<Item = ServiceId>, zones: &[ZoneId]) -> NewHosts {
        let keys = services.flat_map(|service| zones.iter().map(move |zone| (service, *zone)));
        NewHosts(keys.map(|key| (key, OnceLock::new())).collect())
    }

    /// The types; none for another service or zone.
    pub fn types(&self, service: ServiceId, zone: ZoneId, work_out: impl FnOnce() -> Vec<TypeId>) -> &[TypeId] {
        self.0.get(&(service, zone)).map_or(&[], |list| list.get_or_init(|| work_out().into()))
    }
}
