//! What a cut link does, row by row of the table in `docs/model.md`, Places; what lost agents and lost dependencies do.

use crate::fleet::{definition, running_at, stops};
use crate::world::{Diary, check, service, the_service, watch, world};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::{HostFact, HostStatus, NO_ZONE, StopCode, TaskFact, TaskState};
use serde_json::{Value, json};

/// The zone behind the link; two availability zones stand before it.
const AWAY: u16 = 2;
const KINDS: [&str; 4] = ["onPremises", "outpost", "localZone", "wavelengthZone"];
/// The cut, in seconds.
const CUT: (f64, f64) = (3_600.0, 5_400.0);

/// Six tasks on three hosts of four slots behind the link, with traffic that five of them can answer.
fn site(kind: &str) -> Value {
    let mut zone = json!({ "id": "away", "kind": kind });
    if kind == "outpost" {
        zone["parent"] = json!("z1");
    }
    let external = kind == "onPremises";
    let mut web = service("web", 6, 3, &json!({}));
    web.as_object_mut().unwrap().remove("networkConfiguration");
    let mut cluster = json!({ "clusterName": "shop", "services": [] });
    let mut laws = vec![json!({ "family": "web", "start": { "constant": "30s" } })];
    let mut file = world(
        "3h",
        json!({
            "regions": [{ "name": "us-east-1", "zones": [{ "id": "z1" }, { "id": "z2" }, zone] }],
            "taskDefinitions": [definition("web", 1024)],
            "instanceTypes": [{ "InstanceType": "four.tasks", "VCpuInfo": { "DefaultVCpus": 4 },
                                "MemoryInfo": { "SizeInMiB": 4096 } }],
            "detection": { "target": { "constant": "50s" } },
            "traffic": [{ "service": "shop/web", "rate": "300/s", "requestsPerTask": "60/s" }],
            "faults": [{ "name": "cut", "at": "1h", "for": "30m", "linkCut": { "zone": "away" } }],
        }),
    );
    if external {
        web["launchType"] = json!("EXTERNAL");
        cluster["externalInstances"] = json!([{ "zone": "away", "count": 3, "instanceType": "four.tasks" }]);
    } else {
        web["launchType"] = json!("EC2");
        cluster["capacityProviders"] = json!(["nodes"]);
        file["capacityProviders"] = json!([{ "name": "nodes",
            "autoScalingGroupProvider": { "autoScalingGroupArn": "asg" } }]);
        file["autoScalingGroups"] = json!([{ "AutoScalingGroupName": "asg", "MinSize": 0, "MaxSize": 9,
            "DesiredCapacity": 3, "AvailabilityZoneIds": ["away"], "Instances": [{ "InstanceType": "four.tasks" }] }]);
        laws.push(json!({ "capacityProvider": "nodes", "boot": { "constant": "90s" } }));
    }
    cluster["services"] = json!([web]);
    file["clusters"] = json!([cluster]);
    file["behaviour"] = json!(laws);
    file
}

fn also(file: &mut Value, fault: Value) {
    file["faults"].as_array_mut().unwrap().push(fault);
}

fn seconds(diary: &Diary) -> impl Iterator<Item = (f64, &Fact)> {
    diary.0.iter().map(|(at, fact)| (at.as_secs_f64(), fact))
}

/// When hosts behind the link were told to have a connected agent, or none.
fn connections(diary: &Diary, wanted: bool) -> Vec<f64> {
    let told = |(at, fact): (f64, &Fact)| match fact {
        Fact::Host(HostFact::Changed { status: HostStatus::Active, connected, zone, .. })
            if zone.0 == AWAY && *connected == wanted =>
        {
            Some(at)
        }
        _ => None,
    };
    seconds(diary).filter_map(told).filter(|at| *at > 0.0).collect()
}

/// When tasks behind the link changed their status, and to what.
fn changes(diary: &Diary) -> Vec<(f64, TaskState)> {
    let told = |(at, fact): (f64, &Fact)| match fact {
        Fact::Task(TaskFact::Went { to, zone, .. }) if zone.0 == AWAY || *zone == NO_ZONE => Some((at, *to)),
        _ => None,
    };
    seconds(diary).filter_map(told).filter(|(at, _)| *at > 0.0).collect()
}

