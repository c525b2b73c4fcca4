//! Practice runs of zonal autoshift: each week a resource is taken out of a zone for half an hour ([arc-practice-runs]).
//!
//! ```text
//! due ─► (blocked: tried again) ─► capacity check ─► shift of 30 min ─► SUCCEEDED
//!                                   └─ CAPACITY_CHECK_FAILED  ├─ outcome alarm rings ─► FAILED
//!                                                             └─ blocking alarm, shift by hand, event in the Region ─► INTERRUPTED
//! ```
//! The first comes at a random moment of the first week, and each of the others a week after the one before began (model
//! choice: "about weekly"). Each leaves a zone by chance. ARC checks the capacity of a Network Load Balancer first: its
//! healthy targets must be balanced over its zones, "within a small variance", which is one target here (model choice).
//! It makes no check of an Application Load Balancer ([arc-capacity-check]).

use super::away::{begin, end, is_here};
use crate::engine::key::Phase as Turn;
use crate::engine::{Dist, Span, Time};
use crate::model::fact::{Interruption, ZonalFact, ZonalStep};
use crate::model::flows::change::alarms;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::{AlarmId, AutoshiftId, Resource, ShiftSource, ZoneId};
use crate::model::plan::{BalancerKind, Plan};
use crate::model::tables::zonal::Active;

const WEEK: Span = Span::from_secs(7 * 86_400);
/// How long a practice run lasts ([arc-practice-runs]).
const LASTS: Span = Span::from_secs(1_800);
/// What blocks a run is looked at again after so long (model choice: ARC "continues regular monitoring").
const AGAIN: Span = Span::from_secs(300);

/// First practice runs.
pub(super) fn prepare(world: &World, cx: &mut Cx<'_>) {
    for (id, row) in cx.plan.autoshifts.pairs() {
        if row.practice.is_none() || !is_here(world, row.resource) {
            continue;
        }
        let first = Dist::Uniform(Span::ZERO, WEEK).sample(&mut cx.draw(For::PracticeRun, row.who));
        cx.at(Time::ZERO + first, Turn::Normal, step::Zonal::RunDue(id, 0));
        for (place, (at, _)) in (0..).zip(&row.on_demand) {
            cx.at(*at, Turn::Normal, step::Zonal::RunAsked(id, place));
        }
    }
}

/// A practice run of the schedule is due.
pub(super) fn due(world: &mut World, id: AutoshiftId, number: u32, cx: &mut Cx<'_>) {
    let row = &cx.plan.autoshifts[id];
    let Some(practice) = &row.practice else { return };
    // A calendar that is closed for good is refused when the scenario is read.
    let Some(wait) = practice.calendar.wait(cx.now, cx.plan.starts_at) else { return };
    if wait > Span::ZERO {
        return cx.after(wait, step::Zonal::RunDue(id, number));
    }
    if is_blocked(world, id, cx) {
        return cx.after(AGAIN, step::Zonal::RunDue(id, number));
    }
    cx.after(WEEK, step::Zonal::RunDue(id, number + 1));
    let zones = row.zones.len() as u64;
    let place = cx.draw(For::PracticeRun, row.who.nth(u64::from(number) + 1)).below(zones);
    starts(world, id, row.zones[place as usize], cx);
}

/// StartPracticeRun: refused where a run of the schedule would have to wait.
pub(super) fn asked(world: &mut World, id: AutoshiftId, place: u32, cx: &mut Cx<'_>) {
    let row = &cx.plan.autoshifts[id];
    let (Some(practice), Some((_, zone))) = (&row.practice, row.on_demand.get(place as usize)) else { return };
    let open = practice.calendar.wait(cx.now, cx.plan.starts_at) == Some(Span::ZERO);
    if open && !is_blocked(world, id, cx) {
        return starts(world, id, *zone, cx);
    }
    let source = ShiftSource::Practice(id);
    cx.note(ZonalFact { source, resource: row.resource, zone: *zone, what: ZonalStep::Refused });
}

/// Whether something keeps a practice run from beginning.
fn is_blocked(world: &World, id: AutoshiftId, cx: &Cx<'_>) -> bool {
    let row = &cx.plan.autoshifts[id];
    let rings = |all: &[AlarmId]| all.iter().any(|alarm| alarms::rings(world, *alarm));
    let ringing = row.practice.as_ref().is_some_and(|one| rings(&one.outcome_alarms) || rings(&one.blocking_alarms));
    let shifted = world.zonal.active.iter().any(|one| one.resource == row.resource);
    let event = world.zonal.seen.iter().any(|(of, _)| *of == id);
    ringing || shifted || event
}

fn starts(world: &mut World, id: AutoshiftId, zone: ZoneId, cx: &mut Cx<'_>) {
    let resource = cx.plan.autoshifts[id].resource;
    let source = ShiftSource::Practice(id);
    if !is_balanced(world, resource, cx.plan) {
        return cx.note(ZonalFact { source, resource, zone, what: ZonalStep::CapacityCheckFailed });
    }
    let number = world.zonal.runs.entry(id).or_default();
    *number += 1;
    cx.after(LASTS, step::Zonal::RunOver(id, *number));
    world.zonal.expires.push((source, cx.now + LASTS));
    cx.note(ZonalFact { source, resource, zone, what: ZonalStep::Began });
    begin(world, Active { resource, source, zone }, cx);
}

/// ARC's capacity check ([arc-capacity-check]): whether healthy targets of a Network Load Balancer are balanced over its
/// zones.
pub(super) fn is_balanced(world: &World, resource: Resource, plan: &Plan) -> bool {
    let Some(service) = resource.balancer() else { return true };
    let Some(balancer) = plan.services[service].balancer.as_ref().filter(|one| one.kind == BalancerKind::Network)
    else {
        return true;
    };
    let healthy = |zone: &ZoneId| {
        let here = &world.services[service].zones[world.zone_row(*zone)];
        here.serving + here.dead
    };
    let counts = || balancer.nodes.iter().map(healthy);
    counts().max().unwrap_or(0) - counts().min().unwrap_or(0) <= 1
}

/// An alarm goes to ALARM: runs that it watches are over.
pub(super) fn alarmed(world: &mut World, alarm: AlarmId, cx: &mut Cx<'_>) {
    for (id, row) in cx.plan.autoshifts.pairs() {
        let (Some(practice), source) = (&row.practice, ShiftSource::Practice(id)) else { continue };
        if !world.zonal.is_active(source) {
            continue;
        }
        if practice.outcome_alarms.contains(&alarm) {
            end(world, source, ZonalStep::Failed, cx);
        } else if practice.blocking_alarms.contains(&alarm) {
            end(world, source, ZonalStep::Interrupted(Interruption::BlockingAlarm), cx);
        }
    }
}
