//! Fargate: which zone a task starts in (domain sheet, sections 3.1, 4.4 and 4.6).
//!
//! Tasks are spread over the zones of the subnets: the zone with the fewest tasks of the service first. A zone without
//! power, network or stock is found out by a launch that fails at once and takes no token; launches then stay away from
//! it for five minutes. Fargate Spot has its own stock and no fallback.

use crate::model::fact::Reason;
use crate::model::ids::{ProviderId, RegionId, ServiceId, ZoneId};
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

/// The zone, or why there is none.
pub(crate) fn choose(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    spot: bool,
    only: Option<ZoneId>,
    cx: &Cx<'_>,
) -> Result<ZoneId, Reason> {
    let plan = cx.plan;
    let cpu = u64::from(plan.services[service].task.cpu);
    let zones = &plan.services[service].zones;
    if quota_reached(world, plan.zones[zones[0]].region, spot, cpu, cx) {
        return Err(Reason::Quota);
    }
    loop {
        let open = zones.iter().copied().filter(|zone| {
            only.is_none_or(|only| only == *zone) && world.zones[*zone].left_out[usize::from(spot)] <= cx.now
        });
        let fewest = open.min_by_key(|zone| (world.services[service].zones[world.zone_row(*zone)].wanted, zone.0));
        let Some(zone) = fewest else { return Err(Reason::ResourceFargate) };
        let stock = if spot { plan.zones[zone].spot_stock } else { plan.zones[zone].fargate_stock };
        let row = &mut world.zones[zone];
        let room = row.used[usize::from(spot)] + cpu <= stock;
        if row.powered() && row.reachable() && room && !world.providers[provider].refuses(zone, None) {
            return Ok(zone);
        }
        world.zones[zone].left_out[usize::from(spot)] = cx.now + LEFT_OUT;
    }
}

/// Whether one more task would exceed the Region's vCPU quota; only written quotas bind.
fn quota_reached(world: &World, region: RegionId, spot: bool, cpu: u64, cx: &Cx<'_>) -> bool {
    let region = &cx.plan.regions[region];
    let quota = if spot { region.spot_vcpu_quota } else { region.vcpu_quota };
    quota.is_some_and(|quota| {
        let used: u64 = world.zones.iter().map(|zone| zone.used[usize::from(spot)]).sum();
        used + cpu > quota
    })
}
