//! Changes and what a service does with them: `changes` and `deploymentConfiguration`.

use super::Build;
use super::index::stands_before;
use super::order::by_name;
use super::service::Written;
use crate::engine::{Span, Who};
use crate::model::defect::{self, Kind as _};
use crate::model::ids::{AlarmId, ChangeId, RegionId, ServiceId};
use crate::model::plan::{self, Breaker, Deployment, Kind, Strategy, Threshold};
use crate::model::problem::Noun;
use crate::scenario::ecs::service::{CircuitBreaker, Service, ThresholdType};
use crate::scenario::file::Change;

/// Changes of a scenario (model choice: a cause carries the number of its change in twenty bits).
const MOST_CHANGES: usize = 1 << 20;

/// Why what belongs to a bad revision does nothing.
pub(super) const NO_DEFECT: &str = "nothing says how the revision is bad";

impl Build<'_> {
    /// The changes of the file, service by service in order of time.
    pub(super) fn changes(&mut self) {
        let scenario = self.scenario;
        if scenario.changes.len() > MOST_CHANGES {
            let message = format!("a scenario has at most {MOST_CHANGES} changes");
            self.out.too_large("/changes", message, "write fewer");
            return;
        }
        let mut order: Vec<usize> = (0..scenario.changes.len()).collect();
        order.sort_by_key(|place| scenario.changes[*place].at.as_ref().map(|at| at.0));
        let mut rows: Vec<Option<plan::Change>> = scenario.changes.iter().map(|_| None).collect();
        for place in order {
            let written = &scenario.changes[place];
            let at = format!("/changes/{place}");
            let Some(row) = self.change(written, &at, place) else { continue };
            rows[place] = Some(row);
        }
        // Rows stand by name; the revisions of a service in order of time, those of one time by name.
        let all = rows.iter().all(Option::is_some);
        let mut written = Vec::new();
        for place in by_name(&scenario.changes, |change| &change.name) {
            let Some(row) = rows[place].take() else { continue };
            let services: Vec<ServiceId> = row.services().collect();
            let id = self.plan.changes.push(row);
            written.push((place, id));
            if self.plan.changes[id].flag.is_some() {
                continue;
            }
            for service in services {
                self.plan.services[service].changes.push(id);
            }
        }
        for service in self.plan.services.ids() {
            let mut list = std::mem::take(&mut self.plan.services[service].changes);
            list.sort_by_key(|id| (self.plan.changes[*id].at, *id));
            self.plan.services[service].changes = list;
        }
        written.sort_unstable();
        self.plan.written.changes = written.into_iter().map(|(_, id)| id).collect();
        debug_assert!(all || self.out.has_errors(), "a change that is left out was told");
        if all {
            self.only_with_flags();
            self.idle_breakers();
        }
    }

    /// A circuit breaker that acts on none of a service's deployments is told.
    fn idle_breakers(&mut self) {
        let moves = |one: &plan::Service| one.deployment.strategy != Strategy::Rolling;
        for Written { at, id, .. } in self.written_services() {
            let Some(row) = id.map(|id| &self.plan.services[id]) else { continue };
            let bound = |id: &ChangeId| self.plan.changes[*id].breaker_on_shift;
            if !moves(row) || row.deployment.breaker.is_none() || row.changes.iter().any(bound) {
                continue;
            }
            let name = row.deployment.strategy.name();
            let message = format!("the circuit breaker does not act: ECS has it for ROLLING, not for {name}");
            let hint = "watch `alarms`, write ROLLING, or \"circuitBreakerOnTrafficShift\": true in a change";
            self.out.no_effect(&format!("{at}/deploymentConfiguration/deploymentCircuitBreaker"), message, hint);
        }
        for (place, id) in self.plan.changes_in_order().enumerate() {
            let change = &self.plan.changes[id];
            if !change.breaker_on_shift {
                continue;
            }
            let acts = |service: &plan::Service| moves(service) && service.deployment.breaker.is_some();
            if !change.services().any(|service| acts(&self.plan.services[service])) {
                let why = "nothing it deploys has a circuit breaker and moves traffic";
                let hint = "enable the service's `deploymentCircuitBreaker`, or leave it out";
                self.out.idle(&format!("/changes/{place}/circuitBreakerOnTrafficShift"), why, hint);
            }
        }
    }

    fn change(&mut self, written: &Change, at: &str, place: usize) -> Option<plan::Change> {
        if stands_before(&self.index.changes, &written.name, place) {
            self.out.duplicate(Noun::Change, &written.name, &format!("{at}/name"));
        }
        let when = self.asked(written, at);
        let defect =
            written.defect.as_ref().map(|spec| spec.resolve(&format!("{at}/defect/{}", spec.kind()), self.out));
        let zone =
            written.only_in_zone.as_ref().map(|zone| self.names.zone(zone, &format!("{at}/onlyInZone"), self.out));
        let bad_ppm = self.bad_share(written, at);
        let found = written.found.as_ref().map(|law| law.read(&format!("{at}/found"), self.out));
        let named = self.units(written, at)?;
        // Services without a pipeline that are changed again and again each have their own clock.
        let of_services = written.cellular_application.is_none() && !written.is_of_plane();
        let alone = written.every.is_some() && written.pipeline.is_none() && of_services;
        let pipeline = if alone { Some(None) } else { self.pipeline(written, &named, at) };
        self.on_plane(written, defect.as_ref().and_then(Option::as_ref), at);
        let only_unit = match &written.only_in_unit {
            None => Some(None),
            Some(name) => named.find(name, &format!("{at}/onlyInUnit"), self.out).map(Some),
        };
        let hits = self.hits(written, &named, at);
        let first = named.services().next();
        let flag = first.and_then(|service| self.flag(written, service, at));
        let answers = first.map(|service| self.answers(written, service, at)).unwrap_or_default();
        if let Some(service) = first {
            let rolls = self.plan.services[service].deployment.strategy == Strategy::Rolling;
            if written.sticky.is_some() && rolls && flag.is_none() {
                let hint = "write another `strategy`, or a `featureFlag`, or leave it out";
                self.out.idle(&format!("{at}/sticky"), "no traffic moves by weights", hint);
            }
            let sound = written.defect.as_ref().filter(|_| matches!(defect, Some(Some(_))));
            self.found_by_nothing(service, sound, at);
        }
        let shadow = self.shadow(written, &named, pipeline.as_ref().and_then(Option::as_ref), at);
        if matches!(defect, Some(None)) || zone == Some(None) || matches!(found, Some(None)) {
            return None;
        }
        let (time, every) = when?;
        Some(plan::Change {
            name: written.name.clone(),
            who: Who::named(&format!("change {}", written.name)),
            units: named.units,
            what: named.what,
            at: time,
            every,
            defect: defect.flatten(),
            bad_ppm: bad_ppm?,
            only_in: zone.flatten(),
            only_unit: only_unit?,
            // Known once all changes are: a flag may be written below the revision.
            only_with: None,
            hits,
            found: found.flatten(),
            pipeline: pipeline?,
            sticky: written.sticky.unwrap_or(false),
            answers,
            flag,
            shadow,
            breaker_on_shift: written.circuit_breaker_on_traffic_shift == Some(true),
        })
    }

    fn bad_share(&mut self, written: &Change, at: &str) -> Option<u64> {
        let keys = [
            ("badShare", written.bad_share.is_some()),
            ("onlyInZone", written.only_in_zone.is_some()),
            ("onlyInUnit", written.only_in_unit.is_some()),
            ("onlyWithFlag", written.only_with_flag.is_some()),
            ("found", written.found.is_some()),
        ];
        for (key, idle) in keys {
            if idle && written.defect.is_none() {
                self.out.idle(&format!("{at}/{key}"), NO_DEFECT, "write a `defect`, or leave it out");
            }
        }
        let share = written.bad_share.unwrap_or(1.0);
        self.out.share_above_zero(share, &format!("{at}/badShare")).map(|share| libm::round(share * 1e6) as u64)
    }

    /// Whether a change can be rolled out as the service is.
    pub(super) fn deployable(&mut self, service: ServiceId, by_flag: bool, at: &str) -> Option<()> {
        let row = &self.plan.services[service];
        if row.kind != Kind::Replica {
            let what = if row.kind == Kind::Daemon { "a DAEMON service" } else { "a stream of standalone tasks" };
            let message = format!("`{}` is {what}: its changes are not modelled", row.name);
            self.out.not_modelled(at, message, "name a REPLICA service");
            return None;
        }
        let strategy = row.deployment.strategy;
        if strategy != Strategy::Rolling && row.balancer.is_none() && !by_flag {
            let message = format!("`{}` deploys with {}, and has no load balancer to move", row.name, strategy.name());
            let hint = "add `traffic` or `loadBalancers`, or write \"strategy\": \"ROLLING\"";
            self.out.wrong_target(at, message, hint);
            return None;
        }
        Some(())
    }

    /// A defect that nothing looks for is told.
    fn found_by_nothing(&mut self, service: ServiceId, defect: Option<&defect::Spec>, at: &str) {
        let row = &self.plan.services[service];
        let checked = row.balancer.is_some() || row.task.health.is_some();
        match defect {
            Some(defect::Spec::FailsHealthChecks(_)) if !checked => {
                let message = format!("`{}` has no health check: nothing finds a task that would fail one", row.name);
                let hint = "add `traffic`, or a `healthCheck` to a container";
                self.out.unwatched(&format!("{at}/defect"), message, hint);
            }
            Some(spec) if spec.spoils_requests() && row.traffic.is_none() => {
                let message = format!("the defect is one of requests, and `{}` has no traffic", row.name);
                self.out.no_effect(&format!("{at}/defect"), message, "add `traffic`");
            }
            _ => {}
        }
    }

    /// `deploymentConfiguration`, as far as it matters to a change.
    pub(super) fn deployment(&mut self, service: &Service, at: &str) -> Deployment {
        let Some(written) = &service.deployment_configuration else { return Deployment::default() };
        let at = format!("{at}/deploymentConfiguration");
        let breaker = written.deployment_circuit_breaker.as_ref();
        let breaker = breaker.and_then(|one| self.breaker(one, &format!("{at}/deploymentCircuitBreaker")));
        let bake = written.bake_time_in_minutes.map(|minutes| Span::MINUTE * u64::from(minutes));
        let (strategy, hooks) = (self.moves_traffic(written, &at), self.hooks(written, &at));
        let early = self.early(written, strategy, &format!("{at}/earlySuccessCriteria"));
        Deployment { breaker, bake, strategy, hooks, early, ..Deployment::default() }
    }

    /// Alarms that deployments watch, once services and alarms are known.
    pub(super) fn deployment_alarms(&mut self) {
        for Written { at, id, service, .. } in self.written_services() {
            let written = service.deployment_configuration.as_ref().and_then(|one| one.alarms.as_ref());
            let (Some(written), Some(id)) = (written.filter(|one| one.enable), id) else { continue };
            let at = format!("{at}/deploymentConfiguration/alarms/alarmNames");
            let names = written.alarm_names.iter().enumerate();
            let found = names.filter_map(|(row, name)| self.watched(id, name, &format!("{at}/{row}"))).collect();
            let deployment = &mut self.plan.services[id].deployment;
            (deployment.alarms, deployment.alarm_rollback) = (found, written.rollback);
        }
    }

    /// An alarm of this name that a service may watch.
    pub(super) fn watched(&mut self, service: ServiceId, name: &str, at: &str) -> Option<AlarmId> {
        self.watched_in(&[self.plan.region_of(service)], name, at)
    }

    /// An alarm of this name in one of these Regions.
    pub(super) fn watched_in(&mut self, regions: &[RegionId], name: &str, at: &str) -> Option<AlarmId> {
        let id = self.out.find(Noun::Alarm, &self.names.alarms, name, at)?;
        if !regions.contains(&self.plan.region_of(self.plan.alarms[id].service)) {
            let message = format!("`{name}` watches a service of another Region: an alarm is of one Region");
            self.out.wrong_target(at, message, "name an alarm on a service of the same Region");
            return None;
        }
        Some(id)
    }

    fn breaker(&mut self, written: &CircuitBreaker, at: &str) -> Option<Breaker> {
        let threshold = match &written.threshold_configuration {
            None => Threshold::BoundedPercent(50),
            Some(one) => {
                let most = if one.kind == ThresholdType::Count { u32::MAX } else { 100 };
                self.out.within(one.value, 1..=most, &format!("{at}/thresholdConfiguration/value"));
                match one.kind {
                    ThresholdType::BoundedPercent => Threshold::BoundedPercent(one.value),
                    ThresholdType::UnboundedPercent => Threshold::UnboundedPercent(one.value),
                    ThresholdType::Count => Threshold::Count(one.value),
                }
            }
        };
        let reset = written.reset_on_healthy_task.unwrap_or(true);
        written.enable.then_some(Breaker { rollback: written.rollback, reset, threshold })
    }
}
