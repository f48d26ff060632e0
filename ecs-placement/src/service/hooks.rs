//! Hooks of deployments that roll.
//!
//! A [`RollingHooks`] says at which stage a deployment is and what has become of the hooks that
//! were called at it. Before they have answered at `PRE_SCALE_UP` the service is kept as it was;
//! before they have at `POST_SCALE_UP` its deployment is not complete.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use ecs_model::deployment::DeploymentLifecycleHookDetail;
use ecs_model::event::Change;
use ecs_model::{DeploymentConfiguration, Timestamp, service_message};
use serde::{Deserialize, Serialize};

use super::state::{ServiceState, Timer, count};
use super::{DeploymentFailure, ServiceChange, ServiceError, ServicePolicy, Services};
use crate::deployment::DeploymentState;
use crate::deployment::shift::{
    self, Hook, HookCall, HookCalls, Names, ShiftChange, ShiftError, ShiftEvent, ShiftVerdict,
    ShiftWait, Stage,
};

/// The hooks of a deployment that rolls, and how far it is with them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RollingHooks {
    /// None before it has come to the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    hooks: Vec<Hook>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    calls: Vec<HookCall>,
    /// How many were called, for their ids.
    calls_made: u32,
}

impl RollingHooks {
    /// Those of a configuration, if it has some that a deployment calls which rolls.
    pub(super) fn of(configuration: &DeploymentConfiguration) -> Option<Box<Self>> {
        // They were checked when the request was.
        let hooks = Hook::all_of(configuration).unwrap_or_default();
        let is_called = |hook: &Hook| {
            hook.is_called_at(Stage::PreScaleUp) || hook.is_called_at(Stage::PostScaleUp)
        };
        hooks.iter().any(is_called).then(|| {
            Box::new(Self {
                stage: None,
                hooks,
                calls: Vec::new(),
                calls_made: 0,
            })
        })
    }

    pub(super) const fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Whether nothing may be started yet.
    pub(super) fn holds(&self) -> bool {
        matches!(self.stage, None | Some(Stage::PreScaleUp))
    }

    /// Whether it may be complete.
    fn is_over(&self) -> bool {
        self.stage == Some(Stage::PostScaleUp) && !self.calls.iter().any(HookCall::is_open)
    }

    /// Nobody awaits answers any more.
    pub(super) fn close(&mut self) {
        self.calls.retain(|call| !call.is_open());
    }

    pub(super) fn details(&self) -> impl Iterator<Item = DeploymentLifecycleHookDetail> {
        shift::hook_details(&self.hooks, &self.calls)
    }

    fn waits_for(&self) -> Option<ShiftWait> {
        ShiftWait::of_hooks(&self.calls)
    }

    /// What an event would come to; nothing if it is none that hooks take.
    fn verdict(
        &self,
        event: &ShiftEvent,
        now: Timestamp,
    ) -> Option<Result<ShiftVerdict, ShiftError>> {
        let applied = |is_awaited: bool, otherwise: ShiftVerdict| match is_awaited {
            true => Ok(ShiftVerdict::Applied),
            false => Ok(otherwise),
        };
        Some(match event {
            ShiftEvent::HookAnswer { hook_id, .. } => {
                let is_awaited = shift::called(&self.calls, hook_id).is_some();
                applied(is_awaited, ShiftVerdict::Stale)
            }
            ShiftEvent::Continue { hook_id, action } => shift::check_hook_id(hook_id)
                .and_then(|()| shift::resumed(&self.calls, hook_id, action.as_ref()))
                .map(|_| ShiftVerdict::Applied),
            ShiftEvent::Timeout => {
                let is_due = self.due().is_some_and(|due| due <= now);
                applied(is_due, ShiftVerdict::Unchanged)
            }
            _ => return None,
        })
    }

    fn due(&self) -> Option<Timestamp> {
        shift::next_due(&self.calls)
    }
}

