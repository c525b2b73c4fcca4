//! Launches of a service that were refused one by one: each waits for a next try of its own, and holds up no other.
//!
//! ```text
//! next ─► taken on: `taken`
//!   ▲ └─► refused: `backs_off` ─► resting ─► its time has come: `ready` ─► again ─► next
//! ```
//! A launch keeps its number through all its tries, so that what chance says of a try depends on which launch it is and
//! on how often it was tried, and not on when. Without a refusal the table is empty, and a launch is tried once.

use crate::engine::Time;
use crate::model::fact::Phase;
use std::collections::VecDeque;

/// A try of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Which launch of the service, from 0.
    pub launch: u32,
    /// How often it was refused before.
    pub attempt: u32,
}

/// Refused launches of a service.
#[derive(Clone, Debug)]
pub struct Tries {
    /// Until when each rests, and its next try; in order of time.
    backing_off: VecDeque<(Time, Try)>,
    /// Those whose time has come, in order.
    again: VecDeque<Try>,
    /// Launches that were tried in vain and are not wanted any more: their numbers do not come again.
    gone: u32,
    /// What those that rest wait for.
    pub waits: Phase,
}

impl Default for Tries {
    fn default() -> Self {
        Tries { backing_off: VecDeque::new(), again: VecDeque::new(), gone: 0, waits: Phase::ControlPlane }
    }
}

impl Tries {
    /// Launches that rest: they are due, and must not be tried now.
    pub fn backing_off(&self) -> u32 {
        self.backing_off.len() as u32
    }

    /// Launches that have been refused and not been taken on.
    pub fn refused(&self) -> u32 {
        (self.backing_off.len() + self.again.len()) as u32
    }

    /// The try that comes next, of a service with so many launches taken on.
    pub fn next(&self, launched: u32) -> Try {
        let fresh = || Try { launch: launched + self.refused() + self.gone, attempt: 0 };
        self.again.front().copied().unwrap_or_else(fresh)
    }

    /// It was refused, and rests until then; whether nobody else rests until then.
    pub fn backs_off(&mut self, launched: u32, until: Time) -> bool {
        let Try { launch, attempt } = self.next(launched);
        self.again.pop_front();
        let alone = self.backing_off.back().is_none_or(|(last, _)| *last != until);
        self.backing_off.push_back((until, Try { launch, attempt: attempt + 1 }));
        alone
    }

    pub fn taken(&mut self) {
        self.again.pop_front();
    }

    /// It was refused, and is not wanted any more.
    pub fn skip(&mut self) {
        self.again.pop_front();
        self.gone += 1;
    }

    /// Whoever has rested for long enough comes next.
    pub fn ready(&mut self, now: Time) {
        while self.backing_off.front().is_some_and(|(until, _)| *until <= now) {
            self.again.extend(self.backing_off.pop_front().map(|(_, one)| one));
        }
    }

    /// No more than so many launches are due: the newest refused ones beyond are not wanted any more.
    pub fn keep(&mut self, due: u32) {
        while self.refused() > due {
            let _ = self.backing_off.pop_back().map(|(_, one)| one).or_else(|| self.again.pop_back());
            self.gone += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_keeps_its_number_and_none_comes_twice() {
        let mut tries = Tries::default();
        let at = Time(30);
        assert_eq!(tries.next(5), Try { launch: 5, attempt: 0 });
        assert!(tries.backs_off(5, at));
        assert_eq!(tries.next(5), Try { launch: 6, attempt: 0 });
        assert!(!tries.backs_off(5, at));
        tries.taken();
        assert_eq!(tries.next(6), Try { launch: 8, attempt: 0 });
        tries.ready(Time(29));
        assert_eq!((tries.backing_off(), tries.refused()), (2, 2));
        tries.ready(at);
        assert_eq!((tries.backing_off(), tries.next(6)), (0, Try { launch: 5, attempt: 1 }));
        tries.taken();
        assert_eq!(tries.next(7), Try { launch: 6, attempt: 1 });
        tries.keep(0);
        assert_eq!(tries.next(7), Try { launch: 8, attempt: 0 });
    }
}
