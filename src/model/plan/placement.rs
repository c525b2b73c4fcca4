//! How a service or stream places its tasks ([ecs-placement]).

use super::query;

/// How a service or stream places its tasks.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// In order; empty: ECS's own (spread over zones, then over instances).
    pub strategies: Vec<Strategy>,
    pub distinct_instance: bool,
    /// `memberOf` expressions; all must hold.
    pub member_of: Vec<query::Expression>,
}

/// One placement strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    SpreadZone,
    /// `spread` over `instanceId` (alias `host`).
    SpreadInstance,
    /// `spread` over another attribute, such as `ecs.instance-type`.
    SpreadAttribute(String),
    /// `binpack` on `cpu`: the host with the least CPU left.
    BinpackCpu,
    BinpackMemory,
    Random,
}
