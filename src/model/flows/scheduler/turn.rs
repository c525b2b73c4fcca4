//! A control-plane cell has time (`cell/plane.rs`): whoever waits takes turns, one launch or call each. It tells once a
//! minute what it was asked for.

use super::{daemon, pace};
use crate::engine::Span;
use crate::model::flows::cell::{call, plane};
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{CellId, ServiceId};
use crate::model::plan::Kind;
use crate::model::tables::plane::Waiting;

pub(crate) fn handle(world: &mut World, step: step::Turn, cx: &mut Cx<'_>) {
    match step {
        step::Turn::Turn(cell, number) => turn(world, cell, number, cx),
        step::Turn::Told(cell) => plane::told(world, cell, cx),
        step::Turn::Closes(cell) => plane::closes(world, cell, cx),
    }
}

/// The cell has time: whoever waits takes turns, one launch or call each.
fn turn(world: &mut World, cell: CellId, number: u32, cx: &mut Cx<'_>) {
    if world.planes[cell].turn != number {
        return;
    }
    world.planes[cell].armed = false;
    // A turn that brings nothing takes no time: everybody is looked at once.
    for _ in 0..world.planes[cell].queue.len() {
        let Some(&next) = world.planes[cell].queue.front() else { break };
        let cost = match next {
            Waiting::Service(_) => plane::launch_cost(cell, cx),
            Waiting::Call(service) => plane::call_cost(service, cx),
        };
        let plane = &mut world.planes[cell];
        let ready = plane.capacity.as_mut().is_none_or(|tokens| tokens.wait_for(cx.now, cost) == Span::ZERO);
        if !ready {
            break;
        }
        plane.queue.pop_front();
        match next {
            Waiting::Service(service) => service_turn(world, cell, service, cx),
            Waiting::Call(service) => call::turn(world, cell, service, cx),
        }
    }
    plane::arm(world, cell, cx);
}

fn service_turn(world: &mut World, cell: CellId, service: ServiceId, cx: &mut Cx<'_>) {
    world.services[service].scheduler.at_plane = false;
    if cx.plan.services[service].kind == Kind::Daemon {
        // At once: a look of its own would cost the time that the launch is to have.
        world.planes[cell].serving = Some(service);
        daemon::work(world, service, cx);
        world.planes[cell].serving = None;
        return;
    }
    if !world.services[service].scheduler.retrying {
        world.planes[cell].serving = Some(service);
        pace::one_turn(world, service, cx);
        world.planes[cell].serving = None;
    }
}
