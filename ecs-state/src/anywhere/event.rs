//! Everything that can happen to an activation, a machine and a move.

use ecs_model::Timestamp;
use ecs_model::agent::{EcsConfig, exposing};
use ecs_model::anywhere::ManagedInstanceId;
use serde::{Deserialize, Serialize};

use super::{
    Activation, ActivationError, ClusterMove, ClusterMoveError, ExternalInstance,
    ExternalInstanceError, MoveStep,
};
use crate::{Record, Recorded};

/// Everything that can happen to an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ActivationEvent {
    /// A machine registers whose code was [checked](Activation::check_code): the code itself is in
    /// no record. [`Activation::handle_registration`] does both.
    Registered,
}

impl Recorded for Activation {
    type Event = ActivationEvent;
    type Outcome = Result<(), ActivationError>;

    const RECORD: &'static str = "record of an activation";

    fn handle(&mut self, event: &ActivationEvent, now: Timestamp) -> Self::Outcome {
        match event {
            ActivationEvent::Registered => self.count_registration(now),
        }
    }
}

/// Everything that can happen to a machine, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ExternalEvent {
    /// It is managed from now on. The activation has a record of its own;
    /// [`ExternalInstance::handle_activate`] changes both.
    Activated {
        /// The id of the activation.
        activation: String,
        /// The id of the machine.
        managed_instance: ManagedInstanceId,
    },
    /// [`ExternalInstance::handle_agent_installed`]. What is secret in the configuration is written
    /// only by [`ExternalInstance::record_with_secrets`].
    AgentInstalled {
        /// The configuration of the agent.
        config: EcsConfig,
    },
    /// [`ExternalInstance::handle_registered`].
    Registered {
        /// The ARN of the container instance.
        arn: String,
    },
    /// [`ExternalInstance::handle_agent_disconnected`].
    AgentDisconnected,
    /// [`ExternalInstance::handle_agent_connected`].
    AgentConnected,
    /// [`ExternalInstance::handle_moved`].
    Moved {
        /// The name of the other cluster.
        cluster: String,
        /// The ARN of the container instance there.
        arn: String,
    },
    /// [`ExternalInstance::handle_deregister`].
    Deregister,
    /// [`ExternalInstance::handle_deregister_managed_instance`].
    DeregisterManagedInstance,
    /// [`ExternalInstance::handle_cleaned`].
    Cleaned,
    /// [`ExternalInstance::handle_timeout`].
    Timeout,
}

impl Recorded for ExternalInstance {
    type Event = ExternalEvent;
    type Outcome = Result<(), ExternalInstanceError>;

    const RECORD: &'static str = "record of an external instance";

    fn handle(&mut self, event: &ExternalEvent, now: Timestamp) -> Self::Outcome {
        match event {
            ExternalEvent::Activated {
                activation,
                managed_instance,
            } => self.become_managed(activation, managed_instance.clone(), now),
            ExternalEvent::AgentInstalled { config } => {
                self.handle_agent_installed(config.clone(), now)
            }
            ExternalEvent::Registered { arn } => self.handle_registered(arn.as_str(), now),
            ExternalEvent::AgentDisconnected => self.handle_agent_disconnected(now),
            ExternalEvent::AgentConnected => self.handle_agent_connected(now),
            ExternalEvent::Moved { cluster, arn } => self.handle_moved(cluster, arn.as_str(), now),
            ExternalEvent::Deregister => self.handle_deregister(now),
            ExternalEvent::DeregisterManagedInstance => {
                self.handle_deregister_managed_instance(now)
            }
            ExternalEvent::Cleaned => self.handle_cleaned(now),
            ExternalEvent::Timeout => {
                let _ = self.handle_timeout(now);
                Ok(())
            }
        }
    }
}

impl ExternalInstance {
    /// Serialises all of a record, what is secret in the agent's configuration too: keep the result
    /// as secret as it is. Without that a record with secrets cannot be read back.
    #[must_use]
    pub fn record_with_secrets(record: &Record<Self>) -> impl Serialize + '_ {
        let config = match record.event() {
            ExternalEvent::AgentInstalled { config } => Some(config.with_secrets()),
            _ => None,
        };
        exposing(record, "/event/agentInstalled/config", config)
    }
}

/// Everything that can happen to a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MoveEvent {
    /// [`ClusterMove::handle_step_done`].
    StepDone(MoveStep),
}

impl Recorded for ClusterMove {
    type Event = MoveEvent;
    type Outcome = Result<(), ClusterMoveError>;

    const RECORD: &'static str = "record of a move to another cluster";

    fn handle(&mut self, event: &MoveEvent, now: Timestamp) -> Self::Outcome {
        match event {
            MoveEvent::StepDone(step) => self.handle_step_done(*step, now),
        }
    }
}
