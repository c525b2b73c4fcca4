//! Which pictures a run has, and what is in them.

use super::colours::Role;
use super::figure::{Band, Figure, Layer, Line, Panel, Window};
use super::ranks::Ranks;
use super::run::Run;
use super::steps::{self, Points};
use super::{application, changes, columns, cut, findings, map, planes, scaling, stages};
use crate::engine::Time;
use crate::metrics::series;
use crate::metrics::timeline::Timeline;
use crate::report::number::short;
use std::collections::BTreeMap;

/// More panels than this are not drawn: those that were hit or are largest are, after a panel of the total.
const PANELS_MAX: usize = 6;
/// Capacity providers whose hosts are drawn.
const HOSTS_MAX: usize = 3;
/// More layers than this are drawn as "others", but for those that were hit.
pub(super) const LAYERS_MAX: usize = 12;
/// More zones than this are told by Region in a total.
const ZONES_MAX: usize = 8;

/// Colours of task states.
const STATES: [(&str, Role); 7] = [
    ("RUNNING", Role::Served),
    ("PROVISIONING", Role::Provisioning),
    ("PENDING", Role::Pending),
    ("ACTIVATING", Role::Activating),
    ("DEACTIVATING", Role::Deactivating),
    ("STOPPING", Role::Stopping),
    ("DEPROVISIONING", Role::Deprovisioning),
];

/// A picture before its panels are cut: its name, its title and what it shows.
type Draft = (&'static str, String, Vec<Panel>);

/// All pictures that this run has something to show for.
pub(super) fn figures(timeline: &Timeline, scenario: &str) -> Vec<Figure> {
    let (run, ranks) = (&Run::new(timeline), &Ranks::of(&Run::new(timeline)));
    let (cut, whole) = (cut::cut(run), whole(timeline));
    let bands = bands(timeline);
    let drafts = drafts(run, ranks).into_iter().map(|(name, title, panels)| (name, title, panels, cut));
    let drafts = drafts.chain(staged(run));
    let mut figures: Vec<Figure> = Vec::new();
    for (name, title, mut panels, cut) in drafts {
        // How columns are read is told once.
        let mut told: Vec<String> = Vec::new();
        for panel in &mut panels {
            let note = columns::fit(panel, cut).filter(|note| !told.contains(note));
            told.extend(note.clone());
            panel.notes.extend(note);
        }
        panels.retain(|panel| panel.gantt.is_some() || !panel.notes.is_empty() || panel.peak() > 0.0);
        if panels.iter().all(|panel| panel.gantt.is_none() && panel.peak() <= 0.0) {
            continue;
        }
        let shown = |band: &&Band| band.from < cut.until && (band.until > cut.from || band.from >= cut.from);
        let bands = bands.iter().filter(shown).cloned().collect();
        let finding = findings::of(name, run, ranks, cut);
        let title = format!("{title} · {scenario}");
        figures.push(Figure { name, title, finding, cut, whole, bands, panels, map: None });
    }
    figures.extend(blast_radius(timeline, scenario));
    figures
}

fn drafts(run: &Run<'_>, ranks: &Ranks) -> Vec<Draft> {
    let providers = run.parts(series::PROVIDERS);
    let by_provider = |subject: &str| tasks(subject, by_place(run, subject, &providers));
    let scaled = run.series.iter().any(|series| series.name == series::RESERVATION && !series.points.is_empty());
    let host_title = if scaled { "Container instances and their reservation" } else { "Container instances" };
    let totals = |chosen: &[Panel]| (chosen.len() > PANELS_MAX).then(|| total(chosen));
    let drafts = [
        (
            "requests",
            "Requests served and lost",
            panels(run, ranks, series::OFFERED, |name| requests(run, name), |all| Some(customers_once(run, all))),
        ),
        (
            "response-time",
            "Response time of what is answered, in time or not",
            panels(run, ranks, series::P99, |name| response_time(run, name), |_| None),
        ),
        (
            "tasks-by-zone",
            "Healthy tasks by zone, against what is needed",
            panels(run, ranks, series::AVAILABLE, |name| healthy(run, name), |all| totals(all).map(by_region)),
        ),
        (
            "task-states",
            "Tasks by lastStatus, as ECS believes (not as they are in truth)",
            panels(run, ranks, series::STATES, |name| states(run, name), totals),
        ),
        (
            "providers",
            "Tasks that ECS sees RUNNING, by capacity provider",
            panels(run, ranks, series::PROVIDERS, by_provider, totals),
        ),
        ("hosts", host_title, hosts(run)),
        ("scaling", "Service auto scaling: tasks there, wanted and needed", scaling::panels(run, ranks)),
        ("traffic-by-cell", "Customers' own cells", application::panels(run, ranks)),
        ("control-plane", "Requests asked of the cells of the control plane", planes::utilisation(run)),
        ("launches", "Launches offered to the control plane, and what became of them", planes::launches(run)),
        ("changes", "Requests by version while changes are deployed, and what fails", changes::panels(run, ranks)),
    ];
    drafts.into_iter().map(|(name, title, panels)| (name, title.to_owned(), panels)).collect()
}

fn whole(timeline: &Timeline) -> Window {
    Window { from: Time::ZERO, until: timeline.end }
}

/// Faults as they came; those of one name are numbered.
fn bands(timeline: &Timeline) -> Vec<Band> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for band in &timeline.bands {
        counts.entry(&band.name).or_default().1 += 1;
    }
    let mut bands: Vec<Band> = Vec::new();
    for band in &timeline.bands {
        let count = counts.entry(&band.name).or_default();
        count.0 += 1;
        let occurrence = (count.1 > 1).then_some(*count);
        bands.push(Band { occurrence, ..Band::from(band) });
    }
    bands
}

