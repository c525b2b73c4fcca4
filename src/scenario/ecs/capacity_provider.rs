//! The capacity provider: what `CreateCapacityProvider` takes and `describe-capacity-providers` prints.

use super::Toggle;

words! {
    /// `capacityOptionType` of Managed Instances.
    CapacityOption("SCREAMING_SNAKE_CASE") {
        /// On-demand instances.
        OnDemand,
        /// Spot instances.
        Spot,
        /// Capacity reservations.
        Reserved,
    }
}

words! {
    /// Whether a kind of instance may be chosen.
    Choice("lowercase") {
        /// It may be.
        Included,
        /// It must be.
        Required,
        /// It must not be.
        Excluded,
    }
}

object! {
    /// An ECS capacity provider. `FARGATE` and `FARGATE_SPOT` need not be declared.
    CapacityProvider("camelCase") {
        need {
            /// Name.
            name: String,
        }
        may {
            /// ARN; Region and account of its cluster are taken from it where nothing else says them.
            capacity_provider_arn: String,
            /// INACTIVE for one that is deleted: it is left out.
            status: String,
            /// DELETE_IN_PROGRESS or DELETE_COMPLETE for one that is deleted: it is left out.
            update_status: String,
            /// Capacity of an Auto Scaling group.
            auto_scaling_group_provider: AutoScalingGroupProvider,
            /// Capacity of ECS Managed Instances.
            managed_instances_provider: ManagedInstancesProvider,
        }
        unused { cluster, update_status_reason, tags, r#type }
    }
}

object! {
    /// `autoScalingGroupProvider`.
    AutoScalingGroupProvider("camelCase") {
        need {
            /// ARN or name of the Auto Scaling group.
            auto_scaling_group_arn: String,
        }
        may {
            /// Managed scaling; off when left out (model choice).
            managed_scaling: ManagedScaling,
            /// Keeps hosts with tasks alive in scale-in; DISABLED by default (sourced: [ecs-api-model]).
            managed_termination_protection: Toggle,
            /// Drains hosts before they end; ENABLED by default (model choice).
            managed_draining: Toggle,
        }
    }
}

object! {
    /// `managedScaling`.
    ManagedScaling("camelCase") {
        plain {
            /// Per cent of the group's capacity that is to be used: 1 to 100, 100 by default (sourced:
            /// [ecs-api-model]).
            #[serde(default = "target")]
            #[schemars(range(min = 1, max = 100))]
            target_capacity: u32,
            /// Least hosts to add at once: 1 to 10,000, 1 by default (sourced: [ecs-api-model]).
            #[serde(default = "least_step")]
            #[schemars(range(min = 1, max = 10_000))]
            minimum_scaling_step_size: u32,
            /// Most hosts to add at once: 1 to 10,000, 10,000 by default (sourced: [ecs-api-model]).
            #[serde(default = "most_step")]
            #[schemars(range(min = 1, max = 10_000))]
            maximum_scaling_step_size: u32,
            /// Seconds from the launch of a host by managed scaling in which no further one is launched: 0 to 10,000,
            /// 300 by default (sourced: [ecs-api-model]).
            #[serde(default = "warm_up")]
            #[schemars(range(max = 10_000))]
            instance_warmup_period: u32,
        }
        may {
            /// Whether it is on; ENABLED by default where `managedScaling` is written (model choice).
            status: Toggle,
        }
    }
}

object! {
    /// `managedInstancesProvider`.
    ManagedInstancesProvider("camelCase") {
        need {
            /// Where and on what instances are launched.
            instance_launch_template: InstanceLaunchTemplate,
        }
        may {
            /// When idle and badly filled hosts go.
            infrastructure_optimization: InfrastructureOptimization,
            /// Whether impaired hosts are replaced.
            auto_repair_configuration: AutoRepairConfiguration,
        }
        unused { infrastructure_role_arn, propagate_tags }
    }
}

object! {
    /// `autoRepairConfiguration`.
    AutoRepairConfiguration("camelCase") {
        may {
            /// Whether a host whose agent stays silent is drained and replaced; ENABLED by default (model choice).
            actions_status: Toggle,
        }
    }
}

object! {
    /// `infrastructureOptimization`.
    InfrastructureOptimization("camelCase") {
        may {
            /// Seconds until a host without tasks ends, and until hosts whose tasks fit on others are drained: 0 to
            /// 3,600; -1: never (sourced: [ecs-api-optimization]). 300 by default (model choice).
            #[schemars(range(min = -1, max = 3600))]
            scale_in_after: i32,
        }
    }
}

object! {
    /// `instanceLaunchTemplate` of Managed Instances.
    InstanceLaunchTemplate("camelCase") {
        need {
            /// Subnets, which decide the zones.
            network_configuration: ManagedNetwork,
        }
        may {
            /// ON_DEMAND by default (sourced: [ecs-api-model]).
            capacity_option_type: CapacityOption,
            /// What instances must be like; left out: any type that is not burstable (model choice).
            instance_requirements: InstanceRequirements,
        }
        unused {
            ec2_instance_profile_arn, storage_configuration, monitoring, instance_metadata_tags_propagation,
        }
        bears {
            /// Reserved instances are had also when others are refused.
            capacity_reservations,
            /// Narrows the choice to instance types with local disks.
            local_storage_configuration,
            /// Narrows the choice of instance types and Regions.
            fips_enabled,
        }
    }
}

object! {
    /// `networkConfiguration` of Managed Instances.
    ManagedNetwork("camelCase") {
        list {
            /// Subnets.
            subnets: String,
        }
        unused { security_groups }
    }
}

object! {
    /// `instanceRequirements`.
    InstanceRequirements("camelCase") {
        need {
            /// vCPUs.
            #[serde(rename = "vCpuCount")]
            vcpu_count: Bounds,
            /// Memory in MiB.
            #[serde(rename = "memoryMiB")]
            memory_mib: Bounds,
        }
        plain {
            /// GiB of memory for each vCPU.
            #[serde(rename = "memoryGiBPerVCpu", default, skip_serializing_if = "Option::is_none")]
            memory_gib_per_vcpu: Option<Range>,
            /// GB of local storage.
            #[serde(rename = "totalLocalStorageGB", default, skip_serializing_if = "Option::is_none")]
            total_local_storage_gb: Option<Range>,
            /// MiB of all accelerators together.
            #[serde(rename = "acceleratorTotalMemoryMiB", default, skip_serializing_if = "Option::is_none")]
            accelerator_total_memory_mib: Option<Bounds>,
        }
        may {
            /// Whether burstable types may be chosen; `excluded` by default (sourced: [ecs-api-instance-requirements]).
            burstable_performance: Choice,
            /// Whether bare-metal types may be chosen; `excluded` by default (sourced:
            /// [ecs-api-instance-requirements]).
            bare_metal: Choice,
            /// Whether types with local disks may be chosen; `included` by default (sourced:
            /// [ecs-api-instance-requirements]).
            local_storage: Choice,
            /// Network interfaces of an instance.
            network_interface_count: Bounds,
            /// Accelerators of an instance. Types with accelerators are chosen only where a requirement speaks of
            /// accelerators, or where `allowedInstanceTypes` lists them (model choice).
            accelerator_count: Bounds,
        }
        list {
            /// Only these types; `*` stands for any characters.
            allowed_instance_types: String,
            /// None of these types; `*` stands for any characters.
            excluded_instance_types: String,
            /// Only CPUs of these makers: `intel`, `amd`, `amazon-web-services`.
            cpu_manufacturers: String,
            /// Only these generations: `current`, `previous`.
            instance_generations: String,
            /// Only local disks of these kinds: `ssd`, `hdd`.
            local_storage_types: String,
            /// Only accelerators of these kinds: `gpu`, `fpga`, `inference`, `media`.
            accelerator_types: String,
            /// Only accelerators of these makers, such as `nvidia`.
            accelerator_manufacturers: String,
            /// Only accelerators of these names, such as `t4`.
            accelerator_names: String,
        }
        bears {
            /// Narrows the choice of instance types: name types in `allowedInstanceTypes` instead.
            network_bandwidth_gbps,
            /// Narrows the choice of instance types: name types in `allowedInstanceTypes` instead.
            baseline_ebs_bandwidth_mbps,
            /// Narrows the choice of instance types: name types in `allowedInstanceTypes` instead.
            require_hibernate_support,
            /// Leaves out dear types: name types in `allowedInstanceTypes` instead.
            spot_max_price_percentage_over_lowest_price,
            /// Leaves out dear types: name types in `allowedInstanceTypes` instead.
            on_demand_max_price_percentage_over_lowest_price,
            /// Leaves out dear types: name types in `allowedInstanceTypes` instead.
            max_spot_price_as_percentage_of_optimal_on_demand_price,
        }
    }
}

object! {
    /// A range of numbers.
    Range("camelCase") {
        plain {
            /// The least.
            #[serde(default)]
            min: f64,
        }
        may {
            /// The most; left out: no limit.
            max: f64,
        }
    }
}

object! {
    /// A range of whole numbers.
    Bounds("camelCase") {
        plain {
            /// The least.
            #[serde(default)]
            min: u32,
        }
        may {
            /// The most; left out: no limit.
            max: u32,
        }
    }
}

fn target() -> u32 {
    100
}
fn least_step() -> u32 {
    1
}
fn most_step() -> u32 {
    10_000
}
fn warm_up() -> u32 {
    300
}
