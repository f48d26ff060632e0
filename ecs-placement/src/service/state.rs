//! A service, its deployments and its tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::deployment::DeploymentControllerType;
use ecs_model::{Event, Timestamp};
use serde::{Deserialize, Serialize};

use super::events::EventLog;
use super::history::History;
use super::rebalance::Rebalancing;
use super::settings::{Rules, ServiceSettings};
use super::task::{HealthRule, Numbers, ServiceTask};
use super::task_sets::TaskSets;
use super::{Class, ServicePolicy};
use crate::deployment::shift::{ShiftAction, ShiftingDeployment};
use crate::deployment::{Bounds, DeploymentState, Fleet};

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceState {
    pub(super) name: Arc<str>,
    /// The ARN of its cluster.
    pub(super) cluster: Arc<str>,
    pub(super) arn: Arc<str>,
    pub(super) status: ServiceStatus,
    pub(super) created_at: Timestamp,
    pub(super) desired: u32,
    pub(super) is_daemon: bool,
    pub(super) settings: ServiceSettings,
    /// The first is the one that the service goes to.
    pub(super) deployments: Vec<DeploymentState>,
    pub(super) next_deployment: u32,
    /// The tasks that have not stopped, by the order in which they were started.
    pub(super) tasks: BTreeMap<u64, ServiceTask>,
    pub(super) next_task: u64,
    /// Tasks of deleted services of this name that have not stopped. They count no more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) left: BTreeMap<u64, ServiceTask>,
    /// What happens by time alone.
    pub(super) timers: BTreeSet<(Timestamp, Timer)>,
    pub(super) log: EventLog,
    /// How many events were published.
    #[serde(default)]
    pub(super) told: u64,
    /// Tasks that run and are to be registered in target groups.
    #[serde(skip)]
    pub(super) unregistered: Numbers,
    /// Events to publish; they are handed over after each change.
    #[serde(skip)]
    pub(super) news: Vec<Event>,
    /// Hooks of a deployment that rolls which are to be called; they are handed over likewise.
    #[serde(skip)]
    pub(super) asked: Vec<ShiftAction>,
    /// The deployment that shifts traffic, or the last one that did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shift: Option<Box<ShiftingDeployment>>,
    #[serde(default, skip_serializing_if = "History::is_empty")]
    pub(super) history: History,
    /// The move of a task from one Availability Zone to another, while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rebalancing: Option<Box<Rebalancing>>,
    /// The task that was started for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) moved: Option<u64>,
    /// The instances and tasks, by the number of the last, with which a move found no place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gave_up: Option<(u64, u64)>,
    /// What it has instead of deployments if its user deploys it: it is of controller `EXTERNAL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) task_sets: Option<Box<TaskSets>>,
    /// Whether nothing speaks against moving its tasks.
    #[serde(skip)]
    pub(super) can_rebalance: bool,
    #[serde(skip)]
    pub(super) rules: Rules,
}

/// How a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ServiceStatus {
    /// It is kept.
    Active,
    /// It is deleted and still has tasks that run.
    Draining,
    /// It is deleted.
    Inactive,
}

/// What to look at when time has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Timer {
    /// A task, which may be healthy, out of its grace period or no longer protected.
    Task(u64),
    /// The service: a wait is over.
    Service,
}

impl ServiceState {
    /// Works out what is not saved.
    pub(super) fn rebuild(&mut self) -> Result<(), super::ServiceError> {
        self.rules = self.settings.rules(self.is_daemon)?;
        for deployment in &mut self.deployments {
            deployment.ranks = super::Ranks::default();
            let request = self.settings.request(&self.name, &deployment.revision)?;
            deployment.request = Some(request);
        }
        self.judge_rebalancing();
        let tasks = std::mem::take(&mut self.tasks);
        for (number, task) in &tasks {
            if let Some(deployment) = self.deployment_mut(task.deployment) {
                deployment.ranks.add(*number, task);
            }
        }
        self.tasks = tasks;
        let numbers: Vec<u64> = self.tasks.keys().copied().collect();
        for number in numbers {
            self.note_registration(number);
        }
        Ok(())
    }