/// When hosts began to boot after time 0.
fn launches(diary: &Diary) -> Vec<f64> {
    let told = |(at, fact): (f64, &Fact)| {
        matches!(fact, Fact::Host(HostFact::Changed { status: HostStatus::Registering, .. })).then_some(at)
    };
    seconds(diary).filter_map(told).filter(|at| *at > 0.0).collect()
}

fn during(at: f64) -> bool {
    (CUT.0 + 1e-6..CUT.1).contains(&at)
}

#[test]
fn running_tasks_serve_on_and_their_last_status_is_frozen() {
    for kind in KINDS {
        let (diary, summary) = watch(&site(kind));
        let web = the_service(&summary);
        assert_eq!(web.requests.failed.mean, 0.0, "{kind}");
        assert_eq!(web.capacity_availability.unwrap().mean, 1.0, "{kind}");
        assert_eq!(changes(&diary), [], "{kind}");
        assert_eq!(summary.faults[0].recover_seconds.unwrap().mean, 0.0, "{kind}");
    }
}

#[test]
fn agents_fall_silent_after_a_minute_or_two_and_are_back_after_their_backoff() {
    for kind in KINDS {
        let (diary, _) = watch(&site(kind));
        let (lost, back) = (connections(&diary, false), connections(&diary, true));
        assert_eq!((lost.len(), back.len()), (3, 3), "{kind}: {lost:?} {back:?}");
        assert!(lost.iter().all(|at| (60.0..=120.0).contains(&(at - CUT.0))), "{kind}: {lost:?}");
        assert!(back.iter().all(|at| (0.25..=120.0).contains(&(at - CUT.1))), "{kind}: {back:?}");
    }
    // A cut shorter than the time-out goes unnoticed.
    let mut file = site("onPremises");
    file["faults"][0]["for"] = json!("59s");
    let (diary, summary) = watch(&file);
    assert!(connections(&diary, false).is_empty());
    assert_eq!(summary.faults[0].detect_seconds, None);
}

#[test]
fn a_task_that_exits_stays_down_and_is_replaced_after_the_link_returns() {
    for kind in KINDS {
        let mut file = site(kind);
        also(&mut file, json!({ "name": "exit", "at": "70m", "taskCrash": { "count": 1 } }));
        let (diary, summary) = watch(&file);
        let found = changes(&diary);
        assert!(found.iter().all(|(at, _)| !during(*at)), "{kind}: {found:?}");
        assert_eq!(
            stops(&diary, 0).iter().map(|stop| stop.2).collect::<Vec<_>>(),
            [StopCode::EssentialContainerExited]
        );
        let full = summary.faults[1].full_strength_seconds.unwrap().mean - (CUT.1 - 4_200.0);
        // Reconnected, started, and on a balanced service the first check.
        assert!((30.25..=120.0 + 30.0 + 30.0).contains(&full), "{kind}: {full} s after the cut");
        // A launch that finds no agent connected yet is tried again.
        assert_eq!(the_service(&summary).launches.running.mean, 1.0, "{kind}");
        check(
            "five answer what is asked",
            the_service(&summary).requests.failed.mean,
            if kind == "onPremises" { 0.0 } else { 300.0 / 6.0 * 50.0 },
            1.0,
        );
    }
}

#[test]
fn a_restart_policy_works_on_the_host() {
    for kind in KINDS {
        let mut file = site(kind);
        file["taskDefinitions"][0]["containerDefinitions"][0]["restartPolicy"] = json!({ "enabled": true });
        file["behaviour"][0] = json!({ "family": "web", "phases": { "containerStart": { "constant": "7s" } } });
        also(&mut file, json!({ "name": "exit", "at": "70m", "taskCrash": { "count": 6 } }));
        let (diary, summary) = watch(&file);
        assert_eq!(changes(&diary), [], "{kind}");
        assert_eq!(summary.faults[1].full_strength_seconds.unwrap().mean, 7.0, "{kind}");
        check(kind, summary.faults[1].lost_requests.mean, 7.0 * 300.0, 1.0);
    }
}

