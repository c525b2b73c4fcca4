//! Mathematics that knows nothing of Amazon ECS: moments, intervals, quantiles, closed forms.

pub mod interval;
pub mod laws;
pub mod moments;
pub mod quantile;

pub use moments::Moments;
pub use quantile::Histogram;
