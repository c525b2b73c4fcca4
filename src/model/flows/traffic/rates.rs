//! Rates that change with time: offered requests, addresses that clients forget, and streams of standalone tasks.

use crate::engine::Span;
use crate::engine::key::Phase;
use crate::model::flows::cell::call;
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, For, World, step};
use crate::model::ids::ServiceId;

pub(crate) fn handle(world: &mut World, step: step::Traffic, cx: &mut Cx<'_>) {
    match step {
        step::Traffic::Rate(service) => rate(world, service, cx),
        step::Traffic::Arrival(service, number) => arrival(world, service, number, cx),
    }
}

/// First events of a service.
pub(crate) fn prepare(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    if plan.services[service].traffic.is_some() {
        rate(world, service, cx);
    }
    if let Some(arrivals) = &plan.services[service].arrivals {
        let gap = arrivals.gap.sample(&mut cx.draw(For::Arrive, plan.services[service].who));
        let at = arrivals.from + gap;
        if at < arrivals.until {
            cx.at(at, Phase::Normal, step::Traffic::Arrival(service, 0));
        }
    }
}

fn rate(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let Some(traffic) = &cx.plan.services[service].traffic else { return };
    if traffic.dispatched {
        return account::mark(world, service);
    }
    let (rate, next) = traffic.profile.at(cx.now);
    world.services[service].traffic.rate = rate;
    account::mark(world, service);
    if let Some(next) = next {
        cx.at(next, Phase::Normal, step::Traffic::Rate(service));
    }
}

fn arrival(world: &mut World, service: ServiceId, number: u32, cx: &mut Cx<'_>) {
    let Some(arrivals) = &cx.plan.services[service].arrivals else { return };
    let who = cx.plan.services[service].who.nth(u64::from(number) + 1);
    let next = cx.now + arrivals.gap.sample(&mut cx.draw(For::Arrive, who)).max(Span::from_micros(1));
    if next < arrivals.until {
        cx.at(next, Phase::Normal, step::Traffic::Arrival(service, number + 1));
    }
    call::attempt(world, service, number, 0, cx);
}
