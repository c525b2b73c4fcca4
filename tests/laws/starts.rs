//! How a task starts, restarts and stops: containers in order, images, container health, time-outs (Task definition
//! parameters; Container agent configuration; `docs/model.md`, Tasks; Service throttle logic).

use crate::fleet::{fleet, launches, law, on_hosts, running_at, stops};
use crate::world::{Diary, check, service, shop, watch, world};
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{ServiceFact, StopCode, TaskFact, TaskState};
use serde_json::{Value, json};

/// One task on Fargate whose phases take 10, 2, 5 and 3 seconds.
fn one(containers: &Value, behaviour: &Value) -> Value {
    let phases = json!({ "networkInterface": { "constant": "10s" }, "connect": { "constant": "2s" },
                         "imagePull": { "constant": "5s" }, "containerStart": { "constant": "3s" } });
    let mut laws = json!({ "family": "web", "phases": phases });
    for (key, value) in behaviour.as_object().unwrap() {
        match key.as_str() {
            "completion" => laws["phases"]["completion"] = value.clone(),
            _ => laws[key] = value.clone(),
        }
    }
    let mut file = world(
        "2h",
        json!({ "startEmpty": true, "clusters": shop(&[service("one", 1, 1, &json!({}))]), "behaviour": [laws],
                "detection": { "loss": { "constant": "0s" }, "target": { "constant": "50s" } } }),
    );
    file["taskDefinitions"][0]["containerDefinitions"] = containers.clone();
    file
}

/// When a task first runs.
fn first_run(diary: &Diary) -> Option<f64> {
    let runs = |(at, fact): &(Time, Fact)| {
        matches!(fact, Fact::Task(TaskFact::Went { to: TaskState::Running, .. })).then(|| at.as_secs_f64())
    };
    diary.0.iter().find_map(runs)
}

fn container(name: &str, essential: bool, after: &[(&str, &str)]) -> Value {
    let after: Vec<Value> =
        after.iter().map(|(name, condition)| json!({ "containerName": name, "condition": condition })).collect();
    json!({ "name": name, "image": "web:1", "essential": essential, "dependsOn": after })
}

fn checked(mut container: Value, interval: u64) -> Value {
    container["healthCheck"] = json!({ "command": ["CMD", "true"], "interval": interval });
    container
}

#[test]
fn containers_start_in_the_order_of_their_conditions() {
    let app = |after: &[(&str, &str)]| container("app", true, after);
    let init = || container("init", false, &[]);
    for (containers, seconds) in [
        (json!([app(&[])]), 3.0),
        (json!([app(&[]), container("side", true, &[])]), 3.0),
        (json!([container("db", true, &[]), app(&[("db", "START")])]), 6.0),
        // The check of the first container comes one interval after its start.
        (json!([checked(container("db", true, &[]), 10), app(&[("db", "HEALTHY")])]), 16.0),
        (json!([init(), app(&[("init", "COMPLETE")])]), 13.0),
        (json!([init(), checked(container("db", true, &[("init", "SUCCESS")]), 10), app(&[("db", "HEALTHY")])]), 26.0),
        (
            json!([checked(container("db", true, &[]), 10), init(), app(&[("db", "HEALTHY"), ("init", "COMPLETE")])]),
            16.0,
        ),
    ] {
        let (diary, _) = watch(&one(&containers, &json!({ "completion": { "constant": "7s" } })));
        assert_eq!(first_run(&diary), Some(17.0 + seconds), "{containers:#}");
    }
}

/// From the stop signal until a task of these containers has stopped, each of which exits after ten seconds.
fn stop_takes(containers: &Value, stop: u64) -> f64 {
    let mut file = one(containers, &json!({ "stop": { "constant": format!("{stop}s") } }));
    file["changes"] = json!([{ "name": "new", "at": "1h", "service": "shop/one" }]);
    let (diary, _) = watch(&file);
    let at = |state: TaskState| {
        let is =
            |fact: &Fact| matches!(fact, Fact::Task(TaskFact::Went { to, from, .. }) if *to == state && from != to);
        diary.0.iter().find(|(_, fact)| is(fact)).unwrap().0.as_secs_f64()
    };
    at(TaskState::Deprovisioning) - at(TaskState::Stopping)
}

