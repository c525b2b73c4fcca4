//! Everyday inputs of an account, each with the words that it must give, or none.

use super::pasted::{said, scenario};

const NETWORK: &str = r#""networkConfiguration":{"awsvpcConfiguration":{"subnets":["a","b","c"]}}"#;
const MANAGED: &str = r#""instanceLaunchTemplate":{"ec2InstanceProfileArn":"p","networkConfiguration":{"subnets":["a","b","c"]},
"instanceRequirements":{"vCpuCount":{"min":2,"max":8},"memoryMiB":{"min":4096},"bareMetal":"required","cpuManufacturers":["amazon-web-services"],
"acceleratorTypes":["fpga"]}}"#;

/// A service on the hosts of a group.
fn on_hosts(container: &str, definition: &str, group: &str, service: &str) -> String {
    scenario(&format!(
        r#""taskDefinitions":[{{"family":"web",{definition}"containerDefinitions":[{{"name":"app",{container}}}]}}],
"capacityProviders":[{{"name":"nodes","autoScalingGroupProvider":{{"autoScalingGroupArn":"g"}}}}],
"autoScalingGroups":[{{"AutoScalingGroupName":"g",{group}}}],
"clusters":[{{"clusterName":"c","capacityProviders":["nodes"],"services":[{{"serviceName":"s","taskDefinition":"web","desiredCount":3,
"launchType":"EC2"{service}}}]}}]"#
    ))
}

/// The same on Managed Instances.
fn managed() -> String {
    scenario(&format!(
        r#""taskDefinitions":[{{"family":"web","networkMode":"awsvpc","cpu":"1024","memory":"2048","containerDefinitions":[{{"name":"app"}}]}}],
"capacityProviders":[{{"name":"mi","managedInstancesProvider":{{"infrastructureRoleArn":"r",{MANAGED}}}}}],
"clusters":[{{"clusterName":"c","capacityProviders":["mi"],"services":[{{"serviceName":"s","taskDefinition":"web","desiredCount":3,
"capacityProviderStrategy":[{{"capacityProvider":"mi","weight":1}}],{NETWORK}}}]}}]"#
    ))
}

/// Holds everything that is said of a scenario; the words of each line are a part of it.
fn check(text: &str, expected: &[&str]) {
    let (lines, _) = said(&[("a.json", text)]);
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, words) in lines.iter().zip(expected) {
        assert!(line.contains(words), "{words}: {lines:#?}");
    }
}

