//! Zonal shifts of Auto Scaling groups: where hosts are launched meanwhile, what becomes of unhealthy ones in the zone
//! that is left, and what the group does afterwards (Auto Scaling group zonal shift).

use crate::fleet::{fleet, hosts_at, on_hosts, running_at, zones_at};
use crate::world::watch;
use crate::zonal::steps;
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, HostStatus, ZonalStep};
use serde_json::{Value, json};

/// Six hosts in three zones with two tasks each, and a shift of their group away from the first one.
fn shifted(at: &str, lasts: &str, behavior: &str) -> Value {
    let mut file = fleet("4h", 6, 4, &[on_hosts("one", 12, &json!({}))]);
    file["autoScalingGroups"][0]["AvailabilityZoneImpairmentPolicy"] =
        json!({ "ZonalShiftEnabled": true, "ImpairedZoneHealthCheckBehavior": behavior });
    file["changes"] = json!([{ "name": "away", "at": at,
        "zonalShift": { "awayFrom": "use1-az1", "autoScalingGroups": ["asg"], "expiresIn": lasts } }]);
    file
}

fn crash(mut file: Value) -> Value {
    file["faults"] = json!([{ "name": "dies", "at": "40m", "hostCrash": { "count": 1, "zone": "use1-az1" } }]);
    file
}

#[test]
fn an_unhealthy_host_is_replaced_in_the_other_zones_and_the_group_evens_out_afterwards() {
    // It dies at 2,400 s, is found at 2,700 s and replaced at 2,790 s; the shift is over at 9,000 s, 90 s before a host.
    let (diary, summary) = watch(&crash(shifted("30m", "2h", "ReplaceUnhealthy")));
    assert_eq!(zones_at(&diary, 2_390.0), [2, 2, 2], "hosts in the zone stay");
    let mut meanwhile = zones_at(&diary, 2_800.0);
    assert_eq!(meanwhile[0], 1);
    meanwhile.sort_unstable();
    assert_eq!(meanwhile, [1, 2, 3]);
    assert_eq!(zones_at(&diary, 9_089.0)[0], 1);
    assert_eq!(zones_at(&diary, 14_000.0), [2, 2, 2]);
    assert_eq!(running_at(&diary, 0, 14_000.0), 12);
    assert_eq!(steps(&diary), [(1_800.0, ZonalStep::Began), (9_000.0, ZonalStep::Expired)]);
    assert_eq!(summary.changes[0].outcome, "completed");
    // Without the shift the successor comes where the dead host stood.
    let mut file = crash(shifted("30m", "2h", "ReplaceUnhealthy"));
    file["changes"] = json!([]);
    assert_eq!(zones_at(&watch(&file).0, 2_800.0), [2, 2, 2]);
}

#[test]
fn an_unhealthy_host_is_left_until_the_shift_is_over() {
    let (diary, _) = watch(&crash(shifted("30m", "2h", "IgnoreUnhealthy")));
    assert_eq!(hosts_at(&diary, 8_990.0).len(), 6, "none is launched for the dead one");
    assert_eq!(
        diary.0.iter().filter(|(at, fact)| launches(fact) && (60.0..9_000.0).contains(&at.as_secs_f64())).count(),
        0
    );
    assert_eq!(running_at(&diary, 0, 8_990.0), 12, "RUNNING by their last status");
    // Looked at each 30 s, replaced where it stood within 30 + 90 s.
    let first = diary.0.iter().find(|(at, fact)| launches(fact) && at.as_secs_f64() > 60.0).unwrap().0.as_secs_f64();
    assert!((9_000.0..=9_030.0).contains(&first), "{first}");
    assert_eq!(zones_at(&diary, 9_200.0), [2, 2, 2]);
    // In another zone it is replaced all the same.
    let mut file = crash(shifted("30m", "2h", "IgnoreUnhealthy"));
    file["faults"][0]["hostCrash"]["zone"] = json!("use1-az2");
    assert_eq!(zones_at(&watch(&file).0, 2_800.0).iter().sum::<usize>(), 6);
}

