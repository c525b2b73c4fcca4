//! What the AWS CLI prints, pasted whole: the files of a scenario and what the reader says of them.

use super::{line, texts};
use evenkeel::Scenario;
use evenkeel::internals::model::problem::{Code, Severity};

/// A scenario of one line, and what stands in it.
pub(super) fn scenario(fields: &str) -> String {
    format!("{{\"version\":1,\"name\":\"x\",\"duration\":\"1h\",\n{fields}}}")
}

/// Everything but defaults that is said of `a.json`, form and meaning.
pub(super) fn said(files: &[(&str, &str)]) -> (Vec<String>, Option<Scenario>) {
    let reading = Scenario::read("a.json", &texts(files));
    let told = reading.problems.list.iter().filter(|one| one.code != Code::Default && one.code != Code::NoBearing);
    let lines = told.map(|problem| line(problem, &reading.sources)).collect();
    assert_eq!(
        reading.scenario.is_none(),
        reading.problems.list.iter().any(|one| one.severity == Severity::Error),
        "an error and a scenario, or neither"
    );
    (lines, reading.scenario)
}

pub(super) fn check(files: &[(&str, &str)], expected: &[&str]) -> Option<Scenario> {
    let (lines, scenario) = said(files);
    assert_eq!(lines, expected, "{files:#?}");
    scenario
}

pub(super) const WEB: &str = r#""taskDefinitions":[{"family":"web","cpu":"256","memory":"512","networkMode":"awsvpc",
"containerDefinitions":[{"name":"app","image":"web:1"}]}]"#;

pub(super) const SERVICE: &str = r#""serviceName":"web","taskDefinition":"web","desiredCount":2,"launchType":"FARGATE",
"networkConfiguration":{"awsvpcConfiguration":{"subnets":["a"]}}"#;

const CLUSTER: &str = r#"{"clusters":[{"clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/shop","clusterName":"shop",
"status":"ACTIVE","activeServicesCount":1}],"failures":[]}"#;

/// Clusters, names of services and how many tasks each wants.
fn services(scenario: Option<Scenario>) -> Vec<(String, u32)> {
    let scenario = scenario.expect("it can run");
    scenario.plan().services.iter().map(|one| (one.name.clone(), one.desired)).collect()
}

#[test]
fn members_beside_a_file_override_its_own() {
    let main = scenario(&format!(
        r#"{WEB},"clusters":[{{"$file":"clusters.json","services":[{{"$file":"ecs/web.json","desiredCount":5}}]}}]"#
    ));
    let service = format!("{{{SERVICE}}}");
    let found = check(&[("a.json", &main), ("clusters.json", CLUSTER), ("ecs/web.json", &service)], &[]);
    assert_eq!(services(found), [("shop/web".to_owned(), 5)]);
    // Null takes a member away, and a new one is read as all others.
    let main = scenario(&format!(
        r#"{WEB},"clusters":[{{"$file":"clusters.json","services":[{{"$file":"ecs/web.json","desiredCount":null,
"propagateTag":"NONE"}}]}}]"#
    ));
    check(
        &[("a.json", &main), ("clusters.json", CLUSTER), ("ecs/web.json", &service)],
        &[
            "a.json:4:1 /clusters/0/services/0/propagateTag: no field is called `propagateTag` | did you mean `propagateTags`?",
        ],
    );
}

