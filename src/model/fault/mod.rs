//! What can break. One kind, one file: its page, what the scenario writes (`Spec`), what runs (`Live`), its tests.
//!
//! To add a kind, write its file and put two lines here: the `mod` and its name in `kinds!`.

mod agent_disconnect;
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
use super::ids::{CellId, ProviderId, RegionId, ZoneId};
use super::names::Names;
use super::plan::Plan;
use super::problem::Problems;
pub use super::tables::occurrences::{FaultTarget, Occurrence, Occurrences};
use super::world::{Cx, World};
pub(crate) use clock::{cell_stands, handle, host_runs, prepare, task_again, task_runs};
pub use course::{Course, CourseStep};
pub use returns::HostsReturn;
pub use spot_reclaim::Spec as SpotReclaim;
pub use zone_power_loss::Spec as PowerLoss;

/// What the scenario writes, turned into what runs.
pub trait Kind {
    /// Ids and whole numbers.
    type Live;
    /// Looks up names and checks values; `at` is the JSON pointer of the kind's object.
    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Self::Live>;
}

/// What a fault does while it lasts.
pub(crate) trait Effect {
    /// What has a clock of its own with `every`; hosts and tasks get theirs as they come.
    fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget>;
    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>);
    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>);
    /// The share of tries that it fails, where each is drawn by itself.
    fn course(&self) -> Option<&Course> {
        None
    }
    /// That share is another one from now on, in millionths.
    fn share_is(&self, _world: &mut World, _occurrence: Occurrence, _share: u32, _cx: &mut Cx<'_>) {}
}

/// Declares the kinds: the enum that the scenario reads, the enum that runs, and the names.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident = $module:ident as $key:literal),* $(,)?) => {
        one_of! {
            /// A fault as the scenario writes it: one key, one kind.
            Spec("kind of fault") { $($(#[doc = $doc])* $variant as $key: $module::Spec),* }
        }

        /// A fault as it runs.
        #[derive(Clone, Debug)]
        pub enum Live { $($(#[doc = $doc])* $variant($module::Live)),* }

        /// Every kind, as the scenario spells it.
        #[cfg(any(test, feature = "internals"))]
        pub const KINDS: &[&str] = &[$($key),*];

        impl Spec {
            /// The kind, as the scenario spells it.
            pub fn kind(&self) -> &'static str {
                match self { $(Spec::$variant(_) => $key),* }
            }
            /// Looks up names and checks values.
            pub fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
                match self { $(Spec::$variant(spec) => spec.resolve(at, names, out).map(Live::$variant)),* }
            }
        }

        impl Effect for Live {
            fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget> {
                match self { $(Live::$variant(live) => live.fault_targets(world, cx)),* }
            }
            fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
                match self { $(Live::$variant(live) => live.begin(world, occurrence, cx)),* }
            }
            fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
                match self { $(Live::$variant(live) => live.end(world, occurrence, cx)),* }
            }
            fn course(&self) -> Option<&Course> {
                match self { $(Live::$variant(live) => live.course()),* }
            }
            fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, cx: &mut Cx<'_>) {
                match self { $(Live::$variant(live) => live.share_is(world, occurrence, share, cx)),* }
            }
        }
    };
}

kinds! {
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
}

/// How far one occurrence of a fault with `every` reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Everywhere at the same time.
    World,
    /// All cells of a Region.
    Region,
    /// One cell, and what is its own.
    Own,
}

impl Spec {
    /// The first setting that says how something comes back after the end, which the fault then needs.
    pub fn returns(&self) -> Option<&'static str> {
        let (hosts, stock) = match self {
            Spec::ZonePowerLoss(spec) => (spec.hosts_return.is_some(), spec.fargate_returns.is_some()),
            Spec::HostCrash(spec) => (spec.hosts_return.is_some(), false),
            _ => (false, false),
        };
        hosts.then_some("hostsReturn").or_else(|| stock.then_some("fargateReturns"))
    }
}

impl Live {
    /// Whether it picks a number of things out of all that a Region has: its cells cannot do that each by itself.
    pub fn picks_in_region(&self, plan: &Plan) -> bool {
        let in_one_cell = |providers: &[ProviderId]| {
            let mut cells = providers.iter().map(|id| plan.clusters[plan.providers[*id].cluster].cell);
            cells.next().is_some_and(|first| cells.all(|cell| cell == first))
        };
        match self {
            Live::TaskCrash(live) => live.share.is_none() && live.of == task_crash::Of::All,
            Live::HostCrash(live) => live.share.is_none() && !live.providers.as_deref().is_some_and(in_one_cell),
            Live::AgentDisconnect(live) => {
                let all = live.share.is_none() && live.count == u32::MAX;
                live.share.is_none()
                    && !all
                    && live.cluster.is_none()
                    && !live.providers.as_deref().is_some_and(in_one_cell)
            }
            _ => false,
        }
    }

    /// The share of tries that it fails, where each is drawn by itself.
    pub fn fail_share(&self) -> Option<&Course> {
        Effect::course(self)
    }

    /// Whether it leaves less Fargate stock in a zone than the plan says: cells that share a zone look at it together.
    pub fn shrinks_stock(&self) -> bool {
        matches!(self, Live::ZonePowerLoss(live) if live.stock.is_some())
    }

