//! DAEMON services: a task on every host, first to start, last to stop (Amazon ECS services).

use crate::fleet::{by_host, daemon, fleet, hosts_at, launches, law, on_hosts, running_at, stops};
use crate::world::watch;
use evenkeel::internals::model::fact::StopCode;
use serde_json::json;

#[test]
fn a_daemon_stands_on_every_host_before_anything_else() {
    // Hosts of two vCPUs: the service would fill them, and comes first in the file.
    let (diary, _) = watch(&fleet("1h", 4, 2, &[on_hosts("one", 8, &json!({})), daemon("agent", "agent")]));
    assert_eq!(running_at(&diary, 1, 0.0), 4, "daemons run from time 0 on");
    assert_eq!(by_host(&diary, 1, 3_000.0).len(), 4);
    assert_eq!(running_at(&diary, 0, 3_000.0), 4, "what is left has room for four tasks");
}

#[test]
fn a_new_host_starts_its_daemon_first() {
    let mut file = fleet("1h", 0, 2, &[on_hosts("one", 6, &json!({})), daemon("agent", "agent")]);
    file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "status": "ENABLED" });
    let (diary, _) = watch(&file);
    let hosts = hosts_at(&diary, 3_500.0);
    assert_eq!(running_at(&diary, 0, 3_500.0), 6);
    // Each host keeps a slot for its daemon: six hosts for six tasks, and managed scaling knows it.
    assert_eq!(by_host(&diary, 1, 3_500.0).len(), hosts.len(), "{hosts:?}");
    assert_eq!(hosts.len(), 6, "{hosts:?}");
    let settled = running_at(&diary, 0, 600.0);
    assert_eq!(settled, 6, "hosts are counted without what the daemon takes");
}

#[test]
fn a_draining_host_stops_its_daemon_last() {
    let mut file = fleet("1h", 3, 4, &[on_hosts("one", 3, &json!({})), daemon("agent", "agent")]);
    file["autoScalingGroups"][0]["MixedInstancesPolicy"] = json!({
        "LaunchTemplate": { "Overrides": [{ "InstanceType": "some.tasks" }] },
        "InstancesDistribution": { "OnDemandPercentageAboveBaseCapacity": 0 } });
    file["faults"] = json!([{ "name": "reclaim", "at": "30m",
        "spotReclaim": { "capacityProvider": "nodes", "zone": "use1-az1" } }]);
    let (diary, _) = watch(&file);
    let (tasks, daemons) = (stops(&diary, 0), stops(&diary, 1));
    assert_eq!((tasks.len(), daemons.len()), (1, 1));
    // The replacement is healthy after 30 s; the daemon sees its host empty.
    assert!((tasks[0].0 - 1_831.0).abs() < 1.5, "{tasks:?}");
    assert!(daemons[0].0 >= tasks[0].0 && daemons[0].3 == tasks[0].3, "{daemons:?} after {tasks:?}");
}

#[test]
fn an_unhealthy_daemon_is_stopped_and_started_again() {
    let mut file = fleet("1h", 3, 2, &[daemon("agent", "agent")]);
    file["startEmpty"] = json!(true);
    file["taskDefinitions"][1]["containerDefinitions"][0]["healthCheck"] =
        json!({ "command": ["CMD", "true"], "interval": 10, "timeout": 2, "retries": 2 });
    // Ready after five minutes, unhealthy after 22 s: it never gets there.
    law(&mut file, "agent")["health"] = json!({ "constant": "5m" });
    let (diary, _) = watch(&file);
    let found = stops(&diary, 0);
    assert!(found.len() > 100 && found.iter().all(|stop| stop.2 == StopCode::ServiceSchedulerInitiated), "{found:?}");
    // At 100 per cent there is no room to start first.
    for pair in found.windows(2) {
        assert!(pair[1].0 >= pair[0].0);
    }
    assert!(by_host(&diary, 0, 1_000.0).values().all(|count| *count == 1));
}

#[test]
fn a_daemon_without_its_image_rests_longer_and_longer() {
    let mut file = fleet("6h", 1, 2, &[daemon("agent", "agent")]);
    file["startEmpty"] = json!(true);
    law(&mut file, "agent")["start"] = json!({ "constant": "0s" });
    file["faults"] = json!([{ "name": "gone", "at": "0s", "imageRegistryDown": {} }]);
    let found = launches(&watch(&file).0, 0);
    let gaps: Vec<f64> = found.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(gaps[..9], [10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1_280.0, 1_620.0], "{gaps:?}");
}