#[test]
fn members_beside_a_file_need_one_object() {
    let two = CLUSTER.replace("}],", r#"},{"clusterName":"other"}],"#);
    let with = |member: &str| scenario(&format!(r#"{WEB},"clusters":[{{"$file":"b.json",{member}}}]"#));
    check(
        &[("a.json", &with("\"services\":[]")), ("b.json", &two)],
        &[
            "a.json:3:89 /clusters/0: `services` stands beside `$file`, and the file gives 2 objects | write `services` at the top level: each finds its cluster by `clusterArn`",
        ],
    );
    check(
        &[("a.json", &with("\"account\":\"1\"")), ("b.json", "7")],
        &[
            "a.json:3:89 /clusters/0: `account` stands beside `$file`, and the file gives no object | members beside `$file` override those of one object: name a file that gives one",
        ],
    );
}

#[test]
fn services_at_the_top_find_their_cluster() {
    let two = CLUSTER.replace("}],", r#"},{"clusterName":"other"}],"#);
    let arn = r#""clusterArn":"arn:aws:ecs:eu-west-1:111122223333:cluster/shop""#;
    let printed = format!(r#"{{"services":[{{{arn},{SERVICE}}}],"failures":[]}}"#);
    let main = scenario(&format!(r#"{WEB},"clusters":{{"$file":"b.json"}},"services":{{"$file":"c.json"}}"#));
    let found = check(&[("a.json", &main), ("b.json", &two), ("c.json", &printed)], &[]);
    assert_eq!(services(found), [("shop/web".to_owned(), 2)]);
    // Each goes into the cluster that its ARN names, wherever that stands.
    let later = two.replace("shop", "first").replace("other", "shop");
    let found = check(&[("a.json", &main), ("b.json", &later), ("c.json", &printed)], &[]);
    assert_eq!(services(found), [("shop/web".to_owned(), 2)]);
    let by_name = printed.replace(arn, r#""cluster":"shop""#);
    let found = check(&[("a.json", &main), ("b.json", &later), ("c.json", &by_name)], &[]);
    assert_eq!(services(found), [("shop/web".to_owned(), 2)]);
    // One that says no cluster is of the only one.
    let main = scenario(&format!(r#"{WEB},"clusters":[{{"$file":"b.json"}}],"services":[{{{SERVICE}}}]"#));
    let found = check(&[("a.json", &main), ("b.json", CLUSTER)], &[]);
    assert_eq!(services(found), [("shop/web".to_owned(), 2)]);
    check(
        &[("a.json", &main), ("b.json", &two)],
        &[
            "a.json:3:103 /services/0: `web` does not say which cluster it is of | write \"cluster\": \"NAME\", or put it into `services` of its cluster",
        ],
    );
}

/// A service with a target group and alarms that stop its deployments.
fn with_alarms(deployment: &str) -> String {
    scenario(&format!(
        r#"{WEB},"clusters":[{{"clusterName":"shop","services":[{{{SERVICE},"deploymentConfiguration":{{{deployment}}},
"loadBalancers":[{{"targetGroupArn":"arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/6d0e"}}]}}]}}],
"regions":[{{"name":"eu-west-1"}}],"traffic":[{{"service":"shop/web","rate":"10/s","requestsPerTask":"10/s"}}],
"targetGroups":{{"$file":"groups.json"}},"alarms":{{"$file":"alarms.json"}}"#
    ))
}

const GROUPS: &str = r#"{"TargetGroups":[{"TargetGroupArn":"arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/6d0e",
"TargetGroupName":"web","Protocol":"HTTP","Port":80,"VpcId":"vpc-1","HealthCheckEnabled":true,"HealthCheckIntervalSeconds":10,
"HealthCheckTimeoutSeconds":4,"HealthyThresholdCount":3,"UnhealthyThresholdCount":4,"Matcher":{"HttpCode":"200"},
"LoadBalancerArns":["arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/lb/50dc"],"TargetType":"ip"}]}"#;

/// One alarm as `describe-alarms` prints it.
fn alarm(name: &str, metric: &str, dimensions: &str) -> String {
    format!(
        r#"{{"AlarmName":"{name}","AlarmArn":"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{name}",{metric},
"Dimensions":[{dimensions}],"Period":60,"EvaluationPeriods":3,"Threshold":80.0,"ComparisonOperator":"GreaterThanThreshold",
"EvaluationInterval":null,"StateValue":"OK","WarmUpConfiguration":{{"WarmUpPeriodDurationInMinutes":5}}}}"#
    )
}

const RUNNING: &str = r#""Namespace":"ECS/ContainerInsights","MetricName":"RunningTaskCount","Statistic":"Average""#;
const ERRORS: &str = r#""Namespace":"AWS/ApplicationELB","MetricName":"HTTPCode_Target_5XX_Count","Statistic":"Sum""#;
const OF_SERVICE: &str = r#"{"Name":"ClusterName","Value":"shop"},{"Name":"ServiceName","Value":"web"}"#;
const OF_GROUP: &str =
    r#"{"Name":"TargetGroup","Value":"targetgroup/web/6d0e"},{"Name":"LoadBalancer","Value":"app/lb/50dc"}"#;

/// Names of alarms that are simulated, and whose metric each watches.
fn watched(found: Option<Scenario>) -> Vec<(String, String)> {
    let found = found.expect("it can run");
    let plan = found.plan();
    plan.alarms.iter().map(|one| (one.name.clone(), plan.services[one.service].name.clone())).collect()
}

