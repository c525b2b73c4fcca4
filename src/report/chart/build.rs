//! Which pictures a run has, and what is in them.

use super::colours::{Role, SHADES};
use super::figure::{Band, Figure, Layer, Line, Panel, Window};
use super::{application, changes, map, planes, stages, steps};
use crate::engine::Time;
use crate::metrics::series;
use crate::metrics::timeline::{Series, Timeline};
use crate::report::number::short;

/// More panels than this are not drawn: the largest are, after a panel of the total.
const PANELS_MAX: usize = 6;
/// More layers than this are drawn as "others".
pub(super) const LAYERS_MAX: usize = 8;

/// Colours of task states: the darker, the further from serving.
const STATES: [(&str, Role); 7] = [
    ("RUNNING", Role::Served),
    ("PROVISIONING", Role::Provisioning),
    ("PENDING", Role::Pending),
    ("ACTIVATING", Role::Activating),
    ("DEACTIVATING", Role::Deactivating),
    ("STOPPING", Role::Stopping),
    ("DEPROVISIONING", Role::Deprovisioning),
];

/// All pictures that this run has something to show for.
pub(super) fn figures(timeline: &Timeline, scenario: &str) -> Vec<Figure> {
    let zones = parts(timeline, series::AVAILABLE);
    let providers = parts(timeline, series::PROVIDERS);
    let by_zone = panels(timeline, series::AVAILABLE, |subject| healthy(timeline, subject, &zones));
    let by_provider = |subject: &str| tasks(subject, layers(timeline, series::PROVIDERS, subject, &providers));
    let by_provider = panels(timeline, series::PROVIDERS, by_provider);
    let by_state = panels(timeline, series::STATES, |subject| states(timeline, subject));
    let scaled = timeline.series.iter().any(|series| series.name == series::RESERVATION && !series.points.is_empty());
    let host_title = if scaled { "Container instances and their reservation" } else { "Container instances" };
    [
        ("requests", "Requests served and lost", panels(timeline, series::OFFERED, |name| requests(timeline, name))),
        ("tasks-by-zone", "Healthy tasks by zone, against what is needed", by_zone),
        ("task-states", "Tasks by lastStatus, as ECS sees them", by_state),
        ("providers", "Tasks that ECS sees RUNNING, by capacity provider", by_provider),
        ("hosts", host_title, hosts(timeline)),
        ("traffic-by-cell", "Customers' own cells", application::panels(timeline)),
        (
            "control-plane",
            "Requests asked of the cells of the control plane, in percent of what they can do",
            planes::utilisation(timeline),
        ),
        ("launches", "Launches offered to the control plane, and what became of them", planes::launches(timeline)),
        ("changes", "Requests by version while changes are deployed, and what fails", changes::panels(timeline)),
    ]
    .into_iter()
    .filter(|(_, _, panels)| !panels.is_empty())
    .map(|(name, title, panels)| Figure {
        name,
        title: format!("{title} · {scenario}"),
        panels,
        bands: timeline.bands.iter().map(Band::from).collect(),
        cut: whole(timeline),
        whole: whole(timeline),
        ..Figure::default()
    })
    .chain(staged(timeline, scenario))
    .chain(blast_radius(timeline, scenario))
    .collect()
}

fn whole(timeline: &Timeline) -> Window {
    Window { from: Time::ZERO, until: timeline.end }
}

fn staged(timeline: &Timeline, scenario: &str) -> Option<Figure> {
    let (panels, cut) = stages::charts(timeline);
    let bands = timeline.bands.iter().filter(|band| band.from < cut.until && band.until > cut.from);
    (!panels.is_empty()).then(|| Figure {
        name: "stages",
        title: format!("Changes stage by stage: which unit changes when, and how many requests meet it · {scenario}"),
        panels,
        bands: bands.map(Band::from).collect(),
        cut,
        whole: whole(timeline),
        ..Figure::default()
    })
}

fn blast_radius(timeline: &Timeline, scenario: &str) -> Option<Figure> {
    let map = map::map(&timeline.blast)?;
    Some(Figure {
        name: "blast-radius",
        title: format!("What each fault hit, and which clusters lost something · {scenario}"),
        cut: whole(timeline),
        whole: whole(timeline),
        map: Some(map),
        ..Figure::default()
    })
}

pub(super) fn of<'t>(timeline: &'t Timeline, name: &'static str, subject: &str) -> impl Iterator<Item = &'t Series> {
    timeline.series.iter().filter(move |series| series.name == name).filter(move |series| series.subject == subject)
}

pub(super) fn line(timeline: &Timeline, name: &'static str, subject: &str) -> steps::Points {
    of(timeline, name, subject).next().map(|series| series.points.clone()).unwrap_or_default()
}

/// Distinct values of a column of the series of this name, in their order.
pub(super) fn distinct<'t>(timeline: &'t Timeline, name: &str, column: impl Fn(&'t Series) -> &'t str) -> Vec<&'t str> {
    let mut found: Vec<&str> = Vec::new();
    for series in timeline.series.iter().filter(|series| series.name == name) {
        if !found.contains(&column(series)) {
            found.push(column(series));
        }
    }
    found
}

/// Parts of all subjects, so that a part has one colour in all panels.
fn parts<'t>(timeline: &'t Timeline, name: &str) -> Vec<&'t str> {
    distinct(timeline, name, |series| &series.part)
}

