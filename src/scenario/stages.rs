//! What follows from a plan for the stages of its changes: what each changes, when it begins at the earliest, and what
//! watches by then.

use crate::engine::{Span, Time};
use crate::model::Plan;
use crate::model::ids::ChangeId;
use crate::model::plan::{Change, Pipeline, Reach, Stage};

/// A stage of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct StageRow {
    /// Name of the change.
    pub change: String,
    /// Its own.
    pub stage: String,
    /// What it changes, in words.
    pub what: String,
    /// When it may begin if nothing stops it and replacing tasks takes no time: from 0, or from the begin of its change where
    /// that comes `again` and again.
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
    let staged = plan.changes.ids().filter_map(|id: ChangeId| {
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
        let (count, at_once) = (stage.moves.len(), stage.at_once);
        return match at_once {
            1 => format!("{count} units, one after the other"),
            some if some < count => format!("{count} units, {some} at a time"),
            _ => format!("{count} units at once"),
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
