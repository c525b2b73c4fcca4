//! It runs, and crashes.

use super::{Effect, Kind};
use crate::engine::Dist;
use crate::model::problem::Problems;
use crate::model::quantity::Law;

object! {
    /// Tasks of the revision run and crash after a time. Neither the throttle logic nor the circuit breaker counts a
    /// task that reached RUNNING and then exited (sourced: [ecs-throttle-logic] [ecs-circuit-breaker]); alarms find it
    /// by what is lost.
    Spec("camelCase") {
        need {
            /// From RUNNING until an essential container exits.
            after: Law,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    after: Dist,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, out: &mut Problems) -> Option<Live> {
        Some(Live { after: self.after.read(&format!("{at}/after"), out)? })
    }
}

impl Effect for Live {
    fn crash(&self) -> Option<&Dist> {
        Some(&self.after)
    }
}
