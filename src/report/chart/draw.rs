//! Puts a figure on a surface, pixel by pixel: title, legend, names of faults, plot, axes.
//!
//! ```text
//! title
//! panel title     ■ layer ■ layer ─ line            one strip of this for each panel
//!        fault name      fault name
//! unit ┌─────────────────────────────────┐
//!      │ stack, lines, bands over both   │
//!      └─────────────────────────────────┘
//!        0      15      30      45
//!                  minutes since the start
//! ```
//!
//! A map has no panels: its parts are drawn as they stand.
#![expect(clippy::cast_possible_wrap, reason = "pixels, panels and rows are few")]

use super::axis;
use super::colours::Role;
use super::figure::{Figure, Layer, Line, Panel, Stroke};
use super::gantt;
use super::steps;
use super::tiles::{self, Shape};
use crate::engine::Time;
use crate::report::visible;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) const WIDTH: u32 = 1_200;
const LEFT: i32 = 86;
pub(super) const RIGHT: i32 = WIDTH as i32 - 28;
pub(super) const HEADER: i32 = 46;
const FOOTER: i32 = 34;
const LINE: i32 = 20;
const TICK_LABELS: i32 = 26;
const BAND_ROWS_MAX: usize = 3;
/// Rows of labels over a panel with marks.
const ROWS_MAX: usize = 6;
/// Height of such a row.
pub(super) const LABEL: i32 = 17;
const PLOT_COLUMNS: u64 = (RIGHT - LEFT) as u64;

/// The name under which the font is registered; also what an SVG viewer looks for.
pub(super) const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

pub(super) type Area<DB> = DrawingArea<DB, Shift>;
pub(super) type Done<DB, T = ()> = Result<T, DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;
type At = (i32, i32);

/// Height of the whole figure in pixels.
pub(super) fn height(figure: &Figure) -> u32 {
    if let Some(map) = &figure.map {
        return tiles::tiled(map, HEADER).height as u32;
    }
    (tops(figure).last().copied().unwrap_or(HEADER) + FOOTER) as u32
}

/// Where each panel begins, with what stands over it, and where the last one ends.
fn tops(figure: &Figure) -> Vec<i32> {
    let mut top = HEADER;
    let mut tops = vec![top];
    for panel in &figure.panels {
        let labels = (panel.marks.len() + figure.bands.len()).min(ROWS_MAX);
        top += panel_height(figure) + panel.gantt.as_ref().map_or(0, |gantt| gantt.height(labels));
        tops.push(top);
    }
    tops
}

fn panel_height(figure: &Figure) -> i32 {
    if with_gantt(figure) {
        return 260;
    }
    match figure.panels.len() {
        0 | 1 => 560,
        2 => 380,
        _ => 300,
    }
}

/// Where values and times lie on the surface.
pub(super) struct Frame {
    pub left: i32,
    pub top: i32,
    pub bottom: i32,
    pub most: f64,
    pub begin: Time,
    pub end: Time,
}

impl Frame {
    pub(super) fn x(&self, time: Time) -> i32 {
        let [now, length] = [time.min(self.end), self.end].map(|time| time.since(self.begin.min(time)).as_secs_f64());
        let share = now / length.max(1e-6);
        self.left + libm::round(share * f64::from(RIGHT - self.left)) as i32
    }

    fn y(&self, value: f64) -> i32 {
        let share = (value / self.most).clamp(0.0, 1.0);
        self.bottom - libm::round(share * f64::from(self.bottom - self.top)) as i32
    }

    /// Corners of a step function over these times, from the first of them until `until`.
    fn corners(&self, times: &[Time], until: i32, value: impl Fn(Time) -> f64) -> Vec<At> {
        let mut corners: Vec<At> = Vec::with_capacity(2 * times.len() + 2);
        for time in times {
            let (x, y) = (self.x(*time), self.y(value(*time)));
            if let Some(last) = corners.last().copied() {
                if last.1 == y {
                    continue;
                }
                corners.push((x, last.1));
            }
            corners.push((x, y));
        }
        if let Some(last) = corners.last().copied() {
            corners.push((until, last.1));
        }
        corners.dedup();
        corners
    }
}

