//! Requests and responses of operations, one file for each group.

mod account_settings;
mod attributes;
mod capacity_providers;
mod clusters;
mod container_instances;
mod create_service;
mod operation;
mod register_task_definition;
mod run_task;
mod service_deployments;
mod services;
mod start_task;
mod state_changes;
mod tags;
mod task_definitions;
mod task_protection;
mod task_sets;
mod tasks;
mod update_service;

pub use account_settings::{
    DeleteAccountSettingRequest, DeleteAccountSettingResponse, ListAccountSettingsRequest,
    ListAccountSettingsResponse, PutAccountSettingDefaultRequest, PutAccountSettingDefaultResponse,
    PutAccountSettingRequest, PutAccountSettingResponse,
};
pub use attributes::{
    DeleteAttributesRequest, DeleteAttributesResponse, ListAttributesRequest,
    ListAttributesResponse, PutAttributesRequest, PutAttributesResponse,
};
pub use capacity_providers::{
    CapacityProviderField, CreateCapacityProviderRequest, CreateCapacityProviderResponse,
    DeleteCapacityProviderRequest, DeleteCapacityProviderResponse,
    DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse,
    UpdateCapacityProviderRequest, UpdateCapacityProviderResponse,
};
pub use clusters::{
    ClusterField, ClusterServiceConnectDefaultsRequest, CreateClusterRequest,
    CreateClusterResponse, DeleteClusterRequest, DeleteClusterResponse, DescribeClustersRequest,
    DescribeClustersResponse, ListClustersRequest, ListClustersResponse,
    PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse, UpdateClusterRequest,
    UpdateClusterResponse, UpdateClusterSettingsRequest, UpdateClusterSettingsResponse,
};
pub use container_instances::{
    ContainerInstanceField, ContainerInstanceStatus, DeregisterContainerInstanceRequest,
    DeregisterContainerInstanceResponse, DescribeContainerInstancesRequest,
    DescribeContainerInstancesResponse, ListContainerInstancesRequest,
    ListContainerInstancesResponse, RegisterContainerInstanceRequest,
    RegisterContainerInstanceResponse, UpdateContainerAgentRequest, UpdateContainerAgentResponse,
    UpdateContainerInstancesStateRequest, UpdateContainerInstancesStateResponse,
};
pub use create_service::{CreateServiceRequest, CreateServiceResponse};
pub use operation::{Operation, Request};
pub use register_task_definition::{RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse};
pub use run_task::{RunTaskRequest, RunTaskResponse};
pub use service_deployments::{
    ContinueServiceDeploymentRequest, ContinueServiceDeploymentResponse,
    DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse,
    DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse,
    ListServiceDeploymentsRequest, ListServiceDeploymentsResponse, StopServiceDeploymentRequest,
    StopServiceDeploymentResponse,
};
pub use services::{
    DeleteServiceRequest, DeleteServiceResponse, DescribeServicesRequest, DescribeServicesResponse,
    ListServicesByNamespaceRequest, ListServicesByNamespaceResponse, ListServicesRequest,
    ListServicesResponse, ServiceField,
};
pub use start_task::{StartTaskRequest, StartTaskResponse};
pub use state_changes::{
    DiscoverPollEndpointRequest, DiscoverPollEndpointResponse, SubmitAttachmentStateChangesRequest,
    SubmitAttachmentStateChangesResponse, SubmitContainerStateChangeRequest,
    SubmitContainerStateChangeResponse, SubmitTaskStateChangeRequest,
    SubmitTaskStateChangeResponse,
};
pub use tags::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse,
};
pub use task_definitions::{
    DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse, DeregisterTaskDefinitionRequest,
    DeregisterTaskDefinitionResponse, DescribeTaskDefinitionRequest,
    DescribeTaskDefinitionResponse, ListTaskDefinitionFamiliesRequest,
    ListTaskDefinitionFamiliesResponse, ListTaskDefinitionsRequest, ListTaskDefinitionsResponse,
    SortOrder, TaskDefinitionFamilyStatus, TaskDefinitionField,
};
pub use task_protection::{
    GetTaskProtectionRequest, GetTaskProtectionResponse, UpdateTaskProtectionRequest,
    UpdateTaskProtectionResponse,
};
pub use task_sets::{
    CreateTaskSetRequest, CreateTaskSetResponse, DeleteTaskSetRequest, DeleteTaskSetResponse,
    DescribeTaskSetsRequest, DescribeTaskSetsResponse, TaskSetField,
    UpdateServicePrimaryTaskSetRequest, UpdateServicePrimaryTaskSetResponse, UpdateTaskSetRequest,
    UpdateTaskSetResponse,
};
pub use tasks::{
    DescribeTasksRequest, DescribeTasksResponse, DesiredStatus, ListTasksRequest,
    ListTasksResponse, StopTaskRequest, StopTaskResponse, TaskField,
};
pub use update_service::{UpdateServiceRequest, UpdateServiceResponse};
