//! Targets whose code is slow: what they refuse for it, and what they answer too late.
//!
//! A defect leaves a target only a part of what it can answer. Where response times are told, that is a part of its
//! speed: it is busier, and each answer takes as many times longer. What comes after the time-out for that, beyond what
//! would be late anyway, is lost to the defect.

use crate::model::defect;
use crate::model::fact::{Cause, Phase};
use crate::model::flows::World;
use crate::model::ids::ServiceId;
use crate::model::plan::WHOLE;
use crate::model::plan::response::{BILLION, Pace, Response, load_of, share_of};
use crate::model::quantity::part_of;
use crate::model::tables::asked::Answers;
use crate::model::traffic::{self, Spoilt, Targets};

/// Where what slower targets answer is told.
pub(super) struct Slow<'a> {
    /// How long targets take, where that is told.
    pub(super) response: Option<&'a Response>,
    pub(super) answers: &'a mut Vec<Answers>,
}

/// What a defect spoils of a rate.
#[derive(Clone, Copy, Default)]
pub(super) struct Spoils {
    pub(super) errors: u64,
    /// Refused, as there is less room.
    pub(super) refused: u64,
    pub(super) late: u64,
    /// Answers of slower targets that are left.
    pub(super) slower: u64,
}

impl Spoils {
    pub(super) fn add(&mut self, other: Spoils) {
        self.errors += other.errors;
        self.refused += other.refused;
        self.late += other.late;
        self.slower += other.slower;
    }
}

impl Slow<'_> {
    /// What targets in a zone that can answer `full`, and with their defect what `with` says, spoil of a rate.
    pub(super) fn spoils(&mut self, rate: u64, full: u64, with: defect::Answers, at: &Targets) -> Spoils {
        let defect::Answers { room, errors } = with;
        let Some(response) = self.response.filter(|_| room < full) else {
            return Spoils { errors, refused: rate.min(full) - rate.min(room), ..Spoils::default() };
        };
        let pace = |room: u64, left: u64| {
            let load = load_of(rate, u128::from(part_of(room, at.capacity_ppm)));
            Pace { load, left: left as u32, added: at.added }
        };
        let (usual, slow) = (pace(full, WHOLE), pace(room, room.saturating_mul(WHOLE) / full));
        let undisturbed = response.admitted(rate, usual.load, u128::from(full));
        let admitted = response.admitted(rate, slow.load, u128::from(room)).min(undisturbed);
        let errors = errors.min(admitted);
        let answered = admitted - errors;
        // Of what is left the usual share will be late.
        let (anyway, late) = (response.late(usual), response.late(slow));
        let more = late.saturating_sub(anyway) * BILLION / (BILLION - anyway).max(1);
        let late = share_of(answered, more.min(BILLION));
        traffic::answer(self.answers, slow, answered);
        Spoils { errors, refused: undisturbed - admitted, late, slower: answered - late }
    }
}

/// Books what a change spoils.
pub(super) fn book(world: &mut World, id: ServiceId, cause: Cause, found: Spoils, spoilt: &mut Spoilt) {
    let Spoils { errors, refused, late, slower } = found;
    for (phase, rate) in [(Phase::Errors, errors), (Phase::Overload, refused), (Phase::Timeout, late)] {
        if rate > 0 {
            world.services[id].shortfalls.line(cause, phase).rate += rate;
        }
    }
    spoilt.failed += errors + refused;
    spoilt.late += late;
    spoilt.slower += slower;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::model::ids::ZoneId;
    use crate::model::plan::response::{Kind, Law};
    use std::sync::Arc;

    #[test]
    fn half_the_speed_is_twice_as_busy_and_takes_twice_as_long() {
        const RATE: u64 = 1_000_000_000;
        let law = Law::new(Kind::Queue { concurrency: 6, queue: 100 }, 60 * RATE);
        let response = Response::new(Arc::new(law), Some(Span::from_millis(800)));
        let at = Targets::none(ZoneId(0));
        let mut answers = Vec::new();
        let mut slow = Slow { response: Some(&response), answers: &mut answers };
        let found = slow.spoils(20 * RATE, 60 * RATE, defect::Answers { room: 30 * RATE, errors: 0 }, &at);
        // Of a rate that fills a third, as much is late in all as when two thirds are filled at half the speed.
        let twice = Pace { left: 500_000, ..Pace::at(666_666) };
        let anyway = share_of(20 * RATE - found.late, response.late(Pace::at(333_333)));
        let all = share_of(20 * RATE, response.late(twice));
        assert!(found.late > RATE / 100 && (found.late + anyway).abs_diff(all) < 20, "{} {anyway} {all}", found.late);
        assert_eq!((found.refused, found.slower), (0, 20 * RATE - found.late));
        assert_eq!(answers, [Answers { pace: twice, rate: 20 * RATE }]);
    }
}
