//! The result of a run, as `run --json` prints it. Names and meanings are the users' contract.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A random quantity: its mean over replications and the 95 % interval of that mean (Student t).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Mean over the replications that have a value.
    pub mean: f64,
    /// Lower end; null with one replication.
    pub low: Option<f64>,
    /// Upper end; null with one replication.
    pub high: Option<f64>,
    /// Replications that have a value.
    pub n: u32,
}

/// A quantity that a run may not have: null when none has it.
pub type Maybe = Option<Estimate>;

/// Everything that is known after the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Version of this shape.
    pub schema_version: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of replication 0.
    pub seed: u64,
    /// How many replications.
    pub replications: u32,
    /// Simulated time of each, in seconds.
    pub simulated_seconds: f64,
    /// Events handled, over all replications.
    pub events: u64,
    /// Hash of the ordered event stream of all replications, 16 hexadecimal digits.
    pub digest: String,
    /// One for each service, in the order of the file.
    pub services: Vec<ServiceRow>,
    /// One for each stream of standalone tasks.
    pub run_tasks: Vec<StreamRow>,
    /// One for each capacity provider with hosts.
    pub capacity_providers: Vec<ProviderRow>,
    /// One for each Region.
    pub control_plane: Vec<PlaneRow>,
    /// Customers' own cells: one row, where a scenario has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cellular_application: Vec<ApplicationRow>,
    /// One for each fault of the file.
    pub faults: Vec<FaultRow>,
    /// One for each change of the file.
    pub changes: Vec<ChangeRow>,
    /// One for each alarm of the file, composite ones last, where it has any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<AlarmRow>,
    /// Who lost what, why and in which phase.
    pub losses: Vec<LossRow>,
    /// One for each objective.
    pub objectives: Vec<ObjectiveRow>,
}

/// What one service did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRow {
    /// "cluster/name".
    pub service: String,
    /// `desiredCount` (for daemons: hosts at the start).
    pub desired_count: u32,
    /// Requests answered in time / requests offered; null without traffic.
    pub request_availability: Maybe,
    /// Share of the window in which available tasks covered the need; null where nothing is ever needed.
    pub capacity_availability: Maybe,
    /// -log10(1 - availability); null when nothing was lost.
    pub nines: Maybe,
    /// First tries in the window.
    pub requests: Requests,
    /// Its capacity providers (or launch type), and the part of `running` on each.
    pub providers: BTreeMap<String, OnProvider>,
    /// Tasks running in truth with lastStatus RUNNING, over the window.
    pub running: Level,
    /// Launches in the window.
    pub launches: Launches,
    /// Tasks stopped in the window, by stop code.
    pub stops: BTreeMap<String, Estimate>,
    /// From launch accepted to RUNNING, of tasks that reached RUNNING in the window.
    pub start_seconds: Quantiles,
    /// Mean share of its running tasks in each zone.
    pub zone_share: BTreeMap<String, Estimate>,
    /// Mean dollars an hour of its tasks; null where a type has no price.
    pub cost_per_hour: Maybe,
}

/// Requests.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// Offered.
    pub offered: Estimate,
    /// Answered in time.
    pub served: Estimate,
    /// The rest.
    pub failed: Estimate,
}

/// What a service had on one capacity provider.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnProvider {
    /// Tasks running, the mean over the window. Over all providers: the mean of `running`.
    pub running: Estimate,
}

/// A level over the window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Least.
    pub min: Estimate,
    /// Mean over time.
    pub mean: Estimate,
    /// Most.
    pub max: Estimate,
}

/// Launches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Launches {
    /// Tasks that ECS created or tried to.
    pub requested: Estimate,
    /// Tasks that reached RUNNING.
    pub running: Estimate,
    /// Those that did not, by reason.
    pub failed: BTreeMap<String, Estimate>,
}

/// Quantiles of a distribution within a replication.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Median.
    pub p50: Maybe,
    /// 99th percentile.
    pub p99: Maybe,
}

/// What one stream of standalone tasks did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRow {
    /// "cluster/family".
    pub stream: String,
    /// Tasks running in truth.
    pub running: Level,
    /// Launches in the window.
    pub launches: Launches,
    /// Tasks that ended their work.
    pub completed: Estimate,
    /// Tasks stopped in the window, by stop code.
    pub stops: BTreeMap<String, Estimate>,
    /// From launch accepted to RUNNING.
    pub start_seconds: Quantiles,
    /// Mean dollars an hour of its tasks.
    pub cost_per_hour: Maybe,
}

