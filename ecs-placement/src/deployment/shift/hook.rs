//! Lifecycle hooks: what is called at a stage, and what it answers.

use core::time::Duration;
use std::sync::Arc;

use ecs_model::deployment::{
    DeploymentLifecycleHook, DeploymentLifecycleHookAction, DeploymentLifecycleHookDetail,
    DeploymentLifecycleHookStatus, DeploymentLifecycleHookTargetType, status_reason,
};
use ecs_model::{DeploymentConfiguration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ShiftConfigurationError, Stage};

/// When a Lambda function is called again that answered `IN_PROGRESS` without a delay.
///
/// Source: Developer Guide, lifecycle hooks for service deployments.
pub const DEFAULT_CALL_BACK_DELAY: Duration = Duration::from_secs(30);

/// How long a hook may take, where no other time is given, in minutes.
pub const DEFAULT_HOOK_TIMEOUT_MINUTES: u16 = 1_440;

/// The most hooks of one type.
const MOST_HOOKS: usize = 10;

/// A hook of the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Hook {
    pub(super) target: HookTarget,
    stages: Vec<Stage>,
    timeout_minutes: u16,
    pub(super) on_timeout: OnTimeout,
    /// What the next call is given: what the configuration has, and what answers have added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum HookTarget {
    Lambda {
        target_arn: Arc<str>,
        role_arn: Arc<str>,
    },
    Pause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum OnTimeout {
    Rollback,
    Continue,
}

/// A hook that was called at a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HookCall {
    pub(super) id: Arc<str>,
    /// Which of the configuration's.
    pub(super) hook: usize,
    pub(super) stage: Stage,
    pub(super) status: CallStatus,
    pub(super) expires_at: Timestamp,
    /// When the function is called again; none while an answer is awaited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) call_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum CallStatus {
    AwaitingAction,
    InProgress,
    Succeeded,
    Failed,
    TimedOut,
}

/// What became of the call of a Lambda function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum HookAnswer {
    /// What it returned: an object with `hookStatus` (`SUCCEEDED`, `FAILED` or `IN_PROGRESS`) and
    /// perhaps `callBackDelay` in seconds and `hookDetails`.
    Returned(Value),
    /// It could not be called, raised an exception or took more than 15 minutes.
    NotInvoked {
        /// Why.
        problem: String,
    },
    /// The role of the hook could not be assumed.
    RoleNotAssumed,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Succeeded {
        details: Option<Value>,
    },
    InProgress {
        delay: Duration,
        details: Option<Value>,
    },
    /// The deployment goes back, for this reason.
    Failed(String),
}

impl Hook {
    /// The hooks of a configuration, checked.
    pub(crate) fn all_of(
        configuration: &DeploymentConfiguration,
    ) -> Result<Vec<Self>, ShiftConfigurationError> {
        let hooks = configuration.lifecycle_hooks().iter().map(Self::of);
        let hooks: Vec<Self> = hooks.collect::<Result<_, _>>()?;
        let is_pause = |hook: &&Self| hook.target == HookTarget::Pause;
        let pauses = hooks.iter().filter(is_pause).count();
        for (target_type, count) in [
            ("PAUSE", pauses),
            ("AWS_LAMBDA", hooks.len().saturating_sub(pauses)),
        ] {
            if count > MOST_HOOKS {
                return Err(ShiftConfigurationError::TooManyHooks { target_type, count });
            }
        }
        Ok(hooks)
    }

    fn of(hook: &DeploymentLifecycleHook) -> Result<Self, ShiftConfigurationError> {
        let target = HookTarget::of(hook)?;
        let target_type = target.name();
        if hook.lifecycle_stages().is_empty() {
            let member = "lifecycleStages";
            return Err(ShiftConfigurationError::HookMember {
                target_type,
                member,
            });
        }
        let may_be_called_at = |stage: &Stage| match target {
            HookTarget::Lambda { .. } => true,
            HookTarget::Pause => stage.takes_pause_hooks(),
        };
        let mut stages = Vec::new();
        for given in hook.lifecycle_stages() {
            let stage = Stage::try_from(given).ok().filter(may_be_called_at);
            stages.push(stage.ok_or_else(|| ShiftConfigurationError::HookStage {
                target_type,
                stage: given.to_string(),
            })?);
        }
        let timeout = hook.timeout_configuration();
        Ok(Self {
            timeout_minutes: target.timeout(timeout.timeout_in_minutes())?,
            on_timeout: OnTimeout::of(timeout.action())?,
            target,
            stages,
            details: hook.hook_details.clone(),
        })
    }

    pub(crate) fn is_called_at(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_minutes).saturating_mul(60))
    }

    /// Adds what an answer returned: members of an object one by one, anything else as a whole.
    pub(super) fn merge(&mut self, returned: Option<Value>) {
        match (&mut self.details, returned) {
            (_, None) => {}
            (Some(Value::Object(known)), Some(Value::Object(returned))) => known.extend(returned),
            (known, returned) => *known = returned,
        }
    }
}

impl HookTarget {
    fn of(hook: &DeploymentLifecycleHook) -> Result<Self, ShiftConfigurationError> {
        let lambda = DeploymentLifecycleHookTargetType::AwsLambda;
        match hook.target_type().unwrap_or(&lambda) {
            DeploymentLifecycleHookTargetType::Pause => Ok(Self::Pause),
            DeploymentLifecycleHookTargetType::AwsLambda => {
                let given = |value: Option<&str>, member| {
                    let target_type = "AWS_LAMBDA";
                    let lacking = ShiftConfigurationError::HookMember {
                        target_type,
                        member,
                    };
                    value.map(Arc::from).ok_or(lacking)
                };
                Ok(Self::Lambda {
                    target_arn: given(hook.hook_target_arn(), "hookTargetArn")?,
                    role_arn: given(hook.role_arn(), "roleArn")?,
                })
            }
            other => Err(ShiftConfigurationError::HookTargetType {
                target_type: other.to_string(),
            }),
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Lambda { .. } => "AWS_LAMBDA",
            Self::Pause => "PAUSE",
        }
    }

