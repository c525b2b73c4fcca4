//! The pipeline that takes a change to its units: stages as lists of moves, and alarms that it watches.

use super::index::first;
use super::units::Named;
use super::{Activity, once, placed};
use crate::engine::Span;
use crate::model::ids::{AlarmId, ChangeId, RegionId, ServiceId, ZoneId};
use crate::model::plan::{
    self, Comparison, Hours, Metric, MissingData, Move, OnMetric, Reach, Rule, Scope, Stage, Statistic, Unit, Watched,
    Watches,
};
use crate::model::problem::Noun;
use crate::scenario::file::{Change, Pipeline, PipelineAlarm, PipelineStage, StageKind, WorkingHours};
use std::collections::BTreeSet;

/// Bakes that nobody wrote ([lib-safe-deployments]).
const ONE_BOX: Span = Span::from_secs(3_600);

const ZONES: Span = Span::from_secs(12 * 3_600);

const UNITS: Span = Span::from_secs(4 * 3_600);

/// After each zone but the last (zonal deployment of AWS CodeDeploy).
const ZONE: Span = Span::from_secs(1_800);

/// A part of a control-plane cell is changed in this time (model choice).
const TAKES: Span = Span::from_secs(300);

/// Requests that have to be seen of one box ([lib-safe-deployments]).
const REQUESTS: u64 = 100;

const DAY: Span = Span::from_secs(86_400);

