//! What a change is to reach, and the pipeline that takes it there.

use super::Build;
use crate::engine::Span;
use crate::model::ids::{AlarmId, RegionId, ServiceId};
use crate::model::plan::{
    self, Comparison, Hours, Metric, MissingData, Move, OnMetric, Reach, Rule, Scope, Stage, Statistic, Unit, Watched,
    Watches,
};
use crate::model::problem::{Problems, nearest};
use crate::scenario::file::{Change, Pipeline, PipelineAlarm, PipelineStage, StageKind, Weekday, WorkingHours};

/// Bakes that nobody wrote (domain sheet, section 5.4).
const ONE_BOX: Span = Span::from_secs(3_600);
const ZONES: Span = Span::from_secs(12 * 3_600);
const UNITS: Span = Span::from_secs(4 * 3_600);
/// After each zone but the last (domain sheet, section 2.10: zonal deployment of AWS CodeDeploy).
const ZONE: Span = Span::from_secs(1_800);
/// Requests that have to be seen of one box (domain sheet, section 5.4).
const REQUESTS: u64 = 100;
const DAY: Span = Span::from_secs(86_400);

/// Units of a change with the names that stages call them by.
pub(super) struct Named {
    pub(super) units: Vec<Unit>,
    pub(super) what: String,
    names: Vec<String>,
    region: Option<RegionId>,
}

impl Named {
    pub(super) fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.units.iter().filter_map(|unit| match unit {
            Unit::Service(service) => Some(*service),
            Unit::Cell(_) => None,
        })
    }

    /// The place of a unit; a problem with the way out otherwise.
    pub(super) fn find(&self, name: &str, at: &str, out: &mut Problems) -> Option<usize> {
        let found = self.names.iter().position(|known| known == name);
        if found.is_none() {
            let known = || self.names.iter().map(String::as_str);
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the change reaches: {}", known().take(8).collect::<Vec<_>>().join(", ")),
            };
            out.error(at, format!("the change has no unit that is called `{name}`"), hint);
        }
        found
    }
}

