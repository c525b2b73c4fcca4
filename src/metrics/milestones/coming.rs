//! A change that may come again and again: its first occurrence is told, and the first that fails.

use crate::model::fact::{ChangeStep, PipelineStep};

/// How far a change is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Coming {
    /// Its first occurrence goes on.
    #[default]
    First,
    /// The first has not failed; another may.
    Fine,
    /// One that was not the first fails.
    Fails,
    Told,
}

/// A step, as far as it decides what is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The occurrence is over.
    Last,
    Fails,
    /// The occurrence fails, and is over with that.
    FailsAtOnce,
    Other,
}

impl Step {
    pub(super) fn of(step: ChangeStep) -> Step {
        match step {
            ChangeStep::Completed | ChangeStep::RolledBack | ChangeStep::Stalled | ChangeStep::Superseded => Step::Last,
            ChangeStep::Failed => Step::Fails,
            _ => Step::Other,
        }
    }

    pub(super) fn of_pipeline(step: PipelineStep) -> Step {
        match step {
            PipelineStep::Failed => Step::Fails,
            step if step.is_last() => Step::Last,
            _ => Step::Other,
        }
    }
}

impl Coming {
    /// Whether a step is told.
    pub(super) fn tells(&mut self, step: Step) -> bool {
        let (told, next) = match (*self, step) {
            (Coming::First, Step::Last) => (true, Coming::Fine),
            (Coming::First | Coming::Fine | Coming::Fails, Step::FailsAtOnce) | (Coming::Fails, Step::Last) => {
                (true, Coming::Told)
            }
            (Coming::First, _) => (true, Coming::First),
            (Coming::Fine, Step::Fails) | (Coming::Fails, _) => (true, Coming::Fails),
            (Coming::Fine, _) => (false, Coming::Fine),
            (Coming::Told, _) => (false, Coming::Told),
        };
        *self = next;
        told
    }
}

/// The row of a change, begun where there is none.
pub(super) fn row<K: Copy + PartialEq>(rows: &mut Vec<(K, Coming)>, key: K) -> &mut Coming {
    let place = rows.iter().position(|row| row.0 == key).unwrap_or_else(|| {
        rows.push((key, Coming::default()));
        rows.len() - 1
    });
    &mut rows[place].1
}
