//! How an Auto Scaling group finds a host unhealthy, ends it and launches another ([asg-health-checks]).
//!
//! ```text
//! dies ─► Silent: the agent counts as disconnected, tasks keep their status
//!     └─► Unhealthy: status checks have failed for long ─► ended, another launched ─► HostLost: its tasks are STOPPED
//! target_out (HealthCheckType ELB) ─► Unhealthy: dead as above; one that lives is drained and replaced
//! ```
//! A host that died stays dead: power that returns, or a fault that ends, brings other hosts and cuts no time short (model
//! choice). Left out: the types EBS and VPC_LATTICE, a group that delays or does without the replacement.

use super::{For, HELD_UP, detect, inventory, link, scale};
use crate::engine::Time;
use crate::model::ids::{HostId, TaskId};
use crate::model::plan::{Group, ProviderKind};
use crate::model::tables::Host;
use crate::model::tables::host::NIL;
use crate::model::tables::task::{Target, on_host};
use crate::model::world::{Cx, World};

/// A host of a group died in silence.
pub(crate) fn dies(world: &World, id: HostId, group: &Group, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    cx.after(detect::silence(host.who.nth(1), cx), detect::Step::Silent(id));
    if !group.health.acts || host.standby {
        // Nobody ends it: ECS shows its tasks as RUNNING for good.
        return;
    }
    let failed = cx.now + group.health.status.sample(&mut cx.draw(For::HostChecks, host.who));
    cx.after(failed.max(grace_ends(host, group)).since(cx.now), scale::Step::Unhealthy(id));
}

/// Until then the group does not look at a host. One that stood at time 0 has been there for long.
fn grace_ends(host: &Host, group: &Group) -> Time {
    if host.since == Time::ZERO { Time::ZERO } else { host.since + group.health.grace }
}

/// A target failed its checks: a group that looks at its target groups finds the host unhealthy. A task with a network
/// interface of its own is registered by its address, which says nothing of the host.
pub(crate) fn target_out(world: &World, task: TaskId, cx: &mut Cx<'_>) {
    let row = world.tasks.at(task.slot);
    if row.host == NIL || row.target != Target::Unhealthy || cx.plan.services[row.service].task.eni {
        return;
    }
    let host = world.hosts.at(row.host);
    let ProviderKind::Group(group) = &cx.plan.providers[host.provider].kind else { return };
    if group.health.targets && group.health.acts && !host.ended && !host.standby {
        let grace = grace_ends(host, group);
        let wait = if grace > cx.now { grace.since(cx.now) } else { crate::engine::Span::ZERO };
        cx.after(wait, scale::Step::Unhealthy(world.hosts.handle(row.host)));
    }
}

/// The group finds a host unhealthy, unless it is well again by now.
pub(crate) fn unhealthy(world: &mut World, id: HostId, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id).filter(|host| !host.ended) else { return };
    let (provider, held) = (host.provider, host.held);
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    if !link::governs(world, cx.plan, host.zone) {
        // Behind a cut link EC2 neither sees it nor ends it.
        cx.after(HELD_UP, scale::Step::Unhealthy(id));
        return;
    }
    if host.alive {
        let out = on_host(&world.tasks, host.first);
        let out = out.filter(|(_, task)| task.target == Target::Unhealthy && !cx.plan.services[task.service].task.eni);
        let Some(cause) = out.map(|(_, task)| task.cause).next() else { return };
        scale::leaves(world, id, group, cause, cx);
    } else {
        inventory::change(world, id, |host| host.leaving = true);
        detect::ended(world, id, cx);
    }
    if !held {
        scale::fill_later(world, provider, crate::engine::Span::ZERO, cx);
    }
}
