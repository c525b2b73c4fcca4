//! Nodes of load balancers: which addresses clients know, and what becomes of requests to a node that does not answer.
//!
//! ```text
//! zone lost ─► its node does not answer ─► clients keep its address (dnsTtl) ─► forgotten ─► zone back: known again
//!                                             └ their requests fail, but for clients that try another address at once
//! ```
//! A load balancer has a node in each of its zones, and clients share the addresses that they know alike. With
//! cross-zone on a node sends to the targets of all zones, with it off to those of its own zone. All clients of a node
//! leave it at one time, `dnsTtl` after it was lost (model choice: resolvers and open connections leave it bit by bit).
//! A node that is back has its clients again at once; with cross-zone off, once its zone has a target in service. A node
//! in a zone that a zonal shift leaves goes out of DNS in the same way, and answers until its clients are gone.

use crate::engine::Time;
use crate::model::fact::{Cause, Phase};
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan::Plan;
use crate::model::tables::shortfall::Split;
use crate::model::traffic::Node;
use crate::model::{plan, step};

/// A fault takes the nodes in a zone out of reach.
pub(crate) fn node_lost(world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {
    let out = &mut world.zones[zone].node_out;
    out.push(cause);
    if out.len() > 1 {
        return;
    }
    world.nodes_out += 1;
    for service in with_node(world, cx.plan, zone) {
        leaves(world, service, zone, cx);
        account::mark(world, service);
    }
}

/// It is over: the nodes answer again, unless another fault keeps them out of reach.
pub(crate) fn node_back(world: &mut World, zone: ZoneId, cause: Cause, plan: &Plan) {
    let out = &mut world.zones[zone].node_out;
    let Some(row) = out.iter().position(|of| *of == cause) else { return };
    out.remove(row);
    if !out.is_empty() {
        return;
    }
    world.nodes_out -= 1;
    for service in with_node(world, plan, zone) {
        zone_returns(world, service, zone, plan);
        account::mark(world, service);
    }
}

/// A zonal shift takes the node in a zone out of DNS.
pub(super) fn zone_leaves(world: &mut World, service: ServiceId, zone: ZoneId, cx: &mut Cx<'_>) {
    if nodes(&cx.plan.services[service]).contains(&zone) {
        leaves(world, service, zone, cx);
    }
}

/// A node is in DNS again, unless something else keeps it out. With cross-zone off it takes a target too: `watch` looks
/// for one.
pub(super) fn zone_returns(world: &mut World, service: ServiceId, zone: ZoneId, plan: &Plan) {
    let crosses = plan.services[service].balancer.as_ref().is_some_and(|balancer| balancer.cross_zone);
    if crosses && world.zones[zone].node_out.is_empty() && !is_away(world, service, zone) {
        let place = world.zone_row(zone);
        let here = &mut world.services[service].zones[place];
        (here.in_dns, here.forgotten_at) = (true, Time::NEVER);
    }
}

/// Whether a zonal shift has taken a service's load balancer out of a zone.
fn is_away(world: &World, service: ServiceId, zone: ZoneId) -> bool {
    world.services[service].traffic.away.is_some_and(|away| away.zone == zone)
}

/// Services with traffic whose load balancer has a node in a zone.
fn with_node(world: &World, plan: &Plan, zone: ZoneId) -> Vec<ServiceId> {
    let here = |id: &ServiceId| {
        let service = &plan.services[*id];
        service.traffic.is_some() && nodes(service).contains(&zone)
    };
    world.services.ids().filter(here).collect()
}

/// Zones in which the load balancer of a service has a node.
fn nodes(service: &plan::Service) -> &[ZoneId] {
    service.balancer.as_ref().map_or(&[], |balancer| &balancer.nodes)
}

/// With cross-zone off: a zone without targets drops out of DNS once its records have expired.
pub(crate) fn watch(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let Some(balancer) = &cx.plan.services[service].balancer else { return };
    if balancer.cross_zone {
        return;
    }
    for zone in &balancer.nodes {
        let answers = world.zones[*zone].node_out.is_empty() && !is_away(world, service, *zone);
        let row = world.zone_row(*zone);
        let here = &mut world.services[service].zones[row];
        if answers && here.serving + here.dead > 0 {
            (here.in_dns, here.forgotten_at) = (true, Time::NEVER);
        } else {
            leaves(world, service, *zone, cx);
        }
    }
}

/// An address has begun to be of no use: clients forget it once its record has expired.
fn leaves(world: &mut World, service: ServiceId, zone: ZoneId, cx: &mut Cx<'_>) {
    let Some(balancer) = &cx.plan.services[service].balancer else { return };
    let row = world.zone_row(zone);
    let here = &mut world.services[service].zones[row];
    if here.in_dns && here.forgotten_at == Time::NEVER {
        here.forgotten_at = cx.now + balancer.dns_ttl;
        cx.after(balancer.dns_ttl, step::Addresses::Forgotten(service, zone));
    }
}

/// Clients have forgotten an address, if it is still of no use.
pub(crate) fn handle(world: &mut World, step::Addresses::Forgotten(service, zone): step::Addresses, cx: &Cx<'_>) {
    let row = world.zone_row(zone);
    let here = &mut world.services[service].zones[row];
    if here.forgotten_at <= cx.now {
        (here.in_dns, here.forgotten_at) = (false, Time::NEVER);
        account::mark(world, service);
    }
}

/// The addresses that clients of a service use now.
#[derive(Clone, Copy)]
struct Used {
    service: ServiceId,
    /// When no address is left, clients hold on to all of them.
    all: bool,
}

impl Used {
    #[inline]
    fn of(world: &World, service: ServiceId, plan: &Plan) -> Used {
        let any = nodes(&plan.services[service])
            .iter()
            .any(|zone| world.services[service].zones[world.zone_row(*zone)].in_dns);
        Used { service, all: !any }
    }

    /// Whether the node in a zone answers; `None` where clients do not use its address.
    fn answers(self, world: &World, zone: ZoneId) -> Option<bool> {
        let known = self.all || world.services[self.service].zones[world.zone_row(zone)].in_dns;
        known.then(|| world.zones[zone].node_out.is_empty())
    }

    /// How many clients call in vain.
    fn silent(self, world: &World, plan: &Plan) -> u64 {
        let all = nodes(&plan.services[self.service]).iter();
        all.filter(|zone| self.answers(world, **zone) == Some(false)).count() as u64
    }
}

/// The nodes that clients of a service call, as far as any keeps requests from targets: with cross-zone off all, each
/// with a row of its own, and else all while one is out of reach.
#[inline]
pub(super) fn used(world: &World, id: ServiceId, plan: &Plan, list: &mut Vec<Node>) {
    list.clear();
    let Some(balancer) = &plan.services[id].balancer else { return };
    if balancer.cross_zone && world.nodes_out == 0 {
        return;
    }
    let used = Used::of(world, id, plan);
    list.extend(balancer.nodes.iter().map(|zone| match used.answers(world, *zone) {
        None => Node::Unused,
        Some(true) => Node::Answers,
        Some(false) => Node::Silent,
    }));
}

/// The zones of a service whose targets requests go to: with cross-zone off those with a node.
#[inline]
pub(super) fn zones(service: &plan::Service) -> &[ZoneId] {
    match &service.balancer {
        Some(balancer) if !balancer.cross_zone => &balancer.nodes,
        _ => &service.zones,
    }
}

/// What reaches no node is lost to whatever keeps the node of its address out of reach: of several the first.
pub(super) fn book(world: &mut World, id: ServiceId, plan: &Plan, lost: u64) {
    if lost == 0 {
        return;
    }
    let used = Used::of(world, id, plan);
    let mut split = Split::over(lost, used.silent(world, plan));
    for zone in nodes(&plan.services[id]) {
        let silent = used.answers(world, *zone) == Some(false);
        if let (true, Some(&cause)) = (silent, world.zones[*zone].node_out.first()) {
            world.services[id].shortfalls.line(cause, Phase::Dns).rate += split.part(1);
        }
    }
}
