//! Series and marks of changes, held against the summary of the same run.

use crate::world::{check, plan, service, shop, world, zones};
use evenkeel::internals::experiment::replicate::{self, Options};
use serde_json::json;

#[test]
fn what_pictures_of_a_change_show_is_what_the_summary_tells() {
    let deployment = json!({ "minimumHealthyPercent": 100, "maximumPercent": 200,
        "alarms": { "alarmNames": ["errors"], "enable": true, "rollback": true } });
    let rule = json!({ "AlarmName": "errors", "MetricName": "ErrorRate", "Service": "shop/web", "Period": 60,
        "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 0.1,
        "ComparisonOperator": "GreaterThanThreshold" });
    let services =
        [service("web", 4, 3, &json!({ "deploymentConfiguration": deployment })), service("calm", 1, 1, &json!({}))];
    let change = json!({ "name": "new", "at": "1h", "service": "shop/web", "defect": { "errors": { "share": 0.5 } } });
    let file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&services), "changes": [change],
        "alarms": [rule], "traffic": [{ "service": "shop/web", "rate": "40/s", "requestsPerTask": "20/s" }] });
    let plan = plan(&world("2h", file));
    let found = replicate::run(&plan, &[], &Options { timeline: true, ..Options::default() }, &());
    let (row, timeline) = (&found.summary.changes[0], &found.timeline);
    let series = |name: &str, part: &str| {
        let mut own = timeline.series.iter().filter(|one| one.name == name && one.part == part);
        own.next().unwrap_or_else(|| panic!("no {name} of {part}")).points.clone()
    };
    let exposed = series("exposed_requests_per_second", "new");
    let ends = exposed.iter().skip(1).map(|point| point.0).chain([timeline.end]);
    let area: f64 = exposed.iter().zip(ends).map(|((at, rate), until)| rate * until.since(*at).as_secs_f64()).sum();
    assert!(area > 1_000.0, "{area}");
    check("exposed requests", area, row.exposed_requests.mean, 1e-6);

    let [of] = &timeline.changes[..] else { panic!("{} services with changes", timeline.changes.len()) };
    assert_eq!(of.service, "shop/web");
    let labels: Vec<(&str, bool)> = of.marks.iter().map(|mark| (mark.label.as_str(), mark.bad)).collect();
    // All tasks are new before two minutes were bad.
    let rings = ("alarm errors, fails, goes back", true);
    assert_eq!(labels, [("new begins", false), ("bakes", false), rings, ("rolled back", false)]);
    let found = row.begin_seconds.unwrap().mean + row.detect_seconds.unwrap().mean;
    check("the mark of the alarm", of.marks[2].at.as_secs_f64(), found, 1e-9);
    let rang: Vec<f64> =
        series("in_alarm", "errors").iter().filter(|point| point.1 > 0.0).map(|point| point.0.as_secs_f64()).collect();
    assert_eq!(rang, [of.marks[2].at.as_secs_f64()]);
    assert!(timeline.series.iter().all(|one| one.name != "copied_requests_per_second"), "nothing is copied");
    assert_eq!(of.thresholds.len(), 1);
    check("the threshold in percent", of.thresholds[0].value, 10.0, 1e-12);
}
