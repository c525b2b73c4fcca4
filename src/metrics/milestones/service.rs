//! One service as its users and ECS meet it: errors, levels, replacements, launches that wait or are refused.

use super::{Lack, Level, Moment, Own};
use crate::engine::{Span, Time};
use crate::metrics::availability::Availability;
use crate::metrics::reader::zones_of;
use crate::metrics::recovery::HOLD;
use crate::model::fact::Reason;
use crate::model::ids::{FaultId, ServiceId, ZoneId};
use crate::model::plan::{Kind, Plan};

/// One request in so many that fails is an error that counts, as in `errors`.
const ONE_IN: u64 = 1_000;
/// Stretches of each kind that are kept while something is followed, and otherwise.
const FOLLOWED_MAX: u32 = 6;
const ALONE_MAX: u32 = 2;
/// One request: billionths of a request for each second, times microseconds.
const REQUEST: u128 = 1_000_000_000_000_000;

/// What is known of a service.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one moment whether it has come")]
pub(super) struct Watched {
    id: ServiceId,
    /// Whether it has anything to be short of.
    needs: bool,
    pub(super) levels: Availability,
    even: Vec<ZoneId>,
    pub(super) changed: bool,
    offered: u64,
    failed: u64,
    since: Time,
    /// Requests that failed: rates times microseconds.
    pub(super) lost: u128,
    errors: Option<Errors>,
    /// Of the stretches that were not kept the one that lost most, and its end.
    worst: Option<(Errors, Time)>,
    lacks: [Option<Lacking>; 3],
    /// Stretches that were kept: errors, then levels.
    kept: [u32; 4],
    /// The number of its next launch.
    next: u32,
    /// Since which launch a replacement is awaited; told once.
    awaits: Option<u32>,
    replaced: bool,
    refused: Option<Reason>,
    waits: Option<Time>,
    wait_over: bool,
}

/// A stretch of errors.
#[derive(Clone, Copy, Debug)]
struct Errors {
    begin: Time,
    /// Whether its moments are kept, as one of the first.
    kept: bool,
    /// The fault that began with it, and the share that failed at first.
    with: Option<FaultId>,
    share: f64,
    /// Since when there are none.
    pause: Option<Time>,
    failing: u64,
    worst: f64,
    /// Requests that failed: rates times microseconds.
    lost: u128,
}

impl Errors {
    fn lost(&self) -> u64 {
        ((self.lost + REQUEST / 2) / REQUEST) as u64
    }

    fn begins(&self, service: ServiceId) -> Moment {
        let what = Own::Errors { share: self.share, with: self.with, lost: self.lost() };
        Moment { at: self.begin, what: what.to(service) }
    }

    /// Both moments of a stretch that is over.
    fn both(&self, end: Time, service: ServiceId) -> [Moment; 2] {
        let (lasted, failing) = (end.since(self.begin), Span(self.failing));
        let what = Own::ErrorsEnd { lasted, failing, worst: self.worst, lost: self.lost() };
        [self.begins(service), Moment { at: end, what: what.to(service) }]
    }
}

/// A level that lacks.
#[derive(Clone, Copy, Debug)]
struct Lacking {
    since: Time,
    kept: bool,
    /// Since when it holds again.
    back: Option<Time>,
}

impl Watched {
    pub(super) fn new(plan: &Plan, id: ServiceId, zones: impl Iterator<Item = ZoneId>) -> Watched {
        let row = &plan.services[id];
        Watched {
            id,
            needs: row.kind != Kind::Stream,
            levels: Availability::new(zones, Time::ZERO),
            even: if row.kind == Kind::Replica { zones_of(plan, id) } else { Vec::new() },
            changed: false,
            offered: 0,
            failed: 0,
            since: Time::ZERO,
            lost: 0,
            errors: None,
            worst: None,
            lacks: [None; 3],
            kept: [0; 4],
            next: 0,
            awaits: None,
            replaced: false,
            refused: None,
            waits: None,
            wait_over: false,
        }
    }

    pub(super) fn launched(&mut self, ordinal: u32) {
        self.next = self.next.max(ordinal.saturating_add(1));
    }

    /// It has lost a task.
    pub(super) fn awaits_replacement(&mut self) {
        self.awaits.get_or_insert(self.next);
    }

    /// Whether a healthy task is the first one that was launched since.
    pub(super) fn replaced_by(&mut self, ordinal: u32) -> bool {
        let is_it = !self.replaced && self.awaits.is_some_and(|from| ordinal >= from);
        self.replaced |= is_it;
        is_it
    }

    /// Whether the refusal of a launch is another than the last one.
    pub(super) fn refused(&mut self, reason: Reason) -> bool {
        self.refused.replace(reason) != Some(reason)
    }

    pub(super) fn waits(&mut self, now: Time) -> bool {
        let first = self.waits.is_none();
        self.waits.get_or_insert(now);
        first
    }

    pub(super) fn wait_over(&mut self) -> bool {
        !std::mem::replace(&mut self.wait_over, true)
    }