#[test]
fn alarms_are_pasted_whole() {
    let math = r#""Metrics":[{"Id":"e1","Expression":"m1/m2"}]"#;
    let p99 = r#""Namespace":"AWS/ApplicationELB","MetricName":"HealthyHostCount","ExtendedStatistic":"p99""#;
    let all = [
        alarm("cpu", RUNNING, OF_SERVICE),
        alarm("rate", math, "").replace(r#""Period":60,"#, ""),
        alarm("slow", p99, OF_GROUP),
        alarm("errors", ERRORS, OF_GROUP),
        alarm("balancer", ERRORS, r#"{"Name":"LoadBalancer","Value":"app/lb/50dc"}"#),
        alarm("other", ERRORS, r#"{"Name":"LoadBalancer","Value":"app/other/1"}"#),
    ];
    let composite = r#"{"AlarmName":"both","AlarmRule":"ALARM(cpu) OR ALARM(errors)","AlarmArn":"arn"},
{"AlarmName":"one","AlarmRule":"ALARM(errors)","AlarmArn":"arn"}"#;
    let printed = format!(r#"{{"MetricAlarms":[{}],"CompositeAlarms":[{composite}]}}"#, all.join(","));
    let files = |deployment: &str| {
        [("a.json", with_alarms(deployment)), ("groups.json", GROUPS.to_owned()), ("alarms.json", printed.clone())]
    };
    let stop = files(r#""alarms":{"alarmNames":["errors"],"enable":true,"rollback":true}"#);
    let stop: Vec<(&str, &str)> = stop.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let found = check(
        &stop,
        &[
            "warning alarms.json:1:18 /alarms/0: 5 alarms are left out, as nothing in the scenario names them: alarms in its rule are left out; metric math is not modelled; nothing says whose metric this is: `Service` is missing; percentiles are modelled of `TargetResponseTime` alone; the metric `RunningTaskCount` is not simulated | no harm where only people or scaling act on them; if one of them stops deployments, name it in `alarms` of a `deploymentConfiguration` and look what it lacks",
        ],
    );
    let expected = [("errors", "shop/web"), ("balancer", "shop/web"), ("one", "shop/web")];
    assert_eq!(watched(found), expected.map(|(name, service)| (name.to_owned(), service.to_owned())));
    // One that a deployment watches has to be understood.
    let stop = files(r#""alarms":{"alarmNames":["cpu"],"enable":true,"rollback":true}"#);
    let stop: Vec<(&str, &str)> = stop.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (lines, _) = said(&stop);
    assert!(lines[0].starts_with("alarms.json:1:"), "{lines:#?}");
    assert!(lines[0].contains("/alarms/0/MetricName: the metric `RunningTaskCount` is not simulated"), "{lines:#?}");
}

#[test]
fn an_alarm_written_by_hand_needs_its_service() {
    let files = |alarm: &str| {
        scenario(&format!(
            r#"{WEB},"clusters":[{{"clusterName":"shop","services":[{{{SERVICE}}}]}}],"regions":[{{"name":"eu-west-1"}}],
"traffic":[{{"service":"shop/web","rate":"1/s","requestsPerTask":"1/s"}}],"alarms":[{alarm}]"#
        ))
    };
    let subnet = "note "; // Notes of other matters are left out below.
    let errors = |text: &str| -> Vec<String> {
        let (lines, _) = said(&[("a.json", text)]);
        lines
            .into_iter()
            .filter(|line| !line.starts_with(subnet))
            .map(|line| line.split(" /").nth(1).unwrap_or_default().to_owned())
            .collect()
    };
    let rest = r#""Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold""#;
    assert_eq!(
        errors(&files(&format!(r#"{{"AlarmName":"a","MetricName":"HealthyHostCount",{rest}}}"#))),
        [
            "alarms/0: nothing says whose metric this is: `Service` is missing | write \"Service\": \"cluster/name\" in the alarm"
        ]
    );
    assert_eq!(
        errors(&files(
            r#"{"AlarmName":"a","Service":"shop/web","MetricName":"ErrorRate","Period":60,"EvaluationPeriods":1,"Delay":"1s"}"#
        )),
        [
            "alarms/0: `Threshold` is missing | write \"Threshold\": 1",
            "alarms/0: `ComparisonOperator` is missing | write \"ComparisonOperator\": \"GreaterThanOrEqualToThreshold\""
        ]
    );
}

#[test]
fn target_groups_say_how_a_load_balancer_checks() {
    let attributes = r#"{"Attributes":[{"Key":"deregistration_delay.timeout_seconds","Value":"45"},
{"Key":"load_balancing.cross_zone.enabled","Value":"false"},{"Key":"stickiness.enabled","Value":"true"},
{"Key":"slow_start.duration_seconds","Value":"0"}]}"#;
    let main = with_alarms("").replace(
        r#""targetGroups":{"$file":"groups.json"},"alarms":{"$file":"alarms.json"}"#,
        r#""targetGroups":[{"$file":"groups.json","Attributes":{"$file":"attributes.json"}}]"#,
    );
    let found = check(
        &[("a.json", &main), ("groups.json", GROUPS), ("attributes.json", attributes)],
        &[
            "warning attributes.json:2:97 /targetGroups/0/Attributes/2/Value: `stickiness.enabled` bears on availability and is not modelled",
        ],
    );
    let balancer = |found: Option<Scenario>| {
        let found = found.expect("it can run");
        let one = found.plan().services.iter().next().and_then(|one| one.balancer.clone()).expect("a load balancer");
        let seconds = [one.interval, one.timeout, one.deregistration].map(|span| span.as_secs_f64() as u32);
        (seconds, one.healthy, one.unhealthy, one.cross_zone)
    };
    assert_eq!(balancer(found), ([10, 4, 45], 3, 4, false));
    // What is written for the traffic comes before; what is in no file is AWS's default.
    let own = main.replace(
        r#""rate":"10/s","#,
        r#""rate":"10/s","loadBalancer":{"unhealthyThresholdCount":2,"deregistrationDelay":"5s"},"#,
    );
    let (_, found) = said(&[("a.json", &own), ("groups.json", GROUPS), ("attributes.json", attributes)]);
    assert_eq!(balancer(found), ([10, 4, 5], 3, 2, false));
    let none = main
        .replace(r#""targetGroups":[{"$file":"groups.json","Attributes":{"$file":"attributes.json"}}]"#, r#""seed":1"#);
    let (_, found) = said(&[("a.json", &none)]);
    assert_eq!(balancer(found), ([30, 5, 300], 5, 2, true));
}

#[test]
fn target_groups_of_no_service_are_told_once() {
    let more: Vec<String> = (0..5)
        .map(|row| format!(r#"{{"TargetGroupArn":"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/other{row}/6d0e","TargetGroupName":"other{row}","VpcId":"vpc-1"}}"#))
        .collect();
    let groups = GROUPS.replace("\"TargetType\":\"ip\"}", &format!("\"TargetType\":\"ip\"}},{}", more.join(",")));
    let main = with_alarms("").replace(r#","alarms":{"$file":"alarms.json"}"#, "");
    let hint = "a service names it by its ARN, in `targetGroupArn` of `loadBalancers`";
    check(
        &[("a.json", &main), ("groups.json", &groups)],
        &[&format!(
            "note groups.json:4:120 /targetGroups/1: no service names the target groups `other0`, `other1`, `other2`, `other3`, ... | {hint}"
        )],
    );
    check(&[("a.json", &main), ("groups.json", GROUPS)], &[]);
}

/// A field that AWS adds tomorrow, inside what it has printed: a warning in every kind of object.
#[test]
fn a_field_of_tomorrow_is_a_warning_inside_what_aws_printed() {
    let new =
        "is newer than this version knows: it is not used | AWS printed it; look whether it bears on availability";
    let at = |pointer: &str, key: &str| format!("{pointer}/{key}: `{key}` {new}");
    let service = format!(
        r#"{{"services":[{{"serviceArn":"arn:aws:ecs:eu-west-1:1:service/shop/web",{SERVICE},"brandNewField":{{"a":1}},
"deploymentConfiguration":{{"quantumBake":1}}}}],"failures":[]}}"#
    );
    let main = scenario(&format!(r#"{WEB},"clusters":[{{"clusterName":"shop","services":{{"$file":"b.json"}}}}]"#));
    let (lines, found) = said(&[("a.json", &main), ("b.json", &service)]);
    assert!(found.is_some() && lines.len() == 2, "{lines:#?}");
    assert!(
        lines[0].starts_with("warning b.json:2:") && lines[0].ends_with(&at("/clusters/0/services/0", "brandNewField")),
        "{lines:#?}"
    );
    assert!(lines[1].ends_with(&at("/clusters/0/services/0/deploymentConfiguration", "quantumBake")), "{lines:#?}");
    // An instance type has no ARN: that AWS printed it shows in what nobody writes by hand.
    let kind = |more: &str| {
        format!(
            r#"{{"InstanceTypes":[{{"InstanceType":"m5.large"{more},"VCpuInfo":{{"DefaultVCpus":2,"ThreadColour":1}},
"MemoryInfo":{{"SizeInMiB":8192}},"SecureMoonBoot":true}}]}}"#
        )
    };
    let main = scenario(&format!(
        r#"{},"clusters":[{{"clusterName":"shop"}}],"instanceTypes":{{"$file":"b.json"}}"#,
        r#""seed":1"#
    ));
    let (lines, found) =
        said(&[("a.json", &main), ("b.json", &kind(r#","SupportedUsageClasses":["on-demand","spot"]"#))]);
    assert!(found.is_some(), "{lines:#?}");
    for (pointer, key) in [("/instanceTypes/0/VCpuInfo", "ThreadColour"), ("/instanceTypes/0", "SecureMoonBoot")] {
        assert!(
            lines.iter().any(|line| line.starts_with("warning ") && line.ends_with(&at(pointer, key))),
            "{lines:#?}"
        );
    }
    let (lines, found) = said(&[("a.json", &main), ("b.json", &kind(""))]);
    assert!(
        found.is_none() && lines.iter().any(|line| line.contains("no field is called `SecureMoonBoot`")),
        "{lines:#?}"
    );
}

/// The path of a scenario may begin with `/`, as a pointer does: mistakes show their pointer, and equal ones fold.
#[test]
fn files_with_an_absolute_path_are_answered_as_others() {
    let strange = r#"{"name":"app","image":"nginx","essential":true}"#;
    let text = scenario(&format!(r#""taskDefinitions":[{strange},{strange},{strange}]"#));
    let reading = Scenario::read("/srv/a.json", &texts(&[("/srv/a.json", &text)]));
    let told: Vec<_> = reading
        .problems
        .of(Severity::Error)
        .map(|one| (reading.sources.pointer(&one.at).unwrap_or_default(), one.told()))
        .collect();
    let words = "this looks like a container definition, and stands in `taskDefinitions`, and 2 more like it";
    assert_eq!(told, [("/taskDefinitions/0".to_owned(), words.to_owned())]);
    #[cfg(feature = "cli")]
    {
        let paint = evenkeel::internals::report::align::Paint::Plain;
        let drawn =
            evenkeel::internals::cli::render::problems(&reading.problems, &reading.sources, "/srv/a.json", paint);
        assert!(drawn.contains("--> /srv/a.json:2:20  /taskDefinitions/0\n"), "{drawn}");
    }
}

/// Two services behind one load balancer: which of them an alarm watches is said by its dimensions.
#[test]
fn dimensions_say_which_of_two_services_an_alarm_watches() {
    let arn = |name: &str| format!("arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/{name}/6d0e");
    let service = |name: &str| {
        let named = SERVICE.replace(r#""serviceName":"web""#, &format!(r#""serviceName":"{name}""#));
        format!(r#"{{{named},"loadBalancers":[{{"targetGroupArn":"{}"}}]}}"#, arn(name))
    };
    let traffic = |name: &str| format!(r#"{{"service":"shop/{name}","rate":"10/s","requestsPerTask":"10/s"}}"#);
    let group = |name: &str| {
        GROUPS.replace("targetgroup/web/", &format!("targetgroup/{name}/")).replace(r#""web""#, &format!("\"{name}\""))
    };
    let share = r#""Namespace":"Evenkeel","MetricName":"ErrorRate""#;
    let alarms = [
        alarm(
            "group",
            ERRORS,
            r#"{"Name":"TargetGroup","Value":"targetgroup/pay/6d0e"},{"Name":"LoadBalancer","Value":"app/lb/50dc"}"#,
        ),
        alarm("names", share, r#"{"Name":"ClusterName","Value":"shop"},{"Name":"ServiceName","Value":"pay"}"#),
        alarm("balancer", ERRORS, r#"{"Name":"LoadBalancer","Value":"app/lb/50dc"}"#),
        alarm("end", ERRORS, r#"{"Name":"TargetGroup","Value":"eb/6d0e"}"#),
    ];
    let alarms: Vec<String> =
        alarms.iter().map(|one| one.replace(r#""Threshold":80.0"#, r#""Threshold":0.5"#)).collect();
    let main = scenario(&format!(
        r#"{WEB},"clusters":[{{"clusterName":"shop","services":[{},{}]}}],"regions":[{{"name":"eu-west-1"}}],"traffic":[{},{}],
"targetGroups":[{{"$file":"web.json"}},{{"$file":"pay.json"}}],"alarms":[{}]"#,
        service("web"),
        service("pay"),
        traffic("web"),
        traffic("pay"),
        alarms.join(",")
    ));
    let (lines, found) = said(&[("a.json", &main), ("web.json", GROUPS), ("pay.json", &group("pay"))]);
    let expected = [("group", "shop/pay"), ("names", "shop/pay")].map(|(name, of)| (name.to_owned(), of.to_owned()));
    assert_eq!(watched(found), expected, "{lines:#?}");
    let left = lines
        .iter()
        .filter(|line| line.contains("2 alarms are left out") && line.contains("nothing says whose metric this is"));
    assert_eq!(left.count(), 1, "{lines:#?}");
}
