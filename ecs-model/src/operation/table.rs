//! The table of operations and their exceptions.

use ecs_taskdef::Findings;

use super::*;
use crate::{ExceptionName, Quotas};

/// Declares operations; `by` names the methods that check a request which has rules of its own.
macro_rules! operations {
    ($(
        $name:ident($request:ident) -> $response:ident [ $($exception:ident),* ] $(by $check_shape:ident, $check:ident)?;
    )*) => {
        $(
            impl Request for $request {
                type Response = $response;

                const OPERATION: Operation = Operation::of::<Self>(
                    stringify!($name),
                    Self::SHAPE,
                    $response::SHAPE,
                    &[$(ExceptionName::$exception),*],
                );

                $(
                    fn check_shape(&self) -> Findings {
                        self.$check_shape()
                    }

                    fn validate(&self, quotas: &Quotas) -> Findings {
                        self.$check(quotas)
                    }
                )?
            }
        )*

        pub(super) const ALL: &[Operation] = &[$($request::OPERATION),*];
    };
}

operations! {
    CreateCluster(CreateClusterRequest) -> CreateClusterResponse [NamespaceNotFound];
    DeleteCluster(DeleteClusterRequest) -> DeleteClusterResponse [
        ClusterContainsCapacityProvider, ClusterContainsContainerInstances,
        ClusterContainsServices, ClusterContainsTasks, ClusterNotFound, UpdateInProgress
    ];
    DescribeClusters(DescribeClustersRequest) -> DescribeClustersResponse [];
    ListClusters(ListClustersRequest) -> ListClustersResponse [];
    UpdateCluster(UpdateClusterRequest) -> UpdateClusterResponse [
        ClusterNotFound, NamespaceNotFound
    ];
    UpdateClusterSettings(UpdateClusterSettingsRequest) -> UpdateClusterSettingsResponse [
        ClusterNotFound, UpdateInProgress
    ];
    PutClusterCapacityProviders(PutClusterCapacityProvidersRequest)
        -> PutClusterCapacityProvidersResponse [ClusterNotFound, ResourceInUse, UpdateInProgress];

    CreateService(CreateServiceRequest) -> CreateServiceResponse [
        ClusterNotFound, NamespaceNotFound, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, UnsupportedFeature
    ];
    UpdateService(UpdateServiceRequest) -> UpdateServiceResponse [
        ClusterNotFound, NamespaceNotFound, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, ServiceNotActive, ServiceNotFound, UnsupportedFeature
    ];
    DeleteService(DeleteServiceRequest) -> DeleteServiceResponse [
        ClusterNotFound, ServiceNotFound
    ];
    DescribeServices(DescribeServicesRequest) -> DescribeServicesResponse [ClusterNotFound];
    ListServices(ListServicesRequest) -> ListServicesResponse [ClusterNotFound];
    ListServicesByNamespace(ListServicesByNamespaceRequest) -> ListServicesByNamespaceResponse [NamespaceNotFound];

    RegisterTaskDefinition(RegisterTaskDefinitionRequest) -> RegisterTaskDefinitionResponse [
        LimitExceeded
    ] by check_shape_as_task_definition, check_as_task_definition;
    DeregisterTaskDefinition(DeregisterTaskDefinitionRequest)
        -> DeregisterTaskDefinitionResponse [
    ];
    DeleteTaskDefinitions(DeleteTaskDefinitionsRequest) -> DeleteTaskDefinitionsResponse [];
    DescribeTaskDefinition(DescribeTaskDefinitionRequest) -> DescribeTaskDefinitionResponse [];
    ListTaskDefinitions(ListTaskDefinitionsRequest) -> ListTaskDefinitionsResponse [];
    ListTaskDefinitionFamilies(ListTaskDefinitionFamiliesRequest)
        -> ListTaskDefinitionFamiliesResponse [];

    RegisterContainerInstance(RegisterContainerInstanceRequest)
        -> RegisterContainerInstanceResponse [ClusterNotFound];
    DeregisterContainerInstance(DeregisterContainerInstanceRequest)
        -> DeregisterContainerInstanceResponse [
        ClusterNotFound
    ];
    DescribeContainerInstances(DescribeContainerInstancesRequest)
        -> DescribeContainerInstancesResponse [ClusterNotFound];
    ListContainerInstances(ListContainerInstancesRequest) -> ListContainerInstancesResponse [ClusterNotFound];
    UpdateContainerInstancesState(UpdateContainerInstancesStateRequest)
        -> UpdateContainerInstancesStateResponse [ClusterNotFound];
    UpdateContainerAgent(UpdateContainerAgentRequest) -> UpdateContainerAgentResponse [
        ClusterNotFound, MissingVersion, NoUpdateAvailable, UpdateInProgress
    ];

    RunTask(RunTaskRequest) -> RunTaskResponse [
        Blocked, ClusterNotFound, Conflict, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, UnsupportedFeature
    ];
    StartTask(StartTaskRequest) -> StartTaskResponse [ClusterNotFound, NamespaceNotFound, UnsupportedFeature];
    StopTask(StopTaskRequest) -> StopTaskResponse [ClusterNotFound];
    DescribeTasks(DescribeTasksRequest) -> DescribeTasksResponse [ClusterNotFound];
    ListTasks(ListTasksRequest) -> ListTasksResponse [ClusterNotFound, ServiceNotFound];

    SubmitContainerStateChange(SubmitContainerStateChangeRequest)
        -> SubmitContainerStateChangeResponse [
        ClusterNotFound
    ];
    SubmitTaskStateChange(SubmitTaskStateChangeRequest) -> SubmitTaskStateChangeResponse [
        ClusterNotFound
    ];
    SubmitAttachmentStateChanges(SubmitAttachmentStateChangesRequest)
        -> SubmitAttachmentStateChangesResponse [
        ClusterNotFound
    ];
    DiscoverPollEndpoint(DiscoverPollEndpointRequest) -> DiscoverPollEndpointResponse [];

    PutAttributes(PutAttributesRequest) -> PutAttributesResponse [AttributeLimitExceeded, ClusterNotFound, TargetNotFound];
    DeleteAttributes(DeleteAttributesRequest) -> DeleteAttributesResponse [ClusterNotFound, TargetNotFound];
    ListAttributes(ListAttributesRequest) -> ListAttributesResponse [ClusterNotFound];

    TagResource(TagResourceRequest) -> TagResourceResponse [ClusterNotFound, LimitExceeded, ResourceNotFound];
    UntagResource(UntagResourceRequest) -> UntagResourceResponse [ClusterNotFound, ResourceNotFound];
    ListTagsForResource(ListTagsForResourceRequest) -> ListTagsForResourceResponse [
        ClusterNotFound
    ];

    PutAccountSetting(PutAccountSettingRequest) -> PutAccountSettingResponse [];
    PutAccountSettingDefault(PutAccountSettingDefaultRequest) -> PutAccountSettingDefaultResponse [];
    DeleteAccountSetting(DeleteAccountSettingRequest) -> DeleteAccountSettingResponse [];
    ListAccountSettings(ListAccountSettingsRequest) -> ListAccountSettingsResponse [];

    CreateCapacityProvider(CreateCapacityProviderRequest) -> CreateCapacityProviderResponse [ClusterNotFound, LimitExceeded, UnsupportedFeature, UpdateInProgress];
    DeleteCapacityProvider(DeleteCapacityProviderRequest) -> DeleteCapacityProviderResponse [
        ClusterNotFound, UnsupportedFeature, UpdateInProgress
    ];
    DescribeCapacityProviders(DescribeCapacityProvidersRequest)
        -> DescribeCapacityProvidersResponse [ClusterNotFound, UnsupportedFeature];
    UpdateCapacityProvider(UpdateCapacityProviderRequest) -> UpdateCapacityProviderResponse [ClusterNotFound, UnsupportedFeature];

    DescribeServiceDeployments(DescribeServiceDeploymentsRequest)
        -> DescribeServiceDeploymentsResponse [ClusterNotFound, ServiceNotFound, UnsupportedFeature];
    ListServiceDeployments(ListServiceDeploymentsRequest) -> ListServiceDeploymentsResponse [ClusterNotFound, ServiceNotFound, UnsupportedFeature];
    ContinueServiceDeployment(ContinueServiceDeploymentRequest)
        -> ContinueServiceDeploymentResponse [
        ServiceDeploymentNotFound, UnsupportedFeature
    ];
    StopServiceDeployment(StopServiceDeploymentRequest) -> StopServiceDeploymentResponse [
        Conflict, ServiceDeploymentNotFound, UnsupportedFeature
    ];
    DescribeServiceRevisions(DescribeServiceRevisionsRequest) -> DescribeServiceRevisionsResponse [ClusterNotFound, ServiceNotFound, UnsupportedFeature];

    GetTaskProtection(GetTaskProtectionRequest) -> GetTaskProtectionResponse [ClusterNotFound, ResourceNotFound, UnsupportedFeature];
    UpdateTaskProtection(UpdateTaskProtectionRequest) -> UpdateTaskProtectionResponse [ClusterNotFound, ResourceNotFound, UnsupportedFeature];

    CreateTaskSet(CreateTaskSetRequest) -> CreateTaskSetResponse [
        ClusterNotFound, LimitExceeded, NamespaceNotFound,
        PlatformTaskDefinitionIncompatibility, PlatformUnknown, ServiceNotActive,
        ServiceNotFound, UnsupportedFeature
    ];
    DeleteTaskSet(DeleteTaskSetRequest) -> DeleteTaskSetResponse [
        ClusterNotFound, LimitExceeded, ServiceNotActive, ServiceNotFound, TaskSetNotFound,
        UnsupportedFeature
    ];
    DescribeTaskSets(DescribeTaskSetsRequest) -> DescribeTaskSetsResponse [
        ClusterNotFound, ServiceNotActive, ServiceNotFound, UnsupportedFeature
    ];
    UpdateTaskSet(UpdateTaskSetRequest) -> UpdateTaskSetResponse [
        ClusterNotFound, LimitExceeded, ServiceNotActive, ServiceNotFound, TaskSetNotFound,
        UnsupportedFeature
    ];
    UpdateServicePrimaryTaskSet(UpdateServicePrimaryTaskSetRequest)
        -> UpdateServicePrimaryTaskSetResponse [
        ClusterNotFound, ServiceNotActive, ServiceNotFound, TaskSetNotFound, UnsupportedFeature
    ];
}
