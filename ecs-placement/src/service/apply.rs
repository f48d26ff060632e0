//! How the services are changed.

use std::sync::Arc;

use ecs_model::{TaskStopCode, Timestamp, service_message};

use super::settings::{NewService, ServiceUpdate};
use super::state::{ServiceState, ServiceStatus, Timer};
use super::task::ServiceTask;
use super::{
    DeploymentFailure, Notice, ServiceAction, ServiceApplyError, ServiceChange, ServiceRecord,
    Services, StopCause, TaskPlace,
};
use crate::deployment::{DeploymentState, RolloutReason, RolloutState, after};

impl Services {
    /// A change as the next record.
    #[must_use]
    pub fn record(&self, change: ServiceChange) -> ServiceRecord {
        ServiceRecord::new(self.version.saturating_add(1), change)
    }

    /// Makes a change so that was recorded, here or in another process with the same records
    /// before. What it asks of the world comes with [`take_actions`](Self::take_actions).
    ///
    /// # Errors
    ///
    /// A record that is not the next one, or that names what there is not; nothing has changed
    /// then.
    pub fn apply(&mut self, record: &ServiceRecord) -> Result<(), ServiceApplyError> {
        let next = self.version.saturating_add(1);
        if record.version() != next {
            return Err(ServiceApplyError::NotNext {
                version: record.version(),
                next,
            });
        }
        self.check(record.change())?;
        self.change(record.change().clone());
        Ok(())
    }

    /// Whether what a change names is there.
    fn check(&self, change: &ServiceChange) -> Result<(), ServiceApplyError> {
        let known = |name: &str| {
            let service = name.to_owned();
            self.service(name)
                .ok_or(ServiceApplyError::NoService { service })
        };
        let deployment = |name: &str, id: &str| {
            let deployment = id.to_owned();
            let found = known(name)?.by_id(id);
            found.map_or(Err(ServiceApplyError::NoDeployment { deployment }), |_| {
                Ok(())
            })
        };
        let task = |task: &str| match self.tasks.contains_key(task) {
            true => Ok(()),
            false => Err(ServiceApplyError::NoTask {
                task: task.to_owned(),
            }),
        };
        match change {
            ServiceChange::Instance { .. } => Ok(()),
            ServiceChange::Create(new) => match known(&new.name) {
                Ok(old) if old.status != ServiceStatus::Inactive => {
                    Err(ServiceApplyError::ServiceExists {
                        service: new.name.to_string(),
                    })
                }
                _ => Ok(()),
            },
            ServiceChange::Update(update) => known(&update.name).map(drop),
            ServiceChange::Delete { service, .. }
            | ServiceChange::Gone { service, .. }
            | ServiceChange::Elapse { service, .. }
            | ServiceChange::Tell { service, .. } => known(service).map(drop),
            ServiceChange::Observe { task: seen, .. } => task(&seen.task),
            ServiceChange::Adopt { task: seen, .. } => {
                known(&seen.service)?;
                match self.tasks.contains_key(&seen.task) {
                    true => Err(ServiceApplyError::TaskExists {
                        task: seen.task.to_string(),
                    }),
                    false => Ok(()),
                }
            }
            ServiceChange::Start {
                service,
                deployment: id,
                tasks,
                ..
            } => {
                deployment(service, id)?;
                let mut names = tasks.iter().map(|(task, _)| task);
                let known = names.find(|task| self.tasks.contains_key(*task));
                known.map_or(Ok(()), |task| {
                    Err(ServiceApplyError::TaskExists {
                        task: task.to_string(),
                    })
                })
            }
            ServiceChange::Stop { service, tasks, .. } => {
                known(service)?;
                tasks.iter().try_for_each(|(name, _)| task(name))
            }
            ServiceChange::Bake {
                service,
                deployment: id,
                ..
            }
            | ServiceChange::Complete {
                service,
                deployment: id,
                ..
            }
            | ServiceChange::Retire {
                service,
                deployment: id,
            } => deployment(service, id),
            ServiceChange::Fail {
                service,
                deployment: id,
                rollback,
                ..
            } => {
                deployment(service, id)?;
                let rollback = rollback.as_deref();
                rollback.map_or(Ok(()), |id| deployment(service, id))
            }
        }
    }

