//! A zone loses power: every host in it stops at once.

use super::returns::{self, HostsReturn};
use super::{Course, CourseStep, Effect, FaultTarget, Kind, Occurrence};
use crate::engine::Who;
use crate::model::fact::{FaultFact, Hit};
use crate::model::flows::For;
use crate::model::flows::cell::headroom;
use crate::model::flows::host::external;
use crate::model::flows::host::{cut, death};
use crate::model::flows::scheduler::rebalance;
use crate::model::flows::task::die;
use crate::model::flows::traffic::addresses;
use crate::model::ids::ZoneId;
use crate::model::ids::{HostId, TaskId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::quantity::Law;
use crate::model::tables::host::NIL;
use crate::model::world::{Cx, World};

object! {
    /// A zone loses power.
    ///
    /// ## What happens
    /// The hosts of the zone, or a share of them, stop at once; what runs on them is gone, not drained. Nothing can be
    /// launched in a zone that is dark as a whole, and the control plane loses what it has there. Outposts that are
    /// anchored to it lose their link to the Region. Nodes of load balancers in a zone that is dark as a whole do not
    /// answer: requests of their clients fail until these have left them (`loadBalancer.dnsTtl`).
    /// ## What ECS sees
    /// Nothing at first. Load-balancer checks fail and eject the targets after 35 to 65 s (`detection.target`). Fargate
    /// tasks are reported as stopped after 1 to 2 minutes (`detection.loss`). Tasks on hosts stay RUNNING until their
    /// Auto Scaling group ends the instance on failed status checks (`detection.hostChecks`, 5 min by default), and 1
    /// to 2 minutes longer.
    /// ## What heals it
    /// Replacement in the other zones as far as there is room. When power returns, capacity comes back as new hosts,
    /// and rebalancing evens out the zones. All of it is back at the end of the fault, unless `hostsReturn` and
    /// `fargateReturns` say that it comes back little by little, and `neverShare` that a part of it never does.
    /// ## Source
    /// [lib-static-stability]. That hosts come back long after the power, and some never: [event-sydney-2016].
    Spec("camelCase") {
        given {
            /// Share of the zone's hosts that lose power, above 0 to 1; below 1 each host or Fargate task is drawn by
            /// itself, and launches in the zone go on.
            share: f64 = 1.0 => Choice,
        }
        may {
            /// Zone id, such as `use1-az1`. Left out: any zone, with `every` one clock for each.
            zone: String,
            /// The law of the time from the end of the fault until a host that lost its power has it again; each host
            /// is drawn by itself. A host outside AWS then runs again as it was. A group or Managed Instances replace
            /// what they lost wherever they find capacity; until the last of these times is over, the zone gives them a
            /// host only in the place of one that is back, whatever `insufficientCapacity` says (model choice). Left
            /// out: all at once, at the end of the fault.
            hosts_return: Law,
            /// Share of the hosts that lost their power and never have it again, above 0 to 1; each is drawn by itself.
            /// Outside AWS they stay dead; of a group or Managed Instances their places are not given again before the
            /// last of the times of `hostsReturn` is over (model choice). Left out: 0.
            never_share: f64,
            /// How the zone's Fargate stock, on demand and Spot, comes back: steps counted from the end of the fault,
            /// each with the share of what the fault took that is back from then on. Before the first step none is;
            /// what the last one leaves out never is. With a `share` below 1 the fault takes that share of the stock.
            /// Left out: all of it is back at the end of the fault, and a `share` below 1 takes none.
            fargate_returns: Vec<CourseStep>,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: every zone, each with its own clock.
    pub zone: Option<ZoneId>,
    /// Share of the zone, above 0 to 1.
    pub share: f64,
    /// How hosts come back; `None`: all at the end.
    pub hosts: Option<HostsReturn>,
    /// How Fargate stock comes back, from the end of the fault on; `None`: all at the end.
    pub stock: Option<Course>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let share = out.share_above_zero(self.share, &format!("{at}/share"));
        let zone = super::zone(self.zone.as_deref(), at, names, out);
        let hosts = HostsReturn::resolve(self.hosts_return.as_ref(), self.never_share, at, out);
        let stock = returns::stock_course(self.fargate_returns.as_deref(), at, out);
        Some(Live { zone: zone?, share: share?, hosts: hosts?, stock: stock? })
    }
}

impl Live {
    fn hosts_go_dark(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for slot in 0..world.hosts.slots() {
            let id: HostId = world.hosts.handle(slot);
            let host = world.hosts.at(slot);
            if host.alive && host.zone == zone && hit(host.who, self.share, occurrence, cx) {
                if let Some(back) = &self.hosts {
                    back.of_zone(world, id, occurrence, cx);
                }
                death::host_dies(world, id, occurrence.cause, cx);
            }
        }
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::zone_clocks(self.zone, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for zone in super::zones_of(self.zone, occurrence, world) {
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Zone(zone) });
            if self.share >= 1.0 {
                world.zones[zone].dark += 1;
                addresses::node_lost(world, zone, occurrence.cause, cx);
                headroom::zone_lost(world, zone, occurrence.cause, cx);
                cut::cut_anchored(world, zone, occurrence.cause, cx);
            }
            if self.stock.is_some() {
                returns::stock_goes(world, zone, self.share, occurrence.cause);
            }
            self.hosts_go_dark(world, zone, occurrence, cx);
            fargate_goes_dark(world, zone, self.share, occurrence, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let zones = super::zones_of(self.zone, occurrence, world);
        if let Some(course) = &self.stock {
            for zone in &zones {
                returns::stock_returns(*zone, course, occurrence.cause, cx);
            }
        }
        if self.share < 1.0 {
            external::revive(world, cx);
            return;
        }
        for zone in zones {
            world.zones[zone].dark -= 1;
            addresses::node_back(world, zone, occurrence.cause, cx.plan);
            headroom::zone_back(world, zone, occurrence.cause, cx);
            cut::mend_anchored(world, zone, cx);
        }
        external::revive(world, cx);
        rebalance::zone_is_back(world, cx);
    }
}

fn fargate_goes_dark(world: &mut World, zone: ZoneId, share: f64, occurrence: Occurrence, cx: &mut Cx<'_>) {
    for slot in 0..world.tasks.slots() {
        let id: TaskId = world.tasks.handle(slot);
        let task = world.tasks.at(slot);
        let who = task.who(&cx.plan.services[task.service]);
        if task.alive && task.host == NIL && task.zone == zone && hit(who, share, occurrence, cx) {
            die::fargate_dies(world, id, occurrence.cause, cx);
        }
    }
}

fn hit(who: Who, share: f64, occurrence: Occurrence, cx: &Cx<'_>) -> bool {
    share >= 1.0 || cx.draw(For::FaultHits, occurrence.who.nth(who.0)).happens(share)
}
