//! What became of each change: when it went on, who was sent to its revision, and how it ended.

use super::turns::{self, Tally, Turns};
use super::window::Integral;
use crate::engine::Time;
use crate::engine::index::Id;
use crate::model::fact::{BreakerStep, ChangeStep, Lifecycle, PipelineStep};
use crate::model::ids::{ChangeId, ServiceId, Unit};
use crate::model::plan::Plan;

/// How a change ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Completed,
    RolledBack,
    /// It failed or stalled without being taken back, or a later one took its place.
    Stopped,
    /// The run ended before, or nothing can move.
    Unfinished,
}

impl Outcome {
    /// All of them, in order.
    pub const ALL: [Outcome; 4] = [Outcome::Completed, Outcome::RolledBack, Outcome::Stopped, Outcome::Unfinished];

    /// As the results spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::RolledBack => "rolledBack",
            Outcome::Stopped => "stopped",
            Outcome::Unfinished => "unfinished",
        }
    }
}

/// What one change did in one replication.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Steps that it took, in order.
    pub steps: Vec<(ChangeStep, Time)>,
    /// Steps of the stages of its pipeline, by number of the stage, in order.
    pub stages: Vec<(u16, PipelineStep, Time)>,
    /// How much of what it was to reach it had reached at most, in millionths.
    pub reached: u32,
    /// Requests sent to its revision: billionths for each second, times microseconds.
    pub exposed: u128,
    /// Of a revision that is bad, where it is: requests that reached it until it was taken back, or the run ended.
    pub bad: u128,
    pub breaker: Breaker,
    /// Copies of requests sent to it.
    pub copied: u128,
    /// Its occurrences, if it comes again and again; the steps are those of the first then.
    pub turns: Option<Turns>,
}

/// What the circuit breaker of its deployments made of the tasks of the new revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// The largest number of failures at which a deployment of it fails; 0 when none was watched.
    pub threshold: u32,
    /// The most failures that it had counted at one time.
    pub failures: u32,
    /// All that it counted.
    pub counted: u64,
    /// How often a healthy task put the count back to 0.
    pub resets: u64,
    /// Failures that it does not count.
    pub passes: u64,
    /// Deployments that it failed.
    pub trips: u64,
}

impl Breaker {
    fn take(&mut self, what: BreakerStep) {
        match what {
            BreakerStep::Watches { threshold } => self.threshold = self.threshold.max(threshold),
            BreakerStep::Counts { failures } => {
                self.failures = self.failures.max(failures);
                self.counted += 1;
            }
            BreakerStep::Reset => self.resets += 1,
            BreakerStep::Passes => self.passes += 1,
            BreakerStep::Trips => self.trips += 1,
        }
    }

    fn merge(&mut self, other: Breaker) {
        self.threshold = self.threshold.max(other.threshold);
        self.failures = self.failures.max(other.failures);
        self.counted += other.counted;
        self.resets += other.resets;
        self.passes += other.passes;
        self.trips += other.trips;
    }
}

/// A stage of the life cycle that a change entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Which, and how often it had been there before.
    pub key: (Lifecycle, u32),
    pub begin: Time,
    /// When it ended, and by which step.
    pub end: Option<(Time, ChangeStep)>,
}

impl Measure {
    /// When a stage of its pipeline first took one of these steps, and which.
    pub fn in_stage(&self, number: usize, steps: &[PipelineStep]) -> Option<(Time, PipelineStep)> {
        let mut own = self.stages.iter().filter(|step| usize::from(step.0) == number);
        own.find(|step| steps.contains(&step.1)).map(|step| (step.2, step.1))
    }

    /// When it took a step.
    pub fn at(&self, step: ChangeStep) -> Option<Time> {
        turns::at(&self.steps, step)
    }

    /// What its occurrences came to; a change that comes once is one.
    pub fn tally(&self) -> Tally {
        self.turns.as_ref().map_or_else(|| Tally::of(&self.steps), |turns| turns.over)
    }

