//! What the AWS CLI prints, pasted whole: the files of a scenario and what the reader says of them.

use super::{line, texts};
use evenkeel::Scenario;
use evenkeel::internals::model::problem::{Code, Severity};

/// A scenario of one line, and what stands in it.
fn scenario(fields: &str) -> String {
    format!("{{\"version\":1,\"name\":\"x\",\"duration\":\"1h\",\n{fields}}}")
}

/// Everything but defaults that is said of `a.json`, form and meaning.
fn said(files: &[(&str, &str)]) -> (Vec<String>, Option<Scenario>) {
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

fn check(files: &[(&str, &str)], expected: &[&str]) -> Option<Scenario> {
    let (lines, scenario) = said(files);
    assert_eq!(lines, expected, "{files:#?}");
    scenario
}

const WEB: &str = r#""taskDefinitions":[{"family":"web","cpu":"256","memory":"512","networkMode":"awsvpc",
"containerDefinitions":[{"name":"app","image":"web:1"}]}]"#;

const SERVICE: &str = r#""serviceName":"web","taskDefinition":"web","desiredCount":2,"launchType":"FARGATE",
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
