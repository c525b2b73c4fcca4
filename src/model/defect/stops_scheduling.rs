//! Its scheduler does not act.

use super::{Effect, Kind, OnPlane, share};
use crate::model::problem::Problems;

object! {
    /// The new revision of a control-plane cell takes calls, and its scheduler refuses a share of the launches: what is
    /// lost is replaced late, or not at all. Only a `controlPlane` can be bad in this way.
    Spec("camelCase") {
        given {
            /// Share of the launches that are refused: above 0, up to 1.
            share: f64 = 1.0 => Choice,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    ppm: u64,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, out: &mut Problems) -> Option<Live> {
        Some(Live { ppm: share(self.share, &format!("{at}/share"), out)? })
    }
}

impl Effect for Live {
    fn on_plane(&self) -> Option<OnPlane> {
        Some(OnPlane { launches: self.ppm, ..OnPlane::NOTHING })
    }
}
