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
    CapacityProvider("camelCase", own "capacityProviderArn") {
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
            /// Managed scaling.
            managed_scaling: ManagedScaling => Choice "off",
            /// Keeps hosts with tasks alive in scale-in.
            managed_termination_protection: Toggle => Sourced "DISABLED" "[ecs-api-model]",
            /// Drains hosts before they end.
            managed_draining: Toggle => Choice "ENABLED",
        }
    }
}

object! {
    /// `managedScaling`.
    ManagedScaling("camelCase") {
        given {
            /// Per cent of the group's capacity that is to be used: 1 to 100 (sourced: [ecs-api-model]).
            target_capacity: u32 [1..=100] = 100 => Sourced "[ecs-api-model]",
            /// Least hosts to add at once: 1 to 10,000 (sourced: [ecs-api-model]).
            minimum_scaling_step_size: u32 [1..=10_000] = 1 => Sourced "[ecs-api-model]",
            /// Most hosts to add at once: 1 to 10,000 (sourced: [ecs-api-model]).
            maximum_scaling_step_size: u32 [1..=10_000] = 10_000 => Sourced "[ecs-api-model]",
            /// Seconds from the launch of a host by managed scaling in which no further one is launched: 0 to 10,000
            /// (sourced: [ecs-api-model]).
            instance_warmup_period: u32 [..=10_000] = 300 => Sourced "[ecs-api-model]",
        }
        may {
            /// Whether it is on.
            status: Toggle => Choice "ENABLED",
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
            /// Whether a host whose agent stays silent is drained and replaced.
            actions_status: Toggle => Choice "ENABLED",
        }
    }
}

object! {
    /// `infrastructureOptimization`.
    InfrastructureOptimization("camelCase") {
        may {
            /// Seconds until a host without tasks ends, and until hosts whose tasks fit on others are drained: 0 to
            /// 3,600; -1: never (sourced: [ecs-api-optimization]: InfrastructureOptimization, API reference).
            scale_in_after: i32 [-1..=3600] => Choice "300",
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
            /// How capacity is bought.
            capacity_option_type: CapacityOption => Sourced "ON_DEMAND" "[ecs-api-model]",
            /// What instances must be like.
            instance_requirements: InstanceRequirements => Choice "any type that is not burstable",
        }
        unused { ec2_instance_profile_arn, storage_configuration, monitoring, instance_metadata_tags_propagation }
        bears {
            /// Reserved instances are had also when others are refused.
            capacity_reservations,
            /// Narrows the choice to instance types with local disks.
            local_storage_configuration,
            /// Narrows the choice of instance types and Regions.
            fips_enabled,
            /// Narrows the choice to instance types with Nitro Sandbox.
            nitro_enclaves_enabled,
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
            vcpu_count as "vCpuCount": Bounds,
            /// Memory in MiB.
            memory_mib as "memoryMiB": Bounds,
        }
        may {
            /// GiB of memory for each vCPU.
            memory_gib_per_vcpu as "memoryGiBPerVCpu": Range,
            /// GB of local storage.
            total_local_storage_gb as "totalLocalStorageGB": Range,
            /// MiB of all accelerators together.
            accelerator_total_memory_mib as "acceleratorTotalMemoryMiB": Bounds,
            /// Whether burstable types may be chosen.
            burstable_performance: Choice => Sourced "`excluded`" "[ecs-api-instance-requirements]",
            /// Whether bare-metal types may be chosen.
            bare_metal: Choice => Sourced "`excluded`" "[ecs-api-instance-requirements]",
            /// Whether types with local disks may be chosen.
            local_storage: Choice => Sourced "`included`" "[ecs-api-instance-requirements]",
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
        given {
            /// The least.
            min: f64 = 0.0,
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
        given {
            /// The least.
            min: u32 = 0,
        }
        may {
            /// The most; left out: no limit.
            max: u32,
        }
    }
}
