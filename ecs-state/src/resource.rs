//! [`ResourceStatus`] and [`ResourceSpec`]: what a task needs besides its containers.

use ecs_model::named;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ContainerStatus;

/// How far a resource of a task is, in order.
///
/// Source: amazon-ecs-agent, task resources.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ResourceStatus {
    /// Nothing was done yet.
    #[default]
    None,
    /// It is there.
    Created,
    /// It is gone, or will never be.
    Removed,
}

named! {
    ResourceStatus {
        None = "NONE",
        Created = "CREATED",
        Removed = "REMOVED",
    }
}

/// Something a task needs besides its containers: a volume, secrets, a control group, a credential
/// specification. It is created before the containers that need it go on, and removed after the
/// last container has stopped. One that cannot be created stops the task.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{
///     AgentTask, ContainerSpec, ContainerStatus, AgentAction, ResourceEvent, ResourceSpec, TaskSpec,
/// };
///
/// let secrets = ResourceSpec::new("secrets").required_by("web", ContainerStatus::ManifestPulled);
/// let spec = TaskSpec::new([ContainerSpec::new("web")])?.with_resources([secrets])?;
/// let now = Timestamp::from_seconds(0);
/// let mut task = AgentTask::new(spec, now);
/// assert_eq!(
///     task.poll_action(),
///     Some(AgentAction::CreateResource { resource: "secrets".into() })
/// );
/// assert_eq!(task.poll_action(), None);
/// assert_eq!(
///     task.waiting()[0].to_string(),
///     "container `web` is NONE and waits for the resource `secrets`, which is NONE"
/// );
/// let reason = "the secret does not exist".to_owned();
/// let _ = task.handle_resource("secrets", ResourceEvent::Failed { reason }, now);
/// assert_eq!(task.reason(), Some("The secret does not exist"));
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
///
/// Source: amazon-ecs-agent, task resources.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceSpec {
    pub(crate) name: Arc<str>,
    pub(crate) needs_credentials: bool,
    /// The containers that need it, each before the step to that status.
    pub(crate) required_by: Vec<(String, ContainerStatus)>,
    /// The containers that have to have come so far before it is created.
    pub(crate) created_after: Vec<(String, ContainerStatus)>,
}

impl ResourceSpec {
    /// A resource that nobody needs yet.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            needs_credentials: false,
            required_by: Vec::new(),
            created_after: Vec::new(),
        }
    }

    /// The container does not take the step to `before` until the resource is there.
    #[must_use]
    pub fn required_by(mut self, container: impl Into<String>, before: ContainerStatus) -> Self {
        self.required_by.push((container.into(), before));
        self
    }

    /// It is created only when the container has come as far as `needs`.
    #[must_use]
    pub fn created_after(mut self, container: impl Into<String>, needs: ContainerStatus) -> Self {
        self.created_after.push((container.into(), needs));
        self
    }

    /// It is created with the credentials of the task execution role.
    #[must_use]
    pub const fn with_credentials(mut self) -> Self {
        self.needs_credentials = true;
        self
    }

    /// The name, unique in the task.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }
}
