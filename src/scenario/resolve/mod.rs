//! From what was written to what runs: names become ids, texts become laws, and everything that means nothing becomes a
//! [`Problem`](crate::model::problem::Problem).

mod alarm;
mod application;
mod arn;
mod capacity;
mod change;
mod cluster;
mod composite;
mod container;
mod control_plane;
mod dead;
mod dimension;
mod early;
mod every;
mod external;
mod fault;
mod group;
mod group_health;
mod growth;
mod idle;
mod index;
mod life;
mod managed;
mod network;
mod objective;
mod only_with;
mod order;
mod percent;
mod pipeline;
mod pipeline_alarm;
mod place;
mod placement;
mod platform;
mod poisoned;
mod printed;
mod region;
mod requirements;
mod ringing;
mod router;
mod service;
mod shadow;
mod strategy;
mod stream;
mod task;
mod traffic;
mod units;

use self::service::Written;
use super::file::Scenario;
use super::types;
use crate::engine::{Dist, Span, Time};
use crate::metrics::Objective;
use crate::model::Plan;
use crate::model::cause::FAULTS_MAX;
use crate::model::ids::{AccountId, BucketId, RegionId, ServiceId, TypeId, ZoneId};
use crate::model::names::Names;
use crate::model::plan;
use crate::model::problem::{Noun, Problems};
use crate::model::quantity::Law;
use crate::scenario::ecs::capacity_provider::CapacityProvider;
use crate::scenario::ecs::service::LaunchType;
use crate::scenario::ecs::task_definition::{Protocol, TaskDefinition};
use std::collections::{BTreeMap, BTreeSet};

/// Turns a scenario into a plan; `csv` gives the text of a file that the scenario names. Findings go to `out`; nothing
/// is returned when one of them is an error.
pub fn resolve(
    scenario: &Scenario,
    csv: &dyn Fn(&str) -> Option<String>,
    out: &mut Problems,
) -> Option<(Plan, Vec<Objective>)> {
    let expanded = with_application(scenario);
    let whole = expanded.as_ref().unwrap_or(scenario);
    let mut build = Build {
        scenario: whole,
        index: index::Index::new(whole),
        written_clusters: scenario.clusters.len(),
        out,
        plan: Plan::default(),
        names: Names::default(),
        catalogue: types::catalogue(&scenario.instance_types),
        ports: Vec::new(),
        subnets: BTreeMap::new(),
        written_alarms: BTreeSet::new(),
        changed: None,
        buckets: BTreeMap::new(),
        account_rows: BTreeMap::new(),
        namesakes: BTreeMap::new(),
        used: Used::default(),
        shown: arn::shown(expanded.as_ref().unwrap_or(scenario)),
    };
    build.head();
    build.regions();
    build.catalogue();
    build.definitions();
    build.clusters();
    build.refused();
    build.launch_path();
    build.behaviour();
    build.application();
    build.traffic(csv);
    place::balancers(&mut build.plan);
    build.alarms();
    build.deployment_alarms();
    build.changes();
    build.faults();
    let objectives = build.objectives();
    build.sizes();
    build.dead();
    if !build.out.has_errors() {
        build.left_over();
        build.idle();
        build.ringing();
        build.early_faults();
        build.never_placed();
    }
    let plan = build.plan;
    (!out.has_errors()).then_some((plan, objectives))
}

/// The scenario with the clusters of its application behind those that were written.
fn with_application(scenario: &Scenario) -> Option<Scenario> {
    let clusters = scenario.cellular_application.as_ref()?.clusters();
    let mut expanded = scenario.clone();
    expanded.clusters.extend(clusters);
    Some(expanded)
}

/// The plan under construction, and what has been seen on the way.
struct Build<'a> {
    scenario: &'a Scenario,
    /// Clusters that were written as such; those of the application follow.
    written_clusters: usize,
    out: &'a mut Problems,
    plan: Plan,
    names: Names,
    catalogue: BTreeMap<String, types::Row>,
    /// Fixed host ports with their protocol; the place is the bit.
    ports: Vec<(u32, Protocol)>,
    subnets: BTreeMap<(RegionId, String), ZoneId>,
    /// Lists of the scenario by name.
    index: index::Index<'a>,
    /// Services that changes name, once somebody has asked.
    changed: Option<BTreeSet<ServiceId>>,
    /// Names of alarms as they are written, refused ones as well.
    written_alarms: BTreeSet<&'a str>,
    buckets: BTreeMap<(RegionId, String, bool), BucketId>,
    account_rows: BTreeMap<(RegionId, String), AccountId>,
    /// How many services and streams have this name within their cluster.
    namesakes: BTreeMap<String, u32>,
    used: Used,
    /// What the ARNs of each cluster show.
    shown: Vec<arn::Shown>,
}

