//! What becomes of zonal shifts.

use crate::model::ids::{Resource, ShiftSource, ZoneId};

/// A zonal shift of a resource went on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct ZonalFact {
    pub source: ShiftSource,
    pub resource: Resource,
    /// The zone that it leads away from.
    pub zone: ZoneId,
    pub what: ZonalStep,
}

/// How far a zonal shift is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ZonalStep {
    /// It is active.
    Began,
    /// It was not started: another one that somebody had started was active.
    Refused,
    Expired,
    Cancelled,
    /// An autoshift is over, as AWS sees that the zone has recovered.
    Completed,
    /// A practice run has lasted for its time, and no outcome alarm rang.
    Succeeded,
    /// An outcome alarm rang during a practice run, which ends.
    Failed,
    /// A practice run was ended by something else.
    Interrupted(Interruption),
    /// A practice run did not begin, as capacity is not what it should be.
    CapacityCheckFailed,
}

impl ZonalStep {
    /// The outcome of a practice run, as its place in [`OUTCOMES`], if it has one.
    pub const fn outcome(self) -> Option<usize> {
        match self {
            ZonalStep::Succeeded => Some(0),
            ZonalStep::Failed => Some(1),
            ZonalStep::Interrupted(_) => Some(2),
            ZonalStep::CapacityCheckFailed => Some(3),
            ZonalStep::Began
            | ZonalStep::Refused
            | ZonalStep::Expired
            | ZonalStep::Cancelled
            | ZonalStep::Completed => None,
        }
    }
}

/// Outcomes of practice runs ([arc-api-model]); the last is that of one which is under way.
pub const OUTCOMES: [&str; 5] = ["SUCCEEDED", "FAILED", "INTERRUPTED", "CAPACITY_CHECK_FAILED", "PENDING"];

/// Why a practice run was interrupted ([arc-best-practices]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Interruption {
    BlockingAlarm,
    /// Somebody started a zonal shift of the resource.
    ZonalShift,
    /// AWS saw an event in the Region.
    Autoshift,
}