    /// Makes a change so that was checked.
    pub(super) fn change(&mut self, change: ServiceChange) {
        self.version = self.version.saturating_add(1);
        match change {
            ServiceChange::Create(new) => self.put(*new),
            ServiceChange::Update(update) => self.take_update(*update),
            ServiceChange::Delete { service, at } => self.on(&service, at, |service, _| {
                service.status = ServiceStatus::Draining;
                service.desired = 0;
            }),
            ServiceChange::Gone { service, at } => self.on(&service, at, |service, _| {
                service.status = ServiceStatus::Inactive;
            }),
            ServiceChange::Observe { task, at } => self.take_task(&task, at),
            ServiceChange::Adopt { task, at } => self.take_over(&task, at),
            ServiceChange::Instance {
                instance,
                status,
                at,
            } => self.take_instance(&instance, &status, at),
            ServiceChange::Elapse { service, at } => self.on(&service, at, |service, policy| {
                service.elapse(policy, at);
            }),
            ServiceChange::Start {
                service,
                deployment,
                tasks,
                unplaced,
                obstacle,
                is_retry,
                at,
            } => {
                let outcome = (unplaced, obstacle.filter(|_| !is_retry), is_retry);
                self.starve(&service, &deployment, outcome, at);
                self.start(&service, &deployment, tasks, at);
            }
            ServiceChange::Stop { service, tasks, at } => self.stop(&service, &tasks, at),
            ServiceChange::Bake {
                service,
                deployment,
                at,
            } => self.on(&service, at, |service, policy| {
                let bake_time = service.bake_time(policy.alarm_bake_time);
                if let Some(deployment) = service.by_id_mut(&deployment) {
                    deployment.baking_since = Some(at);
                }
                service
                    .timers
                    .insert((after(at, bake_time), Timer::Service));
            }),
            ServiceChange::Complete {
                service,
                deployment,
                at,
            } => self.on(&service, at, |service, policy| {
                service.complete(&deployment, policy.repeat_after, at);
            }),
            ServiceChange::Fail {
                service,
                deployment,
                failure,
                rollback,
                at,
            } => self.on(&service, at, |service, _| {
                service.fail(&deployment, failure, rollback.as_deref(), at);
            }),
            ServiceChange::Retire {
                service,
                deployment,
            } => self.on(&service, self.touched_at, |service, _| {
                service.deployments.retain(|one| one.id != deployment);
            }),
            ServiceChange::Tell {
                service,
                notice,
                at,
            } => self.on(&service, at, |service, policy| {
                service.tell(notice, policy.repeat_after, at);
            }),
        }
    }

    /// Changes a service, which is then to be looked at.
    fn on(
        &mut self,
        name: &str,
        at: Timestamp,
        change: impl FnOnce(&mut ServiceState, &super::ServicePolicy),
    ) {
        self.touched_at = at;
        let Some(slot) = self.slots.get(name).copied() else {
            return;
        };
        if let Some(service) = self.services.get_mut(slot as usize) {
            change(service, &self.policy);
            service.hush();
            self.agenda.touch(slot);
        }
    }

    fn put(&mut self, new: NewService) {
        let arn = self.arn("service", &new.name);
        let mut service = ServiceState {
            name: Arc::clone(&new.name),
            arn: arn.into(),
            status: ServiceStatus::Active,
            created_at: new.at,
            desired: new.desired,
            is_daemon: new.is_daemon,
            settings: new.settings,
            deployments: Vec::new(),
            next_deployment: 0,
            tasks: Default::default(),
            next_task: 0,
            timers: Default::default(),
            log: Default::default(),
            rules: Default::default(),
        };
        service.deploy(new.deployment, new.revision, new.at);
        service.follow_settings();
        let slot = self.slots.get(&new.name).copied();
        let next = u32::try_from(self.services.len()).unwrap_or(u32::MAX);
        let slot = slot.unwrap_or(next);
        match self.services.get_mut(slot as usize) {
            Some(known) => *known = service,
            None => self.services.push(service),
        }
        self.slots.insert(new.name, slot);
        self.touched_at = new.at;
        self.agenda.touch(slot);
    }

    fn take_update(&mut self, update: ServiceUpdate) {
        let at = update.at;
        self.on(&update.name, at, |service, policy| {
            service.desired = update.desired;
            service.settings = update.settings;
            if let Some((id, revision)) = update.deployment {
                service.deploy(id, revision, at);
            }
            service.follow_settings();
            // The grace period may be another one.
            let numbers: Vec<u64> = service.tasks.keys().copied().collect();
            for number in numbers {
                service.revise(number, policy, at, |_| {});
            }
        });
    }