/// What something refers to, by its place in the file.
#[derive(Default)]
struct Used {
    definitions: BTreeSet<usize>,
    providers: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

/// A problem was noted; there is nothing to go on with.
struct Refused;

/// Tasks, and hosts, that a scenario may ask for at once (model choice: what fits into the memory of a large machine).
const MOST: u64 = 10_000_000;

/// The longest run.
const LONGEST: Span = Span::from_secs(1_000 * 366 * 86_400);

/// Cells of all Regions together (model choice): each is a partition with its own queue and tables.
const MOST_CELLS: usize = 1 << 14;

impl Build<'_> {
    fn head(&mut self) {
        let scenario = self.scenario;
        if scenario.name.trim().is_empty()
            || scenario.name.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
            || scenario.name.starts_with('.')
        {
            let hint = "write letters, digits and hyphens: the folder of results has this name";
            self.out.invalid_name("/name", format!("`{}` cannot be the name of a folder", scenario.name), hint);
        }
        let duration = scenario.duration.0;
        if duration == Span::ZERO || duration > LONGEST {
            let message = format!("`duration` must be above 0 and at most a thousand years, not `{duration}`");
            self.out.out_of_range("/duration", message, "write a length such as \"3h\"");
        } else if scenario.warm_up.0 >= duration {
            let message =
                format!("`warmUp` must be shorter than `duration`, `{duration}`, not `{}`", scenario.warm_up.0);
            self.out.out_of_range("/warmUp", message, "the rest is measured: make it shorter");
        }
        match scenario.starts_at.parse::<jiff::Timestamp>() {
            Ok(date) => self.plan.starts_at = date.as_second(),
            Err(error) => {
                let message = format!("`startsAt` must be a date, not `{}`: {error}", scenario.starts_at);
                self.out.malformed("/startsAt", message, "write it as \"2026-01-05T00:00:00Z\"");
            }
        }
        self.plan.name.clone_from(&scenario.name);
        self.plan.seed = scenario.seed;
        self.plan.duration = scenario.duration.0;
        self.plan.warm_up = scenario.warm_up.0;
        self.plan.start_empty = scenario.start_empty;
    }

    /// Remembers the services and families that were written and refused.
    fn refused(&mut self) {
        for Written { full, id, service, cluster, .. } in self.written_services() {
            if id.is_none() && !dead::cluster(cluster) && !dead::service(service) {
                self.out.broken(Noun::Service, &full);
                self.out.broken(Noun::Service, &service.service_name);
                self.out.broken(Noun::Family, family_of(&service.task_definition));
            }
        }
    }

    fn catalogue(&mut self) {
        let mut seen = BTreeSet::new();
        for (index, kind) in self.scenario.instance_types.iter().enumerate() {
            let at = format!("/instanceTypes/{index}");
            if !seen.insert(&kind.instance_type) {
                self.out.twice(&kind.instance_type, &at);
            }
        }
    }

    /// The row of an instance type in the plan.
    fn instance_type(&mut self, name: &str, at: &str) -> Option<TypeId> {
        if let Some(id) = self.names.types.get(name) {
            return Some(*id);
        }
        let row = self.out.find(Noun::InstanceType, &self.catalogue, name, at)?;
        let id = self.plan.types.push(row.plan());
        self.names.types.insert(name.to_owned(), id);
        Some(id)
    }

    /// A law of gaps: one that is always zero would let time stand still.
    fn gaps(&mut self, law: &Law, at: &str) -> Option<Dist> {
        let dist = law.read(at, self.out)?;
        let stands_still = match &dist {
            Dist::Constant(span) | Dist::Uniform(_, span) => *span == Span::ZERO,
            Dist::Empirical(values) => values.iter().all(|value| *value == Span::ZERO),
            _ => false,
        };
        if stands_still {
            let hint = "with a law of zeros time would stand still";
            self.out.out_of_range(at, "a length of time between two events must be above 0", hint);
            return None;
        }
        Some(dist)
    }

    /// Whether a time is after the end of the run, which is warned of.
    fn after_end(&mut self, time: Time, at: &str, hint: &str) -> bool {
        let after = time >= self.plan.end();
        if after {
            let message = format!("`{time}` is after the end of the run, `{}`", self.plan.duration);
            self.out.after_end(at, message, hint);
        }
        after
    }

