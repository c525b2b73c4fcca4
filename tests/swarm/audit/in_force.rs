//! What the faults in force do to zones and providers, worked out anew: the audit holds the tables against it.

use evenkeel::internals::model::fact::Cause;
use evenkeel::internals::model::fault::{FaultTarget, Live, Poison};
use evenkeel::internals::model::ids::{CellId, ProviderId, ServiceId, TypeId, ZoneId};
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::model::world::World;

/// Effects in force, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Outages of the whole zone.
    pub dark: Vec<ZoneId>,
    /// Cuts from the Region's network.
    pub cut: Vec<ZoneId>,
    /// Zones whose nodes of load balancers are out of reach, once for each fault.
    pub silent: Vec<ZoneId>,
    /// Cuts of a link to the Region.
    pub unlinked: Vec<ZoneId>,
    pub grey: Vec<ZoneId>,
    pub refusals: Vec<(ProviderId, Option<ZoneId>, Option<TypeId>)>,
    pub down: Vec<CellId>,
    /// Cells that lack something else: workers, good answers, capacity.
    pub weak: Vec<CellId>,
    /// Zones that the control plane lacks, once for each cell.
    pub lost: Vec<ZoneId>,
    /// Outages of the router, of the source of its map, and of the map table of customers' own cells.
    pub front: [usize; 3],
    /// Customers who poison their cell.
    pub poison: Vec<(usize, u32)>,
    /// Services whose tasks hang, once for each fault.
    pub hung: Vec<ServiceId>,
    /// Outages of what a start needs.
    pub shortages: usize,
    /// Hosts that say their agent is unheard because of a fault that has ended.
    pub unheard_by_none: usize,
}

/// Outposts that lose their link with one of these zones.
fn anchored_to(zones: &[ZoneId], plan: &Plan) -> Vec<ZoneId> {
    plan.zones.ids().filter(|id| plan.zones[*id].parent.is_some_and(|parent| zones.contains(&parent))).collect()
}

impl InForce {
    /// Each cell of the control plane loses its part in these zones.
    fn lose(&mut self, zones: &[ZoneId], world: &World) {
        self.lost.extend(world.planes.ids().flat_map(|_| zones.iter().copied()));
    }

    pub fn of(world: &World, plan: &Plan) -> InForce {
        let mut found = InForce::default();
        for occurrence in world.occurrences.in_force() {
            let fault = &plan.faults[occurrence.fault];
            let zones = fault.scope.zones(*occurrence, world, plan);
            let cells = fault.scope.cells(*occurrence, world);
            match &fault.effect {
                Live::ZonePowerLoss(live) if live.share >= 1.0 => {
                    found.lose(&zones, world);
                    found.unlinked.extend(anchored_to(&zones, plan));
                    found.dark.extend(zones);
                }
                Live::ControlPlaneZoneLoss(_) => found.lose(&zones, world),
                Live::CellOutage(live) if live.partial => found.weak.extend(cells),
                Live::CellOutage(_) => found.down.extend(cells),
                Live::ControlPlaneThrottle(live) => found.weak.extend(live.cells(world)),
                Live::PoisonCustomer(Poison::Customer { who, .. }) => {
                    found.poison.extend(world.application.iter().map(|_| *who));
                }
                Live::PoisonCustomer(live) if live.workers(plan).is_none() => found.down.extend(cells),
                Live::PoisonCustomer(_) => found.weak.extend(cells),
                Live::RouterOutage(_) => found.front[0] += 1,
                Live::MapSourceOutage(_) => found.front[1] += 1,
                Live::MapTableOutage(_) => found.front[2] += 1,
                Live::DependencyLoss(live) if live.of.is_none() => {
                    found.front[1] += 1;
                    found.front[2] += usize::from(world.application.is_some());
                }
                Live::LinkCut(_) => found.unlinked.extend(zones),
                Live::NetworkCutZone(_) => {
                    found.unlinked.extend(anchored_to(&zones, plan));
                    found.cut.extend(zones);
                }
                Live::ZoneGrey(_) => found.grey.extend(zones),
                Live::InsufficientCapacity(live) => {
                    for zone in zones {
                        let providers = live.of.providers(world, plan).into_iter();
                        found.refusals.extend(providers.map(|one| (one, Some(zone), None)));
                    }
                }
                Live::SpotReclaim(live) if occurrence.ends.is_some() => {
                    let pools = live.pools(occurrence.fault_target, world, plan);
                    found.refusals.extend(pools.into_iter().filter_map(|pool| match pool {
                        FaultTarget::Pool(provider, zone, kind) => Some((provider, Some(zone), kind)),
                        _ => None,
                    }));
                }
                Live::ImageRegistryDown(_) | Live::DependencyLoss(_) => found.shortages += 1,
                Live::BlockingLogs(live) => {
                    let services = live.services(world, plan);
                    found.shortages += services.len();
                    found.hung.extend(services);
                }
                Live::ZonePowerLoss(_)
                | Live::SpotReclaim(_)
                | Live::HostCrash(_)
                | Live::TaskCrash(_)
                | Live::AgentDisconnect(_) => {}
            }
        }
        found.silent = [&found.dark[..], &found.cut[..]].concat();
        found.lost.retain(|zone| !plan.zones[*zone].kind.away());
        let InForce { dark, cut, silent, unlinked, grey, lost, .. } = &mut found;
        for zones in [dark, cut, silent, unlinked, grey, lost] {
            zones.sort_unstable();
        }
        found.sorted()
    }

