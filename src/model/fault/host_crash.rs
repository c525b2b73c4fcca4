//! Container instances die.

use super::{
    Cx, Draft, Effect, FaultTarget, Hits, Host, HostsReturn, Kind, Occurrence, Plan, ProviderScope, Scope, World,
};
use crate::model::flows::host::{death, external, scale};
use crate::model::flows::rows::inventory;
use crate::model::plan::ProviderKind;
use crate::model::quantity::Law;

object! {
    /// Container instances die.
    ///
    /// ## What happens
    /// With `at`: `count` hosts of the provider (drawn at random), or a `share` of them, stop at once. With `every`:
    /// each host has its own clock from the moment it is registered.
    /// ## What ECS sees
    /// Nothing but an agent that is not heard: it counts as disconnected after 1 to 2 minutes, and tasks stay RUNNING.
    /// Load-balancer checks fail after 35 to 65 s. The Auto Scaling group ends the instance on failed status checks
    /// (`detection.hostChecks`, 5 min by default), with `HealthCheckType` ELB as soon as a target is out; ECS reports
    /// its tasks as stopped 1 to 2 minutes later (`detection.loss`). Managed Instances are repaired after 5 minutes of
    /// silence.
    /// ## What heals it
    /// Tasks are replaced on other hosts as far as there is room. With `for`, a new host stands in the place of the
    /// dead one when the fault ends; without, the Auto Scaling group launches one when it ends the dead one. A host
    /// outside AWS is repaired when the fault ends, or never without `for`; until then ECS takes its tasks for running.
    /// With `hostsReturn` each host comes back by itself after the end, and with `neverShare` a part of them never
    /// does.
    /// ## Source
    /// [elb-health-checks] [asg-health-checks].
    Spec("camelCase") {
        may {
            /// Whose hosts. Left out: those of every capacity provider.
            capacity_provider: String,
            /// Only hosts in this zone.
            zone: String,
            /// How many at once, with `at`.
            count: u32 => Choice "1",
            /// Share of the hosts, with `at`, instead of `count`: each host is drawn by itself.
            share: f64,
            /// The law of the time from the end of the fault until a host, or one in its place, is back; each is drawn
            /// by itself. The place is the dead host's zone and type, whatever `insufficientCapacity` says (model
            /// choice). Left out: all at once, at the end of the fault.
            hosts_return: Law,
            /// Share of the hosts that never come back, above 0 to 1; each is drawn by itself. A group replaces them as
            /// soon as their loss is noticed, where there is capacity; outside AWS they stay dead. Left out: 0.
            never_share: f64,
        }
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    of: ProviderScope,
    hits: Hits,
    /// How hosts come back; `None`: all at the end.
    hosts: Option<HostsReturn>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let of = draft.capacity(self.capacity_provider.as_ref(), None, self.zone.as_ref());
        let hits = draft.hits(self.count, self.share, 1);
        let hosts = HostsReturn::resolve(self.hosts_return.as_ref(), self.never_share, draft);
        draft.scope = Scope::Host;
        Some(Live { of: of?, hits: hits?, hosts: hosts? })
    }

    fn momentary(&self) -> bool {
        true
    }

    fn counts(&self) -> bool {
        self.count.is_some() || self.share.is_some()
    }

    fn returns(&self) -> Option<&'static str> {
        self.hosts_return.is_some().then_some("hostsReturn")
    }
}

impl Effect for Live {
    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let hosts = if let FaultTarget::Host(host) = occurrence.fault_target {
            vec![host]
        } else {
            self.of.hosts(self.hits, world, occurrence, cx)
        };
        for host in hosts {
            let row = world.hosts.at(host.slot);
            let alive = row.alive;
            // Nobody replaces a machine of the customer, or one in `Standby` of its group.
            let replaced = !row.standby && !matches!(cx.plan.providers[row.provider].kind, ProviderKind::External(_));
            let brings = match &self.hosts {
                Some(back) => alive && back.of_crash(world, host, occurrence, cx),
                None => alive && occurrence.ends.is_some() && replaced,
            };
            if brings {
                inventory::change(world, host, |row| row.held = true);
                let provider = world.hosts.at(host.slot).provider;
                world.providers[provider].held += 1;
                world.held.push((occurrence.cause, provider));
            }
            death::host_dies(world, host, occurrence.cause, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        // With a law of return each successor has an event of its own.
        while self.hosts.is_none()
            && let Some(provider) = world.next_held(occurrence.cause)
        {
            scale::succeed(world, provider, cx);
        }
        external::revive(world, cx);
    }

    fn has_host(&self, host: &Host, plan: &Plan) -> bool {
        self.of.has_host(host, plan)
    }

    fn picks_in_region(&self, plan: &Plan) -> bool {
        self.hits.counts() && !self.of.in_one_cell(plan)
    }

    fn silent(&self) -> bool {
        true
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let hint = "crash tasks instead, or add a capacity provider with hosts";
        (!plan.has_own_hosts()).then_some(("the scenario has no container instances", hint))
    }
}
