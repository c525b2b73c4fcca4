//! What a picture tells of a change with a pipeline: its stages as they went, which units each of them changes, and
//! what stopped it.

use super::change_series::{Mark, together};
use super::changes::Measure;
use super::series::IN_ALARM;
use super::timeline::Series;
use crate::engine::Time;
use crate::model::fact::PipelineStep;
use crate::model::ids::{ChangeId, ZoneId};
use crate::model::plan::{Change, Pipeline, Plan, Reach, Unit};

/// A change with a pipeline that was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StagedChange {
    pub name: String,
    /// How often it came; all else tells of the first.
    pub times: u32,
    /// Names of its units: "cluster/name" of a service, "region/cell" of a cell of the control plane.
    pub units: Vec<String>,
    /// All its stages, begun or not.
    pub stages: Vec<StageRun>,
    /// When the next stage had to wait.
    pub waits: Vec<(Time, Option<Time>)>,
    /// When it failed, and when all was back.
    pub back: Option<(Time, Option<Time>)>,
    /// When it was completed, all was back, or a later change took its place.
    pub over: Option<Time>,
    /// When a later change took its place.
    pub superseded: Option<Time>,
    /// Alarms of units that rang while it went on: when, and the place of the unit.
    pub rings: Vec<(Time, usize)>,
    /// What happened, in order of time, one mark for each instant.
    pub marks: Vec<Mark>,
}

impl StagedChange {
    /// Its name, and which occurrence it is of several.
    pub fn title(&self) -> String {
        if self.times > 1 { format!("{}, the first of {}", self.name, self.times) } else { self.name.clone() }
    }
}

/// A stage as it went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StageRun {
    /// What it changes: places of units, and which part of each.
    pub moves: Vec<(usize, Part)>,
    /// How many of these at a time.
    pub at_once: usize,
    pub begin: Option<Time>,
    pub bakes: Option<Time>,
    /// When it was over: passed, failed, or superseded.
    pub end: Option<Time>,
}

/// A part of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A single task, or worker.
    OneBox,
    /// What is in this zone.
    Zone(String),
    /// All, or all that is left.
    Whole,
}

/// How the changes with a pipeline went on, in the order of the file.
pub(super) fn told(plan: &Plan, changes: &[(ChangeId, Measure)], series: &[Series]) -> Vec<StagedChange> {
    let row = |id: ChangeId| {
        let change = &plan.changes[id];
        let pipeline = change.pipeline.as_ref()?;
        let place = changes.binary_search_by_key(&id, |row| row.0).ok()?;
        let measure = &changes[place].1;
        (!measure.stages.is_empty()).then(|| staged(plan, change, pipeline, measure, series))
    };
    plan.changes_in_order().filter_map(row).collect()
}

fn staged(plan: &Plan, change: &Change, pipeline: &Pipeline, of: &Measure, series: &[Series]) -> StagedChange {
    let steps = &of.stages;
    let at = |what| steps.iter().find(|step| step.1 == what).map(|step| step.2);
    let ends = [PipelineStep::Completed, PipelineStep::RolledBack, PipelineStep::Superseded];
    let over = ends.into_iter().find_map(at);
    let span = (steps[0].2, over.unwrap_or(plan.end()));
    let rings = rings(plan, pipeline, span, series);
    let alarms = rings.chunk_by(|a, b| a.0 == b.0).map(|same| {
        let label = if let [(_, name, _)] = same { format!("alarm {name}") } else { format!("{} alarms", same.len()) };
        Mark { at: same[0].0, label, bad: true }
    });
    let words = steps.iter().filter_map(|(stage, what, at)| {
        let (words, bad) = match what {
            PipelineStep::Stage if *stage == 0 => ("begins", false),
            PipelineStep::Failed => ("fails, goes back", true),
            PipelineStep::Completed => ("completed", false),
            PipelineStep::RolledBack => ("rolled back", false),
            PipelineStep::Superseded => ("superseded", false),
            _ => return None,
        };
        Some(Mark { at: *at, label: words.to_owned(), bad })
    });
    StagedChange {
        name: change.name.clone(),
        times: of.tally().begun,
        units: change.units.iter().map(|unit| unit.name(plan)).collect(),
        stages: runs(plan, change, pipeline, of),
        waits: waits(steps),
        back: at(PipelineStep::Failed).map(|from| (from, at(PipelineStep::RolledBack))),
        over,
        superseded: at(PipelineStep::Superseded),
        marks: together(alarms.chain(words).collect()),
        rings: rings.into_iter().filter_map(|(at, _, unit)| Some((at, usize::from(unit?)))).collect(),
    }
}

