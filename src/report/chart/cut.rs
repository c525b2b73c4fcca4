//! Which part of the run is drawn: from a little before the first thing that happened to a little after its last effect.
//!
//! ```text
//!   0 ─────────┬─ first fault, change, alarm, loss ──── last level that moves, last end ─┬───────── end
//!              └───────────────────────────── drawn ─────────────────────────────────────┘
//! ```
//! A run in which something happens all the time is drawn whole.

use super::figure::Window;
use crate::engine::{Span, Time};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;

/// A cut that leaves out less than the rest of this is not worth it.
const WORTH: f64 = 0.7;
/// Room before and after, as a share of what is between.
const ROOM: f64 = 0.08;
/// At least.
const ROOM_MIN: Span = Span::MINUTE;
/// Levels whose moves are effects. Rates that follow a curve of traffic are not among them.
const LEVELS: [&str; 9] = [
    series::LOST,
    series::AVAILABLE,
    series::STATES,
    series::HOSTS,
    series::WAITING,
    series::EXPOSED,
    series::COPIED,
    series::IN_ALARM,
    series::CUSTOMERS,
];
/// Those of them that begin something: they are zero while all is well.
const BEGINS: [&str; 4] = [series::LOST, series::WAITING, series::EXPOSED, series::IN_ALARM];

/// The part of a run that its pictures show.
pub(super) fn cut(timeline: &Timeline) -> Window {
    let whole = Window { from: Time::ZERO, until: timeline.end };
    let Some(from) = first(timeline) else { return whole };
    let until = last(timeline, from).min(timeline.end);
    let between = until.since(from.min(until));
    let room = Span(libm::round(between.0 as f64 * ROOM) as u64).max(ROOM_MIN);
    let part = Window { from: Time(from.0.saturating_sub(room.0)), until: (until + room).min(timeline.end) };
    let share = part.until.since(part.from).as_secs_f64() / timeline.end.as_secs_f64().max(1e-6);
    if share < WORTH { part } else { whole }
}

fn first(timeline: &Timeline) -> Option<Time> {
    let faults = timeline.bands.iter().map(|band| band.from);
    let begins = timeline.series.iter().filter(|series| BEGINS.contains(&series.name));
    let begins = begins.filter_map(|series| series.points.iter().find(|point| point.1 > 0.0).map(|point| point.0));
    faults.chain(marks(timeline)).chain(begins).min()
}

/// The last end, or the last move of a level, after `from`.
fn last(timeline: &Timeline, from: Time) -> Time {
    let faults = timeline.bands.iter().map(|band| band.until);
    let levels = timeline.series.iter().filter(|series| LEVELS.contains(&series.name));
    let moves = levels.filter_map(|series| series.points.last().map(|point| point.0));
    let staged = timeline.staged.iter().map(|change| change.over.unwrap_or(timeline.end));
    faults.chain(marks(timeline)).chain(moves).chain(staged).max().unwrap_or(timeline.end).max(from)
}

fn marks(timeline: &Timeline) -> impl Iterator<Item = Time> {
    let changes = timeline.changes.iter().flat_map(|change| &change.marks);
    changes.chain(timeline.staged.iter().flat_map(|change| &change.marks)).map(|mark| mark.at)
}
