//! What a task asks of its machine besides size: GPUs, architecture, operating system.
//!
//! What RegisterTaskDefinition and CreateService refuse is refused here. What they take and no host can run is a
//! warning: ECS places no task then.

use super::{Build, family_of};
use crate::forecast::never;
use crate::model::plan::Kind;
use crate::scenario::ecs::task_definition::{Architecture, ResourceType, TaskDefinition};

/// CPU units that Fargate has for Windows (sourced: [ecs-task-parameters], task size).
const WINDOWS_SIZES: [u32; 3] = [1_024, 2_048, 4_096];
/// Windows Servers that Fargate runs (sourced: [ecs-task-parameters]).
const WINDOWS_ON_FARGATE: [&str; 3] = ["WINDOWS_SERVER_2019_", "WINDOWS_SERVER_2022_", "WINDOWS_SERVER_2025_"];

impl Build<'_> {
    /// GPUs that a task reserves on its host.
    pub(super) fn gpus(&mut self, definition: &TaskDefinition, on_fargate: bool, at: &str) -> u32 {
        let mut sum = 0u32;
        for (place, container) in definition.container_definitions.iter().enumerate() {
            for (row, requirement) in container.resource_requirements.iter().enumerate() {
                let at = format!("{at}/containerDefinitions/{place}/resourceRequirements/{row}");
                if requirement.kind == ResourceType::InferenceAccelerator {
                    let message = "Amazon Elastic Inference has ended: no task gets an accelerator";
                    self.out.refused(&at, message, "remove it");
                } else if on_fargate {
                    let message = format!("Fargate has no GPU for `{}`", definition.family);
                    self.out.refused(&at, message, "remove it, or use container instances with GPUs");
                } else if let Some(count) = requirement.value.0.parse::<u32>().ok().filter(|count| *count > 0) {
                    sum = sum.saturating_add(count);
                } else {
                    let message = format!("a number of GPUs must be 1 or more, not `{}`", requirement.value.0);
                    self.out.malformed(&format!("{at}/value"), message, "write \"1\" or more");
                }
            }
        }
        sum
    }

    /// Architecture and operating system that its host must have, as attributes spell them.
    pub(super) fn platform(
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
                self.out.unknown_value(&format!("{at}/operatingSystemFamily"), message, hint);
                None
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

    /// Warns of services and streams whose tasks no host that they can get takes, and of services that need none.
    pub(super) fn never_placed(&mut self) {
        let mut all: Vec<(String, String)> =
            self.written_services().into_iter().map(|one| (one.full, one.at)).collect();
        for (index, cluster) in self.scenario.clusters.iter().enumerate() {
            for (place, stream) in cluster.run_tasks.iter().enumerate() {
                let name = stream.name.as_deref().unwrap_or(family_of(&stream.task_definition));
                let at = format!("{}/runTasks/{place}", self.cluster_at(index));
                all.push((format!("{}/{name}", cluster.cluster_name), at));
            }
        }
        for (full, at) in all {
            let Some(service) = self.names.services.get(&full).map(|id| &self.plan.services[*id]) else { continue };
            if let Some(what) = never::why(&self.plan, service) {
                let message = format!("`{full}` needs {what}: ECS takes it and never places a task");
                let hint = "give it capacity with other instance types, or change its task definition";
                self.out.no_room(&format!("{at}/taskDefinition"), message, hint);
            }
            let tasks = service.kind == Kind::Replica && service.desired > 0;
            if tasks && service.traffic.is_none() && service.minimum_healthy_percent == 0 {
                let message = format!("`{full}` has no need, so that nothing can be short of it");
                let hint = "write `traffic`, or a `minimumHealthyPercent` above 0";
                self.out.unwatched(&format!("{at}/deploymentConfiguration/minimumHealthyPercent"), message, hint);
            }
        }
    }
}
