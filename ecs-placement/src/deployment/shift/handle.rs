//! What can happen to a deployment.

use ecs_model::Timestamp;
use ecs_model::deployment::{
    DeploymentLifecycleHookAction, StopServiceDeploymentStopType, status_reason,
};

use super::back::Way;
use super::call::{called, check_id, next_due, resumed};
use super::hook::HookCall;
use super::phase::Phase;
use super::{
    Cause, DEPLOYMENT_LIMIT, HookAnswer, STAGE_LIMIT, ShiftError, ShiftStatus, ShiftVerdict,
    ShiftingDeployment, Stage, TaskCounts, Traffic,
};

impl ShiftingDeployment {
    /// The tasks of a service revision were counted.
    ///
    /// # Errors
    ///
    /// The revision is neither a source nor the target.
    pub fn handle_tasks(
        &mut self,
        revision: &str,
        tasks: TaskCounts,
        now: Timestamp,
    ) -> Result<ShiftVerdict, ShiftError> {
        let all = self.sources.iter_mut().chain([&mut self.target]);
        let Some(known) = { all }.find(|known| *known.arn == *revision) else {
            let revision = revision.to_owned();
            return Err(ShiftError::UnknownRevision { revision });
        };
        if known.tasks == tasks {
            return Ok(ShiftVerdict::Unchanged);
        }
        known.tasks = tasks;
        self.observe(now);
        self.times.updated = self.now;
        self.advance();
        Ok(ShiftVerdict::Applied)
    }

    /// Production traffic goes the way that was asked for.
    pub fn handle_production_shifted(&mut self, traffic: &Traffic, now: Timestamp) -> ShiftVerdict {
        let is_awaited = self.awaits(&[Phase::ShiftProduction, Phase::ProductionBack]);
        self.confirm(is_awaited && *traffic == self.production, true, now)
    }

    /// Test traffic goes the way that was asked for.
    pub fn handle_test_shifted(&mut self, traffic: &Traffic, now: Timestamp) -> ShiftVerdict {
        let is_awaited = self.awaits(&[Phase::ShiftTest, Phase::TestBack]);
        self.confirm(
            is_awaited && Some(traffic) == self.test.as_ref(),
            false,
            now,
        )
    }

    /// The Lambda function of a hook was called. An answer that nobody awaits any more is
    /// [stale](ShiftVerdict::Stale).
    pub fn handle_hook_answer(
        &mut self,
        hook_id: &str,
        answer: &HookAnswer,
        now: Timestamp,
    ) -> ShiftVerdict {
        if !self.is_under_way() || called(&self.calls, hook_id).is_none() {
            return ShiftVerdict::Stale;
        }
        self.observe(now);
        if let Some(heard) = self.hook_calls().answer(hook_id, answer) {
            self.heed(heard);
        }
        self.advance();
        ShiftVerdict::Applied
    }

    /// The circuit breaker has counted failed tasks of the target. Before `SCALE_UP`, when it has
    /// none, and in `CLEAN_UP` nothing follows from it.
    pub fn handle_failures(
        &mut self,
        failures: u32,
        threshold: u32,
        now: Timestamp,
    ) -> ShiftVerdict {
        let is_known = self.failures == failures && self.threshold == Some(threshold);
        if is_known || !self.has_circuit_breaker() {
            return ShiftVerdict::Unchanged;
        }
        self.observe(now);
        self.failures = failures;
        self.threshold = Some(threshold);
        let is_heeded = self.is_forward_in(Stage::ScaleUp..Stage::CleanUp);
        if is_heeded && failures >= threshold {
            let reason = match self.configuration.deployment_circuit_breaker().rollback() {
                Some(true) => status_reason::ROLLED_BACK_BY_CIRCUIT_BREAKER,
                _ => status_reason::STOPPED_BY_CIRCUIT_BREAKER,
            };
            self.fail(Cause::CircuitBreaker, reason.to_owned());
            self.advance();
        }
        ShiftVerdict::Applied
    }

    /// An alarm of the configuration is in `ALARM`. If it is so before the deployment starts, no
    /// alarm is heeded at all.
    ///
    /// # Errors
    ///
    /// The configuration does not have this alarm.
    pub fn handle_alarm(
        &mut self,
        alarm: &str,
        now: Timestamp,
    ) -> Result<ShiftVerdict, ShiftError> {
        let alarms = self.configuration.alarms();
        if !alarms.alarm_names().iter().any(|known| known == alarm) {
            let alarm = alarm.to_owned();
            return Err(ShiftError::UnknownAlarm { alarm });
        }
        if self.ignores_alarms || alarms.enable() != Some(true) {
            return Ok(ShiftVerdict::Unchanged);
        }
        if self.status == ShiftStatus::Pending {
            self.observe(now);
            self.ignores_alarms = true;
            return Ok(ShiftVerdict::Applied);
        }
        if !self.is_forward_in(Stage::ReconcileService..Stage::CleanUp) {
            return Ok(ShiftVerdict::Stale);
        }
        self.observe(now);
        let reason = match self.configuration.alarms().rollback() {
            Some(true) => status_reason::ROLLED_BACK_BY_ALARM,
            _ => status_reason::STOPPED_BY_ALARM,
        };
        self.alarms.push(alarm.to_owned());
        self.fail(Cause::Alarm, reason.to_owned());
        self.advance();
        Ok(ShiftVerdict::Applied)
    }

