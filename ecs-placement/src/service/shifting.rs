//! Deployments of a service that shift traffic.
//!
//! A [`ShiftingDeployment`] says how many tasks each revision shall have; the scheduler starts and
//! stops them, tells it what has become of them, and hands on what it asks for outside.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::deployment::DeploymentStrategy;
use ecs_model::event::Change;
use ecs_model::{DeploymentConfiguration, ServiceDeployment, Timestamp, service_message};
use ecs_taskdef::Recorded;

use super::choose::Choice;
use super::decide::{Context, Step, scaling};
use super::state::{ServiceState, ServiceStatus, Timer, count};
use super::stops::{Stops, unhealthy_cause};
use super::{DeploymentFailure, ServiceChange, ServiceError, ServicePolicy, Services, StopCause};
use crate::deployment::shift::{
    Cause, ShiftAction, ShiftChange, ShiftEvent, ShiftRequest, ShiftStatus, ShiftVerdict,
    ShiftingDeployment, SourceRevision, TaskCounts, Weight,
};
use crate::deployment::{CircuitBreaker, DeploymentState};

impl Services {
    /// Takes over what happens to the deployment of a service: traffic that has moved, answers of
    /// hooks, what its user wants. What is known of its tasks, of alarms and of time it has from the
    /// scheduler. A deployment that
    /// [rolls](crate::deployment::shift#hooks-of-deployments-that-roll) takes what is about its
    /// hooks, and [`Stop`](ShiftEvent::Stop).
    ///
    /// # Errors
    ///
    /// A service without such a deployment, or an event that the deployment cannot take.
    pub fn shift(
        &mut self,
        service: &str,
        event: ShiftEvent,
        now: Timestamp,
    ) -> Result<ShiftVerdict, ServiceError> {
        let (verdict, change) = self.decide_shift(service, event, now)?;
        if let Some(change) = change {
            self.change(change);
        }
        Ok(verdict)
    }

    /// What [`shift`](Self::shift) would come to, and the change that it makes.
    ///
    /// # Errors
    ///
    /// As [`shift`](Self::shift).
    pub fn decide_shift(
        &self,
        service: &str,
        event: ShiftEvent,
        now: Timestamp,
    ) -> Result<(ShiftVerdict, Option<ServiceChange>), ServiceError> {
        let Some(known) = self.service(service) else {
            let service = service.to_owned();
            return Err(ServiceError::NotFound { service });
        };
        if known.is_for_hooks(&event) {
            return self.decide_hooks(known, event, now);
        }
        let Some(shift) = &known.shift else {
            let service = service.to_owned();
            return Err(ServiceError::NoShift { service });
        };
        let decision = shift.decide(event.clone(), now);
        let verdict = decision.outcome?;
        let change = decision.record.map(|_| ServiceChange::Shift {
            service: Arc::clone(&known.name),
            event,
            at: now,
        });
        Ok((verdict, change))
    }

    /// The last deployment of a service that shifts traffic.
    #[must_use]
    pub fn shifting_deployment(&self, service: &str) -> Option<&ShiftingDeployment> {
        self.service(service)?.shift.as_deref()
    }
}

