//! Copies of requests for a new revision before traffic moves to it: what they find, what they cost, and when they end.

use crate::colours::{colours, failed, the_change, with};
use crate::world::{check, run, service, watch, world, zones};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{ChangeFact, Fact};
use serde_json::{Value, json};

/// Requests a minute.
const RATE: f64 = 10_000.0;
/// From the begin of a change until green stands: 30 s to start, 30 s until its tasks are ready.
const STANDS: f64 = 60.0;
/// From a failure until traffic that has moved is back.
const MOVES: f64 = 5.0;
const ABOVE: &str = "GreaterThanThreshold";
const AT_LEAST: &str = "GreaterThanOrEqualToThreshold";

fn canary() -> Value {
    json!({ "strategy": "CANARY" })
}

fn blue_green() -> Value {
    json!({ "strategy": "BLUE_GREEN" })
}

/// A service whose alarm looks at its new revision only: at the share that fails, for so many minutes.
fn watched(strategy: &Value, minutes: u64, change: &Value) -> Value {
    let mut file = colours(strategy, minutes, change);
    file["alarms"][0]["Dimensions"] = json!([{ "Name": "Revision", "Value": "new" }]);
    file
}

fn rule(mut file: Value, parts: &Value) -> Value {
    file["alarms"][0].as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

fn copies(share: f64, change: &Value) -> Value {
    with(json!({ "shadow": { "share": share, "for": "30m" } }), change)
}

fn errors(share: f64) -> Value {
    json!({ "defect": { "errors": { "share": share } } })
}

fn outcome(summary: &Summary) -> (&str, f64, f64) {
    let row = the_change(summary);
    (row.outcome.as_str(), row.exposed_requests.mean, failed(summary))
}

fn found(summary: &Summary) -> f64 {
    the_change(summary).detect_seconds.unwrap().mean
}

fn copied(summary: &Summary) -> f64 {
    the_change(summary).copied_requests.unwrap().mean
}

#[test]
fn a_bad_revision_is_found_before_anybody_meets_it() {
    for strategy in [canary(), blue_green(), json!({ "strategy": "LINEAR" })] {
        let summary = run(&watched(&strategy, 5, &copies(1.0, &errors(0.2))), 1);
        assert_eq!(outcome(&summary), ("rolledBack", 0.0, 0.0), "{strategy}");
        // Green stands at the end of a minute: five whole ones are bad.
        check("found", found(&summary), STANDS + 300.0, 1e-6);
        check("copies", copied(&summary), RATE * 5.0, 1e-3);
        let row = the_change(&summary);
        check("back at once", row.rollback_seconds.unwrap().mean, 0.0, 1e-9);
        assert_eq!(row.exposed_customers_share.unwrap().mean, 0.0);
        let stages: Vec<_> = row.stages.iter().map(|row| (row.stage.as_str(), row.outcome.as_str())).collect();
        let names = [("SCALE_UP", "completed"), ("POST_TEST_TRAFFIC_SHIFT", "failed"), ("rollback", "completed")];
        assert_eq!(stages, names, "{strategy}");
    }
    // Without copies the canary meets its twentieth, until the weight is back.
    let summary = run(&watched(&canary(), 5, &errors(0.2)), 1);
    let met = RATE / 60.0 * 0.05 * (300.0 + MOVES);
    check("found as soon", found(&summary), STANDS + 300.0, 1e-6);
    check("exposed", outcome(&summary).1, met, 1e-3);
    check("lost", outcome(&summary).2, met * 0.2, 1e-3);
    assert!(the_change(&summary).copied_requests.is_none());
}

#[test]
fn an_alarm_on_the_whole_service_sees_no_copy() {
    let summary = run(&colours(&canary(), 5, &copies(1.0, &errors(0.5))), 1);
    check("with the canary only", found(&summary), STANDS + 1_800.0 + 300.0, 1e-6);
    assert!(outcome(&summary).1 > 0.0);
    check("no request more", summary.services[0].requests.offered.mean, RATE * 240.0, 1e-2);
    check("all copies were made", copied(&summary), RATE * 30.0, 1e-3);
}

#[test]
fn a_good_revision_is_late_by_as_long_as_copies_are_made() {
    for strategy in [canary(), blue_green(), json!({ "strategy": "LINEAR" })] {
        let [before, after] =
            [json!({}), copies(0.5, &json!({}))].map(|change| run(&watched(&strategy, 5, &change), 1));
        let [first, last] = [&before, &after].map(the_change);
        assert_eq!((first.outcome.as_str(), last.outcome.as_str()), ("completed", "completed"));
        let end = |row: &evenkeel::internals::metrics::summary::ChangeRow| row.end_seconds.unwrap().mean;
        check("end", end(last) - end(first), 1_800.0, 1e-9);
        check("exposed", last.exposed_requests.mean, first.exposed_requests.mean, 1e-3);
        check("copies", copied(&after), RATE * 30.0 / 2.0, 1e-3);
        assert_eq!((failed(&before), failed(&after)), (0.0, 0.0));
        assert_eq!(before.services[0].requests, after.services[0].requests, "copies are no requests");
        // One stage more, and all that follow later.
        let more = |summary: &Summary| the_change(summary).stages.len();
        assert_eq!(more(&after), more(&before) + 1);
        let stage = &last.stages[1];
        assert_eq!((stage.stage.as_str(), stage.outcome.as_str()), ("POST_TEST_TRAFFIC_SHIFT", "completed"));
        let at = [stage.begin_seconds.unwrap().mean, stage.end_seconds.unwrap().mean];
        assert_eq!(at, [3_600.0 + STANDS, 3_600.0 + STANDS + 1_800.0]);
    }
}

#[test]
fn what_breaks_under_load_breaks_under_copies() {
    // 167 of 200 requests a second: above 60 % with all of them copied, below with half.
    let breaks = json!({ "defect": { "breaksAbove": { "load": 0.6 } } });
    let all = run(&watched(&canary(), 5, &copies(1.0, &breaks)), 1);
    assert_eq!(outcome(&all), ("rolledBack", 0.0, 0.0));
    let half = run(&watched(&canary(), 5, &copies(0.5, &breaks)), 1);
    // The canary's twentieth does not break it either: everybody meets it.
    check("copies of half", found(&half), STANDS + 1_800.0 + 600.0 + 300.0, 60.0);
    assert!(outcome(&half).2 > RATE * 5.0);
    // Half the room: 100 of 167 are answered, so 0.4 of the copies fail.
    let slow = json!({ "defect": { "slower": { "capacity": 0.5 } } });
    for (share, threshold, outcome) in
        [(1.0, 0.399, "rolledBack"), (1.0, 0.401, "completed"), (0.5, 0.0, "completed"), (0.625, 0.039, "rolledBack")]
    {
        let file = rule(watched(&blue_green(), 5, &copies(share, &slow)), &json!({ "Threshold": threshold }));
        // What follows when traffic moves is not what is asked here.
        let file = with(file, &json!({ "duration": "5400s" }));
        let summary = run(&file, 1);
        let open = if outcome == "completed" { "unfinished" } else { outcome };
        assert_eq!((the_change(&summary).outcome.as_str(), failed(&summary)), (open, 0.0), "{share} {threshold}");
    }
}

#[test]
fn a_share_of_the_copies_makes_that_share_of_the_counts() {
    let rings = |share: f64, metric: &str, comparison: &str, threshold: f64| {
        let parts = json!({ "MetricName": metric, "Statistic": "Sum", "ComparisonOperator": comparison,
            "Threshold": threshold, "EvaluationPeriods": 3, "DatapointsToAlarm": 2 });
        let file = rule(watched(&canary(), 3, &copies(share, &errors(0.2))), &parts);
        // Before traffic moves, whatever is found then.
        let summary = run(&with(file, &json!({ "duration": "5400s" })), 1);
        (the_change(&summary).outcome == "rolledBack").then(|| found(&summary))
    };
    let second = Some(STANDS + 120.0);
    for share in [1.0, 0.5, 0.01] {
        let count = RATE * share;
        assert_eq!(rings(share, "RequestCount", AT_LEAST, count), second, "{share}");
        assert_eq!(rings(share, "RequestCount", ABOVE, count), None, "{share}");
        assert_eq!(rings(share, "HTTPCode_Target_5XX_Count", AT_LEAST, count * 0.2), second, "{share}");
        assert_eq!(rings(share, "HTTPCode_Target_5XX_Count", ABOVE, count * 0.2), None, "{share}");
    }
    // A share of failures is the same, however many are copied.
    let file = rule(watched(&canary(), 3, &copies(0.01, &errors(0.2))), &json!({ "Threshold": 0.199 }));
    check("rate", found(&run(&file, 1)), STANDS + 180.0, 1e-6);
}

/// Copies of everything, against traffic that moves as a whole: when each is found.
fn as_requests(parts: &Value, change: &Value) -> (f64, f64) {
    let found_in = |change: &Value| {
        let summary = run(&with(watched(&blue_green(), 3, change), parts), 1);
        assert_eq!(the_change(&summary).outcome, "rolledBack", "{change}");
        found(&summary)
    };
    (found_in(change), found_in(&copies(1.0, change)))
}

#[test]
fn copies_of_all_find_what_all_requests_find() {
    let web =
        |parts: Value| with(json!({ "service": "shop/web", "rate": "10000/min", "requestsPerTask": "20/s" }), &parts);
    let zonal = json!({ "traffic": [web(json!({ "loadBalancer": { "crossZone": false } }))] });
    for defect in [
        json!({ "errors": { "share": 0.2 } }),
        json!({ "slower": { "capacity": 0.5 } }),
        json!({ "breaksAbove": { "load": 0.7, "share": 0.5 } }),
        json!({ "leaks": { "over": "40m", "loses": 0.9 } }),
    ] {
        for parts in [json!({}), zonal.clone()] {
            let (moved, copied) = as_requests(&parts, &json!({ "defect": defect }));
            check(&format!("{defect} {parts}"), copied, moved, 1e-6);
        }
    }
    // Four of ten tasks in one zone get less each when each zone gets a third: they do not break, so a third of all is
    // fine.
    let breaks = copies(1.0, &json!({ "defect": { "breaksAbove": { "load": 0.7, "share": 0.5 } } }));
    for (parts, fails) in [(json!({}), 0.5), (zonal, 1.0 / 3.0)] {
        for (threshold, rings) in [(fails - 1e-3, true), (fails + 1e-3, false)] {
            let parts = with(parts.clone(), &json!({ "duration": "5400s" }));
            let file = with(rule(watched(&blue_green(), 3, &breaks), &json!({ "Threshold": threshold })), &parts);
            assert_eq!(the_change(&run(&file, 1)).outcome == "rolledBack", rings, "{parts} {threshold}");
        }
    }
    let zone = json!({ "defect": { "errors": { "share": 0.2 } }, "onlyInZone": "z2" });
    let (moved, copied) = as_requests(&json!({}), &zone);
    check("in one zone", copied, moved, 1e-6);
}

#[test]
fn targets_that_are_gone_fail_their_copies() {
    // Tasks crash one by one: others take what is left until the check finds the dead target.
    let crashes = json!({ "defect": { "crashes": { "after": { "exponential": { "mean": "10m" } } } } });
    let summary = run(&watched(&blue_green(), 3, &copies(1.0, &crashes)), 1);
    assert_eq!(outcome(&summary), ("rolledBack", 0.0, 0.0));
    // Without a zone's power seven tasks are too few for all copies; of requests no more is lost than without copies.
    // Clients leave the lost node at once.
    let dark = json!({ "faults": [{ "name": "dark", "at": "1h10m", "for": "5m", "zonePowerLoss": { "zone": "z1" } }],
        "traffic": [{ "service": "shop/web", "rate": "10000/min", "requestsPerTask": "20/s",
                      "loadBalancer": { "dnsTtl": "0s" } }] });
    let copied = with(watched(&blue_green(), 1, &copies(1.0, &json!({}))), &dark);
    let alone = with(copied.clone(), &json!({ "changes": [] }));
    let [alone, copied] = [alone, copied].map(|file| run(&file, 1));
    assert_eq!(outcome(&copied).0, "rolledBack");
    check("in the minute of the loss", found(&copied), 600.0 + 60.0, 1e-6);
    check("requests", failed(&copied), failed(&alone), 1e-3);
    assert!(failed(&alone) > 1_000.0);
    // With room to spare all that fails are the three of ten that the dead get for a second: errors of the balancer,
    // none of a target.
    let room = json!({ "traffic": [{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "20/s",
                                     "loadBalancer": { "dnsTtl": "0s" } }] });
    let file = with(with(watched(&blue_green(), 1, &copies(1.0, &json!({}))), &dark), &room);
    let counted = json!({ "MetricName": "HTTPCode_Target_5XX_Count", "Statistic": "Sum", "Threshold": 1 });
    let share = |threshold: f64| json!({ "Threshold": threshold });
    for (rule_of, outcome_of) in
        [(share(0.3 / 60.0 - 1e-5), "rolledBack"), (share(0.3 / 60.0 + 1e-5), "completed"), (counted, "completed")]
    {
        assert_eq!(outcome(&run(&rule(file.clone(), &rule_of), 1)).0, outcome_of, "{rule_of}");
    }
}

#[test]
fn a_grey_zone_spoils_copies_as_well() {
    let grey = |parts: Value| {
        let fault = with(json!({ "name": "grey", "at": "1h2m", "for": "10m" }), &parts);
        run(&with(watched(&blue_green(), 3, &copies(1.0, &json!({}))), &json!({ "faults": [fault] })), 1)
    };
    let spoilt = grey(json!({ "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }));
    assert_eq!((outcome(&spoilt).0, outcome(&spoilt).1), ("rolledBack", 0.0));
    let harmless = grey(json!({ "zoneGrey": { "zone": "z1", "errorShare": 0.01 } }));
    assert_eq!(outcome(&harmless).0, "completed", "three to four of a thousand, and the threshold is ten");
}

/// Rates of copies as they were told, with their times.
fn told(file: &Value) -> Vec<(f64, f64)> {
    let (diary, _) = watch(file);
    let rate = |(at, fact): &(evenkeel::internals::engine::Time, Fact)| match fact {
        Fact::Change(ChangeFact::Copied { rate, .. }) => Some((at.as_secs_f64(), *rate as f64 / 1e9 * 60.0)),
        _ => None,
    };
    diary.0.iter().filter_map(rate).collect()
}

#[test]
fn copies_end_at_once_when_the_deployment_does() {
    let stands = 3_600.0 + STANDS;
    let held = |what: &str, file: &Value, share: f64, end: f64| {
        let [(begin, rate), (over, none)] = told(file)[..] else { panic!("{what}: {:?}", told(file)) };
        assert_eq!((begin, none), (stands, 0.0), "{what}");
        check(what, rate, RATE * share, 1e-3);
        check(what, over, end, 1e-6);
    };
    held("to their end", &watched(&canary(), 5, &copies(0.5, &json!({}))), 0.5, stands + 1_800.0);
    held("rolled back", &watched(&canary(), 5, &copies(1.0, &errors(0.2))), 1.0, stands + 300.0);
    let alarms = json!({ "alarmNames": ["errors"], "enable": true, "rollback": false });
    let stalls = with(canary(), &json!({ "alarms": alarms }));
    let file = watched(&stalls, 5, &copies(1.0, &errors(0.2)));
    held("stalled", &file, 1.0, stands + 300.0);
    assert_eq!(outcome(&run(&file, 1)), ("stopped", 0.0, 0.0));
    // Whoever copies is no part of the control plane, which goes back when it is there again.
    let away = json!({ "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, { "id": "z3" }],
            "controlPlane": { "cells": 1 } }],
        "faults": [{ "name": "away", "at": "1h3m", "for": "20m", "cellOutage": { "cell": "cell-1" } }] });
    held(
        "while its cell is down",
        &with(watched(&canary(), 5, &copies(1.0, &errors(0.2))), &away),
        1.0,
        stands + 300.0,
    );
    let mut file = watched(&canary(), 5, &copies(1.0, &json!({})));
    let second = json!({ "name": "second", "at": "4000s", "service": "shop/web" });
    file["changes"].as_array_mut().unwrap().push(second);
    held("superseded", &file, 1.0, 4_000.0);
    let summary = run(&file, 1);
    let outcomes: Vec<&str> = summary.changes.iter().map(|row| row.outcome.as_str()).collect();
    assert_eq!((outcomes, failed(&summary)), (vec!["stopped", "completed"], 0.0));
}

#[test]
fn copies_follow_the_tests_and_somebody_may_find_it_before() {
    const TEST: &str = "POST_TEST_TRAFFIC_SHIFT";
    let hook = |minutes: u64, action: &str| {
        let limit = json!({ "timeoutInMinutes": minutes, "action": action });
        let one = json!({ "hookTargetArn": "arn", "lifecycleStages": [TEST], "timeoutConfiguration": limit });
        json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [one] })
    };
    let answer = json!({ "hooks": [{ "lifecycleStage": TEST, "takes": { "constant": "4m" } }] });
    let stages = |file: &Value| {
        let summary = run(file, 1);
        let rows = the_change(&summary).stages.clone().into_iter();
        rows.map(|row| (row.stage, row.outcome, row.begin_seconds.unwrap().mean - 3_600.0)).collect::<Vec<_>>()
    };
    // One stage: four minutes of tests, then copies.
    let rows = stages(&watched(&hook(10, "ROLLBACK"), 5, &copies(1.0, &answer)));
    assert_eq!(rows[1], (TEST.to_owned(), "completed".to_owned(), STANDS));
    assert_eq!(rows[2].2, STANDS + 240.0 + 1_800.0);
    // A hook that does not answer ends the stage that it was asked at.
    let rows = stages(&watched(&hook(2, "CONTINUE"), 5, &copies(1.0, &answer)));
    assert_eq!(rows[1], (TEST.to_owned(), "timedOut".to_owned(), STANDS));
    assert_eq!(rows[2], (TEST.to_owned(), "completed".to_owned(), STANDS + 120.0));
    assert_eq!(rows[3].2, STANDS + 120.0 + 1_800.0);
    // Somebody finds it so long after its first task has run, which is half a minute after the begin.
    let by_hand = with(errors(0.2), &json!({ "found": { "constant": "3m" } }));
    let summary = run(&watched(&blue_green(), 30, &copies(1.0, &by_hand)), 1);
    assert_eq!(outcome(&summary), ("rolledBack", 0.0, 0.0));
    check("found by hand", found(&summary), 30.0 + 180.0, 1e-6);
}

