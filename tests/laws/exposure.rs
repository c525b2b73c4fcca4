//! Who meets a bad revision, and what it costs: until it is taken back, replaced, or the run ends, completed or not.

use crate::deploy::{rolling, the_change};
use crate::renew::plane;
use crate::world::{check, check_within, run};
use evenkeel::internals::metrics::summary::{ChangeRow, Summary};
use serde_json::{Value, json};

/// Eight tasks of 20/s that are asked for 80/s and all replaced at once, in 70 s; their targets leave at once.
fn shop_with(change: &Value, deployment: &Value, parts: &Value) -> Value {
    let mut all = json!({ "traffic": [{ "service": "shop/web", "rate": "80/s", "requestsPerTask": "20/s",
        "loadBalancer": { "deregistrationDelay": "0s" } }] });
    all.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    rolling(8, 100, 200, deployment, change, &all)
}

/// A quarter of the answers of a bad revision are errors, and nothing else is lost: four requests met it for each lost.
fn met(summary: &Summary) -> f64 {
    4.0 * summary.services[0].requests.failed.mean
}

fn rows_of(summary: &Summary, name: &str) -> f64 {
    let rows = summary.losses.iter().filter(|loss| loss.cause == name);
    rows.map(|loss| loss.lost_requests.mean).sum()
}

fn named<'a>(summary: &'a Summary, name: &str) -> &'a ChangeRow {
    summary.changes.iter().find(|row| row.name == name).unwrap()
}

fn bad() -> Value {
    json!({ "defect": { "errors": { "share": 0.25 } } })
}

