//! Clusters, cell by cell.

use super::index::{arns, first as first_of, is_account, parts};
use super::order::{by_name, natural};
use super::{Clusters, after_end, dead, router};
use crate::engine::Time;
use crate::model::ids::{AccountId, BucketId, CellId, ClusterId, ProviderId, RegionId, ServiceId};
use crate::model::plan::{self, StrategyItem};
use crate::model::problem::Noun;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::task_definition::LogMode;
use std::collections::BTreeMap;

/// A cluster while its services are resolved.
#[derive(Default)]
pub(super) struct Home<'a> {
    pub(super) id: ClusterId,
    pub(super) name: &'a str,
    pub(super) region: RegionId,
    pub(super) account: String,
    /// Names that its strategies may use, with their rows. `None`: named, but not understood.
    pub(super) providers: Vec<(String, Option<ProviderId>)>,
    /// The row that stands for `launchType` EC2, once something asked for it.
    pub(super) any_host: Option<ProviderId>,
    /// The row of its hosts outside AWS. `None`: there are none, or they were not understood.
    pub(super) external: Option<ProviderId>,
    /// Whether hosts outside AWS were written.
    pub(super) has_external: bool,
    /// Rows of FARGATE that only `launchType` asked for.
    pub(super) fargate: Option<ProviderId>,
    /// `None`: there is none, or it was not understood.
    pub(super) default_strategy: Option<Vec<StrategyItem>>,
    /// Whether a default strategy was written.
    pub(super) has_default: bool,
    /// Whether its weights are all 0: ECS takes it for the cluster and refuses who falls back on it.
    pub(super) default_of_zero: bool,
    pub(super) log_mode: Option<LogMode>,
}

