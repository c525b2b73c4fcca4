//! A Gantt chart: a row for each thing, bars for what happens to it.
#![expect(clippy::cast_possible_wrap, reason = "rows of a picture are few")]

use super::colours::Role;
use super::figure::{Window, all_seconds, seconds};
use super::paper::{Anchor, Paper, SMALL};
use super::plot::{Frame, RIGHT};
use super::stages::look;
use super::text;
use crate::engine::Time;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Width left of the bars: names, then parts.
pub(super) const LEFT: i32 = 236;
const NAME: i32 = 24;
const PART: i32 = 158;
/// Rows of this many or fewer have room for larger letters.
const FEW: usize = 24;
/// What is shorter is still seen, in pixels.
const LEAST: i32 = 3;
/// Height of a row of the whole run in small.
const SMALL_PITCH: i32 = 5;

/// What happens; the later ones cover the earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Its stage goes on, others are before it.
    Due,
    /// It keeps what it was changed to.
    Kept,
    /// It is changed and watched.
    Bakes,
    Moves,
    Back,
    Waits,
}

/// What happens from a time to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Bar {
    pub kind: Kind,
    #[serde(serialize_with = "seconds")]
    pub from: Time,
    #[serde(serialize_with = "seconds")]
    pub until: Time,
}

impl Kind {
    /// What it means.
    pub(crate) fn label(self) -> &'static str {
        look(self).1
    }
}

impl Serialize for Kind {
    /// What it means and its colour.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (role, label, percent) = look(*self);
        let mut kind = to.serialize_struct("Kind", 3)?;
        kind.serialize_field("role", &role)?;
        kind.serialize_field("label", label)?;
        kind.serialize_field("percentOfRow", &percent)?;
        kind.end()
    }
}

/// One row.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub(crate) struct Row {
    /// Empty where it is that of the row above.
    pub name: String,
    pub part: String,
    /// The first is drawn first.
    pub bars: Vec<Bar>,
    /// When an alarm of its own rings.
    #[serde(serialize_with = "all_seconds")]
    pub rings: Vec<Time>,
}

/// All of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(crate) struct Gantt {
    pub title: String,
    pub rows: Vec<Row>,
}

impl Gantt {
    fn pitch(&self) -> i32 {
        if self.rows.len() <= FEW { 22 } else { 17 }
    }

    /// Pixels that the rows need.
    pub(super) fn rows_height(&self) -> i32 {
        self.rows.len() as i32 * self.pitch()
    }

    /// What stands in its legend: what occurs, and nothing else.
    pub(super) fn legend(&self) -> Vec<(&'static str, Role)> {
        let mut kinds: Vec<Kind> = self.rows.iter().flat_map(|row| &row.bars).map(|bar| bar.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let rings = self.rows.iter().any(|row| !row.rings.is_empty());
        let looks = kinds.into_iter().map(|kind| (look(kind).1, look(kind).0));
        looks.chain(rings.then_some(("alarm of the unit rings", Role::Alarm))).collect()
    }

    pub(super) fn draw(&self, paper: &mut Paper, frame: &Frame) {
        let pitch = self.pitch();
        for (place, row) in self.rows.iter().enumerate() {
            let top = frame.top + place as i32 * pitch;
            paper.rect((frame.left, top + pitch - 1), (RIGHT, top + pitch), Role::Grid);
            let mut write = |words: &str, x: i32, until: i32| {
                let words = text::fit(words, SMALL, f64::from(until - x));
                paper.text(&words, SMALL, Role::Ink, (x, top + (pitch - SMALL as i32) / 2 + 1), Anchor::Start);
            };
            write(&row.name, NAME, if row.part.is_empty() { LEFT - 8 } else { PART - 6 });
            write(&row.part, PART, LEFT - 6);
            row.bars.iter().for_each(|one| bar(paper, frame, (top, pitch), one));
            for ring in row.rings.iter().filter(|ring| (frame.begin..=frame.end).contains(ring)) {
                let x = frame.x(*ring);
                paper.rect((x - 4, top + 1), (x + 4, top + pitch - 1), Role::Paper);
                paper.rect((x - 3, top + 2), (x + 3, top + pitch - 2), Role::Alarm);
            }
        }
    }

    /// Whether something of it happens outside of what is drawn.
    pub(super) fn beyond(&self, cut: Window) -> bool {
        self.rows.iter().flat_map(|row| &row.bars).any(|bar| bar.from < cut.from || bar.until > cut.until)
    }

    /// Pixels that the rows need in small.
    pub(super) fn strip_height(&self) -> i32 {
        self.rows.len() as i32 * SMALL_PITCH
    }

    /// The rows in small, without names.
    pub(super) fn strip(&self, paper: &mut Paper, frame: &Frame, top: i32) {
        for (place, row) in self.rows.iter().enumerate() {
            let top = top + place as i32 * SMALL_PITCH;
            row.bars.iter().for_each(|one| bar(paper, frame, (top, SMALL_PITCH), one));
        }
    }
}

/// A bar in the row that begins at `top` and is `pitch` high.
fn bar(paper: &mut Paper, frame: &Frame, (top, pitch): (i32, i32), bar: &Bar) {
    if bar.until <= frame.begin || bar.from >= frame.end {
        return;
    }
    let (role, _, percent) = look(bar.kind);
    let room = pitch - (pitch / 5).max(1);
    let high = (room * percent / 100).max(pitch / 6).max(1);
    let (from, until) = (frame.x(bar.from), frame.x(bar.until));
    let y = top + (pitch - room) / 2 + (room - high) / 2;
    paper.rect((from, y), (until.max(from + LEAST), y + high), role);
}
