//! The rules by which containers go on, as far as they can with what is known.

use ecs_model::{Timestamp, stop_reason};

use super::{AgentAction, AgentTask};
use crate::{
    AgentTaskStatus, Condition, ContainerStatus, DesiredStatus, NeverMet, ReportedStatus,
    Resolution, TaskReport, deadline, known_task_status, resolve,
};

/// What a container that never ran reports, as if it had been asked to end.
const NEVER_RAN: i32 = 143;

/// What the dependencies of a container let it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
    /// Closed for ever by the dependency at this position among the container's dependencies.
    Shut(usize, NeverMet),
}

impl AgentTask {
    /// Moves every container as far as it can go and queues actions and reports.
    pub(super) fn advance(&mut self) {
        let mut moved = true;
        while moved {
            self.spread_stop();
            moved = false;
            for index in 0..self.containers.len() {
                moved |= self.step(index);
            }
        }
        self.update_known();
        self.queue_report();
    }

    /// A task stops when an essential container is to stop, and its containers stop with it.
    fn spread_stop(&mut self) {
        for index in 0..self.containers.len() {
            let stopping = self
                .containers
                .get(index)
                .is_some_and(|container| container.shall_stop());
            if stopping {
                self.stop_with_essential(index);
            }
        }
        if self.desired == DesiredStatus::Stopped {
            for container in &mut self.containers {
                container.desired = ContainerStatus::Stopped;
            }
        }
    }

    /// Moves one container by one step; says whether its status or goal changed.
    fn step(&mut self, index: usize) -> bool {
        let Some(container) = self.containers.get(index) else {
            return false;
        };
        if container.is_stopped() {
            return false;
        }
        if container.shall_stop() {
            return self.step_down(index);
        }
        if container.in_flight.is_some() || container.known >= container.desired {
            return false;
        }
        match self.gate(index) {
            Gate::Open => {
                self.step_up(index);
                false
            }
            Gate::Closed => false,
            Gate::Shut(position, never) => {
                self.give_up(index, position, never);
                true
            }
        }
    }

    fn step_up(&mut self, index: usize) {
        let (Some(container), Some(spec)) =
            (self.containers.get_mut(index), self.spec.container(index))
        else {
            return;
        };
        let next = container.known.next(spec.steady);
        let name = spec.name.clone();
        let action = match next {
            ContainerStatus::ManifestPulled => AgentAction::PullManifest { container: name },
            ContainerStatus::Pulled => AgentAction::Pull { container: name },
            ContainerStatus::Created => AgentAction::Create { container: name },
            ContainerStatus::Running => AgentAction::Start { container: name },
            ContainerStatus::ResourcesProvisioned => {
                AgentAction::ProvisionNetwork { container: name }
            }
            ContainerStatus::None | ContainerStatus::Stopped => return,
        };
        container.in_flight = Some(next);
        if next == ContainerStatus::Pulled {
            self.pull_started_at.get_or_insert(self.now);
        }
        self.actions.push_back(action);
    }

    /// Stops a container, in the reverse order of the dependencies.
    fn step_down(&mut self, index: usize) -> bool {
        if self.outlived(index).next().is_some() {
            return false;
        }
        let (Some(container), Some(spec)) =
            (self.containers.get_mut(index), self.spec.container(index))
        else {
            return false;
        };
        match container.in_flight {
            // Whether the process runs is known only when the runtime has answered.
            Some(ContainerStatus::Running | ContainerStatus::Stopped) => false,
            _ if container.known.is_running() => {
                container.in_flight = Some(ContainerStatus::Stopped);
                container.kill_at = Some(self.now.saturating_add(spec.stop_timeout));
                self.actions.push_back(AgentAction::Stop {
                    container: spec.name.clone(),
                });
                false
            }
            _ => {
                container.stop();
                self.end_with_essential(index);
                true
            }
        }
    }

    /// The containers that have to stop before this one.
    ///
    /// A container that runs outlives those that depend on it. One that never ran has nothing to
    /// keep up for them: it waits only for those that still have to learn that it will not run.
    pub(super) fn outlived(&self, index: usize) -> impl Iterator<Item = usize> {
        let known = self
            .containers
            .get(index)
            .map_or(ContainerStatus::None, |container| container.known);
        self.spec
            .dependents(index)
            .iter()
            .copied()
            .filter(move |other| {
                self.containers.get(*other).is_some_and(|dependent| {
                    let undecided = !dependent.known.is_running() && self.is_open(*other, index);
                    !dependent.is_stopped() && (known.is_running() || undecided)
                })
            })
    }

