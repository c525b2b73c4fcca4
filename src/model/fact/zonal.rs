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
}
