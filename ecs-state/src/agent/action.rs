//! [`AgentAction`]: what a host is to do for a task.

use core::time::Duration;
use std::sync::Arc;

use super::AgentTask;
use super::queue::{Queued, Verb};
use crate::StopSignal;

/// What a host is to do for a task.
///
/// Names are shared, not copied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgentAction {
    /// Find out the digest of the image.
    PullManifest {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Pull the image.
    Pull {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Create the container.
    Create {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Start the container.
    Start {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Set up the network of the task in the running container.
    ProvisionNetwork {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Start the agent of ECS Exec in the running container.
    StartManagedAgent {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Ask the container's process to end.
    Stop {
        /// The name of the container.
        container: Arc<str>,
        /// How it is asked.
        signal: StopSignal,
        /// How long it has; [`Kill`](Self::Kill) follows.
        timeout: Duration,
    },
    /// End the container's process: `SIGKILL`.
    Kill {
        /// The name of the container.
        container: Arc<str>,
    },
    /// Create a resource of the task.
    CreateResource {
        /// The name of the resource.
        resource: Arc<str>,
    },
    /// Remove a resource of the task.
    RemoveResource {
        /// The name of the resource.
        resource: Arc<str>,
    },
    /// Remove the containers and forget the task.
    CleanUp,
}

impl AgentAction {
    /// The container that the action is for, if it is for one.
    #[must_use]
    pub fn container(&self) -> Option<&Arc<str>> {
        match self {
            Self::PullManifest { container }
            | Self::Pull { container }
            | Self::Create { container }
            | Self::Start { container }
            | Self::ProvisionNetwork { container }
            | Self::StartManagedAgent { container }
            | Self::Stop { container, .. }
            | Self::Kill { container } => Some(container),
            Self::CreateResource { .. } | Self::RemoveResource { .. } | Self::CleanUp => None,
        }
    }
}

impl AgentTask {
    pub(super) fn lend_action(&self, queued: Queued) -> Option<AgentAction> {
        let index = usize::from(queued.index);
        match queued.verb {
            Verb::CleanUp => return Some(AgentAction::CleanUp),
            Verb::CreateResource | Verb::RemoveResource => {
                let resource = self.spec.resources().get(index)?.shared_name();
                return Some(match queued.verb {
                    Verb::CreateResource => AgentAction::CreateResource { resource },
                    _ => AgentAction::RemoveResource { resource },
                });
            }
            _ => {}
        }
        let node = self.spec.node(index)?;
        let container = Arc::clone(&node.name);
        Some(match queued.verb {
            Verb::PullManifest => AgentAction::PullManifest { container },
            Verb::Pull => AgentAction::Pull { container },
            Verb::Create => AgentAction::Create { container },
            Verb::Start => AgentAction::Start { container },
            Verb::ProvisionNetwork => AgentAction::ProvisionNetwork { container },
            Verb::StartManagedAgent => AgentAction::StartManagedAgent { container },
            Verb::Stop => AgentAction::Stop {
                container,
                signal: self.containers.get(index)?.stop_signal,
                timeout: node.stop_timeout,
            },
            _ => AgentAction::Kill { container },
        })
    }
}
