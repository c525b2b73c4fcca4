//! What facts say: what was hit, what became of launches and calls, how far a change is.

use super::Lifecycle;
use crate::model::ids::{CellId, ClusterId, ServiceId, ZoneId};

/// What a fault hit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Hit {
    Zone(ZoneId),
    /// A container instance (or a Fargate task's own): hosts are counted.
    Host,
    /// A task of this service lost.
    Task(ServiceId),
    /// This service lost requests: its own, or those of its customers on their way to it.
    Requests(ServiceId),
    /// This service had a launch failed or held back.
    Launches(ServiceId),
    /// A whole cluster.
    Cluster(ClusterId),
    Cell(CellId),
}

/// What the metric of an alarm is at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Seen {
    /// Nobody reports it.
    Nothing,
    /// A count, in billionths of a request for each second.
    Rate(u64),
    /// So many targets.
    Targets(u32),
    /// A share: two rates, in billionths of a request for each second.
    Share { failed: u64, offered: u64 },
    /// Whether a zone is an outlier: in the period that runs, and in those that follow, if all stays as it is.
    Outlier { first: bool, then: bool },
    /// Any number, in billionths of the metric's own unit.
    Value(u64),
}

/// What became of launches that the control plane did not take on at once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Delayed {
    /// They are due and wait: offered from here on.
    Offered,
    /// They were taken on, or are not due any more: what is told of them from here on counts by itself.
    Resumed,
    /// They were turned away for their rate, and nobody tries again.
    Throttled,
    /// Nothing answered, and nobody tries again.
    Failed,
}

/// What became of a RunTask call at its way to a cell, try by try.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Call {
    /// The cell took it on.
    Accepted,
    /// It waits in the cell.
    Queued,
    /// The account calls too often.
    AccountLimit,
    /// The cell has too much to do.
    CellBusy,
    /// The router does not answer.
    RouterDown,
    /// The cell does not answer.
    CellDown,
    /// The router knows no such cluster.
    NoCluster,
}

/// How far a change is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ChangeStep {
    /// ECS took it on: its first tasks are due.
    Began,
    /// All tasks are of the new revision and healthy; it is still watched.
    Bakes,
    Completed,
    /// It failed: the circuit breaker or an alarm has found it.
    Failed,
    /// The newest completed revision comes back.
    Back,
    RolledBack,
    /// It failed, and nothing comes in its place.
    Stalled,
    /// A later change of the same service takes its place.
    Superseded,
    /// A deployment that moves traffic enters a stage in which something happens.
    Enters(Lifecycle),
    /// A hook of the stage has not answered in time.
    TimedOut,
}

/// What the circuit breaker of a deployment makes of the tasks of its new revision ([ecs-circuit-breaker]).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum BreakerStep {
    /// The deployment begins; at so many failures it has failed.
    Watches { threshold: u32 },
    /// It has counted so many failures.
    Counts { failures: u32 },
    /// A healthy task has put its count back to 0.
    Reset,
    /// A task failed that it does not count: one that was RUNNING and exits, or one that does not reach RUNNING after
    /// another one has.
    Passes,
    /// The deployment has failed.
    Trips,
}

/// How far a change is that goes on stage by stage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum PipelineStep {
    Began,
    /// The next stage has to wait: an alarm rings, a fault is in force, or nobody works.
    Blocked,
    Stage,
    /// All that the stage changes is changed; it is watched.
    Bakes,
    Passed,
    Completed,
    /// It failed: all that was changed goes back.
    Failed,
    RolledBack,
    /// A later change of one of its units takes its place.
    Superseded,
}

impl PipelineStep {
    /// Whether the pipeline is over with it.
    pub fn is_last(self) -> bool {
        matches!(self, PipelineStep::Completed | PipelineStep::RolledBack | PipelineStep::Superseded)
    }
}
