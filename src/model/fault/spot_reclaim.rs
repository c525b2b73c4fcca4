//! Spot capacity is taken back.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::engine::Span;
use crate::engine::key::Phase;
use crate::model::fact::{Cause, FaultFact, Hit, NO_ZONE, Reason, StopCode};
use crate::model::flows::For;
use crate::model::flows::host::{at_risk, drain};
use crate::model::flows::rows::account;
use crate::model::flows::scheduler::rebalance;
use crate::model::flows::task::stop;
use crate::model::ids::{HostId, TaskId};
use crate::model::ids::{ProviderId, TypeId, ZoneId};
use crate::model::names::Names;
use crate::model::plan::{Plan, ProviderKind};
use crate::model::problem::Problems;
use crate::model::quantity::Duration;
use crate::model::step;
use crate::model::tables::host::NIL;
use crate::model::tables::provider::Refusal;
use crate::model::tables::task::on_host;
use crate::model::world::{Cx, World};

object! {
    /// Spot capacity is taken back, pool by pool. A pool is a zone and an instance type on EC2, a zone on Fargate Spot.
    ///
    /// ## What happens
    /// The matching pools, or each host or Fargate task in them with probability `share`, get the two-minute notice and
    /// are gone when it ends. Until the fault ends a pool gives nothing new; without `for` it gives at once. With
    /// `every` each pool has its own clock: reclaims come in bursts.
    /// ## What ECS sees
    /// Fargate Spot: the task is told to stop at the notice, `stopCode` `SpotInterruption`, and its replacement starts
    /// at once. EC2 Spot: the host goes to DRAINING at the notice if the agent has `ECS_ENABLE_SPOT_INSTANCE_DRAINING`
    /// or the provider has managed draining; otherwise its tasks run on and die with it. A group with Capacity
    /// Rebalancing acts on the earlier rebalance recommendation: it launches another host, and once that is registered
    /// the one at risk drains (with managed draining) and ends. Managed Instances drain at the recommendation (model
    /// choice).
    /// ## What heals it
    /// Other pools of the same provider. There is no fallback to on-demand.
    /// ## Source
    /// [ecs-fargate-providers] [ec2-spot-notices].
    Spec("camelCase") {
        may {
            /// Whose capacity, such as `FARGATE_SPOT`. Left out: every Spot provider.
            capacity_provider: String,
            /// Only pools in this zone.
            zone: String,
            /// Only pools of this instance type (EC2).
            instance_type: String,
            /// Share of the pool, above 0 to 1: below 1 each host or Fargate task is drawn by itself.
            share: f64,
            /// How long before the notice EC2 sends the rebalance recommendation; `"0s"` by default (model choice). It
            /// acts on groups with `CapacityRebalance` and on Managed Instances only (sourced for groups:
            /// [asg-capacity-rebalancing]).
            recommendation_before: Duration,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: all Spot providers.
    pub providers: Option<Vec<ProviderId>>,
    /// `None`: all.
    pub zone: Option<ZoneId>,
    /// `None`: all.
    pub instance_type: Option<TypeId>,
    /// Share of the pool.
    pub share: f64,
    pub recommendation_before: Span,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let (providers, zone, share) =
            super::scope(self.capacity_provider.as_deref(), self.zone.as_deref(), self.share, at, names, out)?;
        let instance_type = match &self.instance_type {
            Some(name) => Some(names.instance_type(name, &format!("{at}/instanceType"), out)?),
            None => None,
        };
        let recommendation_before = self.recommendation_before.map_or(Span::ZERO, |duration| duration.0);
        Some(Live { providers, zone, instance_type, share: share.unwrap_or(1.0), recommendation_before })
    }
}

/// The notice before Spot capacity is taken back ([ec2-spot-notices]).
const NOTICE: Span = Span::from_secs(120);

impl Live {
    /// Pools of the cell that the fault may hit: provider, zone, instance type.
    pub fn pools(&self, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        let mut pools = Vec::new();
        for provider in world.providers.ids() {
            if self.providers.as_ref().is_some_and(|only| !only.contains(&provider)) {
                continue;
            }
            let types: Vec<Option<TypeId>> = match &plan.providers[provider].kind {
                ProviderKind::Fargate { spot: true, .. } => vec![None],
                ProviderKind::Group(group) if group.spot => group.all_types().into_iter().map(Some).collect(),
                ProviderKind::Managed(managed) if managed.spot => managed.types.iter().copied().map(Some).collect(),
                _ => Vec::new(),
            };
            for zone in world.zones.ids().filter(|zone| self.zone.is_none_or(|only| only == *zone)) {
                let open = types.iter().filter(|kind| self.instance_type.is_none() || self.instance_type == **kind);
                pools.extend(open.map(|kind| FaultTarget::Pool(provider, zone, *kind)));
            }
        }
        pools
    }

