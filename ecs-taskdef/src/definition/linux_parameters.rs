use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// Settings of a container that only Linux has.
    ///
    /// Source: API shape `LinuxParameters`.
    pub struct LinuxParameters {
        /// Kernel capabilities added to and dropped from Docker's own set.
        capabilities: KernelCapabilities = "capabilities",
        /// Devices of the instance. Not on Fargate.
        devices: Vec<Device> = "devices" => keyed(&["hostPath"]),
        /// Whether an init process forwards signals and reaps processes.
        init_process_enabled: bool = "initProcessEnabled" => default_bool(false),
        /// The size of `/dev/shm` in MiB. Not on Fargate.
        shared_memory_size: i32 = "sharedMemorySize",
        /// File systems in memory.
        tmpfs: Vec<Tmpfs> = "tmpfs" => keyed(&["containerPath"]),
        /// Swap in MiB, from 0 (none). Not on Fargate.
        max_swap: i32 = "maxSwap",
        /// How eagerly pages are swapped, 0 to 100; 60 when absent. Has an
        /// effect only with `max_swap`. Not on Fargate.
        swappiness: i32 = "swappiness",
    }
}

shape! {
    /// Kernel capabilities added to and dropped from Docker's own set.
    ///
    /// Source: API shape `KernelCapabilities`.
    pub struct KernelCapabilities {
        /// Names without `CAP_`, or `ALL`. Fargate adds `SYS_PTRACE` only.
        add: Vec<String> = "add" => set(),
        /// Names without `CAP_`, or `ALL`.
        drop: Vec<String> = "drop" => set(),
    }
}

shape! {
    /// A device of the instance that the container sees. Not on Fargate.
    ///
    /// Source: API shape `Device`.
    pub struct Device {
        /// The path on the instance.
        host_path: String = "hostPath" => required(),
        /// The path in the container; the same when absent.
        container_path: String = "containerPath",
        /// What the container may do; everything when absent.
        permissions: Vec<DeviceCgroupPermission> = "permissions" => set(),
    }
}

open_enum! {
    /// What a container may do with a [`Device`].
    pub enum DeviceCgroupPermission => guarded_by(&shape_rules::PERMISSION) {
        /// Read from it.
        Read = "read",
        /// Write to it.
        Write = "write",
        /// Create device files.
        Mknod = "mknod",
    }
}

shape! {
    /// A file system in memory.
    ///
    /// Source: API shape `Tmpfs`.
    pub struct Tmpfs {
        /// The absolute path in the container.
        container_path: String = "containerPath" => required(),
        /// The greatest size in MiB.
        size: i32 = "size" => required(),
        /// Options as `mount` takes them.
        mount_options: Vec<String> = "mountOptions" => set(),
    }
}