pub(super) fn figure<DB: DrawingBackend>(figure: &Figure, area: &Area<DB>) -> Done<DB> {
    area.fill(&WHITE)?;
    write(area, &figure.title, 20, Role::Ink, (24, 14), HPos::Left)?;
    if let Some(map) = &figure.map {
        return tiles::tiled(map, HEADER).shapes.iter().try_for_each(|one| shape(area, one));
    }
    let tops = tops(figure);
    let (unit, ticks) = axis::time(figure.cut.from.as_secs_f64(), figure.cut.until.as_secs_f64());
    for (place, panel) in figure.panels.iter().enumerate() {
        let bottom = tops[place + 1];
        let top = bottom - panel_height(figure);
        let labels = labels(figure, panel, area)?;
        let strip = labels.iter().map(|label| label.row + 1).max().unwrap_or(0) as i32 * LABEL;
        if let Some(gantt) = &panel.gantt {
            let entries = gantt.legend().into_iter().map(|(label, role)| (label, role, None));
            let frame = gantt.frame(legend(area, &gantt.title, entries, tops[place])? + strip + 6, figure);
            gantt.draw(area, &frame)?;
            bands(area, &frame, figure)?;
            marks(area, &frame, panel)?;
            names(area, &frame, &labels)?;
            time_axis(area, &frame, &ticks)?;
        }
        // The topmost layer first, as the eye meets it.
        let layers = panel.layers.iter().rev().map(|layer| (&layer.label[..], layer.role, None));
        let lines = panel.lines.iter().map(|line| (&line.label[..], line.role, Some(line.stroke)));
        let legend_bottom = legend(area, &panel.title, layers.chain(lines), top)?;
        let most_ticks = if figure.panels.len() > 2 { 5.0 } else { 8.0 };
        let (most, value_ticks) = axis::value(panel.peak(), panel.whole, most_ticks);
        let frame = Frame {
            left: left(figure),
            top: legend_bottom + strip + 6,
            bottom: bottom - TICK_LABELS - 6,
            most,
            begin: figure.cut.from,
            end: figure.cut.until,
        };
        grid(area, &frame, &value_ticks, panel.unit)?;
        stack(area, &frame, &panel.layers)?;
        for line in &panel.lines {
            draw_line(area, &frame, line)?;
        }
        bands(area, &frame, figure)?;
        marks(area, &frame, panel)?;
        names(area, &frame, &labels)?;
        time_axis(area, &frame, &ticks)?;
    }
    let below = height(figure) as i32 - FOOTER + 4;
    write(area, unit, 14, Role::Ink, (i32::midpoint(left(figure), RIGHT), below), HPos::Center)
}

fn left(figure: &Figure) -> i32 {
    if with_gantt(figure) { gantt::LEFT } else { LEFT }
}

fn with_gantt(figure: &Figure) -> bool {
    figure.panels.iter().any(|panel| panel.gantt.is_some())
}

/// A part of a map.
pub(super) fn shape<DB: DrawingBackend>(area: &Area<DB>, shape: &Shape) -> Done<DB> {
    match shape {
        Shape::Box { from, to, fill, edge } => {
            let Some((role, width)) = *edge else { return rectangle(area, [*from, *to], *fill) };
            rectangle(area, [*from, *to], role)?;
            let within = [(from.0 + width, from.1 + width), (to.0 - width, to.1 - width)];
            rectangle(area, within, *fill)
        }
        Shape::Text { text, size, role, at, width } => {
            let mut cut = text.clone();
            let mut left: Vec<char> = text.chars().collect();
            while !left.is_empty() && width_of(area, &cut, *size)? > *width {
                left.pop();
                cut = left.iter().collect::<String>().trim_end().to_owned() + "…";
            }
            if left.is_empty() { Ok(()) } else { write(area, &cut, *size, *role, *at, HPos::Left) }
        }
    }
}

fn rectangle<DB: DrawingBackend>(area: &Area<DB>, corners: [At; 2], role: Role) -> Done<DB> {
    area.draw(&Rectangle::new(corners, rgb(role).filled()))
}

fn rgb(role: Role) -> RGBColor {
    let (red, green, blue) = role.light();
    RGBColor(red, green, blue)
}

fn style(size: i32, role: Role) -> TextStyle<'static> {
    let mut style = TextStyle::from((FONT, size).into_font());
    style.color = rgb(role).to_backend_color();
    style
}

fn write<DB: DrawingBackend>(area: &Area<DB>, text: &str, size: i32, role: Role, at: At, anchor: HPos) -> Done<DB> {
    area.draw_text(&visible::line(text), &style(size, role).pos(Pos::new(anchor, VPos::Top)), at)
}