fn runs(plan: &Plan, change: &Change, pipeline: &Pipeline, of: &Measure) -> Vec<StageRun> {
    // Zones of each unit that no stage so far has changed.
    let mut left: Vec<Vec<ZoneId>> = change.units.iter().map(|unit| zones(plan, *unit)).collect();
    let mut by_zone = vec![false; left.len()];
    let stages = pipeline.stages.iter().enumerate().map(|(number, stage)| {
        let at = |what: &[PipelineStep]| of.in_stage(number, what).map(|step| step.0);
        let moves = stage.moves.iter().map(|one| {
            let unit = usize::from(one.unit);
            let part = match one.reach {
                Reach::OneBox => Part::OneBox,
                Reach::Zone(zone) => {
                    by_zone[unit] = true;
                    left[unit].retain(|other| *other != zone);
                    Part::Zone(plan.zones[zone].id.clone())
                }
                // The last zone of a unit makes it whole.
                Reach::Whole => match &left[unit][..] {
                    [last] if by_zone[unit] => Part::Zone(plan.zones[*last].id.clone()),
                    _ => Part::Whole,
                },
            };
            (unit, part)
        });
        StageRun {
            moves: moves.collect(),
            at_once: stage.at_once,
            begin: at(&[PipelineStep::Stage]),
            bakes: at(&[PipelineStep::Bakes]),
            end: at(&[PipelineStep::Passed, PipelineStep::Failed, PipelineStep::Superseded]),
        }
    });
    stages.collect()
}

fn zones(plan: &Plan, unit: Unit) -> Vec<ZoneId> {
    match unit {
        Unit::Service(service) => plan.services[service].zones.clone(),
        Unit::Cell(cell) => {
            let all = plan.cells[cell].zones.clone().map(ZoneId);
            all.filter(|zone| !plan.zones[*zone].kind.away()).collect()
        }
    }
}

/// From each time at which a stage could not begin until the next step.
fn waits(steps: &[(u16, PipelineStep, Time)]) -> Vec<(Time, Option<Time>)> {
    let ends = steps.iter().skip(1).map(|step| Some(step.2)).chain([None]);
    let spells = steps.iter().zip(ends).filter(|(step, _)| step.1 == PipelineStep::Blocked);
    spells.map(|(step, end)| (step.2, end)).collect()
}

/// Alarms that the pipeline watches and that ring meanwhile: when, which, and whose.
fn rings(
    plan: &Plan,
    pipeline: &Pipeline,
    (from, until): (Time, Time),
    series: &[Series],
) -> Vec<(Time, String, Option<u16>)> {
    let mut found = Vec::new();
    for watched in &pipeline.alarms {
        let alarm = &plan.alarms[watched.alarm];
        let subject = &plan.services[alarm.service].name;
        let is_it = |one: &&Series| one.name == IN_ALARM && one.part == alarm.name && one.subject == *subject;
        let points = series.iter().filter(is_it).flat_map(|one| &one.points);
        let rings = points.filter(|(at, on)| *on > 0.0 && (from..=until).contains(at));
        found.extend(rings.map(|(at, _)| (*at, alarm.name.clone(), watched.unit)));
    }
    found.sort();
    found
}
