//! What ECS starts when it manages container instances itself.

use ecs_taskdef::{open_enum, shape};

use crate::capacity_provider::InstanceRequirementsRequest;

shape! {
    /// How ECS shall get and keep instances that it manages itself.
    ///
    /// Source: API shape `CreateManagedInstancesProviderConfiguration`.
    pub struct CreateManagedInstancesProviderConfiguration {
        /// The role with which ECS manages the instances.
        infrastructure_role_arn: String = "infrastructureRoleArn" => required(),
        /// What instances it starts.
        instance_launch_template: InstanceLaunchTemplate = "instanceLaunchTemplate" => required(),
        /// Whether instances get the tags of the capacity provider.
        propagate_tags: PropagateMITags = "propagateTags",
        /// When idle instances go.
        infrastructure_optimization: InfrastructureOptimization = "infrastructureOptimization",
        /// Whether unhealthy instances are replaced.
        auto_repair_configuration: AutoRepairConfiguration = "autoRepairConfiguration",
    }
}

shape! {
    /// What changes in how ECS gets and keeps instances.
    ///
    /// Source: API shape `UpdateManagedInstancesProviderConfiguration`.
    pub struct UpdateManagedInstancesProviderConfiguration {
        /// The role with which ECS manages the instances.
        infrastructure_role_arn: String = "infrastructureRoleArn" => required(),
        /// What instances it starts from now on.
        instance_launch_template: InstanceLaunchTemplateUpdate = "instanceLaunchTemplate" => required(),
        /// Whether instances get the tags of the capacity provider.
        propagate_tags: PropagateMITags = "propagateTags",
        /// When idle instances go.
        infrastructure_optimization: InfrastructureOptimization = "infrastructureOptimization",
        /// Whether unhealthy instances are replaced.
        auto_repair_configuration: AutoRepairConfiguration = "autoRepairConfiguration",
    }
}

shape! {
    /// What instances are started.
    ///
    /// Source: API shape `InstanceLaunchTemplate`.
    pub struct InstanceLaunchTemplate {
        /// The instance profile whose role the agent has.
        ec2_instance_profile_arn: String = "ec2InstanceProfileArn" => required(),
        /// The network of the instances.
        network_configuration: ManagedInstancesNetworkConfiguration = "networkConfiguration" => required(),
        /// The volume for tasks and images.
        storage_configuration: ManagedInstancesStorageConfiguration = "storageConfiguration",
        /// Whether disks of the host are used instead.
        local_storage_configuration: ManagedInstancesLocalStorageConfiguration = "localStorageConfiguration",
        /// How often EC2 measures the instances.
        monitoring: ManagedInstancesMonitoringOptions = "monitoring",
        /// How the instances are paid for.
        capacity_option_type: CapacityOptionType = "capacityOptionType",
        /// Whether tags can be read on the instance.
        instance_metadata_tags_propagation: bool = "instanceMetadataTagsPropagation",
        /// What the instances must have.
        instance_requirements: InstanceRequirementsRequest = "instanceRequirements",
        /// Whether validated cryptography (FIPS 140) is used.
        fips_enabled: bool = "fipsEnabled",
        /// Which reservations are used.
        capacity_reservations: CapacityReservationRequest = "capacityReservations",
        /// Whether enclaves can be started on the instance.
        nitro_enclaves_enabled: bool = "nitroEnclavesEnabled",
    }
}

shape! {
    /// What changes in the instances that are started.
    ///
    /// Source: API shape `InstanceLaunchTemplateUpdate`.
    pub struct InstanceLaunchTemplateUpdate {
        /// The instance profile whose role the agent has.
        ec2_instance_profile_arn: String = "ec2InstanceProfileArn",
        /// The network of the instances.
        network_configuration: ManagedInstancesNetworkConfiguration = "networkConfiguration",
        /// The volume for tasks and images.
        storage_configuration: ManagedInstancesStorageConfiguration = "storageConfiguration",
        /// Whether tags can be read on the instance.
        instance_metadata_tags_propagation: bool = "instanceMetadataTagsPropagation",
        /// Whether disks of the host are used instead.
        local_storage_configuration: ManagedInstancesLocalStorageConfiguration = "localStorageConfiguration",
        /// How often EC2 measures the instances.
        monitoring: ManagedInstancesMonitoringOptions = "monitoring",
        /// What the instances must have.
        instance_requirements: InstanceRequirementsRequest = "instanceRequirements",
        /// Which reservations are used.
        capacity_reservations: CapacityReservationRequest = "capacityReservations",
    }
}

