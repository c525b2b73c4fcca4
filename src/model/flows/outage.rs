//! A cell, or the workers of a cluster, do not act: what would reach them is held, and comes to them when they are back.
//!
//! Running tasks live on: what happens in truth happens, what load balancers see they see. What is held is what the
//! control plane does (scheduling, stopping, placing what starts) and what it learns (ends of tasks and hosts).

use super::{account, grow, headroom, plane};
use crate::engine::Span;
use crate::model::event::{Event, Family};
use crate::model::fact::{Cause, FaultFact, Hit, Phase, PlaneFact, Reason, StopCode};
use crate::model::flows::{consolidate, deploy, detect, launch, rebalance, reconcile, scale, serve, stop};
use crate::model::ids::{CellId, ClusterId, HostId, ProviderId, ServiceId, TaskId};
use crate::model::plan::{Kind, Plan, ProviderKind};
use crate::model::tables::task::on_host;
use crate::model::world::{Cx, World};

/// Why the control plane does not act for a cluster.
pub(crate) fn unserved(world: &World, cluster: ClusterId, cx: &Cx<'_>) -> Option<Cause> {
    world.planes[plane::cell_of(world, cluster, cx)].unserved(cx.plan.clusters[cluster].shard)
}

/// Keeps an event that the control plane would have to act on while it does not; `false` when it may happen.
pub(crate) fn holds(world: &mut World, event: Event, cx: &mut Cx<'_>) -> bool {
    let Some(cluster) = concerned(world, event, cx) else { return false };
    let Some(cause) = unserved(world, cluster, cx) else { return false };
    let event = meanwhile(world, event, cause, cx);
    let cell = plane::cell_of(world, cluster, cx);
    world.planes[cell].held.push((cluster, event));
    true
}

/// The cluster whose control plane has to act on an event; `None` when nobody has to.
fn concerned(world: &World, event: Event, cx: &Cx<'_>) -> Option<ClusterId> {
    let plan = cx.plan;
    let of_service = |service: ServiceId| Some(plan.services[service].cluster);
    let of_task = |task: TaskId| world.tasks.get(task).map(|task| plan.services[task.service].cluster);
    let of_provider = |provider: ProviderId| Some(plan.providers[provider].cluster);
    let of_host = |host: HostId| world.hosts.get(host).map(|host| plan.providers[host.provider].cluster);
    match event.family() {
        Family::Launch => match launch::Step::of(event) {
            launch::Step::Begun(task)
            | launch::Step::Networked(task)
            | launch::Step::Connected(task)
            | launch::Step::Started(task)
            | launch::Step::GaveUp(task) => of_task(task),
            launch::Step::Token(_) | launch::Step::Pulled(_) | launch::Step::Attached(_) => None,
        },
        Family::Serve => match serve::Step::of(event) {
            serve::Step::Done(task) => of_task(task),
            _ => None,
        },
        Family::Stop => match stop::Step::of(event) {
            stop::Step::Drained(task, ..) | stop::Step::Exited(task, ..) => of_task(task),
        },
        Family::Detect => match detect::Step::of(event) {
            detect::Step::Lost(task, _) | detect::Step::GraceOver(task, _) | detect::Step::Impaired(task) => {
                of_task(task)
            }
            detect::Step::HostLost(host) | detect::Step::Silent(host) | detect::Step::Heard(host) => of_host(host),
            detect::Step::Ejected(_) => None,
        },
        Family::Reconcile => match reconcile::Step::of(event) {
            reconcile::Step::Wake(service) | reconcile::Step::Retry(service) | reconcile::Step::Again(service) => {
                of_service(service)
            }
        },
        Family::Rebalance => match rebalance::Step::of(event) {
            rebalance::Step::Look(service) => of_service(service),
        },
        Family::Scale => scales(world, scale::Step::of(event), plan),
        Family::Consolidate => match consolidate::Step::of(event) {
            consolidate::Step::Look(provider) => of_provider(provider),
        },
        Family::Deploy => match deploy::Step::of(event) {
            deploy::Step::Due(service, ..) => of_service(service),
            // Whoever asks or looks comes again; a feature flag is no part of ECS.
            deploy::Step::Asked(..)
            | deploy::Step::Warm(_)
            | deploy::Step::Baked(..)
            | deploy::Step::Found(..)
            | deploy::Step::Shown(..) => None,
        },
        Family::Traffic
        | Family::Fault
        | Family::Plane
        | Family::Dispatch
        | Family::Alarm
        | Family::Pipeline
        | Family::Convoy => None,
    }
}

