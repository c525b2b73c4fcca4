//! Pictures of changes with a pipeline: when each unit, or each part of one, was changed, and how many met it
//! meanwhile.

use super::colours::Role;
use super::cut;
use super::figure::{Layer, Panel, Window};
use super::gantt::{Bar, Gantt, Kind, Row};
use super::planes::percent;
use super::run::Run;
use super::steps::{self, Points};
use crate::engine::{Span, Time};
use crate::metrics::series;
use crate::metrics::stages::{Part, StageRun, StagedChange};

/// Changes of which more is drawn than these make a picture too high: those that most requests met are.
const CHANGES_MAX: usize = 3;
/// From more rows on, units that change together have one row.
const ROWS_MAX: usize = 24;
/// From more rows on, the parts of a unit have one row too.
const PARTS_MAX: usize = 40;
/// More rows than these are counted.
const DRAWN_MAX: usize = 60;
/// A unit that sends this share of its requests to the new revision is changed: the rest is dust of rates.
const ALL: f64 = 0.999;
/// Parts of a window that one does not see.
const SEEN: u64 = 240;

/// For each change the Gantt chart, and below it the share of the requests that the new revision gets.
pub(super) fn charts(run: &Run<'_>) -> (Vec<Panel>, Window) {
    let mut all: Vec<(&StagedChange, Vec<Points>)> =
        run.staged.iter().map(|change| (change, exposed(run, change))).collect();
    let area = |points: &[Points]| points.iter().map(|one| steps::area(one, run.end)).sum::<f64>();
    all.sort_by(|a, b| area(&b.1).total_cmp(&area(&a.1)));
    let count = all.len();
    all.truncate(CHANGES_MAX);
    let window = window(run, all.iter().map(|row| row.0));
    let cut = close_up(run, all.iter().map(|row| row.0), window).unwrap_or(window);
    let chart = |(change, exposed): &(&StagedChange, Vec<Points>)| {
        let mut gantt = gantt(run, change, exposed);
        gantt.rows.iter_mut().for_each(|row| clip(&mut row.bars, window));
        if count > CHANGES_MAX {
            gantt.title = format!("{} (of {count} changes, one of the {CHANGES_MAX} that most met)", gantt.title);
        }
        Panel { gantt: Some(gantt), ..share(run, change, exposed, window) }
    };
    (all.iter().map(chart).collect(), cut)
}

/// Where every change failed, and that is a small part of the window: the stages that failed, and the way back.
fn close_up<'c>(run: &Run<'_>, changes: impl Iterator<Item = &'c StagedChange>, window: Window) -> Option<Window> {
    let failed = |change: &StagedChange| {
        let last = change.stages.iter().filter_map(|stage| stage.begin).max()?;
        change.back.map(|back| (last, back.1.or(change.over).unwrap_or(run.end)))
    };
    let failed: Option<Vec<(Time, Time)>> = changes.map(failed).collect();
    let (from, until) = failed?.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    cut::close_up((from, until), window, run.end)
}

/// From before the first of the changes begins until after the last is over.
fn window<'c>(run: &Run<'_>, changes: impl Iterator<Item = &'c StagedChange>) -> Window {
    let (mut from, mut until) = (run.end, Time::ZERO);
    for change in changes {
        let begin = change.stages.iter().filter_map(|stage| stage.begin).chain(change.waits.iter().map(|wait| wait.0));
        from = begin.fold(from, Time::min);
        let over = change.over.unwrap_or(run.end);
        until = until.max(over);
    }
    let space = Span((until.since(from.min(until)).0 / 10).max(Span::MINUTE.0));
    Window { from: Time(from.0.saturating_sub(space.0)), until: (until + space).min(run.end) }
}

/// Bars within the window, those last that are not to be covered.
fn clip(bars: &mut Vec<Bar>, Window { from, until }: Window) {
    for bar in bars.iter_mut() {
        (bar.from, bar.until) = (bar.from.clamp(from, until), bar.until.clamp(from, until));
    }
    let least = Span(until.since(from).0 / SEEN);
    bars.retain(|bar| bar.from < bar.until && (bar.kind != Kind::Due || bar.until.since(bar.from) >= least));
    bars.sort_by_key(|bar| bar.kind);
}

