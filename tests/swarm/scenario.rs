//! A random scenario as a user would write it: JSON, so that the reader and the resolver take part. Every feature is
//! on or off by chance, numbers are small enough for a run of a fraction of a second.

use crate::capacity::{Capacity, Kind, SITE, some};
use crate::dice::Dice;
use serde_json::{Value, json};

/// What a scenario of the swarm is made from.
pub(crate) struct Scenario {
    pub(crate) text: String,
    /// Faults end early, nothing crashes by itself and there is room: in the end all must be as it was meant to be.
    pub(crate) calm: bool,
}

/// Everything rolled so far.
struct Roll {
    dice: Dice,
    calm: bool,
    seconds: u64,
    zones: Vec<String>,
    /// Zones that are no availability zones.
    away: Vec<String>,
    definitions: Vec<Value>,
    services: Vec<String>,
    /// Services that may have traffic.
    traffic: Vec<Value>,
    behaviour: Vec<Value>,
    providers: Vec<Value>,
    groups: Vec<Value>,
    names: Vec<String>,
    spot: Vec<String>,
}

pub(crate) fn roll(seed: u64) -> Scenario {
    let mut dice = Dice::new(seed);
    let calm = dice.one_in(4);
    let seconds = if calm { 4 * 3_600 } else { dice.between(900, 9_000) };
    let zones = (1..=dice.between(1, 6)).map(|zone| format!("z{zone}")).collect();
    let away = ["local", "wave", "rack", SITE].into_iter().filter(|_| dice.one_in(4)).map(str::to_owned).collect();
    let mut roll = Roll {
        dice,
        calm,
        seconds,
        zones,
        away,
        definitions: Vec::new(),
        services: Vec::new(),
        traffic: Vec::new(),
        behaviour: Vec::new(),
        providers: Vec::new(),
        groups: Vec::new(),
        names: vec!["FARGATE".to_owned()],
        spot: vec!["FARGATE_SPOT".to_owned()],
    };
    let clusters: Vec<Value> = (0..roll.dice.between(1, 2)).map(|row| roll.cluster(row)).collect();
    let mut file = json!({
        "version": 1, "name": format!("swarm-{seed}"), "seed": seed, "duration": format!("{seconds}s"),
        "regions": [roll.region()], "clusters": clusters, "faults": roll.faults(),
        "taskDefinitions": roll.definitions, "capacityProviders": roll.providers,
        "autoScalingGroups": roll.groups, "behaviour": roll.behaviour, "traffic": roll.traffic,
    });
    let dice = &mut roll.dice;
    dice.perhaps(3, &mut file, "warmUp", |dice| json!(format!("{}s", dice.below(seconds / 2))));
    dice.perhaps(3, &mut file, "startEmpty", |_| json!(true));
    dice.perhaps(3, &mut file, "detection", |dice| json!({ "loss": dice.law(60), "target": dice.law(40) }));
    crate::capacity::add_health(seed, &mut file);
    crate::control_plane::add(seed, calm, &mut file);
    crate::application::add(seed, calm, &mut file);
    crate::changes::add(seed, calm, &mut file);
    crate::changes::add_colours(seed, calm, &mut file);
    crate::pipelines::add(seed, calm, &mut file);
    crate::defects::add(seed, &mut file);
    crate::changes::add_protection(seed, calm, &mut file);
    crate::pipelines::add_regions(seed, calm, &mut file);
    crate::changes::add_copies(seed, calm, &mut file);
    crate::partial::add(seed, calm, &mut file);
    crate::follow::add(seed, calm, &mut file);
    crate::application::add_acts(seed, calm, &mut file);
    crate::control_plane::add_acts(seed, calm, &mut file);
    crate::shifts::add(seed, calm, &mut file);
    crate::scaling::add(seed, calm, &mut file);
    Scenario { text: format!("{file:#}"), calm }
}

