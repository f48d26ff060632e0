//! Deployments: how a service comes from one version to the next.
//!
//! A [`DeploymentConfiguration`] says how it is done. A [`Deployment`] is what a service shows of it
//! while it goes on, a [`ServiceDeployment`] the record that stays.
//!
//! Source: API shapes `Deployment`, `DeploymentConfiguration` and `ServiceDeployment`.

mod configuration;
pub mod rollout_reason;
mod service_deployment;
pub mod status_reason;

use ecs_taskdef::{open_enum, shape};

use crate::load_balancer::VpcLatticeConfiguration;
use crate::service_connect::{ServiceConnectConfiguration, ServiceConnectServiceResource};
use crate::volume::ServiceVolumeConfiguration;
use crate::{CapacityProviderStrategyItem, LaunchType, NetworkConfiguration, Timestamp};

pub use configuration::{
    CanaryConfiguration, DeploymentAlarms, DeploymentCircuitBreaker, DeploymentConfiguration,
    DeploymentController, DeploymentControllerType, DeploymentEarlySuccessCriteria,
    DeploymentLifecycleHook, DeploymentLifecycleHookAction, DeploymentLifecycleHookStage,
    DeploymentLifecycleHookTargetType, DeploymentLifecycleHookTimeoutConfiguration,
    DeploymentStrategy, LinearConfiguration, ServiceRevisionCleanup, ThresholdConfiguration,
    ThresholdType,
};
pub use service_deployment::{
    CreatedAt, DeploymentLifecycleHookDetail, DeploymentLifecycleHookStatus, Rollback,
    ServiceDeployment, ServiceDeploymentAlarms, ServiceDeploymentBrief,
    ServiceDeploymentCircuitBreaker, ServiceDeploymentLifecycleStage,
    ServiceDeploymentRollbackMonitorsStatus, ServiceDeploymentStatus, ServiceRevisionSummary,
    StopServiceDeploymentStopType,
};

shape! {
    /// The tasks of one task definition in a service that ECS deploys.
    ///
    /// Source: API shape `Deployment`.
    pub struct Deployment {
        /// The id, such as `ecs-svc/1234567890123456789`.
        id: String = "id",
        /// `PRIMARY` for the newest, `ACTIVE` while older tasks run, `INACTIVE` when none does.
        status: String = "status",
        /// The ARN of the task definition.
        task_definition: String = "taskDefinition",
        /// The tasks it shall have.
        desired_count: i32 = "desiredCount",
        /// Its tasks in `PENDING`.
        pending_count: i32 = "pendingCount",
        /// Its tasks in `RUNNING`.
        running_count: i32 = "runningCount",
        /// The tasks that failed one after the other; set to 0 when one runs.
        failed_tasks: i32 = "failedTasks",
        /// When it was created.
        created_at: Timestamp = "createdAt",
        /// When it was last updated.
        updated_at: Timestamp = "updatedAt",
        /// The capacity provider strategy.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The launch type.
        launch_type: LaunchType = "launchType",
        /// The platform version of Fargate.
        platform_version: String = "platformVersion",
        /// The operating system of Fargate.
        platform_family: String = "platformFamily",
        /// The network of its tasks.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// How the deployment goes.
        rollout_state: DeploymentRolloutState = "rolloutState",
        /// Why.
        rollout_state_reason: String = "rolloutStateReason",
        /// How it uses Service Connect.
        service_connect_configuration: ServiceConnectConfiguration = "serviceConnectConfiguration",
        /// What Service Connect has created for it.
        service_connect_resources: Vec<ServiceConnectServiceResource> = "serviceConnectResources",
        /// The volumes of its tasks.
        volume_configurations: Vec<ServiceVolumeConfiguration> = "volumeConfigurations",
        /// How the ephemeral storage on Fargate is encrypted.
        fargate_ephemeral_storage: DeploymentEphemeralStorage = "fargateEphemeralStorage",
        /// The target groups of VPC Lattice.
        vpc_lattice_configurations: Vec<VpcLatticeConfiguration> = "vpcLatticeConfigurations",
    }
}

open_enum! {
    /// How a deployment goes.
    ///
    /// Source: API shape `DeploymentRolloutState`.
    pub enum DeploymentRolloutState {
        /// The service has reached a steady state with it.
        Completed = "COMPLETED",
        /// It was given up.
        Failed = "FAILED",
        /// It is under way.
        InProgress = "IN_PROGRESS",
    }
}

shape! {
    /// How the ephemeral storage on Fargate is encrypted.
    ///
    /// Source: API shape `DeploymentEphemeralStorage`.
    pub struct DeploymentEphemeralStorage {
        /// The key.
        kms_key_id: String = "kmsKeyId",
    }
}
