//! What a service tells, in its own events and on EventBridge.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_arn::ArnRef;
use ecs_model::deployment::rollout_reason;
use ecs_model::event::{
    Change, DeploymentStateChange, EventLevel, EventName, ServiceAction as ActionEvent,
};
use ecs_model::service_message::{self, Subject};
use ecs_model::{Event, Timestamp};

use super::events::event_id;
use super::launch::id_of;
use super::settings::CLASSIC;
use super::state::{ServiceState, Timer};
use super::task::ServiceTask;
use super::{DeploymentFailure, Notice, Obstacle, StopCause};
use crate::deployment::after;

impl ServiceState {
    /// A deployment goes on, or an older one is restored.
    pub(super) fn tell_in_progress(&mut self, id: &str, reason: String, at: Timestamp) {
        let name = EventName::ServiceDeploymentInProgress;
        self.tell_deployment((EventLevel::Info, name), id, reason, at);
    }

    pub(super) fn tell_completed(&mut self, id: &str, at: Timestamp) {
        let name = EventName::ServiceDeploymentCompleted;
        let reason = rollout_reason::completed(id);
        self.tell_deployment((EventLevel::Info, name), id, reason, at);
    }

    /// A deployment has failed: told of the circuit breaker and of alarms alone.
    pub(super) fn tell_failed(&mut self, id: &str, failure: DeploymentFailure, at: Timestamp) {
        let name = EventName::ServiceDeploymentFailed;
        let reason = match failure {
            DeploymentFailure::CircuitBreaker => rollout_reason::CIRCUIT_BREAKER_EVENT,
            DeploymentFailure::Alarm => rollout_reason::ALARM,
            DeploymentFailure::Stopped | DeploymentFailure::Shift => return,
        };
        self.tell_deployment((EventLevel::Error, name), id, reason.to_owned(), at);
    }

    fn tell_deployment(
        &mut self,
        (level, name): (EventLevel, EventName),
        id: &str,
        reason: String,
        at: Timestamp,
    ) {
        let change = DeploymentStateChange::default()
            .with_event_type(level)
            .with_event_name(name)
            .with_deployment_id(id)
            .with_updated_at(at.in_iso())
            .with_reason(reason);
        self.publish(&Change::Deployment(Box::new(change)), at);
    }

    /// Something that the service does, or cannot do.
    pub(super) fn tell_action(
        &mut self,
        (level, name): (EventLevel, EventName),
        change: impl FnOnce(ActionEvent) -> ActionEvent,
        at: Timestamp,
    ) {
        let event = ActionEvent::default()
            .with_event_type(level)
            .with_event_name(name)
            .with_cluster_arn(&*self.cluster)
            .with_created_at(at.in_iso());
        self.publish(&Change::ServiceAction(Box::new(change(event))), at);
    }

    pub(super) fn publish(&mut self, change: &Change, at: Timestamp) {
        self.told = self.told.saturating_add(1);
        let resource = match change {
            Change::Hook(hook) => hook.service_deployment_arn().unwrap_or_default(),
            _ => &*self.arn,
        };
        let mut event = Event::of(change)
            .with_id(event_id(&self.arn, self.told))
            .with_time(at.in_iso())
            .with_resources([resource]);
        let arn = ArnRef::parse(&self.arn).ok();
        event.account = arn.and_then(|arn| arn.account()).map(str::to_owned);
        event.region = arn.and_then(|arn| arn.region()).map(str::to_owned);
        self.news.push(event);
    }

    /// Tells why a task finds no place.
    pub(super) fn tell_obstacle(&mut self, obstacle: Obstacle, repeat_after: u32, at: Timestamp) {
        let message = obstacle.message.into_string();
        let told = (Notice::Unplaced, message);
        if !self.log.tell(&self.arn, told, repeat_after, at) {
            return;
        }
        let failure = (EventLevel::Error, EventName::ServiceTaskPlacementFailure);
        let instances = obstacle.instance.map(|arn| vec![arn.to_string()]);
        let reason = obstacle.reason.map(String::from);
        let named = |mut event: ActionEvent| {
            event.container_instance_arns = instances;
            event.reason = reason;
            event
        };
        self.tell_action(failure, named, at);
    }

    /// What messages about tasks of a deployment are about: the service, or its task set.
    pub(super) fn subject<'s>(&'s self, deployment: &'s str) -> Subject<'s> {
        match self.task_sets {
            Some(_) => Subject::task_set(&self.name, deployment),
            None => Subject::from(&self.name),
        }
    }

