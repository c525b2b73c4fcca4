//! Task definitions: what a task needs of its machine.

use super::{Clusters, dead, placed};
use crate::engine::Span;
use crate::model::plan::{ProviderKind, StrategyItem, TaskDef};
use crate::model::problem::{Code, Noun, Problem, Told};
use crate::scenario::ecs::Amount;
use crate::scenario::ecs::task_definition::{
    Architecture, Compatibility, ContainerDefinition, LogMode, NetworkMode, Protocol, ResourceType, TaskDefinition,
};
use std::collections::BTreeSet;

/// 25 June 2025: from then on log drivers do not block by default, in seconds since 1970-01-01 UTC
/// ([ecs-account-settings]).
const NON_BLOCKING: i64 = 1_750_809_600;

/// Containers of one task definition (sourced: [ecs-quotas]).
const MOST_CONTAINERS: usize = 10;

/// `stopTimeout` by default, in seconds (sourced: [ecs-task-parameters]).
pub(super) const STOP_TIMEOUT: u32 = 30;

/// CPU units that Fargate has for Windows (sourced: [ecs-task-parameters], task size).
const WINDOWS_SIZES: [u32; 3] = [1_024, 2_048, 4_096];

/// Windows Servers that Fargate runs (sourced: [ecs-task-parameters]).
const WINDOWS_ON_FARGATE: [&str; 3] = ["WINDOWS_SERVER_2019_", "WINDOWS_SERVER_2022_", "WINDOWS_SERVER_2025_"];

