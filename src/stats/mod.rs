//! Mathematics that knows nothing of Amazon ECS: moments, intervals and quantiles.

pub mod interval;
pub mod moments;
pub mod quantile;

pub use moments::Moments;
pub use quantile::Histogram;
