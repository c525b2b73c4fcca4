//! Task scale-in protection: what it holds up, for how long, and what it does not keep (UpdateTaskProtection).

use crate::deploy::{rolling, the_change};
use crate::world::{Diary, check, run, watch};
use evenkeel::internals::model::fact::{Fact, TaskFact, TaskState};
use serde_json::{Value, json};

/// A rolling deployment of so many tasks after an hour, all of which may be new beside the old; protection by these
/// laws.
fn protected(desired: u64, protection: &Value, parts: &Value) -> Value {
    let mut file = rolling(desired, 100, 200, &json!({}), &json!({}), parts);
    file["behaviour"][0]["protection"] = protection.clone();
    file
}

/// When tasks of the revision before were told to stop.
fn stops(diary: &Diary) -> Vec<f64> {
    let stop = |(at, fact): &(evenkeel::internals::engine::Time, Fact)| match fact {
        Fact::Task(TaskFact::Went {
            from: TaskState::Running,
            to: TaskState::Deactivating | TaskState::Stopping,
            ..
        }) => Some(at.as_secs_f64()),
        _ => None,
    };
    diary.0.iter().filter_map(stop).collect()
}

#[test]
fn a_deployment_waits_for_protected_tasks() {
    let (diary, summary) = watch(&protected(6, &json!({ "lasts": { "constant": "3h" } }), &json!({})));
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    assert_eq!(stops(&diary), [10_800.0; 6], "all at once when their protection ends");
    let web = &summary.services[0];
    assert_eq!((web.running.min.mean, web.running.max.mean), (6.0, 12.0), "new ones run beside them");
    // 120 minutes are the default: those of time 0 are free an hour after the change.
    let (diary, _) = watch(&protected(6, &json!({}), &json!({})));
    assert_eq!(stops(&diary), [7_200.0; 6]);
    // Longer than the run: nothing of the old revision ever goes.
    let (diary, summary) = watch(&protected(6, &json!({ "lasts": { "constant": "5h" } }), &json!({})));
    assert_eq!((the_change(&summary).outcome.as_str(), stops(&diary).len()), ("unfinished", 0));
    // 48 hours are the most, whatever is written.
    let long = |lasts: &str| {
        let mut file = protected(6, &json!({ "lasts": { "constant": lasts } }), &json!({}));
        file["duration"] = json!("60h");
        file["changes"][0]["at"] = json!("47h");
        stops(&watch(&file).0)
    };
    assert_eq!(long("59h"), [172_800.0; 6]);
    assert_eq!(long("48h"), long("59h"));
    // A minute is the least, so that protection that is renewed at once is no endless work; in the instant in which one
    // ends the scheduler looks, and the task may go: a minute and a bit after the new ones are healthy.
    let mut file = protected(6, &json!({ "lasts": { "constant": "1us" }, "again": { "constant": "1us" } }), &json!({}));
    file["duration"] = json!("200d");
    file["changes"][0]["at"] = json!("190d");
    let summary = run(&file, 1);
    let row = the_change(&summary);
    assert_eq!(row.outcome, "completed");
    let took = row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean;
    assert!((70.0..=131.0).contains(&took), "{took}");
}

#[test]
fn a_share_of_the_tasks_is_protected_when_a_change_comes() {
    // An hour of work, half an hour of rest, again and again: after some hours two of three work.
    let laws = json!({ "lasts": { "exponential": { "mean": "1h" } }, "again": { "exponential": { "mean": "30m" } } });
    let mut file = protected(600, &laws, &json!({}));
    file["duration"] = json!("20h");
    file["changes"][0]["at"] = json!("8h");
    let (diary, summary) = watch(&file);
    let all = stops(&diary);
    assert_eq!(all.len(), 600);
    // New ones are healthy within a minute and a half; whoever rests goes then.
    let soon = all.iter().filter(|at| **at < 28_800.0 + 100.0).count() as f64;
    let working = 600.0 * (2.0 / 3.0) * libm::exp(-100.0 / 3_600.0);
    check("work on", 600.0 - soon, working, 4.0 * (600.0f64 * 2.0 / 9.0).sqrt());
    // Memoryless: what works has an hour to go on average. Nobody is stopped in the middle of it.
    let waits: Vec<f64> = all.iter().filter(|at| **at >= 28_900.0).map(|at| at - 28_900.0).collect();
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    check("rest of the work", mean, 3_600.0, 4.0 * 3_600.0 / (waits.len() as f64).sqrt());
    assert_eq!(the_change(&summary).outcome, "completed");
}

#[test]
fn what_fails_goes_all_the_same() {
    // Zones die, tasks crash: without a change or zones to even out protection keeps nobody.
    let faults = json!({ "faults": [
        { "name": "dark", "at": "90m", "for": "20m", "zonePowerLoss": { "zone": "z1" } },
        { "name": "crash", "at": "2h", "taskCrash": { "count": 2 } } ] });
    let file = |protection: Option<Value>| {
        let mut file = rolling(6, 100, 200, &json!({ "strategy": "ROLLING" }), &json!({}), &faults);
        file["changes"] = json!([]);
        file["clusters"][0]["services"][0]["availabilityZoneRebalancing"] = json!("DISABLED");
        if let Some(protection) = protection {
            file["behaviour"][0]["protection"] = protection;
        }
        run(&file, 1)
    };
    let (free, kept) = (file(None), file(Some(json!({ "lasts": { "constant": "4h" } }))));
    assert_eq!(free.services, kept.services);
    assert_eq!(free.faults, kept.faults);
}

#[test]
fn zones_are_evened_out_when_protection_ends() {
    // Two of six die with their zone after an hour and are replaced in the others, for two hours from then on.
    let faults = json!({ "faults": [{ "name": "dark", "at": "1h", "for": "20m", "zonePowerLoss": { "zone": "z1" } }] });
    let file = |lasts: &str| {
        let mut file = protected(6, &json!({ "lasts": { "constant": lasts } }), &faults);
        file["changes"] = json!([]);
        file["clusters"][0]["services"][0]["availabilityZoneRebalancing"] = json!("ENABLED");
        run(&file, 1).faults[0].balanced_seconds.unwrap().mean
    };
    let free = file("1s");
    assert!((1_200.0..1_600.0).contains(&free), "soon after the zone is back: {free}");
    // Those of time 0 are free two hours after the zone was lost, with 3 h of protection.
    let kept = file("3h");
    assert!((7_200.0..7_500.0).contains(&kept), "{kept}");
}
