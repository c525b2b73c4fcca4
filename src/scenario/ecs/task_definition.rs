//! The task definition: what `RegisterTaskDefinition` takes and `describe-task-definition` prints.

use super::Amount;
use super::service::PlacementConstraint;
use std::collections::BTreeMap;

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
        X86 as "X86_64",
        /// AWS Graviton.
        Arm as "ARM64",
    }
}

words! {
    /// `resourceRequirements[].type`.
    ResourceType("PascalCase") {
        /// GPUs of the host.
        Gpu as "GPU",
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
    TaskDefinition("camelCase", own "taskDefinitionArn") {
        need {
            /// Family: up to 255 letters, digits, hyphens and underscores (sourced: [ecs-api-task-definition]).
            family: String,
            /// 1 to 10 containers (sourced: [ecs-api-task-definition]).
            container_definitions: Vec<ContainerDefinition>,
        }
        may {
            /// Revision; a definition without one answers to any.
            revision: u32 [1..],
            /// CPU units (1,024 a vCPU) or a text such as `"0.5 vCPU"`. Fargate requires it.
            cpu: Amount,
            /// MiB or a text such as `"1 GB"`. Fargate requires it.
            memory: Amount,
            /// Its network; Fargate requires `awsvpc` (sourced: [ecs-api-task-definition]).
            network_mode: NetworkMode => Sourced "`bridge`" "[ecs-api-task-definition]",
            /// Architecture and operating system.
            runtime_platform: RuntimePlatform => Sourced "Linux on X86_64 on Fargate, any on hosts" "[ecs-api-task-definition]",
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
            volumes if Rule::Keys(&[
                "efsVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration", "s3filesVolumeConfiguration",
                "configuredAtLaunch"]),
            /// Requests pass a proxy of AWS App Mesh.
            proxy_configuration,
            /// Amazon Elastic Inference has ended.
            inference_accelerators,
            /// Isolated tasks run on Managed Instances of types with Nitro Sandbox only.
            trusted_execution_configuration,
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
        given {
            /// Whether its end ends the task.
            essential: bool = true => Sourced "[ecs-api-container-definition]",
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
            /// Seconds from SIGTERM to SIGKILL; on Fargate 2 to 120 (sourced: [ecs-api-container-definition]).
            stop_timeout: u32 => Sourced "30" "[ecs-api-container-definition]",
            /// Seconds that others wait for it to reach what their `dependsOn` asks for, then the task fails to start;
            /// no limit by default (sourced: [ecs-api-container-definition]), on Fargate 2 to 120.
            start_timeout: u32,
            /// Tells a living container from a dead one.
            health_check: HealthCheck,
            /// Where its logs go.
            log_configuration: LogConfiguration,
            /// Whether ECS resolves the tag of its image to a digest, which the first task of a deployment does alone.
            version_consistency: VersionConsistency => Sourced "`enabled`" "[ecs-api-container-definition]",
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
    }
}

object! {
    /// `logConfiguration` of a container.
    LogConfiguration("camelCase") {
        need {
            /// What takes its logs.
            log_driver: LogDriver,
        }
        may {
            /// `mode` says what a container does whose logs are not taken (see `blockingLogs`): it hangs (`blocking`),
            /// or loses them once `max-buffer-size` is full (`non-blocking`). Left out: `defaultLogDriverMode` of the
            /// cluster. Other options have no bearing on availability (sourced: [ecs-log-modes-post]).
            options: BTreeMap<String, String>,
        }
        unused { secret_options }
    }
}

words! {
    /// What takes the logs of a container.
    LogDriver("kebab-case") {
        /// Amazon CloudWatch Logs.
        Awslogs,
        /// A log router beside the task (FireLens).
        Awsfirelens,
        /// Fluentd.
        Fluentd,
        /// Graylog.
        Gelf,
        /// Splunk.
        Splunk,
        /// Syslog.
        Syslog,
        /// A file on the host.
        JsonFile,
        /// The journal of the host.
        Journald,
    }
}

words! {
    /// What a container does whose logs are not taken.
    LogMode("kebab-case") {
        /// It hangs.
        Blocking,
        /// It loses them.
        NonBlocking,
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
            kind as "type": ResourceType,
        }
        may {
            /// How many GPUs; needed without `sharingStrategy`.
            value: Amount,
        }
        bears {
            /// Containers share a GPU by its memory; here each takes a whole one.
            sharing_strategy,
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
            /// Seconds that a container must have run to be restarted: 60 to 1,800 (sourced: [ecs-container-restart]).
            restart_attempt_period: u32 [60..=1800] => Sourced "300" "[ecs-container-restart]",
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
        given {
            /// Seconds between two checks: 5 to 300 (sourced: [ecs-api-health-check]).
            interval: u32 [5..=300] = 30 => Sourced "[ecs-api-health-check]",
            /// Seconds to wait for an answer: 2 to 60 (sourced: [ecs-api-health-check]).
            timeout: u32 [2..=60] = 5 => Sourced "[ecs-api-health-check]",
            /// Failures in a row until unhealthy: 1 to 10 (sourced: [ecs-api-health-check]).
            retries: u32 [1..=10] = 3 => Sourced "[ecs-api-health-check]",
            /// Seconds at the start in which failures do not count: 0 to 300 (sourced: [ecs-api-health-check]).
            start_period: u32 [..=300] = 0 => Sourced "[ecs-api-health-check]",
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
            container_port: u32 [..=65_535],
            /// Port of the host; 0: any free one (sourced: [ecs-api-container-definition]).
            host_port: u32 [..=65_535] => Sourced "any free one" "[ecs-api-container-definition]",
            /// TCP or UDP.
            protocol: Protocol => Sourced "`tcp`" "[ecs-api-container-definition]",
        }
        unused { name, app_protocol, container_port_range }
    }
}
