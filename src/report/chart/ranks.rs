//! Which services a run's pictures show when it has more than fit: those that lost most, then those that an alarm or a
//! change tells of, then the largest. All pictures of a run show the same.

use super::run::Run;
use super::steps::{self, Points};
use crate::metrics::blast::Lost;
use crate::metrics::series;
use std::collections::BTreeMap;

/// What speaks for drawing a service, the weightiest first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rank {
    /// Requests lost.
    requests: f64,
    /// Seconds times tasks that it was short of what it needs.
    short: f64,
    /// Seconds for which it was.
    short_seconds: f64,
    hit: Lost,
    alarm: bool,
    /// Requests that a new version got.
    exposed: f64,
    /// Tasks, or else requests, over the run.
    size: f64,
}

/// Services by rank.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranks(BTreeMap<String, Rank>);

impl Ranks {
    pub(super) fn of(run: &Run<'_>) -> Ranks {
        let subjects = [series::AVAILABLE, series::OFFERED, series::STATES];
        let named = run.series.iter().filter(|series| subjects.contains(&series.name));
        let mut ranks: BTreeMap<String, Rank> = BTreeMap::new();
        for series in named {
            if !ranks.contains_key(&series.subject) {
                ranks.insert(series.subject.clone(), rank(run, &series.subject));
            }
        }
        Ranks(ranks)
    }

    /// The first `most` of these by rank, in that order; all in their own order when they are no more.
    pub(super) fn first<'s>(&self, mut subjects: Vec<&'s str>, most: usize) -> Vec<&'s str> {
        if subjects.len() > most {
            let rank = |subject: &str| self.0.get(subject).copied().unwrap_or_default();
            subjects.sort_by(|a, b| rank(b).compare(&rank(a)));
            subjects.truncate(most);
        }
        subjects
    }

    /// How these were chosen, in words.
    pub(super) fn words(&self, chosen: &[&str]) -> String {
        let rank = |subject: &&&str| self.0.get(**subject).copied().unwrap_or_default();
        let count = chosen.len();
        let lost = chosen.iter().filter(|subject| rank(subject).lost()).count();
        let told = chosen.iter().filter(|subject| !rank(subject).lost() && rank(subject).told()).count();
        let parts = [(lost, "that lost most"), (told, "with alarms or changes"), (count - lost - told, "largest")];
        let mut words: Vec<String> = Vec::new();
        for (count, what) in parts.into_iter().filter(|part| part.0 > 0) {
            let what = if what == "that lost most" && lost < chosen.len() { "that lost something" } else { what };
            words.push(match (count, what) {
                (1, "largest") => "the largest".to_owned(),
                (1, what) => format!("the one {what}"),
                (count, what) => format!("the {count} {what}"),
            });
        }
        words.join(", then ")
    }

    /// How many services had fewer healthy tasks than they need, and which of them for how many seconds at most.
    pub(super) fn shortest(&self) -> Option<(usize, &str, f64)> {
        let short = self.0.iter().filter(|(_, rank)| rank.short_seconds > 0.0);
        let most = short.clone().max_by(|a, b| a.1.short_seconds.total_cmp(&b.1.short_seconds))?;
        Some((short.count(), most.0, most.1.short_seconds))
    }

    /// Whether it lost anything, or an alarm or a change tells of it.
    pub(super) fn told(&self, subject: &str) -> bool {
        self.0.get(subject).is_some_and(|rank| rank.lost() || rank.told())
    }

    /// Whether it lost anything.
    pub(super) fn lost(&self, subject: &str) -> bool {
        self.0.get(subject).is_some_and(Rank::lost)
    }
}

impl Rank {
    fn lost(&self) -> bool {
        self.requests > 0.0 || self.short > 0.0 || self.hit > Lost::Nothing
    }

    fn told(&self) -> bool {
        self.alarm || self.exposed > 0.0
    }

    fn compare(&self, other: &Rank) -> std::cmp::Ordering {
        let by = |of: fn(&Rank) -> f64| of(self).total_cmp(&of(other));
        by(|rank| rank.requests)
            .then(by(|rank| rank.short))
            .then(self.hit.cmp(&other.hit))
            .then(self.alarm.cmp(&other.alarm))
            .then(by(|rank| rank.exposed))
            .then(by(|rank| rank.size))
    }
}

fn rank(run: &Run<'_>, subject: &str) -> Rank {
    let area = |points: &Points| steps::area(points, run.end);
    let healthy = steps::sum(run.of(series::AVAILABLE, subject).map(|series| &series.points));
    let less: Points = healthy.iter().map(|(at, count)| (*at, -count)).collect();
    let missing = steps::sum([&run.line(series::NEED, subject), &less]);
    let missing: Points = missing.into_iter().map(|(at, count)| (at, count.max(0.0))).collect();
    let spells = missing.iter().map(|(at, count)| (*at, f64::from(u8::from(*count > 0.0)))).collect();
    let offered = run.line(series::OFFERED, subject);
    let alarms = run.of(series::IN_ALARM, subject);
    Rank {
        requests: area(&run.line(series::LOST, subject)),
        short: area(&missing),
        short_seconds: area(&spells),
        hit: run.hit.get(subject).copied().unwrap_or_default(),
        alarm: alarms.flat_map(|series| &series.points).any(|point| point.1 > 0.0),
        exposed: area(&steps::sum(run.of(series::EXPOSED, subject).map(|series| &series.points))),
        size: if offered.is_empty() { area(&healthy) } else { area(&offered) },
    }
}