#[test]
fn what_hosts_lack_is_said() {
    let small = r#""cpu":256,"memory":256"#;
    let three = r#""MinSize":3,"MaxSize":3,"Instances":[{"InstanceType":"m5.large"}]"#;
    let arm = r#""runtimePlatform":{"cpuArchitecture":"ARM64","operatingSystemFamily":"LINUX"},"#;
    check(&on_hosts(small, "", three, ""), &[]);
    check(&on_hosts(small, arm, three, ""), &["`c/s` needs hosts of the architecture arm64"]);
    let gpus = format!(r#"{small},"resourceRequirements":[{{"type":"GPU","value":"8"}}]"#);
    check(&on_hosts(&gpus, "", three, ""), &["`c/s` needs hosts with 8 GPUs"]);
    let shared = format!(
        r#"{small},"resourceRequirements":[{{"type":"GPU","sharingStrategy":{{"nvidiaMps":{{"memory":1024}}}}}}]"#
    );
    check(
        &on_hosts(&shared, "", three, ""),
        &["`sharingStrategy` bears on availability", "`c/s` needs hosts with 1 GPU"],
    );
    let none = format!(r#"{small},"resourceRequirements":[{{"type":"GPU"}}]"#);
    check(&on_hosts(&none, "", three, ""), &["`value` is missing | write \"value\": \"1\""]);
    check(
        &on_hosts(r#""cpu":8192,"memory":16384"#, "", three, ""),
        &["`c/s` wants 3 tasks; its hosts have room for 0 at most"],
    );
    let unknown = r#""MinSize":3,"MaxSize":3,"Instances":[{"InstanceType":"zz9.plural"},{"InstanceType":"zz9.plural"},{"InstanceType":"zz9.plural"}]"#;
    check(&on_hosts(small, "", unknown, ""), &["no instance type is called `zz9.plural`"]);
    check(&managed(), &["no known instance type meets the requirements"]);
}

#[test]
fn the_requirement_that_leaves_no_type_is_named() {
    let told = |requirements: &str| {
        let text = managed();
        let (head, rest) = text.split_once("\"instanceRequirements\":{").unwrap();
        let (_, tail) = rest.split_once("[\"fpga\"]").unwrap();
        let text = format!("{head}\"instanceRequirements\":{{{requirements}{tail}");
        let (lines, _) = said(&[("a.json", &text)]);
        lines[0].split_once(" | ").map(|(_, hint)| hint.to_owned()).unwrap_or_default()
    };
    let size = r#""vCpuCount":{"min":2,"max":8},"memoryMiB":{"min":4096}"#;
    let add = "or add types to `instanceTypes`";
    for (requirements, hint) in [
        (
            format!(r#"{size},"cpuManufacturers":["zilog"]"#),
            format!("without `cpuManufacturers` some types would fit: widen it, {add}"),
        ),
        (
            format!(r#"{size},"allowedInstanceTypes":["m99.*"]"#),
            format!("without `allowedInstanceTypes` some types would fit: widen it, {add}"),
        ),
        (
            format!(r#"{size},"allowedInstanceTypes":["m99.*"],"cpuManufacturers":["zilog"]"#),
            format!("without `allowedInstanceTypes` and `cpuManufacturers` some types would fit: widen them, {add}"),
        ),
        (
            format!(
                r#"{size},"allowedInstanceTypes":["m99.*"],"cpuManufacturers":["zilog"],"acceleratorNames":["abacus"]"#
            ),
            format!("more than two requirements are in the way: leave some out, {add}"),
        ),
        (
            r#""vCpuCount":{"min":2},"memoryMiB":{"min":99999999}"#.to_owned(),
            format!("without `memoryMiB` some types would fit: widen it, {add}"),
        ),
    ] {
        assert_eq!(told(&requirements), hint, "{requirements}");
    }
}

#[test]
fn members_that_aws_has_added_are_known() {
    let small = r#""cpu":256,"memory":256"#;
    let trusted = r#""trustedExecutionConfiguration":{"isolationMode":"ISOLATED_SANDBOX"},"#;
    let shared = trusted.replace("ISOLATED_SANDBOX", "SHARED");
    let group = r#""MinSize":3,"MaxSize":3,"MixedInstancesPolicy":{"LaunchTemplate":{"Overrides":[{"InstanceType":"m5.large"}]},
"InstancesDistribution":{"DistributionSegments":[{"TargetCapacityTypes":["on-demand-capacity-reservation"]}]}}"#;
    let gateway = r#","gatewayConnectors":[{"portName":"web"}],"deploymentConfiguration":{"earlySuccessCriteria":{"enable":false}}"#;
    let plain = r#""MinSize":3,"MaxSize":3,"Instances":[{"InstanceType":"m5.large"}]"#;
    let bears = |field: &str| format!("warning a.json:{field}");
    let told = |text: &str| -> Vec<String> {
        let (lines, found) = said(&[("a.json", text)]);
        assert!(found.is_some(), "{lines:#?}");
        lines
            .iter()
            .filter(|line| line.starts_with(&bears("")))
            .map(|line| line.split('`').nth(1).unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(told(&on_hosts(small, trusted, plain, "")), ["trustedExecutionConfiguration"]);
    assert_eq!(told(&on_hosts(small, &shared, plain, "")), [""; 0]);
    assert_eq!(told(&on_hosts(small, "", group, gateway)), ["DistributionSegments", "gatewayConnectors"]);
    let enclaves = managed()
        .replace(r#""acceleratorTypes":["fpga"]"#, r#""instanceGenerations":["current"]"#)
        .replace(r#""bareMetal":"required","cpuManufacturers":["amazon-web-services"],"#, "")
        .replace(r#""ec2InstanceProfileArn":"p","#, r#""ec2InstanceProfileArn":"p","nitroEnclavesEnabled":true,"#);
    assert_eq!(told(&enclaves), ["nitroEnclavesEnabled"]);
}
