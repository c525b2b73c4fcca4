//! The first pass: what is written by which name, and where it stands. A look costs the logarithm of a list, not its
//! length.

use super::homes::Guests;
use super::order::by_name;
use crate::model::ids::ServiceId;
use crate::model::names::Names;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::service::Service;
use crate::scenario::file::Scenario;
use std::collections::BTreeMap;

/// The places of all entries of this name, in the order of the file.
pub(super) type Places<'a> = BTreeMap<&'a str, Vec<usize>>;

/// Lists of a scenario by the names of their entries.
pub(super) struct Index<'a> {
    pub(super) scenario: &'a Scenario,
    /// Clusters that were written as such; those of the application follow.
    pub(super) written_clusters: usize,
    /// Places of services at the top level of the file, which stand behind those of their cluster.
    guests: Guests,
    /// What the ARNs of each cluster show.
    pub(super) shown: Vec<Shown>,
    pub(super) families: Places<'a>,
    /// The number of each definition's list of images: that of the first one with the same.
    pub(super) images: Vec<u32>,
    pub(super) providers: Places<'a>,
    /// `autoScalingGroups` by name and by ARN.
    pub(super) groups: Places<'a>,
    /// `behaviour` by service, by family and by capacity provider.
    pub(super) of_services: Places<'a>,
    pub(super) of_families: Places<'a>,
    pub(super) of_providers: Places<'a>,
    pub(super) regions: Places<'a>,
    pub(super) clusters: Places<'a>,
    pub(super) faults: Places<'a>,
    pub(super) changes: Places<'a>,
    /// The row of each change in the plan, by its place in the file.
    pub(super) change_rows: Vec<u32>,
}

/// A service as it is written.
pub(super) struct Written<'a> {
    /// Where it stands in the file.
    pub(super) at: String,
    pub(super) full: String,
    /// Its row, unless it was refused or left out.
    pub(super) id: Option<ServiceId>,
    pub(super) service: &'a Service,
    pub(super) cluster: &'a Cluster,
}

/// What the ARNs of a cluster show.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) region: Option<String>,
    pub(super) account: Option<String>,
}

impl<'a> Index<'a> {
    pub(super) fn new(scenario: &'a Scenario, written_clusters: usize, guests: Guests) -> Index<'a> {
        let mut groups = Places::new();
        for (place, group) in scenario.auto_scaling_groups.iter().enumerate() {
            groups.entry(group.auto_scaling_group_name.as_str()).or_default().push(place);
            let arn = group.auto_scaling_group_arn.as_deref();
            if let Some(arn) = arn.filter(|arn| *arn != group.auto_scaling_group_name) {
                groups.entry(arn).or_default().push(place);
            }
        }
        let behaviour = &scenario.behaviour;
        Index {
            scenario,
            written_clusters,
            guests,
            shown: shown(scenario),
            families: by(scenario.task_definitions.iter().map(|one| Some(one.family.as_str()))),
            images: images(scenario),
            providers: by(scenario.capacity_providers.iter().map(|one| Some(one.name.as_str()))),
            groups,
            of_services: by(behaviour.iter().map(|one| one.service.as_deref())),
            of_families: by(behaviour.iter().map(|one| one.family.as_deref())),
            of_providers: by(behaviour.iter().map(|one| one.capacity_provider.as_deref())),
            regions: by(scenario.regions.iter().map(|one| Some(one.name.as_str()))),
            clusters: by(scenario.clusters.iter().map(|one| Some(one.cluster_name.as_str()))),
            faults: by(scenario.faults.iter().map(|one| Some(one.0.name.as_str()))),
            changes: by(scenario.changes.iter().map(|one| Some(one.name.as_str()))),
            change_rows: change_rows(scenario),
        }
    }
}

/// Where things stand in the file.
impl<'a> Index<'a> {
    /// Where a cluster stands: those of the application are written once for all cells.
    pub(super) fn cluster_at(&self, index: usize) -> String {
        match self.of_application(index) {
            None => format!("/clusters/{index}"),
            Some(0) => "/cellularApplication/router".to_owned(),
            Some(_) => "/cellularApplication/cell".to_owned(),
        }
    }

    /// Where a service of a cluster stands.
    pub(super) fn service_at(&self, index: usize, place: usize) -> String {
        let at = self.cluster_at(index);
        let guests = self.guests.get(index).map_or(&[][..], Vec::as_slice);
        let own = self.scenario.clusters[index].services.len() - guests.len();
        match (self.of_application(index), place.checked_sub(own)) {
            (Some(_), _) => format!("{at}/service"),
            (None, Some(guest)) => format!("/services/{}", guests[guest]),
            (None, None) => format!("{at}/services/{place}"),
        }
    }

