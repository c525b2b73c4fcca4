//! Whatever the bytes: no panic, and our words agree with the validator's verdict.

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// A scenario with something of everything in it.
const WHOLE: &str = r#"{
  "version": 1, "name": "x", "duration": "3h", "seed": 42,
  "regions": [{ "name": "r", "controlPlane": { "peakRequests": "900/s", "router": { "pins": { "shop": "cell-1" } } } }],
  "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"],
                 "services": [{ "serviceName": "web", "taskDefinition": "web", "desiredCount": 3, "launchType": "FARGATE" },
                              { "$file": "web.json" }] }],
  "faults": [{ "name": "dark", "at": "1h", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } },
             { "name": "grey", "every": { "lognormal": { "median": "5m", "sigma": 1.2 } }, "for": { "constant": "60s" },
               "cellOutage": { "failShare": [{ "at": "0s", "share": 0.5 }] } }],
  "behaviour": [{ "family": "web", "start": { "empirical": { "values": ["1s", "2s"] } } }],
  "changes": [{ "name": "bad", "at": "1h", "service": "web", "defect": { "errors": { "share": 0.5 } } }],
  "taskDefinitions": [{ "family": "web", "cpu": "256", "containerDefinitions": [{ "name": "app", "cpu": 1 }] }],
  "objectives": [{ "service": "web", "running": { "min": { "atLeast": 2 } } }, { "fault": "dark", "kind": { "equals": "x" } }]
}"#;
const WEB: &str = r#"{ "services": [{ "serviceName": "b", "taskDefinition": "web", "tags": [], "createdAt": 1.5 }], "failures": [] }"#;

/// What JSON values may stand anywhere.
fn stranger() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!(7)),
        Just(json!(-1.5)),
        Just(json!(5_000_000_000u64)),
        Just(json!("45m")),
        Just(json!("FARGATE")),
        Just(json!([])),
        Just(json!([1, "2s"])),
        Just(json!({})),
        Just(json!({ "constant": "1s" })),
        Just(json!({ "constant": "1s", "exponential": { "mean": 3 } })),
        Just(json!({ "hostCrash": {} })),
        Just(json!({ "name": "a", "x": 1 })),
        Just(json!({ "left": 1, "right": "r" })),
    ]
}

/// Every pointer into a value.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), out)),
        _ => {}
    }
}

/// Reads bytes; what is said of the tree that they make, if any, must agree with the schema.
fn agree(bytes: Vec<u8>) {
    let mut files = texts(&[("web.json", WEB)]);
    files.0.insert("a.json".into(), bytes);
    let mut problems = Problems::default();
    let (value, _) = evenkeel::internals::scenario::read::read("a.json", &files, &mut problems);
    if let Some(value) = value.filter(|_| !problems.has_errors()) {
        super::agree::agree(&value);
    }
    let (problems, sources, _) = look(&files);
    let _ = lines(&problems, &sources);
}

#[test]
fn the_whole_is_right() {
    let (problems, _, value) = look(&texts(&[("a.json", WHOLE), ("web.json", WEB)]));
    assert!(!problems.has_errors(), "{problems:?}");
    assert!(super::agree::agree(&value.unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        agree(bytes);
    }

    #[test]
    fn any_signs_are_answered(text in r#"[\[\]{}:,"a0.e\\ \n$-]{0,60}"#) {
        agree(text.into_bytes());
    }

    #[test]
    fn cut_and_pasted_scenarios_are_answered(
        from in 0..WHOLE.len(), length in 0..80usize, to in 0..WHOLE.len(), cut in any::<bool>()
    ) {
        let mut bytes = WHOLE.as_bytes().to_vec();
        let end = (from + length).min(bytes.len());
        let piece: Vec<u8> = if cut { bytes.drain(from..end).collect() } else { bytes[from..end].to_vec() };
        let to = to.min(bytes.len());
        bytes.splice(to..to, piece);
        agree(bytes);
    }

    #[test]
    fn strange_values_are_told(places in prop::collection::vec((any::<prop::sample::Index>(), stranger()), 1..4)) {
        let mut value: Value = serde_json::from_str(WHOLE).unwrap();
        for (place, stranger) in places {
            let mut all = Vec::new();
            pointers(&value, "", &mut all);
            *value.pointer_mut(place.get(all.as_slice()).as_str()).unwrap() = stranger;
        }
        agree(value.to_string().into_bytes());
    }
}

/// Keys of results may stand one inside the other, known or not: which there are is a matter of meaning.
#[test]
fn promises_inside_promises_are_answered() {
    for promise in [
        r#""running": {"min": {"atLeast": 1}}"#,
        r#"" running": {"min": {"atLeast": 1}}"#,
        r#""running": {"mn": {"atLeast": 1}}"#,
        r#""running": {"min": {"max": {"equals": null}}}"#,
        r#""running": {"min": {}}"#,
        r#""running": {"min": 1}"#,
        r#""running": {"min": {"atLeast": 1, "atMost": 2}}"#,
        r#""requestAvailability": {"atLest": 0.9}"#,
    ] {
        agree(with(&format!(r#""objectives": [{{"service": "a", {promise}}}]"#)).into_bytes());
    }
}

/// Large inputs end quickly, with a bounded list of problems.
#[test]
fn large_inputs_are_linear() {
    let many = 200_000;
    for text in [
        with(&format!("\"clusters\":[{}{{}}]", "{\"clusterNme\":1},".repeat(many))),
        with(&format!(
            "\"regions\":[{{\"name\":\"r\",\"controlPlane\":{{\"router\":{{\"pins\":{{{}\"x\":1}}}}}}}}]",
            (0..many).map(|i| format!("\"k{i}\":1,")).collect::<Vec<_>>().concat()
        )),
        with(&format!("{}\"x\":1", (0..many).map(|i| format!("\"k{i}\":1,")).collect::<Vec<_>>().concat())),
        with(&format!("{}\"seed\":1", "\"seed\":1,".repeat(many))),
        with(&format!("\"faults\":[{}{{}}]", "{\"hostCrash\":1,\"hostCrsh\":2},".repeat(many))),
        with(&format!("\"clusters\":{}", "{\"services\":[".repeat(20_000))),
        "[".repeat(20_000),
        "{\"a\":".repeat(20_000),
        "\"".repeat(1_000_001),
    ] {
        let (mut problems, sources, _) = look(&texts(&[("a.json", &text)]));
        assert!(problems.has_errors());
        assert!(problems.list.len() <= 1_110, "{}", problems.list.len());
        problems.fold();
        assert!(problems.list.len() <= 210, "{}", problems.list.len());
        let placed = problems.list.iter().filter(|problem| sources.place_of(problem).is_some()).count();
        assert!(placed + 2 >= problems.list.len());
    }
}
