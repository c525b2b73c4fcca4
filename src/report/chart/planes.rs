//! Pictures of the control plane: how busy its cells are, and what becomes of launches.

use super::build::{LAYERS_MAX, distinct, fold, line, of};
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::steps::{self, Points};
use crate::engine::{Span, Time};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;

/// Colours of the cells' lines: yellow, which is lost on white, is left out.
const LINES: [Role; 7] =
    [Role::Part(0), Role::Part(1), Role::Part(2), Role::Part(3), Role::Part(4), Role::Part(6), Role::Part(7)];

/// For each Region what is asked of its cells, in percent of what they can do; of many cells, the busiest.
pub(super) fn utilisation(timeline: &Timeline) -> Vec<Panel> {
    let region = |region: &str| {
        let mut lines: Vec<(f64, f64, Line)> = cells(timeline, series::ASKED, region)
            .into_iter()
            .map(|subject| {
                let asked = line(timeline, series::ASKED, subject);
                let points = percent(&asked, &line(timeline, series::CAPACITY, subject));
                let line = Line::solid(cell_of(subject), Role::Ink, points);
                (steps::peak(&line.curve.points), steps::area(&line.curve.points, timeline.end), line)
            })
            .collect();
        let count = lines.len();
        let title = if count > LINES.len() {
            lines.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
            lines.truncate(LINES.len());
            format!("{region}: the {} busiest of {count} cells", LINES.len())
        } else {
            region.to_owned()
        };
        let busy = lines.iter().any(|line| line.0 > 0.0);
        let capacity = Points::from([(Time::ZERO, 100.0)]);
        let mut all: Vec<Line> = lines.into_iter().zip(LINES).map(|((.., line), role)| Line { role, ..line }).collect();
        all.push(Line::dashed("what the cell can do", Role::Ink, capacity));
        busy.then(|| Panel { title, unit: "percent of capacity", whole: true, lines: all, ..Panel::default() })
    };
    regions(timeline, series::ASKED).into_iter().filter_map(region).collect()
}

/// Lengths in which launches are counted, in minutes: the shortest that makes at most [`BARS_MAX`] bars.
const LENGTHS: [(u64, &str); 10] = [
    (1, "launches per minute"),
    (2, "launches in 2 minutes"),
    (5, "launches in 5 minutes"),
    (10, "launches in 10 minutes"),
    (30, "launches in 30 minutes"),
    (60, "launches per hour"),
    (120, "launches in 2 hours"),
    (360, "launches in 6 hours"),
    (1_440, "launches per day"),
    (10_080, "launches per week"),
];
/// More bars than this are too narrow to be told apart.
const BARS_MAX: u64 = 180;

/// For each Region its launches by the minute, or by what is longer in a long run, and those that wait by cell.
pub(super) fn launches(timeline: &Timeline) -> Vec<Panel> {
    let fits = |(minutes, _): &(u64, &str)| timeline.end.0 <= BARS_MAX * minutes * Span::MINUTE.0;
    let (minutes, unit) = LENGTHS.into_iter().find(fits).unwrap_or(LENGTHS[LENGTHS.len() - 1]);
    let region = |region: &str| {
        let part = |part: &str| {
            let cells = cells(timeline, series::LAUNCHES, region);
            let of_cell = |cell| of(timeline, series::LAUNCHES, cell).filter(|series| series.part == part);
            let sum = steps::sum(cells.into_iter().flat_map(of_cell).map(|series| &series.points));
            bars(&sum, Span::MINUTE * minutes, timeline.end)
        };
        let minutes = Panel {
            title: region.to_owned(),
            unit,
            whole: true,
            layers: vec![
                Layer::new("accepted", Role::Served, part("accepted")),
                Layer::new("given up, throttled", Role::Throttled, part("throttled")),
                Layer::new("given up, no answer", Role::NoAnswer, part("failed")),
            ],
            lines: vec![Line::solid("offered: due for the first time", Role::Ink, part("offered"))],
            ..Panel::default()
        };
        [fold(minutes), fold(waiting(timeline, region))]
    };
    let panels = regions(timeline, series::LAUNCHES).into_iter().flat_map(region);
    panels.filter(|panel| panel.peak() > 0.0).collect()
}

