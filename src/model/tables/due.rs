//! How long launches that are due have waited for a bucket, a queue or a control-plane cell.

use crate::engine::{Span, Time};
use std::collections::VecDeque;

/// Times that are kept without a further request for memory; more are as rare as many launches that wait.
const ROOM: usize = 16;

/// Launches of one service that are due, the oldest first. Its clock runs only while what is due waits for a bucket, a
/// queue or a cell, so that a wait for capacity, or a rest after failed starts, is none.
#[derive(Clone, Debug)]
pub struct Due {
    /// Microseconds for which it has run.
    clock: i64,
    /// When it was last read.
    at: Time,
    runs: bool,
    /// What the clock showed when launches became due, and how many did.
    since: VecDeque<(i64, u32)>,
    count: u32,
    /// Launches of the service so far.
    launched: u32,
    /// RunTask calls in the queue of a cell: how long each had waited before, and when it came there.
    calls: VecDeque<(Span, Time)>,
}

impl Default for Due {
    fn default() -> Due {
        let (since, calls) = (VecDeque::with_capacity(ROOM), VecDeque::new());
        Due { clock: 0, at: Time::ZERO, runs: false, since, count: 0, launched: 0, calls }
    }
}

impl Due {
    fn read(&mut self, now: Time) {
        if self.runs {
            self.clock += now.since(self.at).0.cast_signed();
        }
        self.at = now;
    }

    #[inline]
    fn push(&mut self, since: i64, count: u32) {
        match self.since.back_mut() {
            _ if count == 0 => return,
            Some((last, more)) if *last == since => *more += count,
            _ => self.since.push_back((since, count)),
        }
        self.count += count;
    }

    /// Launches of a call that has waited already are due.
    pub fn came(&mut self, now: Time, waited: Span, count: u32) {
        self.read(now);
        self.push(self.clock - waited.0.cast_signed(), count);
    }

    /// A call stands in the queue of its cell; so long it has waited before.
    pub fn queues(&mut self, now: Time, waited: Span) {
        self.calls.push_back((waited, now));
    }

    /// The call that came first has its turn.
    pub fn has_turn(&mut self, now: Time, count: u32) {
        if let Some((waited, came)) = self.calls.pop_front() {
            self.came(now, waited + now.since(came), count);
        }
    }

    /// After an event: so many launches there were so far, so many are due, and whether these wait for a bucket, a
    /// queue or a cell. What was launched meanwhile is told with how long it waited, if it did.
    #[inline]
    pub fn settle(&mut self, now: Time, launched: u32, pending: u32, waits: bool, mut tell: impl FnMut(Span, u32)) {
        if pending == 0 && self.count == 0 && !self.runs {
            // What became due went at once.
            self.launched = launched;
            return;
        }
        self.read(now);
        let gone = launched - self.launched;
        // What is due without a call of its own became so now; what is not wanted any more was the newest.
        let clock = self.clock;
        self.push(clock, (pending + gone).saturating_sub(self.count));
        while self.count > pending + gone {
            let more = self.count - (pending + gone);
            let Some((_, last)) = self.since.back_mut() else { break };
            let struck = more.min(*last);
            *last -= struck;
            self.count -= struck;
            if *last == 0 {
                self.since.pop_back();
            }
        }
        let mut left = gone;
        while left > 0 {
            let Some((since, first)) = self.since.front_mut() else { break };
            let taken = left.min(*first);
            if clock > *since {
                tell(Span((clock - *since).cast_unsigned()), taken);
            }
            (*first, left) = (*first - taken, left - taken);
            self.count -= taken;
            if *first == 0 {
                self.since.pop_front();
            }
        }
        (self.launched, self.runs) = (launched, waits && pending > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::from_secs(seconds)
    }

    fn told(due: &mut Due, now: u64, launched: u32, pending: u32, waits: bool) -> Vec<(u64, u32)> {
        let mut told = Vec::new();
        due.settle(at(now), launched, pending, waits, |span, count| told.push((span.0 / 1_000_000, count)));
        told
    }

    #[test]
    fn the_oldest_go_first_and_only_waits_for_tokens_count() {
        let mut due = Due::default();
        assert_eq!(told(&mut due, 0, 1, 3, true), [], "one went at once");
        assert_eq!(told(&mut due, 10, 2, 3, false), [(10, 1)], "one more became due");
        // From 10 on they wait for capacity, from 20 on for a token again.
        assert_eq!(told(&mut due, 20, 2, 3, true), []);
        assert_eq!(told(&mut due, 25, 4, 1, true), [(15, 2)], "the one that came at 10 waits on");
        assert_eq!(told(&mut due, 30, 4, 0, true), [], "the last is not wanted any more");
        assert_eq!(told(&mut due, 40, 5, 0, false), [], "due and gone in one instant");
    }

    #[test]
    fn calls_bring_what_they_have_waited() {
        let mut due = Due::default();
        due.came(at(5), Span::from_secs(2), 2);
        assert_eq!(told(&mut due, 5, 2, 0, false), [(2, 2)]);
        due.queues(at(6), Span::from_secs(1));
        due.queues(at(7), Span::ZERO);
        due.has_turn(at(9), 3);
        assert_eq!(told(&mut due, 9, 5, 0, false), [(4, 3)]);
        due.has_turn(at(9), 3);
        assert_eq!(told(&mut due, 9, 5, 3, true), []);
        assert_eq!(told(&mut due, 10, 8, 0, true), [(3, 3)]);
    }
}
