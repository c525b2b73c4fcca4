//! Zonal shifts in force: several may be active for a resource, one of them is applied ([arc-precedence]).

use crate::model::cause::Cause;
use crate::model::ids::{ChangeId, Resource, ShiftSource, ZoneId};
use std::collections::BTreeMap;

/// The applied shift of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    pub zone: ZoneId,
    /// What losses through it are booked on.
    pub cause: Cause,
}

/// A shift that is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    pub resource: Resource,
    pub source: ShiftSource,
    pub zone: ZoneId,
}

/// Shifts of the resources of a partition.
#[derive(Clone, Debug, Default)]
pub struct ZonalShifts {
    /// In the order in which they began.
    pub active: Vec<Active>,
    /// How often changes that an alarm starts have been asked for.
    pub turns: BTreeMap<ChangeId, u32>,
}

impl ZonalShifts {
    /// The shift that is applied: the first of those with the highest precedence.
    pub fn applied(&self, resource: Resource) -> Option<Active> {
        let mut best: Option<Active> = None;
        for one in self.active.iter().filter(|one| one.resource == resource) {
            if best.is_none_or(|best| rank(one.source) < rank(best.source)) {
                best = Some(*one);
            }
        }
        best
    }

    /// Whether a shift that somebody started is active for a resource.
    pub fn by_hand(&self, resource: Resource) -> bool {
        self.active.iter().any(|one| one.resource == resource && matches!(one.source, ShiftSource::Change(_)))
    }

    pub fn is_active(&self, source: ShiftSource) -> bool {
        self.active.iter().any(|one| one.source == source)
    }
}

/// The lower comes first: customers before AWS, autoshifts before practice runs.
const fn rank(source: ShiftSource) -> u8 {
    match source {
        ShiftSource::Change(_) => 0,
    }
}
