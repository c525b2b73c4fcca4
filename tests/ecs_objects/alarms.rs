//! CloudWatch alarms go in as the AWS CLI prints them, and what cannot be watched is refused with its place.

use super::{base, changed, plan, resolved};
use evenkeel::internals::engine::Span;
use evenkeel::internals::model::plan::{Comparison, Metric, MissingData, Rule, Scope, Statistic};
use evenkeel::internals::model::problem::{Problems, Severity};
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
    plan(with(parts)).alarms.iter().next().unwrap().on_metric().unwrap().rule
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
    let on = found.on_metric().unwrap();
    assert_eq!((found.name.as_str(), on.metric, on.scope), ("failed", Metric::Target5xx, Scope::Service));
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
    assert_eq!((on.rule, on.delay), (expected, Span::ZERO));
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
    refused(&json!({ "DatapointsToAlarm": 4 }), "/DatapointsToAlarm", "must be between 1 and 3, not `4`", "lower it");
    refused(&json!({ "DatapointsToAlarm": 0 }), "/DatapointsToAlarm", "must be 1 or more, not `0`", "raise it");
}

#[test]
fn metrics_are_those_that_are_simulated() {
    let metric = |name: &str| json!({ "MetricName": name });
    let at = "/MetricName";
    refused(&metric("HTTPCode_Target_5XX"), at, "is not simulated", "did you mean `HTTPCode_Target_5XX_Count`");
    refused(&metric("HTTPCode_ELB_4XX_Count"), at, "is not simulated", "known: HTTPCode_Target_5XX_Count");
    refused(&metric("RunningTaskCount"), at, "is not simulated", "known: HTTPCode_Target_5XX_Count");
    refused(&json!({ "Namespace": "AWS/ECS" }), "/Namespace", "`AWS/ECS` has no metric", "AWS/ApplicationELB");
    let usage = |name: &str, more: Value| {
        let mut alarm = json!({ "MetricName": name, "Namespace": "AWS/ECS", "Statistic": "Average", "Threshold": 70 });
        alarm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alarm
    };
    for name in ["CPUUtilization", "MemoryUtilization"] {
        let read = rule(&usage(name, json!({ "Period": 20 })));
        assert_eq!((read.period, read.threshold), (Span::from_secs(20), 70_000_000_000));
        let zone = json!({ "Dimensions": [{ "Name": "AvailabilityZone", "Value": "use1-az1" }] });
        refused(&usage(name, zone), "/Dimensions/0/Name", "of the whole service", "leave the dimension out");
        refused(&usage(name, json!({ "Statistic": "Sum" })), "/Statistic", "how often it was reported", "\"Average\"");
        check(
            Severity::Warning,
            &usage(name, json!({ "Threshold": 101 })),
            "/Threshold",
            "never breach",
            "a percentage",
        );
    }
    let math = json!({ "Metrics": [{ "Id": "e1", "Expression": "m1/m2" }] });
    refused(&math, "/Metrics", "metric math is not modelled", "ErrorRate");
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
    refused(&of("ErrorRate", "Maximum"), at, "a share of a whole period", "\"Average\"");
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
    refused(&json!({ "Service": "shop/api" }), at, "needs traffic", "add the service to `traffic`");
    refused(
        &json!({ "Service": "shop/api", "MetricName": "ErrorRate", "Statistic": null, "Threshold": 0.1 }),
        at,
        "needs traffic",
        "",
    );
    let hosts = json!({ "Service": "shop/api", "MetricName": "HealthyHostCount", "Statistic": "Minimum" });
    refused(&hosts, at, "needs a load balancer", "ErrorRate");
    refused(
        &json!({ "Threshold": 1e16 }),
        "/Threshold",
        "must be between -1000000000000000 and 1000000000000000",
        "lower it",
    );
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
    let bad = ["MetricName", "Service", "Dimensions/0", "Period", "DatapointsToAlarm", "Threshold"];
    let expected: Vec<String> =
        ["/alarms/1/AlarmName".to_owned()].into_iter().chain(bad.map(|key| format!("/alarms/2/{key}"))).collect();
    assert_eq!(places, expected);
}

