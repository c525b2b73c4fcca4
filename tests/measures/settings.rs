//! No accepted setting is idle in silence: each field of the schema that is not marked as unused reaches what runs.
//!
//! `everything.json` and the small scenarios of `grounds.rs` write every field. Each is changed there and in some
//! that are shipped, in several ways. One of them at least must change what happens: the digest of the events, or a
//! fact that an onlooker learns. That the plan differs is not enough, as no flow may read it. Where a field is about
//! results alone they must differ; a field that is refused or warned about, however it is changed, passes.

use super::grounds::grounds;
use super::shipped;
use evenkeel::internals::engine::{Limits, Reader, Seed, Sim, Time};
use evenkeel::internals::experiment::{self, Options};
use evenkeel::internals::metrics::Objective;
use evenkeel::internals::model::problem::{Problems, Severity};
use evenkeel::internals::model::{Fact, Plan, World};
use evenkeel::internals::scenario::source::Texts;
use evenkeel::internals::scenario::{self, schema};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Fields that say something about the file, and none about what runs.
const WORDS: [&str; 6] = [
    "Scenario.$schema",
    "Scenario.description",
    "Scenario.sources",
    "Scenario.version",
    "Scenario.changes",
    "Scenario.objectives",
];

/// Fields of which results depend, and nothing that happens.
const RESULTS: [&str; 6] = [
    "Scenario.name",            // The summary has it.
    "Scenario.warmUp",          // When measuring begins.
    "Region.name",              // The row of its control plane has it.
    "PipelineStage.name",       // The row of the stage has it.
    "CompositeAlarm.AlarmName", // The row of the alarm has it.
    "Change.sticky",            // How many customers have seen a revision.
];

/// Shipped scenarios in which something matters that matters in no other place.
const SHIPPED: [&str; 14] = [
    "anywhere-link-cut",
    "big-bang",
    "blocking-logs",
    "canary",
    "ec2-scale-out",
    "grey-zone-outlier",
    "grow-cells",
    "latent-defect",
    "local-zone",
    "network-attach-throttled",
    "outpost",
    "shuffle-sharding",
    "staged-zones",
    "year-big-bang",
];

/// Scenarios that are larger are looked at up to here.
const LIMITS: Limits = Limits { events_max: 20_000, pending_max: usize::MAX, rows_max: usize::MAX };

/// Fields of which only a part matters, as the comment says.
const CHECKED: [&str; 42] = [
    "CustomMetric.csv",                            // A name; `traffic` has the same file.
    "CustomMetric.name",                           // What policies and alarms refer to.
    "CustomMetric.namespace",                      // The same.
    "MetricDimension.Name",                        // Which value is held against the service.
    "PredefinedMetricSpecification.ResourceLabel", // Held against the target group of the service.
    "ScalableTarget.CreationTime",                 // That there is one: AWS printed it.
    "ScalableTarget.ScalableTargetARN",            // The same.
    "ScalingPolicy.CreationTime",                  // The same.
    "ScalingPolicy.PolicyARN",                     // The same, and what `AlarmActions` name.
    "ScheduledAction.ScheduledActionARN",          // The same.
    "MetricConfiguration.metricNames",             // Which policies and alarms are refused or doubtful.
    "MetricConfiguration.resolutionSeconds",       // The same.
    "Alarm.AlarmName",                             // What deployments, changes and objectives refer to.
    "Alarm.AlarmArn",                              // What deployments refer to; else messages have it.
    "Alarm.ExtendedStatistic",                     // Where response times are told, and as a text of its own kind.
    "Alarm.ThresholdMetricId",                     // That there is one: bands are not simulated.
    "ContainerInstance.containerInstanceArn",      // That there is one.
    "ContainerInstance.ec2InstanceId",             // Beside a group that lists the same host.
    "LoadBalancer.targetGroupArn",                 // What `targetGroups` and alarms refer to.
    "Subnet.OutpostArn",                           // That there is one: it is refused.
    "TargetGroup.LoadBalancerArns",                // What alarms refer to.
    "Task.taskArn",                                // A name.
    "Task.pullStartedAt",                          // Told in a note.
    "Task.pullStoppedAt",                          // The same.
    "AutoScalingGroup.AutoScalingGroupName",       // What `autoScalingGroupArn` refers to; else messages have it.
    "ContainerDefinition.name",                    // What `dependsOn` and `loadBalancers` refer to.
    "TaskDefinition.requiresCompatibilities",      // Held against how the task is launched.
    "Zone.parent",                                 // The Region, or nothing.
    "HealthCheck.command",                         // That there is one, and whether it is NONE.
    "LifecycleHook.hookTargetArn",                 // That there is one, where a function is asked.
    "LoadBalancer.loadBalancerName",               // That there is one: a Classic Load Balancer forbids rebalancing.
    "PortMapping.containerPort",                   // In `host` mode; elsewhere it is what `loadBalancers` names.
    "PortMapping.protocol",                        // Beside the same port of another container.
    "Service.clusterArn",                          // The name at its end.
    "Service.serviceArn",                          // Region and account, as other ARNs.
    "CapacityProvider.capacityProviderArn",        // The same.
    "Service.status",                              // INACTIVE.
    "Cluster.status",                              // INACTIVE.
    "CapacityProvider.status",                     // INACTIVE.
    "CapacityProvider.updateStatus",               // DELETE_IN_PROGRESS and DELETE_COMPLETE.
    "Instance.InstanceId",                         // That there is one.
    "TaskDefinition.status",                       // INACTIVE and DELETE_IN_PROGRESS.
];

