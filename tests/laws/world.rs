//! From a scenario's text to its summary, and what a result is held against.
//!
//! Seeds are fixed, so a check passes always or never. A right model misses four standard errors once in 16,000
//! checks; a check with too wide an interval proves nothing, so each also says how sharp its interval must be.

pub(crate) use crate::diary::Diary;
use evenkeel::internals::experiment::replicate;
use evenkeel::internals::model::Plan;
use evenkeel::internals::stats::Moments;
use evenkeel::internals::stats::interval::t_95;
use evenkeel::summary::{Estimate, FaultRow, ServiceRow};
use evenkeel::{End, Options, Scenario, Summary, Texts};
use serde_json::{Value, json};

/// A scenario of Fargate tasks of a quarter vCPU, named `web`; `parts` adds and replaces keys of the file. No first
/// task resolves an image, so that deployments show the law that they are about.
pub(crate) fn world(duration: &str, parts: Value) -> Value {
    let web = json!({ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "web:1", "versionConsistency": "disabled" }] });
    let mut file = json!({ "version": 1, "name": "law", "seed": 7, "duration": duration, "taskDefinitions": [web] });
    let Value::Object(parts) = parts else { panic!("parts of a scenario are an object") };
    file.as_object_mut().unwrap().extend(parts);
    file
}

/// One Region of `count` zones `z1`, `z2`, ...; `fargate` is its block of that name.
pub(crate) fn zones(count: usize, fargate: &Value) -> Value {
    let zones: Vec<Value> = (1..=count).map(|zone| json!({ "id": format!("z{zone}") })).collect();
    json!([{ "name": "us-east-1", "zones": zones, "fargate": fargate }])
}

/// A service of `desired` tasks of `web` over the first `zones` zones; `parts` adds and replaces keys. Rebalancing is
/// off unless asked for, so that nothing moves but what a law speaks of.
pub(crate) fn service(name: &str, desired: u64, zones: usize, parts: &Value) -> Value {
    let subnets: Vec<String> = (1..=zones).map(|zone| format!("subnet-{zone}")).collect();
    let mut service = json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": desired,
        "launchType": "FARGATE", "availabilityZoneRebalancing": "DISABLED",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": subnets } } });
    let object = service.as_object_mut().unwrap();
    for (key, value) in parts.as_object().unwrap() {
        object.insert(key.clone(), value.clone());
    }
    if object.contains_key("capacityProviderStrategy") {
        object.remove("launchType");
    }
    service
}