impl ServiceState {
    /// Begins to shift traffic to the newest deployment, if that is the strategy, or to bring it to
    /// one source, if it is split. One that shifts traffic already hands over what it has.
    pub(super) fn begin_shift(&mut self, at: Timestamp) {
        let is_spread = self.is_spread();
        let left = self.shift.take().map(|before| self.left_by(*before, at));
        let (document, sources) = left.unzip();
        if let Some(document) = document.flatten() {
            self.keep_shift(document);
        }
        let sources = sources.flatten().unwrap_or_else(|| self.sources());
        let shifts_traffic = self.settings.shifts_traffic();
        let Some(newest) = self.primary().filter(|_| shifts_traffic || is_spread) else {
            return;
        };
        let configuration = match shifts_traffic {
            true => self.settings.deployments.clone(),
            // The deployment that rolls heeds the rest of it.
            false => {
                DeploymentConfiguration::default().with_strategy(DeploymentStrategy::BlueGreen)
            }
        };
        let mut request = ShiftRequest::new(
            self.service_deployment_arn(&newest.id),
            &*self.arn,
            &*self.cluster,
            self.revision_arn(&newest.id),
            configuration,
        )
        .with_desired_count(self.wanted())
        .with_test_traffic(newest.revision.has_test_traffic());
        request.is_headless = !newest.revision.has_traffic();
        request.has_network_load_balancer = newest.revision.has_network_load_balancer();
        request.only_reconciles = !shifts_traffic;
        request.sources = sources;
        let ignores_alarms = newest.ignores_alarms;
        // It was checked when the request was.
        let Ok(mut shift) = ShiftingDeployment::new(request, at) else {
            return;
        };
        let alarms = self.rules.alarms.as_ref();
        let first = alarms.and_then(|alarms| alarms.alarm_names().first());
        if let Some(alarm) = first.filter(|_| ignores_alarms && shifts_traffic) {
            let _ = shift.handle_alarm(alarm, at);
        }
        self.shift = Some(Box::new(shift));
    }

    /// The document of one that another follows, if it has one of its own, and the revisions that
    /// it hands over if it is under way, has stopped where it was, or could not go back.
    fn left_by(
        &mut self,
        mut before: ShiftingDeployment,
        at: Timestamp,
    ) -> (Option<ServiceDeployment>, Option<Vec<SourceRevision>>) {
        let document = |one: &ShiftingDeployment| (!one.only_reconciles()).then(|| one.describe());
        if before.has_come_to_one() {
            return (document(&before), None);
        }
        let was_over = before.status().is_terminal();
        before.handle_superseded(at);
        before.handle_timeout(at);
        if !was_over && before.status() == ShiftStatus::RollbackFailed {
            self.log_rollback_failed(&before, at);
        }
        let mut sources = before.sources_of_the_next();
        for source in &mut sources {
            // Its tasks may have changed since it stopped, and none may be left.
            let known = self.of_revision(&source.revision);
            source.tasks = known.map(counts).unwrap_or_default();
            source.requested = match known {
                Some(_) if source.requested > 0 => self.wanted(),
                _ => 0,
            };
        }
        (document(&before), Some(sources))
    }

    /// The revisions that a first deployment of this kind begins with: the last completed one has
    /// the traffic.
    fn sources(&self) -> Vec<SourceRevision> {
        let older = self.older().iter().filter(|one| one.ranks.kept() > 0);
        let completed =
            |one: &&DeploymentState| one.rollout == crate::deployment::RolloutState::Completed;
        let serving = older
            .clone()
            .find(completed)
            .or_else(|| older.clone().next());
        let serving = serving.map(|one| Arc::clone(&one.id));
        let source = |one: &DeploymentState| {
            let mut source = SourceRevision::serving(self.revision_arn(&one.id), counts(one));
            source.is_successful = completed(&one);
            source.requested = self.wanted();
            if Some(&one.id) != serving.as_ref() {
                (source.production, source.test) = (Weight::NONE, Weight::NONE);
            }
            source
        };
        older.rev().map(source).collect()
    }

    /// Whether the last deployment that shifted traffic has, or has left, traffic or tasks of more
    /// than one revision.
    pub(super) fn is_spread(&self) -> bool {
        let shift = self.shift.as_deref();
        let Some(shift) = shift.filter(|shift| !shift.has_come_to_one()) else {
            return false;
        };
        let sources = shift.sources_of_the_next().into_iter();
        let held = sources.filter(|source| {
            let has_traffic = source.production > Weight::NONE || source.test > Weight::NONE;
            has_traffic || self.has_tasks_of(&source.revision)
        });
        held.count() > 1
    }

    fn of_revision(&self, arn: &str) -> Option<&DeploymentState> {
        let mut all = self.deployments.iter();
        all.find(|one| self.revision_arn(&one.id) == arn)
    }