impl Clusters<'_> {
    /// Checks what holds for a definition wherever it is used.
    pub(super) fn definitions(&mut self) {
        let list = &self.scenario.task_definitions;
        let mut seen = BTreeSet::new();
        for (at, definition) in placed(list, "/taskDefinitions") {
            self.named(&definition.family, &format!("{at}/family"));
            if !seen.insert((definition.family.as_str(), definition.revision.unwrap_or(0))) {
                let message = format!("two task definitions are called `{}`", definition.family);
                let problem =
                    Problem::new(Code::DuplicateName, &at, message, "give each its own `revision`, or remove one");
                self.out.push(problem.about(Noun::TaskDefinition, &definition.family));
            }
            let count = definition.container_definitions.len();
            if count == 0 || count > MOST_CONTAINERS {
                let message = format!("ECS takes 1 to {MOST_CONTAINERS} containers, not {count}");
                let hint = if count == 0 {
                    "write at least one container"
                } else {
                    "split them over several task definitions"
                };
                self.out.refused(&format!("{at}/containerDefinitions"), message, hint);
            }
            self.containers(&definition.container_definitions, &format!("{at}/containerDefinitions"));
            for (place, constraint) in definition.placement_constraints.iter().enumerate() {
                self.constraint(constraint, &format!("{at}/placementConstraints/{place}"));
            }
        }
    }

    /// The definition that a family, `family:revision` or ARN means: without a revision the newest one.
    pub(super) fn definition(&mut self, reference: &str, at: &str) -> Option<usize> {
        let short = reference.rsplit('/').next().unwrap_or(reference);
        let (family, revision) = match short.split_once(':') {
            Some((family, revision)) => (family, Some(revision)),
            None => (short, None),
        };
        let list = &self.scenario.task_definitions;
        let places = self.index.families.get(family).map_or(&[][..], Vec::as_slice);
        let of_family = || places.iter().map(|place| (*place, &list[*place]));
        let found = match revision {
            None => of_family().max_by_key(|(_, definition)| definition.revision),
            Some(text) => {
                let answers =
                    |definition: &TaskDefinition| definition.revision.is_some_and(|number| number.to_string() == text);
                of_family()
                    .find(|(_, definition)| answers(definition))
                    .or_else(|| of_family().find(|(_, d)| d.revision.is_none()))
            }
        };
        if let Some((index, _)) = found {
            self.used.definitions.insert(index);
            return Some(index);
        }
        if let Some(row) = of_family().next() {
            let known = format!("{family}:{}", row.1.revision.unwrap_or(1));
            self.out.unknown(Noun::TaskDefinition, short, at, [known.as_str()]);
        } else {
            let known = list.iter().map(|definition| definition.family.as_str());
            self.out.unknown(Noun::TaskDefinition, family, at, known);
        }
        None
    }

    /// What a task of this definition needs, on Fargate, on a container instance or on a host outside AWS.
    pub(super) fn task(
        &mut self,
        index: usize,
        strategy: &[StrategyItem],
        log_mode: Option<LogMode>,
    ) -> Option<TaskDef> {
        let on = self.runs_on(strategy);
        let spot = strategy.iter().any(|item| self.plan.providers[item.provider].kind.is_spot());
        let on_fargate = on == Compatibility::Fargate;
        let definition = &self.scenario.task_definitions[index];
        let at = format!("/taskDefinitions/{index}");
        let cpu = self.cpu(definition, &at);
        let memory = self.memory(definition, &at);
        let gpus = self.gpus(definition, on_fargate, &at);
        let (architecture, system) = self.platform(definition, (on_fargate, spot), cpu.unwrap_or(u32::MAX), &at);
        if on_fargate {
            self.fargate_rules(definition, cpu.zip(memory), &at);
        } else {
            self.host_rules(definition, on, &at);
        }
        let containers = &definition.container_definitions;
        let stop = containers.iter().map(|container| container.stop_timeout.unwrap_or(STOP_TIMEOUT)).max();
        let mode = definition.network_mode.unwrap_or(NetworkMode::Bridge);
        let blocks = log_mode.map_or(self.plan.starts_at < NON_BLOCKING, |mode| mode == LogMode::Blocking);
        Some(TaskDef {
            name: format!("{}:{}", definition.family, definition.revision.unwrap_or(1)),
            family: definition.family.clone(),
            cpu: cpu?,
            memory: memory?,
            gpus,
            architecture,
            system,
            ports: if on_fargate {
                0
            } else {
                self.host_ports(containers, mode, &format!("{at}/containerDefinitions"))
            },
            eni: on_fargate || mode == NetworkMode::Awsvpc,
            stop_timeout: Span::from_secs(u64::from(stop.unwrap_or(STOP_TIMEOUT))),
            stops: super::container::stops(containers),
            resolves: containers.iter().any(super::container::resolves),
            start_depth: super::container::depth(containers).unwrap_or(1),
            starts: super::container::starts(containers),
            restart: super::container::restart(containers),
            health: super::container::health(containers),
            blocking_logs: containers.iter().any(|one| one.essential && super::container::blocks(one, blocks)),
            image: self.index.images[index],
            containers: containers.iter().map(|container| container.name.clone()).collect(),
            essential: containers.iter().position(|container| container.essential).unwrap_or(0),
        })
    }

    fn cpu(&mut self, definition: &TaskDefinition, at: &str) -> Option<u32> {
        let mut sum = 0u32;
        for (at, container) in placed(&definition.container_definitions, &format!("{at}/containerDefinitions")) {
            let cpu = self.amount(container.cpu.as_ref(), cpu_units, &format!("{at}/cpu")).ok()?;
            sum = sum.saturating_add(cpu.unwrap_or(0));
        }
        let at = format!("{at}/cpu");
        let Some(cpu) = self.amount(definition.cpu.as_ref(), cpu_units, &at).ok()? else { return Some(sum) };
        if sum > cpu {
            let message = format!("the containers ask for {sum} CPU units, the task has {cpu}");
            self.out.out_of_range(&at, message, "raise the task's `cpu` or lower the containers'");
        }
        Some(cpu)
    }

    fn memory(&mut self, definition: &TaskDefinition, at: &str) -> Option<u32> {
        let whole = self.amount(definition.memory.as_ref(), mebibytes, &format!("{at}/memory")).ok()?;
        let mut sum = 0u32;
        for (at, container) in placed(&definition.container_definitions, &format!("{at}/containerDefinitions")) {
            let hard = self.amount(container.memory.as_ref(), mebibytes, &format!("{at}/memory")).ok()?;
            let soft = self
                .amount(container.memory_reservation.as_ref(), mebibytes, &format!("{at}/memoryReservation"))
                .ok()?;
            if whole.is_none() && hard.or(soft).is_none() {
                let message = format!("the container `{}` has no memory, and neither has the task", container.name);
                self.out.missing(&at, message, "write `memory` for the task or for each container");
            }
            if let Some((hard, soft)) = hard.zip(soft).filter(|(hard, soft)| soft >= hard) {
                let message = format!("`memoryReservation` must be below `memory`, {hard} MiB, not {soft} MiB");
                self.out.out_of_range(&format!("{at}/memoryReservation"), message, "lower it, or raise `memory`");
            }
            sum = sum.saturating_add(soft.or(hard).unwrap_or(0));
        }
        if let Some(whole) = whole.filter(|whole| sum > *whole) {
            let message = format!("the containers ask for {sum} MiB, the task has {whole}");
            let hint = "raise the task's `memory` or lower the containers'";
            self.out.out_of_range(&format!("{at}/memory"), message, hint);
        }
        Some(whole.unwrap_or(sum))
    }

    /// `None`: not written.
    fn amount(&mut self, of: Option<&Amount>, read: fn(&str) -> Option<u32>, at: &str) -> Result<Option<u32>, Told> {
        let Some(Amount(text)) = of else { return Ok(None) };
        let found = read(text);
        if found.is_none() {
            let message = format!("an amount must be CPU units, vCPU, MiB or GB, not `{text}`");
            return Err(self.out.malformed(at, message, "such as \"256\", \"0.5 vCPU\", \"512\" or \"1 GB\""));
        }
        Ok(found)
    }

    /// `size`: CPU units and MiB, where they are understood.
    fn fargate_rules(&mut self, definition: &TaskDefinition, size: Option<(u32, u32)>, at: &str) {
        if definition.network_mode != Some(NetworkMode::Awsvpc) {
            let message = format!("Fargate takes `{}` with network mode `awsvpc` only", definition.family);
            self.out.refused(&format!("{at}/networkMode"), message, "write \"networkMode\": \"awsvpc\"");
        }
        if definition.cpu.is_none() || definition.memory.is_none() {
            let message = format!("Fargate needs `cpu` and `memory` of the task `{}`", definition.family);
            self.out.missing(at, message, "write \"cpu\": \"256\", \"memory\": \"512\"");
        } else if let Some((cpu, memory)) = size
            && let Err(hint) = fargate_size(cpu, memory)
        {
            self.out.out_of_range(at, format!("Fargate has no size of {cpu} CPU units and {memory} MiB"), hint);
        }
        if !definition.placement_constraints.is_empty() {
            let message = "Fargate takes no placement constraints";
            self.out.refused(&format!("{at}/placementConstraints"), message, "remove them");
        }
        self.compatible(definition, Compatibility::Fargate, at);
        for (at, container) in placed(&definition.container_definitions, &format!("{at}/containerDefinitions")) {
            for (key, timeout) in [("stopTimeout", container.stop_timeout), ("startTimeout", container.start_timeout)] {
                self.out.within(timeout.unwrap_or(2), 2..=120, &format!("{at}/{key}"));
            }
        }
    }

    fn host_rules(&mut self, definition: &TaskDefinition, on: Compatibility, at: &str) {
        if let Some(cpu) = definition.cpu.as_ref().and_then(|amount| cpu_units(&amount.0)) {
            self.out.within(cpu, 128..=196_608, &format!("{at}/cpu"));
        }
        let kinds = checked_for(definition);
        if on == Compatibility::External {
            self.compatible(definition, on, at);
        } else if !kinds.contains(&Compatibility::ManagedInstances) {
            self.compatible(definition, Compatibility::Ec2, at);
        }
        if definition.network_mode == Some(NetworkMode::Awsvpc) {
            return;
        }
        let killed = |row: &(String, &ContainerDefinition)| row.1.stop_timeout == Some(0);
        for (at, _) in placed(&definition.container_definitions, &format!("{at}/containerDefinitions")).filter(killed) {
            let message = "containers are killed without time to stop";
            self.out.doubtful(&format!("{at}/stopTimeout"), message, "write 2 or more");
        }
    }

    fn compatible(&mut self, definition: &TaskDefinition, wanted: Compatibility, at: &str) {
        let (kinds, name) = (checked_for(definition), wanted.word());
        if !kinds.is_empty() && !kinds.contains(&wanted) {
            let message = format!("`{}` is not registered for {name}", definition.family);
            let key = if definition.compatibilities.is_empty() { "requiresCompatibilities" } else { "compatibilities" };
            self.out.refused(&format!("{at}/{key}"), message, format!("add \"{name}\""));
        }
    }

    fn host_ports(&mut self, containers: &[ContainerDefinition], mode: NetworkMode, at: &str) -> u64 {
        let mut bits = 0;
        for (place, container) in containers.iter().enumerate() {
            for (at, mapping) in placed(&container.port_mappings, &format!("{at}/{place}/portMappings")) {
                let port = match mode {
                    NetworkMode::Host => mapping.host_port.filter(|port| *port > 0).or(mapping.container_port),
                    NetworkMode::Bridge => mapping.host_port.filter(|port| *port > 0),
                    NetworkMode::Awsvpc | NetworkMode::None => None,
                };
                let Some(port) = port else { continue };
                let key = (port, mapping.protocol.unwrap_or(Protocol::Tcp));
                let bit = self.ports.iter().position(|known| *known == key).unwrap_or_else(|| {
                    self.ports.push(key);
                    self.ports.len() - 1
                });
                if bit >= 64 {
                    let hint = "use dynamic host ports";
                    self.out.too_large(&at, "more than 64 distinct host ports cannot be simulated", hint);
                    continue;
                }
                if bits & (1 << bit) != 0 {
                    let message = format!("two containers of the task take the host port {port}");
                    self.out.duplicate_name(&at, message, "give each container a port of its own");
                }
                bits |= 1 << bit;
            }
        }
        bits
    }

    /// GPUs that a task reserves on its host.
    fn gpus(&mut self, definition: &TaskDefinition, on_fargate: bool, at: &str) -> u32 {
        let mut sum = 0u32;
        for (at, container) in placed(&definition.container_definitions, &format!("{at}/containerDefinitions")) {
            for (at, requirement) in placed(&container.resource_requirements, &format!("{at}/resourceRequirements")) {
                if requirement.kind == ResourceType::InferenceAccelerator {
                    let message = "Amazon Elastic Inference has ended: no task gets an accelerator";
                    self.out.refused(&at, message, "remove it");
                    continue;
                }
                if on_fargate {
                    let message = format!("Fargate has no GPU for `{}`", definition.family);
                    self.out.refused(&at, message, "remove it, or use container instances with GPUs");
                    continue;
                }
                let Some(value) = &requirement.value else {
                    if requirement.sharing_strategy.is_absent() {
                        self.out.missing(&at, "`value` is missing", "write \"value\": \"1\"");
                    }
                    // A share of one: it is told that the task takes it whole.
                    sum = sum.saturating_add(1);
                    continue;
                };
                if let Some(count) = value.0.parse::<u32>().ok().filter(|count| *count > 0) {
                    sum = sum.saturating_add(count);
                } else {
                    let message = format!("a number of GPUs must be 1 or more, not `{}`", value.0);
                    self.out.malformed(&format!("{at}/value"), message, "write \"1\" or more");
                }
            }
        }
        sum
    }

    /// Architecture and operating system that its host must have, as attributes spell them.
    fn platform(
        &mut self,
        definition: &TaskDefinition,
        (on_fargate, spot): (bool, bool),
        cpu: u32,
        at: &str,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let Some(platform) = &definition.runtime_platform else { return (None, None) };
        let at = format!("{at}/runtimePlatform");
        let family = platform.operating_system_family.as_deref();
        let system = match family {
            None => None,
            Some("LINUX") => Some("linux"),
            Some(name) if name.starts_with("WINDOWS_SERVER_") => Some("windows"),
            Some(name) => {
                let message = format!("`operatingSystemFamily` cannot be `{name}`");
                let hint = "write LINUX, or a Windows Server such as WINDOWS_SERVER_2022_CORE";
                self.out.unknown_value(&format!("{at}/operatingSystemFamily"), message, hint).none()
            }
        };
        let windows = system == Some("windows");
        if windows && platform.cpu_architecture == Some(Architecture::Arm) {
            let hint = "write X86_64, or leave it out";
            self.out.refused(&format!("{at}/cpuArchitecture"), "ECS runs Windows on X86_64 only", hint);
        }
        if windows && on_fargate {
            self.windows_on_fargate(family.unwrap_or_default(), spot, cpu, &at);
        }
        if on_fargate {
            return (None, None);
        }
        let architecture = platform.cpu_architecture.map(|one| match one {
            Architecture::X86 => "x86_64",
            Architecture::Arm => "arm64",
        });
        (architecture, system)
    }

    fn windows_on_fargate(&mut self, family: &str, spot: bool, cpu: u32, at: &str) {
        let at = format!("{at}/operatingSystemFamily");
        if !WINDOWS_ON_FARGATE.iter().any(|known| family.starts_with(known)) {
            let message = format!("Fargate does not run `{family}`");
            self.out.refused(&at, message, "write WINDOWS_SERVER_2019, 2022 or 2025, each with _CORE or _FULL");
        }
        if !WINDOWS_SIZES.contains(&cpu) {
            let message = format!("Fargate has no Windows task of {cpu} CPU units");
            self.out.refused(&at, message, "write \"cpu\": \"1024\", \"2048\" or \"4096\"");
        }
        if spot {
            self.out.refused(&at, "Fargate Spot does not run Windows", "use the capacity provider FARGATE");
        }
    }

    /// RunTask refuses a definition that is not ACTIVE.
    pub(super) fn runnable(&mut self, index: usize, at: &str) {
        let row = &self.scenario.task_definitions[index];
        if dead::definition(row) {
            let status = row.status.as_deref().unwrap_or_default();
            let message = format!("ECS runs no standalone task of `{}`, which is {status}", row.family);
            self.out.refused(&format!("{at}/taskDefinition"), message, "name an ACTIVE revision");
        }
    }

    /// What tasks of a strategy run on.
    fn runs_on(&self, strategy: &[StrategyItem]) -> Compatibility {
        match strategy.first().map(|item| &self.plan.providers[item.provider].kind) {
            Some(ProviderKind::Fargate { .. }) => Compatibility::Fargate,
            Some(ProviderKind::External(_)) => Compatibility::External,
            _ => Compatibility::Ec2,
        }
    }
}

