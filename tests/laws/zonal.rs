//! Zonal shifts: which targets get requests meanwhile, to the second; what is lost to them; what they leave alone.
//!
//! Three equal zones of `EACH` tasks at rate R. A shift away from one leaves two thirds of the targets. With cross-zone
//! on all nodes stop sending to the zone at once; with it off its own node does, until its clients have left it.

use crate::world::{Diary, check, run, service, shop, the_service, watch, world, zones};
use evenkeel::Summary;
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::fact::{Fact, ServiceFact, TaskFact, ZonalStep};
use evenkeel::summary::ChangeRow;
use serde_json::{Value, json};

const EACH: u64 = 10;

fn the_change(summary: &Summary) -> &ChangeRow {
    assert_eq!(summary.changes.len(), 1);
    &summary.changes[0]
}

/// The shop at this rate with these changes and more parts.
fn file(rate: u64, balancer: &Value, changes: &Value, parts: Value) -> Value {
    let mut settings = json!({ "zonalShift": true });
    settings.as_object_mut().unwrap().extend(balancer.as_object().unwrap().clone());
    let mut file = world(
        "3h",
        json!({
            "regions": zones(3, &json!({})),
            "clusters": shop(&[service("web", 3 * EACH, 3, &json!({}))]),
            "traffic": [{ "service": "shop/web", "rate": format!("{rate}/s"), "requestsPerTask": "60/s", "loadBalancer": settings }],
            "changes": changes,
        }),
    );
    let Value::Object(parts) = parts else { panic!("parts are an object") };
    file.as_object_mut().unwrap().extend(parts);
    file
}

fn shift(name: &str, at: &str, zone: &str, lasts: &str) -> Value {
    json!({ "name": name, "at": at, "zonalShift": { "awayFrom": zone, "services": ["shop/web"], "expiresIn": lasts } })
}

fn grey(at: &str, lasts: &str) -> Value {
    json!({ "faults": [{ "name": "grey", "at": at, "for": lasts, "zoneGrey": { "zone": "z1", "errorShare": 0.3 } }] })
}

/// What became of zonal shifts: second and step.
pub(crate) fn steps(diary: &Diary) -> Vec<(f64, ZonalStep)> {
    let step = |(at, fact): &(Time, Fact)| match fact {
        Fact::Zonal(fact) => Some((at.as_secs_f64(), fact.what)),
        _ => None,
    };
    diary.0.iter().filter_map(step).collect()
}

#[test]
fn a_shift_keeps_requests_from_a_grey_zone_at_once_or_after_the_dns_time() {
    // 900/s, of which a third meets the zone: 90/s fail.
    for (cross_zone, dns, failing) in [(true, 60, 600.0), (true, 300, 600.0), (false, 60, 660.0), (false, 300, 900.0)] {
        let balancer = json!({ "crossZone": cross_zone, "dnsTtl": format!("{dns}s") });
        let changes = json!([shift("away", "70m", "z1", "1h")]);
        let summary = run(&file(900, &balancer, &changes, grey("1h", "1h")), 1);
        let what = format!("cross-zone {cross_zone}, DNS {dns} s");
        check(&what, the_service(&summary).requests.failed.mean, 90.0 * failing, 1e-3);
        check(&what, the_service(&summary).error_seconds.as_ref().unwrap().mean, failing, 1e-6);
        check(&what, the_change(&summary).lost_requests.mean, 0.0, 1e-9);
        assert_eq!(the_change(&summary).outcome, "completed");
    }
}

#[test]
fn what_the_zones_that_are_left_cannot_answer_is_lost_to_the_shift() {
    // 20 targets answer 1,200 a second of 1,500; all 30 of them 1,800.
    for cross_zone in [true, false] {
        let balancer = json!({ "crossZone": cross_zone, "dnsTtl": "0s" });
        let changes = json!([shift("away", "1h", "z2", "40m")]);
        let summary = run(&file(1_500, &balancer, &changes, json!({})), 1);
        check("lost", the_service(&summary).requests.failed.mean, 300.0 * 2_400.0, 1e-3);
        check("of the shift", the_change(&summary).lost_requests.mean, 300.0 * 2_400.0, 1e-3);
        let row: Vec<_> = summary.losses.iter().map(|row| (row.cause.as_str(), row.phase.as_str())).collect();
        assert_eq!(row, [("away", "zonal shift")]);
    }
    // What all targets together could not answer is no fault of the shift.
    let summary = run(&file(2_000, &json!({}), &json!([shift("away", "1h", "z2", "40m")]), json!({})), 1);
    check("of the shift", the_change(&summary).lost_requests.mean, 600.0 * 2_400.0, 1e-3);
    check("lost", the_service(&summary).requests.failed.mean, 600.0 * 2_400.0 + 200.0 * 3.0 * 3_600.0, 1e-3);
}

