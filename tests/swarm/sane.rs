//! Whether the numbers of a summary can be true.

use evenkeel::internals::engine::Span;
use evenkeel::internals::metrics::summary::{ApplicationRow, Estimate, FaultRow, ServiceRow, Summary};
use evenkeel::internals::model::fact::{Cause, Mechanism};
use evenkeel::internals::model::ids::{HostId, ProviderId, ServiceId};
use evenkeel::internals::model::plan::{Kind, ProviderKind, Service, Strategy, StrategyItem};
use evenkeel::internals::model::{Plan, World};

/// What cannot be, one line each.
pub(crate) fn look(plan: &Plan, summary: &Summary) -> Vec<String> {
    let mut wrong = Vec::new();
    let written = serde_json::to_value(summary).unwrap();
    nulls(&written, "", &mut wrong);
    for row in &summary.services {
        let service = plan.services.iter().find(|service| service.name == row.service).unwrap();
        let scales = plan.scaling.iter().any(|target| plan.services[target.service].name == row.service);
        self::service((service, scales), row, summary, &mut wrong);
        if plan.warm_up.0 == 0 {
            let failed: f64 = row.launches.failed.values().map(|count| count.mean).sum();
            let (requested, running) = (row.launches.requested.mean, row.launches.running.mean);
            if running + failed > requested + 0.5 {
                wrong.push(format!("{}: {requested} launches, {running} ran, {failed} failed", row.service));
            }
        }
    }
    let end = summary.simulated_seconds;
    for row in &summary.faults {
        fault(row, end, &mut wrong);
    }
    summary.cellular_application.iter().for_each(|row| application(row, &mut wrong));
    planes(summary, &mut wrong);
    wrong
}

/// An estimate without a mean is one that could not be computed.
fn nulls(value: &serde_json::Value, at: &str, wrong: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            if map.get("mean").is_some_and(serde_json::Value::is_null) {
                wrong.push(format!("{at} is not a number"));
            }
            map.iter().for_each(|(key, value)| nulls(value, &format!("{at}/{key}"), wrong));
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(row, value)| nulls(value, &format!("{at}/{row}"), wrong));
        }
        _ => {}
    }
}

fn service((service, scales): (&Service, bool), row: &ServiceRow, summary: &Summary, wrong: &mut Vec<String>) {
    let name = &row.service;
    let mut holds = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{name}: {what}: {row:?}"));
        }
    };
    for share in [row.request_availability, row.capacity_availability].into_iter().flatten() {
        holds((0.0..=1.0).contains(&share.mean), "an availability is a share");
    }
    let requests = row.requests;
    let (offered, served, failed) = (requests.offered.mean, requests.served.mean, requests.failed.mean);
    holds(offered >= 0.0 && served >= 0.0 && failed >= 0.0, "requests are not negative");
    holds((served + failed - offered).abs() <= 1e-9 * offered.max(1.0), "served and failed make offered");
    let lost = |of: fn(&evenkeel::internals::metrics::summary::LossRow) -> Estimate| -> f64 {
        summary.losses.iter().filter(|loss| loss.service == *name).map(|loss| of(loss).mean).sum()
    };
    let requests_lost = lost(|loss| loss.lost_requests);
    holds((requests_lost - failed).abs() <= 1e-9 * failed.max(1.0), "losses make what failed");
    holds(row.running.min.mean <= row.running.mean.mean + 1e-9, "least running <= mean");
    holds(row.running.mean.mean <= row.running.max.mean + 1e-9, "mean running <= most");
    if service.kind == Kind::Replica && !scales {
        let most = u64::from(service.desired) * u64::from(service.maximum_percent) / 100;
        let moves = service.deployment.strategy != Strategy::Rolling && !service.changes.is_empty();
        let bound = most.max(u64::from(service.desired)) * if moves { 2 } else { 1 };
        holds(row.running.max.mean <= bound as f64, "running <= maximumPercent");
    }
    let shares: f64 = row.zone_share.values().map(|share| share.mean).sum();
    holds(shares <= 1.0 + 1e-9, "shares of zones are at most the whole");
    holds(row.cost_per_hour.is_none_or(|cost| cost.mean >= 0.0), "nothing costs less than nothing");
    for time in [row.start_seconds.p50, row.start_seconds.p99].into_iter().flatten() {
        holds(time.mean >= 0.0, "a start takes time");
    }
}

