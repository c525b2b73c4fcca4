//! The link between a zone and its Region: who hears whom, and what goes on while it is cut ([ecs-agent-source]
//! [ecs-outposts] [ecs-anywhere-post]).
//!
//! | | zone away from the Region | availability zone |
//! |---|---|---|
//! | agents and ECS | do not hear each other | do not hear each other |
//! | requests through a load balancer of the Region | do not arrive | arrive: it has nodes in the zone (model choice) |
//! | requests of the site, or through a load balancer there | arrive | |
//! | EC2 launches, ends and watches hosts | not while the link is cut | as ever |
//!
//! Left out: credentials that end during a long cut (their life of 6 h would be a model choice), logs.

use crate::model::fact::{NO_ZONE, TaskState};
use crate::model::flows::World;
use crate::model::ids::{HostId, ServiceId, TaskId, ZoneId};
use crate::model::plan;
use crate::model::plan::{Plan, ZoneKind};
use crate::model::tables::host::NIL;
use crate::model::tables::{Host, Task, Zone};

/// Whether agents of a zone reach ECS.
pub(crate) fn carries(zone: &Zone) -> bool {
    zone.reachable() && zone.linked()
}

/// Whether a host's agent reaches ECS: not yet whether it has connected again.
pub(crate) fn open(world: &World, host: &Host) -> bool {
    carries(&world.zones[host.zone]) && host.unheard.is_empty()
}

/// Whether ECS and the agent of a task hear each other now.
#[inline]
pub(crate) fn hears(world: &World, task: &Task) -> bool {
    if task.host != NIL {
        let host = world.hosts.at(task.host);
        return host.alive && host.connected && open(world, host);
    }
    task.zone == NO_ZONE || carries(&world.zones[task.zone])
}

/// Whether AWS can launch and end hosts in a zone, and learns of machines that stop there.
pub(crate) fn governs(world: &World, plan: &Plan, zone: ZoneId) -> bool {
    !plan.zones[zone].kind.away() || carries(&world.zones[zone])
}

/// Whether requests reach the tasks of a service in a zone.
pub(crate) fn reaches(zone: &Zone, kind: ZoneKind, service: &plan::Service) -> bool {
    let local = || !kind.away() || service.balancer.as_ref().is_none_or(|balancer| balancer.local);
    zone.reachable() && (zone.linked() || local())
}

/// Whether a request that is sent to a task arrives there and is read: the task does not hang.
#[inline]
pub fn reached(world: &World, plan: &Plan, task: &Task) -> bool {
    let zone = &world.zones[task.zone];
    let arrives = carries(zone) || reaches(zone, plan.zones[task.zone].kind, &plan.services[task.service]);
    arrives && world.services[task.service].hung == 0
}

fn running(world: &World, meant: impl Fn(&Task) -> bool) -> Vec<TaskId> {
    let runs = |task: &Task| task.alive && task.state == TaskState::Running && meant(task);
    let slots = (0..world.tasks.slots()).filter(|slot| runs(world.tasks.at(*slot)));
    slots.map(|slot| world.tasks.handle(slot)).collect()
}

/// Running tasks of a zone.
pub(crate) fn running_in(world: &World, zone: ZoneId) -> Vec<TaskId> {
    running(world, |task| task.zone == zone)
}

/// Running tasks of a service.
pub(crate) fn running_of(world: &World, service: ServiceId) -> Vec<TaskId> {
    running(world, |task| task.service == service)
}

/// Living hosts of a zone.
pub(crate) fn hosts_in(world: &World, zone: ZoneId) -> Vec<HostId> {
    let here = |&slot: &u32| world.hosts.at(slot).alive && world.hosts.at(slot).zone == zone;
    (0..world.hosts.slots()).filter(here).map(|slot| world.hosts.handle(slot)).collect()
}

/// Outposts that are anchored to a zone: with it they lose their link (model choice: AWS advises to anchor Outposts to
/// different availability zones for this reason).
pub(crate) fn anchored(world: &World, plan: &Plan, zone: ZoneId) -> Vec<ZoneId> {
    world.zones.ids().filter(|child| plan.zones[*child].parent == Some(zone)).collect()
}
