//! Managed Instances that are badly filled are drained together, and their tasks move onto the others
//! ([ecs-managed-instances-optimization]; underutilized instances).
//!
//! ```text
//! a task starts or stops ─► stirred ─► `scaleInAfter` later: look ─► hosts whose tasks all fit elsewhere ─► drained
//!                                        └ something changed meanwhile: again later   (start first) ─► empty ─► ended
//! ```
//! Sourced: what is drained together, that a start or a stop is what makes ECS look, the delay, -1 for never. Model
//! choices: a look a minute at most; the least used hosts go first; a host stays if it runs a standalone task, a
//! protected or unhealthy one, or one of a service that is not in steady state or has no room to start a task first;
//! hosts without tasks take none, as they are about to end; tasks keep their spread over zones. Left out: smaller hosts
//! in place of hosts that are too large.
//!
//! It comes to rest: a host that is launched while others are drained is never drained for that itself, so that each
//! round has fewer hosts to choose from.

use super::drain;
use crate::engine::Span;
use crate::model::fact::{Cause, HostStatus, Mechanism, TaskState};
use crate::model::flows::rows::wake;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{HostId, ProviderId, ServiceId};
use crate::model::placement::spread::Spread;
use crate::model::placement::{choose, protect};
use crate::model::plan::{Kind, Plan};
use crate::model::tables::find_or_add;
use crate::model::tables::host::{Host, live};
use crate::model::tables::task::{Health, on_host};

const fn cause() -> Cause {
    Cause::mechanism(Mechanism::Consolidation)
}

/// Whether hosts of a provider are drained for others to be filled.
fn under_way(world: &World, provider: ProviderId) -> bool {
    live(&world.hosts, &world.providers[provider].hosts).any(|(_, host)| host.leaving && host.cause == cause())
}

pub(crate) fn came(world: &mut World, provider: ProviderId) {
    if under_way(world, provider)
        && let Some(newest) = world.providers[provider].hosts.last()
    {
        world.hosts.at_mut(newest.slot).settled = true;
    }
}

pub(crate) fn handle(world: &mut World, step::Consolidate::Look(provider): step::Consolidate, cx: &mut Cx<'_>) {
    world.providers[provider].watched = false;
    world.providers[provider].looked = Some(cx.now);
    let Some(after) = wake::scales_in(cx.plan, provider) else { return };
    let hosts = || live(&world.hosts, &world.providers[provider].hosts).map(|(_, host)| host);
    let boots = hosts().any(|host| host.status == HostStatus::Registering);
    if boots || under_way(world, provider) || !world.providers[provider].waiting.is_empty() {
        return wake::look_at(world, provider, cx.now + after, cx);
    }
    let in_use = hosts().filter(|host| !host.leaving && !host.empty());
    if let Some(due) = in_use.map(|host| host.stirred + after).max().filter(|due| *due > cx.now) {
        wake::look_at(world, provider, due, cx);
    }
    let (go, wait) = choice(world, provider, after, cx);
    for host in go {
        drain::begin(world, host, cause(), cx);
    }
    if wait {
        wake::look_at(world, provider, cx.now + after, cx);
    }
}

/// A host while places are looked for: what is left of it, and what would come.
struct Room {
    id: HostId,
    /// The host with the tasks that come in thought.
    host: Host,
    comes: Vec<ServiceId>,
    goes: bool,
}

impl Room {
    fn fits(&self, world: &World, service: ServiceId, cx: &Cx<'_>) -> bool {
        let row = &cx.plan.services[service];
        self.host.fits(&row.task)
            && (!row.placement.distinct_instance || !self.comes.contains(&service))
            && choose::allowed(world, service, self.id, cx)
    }

    fn take(&mut self, service: ServiceId, plan: &Plan) {
        self.host.reserve(&plan.services[service].task, false);
        self.comes.push(service);
    }

    /// Takes back the last that came.
    fn give_back(&mut self, cx: &Cx<'_>) {
        let Some(service) = self.comes.pop() else { return };
        self.host.release(&cx.plan.services[service].task, false, cx.now);
    }
}