    /// What leads traffic to the tasks cannot be set up: the deployment goes back, or fails to.
    pub fn handle_invalid_networking(&mut self, problem: &str, now: Timestamp) -> ShiftVerdict {
        if !self.is_under_way() {
            return ShiftVerdict::Stale;
        }
        self.observe(now);
        let reason = status_reason::invalid_networking(problem);
        match self.status {
            ShiftStatus::InProgress => self.fail(Cause::Other, reason),
            _ => self.fail_rollback(reason),
        }
        self.advance();
        ShiftVerdict::Applied
    }

    /// The service shall have another number of tasks: the target has it from `SCALE_UP` on, the
    /// source until `CLEAN_UP`, and where the way back has failed.
    pub fn handle_desired_count(&mut self, desired_count: u32, now: Timestamp) -> ShiftVerdict {
        if self.desired_count == desired_count {
            return ShiftVerdict::Unchanged;
        }
        self.observe(now);
        self.desired_count = desired_count;
        if self.is_forward_in(Stage::ScaleUp..=Stage::CleanUp) {
            let asked = self.target.ask(desired_count);
            self.actions.extend(asked);
        }
        // A wish to stop or to go back that is not taken up yet does not bring it back.
        let is_cleaned_up = self.way == Way::Forward && self.stage == Some(Stage::CleanUp);
        let is_left = self.status == ShiftStatus::RollbackFailed;
        let is_kept = is_left || !self.status.is_terminal() && !is_cleaned_up;
        let serving = self.serving.filter(|_| is_kept);
        let serving = serving.and_then(|at| self.sources.get_mut(at));
        let asked = serving.and_then(|serving| serving.ask(desired_count));
        self.actions.extend(asked);
        self.advance();
        ShiftVerdict::Applied
    }

    /// A newer service deployment has started: this one stops where it is, and hands over
    /// [what it has](Self::sources_of_the_next).
    pub fn handle_superseded(&mut self, now: Timestamp) -> ShiftVerdict {
        if self.status.is_terminal() || self.status == ShiftStatus::StopRequested {
            return ShiftVerdict::Unchanged;
        }
        let reason = status_reason::SUPERSEDED.to_owned();
        self.observe(now);
        match self.status {
            ShiftStatus::Pending | ShiftStatus::InProgress => self.request_stop(reason),
            ShiftStatus::RollbackRequested => {
                self.request_stop(reason);
                self.stop();
            }
            _ => self.fail_rollback(reason),
        }
        ShiftVerdict::Applied
    }

    /// StopServiceDeployment: it shall go back. Absent is `ROLLBACK`.
    ///
    /// # Errors
    ///
    /// Another way than `ROLLBACK`, or the deployment has ended.
    pub fn handle_stop(
        &mut self,
        stop_type: Option<&StopServiceDeploymentStopType>,
        now: Timestamp,
    ) -> Result<ShiftVerdict, ShiftError> {
        check_stop_type(stop_type)?;
        match self.status {
            ShiftStatus::Pending | ShiftStatus::InProgress => {
                self.observe(now);
                self.times.stopped = Some(self.now);
                let reason = status_reason::STOPPED_BY_USER.to_owned();
                self.become_status(ShiftStatus::RollbackRequested, Some(reason));
                Ok(ShiftVerdict::Applied)
            }
            status if status.is_terminal() => Err(ShiftError::StopEnded { status }),
            _ => Ok(ShiftVerdict::Unchanged),
        }
    }

    /// ContinueServiceDeployment: a pause is over. Absent is `CONTINUE`.
    ///
    /// # Errors
    ///
    /// No such hook awaits an action, an unknown action, or the deployment has ended.
    pub fn handle_continue(
        &mut self,
        hook_id: &str,
        action: Option<&DeploymentLifecycleHookAction>,
        now: Timestamp,
    ) -> Result<ShiftVerdict, ShiftError> {
        check_id(hook_id)?;
        if self.status.is_terminal() {
            let status = self.status;
            return Err(ShiftError::ContinueEnded { status });
        }
        let calls: &[HookCall] = match self.status {
            ShiftStatus::InProgress => &self.calls,
            _ => &[],
        };
        let (at, goes_on) = resumed(calls, hook_id, action)?;
        self.observe(now);
        let heard = self.hook_calls().resume(at, goes_on);
        self.heed(heard);
        self.advance();
        Ok(ShiftVerdict::Applied)
    }

