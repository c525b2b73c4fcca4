//! Inputs that people really have, and what they are told: instance types of all kinds, subnets with a slip, numbers
//! without units.

use evenkeel::{Reading, Scenario, Severity, Texts};
use serde_json::{Value, json};

/// Three tasks on hosts of one group.
pub(crate) fn base() -> Value {
    let service = json!({ "serviceName": "web", "taskDefinition": "web", "desiredCount": 3, "launchType": "EC2" });
    let instance =
        |id: &str, kind: &str| json!({ "InstanceId": id, "InstanceType": kind, "AvailabilityZone": "us-east-1a" });
    json!({
        "version": 1, "name": "real", "duration": "2h",
        "taskDefinitions": [{ "family": "web", "networkMode": "bridge",
            "containerDefinitions": [{ "name": "web", "image": "web:1", "cpu": 256, "memory": 256 }] }],
        "capacityProviders": [{ "name": "nodes", "autoScalingGroupProvider": { "autoScalingGroupArn": "nodes" } }],
        "autoScalingGroups": [{ "AutoScalingGroupName": "nodes", "MinSize": 3, "MaxSize": 9, "DesiredCapacity": 3,
            "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
            "Instances": [instance("i-1", "m5.large"), instance("i-2", "m5.large"), instance("i-3", "m5.large")] }],
        "clusters": [{ "clusterName": "shop", "capacityProviders": ["nodes"], "services": [service] }],
        "traffic": [{ "service": "shop/web", "rate": "60/s", "requestsPerTask": "30/s" }],
    })
}

/// Three tasks on Fargate, in subnets that the zones list.
fn fargate() -> Value {
    let subnet =
        |letter: char, number: u8| json!({ "id": format!("use1-az{number}"), "subnets": [format!("subnet-{letter}")] });
    let mut file = base();
    file["regions"] = json!([{ "name": "us-east-1", "zones": [subnet('a', 1), subnet('b', 2), subnet('c', 3)] }]);
    file["taskDefinitions"][0] = json!({ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "web:1" }] });
    for key in ["capacityProviders", "autoScalingGroups"] {
        file[key] = json!([]);
    }
    let subnets = json!({ "awsvpcConfiguration": { "subnets": ["subnet-a", "subnet-b", "subnet-c"] } });
    file["clusters"][0] = json!({ "clusterName": "shop", "services": [{ "serviceName": "web", "taskDefinition": "web",
        "desiredCount": 3, "launchType": "FARGATE", "networkConfiguration": subnets }] });
    file
}

fn set(file: &mut Value, at: &str, value: Value) {
    let (whole, key) = at.rsplit_once('/').unwrap();
    let whole = file.pointer_mut(whole).unwrap();
    match key.parse::<usize>() {
        Ok(place) if whole.is_array() => whole[place] = value,
        _ => whole[key] = value,
    }
}

/// The scenario with these changes and beside these files, as it is read.
pub(crate) fn read(mut file: Value, changes: &[(&str, Value)], beside: &[(&str, &str)]) -> Reading {
    for (at, value) in changes {
        set(&mut file, at, value.clone());
    }
    let mut texts = Texts::one("a.json", file.to_string());
    texts.0.extend(beside.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())));
    Scenario::read("a.json", &texts)
}

/// Errors and warnings: `place: message | hint`.
pub(crate) fn said(reading: &Reading) -> Vec<String> {
    let all = reading.problems.list.iter().filter(|one| one.severity != Severity::Note);
    let hint = |hint: &Option<String>| hint.as_ref().map(|hint| format!(" | {hint}")).unwrap_or_default();
    all.map(|one| format!("{}: {}{}", one.at, one.message, hint(&one.hint))).collect()
}

/// What is said of the Fargate service with one change.
pub(crate) fn of_fargate(at: &str, value: Value) -> Vec<String> {
    said(&read(fargate(), &[(at, value)], &[]))
}

