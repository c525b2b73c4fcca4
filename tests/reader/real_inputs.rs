//! Files as an account gives them, each of which was once read wrongly or refused without a way out: what is said of
//! each, and the number that shows that it was understood. The files stand in `real_inputs`.

use evenkeel::{Options, Scenario, Severity, Texts};
use serde_json::Value;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reader/real_inputs");

/// The files and what `services` of `describe-clusters` stands beside.
#[expect(clippy::disallowed_methods, reason = "a test reads its files")]
fn files() -> Texts {
    let mut texts = Texts::default();
    for folder in ["", "printed/"] {
        for entry in std::fs::read_dir(format!("{FOLDER}/{folder}")).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                let name = format!("{folder}{}", entry.file_name().to_str().unwrap());
                texts.0.insert(name, std::fs::read_to_string(entry.path()).unwrap().into_bytes());
            }
        }
    }
    texts
}

/// Errors and warnings of a file as `error[code] pointer: message | hint`, and its results where it can run.
fn look(name: &str) -> (Vec<String>, Option<Value>) {
    let reading = Scenario::read(&format!("{name}.json"), &files());
    let line = |one: &evenkeel::Problem| {
        let word = if one.severity == Severity::Error { "error" } else { "warning" };
        let pointer = reading.sources.pointer(&one.at).unwrap_or_default();
        let hint = one.hint.as_deref().unwrap_or("no way out");
        format!("{word}[{}] {pointer}: {} | {hint}", one.code.word(), one.told())
    };
    let told = reading.problems.list.iter().filter(|one| one.severity != Severity::Note).map(line).collect();
    let summary = reading.scenario.map(|scenario| scenario.run(&Options::default(), &()).summary);
    (told, summary.map(|summary| serde_json::to_value(summary).unwrap()))
}

/// A file is answered with exactly these problems, and with these numbers (to four digits or more) where it can run.
fn check(name: &str, said: &[&str], numbers: &[(&str, f64)]) {
    let (told, summary) = look(name);
    assert_eq!(told, said, "{name}");
    let summary = summary.unwrap_or_default();
    assert_eq!(summary.is_null(), numbers.is_empty(), "{name}: it runs and has numbers, or neither");
    for (pointer, expected) in numbers {
        let found = summary.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
        assert!((found - expected).abs() <= 5e-5 * expected.abs().max(1.0), "{name} {pointer}: {found}");
    }
}

const RUNNING: &str = "/services/0/running/mean/mean";
const MOST: &str = "/services/0/running/max/mean";
const AVAILABLE: &str = "/services/0/capacityAvailability/mean";

/// A file that can run and of which nothing is said.
fn quiet(name: &str, numbers: &[(&str, f64)]) {
    check(name, &[], numbers);
}

#[test]
fn hosts_of_one_zone_die_together() {
    let hit = "/faults/0/hit";
    let [tasks, hosts] = [format!("{hit}/tasks/mean"), format!("{hit}/hosts/mean")];
    quiet("hosts-in-one-zone", &[(&tasks, 3.0), (&hosts, 3.0), ("/faults/0/blastRadius/mean", 1.0)]);
}

#[test]
fn hosts_are_of_the_printed_types() {
    quiet("host-types", &[(AVAILABLE, 1.0), (RUNNING, 3.0)]);
    quiet("amd-hosts", &[(AVAILABLE, 1.0), (RUNNING, 3.0)]);
}

#[test]
fn what_fits_no_host_is_never_placed() {
    let other = "give it capacity with other instance types, or change its task definition";
    for (name, told) in [
        (
            "no-room-at-the-start",
            "warning[no-room] /autoScalingGroups: `c/s` wants 3 tasks; its hosts have room for 0 at most | raise MaxSize or DesiredCapacity, or lower `desiredCount`".to_owned(),
        ),
        (
            "gpu",
            format!("warning[no-room] /clusters/0/services/0/taskDefinition: `c/s` needs hosts with 8 GPUs (none of them has one): ECS takes it and never places a task | {other}"),
        ),
        (
            "arm-on-x86",
            format!("warning[no-room] /clusters/0/services/0/taskDefinition: `c/s` needs hosts of the architecture arm64: ECS takes it and never places a task | {other}"),
        ),
    ] {
        check(name, &[&told], &[(AVAILABLE, 0.0), (MOST, 0.0)]);
    }
}

#[test]
fn managed_instances_are_not_of_a_type_that_they_exclude() {
    check(
        "managed-instances-of-bare-metal-gpus",
        &[
            "error[no-capacity] /capacityProviders/0/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements: no known instance type meets the requirements | without `bareMetal` some types would fit: widen it, or add types to `instanceTypes`",
        ],
        &[],
    );
}

