//! Rows of the changes in the summary.

use super::changes::{Measure, Outcome};
use super::ledger::REQUEST;
use super::measured::Measured;
use super::summarise::{Runs, share};
use super::summary::{ChangeRow, StageRow};
use crate::engine::Time;
use crate::engine::index::Id;
use crate::model::fact::{ChangeStep, PipelineStep};
use crate::model::ids::ChangeId;
use crate::model::plan::Pipeline;
use std::collections::BTreeMap;

/// Stages of a rolling deployment: name, the step that begins it, and those that end it.
const STAGES: [(&str, ChangeStep, &[ChangeStep]); 3] = [
    (
        "rolling",
        ChangeStep::Began,
        &[ChangeStep::Bakes, ChangeStep::Completed, ChangeStep::Failed, ChangeStep::Superseded],
    ),
    ("bake", ChangeStep::Bakes, &[ChangeStep::Completed, ChangeStep::Failed, ChangeStep::Superseded]),
    ("rollback", ChangeStep::Back, &[ChangeStep::RolledBack, ChangeStep::Superseded]),
];

impl Runs<'_> {
    /// Rows of the changes, in the order of the file.
    pub fn changes(&self) -> Vec<ChangeRow> {
        self.plan.changes.ids().map(|id| self.change(id)).collect()
    }

    fn change(&self, id: ChangeId) -> ChangeRow {
        let row = &self.plan.changes[id];
        let of = |run: &Measured| find(run, id).cloned();
        let between = |run: &Measured, from: ChangeStep, to: ChangeStep| {
            let row = find(run, id)?;
            Some(row.at(to)?.since(row.at(from)?).as_secs_f64())
        };
        let outcome = |run: &Measured| find(run, id).map_or(Outcome::Unfinished, Measure::outcome);
        let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
        self.all.iter().for_each(|run| *counts.entry(outcome(run)).or_default() += 1);
        let most = counts.iter().max_by_key(|(outcome, count)| (**count, std::cmp::Reverse(**outcome)));
        let stages = match &row.pipeline {
            None => STAGES.iter().filter_map(|stage| self.stage(id, stage)).collect(),
            Some(pipeline) => self.pipeline_stages(id, pipeline),
        };
        ChangeRow {
            name: row.name.clone(),
            service: row.what.clone(),
            outcome: most.map_or(Outcome::Unfinished, |(outcome, _)| *outcome).name().to_owned(),
            outcomes: counts
                .keys()
                .map(|one| (one.name().to_owned(), self.each(|run| f64::from(u8::from(outcome(run) == *one)))))
                .collect(),
            begin_seconds: self.maybe(|run| Some(of(run)?.at(ChangeStep::Began)?.as_secs_f64())),
            end_seconds: self.maybe(|run| {
                let ends = [ChangeStep::Completed, ChangeStep::RolledBack, ChangeStep::Stalled, ChangeStep::Superseded];
                let row = of(run)?;
                ends.iter().filter_map(|step| row.at(*step)).min().map(Time::as_secs_f64)
            }),
            stages,
            exposed_requests: self.each(|run| of(run).map_or(0.0, |row| row.exposed as f64 / REQUEST)),
            exposed_share: self
                .maybe(|run| {
                    let all: u128 = row.services().map(|service| run.services[service.row()].ledger.offered).sum();
                    (all > 0).then(|| of(run).map_or(0.0, |row| row.exposed as f64 / all as f64))
                })
                .map(share),
            reached_share: self.each(|run| of(run).map_or(0.0, |row| f64::from(row.reached) / 1e6)),
            detect_seconds: self.maybe(|run| between(run, ChangeStep::Began, ChangeStep::Failed)),
            rollback_seconds: self.maybe(|run| between(run, ChangeStep::Back, ChangeStep::RolledBack)),
        }
    }

    /// Stages of a pipeline that began, and its way back.
    fn pipeline_stages(&self, id: ChangeId, pipeline: &Pipeline) -> Vec<StageRow> {
        const ENDS: [PipelineStep; 3] = [PipelineStep::Passed, PipelineStep::Failed, PipelineStep::Superseded];
        let step = |run: &Measured, stage: usize, what: &[PipelineStep]| {
            let steps = &find(run, id)?.stages;
            let is_it = |row: &&(u16, PipelineStep, Time)| usize::from(row.0) == stage && what.contains(&row.1);
            steps.iter().find(is_it).map(|row| (row.2, row.1))
        };
        let mut rows = Vec::new();
        for (number, stage) in pipeline.stages.iter().enumerate() {
            let at = |run: &Measured, what| step(run, number, what).map(|(at, _)| at.as_secs_f64());
            let begin = self.maybe(|run| at(run, &[PipelineStep::Stage]));
            let first = self.all.iter().find_map(|run| step(run, number, &ENDS));
            rows.extend(begin.map(|begin| {
                StageRow {
                    stage: stage.name.clone(),
                    begin_seconds: Some(begin),
                    end_seconds: self.maybe(|run| at(run, &ENDS)),
                    outcome: match first.map(|(_, what)| what) {
                        Some(PipelineStep::Passed) => "completed",
                        Some(PipelineStep::Failed) => "failed",
                        Some(_) => "superseded",
                        None => "unfinished",
                    }
                    .to_owned(),
                }
            }));
        }
        let (name, from, to) = STAGES[2];
        rows.extend(self.stage(id, &(name, from, to)));
        rows
    }

    fn stage(&self, id: ChangeId, stage: &(&str, ChangeStep, &[ChangeStep])) -> Option<StageRow> {
        let (name, from, to) = stage;
        let begin = self.maybe(|run| Some(find(run, id)?.at(*from)?.as_secs_f64()))?;
        let end = |run: &Measured| {
            let row = find(run, id)?;
            row.at(*from)?;
            to.iter().filter_map(|step| Some((row.at(*step)?, *step))).min()
        };
        let first = self.all.iter().find_map(end);
        Some(StageRow {
            stage: (*name).to_owned(),
            begin_seconds: Some(begin),
            end_seconds: self.maybe(|run| end(run).map(|(at, _)| at.as_secs_f64())),
            outcome: match first.map(|(_, step)| step) {
                Some(ChangeStep::Failed) => "failed",
                Some(ChangeStep::Superseded) => "superseded",
                Some(_) => "completed",
                None => "unfinished",
            }
            .to_owned(),
        })
    }
}

fn find(run: &Measured, id: ChangeId) -> Option<&Measure> {
    let place = run.changes.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.changes[place].1)
}