    /// Whether a container waits for more of another one than that it was created.
    fn is_open(&self, dependent: usize, on: usize) -> bool {
        let created = self
            .containers
            .get(on)
            .is_some_and(|container| container.known >= ContainerStatus::Created);
        let mut links = self.spec.dependencies(dependent).iter();
        links.any(|link| link.on == on && !(created && link.condition == Condition::Create))
    }

    fn gate(&self, index: usize) -> Gate {
        let mut gate = Gate::Open;
        for (position, resolution) in self.resolutions(index).enumerate() {
            match resolution {
                Resolution::Never(never) => return Gate::Shut(position, never),
                Resolution::Waiting => gate = Gate::Closed,
                Resolution::Met => {}
            }
        }
        gate
    }

    /// How each dependency of a container stands, in the order of its definition.
    pub(super) fn resolutions(&self, index: usize) -> impl Iterator<Item = Resolution> {
        let target = self
            .containers
            .get(index)
            .map(|container| container.as_target(self.options.dependent_pull));
        self.spec
            .dependencies(index)
            .iter()
            .filter_map(move |link| {
                let spec = self.spec.container(link.on)?;
                let dependency = self.containers.get(link.on)?.as_dependency(spec);
                Some(resolve(link.condition, target?, dependency, self.now))
            })
    }

    /// When waiting for dependencies becomes hopeless, for the containers that wait.
    pub(super) fn dependency_deadlines(&self) -> impl Iterator<Item = Timestamp> {
        let waiting = (0..self.containers.len()).filter(|index| {
            self.containers.get(*index).is_some_and(|container| {
                container.in_flight.is_none() && container.known < container.desired
            }) && self.gate(*index) == Gate::Closed
        });
        waiting.flat_map(move |index| {
            let links = self.spec.dependencies(index).iter();
            links.filter_map(move |link| {
                let target = self
                    .containers
                    .get(index)?
                    .as_target(self.options.dependent_pull);
                let spec = self.spec.container(link.on)?;
                let dependency = self.containers.get(link.on)?.as_dependency(spec);
                match resolve(link.condition, target, dependency, self.now) {
                    Resolution::Waiting => deadline(link.condition, target, dependency),
                    _ => None,
                }
            })
        })
    }

    /// A container whose dependency can never be met will not run.
    fn give_up(&mut self, index: usize, position: usize, never: NeverMet) {
        let link = self.spec.dependencies(index).get(position).copied();
        let dependency = link.and_then(|link| Some((self.spec.container(link.on)?, link)));
        let message = dependency.map_or_else(String::new, |(spec, link)| {
            format!(
                "dependency {} never meets {}: {never}",
                spec.name, link.condition
            )
        });
        if let Some(container) = self.containers.get_mut(index) {
            container.desired = ContainerStatus::Stopped;
            container.exit_code = Some(NEVER_RAN);
            container.reason.get_or_insert_with(|| {
                stop_reason::agent_error("CannotStartContainerError", &message)
            });
        }
    }

    pub(super) fn kill_overdue(&mut self) {
        for (index, container) in self.containers.iter_mut().enumerate() {
            if container.kill_at.is_some_and(|at| at <= self.now) {
                container.kill_at = None;
                if let Some(spec) = self.spec.container(index) {
                    self.actions.push_back(AgentAction::Kill {
                        container: spec.name.clone(),
                    });
                }
            }
        }
    }

    fn update_known(&mut self) {
        let standings = self
            .containers
            .iter()
            .zip(self.spec.containers())
            .map(|(container, spec)| container.standing(spec));
        self.known = known_task_status(self.known, standings);
    }

    fn queue_report(&mut self) {
        let mut containers = Vec::new();
        for (container, spec) in self.containers.iter_mut().zip(self.spec.containers()) {
            containers.extend(container.take_report(&spec.name, spec.steady));
        }
        let task_is_news = self.known > self.sent && self.known >= AgentTaskStatus::Running;
        if containers.is_empty() && !task_is_news {
            return;
        }
        self.sent = self.known;
        let status = self.known.reported();
        let stopped = status == ReportedStatus::Stopped;
        self.reports.push_back(TaskReport {
            reason: self.reason.clone().filter(|_| stopped),
            containers,
            pull_started_at: self.pull_started_at,
            pull_stopped_at: self.pull_stopped_at,
            execution_stopped_at: self.execution_stopped_at,
            ..TaskReport::new(status)
        });
    }
}
