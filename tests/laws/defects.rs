//! Revisions that are bad in a way of their own: with a feature only, with age, for some requests.

use crate::world::{Diary, check, run, service, shop, watch, world, zones};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::fact::{Fact, TaskFact, TaskState};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Eight tasks of 20/s that are asked for 80/s; a bad revision comes after an hour and is everywhere 70 s later, before
/// anything of what these laws count begins.
fn shop_with(changes: &Value, deployment: &Value) -> Value {
    let web = service("web", 8, 3, &json!({ "deploymentConfiguration": deployment }));
    let file = json!({ "regions": zones(3, &json!({})), "clusters": shop(&[web]), "changes": changes,
        "traffic": [{ "service": "shop/web", "rate": "80/s", "requestsPerTask": "20/s",
            "loadBalancer": { "deregistrationDelay": "0s" } }],
        "behaviour": [{ "family": "web", "start": { "constant": "30s" }, "stop": { "constant": "1s" } }],
        "detection": { "loss": { "constant": "1s" }, "target": { "constant": "60s" } } });
    world("4h", file)
}

fn revision(parts: &Value) -> Value {
    let mut one = json!({ "name": "new", "at": "1h", "service": "shop/web" });
    one.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
    one
}

fn lost_to_new(summary: &Summary) -> f64 {
    let rows = summary.losses.iter().filter(|loss| loss.cause == "new");
    rows.map(|loss| loss.lost_requests.mean).sum()
}

/// A feature that half of the requests see from `at` on, and all half an hour later.
fn feature(at: &str) -> Value {
    json!({ "name": "feature", "at": at, "service": "shop/web",
        "featureFlag": { "deploymentDurationInMinutes": 60, "growthFactor": 50.0 } })
}

#[test]
fn a_revision_that_is_bad_with_a_feature_spoils_what_sees_both() {
    let bad = |defect: Value| revision(&json!({ "defect": defect, "onlyWithFlag": "feature" }));
    let errors = || bad(json!({ "errors": { "share": 0.25 } }));
    // From 2 h on half of 80/s for 1,800 s, then all for 5,400 s; a quarter of it are errors.
    let summary = run(&shop_with(&json!([errors(), feature("2h")]), &json!({})), 1);
    let truth = 0.25 * 80.0 * (0.5 * 1_800.0 + 5_400.0);
    check("failed", summary.services[0].requests.failed.mean, truth, 1e-6);
    check("booked to the revision", lost_to_new(&summary), truth, 1e-6);
    // The order in which they are written does not matter, and a feature nobody sees yet spoils nothing.
    let summary = run(&shop_with(&json!([feature("2h"), errors()]), &json!({})), 1);
    check("flag first", summary.services[0].requests.failed.mean, truth, 1e-6);
    let summary = run(&shop_with(&json!([errors(), feature("5h")]), &json!({})), 1);
    assert_eq!(summary.services[0].requests.failed.mean, 0.0);
    // A feature shown to all for long is met by the revision as it comes: as if nothing were said of it.
    let early = run(&shop_with(&json!([errors(), feature("0s")]), &json!({})), 1);
    let always = revision(&json!({ "defect": { "errors": { "share": 0.25 } } }));
    let always = run(&shop_with(&json!([always, feature("0s")]), &json!({})), 1);
    assert_eq!(early.services[0].requests.failed.mean, always.services[0].requests.failed.mean);
    // Slower: those who see it find 40 % of their part of 160/s, so half of 80 finds 32, all of it 64: 8 and 16 fail.
    let slower = bad(json!({ "slower": { "capacity": 0.4 } }));
    let summary = run(&shop_with(&json!([slower, feature("2h")]), &json!({})), 1);
    let truth = 8.0 * 1_800.0 + 16.0 * 5_400.0;
    check("slower", summary.services[0].requests.failed.mean, truth, 1e-6);
}

