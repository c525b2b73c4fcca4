//! The split over capacity providers holds after every loss: `base` is a minimum for ever, weights do not drift.

use crate::deploy::{rolling, the_change};
use crate::world::{Diary, check, service, shop, watch, world, zones};
use evenkeel::internals::model::fact::{Fact, ServiceFact, TaskFact, TaskState};
use serde_json::{Value, json};

/// On demand first, Spot second.
fn strategy(base: u64, weights: [u64; 2]) -> Value {
    json!([{ "capacityProvider": "FARGATE", "base": base, "weight": weights[0] },
           { "capacityProvider": "FARGATE_SPOT", "weight": weights[1] }])
}

/// A service behind a load balancer over two zones; `parts` adds and replaces keys of the file.
fn mixed(desired: u64, strategy: &Value, rebalancing: &str, parts: &Value) -> Value {
    let one = json!({ "capacityProviderStrategy": strategy, "availabilityZoneRebalancing": rebalancing });
    let mut file = world(
        "5h",
        json!({
            "regions": zones(2, &json!({})),
            "clusters": shop(&[service("one", desired, 2, &one)]),
            "traffic": [{ "service": "shop/one", "rate": format!("{}/s", 20 * desired), "requestsPerTask": "50/s" }],
            "behaviour": [{ "family": "web", "start": { "constant": "60s" } }],
            "detection": { "target": { "constant": "50s" }, "loss": { "constant": "90s" } },
        }),
    );
    file.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    file
}

/// Tasks that run on demand and on Spot after `seconds`.
fn split_at(diary: &Diary, seconds: f64) -> [u32; 2] {
    let mut found = [0; 2];
    for (_, fact) in diary.0.iter().take_while(|(at, _)| at.as_secs_f64() <= seconds) {
        if let Fact::Service(ServiceFact::RunningOn { provider, count, .. }) = fact {
            found[usize::from(provider.0)] = *count;
        }
    }
    found
}

const END: f64 = 5.0 * 3_600.0;

#[test]
fn a_zone_loss_leaves_the_base_and_the_weights_as_they_were() {
    let dark = json!({ "faults": [{ "name": "dark", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "z1" } }] });
    for (desired, strategy, expected) in [
        (48, strategy(48, [1, 1]), [48, 0]),
        (48, strategy(48, [0, 1]), [48, 0]),
        (40, strategy(20, [1, 3]), [25, 15]),
        (40, strategy(0, [1, 3]), [10, 30]),
        (7, strategy(2, [1, 1]), [5, 2]),
    ] {
        for rebalancing in ["DISABLED", "ENABLED"] {
            let (diary, summary) = watch(&mixed(desired, &strategy, rebalancing, &dark));
            assert_eq!(split_at(&diary, 3_599.0), expected, "{strategy} before");
            // The lost half is replaced after 50 s of failed checks and 60 s of starting, less than 30 s of checks
            // later.
            assert_eq!(split_at(&diary, 3_600.0 + 150.0), expected, "{strategy} while the zone is dark");
            assert_eq!(split_at(&diary, END), expected, "{strategy} after");
            let row = &summary.services[0];
            let on: Vec<f64> = row.providers.values().map(|on| on.running.mean).collect();
            check("parts make the whole", on.iter().sum(), row.running.mean.mean, 1e-9);
            assert_eq!(row.providers.keys().collect::<Vec<_>>(), ["FARGATE", "FARGATE_SPOT"]);
        }
    }
}

#[test]
fn what_is_too_much_goes_where_it_is_too_much() {
    // A cut of 100 s: half of all targets are out after 50 s and pass again 120 to 150 s after the cut's end.
    // Replacements that take five minutes come to stand beside them; then as many go, on each provider as many as are
    // too many.
    for (desired, strategy, expected) in
        [(40, strategy(20, [1, 3]), [25, 15]), (48, strategy(48, [1, 1]), [48, 0]), (9, strategy(1, [1, 1]), [5, 4])]
    {
        let parts = json!({
            "behaviour": [{ "family": "web", "start": { "constant": "5m" } }],
            "faults": [{ "name": "cut", "at": "1h", "for": "100s", "networkCutZone": { "zone": "z1" } }],
        });
        let (diary, summary) = watch(&mixed(desired, &strategy, "DISABLED", &parts));
        let most = summary.services[0].running.max.mean;
        assert!(most > desired as f64, "{desired}: at most {most} at once, none too many");
        assert_eq!(split_at(&diary, END), expected, "{strategy}");
    }
}

#[test]
fn the_base_comes_back_with_the_provider_and_spot_does_not_stand_in_for_it() {
    // No task starts on demand for an hour, in which half of them crash.
    let parts = json!({ "faults": [
        { "name": "none", "at": "1h", "for": "1h", "insufficientCapacity": { "capacityProvider": "FARGATE" } },
        { "name": "crash", "at": "70m", "taskCrash": { "service": "shop/one", "count": 20 } },
    ] });
    let (diary, _) = watch(&mixed(40, &strategy(40, [1, 3]), "DISABLED", &parts));
    assert_eq!(split_at(&diary, 2.0 * 3_600.0 - 1.0), [20, 0]);
    assert_eq!(split_at(&diary, END), [40, 0]);
}

