//! What pictures show, as tables: curves, stages and maps.

use super::super::chart::figure::{Curve, Figure, Panel, Window};
use super::super::chart::gantt::{Gantt, Row};
use super::super::chart::map::{Cell, Cluster, Fault, Region};
use super::super::number::{NOTHING, duration, short};
use super::tables::boxed;
use crate::engine::{Span, Time};
use maud::{Markup, html};

/// Rows of the table of a plot; of more moments each row tells least and most of a stretch of time.
const ROWS_MAX: usize = 40;
/// Bars of stages, and clusters of a map, that have a row each; more are counted.
const LINES_MAX: usize = 100;

/// All that a picture shows.
pub(super) fn of(figure: &Figure) -> Markup {
    let stages = figure.panels.iter().filter_map(|panel| panel.gantt.as_ref());
    let plots = figure.panels.iter().filter(|panel| !panel.layers.is_empty() || !panel.lines.is_empty());
    let maps = figure.map.iter().flat_map(|map| &map.faults);
    let any = stages.clone().count() + plots.clone().count() + maps.clone().count() > 0;
    html! {
        @if any {
            details {
                summary { "The same in numbers" }
                @for gantt in stages { (bars(gantt)) }
                @for panel in plots { (table(panel, figure.cut)) }
                @for fault in maps { (clusters(fault)) }
            }
        }
    }
}

/// A table with a title, and how many rows it has no room for.
fn titled(title: &str, heads: &[(&str, bool)], rows: &Markup, more: usize) -> Markup {
    boxed(
        title,
        &html! {
            table {
                caption { (title) }
                thead { tr { @for (head, number) in heads { th scope="col" class=[number.then_some("number")] { (head) } } } }
                tbody {
                    (rows)
                    @if more > 0 { tr { th scope="row" colspan=(heads.len()) { (more) " more" } } }
                }
            }
        },
    )
}

/// Stages: what happened to each unit, from when to when.
fn bars(gantt: &Gantt) -> Markup {
    let mut name = "";
    let named = gantt.rows.iter().map(|row| {
        if !row.name.is_empty() {
            name = &row.name;
        }
        (name, row)
    });
    let told = named.flat_map(|(name, row)| lines(row).into_iter().map(move |line| (name, row, line)));
    let told: Vec<_> = told.collect();
    let shown = &told[..told.len().min(LINES_MAX)];
    let heads = [("unit", false), ("part", false), ("what", false), ("from", true), ("until", true)];
    let rows = html! {
        @for (name, row, (what, from, until)) in shown {
            tr {
                th scope="row" { (name) }
                td { (row.part) }
                td { (what) }
                td.number { (duration(from.as_secs_f64())) }
                td.number { @if until > from { (duration(until.as_secs_f64())) } }
            }
        }
    };
    titled(&gantt.title, &heads, &rows, told.len() - shown.len())
}

/// What a row shows, in order of time.
fn lines(row: &Row) -> Vec<(&'static str, Time, Time)> {
    let bars = row.bars.iter().map(|bar| (bar.kind.label(), bar.from, bar.until));
    let rings = row.rings.iter().map(|at| ("alarm of the unit rings", *at, *at));
    let mut all: Vec<_> = bars.chain(rings).collect();
    all.sort_by_key(|line| line.1);
    all
}

/// A map: the clusters that lost something.
fn clusters(fault: &Fault) -> Markup {
    let cells = fault.regions.iter().flat_map(|region| region.cells.iter().map(move |cell| (region, cell)));
    let all: Vec<(&Region, &Cell, &Cluster)> = cells
        .flat_map(|(region, cell)| cell.clusters.iter().map(move |cluster| (region, cell, cluster)))
        .filter(|(_, _, cluster)| cluster.lost())
        .collect();
    let shown = &all[..all.len().min(LINES_MAX)];
    let heads = [
        ("Region", false),
        ("cell", false),
        ("cluster", false),
        ("what it lost at worst", false),
        ("services hit", true),
    ];
    let rows = html! {
        @for (region, cell, cluster) in shown {
            tr {
                th scope="row" { (region.name) }
                td { (cell.name) @if cell.hit { " (hit itself)" } }
                td { (cluster.name) }
                td { (cluster.words()) }
                td.number { (cluster.services_hit) " of " (cluster.services) }
            }
        }
    };
    html! {
        @if !all.is_empty() { (titled(&format!("{}: {}", fault.name, fault.words), &heads, &rows, all.len() - shown.len())) }
    }
}

