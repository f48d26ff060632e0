//! Amazon ECS (Elastic Container Service) clusters, container instances, services and tasks as the API writes them, with quotas and metrics.
//!
//! - The nouns of the API, each with every member it has today: [`Cluster`], [`ContainerInstance`],
//!   [`Service`], [`Task`] and what they hold. They read and write JSON exactly as
//!   `aws ecs describe-*` prints it and `--cli-input-json` reads it, and lose nothing: values that
//!   AWS adds tomorrow, members nobody knows, explicit `null`s and empty lists are kept.
//! - Requests and responses of 60 [`Operation`]s. A [`Request`] says what the documents have ECS refuse,
//!   at once and with its place, in the [`Finding`]s of task definitions: what differs from the
//!   shape, and each of the [`rules`] it breaks. [`Exception`]s have their wire names and statuses.
//!   What depends on other things is asked of them: [`CreateServiceRequest::check_against`](operation::CreateServiceRequest::check_against) a task
//!   definition, [`Cluster::check_deletion`].
//! - [`Event`]s of EventBridge, from and to the nouns.
//! - The words of ECS, exactly: [`Failure`] reasons, [`service_message`]s and [`stop_reason`]s.
//! - The container [`agent`]: its configuration, versions, introspection API and log; and
//!   ECS [`anywhere`]: machines outside of AWS from their activation on.
//! - [`metrics`] by the formulas of the guide, [`Quotas`] as dated sets, and a
//!   [`RateLimiter`](quota::RateLimiter) for those that are throttles.
//!
//! ```
//! use ecs_model::operation::DescribeContainerInstancesResponse;
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
//! let instance = &response.container_instances()[0];
//! assert_eq!(instance.status(), Some("ACTIVE"));
//! assert_eq!(instance.remaining().cpu(), Some(2_038));
//! assert!(instance.remaining().ports().contains(&22));
//! // What is absent reads as empty or as `None`.
//! assert!(instance.tags().is_empty());
//! assert_eq!(instance.version_info().agent_version(), None);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A request is made of what is set:
//!
//! ```
//! use ecs_model::operation::RunTaskRequest;
//! use ecs_model::{AssignPublicIp, AwsVpcConfiguration, NetworkConfiguration, Quotas, Request};
//!
//! let request = RunTaskRequest::default()
//!     .with_task_definition("web:3")
//!     .with_launch_type("FARGATE")
//!     .with_count(2)
//!     .with_network_configuration(
//!         NetworkConfiguration::default().with_awsvpc_configuration(
//!             AwsVpcConfiguration::default()
//!                 .with_subnets(["subnet-12344321"])
//!                 .with_assign_public_ip(AssignPublicIp::Enabled),
//!         ),
//!     );
//! assert!(request.validate(&Quotas::current()).is_empty());
//! let network = request.network_configuration().awsvpc_configuration();
//! assert_eq!(network.subnets(), ["subnet-12344321"]);
//! assert!(network.security_groups().is_empty());
//! ```
//!
//! # What is where
//!
//! The names that most programs need are at the root of the crate; every name is in a module.
//!
//! | for | take |
//! |---|---|
//! | what the API is asked and answers, all of its operations | [`operation`] |
//! | clusters and machines | [`cluster`], [`container_instance`], [`capacity_provider`] |
//! | tasks and their containers | [`task`], [`task_definition`], [`placement`], [`network`], [`volume`] |
//! | services | [`mod@service`], [`load_balancer`], [`service_connect`], [`gateway`] |
//! | versions of a service | [`deployment`], [`service_revision`], [`task_set`] |
//! | what ECS answers and tells | [`exception`], [`failure`], [`stop_reason`], [`service_message`], [`event`] |
//! | the tables behind the types | [`mod@shape`] |
//! | what it allows | [`rules`], [`quota`], [`account_setting`] |
//! | what an agent says and is told | [`agent`], [`anywhere`], [`version`] |
//! | how busy it is | [`metrics`] |
//!
//! # Members that AWS adds
//!
//! Every structure is `#[non_exhaustive]`: AWS adds members to it, and so does a new version of
//! this crate. Programs set members by `with_` methods, read them by methods called like the
//! member, and tell absent from empty by the fields. The rules stand in [`ecs_taskdef::shape`].
//!
//! # Scope
//!
//! Daemons, gateways and express services are left out, except where a task or a service names
//! them, and so is ExecuteCommand, which opens a session.

pub mod account_setting;
#[cfg(feature = "agent")]
pub mod agent;
#[cfg(feature = "anywhere")]
pub mod anywhere;
pub mod capacity_provider;
pub mod client_token;
pub mod cluster;
pub mod container_instance;
mod deletion;
pub mod deployment;
mod digest;
pub mod event;
pub mod exception;
pub mod failure;
mod fit;
pub mod gateway;
pub mod load_balancer;
pub mod metrics;
mod named;
pub mod network;
pub mod operation;
pub mod page;
pub mod placement;
pub mod quota;
pub mod rules;
pub mod service;
pub mod service_connect;
pub mod service_message;
pub mod service_revision;
pub mod stop_reason;
pub mod tag;
pub mod task;
pub mod task_definition;
pub mod task_set;
pub mod version;
pub mod volume;

pub use ecs_taskdef::{
    Attribute, Compatibility as LaunchType, Double, Edition, Finding, Findings, KeyValuePair,
    NetworkMode, Rule, Severity, Source, Tag, TaskDefinition, TaskOverride, Timestamp,
    TimestampError, shape,
};

pub use capacity_provider::{CapacityProvider, CapacityProviderStrategyItem};
pub use cluster::{Cluster, DEFAULT_CLUSTER};
pub use container_instance::{ContainerInstance, Resource, Resources};
pub use deployment::{Deployment, DeploymentConfiguration, ServiceDeployment};
pub use event::Event;
pub use exception::{Exception, ExceptionName};
pub use failure::{Failure, FailureReason};
pub use load_balancer::LoadBalancer;
pub use named::UnknownName;
pub use network::{
    AssignPublicIp, AwsVpcConfiguration, NetworkBinding, NetworkConfiguration, NetworkInterface,
};
pub use operation::{Operation, Request};
pub use placement::{
    PlacementConstraint, PlacementConstraintType, PlacementStrategy, PlacementStrategyType,
};
pub use quota::Quotas;
pub use service::{SchedulingStrategy, Service, ServiceEvent};
pub use service_revision::ServiceRevision;
pub use stop_reason::TaskStopCode;
pub use task::{Attachment, Container, HealthStatus, Task, TaskStatus};
pub use task_set::TaskSet;
