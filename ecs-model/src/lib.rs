//! Amazon ECS (Elastic Container Service) clusters, container instances, services and tasks as the API writes them, with quotas and metrics.
//!
//! - The nouns of the API, each with every member it has today: [`Cluster`], [`ContainerInstance`],
//!   [`Service`], [`Task`] and what they hold. They read and write JSON exactly as
//!   `aws ecs describe-*` prints it and `--cli-input-json` reads it, and lose nothing: values that
//!   AWS adds tomorrow, members nobody knows, explicit `null`s and empty lists are kept.
//! - Requests and responses of 60 [`Operation`]s. A [`Request`] says what the documents have ECS refuse,
//!   at once and with its place, in the [`Finding`]s of task definitions: what differs from the
//!   shape, and each [`RequestRule`] it breaks. [`Exception`]s have their wire names and statuses.
//!   What depends on other things is asked of them: [`CreateServiceRequest::check_against`] a task
//!   definition, [`Cluster::check_deletion`].
//! - [`Event`]s of EventBridge, from and to the nouns.
//! - The words of ECS, exactly: [`Failure`] reasons, [`service_message`]s and [`stop_reason`]s.
//! - The container [`agent`]: its configuration, versions, introspection API and log; and
//!   ECS [`anywhere`]: machines outside of AWS from their activation on.
//! - [`metrics`] by the formulas of the guide, [`Quotas`] as dated sets, and a [`RateLimiter`] for
//!   those that are throttles.
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
//! Daemons, gateways and express services are left out, except where a task or a service names
//! them, and so is ExecuteCommand, which opens a session.

mod account_setting;
pub mod agent;
pub mod anywhere;
mod api;
mod attachment;
mod capacity;
mod capacity_provider;
mod cluster;
mod container;
mod container_instance;
mod deletion;
mod deployment;
mod deployment_configuration;
mod event;
mod exception;
mod failure;
mod gateway;
mod gateway_connection;
mod health;
mod instance_requirements;
mod load_balancer;
mod managed_instances;
mod managed_resource;
pub mod metrics;
mod monitoring;
mod network;
mod network_configuration;
mod placement;
mod quota;
mod rate_limit;
mod resource;
mod rules;
mod service;
mod service_connect;
mod service_deployment;
mod service_fit;
pub mod service_message;
mod service_revision;
mod state_change;
pub mod stop_reason;
mod task;
mod task_protection;
mod task_set;
mod volume_configuration;
mod vpc_lattice;

pub use ecs_taskdef::{
    Attribute, Compatibility as LaunchType, Edition, EphemeralStorage, Finding, Findings,
    InferenceAccelerator, IsolationMode, KeyValuePair, LogConfiguration, NetworkMode, RuleId,
    Severity, SharingStrategy, Tag, TargetType, TaskOverride, Timestamp, TimestampError,
    TransportProtocol,
};

