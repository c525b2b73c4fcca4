//! Faults that follow others: as often as these, so long after them, and at a price of their own.

use crate::world::{check, check_short, run, service, shop, the_service, watch, world, zones};
use evenkeel::internals::engine::Time;
use evenkeel::internals::metrics::summary::{FaultRow, Summary};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::FaultFact;
use serde_json::{Value, json};

/// A service of 30 tasks over three zones that needs `need` of them.
fn shopful(duration: &str, need: u32, faults: &Value) -> Value {
    world(
        duration,
        json!({
            "regions": zones(3, &json!({ "launchBurst": 5_000, "launchRate": "1000/s" })),
            "clusters": shop(&[service("one", 30, 3, &json!({}))]),
            "traffic": [{ "service": "shop/one", "rate": format!("{}/s", 60 * need), "requestsPerTask": "60/s",
                          "loadBalancer": { "dnsTtl": "1s" } }],
            "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
            "detection": { "loss": { "constant": "60s" }, "target": { "constant": "10s" } },
            "faults": faults,
        }),
    )
}

fn fault<'s>(summary: &'s Summary, name: &str) -> &'s FaultRow {
    summary.faults.iter().find(|row| row.name == name).unwrap()
}

fn lost(summary: &Summary, cause: &str) -> f64 {
    summary.losses.iter().filter(|row| row.cause == cause).map(|row| row.lost_requests.mean).sum()
}

/// With gaps of mean M and a parent that lasts F, a follower of length C is in force for C / (M + F) of the time. It
/// spoils half of a third of the requests then. The router that fails is nothing to requests.
#[test]
fn a_follower_comes_as_often_as_the_fault_that_it_follows() {
    let faults = json!([
        { "name": "router", "every": { "exponential": { "mean": "20h" } }, "for": "4h", "routerOutage": {} },
        { "name": "grey", "after": "router", "delay": "30m", "for": "3h",
          "zoneGrey": { "zone": "z1", "errorShare": 0.5 } },
    ]);
    let summary = run(&shopful("4000h", 20, &faults), 100);
    let availability = the_service(&summary).request_availability.as_ref().unwrap();
    check_short("half of a third", availability, 0.5 / 3.0 * 3.0 / 24.0, 0.03);
    let (router, grey) = (fault(&summary, "router"), fault(&summary, "grey"));
    assert!(router.occurrences.mean > 150.0);
    assert!((router.occurrences.mean - grey.occurrences.mean).abs() < 0.2, "the last may be cut off by the end");
}

/// Begins and ends of each occurrence, from the begin of the one that it follows.
#[test]
fn it_begins_after_its_delay_and_ends_after_its_length() {
    let faults = json!([
        { "name": "a loss", "every": { "constant": "10h" }, "for": "4h", "routerOutage": {} },
        { "name": "a rush", "after": "a loss", "delay": "90s", "for": "20m", "insufficientCapacity": {} },
        { "name": "an echo", "after": "a rush", "delay": "1h", "for": "5m", "insufficientCapacity": { "zone": "z2" } },
    ]);
    let (diary, _) = watch(&shopful("40h", 20, &faults));
    let turns: Vec<(f64, bool)> = diary
        .0
        .iter()
        .filter_map(|(at, fact): &(Time, Fact)| match fact {
            Fact::Fault(FaultFact::Begins { .. }) => Some((at.as_secs_f64(), true)),
            Fact::Fault(FaultFact::Ends { .. }) => Some((at.as_secs_f64(), false)),
            _ => None,
        })
        .collect();
    let first =
        [(36_000.0, true), (36_090.0, true), (37_290.0, false), (39_690.0, true), (39_990.0, false), (50_400.0, false)];
    assert_eq!(turns[..6], first);
    // From healed to broken it is ten hours again.
    let second: Vec<(f64, bool)> = first.iter().map(|(at, begins)| (at + 50_400.0, *begins)).collect();
    assert_eq!(turns[6..12], second);
}

/// Ten tasks of thirty are gone, noticed after 60 s, and no launch is accepted before the end of the rush at 1,200 s;
/// the service tries again every 30 s. Start takes 30 s, and the first check comes within its interval of 30 s: they are
/// back between 1,230 s and 1,290 s. What the wait costs is the rush's; what it took to notice and to start is the
/// loss's.
#[test]
fn a_rush_for_capacity_pays_for_the_wait_that_it_causes() {
    let loss = json!({ "name": "dark", "at": "1h", "for": "2h", "zonePowerLoss": { "zone": "z1" } });
    let rush = json!({ "name": "rush", "after": "dark", "for": "20m", "insufficientCapacity": {} });
    let (alone, both) = (run(&shopful("3h", 30, &json!([loss])), 1), run(&shopful("3h", 30, &json!([loss, rush])), 1));
    let recovered = fault(&both, "dark").recover_seconds.as_ref().unwrap().mean;
    assert!((1_230.0..=1_290.0).contains(&recovered), "{recovered}");
    let without = fault(&alone, "dark").recover_seconds.as_ref().unwrap().mean;
    // A third of 1,800 requests a second for as much longer as it takes, whoever pays.
    let more = 600.0 * (recovered - without);
    let total = |summary: &Summary| lost(summary, "dark") + lost(summary, "rush");
    check("the price of both", total(&both) - total(&alone), more, 1e-3 * more);
    // The rush pays but for one try, which comes up to 30 s after the zones give again.
    check("the price of the rush", lost(&both, "rush"), more, 600.0 * 30.0);
    assert!(lost(&both, "dark") >= lost(&alone, "dark"));
    // With a third to spare it costs nothing at all.
    let spare = run(&shopful("3h", 20, &json!([loss, rush])), 1);
    assert_eq!(lost(&spare, "rush"), 0.0);
}

/// What follows another takes its luck from it: a fault more in the file changes neither.
#[test]
fn a_fault_more_leaves_the_luck_of_a_follower_alone() {
    let faults = |more: &[Value]| {
        let mut list = vec![
            json!({ "name": "loss", "every": { "exponential": { "mean": "200h" } }, "for": "1h", "zonePowerLoss": {} }),
            json!({ "name": "rush", "after": "loss", "for": { "exponential": { "mean": "40m" } },
                    "insufficientCapacity": { "failShare": 0.7 } }),
        ];
        list.extend_from_slice(more);
        shopful("2000h", 30, &json!(list))
    };
    let begins = |file: &Value| fault(&run(file, 1), "rush").end_seconds.as_ref().unwrap().mean;
    let other = json!({ "name": "aside", "every": { "constant": "50h" }, "for": "1h", "mapSourceOutage": {} });
    assert_eq!(begins(&faults(&[])), begins(&faults(&[other])));
}
