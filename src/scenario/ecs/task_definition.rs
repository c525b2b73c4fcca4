//! The task definition: what `RegisterTaskDefinition` takes and `describe-task-definition` prints.

use super::Amount;
use super::service::PlacementConstraint;

words! {
    /// `networkMode`.
    NetworkMode("camelCase") {
        /// Docker's bridge: ports of the host may be mapped.
        Bridge,
        /// The host's own network.
        Host,
        /// A network interface for each task.
        Awsvpc,
        /// No network.
        None,
    }
}

words! {
    /// `requiresCompatibilities[]`.
    Compatibility("SCREAMING_SNAKE_CASE") {
        /// Container instances.
        Ec2,
        /// AWS Fargate.
        Fargate,
        /// Hosts outside AWS.
        External,
        /// ECS Managed Instances.
        ManagedInstances,
    }
}

words! {
    /// `runtimePlatform.cpuArchitecture`.
    Architecture("SCREAMING_SNAKE_CASE") {
        /// Intel and AMD.
        #[serde(rename = "X86_64")]
        X86,
        /// AWS Graviton.
        #[serde(rename = "ARM64")]
        Arm,
    }
}

words! {
    /// `resourceRequirements[].type`.
    ResourceType("PascalCase") {
        /// GPUs of the host.
        #[serde(rename = "GPU")]
        Gpu,
        /// Amazon Elastic Inference, which has ended.
        InferenceAccelerator,
    }
}

words! {
    /// `portMappings[].protocol`.
    Protocol("camelCase") {
        /// TCP.
        Tcp,
        /// UDP.
        Udp,
    }
}

words! {
    /// `dependsOn[].condition`.
    Condition("SCREAMING_SNAKE_CASE") {
        /// It was started.
        Start,
        /// It ran to its end.
        Complete,
        /// It ended with exit code 0.
        Success,
        /// Its health check passes.
        Healthy,
    }
}

words! {
    /// `versionConsistency`.
    VersionConsistency("camelCase") {
        /// The tag of the image is resolved to a digest.
        Enabled,
        /// It is used as it is written.
        Disabled,
    }
}

object! {
    /// An ECS task definition: input of `RegisterTaskDefinition`, output of `describe-task-definition`.
    TaskDefinition("camelCase") {
        need {
            /// Family: up to 255 letters, digits, hyphens and underscores (sourced: [ecs-api-task-definition]).
            family: String,
            /// 1 to 10 containers (sourced: [ecs-api-task-definition]).
            container_definitions: Vec<ContainerDefinition>,
        }
        may {
            /// Revision; a definition without one answers to any.
            #[schemars(range(min = 1))]
            revision: u32,
            /// CPU units (1,024 a vCPU) or a text such as `"0.5 vCPU"`. Fargate requires it.
            cpu: Amount,
            /// MiB or a text such as `"1 GB"`. Fargate requires it.
            memory: Amount,
            /// `bridge` by default (sourced: [ecs-api-task-definition]); Fargate requires `awsvpc`.
            network_mode: NetworkMode,
            /// Architecture and operating system. On Fargate Linux on X86_64 by default (sourced:
            /// [ecs-api-task-definition]), on hosts any (model choice).
            runtime_platform: RuntimePlatform,
            /// A service goes on with an INACTIVE definition or one that is being deleted; nothing else starts tasks of
            /// it (sourced: [ecs-api-task-definition]).
            status: String,
        }
        list {
            /// What the definition is to be checked against; not looked at where `compatibilities` is written.
            requires_compatibilities: Compatibility,
            /// What the definition was found fit for, as describe-task-definition prints it.
            compatibilities: Compatibility,
            /// Constraints of every task of this definition; at most 10 (sourced: [ecs-api-task-definition]).
            placement_constraints: PlacementConstraint,
        }
        unused {
            task_definition_arn, task_role_arn, execution_role_arn, requires_attributes, pid_mode, ipc_mode,
            registered_at, deregistered_at, delete_requested_at, registered_by, ephemeral_storage,
            enable_fault_injection, tags,
        }
        bears {
            /// A start needs the file system or volume to be there and reachable.
            #[schemars(extend("x-evenkeel-bears" = serde_json::json!({ "keys": [
                "efsVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration", "s3filesVolumeConfiguration",
                "configuredAtLaunch"] })))]
            volumes,
            /// Requests pass a proxy of AWS App Mesh.
            proxy_configuration,
            /// Amazon Elastic Inference has ended.
            inference_accelerators,
        }
    }
}

