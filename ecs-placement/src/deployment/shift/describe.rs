//! A deployment in the words of the API.

use ecs_model::deployment::{
    DeploymentRolloutState, Rollback, ServiceDeploymentAlarms, ServiceDeploymentCircuitBreaker,
    ServiceDeploymentRollbackMonitorsStatus as MonitorStatus, ServiceRevisionSummary,
    rollout_reason,
};
use ecs_model::service::ServiceCurrentRevisionSummary;
use ecs_model::{Deployment, ServiceDeployment};

use super::advance::deployment_id;
use super::call::details;
use super::{Cause, Revision, ShiftStatus, ShiftingDeployment, Stage};

impl ShiftingDeployment {
    /// The document of the API.
    #[must_use]
    pub fn describe(&self) -> ServiceDeployment {
        let sources = self.sources.iter().map(|source| self.summary(source));
        let details = details(&self.hooks, &self.calls);
        let mut document = ServiceDeployment::default()
            .with_service_deployment_arn(self.names.service_deployment.as_ref())
            .with_service_arn(self.names.service.as_ref())
            .with_cluster_arn(self.names.cluster.as_ref())
            .with_created_at(self.times.created)
            .with_updated_at(self.times.updated)
            .with_source_service_revisions(sources)
            .with_target_service_revision(self.summary(&self.target))
            .with_status(self.status)
            .with_lifecycle_hook_details(details)
            .with_deployment_configuration(self.configuration.clone())
            .with_deployment_circuit_breaker(self.circuit_breaker())
            .with_alarms(self.alarms());
        document.started_at = self.times.started;
        document.finished_at = self.times.finished;
        document.stopped_at = self.times.stopped;
        document.status_reason.clone_from(&self.status_reason);
        document.lifecycle_stage = self.stage.map(Into::into);
        document.rollback = self.rollback();
        document
    }

    /// The revisions with tasks, as a service lists them.
    #[must_use]
    pub fn current_service_revisions(&self) -> Vec<ServiceCurrentRevisionSummary> {
        let has_tasks = |revision: &&Revision| revision.requested > 0 || revision.tasks.total() > 0;
        let summary = |revision: &Revision| {
            ServiceCurrentRevisionSummary::default()
                .with_arn(revision.arn.as_ref())
                .with_requested_task_count(count(revision.requested))
                .with_running_task_count(count(revision.tasks.running))
                .with_pending_task_count(count(revision.tasks.pending))
        };
        self.revisions().filter(has_tasks).map(summary).collect()
    }

    /// The deployments, as a service lists them, with what follows from this: ids, statuses, counts
    /// and rollout states. The target is `PRIMARY` from the start, and the source when it is gone
    /// back to, under its old id.
    #[must_use]
    pub fn deployments(&self) -> Vec<Deployment> {
        let primary = match self.status {
            ShiftStatus::RollbackInProgress | ShiftStatus::RollbackSuccessful => {
                self.candidate().unwrap_or(&self.target)
            }
            _ => &self.target,
        };
        let others = self.revisions().filter(|revision| {
            let has_tasks = revision.requested > 0 || revision.tasks.total() > 0;
            has_tasks && !std::ptr::eq(*revision, primary)
        });
        let others = others.map(|revision| self.deployment(revision, false));
        [self.deployment(primary, true)]
            .into_iter()
            .chain(others)
            .collect()
    }

    fn deployment(&self, revision: &Revision, is_primary: bool) -> Deployment {
        let id = deployment_id(&revision.arn);
        let (state, reason) = self.rollout(revision, &id);
        let failed = match std::ptr::eq(revision, &self.target) {
            true => self.failures,
            false => 0,
        };
        Deployment::default()
            .with_id(id)
            .with_status(if is_primary { "PRIMARY" } else { "ACTIVE" })
            .with_desired_count(count(revision.requested))
            .with_pending_count(count(revision.tasks.pending))
            .with_running_count(count(revision.tasks.running))
            .with_failed_tasks(count(failed))
            .with_updated_at(self.times.updated)
            .with_rollout_state(state)
            .with_rollout_state_reason(reason)
    }

