//! Changes: new revisions, whom they are to reach, how they are rolled out, and how they may be bad.

use super::{Alarm, Answer, Flag, Hook, Pipeline, Shadow, Strategy, ZonalShift};
use crate::engine::index::Table;
use crate::engine::{Dist, Span, Time, Who};
use crate::model::defect;
use crate::model::ids::{AlarmId, ChangeId, ServiceId, Unit, ZoneId};

/// A new revision of a service, of several, or of a control plane.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: String,
    /// Birth certificate, from the name.
    pub who: Who,
    /// What is changed: units that can be changed one by one, in order.
    pub units: Vec<Unit>,
    /// What these are together, in a word.
    pub what: String,
    /// When it is asked for, if it comes once.
    pub at: Time,
    /// If it comes again and again, at each of its services or with its pipeline: from the end of one, or from 0, until
    /// the next is asked for.
    pub every: Option<Dist>,
    /// How it is bad, if it is.
    pub defect: Option<defect::Live>,
    /// The chance that it is bad, in millionths.
    pub bad_ppm: u64,
    /// The only zone in which it is bad.
    pub only_in: Option<ZoneId>,
    /// The only unit in which it is bad, by its place.
    pub only_unit: Option<usize>,
    /// The feature flag that its defect needs: only requests that see the feature meet it.
    pub only_with: Option<ChangeId>,
    /// The customers of the application whose requests meet its defect, by group, and in it by number or all; `None`:
    /// everybody's do.
    pub hits: Option<Vec<(usize, Option<u32>)>>,
    /// From the first moment at which a bad one runs until somebody finds it.
    pub found: Option<Dist>,
    /// How it goes on over its units; `None`: it has a single one, which deploys it by itself.
    pub pipeline: Option<Pipeline>,
    /// Whether its share of the requests comes from the same customers all the time.
    pub sticky: bool,
    /// What the hooks of its deployment answer.
    pub answers: Vec<Answer>,
    /// The feature that it shows, instead of a revision.
    pub flag: Option<Flag>,
    /// The zonal shift that it is, instead of a revision.
    pub zonal: Option<ZonalShift>,
    /// Copies of requests for its revision, before traffic moves.
    pub shadow: Option<Shadow>,
    /// Whether the circuit breaker binds its deployments that move traffic, too.
    pub breaker_on_shift: bool,
}

impl Change {
    /// Birth certificate of one occurrence at a service: a change that comes once, or with a pipeline, is the same
    /// everywhere.
    pub fn turn(&self, service: Who, turn: u32) -> Who {
        let alone = self.every.is_some() && self.pipeline.is_none();
        if alone { self.who.nth(service.0).nth(u64::from(turn)) } else { self.turn_of_all(turn) }
    }

    /// Birth certificate of one occurrence that is the same everywhere.
    pub fn turn_of_all(&self, turn: u32) -> Who {
        if self.every.is_none() { self.who } else { self.who.nth(u64::from(turn)) }
    }

    /// Whether it brings a revision, and is no feature flag and no zonal shift.
    pub fn deploys(&self) -> bool {
        self.flag.is_none() && self.zonal.is_none()
    }

    /// Whether it may come again and again.
    pub fn repeats(&self) -> bool {
        self.every.is_some() || self.zonal.as_ref().is_some_and(|shift| shift.on_alarm.is_some())
    }

    /// The services among its units.
    pub fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.units.iter().filter_map(|unit| match unit {
            Unit::Service(service) => Some(*service),
            Unit::Cell(_) => None,
        })
    }
}

/// `deploymentConfiguration` of a service, as far as it matters once something is deployed.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// `deploymentCircuitBreaker`, if it is enabled.
    pub breaker: Option<Breaker>,
    /// `bakeTimeInMinutes`; `None`: not written.
    pub bake: Option<Span>,
    /// `alarms`, if they are enabled.
    pub alarms: Vec<AlarmId>,
    /// Whether an alarm brings the newest completed revision back.
    pub alarm_rollback: bool,
    pub strategy: Strategy,
    pub hooks: Vec<Hook>,
    /// `earlySuccessCriteria`, if they are enabled.
    pub early: Option<Early>,
}

/// `earlySuccessCriteria` of a rolling deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Early {
    /// `healthyPercent`: of the desired count, rounded up.
    pub percent: u32,
    /// `sourceServiceRevisionCleanup` DEFERRED: tasks of the revision before go once the deployment is completed.
    pub deferred: bool,
}

/// The longest bake that ECS computes itself ([ecs-deployment-alarms]).
const BAKE_MAX: Span = Span::from_secs(300);

impl Deployment {
    /// How long a deployment is watched once all tasks are new: what is written, or what the alarms that are watched
    /// need to see, up to five minutes (how ECS computes it is not published).
    pub fn bakes(&self, alarms: &Table<AlarmId, Alarm>) -> Span {
        let sees = |alarm: &AlarmId| alarms[*alarm].sees();
        let longest = self.alarms.iter().map(sees).max().unwrap_or(Span::ZERO);
        self.bake.unwrap_or(longest.min(BAKE_MAX))
    }
}

/// `deploymentCircuitBreaker`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Whether it goes back to the newest completed revision.
    pub rollback: bool,
    /// Whether a task that becomes healthy puts the count of failures back to 0.
    pub reset: bool,
    /// How many failures there may be.
    pub threshold: Threshold,
}

/// `thresholdConfiguration` ([ecs-circuit-breaker]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Percent of the desired count, rounded up, and at least 3, at most 200.
    BoundedPercent(u32),
    /// Percent of the desired count, rounded up.
    UnboundedPercent(u32),
    Count(u32),
}

impl Threshold {
    /// Failures at which a deployment of so many tasks has failed.
    pub fn failures(self, desired: u32) -> u32 {
        let percent = |percent: u32| (u64::from(desired) * u64::from(percent)).div_ceil(100) as u32;
        match self {
            Threshold::BoundedPercent(of) => percent(of).clamp(3, 200),
            Threshold::UnboundedPercent(of) => percent(of),
            Threshold::Count(count) => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_threshold_is_that_of_the_table() {
        let desired = [1, 4, 6, 7, 10, 25, 100, 400, 800];
        let found = desired.map(|count| Threshold::BoundedPercent(50).failures(count));
        assert_eq!(found, [3, 3, 3, 4, 5, 13, 50, 200, 200], "Deployment circuit breaker");
        assert_eq!(desired.map(|count| Threshold::UnboundedPercent(50).failures(count))[..2], [1, 2]);
        assert_eq!(Threshold::Count(7).failures(1), 7);
    }
}