#[test]
fn containers_stop_in_the_reverse_order_of_their_dependencies() {
    let plain = |name: &str| container(name, true, &[]);
    let after = |name: &str, on: &[(&str, &str)], timeout: u64| {
        let mut one = container(name, true, on);
        one["stopTimeout"] = json!(timeout);
        one
    };
    for (containers, stop, seconds) in [
        (json!([plain("a"), plain("b")]), 10, 10.0),
        (json!([plain("a"), after("b", &[("a", "START")], 30)]), 10, 20.0),
        (json!([plain("a"), after("b", &[("a", "START")], 30), after("c", &[("b", "START")], 30)]), 10, 30.0),
        // Two that depend on one stop side by side before it.
        (json!([plain("a"), after("b", &[("a", "START")], 30), after("c", &[("a", "START")], 30)]), 10, 20.0),
        // It is told to stop when the later of the two has exited.
        (json!([plain("a"), after("b", &[("a", "START")], 5), after("c", &[("a", "START")], 20)]), 300, 50.0),
        // Each is killed after its own time-out: 5 s, then the 30 s of the first.
        (json!([plain("a"), after("b", &[("a", "START")], 5)]), 300, 35.0),
        // What had to run to its end before the others has no stop left.
        (json!([container("init", false, &[]), after("app", &[("init", "COMPLETE")], 30)]), 10, 10.0),
    ] {
        check("stop", stop_takes(&containers, stop), seconds, 1e-6);
    }
}

#[test]
fn a_dependency_that_takes_too_long_fails_the_start() {
    for (timeout, starts) in [(12, false), (13, true)] {
        let mut db = checked(container("db", true, &[]), 10);
        db["startTimeout"] = json!(timeout);
        let containers = json!([db, container("app", true, &[("db", "HEALTHY")])]);
        let (diary, _) = watch(&one(&containers, &json!({})));
        assert_eq!(first_run(&diary).is_some(), starts, "{timeout} s");
        if !starts {
            let first = stops(&diary, 0)[0];
            assert_eq!((first.0, first.2), (17.0 + 12.0, StopCode::TaskFailedToStart));
        }
    }
}

fn restarting(ignored: &Value) -> Value {
    json!([{ "name": "app", "image": "web:1",
             "restartPolicy": { "enabled": true, "restartAttemptPeriod": 60, "ignoredExitCodes": ignored } }])
}

#[test]
fn a_container_is_restarted_in_place_if_it_ran_for_long_enough() {
    // Runs for 100 s, restarts in 3 s, and so on: the task lives.
    let mut file = one(&restarting(&json!([])), &json!({ "crash": { "constant": "100s" } }));
    let (diary, _) = watch(&file);
    assert_eq!((launches(&diary, 0).len(), stops(&diary, 0).len()), (1, 0));
    let available: Vec<u32> =
        diary
            .0
            .iter()
            .filter_map(|(_, fact)| {
                if let Fact::Service(ServiceFact::Available { count, .. }) = fact { Some(*count) } else { None }
            })
            .collect();
    assert!(available.len() > 100 && available.chunks(2).all(|pair| pair[0] == 1), "down while it restarts");
    // 50 s are too short.
    file["behaviour"][0]["crash"] = json!({ "constant": "50s" });
    let ended = |file: &Value, after: f64| {
        let first = stops(&watch(file).0, 0)[0];
        check("known within a second", first.0, after + 0.5, 0.5);
        assert_eq!(first.2, StopCode::EssentialContainerExited);
    };
    ended(&file, 20.0 + 50.0);
    // What stands at time 0 has run for long: it is restarted once.
    file["startEmpty"] = json!(false);
    ended(&file, 50.0 + 3.0 + 50.0);
}

#[test]
fn some_exit_codes_are_not_restarted() {
    for (ignored, code, restarts) in [
        (json!([]), None, true),
        (json!([1]), None, false),
        (json!([1]), Some(2), true),
        (json!([2, 3]), Some(3), false),
    ] {
        let mut file = one(&restarting(&ignored), &json!({ "crash": { "constant": "100s" } }));
        if let Some(code) = code {
            file["behaviour"][0]["exitCode"] = json!(code);
        }
        assert_eq!(stops(&watch(&file).0, 0).is_empty(), restarts, "{code:?} of {ignored}");
    }
}

#[test]
fn a_slow_restart_is_ejected_and_the_grace_period_does_not_begin_again() {
    // The container is away for 200 s; the balancer ejects after 50. The grace period ended with the start.
    let mut file = one(&restarting(&json!([])), &json!({ "crash": { "constant": "30m" } }));
    file["behaviour"][0]["phases"]["containerStart"] = json!({ "constant": "200s" });
    file["clusters"][0]["services"][0]["healthCheckGracePeriodSeconds"] = json!(600);
    file["clusters"][0]["services"][0]["deploymentConfiguration"] = json!({ "maximumPercent": 200 });
    file["traffic"] = json!([{ "service": "shop/one", "rate": "1/s", "requestsPerTask": "60/s" }]);
    let (diary, _) = watch(&file);
    // Runs after 217 s, exits 30 min later, is ejected 50 s later; its replacement starts then.
    check("replaced", launches(&diary, 0)[1], 217.0 + 1_800.0 + 50.0, 0.0);
}

