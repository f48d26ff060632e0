//! What is seen of tasks and instances.

use std::sync::Arc;

use ecs_model::event::{EventLevel, EventName};
use ecs_model::service_message::{self, TargetAddress, UnhealthyTarget};
use ecs_model::{TaskStatus, TaskStopCode, Timestamp};

use super::launch::id_of;
use super::state::{ServiceState, Timer};
use super::task::ServiceTask;
use super::{
    Notice, ObservedServiceTask, ServiceAction, ServiceChange, ServicePolicy, Services, StopCause,
    TaskPlace,
};

/// What became of an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use = "an observation that is not taken may be about a task that nobody looks after"]
#[non_exhaustive]
pub enum Observation {
    /// Something has changed.
    Taken,
    /// It says what is known, or what was so before.
    Known,
    /// The services have no such task: it was never theirs, or it has stopped.
    Unknown,
}

impl Services {
    /// Takes over what is seen of a task. What is repeated or comes late changes nothing.
    pub fn observe(&mut self, task: &ObservedServiceTask, now: Timestamp) -> Observation {
        match self.decide_observe(task, now) {
            Ok(Some(change)) => {
                self.change(change);
                Observation::Taken
            }
            Ok(None) => Observation::Known,
            Err(observation) => observation,
        }
    }

    /// Takes a task over that runs already, started before these services knew of it: it counts as
    /// one of the deployment that it names, or of the newest if there is no such deployment. One
    /// that is known is [observed](Self::observe), and a service that is deleted, or has neither a
    /// deployment nor a task set, takes none.
    pub fn adopt(&mut self, task: &ObservedServiceTask, now: Timestamp) -> Observation {
        let is_known = self.tasks.contains_key(&task.task);
        let has_stopped = task.last_status.has_stopped();
        let is_kept = self.check_adoption(task).is_ok();
        if is_known || has_stopped || !is_kept {
            return self.observe(task, now);
        }
        self.change(ServiceChange::Adopt {
            task: Box::new(task.clone()),
            at: now,
        });
        Observation::Taken
    }

    /// Takes over the status of a container instance: on one that is not `ACTIVE` tasks do not
    /// stay, and from one that is `INACTIVE` they are gone. `false` if that was known.
    pub fn observe_instance(&mut self, instance: &str, status: &str, now: Timestamp) -> bool {
        let change = self.decide_instance(instance, status, now);
        let is_news = change.is_some();
        if let Some(change) = change {
            self.change(change);
        }
        is_news
    }

    /// Notes that an alarm goes off, or is over. A deployment with `alarms` that is under way
    /// fails by one of them; one that starts while one of them is on does without all of them.
    /// `false` if that was known.
    pub fn observe_alarm(&mut self, alarm: &str, is_on: bool, now: Timestamp) -> bool {
        let is_news = self.alarms.contains(alarm) != is_on;
        if is_news {
            self.change(ServiceChange::Alarm {
                alarm: alarm.into(),
                is_on,
                at: now,
            });
        }
        is_news
    }

    /// The change that [`observe`](Self::observe) makes, if it makes one.
    ///
    /// # Errors
    ///
    /// [`Observation::Unknown`].
    pub fn decide_observe(
        &self,
        seen: &ObservedServiceTask,
        now: Timestamp,
    ) -> Result<Option<ServiceChange>, Observation> {
        let found = self.tasks.get(&seen.task).and_then(|(slot, number)| {
            let service = self.slot(*slot)?;
            let is_left = service.left.contains_key(number);
            Some((service.task(*number)?, is_left))
        });
        let Some((known, is_left)) = found else {
            return Err(Observation::Unknown);
        };
        let is_late = match (seen.version, known.version) {
            (Some(seen), Some(known)) if seen != known => seen < known,
            _ => seen.last_status < known.last_status,
        };
        // Of a task of a deleted service only its end is of interest.
        let is_news = seen.last_status.has_stopped() || !is_left && known.is_news(seen);
        if is_late || !is_news {
            return Ok(None);
        }
        Ok(Some(ServiceChange::Observe {
            task: Box::new(seen.clone()),
            at: now,
        }))
    }

    /// The change that [`observe_instance`](Self::observe_instance) makes, if it makes one.
    #[must_use]
    pub fn decide_instance(
        &self,
        instance: &str,
        status: &str,
        now: Timestamp,
    ) -> Option<ServiceChange> {
        let known = self.closed.get(instance).map_or(ACTIVE, |status| status);
        let has_tasks = self.on.contains_key(instance);
        let is_gone = status == INACTIVE;
        let is_news = known != status && !(is_gone && known == ACTIVE && !has_tasks);
        is_news.then(|| ServiceChange::Instance {
            instance: instance.into(),
            status: status.into(),
            at: now,
        })
    }