/// One cluster, `shop`, with both kinds of Fargate.
pub(crate) fn shop(services: &[Value]) -> Value {
    json!([{ "clusterName": "shop", "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "services": services }])
}

/// The `deploymentConfiguration` under which `need` of `desired` tasks must be available, without traffic.
pub(crate) fn needs(need: u64, desired: u64) -> Value {
    let percent = need * 100 / desired;
    assert_eq!((desired * percent).div_ceil(100), need, "no whole percent asks for {need} of {desired}");
    json!({ "deploymentConfiguration": { "minimumHealthyPercent": percent, "maximumPercent": 200 } })
}

/// Text to plan, by the way that every scenario takes.
pub(crate) fn plan(file: &Value) -> Plan {
    let reading = Scenario::read("law.json", &Texts::one("law.json", file.to_string()));
    let scenario = reading.into_result();
    scenario.unwrap_or_else(|problems| panic!("the scenario cannot run: {problems:#?}\n{file:#}")).into_plan()
}

/// The summary of so many replications.
pub(crate) fn run(file: &Value, replications: u32) -> Summary {
    let options = Options { replications, ..Options::default() };
    let outcome = replicate::run(&plan(file), &[], &options, &());
    assert_eq!(outcome.end, End::Finished);
    outcome.summary
}

/// Something of each replication by itself.
pub(crate) fn each<T>(file: &Value, replications: u32, take: impl Fn(&Summary) -> T) -> Vec<T> {
    let plan = plan(file);
    let one = |first_replication| {
        let options = Options { first_replication, ..Options::default() };
        take(&replicate::run(&plan, &[], &options, &()).summary)
    };
    (0..replications).map(one).collect()
}

/// The facts of a run in order of time, and its summary.
pub(crate) fn watch(file: &Value) -> (Diary, Summary) {
    let outcome = replicate::run_with(&plan(file), &[], &Options::default(), &(), Diary::default);
    assert_eq!(outcome.end, End::Finished);
    (outcome.records, outcome.summary)
}

/// The only service.
pub(crate) fn the_service(summary: &Summary) -> &ServiceRow {
    assert_eq!(summary.services.len(), 1);
    &summary.services[0]
}

/// The only fault.
pub(crate) fn the_fault(summary: &Summary) -> &FaultRow {
    assert_eq!(summary.faults.len(), 1);
    &summary.faults[0]
}

/// A case of the reference files.
pub(crate) struct Case(Value);

/// The case of this id.
pub(crate) fn case(id: &str) -> Case {
    const FILES: [&str; 2] = [include_str!("../reference/analytic.json"), include_str!("../reference/queues.json")];
    let all = FILES.iter().flat_map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap());
    Case(all.into_iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("no case `{id}`")))
}

impl Case {
    /// The value, when it is one number.
    pub(crate) fn value(&self) -> f64 {
        self.0["value"].as_f64().unwrap()
    }
    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> f64 {
        self.0["params"][name].as_f64().unwrap_or_else(|| panic!("{}: no {name}", self.0["id"]))
    }
    /// A whole parameter.
    pub(crate) fn count(&self, name: &str) -> u64 {
        self.0["params"][name].as_u64().unwrap_or_else(|| panic!("{}: no {name}", self.0["id"]))
    }
    /// The whole value or parameters, for tables.
    pub(crate) fn row(&self, name: &str) -> &Value {
        &self.0[name]
    }
}

/// Holds a number against the truth, up to the rounding of microseconds and billionths.
pub(crate) fn check(what: &str, found: f64, truth: f64, slack: f64) {
    assert!((found - truth).abs() <= slack, "{what}: {found}, truth {truth}, off by more than {slack}");
}

/// Holds a mean against the truth: within four standard errors, which are at most `sharp` of `scale`.
pub(crate) fn check_within(what: &str, mean: f64, error: f64, truth: f64, sharp: f64) {
    let off = (mean - truth) / error.max(f64::MIN_POSITIVE);
    assert!(off.abs() <= 4.0, "{what}: {mean}, truth {truth}: off by {off:.2} standard errors of {error}");
    assert!(4.0 * error <= sharp, "{what}: {mean} proves nothing, four standard errors are {}", 4.0 * error);
}

/// The standard error behind an estimate. One end of the interval of a share may have been cut at 0 or 1.
pub(crate) fn error(estimate: &Estimate) -> f64 {
    let (low, high) = (estimate.low.unwrap(), estimate.high.unwrap());
    (high - estimate.mean).max(estimate.mean - low) / t_95(u64::from(estimate.n) - 1)
}

/// Holds an estimate of the summary against the truth; `sharp` is relative to the truth.
pub(crate) fn check_mean(what: &str, estimate: &Estimate, truth: f64, sharp: f64) {
    check_within(what, estimate.mean, error(estimate), truth, sharp * truth.abs());
}

/// The same for the complement of a share: what is rare is the sharper question.
pub(crate) fn check_short(what: &str, availability: &Estimate, unavailability: f64, sharp: f64) {
    check_within(what, 1.0 - availability.mean, error(availability), unavailability, sharp * unavailability);
}

/// Holds values of single replications against the truth of their mean; `sharp` is relative to the truth.
pub(crate) fn check_values(what: &str, values: &[f64], truth: f64, sharp: f64) {
    let moments: Moments = values.iter().copied().collect();
    let error = (moments.variance().unwrap() / moments.count() as f64).sqrt();
    check_within(what, moments.mean(), error, truth, sharp * truth.abs());
}

/// Holds a count of `n` trials against the probability of each. The error is that of the truth.
pub(crate) fn check_share(what: &str, hits: usize, n: usize, p: f64, sharp: f64) {
    let error = (p * (1.0 - p) / n as f64).sqrt();
    check_within(what, hits as f64 / n as f64, error, p, sharp * p);
}