pub(crate) const NONE: [&str; 0] = [];

#[test]
fn instance_types_of_all_ages_are_known() {
    let instances = "/autoScalingGroups/0/Instances";
    for kind in ["t2.micro", "m5.24xlarge", "m7a.medium", "c4.large", "inf2.8xlarge", "p5.48xlarge", "c8g.xlarge"] {
        let hosts = [json!({ "InstanceType": kind })];
        let reading =
            read(base(), &[(instances, json!(hosts)), ("/taskDefinitions/0/runtimePlatform", json!({}))], &[]);
        let told = said(&reading);
        assert!(told.iter().all(|one| !one.contains("instance type")), "{kind}: {told:#?}");
    }
}

#[test]
fn an_unknown_instance_type_is_told_once_with_the_command_that_prints_it() {
    let one = |place: usize| json!({ "InstanceId": format!("i-{place}"), "InstanceType": "m77.huge", "AvailabilityZone": "us-east-1a" });
    let hosts: Vec<Value> = (0..100).map(one).collect();
    let overrides = json!({ "LaunchTemplate": { "Overrides": [{ "InstanceType": "m77.huge" }, { "InstanceType": "m5.larg" }, { "InstanceType": "m77.huge" }] } });
    let at = "/autoScalingGroups/0";
    let told = said(&read(
        base(),
        &[(&format!("{at}/Instances"), json!(hosts)), (&format!("{at}/MixedInstancesPolicy"), overrides)],
        &[],
    ));
    let way = |kind: &str| {
        format!(
            "add what `aws ec2 describe-instance-types --instance-types {kind}` prints to `instanceTypes`: the shipped \
             table ends in October 2026"
        )
    };
    let at = "/autoScalingGroups/0/MixedInstancesPolicy/LaunchTemplate/Overrides";
    assert_eq!(
        told,
        [
            format!("{at}/0/InstanceType: no instance type is called `m77.huge` | {}", way("m77.huge")),
            format!(
                "{at}/1/InstanceType: no instance type is called `m5.larg` | did you mean `m5.large`? Else {}",
                way("m5.larg")
            ),
        ]
    );
    let told = said(&read(base(), &[("/autoScalingGroups/0/Instances/0/InstanceType", json!("$(reboot)"))], &[]));
    assert!(told[0].contains("--instance-types TYPE` prints"), "nothing to be typed without a look: {told:#?}");
}

#[test]
fn trunking_that_changes_nothing_is_told() {
    let habits = |on: bool| json!([{ "capacityProvider": "nodes", "eniTrunking": on }]);
    let of = |kind: &str, on: bool| {
        said(&read(
            base(),
            &[("/behaviour", habits(on)), ("/autoScalingGroups/0/Instances", json!([{ "InstanceType": kind }]))],
            &[],
        ))
    };
    assert_eq!([of("m5.large", true), of("t3.medium", false)].concat(), NONE);
    let told = of("t3.medium", true);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(
        told[0].starts_with("/behaviour/0/eniTrunking: `eniTrunking` changes nothing for `t3.medium`"),
        "{told:#?}"
    );
}

#[test]
fn a_subnet_that_no_zone_lists_is_doubtful_once_zones_list_some() {
    let subnets = "/clusters/0/services/0/networkConfiguration/awsvpcConfiguration/subnets";
    assert_eq!(of_fargate(subnets, json!(["subnet-a", "subnet-b", "subnet-c"])), NONE);
    let at = "/clusters/0/services/0/networkConfiguration/awsvpcConfiguration/subnets/2";
    let place = "no zone lists the subnet `subnet-z`: it takes `use1-az3`";
    let way = "list it in `subnets` of its zone";
    let told = of_fargate(subnets, json!(["subnet-a", "subnet-b", "subnet-z"]));
    assert_eq!(told, [format!("{at}: {place} | did you mean `subnet-a`? Else {way}")]);
    // Zones that list none: what stands in the file is as good as any.
    let mut bare = fargate();
    bare["regions"] = json!([]);
    assert_eq!(said(&read(bare, &[(subnets, json!(["subnet-x", "subnet-z"]))], &[])), NONE);
}

