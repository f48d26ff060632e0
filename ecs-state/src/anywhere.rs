//! ECS Anywhere: an activation and its registrations, a machine outside of AWS on its way into a
//! cluster and out again, and its move to another one.
//!
//! - [`Activation`] counts the machines that register with it.
//! - [`ExternalInstance`] is one such machine.
//! - [`ClusterMove`] is what somebody does on it, step by step, to move it.
//!
//! The documents and tables behind them are in [`ecs_model::anywhere`].
//!
//! Source: Developer Guide,
//! [external instances](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html);
//! Systems Manager User Guide, hybrid activations.

mod activation;
mod cluster_move;
mod event;
mod external_instance;

pub use activation::{Activation, ActivationError};
pub use cluster_move::{
    ClusterMove, ClusterMoveError, LINUX_AGENT_DATA, MoveProcedure, MoveStep, WINDOWS_AGENT_DATA,
};
pub use event::{ActivationEvent, ExternalEvent, MoveEvent};
pub use external_instance::{
    ExternalAction, ExternalInstance, ExternalInstanceError, ExternalPhase,
};
