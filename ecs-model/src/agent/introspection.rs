//! The introspection API of the agent: its documents, its requests and its answers.

mod docker_id;
mod request;

use ecs_taskdef::shape;

use crate::version::{AgentVersion, VersionError};

pub use docker_id::{DockerId, DockerIdError};
pub use request::{IntrospectionAnswer, IntrospectionRequest};

/// The port that the agent answers on, of the instance itself.
pub const INTROSPECTION_PORT: u16 = 51_678;

shape! {
    /// What an agent says of itself at `/v1/metadata`.
    ///
    /// ```
    /// use ecs_model::agent::{AgentMetadata, ReportedAgent};
    /// use ecs_model::version::Version;
    ///
    /// let text = r#"{
    ///     "Cluster": "default",
    ///     "ContainerInstanceArn": null,
    ///     "Version": "Amazon ECS Agent - v1.4.0 (4ab1051)"
    /// }"#;
    /// let metadata: AgentMetadata = serde_json::from_str(text)?;
    /// assert_eq!(metadata.container_instance_arn, None);
    /// match metadata.agent()? {
    ///     ReportedAgent::Version(agent) => assert_eq!(agent.version, Version::new(1, 4, 0)),
    ///     _ => unreachable!(),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Source: Developer Guide, container agent introspection.
    pub struct AgentMetadata {
        /// The cluster.
        cluster: String = "Cluster",
        /// The ARN of the container instance; `null` until it is registered.
        container_instance_arn: String = "ContainerInstanceArn",
        /// The version of the agent in its long form.
        version: String = "Version",
    }
}

/// Which agent wrote an [`AgentMetadata`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportedAgent {
    /// One that says its version.
    Version(AgentVersion),
    /// One that does not: version 0.0.3 or before.
    BeforeVersion1,
}

impl AgentMetadata {
    /// Which agent it is.
    ///
    /// # Errors
    ///
    /// [`VersionError`] if what stands there is no version.
    pub fn agent(&self) -> Result<ReportedAgent, VersionError> {
        match &self.version {
            Some(version) => version.parse().map(ReportedAgent::Version),
            None => Ok(ReportedAgent::BeforeVersion1),
        }
    }
}

shape! {
    /// The tasks of an agent, as `/v1/tasks` lists them.
    ///
    /// Source: Developer Guide, container agent introspection.
    pub struct IntrospectedTasks {
        /// The tasks.
        tasks: Vec<IntrospectedTask> = "Tasks",
    }
}

shape! {
    /// A task as the agent sees it.
    ///
    /// Source: Developer Guide, container agent introspection.
    pub struct IntrospectedTask {
        /// The ARN of the task.
        arn: String = "Arn",
        /// What the task shall become; absent where it says nothing that is not known.
        desired_status: String = "DesiredStatus",
        /// What the task is.
        known_status: String = "KnownStatus",
        /// The family of the task definition.
        family: String = "Family",
        /// The revision of the task definition, as a string.
        version: String = "Version",
        /// The containers that the task definition names.
        containers: Vec<IntrospectedContainer> = "Containers",
    }
}

shape! {
    /// A container of an [`IntrospectedTask`].
    ///
    /// Source: Developer Guide, container agent introspection.
    pub struct IntrospectedContainer {
        /// The id that Docker has given it: 64 hexadecimal digits.
        docker_id: String = "DockerId",
        /// The name that the agent has given it in Docker.
        docker_name: String = "DockerName",
        /// The name in the task definition.
        name: String = "Name",
    }
}

impl IntrospectedTask {
    /// The revision of the task definition, if there is one and it is a number.
    #[must_use]
    pub fn revision(&self) -> Option<u32> {
        self.version()?.parse().ok()
    }

    /// The desired status that the agent shows for a task: none for one that is stopped or runs
    /// although it should not yet, because the wish is behind the times.
    ///
    /// ```
    /// use ecs_model::agent::IntrospectedTask;
    ///
    /// let shown = IntrospectedTask::shown_desired_status;
    /// assert_eq!(shown("RUNNING", "RUNNING"), Some("RUNNING"));
    /// assert_eq!(shown("STOPPED", "RUNNING"), None);
    /// assert_eq!(shown("STOPPED", "STOPPED"), Some("STOPPED"));
    /// assert_eq!(shown("RUNNING", "PENDING"), None);
    /// ```
    #[must_use]
    pub fn shown_desired_status<'a>(known: &str, desired: &'a str) -> Option<&'a str> {
        match (known, desired) {
            ("STOPPED", desired) if desired != "STOPPED" => None,
            ("RUNNING", "PENDING") => None,
            (_, desired) => Some(desired),
        }
    }

    /// Whether one of the containers has this id, or one that begins with it if it is short.
    #[must_use]
    pub fn has_container(&self, id: &DockerId) -> bool {
        let ids = self.containers().iter();
        ids.filter_map(|container| container.docker_id())
            .any(|found| id.is_of(found))
    }
}

impl IntrospectedContainer {
    /// The id that Docker has given it.
    ///
    /// # Errors
    ///
    /// [`DockerIdError`] if it is absent or is not 64 hexadecimal digits.
    pub fn full_docker_id(&self) -> Result<DockerId, DockerIdError> {
        DockerId::parse(self.docker_id().unwrap_or_default())
    }
}
