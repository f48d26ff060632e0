//! What is refused.

use ecs_model::{Exception, ExceptionName};
use thiserror::Error;

use super::{ShiftStatus, TrafficError, Weight};

/// A deployment configuration by which no traffic can be shifted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShiftConfigurationError {
    /// The strategy replaces task by task, or is not known.
    #[error("strategy `{strategy}` does not shift traffic")]
    Strategy {
        /// The strategy.
        strategy: String,
    },
    /// The configuration of one strategy is given for another.
    #[error("`{member}` cannot be combined with strategy `{strategy}`")]
    OtherStrategy {
        /// The member.
        member: &'static str,
        /// The strategy.
        strategy: String,
    },
    /// A part of the traffic is too small, too large, or no multiple of 0.1.
    #[error("`{percent}` is not a multiple of 0.1 from {least} to 100.0 as `{member}`")]
    Percent {
        /// The member.
        member: &'static str,
        /// What it is.
        percent: String,
        /// The least that it may be.
        least: Weight,
    },
    /// A time is too short or too long.
    #[error("`{minutes}` is not from {least} to {most} minutes as `{member}`")]
    Minutes {
        /// The member.
        member: &'static str,
        /// What it is.
        minutes: i32,
        /// The least that it may be.
        least: i32,
        /// The most that it may be.
        most: i32,
    },
    /// A hook calls something unknown.
    #[error("`{target_type}` is not one of the target types AWS_LAMBDA and PAUSE")]
    HookTargetType {
        /// What it calls.
        target_type: String,
    },
    /// A hook is for a stage that has no such hooks.
    #[error("a hook of target type `{target_type}` cannot be called at stage `{stage}`")]
    HookStage {
        /// What the hook calls.
        target_type: &'static str,
        /// The stage.
        stage: String,
    },
    /// A hook lacks what it cannot do without.
    #[error("a hook of target type `{target_type}` needs `{member}`")]
    HookMember {
        /// What the hook calls.
        target_type: &'static str,
        /// The member.
        member: &'static str,
    },
    /// A hook does something unknown when it times out.
    #[error("`{action}` is not one of the actions ROLLBACK and CONTINUE")]
    HookAction {
        /// What it does.
        action: String,
    },
    /// There are too many hooks of one type.
    #[error("{count} hooks of target type `{target_type}` are more than 10")]
    TooManyHooks {
        /// What they call.
        target_type: &'static str,
        /// How many there are.
        count: usize,
    },
    /// The same revision is given twice.
    #[error("the service revision `{revision}` is in the deployment twice")]
    SameRevision {
        /// The ARN of the revision.
        revision: String,
    },
    /// The parts of the traffic of the sources are not all of it.
    #[error(transparent)]
    Traffic(#[from] TrafficError),
}

impl ShiftConfigurationError {
    /// The exception with which Amazon ECS answers, in its words where they are known.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let message = match self {
            Self::HookTargetType { .. } => {
                "Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE".to_owned()
            }
            Self::HookStage {
                target_type: "PAUSE",
                ..
            } => "Invalid lifecycle stage provided for Pause Hook".to_owned(),
            _ => self.to_string(),
        };
        Exception::new(ExceptionName::InvalidParameter, message)
    }
}

/// An event that a deployment cannot take. It has not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShiftError {
    /// A service revision is neither source nor target.
    #[error("the service revision `{revision}` is not part of the deployment")]
    UnknownRevision {
        /// The ARN of the revision.
        revision: String,
    },
    /// An alarm is not among those of the configuration.
    #[error("the alarm `{alarm}` is not one of the deployment's")]
    UnknownAlarm {
        /// The name of the alarm.
        alarm: String,
    },
    /// The id of a hook has the wrong form.
    #[error("the hook id `{hook_id}` does not have the form ecs-TYPE-ID")]
    HookId {
        /// The id.
        hook_id: String,
    },
    /// No hook of this id awaits anything.
    #[error("no hook `{hook_id}` awaits it")]
    UnknownHook {
        /// The id.
        hook_id: String,
    },
    /// A hook does not go on in this way.
    #[error("`{action}` is not one of the actions ROLLBACK and CONTINUE")]
    Action {
        /// The way.
        action: String,
    },
    /// The deployment has ended and cannot be continued.
    #[error("the service deployment is {status} and cannot be continued")]
    ContinueEnded {
        /// Its status.
        status: ShiftStatus,
    },
    /// The deployment has ended and cannot be stopped.
    #[error("the service deployment is {status} and cannot be stopped")]
    StopEnded {
        /// Its status.
        status: ShiftStatus,
    },
    /// A deployment cannot be stopped in this way.
    #[error("a service deployment cannot be stopped by `{stop_type}`, only by ROLLBACK")]
    StopType {
        /// The way.
        stop_type: String,
    },
}

impl ShiftError {
    /// The exception with which Amazon ECS answers a call, in its words where they are known. Of
    /// those for hook ids only the words are published, not the names.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let message = match self {
            Self::HookId { .. } => {
                "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}".to_owned()
            }
            Self::UnknownHook { .. } => "Provided hookId is either completed, unavailable, or not \
                 associated with the given Resource ARN"
                .to_owned(),
            Self::ContinueEnded { .. } => "Continuing a service deployment is not allowed for \
                 service deployment in terminal states."
                .to_owned(),
            _ => self.to_string(),
        };
        let name = match self {
            Self::StopEnded { .. } => ExceptionName::Conflict,
            _ => ExceptionName::InvalidParameter,
        };
        Exception::new(name, message)
    }
}
