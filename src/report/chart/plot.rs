//! One plot within its frame: what is stacked, lines over it, axes. What is lost is drawn last.

use super::axis;
use super::colours::Role;
use super::figure::{Curve, Layer, Line, Panel, Range, Stroke};
use super::paper::{Anchor, At, Paper, SMALL, WIDTH};
use super::steps::{self, Points};
use crate::engine::Time;

pub(super) const LEFT: i32 = 96;
pub(super) const RIGHT: i32 = WIDTH.cast_signed() - 28;
/// What is lost, or is there for less than a pixel, is at least so many pixels wide.
const SEEN: i32 = 2;
/// How much of a colour there is between least and most, in percent.
const BETWEEN: u8 = 30;

/// Where values and times lie on the paper.
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

    pub(super) fn y(&self, value: f64) -> i32 {
        let share = (value / self.most).clamp(0.0, 1.0);
        self.bottom - libm::round(share * f64::from(self.bottom - self.top)) as i32
    }

    /// Which steps are seen, from which pixel to which. Of those that begin in one pixel it is the last, and before it
    /// the one whose level lies farthest outside of what was before and what comes: a short dip is not hidden.
    fn seen(&self, times: &[Time], levels: &[f64]) -> Vec<(usize, i32, i32)> {
        let mut seen = Vec::with_capacity(times.len());
        let mut first = 0;
        while first < times.len() {
            let left = self.x(times[first]);
            let last = first + times[first..].partition_point(|time| self.x(*time) == left) - 1;
            let right = times.get(last + 1).map_or(RIGHT, |time| self.x(*time)).max(left + 1);
            let before = levels[first.saturating_sub(1)];
            let (low, high) = (before.min(levels[last]), before.max(levels[last]));
            let outside = |place: &usize| (low - levels[*place]).max(levels[*place] - high);
            let farthest = (first..last).max_by(|a, b| outside(a).total_cmp(&outside(b)));
            let farthest = farthest.filter(|place| outside(place) > 0.0);
            seen.extend(farthest.map(|place| (place, left, left + SEEN)));
            let left = if farthest.is_some() { left + SEEN } else { left };
            seen.push((last, left, right));
            first = last + 1;
        }
        seen.retain(|(_, left, right)| left < right);
        seen
    }

    /// Steps from a time to the next, in pixels; the last lasts until the end.
    fn steps<'t>(&self, times: &'t [Time]) -> impl Iterator<Item = (usize, i32, i32)> + use<'t, '_> {
        let ends = times.iter().skip(1).map(|time| self.x(*time)).chain([RIGHT]);
        times.iter().zip(ends).enumerate().map(|(place, (time, end))| (place, self.x(*time), end))
    }
}

/// Everything within the frame but what is lost, whose rectangles it gives back.
pub(super) fn draw(paper: &mut Paper, frame: &Frame, panel: &Panel) -> Vec<[i32; 4]> {
    let lost = stack(paper, frame, panel);
    // Over a stack, what fills the range of a line would hide it.
    let hollow = !panel.layers.is_empty();
    panel.lines.iter().filter(|line| line.role != Role::Lost).for_each(|one| line(paper, frame, one, hollow));
    lost
}

/// What is lost, over everything else.
pub(super) fn losses_over(paper: &mut Paper, frame: &Frame, panel: &Panel, lost: Vec<[i32; 4]>) {
    paper.rects(lost, Role::Lost);
    panel.lines.iter().filter(|line| line.role == Role::Lost).for_each(|one| line(paper, frame, one, false));
}

/// Draws layers on one another but for what is lost, whose rectangles it gives back.
fn stack(paper: &mut Paper, frame: &Frame, panel: &Panel) -> Vec<[i32; 4]> {
    let mut times: Vec<Time> =
        panel.layers.iter().flat_map(|layer| layer.curve.points.iter().map(|point| point.0)).collect();
    times.sort_unstable();
    times.dedup();
    let well = panel.layers.iter().filter(|layer| layer.role != Role::Lost);
    let well = steps::sum(well.map(|layer| &layer.curve.points));
    let levels: Vec<f64> = times.iter().map(|time| steps::at(&well, *time)).collect();
    let seen = frame.seen(&times, &levels);
    let mut floor = vec![0.0; times.len()];
    let mut lost = Vec::new();
    for layer in &panel.layers {
        let roof: Vec<f64> =
            times.iter().zip(&floor).map(|(time, floor)| floor + steps::at(&layer.curve.points, *time)).collect();
        if layer.role == Role::Lost {
            lost = losses(frame, layer, panel.sum.as_ref(), &times, &floor, &roof);
        } else {
            let piece = |(place, left, right): &(usize, i32, i32)| {
                [*left, frame.y(roof[*place]), *right, frame.y(floor[*place])]
            };
            let pieces = seen.iter().map(piece);
            paper.rects(joined(pieces.filter(|piece| piece[1] < piece[3])), layer.role);
        }
        floor = roof;
    }
    if let Some(range) = &panel.sum {
        paper.blended(between(frame, &times, range), Role::Ink, BETWEEN);
    }
    lost
}

