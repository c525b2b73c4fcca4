//! Alarms at work: a service's numbers go to the alarms that watch it, and an alarm stops deployments that watch it.
//!
//! ```text
//! settled ─► see ─► monitor ─► look ─► (delay) ─► tell ─► deployments
//!                                                  └────► composite alarms, once the instant's others have told theirs
//! ```
//! An alarm is looked at when its metric changes, and once at the end of the period in which its state would change if
//! the metric stayed: nothing is done from minute to minute.

use crate::engine::Span;
use crate::engine::key::Phase as Turn;
use crate::model::alarm::watch::{Follower, Row, Watch};
use crate::model::alarm::{Level, Share, State};
use crate::model::fact::{Cause, Fact, Phase, Seen};
use crate::model::flows::rows::response;
use crate::model::flows::scaling::{act, usage};
use crate::model::flows::{Cx, News, World, step};
use crate::model::ids::{AlarmId, CellId, ChangeId, ServiceId};
use crate::model::plan::{Form, Metric, Plan, Scope};
use crate::model::tables::asked::Asked;

/// Alarms whose service is not there yet: what they miss may be bad. The others are looked at when it is settled.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    // Services of which an alarm watches a zone count by zone.
    for watch in world.alarms.iter().filter(|watch| matches!(watch.on.scope, Scope::Zone(_))) {
        let row = &mut world.services[watch.service];
        row.traffic.by_zone = vec![Asked::default(); row.zones.len()];
    }
    for place in 0..world.alarms.len() {
        if world.not_created(cx.plan.services[world.alarms[place].service].cluster) {
            look(world, place, cx);
        }
    }
    follow(world, cx);
}

pub(crate) fn handle(world: &mut World, step: step::Alarm, cx: &mut Cx<'_>) {
    match step {
        step::Alarm::Due(place, number) => {
            let watch = &mut world.alarms[place as usize];
            if watch.number == number {
                watch.monitor.advance(cx.now);
                look(world, place as usize, cx);
            }
        }
        step::Alarm::Told(place, state) => tell(world, place as usize, STATES[usize::from(state)], cx),
        step::Alarm::Follow(_) => {
            world.composites.due = false;
            follow(world, cx);
        }
    }
}

/// A service has been settled: its alarms see what its metrics are from now on.
pub(crate) fn see(world: &mut World, service: ServiceId, asked: Asked, cx: &mut Cx<'_>) {
    let first = world.alarms.partition_point(|watch| watch.service < service);
    let next = world.alarms.partition_point(|watch| watch.service <= service);
    let mut level = false;
    let mut last = None;
    for place in first..next {
        if reads_on(world, place, asked, &mut last, cx) {
            look(world, place, cx);
            level = true;
        }
    }
    act::settled(world, service, level, cx);
    for row in 0..world.fleet_alarms.len() {
        let place = world.fleet_alarms[row];
        let Scope::Fleet(change) = world.alarms[place].on.scope else { continue };
        let of_it = cx.plan.changes[change].services().any(|of| of == service);
        if of_it && reads_on(world, place, asked, &mut None, cx) {
            look(world, place, cx);
        }
    }
}

/// Something about a control-plane cell has changed: its alarms see it.
pub(crate) fn see_cell(world: &mut World, cell: CellId, cx: &mut Cx<'_>) {
    for place in 0..world.alarms.len() {
        let mine = matches!(world.alarms[place].on.scope, Scope::Cell(of, _) if of == cell);
        if mine && reads_on(world, place, Asked::default(), &mut None, cx) {
            look(world, place, cx);
        }
    }
}

/// A metric of a service that an alarm has just read: the alarms of a policy that tracks a target read the same one.
type Last = Option<(Metric, Level)>;

