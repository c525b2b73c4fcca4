//! Zones are evened out, some tasks at a time (Balancing an Amazon ECS service across Availability Zones).
//!
//! In steady state, when two zones differ by more than one task: start some in the emptiest zones that can take them;
//! as each becomes healthy, stop one in the fullest, and start another. No more are started than it takes to be even.
//! Fargate and Fargate Spot are evened out each for itself.

use crate::engine::Span;
use crate::model::fact::{Action, Reason, ServiceFact, StopCode, TaskState};
use crate::model::flows::cell::plane;
use crate::model::flows::host::even;
use crate::model::flows::rows::{account, wake};
use crate::model::flows::task::{launch, stop};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::placement::protect;
use crate::model::plan::{Plan, ProviderKind};
use crate::model::tables::service::Move;
use crate::model::tables::task::{Health, Task, chain};
use crate::model::tables::zone::LEFT_OUT;
use crate::model::tables::{Service, find_or_add};

/// How long a move waits for a control-plane cell that has no time, or refuses it (model choice).
const LOOK_AGAIN: Span = Span::from_secs(30);

pub(crate) fn handle(world: &mut World, step::Rebalance::Look(service): step::Rebalance, cx: &mut Cx<'_>) {
    world.services[service].balance.looking = false;
    look(world, service, cx);
}

/// After a zone has come back: every group and service looks again, at once and when launches no longer stay away from
/// it.
pub(crate) fn zone_is_back(world: &mut World, cx: &mut Cx<'_>) {
    even::zone_is_back(world, cx);
    for service in world.services.ids() {
        if cx.plan.services[service].rebalancing {
            cx.after(Span::ZERO, step::Rebalance::Look(service));
            cx.after(LEFT_OUT, step::Rebalance::Look(service));
        }
    }
}

/// Ends moves that are complete, begins those that are due.
pub(crate) fn look(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    // Two revisions side by side are left where they are (model choice).
    if !cx.plan.services[service].rebalancing || world.services[service].shift().is_some() {
        return;
    }
    let mut place = 0;
    while let Some(&step) = world.services[service].balance.moving.get(place) {
        if is_over(world, step) {
            world.services[service].balance.moving.remove(place);
            finish(world, service, step, cx);
        } else {
            place += 1;
        }
    }
    if is_steady(&world.services[service]) {
        begin(world, service, cx);
    }
}

/// Steady but for the moves that are under way.
fn is_steady(row: &Service) -> bool {
    let moving = row.balance.moving.len() as u32;
    row.wanted == row.goal() + moving
        && row.starting <= moving
        && row.to_replace == 0
        && row.scheduler.pending.is_empty()
}

/// Whether a move has come to its end: the task that it started is healthy, or lost.
fn is_over(world: &World, step: Move) -> bool {
    let is_healthy = |task: &Task| task.state == TaskState::Running && task.health == Health::Healthy;
    world.tasks.get(step.started).is_none_or(|task| is_healthy(task) || is_lost(task))
}

fn is_lost(task: &Task) -> bool {
    !task.wanted || task.to_replace()
}

