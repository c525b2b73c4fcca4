//! Pictures of changes: which version gets the requests, what fails, and what the alarms see of it.

use super::build::{fold, line, of};
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::planes::{bars, percent};
use super::steps::{self, Points};
use crate::metrics::change_series::{Mark, ServiceChanges, Threshold};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;
use crate::report::number::short;

/// Services of which more is drawn than these cannot be told apart: those whose new versions got most are.
const SERVICES_MAX: usize = 3;
/// More marks than this hide what they stand over.
const MARKS_MAX: usize = 40;
/// More datapoints than this are narrower than a pixel.
const DATAPOINTS_MAX: u64 = 1_000;

/// Panels for each service with changes: its requests by version, the weight of the new one where there are weights,
/// and the share of requests that fails.
pub(super) fn panels(timeline: &Timeline) -> Vec<Panel> {
    let mut all: Vec<(&ServiceChanges, Points)> =
        timeline.changes.iter().map(|row| (row, exposed(timeline, &row.service))).collect();
    all.retain(|(row, _)| steps::peak(&line(timeline, series::OFFERED, &row.service)) > 0.0);
    let count = all.len();
    all.sort_by(|a, b| steps::area(&b.1, timeline.end).total_cmp(&steps::area(&a.1, timeline.end)));
    all.truncate(SERVICES_MAX);
    let mut panels: Vec<Panel> = Vec::new();
    for (row, exposed) in &all {
        panels.push(versions(timeline, row, exposed));
        if row.by_weight {
            panels.push(share(timeline, row, exposed));
        }
        panels.push(errors(timeline, row));
    }
    if let Some(first) = panels.first_mut().filter(|_| count > SERVICES_MAX) {
        first.title = format!("{} (of {count} services with changes, the {SERVICES_MAX} most exposed)", first.title);
    }
    panels.into_iter().map(fold).collect()
}

/// What the new versions of a service get.
fn exposed(timeline: &Timeline, service: &str) -> Points {
    steps::sum(of(timeline, series::EXPOSED, service).map(|series| &series.points))
}

fn versions(timeline: &Timeline, row: &ServiceChanges, exposed: &Points) -> Panel {
    let offered = line(timeline, series::OFFERED, &row.service);
    let less: Points = exposed.iter().map(|(at, value)| (*at, -value)).collect();
    // A request may see a new revision and a feature behind a flag.
    let rest = steps::sum([&offered, &less]).into_iter().map(|(at, value)| (at, value.max(0.0))).collect();
    let lost = line(timeline, series::LOST, &row.service);
    let peak = steps::peak(&lost);
    let label = format!("lost, of either (at most {}/s)", short(peak));
    Panel {
        title: row.service.clone(),
        marks: marks(&row.marks),
        unit: "requests per second",
        layers: vec![
            Layer::new("to the completed version", Role::OldVersion, rest),
            Layer::new("to the version that is being deployed", Role::NewVersion, exposed.clone()),
        ],
        lines: if peak > 0.0 { vec![Line::solid(label, Role::Lost, lost)] } else { Vec::new() },
        ..Panel::default()
    }
}

/// The part of the requests that the new version gets, where it is set by weights.
fn share(timeline: &Timeline, row: &ServiceChanges, exposed: &Points) -> Panel {
    let offered = line(timeline, series::OFFERED, &row.service);
    let points = percent(exposed, &offered);
    let copies = steps::sum(of(timeline, series::COPIED, &row.service).map(|series| &series.points));
    let copies = percent(&copies, &offered);
    let copied = (steps::peak(&copies) > 0.0)
        .then(|| Line::dashed("copies for it, whose answers nobody sees", Role::Ink, copies));
    Panel {
        title: format!("{}: traffic of the new version until it is completed or taken back", row.service),
        marks: marks(&row.marks),
        unit: "percent of requests",
        layers: vec![Layer::new("to the new version", Role::NewVersion, points)],
        lines: copied.into_iter().collect(),
        ..Panel::default()
    }
}

fn errors(timeline: &Timeline, row: &ServiceChanges) -> Panel {
    let [offered, lost] = [series::OFFERED, series::LOST].map(|name| line(timeline, name, &row.service));
    let mut lines = vec![Line::solid("lost at each moment", Role::Lost, percent(&lost, &offered))];
    for Threshold { alarm, percent: most, period, datapoints: (least, all) } in &row.thresholds {
        let label = format!("datapoints of {alarm}, one for each {period}");
        if timeline.end.0 <= DATAPOINTS_MAX * period.0
            && lines.iter().all(|line| !line.label.ends_with(&format!("{period}")))
        {
            let [offered, lost] = [&offered, &lost].map(|points| bars(points, *period, timeline.end));
            lines.push(Line::solid(label, Role::Datapoints, percent(&lost, &offered)));
        }
        let points = Points::from([(crate::engine::Time::ZERO, *most)]);
        lines.push(Line::dashed(
            format!("threshold of {alarm} ({least} of {all} datapoints)"),
            Role::Threshold,
            points,
        ));
    }
    Panel {
        title: format!("{}: error rate", row.service),
        marks: marks(&row.marks),
        unit: "percent of requests",
        lines,
        ..Panel::default()
    }
}

/// As many as can be read: of too many, those that tell of something bad.
fn marks(all: &[Mark]) -> Vec<Mark> {
    if all.len() <= MARKS_MAX {
        return all.to_vec();
    }
    let bad: Vec<Mark> = all.iter().filter(|mark| mark.bad).cloned().collect();
    if bad.len() <= MARKS_MAX { bad } else { Vec::new() }
}
