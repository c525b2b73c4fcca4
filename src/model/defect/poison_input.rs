//! It fails on what some requests carry.

use super::{Answers, Effect, Kind, share};
use crate::model::problem::Problems;

object! {
    /// Tasks of the revision answer some requests with errors, because of what these carry: a share of all requests or,
    /// in the cells of a `cellularApplication`, of those of some customers. Cells without such a customer see nothing
    /// of it, and neither do alarms on them: a stage that begins there finds nothing. The task itself goes on.
    Spec("camelCase") {
        given {
            /// Share of the requests (of these customers) that it fails on: above 0, up to 1.
            share: f64 = 1.0 => Choice,
        }
        list {
            /// Customers of the cellular application whose requests do this, by the name of their group or by their
            /// own, such as `customer-7`; all when left out (model choice).
            customers: String,
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
}
