//! A cell, or the workers of a cluster, do not act: what would reach them is held, and comes to them when they are
//! back.
//!
//! Running tasks live on: what happens in truth happens, what load balancers see they see. What is held is what the
//! control plane does (scheduling, stopping, placing what starts) and what it learns (ends of tasks and hosts).

use super::{headroom, plane};
use crate::engine::Span;
use crate::model::event::Event;
use crate::model::fact::{Cause, FaultFact, Hit, Phase, PlaneFact, Reason, StopCode};
use crate::model::flows::rows::{account, wake};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{CellId, ClusterId, ServiceId, TaskId};
use crate::model::plan::{Kind, Plan, ProviderKind};
use crate::model::step::{Actor, Held};
use crate::model::tables::Task;
use crate::model::tables::task::on_host;

/// Why the control plane does not act for a cluster.
pub(crate) fn unserved(world: &World, cluster: ClusterId, cx: &Cx<'_>) -> Option<Cause> {
    world.planes[plane::cell_of(world, cluster, cx)].unserved(cx.plan.clusters[cluster].shard)
}

/// Keeps an event that the control plane would have to act on while it does not; `false` when it may happen.
pub(crate) fn holds(world: &mut World, event: Event, cx: &mut Cx<'_>) -> bool {
    let Some(held) = concerned(world, event, cx.plan) else { return false };
    let Some(cluster) = cluster_of(world, held, cx.plan) else { return false };
    let Some(cause) = unserved(world, cluster, cx) else { return false };
    let event = meanwhile(world, held, cause, cx).unwrap_or(event);
    let cell = plane::cell_of(world, cluster, cx);
    world.planes[cell].held.push((cluster, event));
    true
}

/// What the control plane would have to act on; `None` when it is somebody else who acts.
fn concerned(world: &World, event: Event, plan: &Plan) -> Option<Held> {
    match step::actor(event) {
        Actor::ControlPlane(held) => Some(held),
        // An Auto Scaling group goes on, and ends a dead host by itself; one that lives it drains with the help of ECS.
        Actor::Scaling(held) => Some(held).filter(|held| match *held {
            Held::Provider(provider) => matches!(plan.providers[provider].kind, ProviderKind::Managed(_)),
            Held::Host(host) => world.hosts.get(host).is_some_and(|host| host.alive),
            _ => true,
        }),
        Actor::Cell | Actor::DataPlane | Actor::Client | Actor::Nature => None,
    }
}

/// Whose control plane that is; `None` when what it is about is gone.
fn cluster_of(world: &World, held: Held, plan: &Plan) -> Option<ClusterId> {
    match held {
        Held::Start(task) | Held::Work(task) | Held::End(task) | Held::Loss(task) | Held::Task(task) => {
            world.tasks.get(task).map(|task| plan.services[task.service].cluster)
        }
        Held::HostLoss(host) | Held::Host(host) => {
            world.hosts.get(host).map(|host| plan.providers[host.provider].cluster)
        }
        Held::Look(service) | Held::Service(service) => Some(plan.services[service].cluster),
        Held::Provider(provider) => Some(plan.providers[provider].cluster),
    }
}

/// What happens in truth although the control plane does not learn of it; gives back what it will learn instead.
fn meanwhile(world: &mut World, held: Held, cause: Cause, cx: &mut Cx<'_>) -> Option<Event> {
    match held {
        Held::Work(task) => {
            // Its work is done; nobody hears of it yet.
            account::change(world, cx.plan, task, |task| task.alive = false);
            return Some(step::Stop::Exited(task, StopCode::EssentialContainerExited, Reason::WorkDone).into());
        }
        Held::End(task) => account::change(world, cx.plan, task, |task| task.alive = false),
        Held::Loss(task) => unheard(world, task, cause, cx),
        Held::HostLoss(host) => {
            let first = world.hosts.at(host.slot).first;
            let on: Vec<TaskId> = on_host(&world.tasks, first).map(|(task, _)| task).collect();
            for task in on {
                unheard(world, task, cause, cx);
            }
        }
        Held::Start(task) => {
            account::change(world, cx.plan, task, |task| task.phase = Phase::ControlPlane);
            cx.note(FaultFact::Hits { cause, what: Hit::Launches(world.tasks.at(task.slot).service) });
        }
        Held::Look(service) => {
            world.services[service].scheduler.woken = true;
            asleep(world, service, cx);
        }
        Held::Task(_) | Held::Host(_) | Held::Service(_) | Held::Provider(_) => {}
    }
    None
}

/// A task is gone and its cell does not hear of it: from here on the outage is why it is missing.
fn unheard(world: &mut World, id: TaskId, cause: Cause, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(id).filter(|task| !task.alive) else { return };
    let (service, wanted, died_of) = (task.service, task.wanted, task.cause);
    if died_of.as_fault().is_some() && died_of != cause {
        world.unheard.entry(id).or_insert(died_of);
    }
    account::change(world, cx.plan, id, |task| {
        task.cause = cause;
        task.phase = Phase::ControlPlane;
    });
    if wanted && cx.plan.services[service].kind != Kind::Stream {
        let due = world.services[service].scheduler.early + 1;
        plane::held_back(world, service, due, cx);
    }
}

/// A service would have been looked at: what is due waits for its cell.
fn asleep(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let due = row.scheduler.pending();
    if due > 0 {
        row.scheduler.waits = Phase::ControlPlane;
        account::mark(world, service);
        // Launches of a stream were offered with their call.
        let early = world.services[service].scheduler.early;
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
    cx.note(FaultFact::Noticed { cause, service: None });
    let span = restart_time(world, cell, cx);
    if span == Span::ZERO {
        handle(world, step::Outage::Back(cell, cause), cx);
    } else {
        cx.after(span, step::Outage::Back(cell, cause));
    }
}

/// A base time, and what it holds over the rates at which it is loaded (model choice).
fn restart_time(world: &World, cell: CellId, cx: &Cx<'_>) -> Span {
    let Some(plane) = &cx.plan.regions[cx.plan.cells[cell].region].plane else { return Span::ZERO };
    let clusters = world.assignments.held_by(cx.plan, cell);
    let mine = |task: &Task| clusters.binary_search(&cx.plan.services[task.service].cluster).is_ok();
    let tasks = world.tasks.pairs().filter(|(_, task)| mine(task)).count() as u64;
    plane.restart.base + plane.restart.cluster * clusters.len() as u64 + plane.restart.task * tasks
}

/// The cell acts again: it learns what it missed, in order, and what is due is done.
pub(crate) fn handle(world: &mut World, step::Outage::Back(cell, cause): step::Outage, cx: &mut Cx<'_>) {
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
    cx.note(FaultFact::Noticed { cause, service: None });
    let plane = cx.plan.regions[cx.plan.cells[cell].region].plane.as_ref();
    let base = plane.map_or(Span::ZERO, |plane| plane.restart.base);
    if base == Span::ZERO {
        workers_back(world, cell, cause, cx);
    } else {
        cx.after(base, step::Outage::Back(cell, cause));
    }
}

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
        if world.services[daemon].scheduler.early > 0
            && plane::cell_of(world, cx.plan.services[daemon].cluster, cx) == cell
        {
            wake::scheduler(world, daemon, cx);
        }
    }
    plane::arm(world, cell, cx);
}
