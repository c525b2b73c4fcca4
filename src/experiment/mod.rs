//! Many runs of one plan.

pub mod replicate;

pub use replicate::{End, Options, Outcome, Progress, Recorder, Watch, run, run_with};