impl Build<'_> {
    /// What a change is to reach.
    pub(super) fn units(&mut self, written: &Change, at: &str) -> Option<Named> {
        let keys = [written.service.is_some(), !written.services.is_empty(), written.cellular_application.is_some()];
        if keys.iter().filter(|key| **key).count() != 1 {
            let several = keys.contains(&true);
            let message = if several { "a change has one thing to change" } else { "nothing says what is changed" };
            self.out.error(at, message, "write one of `service`, `services` and `cellularApplication`");
            return None;
        }
        if let Some(name) = &written.service {
            let service = self.names.service(name, &format!("{at}/service"), self.out)?;
            self.deployable(service, written.feature_flag.is_some(), &format!("{at}/service"))?;
            let what = self.plan.services[service].name.clone();
            let region = Some(self.plan.region_of(service));
            return Some(Named { units: vec![Unit::Service(service)], names: vec![what.clone()], what, region });
        }
        if let Some(name) = &written.cellular_application {
            return self.cells_of(name, &format!("{at}/cellularApplication"));
        }
        self.several(&written.services, &format!("{at}/services"))
    }

    fn cells_of(&mut self, name: &str, at: &str) -> Option<Named> {
        let Some(application) = self.plan.application.as_ref().filter(|one| one.name == name) else {
            if let Some(written) = &self.scenario.cellular_application
                && written.name == name
            {
                // Why it was refused is told where it stands.
                return None;
            }
            let hint = match &self.scenario.cellular_application {
                Some(written) => format!("did you mean `{}`?", written.name),
                None => "write the application to `cellularApplication`".to_owned(),
            };
            self.out.error(at, format!("no cellular application is called `{name}`"), hint);
            return None;
        };
        let cells: Vec<ServiceId> = application.cells[..usize::from(application.first)].to_vec();
        let router = application.router;
        for service in &cells {
            self.deployable(*service, false, at)?;
        }
        let names = (1..=cells.len()).map(|place| format!("cell-{place}")).collect();
        let what = format!("{name}, {} cells", cells.len());
        let units = cells.into_iter().map(Unit::Service).collect();
        Some(Named { units, what, names, region: Some(self.plan.region_of(router)) })
    }

    fn several(&mut self, written: &[String], at: &str) -> Option<Named> {
        let mut named = Named { units: Vec::new(), what: String::new(), names: Vec::new(), region: None };
        for (place, name) in written.iter().enumerate() {
            let at = format!("{at}/{place}");
            let Some(service) = self.names.service(name, &at, self.out) else { continue };
            if self.deployable(service, false, &at).is_none() {
                continue;
            }
            let region = self.plan.region_of(service);
            if *named.region.get_or_insert(region) != region {
                let hint = "write a change for each Region, one after the other";
                self.out.error(&at, "the services of one change lie in one Region", hint);
            }
            if named.units.contains(&Unit::Service(service)) {
                self.out.error(&at, format!("`{name}` stands there twice"), "leave one of them out");
            }
            named.names.push(self.plan.services[service].name.clone());
            named.units.push(Unit::Service(service));
        }
        named.what = format!("{} and {} more", named.names.first()?, named.names.len() - 1);
        (named.units.len() == written.len()).then_some(named)
    }

    /// The pipeline of a change; `Some(None)`: it needs none.
    #[expect(clippy::option_option, reason = "not needed is not the same as not understood")]
    pub(super) fn pipeline(&mut self, change: &Change, named: &Named, at: &str) -> Option<Option<plan::Pipeline>> {
        let Some(written) = &change.pipeline else {
            let everywhere = PipelineStage::everywhere();
            return Some((named.units.len() > 1).then(|| plan::Pipeline {
                stages: self.stages(std::slice::from_ref(&everywhere), named, at).unwrap_or_default(),
                during_faults: true,
                ..plan::Pipeline::default()
            }));
        };
        let at = format!("{at}/pipeline");
        let stages = if written.stages.is_empty() {
            self.stages(&usual(named.units.len()), named, &at)
        } else {
            self.stages(&written.stages, named, &format!("{at}/stages"))
        };
        let hours = written.working_hours.as_ref().map(|hours| self.hours(hours, &format!("{at}/workingHours")));
        let mut alarms = self.fleet_alarms(written, named, &format!("{at}/alarms"));
        if let Some(alarm) = &written.unit_alarm {
            alarms.extend(self.unit_alarms(change, alarm, named, &format!("{at}/unitAlarm")));
        }
        if alarms.is_empty() && change.found.is_none() && change.defect.is_some() {
            let message = "nothing watches this pipeline: only what ECS itself finds stops it";
            self.out.warning(&at, message, "write `unitAlarm`, `alarms` or `found`");
        }
        if hours == Some(None) {
            return None;
        }
        Some(Some(plan::Pipeline {
            stages: stages?,
            hours: hours.flatten(),
            during_faults: written.during_faults,
            alarms,
        }))
    }

    /// Stages as lists of moves.
    fn stages(&mut self, written: &[PipelineStage], named: &Named, at: &str) -> Option<Vec<Stage>> {
        let mut left: Vec<usize> = (0..named.units.len()).collect();
        let mut stages = Vec::new();
        for (place, stage) in written.iter().enumerate() {
            let at = format!("{at}/{place}");
            let units = self.named_units(stage, named, &left, &at)?;
            self.idle_keys(stage, &at);
            match stage.what {
                StageKind::OneBox => stages.push(one_box(stage, &units, named)),
                StageKind::Zones => self.zone_by_zone(stage, &units, named, &mut stages),
                StageKind::Units | StageKind::Everywhere => stages.push(whole(stage, &units, named)),
            }
            if stage.what != StageKind::OneBox {
                left.retain(|unit| !units.contains(unit));
            }
        }
        if let Some(first) = left.first() {
            let message = format!("no stage changes {} of the units, such as `{}`", left.len(), named.names[*first]);
            self.out.error(at, message, "add a stage at the end: {\"what\": \"everywhere\"}");
            return None;
        }
        Some(stages)
    }

    /// The units that a stage names, or the next ones.
    fn named_units(&mut self, stage: &PipelineStage, named: &Named, left: &[usize], at: &str) -> Option<Vec<usize>> {
        if stage.count == Some(0) || (stage.count.is_some() && !stage.units.is_empty()) {
            self.out.error(
                &format!("{at}/count"),
                "a stage names units, or says how many",
                "keep one of them, 1 or more",
            );
            return None;
        }
        if stage.at_once == Some(0) {
            self.out.error(&format!("{at}/atOnce"), "nothing is changed 0 at a time", "write 1 or more");
            return None;
        }
        let mut units = Vec::new();
        for (place, name) in stage.units.iter().enumerate() {
            let unit = named.find(name, &format!("{at}/units/{place}"), self.out)?;
            if !left.contains(&unit) {
                let message = format!("`{name}` has been changed by an earlier stage");
                self.out.error(&format!("{at}/units/{place}"), message, "leave it out here or there");
                return None;
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
                self.out.error(at, message, "write a smaller `count`, or leave the stage out");
                return None;
            }
        }
        if units.is_empty() {
            self.out.error(at, "the stage changes nothing: no unit is left", "leave it out");
            return None;
        }
        Some(units)
    }

    fn idle_keys(&mut self, stage: &PipelineStage, at: &str) {
        if stage.zone_bake.is_some() && stage.what != StageKind::Zones {
            self.out.warning(&format!("{at}/zoneBake"), "`zoneBake` is used with `zones` only", "write `bake`");
        }
        if stage.at_once.is_some() && stage.what == StageKind::Zones {
            self.out.warning(&format!("{at}/atOnce"), "`zones` changes one zone after the other", "leave `atOnce` out");
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

    fn zones_of_unit(&self, unit: Unit) -> Vec<crate::model::ids::ZoneId> {
        match unit {
            Unit::Service(service) => self.plan.services[service].zones.clone(),
            Unit::Cell(cell) => {
                let zones = self.plan.cells[cell].zones.clone().map(crate::model::ids::ZoneId);
                zones.filter(|zone| !self.plan.zones[*zone].kind.away()).collect()
            }
        }
    }

    fn hours(&mut self, written: &WorkingHours, at: &str) -> Option<Hours> {
        let mut days = [false; 7];
        match &written.days {
            Some(named) => named.iter().for_each(|day| days[weekday(*day)] = true),
            None => days[..5].fill(true),
        }
        let from = written.from.map_or(Span::from_secs(9 * 3_600), |from| from.0);
        let until = written.until.map_or(Span::from_secs(17 * 3_600), |until| until.0);
        if from >= until || until > DAY || !days.contains(&true) {
            self.out.error(
                at,
                "there are no such working hours",
                "write \"from\": \"9h\", \"until\": \"17h\" and a day",
            );
            return None;
        }
        Some(Hours { days, from, until })
    }

    fn fleet_alarms(&mut self, written: &Pipeline, named: &Named, at: &str) -> Vec<Watched> {
        let mut found = Vec::new();
        for (place, name) in written.alarms.iter().enumerate() {
            let Some(service) = named.services().next() else { continue };
            if let Some(alarm) = self.watched(service, name, &format!("{at}/{place}")) {
                found.push(Watched { alarm, unit: None });
            }
        }
        found
    }

    /// An alarm on each unit.
    fn unit_alarms(&mut self, change: &Change, written: &PipelineAlarm, named: &Named, at: &str) -> Vec<Watched> {
        let Some(rule) = self.pipeline_rule(written, at) else { return Vec::new() };
        let mut found = Vec::new();
        for (place, unit) in named.units.iter().enumerate() {
            let Unit::Service(service) = *unit else { continue };
            if self.plan.services[service].traffic.is_none() {
                let message = format!("`{}` has no traffic that could fail", named.names[place]);
                self.out.error(at, message, "add it to `traffic`, or leave `unitAlarm` out");
                return Vec::new();
            }
            let name = format!("{} {}", change.name, named.names[place]);
            if let Some(known) = self.plan.alarms.iter().find(|alarm| alarm.name == name) {
                let hint = format!("call the alarm, or the change, something else than `{}`", known.name);
                self.out.error(at, format!("an alarm is called `{name}` already"), hint);
                return Vec::new();
            }
            let on = OnMetric { metric: Metric::ErrorRate, scope: Scope::Service, rule, delay: Span::ZERO };
            let alarm = plan::Alarm { name, service, watches: Watches::Metric(on) };
            let alarm: AlarmId = self.plan.alarms.push(alarm);
            found.push(Watched { alarm, unit: Some(place as u16) });
        }
        found
    }

    fn pipeline_rule(&mut self, written: &PipelineAlarm, at: &str) -> Option<Rule> {
        if !(0.0..1.0).contains(&written.threshold) {
            let message = format!("`{}` is no share that can be exceeded", written.threshold);
            self.out.error(&format!("{at}/threshold"), message, "write 0 or more and less than 1, such as 0.01");
            return None;
        }
        let all = written.evaluation_periods.unwrap_or(3);
        let most = written.datapoints_to_alarm.unwrap_or(all);
        let period = written.period.unwrap_or(60);
        let sound = self.within(all, 1..=1_440, "periods", &format!("{at}/evaluationPeriods"))
            && self.within(most, 1..=all, "datapoints", &format!("{at}/datapointsToAlarm"))
            && self.within(period, 10..=3_600, "seconds of a period", &format!("{at}/period"));
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

    fn everywhere() -> PipelineStage {
        PipelineStage::new(StageKind::Everywhere)
    }
}

/// The stages that nobody wrote: one box, its unit zone by zone, then waves that double (domain sheet, section 5.4).
fn usual(units: usize) -> Vec<PipelineStage> {
    let one_box = PipelineStage { requests: Some(REQUESTS), ..PipelineStage::new(StageKind::OneBox) };
    let mut stages = vec![one_box, PipelineStage::new(StageKind::Zones)];
    let (mut left, mut wave) = (units.saturating_sub(1), 1);
    while left > 0 {
        let count = wave.min(left);
        stages.push(PipelineStage { count: Some(count as u32), ..PipelineStage::new(StageKind::Units) });
        (left, wave) = (left - count, wave * 2);
    }
    stages
}

fn one_box(stage: &PipelineStage, units: &[usize], named: &Named) -> Stage {
    Stage {
        name: stage.name.clone().unwrap_or_else(|| format!("one box of {}", list(units, named))),
        moves: units.iter().map(|unit| Move { unit: *unit as u16, reach: Reach::OneBox }).collect(),
        at_once: stage.at_once.unwrap_or(1) as usize,
        bake: stage.bake.map_or(ONE_BOX, |bake| bake.0),
        requests: stage.requests.unwrap_or(0),
    }
}

fn whole(stage: &PipelineStage, units: &[usize], named: &Named) -> Stage {
    let everywhere = stage.what == StageKind::Everywhere;
    let name = || if everywhere { "everywhere".to_owned() } else { list(units, named) };
    Stage {
        name: stage.name.clone().unwrap_or_else(name),
        moves: units.iter().map(|unit| Move { unit: *unit as u16, reach: Reach::Whole }).collect(),
        at_once: stage.at_once.map_or(if everywhere { units.len() } else { 1 }, |count| count as usize),
        bake: stage.bake.map_or(if everywhere { Span::ZERO } else { UNITS }, |bake| bake.0),
        requests: stage.requests.unwrap_or(0),
    }
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

const fn weekday(day: Weekday) -> usize {
    match day {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}