/// What each unit sends to the new revision.
fn exposed(run: &Run<'_>, change: &StagedChange) -> Vec<Points> {
    let of = |unit: &String| {
        let mut own = run.series.iter().filter(|series| series.name == series::EXPOSED);
        let own = own.find(|series| series.part == change.name && series.subject == *unit);
        own.map(|series| series.points.clone()).unwrap_or_default()
    };
    change.units.iter().map(of).collect()
}

fn share(run: &Run<'_>, change: &StagedChange, exposed: &[Points], Window { from, until }: Window) -> Panel {
    let offered: Vec<Points> = change.units.iter().map(|unit| run.line(series::OFFERED, unit)).collect();
    let mut points = percent(&steps::sum(exposed), &steps::sum(&offered));
    let first = steps::at(&points, from);
    points.retain(|(at, _)| (from..until).contains(at));
    points.insert(0, (from, first));
    let peak = steps::peak(&points);
    let label = format!("exposed (at most {} %)", crate::report::number::short(peak));
    let traffic = steps::peak(&steps::sum(&offered)) > 0.0;
    let title = if traffic {
        "share of its requests that the new revision gets until it is completed or back"
    } else {
        "no traffic is written, so no request meets it"
    };
    Panel {
        title: format!("{}: {title}", change.title()),
        marks: change.marks.clone(),
        unit: "percent of requests",
        // The same in all runs: how much less a staged change exposes is seen.
        top: 100.0,
        layers: if peak > 0.0 { vec![Layer::new(label, Role::NewVersion, points)] } else { Vec::new() },
        ..Panel::default()
    }
}

/// Units whose bars stand in one row, and which parts of them.
struct Group {
    units: Vec<usize>,
    /// `None`: all of them.
    part: Option<Part>,
}

fn gantt(run: &Run<'_>, change: &StagedChange, exposed: &[Points]) -> Gantt {
    let mut groups = by_partition(change);
    if groups.len() > ROWS_MAX {
        groups = folded(change, groups);
    }
    if groups.len() > PARTS_MAX {
        for group in &mut groups {
            group.part = None;
        }
        groups.dedup_by(|next, group| next.units == group.units);
    }
    let more = groups.len().saturating_sub(DRAWN_MAX);
    groups.truncate(DRAWN_MAX);
    let mut rows = Vec::new();
    if !change.waits.is_empty() {
        let wait = |(from, until): &(Time, Option<Time>)| bar(Kind::Waits, *from, until.unwrap_or(run.end));
        let bars = change.waits.iter().map(wait).collect();
        rows.push(Row { name: "next stage".into(), bars, ..Row::default() });
    }
    let unit_of_row_before = |place: usize| place.checked_sub(1).map(|before| &groups[before].units);
    for (place, group) in groups.iter().enumerate() {
        let first = unit_of_row_before(place) != Some(&group.units);
        rows.push(Row {
            name: if first { change.units[group.units[0]].clone() } else { String::new() },
            part: part_of(change, group),
            bars: bars(run, change, exposed, group),
            rings: change
                .rings
                .iter()
                .filter(|ring| first && group.units.contains(&ring.1))
                .map(|ring| ring.0)
                .collect(),
        });
    }
    if more > 0 {
        rows.push(Row { name: format!("and {more} rows more"), ..Row::default() });
    }
    Gantt { title: format!("{}: stages", change.title()), rows }
}

/// A row for each part of a unit that a stage changes by itself; one for a unit that no stage changes.
fn by_partition(change: &StagedChange) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for unit in 0..change.units.len() {
        let moves = change.stages.iter().flat_map(|stage| &stage.moves).filter(|one| one.0 == unit);
        let mut parts: Vec<&Part> = moves.map(|one| &one.1).collect();
        parts.dedup();
        match &parts[..] {
            [] | [_] => groups.push(Group { units: vec![unit], part: None }),
            all => groups.extend(all.iter().map(|part| Group { units: vec![unit], part: Some((*part).clone()) })),
        }
    }
    groups
}

/// Neighbours that one stage changes, and no other, share a row.
fn folded(change: &StagedChange, groups: Vec<Group>) -> Vec<Group> {
    let stage = |unit: usize| change.stages.iter().position(|stage| stage.moves.iter().any(|one| one.0 == unit));
    let mut all: Vec<Group> = Vec::new();
    for group in groups {
        match all.last_mut() {
            Some(last)
                if group.part.is_none() && last.part.is_none() && stage(last.units[0]) == stage(group.units[0]) =>
            {
                last.units.extend(group.units);
            }
            _ => all.push(group),
        }
    }
    all
}

