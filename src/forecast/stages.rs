//! What follows from a plan for the stages of its changes: what each changes, when it begins at the earliest, and what
//! watches by then.

use crate::engine::{Span, Time};
use crate::model::Plan;
use crate::model::ids::{ChangeId, RegionId};
use crate::model::plan::{Change, Move, Pipeline, Reach, Stage};
use std::collections::BTreeSet;

/// A stage of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRow {
    pub change: String,
    pub stage: String,
    /// What it changes, in words.
    pub what: String,
    /// When it may begin if nothing stops it and replacing tasks takes no time: from 0, or from the begin of its change
    /// where that comes `again` and again.
    pub begin: Span,
    /// Whether the change comes again and again.
    pub again: bool,
    /// How long it is watched.
    pub bake: Span,
    /// How many requests the new revision has to get meanwhile.
    pub requests: u64,
    /// Alarms that count by then; empty without any.
    pub watched: Vec<String>,
}

/// Every stage, in the order of the file.
pub fn derived(plan: &Plan) -> Vec<StageRow> {
    let staged = plan.changes_in_order().filter_map(|id: ChangeId| {
        let change = &plan.changes[id];
        Some((change, change.pipeline.as_ref()?))
    });
    staged.flat_map(|(change, pipeline)| stages(plan, change, pipeline)).collect()
}

fn stages(plan: &Plan, change: &Change, pipeline: &Pipeline) -> Vec<StageRow> {
    let mut now: Time = change.at;
    let mut reached = vec![false; change.units.len()];
    let row = |stage: &Stage| {
        now += pipeline.hours.map_or(Span::ZERO, |hours| hours.wait(now, plan.starts_at));
        let begin = now;
        now += stage.bake;
        let what = what(plan, change, stage, &reached);
        stage.moves.iter().for_each(|one| reached[usize::from(one.unit)] = true);
        let counts = |unit: Option<u16>| unit.is_none_or(|unit| reached[usize::from(unit)]);
        let watched = pipeline.alarms.iter().filter(|watched| counts(watched.unit));
        StageRow {
            change: change.name.clone(),
            stage: stage.name.clone(),
            what,
            begin: Span(begin.0),
            again: change.every.is_some(),
            bake: stage.bake,
            requests: stage.requests,
            watched: watched.map(|watched| plan.alarms[watched.alarm].name.clone()).collect(),
        }
    };
    pipeline.stages.iter().map(row).collect()
}

fn what(plan: &Plan, change: &Change, stage: &Stage, reached: &[bool]) -> String {
    let [one] = &stage.moves[..] else {
        let region = |one: &Move| plan.cells[plan.cell_of(change.units[usize::from(one.unit)])].region;
        let all: Vec<RegionId> = stage.moves.iter().map(region).collect();
        let regions: BTreeSet<RegionId> = all.iter().copied().collect();
        let most = regions.iter().map(|of| all.iter().filter(|region| *region == of).count());
        let (count, at_once) = (stage.moves.len(), stage.at_once);
        let turns = match at_once {
            _ if most.max() <= Some(at_once) => "at once".to_owned(),
            1 => "one after the other".to_owned(),
            some => format!("{some} at a time"),
        };
        return match regions.len() {
            1 if turns == "at once" => format!("{count} units at once"),
            1 => format!("{count} units, {turns}"),
            several if several == count => format!("{count} units, each in a Region, at once"),
            several => format!("{count} units in {several} Regions side by side, in each {turns}"),
        };
    };
    let unit = usize::from(one.unit);
    let name = change.units[unit].name(plan);
    match one.reach {
        Reach::OneBox => format!("a single task of {name}"),
        Reach::Zone(zone) => format!("{} of {name}", plan.zones[zone].id),
        Reach::Whole if reached[unit] => format!("the rest of {name}"),
        Reach::Whole => name,
    }
}