/// What is lost: on top of the stack; in columns the most of each, from the most of all layers down.
fn losses(
    frame: &Frame,
    layer: &Layer,
    sum: Option<&Range>,
    times: &[Time],
    floor: &[f64],
    roof: &[f64],
) -> Vec<[i32; 4]> {
    let most = layer.curve.range.as_ref().map(|range| &range.most).zip(sum.map(|sum| &sum.most));
    let piece = |(place, left, right): (usize, i32, i32)| {
        let column = most.and_then(|(lost, all)| Some((lost.get(place)?, all.get(place)?.max(roof[place]))));
        let (low, high) = column.map_or((floor[place], roof[place]), |(lost, top)| (top - lost, top));
        let (top, bottom) = (frame.y(high), frame.y(low));
        (high > low).then(|| [left, top.min(bottom - SEEN), right.max(left + SEEN), bottom])
    };
    joined(frame.steps(times).filter_map(piece))
}

fn between(frame: &Frame, times: &[Time], range: &Range) -> Vec<[i32; 4]> {
    let pieces = frame.steps(times).filter_map(|(place, left, right)| {
        let (low, high) = (range.least.get(place)?, range.most.get(place)?);
        Some([left, frame.y(*high) - 1, right, frame.y(*low) + 1])
    });
    joined(pieces.filter(|piece| piece[0] < piece[2] && piece[3] - piece[1] > 2))
}

/// Neighbours of the same height in one.
fn joined(pieces: impl Iterator<Item = [i32; 4]>) -> Vec<[i32; 4]> {
    let mut all: Vec<[i32; 4]> = Vec::new();
    for piece in pieces {
        match all.last_mut() {
            Some(last) if (last[1], last[3]) == (piece[1], piece[3]) && last[2] >= piece[0] => {
                last[2] = last[2].max(piece[2]);
            }
            _ => all.push(piece),
        }
    }
    all
}

fn line(paper: &mut Paper, frame: &Frame, line: &Line, hollow: bool) {
    let Curve { points, range } = &line.curve;
    if let Some(range) = range {
        let times: Vec<Time> = points.iter().map(|point| point.0).collect();
        if hollow {
            for edge in [&range.least, &range.most] {
                let pieces = frame.steps(&times).map(|(place, left, right)| {
                    let y = frame.y(edge[place]);
                    [left, y, right, y + 1]
                });
                paper.rects(joined(pieces.filter(|piece| piece[0] < piece[2])), line.role);
            }
        } else {
            paper.blended(between(frame, &times, range), line.role, 2 * BETWEEN);
        }
    }
    let corners = corners(frame, points);
    if line.role != Role::Lost {
        return polyline(paper, &corners, line.role, line.stroke);
    }
    // Where nothing is lost, there is nothing to see.
    let at_rest = |pair: &[At]| pair[0].1 == frame.bottom && pair[1].1 == frame.bottom;
    for pair in corners.windows(2).filter(|pair| !at_rest(pair)) {
        polyline(paper, pair, line.role, line.stroke);
    }
}

/// Corners of a step function, to the end of the frame.
fn corners(frame: &Frame, points: &Points) -> Vec<At> {
    let mut corners: Vec<At> = Vec::with_capacity(2 * points.len() + 2);
    for (time, value) in points {
        let (x, y) = (frame.x(*time), frame.y(*value));
        if let Some(last) = corners.last().copied() {
            if last.1 == y {
                continue;
            }
            corners.push((x, last.1));
        }
        corners.push((x, y));
    }
    if let Some(last) = corners.last().copied() {
        corners.push((RIGHT, last.1));
    }
    corners.dedup();
    corners
}

/// A line of upright and level strokes, two pixels wide.
pub(super) fn polyline(paper: &mut Paper, corners: &[At], role: Role, stroke: Stroke) {
    const DASH: i32 = 7;
    let mut rects = Vec::new();
    for pair in corners.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let level = from.1 == to.1;
        let (begin, end) =
            if level { (from.0.min(to.0), from.0.max(to.0)) } else { (from.1.min(to.1), from.1.max(to.1)) };
        let mut start = begin;
        while start <= end {
            let stop = if stroke == Stroke::Solid { end } else { (start + DASH).min(end) };
            rects.push(if level {
                [start - 1, from.1 - 1, stop + 1, from.1 + 1]
            } else {
                [from.0 - 1, start - 1, from.0 + 1, stop + 1]
            });
            start = stop + DASH;
        }
    }
    paper.rects(rects, role);
}

/// Level lines and their values, and the unit.
pub(super) fn grid(paper: &mut Paper, frame: &Frame, ticks: &[axis::Tick], unit: &str) {
    let lines = ticks.iter().map(|(value, _)| [frame.left, frame.y(*value), RIGHT, frame.y(*value) + 1]);
    paper.rects(lines.collect(), Role::Grid);
    for (value, label) in ticks {
        paper.text(label, SMALL, Role::Ink, (frame.left - 8, frame.y(*value) - 6), Anchor::End);
    }
    let middle = i32::midpoint(frame.top, frame.bottom);
    paper.upwards(unit, SMALL, Role::Ink, (frame.left - LEFT + 10, middle));
}

/// Both axes, and times under the lower one.
pub(super) fn time_axis(paper: &mut Paper, frame: &Frame, ticks: &[axis::Tick]) {
    paper.rect((frame.left, frame.bottom), (RIGHT, frame.bottom + 1), Role::Ink);
    paper.rect((frame.left, frame.top), (frame.left + 1, frame.bottom), Role::Ink);
    for (seconds, label) in ticks {
        let x = frame.x(Time((seconds * 1e6) as u64));
        paper.rect((x, frame.bottom), (x + 1, frame.bottom + 5), Role::Ink);
        paper.text(label, SMALL, Role::Ink, (x, frame.bottom + 9), Anchor::Middle);
    }
}
