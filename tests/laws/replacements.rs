//! A failed task of the revision before is replaced by one of its own while a newer one is rolled out (Rolling update).

use crate::deploy::{rolling, the_change};
use crate::world::{Diary, check, watch};
use evenkeel::internals::metrics::summary::ChangeRow;
use evenkeel::internals::model::fact::{Fact, TaskFact, TaskState};
use serde_json::{Value, json};

/// Tasks that crash, one at each of these times.
fn crashes(times: &[&str]) -> Value {
    let one = |at: &&str| json!({ "name": format!("crash{at}"), "at": at, "taskCrash": { "service": "shop/web", "count": 1 } });
    json!({ "faults": times.iter().map(one).collect::<Vec<Value>>() })
}

/// Launches from the first hour on, and task-seconds from then on that fewer than `desired` tasks were RUNNING, as ECS
/// believes.
fn after_the_change(diary: &Diary, desired: i64) -> (usize, f64) {
    let (mut running, mut births, mut missing, mut last) = (0, 0, 0.0, 3_600.0);
    for (at, fact) in &diary.0 {
        let Fact::Task(TaskFact::Went { from, to, .. }) = fact else { continue };
        let (now, born) = (at.as_secs_f64(), from == to);
        if now > last {
            missing += (desired - running).max(0) as f64 * (now - last);
            last = now;
        }
        births += usize::from(born && now >= 3_600.0);
        running += i64::from(*to == TaskState::Running) - i64::from(*from == TaskState::Running && !born);
    }
    (births, missing + (desired - running).max(0) as f64 * (14_400.0 - last))
}

fn took(row: &ChangeRow) -> f64 {
    row.end_seconds.unwrap().mean - row.begin_seconds.unwrap().mean
}

#[test]
fn a_bad_revision_does_not_use_up_the_tasks_that_serve() {
    // Ten new ones never start, so ten old ones must last. Each that crashes is gone a second later, and one of its own
    // revision runs 30 s after that: 30 task-seconds each. The second crash is before the backoff after failed starts,
    // which bind a stand-in as well, are long.
    let bad = json!({ "defect": { "neverStarts": {} } });
    for times in [&["3605s"][..], &["3605s", "3700s"]] {
        let (diary, summary) = watch(&rolling(10, 100, 200, &json!({}), &bad, &crashes(times)));
        assert_eq!(the_change(&summary).outcome, "unfinished");
        let (_, missing) = after_the_change(&diary, 10);
        check("missing", missing, 30.0 * times.len() as f64, 0.5);
    }
}

#[test]
fn a_good_one_takes_no_longer_where_there_is_room() {
    // All ten start at once and are healthy after 70 s; the stand-in of the sixth second goes with the other old ones.
    let (diary, summary) = watch(&rolling(10, 100, 200, &json!({}), &json!({}), &crashes(&["3605s"])));
    check("took", took(the_change(&summary)), 70.0, 1e-3);
    assert_eq!(after_the_change(&diary, 10).0, 11, "ten new ones and the stand-in");
}

#[test]
fn without_room_the_stand_in_has_its_turn_like_other_old_ones() {
    // Two of four go at once. One of the other two crashes 5 s later; its stand-in is launched within a second and
    // counts as healthy after 70 s. At 70 s two new ones are healthy and the last of the first four goes; at 75 to 76 s
    // the stand-in does, and its successor is healthy 70 s later.
    let (diary, summary) = watch(&rolling(4, 50, 100, &json!({}), &json!({}), &crashes(&["3605s"])));
    check("took", took(the_change(&summary)), 5.5 + 70.0 + 70.0, 0.5);
    assert_eq!(after_the_change(&diary, 4).0, 5, "four new ones and the stand-in");
}

#[test]
fn what_is_taken_back_has_no_stand_in() {
    // Two new ones are healthy at 70 s, when two more are launched (RUNNING at 100 s); it is found to be bad at 85 s.
    // The first two crash at 90 s: two of the revision before are launched within a second and healthy 70 s later, when
    // the other two have crashed at 160 s. Their successors are healthy 70 s after that is known.
    let bad = json!({ "defect": { "crashes": { "after": { "constant": "60s" } } }, "found": { "constant": "55s" } });
    let (diary, summary) = watch(&rolling(4, 50, 100, &json!({}), &bad, &json!({})));
    assert_eq!(the_change(&summary).outcome, "rolledBack");
    check("took", took(the_change(&summary)), 160.5 + 70.0, 0.5);
    assert_eq!(after_the_change(&diary, 4).0, 8, "four new ones and four of the revision before");
}

#[test]
fn failed_checks_bring_a_stand_in_too() {
    // Ten tasks over three zones, one of which is cut off a second after the change, for less than the five minutes
    // after which its tasks count as lost: its targets fail their checks ten seconds later. The new revision never
    // starts, so whatever reaches RUNNING from then on is a stand-in; there is room for ten new ones and five of these.
    let cut = json!([{ "name": "cut", "at": "3601s", "for": "4m", "networkCutZone": { "zone": "z1" } }]);
    let parts = json!({ "traffic": [{ "service": "shop/web", "rate": "100/s", "requestsPerTask": "20/s" }],
        "detection": { "target": { "constant": "10s" } }, "faults": cut });
    let bad = json!({ "defect": { "neverStarts": {} } });
    let (diary, summary) = watch(&rolling(10, 100, 250, &json!({}), &bad, &parts));
    assert_eq!(the_change(&summary).outcome, "unfinished");
    let (mut before, mut after) = (0, 0);
    for (at, fact) in &diary.0 {
        let Fact::Task(TaskFact::Went { from, to: TaskState::Running, zone, .. }) = fact else { continue };
        if at.as_secs_f64() < 3_600.0 {
            before += u32::from(zone.0 == 0);
        } else if *from != TaskState::Running {
            assert_ne!(zone.0, 0, "not where it is cut off");
            after += 1;
        }
    }
    assert!((3..=4).contains(&before));
    assert_eq!(after, before, "one for each that fails its checks");
}
