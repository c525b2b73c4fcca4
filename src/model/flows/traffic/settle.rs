//! After each event: what every touched service offers, serves and lacks is worked out anew and told to readers.
//!
//! Traffic is a fluid: `route.rs` splits the offered rate over the targets that get requests. Each lost request is
//! booked under the cause and phase of the tasks that are missing; the parts add up to the whole because they are split
//! in whole numbers.

use super::{addresses, copies, dispatch, latency, route, versions};
use crate::model::fact::{Cause, FaultFact, Hit, Mechanism, Phase, PlaneFact, ServiceFact};
use crate::model::flows::cell::depend;
use crate::model::flows::change::alarms;
use crate::model::flows::rows::revision;
use crate::model::flows::{Cx, World};
use crate::model::ids::ServiceId;
use crate::model::plan;
use crate::model::plan::{Kind, WHOLE};
use crate::model::quantity::percent_up;
use crate::model::tables::asked::Asked;
use crate::model::tables::shortfall::Split;

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

#[inline]
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
        let mut served = route::over_targets(world, id, plan);
        if service.traffic.as_ref().is_some_and(|traffic| traffic.dispatched) {
            let answered = served;
            served = dispatch::spoil(world, id, served, cx);
            let traffic = &mut world.services[id].traffic;
            traffic.spoilt += answered - served;
            spoil_zones(&mut traffic.by_zone, answered, answered - served);
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

fn tell_flow(world: &mut World, id: ServiceId, served: u64, cx: &mut Cx<'_>) {
    let row = &mut world.services[id];
    let flow = Some((row.traffic.rate, served));
    if row.last_reported.flow != flow {
        row.last_reported.flow = flow;
        cx.note(ServiceFact::Flow { service: id, offered: row.traffic.rate, served });
    }
    if cx.plan.services[id].traffic.as_ref().is_some_and(|traffic| traffic.response.is_some()) {
        latency::tell(world, id, cx);
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
