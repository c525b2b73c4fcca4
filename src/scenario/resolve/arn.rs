//! Region and account, from the ARNs that AWS printed.
//!
//! A cluster's own ARN comes first, then those of its services, its capacity providers and their groups. What is
//! written as `region` or `account` wins, and an ARN that contradicts it, or another ARN, is refused.

use super::Build;
use super::cluster::Home;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::file::Scenario;

/// What the ARNs of a cluster show.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) region: Option<String>,
    pub(super) account: Option<String>,
}

/// Region and account of an ARN, where it has them.
fn parts(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let mut parts = text.splitn(6, ':');
    let (arn, _partition, _service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    parts.next()?;
    (arn == "arn").then_some((Some(region).filter(|region| !region.is_empty()), Some(account).filter(is_account)))
}

fn is_account(text: &&str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ARNs of a cluster and of what stands in it, with their places; `at` is where the cluster stands.
fn arns<'a>(scenario: &'a Scenario, cluster: &'a Cluster, at: &str) -> Vec<(String, &'a str)> {
    let mut found: Vec<(String, Option<&str>)> = vec![(format!("{at}/clusterArn"), cluster.cluster_arn.as_deref())];
    for (place, service) in cluster.services.iter().enumerate() {
        let at = format!("{at}/services/{place}");
        found.push((format!("{at}/serviceArn"), service.service_arn.as_deref()));
        found.push((format!("{at}/clusterArn"), service.cluster_arn.as_deref()));
        found.push((format!("{at}/cluster"), service.cluster.as_deref()));
    }
    let own = cluster.capacity_providers.iter().filter(|name| !name.starts_with("FARGATE"));
    let row = |name: &String| scenario.capacity_providers.iter().position(|one| one.name == *name);
    for index in own.filter_map(row) {
        let provider = &scenario.capacity_providers[index];
        let at = format!("/capacityProviders/{index}");
        found.push((format!("{at}/capacityProviderArn"), provider.capacity_provider_arn.as_deref()));
        let Some(group) = &provider.auto_scaling_group_provider else { continue };
        let arn = group.auto_scaling_group_arn.as_str();
        found.push((format!("{at}/autoScalingGroupProvider/autoScalingGroupArn"), Some(arn)));
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let groups = scenario.auto_scaling_groups.iter().enumerate();
        for (index, row) in groups.filter(|(_, row)| row.auto_scaling_group_name == name) {
            let at = format!("/autoScalingGroups/{index}/AutoScalingGroupARN");
            found.push((at, row.auto_scaling_group_arn.as_deref()));
        }
    }
    found.into_iter().filter_map(|(at, arn)| Some((at, arn?))).collect()
}

/// What the ARNs of each cluster show, in the order of the file.
pub(super) fn shown(scenario: &Scenario) -> Vec<Shown> {
    let of = |cluster: &Cluster| {
        let arns = arns(scenario, cluster, "");
        let all = || arns.iter().filter_map(|(_, arn)| parts(arn));
        Shown {
            region: all().find_map(|(region, _)| region).map(str::to_owned),
            account: all().find_map(|(_, account)| account).map(str::to_owned),
        }
    };
    scenario.clusters.iter().map(of).collect()
}

impl Build<'_> {
    /// The name of a cluster's Region, where it is written or an ARN shows it.
    pub(super) fn region_name(&self, index: usize) -> Option<&str> {
        let written = self.scenario.clusters[index].region.as_deref();
        written.or(self.shown[index].region.as_deref())
    }

    /// Refuses ARNs that contradict the cluster's Region and account, each kind once for each place.
    pub(super) fn contradictions(&mut self, cluster: &Cluster, home: &Home<'_>, at: &str) {
        let region = self.plan.regions[home.region].name.clone();
        let known = is_account(&home.account.as_str());
        let scenario = self.scenario;
        for (at, arn) in arns(scenario, cluster, at) {
            let Some((of_region, of_account)) = parts(arn) else { continue };
            if let Some(other) = of_region.filter(|other| *other != region) {
                let message = format!("this is in `{other}`, and the cluster `{}` is in `{region}`", home.name);
                let hint = format!("write \"region\": \"{other}\" in the cluster, or mend the ARN");
                self.out.conflict(&at, message, hint);
            }
            if let Some(other) = of_account.filter(|other| known && *other != home.account) {
                let message =
                    format!("this is of the account {other}, and the cluster `{}` of {}", home.name, home.account);
                let hint = format!("write \"account\": \"{other}\" in the cluster, or mend the ARN");
                self.out.conflict(&at, message, hint);
            }
        }
    }

    /// Refuses a cluster whose ARNs show a Region that the scenario does not have.
    pub(super) fn strange_region(&mut self, index: usize, known: &[String]) {
        let scenario = self.scenario;
        let cluster = &scenario.clusters[index];
        let Some(region) = self.shown[index].region.clone().filter(|_| cluster.region.is_none()) else { return };
        if known.contains(&region) {
            return;
        }
        let at = self.cluster_at(index);
        let arns = arns(scenario, cluster, &at);
        let first = arns.iter().find(|(_, arn)| parts(arn).is_some_and(|(one, _)| one == Some(region.as_str())));
        let place = first.map_or(at, |(at, _)| at.clone());
        let message = format!("this is in `{region}`, which is none of the scenario's Regions: {}", known.join(", "));
        let hint = format!("add {{\"name\": \"{region}\"}} to `regions`, or mend the ARN");
        self.out.conflict(&place, message, hint);
    }
}
