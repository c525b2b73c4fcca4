//! Zonal autoshift: resources that AWS may shift away from an impaired zone, and their practice runs
//! ([arc-autoshift] [arc-practice-runs]).

use crate::engine::{Span, Time, Who};
use crate::model::ids::{AlarmId, RegionId, Resource, ZoneId};

/// A resource with a zonal autoshift configuration.
#[derive(Clone, Debug)]
pub struct Autoshift {
    /// The resource as it is called.
    pub name: String,
    /// Birth certificate, from the name.
    pub who: Who,
    pub resource: Resource,
    pub region: RegionId,
    /// Zones that it stands in.
    pub zones: Vec<ZoneId>,
    /// `zonalAutoshiftStatus` ENABLED: AWS shifts it.
    pub enabled: bool,
    /// Faults that AWS sees as an impairment of their zone.
    pub sees: Vec<ZoneEvent>,
    /// From their begin until AWS sees that, and from their end until it ends the autoshift.
    pub starts_after: Span,
    pub ends_after: Span,
    pub practice: Option<Practice>,
    /// Practice runs that somebody starts, in order of time.
    pub on_demand: Vec<(Time, ZoneId)>,
}

/// `practiceRunConfiguration`.
#[derive(Clone, Debug, Default)]
pub struct Practice {
    pub outcome_alarms: Vec<AlarmId>,
    pub blocking_alarms: Vec<AlarmId>,
    pub calendar: Calendar,
}

words! {
    /// A fault of one zone that AWS may see as an impairment of it.
    ZoneEvent("camelCase") {
        ZonePowerLoss,
        NetworkCutZone,
        ZoneGrey,
    }
}

/// When practice runs may start, UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days on which none does, since 1970-01-01.
    pub blocked_dates: Vec<i64>,
    pub blocked: Vec<Window>,
    /// If there are any, they start in these only.
    pub allowed: Vec<Window>,
}

/// A part of one day of each week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// 0 is Monday.
    pub weekday: u8,
    /// Minutes of the day: from the first up to the second, which is not in it.
    pub from: u16,
    pub until: u16,
}

const MINUTE: i128 = 60_000_000;
const DAY_MINUTES: i128 = 1_440;
/// 1970-01-01 was a Thursday.
const FIRST_WEEKDAY: i128 = 3;
/// Days that are looked at before a calendar counts as closed for good.
const DAYS_MAX: i128 = 400;

impl Calendar {
    /// How long it is until a run may start, from `now` of a run that starts at this second since 1970-01-01; zero where
    /// it may, `None` where it never may.
    pub fn wait(&self, now: Time, starts_at: i64) -> Option<Span> {
        let micros = i128::from(starts_at) * 1_000_000 + i128::from(now.0);
        if self.may(micros.div_euclid(MINUTE)) {
            return Some(Span::ZERO);
        }
        // Windows begin and end at whole minutes.
        let first = micros.div_euclid(MINUTE) + 1;
        let found = self.next_open(first, first + DAYS_MAX * DAY_MINUTES)?;
        Some(Span((found * MINUTE - micros) as u64))
    }

    fn may(&self, minute: i128) -> bool {
        let (day, of_day) = (minute.div_euclid(DAY_MINUTES), minute.rem_euclid(DAY_MINUTES) as u16);
        let weekday = (day + FIRST_WEEKDAY).rem_euclid(7) as u8;
        let within = |one: &Window| one.weekday == weekday && (one.from..one.until).contains(&of_day);
        !self.blocked_dates.iter().any(|date| i128::from(*date) == day)
            && !self.blocked.iter().any(within)
            && (self.allowed.is_empty() || self.allowed.iter().any(within))
    }

    /// The first open minute: it begins a day or a window, or ends one.
    fn next_open(&self, from: i128, until: i128) -> Option<i128> {
        let mut minute = from;
        while minute < until {
            if self.may(minute) {
                return Some(minute);
            }
            let day = minute.div_euclid(DAY_MINUTES) * DAY_MINUTES;
            let of_day = (minute - day) as u16;
            let edges = self.blocked.iter().map(|one| one.until).chain(self.allowed.iter().map(|one| one.from));
            let next = edges.filter(|edge| *edge > of_day).min().map_or(DAY_MINUTES, i128::from);
            minute = day + next.min(DAY_MINUTES);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-05 00:00 UTC, a Monday.
    const MONDAY: i64 = 1_767_571_200;

    fn check(calendar: &Calendar, minutes: u64, waits: Option<u64>) {
        let found = calendar.wait(Time(minutes * 60_000_000), MONDAY);
        assert_eq!(found.map(|span| span.0 / 60_000_000), waits, "{minutes} minutes after Monday");
    }

    #[test]
    fn runs_start_outside_of_blocked_windows_and_dates() {
        let window = |weekday, from, until| Window { weekday, from, until };
        let blocked = Calendar { blocked: vec![window(0, 600, 660), window(0, 660, 700)], ..Calendar::default() };
        check(&blocked, 0, Some(0));
        check(&blocked, 600, Some(100));
        check(&blocked, 659, Some(41));
        check(&blocked, 700, Some(0));
        check(&blocked, 7 * 1_440 + 610, Some(90));
        let first = MONDAY / 86_400;
        let dates = Calendar { blocked_dates: vec![first, first + 1], ..Calendar::default() };
        check(&dates, 90, Some(2 * 1_440 - 90));
        check(&dates, 2 * 1_440, Some(0));
    }

    #[test]
    fn runs_start_in_allowed_windows_alone_where_there_are_any() {
        let allowed = vec![Window { weekday: 2, from: 720, until: 1_020 }, Window { weekday: 4, from: 60, until: 120 }];
        let calendar = Calendar { allowed: allowed.clone(), ..Calendar::default() };
        check(&calendar, 0, Some(2 * 1_440 + 720));
        check(&calendar, 2 * 1_440 + 800, Some(0));
        check(&calendar, 2 * 1_440 + 1_020, Some(4 * 1_440 + 60 - 2 * 1_440 - 1_020));
        // All of it is blocked.
        let never = Calendar { blocked: allowed.clone(), allowed, ..Calendar::default() };
        check(&never, 0, None);
    }
}
