//! After each event: what every touched service offers, serves and lacks is worked out anew and told to readers.
//!
//! Traffic is a fluid. The offered rate is split over the targets that get requests; what reaches a dead one fails,
//! what exceeds a living one's capacity fails, what a grey zone spoils fails. Each lost request is booked under the
//! cause and phase of the tasks that are missing; the parts add up to the whole because they are split in whole
//! numbers.

use super::{addresses, copies, dispatch, versions};
use crate::model::fact::{Cause, FaultFact, Hit, Mechanism, Phase, PlaneFact, ServiceFact};
use crate::model::flows::cell::depend;
use crate::model::flows::change::alarms;
use crate::model::flows::rows::revision;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan;
use crate::model::plan::{Kind, Plan, WHOLE};
use crate::model::quantity::{part_of, percent_up};
use crate::model::tables::asked::Asked;
use crate::model::tables::rollout::Shift;
use crate::model::tables::service::InZone;
use crate::model::tables::shortfall::{Shortfall, Split};

/// Settles every service that the event touched.
pub(crate) fn all(world: &mut World, cx: &mut Cx<'_>) {
    loop {
        while let Some(service) = world.dirty.pop() {
            world.services[service].traffic.dirty = false;
            addresses::watch(world, service, cx);
            if world.depends == Some(service) {
                depend::look(world, service, cx);
            }
            // What cells are offered depends on what their router serves, and alarms act, whether anybody looks or not.
            let acts = !world.alarms.is_empty() || world.staged;
            if cx.observed() || world.application.is_some() || acts {
                one(world, service, cx);
            }
        }
        if !dispatch::hand_on(world, cx) {
            return;
        }
    }
}

fn one(world: &mut World, id: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let service = &plan.services[id];
    tell_waits(world, id, cx);
    if world.not_created(service.cluster) && world.services[id].scheduler.pending.is_empty() {
        // Before anybody asks for its cluster nothing is missing.
        return;
    }
    tell_levels(world, id, service, cx);
    if service.kind == Kind::Stream {
        return;
    }
    book_pending(world, id, service);
    tell_need(world, id, service, cx);
    tell_shortfalls(world, id, cx);
    let mut asked = Asked::default();
    if service.traffic.is_some() {
        let mut served = route(world, id, plan);
        if service.traffic.as_ref().is_some_and(|traffic| traffic.dispatched) {
            let answered = served;
            served = dispatch::spoil(world, id, served, cx);
            spoil_zones(&mut world.services[id].traffic.by_zone, answered, answered - served);
        }
        world.services[id].traffic.copied = copies::copied(world, id, plan);
        tell_flow(world, id, served, cx);
        // What reaches no node of a load balancer is in no metric of it.
        let row = &world.services[id];
        asked = Asked { offered: row.traffic.rate - row.traffic.unreached, served, refused: row.traffic.refused };
    }
    if !world.alarms.is_empty() {
        debug_assert!(adds_up(&world.services[id].traffic.by_zone, asked), "zones do not add up to {asked:?}");
        alarms::see(world, id, asked, cx);
    }
    world.services[id].shortfalls.lines.retain(|line| !line.idle());
}

/// Tells how long launches that were taken on had waited for a bucket, a queue or a cell.
fn tell_waits(world: &mut World, id: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let pending = row.scheduler.pending();
    // Launches of the scheduler that its cell does not know of yet wait for it; those of a call wait with the call.
    let unheard = if cx.plan.services[id].kind == Kind::Stream { 0 } else { row.scheduler.early };
    let waits = matches!(row.scheduler.waits, Phase::LaunchThrottle | Phase::ControlPlane) || pending == 0;
    row.scheduler.due.settle(cx.now, row.scheduler.launched, pending.max(unheard), waits, |span, count| {
        cx.note(PlaneFact::Waited { service: id, span, count });
    });
}

fn tell_levels(world: &mut World, id: ServiceId, service: &plan::Service, cx: &mut Cx<'_>) {
    let first = world.first_zone;
    for &zone in &service.zones {
        let row = &mut world.services[id].zones[usize::from(zone.0 - first)];
        let (running, available) = row.last_reported;
        row.last_reported = (row.running, row.available);
        let (now_running, now_available) = row.last_reported;
        if running != now_running {
            cx.note(ServiceFact::Running { service: id, zone, count: now_running });
        }
        if available != now_available {
            cx.note(ServiceFact::Available { service: id, zone, count: now_available });
        }
    }
    if service.strategy.len() > 1 {
        for (on, item) in world.services[id].by_item.iter_mut().zip(&service.strategy) {
            if on.last_reported != on.running {
                on.last_reported = on.running;
                cx.note(ServiceFact::RunningOn { service: id, provider: item.provider, count: on.running });
            }
        }
    }
}

