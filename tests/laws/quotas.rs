//! Limits that bind: vCPU quotas of an account, tasks in PROVISIONING (Amazon ECS quotas; Throttling quotas, AWS
//! Fargate).

use crate::fleet::{fleet, law, on_hosts, running_at, tasks_at};
use crate::world::{service, watch, world, zones};
use evenkeel::internals::model::fact::TaskState;
use serde_json::{Value, json};

fn cluster(name: &str, account: &str, spot: bool) -> Value {
    let provider = if spot { "FARGATE_SPOT" } else { "FARGATE" };
    let one =
        service("one", 6, 3, &json!({ "capacityProviderStrategy": [{ "capacityProvider": provider, "weight": 1 }] }));
    json!({ "clusterName": name, "account": account, "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "services": [one] })
}

#[test]
fn a_quota_is_one_of_an_account() {
    let of = |accounts: [&str; 3], fargate: &Value| {
        let clusters =
            [cluster("a", accounts[0], false), cluster("b", accounts[1], false), cluster("c", accounts[2], true)];
        let file = world("1h", json!({ "regions": zones(3, fargate), "clusters": clusters }));
        let diary = watch(&file).0;
        [0, 1, 2].map(|row| running_at(&diary, row, 3_000.0))
    };
    let (one, two) = ("111111111111", "222222222222");
    // A quarter vCPU each: one vCPU is four tasks, in each account. Quotas bind only when they are written.
    assert_eq!(of([one, two, two], &json!({ "vcpuQuota": 1 })), [4, 4, 6]);
    assert_eq!(of([one, one, two], &json!({ "vcpuQuota": 2 })), [6, 2, 6]);
    assert_eq!(of([one, one, one], &json!({ "spotVcpuQuota": 0.5 })), [6, 6, 2]);
    assert_eq!(of([one, one, one], &json!({})), [6, 6, 6]);
}

#[test]
fn five_hundred_tasks_wait_for_hosts_and_no_more() {
    let mut file = fleet("1h", 0, 4, &[on_hosts("one", 700, &json!({}))]);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    law(&mut file, "nodes")["boot"] = json!({ "constant": "50m" });
    let (diary, summary) = watch(&file);
    let waiting = tasks_at(&diary, 0, 1_800.0).values().filter(|task| task.state == TaskState::Provisioning).count();
    assert_eq!(waiting, 500);
    assert!(summary.services[0].launches.failed["PROVISIONING_LIMIT"].mean > 0.0);
}
