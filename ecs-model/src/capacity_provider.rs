//! Capacity providers: where tasks run, and how the machines there come and go.
//!
//! A [`CapacityProvider`] stands for an Auto Scaling group or for instances that ECS manages; a list
//! of [`CapacityProviderStrategyItem`]s says how tasks are spread over providers. What managed
//! instances may be is in [`InstanceRequirementsRequest`].
//!
//! Source: API shapes `CapacityProvider`, `CapacityProviderStrategyItem` and
//! `InstanceRequirementsRequest`.

mod instance_requirements;
mod managed_instances;
mod strategy_item;

use ecs_taskdef::{Tag, open_enum, shape};

pub use instance_requirements::{
    AcceleratorCountRequest, AcceleratorManufacturer, AcceleratorName,
    AcceleratorTotalMemoryMiBRequest, AcceleratorType, BareMetal, BaselineEbsBandwidthMbpsRequest,
    BurstablePerformance, CpuManufacturer, InstanceGeneration, InstanceRequirementsRequest,
    LocalStorage, LocalStorageType, MemoryGiBPerVCpuRequest, MemoryMiBRequest,
    NetworkBandwidthGbpsRequest, NetworkInterfaceCountRequest, TotalLocalStorageGBRequest,
    VCpuCountRangeRequest,
};
pub use managed_instances::{
    AutoRepairActionsStatus, AutoRepairConfiguration, CapacityOptionType,
    CapacityReservationPreference, CapacityReservationRequest,
    CreateManagedInstancesProviderConfiguration, InfrastructureOptimization,
    InstanceLaunchTemplate, InstanceLaunchTemplateUpdate,
    ManagedInstancesLocalStorageConfiguration, ManagedInstancesMonitoringOptions,
    ManagedInstancesNetworkConfiguration, ManagedInstancesStorageConfiguration, PropagateMITags,
    UpdateManagedInstancesProviderConfiguration,
};
pub use strategy_item::CapacityProviderStrategyItem;

shape! {
    /// A supply of container instances or of Fargate capacity.
    ///
    /// ```
    /// use ecs_model::capacity_provider::CapacityProviderStatus;
    /// use ecs_model::CapacityProvider;
    ///
    /// let provider: CapacityProvider = serde_json::from_str(
    ///     r#"{"name":"web","status":"ACTIVE","autoScalingGroupProvider":{
    ///         "autoScalingGroupArn":"arn","managedScaling":{"targetCapacity":80}}}"#,
    /// )?;
    /// assert_eq!(provider.status(), Some(&CapacityProviderStatus::Active));
    /// let scaling = provider.auto_scaling_group_provider().managed_scaling();
    /// assert_eq!(scaling.target_capacity(), Some(80));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `CapacityProvider`.
    pub struct CapacityProvider {
        /// The ARN of the capacity provider.
        capacity_provider_arn: String = "capacityProviderArn",
        /// The name.
        name: String = "name",
        /// The cluster it belongs to; absent for one that clusters share.
        cluster: String = "cluster",
        /// Whether it can be used.
        status: CapacityProviderStatus = "status",
        /// The Auto Scaling group, if that is where the instances come from.
        auto_scaling_group_provider: AutoScalingGroupProvider = "autoScalingGroupProvider",
        /// How ECS gets instances, if it manages them itself.
        managed_instances_provider: ManagedInstancesProvider = "managedInstancesProvider",
        /// How far its last change is.
        update_status: CapacityProviderUpdateStatus = "updateStatus",
        /// Why its last change is there.
        update_status_reason: String = "updateStatusReason",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// Where the capacity comes from.
        r#type: CapacityProviderType = "type",
    }
}

shape! {
    /// The Auto Scaling group of a capacity provider.
    ///
    /// Source: API shape `AutoScalingGroupProvider`.
    pub struct AutoScalingGroupProvider {
        /// The ARN or name of the group.
        auto_scaling_group_arn: String = "autoScalingGroupArn" => required(),
        /// How ECS scales the group.
        managed_scaling: ManagedScaling = "managedScaling",
        /// Whether instances with tasks are kept from scaling in.
        managed_termination_protection: ManagedTerminationProtection = "managedTerminationProtection",
        /// Whether instances are drained before they go.
        managed_draining: ManagedDraining = "managedDraining",
    }
}

shape! {
    /// What changes in the Auto Scaling group of a capacity provider.
    ///
    /// Source: API shape `AutoScalingGroupProviderUpdate`.
    pub struct AutoScalingGroupProviderUpdate {
        /// How ECS scales the group.
        managed_scaling: ManagedScaling = "managedScaling",
        /// Whether instances with tasks are kept from scaling in.
        managed_termination_protection: ManagedTerminationProtection = "managedTerminationProtection",
        /// Whether instances are drained before they go.
        managed_draining: ManagedDraining = "managedDraining",
    }
}

