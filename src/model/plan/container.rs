//! Containers of a task: how they start, are checked, are restarted and stop.

use crate::engine::Span;

/// How a container stops: `dependsOn` the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerStop {
    /// Containers that have to have stopped before it is told to, by place: those that depend on it.
    pub after: Vec<usize>,
    pub timeout: Span,
    /// It has run to its end before the task was RUNNING: others waited for that.
    pub over: bool,
}

/// The container health checks of a task's essential containers, as far as they decide: HEALTHY needs all of them,
/// UNHEALTHY one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerHealth {
    /// From RUNNING until containers that answer at once are all HEALTHY: the longest `interval`.
    pub passes: Span,
    /// From RUNNING until the first of containers that never answer is UNHEALTHY: the shortest of
    /// `startPeriod + retries x interval + timeout`.
    pub fails: Span,
}

/// How a container starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerStart {
    /// Its place in the longest chain of `dependsOn` that ends with it, from 0.
    pub layer: u32,
    /// Containers that it waits for, by place, and what they must have reached.
    pub after: Vec<(usize, Await)>,
    /// `startTimeout`: how long others wait for it.
    pub timeout: Option<Span>,
}

/// `dependsOn[].condition`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Await {
    Started,
    /// HEALTHY: its first check comes one `interval` after its start.
    Healthy(Span),
    Completed,
}

/// `restartPolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// `restartAttemptPeriod`: the longest of the essential containers.
    pub attempt: Span,
    /// `ignoredExitCodes`: those that any essential container leaves to end the task.
    pub ignored: Vec<u32>,
}
