//! Rows of the changes in the summary.

use super::changes::{Measure, Outcome};
use super::ledger::REQUEST;
use super::measured::Measured;
use super::summarise::{Runs, share};
use super::summary::{ChangeRow, StageRow};
use super::turns::Tally;
use crate::engine::Time;
use crate::engine::index::Id;
use crate::model::fact::{ChangeStep, Lifecycle, PipelineStep};
use crate::model::ids::{ChangeId, ServiceId};
use crate::model::plan::{Pipeline, Strategy, Unit, WHOLE};
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
        self.plan.changes_in_order().map(|id| self.change(id)).collect()
    }

    fn change(&self, id: ChangeId) -> ChangeRow {
        let row = &self.plan.changes[id];
        let of = |run: &Measured| find(run, id).cloned();
        // A change that comes once and was never asked for is an unfinished one.
        let never = || if row.every.is_some() { Tally::default() } else { Tally::of(&[]) };
        let tally = |run: &Measured| find(run, id).map_or_else(never, Measure::tally);
        let mut counts: BTreeMap<Outcome, u32> = BTreeMap::new();
        for tally in self.all.iter().map(tally) {
            let ended = Outcome::ALL.into_iter().zip(tally.outcomes).filter(|(_, count)| *count > 0);
            ended.for_each(|(outcome, count)| *counts.entry(outcome).or_default() += count);
        }
        let part = |run: &Measured, of: Outcome| {
            let outcomes = tally(run).outcomes;
            f64::from(outcomes[of as usize]) / f64::from(outcomes.iter().sum::<u32>().max(1))
        };
        let most = counts.iter().max_by_key(|(outcome, count)| (**count, std::cmp::Reverse(**outcome)));
        let stages = match &row.pipeline {
            None => self.own_stages(id),
            Some(pipeline) => self.pipeline_stages(id, pipeline),
        };
        ChangeRow {
            name: row.name.clone(),
            service: row.what.clone(),
            outcome: most.map_or(Outcome::Unfinished, |(outcome, _)| *outcome).name().to_owned(),
            outcomes: counts.keys().map(|one| (one.name().to_owned(), self.each(|run| part(run, *one)))).collect(),
            occurrences: self.each(|run| f64::from(tally(run).begun)),
            begin_seconds: self.maybe(|run| Some(of(run)?.at(ChangeStep::Began)?.as_secs_f64())),
            end_seconds: self.maybe(|run| {
                let ends = [ChangeStep::Completed, ChangeStep::RolledBack, ChangeStep::Stalled, ChangeStep::Superseded];
                let row = of(run)?;
                ends.iter().filter_map(|step| row.at(*step)).min().map(Time::as_secs_f64)
            }),
            stages,
            exposed_requests: self.each(|run| of(run).map_or(0.0, |row| row.exposed as f64 / REQUEST)),
            copied_requests: row
                .shadow
                .map(|_| self.each(|run| of(run).map_or(0.0, |row| row.copied as f64 / REQUEST))),
            exposed_share: self
                .maybe(|run| {
                    let all: u128 = row.units.iter().map(|unit| offered(run, *unit)).sum();
                    (all > 0).then(|| of(run).map_or(0.0, |row| row.exposed as f64 / all as f64))
                })
                .map(share),
            reached_share: self.each(|run| of(run).map_or(0.0, |row| f64::from(row.reached) / 1e6)),
            exposed_customers_share: self.maybe(|run| self.customers(id, find(run, id))).map(share),
            detect_seconds: self.maybe(|run| tally(run).detect.mean()),
            rollback_seconds: self.maybe(|run| tally(run).back.mean()),
        }
    }

    /// Stages of a service that deploys it by itself, or of a feature flag.
    fn own_stages(&self, id: ChangeId) -> Vec<StageRow> {
        let row = &self.plan.changes[id];
        let moves = row.flag.is_none() && self.strategy(id) != Strategy::Rolling;
        let own = |name: &str| if moves { name == "rollback" } else { true };
        let mut stages = if moves { self.lifecycle(id) } else { Vec::new() };
        stages.extend(STAGES.iter().filter(|stage| own(stage.0)).filter_map(|stage| self.stage(id, stage)));
        if row.flag.is_some() {
            stages.iter_mut().filter(|one| one.stage == "rolling").for_each(|one| "growth".clone_into(&mut one.stage));
        }
        stages
    }

    /// How the service of a change deploys it.
    fn strategy(&self, id: ChangeId) -> Strategy {
        let first: Option<ServiceId> = self.plan.changes[id].services().next();
        first.map_or(Strategy::Rolling, |service| self.plan.services[service].deployment.strategy)
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

    /// Share of the customers who were sent to the new version at least once.
    fn customers(&self, id: ChangeId, row: Option<&Measure>) -> Option<f64> {
        let change = &self.plan.changes[id];
        let strategy = self.strategy(id);
        if change.flag.is_none() && strategy == Strategy::Rolling {
            return None;
        }
        let Some(row) = row else { return Some(0.0) };
        let largest = if let Some(flag) = &change.flag {
            let end = row.at(ChangeStep::Failed).or(row.at(ChangeStep::Completed)).unwrap_or(self.plan.end());
            let taken = row.at(ChangeStep::Began).map(|begin| end.since(begin).0.checked_div(flag.step.0));
            let place = taken.map(|steps| steps.unwrap_or(u64::MAX).min(flag.shares.len() as u64 - 1));
            place.map_or(0, |place| flag.shares[place as usize])
        } else {
            let entered = row.entered();
            let steps = entered.iter().filter(|row| row.key.0 == Lifecycle::ProductionTrafficShift).count() as u32;
            if steps == 0 { 0 } else { strategy.weight(steps) }
        };
        Some(if change.sticky { largest as f64 / WHOLE as f64 } else { f64::from(u8::from(largest > 0)) })
    }

    /// Stages of the life cycle in which something happened, in the order in which they were passed: each ends when the
    /// next one begins, or when the change has failed or is over.
    fn lifecycle(&self, id: ChangeId) -> Vec<StageRow> {
        let strategy = self.strategy(id);
        let entered = |run: &Measured| find(run, id).map(Measure::entered).unwrap_or_default();
        let mut keys: Vec<(Lifecycle, u32)> = Vec::new();
        for run in self.all {
            let new = entered(run).into_iter().map(|row| row.key).filter(|key| !keys.contains(key));
            keys.extend(new.collect::<Vec<_>>());
        }
        // A hook that fails in one replication hides what another passes through later.
        keys.sort_by_key(|(stage, turn)| match stage {
            Lifecycle::PreProductionTrafficShift | Lifecycle::ProductionTrafficShift => {
                (Lifecycle::PreProductionTrafficShift, *turn, *stage)
            }
            stage => (*stage, *turn, *stage),
        });
        let row = |key: (Lifecycle, u32)| {
            let of = |run: &Measured| entered(run).into_iter().find(|row| row.key == key);
            let end = |run: &Measured| of(run).and_then(|row| row.end);
            StageRow {
                stage: match key {
                    (Lifecycle::ProductionTrafficShift, turn) => {
                        let percent = strategy.weight(turn + 1) as f64 / 1e4;
                        format!("{} {percent} %", key.0.name())
                    }
                    (stage, _) => stage.name().to_owned(),
                },
                begin_seconds: self.maybe(|run| Some(of(run)?.begin.as_secs_f64())),
                end_seconds: self.maybe(|run| Some(end(run)?.0.as_secs_f64())),
                outcome: outcome(self.all.iter().find_map(end).map(|(_, step)| step)),
            }
        };
        keys.into_iter().map(row).collect()
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
            outcome: outcome(first.map(|(_, step)| step)),
        })
    }
}

/// How a stage ended, from the step that ended it.
fn outcome(end: Option<ChangeStep>) -> String {
    let word = match end {
        Some(ChangeStep::Failed) => "failed",
        Some(ChangeStep::Superseded) => "superseded",
        Some(ChangeStep::TimedOut) => "timedOut",
        Some(_) => "completed",
        None => "unfinished",
    };
    word.to_owned()
}

/// Requests offered to a unit, or calls to a control-plane cell, in the window.
fn offered(run: &Measured, unit: Unit) -> u128 {
    match unit {
        Unit::Service(service) => run.services[service.row()].ledger.offered,
        Unit::Cell(cell) => {
            let row = run.planes.get(cell.row());
            row.map_or(0, |row| u128::from(row.calls) * REQUEST as u128 + row.others)
        }
    }
}

fn find(run: &Measured, id: ChangeId) -> Option<&Measure> {
    let place = run.changes.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.changes[place].1)
}
