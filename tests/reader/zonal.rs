//! Zonal shifts as they are written, and what is said of wrong ones.

use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// `shop/web` in three zones with zonal shift on, `shop/off` with it off, `shop/one` in one zone, a Local Zone beside
/// them; and these changes.
fn file(changes: &Value) -> Value {
    let service = |name: &str, subnets: &[&str]| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 6, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": subnets } } })
    };
    let traffic = |name: &str, on: bool| {
        json!({ "service": format!("shop/{name}"), "rate": "90/s", "requestsPerTask": "60/s",
                "loadBalancer": { "zonalShift": on } })
    };
    let zone = |id: &str, subnet: &str| json!({ "id": id, "subnets": [subnet] });
    json!({
        "version": 1, "name": "shifts", "duration": "6h",
        "regions": [{ "name": "us-east-1", "zones": [zone("use1-az1", "a"), zone("use1-az2", "b"), zone("use1-az3", "c"),
            zone("use1-az4", "d"),
            { "id": "use1-lax1-az1", "kind": "localZone", "parent": "us-east-1", "subnets": ["l"] }] }],
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "services": [service("web", &["a", "b", "c"]),
            service("off", &["a", "b"]), service("one", &["a"]), service("quiet", &["a", "b"])] }],
        "traffic": [traffic("web", true), traffic("off", false), traffic("one", true)],
        "alarms": [{ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
            "Period": 60, "EvaluationPeriods": 3, "Threshold": 0.02, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching" }],
        "changes": changes,
    })
}