#[test]
fn a_bad_revision_is_met_until_the_run_ends() {
    let summary = run(&shop_with(&bad(), &json!({}), &json!({})), 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    check("four for each error", row.exposed_to_bad.requests.mean, met(&summary), 1e-3);
    check("of four hours", row.exposed_to_bad.share.unwrap().mean, met(&summary) / (80.0 * 14_400.0), 1e-9);
    check("its losses", row.lost_requests.mean, rows_of(&summary, "new"), 1e-3);
    // Every task is new 70 s after the begin at the latest.
    assert!(row.exposed_to_bad.requests.mean >= 80.0 * (10_800.0 - 71.0), "{:?}", row.exposed_to_bad);
    assert!(row.exposed_requests.mean <= 80.0 * 71.0, "exposure ends as it is completed: {:?}", row.exposed_requests);
}

#[test]
fn nobody_meets_a_bad_revision_that_is_none() {
    let summary = run(&shop_with(&json!({}), &json!({ "bakeTimeInMinutes": 30 }), &json!({})), 1);
    let row = the_change(&summary);
    assert!(row.exposed_requests.mean >= 80.0 * 1_800.0);
    assert_eq!((row.exposed_to_bad.requests.mean, row.lost_requests.mean), (0.0, 0.0));
    assert_eq!(row.exposed_to_bad.share.unwrap().mean, 0.0);
    // The share of bad ones decides: of 40 occurrences about half, and each by itself.
    let half = json!({ "at": null, "every": { "constant": "4m" }, "badShare": 0.5, "defect": { "errors": { "share": 0.25 } } });
    let summary = run(&shop_with(&half, &json!({}), &json!({})), 1);
    let row = the_change(&summary);
    check("four for each error", row.exposed_to_bad.requests.mean, met(&summary), 1e-3);
    let share = row.exposed_to_bad.share.unwrap().mean;
    assert!((0.2..0.8).contains(&share), "{share}");
}

#[test]
fn it_ends_as_a_later_revision_takes_its_place() {
    let mut file = shop_with(&bad(), &json!({}), &json!({}));
    file["changes"].as_array_mut().unwrap().push(json!({ "name": "mended", "at": "2h", "service": "shop/web" }));
    let summary = run(&file, 1);
    let (row, mended) = (named(&summary, "new"), named(&summary, "mended"));
    check("four for each error", row.exposed_to_bad.requests.mean, met(&summary), 1e-3);
    check_within("an hour of 80/s", row.exposed_to_bad.requests.mean, 80.0, 288_000.0, 80.0 * 71.0);
    assert_eq!((mended.exposed_to_bad.requests.mean, mended.lost_requests.mean), (0.0, 0.0));
    check("booked to the first", row.lost_requests.mean, summary.services[0].requests.failed.mean, 1e-3);
}

#[test]
fn it_ends_as_it_is_taken_back() {
    let alarm = json!([{ "AlarmName": "rings", "Namespace": "Evenkeel", "MetricName": "ErrorRate",
        "Service": "shop/web", "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.02,
        "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching" }]);
    let alarms = json!({ "alarmNames": ["rings"], "enable": true, "rollback": true });
    for strategy in ["ROLLING", "BLUE_GREEN", "CANARY", "LINEAR"] {
        let deployment = json!({ "strategy": strategy, "bakeTimeInMinutes": 30, "alarms": alarms });
        let summary = run(&shop_with(&bad(), &deployment, &json!({ "alarms": alarm })), 1);
        let row = the_change(&summary);
        assert_eq!(row.outcome, "rolledBack", "{strategy}");
        assert!(row.exposed_to_bad.requests.mean > 0.0, "{strategy}");
        check(strategy, row.exposed_to_bad.requests.mean, met(&summary), 1e-3);
        check(strategy, row.lost_requests.mean, rows_of(&summary, "new"), 1e-3);
    }
}

#[test]
fn where_it_is_not_bad_nobody_meets_it() {
    let mut one_zone = bad();
    one_zone["onlyInZone"] = json!("z2");
    let summary = run(&shop_with(&one_zone, &json!({}), &json!({})), 1);
    let row = the_change(&summary);
    check("four for each error", row.exposed_to_bad.requests.mean, met(&summary), 1e-3);
    assert!(row.exposed_to_bad.share.unwrap().mean < 0.5, "{:?}", row.exposed_to_bad);
}

#[test]
fn a_bad_feature_is_met_by_who_sees_it() {
    let mut feature = bad();
    feature["featureFlag"] = json!({ "deploymentDurationInMinutes": 60, "growthFactor": 50.0 });
    let summary = run(&shop_with(&feature, &json!({}), &json!({})), 1);
    // Half of 80/s for half an hour, then all until the end.
    let truth = 80.0 * (0.5 * 1_800.0 + 9_000.0);
    check("half, then all", the_change(&summary).exposed_to_bad.requests.mean, truth, 1e-3);
    check("four for each error", truth, met(&summary), 1e-3);
}

#[test]
fn what_a_crash_costs_the_others_is_lost_to_it() {
    // Half of the tasks are new and crash all the time: the other half cannot answer all.
    let mut file = shop_with(
        &json!({ "defect": { "crashes": { "after": { "constant": "5m" } } } }),
        &json!({ "minimumHealthyPercent": 50, "maximumPercent": 100 }),
        &json!({}),
    );
    file["traffic"][0]["rate"] = json!("150/s");
    let summary = run(&file, 1);
    let row = the_change(&summary);
    let failed = summary.services[0].requests.failed.mean;
    assert!(failed > 100_000.0, "{failed}");
    check("all that failed", row.lost_requests.mean, failed, 1e-3);
    check("is in its rows", rows_of(&summary, "new"), failed, 1e-6);
}

#[test]
fn a_bad_control_plane_is_met_until_the_run_ends() {
    let change = json!({ "defect": { "errors": { "share": 0.5 } }, "onlyInUnit": "cell-1",
        "pipeline": { "takes": "1m", "stages": [{ "what": "everywhere", "bake": "10m" }] } });
    let row = the_change(&run(&plane("4h", &change, &json!({})), 1)).clone();
    assert_eq!(row.outcome, "completed", "nothing watches");
    // Cell 1 is asked 10/s and four other calls a second, from a minute after the begin to the end.
    let truth: f64 = 14.0 * (10_800.0 - 60.0);
    let met = row.exposed_to_bad.requests.mean;
    check_within("calls of the cell in which it is bad", met, truth.sqrt(), truth, 0.1 * truth);
    assert!(row.exposed_requests.mean < 28.0 * 700.0, "exposure ends as it is completed: {:?}", row.exposed_requests);
    // Where it is taken back, those who met it met what was bad.
    let change = json!({ "defect": { "errors": { "share": 0.5 } }, "found": { "constant": "1h" },
        "pipeline": { "takes": "1m", "stages": [{ "what": "oneBox", "bake": "5h" }, { "what": "everywhere" }] } });
    let row = the_change(&run(&plane("4h", &change, &json!({})), 1)).clone();
    assert_eq!(row.outcome, "rolledBack");
    check("the same calls", row.exposed_to_bad.requests.mean, row.exposed_requests.mean, 1e-3);
}