impl Services {
    /// What an event for the hooks of a deployment that rolls would come to, and the change that it
    /// makes.
    pub(super) fn decide_hooks(
        &self,
        known: &ServiceState,
        event: ShiftEvent,
        now: Timestamp,
    ) -> Result<(ShiftVerdict, Option<ServiceChange>), ServiceError> {
        if let ShiftEvent::Stop { stop_type } = &event {
            shift::check_stop_type(stop_type.as_ref())?;
            let change = self.decide_stop_deployment(&known.name, now)?;
            let verdict = match change {
                Some(_) => ShiftVerdict::Applied,
                None => ShiftVerdict::Unchanged,
            };
            return Ok((verdict, change));
        }
        let verdict = known.hooks_verdict(&event, now);
        let verdict = verdict.ok_or_else(|| ServiceError::NoShift {
            service: known.name.to_string(),
        })??;
        let change = (verdict == ShiftVerdict::Applied).then(|| ServiceChange::Shift {
            service: Arc::clone(&known.name),
            event,
            at: now,
        });
        Ok((verdict, change))
    }
}

impl ServiceState {
    /// Whether what happens is for a deployment that rolls, and not for one that shifts traffic.
    pub(super) fn is_for_hooks(&self, event: &ShiftEvent) -> bool {
        let is_stop = matches!(event, ShiftEvent::Stop { .. });
        self.history.rolling.is_some() && (is_stop || self.active_shift().is_none())
    }

    /// The hooks of the deployment that rolls.
    fn hooks(&self) -> Option<&RollingHooks> {
        self.history.rolling.as_ref()?.hooks()
    }

    /// Whether the newest deployment waits for its hooks before it starts any task.
    pub(super) fn is_held(&self) -> bool {
        self.hooks().is_some_and(RollingHooks::holds)
    }

    /// The deployment whose tasks are started: the newest, or while its hooks hold it back the one
    /// that was completed last, otherwise the newest older one with tasks.
    pub(super) fn goal(&self) -> Option<&DeploymentState> {
        if !self.is_held() {
            return self.primary();
        }
        let has_tasks = |one: &&DeploymentState| one.ranks.kept() > 0;
        let candidate = self.candidate();
        let completed = candidate.and_then(|id| self.by_id(&id));
        completed.or_else(|| self.older().iter().find(has_tasks))
    }

    /// The deployments whose tasks nobody takes the place of: the newest, and while its hooks hold it
    /// back all of them.
    pub(super) fn lasting(&self) -> &[DeploymentState] {
        let all = self.deployments.as_slice();
        match self.is_held() {
            true => all,
            false => all.get(..1).unwrap_or(all),
        }
    }

    /// The others.
    pub(super) fn leaving(&self) -> &[DeploymentState] {
        let lasting = self.lasting().len();
        self.deployments.get(lasting..).unwrap_or_default()
    }

    /// Whether hooks of the next stage are to be called.
    pub(super) fn has_next_stage(&self) -> bool {
        self.hooks().is_some_and(|hooks| match hooks.stage {
            None => true,
            Some(stage) => stage == Stage::ScaleUp && self.is_scaled_up(),
        })
    }

    /// Whether no hook keeps the newest deployment from being complete.
    pub(super) fn may_complete(&self) -> bool {
        self.hooks().is_none_or(RollingHooks::is_over)
    }

    /// Whether enough tasks of the newest deployment are healthy: all, or those of an early success.
    fn is_scaled_up(&self) -> bool {
        let healthy = self.primary().map(|one| one.ranks.staying.healthy.len());
        let wanted = self.wanted();
        let early = self.rules.early.as_ref();
        let enough = early.map_or(wanted, |early| early.required(wanted).min(wanted));
        count(healthy.unwrap_or_default()) >= enough
    }

    /// What hooks that have not answered keep the service waiting for.
    pub(super) fn waits_for_hooks(&self) -> Option<ShiftWait> {
        self.hooks()?.waits_for()
    }

    pub(super) fn hooks_verdict(
        &self,
        event: &ShiftEvent,
        now: Timestamp,
    ) -> Option<Result<ShiftVerdict, ShiftError>> {
        self.hooks()?.verdict(event, now)
    }