/// The hosts that go: the least used first, as long as all tasks of each find a place on hosts that stay. And whether
/// one stays that may go later, though no task starts or stops on it until then.
fn choice(world: &World, provider: ProviderId, after: Span, cx: &Cx<'_>) -> (Vec<HostId>, bool) {
    let used = |host: &Host| {
        let all = u64::from(cx.plan.types[host.kind].cpu).max(1);
        (all - u64::from(host.cpu).min(all)) * 1_000_000 / all
    };
    let open = |host: &Host| host.takes_tasks() && !host.empty() && !host.reclaimed && world.zones[host.zone].powered();
    let hosts = live(&world.hosts, &world.providers[provider].hosts).filter(|(_, host)| open(host));
    let mut hosts: Vec<(HostId, &Host)> = hosts.collect();
    hosts.sort_by_key(|(_, host)| (used(host), host.number));
    let room = |&(id, host): &(HostId, &Host)| Room { id, host: host.clone(), comes: Vec::new(), goes: false };
    let mut rooms: Vec<Room> = hosts.iter().map(room).collect();
    let mut spreads: Vec<(ServiceId, Spread)> = Vec::new();
    let mut wait = false;
    for (row, (_, host)) in hosts.iter().enumerate() {
        let due = host.stirred + after <= cx.now && !host.settled;
        if !due || !rooms[row].comes.is_empty() {
            continue;
        }
        match movable(world, host, cx) {
            Moves::All(tasks) => {
                rooms[row].goes = find_places(world, provider, (row, &tasks), &mut rooms, &mut spreads, cx);
            }
            Moves::Later => wait = true,
            Moves::Never => {}
        }
    }
    (rooms.iter().filter(|room| room.goes).map(|room| room.id).collect(), wait)
}

/// Whether the tasks of a host may move.
enum Moves {
    All(Vec<ServiceId>),
    /// Once a service is in steady state, or a protection ends.
    Later,
    /// Not before one starts or stops.
    Never,
}

fn movable(world: &World, host: &Host, cx: &Cx<'_>) -> Moves {
    let mut found = Vec::new();
    let mut later = false;
    for (_, task) in on_host(&world.tasks, host.first) {
        let service = &cx.plan.services[task.service];
        if service.kind == Kind::Daemon {
            continue;
        }
        let row = &world.services[task.service];
        let runs = task.wanted && task.state == TaskState::Running && task.health == Health::Healthy;
        let backs_off = row.is_steady() && row.deployment.rollout.is_none() && row.balance.moving.is_empty();
        let room = row.task_set(0).is_some_and(|task_set| task_set.most(service.maximum_percent) > task_set.desired);
        if service.kind != Kind::Replica || !runs || !room {
            return Moves::Never;
        }
        later |= !backs_off || task.to_replace() || protect::until(task, cx).is_some();
        found.push(task.service);
    }
    if later { Moves::Later } else { Moves::All(found) }
}

/// Whether the tasks of a host find a place on the others, as they would be placed; if they do they take it.
fn find_places(
    world: &World,
    provider: ProviderId,
    (from, tasks): (usize, &[ServiceId]),
    rooms: &mut [Room],
    spreads: &mut Vec<(ServiceId, Spread)>,
    cx: &Cx<'_>,
) -> bool {
    let zone = rooms[from].host.zone;
    rooms[from].goes = true;
    for &service in tasks {
        spread_of(world, provider, service, rooms, spreads, cx).add(zone, -1);
    }
    let mut taken: Vec<usize> = Vec::new();
    for &service in tasks {
        let spread = spread_of(world, provider, service, rooms, spreads, cx);
        let open = |room: &Room| !room.goes && spread.allows(room.host.zone) && room.fits(world, service, cx);
        let best = rooms.iter().enumerate().filter(|(_, room)| open(room));
        let best = best.min_by_key(|(_, room)| (spread.count(room.host.zone), room.host.cpu, room.host.memory));
        let Some((row, _)) = best else { break };
        rooms[row].take(service, cx.plan);
        spread.add(rooms[row].host.zone, 1);
        taken.push(row);
    }
    if taken.len() == tasks.len() {
        return true;
    }
    for (&row, service) in taken.iter().zip(tasks).rev() {
        rooms[row].give_back(cx);
        spread_of(world, provider, *service, rooms, spreads, cx).add(rooms[row].host.zone, -1);
    }
    for &service in tasks {
        spread_of(world, provider, service, rooms, spreads, cx).add(zone, 1);
    }
    false
}

/// How the tasks of a service stand over the zones, with what is moved in thought.
fn spread_of<'s>(
    world: &World,
    provider: ProviderId,
    service: ServiceId,
    rooms: &[Room],
    spreads: &'s mut Vec<(ServiceId, Spread)>,
    cx: &Cx<'_>,
) -> &'s mut Spread {
    let here = |zone| rooms.iter().any(|room| room.host.zone == zone && room.fits(world, service, cx));
    let new = || (service, Spread::new(world, service, provider, here, cx));
    &mut find_or_add(spreads, |(of, _)| *of == service, new).1
}
