//! A task of a service, and the tasks of a deployment by how they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::{HealthStatus, TaskStatus, Timestamp};
use serde::{Deserialize, Serialize};

use super::{StopCause, TargetHealth, TaskPlace};
use crate::deployment::after;

/// A task that has not stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ServiceTask {
    pub(crate) task: Arc<str>,
    /// The number of its deployment.
    pub(crate) deployment: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<TaskPlace>,
    /// The capacity provider that it was started for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<Arc<str>>,
    pub(crate) last_status: TaskStatus,
    /// Why it shall stop, if it shall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stop: Option<StopCause>,
    /// When it reached RUNNING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) running_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) health: Option<HealthStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<TargetHealth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) protected_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<i64>,
    /// Whether it ever was healthy.
    #[serde(default)]
    pub(crate) was_healthy: bool,
    /// Whether it is registered in the target groups of its service.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_registered: bool,
    pub(crate) class: Class,
    /// Whether its instance takes no more tasks.
    #[serde(default)]
    pub(crate) is_draining: bool,
}

/// How a task is, as bounds count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Class {
    /// It does not run yet.
    Pending,
    /// It runs, and it is not known to be healthy.
    Warming,
    Healthy,
    Unhealthy,
    /// It shall stop.
    Stopping,
}

/// What makes a task healthy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HealthRule {
    /// Target groups have a say.
    pub(crate) has_target: bool,
    /// An essential container has a health check.
    pub(crate) has_check: bool,
    /// Seconds after RUNNING, if nothing has a say.
    pub(crate) healthy_after: u32,
    /// Seconds after RUNNING in which failed checks do not count.
    pub(crate) grace: u32,
}

impl ServiceTask {
    /// A task of a deployment that was just started.
    pub(crate) fn new(task: Arc<str>, deployment: u32) -> Self {
        Self {
            task,
            deployment,
            place: None,
            provider: None,
            last_status: TaskStatus::Provisioning,
            stop: None,
            running_since: None,
            health: None,
            target: None,
            protected_until: None,
            version: None,
            was_healthy: false,
            is_registered: false,
            class: Class::Pending,
            is_draining: false,
        }
    }

    /// How the task is at a moment, and when that changes by time alone.
    pub(crate) fn judge(&self, rule: HealthRule, at: Timestamp) -> (Class, Option<Timestamp>) {
        if self.stop.is_some() || self.last_status > TaskStatus::Running {
            return (Class::Stopping, None);
        }
        let Some(since) = self.running_since else {
            return (Class::Pending, None);
        };
        let until = |end: Timestamp, then: Class| match at < end {
            true => (Class::Warming, Some(end)),
            false => (then, None),
        };
        let (check, target) = (self.health.as_ref(), self.target.as_ref());
        let fails_check = rule.has_check && check == Some(&HealthStatus::Unhealthy);
        let fails_target =
            rule.has_target && matches!(target, Some(TargetHealth::Unhealthy { .. }));
        if fails_check || fails_target {
            return until(after(since, rule.grace), Class::Unhealthy);
        }
        if !rule.has_check && !rule.has_target {
            return until(after(since, rule.healthy_after), Class::Healthy);
        }
        let passes_check = !rule.has_check || check == Some(&HealthStatus::Healthy);
        let passes_target = !rule.has_target || target == Some(&TargetHealth::Healthy);
        match passes_check && passes_target {
            true => (Class::Healthy, None),
            false => (Class::Warming, None),
        }
    }

    pub(crate) fn is_protected(&self, now: Timestamp) -> bool {
        self.protected_until.is_some_and(|until| now < until)
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.last_status < TaskStatus::Running
    }
}

/// Tasks by the order in which they were started.
pub(crate) type Numbers = BTreeSet<u64>;

/// Tasks that shall run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    pub(crate) pending: Numbers,
    pub(crate) warming: Numbers,
    pub(crate) healthy: Numbers,
    pub(crate) unhealthy: Numbers,
}

/// The tasks of a deployment, by how they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranks {
    /// Those that can stay where they are.
    pub(crate) staying: Kept,
    /// Those whose instance takes no more tasks.
    pub(crate) draining: Kept,
    pub(crate) stopping: Numbers,
    /// Of these, those that were unhealthy.
    pub(crate) replaced: Numbers,
}

impl Kept {
    pub(crate) fn len(&self) -> usize {
        self.healthy.len().saturating_add(self.others())
    }

    /// Those that are not healthy.
    pub(crate) fn others(&self) -> usize {
        let running = self.warming.len().saturating_add(self.unhealthy.len());
        running.saturating_add(self.pending.len())
    }

    fn of(&mut self, class: Class) -> Option<&mut Numbers> {
        match class {
            Class::Pending => Some(&mut self.pending),
            Class::Warming => Some(&mut self.warming),
            Class::Healthy => Some(&mut self.healthy),
            Class::Unhealthy => Some(&mut self.unhealthy),
            Class::Stopping => None,
        }
    }
}

impl Ranks {
    pub(crate) fn add(&mut self, number: u64, task: &ServiceTask) {
        let kept = match task.is_draining {
            true => &mut self.draining,
            false => &mut self.staying,
        };
        match kept.of(task.class) {
            Some(numbers) => drop(numbers.insert(number)),
            None => {
                self.stopping.insert(number);
                if task.stop.as_ref().is_some_and(StopCause::is_unhealthy) {
                    self.replaced.insert(number);
                }
            }
        }
    }

    pub(crate) fn remove(&mut self, number: u64, task: &ServiceTask) {
        let kept = match task.is_draining {
            true => &mut self.draining,
            false => &mut self.staying,
        };
        match kept.of(task.class) {
            Some(numbers) => drop(numbers.remove(&number)),
            None => {
                self.stopping.remove(&number);
                self.replaced.remove(&number);
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.kept() == 0 && self.stopping.is_empty()
    }

    /// The tasks that shall run.
    pub(crate) fn kept(&self) -> usize {
        self.staying.len().saturating_add(self.draining.len())
    }

    pub(crate) fn pending(&self) -> usize {
        let draining = self.draining.pending.len();
        self.staying.pending.len().saturating_add(draining)
    }

    /// The tasks that run, those that shall stop included.
    pub(crate) fn still_running(&self) -> usize {
        self.running().saturating_add(self.stopping.len())
    }

    /// The tasks that run and shall run.
    pub(crate) fn running(&self) -> usize {
        self.kept().saturating_sub(self.pending())
    }
}
