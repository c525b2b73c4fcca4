//! Subnets, hosts, and the zones that they lie in.

use super::Clusters;
use super::cluster::Home;
use super::{placed, sorted};
use crate::model::ids::{RegionId, ZoneId};
use crate::model::plan::{Kind, ProviderKind, StrategyItem};
use crate::scenario::ecs::service::NetworkConfiguration;
use crate::scenario::ecs::task_definition::NetworkMode;

/// Subnets of one `awsvpcConfiguration` (sourced: [ecs-quotas]).
const MOST_SUBNETS: usize = 16;

impl<'a> Clusters<'a> {
    /// Availability zones of a Region: what is used where nothing else is named.
    pub(super) fn zones_of(&self, region: RegionId) -> Vec<ZoneId> {
        let all = self.plan.regions[region].zones.clone().map(ZoneId);
        all.filter(|zone| !self.plan.zones[*zone].kind.away()).collect()
    }

    /// Zones that subnets lie in, in the order of the zones. A subnet that no zone lists takes the first zone that this
    /// list does not use yet, and keeps it.
    pub(super) fn zones_of_subnets(&mut self, subnets: &[String], region: RegionId, at: &str) -> Vec<ZoneId> {
        let all = self.zones_of(region);
        let mut found: Vec<ZoneId> = Vec::new();
        let mut unknown = Vec::new();
        for (at, subnet) in placed(subnets, at) {
            match self.subnets.get(&(region, subnet.clone())) {
                Some(zone) => found.push(*zone),
                None => unknown.push((at, subnet)),
            }
        }
        let listed = self.listed_subnets(region);
        let free = all.iter().filter(|zone| !found.contains(zone)).count();
        if unknown.len() > free && listed.is_empty() {
            let what = if unknown.len() == 1 { "1 subnet".to_owned() } else { format!("{} subnets", unknown.len()) };
            let message = format!("no zone lists {what} here, and {free} zones are left for them: some share a zone");
            let hint = "list each in `subnets` of its zone, or what `aws ec2 describe-subnets` prints in `subnets`";
            self.out.doubtful(at, message, hint);
        }
        for (place, (at, subnet)) in unknown.into_iter().enumerate() {
            let Some(free) = all.iter().find(|zone| !found.contains(zone)).or(all.get(place % all.len().max(1))) else {
                continue;
            };
            found.push(*free);
            self.subnets.insert((region, subnet.clone()), *free);
            let message = format!("no zone lists the subnet `{subnet}`: it takes `{}`", self.plan.zones[*free].id);
            let way_out = "list it in `subnets` of its zone";
            if listed.is_empty() {
                self.out.default_taken(&at, message, way_out);
            } else if !listed.contains(&subnet.as_str()) {
                let near = self.out.nearest(subnet, listed.iter().copied());
                let hint = near.map_or(way_out.to_owned(), |near| format!("did you mean `{near}`? Else {way_out}"));
                self.out.doubtful(&at, message, hint);
            }
        }
        sorted(found)
    }

