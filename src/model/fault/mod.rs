//! What can break. One kind, one file: its page, what the scenario writes (`Spec`), what runs (`Live`), its tests.
//!
//! To add a kind, write its file and put two lines here: the `mod` and its name in `kinds!`.

mod agent_disconnect;
mod blocking_logs;
mod cell_outage;
mod control_plane_throttle;
mod control_plane_zone_loss;
mod dependency_loss;
mod host_crash;
mod image_registry_down;
mod insufficient_capacity;
mod link_cut;
mod map_source_outage;
mod map_table_outage;
mod network_cut_zone;
mod poison_customer;
mod router_outage;
mod spot_reclaim;
mod task_crash;
mod zone_grey;
mod zone_power_loss;

mod clock;
mod course;
mod returns;
mod scope;

use super::fact::Cause;
use super::ids::{CellId, ZoneId};
use super::plan::{Plan, ZoneEvent};
use super::problem::Problems;
pub use super::tables::occurrences::{FaultTarget, Occurrence, Occurrences};
use super::tables::{Host, Task};
use super::world::{Cx, World};
pub(crate) use clock::{cell_stands, handle, host_runs, prepare, task_again, task_runs};
use course::FailShare;
pub use course::{Course, CourseStep};
#[cfg(any(test, feature = "internals"))]
pub use poison_customer::Live as Poison;
pub use returns::HostsReturn;
pub use scope::{Draft, Hits, ProviderScope, Reach, Scope};

kinds! {
    /// A fault as the scenario writes it: one key, one kind.
    Spec("kind of fault") {
        /// A zone loses power.
        ZonePowerLoss = zone_power_loss as "zonePowerLoss",
        /// A zone answers badly while its checks pass.
        ZoneGrey = zone_grey as "zoneGrey",
        /// Container instances die.
        HostCrash = host_crash as "hostCrash",
        /// Tasks die.
        TaskCrash = task_crash as "taskCrash",
        /// Spot capacity is taken back.
        SpotReclaim = spot_reclaim as "spotReclaim",
        /// A zone has no capacity to launch on.
        InsufficientCapacity = insufficient_capacity as "insufficientCapacity",
        /// Images cannot be pulled.
        ImageRegistryDown = image_registry_down as "imageRegistryDown",
        /// A zone is cut off from the Region's network.
        NetworkCutZone = network_cut_zone as "networkCutZone",
        /// A control-plane cell stops acting, or answers badly.
        CellOutage = cell_outage as "cellOutage",
        /// The router in front of the cells does not answer.
        RouterOutage = router_outage as "routerOutage",
        /// The source of the router's map cannot be read.
        MapSourceOutage = map_source_outage as "mapSourceOutage",
        /// The control plane loses a zone.
        ControlPlaneZoneLoss = control_plane_zone_loss as "controlPlaneZoneLoss",
        /// The control plane takes on less than it could.
        ControlPlaneThrottle = control_plane_throttle as "controlPlaneThrottle",
        /// A customer whose requests break what serves them.
        PoisonCustomer = poison_customer as "poisonCustomer",
        /// The link between a zone and its Region is cut.
        LinkCut = link_cut as "linkCut",
        /// Agents lose their connection to ECS.
        AgentDisconnect = agent_disconnect as "agentDisconnect",
        /// Something that a start depends on does not answer.
        DependencyLoss = dependency_loss as "dependencyLoss",
        /// The map table of customers' own cells does not answer.
        MapTableOutage = map_table_outage as "mapTableOutage",
        /// Nothing takes the logs of tasks.
        BlockingLogs = blocking_logs as "blockingLogs",
    }
    Kind(draft: &mut Draft<'_>) {
        /// Whether its effect is one blow: without `for` it is over at once.
        fn momentary(&self) -> bool { false }
        /// Whether `count` or `share` is written, which with `every` mean nothing.
        fn counts(&self) -> bool { false }
        /// The first setting that says how something comes back after the end, which the fault then needs.
        fn returns(&self) -> Option<&'static str> { None }
    }
    /// What a fault does while it lasts.
    Effect {
        /// What has a clock of its own with `every`; hosts and tasks get theirs as they come.
        fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
            scope.clocks(world, plan)
        }
        /// With `every`: whether this host, or this task, has a clock.
        fn has_host(&self, host: &Host, plan: &Plan) -> bool { false }
        fn has_task(&self, task: &Task, world: &World, plan: &Plan) -> bool { false }
        /// It begins in each zone, or control-plane cell, of its scope, then as a whole; so it ends.
        fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {}
        fn cell_begins(&self, world: &mut World, cell: CellId, occurrence: Occurrence, cx: &mut Cx<'_>) {}
        fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {}
        fn zone_ends(&self, world: &mut World, zone: ZoneId, cause: Cause, cx: &mut Cx<'_>) {}
        fn cell_ends(&self, world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {}
        fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {}
        /// The share of tries that it fails is another one from now on, in millionths.
        fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, cx: &mut Cx<'_>) {}
        /// Whether it picks a number of things out of all that a Region has: its cells cannot do that each by itself.
        fn picks_in_region(&self, plan: &Plan) -> bool { false }
        /// Whether it leaves less Fargate stock in a zone than the plan says: cells of a zone look at it together.
        fn shrinks_stock(&self) -> bool { false }
        /// Whether a task or host dies of it unheard.
        fn silent(&self) -> bool { false }
        /// What AWS may see of it in a zone.
        fn zone_event(&self) -> Option<ZoneEvent> { None }
        /// Whether it takes the nodes of load balancers in a zone.
        fn takes_nodes(&self) -> bool { false }
        /// The control-plane cell that it names beside its scope.
        fn names_cell(&self) -> Option<CellId> { None }
        /// Why it does nothing in this scenario, and the way out.
        fn idle(&self, scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> { None }
        /// Tells which of its settings, written at `at`, have no effect.
        fn idle_settings(&self, at: &str, scope: Scope, plan: &Plan, out: &mut Problems) {}
    }
}
