//! ECS Managed Instances: hosts come when tasks wait, go when they are idle, old or impaired (domain sheet, section 4.7).
//!
//! ```text
//! want ─► fill: a host of the cheapest type for each bin of waiting tasks ─► booted ─► idle ─► ended
//!                                                        14 days ─► drained ─► a week later ended
//!                                                        agent silent ─► impaired ─► drained, replaced
//! ```
//! Left out: consolidation of hosts that are in use but badly filled, event windows, capacity reservations.

use super::{detect, pace, scale};
use crate::engine::{Span, Who};
use crate::model::fact::{Cause, HostStatus, Mechanism};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::choose;
use crate::model::plan::{Managed, Plan, ProviderKind};
use crate::model::tables::Host;
use crate::model::tables::host::live;
use crate::model::world::{Cx, World};

/// The age at which a host begins to drain (sourced: AWS Batch user guide, Managed Instances draining).
const LIFE: Span = Span::from_secs(14 * 86_400);
/// How long it may drain: the hard end comes about seven days later (domain sheet, section 4.7).
pub(crate) const DRAINS: Span = Span::from_secs(7 * 86_400);

fn of<'p>(provider: ProviderId, cx: &Cx<'p>) -> Option<&'p Managed> {
    let plan: &'p crate::model::Plan = cx.plan;
    match &plan.providers[provider].kind {
        ProviderKind::Managed(managed) => Some(managed),
        _ => None,
    }
}

/// Tasks wait: hosts are launched for them.
pub(crate) fn want(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if of(provider, cx).is_some() && !world.providers[provider].waiting.is_empty() {
        scale::fill_later(world, provider, Span::ZERO, cx);
    }
}

/// The room of a host that boots, or that might.
struct Room {
    host: Host,
    of: Vec<ServiceId>,
}

impl Room {
    /// Its size, less what the daemons of the cluster will take.
    fn new(world: &World, provider: ProviderId, zone: ZoneId, kind: TypeId, cx: &Cx<'_>) -> Room {
        let plan = cx.plan;
        let mut host = Host::booting(provider, zone, kind, 0, Who(0));
        host.register(&plan.types[kind], false, cx.now);
        for daemon in super::daemon::of_cluster(world, provider, cx) {
            let task = &plan.services[daemon].task;
            if host.fits(task) && choose::is_member(world, plan, daemon, &host) {
                host.reserve(task, true);
            }
        }
        Room { host, of: Vec::new() }
    }

    /// Takes a task of the service, if it may and fits.
    fn take(&mut self, world: &World, service: ServiceId, plan: &Plan) -> bool {
        let row = &plan.services[service];
        let alone = !row.placement.distinct_instance || !self.of.contains(&service);
        let fits = alone && self.host.fits(&row.task) && choose::is_member(world, plan, service, &self.host);
        if fits {
            self.host.reserve(&row.task, false);
            self.of.push(service);
        }
        fits
    }
}

/// Type and zone of a host for a task of the service: the cheapest type that can be had and holds it, in the zone with
/// the fewest hosts.
pub(crate) fn host_for(
    world: &World,
    provider: ProviderId,
    service: ServiceId,
    cx: &Cx<'_>,
) -> Option<(TypeId, ZoneId)> {
    let managed = of(provider, cx)?;
    let hosts = |zone: ZoneId| {
        live(&world.hosts, &world.providers[provider].hosts)
            .filter(|(_, host)| host.zone == zone && !host.leaving)
            .count()
    };
    managed.types.iter().copied().find_map(|kind| {
        let holds = |zone: &ZoneId| {
            scale::gives(world, provider, *zone, &[kind]).is_some()
                && Room::new(world, provider, *zone, kind, cx).take(world, service, cx.plan)
        };
        let zones = managed.zones.iter().copied().filter(holds);
        zones.min_by_key(|&zone| (hosts(zone), zone.0)).map(|zone| (kind, zone))
    })
}

/// Launches what the waiting tasks need beside the hosts that boot already and those that a fault will bring: tasks are
/// packed largest first, and nothing is launched for a task that no host could take (model choice).
pub(crate) fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let boots = live(&world.hosts, &world.providers[provider].hosts);
    let boots = boots.filter(|(_, host)| host.status == HostStatus::Registering && !host.leaving);
    let mut rooms: Vec<Room> = boots.map(|(_, host)| Room::new(world, provider, host.zone, host.kind, cx)).collect();
    let waiting = world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id));
    let mut waiting: Vec<ServiceId> = waiting.map(|task| task.service).collect();
    let size = |service: ServiceId| (plan.services[service].task.cpu, plan.services[service].task.memory);
    waiting.sort_by_key(|&service| std::cmp::Reverse(size(service)));
    let mut held = world.providers[provider].held;
    let mut short = false;
    for service in waiting {
        if rooms.iter_mut().any(|room| room.take(world, service, plan)) {
            continue;
        }
        let found = host_for(world, provider, service, cx);
        let Some((kind, zone)) = found else {
            pace::held_back(world, provider, service, cx);
            short = true;
            continue;
        };
        if held > 0 {
            held -= 1;
        } else if !scale::launch(world, provider, Some(kind), Some(zone), cx) {
            short = true;
            continue;
        }
        let mut room = Room::new(world, provider, zone, kind, cx);
        room.take(world, service, plan);
        rooms.push(room);
    }
    if short {
        scale::fill_later(world, provider, scale::LAUNCH_AGAIN, cx);
    }
}

/// A host is registered: its life begins.
pub(crate) fn lives(world: &World, id: HostId, cx: &mut Cx<'_>) {
    if of(world.hosts.at(id.slot).provider, cx).is_some() {
        cx.after(LIFE, scale::Step::Aged(id));
    }
}

/// It is fourteen days old.
pub(crate) fn aged(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.get(id).is_some() {
        scale::drain(world, id, Cause::mechanism(Mechanism::Maintenance), cx);
    }
}

/// A host is empty: it may go after its time.
pub(crate) fn idle_later(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    if let Some(Managed { scale_in_after: Some(after), .. }) = of(host.provider, cx)
        && host.empty()
        && !host.leaving
    {
        cx.after(*after, scale::Step::Idle(id));
    }
}

/// It may have been idle for long enough. Another event comes if it was used in between.
pub(crate) fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let Some(Managed { scale_in_after: Some(after), .. }) = of(host.provider, cx) else { return };
    if cx.now.since(host.idle_since) >= *after {
        scale::terminate(world, id, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// Its agent fell silent: should it stay so, the host counts as impaired.
pub(crate) fn falls_silent(world: &World, id: HostId, after: Span, cx: &mut Cx<'_>) {
    if of(world.hosts.at(id.slot).provider, cx).is_some_and(|managed| managed.repairs) {
        cx.after(after, scale::Step::Impaired(id));
    }
}

/// A host died: its agent falls silent, and AWS repairs what stays so. A launch that never registers is given up whether
/// it repairs or not (model choice).
pub(crate) fn dies(world: &World, id: HostId, managed: &Managed, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let silence = detect::silence(host.who.nth(1), cx);
    cx.after(silence, detect::Step::Silent(id));
    if managed.repairs || host.status == HostStatus::Registering {
        cx.after(silence + detect::IMPAIRED, scale::Step::Impaired(id));
    }
}

/// It has been silent for long: drained and replaced. There is nothing to drain where it is dead: it is ended.
pub(crate) fn impaired(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.alive {
        detect::ended(world, id, cx);
    } else if !host.connected {
        let cause = detect::silenced_by(world, host);
        scale::drain(world, id, cause, cx);
    }
}