/// The definition of a schema behind references and "this or null", with its name.
fn behind<'a>(root: &'a Value, mut schema: &'a Value, name: &mut String) -> &'a Value {
    loop {
        if let Some(path) = schema["$ref"].as_str() {
            path.rsplit('/').next().unwrap().clone_into(name);
            schema = root.pointer(path.trim_start_matches('#')).unwrap();
            continue;
        }
        let live: Vec<&Value> =
            schema["anyOf"].as_array().into_iter().flatten().filter(|branch| branch["type"] != "null").collect();
        match live[..] {
            [only] if schema["properties"].is_null() => schema = only,
            _ => return schema,
        }
    }
}

/// Of a field that takes a list or an object, the schema of what is written there.
fn way<'a>(root: &'a Value, value: &Value, schema: &'a Value, name: &mut String) -> &'a Value {
    let fits = |way: &&'a Value| {
        let way = behind(root, way, &mut String::new());
        if value.is_array() { way["items"].is_object() } else { value.is_object() && way["properties"].is_object() }
    };
    match schema["anyOf"].as_array().and_then(|ways| ways.iter().find(fits)) {
        Some(way) => behind(root, way, name),
        None => schema,
    }
}

fn unused(root: &Value, schema: &Value) -> bool {
    let mut name = String::new();
    let target = behind(root, schema, &mut name);
    [schema, target].iter().any(|schema| schema["x-evenkeel-unused"] == true)
}

/// All fields of the schema that are used, as `Definition.field`.
fn fields(root: &Value) -> BTreeSet<String> {
    let own = [("Scenario", root)].into_iter();
    let defs = root["$defs"].as_object().unwrap().iter().map(|(name, schema)| (name.as_str(), schema));
    let mut all = BTreeSet::new();
    for (name, schema) in own.chain(defs).filter(|(name, _)| *name != "Objective") {
        for (field, inner) in schema["properties"].as_object().into_iter().flatten() {
            if !unused(root, inner) && field != "$comment" {
                all.insert(format!("{name}.{field}"));
            }
        }
    }
    all
}

/// Where each field stands in a document, with its schema.
fn places<'a>(
    root: &'a Value,
    value: &Value,
    schema: &'a Value,
    name: &str,
    at: &str,
    out: &mut BTreeMap<String, Vec<(String, &'a Value)>>,
) {
    let mut name = name.to_owned();
    let schema = way(root, value, behind(root, schema, &mut name), &mut name);
    match value {
        Value::Array(list) => {
            for (row, value) in list.iter().enumerate() {
                places(root, value, &schema["items"], &name, &format!("{at}/{row}"), out);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{at}/{key}");
                // One key, one kind: what the kind holds are the fields.
                let mut kinds = schema["oneOf"].as_array().into_iter().flatten();
                if let Some(kind) = kinds.find_map(|kind| kind["properties"].get(key)) {
                    places(root, value, kind, &name, &at, out);
                }
                let Some(inner) = schema["properties"].get(key).filter(|inner| !unused(root, inner)) else { continue };
                out.entry(format!("{name}.{key}")).or_default().push((at.clone(), inner));
                places(root, value, inner, &name, &at, out);
            }
        }
        _ => {}
    }
}

