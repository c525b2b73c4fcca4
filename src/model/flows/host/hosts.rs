//! One host, from its launch to its end: where there is capacity for it, what it is when it registers, and what goes
//! with it.

use crate::engine::Span;
use crate::model::capacity::luck;
use crate::model::fact::{Cause, Reason, StopCode, TaskState};
use crate::model::flows::rows::{account, belief, inventory, link, tell, wake};
use crate::model::flows::task::stop;
use crate::model::flows::{Cx, For, News, World, step};
use crate::model::ids::{HostId, ProviderId, TypeId, ZoneId};
use crate::model::placement::spread;
use crate::model::plan::{Group, InstanceType, Managed, ProviderKind};
use crate::model::tables::Host;
use crate::model::tables::task::newest_on;
use crate::model::tables::zone::LEFT_OUT;

/// How long a group waits after no zone could give a host (model choice).
pub(crate) const LAUNCH_AGAIN: Span = Span::from_secs(60);

/// What a provider launches hosts from.
pub(crate) struct Source<'p> {
    types: &'p [TypeId],
    zones: &'p [ZoneId],
    pools: &'p [(ZoneId, u32)],
    boot: &'p crate::engine::Dist,
    trunking: bool,
    balanced_only: bool,
}

fn source<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<Source<'p>> {
    match &cx.plan.providers[provider].kind {
        ProviderKind::Group(Group { types, zones, pools, boot, trunking, balanced_only, .. }) => {
            Some(Source { types, zones, pools, boot, trunking: *trunking, balanced_only: *balanced_only })
        }
        ProviderKind::Managed(Managed { types, zones, boot, .. }) => {
            Some(Source { types, zones, pools: &[], boot, trunking: false, balanced_only: false })
        }
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => None,
    }
}

/// A host begins to boot in the zone with the fewest. A zone that gives none is tried last for five minutes (model
/// choice).
pub(crate) fn new_host(
    world: &mut World,
    provider: ProviderId,
    kind: Option<TypeId>,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Option<HostId> {
    let source = source(provider, cx)?;
    let types = match &kind {
        Some(kind) => std::slice::from_ref(kind),
        None => source.types,
    };
    let found = zone_for(world, provider, types, &source, only, cx);
    let found = found.and_then(|zone| Some((zone, gives(world, provider, zone, types)?)));
    luck::requested(world, provider, cx);
    let (zone, kind) = found?;
    Some(add(world, provider, zone, kind, cx))
}

/// The first of the types that a zone gives now.
pub(crate) fn gives(world: &World, provider: ProviderId, zone: ZoneId, types: &[TypeId]) -> Option<TypeId> {
    let open = world.zones[zone].powered() && world.zones[zone].reachable();
    let row = &world.providers[provider];
    types.iter().copied().find(|&kind| open && row.may_have(zone, kind))
}

fn zone_for(
    world: &mut World,
    provider: ProviderId,
    types: &[TypeId],
    source: &Source<'_>,
    only: Option<ZoneId>,
    cx: &Cx<'_>,
) -> Option<ZoneId> {
    let row = &world.providers[provider];
    let mut order: Vec<(u32, ZoneId)> = source.zones.iter().map(|&zone| (row.in_zone(zone).staying, zone)).collect();
    order.retain(|(_, zone)| only.is_none_or(|only| only == *zone) && row.away != Some(*zone));
    // A rack is no larger than what stands in it at the start.
    let full = |zone: ZoneId| source.pools.iter().any(|(pool, most)| *pool == zone && row.in_zone(zone).there >= *most);
    order.retain(|(_, zone)| !full(*zone) && link::governs(world, cx.plan, *zone));
    order.sort_unstable();
    if source.balanced_only {
        let least = order.first().map_or(0, |row| row.0);
        order.retain(|row| row.0 == least);
    }
    let mut last = None;
    for (_, zone) in order {
        let given = gives(world, provider, zone, types).is_some();
        let row = &mut world.providers[provider];
        if row.is_left_out(zone, cx.now) {
            last = last.or(given.then_some(zone));
        } else if given {
            return Some(zone);
        } else if !row.unlucky(zone) {
            row.leave_out(zone, cx.now + LEFT_OUT);
        }
    }
    last.filter(|_| only.is_none())
}

/// Launches one host, in any zone or in one; `false` when none can be had.
pub(crate) fn launch(
    world: &mut World,
    provider: ProviderId,
    kind: Option<TypeId>,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> bool {
    let Some(id) = new_host(world, provider, kind, only, cx) else { return false };
    let who = world.hosts.at(id.slot).who;
    if let Some(source) = source(provider, cx) {
        cx.after(source.boot.sample(&mut cx.draw(For::Boot, who)), step::Scale::Booted(id));
    }
    true
}

pub(crate) fn register(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let (provider, kind) = (host.provider, host.kind);
    let trunking = source(provider, cx).is_some_and(|source| source.trunking);
    let size: &InstanceType = &cx.plan.types[kind];
    belief::host_registers(world, id, size, trunking, cx);
    inventory::tell(world, provider, cx);
    world.hear(News::HostRuns(id), cx);
    if spread::managed(cx.plan, provider).is_some() {
        cx.after(LIFE, step::Managed::Aged(id));
    }
}

/// Ends a host with whatever runs on it.
pub(crate) fn terminate(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    inventory::change(world, id, |host| host.leaving = true);
    belief::host_drains(world, id);
    while let Some(task) = newest_on(&world.tasks, world.hosts.at(id.slot).first) {
        let code = if world.tasks.at(task.slot).state < TaskState::Running {
            StopCode::TaskFailedToStart
        } else {
            StopCode::TerminationNotice
        };
        account::change(world, plan, task, |task| task.cause = cause);
        stop::gone(world, task, code, Reason::Draining, cx);
    }
    remove(world, id, cx);
}

/// A host is gone, and ECS knows it.
pub(crate) fn remove(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    assert!(host.tasks == 0, "host {} is removed with {} tasks on it", host.number, host.tasks);
    let (provider, held) = (host.provider, host.held);
    belief::host_stopped(world, id, cx);
    inventory::remove(world, id);
    inventory::tell(world, provider, cx);
    not_at_risk(world, provider, id);
    if matches!(cx.plan.providers[provider].kind, ProviderKind::Managed(_)) {
        wake::for_waiting(world, provider, cx);
    } else if !held {
        wake::hosts(world, provider, Span::ZERO, cx);
    }
    wake::daemons(world, provider, cx);
}

/// A new row: a host that begins to boot, with the next number of its provider.
pub(crate) fn add(world: &mut World, provider: ProviderId, zone: ZoneId, kind: TypeId, cx: &mut Cx<'_>) -> HostId {
    let row = &mut world.providers[provider];
    row.take_place(zone, kind);
    let number = row.launched;
    row.launched += 1;
    let who = cx.plan.providers[provider].who.nth(u64::from(number));
    let id = inventory::add(world, Host::booting(provider, zone, kind, number, who));
    tell::host(world, id, cx);
    id
}

/// The age at which a host begins to drain (sourced: [ecs-managed-instances-patching]).
const LIFE: Span = Span::from_secs(14 * 86_400);

/// A host is gone: it needs no successor, and is none.
fn not_at_risk(world: &mut World, provider: ProviderId, id: HostId) {
    let list = &mut world.providers[provider].at_risk;
    list.retain(|one| one.host != id);
    for one in list.iter_mut().filter(|one| one.successor == Some(id)) {
        one.successor = None;
    }
}
