//! Rules of service auto scaling from the written scenario on, to the second: data that are missing, what is suspended,
//! policies beside each other, protected tasks, steps, cooldowns, deployments, and the alarms that policies make.

use crate::auto_scaling::{changes, held};
use crate::world::{Diary, plan, service, shop, watch, world, zones};
use evenkeel::internals::engine::{Reader, Time};
use evenkeel::internals::metrics::milestones::{Milestones, TimeLine, What};
use evenkeel::internals::model::fact::{AlarmState, Fact, NotScaled, TaskFact, TaskState};
use evenkeel::internals::model::ids::AlarmId;
use serde_json::{Value, json};

const SERVICE: &str = "service/shop/web";

/// Ten tasks of `shop/web` that start in 23 s and answer 10 requests a second each; rates begin at these seconds. CPU
/// follows the load: 55 a second are 55 % of ten tasks, between 90 % of the target of 60 and the target.
fn file(rates: &[(u64, u64)], parts: &Value) -> Value {
    let steps: Vec<Value> =
        rates.iter().map(|(at, rate)| json!({ "at": format!("{at}s"), "rate": format!("{rate}/s") })).collect();
    let mut file = json!({
        "regions": zones(3, &json!({})),
        "clusters": shop(&[service("web", 10, 3, &json!({}))]),
        "traffic": [{ "service": "shop/web", "requestsPerTask": "10/s", "steps": steps,
                      "loadBalancer": { "deregistrationDelay": "0s" } }],
        "behaviour": [{ "family": "web", "start": { "constant": "23s" }, "stop": { "constant": "1s" } }],
        "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": 2, "MaxCapacity": 40 }],
    });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    world("4h", file)
}

/// A policy that tracks a metric that AWS knows, with parts of its own.
fn tracks(metric: &str, target: u32, parts: &Value) -> Value {
    let mut rule =
        json!({ "TargetValue": target, "PredefinedMetricSpecification": { "PredefinedMetricType": metric } });
    rule.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "PolicyName": "cpu", "ResourceId": SERVICE, "TargetTrackingScalingPolicyConfiguration": rule })
}

fn cpu(parts: &Value) -> Value {
    tracks("ECSServiceAverageCPUUtilization", 60, parts)
}

/// 1,000 units of work, a hundred for each of ten tasks, which is the target.
fn backlog(parts: &Value) -> Value {
    let metric = json!({ "Namespace": "Shop", "MetricName": "Backlog", "Statistic": "Average" });
    let mut rule = json!({ "TargetValue": 100, "CustomizedMetricSpecification": metric });
    rule.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "PolicyName": "backlog", "ResourceId": SERVICE, "TargetTrackingScalingPolicyConfiguration": rule })
}

fn work(per_task: bool, value: u64) -> Value {
    json!([{ "namespace": "Shop", "name": "Backlog", "perTask": per_task,
             "steps": [{ "at": "0s", "value": value }] }])
}