#[test]
fn zones_are_evened_out_again_once_the_shift_is_over() {
    // The zone is without power for 20 min; its hosts are replaced in the others, and come back after the shift.
    for (lasts, held) in [("2h", true), ("10m", false)] {
        let mut file = shifted("40m", lasts, "ReplaceUnhealthy");
        file["faults"] =
            json!([{ "name": "dark", "at": "30m", "for": "20m", "zonePowerLoss": { "zone": "use1-az1" } }]);
        let (diary, _) = watch(&file);
        let expected = if held { [0, 3, 3] } else { [2, 2, 2] };
        assert_eq!(zones_at(&diary, 9_590.0), expected, "a shift of {lasts}");
        assert_eq!(zones_at(&diary, 14_000.0), [2, 2, 2], "a shift of {lasts}");
    }
}

#[test]
fn managed_scaling_takes_no_host_away_meanwhile_and_adds_them_elsewhere() {
    let scaled = |file: &mut Value| {
        file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] =
            json!({ "status": "ENABLED", "targetCapacity": 100 });
    };
    // Twelve tasks need three hosts of four vCPUs; they stand on six, which termination protection does not keep.
    for (shift, fewest) in [(true, 6), (false, 5)] {
        let mut file = shifted("1m", "2h", "ReplaceUnhealthy");
        scaled(&mut file);
        file["clusters"][0]["services"][0]["desiredCount"] = json!(3);
        if !shift {
            file["changes"] = json!([]);
        }
        let (diary, _) = watch(&file);
        let during = hosts_at(&diary, 7_000.0).len();
        assert!(if shift { during == fewest } else { during <= fewest }, "{during}");
        assert!(hosts_at(&diary, 14_000.0).len() < 6, "afterwards it does");
    }
    // Ten jobs that need three more hosts.
    let mut file = shifted("1m", "2h", "ReplaceUnhealthy");
    scaled(&mut file);
    file["clusters"][0]["services"][0]["desiredCount"] = json!(24);
    file["clusters"][0]["runTasks"] = json!([{ "taskDefinition": "web", "every": { "constant": "10m" }, "until": "11m",
        "count": 10, "lives": { "constant": "80m" },
        "capacityProviderStrategy": [{ "capacityProvider": "nodes", "weight": 1 }] }]);
    let (diary, _) = watch(&file);
    let found = zones_at(&diary, 3_600.0);
    assert_eq!((found[0], found[1] + found[2]), (2, 7), "{found:?}");
}

fn launches(fact: &Fact) -> bool {
    matches!(fact, Fact::Host(HostFact::Changed { status: HostStatus::Registering, .. }))
}

#[test]
fn the_others_even_out_among_themselves_and_no_host_in_the_zone_is_taken() {
    // Seven hosts, three of them in the zone that is left. Another zone loses its two for half an hour: the third one
    // takes them on and gives them back, whatever stands in the first.
    let mut file = fleet("4h", 7, 4, &[on_hosts("one", 14, &json!({}))]);
    file["autoScalingGroups"][0]["AvailabilityZoneImpairmentPolicy"] =
        json!({ "ZonalShiftEnabled": true, "ImpairedZoneHealthCheckBehavior": "ReplaceUnhealthy" });
    file["changes"] = json!([{ "name": "away", "at": "5m",
        "zonalShift": { "awayFrom": "use1-az1", "autoScalingGroups": ["asg"], "expiresIn": "3h" } }]);
    file["faults"] = json!([{ "name": "dark", "at": "10m", "for": "30m", "zonePowerLoss": { "zone": "use1-az2" } }]);
    let (diary, _) = watch(&file);
    assert_eq!(zones_at(&diary, 590.0), [3, 2, 2]);
    for at in [1_800.0, 2_500.0, 3_600.0, 10_000.0] {
        assert_eq!(zones_at(&diary, at)[0], 3, "after {at} s: {:?}", zones_at(&diary, at));
    }
    assert_eq!(zones_at(&diary, 10_000.0), [3, 2, 2]);
}
