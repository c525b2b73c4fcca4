//! What was observed of an account: subnets, container instances, tasks.

use super::pasted::{SERVICE, WEB, check, said, scenario};
use evenkeel::Scenario;
use evenkeel::internals::model::plan::{Group, ProviderKind};

fn zones(found: &Scenario) -> Vec<(String, String)> {
    found.plan().zones.iter().map(|zone| (zone.id.clone(), zone.name.clone())).collect()
}

fn subnet(id: &str, zone: &str, name: &str) -> String {
    format!(
        r#"{{"SubnetId":"{id}","AvailabilityZoneId":"{zone}","AvailabilityZone":"{name}","SubnetArn":"arn:aws:ec2:us-east-1:1:subnet/{id}",
"VpcId":"vpc-1","State":"available","CidrBlock":"10.0.0.0/24","Ipv6Native":false}}"#
    )
}

#[test]
fn subnets_say_their_zones() {
    let printed = format!(
        r#"{{"Subnets":[{},{},{}]}}"#,
        subnet("s-b", "use1-az4", "us-east-1b"),
        subnet("s-a", "use1-az2", "us-east-1a"),
        subnet("s-c", "use1-az2", "us-east-1a"),
    );
    let service = SERVICE.replace(r#"["a"]"#, r#"["s-a","s-b","s-c"]"#);
    let fields = format!(
        r#"{WEB},"clusters":[{{"clusterName":"c","services":[{{{service}}}]}}],"subnets":{{"$file":"b.json"}}"#
    );
    let found = check(&[("a.json", &scenario(&fields)), ("b.json", &printed)], &[]).expect("it can run");
    let expected = [("use1-az2", "us-east-1a"), ("use1-az4", "us-east-1b")];
    assert_eq!(zones(&found), expected.map(|(id, name)| (id.to_owned(), name.to_owned())));
    let service = found.plan().services.iter().next().expect("a service");
    assert_eq!(service.zones.len(), 2);
    // Zones that are written have to be those.
    let own = format!(r#""regions":[{{"name":"us-east-1","zones":[{{"id":"use1-az2"}}]}}],{fields}"#);
    check(
        &[("a.json", &scenario(&own)), ("b.json", &printed)],
        &[
            "b.json:1:13 /subnets/0: the Region `us-east-1` has no zone `use1-az4` | add {\"id\": \"use1-az4\", \"name\": \"us-east-1b\"} to its `zones`, or leave `zones` out",
        ],
    );
}

/// A subnet on an outpost.
fn on_outpost(id: &str) -> String {
    let arn = r#""OutpostArn":"arn:aws:outposts:us-east-1:1:outpost/op-1","#;
    subnet(id, "use1-az2", "us-east-1a").replacen('{', &format!("{{{arn}"), 1)
}

#[test]
fn a_subnet_on_an_outpost_is_a_zone_of_its_own() {
    let printed = format!(r#"{{"Subnets":[{},{}]}}"#, on_outpost("s-op"), subnet("s-b", "use1-az4", "us-east-1b"));
    let group = |more: &str| {
        format!(
            r#""autoScalingGroups":[{{"AutoScalingGroupName":"g","MinSize":1,"MaxSize":1,"DesiredCapacity":1,"VPCZoneIdentifier":"s-op"{more},
"Instances":[{{"InstanceId":"i-1","InstanceType":"m5.large","AvailabilityZone":"us-east-1a"}}]}}],"subnets":{{"$file":"b.json"}}"#
        )
    };
    // AWS prints the zone that the outpost is anchored to, of the group and of its hosts.
    for more in ["", r#","AvailabilityZones":["us-east-1a"]"#] {
        let main = scenario(&format!("{HOSTS},{}", group(more)).replace(r#""desiredCount":2"#, r#""desiredCount":1"#));
        let found = check(&[("a.json", &main), ("b.json", &printed)], &[]).expect("it can run");
        let kinds: Vec<_> = found.plan().zones.iter().map(|zone| (zone.id.as_str(), zone.kind.word())).collect();
        let expected = [("use1-az2", "availabilityZone"), ("use1-az4", "availabilityZone"), ("op-1", "outpost")];
        assert_eq!(kinds, expected, "{more}");
        let anchor = found.plan().zones.iter().last().and_then(|zone| zone.parent).expect("an anchor");
        assert_eq!(found.plan().zones[anchor].id, "use1-az2");
        assert_eq!(standing(&found), [("m5.large".to_owned(), "op-1".to_owned())], "{more}");
    }
    // Fargate is not there, and zones that are written have to name the outpost.
    let service = SERVICE.replace(r#"["a"]"#, r#"["s-op"]"#);
    let fields = format!(
        r#"{WEB},"clusters":[{{"clusterName":"c","services":[{{{service}}}]}}],"subnets":{{"$file":"b.json"}}"#
    );
    let (lines, _) = said(&[("a.json", &scenario(&fields)), ("b.json", &printed)]);
    assert!(lines[0].contains("Fargate does not run in `op-1`, a zone of kind `outpost`"), "{lines:#?}");
    let regions = |more: &str| {
        format!(
            r#""regions":[{{"name":"us-east-1","zones":[{{"id":"use1-az2"}},{{"id":"use1-az4"}}{more}]}}],{HOSTS},{}"#,
            group("")
        )
        .replace(r#""desiredCount":2"#, r#""desiredCount":1"#)
    };
    let (lines, _) = said(&[("a.json", &scenario(&regions(""))), ("b.json", &printed)]);
    assert!(
        lines[0].ends_with(
            r#"`s-op` lies on the outpost `op-1`, which is no zone here | add {"id": "op-1", "kind": "outpost", "parent": "use1-az2"} to `zones` of `us-east-1`, or leave `zones` out"#
        ),
        "{lines:#?}"
    );
    for own in [
        r#",{"id":"op-1","kind":"outpost","parent":"use1-az2"}"#,
        r#",{"id":"rack","kind":"outpost","parent":"use1-az2","subnets":["s-op"]}"#,
    ] {
        let (lines, found) = said(&[("a.json", &scenario(&regions(own))), ("b.json", &printed)]);
        let zones = standing(&found.unwrap_or_else(|| panic!("{lines:#?}")));
        assert!(["op-1", "rack"].contains(&zones[0].1.as_str()), "{zones:?}");
    }
}

/// Names of zones are shuffled in each account: where both are printed, the id counts.
#[test]
fn the_id_of_a_zone_comes_before_its_name() {
    let printed = format!(r#"{{"Subnets":[{}]}}"#, subnet("s-a", "use1-az2", "us-east-1a"));
    let regions = r#""regions":[{"name":"us-east-1","zones":[{"id":"use1-az1","name":"us-east-1a"},{"id":"use1-az2","name":"us-east-1b"}]}]"#;
    let service = SERVICE.replace(r#"["a"]"#, r#"["s-a"]"#);
    let fields = format!(
        r#"{WEB},{regions},"clusters":[{{"clusterName":"c","services":[{{{service}}}]}}],"subnets":{{"$file":"b.json"}}"#
    );
    let zone = |printed: &str| {
        let (lines, found) = said(&[("a.json", &scenario(&fields)), ("b.json", printed)]);
        let found = found.unwrap_or_else(|| panic!("{lines:#?}"));
        let plan = found.plan();
        plan.zones[plan.services.iter().next().expect("a service").zones[0]].id.clone()
    };
    assert_eq!(zone(&printed), "use1-az2");
    assert_eq!(zone(&printed.replace(r#""AvailabilityZoneId":"use1-az2","#, "")), "use1-az1", "by the name alone");
}

const HOSTS: &str = r#""taskDefinitions":[{"family":"web","containerDefinitions":[{"name":"app","memory":128}]}],
"capacityProviders":[{"name":"nodes","autoScalingGroupProvider":{"autoScalingGroupArn":"g"}}],
"clusters":[{"clusterName":"c","capacityProviders":["nodes"],"services":[{"serviceName":"s","taskDefinition":"web","desiredCount":2,"launchType":"EC2"}]}]"#;

fn instance(id: &str, kind: &str, zone: &str, rest: &str) -> String {
    format!(
        r#"{{"containerInstanceArn":"arn:aws:ecs:us-east-1:111122223333:container-instance/c/{id}","ec2InstanceId":"i-{id}",
"capacityProviderName":"nodes","registeredResources":[{{"name":"CPU","integerValue":2048}}],"versionInfo":{{}},{rest}
"attributes":[{{"name":"ecs.instance-type","value":"{kind}"}},{{"name":"ecs.availability-zone","value":"{zone}"}}]}}"#
    )
}

fn first_group(found: &Scenario) -> &Group {
    let groups = found.plan().providers.iter().find_map(|one| match &one.kind {
        ProviderKind::Group(group) => Some(group),
        _ => None,
    });
    groups.expect("a group")
}

/// Types and zones of the hosts of the first group at the start.
fn standing(found: &Scenario) -> Vec<(String, String)> {
    let plan = found.plan();
    let hosts = &first_group(found).hosts;
    hosts.iter().map(|one| (plan.types[one.kind].name.clone(), plan.zones[one.zone].name.clone())).collect()
}

#[test]
fn container_instances_are_hosts_of_their_group() {
    let all = [
        instance("1", "m5.large", "us-east-1b", r#""status":"ACTIVE","agentConnected":true,"#),
        instance("2", "m5.xlarge", "us-east-1b", r#""status":"ACTIVE","#),
        instance("3", "m5.large", "us-east-1a", r#""status":"DRAINING","#),
        instance("4", "m5.large", "us-east-1a", r#""status":"ACTIVE","agentConnected":false,"#),
        instance("5", "m5.large", "us-east-1a", "").replace(r#""capacityProviderName":"nodes","#, ""),
    ];
    let printed = format!(r#"{{"containerInstances":[{}],"failures":[]}}"#, all.join(","));
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":2}]"#;
    let main = scenario(&format!(r#"{HOSTS},{group},"containerInstances":{{"$file":"b.json"}}"#));
    let (lines, found) = said(&[("a.json", &main), ("b.json", &printed)]);
    let host = |kind: &str, zone: &str| (kind.to_owned(), zone.to_owned());
    assert_eq!(
        standing(&found.expect("it can run")),
        [host("m5.large", "us-east-1b"), host("m5.xlarge", "us-east-1b")]
    );
    let said_of = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
    assert_eq!(
        said_of("1 container instance is left out: without a capacity provider nothing tells their group"),
        1,
        "{lines:#?}"
    );
    assert_eq!(said_of("1 instance is `DRAINING`: it is not there at the start"), 1, "{lines:#?}");
    assert_eq!(said_of("1 instance is `without a connected agent`: it is not there at the start"), 1, "{lines:#?}");
    // Beside the hosts that the group lists they say which of them drain.
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":1,"Instances":[
{"InstanceId":"i-1","InstanceType":"m5.large","AvailabilityZone":"us-east-1c"},{"InstanceId":"i-3","InstanceType":"m5.xlarge","AvailabilityZone":"us-east-1c"}]}]"#;
    let main = scenario(&format!(r#"{HOSTS},{group},"containerInstances":{{"$file":"b.json"}}"#));
    let (_, found) = said(&[("a.json", &main), ("b.json", &printed)]);
    assert_eq!(standing(&found.expect("it can run")), [host("m5.large", "us-east-1c")]);
    let lacks = printed.replace("ecs.instance-type", "ecs.other");
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":2}]"#;
    let main = scenario(&format!(r#"{HOSTS},{group},"containerInstances":{{"$file":"b.json"}}"#));
    let (lines, _) = said(&[("a.json", &main), ("b.json", &lacks)]);
    assert!(
        lines.iter().any(|line| line.contains("lacks the attribute `ecs.instance-type`, and 3 more like it")),
        "{lines:#?}"
    );
}

/// A constraint of the service, and container instances with these further attributes.
fn constrained(expression: &str, attributes: &[&str]) -> (String, String) {
    let all: Vec<String> = attributes
        .iter()
        .enumerate()
        .map(|(row, more)| {
            let one = instance(&row.to_string(), "m5.large", "us-east-1a", r#""status":"ACTIVE","#);
            one.replace(r#""attributes":["#, &format!(r#""attributes":[{more}"#))
        })
        .collect();
    let constraint =
        format!(r#""launchType":"EC2","placementConstraints":[{{"type":"memberOf","expression":"{expression}"}}]"#);
    let hosts = HOSTS.replace(r#""launchType":"EC2""#, &constraint);
    let count = attributes.len();
    let group = format!(
        r#""autoScalingGroups":[{{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":{count}}}]"#
    );
    let printed = format!(r#"{{"containerInstances":[{}],"failures":[]}}"#, all.join(","));
    (scenario(&format!(r#"{hosts},{group},"containerInstances":{{"$file":"b.json"}}"#)), printed)
}

/// Tasks of the only service that run at any time.
fn always_running(found: &Scenario) -> u64 {
    let summary = found.run(&evenkeel::Options::default(), &()).summary;
    summary.services[0].running.min.mean.round() as u64
}

/// What hosts of the first group register besides the built-in attributes.
fn registered(found: &Scenario) -> Vec<(String, String)> {
    first_group(found).habits.attributes.clone()
}

#[test]
fn attributes_of_container_instances_are_those_of_their_hosts() {
    let (blue, green) =
        (r#"{"name":"stack","value":"blue"},{"name":"color"},"#, r#"{"name":"stack","value":"green"},"#);
    let (main, printed) = constrained("attribute:stack == blue", &[blue, blue]);
    let found = check(&[("a.json", &main), ("b.json", &printed)], &[]).expect("it can run");
    assert_eq!(registered(&found), [("stack".to_owned(), "blue".to_owned())]);
    assert_eq!(always_running(&found), 2, "the constraint is met");
    // One without a value is there, too.
    let (main, printed) = constrained("attribute:color exists", &[blue, blue]);
    let found = check(&[("a.json", &main), ("b.json", &printed)], &[]).expect("it can run");
    assert_eq!(registered(&found), [("color".to_owned(), String::new())]);
    // Those that nothing names have no bearing.
    let (main, printed) = constrained("attribute:ecs.instance-type == m5.large", &[blue, green]);
    assert_eq!(registered(&check(&[("a.json", &main), ("b.json", &printed)], &[]).expect("it can run")), []);
    // What is written by hand comes first.
    let (main, printed) = constrained("attribute:stack == red", &[blue, blue]);
    let own = main.replace(
        r#""autoScalingGroups""#,
        r#""behaviour":[{"capacityProvider":"nodes","attributes":{"stack":"red"}}],"autoScalingGroups""#,
    );
    let found = check(&[("a.json", &own), ("b.json", &printed)], &[]).expect("it can run");
    assert_eq!(registered(&found), [("stack".to_owned(), "red".to_owned())]);
    // Hosts of one group that differ are told.
    let (main, printed) = constrained("attribute:stack == blue", &[blue, green, ""]);
    let (lines, _) = said(&[("a.json", &main), ("b.json", &printed)]);
    let words = "hosts of `nodes` differ in the attribute `stack` (`blue`, `green`, none), which is not modelled: none has it | make a capacity provider and group of each kind, or write `attributes` in `behaviour`";
    assert!(lines.iter().any(|line| line.starts_with("warning ") && line.ends_with(words)), "{lines:#?}");
    assert!(lines.iter().any(|line| line.contains("no host has the attribute `stack`")), "{lines:#?}");
}

#[test]
fn container_instances_without_a_capacity_provider_are_of_the_group_that_lists_them() {
    let plain = |id: &str| {
        instance(id, "m5.large", "us-east-1a", r#""status":"ACTIVE","#)
            .replace(r#""capacityProviderName":"nodes","#, "")
    };
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":2,"Instances":[
{"InstanceId":"i-1","InstanceType":"m5.large","AvailabilityZone":"us-east-1a"},{"InstanceId":"i-2","InstanceType":"m5.large","AvailabilityZone":"us-east-1b"}]}]"#;
    let printed = format!(r#"{{"containerInstances":[{},{}],"failures":[]}}"#, plain("1"), plain("2"));
    let of = |hosts: &str| {
        let main = scenario(&format!(r#"{hosts},{group},"containerInstances":{{"$file":"b.json"}}"#));
        said(&[("a.json", &main), ("b.json", &printed)])
    };
    // A group in front of which no provider stands, as of clusters made before there were any.
    let bare = HOSTS
        .replace(
            r#""capacityProviders":[{"name":"nodes","autoScalingGroupProvider":{"autoScalingGroupArn":"g"}}],"#,
            "",
        )
        .replace(r#""capacityProviders":["nodes"],"#, "");
    let (lines, found) = of(&bare);
    let told = "2 container instances have no capacity provider: they are hosts of `g` by the Auto Scaling group | in ECS only tasks of launch type EC2 stand there; here a strategy may use them, too";
    assert_eq!(lines, [format!("note b.json:1:24 /containerInstances/0: {told}")]);
    let found = found.expect("it can run");
    assert_eq!(standing(&found).len(), 2);
    let first = first_group(&found);
    assert!(!first.draining && first.scaling.is_none(), "nobody drains or scales it");
    assert_eq!(always_running(&found), 2);
    // A group behind a provider.
    let (lines, found) = of(HOSTS);
    assert!(lines.len() == 1 && lines[0].contains("they are hosts of `nodes`"), "{lines:#?}");
    assert_eq!(standing(&found.expect("it can run")).len(), 2);
    // Nothing says which group they are of.
    let main = scenario(&format!(
        r#"{HOSTS},{},"containerInstances":{{"$file":"b.json"}}"#,
        group.replace("i-1", "i-7").replace("i-2", "i-8")
    ));
    let (lines, _) = said(&[("a.json", &main), ("b.json", &printed)]);
    let told = "2 container instances are left out: without a capacity provider nothing tells their group | add what `aws autoscaling describe-auto-scaling-groups` prints: it lists the instances of each group";
    assert_eq!(lines, [format!("warning b.json:1:24 /containerInstances/0: {told}")]);
}

#[test]
fn container_instances_of_managed_instances_are_chosen_anew() {
    let managed = r#""managedInstancesProvider":{"infrastructureRoleArn":"r","instanceLaunchTemplate":{"ec2InstanceProfileArn":"p","networkConfiguration":{"subnets":["a"]}}}"#;
    let hosts = HOSTS.replace(r#""autoScalingGroupProvider":{"autoScalingGroupArn":"g"}"#, managed).replace(
        r#""launchType":"EC2""#,
        r#""capacityProviderStrategy":[{"capacityProvider":"nodes","weight":1}],"networkConfiguration":{"awsvpcConfiguration":{"subnets":["a"]}}"#,
    ).replace(r#""family":"web""#, r#""family":"web","networkMode":"awsvpc","cpu":"256","memory":"512""#);
    let printed =
        format!(r#"{{"containerInstances":[{}],"failures":[]}}"#, instance("1", "m7g.large", "us-east-1a", ""));
    let main = scenario(&format!(r#"{hosts},"containerInstances":{{"$file":"b.json"}}"#));
    let (lines, found) = said(&[("a.json", &main), ("b.json", &printed)]);
    assert!(found.is_some(), "{lines:#?}");
    assert!(
        lines.iter().any(|line| line
            .contains("1 container instance of the Managed Instances `nodes` is not used: hosts are chosen anew")),
        "{lines:#?}"
    );
}

#[test]
fn an_instance_type_is_what_aws_prints_of_it() {
    let printed = r#"{"InstanceTypes":[{"InstanceType":"own.gpu","SupportedUsageClasses":["on-demand"],"VCpuInfo":{"DefaultVCpus":8},
"MemoryInfo":{"SizeInMiB":32768},"NetworkInfo":{"MaximumNetworkInterfaces":4},"ProcessorInfo":{"SupportedArchitectures":["arm64"]},
"GpuInfo":{"Gpus":[{"Name":"T4","Manufacturer":"NVIDIA","Count":2,"MemoryInfo":{"SizeInMiB":16384}}]}}]}"#;
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":1,"MaxSize":1,"Instances":[{"InstanceType":"own.gpu"}]}]"#;
    let main = scenario(&format!(r#"{HOSTS},{group},"instanceTypes":{{"$file":"b.json"}}"#));
    let found = check(&[("a.json", &main), ("b.json", printed)], &[]).expect("it can run");
    let types = found.plan().types.iter();
    let own = types.into_iter().find(|one| one.name == "own.gpu").expect("the type");
    assert_eq!((own.cpu, own.gpus, own.enis, own.architecture.as_str()), (8_192, 2, 3, "arm64"));
}

fn task(row: usize, started: &str) -> String {
    format!(
        r#"{{"taskArn":"arn:aws:ecs:us-east-1:1:task/c/{row}","taskDefinitionArn":"arn:aws:ecs:us-east-1:1:task-definition/web:7",
"createdAt":"2026-01-05T10:00:00.250000+01:00",{started}"lastStatus":"RUNNING","containers":[],"version":3}}"#
    )
}

/// What the tasks of the only service take from launch accepted to RUNNING, in seconds.
fn starts(found: &Scenario) -> Option<String> {
    found.plan().services.iter().next().and_then(|one| one.life.start.as_ref()).map(|law| format!("{law:?}"))
}

#[test]
fn tasks_say_how_they_start() {
    let files = |count: usize, more: &str| {
        let mut all: Vec<String> = (0..count)
            .map(|row| task(row, &format!(r#""startedAt":"2026-01-05T10:00:{:02}.250000+01:00","pullStartedAt":1767603610,"pullStoppedAt":1767603613.5,"#, 20 + row)))
            .collect();
        all.push(task(99, ""));
        let fields = format!(
            r#"{WEB},"clusters":[{{"clusterName":"c","services":[{{{SERVICE}}}]}}],{more}"tasks":{{"$file":"b.json"}}"#
        );
        (scenario(&fields), format!(r#"{{"tasks":[{}],"failures":[]}}"#, all.join(",")))
    };
    let (main, printed) = files(25, "");
    let found = check(
        &[("a.json", &main), ("b.json", &printed)],
        &[
            "note b.json:1:11 /tasks/0: tasks of `web` start as they were seen to: the starts of 25 tasks, median 32s, of which the image pull 3s500ms",
        ],
    );
    let law = starts(&found.expect("it can run")).expect("a law");
    assert!(law.starts_with("Empirical") && law.contains("20000000") && law.contains("44000000"), "{law}");
    let (main, printed) = files(3, "");
    let (lines, _) = said(&[("a.json", &main), ("b.json", &printed)]);
    assert_eq!(
        lines,
        [
            "warning b.json:1:11 /tasks/0: tasks of `web` start as they were seen to: the starts of 3 tasks, median 21s, of which the image pull 3s500ms | list 20 or more, from busy hours too; or write `start` in `behaviour`"
        ]
    );
    // What is written comes before what was seen.
    let (main, printed) = files(25, r#""behaviour":[{"family":"web","start":{"constant":"5s"}}],"#);
    let (lines, found) = said(&[("a.json", &main), ("b.json", &printed)]);
    assert!(lines[0].contains("`behaviour` says how tasks of `web` start"), "{lines:#?}");
    assert!(starts(&found.expect("it can run")).expect("a law").starts_with("Constant"));
    let other = printed.replace("task-definition/web:7", "task-definition/batch:7");
    let (lines, _) = said(&[("a.json", &main), ("b.json", &other)]);
    assert!(lines[0].contains("26 tasks are of families that nothing here runs"), "{lines:#?}");
    // Times that cannot be those of one start are left out.
    let (main, printed) = files(25, "");
    for odd in ["2026-01-05T09:59:59", "2026-02-05T10:00:20"] {
        let (lines, _) = said(&[("a.json", &main), ("b.json", &printed.replacen("2026-01-05T10:00:20", odd, 1))]);
        let words = "this task started before it was created, or a week after it: it is left out | look at `createdAt`";
        assert!(lines[0].starts_with("warning b.json:") && lines[0].ends_with(words), "{odd}: {lines:#?}");
        assert!(lines[1].contains("the starts of 24 tasks, median 32s"), "{odd}: {lines:#?}");
    }
    let wrong = printed.replace("2026-01-05T10:00:20", "yesterday");
    let (main, _) = files(0, "");
    let (lines, _) = said(&[("a.json", &main), ("b.json", &wrong)]);
    assert!(lines[0].contains("`startedAt` cannot be `yesterday.250000+01:00`: it is a point in time"), "{lines:#?}");
}
