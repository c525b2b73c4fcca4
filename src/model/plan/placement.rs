//! How a service or stream places its tasks ([ecs-placement]).

use super::query;

/// How a service or stream places its tasks.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// In order; empty: ECS's own (spread over zones, then over instances).
    pub strategies: Vec<Strategy>,
    /// `distinctInstance`.
    pub distinct_instance: bool,
    /// `memberOf` expressions; all must hold.
    pub member_of: Vec<query::Expression>,
}

/// One placement strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strategy {
    /// `spread` over `attribute:ecs.availability-zone`.
    SpreadZone,
    /// `spread` over `instanceId` (alias `host`).
    SpreadInstance,
    /// `spread` over another attribute, such as `ecs.instance-type`.
    SpreadAttribute(String),
    /// `binpack` on `cpu`: the host with the least CPU left.
    BinpackCpu,
    /// `binpack` on `memory`.
    BinpackMemory,
    /// `random`.
    Random,
}
