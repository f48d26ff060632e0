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
//! let instances = response.container_instances.unwrap_or_default();
//! assert_eq!(instances[0].remaining().cpu(), Some(2_038));
//! assert!(instances[0].remaining().ports().contains(&22));
//! # Ok::<(), serde_json::Error>(())
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
//! | tasks and their containers | [`task`], [`placement`], [`network`], [`volume`] |
//! | services | [`mod@service`], [`load_balancer`], [`service_connect`], [`gateway`] |
//! | versions of a service | [`deployment`], [`service_revision`], [`task_set`] |
//! | what ECS answers and tells | [`exception`], [`failure`], [`stop_reason`], [`service_message`], [`event`] |
//! | what it allows | [`rules`], [`quota`], [`account_setting`] |
//! | what an agent says and is told | [`agent`], [`anywhere`], [`version`] |
//! | how busy it is | [`metrics`] |
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
pub mod cluster;
pub mod container_instance;
mod deletion;
pub mod deployment;
pub mod event;
pub mod exception;
pub mod failure;
pub mod gateway;
pub mod load_balancer;
pub mod metrics;
pub mod network;
pub mod operation;
pub mod placement;
pub mod quota;
pub mod rules;
pub mod service;
pub mod service_connect;
pub mod service_message;
pub mod service_revision;
pub mod stop_reason;
pub mod task;
pub mod task_set;
pub mod version;
pub mod volume;

pub use ecs_taskdef::{
    Attribute, Compatibility as LaunchType, Edition, Finding, Findings, KeyValuePair, NetworkMode,
    Rule, Severity, Source, Tag, TaskOverride, Timestamp, TimestampError,
};

pub use capacity_provider::{CapacityProvider, CapacityProviderStrategyItem};
pub use cluster::{Cluster, DEFAULT_CLUSTER};
pub use container_instance::{ContainerInstance, Resource, Resources};
pub use deployment::{Deployment, DeploymentConfiguration, ServiceDeployment};
pub use event::Event;
pub use exception::{Exception, ExceptionName};
pub use failure::{Failure, FailureReason};
pub use load_balancer::LoadBalancer;
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
pub use task::{Attachment, Container, HealthStatus, Task};
pub use task_set::TaskSet;