impl Roll {
    fn region(&mut self) -> Value {
        let zones: Vec<Value> = self.everywhere().iter().map(|zone| zone_of(zone)).collect();
        let mut region = json!({ "name": "us-east-1", "zones": zones });
        if self.dice.one_in(2) {
            let mut fargate = json!({});
            let dice = &mut self.dice;
            if !self.calm {
                dice.perhaps(3, &mut fargate, "vcpuPerZone", |dice| json!(dice.between(0, 20)));
                dice.perhaps(3, &mut fargate, "spotVcpuPerZone", |dice| json!(dice.between(0, 10)));
                dice.perhaps(4, &mut fargate, "vcpuQuota", |dice| json!(dice.between(1, 30)));
                dice.perhaps(4, &mut fargate, "spotVcpuQuota", |dice| json!(dice.between(1, 20)));
                // A stream that takes every token for hours leaves none to even out zones: that is not calm.
                dice.perhaps(2, &mut fargate, "launchRate", |dice| json!(dice.pick(&["1/s", "7/min", "20/s", "3/s"])));
                dice.perhaps(2, &mut fargate, "spotLaunchRate", |dice| json!(dice.pick(&["1/s", "11/min", "20/s"])));
            }
            dice.perhaps(2, &mut fargate, "launchBurst", |dice| json!(dice.between(1, 20)));
            dice.perhaps(2, &mut fargate, "spotLaunchBurst", |dice| json!(dice.between(1, 20)));
            region["fargate"] = fargate;
        }
        region
    }

    /// All zones, those away from the Region last.
    fn everywhere(&self) -> Vec<String> {
        self.zones.iter().chain(&self.away).cloned().collect()
    }

    fn cluster(&mut self, row: u64) -> Value {
        let name = format!("c{row}");
        let capacity = Capacity::roll(&mut self.dice, &name, &self.zones, &self.away);
        let mut services = Vec::new();
        for place in 0..self.dice.between(1, 3) {
            services.push(self.service(&capacity, &name, place));
        }
        let mut streams = Vec::new();
        if self.dice.one_in(3) {
            streams.push(self.stream(&capacity, &name));
        }
        let names: Vec<String> = ["FARGATE".to_owned(), "FARGATE_SPOT".to_owned()]
            .into_iter()
            .chain(capacity.groups.iter().cloned())
            .chain(capacity.managed.iter().cloned())
            .collect();
        let mut cluster =
            json!({ "clusterName": name, "capacityProviders": names, "services": services, "runTasks": streams });
        cluster["externalInstances"] = json!(capacity.external);
        self.dice.perhaps(4, &mut cluster, "account", |_| json!("111122223333"));
        self.names.extend(capacity.groups.iter().chain(&capacity.managed).cloned());
        self.providers.extend(capacity.providers);
        self.groups.extend(capacity.auto_scaling_groups);
        self.behaviour.extend(capacity.behaviour);
        cluster
    }

    /// A task definition of its own; gives its family and whether it takes subnets.
    fn definition(&mut self, kind: Kind) -> (String, bool) {
        let dice = &mut self.dice;
        let family = format!("f{}", self.definitions.len());
        let awsvpc = kind == Kind::Fargate || kind != Kind::External && dice.one_in(3);
        let (cpu, memory) = dice.pick(&[(256, 512), (256, 1024), (512, 1024), (1024, 2048)]);
        let mut container = json!({ "name": "app", "image": "app:1" });
        if !awsvpc {
            let port = if dice.one_in(4) { 8_080 } else { 0 };
            container["portMappings"] = json!([{ "containerPort": 80, "hostPort": port }]);
        }
        dice.perhaps(
            2,
            &mut container,
            "logConfiguration",
            |dice| json!({ "logDriver": "awslogs", "options": { "mode": dice.pick(&["blocking", "non-blocking"]) } }),
        );
        dice.perhaps(3, &mut container, "healthCheck", |dice| {
            json!({ "command": ["CMD", "true"], "interval": dice.between(5, 30), "retries": dice.between(1, 3),
                    "timeout": dice.between(2, 5), "startPeriod": dice.below(60) })
        });
        dice.perhaps(
            4,
            &mut container,
            "restartPolicy",
            |dice| json!({ "enabled": true, "restartAttemptPeriod": dice.between(60, 300) }),
        );
        dice.perhaps(4, &mut container, "stopTimeout", |dice| json!(dice.between(2, 120)));
        let mut containers = vec![container];
        if dice.one_in(4) {
            containers[0]["dependsOn"] = json!([{ "containerName": "side", "condition": "START" }]);
            containers.push(json!({ "name": "side", "image": "side:1", "essential": false }));
        }
        self.definitions.push(json!({
            "family": family, "cpu": cpu.to_string(), "memory": memory.to_string(),
            "networkMode": if awsvpc { "awsvpc" } else { "bridge" }, "containerDefinitions": containers,
        }));
        (family, awsvpc)
    }

    fn network(&mut self, kind: Kind, object: &mut Value) {
        let all = if kind == Kind::Groups { self.everywhere() } else { self.zones.clone() };
        let zones = if self.calm { self.zones.clone() } else { some(&mut self.dice, &all) };
        let subnets: Vec<String> = zones.iter().map(|zone| format!("subnet-{zone}")).collect();
        object["networkConfiguration"] = json!({ "awsvpcConfiguration": { "subnets": subnets } });
    }

