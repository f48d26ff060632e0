//! The table of operations: their exceptions, and which of their members the documented rules and
//! bounds are about.

use ecs_taskdef::Findings;

use super::*;
use crate::rules::{Bound, Subject, check};
use crate::{ExceptionName, Quotas};

/// Declares operations. Of the body of a row, `same` lists members that rules know by their own
/// name, `named` those that rules know by another, `computed` an answer of the request, and `bound`
/// a bound that is in the documents and not in the shape.
macro_rules! operations {
    ($(
        $name:ident($request:ident) -> $response:ident $body:tt [ $($exception:ident),* ];
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

                operations!(@validate $name $body);
            }
        )*

        pub(super) const ALL: &[Operation] = &[$($request::OPERATION),*];
    };

    (@validate $name:ident own) => {
        fn validate(&self, quotas: &Quotas) -> Findings {
            self.check_as_task_definition(quotas)
        }
    };

    (@validate $name:ident {
        $(same $($same:ident),+;)?
        $(named $($part:ident: $field:ident),+;)?
        $(computed $computed:ident;)?
        $(bound $member:ident $wire:literal $least:literal..=$most:expr;)*
    }) => {
        fn validate(&self, quotas: &Quotas) -> Findings {
            let subject = Subject {
                operation: stringify!($name),
                bounds: vec![$(Bound::of($wire, self.$member.as_ref(), $least, $most)),*],
                $($($same: self.$same.as_ref(),)+)?
                $($($part: self.$field.as_ref(),)+)?
                $($computed: self.$computed(),)?
                ..Subject::default()
            };
            check(&subject, quotas, self.check_shape())
        }
    };
}

