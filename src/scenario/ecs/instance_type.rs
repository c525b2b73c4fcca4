//! The instance type: what `describe-instance-types` prints.

object! {
    /// An EC2 instance type that the shipped table does not have, or has otherwise.
    InstanceType("PascalCase") {
        need {
            /// Name, such as `m6i.large`.
            instance_type: String,
            /// vCPUs.
            #[serde(rename = "VCpuInfo")]
            vcpu_info: VCpuInfo,
            /// Memory.
            memory_info: MemoryInfo,
        }
        may {
            /// Network interfaces.
            network_info: NetworkInfo,
            /// Whether it is burstable.
            burstable_performance_supported: bool,
        }
        unused {
            current_generation, free_tier_eligible, supported_usage_classes, supported_root_device_types,
            supported_virtualization_types, bare_metal, hypervisor, processor_info, instance_storage_supported,
            instance_storage_info, ebs_info, gpu_info, fpga_info, placement_group_info, inference_accelerator_info,
            hibernation_supported, dedicated_hosts_supported, auto_recovery_supported, supported_boot_modes,
            nitro_enclaves_support, nitro_tpm_support, nitro_tpm_info, media_accelerator_info, neuron_info,
            phc_support, reboot_migration_support, supported_in_region,
        }
    }
}

object! {
    /// `VCpuInfo`.
    VCpuInfo("PascalCase") {
        need {
            /// vCPUs.
            #[serde(rename = "DefaultVCpus")]
            #[schemars(range(min = 1, max = 4096))]
            default_vcpus: u32,
        }
        unused { default_cores, default_threads_per_core, valid_cores, valid_threads_per_core }
    }
}

object! {
    /// `MemoryInfo`.
    MemoryInfo("PascalCase") {
        need {
            /// MiB.
            #[serde(rename = "SizeInMiB")]
            #[schemars(range(min = 1, max = 100_000_000))]
            size_in_mib: u32,
        }
    }
}

object! {
    /// `NetworkInfo`.
    NetworkInfo("PascalCase") {
        may {
            /// Network interfaces, the host's own included.
            #[schemars(range(max = 1000))]
            maximum_network_interfaces: u32,
        }
        unused {
            network_performance, maximum_network_cards, default_network_card_index, network_cards,
            ipv4_addresses_per_interface, ipv6_addresses_per_interface, ipv6_supported, ena_support, efa_supported,
            efa_info, encryption_in_transit_supported, ena_srd_supported, bandwidth_weightings,
            flexible_ena_queues_support, connection_tracking_configuration, secondary_network_supported,
            maximum_secondary_network_interfaces, ipv4_addresses_per_secondary_interface,
        }
    }
}