    fn service(&mut self, capacity: &Capacity, cluster: &str, place: u64) -> Value {
        let kind = self.dice.pick(&capacity.kinds());
        let (family, awsvpc) = self.definition(kind);
        let name = format!("s{place}");
        let mut service = json!({ "serviceName": name, "taskDefinition": family });
        capacity.strategy(&mut self.dice, kind, &mut service);
        if awsvpc {
            self.network(kind, &mut service);
        }
        let daemon = kind != Kind::Fargate && self.dice.one_in(4);
        let dice = &mut self.dice;
        let most = if daemon { 100 } else { dice.pick(&[100, 110, 150, 200, 200, 200]) };
        if daemon {
            service["schedulingStrategy"] = json!("DAEMON");
        } else {
            service["desiredCount"] = json!(dice.pick(&[0, 1, 2, 3, 5, 8, 13, 24, 40]));
            service["deploymentConfiguration"] =
                json!({ "maximumPercent": most, "minimumHealthyPercent": dice.pick(&[0, 50, 66, 90, 100]) });
        }
        dice.perhaps(4, &mut service, "availabilityZoneRebalancing", |_| json!("DISABLED"));
        dice.perhaps(3, &mut service, "healthCheckGracePeriodSeconds", |dice| json!(dice.below(120)));
        if kind != Kind::External {
            dice.perhaps(
                3,
                &mut service,
                "loadBalancers",
                |_| json!([{ "targetGroupArn": "tg", "containerName": "app" }]),
            );
        }
        if kind != Kind::Fargate {
            placement(dice, &mut service, daemon);
        }
        self.lives(&format!("{cluster}/{name}"));
        if self.dice.one_in(2) {
            self.offered(&format!("{cluster}/{name}"), kind != Kind::External);
        }
        self.services.push(format!("{cluster}/{name}"));
        service
    }

    fn stream(&mut self, capacity: &Capacity, cluster: &str) -> Value {
        let kind = self.dice.pick(&capacity.kinds());
        let (family, awsvpc) = self.definition(kind);
        let mut stream = json!({ "taskDefinition": family, "lives": self.dice.law(120) });
        capacity.strategy(&mut self.dice, kind, &mut stream);
        if awsvpc {
            self.network(kind, &mut stream);
        }
        let dice = &mut self.dice;
        if dice.one_in(2) {
            stream["rate"] = json!(dice.pick(&["1/min", "6/min", "0.3/s"]));
        } else {
            stream["every"] = dice.law(40);
        }
        dice.perhaps(3, &mut stream, "count", |dice| json!(dice.between(1, 10)));
        dice.perhaps(3, &mut stream, "from", |dice| json!(dice.span(200)));
        let end = self.seconds / 2;
        dice.perhaps(2, &mut stream, "until", |_| json!(format!("{end}s")));
        if kind != Kind::Fargate {
            placement(dice, &mut stream, false);
        }
        self.lives(&format!("{cluster}/{family}"));
        stream
    }

    /// Laws of a service's tasks.
    fn lives(&mut self, name: &str) {
        let dice = &mut self.dice;
        let mut row = json!({ "service": name });
        match dice.below(4) {
            0 => row["start"] = dice.law(25),
            1 => row["phases"] = json!({ "imagePull": dice.law(20), "networkInterface": dice.law(6) }),
            2 => row["imageMegabytes"] = json!(dice.below(2_000)),
            _ => {}
        }
        if !self.calm {
            dice.perhaps(3, &mut row, "crash", |dice| {
                let seconds = dice.pick(&[200, 1_500, 6_000]);
                dice.law(seconds)
            });
            dice.perhaps(4, &mut row, "health", |dice| {
                let seconds = dice.pick(&[5, 40, 150]);
                dice.law(seconds)
            });
        }
        dice.perhaps(3, &mut row, "stop", |dice| dice.law(20));
        if row.as_object().is_some_and(|row| row.len() > 1) {
            self.behaviour.push(row);
        }
    }

