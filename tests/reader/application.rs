//! Customers' own cells as they are written: what the plan makes of them, and what is said of wrong ones.

use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// An application of two cells, sound as it stands; `parts` adds to the block.
fn file(parts: &Value) -> Value {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 2, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let mut block = json!({ "name": "app", "cells": 2,
        "router": { "service": service("router"), "requestsPerTask": "500/s" },
        "cell": { "service": service("web"), "requestsPerTask": "50/s" },
        "customers": [{ "count": 10, "rate": "90/s" }] });
    block.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({
        "version": 1, "name": "cells", "duration": "2h", "cellularApplication": block,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
    })
}

fn problems(file: &Value) -> Vec<Problem> {
    let texts = Texts::one("a.json", file.to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    all.into_iter().filter(|one| one.severity != Severity::Note).collect()
}

/// Holds the pointers and words of all errors and warnings.
fn check(parts: &Value, expected: &[(&str, &str)]) {
    let found = problems(&file(parts));
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{parts}: {said:#?}");
    for (at, words) in expected {
        let at = format!("/cellularApplication{at}");
        let fits = |one: &&Problem| one.at == at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "{parts}: no {at}: {words} in {said:#?}");
    }
}

#[test]
fn a_sound_one_says_nothing() {
    check(&json!({}), &[]);
}

#[test]
fn every_mistake_is_told_with_its_place() {
    check(&json!({ "customers": [] }), &[("/customers", "needs customers")]);
    check(&json!({ "customers": [{ "rate": "1/s", "steps": [] }] }), &[("/customers/0", "exclude each other")]);
    check(&json!({ "customers": [{ "count": 3 }] }), &[("/customers/0", "how much traffic")]);
    let twice = json!([{ "rate": "1/s" }, { "rate": "2/s" }]);
    check(&json!({ "customers": twice }), &[("/customers/1/name", "two customers are called `customer`")]);
    let overrides = json!({ "customer-3": "cell-1", "customer-11": "cell-2", "customer-4": "cell-9" });
    check(
        &json!({ "overrides": overrides }),
        &[
            ("/overrides/customer-11", "no customer is called `customer-11`"),
            ("/overrides/customer-4", "no cell is called `cell-9`"),
        ],
    );
    check(&json!({ "mapping": "shuffleShard" }), &[("/mapping", "`shuffleShard` is not modelled here")]);
    check(&json!({ "dispatch": "cachedEndpoint" }), &[("/clients", "needs `clients`")]);
    check(
        &json!({ "clients": 5, "cacheFor": "1m" }),
        &[("/clients", "belongs to `cachedEndpoint`"), ("/cacheFor", "belongs to `cachedEndpoint`")],
    );
    check(&json!({ "map": { "refresh": "0s" } }), &[("/map/refresh", "must be between 1s and 1d")]);
    let rebalancer = json!({ "every": "0s" });
    check(&json!({ "rebalancer": rebalancer }), &[("/rebalancer/every", "must be between 1s and 1d")]);
    let late = json!([{ "at": "1h" }, { "at": "30m" }]);
    check(&json!({ "addCells": late, "mapping": "ring" }), &[("/addCells/1/at", "in order of time")]);
}

#[test]
fn a_mistake_in_a_cell_is_told_once_for_all_cells() {
    let mut wrong = file(&json!({ "cells": 9 }));
    wrong["cellularApplication"]["cell"]["service"]["taskDefinition"] = json!("wbe");
    let found = problems(&wrong);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].at, "/cellularApplication/cell/service/taskDefinition");
    let mut daemon = file(&json!({}));
    daemon["cellularApplication"]["router"]["requestsPerTask"] = json!("0/s");
    assert_eq!(problems(&daemon)[0].at, "/cellularApplication/router/requestsPerTask");
    let mut taken = file(&json!({}));
    taken["clusters"] = json!([{ "clusterName": "app-cell-2" }]);
    assert!(problems(&taken)[0].message.contains("two clusters are called `app-cell-2`"), "{:#?}", problems(&taken));
}

#[test]
fn what_does_nothing_is_warned_of() {
    check(&json!({ "migration": { "atOnce": 3 } }), &[("/migration", "customers move only with")]);
    check(&json!({ "addCells": [{ "at": "1h" }] }), &[("/addCells", "stays empty")]);
    let each = json!({ "lookup": "eachRequest", "refresh": "5s" });
    check(&json!({ "map": each }), &[("/map/refresh", "each request")]);
    let late = json!([{ "count": 2, "rate": "1/s" }, { "name": "new", "rate": "1/s", "joinsAt": "3h" }]);
    check(&json!({ "customers": late }), &[("/customers/1/joinsAt", "after the end of the run")]);
}

