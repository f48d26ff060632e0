//! Service deployments that roll: how a service comes to a revision, told by what happens to its
//! deployments. Those that shift traffic tell their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::deployment::{
    Rollback, ServiceDeploymentAlarms, ServiceDeploymentCircuitBreaker, ServiceRevisionSummary,
    status_reason,
};
use ecs_model::service::ServiceCurrentRevisionSummary;
use ecs_model::{Deployment, ServiceDeployment, Timestamp};
use serde::{Deserialize, Serialize};

use super::describe::integer;
use super::hooks::RollingHooks;
use super::state::ServiceState;
use super::{DeploymentFailure, ServicePolicy};
use crate::deployment::shift::{ShiftStatus, Times, monitor_status};

/// A service deployment that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Rolling {
    /// The id of the deployment that it goes to.
    target: Arc<str>,
    /// The ids of those that it began with.
    sources: Vec<Arc<str>>,
    status: ShiftStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status_reason: Option<String>,
    times: Times,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<DeploymentFailure>,
    /// The id of the deployment that it goes back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    candidate: Option<Arc<str>>,
    /// The alarms that went off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    triggered: Vec<String>,
    /// What the circuit breaker had counted when it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failures: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hooks: Option<Box<RollingHooks>>,
}

impl Rolling {
    pub(super) fn new(
        target: &Arc<str>,
        sources: Vec<Arc<str>>,
        hooks: Option<Box<RollingHooks>>,
        at: Timestamp,
    ) -> Self {
        Self {
            hooks,
            target: Arc::clone(target),
            sources,
            status: ShiftStatus::Pending,
            status_reason: None,
            times: Times::created(at),
            failure: None,
            candidate: None,
            triggered: Vec::new(),
            failures: None,
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        self.status == ShiftStatus::Pending
    }

    fn is_going_back(&self) -> bool {
        self.status == ShiftStatus::RollbackInProgress
    }

    pub(super) fn has_ended(&self) -> bool {
        self.status.is_terminal()
    }

    pub(super) fn target(&self) -> &Arc<str> {
        &self.target
    }

    /// The hooks that have a say: none once it goes back.
    pub(super) fn hooks(&self) -> Option<&RollingHooks> {
        let goes_on = matches!(self.status, ShiftStatus::Pending | ShiftStatus::InProgress);
        self.hooks.as_deref().filter(|_| goes_on)
    }

    pub(super) fn hooks_mut(&mut self) -> Option<&mut RollingHooks> {
        self.hooks.as_deref_mut()
    }

    pub(super) fn begin(&mut self, at: Timestamp) {
        self.times.started = Some(at);
        self.become_status(ShiftStatus::InProgress, at);
    }

    /// A deployment is complete: the one that it goes to, or goes back to.
    pub(super) fn complete(&mut self, deployment: &str, at: Timestamp) {
        let (end, status) = match (self.is_going_back(), &self.candidate) {
            (true, Some(candidate)) => (candidate, ShiftStatus::RollbackSuccessful),
            _ => (&self.target, ShiftStatus::Successful),
        };
        if **end == *deployment {
            self.end(status, at);
        }
    }

    /// Its deployment has failed. It goes back to a candidate, ends because there is none, or
    /// stops where it is. If the one fails to which it goes back, why it does so, and since when,
    /// stays.
    pub(super) fn fail(
        &mut self,
        (failure, reason): (DeploymentFailure, Option<String>),
        candidate: Option<Arc<str>>,
        goes_back: bool,
        at: Timestamp,
    ) {
        if self.is_going_back() {
            return match candidate {
                Some(_) => self.candidate = candidate,
                None => self.end(ShiftStatus::RollbackFailed, at),
            };
        }
        let default = match (failure, goes_back) {
            (DeploymentFailure::CircuitBreaker, true) => {
                status_reason::ROLLED_BACK_BY_CIRCUIT_BREAKER
            }
            (DeploymentFailure::CircuitBreaker, false) => status_reason::STOPPED_BY_CIRCUIT_BREAKER,
            (DeploymentFailure::Alarm, true) => status_reason::ROLLED_BACK_BY_ALARM,
            (DeploymentFailure::Alarm, false) => status_reason::STOPPED_BY_ALARM,
            (DeploymentFailure::Stopped | DeploymentFailure::Shift, _) => {
                status_reason::STOPPED_BY_USER
            }
        };
        self.failure = Some(failure);
        self.status_reason = Some(reason.unwrap_or_else(|| default.to_owned()));
        if failure == DeploymentFailure::Stopped || !goes_back {
            self.times.stopped = Some(at);
        }
        if !goes_back || self.is_pending() {
            return self.end(ShiftStatus::Stopped, at);
        }
        self.times.rollback = Some(at);
        self.candidate = candidate;
        match self.candidate {
            Some(_) => self.become_status(ShiftStatus::RollbackInProgress, at),
            None => {
                self.status_reason = Some(status_reason::NO_ROLLBACK_CANDIDATE.to_owned());
                self.end(ShiftStatus::RollbackFailed, at);
            }
        }
    }

    pub(super) fn goes_back(&self) -> bool {
        self.status == ShiftStatus::RollbackInProgress
    }

    /// It could not go back.
    pub(super) fn fail_back(&mut self, reason: Option<String>, at: Timestamp) {
        self.status_reason = reason.or(self.status_reason.take());
        self.end(ShiftStatus::RollbackFailed, at);
    }

    /// A newer service deployment has started.
    pub(super) fn supersede(&mut self, at: Timestamp) {
        self.status_reason = Some(status_reason::SUPERSEDED.to_owned());
        let status = match self.status {
            ShiftStatus::RollbackInProgress => ShiftStatus::RollbackFailed,
            _ => {
                self.times.stopped = Some(at);
                ShiftStatus::Stopped
            }
        };
        self.end(status, at);
    }

    fn end(&mut self, status: ShiftStatus, at: Timestamp) {
        self.times.finished = Some(at);
        self.become_status(status, at);
    }

    fn become_status(&mut self, status: ShiftStatus, at: Timestamp) {
        self.status = status;
        if status != ShiftStatus::InProgress
            && let Some(hooks) = &mut self.hooks
        {
            hooks.close();
        }
        self.times.updated = at;
    }
}

impl ServiceState {
    /// The document of a service deployment that rolls.
    pub(super) fn describe_rolling(
        &self,
        rolling: &Rolling,
        policy: &ServicePolicy,
    ) -> ServiceDeployment {
        let sources = rolling.sources.iter().map(|id| self.revision_summary(id));
        let times = &rolling.times;
        let mut document = ServiceDeployment::default()
            .with_service_deployment_arn(self.service_deployment_arn(&rolling.target))
            .with_service_arn(&*self.arn)
            .with_cluster_arn(&*self.cluster)
            .with_created_at(times.created)
            .with_updated_at(times.updated)
            .with_source_service_revisions(sources)
            .with_target_service_revision(self.revision_summary(&rolling.target))
            .with_status(rolling.status)
            .with_deployment_configuration(self.described_configuration())
            .with_deployment_circuit_breaker(self.describe_breaker(rolling, policy))
            .with_alarms(self.describe_alarms(rolling));
        let reconciles = self.active_shift().and_then(|shift| shift.stage());
        let hooks = rolling.hooks.as_deref();
        let stage = reconciles.or_else(|| hooks?.stage());
        document.lifecycle_stage = stage.map(Into::into);
        document.lifecycle_hook_details = hooks.map(|hooks| hooks.details().collect());
        document.started_at = times.started;
        document.finished_at = times.finished;
        document.stopped_at = times.stopped;
        document.status_reason.clone_from(&rolling.status_reason);
        document.rollback = times.rollback.map(|started_at| {
            let mut rollback = Rollback::default().with_started_at(started_at);
            rollback.reason.clone_from(&rolling.status_reason);
            let candidate = rolling.candidate.as_deref();
            rollback.service_revision_arn = candidate.map(|id| self.revision_arn(id));
            rollback
        });
        document
    }