    /// A hook is to be called again, or has timed out.
    pub(super) fn hooks_event(&self, now: Timestamp) -> Option<ShiftEvent> {
        let due = self.hooks()?.due()?;
        (due <= now).then_some(ShiftEvent::Timeout)
    }

    /// The newest deployment comes to the next stage at which hooks are called.
    pub(super) fn advance_hooks(&mut self, at: Timestamp) {
        let stage = match self.hooks().and_then(RollingHooks::stage) {
            None => Stage::PreScaleUp,
            Some(_) => Stage::PostScaleUp,
        };
        self.set_stage(stage);
        self.with_hooks(at, |calls| calls.call_all(stage));
        self.pass_hooks();
    }

    /// Something happens to the hooks of the newest deployment.
    pub(super) fn take_hooks(
        &mut self,
        event: &ShiftEvent,
        alarms: &BTreeSet<Box<str>>,
        policy: &ServicePolicy,
        at: Timestamp,
    ) {
        let Some(target) = self.history.rolling.as_ref().map(|one| one.target()) else {
            return;
        };
        let target = Arc::clone(target);
        let heard = self.with_hooks(at, |calls| match event {
            ShiftEvent::HookAnswer { hook_id, answer } => calls.answer(hook_id, answer),
            ShiftEvent::Continue { hook_id, action } => {
                let found = shift::resumed(calls.calls, hook_id, action.as_ref());
                // It was decided before.
                found.ok().map(|(at, goes_on)| calls.resume(at, goes_on))
            }
            ShiftEvent::Timeout => Some(calls.elapse(false)),
            _ => None,
        });
        match heard.flatten() {
            Some(Err(reason)) => {
                let message = service_message::deployment_failed_for(&self.name, &target, &reason);
                self.log.push(&self.arn, message, at);
                let failure = (DeploymentFailure::Shift, Some(reason));
                let candidate = self.candidate();
                self.give_up(&target, failure, candidate, (alarms, policy), at);
            }
            Some(Ok(())) => self.pass_hooks(),
            None => {}
        }
    }

    /// `PRE_SCALE_UP` is over once all of its hooks have answered.
    fn pass_hooks(&mut self) {
        let hooks = self.hooks();
        if hooks.is_some_and(|hooks| hooks.holds() && !hooks.calls.iter().any(HookCall::is_open)) {
            self.set_stage(Stage::ScaleUp);
        }
    }

    fn set_stage(&mut self, stage: Stage) {
        let rolling = self.history.rolling.as_mut();
        if let Some(hooks) = rolling.and_then(|rolling| rolling.hooks_mut()) {
            hooks.stage = Some(stage);
        }
    }

    /// Lets something happen to the calls of hooks, and takes what they ask and tell.
    fn with_hooks<T>(
        &mut self,
        at: Timestamp,
        act: impl FnOnce(&mut HookCalls<'_>) -> T,
    ) -> Option<T> {
        let id = Arc::clone(self.history.rolling.as_ref()?.target());
        let names = Names {
            service_deployment: self.service_deployment_arn(&id).into(),
            service: Arc::clone(&self.arn),
            cluster: Arc::clone(&self.cluster),
        };
        let target = self.revision_arn(&id).into();
        let rolling = self.history.rolling.as_mut()?;
        let hooks = rolling.hooks_mut()?;
        let (mut actions, mut changes) = (VecDeque::new(), VecDeque::new());
        let outcome = act(&mut HookCalls {
            names: &names,
            target: &target,
            production: None,
            test: None,
            hooks: &mut hooks.hooks,
            calls: &mut hooks.calls,
            made: &mut hooks.calls_made,
            actions: &mut actions,
            changes: &mut changes,
            now: at,
        });
        if let Some(due) = hooks.due() {
            self.timers.insert((due, Timer::Service));
        }
        self.asked.extend(actions);
        for change in changes {
            if let ShiftChange::Hook(hook) = change {
                self.publish(&Change::Hook(hook), at);
            }
        }
        Some(outcome)
    }
}