/// A panel for each subject that has something to show; of many, the total and the largest.
fn panels(timeline: &Timeline, name: &'static str, panel: impl Fn(&str) -> Panel) -> Vec<Panel> {
    let subjects = distinct(timeline, name, |series| &series.subject);
    let mut all: Vec<Panel> = subjects.into_iter().map(panel).filter(|panel| panel.peak() > 0.0).collect();
    let count = all.len();
    if count > PANELS_MAX {
        let total = total(&all);
        all.sort_by(|a, b| b.weight(timeline.end).total_cmp(&a.weight(timeline.end)));
        all.truncate(PANELS_MAX);
        all.insert(0, total);
    }
    all.into_iter().map(fold).collect()
}

/// The sum of panels of one kind, layer by layer.
fn total(all: &[Panel]) -> Panel {
    let title = format!("all {} services (below: the {PANELS_MAX} largest)", all.len());
    let mut sum = Panel { title, layers: Vec::new(), lines: Vec::new(), ..all[0].clone() };
    for layer in all.iter().flat_map(|panel| &panel.layers) {
        if sum.layers.iter().all(|known| known.label != layer.label) {
            let same = all.iter().flat_map(|panel| &panel.layers).filter(|other| other.label == layer.label);
            sum.layers.push(Layer::new(&layer.label, layer.role, steps::sum(same.map(|other| &other.curve.points))));
        }
    }
    for line in all.iter().flat_map(|panel| &panel.lines) {
        if sum.lines.iter().all(|known| known.label != line.label) {
            let same = all.iter().flat_map(|panel| &panel.lines).filter(|other| other.label == line.label);
            sum.lines.push(Line { curve: steps::sum(same.map(|other| &other.curve.points)).into(), ..line.clone() });
        }
    }
    sum
}

/// Empty layers go; more than fit become "others"; labels of losses get their peak.
pub(super) fn fold(mut panel: Panel) -> Panel {
    panel.layers.retain(|layer| layer.curve.peak() > 0.0);
    panel.lines.retain(|line| !line.curve.points.is_empty());
    if panel.layers.len() > LAYERS_MAX {
        let rest = panel.layers.split_off(LAYERS_MAX - 1);
        let points = steps::sum(rest.iter().map(|layer| &layer.curve.points));
        panel.layers.push(Layer::new(format!("{} others", rest.len()), Role::Others, points));
    }
    for layer in panel.layers.iter_mut().filter(|layer| layer.label == "lost") {
        layer.label = format!("lost (at most {}/s)", short(layer.curve.peak()));
    }
    panel
}

fn requests(timeline: &Timeline, subject: &str) -> Panel {
    let [offered, served, lost] =
        [series::OFFERED, series::SERVED, series::LOST].map(|name| line(timeline, name, subject));
    Panel {
        title: subject.to_owned(),
        unit: "requests per second",
        layers: vec![Layer::new("served", Role::Served, served), Layer::new("lost", Role::Lost, lost)],
        lines: vec![Line::solid("offered", Role::Ink, offered)],
        ..Panel::default()
    }
}

fn healthy(timeline: &Timeline, subject: &str, zones: &[&str]) -> Panel {
    let [need, desired] = [series::NEED, series::DESIRED].map(|name| line(timeline, name, subject));
    let lines = vec![Line::solid("needed", Role::Ink, need), Line::dashed("desired", Role::Ink, desired)];
    Panel { lines, ..tasks(subject, layers(timeline, series::AVAILABLE, subject, zones)) }
}

fn tasks(subject: &str, layers: Vec<Layer>) -> Panel {
    Panel { title: subject.to_owned(), unit: "tasks", whole: true, layers, ..Panel::default() }
}

/// A layer for each part, coloured by the part's place among all parts.
fn layers(timeline: &Timeline, name: &'static str, subject: &str, parts: &[&str]) -> Vec<Layer> {
    of(timeline, name, subject)
        .map(|series| {
            let place = parts.iter().position(|part| *part == series.part).unwrap_or(0);
            Layer::new(&series.part, Role::Part(place as u8 % (2 * SHADES)), series.points.clone())
        })
        .collect()
}

fn states(timeline: &Timeline, subject: &str) -> Panel {
    let layer = |(state, role): (&str, Role)| {
        let series = of(timeline, series::STATES, subject).find(|series| series.part == state)?;
        Some(Layer::new(state, role, series.points.clone()))
    };
    tasks(subject, STATES.into_iter().filter_map(layer).collect())
}

/// Two panels for each provider with hosts: how many, and how full.
fn hosts(timeline: &Timeline) -> Vec<Panel> {
    let count = |subject: &str| Panel {
        title: subject.to_owned(),
        unit: "hosts",
        whole: true,
        layers: vec![Layer::new("registered", Role::Served, line(timeline, series::HOSTS, subject))],
        ..Panel::default()
    };
    let subjects = distinct(timeline, series::HOSTS, |series| &series.subject);
    let mut all: Vec<Panel> = subjects.into_iter().map(count).filter(|panel| panel.peak() > 0.0).collect();
    all.sort_by(|a, b| b.weight(timeline.end).total_cmp(&a.weight(timeline.end)));
    all.truncate(PANELS_MAX / 2);
    let with_reservation = |panel: Panel| {
        let points = line(timeline, series::RESERVATION, &panel.title);
        let reservation = (!points.is_empty()).then(|| Panel {
            title: panel.title.clone(),
            unit: "percent",
            whole: true,
            lines: vec![Line::solid("CapacityProviderReservation", Role::Part(0), points)],
            ..Panel::default()
        });
        [Some(panel), reservation]
    };
    all.into_iter().flat_map(with_reservation).flatten().collect()
}
