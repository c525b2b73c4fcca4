//! Response times as they are written, and what is said of wrong ones.

use evenkeel::internals::model::problem::Code;
use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// A service with traffic; `parts` adds to the entry of its traffic, `alarms` is the list of these.
fn problems(parts: &Value, alarms: &Value) -> Vec<Problem> {
    let mut traffic = json!({ "service": "shop/web", "rate": "900/s", "requestsPerTask": "60/s" });
    traffic.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    let file = json!({
        "version": 1, "name": "slow", "duration": "2h", "traffic": [traffic], "alarms": alarms,
        "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
        "clusters": [{ "clusterName": "shop", "services": [{ "serviceName": "web", "taskDefinition": "web",
            "desiredCount": 20, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } }] }],
    });
    let all = Scenario::read("a.json", &Texts::one("a.json", file.to_string())).problems.list;
    all.into_iter().filter(|one| one.severity != Severity::Note).collect()
}

/// Holds codes, pointers and words of all errors and warnings.
fn check(parts: &Value, alarms: &Value, expected: &[(Code, &str, &str)]) {
    let found = problems(parts, alarms);
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{parts}: {said:#?}");
    for (code, at, words) in expected {
        let fits =
            |one: &&Problem| one.code == *code && one.at == *at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "{parts}: no {code} at {at}: {words} in {said:#?}");
    }
}

fn traffic(parts: &Value, expected: &[(Code, &str, &str)]) {
    check(parts, &json!([]), expected);
}

#[test]
fn a_sound_one_says_nothing() {
    traffic(&json!({ "responseTime": {} }), &[]);
    traffic(&json!({ "responseTime": { "concurrency": 12, "queue": 0 }, "timeout": "1s" }), &[]);
    let course = json!([{ "load": 0, "p50": "80ms", "p99": "80ms" }, { "load": 1, "p50": "80ms", "p99": "2s" }]);
    traffic(&json!({ "responseTime": { "course": course }, "timeout": "1s" }), &[]);
}

#[test]
fn a_time_out_needs_something_to_wait_for() {
    let at = "/traffic/0/timeout";
    traffic(&json!({ "timeout": "1s" }), &[(Code::MissingField, at, "needs `responseTime`")]);
    traffic(&json!({ "timeout": "0s", "responseTime": {} }), &[(Code::OutOfRange, at, "must be above 0")]);
    // 6 workers for 60 requests a second: 100 ms each.
    let words = "`timeout` is 99ms, and a task that has nothing else to do needs 100ms";
    traffic(&json!({ "timeout": "99ms", "responseTime": {} }), &[(Code::Doubtful, at, words)]);
    traffic(&json!({ "timeout": "100ms", "responseTime": {} }), &[]);
}

#[test]
fn workers_are_as_many_as_answer_in_a_time_that_can_be_told() {
    let at = "/traffic/0/responseTime/concurrency";
    let with = |workers: i64, rate: &str| json!({ "requestsPerTask": rate, "rate": "1/s", "responseTime": { "concurrency": workers } });
    traffic(&with(0, "60/s"), &[(Code::OutOfRange, at, "must be between 1 and 10000")]);
    traffic(&with(1, "100000/s"), &[(Code::OutOfRange, at, "a mean service time of less than 0.1 ms")]);
    traffic(&with(1, "1/h"), &[]);
    traffic(&with(100, "1/h"), &[(Code::OutOfRange, at, "a mean service time of more than a day")]);
    // Without a task that answers anything there is one mistake, not two.
    let none = json!({ "requestsPerTask": "0/s", "responseTime": {} });
    traffic(&none, &[(Code::OutOfRange, "/traffic/0/requestsPerTask", "must be above 0")]);
}