/// The one thing that is wrong with this field in a scenario of traffic and faults.
fn only(at: &str, value: Value) -> String {
    let told = of_fargate(at, value);
    assert_eq!(told.len(), 1, "{at}: {told:#?}");
    told.into_iter().next().unwrap()
}

#[test]
fn a_hint_names_what_was_meant() {
    let fault = |more: Value| {
        let mut fault = json!({ "name": "x", "at": "1h", "for": "9m", "zonePowerLoss": { "zone": "use1-az1" } });
        more.as_object().unwrap().iter().for_each(|(key, value)| fault[key] = value.clone());
        json!([fault])
    };
    let seconds = "write \"7200s\" for seconds, as AWS counts them, or \"7200m\" for minutes";
    let law = "other laws: uniform, exponential, lognormal, weibull, gamma, empirical";
    let change =
        json!([{ "name": "v2", "at": "1h", "service": "shop/web", "defect": { "crashes": { "after": "20s" } } }]);
    let grown = |sigma: f64| json!({ "lognormal": { "median": "30d", "sigma": sigma } });
    for (at, value, wanted) in [
        ("/duration", json!(7200), format!("/duration: `duration` needs a unit | {seconds}")),
        ("/version", json!(2), "/version: `version` must be 1, not `2` | write 1".to_owned()),
        ("/faults", fault(json!({ "at": null, "every": "20d" })), format!("/faults/0/every: `every` must be an object with one law, not the text `20d` | write {{ \"constant\": \"20d\" }}; {law}")),
        ("/changes", change, format!("/changes/0/defect/crashes/after: `after` must be an object with one law, not the text `20s` | write {{ \"constant\": \"20s\" }}; {law}")),
        ("/faults", fault(json!({ "at": null, "every": grown(0.0) })), "/faults/0/every/lognormal/sigma: `sigma` must be above 0, not `0` | write a number such as 0.6".to_owned()),
        ("/faults", fault(json!({ "at": null, "every": { "exponential": { "mean": "0s" } } })), "/faults/0/every/exponential/mean: `mean` must be above 0, not `0s` | write a length of time such as \"3h\"".to_owned()),
        ("/faults", fault(json!({ "for": { "uniform": { "low": "9m", "high": "3m" } } })), "/faults/0/for/uniform/low: `low` must be at most `high` | exchange them".to_owned()),
        ("/faults", fault(json!({ "zonePowerLoss": null, "taskCrash": { "service": "shop/web", "share": "20%" }, "for": null })), "/faults/0/taskCrash/share: `share` must be a number, not the text `20%` | write 0.2: a share from 0 to 1".to_owned()),
        ("/clusters/0/services/0/deploymentConfiguration", json!({ "maximumPercent": "150%" }), "/clusters/0/services/0/deploymentConfiguration/maximumPercent: `maximumPercent` must be a whole number, not the text `150%` | write 150 without the sign".to_owned()),
        ("/objectives", json!([{ "service": "shop/web", "requestAvailability": { "atLeast": 99.99 } }]), "/objectives/0/requestAvailability: `requestAvailability` is a share between 0 and 1, not `99.99` | a share: write 0.9999 for 99.99 %".to_owned()),
        ("/objectives", json!([{ "service": "shop/web", "errorSeconds": { "atMost": -1 } }]), "/objectives/0/errorSeconds: `errorSeconds` is never below 0: the bound must be 0 or more, not `-1` | raise it".to_owned()),
        ("/objectives", json!([{ "service": "shop/web", "nines": { "atLeast": 99.99 } }]), "/objectives/0/nines: `nines` must be at most 16, not `99.99` | 4 nines are 99.99 %: write \"nines\": { \"atLeast\": 4 }".to_owned()),
        ("/traffic/0/rate", json!("300000000000/s"), "/traffic/0/rate: `rate` is above 10^9 a second, the largest rate that can be simulated | write it like \"20/s\", \"500/min\" or \"3/h\"".to_owned()),
        ("/faults", fault(json!({ "zonePowerLoss": null, "zoneGrey": { "zone": "use1-az1", "errorShare": "20%" } })), "/faults/0/zoneGrey/errorShare: `errorShare` must be a number, not the text `20%` | write 0.2: a share from 0 to 1".to_owned()),
        ("/duration", json!("2 hours"), "/duration: `duration` has its unit in words | write \"2h\"".to_owned()),
        ("/objectives", json!([{ "service": "shop/web", "worstMinute.availability": { "atLeast": -0.5 } }]), "/objectives/0/worstMinute.availability: `worstMinute.availability` is a share between 0 and 1, not `-0.5` | write a number from 0 to 1".to_owned()),
    ] {
        assert_eq!(only(at, value), wanted);
    }
    // What is asked of a cell may be more than it is built for, and seconds have no upper end.
    for objective in [
        json!({ "service": "shop/web", "errorSeconds": { "atMost": 60 } }),
        json!({ "service": "shop/web", "requestAvailability": { "atLeast": 1 } }),
        json!({ "service": "shop/web", "nines": { "atLeast": 5 } }),
    ] {
        assert_eq!(of_fargate("/objectives", json!([objective])), NONE);
    }
}

