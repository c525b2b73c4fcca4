//! The Auto Scaling group: what `describe-auto-scaling-groups` prints and `CreateAutoScalingGroup` takes.

object! {
    /// An Auto Scaling group. Its instance types are those of `MixedInstancesPolicy`, else those of `Instances`.
    AutoScalingGroup("PascalCase", own "AutoScalingGroupARN") {
        need {
            /// Name.
            auto_scaling_group_name: String,
            /// Fewest instances.
            min_size: u32,
            /// Most instances.
            max_size: u32,
        }
        may {
            /// ARN.
            auto_scaling_group_arn as "AutoScalingGroupARN": String,
            /// Subnets, separated by commas.
            vpc_zone_identifier as "VPCZoneIdentifier": String,
            /// Instances at the start.
            desired_capacity: u32 => Sourced "`MinSize`" "[asg-api-create]",
            /// Instance types in order of preference, and whether they are Spot.
            mixed_instances_policy: MixedInstancesPolicy,
            /// Scale-in protection of new instances; ECS requires it for managed termination protection (sourced:
            /// [asg-api-create]).
            new_instances_protected_from_scale_in: bool,
            /// How launches are spread over its zones.
            availability_zone_distribution: AvailabilityZoneDistribution => Sourced "best effort" "[asg-zone-distribution]",
            /// Which checks make the group replace an instance: `EC2`, `ELB`, separated by commas. With ELB it also
            /// acts when the load balancer takes a target on the instance out.
            health_check_type: String => Sourced "`EC2`" "[asg-api-create]",
            /// Seconds after an instance is there in which no check counts.
            health_check_grace_period: u32 => Sourced "0" "[asg-api-create]",
            /// Capacity Rebalancing: a Spot instance is replaced on a rebalance recommendation; off by default
            /// (sourced: [asg-api-create]).
            capacity_rebalance: bool,
            /// Whether the group may be shifted away from a zone, and what it does about unhealthy instances there.
            availability_zone_impairment_policy: AvailabilityZoneImpairmentPolicy,
        }
        list {
            /// Names of its zones, such as `us-east-1a`.
            availability_zones: String,
            /// Ids of its zones, such as `use1-az1`.
            availability_zone_ids: String,
            /// Its instances. One that says where it stands, its state or its id is a host of the start; one that says
            /// its type alone names a type in order of preference.
            instances: Instance,
            /// Processes that do not run. Without AZRebalance the group does not even out its zones; without
            /// HealthCheck or ReplaceUnhealthy it replaces no unhealthy instance. Others are not modelled.
            suspended_processes: SuspendedProcess,
        }
        unused {
            target_group_arns as "TargetGroupARNs",
            service_linked_role_arn as "ServiceLinkedRoleARN",
            launch_configuration_name, launch_template, instance_id, predicted_capacity, default_cooldown,
            load_balancer_names, created_time, enabled_metrics,
            tags, warm_pool_size, context, default_instance_warmup, traffic_sources,
            deletion_protection, operator, lifecycle_hook_specification_list, skip_zonal_shift_validation,
        }
        bears {
            /// AWS prints it while the group is being deleted: its hosts end.
            status,
            /// A spread placement group holds seven running instances a zone at most; a cluster placement group stands
            /// in one zone.
            placement_group,
            /// Which host ends first.
            termination_policies,
            /// Hosts are replaced at this age.
            max_instance_lifetime,
            /// Stopped or running spares shorten the launch of hosts.
            warm_pool_configuration,
            /// What `DesiredCapacity` counts: with other words than `units` it is not a number of hosts.
            desired_capacity_type,
            /// Whether a replacement is launched before or after its host ends.
            instance_maintenance_policy,
            /// Reserved instances are had also when others are refused, and with `only` nothing else.
            capacity_reservation_specification,
            /// Hosts may be kept instead of ended.
            instance_lifecycle_policy,
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
            /// On-demand instances before the percentage counts.
            on_demand_base_capacity: u32 => Sourced "0" "[asg-api-create]",
            /// Per cent of the rest that is on-demand; 0 for a Spot group.
            on_demand_percentage_above_base_capacity: u32 [..=100] => Sourced "100" "[asg-api-create]",
        }
        unused { on_demand_allocation_strategy }
        bears {
            /// Which Spot pools hosts come from, and so what a reclaim takes; the order of `Overrides` is modelled.
            spot_allocation_strategy,
            /// Over how many of the cheapest Spot pools hosts are spread.
            spot_instance_pools,
            /// Above this price there is no Spot host.
            spot_max_price,
            /// In which order reservations, Spot and on-demand capacity are tried.
            distribution_segments,
        }
    }
}

object! {
    /// `AvailabilityZoneDistribution`.
    AvailabilityZoneDistribution("PascalCase") {
        may {
            /// `balanced-only` goes on trying in a zone that gives nothing.
            capacity_distribution_strategy: String => Sourced "`balanced-best-effort`" "[asg-zone-distribution]",
        }
    }
}

object! {
    /// `AvailabilityZoneImpairmentPolicy`.
    AvailabilityZoneImpairmentPolicy("PascalCase") {
        may {
            /// Registers the group with ARC: it may be shifted away from a zone.
            zonal_shift_enabled: bool => Choice "`false`",
            /// Whether instances that are unhealthy in a zone that the group is shifted away from are replaced.
            impaired_zone_health_check_behavior: ImpairedZoneHealthCheckBehavior => Choice "`ReplaceUnhealthy`",
        }
    }
}

words! {
    /// `ImpairedZoneHealthCheckBehavior`.
    ImpairedZoneHealthCheckBehavior("PascalCase") {
        /// Unhealthy instances are replaced in all zones: what is launched for them comes in the others.
        ReplaceUnhealthy,
        /// Unhealthy instances are left in the zone that is shifted away from, until the shift is over.
        IgnoreUnhealthy,
    }
}

object! {
    /// One instance of a group.
    Instance("PascalCase") {
        may {
            /// Name of the instance type.
            instance_type: String,
            /// Its id; what has one is a host.
            instance_id: String,
            /// Name of the zone that it stands in, such as `us-east-1a`.
            availability_zone: String,
            /// Id of that zone, such as `use1-az1`.
            availability_zone_id: String,
            /// `InService`: it runs tasks from the start. `Standby`, `EnteringStandby`: it does so too, and its group
            /// neither counts nor replaces it. `Pending`, `Pending:Wait` and `Pending:Proceed`: it boots. All other
            /// states: it is not there (model choice).
            lifecycle_state: String => Choice "`InService`",
            /// Its health: an unhealthy one that is `InService` is not there, and the group launches another (model
            /// choice).
            health_status: String => Choice "`Healthy`",
            /// Protects it from scale-in. Not modelled for single hosts, only as managed termination protection.
            protected_from_scale_in: bool,
        }
        unused { launch_configuration_name, launch_template, image_id, weighted_capacity }
    }
}
