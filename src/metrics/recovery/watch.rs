//! One service under the eyes of open occurrences.
//!
//! Who came earlier is answered earlier: what is settled is a front part of the list, so that each watch is looked at
//! once for each question, however many there are.

use super::HOLD;
use crate::engine::Time;
use std::collections::VecDeque;

/// What an occurrence waits for in one service: need, desired count, spread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pub(super) slot: u32,
    joined: Time,
    back: [Option<Time>; 3],
    launched: u64,
    needed: Option<u64>,
}

/// The worst over the services of one occurrence, in microseconds from its begin; `None`: never.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worst {
    pub(super) back: [Option<u64>; 3],
    pub(super) launches: u64,
}

impl Default for Worst {
    fn default() -> Self {
        Worst { back: [Some(0); 3], launches: 0 }
    }
}

/// What one service says to an occurrence: zero when it never fell short, nothing when it is not back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    back: [Option<Time>; 3],
    short: [bool; 3],
    launches: u64,
}

impl Worst {
    /// One service as it stands.
    pub(super) fn of(answer: &Answer, begin: Time) -> Worst {
        let value = |which: usize| {
            if answer.short[which] { answer.back[which].map(|at| at.since(begin).0) } else { Some(0) }
        };
        Worst { back: [0, 1, 2].map(value), launches: answer.launches }
    }

    /// Takes in another service.
    pub(super) fn take(&mut self, other: &Worst) {
        for (worst, value) in self.back.iter_mut().zip(other.back) {
            *worst = worst.zip(value).map(|(a, b)| a.max(b));
        }
        self.launches += other.launches;
    }
}

/// Since when a service holds its need, its desired count and its spread, and who wants to know.
#[derive(Clone, Debug)]
pub(super) struct Service {
    since: [Option<Time>; 3],
    launched: u64,
    /// In the order in which they joined.
    watches: VecDeque<Watch>,
    /// How many in front know when need, desired count and spread were back.
    know_back: [usize; 3],
    /// How many in front know the launches it took.
    know_needed: usize,
    /// Before this nobody can be let go.
    check_at: Time,
}

impl Default for Service {
    fn default() -> Self {
        Service {
            since: [Some(Time::ZERO); 3],
            launched: 0,
            watches: VecDeque::new(),
            know_back: [0; 3],
            know_needed: 0,
            check_at: Time::NEVER,
        }
    }
}

impl Service {
    /// The occurrence in `slot` watches from now on; `launched`: tasks that have reached RUNNING so far.
    pub(super) fn watch(&mut self, now: Time, slot: u32, launched: u64) {
        self.watches.push_back(Watch { slot, joined: now, back: [None; 3], launched, needed: None });
        self.launched = launched;
        self.check_at = Time::ZERO;
    }

    /// Who watches.
    pub(super) fn slots(&self) -> impl Iterator<Item = u32> {
        self.watches.iter().map(|watch| watch.slot)
    }

    /// An occurrence that may watch has ended.
    pub(super) fn check(&mut self) {
        self.check_at = Time::ZERO;
    }

    /// Takes one out as it stands.
    pub(super) fn forget(&mut self, slot: u32) -> Option<Answer> {
        let row = self.watches.iter().position(|watch| watch.slot == slot)?;
        let watch = self.watches.remove(row)?;
        self.recount();
        Some(self.answer(&watch))
    }

    /// Lets all levels have held until `now` and takes out those that are over: `end_of` gives the end of an
    /// occurrence.
    pub(super) fn advance(
        &mut self,
        now: Time,
        end_of: impl Fn(u32) -> Option<Time>,
        mut over: impl FnMut(u32, &Answer),
    ) {
        if self.watches.is_empty() {
            return;
        }
        for which in 0..3 {
            let Some(since) = self.since[which].filter(|since| *since + HOLD <= now) else { continue };
            while let Some(watch) = self.watches.get_mut(self.know_back[which]).filter(|watch| watch.joined < since) {
                watch.back[which] = Some(since);
                self.know_back[which] += 1;
            }
        }
        let [Some(need), Some(desired), Some(spread)] = self.since else { return };
        let ready = need.max(desired).max(spread) + HOLD;
        if now < ready.max(self.check_at) {
            return;
        }
        self.let_go(now, end_of, &mut over);
    }

    fn let_go(&mut self, now: Time, end_of: impl Fn(u32) -> Option<Time>, over: &mut impl FnMut(u32, &Answer)) {
        let mut watches = std::mem::take(&mut self.watches);
        self.check_at = Time::NEVER;
        watches.retain(|watch| {
            let due = end_of(watch.slot).map_or(Time::NEVER, |end| end + HOLD);
            if due <= now {
                over(watch.slot, &self.answer(watch));
                return false;
            }
            self.check_at = self.check_at.min(due);
            true
        });
        self.watches = watches;
        self.recount();
    }

    fn recount(&mut self) {
        for (which, known) in self.know_back.iter_mut().enumerate() {
            *known = self.watches.partition_point(|watch| watch.back[which].is_some());
        }
        self.know_needed = self.watches.partition_point(|watch| watch.needed.is_some());
    }

    /// It fell short since the watch began if it does now, or came back later than that.
    fn answer(&self, watch: &Watch) -> Answer {
        let fell = |which: usize| self.since[which].is_none_or(|since| since > watch.joined);
        let short =
            [0, 1, 2].map(|which| watch.back[which].is_some() || watch.needed.is_some() && which == 0 || fell(which));
        let so_far = self.launched - watch.launched;
        Answer { back: watch.back, short, launches: if short[0] { watch.needed.unwrap_or(so_far) } else { 0 } }
    }

    /// The levels from `now` on.
    pub(super) fn change(&mut self, now: Time, holds: [bool; 3], launched: u64) {
        self.launched = launched;
        for (since, holds) in self.since.iter_mut().zip(holds) {
            match (holds, *since) {
                (true, None) => *since = Some(now),
                (false, Some(_)) => *since = None,
                (true, Some(_)) | (false, None) => {}
            }
        }
        if let Some(since) = self.since[0].filter(|since| *since == now) {
            while let Some(watch) = self.watches.get_mut(self.know_needed).filter(|watch| watch.joined < since) {
                watch.needed = Some(launched - watch.launched);
                self.know_needed += 1;
            }
        }
    }

    pub(super) fn stop(&mut self, launched: u64) {
        self.launched = launched;
    }
}