/// Launches that are due stand in the accounting under the phase they wait in.
fn book_pending(world: &mut World, id: ServiceId, service: &plan::Service) {
    let row = &mut world.services[id];
    for line in &mut row.shortfalls.lines {
        line.pending = 0;
    }
    let short = row.scheduler.short.filter(|_| row.scheduler.waits == Phase::CapacityWait);
    // Of two revisions side by side, nobody misses the one without requests; its launches are the change's, if
    // possible.
    let mut surplus = revision::surplus_due(row, service.maximum_percent);
    let own = row.deployment.rollout.as_ref().map(|one| Cause::change(one.change)).filter(|_| surplus > 0);
    let mine: u32 = row.scheduler.pending.iter().filter(|(cause, _)| Some(*cause) == own).map(|(_, count)| count).sum();
    let mut others = surplus.saturating_sub(mine);
    for &(cause, count) in &row.scheduler.pending {
        let left = if Some(cause) == own { &mut surplus } else { &mut others };
        let skipped = count.min(*left);
        *left -= skipped;
        row.shortfalls.line(short.unwrap_or(cause), row.scheduler.waits).pending += count - skipped;
    }
}

fn tell_need(world: &mut World, id: ServiceId, service: &plan::Service, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let need = match &service.traffic {
        Some(traffic) => u32::try_from(row.traffic.rate.div_ceil(traffic.per_task)).unwrap_or(u32::MAX),
        None => percent_up(row.desired(), service.minimum_healthy_percent),
    };
    let told = Some((need, row.desired()));
    if row.last_reported.need != told {
        row.last_reported.need = told;
        cx.note(ServiceFact::Need { service: id, need, desired: row.desired() });
    }
}

fn tell_shortfalls(world: &mut World, id: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let missing = u64::from(row.desired().saturating_sub(row.available)) * WHOLE;
    let booked =
        row.shortfalls.share(missing, |line| u64::from(line.tasks + line.pending), |line, part| line.rate = part);
    if missing > 0 && !booked {
        // Every missing task is a row or is pending; this line keeps the sum true should that ever fail.
        row.shortfalls.line(Cause::mechanism(Mechanism::FirstStart), Phase::Scheduling).rate = missing;
    }
    for line in &mut row.shortfalls.lines {
        if line.reported_tasks != line.rate {
            line.reported_tasks = line.rate;
            cx.note(ServiceFact::Shortfall {
                service: id,
                cause: line.cause,
                phase: line.phase,
                millionths: line.rate,
            });
        }
    }
}

/// Where the offered requests went, in billionths a second.
#[derive(Default)]
struct Routed {
    /// Answered in time.
    served: u64,
    /// Sent to targets that cannot answer.
    to_dead: u64,
    /// Above what living targets can answer.
    overload: u64,
    /// Sent to the new revision of a deployment under way.
    exposed: u64,
    /// Offered where no target is registered.
    nowhere: u64,
}

/// Splits the offered rate and books the losses; returns what is served.
fn route(world: &mut World, id: ServiceId, plan: &Plan) -> u64 {
    for line in &mut world.services[id].shortfalls.lines {
        line.rate = 0;
    }
    versions::forget_met(&mut world.services[id]);
    let offered = world.services[id].traffic.rate;
    world.services[id].traffic.by_zone.fill(Asked::default());
    let mut routed = Routed::default();
    let pour_in = &mut |world: &mut World, rate, zones: &[ZoneId]| pour(world, id, plan, rate, zones, &mut routed);
    let unreached = addresses::over(world, id, plan, offered, pour_in);
    addresses::book(world, id, plan, unreached);
    world.services[id].traffic.unreached = unreached;
    book_dead(world, id, routed.to_dead);
    book_overload(world, id, &plan.services[id], routed.overload);
    let weight = world.services[id].shift().map(|shift| shift.weight);
    world.services[id].traffic.exposed = weight.map_or(routed.exposed, |weight| part_of(offered - unreached, weight));
    world.services[id].traffic.refused = routed.to_dead + routed.nowhere;
    routed.served
}

/// Pours a rate over the targets of some zones, by weight where two revisions have their own target groups.
fn pour(world: &mut World, id: ServiceId, plan: &Plan, rate: u64, zones: &[ZoneId], routed: &mut Routed) {
    let Some(split) = world.services[id].shift().and_then(Shift::split) else {
        return pour_over(world, id, plan, (rate, None), zones, routed);
    };
    let mut parts = Split::over(rate, WHOLE);
    for (revision, weight) in split {
        pour_over(world, id, plan, (parts.part(weight), Some(revision)), zones, routed);
    }
}

