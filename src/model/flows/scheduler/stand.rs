//! What stands at time 0: tasks that have run for long, and daemons on their hosts.

use super::{daemon, pace};
use crate::model::capacity;
use crate::model::fact::Phase;
use crate::model::flows::host::{hosts, managed};
use crate::model::flows::rows::{account, daemons, desired};
use crate::model::flows::task::{launch, place, serve, start};
use crate::model::flows::{Cx, World};
use crate::model::ids::{HostId, ProviderId, ServiceId};
use crate::model::placement::choose;
use crate::model::placement::spread::Spread;
use crate::model::plan::ProviderKind;

/// At time 0: a task that has been running for long. `false` when there is no room for it.
pub(crate) fn task(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) -> bool {
    let plan = cx.plan;
    let Some(item) = pace::pick_item(world, service, 0, cx) else { return false };
    let provider = plan.services[service].strategy[item].provider;
    let placed = if let ProviderKind::Fargate { spot, .. } = &plan.providers[provider].kind {
        let Ok(zone) = capacity::fargate::choose(world, service, provider, *spot, None, cx) else { return false };
        let id = launch::accept(world, service, provider, cx);
        launch::take_fargate(world, service, provider, zone, cx);
        account::change(world, plan, id, |task| task.zone = zone);
        id
    } else {
        let Some(host) = room_at_start(world, service, provider, cx) else { return false };
        let id = launch::accept(world, service, provider, cx);
        place::settle_on(world, id, host, plan);
        id
    };
    start::keep_image(world, placed, plan);
    serve::long_running(world, placed, cx);
    true
}

/// The same for a daemon on a host that has room for it.
fn daemon_on(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(host.slot).provider;
    let id = launch::accept(world, service, provider, cx);
    place::settle_on(world, id, host, cx.plan);
    start::keep_image(world, id, cx.plan);
    serve::long_running(world, id, cx);
}

/// At time 0: a host with room for a task of the service; Managed Instances launch one when there is none.
fn room_at_start(world: &mut World, service: ServiceId, provider: ProviderId, cx: &mut Cx<'_>) -> Option<HostId> {
    if let Ok(host) = choose::host(world, service, provider, None, cx) {
        return Some(host);
    }
    let spread = Spread::new(world, service, provider, |_| false, cx);
    let (kind, zone) = managed::host_for(world, provider, service, &spread, cx)?;
    let host = hosts::new_host(world, provider, Some(kind), Some(zone), cx)?;
    hosts::register(world, host, cx);
    daemons_on(world, host, cx);
    choose::host(world, service, provider, None, cx).ok()
}

/// At time 0 a daemon stands on each host.
pub(crate) fn daemons(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let hosts = daemon::hosts(world, service, cx);
    desired::set(world, service, hosts.len() as u32);
    for host in hosts {
        if world.hosts.at(host.slot).fits(&cx.plan.services[service].task) {
            daemon_on(world, service, host, cx);
        }
    }
    world.services[service].scheduler.waits = Phase::CapacityWait;
    daemon::book(world, service);
}

/// At time 0 a host comes while tasks are placed: its daemons stand there before them.
fn daemons_on(world: &mut World, host: HostId, cx: &mut Cx<'_>) {
    for row in 0..world.daemons.len() {
        let Some(service) = daemons::in_row(world, row, world.hosts.at(host.slot).provider, cx) else { continue };
        if world.hosts.at(host.slot).fits(&cx.plan.services[service].task) && choose::meets(world, service, host, cx) {
            daemon_on(world, service, host, cx);
        }
    }
}
