//! What an alarm saw in the periods before, for whoever acts by a datapoint that is known late.

use super::window::Window;
use crate::engine::{Span, Time};
use std::collections::VecDeque;

/// Periods that have ended, the newest last; periods alike stand together.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    /// How long they are kept.
    keeps: Span,
    /// What was seen, and when the last period of the run ended.
    runs: VecDeque<(Window, Time)>,
}

impl Recent {
    pub(super) fn new(keeps: Span) -> Recent {
        Recent { keeps, runs: VecDeque::new() }
    }

    /// A period is over.
    pub(super) fn push(&mut self, end: Time, seen: Window) {
        match self.runs.back_mut() {
            Some((last, until)) if *last == seen => *until = end,
            _ => self.runs.push_back((seen, end)),
        }
        while self.runs.front().is_some_and(|(_, until)| *until + self.keeps < end) {
            self.runs.pop_front();
        }
    }

    /// The periods since were like the last one, up to `end`.
    pub(super) fn extend(&mut self, end: Time) {
        if let Some((_, until)) = self.runs.back_mut() {
            *until = end;
        }
    }

    /// What the period saw that ended at `end`.
    pub(super) fn at(&self, end: Time) -> Option<Window> {
        self.runs.iter().find(|(_, until)| *until >= end).map(|(seen, _)| *seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_found_by_its_end() {
        let mut recent = Recent::new(Span::from_secs(180));
        let at = |minute: u64| Time::ZERO + Span::MINUTE * minute;
        for (minute, seen) in [(1, 5), (2, 5), (3, 6), (4, 7), (5, 7)] {
            recent.push(at(minute), Window::Count(seen));
        }
        recent.extend(at(7));
        let seen = |minute: u64| recent.at(at(minute));
        // The first run ended three minutes before the last push: it is kept, and not for longer.
        assert_eq!(
            [2, 3, 4, 7, 8].map(seen),
            [Some(5), Some(6), Some(7), Some(7), None].map(|one| one.map(Window::Count))
        );
        recent.push(at(8), Window::Count(9));
        assert_eq!(recent.runs.front().map(|(_, until)| *until), Some(at(7)));
    }
}