/// An alarm sees its metric; whether that is another level.
fn reads_on(world: &mut World, place: usize, asked: Asked, last: &mut Last, cx: &mut Cx<'_>) -> bool {
    let now = cx.now;
    let Watch { service, on, .. } = world.alarms[place];
    if let (Metric::ZoneOutlier, Scope::Zone(zone)) = (on.metric, on.scope) {
        let own = world.zone_row(zone);
        let share = |zone: &Asked| Share { failed: zone.offered - zone.served, offered: zone.offered };
        world.shares.clear();
        world.shares.extend(world.services[service].traffic.by_zone.iter().map(share));
        let watch = &mut world.alarms[place];
        let new = watch.monitor.set_zones(now, own, &world.shares);
        if new {
            let [first, then] = watch.monitor.ahead().map(|datapoint| datapoint.is_some_and(|value| value > 0));
            let alarm = watch.id;
            cx.note(Fact::Metric { alarm, seen: Seen::Outlier { first, then } });
        }
        return new;
    }
    let level = match on.scope {
        Scope::Service => match last.filter(|(metric, _)| *metric == on.metric) {
            Some((_, level)) => level,
            None => of_service(world, on.metric, service, asked, cx),
        },
        Scope::Zone(zone) => {
            let row = world.zone_row(zone);
            let asked = world.services[service].traffic.by_zone.get(row).copied().unwrap_or_default();
            level(world, on.metric, service, Some(row), asked)
        }
        Scope::New => match of_new(world, service) {
            Some(asked) => level(world, on.metric, service, None, asked),
            None => Level::Absent,
        },
        Scope::Fleet(change) => of_fleet(world, change, cx.plan),
        Scope::Cell(cell, new) => of_cell(world, cell, new),
    };
    if on.scope == Scope::Service {
        *last = Some((on.metric, level));
    }
    let watch = &mut world.alarms[place];
    let new = watch.level != level;
    if new {
        watch.level = level;
        watch.monitor.set(now, level);
        let alarm = watch.id;
        cx.note(Fact::Metric { alarm, seen: seen(level, on.metric) });
    }
    new
}

fn of_service(world: &World, metric: Metric, service: ServiceId, asked: Asked, cx: &Cx<'_>) -> Level {
    match metric {
        Metric::TargetResponseTime => return response::mean(world, service, cx.plan),
        Metric::SlowerAnswers(than) => return response::slower(world, service, than, cx.plan),
        _ => {}
    }
    match usage::level(world, metric, service, (asked, cx.plan, cx.now)) {
        Some(level) => level,
        None => level(world, metric, service, None, asked),
    }
}

fn seen(level: Level, metric: Metric) -> Seen {
    match level {
        Level::Absent => Seen::Nothing,
        Level::Count(rate) => Seen::Rate(rate),
        Level::Ratio { failed, offered } => Seen::Share { failed, offered },
        Level::Gauge(targets) if metric.form() == Form::Gauge => Seen::Targets(Level::whole(targets)),
        Level::Gauge(value) => Seen::Value(value),
    }
}

/// What all services of a change are asked and fail to answer.
fn of_fleet(world: &World, change: ChangeId, plan: &Plan) -> Level {
    let here = plan.changes[change].services().filter(|service| world.services.holds(*service));
    let seen = |row: &crate::model::tables::Service| {
        row.last_reported.flow.map(|(all, served)| (all - row.traffic.unreached, served))
    };
    let flows = here.filter_map(|service| seen(&world.services[service]));
    let (offered, served) = flows.fold((0, 0), |sum: (u64, u64), flow| (sum.0 + flow.0, sum.1 + flow.1));
    Level::Ratio { failed: offered - served, offered }
}

/// What tests of a control-plane cell fail at: of all of it, or of the part that is being deployed.
fn of_cell(world: &World, cell: CellId, new: bool) -> Level {
    let plane = &world.planes[cell];
    let ails = u64::from(plane.ails());
    let offered = 1_000_000;
    match plane.renewal.filter(|_| new) {
        None if new => Level::Absent,
        None => Level::Ratio { failed: ails, offered },
        Some(one) => Level::Ratio { failed: (ails * offered / u64::from(one.part.max(1))).min(offered), offered },
    }
}

/// What the new revision of a deployment under way is asked, and answers but for its defect; with the copies that it
/// gets, whatever these fail for.
fn of_new(world: &World, service: ServiceId) -> Option<Asked> {
    let row = &world.services[service];
    let own = Cause::change(row.deployment.deploying?.0);
    let spoilt = row.shortfalls.lines.iter().filter(|line| line.cause == own);
    // No task waits in these phases: what stands there are requests that the defect spoils.
    let spoilt = spoilt.filter(|line| matches!(line.phase, Phase::Errors | Phase::Overload | Phase::Timeout));
    let failed: u64 = spoilt.map(|line| line.rate).sum();
    let Asked { offered, served, refused } = row.traffic.copied;
    Some(Asked {
        offered: row.traffic.exposed + offered,
        served: row.traffic.exposed.saturating_sub(failed) + served,
        refused,
    })
}

