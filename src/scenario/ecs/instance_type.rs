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
            /// Its processor.
            processor_info: ProcessorInfo,
            /// Its GPUs.
            gpu_info: GpuInfo,
            /// Its local disks.
            instance_storage_info: InstanceStorageInfo,
            /// Whether it is bare metal.
            bare_metal: bool,
            /// Whether it is of the current generation; yes by default (model choice).
            current_generation: bool,
        }
        unused {
            free_tier_eligible, supported_usage_classes, supported_root_device_types,
            supported_virtualization_types, hypervisor, instance_storage_supported, ebs_info, fpga_info, placement_group_info, inference_accelerator_info,
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
    /// `ProcessorInfo`.
    ProcessorInfo("PascalCase") {
        plain {
            /// Clock speed.
            #[serde(rename = "SustainedClockSpeedInGhz", default, skip_serializing_if = "super::Unused::is_absent")]
            sustained_clock_speed_in_ghz: super::Unused,
        }
        may {
            /// Who makes it, such as `Intel`.
            manufacturer: String,
        }
        list {
            /// Its architectures, such as `x86_64`; the last one counts.
            supported_architectures: String,
        }
        unused { supported_features }
    }
}

object! {
    /// `GpuInfo`.
    GpuInfo("PascalCase") {
        plain {
            /// Memory of all GPUs.
            #[serde(rename = "TotalGpuMemoryInMiB", default, skip_serializing_if = "super::Unused::is_absent")]
            total_gpu_memory_in_mib: super::Unused,
        }
        list {
            /// GPUs of one kind each.
            gpus: Gpu,
        }
    }
}

object! {
    /// GPUs of one kind.
    Gpu("PascalCase") {
        plain {
            /// How many; 0 where it is only a part of one.
            #[serde(default)]
            #[schemars(range(max = 1000))]
            count: u32,
        }
        may {
            /// Who makes them, such as `NVIDIA`.
            manufacturer: String,
            /// What they are called, such as `T4`.
            name: String,
            /// Memory of each.
            memory_info: MemoryInfo,
        }
        unused { gpu_partition_size, logical_gpu_count, workloads }
    }
}

object! {
    /// `InstanceStorageInfo`.
    InstanceStorageInfo("PascalCase") {
        plain {
            /// GB of all disks together.
            #[serde(rename = "TotalSizeInGB")]
            total_size_in_gb: u64,
        }
        list {
            /// Disks of one kind each.
            disks: Disk,
        }
        unused { nvme_support, encryption_support }
    }
}

object! {
    /// Disks of one kind.
    Disk("PascalCase") {
        plain {
            /// GB of each.
            #[serde(rename = "SizeInGB", default, skip_serializing_if = "super::Unused::is_absent")]
            size_in_gb: super::Unused,
        }
        may {
            /// `ssd` or `hdd`.
            #[serde(rename = "Type")]
            kind: String,
        }
        unused { count }
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
