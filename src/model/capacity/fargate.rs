//! Fargate: which zone a task starts in ([ecs-placement] [ecs-fargate-providers] [ec2-spot-notices] [ecs-quotas]
//! [ecs-fargate-throttling]).
//!
//! Tasks are spread over the zones of the subnets: the zone with the fewest tasks of the service on this provider first
//! (Fargate and Fargate Spot are balanced each for itself), then the one with the fewest of all. A zone without power,
//! network or stock is found out by a launch that fails at once and takes no token; launches then stay away from it for
//! five minutes. Fargate Spot has its own stock and no fallback. Where a share of requests fails, one that does is
//! tried in the next zone and launches do not stay away.

use super::luck;
use crate::model::fact::Reason;
use crate::model::ids::{ProviderId, RegionId, ServiceId, ZoneId};
use crate::model::plan::ProviderKind;
use crate::model::purpose::For;
use crate::model::tables::zone::LEFT_OUT;
use crate::model::world::{Cx, World};

/// Why no zone takes a launch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum No {
    /// There is no room: the next launch finds none either.
    Room(Reason),
    /// This one was refused by chance: the next may be taken.
    Luck,
}

/// The zone, or why there is none.
pub(crate) fn choose(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    spot: bool,
    only: Option<ZoneId>,
    cx: &Cx<'_>,
) -> Result<ZoneId, No> {
    let plan = cx.plan;
    let cpu = u64::from(plan.services[service].task.cpu);
    let zones = &plan.services[service].zones;
    if quota_reached(world, provider, plan.zones[zones[0]].region, cpu, cx) {
        return Err(No::Room(Reason::Quota));
    }
    let item = plan.services[service].strategy.iter().position(|item| item.provider == provider);
    let mut unlucky: Vec<ZoneId> = Vec::new();
    loop {
        let open = zones.iter().copied().filter(|zone| {
            only.is_none_or(|only| only == *zone)
                && world.zones[*zone].left_out[usize::from(spot)] <= cx.now
                && !unlucky.contains(zone)
        });
        let row = &world.services[service];
        let count = |zone: ZoneId, item| row.standing_in(world.zone_row(zone), item);
        let fewest = open.min_by_key(|zone| (count(*zone, item), count(*zone, None), zone.0));
        let Some(zone) = fewest else {
            return Err(if unlucky.is_empty() { No::Room(Reason::ResourceFargate) } else { No::Luck });
        };
        let stock = if spot { plan.zones[zone].spot_stock } else { plan.zones[zone].fargate_stock };
        let row = &world.zones[zone];
        let room = row.used[usize::from(spot)] + cpu <= row.stock(stock);
        if row.powered() && row.reachable() && room && !world.providers[provider].refuses(zone, None) {
            if !refused(world, service, provider, zone, cx) {
                return Ok(zone);
            }
            unlucky.push(zone);
            continue;
        }
        world.zones[zone].left_out[usize::from(spot)] = cx.now + LEFT_OUT;
    }
}

/// Whether the next launch is among the share that is refused in a zone.
fn refused(world: &World, service: ServiceId, provider: ProviderId, zone: ZoneId, cx: &Cx<'_>) -> bool {
    let mut partly = world.providers[provider].partly(zone).peekable();
    if partly.peek().is_none() {
        return false;
    }
    let who = luck::next_try(world, service, cx.plan);
    partly.any(|(cause, share)| luck::fails(For::Fails, who, luck::certificate(cause, 0, cx.plan), share, cx))
}

/// Whether one more task would exceed the account's vCPU quota in the Region; only written quotas bind.
fn quota_reached(world: &World, provider: ProviderId, region: RegionId, cpu: u64, cx: &Cx<'_>) -> bool {
    let ProviderKind::Fargate { spot, bucket } = cx.plan.providers[provider].kind else { return false };
    let region = &cx.plan.regions[region];
    let quota = if spot { region.spot_vcpu_quota } else { region.vcpu_quota };
    // An account has one bucket for each Region and kind: the same scope as its quota.
    quota.is_some_and(|quota| world.buckets[bucket].used + cpu > quota)
}
