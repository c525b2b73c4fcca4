//! Puts a figure on paper: title, finding, panel by panel, and the whole run below where only a part is drawn.
//!
//! ```text
//! title
//! what it shows, in words
//! panel title                                       one strip of this for each panel
//! ■ lost ■ layer ─ line
//!        fault name, until when
//!        ████████
//! unit ┌─────────────────────────────────┐
//!      │ shade, stack, lines, losses     │
//!      └─────────────────────────────────┘
//!        0      15      30      45
//!                  minutes since the start
//! the whole run ├──────[▒▒]────────────────┤
//! ```
//!
//! A map has no panels: its parts are drawn as they stand.

use super::axis::{self, Clock};
use super::colours::Role;
use super::figure::{Figure, Panel, Stroke};
use super::gantt::{self, Gantt};
use super::over::Over;
use super::paper::{Anchor, At, Paper, SMALL};
use super::plot::{self, Frame, LEFT, RIGHT};
use super::text;
use super::tiles::{self, Tile};
use crate::engine::Time;

const TITLE: f64 = 20.0;
const FINDING: f64 = 15.0;
const PANEL_TITLE: f64 = 16.0;
const EDGE: i32 = 24;
/// Height of a row of a legend, and of a note.
const ROW: i32 = 20;
/// Room under a plot for the times.
const BELOW: i32 = 34;

/// The whole picture.
pub(super) fn paper(figure: &Figure) -> Paper {
    let mut paper = Paper { height: 14, ..Paper::default() };
    let wide = f64::from(RIGHT - EDGE);
    for line in text::wrap(&figure.title, TITLE, wide) {
        let y = paper.height;
        paper.text(&text::fit(&line, TITLE, wide), TITLE, Role::Ink, (EDGE, y), Anchor::Start);
        paper.height += 27;
    }
    for line in text::wrap(&figure.finding, FINDING, wide) {
        let y = paper.height;
        paper.text(&text::fit(&line, FINDING, wide), FINDING, Role::Quiet, (EDGE, y), Anchor::Start);
        paper.height += 21;
    }
    paper.height += 8;
    if let Some(map) = &figure.map {
        let tiled = tiles::tiled(map, paper.height);
        tiled.shapes.iter().for_each(|one| tile(&mut paper, one));
        paper.height = tiled.height;
        return paper;
    }
    let clock = Clock::new(figure.cut.from.as_secs_f64(), figure.cut.until.as_secs_f64());
    for panel in &figure.panels {
        draw_panel(&mut paper, figure, panel, &clock);
    }
    let (left, y) = (left(figure), paper.height);
    paper.text(clock.name, SMALL, Role::Ink, (i32::midpoint(left, RIGHT), y), Anchor::Middle);
    paper.height += 28;
    if figure.cut != figure.whole {
        whole_run(&mut paper, figure);
    }
    paper
}

fn left(figure: &Figure) -> i32 {
    if figure.panels.iter().any(|panel| panel.gantt.is_some()) { gantt::LEFT } else { LEFT }
}

/// Pixels that a plot is high.
fn plot_height(figure: &Figure) -> i32 {
    match figure.panels.len() {
        _ if figure.panels.iter().any(|panel| panel.gantt.is_some()) => 180,
        0 | 1 => 440,
        2 => 280,
        _ => 200,
    }
}

fn draw_panel(paper: &mut Paper, figure: &Figure, panel: &Panel, clock: &Clock) {
    let begin = (figure.cut.from, figure.cut.until);
    let frame = |top: i32, bottom: i32, most: f64| Frame {
        left: left(figure),
        top,
        bottom,
        most,
        begin: begin.0,
        end: begin.1,
    };
    let over = Over::new(figure, panel, &frame(0, 0, 1.0), clock);
    let ticks = clock.ticks();
    if let Some(gantt) = &panel.gantt {
        let entries = gantt.legend().into_iter().map(|(label, role)| (label, role, None));
        legend(paper, &gantt.title, entries);
        let top = paper.height + over.height();
        let frame = frame(top, top + gantt.rows_height(), 1.0);
        over.shade(paper, &frame);
        gantt.draw(paper, &frame);
        over.draw(paper, &frame, panel);
        plot::time_axis(paper, &frame, &ticks);
        paper.height = frame.bottom + BELOW;
    }
    // What is lost first, then the topmost layer first, as the eye meets them.
    let layers = panel.layers.iter().rev().map(|layer| (&layer.label[..], layer.role, None));
    let lines = panel.lines.iter().map(|line| (&line.label[..], line.role, Some(line.stroke)));
    let mut entries: Vec<_> = layers.chain(lines).collect();
    entries.sort_by_key(|entry| entry.1 != Role::Lost);
    legend(paper, &panel.title, entries.into_iter());
    for note in &panel.notes {
        let y = paper.height;
        paper.text(&text::fit(note, SMALL, f64::from(RIGHT - LEFT)), SMALL, Role::Quiet, (LEFT, y), Anchor::Start);
        paper.height += ROW;
    }
    if panel.layers.is_empty() && panel.lines.is_empty() {
        return;
    }
    let most_ticks = if figure.panels.len() > 2 { 5.0 } else { 8.0 };
    let (most, value_ticks) = axis::value(panel.peak(), panel.top, panel.whole, most_ticks);
    let top = paper.height + over.height();
    let frame = frame(top, top + plot_height(figure), most);
    over.shade(paper, &frame);
    plot::grid(paper, &frame, &value_ticks, panel.unit);
    let lost = plot::draw(paper, &frame, panel);
    over.draw(paper, &frame, panel);
    plot::losses_over(paper, &frame, panel, lost);
    plot::time_axis(paper, &frame, &ticks);
    paper.height = frame.bottom + BELOW;
}

