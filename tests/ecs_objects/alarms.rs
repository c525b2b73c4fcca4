//! CloudWatch alarms go in as the AWS CLI prints them, and what cannot be watched is refused with its place.

use super::{base, changed, plan, resolved};
use evenkeel::engine::Span;
use evenkeel::model::plan::{Comparison, Metric, MissingData, Rule, Statistic};
use evenkeel::model::problem::{Problems, Severity};
use serde_json::{Value, json};

/// An alarm on failed requests of `web`; `parts` adds, replaces and (null) removes.
fn alarm(parts: &Value) -> Value {
    let mut alarm = json!({ "AlarmName": "failed", "Service": "shop/web", "MetricName": "HTTPCode_Target_5XX_Count",
        "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 3, "Threshold": 10,
        "ComparisonOperator": "GreaterThanThreshold" });
    for (key, value) in parts.as_object().unwrap() {
        alarm[key] = value.clone();
        if value.is_null() {
            alarm.as_object_mut().unwrap().shift_remove(key);
        }
    }
    alarm
}

fn with(parts: &Value) -> Value {
    changed(&[("/alarms", json!([alarm(parts)]))])
}

fn rule(parts: &Value) -> Rule {
    plan(with(parts)).alarms.iter().next().unwrap().rule
}

fn told(out: &Problems) -> Vec<String> {
    out.list.iter().map(|one| format!("{:?} {}: {}", one.severity, one.at, one.message)).collect()
}

/// The base says nothing of alarms, this one says one thing at this place, with this way out.
fn check(severity: Severity, parts: &Value, at: &str, words: &str, hint: &str) {
    let (plan, out) = resolved(with(parts));
    let at = format!("/alarms/0{at}");
    let of_alarms: Vec<_> = out.list.iter().filter(|one| one.at.starts_with("/alarms")).collect();
    let [problem] = of_alarms[..] else { panic!("{parts}: {:#?}", told(&out)) };
    assert_eq!((problem.severity, &problem.at), (severity, &at), "{parts}: {}", problem.message);
    assert!(problem.message.contains(words), "{parts}: {}", problem.message);
    let way_out = problem.hint.as_deref().unwrap_or_default();
    assert!(way_out.contains(hint), "{parts}: {way_out}");
    assert_eq!(plan.is_none(), severity == Severity::Error, "{parts}");
}

fn refused(parts: &Value, at: &str, words: &str, hint: &str) {
    check(Severity::Error, parts, at, words, hint);
}

#[test]
fn an_alarm_reaches_the_plan() {
    let plan = plan(with(&json!({ "DatapointsToAlarm": 2, "Threshold": 12.5, "TreatMissingData": "notBreaching" })));
    let found = plan.alarms.iter().next().unwrap();
    assert_eq!((found.name.as_str(), found.metric), ("failed", Metric::Target5xx));
    assert_eq!(plan.services[found.service].name, "shop/web");
    let expected = Rule {
        statistic: Statistic::Sum,
        period: Span::MINUTE,
        evaluation_periods: 3,
        datapoints_to_alarm: 2,
        threshold: 12_500_000_000,
        comparison: Comparison::Greater,
        missing: MissingData::NotBreaching,
    };
    assert_eq!(found.rule, expected);
}

#[test]
fn what_is_not_written_is_as_in_cloudwatch() {
    let default = rule(&json!({ "Statistic": null }));
    assert_eq!(default.datapoints_to_alarm, 3);
    assert_eq!((default.missing, default.statistic), (MissingData::Missing, Statistic::Sum));
    let share = json!({ "MetricName": "ErrorRate", "Namespace": "Evenkeel", "Statistic": null, "Threshold": 0.01 });
    assert_eq!(rule(&share).threshold, 10_000_000);
    let hosts = json!({ "MetricName": "UnHealthyHostCount", "Statistic": null });
    assert_eq!(rule(&hosts).statistic, Statistic::Average);
}