    /// Its tasks; none once all have stopped.
    fn revision_summary(&self, id: &str) -> ServiceRevisionSummary {
        let mut deployments = self.described_deployments().into_iter();
        let known = deployments.find(|one| one.id() == Some(id));
        let known = known.unwrap_or_default();
        ServiceRevisionSummary::default()
            .with_arn(self.revision_arn(id))
            .with_requested_task_count(known.desired_count().unwrap_or(0))
            .with_running_task_count(known.running_count().unwrap_or(0))
            .with_pending_task_count(known.pending_count().unwrap_or(0))
    }

    /// The revisions with tasks, as a service lists them while its deployments roll.
    pub(super) fn current_revisions(&self) -> Vec<ServiceCurrentRevisionSummary> {
        let summary = |one: Deployment| {
            let mut summary = ServiceCurrentRevisionSummary::default()
                .with_arn(self.revision_arn(one.id().unwrap_or_default()));
            summary.requested_task_count = one.desired_count;
            summary.running_task_count = one.running_count;
            summary.pending_task_count = one.pending_count;
            summary
        };
        let deployments = self.described_deployments().into_iter();
        deployments.map(summary).collect()
    }

    fn describe_breaker(
        &self,
        rolling: &Rolling,
        policy: &ServicePolicy,
    ) -> ServiceDeploymentCircuitBreaker {
        let is_triggered = rolling.failure == Some(DeploymentFailure::CircuitBreaker);
        let breaker = self.rules.breaker;
        let status = monitor_status(breaker.is_some(), is_triggered, rolling.has_ended());
        let target = self.by_id(&rolling.target);
        let counted = target.map(|target| target.failures.get());
        let failures = rolling.failures.or(counted).unwrap_or_default();
        let mut document = ServiceDeploymentCircuitBreaker::default()
            .with_status(status)
            .with_failure_count(integer(failures));
        let limit = breaker.map(|breaker| breaker.limit(self.wanted(), policy.breaker_limits));
        document.threshold = limit.map(integer);
        document
    }

