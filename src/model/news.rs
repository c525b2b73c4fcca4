//! What a room of flows has to say to those above it: it names nobody, and `model/run.rs` knows whom it concerns.

use super::fact::Cause;
use super::ids::{AlarmId, CellId, ChangeId, HostId, ServiceId, TaskId};
use crate::engine::Who;

/// News for the rooms above.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum News {
    /// The containers of a task begin to run: clocks of faults start.
    TaskBegins(TaskId),
    /// They run again after a restart in place, which this caused.
    TaskAgain { task: TaskId, who: Who, cause: Cause },
    /// A task is RUNNING; whether anything checks its health.
    TaskRuns { task: TaskId, checked: bool },
    /// A task of a service that is being deployed was RUNNING, and its containers exit.
    TaskExits(TaskId),
    /// A task fails its checks, or did not reach RUNNING.
    TaskFails { task: TaskId, ran: bool },
    /// A host is registered, or runs again: clocks of faults start.
    HostRuns(HostId),
    /// A host is registered, heard again, or has room again: daemons come before any other task.
    HostOpen(HostId),
    /// A control-plane cell is added.
    CellStands(CellId),
    /// A service's cluster is there.
    ServiceStands(ServiceId),
    /// The scheduler has looked at a service that has changes.
    Looked(ServiceId),
    /// The first task of a change with a pipeline runs.
    RunsFirst(ChangeId),
    /// A service has been changed as far as its pipeline asked for.
    Moved(ServiceId, ChangeId),
    /// A service is as it was before a change.
    Undone(ServiceId, ChangeId),
    /// What a pipeline deploys has failed.
    RolloutFails(ChangeId),
    /// A later change takes the place of one that is under way.
    Superseded(ChangeId),
    /// An alarm goes to ALARM.
    AlarmRings(AlarmId),
    /// An alarm is not in ALARM any more.
    AlarmQuiet(AlarmId),
}
