//! Pictures of changes: which version gets the requests, what fails, and what the alarms see of it.

use super::build::{fold, rate};
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::planes::{bars, percent};
use super::ranks::Ranks;
use super::run::Run;
use super::steps::{self, Points};
use crate::engine::Time;
use crate::metrics::change_series::{Mark, ServiceChanges, Threshold};
use crate::metrics::series;
use crate::model::plan::Comparison;
use crate::report::number::short;

/// Services of which more is drawn than these cannot be told apart.
const SERVICES_MAX: usize = 3;
/// More marks than this hide what they stand over.
const MARKS_MAX: usize = 40;
/// Colours of alarms: one for the datapoints and the threshold of each.
const ALARMS: [Role; 4] = [Role::Datapoints, Role::Part(2), Role::Part(6), Role::Part(7)];

/// Panels for each service with changes: its requests by version, the weight of the new one where there are weights,
/// and the share of requests that fails.
pub(super) fn panels(run: &Run<'_>, ranks: &Ranks) -> Vec<Panel> {
    let with_traffic = |row: &&ServiceChanges| steps::peak(&run.line(series::OFFERED, &row.service)) > 0.0;
    let all: Vec<&ServiceChanges> = run.changes.iter().filter(with_traffic).collect();
    let mut chosen = ranks.first(all.iter().map(|row| &row.service[..]).collect(), SERVICES_MAX);
    // Of many services, those that no change reached say nothing beside those that one did.
    if all.len() > SERVICES_MAX && chosen.iter().any(|service| ranks.told(service)) {
        chosen.retain(|service| ranks.told(service));
    }
    let mut panels: Vec<Panel> = Vec::new();
    for name in &chosen {
        let Some(row) = all.iter().find(|row| row.service == *name) else { continue };
        let exposed = exposed(run, &row.service);
        panels.push(versions(run, row, &exposed));
        if row.by_weight {
            panels.push(share(run, row, &exposed));
        }
        let errors = errors(run, row);
        if errors.peak_of_data() > 0.0 {
            panels.push(errors);
        } else if let Some(last) = panels.last_mut() {
            last.notes.push("its error rate is 0 throughout".to_owned());
        }
        for metric in metrics(run, row) {
            if metric.peak_of_data() > 0.0 {
                panels.push(metric);
            } else if let Some(last) = panels.last_mut() {
                last.notes.extend(metric.notes);
            }
        }
    }
    if let Some(first) = panels.first_mut().filter(|_| all.len() > SERVICES_MAX) {
        first.title = format!("{} (of {} services with changes: {})", first.title, all.len(), ranks.words(&chosen));
    }
    panels.into_iter().map(|panel| fold(run, ranks, panel)).collect()
}

/// What the new versions of a service get.
fn exposed(run: &Run<'_>, service: &str) -> Points {
    steps::sum(run.of(series::EXPOSED, service).map(|series| &series.points))
}

fn versions(run: &Run<'_>, row: &ServiceChanges, exposed: &Points) -> Panel {
    let offered = run.line(series::OFFERED, &row.service);
    let less: Points = exposed.iter().map(|(at, value)| (*at, -value)).collect();
    // A request may see a new revision and a feature behind a flag.
    let rest = steps::sum([&offered, &less]).into_iter().map(|(at, value)| (at, value.max(0.0))).collect();
    let lost = run.line(series::LOST, &row.service);
    let peak = steps::peak(&lost);
    let label = format!("lost, of either (at most {}/s)", rate(peak));
    let met = steps::peak(exposed) > 0.0;
    Panel {
        title: row.service.clone(),
        marks: marks(&row.marks),
        unit: "requests per second",
        layers: vec![
            Layer::new("to the completed version", Role::OldVersion, rest),
            Layer::new("to the version that is being deployed", Role::NewVersion, exposed.clone()),
        ],
        lines: if peak > 0.0 { vec![Line::solid(label, Role::Lost, lost)] } else { Vec::new() },
        notes: if met { Vec::new() } else { vec!["no request went to a version that is being deployed".to_owned()] },
        ..Panel::default()
    }
}

/// The part of the requests that the new version gets, where it is set by weights.
fn share(run: &Run<'_>, row: &ServiceChanges, exposed: &Points) -> Panel {
    let offered = run.line(series::OFFERED, &row.service);
    let points = percent(exposed, &offered);
    let copies = steps::sum(run.of(series::COPIED, &row.service).map(|series| &series.points));
    let copies = percent(&copies, &offered);
    let copied = (steps::peak(&copies) > 0.0)
        .then(|| Line::dashed("copies for it, whose answers nobody sees", Role::Ink, copies));
    let copied: Vec<Line> = copied.into_iter().collect();
    // All of them are 100 %, and no more.
    let most = copied.iter().map(|line| line.curve.peak()).fold(steps::peak(&points), f64::max);
    Panel {
        title: format!("{}: traffic of the new version until it is completed or taken back", row.service),
        marks: marks(&row.marks),
        unit: "percent of requests",
        top: if most > 50.0 { 100.0 } else { 0.0 },
        layers: vec![Layer::new("to the new version", Role::NewVersion, points)],
        lines: copied,
        ..Panel::default()
    }
}