    fn describe_alarms(&self, rolling: &Rolling) -> ServiceDeploymentAlarms {
        let alarms = self.settings.deployments.alarms();
        let target = self.by_id(&rolling.target);
        let is_on = self.rules.alarms.is_some() && !target.is_some_and(|one| one.ignores_alarms);
        let is_triggered = rolling.failure == Some(DeploymentFailure::Alarm);
        ServiceDeploymentAlarms::default()
            .with_status(monitor_status(is_on, is_triggered, rolling.has_ended()))
            .with_alarm_names(alarms.alarm_names().iter().cloned())
            .with_triggered_alarm_names(rolling.triggered.iter().cloned())
    }

    /// A deployment fails, for a reason if it is one of its own, and the service goes back to the
    /// candidate, if there is one to go back to.
    pub(super) fn give_up(
        &mut self,
        id: &str,
        failure: (DeploymentFailure, Option<String>),
        candidate: Option<Arc<str>>,
        (alarms, policy): (&BTreeSet<Box<str>>, &ServicePolicy),
        at: Timestamp,
    ) {
        let cause = failure.0;
        self.fail(id, cause, at);
        self.fail_rolling(id, failure, candidate.clone(), alarms, at);
        if let Some(old) = candidate {
            self.go_back(&old, cause, alarms, at);
        }
        self.keep_ended(policy);
    }

    /// The service deployment that rolls fails with its deployment.
    fn fail_rolling(
        &mut self,
        id: &str,
        (failure, reason): (DeploymentFailure, Option<String>),
        candidate: Option<Arc<str>>,
        alarms: &BTreeSet<Box<str>>,
        at: Timestamp,
    ) {
        let counted = self.by_id(id).map(|one| one.failures.get());
        let own = self.rules.alarms.as_ref();
        let goes_back = match failure {
            DeploymentFailure::CircuitBreaker => {
                self.rules.breaker.is_some_and(|breaker| breaker.rollback)
            }
            DeploymentFailure::Alarm => {
                own.and_then(|alarms| alarms.rollback()).unwrap_or_default()
            }
            DeploymentFailure::Stopped | DeploymentFailure::Shift => true,
        };
        let names = own.into_iter().flat_map(|own| own.alarm_names());
        let triggered = names.filter(|name| alarms.contains(name.as_str()));
        let triggered: Vec<String> = triggered.cloned().collect();
        let Some(rolling) = &mut self.history.rolling else {
            return;
        };
        if !rolling.is_going_back() {
            rolling.failures = counted;
            if failure == DeploymentFailure::Alarm {
                rolling.triggered = triggered;
            }
        }
        rolling.fail((failure, reason), candidate, goes_back, at);
    }

    /// A service deployment has the number of the deployment that it goes to.
    pub(super) fn service_deployment_arn(&self, id: &str) -> String {
        let arn = self.arn.replacen(":service/", ":service-deployment/", 1);
        format!("{arn}/d-{}", number(id))
    }

    /// A service revision has the number of its deployment.
    pub(super) fn revision_arn(&self, id: &str) -> String {
        let arn = self.arn.replacen(":service/", ":service-revision/", 1);
        format!("{arn}/{}", number(id))
    }
}

fn number(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}
