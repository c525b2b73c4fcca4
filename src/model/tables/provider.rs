//! A capacity provider with hosts: who is there, who boots, who waits for room.

use crate::engine::Time;
use crate::model::fact::Cause;
use crate::model::ids::{HostId, TaskId, TypeId, ZoneId};
use crate::model::status::HostStatus;
use crate::model::tables::new_hosts::NewHosts;
use crate::model::tables::{Host, find_or_add};
use std::collections::VecDeque;

/// A capacity provider as a cell runs it. On Fargate only `refusals` is used.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what was told and what is on its way are independent, not one state"
)]
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// Hosts, booting ones included, oldest first; some may be dead in truth.
    pub hosts: Vec<HostId>,
    /// Hosts launched so far: the next number.
    pub launched: u32,
    /// Requests for a host while a share of them failed: the next number.
    pub requests: u32,
    pub desired: u32,
    /// Hosts whose successor a fault brings: the group launches none for them.
    pub held: u32,
    /// Hosts in truth up and registered.
    pub up: u32,
    /// Its hosts by zone, in the order in which zones had their first.
    pub zones: Vec<InZone>,
    /// Tasks in PROVISIONING that wait for a host, oldest first; some may be gone.
    pub waiting: VecDeque<TaskId>,
    /// Points below target in a row.
    pub low_points: u32,
    /// The last point was above target.
    pub high: bool,
    pub scaled_out: Option<Time>,
    /// Hosts that managed scaling asked for and the group has not launched yet.
    pub asked: u32,
    /// Until then a host that managed scaling launched is within `instanceWarmupPeriod`: no further scale-out.
    pub warm_until: Time,
    /// Spot hosts at an elevated risk of interruption that a group with Capacity Rebalancing replaces.
    pub at_risk: Vec<AtRisk>,
    /// A look at the number of hosts is on its way.
    pub filling: bool,
    /// Managed Instances: a look for badly filled hosts is on its way.
    pub watched: bool,
    pub looked: Option<Time>,
    /// Managed Instances: the types that hold a task of each service.
    pub new_hosts: NewHosts,
    /// Refusals in force.
    pub refusals: Vec<Refusal>,
    /// Places of hosts that lost their power, while they come back one by one.
    pub places: Vec<Place>,
    /// A group evens out its zones: it has more hosts than desired for the time being.
    pub evening: bool,
    /// The zone that its group is shifted away from: it launches no host there.
    pub away: Option<ZoneId>,
    /// Zones that gave no host, and until when they are tried last.
    pub left_out: Vec<(ZoneId, Time)>,
    /// What readers were told last.
    pub reported_hosts: u32,
    /// What readers were told last; `u32::MAX`: nothing.
    pub reported_reservation: u32,
}

/// Hosts of a provider in one zone, counted. What a host counts as follows from its row alone; one in `Standby` counts
/// as none of these.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct InZone {
    pub zone: ZoneId,
    /// Hosts that take a place: all but those whose instance the group has ended.
    pub there: u32,
    /// Hosts that are not told to go.
    pub staying: u32,
    /// Those of them whose successor no fault brings.
    pub kept: u32,
    /// Those of them that are registered.
    pub active: u32,
}

/// A Spot host with a rebalance recommendation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AtRisk {
    pub host: HostId,
    /// The host that was launched to take its place, if one could be had so far.
    pub successor: Option<HostId>,
    /// The fault that it is about.
    pub cause: Cause,
}

/// New Fargate tasks or new hosts are refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub zone: ZoneId,
    /// Hosts of which type; `None`: all.
    pub kind: Option<TypeId>,
    pub cause: Cause,
    /// The share of requests that is, in millionths; `None`: nothing is given at all, and launches stay away.
    pub share: Option<u32>,
    /// With a share: whether the provider's next request for a host is refused. On Fargate each launch is drawn by
    /// itself.
    pub hits: bool,
}

impl Refusal {
    pub fn whole(zone: ZoneId, kind: Option<TypeId>, cause: Cause) -> Refusal {
        Refusal { zone, kind, cause, share: None, hits: false }
    }

    fn is_of(&self, zone: ZoneId, kind: Option<TypeId>) -> bool {
        self.zone == zone && (self.kind.is_none() || self.kind == kind)
    }
}

/// Places of hosts of one type that lost their power in a zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub zone: ZoneId,
    pub kind: TypeId,
    pub out: u32,
    /// With power again, and not taken yet.
    pub back: u32,
}

impl Provider {
    /// The places of a zone and type.
    pub fn place(&mut self, zone: ZoneId, kind: TypeId) -> &mut Place {
        let is_it = |place: &Place| place.zone == zone && place.kind == kind;
        find_or_add(&mut self.places, is_it, || Place { zone, kind, out: 0, back: 0 })
    }

