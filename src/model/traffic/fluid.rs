//! A rate as a fluid: it is split over nodes, groups and targets in whole numbers, so that the parts add up to it.

use super::{Ask, Node, Offer, Routed, Share, Spoilt, Targets};
use crate::model::plan::WHOLE;
use crate::model::plan::response::{BILLION, Pace, Response, load_of, share_of};
use crate::model::quantity::part_of;
use crate::model::tables::asked::Answers;
use crate::model::tables::shortfall::Split;
use std::ops::Range;

/// Routes a rate: what each group makes of it in each zone goes to `shares`, in the order of `ask.targets`.
///
/// `spoils` says what the code of targets fails of what they are offered; such requests are not tried again elsewhere,
/// and take a target's time all the same. How long answers take goes to `answers`, where it is told; those of slower
/// targets are left to `spoils`.
#[inline]
pub(crate) fn route(
    ask: &Ask<'_>,
    shares: &mut Vec<Share>,
    answers: &mut Vec<Answers>,
    spoils: &mut impl FnMut(Offer<'_>) -> Spoilt,
) -> Routed {
    answers.clear();
    shares.clear();
    shares.resize(ask.targets.len(), Share::default());
    let rows = ask.targets.len() / ask.weights.len();
    let mut routed = Routed::default();
    let mut to = To { ask, rows, shares, answers, routed: &mut routed };
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
    answers: &'b mut Vec<Answers>,
    routed: &'b mut Routed,
}

impl To<'_, '_> {
    /// What one node gets goes over the groups by weight.
    #[inline]
    fn groups(&mut self, rate: u64, rows: Range<usize>, spoils: &mut impl FnMut(Offer<'_>) -> Spoilt) {
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
    fn targets(&mut self, rate: u64, group: usize, rows: Range<usize>, spoils: &mut impl FnMut(Offer<'_>) -> Spoilt) {
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
            let offer = Offer { group, at: one, rate: offered, open, targets: good };
            let spoilt = if offered > 0 { spoils(offer) } else { Spoilt::default() };
            *share = Share { asked: offered + dead, offered, dead, spoilt: spoilt.failed, ..Share::default() };
            let full = u128::from(good) * u128::from(self.ask.per_task);
            match self.ask.response {
                None => answer(share, offered - spoilt.failed, full - u128::from(spoilt.failed), one),
                Some(response) => answer_in_time(share, full, spoilt, one, (response, self.answers)),
            }
            self.routed.to_dead += dead;
            self.routed.overload += share.overload;
            self.routed.spoilt += share.spoilt + share.errors + share.slowed;
            self.routed.served += share.served;
            self.routed.late += share.late;
            self.routed.too_late += share.too_late();
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

/// The same where answers take their time: what finds a full queue is refused, and what comes after the time-out is
/// lost.
fn answer_in_time(
    share: &mut Share,
    full: u128,
    spoilt: Spoilt,
    targets: &Targets,
    (response, answers): (&Response, &mut Vec<Answers>),
) {
    let of = |part: u64, whole: u128| whole * u128::from(part) / u128::from(WHOLE);
    let rate = share.offered - spoilt.failed - spoilt.late;
    let spoilt_room = u128::from(spoilt.failed);
    let room = of(targets.capacity_ppm, full);
    // How busy they are, and how busy they would be if the zone were not slow.
    let (load, usual) = (load_of(share.offered, room), load_of(share.offered, full));
    let undisturbed = response.admitted(rate, usual, full.saturating_sub(spoilt_room));
    let admitted = response.admitted(rate, load, room.saturating_sub(spoilt_room)).min(undisturbed);
    let errors = share_of(admitted, (WHOLE - targets.good_ppm) * (BILLION / WHOLE));
    let pace = Pace { added: targets.added, ..Pace::at(load) };
    let late = response.late(pace);
    let by_zone = late.saturating_sub(response.late(Pace::at(usual)));
    let all_late = share_of(admitted - errors, late);
    share.overload = rate - undisturbed;
    share.slowed = undisturbed - admitted;
    share.errors = errors;
    share.late_by_code = spoilt.late;
    share.late_by_zone = share_of(admitted - errors, by_zone).min(all_late);
    share.late = all_late - share.late_by_zone;
    share.served = admitted - errors - all_late;
    super::answer(answers, pace, admitted.saturating_sub(spoilt.slower));
}
