//! How a service and its deployments change.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::deployment::rollout_reason;
use ecs_model::{Timestamp, service_message};

use super::hooks::RollingHooks;
use super::service_deployment::Rolling;
use super::state::{ServiceState, ServiceStatus, Timer};
use super::{DeploymentFailure, Notice, ServicePolicy};
use crate::deployment::{DeploymentState, Revision, RolloutReason, RolloutState, after};

impl ServiceState {
    pub(super) fn delete(&mut self, at: Timestamp) {
        self.interrupt_rebalancing(at);
        self.status = ServiceStatus::Draining;
        self.desired = 0;
        // Its service deployments are deleted with it.
        self.shift = None;
        self.history = Default::default();
        self.scale_task_sets(at);
    }

    /// Makes a new deployment the one to go to.
    pub(super) fn deploy(
        &mut self,
        (id, revision): (Arc<str>, Revision),
        alarms: &BTreeSet<Box<str>>,
        at: Timestamp,
    ) {
        let number = self.next_deployment;
        self.next_deployment = number.saturating_add(1);
        let mut deployment = DeploymentState::new(id, number, Arc::new(revision), at);
        let request = self.settings.request(&self.name, &deployment.revision);
        deployment.request = request.ok();
        deployment.ignores_alarms = self.has_alarm(alarms);
        // The target groups of load balancers take turns, if traffic is shifted between them. What
        // serves is what was completed last.
        let completed = |one: &&DeploymentState| one.rollout == RolloutState::Completed;
        let before = self.deployments.iter().find(completed).or(self.primary());
        deployment.takes_alternate = match self.settings.shifts_traffic() {
            true => before.is_some_and(|before| !before.takes_alternate),
            false => before.is_some_and(|before| before.takes_alternate),
        };
        let id = Arc::clone(&deployment.id);
        self.deployments.insert(0, deployment);
        self.judge_rebalancing();
        self.tell_in_progress(&id, rollout_reason::in_progress(&id), at);
        let older = self.older().iter().filter(|one| !one.ranks.is_empty());
        let sources: Vec<_> = older.map(|one| Arc::clone(&one.id)).collect();
        self.begin_shift(at);
        if !self.settings.shifts_traffic() {
            let hooks = RollingHooks::of(&self.settings.deployments);
            self.history.rolling = Some(Rolling::new(&id, sources, hooks, at));
        }
        self.note_revision(&id, at);
    }

    /// Whether one of its alarms is in ALARM: a deployment that starts then does without them.
    pub(super) fn has_alarm(&self, alarms: &BTreeSet<Box<str>>) -> bool {
        let own = self.rules.alarms.as_ref();
        let mut names = own.into_iter().flat_map(|one| one.alarm_names());
        names.any(|name| alarms.contains(&**name))
    }

    /// Works out again what follows from the settings, which were checked.
    pub(super) fn follow_settings(&mut self) {
        if let Ok(rules) = self.settings.rules(self.is_daemon) {
            self.rules = rules;
        }
        for deployment in &mut self.deployments {
            let request = self.settings.request(&self.name, &deployment.revision);
            deployment.request = request.ok();
        }
        self.judge_rebalancing();
        self.gave_up = None;
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
        // What bakes and is no longer done bakes anew when it is done again.
        if !self.is_done()
            && let Some(primary) = self.deployments.first_mut()
        {
            primary.baking_since = None;
        }
    }

    /// Everything whose time has come.
    pub(super) fn elapse(&mut self, policy: &ServicePolicy, at: Timestamp) {
        while let Some((due, timer)) = self.timers.first().copied()
            && due <= at
        {
            self.timers.pop_first();
            if let Timer::Task(number) = timer {
                self.revise(number, policy, at, |_| {});
            }
        }
    }

    /// A deployment has done all, and bakes.
    pub(super) fn bake(&mut self, id: &str, policy: &ServicePolicy, at: Timestamp) {
        let until = after(at, self.bake_time(policy.alarm_bake_time));
        if let Some(deployment) = self.by_id_mut(id) {
            deployment.baking_since = Some(at);
        }
        self.timers.insert((until, Timer::Service));
    }

