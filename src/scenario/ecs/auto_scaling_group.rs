//! The Auto Scaling group: what `describe-auto-scaling-groups` prints and `CreateAutoScalingGroup` takes.

use super::Unused;

object! {
    /// An Auto Scaling group. Its instance types are those of `MixedInstancesPolicy`, else those of `Instances`.
    AutoScalingGroup("PascalCase") {
        need {
            /// Name.
            auto_scaling_group_name: String,
            /// Fewest instances.
            min_size: u32,
            /// Most instances.
            max_size: u32,
        }
        plain {
            /// ARN.
            #[serde(rename = "AutoScalingGroupARN", default, skip_serializing_if = "Option::is_none")]
            auto_scaling_group_arn: Option<String>,
            /// Subnets, separated by commas.
            #[serde(rename = "VPCZoneIdentifier", default, skip_serializing_if = "Option::is_none")]
            vpc_zone_identifier: Option<String>,
            /// Target groups of the instances.
            #[serde(rename = "TargetGroupARNs", default, skip_serializing_if = "Unused::is_absent")]
            target_group_arns: Unused,
            /// Role of Auto Scaling.
            #[serde(rename = "ServiceLinkedRoleARN", default, skip_serializing_if = "Unused::is_absent")]
            service_linked_role_arn: Unused,
        }
        may {
            /// Instances at the start; `MinSize` by default (sourced).
            desired_capacity: u32,
            /// Instance types in order of preference, and whether they are Spot.
            mixed_instances_policy: MixedInstancesPolicy,
            /// Scale-in protection of new instances; ECS requires it for managed termination protection (sourced).
            new_instances_protected_from_scale_in: bool,
            /// Which checks make the group replace an instance: `EC2` (sourced default), `ELB`, separated by commas. With ELB it
            /// also acts when the load balancer takes a target on the instance out.
            health_check_type: String,
            /// Seconds after an instance is there in which no check counts; 0 by default (sourced: CreateAutoScalingGroup).
            health_check_grace_period: u32,
            /// Capacity Rebalancing: a Spot instance is replaced on a rebalance recommendation; off by default (sourced).
            capacity_rebalance: bool,
        }
        list {
            /// Names of its zones, such as `us-east-1a`.
            availability_zones: String,
            /// Ids of its zones, such as `use1-az1`.
            availability_zone_ids: String,
            /// Its instances; only their types are used.
            instances: Instance,
            /// Processes that do not run. Without AZRebalance the group does not even out its zones; without HealthCheck or
            /// ReplaceUnhealthy it replaces no unhealthy instance. Others are not modelled.
            suspended_processes: SuspendedProcess,
        }
        unused {
            launch_configuration_name, launch_template, instance_id, predicted_capacity, default_cooldown,
            load_balancer_names, created_time,
            placement_group, enabled_metrics, status, tags, termination_policies, max_instance_lifetime,
            warm_pool_configuration, warm_pool_size, context, desired_capacity_type,
            default_instance_warmup, traffic_sources, instance_maintenance_policy, deletion_protection,
            availability_zone_distribution, availability_zone_impairment_policy, capacity_reservation_specification,
            instance_lifecycle_policy, operator, lifecycle_hook_specification_list, skip_zonal_shift_validation,
        }
    }
}

object! {
    /// One item of `SuspendedProcesses`.
    SuspendedProcess("PascalCase") {
        need {
            /// Which process, such as `AZRebalance`.
            process_name: String,
        }
        unused { suspension_reason }
    }
}

object! {
    /// `MixedInstancesPolicy`.
    MixedInstancesPolicy("PascalCase") {
        may {
            /// Instance types.
            launch_template: MixedTemplate,
            /// On-demand and Spot.
            instances_distribution: InstancesDistribution,
        }
    }
}

object! {
    /// `MixedInstancesPolicy.LaunchTemplate`.
    MixedTemplate("PascalCase") {
        list {
            /// In order of preference.
            overrides: Override,
        }
        unused { launch_template_specification }
    }
}

object! {
    /// One item of `Overrides`.
    Override("PascalCase") {
        may {
            /// Name of the instance type.
            instance_type: String,
            /// Units of capacity that an instance counts for; only 1 is modelled.
            weighted_capacity: String,
        }
        unused { launch_template_specification, instance_requirements, image_id }
    }
}

object! {
    /// `InstancesDistribution`: a group is on-demand or Spot as a whole.
    InstancesDistribution("PascalCase") {
        may {
            /// On-demand instances before the percentage counts; 0 by default (sourced).
            on_demand_base_capacity: u32,
            /// Per cent of the rest that is on-demand; 100 by default (sourced), 0 for a Spot group.
            #[schemars(range(max = 100))]
            on_demand_percentage_above_base_capacity: u32,
        }
        unused { on_demand_allocation_strategy, spot_allocation_strategy, spot_instance_pools, spot_max_price }
    }
}

object! {
    /// One instance of a group.
    Instance("PascalCase") {
        may {
            /// Name of the instance type.
            instance_type: String,
        }
        unused {
            instance_id, availability_zone, availability_zone_id, lifecycle_state, health_status,
            launch_configuration_name, launch_template, image_id, protected_from_scale_in, weighted_capacity,
        }
    }
}
