//! A task of a cluster, and what follows from what happens to it.

use std::sync::{Arc, OnceLock};

use ecs_model::{Tag, Task, TaskStatus, Timestamp};
use ecs_placement::capacity::CapacityEvent;
use ecs_placement::service::{ObservedServiceTask, ServiceChange, TargetHealth, TaskPlace};
use ecs_placement::{Change, PlacementRequest};
use ecs_state::{AttachmentKind, Recorded, TaskAction, TaskEvent, TaskMachine};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ClusterChange, ClusterState, NewTasks};
use crate::AgentReport;

/// A task: its document and its lifecycle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TaskState {
    /// As DescribeTasks shows it, without tags.
    pub(crate) document: Task,
    pub(crate) machine: TaskMachine,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tags: Vec<Tag>,
    /// By what a task of RunTask finds an instance that waits for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waits_by: Option<Arc<PlacementRequest>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) protected_until: Option<Timestamp>,
    /// Its document as JSON, once somebody has asked for it.
    #[serde(skip)]
    shown: OnceLock<Box<RawValue>>,
    /// When its lifecycle has something to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Timestamp>,
}

impl TaskState {
    pub(super) fn new(document: &Task, new: &NewTasks) -> Self {
        let mut machine = TaskMachine::new(Arc::clone(&new.spec), new.phases, new.at);
        for attachment in document.attachments() {
            let id = attachment.id().unwrap_or_default();
            machine = machine.with_attachment(id, AttachmentKind::ElasticNetworkInterface);
        }
        let mut document = document.clone();
        let tags = document.tags.replace(Vec::new()).unwrap_or_default();
        Self {
            document,
            machine,
            tags,
            waits_by: new.waits_by.clone(),
            protected_until: None,
            shown: OnceLock::new(),
            due: None,
        }
    }

    /// Takes over what the lifecycle says, and gives what is to be done.
    pub(super) fn settle(&mut self) -> impl Iterator<Item = TaskAction> + use<> {
        while self.machine.poll_change().is_some() {}
        let actions: Vec<_> = std::iter::from_fn(|| self.machine.poll_action()).collect();
        self.machine.describe(&mut self.document);
        self.shown = OnceLock::new();
        self.due = self.machine.poll_timeout();
        actions.into_iter()
    }

    /// Its document as JSON. Most calls ask for tasks that have not changed since the last one.
    pub(crate) fn shown(&self) -> &RawValue {
        self.shown.get_or_init(|| {
            // A document is always JSON.
            serde_json::value::to_raw_value(&self.document).unwrap_or_default()
        })
    }

    pub(crate) fn stopped_at(&self) -> Option<i64> {
        let at = self.machine.timeline().stopped_at;
        at.filter(|_| self.has_stopped()).map(Timestamp::micros)
    }

    pub(crate) fn has_stopped(&self) -> bool {
        self.machine.status().last.has_stopped()
    }

    /// Whether its agent was given it, and has not said that it has stopped.
    pub(crate) fn is_hosted(&self) -> bool {
        let last = self.machine.status().last;
        last > TaskStatus::Provisioning && !last.has_stopped()
    }

    /// Whether it is known where it runs.
    pub(crate) fn is_placed(&self) -> bool {
        let document = &self.document;
        document.container_instance_arn.is_some() || document.availability_zone.is_some()
    }

    pub(super) fn is_gone(&self) -> bool {
        self.machine.status().last == TaskStatus::Deleted
    }

    pub(crate) fn service(&self) -> Option<&str> {
        self.document.group()?.strip_prefix("service:")
    }

    /// As the services see it, were its lifecycle at `machine`.
    fn seen(&self, machine: &TaskMachine) -> Option<ObservedServiceTask> {
        let document = &self.document;
        let status = machine.status();
        let mut seen = ObservedServiceTask::new(
            self.service()?,
            document.started_by()?,
            document.task_arn()?,
            status.last,
        );
        let instance = document.container_instance_arn().map(Arc::from);
        let zone = document.availability_zone().map(Arc::from);
        seen.place = instance
            .map(TaskPlace::Instance)
            .or(zone.map(TaskPlace::Zone));
        seen.is_stopping = status.shall_stop;
        seen.health = Some(machine.health());
        seen.started_at = machine.timeline().started_at;
        seen.protected_until = self.protected_until;
        seen.stop_code = machine.stop_code();
        seen.stopped_reason = machine.stopped_reason().map(|reason| (*reason).into());
        seen.version = i64::try_from(machine.version()).ok();
        Some(seen)
    }
}

