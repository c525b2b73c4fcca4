//! Makes a panel ready to be drawn: the part of the run that is cut out, and no more steps than a picture has room for.
//!
//! A curve with more steps than that would draw patterns that are not there. Each column then has the least, the most
//! and the mean of its time, and the mean is that of the series to the last step.

use super::colours::Role;
use super::figure::{Curve, Panel, Range, Window};
use super::steps::{self, Points};
use crate::engine::{Span, Time};

/// Columns of a picture.
const COLUMNS: u64 = 500;
/// Steps of a panel that are drawn as they are.
const STEPS_MAX: usize = 1_000;

/// The part of a panel within the cut, in few enough steps. Where these are columns, how they are read is given back.
pub(super) fn fit(panel: &mut Panel, cut: Window) -> Option<String> {
    let curves = panel.layers.iter_mut().map(|layer| &mut layer.curve);
    for curve in curves.chain(panel.lines.iter_mut().map(|line| &mut line.curve)) {
        curve.points = within(&curve.points, cut);
    }
    let mut times: Vec<Time> = panel.layers.iter().flat_map(|layer| times_of(&layer.curve.points)).collect();
    times.sort_unstable();
    times.dedup();
    for line in panel.lines.iter_mut().filter(|line| line.curve.points.len() > STEPS_MAX) {
        line.curve = columns(&line.curve.points, cut);
    }
    if times.len() <= STEPS_MAX {
        return None;
    }
    // What is lost is told apart; the range is that of what goes well.
    let well = panel.layers.iter().filter(|layer| layer.role != Role::Lost);
    let sum = steps::sum(well.map(|layer| &layer.curve.points));
    panel.sum = columns(&sum, cut).range;
    panel.layers.iter_mut().for_each(|layer| layer.curve = columns(&layer.curve.points, cut));
    let lost = panel.layers.iter().any(|layer| layer.role == Role::Lost);
    let of_lost = if lost { "; of what is lost the most, from the top of the others down" } else { "" };
    Some(format!("in each column: the mean, and in grey the least and the most of all layers{of_lost}"))
}

fn times_of(points: &Points) -> impl Iterator<Item = Time> + '_ {
    points.iter().map(|point| point.0)
}

/// Steps within the cut; the value at its begin stands at its begin.
fn within(points: &Points, cut: Window) -> Points {
    let first = points.partition_point(|point| point.0 <= cut.from);
    let begin = first.checked_sub(1).map(|before| (cut.from, points[before].1));
    let rest = points[first..].iter().copied().take_while(|point| point.0 < cut.until);
    begin.into_iter().chain(rest).collect()
}

/// Lengths of columns from an hour on: parts of a day, then days. Of any other length, waves of a day would make waves
/// of weeks that are not there.
const HOURS: [u64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];

/// Where the columns of a cut begin and end.
fn edges(cut: Window) -> Vec<Time> {
    const HOUR: u64 = 3_600_000_000;
    let whole = cut.until.since(cut.from).0;
    let least = whole.div_ceil(COLUMNS);
    if least < HOUR {
        let edge = |column| cut.from.0 + (u128::from(whole) * u128::from(column) / u128::from(COLUMNS)) as u64;
        return (0..=COLUMNS).map(|column| Time(edge(column))).collect();
    }
    let part = HOURS.into_iter().map(|hours| hours * HOUR).find(|length| *length >= least);
    let length = part.unwrap_or_else(|| least.div_ceil(24 * HOUR) * 24 * HOUR);
    let begins = (0..whole.div_ceil(length)).map(|column| Time(cut.from.0 + column * length));
    begins.chain([cut.until]).collect()
}

