//! Calling hooks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::deployment::{
    DeploymentLifecycleHookAction, DeploymentLifecycleHookDetail, status_reason,
};
use ecs_model::event::{EventLevel, EventName, HookStateChange};

use super::action::percentages;
use super::back::Way;
use super::hook::{CallStatus, Hook, HookCall, HookTarget, Meaning, OnTimeout};
use super::{
    Cause, ExecutionDetails, HookAnswer, HookPayload, Names, ShiftAction, ShiftChange, ShiftError,
    ShiftingDeployment, Stage, Traffic,
};

/// The hooks of a deployment and what has become of their calls, whatever its strategy.
pub(crate) struct HookCalls<'a> {
    pub(crate) names: &'a Names,
    /// The ARN of the target revision.
    pub(crate) target: &'a Arc<str>,
    pub(crate) production: Option<&'a Traffic>,
    pub(crate) test: Option<&'a Traffic>,
    pub(crate) hooks: &'a mut Vec<Hook>,
    /// Those of the stage.
    pub(crate) calls: &'a mut Vec<HookCall>,
    /// How many hooks were called, for their ids.
    pub(crate) made: &'a mut u32,
    pub(crate) actions: &'a mut VecDeque<ShiftAction>,
    pub(crate) changes: &'a mut VecDeque<ShiftChange>,
    pub(crate) now: Timestamp,
}

/// Why a hook makes a deployment go back.
type Failed = String;

