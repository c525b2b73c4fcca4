//! A course by hand: median and 99th percentile at some loads, as somebody measured them.
//!
//! Between two loads both are interpolated linearly; below the first and above the last they stay as they are there. At
//! each load the response time is log-normal (model choice: two quantiles say no more). A task refuses what is above
//! what it can answer, and nothing below.

use super::{Kind, Law, ROWS, billionths, load, times_of};
use crate::engine::Span;

/// Standard deviations from the median to the 99th percentile of a normal law.
const P99: f64 = 2.326_347_874_040_841;
/// Standard deviations beyond which a billionth is left.
const FAR: f64 = 6.0;

/// Response times at a load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Offered requests as a share of what a task can answer.
    pub load: f64,
    pub p50: Span,
    pub p99: Span,
}

pub(super) fn law(points: Vec<Point>) -> Law {
    let rows: Vec<(f64, f64)> = (0..ROWS).map(|row| at(&points, load(row))).collect();
    let usual = rows.first().map_or(1.0, |row| row.0);
    let longest = rows.iter().map(|(median, sigma)| median * libm::exp(FAR * sigma)).fold(usual * 2.0, f64::max);
    let times = times_of(usual, longest);
    let tails = rows.iter().flat_map(|row| times.iter().map(|time| billionths(tail(*row, *time as f64))));
    let tails = tails.collect();
    let service = usual;
    Law {
        usual: Span(libm::round(usual) as u64),
        service,
        tails,
        times,
        refused: Box::default(),
        kind: Kind::Course(points),
    }
}

/// The share that takes longer than `timeout`, by row.
pub(super) fn late(points: &[Point], timeout: Span) -> Box<[u32]> {
    (0..ROWS).map(|row| billionths(tail(at(points, load(row)), timeout.0 as f64))).collect()
}

/// Median in microseconds and sigma at a load.
fn at(points: &[Point], load: f64) -> (f64, f64) {
    let next = points.partition_point(|point| point.load <= load);
    let (low, high) = (points[next.saturating_sub(1)], points[next.min(points.len() - 1)]);
    let far = if high.load > low.load { ((load - low.load) / (high.load - low.load)).clamp(0.0, 1.0) } else { 0.0 };
    let between = |of: fn(&Point) -> Span| {
        let (low, high) = (of(&low).0 as f64, of(&high).0 as f64);
        (low + (high - low) * far).max(1.0)
    };
    let (median, p99) = (between(|point| point.p50), between(|point| point.p99));
    (median, libm::log(p99 / median).max(0.0) / P99)
}

fn tail((median, sigma): (f64, f64), time: f64) -> f64 {
    if time <= 0.0 {
        return 1.0;
    }
    if sigma == 0.0 {
        return if time < median { 1.0 } else { 0.0 };
    }
    libm::erfc(libm::log(time / median) / sigma / std::f64::consts::SQRT_2) / 2.0
}
