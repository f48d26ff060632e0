//! Failing, going back and stopping.

use std::sync::Arc;

use ecs_model::deployment::{rollout_reason, status_reason};
use ecs_model::event::{DeploymentStateChange, EventLevel, EventName};
use serde::{Deserialize, Serialize};

use super::advance::deployment_id;
use super::{Cause, ShiftAction, ShiftChange, ShiftStatus, ShiftingDeployment, Stage, Weight};

/// Where a deployment goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Way {
    /// From stage to stage.
    Forward,
    /// To the source.
    Back {
        /// Whether the target had production traffic, so that hooks are called again.
        had_production: bool,
        /// Whether it had test traffic.
        had_test: bool,
    },
}

impl ShiftingDeployment {
    /// Goes back, or stops where it is if that is what the circuit breaker or the alarms shall do.
    pub(super) fn fail(&mut self, cause: Cause, reason: String) {
        self.cause = Some(cause);
        let rolls_back = match cause {
            Cause::CircuitBreaker => {
                let breaker = self.configuration.deployment_circuit_breaker();
                breaker.rollback() == Some(true)
            }
            Cause::Alarm => self.configuration.alarms().rollback() == Some(true),
            Cause::Stop | Cause::Other => true,
        };
        let id = deployment_id(&self.target.arn);
        let told = match cause {
            Cause::CircuitBreaker => Some(rollout_reason::CIRCUIT_BREAKER_EVENT),
            Cause::Alarm => Some(rollout_reason::ALARM),
            Cause::Stop | Cause::Other => None,
        };
        if let Some(told) = told {
            self.tell(EventName::ServiceDeploymentFailed, id, told.to_owned());
        }
        if rolls_back {
            self.begin_rollback(reason);
        } else {
            self.request_stop(reason);
        }
    }

    pub(super) fn begin_rollback(&mut self, reason: String) {
        self.times.rollback = Some(self.now);
        self.become_status(ShiftStatus::RollbackInProgress, Some(reason));
        self.calls.retain(|call| !call.is_open());
        let Some(candidate) = self.candidate() else {
            let asked = self.target.ask_for_none();
            self.actions.extend(asked);
            let reason = status_reason::NO_ROLLBACK_CANDIDATE.to_owned();
            return self.fail_rollback(reason);
        };
        let id = deployment_id(&candidate.arn);
        let reason = self.going_back(&id);
        self.tell(EventName::ServiceDeploymentInProgress, id, reason);
        let test = self.test.as_ref().map(|test| test.of(&self.target.arn));
        self.way = Way::Back {
            had_production: self.production.of(&self.target.arn) > Weight::NONE,
            had_test: test.is_some_and(|test| test > Weight::NONE),
        };
        self.phase = 0;
        self.entered_at = self.now;
        self.is_unconfirmed = false;
        self.enter_phase();
    }

    pub(super) fn end_rollback(&mut self) {
        let Some(candidate) = self.candidate() else {
            return self.fail_rollback(status_reason::NO_ROLLBACK_CANDIDATE.to_owned());
        };
        let id = deployment_id(&candidate.arn);
        let reason = rollout_reason::completed(&id);
        self.tell(EventName::ServiceDeploymentCompleted, id, reason);
        self.times.finished = Some(self.now);
        let reason = self.status_reason.take();
        self.become_status(ShiftStatus::RollbackSuccessful, reason);
    }

    pub(super) fn fail_rollback(&mut self, reason: String) {
        // Nobody awaits their answers any more.
        self.calls.retain(|call| !call.is_open());
        self.times.finished = Some(self.now);
        self.become_status(ShiftStatus::RollbackFailed, Some(reason));
    }

    /// Takes up the wish of a user to go back.
    pub(super) fn take_up_rollback(&mut self) {
        let reason = self.status_reason.take().unwrap_or_default();
        if self.times.started.is_none() {
            self.cause = Some(Cause::Stop);
            self.times.finished = Some(self.now);
            self.become_status(ShiftStatus::Stopped, Some(reason));
        } else if self.is_target_reached() {
            self.succeed();
        } else {
            self.fail(Cause::Stop, reason);
        }
    }

    /// Why the deployment of this id is the one to go to again.
    pub(super) fn going_back(&self, deployment_id: &str) -> String {
        match self.cause {
            Some(Cause::CircuitBreaker) => rollout_reason::rolling_back(deployment_id),
            Some(Cause::Alarm) => rollout_reason::rolling_back_from_alarm(deployment_id),
            Some(Cause::Stop) => rollout_reason::rolling_back_from_stop(deployment_id),
            _ => rollout_reason::in_progress(deployment_id),
        }
    }

    /// Whether nothing but telling it is left.
    fn is_target_reached(&self) -> bool {
        let is_last = self.stage == Some(Stage::CleanUp);
        is_last && self.current_phase().is_none_or(|phase| self.is_done(phase))
    }

    /// Stops where it is: what runs stays, nothing is started for the target.
    pub(super) fn request_stop(&mut self, reason: String) {
        self.times.stopped = Some(self.now);
        self.calls.retain(|call| !call.is_open());
        self.actions.push_back(ShiftAction::Hold {
            revision: Arc::clone(&self.target.arn),
        });
        self.become_status(ShiftStatus::StopRequested, Some(reason));
    }

    pub(super) fn stop(&mut self) {
        let reason = self.status_reason.take();
        self.times.finished = Some(self.now);
        self.become_status(ShiftStatus::Stopped, reason);
    }

    pub(super) fn become_status(&mut self, status: ShiftStatus, reason: Option<String>) {
        self.status = status;
        self.status_reason.clone_from(&reason);
        let at = self.now;
        self.times.updated = at;
        self.changes
            .push_back(ShiftChange::Status { status, reason, at });
    }

    /// Tells EventBridge.
    pub(super) fn tell(&mut self, name: EventName, deployment_id: String, reason: String) {
        let level = match name {
            EventName::ServiceDeploymentFailed => EventLevel::Error,
            _ => EventLevel::Info,
        };
        let change = DeploymentStateChange::default()
            .with_event_type(level)
            .with_event_name(name)
            .with_deployment_id(deployment_id)
            .with_updated_at(self.now)
            .with_reason(reason);
        self.changes
            .push_back(ShiftChange::Deployment(Box::new(change)));
    }
}
