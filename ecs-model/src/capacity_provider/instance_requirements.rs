//! What an instance must have to be chosen.

use ecs_taskdef::{Double, open_enum, shape};

shape! {
    /// What an instance must have to be chosen.
    ///
    /// Source: API shape `InstanceRequirementsRequest`.
    pub struct InstanceRequirementsRequest {
        /// How many vCPUs.
        v_cpu_count: VCpuCountRangeRequest = "vCpuCount" => required(),
        /// How much memory, in MiB.
        memory_mib: MemoryMiBRequest = "memoryMiB" => required(),
        /// Who made the processor.
        cpu_manufacturers: Vec<CpuManufacturer> = "cpuManufacturers",
        /// How much memory for each vCPU, in GiB.
        memory_gib_per_v_cpu: MemoryGiBPerVCpuRequest = "memoryGiBPerVCpu",
        /// The types that are never chosen, such as `m5.*`; at most 400.
        excluded_instance_types: Vec<String> = "excludedInstanceTypes" => bounds(0, 400),
        /// How new the type is.
        instance_generations: Vec<InstanceGeneration> = "instanceGenerations",
        /// How much dearer than the cheapest as spare capacity, in percent.
        spot_max_price_percentage_over_lowest_price: i32 = "spotMaxPricePercentageOverLowestPrice",
        /// How much dearer than the cheapest on demand, in percent.
        on_demand_max_price_percentage_over_lowest_price: i32 = "onDemandMaxPricePercentageOverLowestPrice",
        /// Whether the instance is a whole machine.
        bare_metal: BareMetal = "bareMetal",
        /// Whether the processor earns credits for bursts.
        burstable_performance: BurstablePerformance = "burstablePerformance",
        /// Whether the instance can hibernate.
        require_hibernate_support: bool = "requireHibernateSupport",
        /// How many network interfaces.
        network_interface_count: NetworkInterfaceCountRequest = "networkInterfaceCount",
        /// Whether the host has disks.
        local_storage: LocalStorage = "localStorage",
        /// Which disks.
        local_storage_types: Vec<LocalStorageType> = "localStorageTypes",
        /// How much room on disks of the host, in GB.
        total_local_storage_gb: TotalLocalStorageGBRequest = "totalLocalStorageGB",
        /// How much bandwidth to volumes, in Mbit/s.
        baseline_ebs_bandwidth_mbps: BaselineEbsBandwidthMbpsRequest = "baselineEbsBandwidthMbps",
        /// Which kinds of accelerators.
        accelerator_types: Vec<AcceleratorType> = "acceleratorTypes",
        /// How many accelerators; at most 0 for none.
        accelerator_count: AcceleratorCountRequest = "acceleratorCount",
        /// Who made the accelerators.
        accelerator_manufacturers: Vec<AcceleratorManufacturer> = "acceleratorManufacturers",
        /// Which accelerators.
        accelerator_names: Vec<AcceleratorName> = "acceleratorNames",
        /// How much memory all accelerators have, in MiB.
        accelerator_total_memory_mib: AcceleratorTotalMemoryMiBRequest = "acceleratorTotalMemoryMiB",
        /// How much bandwidth of the network, in Gbit/s.
        network_bandwidth_gbps: NetworkBandwidthGbpsRequest = "networkBandwidthGbps",
        /// The only types that are chosen; at most 400, not with `excludedInstanceTypes`.
        allowed_instance_types: Vec<String> = "allowedInstanceTypes" => bounds(0, 400),
        /// How dear as spare capacity beside the on-demand price, in percent.
        max_spot_price_as_percentage_of_optimal_on_demand_price: i32 = "maxSpotPriceAsPercentageOfOptimalOnDemandPrice",
    }
}