    /// Who deploys it.
    pub(super) fn controller(&self) -> DeploymentControllerType {
        match self.task_sets {
            Some(_) => DeploymentControllerType::External,
            None => DeploymentControllerType::Ecs,
        }
    }

    /// A task that has not stopped, of a deleted service of this name too.
    pub(super) fn task(&self, number: u64) -> Option<&ServiceTask> {
        let own = self.tasks.get(&number);
        own.or_else(|| self.left.get(&number))
    }

    /// Takes the name of a deleted service over, with its tasks that have not stopped.
    pub(super) fn follow(&mut self, deleted: &mut Self) {
        self.next_task = deleted.next_task;
        self.left = std::mem::take(&mut deleted.left);
        self.left.append(&mut deleted.tasks);
    }

    pub(super) fn primary(&self) -> Option<&DeploymentState> {
        self.deployments.first()
    }

    /// The other deployments, the newest first.
    pub(super) fn older(&self) -> &[DeploymentState] {
        self.deployments.get(1..).unwrap_or_default()
    }

    pub(super) fn deployment(&self, number: u32) -> Option<&DeploymentState> {
        self.deployments.iter().find(|one| one.number == number)
    }

    pub(super) fn deployment_mut(&mut self, number: u32) -> Option<&mut DeploymentState> {
        self.deployments.iter_mut().find(|one| one.number == number)
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&DeploymentState> {
        self.deployments.iter().find(|one| *one.id == *id)
    }

    pub(super) fn by_id_mut(&mut self, id: &str) -> Option<&mut DeploymentState> {
        self.deployments.iter_mut().find(|one| *one.id == *id)
    }

    /// The tasks that it shall have: none once it is deleted.
    pub(super) fn wanted(&self) -> u32 {
        match self.status {
            ServiceStatus::Active => self.desired,
            ServiceStatus::Draining | ServiceStatus::Inactive => 0,
        }
    }

    pub(super) fn bounds(&self, policy: &ServicePolicy) -> Bounds {
        policy.bounds(self.wanted(), self.rules.minimum, self.rules.maximum)
    }

    /// Its tasks, counted. Those that cannot stay where they are count as old ones, and while hooks
    /// hold the newest deployment back those of older ones as new.
    pub(super) fn fleet(&self) -> Fleet {
        let mut fleet = Fleet::of(self.wanted());
        let lasting = self.lasting().len();
        for (position, deployment) in self.deployments.iter().enumerate() {
            let ranks = &deployment.ranks;
            let (mut healthy, mut other) = (ranks.draining.healthy.len(), ranks.draining.others());
            let staying = &ranks.staying;
            if position < lasting {
                let coming = staying.pending.len().saturating_add(staying.warming.len());
                let add = |known: &mut u32, more: usize| *known = known.saturating_add(count(more));
                add(&mut fleet.new_healthy, staying.healthy.len());
                add(&mut fleet.new_coming, coming);
                add(&mut fleet.new_unhealthy, staying.unhealthy.len());
            } else {
                healthy = healthy.saturating_add(staying.healthy.len());
                other = other.saturating_add(staying.others());
            }
            fleet.old_healthy = fleet.old_healthy.saturating_add(count(healthy));
            fleet.old_other = fleet.old_other.saturating_add(count(other));
            let stopping = count(ranks.stopping.len());
            fleet.stopping = fleet.stopping.saturating_add(stopping);
        }
        fleet
    }

    /// Whether it has what it shall have, all of it healthy and in its place.
    pub(super) fn is_steady(&self) -> bool {
        let Some((primary, older)) = self.deployments.split_first() else {
            return false;
        };
        let ranks = &primary.ranks;
        ranks.staying.healthy.len() == self.wanted() as usize
            && ranks.kept() == ranks.staying.healthy.len()
            && ranks.stopping.is_empty()
            && older.iter().all(|older| older.ranks.is_empty())
    }

    /// Whether its newest deployment has come to what it is there for: all is steady, or as much as
    /// is enough for an early success.
    pub(super) fn is_done(&self) -> bool {
        let Some((primary, older)) = self.deployments.split_first() else {
            return false;
        };
        let is_early = self.rules.early.is_some_and(|early| {
            let healthy = count(primary.ranks.staying.healthy.len());
            let is_clean = || older.iter().all(|older| older.ranks.is_empty());
            healthy >= early.required(self.wanted()) && (early.is_deferred || is_clean())
        });
        is_early || self.is_steady()
    }

    /// Whether unhealthy tasks of it stop, and have not stopped.
    pub(super) fn is_replacing(&self) -> bool {
        let mut deployments = self.deployments.iter();
        deployments.any(|one| !one.ranks.replaced.is_empty())
    }

    /// Adds a task.
    pub(super) fn insert(&mut self, task: ServiceTask) -> u64 {
        let number = self.next_task;
        self.next_task = number.saturating_add(1);
        if let Some(deployment) = self.deployment_mut(task.deployment) {
            deployment.ranks.add(number, &task);
        }
        self.tasks.insert(number, task);
        number
    }

    /// Notes whether a task is to be registered in target groups.
    fn note_registration(&mut self, number: u64) {
        let Some(task) = self.tasks.get(&number) else {
            return;
        };
        let deployment = self.deployment(task.deployment);
        let has_targets = deployment.is_some_and(|one| one.targets().next().is_some());
        let is_due = task.running_since.is_some() && !task.is_registered && task.stop.is_none();
        match has_targets && is_due {
            true => self.unregistered.insert(number),
            false => self.unregistered.remove(&number),
        };
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<ServiceTask> {
        let task = self.tasks.remove(&number)?;
        self.unregistered.remove(&number);
        if let Some(deployment) = self.deployment_mut(task.deployment) {
            deployment.ranks.remove(number, &task);
        }
        Some(task)
    }

    /// Changes a task, and counts it as it is then.
    pub(super) fn revise(
        &mut self,
        number: u64,
        policy: &ServicePolicy,
        at: Timestamp,
        change: impl FnOnce(&mut ServiceTask),
    ) {
        let Some(mut task) = self.remove(number) else {
            return;
        };
        change(&mut task);
        let before = task.class;
        let (class, until) = task.judge(self.health_rule(task.deployment, policy), at);
        task.class = class;
        let protected = task.protected_until.filter(|until| at < *until);
        for until in [until, protected].into_iter().flatten() {
            self.timers.insert((until, Timer::Task(number)));
        }
        if class == Class::Healthy && before != Class::Healthy {
            task.was_healthy = true;
            let breaker = self.breaker();
            if let (Some(breaker), Some(deployment)) =
                (breaker, self.deployment_mut(task.deployment))
            {
                deployment.failures.healthy(&breaker);
            }
        }
        if let Some(deployment) = self.deployment_mut(task.deployment) {
            deployment.ranks.add(number, &task);
        }
        self.tasks.insert(number, task);
        self.note_registration(number);
    }

    fn health_rule(&self, deployment: u32, policy: &ServicePolicy) -> HealthRule {
        let revision = self.deployment(deployment).map(|one| &one.revision);
        HealthRule {
            has_target: revision.is_some_and(|revision| revision.has_target()),
            has_check: revision.is_some_and(|revision| revision.has_check),
            healthy_after: policy.healthy_after,
            grace: self.settings.grace,
        }
    }
}

/// Tasks as the API counts them.
pub(super) fn count(tasks: usize) -> u32 {
    u32::try_from(tasks).unwrap_or(u32::MAX)
}