fn finish(world: &mut World, service: ServiceId, step: Move, cx: &mut Cx<'_>) {
    let lost = world.tasks.get(step.started).is_none_or(is_lost);
    let part = Part { service, item: step.item };
    let row = &world.services[service];
    // While something else is missing or being replaced the new task stands in for it: the scheduler sees to the rest.
    if lost || row.healthy() <= row.desired() {
        wake::scheduler(world, service, cx);
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
    let moving = world.services[service].balance.moving.len();
    // Most tasks that move at one time: a tenth of the desired count, at least one (model choice; EC2 Auto Scaling
    // exceeds the size of a group by as much when it evens out its zones, and the event of ECS speaks of several
    // tasks).
    let most = (world.services[service].desired() as usize / 10).max(1);
    // Zones are looked through for half of what may move, not for each task.
    if moving * 2 > most {
        return;
    }
    let strategy = &cx.plan.services[service].strategy;
    let apart = strategy.len() > 1 && !cx.plan.providers[strategy[0].provider].kind.has_hosts();
    let mut even = true;
    for item in 0..if apart { strategy.len() } else { 1 } {
        let part = Part { service, item: apart.then_some(item) };
        even &= part.begin(world, most, cx);
    }
    if world.services[service].balance.moving.len() > moving {
        moves(world, service, cx);
    } else if even && moving == 0 {
        settled(world, service, cx);
    }
}

/// Tasks have begun to move.
fn moves(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    account::mark(world, service);
    if !world.services[service].balance.rebalancing {
        world.services[service].balance.rebalancing = true;
        let count = world.services[service].balance.moving.len() as u32;
        cx.note(ServiceFact::Action { service, action: Action::RebalancingStarted, reason: Reason::None, count });
    }
}

/// Zones of a part, as if all moves under way had come to their end.
struct Zones {
    standing: Vec<(u32, ZoneId)>,
    /// Tasks that may be stopped in the fullest of them, the newest last.
    leaving: Vec<(ZoneId, Vec<TaskId>)>,
}

impl Zones {
    /// The fullest; of several the first.
    fn fullest(&self) -> Option<(u32, ZoneId)> {
        self.standing.iter().copied().max_by_key(|(count, zone)| (*count, std::cmp::Reverse(zone.0)))
    }

    /// Those to which a task of the fullest may move, the emptiest first.
    fn emptier(&self, full: u32) -> Vec<(u32, ZoneId)> {
        let mut found: Vec<_> = self.standing.iter().copied().filter(|(count, _)| count + 1 < full).collect();
        found.sort_by_key(|(count, zone)| (*count, zone.0));
        found
    }

    /// The next task that may be stopped in a zone.
    fn leaves(&mut self, part: Part, world: &World, from: ZoneId, cx: &Cx<'_>) -> Option<TaskId> {
        let newest = || (from, part.newest_last(world, from, cx));
        find_or_add(&mut self.leaving, |(zone, _)| *zone == from, newest).1.pop()
    }

    fn moved(&mut self, from: ZoneId, to: Option<ZoneId>) {
        for (count, zone) in &mut self.standing {
            *count = *count + u32::from(Some(*zone) == to) - u32::from(*zone == from);
        }
    }
}

impl Part {
    /// Starts tasks in the emptiest zones that take them; whether no two zones will differ by more than one task.
    fn begin(self, world: &mut World, most: usize, cx: &mut Cx<'_>) -> bool {
        let Part { service, item } = self;
        let plan = cx.plan;
        if self.is_even(world, plan) && world.services[service].balance.moving.is_empty() {
            return true;
        }
        let standing = plan.services[service].zones.iter().map(|zone| (self.wanted(world, *zone), *zone)).collect();
        let mut zones = Zones { standing, leaving: Vec::new() };
        let under_way = world.services[service].balance.moving.iter().filter(|step| step.item == item).count();
        for _ in 0..under_way {
            // A task is to be stopped for it where there are most.
            let Some((_, from)) = zones.fullest() else { return true };
            zones.leaves(self, world, from, cx);
            zones.moved(from, None);
        }
        while let Some((full, from)) = zones.fullest() {
            let emptier = zones.emptier(full);
            if emptier.is_empty() {
                return true;
            }
            if emptier.iter().all(|(_, zone)| self.is_left_out(world, *zone, cx)) {
                return false;
            }
            let row = &world.services[service];
            let room = u64::from(row.desired()) * u64::from(plan.services[service].maximum_percent) / 100;
            if row.balance.moving.len() >= most || room <= u64::from(row.wanted) {
                return false;
            }
            let Some(victim) = zones.leaves(self, world, from, cx) else { return false };
            let provider = world.tasks.at(victim.slot).provider;
            let Some((started, to)) = self.start(world, provider, &emptier, cx) else { return false };
            world.services[service].balance.moving.push(Move { started, item });
            zones.moved(from, Some(to));
        }
        true
    }

    /// Whether launches stay away from a zone, so that no task of the part can move to it yet.
    fn is_left_out(self, world: &World, zone: ZoneId, cx: &Cx<'_>) -> bool {
        let provider = cx.plan.services[self.service].strategy[self.item.unwrap_or(0)].provider;
        match cx.plan.providers[provider].kind {
            ProviderKind::Fargate { spot, .. } => world.zones[zone].left_out[usize::from(spot)] > cx.now,
            _ => false,
        }
    }

    /// Whether no two zones differ by more than one task.
    fn is_even(self, world: &World, plan: &Plan) -> bool {
        let counts = plan.services[self.service].zones.iter().map(|zone| self.wanted(world, *zone));
        let (least, most) = counts.fold((u32::MAX, 0), |(least, most), count| (least.min(count), most.max(count)));
        most <= least.saturating_add(1)
    }

    /// Starts one task in the first of these zones that takes it.
    fn start(
        self,
        world: &mut World,
        provider: ProviderId,
        emptier: &[(u32, ZoneId)],
        cx: &mut Cx<'_>,
    ) -> Option<(TaskId, ZoneId)> {
        for (_, to) in emptier {
            let wait = match launch::extra(world, self.service, provider, *to, cx) {
                Ok(started) => return Some((started, *to)),
                Err(plane::Wait::Capacity(_) | plane::Wait::Turn) => continue,
                // Another zone may give one; if none does, chance is asked again later.
                Err(plane::Wait::Unlucky(_)) => {
                    look_later(world, self.service, LOOK_AGAIN, cx);
                    continue;
                }
                // No zone's return tells when there is a token again.
                Err(plane::Wait::Bucket(bucket)) => world.buckets[bucket].tokens.wait(cx.now),
                Err(plane::Wait::Service(wait)) => wait,
                Err(plane::Wait::Plane | plane::Wait::Refused) => LOOK_AGAIN,
            };
            look_later(world, self.service, wait, cx);
            return None;
        }
        None
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

    /// Running tasks in a zone that may be stopped.
    fn may_leave<'w>(self, world: &'w World, zone: ZoneId, cx: &Cx<'_>) -> impl Iterator<Item = (TaskId, &'w Task)> {
        let first = world.services[self.service].zones[world.zone_row(zone)].first;
        let provider = self.item.map(|item| cx.plan.services[self.service].strategy[item].provider);
        chain(&world.tasks, first).filter(move |(_, task)| {
            task.wanted
                && task.state == TaskState::Running
                && provider.is_none_or(|only| only == task.provider)
                && protect::until(task, cx).is_none()
        })
    }

    /// The one of them that goes first: the newest.
    fn newest(self, world: &World, zone: ZoneId, cx: &Cx<'_>) -> Option<TaskId> {
        let (all, grace) = (self.may_leave(world, zone, cx), cx.plan.services[self.service].grace);
        // One that fails its checks within the grace period goes first.
        all.max_by_key(|(_, task)| (task.fails_in_grace(grace, cx.now), task.ordinal)).map(|(id, _)| id)
    }

    /// All of them, the newest last.
    fn newest_last(self, world: &World, zone: ZoneId, cx: &Cx<'_>) -> Vec<TaskId> {
        let mut all: Vec<(u32, TaskId)> =
            self.may_leave(world, zone, cx).map(|(id, task)| (task.ordinal, id)).collect();
        all.sort_unstable_by_key(|(ordinal, _)| *ordinal);
        all.into_iter().map(|(_, id)| id).collect()
    }
}

/// Looks again after a while, once.
fn look_later(world: &mut World, service: ServiceId, wait: Span, cx: &mut Cx<'_>) {
    if !world.services[service].balance.looking && wait < Span::MAX {
        world.services[service].balance.looking = true;
        cx.after(wait, step::Rebalance::Look(service));
    }
}

fn settled(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    if world.services[service].balance.rebalancing {
        world.services[service].balance.rebalancing = false;
        let action = Action::RebalancingCompleted;
        cx.note(ServiceFact::Action { service, action, reason: Reason::None, count: 0 });
    }
}
