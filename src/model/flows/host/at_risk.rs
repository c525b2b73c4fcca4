//! Capacity Rebalancing of an Auto Scaling group: a Spot host with a rebalance recommendation is replaced before EC2
//! takes it back ([asg-capacity-rebalancing]).
//!
//! ```text
//! recommended ─► look: another host is launched where a pool gives one ─► stands: registered ─► the one at risk leaves
//!                                                     └ none: tried again each minute, until it is taken back
//! ```
//! The group exceeds its size meanwhile, by as much as when it evens out its zones (model choice). Left out: launches
//! that fail for long, termination delays.

use super::{drain, hosts};
use crate::engine::Span;
use crate::model::fact::{Cause, FaultFact, HostStatus};
use crate::model::flows::rows::{inventory, wake};
use crate::model::flows::{Cx, World};
use crate::model::ids::{HostId, ProviderId};
use crate::model::plan::{Group, ProviderKind};
use crate::model::tables::provider::AtRisk;

fn group<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<&'p Group> {
    match &cx.plan.providers[provider].kind {
        ProviderKind::Group(group) if group.rebalances => Some(group),
        _ => None,
    }
}

/// EC2 recommends to rebalance a host: it may be taken back soon.
pub(crate) fn recommended(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let provider = host.provider;
    if group(provider, cx).is_none() || !host.counts() || host.status != HostStatus::Active {
        return;
    }
    let row = &mut world.providers[provider];
    if row.at_risk.iter().all(|one| one.host != id) {
        row.at_risk.push(AtRisk { host: id, successor: None, cause });
        cx.note(FaultFact::Noticed { cause, service: None });
        wake::hosts(world, provider, Span::ZERO, cx);
    }
}

/// Launches a successor for each host at risk that has none.
pub(crate) fn look(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if world.providers[provider].at_risk.is_empty() {
        return;
    }
    let Some(group) = group(provider, cx) else { return };
    let most = group.max + (group.max / 10).max(1);
    for row in 0..world.providers[provider].at_risk.len() {
        let one = world.providers[provider].at_risk[row];
        let stays = world.hosts.get(one.host).is_some_and(|host| host.alive && !host.leaving);
        if one.successor.is_some() || !stays {
            continue;
        }
        if inventory::coming(world, provider) >= most || !hosts::launch(world, provider, None, None, cx) {
            return wake::hosts(world, provider, hosts::LAUNCH_AGAIN, cx);
        }
        let provider = &mut world.providers[provider];
        provider.at_risk[row].successor = provider.hosts.last().copied();
    }
}

/// A host is registered: the one that it was launched for leaves.
pub(crate) fn stands(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(id.slot).provider;
    let list = &mut world.providers[provider].at_risk;
    let Some(row) = list.iter().position(|one| one.successor == Some(id)) else { return };
    let AtRisk { host, cause, .. } = list.remove(row);
    if let Some(group) = group(provider, cx).filter(|_| world.hosts.get(host).is_some_and(|old| old.alive)) {
        drain::leaves(world, host, group, cause, cx);
    }
}