#[test]
fn any_unhealthy_container_makes_the_task_unhealthy() {
    let quick = json!({ "command": ["CMD", "true"], "interval": 10, "retries": 2, "timeout": 2 });
    let slow = json!({ "command": ["CMD", "true"] });
    let both = |start_period: u64| {
        let mut containers = json!([container("quick", true, &[]), container("slow", true, &[])]);
        containers[0]["healthCheck"] = quick.clone();
        containers[0]["healthCheck"]["startPeriod"] = json!(start_period);
        containers[1]["healthCheck"] = slow.clone();
        containers
    };
    // Ready after 60 s: the quick check has given up after 22, the slow one would have waited for 95.
    let late = json!({ "health": { "constant": "60s" } });
    check("replaced", launches(&watch(&one(&both(0), &late)).0, 0)[1], 20.0 + 22.0, 0.0);
    assert_eq!(launches(&watch(&one(&both(60), &late)).0, 0).len(), 1, "a start period waits");
    let mut file = one(&both(0), &late);
    file["clusters"][0]["services"][0]["healthCheckGracePeriodSeconds"] = json!(60);
    assert_eq!(launches(&watch(&file).0, 0).len(), 1, "so does the grace period");
    // HEALTHY when the last of them is: one interval of 30 s.
    let (diary, _) = watch(&one(&both(0), &json!({})));
    let healthy =
        diary.0.iter().find(|(_, fact)| matches!(fact, Fact::Task(TaskFact::Health { healthy: true, .. }))).unwrap();
    check("healthy", healthy.0.as_secs_f64(), 20.0 + 30.0, 0.0);
}

#[test]
fn a_cached_image_outlives_its_registry_unless_it_is_always_pulled() {
    for (behavior, works) in
        [(None, true), (Some("once"), true), (Some("prefer-cached"), true), (Some("always"), false)]
    {
        let mut file = fleet("1h", 3, 4, &[on_hosts("one", 3, &json!({}))]);
        // Another family with the same image, and one with another.
        file["clusters"][0]["runTasks"] = json!([
            { "taskDefinition": "same", "name": "a-same", "every": { "constant": "20m" }, "lives": { "constant": "1m" }, "launchType": "EC2" },
            { "taskDefinition": "agent", "name": "b-other", "every": { "constant": "20m" }, "lives": { "constant": "1m" }, "launchType": "EC2" }]);
        file["taskDefinitions"].as_array_mut().unwrap().push(json!({ "family": "same", "containerDefinitions":
            [{ "name": "same", "image": "web:1", "cpu": 64, "memory": 64 }] }));
        if let Some(behavior) = behavior {
            law(&mut file, "nodes")["imagePullBehavior"] = json!(behavior);
        }
        file["faults"] = json!([{ "name": "gone", "at": "1s", "imageRegistryDown": {} }]);
        let (diary, _) = watch(&file);
        let ran = |of: u32| stops(&diary, of).iter().any(|stop| stop.2 == StopCode::EssentialContainerExited);
        assert_eq!((ran(1), ran(2)), (works, false), "{behavior:?}");
    }
}

#[test]
fn a_network_interface_takes_its_time_on_hosts_too() {
    for (mode, low, high) in [("bridge", 4.0, 6.0), ("awsvpc", 15.0, 20.0)] {
        let mut file = fleet("1h", 2, 100, &[on_hosts("one", 100, &json!({}))]);
        file["startEmpty"] = json!(true);
        file["taskDefinitions"][0]["networkMode"] = json!(mode);
        file["instanceTypes"][0]["NetworkInfo"] = json!({ "MaximumNetworkInterfaces": 100 });
        if mode == "awsvpc" {
            file["clusters"][0]["services"][0]["networkConfiguration"] =
                json!({ "awsvpcConfiguration": { "subnets": ["subnet-1", "subnet-2", "subnet-3"] } });
        }
        file["behaviour"] = json!([{ "family": "web", "phases": { "imagePull": { "constant": "0s" } } }]);
        let median = watch(&file).1.services[0].start_seconds.p50.unwrap().mean;
        assert!((low..high).contains(&median), "{mode}: {median} s");
    }
}

