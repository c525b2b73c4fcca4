//! Lines of one task, one action.

use super::*;
use crate::engine::Reader;
use crate::report::sample;

fn task(from: TaskState, to: TaskState, code: StopCode) -> Fact {
    let placed = to >= TaskState::Pending;
    Fact::Task {
        task: TaskNo { service: ServiceId(0), ordinal: 7 },
        from,
        to,
        wanted: code == StopCode::None,
        zone: if placed { ZoneId(0) } else { NO_ZONE },
        provider: ProviderId(0),
        host: NO_HOST,
        code,
        reason: Reason::None,
    }
}

fn lines(facts: &[(u64, Fact)], keep: usize) -> Vec<Value> {
    let mut events = Events::new(keep);
    let batch: Vec<_> = facts.iter().map(|(at, fact)| (Time(*at), *fact)).collect();
    events.read(&batch);
    let text = ndjson(&events, &sample::plan(), 42);
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
    let action = Fact::Service { service: ServiceId(0), action: Action::SteadyState, reason: Reason::None, count: 0 };
    let lines = lines(&[(0, action), (1, action), (2, action)], 1);
    assert_eq!(lines[0]["detail"]["eventName"], "SERVICE_STEADY_STATE");
    assert_eq!(lines[0]["resources"][0], "arn:aws:ecs:us-east-1:111122223333:service/shop/web");
    assert_eq!(lines[1..], [json!({ "simulated": true, "leftOut": 2 })]);
}