/// What one capacity provider with hosts did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderRow {
    /// "cluster/name".
    pub capacity_provider: String,
    /// Container instances up and registered.
    pub hosts: Level,
    /// CapacityProviderReservation, in percent; null without managed scaling.
    pub reservation: Option<Level>,
    /// Mean dollars an hour of its hosts; null where a type has no price.
    pub cost_per_hour: Maybe,
}

/// What the control plane of one Region did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaneRow {
    /// Name of the Region.
    pub region: String,
    /// Launches of services and streams in the window.
    pub launches: PlaneLaunches,
    /// How long launches that were taken on in the window had waited since they were due, for a launch bucket, a queue or
    /// a cell; of all of them, 0 for those that did not wait.
    pub wait_seconds: Quantiles,
    /// What the router in front of the cells did; empty without a control plane of the Region's own.
    pub router: RouterRow,
    /// Clusters that migrated from one cell to another; only where cells are added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Maybe,
    /// Its cells.
    pub cells: Vec<CellRow>,
}

/// RunTask calls at the router, try by try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouterRow {
    /// Calls, each counted once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Maybe,
    /// Tries after the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Maybe,
    /// Tries turned away as the account calls too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_limit: Maybe,
    /// Tries turned away as the cell has too much to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell_busy: Maybe,
    /// Tries lost as the router does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub router_down: Maybe,
    /// Tries lost as the cell does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell_down: Maybe,
    /// Tries lost as the router knows no such cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_cluster: Maybe,
}

/// Launches as a control plane sees them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneLaunches {
    /// Asked for: by the service scheduler, or by RunTask.
    pub offered: Estimate,
    /// Taken on. Whether there is capacity is another question.
    pub accepted: Estimate,
    /// Turned away for their rate.
    pub throttled: Estimate,
    /// Lost, as the router or the cell did not answer.
    pub failed: Estimate,
    /// Still due at the end of the run. Offered is the sum of accepted, throttled, failed and waiting.
    pub waiting: Estimate,
    /// Of those accepted, later than they were due, as a launch bucket, a queue or the cell made them wait.
    pub waited: Estimate,
    /// Accepted / offered; null without launches.
    pub availability: Maybe,
}

/// What one control-plane cell did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CellRow {
    /// `cell-1`, ...
    pub cell: String,
    /// Clusters that it runs at the end.
    pub clusters: u32,
    /// Its highest load / what it can bear; null without a bound.
    pub peak_utilisation: Maybe,
    /// Launches.
    #[serde(flatten)]
    pub launches: PlaneLaunches,
    /// Seconds of the window in which it was down.
    pub down_seconds: Estimate,
}

/// What customers of an application in cells got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRow {
    /// Name.
    pub name: String,
    /// Requests served by its cells / requests of all customers.
    pub request_availability: Maybe,
    /// -log10(1 - requestAvailability); null when nothing was lost.
    pub nines: Maybe,
    /// First tries of all customers in the window.
    pub requests: Requests,
    /// "cluster/name" of its router.
    pub router: String,
    /// Customers of all groups.
    pub customers: u32,
    /// Moves of customers to another cell in the whole run.
    pub moved: Estimate,
    /// Customers without a cell at the end.
    pub without_cell: Estimate,
    /// Its cells.
    pub cells: Vec<ApplicationCellRow>,
}

/// What one of its cells did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationCellRow {
    /// "cluster/name" of its service.
    pub service: String,
    /// Customers at the end.
    pub customers: Estimate,
    /// Requests answered in time / requests that reached it; null when none did.
    pub request_availability: Maybe,
    /// What reached it, late callers of customers who have left included: it sends those on.
    pub requests: Requests,
}

