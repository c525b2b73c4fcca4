//! From what was written to what runs: names become ids, texts become laws, and everything that means nothing becomes a
//! [`Problem`](crate::model::problem::Problem).
//!
//! ```text
//! Index ─► Regions ─► Clusters ─► Activity ─► Checks
//! ```
//! Each pass is a type. It owns what it makes, takes over what the one before it has made, and ends by giving it on:
//! none can reach what a later one holds, and the last one can change nothing.

mod alarm;
mod alarm_home;
mod application;
mod autoshift;
mod capacity;
mod change;
mod checks;
mod cluster;
mod composite;
mod container;
mod container_instances;
mod control_plane;
mod dead;
mod deployment;
mod evacuation;
mod fault;
mod follow;
mod group;
mod growth;
mod homes;
mod idle;
mod index;
mod life;
mod network;
mod objective;
mod observed;
mod order;
mod percentile;
mod pipeline;
mod placement;
mod printed;
mod quarantine;
mod region;
mod requirements;
mod response;
mod ringing;
mod router;
mod scaling;
mod service;
mod shifted_groups;
mod subnets;
mod table;
mod target_group;
mod task;
mod traffic;
mod units;
mod usage;
mod zonal;

use self::index::{Index, Written};
use super::file::Scenario;
use super::types;
use crate::engine::index::Table;
use crate::engine::{Dist, Span, Time};
use crate::metrics::Objective;
use crate::model::Plan;
use crate::model::ids::{AccountId, BucketId, RegionId, ServiceId, TypeId, ZoneId};
use crate::model::names::Names;
use crate::model::plan;
use crate::model::problem::{Code, Noun, Problem, Problems, Told as Refused};
use crate::model::quantity::Law;
use crate::scenario::ecs::task_definition::Protocol;
use std::collections::{BTreeMap, BTreeSet};

/// Gives the text of a table that the scenario names, or says why it cannot: words that go on from its name.
pub type Csv<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// Turns a scenario into a plan. Findings go to `out`; nothing
/// is returned when one of them is an error.
pub fn resolve(scenario: &Scenario, csv: Csv<'_>, out: &mut Problems) -> Option<(Plan, Vec<Objective>)> {
    let written_clusters = scenario.clusters.len();
    let observed = !scenario.tasks.is_empty() || !scenario.container_instances.is_empty();
    let moves = !scenario.services.is_empty() || scenario.cellular_application.is_some() || observed;
    let whole = moves.then(|| scenario.clone());
    let (whole, guests) = match whole {
        None => (None, homes::Guests::new()),
        Some(mut whole) => {
            let guests = homes::move_in(&mut whole, out);
            // The clusters of an application stand behind those that were written.
            let cells =
                whole.cellular_application.iter().flat_map(crate::scenario::file::CellularApplication::clusters);
            whole.clusters.extend(cells.collect::<Vec<_>>());
            observed::start_laws(&mut whole, out);
            container_instances::hosts(&mut whole, out);
            (Some(whole), guests)
        }
    };
    let index = Index::new(whole.as_ref().unwrap_or(scenario), written_clusters, guests);
    let head = head(scenario, out);
    let Regions { out, regions, zones, names, subnets, .. } = Regions::of(&index, head.duration, out);
    let plan = Plan { regions, zones, ..head };
    let names = Names { zones: names, ..Names::default() };
    let Clusters { out, plan, names, used, .. } = Clusters::of(&index, plan, names, subnets, out);
    let scenario = index.scenario;
    let written_alarms = scenario.alarm_names().into_iter().collect();
    let mut activity = Activity { scenario, index: &index, out, plan, names, written_alarms, changed: None };
    let objectives = activity.all(csv);
    let Activity { out, plan, names, .. } = activity;
    Checks { scenario, index: &index, out, plan: &plan, names: &names, used: &used }.all();
    (!out.has_errors()).then_some((plan, objectives))
}

/// Regions, their zones and their control planes.
struct Regions<'a> {
    scenario: &'a Scenario,
    index: &'a Index<'a>,
    out: &'a mut Problems,
    /// How long the run lasts.
    duration: Span,
    regions: Table<RegionId, plan::Region>,
    zones: Table<ZoneId, plan::Zone>,
    /// Zones by id and by name.
    names: BTreeMap<String, ZoneId>,
    subnets: Subnets,
}

/// The zone that each subnet of a Region lies in.
type Subnets = BTreeMap<(RegionId, String), ZoneId>;

