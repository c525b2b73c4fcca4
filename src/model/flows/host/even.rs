//! An Auto Scaling group evens out its zones: its process `AZRebalance` ([asg-zones]).
//!
//! Where two zones differ by more than one host, a host is launched in the emptier zone that can give one; once it is
//! registered, one ends in the fullest zone. A group may exceed its size by a tenth of `MaxSize`, or by one host
//! (sourced: [asg-zones]). Hosts that managed termination protection keeps go when they are empty (model choice): the
//! service's own rebalancing empties them.

use super::{drain, hosts};
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, Mechanism};
use crate::model::flows::rows::link;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{HostId, ProviderId, ZoneId};
use crate::model::plan::{Group, ProviderKind};
use crate::model::tables::host::live;
use crate::model::tables::zone::LEFT_OUT;

/// After a zone has come back: who is short of hosts does not wait for the next try, and every group looks at its
/// zones, at once and when launches no longer stay away from it.
pub(crate) fn zone_is_back(world: &mut World, cx: &mut Cx<'_>) {
    for provider in world.providers.ids().filter(|&one| cx.plan.providers[one].kind.has_hosts()) {
        cx.after(Span::ZERO, step::Scale::Fill(provider));
        if group(provider, cx).is_some() {
            cx.after(LEFT_OUT, step::Scale::Fill(provider));
        }
    }
}

fn group<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<&'p Group> {
    match &cx.plan.providers[provider].kind {
        ProviderKind::Group(group) if group.evens_out && group.zones.len() > 1 => Some(group),
        _ => None,
    }
}

/// Ends what is above the desired capacity, launches where a zone has too few.
pub(crate) fn look(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let Some(group) = group(provider, cx) else { return };
    // A fault brings the successors of hosts that it took: the zones are not uneven for long.
    if world.providers[provider].held > 0 {
        return;
    }
    while world.providers[provider].evening && end_one(world, provider, group, cx) {}
    let most_extra = (group.max / 10).max(1);
    loop {
        let row = &world.providers[provider];
        let extra = row.sum(|zone| zone.kept).saturating_sub(row.desired);
        if extra >= most_extra || !launch_one(world, provider, group, cx) {
            break;
        }
        world.providers[provider].evening = true;
    }
    // One whose successor a fault brings is counted by `Provider::held`, and not at all once the successor is there,
    // though ECS may not have noticed its death yet.
    let row = &mut world.providers[provider];
    if row.sum(|zone| zone.kept) <= row.desired {
        row.evening = false;
    }
}

/// Ends a host of the fullest zone when more are registered than desired.
fn end_one(world: &mut World, provider: ProviderId, group: &Group, cx: &mut Cx<'_>) -> bool {
    let row = &world.providers[provider];
    if row.sum(|zone| zone.active) <= row.desired {
        return false;
    }
    let in_zone = |zone: ZoneId| row.in_zone(zone).kept;
    let full = group.zones.iter().map(|zone| in_zone(*zone)).max().unwrap_or(0);
    let may_go = live(&world.hosts, &row.hosts).filter(|(_, host)| {
        host.counts()
            && host.status == HostStatus::Active
            && in_zone(host.zone) == full
            && (host.empty() || !group.termination_protection)
            && link::governs(world, cx.plan, host.zone)
    });
    let Some((id, _)): Option<(HostId, _)> = may_go.min_by_key(|(_, host)| host.number) else { return false };
    drain::leaves(world, id, group, Cause::mechanism(Mechanism::AzRebalance), cx);
    true
}

/// Launches a host in the emptiest zone that gives one, if another has at least two more. A zone that the group is
/// shifted away from is none of them (model choice: AWS says that its hosts stay out of the launches, and no more).
fn launch_one(world: &mut World, provider: ProviderId, group: &Group, cx: &mut Cx<'_>) -> bool {
    let row = &world.providers[provider];
    let zones = group.zones.iter().filter(|zone| row.away != Some(**zone));
    let mut emptier: Vec<(u32, ZoneId)> = zones.map(|zone| (row.in_zone(*zone).kept, *zone)).collect();
    let full = emptier.iter().map(|(count, _)| *count).max().unwrap_or(0);
    emptier.retain(|(count, _)| count + 1 < full);
    emptier.sort_unstable();
    emptier.into_iter().any(|(_, zone)| hosts::launch(world, provider, None, Some(zone), cx))
}
