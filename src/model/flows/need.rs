//! How many hosts a provider needs: those in use, and those that the waiting tasks would fill (Managed scaling
//! behaviour).
//!
//! Waiting tasks are packed largest first, each onto the first new host with room. A group counts hosts of its smallest
//! type that holds the task, as the guard; Managed Instances take the cheapest type that holds it and can be had. What
//! daemons take of a new host is set aside. A task that no type holds counts for nothing: no launch would help it.

use super::daemon::{self, Share};
use crate::model::fact::HostStatus;
use crate::model::ids::{ProviderId, ServiceId, TypeId};
use crate::model::placement::choose;
use crate::model::plan::{InstanceType, ProviderKind, TaskDef};
use crate::model::tables::host::live;
use crate::model::world::{Cx, World};

/// Hosts with tasks other than daemons. What runs on a host that leaves finds its place elsewhere.
pub(crate) fn in_use(world: &World, provider: ProviderId) -> u32 {
    let hosts = live(&world.hosts, &world.providers[provider].hosts);
    hosts.filter(|(_, host)| !host.leaving && host.status == HostStatus::Active && !host.empty()).count() as u32
}

/// A new host, as far as it is not yet full.
#[derive(Clone)]
struct Bin<'p> {
    kind: TypeId,
    architecture: &'p str,
    cpu: u32,
    memory: u32,
    gpus: u32,
    enis: u32,
    ports: u64,
    services: Vec<ServiceId>,
}

impl<'p> Bin<'p> {
    fn empty(kind: TypeId, size: &'p InstanceType, trunking: bool, share: Share) -> Bin<'p> {
        let enis = if trunking { size.trunk_enis } else { size.enis };
        Bin {
            kind,
            architecture: &size.architecture,
            cpu: size.cpu.saturating_sub(share.cpu),
            memory: size.memory.saturating_sub(share.memory),
            gpus: size.gpus,
            enis: enis.saturating_sub(share.enis),
            ports: share.ports,
            services: Vec::new(),
        }
    }

    /// How many tasks of one kind it holds.
    fn room(&self, need: &TaskDef) -> u32 {
        if need.architecture.is_some_and(|wanted| wanted != self.architecture) {
            return 0;
        }
        let by = |left: u32, each: u32| left.checked_div(each).unwrap_or(u32::MAX);
        let room = by(self.cpu, need.cpu).min(by(self.memory, need.memory)).min(by(self.enis, u32::from(need.eni)));
        let room = room.min(by(self.gpus, need.gpus));
        // A fixed port is had once.
        match need.ports {
            0 => room,
            ports => room.min(u32::from(ports & self.ports == 0)),
        }
    }

    /// Takes up to `count` tasks of a service, or one where each must stand alone; returns how many.
    fn take(&mut self, service: ServiceId, count: u32, need: &TaskDef, alone: bool) -> u32 {
        let most = if alone { u32::from(!self.services.contains(&service)) } else { u32::MAX };
        let taken = self.room(need).min(count).min(most);
        if taken > 0 {
            self.cpu -= need.cpu * taken;
            self.memory -= need.memory * taken;
            self.gpus -= need.gpus * taken;
            self.enis -= u32::from(need.eni) * taken;
            self.ports |= need.ports;
            self.services.push(service);
        }
        taken
    }
}

/// Types of the hosts that the waiting tasks would fill.
pub(crate) fn for_waiting(world: &World, provider: ProviderId, cx: &Cx<'_>) -> Vec<TypeId> {
    let plan = cx.plan;
    // Tasks of a service are alike: they are counted and packed together, as thousands may wait.
    let mut waiting: Vec<(ServiceId, u32)> = Vec::new();
    for task in world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id)) {
        match waiting.iter_mut().find(|(service, _)| *service == task.service) {
            Some(row) => row.1 += 1,
            None => waiting.push((task.service, 1)),
        }
    }
    if waiting.is_empty() {
        return Vec::new();
    }
    let size = |service: ServiceId| (plan.services[service].task.cpu, plan.services[service].task.memory);
    waiting.sort_by_key(|&(service, _)| (std::cmp::Reverse(size(service)), service));
    let empties = empties(world, provider, cx);
    let mut bins: Vec<Bin<'_>> = Vec::new();
    for (service, mut left) in waiting {
        let need = &plan.services[service].task;
        let alone = plan.services[service].placement.distinct_instance;
        if need.system.is_some_and(|wanted| wanted != choose::system(plan, provider)) {
            continue;
        }
        for bin in &mut bins {
            left -= bin.take(service, left, need, alone);
        }
        let fits = empties.iter().map(|(kind, size, trunking, share)| Bin::empty(*kind, size, *trunking, *share));
        let Some(empty) = fits.into_iter().find(|bin| bin.room(need) > 0) else { continue };
        while left > 0 {
            let mut bin = empty.clone();
            left -= bin.take(service, left, need, alone);
            bins.push(bin);
        }
    }
    bins.into_iter().map(|bin| bin.kind).collect()
}

/// Types that a new host may have, the first to be taken first.
fn empties<'p>(world: &World, provider: ProviderId, cx: &Cx<'p>) -> Vec<(TypeId, &'p InstanceType, bool, Share)> {
    let plan: &'p crate::model::Plan = cx.plan;
    let share = daemon::share(world, provider, cx);
    let row = |trunking: bool| move |kind: &TypeId| (*kind, &plan.types[*kind], trunking, share);
    match &plan.providers[provider].kind {
        ProviderKind::Group(group) => {
            let mut types: Vec<_> = group.types.iter().map(row(group.trunking)).collect();
            types.sort_by_key(|(_, size, ..)| (size.cpu, size.memory));
            types
        }
        ProviderKind::Managed(managed) => {
            let refusing = &world.providers[provider];
            let given = |kind: &&TypeId| managed.zones.iter().any(|zone| !refusing.refuses(*zone, Some(**kind)));
            let mut types: Vec<_> = managed.types.iter().filter(given).map(row(false)).collect();
            // When nothing can be had, the cheapest is asked for again and again.
            if types.is_empty() {
                types = managed.types.iter().map(row(false)).collect();
            }
            types
        }
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost | ProviderKind::External(_) => Vec::new(),
    }
}
