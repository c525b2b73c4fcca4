//! How a revision can be bad. One kind, one file: its page, what the scenario writes (`Spec`), what runs (`Live`).
//!
//! A defect decides nothing by itself: flows ask it when a task of its revision starts, is checked, or answers.

mod breaks_above;
mod crashes;
mod errors;
mod fails_health_checks;
mod leaks;
mod never_starts;
mod poison_input;
mod slower;
mod stops_scheduling;
use super::problem::Problems;
use super::quantity::part_of;
use crate::engine::{Dist, Span};

/// A whole, in millionths.
const WHOLE: u64 = 1_000_000;

/// Steps in which a task that leaks wears out; the last kills it, so that a task is seen with 0 to 7 of them.
pub const WEAR: u8 = 8;

/// How a task leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    /// The age at which it is killed.
    pub(crate) over: Span,
    /// Whether it can answer less on the way.
    pub(crate) slows: bool,
}

/// What a bad revision does to a control-plane cell that is all of it, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnPlane {
    /// Share of the calls that are refused.
    pub(crate) calls: u64,
    /// Share of the scheduler's launches that are refused.
    pub(crate) launches: u64,
    /// What is left of its capacity.
    pub(crate) left: u64,
}

impl OnPlane {
    pub(crate) const NOTHING: OnPlane = OnPlane { calls: 0, launches: 0, left: WHOLE };
}

/// What tasks of a bad revision do with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    /// What they can answer at all.
    pub(crate) room: u64,
    /// What of it are errors.
    pub(crate) errors: u64,
}

kinds! {
    /// How a revision is bad: one key, one kind.
    Spec("kind of defect", called "Defect") {
        /// Its tasks never reach RUNNING.
        NeverStarts = never_starts as "neverStarts",
        /// It runs, and crashes.
        Crashes = crashes as "crashes",
        /// It runs, and its health checks never pass.
        FailsHealthChecks = fails_health_checks as "failsHealthChecks",
        /// It answers a share of its requests with errors.
        Errors = errors as "errors",
        /// It answers fewer requests.
        Slower = slower as "slower",
        /// It answers with errors once it is asked for more than so much.
        BreaksAbove = breaks_above as "breaksAbove",
        /// The scheduler of a control plane does not act.
        StopsScheduling = stops_scheduling as "stopsScheduling",
        /// It takes more and more memory, until it is killed.
        Leaks = leaks as "leaks",
        /// It fails on what some requests carry.
        PoisonInput = poison_input as "poisonInput",
    }
    Kind(at: &str, out: &mut Problems) {
        /// Whether it shows in what single requests are answered, whatever becomes of tasks.
        fn spoils_requests(&self) -> bool { false }
    }
    /// What a kind of defect does; each kind says what it changes and leaves the rest.
    Effect {
        /// Whether its tasks never reach RUNNING.
        fn never_starts(&self) -> bool { false }
        /// Whether that is so because its image cannot be pulled.
        fn lacks_image(&self) -> bool { false }
        /// From RUNNING until an essential container exits.
        fn crash(&self) -> Option<&Dist> { None }
        /// Whether its health checks never pass.
        fn fails_checks(&self) -> bool { false }
        /// What tasks that are offered `offered` and can answer `room`, both in billionths of a request for each
        /// second, are able to answer, and how much of it they answer with errors.
        fn answers(&self, offered: u64, room: u64) -> Answers { Answers { room, errors: 0 } }
        /// What becomes of a task with its age.
        fn leak(&self) -> Option<Leak> { None }
        /// What is left of `room`, in billionths of a request for each second, in tasks that are `wear` steps old.
        fn left(&self, room: u64, wear: u8) -> u64 { room }
        /// What it does to a control plane that is changed to it; `None`: it is no defect of a control plane.
        fn on_plane(&self) -> Option<OnPlane> { None }
    }
}

impl Answers {
    /// A share of what they answer is errors, in millionths.
    fn with_errors(offered: u64, room: u64, ppm: u64) -> Answers {
        Answers { room, errors: part_of(offered.min(room), ppm) }
    }
}

/// A share above 0 as millionths; a problem otherwise.
fn share(value: f64, at: &str, out: &mut Problems) -> Option<u64> {
    out.share_above_zero(value, at).map(|share| libm::round(share * WHOLE as f64) as u64)
}