impl Activity<'_> {
    /// The pipeline of a change; `Some(None)`: it needs none.
    #[expect(clippy::option_option, reason = "not needed is not the same as not understood")]
    pub(super) fn pipeline(&mut self, change: &Change, named: &Named, at: &str) -> Option<Option<plan::Pipeline>> {
        let Some(written) = &change.pipeline else {
            let everywhere = PipelineStage::new(StageKind::Everywhere);
            return Some((named.units.len() > 1).then(|| plan::Pipeline {
                stages: self.stages(std::slice::from_ref(&everywhere), named, at).unwrap_or_default(),
                during_faults: true,
                takes: TAKES,
                ..plan::Pipeline::default()
            }));
        };
        let at = format!("{at}/pipeline");
        let stages = if written.stages.is_empty() {
            self.stages(&self.usual(named), named, &at)
        } else {
            self.stages(&written.stages, named, &format!("{at}/stages"))
        };
        let hours = written.working_hours.as_ref().map(|hours| self.hours(hours, &format!("{at}/workingHours")));
        let mut alarms = self.fleet_alarms(written, named, &format!("{at}/alarms"));
        if let Some(alarm) = &written.unit_alarm {
            alarms.extend(self.unit_alarms(change, alarm, named, false, &format!("{at}/unitAlarm")));
        }
        if let Some(alarm) = &written.one_box_alarm {
            alarms.extend(self.unit_alarms(change, alarm, named, true, &format!("{at}/oneBoxAlarm")));
        }
        if let Some(alarm) = &written.fleet_alarm {
            alarms.extend(self.fleet_alarm(change, alarm, named, &format!("{at}/fleetAlarm")));
        }
        if written.takes.is_some() && !change.is_of_plane() {
            self.out.idle(&format!("{at}/takes"), "tasks of services take their own time", "leave it out");
        }
        if alarms.is_empty() && change.found.is_none() && change.defect.is_some() {
            let message = "nothing watches this pipeline: only what ECS itself finds stops it";
            self.out.unwatched(&at, message, "write `unitAlarm`, `alarms` or `found`");
        }
        if hours == Some(None) {
            return None;
        }
        Some(Some(plan::Pipeline {
            stages: stages?,
            hours: hours.flatten(),
            during_faults: written.during_faults,
            alarms,
            takes: written.takes.map_or(TAKES, |takes| takes.0),
        }))
    }

    /// Stages as lists of moves.
    fn stages(&mut self, written: &[PipelineStage], named: &Named, at: &str) -> Option<Vec<Stage>> {
        let mut left: Vec<usize> = (0..named.units.len()).collect();
        let mut stages = Vec::new();
        for (at, stage) in placed(written, at) {
            let units = self.named_units(stage, named, &left, &at)?;
            self.idle_keys(stage, &at);
            self.whole_only(stage, &units, named, &at);
            match stage.what {
                StageKind::Zones => self.zone_by_zone(stage, &units, named, &mut stages),
                _ => stages.push(self.stage(stage, &units, named)),
            }
            if stage.what != StageKind::OneBox {
                let done: BTreeSet<usize> = units.iter().copied().collect();
                left.retain(|unit| !done.contains(unit));
            }
        }
        if let Some(first) = left.first() {
            let message = format!("no stage changes {} of the units, such as `{}`", left.len(), named.names[*first]);
            return self.out.missing(at, message, "add a stage at the end: {\"what\": \"everywhere\"}").none();
        }
        Some(stages)
    }

    /// The units that a stage names, or the next ones.
    fn named_units(&mut self, stage: &PipelineStage, named: &Named, left: &[usize], at: &str) -> Option<Vec<usize>> {
        if stage.count.is_some() && !stage.units.is_empty() {
            return self.out.exclude("`count` and `units`", &format!("{at}/count")).none();
        }
        if stage.what == StageKind::Regions {
            return self.units_of(stage, named, left, at);
        }
        let mut units = Vec::new();
        for (place, name) in stage.units.iter().enumerate() {
            let unit = named.find(name, &format!("{at}/units/{place}"), self.out)?;
            // What is left stands in order.
            if left.binary_search(&unit).is_err() {
                let message = format!("`{name}` has been changed by an earlier stage");
                return self.out.conflict(&format!("{at}/units/{place}"), message, "leave it out here or there").none();
            }
            units.push(unit);
        }
        if stage.units.is_empty() {
            let count = match stage.what {
                StageKind::Everywhere => left.len(),
                _ => stage.count.unwrap_or(1) as usize,
            };
            units = left.iter().take(count).copied().collect();
            if units.len() < count {
                let message = format!("{} units are left for this stage, not {count}", units.len());
                return self.out.out_of_range(at, message, "write a smaller `count`, or leave the stage out").none();
            }
        }
        if units.is_empty() {
            return self.out.out_of_range(at, "the stage changes nothing: no unit is left", "leave it out").none();
        }
        Some(units)
    }

    /// Units that are left in the Regions that a stage names, or in the next ones.
    fn units_of(&mut self, stage: &PipelineStage, named: &Named, left: &[usize], at: &str) -> Option<Vec<usize>> {
        let open = once(left.iter().map(|unit| self.region_of_unit(named.units[*unit])));
        let mut wanted = Vec::new();
        if stage.units.is_empty() {
            let count = stage.count.unwrap_or(1) as usize;
            if open.len() < count {
                let message = format!("{} Regions are left for this stage, not {count}", open.len());
                return self.out.out_of_range(at, message, "write a smaller `count`, or leave the stage out").none();
            }
            wanted.extend_from_slice(&open[..count]);
        }
        for (at, name) in placed(&stage.units, &format!("{at}/units")) {
            let found = self.names.region(name, &at, self.out)?;
            if !open.contains(&found) {
                let message = format!("nothing is left to be changed in `{name}`");
                self.out.wrong_target(&at, message, "leave it out, or name a Region that the change reaches");
                return None;
            }
            wanted.push(found);
        }
        let meant = |unit: &usize| wanted.contains(&self.region_of_unit(named.units[*unit]));
        Some(left.iter().copied().filter(meant).collect())
    }

    fn idle_keys(&mut self, stage: &PipelineStage, at: &str) {
        if stage.zone_bake.is_some() && stage.what != StageKind::Zones {
            self.out.no_effect(&format!("{at}/zoneBake"), "`zoneBake` is used with `zones` only", "write `bake`");
        }
        if stage.at_once.is_some() && stage.what == StageKind::Zones {
            let hint = "leave `atOnce` out";
            self.out.no_effect(&format!("{at}/atOnce"), "`zones` changes one zone after the other", hint);
        }
    }

    /// Deployments that move traffic reach all of a service.
    fn whole_only(&mut self, stage: &PipelineStage, units: &[usize], named: &Named, at: &str) {
        if !matches!(stage.what, StageKind::OneBox | StageKind::Zones) {
            return;
        }
        for unit in units {
            let Unit::Service(service) = named.units[*unit] else { continue };
            if self.plan.services[service].deployment.strategy != plan::Strategy::Rolling {
                let message = format!("`{}` moves traffic between two full sets of tasks", named.names[*unit]);
                let hint = "write \"what\": \"units\" or \"everywhere\", or deploy the service with ROLLING";
                self.out.wrong_target(&format!("{at}/what"), message, hint);
            }
        }
    }

    /// A stage for each zone of each unit: with the last one the unit is done.
    fn zone_by_zone(&mut self, stage: &PipelineStage, units: &[usize], named: &Named, out: &mut Vec<Stage>) {
        for (row, unit) in units.iter().enumerate() {
            let zones = self.zones_of_unit(named.units[*unit]);
            for (place, zone) in zones.iter().enumerate() {
                let last = place + 1 == zones.len();
                let prefix = stage.name.clone().unwrap_or_else(|| named.names[*unit].clone());
                let reach = if last { Reach::Whole } else { Reach::Zone(*zone) };
                let ends = last && row + 1 == units.len();
                let zone_bake = stage.zone_bake.map_or(ZONE, |bake| bake.0);
                out.push(Stage {
                    name: format!("{prefix} {}", self.plan.zones[*zone].id),
                    moves: vec![Move { unit: *unit as u16, reach }],
                    at_once: 1,
                    bake: if ends { stage.bake.map_or(ZONES, |bake| bake.0) } else { zone_bake },
                    requests: stage.requests.unwrap_or(0),
                });
            }
        }
    }

    fn zones_of_unit(&self, unit: Unit) -> Vec<ZoneId> {
        match unit {
            Unit::Service(service) => self.plan.services[service].zones.clone(),
            Unit::Cell(cell) => {
                let zones = self.plan.cells[cell].zones.clone().map(ZoneId);
                zones.filter(|zone| !self.plan.zones[*zone].kind.away()).collect()
            }
        }
    }

    /// The stages that nobody wrote: one box, its unit zone by zone, then waves that double, of units of its Region and
    /// then of other Regions ([lib-safe-deployments]).
    fn usual(&self, named: &Named) -> Vec<PipelineStage> {
        let one_box = PipelineStage { requests: Some(REQUESTS), ..PipelineStage::new(StageKind::OneBox) };
        let mut stages = vec![one_box, PipelineStage::new(StageKind::Zones)];
        let regions = named.regions(&self.plan);
        let home = named.units.iter().filter(|unit| Some(&self.region_of_unit(**unit)) == regions.first()).count();
        let waves = doubling(home.saturating_sub(1)).map(|count| (StageKind::Units, count));
        let others = doubling(regions.len().saturating_sub(1)).map(|count| (StageKind::Regions, count));
        let wave = |(what, count)| PipelineStage { count: Some(count), ..PipelineStage::new(what) };
        stages.extend(waves.chain(others).map(wave));
        stages
    }

    fn region_of_unit(&self, unit: Unit) -> RegionId {
        self.plan.cells[self.plan.cell_of(unit)].region
    }

    fn stage(&self, stage: &PipelineStage, units: &[usize], named: &Named) -> Stage {
        let name = || match stage.what {
            StageKind::Everywhere => "everywhere".to_owned(),
            StageKind::Regions => {
                let regions = once(units.iter().map(|unit| self.region_of_unit(named.units[*unit])));
                let names: Vec<&str> = regions.iter().map(|region| self.plan.regions[*region].name.as_str()).collect();
                names.join(", ")
            }
            StageKind::OneBox => format!("one box of {}", list(units, named)),
            StageKind::Units | StageKind::Zones => list(units, named),
        };
        let (reach, at_once, bake) = match stage.what {
            StageKind::OneBox => (Reach::OneBox, 1, ONE_BOX),
            StageKind::Everywhere => (Reach::Whole, units.len(), Span::ZERO),
            StageKind::Units | StageKind::Regions | StageKind::Zones => (Reach::Whole, 1, UNITS),
        };
        Stage {
            name: stage.name.clone().unwrap_or_else(name),
            moves: units.iter().map(|unit| Move { unit: *unit as u16, reach }).collect(),
            at_once: stage.at_once.map_or(at_once, |count| count as usize),
            bake: stage.bake.map_or(bake, |bake| bake.0),
            requests: stage.requests.unwrap_or(0),
        }
    }

    fn hours(&mut self, written: &WorkingHours, at: &str) -> Option<Hours> {
        let mut days = [false; 7];
        match &written.days {
            Some(named) => named.iter().for_each(|day| days[*day as usize] = true),
            None => days[..5].fill(true),
        }
        let from = written.from.map_or(Span::from_secs(9 * 3_600), |from| from.0);
        let until = written.until.map_or(Span::from_secs(17 * 3_600), |until| until.0);
        if from >= until || until > DAY || !days.contains(&true) {
            let hint = "write \"from\": \"9h\", \"until\": \"17h\" and a day";
            self.out.out_of_range(at, "working hours need a day, and must begin before they end, within 24h", hint);
            return None;
        }
        Some(Hours { days, from, until })
    }

    fn fleet_alarms(&mut self, written: &Pipeline, named: &Named, at: &str) -> Vec<Watched> {
        let regions = named.regions(&self.plan);
        let found = placed(&written.alarms, at).filter_map(|(at, name)| self.watched_in(&regions, name, &at));
        found.map(|alarm| Watched { alarm, unit: None }).collect()
    }

    /// An alarm on each unit, or on what the new revision of each gets.
    fn unit_alarms(&mut self, of: &Change, alarm: &PipelineAlarm, named: &Named, new: bool, at: &str) -> Vec<Watched> {
        let Some(rule) = self.pipeline_rule(alarm, at) else { return Vec::new() };
        let mut found = Vec::new();
        for (place, unit) in named.units.iter().enumerate() {
            let (service, scope) = match *unit {
                Unit::Service(service) => (service, if new { Scope::New } else { Scope::Service }),
                Unit::Cell(cell) => {
                    // A cell without a service has nobody who could miss it.
                    let services = self.plan.cells[cell].services.clone();
                    let Some(first) = services.map(ServiceId).next() else { continue };
                    (first, Scope::Cell(cell, new))
                }
            };
            if matches!(unit, Unit::Service(_)) && !self.has_traffic(service, at) {
                return Vec::new();
            }
            let what = if new { "one box " } else { "" };
            let name = format!("{} {what}{}", of.name, named.names[place]);
            let Some(alarm) = self.own_alarm(name, service, scope, rule, at) else { return Vec::new() };
            found.push(Watched { alarm, unit: Some(place as u16) });
        }
        found
    }

    /// An alarm on all services of a change together, one in each Region.
    fn fleet_alarm(&mut self, change: &Change, written: &PipelineAlarm, named: &Named, at: &str) -> Vec<Watched> {
        let Some(rule) = self.pipeline_rule(written, at) else { return Vec::new() };
        if named.services().next().is_none() {
            let message = "`fleetAlarm` counts requests to services, and the change is of a control plane";
            self.out.wrong_target(at, message, "write `unitAlarm`");
            return Vec::new();
        }
        if !named.services().all(|service| self.has_traffic(service, at)) {
            return Vec::new();
        }
        let Some(place) = first(&self.index.changes, &change.name) else { return Vec::new() };
        let scope = Scope::Fleet(ChangeId(self.index.change_rows[place]));
        let regions = named.regions(&self.plan);
        let mut found = Vec::new();
        for region in &regions {
            let mut services = named.services();
            let Some(first) = services.find(|service| self.plan.region_of(*service) == *region) else { continue };
            let name = match regions.len() {
                1 => format!("{} fleet", change.name),
                _ => format!("{} fleet {}", change.name, self.plan.regions[*region].name),
            };
            let alarm = self.own_alarm(name, first, scope, rule, at);
            found.extend(alarm.map(|alarm| Watched { alarm, unit: None }));
        }
        found
    }

    /// An alarm that a pipeline has made for itself.
    fn own_alarm(&mut self, name: String, service: ServiceId, scope: Scope, rule: Rule, at: &str) -> Option<AlarmId> {
        if self.names.alarms.contains_key(&name) {
            self.out.duplicate(Noun::Alarm, &name, at);
            return None;
        }
        let on = OnMetric { metric: Metric::ErrorRate, scope, rule, delay: Span::ZERO };
        Some(self.add_alarm(plan::Alarm { name, service, watches: Watches::Metric(on) }))
    }

    fn pipeline_rule(&mut self, written: &PipelineAlarm, at: &str) -> Option<Rule> {
        if !self.out.within(written.threshold, 0.0..1.0, &format!("{at}/threshold")) {
            return None;
        }
        let all = written.evaluation_periods.unwrap_or(3);
        let most = written.datapoints_to_alarm.unwrap_or(all);
        let period = written.period.unwrap_or(60);
        let sound = self.out.within(all, 1..=1_440, &format!("{at}/evaluationPeriods"))
            && self.out.within(most, 1..=all, &format!("{at}/datapointsToAlarm"))
            && self.out.within(period, 10..=3_600, &format!("{at}/period"));
        sound.then(|| Rule {
            statistic: Statistic::Sum,
            period: Span::from_secs(u64::from(period)),
            evaluation_periods: all,
            datapoints_to_alarm: most,
            threshold: libm::round(written.threshold * 1e9) as i128,
            comparison: Comparison::Greater,
            missing: MissingData::NotBreaching,
        })
    }
}

impl PipelineStage {
    fn new(what: StageKind) -> PipelineStage {
        PipelineStage {
            what,
            name: None,
            count: None,
            at_once: None,
            bake: None,
            zone_bake: None,
            requests: None,
            units: Vec::new(),
        }
    }
}

/// 1, 2, 4 ... until all of them are taken.
fn doubling(mut left: usize) -> impl Iterator<Item = u32> {
    let mut wave = 1;
    std::iter::from_fn(move || {
        let count = wave.min(left);
        (left, wave) = (left - count, wave * 2);
        (count > 0).then_some(count as u32)
    })
}

/// `cell-2`, `cell-2 to cell-5`, or the first of several and how many more.
fn list(units: &[usize], named: &Named) -> String {
    let in_a_row = units.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let name = |unit: Option<&usize>| unit.map_or("", |unit| named.names[*unit].as_str());
    match units.len() {
        0 | 1 => name(units.first()).to_owned(),
        count if !in_a_row => format!("{} and {} more", name(units.first()), count - 1),
        2 => format!("{} and {}", name(units.first()), name(units.last())),
        _ => format!("{} to {}", name(units.first()), name(units.last())),
    }
}
