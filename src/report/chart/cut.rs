//! Which part of the run is drawn: from a little before the first thing that happened to a little after its last effect.
//!
//! ```text
//!   0 ─────────┬─ first fault, change, alarm, loss ──── last level that moves, last end ─┬───────── end
//!              └───────────────────────────── drawn ─────────────────────────────────────┘
//! ```
//! A run in which something happens all the time, or until its end, is drawn whole. Where all that was lost was lost to
//! changes, in a small part of this, that part is drawn.

use super::figure::Window;
use super::run::Run;
use super::steps;
use crate::engine::{Span, Time};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;

/// A cut that leaves out less than the rest of this is not worth it.
const WORTH: f64 = 0.7;
/// Room before and after, as a share of what is between.
const ROOM: f64 = 0.08;
/// At least.
const ROOM_MIN: Span = Span::MINUTE;
/// A failure that takes less than this share of what would be drawn is drawn by itself.
const CLOSE: f64 = 0.1;
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
pub(super) fn cut(run: &Run<'_>) -> Window {
    let part = eventful(run);
    failure(run).and_then(|failed| close_up(failed, part, run.end)).unwrap_or(part)
}

fn eventful(timeline: &Timeline) -> Window {
    let whole = Window { from: Time::ZERO, until: timeline.end };
    let Some(from) = first(timeline) else { return whole };
    let until = last(timeline, from).min(timeline.end);
    let between = until.since(from.min(until));
    let room = Span(libm::round(between.0 as f64 * ROOM) as u64).max(ROOM_MIN);
    let part = Window { from: Time(from.0.saturating_sub(room.0)), until: (until + room).min(timeline.end) };
    // Of a single moment the effect is not known.
    if until > from && length(part) < WORTH * length(whole) { part } else { whole }
}

fn length(window: Window) -> f64 {
    window.until.since(window.from).as_secs_f64()
}

/// A failure with some room, when it is a small part of what would be drawn.
pub(super) fn close_up((from, until): (Time, Time), of: Window, end: Time) -> Option<Window> {
    let room = Span((until.since(from).0 / 5).max(Span::MINUTE.0 * 5));
    let part = Window { from: Time(from.0.saturating_sub(room.0)), until: (until + room).min(end) };
    (length(part) < CLOSE * length(of)).then_some(part)
}

/// In a run without faults, from the first to the last of what changes that failed did, when nothing else was lost.
fn failure(run: &Run<'_>) -> Option<(Time, Time)> {
    let begins = |points: &[(Time, f64)]| points.iter().find(|point| point.1 > 0.0).map(|point| point.0);
    let failed = run.changes.iter().filter_map(|row| {
        let bad = row.marks.iter().find(|mark| mark.bad)?;
        let lost = begins(&run.line(series::LOST, &row.service))?;
        let exposed = begins(&steps::sum(run.of(series::EXPOSED, &row.service).map(|series| &series.points)));
        Some((bad.at.min(lost).min(exposed.unwrap_or(lost)), row.marks.iter().map(|mark| mark.at).max()?))
    });
    let (from, until) = failed.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let (first, last) = run.above_zero(series::LOST)?;
    (run.bands.is_empty() && first >= from && last <= until + Span::MINUTE).then_some((from, until.max(last)))
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
    let moves = levels.filter_map(|series| {
        let (at, value) = series.points.last()?;
        // What is not over at the end lasts until then.
        Some(if *value > 0.0 && BEGINS.contains(&series.name) { timeline.end } else { *at })
    });
    let staged = timeline.staged.iter().map(|change| change.over.unwrap_or(timeline.end));
    faults.chain(marks(timeline)).chain(moves).chain(staged).max().unwrap_or(timeline.end).max(from)
}

fn marks(timeline: &Timeline) -> impl Iterator<Item = Time> {
    let changes = timeline.changes.iter().flat_map(|change| &change.marks);
    changes.chain(timeline.staged.iter().flat_map(|change| &change.marks)).map(|mark| mark.at)
}
