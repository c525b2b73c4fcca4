//! A rate as a fluid: it is split over nodes, groups and targets in whole numbers, so that the parts add up to it.

use super::{Ask, Node, Routed, Share, Targets};
use crate::model::plan::WHOLE;
use crate::model::quantity::part_of;
use crate::model::tables::shortfall::Split;
use std::ops::Range;

/// Routes a rate: what each group makes of it in each zone goes to `shares`, in the order of `ask.targets`.
///
/// `spoils` says what the code of targets fails of what they are offered, by the place of the group among the weights;
/// such requests are not tried again elsewhere, and take a target's time all the same.
#[inline]
pub(crate) fn route(
    ask: &Ask<'_>,
    shares: &mut Vec<Share>,
    spoils: &mut impl FnMut(usize, &Targets, u64, bool) -> u64,
) -> Routed {
    shares.clear();
    shares.resize(ask.targets.len(), Share::default());
    let rows = ask.targets.len() / ask.weights.len();
    let mut routed = Routed::default();
    let mut to = To { ask, rows, shares, routed: &mut routed };
    if ask.nodes.is_empty() {
        to.groups(ask.rate, 0..rows, spoils);
        return routed;
    }
    let count = |which: Node| ask.nodes.iter().filter(|node| **node == which).count() as u64;
    let (answering, silent) = (count(Node::Answers), count(Node::Silent));
    let mut unreached = Split::over(ask.rate, answering + silent).part(silent);
    if answering > 0 {
        unreached -= part_of(unreached, ask.retry_ppm);
        let left = ask.rate - unreached;
        if ask.cross_zone {
            to.groups(left, 0..rows, spoils);
        } else {
            let mut split = Split::over(left, answering);
            for (row, _) in ask.nodes.iter().enumerate().filter(|(_, node)| **node == Node::Answers) {
                to.groups(split.part(1), row..row + 1, spoils);
            }
        }
    }
    routed.unreached = unreached;
    routed
}

/// Where the parts of a rate go.
struct To<'a, 'b> {
    ask: &'a Ask<'a>,
    /// Zones of each group.
    rows: usize,
    shares: &'b mut [Share],
    routed: &'b mut Routed,
}

impl To<'_, '_> {
    /// What one node gets goes over the groups by weight.
    #[inline]
    fn groups(&mut self, rate: u64, rows: Range<usize>, spoils: &mut impl FnMut(usize, &Targets, u64, bool) -> u64) {
        if self.ask.weights.len() == 1 {
            return self.targets(rate, 0, rows, spoils);
        }
        let mut split = Split::over(rate, self.ask.weights.iter().sum());
        for (group, weight) in self.ask.weights.iter().enumerate() {
            self.targets(split.part(*weight), group, rows.clone(), spoils);
        }
    }

    /// What one group gets goes over its targets, each alike.
    #[inline]
    fn targets(
        &mut self,
        rate: u64,
        group: usize,
        rows: Range<usize>,
        spoils: &mut impl FnMut(usize, &Targets, u64, bool) -> u64,
    ) {
        let first = group * self.rows;
        let places = first + rows.start..first + rows.end;
        let targets = &self.ask.targets[places.clone()];
        let shares = &mut self.shares[places];
        // With no target in rotation the balancer fails open: it sends to all that are registered
        // ([elb-health-checks]).
        let open = targets.iter().all(|one| one.in_rotation() == 0);
        let count: u32 = targets.iter().map(|one| one.asked(open)).map(|(good, bad)| good + bad).sum();
        if count == 0 {
            // The nodes refuse what they get: each zone's the same (model choice).
            self.routed.overload += rate;
            self.routed.nowhere += rate;
            let mut split = Split::over(rate, targets.len() as u64);
            for share in shares {
                share.refused = split.part(1);
                share.asked = share.refused;
            }
            return;
        }
        let mut split = Split::over(rate, u64::from(count));
        for (one, share) in targets.iter().zip(shares) {
            let (good, bad) = one.asked(open);
            let (offered, dead) = (split.part(u64::from(good)), split.part(u64::from(bad)));
            let spoilt = if offered > 0 { spoils(group, one, offered, open) } else { 0 };
            let full = u128::from(good) * u128::from(self.ask.per_task);
            *share = Share { asked: offered + dead, offered, dead, spoilt, ..Share::default() };
            answer(share, offered - spoilt, full - u128::from(spoilt), one);
            self.routed.to_dead += dead;
            self.routed.overload += share.overload;
            self.routed.spoilt += share.spoilt + share.errors + share.slowed;
            self.routed.served += share.served;
        }
    }
}

/// What living targets, with room for `full`, make of a rate in a zone that may answer badly.
#[inline]
fn answer(share: &mut Share, rate: u64, full: u128, targets: &Targets) {
    let room = rate.min(u64::try_from(full).unwrap_or(u64::MAX));
    share.overload = rate - room;
    if targets.capacity_ppm == WHOLE && targets.good_ppm == WHOLE {
        share.served = room;
        return;
    }
    let of = |part: u64, whole: u128| u64::try_from(whole * u128::from(part) / u128::from(WHOLE)).unwrap_or(u64::MAX);
    let answered = rate.min(of(targets.capacity_ppm, full));
    share.errors = of(WHOLE - targets.good_ppm, u128::from(answered));
    share.served = answered - share.errors;
    share.slowed = room - answered;
}