impl<'a> Regions<'a> {
    fn of(index: &'a Index<'a>, duration: Span, out: &'a mut Problems) -> Self {
        let (regions, zones, names) = (Table::default(), Table::default(), BTreeMap::new());
        let subnets = BTreeMap::new();
        let mut pass = Regions { scenario: index.scenario, index, out, duration, regions, zones, names, subnets };
        pass.regions();
        pass
    }
}

/// Clusters and what runs in them.
struct Clusters<'a> {
    scenario: &'a Scenario,
    index: &'a Index<'a>,
    out: &'a mut Problems,
    plan: Plan,
    names: Names,
    catalogue: types::Catalogue,
    /// Types that nothing is known of, and that were told.
    unknown_types: BTreeSet<String>,
    /// Fixed host ports with their protocol; the place is the bit.
    ports: Vec<(u32, Protocol)>,
    subnets: Subnets,
    buckets: BTreeMap<(RegionId, String, bool), BucketId>,
    account_rows: BTreeMap<(RegionId, String), AccountId>,
    /// How many services and streams have this name within their cluster.
    namesakes: BTreeMap<String, u32>,
    used: Used,
}

/// What something refers to, by its place in the file.
#[derive(Default)]
struct Used {
    definitions: BTreeSet<usize>,
    providers: BTreeSet<usize>,
    groups: BTreeSet<usize>,
}

impl<'a> Clusters<'a> {
    fn of(index: &'a Index<'a>, plan: Plan, names: Names, subnets: Subnets, out: &'a mut Problems) -> Self {
        let mut pass = Clusters {
            scenario: index.scenario,
            index,
            out,
            plan,
            names,
            catalogue: types::Catalogue::of(&index.scenario.instance_types),
            unknown_types: BTreeSet::new(),
            ports: Vec::new(),
            subnets,
            buckets: BTreeMap::new(),
            account_rows: BTreeMap::new(),
            namesakes: BTreeMap::new(),
            used: Used::default(),
        };
        pass.instance_types();
        pass.definitions();
        pass.target_groups();
        pass.clusters();
        pass.refused();
        pass.launch_path();
        pass.behaviour();
        pass
    }

    fn instance_types(&mut self) {
        let mut seen = BTreeSet::new();
        for (index, kind) in self.scenario.instance_types.iter().enumerate() {
            if !seen.insert(&kind.instance_type) {
                self.out.twice(&kind.instance_type, &format!("/instanceTypes/{index}"));
            }
        }
    }

    /// Remembers the services and families that were written and refused.
    fn refused(&mut self) {
        for Written { full, id, service, cluster, .. } in self.index.services(&self.names) {
            if id.is_none() && !dead::cluster(cluster) && !dead::service(service) {
                self.out.broken(Noun::Service, &full);
                self.out.broken(Noun::Service, &service.service_name);
                self.out.broken(Noun::Family, family_of(&service.task_definition));
            }
        }
    }

    /// The row of an instance type in the plan.
    fn instance_type(&mut self, name: &str, at: &str) -> Option<TypeId> {
        if let Some(id) = self.names.types.get(name) {
            return Some(*id);
        }
        let Some(row) = self.catalogue.get(name) else {
            self.unknown_type(name, at);
            return None;
        };
        let id = self.plan.types.push(row.plan());
        self.names.types.insert(name.to_owned(), id);
        Some(id)
    }

    /// Says once that nothing is known of a type, and how to learn it.
    fn unknown_type(&mut self, name: &str, at: &str) {
        if !self.unknown_types.insert(name.to_owned()) {
            return;
        }
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let typed = if !name.is_empty() && name.chars().all(fits) { name } else { "TYPE" };
        let near = self.out.nearest(name, self.catalogue.names());
        let near = near.map(|near| format!("did you mean `{near}`? Else ")).unwrap_or_default();
        let hint = format!(
            "{near}add what `aws ec2 describe-instance-types --instance-types {typed}` prints to `instanceTypes`: the \
             shipped table ends in October 2026"
        );
        let message = format!("no instance type is called `{name}`");
        self.out.push(Problem::new(Code::UnknownName, at, message, hint).about(Noun::InstanceType, name));
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
}

/// What happens to services: requests, alarms, changes, faults; and what is to hold in the end.
struct Activity<'a> {
    scenario: &'a Scenario,
    index: &'a Index<'a>,
    out: &'a mut Problems,
    plan: Plan,
    names: Names,
    /// Names of alarms as they are written, refused ones as well.
    written_alarms: BTreeSet<&'a str>,
    /// Services that changes name, once somebody has asked.
    changed: Option<BTreeSet<ServiceId>>,
}

