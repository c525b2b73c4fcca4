//! Spot capacity is taken back.

use super::{Cause, Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Problems, ProviderScope, Scope, World};
use crate::engine::Span;
use crate::engine::key::Phase;
use crate::model::fact::{FaultFact, Hit, NO_ZONE, Reason, StopCode};
use crate::model::flows::For;
use crate::model::flows::host::{at_risk, drain};
use crate::model::flows::rows::account;
use crate::model::flows::scheduler::rebalance;
use crate::model::flows::task::stop;
use crate::model::ids::{HostId, ProviderId, TaskId, TypeId};
use crate::model::names::Names;
use crate::model::plan::ProviderKind;
use crate::model::quantity::Duration;
use crate::model::step;
use crate::model::tables::host::NIL;
use crate::model::tables::provider::Refusal;
use crate::model::tables::task::on_host;

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
    of: ProviderScope,
    /// `None`: all.
    instance_type: Option<TypeId>,
    /// Share of the pool.
    share: f64,
    recommendation_before: Option<Span>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let of = draft.capacity(self.capacity_provider.as_ref(), None, self.zone.as_ref());
        let share = draft.share("share", self.share);
        let instance_type = draft.find("instanceType", self.instance_type.as_ref(), Names::instance_type);
        let spot = |id: &ProviderId| draft.plan.providers[*id].kind.is_spot();
        let named = self.capacity_provider.as_ref().map(|name| (name, draft.names.providers.get(name)));
        match named {
            Some((name, Some(rows))) if !rows.iter().any(spot) => {
                let message = format!("`{name}` has no Spot capacity");
                draft.out.wrong_target(&draft.key("capacityProvider"), message, "name a Spot provider");
            }
            None if !draft.plan.providers.ids().any(|id| spot(&id)) => {
                draft.out.wrong_target(draft.at, "the scenario has no Spot capacity", "add a Spot provider");
            }
            _ => {}
        }
        let recommendation_before = self.recommendation_before.map(|duration| duration.0);
        let share = share?.unwrap_or(1.0);
        draft.scope = Scope::Pool;
        Some(Live { of: of?, instance_type: instance_type?, share, recommendation_before })
    }

    fn momentary(&self) -> bool {
        true
    }
}

/// The notice before Spot capacity is taken back ([ec2-spot-notices]).
const NOTICE: Span = Span::from_secs(120);

impl Live {
    /// Pools of the cell that an occurrence means: provider, zone, instance type.
    pub fn pools(&self, target: FaultTarget, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        if target != FaultTarget::All {
            return vec![target];
        }
        let mut pools = Vec::new();
        for provider in self.of.providers(world, plan) {
            let types: Vec<Option<TypeId>> = match &plan.providers[provider].kind {
                ProviderKind::Fargate { spot: true, .. } => vec![None],
                ProviderKind::Group(group) if group.spot => group.all_types().into_iter().map(Some).collect(),
                ProviderKind::Managed(managed) if managed.spot => managed.types.iter().copied().map(Some).collect(),
                _ => Vec::new(),
            };
            for zone in world.zones.ids().filter(|zone| self.of.zone.is_none_or(|only| only == *zone)) {
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
                        cx.note(FaultFact::Noticed { cause, service: None });
                        drain::begin(world, id, cause, cx);
                    }
                    _ => at_risk::recommended(world, id, cause, cx),
                }
                cx.after(self.recommendation_before.unwrap_or(Span::ZERO), step::Fault::Notice(id, occurrence.cause));
            }
        }
    }

    fn tasks_get_notice(&self, world: &mut World, pool: FaultTarget, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for slot in 0..world.tasks.slots() {
            let id: TaskId = world.tasks.handle(slot);
            let task = world.tasks.at(slot);
            let here = task.alive && task.wanted && task.host == NIL && task.zone != NO_ZONE;
            let who = task.who(&cx.plan.services[task.service]);
            if here && FaultTarget::Pool(task.provider, task.zone, None) == pool && self.hit(occurrence, who, cx) {
                cx.note(FaultFact::Hits { cause: occurrence.cause, what: Hit::Task(task.service) });
                cx.note(FaultFact::Noticed { cause: occurrence.cause, service: Some(task.service) });
                account::change(world, cx.plan, id, |task| task.cause = occurrence.cause);
                stop::within(world, id, StopCode::SpotInterruption, Reason::None, NOTICE, cx);
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
    let Some(host) = world.hosts.get(id).filter(|host| host.alive) else { return };
    let provider = host.provider;
    world.hosts.at_mut(id.slot).reclaimed = true;
    let by_agent = matches!(&cx.plan.providers[provider].kind, ProviderKind::Group(group) if group.spot_draining);
    if by_agent || managed_draining(provider, cx) {
        cx.note(FaultFact::Noticed { cause, service: None });
        drain::begin(world, id, cause, cx);
    }
    cx.at(cx.now + NOTICE, Phase::Fault, step::Fault::TakenBack(id, cause));
}

impl Effect for Live {
    fn fault_targets(&self, _scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        self.pools(FaultTarget::All, world, plan)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for pool in self.pools(occurrence.fault_target, world, cx.plan) {
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
        for pool in self.pools(occurrence.fault_target, world, cx.plan) {
            if let FaultTarget::Pool(provider, zone, kind) = pool {
                world.providers[provider].lift(Refusal::whole(zone, kind, occurrence.cause));
            }
        }
        rebalance::zone_is_back(world, cx);
    }

    fn silent(&self) -> bool {
        true
    }

    fn idle_settings(&self, at: &str, _scope: Scope, plan: &Plan, out: &mut Problems) {
        let at = format!("{at}/recommendationBefore");
        let spot_hosts = |kind: &ProviderKind| kind.has_hosts() && kind.is_spot();
        if self.recommendation_before.is_some() && !plan.providers.iter().any(|row| spot_hosts(&row.kind)) {
            out.not_used(&at, "only EC2 Spot has rebalance recommendations");
        }
        if self.recommendation_before.is_none_or(|before| before == Span::ZERO) {
            return;
        }
        let mut idle: Vec<&str> = Vec::new();
        for (id, provider) in plan.providers.pairs() {
            let ProviderKind::Group(group) = &provider.kind else { continue };
            if self.of.has(id, plan) && group.spot && !group.rebalances && !idle.contains(&group.name.as_str()) {
                idle.push(&group.name);
            }
        }
        for name in idle {
            let message = format!("`recommendationBefore` has no effect on `{name}`: its Capacity Rebalancing is off");
            let hint = "write \"CapacityRebalance\": true in the group, or leave `recommendationBefore` out";
            out.no_effect(&at, message, hint);
        }
    }
}
