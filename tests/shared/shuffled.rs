//! The same scenario with its lists in another order, or with faults that break nothing: its numbers must stay.

use serde_json::{Value, json};

/// Beginning of the names of the faults that are added.
const IDLE: [&str; 2] = ["!idle", "~idle"];

/// The file with its faults, changes, clusters, and the services and streams of each cluster, the other way round.
/// Clusters stay where a `fullMap` deals them to several cells, as it deals them in the order of the file.
pub(crate) fn turned(file: &Value) -> Value {
    let mut file = file.clone();
    let dealt = file["regions"].as_array().is_some_and(|regions| regions.iter().any(deals));
    for list in ["faults", "changes", "clusters"] {
        if let Some(rows) = file.get_mut(list).and_then(Value::as_array_mut)
            && !(list == "clusters" && dealt)
        {
            rows.reverse();
        }
    }
    for cluster in file.get_mut("clusters").and_then(Value::as_array_mut).into_iter().flatten() {
        for list in ["services", "runTasks"] {
            cluster.get_mut(list).and_then(Value::as_array_mut).into_iter().for_each(|rows| rows.reverse());
        }
    }
    file
}

/// Whether a Region deals its clusters to several cells in the order of the file.
fn deals(region: &Value) -> bool {
    let Some(plane) = region.get("controlPlane").filter(|plane| !plane.is_null()) else { return false };
    let by_name = ["hash", "ring", "shuffleShard"];
    let mapping = plane.pointer("/router/mapping").and_then(Value::as_str).unwrap_or("fullMap");
    !by_name.contains(&mapping)
}

/// The file with faults that never come, one before all others by place and by name, one behind.
pub(crate) fn with_idle(file: &Value) -> Value {
    let mut file = file.clone();
    let end = file["duration"].clone();
    let idle = |name: &str, kind: &str, what: Value| json!({ "name": name, "at": end, "for": "1m", kind: what });
    let first = idle(IDLE[0], "zoneGrey", json!({ "errorShare": 0.5 }));
    let last = idle(IDLE[1], "zonePowerLoss", json!({}));
    if !file["faults"].is_array() {
        file["faults"] = json!([]);
    }
    if let Some(faults) = file["faults"].as_array_mut() {
        faults.insert(0, first);
        faults.push(last);
    }
    file
}

/// The numbers of a summary: without the digest of its events and their count, without the idle faults, and with the
/// rows of each list sorted.
pub(crate) fn numbers(summary: &Value) -> Value {
    let mut summary = summary.clone();
    if let Some(object) = summary.as_object_mut() {
        object.remove("digest");
        object.remove("events");
    }
    if let Some(faults) = summary["faults"].as_array_mut() {
        faults.retain(|row| !IDLE.iter().any(|idle| row["name"] == *idle));
    }
    sorted(&summary)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(rows) => {
            let mut rows: Vec<Value> = rows.iter().map(sorted).collect();
            rows.sort_by_cached_key(Value::to_string);
            Value::Array(rows)
        }
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect(),
        other => other.clone(),
    }
}

/// The first places at which two values differ, with what stands there.
pub(crate) fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(one, other, "", &mut found);
    found.truncate(12);
    found
}

fn walk(one: &Value, other: &Value, at: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            for (key, value) in a {
                walk(value, b.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}"), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (place, (value, with)) in a.iter().zip(b).enumerate() {
                walk(value, with, &format!("{at}/{place}"), found);
            }
        }
        _ if one != other => found.push(format!("{at}: {one} against {other}")),
        _ => {}
    }
}
