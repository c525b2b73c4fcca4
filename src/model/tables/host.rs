//! Container instances: size and what is left of it, truth and belief, and the tasks on each as a linked list.

use crate::engine::index::Slots;
use crate::engine::{Time, Who};
use crate::model::fact::{Cause, HostStatus, Mechanism, StopCode};
use crate::model::ids::{HostId, ProviderId, TaskId, TypeId, ZoneId};
use crate::model::plan::{InstanceType, TaskDef};

/// End of a linked list of slots.
pub const NIL: u32 = u32::MAX;

/// A container instance.
#[expect(clippy::struct_excessive_bools, reason = "truth, belief and goal are independent columns, not one state")]
#[derive(Clone, Debug, Default)]
pub struct Host {
    pub provider: ProviderId,
    pub zone: ZoneId,
    pub kind: TypeId,
    /// Number within its provider, from 0, never reused.
    pub number: u32,
    pub who: Who,
    pub alive: bool,
    pub status: HostStatus,
    /// Belief: its agent is connected.
    pub connected: bool,
    /// Faults in force that keep its agent from ECS, though host and network are fine.
    pub unheard: Vec<Cause>,
    /// Ends of tasks that its agent could not report yet, oldest first.
    pub news: Vec<(TaskId, StopCode)>,
    /// How often it was repaired: a host of the customer comes back as it was.
    pub lives: u32,
    /// How often its agent was cut off or came back, for draws that each time makes anew.
    pub switches: u32,
    /// Why it died or drains.
    pub cause: Cause,
    pub since: Time,
    /// When its last task left.
    pub idle_since: Time,
    /// When a task last started or stopped on it; told of Managed Instances only.
    pub stirred: Time,
    /// It came while badly filled hosts were drained: it is not drained for that itself.
    pub settled: bool,
    /// Outside AWS: a fault took its power, which comes back by a law of its own, or never.
    pub unpowered: bool,
    /// Whether the group must not replace it, as a fault brings its successor.
    pub held: bool,
    /// Spot: it was told that it will be taken back.
    pub reclaimed: bool,
    /// In `Standby` of its group, which neither counts nor checks, ends nor replaces it.
    pub standby: bool,
    /// Whether it goes as soon as it is empty.
    pub leaving: bool,
    /// Dead in truth, and its instance has been ended: ECS will be told within minutes.
    pub ended: bool,
    /// CPU units left.
    pub cpu: u32,
    /// MiB left.
    pub memory: u32,
    pub gpus: u32,
    pub enis: u32,
    pub ports: u64,
    /// Images it has, by number.
    pub cached: Vec<u32>,
    /// First task of its list.
    pub first: u32,
    pub tasks: u32,
    pub daemons: u32,
}

impl Host {
    pub fn booting(provider: ProviderId, zone: ZoneId, kind: TypeId, number: u32, who: Who) -> Host {
        Host {
            provider,
            zone,
            kind,
            number,
            who,
            alive: true,
            cause: Cause::mechanism(Mechanism::ScaleIn),
            first: NIL,
            ..Host::default()
        }
    }

    /// Its agent registers: from here on it takes tasks.
    pub fn register(&mut self, size: &InstanceType, trunking: bool, now: Time) {
        assert!(self.status == HostStatus::Registering, "host {} registered twice", self.number);
        self.status = HostStatus::Active;
        self.connected = true;
        self.cpu = size.cpu;
        self.memory = size.memory;
        self.gpus = size.gpus;
        self.enis = if trunking { size.trunk_enis } else { size.enis };
        self.since = now;
        self.idle_since = now;
    }

    /// Birth certificate of its present life, for draws that each life makes anew.
    pub fn life(&self) -> Who {
        if self.lives == 0 { self.who } else { self.who.nth(u64::from(self.lives)) }
    }

    /// Birth certificate of the next time that its agent is cut off or comes back.
    pub fn switch(&mut self) -> Who {
        self.switches += 1;
        self.life().nth(u64::from(self.switches))
    }

    /// Whether it counts to its provider's size: not told to go, and not in `Standby`.
    pub fn counts(&self) -> bool {
        !self.leaving && !self.standby
    }

    /// Belief: ECS may place tasks here.
    pub fn takes_tasks(&self) -> bool {
        self.status == HostStatus::Active && self.connected
    }

    /// Whether a task finds room.
    pub fn fits(&self, need: &TaskDef) -> bool {
        need.cpu <= self.cpu
            && need.memory <= self.memory
            && need.gpus <= self.gpus
            && need.ports & self.ports == 0
            && (!need.eni || self.enis > 0)
    }

    /// Reserves room; ECS may do so on a host that is dead in truth.
    pub fn reserve(&mut self, need: &TaskDef, daemon: bool) {
        assert!(self.takes_tasks(), "host {} takes no tasks, it is {:?}", self.number, self.status);
        assert!(self.fits(need), "host {} has no room for `{}`", self.number, need.name);
        self.cpu -= need.cpu;
        self.memory -= need.memory;
        self.gpus -= need.gpus;
        self.ports |= need.ports;
        self.enis -= u32::from(need.eni);
        self.tasks += 1;
        self.daemons += u32::from(daemon);
    }

    pub fn release(&mut self, need: &TaskDef, daemon: bool, now: Time) {
        self.cpu += need.cpu;
        self.memory += need.memory;
        self.gpus += need.gpus;
        self.ports &= !need.ports;
        self.enis += u32::from(need.eni);
        self.tasks -= 1;
        self.daemons -= u32::from(daemon);
        if self.tasks == self.daemons {
            self.idle_since = now;
        }
    }

    /// Without tasks other than daemons.
    pub fn empty(&self) -> bool {
        self.tasks == self.daemons
    }
}

/// All hosts of a cell.
pub type Hosts = Slots<Host>;

/// Hosts of a list that are still there.
pub fn live<'a>(hosts: &'a Hosts, list: &'a [HostId]) -> impl Iterator<Item = (HostId, &'a Host)> {
    list.iter().filter_map(|&id| hosts.get(id).map(|host| (id, host)))
}