/// Pours a rate over the targets of some zones: those of one revision, or all.
fn pour_over(
    world: &mut World,
    id: ServiceId,
    plan: &Plan,
    (rate, of): (u64, Option<u8>),
    zones: &[ZoneId],
    routed: &mut Routed,
) {
    let service = &plan.services[id];
    let mut there = Targets::default();
    for zone in zones {
        there.add(Targets::of(world, id, *zone, of));
    }
    // With no target in service the balancer fails open: it sends to all that are registered ([elb-health-checks]).
    let open = there.serving + there.dead == 0;
    let (good, bad) = there.asked(open);
    let targets = good + bad;
    if targets == 0 {
        routed.overload += rate;
        routed.nowhere += rate;
        return refuse_by_zone(world, id, rate, zones);
    }
    let mut split = Split::over(rate, u64::from(targets));
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    for zone in zones {
        let before = routed.served;
        let (good, bad) = Targets::of(world, id, *zone, of).asked(open);
        let (offered, dead) = (split.part(u64::from(good)), split.part(u64::from(bad)));
        routed.to_dead += dead;
        let full = u128::from(good) * u128::from(per_task);
        // Requests that a bad revision fails are not retried on good tasks, and they use capacity all the same.
        let spoilt =
            versions::spoil(world, plan, (id, *zone, of), (offered, open, per_task), good, &mut routed.exposed);
        let all = offered + dead;
        let (offered, full) = (offered - spoilt, full - u128::from(spoilt));
        if world.zones[*zone].grey.is_empty() {
            let answered = offered.min(u64::try_from(full).unwrap_or(u64::MAX));
            routed.overload += offered - answered;
            routed.served += answered;
        } else {
            pour_grey(world, id, *zone, offered, full, routed);
        }
        let place = world.zone_row(*zone);
        if let Some(asked) = world.services[id].traffic.by_zone.get_mut(place) {
            asked.offered += all;
            asked.refused += dead;
            asked.served += routed.served - before;
        }
    }
}

/// Without any target, the nodes of the load balancer refuse what they get: each zone's the same (model choice).
fn refuse_by_zone(world: &mut World, id: ServiceId, rate: u64, zones: &[ZoneId]) {
    let mut split = Split::over(rate, zones.len() as u64);
    for zone in zones {
        let place = world.zone_row(*zone);
        if let Some(asked) = world.services[id].traffic.by_zone.get_mut(place) {
            let part = split.part(1);
            asked.offered += part;
            asked.refused += part;
        }
    }
}

/// Whether zones, where they are counted, have all that the service is asked.
fn adds_up(zones: &[Asked], all: Asked) -> bool {
    let sum = |of: fn(&Asked) -> u64| zones.iter().map(of).sum::<u64>();
    let found =
        Asked { offered: sum(|one| one.offered), served: sum(|one| one.served), refused: sum(|one| one.refused) };
    zones.is_empty() || found == all
}

/// What was answered and leads nowhere is every zone's alike.
fn spoil_zones(zones: &mut [Asked], answered: u64, lost: u64) {
    let mut split = Split::over(lost, answered);
    for zone in zones {
        zone.served -= split.part(zone.served);
    }
}

/// Targets of a load balancer, counted as in [`InZone`].
#[derive(Clone, Copy, Default)]
struct Targets {
    serving: u32,
    idle: u32,
    dead: u32,
    idle_dead: u32,
}

impl Targets {
    /// Those in a zone: of one revision, or all.
    #[inline]
    fn of(world: &World, id: ServiceId, zone: ZoneId, of: Option<u8>) -> Targets {
        let (row, place) = (&world.services[id], world.zone_row(zone));
        let Some(of) = of else {
            let InZone { serving, idle, dead, idle_dead, .. } = row.zones[place];
            return Targets { serving, idle, dead, idle_dead };
        };
        let known = row.deployment.revisions.iter().find(|one| one.number == of);
        let [serving, idle, dead, idle_dead] = known.map_or([0; 4], |one| one.targets[place]);
        Targets { serving, idle, dead, idle_dead }
    }

    fn add(&mut self, other: Targets) {
        self.serving += other.serving;
        self.idle += other.idle;
        self.dead += other.dead;
        self.idle_dead += other.idle_dead;
    }