#[test]
fn a_course_rises() {
    let course = |points: Value| json!({ "responseTime": { "course": points } });
    let at = |place: usize, key: &str| format!("/traffic/0/responseTime/course/{place}/{key}");
    let point = |load: f64, p50: &str, p99: &str| json!({ "load": load, "p50": p50, "p99": p99 });
    let below = course(json!([point(0.5, "300ms", "200ms")]));
    traffic(&below, &[(Code::OutOfRange, &at(0, "p99"), "`p99` is 200ms, below the median of 300ms")]);
    let none = course(json!([point(0.5, "0s", "200ms")]));
    traffic(&none, &[(Code::OutOfRange, &at(0, "p50"), "must be 0.1 ms or more")]);
    let falls = course(json!([point(0.5, "90ms", "200ms"), point(0.5, "80ms", "190ms")]));
    traffic(
        &falls,
        &[
            (Code::OutOfOrder, &at(1, "load"), "must rise with the load"),
            (Code::OutOfOrder, &at(1, "p50"), "must rise with the load"),
            (Code::OutOfOrder, &at(1, "p99"), "must rise with the load"),
        ],
    );
    let far = course(json!([point(1.6, "90ms", "200ms")]));
    traffic(&far, &[(Code::OutOfRange, &at(0, "load"), "must be between 0 and 1.5")]);
    let both = json!({ "responseTime": { "course": [point(0.5, "90ms", "200ms")], "queue": 3 } });
    traffic(&both, &[(Code::Conflict, "/traffic/0/responseTime", "exclude each other")]);
}

#[test]
fn alarms_on_response_times_need_them() {
    let alarm = |key: &str, value: Value| {
        let mut alarm = json!({ "AlarmName": "slow", "MetricName": "TargetResponseTime", "Service": "shop/web",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.5, "ComparisonOperator": "GreaterThanThreshold" });
        alarm[key] = value;
        json!([alarm])
    };
    let told = json!({ "responseTime": {} });
    check(&told, &alarm("Statistic", json!("Average")), &[]);
    check(
        &json!({}),
        &alarm("Statistic", json!("Average")),
        &[(Code::WrongTarget, "/alarms/0/Service", "nothing says how long tasks of `shop/web` take to answer")],
    );
    let refused = |key: &str, value: Value, at: &str, words: &str| {
        check(&told, &alarm(key, value), &[(Code::NotModelled, at, words)]);
    };
    refused("Statistic", json!("Maximum"), "/alarms/0/Statistic", "has an average only");
    refused("Statistic", json!("SampleCount"), "/alarms/0/Statistic", "how often");
    for percentile in ["p1", "p99", "p99.9"] {
        check(&told, &alarm("ExtendedStatistic", json!(percentile)), &[]);
    }
    for other in ["p99.99", "p0", "p100", "p", "P99", "p+9", "p1e1", "tm99", "99"] {
        refused("ExtendedStatistic", json!(other), "/alarms/0/ExtendedStatistic", "no percentile from p1 to p99.9");
    }
    let mut both = alarm("ExtendedStatistic", json!("p99"));
    both[0]["Statistic"] = json!("Average");
    check(&told, &both, &[(Code::RefusedByAws, "/alarms/0/ExtendedStatistic", "exclude each other")]);
    let mut hosts = alarm("ExtendedStatistic", json!("p99"));
    hosts[0]["MetricName"] = json!("HealthyHostCount");
    check(&told, &hosts, &[(Code::NotModelled, "/alarms/0/ExtendedStatistic", "`TargetResponseTime` alone")]);
    let limited = json!({ "responseTime": {}, "timeout": "500ms" });
    let late = [(Code::Doubtful, "/alarms/0/Threshold", "what is not there after `timeout`, 500ms, is no answer")];
    check(&limited, &alarm("ExtendedStatistic", json!("p99")), &late);
    let mut below = alarm("ExtendedStatistic", json!("p99"));
    below[0]["Threshold"] = json!(-1);
    check(&told, &below, &[(Code::OutOfRange, "/alarms/0/Threshold", "must be between")]);
    below[0]["ExtendedStatistic"] = json!("p90");
    below[0]["Threshold"] = json!(0.5);
    below[0]["Dimensions"] = json!([{ "Name": "AvailabilityZone", "Value": "use1-az1" }]);
    check(&told, &below, &[(Code::NotModelled, "/alarms/0/Dimensions/0/Name", "one of the whole service")]);
    let zone = json!([{ "Name": "AvailabilityZone", "Value": "use1-az1" }]);
    refused("Dimensions", zone, "/alarms/0/Dimensions/0/Name", "one of the whole service");
    check(
        &told,
        &alarm("Threshold", json!(-1)),
        &[(Code::Doubtful, "/alarms/0/Threshold", "always breach this threshold")],
    );
}