impl ClusterState {
    /// What changes when this happens to a task, one after another: its lifecycle, what it holds,
    /// and what its service sees. Nothing if it is not news.
    pub(crate) fn decide_task(
        &self,
        arn: &Arc<str>,
        events: impl IntoIterator<Item = TaskEvent>,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let Some(task) = self.tasks.get(arn) else {
            return Vec::new();
        };
        let mut after = task.machine.clone();
        let mut records = Vec::new();
        for event in events {
            if let Some(record) = after.decide(event, now).record {
                let _ = after.apply(&record);
                records.push(record);
            }
        }
        if records.is_empty() {
            return Vec::new();
        }
        let (was, is) = (task.machine.status(), after.status());
        let holds = self.cell.task(arn).is_some();
        let task_arn = || Arc::clone(arn);
        let released = match (is.last.has_stopped(), is.shall_stop && !was.shall_stop) {
            (true, _) => Some(Change::Stopped { task: task_arn() }),
            (false, true) => Some(Change::Stopping { task: task_arn() }),
            (false, false) => None,
        };
        let released = released.filter(|_| holds).map(Box::new);
        let mut changes: Vec<_> = released.map(ClusterChange::Cell).into_iter().collect();
        changes.extend(records.into_iter().map(|record| ClusterChange::Task {
            task: task_arn(),
            record: Box::new(record),
        }));
        if is.shall_stop && !was.shall_stop {
            changes.extend(self.no_longer_waits(arn, task, now));
        }
        let seen = task.seen(&after);
        let news = seen.and_then(|seen| self.services.decide_observe(&seen, now).ok()?);
        changes.extend(news.map(Box::new).map(ClusterChange::Service));
        changes
    }

    /// A task of RunTask shall stop or has an instance: its capacity provider need not wait for
    /// one. That of a task of a service is the services' business.
    pub(super) fn no_longer_waits(
        &self,
        arn: &Arc<str>,
        task: &TaskState,
        at: Timestamp,
    ) -> Option<ClusterChange> {
        let is_waiting = task.service().is_none()
            && !task.is_placed()
            && task.document.capacity_provider_name.is_some();
        let waited = CapacityEvent::Waited {
            task: Arc::clone(arn),
        };
        let events = vec![waited];
        let change = ServiceChange::Capacity { events, at };
        is_waiting.then(|| ClusterChange::Service(Box::new(change)))
    }

    /// What an agent says of a task.
    pub(crate) fn take_report(
        &self,
        task: &Arc<str>,
        report: &AgentReport,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let event = match report {
            AgentReport::Launched => {
                let connected = TaskEvent::Connectivity { is_connected: true };
                return self.decide_task(task, [TaskEvent::Launched, connected], now);
            }
            AgentReport::State(request) => TaskEvent::Report((**request).clone()),
            AgentReport::Target { health } => return self.take_target(task, health, now),
            AgentReport::Health { container, health } => TaskEvent::Health {
                container: container.to_string(),
                health: health.clone(),
            },
        };
        self.decide_task(task, [event], now)
    }

    /// What the target groups say of a task of a service.
    fn take_target(
        &self,
        task: &Arc<str>,
        health: &TargetHealth,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let known = self.tasks.get(task);
        let seen = known.and_then(|task| task.seen(&task.machine));
        let seen = seen.map(|mut seen| {
            seen.target = Some(health.clone());
            seen
        });
        let news = seen.and_then(|seen| self.services.decide_observe(&seen, now).ok()?);
        let news = news.map(Box::new).map(ClusterChange::Service);
        news.into_iter().collect()
    }

    /// The changes that protect a task, and tell its service.
    pub(crate) fn decide_protect(
        &self,
        arn: &Arc<str>,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let Some(task) = self.tasks.get(arn) else {
            return Vec::new();
        };
        let seen = task.seen(&task.machine).map(|mut seen| {
            // A time that is over ends the protection.
            seen.protected_until = until.or(Some(now));
            seen
        });
        let news = seen.and_then(|seen| self.services.decide_observe(&seen, now).ok()?);
        let news = news.map(Box::new).map(ClusterChange::Service);
        std::iter::once(ClusterChange::Protect {
            task: Arc::clone(arn),
            until,
        })
        .chain(news)
        .collect()
    }
}