/// The same of a step of hosts.
fn scales(world: &World, step: scale::Step, plan: &Plan) -> Option<ClusterId> {
    let of_provider = |provider: ProviderId| Some(plan.providers[provider].cluster);
    let of_host = |host: HostId| world.hosts.get(host).map(|host| plan.providers[host.provider].cluster);
    match step {
        scale::Step::Tick(provider) => of_provider(provider),
        // An Auto Scaling group is no part of ECS: it goes on.
        scale::Step::Fill(provider) => {
            let managed = matches!(plan.providers[provider].kind, ProviderKind::Managed(_));
            of_provider(provider).filter(|_| managed)
        }
        scale::Step::Booted(host)
        | scale::Step::Idle(host)
        | scale::Step::Drains(host)
        | scale::Step::DrainOver(host)
        | scale::Step::Aged(host)
        | scale::Step::Impaired(host) => of_host(host),
        // A group ends a dead host by itself; one that lives it drains with the help of ECS.
        scale::Step::Unhealthy(host) => of_host(host).filter(|_| world.hosts.at(host.slot).alive),
    }
}

/// What happens in truth although the control plane does not learn of it; gives back what it will learn.
fn meanwhile(world: &mut World, event: Event, cause: Cause, cx: &mut Cx<'_>) -> Event {
    match event.family() {
        Family::Serve => {
            if let serve::Step::Done(task) = serve::Step::of(event) {
                // Its work is done; nobody hears of it yet.
                account::change(world, cx.plan, task, |task| task.alive = false);
                return stop::Step::Exited(task, StopCode::EssentialContainerExited, Reason::WorkDone).into();
            }
        }
        Family::Stop => {
            if let stop::Step::Exited(task, ..) = stop::Step::of(event) {
                account::change(world, cx.plan, task, |task| task.alive = false);
            }
        }
        Family::Detect => match detect::Step::of(event) {
            detect::Step::Lost(task, _) => unheard(world, task, cause, cx),
            detect::Step::HostLost(host) => {
                let first = world.hosts.at(host.slot).first;
                let on: Vec<TaskId> = on_host(&world.tasks, first).map(|(task, _)| task).collect();
                for task in on {
                    unheard(world, task, cause, cx);
                }
            }
            _ => {}
        },
        Family::Launch => {
            if let launch::Step::Begun(task)
            | launch::Step::Networked(task)
            | launch::Step::Connected(task)
            | launch::Step::Started(task)
            | launch::Step::GaveUp(task) = launch::Step::of(event)
            {
                account::change(world, cx.plan, task, |task| task.phase = Phase::ControlPlane);
                let service = world.tasks.at(task.slot).service;
                cx.note(FaultFact::Hits { cause, what: Hit::Service(service) });
            }
        }
        Family::Reconcile => {
            let step = reconcile::Step::of(event);
            let (reconcile::Step::Wake(service) | reconcile::Step::Retry(service) | reconcile::Step::Again(service)) =
                step;
            world.services[service].woken = true;
            asleep(world, service, cx);
        }
        Family::Rebalance
        | Family::Scale
        | Family::Consolidate
        | Family::Traffic
        | Family::Fault
        | Family::Plane
        | Family::Dispatch
        | Family::Deploy
        | Family::Alarm
        | Family::Pipeline
        | Family::Convoy => {}
    }
    event
}

/// A task is gone and its cell does not hear of it: from here on the outage is why it is missing.
fn unheard(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id).filter(|task| !task.alive) else { return };
    let (service, wanted) = (task.service, task.wanted);
    account::change(world, cx.plan, id, |task| {
        task.cause = cause;
        task.phase = Phase::ControlPlane;
    });
    if wanted && cx.plan.services[service].kind != Kind::Stream {
        let due = world.services[service].early + 1;
        plane::held_back(world, service, due, cx);
    }
}

/// A service would have been looked at: what is due waits for its cell.
fn asleep(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let due = row.owed();
    if due > 0 {
        row.waits = Phase::ControlPlane;
        account::mark(world, service);
        // Launches of a stream were offered with their call.
        let early = world.services[service].early;
        let due = if cx.plan.services[service].kind == Kind::Stream { early } else { due.max(early) };
        plane::held_back(world, service, due, cx);
    }
}

