//! One service under the eyes of open occurrences.

use super::HOLD;
use crate::engine::Time;

/// What an occurrence waits for in one service: need, desired count, spread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pub(super) slot: u32,
    short: [bool; 3],
    back: [Option<Time>; 3],
    launched: u64,
    needed: Option<u64>,
}

impl Watch {
    /// For the occurrence in `slot`; `launched`: tasks of the service that have reached RUNNING so far.
    pub(super) fn new(slot: u32, launched: u64) -> Self {
        Watch { slot, short: [false; 3], back: [None; 3], launched, needed: None }
    }
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

impl Worst {
    /// Takes in one service as it stands.
    pub(super) fn take(&mut self, watch: &Watch, begin: Time) {
        for (which, worst) in self.back.iter_mut().enumerate() {
            let value = if watch.short[which] { watch.back[which].map(|at| at.since(begin).0) } else { Some(0) };
            *worst = worst.zip(value).map(|(a, b)| a.max(b));
        }
        self.launches += watch.needed.unwrap_or(0);
    }
}

/// Since when a service holds its need, its desired count and its spread.
#[derive(Clone, Debug)]
pub(super) struct Service {
    since: [Option<Time>; 3],
    watches: Vec<Watch>,
}

impl Default for Service {
    fn default() -> Self {
        Service { since: [Some(Time::ZERO); 3], watches: Vec::new() }
    }
}

impl Service {
    pub(super) fn watches(&self, slot: u32) -> bool {
        self.watches.iter().rev().any(|watch| watch.slot == slot)
    }

    pub(super) fn watch(&mut self, watch: Watch) {
        self.watches.push(watch);
    }

    pub(super) fn at(&self, row: usize) -> Option<Watch> {
        self.watches.get(row).copied()
    }

    pub(super) fn drop_at(&mut self, row: usize) {
        self.watches.swap_remove(row);
    }

    pub(super) fn forget(&mut self, slot: u32) -> Option<Watch> {
        let row = self.watches.iter().position(|watch| watch.slot == slot)?;
        Some(self.watches.swap_remove(row))
    }

    /// Lets all levels have held until `now`; gives back from when on all three have held for long enough, while
    /// somebody watches and all hold.
    pub(super) fn advance(&mut self, now: Time) -> Option<Time> {
        if self.watches.is_empty() {
            return None;
        }
        for (which, since) in self.since.iter().enumerate() {
            let Some(since) = since.filter(|since| *since + HOLD <= now) else { continue };
            for watch in &mut self.watches {
                if watch.short[which] && watch.back[which].is_none() {
                    watch.back[which] = Some(since);
                }
            }
        }
        let [need, desired, spread] = self.since;
        Some(need?.max(desired?).max(spread?) + HOLD)
    }

    /// The levels from `now` on.
    pub(super) fn change(&mut self, now: Time, holds: [bool; 3], launched: u64) {
        for (which, holds) in holds.into_iter().enumerate() {
            let since = &mut self.since[which];
            match (holds, *since) {
                (true, None) => *since = Some(now),
                (false, Some(_)) => *since = None,
                (true, Some(_)) | (false, None) => {}
            }
        }
        for watch in &mut self.watches {
            for (which, holds) in holds.into_iter().enumerate() {
                watch.short[which] |= !holds && watch.back[which].is_none();
            }
            if holds[0] && watch.short[0] && watch.needed.is_none() {
                watch.needed = Some(launched - watch.launched);
            }
        }
    }

    /// The run ends: launches of services that never met their need again count so far.
    pub(super) fn stop(&mut self, launched: u64) {
        for watch in &mut self.watches {
            if watch.short[0] && watch.needed.is_none() {
                watch.needed = Some(launched - watch.launched);
            }
        }
    }
}