/// Whether a field holds fields of its own, which are looked at one by one.
fn holds_fields(root: &Value, schema: &Value) -> bool {
    let target = behind(root, schema, &mut String::new());
    let entries = behind(root, &target["items"], &mut String::new());
    target["properties"].is_object() || entries["properties"].is_object()
}

/// Other values for a field; `None`: without it.
fn others(root: &Value, value: &Value, schema: &Value, namesakes: &[Value]) -> Vec<Option<Value>> {
    let mut found: Vec<Option<Value>> = namesakes.iter().filter(|other| *other != value).cloned().map(Some).collect();
    let target = behind(root, schema, &mut String::new());
    let listed = target["enum"].as_array().into_iter().flatten().cloned();
    let named = target["oneOf"].as_array().into_iter().flatten().map(|one| one["const"].clone());
    found.extend(listed.chain(named).filter(|other| other != value && !other.is_null()).map(Some));
    match value {
        Value::Bool(flag) => found.push(Some(json!(!flag))),
        Value::Number(number) if number.is_u64() => {
            let number = number.as_u64().unwrap();
            found.extend([number + 1, number.saturating_sub(1), 2 * number, 100].map(|other| Some(json!(other))));
        }
        Value::Number(number) => found.push(Some(json!(number.as_f64().unwrap() / 2.0))),
        Value::String(text) => {
            let texts = [format!("1{text}"), format!("{text}x"), text.replace(['0', '1', '2'], "3")];
            let more = [
                "2048",
                "FARGATE",
                "us-east-1b",
                "subnet-b",
                "eu-west-1",
                "2026-01-05T09:00:00Z",
                "cpu",
                "udp",
                "04:00",
                "WINDOWS_SERVER_2022_CORE",
            ];
            found.extend(texts.iter().map(String::as_str).chain(more).map(|other| Some(json!(other))));
        }
        Value::Array(list) => found.push(Some(json!(list[..list.len().saturating_sub(1)]))),
        Value::Object(map) if map.len() == 1 => {
            found.push(Some(json!({ "constant": "77s" })));
            found.push(Some(json!({ "constant": "77h" })));
        }
        Value::Object(_) | Value::Null => {}
    }
    found.push(None);
    let mut once: Vec<Option<Value>> = Vec::new();
    for other in found {
        if !once.contains(&other) {
            once.push(other);
        }
    }
    once
}

/// Hashes every fact.
#[derive(Default)]
struct Listen(DefaultHasher);

impl Reader<Fact> for Listen {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        batch.hash(&mut self.0);
    }
}

/// What is to run, what is promised of it, and how often something is wrong or doubtful. Without the walk along the
/// schema, as that is slow.
fn look(document: &Value) -> (Option<(Plan, Vec<Objective>)>, usize) {
    let mut problems = Problems::default();
    let files = Texts::one("a.json", document.to_string());
    let table = |name: &str| {
        let rate = if name == "rates.csv" { 5 } else { 6 };
        Ok(format!("seconds,requests_per_second\n0,{rate}\n"))
    };
    let ready = scenario::load("a.json", &files, &mut problems)
        .and_then(|document| scenario::resolved(&document, &table, &mut problems));
    if let Some((plan, _)) = &ready {
        evenkeel::internals::forecast::doubts(plan, &mut problems);
    }
    let told = problems.list.iter().filter(|one| one.severity != Severity::Note || one.message.contains("not used"));
    (ready, told.count())
}