/// A panel as a table: what holds from each moment on.
fn table(panel: &Panel, cut: Window) -> Markup {
    let curves: Vec<(&str, &Curve)> = panel
        .layers
        .iter()
        .map(|layer| (layer.label.as_str(), &layer.curve))
        .chain(panel.lines.iter().map(|line| (line.label.as_str(), &line.curve)))
        .collect();
    let title = format!("{}, {}", panel.title, panel.unit);
    boxed(
        &title,
        &html! {
            table {
                caption { (title) }
                thead { tr {
                    th.number scope="col" { "from" }
                    @for (label, _) in &curves { th.number scope="col" { (label) } }
                } }
                tbody { @for (from, until) in stretches(&curves, cut) {
                    tr {
                        th.number scope="row" { (duration(from.as_secs_f64())) }
                        @for (_, curve) in &curves { td.number { (between(curve, from, until)) } }
                    }
                } }
            }
        },
    )
}

/// The moments at which a curve changes, each with the next; of too many, as many stretches of equal length.
fn stretches(curves: &[(&str, &Curve)], cut: Window) -> Vec<(Time, Time)> {
    let within = |at: &Time| *at >= cut.from && *at < cut.until;
    let mut begins: Vec<Time> = curves.iter().flat_map(|(_, curve)| curve.points.iter().map(|point| point.0)).collect();
    begins.retain(within);
    begins.push(cut.from);
    begins.sort_unstable();
    begins.dedup();
    if begins.len() > ROWS_MAX {
        let whole = cut.until.since(cut.from).micros();
        let at = |place: usize| cut.from + Span::from_micros(whole / ROWS_MAX as u64 * place as u64);
        begins = (0..ROWS_MAX).map(at).collect();
    }
    let ends = begins.iter().skip(1).copied().chain([cut.until]).collect::<Vec<_>>();
    begins.into_iter().zip(ends).collect()
}

/// What a curve is in a stretch of time: one value, or least and most.
fn between(curve: &Curve, from: Time, until: Time) -> String {
    let first = curve.points.partition_point(|point| point.0 <= from).saturating_sub(1);
    let last = curve.points.partition_point(|point| point.0 < until);
    let mut ends: Option<(f64, f64)> = None;
    for place in first..last {
        let value = curve.points[place].1;
        let (least, most) = match &curve.range {
            Some(range) => (range.least[place], range.most[place]),
            None => (value, value),
        };
        ends = Some(ends.map_or((least, most), |(low, high)| (low.min(least), high.max(most))));
    }
    match ends.map(|(least, most)| (short(least), short(most))) {
        None => NOTHING.to_owned(),
        Some((least, most)) if least == most => least,
        Some((least, most)) => format!("{least} to {most}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(u64, f64)]) -> Curve {
        points.iter().map(|(at, value)| (Time(at * 1_000_000), *value)).collect::<Vec<_>>().into()
    }

    #[test]
    fn a_stretch_tells_what_holds_in_it() {
        let curve = curve(&[(0, 5.0), (10, 2.0), (20, 8.0)]);
        let told = |from: u64, until: u64| between(&curve, Time(from * 1_000_000), Time(until * 1_000_000));
        assert_eq!([told(0, 10), told(0, 11), told(12, 15), told(12, 90)], ["5", "2 to 5", "2", "2 to 8"]);
        assert_eq!(between(&Curve::default(), Time(0), Time(9)), "-");
    }

    #[test]
    fn many_moments_become_stretches() {
        let cut = Window { from: Time(0), until: Time(4_000_000) };
        let few = curve(&[(0, 1.0), (1, 2.0)]);
        assert_eq!(stretches(&[("a", &few)], cut), [(Time(0), Time(1_000_000)), (Time(1_000_000), cut.until)]);
        let points = (0..100).map(|n| (Time(n * 40_000), n as f64)).collect::<Vec<_>>();
        let many: Curve = points.into();
        let found = stretches(&[("a", &many)], cut);
        assert_eq!((found.len(), found[ROWS_MAX - 1].1), (ROWS_MAX, cut.until));
    }
}