    pub(super) fn take_over(&mut self, seen: &ObservedServiceTask, at: Timestamp) {
        let Some(slot) = self.slots.get(&seen.service).copied() else {
            return;
        };
        let Some(service) = self.services.get_mut(slot as usize) else {
            return;
        };
        let named = service.by_id(&seen.deployment);
        let Some(deployment) = named.or(service.primary()).map(|one| one.number) else {
            return;
        };
        let number = service.insert(ServiceTask::new(Arc::clone(&seen.task), deployment));
        self.tasks.insert(Arc::clone(&seen.task), (slot, number));
        self.take_task(seen, at);
    }

    pub(super) fn take_task(&mut self, seen: &ObservedServiceTask, at: Timestamp) {
        self.touched_at = at;
        let Some((slot, number)) = self.tasks.get(&seen.task).copied() else {
            return;
        };
        let targets = match seen.last_status.has_stopped() {
            true => self.targets_of(&seen.task),
            false => Vec::new(),
        };
        let Some(service) = self.services.get_mut(slot as usize) else {
            return;
        };
        let before = service.task(number).and_then(|task| task.place.clone());
        let was_registered = service
            .tasks
            .get(&number)
            .is_some_and(|task| task.is_registered);
        match seen.last_status.has_stopped() {
            true => service.end(number, seen, &self.policy, at),
            false => service.see(number, seen, &self.policy, at),
        }
        let after = service
            .tasks
            .get(&number)
            .and_then(|task| task.place.clone());
        service.hush();
        self.hand_over(slot);
        if seen.last_status.has_stopped() {
            if was_registered {
                self.actions.push(ServiceAction::Deregister {
                    task: Arc::clone(&seen.task),
                    service: Arc::clone(&seen.service),
                    targets,
                });
            }
            self.tasks.remove(&seen.task);
            self.no_longer_waits(&seen.task, at);
            let fargates = [&mut self.fargate, &mut self.fargate_spot];
            let mut fargates = fargates.into_iter().flatten();
            if fargates.any(|fargate| fargate.stopped(&seen.task)) {
                self.agenda.hope();
            }
        }
        if before.is_none() && after.is_some() {
            self.no_longer_waits(&seen.task, at);
        }
        if before != after {
            self.leave(before.as_ref(), (slot, number));
            self.join(after.as_ref(), (slot, number), at);
        }
        self.agenda.touch(slot);
    }

    pub(super) fn take_instance(&mut self, instance: &Arc<str>, status: &str, at: Timestamp) {
        self.touched_at = at;
        match status {
            ACTIVE | INACTIVE => drop(self.closed.remove(instance)),
            other => drop(self.closed.insert(Arc::clone(instance), other.into())),
        }
        let here: Vec<_> = self
            .on
            .get(instance)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        for (slot, number) in here {
            let Some(service) = self.services.get_mut(slot as usize) else {
                continue;
            };
            if status == INACTIVE {
                let task = service.remove(number);
                if let Some(task) = task.or_else(|| service.left.remove(&number)) {
                    self.tasks.remove(&task.task);
                    if task.is_registered {
                        let deployment = service.deployment(task.deployment).into_iter();
                        let targets = deployment.flat_map(|one| one.targets());
                        self.actions.push(ServiceAction::Deregister {
                            targets: targets.map(|(_, target)| target.into()).collect(),
                            service: Arc::clone(&service.name),
                            task: task.task,
                        });
                    }
                }
            } else {
                let is_draining = status != ACTIVE;
                service.revise(number, &self.policy, at, |task| {
                    task.is_draining = is_draining;
                });
            }
            service.hush();
            self.agenda.touch(slot);
        }
        if status == INACTIVE {
            self.on.remove(instance);
        }
    }

    fn leave(&mut self, place: Option<&TaskPlace>, task: (u32, u64)) {
        if let Some(TaskPlace::Instance(instance)) = place
            && let Some(here) = self.on.get_mut(instance)
        {
            here.remove(&task);
            if here.is_empty() {
                self.on.remove(instance);
            }
        }
    }

    fn join(&mut self, place: Option<&TaskPlace>, task: (u32, u64), at: Timestamp) {
        let Some(TaskPlace::Instance(instance)) = place else {
            return;
        };
        let here = self.on.entry(Arc::clone(instance)).or_default();
        here.insert(task);
        let is_draining = self.closed.contains_key(instance);
        if let Some(service) = self.services.get_mut(task.0 as usize) {
            let policy = &self.policy;
            service.revise(task.1, policy, at, |task| task.is_draining = is_draining);
        }
    }
}

/// The status of an instance that takes tasks.
const ACTIVE: &str = "ACTIVE";
/// The status of an instance that is gone.
const INACTIVE: &str = "INACTIVE";

