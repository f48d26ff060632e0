//! [`LastResort`]: what becomes of a task none of whose containers can move.

use crate::ContainerStanding;

/// What becomes of a task none of whose containers can move.
///
/// It is the agent's rule for what it has not foreseen. [`AgentTask`](crate::AgentTask) does not
/// come there: a container that is not where it shall be is worked at, or waits for something that
/// [`TaskSpec`](crate::TaskSpec) has checked can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LastResort {
    /// It shall stop, for an essential container will never be where it shall be.
    Stop,
    /// It counts as stopped, for its containers cannot be stopped.
    CountAsStopped,
}

impl LastResort {
    /// What becomes of a task with these containers if nothing can move any more, and nothing waits
    /// for a dependency, for credentials or for the container runtime. `None`: it is where it shall
    /// be.
    ///
    /// `shall_stop` says whether the task shall stop; otherwise it shall run.
    ///
    /// ```
    /// use ecs_state::{ContainerStanding, ContainerStatus, LastResort, SteadyState};
    ///
    /// let container = ContainerStanding {
    ///     known: ContainerStatus::Created,
    ///     steady: SteadyState::Running,
    ///     essential: true,
    /// };
    /// assert_eq!(LastResort::of(false, [container]), Some(LastResort::Stop));
    /// ```
    ///
    /// Source: amazon-ecs-agent, task manager.
    #[must_use]
    pub fn of(
        shall_stop: bool,
        containers: impl IntoIterator<Item = ContainerStanding>,
    ) -> Option<Self> {
        if shall_stop {
            return Some(Self::CountAsStopped);
        }
        containers
            .into_iter()
            .any(|container| container.essential && !container.known.is_steady(container.steady))
            .then_some(Self::Stop)
    }
}
