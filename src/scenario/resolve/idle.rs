//! Settings that are fine by themselves and idle beside the others: said, so that nobody waits for their effect.

use super::Checks;
use super::service::is_spot;
use crate::engine::Span;
use crate::model::fault::{Live, PowerLoss, Spec};
use crate::model::plan::{Kind, ProviderKind, StrategyItem};

impl Checks<'_> {
    pub(super) fn idle(&mut self) {
        self.idle_faults();
        self.idle_waits();
        self.idle_habits();
        self.idle_health();
    }

    fn idle_faults(&mut self) {
        let traffic = self.plan.services.iter().any(|service| service.traffic.is_some());
        let kinds: Vec<&ProviderKind> = self.plan.providers.iter().map(|provider| &provider.kind).collect();
        let own = |kind: &&&ProviderKind| !matches!(kind, ProviderKind::Fargate { .. } | ProviderKind::AnyHost);
        let hosts = kinds.iter().filter(own).count() > 0;
        let on_fargate =
            |item: &StrategyItem| matches!(self.plan.providers[item.provider].kind, ProviderKind::Fargate { .. });
        let fargate = self.plan.services.iter().any(|service| service.strategy.iter().any(on_fargate));
        let away = self.plan.zones.iter().any(|zone| zone.kind.away());
        let spot_hosts = kinds.iter().any(|kind| kind.has_hosts() && is_spot(kind));
        for (index, fault) in self.scenario.faults.iter().enumerate() {
            let at = format!("/faults/{index}/{}", fault.spec.kind());
            match &fault.spec {
                Spec::ZoneGrey(_) if !traffic => {
                    let message = "a grey zone spoils answers, and no service has traffic: it does nothing";
                    self.out.no_effect(&at, message, "add `traffic`");
                }
                Spec::LinkCut(spec) if spec.zone.is_none() && !away => {
                    let message = "every zone is an availability zone, and none is named: it does nothing";
                    self.out.no_effect(&at, message, "name a `zone`, or add one of another kind");
                }
                Spec::AgentDisconnect(_) if !hosts => {
                    let message = "the scenario has no container instances, and so no agents: it does nothing";
                    self.out.no_effect(&at, message, "add a capacity provider with hosts, or `externalInstances`");
                }
                Spec::ZonePowerLoss(spec) => self.idle_returns(spec, &at, hosts, fargate),
                Spec::HostCrash(_) if !hosts => {
                    let message = "the scenario has no container instances: it does nothing";
                    self.out.no_effect(&at, message, "crash tasks instead, or add a capacity provider with hosts");
                }
                Spec::SpotReclaim(spec) if spec.recommendation_before.is_some() && !spot_hosts => {
                    let why = "only EC2 Spot has rebalance recommendations";
                    self.out.not_used(&format!("{at}/recommendationBefore"), why);
                }
                Spec::SpotReclaim(spec) => self.unheeded_recommendation(spec, &at),
                spec => {
                    if let Some((message, hint)) = self.idle_plane(spec) {
                        self.out.no_effect(&at, format!("{message}: it does nothing"), hint);
                    }
                }
            }
        }
    }

    /// What comes back by a law, where nothing of its kind can be lost.
    fn idle_returns(&mut self, spec: &PowerLoss, at: &str, hosts: bool, fargate: bool) {
        let zone = spec.zone.as_ref().and_then(|name| self.names.zones.get(name));
        let away = zone.is_some_and(|zone| self.plan.zones[*zone].kind.away());
        if spec.hosts_return.is_some() && !hosts {
            let why = "the scenario has no container instances";
            self.out.idle(&format!("{at}/hostsReturn"), why, "Fargate comes back by `fargateReturns`");
        }
        if spec.fargate_returns.is_some() && (!fargate || away) {
            let why = if away { "Fargate is offered in availability zones only" } else { "no service uses Fargate" };
            self.out.idle(&format!("{at}/fargateReturns"), why, "hosts come back by `hostsReturn`");
        }
    }

    /// Why a fault of the control plane does nothing, and the way out.
    fn idle_plane(&self, spec: &Spec) -> Option<(&'static str, &'static str)> {
        let plan = self.plan;
        let bound = plan.regions.iter().any(|row| row.plane.as_ref().is_some_and(|plane| plane.zone_rate.is_some()));
        let called = plan.regions.iter().any(|row| row.plane.as_ref().is_some_and(|plane| plane.other_calls > 0));
        let created = || plan.clusters.iter().any(|cluster| cluster.created.is_some());
        let moves = plan.regions.iter().any(|row| row.plane.as_ref().is_some_and(|plane| plane.growth.moves()));
        let streams = || plan.services.iter().any(|service| service.kind == Kind::Stream);
        match spec {
            Spec::RouterOutage(_) if !called && !created() && !streams() => {
                Some(("no call comes from outside", "add `runTasks`, `otherCalls`, or a cluster with `createdAt`"))
            }
            Spec::MapSourceOutage(_) if !created() && !moves => {
                Some(("no cluster is created during the run", "write `createdAt` in a cluster"))
            }
            Spec::ControlPlaneZoneLoss(_) if !bound => {
                Some(("no control plane has a bound", "write `controlPlane.peakRequests` in a Region"))
            }
            Spec::ControlPlaneThrottle(spec) if !bound && spec.rate.is_none() && spec.share != Some(1.0) => {
                Some(("of any load any share is any load", "write `rate`, or `controlPlane.peakRequests` in a Region"))
            }
            _ => None,
        }
    }

    fn idle_waits(&mut self) {
        let balanced = self.plan.services.iter().any(|service| service.balancer.is_some());
        let target = self.scenario.detection.as_ref().is_some_and(|laws| laws.target.is_some());
        if target && !balanced {
            self.out.not_used("/detection/target", "no service has a load balancer");
        }
        self.idle_addresses();
        let loss = self.scenario.detection.as_ref().is_some_and(|laws| laws.loss.is_some());
        let silent = |spec: &Spec| matches!(spec, Spec::ZonePowerLoss(_) | Spec::HostCrash(_) | Spec::SpotReclaim(_));
        let faults = &self.scenario.faults;
        if loss && !faults.is_empty() && !faults.iter().any(|fault| silent(&fault.spec)) {
            let why = "no fault lets a task or host die in silence, and an exit is known at once";
            self.out.not_used("/detection/loss", why);
        }
        let checks = self.scenario.detection.as_ref().is_some_and(|laws| laws.host_checks.is_some());
        if checks && !self.plan.providers.iter().any(|row| matches!(row.kind, ProviderKind::Group(_))) {
            self.out.not_used("/detection/hostChecks", "no service has hosts of an Auto Scaling group");
        }
        let checked = |row: &crate::model::plan::Service| {
            row.balancer.is_some() || row.task.health.is_some() || row.life.health.is_some()
        };
        for service in self.plan.services.iter().filter(|row| row.grace > Span::ZERO && !checked(row)) {
            let message = format!(
                "`healthCheckGracePeriodSeconds` of `{}` is not used: it has no load balancer and no health check",
                service.name
            );
            self.out.unused("", message, "");
        }
    }

    /// Clients leave a node when a fault takes it out of reach; with cross-zone off also when it has no target.
    fn idle_addresses(&mut self) {
        let takes_node = |fault: &crate::model::plan::Fault| match &fault.effect {
            Live::ZonePowerLoss(live) => live.share >= 1.0,
            Live::NetworkCutZone(_) => true,
            _ => false,
        };
        if self.plan.faults.iter().any(takes_node) {
            return;
        }
        let usual = crate::scenario::file::LoadBalancer::default();
        for (index, traffic) in self.scenario.traffic.iter().enumerate() {
            let Some(balancer) = &traffic.load_balancer else { continue };
            let at = |key: &str| format!("/traffic/{index}/loadBalancer/{key}");
            if balancer.cross_zone && balancer.dns_ttl.0 != usual.dns_ttl.0 {
                self.out.not_used(&at("dnsTtl"), "it matters with `crossZone` off, or when a fault takes a zone");
            }
            if balancer.clients_retry_share > 0.0 {
                self.out.not_used(&at("clientsRetryShare"), "no fault takes a whole zone and the node there");
            }
        }
    }

    fn idle_habits(&mut self) {
        for (index, entry) in self.scenario.behaviour.iter().enumerate() {
            let named = entry.capacity_provider.as_ref().and_then(|name| self.names.providers.get(name));
            let Some(rows) = named.filter(|_| entry.spot_instance_draining == Some(true)) else { continue };
            if !rows.iter().any(|row| is_spot(&self.plan.providers[*row].kind)) {
                let at = format!("/behaviour/{index}/spotInstanceDraining");
                self.out.not_used(&at, "the instances of this provider are not Spot");
            }
        }
    }
}
