//! It answers fewer requests.

use super::{Answers, Effect, Kind, OnPlane, share};
use crate::model::problem::Problems;
use crate::model::quantity::part_of;

object! {
    /// Each task of the revision answers only a share of `requestsPerTask`; what is above fails as an overload does. With
    /// `responseTime` it is that much slower: busier, and with each answer that many times longer.
    Spec("camelCase") {
        need {
            /// What is left of a task's capacity: above 0, up to 1.
            capacity: f64,
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
        Some(Live { ppm: share(self.capacity, &format!("{at}/capacity"), out)? })
    }

    fn spoils_requests(&self) -> bool {
        true
    }
}

impl Effect for Live {
    fn answers(&self, _offered: u64, room: u64) -> Answers {
        Answers { room: part_of(room, self.ppm), errors: 0 }
    }
    fn on_plane(&self) -> Option<OnPlane> {
        Some(OnPlane { left: self.ppm, ..OnPlane::NOTHING })
    }
}
