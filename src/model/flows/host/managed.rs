//! ECS Managed Instances: hosts come when tasks wait, go when they are idle, old or impaired ([ecs-managed-instances]).
//!
//! ```text
//! want ─► fill: a host of the cheapest type for each bin of waiting tasks ─► booted ─► idle ─► ended
//!                                             badly filled (`flows/host/consolidate.rs`) ─► drained ─► ended
//!                                                        14 days ─► drained ─► a week later ended
//!                                                        agent silent ─► impaired ─► drained, replaced
//! ```
//! In which zone a task may stand is said in `placement/spread.rs`. Left out: event windows, capacity reservations.

use super::{agent, consolidate, drain, hosts};
use crate::model::capacity::luck;
use crate::model::fact::{Cause, HostStatus, Mechanism};
use crate::model::flows::rows::{tell, wake};
use crate::model::flows::task::{die, place};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::spread::Spread;
use crate::model::placement::{choose, spread};
use crate::model::plan::{Managed, Plan};
use crate::model::tables::host::live;
use crate::model::tables::{Host, find_or_add};

pub(crate) fn handle(world: &mut World, step: step::Managed, cx: &mut Cx<'_>) {
    match step {
        step::Managed::Aged(host) => aged(world, host, cx),
        step::Managed::Impaired(host) => impaired(world, host, cx),
    }
}

/// The room of a host that is there, that boots, or that might.
struct Room {
    host: Host,
    /// The host, once it takes tasks.
    id: Option<HostId>,
    of: Vec<ServiceId>,
}

impl Room {
    /// Its size, less what the daemons of the cluster will take.
    fn new(world: &World, provider: ProviderId, (zone, kind): (ZoneId, TypeId), cx: &Cx<'_>) -> Room {
        Room { host: spread::empty(world, provider, (zone, kind), cx), id: None, of: Vec::new() }
    }

    /// What is left of a host, or of what it will be; none of one that takes no tasks.
    fn of(world: &World, provider: ProviderId, (id, host): (HostId, &Host), cx: &Cx<'_>) -> Option<Room> {
        if host.takes_tasks() && world.zones[host.zone].powered() {
            return Some(Room { host: host.clone(), id: Some(id), of: Vec::new() });
        }
        let boots = host.status == HostStatus::Registering && !host.leaving;
        boots.then(|| Room::new(world, provider, (host.zone, host.kind), cx))
    }

    /// Whether it may take a task of the service, and has room for it.
    fn fits(&self, world: &World, service: ServiceId, cx: &Cx<'_>) -> bool {
        let row = &cx.plan.services[service];
        let alone = !row.placement.distinct_instance || !self.of.contains(&service);
        let may = || match self.id {
            Some(id) => choose::allowed(world, service, id, cx),
            None => choose::is_member(world, cx.plan, service, &self.host),
        };
        alone && self.host.fits(&row.task) && may()
    }

    fn take(&mut self, service: ServiceId, plan: &Plan) {
        self.host.reserve(&plan.services[service].task, false);
        self.of.push(service);
    }
}

/// Type and zone of a host for a task of the service: among the zones that its spread allows, the cheapest type that
/// can be had and holds it, in the zone with the fewest tasks of the service, then the fewest hosts.
pub(crate) fn host_for(
    world: &World,
    provider: ProviderId,
    service: ServiceId,
    spread: &Spread,
    cx: &Cx<'_>,
) -> Option<(TypeId, ZoneId)> {
    let managed = spread::managed(cx.plan, provider)?;
    let hosts = |zone: ZoneId| {
        live(&world.hosts, &world.providers[provider].hosts)
            .filter(|(_, host)| host.zone == zone && !host.leaving)
            .count()
    };
    let could = |zone: &ZoneId| spread.allows(*zone) && !spread::types(world, service, provider, *zone, cx).is_empty();
    let open: Vec<ZoneId> = managed.zones.iter().copied().filter(could).collect();
    if open.is_empty() {
        return None;
    }
    managed.types.iter().copied().find_map(|kind| {
        let holds = |zone: &ZoneId| {
            hosts::gives(world, provider, *zone, &[kind]).is_some()
                && spread::holds(world, service, provider, (*zone, kind), cx)
        };
        let zones = open.iter().copied().filter(holds);
        zones.min_by_key(|&zone| (spread.count(zone), hosts(zone), zone.0)).map(|zone| (kind, zone))
    })
}