fn staged(run: &Run<'_>) -> Option<(&'static str, String, Vec<Panel>, Window)> {
    let (panels, cut) = stages::charts(run);
    let title = "Changes stage by stage: which unit changes when, and how many requests meet it";
    (!panels.is_empty()).then(|| ("stages", title.to_owned(), panels, cut))
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

/// A panel for each subject that has something to show; of many, the total and those of the highest rank.
fn panels(
    run: &Run<'_>,
    ranks: &Ranks,
    name: &'static str,
    panel: impl Fn(&str) -> Panel,
    total: impl Fn(&[Panel]) -> Option<Panel>,
) -> Vec<Panel> {
    let all = run.subjects(name).into_iter().map(|subject| (subject, panel(subject)));
    let all: Vec<(&str, Panel)> = all.filter(|(_, panel)| panel.peak() > 0.0).collect();
    let (subjects, mut all): (Vec<&str>, Vec<Panel>) = all.into_iter().unzip();
    if all.len() > PANELS_MAX {
        let count = all.len();
        let chosen = ranks.first(subjects.clone(), PANELS_MAX);
        let together = total(&all).map(|panel| Panel {
            title: format!("all {count} services{} (below: {})", panel.title, ranks.words(&chosen)),
            ..panel
        });
        let place = |subject: &&str| subjects.iter().position(|other| other == subject);
        let ranked = chosen.iter().filter_map(place).map(|place| all[place].clone()).collect();
        all = together.into_iter().collect::<Vec<Panel>>();
        all.append(&mut { ranked });
    }
    all.into_iter().map(|panel| fold(run, ranks, panel)).collect()
}

/// The sum of panels of one kind, layer by layer.
fn total(all: &[Panel]) -> Panel {
    let mut sum = Panel { title: String::new(), layers: Vec::new(), lines: Vec::new(), ..all[0].clone() };
    let mut layers: Vec<(&Layer, Vec<&Points>)> = Vec::new();
    for layer in all.iter().flat_map(|panel| &panel.layers) {
        match layers.iter_mut().find(|known| known.0.label == layer.label) {
            Some(known) => known.1.push(&layer.curve.points),
            None => layers.push((layer, vec![&layer.curve.points])),
        }
    }
    let layers = layers.into_iter().map(|(one, all)| Layer::new(&one.label, one.role, steps::sum(all)));
    sum.layers = layers.collect();
    for line in all.iter().flat_map(|panel| &panel.lines) {
        if sum.lines.iter().all(|known| known.label != line.label) {
            let same = all.iter().flat_map(|panel| &panel.lines).filter(|other| other.label == line.label);
            sum.lines.push(Line { curve: steps::sum(same.map(|other| &other.curve.points)).into(), ..line.clone() });
        }
    }
    for line in &mut sum.lines {
        let has = |other: &Line| other.label == line.label && !other.curve.points.is_empty();
        let some = all.iter().filter(|panel| panel.lines.iter().any(has)).count();
        if some < all.len() {
            line.label = format!("{} by {some} of them", line.label);
        }
    }
    sum
}

/// The total of requests. Those of customers pass a router and the cells behind it, and count once.
fn customers_once(run: &Run<'_>, all: &[Panel]) -> Panel {
    let Some(routed) = &run.application else { return total(all) };
    let behind = |panel: &&Panel| panel.title != routed.router && !routed.cells.contains(&panel.title);
    let mut counted: Vec<Panel> = all.iter().filter(behind).cloned().collect();
    let offered = run.line(series::APPLICATION_OFFERED, &routed.name);
    let lost = run.line(series::APPLICATION_LOST, &routed.name);
    let less: Points = lost.iter().map(|(at, rate)| (*at, -rate)).collect();
    counted.push(traffic(&routed.name, offered.clone(), steps::sum([&offered, &less]), lost));
    let title = ": requests of customers, counted once though they pass a router and a cell".to_owned();
    Panel { title, ..total(&counted) }
}

/// Many zones as Regions. Zones of several Regions have the same numbers, and other colours than in their own panels.
fn by_region(mut panel: Panel) -> Panel {
    if panel.layers.len() <= ZONES_MAX {
        let roles: Vec<Role> = panel.layers.iter().map(|layer| layer.role).collect();
        if roles.iter().enumerate().any(|(place, role)| roles[..place].contains(role)) {
            panel.layers.iter_mut().zip((0..).map(Role::Part)).for_each(|(layer, role)| layer.role = role);
        }
        return panel;
    }
    let mut regions: Vec<(String, Vec<Points>)> = Vec::new();
    for layer in panel.layers {
        let region = layer.label.rsplit_once("-az").map_or(layer.label.clone(), |parts| parts.0.to_owned());
        match regions.iter_mut().find(|known| known.0 == region) {
            Some(known) => known.1.push(layer.curve.points),
            None => regions.push((region, vec![layer.curve.points])),
        }
    }
    let layer = |((region, zones), role): ((String, Vec<Points>), Role)| {
        let label = if zones.len() > 1 { format!("{region} ({} zones)", zones.len()) } else { region };
        Layer::new(label, role, steps::sum(&zones))
    };
    panel.layers = regions.into_iter().zip((0..16).map(Role::Part).cycle()).map(layer).collect();
    panel
}

/// Empty layers go; more than fit become "others", but never what is lost or was hit; labels of losses get their peak.
pub(super) fn fold(run: &Run<'_>, ranks: &Ranks, mut panel: Panel) -> Panel {
    panel.layers.retain(|layer| layer.curve.peak() > 0.0);
    panel.lines.retain(|line| !line.curve.points.is_empty());
    panel.lines = at_once(panel.lines);
    let hit = |layer: &Layer| {
        let place = run.bands.iter().any(|band| band.places.contains(&layer.label));
        layer.role == Role::Lost || place || ranks.lost(&layer.label)
    };
    if panel.layers.len() > LAYERS_MAX {
        let area = |layer: &Layer| steps::area(&layer.curve.points, run.end);
        let mut spared: Vec<(usize, f64)> = panel
            .layers
            .iter()
            .enumerate()
            .filter(|(_, layer)| !hit(layer))
            .map(|(place, layer)| (place, area(layer)))
            .collect();
        spared.sort_by(|a, b| a.1.total_cmp(&b.1));
        spared.truncate(panel.layers.len() + 1 - LAYERS_MAX);
        let folded = |place: usize| spared.iter().any(|one| one.0 == place);
        if spared.len() > 1 {
            let rest = panel.layers.iter().enumerate().filter(|(place, _)| folded(*place));
            let points = steps::sum(rest.map(|(_, layer)| &layer.curve.points));
            let others = Layer::new(format!("{} others", spared.len()), Role::Others, points);
            let mut place = 0..;
            panel.layers.retain(|_| place.next().is_some_and(|place| !folded(place)));
            let top = panel.layers.iter().position(|layer| layer.role == Role::Lost).unwrap_or(panel.layers.len());
            panel.layers.insert(top, others);
        }
    }
    for layer in panel.layers.iter_mut().filter(|layer| layer.label == "lost") {
        layer.label = format!("lost (at most {}/s)", rate(layer.curve.peak()));
    }
    panel
}

/// Lines that are one and the same, under both names.
fn at_once(lines: Vec<Line>) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    for line in lines {
        match all.iter_mut().find(|known| known.role == line.role && known.curve == line.curve) {
            Some(known) => known.label = format!("{} and {}", known.label, line.label),
            None => all.push(line),
        }
    }
    all
}