pub use account_setting::{Setting, SettingName, SettingType};
pub use api::{
    CapacityProviderField, ClusterField, ClusterServiceConnectDefaultsRequest,
    ContainerInstanceField, ContainerInstanceStatus, ContinueServiceDeploymentRequest,
    ContinueServiceDeploymentResponse, CreateCapacityProviderRequest,
    CreateCapacityProviderResponse, CreateClusterRequest, CreateClusterResponse,
    CreateServiceRequest, CreateServiceResponse, CreateTaskSetRequest, CreateTaskSetResponse,
    DeleteAccountSettingRequest, DeleteAccountSettingResponse, DeleteAttributesRequest,
    DeleteAttributesResponse, DeleteCapacityProviderRequest, DeleteCapacityProviderResponse,
    DeleteClusterRequest, DeleteClusterResponse, DeleteServiceRequest, DeleteServiceResponse,
    DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse, DeleteTaskSetRequest,
    DeleteTaskSetResponse, DeregisterContainerInstanceRequest, DeregisterContainerInstanceResponse,
    DeregisterTaskDefinitionRequest, DeregisterTaskDefinitionResponse,
    DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse, DescribeClustersRequest,
    DescribeClustersResponse, DescribeContainerInstancesRequest,
    DescribeContainerInstancesResponse, DescribeServiceDeploymentsRequest,
    DescribeServiceDeploymentsResponse, DescribeServiceRevisionsRequest,
    DescribeServiceRevisionsResponse, DescribeServicesRequest, DescribeServicesResponse,
    DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse, DescribeTaskSetsRequest,
    DescribeTaskSetsResponse, DescribeTasksRequest, DescribeTasksResponse, DesiredStatus,
    DiscoverPollEndpointRequest, DiscoverPollEndpointResponse, GetTaskProtectionRequest,
    GetTaskProtectionResponse, ListAccountSettingsRequest, ListAccountSettingsResponse,
    ListAttributesRequest, ListAttributesResponse, ListClustersRequest, ListClustersResponse,
    ListContainerInstancesRequest, ListContainerInstancesResponse, ListServiceDeploymentsRequest,
    ListServiceDeploymentsResponse, ListServicesByNamespaceRequest,
    ListServicesByNamespaceResponse, ListServicesRequest, ListServicesResponse,
    ListTagsForResourceRequest, ListTagsForResourceResponse, ListTaskDefinitionFamiliesRequest,
    ListTaskDefinitionFamiliesResponse, ListTaskDefinitionsRequest, ListTaskDefinitionsResponse,
    ListTasksRequest, ListTasksResponse, Operation, PutAccountSettingDefaultRequest,
    PutAccountSettingDefaultResponse, PutAccountSettingRequest, PutAccountSettingResponse,
    PutAttributesRequest, PutAttributesResponse, PutClusterCapacityProvidersRequest,
    PutClusterCapacityProvidersResponse, RegisterContainerInstanceRequest,
    RegisterContainerInstanceResponse, RegisterTaskDefinitionRequest,
    RegisterTaskDefinitionResponse, Request, RunTaskRequest, RunTaskResponse, ServiceField,
    SortOrder, StartTaskRequest, StartTaskResponse, StopServiceDeploymentRequest,
    StopServiceDeploymentResponse, StopTaskRequest, StopTaskResponse,
    SubmitAttachmentStateChangesRequest, SubmitAttachmentStateChangesResponse,
    SubmitContainerStateChangeRequest, SubmitContainerStateChangeResponse,
    SubmitTaskStateChangeRequest, SubmitTaskStateChangeResponse, TagResourceRequest,
    TagResourceResponse, TaskDefinitionFamilyStatus, TaskDefinitionField, TaskField, TaskSetField,
    UntagResourceRequest, UntagResourceResponse, UpdateCapacityProviderRequest,
    UpdateCapacityProviderResponse, UpdateClusterRequest, UpdateClusterResponse,
    UpdateClusterSettingsRequest, UpdateClusterSettingsResponse, UpdateContainerAgentRequest,
    UpdateContainerAgentResponse, UpdateContainerInstancesStateRequest,
    UpdateContainerInstancesStateResponse, UpdateServicePrimaryTaskSetRequest,
    UpdateServicePrimaryTaskSetResponse, UpdateServiceRequest, UpdateServiceResponse,
    UpdateTaskProtectionRequest, UpdateTaskProtectionResponse, UpdateTaskSetRequest,
    UpdateTaskSetResponse,
};
pub use attachment::Attachment;
pub use capacity::CapacityProviderStrategyItem;
pub use capacity_provider::{
    AutoScalingGroupProvider, AutoScalingGroupProviderUpdate, CapacityProvider,
    CapacityProviderStatus, CapacityProviderType, CapacityProviderUpdateStatus, ManagedDraining,
    ManagedInstancesProvider, ManagedScaling, ManagedScalingStatus, ManagedTerminationProtection,
};
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
pub use event::{
    Change, DeploymentStateChange, Event, EventLevel, EventName, EventType, ServiceAction,
};
pub use exception::{Exception, ExceptionName};
pub use failure::{Failure, FailureReason};
pub use gateway::{
    AccessType, GatewayConnector, GatewayConnectorDeregistrationDelay, GatewayConnectorFilters,
    GatewayConnectorHealthCheck, GatewayConnectorHealthCheckMatcher,
    GatewayConnectorHealthCheckProtocol,
};
pub use gateway_connection::{
    GatewayConnection, GatewayConnectionAlbResources, GatewayConnectionResources,
    GatewayRouteStatus,
};
pub use health::HealthStatus;
pub use instance_requirements::{
    AcceleratorCountRequest, AcceleratorManufacturer, AcceleratorName,
    AcceleratorTotalMemoryMiBRequest, AcceleratorType, BareMetal, BaselineEbsBandwidthMbpsRequest,
    BurstablePerformance, CpuManufacturer, InstanceGeneration, InstanceRequirementsRequest,
    LocalStorage, LocalStorageType, MemoryGiBPerVCpuRequest, MemoryMiBRequest,
    NetworkBandwidthGbpsRequest, NetworkInterfaceCountRequest, TotalLocalStorageGBRequest,
    VCpuCountRangeRequest,
};
pub use load_balancer::{AdvancedConfiguration, LoadBalancer, ServiceRegistry};
pub use managed_instances::{
    AutoRepairActionsStatus, AutoRepairConfiguration, CapacityOptionType,
    CapacityReservationPreference, CapacityReservationRequest,
    CreateManagedInstancesProviderConfiguration, InfrastructureOptimization,
    InstanceLaunchTemplate, InstanceLaunchTemplateUpdate,
    ManagedInstancesLocalStorageConfiguration, ManagedInstancesMonitoringOptions,
    ManagedInstancesNetworkConfiguration, ManagedInstancesStorageConfiguration, PropagateMITags,
    UpdateManagedInstancesProviderConfiguration,
};
pub use managed_resource::{
    ECSManagedResources, ManagedApplicationAutoScalingPolicy, ManagedAutoScaling,
    ManagedCertificate, ManagedIngressPath, ManagedListener, ManagedListenerRule,
    ManagedLoadBalancer, ManagedLogGroup, ManagedMetricAlarm, ManagedResourceStatus,
    ManagedScalableTarget, ManagedSecurityGroup, ManagedTargetGroup,
};
pub use monitoring::{MetricConfiguration, MonitoringConfiguration};
pub use network::{NetworkBinding, NetworkInterface};
pub use network_configuration::{AssignPublicIp, AwsVpcConfiguration, NetworkConfiguration};
pub use placement::{
    PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType,
};
pub use quota::{Quota, QuotaExceeded, Quotas};
pub use rate_limit::{RateLimiter, Throttled};
pub use resource::{Resource, Resources};
pub use rules::RequestRule;
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
pub use service_deployment::{
    CreatedAt, DeploymentLifecycleHookDetail, DeploymentLifecycleHookStatus, Rollback,
    ServiceDeployment, ServiceDeploymentAlarms, ServiceDeploymentBrief,
    ServiceDeploymentCircuitBreaker, ServiceDeploymentLifecycleStage,
    ServiceDeploymentRollbackMonitorsStatus, ServiceDeploymentStatus, ServiceRevisionSummary,
    StopServiceDeploymentStopType,
};
pub use service_revision::{
    ContainerImage, ResolvedConfiguration, RuntimePlatformOverride, ServiceRevision,
    ServiceRevisionLoadBalancer, ServiceRevisionOverrides, ServiceRevisionVpcLatticeConfiguration,
};
pub use state_change::{
    AttachmentStateChange, ContainerStateChange, ManagedAgentStateChange, PlatformDevice,
    PlatformDeviceType,
};
pub use stop_reason::TaskStopCode;
pub use task::{
    AttestationPolicyStatus, Connectivity, Task, TaskEphemeralStorage, TrustedExecutionSummary,
};
pub use task_protection::ProtectedTask;
pub use task_set::{DeploymentEphemeralStorage, Scale, ScaleUnit, StabilityStatus, TaskSet};
pub use volume_configuration::{
    EBSResourceType, EBSTagSpecification, ServiceManagedEBSVolumeConfiguration,
    ServiceVolumeConfiguration, TaskFilesystemType, TaskManagedEBSVolumeConfiguration,
    TaskManagedEBSVolumeTerminationPolicy, TaskVolumeConfiguration,
};
pub use vpc_lattice::{VpcLatticeAdvancedConfiguration, VpcLatticeConfiguration};
