//! Versions of Docker, ecs-init and the agent, which are not always SemVer.
//!
//! A [`ContainerInstance`](crate::ContainerInstance) has them in its `versionInfo`.
//!
//! Source: API shape `VersionInfo`; the release pages of the agent and of Docker.

pub use ecs_taskdef::{AgentVersion, Version, VersionError};