fn width_of<DB: DrawingBackend>(area: &Area<DB>, text: &str, size: i32) -> Done<DB, i32> {
    Ok(area.estimate_text_size(&visible::line(text), &style(size, Role::Ink))?.0 as i32)
}

/// Panel title and legend; returns where they end. Entries that do not fit go to the next row.
fn legend<'e, DB: DrawingBackend>(
    area: &Area<DB>,
    title: &str,
    entries: impl Iterator<Item = (&'e str, Role, Option<Stroke>)>,
    top: i32,
) -> Done<DB, i32> {
    write(area, title, 15, Role::Ink, (LEFT, top), HPos::Left)?;
    let indent = LEFT + width_of(area, title, 15)? + 28;
    let (mut x, mut y) = (indent, top + 1);
    for (label, role, stroke) in entries {
        let width = width_of(area, label, 13)? + 44;
        if x + width > RIGHT && x > indent {
            (x, y) = (indent.min(LEFT + 200), y + LINE);
        }
        match stroke {
            None => rectangle(area, [(x, y), (x + 14, y + 12)], role)?,
            Some(stroke) => polyline(area, &[(x - 2, y + 6), (x + 16, y + 6)], role, stroke)?,
        }
        write(area, label, 13, Role::Ink, (x + 20, y), HPos::Left)?;
        x += width;
    }
    Ok(y + LINE)
}

fn grid<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, ticks: &[axis::Tick], unit: &str) -> Done<DB> {
    for (value, label) in ticks {
        let y = frame.y(*value);
        area.draw(&PathElement::new(vec![(frame.left, y), (RIGHT, y)], RGBColor(225, 225, 225)))?;
        let pos = Pos::new(HPos::Right, VPos::Center);
        area.draw_text(label, &style(13, Role::Ink).pos(pos), (frame.left - 8, y))?;
    }
    let turned = TextStyle::from((FONT, 14).into_font().transform(FontTransform::Rotate270));
    let middle = i32::midpoint(frame.top, frame.bottom);
    area.draw_text(unit, &turned.color(&BLACK).pos(Pos::new(HPos::Center, VPos::Top)), (frame.left - LEFT + 12, middle))
}

/// Draws layers on one another. A layer is drawn only where it is at least a pixel high: an empty one leaves no line.
fn stack<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, layers: &[Layer]) -> Done<DB> {
    let all: Vec<&steps::Points> = layers.iter().map(|layer| &layer.curve.points).collect();
    let times = steps::times(&all, frame.end, PLOT_COLUMNS);
    let mut floor = vec![0.0; times.len()];
    for layer in layers {
        let roof: Vec<f64> =
            times.iter().zip(&floor).map(|(time, floor)| floor + steps::at(&layer.curve.points, *time)).collect();
        let seen: Vec<bool> = floor.iter().zip(&roof).map(|(low, high)| frame.y(*low) > frame.y(*high)).collect();
        let mut begin = 0;
        for run in seen.chunk_by(|a, b| a == b) {
            let end = begin + run.len();
            if run[0] {
                let until = times.get(end).map_or(RIGHT, |time| frame.x(*time));
                let level = |levels: &[f64]| {
                    let place = |time| levels[times.partition_point(|known| *known < time)];
                    frame.corners(&times[begin..end], until, place)
                };
                let mut outline = level(&roof);
                outline.extend(level(&floor).into_iter().rev());
                area.draw(&Polygon::new(outline, rgb(layer.role).filled()))?;
            }
            begin = end;
        }
        floor = roof;
    }
    Ok(())
}

fn draw_line<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, line: &Line) -> Done<DB> {
    let times = steps::times(&[&line.curve.points], frame.end, PLOT_COLUMNS);
    let corners = frame.corners(&times, RIGHT, |time| steps::at(&line.curve.points, time));
    polyline(area, &corners, line.role, line.stroke)
}

/// A line of upright and level strokes. Each is a rectangle: two pixels wide on every surface, without blurred joints.
fn polyline<DB: DrawingBackend>(area: &Area<DB>, corners: &[At], role: Role, stroke: Stroke) -> Done<DB> {
    const DASH: i32 = 7;
    for pair in corners.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let level = from.1 == to.1;
        let (begin, end) =
            if level { (from.0.min(to.0), from.0.max(to.0)) } else { (from.1.min(to.1), from.1.max(to.1)) };
        let mut start = begin;
        while start <= end {
            let stop = if stroke == Stroke::Solid { end } else { (start + DASH).min(end) };
            let (a, b) = if level {
                ((start, from.1 - 1), (stop, from.1 + 1))
            } else {
                ((from.0 - 1, start), (from.0 + 1, stop))
            };
            rectangle(area, [a, b], role)?;
            start = stop + DASH;
        }
    }
    Ok(())
}

