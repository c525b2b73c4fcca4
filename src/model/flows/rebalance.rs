//! Zones are evened out, one task at a time (domain sheet, section 2.8).
//!
//! In steady state, when two zones differ by more than one task: start one in the emptiest zone that can take it, wait
//! until it is healthy, stop one in the fullest. Left out: parallel moves (AWS publishes no batch size).

use super::{account, launch, reconcile, stop};
use crate::engine::Span;
use crate::model::event::steps;
use crate::model::fact::{Action, Fact, Reason, StopCode, TaskState};
use crate::model::ids::{ServiceId, TaskId, ZoneId};
use crate::model::tables::service::Move;
use crate::model::tables::task::chain;
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

steps! { Rebalance:
    /// A service looks at its zones again.
    Look(service: ServiceId),
}

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    let Step::Look(service) = step;
    look(world, service, cx);
}

/// After a zone has come back: every service looks again, at once and when launches no longer stay away from it.
pub(crate) fn zone_is_back(world: &mut World, cx: &mut Cx<'_>) {
    for service in world.services.ids() {
        if cx.plan.services[service].rebalancing {
            cx.after(Span::ZERO, Step::Look(service));
            cx.after(LEFT_OUT, Step::Look(service));
        }
    }
}

/// Ends a move that is complete, begins one that is due.
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if !cx.plan.services[service].rebalancing {
        return;
    }
    if let Some(step) = world.services[service].moving {
        finish(world, service, step, cx);
    }
    if world.services[service].moving.is_none() && reconcile::is_steady(&world.services[service]) {
        begin(world, service, cx);
    }
}

fn finish(world: &mut World, service: ServiceId, step: Move, cx: &mut Cx<'_>) {
    let Some(task) = world.tasks.get(step.started) else {
        world.services[service].moving = None;
        reconcile::wake_once(world, service, cx);
        return;
    };
    let healthy = task.state == TaskState::Running && task.health == crate::model::tables::task::Health::Healthy;
    let lost = !task.wanted || task.to_replace();
    if !healthy && !lost {
        return;
    }
    world.services[service].moving = None;
    if lost || world.services[service].wanted <= world.services[service].desired {
        reconcile::wake_once(world, service, cx);
    } else if let Some(task) = newest(world, service, fullest(world, service)) {
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
    }
}

fn begin(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let most = fullest(world, service);
    let full = wanted(world, service, most);
    let zones = &plan.services[service].zones;
    let emptiest = zones.iter().copied().filter(|zone| wanted(world, service, *zone) + 1 < full);
    let Some(to) = emptiest.min_by_key(|zone| (wanted(world, service, *zone), zone.0)) else {
        return settled(world, service, cx);
    };
    let room = u64::from(world.services[service].desired) * u64::from(plan.services[service].maximum_percent) / 100;
    let Some(victim) = newest(world, service, most) else { return };
    if room <= u64::from(world.services[service].wanted) {
        return;
    }
    let provider = world.tasks.at(victim.slot).provider;
    let Some(started) = launch::extra(world, service, provider, to, cx) else { return };
    account::mark(world, service);
    world.services[service].moving = Some(Move { started });
    if !world.services[service].rebalancing {
        world.services[service].rebalancing = true;
        let action = Action::RebalancingStarted;
        cx.note(Fact::Service { service, action, reason: Reason::None, count: 1 });
    }
}

fn settled(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if world.services[service].rebalancing {
        world.services[service].rebalancing = false;
        let action = Action::RebalancingCompleted;
        cx.note(Fact::Service { service, action, reason: Reason::None, count: 0 });
    }
}

fn wanted(world: &World, service: ServiceId, zone: ZoneId) -> u32 {
    world.services[service].zones[world.zone_row(zone)].wanted
}

fn fullest(world: &World, service: ServiceId) -> ZoneId {
    let zones = &world.services[service].zones;
    let row = (0..zones.len()).max_by_key(|&row| (zones[row].wanted, std::cmp::Reverse(row))).unwrap_or(0);
    ZoneId(world.first_zone + row as u16)
}

/// The newest running task of the service in a zone.
fn newest(world: &World, service: ServiceId, zone: ZoneId) -> Option<TaskId> {
    let first = world.services[service].zones[world.zone_row(zone)].first;
    let running = chain(&world.tasks, first).filter(|(_, task)| task.wanted && task.state == TaskState::Running);
    running.max_by_key(|(_, task)| task.ordinal).map(|(id, _)| id)
}