/// A cell stops acting as a whole.
pub(crate) fn down(world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    headroom::hits(world, cell, cause, cx);
    let plane = &mut world.planes[cell];
    if plane.down.is_empty() && plane.stands {
        cx.note(PlaneFact::Up { cell, up: false });
    }
    plane.down.push(cause);
    world.outages += 1;
}

/// What broke the cell is gone: it starts again, and needs time for it.
pub(crate) fn restarts(world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    cx.note(FaultFact::Noticed { cause });
    let span = restart_time(world, cell, cx);
    if span == Span::ZERO {
        back(world, cell, cause, cx);
    } else {
        cx.after(span, plane::Step::Back(cell, cause));
    }
}

/// A base time, and what it holds over the rates at which it is loaded (model choice).
fn restart_time(world: &World, cell: CellId, cx: &Cx<'_>) -> Span {
    let plan = cx.plan;
    let row = &plan.cells[cell];
    let Some(plane) = &plan.regions[row.region].plane else { return Span::ZERO };
    if !world.homes.untouched() {
        return plane.restart.base + grow::time_to_load(world, &world.homes.held_by(plan, cell), cx);
    }
    let mine = |task: &crate::model::tables::Task| row.services.contains(&task.service.0);
    let tasks = world.tasks.pairs().filter(|(_, task)| mine(task)).count() as u64;
    plane.restart.base + plane.restart.cluster * row.clusters.len() as u64 + plane.restart.task * tasks
}

/// The cell acts again: it learns what it missed, in order, and what is due is done.
pub(crate) fn back(world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    let plane = &mut world.planes[cell];
    let Some(row) = plane.down.iter().position(|of| *of == cause) else {
        return workers_back(world, cell, cause, cx);
    };
    plane.down.remove(row);
    world.outages -= 1;
    if world.planes[cell].down.is_empty() {
        if world.planes[cell].stands {
            cx.note(PlaneFact::Up { cell, up: true });
        }
        catch_up(world, cell, cx);
    }
}

/// Workers of a cell stop acting.
pub(crate) fn workers_down(world: &mut World, cell: CellId, workers: u64, cause: Cause, cx: &mut Cx<'_>) {
    headroom::hits(world, cell, cause, cx);
    world.planes[cell].dead_workers.push((cause, workers));
    world.outages += 1;
    headroom::rate_changed(world, cell, cx);
}

/// What broke the workers is gone: they start again, which takes the base time of a restart.
pub(crate) fn workers_restart(world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    cx.note(FaultFact::Noticed { cause });
    let plane = cx.plan.regions[cx.plan.cells[cell].region].plane.as_ref();
    let base = plane.map_or(Span::ZERO, |plane| plane.restart.base);
    if base == Span::ZERO {
        workers_back(world, cell, cause, cx);
    } else {
        cx.after(base, plane::Step::Back(cell, cause));
    }
}

/// They act again.
fn workers_back(world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
    let before = world.planes[cell].dead_workers.len();
    world.planes[cell].dead_workers.retain(|(of, _)| *of != cause);
    world.outages -= (before - world.planes[cell].dead_workers.len()) as u32;
    headroom::rate_changed(world, cell, cx);
    catch_up(world, cell, cx);
}

/// What a cell holds for a cluster that another cell runs now comes to that one.
pub(crate) fn hand_over(world: &mut World, cluster: ClusterId, from: CellId, cx: &mut Cx<'_>) {
    let held = std::mem::take(&mut world.planes[from].held);
    let (gone, stay): (Vec<_>, Vec<_>) = held.into_iter().partition(|(of, _)| *of == cluster);
    world.planes[from].held = stay;
    let to = plane::cell_of(world, cluster, cx);
    for (_, event) in gone {
        if unserved(world, cluster, cx).is_some() {
            world.planes[to].held.push((cluster, event));
        } else {
            cx.after(Span::ZERO, event);
        }
    }
}

/// Whoever is served again learns what was held.
fn catch_up(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    for (cluster, event) in std::mem::take(&mut world.planes[cell].held) {
        if unserved(world, cluster, cx).is_some() {
            world.planes[cell].held.push((cluster, event));
        } else {
            cx.after(Span::ZERO, event);
        }
    }
    // Daemons of hosts that went meanwhile are not due: nobody else would look.
    for daemon in world.daemons.clone() {
        if world.services[daemon].early > 0 && plane::cell_of(world, cx.plan.services[daemon].cluster, cx) == cell {
            reconcile::wake_once(world, daemon, cx);
        }
    }
    plane::arm(world, cell, cx);
}