#[test]
fn what_describe_alarms_prints_is_known() {
    let parts = json!({ "AlarmArn": "arn", "AlarmDescription": "x", "AlarmConfigurationUpdatedTimestamp": "x",
        "ActionsEnabled": true, "OKActions": [], "AlarmActions": [], "InsufficientDataActions": [],
        "StateValue": "OK", "StateReason": "x", "StateReasonData": "{}", "StateUpdatedTimestamp": "x",
        "StateTransitionedTimestamp": "x", "Namespace": "AWS/ApplicationELB", "Unit": "Count", "Tags": [],
        "Dimensions": [{ "Name": "TargetGroup", "Value": "x" }, { "Name": "LoadBalancer", "Value": "y" }] });
    let (plan, out) = resolved(with(&parts));
    assert!(plan.is_some_and(|(plan, _)| plan.alarms.len() == 1), "{:#?}", told(&out));
}

#[test]
fn periods_are_those_that_cloudwatch_takes() {
    for period in [0, 1, 15, 61, 90] {
        refused(&json!({ "Period": period }), "/Period", "refuses a period", "10, 20, 30 or a multiple of 60");
    }
    let high = json!({ "Period": 30 });
    check(Severity::Warning, &high, "/Period", "report by the minute", "60 or more");
    let ours = json!({ "Period": 10, "MetricName": "ErrorRate", "Statistic": null, "Threshold": 0.1 });
    assert_eq!(rule(&ours).period, Span::from_secs(10));
    let all = |period: u32, times: u32| json!({ "Period": period, "EvaluationPeriods": times });
    assert_eq!(rule(&all(60, 1_440)).evaluation_periods, 1_440);
    assert_eq!(rule(&all(3_600, 168)).evaluation_periods, 168);
    refused(&all(60, 1_441), "/EvaluationPeriods", "more than one day", "lower");
    refused(&all(3_600, 169), "/EvaluationPeriods", "more than seven days", "lower");
    refused(&json!({ "DatapointsToAlarm": 4 }), "/DatapointsToAlarm", "`4` of 3", "1 <= DatapointsToAlarm <= Eval");
    refused(&json!({ "DatapointsToAlarm": 0 }), "/DatapointsToAlarm", "`0` of 3", "1 <= DatapointsToAlarm <= Eval");
}

#[test]
fn metrics_are_those_that_are_simulated() {
    let metric = |name: &str| json!({ "MetricName": name });
    let at = "/MetricName";
    refused(&metric("HTTPCode_Target_5XX"), at, "is not simulated", "did you mean `HTTPCode_Target_5XX_Count`");
    refused(&metric("HTTPCode_ELB_4XX_Count"), at, "is not simulated", "known: HTTPCode_Target_5XX_Count");
    refused(&metric("CPUUtilization"), at, "is not simulated", "known: HTTPCode_Target_5XX_Count");
    refused(&json!({ "Namespace": "AWS/ECS" }), "/Namespace", "`AWS/ECS` has no metric", "AWS/ApplicationELB");
    let math = json!({ "Metrics": [{ "Id": "e1", "Expression": "m1/m2" }] });
    refused(&math, "/Metrics", "metric math is not modelled", "ErrorRate");
    let zone = json!({ "Dimensions": [{ "Name": "AvailabilityZone", "Value": "us-east-1a" }] });
    refused(&zone, "/Dimensions/0/Name", "single zone", "leave it out");
    let other = json!({ "Dimensions": [{ "Name": "InstanceId", "Value": "i-0" }] });
    refused(&other, "/Dimensions/0/Name", "no dimension `InstanceId`", "leave it out");
}

#[test]
fn statistics_are_those_that_mean_something() {
    let of = |metric: &str, statistic: &str| json!({ "MetricName": metric, "Statistic": statistic, "Threshold": 0.5 });
    let at = "/Statistic";
    refused(&of("RequestCount", "SampleCount"), at, "how often a metric is reported", "write \"Sum\"");
    refused(&of("HealthyHostCount", "SampleCount"), at, "how often a metric is reported", "write \"Average\"");
    refused(&of("HealthyHostCount", "Sum"), at, "how often it was reported", "\"Minimum\" or \"Maximum\"");
    refused(&of("ErrorRate", "Maximum"), at, "share of a whole period", "\"Average\"");
    let mut most = of("RequestCount", "Maximum");
    // Below 1 every minute with a request breaches: that is told as well.
    most["Threshold"] = json!(1);
    most["ComparisonOperator"] = json!("GreaterThanThreshold");
    let (_, out) = resolved(with(&most));
    let words: Vec<String> = told(&out).into_iter().filter(|line| line.contains("/alarms")).collect();
    assert!(words.len() == 2 && words[0].contains("always 1") && words[1].contains("never breach"), "{words:#?}");
}

