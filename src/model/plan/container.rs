//! Containers of a task as they stop.

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
