//! [`FailedStep`]: what follows when the container runtime cannot take a step.

use super::{ImagePull, RuntimeError};
use crate::ContainerStatus;

/// What follows from a step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FailedStep {
    /// How far the container is now.
    pub known: ContainerStatus,
    /// Whether the container is to stop.
    pub stops_container: bool,
    /// Whether the whole task is to stop.
    pub stops_task: bool,
    /// Whether the container may run nevertheless, so that it is stopped to be sure.
    pub may_run: bool,
}

impl FailedStep {
    /// What follows when the step to `step` of a container fails that has come as far as `known`.
    ///
    /// A pull that fails is the end of the task, or the image on the host is tried. A container that
    /// cannot be created or started stops where it is. A container that cannot be stopped is not there.
    ///
    /// ```
    /// use ecs_state::{ContainerStatus, FailedStep, ImagePull, RuntimeError};
    ///
    /// let error = RuntimeError::new("CannotPullContainerError", "no such image");
    /// let step = ContainerStatus::Pulled;
    /// let known = ContainerStatus::ManifestPulled;
    /// assert_eq!(FailedStep::of(step, known, &error, ImagePull::Default).known, step);
    /// assert!(FailedStep::of(step, known, &error, ImagePull::Always).stops_task);
    /// ```
    ///
    /// Source: amazon-ecs-agent, task manager.
    #[must_use]
    pub fn of(
        step: ContainerStatus,
        known: ContainerStatus,
        error: &RuntimeError,
        image_pull: ImagePull,
    ) -> Self {
        let stays = Self {
            known,
            stops_container: false,
            stops_task: false,
            may_run: false,
        };
        match step {
            ContainerStatus::ManifestPulled | ContainerStatus::Pulled => match image_pull.goes_on()
            {
                true => Self {
                    known: step,
                    ..stays
                },
                false => Self {
                    stops_task: true,
                    ..stays
                },
            },
            ContainerStatus::Stopped => Self {
                known: step,
                stops_container: true,
                ..stays
            },
            _ => Self {
                stops_container: true,
                may_run: step == ContainerStatus::Running && error.may_have_started(),
                ..stays
            },
        }
    }
}
