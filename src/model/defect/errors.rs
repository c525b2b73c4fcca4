//! It answers a share of its requests with errors.

use super::{Answers, Effect, Kind, OnPlane, share};
use crate::model::problem::Problems;

object! {
    /// Tasks of the revision pass their checks and answer a share of their requests with errors: only alarms find it.
    Spec("camelCase") {
        need {
            /// Share of the requests that are answered with errors: above 0, up to 1.
            share: f64,
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

    fn spoils_requests(&self) -> bool {
        true
    }
}

impl Effect for Live {
    fn answers(&self, offered: u64, room: u64) -> Answers {
        Answers::with_errors(offered, room, self.ppm)
    }
    fn on_plane(&self) -> Option<OnPlane> {
        Some(OnPlane { calls: self.ppm, ..OnPlane::NOTHING })
    }
}
