//! How many hosts a group needs: those in use, and those that the waiting tasks would fill (Amazon ECS managed scaling
//! behavior).
//!
//! Waiting tasks are packed largest first, each onto the first new host with room. A new host is as large as the
//! smallest of the group's types, of each resource by itself, less what daemons take. A task that does not fit it
//! counts for nothing: no host is launched for it, though one that stands may take it.

use crate::model::capacity::ec2_group;
use crate::model::capacity::ec2_group::Smallest;
use crate::model::fact::HostStatus;
use crate::model::flows::rows::daemons;
use crate::model::flows::rows::daemons::Share;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ProviderId, ServiceId};
use crate::model::placement::choose;
use crate::model::plan::{Group, Plan, TaskDef};
use crate::model::tables::find_or_add;
use crate::model::tables::host::live;

/// Hosts with tasks other than daemons, without those in `Standby`. What runs on a host that leaves finds its place
/// elsewhere.
pub(crate) fn in_use(world: &World, provider: ProviderId) -> u32 {
    let hosts = live(&world.hosts, &world.providers[provider].hosts);
    hosts.filter(|(_, host)| host.counts() && host.status == HostStatus::Active && !host.empty()).count() as u32
}

/// A new host, as far as it is not yet full.
#[derive(Clone)]
struct Bin {
    cpu: u32,
    memory: u32,
    gpus: u32,
    enis: u32,
    ports: u64,
    services: Vec<ServiceId>,
}

impl Bin {
    /// Room of the smallest host of a group, less what daemons take.
    fn empty(least: Smallest, share: Share) -> Bin {
        Bin {
            cpu: least.cpu.saturating_sub(share.cpu),
            memory: least.memory.saturating_sub(share.memory),
            gpus: least.gpus,
            enis: least.enis.saturating_sub(share.enis),
            ports: share.ports,
            services: Vec::new(),
        }
    }

    /// How many tasks of one kind it holds.
    fn room(&self, need: &TaskDef) -> u32 {
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

/// Whether new hosts of a group have the architecture and the operating system that a task asks for.
fn runs(plan: &Plan, provider: ProviderId, group: &Group, need: &TaskDef) -> bool {
    need.system.is_none_or(|wanted| wanted == choose::system(plan, provider))
        && need
            .architecture
            .is_none_or(|wanted| group.types.iter().any(|kind| plan.types[*kind].architecture == wanted))
}

/// Hosts that the waiting tasks of a group would fill.
pub(crate) fn for_waiting(world: &World, provider: ProviderId, group: &Group, cx: &Cx<'_>) -> u32 {
    let plan = cx.plan;
    // Tasks of a service are alike: they are counted and packed together, as thousands may wait.
    let mut waiting: Vec<(ServiceId, u32)> = Vec::new();
    for task in world.providers[provider].waiting.iter().filter_map(|&id| world.tasks.get(id)) {
        find_or_add(&mut waiting, |(service, _)| *service == task.service, || (task.service, 0)).1 += 1;
    }
    if waiting.is_empty() {
        return 0;
    }
    let size = |service: ServiceId| (plan.services[service].task.cpu, plan.services[service].task.memory);
    waiting.sort_by_key(|&(service, _)| (std::cmp::Reverse(size(service)), service));
    let least = ec2_group::smallest(group.types.iter().map(|kind| &plan.types[*kind]), group.trunking);
    let empty = Bin::empty(least, daemons::share(world, provider, cx));
    let mut bins: Vec<Bin> = Vec::new();
    for (service, mut left) in waiting {
        let need = &plan.services[service].task;
        let alone = plan.services[service].placement.distinct_instance;
        if !runs(plan, provider, group, need) {
            continue;
        }
        for bin in &mut bins {
            left -= bin.take(service, left, need, alone);
        }
        if empty.room(need) == 0 {
            continue;
        }
        while left > 0 {
            let mut bin = empty.clone();
            left -= bin.take(service, left, need, alone);
            bins.push(bin);
        }
    }
    bins.len() as u32
}