    /// Time has passed: the deployment starts, takes up what was requested, waits no longer, calls
    /// again, or has taken too long.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.observe(now);
        match self.status {
            ShiftStatus::Pending => self.start(),
            ShiftStatus::RollbackRequested => self.take_up_rollback(),
            ShiftStatus::StopRequested => self.stop(),
            _ => {}
        }
        self.handle_hooks_due();
        self.advance();
        self.handle_limits();
        self.advance();
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called; nothing if only other events
    /// can change anything.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        match self.status {
            ShiftStatus::Pending | ShiftStatus::RollbackRequested | ShiftStatus::StopRequested => {
                Some(self.now)
            }
            _ if !self.is_under_way() => None,
            _ => [
                self.due,
                next_due(&self.calls),
                self.stage_limit(),
                self.deployment_limit(),
            ]
            .into_iter()
            .flatten()
            .min_by_key(|at| at.micros()),
        }
    }

    /// Time does not run backwards.
    fn observe(&mut self, now: Timestamp) {
        if now > self.now {
            self.now = now;
        }
    }

    fn awaits(&self, phases: &[Phase]) -> bool {
        let is_one = |phase| phases.contains(&phase);
        self.is_under_way() && self.is_unconfirmed && self.current_phase().is_some_and(is_one)
    }

    fn confirm(&mut self, is_awaited: bool, is_production: bool, now: Timestamp) -> ShiftVerdict {
        if !is_awaited {
            return ShiftVerdict::Stale;
        }
        self.observe(now);
        self.is_unconfirmed = false;
        if is_production {
            self.tell_production();
        }
        self.advance();
        ShiftVerdict::Applied
    }

    /// Whether it goes forward through one of these stages.
    pub(super) fn is_forward_in(&self, stages: impl std::ops::RangeBounds<Stage>) -> bool {
        let is_in = self.stage.is_some_and(|stage| stages.contains(&stage));
        self.status == ShiftStatus::InProgress && is_in
    }

    pub(super) fn has_circuit_breaker(&self) -> bool {
        self.configuration.deployment_circuit_breaker().enable() == Some(true)
    }

    /// When the stage, or the step of the way back, has taken too long: a pause may hold a stage
    /// beyond its limit, and waiting for time to pass does not count.
    pub(super) fn stage_limit(&self) -> Option<Timestamp> {
        let works = self.current_phase().is_some_and(|phase| !phase.is_timer());
        let limit = self.entered_at.saturating_add(STAGE_LIMIT);
        let paused = |call: &HookCall| {
            let hook = self.hooks.get(call.hook)?;
            (hook.target == super::hook::HookTarget::Pause).then_some(call.expires_at)
        };
        let pauses = self.calls.iter().filter_map(paused);
        let latest = pauses.chain([limit]).max_by_key(|at| at.micros());
        latest.filter(|_| works && self.is_under_way())
    }

    fn deployment_limit(&self) -> Option<Timestamp> {
        let started = self.times.started?;
        let limit = started.saturating_add(DEPLOYMENT_LIMIT);
        (self.status == ShiftStatus::InProgress).then_some(limit)
    }

    fn handle_limits(&mut self) {
        let is_over = |limit: Option<Timestamp>| limit.is_some_and(|limit| limit <= self.now);
        if is_over(self.deployment_limit()) {
            let reason = status_reason::DEPLOYMENT_TIMED_OUT.to_owned();
            self.fail(Cause::Other, reason);
        } else if is_over(self.stage_limit()) {
            match (&self.way, self.stage) {
                (Way::Forward, Some(stage)) => {
                    let reason = status_reason::stage_timed_out(&stage.into());
                    self.fail(Cause::Other, reason);
                }
                _ => {
                    let reason = self.status_reason.take().unwrap_or_default();
                    self.fail_rollback(status_reason::rollback_timed_out(&reason));
                }
            }
        }
    }
}

/// Whether a deployment can be stopped in this way. Absent is `ROLLBACK`.
///
/// # Errors
///
/// Another way than `ROLLBACK`.
pub(crate) fn check_stop_type(
    stop_type: Option<&StopServiceDeploymentStopType>,
) -> Result<(), ShiftError> {
    match stop_type {
        None | Some(StopServiceDeploymentStopType::Rollback) => Ok(()),
        Some(other) => {
            let stop_type = other.to_string();
            Err(ShiftError::StopType { stop_type })
        }
    }
}