    fn offered(&mut self, name: &str, balanced: bool) {
        let dice = &mut self.dice;
        let mut row = json!({ "service": name, "requestsPerTask": dice.pick(&["60/s", "7/s", "1000/min"]) });
        let rates = ["0/s", "3/s", "200/s", "900/s", "77/min"];
        match dice.below(3) {
            0 => {
                let (first, second) = (dice.between(0, 600), dice.between(601, 3_000));
                row["steps"] = json!([
                    { "at": format!("{first}s"), "rate": dice.pick(&rates) },
                    { "at": format!("{second}s"), "rate": dice.pick(&rates) },
                ]);
            }
            1 => {
                row["daily"] = json!([{ "at": "00:10", "rate": dice.pick(&rates) }, { "at": "01:00", "rate": "60/s" }]);
            }
            _ => row["rate"] = json!(dice.pick(&rates)),
        }
        dice.perhaps(if balanced { 2 } else { u64::MAX }, &mut row, "loadBalancer", |dice| {
            let mut balancer = json!({ "crossZone": dice.one_in(2) });
            dice.perhaps(2, &mut balancer, "healthCheckIntervalSeconds", |dice| json!(dice.between(6, 40)));
            dice.perhaps(2, &mut balancer, "unhealthyThresholdCount", |dice| json!(dice.between(2, 5)));
            dice.perhaps(2, &mut balancer, "deregistrationDelay", |dice| json!(format!("{}s", dice.below(400))));
            dice.perhaps(3, &mut balancer, "dnsTtl", |dice| json!(dice.span(30)));
            dice.perhaps(3, &mut balancer, "clientsRetryShare", |dice| json!(dice.below(11) as f64 / 10.0));
            balancer
        });
        response(dice, &mut row);
        self.traffic.push(row);
    }

    fn faults(&mut self) -> Vec<Value> {
        let count = self.dice.below(5);
        (0..count).map(|row| self.fault(row)).collect()
    }

    /// What a fault of this kind is limited to, besides zones and shares.
    fn limits(&mut self, kind: &str, spec: &mut Value) {
        let dice = &mut self.dice;
        match kind {
            "spotReclaim" => {
                let spot = self.spot.clone();
                dice.perhaps(3, spec, "capacityProvider", |dice| json!(dice.pick(&spot)));
                dice.perhaps(3, spec, "recommendationBefore", |dice| json!(dice.span(100)));
            }
            "insufficientCapacity" => {
                let names = self.names.clone();
                dice.perhaps(2, spec, "capacityProvider", |dice| json!(dice.pick(&names)));
            }
            "agentDisconnect" => {
                let names = self.names.clone();
                dice.perhaps(3, spec, "capacityProvider", |dice| json!(dice.pick(&names)));
                dice.perhaps(3, spec, "cluster", |_| json!("c0"));
                dice.perhaps(3, spec, "count", |dice| json!(dice.between(1, 4)));
            }
            "dependencyLoss" => {
                let services = self.services.clone();
                spec["dependency"] = json!(dice.pick(&["imageRegistry", "secrets"]));
                dice.perhaps(3, spec, "service", |dice| json!(dice.pick(&services)));
            }
            "taskCrash" | "blockingLogs" => {
                let services = self.services.clone();
                dice.perhaps(2, spec, "service", |dice| json!(dice.pick(&services)));
            }
            _ => {}
        }
    }

    fn fault(&mut self, row: u64) -> Value {
        let kinds = [
            "zonePowerLoss",
            "zoneGrey",
            "hostCrash",
            "taskCrash",
            "spotReclaim",
            "insufficientCapacity",
            "imageRegistryDown",
            "networkCutZone",
            "linkCut",
            "agentDisconnect",
            "dependencyLoss",
            "blockingLogs",
        ];
        let kind = self.dice.pick(&kinds);
        let random = !self.calm && self.dice.one_in(3);
        let crash = matches!(kind, "hostCrash" | "taskCrash");
        let dice = &mut self.dice;
        let mut spec = json!({});
        if matches!(kind, "zoneGrey") {
            spec["errorShare"] = json!(dice.pick(&[0.1, 0.5, 1.0]));
            dice.perhaps(2, &mut spec, "latency", |dice| json!(dice.span(1)));
        }
        let zones: Vec<String> = self.zones.iter().chain(&self.away).cloned().collect();
        if !matches!(kind, "imageRegistryDown" | "dependencyLoss" | "blockingLogs") {
            let sides = if matches!(kind, "zonePowerLoss" | "networkCutZone" | "linkCut") { 1 } else { 2 };
            if random || !dice.one_in(6) {
                dice.perhaps(sides, &mut spec, "zone", |dice| json!(dice.pick(&zones)));
            }
        }
        if matches!(kind, "spotReclaim" | "zonePowerLoss") {
            dice.perhaps(3, &mut spec, "share", |dice| json!(dice.pick(&[0.2, 0.5, 0.9])));
        }
        self.limits(kind, &mut spec);
        let dice = &mut self.dice;
        if crash && !random {
            match dice.below(3) {
                0 => spec["count"] = json!(dice.between(1, 6)),
                1 => spec["share"] = json!(dice.pick(&[0.1, 0.5, 1.0])),
                _ => {}
            }
        }
        let mut fault = json!({ "name": format!("{kind} {row}") });
        fault[kind] = spec;
        if random {
            fault["every"] = dice.law(1_800);
        } else {
            let last = if self.calm { 1_800 } else { self.seconds };
            fault["at"] = json!(format!("{}s", dice.below(last)));
        }
        if kind != "taskCrash" && (random || self.calm || !dice.one_in(4)) && !(crash && dice.one_in(2)) {
            fault["for"] = if dice.one_in(2) { json!(dice.span(600)) } else { dice.law(300) };
        }
        self.returns(kind, &mut fault);
        fault
    }