fn dimension(name: &str, value: &str) -> Value {
    json!({ "Dimensions": [{ "Name": "LoadBalancer", "Value": "app/web" }, { "Name": name, "Value": value }] })
}

/// An alarm as above with other parts; the later ones win.
fn both(first: &Value, second: &Value) -> Value {
    let mut all = first.clone();
    all.as_object_mut().unwrap().extend(second.as_object().unwrap().clone());
    all
}

fn outlier() -> Value {
    json!({ "MetricName": "ZoneOutlier", "Statistic": null, "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold" })
}

#[test]
fn a_zone_goes_by_its_id_or_name_and_is_one_of_the_service() {
    let scope = |parts: &Value| {
        let plan = plan(with(parts));
        let on = *plan.alarms.iter().next().unwrap().on_metric().unwrap();
        match on.scope {
            Scope::Zone(zone) => plan.zones[zone].id.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(scope(&dimension("AvailabilityZone", "us-east-1b")), "use1-az2");
    assert_eq!(scope(&dimension("AvailabilityZone", "use1-az1")), "use1-az1");
    assert_eq!(scope(&both(&outlier(), &dimension("AvailabilityZone", "use1-az1"))), "use1-az1");
    let at = "/Dimensions/1/Value";
    refused(&dimension("AvailabilityZone", "use1-az9"), at, "no zone is called `use1-az9`", "did you mean `use1-az");
    let mut file = with(&dimension("AvailabilityZone", "use1-az4"));
    file["regions"][0]["zones"].as_array_mut().unwrap().push(json!({ "id": "use1-az4" }));
    let (found, out) = resolved(file);
    let said = "Error /alarms/0/Dimensions/1/Value: `shop/web` has no task in `use1-az4`";
    assert!(found.is_none() && told(&out).iter().any(|line| line == said), "{:#?}", told(&out));
    let none = json!({ "Dimensions": [{ "Name": "AvailabilityZone" }] });
    refused(&none, "/Dimensions/0", "needs a `Value`", "id or the name of a zone");
    let twice = json!({ "Dimensions": [{ "Name": "AvailabilityZone", "Value": "use1-az1" },
                                       { "Name": "AvailabilityZone", "Value": "use1-az2" }] });
    refused(&twice, "/Dimensions/1", "one zone, or one revision", "keep one");
}

#[test]
fn an_outlier_is_one_zone_in_each_minute() {
    refused(&outlier(), "/Dimensions", "needs the dimension `AvailabilityZone`", "AvailabilityZone");
    let zone = both(&outlier(), &dimension("AvailabilityZone", "use1-az1"));
    refused(&both(&zone, &json!({ "Period": 300 })), "/Period", "must be 60 seconds", "write 60");
    refused(&both(&zone, &json!({ "Statistic": "SampleCount" })), "/Statistic", "how often", "\"Average\"");
    let two = both(&zone, &json!({ "Threshold": 2 }));
    check(Severity::Warning, &two, "/Threshold", "never breach", "GreaterThanOrEqualToThreshold");
    let quiet = both(&zone, &json!({ "Service": "shop/api" }));
    let (found, out) = resolved(with(&quiet));
    assert!(found.is_none() && told(&out).iter().any(|line| line.contains("needs traffic")), "{:#?}", told(&out));
}

#[test]
fn a_revision_is_the_new_one_and_has_some_metrics() {
    let new = dimension("Revision", "new");
    let at = "/Dimensions/1";
    check(Severity::Warning, &new, at, "`shop/web` has no change", "add a change");
    refused(&dimension("Revision", "old"), at, "for the new one only", "\"new\"");
    for metric in ["HealthyHostCount", "HTTPCode_ELB_5XX_Count", "UnHealthyHostCount"] {
        let parts = both(&new, &json!({ "MetricName": metric, "Statistic": null }));
        refused(&parts, "/Dimensions/1/Name", "not counted by revision", "ErrorRate, HTTPCode_Target_5XX_Count");
    }
    let mut file = with(&new);
    file["changes"] = json!([{ "name": "v2", "at": "1h", "service": "shop/web" }]);
    let plan = plan(file);
    assert_eq!(plan.alarms.iter().next().unwrap().on_metric().unwrap().scope, Scope::New);
}

#[test]
fn a_delay_is_a_day_at_most() {
    let delay = |text: &str| with(&json!({ "Delay": text }));
    assert_eq!(plan(delay("2m")).alarms.iter().next().unwrap().on_metric().unwrap().delay, Span::MINUTE * 2);
    refused(&json!({ "Delay": "25h" }), "/Delay", "must be at most 1d", "lower it");
}

/// `failed` and the composite alarms of these names and rules.
fn ruled(rules: &[(&str, &str)]) -> Value {
    let mut file = with(&json!({}));
    let rows = rules.iter().map(|(name, rule)| json!({ "AlarmName": name, "AlarmRule": rule, "Tags": [] }));
    file["compositeAlarms"] = rows.collect();
    file
}

fn complains(rules: &[(&str, &str)], at: &str, words: &str, hint: &str) {
    let (plan, out) = resolved(ruled(rules));
    let of_rules: Vec<_> = out.list.iter().filter(|one| one.at.starts_with("/compositeAlarms")).collect();
    let [problem] = of_rules[..] else { panic!("{rules:?}: {:#?}", told(&out)) };
    let way_out = problem.hint.as_deref().unwrap_or_default();
    assert!(plan.is_none() && problem.at == format!("/compositeAlarms/{at}"), "{rules:?}: {}", problem.at);
    assert!(problem.message.contains(words), "{rules:?}: {}", problem.message);
    assert!(way_out.contains(hint), "{rules:?}: {way_out}");
}

#[test]
fn composite_alarms_reach_the_plan_and_their_mistakes_have_places() {
    use evenkeel::internals::model::alarm_state::State;
    use evenkeel::internals::model::ids::AlarmId;
    use evenkeel::internals::model::plan::Expression;
    let plan = plan(ruled(&[("top", "NOT OK(below)"), ("below", "ALARM(\"failed\")")]));
    let rule = |row: u32| plan.alarms[AlarmId(row)].composite().unwrap().rule.clone();
    assert_eq!(rule(1), Expression::Not(Box::new(Expression::Is(AlarmId(2), State::Ok))));
    assert_eq!(rule(2), Expression::Is(AlarmId(0), State::Alarm));
    assert_eq!(plan.alarms[AlarmId(1)].service, plan.alarms[AlarmId(0)].service);
    assert_eq!(plan.alarms[AlarmId(1)].sees(), Span::MINUTE * 3);
    complains(&[("a", "ALARM(faild)")], "0/AlarmRule", "no alarm is called `faild`", "did you mean `failed`?");
    complains(&[("a", "ALRM(failed)")], "0/AlarmRule", "letter 1 of the rule", "did you mean `ALARM`?");
    complains(&[("a", "TRUE")], "0/AlarmRule", "must name an alarm, or it never changes", "ALARM(name)");
    complains(&[("failed", "ALARM(failed)")], "0/AlarmName", "two alarms are called `failed`", "its own name");
    complains(&[("a", "ALARM(failed) OR ALARM(a)")], "0/AlarmRule", "`a` names `a`", "take one of them out");
    let circle = [("a", "ALARM(failed)"), ("b", "OK(a) AND OK(d)"), ("c", "OK(b)"), ("d", "NOT OK(c)")];
    complains(&circle, "1/AlarmRule", "depends on itself: `b` names `d` names `c` names `b`", "take one");
}

#[test]
fn what_describe_alarms_prints_of_composite_alarms_is_known() {
    let mut file = ruled(&[]);
    file["compositeAlarms"] = json!([{ "CompositeAlarms": [{ "AlarmName": "a", "AlarmRule": "ALARM(failed)",
        "AlarmArn": "arn", "ActionsEnabled": true, "OKActions": [], "AlarmActions": [], "StateValue": "OK",
        "ActionsSuppressor": "x", "ActionsSuppressorWaitPeriod": 60, "ActionsSuppressorExtensionPeriod": 60 }] }]);
    let texts = evenkeel::internals::scenario::source::Texts::one("a.json", file.to_string());
    let scenario = evenkeel::Scenario::read("a.json", &texts).into_result().unwrap();
    assert!(scenario.plan().alarms.iter().any(|alarm| alarm.name == "a"), "{:#?}", scenario.plan().alarms);
}