    /// Whether ECS would take `name` for a cluster, service or family.
    fn named(&mut self, name: &str, at: &str) -> bool {
        let fits = !name.is_empty()
            && name.len() <= 255
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !fits {
            let hint = "use up to 255 letters, digits, `-` and `_`";
            self.out.invalid_name(at, format!("ECS refuses the name `{name}`"), hint);
        }
        fits
    }

    /// Ids are narrow numbers; more rows than they count would alias.
    fn sizes(&mut self) {
        let plan = &self.plan;
        let ids = usize::from(u16::MAX);
        let counts = [
            ("zones", plan.zones.len(), ids),
            ("regions", plan.regions.len(), ids),
            ("capacity providers of clusters", plan.providers.len(), ids),
            ("launch buckets", plan.buckets.len(), ids),
            ("faults", plan.faults.len(), FAULTS_MAX),
        ];
        for (what, count, most) in counts {
            if count > most {
                let message = format!("{count} {what} are more than can be simulated");
                self.out.too_large("", message, format!("at most {most}"));
            }
        }
        if plan.cells.len() > MOST_CELLS {
            let message = format!("the Regions have more than {MOST_CELLS} cells together");
            self.out.too_large("/regions", message, "write fewer `cells`: each is a world of its own");
        }
        let tasks: u64 = plan.services.iter().map(|service| u64::from(service.desired)).sum();
        let hosts: u64 = plan.providers.iter().filter_map(group_size).sum();
        for (what, count) in [("tasks", tasks), ("hosts", hosts)] {
            if count > MOST {
                let message = format!("{count} {what} at the start are more than can be simulated");
                self.out.too_large("/clusters", message, format!("start with {MOST} at most"));
            }
        }
    }

    /// Warns of what nothing refers to.
    fn left_over(&mut self) {
        let scenario = self.scenario;
        let mut warn = |index: usize, used: bool, list: &str, what: &str, name: &str| {
            if !used {
                let message = format!("no cluster uses the {what} `{name}`");
                self.out.unreferenced(&format!("/{list}/{index}"), message, "remove it, or refer to it");
            }
        };
        let alive = |row: &(usize, &TaskDefinition)| !dead::definition(row.1);
        for (index, row) in scenario.task_definitions.iter().enumerate().filter(alive) {
            warn(index, self.used.definitions.contains(&index), "taskDefinitions", "task definition", &row.family);
        }
        let alive = |row: &(usize, &CapacityProvider)| !dead::provider(row.1);
        for (index, row) in scenario.capacity_providers.iter().enumerate().filter(alive) {
            warn(index, self.used.providers.contains(&index), "capacityProviders", "capacity provider", &row.name);
        }
        for (index, row) in scenario.auto_scaling_groups.iter().enumerate() {
            warn(
                index,
                self.used.groups.contains(&index),
                "autoScalingGroups",
                "Auto Scaling group",
                &row.auto_scaling_group_name,
            );
        }
        let known = &self.names.types;
        for (index, row) in scenario.instance_types.iter().enumerate() {
            warn(index, known.contains_key(&row.instance_type), "instanceTypes", "instance type", &row.instance_type);
        }
        for (index, cluster) in scenario.clusters.iter().enumerate() {
            let service = cluster.services.iter().any(|one| one.launch_type == Some(LaunchType::External));
            let stream = cluster.run_tasks.iter().any(|one| one.launch_type == Some(LaunchType::External));
            if !cluster.external_instances.is_empty() && !service && !stream {
                let message =
                    format!("nothing in `{}` has launch type EXTERNAL: its hosts stay empty", cluster.cluster_name);
                let at = format!("{}/externalInstances", self.cluster_at(index));
                self.out.no_effect(&at, message, "remove them, or write \"launchType\": \"EXTERNAL\"");
            }
        }
        if scenario.clusters.is_empty() {
            self.out.no_effect("/clusters", "no cluster: nothing runs", "add a cluster with a service");
        }
    }
}

/// The family in `family`, `family:revision` or an ARN.
fn family_of(reference: &str) -> &str {
    let short = reference.rsplit('/').next().unwrap_or(reference);
    short.split(':').next().unwrap_or(short)
}

fn group_size(provider: &plan::Provider) -> Option<u64> {
    match &provider.kind {
        plan::ProviderKind::Group(group) => Some(u64::from(group.desired)),
        plan::ProviderKind::External(external) => {
            Some(external.hosts.iter().map(|(.., count)| u64::from(*count)).sum())
        }
        _ => None,
    }
}
