//! What holds a container back, in the order in which the agent looks.

use core::fmt;

use ecs_model::Timestamp;

use super::AgentTask;
use crate::{Behaviour, ContainerStatus, NeverMet, Resolution, ResourceStatus, SteadyState};

/// What the next step of a container is, if nothing holds it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextStep {
    /// It is where it shall be, or past it.
    AtGoal,
    /// It was told to start and is then to stop: whether it runs is known only when the container
    /// runtime has answered.
    InFlight,
    /// The container runtime brings it to this status.
    Step(ContainerStatus),
    /// It never ran, and counts as stopped without the container runtime.
    Declare,
}

impl NextStep {
    /// The next step of a container.
    ///
    /// ```
    /// use ecs_state::{ContainerStatus, NextStep, SteadyState};
    ///
    /// let step = |known, desired| NextStep::of(known, desired, SteadyState::Running, None);
    /// assert_eq!(
    ///     step(ContainerStatus::Pulled, ContainerStatus::Running),
    ///     NextStep::Step(ContainerStatus::Created)
    /// );
    /// assert_eq!(step(ContainerStatus::Created, ContainerStatus::Stopped), NextStep::Declare);
    /// ```
    ///
    /// Source: amazon-ecs-agent, task manager.
    #[must_use]
    pub fn of(
        known: ContainerStatus,
        desired: ContainerStatus,
        steady: SteadyState,
        in_flight: Option<ContainerStatus>,
    ) -> Self {
        if known >= desired {
            return Self::AtGoal;
        }
        if desired != ContainerStatus::Stopped {
            return match in_flight {
                Some(_) => Self::InFlight,
                None => Self::Step(known.next(steady)),
            };
        }
        match in_flight {
            Some(ContainerStatus::Running | ContainerStatus::Stopped) => Self::InFlight,
            _ if known.is_running() => Self::Step(ContainerStatus::Stopped),
            _ => Self::Declare,
        }
    }
}

/// Whether a dependency lets something take its `next` step: it guards the step to `before`, and
/// what it depends on has to have come as far as `needs`.
///
/// Containers depend so on resources, on the container that holds their network, and for their
/// stop on those that use them; resources depend so on containers.
///
/// Source: amazon-ecs-agent, dependency graph.
#[must_use]
pub fn step_resolved<N: PartialEq, K: PartialOrd>(next: N, before: N, known: K, needs: K) -> bool {
    next != before || known >= needs
}

/// The credentials of the task execution role, as something needs them and has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// Whether they are needed.
    pub required: bool,
    /// Whether they are there.
    pub available: bool,
}

impl Credentials {
    /// Whether they let a container take its next step.
    ///
    /// Source: amazon-ecs-agent, dependency graph.
    #[must_use]
    pub fn let_container(self, known: ContainerStatus, desired: ContainerStatus) -> bool {
        !self.required
            || self.available
            || known >= ContainerStatus::Pulled
            || desired == ContainerStatus::Stopped
    }

    /// Whether they let a resource be created. One of a task that shall stop needs none.
    ///
    /// Source: amazon-ecs-agent, task manager.
    #[must_use]
    pub fn let_resource(self, known: ResourceStatus, task_shall_stop: bool) -> bool {
        !self.required || self.available || known >= ResourceStatus::Created || task_shall_stop
    }
}

/// What holds a container back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hold {
    /// The credentials of the task execution role.
    Credentials,
    /// A resource of the task.
    Resource,
    /// Another container, by the order of their steps.
    Container,
    /// A condition of `dependsOn`.
    Dependency,
    /// A condition of `dependsOn` that can never be met.
    NeverMet(NeverMet),
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "CREDENTIALS_NOT_RESOLVED",
            Self::Resource => "RESOURCE_DEPENDENCY_NOT_RESOLVED",
            Self::Container => "CONTAINER_DEPENDENCY_NOT_RESOLVED",
            Self::Dependency => "DEPENDENT_CONTAINER_NOT_RESOLVED",
            Self::NeverMet(_) => "DEPENDENT_CONTAINER_NEVER_RESOLVED",
        })
    }
}

/// What holds a container back, and at which position of that list of its dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) hold: Hold,
    pub(super) position: usize,
}

impl Held {
    pub(super) const fn never(self) -> Option<NeverMet> {
        match self.hold {
            Hold::NeverMet(never) => Some(never),
            _ => None,
        }
    }
}

impl AgentTask {
    /// What keeps a container from a step up.
    pub(super) fn hold(&self, index: usize, next: ContainerStatus) -> Option<Held> {
        let node = self.spec.node(index)?;
        if !node.is_gated {
            return None;
        }
        let container = self.containers.get(index)?;
        let (known, desired) = (container.known(), container.desired);
        let credentials = Credentials {
            required: node.needs_credentials,
            available: self.has_credentials,
        };
        if !credentials.let_container(known, desired) {
            let hold = Hold::Credentials;
            return Some(Held { hold, position: 0 });
        }
        let resource = node.resources.iter().position(|link| {
            let known = self.resources.get(link.on).map(|resource| resource.known);
            !step_resolved(next, link.before, known, Some(ResourceStatus::Created))
        });
        if let Some(position) = resource {
            let hold = Hold::Resource;
            return Some(Held { hold, position });
        }
        if let Some(position) = self.unresolved_step(index, next) {
            let hold = Hold::Container;
            return Some(Held { hold, position });
        }
        self.hold_of_dependencies(index)
    }

