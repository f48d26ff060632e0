//! Why containers wait.

use core::fmt;

use ecs_model::{HealthStatus, Timestamp};

use super::hold::Held;
use super::{AgentTask, Hold};
use crate::{Condition, ContainerStatus, ResourceStatus};

/// A container that is not where it shall be, and what it waits for.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{AgentTask, Condition, ContainerSpec, RuntimeEvent, TaskSpec};
///
/// let spec = TaskSpec::new([
///     ContainerSpec::new("web").depends_on("db", Condition::Healthy),
///     ContainerSpec::new("db").with_health_check(),
/// ])?;
/// let now = Timestamp::from_seconds(0);
/// let mut task = AgentTask::new(spec, now);
/// let _ = task.handle_event("web", RuntimeEvent::ManifestPulled { digest: None }, now);
/// let waiting = task.waiting();
/// assert_eq!(
///     waiting[0].to_string(),
///     "container `web` is MANIFEST_PULLED and waits for HEALTHY of `db`, which is NONE with health UNKNOWN"
/// );
/// assert_eq!(waiting[0].since, now);
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wait<'a> {
    /// The name of the container that waits.
    pub container: &'a str,
    /// How far it is.
    pub known: ContainerStatus,
    /// What it waits for.
    pub cause: WaitCause<'a>,
    /// Since when it has not moved.
    pub since: Timestamp,
    /// When it stops waiting at the latest: it is killed, or given up.
    pub until: Option<Timestamp>,
}

/// What a container waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitCause<'a> {
    /// The container runtime, which works at this step.
    Runtime {
        /// The status that the step leads to.
        step: ContainerStatus,
    },
    /// The container runtime, which starts it again.
    Restart,
    /// The credentials of the task execution role.
    Credentials,
    /// A resource of the task.
    Resource {
        /// The name of the resource.
        name: &'a str,
        /// How far it is.
        known: ResourceStatus,
    },
    /// Another container, which is to come first.
    Container {
        /// The name of the other container.
        on: &'a str,
        /// How far it has to come.
        needs: ContainerStatus,
        /// How far it is.
        known: ContainerStatus,
    },
    /// A condition of `dependsOn`.
    Dependency {
        /// The name of the other container.
        on: &'a str,
        /// What has to happen to it.
        condition: Condition,
        /// How far it is.
        known: ContainerStatus,
        /// What its health check says, where it has one.
        health: Option<&'a HealthStatus>,
    },
    /// It shall stop, after containers that depend on it.
    Dependents {
        /// The names of those that have not stopped.
        running: Vec<&'a str>,
    },
}

impl AgentTask {
    /// Every container that is not where it shall be, with what it waits for.
    #[must_use]
    pub fn waiting(&self) -> Vec<Wait<'_>> {
        (0..self.containers.len())
            .filter_map(|index| self.wait(index))
            .collect()
    }

    fn wait(&self, index: usize) -> Option<Wait<'_>> {
        let container = self.containers.get(index)?;
        let node = self.spec.node(index)?;
        let known = container.known();
        if known >= container.desired && container.in_flight.is_none() {
            return None;
        }
        let cause = match container.in_flight {
            Some(_) if container.ended_with.is_some() => WaitCause::Restart,
            Some(step) => WaitCause::Runtime { step },
            None if container.shall_stop() => self.waits_to_stop(index),
            None => self.waits_for(index, self.hold(index, known.next(node.steady))?)?,
        };
        Some(Wait {
            container: &node.name,
            known,
            cause,
            since: container.since.get()?,
            until: match container.shall_stop() {
                true => container.kill_at.get(),
                false => self.deadline_of(index),
            },
        })
    }

    fn waits_to_stop(&self, index: usize) -> WaitCause<'_> {
        let steps = self.spec.node(index).map_or(&[][..], |node| &node.steps);
        let users = steps.iter().filter(|link| {
            let user = self.containers.get(link.on);
            link.before == ContainerStatus::Stopped && user.is_some_and(|user| !user.is_stopped())
        });
        let others = users.map(|link| link.on).chain(self.kept_up_by(index));
        let names = others.filter_map(|other| Some(self.spec.node(other)?.name.as_ref()));
        WaitCause::Dependents {
            running: names.collect(),
        }
    }

    fn waits_for(&self, index: usize, held: Held) -> Option<WaitCause<'_>> {
        let node = self.spec.node(index)?;
        Some(match held.hold {
            Hold::Credentials => WaitCause::Credentials,
            Hold::Resource => {
                let on = node.resources.get(held.position)?.on;
                WaitCause::Resource {
                    name: self.spec.resources().get(on)?.name(),
                    known: self.resources.get(on)?.known,
                }
            }
            Hold::Container => {
                let link = node.steps.get(held.position)?;
                WaitCause::Container {
                    on: &self.spec.node(link.on)?.name,
                    needs: link.needs,
                    known: self.containers.get(link.on)?.known(),
                }
            }
            Hold::Dependency | Hold::NeverMet(_) => {
                let link = node.dependencies.get(held.position)?;
                let on = self.spec.node(link.on)?;
                let dependency = self.containers.get(link.on)?;
                WaitCause::Dependency {
                    on: &on.name,
                    condition: link.condition,
                    known: dependency.known(),
                    health: dependency.checked_health(on),
                }
            }
        })
    }
}

impl fmt::Display for Wait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "container `{}` is {} and ", self.container, self.known)?;
        match &self.cause {
            WaitCause::Runtime { step } => {
                write!(f, "waits for the container runtime to bring it to {step}")
            }
            WaitCause::Restart => f.write_str("waits for the container runtime to start it again"),
            WaitCause::Credentials => {
                f.write_str("waits for the credentials of the task execution role")
            }
            WaitCause::Resource { name, known } => {
                write!(f, "waits for the resource `{name}`, which is {known}")
            }
            WaitCause::Container { on, needs, known } => {
                write!(f, "waits until `{on}`, which is {known}, is {needs}")
            }
            WaitCause::Dependency {
                on,
                condition,
                known,
                health,
            } => {
                write!(f, "waits for {condition} of `{on}`, which is {known}")?;
                match (condition, health) {
                    (Condition::Healthy, Some(health)) => write!(f, " with health {health}"),
                    _ => Ok(()),
                }
            }
            WaitCause::Dependents { running } => {
                f.write_str("stops after ")?;
                for (position, name) in running.iter().enumerate() {
                    let separator = if position == 0 { "" } else { ", " };
                    write!(f, "{separator}`{name}`")?;
                }
                Ok(())
            }
        }
    }
}
