//! Keeps what a run would have published as events: task state changes, target health, service actions, host state
//! changes, deployments, alarms, faults.

use crate::engine::{Reader, Time};
use crate::model::Fact;
use crate::model::fact::{
    ApplicationFact, Cause, ChangeFact, ChangeStep, FaultFact, HostFact, ScalingFact, ServiceFact, TaskFact, ZonalStep,
};
use std::collections::BTreeSet;

/// Facts that become events, in the order in which they happened in their partition; bounded.
#[derive(Clone, Debug, Default)]
pub struct Events {
    kept: Vec<(Time, Fact)>,
    /// How many of those kept become a line.
    lines: usize,
    keep_max: usize,
    /// Lines left out, but for those of faults.
    left_out: u64,
    /// Lines of faults left out: every partition that a fault reaches tells of it.
    faults_left_out: BTreeSet<(Time, bool, Cause)>,
}

/// What becomes of a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Line,
    /// No line: others say something of it.
    Aside,
    Nothing,
}

impl Events {
    /// Keeps the first `keep_max`; the rest is counted.
    pub fn new(keep_max: usize) -> Events {
        Events { keep_max, ..Events::default() }
    }

    /// Facts kept, in order of time.
    pub fn kept(&self) -> &[(Time, Fact)] {
        &self.kept
    }

    /// How many were seen and not kept.
    pub fn left_out(&self) -> u64 {
        self.left_out + self.faults_left_out.len() as u64
    }

    /// One order out of those of all partitions: by time, then partition, then the partition's own order. Keeps the
    /// first `keep_max` of them all, as if there had been one partition; a fault that several tell of once.
    pub fn merge(parts: impl IntoIterator<Item = Events>) -> Events {
        let mut all = Events::default();
        let mut found = Vec::new();
        for part in parts {
            all.keep_max = all.keep_max.max(part.keep_max);
            all.left_out += part.left_out;
            all.faults_left_out.extend(part.faults_left_out);
            found.extend(part.kept);
        }
        // The sort is stable: of one instant, the earlier partition stays first.
        found.sort_by_key(|record| record.0);
        let mut faults = BTreeSet::new();
        for record in found {
            if fault(&record).is_none_or(|fault| faults.insert(fault)) {
                all.take(record);
            }
        }
        // Where one partition was full, another one may have kept what it left out.
        for kept in all.kept.iter().filter_map(fault) {
            all.faults_left_out.remove(&kept);
        }
        all
    }

    fn take(&mut self, record: (Time, Fact)) {
        let told = told(&record.1);
        if told == Told::Nothing {
            return;
        }
        if self.lines < self.keep_max {
            self.lines += usize::from(told == Told::Line);
            self.kept.push(record);
        } else if let Some(fault) = fault(&record) {
            self.faults_left_out.insert(fault);
        } else {
            self.left_out += u64::from(told == Told::Line);
        }
    }
}

impl Reader<Fact> for Events {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for record in batch {
            self.take(*record);
        }
    }
}

/// What tells the line of a fault from others: when, whether it begins, and which one.
fn fault(record: &(Time, Fact)) -> Option<(Time, bool, Cause)> {
    match record.1 {
        Fact::Fault(FaultFact::Begins { cause, .. }) => Some((record.0, true, cause)),
        Fact::Fault(FaultFact::Ends { cause, .. }) => Some((record.0, false, cause)),
        _ => None,
    }
}

/// Whether a fact becomes an event. Steps of a change of which ECS tells nothing do not take the place of others.
fn told(fact: &Fact) -> Told {
    match fact {
        Fact::Task(TaskFact::Went { .. } | TaskFact::Target { .. })
        | Fact::Service(ServiceFact::Action { .. })
        | Fact::Host(HostFact::Changed { .. })
        | Fact::Fault(FaultFact::Begins { .. } | FaultFact::Ends { .. })
        | Fact::Scaling(ScalingFact::Changed { .. })
        | Fact::Application(ApplicationFact::Act { .. })
        | Fact::Alarm { .. } => Told::Line,
        Fact::Zonal(fact) => match fact.what {
            ZonalStep::Began
            | ZonalStep::Cancelled
            | ZonalStep::Completed
            | ZonalStep::Succeeded
            | ZonalStep::Failed
            | ZonalStep::Interrupted(_) => Told::Line,
            ZonalStep::Expired | ZonalStep::Refused | ZonalStep::CapacityCheckFailed => Told::Nothing,
        },
        Fact::Change(ChangeFact::Step { what, .. }) => match what {
            ChangeStep::Began
            | ChangeStep::Completed
            | ChangeStep::Failed
            | ChangeStep::Back
            | ChangeStep::RolledBack => Told::Line,
            ChangeStep::Bakes
            | ChangeStep::Stalled
            | ChangeStep::Superseded
            | ChangeStep::Enters(_)
            | ChangeStep::TimedOut => Told::Nothing,
        },
        Fact::Task(TaskFact::Exits { .. })
        | Fact::Change(ChangeFact::Revision { .. })
        | Fact::Scaling(ScalingFact::Limits { .. }) => Told::Aside,
        Fact::Task(TaskFact::Health { .. })
        | Fact::Service(
            ServiceFact::LaunchFailed { .. }
            | ServiceFact::Running { .. }
            | ServiceFact::RunningOn { .. }
            | ServiceFact::Available { .. }
            | ServiceFact::Need { .. }
            | ServiceFact::Flow { .. }
            | ServiceFact::LossRate { .. }
            | ServiceFact::Shortfall { .. }
            | ServiceFact::Answers { .. },
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
        | Fact::Fault(FaultFact::Hits { .. } | FaultFact::Noticed { .. })
        | Fact::Plane(_)
        | Fact::Scaling(ScalingFact::Held { .. })
        | Fact::Metric { .. }
        | Fact::Application(_) => Told::Nothing,
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

    #[test]
    fn a_fault_that_every_partition_tells_of_is_one_event() {
        use crate::model::fact::NO_ZONE;
        use crate::model::ids::FaultId;
        let begins =
            |at: u64| (Time(at), Fact::Fault(FaultFact::Begins { cause: Cause::fault(FaultId(0), 0), zone: NO_ZONE }));
        let part = |keep, facts: &[(Time, Fact)]| {
            let mut part = Events::new(keep);
            part.read(facts);
            part
        };
        let all = Events::merge([part(9, &[begins(5), action(6, 1)]), part(9, &[begins(5)])]);
        assert_eq!((all.kept().len(), all.left_out()), (2, 0));
        // The second partition has no room for it: it is kept in the first.
        let all = Events::merge([part(2, &[begins(5)]), part(2, &[action(1, 1), action(9, 2), begins(10), begins(5)])]);
        assert_eq!((all.kept().len(), all.left_out()), (2, 2), "of the four, the first two");
    }
}
