//! What a random cluster can launch on.

use crate::dice::Dice;
use serde_json::{Value, json};

/// How a service finds capacity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Fargate,
    /// Auto Scaling groups, through strategies or `launchType` EC2.
    Groups,
    Managed,
    /// Hosts outside AWS.
    External,
}

/// The zone on premises.
pub(crate) const SITE: &str = "site";

/// A cluster's capacity: names by kind, and the objects that stand behind them.
#[derive(Default)]
pub(crate) struct Capacity {
    pub(crate) groups: Vec<String>,
    pub(crate) managed: Vec<String>,
    pub(crate) providers: Vec<Value>,
    pub(crate) auto_scaling_groups: Vec<Value>,
    pub(crate) behaviour: Vec<Value>,
    /// Hosts outside AWS.
    pub(crate) external: Vec<Value>,
    /// Whether any of it can be taken back.
    pub(crate) spot: bool,
}

impl Capacity {
    /// `away`: zones that are no availability zones, by id.
    pub(crate) fn roll(dice: &mut Dice, cluster: &str, zones: &[String], away: &[String]) -> Capacity {
        let mut found = Capacity::default();
        for row in 0..dice.below(3) {
            let ec2: Vec<String> = zones.iter().chain(away.iter().filter(|zone| *zone != SITE)).cloned().collect();
            found.group(dice, &format!("{cluster}-asg-{row}"), &ec2);
        }
        if dice.one_in(3) {
            found.managed(dice, &format!("{cluster}-managed"), zones);
        }
        if away.iter().any(|zone| zone == SITE) {
            for kind in ["m5.large", "t3.large"].iter().take(dice.between(1, 2) as usize) {
                found.external.push(json!({ "zone": SITE, "instanceType": kind, "count": dice.between(1, 5) }));
            }
        }
        found
    }

    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let mut kinds = vec![Kind::Fargate];
        kinds.extend((!self.groups.is_empty()).then_some(Kind::Groups));
        kinds.extend((!self.managed.is_empty()).then_some(Kind::Managed));
        kinds.extend((!self.external.is_empty()).then_some(Kind::External));
        kinds
    }

    fn habits(&mut self, dice: &mut Dice, name: &str, group: bool) {
        if dice.one_in(2) {
            let mut row = json!({ "capacityProvider": name });
            dice.perhaps(2, &mut row, "boot", |dice| dice.law(90));
            dice.perhaps(6, &mut row, "boot", |_| json!({ "constant": "0s" }));
            if group {
                dice.perhaps(3, &mut row, "spotInstanceDraining", |_| json!(true));
                dice.perhaps(3, &mut row, "eniTrunking", |_| json!(true));
            }
            if row.as_object().is_some_and(|row| row.len() > 1) {
                self.behaviour.push(row);
            }
        }
    }

    fn group(&mut self, dice: &mut Dice, name: &str, zones: &[String]) {
        let least = dice.below(4);
        let most = least + dice.between(1, 12);
        let types = ["m5.large", "m5.xlarge", "m6i.large", "m6g.large", "t3.large"];
        let overrides: Vec<Value> =
            (0..dice.between(1, 2)).map(|_| json!({ "InstanceType": dice.pick(&types) })).collect();
        let mut policy = json!({ "LaunchTemplate": { "Overrides": overrides } });
        if dice.one_in(3) {
            self.spot = true;
            policy["InstancesDistribution"] = json!({ "OnDemandPercentageAboveBaseCapacity": 0 });
        }
        let mut row = json!({
            "AutoScalingGroupName": name, "MinSize": least, "MaxSize": most,
            "DesiredCapacity": dice.between(least, most), "MixedInstancesPolicy": policy,
        });
        dice.perhaps(2, &mut row, "AvailabilityZoneIds", |dice| json!(some(dice, zones)));
        dice.perhaps(4, &mut row, "Instances", |dice| {
            json!((0..dice.below(most + 2)).map(|_| printed(dice, &types, zones)).collect::<Vec<_>>())
        });
        // Hosts stand in zones that the group has.
        if row.get("Instances").is_some() {
            row["AvailabilityZoneIds"] = json!(zones);
        }
        dice.perhaps(
            5,
            &mut row,
            "AvailabilityZoneDistribution",
            |_| json!({ "CapacityDistributionStrategy": "balanced-only" }),
        );
        dice.perhaps(4, &mut row, "SuspendedProcesses", |_| json!([{ "ProcessName": "AZRebalance" }]));
        let mut provider = json!({ "autoScalingGroupArn": name });
        if !dice.one_in(4) {
            let mut scaling = json!({ "targetCapacity": dice.pick(&[100, 100, 80, 50]) });
            dice.perhaps(3, &mut scaling, "minimumScalingStepSize", |dice| json!(dice.between(1, 3)));
            dice.perhaps(3, &mut scaling, "maximumScalingStepSize", |dice| json!(dice.between(3, 9)));
            dice.perhaps(3, &mut scaling, "instanceWarmupPeriod", |dice| json!(dice.below(600)));
            provider["managedScaling"] = scaling;
            if dice.one_in(3) {
                provider["managedTerminationProtection"] = json!("ENABLED");
                row["NewInstancesProtectedFromScaleIn"] = json!(true);
            }
        }
        dice.perhaps(3, &mut provider, "managedDraining", |_| json!("DISABLED"));
        self.auto_scaling_groups.push(row);
        self.providers.push(json!({ "name": name, "autoScalingGroupProvider": provider }));
        self.groups.push(name.to_owned());
        self.habits(dice, name, true);
    }

    fn managed(&mut self, dice: &mut Dice, name: &str, zones: &[String]) {
        // Over one to three zones, or more: tasks are packed in one, and spread over three.
        let mut over = some(dice, zones);
        if !dice.one_in(4) {
            over.truncate(dice.between(1, 3) as usize);
        }
        let subnets: Vec<String> = over.iter().map(|zone| format!("subnet-{zone}")).collect();
        let mut template = json!({ "networkConfiguration": { "subnets": subnets } });
        if dice.one_in(3) {
            self.spot = true;
            template["capacityOptionType"] = json!("SPOT");
        }
        dice.perhaps(
            2,
            &mut template,
            "instanceRequirements",
            |dice| json!({ "vCpuCount": { "min": dice.pick(&[0, 2, 4]), "max": 8 }, "memoryMiB": { "min": 0 } }),
        );
        let mut provider = json!({ "instanceLaunchTemplate": template });
        dice.perhaps(
            2,
            &mut provider,
            "infrastructureOptimization",
            |dice| json!({ "scaleInAfter": dice.pick(&[-1, 0, 60, 300, 900]) }),
        );
        self.providers.push(json!({ "name": name, "managedInstancesProvider": provider }));
        self.managed.push(name.to_owned());
        self.habits(dice, name, false);
    }

    /// `launchType` or `capacityProviderStrategy` for a service or stream of this kind.
    pub(crate) fn strategy(&self, dice: &mut Dice, kind: Kind, object: &mut Value) {
        let fargate = ["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()];
        let names: &[String] = match kind {
            Kind::Fargate if dice.one_in(3) => {
                object["launchType"] = json!("FARGATE");
                return;
            }
            Kind::External => {
                object["launchType"] = json!("EXTERNAL");
                return;
            }
            Kind::Groups if dice.one_in(4) => {
                object["launchType"] = json!("EC2");
                return;
            }
            Kind::Fargate => &fargate,
            Kind::Groups => &self.groups,
            Kind::Managed => &self.managed,
        };
        let mut names = names.to_vec();
        while names.len() > 1 && dice.one_in(2) {
            names.swap_remove(dice.below(names.len() as u64) as usize);
        }
        let based = dice.below(2 * names.len() as u64) as usize;
        let mut items: Vec<Value> = names
            .iter()
            .enumerate()
            .map(|(row, name)| {
                let base = if row == based { dice.below(12) } else { 0 };
                json!({ "capacityProvider": name, "base": base, "weight": dice.below(4) })
            })
            .collect();
        if items.iter().all(|item| item["weight"] == 0) {
            items[0]["weight"] = json!(1);
        }
        object["capacityProviderStrategy"] = json!(items);
    }
}