/// Requests of customers' own cells: each ends once.
fn application(row: &ApplicationRow, wrong: &mut Vec<String>) {
    let (offered, served, failed) = (row.requests.offered.mean, row.requests.served.mean, row.requests.failed.mean);
    let by_cell: f64 = row.cells.iter().map(|cell| cell.requests.served.mean).sum();
    let slack = 1e-9 * offered.max(1.0);
    let customers: f64 = row.cells.iter().map(|cell| cell.customers.mean).sum();
    let holds = [
        ((served + failed - offered).abs() <= slack, "served and failed make offered"),
        (by_cell + slack >= served, "cells serve what is served"),
        (served <= offered + slack, "no more is served than is offered"),
        (customers + row.without_cell.mean <= f64::from(row.customers), "customers are in one place"),
        (row.request_availability.is_none_or(|share| (0.0..=1.0).contains(&share.mean)), "availability is a share"),
    ];
    wrong.extend(holds.iter().filter(|row| !row.0).map(|(_, what)| format!("{}: {what}: {row:?}", row.name)));
}

/// Launches as the control planes see them: each ends once, or waits.
fn planes(summary: &Summary, wrong: &mut Vec<String>) {
    for plane in &summary.control_plane {
        for (name, row) in std::iter::once((&plane.region, &plane.launches))
            .chain(plane.cells.iter().map(|cell| (&cell.cell, &cell.launches)))
        {
            let ended = row.accepted.mean + row.throttled.mean + row.failed.mean;
            // A launch that found no capacity is asked for again, and counts again.
            if row.availability.is_some_and(|share| !(0.0..=1.0).contains(&share.mean)) || row.offered.mean < 0.0 {
                wrong.push(format!("{name}: availability is a share: {row:?}"));
            }
            if plane_is_off(ended + row.waiting.mean, row.offered.mean) {
                wrong.push(format!("{name}: offered is not what became of it: {row:?}"));
            }
        }
    }
}

/// Counts of one run are whole.
fn plane_is_off(parts: f64, whole: f64) -> bool {
    (parts - whole).abs() > 1e-6
}

fn fault(row: &FaultRow, end: f64, wrong: &mut Vec<String>) {
    let mut holds = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{}: {what}: {row:?}", row.name));
        }
    };
    let times = [row.detect_seconds, row.recover_seconds, row.full_strength_seconds, row.balanced_seconds];
    for time in times.into_iter().flatten() {
        holds((0.0..=end).contains(&time.mean), "a time lies within the run");
    }
    if let (Some(begin), Some(finish)) = (row.begin_seconds, row.end_seconds) {
        holds(begin.mean <= finish.mean, "it ends after it begins");
    }
    holds(row.blast_radius.is_none_or(|share| (0.0..=1.0 + 1e-9).contains(&share.mean)), "a radius is a share");
    let counts = [row.lost_requests, row.lost_task_seconds, row.needed_launches, row.never_recovered, row.occurrences];
    holds(counts.iter().all(|count| count.mean >= 0.0), "counts are not negative");
    holds(row.never_recovered.mean <= row.occurrences.mean, "only what occurred can be for ever");
}

/// No host needs as long to drain for others to be filled: longer than a start, a deregistration and a stop together.
pub(crate) const DRAINS: Span = Span::from_secs(1_800);

