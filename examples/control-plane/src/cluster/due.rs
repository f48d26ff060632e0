//! What is due in a cluster.

use std::sync::Arc;

use ecs_model::deployment::DeploymentRolloutState;
use ecs_model::{Service, Timestamp};
use ecs_placement::service::{ServiceChange, ServiceDecision};
use ecs_placement::{Change, CommitPolicy};
use ecs_state::{
    AttachmentStatus, HostLoss, InstanceAction, InstanceEvent, TaskAction, TaskEvent, TaskStatus,
};
use ecs_taskdef::Registry;

use super::{ClusterChange, ClusterState, ToDo};

impl ClusterState {
    /// When something is to be done.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        if !self.to_do.is_empty() || self.index.looked != Some(self.cell.version()) {
            return Some(Timestamp::UNIX_EPOCH);
        }
        let own = self.index.due.first();
        let own = own.map(|(at, _)| Timestamp::from_micros(*at));
        let services = self.services.poll_timeout();
        own.into_iter().chain(services).min_by_key(|at| at.micros())
    }

    /// When something is to be done that changes more than what is remembered.
    pub(crate) fn poll_progress(&self) -> Option<Timestamp> {
        if !self.to_do.is_empty() || self.index.looked != Some(self.cell.version()) {
            return Some(Timestamp::UNIX_EPOCH);
        }
        let mut due = self.index.due.iter();
        let own = due.find(|(_, arn)| match self.tasks.get(arn) {
            Some(task) => !task.has_stopped(),
            None => self
                .instances
                .get(arn)
                .is_some_and(|one| one.machine.is_listed()),
        });
        let own = own.map(|(at, _)| Timestamp::from_micros(*at));
        let mut services = self.services.service_names();
        let moves = services.any(|name| {
            let service = self.services.describe(name);
            service.is_some_and(|service| !is_steady(&service))
        });
        let services = self.services.poll_timeout().filter(|_| moves);
        own.into_iter().chain(services).min_by_key(|at| at.micros())
    }

    /// The next that is due: what came up first, then what time brings, then the services.
    pub(crate) fn due(
        &mut self,
        registry: &Registry,
        now: Timestamp,
        seed: u64,
    ) -> Option<Vec<ClusterChange>> {
        if let Some(to_do) = self.to_do.front() {
            let mut changes = vec![ClusterChange::Done];
            changes.extend(self.carry_out(to_do, registry, now, seed));
            return Some(changes);
        }
        let due = self.index.due.first();
        let due = due.filter(|(at, _)| *at <= now.micros());
        if let Some((_, arn)) = due.cloned() {
            let changes = self.time_passes(&arn, now);
            if !changes.is_empty() {
                return Some(changes);
            }
        }
        self.reconcile(now, seed)
    }

    fn time_passes(&self, arn: &Arc<str>, now: Timestamp) -> Vec<ClusterChange> {
        let Some(instance) = self.instances.get(arn) else {
            return self.decide_task(arn, [TaskEvent::Timeout], now);
        };
        if !instance.machine.is_describable(now) {
            let instance = Arc::clone(arn);
            return vec![ClusterChange::ForgetInstance { instance }];
        }
        // Time can pass in every status.
        self.decide_instance(arn, InstanceEvent::Timeout, now)
            .unwrap_or_default()
    }

    /// The next that the services do.
    fn reconcile(&mut self, now: Timestamp, seed: u64) -> Option<Vec<ClusterChange>> {
        let version = self.cell.version();
        let is_due = self.services.poll_timeout().is_some_and(|at| at <= now);
        if !is_due && self.index.looked == Some(version) {
            return None;
        }
        let Some(decision) = self.services.decide(now, &self.cell, seed) else {
            let placed = self.place_waiting(now, seed);
            if placed.is_none() {
                self.index.looked = Some(version);
            }
            return placed;
        };
        let cell = |change| ClusterChange::Cell(Box::new(change));
        let mut changes = Vec::new();
        let change = match decision {
            ServiceDecision::Change(change) => change,
            ServiceDecision::Start(start) => {
                let transaction = start.transaction();
                let commit = transaction.and_then(|transaction| {
                    let policy = CommitPolicy::Rebase;
                    // Without an answer none of the tasks has found a place.
                    let decided = self.cell.decide(transaction, policy).ok()?;
                    if let Some(change) = decided.change {
                        let token = Arc::from(transaction.token());
                        changes.extend([cell(change), cell(Change::Forget { token })]);
                    }
                    Some(decided.commit)
                });
                start.into_change(commit.as_ref())
            }
            _ => return None,
        };
        if let ServiceChange::Stop { tasks, .. } = &change {
            let held = tasks
                .iter()
                .filter(|(task, _)| self.cell.task(task).is_some());
            changes.extend(held.map(|(task, _)| {
                let task = Arc::clone(task);
                cell(Change::Stopping { task })
            }));
        }
        changes.push(ClusterChange::Service(Box::new(change)));
        Some(changes)
    }

    fn carry_out(
        &self,
        to_do: &ToDo,
        registry: &Registry,
        now: Timestamp,
        seed: u64,
    ) -> Vec<ClusterChange> {
        match to_do {
            ToDo::Task { task, action } => self.carry_out_for_task(task, *action, now),
            ToDo::Instance { instance, action } => match action {
                InstanceAction::LoseTasks => self.lose_tasks(instance, now),
                // Draining is the services' business, and no trunk is ever attached.
                _ => Vec::new(),
            },
            ToDo::Service(action) => self.follow(action, registry, now, seed),
        }
    }

    /// What is prepared for a task, and taken back, is there at once. What is an agent's to do was
    /// given to it.
    fn carry_out_for_task(
        &self,
        arn: &Arc<str>,
        action: TaskAction,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        let Some(task) = self.tasks.get(arn) else {
            return Vec::new();
        };
        let (attachment, phase) = match action {
            TaskAction::Provision if !task.is_placed() => return Vec::new(),
            TaskAction::Provision => (Some(AttachmentStatus::Attached), TaskStatus::Provisioning),
            TaskAction::Register => (None, TaskStatus::Activating),
            TaskAction::Deregister => (None, TaskStatus::Deactivating),
            TaskAction::Deprovision => {
                (Some(AttachmentStatus::Deleted), TaskStatus::Deprovisioning)
            }
            TaskAction::Launch | TaskAction::StopContainers => return Vec::new(),
            _ => return Vec::new(),
        };
        let attachments = attachment.into_iter().flat_map(|status| {
            let ids = task
                .document
                .attachments()
                .iter()
                .filter_map(|one| one.id.clone());
            ids.map(move |id| TaskEvent::Attachment { id, status })
        });
        let events = attachments.chain([TaskEvent::PhaseDone(phase)]);
        self.decide_task(arn, events, now)
    }

    /// The tasks of an instance that is gone.
    fn lose_tasks(&self, instance: &str, now: Timestamp) -> Vec<ClusterChange> {
        let tasks = self.tasks.iter().filter(|(_, task)| {
            !task.has_stopped() && task.document.container_instance_arn() == Some(instance)
        });
        let lost = || [TaskEvent::HostLost(HostLoss::Deregistered)];
        tasks
            .flat_map(|(arn, _)| self.decide_task(arn, lost(), now))
            .collect()
    }
}

/// Whether a service has all it shall have, and no deployment is under way.
fn is_steady(service: &Service) -> bool {
    let has_all =
        service.running_count() == service.desired_count() && service.pending_count() == Some(0);
    let mut deployments = service.deployments().iter();
    let is_over = deployments.all(|one| {
        one.status() == Some("PRIMARY")
            && one.rollout_state() != Some(&DeploymentRolloutState::InProgress)
    });
    service.status() == Some("INACTIVE") || has_all && is_over
}