    /// The place of a cluster among those of the application, the router first.
    fn of_application(&self, index: usize) -> Option<usize> {
        self.scenario.cellular_application.as_ref()?;
        index.checked_sub(self.written_clusters)
    }

    /// Every service of the file; which rows they have is known once clusters are resolved.
    pub(super) fn services(&self, names: &Names) -> Vec<Written<'a>> {
        let mut found = Vec::new();
        for (index, cluster) in self.scenario.clusters.iter().enumerate() {
            for (place, service) in cluster.services.iter().enumerate() {
                let full = format!("{}/{}", cluster.cluster_name, service.service_name);
                let id = names.services.get(&full).copied();
                found.push(Written { at: self.service_at(index, place), full, id, service, cluster });
            }
        }
        found
    }
}

fn by<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Places<'a> {
    let mut found = Places::new();
    for (place, name) in names.enumerate() {
        if let Some(name) = name {
            found.entry(name).or_default().push(place);
        }
    }
    found
}

/// Definitions of the same images have the same number. A container without an image has one of its own.
fn images(scenario: &Scenario) -> Vec<u32> {
    let mut known: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
    let mut found = Vec::new();
    for (place, definition) in scenario.task_definitions.iter().enumerate() {
        let images: Option<Vec<&str>> =
            definition.container_definitions.iter().map(|one| one.image.as_deref()).collect();
        found.push(images.map_or(place as u32, |images| *known.entry(images).or_insert(place as u32)));
    }
    found
}

/// The first entry of a name.
pub(super) fn first(places: &Places<'_>, name: &str) -> Option<usize> {
    places.get(name)?.first().copied()
}

/// Whether an entry stands before `place` that has the same name.
pub(super) fn stands_before(places: &Places<'_>, name: &str, place: usize) -> bool {
    first(places, name).is_some_and(|first| first < place)
}

/// Changes stand in the plan by name.
fn change_rows(scenario: &Scenario) -> Vec<u32> {
    let mut rows = vec![0; scenario.changes.len()];
    for (row, place) in by_name(&scenario.changes, |change| &change.name).into_iter().enumerate() {
        rows[place] = row as u32;
    }
    rows
}

/// Region and account of an ARN, where it has them.
pub(super) fn parts(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let mut parts = text.splitn(6, ':');
    let (arn, _partition, _service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account) = (parts.next()?, parts.next()?);
    parts.next()?;
    (arn == "arn").then_some((Some(region).filter(|region| !region.is_empty()), Some(account).filter(is_account)))
}

pub(super) fn is_account(text: &&str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ARNs of a cluster and of what stands in it, with their places; `at` is where the cluster stands, and
/// `service_at` where its services do.
pub(super) fn arns<'a>(
    scenario: &'a Scenario,
    cluster: &'a Cluster,
    at: &str,
    service_at: &dyn Fn(usize) -> String,
) -> Vec<(String, &'a str)> {
    let mut found: Vec<(String, Option<&str>)> = vec![(format!("{at}/clusterArn"), cluster.cluster_arn.as_deref())];
    for (place, service) in cluster.services.iter().enumerate() {
        let at = service_at(place);
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

/// The account in the ARNs that services name, of task definitions and target groups: both are in the account of their
/// cluster.
fn named_account(cluster: &Cluster) -> Option<&str> {
    fn named(service: &Service) -> Option<&str> {
        let groups = service.load_balancers.iter().filter_map(|one| one.target_group_arn.as_deref());
        std::iter::once(service.task_definition.as_str()).chain(groups).find_map(|arn| parts(arn)?.1)
    }
    cluster.services.iter().find_map(named)
}

/// What the ARNs of each cluster show, in the order of the file.
pub(super) fn shown(scenario: &Scenario) -> Vec<Shown> {
    let of = |cluster: &Cluster| {
        let arns = arns(scenario, cluster, "", &|_| String::new());
        let all = || arns.iter().filter_map(|(_, arn)| parts(arn));
        Shown {
            region: all().find_map(|(region, _)| region).map(str::to_owned),
            account: all().find_map(|(_, account)| account).or_else(|| named_account(cluster)).map(str::to_owned),
        }
    };
    scenario.clusters.iter().map(of).collect()
}