#[test]
fn a_shift_moves_no_task_and_counts_none_out() {
    let changes = json!([shift("away", "1h", "z2", "40m")]);
    let (diary, _) = watch(&file(900, &json!({}), &changes, json!({})));
    let moved = |fact: &Fact| {
        matches!(
            fact,
            Fact::Task(TaskFact::Went { .. } | TaskFact::Target { .. }) | Fact::Service(ServiceFact::Available { .. })
        )
    };
    let after = diary.0.iter().filter(|(at, fact)| at.as_secs_f64() >= 60.0 && moved(fact));
    assert_eq!(after.count(), 0, "nothing happens to a task");
    assert_eq!(steps(&diary), [(3_600.0, ZonalStep::Began), (6_000.0, ZonalStep::Expired)]);
}

#[test]
fn clients_of_a_node_leave_it_after_the_dns_time_and_are_back_at_once() {
    // The zone is grey all the time: errors pause from when nobody calls its targets until the shift is over.
    for (cross_zone, dns) in [(true, 45.0), (false, 0.0), (false, 45.0), (false, 300.0)] {
        let balancer = json!({ "crossZone": cross_zone, "dnsTtl": format!("{dns}s") });
        let changes = json!([shift("away", "1h", "z1", "10m")]);
        let summary = run(&file(900, &balancer, &changes, grey("30m", "2h")), 1);
        let quiet = 600.0 - if cross_zone { 0.0 } else { dns };
        let what = format!("cross-zone {cross_zone}, DNS {dns} s");
        check(&what, the_service(&summary).error_seconds.as_ref().unwrap().mean, 7_200.0 - quiet, 1e-6);
        check(&what, the_service(&summary).requests.failed.mean, 90.0 * (7_200.0 - quiet), 1e-3);
    }
}

#[test]
fn a_group_without_a_target_in_rotation_fails_open_in_the_zone_too() {
    // Both other zones lose their power; their targets are ejected after 50 s and nobody starts others.
    let dark = |zone: &str| json!({ "name": zone, "at": "70m", "for": "1h", "zonePowerLoss": { "zone": zone } });
    let parts = |shifted: bool| {
        let changes = if shifted { json!([shift("away", "1h", "z1", "2h")]) } else { json!([]) };
        let parts = json!({
            "faults": [dark("z2"), dark("z3")],
            "behaviour": [{ "family": "web", "start": { "constant": "3h" } }],
            "detection": { "loss": { "constant": "2h" }, "target": { "constant": "50s" } },
        });
        run(&file(300, &json!({ "dnsTtl": "0s" }), &changes, parts), 1)
    };
    let (with, without) = (parts(true), parts(false));
    // Until the dead targets are ejected all requests go to them. From then on the group fails open: a third of what
    // it gets goes to the targets of the zone. No address is left in DNS either, and clients use all three, two of them
    // of dead nodes; when the power is back these answer, and 50 minutes are left. Without a shift they use one node.
    let [with, without] = [&with, &without].map(|summary| the_service(summary).requests.failed.mean);
    check("shifted", with, 300.0 * 50.0 + (200.0 + 100.0 * 2.0 / 3.0) * 3_550.0 + 200.0 * 3_000.0, 1e-3);
    check("not shifted", without, 200.0 * 50.0, 1e-3);
}

#[test]
fn of_a_resource_one_shift_by_hand_is_active_at_a_time() {
    let alarm = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.01, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" });
    let mut by_alarm = shift("by alarm", "1h", "z1", "30m");
    by_alarm.as_object_mut().unwrap().remove("at");
    by_alarm["onAlarm"] = json!("errors");
    // The grey zone is z1; the shift by hand leaves z2 alone, so that errors go on and the alarm rings.
    let changes = json!([shift("by hand", "50m", "z2", "70m"), by_alarm]);
    let mut parts = grey("1h", "2h");
    parts["alarms"] = json!([alarm]);
    let (diary, summary) = watch(&file(900, &json!({}), &changes, parts));
    let expected = [(3_000.0, ZonalStep::Began), (3_660.0, ZonalStep::Refused), (7_200.0, ZonalStep::Expired)];
    assert_eq!(steps(&diary), expected, "the alarm rings once, and its shift is refused");
    let outcome = |name: &str| summary.changes.iter().find(|row| row.name == name).unwrap().occurrences.mean;
    assert_eq!((outcome("by hand"), outcome("by alarm")), (1.0, 0.0));
}

