//! Which daemons belong to a provider's hosts, and what they take of each.

use crate::model::flows::{Cx, World};
use crate::model::ids::{ProviderId, ServiceId};
use crate::model::plan::ProviderKind;

/// What daemons take of a host.
#[derive(Clone, Copy, Default)]
pub(crate) struct Share {
    pub(crate) cpu: u32,
    pub(crate) memory: u32,
    pub(crate) ports: u64,
    pub(crate) enis: u32,
}

/// What daemons take of every new host of a provider (model choice: as if their constraints allowed each host).
pub(crate) fn share(world: &World, provider: ProviderId, cx: &Cx<'_>) -> Share {
    let mut sum = Share::default();
    for service in of_cluster(world, provider, cx) {
        let task = &cx.plan.services[service].task;
        sum.cpu += task.cpu;
        sum.memory += task.memory;
        sum.ports |= task.ports;
        sum.enis += u32::from(task.eni);
    }
    sum
}

/// The daemon in a row of the world's list, if it belongs to a provider's cluster.
pub(crate) fn in_row(world: &World, row: usize, provider: ProviderId, cx: &Cx<'_>) -> Option<ServiceId> {
    let (service, plan) = (world.daemons[row], cx.plan);
    let outside = matches!(plan.providers[provider].kind, ProviderKind::External(_));
    let there = outside == plan.is_external(&plan.services[service]);
    (there && plan.services[service].cluster == plan.providers[provider].cluster).then_some(service)
}

/// Daemons of a provider's cluster.
fn of_cluster(world: &World, provider: ProviderId, cx: &Cx<'_>) -> impl Iterator<Item = ServiceId> {
    (0..world.daemons.len()).filter_map(move |row| in_row(world, row, provider, cx))
}