object! {
    /// One container of a task.
    ContainerDefinition("camelCase") {
        need {
            /// Name, unique in the task.
            name: String,
        }
        plain {
            /// Whether its end ends the task; yes by default (sourced: [ecs-api-container-definition]).
            #[serde(default = "yes")]
            essential: bool,
        }
        may {
            /// Its image: definitions of the same images share what hosts have cached.
            image: String,
            /// CPU units.
            cpu: Amount,
            /// Hard limit in MiB.
            memory: Amount,
            /// Soft limit in MiB; what is reserved when both are written (sourced: [ecs-api-container-definition]).
            memory_reservation: Amount,
            /// Restarts it in place.
            restart_policy: RestartPolicy,
            /// Seconds from SIGTERM to SIGKILL: 30 by default, on Fargate 2 to 120 (sourced:
            /// [ecs-api-container-definition]).
            stop_timeout: u32,
            /// Seconds that others wait for it to reach what their `dependsOn` asks for, then the task fails to start;
            /// no limit by default (sourced: [ecs-api-container-definition]), on Fargate 2 to 120.
            start_timeout: u32,
            /// Tells a living container from a dead one.
            health_check: HealthCheck,
            /// Whether ECS resolves the tag of its image to a digest, which the first task of a deployment does alone;
            /// `enabled` by default (sourced: [ecs-api-container-definition]).
            version_consistency: VersionConsistency,
        }
        list {
            /// Ports.
            port_mappings: PortMapping,
            /// Containers that come first.
            depends_on: Dependency,
            /// GPUs that it reserves on its host; Fargate has none (sourced: [ecs-api-container-definition]).
            resource_requirements: ResourceRequirement,
        }
        unused {
            repository_credentials, links, entry_point, command, environment, environment_files, mount_points,
            volumes_from, linux_parameters, secrets, hostname, user,
            working_directory, disable_networking, privileged, readonly_root_filesystem, dns_servers,
            dns_search_domains, extra_hosts, docker_security_options, interactive, pseudo_terminal, docker_labels,
            ulimits, system_controls, firelens_configuration, credential_specs,
        }
        bears {
            /// Where logs are not taken in time a container that writes them stands still: write the mode
            /// `non-blocking`.
            #[schemars(extend("x-evenkeel-bears" = serde_json::json!({ "at": "/options/mode", "is": ["blocking"] })))]
            log_configuration,
        }
    }
}

object! {
    /// `runtimePlatform`.
    RuntimePlatform("camelCase") {
        may {
            /// X86_64 or ARM64; hosts of another architecture take no task.
            cpu_architecture: Architecture,
            /// LINUX, or a Windows Server such as WINDOWS_SERVER_2022_CORE; hosts with another operating system take no
            /// task. Hosts run Linux unless `attributes` of `behaviour` says `ecs.os-type` is `windows`.
            operating_system_family: String,
        }
    }
}

object! {
    /// One item of `resourceRequirements`.
    ResourceRequirement("camelCase") {
        need {
            /// What is reserved.
            #[serde(rename = "type")]
            kind: ResourceType,
            /// How many GPUs.
            value: Amount,
        }
    }
}

object! {
    /// `restartPolicy`.
    RestartPolicy("camelCase") {
        need {
            /// Whether it is on.
            enabled: bool,
        }
        may {
            /// Seconds that a container must have run to be restarted: 60 to 1,800, 300 by default (sourced:
            /// [ecs-container-restart]).
            #[schemars(range(min = 60, max = 1800))]
            restart_attempt_period: u32,
        }
        list {
            /// Exit codes that are not followed by a restart: at most 50 (sourced: [ecs-container-restart]). The code
            /// of a crash is `exitCode` of `behaviour` or of the fault.
            ignored_exit_codes: u32,
        }
    }
}

object! {
    /// `healthCheck` of a container.
    HealthCheck("camelCase") {
        need {
            /// What is run; `["NONE"]` switches the check off (sourced: [ecs-api-health-check]).
            command: Vec<String>,
        }
        plain {
            /// Seconds between two checks: 5 to 300, 30 by default (sourced: [ecs-api-health-check]).
            #[serde(default = "interval")]
            #[schemars(range(min = 5, max = 300))]
            interval: u32,
            /// Seconds to wait for an answer: 2 to 60, 5 by default (sourced: [ecs-api-health-check]).
            #[serde(default = "timeout")]
            #[schemars(range(min = 2, max = 60))]
            timeout: u32,
            /// Failures in a row until unhealthy: 1 to 10, 3 by default (sourced: [ecs-api-health-check]).
            #[serde(default = "retries")]
            #[schemars(range(min = 1, max = 10))]
            retries: u32,
            /// Seconds at the start in which failures do not count: 0 to 300, 0 by default (sourced:
            /// [ecs-api-health-check]).
            #[serde(default)]
            #[schemars(range(max = 300))]
            start_period: u32,
        }
    }
}

object! {
    /// One item of `dependsOn`.
    Dependency("camelCase") {
        need {
            /// Which container.
            container_name: String,
            /// What it must have reached.
            condition: Condition,
        }
    }
}

object! {
    /// One item of `portMappings`.
    PortMapping("camelCase") {
        may {
            /// Port in the container.
            #[schemars(range(max = 65_535))]
            container_port: u32,
            /// Port of the host; 0 or left out: any free one (sourced: [ecs-api-container-definition]).
            #[schemars(range(max = 65_535))]
            host_port: u32,
            /// `tcp` by default (sourced: [ecs-api-container-definition]).
            protocol: Protocol,
        }
        unused { name, app_protocol, container_port_range }
    }
}

fn yes() -> bool {
    true
}
fn interval() -> u32 {
    30
}
fn timeout() -> u32 {
    5
}
fn retries() -> u32 {
    3
}
