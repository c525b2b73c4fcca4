//! Who moves from one cell to another, and who has none.

use super::{Moment, Movers, What};
use crate::engine::{Span, Time};
use crate::model::fact::ApplicationFact;

/// Moves that follow each other within an hour belong together.
const TOGETHER: Span = Span(3_600_000_000);

/// Moves of one kind: the first that belong together are told, and later ones counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moves {
    /// The first and the last move, and how many there were.
    first: Option<(Time, Time, u32)>,
    later: u64,
}

impl Moves {
    pub(super) fn moved(&mut self, now: Time, count: u32) {
        match &mut self.first {
            None => self.first = Some((now, now, count)),
            Some((_, last, counted)) if now.since(*last) <= TOGETHER => {
                (*last, *counted) = (now, *counted + count);
            }
            Some(_) => self.later += u64::from(count),
        }
    }

    pub(super) fn finish(&self, who: Movers, mut tell: impl FnMut(Moment)) -> u64 {
        if let Some((first, last, count)) = self.first {
            tell(Moment { at: first, what: What::Moves { who, count, lasted: None } });
            if last > first {
                tell(Moment { at: last, what: What::Moves { who, count, lasted: Some(last.since(first)) } });
            }
        }
        self.later
    }
}

/// Customers of the scenario's own cells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Customers {
    moves: Moves,
    /// Since when customers have no cell, and how many at most.
    without: Option<(Time, u32)>,
    /// The first such time, and its end.
    told: Option<(Time, u32, Time)>,
    later: u64,
}

impl Customers {
    pub(super) fn take(&mut self, now: Time, fact: ApplicationFact) {
        match fact {
            ApplicationFact::Moved { count, acts: false } => self.moves.moved(now, count),
            ApplicationFact::Unassigned { count: 0 } => {
                // Customers who get a cell at once were never without.
                let Some((since, most)) = self.without.take().filter(|(since, _)| *since < now) else { return };
                if self.told.is_some() {
                    self.later += 1;
                } else {
                    self.told = Some((since, most, now));
                }
            }
            ApplicationFact::Unassigned { count } => {
                let (since, most) = self.without.unwrap_or((now, 0));
                self.without = Some((since, most.max(count)));
            }
            // The reader tells of what operators do by itself.
            ApplicationFact::Requests { .. }
            | ApplicationFact::Customers { .. }
            | ApplicationFact::Moved { acts: true, .. }
            | ApplicationFact::Act { .. } => {}
        }
    }

    /// The moments of a run that ends; how many are left out.
    pub(super) fn finish(&self, mut tell: impl FnMut(Moment)) -> u64 {
        let begin = |at, count| Moment { at, what: What::WithoutCell { count, lasted: None } };
        if let Some((since, count, over)) = self.told {
            tell(begin(since, count));
            tell(Moment { at: over, what: What::WithoutCell { count, lasted: Some(over.since(since)) } });
        }
        if let Some((since, count)) = self.without {
            tell(begin(since, count));
        }
        self.moves.finish(Movers::Customers, tell) + self.later
    }
}