/// Rates are sums of many parts: what is nearly whole is.
pub(super) fn rate(rate: f64) -> String {
    short(libm::round(rate * 1e4) / 1e4)
}

fn requests(run: &Run<'_>, subject: &str) -> Panel {
    let [offered, served, lost] = [series::OFFERED, series::SERVED, series::LOST].map(|name| run.line(name, subject));
    traffic(subject, offered, served, lost)
}

fn traffic(title: &str, offered: Points, served: Points, lost: Points) -> Panel {
    Panel {
        title: title.to_owned(),
        unit: "requests per second",
        layers: vec![Layer::new("served", Role::Served, served), Layer::new("lost", Role::Lost, lost)],
        lines: vec![Line::solid("offered", Role::Ink, offered)],
        ..Panel::default()
    }
}

fn healthy(run: &Run<'_>, subject: &str) -> Panel {
    let [need, desired] = [series::NEED, series::DESIRED].map(|name| run.line(name, subject));
    let lines = vec![Line::solid("needed", Role::Ink, need), Line::dashed("desired", Role::Ink, desired)];
    let zones: Vec<_> = run.of(series::AVAILABLE, subject).collect();
    let numbers: Vec<Option<u8>> = zones.iter().map(|series| zone_number(&series.part)).collect();
    let told = numbers.iter().enumerate().all(|(place, one)| one.is_some() && !numbers[..place].contains(one));
    let role = |place: usize| Role::Part(numbers[place].filter(|_| told).unwrap_or(place as u8 % 16));
    let layers = zones.iter().enumerate().map(|(place, of)| Layer::new(&of.part, role(place), of.points.clone()));
    Panel { lines, ..tasks(subject, layers.collect()) }
}

