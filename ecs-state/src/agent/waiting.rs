//! Why containers wait.

use core::fmt;

use ecs_model::HealthStatus;

use super::AgentTask;
use crate::{Condition, ContainerStatus, Resolution};

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
/// assert_eq!(
///     task.waiting()[0].to_string(),
///     "container `web` is MANIFEST_PULLED and waits for HEALTHY of `db`, which is NONE with health UNKNOWN"
/// );
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
    /// Another container.
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
        if container.known >= container.desired && container.in_flight.is_none() {
            return None;
        }
        let cause = match container.in_flight {
            Some(_) if container.ended_with.is_some() => WaitCause::Restart,
            Some(step) => WaitCause::Runtime { step },
            None if container.shall_stop() => WaitCause::Dependents {
                running: self
                    .outlived(index)
                    .filter_map(|other| Some(self.spec.container(other)?.name.as_str()))
                    .collect(),
            },
            None => self.waited_for(index)?,
        };
        Some(Wait {
            container: self.spec.container(index)?.name.as_str(),
            known: container.known,
            cause,
        })
    }

    fn waited_for(&self, index: usize) -> Option<WaitCause<'_>> {
        let links = self.spec.dependencies(index).iter();
        let (link, _) = links
            .zip(self.resolutions(index))
            .find(|(_, resolution)| *resolution == Resolution::Waiting)?;
        let spec = self.spec.container(link.on)?;
        let dependency = self.containers.get(link.on)?;
        Some(WaitCause::Dependency {
            on: &spec.name,
            condition: link.condition,
            known: dependency.known,
            health: spec.has_health_check.then_some(&dependency.health),
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
