//! Lines of one task, one action.

use super::*;
use crate::engine::Reader;
use crate::model::fact::{ChangeFact, NO_HOST, NO_ZONE, ServiceFact, StopCode, TargetHealth, TaskFact, TaskState};
use crate::model::ids::ZoneId;
use crate::model::plan::ProviderKind;
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
        alive: true,
        revision: 0,
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
    assert_eq!(detail(3, "stoppedReason"), "The infrastructure under the task failed");
    assert_eq!(detail(3, "containers"), json!([{ "name": "app", "lastStatus": "STOPPED" }]), "nobody saw it exit");
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
            revision(100, 0, 1),
            step(100, 0, ChangeStep::Began),
            step(200, 0, ChangeStep::Bakes),
            step(300, 0, ChangeStep::Completed),
            revision(400, 1, 2),
            step(400, 1, ChangeStep::Began),
            alarm(540, AlarmState::Alarm),
            step(540, 1, ChangeStep::Failed),
            step(540, 1, ChangeStep::Back),
            step(600, 1, ChangeStep::RolledBack),
            revision(700, 1, 3),
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
    let reason = |line: usize| deployments[line]["detail"]["reason"].as_str().unwrap();
    assert_eq!(
        [reason(0), reason(1)],
        [format!("ECS deployment {first} in progress."), format!("ECS deployment {first} completed.")]
    );
    assert_eq!(reason(3), "ECS deployment failed: alarm detected.");
    assert_eq!(reason(4), format!("ECS deployment failed: rolling back to deploymentId {first}."));
    assert_eq!(reason(7), "ECS deployment failed: it was taken back.", "there is no circuit breaker");
    assert_eq!(deployments[3]["detail"]["updatedAt"], "2026-01-05T00:09:00.000Z");
    assert_eq!(deployments[3]["resources"][0], "arn:aws:ecs:us-east-1:111122223333:service/shop/web");
    rings_at_errors(&lines[4]);
    assert_eq!(lines[0]["detail"]["previousState"]["value"], "INSUFFICIENT_DATA");
}

