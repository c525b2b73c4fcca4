//! Hosts that a group has at the start one by one, as `describe-auto-scaling-groups` prints them.
//!
//! Those in service and in `Standby` stand; those that were launched and are not in service yet boot from time 0. Then
//! the group looks at its hosts as after any change: it launches what is missing from its desired capacity and evens out
//! its zones.

use super::{For, inventory, scale};
use crate::engine::Span;
use crate::model::ids::{HostId, ProviderId, TypeId, ZoneId};
use crate::model::plan::Group;
use crate::model::step;
use crate::model::tables::Host;
use crate::model::world::{Cx, World};

/// The hosts of a group that says where each of them is.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, group: &Group, cx: &mut Cx<'_>) {
    for host in &group.hosts {
        let id = add(world, provider, host.zone, host.kind, cx);
        inventory::change(world, id, |row| row.standby = host.standby);
        if host.boots {
            let who = world.hosts.at(id.slot).who;
            let boot = group.boot.sample(&mut cx.draw(For::Boot, who));
            cx.after(boot, step::Scale::Booted(id));
        } else {
            scale::register(world, id, cx);
        }
    }
    if !group.hosts.is_empty() {
        scale::fill_later(world, provider, Span::ZERO, cx);
    }
}

/// A new row: a host that begins to boot, with the next number of its provider.
pub(crate) fn add(world: &mut World, provider: ProviderId, zone: ZoneId, kind: TypeId, cx: &mut Cx<'_>) -> HostId {
    let row = &mut world.providers[provider];
    row.take_place(zone, kind);
    let number = row.launched;
    row.launched += 1;
    let who = cx.plan.providers[provider].who.nth(u64::from(number));
    let id = inventory::add(world, Host::booting(provider, zone, kind, number, who));
    scale::tell(world, id, cx);
    id
}
