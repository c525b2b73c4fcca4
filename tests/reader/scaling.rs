//! Service auto scaling as it is written and pasted: what is said of it, and what the plan makes of it.

use evenkeel::internals::engine::{Span, Time};
use evenkeel::internals::model::plan::scaling::{PolicyKind, ScalableTarget};
use evenkeel::internals::model::plan::{Comparison, Metric, Plan, Profile};
use evenkeel::{Problem, Scenario, Severity, Texts};
use serde_json::{Value, json};

const SERVICE: &str = "service/shop/web";

/// A service `shop/web` of four tasks behind a load balancer, one without traffic, a daemon, and a stream.
fn file(parts: &Value) -> Value {
    let service = |name: &str| {
        json!({ "serviceName": name, "taskDefinition": "web", "desiredCount": 4, "launchType": "FARGATE",
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } })
    };
    let daemon = json!({ "serviceName": "agent", "taskDefinition": "agent", "schedulingStrategy": "DAEMON",
        "launchType": "EC2" });
    let mut file = json!({
        "version": 1, "name": "scaling", "duration": "2d", "startsAt": "2026-01-05T00:30:00Z",
        "taskDefinitions": [
            { "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
              "containerDefinitions": [{ "name": "web", "image": "web:1" }] },
            { "family": "agent", "cpu": "128", "memory": "128", "networkMode": "host",
              "containerDefinitions": [{ "name": "agent", "image": "agent:1" }] }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "nodes" } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "nodes", "MinSize": 1, "MaxSize": 2, "DesiredCapacity": 1,
            "AvailabilityZones": ["us-east-1a"], "Instances": [{ "InstanceType": "m5.large" }] }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes", "FARGATE"],
            "services": [service("web"), service("quiet"), daemon],
            "runTasks": [{ "taskDefinition": "web", "name": "jobs", "launchType": "FARGATE", "rate": "1/h",
                "lives": { "constant": "1m" },
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a"] } } }] }],
        "traffic": [{ "service": "shop/web", "rate": "120/s", "requestsPerTask": "60/s" }],
        "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": 3, "MaxCapacity": 20 }],
    });
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

fn read(file: &Value) -> (Vec<Problem>, Option<Scenario>) {
    let reading = Scenario::read("a.json", &Texts::one("a.json", file.to_string()));
    (reading.problems.list, reading.scenario)
}

/// Holds the pointers and words of all errors and warnings; each has a way out.
fn check(parts: &Value, expected: &[(&str, &str)]) {
    let found: Vec<Problem> = read(&file(parts)).0.into_iter().filter(|one| one.severity != Severity::Note).collect();
    let said: Vec<String> = found.iter().map(|one| format!("{}: {} | {:?}", one.at, one.message, one.hint)).collect();
    assert_eq!(found.len(), expected.len(), "{said:#?}");
    for (at, words) in expected {
        let fits = |one: &&Problem| one.at == *at && one.message.contains(words) && one.hint.is_some();
        assert!(found.iter().any(|one| fits(&one)), "no {at}: {words} in {said:#?}");
    }
}

/// A plan of which nothing is said.
fn plan(parts: &Value, look: impl FnOnce(&Plan)) {
    plan_of(&file(parts), look);
}

fn plan_of(file: &Value, look: impl FnOnce(&Plan)) {
    let (problems, scenario) = read(file);
    let said: Vec<_> = problems.iter().filter(|one| one.severity != Severity::Note).collect();
    assert!(said.is_empty(), "{said:#?}");
    look(scenario.expect("it can run").plan());
}

fn target(plan: &Plan) -> &ScalableTarget {
    let all: Vec<_> = plan.scaling.iter().collect();
    assert_eq!(all.len(), 1);
    all[0]
}

/// The same file, in which `shop/web` says how often it publishes its metrics.
fn publishing(parts: &Value, configurations: &Value) -> Value {
    let mut file = file(parts);
    file["clusters"][0]["services"][0]["monitoring"] = json!({ "metricConfigurations": configurations });
    file
}