    /// Whether a revision has tasks that have not stopped.
    fn has_tasks_of(&self, arn: &str) -> bool {
        let known = self.of_revision(arn);
        known.is_some_and(|known| !known.ranks.is_empty())
    }

    /// The deployment that shifts traffic now.
    pub(super) fn active_shift(&self) -> Option<&ShiftingDeployment> {
        let shift = self.shift.as_deref()?;
        // One that could not go back keeps its revisions as they are, or stops the tasks of its
        // target, until a newer one begins or none is left.
        let is_over = match shift.status() {
            ShiftStatus::RollbackFailed => !self.has_tasks_of(shift.target()),
            status => status.is_terminal(),
        };
        (self.status == ServiceStatus::Active && !is_over).then_some(shift)
    }

    /// The circuit breaker of the deployment that is under way. One that shifts traffic goes by
    /// what it began with, whatever the service has now.
    pub(super) fn breaker(&self) -> Option<CircuitBreaker> {
        match self.active_shift() {
            Some(shift) => shift.breaker(),
            None => self.rules.breaker,
        }
    }

    /// What it is to be told.
    pub(super) fn shift_event(
        &self,
        shift: &ShiftingDeployment,
        context: &Context<'_>,
    ) -> Option<ShiftEvent> {
        for deployment in &self.deployments {
            let revision = self.revision_arn(&deployment.id);
            let tasks = counts(deployment);
            if shift.tasks(&revision).is_some_and(|known| known != tasks) {
                let revision = revision.into();
                return Some(ShiftEvent::Tasks { revision, tasks });
            }
        }
        if shift.desired_count() != self.wanted() {
            return Some(ShiftEvent::DesiredCount(self.wanted()));
        }
        let target = self.of_revision(shift.target());
        if let (Some(breaker), Some(target)) = (self.breaker(), target) {
            let failures = target.failures.get();
            let threshold = breaker.limit(self.wanted(), context.policy.breaker_limits);
            // A threshold of nothing would fail what has not failed.
            let threshold = threshold.max(1);
            if shift.failures() != (failures, Some(threshold)) {
                return Some(ShiftEvent::Failures {
                    failures,
                    threshold,
                });
            }
        }
        let mut alarms = shift.heeded_alarms().iter();
        if let Some(alarm) = alarms.find(|name| context.alarms.contains(name.as_str())) {
            let alarm = alarm.clone();
            return Some(ShiftEvent::Alarm { alarm });
        }
        let is_due = shift.poll_timeout().is_some_and(|due| due <= context.now);
        is_due.then_some(ShiftEvent::Timeout)
    }

    /// Tasks to start or stop, so that each revision has those it shall have.
    pub(super) fn shift_step(
        &self,
        shift: &ShiftingDeployment,
        context: &Context<'_>,
    ) -> Option<Step> {
        self.keep_each(|one| self.requested_of(shift, one), context)
    }

    /// How many tasks a deployment that shifts traffic wants of a revision.
    pub(super) fn requested_of(&self, shift: &ShiftingDeployment, one: &DeploymentState) -> u32 {
        let requested = shift.requested_tasks(&self.revision_arn(&one.id));
        requested.unwrap_or(0)
    }

    /// Tasks to start or stop, so that each deployment has as many as it shall have.
    pub(super) fn keep_each(
        &self,
        wanted: impl Fn(&DeploymentState) -> u32,
        context: &Context<'_>,
    ) -> Option<Step> {
        let start = self.deployments.iter().find_map(|one| {
            let missing = one.missing(wanted(one));
            self.start_of(one, missing, missing, context)
        });
        start.or_else(|| {
            let choice = Choice::new(self, context.cell, context.now, context.seed);
            let stops = self.deployments.iter();
            let mut stops = stops.map(|one| self.shift_stops(one, wanted(one), &choice));
            let tasks = stops.find(|stops| !stops.is_empty())?;
            Some(Step::Change(ServiceChange::Stop {
                service: Arc::clone(&self.name),
                tasks,
                zones: None,
                at: context.now,
            }))
        })
    }