    /// How far one occurrence reaches.
    pub fn reach(&self) -> Reach {
        match self {
            Live::ImageRegistryDown(_) | Live::DependencyLoss(_) | Live::AgentDisconnect(_) => Reach::World,
            Live::ZonePowerLoss(_)
            | Live::ZoneGrey(_)
            | Live::NetworkCutZone(_)
            | Live::InsufficientCapacity(_)
            | Live::RouterOutage(_)
            | Live::MapSourceOutage(_)
            | Live::MapTableOutage(_)
            | Live::ControlPlaneZoneLoss(_)
            | Live::ControlPlaneThrottle(_)
            | Live::LinkCut(_) => Reach::Region,
            Live::HostCrash(_)
            | Live::TaskCrash(_)
            | Live::SpotReclaim(_)
            | Live::CellOutage(_)
            | Live::PoisonCustomer(_) => Reach::Own,
        }
    }
}

/// Whether `count` and `share` say one thing at most, and a thing that breaks something.
fn count_or_share(count: Option<u32>, share: Option<f64>, at: &str, out: &mut Problems) -> bool {
    if share.is_some() && count.is_some() {
        out.exclude("`count` and `share`", at);
        return false;
    }
    count.is_none_or(|count| out.within(count, 1.., &format!("{at}/count")))
}

/// Providers, zone and share that a fault is limited to; `None` each: not limited.
type Scope = (Option<Vec<ProviderId>>, Option<ZoneId>, Option<f64>);

/// Resolves the three limits that many kinds share.
fn scope(
    provider: Option<&str>,
    zone: Option<&str>,
    part: Option<f64>,
    at: &str,
    names: &Names,
    out: &mut Problems,
) -> Option<Scope> {
    let providers = provider.map(|name| names.provider(name, &format!("{at}/capacityProvider"), out));
    let zone = zone.map(|name| names.zone(name, &format!("{at}/zone"), out));
    let part = part.map(|value| out.share_above_zero(value, &format!("{at}/share")));
    // Each that was written must have been understood; all three are looked at before any of them ends the search.
    let understood = providers != Some(None) && zone != Some(None) && part != Some(None);
    understood.then(|| (providers.flatten(), zone.flatten(), part.flatten()))
}

/// Zones of the cell that an occurrence means: the one of its clock, the one of the fault, or all.
pub fn zones_of(fault: Option<ZoneId>, occurrence: Occurrence, world: &World) -> Vec<ZoneId> {
    match (occurrence.fault_target, fault) {
        (FaultTarget::Zone(zone), _) | (_, Some(zone)) if world.zones.holds(zone) => vec![zone],
        (FaultTarget::Zone(_), _) | (_, Some(_)) => Vec::new(),
        _ => world.zones.ids().collect(),
    }
}

/// The Region of a name; `Some(None)`: none was written.
#[expect(clippy::option_option, reason = "not written is not the same as not understood")]
fn region(name: Option<&str>, at: &str, names: &Names, out: &mut Problems) -> Option<Option<RegionId>> {
    match name {
        Some(name) => names.region(name, &format!("{at}/region"), out).map(Some),
        None => Some(None),
    }
}

/// The zone of a name; `Some(None)`: none was written.
#[expect(clippy::option_option, reason = "not written is not the same as not understood")]
fn zone(name: Option<&str>, at: &str, names: &Names, out: &mut Problems) -> Option<Option<ZoneId>> {
    match name {
        Some(name) => names.zone(name, &format!("{at}/zone"), out).map(Some),
        None => Some(None),
    }
}

/// One clock for the Region, if it is the one meant.
fn region_clock(fault: Option<RegionId>, world: &World) -> Vec<FaultTarget> {
    if fault.is_none_or(|only| only == world.part.as_one.region) { vec![FaultTarget::All] } else { Vec::new() }
}

/// Cells that an occurrence means: the one of its clock, the one of the fault, or all.
pub fn cells_of(fault: Option<CellId>, occurrence: Occurrence, world: &World) -> Vec<CellId> {
    match (occurrence.fault_target, fault) {
        (FaultTarget::Cell(cell), _) | (_, Some(cell)) if world.planes.holds(cell) => vec![cell],
        (FaultTarget::Cell(_), _) | (_, Some(_)) => Vec::new(),
        _ => world.planes.ids().collect(),
    }
}

/// One clock for each cell that a fault may hit in this partition.
fn cell_clocks(fault: Option<CellId>, world: &World) -> Vec<FaultTarget> {
    world.planes.ids().filter(|cell| fault.is_none_or(|only| only == *cell)).map(FaultTarget::Cell).collect()
}

/// One clock for each zone that a fault may hit in this cell.
fn zone_clocks(fault: Option<ZoneId>, world: &World) -> Vec<FaultTarget> {
    world.zones.ids().filter(|zone| fault.is_none_or(|only| only == *zone)).map(FaultTarget::Zone).collect()
}

/// Whom a blow hits: each by itself with probability `share`, or the `count` with the smallest draws.
fn pick<I: Copy>(targets: Vec<I>, count: u32, share: Option<f64>, draw: impl Fn(I) -> crate::engine::Draw) -> Vec<I> {
    if let Some(share) = share {
        return targets.into_iter().filter(|&id| draw(id).happens(share)).collect();
    }
    let mut drawn: Vec<(u64, usize)> = targets.iter().enumerate().map(|(row, &id)| (draw(id).bits(), row)).collect();
    drawn.sort_unstable();
    drawn.truncate(count as usize);
    drawn.into_iter().map(|(_, row)| targets[row]).collect()
}
