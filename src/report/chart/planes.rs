//! Pictures of the control plane: how busy its cells are, and what becomes of launches.

use super::build::LAYERS_MAX;
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::run::Run;
use super::steps::{self, Points};
use crate::engine::{Span, Time};
use crate::metrics::series;
use crate::report::number::short;

/// Colours of the cells' lines: yellow, which is lost on white, is left out.
const LINES: [Role; 7] =
    [Role::Part(0), Role::Part(1), Role::Part(2), Role::Part(3), Role::Part(4), Role::Part(6), Role::Part(7)];

/// From so many percent of what they can do on, the line of that is drawn.
const BUSY: f64 = 50.0;
/// Cells that are never busier than this, in percent, say nothing.
const IDLE: f64 = 10.0;
/// The capacity of a Region that is more than this many times what is asked tells nothing.
const AMPLE: f64 = 5.0;

/// For each Region what is asked of its cells together and what they can do, and each cell in percent of what it can
/// do; of many cells, those with launches that wait or are lost, then the busiest.
pub(super) fn utilisation(run: &Run<'_>) -> Vec<Panel> {
    regions(run, series::ASKED)
        .into_iter()
        .flat_map(|region| [together(run, region), cell_by_cell(run, region)])
        .flatten()
        .collect()
}

/// Whether something happened to launches or to what the cells can do.
fn eventful(run: &Run<'_>, cells: &[&str]) -> bool {
    let moves = |subject: &&&str| {
        let capacity = run.line(series::CAPACITY, subject);
        let waits = steps::peak(&run.line(series::WAITING, subject)) > 0.0;
        waits || capacity.len() > 1
    };
    cells.iter().any(|subject| moves(&subject))
}

/// All cells of a Region, in percent of what it is built for, or of the busiest minute before the first fault.
fn together(run: &Run<'_>, region: &str) -> Option<Panel> {
    let subjects = cells(run, series::ASKED, region);
    let sum = |name| steps::sum(&subjects.iter().map(|subject| run.line(name, subject)).collect::<Vec<Points>>());
    let (asked, capacity) = (sum(series::ASKED), sum(series::CAPACITY));
    let fault = run.bands.iter().map(|band| band.from).min().unwrap_or(run.end);
    let before: Points = asked.iter().copied().filter(|point| point.0 < fault).collect();
    let built_for = run.peaks.get(region).copied();
    let peak = built_for.unwrap_or_else(|| steps::peak(if steps::peak(&before) > 0.0 { &before } else { &asked }));
    if peak <= 0.0
        || subjects.len() < 2
        || !eventful(run, &subjects)
        || steps::least(&capacity) > AMPLE * steps::peak(&asked)
    {
        return None;
    }
    let in_percent = |points: Points| points.into_iter().map(|(at, rate)| (at, 100.0 * rate / peak)).collect();
    let of = match built_for {
        Some(rate) => format!("the {}/s that the Region is built for", short(rate)),
        None if steps::peak(&before) > 0.0 && fault < run.end => "the busiest minute before the first fault".to_owned(),
        None => "the busiest minute".to_owned(),
    };
    Some(Panel {
        title: format!("{region}: all {} cells together, in percent of {of}", subjects.len()),
        unit: "percent of the peak",
        whole: true,
        layers: vec![Layer::new("asked", Role::Served, in_percent(asked))],
        lines: vec![Line::solid("what the cells can do", Role::Ink, in_percent(capacity))],
        ..Panel::default()
    })
}

