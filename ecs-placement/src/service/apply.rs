//! How the services are changed.

use std::sync::Arc;

use ecs_model::{TaskStopCode, Timestamp, service_message};

use super::settings::{NewService, ServiceUpdate, group};
use super::state::{ServiceState, ServiceStatus, Timer};
use super::task::ServiceTask;
use super::{
    Notice, Obstacle, ServiceAction, ServiceApplyError, ServiceChange, ServiceRecord, Services,
    StopCause, TaskPlace,
};
use crate::deployment::after;

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
            ServiceChange::Instance { .. } | ServiceChange::Alarm { .. } => Ok(()),
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
            | ServiceChange::Resize { service, .. }
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
            ServiceChange::Gone { service, at } => {
                self.daemons.remove(&*group(&service));
                self.on(&service, at, |service, _| {
                    service.status = ServiceStatus::Inactive;
                });
            }
            ServiceChange::Resize {
                service,
                desired,
                at,
            } => self.on(&service, at, |service, _| service.desired = desired),
            ServiceChange::Alarm { alarm, is_on, at } => self.set_alarm(alarm, is_on, at),
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
            } => {
                let alarms = self.alarms.clone();
                self.on(&service, at, |service, _| {
                    service.fail(&deployment, failure, at);
                    if let Some(old) = rollback {
                        service.go_back(&old, failure, &alarms, at);
                    }
                });
            }
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
            self.hand_over(slot);
            self.agenda.touch(slot);
        }
    }

    /// What a service has to tell is to be published.
    pub(super) fn hand_over(&mut self, slot: u32) {
        if let Some(service) = self.services.get_mut(slot as usize) {
            let news = service.news.drain(..).map(Box::new);
            self.actions.extend(news.map(ServiceAction::Publish));
        }
    }

    fn put(&mut self, new: NewService) {
        let arn = self.arn("service", &new.name);
        let mut service = ServiceState {
            name: Arc::clone(&new.name),
            cluster: Arc::clone(&self.cluster),
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
            told: 0,
            news: Vec::new(),
            rules: Default::default(),
        };
        service.follow_settings();
        service.deploy((new.deployment, new.revision), &self.alarms, new.at);
        if service.is_daemon {
            self.daemons.insert(group(&new.name).into());
        }
        let slot = self.slots.get(&new.name).copied();
        let next = u32::try_from(self.services.len()).unwrap_or(u32::MAX);
        let slot = slot.unwrap_or(next);
        match self.services.get_mut(slot as usize) {
            Some(known) => *known = service,
            None => self.services.push(service),
        }
        self.slots.insert(new.name, slot);
        self.touched_at = new.at;
        self.hand_over(slot);
        self.agenda.set_daemon(slot, new.is_daemon);
        self.agenda.touch(slot);
    }

    fn set_alarm(&mut self, alarm: Box<str>, is_on: bool, at: Timestamp) {
        self.touched_at = at;
        for (slot, service) in (0..).zip(&self.services) {
            let alarms = service.rules.alarms.as_ref();
            if alarms.is_some_and(|one| one.alarm_names().iter().any(|name| **name == *alarm)) {
                self.agenda.touch(slot);
            }
        }
        match is_on {
            true => self.alarms.insert(alarm),
            false => self.alarms.remove(&alarm),
        };
    }

    fn take_update(&mut self, update: ServiceUpdate) {
        let at = update.at;
        let alarms = self.alarms.clone();
        self.on(&update.name, at, |service, policy| {
            service.desired = update.desired;
            service.settings = update.settings;
            service.follow_settings();
            if let Some(deployment) = update.deployment {
                service.deploy(deployment, &alarms, at);
            }
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
            if let (TaskPlace::Zone(zone), Some(fargate)) = (&place, &mut self.fargate) {
                fargate.start(&task, &group(name), zone);
            }
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
        (unplaced, obstacle, is_retry): (u32, Option<Obstacle>, bool),
        at: Timestamp,
    ) {
        self.on(name, at, |service, policy| {
            match obstacle {
                Some(obstacle) => service.tell_obstacle(obstacle, policy.repeat_after, at),
                None if unplaced == 0 => service.log.clear(Notice::Unplaced),
                None => {}
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

/// The id in the ARN of a task.
pub(super) fn id_of(task: &str) -> &str {
    task.rsplit_once('/').map_or(task, |(_, id)| id)
}
