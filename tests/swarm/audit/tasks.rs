//! Each task with itself, its service, its host and its zone; Fargate's use of zones.

use super::Findings;
use evenkeel::internals::model::fact::{NO_ZONE, TaskState};
use evenkeel::internals::model::ids::ZoneId;
use evenkeel::internals::model::plan::{Kind, Plan, ProviderKind, Service};
use evenkeel::internals::model::tables::Task;
use evenkeel::internals::model::tables::host::NIL;
use evenkeel::internals::model::tables::task::{Health, Target};
use evenkeel::internals::model::world::World;

pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    for (_, task) in world.tasks.pairs() {
        let known = world.services.holds(task.service) && world.providers.holds(task.provider);
        let placed = task.zone == NO_ZONE || world.zones.holds(task.zone);
        let name = name(plan, task);
        out.holds("service, provider and zone are the cell's", &name, known && placed, task);
        if known && placed {
            states(plan, task, &name, out);
            place(world, plan, task, &name, out);
            truth(world, task, &name, out);
        }
    }
    for zone in world.zones.ids() {
        use_of_fargate(world, plan, zone, out);
    }
    quotas(world, plan, out);
}

pub(super) fn name(plan: &Plan, task: &Task) -> String {
    let service = plan.services.get(task.service).map_or("?", |service| &service.name);
    format!("{service} {}", task.ordinal)
}

fn states(plan: &Plan, task: &Task, name: &str, out: &mut Findings) {
    use TaskState::{Deactivating, Deprovisioning, Running, Stopped, Stopping};
    let service = &plan.services[task.service];
    out.holds("a task is wanted until its stop begins", name, task.wanted == (task.state <= Running), task);
    out.holds("a task that is gone has no row", name, !matches!(task.state, Deprovisioning | Stopped), task);
    let healthy = task.health == Health::Healthy;
    out.holds("only what has started is healthy", name, !healthy || task.state >= Running, task);
    out.holds("only what has started answers", name, !task.ready() || task.state >= Running, task);
    let fits = match task.target {
        Target::None => service.balancer.is_none() || task.state < Running || !task.wanted,
        Target::Initial | Target::Healthy | Target::Unhealthy => service.balancer.is_some() && task.state == Running,
        Target::Draining => service.balancer.is_some() && matches!(task.state, Deactivating | Stopping),
    };
    out.holds("the target follows the task", name, fits, task);
}

/// Service, provider, host and zone.
fn place(world: &World, plan: &Plan, task: &Task, name: &str, out: &mut Findings) {
    let service = &plan.services[task.service];
    let provider = &plan.providers[task.provider];
    out.holds("its provider is its cluster's", name, provider.cluster == service.cluster, &provider.name);
    let listed = service.kind == Kind::Daemon || may_use(service, task);
    out.holds("its provider is in the strategy with a base or weight", name, listed, (task, &service.strategy));
    let waits = task.host == NIL && task.zone == NO_ZONE;
    if waits {
        let fits = provider.kind.has_hosts() && task.state == TaskState::Provisioning && task.wanted;
        out.holds("without a place it is PROVISIONING for a host", name, fits, task);
        return;
    }
    let subnets = !service.task.eni || service.zones.contains(&task.zone);
    out.holds("its zone is one of its subnets'", name, subnets, (task.zone, &service.zones));
    if task.host == NIL {
        out.holds("without a host it is on Fargate", name, !provider.kind.has_hosts(), task);
        return;
    }
    let host = world.hosts.at(task.host);
    let mine = host.provider == task.provider
        || matches!(provider.kind, ProviderKind::AnyHost) && plan.providers[host.provider].cluster == service.cluster;
    out.holds("its host is its provider's", name, mine, (host.provider, task.provider));
    out.same("its zone is its host's", name, task.zone, host.zone);
}

fn may_use(service: &Service, task: &Task) -> bool {
    service.strategy.iter().any(|item| item.provider == task.provider && (item.weight > 0 || item.base > 0))
}

fn truth(world: &World, task: &Task, name: &str, out: &mut Findings) {
    if task.host != NIL {
        let host = world.hosts.at(task.host);
        out.holds("nothing lives on a dead host", name, !task.alive || host.alive, (task, host.number));
    } else if task.zone != NO_ZONE {
        let powered = world.zones[task.zone].powered();
        out.holds("nothing lives in a dark zone", name, !task.alive || powered, task);
    }
}

fn use_of_fargate(world: &World, plan: &Plan, zone: ZoneId, out: &mut Findings) {
    let mut used = [0u64; 2];
    for (_, task) in world.tasks.pairs().filter(|(_, task)| task.zone == zone) {
        if let ProviderKind::Fargate { spot, .. } = plan.providers[task.provider].kind {
            used[usize::from(spot)] += u64::from(plan.services[task.service].task.cpu);
        }
    }
    let name = &plan.zones[zone].id;
    out.same("Fargate in use", name, world.zones[zone].used, used);
    let stock = [plan.zones[zone].fargate_stock, plan.zones[zone].spot_stock];
    out.holds("Fargate in use <= stock", name, used[0] <= stock[0] && used[1] <= stock[1], (used, stock));
}

/// An account has one bucket for each Region and kind: the same scope as its quota.
fn quotas(world: &World, plan: &Plan, out: &mut Findings) {
    let region = &plan.regions[world.part.as_one.region];
    let mut used: Vec<(u64, bool)> = vec![(0, false); plan.buckets.len()];
    for (_, task) in world.tasks.pairs().filter(|(_, task)| task.zone != NO_ZONE) {
        if let ProviderKind::Fargate { spot, bucket } = plan.providers[task.provider].kind {
            let row = &mut used[usize::from(bucket.0)];
            *row = (row.0 + u64::from(plan.services[task.service].task.cpu), spot);
        }
    }
    for (id, bucket) in world.buckets.pairs() {
        let (used, spot) = used[usize::from(id.0)];
        let quota = if spot { region.spot_vcpu_quota } else { region.vcpu_quota };
        out.same("Fargate in use by the account", &region.name, bucket.used, used);
        out.holds("Fargate in use <= quota", &region.name, quota.is_none_or(|quota| used <= quota), (used, quota));
    }
}
