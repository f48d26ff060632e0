//! The container agent: its configuration, its versions, its introspection API and its log.
//!
//! - [`EcsConfig`] is what somebody wrote into `ecs.config` or an environment, with a
//!   [`Finding`](ecs_taskdef::Finding) for each suspicious line; [`AgentConfig`] is what it means, by the table of
//!   [`Variable`]s.
//! - [`AgentContainer`] starts an agent with it by `docker run`.
//! - [`RegistryAuth`] says with which credentials an image is pulled.
//! - [`minimum_docker`], [`AgentFeature`] and [`AgentUpdateSubject`] say what an agent of a
//!   [`Version`](crate::version::Version) needs, can do and may become.
//! - [`AgentMetadata`] and [`IntrospectedTasks`] are what the introspection API answers to an
//!   [`IntrospectionRequest`].
//! - [`LogRecord`] and [`InitLogRecord`] are lines of the logs.
//!
//! Nothing here shows a secret unless it is asked to: see [`Secret`] and [`Secrets`].

mod config;
mod config_value;
mod docker_run;
mod duration;
mod ecs_config;
mod introspection;
mod log;
mod log_level;
mod registry_auth;
mod release;
mod rule;
mod secret;
mod update;
mod variable;

pub use config::{AgentConfig, Origin, ReservedMemoryError, Setting};
pub use config_value::ConfigValue;
pub use docker_run::{AgentContainer, CgroupMount};
pub use ecs_config::{EcsConfig, UnwritableVariable, Written};
pub use introspection::{
    AgentMetadata, DockerId, DockerIdError, INTROSPECTION_PORT, IntrospectedContainer,
    IntrospectedTask, IntrospectedTasks, IntrospectionAnswer, IntrospectionRequest, ReportedAgent,
};
pub use log::{AGENT_LOG_PATH, ECS_INIT_LOG_PATH, InitLogRecord, LogLineError, LogRecord};
pub use log_level::LogLevel;
pub use registry_auth::{AuthFormat, RegistryAuth, RegistryCredentials};
pub use release::{
    AGENT_RELEASES_2015, AMI_RELEASES_2015, AgentFeature, AgentRelease, AmiRelease,
    MINIMUM_CLI_2015, MINIMUM_DOCKER_2015, RECOMMENDED_DOCKER_2015, is_supported, minimum_docker,
    runs_with_docker,
};
pub(crate) use rule::RULES;
pub use secret::{Secret, Secrets, exposing};
pub use update::{AgentHost, AgentUpdateRefusal, AgentUpdateSubject};
pub use variable::{
    Bounds, Component, DefaultValue, HostOs, Limits, Outside, Variable, VariableKind,
};