impl HookCalls<'_> {
    /// Calls all hooks of a stage.
    pub(crate) fn call_all(&mut self, stage: Stage) {
        self.calls.clear();
        for position in 0..self.hooks.len() {
            let Some(hook) = self.hooks.get(position) else {
                continue;
            };
            if !hook.is_called_at(stage) {
                continue;
            }
            *self.made = self.made.saturating_add(1);
            let deployment = self.names.service_deployment.rsplit('/').next();
            let own = format!("{}-{}", deployment.unwrap_or_default(), self.made);
            let is_pause = hook.target == HookTarget::Pause;
            self.calls.push(HookCall {
                id: format!("ecs-{}-{own}", hook.target.in_id()).into(),
                hook: position,
                stage,
                status: match is_pause {
                    true => CallStatus::AwaitingAction,
                    false => CallStatus::InProgress,
                },
                expires_at: self.now.saturating_add(hook.timeout()),
                call_at: None,
            });
            let at = self.calls.len().saturating_sub(1);
            self.tell(at);
            self.call(at);
        }
    }

    /// Calls the function of a hook; nothing is called for a pause.
    fn call(&mut self, at: usize) {
        let Some(call) = self.calls.get_mut(at) else {
            return;
        };
        call.call_at = None;
        let stage = call.stage;
        let hook_id = Arc::clone(&call.id);
        let Some(hook) = self.hooks.get(call.hook) else {
            return;
        };
        let HookTarget::Lambda {
            target_arn,
            role_arn,
        } = &hook.target
        else {
            return;
        };
        let weights = |is_shown: bool, traffic: Option<&Traffic>| match traffic {
            Some(traffic) if is_shown => percentages(traffic),
            _ => BTreeMap::new(),
        };
        let shows_production = matches!(
            stage,
            Stage::PreProductionTrafficShift | Stage::ProductionTrafficShift
        );
        let shows_test = stage == Stage::TestTrafficShift;
        let own = hook_id.strip_prefix("ecs-lambda-").unwrap_or(&hook_id);
        let payload = Box::new(HookPayload {
            execution_id: own.to_owned(),
            lifecycle_stage: stage,
            resource_arn: Arc::clone(&self.names.service_deployment),
            execution_details: ExecutionDetails {
                service_arn: Arc::clone(&self.names.service),
                target_service_revision_arn: Arc::clone(self.target),
                test_traffic_weights: weights(shows_test, self.test),
                production_traffic_weights: weights(shows_production, self.production),
            },
            hook_details: hook.details.clone(),
        });
        self.actions.push_back(ShiftAction::CallHook {
            target_arn: Arc::clone(target_arn),
            role_arn: Arc::clone(role_arn),
            hook_id,
            payload,
        });
    }

    /// Takes the answer of a function; `None` if nobody awaits it.
    pub(crate) fn answer(
        &mut self,
        hook_id: &str,
        answer: &HookAnswer,
    ) -> Option<Result<(), Failed>> {
        let at = called(self.calls, hook_id)?;
        let call = self.calls.get_mut(at)?;
        let hook = self.hooks.get_mut(call.hook)?;
        Some(match answer.meaning(call.stage, &hook.target) {
            Meaning::Succeeded { details } => {
                hook.merge(details);
                self.end(at, CallStatus::Succeeded);
                Ok(())
            }
            Meaning::InProgress { delay, details } => {
                hook.merge(details);
                call.call_at = Some(self.now.saturating_add(delay));
                Ok(())
            }
            Meaning::Failed(reason) => {
                self.end(at, CallStatus::Failed);
                Err(reason)
            }
        })
    }

    /// Ends a pause.
    pub(crate) fn resume(&mut self, at: usize, goes_on: bool) -> Result<(), Failed> {
        let status = match goes_on {
            true => CallStatus::Succeeded,
            false => CallStatus::Failed,
        };
        self.end(at, status);
        match self.calls.get(at).filter(|_| !goes_on) {
            Some(call) => Err(status_reason::pause_hook_rolled_back(&call.stage.into())),
            None => Ok(()),
        }
    }

    /// Calls functions again that are due, and times hooks out, up to the first for which the
    /// deployment goes back. On the `way_back` it goes back for none.
    pub(crate) fn elapse(&mut self, way_back: bool) -> Result<(), Failed> {
        for at in 0..self.calls.len() {
            let Some(call) = self.calls.get(at).filter(|call| call.is_open()) else {
                continue;
            };
            if call.expires_at <= self.now {
                let timed_out = self.time_out(at);
                if !way_back {
                    timed_out?;
                }
            } else if call.call_at.is_some_and(|due| due <= self.now) {
                self.call(at);
            }
        }
        Ok(())
    }

    fn time_out(&mut self, at: usize) -> Result<(), Failed> {
        self.end(at, CallStatus::TimedOut);
        let call = self.calls.get(at);
        let known = call.and_then(|call| Some((call, self.hooks.get(call.hook)?)));
        let Some((call, hook)) = known.filter(|(_, hook)| hook.on_timeout == OnTimeout::Rollback)
        else {
            return Ok(());
        };
        let stage = call.stage.into();
        Err(match hook.target {
            HookTarget::Lambda { .. } => status_reason::hook_timed_out(&stage),
            HookTarget::Pause => status_reason::pause_hook_timed_out(&stage),
        })
    }

    fn end(&mut self, at: usize, status: CallStatus) {
        if let Some(call) = self.calls.get_mut(at) {
            call.status = status;
            call.call_at = None;
        }
        self.tell(at);
    }

    /// Tells EventBridge of a hook.
    fn tell(&mut self, at: usize) {
        let call = self.calls.get(at);
        let Some((call, hook)) = call.and_then(|call| Some((call, self.hooks.get(call.hook)?)))
        else {
            return;
        };
        let (level, name) = match call.status {
            CallStatus::AwaitingAction => (EventLevel::Info, EventName::HookAwaitingAction),
            CallStatus::InProgress => (EventLevel::Info, EventName::HookInProgress),
            CallStatus::Succeeded => (EventLevel::Info, EventName::HookSucceeded),
            CallStatus::Failed => (EventLevel::Info, EventName::HookFailed),
            CallStatus::TimedOut => (EventLevel::Info, EventName::HookTimedOut),
        };
        let hook_type = call.detail(hook).target_type.unwrap_or_else(|| "".into());
        let change = HookStateChange::default()
            .with_event_type(level)
            .with_event_name(name)
            .with_hook_id(call.id.as_ref())
            .with_hook_type(hook_type)
            .with_expires_at(call.expires_at)
            .with_lifecycle_stage(call.stage)
            .with_cluster_arn(self.names.cluster.as_ref())
            .with_service_arn(self.names.service.as_ref())
            .with_service_deployment_arn(self.names.service_deployment.as_ref())
            .with_updated_at(self.now);
        self.changes.push_back(ShiftChange::Hook(Box::new(change)));
    }
}

