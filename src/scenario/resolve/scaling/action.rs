//! Scheduled actions: the times at which they act within the run, and the bounds that they set.

use super::printed::{LeftOut, Resource};
use super::{Activity, Targets, placed};
use crate::engine::Time;
use crate::model::plan::scaling::ScheduledAction;
use crate::model::problem::Told;
use crate::scenario::ecs::Moment;
use crate::scenario::ecs::scheduled_action::ScheduledAction as Written;
use crate::scenario::schedule::{Schedule, Within, zone};
use jiff::tz::TimeZone;

/// Times of one action within the run at most: every minute of a year is half of that.
const TIMES_MAX: usize = 1_000_000;

impl Activity<'_> {
    pub(super) fn scheduled_actions(&mut self, targets: &mut Targets) {
        let mut left = LeftOut::new("scheduledActions");
        for (at, action) in placed(&self.scenario.scheduled_actions, "/scheduledActions") {
            let of = Resource {
                namespace: action.service_namespace.as_deref(),
                dimension: action.scalable_dimension.as_deref(),
                id: &action.resource_id,
                printed: action.scheduled_action_arn.is_some() || action.creation_time.is_some(),
            };
            let Some(target) = self.target_of(targets, (&of, "scheduled action"), &at, &mut left) else { continue };
            let name = &action.scheduled_action_name;
            if target.has_action(name) {
                let message = format!("`{}` has a scheduled action `{name}` already", action.resource_id);
                let hint = "give each its own name: AWS would put one in place of the other";
                self.out.duplicate_name(&format!("{at}/ScheduledActionName"), message, hint);
                continue;
            }
            let bounds = self.bounds(action, (target.row.min, target.row.max), &at);
            let times = self.times(action, &at);
            let (Some((min, max)), Some(times)) = (bounds, times) else { continue };
            target.row.actions.push(ScheduledAction { name: name.clone(), times, min, max });
        }
        left.tell(self.out);
    }

    /// The bounds that an action sets.
    fn bounds(&mut self, action: &Written, (low, high): (u32, u32), at: &str) -> Option<(Option<u32>, Option<u32>)> {
        let at = format!("{at}/ScalableTargetAction");
        let written = action.scalable_target_action.clone().unwrap_or_default();
        let (min, max) = (written.min_capacity, written.max_capacity);
        match (min, max) {
            (None, None) => {
                let message = "AWS refuses a scheduled action that sets no bound";
                return self.out.missing(&at, message, "write {\"MinCapacity\": 10}, `MaxCapacity` or both").none();
            }
            (Some(min), Some(max)) if min > max => {
                let message = format!("`MinCapacity` must be at most `MaxCapacity`, `{max}`, not `{min}`");
                return self
                    .out
                    .out_of_range(&format!("{at}/MinCapacity"), message, "lower it, or raise `MaxCapacity`")
                    .none();
            }
            (Some(min), None) if min > high => {
                let message = format!(
                    "`MinCapacity` is {min}, and the target's `MaxCapacity` {high}: AWS refuses it when it acts"
                );
                self.out.doubtful(&at, message, "write `MaxCapacity`, too");
            }
            (None, Some(max)) if max < low => {
                let message = format!(
                    "`MaxCapacity` is {max}, and the target's `MinCapacity` {low}: AWS refuses it when it acts"
                );
                self.out.doubtful(&at, message, "write `MinCapacity`, too");
            }
            _ => {}
        }
        Some((min, max))
    }

    /// When an action acts within the run.
    fn times(&mut self, action: &Written, at: &str) -> Option<Vec<Time>> {
        let place = format!("{at}/Schedule");
        let schedule = Schedule::parse(&action.schedule);
        let schedule = schedule.map_err(|wrong| {
            self.out.malformed(&place, format!("`Schedule` {}", wrong.message), wrong.hint);
        });
        let zone = action.timezone.as_deref().map_or(Ok(TimeZone::UTC), zone).map_err(|wrong| {
            self.out.unknown_value(&format!("{at}/Timezone"), wrong.message, wrong.hint);
        });
        let from = self.moment(action.start_time.as_ref(), &format!("{at}/StartTime"));
        let until = self.moment(action.end_time.as_ref(), &format!("{at}/EndTime"));
        let (schedule, zone, from, until) = (schedule.ok()?, zone.ok()?, from.ok()?, until.ok()?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            let message = "`EndTime` must come after `StartTime`";
            return self.out.out_of_order(&format!("{at}/EndTime"), message, "exchange them").none();
        }
        if !schedule.recurs() {
            for (key, time) in [("StartTime", from), ("EndTime", until)] {
                if time.is_some() {
                    self.out.not_used(&format!("{at}/{key}"), "`at` acts once, at its own time");
                }
            }
        }
        if matches!(schedule, Schedule::Rate(_)) && action.timezone.is_some() {
            self.out.not_used(&format!("{at}/Timezone"), "a rate has no time of day");
        }
        let begin = self.plan.starts_at;
        let end = begin + self.plan.duration.0.div_ceil(1_000_000).cast_signed();
        let created = action.creation_time.as_ref().and_then(Moment::seconds);
        let since = created.filter(|created| *created < begin).unwrap_or(begin);
        let within = Within { run: (begin, end), from, until, since, most: TIMES_MAX };
        let Some(times) = schedule.times(&zone, within) else {
            let message = format!("`Schedule` acts more than {TIMES_MAX} times");
            return self.out.too_large(&place, message, "write an `EndTime`, or let it act less often").none();
        };
        let length = self.plan.duration;
        let since_start = |at: i64| Time((at - begin).cast_unsigned() * 1_000_000);
        let times: Vec<Time> = times.into_iter().map(since_start).filter(|at| at.0 < length.0).collect();
        if times.is_empty() {
            let (first, last) = (date(begin), date(end));
            let message =
                format!("`{}` never acts in this run, which is from {first} to {last}", action.scheduled_action_name);
            self.out.no_effect(&place, message, "change it, or `startsAt` of the scenario");
        }
        Some(times)
    }

    /// A written moment in seconds since 1970: none, or a problem.
    fn moment(&mut self, written: Option<&Moment>, at: &str) -> Result<Option<i64>, Told> {
        let Some(written) = written else { return Ok(None) };
        let wrong = || format!("`{}` is no point in time", written.0);
        let told = |()| self.out.malformed(at, wrong(), "write it as \"2026-01-05T08:00:00Z\"");
        written.seconds().ok_or(()).map(Some).map_err(told)
    }
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |date| date.to_string())
}