#[test]
fn an_alarm_starts_a_shift_after_the_reaction_time_each_time_that_it_rings() {
    let alarm = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.01, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" });
    let changes = json!([{ "name": "away", "onAlarm": "errors",
        "zonalShift": { "awayFrom": "z1", "services": ["shop/web"], "expiresIn": "20m", "after": { "constant": "2m" } } }]);
    let mut parts = grey("1h", "1h");
    parts["alarms"] = json!([alarm]);
    let (diary, summary) = watch(&file(900, &json!({}), &changes, parts));
    let began = diary.0.iter().filter_map(|(at, fact)| match fact {
        Fact::Zonal(fact) if fact.what == ZonalStep::Began => Some(at.as_secs_f64()),
        _ => None,
    });
    // Errors from 60:00, alarm at 61:00, shift at 63:00 to 83:00, errors, alarm at 84:00, ...
    assert_eq!(began.collect::<Vec<_>>(), [3_780.0, 5_160.0, 6_540.0]);
    assert_eq!(the_change(&summary).occurrences.mean, 3.0);
    check("lost", the_service(&summary).requests.failed.mean, 90.0 * 180.0 * 3.0, 1e-3);
}

#[test]
fn a_zone_that_comes_back_during_a_shift_stays_out_until_the_shift_is_over() {
    // The power of z1 is lost before the shift and back during it; its node and targets get nothing until 2h.
    let changes = json!([shift("away", "62m", "z1", "58m")]);
    let parts = json!({
        "faults": [{ "name": "cut", "at": "1h", "for": "4m", "networkCutZone": { "zone": "z1" } },
                   { "name": "grey", "at": "80m", "for": "2h", "zoneGrey": { "zone": "z1", "errorShare": 1.0 } }],
        "detection": { "loss": { "constant": "3h" }, "target": { "constant": "50s" } },
        // Nobody comes in their place.
        "behaviour": [{ "family": "web", "start": { "constant": "4h" } }],
    });
    let summary = run(&file(300, &json!({}), &changes, parts), 1);
    // From 2h on a third of all fails: the grey zone has its requests again. Before that, only the cut costs.
    let grey = summary.faults.iter().find(|row| row.name == "grey").unwrap();
    check("grey", grey.lost_requests.mean, 100.0 * 3_600.0, 1e-3);
    let cut = summary.faults.iter().find(|row| row.name == "cut").unwrap();
    // The node for 60 s, and a third of what the others get for 50 s.
    check("cut", cut.lost_requests.mean, 100.0 * 60.0 + 200.0 / 3.0 * 50.0, 1e-3);
}

/// The alarm rings at 61, 64 and 77 minutes. The first starts the shift, from 71 to 81; the second comes to a shift that
/// is active by then, and the third to one that is active already.
#[test]
fn an_alarm_that_rings_again_starts_no_second_shift() {
    let alarm = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.01, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" });
    let changes = json!([{ "name": "away", "onAlarm": "errors",
        "zonalShift": { "awayFrom": "z1", "services": ["shop/web"], "expiresIn": "10m", "after": { "constant": "10m" } } }]);
    let grey = |at: &str, zone: &str| json!({ "name": at, "at": at, "for": "1m", "zoneGrey": { "zone": zone, "errorShare": 0.3 } });
    let parts = json!({ "alarms": [alarm], "faults": [grey("60m", "z1"), grey("63m", "z1"), grey("76m", "z2")] });
    let (diary, _) = watch(&file(900, &json!({}), &changes, parts));
    assert_eq!(steps(&diary), [(4_260.0, ZonalStep::Began), (4_860.0, ZonalStep::Expired)]);
}

/// A shift that an alarm has started is active: one that comes at a time is refused, and its change tells so.
#[test]
fn a_shift_that_is_refused_is_stopped() {
    let alarm = json!({ "AlarmName": "errors", "Namespace": "Evenkeel", "MetricName": "ErrorRate", "Service": "shop/web",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 0.01, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching" });
    let mut by_alarm = shift("by alarm", "1h", "z1", "1h");
    by_alarm.as_object_mut().unwrap().remove("at");
    by_alarm["onAlarm"] = json!("errors");
    let mut parts = grey("1h", "1h");
    parts["alarms"] = json!([alarm]);
    let summary = run(&file(900, &json!({}), &json!([by_alarm, shift("by hand", "90m", "z2", "20m")]), parts), 1);
    let outcomes: Vec<_> = summary.changes.iter().map(|row| (row.name.as_str(), row.outcome.as_str())).collect();
    assert_eq!(outcomes, [("by alarm", "completed"), ("by hand", "stopped")]);
}