    /// The position of the first container that has not come far enough for this step.
    fn unresolved_step(&self, index: usize, next: ContainerStatus) -> Option<usize> {
        let node = self.spec.node(index)?;
        node.steps.iter().position(|link| {
            let known = self.containers.get(link.on).map(|other| other.known());
            !step_resolved(next, link.before, known, Some(link.needs))
        })
    }

    fn hold_of_dependencies(&self, index: usize) -> Option<Held> {
        let mut waiting = None;
        for (position, resolution) in self.resolutions(index).enumerate() {
            let hold = match resolution {
                Resolution::Met => continue,
                Resolution::Never(never) => {
                    let hold = Hold::NeverMet(never);
                    return Some(Held { hold, position });
                }
                Resolution::Waiting => Hold::Dependency,
            };
            waiting.get_or_insert(Held { hold, position });
        }
        waiting
    }

    /// How each dependency of a container stands, in the order of its definition.
    fn resolutions(&self, index: usize) -> impl Iterator<Item = Resolution> {
        let pull = self.options.dependent_pull;
        let waiting = self.containers.get(index);
        let waiting = waiting.map(|container| container.as_waiting(pull));
        let links = self
            .spec
            .node(index)
            .map_or(&[][..], |node| &node.dependencies);
        links.iter().filter_map(move |link| {
            let dependency = self.containers.get(link.on)?;
            let dependency = dependency.as_dependency(self.spec.node(link.on)?);
            let behaviour = self.options.behaviour;
            let now = self.now.get().unwrap_or(Timestamp::MIN);
            Some(link.condition.resolve(waiting?, dependency, behaviour, now))
        })
    }

    /// When waiting for a dependency becomes hopeless, for the containers that wait.
    pub(super) fn dependency_deadline(&self) -> Option<Timestamp> {
        let waiting = super::marks::positions(self.spec.timed()).filter(|index| {
            let container = self.containers.get(*index);
            container.is_some_and(|container| {
                container.in_flight.is_none() && container.known() < container.desired
            })
        });
        waiting.filter_map(|index| self.deadline_of(index)).min()
    }

    /// When waiting becomes hopeless for a container.
    pub(super) fn deadline_of(&self, index: usize) -> Option<Timestamp> {
        let waiting = self
            .containers
            .get(index)?
            .as_waiting(self.options.dependent_pull);
        let links = self.spec.node(index)?.dependencies.iter();
        let deadlines = links
            .zip(self.resolutions(index))
            .filter_map(|(link, resolution)| {
                let node = self.spec.node(link.on)?;
                let dependency = self.containers.get(link.on)?.as_dependency(node);
                match resolution {
                    Resolution::Waiting => link.condition.deadline(waiting, dependency),
                    _ => None,
                }
            });
        deadlines.min()
    }

    /// Whether something has to stop before this container.
    pub(super) fn is_kept_up(&self, index: usize) -> bool {
        self.kept_up_by(index).next().is_some()
            || self
                .unresolved_step(index, ContainerStatus::Stopped)
                .is_some()
    }

    /// The containers that depend on this one and have to stop before it.
    ///
    /// A container that runs outlives those that depend on it. One that never ran has nothing to
    /// keep up for them: it waits only for those that still have to learn that it will not run.
    /// For the agent there is no such difference.
    pub(super) fn kept_up_by(&self, index: usize) -> impl Iterator<Item = usize> {
        let runs = self
            .containers
            .get(index)
            .is_some_and(|container| container.known().is_running());
        let all = runs || self.options.behaviour == Behaviour::Agent1_105;
        let dependents = self.spec.node(index).map_or(0, |node| node.dependents);
        super::marks::positions(dependents).filter(move |other| {
            self.containers.get(*other).is_some_and(|dependent| {
                let undecided =
                    !dependent.known().is_running() && self.waits_for_more(*other, index);
                !dependent.is_stopped() && (all || undecided)
            })
        })
    }

    /// Whether a container waits for more of another one than that it was created.
    fn waits_for_more(&self, dependent: usize, on: usize) -> bool {
        let created = self
            .containers
            .get(on)
            .is_some_and(|container| container.known() >= ContainerStatus::Created);
        let links = self
            .spec
            .node(dependent)
            .map_or(&[][..], |node| &node.dependencies);
        links
            .iter()
            .any(|link| link.on == on && !(created && link.condition == crate::Condition::Create))
    }
}