/// What a definition may run on: what ECS found it fit for, else what it was to be checked against.
fn checked_for(definition: &TaskDefinition) -> &[Compatibility] {
    match &definition.compatibilities[..] {
        [] => &definition.requires_compatibilities,
        found => found,
    }
}

/// `"256"`, `".25 vCPU"`, `"1 vcpu"`.
fn cpu_units(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix("vcpu") {
        Some(number) => scaled(number),
        None => text.parse().ok(),
    }
}

/// `"512"`, `"1GB"`, `"0.5 GB"`.
fn mebibytes(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    match text.strip_suffix("gb") {
        Some(number) => scaled(number),
        None => text.parse().ok(),
    }
}

fn scaled(number: &str) -> Option<u32> {
    let value = number.trim().parse::<f64>().ok()? * 1_024.0;
    (value >= 0.0 && value <= f64::from(u32::MAX)).then(|| libm::round(value) as u32)
}

/// Sizes of Fargate ([ecs-api-task-definition]; 32 vCPU since June 2026: [ecs-api-model]).
fn fargate_size(cpu: u32, memory: u32) -> Result<(), String> {
    const GB: u32 = 1_024;
    let (low, high, step) = match cpu {
        256 if matches!(memory, 512 | 1_024 | 2_048) => return Ok(()),
        256 => return Err("256 CPU units go with 512, 1024 or 2048 MiB".to_owned()),
        512 => (1, 4, 1),
        1_024 => (2, 8, 1),
        2_048 => (4, 16, 1),
        4_096 => (8, 30, 1),
        8_192 => (16, 60, 4),
        16_384 => (32, 120, 8),
        32_768 if [60 * GB, 120 * GB, 244 * GB].contains(&memory) => return Ok(()),
        32_768 => return Err("32768 CPU units go with 60, 120 or 244 GB".to_owned()),
        _ => return Err("CPU units are 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768".to_owned()),
    };
    if (low * GB..=high * GB).contains(&memory) && (memory - low * GB).is_multiple_of(step * GB) {
        return Ok(());
    }
    Err(format!("{cpu} CPU units go with {low} to {high} GB in steps of {step} GB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fargate_has_these_sizes() {
        for (cpu, memory, exists) in [
            (256, 512, true),
            (256, 2_048, true),
            (256, 3_072, false),
            (512, 512, false),
            (512, 4_096, true),
            (1_024, 8_192, true),
            (1_024, 8_000, false),
            (4_096, 30_720, true),
            (8_192, 20_480, true),
            (8_192, 17_408, false),
            (16_384, 122_880, true),
            (32_768, 61_440, true),
            (32_768, 122_880, true),
            (32_768, 249_856, true),
            (32_768, 65_536, false),
            (65_536, 249_856, false),
            (300, 512, false),
        ] {
            assert_eq!(fargate_size(cpu, memory).is_ok(), exists, "{cpu} {memory}");
        }
    }

    #[test]
    fn amounts_are_texts() {
        assert_eq!([cpu_units("256"), cpu_units("0.5 vCPU"), cpu_units(".25vcpu")], [Some(256), Some(512), Some(256)]);
        assert_eq!([mebibytes("512"), mebibytes("1GB"), mebibytes("0.5 GB")], [Some(512), Some(1_024), Some(512)]);
        assert_eq!([cpu_units("-1"), mebibytes("a lot"), cpu_units("-1 vCPU"), cpu_units("NaN vCPU")], [None; 4]);
    }
}