/// Panel title, and below it the legend. Entries that do not fit go to the next row.
fn legend<'e>(paper: &mut Paper, title: &str, entries: impl Iterator<Item = (&'e str, Role, Option<Stroke>)>) {
    let wide = f64::from(RIGHT - EDGE);
    for line in text::wrap(title, PANEL_TITLE, wide) {
        let y = paper.height;
        paper.text(&text::fit(&line, PANEL_TITLE, wide), PANEL_TITLE, Role::Ink, (EDGE, y), Anchor::Start);
        paper.height += 23;
    }
    let (mut x, mut y) = (LEFT, paper.height);
    let mut any = false;
    for (label, role, stroke) in entries {
        any = true;
        let label = text::fit(label, SMALL, f64::from(RIGHT - LEFT - 44));
        let width = text::width(&label, SMALL) as i32 + 48;
        if x + width - 20 > RIGHT && x > LEFT {
            (x, y) = (LEFT, y + ROW);
        }
        match stroke {
            None => paper.rect((x, y), (x + 14, y + 13), role),
            Some(stroke) => plot::polyline(paper, &[(x - 2, y + 6), (x + 18, y + 6)], role, stroke),
        }
        paper.text(&label, SMALL, Role::Ink, (x + 24, y), Anchor::Start);
        x += width;
    }
    paper.height = y + if any { ROW } else { 0 };
}

/// A part of a map.
fn tile(paper: &mut Paper, tile: &Tile) {
    match tile {
        Tile::Box { from, to, fill, edge } => {
            let Some((role, width)) = *edge else { return paper.rect(*from, *to, *fill) };
            paper.rect(*from, *to, role);
            paper.rect((from.0 + width, from.1 + width), (to.0 - width, to.1 - width), *fill);
        }
        Tile::Text { text, size, role, at, width } => {
            let size = f64::from(*size);
            paper.text(&text::fit(text, size, f64::from(*width)), size, *role, *at, Anchor::Start);
        }
    }
}

/// A strip of the whole run: faults, what was lost, stages in small, and the part that is drawn above.
fn whole_run(paper: &mut Paper, figure: &Figure) {
    let charts = figure.panels.iter().filter_map(|panel| panel.gantt.as_ref());
    let charts: Vec<&Gantt> = charts.filter(|gantt| gantt.beyond(figure.cut)).collect();
    let high = charts.iter().map(|gantt| gantt.strip_height()).sum::<i32>().max(16);
    let left = left(figure);
    let clock = Clock::new(figure.whole.from.as_secs_f64(), figure.whole.until.as_secs_f64());
    let y = paper.height + ROW;
    let words = format!("the whole run, in {}; drawn above is the part in the frame", clock.name);
    paper.text(&words, SMALL, Role::Quiet, (left, paper.height), Anchor::Start);
    let frame =
        Frame { left, top: y + 4, bottom: y + 4 + high, most: 1.0, begin: figure.whole.from, end: figure.whole.until };
    paper.rect((left, frame.top), (RIGHT, frame.bottom), Role::Paper);
    let faults = figure.bands.iter().map(|band| span(&frame, band.from, band.until, 1));
    paper.rects(faults.collect(), Role::Others);
    let mut row = frame.top;
    for gantt in charts {
        gantt.strip(paper, &frame, row);
        row += gantt.strip_height();
    }
    let layers = figure.panels.iter().flat_map(|panel| &panel.layers).map(|layer| (layer.role, &layer.curve.points));
    let lines = figure.panels.iter().flat_map(|panel| &panel.lines).map(|line| (line.role, &line.curve.points));
    for (_, points) in layers.chain(lines).filter(|(role, _)| *role == Role::Lost) {
        let ends = points.iter().skip(1).map(|point| point.0).chain([figure.cut.until]);
        let lost = points.iter().zip(ends).filter(|(point, _)| point.1 > 0.0);
        let lost = lost.map(|((from, _), until)| span(&frame, *from, until, 2));
        paper.rects(lost.collect(), Role::Lost);
    }
    let [from, top, until, bottom] = span(&frame, figure.cut.from, figure.cut.until, 4);
    let corners: [At; 5] =
        [(from, top - 3), (until, top - 3), (until, bottom + 3), (from, bottom + 3), (from, top - 3)];
    plot::polyline(paper, &corners, Role::Ink, Stroke::Solid);
    plot::time_axis(paper, &frame, &clock.ticks());
    paper.height = frame.bottom + BELOW;
}

fn span(frame: &Frame, from: Time, until: Time, least: i32) -> [i32; 4] {
    let left = frame.x(from);
    [left, frame.top, frame.x(until).max(left + least), frame.bottom]
}
