//! Series of replication 0, kept as change points: what plots and `timeseries.csv` are drawn from.

use crate::engine::Time;

/// One series: the value holds from its time to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is measured, snake_case with the unit at the end, such as `available_tasks`.
    pub name: &'static str,
    /// Of what: "cluster/name" of a service, "cluster/name" of a provider.
    pub subject: String,
    /// A part of the subject: a zone id, a task state, a provider; empty for the whole.
    pub part: String,
    /// Change points in order of time, the first at 0.
    pub points: Vec<(Time, f64)>,
}

/// A fault of the file as it happened, for the bands of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Name of the fault.
    pub name: String,
    /// Begin.
    pub from: Time,
    /// End; the end of the run when it never ended.
    pub until: Time,
}

/// Everything a picture of the run needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// End of the run.
    pub end: Time,
    /// Series in a fixed order: by subject as in the file, then name, then part.
    pub series: Vec<Series>,
    /// At most 1,000 bands, in order of time.
    pub bands: Vec<Band>,
}
