//! It runs, and its health checks never pass.

use super::{Effect, Kind};
use crate::model::problem::Problems;

object! {
    /// Tasks of the revision run, and neither the load balancer nor the container health check ever finds them healthy.
    /// They are replaced again and again; the deployment circuit breaker counts them once one task has reached RUNNING
    /// (sourced: [ecs-circuit-breaker]).
    Spec("camelCase") {
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live;

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, _at: &str, _out: &mut Problems) -> Option<Live> {
        Some(Live)
    }
}

impl Effect for Live {
    fn fails_checks(&self) -> bool {
        true
    }
}
