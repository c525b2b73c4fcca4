//! Zonal shifts in force: several may be active for a resource, one of them is applied ([arc-precedence]).

use crate::engine::Time;
use crate::model::cause::Cause;
use crate::model::ids::{AutoshiftId, ChangeId, Resource, ShiftSource, ZoneId};
use crate::model::plan::ZoneEvent;
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

/// A fault that impairs a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impaired {
    pub zone: ZoneId,
    pub kind: ZoneEvent,
    pub cause: Cause,
}

/// Shifts of the resources of a partition.
#[derive(Clone, Debug, Default)]
pub struct ZonalShifts {
    /// In the order in which they began.
    pub active: Vec<Active>,
    /// How often changes that an alarm starts have been asked for.
    pub turns: BTreeMap<ChangeId, u32>,
    /// Zones that faults impair, in the order in which these began.
    pub impaired: Vec<Impaired>,
    /// Of them, those that AWS has seen for a resource.
    pub seen: Vec<(AutoshiftId, Impaired)>,
    /// Practice runs that have begun, by resource: the number of the next.
    pub runs: BTreeMap<AutoshiftId, u32>,
    /// When those that end by themselves do.
    pub expires: Vec<(ShiftSource, Time)>,
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

    /// The practice run of a resource, if one is active.
    pub fn practice(&self, resource: Resource) -> Option<ShiftSource> {
        let run = |one: &&Active| one.resource == resource && matches!(one.source, ShiftSource::Practice(_));
        self.active.iter().find(run).map(|one| one.source)
    }

    /// Takes out a shift that ends by now.
    pub fn take_expired(&mut self, now: Time) -> Option<ShiftSource> {
        let place = self.expires.iter().position(|(_, at)| *at <= now)?;
        Some(self.expires.remove(place).0)
    }

    pub fn is_active(&self, source: ShiftSource) -> bool {
        self.active.iter().any(|one| one.source == source)
    }
}

/// The lower comes first: customers before AWS, autoshifts before practice runs.
const fn rank(source: ShiftSource) -> u8 {
    match source {
        ShiftSource::Change(_) => 0,
        ShiftSource::Autoshift(_) => 1,
        ShiftSource::Practice(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ids::ServiceId;

    #[test]
    fn the_precedence_is_that_of_the_table() {
        use ShiftSource::{Autoshift, Change, Practice};
        let (by_hand, auto, run) = (Change(ChangeId(3)), Autoshift(AutoshiftId(0)), Practice(AutoshiftId(0)));
        let resource = Resource::Balancer(ServiceId(1));
        let active = |source, zone| Active { resource, source, zone: ZoneId(zone) };
        let applied = |active: &[Active]| {
            let shifts = ZonalShifts { active: active.to_vec(), ..ZonalShifts::default() };
            shifts.applied(resource).map(|one| one.source)
        };
        assert_eq!(applied(&[]), None);
        for [first, second, wins] in [[by_hand, auto, by_hand], [auto, by_hand, by_hand], [run, auto, auto]] {
            assert_eq!(applied(&[active(first, 0), active(second, 1)]), Some(wins));
        }
        assert_eq!(applied(&[active(auto, 0), active(auto, 1)]), Some(auto));
        let other = Active { resource: Resource::Balancer(ServiceId(2)), ..active(by_hand, 0) };
        assert_eq!(applied(&[other]), None, "it is of another resource");
    }
}