    fn hit(&self, occurrence: Occurrence, who: crate::engine::Who, cx: &Cx<'_>) -> bool {
        self.share >= 1.0 || cx.draw(For::FaultHits, occurrence.who.nth(who.0)).happens(self.share)
    }

    fn hosts_get_notice(&self, world: &mut World, pool: FaultTarget, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for slot in 0..world.hosts.slots() {
            let id: HostId = world.hosts.handle(slot);
            let host = world.hosts.at(slot);
            if host.alive
                && FaultTarget::Pool(host.provider, host.zone, Some(host.kind)) == pool
                && self.hit(occurrence, host.who, cx)
            {
                let (provider, cause) = (host.provider, occurrence.cause);
                cx.note(FaultFact::Hits { cause, what: Hit::Host });
                for (_, task) in on_host(&world.tasks, host.first).filter(|(_, task)| task.alive && task.wanted) {
                    cx.note(FaultFact::Hits { cause, what: Hit::Task(task.service) });
                }
                match &cx.plan.providers[provider].kind {
                    ProviderKind::Managed(_) => {
                        cx.note(FaultFact::Noticed { cause });
                        drain::begin(world, id, cause, cx);
                    }
                    _ => at_risk::recommended(world, id, cause, cx),
                }
                cx.after(self.recommendation_before, step::Fault::Notice(id, occurrence.cause));
            }
        }
    }

    fn tasks_get_notice(&self, world: &mut World, pool: FaultTarget, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let plan = cx.plan;
        for slot in 0..world.tasks.slots() {
            let id: TaskId = world.tasks.handle(slot);
            let task = world.tasks.at(slot);
            let here = task.alive && task.wanted && task.host == NIL && task.zone != NO_ZONE;
            let who = task.who(&plan.services[task.service]);
            if here && FaultTarget::Pool(task.provider, task.zone, None) == pool && self.hit(occurrence, who, cx) {
                let service = task.service;
                cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Task(service) });
                cx.note(FaultFact::Noticed { cause: occurrence.cause });
                account::change(world, plan, id, |task| task.cause = occurrence.cause);
                stop::stop_within(world, id, StopCode::SpotInterruption, Reason::None, NOTICE, cx);
                cx.at(cx.now + NOTICE, Phase::Fault, step::Fault::TaskTakenBack(id, occurrence.cause));
            }
        }
    }
}

fn managed_draining(provider: ProviderId, cx: &Cx<'_>) -> bool {
    match &cx.plan.providers[provider].kind {
        ProviderKind::Group(group) => group.draining,
        ProviderKind::Managed(_) => true,
        _ => false,
    }
}

/// The two-minute notice reaches a host.
pub(crate) fn notice(world: &mut World, id: HostId, cause: Cause, cx: &mut Cx<'_>) {
    let Some(host) = world.hosts.get(id) else { return };
    if !host.alive {
        return;
    }
    let provider = host.provider;
    world.hosts.at_mut(id.slot).reclaimed = true;
    let by_agent = matches!(&cx.plan.providers[provider].kind, ProviderKind::Group(group) if group.spot_draining);
    if by_agent || managed_draining(provider, cx) {
        cx.note(FaultFact::Noticed { cause });
        drain::begin(world, id, cause, cx);
    }
    cx.at(cx.now + NOTICE, Phase::Fault, step::Fault::TakenBack(id, cause));
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, cx: &Cx<'_>) -> Vec<FaultTarget> {
        self.pools(world, cx.plan)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let pools = if occurrence.fault_target == FaultTarget::All {
            self.pools(world, cx.plan)
        } else {
            vec![occurrence.fault_target]
        };
        for pool in pools {
            let FaultTarget::Pool(provider, zone, kind) = pool else { continue };
            cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Zone(zone) });
            if occurrence.ends.is_some() {
                world.providers[provider].refusals.push(Refusal::whole(zone, kind, occurrence.cause));
            }
            if kind.is_some() {
                self.hosts_get_notice(world, pool, occurrence, cx);
            } else {
                self.tasks_get_notice(world, pool, occurrence, cx);
            }
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        if occurrence.ends.is_none() {
            return;
        }
        let pools = if occurrence.fault_target == FaultTarget::All {
            self.pools(world, cx.plan)
        } else {
            vec![occurrence.fault_target]
        };
        for pool in pools {
            if let FaultTarget::Pool(provider, zone, kind) = pool {
                world.providers[provider].lift(Refusal::whole(zone, kind, occurrence.cause));
            }
        }
        rebalance::zone_is_back(world, cx);
    }
}