    /// Those that get requests: how many answer, and how many do not.
    fn asked(self, open: bool) -> (u32, u32) {
        if open { (self.idle, self.idle_dead) } else { (self.serving, self.dead) }
    }
}

/// Pours a rate over living targets, with room for `full`, of a zone that answers badly.
fn pour_grey(world: &mut World, id: ServiceId, zone: ZoneId, offered: u64, full: u128, routed: &mut Routed) {
    let of = |part: u64, whole: u128| u64::try_from(whole * u128::from(part) / u128::from(WHOLE)).unwrap_or(u64::MAX);
    let row = &world.zones[zone];
    let answered = offered.min(of(row.capacity_ppm(), full));
    let errors = of(WHOLE - row.good_ppm(), u128::from(answered));
    // What the zone would have answered without its grey failures is lost to them, not to a lack of tasks.
    let slowed = offered.min(u64::try_from(full).unwrap_or(u64::MAX)) - answered;
    let mut by_errors = Split::over(errors, row.grey.iter().map(|grey| u64::from(grey.errors_ppm)).sum());
    let mut by_latency = Split::over(slowed, row.grey.iter().map(|grey| grey.added.0).sum());
    for grey in &row.grey {
        let lost = by_errors.part(u64::from(grey.errors_ppm)) + by_latency.part(grey.added.0);
        world.services[id].shortfalls.line(grey.cause, Phase::Errors).rate += lost;
    }
    routed.overload += offered - answered - slowed;
    routed.served += answered - errors;
}

/// Requests to dead targets are lost to whatever killed these.
fn book_dead(world: &mut World, id: ServiceId, rate: u64) {
    let shortfalls = &mut world.services[id].shortfalls;
    if !shortfalls.share(rate, |line| u64::from(line.dead_targets), |line, part| line.rate += part) {
        book_missing(world, id, rate, Phase::Detection);
    }
}

/// What is above capacity is lost to demand as far as the full number of tasks could not have answered it either, and
/// to the missing tasks as far as it could.
fn book_overload(world: &mut World, id: ServiceId, service: &plan::Service, rate: u64) {
    if rate == 0 {
        return;
    }
    let row = &mut world.services[id];
    let per_task = service.traffic.as_ref().map_or(0, |traffic| traffic.per_task);
    let full = u128::from(row.desired()) * u128::from(per_task);
    let demand = u64::try_from(u128::from(row.traffic.rate).saturating_sub(full)).unwrap_or(u64::MAX).min(rate);
    if demand > 0 {
        row.shortfalls.line(Cause::mechanism(Mechanism::Demand), Phase::Overload).rate += demand;
    }
    book_missing(world, id, rate - demand, Phase::Overload);
}

/// Books a loss on the tasks that are missing and get no requests; without any, on demand.
fn book_missing(world: &mut World, id: ServiceId, rate: u64, phase: Phase) {
    if rate == 0 {
        return;
    }
    let shortfalls = &mut world.services[id].shortfalls;
    let unserved = |line: &Shortfall| u64::from((line.tasks + line.pending).saturating_sub(line.dead_targets));
    if !shortfalls.share(rate, unserved, |line, part| line.rate += part) {
        shortfalls.line(Cause::mechanism(Mechanism::Demand), phase).rate += rate;
    }
}

fn tell_flow(world: &mut World, id: ServiceId, served: u64, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let flow = Some((row.traffic.rate, served));
    if row.last_reported.flow != flow {
        row.last_reported.flow = flow;
        cx.note(ServiceFact::Flow { service: id, offered: row.traffic.rate, served });
    }
    versions::tell(world, id, cx);
    copies::tell(world, id, cx);
    dispatch::loses(world, id, cx);
    for line in &mut world.services[id].shortfalls.lines {
        if line.reported_rate == line.rate {
            continue;
        }
        if line.reported_rate == 0 && line.cause.as_fault().is_some() {
            cx.note(FaultFact::Hits { cause: line.cause, what: Hit::Requests(id) });
        }
        line.reported_rate = line.rate;
        cx.note(ServiceFact::LossRate { service: id, cause: line.cause, phase: line.phase, rate: line.rate });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_is_taken_from_all_zones_alike() {
        let mut zones = [30, 10, 0, 20].map(|served| Asked { offered: 40, served, refused: 0 });
        spoil_zones(&mut zones, 60, 12);
        assert_eq!(zones.map(|zone| zone.served), [24, 8, 0, 16]);
        spoil_zones(&mut zones, 48, 48);
        assert_eq!(zones.map(|zone| zone.served), [0; 4]);
        spoil_zones(&mut zones, 0, 0);
        spoil_zones(&mut [], 60, 12);
    }
}
