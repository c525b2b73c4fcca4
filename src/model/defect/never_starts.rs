//! Its containers exit before they run.

use super::Effect;
use crate::model::problem::Problems;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tasks of the revision never reach RUNNING: a wrong command, a missing file, a port that is taken. The start takes as
/// long as one that succeeds; then it fails (`TaskFailedToStart`), and the scheduler waits longer and longer between tries
/// (sourced: service throttle logic). The deployment circuit breaker counts these.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "NeverStarts")]
pub struct Spec {}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live;

impl Spec {
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "all kinds are resolved alike")]
    pub(super) fn resolve(&self, _at: &str, _out: &mut Problems) -> Option<Live> {
        Some(Live)
    }
}

impl Effect for Live {
    fn never_starts(&self) -> bool {
        true
    }
}