    /// What comes back little by little, where the fault has an end. In a calm run everything is back in the end.
    fn returns(&mut self, kind: &str, fault: &mut Value) {
        let (calm, dice) = (self.calm, &mut self.dice);
        if !matches!(kind, "zonePowerLoss" | "hostCrash") || fault["for"].is_null() {
            return;
        }
        if dice.one_in(2) {
            fault[kind]["hostsReturn"] = if calm { json!({ "constant": dice.span(200) }) } else { dice.law(900) };
            if !calm {
                dice.perhaps(2, &mut fault[kind], "neverShare", |dice| json!(dice.pick(&[0.1, 0.5, 1.0])));
            }
        }
        if kind == "zonePowerLoss" && dice.one_in(2) {
            let last = if calm { 1.0 } else { dice.pick(&[0.4, 1.0]) };
            fault[kind]["fargateReturns"] = json!([{ "at": "0s", "share": dice.pick(&[0.0, 0.3]) },
                { "at": "90s", "share": 0.4 }, { "at": format!("{}s", dice.between(100, 900)), "share": last }]);
        }
    }
}

/// A zone as it is written.
fn zone_of(id: &str) -> Value {
    let mut zone = json!({ "id": id, "subnets": [format!("subnet-{id}")] });
    match id {
        "local" => zone["kind"] = json!("localZone"),
        "wave" => zone["kind"] = json!("wavelengthZone"),
        "rack" => (zone["kind"], zone["parent"]) = (json!("outpost"), json!("z1")),
        SITE => zone["kind"] = json!("onPremises"),
        _ => {}
    }
    zone
}

/// Strategies and constraints on container instances.
fn placement(dice: &mut Dice, object: &mut Value, daemon: bool) {
    let strategies = [
        json!({ "type": "spread", "field": "attribute:ecs.availability-zone" }),
        json!({ "type": "spread", "field": "instanceId" }),
        json!({ "type": "spread", "field": "attribute:ecs.instance-type" }),
        json!({ "type": "binpack", "field": "cpu" }),
        json!({ "type": "binpack", "field": "memory" }),
        json!({ "type": "random" }),
    ];
    if !daemon {
        let chosen: Vec<Value> = (0..dice.below(3)).map(|_| dice.pick(&strategies)).collect();
        if !chosen.is_empty() {
            object["placementStrategy"] = json!(chosen);
        }
    }
    let constraints = [
        json!({ "type": "distinctInstance" }),
        json!({ "type": "memberOf", "expression": "attribute:ecs.instance-type =~ m.*" }),
        json!({ "type": "memberOf", "expression": "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]" }),
        json!({ "type": "memberOf", "expression": "not(attribute:ecs.instance-type == m5.large)" }),
    ];
    if dice.one_in(3) {
        object["placementConstraints"] = json!([dice.pick(&constraints)]);
    }
}

/// How long tasks take to answer, and how long that may be.
fn response(dice: &mut Dice, row: &mut Value) {
    let told = row.clone();
    dice.perhaps(2, row, "responseTime", |dice| match dice.below(3) {
        0 => json!({}),
        1 => json!({ "concurrency": dice.between(1, 40), "queue": dice.below(300) }),
        _ => json!({ "course": [{ "load": 0.4, "p50": "80ms", "p99": "300ms" },
            { "load": 1.0, "p50": dice.pick(&["80ms", "2s"]), "p99": "5s" }] }),
    });
    if *row != told {
        dice.perhaps(3, row, "timeout", |dice| json!(format!("{}ms", dice.between(40, 4_000))));
    }
}
