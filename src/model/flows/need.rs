//! How many hosts a provider needs: those in use, and those that the waiting tasks would fill (domain sheet, 4.2).
//!
//! Waiting tasks are packed largest first, each onto the first new host with room. A group counts hosts of its smallest
//! type that holds the task, as the guard; Managed Instances take the cheapest type that holds it and can be had. What
//! daemons take of a new host is set aside. A task that no type holds counts for nothing: no launch would help it.

use super::daemon::{self, Share};
use crate::model::fact::HostStatus;
use crate::model::ids::{ProviderId, ServiceId, TypeId};
use crate::model::plan::{InstanceType, ProviderKind, TaskDef};
use crate::model::tables::host::live;
use crate::model::world::{Cx, World};

/// Hosts with tasks other than daemons. What runs on a host that leaves finds its place elsewhere.
pub(crate) fn in_use(world: &World, provider: ProviderId) -> u32 {
    let hosts = live(&world.hosts, &world.providers[provider].hosts);
    hosts.filter(|(_, host)| !host.leaving && host.status == HostStatus::Active && !host.empty()).count() as u32
}

/// A new host, as far as it is not yet full.
struct Bin {
    kind: TypeId,
    cpu: u32,
    memory: u32,
    enis: u32,
    ports: u64,
    services: Vec<ServiceId>,
}

impl Bin {
    fn empty(kind: TypeId, size: &InstanceType, trunking: bool, share: Share) -> Bin {
        let enis = if trunking { size.trunk_enis } else { size.enis };
        Bin {
            kind,
            cpu: size.cpu.saturating_sub(share.cpu),
            memory: size.memory.saturating_sub(share.memory),
            enis: enis.saturating_sub(share.enis),
            ports: share.ports,
            services: Vec::new(),
        }
    }

    fn holds(&self, need: &TaskDef) -> bool {
        need.cpu <= self.cpu
            && need.memory <= self.memory
            && u32::from(need.eni) <= self.enis
            && need.ports & self.ports == 0
    }

    fn take(&mut self, service: ServiceId, need: &TaskDef) {
        self.cpu -= need.cpu;
        self.memory -= need.memory;
        self.enis -= u32::from(need.eni);
        self.ports |= need.ports;
        self.services.push(service);
    }
}

/// Types of the hosts that the waiting tasks would fill.
pub(crate) fn for_waiting(world: &World, provider: ProviderId, cx: &Cx<'_>) -> Vec<TypeId> {
    let plan = cx.plan;
    let waiting = world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id));
    let mut tasks: Vec<ServiceId> = waiting.map(|task| task.service).collect();
    if tasks.is_empty() {
        return Vec::new();
    }
    let size = |service: &ServiceId| (plan.services[*service].task.cpu, plan.services[*service].task.memory);
    tasks.sort_by_key(|service| std::cmp::Reverse(size(service)));
    let empties = empties(world, provider, cx);
    let mut bins: Vec<Bin> = Vec::new();
    for service in tasks {
        let need = &plan.services[service].task;
        let alone = plan.services[service].placement.distinct_instance;
        let open = |bin: &&mut Bin| bin.holds(need) && !(alone && bin.services.contains(&service));
        if let Some(bin) = bins.iter_mut().find(open) {
            bin.take(service, need);
        } else if let Some(&(kind, size, trunking, share)) =
            empties.iter().find(|(kind, size, trunking, share)| Bin::empty(*kind, size, *trunking, *share).holds(need))
        {
            let mut bin = Bin::empty(kind, size, trunking, share);
            bin.take(service, need);
            bins.push(bin);
        }
    }
    bins.into_iter().map(|bin| bin.kind).collect()
}

/// Types that a new host may have, the first to be taken first.
fn empties<'p>(world: &World, provider: ProviderId, cx: &Cx<'p>) -> Vec<(TypeId, &'p InstanceType, bool, Share)> {
    let plan: &'p crate::model::Plan = cx.plan;
    let share = daemon::share(provider, cx);
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
        ProviderKind::Fargate { .. } | ProviderKind::AnyHost => Vec::new(),
    }
}
