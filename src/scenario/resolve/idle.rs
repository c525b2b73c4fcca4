//! Settings that are fine by themselves and idle beside the others: said, so that nobody waits for their effect.

use super::Checks;
use super::traffic::DNS_TTL;
use crate::engine::Span;
use crate::model::fault::Effect;
use crate::model::plan::ProviderKind;

impl Checks<'_> {
    pub(super) fn idle(&mut self) {
        self.idle_faults();
        self.idle_waits();
        self.idle_habits();
        self.idle_health();
    }

    fn idle_faults(&mut self) {
        for (index, id) in self.plan.faults_in_order().enumerate() {
            let fault = &self.plan.faults[id];
            let at = format!("/faults/{index}/{}", fault.kind);
            if let Some((why, hint)) = fault.effect.idle(fault.scope, self.plan) {
                self.out.no_effect(&at, format!("{why}: it does nothing"), hint);
            }
            fault.effect.idle_settings(&at, fault.scope, self.plan, self.out);
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
        let faults = &self.plan.faults;
        if loss && !faults.is_empty() && !faults.iter().any(|fault| fault.effect.silent()) {
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
        if self.plan.faults.iter().any(|fault| fault.effect.takes_nodes()) {
            return;
        }
        for (index, traffic) in self.scenario.traffic.iter().enumerate() {
            let Some(balancer) = &traffic.load_balancer else { continue };
            let at = |key: &str| format!("/traffic/{index}/loadBalancer/{key}");
            let found = self.names.services.get(&traffic.service);
            let found = found.and_then(|id| self.plan.services[*id].balancer.as_ref());
            let crosses = found.is_none_or(|one| one.cross_zone);
            if crosses && balancer.dns_ttl.is_some_and(|ttl| ttl.0 != DNS_TTL) {
                self.out.not_used(&at("dnsTtl"), "it matters with `crossZone` off, or when a fault takes a zone");
            }
            if balancer.clients_retry_share.is_some_and(|share| share > 0.0) {
                self.out.not_used(&at("clientsRetryShare"), "no fault takes a whole zone and the node there");
            }
        }
    }

    fn idle_habits(&mut self) {
        for (index, entry) in self.scenario.behaviour.iter().enumerate() {
            let named = entry.capacity_provider.as_ref().and_then(|name| self.names.providers.get(name));
            let Some(rows) = named.filter(|_| entry.spot_instance_draining == Some(true)) else { continue };
            if !rows.iter().any(|row| self.plan.providers[*row].kind.is_spot()) {
                let at = format!("/behaviour/{index}/spotInstanceDraining");
                self.out.not_used(&at, "the instances of this provider are not Spot");
            }
        }
    }
}