/// From 0, so that zones of one number look alike in all panels.
fn zone_number(id: &str) -> Option<u8> {
    let number: u8 = id.rsplit_once("-az")?.1.parse().ok()?;
    (1..=16).contains(&number).then(|| number - 1)
}

fn tasks(subject: &str, layers: Vec<Layer>) -> Panel {
    Panel { title: subject.to_owned(), unit: "tasks", whole: true, layers, ..Panel::default() }
}

/// A layer for each provider, coloured by its place among all.
fn by_place(run: &Run<'_>, subject: &str, all: &[&str]) -> Vec<Layer> {
    let own: Vec<_> = run.of(series::PROVIDERS, subject).collect();
    let place = |part: &str| all.iter().position(|other| *other == part).unwrap_or(0);
    let apart = all.len() <= 16;
    let role = |(row, part): (usize, &str)| Role::Part(if apart { place(part) } else { row % 16 } as u8);
    own.iter().enumerate().map(|(row, of)| Layer::new(&of.part, role((row, &of.part)), of.points.clone())).collect()
}

fn states(run: &Run<'_>, subject: &str) -> Panel {
    let layer = |(state, role): (&str, Role)| {
        let series = run.of(series::STATES, subject).find(|series| series.part == state)?;
        Some(Layer::new(state, role, series.points.clone()))
    };
    tasks(subject, STATES.into_iter().filter_map(layer).collect())
}

/// Two panels for each provider with hosts: how many, and how full; of many providers, those that lost most hosts.
fn response_time(run: &Run<'_>, subject: &str) -> Panel {
    let lines = [("99th percentile", series::P99, 0), ("median", series::P50, 1)]
        .map(|(label, name, part)| Line::solid(label, Role::Part(part), run.line(name, subject)));
    Panel { title: subject.to_owned(), unit: "seconds", lines: lines.to_vec(), ..Panel::default() }
}

fn hosts(run: &Run<'_>) -> Vec<Panel> {
    let count = |subject: &str| {
        let points = run.line(series::HOSTS, subject);
        let first = points.first().map_or(0.0, |point| point.1);
        let missing: Points = points.iter().map(|(at, count)| (*at, (first - count).max(0.0))).collect();
        let panel = Panel {
            title: subject.to_owned(),
            unit: "hosts",
            whole: true,
            layers: vec![Layer::new("registered", Role::Served, points)],
            ..Panel::default()
        };
        (steps::area(&missing, run.end), panel)
    };
    let mut all: Vec<(f64, Panel)> = run.subjects(series::HOSTS).into_iter().map(count).collect();
    all.retain(|(_, panel)| panel.peak() > 0.0);
    let all_count = all.len();
    if all_count > HOSTS_MAX {
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.weight(run.end).total_cmp(&a.1.weight(run.end))));
        all.truncate(HOSTS_MAX);
    }
    let words = |place: usize| match place {
        0 if all_count > HOSTS_MAX => format!(" (of {all_count} providers, the {HOSTS_MAX} that lost most hosts)"),
        _ => String::new(),
    };
    let with_reservation = |(place, (_, panel)): (usize, (f64, Panel))| {
        let points = run.line(series::RESERVATION, &panel.title);
        let reservation = (!points.is_empty()).then(|| Panel {
            title: format!("{}: its reservation", panel.title),
            unit: "percent",
            whole: true,
            lines: vec![Line::solid("CapacityProviderReservation", Role::Part(0), points)],
            ..Panel::default()
        });
        [Some(Panel { title: format!("{}{}", panel.title, words(place)), ..panel }), reservation]
    };
    all.into_iter().enumerate().flat_map(with_reservation).flatten().collect()
}