    /// The tasks of one revision that stop: those that wait on instances which take no tasks, and
    /// those that are too many. An unhealthy one stays until another is healthy in its place.
    fn shift_stops(&self, one: &DeploymentState, wanted: u32, choice: &Choice<'_>) -> Stops {
        let (staying, draining) = (&one.ranks.staying, &one.ranks.draining);
        let mut chosen: Vec<u64> = draining.pending.iter().copied().collect();
        let healthy = count(staying.healthy.len().saturating_add(draining.healthy.len()));
        if healthy >= wanted {
            let others = [&draining.unhealthy, &draining.warming, &staying.unhealthy];
            chosen.extend(others.into_iter().flatten());
        }
        let coming = count(staying.pending.len().saturating_add(staying.warming.len()));
        let there = coming.saturating_add(count(staying.healthy.len()));
        let young = staying
            .pending
            .iter()
            .rev()
            .chain(staying.warming.iter().rev());
        let surplus = there.saturating_sub(wanted).min(coming);
        chosen.extend(young.take(surplus as usize));
        chosen.retain(|number| choice.may_stop(*number));
        let mut spare = healthy.saturating_sub(wanted);
        for candidates in [&draining.healthy, &staying.healthy] {
            let some = choice.choose(candidates, spare);
            spare = spare.saturating_sub(count(some.len()));
            chosen.extend(some);
        }
        let tasks = chosen.iter().filter_map(|number| self.tasks.get(number));
        let cause = |task: &super::task::ServiceTask| match task.class {
            _ if task.is_draining => StopCause::Instance,
            super::Class::Unhealthy if wanted > 0 => unhealthy_cause(task),
            _ if self.task_sets.is_some() => StopCause::Scaling {
                deployment: Arc::clone(&one.id),
            },
            _ => scaling(self),
        };
        tasks
            .map(|task| (Arc::clone(&task.task), cause(task)))
            .collect()
    }

    /// Something happens to the deployment that shifts traffic, or to the hooks of one that rolls.
    pub(super) fn take_shift(
        &mut self,
        event: &ShiftEvent,
        alarms: &BTreeSet<Box<str>>,
        policy: &ServicePolicy,
        at: Timestamp,
    ) {
        if self.is_for_hooks(event) {
            return self.take_hooks(event, alarms, policy, at);
        }
        let Some(mut shift) = self.shift.take() else {
            return;
        };
        // It was decided before.
        let _ = shift.handle(event, at);
        while let Some(change) = shift.poll_change() {
            self.follow_shift(&shift, change, (alarms, policy), at);
        }
        if let Some(due) = shift.poll_timeout() {
            self.timers.insert((due, Timer::Service));
        }
        let is_over = shift.only_reconciles() && shift.has_come_to_one();
        self.shift = Some(shift).filter(|_| !is_over);
    }

    /// What brings traffic to one source fails: so does the deployment that waits for it.
    fn fail_to_reconcile(
        &mut self,
        status: ShiftStatus,
        reason: Option<String>,
        (alarms, policy): (&BTreeSet<Box<str>>, &ServicePolicy),
        at: Timestamp,
    ) {
        let candidate = match status {
            ShiftStatus::RollbackInProgress => self.candidate(),
            ShiftStatus::RollbackFailed => None,
            _ => return,
        };
        let Some(rolling) = &mut self.history.rolling else {
            return;
        };
        if rolling.goes_back() {
            rolling.fail_back(reason, at);
            return self.keep_ended(policy);
        }
        let target = Arc::clone(rolling.target());
        let failure = (DeploymentFailure::Shift, reason);
        self.give_up(&target, failure, candidate, (alarms, policy), at);
    }

