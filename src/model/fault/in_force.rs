//! What the faults in force do to zones and providers, worked out anew: the audit holds the tables against it.

use super::{Live, Thing, zones_of};
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::plan::Plan;
use crate::model::world::World;

/// Effects in force, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Outages of the whole zone.
    pub dark: Vec<ZoneId>,
    /// Cuts from the Region's network.
    pub cut: Vec<ZoneId>,
    /// Grey failures.
    pub grey: Vec<ZoneId>,
    /// New capacity refused.
    pub refusals: Vec<(ProviderId, Option<ZoneId>, Option<TypeId>)>,
    /// Image outages.
    pub registry: usize,
}

impl InForce {
    /// As the strikes say.
    pub fn of(world: &World, plan: &Plan) -> InForce {
        let mut found = InForce::default();
        for strike in world.strikes.in_force() {
            match &plan.faults[strike.fault].effect {
                Live::ZonePowerLoss(live) if live.share >= 1.0 => {
                    found.dark.extend(zones_of(live.zone, *strike, world));
                }
                Live::NetworkCutZone(live) => found.cut.extend(zones_of(live.zone, *strike, world)),
                Live::ZoneGrey(live) => found.grey.extend(zones_of(live.zone, *strike, world)),
                Live::InsufficientCapacity(live) => {
                    for zone in zones_of(live.zone, *strike, world) {
                        found.refusals.extend(live.providers(world).into_iter().map(|one| (one, Some(zone), None)));
                    }
                }
                Live::SpotReclaim(live) if strike.ends.is_some() => {
                    let all = strike.thing == Thing::All;
                    let pools = if all { live.pools(world, plan) } else { vec![strike.thing] };
                    found.refusals.extend(pools.into_iter().filter_map(|pool| match pool {
                        Thing::Pool(provider, zone, kind) => Some((provider, Some(zone), kind)),
                        _ => None,
                    }));
                }
                Live::ImageRegistryDown(_) => found.registry += 1,
                Live::ZonePowerLoss(_) | Live::SpotReclaim(_) | Live::HostCrash(_) | Live::TaskCrash(_) => {}
            }
        }
        found.dark.sort_unstable();
        found.cut.sort_unstable();
        found.grey.sort_unstable();
        found.refusals.sort_unstable();
        found
    }

    /// As the tables say.
    pub fn kept(world: &World) -> InForce {
        let mut found = InForce { registry: world.registry_down.len(), ..InForce::default() };
        for (id, zone) in world.zones.pairs() {
            found.dark.extend((0..zone.dark).map(|_| id));
            found.cut.extend((0..zone.cut).map(|_| id));
            found.grey.extend(zone.grey.iter().map(|_| id));
        }
        for (id, provider) in world.providers.pairs() {
            found.refusals.extend(provider.refusals.iter().map(|one| (id, Some(one.zone), one.kind)));
        }
        found.refusals.sort_unstable();
        found
    }
}