/// What happens, and what an onlooker learns of it: facts carry rows and numbers of the run, and nothing of the plan.
fn happens(plan: &Plan) -> Vec<u64> {
    let worlds = World::all(plan).into_iter().map(|world| (world, Listen::default()));
    let mut sim = Sim::new(plan, Seed(plan.seed).replication(0), worlds, plan.lookahead(), LIMITS);
    sim.prepare(World::prepare);
    sim.run_until(plan.end());
    let digest = sim.digest();
    sim.into_readers().iter().map(|listen| listen.0.finish()).chain([digest]).collect()
}

/// What is written of it.
fn written(plan: &Plan, objectives: &[Objective]) -> String {
    let options = Options { limits: LIMITS, timeline: true, ..Options::default() };
    let outcome = experiment::run(plan, objectives, &options, &());
    format!("{:?} {:?}", outcome.summary, outcome.timeline)
}

/// A document in which settings are changed, and what comes of it as it stands.
struct Ground {
    document: Value,
    plan: String,
    doubts: usize,
    happens: Vec<u64>,
    written: String,
}

impl Ground {
    fn new(document: Value) -> Ground {
        let (ready, doubts) = look(&document);
        let (plan, objectives) = ready.unwrap_or_else(|| panic!("it does not run: {document:#}"));
        let (happens, written) = (happens(&plan), written(&plan, &objectives));
        Ground { document, plan: format!("{plan:?}"), doubts, happens, written }
    }

    /// Changes a field wherever it stands, until something else happens; notes the changes that do nothing.
    fn moves(&self, root: &Value, field: &str, places: &[(String, &Value)], idle: &mut Vec<String>) -> bool {
        let value = |at: &str| self.document.pointer(at).unwrap();
        let mut namesakes: Vec<Value> =
            places.iter().map(|(at, _)| value(at).clone()).filter(|value| !value.is_object()).collect();
        namesakes.push(json!("more.csv"));
        for (at, schema) in places {
            for other in others(root, value(at), schema, &namesakes) {
                let (ready, doubts) = look(&with(&self.document, at, other.as_ref()));
                let Some((plan, objectives)) = ready else { continue };
                let same_plan = format!("{plan:?}") == self.plan;
                let moved = if RESULTS.contains(&field) {
                    written(&plan, &objectives) != self.written
                } else {
                    !same_plan && happens(&plan) != self.happens
                };
                if moved {
                    return true;
                }
                if !same_plan || doubts <= self.doubts && other.as_ref().is_some_and(|other| other != value(at)) {
                    idle.push(other.map_or_else(|| "nothing".to_owned(), |other| other.to_string()));
                }
            }
        }
        false
    }
}

/// A copy of the document with one field changed or taken out.
fn with(document: &Value, at: &str, value: Option<&Value>) -> Value {
    let mut copy = document.clone();
    let (above, key) = at.rsplit_once('/').unwrap();
    let object: &mut Map<String, Value> = copy.pointer_mut(above).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => object.insert(key.to_owned(), value.clone()),
        None => object.remove(key),
    };
    copy
}

#[test]
fn every_setting_reaches_what_runs() {
    let root = schema::value();
    let document: Value = serde_json::from_str(include_str!("everything.json")).unwrap();
    // An on-demand group that drains on Spot notices is one such doubt.
    assert!(look(&document).1 <= 1, "everything.json does not run without a doubt");
    let mut all = BTreeMap::new();
    places(&root, &document, &root, "Scenario", "", &mut all);
    let small = grounds();
    for ground in &small {
        places(&root, ground, &root, "Scenario", "", &mut all);
    }
    let missing: Vec<String> = fields(&root).into_iter().filter(|field| !all.contains_key(field)).collect();
    assert!(missing.is_empty(), "neither everything.json nor a ground writes {missing:#?}");
    let ours = |field: &str, places: &[(String, &Value)]| {
        let holds_fields = places.iter().any(|(_, schema)| holds_fields(&root, schema));
        let promised = field.starts_with("Objective.") || field.starts_with("Promise.");
        !holds_fields && !WORDS.contains(&field) && !promised
    };
    let mut left: Vec<(String, Vec<String>)> = all
        .iter()
        .filter(|(field, places)| ours(field, places))
        .map(|(field, _)| (field.clone(), Vec::new()))
        .collect();
    let shipped = SHIPPED.iter().map(|name| shipped::written(name));
    for document in small.iter().cloned().chain(shipped).chain([document]) {
        let ground = Ground::new(document);
        let mut found = BTreeMap::new();
        places(&root, &ground.document, &root, "Scenario", "", &mut found);
        let moves = |(field, idle): &mut (String, Vec<String>)| {
            found.get(field).is_some_and(|places| ground.moves(&root, field, places, idle))
        };
        left = left.into_par_iter().filter_map(|mut one| (!moves(&mut one)).then_some(one)).collect();
    }
    // Names that something else refers to, and choices of which one is modelled, are refused when they are changed.
    left.retain(|(field, idle)| !idle.is_empty() && !CHECKED.contains(&field.as_str()));
    assert!(left.is_empty(), "changed in every way, these change nothing that happens: {left:#?}");
}