    /// What stands for it in the id of a hook.
    pub(super) const fn in_id(&self) -> &'static str {
        match self {
            Self::Lambda { .. } => "lambda",
            Self::Pause => "pause",
        }
    }

    fn timeout(&self, given: Option<i32>) -> Result<u16, ShiftConfigurationError> {
        let most = match self {
            Self::Lambda { .. } => 1_440,
            Self::Pause => 20_160,
        };
        let minutes = given.unwrap_or(DEFAULT_HOOK_TIMEOUT_MINUTES.into());
        let in_bounds = (1..=most).contains(&minutes);
        let found = u16::try_from(minutes).ok().filter(|_| in_bounds);
        found.ok_or(ShiftConfigurationError::Minutes {
            member: "timeoutInMinutes",
            minutes,
            least: 1,
            most,
        })
    }
}

impl OnTimeout {
    fn of(action: Option<&DeploymentLifecycleHookAction>) -> Result<Self, ShiftConfigurationError> {
        match action {
            None | Some(DeploymentLifecycleHookAction::Rollback) => Ok(Self::Rollback),
            Some(DeploymentLifecycleHookAction::Continue) => Ok(Self::Continue),
            Some(other) => Err(ShiftConfigurationError::HookAction {
                action: other.to_string(),
            }),
        }
    }
}

impl HookCall {
    /// Whether the stage waits for it.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(
            self.status,
            CallStatus::AwaitingAction | CallStatus::InProgress
        )
    }

    pub(super) fn detail(&self, hook: &Hook) -> DeploymentLifecycleHookDetail {
        let target_type = match hook.target {
            HookTarget::Lambda { .. } => DeploymentLifecycleHookTargetType::AwsLambda,
            HookTarget::Pause => DeploymentLifecycleHookTargetType::Pause,
        };
        let action = match hook.on_timeout {
            OnTimeout::Rollback => DeploymentLifecycleHookAction::Rollback,
            OnTimeout::Continue => DeploymentLifecycleHookAction::Continue,
        };
        let mut detail = DeploymentLifecycleHookDetail::default()
            .with_hook_id(self.id.as_ref())
            .with_target_type(target_type)
            .with_status(self.status.in_api())
            .with_expires_at(self.expires_at)
            .with_timeout_action(action);
        if let HookTarget::Lambda { target_arn, .. } = &hook.target {
            detail = detail.with_target_arn(target_arn.as_ref());
        }
        detail
    }
}

impl CallStatus {
    pub(super) const fn in_api(self) -> DeploymentLifecycleHookStatus {
        match self {
            Self::AwaitingAction => DeploymentLifecycleHookStatus::AwaitingAction,
            Self::InProgress => DeploymentLifecycleHookStatus::InProgress,
            Self::Succeeded => DeploymentLifecycleHookStatus::Succeeded,
            Self::Failed => DeploymentLifecycleHookStatus::Failed,
            Self::TimedOut => DeploymentLifecycleHookStatus::TimedOut,
        }
    }
}

impl HookAnswer {
    pub(super) fn meaning(&self, stage: Stage, target: &HookTarget) -> Meaning {
        let stage = stage.into();
        let (target_arn, role_arn) = match target {
            HookTarget::Lambda {
                target_arn,
                role_arn,
            } => (&**target_arn, &**role_arn),
            HookTarget::Pause => ("", ""),
        };
        let unusable = |problem| {
            Meaning::Failed(status_reason::hook_answer_unusable(
                &stage, target_arn, problem,
            ))
        };
        let returned = match self {
            Self::Returned(returned) => returned,
            Self::NotInvoked { problem } => {
                return Meaning::Failed(status_reason::hook_not_invoked(
                    &stage, target_arn, problem,
                ));
            }
            Self::RoleNotAssumed => {
                return Meaning::Failed(status_reason::hook_role_not_assumed(&stage, role_arn));
            }
        };
        let member = |name| returned.get(name).filter(|value| !value.is_null());
        let details = member("hookDetails").cloned();
        match member("hookStatus").map(Value::as_str) {
            None => unusable("HookStatus must not be null"),
            Some(Some("SUCCEEDED")) => Meaning::Succeeded { details },
            Some(Some("FAILED")) => Meaning::Failed(status_reason::hook_failed(&stage, target_arn)),
            Some(Some("IN_PROGRESS")) => {
                // One page of the guide calls it `callBackDelaySeconds`.
                let delay = member("callBackDelay").or_else(|| member("callBackDelaySeconds"));
                match delay.map(Value::as_u64) {
                    None => Meaning::InProgress {
                        delay: DEFAULT_CALL_BACK_DELAY,
                        details,
                    },
                    Some(Some(seconds)) => Meaning::InProgress {
                        delay: Duration::from_secs(seconds),
                        details,
                    },
                    Some(None) => unusable("CallBackDelay must be a whole number of seconds"),
                }
            }
            Some(_) => unusable("HookStatus must be SUCCEEDED, FAILED or IN_PROGRESS"),
        }
    }
}