#[test]
fn the_two_forms_of_at_are_told_apart_in_words() {
    let traffic = |key: &str, at: &str| {
        let mut entry = json!({ "service": "shop/web", "requestsPerTask": "30/s" });
        entry[key] = json!([{ "at": at, "rate": "60/s" }]);
        json!([entry])
    };
    assert_eq!(
        only("/traffic", traffic("daily", "3h")),
        "/traffic/0/daily/0/at: `at` must be a time of the day, not `3h` | write \"03:00\" for 3h after midnight, UTC"
    );
    assert_eq!(
        only("/traffic", traffic("daily", "8:00")),
        "/traffic/0/daily/0/at: `at` must be a time of the day, not `8:00` | write hours and minutes with two digits, such as \"09:00\""
    );
    assert_eq!(
        only("/traffic", traffic("steps", "08:00")),
        "/traffic/0/steps/0/at: `at` is a time of the day, and a length of time belongs here, counted from the start | write \"8h\"; steps of `daily` have times of the day"
    );
}

#[test]
fn a_folder_is_no_file() {
    for path in [".", "./", ".."] {
        let told = of_fargate("/taskDefinitions/0", json!({ "$file": path }));
        assert!(told[0].contains(&format!("`{path}` is a folder, not a file")), "{told:#?}");
    }
}

/// Rates at hours of the run, in whole requests a second.
fn rates(traffic: &Value, starts: &str, hours: &[u64]) -> Vec<u64> {
    let mut entry = json!({ "service": "shop/web", "requestsPerTask": "30/s" });
    traffic.as_object().unwrap().iter().for_each(|(key, value)| entry[key] = value.clone());
    rates_of(read(fargate(), &[("/traffic", json!([entry])), ("/startsAt", json!(starts))], &[]), hours)
}

/// Rates of the only service of a scenario.
fn rates_of(reading: Reading, hours: &[u64]) -> Vec<u64> {
    let scenario = reading.into_result().unwrap();
    let profile = scenario.plan().services.iter().next().unwrap().traffic.as_ref().unwrap().profile.clone();
    let at = |hour: &u64| {
        evenkeel::internals::engine::Time::ZERO + evenkeel::internals::engine::Span::from_secs(hour * 3_600)
    };
    hours.iter().map(|hour| profile.at(at(hour)).0 / 1_000_000_000).collect()
}

