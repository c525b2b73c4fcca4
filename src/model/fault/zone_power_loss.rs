//! A zone loses power: every host in it stops at once.

use super::{Effect, Kind, Strike, Thing};
use crate::engine::Who;
use crate::model::fact::{Cause, Fact, Hit};
use crate::model::flows::{For, detect, external, headroom, link, rebalance};
use crate::model::ids::ZoneId;
use crate::model::ids::{HostId, TaskId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::host::NIL;
use crate::model::world::{Cx, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A zone loses power.
///
/// ## What happens
/// The hosts of the zone, or a share of them, stop at once; what runs on them is gone, not drained. Nothing can be
/// launched in a zone that is dark as a whole, and the control plane loses what it has there. Outposts that are anchored
/// to it lose their link to the Region.
/// ## What ECS sees
/// Nothing at first. Load-balancer checks fail and eject the targets after 35 to 65 s (`detection.target`). Fargate tasks are
/// reported as stopped after 1 to 2 minutes (`detection.loss`). Tasks on hosts stay RUNNING until their Auto Scaling group ends
/// the instance on failed status checks (`detection.hostChecks`, 5 min by default), and 1 to 2 minutes longer.
/// ## What heals it
/// Replacement in the other zones as far as there is room. When power returns, capacity comes back as new hosts, and
/// rebalancing evens out the zones.
/// ## Source
/// Domain sheet, sections 6.3 and 13.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Zone id, such as `use1-az1`. Left out: any zone, with `every` one clock for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Share of the zone's hosts that lose power, above 0 to 1; below 1 each host or Fargate task is drawn by itself,
    /// and launches in the zone go on.
    #[serde(default = "whole")]
    pub share: f64,
}

fn whole() -> f64 {
    1.0
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// `None`: every zone, each with its own clock.
    pub zone: Option<ZoneId>,
    /// Share of the zone, above 0 to 1.
    pub share: f64,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let share = super::share(self.share, &format!("{at}/share"), out);
        let zone = super::zone(self.zone.as_deref(), at, names, out)?;
        Some(Live { zone, share: share? })
    }
}

impl Effect for Live {
    fn things(&self, world: &World, _cx: &Cx<'_>) -> Vec<Thing> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, strike, world) {
            cx.note(Fact::Hits { cause: strike.cause, what: Hit::Zone(zone) });
            if self.share >= 1.0 {
                world.zones[zone].dark += 1;
                headroom::zone_lost(world, zone, strike.cause, cx);
                link::cut_anchored(world, zone, strike.cause, cx);
            }
            hosts_go_dark(world, zone, self.share, strike.cause, cx);
            fargate_goes_dark(world, zone, self.share, strike.cause, cx);
        }
    }

    fn end(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        if self.share < 1.0 {
            external::revive(world, cx);
            return;
        }
        for zone in super::zones_of(self.zone, strike, world) {
            world.zones[zone].dark -= 1;
            headroom::zone_back(world, zone, strike.cause, cx);
            link::mend_anchored(world, zone, cx);
        }
        external::revive(world, cx);
        rebalance::zone_is_back(world, cx);
    }
}

fn hosts_go_dark(world: &mut World, zone: ZoneId, share: f64, cause: Cause, cx: &mut Cx<'_>) {
    for slot in 0..world.hosts.slots() {
        let id: HostId = world.hosts.handle(slot);
        let host = world.hosts.at(slot);
        if host.alive && host.zone == zone && hit(host.who, share, cx) {
            detect::host_dies(world, id, cause, cx);
        }
    }
}

fn fargate_goes_dark(world: &mut World, zone: ZoneId, share: f64, cause: Cause, cx: &mut Cx<'_>) {
    for slot in 0..world.tasks.slots() {
        let id: TaskId = world.tasks.handle(slot);
        let task = world.tasks.at(slot);
        let who = task.who(&cx.plan.services[task.service]);
        if task.alive && task.host == NIL && task.zone == zone && hit(who, share, cx) {
            detect::fargate_dies(world, id, cause, cx);
        }
    }
}

fn hit(who: Who, share: f64, cx: &Cx<'_>) -> bool {
    share >= 1.0 || cx.draw(For::FaultHits, who.nth(cx.now.0)).happens(share)
}
