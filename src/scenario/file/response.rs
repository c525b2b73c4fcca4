//! How long tasks take to answer.

use crate::model::quantity::Duration;

object! {
    /// How the response time of a task follows from its load: from `concurrency` and `queue`, or from a `course` that
    /// somebody measured. `{}` takes both defaults.
    ResponseTime("camelCase") {
        may {
            /// Requests that a task handles at once: workers that take one each. Their mean service time is
            /// `concurrency / requestsPerTask`.
            concurrency: u32 [1..=10_000] => Choice "as many as let a request take 100 ms: `requestsPerTask` x 0.1 s, at least 1",
            /// Requests that wait in a task at most; what comes while so many wait is refused.
            queue: u32 [0..=10_000] => Choice "100",
        }
        list {
            /// Response times at some loads instead, in order of load. Between two loads both times are interpolated,
            /// outside they stay as they are.
            course: ResponsePoint,
        }
    }
}

object! {
    /// Response times at a load.
    ResponsePoint("camelCase") {
        need {
            /// Offered requests as a share of `requestsPerTask`.
            load: f64 [0..=1.5],
            /// The median.
            p50: Duration,
            /// The 99th percentile.
            p99: Duration,
        }
    }
}
