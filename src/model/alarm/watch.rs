//! Alarms of a partition: what each watches, has seen and says.

use super::{Level, Monitor, State};
use crate::engine::Time;
use crate::model::ids::{AlarmId, ServiceId};
use crate::model::plan::{OnMetric, Plan, ScalableTarget, Scope};

/// An alarm that watches a service of this partition.
#[derive(Clone, Debug)]
pub struct Watch {
    pub id: AlarmId,
    pub service: ServiceId,
    /// What it watches of it.
    pub(crate) on: OnMetric,
    pub monitor: Monitor,
    pub(crate) level: Level,
    /// What its datapoints say, known or not.
    pub(crate) found: State,
    pub(crate) state: State,
    /// Rises whenever what waits in the queue does not count any more.
    pub(crate) number: u32,
}

/// The composite alarms of this partition.
#[derive(Clone, Debug, Default)]
pub struct Followers {
    /// Each stands behind those that it names.
    pub(crate) rows: Vec<Follower>,
    /// Where each alarm stands, by its id: among the rows, or among the watches.
    pub(crate) places: Vec<(AlarmId, Row)>,
    /// They are to be looked at.
    pub(crate) due: bool,
}

/// Where an alarm of the partition stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row {
    Watch(usize),
    Follower(usize),
}

/// A composite alarm.
#[derive(Clone, Debug)]
pub struct Follower {
    pub id: AlarmId,
    pub(crate) state: State,
}

/// The alarms of a partition, service by service.
pub(crate) fn of_part(plan: &Plan, services: &std::ops::Range<u32>) -> Vec<Watch> {
    let mine = plan.alarms.pairs().filter(|(_, alarm)| services.contains(&alarm.service.0));
    let mut by: Vec<AlarmId> = plan.scaling.iter().flat_map(ScalableTarget::alarms).collect();
    by.sort_unstable();
    let watch = |(id, alarm): (AlarmId, &crate::model::plan::Alarm)| {
        let on = *alarm.on_metric()?;
        let monitor = Monitor::new(on.rule, Time::ZERO);
        let acts = by.binary_search(&id).is_ok();
        Some(Watch {
            id,
            service: alarm.service,
            on,
            monitor: if acts { monitor.remembering(on.delay + on.rule.period * 2) } else { monitor },
            level: Level::Absent,
            found: State::InsufficientData,
            state: State::InsufficientData,
            number: 0,
        })
    };
    let mut found: Vec<Watch> = mine.filter_map(watch).collect();
    found.sort_by_key(|watch| (watch.service, watch.id));
    found
}

/// The composite alarms of a partition.
pub(crate) fn composites(plan: &Plan, services: &std::ops::Range<u32>) -> Followers {
    let mine = plan.alarms.pairs().filter(|(_, alarm)| alarm.composite().is_some());
    let mine = mine.filter(|(_, alarm)| services.contains(&alarm.service.0));
    let mut found: Vec<Follower> = mine.map(|(id, _)| Follower { id, state: State::InsufficientData }).collect();
    found.sort_by_key(|one| (plan.alarms[one.id].height(), one.id));
    let watches = of_part(plan, services);
    let watches = watches.iter().enumerate().map(|(place, one)| (one.id, Row::Watch(place)));
    let rows = found.iter().enumerate().map(|(place, one)| (one.id, Row::Follower(place)));
    let mut places: Vec<(AlarmId, Row)> = watches.chain(rows).collect();
    places.sort_by_key(|(id, _)| *id);
    Followers { rows: found, places, due: false }
}

/// Alarms on several services together, by place.
pub(crate) fn of_fleets(watches: &[Watch]) -> Vec<usize> {
    let fleet = |place: &usize| matches!(watches[*place].on.scope, Scope::Fleet(_));
    (0..watches.len()).filter(fleet).collect()
}