/// Launches that wait, a layer for each cell; of many cells, those with most of them lie lowest.
fn waiting(timeline: &Timeline, region: &str) -> Panel {
    let cells = cells(timeline, series::WAITING, region);
    let layer = |subject| Layer::new(cell_of(subject), Role::Others, line(timeline, series::WAITING, subject));
    let mut layers: Vec<Layer> = cells.into_iter().map(layer).collect();
    layers.retain(|layer| layer.curve.peak() > 0.0);
    if layers.len() > LAYERS_MAX {
        let area = |layer: &Layer| steps::area(&layer.curve.points, timeline.end);
        layers.sort_by(|a, b| area(b).total_cmp(&area(a)));
    }
    layers.iter_mut().zip((0..).map(Role::Part)).for_each(|(layer, role)| layer.role = role);
    let title = format!("{region}: launches due that wait for their cell");
    Panel { title, unit: "launches that wait", whole: true, layers, ..Panel::default() }
}

/// A rate by the minute as counts in parts of this length.
pub(super) fn bars(points: &Points, length: Span, end: Time) -> Points {
    let mut bars: Vec<f64> = vec![0.0; end.0.div_ceil(length.0) as usize];
    let ends = points.iter().skip(1).map(|point| point.0).chain([end]);
    for ((from, rate), until) in points.iter().zip(ends).filter(|((_, rate), _)| *rate > 0.0) {
        let mut from = *from;
        while from < until.min(end) {
            let bar = from.0 / length.0;
            let to = until.min(Time((bar + 1) * length.0)).min(end);
            bars[bar as usize] += rate * to.since(from).0 as f64 / Span::MINUTE.0 as f64;
            from = to;
        }
    }
    bars.into_iter().zip(0..).map(|(count, bar)| (Time(bar * length.0), count)).collect()
}

fn region_of(subject: &str) -> &str {
    subject.split_once('/').map_or(subject, |parts| parts.0)
}

fn cell_of(subject: &str) -> &str {
    subject.split_once('/').map_or(subject, |parts| parts.1)
}

fn regions<'t>(timeline: &'t Timeline, name: &str) -> Vec<&'t str> {
    distinct(timeline, name, |series| region_of(&series.subject))
}

/// Subjects of the cells of a Region that have this series.
fn cells<'t>(timeline: &'t Timeline, name: &str, region: &str) -> Vec<&'t str> {
    let mut all = distinct(timeline, name, |series| series.subject.as_str());
    all.retain(|subject| region_of(subject) == region);
    all
}

/// What is asked in percent of what can be done; nothing while nothing can be.
pub(super) fn percent(asked: &Points, capacity: &Points) -> Points {
    let mut times: Vec<Time> = asked.iter().chain(capacity).map(|point| point.0).collect();
    times.sort_unstable();
    times.dedup();
    let share = |now| {
        let most = steps::at(capacity, now);
        if most > 0.0 { 100.0 * steps::at(asked, now) / most } else { 0.0 }
    };
    times.into_iter().map(|now| (now, share(now))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_keep_the_sum() {
        let minutes = |minutes: u64| Time(minutes * Span::MINUTE.0);
        let rate = Points::from([(minutes(0), 3.0), (minutes(1), 0.0), (minutes(4), 2.0), (minutes(9), 1.0)]);
        let bars = bars(&rate, Span::MINUTE * 5, minutes(12));
        assert_eq!(bars, [(minutes(0), 5.0), (minutes(5), 9.0), (minutes(10), 2.0)]);
    }

    #[test]
    fn utilisation_rises_when_capacity_falls() {
        let asked = Points::from([(Time(0), 10.0), (Time(60), 12.0), (Time(120), 6.0)]);
        let capacity = Points::from([(Time(0), 20.0), (Time(90), 10.0), (Time(150), 0.0)]);
        let share = percent(&asked, &capacity);
        let wanted = [(0, 50.0), (60, 60.0), (90, 120.0), (120, 60.0), (150, 0.0)];
        assert_eq!(share, wanted.map(|(at, value)| (Time(at), value)));
    }
}
