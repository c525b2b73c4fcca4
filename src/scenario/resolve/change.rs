//! Changes: when, of what, how the revision is bad, what hooks answer, feature flags.

use super::deployment::{millionths, minutes};
use super::index::{Written, first, stands_before};
use super::order::by_name;
use super::{Activity, after_end, gaps, placed};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::defect::{self, Kind as _};
use crate::model::fact::Lifecycle;
use crate::model::ids::{ChangeId, ServiceId};
use crate::model::plan::{self, Answer, Hook, HookStatus, Kind, Strategy, WHOLE};
use crate::model::problem::Noun;
use crate::scenario::file::{Change, FeatureFlag, GrowthType};
use std::collections::BTreeMap;

/// Changes of a scenario (model choice: a cause carries the number of its change in twenty bits).
const MOST_CHANGES: usize = 1 << 20;

/// Why what belongs to a bad revision does nothing.
const NO_DEFECT: &str = "nothing says how the revision is bad";

impl Activity<'_> {
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
            rows[place] = self.change(&scenario.changes[place], &format!("/changes/{place}"), place);
        }
        // Rows stand by name; the revisions of a service in order of time, those of one time by name.
        let all = rows.iter().all(Option::is_some);
        let mut written = BTreeMap::new();
        for place in by_name(&scenario.changes, |change| &change.name) {
            let Some(row) = rows[place].take() else { continue };
            let services: Vec<ServiceId> = row.services().collect();
            let id = self.plan.changes.push(row);
            written.insert(place, id);
            for service in services.into_iter().filter(|_| self.plan.changes[id].deploys()) {
                self.plan.services[service].changes.push(id);
            }
        }
        let changes = &self.plan.changes;
        self.plan.services.iter_mut().for_each(|row| row.changes.sort_by_key(|id| (changes[*id].at, *id)));
        self.plan.written.changes = written.into_values().collect();
        debug_assert!(all || self.out.has_errors() || self.out.has_holes(), "a change that is left out was told");
        if all {
            self.only_with_flags();
            self.shifts_at_once();
            self.idle_breakers();
        }
    }

    /// A circuit breaker that acts on none of a service's deployments is told.
    fn idle_breakers(&mut self) {
        let moves = |one: &plan::Service| one.deployment.strategy != Strategy::Rolling;
        for Written { at, id, .. } in self.index.services(&self.names) {
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
        if let Some(shift) = &written.zonal_shift {
            return self.zonal_shift(written, shift, at);
        }
        if written.on_alarm.is_some() {
            let hint = "write `at` or `every`, or a `zonalShift`";
            self.out.wrong_target(&format!("{at}/onAlarm"), "an alarm starts zonal shifts only", hint);
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
            zonal: None,
            shadow,
            breaker_on_shift: written.circuit_breaker_on_traffic_shift == Some(true),
        })
    }

    /// When a change is asked for: once at a time, or again and again by a law.
    fn asked(&mut self, written: &Change, at: &str) -> Option<(Time, Option<Dist>)> {
        match (&written.at, &written.every) {
            (Some(time), None) => {
                let (time, hint) = (Time::ZERO + time.0, "it is never asked for: move it, or run longer");
                after_end(&self.plan, time, &format!("{at}/at"), hint, self.out);
                if written.every_service == Some(true) {
                    let message = "all services are changed by `every` only, each in its own time";
                    let hint = "write `every`, or name them in `services`";
                    self.out.conflict(&format!("{at}/everyService"), message, hint);
                }
                Some((time, None))
            }
            (None, Some(law)) => {
                if written.feature_flag.is_some() {
                    let message = "a feature flag that comes again and again is not modelled";
                    self.out.not_modelled(&format!("{at}/featureFlag"), message, "leave it out, or write `at`");
                }
                if written.every_service == Some(true) && written.pipeline.is_some() {
                    let message = "a pipeline takes its units as one change, `everyService` each in its own time";
                    self.out.conflict(&format!("{at}/pipeline"), message, "name them in `services`, or leave it out");
                }
                gaps(law, &format!("{at}/every"), self.out).map(|law| (Time::ZERO, Some(law)))
            }
            (time, _) => {
                let missing = "nothing says when the change is asked for";
                self.out.one_of("`at` and `every`", time.is_some(), at, missing, "write \"at\": \"1h\"").none()
            }
        }
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
            return self.out.not_modelled(at, message, "name a REPLICA service").none();
        }
        let strategy = row.deployment.strategy;
        if strategy != Strategy::Rolling && row.balancer.is_none() && !by_flag {
            let message = format!("`{}` deploys with {}, and has no load balancer to move", row.name, strategy.name());
            let hint = "add `traffic` or `loadBalancers`, or write \"strategy\": \"ROLLING\"";
            return self.out.wrong_target(at, message, hint).none();
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

    /// The flags that defects need, once all changes stand: a flag may be written below its revision.
    fn only_with_flags(&mut self) {
        let scenario = self.scenario;
        let ids: Vec<ChangeId> = self.plan.changes_in_order().collect();
        for (place, (id, written)) in ids.into_iter().zip(&scenario.changes).enumerate() {
            let Some(name) = &written.only_with_flag else { continue };
            let found = self.only_with(id, written, name, &format!("/changes/{place}"));
            self.plan.changes[id].only_with = found;
        }
    }

    fn only_with(&mut self, id: ChangeId, written: &Change, name: &str, at: &str) -> Option<ChangeId> {
        let (key, scenario) = (format!("{at}/onlyWithFlag"), self.scenario);
        if written.feature_flag.is_some() {
            let hint = "write `onlyWithFlag` in the change that brings the revision";
            let message = "`onlyWithFlag` belongs to a change of a revision, not to a feature flag";
            return self.out.wrong_target(&key, message, hint).none();
        }
        if let Some(spec) = written.defect.as_ref().filter(|spec| !spec.spoils_requests()) {
            let message = format!("`{}` is a defect of tasks: it does not depend on what requests see", spec.kind());
            self.out.wrong_target(&key, message, "write a `defect` of requests, such as `errors`, or leave it out");
            return None;
        }
        let Some(flag) = first(&self.index.changes, name).map(|place| ChangeId(self.index.change_rows[place])) else {
            let flags = scenario.changes.iter().filter(|one| one.feature_flag.is_some());
            self.out.unknown(Noun::Change, name, &key, flags.map(|one| one.name.as_str()));
            return None;
        };
        if self.plan.changes[flag].flag.is_none() {
            let message = format!("`{name}` shows no feature");
            return self.out.wrong_target(&key, message, "name a change with a `featureFlag`").none();
        }
        let other =
            self.plan.changes[flag].services().find(|one| self.plan.changes[id].services().all(|own| own != *one));
        if let Some(other) = other {
            let other = &self.plan.services[other].name;
            let message = format!("the feature of `{name}` is of `{other}`, which this change does not change");
            return self.out.wrong_target(&key, message, "name a feature flag of the same service").none();
        }
        Some(flag)
    }

    /// What hooks answer during a change: each stage at which one is asked has its answer.
    fn answers(&mut self, written: &Change, service: ServiceId, at: &str) -> Vec<Answer> {
        let hooks = self.plan.services[service].deployment.hooks.clone();
        let asked = |stage: Lifecycle| hooks.iter().any(|hook| hook.stages.contains(&stage));
        let mut found: Vec<Answer> = Vec::new();
        for (at, one) in placed(&written.hooks, &format!("{at}/hooks")) {
            let stage = one.lifecycle_stage;
            if !asked(stage) || written.feature_flag.is_some() {
                let message = format!("no hook is asked at {}: this answer is not used", stage.word());
                self.out.no_effect(&at, message, "add one to the service's `lifecycleHooks`, or remove it");
            }
            if found.iter().any(|other| other.stage == stage) {
                let message = format!("two answers for {}", stage.word());
                self.out.duplicate_name(&format!("{at}/lifecycleStage"), message, "write one for each stage");
            }
            let finds = one.finds.unwrap_or(0.0);
            if finds > 0.0 && written.defect.is_none() {
                self.out.idle(&format!("{at}/finds"), NO_DEFECT, "write a `defect`, or leave it out");
            }
            let takes = match &one.takes {
                None => Some(Dist::constant(Span::ZERO)),
                Some(law) => law.read(&format!("{at}/takes"), self.out),
            };
            found.extend(takes.map(|takes| Answer {
                stage,
                takes,
                status: one.hook_status.unwrap_or(HookStatus::Succeeded),
                finds_ppm: libm::round(finds * 1e6) as u64,
            }));
        }
        if written.feature_flag.is_none() {
            self.unanswered(written, &hooks, at);
        }
        found
    }

    /// A hook without an outcome is refused: nobody could say what it does to the deployment.
    fn unanswered(&mut self, written: &Change, hooks: &[Hook], at: &str) {
        let answered = |stage: Lifecycle| written.hooks.iter().any(|one| one.lifecycle_stage == stage);
        let asked = |stage: Lifecycle| hooks.iter().any(|hook| hook.stages.contains(&stage));
        for &stage in Lifecycle::ALL {
            if asked(stage) && !answered(stage) {
                let name = stage.word();
                let message = format!("the hook at {name} has no outcome");
                let hint = format!("add {{\"lifecycleStage\": \"{name}\", \"hookStatus\": \"SUCCEEDED\"}} to `hooks`");
                self.out.missing(&format!("{at}/hooks"), message, hint);
            }
        }
    }

    /// `featureFlag`; `None` when something about it is wrong.
    fn flag(&mut self, written: &Change, service: ServiceId, at: &str) -> Option<plan::Flag> {
        let flag = written.feature_flag.as_ref()?;
        self.has_traffic(service, &format!("{at}/service"));
        if let Some(spec) = written.defect.as_ref().filter(|spec| !spec.spoils_requests()) {
            let message = format!("`{}` is a defect of tasks: a feature flag starts none", spec.kind());
            let hint = "write `errors`, `slower`, `breaksAbove` or `poisonInput`";
            self.out.wrong_target(&format!("{at}/defect"), message, hint);
        }
        let at = format!("{at}/featureFlag");
        let ppm = millionths(flag.growth_factor);
        let duration = minutes(flag.deployment_duration_in_minutes);
        let bake = minutes(flag.final_bake_time_in_minutes.unwrap_or(0));
        let names = flag.alarm_names.iter().enumerate();
        let alarms: Vec<_> =
            names.filter_map(|(row, name)| self.watched(service, name, &format!("{at}/alarmNames/{row}"))).collect();
        let shares = shares(flag, ppm);
        Some(plan::Flag { step: Span(duration.0 / shares.len() as u64), shares, bake, alarms })
    }
}