#[test]
fn a_service_publishes_each_metric_at_one_resolution() {
    let said = |configurations| {
        let found = read(&publishing(&json!({}), &configurations)).0;
        let errors = found.into_iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| format!("{}: {}", one.at, one.message)).collect::<Vec<String>>()
    };
    let of = |names: &[&str], seconds: u32| json!({ "metricNames": names, "resolutionSeconds": seconds });
    let at = "/clusters/0/services/0/monitoring/metricConfigurations";
    assert!(said(json!([of(&["CPUUtilization"], 20), of(&["MemoryUtilization"], 60)])).is_empty());
    assert_eq!(
        said(json!([of(&["CPUUtilization"], 30)])),
        [format!("{at}/0/resolutionSeconds: ECS refuses a resolution of 30 seconds")]
    );
    let twice = said(json!([of(&["CPUUtilization", "MemoryUtilization"], 20), of(&["MemoryUtilization"], 60)]));
    assert_eq!(twice, [format!("{at}/1/metricNames/0: `MemoryUtilization` has a resolution already")]);
    // An alarm by 20 seconds lacks data while its metric comes by the minute.
    let busy = json!({ "AlarmName": "busy", "Service": "shop/web", "MetricName": "CPUUtilization", "Period": 20,
        "EvaluationPeriods": 3, "Threshold": 60, "ComparisonOperator": "GreaterThanThreshold" });
    let alarm = json!({ "alarms": [busy], "scalingPolicies": [tracking("a", &json!({}))] });
    check(&alarm, &[("/alarms/0/Period", "publishes this metric by the minute")]);
    plan_of(&publishing(&alarm, &json!([of(&["CPUUtilization"], 20)])), |plan| assert_eq!(plan.alarms.len(), 3));
}

/// A target-tracking policy on CPU at 60 %, with parts of its own.
fn tracking(name: &str, parts: &Value) -> Value {
    let mut configuration = json!({ "TargetValue": 60,
        "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } });
    configuration.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "PolicyName": name, "ResourceId": SERVICE, "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": configuration })
}

fn step(steps: &Value, parts: &Value) -> Value {
    let mut configuration = json!({ "AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps });
    configuration.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "PolicyName": "steps", "ResourceId": SERVICE, "Alarms": [{ "AlarmName": "busy" }],
            "StepScalingPolicyConfiguration": configuration })
}

fn busy(parts: &Value) -> Value {
    let mut alarm = json!({ "AlarmName": "busy", "Service": "shop/web", "MetricName": "CPUUtilization", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 70, "ComparisonOperator": "GreaterThanThreshold" });
    alarm.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    alarm
}

fn predictive(parts: &Value) -> Value {
    let mut configuration = json!({ "Mode": "ForecastAndScale", "MetricSpecifications": [{ "TargetValue": 50,
        "PredefinedMetricPairSpecification": { "PredefinedMetricType": "ECSServiceCPUUtilization" } }] });
    configuration.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    json!({ "PolicyName": "ahead", "ResourceId": SERVICE, "PredictiveScalingPolicyConfiguration": configuration })
}

fn action(parts: &Value) -> Value {
    let mut action = json!({ "ScheduledActionName": "morning", "ResourceId": SERVICE, "Schedule": "cron(0 8 * * ? *)",
        "ScalableTargetAction": { "MinCapacity": 10 } });
    action.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    action
}

#[test]
fn target_tracking_makes_the_two_alarms_that_aws_makes() {
    plan(&json!({ "scalingPolicies": [tracking("cpu-60", &json!({ "ScaleInCooldown": 120 }))] }), |plan| {
        let row = target(plan);
        assert_eq!((row.min, row.max), (3, 20));
        let PolicyKind::TargetTracking(policy) = &row.policies[0].kind else { panic!("it tracks") };
        assert_eq!((policy.out_cooldown, policy.in_cooldown), (Span::from_secs(300), Span::from_secs(120)));
        let alarms = [policy.high, policy.low.unwrap()].map(|id| &plan.alarms[id]);
        let names = alarms.map(|alarm| alarm.name.as_str());
        let own = "TargetTracking-service/shop/web-Alarm";
        assert_eq!(names, [format!("{own}High-cpu-60"), format!("{own}Low-cpu-60")]);
        let rules = alarms.map(|alarm| alarm.on_metric().unwrap()).map(|on| {
            assert_eq!((on.metric, on.delay), (Metric::CpuUtilization, Span::from_secs(153)));
            let rule = on.rule;
            (
                rule.period.as_secs_f64(),
                rule.evaluation_periods,
                rule.datapoints_to_alarm,
                rule.threshold,
                rule.comparison,
            )
        });
        let billion = 1_000_000_000;
        assert_eq!(rules[0], (60.0, 3, 3, 60 * billion, Comparison::Greater));
        assert_eq!(rules[1], (60.0, 15, 15, 54 * billion, Comparison::Less));
    });
    let fine = json!({ "DisableScaleIn": true, "PredefinedMetricSpecification":
        { "PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution" } });
    let fast = json!({ "scalingPolicies": [tracking("fast", &fine)] });
    let minute = [
        "/scalingPolicies/0/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification",
        "/PredefinedMetricType",
    ]
    .concat();
    check(&fast, &[(&minute, "while `shop/web` publishes its metric by the minute")]);
    plan_of(&publishing(&fast, &json!([{ "metricNames": ["CPUUtilization"], "resolutionSeconds": 20 }])), |plan| {
        let PolicyKind::TargetTracking(policy) = &target(plan).policies[0].kind else { panic!("it tracks") };
        assert_eq!((policy.low, plan.alarms.len()), (None, 1), "it never scales in");
        let on = plan.alarms[policy.high].on_metric().unwrap();
        assert_eq!((on.rule.period, on.delay), (Span::from_secs(20), Span::from_secs(16)));
    });
}

