//! What stands where it does not belong, and mistakes that are told once for each cause.

use super::pasted::{SERVICE, WEB, check, said, scenario};

/// What is said of a field of the scenario, without its place.
fn words(fields: &str) -> Vec<String> {
    let (lines, _) = said(&[("a.json", &scenario(fields))]);
    lines.into_iter().map(|line| line.split_once(": ").map_or(line.clone(), |(_, words)| words.to_owned())).collect()
}

const PRINT_SERVICE: &str = "print the service with `aws ecs describe-services`";

/// What stands where, what it looks like, and the way out.
const STRANGERS: [(&str, &str, &str); 18] = [
    (
        r#""taskDefinitions":[{"name":"app","image":"nginx","essential":true,"portMappings":[{"containerPort":80}]}]"#,
        "a container definition, and stands in `taskDefinitions`",
        "put it into `containerDefinitions` of a task definition",
    ),
    (
        r#""services":[{"taskSets":[{"taskSetArn":"arn","status":"PRIMARY"}]}]"#,
        "a task set, and stands in `services`",
        PRINT_SERVICE,
    ),
    (
        r#""services":[{"serviceRevisionArn":"arn","serviceArn":"arn","taskDefinition":"web:1"}]"#,
        "a service revision, and stands in `services`",
        PRINT_SERVICE,
    ),
    (
        r#""services":{"serviceDeployments":[{"serviceDeploymentArn":"arn"}],"failures":[]}"#,
        "a service deployment, and stands in `services`",
        PRINT_SERVICE,
    ),
    (
        r#""services":[{"detail-type":"ECS Service Action","source":"aws.ecs","detail":{}}]"#,
        "an event, and stands in `services`",
        PRINT_SERVICE,
    ),
    (
        r#""services":{"tasks":[{"taskArn":"arn"}],"failures":[]}"#,
        "a task, and stands in `services`",
        "put it into the scenario's `tasks`",
    ),
    (
        r#""services":[{"service":"web","desiredCount":3}]"#,
        "input of `aws ecs update-service`, and stands in `services`",
        PRINT_SERVICE,
    ),
    (
        r#""autoScalingGroups":{"containerInstances":[{"containerInstanceArn":"arn"}],"failures":[]}"#,
        "a container instance, and stands in `autoScalingGroups`",
        "put it into the scenario's `containerInstances`",
    ),
    (
        r#""capacityProviders":{"AutoScalingGroups":[{"AutoScalingGroupName":"g"}]}"#,
        "an Auto Scaling group, and stands in `capacityProviders`",
        "put it into the scenario's `autoScalingGroups`",
    ),
    (
        r#""targetGroups":{"Subnets":[{"SubnetId":"s"}]}"#,
        "a subnet, and stands in `targetGroups`",
        "put it into the scenario's `subnets`",
    ),
    (
        r#""subnets":{"TargetGroups":[{"TargetGroupArn":"arn","TargetGroupName":"web"}]}"#,
        "a target group, and stands in `subnets`",
        "put it into the scenario's `targetGroups`",
    ),
    (
        r#""autoScalingGroups":{"InstanceTypes":[{"InstanceType":"m5.large","VCpuInfo":{"DefaultVCpus":2}}]}"#,
        "an instance type, and stands in `autoScalingGroups`",
        "put it into the scenario's `instanceTypes`",
    ),
    (
        r#""services":{"MetricAlarms":[{"AlarmName":"a","MetricName":"m"}],"CompositeAlarms":[]}"#,
        "an alarm, and stands in `services`",
        "put it into the scenario's `alarms`",
    ),
    (
        r#""services":{"taskDefinition":{"family":"web","containerDefinitions":[]},"tags":[]}"#,
        "a task definition, and stands in `services`",
        "put it into the scenario's `taskDefinitions`",
    ),
    (
        r#""services":{"clusters":[{"clusterName":"c"}],"failures":[]}"#,
        "a cluster, and stands in `services`",
        "put it into the scenario's `clusters`",
    ),
    (
        r#""services":{"serviceArns":["arn"]}"#,
        "a list of names, and stands in `services`",
        "commands that begin with `list-` print names only: use the one that begins with `describe-`",
    ),
    (
        r#""clusters":{"services":[{"serviceName":"web"}],"failures":[]}"#,
        "a service, and stands in `clusters`",
        "put it into the scenario's `services`",
    ),
    (
        r#""autoScalingGroups":{"capacityProviders":[{"name":"nodes"}],"failures":[]}"#,
        "a capacity provider, and stands in `autoScalingGroups`",
        "put it into the scenario's `capacityProviders`",
    ),
];