#[test]
fn a_reclaim_leaves_the_base_alone() {
    let parts = json!({ "faults": [{ "name": "reclaim", "at": "1h", "for": "30m",
        "spotReclaim": { "capacityProvider": "FARGATE_SPOT" } }] });
    let (diary, _) = watch(&mixed(40, &strategy(20, [1, 3]), "DISABLED", &parts));
    assert_eq!(split_at(&diary, 4_000.0), [25, 0]);
    assert_eq!(split_at(&diary, END), [25, 15]);
}

#[test]
fn a_deployment_keeps_the_split() {
    for (configuration, most) in [
        (json!({}), 200),
        (json!({}), 125),
        (json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5 }), 200),
        (json!({ "strategy": "CANARY", "bakeTimeInMinutes": 5 }), 200),
    ] {
        let traffic = json!({ "traffic": [{ "service": "shop/web", "rate": "400/s", "requestsPerTask": "50/s" }] });
        let mut file = rolling(40, 100, most, &configuration, &json!({}), &traffic);
        on_both(&mut file, &strategy(20, [1, 3]));
        let (diary, summary) = watch(&file);
        assert_eq!(the_change(&summary).outcome, "completed", "{configuration}");
        assert_eq!(split_at(&diary, 3_599.0), [25, 15]);
        assert_eq!(split_at(&diary, 4.0 * 3_600.0), [25, 15], "{configuration} {most}");
        // Where two revisions stand side by side each has a split of its own.
        let mut born = [0; 2];
        for (at, fact) in &diary.0 {
            if let (3_600.., Fact::Task(TaskFact::Went { from, to, provider, .. })) = (at.as_secs_f64() as u64, fact)
                && from == to
            {
                born[usize::from(provider.0)] += 1;
            }
        }
        assert_eq!(born, [25, 15], "{configuration} {most}: launches of the new revision");
    }
}

fn on_both(file: &mut Value, strategy: &Value) {
    let web = file["clusters"][0]["services"][0].as_object_mut().unwrap();
    web.remove("launchType");
    web.insert("capacityProviderStrategy".to_owned(), strategy.clone());
}

#[test]
fn who_stands_in_for_a_failed_task_finds_a_provider_at_once() {
    // Ten new tasks never start, beside ten old ones of which one crashes: it is gone a second later, and one of its
    // own revision runs 30 s after that, however many more tasks there are than desired.
    let crash =
        json!({ "faults": [{ "name": "crash", "at": "3605s", "taskCrash": { "service": "shop/web", "count": 1 } }] });
    let bad = json!({ "defect": { "neverStarts": {} } });
    for weights in [[1, 1], [0, 1], [1, 3]] {
        let mut file = rolling(10, 100, 200, &json!({}), &bad, &crash);
        on_both(&mut file, &strategy(4, weights));
        let (diary, _) = watch(&file);
        let before = split_at(&diary, 3_604.0);
        // It reached RUNNING 30 s after the exit was known.
        let (mut gone, mut back) = (None, None);
        for (at, fact) in diary.0.iter().filter(|(at, _)| at.as_secs_f64() >= 3_604.0) {
            let Fact::Task(TaskFact::Went { from, to, .. }) = fact else { continue };
            if *from == TaskState::Running && *to == TaskState::Stopped {
                gone = gone.or(Some(at.as_secs_f64()));
            } else if *to == TaskState::Running && *from < TaskState::Running {
                back = back.or(Some(at.as_secs_f64()));
            }
        }
        check("from gone to back", back.unwrap() - gone.unwrap(), 30.0, 1e-3);
        assert_eq!(split_at(&diary, back.unwrap()), before, "{weights:?}");
    }
}

#[test]
fn standalone_tasks_are_shared_out_at_once() {
    // Eight tasks each ten minutes, of which nobody desires any: two on demand and six on Spot, 60 s after the call.
    let parts = json!({
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["FARGATE", "FARGATE_SPOT"], "runTasks": [{
            "taskDefinition": "web", "every": { "constant": "10m" }, "count": 8, "lives": { "constant": "5m" },
            "capacityProviderStrategy": strategy(0, [1, 3]),
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }] }],
        "traffic": [],
    });
    let (diary, summary) = watch(&mixed(8, &strategy(0, [1, 3]), "DISABLED", &parts));
    for call in 1..6 {
        assert_eq!(split_at(&diary, 600.0 * f64::from(call) + 60.0), [2, 6], "call {call}");
    }
    assert!(summary.run_tasks[0].launches.failed.is_empty(), "{:?}", summary.run_tasks[0].launches);
}