#[test]
fn a_day_has_a_peak_and_a_trough() {
    let wave = |more: Value| {
        let mut daily = json!({ "peak": "900/s", "trough": "300/s", "peakAt": "20:00" });
        more.as_object().unwrap().iter().for_each(|(key, value)| daily[key] = value.clone());
        json!({ "daily": daily })
    };
    let monday = "2026-01-05T00:00:00Z";
    // Half way between at 2 and 14, a cosine otherwise: 600 + 300 cos(60 degrees) at 16.
    assert_eq!(
        rates(&wave(json!({})), monday, &[20, 8, 2, 14, 16, 44, 24 * 6 + 20]),
        [900, 300, 600, 600, 750, 900, 900]
    );
    assert_eq!(rates(&wave(json!({})), "2026-01-05T08:00:00Z", &[0, 12]), [300, 900]);
    assert_eq!(rates(&wave(json!({ "peakAt": null })), monday, &[20]), [900], "20:00 by default");
    assert_eq!(rates(&wave(json!({ "peakAt": "00:10" })), monday, &[0, 12, 24]), [900, 300, 900], "over midnight");
    // Saturday and Sunday, the fifth and sixth day after Monday.
    let week: Vec<u64> = (0..8).map(|day| 24 * day + 20).collect();
    assert_eq!(rates(&wave(json!({ "weekend": 0.5 })), monday, &week), [900, 900, 900, 900, 900, 450, 450, 900]);
    assert_eq!(rates(&wave(json!({ "weekend": 0.5 })), "2026-01-03T20:00:00Z", &[0, 24, 48]), [450, 450, 900]);
    let told = only(
        "/traffic",
        json!([{ "service": "shop/web", "requestsPerTask": "30/s", "daily": { "peak": "1/s", "trough": "2/s" } }]),
    );
    assert_eq!(told, "/traffic/0/daily/trough: `trough` must be at most `peak` | exchange them");
}

/// A scenario of so many hours whose traffic is this table.
fn with_table(text: &str, hours: u64) -> Reading {
    let traffic = json!([{ "service": "shop/web", "requestsPerTask": "30/s", "csv": "cloudwatch.csv" }]);
    let changes = [("/traffic", traffic), ("/duration", json!(format!("{hours}h")))];
    read(fargate(), &changes, &[("cloudwatch.csv", text)])
}

/// What is said of a table that the traffic names.
pub(crate) fn of_table(text: &str, hours: u64) -> Vec<String> {
    said(&with_table(text, hours))
}

#[test]
fn requests_as_cloudwatch_counts_them_are_traffic() {
    let text = "Timestamp,RequestCount\n2026-11-01T00:00:00Z,216000\n2026-11-01T01:00:00Z,108000\n";
    assert_eq!(of_table(text, 2), NONE);
    assert_eq!(rates_of(with_table(text, 2), &[0, 1]), [60, 30], "216,000 in an hour are 60 a second");
    assert_eq!(
        of_table(text, 3),
        [
            "/traffic/0/csv: `cloudwatch.csv` ends after `2h`, the run after `3h`: its last rate holds on | write \"duration\": \"2h\", or export a longer time"
        ]
    );
    assert_eq!(
        of_table("Timestamp,RequestCount\n2026-11-01T01:00:00Z,5\n2026-11-01T00:00:00Z,5\n", 2),
        [
            "/traffic/0/csv: line 3 of `cloudwatch.csv` is at `2026-11-01T00:00:00Z`, not after line 2 | sort the lines by time, each once: CloudWatch prints them in any order"
        ]
    );
    // More than a scenario may hold.
    let large = format!("seconds,requests_per_second\n{}", "# far too much\n".repeat(5_000_000));
    assert_eq!(
        of_table(&large, 2),
        [
            "/traffic/0/csv: the file `cloudwatch.csv` is larger than 64 MiB | keep fewer rows: periods of five minutes will do"
        ]
    );
}
