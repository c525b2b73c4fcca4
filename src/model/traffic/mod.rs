//! Where requests go, and what becomes of them: targets, weights and a load balancer in, shares out.
//!
//! ```text
//! rate ─► nodes that clients call ─► target groups by weight ─► targets, each alike ─► served | lost, by reason
//! ```
//! Nobody here knows a world: `flows/traffic/route.rs` gathers what [`Ask`] holds, calls [`route`], and books what is
//! lost. `route` takes a rate as a fluid. Single requests, one by one, can be had from a second function with the same
//! face: it fills the same [`Share`]s and gives back the same [`Routed`].

mod fluid;
#[cfg(test)]
mod tests;

pub(crate) use fluid::route;

use super::ids::ZoneId;
use super::plan::WHOLE;
use super::plan::response::{Pace, Response};
use super::tables::asked::Answers;
use crate::engine::Span;

/// The targets of one target group in one zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Targets {
    pub(crate) zone: ZoneId,
    /// Targets that get requests and answer.
    pub(crate) serving: u32,
    /// Targets that get requests and cannot answer.
    pub(crate) dead: u32,
    /// Registered targets that get none though they would answer.
    pub(crate) idle: u32,
    /// Registered targets that get none and would not answer.
    pub(crate) idle_dead: u32,
    /// They are out of rotation, however healthy they are: they get requests only when the group fails open.
    pub(crate) away: bool,
    /// What the zone leaves of what a target can answer, in millionths.
    pub(crate) capacity_ppm: u64,
    /// What of its answers are good, in millionths.
    pub(crate) good_ppm: u64,
    /// What the zone adds to each answer.
    pub(crate) added: Span,
}

impl Targets {
    /// None, in a zone that answers well.
    pub(crate) fn none(zone: ZoneId) -> Targets {
        let [serving, dead, idle, idle_dead] = [0; 4];
        let (away, capacity_ppm, good_ppm, added) = (false, WHOLE, WHOLE, Span::ZERO);
        Targets { zone, serving, dead, idle, idle_dead, away, capacity_ppm, good_ppm, added }
    }

    /// Targets in rotation: healthy in the eyes of the load balancer, and not away.
    #[inline]
    fn in_rotation(&self) -> u32 {
        if self.away { 0 } else { self.serving + self.dead }
    }

    /// Those that get requests: how many answer, and how many do not. `open`: the group has failed open.
    #[inline]
    pub(crate) fn asked(&self, open: bool) -> (u32, u32) {
        match (open, self.away) {
            (true, _) => (self.serving + self.idle, self.dead + self.idle_dead),
            (false, true) => (0, 0),
            (false, false) => (self.serving, self.dead),
        }
    }
}

/// A node of a load balancer, as its clients find it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    /// Clients do not use its address.
    Unused,
    /// It answers.
    Answers,
    /// Clients use its address, and it does not answer.
    Silent,
}

/// What is asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    /// In billionths of a request for each second.
    pub(crate) rate: u64,
    /// What one target can answer, in billionths of a request for each second.
    pub(crate) per_task: u64,
    /// Nodes; clients call each that they use alike. Empty where none keeps requests from any target.
    pub(crate) nodes: &'a [Node],
    /// Whether a node sends to the targets of all rows; if not, each sends to those of its own row.
    pub(crate) cross_zone: bool,
    /// Clients that try another address at once when a node does not answer, in millionths of all.
    pub(crate) retry_ppm: u64,
    /// A weight for each target group, one at least.
    pub(crate) weights: &'a [u64],
    /// Group by group, each with the same rows, one for each zone.
    pub(crate) targets: &'a [Targets],
    /// How long targets take to answer, where that is told.
    pub(crate) response: Option<&'a Response>,
}

/// What the living targets of a group in a zone are offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    /// The place of the group among the weights.
    pub(crate) group: usize,
    pub(crate) at: &'a Targets,
    pub(crate) rate: u64,
    /// Whether the group has failed open.
    pub(crate) open: bool,
    /// How many targets that is.
    pub(crate) targets: u32,
}

/// What the code of targets makes of an offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Spoilt {
    /// Failed.
    pub(crate) failed: u64,
    /// Answered after the time-out.
    pub(crate) late: u64,
    /// The rest of the answers of slower targets: how long these take is told apart.
    pub(crate) slower: u64,
}

/// Adds answers to a list that has one entry for each pace.
pub(crate) fn answer(list: &mut Vec<Answers>, pace: Pace, rate: u64) {
    match list.iter_mut().find(|known| known.pace == pace) {
        _ if rate == 0 => {}
        Some(known) => known.rate += rate,
        None => list.push(Answers { pace, rate }),
    }
}

/// What became of the requests of one group in one zone, in billionths of a request for each second. All but `asked`
/// and `offered` add up to `asked`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Share {
    /// All that came here.
    pub(crate) asked: u64,
    /// What of it came to targets that answer.
    pub(crate) offered: u64,
    /// Answered in time and well.
    pub(crate) served: u64,
    /// Sent to targets that cannot answer.
    pub(crate) dead: u64,
    /// Refused, as no target is registered.
    pub(crate) refused: u64,
    /// Failed by the code of the targets.
    pub(crate) spoilt: u64,
    /// Above what the targets can answer.
    pub(crate) overload: u64,
    /// Answered with errors, as the zone answers badly.
    pub(crate) errors: u64,
    /// What the zone would have answered if it were not slow.
    pub(crate) slowed: u64,
    /// Answered after the time-out, as the targets are busy.
    pub(crate) late: u64,
    /// The same, as the zone is slow.
    pub(crate) late_by_zone: u64,
    /// The same, by the code of the targets.
    pub(crate) late_by_code: u64,
}

impl Share {
    /// All that is answered after the time-out.
    pub(crate) fn too_late(&self) -> u64 {
        self.late + self.late_by_zone + self.late_by_code
    }
}

/// What became of a rate, in billionths of a request for each second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Routed {
    /// Answered in time and well.
    pub(crate) served: u64,
    /// Sent to targets that cannot answer.
    pub(crate) to_dead: u64,
    /// Above what living targets can answer, and what is refused without any.
    pub(crate) overload: u64,
    /// What of it is refused without any.
    pub(crate) nowhere: u64,
    /// Failed at living targets for another reason than a lack of room.
    pub(crate) spoilt: u64,
    /// Answered after the time-out, as the targets are busy.
    pub(crate) late: u64,
    /// All that is answered after it.
    pub(crate) too_late: u64,
    /// Sent to nodes that do not answer.
    pub(crate) unreached: u64,
}

/// Lists that are filled anew for each rate, so that none is allocated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fleet {
    pub(crate) targets: Vec<Targets>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) shares: Vec<Share>,
    /// Answers by pace, where response times are told.
    pub(crate) answers: Vec<Answers>,
    /// Those of slower targets among them.
    pub(crate) slower: Vec<Answers>,
}
