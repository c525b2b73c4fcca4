//! For how long a service answers with errors, and its worst minute.

use crate::world::{run, service, shop, the_service, world, zones};
use serde_json::{Value, json};

/// Three zones with the same traffic, of which one answers a share of its requests with errors: when, for how long.
fn grey(faults: &[(&str, &str, f64)]) -> Value {
    let fault = |(place, (at, lasts, share)): (usize, &(&str, &str, f64))| json!({ "name": format!("grey {place}"), "at": at, "for": lasts, "zoneGrey": { "zone": "z1", "errorShare": share } });
    let faults: Vec<Value> = faults.iter().enumerate().map(fault).collect();
    world(
        "3h",
        json!({
            "warmUp": "10m30s",
            "regions": zones(3, &json!({})),
            "clusters": shop(&[service("web", 18, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": "900/s", "requestsPerTask": "60/s" }],
            "faults": faults,
        }),
    )
}

#[test]
fn errors_last_as_long_as_what_makes_them() {
    let file = grey(&[("1m", "10m", 0.5), ("1h", "10m15s", 0.5), ("2h30s", "45s", 1.0)]);
    let summary = run(&file, 1);
    let row = the_service(&summary);
    // Of the first, 30 s lie in the window.
    assert_eq!(row.error_seconds.unwrap().mean, 30.0 + 615.0 + 45.0);
    assert_eq!(row.longest_error_seconds.unwrap().mean, 615.0);
    // Minutes begin with the window: the worst is the one in which a third fails for 45 s of 60 s.
    assert_eq!(row.worst_minute.at_seconds.unwrap().mean, 7_230.0);
    assert!((row.worst_minute.availability.unwrap().mean - 0.75).abs() < 1e-12);
}

#[test]
fn one_request_in_a_thousand_counts() {
    // A third of the traffic, of which 3 in a thousand fail.
    let at = |share: f64| the_service(&run(&grey(&[("1h", "10m", share)]), 1)).error_seconds.unwrap().mean;
    assert_eq!((at(0.003), at(0.002_99)), (600.0, 0.0));
}

#[test]
fn nobody_fails_whom_nobody_asks() {
    let mut file = grey(&[("1h", "10m", 1.0)]);
    file.as_object_mut().unwrap().remove("traffic");
    let row = the_service(&run(&file, 1)).clone();
    assert_eq!((row.error_seconds, row.longest_error_seconds, row.worst_minute.availability), (None, None, None));
}