impl Clusters<'_> {
    pub(super) fn clusters(&mut self) {
        let (scenario, index) = (self.scenario, self.index);
        let known: Vec<String> = self.plan.regions.iter().map(|region| region.name.clone()).collect();
        let alive = |row: &(usize, &Cluster)| !dead::cluster(row.1);
        for (place, cluster) in scenario.clusters.iter().enumerate().filter(alive) {
            self.strange_region(place, &known);
            let Some(region) = cluster.region.as_ref().filter(|region| !known.contains(region)) else { continue };
            let at = format!("{}/region", index.cluster_at(place));
            self.out.unknown(Noun::Region, region, &at, known.iter().map(String::as_str));
        }
        let mut by_region: BTreeMap<&str, Vec<(usize, &Cluster)>> = BTreeMap::new();
        for (place, cluster) in scenario.clusters.iter().enumerate().filter(alive) {
            // Those that name none are of the first.
            let region = cluster.region.as_ref().or(index.shown[place].region.as_ref()).unwrap_or(&known[0]);
            by_region.entry(region).or_default().push((place, cluster));
        }
        let mut order = BTreeMap::new();
        let mut services = BTreeMap::new();
        for (row, name) in known.iter().enumerate() {
            let region = RegionId(row as u16);
            let all = by_region.remove(name.as_str()).unwrap_or_default();
            let by_cell = self.by_cell(region, &all);
            let times = self.additions(region);
            let first = by_cell.len().saturating_sub(times.len()).max(1);
            for (place, mut clusters) in by_cell.into_iter().enumerate() {
                clusters.sort_by(|one, other| natural(&one.1.cluster_name, &other.1.cluster_name));
                let added = place.checked_sub(first).map(|row| times[row]);
                let (cell, from) = (CellId(self.plan.cells.len() as u16), rows(&self.plan));
                for (index, cluster) in clusters {
                    order.insert(index, ClusterId(self.plan.clusters.len() as u32));
                    services.insert(index, self.cluster(cluster, index, cell, region));
                }
                let until = rows(&self.plan);
                self.plan.cells.push(plan::Cell {
                    name: router::cell_name(place),
                    region,
                    zones: self.plan.regions[region].zones.clone(),
                    clusters: from.0..until.0,
                    services: from.1..until.1,
                    providers: from.2..until.2,
                    buckets: from.3..until.3,
                    accounts: from.4..until.4,
                    added,
                });
            }
            self.grow(region, &all);
        }
        self.plan.written.clusters = order.into_values().collect();
        self.plan.written.services = services.into_values().flatten().collect();
        self.name_cells();
    }

    /// Cells by their Region's name and their own; by their own alone where only one Region has such a cell.
    fn name_cells(&mut self) {
        let (plan, names) = (&self.plan, &mut self.names);
        names.regions.extend(plan.regions.pairs().map(|(id, region)| (region.name.clone(), id)));
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in &plan.cells {
            *count.entry(&cell.name).or_default() += 1;
        }
        for (id, cell) in plan.cells.pairs() {
            names.cells.insert(format!("{}/{}", plan.regions[cell.region].name, cell.name), id);
            if count[cell.name.as_str()] == 1 {
                names.cells.insert(cell.name.clone(), id);
            }
        }
    }

    /// A cluster with what runs in it; returns its services and streams in the order of the file.
    fn cluster(&mut self, cluster: &Cluster, index: usize, cell: CellId, region: RegionId) -> Vec<ServiceId> {
        let at = self.index.cluster_at(index);
        let name = cluster.cluster_name.as_str();
        self.named(name, &format!("{at}/clusterName"));
        // An account of its own cannot meet a written one: those have digits only.
        let account = cluster.account.clone().or_else(|| self.index.shown[index].account.clone());
        let account = account.unwrap_or_else(|| format!("own-{name}"));
        if cluster.account.as_deref().is_some_and(|account| !is_account(&account)) {
            let message = format!("the number of an account must have twelve digits, not `{account}`");
            self.out.invalid_name(&format!("{at}/account"), message, "such as \"111122223333\"");
        }
        let account_row = self.account_row(region, &account);
        let from = rows(&self.plan);
        let (created, shard) = (self.created(cluster, &at), self.shard(region, name));
        let id = self.plan.clusters.push(plan::Cluster {
            name: name.to_owned(),
            account: account.clone(),
            account_row,
            created,
            cell,
            shard,
            services: from.1..from.1,
            providers: from.2..from.2,
        });
        if self.names.clusters.insert(name.to_owned(), id).is_some() {
            self.out.duplicate(Noun::Cluster, name, &format!("{at}/clusterName"));
            return Vec::new();
        }
        let mut home = Home {
            id,
            name,
            region,
            account,
            has_external: !cluster.external_instances.is_empty(),
            has_default: !cluster.default_capacity_provider_strategy.is_empty(),
            log_mode: cluster.default_log_driver_mode,
            ..Home::default()
        };
        self.contradictions(cluster, index, &home, &at);
        self.providers(&cluster.capacity_providers, &mut home, &at);
        self.external_instances(&cluster.external_instances, &mut home, &format!("{at}/externalInstances"));
        let unusable = cluster.default_capacity_provider_strategy.iter().all(|item| item.weight == 0);
        home.default_of_zero = home.has_default && unusable;
        if home.has_default && !unusable {
            let at = format!("{at}/defaultCapacityProviderStrategy");
            home.default_strategy = self.strategy(&cluster.default_capacity_provider_strategy, &home, &at);
        }
        let services = self.runs(cluster, index, &mut home, &at);
        let (_, services_end, providers_end, ..) = rows(&self.plan);
        let row = &mut self.plan.clusters[id];
        (row.services.end, row.providers.end) = (services_end, providers_end);
        services
    }

    /// Services and streams of a cluster, by name; returns them in the order of the file, streams behind services.
    fn runs(&mut self, cluster: &Cluster, index: usize, home: &mut Home, at: &str) -> Vec<ServiceId> {
        let mut written: BTreeMap<usize, ServiceId> = BTreeMap::new();
        for place in by_name(&cluster.services, |service| &service.service_name) {
            if dead::service(&cluster.services[place]) {
                continue;
            }
            let at = self.index.service_at(index, place);
            written.extend(self.service(&cluster.services[place], home, &at).map(|id| (place, id)));
        }
        for place in by_name(&cluster.run_tasks, |stream| stream.name.as_ref().unwrap_or(&stream.task_definition)) {
            let id = self.stream(&cluster.run_tasks[place], home, &format!("{at}/runTasks/{place}"));
            written.extend(id.map(|id| (cluster.services.len() + place, id)));
        }
        written.into_values().collect()
    }

    /// When a cluster is created, unless it is there from the start.
    fn created(&mut self, cluster: &Cluster, at: &str) -> Option<Time> {
        let time = cluster.created_at.map(|time| Time::ZERO + time.0).filter(|time| *time > Time::ZERO)?;
        let hint = "the cluster never exists: move it, or make `duration` longer";
        after_end(&self.plan, time, &format!("{at}/createdAt"), hint, self.out);
        Some(time)
    }

    /// The row of an account in a Region.
    fn account_row(&mut self, region: RegionId, account: &str) -> AccountId {
        let row = self.account_rows.entry((region, account.to_owned()));
        *row.or_insert_with(|| self.plan.accounts.push(account.to_owned()))
    }

    /// The launch bucket of an account, Region and kind.
    pub(super) fn bucket(&mut self, home: &Home, spot: bool) -> BucketId {
        let written = first_of(&self.index.regions, &self.plan.regions[home.region].name);
        let written = written.map(|place| &self.scenario.regions[place]);
        let fargate = written.and_then(|region| region.fargate.clone()).unwrap_or_default();
        let bucket = if spot {
            plan::Bucket { burst: fargate.spot_launch_burst, rate: fargate.spot_launch_rate.0 }
        } else {
            plan::Bucket { burst: fargate.launch_burst, rate: fargate.launch_rate.0 }
        };
        let row = self.buckets.entry((home.region, home.account.clone(), spot));
        *row.or_insert_with(|| self.plan.buckets.push(bucket))
    }

    /// Refuses ARNs that contradict the cluster's Region and account, each kind once for each place.
    fn contradictions(&mut self, cluster: &Cluster, index: usize, home: &Home<'_>, at: &str) {
        let region = self.plan.regions[home.region].name.clone();
        let known = is_account(&home.account.as_str());
        let (scenario, places) = (self.scenario, self.index);
        for (at, arn) in arns(scenario, cluster, at, &|place| places.service_at(index, place)) {
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
    fn strange_region(&mut self, index: usize, known: &[String]) {
        let scenario = self.scenario;
        let cluster = &scenario.clusters[index];
        let Some(region) = self.index.shown[index].region.clone().filter(|_| cluster.region.is_none()) else { return };
        if known.contains(&region) {
            return;
        }
        let at = self.index.cluster_at(index);
        let arns = arns(scenario, cluster, &at, &|place| self.index.service_at(index, place));
        let first = arns.iter().find(|(_, arn)| parts(arn).is_some_and(|(one, _)| one == Some(region.as_str())));
        let place = first.map_or(at, |(at, _)| at.clone());
        let message = format!("this is in `{region}`, which is none of the scenario's Regions: {}", known.join(", "));
        let hint = format!("add {{\"name\": \"{region}\"}} to `regions`, or mend the ARN");
        self.out.conflict(&place, message, hint);
    }
}

/// How many clusters, services, providers, buckets and accounts there are.
fn rows(plan: &plan::Plan) -> (u32, u32, u16, u16, u32) {
    let (providers, buckets) = (plan.providers.len() as u16, plan.buckets.len() as u16);
    (plan.clusters.len() as u32, plan.services.len() as u32, providers, buckets, plan.accounts.len() as u32)
}