/// Three services behind one pipeline, one after the other, each with its canary.
fn staged(change: &Value) -> Value {
    let of = |name: &str| {
        service(name, 4, 3, &json!({ "deploymentConfiguration": { "strategy": "CANARY", "bakeTimeInMinutes": 0 } }))
    };
    let names = ["a", "b", "c"];
    let traffic =
        names.map(|name| json!({ "service": format!("shop/{name}"), "rate": "40/s", "requestsPerTask": "20/s" }));
    let alarm = json!({ "threshold": 0.01, "period": 60, "evaluationPeriods": 3, "datapointsToAlarm": 3 });
    let pipeline = json!({ "stages": [{ "what": "units", "count": 3, "bake": "0s" }], "oneBoxAlarm": alarm });
    let one = json!({ "name": "new", "at": "1h", "services": names.map(|name| format!("shop/{name}")), "pipeline": pipeline });
    world(
        "6h",
        json!({ "regions": zones(3, &json!({})), "traffic": traffic, "changes": [with(one, change)],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE"], "services": names.map(of) }],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" },
            "health": { "constant": "30s" } }] }),
    )
}

#[test]
fn in_a_pipeline_each_unit_gets_its_copies_first() {
    let summary = run(&staged(&copies(1.0, &errors(0.2))), 1);
    let row = the_change(&summary);
    let lost: f64 = summary.services.iter().map(|row| row.requests.failed.mean).sum();
    assert_eq!((row.outcome.as_str(), row.exposed_requests.mean, lost), ("rolledBack", 0.0, 0.0));
    check("the first unit", found(&summary), STANDS + 180.0, 1e-6);
    check("its copies", copied(&summary), 40.0 * 180.0, 1e-3);
    // A unit that is bad by itself is found when its turn comes, with its own copies.
    let last = with(errors(0.2), &json!({ "onlyInUnit": "shop/c" }));
    let found_later = run(&staged(&copies(1.0, &last)), 1);
    let lost: f64 = found_later.services.iter().map(|row| row.requests.failed.mean).sum();
    assert_eq!((the_change(&found_later).outcome.as_str(), lost), ("rolledBack", 0.0));
    check("the last unit", found(&found_later), 2.0 * (STANDS + 1_800.0 + 600.0) + STANDS + 180.0, 60.0);
    check("copies of all", copied(&found_later), 40.0 * (1_800.0 * 2.0 + 180.0), 40.0 * 60.0);
    let good = [json!({}), copies(1.0, &json!({}))].map(|change| run(&staged(&change), 1));
    let [without, with] = good.map(|summary| the_change(&summary).end_seconds.unwrap().mean);
    check("three times later", with - without, 3.0 * 1_800.0, 1e-6);
}