/// Seconds at which each new task reached RUNNING and left it.
fn lives(diary: &Diary) -> Vec<(f64, Option<f64>)> {
    let mut found = BTreeMap::new();
    for (at, fact) in &diary.0 {
        let Fact::Task(TaskFact::Went { task, from, to, .. }) = fact else { continue };
        let at = at.as_secs_f64();
        if *to == TaskState::Running && at > 3_600.0 {
            found.insert(*task, (at, None));
        } else if *from == TaskState::Running && from != to {
            found.entry(*task).and_modify(|life| life.1 = life.1.or(Some(at)));
        }
    }
    found.into_values().collect()
}

#[test]
fn a_task_that_leaks_is_killed_at_its_own_age_again_and_again() {
    let leaks = revision(&json!({ "defect": { "leaks": { "over": "30m" } } }));
    // Half and half, so that ages differ.
    let (diary, summary) =
        watch(&shop_with(&json!([leaks]), &json!({ "minimumHealthyPercent": 50, "maximumPercent": 100 })));
    let lives = lives(&diary);
    let gone: Vec<f64> = lives.iter().filter_map(|(from, until)| until.map(|until| until - from)).collect();
    // ECS hears of an exit within a second. Five or more generations of eight in three hours.
    assert!(gone.len() >= 40, "{gone:?}");
    for age in &gone {
        check("age", *age, 1_800.5, 0.5);
    }
    assert!(lives.iter().all(|(from, until)| until.is_some() || *from > 14_400.0 - 1_801.0), "{lives:?}");
    let begins = |row: usize| lives[row].0;
    assert!((0..lives.len()).any(|row| begins(row) != begins(0)), "ages differ");
    assert!(lost_to_new(&summary) > 0.0, "what a killed task leaves open is lost to the change");
}

#[test]
fn a_task_that_leaks_answers_less_by_its_own_age() {
    let leaks = revision(&json!({ "defect": { "leaks": { "over": "3h", "loses": 1.0 } } }));
    // All at once at 3,630 s: a step each 1,350 s. Of 160/s 20 less for each: 140, 120 and so on, with 125/s asked.
    let mut file = shop_with(&json!([leaks]), &json!({}));
    file["traffic"][0]["rate"] = json!("125/s");
    let summary = run(&file, 1);
    let lost: f64 = (1..8).map(|step| f64::max(125.0 - 20.0 * f64::from(8 - step), 0.0) * 1_350.0).sum();
    // The last step stands for 1,320 s until the end.
    check("failed", summary.services[0].requests.failed.mean, lost - 30.0 * 105.0, 1e-6);
    check("booked to the revision", lost_to_new(&summary), lost - 30.0 * 105.0, 1e-6);
    // Half and half: each has its own clock. 7.5/s are asked of each; 5 and 2.5 are left after six and seven steps.
    let mut file = shop_with(&json!([leaks]), &json!({ "minimumHealthyPercent": 50, "maximumPercent": 100 }));
    file["traffic"][0]["rate"] = json!("60/s");
    let (diary, summary) = watch(&file);
    let since = |from: f64, step: f64| f64::max(14_400.0 - from - step * 1_350.0, 0.0);
    let lost = lives(&diary).iter().map(|(from, _)| 2.5 * (since(*from, 6.0) + since(*from, 7.0))).sum();
    check("two halves", summary.services[0].requests.failed.mean, lost, 1e-6);
}

#[test]
fn poison_of_everybody_is_a_share_of_all_requests() {
    let failed = |defect: Value| {
        let bad = revision(&json!({ "defect": defect }));
        run(&shop_with(&json!([bad]), &json!({})), 1).services[0].requests.failed.mean
    };
    let poison = failed(json!({ "poisonInput": { "share": 0.25 } }));
    // A quarter of 80/s, from 3,800 s at the latest.
    assert!(poison >= 0.25 * 80.0 * (14_400.0 - 3_800.0), "{poison}");
    assert_eq!(poison, failed(json!({ "errors": { "share": 0.25 } })));
}