#[test]
fn a_service_has_its_metrics_only() {
    let at = "/Service";
    refused(&json!({ "Service": "shop/wed" }), at, "no service is called", "did you mean `shop/web`");
    refused(&json!({ "Service": "shop/batch" }), at, "stream of standalone tasks", "name a service");
    refused(&json!({ "Service": "shop/api" }), at, "no traffic", "add it to `traffic`");
    refused(
        &json!({ "Service": "shop/api", "MetricName": "ErrorRate", "Statistic": null, "Threshold": 0.1 }),
        at,
        "no traffic",
        "",
    );
    let hosts = json!({ "Service": "shop/api", "MetricName": "HealthyHostCount", "Statistic": "Minimum" });
    refused(&hosts, at, "no load balancer", "ErrorRate");
    refused(&json!({ "Threshold": 1e16 }), "/Threshold", "out of range", "-1e15 to 1e15");
}

#[test]
fn a_threshold_that_decides_nothing_is_doubtful() {
    let check = |metric: &str, comparison: &str, threshold: f64, word: &str| {
        let parts = json!({ "MetricName": metric, "Statistic": null, "ComparisonOperator": comparison, "Threshold": threshold });
        let words = format!("{word} breach");
        if word.is_empty() {
            let (_, out) = resolved(with(&parts));
            let found = told(&out).into_iter().find(|line| line.contains("/alarms"));
            assert_eq!(found, None, "{parts}");
        } else {
            check(
                Severity::Warning,
                &parts,
                "/Threshold",
                &words,
                "write a share between 0 and 1, counts are above 0, numbers of hosts 0 or more"
                    .split(", ")
                    .nth(usize::from(metric != "ErrorRate"))
                    .unwrap(),
            );
        }
    };
    let (above, from, below, to) =
        ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold");
    check("RequestCount", above, -1.0, "always");
    check("RequestCount", from, 0.0, "always");
    // A count of zero is missing, so that this waits for the first request.
    check("RequestCount", above, 0.0, "");
    check("RequestCount", to, 0.0, "never");
    check("RequestCount", from, 1.0, "");
    check("RequestCount", below, 0.0, "never");
    check("RequestCount", to, 5.0, "");
    check("HealthyHostCount", above, 0.0, "");
    check("HealthyHostCount", from, 0.0, "always");
    check("HealthyHostCount", below, 0.0, "never");
    check("HealthyHostCount", to, 0.0, "");
    check("ErrorRate", above, 1.0, "never");
    check("ErrorRate", from, 1.0, "");
    check("ErrorRate", from, 5.0, "never");
    check("ErrorRate", below, 5.0, "always");
    check("ErrorRate", above, 0.0, "");
}

#[test]
fn alarms_have_names_of_their_own_and_all_is_told_at_once() {
    let mut file = base();
    file["alarms"] = json!([
        alarm(&json!({})),
        alarm(&json!({ "Threshold": 7 })),
        alarm(
            &json!({ "AlarmName": "bad", "Service": "shop/none", "MetricName": "x", "Period": 7, "DatapointsToAlarm": 9,
            "Threshold": -1e20, "Dimensions": [{ "Name": "AvailabilityZone" }] })
        ),
    ]);
    let (plan, out) = resolved(file);
    assert!(plan.is_none());
    let places: Vec<&str> = out.list.iter().map(|one| one.at.as_str()).filter(|at| at.starts_with("/alarms")).collect();
    let bad = ["MetricName", "Service", "Dimensions/0/Name", "Period", "DatapointsToAlarm", "Threshold"];
    let expected: Vec<String> =
        ["/alarms/1/AlarmName".to_owned()].into_iter().chain(bad.map(|key| format!("/alarms/2/{key}"))).collect();
    assert_eq!(places, expected);
}
