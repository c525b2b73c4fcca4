//! Launches of a service that are due: why, how many, and what they wait for.

use super::bucket::Tokens;
use super::due::Due;
use super::tries::Tries;
use crate::engine::{Span, Time};
use crate::model::cause::{Cause, Phase};
use crate::model::ids::BucketId;
use std::collections::VecDeque;

/// What the scheduler of a service has to launch; written by `flows/scheduler` and by the launches themselves.
#[derive(Clone, Debug, Default)]
pub struct Scheduler {
    pub launched: u32,
    /// Launches that a cell which answers badly was asked for so far: each is drawn anew.
    pub refusable: u32,
    /// Causes of launches that are due, oldest first.
    pub pending: VecDeque<(Cause, u32)>,
    /// Launches that were ever due.
    pub ever_due: u64,
    /// Those of them that are not wanted any more, and were never taken on.
    pub not_wanted: u64,
    /// Of a stream: tasks that its calls asked for, each call counted once.
    pub called: u64,
    /// Those of them whose calls were given up.
    pub given_up: u64,
    /// Launches that were refused one by one.
    pub tries: Tries,
    /// How long what is due has waited; kept for readers only.
    pub(crate) due: Due,
    /// Causes whose launches are held back until their fault ends.
    pub held: Vec<Cause>,
    pub waits: Phase,
    /// The fault that follows another and refuses what waits for capacity, if one does: it pays for the wait.
    pub short: Option<Cause>,
    /// Launches by the service scheduler: 500 a minute ([ecs-quotas]). Nothing binds those of a stream.
    pub launches: Tokens,
    /// A wake-up is on its way.
    pub woken: bool,
    /// Launch buckets in whose queue it stands: on demand and Spot are two.
    pub queued: [Option<BucketId>; 2],
    /// It stands in the queue of its control-plane cell.
    pub at_plane: bool,
    /// Launches that readers know of as offered although none has been taken on yet.
    pub early: u32,
    /// Launches rest until then (service throttle logic).
    pub backoff_until: Time,
    pub rest: Span,
    /// When the rest was last prolonged: failures of older tasks do not prolong it again.
    pub backed_off_at: Time,
    /// The scheduler looks again then, when the protection of a task ends.
    pub protected_until: Time,
    /// Why the last task that is to be replaced is so.
    pub replace_cause: Cause,
    /// Why tasks ended by themselves since the scheduler last looked, beside as many as desired: each had come in the
    /// place of one that is to be replaced, and so does the next.
    pub ended: Vec<(Cause, u32)>,
    /// A retry for lack of capacity is on its way.
    pub retrying: bool,
}

impl Scheduler {
    #[inline]
    pub fn pending(&self) -> u32 {
        self.pending.iter().map(|(_, count)| count).sum()
    }

    /// One more launch is due, because of `cause`.
    pub fn owe(&mut self, cause: Cause, count: u32) {
        if count == 0 {
            return;
        }
        self.ever_due += u64::from(count);
        match self.pending.back_mut() {
            Some((last, more)) if *last == cause => *more += count,
            _ => self.pending.push_back((cause, count)),
        }
    }

    /// So many launches are due from now on: more because of `cause`, fewer as the newest are struck out.
    pub fn be_due(&mut self, due: u32, cause: Cause) {
        let pending = self.pending();
        self.owe(cause, due.saturating_sub(pending));
        for _ in due..pending {
            self.write_off();
        }
    }

    /// The same; as far as tasks have ended that came in the place of others, more are due because of what ended these.
    pub fn be_due_again(&mut self, due: u32, cause: Cause) {
        let mut more = due.saturating_sub(self.pending());
        let mut all = std::mem::take(&mut self.ended);
        for (ended, count) in all.drain(..) {
            let count = count.min(more);
            self.owe(ended, count);
            more -= count;
        }
        self.ended = all;
        self.be_due(due, cause);
    }

    /// From now on `cause` is why launches wait that no fault made due.
    pub fn owe_to(&mut self, cause: Cause) {
        for (of, _) in &mut self.pending {
            if of.as_fault().is_none() {
                *of = cause;
            }
        }
    }

    /// One launch is due before all others.
    pub fn owe_first(&mut self, cause: Cause) {
        self.ever_due += 1;
        self.pending.push_front((cause, 1));
    }

    /// It is not due any more.
    pub fn write_off_first(&mut self) {
        self.not_wanted += 1;
        self.pending.pop_front();
    }

    /// None is due any more.
    pub fn write_off_all(&mut self) {
        self.not_wanted += u64::from(self.pending());
        self.pending.clear();
        self.tries.keep(0);
    }

    /// The cause of the oldest launch that is due and not held back, if possible one that is `meant`; struck out.
    #[inline]
    pub fn pay(&mut self, meant: impl Fn(Cause) -> bool) -> Option<Cause> {
        let open = |(cause, _): &(Cause, u32)| !self.held.contains(cause);
        let first = self.pending.iter().position(|one| open(one) && meant(one.0));
        let row = first.or_else(|| self.pending.iter().position(open))?;
        let (cause, count) = &mut self.pending[row];
        let cause = *cause;
        *count -= 1;
        if *count == 0 {
            self.pending.remove(row);
        }
        self.keep_tries();
        Some(cause)
    }

    /// Strikes out the newest launch that is due.
    pub fn write_off(&mut self) {
        if let Some((_, count)) = self.pending.back_mut() {
            *count -= 1;
            if *count == 0 {
                self.pending.pop_back();
            }
            self.not_wanted += 1;
            self.keep_tries();
        }
    }

    /// No more launches have been refused than are due.
    pub fn keep_tries(&mut self) {
        if self.tries.refused() > 0 {
            self.tries.keep(self.pending());
        }
    }

    /// Whether any launch is due, not held back, and not resting after it was refused.
    #[inline]
    pub(super) fn may_launch(&self) -> bool {
        let mut open = self.pending.iter().filter(|(cause, _)| !self.held.contains(cause));
        match self.tries.backing_off() {
            0 => open.next().is_some(),
            backing_off => open.map(|(_, count)| *count).sum::<u32>() > backing_off,
        }
    }
}
