//! One cell of the world: its tables, and the one dispatch.

use super::fact::Fact;
use super::plan::Plan;
use crate::engine;

/// Everything a control-plane cell knows and runs.
#[derive(Debug)]
pub struct World {}

/// What a handler sees beside its world.
pub type Cx<'a> = engine::Cx<'a, World>;

/// What can happen.
#[derive(Clone, Copy, Debug)]
pub enum Event {}

impl engine::Partition for World {
    type Event = Event;
    type Fact = Fact;
    type Plan = Plan;

    fn handle(&mut self, event: Event, _cx: &mut Cx<'_>) {
        match event {}
    }
}

impl World {
    /// One world for each cell of the plan.
    pub fn all(plan: &Plan) -> Vec<World> {
        plan.cells.iter().map(|_| World {}).collect()
    }

    /// Places what runs at time 0 and schedules the first events.
    pub fn prepare(&mut self, _cx: &mut Cx<'_>) {}
}