    pub(super) fn flow(&mut self, now: Time, offered: u64, served: u64) {
        self.reach(now);
        (self.offered, self.failed) = (offered, offered.saturating_sub(served));
    }

    fn bad(&self) -> bool {
        self.offered > 0 && self.failed.saturating_mul(ONE_IN) >= self.offered
    }

    /// Counts up to `now`. A run that stops at a limit ends before what partitions further on have seen.
    fn reach(&mut self, now: Time) {
        let span = now.0.saturating_sub(self.since.0);
        self.since = self.since.max(now);
        let (lost, bad) = (u128::from(self.failed) * u128::from(span), self.bad());
        self.lost += lost;
        if let Some(errors) = &mut self.errors {
            errors.lost += lost;
            errors.failing += if bad { span } else { 0 };
        }
    }

    fn may_keep(&mut self, kind: usize, followed: bool) -> bool {
        let kept = self.kept[kind] < if followed { FOLLOWED_MAX } else { ALONE_MAX };
        self.kept[kind] += u32::from(kept);
        kept
    }

    /// The levels at `now`, for the instant is over; `with` is a fault that began in it. `tell` gets moments, and
    /// nothing where one is left out.
    pub(super) fn settle(
        &mut self,
        now: Time,
        followed: bool,
        with: Option<FaultId>,
        mut tell: impl FnMut(Option<Moment>),
    ) {
        self.changed = false;
        self.close(now, &mut tell);
        self.reach(now);
        let bad = self.bad();
        let share = if bad { self.failed as f64 / self.offered as f64 } else { 0.0 };
        match &mut self.errors {
            Some(errors) if bad => (errors.pause, errors.worst) = (None, errors.worst.max(share)),
            Some(errors) => _ = errors.pause.get_or_insert(now),
            None if bad => {
                let kept = self.may_keep(0, followed);
                let (begin, worst) = (now, share);
                self.errors = Some(Errors { begin, kept, with, share, pause: None, failing: 0, worst, lost: 0 });
            }
            None => {}
        }
        if self.needs {
            let holds = self.levels.holds(&self.even);
            for (level, holds) in holds.into_iter().enumerate() {
                self.level(now, level, holds, followed, &mut tell);
            }
        }
    }

    fn level(&mut self, now: Time, level: usize, holds: bool, followed: bool, tell: &mut impl FnMut(Option<Moment>)) {
        match (&mut self.lacks[level], holds) {
            (Some(lack), true) => _ = lack.back.get_or_insert(now),
            (Some(lack), false) => lack.back = None,
            (None, true) => {}
            (None, false) => {
                let kept = self.may_keep(level + 1, followed);
                self.lacks[level] = Some(Lacking { since: now, kept, back: None });
                if level == 0 {
                    let [need, _] = self.levels.wanted();
                    let available = self.levels.all_available();
                    let what = Own::Short { available: available as u32, need: need as u32 }.to(self.id);
                    tell(kept.then_some(Moment { at: now, what }));
                }
            }
        }
    }

    /// What has held for five minutes is back.
    fn close(&mut self, now: Time, tell: &mut impl FnMut(Option<Moment>)) {
        let service = self.id;
        if let Some((errors, end)) = self.errors.and_then(|errors| Some((errors, errors.pause?)))
            && end + HOLD <= now
        {
            self.errors = None;
            if errors.kept {
                errors.both(end, service).into_iter().for_each(|moment| tell(Some(moment)));
            } else {
                let worse = self.worst.is_none_or(|(worst, _)| worst.lost < errors.lost);
                let dropped = if worse { self.worst.replace((errors, end)).is_some() } else { true };
                (0..if dropped { 2 } else { 0 }).for_each(|_| tell(None));
            }
        }
        for (level, lack) in [Level::Need, Level::Desired, Level::Even].into_iter().zip(&mut self.lacks) {
            let Some(Lacking { since, kept, back: Some(back) }) = *lack else { continue };
            if back + HOLD <= now {
                *lack = None;
                let what = Own::Back { level, lasted: back.since(since) }.to(service);
                tell(kept.then_some(Moment { at: back, what }));
            }
        }
    }

    /// The run is over.
    pub(super) fn finish(&mut self, end: Time, mut tell: impl FnMut(Option<Moment>)) {
        self.reach(end);
        self.close(end, &mut tell);
        if let Some((errors, over)) = self.worst.take() {
            errors.both(over, self.id).into_iter().for_each(|moment| tell(Some(moment)));
        }
        match self.errors {
            Some(errors) if errors.pause.is_none() || errors.kept => tell(Some(errors.begins(self.id))),
            Some(_) => tell(None),
            None => {}
        }
        let mut still = |lacks| tell(Some(Moment { at: end, what: Own::Still(lacks).to(self.id) }));
        if self.errors.is_some_and(|errors| errors.pause.is_none()) {
            still(Lack::Answers);
        }
        if self.lacks[0].is_some_and(|lack| lack.back.is_none()) {
            still(Lack::Need);
        }
    }
}
