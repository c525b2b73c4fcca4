//! A capacity provider with hosts: who is there, who boots, who waits for room.

use crate::engine::Time;
use crate::model::fact::Cause;
use crate::model::ids::{HostId, TaskId, TypeId, ZoneId};
use crate::model::status::HostStatus;
use crate::model::tables::Host;
use std::collections::VecDeque;

/// A capacity provider as a cell runs it. On Fargate only `refusals` is used.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    /// Hosts, booting ones included, oldest first; some may be dead in truth.
    pub hosts: Vec<HostId>,
    /// Hosts launched so far: the next number.
    pub launched: u32,
    /// `DesiredCapacity` of the group.
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
    /// Last scale-out.
    pub scaled_out: Option<Time>,
    /// Hosts that managed scaling asked for and the group has not launched yet.
    pub asked: u32,
    /// Until then a host that managed scaling launched is within `instanceWarmupPeriod`: no further scale-out.
    pub warm_until: Time,
    /// Spot hosts at an elevated risk of interruption that a group with Capacity Rebalancing replaces.
    pub at_risk: Vec<AtRisk>,
    /// A look at the number of hosts is on its way.
    pub filling: bool,
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

/// Hosts of a provider in one zone, counted. What a host counts as follows from its row alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct InZone {
    /// Where.
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
    /// Which.
    pub host: HostId,
    /// The host that was launched to take its place, if one could be had so far.
    pub successor: Option<HostId>,
    /// The fault that it is about.
    pub cause: Cause,
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
}

impl Provider {
    /// Takes a host into all counts.
    pub fn enters(&mut self, host: &Host) {
        self.count(host, |count, by| *count += by);
    }

    /// Takes a host out of all counts.
    pub fn leaves(&mut self, host: &Host) {
        self.count(host, |count, by| *count -= by);
    }

    fn count(&mut self, host: &Host, change: fn(&mut u32, u32)) {
        let place = self.zones.iter().position(|row| row.zone == host.zone).unwrap_or_else(|| {
            self.zones.push(InZone { zone: host.zone, there: 0, staying: 0, kept: 0, active: 0 });
            self.zones.len() - 1
        });
        let row = &mut self.zones[place];
        let (stays, registered) = (!host.leaving, host.status == HostStatus::Active);
        change(&mut row.there, u32::from(stays || !host.ended));
        change(&mut row.staying, u32::from(stays));
        change(&mut row.kept, u32::from(stays && !host.held));
        change(&mut row.active, u32::from(stays && !host.held && registered));
        let up = host.alive && matches!(host.status, HostStatus::Active | HostStatus::Draining);
        change(&mut self.up, u32::from(up));
    }

    /// Its hosts in a zone.
    pub fn in_zone(&self, zone: ZoneId) -> InZone {
        let none = InZone { zone, there: 0, staying: 0, kept: 0, active: 0 };
        self.zones.iter().find(|row| row.zone == zone).copied().unwrap_or(none)
    }

    /// A count over all zones.
    pub fn sum(&self, of: fn(&InZone) -> u32) -> u32 {
        self.zones.iter().map(of).sum()
    }

    /// Whether new capacity of this type (`None`: Fargate) is refused in the zone.
    pub fn refuses(&self, zone: ZoneId, kind: Option<TypeId>) -> bool {
        let matches = |one: &Refusal| one.zone == zone && (one.kind.is_none() || one.kind == kind);
        self.refusals.iter().any(matches)
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
        if let Some(row) = self.refusals.iter().position(|&one| one == refusal) {
            self.refusals.swap_remove(row);
        }
    }
}
