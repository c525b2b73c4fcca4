//! Step functions: sums, areas, and few enough points for a picture.

use crate::engine::Time;
use std::collections::BTreeMap;

/// Change points in order of time; each value holds until the next.
pub(super) type Points = Vec<(Time, f64)>;

/// The value at `now`; zero before the first point.
pub(super) fn at(points: &[(Time, f64)], now: Time) -> f64 {
    let next = points.partition_point(|point| point.0 <= now);
    if next == 0 { 0.0 } else { points[next - 1].1 }
}

pub(super) fn peak(points: &[(Time, f64)]) -> f64 {
    points.iter().map(|point| point.1).fold(0.0, f64::max)
}

/// The least value; zero without any.
pub(super) fn least(points: &[(Time, f64)]) -> f64 {
    points.iter().map(|point| point.1).min_by(f64::total_cmp).unwrap_or(0.0)
}

/// The area under it until `end`: by this, subjects are ranked.
pub(super) fn area(points: &[(Time, f64)], end: Time) -> f64 {
    let ends = points.iter().skip(1).map(|point| point.0).chain([end]);
    points.iter().zip(ends).map(|(point, until)| point.1 * until.since(point.0).as_secs_f64()).sum()
}

pub(super) fn sum<'a>(all: impl IntoIterator<Item = &'a Points>) -> Points {
    let mut jumps: BTreeMap<Time, f64> = BTreeMap::new();
    for points in all {
        let mut before = 0.0;
        for (time, value) in points {
            *jumps.entry(*time).or_default() += value - before;
            before = *value;
        }
    }
    let mut level = 0.0;
    jumps
        .into_iter()
        .map(|(time, jump)| {
            level += jump;
            // Differences of rates leave dust; nothing that is drawn is this small.
            (time, if level.abs() < 1e-9 { 0.0 } else { level })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(text: &[(u64, f64)]) -> Points {
        text.iter().map(|(time, value)| (Time(*time), *value)).collect()
    }

    #[test]
    fn sums_hold_between_points() {
        let both = sum([&points(&[(0, 1.0), (10, 3.0)]), &points(&[(0, 2.0), (5, 0.0)])]);
        assert_eq!(both, points(&[(0, 3.0), (5, 1.0), (10, 3.0)]));
        assert_eq!(at(&both, Time(7)).to_bits(), 1.0f64.to_bits());
    }

    #[test]
    fn area_counts_the_last_step_to_the_end() {
        assert!((area(&points(&[(0, 2.0), (1_000_000, 5.0)]), Time(3_000_000)) - 12.0).abs() < 1e-12);
    }
}