/// The zone is dark from 20 to 100 minutes; only then does the group launch what it lost.
#[test]
fn a_balanced_only_group_waits_for_its_zone() {
    quiet("balanced-only", &[(AVAILABLE, 0.31018), ("/faults/0/fullStrengthSeconds/mean", 4_966.7)]);
}

#[test]
fn region_account_and_age_of_a_service_are_read() {
    quiet("region-in-the-arn", &[("/services/0/zoneShare/euc1-az1/mean", 1.0 / 3.0), (RUNNING, 3.0)]);
    // A launch bucket for both.
    quiet("one-account-two-clusters", &[(AVAILABLE, 0.88336), ("/services/1/capacityAvailability/mean", 0.88056)]);
    quiet("zones-of-another-region", &[("/services/0/zoneShare/euw1-az1/mean", 1.0 / 3.0)]);
    // The lost third is started in the other two zones, and stays there.
    quiet("rebalancing-of-an-old-service", &[("/faults/0/hit/tasks/mean", 10.0), (MOST, 30.0)]);
    let (_, summary) = look("rebalancing-of-an-old-service");
    assert!(summary.unwrap().pointer("/faults/0/balancedSeconds").unwrap().is_null(), "nobody evens the zones out");
    let reading = Scenario::read("rebalancing-of-an-old-service.json", &files());
    let notes: Vec<String> = reading.problems.list.iter().map(evenkeel::Problem::told).collect();
    let note = "created before 5 September 2025: its `availabilityZoneRebalancing` is DISABLED";
    assert!(notes.iter().any(|one| one == note), "{notes:#?}");
}

#[test]
fn everyday_pastes_are_taken_whole() {
    for name in [
        "default-strategy-zero",
        "early-success-criteria",
        "null-from-the-console",
        "services-beside-a-printed-cluster",
    ] {
        quiet(name, &[(AVAILABLE, 1.0), (RUNNING, 1.0)]);
    }
    quiet("fargate-definition-on-ec2", &[(AVAILABLE, 1.0), (RUNNING, 3.0)]);
    quiet("describe-alarms", &[(AVAILABLE, 1.0), (RUNNING, 1.0)]);
}

#[test]
fn what_is_dead_or_needs_nothing_is_told() {
    let active = "remove it, or write the status ACTIVE";
    check(
        "inactive",
        &[
            &format!(
                "warning[left-out] /clusters/0/status: the cluster `c` is INACTIVE: it is left out, with its services | {active}"
            ),
            &format!(
                "warning[left-out] /taskDefinitions/0/status: the task definition `web` is DELETE_IN_PROGRESS and in no use: it is left out | {active}"
            ),
        ],
        &[("/simulatedSeconds", 3_600.0)],
    );
    check(
        "need-zero",
        &[
            "warning[unwatched] /clusters/0/services/0/deploymentConfiguration/minimumHealthyPercent: `c/db` has no need, so that nothing can be short of it | write `traffic`, or a `minimumHealthyPercent` above 0",
        ],
        &[(RUNNING, 0.1346)],
    );
    let (_, summary) = look("need-zero");
    assert!(summary.unwrap().pointer("/services/0/capacityAvailability").unwrap().is_null());
}

#[test]
fn what_stands_in_the_wrong_place_or_cannot_be_is_one_error() {
    for (name, told) in [
        (
            "bare-container",
            "error[wrong-type] /taskDefinitions/0: this looks like a container definition, and stands in `taskDefinitions` | put it into `containerDefinitions` of a task definition",
        ),
        (
            "external-controller",
            "error[not-modelled] /clusters/0/services/0: the deployment controller EXTERNAL is not modelled yet | write ECS, or leave it out; then the service needs a `taskDefinition`",
        ),
        (
            "eleven-containers",
            "error[refused-by-aws] /taskDefinitions/0/containerDefinitions: ECS takes 1 to 10 containers, not 11 | split them over several task definitions",
        ),
    ] {
        check(name, &[told], &[]);
    }
}

/// No file lies there unread.
#[test]
fn every_file_is_looked_at() {
    let own = include_str!("real_inputs.rs");
    let names: Vec<String> = files().0.into_keys().filter(|name| !name.contains('/')).collect();
    assert_eq!(names.len(), 23);
    let unread: Vec<&String> =
        names.iter().filter(|name| !own.contains(&format!("\"{}\"", name.trim_end_matches(".json")))).collect();
    assert!(unread.is_empty(), "{unread:?}");
}