    pub(super) fn complete(&mut self, id: &str, repeat_after: u32, at: Timestamp) {
        let Some(deployment) = self.by_id_mut(id) else {
            return;
        };
        deployment.rollout = RolloutState::Completed;
        deployment.reason = RolloutReason::Completed;
        deployment.updated_at = at;
        deployment.baking_since = None;
        for deployment in &mut self.deployments {
            deployment.owed = 0;
        }
        let message = service_message::deployment_completed(&self.name, id);
        self.log.push(&self.arn, message, at);
        self.tell_completed(id, at);
        if self.is_steady() {
            self.tell(Notice::Steady, repeat_after, at);
        }
    }

    pub(super) fn fail(&mut self, id: &str, failure: DeploymentFailure, at: Timestamp) {
        let Some(deployment) = self.by_id_mut(id) else {
            return;
        };
        deployment.rollout = RolloutState::Failed;
        deployment.reason = match failure {
            DeploymentFailure::CircuitBreaker => RolloutReason::Breaker,
            DeploymentFailure::Alarm => RolloutReason::Alarm,
            DeploymentFailure::Stopped => RolloutReason::Stopped,
            DeploymentFailure::Shift => RolloutReason::Shift,
        };
        deployment.updated_at = at;
        deployment.owed = 0;
        let message = match failure {
            DeploymentFailure::CircuitBreaker => {
                Some(service_message::deployment_failed(&self.name, id))
            }
            DeploymentFailure::Alarm => {
                Some(service_message::deployment_failed_by_alarm(&self.name, id))
            }
            DeploymentFailure::Stopped | DeploymentFailure::Shift => None,
        };
        if let Some(message) = message {
            self.log.push(&self.arn, message, at);
        }
        self.tell_failed(id, failure, at);
    }

    /// Makes an older deployment the one to go to again.
    pub(super) fn go_back(
        &mut self,
        id: &str,
        failure: DeploymentFailure,
        alarms: &BTreeSet<Box<str>>,
        at: Timestamp,
    ) {
        let Some(position) = self.deployments.iter().position(|one| *one.id == *id) else {
            return;
        };
        let mut restored = self.deployments.remove(position);
        let back = match failure {
            DeploymentFailure::CircuitBreaker => RolloutReason::BackFromBreaker,
            DeploymentFailure::Alarm => RolloutReason::BackFromAlarm,
            DeploymentFailure::Stopped => RolloutReason::BackFromStop,
            DeploymentFailure::Shift => RolloutReason::BackFromShift,
        };
        restored.resume(back, at);
        restored.ignores_alarms = self.has_alarm(alarms);
        self.deployments.insert(0, restored);
        self.judge_rebalancing();
        let message = service_message::rolling_back(&self.name, id);
        self.log.push(&self.arn, message, at);
        self.tell_in_progress(id, back.text(id), at);
    }

    /// An unhealthy task is replaced: a failure of its deployment, by whose revision it is
    /// replaced even if there is a newer one.
    pub(super) fn count_replaced(&mut self, number: u64) {
        let Some(of) = self.tasks.get(&number).map(|task| task.deployment) else {
            return;
        };
        let is_older = self.primary().is_some_and(|primary| primary.number != of);
        // While traffic is shifted, or hooks hold the newest deployment back, each revision is kept
        // for itself, as each task set is, and nothing is owed.
        let is_kept_alone = self.active_shift().is_some() || self.is_held();
        let is_owed = is_older && !is_kept_alone && self.task_sets.is_none();
        if let Some(deployment) = self.deployment_mut(of) {
            deployment.failed_tasks = deployment.failed_tasks.saturating_add(1);
            if deployment.is_in_progress() {
                deployment.failures.failed(1);
            }
            if is_owed && deployment.rollout != RolloutState::Failed {
                deployment.owed = deployment.owed.saturating_add(1);
            }
        }
    }
}