fn part_of(change: &StagedChange, group: &Group) -> String {
    match &group.part {
        Some(Part::OneBox) => "one box".into(),
        Some(Part::Zone(zone)) => zone.clone(),
        Some(Part::Whole) => "the rest".into(),
        None if group.units.len() > 1 => format!("and {} more", group.units.len() - 1),
        None => {
            let moves = change.stages.iter().flat_map(|stage| &stage.moves);
            let mut own = moves.filter(|one| group.units == [one.0]).map(|one| &one.1).peekable();
            let only_box = own.peek().is_some() && own.all(|part| *part == Part::OneBox);
            if only_box { "one box".into() } else { String::new() }
        }
    }
}

fn bar(kind: Kind, from: Time, until: Time) -> Bar {
    Bar { kind, from, until }
}

/// Bars of a row, those that others may cover first.
fn bars(run: &Run<'_>, change: &StagedChange, exposed: &[Points], group: &Group) -> Vec<Bar> {
    let own =
        |one: &(usize, Part)| group.units.contains(&one.0) && group.part.as_ref().is_none_or(|part| *part == one.1);
    let mut bars = Vec::new();
    for stage in change.stages.iter().filter(|stage| stage.moves.iter().any(own)) {
        let Some(begin) = stage.begin else { continue };
        let end = stage.end.unwrap_or(run.end);
        let bakes = stage.bakes.unwrap_or(end);
        // Units of a stage take turns: when its turn comes is seen from its requests.
        let [unit] = &group.units[..] else {
            bars.extend([bar(Kind::Moves, begin, bakes), bar(Kind::Bakes, bakes, end)]);
            continue;
        };
        let unit_name = &change.units[*unit];
        let (from, until) = turn(stage, &exposed[*unit], &run.line(series::OFFERED, unit_name), (begin, bakes));
        bars.extend([bar(Kind::Due, begin, from), bar(Kind::Moves, from, until), bar(Kind::Bakes, until, end)]);
    }
    bars.retain(|bar| bar.from < bar.until);
    if !bars.iter().any(|one| one.kind == Kind::Moves) {
        return bars;
    }
    let back = change.back.map(|(from, until)| (from, until.unwrap_or(run.end)));
    let until = back.map(|back| back.0).or(change.superseded).unwrap_or(run.end);
    let passed = change.stages.iter().filter(|stage| stage.moves.iter().any(own)).find_map(|stage| stage.end);
    bars.extend(passed.filter(|from| *from < until).map(|from| bar(Kind::Kept, from, until)));
    bars.extend(back.map(|(from, until)| bar(Kind::Back, from, until)));
    bars
}

/// From when until when a unit is changed within a stage.
fn turn(stage: &StageRun, exposed: &Points, offered: &Points, (begin, bakes): (Time, Time)) -> (Time, Time) {
    if stage.moves.len() <= stage.at_once || steps::peak(offered) <= 0.0 {
        return (begin, bakes);
    }
    let within = |at: &Time| (begin..bakes).contains(at);
    let share = percent(exposed, offered);
    let reaches = |least: f64| share.iter().find(|(at, now)| within(at) && *now > least).map(|point| point.0);
    (reaches(0.0).unwrap_or(bakes), reaches(100.0 * ALL).unwrap_or(bakes))
}

/// Colour of a bar, what it means, and how much of its row it fills, in percent.
pub(super) const fn look(kind: Kind) -> (Role, &'static str, i32) {
    match kind {
        Kind::Due => (Role::Due, "its turn has not come", 30),
        Kind::Moves => (Role::NewVersion, "tasks are replaced", 100),
        Kind::Bakes => (Role::Bakes, "changed, is watched (bake)", 100),
        Kind::Kept => (Role::Kept, "passed: keeps the new revision", 30),
        Kind::Back => (Role::Back, "goes back", 100),
        Kind::Waits => (Role::Waits, "may not begin yet", 60),
    }
}

#[cfg(test)]
#[path = "stages_tests.rs"]
pub(super) mod tests;