#[test]
fn wrong_targets_are_refused() {
    let targets = |list: Value| json!({ "scalableTargets": list });
    let one = |id: &str| json!([{ "ResourceId": id, "MinCapacity": 2, "MaxCapacity": 9 }]);
    let at = "/scalableTargets/0/ResourceId";
    check(&targets(one("service/shop/wep")), &[(at, "no service is called `shop/wep`")]);
    check(&targets(one("shop/web")), &[(at, "names no service")]);
    check(&targets(one("service/shop/web/x")), &[(at, "names no service")]);
    check(&targets(one("service/shop/agent")), &[(at, "DAEMON")]);
    check(&targets(one("service/shop/jobs")), &[(at, "stream of standalone tasks")]);
    let two = json!([{ "ResourceId": SERVICE, "MinCapacity": 9, "MaxCapacity": 2 },
        { "ResourceId": SERVICE, "MinCapacity": 1, "MaxCapacity": 9 }]);
    check(
        &targets(two),
        &[
            ("/scalableTargets/0/MinCapacity", "at most `MaxCapacity`, `2`, not `9`"),
            ("/scalableTargets/1/ResourceId", "a scalable target already"),
        ],
    );
    let dimension = json!([{ "ResourceId": SERVICE, "ScalableDimension": "ecs:service:Desired", "MinCapacity": 2,
        "MaxCapacity": 9 }]);
    check(&targets(dimension), &[("/scalableTargets/0/ScalableDimension", "no dimension `ecs:service:Desired`")]);
    check(
        &json!({ "scalableTargets": [], "scalingPolicies": [tracking("a", &json!({}))], "scheduledActions": [action(&json!({}))] }),
        &[
            ("/scalingPolicies/0/ResourceId", "AWS refuses a scaling policy for `shop/web`"),
            ("/scheduledActions/0/ResourceId", "AWS refuses a scheduled action for `shop/web`"),
        ],
    );
    // A service that somebody else deploys is refused where it stands, and its target is no second error.
    let mut all = file(&json!({ "scalingPolicies": [tracking("a", &json!({}))] }));
    all["clusters"][0]["services"][0]["deploymentController"] = json!({ "type": "EXTERNAL" });
    let said: Vec<String> =
        read(&all).0.iter().filter(|one| one.severity == Severity::Error).map(|one| one.message.clone()).collect();
    assert!(said.len() == 1 && said[0].contains("EXTERNAL"), "{said:?}");
}

#[test]
fn what_never_acts_is_warned_of() {
    check(&json!({}), &[("/scalableTargets/0", "nothing scales `shop/web`")]);
    let suspended = |state: Value| {
        let target = json!({ "ResourceId": SERVICE, "MinCapacity": 3, "MaxCapacity": 20, "SuspendedState": state });
        json!({ "scalableTargets": [target], "scalingPolicies": [tracking("a", &json!({}))],
            "scheduledActions": [action(&json!({}))] })
    };
    let state = "/scalableTargets/0/SuspendedState";
    let both = json!({ "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": true });
    check(&suspended(both), &[(state, "no scaling policy of `shop/web` acts")]);
    check(&suspended(json!({ "DynamicScalingInSuspended": true })), &[]);
    check(
        &suspended(json!({ "ScheduledScalingSuspended": true })),
        &[(state, "no scheduled action of `shop/web` acts")],
    );
    // Its CPU never moves.
    let quiet = json!({ "scalableTargets": [{ "ResourceId": "service/shop/quiet", "MinCapacity": 3, "MaxCapacity": 20 }],
        "scalingPolicies": [{ "PolicyName": "a", "ResourceId": "service/shop/quiet",
            "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 60, "PredefinedMetricSpecification":
                { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } }] });
    check(&quiet, &[("/scalingPolicies/0/TargetTrackingScalingPolicyConfiguration", "never moves")]);
    let outside = json!({ "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": 5, "MaxCapacity": 20 }],
        "scalingPolicies": [tracking("a", &json!({}))] });
    check(&outside, &[("/scalableTargets/0", "begins with 4 tasks, and its scalable target has 5 to 20")]);
}

