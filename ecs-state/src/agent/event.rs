//! What the container runtime says, and what it changes.

use ecs_model::{HealthStatus, NetworkBinding, stop_reason};

use super::{AgentAction, AgentTask};
use crate::{ContainerStatus, DesiredStatus, Verdict};

/// What the container runtime did with a container.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RuntimeEvent {
    /// The digest of the image was looked up.
    ManifestPulled {
        /// The digest, if the registry gave one.
        digest: Option<String>,
    },
    /// The image is on the host.
    Pulled,
    /// The container was created.
    Created {
        /// The id that the runtime gave it.
        runtime_id: Option<String>,
    },
    /// The container runs.
    Started {
        /// The ports that lead to it.
        network_bindings: Vec<NetworkBinding>,
    },
    /// The network of the task is set up in the container.
    NetworkProvisioned,
    /// The container's process ended.
    Stopped {
        /// Its exit code.
        exit_code: Option<i32>,
        /// What the runtime says about it, such as `OutOfMemoryError: ...`.
        reason: Option<String>,
    },
    /// A step that was asked for failed.
    ///
    /// A failed stop says that the container is not there any more. Do not pass it on while the
    /// runtime does not answer at all.
    Failed {
        /// The status that the step would have led to.
        step: ContainerStatus,
        /// What went wrong.
        error: RuntimeError,
    },
    /// The container's health check has decided.
    Health(HealthStatus),
}

/// An error of the container runtime, with the name that the agent gives it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct RuntimeError {
    /// The agent's name, such as `CannotPullContainerError`.
    pub name: String,
    /// The runtime's text.
    pub message: String,
}

impl RuntimeError {
    /// An error with this name and text.
    #[must_use]
    pub fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
        }
    }

    /// Whether a container may run although starting it failed with this error.
    fn may_have_started(&self) -> bool {
        matches!(
            self.name.as_str(),
            "DockerTimeoutError" | "CannotInspectContainerError"
        )
    }
}

impl RuntimeEvent {
    /// The status that the event says was reached.
    const fn status(&self) -> Option<ContainerStatus> {
        match self {
            Self::ManifestPulled { .. } => Some(ContainerStatus::ManifestPulled),
            Self::Pulled => Some(ContainerStatus::Pulled),
            Self::Created { .. } => Some(ContainerStatus::Created),
            Self::Started { .. } => Some(ContainerStatus::Running),
            Self::NetworkProvisioned => Some(ContainerStatus::ResourcesProvisioned),
            Self::Stopped { .. } => Some(ContainerStatus::Stopped),
            Self::Failed { .. } | Self::Health(_) => None,
        }
    }
}

impl AgentTask {
    pub(super) fn apply(&mut self, index: usize, event: RuntimeEvent) -> Verdict {
        let event = match self.apply_restart(index, event) {
            Ok(verdict) => return verdict,
            Err(event) => event,
        };
        match event {
            RuntimeEvent::Health(health) => self.set_health(index, health),
            RuntimeEvent::Failed { step, error } => self.fail(index, step, &error),
            event => self.reach(index, event),
        }
    }

    fn set_health(&mut self, index: usize, health: HealthStatus) -> Verdict {
        let Some(container) = self.containers.get_mut(index) else {
            return Verdict::Stale;
        };
        if container.is_stopped() {
            return Verdict::Stale;
        }
        if container.health == health {
            return Verdict::Duplicate;
        }
        container.health = health;
        Verdict::Applied
    }

    fn reach(&mut self, index: usize, event: RuntimeEvent) -> Verdict {
        let Some(status) = event.status() else {
            return Verdict::Stale;
        };
        let Some(container) = self.containers.get_mut(index) else {
            return Verdict::Stale;
        };
        if status == container.known {
            return Verdict::Duplicate;
        }
        if status < container.known {
            if container.is_stopped() && status.is_running() {
                self.stop_again(index);
            }
            return Verdict::Stale;
        }
        let now = self.now;
        container.known = status;
        if container.in_flight.is_some_and(|step| step <= status) {
            container.in_flight = None;
        }
        match event {
            RuntimeEvent::ManifestPulled { digest } => container.image_digest = digest,
            RuntimeEvent::Pulled => self.pull_stopped_at = Some(now),
            RuntimeEvent::Created { runtime_id } => container.runtime_id = runtime_id,
            RuntimeEvent::Started { network_bindings } => {
                container.started_at.get_or_insert(now);
                container.network_bindings = network_bindings;
            }
            RuntimeEvent::Stopped { exit_code, reason } => {
                container.exit_code = exit_code;
                if container.reason.is_none() {
                    container.reason = reason;
                }
                container.stop();
                self.end_with_essential(index);
            }
            _ => {}
        }
        Verdict::Applied
    }

    /// An essential container has stopped.
    pub(super) fn end_with_essential(&mut self, index: usize) {
        if self.spec.is_essential(index) {
            let now = self.now;
            self.execution_stopped_at.get_or_insert(now);
            self.stop_with_essential(index);
        }
    }

    /// The end of an essential container, or that it will end, is the end of the task.
    pub(super) fn stop_with_essential(&mut self, index: usize) {
        if self.desired == DesiredStatus::Stopped || !self.spec.is_essential(index) {
            return;
        }
        let error = self
            .containers
            .get(index)
            .filter(|container| container.started_at.is_none())
            .and_then(|container| container.reason.clone());
        self.stop_because(|| {
            error.unwrap_or_else(|| stop_reason::ESSENTIAL_CONTAINER_EXITED.to_owned())
        });
    }

    fn fail(&mut self, index: usize, step: ContainerStatus, error: &RuntimeError) -> Verdict {
        let goes_on = self.options.image_pull.goes_on();
        let now = self.now;
        let Some(container) = self.containers.get_mut(index) else {
            return Verdict::Stale;
        };
        if step <= container.known {
            return if step == container.known {
                Verdict::Duplicate
            } else {
                Verdict::Stale
            };
        }
        container.in_flight = None;
        container
            .reason
            .get_or_insert_with(|| stop_reason::agent_error(&error.name, &error.message));
        match step {
            ContainerStatus::ManifestPulled | ContainerStatus::Pulled if goes_on => {
                container.known = step;
                if step == ContainerStatus::Pulled {
                    self.pull_stopped_at = Some(now);
                }
            }
            ContainerStatus::ManifestPulled | ContainerStatus::Pulled => {
                self.stop_because(|| stop_reason::agent_error(&error.name, &error.message));
            }
            ContainerStatus::Stopped => {
                container.stop();
                self.end_with_essential(index);
            }
            _ => {
                container.desired = ContainerStatus::Stopped;
                if step == ContainerStatus::Running && error.may_have_started() {
                    self.push_stop(index);
                }
            }
        }
        Verdict::Applied
    }

    /// A container that runs although it had stopped is stopped once more, and only once.
    fn stop_again(&mut self, index: usize) {
        let Some(container) = self.containers.get_mut(index) else {
            return;
        };
        if !container.stopped_again {
            container.stopped_again = true;
            self.push_stop(index);
        }
    }

    fn push_stop(&mut self, index: usize) {
        if let Some(spec) = self.spec.container(index) {
            self.actions.push_back(AgentAction::Stop {
                container: spec.name.clone(),
            });
        }
    }
}
