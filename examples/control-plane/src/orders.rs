//! The port of agents: what they shall do, and what they say.

use std::sync::Arc;

use ecs_model::HealthStatus;
use ecs_model::operation::SubmitTaskStateChangeRequest;
use ecs_placement::service::TargetHealth;

use crate::Owner;

/// What the agent of a container instance, or Fargate, shall do for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentOrder {
    /// Whose cluster it is.
    pub owner: Owner,
    /// The name of the cluster.
    pub cluster: Arc<str>,
    /// The ARN of the task.
    pub task: Arc<str>,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done for a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// Take the task over and start its containers. It is [reported](AgentReport::Launched) that
    /// the agent has it.
    Launch,
    /// Stop the containers.
    Stop,
    /// Enter the task in the target groups of its service; what they say of it is
    /// [reported](AgentReport::Target).
    Register,
    /// Take the task out of its target groups.
    Deregister,
    /// The task is gone from ECS: nothing of it is of interest any more.
    Forget,
}

/// What an agent says of a task.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AgentReport {
    /// The agent has the task.
    Launched,
    /// As it is submitted by `SubmitTaskStateChange`.
    State(Box<SubmitTaskStateChangeRequest>),
    /// What the health check of a container says.
    Health {
        /// The name of the container.
        container: Box<str>,
        /// What it says.
        health: HealthStatus,
    },
    /// What the target groups say of the task.
    Target {
        /// What they say.
        health: TargetHealth,
    },
}
