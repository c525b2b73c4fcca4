//! Occurrences of a change: how they ended, and how long it took to find bad ones and to take them back.

use super::changes::Outcome;
use super::recovery::Mean;
use crate::engine::Time;
use crate::model::fact::ChangeStep;
use crate::model::ids::ServiceId;

/// Steps of a deployment, in order.
pub type Steps = Vec<(ChangeStep, Time)>;

/// When a step was first taken.
pub fn at(steps: &[(ChangeStep, Time)], step: ChangeStep) -> Option<Time> {
    steps.iter().find(|(of, _)| *of == step).map(|(_, at)| *at)
}

/// How a deployment that took these steps ended.
pub fn outcome(steps: &[(ChangeStep, Time)]) -> Outcome {
    match steps.last().map(|(step, _)| *step) {
        Some(ChangeStep::Completed) => Outcome::Completed,
        Some(ChangeStep::RolledBack) => Outcome::RolledBack,
        Some(ChangeStep::Stalled | ChangeStep::Superseded) => Outcome::Stopped,
        Some(
            ChangeStep::Began
            | ChangeStep::Bakes
            | ChangeStep::Failed
            | ChangeStep::Back
            | ChangeStep::Enters(_)
            | ChangeStep::TimedOut,
        )
        | None => Outcome::Unfinished,
    }
}

/// What occurrences came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub begun: u32,
    /// How many ended in each way, in the order of [`Outcome::ALL`].
    pub outcomes: [u32; 4],
    /// From the begin of each until it was found to be bad.
    pub detect: Mean,
    /// From then until the revision before was back.
    pub back: Mean,
}

impl Tally {
    /// One occurrence that took these steps.
    pub fn of(steps: &[(ChangeStep, Time)]) -> Tally {
        let mut tally = Tally::default();
        tally.take(steps);
        tally
    }

    /// Takes in an occurrence.
    pub fn take(&mut self, steps: &[(ChangeStep, Time)]) {
        self.begun += u32::from(at(steps, ChangeStep::Began).is_some());
        self.outcomes[outcome(steps) as usize] += 1;
        let between = |from, to| at(steps, from).zip(at(steps, to)).map(|(from, to)| to.since(from).0);
        self.detect.add(between(ChangeStep::Began, ChangeStep::Failed));
        self.back.add(between(ChangeStep::Back, ChangeStep::RolledBack));
    }

    /// Takes in those of another cell.
    fn merge(&mut self, other: &Tally) {
        self.begun += other.begun;
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(mine, theirs)| *mine += theirs);
        self.detect.merge(other.detect);
        self.back.merge(other.back);
    }
}

/// Occurrences of a change that comes again and again: a year has hundreds, so that each is counted as it ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turns {
    pub over: Tally,
    open: Vec<(Option<ServiceId>, Steps)>,
    first: Steps,
}

impl Turns {
    /// A service goes on, or a pipeline, which is of none.
    pub fn step(&mut self, now: Time, service: Option<ServiceId>, what: ChangeStep) {
        if what == ChangeStep::Began {
            self.open.push((service, Vec::new()));
        }
        let Some(place) = self.open.iter().position(|(of, _)| *of == service) else { return };
        self.open[place].1.push((what, now));
        if matches!(what, ChangeStep::Completed | ChangeStep::RolledBack | ChangeStep::Stalled | ChangeStep::Superseded)
        {
            let (_, steps) = self.open.remove(place);
            self.close(steps);
        }
    }

    /// Whether an occurrence is over.
    pub fn has_ended(&self) -> bool {
        !self.first.is_empty()
    }

    fn close(&mut self, steps: Steps) {
        self.over.take(&steps);
        if self.first.is_empty() || earlier(&steps, &self.first) {
            self.first = steps;
        }
    }

    /// The run is over: what is under way stays unfinished. The steps of the first occurrence.
    pub fn finish(&mut self) -> Steps {
        for (_, steps) in std::mem::take(&mut self.open) {
            self.close(steps);
        }
        self.first.clone()
    }

    /// Takes in what came of the same change in another cell; `true` where the first occurrence was there.
    pub fn merge(&mut self, other: Turns) -> bool {
        self.over.merge(&other.over);
        let sooner = !other.first.is_empty() && (self.first.is_empty() || earlier(&other.first, &self.first));
        if sooner {
            self.first = other.first;
        }
        sooner
    }
}

/// Whether one began before the other.
fn earlier(one: &[(ChangeStep, Time)], other: &[(ChangeStep, Time)]) -> bool {
    one.first().map(|step| step.1) < other.first().map(|step| step.1)
}