    /// Some tasks by the ids of their deployments, which are told together if they are not task
    /// sets.
    fn told_together(&self, numbers: &[u64]) -> BTreeMap<&str, Vec<&ServiceTask>> {
        let mut tasks: BTreeMap<&str, Vec<&ServiceTask>> = BTreeMap::new();
        for task in numbers.iter().filter_map(|number| self.tasks.get(number)) {
            let of = self.task_sets.as_ref().map(|_| self.id_of(task));
            tasks.entry(of.unwrap_or_default()).or_default().push(task);
        }
        tasks
    }

    /// The id of the deployment of a task.
    fn id_of(&self, task: &ServiceTask) -> &str {
        let deployment = self.deployment(task.deployment);
        deployment.map_or("", |deployment| &deployment.id)
    }

    /// Tells of tasks that the scheduler stops.
    pub(super) fn tell_stopped(
        &mut self,
        tasks: &[(Arc<str>, StopCause)],
        numbers: &[u64],
        at: Timestamp,
    ) {
        let mut messages = Vec::new();
        for (number, (task, cause)) in numbers.iter().zip(tasks) {
            let known = self.tasks.get(number);
            if let Some(known) = known.filter(|_| *cause == StopCause::ContainerHealth) {
                let subject = self.subject(self.id_of(known));
                let message = service_message::container_unhealthy(subject, id_of(task));
                messages.push(message);
            }
        }
        for (of, tasks) in self.told_together(numbers) {
            let (pending, running): (Vec<_>, Vec<_>) =
                tasks.into_iter().partition(|task| task.is_pending());
            if !pending.is_empty() {
                let subject = self.subject(of);
                messages.push(service_message::stopped_pending(subject, pending.len()));
            }
            if !running.is_empty() {
                let ids = running.iter().map(|task| id_of(&task.task));
                messages.push(service_message::stopped(self.subject(of), ids));
            }
        }
        for message in messages {
            self.log.push(&self.arn, message, at);
        }
    }

    /// Tells something that is told while it lasts.
    pub(super) fn tell(&mut self, notice: Notice, repeat_after: u32, at: Timestamp) {
        let name = &*self.name;
        let message = match notice {
            Notice::Steady => service_message::steady_state(name),
            Notice::Blocked => service_message::deployment_blocked(name),
            Notice::Impaired => service_message::unable_to_start_consistently(name),
            Notice::Unplaced => service_message::resources_not_found(name),
            Notice::Protected => {
                let primary = self.primary().map(|primary| &*primary.id);
                let protected = self.tasks.values().filter(|task| task.is_protected(at));
                let task_set = primary.unwrap_or_default();
                service_message::unable_to_scale_in(name, task_set, protected.count())
            }
        };
        let told = (notice, message);
        let is_told = self.log.tell(&self.arn, told, repeat_after, at);
        if is_told && notice == Notice::Steady {
            let steady = (EventLevel::Info, EventName::ServiceSteadyState);
            self.tell_action(steady, |event| event, at);
        }
        let again = after(at, repeat_after);
        self.timers.insert((again, Timer::Service));
    }

    /// Tells of tasks that are registered, or were and stop.
    pub(super) fn tell_targets(&mut self, numbers: &[u64], is_in: bool, at: Timestamp) {
        let mut leaving: BTreeMap<&str, usize> = BTreeMap::new();
        let mut targets: BTreeMap<(&str, &'static str, &str), usize> = BTreeMap::new();
        for (of, tasks) in self.told_together(numbers) {
            for task in tasks.into_iter().filter(|task| task.is_registered != is_in) {
                if !is_in {
                    let count = leaving.entry(self.id_of(task)).or_default();
                    *count = count.saturating_add(1);
                }
                let deployment = self.deployment(task.deployment).into_iter();
                for (kind, name) in deployment.flat_map(|one| one.targets()) {
                    let count = targets.entry((of, kind, name)).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut messages = Vec::new();
        for (of, count) in leaving {
            // Here Amazon ECS names every deployment as a task set.
            let subject = Subject::task_set(&self.name, of);
            messages.push(service_message::draining_connections(subject, count));
        }
        for ((of, kind, target), count) in targets {
            let subject = self.subject(of);
            messages.push(match (is_in, kind) {
                (true, CLASSIC) => service_message::registered_instances(subject, count, target),
                (true, _) => service_message::registered_targets(subject, count, target),
                (false, CLASSIC) => service_message::deregistered_instances(subject, count, target),
                (false, _) => service_message::deregistered_targets(subject, count, target),
            });
        }
        for message in messages {
            self.log.push(&self.arn, message, at);
        }
    }
}
