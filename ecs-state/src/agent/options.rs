//! What of an agent's configuration changes how a task goes.

use serde::{Deserialize, Serialize};

use crate::{Behaviour, DependentPull};

/// What of an agent's configuration changes how a task goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct AgentOptions {
    /// `ECS_IMAGE_PULL_BEHAVIOR`.
    pub image_pull: ImagePull,
    /// `ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT`.
    pub dependent_pull: DependentPull,
    /// Whose rules are followed.
    pub behaviour: Behaviour,
}

impl AgentOptions {
    /// Sets when images are pulled.
    #[must_use]
    pub const fn with_image_pull(mut self, image_pull: ImagePull) -> Self {
        self.image_pull = image_pull;
        self
    }

    /// Sets when the images of containers with dependencies are pulled.
    #[must_use]
    pub const fn with_dependent_pull(mut self, dependent_pull: DependentPull) -> Self {
        self.dependent_pull = dependent_pull;
        self
    }

    /// Sets whose rules are followed.
    #[must_use]
    pub const fn with_behaviour(mut self, behaviour: Behaviour) -> Self {
        self.behaviour = behaviour;
        self
    }
}

/// When an agent pulls images, and whether a task goes on if that fails.
///
/// Source: agent variable `ECS_IMAGE_PULL_BEHAVIOR`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ImagePull {
    /// Pull; go on with the image on the host if that fails.
    #[default]
    Default,
    /// Pull; stop the task if that fails.
    Always,
    /// Pull what was never pulled; stop the task if that fails.
    Once,
    /// Pull what is not on the host; go on if that fails.
    PreferCached,
}

impl ImagePull {
    /// Whether a task goes on with the image on the host when a pull fails.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Default | Self::PreferCached)
    }
}
