//! A capacity provider with hosts: who is there, who boots, who waits for room.

use crate::engine::Time;
use crate::model::fact::Cause;
use crate::model::ids::{HostId, TaskId, TypeId, ZoneId};
use std::collections::VecDeque;

/// A capacity provider as a cell runs it. On Fargate only `refusals` is used.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// Hosts, booting ones included, oldest first; some may be dead in truth.
    pub hosts: Vec<HostId>,
    /// Hosts launched so far: the next number.
    pub launched: u32,
    /// Requests for a host while a share of them failed: the next number.
    pub requests: u32,
    /// `DesiredCapacity` of the group.
    pub desired: u32,
    /// Hosts whose successor a fault brings: the group launches none for them.
    pub held: u32,
    /// Hosts in truth up and registered.
    pub up: u32,
    /// Tasks in PROVISIONING that wait for a host, oldest first; some may be gone.
    pub waiting: VecDeque<TaskId>,
    /// Points below target in a row.
    pub low_points: u32,
    /// The last point was above target.
    pub high: bool,
    /// Last scale-out.
    pub scaled_out: Option<Time>,
    /// A look at the number of hosts is on its way.
    pub filling: bool,
    /// Managed Instances: a look for badly filled hosts is on its way.
    pub watched: bool,
    /// When the last was.
    pub looked: Option<Time>,
    /// Refusals in force.
    pub refusals: Vec<Refusal>,
    /// A group evens out its zones: it has more hosts than desired for the time being.
    pub evening: bool,
    /// Zones that gave no host, and until when they are tried last.
    pub left_out: Vec<(ZoneId, Time)>,
    /// What readers were told last.
    pub told_hosts: u32,
    /// What readers were told last; `u32::MAX`: nothing.
    pub told_reservation: u32,
}

/// New Fargate tasks or new hosts are refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Where.
    pub zone: ZoneId,
    /// Hosts of which type; `None`: all.
    pub kind: Option<TypeId>,
    /// By which fault.
    pub cause: Cause,
    /// The share of requests that is, in millionths; `None`: nothing is given at all, and launches stay away.
    pub share: Option<u32>,
    /// With a share: whether the provider's next request for a host is refused. On Fargate each launch is drawn by itself.
    pub hits: bool,
}

impl Refusal {
    /// Nothing is given.
    pub fn whole(zone: ZoneId, kind: Option<TypeId>, cause: Cause) -> Refusal {
        Refusal { zone, kind, cause, share: None, hits: false }
    }

    fn is_of(&self, zone: ZoneId, kind: Option<TypeId>) -> bool {
        self.zone == zone && (self.kind.is_none() || self.kind == kind)
    }
}

impl Provider {
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
        match self.left_out.iter_mut().find(|(of, _)| *of == zone) {
            Some(row) => row.1 = until,
            None => self.left_out.push((zone, until)),
        }
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