shape! {
    /// A range of vCPUs.
    ///
    /// Source: API shape `VCpuCountRangeRequest`.
    pub struct VCpuCountRangeRequest {
        /// The least, included.
        min: i32 = "min" => required(),
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of memory in MiB.
    ///
    /// Source: API shape `MemoryMiBRequest`.
    pub struct MemoryMiBRequest {
        /// The least, included.
        min: i32 = "min" => required(),
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of memory for each vCPU, in GiB.
    ///
    /// Source: API shape `MemoryGiBPerVCpuRequest`.
    pub struct MemoryGiBPerVCpuRequest {
        /// The least, included.
        min: Double = "min",
        /// The greatest, included; no limit if absent.
        max: Double = "max",
    }
}

shape! {
    /// A range of network interfaces.
    ///
    /// Source: API shape `NetworkInterfaceCountRequest`.
    pub struct NetworkInterfaceCountRequest {
        /// The least, included.
        min: i32 = "min",
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of room on disks of the host, in GB.
    ///
    /// Source: API shape `TotalLocalStorageGBRequest`.
    pub struct TotalLocalStorageGBRequest {
        /// The least, included.
        min: Double = "min",
        /// The greatest, included; no limit if absent.
        max: Double = "max",
    }
}

shape! {
    /// A range of bandwidth to volumes, in Mbit/s.
    ///
    /// Source: API shape `BaselineEbsBandwidthMbpsRequest`.
    pub struct BaselineEbsBandwidthMbpsRequest {
        /// The least, included.
        min: i32 = "min",
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of accelerators.
    ///
    /// Source: API shape `AcceleratorCountRequest`.
    pub struct AcceleratorCountRequest {
        /// The least, included.
        min: i32 = "min",
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of memory of all accelerators, in MiB.
    ///
    /// Source: API shape `AcceleratorTotalMemoryMiBRequest`.
    pub struct AcceleratorTotalMemoryMiBRequest {
        /// The least, included.
        min: i32 = "min",
        /// The greatest, included; no limit if absent.
        max: i32 = "max",
    }
}

shape! {
    /// A range of bandwidth of the network, in Gbit/s.
    ///
    /// Source: API shape `NetworkBandwidthGbpsRequest`.
    pub struct NetworkBandwidthGbpsRequest {
        /// The least, included.
        min: Double = "min",
        /// The greatest, included; no limit if absent.
        max: Double = "max",
    }
}

open_enum! {
    /// Who made the processor.
    ///
    /// Source: API shape `CpuManufacturer`.
    pub enum CpuManufacturer {
        /// Intel.
        Intel = "intel",
        /// AMD.
        Amd = "amd",
        /// AWS.
        AmazonWebServices = "amazon-web-services",
    }
}

open_enum! {
    /// How new an instance type is.
    ///
    /// Source: API shape `InstanceGeneration`.
    pub enum InstanceGeneration {
        /// Of the current generation.
        Current = "current",
        /// Of an earlier one.
        Previous = "previous",
    }
}

open_enum! {
    /// Whether an instance is a whole machine.
    ///
    /// Source: API shape `BareMetal`.
    pub enum BareMetal {
        /// It may be.
        Included = "included",
        /// It must be.
        Required = "required",
        /// It must not be.
        Excluded = "excluded",
    }
}

open_enum! {
    /// Whether a processor earns credits for bursts.
    ///
    /// Source: API shape `BurstablePerformance`.
    pub enum BurstablePerformance {
        /// It may.
        Included = "included",
        /// It must.
        Required = "required",
        /// It must not.
        Excluded = "excluded",
    }
}

open_enum! {
    /// Whether the host has disks.
    ///
    /// Source: API shape `LocalStorage`.
    pub enum LocalStorage {
        /// It may.
        Included = "included",
        /// It must.
        Required = "required",
        /// It must not.
        Excluded = "excluded",
    }
}

open_enum! {
    /// A kind of disk.
    ///
    /// Source: API shape `LocalStorageType`.
    pub enum LocalStorageType {
        /// Magnetic.
        Hdd = "hdd",
        /// Solid state.
        Ssd = "ssd",
    }
}

open_enum! {
    /// A kind of accelerator.
    ///
    /// Source: API shape `AcceleratorType`.
    pub enum AcceleratorType {
        /// A graphics processor.
        Gpu = "gpu",
        /// Programmable logic.
        Fpga = "fpga",
        /// An accelerator for inference.
        Inference = "inference",
    }
}

open_enum! {
    /// Who made an accelerator.
    ///
    /// Source: API shape `AcceleratorManufacturer`.
    pub enum AcceleratorManufacturer {
        /// AWS.
        AmazonWebServices = "amazon-web-services",
        /// AMD.
        Amd = "amd",
        /// NVIDIA.
        Nvidia = "nvidia",
        /// Xilinx.
        Xilinx = "xilinx",
        /// Habana.
        Habana = "habana",
    }
}

open_enum! {
    /// An accelerator.
    ///
    /// Source: API shape `AcceleratorName`.
    pub enum AcceleratorName {
        /// NVIDIA A100.
        A100 = "a100",
        /// AWS Inferentia.
        Inferentia = "inferentia",
        /// NVIDIA GRID K520.
        K520 = "k520",
        /// NVIDIA K80.
        K80 = "k80",
        /// NVIDIA M60.
        M60 = "m60",
        /// AMD Radeon Pro V520.
        RadeonProV520 = "radeon-pro-v520",
        /// NVIDIA T4.
        T4 = "t4",
        /// Xilinx VU9P.
        Vu9p = "vu9p",
        /// NVIDIA V100.
        V100 = "v100",
        /// NVIDIA A10G.
        A10g = "a10g",
        /// NVIDIA H100.
        H100 = "h100",
        /// NVIDIA T4G.
        T4g = "t4g",
        /// NVIDIA L40S.
        L40s = "l40s",
        /// NVIDIA L4.
        L4 = "l4",
    }
}
