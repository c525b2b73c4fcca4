//! The instance type: what `describe-instance-types` prints.

use crate::grammar::Anything;

object! {
    /// An EC2 instance type that the shipped table does not have, or has otherwise.
    InstanceType("PascalCase", own "SupportedUsageClasses") {
        need {
            /// Name, such as `m6i.large`.
            instance_type: String,
            /// vCPUs.
            vcpu_info as "VCpuInfo": VCpuInfo,
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
            /// Whether it is of the current generation.
            current_generation: bool => Choice "yes",
            /// Its FPGAs.
            fpga_info: Anything,
            /// Its inference accelerators.
            inference_accelerator_info: Anything,
            /// Its Neuron devices.
            neuron_info: Anything,
            /// Its media accelerators.
            media_accelerator_info: Anything,
        }
        unused {
            free_tier_eligible, supported_usage_classes, supported_root_device_types,
            supported_virtualization_types, hypervisor, instance_storage_supported, ebs_info, placement_group_info,
            hibernation_supported, dedicated_hosts_supported, auto_recovery_supported, supported_boot_modes,
            nitro_enclaves_support, nitro_tpm_support, nitro_tpm_info,
            phc_support, reboot_migration_support, supported_in_region,
        }
    }
}

object! {
    /// `VCpuInfo`.
    VCpuInfo("PascalCase") {
        need {
            /// vCPUs.
            default_vcpus as "DefaultVCpus": u32 [1..=4096],
        }
        unused { default_cores, default_threads_per_core, valid_cores, valid_threads_per_core }
    }
}

object! {
    /// `MemoryInfo`.
    MemoryInfo("PascalCase") {
        need {
            /// MiB.
            size_in_mib as "SizeInMiB": u32 [1..=100_000_000],
        }
    }
}

object! {
    /// `ProcessorInfo`.
    ProcessorInfo("PascalCase") {
        may {
            /// Who makes it, such as `Intel`.
            manufacturer: String,
        }
        list {
            /// Its architectures, such as `x86_64`; the last one counts.
            supported_architectures: String,
        }
        unused { sustained_clock_speed_in_ghz as "SustainedClockSpeedInGhz", supported_features }
    }
}

object! {
    /// `GpuInfo`.
    GpuInfo("PascalCase") {
        list {
            /// GPUs of one kind each.
            gpus: Gpu,
        }
        unused { total_gpu_memory_in_mib as "TotalGpuMemoryInMiB" }
    }
}

object! {
    /// GPUs of one kind.
    Gpu("PascalCase") {
        given {
            /// How many; 0 where it is only a part of one.
            count: u32 [..=1000] = 0,
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
        need {
            /// GB of all disks together.
            total_size_in_gb as "TotalSizeInGB": u64,
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
        may {
            /// `ssd` or `hdd`.
            kind as "Type": String,
        }
        unused { size_in_gb as "SizeInGB", count }
    }
}

object! {
    /// `NetworkInfo`.
    NetworkInfo("PascalCase") {
        may {
            /// Network interfaces, the host's own included.
            maximum_network_interfaces: u32 [..=1000],
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
