//! Every count of a provider's hosts is derived from its host rows, here and nowhere else.
//!
//! [`change`] takes a host out of all counts, lets the caller change the row, and counts it anew, as `account` does
//! with tasks. No look at a group reads all its hosts for a number.

use crate::model::fact::HostFact;
use crate::model::flows::{Cx, World};
use crate::model::ids::{HostId, ProviderId};
use crate::model::tables::Host;

/// A new host: it stands at the end of its provider's list.
pub(crate) fn add(world: &mut World, host: Host) -> HostId {
    let provider = host.provider;
    world.providers[provider].enters(&host);
    let id = world.hosts.insert(host);
    world.providers[provider].hosts.push(id);
    id
}

/// Changes a host's row and keeps every count true.
pub(crate) fn change(world: &mut World, id: HostId, edit: impl FnOnce(&mut Host)) {
    let host = world.hosts.at_mut(id.slot);
    let row = &mut world.providers[host.provider];
    row.leaves(host);
    edit(host);
    row.enters(host);
}

/// A host is gone: taken out of all counts and of the list, its row freed.
pub(crate) fn remove(world: &mut World, id: HostId) {
    let hosts = &mut world.hosts;
    let host = hosts.at(id.slot);
    let row = &mut world.providers[host.provider];
    row.leaves(host);
    // The list is in the order of launches, and so of numbers.
    if let Ok(place) = row.hosts.binary_search_by_key(&host.number, |other| hosts.at(other.slot).number) {
        row.hosts.remove(place);
    }
    hosts.remove(id);
}

/// Tells readers how many hosts are in truth up and registered, when that has changed.
pub(crate) fn tell(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let row = &mut world.providers[provider];
    if row.reported_hosts != row.up {
        row.reported_hosts = row.up;
        cx.note(HostFact::Count { provider, count: row.up });
    }
}

/// Hosts that a provider has and keeps, and those that faults will bring; one whose successor a fault brings counts
/// once.
pub(crate) fn coming(world: &World, provider: ProviderId) -> u32 {
    let row = &world.providers[provider];
    row.sum(|zone| zone.kept) + row.held
}