#[test]
fn an_object_of_another_kind_is_told_once() {
    for (fields, is, hint) in STRANGERS {
        assert_eq!(words(fields)[0], format!("this looks like {is} | {hint}"), "{fields}");
        let errors = said(&[("a.json", &scenario(fields))]).0;
        let notes = |one: &&String| !one.starts_with("warning ") && !one.starts_with("note ");
        assert_eq!(errors.iter().filter(notes).count(), 1, "{errors:#?}");
    }
}

#[test]
fn a_whole_file_of_aws_is_no_scenario() {
    let hint = "name the file in a scenario: \"services\": [{\"$file\": \"...\"}]; `evenkeel new NAME` writes one";
    let text = r#"{"services":[{"serviceName":"web"}],"failures":[]}"#;
    check(&[("a.json", text)], &[&format!("a.json:1:1 -: this is what the AWS CLI prints, and no scenario | {hint}")]);
    let (lines, _) = said(&[("a.json", r#"{"clusters":[]}"#)]);
    assert!(lines[0].contains("`version` is missing"), "{lines:#?}");
}

#[test]
fn what_is_no_json_says_how_to_print_it() {
    let yaml = "services:\n- serviceName: web\n";
    check(&[("a.json", yaml)], &["a.json:1:1 -: this is YAML, which is not read | print it with `--output json`"]);
    check(
        &[("a.json", &scenario(r#""services":[{"$file":"b.yaml"}]"#)), ("b.yaml", yaml)],
        &["a.json:2:22 /services/0: `b.yaml`: this is YAML, which is not read | print it with `--output json`"],
    );
}

#[test]
fn the_controller_is_told_before_what_a_service_then_lacks() {
    let fields = |service: &str| {
        format!(
            r#"{WEB},"clusters":[{{"clusterName":"c","capacityProviders":["FARGATE"],"services":[{{{service}}}]}}]"#
        )
    };
    let external =
        r#""serviceName":"s","desiredCount":1,"launchType":"EC2","deploymentController":{"type":"EXTERNAL"}"#;
    let told = "the deployment controller EXTERNAL is not modelled yet | write ECS, or leave it out";
    let lines = words(&fields(external));
    assert!(lines[0].starts_with(told), "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.contains("is missing")).count(), 0, "{lines:#?}");
    let deploy =
        format!(r#"{SERVICE},"deploymentController":{{"type":"CODE_DEPLOY"}}"#).replace(r#""serviceName":"web","#, "");
    let lines = words(&fields(&deploy));
    assert!(lines[0].starts_with("the deployment controller CODE_DEPLOY"), "{lines:#?}");
    // With all that ECS needs it is told where the meaning is looked at, in the same words.
    let whole = format!(r#"{SERVICE},"deploymentController":{{"type":"EXTERNAL"}}"#);
    assert!(words(&fields(&whole)).contains(&told.to_owned()));
}

#[test]
fn mistakes_of_one_cause_are_told_once() {
    let cluster = format!(r#"{WEB},"clusters":[{{"clusterName":"c","services":[{{{SERVICE}}}]}}]"#);
    let traffic = |steps: &[String]| {
        format!(r#"{cluster},"traffic":[{{"service":"web","requestsPerTask":"1/s","steps":[{}]}}]"#, steps.join(","))
    };
    let hours: Vec<String> = (0..24).map(|hour| format!(r#"{{"at":"{hour:02}:00","rate":"9/s"}}"#)).collect();
    let lines = words(&traffic(&hours));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains(", and 23 more like it | "), "{lines:#?}");
    let lengths: Vec<String> = (0..24).map(|hour| format!(r#"{{"at":"{hour}h","rate":"9/s"}}"#)).collect();
    let lines = words(&traffic(&lengths).replace(r#""steps":["#, r#""daily":["#));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(
        lines[0],
        "`at` must be a time of the day, not `0h`, and 23 more like it | write \"00:00\" for 0h after midnight, UTC"
    );
    let same = vec![r#"{"at":"1h","rate":"9"}"#.to_owned(); 300];
    let told = "`rate` needs a unit of time, and 299 more like it | write \"9/s\" for 9 each second";
    assert_eq!(words(&traffic(&same)), [told]);
    // What follows from each of them is not told either.
    let services: Vec<String> = (0..3)
        .map(|row| {
            format!(
                "{{{}}}",
                SERVICE
                    .replace(r#""serviceName":"web""#, &format!(r#""serviceName":"web{row}""#))
                    .replace("desiredCount", "desierdCount")
            )
        })
        .collect();
    let fields = format!(r#"{WEB},"clusters":[{{"clusterName":"c","services":[{}]}}]"#, services.join(","));
    assert_eq!(
        words(&fields),
        ["no field is called `desierdCount`, and 2 more like it | did you mean `desiredCount`?"]
    );
}

#[test]
fn more_kinds_of_mistakes_than_can_be_listed_are_counted() {
    let fields: Vec<String> = (0..150).map(|row| format!("\"zz{row}qq\":1")).collect();
    let lines = words(&fields.join(","));
    assert_eq!(lines.len(), 101);
    assert!(lines[100].starts_with("50 more errors are not listed"), "{}", lines[100]);
}

#[test]
fn zones_and_subnets_that_do_not_fit_say_why() {
    let group = r#""autoScalingGroups":[{"AutoScalingGroupName":"g","MinSize":3,"MaxSize":3,
"AvailabilityZones":["us-west-2a"],"Instances":[{"InstanceType":"m5.large"}]}],
"capacityProviders":[{"name":"nodes","autoScalingGroupProvider":{"autoScalingGroupArn":"g"}}],
"taskDefinitions":[{"family":"web","containerDefinitions":[{"name":"app","memory":128}]}],
"clusters":[{"clusterName":"c","capacityProviders":["nodes"],"services":[{"serviceName":"s","taskDefinition":"web","desiredCount":3,"launchType":"EC2"}]}]"#;
    assert_eq!(
        words(group),
        ["no zone is called `us-west-2a`: the group is in us-west-2 | write \"regions\": [{\"name\": \"us-west-2\"}]"]
    );
    let (lines, found) = said(&[("a.json", &scenario(&format!(r#""regions":[{{"name":"us-west-2"}}],{group}"#)))]);
    assert!(found.is_some(), "{lines:#?}");
    let four = SERVICE.replace(r#"["a"]"#, r#"["a","b","c","d"]"#);
    let fields = format!(r#"{WEB},"clusters":[{{"clusterName":"c","services":[{{{four}}}]}}]"#);
    assert_eq!(
        words(&fields),
        [
            "no zone lists 4 subnets here, and 3 zones are left for them: some share a zone | list each in `subnets` of its zone, or what `aws ec2 describe-subnets` prints in `subnets`"
        ]
    );
}

#[test]
fn what_a_task_definition_lacks_is_told_once() {
    let containers: Vec<String> = (1..=12).map(|row| format!(r#"{{"name":"a{row}"}}"#)).collect();
    let fields = format!(
        r#""taskDefinitions":[{{"family":"web","memory":"2048","containerDefinitions":[{}]}}]"#,
        containers.join(",")
    );
    assert_eq!(words(&fields)[0], "ECS takes 1 to 10 containers, not 12 | split them over several task definitions");
    let placeholder = WEB.replace(r#""cpu":"256""#, r#""cpu":"<CPU>""#);
    let fields = format!(r#"{placeholder},"clusters":[{{"clusterName":"c","services":[{{{SERVICE}}}]}}]"#);
    assert_eq!(
        words(&fields),
        [
            "an amount must be CPU units, vCPU, MiB or GB, not `<CPU>` | such as \"256\", \"0.5 vCPU\", \"512\" or \"1 GB\""
        ]
    );
}
