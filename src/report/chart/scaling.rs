//! Pictures of service auto scaling: how many tasks there are, are wanted and are needed, and the metric that policies
//! follow against its target.

use super::build::fold;
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::ranks::Ranks;
use super::run::Run;
use super::steps::{self, Points};
use crate::engine::Time;
use crate::metrics::change_series::Mark;
use crate::metrics::scaling_series::{ServiceScaling, Tracked};
use crate::metrics::series;
use crate::report::number::short;

/// Services of which more is drawn than these cannot be told apart.
const SERVICES_MAX: usize = 3;
/// More marks than this hide what they stand over.
const MARKS_MAX: usize = 30;
/// Colours of the bounds.
const LEAST: Role = Role::Quiet;
const MOST: Role = Role::Part(6);
/// Metrics of one service that are drawn.
const METRICS_MAX: usize = 2;

/// Panels for each service with a scalable target.
pub(super) fn panels(run: &Run<'_>, ranks: &Ranks) -> Vec<Panel> {
    let names: Vec<&str> = run.scaling.iter().map(|row| row.service.as_str()).collect();
    let chosen = ranks.first(names.clone(), SERVICES_MAX);
    let mut panels: Vec<Panel> = Vec::new();
    for row in run.scaling.iter().filter(|row| chosen.contains(&row.service.as_str())) {
        panels.push(tasks(run, row));
        panels.extend(row.metrics.iter().take(METRICS_MAX).map(|tracked| metric(run, row, tracked)));
    }
    if let Some(first) = panels.first_mut().filter(|_| names.len() > chosen.len()) {
        first.title =
            format!("{} (of {} services that are scaled: {})", first.title, names.len(), ranks.words(&chosen));
    }
    panels.into_iter().map(|panel| fold(run, ranks, panel)).collect()
}

/// Tasks that can answer, those that are wanted, and those that are needed.
fn tasks(run: &Run<'_>, row: &ServiceScaling) -> Panel {
    let service = row.service.as_str();
    let healthy = steps::sum(run.of(series::AVAILABLE, service).map(|one| &one.points));
    let line = |name| run.line(name, service);
    let bound = |part: &str| run.of(series::BOUNDS, service).find(|one| one.part == part).map(|one| one.points.clone());
    let mut lines = vec![
        Line::solid("needed for what is asked", Role::Ink, line(series::NEED)),
        Line::solid("desired", Role::Part(1), line(series::DESIRED)),
    ];
    let bounds = [("MinCapacity", LEAST, bound("min")), ("MaxCapacity", MOST, bound("max"))];
    lines.extend(bounds.into_iter().filter_map(|(label, role, points)| Some(Line::dashed(label, role, points?))));
    // A maximum that is never near would press all else together.
    let levels = [series::DESIRED, series::NEED].map(line);
    let peak = levels.iter().map(|points| steps::peak(points)).fold(steps::peak(&healthy), f64::max);
    let mut notes = Vec::new();
    lines.retain(|one| {
        let far = one.role == MOST && one.curve.peak() > 2.0 * peak;
        if far {
            notes.push(format!("{} is {}", one.label, short(one.curve.peak())));
        }
        !far
    });
    let (marks, more) = marks(&row.marks);
    notes.extend(more);
    Panel {
        title: format!("{service}: tasks"),
        marks,
        unit: "tasks",
        whole: true,
        layers: vec![Layer::new("healthy and reachable", Role::Served, healthy)],
        lines,
        notes,
        ..Panel::default()
    }
}

/// What the alarm of a policy sees, against its target.
fn metric(run: &Run<'_>, row: &ServiceScaling, of: &Tracked) -> Panel {
    let seen = run.of(series::DATAPOINTS, &of.subject).find(|one| one.part == of.alarm);
    let points = seen.map_or_else(Points::new, |one| one.points.clone());
    let target = Points::from([(Time::ZERO, of.target)]);
    Panel {
        title: format!("{}: {}, as the alarm of {} sees it", row.service, of.metric, of.policy),
        marks: marks(&row.marks).0,
        unit: if of.unit.is_empty() { "its own unit" } else { of.unit },
        lines: vec![
            Line::solid(format!("datapoints of {}", of.metric), Role::Datapoints, points),
            Line::dashed(format!("target of {}: {}", of.policy, short(of.target)), Role::Threshold, target),
        ],
        ..Panel::default()
    }
}

/// As many as can be read: of too many none, and a word.
fn marks(all: &[Mark]) -> (Vec<Mark>, Option<String>) {
    if all.len() <= MARKS_MAX {
        return (all.to_vec(), None);
    }
    (Vec::new(), Some(format!("{} scaling activities and alarms, too many to mark", all.len())))
}