#[test]
fn a_change_that_comes_again_is_copied_each_time() {
    let again = json!({ "name": "new", "service": "shop/web", "every": { "constant": "2h" },
        "shadow": { "share": 1.0, "for": "30m" }, "defect": { "errors": { "share": 0.2 } } });
    let mut file = watched(&canary(), 5, &json!({}));
    file["changes"] = json!([again]);
    file["duration"] = json!("24h");
    let summary = run(&file, 1);
    assert_eq!(outcome(&summary), ("rolledBack", 0.0, 0.0));
    let times = the_change(&summary).occurrences.mean;
    assert!(times >= 10.0, "{times}");
    check("each", copied(&summary), times * RATE * 5.0, times * RATE);
    check("found", found(&summary), STANDS + 300.0, 60.0);
}

#[test]
fn cells_of_customers_get_copies_of_what_their_own_customers_ask() {
    // Two cells share 600 requests a second; half of the 60 of one customer are poison.
    let cell =
        service("web", 6, 3, &json!({ "deploymentConfiguration": { "strategy": "CANARY", "bakeTimeInMinutes": 0 } }));
    let app = json!({ "name": "app", "cells": 2,
        "router": { "service": service("router", 1, 1, &json!({})), "requestsPerTask": "100000/s" },
        "cell": { "service": cell, "requestsPerTask": "100/s" },
        "customers": [{ "name": "large", "rate": "60/s" }, { "count": 54, "rate": "540/s" }] });
    let of = |threshold: f64| {
        let alarm = json!({ "threshold": threshold, "evaluationPeriods": 3, "datapointsToAlarm": 3 });
        let pipeline = json!({ "stages": [{ "what": "everywhere", "bake": "0s" }], "oneBoxAlarm": alarm });
        let change = json!({ "name": "new", "at": "1h", "cellularApplication": "app", "pipeline": pipeline,
            "shadow": { "for": "20m" }, "defect": { "poisonInput": { "share": 0.5, "customers": ["large"] } } });
        let file = world(
            "4500s",
            json!({ "regions": zones(3, &json!({})), "cellularApplication": app, "changes": [change],
            "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }] }),
        );
        let asked = |summary: &Summary| {
            summary.cellular_application[0].cells.iter().map(|row| row.requests.offered.mean).collect::<Vec<_>>()
        };
        let summary = run(&file, 1);
        let failed = summary.cellular_application[0].requests.failed.mean;
        check("nobody meets it", failed + the_change(&summary).exposed_requests.mean, 0.0, 1e-3);
        (the_change(&summary).outcome.clone(), asked(&summary).iter().map(|all| all / 4_500.0).collect::<Vec<_>>())
    };
    let (outcome, rates) = of(0.001);
    assert_eq!(outcome, "rolledBack");
    // Which of the two has the customer decides how thin the poison is.
    let shares: Vec<f64> = rates.iter().map(|rate| 30.0 / rate).collect();
    let (least, most) = (shares[0].min(shares[1]), shares[0].max(shares[1]));
    assert!(least > 0.05 && most < 0.2, "{shares:?}");
    assert_eq!(of(least - 1e-3).0, "rolledBack");
    assert_eq!(of(most + 1e-3).0, "unfinished");
}

#[test]
fn the_picture_shows_the_copies_that_the_summary_counts() {
    use evenkeel::internals::experiment::replicate::{self, Options};
    let plan = crate::world::plan(&watched(&canary(), 5, &copies(0.5, &json!({}))));
    let found = replicate::run(&plan, &[], &Options { timeline: true, ..Options::default() }, &());
    let mut own = found.timeline.series.iter().filter(|one| one.name == "copied_requests_per_second");
    let points = &own.next().unwrap().points;
    let ends = points.iter().skip(1).map(|point| point.0).chain([found.timeline.end]);
    let area: f64 = points.iter().zip(ends).map(|((at, rate), until)| rate * until.since(*at).as_secs_f64()).sum();
    check("copies", area, copied(&found.summary), 1e-3);
    assert!(area > RATE * 14.0);
}