/// What fails of the service, and what the alarms that watch it see, each against its threshold in the same colour.
fn errors(run: &Run<'_>, row: &ServiceChanges) -> Panel {
    let [offered, lost] = [series::OFFERED, series::LOST].map(|name| run.line(name, &row.service));
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    if steps::peak(&lost) > 0.0 {
        lines.push(Line::solid("lost at each moment", Role::Lost, percent(&lost, &offered)));
    } else {
        notes.push("lost of the service's own requests: 0 throughout".to_owned());
    }
    let (of_alarms, told) = alarms(run, row.thresholds.iter().filter(|alarm| alarm.share).collect());
    lines.extend(of_alarms);
    notes.extend(told);
    Panel {
        title: format!("{}: error rate, and what the alarms see", row.service),
        marks: marks(&row.marks),
        unit: "percent",
        lines,
        notes,
        ..Panel::default()
    }
}

/// What alarms on other metrics see: a panel for each metric.
fn metrics(run: &Run<'_>, row: &ServiceChanges) -> Vec<Panel> {
    let mut names: Vec<&'static str> = Vec::new();
    for alarm in row.thresholds.iter().filter(|alarm| !alarm.share) {
        if !names.contains(&alarm.metric) {
            names.push(alarm.metric);
        }
    }
    let panel = |name: &'static str| {
        let (lines, notes) = alarms(run, row.thresholds.iter().filter(|alarm| alarm.metric == name).collect());
        let unit = match name {
            "HealthyHostCount" | "UnHealthyHostCount" => "targets",
            "ZoneOutlier" => "1: the zone is an outlier",
            _ => "requests of a period",
        };
        let title = format!("{}: {name}, as the alarms see it", row.service);
        Panel { title, marks: marks(&row.marks), unit, lines, notes, ..Panel::default() }
    };
    names.into_iter().map(panel).collect()
}

/// Datapoints of alarms, each against its threshold in the same colour; and what is told of them in words.
fn alarms(run: &Run<'_>, mut all: Vec<&Threshold>) -> (Vec<Line>, Vec<String>) {
    let (mut lines, mut notes) = (Vec::new(), Vec::new());
    // Of many alarms, those whose datapoints rose most.
    all.sort_by(|a, b| steps::peak(&datapoints(run, b)).total_cmp(&steps::peak(&datapoints(run, a))));
    let more = all.len().saturating_sub(ALARMS.len());
    let rule = |alarm: &Threshold| (alarm.value.to_bits(), alarm.comparison, alarm.datapoints);
    let one_rule = all.len() > 1 && all.iter().all(|alarm| rule(alarm) == rule(all[0]));
    for (alarm, role) in all.iter().zip(ALARMS) {
        let Threshold { alarm: name, of, period, .. } = alarm;
        let points = datapoints(run, alarm);
        if steps::peak(&points) > 0.0 {
            lines.push(Line::solid(format!("datapoints of {name} on {of}, one for each {period}"), role, points));
        } else {
            notes.push(format!("datapoints of {name} on {of}: 0 throughout"));
        }
        if !one_rule {
            lines.push(threshold(name, alarm, role));
        }
    }
    lines.extend(all.first().filter(|_| one_rule).map(|alarm| threshold("each", alarm, Role::Threshold)));
    if more > 0 {
        notes.push(format!("{more} more alarms watch it, with lower datapoints"));
    }
    (lines, notes)
}

fn threshold(of: &str, alarm: &Threshold, role: Role) -> Line {
    let (least, all) = alarm.datapoints;
    let side = match alarm.comparison {
        Comparison::Greater => "over ",
        Comparison::GreaterOrEqual => "from ",
        Comparison::Less => "below ",
        Comparison::LessOrEqual => "up to ",
    };
    let unit = if alarm.share { " %" } else { "" };
    let label = format!("threshold of {of}: {side}{}{unit} ({least} of {all} datapoints)", short(alarm.value));
    Line::dashed(label, role, Points::from([(Time::ZERO, alarm.value)]))
}

/// Datapoints as the alarm saw them; of an alarm that no deployment watches, from what the service lost.
fn datapoints(run: &Run<'_>, of: &Threshold) -> Points {
    let mut seen = run.of(series::DATAPOINTS, &of.subject).filter(|series| series.part == of.alarm);
    if let Some(series) = seen.next() {
        return series.points.clone();
    }
    if !of.share {
        return Points::new();
    }
    let [offered, lost] = [series::OFFERED, series::LOST].map(|name| run.line(name, &of.subject));
    let [offered, lost] = [&offered, &lost].map(|points| bars(points, of.period, run.end));
    percent(&lost, &offered)
}

/// As many as can be read: of too many, those that tell of something bad.
fn marks(all: &[Mark]) -> Vec<Mark> {
    if all.len() <= MARKS_MAX {
        return all.to_vec();
    }
    let bad: Vec<Mark> = all.iter().filter(|mark| mark.bad).cloned().collect();
    if bad.len() <= MARKS_MAX { bad } else { Vec::new() }
}