    fn follow_shift(
        &mut self,
        shift: &ShiftingDeployment,
        change: ShiftChange,
        (alarms, policy): (&BTreeSet<Box<str>>, &ServicePolicy),
        at: Timestamp,
    ) {
        if shift.only_reconciles() {
            if let ShiftChange::Status { status, reason, .. } = change {
                self.fail_to_reconcile(status, reason, (alarms, policy), at);
            }
            return;
        }
        let of = |arn: &str| self.of_revision(arn).map(|one| Arc::clone(&one.id));
        let target = of(shift.target());
        let before = shift.rollback_target().and_then(of);
        match change {
            ShiftChange::Hook(hook) => self.publish(&Change::Hook(hook), at),
            ShiftChange::Status { status, reason, .. } => match status {
                ShiftStatus::Successful => {
                    if let Some(id) = target {
                        self.complete(&id, policy.repeat_after, at);
                    }
                }
                ShiftStatus::Stopped if shift.never_began() => {
                    self.fail_shift(target, shift.cause(), reason, at);
                    if let Some(id) = before {
                        self.go_back(&id, failure(shift.cause()), alarms, at);
                    }
                }
                ShiftStatus::RollbackInProgress => {
                    self.fail_shift(target, shift.cause(), reason, at);
                    if let Some(id) = before {
                        self.go_back(&id, failure(shift.cause()), alarms, at);
                    }
                }
                ShiftStatus::RollbackSuccessful => {
                    if let Some(id) = before {
                        self.complete(&id, policy.repeat_after, at);
                    }
                }
                ShiftStatus::RollbackFailed => self.log_rollback_failed(shift, at),
                ShiftStatus::StopRequested => self.fail_shift(target, shift.cause(), reason, at),
                _ => {}
            },
            _ => {}
        }
    }

    fn log_rollback_failed(&mut self, shift: &ShiftingDeployment, at: Timestamp) {
        if let Some(target) = self.of_revision(shift.target()) {
            let reason = shift.status_reason().unwrap_or_default();
            let message = service_message::rollback_failed(&self.name, &target.id, reason);
            self.log.push(&self.arn, message, at);
        }
    }

    fn fail_shift(
        &mut self,
        target: Option<Arc<str>>,
        cause: Option<Cause>,
        reason: Option<String>,
        at: Timestamp,
    ) {
        let Some(id) = target else {
            return;
        };
        let failure = failure(cause);
        self.fail(&id, failure, at);
        if failure == DeploymentFailure::Shift {
            let reason = reason.unwrap_or_default();
            let message = service_message::deployment_failed_for(&self.name, &id, &reason);
            self.log.push(&self.arn, message, at);
        }
    }

    /// What the deployment asks for outside. Tasks are the scheduler's own.
    pub(super) fn asked_of_shift(&mut self) -> Vec<ShiftAction> {
        let mut all = std::mem::take(&mut self.asked);
        let Some(shift) = &mut self.shift else {
            return all;
        };
        let asked = std::iter::from_fn(|| shift.poll_action());
        let is_outside = |action: &ShiftAction| {
            !matches!(action, ShiftAction::Scale { .. } | ShiftAction::Hold { .. })
        };
        all.extend(asked.filter(is_outside));
        all
    }
}

impl DeploymentState {
    /// How many tasks it lacks of those that it shall have: none stands for one that is unhealthy,
    /// or cannot stay.
    pub(super) fn missing(&self, wanted: u32) -> u32 {
        let staying = &self.ranks.staying;
        let there = staying.len().saturating_sub(staying.unhealthy.len());
        wanted.saturating_sub(count(there))
    }
}

/// The tasks of a deployment, as they are counted for it.
fn counts(deployment: &DeploymentState) -> TaskCounts {
    let ranks = &deployment.ranks;
    let healthy = ranks
        .staying
        .healthy
        .len()
        .saturating_add(ranks.draining.healthy.len());
    let running = count(ranks.still_running());
    TaskCounts::new(running, count(ranks.pending()), count(healthy))
}

const fn failure(cause: Option<Cause>) -> DeploymentFailure {
    match cause {
        Some(Cause::CircuitBreaker) => DeploymentFailure::CircuitBreaker,
        Some(Cause::Alarm) => DeploymentFailure::Alarm,
        Some(Cause::Stop) => DeploymentFailure::Stopped,
        Some(Cause::Other) | None => DeploymentFailure::Shift,
    }
}