fn cell_by_cell(run: &Run<'_>, region: &str) -> Option<Panel> {
    let subjects = cells(run, series::ASKED, region);
    let mut lines: Vec<(f64, f64, f64, Line)> = subjects
        .iter()
        .map(|subject| {
            let points = percent(&run.line(series::ASKED, subject), &run.line(series::CAPACITY, subject));
            let waits = steps::area(&run.line(series::WAITING, subject), run.end);
            let line = Line::solid(cell_of(subject), Role::Ink, points);
            (waits, line.curve.peak(), steps::area(&line.curve.points, run.end), line)
        })
        .collect();
    let most = lines.iter().map(|line| line.1).fold(0.0, f64::max);
    if most < IDLE || (most < BUSY && !eventful(run, &subjects)) {
        return None;
    }
    let count = lines.len();
    let mut title = format!("{region}: each cell, in percent of what it can do");
    if count > LINES.len() {
        lines.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)).then(b.2.total_cmp(&a.2)));
        lines.truncate(LINES.len());
        let waiting = lines.iter().filter(|line| line.0 > 0.0).count();
        title = match waiting {
            0 => format!("{title}: the {} busiest of {count}", LINES.len()),
            all if all == LINES.len() => format!("{title}: the {all} of {count} with most launches that wait"),
            some => {
                format!("{title}: of {count}, {some} with launches that wait, then the {} busiest", LINES.len() - some)
            }
        };
    }
    let mut all: Vec<Line> = lines.into_iter().zip(LINES).map(|((.., line), role)| Line { role, ..line }).collect();
    let mut notes = Vec::new();
    if most >= BUSY {
        let capacity = Points::from([(Time::ZERO, 100.0)]);
        all.push(Line::dashed("what the cell can do", Role::Ink, capacity));
    } else {
        notes.push(format!("100 %, what a cell can do, is far off the top: the busiest is at {} %", short(most)));
    }
    Some(Panel { title, unit: "percent of capacity", whole: most > 5.0, lines: all, notes, ..Panel::default() })
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
pub(super) fn launches(run: &Run<'_>) -> Vec<Panel> {
    let fits = |(minutes, _): &(u64, &str)| run.end.0 <= BARS_MAX * minutes * Span::MINUTE.0;
    let (minutes, unit) = LENGTHS.into_iter().find(fits).unwrap_or(LENGTHS[LENGTHS.len() - 1]);
    let region = |region: &str| {
        let part = |part: &str| {
            let cells = cells(run, series::LAUNCHES, region);
            let of_cell = |cell| run.of(series::LAUNCHES, cell).filter(|series| series.part == part);
            let sum = steps::sum(cells.into_iter().flat_map(of_cell).map(|series| &series.points));
            bars(&sum, Span::MINUTE * minutes, run.end)
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
        [minutes, waiting(run, region)]
    };
    let panels = regions(run, series::LAUNCHES).into_iter().flat_map(region);
    let tidy = |mut panel: Panel| {
        panel.layers.retain(|layer| layer.curve.peak() > 0.0);
        panel
    };
    panels.filter(|panel| panel.peak() > 0.0).map(tidy).collect()
}

/// Launches that wait, a layer for each cell; of many cells, those with most of them, and the others together.
fn waiting(run: &Run<'_>, region: &str) -> Panel {
    let cells = cells(run, series::WAITING, region);
    let layer = |subject| Layer::new(cell_of(subject), Role::Others, run.line(series::WAITING, subject));
    let mut layers: Vec<Layer> = cells.into_iter().map(layer).collect();
    layers.retain(|layer| layer.curve.peak() > 0.0);
    if layers.len() > LAYERS_MAX {
        let area = |layer: &Layer| steps::area(&layer.curve.points, run.end);
        layers.sort_by(|a, b| area(b).total_cmp(&area(a)));
        let rest = layers.split_off(LAYERS_MAX - 1);
        let points = steps::sum(rest.iter().map(|layer| &layer.curve.points));
        layers.push(Layer::new(format!("{} others, with fewer each", rest.len()), Role::Others, points));
    }
    let parts = layers.iter_mut().filter(|layer| !layer.label.contains(" others"));
    parts.zip((0..).map(Role::Part)).for_each(|(layer, role)| layer.role = role);
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

fn regions<'t>(run: &Run<'t>, name: &str) -> Vec<&'t str> {
    let mut found: Vec<&str> = Vec::new();
    for region in run.subjects(name).into_iter().map(region_of) {
        if !found.contains(&region) {
            found.push(region);
        }
    }
    found
}

/// Subjects of the cells of a Region that have this series.
fn cells<'t>(run: &Run<'t>, name: &str, region: &str) -> Vec<&'t str> {
    let mut all = run.subjects(name);
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