    fn start(
        &mut self,
        name: &Arc<str>,
        deployment: &Arc<str>,
        tasks: Vec<(Arc<str>, TaskPlace)>,
        at: Timestamp,
    ) {
        let Some(slot) = self.slots.get(name).copied() else {
            return;
        };
        let Some(service) = self.services.get_mut(slot as usize) else {
            return;
        };
        let Some(known) = service.by_id_mut(deployment) else {
            return;
        };
        let (number, revision) = (known.number, Arc::clone(&known.revision));
        known.owed = known.owed.saturating_sub(super::state::count(tasks.len()));
        if !tasks.is_empty() {
            let ids = tasks.iter().map(|(task, _)| id_of(task));
            let message = service_message::started(name, ids);
            service.log.push(&service.arn, message, at);
        }
        for (task, place) in tasks {
            let instance = match &place {
                TaskPlace::Instance(instance) => Some(Arc::clone(instance)),
                TaskPlace::Zone(_) => None,
            };
            let is_closed = instance.as_ref().map(|arn| self.closed.contains_key(arn));
            let mut new = ServiceTask::new(Arc::clone(&task), number);
            new.place = Some(place.clone());
            new.is_draining = is_closed == Some(true);
            let number = service.insert(new);
            self.tasks.insert(Arc::clone(&task), (slot, number));
            if let Some(instance) = instance {
                self.on.entry(instance).or_default().insert((slot, number));
            }
            self.actions.push(ServiceAction::Start {
                task,
                service: Arc::clone(name),
                deployment: Arc::clone(deployment),
                task_definition: Arc::clone(&revision.task_definition),
                place,
            });
        }
        service.hush();
        self.agenda.touch(slot);
    }

    /// Notes how many tasks found no place.
    fn starve(
        &mut self,
        name: &str,
        deployment: &str,
        (unplaced, obstacle, is_retry): (u32, Option<Box<str>>, bool),
        at: Timestamp,
    ) {
        self.on(name, at, |service, policy| {
            if let Some(message) = obstacle {
                let told = (Notice::Unplaced, message.into_string());
                let arn = Arc::clone(&service.arn);
                service.log.tell(&arn, told, policy.repeat_after, at);
            } else if unplaced == 0 {
                service.log.clear(Notice::Unplaced);
            }
            let Some(known) = service.by_id_mut(deployment) else {
                return;
            };
            if unplaced == 0 {
                known.starved = None;
            } else if !is_retry {
                known.failed_tasks = known.failed_tasks.saturating_add(unplaced);
                if known.is_in_progress() {
                    known.failures.failed(unplaced);
                }
                known.throttled.failed(&policy.throttle, at);
                let wait = known.throttled.until.filter(|until| *until > at);
                let until = wait.unwrap_or_else(|| after(at, policy.throttle.first));
                known.starved = Some(until);
                service.timers.insert((until, Timer::Service));
            }
        });
    }

    fn stop(&mut self, name: &str, tasks: &[(Arc<str>, StopCause)], at: Timestamp) {
        let numbers: Vec<u64> = tasks
            .iter()
            .filter_map(|(task, _)| self.tasks.get(task).map(|(_, number)| *number))
            .collect();
        for (task, cause) in tasks {
            self.actions.push(ServiceAction::Stop {
                task: Arc::clone(task),
                code: TaskStopCode::ServiceSchedulerInitiated,
                reason: cause.reason(),
            });
        }
        self.on(name, at, |service, policy| {
            service.tell_stopped(tasks, &numbers, at);
            for (number, (_, cause)) in numbers.iter().zip(tasks) {
                if cause.is_unhealthy() {
                    service.count_replaced(*number);
                }
                service.revise(*number, policy, at, |task| task.stop = Some(cause.clone()));
            }
        });
    }
}

impl ServiceState {
    /// Makes a new deployment the one to go to.
    fn deploy(&mut self, id: Arc<str>, revision: crate::deployment::Revision, at: Timestamp) {
        let number = self.next_deployment;
        self.next_deployment = number.saturating_add(1);
        let deployment = DeploymentState::new(id, number, Arc::new(revision), at);
        self.deployments.insert(0, deployment);
    }

    /// Works out again what follows from the settings, which were checked.
    fn follow_settings(&mut self) {
        if let Ok(rules) = self.settings.rules(self.is_daemon) {
            self.rules = rules;
        }
        for deployment in &mut self.deployments {
            let request = self.settings.request(&self.name, &deployment.revision);
            deployment.request = request.ok();
        }
    }

    /// Forgets what was told of and holds no more.
    pub(super) fn hush(&mut self) {
        if !self.is_steady() {
            self.log.clear(Notice::Steady);
        }
        let fleet = self.fleet();
        if fleet.stopping > 0 || fleet.wanted() == 0 {
            self.log.clear(Notice::Blocked);
        }
        if fleet.new_healthy.saturating_add(fleet.new_coming) <= fleet.desired {
            self.log.clear(Notice::Protected);
        }
    }

    /// Everything whose time has come.
    fn elapse(&mut self, policy: &super::ServicePolicy, at: Timestamp) {
        while let Some((due, timer)) = self.timers.first().copied()
            && due <= at
        {
            self.timers.pop_first();
            if let Timer::Task(number) = timer {
                self.revise(number, policy, at, |_| {});
            }
        }
    }