    /// Takes in what became of the same change in another cell.
    pub fn merge(&mut self, other: Measure) {
        self.exposed += other.exposed;
        self.bad += other.bad;
        self.breaker.merge(other.breaker);
        self.copied += other.copied;
        self.reached = self.reached.max(other.reached);
        // Over several Regions one of them tells how it went on.
        if self.stages.is_empty() {
            self.stages = other.stages;
        }
        let sooner = match (&mut self.turns, other.turns) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            _ => self.steps.is_empty(),
        };
        if sooner {
            self.steps = other.steps;
        }
    }

    /// Stages of the life cycle that it entered, in order.
    pub fn entered(&self) -> Vec<Entered> {
        let mut rows: Vec<Entered> = Vec::new();
        for (place, (step, begin)) in self.steps.iter().enumerate() {
            let ChangeStep::Enters(stage) = *step else { continue };
            let turn = rows.iter().filter(|row| row.key.0 == stage).count() as u32;
            let mut after = self.steps[place + 1..].iter().filter(|(step, _)| *step != ChangeStep::Bakes);
            let end = after.next().map(|(step, at)| (*at, *step));
            rows.push(Entered { key: (stage, turn), begin: *begin, end });
        }
        rows
    }
}

/// A request, in the units of `exposed`.
const REQUEST: u128 = 1_000_000_000_000_000;

/// Changes of one partition that were asked for.
#[derive(Clone, Debug)]
pub struct Changes {
    from: Time,
    /// For each change: whether it comes again and again, and whether it has a pipeline.
    kinds: Vec<(bool, bool)>,
    rows: Vec<Row>,
}

/// One change: its steps, and what its revision gets.
#[derive(Clone, Debug)]
struct Row {
    change: ChangeId,
    /// All that it did but what is added up below.
    measure: Measure,
    /// A stage of its pipeline has begun.
    moves: bool,
    /// What each unit sends to its revision.
    exposed: Rates,
    /// What of each reaches it where it is bad.
    bad: Rates,
    /// What each copies to it besides.
    copied: Rates,
    /// Calls that came to it one by one.
    met: u64,
    /// And those that came to what it made bad.
    met_bad: u64,
}

/// Rates of several units, and what they add up to over time.
#[derive(Clone, Debug)]
struct Rates {
    now: Vec<(Unit, u64)>,
    sum: Integral,
}

impl Rates {
    fn new(from: Time) -> Rates {
        Rates { now: Vec::new(), sum: Integral::new(from) }
    }

    fn set(&mut self, at: Time, unit: Unit, rate: u64) {
        match self.now.iter_mut().find(|(of, _)| *of == unit) {
            Some((_, now)) => *now = rate,
            None => self.now.push((unit, rate)),
        }
        self.now.retain(|(_, rate)| *rate > 0);
        self.sum.set(at, self.now.iter().map(|(_, rate)| rate).sum());
    }
}

impl Changes {
    /// Counts requests from `from` on.
    pub fn new(plan: &Plan, from: Time) -> Changes {
        let kinds = plan.changes.iter().map(|one| (one.repeats(), one.pipeline.is_some())).collect();
        Changes { from, kinds, rows: Vec::new() }
    }

    fn row(&mut self, change: ChangeId) -> &mut Row {
        let found = self.rows.iter().rposition(|row| row.change == change);
        let place = found.unwrap_or_else(|| {
            self.rows.push(Row {
                change,
                measure: Measure { turns: self.kinds[change.row()].0.then(Turns::default), ..Measure::default() },
                moves: false,
                exposed: Rates::new(self.from),
                bad: Rates::new(self.from),
                copied: Rates::new(self.from),
                met: 0,
                met_bad: 0,
            });
            self.rows.len() - 1
        });
        &mut self.rows[place]
    }

