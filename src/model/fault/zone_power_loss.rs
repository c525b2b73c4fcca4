//! A zone loses power: every host in it stops at once.

use super::{
    Course, CourseStep, Cx, Draft, Effect, HostsReturn, Kind, Occurrence, Plan, Problems, Scope, World, ZoneId, returns,
};
use crate::engine::Who;
use crate::model::flows::For;
use crate::model::flows::cell::headroom;
use crate::model::flows::host::{cut, death, external};
use crate::model::flows::scheduler::rebalance;
use crate::model::flows::task::die;
use crate::model::flows::traffic::addresses;
use crate::model::ids::{HostId, TaskId};
use crate::model::plan::ZoneEvent;
use crate::model::plan::{ProviderKind, StrategyItem};
use crate::model::quantity::Law;
use crate::model::tables::host::NIL;

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
    /// Share of the zone, above 0 to 1.
    pub share: f64,
    /// How hosts come back; `None`: all at the end.
    hosts: Option<HostsReturn>,
    /// How Fargate stock comes back, from the end of the fault on; `None`: all at the end.
    pub(super) stock: Option<Course>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let share = draft.share("share", Some(self.share));
        let zone = draft.zone(self.zone.as_ref());
        let hosts = HostsReturn::resolve(self.hosts_return.as_ref(), self.never_share, draft);
        let stock = returns::stock_course(self.fargate_returns.as_deref(), draft);
        draft.scope = Scope::Zone(zone?);
        Some(Live { share: share??, hosts: hosts?, stock: stock? })
    }

    fn returns(&self) -> Option<&'static str> {
        let stock = self.fargate_returns.as_ref().map(|_| "fargateReturns");
        self.hosts_return.as_ref().map(|_| "hostsReturn").or(stock)
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
    fn zone_event(&self) -> Option<ZoneEvent> {
        Some(ZoneEvent::ZonePowerLoss)
    }

    fn zone_begins(&self, world: &mut World, zone: ZoneId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        if self.takes_nodes() {
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

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let zones = cx.plan.faults[occurrence.fault].scope.zones(occurrence, world, cx.plan);
        if let Some(course) = &self.stock {
            for zone in &zones {
                returns::stock_returns(*zone, course, occurrence.cause, cx);
            }
        }
        if !self.takes_nodes() {
            return external::revive(world, cx);
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

    fn shrinks_stock(&self) -> bool {
        self.stock.is_some()
    }

    fn silent(&self) -> bool {
        true
    }

    fn takes_nodes(&self) -> bool {
        self.share >= 1.0
    }

    fn idle_settings(&self, at: &str, scope: Scope, plan: &Plan, out: &mut Problems) {
        if self.hosts.is_some() && !plan.has_own_hosts() {
            let why = "the scenario has no container instances";
            out.idle(&format!("{at}/hostsReturn"), why, "Fargate comes back by `fargateReturns`");
        }
        let on_fargate =
            |item: &StrategyItem| matches!(plan.providers[item.provider].kind, ProviderKind::Fargate { .. });
        let why = if matches!(scope, Scope::Zone(Some(zone)) if plan.zones[zone].kind.away()) {
            "Fargate is offered in availability zones only"
        } else if plan.services.iter().any(|service| service.strategy.iter().any(on_fargate)) {
            return;
        } else {
            "no service uses Fargate"
        };
        if self.stock.is_some() {
            out.idle(&format!("{at}/fargateReturns"), why, "hosts come back by `hostsReturn`");
        }
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