#[test]
fn a_host_that_fails_is_not_replaced_while_the_link_is_cut() {
    for kind in ["outpost", "localZone", "wavelengthZone"] {
        let mut file = site(kind);
        also(&mut file, json!({ "name": "dies", "at": "70m", "hostCrash": { "count": 1 } }));
        let (diary, summary) = watch(&file);
        let at = launches(&diary);
        // The group ends it, and launches another, within half a minute of the link's return.
        assert!(at.len() == 1 && (0.0..=30.0).contains(&(at[0] - CUT.1)), "{kind}: {at:?}");
        assert!(changes(&diary).iter().all(|(at, _)| !during(*at)), "{kind}");
        assert_eq!(running_at(&diary, 0, 10_000.0), 6, "{kind}");
        // Without the cut the group ends it after five minutes.
        file["faults"].as_array_mut().unwrap().remove(0);
        let (diary, _) = watch(&file);
        assert_eq!(launches(&diary), [4_500.0], "{kind}");
        assert_eq!(summary.faults[1].hit.hosts.mean, 1.0);
    }
}

#[test]
fn nobody_but_its_owner_brings_back_a_host_outside_aws() {
    for (repaired, power) in [(true, false), (false, false), (true, true)] {
        let mut file = site("onPremises");
        let mut fault = if power {
            json!({ "name": "dies", "at": "1h", "zonePowerLoss": { "zone": "away" } })
        } else {
            json!({ "name": "dies", "at": "1h", "hostCrash": { "count": 1 } })
        };
        if repaired {
            fault["for"] = json!("30m");
        }
        file["faults"] = json!([fault]);
        let (diary, summary) = watch(&file);
        let (lost, back) = (connections(&diary, false), connections(&diary, true));
        let hosts = if power { 3 } else { 1 };
        assert!(lost.len() == hosts && lost.iter().all(|at| (60.0..=120.0).contains(&(at - CUT.0))), "{lost:?}");
        assert_eq!(back.len(), if repaired { hosts } else { 0 });
        assert!(back.iter().all(|at| (0.25..=120.0).contains(&(at - CUT.1))), "{back:?}");
        // ECS takes the tasks for running all the while, and places none in their stead.
        assert!(changes(&diary).iter().all(|(at, _)| !during(*at)));
        assert_eq!(launches(&diary).len(), 0);
        let again = f64::from(if power { 6 } else { 2 }) * f64::from(u8::from(repaired));
        assert_eq!(the_service(&summary).launches.requested.mean, again);
        assert_eq!(summary.faults[0].full_strength_seconds.is_some(), repaired);
        assert_eq!(running_at(&diary, 0, 10_000.0), 6);
    }
}

#[test]
fn each_life_of_a_repaired_host_has_its_own_clock() {
    let mut file = site("onPremises");
    file["duration"] = json!("100h");
    file["faults"] = json!([{ "name": "dies", "every": { "constant": "54m" }, "for": "6m", "hostCrash": {} }]);
    let (_, summary) = watch(&file);
    // Three hosts, an hour a round; the last round is cut off.
    assert_eq!(summary.faults[0].occurrences.mean, 300.0);
}

#[test]
fn an_outpost_has_no_more_hosts_than_at_the_start() {
    for (kind, most) in [("outpost", 3), ("localZone", 6)] {
        let mut file = site(kind);
        file["faults"] = json!([]);
        file["startEmpty"] = json!(true);
        file["capacityProviders"][0]["autoScalingGroupProvider"]["managedScaling"] = json!({ "targetCapacity": 100 });
        let web = &mut file["clusters"][0]["services"][0];
        web["desiredCount"] = json!(24);
        web.as_object_mut().unwrap().remove("launchType");
        web["capacityProviderStrategy"] = json!([{ "capacityProvider": "nodes", "weight": 1 }]);
        let (diary, _) = watch(&file);
        let hosts = seconds(&diary).filter_map(|(_, fact)| {
            if let Fact::Host(HostFact::Count { count, .. }) = fact { Some(*count) } else { None }
        });
        assert_eq!(hosts.max(), Some(most), "{kind}");
        assert_eq!(running_at(&diary, 0, 10_000.0), 4 * most as usize, "{kind}");
    }
}