    /// A change went on. With a pipeline it is that which counts, not the deployments of its units.
    pub fn step(&mut self, now: Time, change: ChangeId, service: ServiceId, what: ChangeStep) {
        if self.kinds[change.row()].1 {
            return;
        }
        let measure = &mut self.row(change).measure;
        // A service that deploys it by itself is all that it is to reach.
        measure.reached = 1_000_000;
        match &mut measure.turns {
            Some(turns) => turns.step(now, Some(service), what),
            None => measure.steps.push((what, now)),
        }
    }

    /// A change with a pipeline went on.
    pub fn stage(&mut self, now: Time, change: ChangeId, stage: u16, what: PipelineStep, reached: u32) {
        let Row { measure, moves, .. } = self.row(change);
        measure.reached = measure.reached.max(reached);
        let first = what == PipelineStep::Stage && !std::mem::replace(moves, true);
        // A picture shows the first occurrence.
        if !measure.turns.as_ref().is_some_and(Turns::has_ended) {
            measure.stages.push((stage, what, now));
        }
        let steps: &[ChangeStep] = match what {
            PipelineStep::Stage if first => &[ChangeStep::Began],
            PipelineStep::Completed => &[ChangeStep::Completed],
            PipelineStep::Failed => &[ChangeStep::Failed, ChangeStep::Back],
            PipelineStep::RolledBack => &[ChangeStep::RolledBack],
            PipelineStep::Superseded => &[ChangeStep::Superseded],
            PipelineStep::Began
            | PipelineStep::Blocked
            | PipelineStep::Stage
            | PipelineStep::Bakes
            | PipelineStep::Passed => &[],
        };
        *moves &= !what.is_last();
        match &mut measure.turns {
            Some(turns) => steps.iter().for_each(|step| turns.step(now, None, *step)),
            None => measure.steps.extend(steps.iter().map(|step| (*step, now))),
        }
    }

    /// A call came to its revision.
    pub fn met(&mut self, now: Time, change: ChangeId) {
        let counts = now >= self.from;
        self.row(change).met += u64::from(counts);
    }

    /// The circuit breaker of a deployment looks at its tasks.
    pub fn breaker(&mut self, change: ChangeId, what: BreakerStep) {
        self.row(change).measure.breaker.take(what);
    }

    /// A call came to what it made bad.
    pub fn met_bad(&mut self, now: Time, change: ChangeId) {
        let counts = now >= self.from;
        self.row(change).met_bad += u64::from(counts);
    }

    /// So much of a unit's requests reaches its revision where that is bad, from now on.
    pub fn exposed_to_bad(&mut self, now: Time, change: ChangeId, unit: Unit, rate: u64) {
        self.row(change).bad.set(now, unit, rate);
    }

    /// Its revision gets so much of a unit's requests from now on.
    pub fn exposed(&mut self, now: Time, change: ChangeId, unit: Unit, rate: u64) {
        self.row(change).exposed.set(now, unit, rate);
    }

    /// Its revision gets so much in copies of a service's requests from now on.
    pub fn copied(&mut self, now: Time, change: ChangeId, service: ServiceId, rate: u64) {
        self.row(change).copied.set(now, Unit::Service(service), rate);
    }

    pub fn finish(self, end: Time) -> Vec<(ChangeId, Measure)> {
        let close = |Row { change, mut measure, exposed, bad, copied, met, met_bad, .. }: Row| {
            if let Some(turns) = &mut measure.turns {
                measure.steps = turns.finish();
            }
            measure.exposed = exposed.sum.until(end) + u128::from(met) * REQUEST;
            measure.bad = bad.sum.until(end) + u128::from(met_bad) * REQUEST;
            measure.copied = copied.sum.until(end);
            (change, measure)
        };
        let mut rows: Vec<(ChangeId, Measure)> = self.rows.into_iter().map(close).collect();
        rows.sort_by_key(|row| row.0);
        rows
    }
}
