//! What a change of a service will come to, before anyone makes it.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::operation::UpdateServiceRequest;
use ecs_model::{HealthStatus, TaskStatus, Timestamp};
use ecs_taskdef::TaskDefinition;
use serde_json::json;
use thiserror::Error;

use super::state::count;
use super::{
    Class, ObservedServiceTask, ServiceAction, ServiceError, Services, TargetHealth, Wait,
};
use crate::deployment::RolloutState;
use crate::deployment::shift::{HookAnswer, ShiftAction, ShiftEvent};
use crate::{CellState, CommitError};

/// What a forecast takes for granted: every task starts, becomes healthy and stops in its time,
/// traffic moves at once and functions of hooks succeed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Assumptions {
    /// From the start of a task until it runs.
    pub starts_in: Duration,
    /// From then until its health checks and target groups say that it is healthy.
    pub healthy_in: Duration,
    /// From the wish that a task stops until it has stopped.
    pub stops_in: Duration,
    /// How far ahead is looked.
    pub horizon: Duration,
}

impl Default for Assumptions {
    /// 10 seconds to run, 30 to be healthy, 30 to stop; a day ahead.
    fn default() -> Self {
        Self {
            starts_in: Duration::from_secs(10),
            healthy_in: Duration::from_secs(30),
            stops_in: Duration::from_secs(30),
            horizon: Duration::from_secs(24 * 3_600),
        }
    }
}

/// What a change of a service will come to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Forecast {
    /// The moments at which tasks of the service start or stop.
    pub waves: Vec<Wave>,
    /// The fewest healthy tasks at any moment.
    pub lowest_healthy: u32,
    /// The most tasks that run at any moment, stopping ones included.
    pub highest_running: u32,
    /// How it ends.
    pub outcome: Outcome,
}

/// Tasks that start or stop at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wave {
    /// How long after the change.
    pub after: Duration,
    /// How many tasks start.
    pub starts: u32,
    /// How many are to stop.
    pub stops: u32,
    /// How many are healthy then, without those that are to stop.
    pub healthy: u32,
    /// How many run then, stopping ones included.
    pub running: u32,
}

/// How a change ends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The service is in a steady state, or each of its task sets is.
    Completes {
        /// How long after the change.
        after: Duration,
    },
    /// The deployment fails or is rolled back.
    Fails {
        /// How long after the change.
        after: Duration,
    },
    /// It does not end within the horizon.
    Waits {
        /// For what it waits then.
        waits: Vec<Wait>,
    },
}

/// Why there is no forecast.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ForecastError {
    /// The change is refused.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The cell has another task of a name that was drawn; another seed draws another.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl Services {
    /// What an [`update`](Self::update) will come to on this cluster as it is, if all goes
    /// [well](Assumptions). Neither the services nor the cell change.
    ///
    /// ```
    /// # use ecs_model::operation::{CreateServiceRequest, UpdateServiceRequest};
    /// # use ecs_model::{ContainerInstance, Resource, TaskStatus, Timestamp};
    /// # use ecs_placement::service::{
    /// #     Assumptions, ObservedServiceTask, Outcome, ServiceAction, ServicePolicy, Services,
    /// # };
    /// # use ecs_placement::{CellState, Registration};
    /// # use ecs_taskdef::TaskDefinition;
    /// # let mut cell = CellState::new();
    /// # let instance = ContainerInstance::default()
    /// #     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a")
    /// #     .with_status("ACTIVE")
    /// #     .with_agent_connected(true)
    /// #     .with_registered_resources([
    /// #         Resource::integer("CPU", 1_024),
    /// #         Resource::integer("MEMORY", 1_024),
    /// #     ]);
    /// # cell.register(&Registration::try_from(&instance)?);
    /// # let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
    /// # let mut services = Services::new(cluster, ServicePolicy::current())?;
    /// # let definition: TaskDefinition = serde_json::from_str(r#"{
    /// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 100}]
    /// # }"#)?;
    /// # let request: CreateServiceRequest = serde_json::from_str(
    /// #     r#"{"cluster": "prod", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 4}"#,
    /// # )?;
    /// # let at = Timestamp::from_seconds;
    /// # services.create(&request, &definition, at(0), 7)?;
    /// # for action in services.reconcile(at(0), &mut cell, 7)? {
    /// #     if let ServiceAction::Start { task, service, deployment, .. } = action {
    /// #         let seen = ObservedServiceTask::new(service, deployment, task, TaskStatus::Running);
    /// #         let _ = services.observe(&seen, at(0));
    /// #     }
    /// # }
    /// # services.reconcile(at(40), &mut cell, 7)?;
    /// // Four tasks run, and each is to be replaced.
    /// let update: UpdateServiceRequest = serde_json::from_str(
    ///     r#"{"cluster": "prod", "service": "web", "taskDefinition": "web:2"}"#,
    /// )?;
    /// let assumptions = Assumptions::default();
    /// let forecast =
    ///     services.forecast(&update, Some(&definition), &cell, assumptions, at(60), 7)?;
    /// assert_eq!(forecast.waves.len(), 2);
    /// assert_eq!((forecast.lowest_healthy, forecast.highest_running), (4, 8));
    /// assert!(matches!(forecast.outcome, Outcome::Completes { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update) and [`reconcile`](Self::reconcile).
    pub fn forecast(
        &self,
        request: &UpdateServiceRequest,
        definition: Option<&TaskDefinition>,
        cell: &CellState,
        assumptions: Assumptions,
        now: Timestamp,
        seed: u64,
    ) -> Result<Forecast, ForecastError> {
        let mut services = self.twin();
        services.update(request, definition, now, seed)?;
        let known = services.active(request.service())?;
        let name = Arc::clone(&known.name);
        let target = known.primary().map(|primary| Arc::clone(&primary.id));
        let course = Course {
            services,
            cell: cell.clone(),
            name,
            target: target.unwrap_or_default(),
            assumptions,
            begin: now,
            now,
            ahead: BTreeMap::new(),
            next: 0,
        };
        course.run(seed)
    }
}

