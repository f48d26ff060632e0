//! Calling hooks.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::deployment::status_reason;
use ecs_model::event::{EventLevel, EventName, HookStateChange};

use super::action::percentages;
use super::back::Way;
use super::hook::{CallStatus, HookTarget, Meaning, OnTimeout};
use super::{
    Cause, ExecutionDetails, HookAnswer, HookCall, HookPayload, ShiftAction, ShiftChange,
    ShiftingDeployment, Stage,
};

impl ShiftingDeployment {
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
        if !is_called {
            return;
        }
        self.calls.clear();
        for position in 0..self.hooks.len() {
            let Some(hook) = self.hooks.get(position) else {
                continue;
            };
            if !hook.is_called_at(stage) {
                continue;
            }
            self.calls_made = self.calls_made.saturating_add(1);
            let deployment = self.names.service_deployment.rsplit('/').next();
            let own = format!("{}-{}", deployment.unwrap_or_default(), self.calls_made);
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
            self.tell_hook(at);
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
        let weights = |is_shown: bool, traffic| match is_shown {
            true => percentages(traffic),
            false => BTreeMap::new(),
        };
        let shows_production = matches!(
            stage,
            Stage::PreProductionTrafficShift | Stage::ProductionTrafficShift
        );
        let shows_test = stage == Stage::TestTrafficShift;
        let test = self.test.as_ref().map(|test| weights(shows_test, test));
        let own = hook_id.strip_prefix("ecs-lambda-").unwrap_or(&hook_id);
        let payload = Box::new(HookPayload {
            execution_id: own.to_owned(),
            lifecycle_stage: stage,
            resource_arn: Arc::clone(&self.names.service_deployment),
            execution_details: ExecutionDetails {
                service_arn: Arc::clone(&self.names.service),
                target_service_revision_arn: Arc::clone(&self.target.arn),
                test_traffic_weights: test.unwrap_or_default(),
                production_traffic_weights: weights(shows_production, &self.production),
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

    /// Which of the calls awaits the answer of a function.
    pub(super) fn called(&self, hook_id: &str) -> Option<usize> {
        self.calls.iter().position(|call| {
            let awaits = call.status == CallStatus::InProgress && call.call_at.is_none();
            awaits && *call.id == *hook_id
        })
    }

    /// Which of the calls awaits a user.
    pub(super) fn paused(&self, hook_id: &str) -> Option<usize> {
        self.calls
            .iter()
            .position(|call| call.status == CallStatus::AwaitingAction && *call.id == *hook_id)
    }

    pub(super) fn take_answer(&mut self, at: usize, answer: &HookAnswer) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(at) else {
            return;
        };
        let Some(hook) = self.hooks.get_mut(call.hook) else {
            return;
        };
        match answer.meaning(call.stage, &hook.target) {
            Meaning::Succeeded { details } => {
                hook.merge(details);
                self.end_call(at, CallStatus::Succeeded);
            }
            Meaning::InProgress { delay, details } => {
                hook.merge(details);
                call.call_at = Some(now.saturating_add(delay));
            }
            Meaning::Failed(reason) => self.fail_call(at, CallStatus::Failed, reason),
        }
    }

    pub(super) fn end_call(&mut self, at: usize, status: CallStatus) {
        if let Some(call) = self.calls.get_mut(at) {
            call.status = status;
            call.call_at = None;
        }
        self.tell_hook(at);
    }

    /// On the way back nothing else follows from it.
    pub(super) fn fail_call(&mut self, at: usize, status: CallStatus, reason: String) {
        self.end_call(at, status);
        if self.way == Way::Forward {
            self.fail(Cause::Other, reason);
        }
    }

    /// When the next function is called again, or the next hook times out.
    pub(super) fn hook_due(&self) -> Option<Timestamp> {
        let open = self.calls.iter().filter(|call| call.is_open());
        let due = |call: &HookCall| match call.call_at {
            Some(at) if at < call.expires_at => at,
            _ => call.expires_at,
        };
        open.map(due).min_by_key(|due| due.micros())
    }

    /// Times hooks out, and calls functions again that are due.
    pub(super) fn handle_hooks_due(&mut self) {
        let mut at = 0;
        while let Some(call) = self.calls.get(at).filter(|_| self.is_under_way()) {
            let is_due = call.call_at.is_some_and(|due| due <= self.now);
            if call.is_open() && call.expires_at <= self.now {
                if self.time_out(at) {
                    return;
                }
            } else if call.is_open() && is_due {
                self.call(at);
            }
            at = at.saturating_add(1);
        }
    }

    /// Whether the deployment goes back for it.
    fn time_out(&mut self, at: usize) -> bool {
        let call = self.calls.get(at);
        let Some((call, hook)) = call.and_then(|call| Some((call, self.hooks.get(call.hook)?)))
        else {
            return false;
        };
        let stage = call.stage.into();
        let reason = match hook.target {
            HookTarget::Lambda { .. } => status_reason::hook_timed_out(&stage),
            HookTarget::Pause => status_reason::pause_hook_timed_out(&stage),
        };
        if hook.on_timeout == OnTimeout::Continue {
            self.end_call(at, CallStatus::TimedOut);
            return false;
        }
        let goes_forward = self.way == Way::Forward;
        self.fail_call(at, CallStatus::TimedOut, reason);
        goes_forward
    }

    /// Tells EventBridge of a hook.
    fn tell_hook(&mut self, at: usize) {
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