#[test]
fn what_is_idle_beside_the_others_is_told() {
    let spot = json!({ "name": "s", "at": "1h", "spotReclaim": { "recommendationBefore": "1m" } });
    for (parts, words) in [
        (
            json!({ "faults": [{ "name": "g", "at": "1h", "for": "1m", "zoneGrey": { "errorShare": 0.5 } }] }),
            "no service has traffic",
        ),
        (json!({ "faults": [{ "name": "h", "at": "1h", "hostCrash": {} }] }), "no container instances"),
        (json!({ "faults": [{ "name": "r", "at": "1h", "routerOutage": {} }] }), "no call comes from outside"),
        (json!({ "faults": [{ "name": "m", "at": "1h", "mapSourceOutage": {} }] }), "no cluster is created"),
        (
            json!({ "faults": [{ "name": "z", "at": "1h", "controlPlaneZoneLoss": {} }] }),
            "no control plane has a bound",
        ),
        (
            json!({ "faults": [{ "name": "t", "at": "1h", "controlPlaneThrottle": { "share": 0.5 } }] }),
            "no limit of which a share",
        ),
        (json!({ "faults": [{ "name": "a", "at": "1h", "for": "1m", "agentDisconnect": {} }] }), "and so no agents"),
        (json!({ "faults": [{ "name": "l", "at": "1h", "for": "1m", "linkCut": {} }] }), "and none is named"),
        (
            json!({ "faults": [{ "name": "p", "at": "1h", "for": "1m",
                                 "zonePowerLoss": { "hostsReturn": { "constant": "1m" } } }] }),
            "`hostsReturn` is not used",
        ),
        (json!({ "faults": [spot] }), "only EC2 Spot has rebalance recommendations"),
        (json!({ "detection": { "target": { "constant": "50s" } } }), "no service has a load balancer"),
        (
            json!({ "detection": { "hostChecks": { "constant": "50s" } } }),
            "no service has hosts of an Auto Scaling group",
        ),
        (
            json!({ "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s",
                                  "loadBalancer": { "dnsTtl": "9s" } }] }),
            "it matters with `crossZone` off",
        ),
        (
            json!({ "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s",
                                  "loadBalancer": { "clientsRetryShare": 0.4 } }] }),
            "no fault takes a whole zone",
        ),
    ] {
        let mut file = super::scenario(&parts);
        file["clusters"][0]["capacityProviders"] = json!(["FARGATE", "FARGATE_SPOT"]);
        let found = super::said(&file);
        assert!(found.iter().any(|line| line.contains(words)), "{parts} tells {found:#?}");
    }
    let quiet = json!({ "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s",
                                      "loadBalancer": { "dnsTtl": "9s", "crossZone": false } }] });
    assert!(!super::said(&super::scenario(&quiet)).iter().any(|line| line.contains("not used")));
}

#[test]
fn a_share_of_clients_is_a_share() {
    for (share, fine) in [(0.0, true), (0.4, true), (1.0, true), (1.5, false), (-0.1, false)] {
        let file = json!({ "traffic": [{ "service": "shop/web", "rate": "9/s", "requestsPerTask": "60/s",
                                          "loadBalancer": { "clientsRetryShare": share } }] });
        let found = super::said(&super::scenario(&file));
        let refused = found.iter().any(|line| line.starts_with("Error") && line.contains("clientsRetryShare"));
        assert_eq!(refused, !fine, "{share} tells {found:#?}");
    }
}
