//! It takes more and more memory, until it is killed.

use super::{Effect, Kind, Leak, WEAR, WHOLE};
use crate::model::problem::Problems;
use crate::model::quantity::{Duration, part_of};

object! {
    /// Each task of the revision leaks from the time at which its containers begin to run. At an age of `over` its
    /// memory is full and an essential container is killed (exit code 137): it is restarted in place where its
    /// `restartPolicy` says so, or the task stops and is replaced. With `loses` it can answer less and less on the way.
    /// Age is that of the task: whatever replaces it is fresh, and tasks that were started together are killed
    /// together.
    Spec("camelCase") {
        need {
            /// The age at which it is killed: above 0.
            over: Duration,
        }
        given {
            /// Share of `requestsPerTask` that it would have lost by then, in eight equal steps of which it lives to
            /// see seven: 0 to 1.
            loses: f64 = 0.0 => Choice,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    leak: Leak,
    loses_ppm: u64,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, out: &mut Problems) -> Option<Live> {
        let (over, loses) = (self.over.0, self.loses);
        // An age that cannot be cut into steps would wear a task out in no time.
        let ages = over.0 >= u64::from(WEAR);
        if !ages {
            let hint = "write an age such as `6h`";
            out.out_of_range(&format!("{at}/over"), "the age at which a task is killed must be above 0", hint);
        }
        let share = out.share(loses, &format!("{at}/loses"));
        let leak = Leak { over, slows: loses > 0.0 };
        ages.then_some(Live { leak, loses_ppm: libm::round(share? * WHOLE as f64) as u64 })
    }
}

impl Effect for Live {
    fn leak(&self) -> Option<Leak> {
        Some(self.leak)
    }
    fn left(&self, room: u64, wear: u8) -> u64 {
        room - part_of(room, self.loses_ppm * u64::from(wear) / u64::from(WEAR))
    }
}
