//! What the container runtime says, and what it changes.

use ecs_model::{HealthStatus, NetworkBinding, stop_reason};
use serde::{Deserialize, Serialize};

use super::queue::Verb;
use super::{AgentTask, FailedStep};
use crate::bindings::Bindings;
use crate::health::Health;
use crate::{ContainerStatus, ManagedAgentStatus, Rejection, StopSignal, Verdict};

/// What the container runtime did with a container.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum RuntimeEvent {
    /// The digest of the image was looked up.
    ManifestPulled {
        /// The digest, if the registry gave one.
        digest: Option<String>,
    },
    /// The image is on the host.
    Pulled,
    /// The image asks for this signal when its process is to end. Without this event it is
    /// `SIGTERM`.
    StopSignal(StopSignal),
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
    /// The agent of ECS Exec runs in the container.
    ManagedAgentStarted,
    /// The agent of ECS Exec ended or cannot be started.
    ManagedAgentStopped {
        /// Why.
        reason: Option<String>,
    },
}

/// What became of a resource of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ResourceEvent {
    /// It was created.
    Created,
    /// It cannot be created: the task stops for this reason.
    Failed {
        /// Why.
        reason: String,
    },
    /// It was removed.
    Removed,
}

/// An error of the container runtime, with the name that the agent gives it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[error("{name}: {message}")]
#[non_exhaustive]
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

    /// Whether a container may run although starting it failed with this error: the runtime took
    /// too long, hung up, or could not say.
    pub(super) fn may_have_started(&self) -> bool {
        let unsure = ["DockerTimeoutError", "CannotInspectContainerError"];
        unsure.contains(&self.name.as_str()) || self.message.ends_with("EOF")
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
            _ => None,
        }
    }
}

impl AgentTask {
    /// Why an event is not taken, if it is not.
    pub(super) fn refuse(&self, index: usize, event: &RuntimeEvent) -> Option<Rejection> {
        let node = self.spec.node(index)?;
        let container = || node.name.as_ref().to_owned();
        match event {
            RuntimeEvent::Health(health) if !node.has_health_check => {
                Some(Rejection::NoHealthCheck {
                    container: container(),
                    health: health.clone(),
                })
            }
            RuntimeEvent::ManagedAgentStarted | RuntimeEvent::ManagedAgentStopped { .. }
                if !node.managed_agent =>
            {
                Some(Rejection::NoManagedAgent(container()))
            }
            _ => None,
        }
    }

    pub(super) fn take_event(&mut self, index: usize, event: RuntimeEvent) -> Verdict {
        let event = match self.take_restart(index, event) {
            Ok(verdict) => return verdict,
            Err(event) => event,
        };
        match event {
            RuntimeEvent::Health(health) => self.set_health(index, &health),
            RuntimeEvent::StopSignal(signal) => self.set_stop_signal(index, signal),
            RuntimeEvent::Failed { step, error } => self.fail(index, step, &error),
            RuntimeEvent::ManagedAgentStarted => {
                self.move_agent(index, ManagedAgentStatus::Running, None)
            }
            RuntimeEvent::ManagedAgentStopped { reason } => {
                self.move_agent(index, ManagedAgentStatus::Stopped, reason.as_deref())
            }
            event => self.reach(index, event),
        }
    }

    fn set_health(&mut self, index: usize, health: &HealthStatus) -> Verdict {
        let (Some(container), Some(node)) = (self.containers.get_mut(index), self.spec.node(index))
        else {
            return Verdict::Stale;
        };
        if container.is_stopped() {
            return Verdict::Stale;
        }
        let health = Health::from(health);
        if container.health == health {
            return Verdict::Duplicate;
        }
        container.health = health;
        self.untold.health |= 1 << index;
        self.marks.again |= node.watchers;
        Verdict::Applied
    }

    fn set_stop_signal(&mut self, index: usize, signal: StopSignal) -> Verdict {
        let Some(container) = self.containers.get_mut(index) else {
            return Verdict::Stale;
        };
        if container.stop_signal == signal {
            return Verdict::Duplicate;
        }
        container.stop_signal = signal;
        Verdict::Applied
    }

    fn reach(&mut self, index: usize, event: RuntimeEvent) -> Verdict {
        let (Some(status), Some(container)) = (event.status(), self.containers.get_mut(index))
        else {
            return Verdict::Stale;
        };
        let known = container.known();
        if status == known {
            return Verdict::Duplicate;
        }
        if status < known {
            if container.is_stopped() && status.is_running() {
                self.stop_again(index);
            }
            return Verdict::Stale;
        }
        if container.in_flight.is_some_and(|step| step <= status) {
            self.land(index);
        }
        if let RuntimeEvent::Stopped { exit_code, reason } = event {
            self.end(index, exit_code, reason);
            return Verdict::Applied;
        }
        self.note(index, event);
        self.set_known(index, status);
        self.begin_agent(index, status);
        Verdict::Applied
    }

    /// What an event on the way up says besides the status.
    fn note(&mut self, index: usize, event: RuntimeEvent) {
        let now = self.now;
        let Some(container) = self.containers.get_mut(index) else {
            return;
        };
        match event {
            RuntimeEvent::ManifestPulled { digest } => container.image_digest = digest,
            RuntimeEvent::Pulled => self.pull_stopped_at = now,
            RuntimeEvent::Created { runtime_id } => container.runtime_id = runtime_id,
            RuntimeEvent::Started { network_bindings } => {
                container.started_at.set_once(now);
                container.network_bindings = Bindings(network_bindings);
                // What went wrong before, such as a pull, did not matter.
                container.reason = None;
            }
            _ => {}
        }
    }

    fn end(&mut self, index: usize, exit_code: Option<i32>, reason: Option<String>) {
        if let Some(container) = self.containers.get_mut(index) {
            container.exit_code = exit_code;
            if container.reason.is_none() {
                container.reason = reason;
            }
        }
        self.set_stopped(index);
    }

    fn fail(&mut self, index: usize, step: ContainerStatus, error: &RuntimeError) -> Verdict {
        let Some(container) = self.containers.get_mut(index) else {
            return Verdict::Stale;
        };
        let known = container.known();
        if step <= known {
            return match step == known {
                true => Verdict::Duplicate,
                false => Verdict::Stale,
            };
        }
        let text = || stop_reason::agent_error(&error.name, &error.message);
        container.reason.get_or_insert_with(text);
        self.land(index);
        let outcome = FailedStep::of(step, known, error, self.options.image_pull);
        if step == ContainerStatus::Pulled && outcome.known == step {
            self.pull_stopped_at = self.now;
        }
        if outcome.known == ContainerStatus::Stopped {
            self.set_stopped(index);
        } else if outcome.known != known {
            self.set_known(index, outcome.known);
        }
        if outcome.stops_task {
            self.stop_task(Some(text().into()));
        }
        if outcome.stops_container {
            self.stop_container(index);
        }
        if outcome.may_run {
            self.actions.push(Verb::Stop, index);
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
            self.actions.push(Verb::Stop, index);
        }
    }
}
