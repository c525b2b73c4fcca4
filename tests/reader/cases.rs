//! The cases.

use super::*;

const KINDS: &str = "zonePowerLoss, zoneGrey, hostCrash, taskCrash, spotReclaim, insufficientCapacity, \
                     imageRegistryDown, networkCutZone, cellOutage, routerOutage, mapSourceOutage, \
                     controlPlaneZoneLoss, ...";

#[test]
fn a_kind_that_nobody_knows() {
    check_field(
        r#""faults":[{"name":"a","zonePwerLoss":{}}]"#,
        &[
            "a.json:2:23 /faults/0/zonePwerLoss: no kind of fault is called `zonePwerLoss` | did you mean `zonePowerLoss`?",
        ],
    );
    check_field(
        r#""detection":{"loss":{"lognormall":{"median":"5m"}}}"#,
        &["a.json:2:22 /detection/loss/lognormall: no law is called `lognormall` | did you mean `lognormal`?"],
    );
    check_field(
        r#""objectives":[{"service":"a","nines":{"atLest":1}}]"#,
        &["a.json:2:39 /objectives/0/nines/atLest: no bound is called `atLest` | did you mean `atLeast`?"],
    );
}

#[test]
fn no_kind_or_two() {
    let none = format!("a.json:2:11 /faults/0: `faults[0]` lacks its kind of fault | one of: {KINDS}");
    check_field(r#""faults":[{"name":"a"}]"#, &[&none]);
    check_field(
        r#""faults":[{"name":"a","zonePowerLoss":{},"hostCrash":{}}]"#,
        &[
            "a.json:2:42 /faults/0/hostCrash: `hostCrash` stands beside `zonePowerLoss` | one kind of fault only: take one out or write two entries",
        ],
    );
    check_field(
        r#""changes":[{"name":"a","defect":{"errors":{"share":1},"slower":{"capacity":1}}},{"name":"b","defect":{"slower":{"capacity":1},"x":1}}]"#,
        &[
            "a.json:2:55 /changes/0/defect/slower: `slower` stands beside `errors` | one kind of defect only: take one out or write two entries",
            "a.json:2:127 /changes/1/defect/x: no field is called `x` | `slower` stands alone in its object",
        ],
    );
    check_field(
        r#""detection":{"loss":7}"#,
        &[
            "a.json:2:21 /detection/loss: `loss` must be an object with one law, not `7` | write { \"constant\": ... }; known: constant, uniform, exponential, lognormal, weibull, gamma, empirical",
        ],
    );
}

#[test]
fn faults_inside_the_chosen_kind() {
    check_field(
        r#""faults":[{"name":"a","zonePowerLoss":{"zne":"a","share":"0.5"}}]"#,
        &[
            "a.json:2:40 /faults/0/zonePowerLoss/zne: no field is called `zne` | did you mean `zone`?",
            "a.json:2:58 /faults/0/zonePowerLoss/share: `share` must be a number, not the text `0.5` | write 0.5 without quotes",
        ],
    );
    check_field(
        r#""detection":{"loss":{"exponential":{}}}"#,
        &["a.json:2:36 /detection/loss/exponential: `mean` is missing | write \"mean\": \"45m\""],
    );
    check_field(r#""detection":{"loss":null},"regions":null,"seed":null,"fault":null"#, &[]);
}

#[test]
fn a_quantity_needs_a_unit() {
    check_field(
        r#""faults":[{"name":"a","hostCrash":{},"for":45}]"#,
        &[
            "a.json:2:44 /faults/0/for: `for` needs a unit | write \"45s\" for seconds, as AWS counts them, or \"45m\" for minutes",
        ],
    );
    let field = |written: &str| format!("\"warmUp\":{written}");
    for (written, expected) in [
        ("\"1\"", "`warmUp` needs a unit | write \"1s\" for seconds, as AWS counts them, or \"1m\" for minutes"),
        ("7200", "`warmUp` needs a unit | write \"7200s\" for seconds, as AWS counts them, or \"7200m\" for minutes"),
        ("\"2 hours\"", "`warmUp` has its unit in words | write \"2h\""),
        ("\"1 hour and 30 minutes\"", "`warmUp` has its unit in words | write \"1h30m\""),
        (
            "\"08:30\"",
            "`warmUp` is a time of the day, and a length of time belongs here, counted from the start | write \"8h30m\"; steps of `daily` have times of the day",
        ),
        ("\"1 m\"", "`warmUp` has a space before its unit | write \"1m\""),
        ("\"1 fortnight\"", "`warmUp` needs a unit | write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\""),
    ] {
        check_field(&field(written), &[&format!("a.json:2:10 /warmUp: {expected}")]);
    }
    let plane =
        |written: &str| format!("\"regions\":[{{\"name\":\"r\",\"controlPlane\":{{\"peakRequests\":{written}}}}}]");
    let at = "a.json:2:55 /regions/0/controlPlane/peakRequests: `peakRequests`";
    let rate = format!("{at} needs a unit of time | write \"20/s\" for 20 each second");
    check_field(&plane("20"), &[&rate]);
    check_field(&plane("\"20\""), &[&rate]);
    let hint = "write it like \"20/s\", \"500/min\" or \"3/h\"";
    check_field(
        &plane("\"20/fortnight\""),
        &[&format!("{at} has no unit `fortnight`: use /s, /min, /h or /d | {hint}")],
    );
}

#[test]
fn fields_and_values() {
    check_field(
        r#""clusters":[{"clusterNme":"a","services":[{"serviceName":"web","taskDefinition":"t","desiredCount":-3,"tags":true},{"serviceName":4,"taskDefinition":"t","desiredCount":2.5}]}]"#,
        &[
            "a.json:2:14 /clusters/0/clusterNme: no field is called `clusterNme` | did you mean `clusterName`?",
            "a.json:2:100 /clusters/0/services/0/desiredCount: `desiredCount` must be 0 or more, not `-3` | raise it",
            "a.json:2:131 /clusters/0/services/1/serviceName: `serviceName` must be a text, not `4` | write \"4\" in quotes",
            "a.json:2:169 /clusters/0/services/1/desiredCount: `desiredCount` must be a whole number, not `2.5` | write 2 or 3",
            "note a.json:2:103 /clusters/0/services/0/tags: `tags` is accepted and has no bearing on availability",
        ],
    );
    let service = |field: &str| {
        format!(
            r#""clusters":[{{"clusterName":"c","services":[{{"serviceName":"web","taskDefinition":"t",{field}}}]}}]"#
        )
    };
    let at = "a.json:2:99 /clusters/0/services/0/launchType: `launchType`";
    check_field(
        &service("\"launchType\":\"FARGTE\""),
        &[&format!("{at} cannot be `FARGTE` | did you mean `FARGATE`?")],
    );
    let all = "one of: EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES";
    check_field(&service("\"launchType\":3"), &[&format!("{at} cannot be `3` | {all}")]);
    check_field(
        r#""behaviour":[{"family":"t","exitCode":300}]"#,
        &["a.json:2:39 /behaviour/0/exitCode: `exitCode` must be between 0 and 255, not `300` | lower it"],
    );
    check_field(
        r#""regions":[{"name":"r","controlPlane":{"router":{"pins":{"a":300}}}}]"#,
        &["a.json:2:62 /regions/0/controlPlane/router/pins/a: `a` must be a text, not `300` | write \"300\" in quotes"],
    );
    check_field(
        r#""faults":[{"name":"a","at":"1h","for":true,"cellOutage":{"failShare":"x"}}]"#,
        &[
            "a.json:2:39 /faults/0/for: `for` must be a length of time such as \"45m\" or an object `{ ... }`, not `true` | write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\"",
            "a.json:2:70 /faults/0/cellOutage/failShare: `failShare` must be a number or a list `[ ... ]`, not the text `x` | write a list with this text in it: [ \"...\" ]",
        ],
    );
    check_field(
        r#""clusters":{}"#,
        &[
            "a.json:2:12 /clusters: `clusters` must be a list `[ ... ]`, not an object | write a list with this object in it: [ { ... } ]",
        ],
    );
    check(
        "{\"version\":1}",
        &[
            "a.json:1:1 : `name` is missing | write \"name\": \"...\"",
            "a.json:1:1 : `duration` is missing | write \"duration\": \"45m\"",
        ],
    );
    check(
        "3",
        &[
            "a.json:1:1 : the scenario must be an object `{ ... }`, not `3` | write its fields in braces: { \"field\": value }",
        ],
    );
}

/// What AWS has printed may be newer than this program; what was written by hand is misspelt.
#[test]
fn a_field_that_is_new() {
    let service = |arn: &str, field: &str| {
        format!(
            r#""clusters":[{{"clusterName":"c","services":[{{{arn}"serviceName":"web","taskDefinition":"t",{field}}}]}}]"#
        )
    };
    let new = r#""quantumPlacement":1"#;
    let known = "no field is called `quantumPlacement` | known: ";
    let (problems, sources, _) = look(&texts(&[("a.json", &with(&service("", new)))]));
    assert!(lines(&problems, &sources)[0].contains(known), "{problems:?}");
    check_field(
        &service(r#""serviceArn":"arn","#, new),
        &[
            "warning a.json:2:105 /clusters/0/services/0/quantumPlacement: `quantumPlacement` is newer than this version knows: it is not used | AWS printed it; look whether it bears on availability",
        ],
    );
    check_field(
        &service(r#""serviceArn":"arn","#, r#""desiredCuont":1"#),
        &[
            "a.json:2:105 /clusters/0/services/0/desiredCuont: no field is called `desiredCuont` | did you mean `desiredCount`?",
        ],
    );
}

#[test]
fn numbers() {
    check_field(r#""seed":1e3"#, &[]);
    check_field(r#""seed":1e400"#, &["a.json:2:8 /seed: `1e400` does not fit | numbers go up to about 1.8e308"]);
    check_field(
        r#""alarms":[{"AlarmName":"a","Service":"s","MetricName":"m","Period":5000000000,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold"}]"#,
        &["a.json:2:68 /alarms/0/Period: `Period` must be at most 4294967295, not `5000000000` | lower it"],
    );
    check_field(
        r#""seed":123456789012345678901234"#,
        &[
            "a.json:2:8 /seed: `123456789012345678901234` does not fit | whole numbers go from -9223372036854775808 to 18446744073709551615",
        ],
    );
}

#[test]
fn a_comment_may_stand_in_any_object() {
    check_field(
        r#""$comment":"a","$comment":["b"],"clusters":[{"$comment":1,"clusterName":"c"}],"sed":1"#,
        &["a.json:2:79 /sed: no field is called `sed` | did you mean `seed`?"],
    );
    check_files(
        &[
            ("a.json", &with(r#""detection":{"loss":{"$comment":"why","$file":"b.json"}}"#)),
            ("b.json", r#"{"constant":"1s"}"#),
        ],
        &[],
    );
}

#[test]
fn a_key_written_twice_hides_nothing_else() {
    check_field(
        r#""seed":7,"seed":8,"fault":1"#,
        &[
            "a.json:2:10 : `seed` is written twice | keep one of them; the first stands at a.json:2:1",
            "a.json:2:19 /fault: no field is called `fault` | did you mean `faults`?",
        ],
    );
}

#[test]
fn what_is_no_json() {
    let same = [
        ("//x", "2:1 -: JSON has no comments | put the words into \"$comment\": \"...\"; it may stand in any object"),
        ("\"a\":NaN", "2:5 -: `NaN` is not a JSON value | JSON numbers are finite: leave the field out instead"),
        (
            "\"a\":-Infinity",
            "2:5 -: `-Infinity` is not a JSON value | JSON numbers are finite: leave the field out instead",
        ),
        ("\"a\":True", "2:5 -: `True` is not a JSON value | write true"),
        ("\"a\":None", "2:5 -: `None` is not a JSON value | write null, or leave the field out"),
        ("\"a\":yes", "2:5 -: `yes` is not a JSON value | texts stand in double quotes; true, false and null do not"),
        ("\"x\":1,", "2:6 -: a comma stands before the closing bracket | remove the comma"),
        ("\"a\" 1", "2:5 -: a colon is missing after the key | write \"key\": value"),
        ("\"a\":'x'", "2:5 -: a text needs double quotes | write \"text\""),
        ("\"a\":[1 2]", "2:7 -: a comma is missing | put a comma between two fields or entries"),
        ("\"a\":", "2:5 -: a bracket stands where a value should | write the value, or remove the bracket"),
        ("\"é\":\"é\", 1:2", "2:10 -: a key needs double quotes | write \"key\": value"),
    ];
    for (field, line) in same {
        check_field(field, &[&format!("a.json:{line}")]);
    }
    check(" \n", &["a.json:1:1 -: the file is empty | `evenkeel new NAME` writes a scenario to start from"]);
    check("[", &["a.json:1:1 -: a list is not closed | add the missing `]`"]);
    check("{} {}", &["a.json:1:4 -: something follows the end of the scenario | remove it; one file is one object"]);
    check("\u{feff}{\"version\":1,\"name\":\"x\",\"duration\":\"1h\"}", &[]);
    let deep = "a.json:1:129 -: brackets are nested more than 128 deep | no scenario needs more than a dozen levels";
    check(&"[".repeat(20_000), &[deep]);
}

#[test]
fn bytes_that_are_no_text() {
    for (bytes, expected) in [
        (
            b"{\n\"a\": \"\xff\"}".to_vec(),
            "a.json:2:7 -: `a.json` is not UTF-8: byte 8 is 0xff | save the file as UTF-8",
        ),
        (
            b"\xff\xfe{\0".to_vec(),
            "a.json:1:1 -: `a.json` is not UTF-8: byte 0 is 0xff; it looks like UTF-16 | save the file as UTF-8",
        ),
        (
            vec![b' '; (64 << 20) + 1],
            ": `a.json` is larger than 64 MiB | use `desiredCount` instead of writing things one by one",
        ),
    ] {
        let mut files = Texts::default();
        files.0.insert("a.json".into(), bytes);
        let (problems, sources, _) = look(&files);
        assert_eq!(lines(&problems, &sources), [expected]);
    }
    let missing =
        ": `a.json` does not exist | look at the spelling; `evenkeel new NAME` writes a scenario to start from";
    check_files(&[], &[missing]);
}

#[test]
fn files_are_spliced_and_remember_their_lines() {
    check_files(
        &[
            (
                "a.json",
                &with(
                    r#""clusters":[{"clusterName":"c","services":[{"$file":"ecs/all.json"},{"serviceName":"z","taskDefinition":"t"}]}]"#,
                ),
            ),
            ("ecs/all.json", "[{\"serviceName\":\"a\",\"taskDefinition\":\"t\"},\n{\"$file\":\"b.json\"}]"),
            ("ecs/b.json", "{\n  \"serviceNam\":\"b\",\"taskDefinition\":\"t\"}"),
        ],
        &[
            "ecs/b.json:2:3 /clusters/0/services/1/serviceNam: no field is called `serviceNam` | did you mean `serviceName`?",
        ],
    );
}

#[test]
fn what_a_file_that_is_not_there_would_have_brought_is_not_missed_as_well() {
    let scenario = |services: &str, definitions: &str| {
        with(&format!(
            r#""taskDefinitions":[{definitions}],"clusters":[{{"clusterName":"c","capacityProviders":["FARGATE"],"services":[{services}]}}],
"traffic":[{{"service":"c/web","rate":"1/s","requestsPerTask":"5/s"}}],"changes":[{{"name":"new","at":"1h","service":"d/web"}}]"#
        ))
    };
    let gone = r#"{"$file":"b.json"}"#;
    let web = r#"{"family":"web","cpu":"256","memory":"512","networkMode":"awsvpc","containerDefinitions":[{"name":"web","image":"web:1"}]}"#;
    let service = r#"{"serviceName":"web","taskDefinition":"web","desiredCount":2,"launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["a"]}}}"#;
    let told = |file: String| -> Vec<String> {
        let reading = evenkeel::Scenario::read("a.json", &texts(&[("a.json", &file)]));
        let errors = reading.problems.list.iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| format!("{}: {}", one.at, one.message)).collect()
    };
    for definitions in [web, ""] {
        let said = told(scenario(gone, definitions));
        assert!(said.len() == 1 && said[0].ends_with("`b.json` does not exist"), "{said:#?}");
    }
    // Of another kind than what is missing everything is told.
    let said = told(scenario(service, gone));
    assert!(said.len() == 2 && said[0].ends_with("`b.json` does not exist"), "{said:#?}");
    assert!(said[1].contains("no service is called `d/web`"), "{said:#?}");
}

#[test]
fn files_that_cannot_be_taken() {
    let start = |start: &str| with(&format!("\"fault\":1,\"detection\":{start}"));
    let rat = "a.json:2:1 /fault: no field is called `fault` | did you mean `faults`?";
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json"}"#)), ("b.json", r#"{"$file":"a.json"}"#)],
        &[
            "b.json:1:10 /detection: `a.json` leads back to itself: a.json -> b.json -> a.json | take one of these `$file` out",
            rat,
        ],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json"}"#))],
        &["a.json:2:32 /detection: `b.json` does not exist | the path is relative to `a.json`", rat],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json","x":1}"#)), ("b.json", "{}")],
        &[rat, "a.json:2:41 /detection/x: no field is called `x` | known: loss, hostChecks, target"],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":3}"#))],
        &["a.json:2:32 /detection: `$file` needs the path of a file | write \"$file\": \"ecs/web.json\"", rat],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json"}"#)), ("b.json", "{\"constant\":\n}")],
        &["b.json:2:1 : a bracket stands where a value should | write the value, or remove the bracket", rat],
    );
}

/// What is left of a wrapped list.
fn check_wrapped(field: &str, pointer: &str, expected: &str, notes: &[&str]) {
    let (problems, sources, value) = look(&texts(&[("a.json", &with(field))]));
    assert_eq!(value.unwrap().pointer(pointer).unwrap().to_string(), expected);
    // The objects are no more than named.
    let said = lines(&problems, &sources).into_iter().filter(|line| !line.contains("` is missing |"));
    assert_eq!(said.collect::<Vec<_>>(), notes);
}

#[test]
fn wrappers_of_the_command_line_are_taken_off() {
    check_wrapped(
        r#""clusters":[{"clusters":[{"clusterName":"a","capacityProviders":["FARGATE"]}],"failures":[]},{"cluster":{"clusterName":"b"}}]"#,
        "/clusters",
        r#"[{"clusterName":"a","capacityProviders":["FARGATE"]},{"clusterName":"b"}]"#,
        &[],
    );
    check_wrapped(
        r#""clusters":[{"clusterName":"a","services":{"services":[{"serviceName":"x","taskDefinition":"t"}],"failures":[{"reason":"MISSING"}]}}]"#,
        "/clusters/0/services",
        r#"[{"serviceName":"x","taskDefinition":"t"}]"#,
        &[
            "warning a.json:2:98 /clusters/0/services: `failures` names 1 that AWS could not describe | what is missing there is not simulated",
        ],
    );
    check_wrapped(
        r#""taskDefinitions":[{"taskDefinition":{"family":"web","containerDefinitions":[]},"tags":[1]},{"family":"x","containerDefinitions":[]}]"#,
        "/taskDefinitions",
        r#"[{"family":"web","containerDefinitions":[]},{"family":"x","containerDefinitions":[]}]"#,
        &["note a.json:2:81 /taskDefinitions: `tags` beside `taskDefinitions` is not used"],
    );
    check_wrapped(
        r#""capacityProviders":[{"capacityProvider":{"name":"n"}}],"autoScalingGroups":[{"AutoScalingGroups":[{"AutoScalingGroupName":"g"}]}]"#,
        "/autoScalingGroups",
        r#"[{"AutoScalingGroupName":"g"}]"#,
        &[],
    );
    check_wrapped(
        r#""instanceTypes":[{"InstanceTypes":[{"InstanceType":"m5.large"}]},{"InstanceType":"c5.large"}]"#,
        "/instanceTypes",
        r#"[{"InstanceType":"m5.large"},{"InstanceType":"c5.large"}]"#,
        &[],
    );
    check_wrapped(
        r#""alarms":[{"MetricAlarms":[{"AlarmName":"a"}],"CompositeAlarms":[]},{"AlarmName":"b"}]"#,
        "/alarms",
        r#"[{"AlarmName":"a"},{"AlarmName":"b"}]"#,
        &[],
    );
}
