//! What readers are told of tasks, hosts and changes, in one form each.

use crate::model::fact::{
    ChangeFact, ChangeStep, FaultFact, Hit, HostFact, NO_HOST, Reason, StopCode, TaskFact, TaskState,
};
use crate::model::flows::{Cx, World};
use crate::model::ids::{ChangeId, HostId, ProviderId, ServiceId, TaskId};
use crate::model::tables::host::NIL;
use crate::model::tables::task::Target;

/// Tells readers of a task's state, and why it stops if it does; `from` is the state before.
#[inline]
pub(crate) fn task(world: &World, id: TaskId, from: TaskState, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    if !cx.observed() {
        return;
    }
    let task = world.tasks.at(id.slot);
    cx.note(TaskFact::Went {
        task: task.no(),
        from,
        to: task.state,
        wanted: task.wanted,
        zone: task.zone,
        provider: task.provider,
        host: if task.host == NIL { NO_HOST } else { world.hosts.at(task.host).number },
        code,
        reason,
        alive: task.alive,
        revision: task.revision,
    });
}

/// Tells readers what the load balancer does with a task, if it did something else before.
pub(crate) fn target(world: &World, id: TaskId, before: Target, cx: &mut Cx<'_>) {
    let task = world.tasks.at(id.slot);
    if task.target != before
        && let Some(health) = task.target.health()
    {
        cx.note(TaskFact::Target { task: task.no(), zone: task.zone, health });
    }
}

/// Tells readers of a host's status.
pub(crate) fn host(world: &World, id: HostId, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    let connected = host.connected;
    cx.note(HostFact::Changed {
        provider: host.provider,
        number: host.number,
        zone: host.zone,
        status: host.status,
        connected,
        type_row: host.kind.0,
    });
}

pub(crate) fn change(change: ChangeId, service: ServiceId, what: ChangeStep, cx: &mut Cx<'_>) {
    cx.note(ChangeFact::Step { change, service, what });
}

/// Launches of a service were held back: by whatever fault makes its provider refuse them.
pub(crate) fn refused(world: &World, provider: ProviderId, service: ServiceId, cx: &mut Cx<'_>) {
    for refusal in &world.providers[provider].refusals {
        cx.note(FaultFact::Hits { cause: refusal.cause, what: Hit::Launches(service) });
        cx.note(FaultFact::Noticed { cause: refusal.cause, service: Some(service) });
    }
}
