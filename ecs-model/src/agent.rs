//! The container agent: its configuration.
//!
//! - [`EcsConfig`] is what somebody wrote into `ecs.config` or an environment, with a
//!   [`ConfigFinding`] for each suspicious line; [`AgentConfig`] is what it means, by the table of
//!   [`Variable`]s.
//! - [`RegistryAuth`] says with which credentials an image is pulled.
//!
//! Nothing here shows a secret unless it is asked to: see [`Secret`] and [`Secrets`].

mod config;
mod config_value;
mod duration;
mod ecs_config;
mod finding;
mod log_level;
mod registry_auth;
mod secret;
mod variable;

pub use ecs_taskdef::{Edition, Severity};

pub use config::{AgentConfig, Origin, ReservedMemoryError, Setting};
pub use config_value::ConfigValue;
pub use ecs_config::{EcsConfig, UnwritableVariable, Written};
pub use finding::{ConfigFault, ConfigFinding};
pub use log_level::LogLevel;
pub use registry_auth::{AuthFormat, RegistryAuth, RegistryCredentials};
pub use secret::{Secret, Secrets};
pub use variable::{
    Bounds, Component, DefaultValue, HostOs, Limits, Outside, Variable, VariableKind,
};
