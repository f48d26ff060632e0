//! The operations of the API: what they are asked, what they answer and what they throw.
//!
//! Each [`Operation`] has a request and a response of its name, such as [`RunTaskRequest`] and
//! [`RunTaskResponse`]. Every request is a [`Request`], which can be checked before it is sent.
//! Beside them stand the parts that only requests have, such as [`TaskField`]; what requests and
//! answers hold besides is in the modules of the nouns.
//!
//! Source: API reference,
//! [actions](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html).

mod account_settings;
mod attributes;
mod capacity_providers;
mod clusters;
mod container_instances;
mod create_service;
mod register_task_definition;
mod run_task;
mod service_deployments;
mod services;
mod start_task;
mod state_change;
mod state_changes;
mod table;
mod tags;
mod task_definitions;
mod task_protection;
mod task_sets;
mod tasks;
mod update_service;

use core::fmt;

use ecs_taskdef::Findings;
use ecs_taskdef::shape::{At, MemberType, Reader, Shape, ShapeFault, Structure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ExceptionName, Quotas};

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
pub use state_change::{AttachmentStateChange, ContainerStateChange, ManagedAgentStateChange};
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

/// The API of a service, as the header `X-Amz-Target` names it.
const TARGET: &str = "AmazonEC2ContainerServiceV20141113";

/// A request of an operation.
///
/// ```
/// use ecs_model::operation::RunTaskRequest;
/// use ecs_model::{Quotas, Request};
///
/// let request = RunTaskRequest::default().with_count(11);
/// let found: Vec<String> = request
///     .validate(&Quotas::current())
///     .iter()
///     .map(ToString::to_string)
///     .collect();
/// assert_eq!(
///     found,
///     [
///         "error[member-required] /taskDefinition: `taskDefinition` is missing",
///         "error[run-task-quota] /count: 11 is above the quota `Tasks launched per run-task` of 10"
///     ]
/// );
/// assert_eq!(RunTaskRequest::OPERATION.name(), "RunTask");
/// ```
pub trait Request: Structure + MemberType + Serialize + DeserializeOwned {
    /// What the operation answers.
    type Response: Structure + MemberType + Serialize + DeserializeOwned;

    /// The operation.
    const OPERATION: Operation;

    /// Everything that differs from the shape of the request: members that are missing or that
    /// the API does not know, values of the wrong type, out of their list or their bounds.
    #[must_use]
    fn check_shape(&self) -> Findings {
        crate::rules::check_shape(self)
    }

    /// Everything for which ECS refuses the request, whatever the cluster and its resources:
    /// the shape first, then the documented
    /// [`rules`](crate::rules).
    #[must_use]
    fn validate(&self, quotas: &Quotas) -> Findings {
        crate::rules::check(Self::OPERATION.name(), self, quotas)
    }
}

/// An operation of the API.
///
/// ```
/// use ecs_model::{ExceptionName, Operation, Quotas};
/// use serde_json::json;
///
/// let run_task = Operation::named("RunTask").expect("it is in the table");
/// assert_eq!(run_task.target(), "AmazonEC2ContainerServiceV20141113.RunTask");
/// assert!(run_task.exceptions().any(|name| name == ExceptionName::ClusterNotFound));
///
/// let document = json!({"taskDefinition": "web", "count": "2", "colour": "blue"});
/// let findings = run_task.check(&document, &Quotas::current());
/// let rules: Vec<&str> = findings.iter().map(|one| one.rule.id).collect();
/// assert_eq!(rules, ["value-converted", "member-unknown"]);
/// ```
///
/// Source: the API model. Daemons, gateways, express services and ExecuteCommand are left out.
#[derive(Clone, Copy)]
pub struct Operation {
    name: &'static str,
    request: &'static Shape,
    response: &'static Shape,
    own_exceptions: &'static [ExceptionName],
    check: fn(&Value, Option<&Quotas>) -> Findings,
    check_response: fn(&Value) -> Findings,
}

impl Operation {
    /// Every operation of this library.
    pub fn all() -> impl Iterator<Item = Self> {
        table::ALL.iter().copied()
    }