impl ServiceState {
    /// Takes over what is seen of a task that has not stopped.
    fn see(
        &mut self,
        number: u64,
        seen: &ObservedServiceTask,
        policy: &ServicePolicy,
        at: Timestamp,
    ) {
        let Some(known) = self.tasks.get(&number) else {
            return;
        };
        let starts = known.running_since.is_none() && seen.last_status == TaskStatus::Running;
        let of = known.deployment;
        if seen.target != known.target
            && let Some(super::TargetHealth::Unhealthy {
                target_group,
                reason,
                address,
            }) = &seen.target
        {
            let deployment = self.deployment(of);
            let mut target = UnhealthyTarget::new(id_of(&seen.task), target_group, reason);
            let port = || deployment?.revision.target_port(target_group);
            target.address = match address {
                Some(address) => Some(address.into()),
                None => port().map(TargetAddress::of_task),
            };
            let subject = self.subject(deployment.map_or("", |one| &one.id));
            let message = service_message::target_unhealthy(subject, &target);
            self.log.push(&self.arn, message, at);
        }
        self.revise(number, policy, at, |task| task.take(seen, at));
        if starts && let Some(deployment) = self.deployment_mut(of) {
            deployment.failed_tasks = 0;
            deployment.throttled.ran();
            self.log.clear(Notice::Impaired);
        }
    }

    /// A task has stopped.
    fn end(
        &mut self,
        number: u64,
        seen: &ObservedServiceTask,
        policy: &ServicePolicy,
        at: Timestamp,
    ) {
        let Some(task) = self.remove(number) else {
            self.left.remove(&number);
            return;
        };
        let is_own = task.stop.as_ref().is_some_and(StopCause::is_own);
        let ran = task.running_since.is_some() || seen.started_at.is_some();
        if is_own || task.was_healthy || is_excused(seen.stop_code.as_ref()) {
            return;
        }
        let name = Arc::clone(&self.name);
        let Some(deployment) = self.deployment_mut(task.deployment) else {
            return;
        };
        deployment.failed_tasks = deployment.failed_tasks.saturating_add(1);
        if deployment.is_in_progress() {
            deployment.failures.failed(1);
        }
        if ran {
            return;
        }
        let was_over = deployment.throttled.is_over(at);
        deployment.throttled.failed(&policy.throttle, at);
        let is_over = deployment.throttled.is_over(at);
        let until = deployment.throttled.until;
        if let Some(reason) = seen
            .stopped_reason
            .as_deref()
            .filter(|text| !text.is_empty())
        {
            let message = service_message::unable_to_place_for(&name, reason);
            self.log.push(&self.arn, message, at);
        }
        if was_over && !is_over {
            let message = service_message::unable_to_start_consistently(&name);
            let told = (Notice::Impaired, message);
            if self.log.tell(&self.arn, told, policy.repeat_after, at) {
                let impaired = (EventLevel::Warn, EventName::ServiceTaskStartImpaired);
                self.tell_action(impaired, |event| event, at);
            }
        }
        if let Some(until) = until {
            self.timers.insert((until, Timer::Service));
        }
    }
}

/// Whether a task was stopped for a reason that is not its own.
fn is_excused(code: Option<&TaskStopCode>) -> bool {
    matches!(
        code,
        Some(
            TaskStopCode::UserInitiated
                | TaskStopCode::ServiceSchedulerInitiated
                | TaskStopCode::SpotInterruption
                | TaskStopCode::TerminationNotice
                | TaskStopCode::InfrastructureHealth
        )
    )
}

impl ServiceTask {
    /// Whether an observation says something new.
    fn is_news(&self, seen: &ObservedServiceTask) -> bool {
        let mut new = self.clone();
        new.take(seen, Timestamp::UNIX_EPOCH);
        let is_first = self.running_since.is_none() && new.running_since.is_some();
        new.running_since = self.running_since;
        is_first || new != *self
    }

    fn take(&mut self, seen: &ObservedServiceTask, at: Timestamp) {
        self.last_status = seen.last_status.max(self.last_status);
        if self.last_status == TaskStatus::Running && self.running_since.is_none() {
            self.running_since = Some(seen.started_at.unwrap_or(at));
        }
        if seen.is_stopping && self.stop.is_none() {
            self.stop = Some(StopCause::Outside);
        }
        if seen.place.is_some() {
            self.place.clone_from(&seen.place);
        }
        if seen.health.is_some() {
            self.health.clone_from(&seen.health);
        }
        if seen.target.is_some() {
            self.target.clone_from(&seen.target);
        }
        self.protected_until = seen.protected_until.or(self.protected_until);
        self.version = seen.version.or(self.version);
    }
}
