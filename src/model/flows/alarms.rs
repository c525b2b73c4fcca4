//! Alarms at work: a service's numbers go to the alarms that watch it, and an alarm stops deployments that watch it.
//!
//! An alarm is looked at when its metric changes, and once at the end of the period in which its state would change if the
//! metric stayed: nothing is done from minute to minute.

use super::{create, deploy};
use crate::engine::key::Phase as Turn;
use crate::engine::{Span, Time};
use crate::model::alarm::{Level, Monitor, State};
use crate::model::event::steps;
use crate::model::fact::Fact;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::Metric;
use crate::model::world::{Cx, World};

steps! { Alarm:
    /// The state of an alarm changes, unless its metric has changed since.
    Due(place: u32, number: u32),
}

/// An alarm that watches a service of this partition.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Which.
    pub id: AlarmId,
    /// Whom it watches.
    pub service: ServiceId,
    /// What it has seen.
    pub monitor: Monitor,
    level: Level,
    state: State,
    /// Rises whenever what waits in the queue does not count any more.
    number: u32,
}

/// Numbers of a service that alarms can watch; rates in billionths for each second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    /// Requests.
    pub(crate) offered: u64,
    /// Those that were answered.
    pub(crate) served: u64,
    /// Those that no target could answer: sent to dead ones, or without any.
    pub(crate) refused: u64,
}

/// The alarms of a partition, service by service.
pub(crate) fn of_part(plan: &crate::model::Plan, services: &std::ops::Range<u32>) -> Vec<Watch> {
    let mine = plan.alarms.pairs().filter(|(_, alarm)| services.contains(&alarm.service.0));
    let watch = |(id, alarm): (AlarmId, &crate::model::plan::Alarm)| Watch {
        id,
        service: alarm.service,
        monitor: Monitor::new(alarm.rule, Time::ZERO),
        level: Level::Absent,
        state: State::InsufficientData,
        number: 0,
    };
    let mut found: Vec<Watch> = mine.map(watch).collect();
    found.sort_by_key(|watch| (watch.service, watch.id));
    found
}

/// Alarms whose service is not there yet: what they miss may be bad. The others are looked at when it is settled.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for place in 0..world.alarms.len() {
        if create::unborn(world, cx.plan.services[world.alarms[place].service].cluster) {
            look(world, place, cx);
        }
    }
}

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    let Step::Due(place, number) = step;
    let watch = &mut world.alarms[place as usize];
    if watch.number == number {
        watch.monitor.advance(cx.now);
        look(world, place as usize, cx);
    }
}

/// A service has been settled: its alarms see what its metrics are from now on.
pub(crate) fn see(world: &mut World, service: ServiceId, numbers: Numbers, cx: &mut Cx<'_>) {
    let first = world.alarms.partition_point(|watch| watch.service < service);
    for place in first..world.alarms.len() {
        if world.alarms[place].service != service {
            return;
        }
        let level = level(world, cx.plan.alarms[world.alarms[place].id].metric, service, numbers);
        let watch = &mut world.alarms[place];
        if watch.level != level {
            watch.level = level;
            watch.monitor.set(cx.now, level);
            look(world, place, cx);
        }
    }
}

fn level(world: &World, metric: Metric, service: ServiceId, numbers: Numbers) -> Level {
    let Numbers { offered, served, refused } = numbers;
    let zones = &world.services[service].zones;
    match metric {
        Metric::RequestCount => Level::Count(offered),
        Metric::Elb5xx => Level::Count(refused),
        Metric::Target5xx => Level::Count((offered - served).saturating_sub(refused)),
        Metric::ErrorRate => Level::Ratio { failed: offered - served, offered },
        Metric::HealthyHostCount => Level::Gauge(zones.iter().map(|zone| zone.serving + zone.dead).sum()),
        Metric::UnHealthyHostCount => Level::Gauge(zones.iter().map(|zone| zone.idle + zone.idle_dead).sum()),
    }
}

/// The state may be another now; the next change is scheduled.
fn look(world: &mut World, place: usize, cx: &mut Cx<'_>) {
    let watch = &mut world.alarms[place];
    watch.number = watch.number.wrapping_add(1);
    if let Some((at, _)) = watch.monitor.next_change() {
        let after = at.since(cx.now).max(Span::from_micros(1));
        cx.at(cx.now + after, Turn::Normal, Step::Due(place as u32, watch.number));
    }
    let state = watch.monitor.state();
    if state == watch.state {
        return;
    }
    watch.state = state;
    let alarm = watch.id;
    cx.note(Fact::Alarm { alarm, state });
    if state == State::Alarm {
        deploy::alarmed(world, alarm, cx);
    }
}

/// Whether an alarm is in ALARM now.
pub(crate) fn rings(world: &World, alarm: AlarmId) -> bool {
    world.alarms.iter().any(|watch| watch.id == alarm && watch.state == State::Alarm)
}