/// A host as `describe-auto-scaling-groups` prints it: more in the first zone than in others.
fn printed(dice: &mut Dice, types: &[&str], zones: &[String]) -> Value {
    let zone = if dice.one_in(2) { zones[0].clone() } else { dice.pick(zones) };
    let states = ["InService", "InService", "InService", "Pending", "Standby", "Terminating"];
    let mut host = json!({ "InstanceType": dice.pick(types), "AvailabilityZoneId": zone,
                           "LifecycleState": dice.pick(&states) });
    dice.perhaps(8, &mut host, "HealthStatus", |_| json!("Unhealthy"));
    host
}

/// Some of them, at least one, in order.
pub(crate) fn some(dice: &mut Dice, list: &[String]) -> Vec<String> {
    let mut found: Vec<String> = list.iter().filter(|_| !dice.one_in(3)).cloned().collect();
    if found.is_empty() {
        found.push(dice.pick(list));
    }
    found
}

/// How groups look at their hosts, drawn apart so that all else stays as it was for each seed.
pub(crate) fn add_health(seed: u64, file: &mut Value) {
    let dice = &mut Dice::new(seed ^ 0x4057_C4EC);
    if !dice.one_in(3) {
        file["detection"]["hostChecks"] = dice.law(300);
    }
    for group in file["autoScalingGroups"].as_array_mut().into_iter().flatten() {
        let spot = group["MixedInstancesPolicy"].get("InstancesDistribution").is_some();
        dice.perhaps(2, group, "HealthCheckType", |dice| json!(dice.pick(&["EC2", "ELB", "EC2,ELB"])));
        dice.perhaps(3, group, "HealthCheckGracePeriod", |dice| json!(dice.below(400)));
        let processes = ["AZRebalance", "HealthCheck", "ReplaceUnhealthy"];
        dice.perhaps(8, group, "SuspendedProcesses", |dice| json!([{ "ProcessName": dice.pick(&processes) }]));
        dice.perhaps(if spot { 2 } else { u64::MAX }, group, "CapacityRebalance", |_| json!(true));
    }
}
