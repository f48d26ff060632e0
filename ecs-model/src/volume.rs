//! Volumes that are created with tasks and services.
//!
//! Source: API shapes `TaskVolumeConfiguration` and `ServiceVolumeConfiguration`.

use ecs_taskdef::{Tag, open_enum, shape};

use crate::service::PropagateTags;

shape! {
    /// A volume that is created for each task of a service.
    ///
    /// Source: API shape `ServiceVolumeConfiguration`.
    pub struct ServiceVolumeConfiguration {
        /// The name of a volume of the task definition with `configuredAtLaunch`.
        name: String = "name" => required(),
        /// The Amazon EBS volume to create.
        managed_ebs_volume: ServiceManagedEBSVolumeConfiguration = "managedEBSVolume",
    }
}

shape! {
    /// An Amazon EBS volume for each task of a service.
    ///
    /// Source: API shape `ServiceManagedEBSVolumeConfiguration`.
    pub struct ServiceManagedEBSVolumeConfiguration {
        /// Whether the volume is encrypted.
        encrypted: bool = "encrypted",
        /// The key that encrypts it.
        kms_key_id: String = "kmsKeyId",
        /// `gp2`, `gp3`, `io1`, `io2`, `sc1`, `st1` or `standard`.
        volume_type: String = "volumeType",
        /// The size in GiB.
        size_in_gib: i32 = "sizeInGiB",
        /// The snapshot that the volume begins with.
        snapshot_id: String = "snapshotId",
        /// How fast the snapshot is read, in MiB a second.
        volume_initialization_rate: i32 = "volumeInitializationRate",
        /// The I/O operations a second.
        iops: i32 = "iops",
        /// The throughput in MiB a second.
        throughput: i32 = "throughput",
        /// The tags of the volume.
        tag_specifications: Vec<EBSTagSpecification> = "tagSpecifications",
        /// The role with which ECS manages the volume.
        role_arn: String = "roleArn" => required(),
        /// The file system of the volume; `xfs` if absent.
        filesystem_type: TaskFilesystemType = "filesystemType",
    }
}

shape! {
    /// A volume that is created for a task.
    ///
    /// Source: API shape `TaskVolumeConfiguration`.
    pub struct TaskVolumeConfiguration {
        /// The name of a volume of the task definition with `configuredAtLaunch`.
        name: String = "name" => required(),
        /// The Amazon EBS volume to create.
        managed_ebs_volume: TaskManagedEBSVolumeConfiguration = "managedEBSVolume",
    }
}

shape! {
    /// An Amazon EBS volume for a task.
    ///
    /// Source: API shape `TaskManagedEBSVolumeConfiguration`.
    pub struct TaskManagedEBSVolumeConfiguration {
        /// Whether the volume is encrypted.
        encrypted: bool = "encrypted",
        /// The key that encrypts it.
        kms_key_id: String = "kmsKeyId",
        /// `gp2`, `gp3`, `io1`, `io2`, `sc1`, `st1` or `standard`.
        volume_type: String = "volumeType",
        /// The size in GiB.
        size_in_gib: i32 = "sizeInGiB",
        /// The snapshot that the volume begins with.
        snapshot_id: String = "snapshotId",
        /// How fast the snapshot is read, in MiB a second.
        volume_initialization_rate: i32 = "volumeInitializationRate",
        /// The I/O operations a second.
        iops: i32 = "iops",
        /// The throughput in MiB a second.
        throughput: i32 = "throughput",
        /// The tags of the volume.
        tag_specifications: Vec<EBSTagSpecification> = "tagSpecifications",
        /// The role with which ECS manages the volume.
        role_arn: String = "roleArn" => required(),
        /// What becomes of the volume when the task ends.
        termination_policy: TaskManagedEBSVolumeTerminationPolicy = "terminationPolicy",
        /// The file system of the volume; `xfs` if absent.
        filesystem_type: TaskFilesystemType = "filesystemType",
    }
}

shape! {
    /// What becomes of a volume when its task ends.
    ///
    /// Source: API shape `TaskManagedEBSVolumeTerminationPolicy`.
    pub struct TaskManagedEBSVolumeTerminationPolicy {
        /// Whether it is deleted.
        delete_on_termination: bool = "deleteOnTermination" => required(),
    }
}

shape! {
    /// The tags of a volume.
    ///
    /// Source: API shape `EBSTagSpecification`.
    pub struct EBSTagSpecification {
        /// What is tagged.
        resource_type: EBSResourceType = "resourceType" => required(),
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Where further tags come from.
        propagate_tags: PropagateTags = "propagateTags",
    }
}

open_enum! {
    /// What is tagged.
    ///
    /// Source: API shape `EBSResourceType`.
    pub enum EBSResourceType {
        /// The volume.
        Volume = "volume",
    }
}

open_enum! {
    /// The file system of a volume.
    ///
    /// Source: API shape `TaskFilesystemType`.
    pub enum TaskFilesystemType {
        /// ext3.
        Ext3 = "ext3",
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
        /// NTFS, for Windows.
        Ntfs = "ntfs",
    }
}