fn rings_at_errors(rang: &Value) {
    assert_eq!(
        (&rang["source"], &rang["detail-type"]),
        (&"aws.cloudwatch".into(), &"CloudWatch Alarm State Change".into())
    );
    assert_eq!(rang["resources"][0], "arn:aws:cloudwatch:us-east-1:111122223333:alarm:errors");
    assert_eq!(rang["detail"]["previousState"], json!({ "value": "OK", "timestamp": "2026-01-05T00:01:00.000+0000" }));
    assert_eq!(rang["detail"]["state"]["value"], "ALARM");
    assert_eq!(rang["detail"]["state"]["reason"], "at least 2 of the last 3 datapoints are above 0.1");
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

fn revision(at: u64, change: u32, number: u8) -> (u64, Fact) {
    let change = crate::model::ids::ChangeId(change);
    (at * 1_000_000, Fact::Change(ChangeFact::Revision { change, service: ServiceId(0), number }))
}

/// The fact with other fields.
fn with(mut fact: Fact, edit: impl FnOnce(&mut TaskFact)) -> Fact {
    let Fact::Task(task) = &mut fact else { panic!("no task") };
    edit(task);
    fact
}

#[test]
fn tasks_of_a_new_revision_name_it_and_its_deployment() {
    use crate::model::fact::ChangeStep;
    use crate::model::ids::ChangeId;
    let of = |number| {
        with(task(TaskState::Pending, TaskState::Running, StopCode::None), |task| {
            if let TaskFact::Went { revision, task, .. } = task {
                (*revision, task.ordinal) = (number, u32::from(number));
            }
        })
    };
    let began = |at: u64, change| {
        let what = ChangeStep::Began;
        (at * 1_000_000, Fact::Change(ChangeFact::Step { change: ChangeId(change), service: ServiceId(0), what }))
    };
    let facts = [
        (0, of(0)),
        revision(100, 0, 1),
        began(100, 0),
        (101_000_000, of(1)),
        revision(200, 1, 2),
        began(200, 1),
        (201_000_000, of(2)),
        (202_000_000, of(1)),
    ];
    let lines = lines_of(&sample::with_changes(), &facts, 20);
    let definition = |line: usize| {
        let arn = lines[line]["detail"]["taskDefinitionArn"].as_str().unwrap();
        arn.strip_prefix("arn:aws:ecs:us-east-1:111122223333:task-definition/").unwrap()
    };
    assert_eq!([0, 2, 4, 5].map(definition), ["web:3", "web:4", "web:5", "web:4"]);
    let by = |line: usize| lines[line]["detail"]["startedBy"].as_str().unwrap();
    let deployed = |line: usize| lines[line]["detail"]["deploymentId"].as_str().unwrap();
    assert_eq!([by(2), by(4), by(5)], [deployed(1), deployed(3), deployed(1)]);
    assert!(by(0) != by(2) && by(0).starts_with("ecs-svc/"), "{}", by(0));
}

#[test]
fn stops_are_told_in_the_words_of_ecs() {
    use StopCode as Code;
    let told = |code: Code, why: Reason| {
        let fact = with(task(TaskState::Running, TaskState::Stopping, code), |task| {
            if let TaskFact::Went { reason, .. } = task {
                *reason = why;
            }
        });
        lines(&[(0, fact)], 1)[0]["detail"].clone()
    };
    let reason = |code, why| told(code, why)["stoppedReason"].as_str().unwrap().to_owned();
    let excess = told(Code::ServiceSchedulerInitiated, Reason::Excess);
    let deployment = excess["startedBy"].as_str().unwrap();
    assert_eq!(excess["stoppedReason"], format!("Scaling activity initiated by (deployment {deployment})"));
    let unhealthy = reason(Code::ServiceSchedulerInitiated, Reason::Unhealthy);
    let group = "(target-group arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/";
    assert!(unhealthy.starts_with(&format!("Task failed ELB health checks in {group}")), "{unhealthy}");
    for (code, why, words) in [
        (Code::ServiceSchedulerInitiated, Reason::UnhealthyContainer, "Task failed container health checks"),
        (Code::EssentialContainerExited, Reason::None, "Essential container in task exited"),
        (Code::SpotInterruption, Reason::None, "Your Spot Task was interrupted."),
        (Code::TaskFailedToStart, Reason::None, "Task failed to start"),
        (
            Code::TaskFailedToStart,
            Reason::CannotPullContainer,
            "CannotPullContainerError: pull image manifest has been retried 5 time(s)",
        ),
    ] {
        assert_eq!(reason(code, why), words);
    }
}

#[test]
fn a_host_that_is_gone_is_named() {
    let hosts = ProviderKind::AnyHost;
    let instance = Some("i-0123");
    let stop = |code, to| {
        let stop = reasons::Stop { code, reason: Reason::None, to, provider: &hosts, instance, deployment: None };
        reasons::stopped(&stop, &String::new)
    };
    let gone = "Host EC2 (instance i-0123) terminated.";
    assert_eq!(stop(StopCode::TerminationNotice, TaskState::Stopped), gone);
    let draining = stop(StopCode::TerminationNotice, TaskState::Deactivating);
    assert!(draining.contains("container instance is in DRAINING state"), "{draining}");
}

#[test]
fn containers_that_exit_have_their_codes() {
    use TaskState::{Deprovisioning, Running, Stopped, Stopping};
    let exits = Fact::Task(TaskFact::Exits { task: TaskNo { service: ServiceId(0), ordinal: 7 }, code: 137 });
    let code = |facts: &[(u64, Fact)]| {
        let lines = lines(facts, 10);
        lines.last().unwrap()["detail"]["containers"][0]["exitCode"].clone()
    };
    let crash = task(Running, Stopped, StopCode::EssentialContainerExited);
    assert_eq!(code(&[(0, exits), (1, crash)]), 137);
    let stop = |from, to| task(from, to, StopCode::ServiceSchedulerInitiated);
    assert_eq!(code(&[(0, stop(Running, Stopping))]), Value::Null, "it still runs");
    let ends = |at: u64| code(&[(0, stop(Running, Stopping)), (at * 1_000_000, stop(Stopping, Deprovisioning))]);
    assert_eq!((ends(29), ends(30)), (0.into(), 137.into()), "stopTimeout is 30 s");
    let lost = with(stop(Running, Stopping), |task| {
        if let TaskFact::Went { alive, .. } = task {
            *alive = false;
        }
    });
    assert_eq!(code(&[(0, lost), (40_000_000, stop(Stopping, Deprovisioning))]), Value::Null, "its host is gone");
}

#[test]
fn faults_and_targets_have_a_source_of_their_own() {
    use crate::model::fact::{Cause, FaultFact};
    use crate::model::ids::FaultId;
    let plan = sample::with_faults();
    let cause = Cause::fault(FaultId(0), 1);
    let target = |health| {
        let task = TaskNo { service: ServiceId(0), ordinal: 7 };
        Fact::Task(TaskFact::Target { task, zone: ZoneId(1), health })
    };
    let lines = lines_of(
        &plan,
        &[
            (1_000_000, Fact::Fault(FaultFact::Begins { cause, zone: ZoneId(1) })),
            (2_000_000, target(TargetHealth::Unhealthy)),
            (3_000_000, target(TargetHealth::Healthy)),
            (4_000_000, Fact::Fault(FaultFact::Ends { cause, zone: ZoneId(1) })),
        ],
        10,
    );
    assert!(lines.iter().all(|line| line["source"] == "evenkeel.simulated" && line["simulated"] == true));
    let fault = |status: &str, at: &str| {
        json!({ "faultName": "zone dark", "faultKind": "zonePowerLoss", "status": status, "occurrence": 2,
            "updatedAt": at, "availabilityZone": "us-east-1b", "availabilityZoneId": "use1-az2" })
    };
    assert_eq!(lines[0]["detail"], fault("BEGUN", "2026-01-05T00:00:01.000Z"));
    assert_eq!(lines[3]["detail"], fault("ENDED", "2026-01-05T00:00:04.000Z"));
    assert_eq!((&lines[0]["account"], &lines[0]["region"]), (&"111122223333".into(), &"us-east-1".into()));
    let health = json!({ "state": "unhealthy", "reason": "Target.FailedHealthChecks" });
    assert_eq!(lines[1]["detail"]["targetHealth"], health);
    assert_eq!(lines[2]["detail"]["targetHealth"], json!({ "state": "healthy" }));
    assert_eq!(lines[1]["detail"]["taskArn"], lines[1]["resources"][0]);
}