#[test]
fn the_stop_signal_is_followed_by_a_kill() {
    // A reclaim tells the task to stop: it needs 100 s and gets what its time-out leaves.
    for (timeout, seconds) in [(None, 30.0), (Some(60), 60.0), (Some(120), 100.0)] {
        let mut file = one(&json!([{ "name": "app", "image": "web:1" }]), &json!({ "stop": { "constant": "100s" } }));
        if let Some(timeout) = timeout {
            file["taskDefinitions"][0]["containerDefinitions"][0]["stopTimeout"] = json!(timeout);
        }
        let service = &mut file["clusters"][0]["services"][0];
        service.as_object_mut().unwrap().remove("launchType");
        service["capacityProviderStrategy"] = json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
        // The signal does not wait for the balancer.
        file["traffic"] = json!([{ "service": "shop/one", "rate": "1/s", "requestsPerTask": "60/s",
            "loadBalancer": { "deregistrationDelay": "20s" } }]);
        file["faults"] = json!([{ "name": "reclaim", "at": "30m", "spotReclaim": {} }]);
        let first = stops(&watch(&file).0, 0)[0];
        assert_eq!((first.0, first.2), (1_800.0 + seconds, StopCode::SpotInterruption));
    }
}

#[test]
fn standalone_tasks_are_not_throttled() {
    // The throttle logic is one of services: RunTask is called again every 20 s, whatever became of the last task.
    let mut file = one(&json!([{ "name": "app", "image": "web:1" }]), &json!({}));
    file["clusters"][0]["services"] = json!([]);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "every": { "constant": "20s" },
        "lives": { "constant": "1s" }, "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }]);
    file["faults"] = json!([{ "name": "gone", "at": "0s", "imageRegistryDown": {} }]);
    let (diary, _) = watch(&file);
    let found = launches(&diary, 0);
    assert!(found.len() >= 358 && found.windows(2).all(|pair| (pair[1] - pair[0] - 20.0).abs() < 1e-6), "{found:?}");
    assert_eq!(running_at(&diary, 0, 7_000.0), 0);
}

#[test]
fn a_task_passes_through_every_state() {
    let mut file = one(&json!([{ "name": "app", "image": "web:1" }]), &json!({}));
    file["traffic"] = json!([{ "service": "shop/one", "rate": "1/s", "requestsPerTask": "60/s" }]);
    // Unhealthy once and for all: replaced, drained, stopped.
    file["behaviour"][0]["health"] = json!({ "constant": "5m" });
    for start in [false, true] {
        if start {
            file["behaviour"][0] =
                json!({ "family": "web", "start": { "constant": "30s" }, "health": { "constant": "5m" } });
        }
        let (diary, _) = watch(&file);
        let mut states = vec![TaskState::Provisioning];
        for (_, fact) in &diary.0 {
            let Fact::Task(TaskFact::Went { task, from, to, .. }) = fact else { continue };
            if task.ordinal == 0 && from != to {
                assert_eq!(states.last(), Some(from));
                states.push(*to);
            }
        }
        assert_eq!(states, TaskState::ALL, "start as a whole: {start}");
    }
}

#[test]
fn each_revision_is_pulled_once_for_each_host() {
    // One host, one task, which stops before its successor starts. Pulling takes 60 s, starting 10 s. The host has the
    // image that it began with; that of the new revision it has from its first task on.
    let none = json!({ "deploymentConfiguration": { "minimumHealthyPercent": 0, "maximumPercent": 100 } });
    let mut file = fleet("4h", 1, 4, &[on_hosts("one", 1, &none)]);
    let phases = json!({ "networkInterface": { "constant": "0s" }, "connect": { "constant": "0s" },
        "imagePull": { "constant": "60s" }, "containerStart": { "constant": "10s" } });
    *law(&mut file, "web") = json!({ "family": "web", "phases": phases });
    file["detection"] = json!({ "loss": { "constant": "0s" } });
    let crash = |name: &str, at: &str| json!({ "name": name, "at": at, "taskCrash": { "service": "shop/one" } });
    file["faults"] = json!([crash("old", "1h"), crash("new", "3h")]);
    file["changes"] = json!([{ "name": "new", "at": "2h", "service": "shop/one" }]);
    let (diary, _) = watch(&file);
    let (mut born, mut took) = (0.0, Vec::new());
    for (at, fact) in &diary.0 {
        if let Fact::Task(TaskFact::Went { from, to, .. }) = fact
            && at.as_secs_f64() > 0.0
        {
            if from == to {
                born = at.as_secs_f64();
            } else if *to == TaskState::Running {
                took.push(at.as_secs_f64() - born);
            }
        }
    }
    assert_eq!(took, [10.0, 70.0, 10.0]);
}
