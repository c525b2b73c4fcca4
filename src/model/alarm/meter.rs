//! What an alarm reads: levels that hold until they change, and what has been seen of the period that runs.
//!
//! Most alarms read one level. The outlier test reads requests and errors of all zones: each minute's counts go through
//! [`outlier`], and the datapoint is 1 where the zone of the alarm is the outlier and 0 where it is not. Requests are a
//! fluid, so counts of a minute are rates times its length, rounded to whole requests: chance alone makes no outlier
//! here.

use super::evaluate::Point;
use super::outlier;
use super::window::{Level, Window, rounded};
use crate::engine::Span;
use crate::model::plan::Rule;

/// What a zone gets, in billionths of a request for each second.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    pub failed: u64,
    pub offered: u64,
}

/// A request, in billionths a second times microseconds.
const REQUEST: u128 = 1_000_000_000_000_000;
const ONE: i128 = 1_000_000_000;

/// Levels and what has been seen.
#[derive(Clone, Debug)]
pub(super) enum Meter {
    One(Level, Window),
    Zones(Zones),
}

/// The same of every zone of a service.
#[derive(Clone, Debug)]
pub(super) struct Zones {
    /// Whose outlier it is about.
    own: usize,
    now: Vec<Share>,
    /// 10^-15 requests: those that failed, and all.
    seen: Vec<(u128, u128)>,
}

impl Meter {
    pub(super) fn new() -> Meter {
        Meter::One(Level::Absent, Window::Nothing)
    }

    /// Zones get so much from now on; whether that is new.
    pub(super) fn differs(&self, own: usize, shares: &[Share]) -> bool {
        match self {
            Meter::One(..) => true,
            Meter::Zones(zones) => (zones.own, &zones.now[..]) != (own, shares),
        }
    }

    pub(super) fn set_zones(&mut self, own: usize, shares: &[Share]) {
        match self {
            Meter::Zones(zones) => {
                zones.now.clear();
                zones.now.extend_from_slice(shares);
            }
            Meter::One(..) => {
                *self = Meter::Zones(Zones { own, now: shares.to_vec(), seen: vec![(0, 0); shares.len()] });
            }
        }
    }

    pub(super) fn set(&mut self, level: Level) {
        match self {
            Meter::One(now, _) => *now = level,
            Meter::Zones(_) => panic!("{level:?} after zones: an alarm watches one metric"),
        }
    }

    /// Lets the levels hold for a while.
    pub(super) fn pass(&mut self, lasts: Span) {
        match self {
            Meter::One(level, window) => window.add(*level, lasts),
            Meter::Zones(zones) => zones.seen = zones.after(lasts),
        }
    }

    /// What has been seen of the period that runs; nothing of a test for outliers.
    pub(super) fn seen(&self) -> Window {
        match self {
            Meter::One(_, window) => *window,
            Meter::Zones(_) => Window::Nothing,
        }
    }

    /// The period is over: its datapoint. The next begins.
    pub(super) fn close(&mut self, rule: &Rule) -> Point {
        match self {
            Meter::One(_, window) => point(rule, std::mem::take(window).datapoint(rule.statistic)),
            Meter::Zones(zones) => {
                let found = zones.datapoint(&zones.seen);
                zones.seen.fill((0, 0));
                point(rule, found)
            }
        }
    }

    /// The datapoint of the period that runs, if the levels hold for its `rest`; in billionths, `None`: missing.
    pub(super) fn ahead(&self, rule: &Rule, rest: Span) -> Option<i128> {
        match self {
            Meter::One(level, window) => {
                let mut window = *window;
                window.add(*level, rest);
                window.datapoint(rule.statistic)
            }
            Meter::Zones(zones) => zones.datapoint(&zones.after(rest)),
        }
    }

    /// The datapoint of a whole period of these levels.
    pub(super) fn whole(&self, rule: &Rule) -> Option<i128> {
        let mut fresh = self.clone();
        match &mut fresh {
            Meter::One(_, window) => *window = Window::Nothing,
            Meter::Zones(zones) => zones.seen.fill((0, 0)),
        }
        fresh.ahead(rule, rule.period)
    }
}

impl Zones {
    /// What has been seen once the levels have held for a while.
    fn after(&self, lasts: Span) -> Vec<(u128, u128)> {
        let micros = u128::from(lasts.micros());
        let more = |(seen, now): (&(u128, u128), &Share)| {
            (seen.0 + u128::from(now.failed) * micros, seen.1 + u128::from(now.offered) * micros)
        };
        self.seen.iter().zip(&self.now).map(more).collect()
    }

    /// Missing where the zone had no request.
    fn datapoint(&self, seen: &[(u128, u128)]) -> Option<i128> {
        let requests = |sum: u128| u64::try_from(rounded(sum, REQUEST)).unwrap_or(u64::MAX);
        let errors: Vec<u64> = seen.iter().map(|zone| requests(zone.0)).collect();
        let totals: Vec<u64> = seen.iter().map(|zone| requests(zone.1)).collect();
        (totals[self.own] > 0).then(|| if outlier(&errors, &totals) == Some(self.own) { ONE } else { 0 })
    }
}

/// How a datapoint stands to the threshold.
pub(super) fn point(rule: &Rule, datapoint: Option<i128>) -> Point {
    match datapoint {
        None => Point::Missing,
        Some(value) if rule.breaches(value) => Point::Breaching,
        Some(_) => Point::Fine,
    }
}
