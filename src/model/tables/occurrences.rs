//! Faults in force, how often each has begun, and the clocks that occurrence again and again.

use crate::engine::index::Slots;
use crate::engine::{Time, Who};
use crate::model::fact::Cause;
use crate::model::ids::{CellId, FaultId, HostId, ProviderId, TaskId, TypeId, ZoneId};

/// What a clock of `every` belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FaultTarget {
    /// Everything that the fault names.
    All,
    Zone(ZoneId),
    Host(HostId),
    Task(TaskId),
    Cell(CellId),
    Pool(ProviderId, ZoneId, Option<TypeId>),
}

/// A fault in force.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    pub cause: Cause,
    pub fault: FaultId,
    pub fault_target: FaultTarget,
    /// Birth certificate of this occurrence.
    pub who: Who,
    pub began: Time,
    /// When it ends, if it does.
    pub ends: Option<Time>,
    /// The one zone where it is; [`NO_ZONE`](crate::model::fact::NO_ZONE): in several, or in none.
    pub zone: ZoneId,
    /// Its clock, when it has one that runs again.
    pub(crate) clock: Option<u32>,
}

/// A clock of `every`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) fault: FaultId,
    pub(crate) fault_target: FaultTarget,
    pub(crate) who: Who,
    pub(crate) rounds: u32,
}

/// Faults in force, how often each has begun, and the clocks that run.
#[derive(Clone, Debug, Default)]
pub struct Occurrences {
    pub(crate) rows: Slots<Occurrence>,
    pub(crate) begun: Vec<u32>,
    pub(crate) clocks: Vec<Clock>,
}

impl Occurrences {
    /// Faults that have begun and not ended.
    pub fn in_force(&self) -> impl Iterator<Item = &Occurrence> {
        self.rows.pairs().map(|(_, occurrence)| occurrence)
    }
}
