//! ECS Managed Instances: hosts come when tasks wait, go when they are idle, old or impaired (domain sheet, section 4.7).
//!
//! ```text
//! want ─► fill: a host of the cheapest type for each bin of waiting tasks ─► booted ─► idle ─► ended
//!                                             badly filled (`flows/consolidate.rs`) ─► drained ─► ended
//!                                                        14 days ─► drained ─► a week later ended
//!                                                        agent silent ─► impaired ─► drained, replaced
//! ```
//! In which zone a task may stand is said in `placement/spread.rs`. Left out: event windows, capacity reservations.

use super::{consolidate, detect, pace, scale};
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, Mechanism};
use crate::model::ids::{HostId, ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::placement::choose;
use crate::model::placement::spread::{self, Spread};
use crate::model::plan::Plan;
use crate::model::tables::Host;
use crate::model::tables::host::live;
use crate::model::world::{Cx, World};

/// The age at which a host begins to drain (sourced: AWS Batch user guide, Managed Instances draining).
const LIFE: Span = Span::from_secs(14 * 86_400);
/// How long it may drain: the hard end comes about seven days later (domain sheet, section 4.7).
pub(crate) const DRAINS: Span = Span::from_secs(7 * 86_400);

/// The delay of infrastructure optimization, unless it is off.
pub(crate) fn scales_in(plan: &Plan, provider: ProviderId) -> Option<Span> {
    spread::managed(plan, provider)?.scale_in_after
}

/// Tasks wait: hosts are launched for them.
pub(crate) fn want(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    if spread::managed(cx.plan, provider).is_some() && !world.providers[provider].waiting.is_empty() {
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
    fn new(world: &World, provider: ProviderId, (zone, kind): (ZoneId, TypeId), cx: &Cx<'_>) -> Room {
        Room { host: spread::empty(world, provider, (zone, kind), cx), of: Vec::new() }
    }

    /// Whether it may take a task of the service, and has room for it.
    fn fits(&self, world: &World, service: ServiceId, plan: &Plan) -> bool {
        let row = &plan.services[service];
        let alone = !row.placement.distinct_instance || !self.of.contains(&service);
        alone && self.host.fits(&row.task) && choose::is_member(world, plan, service, &self.host)
    }

    fn take(&mut self, service: ServiceId, plan: &Plan) {
        self.host.reserve(&plan.services[service].task, false);
        self.of.push(service);
    }
}

/// Type and zone of a host for a task of the service: among the zones that its spread allows, the cheapest type that can
/// be had and holds it, in the zone with the fewest tasks of the service, then the fewest hosts.
fn host_for(
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
    managed.types.iter().copied().find_map(|kind| {
        let holds = |zone: &ZoneId| {
            spread.allows(*zone)
                && scale::gives(world, provider, *zone, &[kind]).is_some()
                && spread::holds(world, service, provider, (*zone, kind), cx)
        };
        let zones = managed.zones.iter().copied().filter(holds);
        zones.min_by_key(|&zone| (spread.count(zone), hosts(zone), zone.0)).map(|zone| (kind, zone))
    })
}

/// Type and zone of a host for a task of the service at time 0.
pub(crate) fn host_at_start(
    world: &World,
    provider: ProviderId,
    service: ServiceId,
    cx: &Cx<'_>,
) -> Option<(TypeId, ZoneId)> {
    host_for(world, provider, service, &Spread::new(world, service, provider, |_| false, cx), cx)
}

/// Launches what the waiting tasks need beside the hosts that boot already and those that a fault will bring: tasks are
/// packed largest first as far as their spread over zones allows, and nothing is launched for a task that no host could
/// take (model choice). What a zone has room for that could take none before is placed first.
pub(crate) fn fill(world: &mut World, provider: ProviderId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    scale::room(world, provider, cx);
    let boots = live(&world.hosts, &world.providers[provider].hosts);
    let boots = boots.filter(|(_, host)| host.status == HostStatus::Registering && !host.leaving);
    let mut rooms: Vec<Room> = boots.map(|(_, host)| Room::new(world, provider, (host.zone, host.kind), cx)).collect();
    let waiting = world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id));
    let mut waiting: Vec<ServiceId> = waiting.map(|task| task.service).collect();
    let size = |service: ServiceId| (plan.services[service].task.cpu, plan.services[service].task.memory);
    waiting.sort_by_key(|&service| std::cmp::Reverse(size(service)));
    let mut spreads: Vec<(ServiceId, Spread)> = Vec::new();
    let mut held = world.providers[provider].held;
    let mut short = false;
    for service in waiting {
        let known = spreads.iter().position(|(of, _)| *of == service);
        let place = known.unwrap_or_else(|| {
            let comes = |zone| rooms.iter().any(|room| room.host.zone == zone && room.fits(world, service, plan));
            spreads.push((service, Spread::new(world, service, provider, comes, cx)));
            spreads.len() - 1
        });
        let spread = &mut spreads[place].1;
        let open = |room: &&mut Room| spread.allows(room.host.zone) && room.fits(world, service, plan);
        if let Some(room) = rooms.iter_mut().filter(open).min_by_key(|room| spread.count(room.host.zone)) {
            room.take(service, plan);
            spread.add(room.host.zone, 1);
            continue;
        }
        let Some((kind, zone)) = host_for(world, provider, service, spread, cx) else {
            pace::held_back(world, provider, service, cx);
            short = true;
            continue;
        };
        if held > 0 {
            held -= 1;
        } else if !scale::launch(world, provider, Some(kind), Some(zone), cx) {
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
        scale::fill_later(world, provider, scale::LAUNCH_AGAIN, cx);
    }
}

/// A host is registered: its life begins.
pub(crate) fn lives(world: &World, id: HostId, cx: &mut Cx<'_>) {
    if spread::managed(cx.plan, world.hosts.at(id.slot).provider).is_some() {
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
    if let Some(after) = scales_in(cx.plan, host.provider).filter(|_| host.empty() && !host.leaving) {
        cx.after(after, scale::Step::Idle(id));
    }
}

/// It may have been idle for long enough. Another event comes if it was used in between.
pub(crate) fn idle(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let Some(after) = scales_in(cx.plan, host.provider) else { return };
    if cx.now.since(host.idle_since) >= after {
        scale::terminate(world, id, Cause::mechanism(Mechanism::ScaleIn), cx);
    }
}

/// Its agent fell silent: should it stay so, the host counts as impaired.
pub(crate) fn falls_silent(world: &World, id: HostId, after: Span, cx: &mut Cx<'_>) {
    if spread::managed(cx.plan, world.hosts.at(id.slot).provider).is_some_and(|managed| managed.repairs) {
        cx.after(after, scale::Step::Impaired(id));
    }
}

/// It has been silent for long: drained and replaced.
pub(crate) fn impaired(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.connected {
        let cause = detect::silenced_by(world, host);
        scale::drain(world, id, cause, cx);
    }
}