    fn sorted(mut self) -> InForce {
        for cells in [&mut self.down, &mut self.weak] {
            cells.sort_unstable();
        }
        self.refusals.sort_unstable();
        self.hung.sort_unstable();
        self.poison.sort_unstable();
        self
    }

    pub fn kept(world: &World) -> InForce {
        let mut found = InForce { shortages: world.shortages.len(), ..InForce::default() };
        let in_force = |cause| world.occurrences.in_force().any(|occurrence| occurrence.cause == cause);
        let stale = world.hosts.pairs().flat_map(|(_, host)| &host.unheard).filter(|cause| !in_force(**cause));
        found.unheard_by_none = stale.count();
        for (id, zone) in world.zones.pairs() {
            found.dark.extend((0..zone.dark).map(|_| id));
            found.cut.extend((0..zone.cut).map(|_| id));
            found.silent.extend(zone.node_out.iter().map(|_| id));
            found.unlinked.extend((0..zone.unlinked).map(|_| id));
            found.grey.extend(zone.grey.iter().map(|_| id));
        }
        for (id, service) in world.services.pairs() {
            found.hung.extend((0..service.hung).map(|_| id));
        }
        for (id, provider) in world.providers.pairs() {
            found.refusals.extend(provider.refusals.iter().map(|one| (id, Some(one.zone), one.kind)));
        }
        found.refusals.sort_unstable();
        let poison = world.application.iter().flat_map(|app| &app.poison);
        found.poison = poison.map(|one| (one.group, one.customer)).collect();
        found.poison.sort_unstable();
        let tables = world.application.as_deref().map_or(0, |app| app.table_down.len());
        found.front = [world.front.router_down.len(), world.front.map_down.len(), tables];
        for (id, plane) in world.planes.pairs() {
            // What starts again is no fault's doing any more.
            let occurrences = |cause: &Cause| world.occurrences.in_force().any(|occurrence| occurrence.cause == *cause);
            found.down.extend(plane.down.iter().filter(|cause| occurrences(cause)).map(|_| id));
            let struck = plane.dead_workers.iter().filter(|(cause, _)| occurrences(cause)).count();
            let refusals = plane.refusing.iter().filter(|one| one.cause.as_change().is_none()).count();
            let curbs = plane.curbs.iter().filter(|one| one.cause.as_change().is_none()).count();
            found.weak.extend((0..refusals + curbs + struck).map(|_| id));
            found.lost.extend(plane.lost_zones.iter().map(|(zone, _)| *zone));
        }
        found.lost.sort_unstable();
        found
    }
}