    /// The operation with that name, such as `RunTask`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|operation| operation.name == name)
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The value of the header `X-Amz-Target`.
    #[must_use]
    pub fn target(self) -> String {
        format!("{TARGET}.{}", self.name)
    }

    /// The shape of the request.
    #[must_use]
    pub const fn request(self) -> &'static Shape {
        self.request
    }

    /// The shape of the response.
    #[must_use]
    pub const fn response(self) -> &'static Shape {
        self.response
    }

    /// The exceptions it throws, those that every operation throws first.
    pub fn exceptions(self) -> impl Iterator<Item = ExceptionName> {
        const COMMON: [ExceptionName; 4] = [
            ExceptionName::AccessDenied,
            ExceptionName::Client,
            ExceptionName::InvalidParameter,
            ExceptionName::Server,
        ];
        COMMON
            .into_iter()
            .chain(self.own_exceptions.iter().cloned())
    }

    /// Everything that is wrong with a document that shall be the request, as
    /// [`Request::validate`] finds it; values of the wrong type are findings too.
    #[must_use]
    pub fn check(self, document: &Value, quotas: &Quotas) -> Findings {
        (self.check)(document, Some(quotas))
    }

    /// Everything in which a document differs from the shape of the response.
    ///
    /// ```
    /// use ecs_model::Operation;
    /// use serde_json::json;
    ///
    /// let list = Operation::named("ListClusters").expect("it is in the table");
    /// assert!(list.check_response(&json!({"clusterArns": []})).is_empty());
    /// let findings = list.check_response(&json!({"clusterArns": [], "nextToken": 1}));
    /// assert_eq!(findings.iter().next().map(|one| one.pointer.as_str()), Some("/nextToken"));
    /// ```
    #[must_use]
    pub fn check_response(self, document: &Value) -> Findings {
        (self.check_response)(document)
    }

    /// Everything in which a document differs from the shape of the request.
    #[must_use]
    pub fn check_shape(self, document: &Value) -> Findings {
        (self.check)(document, None)
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Operation").field(&self.name).finish()
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Operation {}

/// Reads the document leniently and checks what was read. The check finds wrong types again, so
/// that only conversions are taken from the reading.
fn check<R: Request>(document: &Value, quotas: Option<&Quotas>) -> Findings {
    let mut findings = Findings::default();
    let mut report = |at: &At<'_>, fault: ShapeFault<'_>| {
        let is_whole = !document.is_object();
        if is_whole || matches!(fault, ShapeFault::Converted { .. }) {
            findings.push_shape_fault(at, fault);
        }
    };
    let Some(request) = R::read(document, &At::ROOT, &mut Reader::new(&mut report)) else {
        return findings;
    };
    let found = match quotas {
        Some(quotas) => request.validate(quotas),
        None => request.check_shape(),
    };
    add_new(&mut findings, found);
    findings
}

/// Adds what is not known yet.
fn add_new(findings: &mut Findings, found: Findings) {
    for finding in found {
        let is_known = findings
            .iter()
            .any(|known| known.pointer == finding.pointer && known.rule == finding.rule);
        if !is_known {
            findings.push(finding);
        }
    }
}

/// The same for what is answered, of which no value is converted.
fn check_response<R: Request>(document: &Value) -> Findings {
    let mut findings = Findings::default();
    let mut report = |at: &At<'_>, fault: ShapeFault<'_>| findings.push_shape_fault(at, fault);
    let read = R::Response::read(document, &At::ROOT, &mut Reader::new(&mut report));
    if let Some(response) = read {
        add_new(&mut findings, crate::rules::check_shape(&response));
    }
    findings
}

impl Operation {
    const fn of<R: Request>(
        name: &'static str,
        request: &'static Shape,
        response: &'static Shape,
        own_exceptions: &'static [ExceptionName],
    ) -> Self {
        Self {
            name,
            request,
            response,
            own_exceptions,
            check: check::<R>,
            check_response: check_response::<R>,
        }
    }
}