#[test]
fn bounds_that_do_not_carry_the_load_are_warned_of() {
    let bounds = |min: u32, max: u32, target: u32| {
        json!({ "scalableTargets": [{ "ResourceId": SERVICE, "MinCapacity": min, "MaxCapacity": max }],
            "traffic": [{ "service": "shop/web", "requestsPerTask": "60/s",
                "steps": [{ "at": "0s", "rate": "120/s" }, { "at": "1h", "rate": "600/s" }] }],
            "scalingPolicies": [tracking("a", &json!({ "TargetValue": target }))] })
    };
    check(&bounds(3, 10, 60), &[]);
    check(
        &bounds(3, 9, 60),
        &[("/scalableTargets/0/MaxCapacity", "needs 10 tasks at its peak, and scaling asks for 9 at most")],
    );
    // Two tasks carry the lowest rate, and two are left of three; of two only one is.
    check(&bounds(2, 10, 100), &[("/scalableTargets/0/MinCapacity", "has 1 left when it loses a zone, and needs 2")]);
    // The policy keeps four tasks at that rate, of which two are left.
    check(&bounds(2, 10, 50), &[]);
    // A scheduled action raises the maximum before the peak.
    let mut raised = bounds(3, 9, 60);
    raised["scheduledActions"] = json!([action(&json!({ "ScalableTargetAction": { "MaxCapacity": 12 } }))]);
    check(&raised, &[]);
}

#[test]
fn wrong_target_tracking_is_refused() {
    let said = |parts: Value, at: &str, words: &str| {
        let at = format!("/scalingPolicies/0/TargetTrackingScalingPolicyConfiguration{at}");
        check(&json!({ "scalingPolicies": [tracking("a", &parts)] }), &[(&at, words)]);
    };
    said(json!({ "TargetValue": 101 }), "/TargetValue", "at most 100");
    said(json!({ "TargetValue": -5 }), "/TargetValue", "above 0");
    said(json!({ "TargetValue": 0 }), "/TargetValue", "above 0");
    let metric = |name: &str| json!({ "PredefinedMetricSpecification": { "PredefinedMetricType": name } });
    let place = "/PredefinedMetricSpecification/PredefinedMetricType";
    said(metric("ECSServiceAverageCPUUtilisation"), place, "no predefined metric");
    said(metric("DynamoDBReadCapacityUtilization"), place, "no predefined metric");
    said(json!({ "PredefinedMetricSpecification": null }), "", "nothing says which metric");
    let own = |parts: Value| json!({ "PredefinedMetricSpecification": null, "CustomizedMetricSpecification": parts });
    said(own(json!({ "Metrics": [{ "Id": "m1" }] })), "/CustomizedMetricSpecification/Metrics", "metric math");
    said(own(json!({ "MetricName": "Backlog" })), "/CustomizedMetricSpecification", "are needed");
    let named = |name: &str, space: &str| own(json!({ "MetricName": name, "Namespace": space }));
    said(named("Backlog", "shop"), "/CustomizedMetricSpecification/MetricName", "not simulated");
    let elsewhere = json!({ "MetricName": "CPUUtilization", "Namespace": "AWS/ECS", "Statistic": "Average", "Dimensions": [
        { "Name": "ClusterName", "Value": "shop" }, { "Name": "ServiceName", "Value": "quiet" }] });
    said(own(elsewhere), "/CustomizedMetricSpecification/Dimensions/1/Value", "the policy scales `shop/web`");
    said(named("HealthyHostCount", "AWS/ApplicationELB"), "/CustomizedMetricSpecification/MetricName", "does not fall");
    said(json!({ "CustomizedMetricSpecification": { "MetricName": "a", "Namespace": "b" } }), "", "exclude each other");
    let label = json!({ "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization",
        "ResourceLabel": "app/x/1/targetgroup/y/2" } });
    said(label, "/PredefinedMetricSpecification/ResourceLabel", "refuses a label");
    let mut other = json!({ "scalingPolicies": [tracking("a", &json!({ "TargetValue": 1_000,
        "PredefinedMetricSpecification": { "PredefinedMetricType": "ALBRequestCountPerTarget",
            "ResourceLabel": "app/x/1/targetgroup/other/2" } }))] });
    let mut service = file(&json!({}))["clusters"].clone();
    let own = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/1";
    service[0]["services"][0]["loadBalancers"] =
        json!([{ "targetGroupArn": own, "containerName": "web", "containerPort": 80 }]);
    other["clusters"] = service;
    let found = read(&file(&other)).0;
    assert!(found.iter().any(|one| one.message.contains("the label names `targetgroup/other/2`")), "{found:#?}");
    check(
        &json!({ "scalingPolicies": [tracking("a", &json!({})), tracking("b", &json!({ "TargetValue": 70 }))] }),
        &[(
            "/scalingPolicies/1/TargetTrackingScalingPolicyConfiguration",
            "AWS refuses a second target-tracking policy on `ECSServiceAverageCPUUtilization`",
        )],
    );
    check(
        &json!({ "scalingPolicies": [tracking("a", &json!({})), tracking("a", &metric("ECSServiceAverageMemoryUtilization"))] }),
        &[("/scalingPolicies/1/PolicyName", "has a policy `a` already")],
    );
    let mut typed = tracking("a", &json!({}));
    typed["PolicyType"] = json!("StepScaling");
    check(&json!({ "scalingPolicies": [typed] }), &[("/scalingPolicies/0/PolicyType", "`PolicyType` is StepScaling")]);
    let bare = json!({ "PolicyName": "a", "ResourceId": SERVICE, "PolicyType": "PredictiveScaling" });
    check(
        &json!({ "scalingPolicies": [bare] }),
        &[("/scalingPolicies/0", "`PredictiveScalingPolicyConfiguration` is missing")],
    );
}

