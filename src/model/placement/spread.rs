//! Managed Instances: tasks of a service are spread over zones before they are packed
//! ([ecs-managed-instances-placement]; Availability Zone spread).
//!
//! ```text
//! tasks by zone   2 1 0   third-fullest: 0   the next task goes to the last zone, on a new host if there is no other
//!                 1 1 1                  1   to any of the three: it is packed onto their hosts
//!                 1 1 1 0                1   likewise: three zones are enough
//! ```
//! That a service stands on three instances in three zones where it can, and that this comes before packing, is sourced
//! ([ecs-managed-instances-placement]). That a task goes to no zone with more of them than the third-fullest zone has
//! is a model choice: so no zone has more than a third of them and one. Zones count that can take a task: that have
//! room on a host, expect one, or give one. Standalone tasks are packed at once (model choice).

use super::{Strategy, choose};
use crate::engine::Who;
use crate::model::fact::HostStatus;
use crate::model::ids::{ProviderId, ServiceId, TypeId, ZoneId};
use crate::model::plan::{Kind, Managed, Plan, ProviderKind, Service};
use crate::model::tables::host::{Host, live};
use crate::model::world::{Cx, World};

/// Zones over which a service is spread before it is packed (sourced: [ecs-managed-instances-placement]).
const ZONES: usize = 3;

/// Managed Instances pack the tasks of a service within a zone, and standalone ones anywhere: the host with the least
/// CPU left, then with the least memory (model choice).
const IN_ZONE: [Strategy; 3] = [Strategy::SpreadZone, Strategy::BinpackCpu, Strategy::BinpackMemory];

/// The instances behind a provider, if AWS manages them.
pub(crate) fn managed(plan: &Plan, provider: ProviderId) -> Option<&Managed> {
    match &plan.providers[provider].kind {
        ProviderKind::Managed(managed) => Some(managed),
        _ => None,
    }
}

/// How tasks are placed where the service says nothing.
pub(super) fn default(plan: &Plan, service: &Service) -> Option<&'static [Strategy]> {
    let packs = service.strategy.first().is_some_and(|item| managed(plan, item.provider).is_some());
    packs.then_some(if service.kind == Kind::Replica { &IN_ZONE[..] } else { &IN_ZONE[1..] })
}

/// The instances over whose zones a service is spread: none for standalone tasks and for a single zone.
pub fn over(plan: &Plan, service: ServiceId, provider: ProviderId) -> Option<&Managed> {
    let several = |managed: &&Managed| managed.zones.len() > 1 && plan.services[service].kind == Kind::Replica;
    managed(plan, provider).filter(several)
}

/// The third-largest count, or the smallest of fewer; `None` without any.
fn third(counts: impl Iterator<Item = u32>) -> Option<u32> {
    let mut most = [0; ZONES];
    let mut known = 0;
    for mut count in counts {
        for place in &mut most[..known] {
            if count > *place {
                std::mem::swap(&mut count, place);
            }
        }
        if known < ZONES {
            most[known] = count;
            known += 1;
        }
    }
    known.checked_sub(1).map(|last| most[last])
}

/// The most tasks of the service that a zone may have and still get one more; `None`: any number.
pub(crate) fn most(world: &World, service: ServiceId, provider: ProviderId, cx: &Cx<'_>) -> Option<u32> {
    let zones = &over(cx.plan, service, provider)?.zones;
    let open = zones.iter().copied().filter(|&zone| takes(world, service, provider, zone, cx));
    third(open.map(|zone| lasting(world, service, zone)))
}

/// Tasks of a service in a zone that are not to be replaced.
pub(crate) fn lasting(world: &World, service: ServiceId, zone: ZoneId) -> u32 {
    world.services[service].lasting_in(world.zone_row(zone))
}

/// Whether a zone can take a task: on a host with room, on one that boots, or on a new one.
fn takes(world: &World, service: ServiceId, provider: ProviderId, zone: ZoneId, cx: &Cx<'_>) -> bool {
    let need = &cx.plan.services[service].task;
    let hosts = || live(&world.hosts, &world.providers[provider].hosts).filter(|(_, host)| host.zone == zone);
    let boots = |host: &Host| {
        let comes = host.status == HostStatus::Registering && !host.leaving;
        comes && holds(world, service, provider, (zone, host.kind), cx)
    };
    let in_subnet = !need.eni || cx.plan.services[service].zones.contains(&zone);
    world.zones[zone].powered()
        && in_subnet
        && (hosts().any(|(_, host)| boots(host))
            || gives(world, service, provider, zone, cx)
            || hosts()
                .any(|(id, host)| host.takes_tasks() && host.fits(need) && choose::allowed(world, service, id, cx)))
}

