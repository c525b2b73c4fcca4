//! A host dies in truth, and everything on it with it: its power is gone ([`host_dies`]) and nobody is told, or EC2
//! takes the instance back ([`host_taken`]) and reports it.

use super::{agent, host_health, managed};
use crate::model::fact::{Cause, FaultFact, Hit};
use crate::model::flows::rows::inventory;
use crate::model::flows::task::die;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::HostId;
use crate::model::plan::ProviderKind;
use crate::model::tables::task::on_host;

/// A host loses its power, and everything on it with it. Nobody is told: its agent falls silent.
pub(crate) fn host_dies(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    if !world.hosts.at(id.slot).alive {
        return;
    }
    kill(world, id, cause, cx);
    let host = world.hosts.at(id.slot);
    match &cx.plan.providers[host.provider].kind {
        ProviderKind::Group(group) => host_health::dies(world, id, group, cx),
        ProviderKind::Managed(managed) => managed::dies(world, id, managed, cx),
        ProviderKind::External(_) | ProviderKind::Fargate { .. } | ProviderKind::AnyHost => {
            cx.after(agent::silence(host.who, cx), step::Agent::Silent(id));
        }
    }
}

/// EC2 takes an instance back: it is ended with everything on it, and reported.
pub(crate) fn host_taken(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    if world.hosts.at(id.slot).alive {
        kill(world, id, cause, cx);
    }
    agent::ended(world, id, cx);
}

fn kill(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    inventory::change(world, id, |machine| (machine.alive, machine.cause) = (false, cause));
    let machine = world.hosts.at(id.slot);
    let (first, told) = (machine.first, machine.reclaimed);
    inventory::tell(world, machine.provider, cx);
    if cause.as_fault().is_some() && !told {
        cx.note(FaultFact::Hits { cause, what: Hit::Host });
    }
    let mut scratch = std::mem::take(&mut world.scratch);
    scratch.clear();
    scratch.extend(on_host(&world.tasks, first).map(|(task, _)| task));
    for &task in &scratch {
        die::dies(world, task, cause, cx);
    }
    world.scratch = scratch;
}
