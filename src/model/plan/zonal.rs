//! Zonal shifts: which resources traffic leaves a zone for, when, and for how long ([arc-zonal-shift]).

use crate::engine::{Dist, Span};
use crate::model::ids::{AlarmId, Resource, ZoneId};

/// A zonal shift that somebody starts.
#[derive(Clone, Debug)]
pub struct ZonalShift {
    pub away_from: ZoneId,
    /// What is shifted: each for itself, as in Amazon Application Recovery Controller.
    pub resources: Vec<Resource>,
    /// From its start until it expires or is cancelled, whichever comes first.
    pub lasts: Span,
    /// Whether it is cancelled before it would expire.
    pub cancelled: bool,
    /// Who starts it; `None`: it comes at the time of its change.
    pub on_alarm: Option<OnAlarm>,
}

/// Somebody, or a function, that starts a shift when an alarm rings.
#[derive(Clone, Debug)]
pub struct OnAlarm {
    pub alarm: AlarmId,
    /// From the ring until the shift starts.
    pub after: Dist,
}