/// What is not as it was meant to be at the end of a run in which all that broke was whole again long before: services
/// with room for all their tasks are at full strength, and even over their zones. `before`: hosts that drained for
/// others to be filled at a look at least [`DRAINS`] earlier.
pub(crate) fn ends_well(plan: &Plan, world: &World, before: &[HostId]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, row) in world.services.pairs() {
        let service = &plan.services[id];
        // A deployment that an alarm or a hook has failed, with nothing to go back to, is not calm; nor is one that had
        // stopped tasks first, as far as it may, when it failed.
        let stuck = row.stalled() && (row.shift().is_some() || service.minimum_healthy_percent < 100);
        // A change that comes again and again may be under way at the end.
        let again = row
            .deployment
            .rollout
            .as_ref()
            .is_some_and(|one| one.stage.is_open() && plan.changes[one.change].every.is_some());
        // Where `maximumPercent` leaves no room and too few are healthy, none that is UNHEALTHY is replaced.
        let most = u64::from(service.desired) * u64::from(service.maximum_percent) / 100;
        let stuck = stuck || row.to_replace > 0 && most <= u64::from(service.desired);
        if service.kind != Kind::Replica || !has_room(plan, service) || stuck || again || moves(plan, world, id) {
            continue;
        }
        // Nothing comes in the place of what a fault took, if a deployment has failed since with nothing to go back to;
        // the scheduler itself leaves as many as desired (`rules`).
        let meant = if row.stalled() { row.wanted.min(row.desired()) } else { row.desired() };
        if (row.wanted, row.available) != (meant, meant) {
            wrong.push(format!(
                "{}: {} of {} available, {} wanted",
                service.name,
                row.available,
                row.desired(),
                row.wanted
            ));
        }
        if meant < row.desired() {
            continue;
        }
        let first = world.part.as_one.zones.start;
        let there = service.zones.iter().map(|zone| row.zones[usize::from(zone.0 - first)].available);
        let (least, most) = (there.clone().min().unwrap_or(0), there.max().unwrap_or(0));
        // A move starts a task before it stops one: `maximumPercent` must leave room for it.
        let room = u64::from(service.desired) * u64::from(service.maximum_percent) / 100 > u64::from(service.desired);
        // Fargate and Fargate Spot are evened out each by itself (Balancing a service across Availability Zones): their
        // differences add up.
        let apart = service.strategy.len() as u32;
        if service.rebalancing && room && on_fargate(plan, service) && most - least > apart {
            wrong.push(format!("{}: {least} to {most} tasks in its zones", service.name));
        }
        if let ([item], true) = (&service.strategy[..], service.rebalancing && room)
            && let ProviderKind::Managed(managed) = &plan.providers[item.provider].kind
        {
            // Managed Instances: three zones, or as many as there are, are even.
            let there = managed.zones.iter().filter(|zone| service.zones.contains(zone));
            let mut there: Vec<u32> = there.map(|zone| row.zones[usize::from(zone.0 - first)].available).collect();
            there.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
            let third = there.get(2).or(there.last()).copied().unwrap_or(0);
            if there.first().is_some_and(|most| most - third > 1) {
                wrong.push(format!("{}: {there:?} tasks in its zones", service.name));
            }
        }
        let base = service.strategy.iter().zip(&row.by_item);
        for (item, on) in base.filter(|(item, _)| row.shift().is_none() && item.base > 0) {
            if on.running < item.base.min(row.desired()) {
                wrong.push(format!("{}: {on:?} of a base of {}", service.name, item.base));
            }
        }
    }
    for id in consolidated(world) {
        let host = world.hosts.get(id).unwrap();
        if !is_stirred(plan, host.provider) || before.contains(&id) {
            wrong.push(format!("host {} ({id:?}) still drains for others to be filled", host.number));
        }
    }
    wrong
}

/// Whether tasks start and stop on a provider until the end of the run: those of a stream, or of changes that come
/// again and again. Each of them may be what hosts begin to drain for, but none drains for long.
fn is_stirred(plan: &Plan, provider: ProviderId) -> bool {
    let mut of = plan.services.iter().filter(|one| one.strategy.iter().any(|item| item.provider == provider));
    let again = |service: &Service| service.changes.iter().any(|change| plan.changes[*change].every.is_some());
    of.any(|one| again(one) || one.arrivals.as_ref().is_some_and(|runs| runs.until >= plan.end()))
}

/// Hosts that drain for others to be filled.
pub(crate) fn consolidated(world: &World) -> Vec<HostId> {
    let cause = Cause::mechanism(Mechanism::Consolidation);
    world.hosts.pairs().filter(|(_, host)| host.leaving && host.cause == cause).map(|(id, _)| id).collect()
}

/// Whether tasks of a service move off a host that has just begun to drain: their stand-ins start first.
fn moves(plan: &Plan, world: &World, service: ServiceId) -> bool {
    let from = consolidated(world);
    let mut tasks = world.tasks.pairs().filter(|(_, task)| task.service == service && task.wanted);
    tasks.any(|(_, task)| is_stirred(plan, task.provider) && from.iter().any(|host| host.slot == task.host))
}

fn on_fargate(plan: &Plan, service: &Service) -> bool {
    service.strategy.iter().all(|item| !plan.providers[item.provider].kind.has_hosts())
}

/// Fargate in stock, or hosts of any type as they are needed.
fn has_room(plan: &Plan, service: &Service) -> bool {
    let managed = |item: &StrategyItem| matches!(plan.providers[item.provider].kind, ProviderKind::Managed(_));
    // A daemon may hold a fixed port on every host.
    let placement = &service.placement;
    let anywhere = placement.member_of.is_empty() && !placement.distinct_instance && service.task.ports == 0;
    on_fargate(plan, service) || anywhere && service.strategy.iter().all(managed)
}