#[test]
fn a_table_outage_needs_a_table() {
    let mut without = file(&json!({}));
    without.as_object_mut().unwrap().remove("cellularApplication");
    without["faults"] = json!([{ "name": "out", "at": "1h", "for": "5m", "mapTableOutage": {} }]);
    let found = problems(&without);
    assert!(found.iter().any(|one| one.at == "/faults/0/mapTableOutage" && one.message.contains("map table")));
}

/// The same with an alarm on each of its two cells, on its router, and on no cell at all.
fn with_alarms(parts: &Value) -> Value {
    let mut file = file(parts);
    let on = |name: &str, service: &str| {
        json!({ "AlarmName": name, "Service": service, "MetricName": "ErrorRate", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 0.1, "ComparisonOperator": "GreaterThanThreshold" })
    };
    file["alarms"] =
        json!([on("one", "app-cell-1/web"), on("two", "app-cell-2/web"), on("router", "app-router/router")]);
    file
}

/// Holds the code, pointer and words of all errors and warnings.
fn acts(file: &Value, expected: &[(&str, &str, &str)]) {
    let found = problems(file);
    let said: Vec<String> =
        found.iter().map(|one| format!("{} {}: {} | {:?}", one.code, one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{said:#?}");
    for (code, at, words) in expected {
        let fits = |one: &&Problem| {
            let place = one.at == format!("/cellularApplication{at}") || one.at == *at;
            one.code.to_string() == *code && place && one.message.contains(words) && one.hint.is_some()
        };
        assert!(found.iter().any(|one| fits(&one)), "no {code} {at}: {words} in {said:#?}");
    }
}

#[test]
fn an_evacuation_says_what_is_wrong_with_it() {
    let of = |evacuation: Value, more: Value| {
        let mut parts = more;
        parts["evacuation"] = evacuation;
        with_alarms(&parts)
    };
    let wide = || json!({ "customers": [{ "count": 10, "rate": "40/s" }] });
    acts(&of(json!({ "alarms": ["one", "two"], "pace": "2/s", "backAfter": "20m" }), wide()), &[]);
    acts(
        &of(json!({ "alarms": [] }), wide()),
        &[("missing-field", "/evacuation/alarms", "nothing begins without an alarm")],
    );
    acts(
        &of(json!({ "alarms": ["ones"] }), wide()),
        &[("unknown-name", "/evacuation/alarms/0", "no alarm is called `ones`")],
    );
    acts(&of(json!({ "alarms": ["one", "one"] }), wide()), &[("duplicate-name", "/evacuation/alarms/1", "one")]);
    acts(
        &of(json!({ "alarms": ["router"] }), wide()),
        &[("wrong-target", "/evacuation/alarms/0", "no cell of the application")],
    );
    acts(
        &of(json!({ "alarms": ["one"], "pace": "0/s" }), wide()),
        &[("out-of-range", "/evacuation/pace", "nobody would ever leave")],
    );
    acts(
        &of(json!({ "alarms": ["one"], "after": "25h" }), wide()),
        &[("out-of-range", "/evacuation/after", "must be")],
    );
    acts(
        &of(json!({ "alarms": ["one"], "backAfter": "1000d" }), wide()),
        &[("out-of-range", "/evacuation/backAfter", "at most 365d")],
    );
    acts(&of(json!({ "alarms": ["one"], "fillTo": 2 }), wide()), &[("out-of-range", "/evacuation/fillTo", "fillTo")]);
    acts(
        &of(json!({ "alarms": ["one"], "cellsAtOnce": 0 }), wide()),
        &[("out-of-range", "/evacuation/cellsAtOnce", "cellsAtOnce")],
    );
    // Two cells of 100 requests a second, each with 45: up to 0.8 the other one takes 35.
    acts(
        &of(json!({ "alarms": ["two"] }), json!({})),
        &[("no-room", "/evacuation", "they take 35 requests a second more, and its customers ask for 45")],
    );
    acts(&of(json!({ "alarms": ["two"], "fillTo": 0.9 }), json!({})), &[]);
    let mut alone = of(json!({ "alarms": ["one"] }), json!({ "cells": 1, "customers": [{ "rate": "9/s" }] }));
    alone["alarms"].as_array_mut().unwrap().remove(1);
    acts(&alone, &[("no-effect", "/evacuation", "there is no other one")]);
    let paced = json!({ "migration": { "atOnce": 3 }, "customers": [{ "count": 10, "rate": "40/s" }] });
    acts(
        &of(json!({ "alarms": ["one"], "pace": "2/s" }), paced.clone()),
        &[("no-effect", "/migration/atOnce", "its own `pace`")],
    );
    acts(&of(json!({ "alarms": ["one"] }), paced), &[]);
}

#[test]
fn a_quarantine_says_what_is_wrong_with_it() {
    let of = |quarantine: Value, more: &Value, customer: &str| {
        let mut parts = json!({ "quarantine": quarantine });
        parts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut file = with_alarms(&parts);
        file["faults"] =
            json!([{ "name": "poison", "at": "1h", "for": "5m", "poisonCustomer": { "customer": customer } }]);
        file
    };
    let none = json!({});
    acts(&of(json!({ "alarms": ["one"] }), &none, "customer-3"), &[]);
    acts(&of(json!({ "alarms": ["one"], "cell": "cell-2" }), &none, "customer-3"), &[]);
    acts(
        &of(json!({ "alarms": ["two"], "cell": "cell-2" }), &none, "customer-3"),
        &[("wrong-target", "/quarantine/alarms/0", "nobody is moved out of")],
    );
    acts(
        &of(json!({ "alarms": ["one"], "cell": "cell-3" }), &none, "customer-3"),
        &[("unknown-name", "/quarantine/cell", "no cell is called `cell-3`")],
    );
    acts(
        &of(json!({ "alarms": ["one"], "after": "25h" }), &none, "customer-3"),
        &[("out-of-range", "/quarantine/after", "at most 1d")],
    );
    // One cell of two is kept for quarantine: nobody can leave the other.
    let kept =
        json!({ "evacuation": { "alarms": ["one"], "after": "15m" }, "customers": [{ "count": 10, "rate": "40/s" }] });
    let found = problems(&of(json!({ "alarms": ["one"], "cell": "cell-2" }), &kept, "customer-3"));
    assert!(found.iter().any(|one| one.message.contains("there is no other one for customers")), "{found:?}");
    let mut only = of(json!({ "alarms": ["one"], "cell": "cell-1" }), &json!({ "cells": 1 }), "customer-3");
    only["alarms"].as_array_mut().unwrap().remove(1);
    let found = problems(&only);
    assert!(found.iter().any(|one| one.at.ends_with("/quarantine/cell") && one.message.contains("the only cell")));
    let added = json!({ "addCells": [{ "at": "1h" }], "mapping": "ring" });
    acts(
        &of(json!({ "alarms": ["one"], "cell": "cell-3" }), &added, "customer-3"),
        &[("wrong-target", "/quarantine/cell", "not there from the start")],
    );
    let bound = json!({ "overrides": { "customer-3": "cell-2" } });
    acts(
        &of(json!({ "alarms": ["one"], "cell": "cell-2" }), &bound, "customer-4"),
        &[("doubtful", "/quarantine/cell", "bind `customer-3`")],
    );
    let leave =
        json!({ "evacuation": { "alarms": ["one"], "after": "5m" }, "customers": [{ "count": 10, "rate": "40/s" }] });
    acts(
        &of(json!({ "alarms": ["one"] }), &leave, "customer-3"),
        &[("doubtful", "/evacuation/alarms/0", "he moves along")],
    );
    acts(&of(json!({ "alarms": ["one"], "after": "2m" }), &leave, "customer-3"), &[]);
    acts(
        &of(json!({ "alarms": ["one"] }), &none, "customer-11"),
        &[("unknown-name", "/faults/0/poisonCustomer/customer", "no customer is called `customer-11`")],
    );
    let mut calm = of(json!({ "alarms": ["one"] }), &none, "customer-3");
    calm.as_object_mut().unwrap().remove("faults");
    acts(&calm, &[("no-effect", "/quarantine", "nobody poisons a cell")]);
}

#[test]
fn what_is_done_with_a_poison_says_what_is_wrong_with_it() {
    let of = |more: Value| {
        let mut block = json!({ "alarms": ["one"] });
        block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut file = with_alarms(&json!({ "quarantine": block }));
        file["faults"] =
            json!([{ "name": "poison", "at": "1h", "for": "5m", "poisonCustomer": { "customer": "customer-3" } }]);
        file
    };
    acts(&of(json!({ "action": "drop", "backAfter": "1h", "backPace": "2/min", "backTimes": 5 })), &[]);
    acts(&of(json!({ "action": "move", "backAfter": "1h" })), &[]);
    acts(&of(json!({ "action": "block" })), &[("unknown-value", "/quarantine/action", "block")]);
    acts(&of(json!({ "action": "drop", "cell": "cell-2" })), &[("conflict", "/quarantine/cell", "nobody is moved")]);
    for key in ["backPace", "backTimes"] {
        let mut more = json!({});
        more[key] = if key == "backPace" { json!("1/min") } else { json!(2) };
        acts(&of(more), &[("conflict", &format!("/quarantine/{key}"), "belongs to `backAfter`")]);
    }
    for after in ["0s", "500ms", "400d"] {
        acts(&of(json!({ "backAfter": after })), &[("out-of-range", "/quarantine/backAfter", "must be")]);
    }
    let back = |more: Value| {
        let mut file = of(json!({ "backAfter": "1h" }));
        file["cellularApplication"]["quarantine"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        file
    };
    acts(&back(json!({ "backPace": "0/s" })), &[("out-of-range", "/quarantine/backPace", "nobody would ever come")]);
    for times in [0, 101] {
        acts(&back(json!({ "backTimes": times })), &[("out-of-range", "/quarantine/backTimes", "backTimes")]);
    }
    // Only where somebody comes back does an alarm of the quarantine cell hold him there.
    acts(&back(json!({ "cell": "cell-2", "alarms": ["one", "two"] })), &[]);
    acts(
        &of(json!({ "cell": "cell-2", "alarms": ["one", "two"] })),
        &[("wrong-target", "/quarantine/alarms/1", "nobody is moved out of")],
    );
    let mut clones = of(json!({ "action": "drop" }));
    clones["cellularApplication"]["migration"] = json!({ "cloneTime": "2m" });
    acts(&clones, &[("no-effect", "/migration", "customers move only with")]);
}

#[test]
fn a_quarantine_needs_somebody_whom_it_can_find() {
    let of = |customers: Value| {
        let mut file = with_alarms(&json!({ "quarantine": { "alarms": ["one"] } }));
        file["changes"] = json!([{ "name": "new", "at": "1h", "cellularApplication": "app",
            "defect": { "poisonInput": { "customers": customers } } }]);
        file
    };
    acts(&of(json!(["customer-3"])), &[]);
    let nobody = [("wrong-target", "/quarantine", "no single customer")];
    acts(&of(json!([])), &nobody);
    acts(&of(json!(["customer"])), &nobody);
    let mut alone = of(json!(["large"]));
    alone["cellularApplication"]["customers"] = json!([{ "name": "large", "rate": "9/s" }, { "rate": "9/s" }]);
    acts(&alone, &[]);
}

#[test]
fn a_poison_is_a_cluster_or_a_customer() {
    let of = |poison: Value| {
        let mut file = file(&json!({}));
        file["faults"] = json!([{ "name": "poison", "at": "1h", "for": "5m", "poisonCustomer": poison }]);
        file
    };
    let at = "/faults/0/poisonCustomer";
    acts(&of(json!({ "customer": "customer-3", "errors": 0.5 })), &[]);
    acts(&of(json!({})), &[("missing-field", at, "who poisons")]);
    acts(&of(json!({ "customer": "customer-3", "cluster": "app-cell-1" })), &[("conflict", at, "exclude each other")]);
    acts(
        &of(json!({ "customer": "customer-3", "errors": 0 })),
        &[("out-of-range", "/faults/0/poisonCustomer/errors", "errors")],
    );
    acts(
        &of(json!({ "cluster": "app-cell-1", "errors": 0.5 })),
        &[("no-effect", "/faults/0/poisonCustomer/errors", "as a whole")],
    );
    let mut broken =
        with_alarms(&json!({ "customers": [{ "rate": "1/s", "steps": [] }], "evacuation": { "alarms": ["one"] } }));
    broken["faults"] = json!([{ "name": "poison", "at": "1h", "for": "5m", "poisonCustomer": { "customer": "who" } }]);
    acts(&broken, &[("conflict", "/customers/0", "exclude each other")]);
    let mut without = of(json!({ "customer": "customer-3" }));
    without.as_object_mut().unwrap().remove("cellularApplication");
    assert!(
        problems(&without).iter().any(|one| one.at.ends_with("/customer") && one.message.contains("no application"))
    );
}