/// What one fault did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultRow {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// How often it began.
    pub occurrences: Estimate,
    /// Begin of the first, in seconds.
    pub begin_seconds: Maybe,
    /// End of the first; null when it does not end.
    pub end_seconds: Maybe,
    /// What it hit.
    pub hit: HitCounts,
    /// Share of clusters that lost something by it.
    pub blast_radius: Maybe,
    /// From begin until ECS or a load balancer first acts on it. This and the three below are means over the occurrences
    /// that have a value, those of all replications together.
    pub detect_seconds: Maybe,
    /// Until the need is met for five minutes without a break.
    pub recover_seconds: Maybe,
    /// Until available tasks are back at the desired count.
    pub full_strength_seconds: Maybe,
    /// Until the zones differ by at most one task.
    pub balanced_seconds: Maybe,
    /// Occurrences that `recoverSeconds` is the mean of.
    pub recovered: Estimate,
    /// Occurrences from which a service never recovered: those that the end of the run cut off, too. They are in no mean.
    pub never_recovered: Estimate,
    /// Requests lost to it.
    pub lost_requests: Estimate,
    /// Task-seconds missing from the desired count through it.
    pub lost_task_seconds: Estimate,
    /// Successful launches until each service first met its need again.
    pub needed_launches: Estimate,
}

/// How many of each a fault hit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HitCounts {
    /// Zones.
    pub zones: Estimate,
    /// Control-plane cells.
    pub cells: Estimate,
    /// Container instances.
    pub hosts: Estimate,
    /// Tasks.
    pub tasks: Estimate,
    /// Services.
    pub services: Estimate,
    /// Clusters.
    pub clusters: Estimate,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRow {
    /// Name.
    pub name: String,
    /// "cluster/name" of what it changes.
    pub service: String,
    /// `completed`, `rolledBack`, `stopped` or `unfinished`: in most replications, of most occurrences.
    pub outcome: String,
    /// The share of the replications with each outcome; with `every`, of the occurrences.
    pub outcomes: BTreeMap<String, Estimate>,
    /// How often it began: once at most, or again and again with `every`.
    pub occurrences: Estimate,
    /// When ECS took it, or its first occurrence, on.
    pub begin_seconds: Maybe,
    /// When that was completed, was back, stalled, or gave way.
    pub end_seconds: Maybe,
    /// What it went through.
    pub stages: Vec<StageRow>,
    /// Requests in the window sent to the new revision until it was completed or taken back.
    pub exposed_requests: Estimate,
    /// The same as a share of all requests offered to the service in the window.
    pub exposed_share: Maybe,
    /// With `shadow`: copies of requests in the window that the new revision got; nobody saw its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copied_requests: Maybe,
    /// How much of what it was to reach it had reached at most: tasks that were, or were being, replaced.
    pub reached_share: Estimate,
    /// Share of the customers who were sent to the new revision at least once, where traffic moves by weights: the largest
    /// weight with `sticky`, else all of them as soon as any is (each sends many requests); null elsewhere.
    pub exposed_customers_share: Maybe,
    /// From its begin until it was found to be bad, on average over the occurrences that were; null when none was.
    pub detect_seconds: Maybe,
    /// From then until the revision before it was back.
    pub rollback_seconds: Maybe,
}

/// A stage of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageRow {
    /// `rolling`, `bake` or `rollback`; `growth` of a feature flag; a stage of the life cycle of a deployment that moves
    /// traffic, with the weight of each of its steps; or the name of the stage of a pipeline.
    pub stage: String,
    /// When it began.
    pub begin_seconds: Maybe,
    /// When it ended.
    pub end_seconds: Maybe,
    /// `completed`, `failed`, `timedOut`, `superseded` or `unfinished`, in the first replication in which it ended.
    pub outcome: String,
}

/// What one alarm did in the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmRow {
    /// Name.
    pub name: String,
    /// "cluster/name" of the service whose metric it watches; of a composite alarm, of the first alarm it names.
    pub service: String,
    /// How often it went to ALARM.
    pub rings: Estimate,
    /// Of these, how often without a reason: no fault was in force and no bad revision was out, nor had been for 15 min.
    pub false_rings: Estimate,
    /// When it first did; null when it never did.
    pub first_ring_seconds: Maybe,
    /// Seconds in ALARM.
    pub in_alarm_seconds: Estimate,
}

/// A part of the losses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LossRow {
    /// "cluster/name".
    pub service: String,
    /// A fault of the file, or a named mechanism.
    pub cause: String,
    /// Where on the way back.
    pub phase: String,
    /// Requests.
    pub lost_requests: Estimate,
    /// Task-seconds.
    pub lost_task_seconds: Estimate,
}

/// An objective and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectiveRow {
    /// As it was written.
    pub objective: serde_json::Value,
    /// The value it was held against: an estimate, a number, a text or null.
    pub measured: serde_json::Value,
    /// The verdict.
    pub verdict: Verdict,
}

/// Verdict on an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// The interval holds the bound.
    Inconclusive,
}
