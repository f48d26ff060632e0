//! A cluster that is played: its services, its cell and the lifecycle of each task, joined by a
//! virtual clock. What a program would hear of agents and load balancers comes after a set time.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use ecs_arn::Scope;
use ecs_model::{Task, Timestamp};
use ecs_placement::deployment::shift::{ShiftAction, ShiftEvent};
use ecs_placement::service::{
    ObservedServiceTask, ServiceAction, ServicePolicy, Services, TargetHealth,
};
use ecs_placement::{CellState, Registration};
use ecs_state::{
    ContainerReport, HostProvider, Phases, ReportedStatus, StopCause, TaskAction, TaskMachine,
    TaskNetwork, TaskReport, TaskSpec, TaskStatus,
};
use ecs_taskdef::Registry;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Seconds until the containers of a task run, until an image is given up that cannot be pulled,
/// until a target group finds a task healthy, and until a task has stopped.
pub(crate) const STARTS_IN: u32 = 12;
const CANNOT_PULL_IN: u32 = 25;
pub(crate) const HEALTHY_IN: u32 = 20;
pub(crate) const STOPS_IN: u32 = 30;
/// The container of each task.
const CONTAINER: &str = "web";
const CANNOT_PULL: &str = "CannotPullContainerError: the image was not found";
/// For names, and where a choice is free.
pub(crate) const SEED: u64 = 7;

pub(crate) struct Cluster {
    pub(crate) now: u32,
    pub(crate) services: Services,
    pub(crate) cell: CellState,
    pub(crate) registry: Registry,
    /// The image that no registry has.
    pub(crate) missing_image: &'static str,
    pub(crate) tasks: BTreeMap<Arc<str>, Running>,
    /// What will be heard, by time and number. Agents answer before a machine would ask again.
    coming: BTreeMap<(u32, u32), (Arc<str>, News)>,
    count: u32,
}

/// A task that has not stopped.
pub(crate) struct Running {
    pub(crate) machine: TaskMachine,
    document: Task,
    /// What the target group says.
    target: Option<TargetHealth>,
    has_image: bool,
}

/// What is heard of a task.
enum News {
    ContainersRun,
    CannotPull,
    TargetIsHealthy,
    ContainersHaveStopped,
}

impl Running {
    /// The deployment that started it.
    pub(crate) fn deployment(&self) -> &str {
        self.document.started_by().unwrap_or_default()
    }

    /// The ARN of its container instance.
    pub(crate) fn instance(&self) -> Option<&str> {
        self.document.container_instance_arn()
    }

    /// Whether it takes requests.
    pub(crate) fn is_healthy(&self) -> bool {
        self.target == Some(TargetHealth::Healthy)
    }
}

impl Cluster {
    pub(crate) fn new(scope: &Scope<'_>, name: &str, missing_image: &'static str) -> Outcome<Self> {
        let cluster = ecs_arn::ClusterRef::parse(name)?.to_arn(scope)?;
        Ok(Self {
            now: 0,
            services: Services::new(cluster.as_str(), ServicePolicy::current())?,
            cell: CellState::new(),
            registry: Registry::new(scope),
            missing_image,
            tasks: BTreeMap::new(),
            coming: BTreeMap::new(),
            count: 0,
        })
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_seconds(self.now.into())
    }

    pub(crate) fn register(&mut self, instance: &ecs_model::ContainerInstance) -> Outcome {
        self.cell.register(&Registration::try_from(instance)?);
        Ok(())
    }

    /// A container instance is drained, or takes tasks again.
    pub(crate) fn set_status(&mut self, instance: &str, status: &str) {
        self.cell.set_status(instance, status);
        let at = self.at();
        self.services.observe_instance(instance, status, at);
    }

    /// Lets the services do what they need now; how many tasks start and stop.
    pub(crate) fn reconcile(&mut self) -> Outcome<(u32, u32)> {
        let (mut starts, mut stops) = (0, 0);
        loop {
            let at = self.at();
            let actions = self.services.reconcile(at, &mut self.cell, SEED)?;
            if actions.is_empty() {
                return Ok((starts, stops));
            }
            for action in actions {
                starts += u32::from(matches!(action, ServiceAction::Start { .. }));
                stops += u32::from(matches!(action, ServiceAction::Stop { .. }));
                self.follow(action)?;
            }
        }
    }

