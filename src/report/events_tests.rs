//! Lines of one task, one action.

use super::*;
use crate::engine::Reader;
use crate::model::fact::{ChangeFact, ServiceFact, TaskFact};
use crate::model::ids::ZoneId;
use crate::report::sample;

fn task(from: TaskState, to: TaskState, code: StopCode) -> Fact {
    let placed = to >= TaskState::Pending;
    Fact::Task(TaskFact::Went {
        task: TaskNo { service: ServiceId(0), ordinal: 7 },
        from,
        to,
        wanted: code == StopCode::None,
        zone: if placed { ZoneId(0) } else { NO_ZONE },
        provider: ProviderId(0),
        host: NO_HOST,
        code,
        reason: Reason::None,
    })
}

fn lines(facts: &[(u64, Fact)], keep: usize) -> Vec<Value> {
    lines_of(&sample::plan(), facts, keep)
}

fn lines_of(plan: &Plan, facts: &[(u64, Fact)], keep: usize) -> Vec<Value> {
    let mut events = Events::new(keep);
    let batch: Vec<_> = facts.iter().map(|(at, fact)| (Time(*at), *fact)).collect();
    events.read(&batch);
    let text = ndjson(&events, plan, 42);
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_task_tells_its_life() {
    use TaskState::{Pending, Provisioning, Running, Stopped};
    let lines = lines(
        &[
            (0, task(Provisioning, Provisioning, StopCode::None)),
            (1_500_000, task(Provisioning, Pending, StopCode::None)),
            (23_000_000, task(Pending, Running, StopCode::None)),
            (3_660_000_000, task(Running, Stopped, StopCode::InfrastructureHealth)),
        ],
        10,
    );
    let detail = |line: usize, key: &str| lines[line]["detail"][key].clone();
    assert_eq!(lines[0]["detail-type"], "ECS Task State Change");
    assert_eq!(lines[0]["simulated"], true);
    assert_eq!(lines[0]["time"], "2026-01-05T00:00:00Z");
    assert_eq!(detail(0, "availabilityZone"), Value::Null);
    assert_eq!(detail(1, "availabilityZone"), "us-east-1a");
    assert_eq!(detail(1, "updatedAt"), "2026-01-05T00:00:01.500Z");
    assert_eq!(detail(3, "createdAt"), "2026-01-05T00:00:00.000Z");
    assert_eq!(detail(3, "startedAt"), "2026-01-05T00:00:23.000Z");
    assert_eq!(detail(3, "stoppedAt"), "2026-01-05T01:01:00.000Z");
    assert_eq!((detail(3, "desiredStatus"), detail(3, "stopCode")), ("STOPPED".into(), "InfrastructureHealth".into()));
    assert_eq!((detail(3, "version"), detail(3, "group")), (4.into(), "service:web".into()));
    assert_eq!(detail(3, "taskDefinitionArn"), "arn:aws:ecs:us-east-1:111122223333:task-definition/web:3");
    assert_eq!(lines[3]["resources"][0], detail(0, "taskArn"));
    assert_ne!(lines[0]["id"], lines[1]["id"]);
    assert_eq!(lines[0]["id"].as_str().unwrap().len(), 36);
}

#[test]
fn what_is_left_out_is_told_in_the_last_line() {
    let action = Fact::Service(ServiceFact::Action {
        service: ServiceId(0),
        action: Action::SteadyState,
        reason: Reason::None,
        count: 0,
    });
    let lines = lines(&[(0, action), (1, action), (2, action)], 1);
    assert_eq!(lines[0]["detail"]["eventName"], "SERVICE_STEADY_STATE");
    assert_eq!(lines[0]["resources"][0], "arn:aws:ecs:us-east-1:111122223333:service/shop/web");
    assert_eq!(lines[1..], [json!({ "simulated": true, "leftOut": 2 })]);
}

#[test]
fn a_deployment_that_an_alarm_stops_goes_back_to_the_one_that_was_completed() {
    use crate::model::fact::{AlarmState, ChangeStep};
    use crate::model::ids::{AlarmId, ChangeId};
    let step = |at: u64, change: u16, what| {
        (
            at * 1_000_000,
            Fact::Change(ChangeFact::Step { change: ChangeId(change.into()), service: ServiceId(0), what }),
        )
    };
    let alarm = |at: u64, state| (at * 1_000_000, Fact::Alarm { alarm: AlarmId(0), state });
    let lines = lines_of(
        &sample::with_changes(),
        &[
            alarm(60, AlarmState::Ok),
            step(100, 0, ChangeStep::Began),
            step(200, 0, ChangeStep::Bakes),
            step(300, 0, ChangeStep::Completed),
            step(400, 1, ChangeStep::Began),
            alarm(540, AlarmState::Alarm),
            step(540, 1, ChangeStep::Failed),
            step(540, 1, ChangeStep::Back),
            step(600, 1, ChangeStep::RolledBack),
            step(700, 1, ChangeStep::Began),
            step(800, 1, ChangeStep::Failed),
            step(800, 1, ChangeStep::Stalled),
        ],
        20,
    );
    let deployments: Vec<&Value> =
        lines.iter().filter(|line| line["detail-type"] == "ECS Deployment State Change").collect();
    let [first, second] = [0, 2].map(|line: usize| deployments[line]["detail"]["deploymentId"].as_str().unwrap());
    assert_ne!(first, second);
    assert!(first.strip_prefix("ecs-svc/").unwrap().bytes().all(|byte| byte.is_ascii_digit()), "{first}");
    let told: Vec<(&str, &str, &str)> = deployments
        .iter()
        .map(|line| {
            let text = |key: &str| line["detail"][key].as_str().unwrap();
            (text("eventType"), text("eventName").strip_prefix("SERVICE_DEPLOYMENT_").unwrap(), text("deploymentId"))
        })
        .collect();
    let wanted = [
        ("INFO", "IN_PROGRESS", first),
        ("INFO", "COMPLETED", first),
        ("INFO", "IN_PROGRESS", second),
        ("ERROR", "FAILED", second),
        ("INFO", "IN_PROGRESS", first),
        ("INFO", "COMPLETED", first),
        ("INFO", "IN_PROGRESS", second),
        ("ERROR", "FAILED", second),
    ];
    assert_eq!(told, wanted, "nothing is told of the bake and of the stall");
    assert_eq!(deployments[3]["detail"]["reason"], "alarm errors is in ALARM");
    assert_eq!(deployments[7]["detail"]["reason"], "deployment circuit breaker: too many tasks failed");
    assert_eq!(deployments[3]["detail"]["updatedAt"], "2026-01-05T00:09:00.000Z");
    assert_eq!(deployments[3]["resources"][0], "arn:aws:ecs:us-east-1:111122223333:service/shop/web");
    let rang = &lines[4];
    assert_eq!(
        (&rang["source"], &rang["detail-type"]),
        (&"aws.cloudwatch".into(), &"CloudWatch Alarm State Change".into())
    );
    assert_eq!(rang["resources"][0], "arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors");
    assert_eq!(rang["detail"]["previousState"], json!({ "value": "OK", "timestamp": "2026-01-05T00:01:00.000+0000" }));
    assert_eq!(rang["detail"]["state"]["value"], "ALARM");
    assert_eq!(rang["detail"]["state"]["reason"], "at least 2 of the last 3 datapoints are above 0.1");
    assert_eq!(lines[0]["detail"]["previousState"]["value"], "INSUFFICIENT_DATA");
}

#[test]
fn alarms_say_what_they_watch() {
    use crate::engine::Span;
    use crate::model::fact::AlarmState;
    use crate::model::ids::{AlarmId, ServiceId};
    use crate::model::plan::{Alarm, Composite, Expression, Metric, OnMetric, Scope, Watches};
    let mut plan = sample::with_changes();
    let rule = plan.alarms[AlarmId(0)].on_metric().unwrap().rule;
    let scope = Scope::Zone(ZoneId(1));
    let on = OnMetric { metric: Metric::ZoneOutlier, scope, rule, delay: Span::ZERO };
    let service = ServiceId(0);
    plan.alarms.push(Alarm { name: "zone".into(), service, watches: Watches::Metric(on) });
    let written = "ALARM(zone) AND NOT ALARM(errors)".to_owned();
    let rule = Expression::Is(AlarmId(1), AlarmState::Alarm);
    let one = Composite { written: written.clone(), rule, height: 1, sees: Span::MINUTE };
    plan.alarms.push(Alarm { name: "both".into(), service, watches: Watches::Alarms(one) });
    let rings = |alarm: u32| (60_000_000, Fact::Alarm { alarm: AlarmId(alarm), state: AlarmState::Alarm });
    let lines = lines_of(&plan, &[rings(1), rings(2)], 20);
    let metric = &lines[0]["detail"]["configuration"]["metrics"][0]["metricStat"]["metric"];
    let expected =
        json!({ "namespace": "Evenkeel", "name": "ZoneOutlier", "dimensions": { "AvailabilityZone": "use1-az2" } });
    assert_eq!(*metric, expected);
    assert_eq!(lines[1]["detail"]["configuration"], json!({ "alarmRule": written }));
    assert_eq!(lines[1]["detail"]["state"]["reason"], "the rule over other alarms holds");
    assert_eq!(lines[1]["resources"][0], "arn:aws:cloudwatch:us-east-1:111122223333:alarm:both");
}
