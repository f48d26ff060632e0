//! Changes of a cluster.

use std::sync::Arc;

use ecs_model::client_token::UsedToken;
use ecs_model::{Cluster, ContainerInstance, Tag, Task, Timestamp};
use ecs_placement::PlacementRequest;
use ecs_placement::service::{ServiceAction, ServiceChange};
use ecs_state::{
    InstanceAction, InstanceMachine, Phases, Record, TaskAction, TaskMachine, TaskSpec,
};
use serde::{Deserialize, Serialize};

/// A change of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ClusterChange {
    /// The cluster is created, the first time or again after it was deleted.
    Create {
        /// Its document.
        document: Box<Cluster>,
    },
    /// The cluster is described so from now on.
    Describe(Box<Cluster>),
    /// A resource has these tags from now on; none takes them away.
    Tags {
        /// The ARN of the cluster, a service, a task or a container instance.
        resource: Arc<str>,
        /// The tags.
        tags: Vec<Tag>,
    },
    /// Of the ledger of instances and tasks.
    Cell(Box<ecs_placement::Change>),
    /// Of the services.
    Service(Box<ServiceChange>),
    /// Tasks begin.
    Start(Box<NewTasks>),
    /// Something happens to a task.
    Task {
        /// Its ARN.
        task: Arc<str>,
        /// What.
        record: Box<Record<TaskMachine>>,
    },
    /// A task that waited for an instance has one.
    Place {
        /// The ARN of the task.
        task: Arc<str>,
        /// The ARN of the container instance.
        instance: Arc<str>,
    },
    /// A task is protected from scaling in and deployments.
    Protect {
        /// The ARN of the task.
        task: Arc<str>,
        /// Until when; none ends it.
        until: Option<Timestamp>,
    },
    /// A container instance registers.
    Register {
        /// Its document, without what its lifecycle decides.
        document: Box<ContainerInstance>,
        /// When.
        at: Timestamp,
    },
    /// A container instance is described so from now on.
    DescribeInstance(Box<ContainerInstance>),
    /// Something happens to a container instance.
    Instance {
        /// Its ARN.
        instance: Arc<str>,
        /// What.
        record: Box<Record<InstanceMachine>>,
    },
    /// A container instance can no longer be described.
    ForgetInstance {
        /// Its ARN.
        instance: Arc<str>,
    },
    /// A client token is used.
    Token {
        /// The token.
        token: String,
        /// For what.
        used: UsedToken,
    },
    /// The first of what is to be done is done, or was given to an agent.
    Done,
}

/// Tasks of one definition that begin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct NewTasks {
    /// Their documents, without what their lifecycle decides.
    pub tasks: Vec<Task>,
    /// What they are made of.
    pub spec: Arc<TaskSpec>,
    /// The phases that they pass.
    pub phases: Phases,
    /// By what they find an instance, if they wait for one of their capacity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_by: Option<Arc<PlacementRequest>>,
    /// When.
    pub at: Timestamp,
}

/// What is to be done for a task, a container instance or a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ToDo {
    /// For a task.
    Task {
        /// Its ARN.
        task: Arc<str>,
        /// What.
        action: TaskAction,
    },
    /// For a container instance.
    Instance {
        /// Its ARN.
        instance: Arc<str>,
        /// What.
        action: InstanceAction,
    },
    /// For a service.
    Service(Box<ServiceAction>),
}
