//! Its tasks never reach RUNNING.

use super::{Effect, Kind};
use crate::model::problem::Problems;

object! {
    /// Tasks of the revision never reach RUNNING. By default because its image cannot be pulled: a wrong tag, a
    /// registry that refuses. Then no task resolves its digest, the deployment tries one task at a time, and the
    /// circuit breaker fails it after three (sourced: [ecs-rolling-update]). With `imagePulled` the image is there and
    /// its containers exit before they run: a wrong command, a missing file, a port that is taken. The start takes as
    /// long as one that succeeds (model choice); then it fails (`TaskFailedToStart`), and the scheduler waits longer
    /// and longer between tries (sourced: [ecs-throttle-logic]). The deployment circuit breaker counts these.
    Spec("camelCase") {
        given {
            /// Whether its image can be pulled.
            image_pulled: bool = false => Choice,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    pub image_pulled: bool,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, _at: &str, _out: &mut Problems) -> Option<Live> {
        Some(Live { image_pulled: self.image_pulled })
    }
}

impl Effect for Live {
    fn never_starts(&self) -> bool {
        true
    }
    fn lacks_image(&self) -> bool {
        !self.image_pulled
    }
}
