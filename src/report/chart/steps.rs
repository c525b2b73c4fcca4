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

/// The times at which a stack of these has to be drawn: all change points while they are few; else, in each of
/// `columns` equal parts of the run, the last one and those at which the whole is most and the whole and the lowest
/// layer are least, so that no burst and no dip is lost.
pub(super) fn times(stack: &[&Points], end: Time, columns: u64) -> Vec<Time> {
    let mut all: Vec<Time> = stack.iter().flat_map(|points| points.iter().map(|point| point.0)).collect();
    all.sort_unstable();
    all.dedup();
    if all.len() as u64 <= 3 * columns {
        return all;
    }
    let whole = sum(stack.iter().copied());
    let lowest = stack.first().copied();
    let column = |time: Time| u128::from(time.0) * u128::from(columns) / u128::from(end.0.max(1));
    let mut kept = Vec::new();
    for group in all.chunk_by(|a, b| column(*a) == column(*b)) {
        let least = |points: &[(Time, f64)]| {
            group.iter().copied().min_by(|a, b| at(points, *a).total_cmp(&at(points, *b))).into_iter()
        };
        kept.extend(least(&whole));
        kept.extend(group.iter().copied().max_by(|a, b| at(&whole, *a).total_cmp(&at(&whole, *b))));
        kept.extend(lowest.into_iter().flat_map(|points| least(points)));
        kept.extend(group.last());
    }
    kept.sort_unstable();
    kept.dedup();
    kept
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

    #[test]
    fn a_short_dip_survives_the_thinning() {
        let mut many: Points = (0..10_000).map(|i| (Time(i), 10.0 + (i % 2) as f64)).collect();
        many[5_432].1 = 1.0;
        let kept = times(&[&many], Time(10_000), 100);
        assert!(kept.len() <= 300, "{}", kept.len());
        assert!(kept.contains(&Time(5_432)));
    }

    #[test]
    fn a_short_burst_survives_the_thinning() {
        let mut many: Points = (0..10_000).map(|i| (Time(i), (i % 2) as f64)).collect();
        many[5_432].1 = 9.0;
        assert!(times(&[&many], Time(10_000), 100).contains(&Time(5_432)));
    }
}