/// A name over a band or a mark.
struct Label {
    x: i32,
    text: String,
    row: usize,
    role: Role,
}

/// Names of faults over their bands and of marks over theirs, in rows so that none covers another; a name that finds no
/// room is left out, and that of a repeated fault is written once.
fn labels<DB: DrawingBackend>(figure: &Figure, panel: &Panel, area: &Area<DB>) -> Done<DB, Vec<Label>> {
    let frame =
        Frame { left: left(figure), top: 0, bottom: 0, most: 1.0, begin: figure.cut.from, end: figure.cut.until };
    let mut labels: Vec<Label> = Vec::new();
    let mut free = [frame.left; ROWS_MAX];
    let mut put = |labels: &mut Vec<Label>, rows: usize, at: Time, text: &str, role: Role| {
        let width = width_of(area, text, 13)?;
        let x = frame.x(at).min(RIGHT - width);
        if let Some(row) = free[..rows].iter().position(|from| *from <= x) {
            free[row] = x + width + 14;
            labels.push(Label { x, text: text.to_owned(), row, role });
        }
        Ok(())
    };
    for band in &figure.bands {
        if labels.iter().all(|label| label.text != band.name) {
            put(&mut labels, BAND_ROWS_MAX, band.from, &band.name, Role::Quiet)?;
        }
    }
    for mark in &panel.marks {
        put(&mut labels, ROWS_MAX, mark.at, &mark.label, if mark.bad { Role::Alarm } else { Role::Quiet })?;
    }
    Ok(labels)
}

/// Bands of the faults over everything, so that they show through stacks; overlapping ones do not get darker.
fn bands<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, figure: &Figure) -> Done<DB> {
    let shade = RGBColor(60, 60, 60).mix(0.16).filled();
    let mut covered = i32::MIN;
    for band in &figure.bands {
        let (from, until) = (frame.x(band.from), frame.x(band.until).max(frame.x(band.from) + 1));
        if until > covered {
            area.draw(&Rectangle::new([(from.max(covered), frame.top), (until, frame.bottom)], shade))?;
            covered = until;
        }
    }
    if figure.bands.len() <= 40 {
        for x in figure.bands.iter().flat_map(|band| [frame.x(band.from), frame.x(band.until)]) {
            area.draw(&PathElement::new(vec![(x, frame.top), (x, frame.bottom)], rgb(Role::Quiet)))?;
        }
    }
    Ok(())
}

/// An upright line for each mark; what is bad is red.
fn marks<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, panel: &Panel) -> Done<DB> {
    panel.marks.iter().try_for_each(|mark| {
        let x = frame.x(mark.at);
        polyline(
            area,
            &[(x, frame.top), (x, frame.bottom)],
            if mark.bad { Role::Alarm } else { Role::Quiet },
            Stroke::Dashed,
        )
    })
}

/// Labels over the plot, the first row uppermost.
fn names<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, labels: &[Label]) -> Done<DB> {
    let deepest = labels.iter().map(|label| label.row).max().unwrap_or(0);
    labels.iter().try_for_each(|label| {
        let y = frame.top - LABEL * (deepest - label.row) as i32 - 18;
        write(area, &label.text, 13, label.role, (label.x, y), HPos::Left)
    })
}

fn time_axis<DB: DrawingBackend>(area: &Area<DB>, frame: &Frame, ticks: &[axis::Tick]) -> Done<DB> {
    area.draw(&PathElement::new(vec![(frame.left, frame.bottom), (RIGHT, frame.bottom)], BLACK))?;
    area.draw(&PathElement::new(vec![(frame.left, frame.top), (frame.left, frame.bottom)], BLACK))?;
    for (seconds, label) in ticks {
        let x = frame.x(Time((seconds * 1e6) as u64));
        area.draw(&PathElement::new(vec![(x, frame.bottom), (x, frame.bottom + 4)], BLACK))?;
        write(area, label, 13, Role::Ink, (x, frame.bottom + 8), HPos::Center)?;
    }
    Ok(())
}