    fn follow(&mut self, action: ServiceAction) -> Outcome {
        let at = self.at();
        let document = action.started_task();
        match action {
            ServiceAction::Start {
                task,
                task_definition,
                ..
            } => {
                let definition = self.registry.resolve(&task_definition, at)?;
                let images = definition.container_definitions().iter();
                let mut images = images.filter_map(|container| container.image());
                // The services ask for registration in target groups, not the machine.
                let phases = Phases::of(
                    HostProvider::ContainerInstance,
                    TaskNetwork::Host,
                    ecs_state::Registration::None,
                );
                let running = Running {
                    has_image: images.all(|image| image != self.missing_image),
                    machine: TaskMachine::new(TaskSpec::try_from(definition)?, phases, at),
                    document: document.unwrap_or_default(),
                    target: None,
                };
                self.tasks.insert(Arc::clone(&task), running);
                self.carry_out(&task)
            }
            ServiceAction::Register { task, .. } => {
                self.expect(HEALTHY_IN, task, News::TargetIsHealthy);
                Ok(())
            }
            ServiceAction::Deregister { task, .. } => {
                let running = self.tasks.get_mut(&task).ok_or("no such task")?;
                running.target = None;
                Ok(())
            }
            ServiceAction::Stop { task, reason, .. } => {
                let cause = StopCause::of_scheduler(&reason).ok_or("an unknown reason")?;
                let running = self.tasks.get_mut(&task).ok_or("no such task")?;
                let _ = running.machine.handle_stop(cause, at);
                self.carry_out(&task)
            }
            ServiceAction::Shift { service, action } => self.shift(&service, *action),
            // Nobody listens on EventBridge.
            ServiceAction::Publish(_) => Ok(()),
            other => Err(format!("nobody asked for {other:?}").into()),
        }
    }

    /// A load balancer moves traffic at once.
    fn shift(&mut self, service: &str, action: ShiftAction) -> Outcome {
        let event = match action {
            ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic),
            ShiftAction::ShiftProduction { traffic } => ShiftEvent::ProductionShifted(traffic),
            other => return Err(format!("nobody asked for {other:?}").into()),
        };
        let at = self.at();
        let _ = self.services.shift(service, event, at)?;
        Ok(())
    }

    /// Does what the machine of a task asks for, and shows the services how the task is.
    fn carry_out(&mut self, task: &Arc<str>) -> Outcome {
        let at = self.at();
        let running = self.tasks.get_mut(task).ok_or("no such task")?;
        let mut coming = Vec::new();
        while let Some(action) = running.machine.poll_action() {
            match action {
                TaskAction::Launch => {
                    let _ = running.machine.handle_launched(at);
                    coming.push(match running.has_image {
                        true => (STARTS_IN, News::ContainersRun),
                        false => (CANNOT_PULL_IN, News::CannotPull),
                    });
                }
                TaskAction::StopContainers => {
                    coming.push((STOPS_IN, News::ContainersHaveStopped));
                }
                other => return Err(format!("nobody asked for {other:?}").into()),
            }
        }
        let has_stopped = running.machine.status().last == TaskStatus::Stopped;
        let mut document = running.document.clone();
        running.machine.describe(&mut document);
        let mut seen = ObservedServiceTask::try_from(&document)?;
        seen.target.clone_from(&running.target);
        let _ = self.services.observe(&seen, at);
        for (after, news) in coming {
            self.expect(after, Arc::clone(task), news);
        }
        if has_stopped {
            self.cell.stopped(task);
            self.tasks.remove(task);
        }
        Ok(())
    }

    fn expect(&mut self, after: u32, task: Arc<str>, news: News) {
        self.count += 1;
        let at = (self.now + after, self.count);
        self.coming.insert(at, (task, news));
    }

    /// Lets time pass until something happens, up to `until`.
    pub(crate) fn wait(&mut self, until: u32) -> Outcome {
        let due = self.services.poll_timeout();
        let due = due.and_then(|due| u32::try_from(due.seconds()).ok());
        let next = self.coming.keys().next().map(|(at, _)| *at);
        let first = [due, next].into_iter().flatten().min();
        self.now = first.map_or(until, |first| first.clamp(self.now, until));
        while let Some(entry) = self.coming.first_entry()
            && entry.key().0 <= self.now
        {
            let (task, news) = entry.remove();
            self.hear(&task, news)?;
        }
        Ok(())
    }

    fn hear(&mut self, task: &Arc<str>, news: News) -> Outcome {
        let at = self.at();
        // It may have stopped in the meantime.
        let Some(running) = self.tasks.get_mut(task) else {
            return Ok(());
        };
        let report = match news {
            // The agent has heard in time that the task shall stop.
            News::ContainersRun if running.machine.status().shall_stop => return Ok(()),
            News::ContainersRun => TaskReport::new(ReportedStatus::Running)
                .with_container(ContainerReport::running(CONTAINER)),
            News::CannotPull => TaskReport::new(ReportedStatus::Stopped).with_reason(CANNOT_PULL),
            News::ContainersHaveStopped => TaskReport::new(ReportedStatus::Stopped)
                .with_container(ContainerReport::stopped(CONTAINER, 0)),
            News::TargetIsHealthy => {
                let is_registered = !running.machine.status().shall_stop;
                running.target = is_registered.then_some(TargetHealth::Healthy);
                return self.carry_out(task);
            }
        };
        let _ = running.machine.handle_report(&report, at);
        self.carry_out(task)
    }
}