    /// Subnets that zones of a Region list, or `subnets`. Where there are some, one that none lists may be misspelt.
    fn listed_subnets(&self, region: RegionId) -> Vec<&'a str> {
        let (name, scenario) = (&self.plan.regions[region].name, self.scenario);
        let regions = scenario.regions.iter().filter(|row| row.name == *name);
        let of_zones = regions.flat_map(|row| &row.zones).flat_map(|zone| &zone.subnets).map(String::as_str);
        of_zones.chain(scenario.subnets.iter().map(|one| one.subnet_id.as_str())).collect()
    }

    /// Zones of the subnets of `awsvpc` tasks; otherwise those of the Region, and what hosts stand in elsewhere.
    pub(super) fn task_zones(
        &mut self,
        network: Option<&NetworkConfiguration>,
        definition: usize,
        (kind, strategy): (Kind, &[StrategyItem]),
        home: &Home,
        at: &str,
    ) -> Option<Vec<ZoneId>> {
        let on_fargate = self.on_fargate(strategy);
        let awsvpc = on_fargate || self.scenario.task_definitions[definition].network_mode == Some(NetworkMode::Awsvpc);
        let subnets = network.and_then(|network| network.awsvpc_configuration.as_ref()).map(|config| &config.subnets);
        match (awsvpc, subnets) {
            (true, Some(subnets)) => {
                let at = format!("{at}/networkConfiguration/awsvpcConfiguration/subnets");
                if subnets.is_empty() || subnets.len() > MOST_SUBNETS {
                    let message = format!("ECS takes 1 to {MOST_SUBNETS} subnets, not {}", subnets.len());
                    return self.out.refused(&at, message, "list one subnet for each zone").none();
                }
                let zones = self.zones_of_subnets(subnets, home.region, &at);
                if on_fargate { self.zones_with("Fargate", zones, &at) } else { Some(zones) }
            }
            (true, None) => {
                let hint = "write \"networkConfiguration\": {\"awsvpcConfiguration\": {\"subnets\": [\"subnet-a\"]}}";
                self.out.missing(&format!("{at}/networkConfiguration"), "ECS needs subnets for `awsvpc` tasks", hint);
                None
            }
            (false, Some(_)) => {
                let message = "ECS takes a network configuration for `awsvpc` tasks only";
                let hint = "remove it, or write \"networkMode\": \"awsvpc\" in the task definition";
                self.out.refused(&format!("{at}/networkConfiguration"), message, hint).none()
            }
            (false, None) => Some(self.zones_of_hosts(kind, strategy, home)),
        }
    }

    /// Zones of tasks without subnets: the sites of hosts outside AWS; otherwise the availability zones of the Region,
    /// and those elsewhere in which its hosts may stand. A daemon runs on the hosts of every group of its cluster.
    fn zones_of_hosts(&self, kind: Kind, strategy: &[StrategyItem], home: &Home) -> Vec<ZoneId> {
        let mut zones = self.zones_of(home.region);
        let mut every_group = kind == Kind::Daemon;
        for item in strategy {
            match &self.plan.providers[item.provider].kind {
                ProviderKind::External(external) => return external.zones.clone(),
                ProviderKind::Group(group) => zones.extend(&group.zones),
                ProviderKind::AnyHost => every_group = true,
                ProviderKind::Fargate { .. } | ProviderKind::Managed(_) => {}
            }
        }
        for row in self.plan.providers.iter().filter(|row| every_group && row.cluster == home.id) {
            if let ProviderKind::Group(group) = &row.kind {
                zones.extend(&group.zones);
            }
        }
        sorted(zones)
    }

    /// Zones that Fargate or Managed Instances use: availability zones only. A problem when none is left.
    pub(super) fn zones_with(&mut self, what: &str, zones: Vec<ZoneId>, at: &str) -> Option<Vec<ZoneId>> {
        let (kept, away): (Vec<ZoneId>, Vec<ZoneId>) =
            zones.into_iter().partition(|zone| self.plan.zones[*zone].kind.has_fargate());
        let names: Vec<String> = away.iter().map(|zone| self.plan.zones[*zone].id.clone()).collect();
        let names = names.join("`, `");
        if kept.is_empty() && !away.is_empty() {
            let kind = self.plan.zones[away[0]].kind;
            let hint = if kind.has_ec2() {
                "use subnets of availability zones, or an Auto Scaling group in this zone"
            } else {
                "use subnets of availability zones, or launch type EXTERNAL"
            };
            let message = format!("{what} does not run in `{names}`, a zone of kind `{}`", kind.word());
            return self.out.wrong_target(at, message, hint).none();
        }
        if !away.is_empty() {
            let message = format!("{what} does not run in `{names}`: its tasks stand in the other zones");
            self.out.doubtful(at, message, "take these subnets out");
        }
        Some(kept)
    }

    /// Zones of an Auto Scaling group: EC2 is there. A problem where it is not.
    pub(super) fn zones_with_ec2(&mut self, zones: Vec<ZoneId>, at: &str) -> Option<Vec<ZoneId>> {
        let outside = zones.iter().find(|zone| !self.plan.zones[**zone].kind.has_ec2());
        let Some(outside) = outside else { return Some(zones) };
        let message = format!("EC2 launches no instance in `{}`, which is on premises", self.plan.zones[*outside].id);
        self.out.refused(at, message, "write the hosts there to `externalInstances` of the cluster").none()
    }
}