/// A step policy on an alarm of one minute of CPU, known at its end.
fn steps(rule: &Value, comparison: &str, threshold: u32) -> Value {
    let alarm = json!({ "AlarmName": "busy", "Service": "shop/web", "MetricName": "CPUUtilization", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": threshold, "ComparisonOperator": comparison });
    let policy = json!({ "PolicyName": "steps", "ResourceId": SERVICE, "Alarms": [{ "AlarmName": "busy" }],
        "StepScalingPolicyConfiguration": rule });
    json!({ "alarms": [alarm], "scalingPolicies": [policy] })
}

/// States of the alarm whose name ends so: second and state.
fn states(file: &Value, diary: &Diary, name: &str) -> Vec<(f64, AlarmState)> {
    let plan = plan(file);
    let found: Vec<AlarmId> =
        plan.alarms.pairs().filter(|(_, one)| one.name.ends_with(name)).map(|(id, _)| id).collect();
    let [alarm] = found[..] else { panic!("{} alarms end in {name}", found.len()) };
    let state = |(at, fact): &(Time, Fact)| match fact {
        Fact::Alarm { alarm: of, state } if *of == alarm => Some((at.as_secs_f64(), *state)),
        _ => None,
    };
    diary.0.iter().filter_map(state).collect()
}

/// When tasks were told to stop.
fn stops(diary: &Diary) -> Vec<f64> {
    let stop = |(at, fact): &(Time, Fact)| match fact {
        Fact::Task(TaskFact::Went { from: TaskState::Running, .. }) => Some(at.as_secs_f64()),
        _ => None,
    };
    diary.0.iter().filter_map(stop).collect()
}

/// The alarms of a policy are ordinary ones: states to the second, and a composite alarm that follows one.
#[test]
fn a_policy_makes_two_ordinary_alarms() {
    let any = json!([{ "AlarmName": "any", "AlarmRule": "ALARM(\"TargetTracking-service/shop/web-AlarmHigh-cpu\")" }]);
    let parts = json!({ "scalingPolicies": [cpu(&json!({}))], "compositeAlarms": any });
    let file = file(&[(0, 55), (3_600, 20), (7_200, 36)], &parts);
    let (diary, _) = watch(&file);
    // Below 54 % for the fifteen minutes from 3,600, and known 153 s later: six tasks go. Four are at 50 % from then on,
    // which is still below; at 90 % the first of three minutes says that they are not.
    let low = states(&file, &diary, "AlarmLow-cpu");
    assert_eq!(low[1], (4_653.0, AlarmState::Alarm), "{low:?}");
    assert_eq!(low[2], (7_413.0, AlarmState::Ok), "{low:?}");
    let high = states(&file, &diary, "AlarmHigh-cpu");
    assert_eq!(high[0].1, AlarmState::Ok, "{high:?}");
    assert_eq!(high[1], (7_533.0, AlarmState::Alarm), "{high:?}");
    assert_eq!(changes(&diary), [(4_653.0, 10, 4), (7_533.0, 4, 6)]);
    assert_eq!(states(&file, &diary, "any")[1], (7_533.0, AlarmState::Alarm));
}

/// Without a request a load balancer reports none, and nobody scales in; CPU is 0 %, and they do. Without a task there
/// is no CPU, and nobody scales out.
#[test]
fn missing_data_scale_nothing() {
    let rates = [(0, 55), (3_600, 0)];
    // 55 a second are 330 a minute for each of ten.
    let requests = tracks("ALBRequestCountPerTarget", 330, &json!({}));
    let one = file(&rates, &json!({ "scalingPolicies": [requests] }));
    let (diary, _) = watch(&one);
    assert_eq!((changes(&diary), held(&diary)), (Vec::new(), Vec::new()));
    for name in ["AlarmHigh-cpu", "AlarmLow-cpu"] {
        let last = *states(&one, &diary, name).last().unwrap();
        assert_eq!(last.1, AlarmState::InsufficientData, "{name} {last:?}");
    }
    let (diary, _) = watch(&file(&rates, &json!({ "scalingPolicies": [cpu(&json!({}))] })));
    assert_eq!(changes(&diary), [(4_653.0, 10, 2)]);

    let none = json!([{ "ResourceId": SERVICE, "MinCapacity": 0, "MaxCapacity": 40 }]);
    let empty = json!({ "clusters": shop(&[service("web", 0, 3, &json!({}))]), "scalableTargets": none,
        "scalingPolicies": [cpu(&json!({}))] });
    let mut one = file(&[(0, 55)], &empty);
    let (diary, summary) = watch(&one);
    assert_eq!(changes(&diary), []);
    assert_eq!((states(&one, &diary, "High-cpu"), summary.services[0].requests.served.mean), (Vec::new(), 0.0));
    // A metric that does not need a task: 150 of a target of 100, one task at least, and half as many again at the end
    // of each cooldown of five minutes.
    one["scalingPolicies"] = json!([backlog(&json!({}))]);
    one["customMetrics"] = work(false, 150);
    let (diary, _) = watch(&one);
    assert_eq!(changes(&diary)[..4], [(240.0, 0, 1), (540.0, 1, 2), (840.0, 2, 3), (1_140.0, 3, 5)]);
}

/// What is suspended does not happen, and the rest does; the reason is told once.
#[test]
fn what_is_suspended_does_not_happen() {
    let run = |suspended: &str| {
        let target = json!([{ "ResourceId": SERVICE, "MinCapacity": 2, "MaxCapacity": 40,
            "SuspendedState": { suspended: true } }]);
        let parts = json!({ "scalingPolicies": [cpu(&json!({}))], "scalableTargets": target });
        let (diary, _) = watch(&file(&[(0, 55), (3_600, 20), (7_200, 90)], &parts));
        (changes(&diary), held(&diary))
    };
    let (changed, why) = run("DynamicScalingInSuspended");
    assert_eq!((&changed[..], why[0]), (&[(7_533.0, 10, 15)][..], (4_653.0, NotScaled::Suspended)));
    let (changed, why) = run("DynamicScalingOutSuspended");
    // The datapoint known a minute later is still that of ten tasks: the cooldown is there for that. Then four tasks are
    // at 100 %, and seven are asked for in vain.
    assert_eq!(changed, [(4_653.0, 10, 4)]);
    assert_eq!(why, [(4_713.0, NotScaled::Cooldown), (7_533.0, NotScaled::Suspended)]);
    let (changed, _) = run("ScheduledScalingSuspended");
    assert_eq!(changed[..2], [(4_653.0, 10, 4), (7_533.0, 4, 7)]);

    // Steps are held alike. Forecasts scale out, and are held as such.
    let rule = json!({ "AdjustmentType": "ChangeInCapacity", "Cooldown": 600,
        "StepAdjustments": [{ "MetricIntervalLowerBound": 0, "ScalingAdjustment": 3 }] });
    let ahead = json!({ "PolicyName": "ahead", "ResourceId": SERVICE, "PredictiveScalingPolicyConfiguration": {
        "Mode": "ForecastAndScale", "MetricSpecifications": [{ "TargetValue": 50,
        "PredefinedMetricPairSpecification": { "PredefinedMetricType": "ECSServiceCPUUtilization" } }] } });
    for (suspended, stepped, forecast) in [(false, 16, 18), (true, 10, 10)] {
        let target = json!([{ "ResourceId": SERVICE, "MinCapacity": 2, "MaxCapacity": 40,
            "SuspendedState": { "DynamicScalingOutSuspended": suspended } }]);
        // Thirteen tasks are at 69 %, sixteen at 56 %.
        let rates = [(0, 50), (7_200, 90)];
        let mut one = file(&rates, &steps(&rule, "GreaterThanThreshold", 60));
        one["scalableTargets"] = target;
        let last = |file: &Value| changes(&watch(file).0).last().map_or(10, |change| change.2);
        assert_eq!(last(&one), stepped, "{suspended}");
        one["alarms"] = json!([]);
        one["startsAt"] = json!("2026-01-05T00:00:00Z");
        one["scalingPolicies"] = json!([ahead]);
        // 90 a second are 18 tasks at half of their CPU.
        assert_eq!(last(&one), forecast, "{suspended}");
    }
}

/// A policy that may not scale in is not asked whether others may.
#[test]
fn a_policy_that_never_scales_in_holds_nobody_back() {
    let run = |policies: &Value| {
        let parts = json!({ "scalingPolicies": policies, "customMetrics": work(true, 1_000) });
        watch(&file(&[(0, 55), (3_600, 20)], &parts)).0
    };
    let off = json!({ "DisableScaleIn": true });
    assert_eq!(changes(&run(&json!([cpu(&off)]))), []);
    let diary = run(&json!([cpu(&json!({})), backlog(&json!({}))]));
    assert_eq!((changes(&diary), held(&diary)[0]), (Vec::new(), (4_653.0, NotScaled::OtherPolicy)));
    // With a policy that only scales out the other one scales in, and this one out again: 250 for each of four tasks. The
    // minute in which they became four is above the target already, 33 s at 100 and 27 s at 250; two more, and a delay.
    let diary = run(&json!([cpu(&json!({})), backlog(&off)]));
    assert_eq!(changes(&diary)[..2], [(4_653.0, 10, 4), (4_860.0, 4, 10)]);
}

/// The desired count falls at once; protected tasks run on until their protection ends, all in one instant. The policy
/// then multiplies the four that are left by a datapoint of ten: at its next minute 4 x 20 / 60 are two, which three
/// minutes and a delay later are found too few, the first of them being 33 s at 50 % and 27 s at 100 %.
#[test]
fn protected_tasks_outlive_a_scale_in() {
    let protected = json!([{ "family": "web", "start": { "constant": "23s" }, "stop": { "constant": "1s" },
        "protection": { "lasts": { "constant": "3h" } } }]);
    let parts = json!({ "scalingPolicies": [cpu(&json!({}))], "behaviour": protected });
    let (diary, _) = watch(&file(&[(0, 55), (3_600, 20)], &parts));
    assert_eq!(changes(&diary), [(4_653.0, 10, 4), (10_833.0, 4, 2), (11_133.0, 2, 4)]);
    assert_eq!(stops(&diary)[..6], [10_800.0; 6]);
    assert_eq!(stops(&diary).len(), 8);
}

/// Ten tasks at 70 % for half a minute and at 100 % for the other half: 85 % on average.
#[test]
fn steps_are_chosen_by_the_statistic_of_the_policy() {
    let bounds = json!([
        { "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1 },
        { "MetricIntervalLowerBound": 20, "MetricIntervalUpperBound": 40, "ScalingAdjustment": 3 },
        { "MetricIntervalLowerBound": 40, "ScalingAdjustment": 5 }]);
    for (statistic, to) in [("Average", 13), ("Minimum", 11), ("Maximum", 15)] {
        let rule = json!({ "AdjustmentType": "ChangeInCapacity", "StepAdjustments": bounds, "Cooldown": 300,
            "MetricAggregationType": statistic });
        let rates = [(0, 50), (3_600, 70), (3_630, 100), (3_660, 50)];
        let (diary, _) = watch(&file(&rates, &steps(&rule, "GreaterThanThreshold", 60)));
        assert_eq!(changes(&diary), [(3_660.0, 10, to)], "{statistic}");
    }
}

/// A step policy scales in without asking anybody, and waits for its own cooldown.
#[test]
fn steps_scale_in_and_wait() {
    for (kind, by, changed) in [
        // Eight tasks are at 25 %, six at 33 %.
        ("ChangeInCapacity", -2, vec![(3_660.0, 10, 8), (4_260.0, 8, 6)]),
        // 25 % of ten are 2.5, of eight two.
        ("PercentChangeInCapacity", -25, vec![(3_660.0, 10, 8), (4_260.0, 8, 6)]),
        // At most 2 tasks are left at 90 %, and at least as many.
        ("PercentChangeInCapacity", -99, vec![(3_660.0, 10, 2)]),
        ("ExactCapacity", 7, vec![(3_660.0, 10, 7)]),
    ] {
        let rule = json!({ "AdjustmentType": kind, "Cooldown": 600,
            "StepAdjustments": [{ "MetricIntervalUpperBound": 0, "ScalingAdjustment": by }] });
        let (diary, _) = watch(&file(&[(0, 55), (3_600, 20)], &steps(&rule, "LessThanThreshold", 30)));
        assert_eq!(changes(&diary), changed, "{kind} {by}");
    }
}

/// A step policy has a cooldown of its own: a scale-in by another policy does not begin it. After twenty minutes below
/// 51 %, at 20 % and then at 50 %, it takes one of the four tasks that target tracking has left.
#[test]
fn a_step_policy_waits_for_itself_alone() {
    let rule = json!({ "AdjustmentType": "ChangeInCapacity", "Cooldown": 3_600,
        "StepAdjustments": [{ "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1 }] });
    let mut parts = steps(&rule, "LessThanThreshold", 51);
    parts["alarms"][0]["EvaluationPeriods"] = json!(20);
    parts["scalingPolicies"].as_array_mut().unwrap().push(cpu(&json!({})));
    let (diary, _) = watch(&file(&[(0, 55), (3_600, 20)], &parts));
    assert_eq!(changes(&diary)[..2], [(4_653.0, 10, 4), (4_800.0, 4, 3)]);
}

/// Each direction has its own cooldown: one after a scale-out holds no scale-in back, and a scale-out ends one of
/// scale-in at once.
#[test]
fn cooldowns_hold_their_own_direction() {
    let run = |rates: &[(u64, u64)], out: u32, into: u32| {
        let policy = cpu(&json!({ "ScaleOutCooldown": out, "ScaleInCooldown": into }));
        changes(&watch(&file(rates, &json!({ "scalingPolicies": [policy] }))).0)
    };
    // 20 a second are 13 % of fifteen: four are enough.
    assert_eq!(run(&[(0, 55), (3_660, 90), (4_080, 20)], 7_200, 300), [(3_993.0, 10, 15), (5_133.0, 15, 4)]);
    // In at 4,653 with a cooldown of two hours; out at 5,013 as four tasks are at 90 %; in again after fifteen quiet
    // minutes from 5,400. Without the scale-out that would have to wait until 11,853.
    let both = [(0, 55), (3_600, 20), (4_680, 36), (5_400, 8)];
    assert_eq!(run(&both, 300, 7_200), [(4_653.0, 10, 4), (5_013.0, 4, 6), (6_453.0, 6, 2)]);
    let quiet = [(0, 55), (3_600, 20), (5_400, 8)];
    assert_eq!(run(&quiet, 300, 7_200), [(4_653.0, 10, 4), (11_853.0, 4, 2)]);
}

/// Whatever the strategy, nothing is scaled in before the deployment is over, and scale-out goes on. CPU is the average
/// over both revisions: ten tasks that serve and ten that wait are at 50 % at most. What is known at the end of the
/// deployment is still the metric of both: of the ten that are left it asks for half of what is needed, and finds that
/// out minutes later.
#[test]
fn no_strategy_scales_in_before_it_is_over() {
    for strategy in ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"] {
        let run = |rates: &[(u64, u64)], target: u32, least: u32| {
            let bake = json!({ "deploymentConfiguration": { "strategy": strategy, "bakeTimeInMinutes": 60 } });
            let parts = json!({ "changes": [{ "name": "new", "at": "70m", "service": "shop/web" }],
                "clusters": shop(&[service("web", 10, 3, &bake)]),
                "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": least, "MaxCapacity": 40 }],
                "scalingPolicies": [tracks("ECSServiceAverageCPUUtilization", target, &json!({}))] });
            let (diary, summary) = watch(&file(rates, &parts));
            let row = &summary.changes[0];
            assert_eq!(row.outcome, "completed", "{strategy}");
            let most = summary.services[0].running.max.mean;
            (changes(&diary), held(&diary), row.end_seconds.as_ref().unwrap().mean, most)
        };
        let (changed, why, end, _) = run(&[(0, 55), (3_600, 20)], 60, 2);
        assert_eq!(why[0], (4_653.0, NotScaled::Deployment), "{strategy}");
        let (at, from, to) = changed[0];
        let few = if strategy == "ROLLING" { 4 } else { 2 };
        assert!((from, to) == (10, few) && at >= end && at < end + 60.0, "{strategy}: {changed:?} {end}");
        assert_eq!(changed.last().unwrap().2, 4, "{strategy}: {changed:?}");
        // 100 a second are 50 % of twenty, 25 tasks at 40 %; of ten alone they are 100 %, which is as much.
        let (changed, _, end, most) = run(&[(0, 36), (5_400, 100)], 40, 10);
        assert_eq!(changed[0], (5_733.0, 10, 25), "{strategy}: {changed:?} {end}");
        let colours = if strategy == "ROLLING" { 25.0 } else { 50.0 };
        assert!(end > 5_733.0 && most == colours, "{strategy}: {end} {most}");
    }
}

/// What holds a policy back is told once of a service: the maximum, and a deployment.
#[test]
fn the_time_line_tells_what_holds_a_policy_back() {
    let bake = json!({ "deploymentConfiguration": { "bakeTimeInMinutes": 60 } });
    let parts = json!({ "changes": [{ "name": "new", "at": "70m", "service": "shop/web" }],
        "clusters": shop(&[service("web", 10, 3, &bake)]), "scalingPolicies": [cpu(&json!({}))],
        "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": 2, "MaxCapacity": 12 }] });
    let file = file(&[(0, 55), (3_600, 20), (9_000, 200)], &parts);
    let (diary, _) = watch(&file);
    let plan = plan(&file);
    let mut reader = Milestones::new(&plan, &plan.parts(|_| false)[0]);
    reader.read(&diary.0);
    let line = TimeLine::of([reader], plan.end());
    let held = line.moments.iter().filter_map(|moment| match moment.what {
        What::NotScaled { from, to, why, .. } => Some((moment.at.as_secs_f64(), from, to, why)),
        _ => None,
    });
    let held: Vec<_> = held.collect();
    assert_eq!(held[0], (4_653.0, 10, 4, NotScaled::Deployment));
    assert_eq!(held[1].3, NotScaled::Maximum, "{held:?}");
    assert_eq!(held.len(), 2, "{held:?}");
}

/// While the control plane is out no call reaches ECS: policies and schedules try again each minute.
#[test]
fn without_a_control_plane_nothing_is_scaled() {
    let run = |rates: &[(u64, u64)], parts: &Value, begins: u64| {
        let mut one = file(rates, parts);
        one["regions"][0]["controlPlane"] =
            json!({ "restart": { "base": "0s", "clustersPerSecond": 100_000, "tasksPerSecond": 100_000 } });
        one["faults"] = json!([{ "name": "out", "at": format!("{begins}s"), "for": "10m", "cellOutage": {} }]);
        one["startsAt"] = json!("2026-01-05T00:00:00Z");
        changes(&watch(&one).0)
    };
    // The alarm rings at 3,993; of the minutes from then on 4,533 is the first after the outage.
    let policy = json!({ "scalingPolicies": [cpu(&json!({}))] });
    assert_eq!(run(&[(0, 55), (3_660, 90)], &policy, 3_900), [(4_533.0, 10, 15)]);
    let action = json!({ "scheduledActions": [{ "ScheduledActionName": "less", "ResourceId": SERVICE,
        "Schedule": "at(2026-01-05T01:00:00)", "ScalableTargetAction": { "MaxCapacity": 5 } }] });
    assert_eq!(run(&[(0, 20)], &action, 3_500), [(4_140.0, 10, 5)]);
}

/// A maximum below the minimum takes it along.
#[test]
fn bounds_of_a_schedule_take_each_other_along() {
    let action = |name: &str, hour: u32, bounds: Value| {
        json!({ "ScheduledActionName": name, "ResourceId": SERVICE, "ScalableTargetAction": bounds,
            "Schedule": format!("at(2026-01-05T{hour:02}:00:00)") })
    };
    let actions = json!([
        action("more", 1, json!({ "MinCapacity": 20 })),
        action("less", 2, json!({ "MaxCapacity": 8 })),
        action("day", 3, json!({ "MinCapacity": 30 }))
    ]);
    let parts = json!({ "startsAt": "2026-01-05T00:00:00Z", "scheduledActions": actions });
    let (diary, _) = watch(&file(&[(0, 55)], &parts));
    assert_eq!(changes(&diary), [(3_600.0, 10, 20), (7_200.0, 20, 8), (10_800.0, 8, 30)]);
}

/// A deployment that the circuit breaker has stopped for good is no deployment in progress.
#[test]
fn a_deployment_that_stalls_holds_nothing_back() {
    let breaker = json!({ "deploymentConfiguration": {
        "deploymentCircuitBreaker": { "enable": true, "rollback": false } } });
    let parts = json!({ "clusters": shop(&[service("web", 10, 3, &breaker)]), "scalingPolicies": [cpu(&json!({}))],
        "changes": [{ "name": "bad", "at": "50m", "service": "shop/web", "defect": { "neverStarts": {} } }] });
    let (diary, summary) = watch(&file(&[(0, 55), (3_600, 20)], &parts));
    assert_eq!(summary.changes[0].outcome, "stopped");
    assert_eq!(changes(&diary)[0], (4_653.0, 10, 4));
}

/// A fault that has misled scaling is to blame until there are as many tasks again, and not for a load step long after.
#[test]
fn a_fault_is_not_to_blame_for_ever() {
    let parts = json!({ "scalingPolicies": [cpu(&json!({}))],
        "clusters": shop(&[service("web", 12, 3, &json!({}))]),
        "behaviour": [{ "family": "web", "start": { "constant": "23s" }, "stop": { "constant": "1s" },
            "cpu": { "failedRequest": 0 } }],
        "faults": [{ "name": "grey", "at": "1h", "for": "60m", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }] });
    // 12 tasks become 10 in the fault and 20 after it, and 4 of these when 20 a second are left. 100 a second are 60 too
    // many for four tasks, for three whole minutes and the delay: nobody's fault.
    let rates = [(0, 72), (7_200, 115), (8_400, 20), (10_800, 100)];
    let (diary, summary) = watch(&file(&rates, &parts));
    let changed = changes(&diary);
    assert_eq!(changed[0], (4_653.0, 12, 10));
    assert!(changed.iter().any(|one| one.2 >= 12) && changed.iter().any(|one| one.2 <= 4), "{changed:?}");
    let lost = |cause: &str| {
        let rows = summary.losses.iter().filter(|row| row.cause == cause && row.phase == "scaling delay");
        rows.map(|row| row.lost_requests.mean).sum::<f64>()
    };
    assert!(lost("grey") > 0.0 && lost("demand") >= 333.0 * 60.0, "{} {}", lost("grey"), lost("demand"));
}

/// Of what is lost after a fault that has misled scaling, the fault bears what the tasks that it took could answer: two
/// of twelve, 20 a second of 35; the rest is demand.
#[test]
fn a_fault_bears_what_it_took_and_no_more() {
    let parts = json!({ "scalingPolicies": [cpu(&json!({}))],
        "clusters": shop(&[service("web", 12, 3, &json!({}))]),
        "behaviour": [{ "family": "web", "start": { "constant": "23s" }, "stop": { "constant": "1s" },
            "cpu": { "failedRequest": 0 } }],
        "faults": [{ "name": "grey", "at": "1h", "for": "60m", "zoneGrey": { "zone": "z1", "errorShare": 0.5 } }] });
    let (diary, summary) = watch(&file(&[(0, 72), (7_200, 135)], &parts));
    let changed = changes(&diary);
    assert_eq!(changed[0], (4_653.0, 12, 10));
    let seconds = changed[1].0 - 7_200.0;
    let lost = |cause: &str| {
        let rows = summary.losses.iter().filter(|row| row.cause == cause && row.phase == "scaling delay");
        rows.map(|row| row.lost_requests.mean).sum::<f64>()
    };
    let [grey, demand] = [lost("grey"), lost("demand")];
    assert!((grey - 20.0 * seconds).abs() < 1e-3 && demand >= 15.0 * seconds, "{grey} {demand} {seconds}");
}

/// A schedule that lowers the maximum in a deployment scales in when that is over.
#[test]
fn a_maximum_of_a_schedule_waits_for_the_deployment() {
    let bake = json!({ "deploymentConfiguration": { "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 60 } });
    let parts = json!({ "clusters": shop(&[service("web", 10, 3, &bake)]), "startsAt": "2026-01-05T00:00:00Z",
        "changes": [{ "name": "new", "at": "50m", "service": "shop/web" }],
        "scheduledActions": [{ "ScheduledActionName": "less", "ResourceId": SERVICE,
            "Schedule": "at(2026-01-05T01:00:00)", "ScalableTargetAction": { "MaxCapacity": 5 } }] });
    let (diary, summary) = watch(&file(&[(0, 20)], &parts));
    let end = summary.changes[0].end_seconds.as_ref().unwrap().mean;
    let [(at, 10, 5)] = changes(&diary)[..] else { panic!("{:?}", changes(&diary)) };
    assert!(end > 6_600.0 && at >= end && at < end + 60.0, "{at} {end}");
    assert_eq!(held(&diary), [(3_600.0, NotScaled::Deployment)]);
}

#[test]
fn each_level_of_a_published_metric_is_looked_at() {
    let levels = |more: &[(u64, u64)]| {
        let steps: Vec<Value> =
            more.iter().map(|(at, value)| json!({ "at": format!("{at}s"), "value": value })).collect();
        let metric = json!([{ "namespace": "Shop", "name": "Backlog", "perTask": true, "steps": steps }]);
        let parts =
            json!({ "scalingPolicies": [backlog(&json!({ "DisableScaleIn": true }))], "customMetrics": metric });
        changes(&watch(&file(&[(0, 20)], &parts)).0)
    };
    // 150 for each of ten tasks, and then 200 for each of fifteen: three minutes above the target of 100, and one until
    // the last of them is known.
    let found = levels(&[(0, 1_000), (3_600, 1_500), (7_200, 3_000)]);
    assert_eq!(found, [(3_840.0, 10, 15), (7_440.0, 15, 30)]);
}
