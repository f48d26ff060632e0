//! Amazon ECS (Elastic Container Service) clusters, container instances, services and tasks as the API writes them, with quotas and metrics.
//!
//! - The nouns of the API, each with every member it has today: [`Cluster`], [`ContainerInstance`],
//!   [`Service`], [`Task`] and what they hold. They read and write JSON exactly as
//!   `aws ecs describe-*` prints it and `--cli-input-json` reads it, and lose nothing: values that
//!   AWS adds tomorrow, members nobody knows, explicit `null`s and empty lists are kept.
//! - Requests that say everything ECS would refuse, at once and with its place:
//!   [`RunTaskRequest`], [`StartTaskRequest`], [`CreateServiceRequest`].
//! - The words of ECS, exactly: [`Failure`] reasons, [`service_message`]s and [`stop_reason`]s.
//! - [`metrics`] by the formulas of the guide, and [`Quotas`] as dated sets.
//! - The container [`agent`]: its configuration, versions, introspection API and log; and
//!   ECS [`anywhere`]: machines outside of AWS from their activation on.
//!
//! ```
//! use ecs_model::DescribeContainerInstancesResponse;
//!
//! let printed = r#"{
//!     "failures": [],
//!     "containerInstances": [{
//!         "status": "ACTIVE",
//!         "agentConnected": true,
//!         "remainingResources": [
//!             {"name": "CPU", "type": "INTEGER", "integerValue": 2038},
//!             {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2376"]}
//!         ]
//!     }]
//! }"#;
//! let response: DescribeContainerInstancesResponse = serde_json::from_str(printed)?;
//! let instances = response.container_instances.unwrap_or_default();
//! assert_eq!(instances[0].remaining().cpu(), Some(2_038));
//! assert!(instances[0].remaining().ports().contains(&22));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Scope
//!
//! Of the operations, those above have requests, and some more have responses; exceptions, events
//! and account settings are not here yet.

pub mod agent;
pub mod anywhere;
mod api;
mod attachment;
mod capacity;
mod cluster;
mod container;
mod container_instance;
mod deployment;
mod deployment_configuration;
mod failure;
mod gateway;
mod health;
mod load_balancer;
pub mod metrics;
mod monitoring;
mod network;
mod network_configuration;
mod placement;
mod quota;
mod resource;
mod service;
mod service_connect;
pub mod service_message;
pub mod stop_reason;
mod task;
mod task_set;
mod volume_configuration;
mod vpc_lattice;

pub use ecs_taskdef::{
    Attribute, Compatibility as LaunchType, EphemeralStorage, InferenceAccelerator, IsolationMode,
    KeyValuePair, LogConfiguration, NetworkMode, SharingStrategy, Tag, TargetType, TaskOverride,
    Timestamp, TimestampError, TransportProtocol,
};

pub use api::{
    CreateClusterResponse, CreateServiceRequest, CreateServiceResponse, DescribeClustersResponse,
    DescribeContainerInstancesResponse, DescribeServicesResponse, DescribeTasksResponse,
    InvalidParameter, ListContainerInstancesResponse, ListTaskDefinitionsResponse,
    ListTasksResponse, RegisterTaskDefinitionResponse, RunTaskRequest, RunTaskResponse,
    StartTaskRequest, StartTaskResponse,
};
pub use attachment::Attachment;
pub use capacity::CapacityProviderStrategyItem;
pub use cluster::{
    Cluster, ClusterConfiguration, ClusterServiceConnectDefaults, ClusterSetting,
    ClusterSettingName, DEFAULT_CLUSTER, ExecuteCommandConfiguration,
    ExecuteCommandLogConfiguration, ExecuteCommandLogging, ManagedStorageConfiguration,
};
pub use container::{Container, ManagedAgent, ManagedAgentName};
pub use container_instance::{
    AgentUpdateStatus, ContainerInstance, ContainerInstanceHealthStatus, GpuDevice, GpuSharingMode,
    InstanceHealthCheckResult, InstanceHealthCheckState, InstanceHealthCheckType, VersionInfo,
};
pub use deployment::{Deployment, DeploymentRolloutState};
pub use deployment_configuration::{
    CanaryConfiguration, DeploymentAlarms, DeploymentCircuitBreaker, DeploymentConfiguration,
    DeploymentController, DeploymentControllerType, DeploymentEarlySuccessCriteria,
    DeploymentLifecycleHook, DeploymentLifecycleHookAction, DeploymentLifecycleHookStage,
    DeploymentLifecycleHookTargetType, DeploymentLifecycleHookTimeoutConfiguration,
    DeploymentStrategy, LinearConfiguration, ServiceRevisionCleanup, ThresholdConfiguration,
    ThresholdType,
};
pub use failure::{Failure, FailureReason};
pub use gateway::{
    AccessType, GatewayConnector, GatewayConnectorDeregistrationDelay, GatewayConnectorFilters,
    GatewayConnectorHealthCheck, GatewayConnectorHealthCheckMatcher,
    GatewayConnectorHealthCheckProtocol,
};
pub use health::HealthStatus;
pub use load_balancer::{AdvancedConfiguration, LoadBalancer, ServiceRegistry};
pub use monitoring::{MetricConfiguration, MonitoringConfiguration};
pub use network::{NetworkBinding, NetworkInterface};
pub use network_configuration::{AssignPublicIp, AwsVpcConfiguration, NetworkConfiguration};
pub use placement::{
    PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType,
};
pub use quota::{Quota, QuotaExceeded, Quotas};
pub use resource::{Resource, Resources};
pub use service::{
    AvailabilityZoneRebalancing, PropagateTags, ResourceManagementType, SchedulingStrategy,
    Service, ServiceCurrentRevisionSummary, ServiceEvent,
};
pub use service_connect::{
    ServiceConnectAccessLogConfiguration, ServiceConnectAccessLoggingFormat,
    ServiceConnectClientAlias, ServiceConnectConfiguration, ServiceConnectContainerConfiguration,
    ServiceConnectContainerLogLevel, ServiceConnectIncludeQueryParameters, ServiceConnectService,
    ServiceConnectServiceResource, ServiceConnectTestTrafficHeaderMatchRules,
    ServiceConnectTestTrafficHeaderRules, ServiceConnectTestTrafficRules,
    ServiceConnectTlsCertificateAuthority, ServiceConnectTlsConfiguration, TimeoutConfiguration,
};
pub use stop_reason::TaskStopCode;
pub use task::{
    AttestationPolicyStatus, Connectivity, Task, TaskEphemeralStorage, TrustedExecutionSummary,
};
pub use task_set::{DeploymentEphemeralStorage, Scale, ScaleUnit, StabilityStatus, TaskSet};
pub use volume_configuration::{
    EBSResourceType, EBSTagSpecification, ServiceManagedEBSVolumeConfiguration,
    ServiceVolumeConfiguration, TaskFilesystemType, TaskManagedEBSVolumeConfiguration,
    TaskManagedEBSVolumeTerminationPolicy, TaskVolumeConfiguration,
};
pub use vpc_lattice::{VpcLatticeAdvancedConfiguration, VpcLatticeConfiguration};