/// A deployment that is played to its end.
struct Course {
    services: Services,
    cell: CellState,
    name: Arc<str>,
    /// The id of the deployment that the service goes to.
    target: Arc<str>,
    assumptions: Assumptions,
    begin: Timestamp,
    now: Timestamp,
    /// What will be seen of tasks.
    ahead: BTreeMap<(Timestamp, u64), ObservedServiceTask>,
    next: u64,
}

impl Course {
    fn run(mut self, seed: u64) -> Result<Forecast, ForecastError> {
        self.expect_known();
        let mut forecast = Forecast {
            waves: Vec::new(),
            lowest_healthy: u32::MAX,
            highest_running: 0,
            outcome: Outcome::Waits { waits: Vec::new() },
        };
        let end = self.begin.saturating_add(self.assumptions.horizon);
        loop {
            let (starts, stops) = self.reconcile(seed)?;
            let (healthy, running) = self.counts();
            forecast.lowest_healthy = forecast.lowest_healthy.min(healthy);
            forecast.highest_running = forecast.highest_running.max(running);
            let after = self.now.saturating_since(self.begin);
            if starts > 0 || stops > 0 {
                forecast.waves.push(Wave {
                    after,
                    starts,
                    stops,
                    healthy,
                    running,
                });
            }
            if let Some(outcome) = self.outcome(after) {
                forecast.outcome = outcome;
                return Ok(forecast);
            }
            let seen = self.ahead.keys().next().map(|(at, _)| *at);
            let due = [seen, self.services.poll_timeout()].into_iter().flatten();
            match due.min_by_key(|at| at.micros()) {
                Some(at) if at <= end => self.now = self.now.max(at),
                _ => {
                    let waits = self.services.explain(&self.name, &self.cell, self.now);
                    let waits = waits.unwrap_or_default();
                    forecast.outcome = Outcome::Waits { waits };
                    return Ok(forecast);
                }
            }
            self.see();
        }
    }

    /// Tasks that are on their way when the change is made. Those that wait for capacity are not:
    /// they run when they have been started.
    fn expect_known(&mut self) {
        let mut known = Vec::new();
        for service in &self.services.services {
            for task in service.tasks.values() {
                let of = service.deployment(task.deployment).map(|one| &one.id);
                let Some(deployment) = of else { continue };
                let (status, after) = match (&task.stop, task.class) {
                    (Some(_), _) => (TaskStatus::Stopped, self.assumptions.stops_in),
                    (None, _) if task.waits_for_capacity() => continue,
                    (None, Class::Pending) => (TaskStatus::Running, self.assumptions.starts_in),
                    (None, Class::Warming) => (TaskStatus::Running, self.assumptions.healthy_in),
                    (None, _) => continue,
                };
                let name = Arc::clone(&task.task);
                let service = Arc::clone(&service.name);
                let seen = ObservedServiceTask::new(service, Arc::clone(deployment), name, status);
                let is_healthy = status == TaskStatus::Running && !task.is_pending();
                let seen = if is_healthy { healthy(seen) } else { seen };
                known.push((seen, after));
            }
        }
        for (seen, after) in known {
            self.expect(seen, after);
        }
    }

    fn expect(&mut self, seen: ObservedServiceTask, after: Duration) {
        self.next = self.next.saturating_add(1);
        let at = self.now.saturating_add(after);
        self.ahead.insert((at, self.next), seen);
    }