    fn complete(&mut self, id: &str, repeat_after: u32, at: Timestamp) {
        let Some(deployment) = self.by_id_mut(id) else {
            return;
        };
        deployment.rollout = RolloutState::Completed;
        deployment.reason = RolloutReason::Completed;
        deployment.updated_at = at;
        deployment.baking_since = None;
        let message = service_message::deployment_completed(&self.name, id);
        self.log.push(&self.arn, message, at);
        self.tell(Notice::Steady, repeat_after, at);
    }

    fn fail(
        &mut self,
        id: &str,
        failure: DeploymentFailure,
        rollback: Option<&str>,
        at: Timestamp,
    ) {
        let Some(deployment) = self.by_id_mut(id) else {
            return;
        };
        let (reason, back) = match failure {
            DeploymentFailure::CircuitBreaker => {
                (RolloutReason::Breaker, RolloutReason::BackFromBreaker)
            }
            DeploymentFailure::Alarm => (RolloutReason::Alarm, RolloutReason::BackFromAlarm),
            DeploymentFailure::Stopped => (RolloutReason::Stopped, RolloutReason::BackFromStop),
        };
        deployment.rollout = RolloutState::Failed;
        deployment.reason = reason;
        deployment.updated_at = at;
        deployment.owed = 0;
        let message = match failure {
            DeploymentFailure::CircuitBreaker => {
                Some(service_message::deployment_failed(&self.name, id))
            }
            DeploymentFailure::Alarm => {
                Some(service_message::deployment_failed_by_alarm(&self.name, id))
            }
            DeploymentFailure::Stopped => None,
        };
        if let Some(message) = message {
            self.log.push(&self.arn, message, at);
        }
        let position =
            rollback.and_then(|old| self.deployments.iter().position(|one| *one.id == *old));
        if let (Some(position), Some(old)) = (position, rollback) {
            let mut restored = self.deployments.remove(position);
            restored.resume(back, at);
            self.deployments.insert(0, restored);
            let message = service_message::rolling_back(&self.name, old);
            self.log.push(&self.arn, message, at);
        }
    }

    /// Tells of tasks that the scheduler stops.
    fn tell_stopped(&mut self, tasks: &[(Arc<str>, StopCause)], numbers: &[u64], at: Timestamp) {
        for (task, cause) in tasks {
            if *cause == StopCause::ContainerHealth {
                let message = service_message::container_unhealthy(&self.name, id_of(task));
                self.log.push(&self.arn, message, at);
            }
        }
        let known = numbers.iter().filter_map(|number| self.tasks.get(number));
        let (pending, running): (Vec<_>, Vec<_>) = known.partition(|task| task.is_pending());
        let pending = (!pending.is_empty())
            .then(|| service_message::stopped_pending(&self.name, pending.len()));
        let running = (!running.is_empty()).then(|| {
            let ids = running.iter().map(|task| id_of(&task.task));
            service_message::stopped(&self.name, ids)
        });
        for message in [pending, running].into_iter().flatten() {
            self.log.push(&self.arn, message, at);
        }
    }

    /// An unhealthy task is replaced: a failure of its deployment, by whose revision it is
    /// replaced even if there is a newer one.
    fn count_replaced(&mut self, number: u64) {
        let Some(of) = self.tasks.get(&number).map(|task| task.deployment) else {
            return;
        };
        let is_older = self.primary().is_some_and(|primary| primary.number != of);
        if let Some(deployment) = self.deployment_mut(of) {
            deployment.failed_tasks = deployment.failed_tasks.saturating_add(1);
            if deployment.is_in_progress() {
                deployment.failures.failed(1);
            }
            if is_older && deployment.rollout != RolloutState::Failed {
                deployment.owed = deployment.owed.saturating_add(1);
            }
        }
    }

    /// Tells something that is told while it lasts.
    fn tell(&mut self, notice: Notice, repeat_after: u32, at: Timestamp) {
        let name = &*self.name;
        let message = match notice {
            Notice::Steady => service_message::steady_state(name),
            Notice::Blocked => service_message::deployment_blocked(name),
            Notice::Impaired => service_message::unable_to_start_consistently(name),
            Notice::Unplaced => service_message::resources_not_found(name),
            Notice::Protected => {
                let primary = self.primary().map(|primary| &*primary.id);
                service_message::unable_to_scale_in(name, primary.unwrap_or_default())
            }
        };
        self.log
            .tell(&self.arn, (notice, message), repeat_after, at);
        let again = after(at, repeat_after);
        self.timers.insert((again, Timer::Service));
    }
}

/// The id in the ARN of a task.
pub(super) fn id_of(task: &str) -> &str {
    task.rsplit_once('/').map_or(task, |(_, id)| id)
}
