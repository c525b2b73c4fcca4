//! Zones are evened out, one task at a time (Balancing a service across Availability Zones).
//!
//! In steady state, when two zones differ by more than one task: start one in the emptiest zone that can take it, wait
//! until it is healthy, stop one in the fullest. Fargate and Fargate Spot are evened out each for itself. Left out:
//! parallel moves (AWS publishes no batch size).

use super::{account, even, launch, reconcile, stop};
use crate::engine::Span;
use crate::model::event::steps;
use crate::model::fact::{Action, Fact, Reason, StopCode, TaskState};
use crate::model::ids::{ServiceId, TaskId, ZoneId};
use crate::model::placement::protect;
use crate::model::tables::service::Move;
use crate::model::tables::task::chain;
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

steps! { Rebalance:
    /// A service looks at its zones again.
    Look(service: ServiceId),
}

/// How long a move waits that found no launch token (model choice).
const LOOK_AGAIN: Span = Span::from_secs(30);

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    let Step::Look(service) = step;
    world.services[service].looking = false;
    look(world, service, cx);
}

/// After a zone has come back: every group and service looks again, at once and when launches no longer stay away from
/// it.
pub(crate) fn zone_is_back(world: &mut World, cx: &mut Cx<'_>) {
    even::zone_is_back(world, cx);
    for service in world.services.ids() {
        if cx.plan.services[service].rebalancing {
            cx.after(Span::ZERO, Step::Look(service));
            cx.after(LEFT_OUT, Step::Look(service));
        }
    }
}

/// Ends a move that is complete, begins one that is due.
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    // Two revisions side by side are left where they are (model choice).
    if !cx.plan.services[service].rebalancing || world.services[service].shift().is_some() {
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
    let part = Part { service, item: step.item };
    let row = &world.services[service];
    // While something else is missing or being replaced the new task stands in for it: the scheduler sees to the rest.
    if lost || row.healthy() <= row.desired {
        reconcile::wake_once(world, service, cx);
    } else if let Some(task) = part.newest(world, part.fullest(world), cx) {
        stop::begin(world, task, StopCode::ServiceSchedulerInitiated, Reason::Excess, cx);
    }
}

/// The tasks of a service that are evened out by themselves: Fargate and Fargate Spot each, otherwise all.
#[derive(Clone, Copy)]
struct Part {
    service: ServiceId,
    item: Option<usize>,
}

fn begin(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let strategy = &cx.plan.services[service].strategy;
    let apart = strategy.len() > 1 && !cx.plan.providers[strategy[0].provider].kind.has_hosts();
    let mut even = true;
    for item in 0..if apart { strategy.len() } else { 1 } {
        let part = Part { service, item: apart.then_some(item) };
        match part.begin(world, cx) {
            Begun::Moves => return,
            Begun::Stuck => even = false,
            Begun::Even => {}
        }
    }
    if even {
        settled(world, service, cx);
    }
}

/// What became of an attempt to move a task.
enum Begun {
    /// No two zones differ by more than one task.
    Even,
    /// They do, but nothing can be started where it should.
    Stuck,
    /// A task was started in an emptier zone.
    Moves,
}

impl Part {
    /// Starts a task in the emptiest zone that takes it.
    fn begin(self, world: &mut World, cx: &mut Cx<'_>) -> Begun {
        let Part { service, item } = self;
        let plan = cx.plan;
        let from = self.fullest(world);
        let full = self.wanted(world, from);
        let mut emptier: Vec<ZoneId> =
            plan.services[service].zones.iter().copied().filter(|zone| self.wanted(world, *zone) + 1 < full).collect();
        if emptier.is_empty() {
            return Begun::Even;
        }
        emptier.sort_by_key(|zone| (self.wanted(world, *zone), zone.0));
        let row = &world.services[service];
        let room = u64::from(row.desired) * u64::from(plan.services[service].maximum_percent) / 100;
        let Some(victim) = self.newest(world, from, cx) else { return Begun::Stuck };
        if room <= u64::from(row.wanted) {
            return Begun::Stuck;
        }
        let provider = world.tasks.at(victim.slot).provider;
        let mut launched = Err(launch::Wait::Turn);
        for to in emptier {
            launched = launch::extra(world, service, provider, to, cx);
            if !matches!(launched, Err(launch::Wait::Capacity(_) | launch::Wait::Unlucky(_))) {
                break;
            }
        }
        let started = match launched {
            Ok(started) => started,
            // No zone's return tells when there is a token again.
            Err(
                launch::Wait::Bucket(_)
                | launch::Wait::Service(_)
                | launch::Wait::Plane
                | launch::Wait::Refused
                | launch::Wait::Unlucky(_),
            ) => {
                look_later(world, service, cx);
                return Begun::Stuck;
            }
            Err(launch::Wait::Turn | launch::Wait::Capacity(_)) => return Begun::Stuck,
        };
        account::mark(world, service);
        world.services[service].moving = Some(Move { started, item });
        if !world.services[service].rebalancing {
            world.services[service].rebalancing = true;
            let action = Action::RebalancingStarted;
            cx.note(Fact::Service { service, action, reason: Reason::None, count: 1 });
        }
        Begun::Moves
    }

    fn wanted(self, world: &World, zone: ZoneId) -> u32 {
        world.services[self.service].wanted_in(world.zone_row(zone), self.item)
    }

    fn fullest(self, world: &World) -> ZoneId {
        let row = &world.services[self.service];
        let count = |zone: usize| row.wanted_in(zone, self.item);
        let zone = (0..row.zones.len()).max_by_key(|&zone| (count(zone), std::cmp::Reverse(zone))).unwrap_or(0);
        ZoneId(world.first_zone + zone as u16)
    }

    /// The newest running task in a zone.
    fn newest(self, world: &World, zone: ZoneId, cx: &Cx<'_>) -> Option<TaskId> {
        let first = world.services[self.service].zones[world.zone_row(zone)].first;
        let provider = self.item.map(|item| cx.plan.services[self.service].strategy[item].provider);
        let running = chain(&world.tasks, first).filter(|(_, task)| {
            task.wanted
                && task.state == TaskState::Running
                && provider.is_none_or(|only| only == task.provider)
                && protect::until(task, cx).is_none()
        });
        running.max_by_key(|(_, task)| task.ordinal).map(|(id, _)| id)
    }
}

/// Looks again after a while, once.
fn look_later(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if !world.services[service].looking {
        world.services[service].looking = true;
        cx.after(LOOK_AGAIN, Step::Look(service));
    }
}

fn settled(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if world.services[service].rebalancing {
        world.services[service].rebalancing = false;
        let action = Action::RebalancingCompleted;
        cx.note(Fact::Service { service, action, reason: Reason::None, count: 0 });
    }
}