/// Whether a zone gives a new host that could take a task of the service.
pub(crate) fn gives(world: &World, service: ServiceId, provider: ProviderId, zone: ZoneId, cx: &Cx<'_>) -> bool {
    let row = &world.providers[provider];
    let open = world.zones[zone].powered() && world.zones[zone].reachable() && !row.is_left_out(zone, cx.now);
    open && types(world, service, provider, zone, cx).iter().any(|kind| !row.refuses(zone, Some(*kind)))
}

/// Types of which a new host in the zone would hold a task of the service, whether it can be had now or not.
pub(crate) fn types<'w>(
    world: &'w World,
    service: ServiceId,
    provider: ProviderId,
    zone: ZoneId,
    cx: &Cx<'_>,
) -> &'w [TypeId] {
    world.providers[provider].new_hosts.types(service, zone, || {
        let kinds = managed(cx.plan, provider).map_or(&[][..], |managed| &managed.types).iter().copied();
        kinds.filter(|kind| holds(world, service, provider, (zone, *kind), cx)).collect()
    })
}

/// Whether a new host would hold a task of the service beside the cluster's daemons.
pub(crate) fn holds(
    world: &World,
    service: ServiceId,
    provider: ProviderId,
    (zone, kind): (ZoneId, TypeId),
    cx: &Cx<'_>,
) -> bool {
    let host = empty(world, provider, (zone, kind), cx);
    host.fits(&cx.plan.services[service].task) && choose::is_member(world, cx.plan, service, &host)
}

/// A host that might come, less what the daemons of the cluster will take.
pub(crate) fn empty(world: &World, provider: ProviderId, (zone, kind): (ZoneId, TypeId), cx: &Cx<'_>) -> Host {
    let plan = cx.plan;
    let mut host = Host::booting(provider, zone, kind, 0, Who(0));
    host.register(&plan.types[kind], false, cx.now);
    for &daemon in &world.daemons {
        let service = &plan.services[daemon];
        let here = service.cluster == plan.providers[provider].cluster && !plan.is_external(service);
        if here && host.fits(&service.task) && choose::is_member(world, plan, daemon, &host) {
            host.reserve(&service.task, true);
        }
    }
    host
}

/// Whether a host is launched in a zone, so that a task that is moved there finds room: the service is not spread over
/// three zones without it, or not evenly. Beyond that hosts are used as they are (model choice).
pub(crate) fn opens(world: &World, service: ServiceId, provider: ProviderId, zone: ZoneId, cx: &Cx<'_>) -> bool {
    let there = lasting(world, service, zone);
    most(world, service, provider, cx) == Some(there) && gives(world, service, provider, zone, cx)
}

/// Tasks of a service by zone while hosts are looked for: those that are placed, and those that will be.
pub(crate) struct Spread(Vec<(ZoneId, u32)>);

impl Spread {
    /// As they stand. `comes`: whether a host that is expected in a zone has room for one more.
    pub(crate) fn new(
        world: &World,
        service: ServiceId,
        provider: ProviderId,
        comes: impl Fn(ZoneId) -> bool,
        cx: &Cx<'_>,
    ) -> Spread {
        let zones = over(cx.plan, service, provider).map_or(&[][..], |managed| &managed.zones);
        let takes = |zone: ZoneId| comes(zone) || gives(world, service, provider, zone, cx);
        let open = zones.iter().copied().filter(|&zone| world.zones[zone].powered() && takes(zone));
        Spread(open.map(|zone| (zone, lasting(world, service, zone))).collect())
    }

    /// Tasks in a zone; 0 where they do not matter.
    pub(crate) fn count(&self, zone: ZoneId) -> u32 {
        self.0.iter().find(|row| row.0 == zone).map_or(0, |row| row.1)
    }

    /// Whether one more may go there.
    pub(crate) fn allows(&self, zone: ZoneId) -> bool {
        let most = third(self.0.iter().map(|row| row.1));
        most.is_none_or(|most| self.0.iter().any(|row| row.0 == zone && row.1 <= most))
    }

    /// One more, or one fewer.
    pub(crate) fn add(&mut self, zone: ZoneId, more: i32) {
        if let Some(row) = self.0.iter_mut().find(|row| row.0 == zone) {
            row.1 = row.1.saturating_add_signed(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::third;

    #[test]
    fn the_third_fullest_zone_or_the_last_of_fewer() {
        for (counts, found) in [
            (&[][..], None),
            (&[4], Some(4)),
            (&[4, 0], Some(0)),
            (&[2, 1, 0], Some(0)),
            (&[0, 1, 2], Some(0)),
            (&[1, 1, 1, 0], Some(1)),
            (&[0, 3, 0, 2, 5, 1], Some(2)),
        ] {
            assert_eq!(third(counts.iter().copied()), found, "{counts:?}");
        }
    }
}