    fn rollout(&self, revision: &Revision, id: &str) -> (DeploymentRolloutState, String) {
        let is_target = std::ptr::eq(revision, &self.target);
        let goes_back = self.status == ShiftStatus::RollbackInProgress;
        let is_candidate = self
            .candidate()
            .is_some_and(|known| std::ptr::eq(known, revision));
        if is_target && self.has_failed() {
            let reason = match self.cause {
                Some(Cause::CircuitBreaker) => rollout_reason::CIRCUIT_BREAKER,
                Some(Cause::Alarm) => rollout_reason::ALARM,
                Some(Cause::Stop) => rollout_reason::STOPPED,
                _ => self.status_reason().unwrap_or_default(),
            };
            (DeploymentRolloutState::Failed, reason.to_owned())
        } else if goes_back && is_candidate {
            (DeploymentRolloutState::InProgress, self.going_back(id))
        } else if revision.is_successful {
            (
                DeploymentRolloutState::Completed,
                rollout_reason::completed(id),
            )
        } else {
            (
                DeploymentRolloutState::InProgress,
                rollout_reason::in_progress(id),
            )
        }
    }

    /// Whether the target was given up, and not only left to a newer deployment.
    fn has_failed(&self) -> bool {
        match self.status {
            ShiftStatus::RollbackInProgress
            | ShiftStatus::RollbackSuccessful
            | ShiftStatus::RollbackFailed => true,
            ShiftStatus::StopRequested | ShiftStatus::Stopped => self.cause.is_some(),
            _ => false,
        }
    }

    fn summary(&self, revision: &Revision) -> ServiceRevisionSummary {
        let mut summary = ServiceRevisionSummary::default()
            .with_arn(revision.arn.as_ref())
            .with_requested_task_count(count(revision.requested))
            .with_running_task_count(count(revision.tasks.running))
            .with_pending_task_count(count(revision.tasks.pending))
            .with_requested_production_traffic_weight(self.production.of(&revision.arn));
        let test = self.test.as_ref().map(|test| test.of(&revision.arn));
        summary.requested_test_traffic_weight = test.map(Into::into);
        summary
    }

    fn rollback(&self) -> Option<Rollback> {
        let mut rollback = Rollback::default().with_started_at(self.times.rollback?);
        rollback.reason.clone_from(&self.status_reason);
        let candidate = self.candidate();
        rollback.service_revision_arn = candidate.map(|candidate| candidate.arn.to_string());
        Some(rollback)
    }

    fn circuit_breaker(&self) -> ServiceDeploymentCircuitBreaker {
        let status = self.monitor_status(self.has_circuit_breaker(), Cause::CircuitBreaker);
        let mut document = ServiceDeploymentCircuitBreaker::default()
            .with_status(status)
            .with_failure_count(count(self.failures));
        document.threshold = self.threshold.map(count);
        document
    }

    fn alarms(&self) -> ServiceDeploymentAlarms {
        let alarms = self.configuration.alarms();
        let is_on = alarms.enable() == Some(true) && !self.ignores_alarms;
        ServiceDeploymentAlarms::default()
            .with_status(self.monitor_status(is_on, Cause::Alarm))
            .with_alarm_names(alarms.alarm_names().iter().cloned())
            .with_triggered_alarm_names(self.alarms.iter().cloned())
    }

    fn monitor_status(&self, is_on: bool, cause: Cause) -> MonitorStatus {
        let is_over = self.status.is_terminal() || self.stage == Some(Stage::CleanUp);
        monitor_status(is_on, self.cause == Some(cause), is_over)
    }
}

/// How circuit breaker or alarms stand to a service deployment.
pub(crate) const fn monitor_status(
    is_on: bool,
    has_triggered: bool,
    is_over: bool,
) -> MonitorStatus {
    match (is_on, has_triggered, is_over) {
        (false, _, _) => MonitorStatus::Disabled,
        (true, true, _) => MonitorStatus::Triggered,
        (true, false, true) => MonitorStatus::MonitoringComplete,
        (true, false, false) => MonitorStatus::Monitoring,
    }
}

fn count(tasks: u32) -> i32 {
    i32::try_from(tasks).unwrap_or(i32::MAX)
}