    /// Does what the services need, until there is nothing. How many tasks of the service start
    /// and stop.
    fn reconcile(&mut self, seed: u64) -> Result<(u32, u32), CommitError> {
        let (mut starts, mut stops) = (0_u32, 0_u32);
        loop {
            let actions = self.services.reconcile(self.now, &mut self.cell, seed)?;
            let mut has_shifted = false;
            for action in actions {
                match action {
                    ServiceAction::Start {
                        task,
                        service,
                        deployment,
                        ..
                    } => {
                        starts = starts.saturating_add((service == self.name).into());
                        let status = TaskStatus::Running;
                        let seen = ObservedServiceTask::new(service, deployment, task, status);
                        self.expect(seen, self.assumptions.starts_in);
                    }
                    ServiceAction::Stop { task, .. } => {
                        let is_own = self.expect_stop(&task);
                        stops = stops.saturating_add(is_own.into());
                    }
                    ServiceAction::Shift { service, action } => {
                        has_shifted |= self.answer(&service, &action);
                    }
                    ServiceAction::Register { .. }
                    | ServiceAction::Deregister { .. }
                    | ServiceAction::Provision { .. }
                    | ServiceAction::Capacity(_)
                    | ServiceAction::Publish(_) => {}
                }
            }
            if !has_shifted {
                return Ok((starts, stops));
            }
        }
    }

    /// A task stops in its time. Whether it is of the service.
    fn expect_stop(&mut self, task: &Arc<str>) -> bool {
        let known = self.services.tasks.get(task).copied();
        let named = known.and_then(|(slot, number)| {
            let service = self.services.slot(slot)?;
            let of = service.tasks.get(&number)?.deployment;
            let deployment = service.deployment(of)?;
            Some((Arc::clone(&service.name), Arc::clone(&deployment.id)))
        });
        let Some((service, deployment)) = named else {
            return false;
        };
        let is_own = service == self.name;
        let task = Arc::clone(task);
        let seen = ObservedServiceTask::new(service, deployment, task, TaskStatus::Stopped);
        self.expect(seen, self.assumptions.stops_in);
        is_own
    }

    /// Whether it was something to answer.
    fn answer(&mut self, service: &str, action: &ShiftAction) -> bool {
        let event = match action {
            ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic.clone()),
            ShiftAction::ShiftProduction { traffic } => {
                ShiftEvent::ProductionShifted(traffic.clone())
            }
            ShiftAction::CallHook { hook_id, .. } => ShiftEvent::HookAnswer {
                hook_id: Arc::clone(hook_id),
                answer: HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"})),
            },
            _ => return false,
        };
        self.services.shift(service, event, self.now).is_ok()
    }

    /// Everything that is seen by now.
    fn see(&mut self) {
        while let Some(first) = self.ahead.first_entry()
            && first.key().0 <= self.now
        {
            let seen = first.remove();
            let is_first = seen.last_status == TaskStatus::Running && seen.health.is_none();
            let _ = self.services.observe(&seen, self.now);
            if seen.last_status == TaskStatus::Stopped {
                self.cell.stopped(&seen.task);
            } else if is_first && self.is_checked(&seen) {
                self.expect(healthy(seen), self.assumptions.healthy_in);
            }
        }
    }

    /// Whether anything says that a task is healthy, but time.
    fn is_checked(&self, seen: &ObservedServiceTask) -> bool {
        let service = self.services.service(&seen.service);
        let deployment = service.and_then(|service| service.by_id(&seen.deployment));
        deployment.is_some_and(|one| one.revision.has_check || one.revision.has_target())
    }

    /// The healthy tasks of the service, and those that run.
    fn counts(&self) -> (u32, u32) {
        let Some(service) = self.services.service(&self.name) else {
            return (0, 0);
        };
        let tasks = service.tasks.values();
        let running = tasks.filter(|task| task.last_status == TaskStatus::Running);
        (service.fleet().healthy(), count(running.count()))
    }

    fn outcome(&self, after: Duration) -> Option<Outcome> {
        let service = self.services.service(&self.name)?;
        if let Some(sets) = &service.task_sets {
            return sets.are_steady().then_some(Outcome::Completes { after });
        }
        let primary = service.primary()?;
        let is_done = primary.rollout == RolloutState::Completed && service.is_steady();
        match primary.id == self.target {
            _ if primary.rollout == RolloutState::Failed => Some(Outcome::Fails { after }),
            false if is_done => Some(Outcome::Fails { after }),
            true if is_done => Some(Outcome::Completes { after }),
            _ => None,
        }
    }
}

/// The same task, healthy by its checks and target groups.
fn healthy(mut seen: ObservedServiceTask) -> ObservedServiceTask {
    seen.health = Some(HealthStatus::Healthy);
    seen.target = Some(TargetHealth::Healthy);
    seen
}
