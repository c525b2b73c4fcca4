//! A deployment and an outage at the same time: during the rolling update, the bake and the way back; with a zone, Spot
//! capacity or the control plane gone.

use crate::colours::{colours, failed, the_change, with};
use crate::deploy::rolling;
use crate::world::{check, run, watch};
use evenkeel::internals::model::fact::{Fact, TaskFact, TaskState};
use serde_json::{Value, json};

fn zone_dark(at: &str, lasts: &str) -> Value {
    json!({ "faults": [{ "name": "dark", "at": at, "for": lasts, "zonePowerLoss": { "zone": "z1" } }] })
}

fn rolls(minutes: u64, change: &Value, faults: &Value) -> Value {
    with(colours(&json!({ "strategy": "ROLLING" }), minutes, change), faults)
}

#[test]
fn an_alarm_takes_a_good_revision_for_bad_when_a_zone_is_lost_in_its_bake() {
    let quiet = run(&rolls(1, &json!({}), &json!({})), 1);
    let row = the_change(&quiet);
    let (begin, end) = (row.begin_seconds.unwrap().mean, row.end_seconds.unwrap().mean);
    assert_eq!((row.outcome.as_str(), begin), ("completed", 3_600.0));
    // Ten minutes before the end of the bake; clients leave the lost node at once, and a third of what they ask of the
    // others fails for a minute.
    let at_once = json!({ "traffic": [{ "service": "shop/web", "rate": "10000/min", "requestsPerTask": "20/s",
                                        "loadBalancer": { "dnsTtl": "0s" } }] });
    let dark = with(zone_dark(&format!("{}s", end - 600.0), "30m"), &at_once);
    let one = run(&rolls(1, &json!({}), &dark), 1);
    assert_eq!(the_change(&one).outcome, "rolledBack", "one bad minute is enough");
    assert_eq!(one.alarms[0].false_rings.mean, 0.0, "it has a reason, though not the revision");
    let found = the_change(&one).detect_seconds.unwrap().mean - (end - 600.0 - begin);
    assert!((0.0..=120.0).contains(&found), "within the minute of the loss, or the next: {found}");
    let five = run(&rolls(5, &json!({}), &dark), 1);
    let row = the_change(&five);
    assert_eq!(row.outcome, "completed", "five bad minutes in a row there are not");
    check("the bake is not longer for it", row.end_seconds.unwrap().mean, end, 1e-6);
}

#[test]
fn a_deployment_goes_back_though_a_zone_is_dark() {
    let bad = json!({ "defect": { "errors": { "share": 0.5 } } });
    let alone = run(&rolls(1, &bad, &json!({})), 1);
    let row = the_change(&alone);
    let found = row.begin_seconds.unwrap().mean + row.detect_seconds.unwrap().mean;
    // The zone goes in the second after that, and stays away: all are started in the other two.
    let dark = zone_dark(&format!("{}s", found + 1.0), "2h");
    let (diary, summary) = watch(&rolls(1, &bad, &dark));
    let row = the_change(&summary);
    assert_eq!(row.outcome, "rolledBack");
    check("found before it", row.detect_seconds.unwrap().mean, found - 3_600.0, 1e-6);
    assert!(failed(&summary) > failed(&alone));
    let mut running = 0i64;
    for (_, fact) in &diary.0 {
        if let Fact::Task(TaskFact::Went { from, to, .. }) = fact {
            running += i64::from(*to == TaskState::Running) - i64::from(*from == TaskState::Running);
        }
    }
    assert_eq!(running, 10, "as many as before");
}

/// Six tasks on Fargate Spot, three of which are replaced at a time; one zone's capacity is taken back meanwhile.
fn on_spot(faults: &Value) -> Value {
    let mut file = rolling(6, 100, 150, &json!({}), &json!({}), faults);
    let web = file["clusters"][0]["services"][0].as_object_mut().unwrap();
    web.remove("launchType");
    web.insert("capacityProviderStrategy".into(), json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]));
    file["clusters"][0]["capacityProviders"] = json!(["FARGATE", "FARGATE_SPOT"]);
    file
}

#[test]
fn spot_capacity_that_is_taken_back_slows_a_deployment_down_and_no_more() {
    let quiet = run(&on_spot(&json!({})), 1);
    let reclaim = json!({ "faults": [{ "name": "spot", "at": "3620s", "for": "30m",
        "spotReclaim": { "capacityProvider": "FARGATE_SPOT", "zone": "z1" } }] });
    let (diary, summary) = watch(&on_spot(&reclaim));
    let [calm, row] = [&quiet, &summary].map(the_change);
    assert_eq!((calm.outcome.as_str(), row.outcome.as_str()), ("completed", "completed"));
    // Two old and one new task lose their place: another round or two of 30 s to start and 40 s to count as healthy.
    let later = row.end_seconds.unwrap().mean - calm.end_seconds.unwrap().mean;
    assert!((0.0..=150.0).contains(&later), "{later}");
    assert!(summary.services[0].running.min.mean >= 3.0, "{}", summary.services[0].running.min.mean);
    let mut most = 0i64;
    let mut there = 0i64;
    for (_, fact) in &diary.0 {
        if let Fact::Task(TaskFact::Went { from, to, .. }) = fact {
            let counts =
                |state: TaskState| matches!(state, TaskState::Running | TaskState::Pending | TaskState::Activating);
            there += i64::from(counts(*to)) - i64::from(counts(*from));
            most = most.max(there);
        }
    }
    assert_eq!(most, 9, "as many as maximumPercent lets, and no more");
    assert!(summary.faults[0].hit.tasks.mean >= 2.0);
}

#[test]
fn what_is_down_takes_no_deployment_back() {
    // The cell goes a second after the first bad task serves: nothing is undone before it is back.
    let down = json!({ "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
            "controlPlane": { "restart": { "base": "0s", "clustersPerSecond": 100_000, "tasksPerSecond": 100_000 } } }],
        "faults": [{ "name": "down", "at": "3661s", "for": "30m", "cellOutage": {} }] });
    let bad = json!({ "defect": { "errors": { "share": 0.5 } } });
    let free = json!({ "regions": down["regions"] });
    let [calm, held] = [&free, &down].map(|parts| run(&rolls(3, &bad, parts), 1));
    let [quick, slow] = [&calm, &held].map(the_change);
    assert_eq!((quick.outcome.as_str(), slow.outcome.as_str()), ("rolledBack", "rolledBack"));
    let end = |row: &evenkeel::internals::metrics::summary::ChangeRow| row.end_seconds.unwrap().mean;
    assert!(end(quick) < 4_200.0, "{}", end(quick));
    assert!(end(slow) > 5_461.0 && end(slow) < 5_461.0 + 400.0, "{}", end(slow));
    assert!(failed(&held) > 3.0 * failed(&calm), "{} {}", failed(&held), failed(&calm));
}