operations! {
    CreateCluster(CreateClusterRequest) -> CreateClusterResponse {
        same capacity_providers, cluster_name, default_capacity_provider_strategy,
            tags;
    } [NamespaceNotFound];
    DeleteCluster(DeleteClusterRequest) -> DeleteClusterResponse {} [
        ClusterContainsCapacityProvider, ClusterContainsContainerInstances,
        ClusterContainsServices, ClusterContainsTasks, ClusterNotFound, UpdateInProgress
    ];
    DescribeClusters(DescribeClustersRequest) -> DescribeClustersResponse {
        bound clusters "clusters" 0..=100;
    } [];
    ListClusters(ListClustersRequest) -> ListClustersResponse {
        bound max_results "maxResults" 1..=100;
    } [];
    UpdateCluster(UpdateClusterRequest) -> UpdateClusterResponse {} [
        ClusterNotFound, NamespaceNotFound
    ];
    UpdateClusterSettings(UpdateClusterSettingsRequest) -> UpdateClusterSettingsResponse {} [
        ClusterNotFound, UpdateInProgress
    ];
    PutClusterCapacityProviders(PutClusterCapacityProvidersRequest)
        -> PutClusterCapacityProvidersResponse {
        same capacity_providers, default_capacity_provider_strategy;
    } [ClusterNotFound, ResourceInUse, UpdateInProgress];

    CreateService(CreateServiceRequest) -> CreateServiceResponse {
        same availability_zone_rebalancing, capacity_provider_strategy, client_token,
            deployment_configuration, deployment_controller, desired_count,
            launch_type, load_balancers, network_configuration, placement_constraints,
            placement_strategy, platform_version, role, scheduling_strategy,
            service_name, service_registries, tags, task_definition;
        bound desired_count "desiredCount" 0..=i64::MAX;
        bound health_check_grace_period_seconds "healthCheckGracePeriodSeconds" 0..=i64::MAX;
    } [
        ClusterNotFound, NamespaceNotFound, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, UnsupportedFeature
    ];
    UpdateService(UpdateServiceRequest) -> UpdateServiceResponse {
        same availability_zone_rebalancing, capacity_provider_strategy,
            deployment_configuration, desired_count, load_balancers,
            network_configuration, placement_constraints, placement_strategy,
            service_registries;
        bound desired_count "desiredCount" 0..=i64::MAX;
        bound health_check_grace_period_seconds "healthCheckGracePeriodSeconds" 0..=i64::MAX;
    } [
        ClusterNotFound, NamespaceNotFound, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, ServiceNotActive, ServiceNotFound, UnsupportedFeature
    ];
    DeleteService(DeleteServiceRequest) -> DeleteServiceResponse {} [
        ClusterNotFound, ServiceNotFound
    ];
    DescribeServices(DescribeServicesRequest) -> DescribeServicesResponse {
        bound services "services" 1..=10;
    } [ClusterNotFound];
    ListServices(ListServicesRequest) -> ListServicesResponse {
        bound max_results "maxResults" 1..=100;
    } [ClusterNotFound];
    ListServicesByNamespace(ListServicesByNamespaceRequest) -> ListServicesByNamespaceResponse {
        bound max_results "maxResults" 1..=100;
    } [NamespaceNotFound];

    RegisterTaskDefinition(RegisterTaskDefinitionRequest) -> RegisterTaskDefinitionResponse own [
        LimitExceeded
    ];
    DeregisterTaskDefinition(DeregisterTaskDefinitionRequest)
        -> DeregisterTaskDefinitionResponse {} [
    ];
    DeleteTaskDefinitions(DeleteTaskDefinitionsRequest) -> DeleteTaskDefinitionsResponse {
        named revisions: task_definitions;
        bound task_definitions "taskDefinitions" 1..=10;
    } [];
    DescribeTaskDefinition(DescribeTaskDefinitionRequest) -> DescribeTaskDefinitionResponse {} [];
    ListTaskDefinitions(ListTaskDefinitionsRequest) -> ListTaskDefinitionsResponse {
        bound max_results "maxResults" 1..=100;
    } [];
    ListTaskDefinitionFamilies(ListTaskDefinitionFamiliesRequest)
        -> ListTaskDefinitionFamiliesResponse {
        bound max_results "maxResults" 1..=100;
    } [];

    RegisterContainerInstance(RegisterContainerInstanceRequest)
        -> RegisterContainerInstanceResponse {
        same attributes, tags;
    } [ClusterNotFound];
    DeregisterContainerInstance(DeregisterContainerInstanceRequest)
        -> DeregisterContainerInstanceResponse {} [
        ClusterNotFound
    ];
    DescribeContainerInstances(DescribeContainerInstancesRequest)
        -> DescribeContainerInstancesResponse {
        bound container_instances "containerInstances" 1..=100;
    } [ClusterNotFound];
    ListContainerInstances(ListContainerInstancesRequest) -> ListContainerInstancesResponse {
        bound max_results "maxResults" 1..=100;
    } [ClusterNotFound];
    UpdateContainerInstancesState(UpdateContainerInstancesStateRequest)
        -> UpdateContainerInstancesStateResponse {
        named instance_status: status;
        bound container_instances "containerInstances" 1..=10;
    } [ClusterNotFound];
    UpdateContainerAgent(UpdateContainerAgentRequest) -> UpdateContainerAgentResponse {} [
        ClusterNotFound, MissingVersion, NoUpdateAvailable, UpdateInProgress
    ];

    RunTask(RunTaskRequest) -> RunTaskResponse {
        same capacity_provider_strategy, client_token, count, launch_type,
            network_configuration, placement_constraints, placement_strategy,
            platform_version, propagate_tags, started_by, tags;
        bound count "count" 1..=i64::MAX;
        bound group "group" 0..=255;
        bound started_by "startedBy" 0..=128;
        bound volume_configurations "volumeConfigurations" 0..=1;
    } [
        Blocked, ClusterNotFound, Conflict, PlatformTaskDefinitionIncompatibility,
        PlatformUnknown, UnsupportedFeature
    ];
    StartTask(StartTaskRequest) -> StartTaskResponse {
        same container_instances, network_configuration, propagate_tags, started_by,
            tags;
        bound container_instances "containerInstances" 1..=i64::MAX;
        bound group "group" 0..=255;
        bound started_by "startedBy" 0..=128;
        bound volume_configurations "volumeConfigurations" 0..=1;
    } [ClusterNotFound, NamespaceNotFound, UnsupportedFeature];
    StopTask(StopTaskRequest) -> StopTaskResponse {} [ClusterNotFound];
    DescribeTasks(DescribeTasksRequest) -> DescribeTasksResponse {
        bound tasks "tasks" 1..=100;
    } [ClusterNotFound];
    ListTasks(ListTasksRequest) -> ListTasksResponse {
        computed filters_beside_started_by;
        bound max_results "maxResults" 1..=100;
    } [ClusterNotFound, ServiceNotFound];

    SubmitContainerStateChange(SubmitContainerStateChangeRequest)
        -> SubmitContainerStateChangeResponse {} [
        ClusterNotFound
    ];
    SubmitTaskStateChange(SubmitTaskStateChangeRequest) -> SubmitTaskStateChangeResponse {} [
        ClusterNotFound
    ];
    SubmitAttachmentStateChanges(SubmitAttachmentStateChangesRequest)
        -> SubmitAttachmentStateChangesResponse {} [
        ClusterNotFound
    ];
    DiscoverPollEndpoint(DiscoverPollEndpointRequest) -> DiscoverPollEndpointResponse {} [];

    PutAttributes(PutAttributesRequest) -> PutAttributesResponse {
        same attributes;
        bound attributes "attributes" 1..=10;
    } [AttributeLimitExceeded, ClusterNotFound, TargetNotFound];
    DeleteAttributes(DeleteAttributesRequest) -> DeleteAttributesResponse {
        same attributes;
        bound attributes "attributes" 1..=10;
    } [ClusterNotFound, TargetNotFound];
    ListAttributes(ListAttributesRequest) -> ListAttributesResponse {
        same attribute_name, attribute_value;
        bound max_results "maxResults" 1..=100;
    } [ClusterNotFound];

    TagResource(TagResourceRequest) -> TagResourceResponse {
        same tags;
    } [ClusterNotFound, LimitExceeded, ResourceNotFound];
    UntagResource(UntagResourceRequest) -> UntagResourceResponse {
        same tag_keys;
    } [ClusterNotFound, ResourceNotFound];
    ListTagsForResource(ListTagsForResourceRequest) -> ListTagsForResourceResponse {} [
        ClusterNotFound
    ];

    PutAccountSetting(PutAccountSettingRequest) -> PutAccountSettingResponse {
        named setting_name: name, setting_value: value;
    } [];
    PutAccountSettingDefault(PutAccountSettingDefaultRequest) -> PutAccountSettingDefaultResponse {
        named setting_name: name, setting_value: value;
    } [];
    DeleteAccountSetting(DeleteAccountSettingRequest) -> DeleteAccountSettingResponse {} [];
    ListAccountSettings(ListAccountSettingsRequest) -> ListAccountSettingsResponse {
        bound max_results "maxResults" 1..=10;
    } [];

    CreateCapacityProvider(CreateCapacityProviderRequest) -> CreateCapacityProviderResponse {
        same auto_scaling_group_provider, managed_instances_provider, tags;
        named capacity_provider_name: name;
    } [ClusterNotFound, LimitExceeded, UnsupportedFeature, UpdateInProgress];
    DeleteCapacityProvider(DeleteCapacityProviderRequest) -> DeleteCapacityProviderResponse {} [
        ClusterNotFound, UnsupportedFeature, UpdateInProgress
    ];
    DescribeCapacityProviders(DescribeCapacityProvidersRequest)
        -> DescribeCapacityProvidersResponse {
        bound capacity_providers "capacityProviders" 0..=100;
        bound max_results "maxResults" 1..=10;
    } [ClusterNotFound, UnsupportedFeature];
    UpdateCapacityProvider(UpdateCapacityProviderRequest) -> UpdateCapacityProviderResponse {
        named managed_instances_update: managed_instances_provider;
    } [ClusterNotFound, UnsupportedFeature];

    DescribeServiceDeployments(DescribeServiceDeploymentsRequest)
        -> DescribeServiceDeploymentsResponse {
        bound service_deployment_arns "serviceDeploymentArns" 1..=20;
    } [ClusterNotFound, ServiceNotFound, UnsupportedFeature];
    ListServiceDeployments(ListServiceDeploymentsRequest) -> ListServiceDeploymentsResponse {
        bound max_results "maxResults" 1..=100;
    } [ClusterNotFound, ServiceNotFound, UnsupportedFeature];
    ContinueServiceDeployment(ContinueServiceDeploymentRequest)
        -> ContinueServiceDeploymentResponse {} [
        ServiceDeploymentNotFound, UnsupportedFeature
    ];
    StopServiceDeployment(StopServiceDeploymentRequest) -> StopServiceDeploymentResponse {} [
        Conflict, ServiceDeploymentNotFound, UnsupportedFeature
    ];
    DescribeServiceRevisions(DescribeServiceRevisionsRequest) -> DescribeServiceRevisionsResponse {
        bound service_revision_arns "serviceRevisionArns" 1..=20;
    } [ClusterNotFound, ServiceNotFound, UnsupportedFeature];

    GetTaskProtection(GetTaskProtectionRequest) -> GetTaskProtectionResponse {
        bound tasks "tasks" 0..=100;
    } [ClusterNotFound, ResourceNotFound, UnsupportedFeature];
    UpdateTaskProtection(UpdateTaskProtectionRequest) -> UpdateTaskProtectionResponse {
        bound tasks "tasks" 1..=10;
        bound expires_in_minutes "expiresInMinutes" 1..=2_880;
    } [ClusterNotFound, ResourceNotFound, UnsupportedFeature];

    CreateTaskSet(CreateTaskSetRequest) -> CreateTaskSetResponse {
        same capacity_provider_strategy, client_token, launch_type, load_balancers,
            network_configuration, platform_version, scale, service_registries, tags;
    } [
        ClusterNotFound, LimitExceeded, NamespaceNotFound,
        PlatformTaskDefinitionIncompatibility, PlatformUnknown, ServiceNotActive,
        ServiceNotFound, UnsupportedFeature
    ];
    DeleteTaskSet(DeleteTaskSetRequest) -> DeleteTaskSetResponse {} [
        ClusterNotFound, LimitExceeded, ServiceNotActive, ServiceNotFound, TaskSetNotFound,
        UnsupportedFeature
    ];
    DescribeTaskSets(DescribeTaskSetsRequest) -> DescribeTaskSetsResponse {} [
        ClusterNotFound, ServiceNotActive, ServiceNotFound, UnsupportedFeature
    ];
    UpdateTaskSet(UpdateTaskSetRequest) -> UpdateTaskSetResponse {
        same scale;
    } [
        ClusterNotFound, LimitExceeded, ServiceNotActive, ServiceNotFound, TaskSetNotFound,
        UnsupportedFeature
    ];
    UpdateServicePrimaryTaskSet(UpdateServicePrimaryTaskSetRequest)
        -> UpdateServicePrimaryTaskSetResponse {} [
        ClusterNotFound, ServiceNotActive, ServiceNotFound, TaskSetNotFound, UnsupportedFeature
    ];
}