#[test]
fn an_outpost_loses_its_link_with_the_zone_that_it_is_anchored_to() {
    for (fault, lost) in [
        (json!({ "zonePowerLoss": { "zone": "z1" } }), 3),
        (json!({ "networkCutZone": { "zone": "z1" } }), 3),
        (json!({ "zonePowerLoss": { "zone": "z1", "share": 0.5 } }), 0),
        (json!({ "zonePowerLoss": { "zone": "z2" } }), 0),
    ] {
        let mut file = site("outpost");
        let mut loss = json!({ "name": "zone", "at": "1h", "for": "30m" });
        loss.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        file["faults"] = json!([loss]);
        let (diary, summary) = watch(&file);
        let (gone, back) = (connections(&diary, false), connections(&diary, true));
        assert_eq!((gone.len(), back.len()), (lost, lost), "{fault}");
        assert!(back.iter().all(|at| (0.25..=120.0).contains(&(at - CUT.1))), "{fault}: {back:?}");
        assert_eq!(the_service(&summary).requests.failed.mean, 0.0, "{fault}");
    }
}

#[test]
fn targets_behind_a_cut_are_replaced_by_a_balancer_of_the_region() {
    // The group spans an availability zone too: its load balancer stands in the Region.
    let mut file = site("localZone");
    file["autoScalingGroups"][0]["AvailabilityZoneIds"] = json!(["z1", "away"]);
    file["autoScalingGroups"][0]["DesiredCapacity"] = json!(6);
    file["detection"]["target"] = json!({ "constant": "130s" });
    let (diary, summary) = watch(&file);
    let fault = &summary.faults[0];
    // Three of six targets do not answer for 130 s; then the other three have more than they can take.
    assert_eq!(fault.hit.tasks.mean, 3.0);
    let until = summary.faults[0].full_strength_seconds.unwrap().mean;
    assert!((160.0..=190.0).contains(&until), "replaced after {until} s");
    assert!(fault.lost_requests.mean > 150.0 * 130.0);
    // The order to stop arrives with the agents.
    let stopped: Vec<f64> =
        changes(&diary).into_iter().filter(|(_, to)| *to == TaskState::Stopped).map(|row| row.0).collect();
    assert!(stopped.len() == 3 && stopped.iter().all(|at| (0.0..=160.0).contains(&(at - CUT.1))), "{stopped:?}");
    assert_eq!(the_service(&summary).launches.requested.mean, 3.0);
    // A balancer that is quicker than the time-out of agents has replacements placed where no agent takes them up.
    file["detection"]["target"] = json!({ "constant": "50s" });
    let fault = &watch(&file).1.faults[0];
    assert_eq!(fault.detect_seconds.unwrap().mean, 50.0);
    assert!(fault.full_strength_seconds.unwrap().mean > CUT.1 - CUT.0);
}

#[test]
fn in_a_zone_of_the_region_long_silence_is_impairment_for_fargate_only() {
    let mut file = world(
        "3h",
        json!({
            "clusters": [{ "clusterName": "shop", "services": [service("web", 6, 3, &json!({}))] }],
            "behaviour": [{ "family": "web", "start": { "constant": "30s" } }],
            "traffic": [{ "service": "shop/web", "rate": "120/s", "requestsPerTask": "60/s" }],
            "faults": [{ "name": "cut", "at": "1h", "for": "30m", "linkCut": { "zone": "use1-az3" } }],
        }),
    );
    let (diary, summary) = watch(&file);
    assert_eq!(the_service(&summary).requests.failed.mean, 0.0, "load balancers have nodes in the zone");
    let found = stops(&diary, 0);
    assert!(found.len() == 2 && found.iter().all(|stop| stop.2 == StopCode::InfrastructureHealth), "{found:?}");
    assert!(found.iter().all(|stop| (360.0..=420.0).contains(&(stop.0 - CUT.0))), "{found:?}");
    file["faults"][0]["for"] = json!("5m");
    assert!(stops(&watch(&file).0, 0).is_empty());
}