/// Shares of the requests after each step ([appconfig-strategies]); the last is all of them.
fn shares(flag: &FeatureFlag, ppm: u64) -> Vec<u64> {
    let doubles = flag.growth_type == Some(GrowthType::Exponential);
    let mut shares = Vec::new();
    let mut share = ppm;
    while share < WHOLE {
        shares.push(share);
        share += if doubles { share } else { ppm };
    }
    shares.push(WHOLE);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(growth_factor: f64, growth_type: GrowthType, percents: &[u64]) {
        let flag = FeatureFlag {
            deployment_duration_in_minutes: 30,
            growth_factor,
            growth_type: Some(growth_type),
            final_bake_time_in_minutes: None,
            alarm_names: Vec::new(),
        };
        let found: Vec<u64> = shares(&flag, (growth_factor * 1e4) as u64).iter().map(|share| share / 10_000).collect();
        assert_eq!(found, percents);
    }

    #[test]
    fn shares_are_those_of_the_ready_made_strategies() {
        check(20.0, GrowthType::Linear, &[20, 40, 60, 80, 100]);
        check(10.0, GrowthType::Exponential, &[10, 20, 40, 80, 100]);
        check(100.0, GrowthType::Linear, &[100]);
        check(50.0, GrowthType::Exponential, &[50, 100]);
    }
}
