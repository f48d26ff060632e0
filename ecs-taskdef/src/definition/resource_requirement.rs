use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// A special device that a container needs.
    ///
    /// Source: API shape `ResourceRequirement`.
    pub struct ResourceRequirement {
        /// How many, or `ALL`; the name of the device for an inference
        /// accelerator.
        value: String = "value",
        /// The kind of device.
        r#type: ResourceType = "type" => required(),
        /// How the device is shared, in place of `value`. GPUs only.
        sharing_strategy: SharingStrategy = "sharingStrategy",
    }
}

open_enum! {
    /// A kind of device.
    pub enum ResourceType => guarded_by(&shape_rules::RESOURCE) {
        /// Whole GPUs.
        Gpu = "GPU",
        /// An Elastic Inference accelerator; AWS has retired them.
        InferenceAccelerator = "InferenceAccelerator",
        /// AWS Neuron devices; Managed Instances only.
        NeuronDevice = "NeuronDevice",
    }
}

shape! {
    /// How containers share a GPU.
    ///
    /// Source: API shape `SharingStrategy`.
    pub struct SharingStrategy {
        /// By NVIDIA's Multi-Process Service.
        nvidia_mps: NvidiaMpsAllocation = "nvidiaMps",
    }
}

shape! {
    /// A container's part of a GPU shared by NVIDIA's Multi-Process Service.
    ///
    /// Source: API shape `NvidiaMpsAllocation`.
    pub struct NvidiaMpsAllocation {
        /// GPU memory in MiB, from 1.
        memory: i32 = "memory" => required().at_least(1),
        /// The greatest part of the computing power, 1 to 100 percent.
        max_compute_percent: i32 = "maxComputePercent" => bounds(1, 100),
    }
}

shape! {
    /// An Elastic Inference accelerator; AWS has retired them.
    ///
    /// Source: API shape `InferenceAccelerator`.
    pub struct InferenceAccelerator {
        /// The name that a resource requirement refers to.
        device_name: String = "deviceName" => required(),
        /// The type of accelerator.
        device_type: String = "deviceType" => required(),
    }
}