/// Least, most and mean of equal parts of the cut; parts before the first step have none.
pub(super) fn columns(points: &Points, cut: Window) -> Curve {
    let (mut means, mut range) = (Points::new(), Range::default());
    let mut next = 0;
    for edges in edges(cut).windows(2) {
        let (from, until) = (edges[0], edges[1]);
        let (mut now, mut area, mut lasted) = (from, 0.0, Span::ZERO);
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut take = |value: f64, lasts: Span| {
            (least, most) = (least.min(value), most.max(value));
            area += value * lasts.as_secs_f64();
            lasted = Span(lasted.0 + lasts.0);
        };
        let mut value = usize::checked_sub(next, 1).map(|before| points[before].1);
        while let Some((at, level)) = points.get(next).copied().filter(|point| point.0 < until) {
            if let Some(value) = value.filter(|_| at > now) {
                take(value, at.since(now));
            }
            (now, value) = (at.max(now), Some(level));
            next += 1;
        }
        if let Some(value) = value {
            take(value, until.since(now));
        }
        if lasted > Span::ZERO {
            means.push((from, area / lasted.as_secs_f64()));
            range.least.push(least);
            range.most.push(most);
        }
    }
    Curve { points: means, range: Some(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Time {
        Time(seconds * 1_000_000)
    }

    fn cut(from: u64, until: u64) -> Window {
        Window { from: seconds(from), until: seconds(until) }
    }

    #[test]
    fn a_column_has_least_most_and_mean() {
        // 500 columns of 10 s each: 100 but for a second of 0 in the third, and two of 300 in the fourth.
        let points = vec![
            (seconds(0), 100.0),
            (seconds(24), 0.0),
            (seconds(25), 100.0),
            (seconds(38), 300.0),
            (seconds(40), 100.0),
        ];
        let curve = columns(&points, cut(0, 5_000));
        let range = curve.range.unwrap();
        assert_eq!(curve.points.len(), 500);
        assert_eq!((curve.points[2], range.least[2], range.most[2]), ((seconds(20), 90.0), 0.0, 100.0));
        assert_eq!((curve.points[3], range.least[3], range.most[3]), ((seconds(30), 140.0), 100.0, 300.0));
        assert_eq!((curve.points[4].1, range.least[4], range.most[4]), (100.0, 100.0, 100.0));
    }

    #[test]
    fn a_wave_of_a_day_is_level_in_a_year_and_a_wave_in_a_month() {
        let day = |days: u64| seconds(days * 86_400);
        // Half a day up, half a day down.
        let wave =
            |days: u64| (0..2 * days).map(|half| (seconds(half * 43_200), (half % 2) as f64)).collect::<Points>();
        let year = columns(&wave(365), Window { from: Time::ZERO, until: day(365) });
        assert_eq!(year.points.len(), 365);
        assert!(year.points.iter().all(|point| (point.1 - 0.5).abs() < 1e-9), "waves that are not there");
        let most = year.range.unwrap();
        assert!(most.least.iter().all(|least| *least == 0.0) && most.most.iter().all(|most| *most > 0.5));
        let month = columns(&wave(30), Window { from: Time::ZERO, until: day(30) });
        assert_eq!(month.points.len(), 360, "columns of two hours");
        assert!(month.points.iter().all(|point| point.1 == 0.0 || (point.1 - 1.0).abs() < 1e-9));
    }

    #[test]
    fn means_keep_the_area() {
        let points: Points = (0..10_000).map(|i| (Time(i * 777_777), (i % 13) as f64)).collect();
        let cut = Window { from: Time::ZERO, until: Time(10_000 * 777_777) };
        let mean: f64 = columns(&points, cut).points.iter().map(|point| point.1).sum::<f64>() / 500.0;
        assert!((mean - steps::area(&points, cut.until) / cut.until.as_secs_f64()).abs() < 1e-6, "{mean}");
    }

    #[test]
    fn a_cut_begins_with_the_value_that_holds() {
        let points = vec![(seconds(0), 1.0), (seconds(10), 2.0), (seconds(20), 3.0), (seconds(30), 4.0)];
        assert_eq!(within(&points, cut(15, 30)), [(seconds(15), 2.0), (seconds(20), 3.0)]);
        assert_eq!(within(&points[1..].to_vec(), cut(5, 15)), [(seconds(10), 2.0)], "nothing was known before");
    }
}