impl Activity<'_> {
    fn all(&mut self, csv: Csv<'_>) -> Vec<Objective> {
        self.application();
        self.traffic(csv);
        traffic::balancers(&mut self.plan);
        self.custom_metrics(csv);
        self.alarms();
        self.deployment_alarms();
        self.cell_alarms();
        self.changes();
        self.autoshifts();
        self.faults();
        self.quarantined();
        self.objectives()
    }
}

/// What is too much, left over or idle in a plan that stands.
struct Checks<'a> {
    scenario: &'a Scenario,
    index: &'a Index<'a>,
    out: &'a mut Problems,
    plan: &'a Plan,
    names: &'a Names,
    used: &'a Used,
}

impl Checks<'_> {
    fn all(&mut self) {
        self.sizes();
        self.dead();
        if !self.out.has_errors() {
            self.left_over();
            self.idle();
            self.ringing();
            self.early_faults();
            self.never_placed();
        }
    }
}

/// The longest run.
const LONGEST: Span = Span::from_secs(1_000 * 366 * 86_400);

/// A plan with nothing but what the scenario says of the run as a whole.
fn head(scenario: &Scenario, out: &mut Problems) -> Plan {
    if scenario.name.trim().is_empty()
        || scenario.name.contains(|c: char| matches!(c, '/' | '\\') || c.is_control())
        || scenario.name.starts_with('.')
    {
        let hint = "write letters, digits and hyphens: the folder of results has this name";
        out.invalid_name("/name", format!("`{}` cannot be the name of a folder", scenario.name), hint);
    }
    let (duration, warm_up) = (scenario.duration.0, scenario.warm_up.0);
    if duration == Span::ZERO || duration > LONGEST {
        let message = format!("`duration` must be above 0 and at most a thousand years, not `{duration}`");
        out.out_of_range("/duration", message, "write a length such as \"3h\"");
    } else if warm_up >= duration {
        let message = format!("`warmUp` must be shorter than `duration`, `{duration}`, not `{warm_up}`");
        out.out_of_range("/warmUp", message, "the rest is measured: make it shorter");
    }
    let date = scenario.starts_at.parse::<jiff::Timestamp>();
    if let Err(error) = &date {
        let message = format!("`startsAt` must be a date, not `{}`: {error}", scenario.starts_at);
        out.malformed("/startsAt", message, "write it as \"2026-01-05T00:00:00Z\"");
    }
    Plan {
        name: scenario.name.clone(),
        seed: scenario.seed,
        starts_at: date.map_or(0, jiff::Timestamp::as_second),
        duration,
        warm_up,
        start_empty: scenario.start_empty,
        ..Plan::default()
    }
}

/// A law of gaps: one that is always zero would let time stand still.
fn gaps(law: &Law, at: &str, out: &mut Problems) -> Option<Dist> {
    let dist = law.read(at, out)?;
    let stands_still = match &dist {
        Dist::Constant(span) | Dist::Uniform(_, span) => *span == Span::ZERO,
        Dist::Empirical(values) => values.iter().all(|value| *value == Span::ZERO),
        _ => false,
    };
    if stands_still {
        let hint = "with a law of zeros time would stand still";
        out.out_of_range(at, "a length of time between two events must be above 0", hint);
    }
    Some(dist).filter(|_| !stands_still)
}

/// Whether a time is after the end of the run, which is warned of.
fn after_end(plan: &Plan, time: Time, at: &str, hint: &str, out: &mut Problems) -> bool {
    let after = time >= plan.end();
    if after {
        out.after_end(at, format!("`{time}` is after the end of the run, `{}`", plan.duration), hint);
    }
    after
}

/// The family in `family`, `family:revision` or an ARN.
fn family_of(reference: &str) -> &str {
    let short = reference.rsplit('/').next().unwrap_or(reference);
    short.split(':').next().unwrap_or(short)
}

/// Entries of the list that stands at `at`, each with its place.
fn placed<'t, T>(list: &'t [T], at: &str) -> impl Iterator<Item = (String, &'t T)> {
    list.iter().enumerate().map(move |(place, one)| (format!("{at}/{place}"), one))
}

/// Each once, in order.
fn sorted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    all.into_iter().collect::<BTreeSet<T>>().into_iter().collect()
}

/// Each once, in the order in which they come first.
fn once<T: Ord + Clone>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).collect()
}