#[test]
fn hosts_whose_agents_are_lost_serve_on_and_take_nothing_new() {
    for (kind, replaced) in [("onPremises", 2), ("localZone", 4)] {
        let mut file = site(kind);
        file["faults"] =
            json!([{ "name": "agents", "at": "1h", "for": "30m", "agentDisconnect": { "cluster": "shop" } }]);
        also(&mut file, json!({ "name": "exit", "at": "70m", "taskCrash": { "count": 1 } }));
        let (diary, summary) = watch(&file);
        assert!(changes(&diary).iter().all(|(at, _)| !during(*at)), "{kind}");
        assert_eq!((summary.faults[0].hit.hosts.mean, summary.faults[0].hit.tasks.mean), (3.0, 0.0));
        assert_eq!((connections(&diary, false).len(), connections(&diary, true).len()), (3, 3));
        assert_eq!(the_service(&summary).launches.running.mean, 1.0, "{kind}");
        // Two of three agents are lost and all tasks exit: the third host reports its own two, and has room for four
        // when a load balancer tells of the others.
        file["faults"][0]["agentDisconnect"] = json!({ "count": 2 });
        file["faults"][1]["taskCrash"] = json!({ "share": 1 });
        let (diary, _) = watch(&file);
        let at_once = changes(&diary).into_iter().filter(|(at, to)| during(*at) && *to == TaskState::Running).count();
        assert_eq!(at_once, replaced, "{kind}");
    }
}

#[test]
fn hosts_are_replaced_as_ever_when_only_their_agents_are_lost() {
    // EC2 watches machines; agents have no part in it.
    let mut file = site("localZone");
    file["faults"] = json!([{ "name": "agents", "at": "1h", "for": "30m", "agentDisconnect": {} },
                            { "name": "dies", "at": "70m", "hostCrash": { "count": 1 } }]);
    let (diary, _) = watch(&file);
    assert_eq!(launches(&diary), [4_500.0]);
}

#[test]
fn a_start_needs_its_secrets_even_with_a_cached_image() {
    for (dependency, reason, starts) in
        [("secrets", "ResourceInitializationError", false), ("imageRegistry", "CannotPullContainerError", true)]
    {
        let mut file = site("localZone");
        file["faults"] = json!([
            { "name": "lost", "at": "1h", "for": "30m", "dependencyLoss": { "dependency": dependency } },
            { "name": "exit", "at": "70m", "taskCrash": { "count": 1 } }]);
        let (diary, summary) = watch(&file);
        let stopped = seconds(&diary).filter_map(|(at, fact)| match fact {
            Fact::Task(TaskFact::Went {
                to: TaskState::Stopped, code: StopCode::TaskFailedToStart, reason, ..
            }) => Some((at, reason.name())),
            _ => None,
        });
        let stopped: Vec<(f64, &str)> = stopped.collect();
        assert_eq!(stopped.is_empty(), starts, "{dependency}: {stopped:?}");
        assert!(stopped.iter().all(|(at, told)| during(*at) && *told == reason), "{stopped:?}");
        let full = summary.faults[1].full_strength_seconds.unwrap().mean;
        assert_eq!(full > CUT.1 - 4_200.0, !starts, "{dependency}: {full} s");
        // Whatever is limited to others does nothing here.
        file["faults"][0]["dependencyLoss"] = json!({ "dependency": dependency, "family": "other" });
        file["taskDefinitions"].as_array_mut().unwrap().push(definition("other", 256));
        file["clusters"][0]["services"].as_array_mut().unwrap().push(json!({ "serviceName": "other",
            "taskDefinition": "other", "desiredCount": 0, "launchType": "EC2" }));
        let found = watch(&file).1.faults[1].full_strength_seconds.unwrap().mean;
        assert!(found < 200.0, "{dependency} of others: {found} s");
    }
}

#[test]
fn a_host_that_dies_behind_a_cut_link_is_ended_once_the_link_is_back() {
    // EC2 does not see it meanwhile. Its group finds it unhealthy half a minute after the end of the cut at most, and
    // ECS is told a minute or two later.
    let mut file = site("outpost");
    also(&mut file, json!({ "name": "dies", "at": "65m", "hostCrash": { "count": 1 } }));
    let (diary, _) = watch(&file);
    let lost = stops(&diary, 0).into_iter().filter(|stop| stop.2 == StopCode::TerminationNotice);
    let lost: Vec<f64> = lost.map(|stop| stop.0).collect();
    let told = CUT.1 + 60.0..=CUT.1 + 30.0 + 120.0;
    assert!(!lost.is_empty() && lost.iter().all(|at| told.contains(at)), "{lost:?}");
}