shape! {
    /// How ECS scales an Auto Scaling group.
    ///
    /// Source: API shape `ManagedScaling`.
    pub struct ManagedScaling {
        /// Whether it does.
        status: ManagedScalingStatus = "status",
        /// How full the instances shall be, from 1 to 100 percent.
        target_capacity: i32 = "targetCapacity" => bounds(1, 100),
        /// The least instances added at once, from 1 to 10,000.
        minimum_scaling_step_size: i32 = "minimumScalingStepSize" => bounds(1, 10_000),
        /// The most instances added at once, from 1 to 10,000.
        maximum_scaling_step_size: i32 = "maximumScalingStepSize" => bounds(1, 10_000),
        /// How long a new instance does not count, from 0 to 10,000 seconds.
        instance_warmup_period: i32 = "instanceWarmupPeriod" => bounds(0, 10_000),
    }
}

shape! {
    /// How ECS gets and keeps instances that it manages itself.
    ///
    /// Source: API shape `ManagedInstancesProvider`.
    pub struct ManagedInstancesProvider {
        /// The role with which ECS manages the instances.
        infrastructure_role_arn: String = "infrastructureRoleArn",
        /// What instances it starts.
        instance_launch_template: InstanceLaunchTemplate = "instanceLaunchTemplate",
        /// Whether instances get the tags of the capacity provider.
        propagate_tags: PropagateMITags = "propagateTags",
        /// When idle instances go.
        infrastructure_optimization: InfrastructureOptimization = "infrastructureOptimization",
        /// Whether unhealthy instances are replaced.
        auto_repair_configuration: AutoRepairConfiguration = "autoRepairConfiguration",
    }
}

open_enum! {
    /// Whether a capacity provider can be used.
    ///
    /// Source: API shape `CapacityProviderStatus`.
    pub enum CapacityProviderStatus {
        /// Not yet.
        Provisioning = "PROVISIONING",
        /// It can.
        Active = "ACTIVE",
        /// It is being taken away.
        Deprovisioning = "DEPROVISIONING",
        /// It was deleted.
        Inactive = "INACTIVE",
    }
}

open_enum! {
    /// Where the capacity comes from.
    ///
    /// Source: API shape `CapacityProviderType`.
    pub enum CapacityProviderType {
        /// An Auto Scaling group.
        Ec2Autoscaling = "EC2_AUTOSCALING",
        /// Instances that ECS manages.
        ManagedInstances = "MANAGED_INSTANCES",
        /// Fargate.
        Fargate = "FARGATE",
        /// Spare capacity of Fargate.
        FargateSpot = "FARGATE_SPOT",
    }
}

open_enum! {
    /// How far a change of a capacity provider is.
    ///
    /// Source: API shape `CapacityProviderUpdateStatus`.
    pub enum CapacityProviderUpdateStatus {
        /// It is being created.
        CreateInProgress = "CREATE_IN_PROGRESS",
        /// It was created.
        CreateComplete = "CREATE_COMPLETE",
        /// It could not be created.
        CreateFailed = "CREATE_FAILED",
        /// It is being deleted.
        DeleteInProgress = "DELETE_IN_PROGRESS",
        /// It was deleted.
        DeleteComplete = "DELETE_COMPLETE",
        /// It could not be deleted.
        DeleteFailed = "DELETE_FAILED",
        /// It is being changed.
        UpdateInProgress = "UPDATE_IN_PROGRESS",
        /// It was changed.
        UpdateComplete = "UPDATE_COMPLETE",
        /// It could not be changed.
        UpdateFailed = "UPDATE_FAILED",
    }
}

open_enum! {
    /// Whether ECS scales an Auto Scaling group.
    ///
    /// Source: API shape `ManagedScalingStatus`.
    pub enum ManagedScalingStatus {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
}

open_enum! {
    /// Whether instances with tasks are kept from scaling in.
    ///
    /// Source: API shape `ManagedTerminationProtection`.
    pub enum ManagedTerminationProtection {
        /// They are.
        Enabled = "ENABLED",
        /// They are not.
        Disabled = "DISABLED",
    }
}

open_enum! {
    /// Whether instances are drained before they go.
    ///
    /// Source: API shape `ManagedDraining`.
    pub enum ManagedDraining {
        /// They are.
        Enabled = "ENABLED",
        /// They are not.
        Disabled = "DISABLED",
    }
}
