//! Launches and stops of tasks.

use super::{WEB, at, mean, plan, task, tell};
use evenkeel::internals::model::fact::{Fact, Reason, ServiceFact, StopCode, TaskState};

#[test]
fn launches_and_stops_by_reason() {
    use TaskState::{Activating, Provisioning, Running, Stopped};
    let plan = plan(1_000, 100);
    let facts = [
        task(50, WEB, 0, Provisioning, Provisioning, StopCode::None),
        task(110, WEB, 0, Provisioning, Running, StopCode::None),
        task(120, WEB, 1, Provisioning, Provisioning, StopCode::None),
        task(130, WEB, 1, Provisioning, Activating, StopCode::None),
        task(140, WEB, 1, Activating, Stopped, StopCode::TaskFailedToStart),
        (at(150), Fact::Service(ServiceFact::LaunchFailed { service: WEB, reason: Reason::ResourceFargate })),
        task(200, WEB, 0, Running, Stopped, StopCode::SpotInterruption),
    ];
    let row = tell(&plan, &facts).web;
    assert_eq!(row.launches.requested.mean, 2.0);
    assert_eq!(row.launches.running.mean, 1.0);
    let failed: Vec<_> = row.launches.failed.iter().map(|(name, count)| (name.as_str(), count.mean)).collect();
    assert_eq!(failed, [("CannotPullContainerError", 1.0), ("RESOURCE:FARGATE", 1.0)]);
    let stops: Vec<_> = row.stops.iter().map(|(name, count)| (name.as_str(), count.mean)).collect();
    assert_eq!(stops, [("SpotInterruption", 1.0), ("TaskFailedToStart", 1.0)]);
    assert_eq!(mean(row.start_seconds.p99), Some(60.0));
    // One task of 1 vCPU and 2 GB: from 110 to 200, and from 130 to 140, of a window of 900 s.
    let price = 0.04048 + 2.0 * 0.004_445;
    assert!((mean(row.cost_per_hour).unwrap() - price * 100.0 / 900.0).abs() < 1e-9);
}