shape! {
    /// The network of managed instances.
    ///
    /// Source: API shape `ManagedInstancesNetworkConfiguration`.
    pub struct ManagedInstancesNetworkConfiguration {
        /// The subnets.
        subnets: Vec<String> = "subnets",
        /// The security groups; the default one of the VPC if absent.
        security_groups: Vec<String> = "securityGroups",
    }
}

shape! {
    /// The volume of a managed instance.
    ///
    /// Source: API shape `ManagedInstancesStorageConfiguration`.
    pub struct ManagedInstancesStorageConfiguration {
        /// The size in GiB, at least 1.
        storage_size_gib: i32 = "storageSizeGiB" => at_least(1),
    }
}

shape! {
    /// Whether disks of the host are used.
    ///
    /// Source: API shape `ManagedInstancesLocalStorageConfiguration`.
    pub struct ManagedInstancesLocalStorageConfiguration {
        /// Whether they are.
        use_local_storage: bool = "useLocalStorage",
    }
}

shape! {
    /// Which capacity reservations are used.
    ///
    /// Source: API shape `CapacityReservationRequest`.
    pub struct CapacityReservationRequest {
        /// The ARN of the group of reservations.
        reservation_group_arn: String = "reservationGroupArn",
        /// Whether only those, or others too.
        reservation_preference: CapacityReservationPreference = "reservationPreference",
    }
}

shape! {
    /// When idle instances go.
    ///
    /// Source: API shape `InfrastructureOptimization`.
    pub struct InfrastructureOptimization {
        /// How long an instance is idle before it goes, from 0 to 3,600 seconds; -1 for never.
        scale_in_after: i32 = "scaleInAfter",
    }
}

shape! {
    /// Whether unhealthy instances are replaced.
    ///
    /// Source: API shape `AutoRepairConfiguration`.
    pub struct AutoRepairConfiguration {
        /// Whether they are.
        actions_status: AutoRepairActionsStatus = "actionsStatus",
    }
}

open_enum! {
    /// How often EC2 measures an instance.
    ///
    /// Source: API shape `ManagedInstancesMonitoringOptions`.
    pub enum ManagedInstancesMonitoringOptions {
        /// Every five minutes.
        Basic = "BASIC",
        /// Every minute.
        Detailed = "DETAILED",
    }
}

open_enum! {
    /// How instances are paid for.
    ///
    /// Source: API shape `CapacityOptionType`.
    pub enum CapacityOptionType {
        /// By the second.
        OnDemand = "ON_DEMAND",
        /// As spare capacity.
        Spot = "SPOT",
        /// From a reservation.
        Reserved = "RESERVED",
    }
}

open_enum! {
    /// Whether only reserved capacity is used.
    ///
    /// Source: API shape `CapacityReservationPreference`.
    pub enum CapacityReservationPreference {
        /// Only that.
        ReservationsOnly = "RESERVATIONS_ONLY",
        /// That first, then any other.
        ReservationsFirst = "RESERVATIONS_FIRST",
        /// Only other capacity.
        ReservationsExcluded = "RESERVATIONS_EXCLUDED",
    }
}

open_enum! {
    /// Whether managed instances get the tags of their capacity provider.
    ///
    /// Source: API shape `PropagateMITags`.
    pub enum PropagateMITags {
        /// They do.
        CapacityProvider = "CAPACITY_PROVIDER",
        /// They do not.
        None = "NONE",
    }
}

open_enum! {
    /// Whether unhealthy instances are replaced.
    ///
    /// Source: API shape `AutoRepairActionsStatus`.
    pub enum AutoRepairActionsStatus {
        /// They are.
        Enabled = "ENABLED",
        /// They are not.
        Disabled = "DISABLED",
    }
}
