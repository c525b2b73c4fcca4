//! Which host a task goes to, and which task goes first (Amazon ECS services; Task placement).

use crate::fleet::{by_host, fleet, law, on_hosts, running_at, tasks_at};
use crate::world::{check, run, watch};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn member(expression: &str) -> Value {
    json!({ "placementConstraints": [{ "type": "memberOf", "expression": expression }] })
}

fn ordered(strategies: &[(&str, &str)]) -> Value {
    let one = |(kind, field): &(&str, &str)| match *field {
        "" => json!({ "type": kind }),
        _ => json!({ "type": kind, "field": field }),
    };
    json!({ "placementStrategy": strategies.iter().map(one).collect::<Vec<_>>() })
}

#[test]
fn a_group_of_tasks_attracts_or_repels() {
    // Two tasks of the first service stand on two of six hosts.
    let first = || on_hosts("db", 2, &json!({}));
    for (expression, beside) in [("task:group == service:db", true), ("not(task:group == service:db)", false)] {
        let (diary, _) = watch(&fleet("1h", 6, 4, &[first(), on_hosts("web", 6, &member(expression))]));
        let taken: BTreeSet<u32> = by_host(&diary, 0, 60.0).into_keys().collect();
        let found: BTreeSet<u32> = by_host(&diary, 1, 60.0).into_keys().collect();
        assert_eq!((taken.len(), running_at(&diary, 1, 60.0)), (2, 6), "{expression}");
        assert_eq!(found.is_subset(&taken), beside, "{expression}: {found:?} beside {taken:?}");
        assert_eq!(found.is_disjoint(&taken), !beside, "{expression}: {found:?} beside {taken:?}");
    }
}

#[test]
fn hosts_know_whether_their_agent_is_connected() {
    for (expression, running) in [("agentConnected == true", 6), ("agentConnected == false", 0)] {
        let (diary, _) = watch(&fleet("1h", 6, 4, &[on_hosts("web", 6, &member(expression))]));
        assert_eq!(running_at(&diary, 0, 60.0), running, "{expression}");
    }
}

#[test]
fn agents_may_bring_attributes_of_their_own() {
    let mut file = fleet("1h", 3, 4, &[on_hosts("web", 6, &member("attribute:stack == prod"))]);
    assert_eq!(running_at(&watch(&file).0, 0, 60.0), 0);
    law(&mut file, "nodes")["attributes"] = json!({ "stack": "prod" });
    assert_eq!(running_at(&watch(&file).0, 0, 60.0), 6);
}

#[test]
fn chains_of_strategies() {
    // (strategies, hosts used by 6 tasks on 6 hosts of four slots in three zones)
    for (strategies, hosts, most) in [
        (&[("binpack", "memory")][..], 2, 4),
        (&[("binpack", "cpu")], 2, 4),
        (&[("spread", "instanceId")], 6, 1),
        (&[("spread", "attribute:ecs.availability-zone"), ("binpack", "memory")], 3, 2),
        (&[("spread", "attribute:ecs.availability-zone"), ("spread", "host")], 6, 1),
        (&[("spread", "attribute:ecs.instance-type"), ("binpack", "cpu")], 2, 4),
    ] {
        let (diary, _) = watch(&fleet("1h", 6, 4, &[on_hosts("web", 6, &ordered(strategies))]));
        let found = by_host(&diary, 0, 60.0);
        assert_eq!((found.len(), found.values().max().copied()), (hosts, Some(most)), "{strategies:?}: {found:?}");
    }
    let alone = json!({ "placementConstraints": [{ "type": "distinctInstance" }] });
    let (diary, _) = watch(&fleet("1h", 6, 4, &[on_hosts("web", 9, &alone)]));
    assert_eq!(by_host(&diary, 0, 60.0).len(), 6, "each on a host of its own, three find none");
    assert_eq!(running_at(&diary, 0, 60.0), 6);
}

#[test]
fn random_is_random_behind_another_strategy_too() {
    // Six hosts in each zone, one task for each zone: any of six, not always the oldest.
    let strategies = ordered(&[("spread", "attribute:ecs.availability-zone"), ("random", "")]);
    let mut seen = BTreeSet::new();
    for seed in 0..40 {
        let mut file = fleet("1h", 18, 4, &[on_hosts("web", 3, &strategies)]);
        file["seed"] = json!(seed);
        let (diary, _) = watch(&file);
        let tasks = tasks_at(&diary, 0, 60.0);
        assert_eq!(tasks.values().map(|task| task.zone).collect::<BTreeSet<_>>().len(), 3);
        seen.extend(tasks.values().map(|task| task.host));
    }
    // A host is left out of 40 draws of one in six with probability 0.0007.
    assert_eq!(seen.len(), 18, "{seen:?}");
}

#[test]
fn too_many_tasks_leave_the_fullest_zone_and_its_fullest_host() {
    // A zone is cut off until its tasks count as unhealthy, and comes back before their replacements are healthy: then
    // there are two too many, in the other zones.
    for (strategies, hosts) in [(json!({}), 6), (ordered(&[("binpack", "memory")]), 3)] {
        let mut file = fleet("2h", hosts, 4, &[on_hosts("web", 6, &strategies)]);
        file["traffic"] = json!([{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "60/s",
            "loadBalancer": { "deregistrationDelay": "0s" } }]);
        law(&mut file, "web")["start"] = json!({ "constant": "10m" });
        file["faults"] = json!([{ "name": "cut", "at": "30m", "for": "3m", "networkCutZone": { "zone": "use1-az1" } }]);
        let (diary, _) = watch(&file);
        let found = by_host(&diary, 0, 6_000.0);
        assert_eq!(found.values().sum::<usize>(), 6);
        let mut counts: Vec<usize> = found.values().copied().collect();
        counts.sort_unstable();
        if strategies == json!({}) {
            assert_eq!(counts, [1; 6], "{found:?}");
        } else {
            // Packed tasks leave the host that is emptiest without them.
            assert!(counts.len() <= 2, "{found:?}");
        }
    }
}

#[test]
fn network_interfaces_are_room_too() {
    // A c5.large has three interfaces, one of them its own; with trunking it takes ten tasks.
    for (trunking, truth) in [(false, 2), (true, 10)] {
        let mut file = fleet("1h", 1, 4, &[]);
        file["taskDefinitions"] = json!([{ "family": "web", "networkMode": "awsvpc",
            "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 64, "memory": 64 }] }]);
        file["instanceTypes"] = json!([]);
        file["autoScalingGroups"][0]["Instances"] = json!([{ "InstanceType": "c5.large" }]);
        let mut web = on_hosts("web", 20, &json!({}));
        web["networkConfiguration"] = json!({ "awsvpcConfiguration": { "subnets": ["subnet-1"] } });
        file["clusters"][0]["services"] = json!([web]);
        file["behaviour"] = json!([{ "capacityProvider": "nodes", "eniTrunking": trunking }]);
        check("tasks", run(&file, 1).services[0].running.max.mean, f64::from(truth), 0.0);
    }
}
