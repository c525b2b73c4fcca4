//! Hosts that a group has at the start one by one, as `describe-auto-scaling-groups` prints them.
//!
//! Those in service and in `Standby` stand; those that were launched and are not in service yet boot from time 0. Then
//! the group looks at its hosts as after any change: it launches what is missing from its desired capacity and evens
//! out its zones.

use super::hosts;
use crate::engine::Span;
use crate::model::flows::rows::{inventory, wake};
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::ProviderId;
use crate::model::plan::Group;

/// The hosts of a group that says where each of them is.
pub(crate) fn prepare(world: &mut World, provider: ProviderId, group: &Group, cx: &mut Cx<'_>) {
    for host in &group.hosts {
        let id = hosts::add(world, provider, host.zone, host.kind, cx);
        inventory::change(world, id, |row| row.standby = host.standby);
        if host.boots {
            let who = world.hosts.at(id.slot).who;
            cx.after(group.boot.sample(&mut cx.draw(For::Boot, who)), step::Scale::Booted(id));
        } else {
            hosts::register(world, id, cx);
        }
    }
    if !group.hosts.is_empty() {
        wake::hosts(world, provider, Span::ZERO, cx);
    }
}
