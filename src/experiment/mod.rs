//! Many runs of one plan.

pub mod replicate;

pub use replicate::{End, Options, Outcome, Progress, Watch, run};