/// Launches what the waiting tasks need beside the hosts that are there, that boot already and that a fault will bring:
/// tasks are packed largest first as far as their spread over zones allows, and nothing is launched for a task that no
/// host could take (model choice). A task may wait for another zone although a host has room: it finds it there once
/// the others stand.
pub(crate) fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    place::room(world, provider, cx);
    let hosts = live(&world.hosts, &world.providers[provider].hosts);
    let mut rooms: Vec<Room> = hosts.filter_map(|host| Room::of(world, provider, host, cx)).collect();
    let waiting = world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id));
    let mut waiting: Vec<ServiceId> = waiting.map(|task| task.service).collect();
    let size = |service: ServiceId| (plan.services[service].task.cpu, plan.services[service].task.memory);
    waiting.sort_by_key(|&service| std::cmp::Reverse(size(service)));
    let mut spreads: Vec<(ServiceId, Spread)> = Vec::new();
    let mut held = world.providers[provider].held;
    let mut short = false;
    for service in waiting {
        let (_, spread) = find_or_add(
            &mut spreads,
            |(of, _)| *of == service,
            || {
                let comes = |zone| rooms.iter().any(|room| room.host.zone == zone && room.fits(world, service, cx));
                (service, Spread::new(world, service, provider, comes, cx))
            },
        );
        let open = |room: &&mut Room| spread.allows(room.host.zone) && room.fits(world, service, cx);
        if let Some(room) = rooms.iter_mut().filter(open).min_by_key(|room| spread.count(room.host.zone)) {
            room.take(service, plan);
            spread.add(room.host.zone, 1);
            continue;
        }
        let Some((kind, zone)) = host_for(world, provider, service, spread, cx) else {
            tell::refused(world, provider, service, cx);
            luck::requested(world, provider, cx);
            short = true;
            continue;
        };
        if held > 0 {
            held -= 1;
        } else if !hosts::launch(world, provider, Some(kind), Some(zone), cx) {
            short = true;
            continue;
        } else {
            consolidate::came(world, provider);
        }
        let mut room = Room::new(world, provider, (zone, kind), cx);
        room.take(service, plan);
        spread.add(zone, 1);
        rooms.push(room);
    }
    if short {
        wake::hosts(world, provider, hosts::LAUNCH_AGAIN, cx);
    }
}

/// It is fourteen days old.
fn aged(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    if world.hosts.get(id).is_some() {
        drain::begin(world, id, Cause::mechanism(Mechanism::Maintenance), cx);
    }
}

/// It may have been idle for long enough. Another event comes if it was used in between. A host that a waiting task
/// could use stays: the task waits for one in another zone, and may come once that stands (model choice).
pub(crate) fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let Some(after) = wake::scales_in(cx.plan, host.provider) else { return };
    if awaited(world, id, cx) {
        cx.after(after.max(hosts::LAUNCH_AGAIN), step::Scale::Idle(id));
    } else if cx.now.since(host.idle_since) >= after {
        hosts::terminate(world, id, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// Whether a task that waits could use the host.
fn awaited(world: &World, id: HostId, cx: &Cx<'_>) -> bool {
    let host = world.hosts.at(id.slot);
    let waiting = world.providers[host.provider].waiting.iter().filter_map(|&task| world.tasks.get(task));
    let fits = |service: ServiceId| {
        host.takes_tasks() && host.fits(&cx.plan.services[service].task) && choose::allowed(world, service, id, cx)
    };
    waiting.map(|task| task.service).any(fits)
}

/// A host died: its agent falls silent, and AWS repairs what stays so. A launch that never registers is given up
/// whether it repairs or not (model choice).
pub(crate) fn dies(world: &World, id: HostId, managed: &Managed, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let silence = agent::silence(host.who.nth(1), cx);
    cx.after(silence, step::Agent::Silent(id));
    if managed.repairs || host.status == HostStatus::Registering {
        cx.after(silence + die::IMPAIRED, step::Managed::Impaired(id));
    }
}

/// It has been silent for long: drained and replaced. There is nothing to drain where it is dead: it is ended.
fn impaired(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.alive {
        agent::ended(world, id, cx);
    } else if !host.connected {
        let cause = agent::silenced_by(world, host);
        drain::begin(world, id, cause, cx);
    }
}
