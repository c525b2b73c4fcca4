//! Customers whom operators have taken out of their cells, as these poisoned them.

use super::evacuation::Evacuation;
use crate::engine::Time;

/// One of them. The row stays when he is back, as it counts how often he was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// His group, and his number in it.
    pub who: (usize, u32),
    /// The cell to which he comes back.
    pub home: u16,
    pub step: Hold,
    /// How often he was taken out.
    pub times: u32,
    /// Since when he is out, or since when no alarm that holds him rings, if that is later.
    pub calm: Time,
    /// Of one who is blocked: from when on the router knows of this step.
    pub known: Time,
    /// The share of his requests that the router turns away, in billionths.
    pub share: u64,
    /// The rate of these, in billionths of a request for each second.
    pub blocked: u64,
}

/// How far operators are with him.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// He is back.
    Free,
    /// His row of the map is being changed.
    Leaves,
    /// He is in quarantine, or the router turns his requests away.
    Out,
    /// His row is being changed back.
    Returns,
}

impl Evacuation {
    /// A customer is to be taken out of a cell; his row.
    pub fn take_out(&mut self, who: (usize, u32), cell: u16) -> usize {
        // Who is a guest comes back to his own cell.
        let home = self.away.get(&who).copied().unwrap_or(cell);
        let row = self.taken.iter().position(|one| one.who == who).unwrap_or_else(|| {
            let zero = Time::ZERO;
            let fresh = Taken { who, home, step: Hold::Free, times: 0, calm: zero, known: zero, share: 0, blocked: 0 };
            self.taken.push(fresh);
            self.taken.len() - 1
        });
        let one = &mut self.taken[row];
        (one.home, one.step, one.times) = (home, Hold::Leaves, one.times.saturating_add(1));
        row
    }

    /// The row of a customer who is out, or on his way.
    pub fn held(&self, who: (usize, u32)) -> Option<usize> {
        self.taken.iter().position(|one| one.who == who && one.step != Hold::Free)
    }

    /// Whether the router turns all of a customer's requests away.
    pub fn is_blocked(&self, who: (usize, u32), whole: u64) -> bool {
        self.taken.iter().any(|one| one.who == who && one.share == whole)
    }
}
