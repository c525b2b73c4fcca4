//! A small scenario, made of the types that real ones are made of.

use evenkeel::model::fault;
use evenkeel::model::quantity::{Duration, Law, Rate};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "what matters is that it can be read")]
pub(crate) struct Small {
    name: String,
    duration: Duration,
    seed: Option<u32>,
    #[serde(default)]
    clusters: Vec<Cluster>,
    #[serde(default)]
    task_definitions: Vec<Value>,
    #[serde(default)]
    capacity_providers: Vec<Value>,
    #[serde(default)]
    auto_scaling_groups: Vec<Value>,
    #[serde(default)]
    instance_types: Vec<Value>,
    #[serde(default)]
    #[schemars(schema_with = "faults")]
    faults: Value,
    #[serde(default)]
    breaks: Vec<fault::Spec>,
    #[serde(default)]
    laws: Vec<Law>,
    start: Option<Law>,
    rate: Option<Rate>,
    launch_type: Option<LaunchType>,
    #[serde(default)]
    pins: BTreeMap<String, u8>,
    bound: Option<Bound>,
    tree: Option<Box<Tree>>,
    #[serde(default)]
    alarms: Vec<Value>,
    either: Option<Either>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "what matters is that it can be read")]
struct Cluster {
    cluster_name: String,
    #[serde(default)]
    capacity_providers: Vec<String>,
    #[serde(default)]
    services: Vec<Service>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "what matters is that it can be read")]
struct Service {
    service_name: String,
    #[schemars(range(min = 0, max = 5000))]
    #[serde(default)]
    desired_count: i32,
    #[schemars(extend("x-evenkeel-unused" = true))]
    tags: Option<Value>,
}

/// Where tasks run.
#[derive(Debug, Deserialize, JsonSchema)]
enum LaunchType {
    /// Own instances.
    #[serde(rename = "EC2")]
    Ec2,
    /// Serverless.
    #[serde(rename = "FARGATE")]
    Fargate,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what matters is that it can be read")]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what matters is that it can be read")]
struct Tree {
    #[serde(default)]
    kids: Vec<Tree>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "what matters is that it can be read")]
enum Either {
    Number(f64),
    Text(String),
    Tree(Tree),
    Pair { left: u8, right: u8 },
}

/// An entry of `faults`: fields of its own and one key that is the kind.
fn faults(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let duration = json!({ "type": "string", "format": "evenkeel-duration" });
    let law = generator.subschema_for::<Law>();
    let mut properties = json!({ "name": { "type": "string" }, "at": duration, "for": duration, "every": law });
    let mut kinds = Vec::new();
    for name in fault::KINDS {
        properties[name] = json!({ "type": "object" });
        kinds.push(json!({ "required": [name] }));
    }
    let entry = json!({
        "type": "object", "properties": properties, "required": ["name"], "additionalProperties": false, "oneOf": kinds
    });
    schemars::Schema::try_from(json!({ "type": "array", "items": entry })).unwrap()
}

pub(crate) fn schema() -> Value {
    schemars::schema_for!(Small).to_value()
}
