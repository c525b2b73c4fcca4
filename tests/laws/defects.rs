//! Revisions that are bad in a way of their own: with a feature only, with age, for some requests.

use crate::world::{check, run, service, shop, world, zones};
use evenkeel::metrics::summary::Summary;
use serde_json::{Value, json};

/// Eight tasks of 20/s that are asked for 80/s; a bad revision comes after an hour and is everywhere 70 s later, before
/// anything of what these laws count begins.
fn shop_with(changes: &Value, deployment: &Value) -> Value {
    let web = service("web", 8, 3, &json!({ "deploymentConfiguration": deployment }));
    let file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]), "changes": changes,
        "traffic": [{ "service": "shop/web", "rate": "80/s", "requestsPerTask": "20/s",
            "loadBalancer": { "deregistrationDelay": "0s" } }],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "60s" } } });
    world("4h", file)
}

fn revision(parts: &Value) -> Value {
    let mut one = json!({ "name": "new", "at": "1h", "service": "shop/web" });
    one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    one
}

fn lost_to_new(summary: &Summary) -> f64 {
    let rows = summary.losses.iter().filter(|loss| loss.cause == "new");
    rows.map(|loss| loss.lost_requests.mean).sum()
}

/// A feature that half of the requests see from `at` on, and all half an hour later.
fn feature(at: &str) -> Value {
    json!({ "name": "feature", "at": at, "service": "shop/web",
        "featureFlag": { "deploymentDurationInMinutes": 60, "growthFactor": 50.0 } })
}

#[test]
fn a_revision_that_is_bad_with_a_feature_spoils_what_sees_both() {
    let bad = |defect: Value| revision(&json!({ "defect": defect, "onlyWithFlag": "feature" }));
    let errors = || bad(json!({ "errors": { "share": 0.25 } }));
    // From 2 h on half of 80/s for 1,800 s, then all for 5,400 s; a quarter of it are errors.
    let summary = run(&shop_with(&json!([errors(), feature("2h")]), &json!({})), 1);
    let truth = 0.25 * 80.0 * (0.5 * 1_800.0 + 5_400.0);
    check("failed", summary.services[0].requests.failed.mean, truth, 1e-6);
    check("booked to the revision", lost_to_new(&summary), truth, 1e-6);
    // The order in which they are written does not matter, and a feature nobody sees yet spoils nothing.
    let summary = run(&shop_with(&json!([feature("2h"), errors()]), &json!({})), 1);
    check("flag first", summary.services[0].requests.failed.mean, truth, 1e-6);
    let summary = run(&shop_with(&json!([errors(), feature("5h")]), &json!({})), 1);
    assert_eq!(summary.services[0].requests.failed.mean, 0.0);
    // A feature shown to all for long is met by the revision as it comes: as if nothing were said of it.
    let early = run(&shop_with(&json!([errors(), feature("0s")]), &json!({})), 1);
    let always = revision(&json!({ "defect": { "errors": { "share": 0.25 } } }));
    let always = run(&shop_with(&json!([always, feature("0s")]), &json!({})), 1);
    assert_eq!(early.services[0].requests.failed.mean, always.services[0].requests.failed.mean);
    // Slower: those who see it find 40 % of their part of 160/s, so half of 80 finds 32, all of it 64: 8 and 16 fail.
    let slower = bad(json!({ "slower": { "capacity": 0.4 } }));
    let summary = run(&shop_with(&json!([slower, feature("2h")]), &json!({})), 1);
    let truth = 8.0 * 1_800.0 + 16.0 * 5_400.0;
    check("slower", summary.services[0].requests.failed.mean, truth, 1e-6);
}