/// Which of the calls awaits the answer of a function.
pub(crate) fn called(calls: &[HookCall], hook_id: &str) -> Option<usize> {
    calls.iter().position(|call| {
        let awaits = call.status == CallStatus::InProgress && call.call_at.is_none();
        awaits && *call.id == *hook_id
    })
}

/// Which of the calls is the pause that ContinueServiceDeployment names, and whether the deployment
/// goes on. An absent action is `CONTINUE`.
///
/// # Errors
///
/// No id of a hook, no pause that awaits an action, or an unknown action.
pub(crate) fn resumed(
    calls: &[HookCall],
    hook_id: &str,
    action: Option<&DeploymentLifecycleHookAction>,
) -> Result<(usize, bool), ShiftError> {
    let is_paused =
        |call: &HookCall| call.status == CallStatus::AwaitingAction && *call.id == *hook_id;
    let Some(at) = calls.iter().position(is_paused) else {
        let hook_id = hook_id.to_owned();
        return Err(ShiftError::UnknownHook { hook_id });
    };
    match action {
        None | Some(DeploymentLifecycleHookAction::Continue) => Ok((at, true)),
        Some(DeploymentLifecycleHookAction::Rollback) => Ok((at, false)),
        Some(other) => {
            let action = other.to_string();
            Err(ShiftError::Action { action })
        }
    }
}

/// Whether an id has the form of those of hooks.
///
/// # Errors
///
/// It has not.
pub(crate) fn check_id(hook_id: &str) -> Result<(), ShiftError> {
    let mut parts = hook_id.splitn(3, '-');
    let has_form = parts.next() == Some("ecs")
        && [parts.next(), parts.next()]
            .iter()
            .all(|part| part.is_some_and(|part| !part.is_empty()));
    match has_form {
        true => Ok(()),
        false => Err(ShiftError::HookId {
            hook_id: hook_id.to_owned(),
        }),
    }
}

/// When the next function is called again, or the next hook times out.
pub(crate) fn next_due(calls: &[HookCall]) -> Option<Timestamp> {
    let open = calls.iter().filter(|call| call.is_open());
    let due = |call: &HookCall| match call.call_at {
        Some(at) if at < call.expires_at => at,
        _ => call.expires_at,
    };
    open.map(due).min_by_key(|due| due.micros())
}

/// The hooks that were called, in the words of the API.
pub(crate) fn details(
    hooks: &[Hook],
    calls: &[HookCall],
) -> impl Iterator<Item = DeploymentLifecycleHookDetail> {
    let known = calls.iter();
    known.filter_map(|call| Some(call.detail(hooks.get(call.hook)?)))
}

impl ShiftingDeployment {
    pub(super) fn hook_calls(&mut self) -> HookCalls<'_> {
        HookCalls {
            names: &self.names,
            target: &self.target.arn,
            production: Some(&self.production),
            test: self.test.as_ref(),
            hooks: &mut self.hooks,
            calls: &mut self.calls,
            made: &mut self.calls_made,
            actions: &mut self.actions,
            changes: &mut self.changes,
            now: self.now,
        }
    }

    /// Calls all hooks of a stage. On the way back those of shifts are called again if the target
    /// had the traffic that moved.
    pub(super) fn call_hooks(&mut self, stage: Stage) {
        let is_called = match self.way {
            Way::Forward => true,
            Way::Back {
                had_production,
                had_test,
            } => match stage {
                Stage::ProductionTrafficShift => had_production,
                _ => had_test,
            },
        };
        if is_called {
            self.hook_calls().call_all(stage);
        }
    }

    /// What follows from hooks: on the way back nothing.
    pub(super) fn heed(&mut self, heard: Result<(), Failed>) {
        if let Err(reason) = heard
            && self.way == Way::Forward
        {
            self.fail(Cause::Other, reason);
        }
    }

    /// Times hooks out, and calls functions again that are due.
    pub(super) fn handle_hooks_due(&mut self) {
        if self.is_under_way() {
            let way_back = self.way != Way::Forward;
            let heard = self.hook_calls().elapse(way_back);
            self.heed(heard);
        }
    }
}