    /// Whether hosts of the zone are still without power: it gives a host only in the place of one that is back.
    pub fn awaits_power(&self, zone: ZoneId) -> bool {
        self.places.iter().any(|place| place.zone == zone && place.out > 0)
    }

    /// Whether a host of this type can be had in the zone, in a place that is back or as new capacity.
    pub fn may_have(&self, zone: ZoneId, kind: TypeId) -> bool {
        let in_place = self.places.iter().any(|place| place.zone == zone && place.kind == kind && place.back > 0);
        in_place || !(self.awaits_power(zone) || self.refuses(zone, Some(kind)))
    }

    /// A host takes a place that is back, if there is one.
    pub fn take_place(&mut self, zone: ZoneId, kind: TypeId) {
        let in_place = |place: &&mut Place| place.zone == zone && place.kind == kind && place.back > 0;
        if let Some(place) = self.places.iter_mut().find(in_place) {
            place.back -= 1;
        }
    }

    /// Takes a host into all counts.
    pub fn enters(&mut self, host: &Host) {
        self.count(host, |count, by| *count += by);
    }

    /// Takes a host out of all counts.
    pub fn leaves(&mut self, host: &Host) {
        self.count(host, |count, by| *count -= by);
    }

    fn count(&mut self, host: &Host, change: fn(&mut u32, u32)) {
        let zone = host.zone;
        let row = find_or_add(&mut self.zones, |row| row.zone == zone, || InZone { zone, ..InZone::default() });
        let (stays, registered) = (host.counts(), host.status == HostStatus::Active);
        change(&mut row.there, u32::from(!(host.standby || host.leaving && host.ended)));
        change(&mut row.staying, u32::from(stays));
        change(&mut row.kept, u32::from(stays && !host.held));
        change(&mut row.active, u32::from(stays && !host.held && registered));
        let up = host.alive && matches!(host.status, HostStatus::Active | HostStatus::Draining);
        change(&mut self.up, u32::from(up));
    }

    /// Its hosts in a zone.
    pub fn in_zone(&self, zone: ZoneId) -> InZone {
        self.zones.iter().find(|row| row.zone == zone).copied().unwrap_or(InZone { zone, ..InZone::default() })
    }

    /// A count over all zones.
    pub fn sum(&self, of: fn(&InZone) -> u32) -> u32 {
        self.zones.iter().map(of).sum()
    }

    /// Whether new capacity of this type (`None`: Fargate) is refused in the zone.
    pub fn refuses(&self, zone: ZoneId, kind: Option<TypeId>) -> bool {
        self.refusals.iter().any(|one| one.is_of(zone, kind) && (one.share.is_none() || one.hits))
    }

    /// Refusals of a share of what is asked for, on Fargate in a zone: by which fault, and how much, in millionths.
    pub fn partly(&self, zone: ZoneId) -> impl Iterator<Item = (Cause, u32)> {
        let all = self.refusals.iter().filter(move |one| one.is_of(zone, None));
        all.filter_map(|one| Some((one.cause, one.share?)))
    }

    /// Whether a share of the requests for hosts is refused: one that fails says nothing of the next.
    pub fn is_partial(&self) -> bool {
        self.refusals.iter().any(|one| one.share.is_some())
    }

    /// Whether the next request for a host fails in the zone by chance alone.
    pub fn unlucky(&self, zone: ZoneId) -> bool {
        let here = || self.refusals.iter().filter(|one| one.zone == zone);
        here().any(|one| one.hits) && here().all(|one| one.share.is_some())
    }

    /// Whether a zone gave no host a short while ago.
    pub fn is_left_out(&self, zone: ZoneId, now: Time) -> bool {
        self.left_out.iter().any(|(of, until)| *of == zone && *until > now)
    }

    /// A zone gave no host.
    pub fn leave_out(&mut self, zone: ZoneId, until: Time) {
        find_or_add(&mut self.left_out, |(of, _)| *of == zone, || (zone, until)).1 = until;
    }

    /// Lifts one refusal.
    pub fn lift(&mut self, refusal: Refusal) {
        let of = |one: &Refusal| (one.zone, one.kind, one.cause);
        if let Some(row) = self.refusals.iter().position(|one| of(one) == of(&refusal)) {
            self.refusals.swap_remove(row);
        }
    }

    /// The share that a fault refuses changes.
    pub fn share_is(&mut self, cause: Cause, share: u32) {
        for one in self.refusals.iter_mut().filter(|one| one.cause == cause) {
            one.share = Some(share);
        }
    }
}
