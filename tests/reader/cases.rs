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
        r#""laws":[{"lognormall":{"median":"5m"}}]"#,
        &["a.json:2:10 /laws/0/lognormall: no kind of law is called `lognormall` | did you mean `lognormal`?"],
    );
    check_field(
        r#""bound":{"atLest":1}"#,
        &["a.json:2:10 /bound/atLest: no bound is called `atLest` | did you mean `atLeast`?"],
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
        r#""breaks":[{"hostCrash":{},"taskCrash":{}},{"hostCrash":{},"x":1}]"#,
        &[
            "a.json:2:27 /breaks/0/taskCrash: `taskCrash` stands beside `hostCrash` | one kind of break only: take one out or write two entries",
            "a.json:2:59 /breaks/1/x: no field is called `x` | `hostCrash` stands alone in its object",
        ],
    );
    check_field(
        r#""bound":7"#,
        &[
            "a.json:2:9 /bound: `bound` must be an object with one bound, not `7` | write { \"atLeast\": ... }; known: atLeast, atMost",
        ],
    );
}

#[test]
fn faults_inside_the_chosen_kind() {
    check_field(
        r#""breaks":[{"zonePowerLoss":{"zne":"a","share":"0.5"}}]"#,
        &[
            "a.json:2:29 /breaks/0/zonePowerLoss/zne: no field is called `zne` | did you mean `zone`?",
            "a.json:2:47 /breaks/0/zonePowerLoss/share: `share` must be a number, not the text `0.5` | write 0.5 without quotes",
        ],
    );
    check_field(
        r#""start":{"exponential":{}}"#,
        &["a.json:2:24 /start/exponential: `mean` is missing | write \"mean\": \"45m\""],
    );
    check_field(r#""start":null"#, &[]);
}

#[test]
fn a_quantity_needs_a_unit() {
    check_field(
        r#""faults":[{"name":"a","hostCrash":{},"for":45}]"#,
        &["a.json:2:44 /faults/0/for: `for` needs a unit | write \"45m\" for 45 minutes"],
    );
    check_field(
        r#""laws":[{"constant":"1"},{"constant":"1 m"},{"constant":"1 fortnight"}]"#,
        &[
            "a.json:2:21 /laws/0/constant: `constant` needs a unit | write \"1m\" for 1 minute",
            "a.json:2:38 /laws/1/constant: `constant` has a space before its unit | write \"1m\"",
            "a.json:2:57 /laws/2/constant: `constant` needs a unit | write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\"",
        ],
    );
    let rate = "a.json:2:8 /rate: `rate` needs a unit of time | write \"20/s\" for 20 each second";
    check_field(r#""rate":20"#, &[rate]);
    check_field(r#""rate":"20""#, &[rate]);
    check_field(
        r#""rate":"20/fortnight""#,
        &[
            "a.json:2:8 /rate: `rate` has no unit `fortnight`: use /s, /min, /h or /d | write it like \"20/s\", \"500/min\" or \"3/h\"",
        ],
    );
}

#[test]
fn fields_and_values() {
    check_field(
        r#""clusters":[{"clusterNme":"a","services":[{"serviceName":"web","desiredCount":-3,"tags":true},{"serviceName":4,"desiredCount":2.5}]}]"#,
        &[
            "a.json:2:14 /clusters/0/clusterNme: no field is called `clusterNme` | did you mean `clusterName`?",
            "a.json:2:79 /clusters/0/services/0/desiredCount: `desiredCount` must be at least 0, not `-3` | write a number from 0 to 5000",
            "a.json:2:110 /clusters/0/services/1/serviceName: `serviceName` must be a text, not `4` | write \"4\" in quotes",
            "a.json:2:127 /clusters/0/services/1/desiredCount: `desiredCount` must be a whole number, not `2.5` | write 2 or 3",
            "note a.json:2:82 /clusters/0/services/0/tags: `tags` is accepted and has no bearing on availability",
        ],
    );
    check_field(
        r#""launchType":"FARGTE""#,
        &["a.json:2:14 /launchType: `launchType` cannot be `FARGTE` | did you mean `FARGATE`?"],
    );
    check_field(r#""launchType":3"#, &["a.json:2:14 /launchType: `launchType` cannot be `3` | one of: EC2, FARGATE"]);
    check_field(
        r#""pins":{"a":300}"#,
        &["a.json:2:13 /pins/a: `a` must be at most 255, not `300` | write a number from 0 to 255"],
    );
    check_field(
        r#""either":{"left":1,"right":300}"#,
        &["a.json:2:28 /either/right: `right` must be at most 255, not `300` | write a number from 0 to 255"],
    );
    check_field(
        r#""clusters":{}"#,
        &[
            "a.json:2:12 /clusters: `clusters` must be a list `[ ... ]`, not an object | write a list with this object in it: [ { ... } ]",
        ],
    );
    check(
        "{}",
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

#[test]
fn numbers() {
    check_field(r#""seed":1e3"#, &[]);
    check_field(r#""seed":1e400"#, &["a.json:2:8 /seed: `1e400` does not fit | numbers go up to about 1.8e308"]);
    check_field(
        r#""seed":5000000000"#,
        &[
            "a.json:2:8 /seed: `seed` must be at most 4294967295, not `5000000000` | write a number from 0 to 4294967295",
        ],
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
        &[("a.json", &with(r#""start":{"$comment":"why","$file":"b.json"}"#)), ("b.json", r#"{"constant":"1s"}"#)],
        &[],
    );
}

#[test]
fn a_key_written_twice_hides_nothing_else() {
    check_field(
        r#""seed":7,"seed":8,"rat":1"#,
        &[
            "a.json:2:10 : `seed` is written twice | keep one of them; the first stands at a.json:2:1",
            "a.json:2:19 /rat: no field is called `rat` | did you mean `rate`?",
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
    check("\u{feff}{\"name\":\"x\",\"duration\":\"1h\"}", &[]);
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
                &with(r#""clusters":[{"clusterName":"c","services":[{"$file":"ecs/all.json"},{"serviceName":"z"}]}]"#),
            ),
            ("ecs/all.json", "[{\"serviceName\":\"a\"},\n{\"$file\":\"b.json\"}]"),
            ("ecs/b.json", "{\n  \"serviceNam\":\"b\"}"),
        ],
        &[
            "ecs/b.json:2:3 /clusters/0/services/1/serviceNam: no field is called `serviceNam` | did you mean `serviceName`?",
        ],
    );
}

#[test]
fn files_that_cannot_be_taken() {
    let start = |start: &str| with(&format!("\"rat\":1,\"start\":{start}"));
    let rat = "a.json:2:1 /rat: no field is called `rat` | did you mean `rate`?";
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json"}"#)), ("b.json", r#"{"$file":"a.json"}"#)],
        &[
            "b.json:1:10 /start: `a.json` leads back to itself: a.json -> b.json -> a.json | take one of these `$file` out",
            rat,
        ],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json"}"#))],
        &["a.json:2:26 /start: `b.json` does not exist | the path is relative to `a.json`", rat],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":"b.json","x":1}"#)), ("b.json", "{}")],
        &[
            "a.json:2:35 /start: `x` stands beside `$file` | write it in the named file, or write the whole object here",
            rat,
        ],
    );
    check_files(
        &[("a.json", &start(r#"{"$file":3}"#))],
        &["a.json:2:26 /start: `$file` needs the path of a file | write \"$file\": \"ecs/web.json\"", rat],
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
    assert_eq!(lines(&problems, &sources), notes);
}

#[test]
fn wrappers_of_the_command_line_are_taken_off() {
    check_wrapped(
        r#""clusters":[{"clusters":[{"clusterName":"a","capacityProviders":["FARGATE"]}],"failures":[]},{"cluster":{"clusterName":"b"}}]"#,
        "/clusters",
        r#"[{"clusterName":"a","capacityProviders":["FARGATE"]},{"clusterName":"b"}]"#,
        &["note a.json:2:79 /clusters: `failures` beside `clusters` is not used"],
    );
    check_wrapped(
        r#""clusters":[{"clusterName":"a","services":{"services":[{"serviceName":"x"}],"failures":[{"reason":"MISSING"}]}}]"#,
        "/clusters/0/services",
        r#"[{"serviceName":"x"}]"#,
        &[
            "warning a.json:2:77 /clusters/0/services: `failures` names 1 that AWS could not describe | what is missing there is not simulated",
        ],
    );
    check_wrapped(
        r#""taskDefinitions":[{"taskDefinition":{"family":"web"},"tags":[]},{"family":"x"}]"#,
        "/taskDefinitions",
        r#"[{"family":"web"},{"family":"x"}]"#,
        &["note a.json:2:55 /taskDefinitions: `tags` beside `taskDefinitions` is not used"],
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
        &["note a.json:2:47 /alarms: `CompositeAlarms` beside `MetricAlarms` is not used"],
    );
}
