//! An event that changed a deployment, as it is written down.

use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::deployment::{DeploymentLifecycleHookAction, StopServiceDeploymentStopType};
use ecs_taskdef::{Record, Recorded};
use serde::{Deserialize, Serialize};

use super::{HookAnswer, ShiftError, ShiftingDeployment, TaskCounts, Traffic};

/// Everything that can happen to a deployment, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum ShiftEvent {
    /// [`ShiftingDeployment::handle_tasks`].
    Tasks {
        /// The ARN of the revision.
        revision: Arc<str>,
        /// Its tasks.
        tasks: TaskCounts,
    },
    /// [`ShiftingDeployment::handle_production_shifted`].
    ProductionShifted(Traffic),
    /// [`ShiftingDeployment::handle_test_shifted`].
    TestShifted(Traffic),
    /// [`ShiftingDeployment::handle_hook_answer`].
    HookAnswer {
        /// The id of the hook.
        hook_id: Arc<str>,
        /// What it answered.
        answer: HookAnswer,
    },
    /// [`ShiftingDeployment::handle_failures`].
    Failures {
        /// How many tasks of the target have failed.
        failures: u32,
        /// With how many the deployment fails.
        threshold: u32,
    },
    /// [`ShiftingDeployment::handle_alarm`].
    Alarm {
        /// The name of the alarm.
        alarm: String,
    },
    /// [`ShiftingDeployment::handle_invalid_networking`].
    InvalidNetworking {
        /// What is wrong.
        problem: String,
    },
    /// [`ShiftingDeployment::handle_desired_count`].
    DesiredCount(u32),
    /// [`ShiftingDeployment::handle_superseded`].
    Superseded,
    /// [`ShiftingDeployment::handle_stop`].
    Stop {
        /// How.
        stop_type: Option<StopServiceDeploymentStopType>,
    },
    /// [`ShiftingDeployment::handle_continue`].
    Continue {
        /// The id of the hook.
        hook_id: Arc<str>,
        /// How it goes on.
        action: Option<DeploymentLifecycleHookAction>,
    },
    /// [`ShiftingDeployment::handle_timeout`].
    Timeout,
}

/// An event that changes a deployment, with its time.
pub type ShiftRecord = Record<ShiftingDeployment>;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShiftVerdict {
    /// The deployment took it.
    Applied,
    /// It changes nothing.
    Unchanged,
    /// Nobody awaits it any more.
    Stale,
}

impl Recorded for ShiftingDeployment {
    type Event = ShiftEvent;
    type Outcome = Result<ShiftVerdict, ShiftError>;

    const RECORD: &'static str = "shifting deployment record";

    fn handle(&mut self, event: &ShiftEvent, now: Timestamp) -> Self::Outcome {
        Ok(match event {
            ShiftEvent::Tasks { revision, tasks } => self.handle_tasks(revision, *tasks, now)?,
            ShiftEvent::ProductionShifted(traffic) => self.handle_production_shifted(traffic, now),
            ShiftEvent::TestShifted(traffic) => self.handle_test_shifted(traffic, now),
            ShiftEvent::HookAnswer { hook_id, answer } => {
                self.handle_hook_answer(hook_id, answer, now)
            }
            ShiftEvent::Failures {
                failures,
                threshold,
            } => self.handle_failures(*failures, *threshold, now),
            ShiftEvent::Alarm { alarm } => self.handle_alarm(alarm, now)?,
            ShiftEvent::InvalidNetworking { problem } => {
                self.handle_invalid_networking(problem, now)
            }
            ShiftEvent::DesiredCount(desired_count) => {
                self.handle_desired_count(*desired_count, now)
            }
            ShiftEvent::Superseded => self.handle_superseded(now),
            ShiftEvent::Stop { stop_type } => self.handle_stop(stop_type.as_ref(), now)?,
            ShiftEvent::Continue { hook_id, action } => {
                self.handle_continue(hook_id, action.as_ref(), now)?
            }
            ShiftEvent::Timeout => {
                let is_due = self.poll_timeout().is_some_and(|due| due <= now);
                self.handle_timeout(now);
                match is_due {
                    true => ShiftVerdict::Applied,
                    false => ShiftVerdict::Unchanged,
                }
            }
        })
    }
}
