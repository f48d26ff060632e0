//! [`last_resort`]: what becomes of a task none of whose containers can move.

use ecs_model::stop_reason;

use super::AgentTask;
use crate::{AgentTaskStatus, ContainerStanding, ContainerStatus};

/// What becomes of a task none of whose containers can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LastResort {
    /// It shall stop, for an essential container will never be where it shall be.
    Stop,
    /// It counts as stopped, for its containers cannot be stopped.
    CountAsStopped,
}

/// What becomes of a task with these containers if nothing can move any more, and nothing waits
/// for a dependency, for credentials or for the container runtime. `None`: it is where it shall be.
///
/// `shall_stop` says whether the task shall stop; otherwise it shall run.
///
/// ```
/// use ecs_state::{ContainerStanding, ContainerStatus, LastResort, SteadyState, last_resort};
///
/// let container = ContainerStanding {
///     known: ContainerStatus::Created,
///     steady: SteadyState::Running,
///     essential: true,
/// };
/// assert_eq!(last_resort(false, [container]), Some(LastResort::Stop));
/// ```
///
/// Source: amazon-ecs-agent, task manager.
#[must_use]
pub fn last_resort(
    shall_stop: bool,
    containers: impl IntoIterator<Item = ContainerStanding>,
) -> Option<LastResort> {
    if shall_stop {
        return Some(LastResort::CountAsStopped);
    }
    containers
        .into_iter()
        .any(|container| container.essential && !container.known.is_steady(container.steady))
        .then_some(LastResort::Stop)
}

impl AgentTask {
    /// Ends a task that cannot end by itself.
    pub(super) fn resort(&mut self) {
        if self.marks.in_flight != 0 || self.is_settled() || self.is_waiting() {
            return;
        }
        let standings = self.containers.iter().zip(self.spec.nodes());
        let standings = standings.map(|(container, node)| container.standing(node));
        match last_resort(self.shall_stop, standings) {
            Some(LastResort::Stop) => self.stop_task(None),
            Some(LastResort::CountAsStopped) => {
                self.fail_task(stop_reason::AGENT_STUCK);
                for index in 0..self.containers.len() {
                    self.set_stopped(index);
                }
            }
            None => return,
        }
        self.advance();
    }

    /// Whether every container is where it shall be.
    fn is_settled(&self) -> bool {
        let goal = match self.shall_stop {
            true => AgentTaskStatus::Stopped,
            false => AgentTaskStatus::Running,
        };
        self.status.known == goal
    }

    /// Whether a container waits for something that may still come.
    fn is_waiting(&self) -> bool {
        (0..self.containers.len()).any(|index| {
            let (Some(container), Some(node)) = (self.containers.get(index), self.spec.node(index))
            else {
                return false;
            };
            if container.is_stopped() || container.known() >= container.desired {
                return false;
            }
            match container.shall_stop() {
                true => self.is_kept_up(index),
                false => {
                    let next: ContainerStatus = container.known().next(node.steady);
                    self.hold(index, next).is_some()
                }
            }
        })
    }
}