#[test]
fn steps_meet_and_have_an_alarm() {
    let sound = json!([{ "MetricIntervalLowerBound": 10, "ScalingAdjustment": 4 },
        { "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 2 }]);
    plan(&json!({ "alarms": [busy(&json!({}))], "scalingPolicies": [step(&sound, &json!({}))] }), |plan| {
        let PolicyKind::Step(policy) = &target(plan).policies[0].kind else { panic!("it steps") };
        let billion = 1_000_000_000;
        let steps: Vec<_> = policy.steps.iter().map(|one| (one.lower, one.upper, one.by)).collect();
        assert_eq!(steps, [(Some(0), Some(10 * billion), 2), (Some(10 * billion), None, 4)], "in order");
        assert_eq!(policy.alarms.iter().map(|id| plan.alarms[*id].name.as_str()).collect::<Vec<_>>(), ["busy"]);
    });
    // The alarm names the policy by its ARN.
    let mut by_arn = step(&sound, &json!({}));
    by_arn.as_object_mut().unwrap().remove("Alarms");
    let arn = "arn:aws:autoscaling:us-east-1:111122223333:scalingPolicy:6d8972f3:resource/ecs/service/shop/web:policyName/steps";
    let acts = |on: bool| {
        json!({ "alarms": [busy(&json!({ "AlarmActions": [arn], "ActionsEnabled": on }))],
        "scalingPolicies": [by_arn.clone()] })
    };
    plan(&acts(true), |plan| {
        let PolicyKind::Step(policy) = &target(plan).policies[0].kind else { panic!("it steps") };
        assert_eq!(policy.alarms.len(), 1);
    });
    check(&acts(false), &[("/scalingPolicies/0", "no alarm makes `steps` act")]);
    let said = |steps: Value, parts: Value, at: &str, words: &str| {
        let at = format!("/scalingPolicies/0/StepScalingPolicyConfiguration{at}");
        check(&json!({ "alarms": [busy(&json!({}))], "scalingPolicies": [step(&steps, &parts)] }), &[(&at, words)]);
    };
    let none = json!({});
    said(json!([]), none.clone(), "/StepAdjustments", "needs a step");
    said(json!([{ "ScalingAdjustment": 2 }]), none.clone(), "/StepAdjustments/0", "without both bounds");
    let overlap = json!([{ "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 1 },
        { "MetricIntervalLowerBound": 5, "ScalingAdjustment": 2 }]);
    said(overlap, none.clone(), "/StepAdjustments/1", "overlap");
    let open = json!([{ "MetricIntervalLowerBound": 0, "ScalingAdjustment": 1 },
        { "MetricIntervalLowerBound": 5, "ScalingAdjustment": 2 }]);
    said(open, none.clone(), "/StepAdjustments/1", "overlap");
    let gap = json!([{ "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1 },
        { "MetricIntervalLowerBound": 5, "ScalingAdjustment": 2 }]);
    said(gap, none.clone(), "/StepAdjustments/1", "leave a gap");
    let upside_down = json!([{ "MetricIntervalLowerBound": 5, "MetricIntervalUpperBound": 5, "ScalingAdjustment": 1 }]);
    said(upside_down, none.clone(), "/StepAdjustments/0", "must be above");
    let exact = json!([{ "MetricIntervalLowerBound": 0, "ScalingAdjustment": -1 }]);
    said(exact, json!({ "AdjustmentType": "ExactCapacity" }), "/StepAdjustments/0/ScalingAdjustment", "0 or more");
    said(sound.clone(), json!({ "MinAdjustmentMagnitude": 2 }), "/MinAdjustmentMagnitude", "AWS refuses");
    said(sound.clone(), json!({ "AdjustmentType": null }), "", "`AdjustmentType` is missing");
    check(
        &json!({ "scalingPolicies": [step(&sound, &none)] }),
        &[("/scalingPolicies/0/Alarms/0/AlarmName", "no alarm is called `busy`")],
    );
    let composite = json!({ "alarms": [busy(&json!({ "AlarmName": "low" }))],
        "compositeAlarms": [{ "AlarmName": "busy", "AlarmRule": "ALARM(low)" }], "scalingPolicies": [step(&sound, &none)] });
    check(&composite, &[("/scalingPolicies/0/Alarms/0/AlarmName", "composite alarms run no scaling policy")]);
}

#[test]
fn a_percentile_makes_one_step() {
    let slow = busy(&json!({ "MetricName": "TargetResponseTime", "ExtendedStatistic": "p99", "Threshold": 0.5 }));
    let parts = |steps: Value| {
        json!({ "alarms": [slow], "scalingPolicies": [step(&steps, &json!({}))], "traffic": [{ "service": "shop/web",
            "rate": "120/s", "requestsPerTask": "60/s", "responseTime": {} }] })
    };
    check(&parts(json!([{ "MetricIntervalLowerBound": 0, "ScalingAdjustment": 1 }])), &[]);
    let two = json!([{ "MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 1, "ScalingAdjustment": 1 },
        { "MetricIntervalLowerBound": 1, "ScalingAdjustment": 3 }]);
    let at = "/scalingPolicies/0/StepScalingPolicyConfiguration/StepAdjustments";
    check(&parts(two), &[(at, "how far a percentile is from its threshold")]);
}

#[test]
fn a_forecast_is_that_of_the_rate() {
    let traffic = json!([{ "service": "shop/web", "requestsPerTask": "60/s", "steps": [
        { "at": "0s", "rate": "120/s" }, { "at": "90m", "rate": "600/s" }, { "at": "210m", "rate": "120/s" }] }]);
    plan(&json!({ "traffic": traffic, "scalingPolicies": [predictive(&json!({}))] }), |plan| {
        let PolicyKind::Predictive(policy) = &target(plan).policies[0].kind else { panic!("it forecasts") };
        assert_eq!((policy.buffer, policy.scales, policy.beyond_max), (Span::from_secs(300), true, None));
        let Profile::Steps(steps) = &policy.forecast else { panic!("steps") };
        let hours: Vec<_> =
            steps.iter().map(|(at, tasks)| (at.since(Time::ZERO).as_secs_f64() / 60.0, *tasks)).collect();
        // At half of their CPU four tasks answer 120/s and twenty 600/s; hours of the clock end at minute 30, 90, 150.
        assert_eq!(hours, [(0.0, 4), (90.0, 20), (210.0, 4)]);
    });
    let said = |parts: Value, at: &str, words: &str| {
        let at = format!("/scalingPolicies/0/PredictiveScalingPolicyConfiguration{at}");
        check(&json!({ "scalingPolicies": [predictive(&parts)] }), &[(&at, words)]);
    };
    said(json!({ "MetricSpecifications": [] }), "/MetricSpecifications", "exactly one");
    said(json!({ "MaxCapacityBuffer": 10 }), "/MaxCapacityBuffer", "AWS refuses");
    said(
        json!({ "MaxCapacityBreachBehavior": "IncreaseMaxCapacity" }),
        "/MaxCapacityBuffer",
        "needs `MaxCapacityBuffer`",
    );
    let metric = |parts: Value| json!({ "MetricSpecifications": [parts] });
    let word = |word: &str| json!({ "PredefinedMetricType": word });
    said(metric(json!({ "TargetValue": 50 })), "/MetricSpecifications/0", "nothing says what is forecast");
    let mixed = json!({ "TargetValue": 50, "PredefinedScalingMetricSpecification": word("ECSServiceAverageCPUUtilization"),
        "PredefinedLoadMetricSpecification": word("ALBTargetGroupRequestCount") });
    said(metric(mixed), "/MetricSpecifications/0", "do not belong together");
    let unknown =
        json!({ "TargetValue": 50, "PredefinedMetricPairSpecification": word("ECSServiceAverageCPUUtilization") });
    said(
        metric(unknown),
        "/MetricSpecifications/0/PredefinedMetricPairSpecification/PredefinedMetricType",
        "no such metric",
    );
    let own = json!({ "TargetValue": 50, "CustomizedLoadMetricSpecification": { "MetricDataQueries": [] } });
    said(metric(own), "/MetricSpecifications/0", "not modelled");
    check(
        &json!({ "scalingPolicies": [predictive(&json!({ "Mode": "ForecastOnly" }))] }),
        &[("/scalingPolicies/0", "only forecasts")],
    );
    let resting = json!({ "behaviour": [{ "service": "shop/web", "cpu": { "atRest": 0.5 } }],
        "scalingPolicies": [predictive(&json!({}))] });
    check(
        &resting,
        &[(
            "/scalingPolicies/0/PredictiveScalingPolicyConfiguration/MetricSpecifications/0/TargetValue",
            "at rest is at 50 % already",
        )],
    );
}

#[test]
fn scheduled_actions_act_at_their_times() {
    let zone = json!([action(&json!({ "Timezone": "America/New_York" }))]);
    plan(&json!({ "scheduledActions": zone }), |plan| {
        let action = &target(plan).actions[0];
        // 08:00 in New York is 13:00 UTC in January; the run begins at 00:30.
        let hours: Vec<f64> = action.times.iter().map(|at| at.as_secs_f64() / 3_600.0).collect();
        assert_eq!((hours, action.min, action.max), (vec![12.5, 36.5], Some(10), None));
    });
    let said = |parts: Value, at: &str, words: &str| {
        check(&json!({ "scheduledActions": [action(&parts)] }), &[(&format!("/scheduledActions/0{at}"), words)]);
    };
    said(json!({ "Schedule": "cron(0 8 * * *)" }), "/Schedule", "5 fields");
    said(json!({ "Schedule": "cron(0 8 30 2 ? *)" }), "/Schedule", "never acts in this run");
    said(json!({ "Schedule": "at(2025-01-05T08:00:00)" }), "/Schedule", "from 2026-01-05T00:30:00Z");
    said(json!({ "EndTime": "2026-01-05T01:00:00Z" }), "/Schedule", "never acts");
    said(json!({ "Timezone": "Europe/Zurick" }), "/Timezone", "no time zone");
    said(json!({ "StartTime": "tomorrow" }), "/StartTime", "no point in time");
    let turned = json!({ "StartTime": "2026-01-06T00:00:00Z", "EndTime": "2026-01-05T00:00:00Z" });
    said(turned, "/EndTime", "must come after");
    let bounds = |bounds: Value| json!({ "ScalableTargetAction": bounds });
    let place = "/ScalableTargetAction";
    said(bounds(json!({})), place, "sets no bound");
    said(bounds(json!({ "MinCapacity": 9, "MaxCapacity": 3 })), &format!("{place}/MinCapacity"), "at most");
    said(bounds(json!({ "MinCapacity": 30 })), place, "the target's `MaxCapacity` 20");
    said(bounds(json!({ "MaxCapacity": 1 })), place, "the target's `MinCapacity` 3");
    check(
        &json!({ "scheduledActions": [action(&json!({})), action(&json!({}))] }),
        &[("/scheduledActions/1/ScheduledActionName", "already")],
    );
}

#[test]
fn metrics_of_the_scenario_are_found_by_alarms_and_policies() {
    let metric = |parts: Value| {
        let mut metric = json!({ "name": "Backlog", "namespace": "shop", "perTask": true,
            "steps": [{ "at": "0s", "value": 40 }, { "at": "1h", "value": 400.5 }] });
        metric.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        metric
    };
    let policy = tracking(
        "backlog",
        &json!({ "TargetValue": 25, "PredefinedMetricSpecification": null,
        "CustomizedMetricSpecification": { "MetricName": "Backlog", "Namespace": "shop", "Statistic": "Average" } }),
    );
    let alarm = busy(&json!({ "MetricName": "Backlog", "Namespace": "shop" }));
    let sound = json!({ "customMetrics": [metric(json!({}))], "alarms": [alarm], "scalingPolicies": [policy.clone()] });
    plan(&sound, |plan| {
        let own: Vec<_> = plan.alarms.iter().map(|alarm| alarm.on_metric().unwrap().metric).collect();
        assert!(own.len() == 3 && own.iter().all(|metric| matches!(metric, Metric::Custom(_))), "{own:?}");
        let course = &plan.custom.iter().next().unwrap().course;
        assert_eq!(course.at(Time::ZERO + Span::from_secs(3_600)).0, 400_500_000_000);
    });
    let said = |parts: Value, at: &str, words: &str| {
        check(
            &json!({ "customMetrics": [metric(parts)], "scalingPolicies": [tracking("a", &json!({}))] }),
            &[(&format!("/customMetrics/0{at}"), words)],
        );
    };
    said(json!({ "namespace": "AWS/ECS" }), "/namespace", "CloudWatch keeps `AWS/ECS`");
    said(json!({ "steps": null }), "", "nothing says");
    said(json!({ "daily": [{ "at": "09:00", "value": 4 }] }), "", "exclude each other");
    said(
        json!({ "steps": [{ "at": "1h", "value": 4 }, { "at": "1h", "value": 5 }] }),
        "/steps/1/at",
        "must come after",
    );
    said(json!({ "steps": [] }), "/steps", "needs a step");
    said(json!({ "steps": null, "csv": "none.csv" }), "/csv", "none.csv");
    let whole = json!({ "customMetrics": [metric(json!({ "perTask": false }))], "scalingPolicies": [policy] });
    check(
        &whole,
        &[(
            "/scalingPolicies/0/TargetTrackingScalingPolicyConfiguration/CustomizedMetricSpecification/MetricName",
            "does not fall when tasks are added",
        )],
    );
}

/// Outputs of the AWS CLI with all members, of an account with more than the scenario holds.
#[test]
fn what_the_aws_cli_prints_goes_in_unchanged() {
    let text = |name: &str| match name {
        "targets" => include_str!("real_inputs/printed/describe-scalable-targets.json"),
        "policies" => include_str!("real_inputs/printed/describe-scaling-policies.json"),
        "actions" => include_str!("real_inputs/printed/describe-scheduled-actions.json"),
        _ => include_str!("real_inputs/printed/describe-alarms-of-scaling.json"),
    };
    let of_file = |name: &str| json!([{ "$file": format!("{name}.json") }]);
    let whole = file(&json!({ "scalableTargets": of_file("targets"), "scalingPolicies": of_file("policies"),
        "scheduledActions": of_file("actions"), "alarms": of_file("alarms") }));
    let mut files = Texts::one("a.json", whole.to_string());
    for name in ["targets", "policies", "actions", "alarms"] {
        files.0.insert(format!("{name}.json"), text(name).as_bytes().to_vec());
    }
    let reading = Scenario::read("a.json", &files);
    let said: Vec<String> = reading
        .problems
        .list
        .iter()
        .filter(|one| one.severity != Severity::Note)
        .map(|one| format!("{}: {}", one.code, one.message))
        .collect();
    assert_eq!(
        said,
        [
            "left-out: 2 entries are left out of `scalableTargets`: 1 of a service that the scenario does not hold, 1 of services of AWS other than `ecs`",
            "left-out: 1 entry is left out of `scalingPolicies`: 1 of services of AWS other than `ecs`",
        ]
    );
    let scenario = reading.scenario.expect("it can run");
    let row = target(scenario.plan());
    let names: Vec<&str> = row.policies.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(names, ["cpu75-target-tracking", "web-app-cpu-gt-75"]);
    assert_eq!(row.actions.iter().map(|one| one.times.len()).collect::<Vec<_>>(), [2]);
    // The alarms of target tracking are there once, and the step policy found its own.
    let plan = scenario.plan();
    let mut alarms: Vec<&str> = plan.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    alarms.sort_unstable();
    assert_eq!(
        alarms,
        [
            "TargetTracking-service/shop/web-AlarmHigh-d4f0770c-b46e-434a-a60f-3b36d653feca",
            "TargetTracking-service/shop/web-AlarmLow-1b437334-d19b-4a63-a812-6c67aaf2910d",
            "web-app-cpu-gt-75",
        ]
    );
}

#[test]
fn a_network_load_balancer_has_no_metric_of_requests() {
    let network = json!([{ "service": "shop/web", "rate": "120/s", "requestsPerTask": "60/s", "responseTime": {},
        "loadBalancer": { "type": "network" } }]);
    let alarm = |metric: &str, namespace: &str, statistic: &str| {
        json!({ "AlarmName": metric, "MetricName": metric, "Namespace": namespace, "Service": "shop/web",
            "Statistic": statistic, "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "LessThanThreshold" })
    };
    let policy = json!([{ "PolicyName": "requests", "ResourceId": SERVICE, "PolicyType": "TargetTrackingScaling",
        "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs",
        "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 600.0, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ALBRequestCountPerTarget" } } }]);
    let all = [
        alarm("RequestCount", "AWS/ApplicationELB", "Sum"),
        alarm("TargetResponseTime", "AWS/ApplicationELB", "Average"),
        alarm("HealthyHostCount", "AWS/NetworkELB", "Minimum"),
    ];
    let (problems, _) = read(&file(&json!({ "traffic": network, "alarms": all, "scalingPolicies": policy })));
    let errors = problems.iter().filter(|one| one.severity == Severity::Error);
    let words = "`shop/web` is behind a Network Load Balancer, which sees no requests: it has no such metric";
    let said: Vec<(&str, bool, u32)> =
        errors.map(|one| (one.at.as_str(), one.message == words, one.places as u32)).collect();
    // Both alarms on requests are told as one.
    let policy = "/scalingPolicies/0/TargetTrackingScalingPolicyConfiguration";
    assert_eq!(said, [("/alarms/0/Service", true, 2), (policy, true, 1)]);
}
