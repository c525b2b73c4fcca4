//! What stands over a plot and behind it: faults with their names and ends, and marks.
//!
//! ```text
//!   zone dark (use1-az1), until 100 min
//!   ████████████████████                      a bar for each fault, overlapping ones in lanes
//!         registry down, until 70 min
//!         ██████
//!   v2 begins    alarm errors                 names of marks, in rows
//! ```
#![expect(clippy::cast_possible_wrap, reason = "lanes and rows are few")]

use super::axis::Clock;
use super::colours::Role;
use super::figure::{Band, Figure, Panel, Stroke};
use super::paper::{Anchor, Paper, SMALL};
use super::plot::{Frame, RIGHT, polyline};
use super::text;
use std::collections::BTreeMap;

/// Lanes of faults, and rows of marks.
const LANES_MAX: usize = 4;
const ROWS_MAX: usize = 5;
/// Height of a lane, and of the bar in it.
const LANE: i32 = 26;
const BAR: i32 = 6;
/// Height of a row of names.
const ROW: i32 = 18;
/// Faults whose edges are drawn, and how wide they have to be so that their edges hide nothing.
const EDGES_MAX: usize = 24;
const EDGES_LEAST: i32 = 8;
/// A fault that comes more often than this has one name for all of its bars.
const MANY: usize = 12;

/// A name and where it stands.
struct Name<'n> {
    x: i32,
    row: usize,
    text: String,
    role: Role,
    band: Option<&'n Band>,
}

/// Everything over one plot, with the room that it needs.
pub(super) struct Over<'f> {
    bands: Vec<Name<'f>>,
    marks: Vec<Name<'f>>,
    lanes: usize,
    rows: usize,
}

impl<'f> Over<'f> {
    /// Finds a place for every fault, and for every name that fits.
    pub(super) fn new(figure: &'f Figure, panel: &'f Panel, frame: &Frame, clock: &Clock) -> Over<'f> {
        let mut over = Over { bands: Vec::new(), marks: Vec::new(), lanes: 0, rows: 0 };
        let mut free = [frame.left; LANES_MAX];
        let mut lane_of_many: BTreeMap<&str, usize> = BTreeMap::new();
        for band in &figure.bands {
            let (from, until) = (frame.x(band.from), frame.x(band.until));
            let many = band.occurrence.map(|of| of.1).filter(|times| *times > MANY);
            let label = match many {
                Some(times) => format!("{}, {times} times", band.name),
                None => band.label(figure.whole.until, clock),
            };
            let wide = text::width(&label, SMALL) as i32;
            // A name may begin left of its bar, so that it ends within the picture.
            let x = from.min(RIGHT - wide).max(frame.left);
            let known = many.and_then(|_| lane_of_many.get(&band.name[..])).copied();
            let fits = (0..LANES_MAX).find(|lane| free[*lane] <= x.min(from)).filter(|_| known.is_none());
            let bare = (0..LANES_MAX).find(|lane| free[*lane] <= from).unwrap_or(LANES_MAX - 1);
            let lane = known.or(fits).unwrap_or(bare);
            let end = if fits.is_some() { until.max(x + wide + 16) } else { until + 1 };
            free[lane] = free[lane].max(if many.is_some() { RIGHT + 1 } else { end });
            lane_of_many.extend(many.map(|_| (&band.name[..], lane)));
            over.lanes = over.lanes.max(lane + 1);
            let text = if fits.is_some() { label } else { String::new() };
            over.bands.push(Name { x, row: lane, text, role: Role::Ink, band: Some(band) });
        }
        let mut free = [frame.left; ROWS_MAX];
        for mark in panel.marks.iter().filter(|mark| (frame.begin..=frame.end).contains(&mark.at)) {
            let wide = text::width(&mark.label, SMALL) as i32;
            let x = frame.x(mark.at).min(RIGHT - wide).max(frame.left);
            let Some(row) = free.iter().position(|from| *from <= x) else { continue };
            free[row] = x + wide + 16;
            over.rows = over.rows.max(row + 1);
            let role = if mark.bad { Role::Alarm } else { Role::Ink };
            over.marks.push(Name { x, row, text: mark.label.clone(), role, band: None });
        }
        over
    }

    /// Pixels that it needs over the plot.
    pub(super) fn height(&self) -> i32 {
        self.lanes as i32 * LANE + self.rows as i32 * ROW + 6
    }

    /// Behind the data: where a fault is in force. Several do not get darker.
    pub(super) fn shade(&self, paper: &mut Paper, frame: &Frame) {
        let mut covered = frame.left;
        let mut rects = Vec::new();
        for band in self.bands.iter().filter_map(|name| name.band) {
            let (from, until) = (frame.x(band.from).max(covered), frame.x(band.until).max(frame.x(band.from) + 1));
            if until > from {
                rects.push([from, frame.top, until, frame.bottom]);
                covered = until;
            }
        }
        paper.rects(rects, Role::Fault);
    }

    /// Over the data: bars and names of faults, edges where long ones begin and end, marks and their names.
    pub(super) fn draw(&self, paper: &mut Paper, frame: &Frame, panel: &Panel) {
        let top = frame.top - self.height();
        for name in &self.bands {
            let Some(band) = name.band else { continue };
            let y = top + name.row as i32 * LANE;
            let (from, until) = (frame.x(band.from), frame.x(band.until));
            // A bar ends a little early, so that the next one is seen to be another.
            paper.rect((from, y + LANE - BAR - 2), ((until - 2).max(from + 3), y + LANE - 2), Role::Quiet);
            paper.text(&name.text, SMALL, name.role, (name.x, y), Anchor::Start);
            if self.bands.len() <= EDGES_MAX && until - from >= EDGES_LEAST {
                for x in [from, until] {
                    paper.rect((x, frame.top), (x + 1, frame.bottom), Role::Quiet);
                }
            }
        }
        let rows = top + self.lanes as i32 * LANE;
        for mark in panel.marks.iter().filter(|mark| (frame.begin..=frame.end).contains(&mark.at)) {
            let x = frame.x(mark.at);
            let role = if mark.bad { Role::Alarm } else { Role::Quiet };
            polyline(paper, &[(x, frame.top), (x, frame.bottom)], role, Stroke::Dashed);
        }
        for name in &self.marks {
            let y = rows + name.row as i32 * ROW;
            paper.text(&name.text, SMALL, name.role, (name.x, y), Anchor::Start);
        }
    }
}
