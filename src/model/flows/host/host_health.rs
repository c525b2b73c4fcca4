//! How an Auto Scaling group finds a host unhealthy, ends it and launches another ([asg-health-checks]).
//!
//! ```text
//! dies ─► Silent: the agent counts as disconnected, tasks keep their status
//!     └─► Unhealthy: status checks have failed for long ─► ended, another launched ─► HostLost: its tasks are STOPPED
//! target_out (HealthCheckType ELB) ─► Unhealthy: dead as above; one that lives is drained and replaced
//! ```
//! A host that died stays dead: power that returns, or a fault that ends, brings other hosts and cuts no time short
//! (model choice). Left out: the types EBS and VPC_LATTICE, a group that delays or does without the replacement.

use super::{agent, drain};
use crate::model::flows::rows::{inventory, link, wake};
use crate::model::flows::{Cx, For, HELD_UP, World, step};
use crate::model::ids::HostId;
use crate::model::plan::{Group, ProviderKind};
use crate::model::tables::task::{Target, on_host};

/// A host of a group died in silence.
pub(crate) fn dies(world: &World, id: HostId, group: &Group, cx: &mut Cx<'_>) {
    let host = world.hosts.at(id.slot);
    cx.after(agent::silence(host.who.nth(1), cx), step::Agent::Silent(id));
    if !group.health.acts || host.standby {
        // Nobody ends it: ECS shows its tasks as RUNNING for good.
        return;
    }
    let failed = cx.now + group.health.status.sample(&mut cx.draw(For::HostChecks, host.who));
    cx.after(failed.max(wake::grace_ends(host, group)).since(cx.now), step::HostHealth::Unhealthy(id));
}

/// Whether its group leaves it as it is, in a zone that the group is shifted away from ([asg-zonal-shift]).
fn is_left(world: &World, id: HostId, group: &Group) -> bool {
    let host = world.hosts.at(id.slot);
    group.ignores_impaired && world.providers[host.provider].away == Some(host.zone)
}

/// The group finds a host unhealthy, unless it is well again by now.
pub(crate) fn handle(world: &mut World, step::HostHealth::Unhealthy(id): step::HostHealth, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id).filter(|host| !host.ended) else { return };
    let (provider, held) = (host.provider, host.held);
    let ProviderKind::Group(group) = &cx.plan.providers[provider].kind else { return };
    if !link::governs(world, cx.plan, host.zone) {
        // Behind a cut link EC2 neither sees it nor ends it.
        return cx.after(HELD_UP, step::HostHealth::Unhealthy(id));
    }
    if host.alive {
        let out = on_host(&world.tasks, host.first);
        let out = out.filter(|(_, task)| task.target == Target::Unhealthy && !cx.plan.services[task.service].task.eni);
        let Some(cause) = out.map(|(_, task)| task.cause).next() else { return };
        if is_left(world, id, group) {
            return cx.after(HELD_UP, step::HostHealth::Unhealthy(id));
        }
        drain::leaves(world, id, group, cause, cx);
    } else if is_left(world, id, group) {
        return cx.after(HELD_UP, step::HostHealth::Unhealthy(id));
    } else {
        inventory::change(world, id, |host| host.leaving = true);
        agent::ended(world, id, cx);
    }
    if !held {
        wake::hosts(world, provider, crate::engine::Span::ZERO, cx);
    }
}