fn level(world: &World, metric: Metric, service: ServiceId, zone: Option<usize>, asked: Asked) -> Level {
    let Asked { offered, served, refused } = asked;
    let zones = &world.services[service].zones;
    let zones = zone.map_or(&zones[..], |row| &zones[row..=row]);
    match metric {
        Metric::RequestCount => Level::Count(offered),
        Metric::Elb5xx => Level::Count(refused),
        Metric::Target5xx => Level::Count((offered - served).saturating_sub(refused)),
        Metric::ErrorRate => Level::Ratio { failed: offered - served, offered },
        Metric::HealthyHostCount => Level::targets(zones.iter().map(|zone| zone.serving + zone.dead).sum()),
        Metric::UnHealthyHostCount => Level::targets(zones.iter().map(|zone| zone.idle + zone.idle_dead).sum()),
        Metric::ZoneOutlier => unreachable!("an outlier is one of several zones"),
        Metric::CpuUtilization
        | Metric::MemoryUtilization
        | Metric::RequestCountPerTarget
        | Metric::TargetResponseTime
        | Metric::SlowerAnswers(_)
        | Metric::Custom(_) => {
            unreachable!("{metric:?} is watched of a whole service")
        }
    }
}

/// The state may be another now; the next change is scheduled.
fn look(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let watch = &mut world.alarms[place];
    watch.number = watch.number.wrapping_add(1);
    if let Some((at, _)) = watch.monitor.next_change() {
        let after = at.since(cx.now).max(Span::from_micros(1));
        cx.at(cx.now + after, Turn::Normal, step::Alarm::Due(place as u32, watch.number));
    }
    let state = watch.monitor.state();
    if state == watch.found {
        return;
    }
    watch.found = state;
    // Each change is found at the end of a period, to the microsecond, and so is known as much later as its datapoints.
    if watch.on.delay == Span::ZERO {
        return tell(world, place, state, cx);
    }
    let number = STATES.iter().position(|one| *one == state).unwrap_or(0);
    cx.after(watch.on.delay, step::Alarm::Told(place as u32, number as u8));
}

const STATES: [State; 3] = [State::Ok, State::Alarm, State::InsufficientData];

/// The state of an alarm is another from now on.
fn tell(world: &mut World, place: usize, state: State, cx: &mut Cx<'_>) {
    let watch = &mut world.alarms[place];
    let before = std::mem::replace(&mut watch.state, state);
    let alarm = watch.id;
    cx.note(Fact::Alarm { alarm, state });
    if state == State::Alarm {
        world.hear(News::AlarmRings(alarm), cx);
    } else if before == State::Alarm {
        world.hear(News::AlarmQuiet(alarm), cx);
    }
    // Others may change at this instant too: composite alarms see all of them at once.
    if !world.composites.rows.is_empty() && !world.composites.due {
        world.composites.due = true;
        cx.after(Span::ZERO, step::Alarm::Follow(alarm));
    }
}

/// Composite alarms are worked out anew: each after those that it names.
fn follow(world: &mut World, cx: &mut Cx<'_>) {
    for place in 0..world.composites.rows.len() {
        let Follower { id, state: before } = world.composites.rows[place];
        let Some(composite) = cx.plan.alarms[id].composite() else { continue };
        let holds = composite.rule.holds(&|named| state_of(world, *named));
        let state = if holds { State::Alarm } else { State::Ok };
        if state == before {
            continue;
        }
        world.composites.rows[place].state = state;
        cx.note(Fact::Alarm { alarm: id, state });
        let news = if holds { News::AlarmRings(id) } else { News::AlarmQuiet(id) };
        world.hear(news, cx);
    }
}

/// The state of an alarm now.
fn state_of(world: &World, alarm: AlarmId) -> State {
    let places = &world.composites.places;
    let Ok(found) = places.binary_search_by_key(&alarm, |(id, _)| *id) else { return State::InsufficientData };
    match places[found].1 {
        Row::Watch(place) => world.alarms[place].state,
        Row::Follower(place) => world.composites.rows[place].state,
    }
}

/// Whether an alarm is in ALARM now.
pub(crate) fn rings(world: &World, alarm: AlarmId) -> bool {
    state_of(world, alarm) == State::Alarm
}
