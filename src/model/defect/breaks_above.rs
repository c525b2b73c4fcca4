//! It answers with errors once it is asked for more than so much.

use super::{Answers, Effect, Kind, share};
use crate::model::problem::Problems;
use crate::model::quantity::part_of;

object! {
    /// Tasks of the revision answer as they should until they are offered more than a share of what they can answer;
    /// then a share of their answers are errors. A deployment at night finds nothing.
    Spec("camelCase") {
        need {
            /// Offered requests as a share of `requestsPerTask` above which it breaks: above 0, up to 1.
            load: f64,
        }
        given {
            /// Share of its answers that are errors then: above 0, up to 1.
            share: f64 = 1.0 => Choice,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    load_ppm: u64,
    errors_ppm: u64,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, out: &mut Problems) -> Option<Live> {
        let load_ppm = share(self.load, &format!("{at}/load"), out);
        let errors_ppm = share(self.share, &format!("{at}/share"), out);
        Some(Live { load_ppm: load_ppm?, errors_ppm: errors_ppm? })
    }

    fn spoils_requests(&self) -> bool {
        true
    }
}

impl Effect for Live {
    fn answers(&self, offered: u64, room: u64) -> Answers {
        let errors =
            if offered > part_of(room, self.load_ppm) { part_of(offered.min(room), self.errors_ppm) } else { 0 };
        Answers { room, errors }
    }
}
