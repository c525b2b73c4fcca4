//! Keeps what a run would have published as events: task state changes, service actions, host state
//! changes, deployments, alarms.

use crate::engine::{Reader, Time};
use crate::model::Fact;
use crate::model::fact::{ChangeFact, ChangeStep, HostFact, ServiceFact, TaskFact};

/// Facts that become events, in the order in which they happened in their partition; bounded.
#[derive(Clone, Debug, Default)]
pub struct Events {
    kept: Vec<(Time, Fact)>,
    keep_max: usize,
    left_out: u64,
}

impl Events {
    /// Keeps the first `keep_max`; the rest is counted.
    pub fn new(keep_max: usize) -> Events {
        Events { kept: Vec::new(), keep_max, left_out: 0 }
    }

    /// Facts kept, in order of time.
    pub fn kept(&self) -> &[(Time, Fact)] {
        &self.kept
    }

    /// How many were seen and not kept.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// One order out of those of all partitions: by time, then partition, then the partition's own order. Keeps the
    /// first `keep_max` of them all, as if there had been one partition.
    pub fn merge(parts: impl IntoIterator<Item = Events>) -> Events {
        let mut all = Events::default();
        for part in parts {
            all.keep_max = all.keep_max.max(part.keep_max);
            all.left_out += part.left_out;
            all.kept.extend(part.kept);
        }
        // The sort is stable: of one instant, the earlier partition stays first.
        all.kept.sort_by_key(|record| record.0);
        all.left_out += all.kept.len().saturating_sub(all.keep_max) as u64;
        all.kept.truncate(all.keep_max);
        all
    }
}

impl Reader<Fact> for Events {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for record in batch.iter().filter(|record| published(&record.1)) {
            if self.kept.len() < self.keep_max {
                self.kept.push(*record);
            } else {
                self.left_out += 1;
            }
        }
    }
}

/// Whether a fact becomes an event. Steps of a change of which ECS tells nothing do not take the place of others.
fn published(fact: &Fact) -> bool {
    match fact {
        Fact::Task(TaskFact::Went { .. })
        | Fact::Service(ServiceFact::Action { .. })
        | Fact::Host(HostFact::Changed { .. })
        | Fact::Alarm { .. } => true,
        Fact::Change(ChangeFact::Step { what, .. }) => !matches!(
            what,
            ChangeStep::Bakes
                | ChangeStep::Stalled
                | ChangeStep::Superseded
                | ChangeStep::Enters(_)
                | ChangeStep::TimedOut
        ),
        Fact::Task(TaskFact::Health { .. })
        | Fact::Service(
            ServiceFact::LaunchFailed { .. }
            | ServiceFact::Running { .. }
            | ServiceFact::RunningOn { .. }
            | ServiceFact::Available { .. }
            | ServiceFact::Need { .. }
            | ServiceFact::Flow { .. }
            | ServiceFact::LossRate { .. }
            | ServiceFact::Shortfall { .. },
        )
        | Fact::Host(HostFact::Count { .. } | HostFact::Reservation { .. })
        | Fact::Change(
            ChangeFact::Exposed { .. }
            | ChangeFact::Pipeline { .. }
            | ChangeFact::Renewed { .. }
            | ChangeFact::ExposedToBad { .. }
            | ChangeFact::Breaker { .. }
            | ChangeFact::MetBad { .. }
            | ChangeFact::Met { .. }
            | ChangeFact::Cured { .. }
            | ChangeFact::Defective { .. }
            | ChangeFact::Settled { .. }
            | ChangeFact::Copied { .. },
        )
        | Fact::Fault(_)
        | Fact::Plane(_)
        | Fact::Metric { .. }
        | Fact::Application(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::{Action, Reason};
    use crate::model::ids::{ProviderId, ServiceId};

    fn action(at: u64, count: u32) -> (Time, Fact) {
        let action = Action::TasksStarted;
        (Time(at), Fact::Service(ServiceFact::Action { service: ServiceId(0), action, reason: Reason::None, count }))
    }

    fn counts(events: &Events) -> Vec<u32> {
        let count = |record: &(Time, Fact)| match record.1 {
            Fact::Service(ServiceFact::Action { count, .. }) => count,
            other => panic!("not an action: {other:?}"),
        };
        events.kept().iter().map(count).collect()
    }

    #[test]
    fn the_first_are_kept_and_the_rest_counted() {
        let mut events = Events::new(2);
        events.read(&[
            action(1, 1),
            (Time(1), Fact::Host(HostFact::Count { provider: ProviderId(0), count: 3 })),
            action(2, 2),
        ]);
        events.read(&[action(3, 3)]);
        assert_eq!((counts(&events), events.left_out()), (vec![1, 2], 1));
    }

    #[test]
    fn partitions_merge_by_time_then_partition() {
        let (mut first, mut second) = (Events::new(3), Events::new(3));
        first.read(&[action(1, 10), action(5, 11), action(5, 12)]);
        second.read(&[action(1, 20), action(2, 21), action(9, 22), action(9, 23)]);
        let all = Events::merge([first, second]);
        assert_eq!((counts(&all), all.left_out()), (vec![10, 20, 21], 4));
    }
}
