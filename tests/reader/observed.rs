//! What was observed of an account: subnets, container instances, tasks.

use super::pasted::{SERVICE, WEB, check, said, scenario};
use evenkeel::Scenario;

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

/// Types and zones of the hosts of the first group at the start.
fn standing(found: &Scenario) -> Vec<(String, String)> {
    let plan = found.plan();
    let group = plan.providers.iter().find_map(|one| match &one.kind {
        evenkeel::internals::model::plan::ProviderKind::Group(group) => Some(group),
        _ => None,
    });
    let hosts = &group.expect("a group").hosts;
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
    assert_eq!(said_of("1 container instance is left out: no Auto Scaling group of the scenario"), 1, "{lines:#?}");
    assert_eq!(said_of("1 instance is `DRAINING`: it is not there at the start"), 1, "{lines:#?}");
    assert_eq!(said_of("1 instance is `without a connected agent`: it is not there at the start"), 1, "{lines:#?}");
    // Beside the hosts that the group lists they say which of them drain.
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":0,"MaxSize":9,"DesiredCapacity":1,"Instances":[
{"InstanceId":"i-1","InstanceType":"m5.large","AvailabilityZone":"us-east-1c"},{"InstanceId":"i-3","InstanceType":"m5.large","AvailabilityZone":"us-east-1c"}]}]"#;
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
    let wrong = printed.replace("2026-01-05T10:00:20", "yesterday");
    let (main, _) = files(0, "");
    let (lines, _) = said(&[("a.json", &main), ("b.json", &wrong)]);
    assert!(lines[0].contains("`startedAt` cannot be `yesterday.250000+01:00`: it is a point in time"), "{lines:#?}");
}