fn held(changes: &Value, expected: &[(&str, &str, &str)]) {
    let texts = Texts::one("a.json", file(changes).to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    let found: Vec<Problem> = all.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> =
        found.iter().map(|one| format!("{} {}: {} | {:?}", one.code, one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{said:#?}");
    for (code, at, words) in expected {
        let fits = |one: &&Problem| {
            one.at == *at && one.code.word() == *code && one.message.contains(words) && one.hint.is_some()
        };
        assert!(found.iter().any(|one| fits(&one)), "no {code} {at}: {words} in {said:#?}");
    }
}

/// One shift of `shop/web` with these parts of `zonalShift`; null takes one away.
fn shift(parts: &Value) -> Value {
    let mut own = json!({ "awayFrom": "use1-az1", "services": ["shop/web"], "expiresIn": "2h" });
    for (key, value) in parts.as_object().unwrap() {
        own[key] = value.clone();
    }
    json!([{ "name": "away", "at": "1h", "zonalShift": own }])
}

#[test]
fn sound_shifts_say_nothing() {
    held(&shift(&json!({})), &[]);
    held(&shift(&json!({ "awayFrom": "us-east-1a", "cancelAfter": "30m", "comment": "grey" })), &[]);
    for lasts in ["1m", "72h"] {
        held(&shift(&json!({ "expiresIn": lasts })), &[]);
    }
    let mut by_alarm = shift(&json!({ "after": { "constant": "3m" } }));
    by_alarm[0].as_object_mut().unwrap().remove("at");
    by_alarm[0]["onAlarm"] = json!("errors");
    held(&by_alarm, &[]);
    let [mut first, mut second] = [shift(&json!({})), shift(&json!({}))].map(|one| one[0].clone());
    (first["name"], second["name"], second["at"]) = (json!("first"), json!("second"), json!("3h"));
    held(&json!([first, second]), &[]);
}

#[test]
fn what_arc_refuses_is_refused() {
    let at = "/changes/0/zonalShift";
    let one = |parts: Value, code: &str, key: &str, words: &str| {
        held(&shift(&parts), &[(code, &format!("{at}{key}"), words)]);
    };
    one(json!({ "expiresIn": "73h" }), "refused-by-aws", "/expiresIn", "1 minute to 3 days");
    one(json!({ "expiresIn": "59s" }), "refused-by-aws", "/expiresIn", "1 minute to 3 days");
    one(json!({ "expiresIn": null }), "missing-field", "", "`expiresIn` is missing");
    one(json!({ "awayFrom": "use1-az9" }), "unknown-name", "/awayFrom", "no zone is called");
    one(json!({ "awayFrom": "use1-lax1-az1" }), "refused-by-aws", "/awayFrom", "is none");
    one(json!({ "awayFrom": "use1-az4" }), "refused-by-aws", "/services/0", "does not stand in `use1-az4`");
    one(json!({ "services": ["shop/wep"] }), "unknown-name", "/services/0", "no service is called");
    one(json!({ "services": ["shop/off"] }), "refused-by-aws", "/services/0", "zonal shift is off");
    one(json!({ "services": ["shop/one"] }), "refused-by-aws", "/services/0", "in one zone");
    one(json!({ "services": ["shop/quiet"] }), "wrong-target", "/services/0", "no load balancer with requests");
    one(json!({ "services": [] }), "missing-field", "", "what is shifted");
    one(json!({ "services": ["shop/web", "web"] }), "duplicate-name", "/services/1", "stands twice");
    one(json!({ "cancelAfter": "0s" }), "out-of-range", "/cancelAfter", "above 0");
    one(json!({ "cancelAfter": "3h" }), "no-effect", "/cancelAfter", "has expired by then");
    one(json!({ "after": { "constant": "1m" } }), "no-effect", "/after", "counts from an alarm");
}

#[test]
fn a_second_shift_of_a_resource_is_refused_while_one_is_active() {
    let [mut first, mut second] =
        [shift(&json!({})), shift(&json!({ "awayFrom": "use1-az2" }))].map(|one| one[0].clone());
    (first["name"], second["name"], second["at"]) = (json!("first"), json!("second"), json!("2h59m"));
    let told = [("refused-by-aws", "/changes/1/zonalShift", "`first` of the same resource is still active")];
    held(&json!([first, second]), &told);
    // At one time the first of the file is taken; the order in the file tells which.
    (first["at"], second["at"]) = (json!("1h"), json!("1h"));
    held(&json!([second, first]), &[("refused-by-aws", "/changes/1/zonalShift", "`second` of the same resource")]);
}

#[test]
fn a_shift_brings_no_revision_and_comes_once_or_by_an_alarm() {
    let with = |key: &str, value: Value| {
        let mut all = shift(&json!({}));
        all[0][key] = value;
        all
    };
    let excluded = "exclude each other: a zonal shift brings no revision";
    held(&with("service", json!("shop/web")), &[("conflict", "/changes/0/service", excluded)]);
    held(&with("defect", json!({ "errors": { "share": 0.1 } })), &[("conflict", "/changes/0/defect", excluded)]);
    held(&with("onAlarm", json!("errors")), &[("conflict", "/changes/0", "`at` and `onAlarm` exclude each other")]);
    held(
        &with("onAlarm", json!("error")),
        &[
            ("conflict", "/changes/0", "`at` and `onAlarm` exclude each other"),
            ("unknown-name", "/changes/0/onAlarm", "no alarm is called"),
        ],
    );
    held(&with("at", json!("7h")), &[("after-end", "/changes/0/at", "after the end of the run")]);
    let mut never = shift(&json!({}));
    never[0].as_object_mut().unwrap().remove("at");
    held(&never, &[("missing-field", "/changes/0", "nothing says when the zonal shift is started")]);
    never[0]["every"] = json!({ "exponential": { "mean": "1d" } });
    held(&never, &[("not-modelled", "/changes/0/every", "by a law")]);
    let revision = json!([{ "name": "v2", "at": "1h", "service": "shop/web", "onAlarm": "errors" }]);
    held(&revision, &[("wrong-target", "/changes/0/onAlarm", "an alarm starts zonal shifts only")]);
}

#[test]
fn zones_that_cannot_carry_the_peak_are_told_with_the_numbers() {
    let mut file = file(&shift(&json!({})));
    file["traffic"][0]["rate"] = json!("300/s");
    let texts = Texts::one("a.json", file.to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    let told: Vec<_> = all.iter().filter(|one| one.severity == Severity::Warning).map(|one| &one.message).collect();
    let words =
        "without `use1-az1`, `shop/web` has 4 targets, which answer 240/s of 300/s at its peak: 60/s too little";
    assert_eq!(told, [words]);
}

/// One entry of `zonalAutoshift` for `shop/web` with these parts; null takes one away.
fn autoshift(parts: &Value) -> Value {
    let mut own = json!({ "service": "shop/web",
        "practiceRunConfiguration": { "outcomeAlarms": [{ "type": "CLOUDWATCH", "alarmIdentifier": "errors" }] } });
    for (key, value) in parts.as_object().unwrap() {
        own[key] = value.clone();
    }
    let mut file = file(&json!([]));
    file["zonalAutoshift"] = json!([own]);
    file
}

fn held_autoshift(parts: &Value, expected: &[(&str, &str, &str)]) {
    let texts = Texts::one("a.json", autoshift(parts).to_string());
    let all = Scenario::read("a.json", &texts).problems.list;
    let found: Vec<&Problem> = all.iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> = found.iter().map(|one| format!("{} {}: {}", one.code, one.at, one.message)).collect();
    assert_eq!(found.len(), expected.len(), "{said:#?}");
    for (code, at, words) in expected {
        let at = format!("/zonalAutoshift/0{at}");
        let fits = |one: &&&Problem| one.at == at && one.code.word() == *code && one.message.contains(words);
        assert!(found.iter().any(|one| fits(&one)), "no {code} {at}: {words} in {said:#?}");
    }
}

#[test]
fn autoshift_is_read_as_arc_prints_it() {
    held_autoshift(&json!({}), &[]);
    let runs = json!({
        "outcomeAlarms": [{ "type": "CLOUDWATCH", "alarmIdentifier": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors" }],
        "blockingAlarms": [{ "alarmIdentifier": "errors" }], "blockedDates": ["2026-02-28"],
        "blockedWindows": ["Mon:18:30-Mon:19:30"], "allowedWindows": ["Wed:12:00-Wed:17:00", "MON:10:00-MON:12:00"] });
    held_autoshift(
        &json!({ "practiceRunConfiguration": runs, "startsAfter": "10m", "endsAfter": "15m",
        "sees": ["zonePowerLoss"], "startPracticeRuns": [{ "at": "1h", "awayFrom": "use1-az2", "comment": "test" }] }),
        &[],
    );
}

#[test]
fn what_arc_refuses_of_an_autoshift_is_refused() {
    let runs = |parts: Value| {
        let mut own = json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors" }] });
        own.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        json!({ "practiceRunConfiguration": own })
    };
    let one = |parts: Value, code: &str, at: &str, words: &str| held_autoshift(&parts, &[(code, at, words)]);
    let at = "/practiceRunConfiguration";
    one(runs(json!({ "outcomeAlarms": [] })), "missing-field", at, "asks for an outcome alarm");
    one(
        runs(json!({ "outcomeAlarms": [{ "alarmIdentifier": "error" }] })),
        "unknown-name",
        &format!("{at}/outcomeAlarms/0/alarmIdentifier"),
        "no alarm is called",
    );
    one(
        runs(json!({ "outcomeAlarms": [{ "alarmIdentifier": "errors", "type": "HTTP" }] })),
        "unknown-value",
        &format!("{at}/outcomeAlarms/0/type"),
        "cannot be `HTTP`",
    );
    let many: Vec<Value> = (0..11).map(|_| json!({ "alarmIdentifier": "errors" })).collect();
    one(
        runs(json!({ "blockingAlarms": many })),
        "refused-by-aws",
        &format!("{at}/blockingAlarms"),
        "10 alarms at most",
    );
    one(
        runs(json!({ "blockedDates": ["28.02.2026"] })),
        "malformed",
        &format!("{at}/blockedDates/0"),
        "must be a date",
    );
    for window in ["Mon:18:30", "Mon:18:30-Tue:19:30", "Mon:19:30-Mon:18:30", "Mon-18:30-19:30", "Fun:18:30-Fun:19:30"]
    {
        let parts = runs(json!({ "blockedWindows": [window] }));
        one(parts, "malformed", &format!("{at}/blockedWindows/0"), window);
    }
    let week: Vec<String> = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .iter()
        .map(|day| format!("{day}:00:00-{day}:23:59"))
        .collect();
    held_autoshift(&runs(json!({ "blockedWindows": week })), &[]);
    let noon = json!({ "allowedWindows": ["Tue:12:00-Tue:13:00"], "blockedWindows": ["Tue:11:00-Tue:14:00"] });
    one(runs(noon), "conflict", at, "no practice run may ever start");
    one(json!({ "practiceRunConfiguration": null }), "refused-by-aws", "", "with a practice run configuration");
    one(json!({ "service": "shop/off" }), "refused-by-aws", "/service", "zonal shift is off");
    one(json!({ "service": "shop/nobody" }), "unknown-name", "/service", "no service is called");
    let runs = |zone: &str, at: &str| json!({ "startPracticeRuns": [{ "at": at, "awayFrom": zone }] });
    one(runs("use1-az4", "1h"), "refused-by-aws", "/startPracticeRuns/0/awayFrom", "does not stand in");
    one(runs("use1-lax1-az1", "1h"), "refused-by-aws", "/startPracticeRuns/0/awayFrom", "is none");
    one(runs("use1-az2", "7h"), "after-end", "/startPracticeRuns/0/at", "after the end");
    let off = json!({ "zonalAutoshiftStatus": "DISABLED", "practiceRunConfiguration": null });
    one(off, "no-effect", "", "there are no practice runs");
    let mut twice = autoshift(&json!({}));
    let first = twice["zonalAutoshift"][0].clone();
    twice["zonalAutoshift"].as_array_mut().unwrap().push(first);
    let all = Scenario::read("a.json", &Texts::one("a.json", twice.to_string())).problems.list;
    assert!(all.iter().any(|one| one.at == "/zonalAutoshift/1/service" && one.code.word() == "duplicate-name"));
}

/// The file with a service on each of two Auto Scaling groups, `nodes` in two zones with this policy and `spare` that
/// nobody uses; and a shift with these parts of `zonalShift`.
fn of_groups(policy: &Value, parts: &Value) -> Value {
    let mut own = json!({ "awayFrom": "use1-az1", "autoScalingGroups": ["nodes"], "expiresIn": "2h" });
    for (key, value) in parts.as_object().unwrap() {
        own[key] = value.clone();
    }
    let mut file = file(&json!([{ "name": "away", "at": "1h", "zonalShift": own }]));
    let group = |name: &str, zones: &[&str]| {
        json!({ "AutoScalingGroupName": name, "AutoScalingGroupARN": format!("arn:{name}"), "MinSize": 2, "MaxSize": 4,
                "AvailabilityZoneIds": zones, "Instances": [{ "InstanceType": "m5.large" }],
                "AvailabilityZoneImpairmentPolicy": policy })
    };
    let provider = |name: &str| json!({ "name": name, "autoScalingGroupProvider": { "autoScalingGroupArn": name } });
    file["autoScalingGroups"] = json!([
        group("nodes", &["use1-az1", "use1-az2"]),
        group("lone", &["use1-az1"]),
        group("spare", &["use1-az1", "use1-az2"])
    ]);
    file["capacityProviders"] = json!([provider("nodes"), provider("lone"), provider("spare")]);
    file["clusters"][0]["capacityProviders"] = json!(["nodes", "lone", "spare"]);
    for name in ["nodes", "lone"] {
        let service = json!({ "serviceName": format!("on-{name}"), "taskDefinition": "bare", "desiredCount": 2,
            "capacityProviderStrategy": [{ "capacityProvider": name, "weight": 1 }] });
        file["clusters"][0]["services"].as_array_mut().unwrap().push(service);
    }
    let bare = json!({ "family": "bare", "networkMode": "bridge",
        "containerDefinitions": [{ "name": "bare", "image": "bare:1", "cpu": 256, "memory": 512 }] });
    file["taskDefinitions"].as_array_mut().unwrap().push(bare);
    file
}

/// What is said of shifts, and of nothing else.
fn said_of_shifts(file: &Value) -> Vec<(String, String, String)> {
    let texts = Texts::one("a.json", file.to_string());
    let all = Scenario::read("a.json", &texts).problems.list.into_iter();
    let of_shifts = all.filter(|one| one.severity != Severity::Note && one.at.contains("zonalShift"));
    of_shifts
        .map(|one| (one.code.word().to_owned(), one.at.clone(), format!("{} | {:?}", one.message, one.hint)))
        .collect()
}

#[test]
fn groups_are_shifted_where_their_policy_lets_arc() {
    let on = json!({ "ZonalShiftEnabled": true, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy" });
    let with = |parts: Value| said_of_shifts(&of_groups(&on, &parts));
    assert_eq!(with(json!({})), []);
    assert_eq!(with(json!({ "autoScalingGroups": ["arn:nodes"], "services": ["shop/web"] })), []);
    let one = |found: Vec<(String, String, String)>, code: &str, key: &str, words: &str| {
        assert_eq!(found.len(), 1, "{found:#?}");
        let (told, at, message) = &found[0];
        assert_eq!((told.as_str(), at.as_str()), (code, format!("/changes/0/zonalShift{key}").as_str()), "{message}");
        assert!(message.contains(words), "{message}");
    };
    let first = "/autoScalingGroups/0";
    one(with(json!({ "autoScalingGroups": ["nodse"] })), "unknown-name", first, "no Auto Scaling group is called");
    one(with(json!({ "autoScalingGroups": ["spare"] })), "wrong-target", first, "no service runs on");
    one(with(json!({ "awayFrom": "use1-az3" })), "refused-by-aws", first, "does not span `use1-az3`");
    one(with(json!({ "awayFrom": "use1-az9" })), "unknown-name", "/awayFrom", "no zone is called");
    one(with(json!({ "autoScalingGroups": ["lone"] })), "doubtful", first, "spans one zone");
    let twice = with(json!({ "autoScalingGroups": ["nodes", "arn:nodes"] }));
    one(twice, "duplicate-name", "/autoScalingGroups/1", "stands twice");
    one(with(json!({ "autoScalingGroups": [] })), "missing-field", "", "what is shifted");
    one(with(json!({ "expiresIn": null })), "missing-field", "", "`expiresIn` is missing");
    for policy in [json!(null), json!({}), json!({ "ZonalShiftEnabled": false })] {
        one(said_of_shifts(&of_groups(&policy, &json!({}))), "refused-by-aws", first, "zonal shift is off");
    }
}
