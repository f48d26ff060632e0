//! [`TaskEvent`]: everything that can happen to a task.

use ecs_model::operation::SubmitTaskStateChangeRequest;
use ecs_model::{HealthStatus, Timestamp};
use serde::{Deserialize, Serialize};

use super::TaskMachine;
use crate::{AttachmentStatus, HostLoss, Recorded, StopCause, TaskReport, TaskStatus, Verdict};

/// Everything that can happen to a task, each of which a `handle_*` takes.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{
///     ContainerSpec, Phases, Record, Recorded, StopCause, TaskEvent, TaskMachine, TaskSpec, Verdict,
/// };
///
/// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
/// let at = Timestamp::from_seconds;
/// let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
/// let mut copy = task.clone();
///
/// let stop = || TaskEvent::Stop(StopCause::User { reason: None });
/// let decision = task.decide(stop(), at(1));
/// assert_eq!(decision.outcome, Verdict::Applied);
/// let record = decision.record.expect("the task shall stop");
/// let kept = serde_json::to_string(&record)?;
///
/// assert_eq!(task.apply(&record), Verdict::Applied);
/// assert_eq!(task.decide(stop(), at(1)).record, None);
/// let record: Record<TaskMachine> = serde_json::from_str(&kept)?;
/// copy.apply(&record);
/// assert_eq!(copy, task);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum TaskEvent {
    /// [`TaskMachine::handle_report`].
    Report(SubmitTaskStateChangeRequest),
    /// [`TaskMachine::handle_launched`].
    Launched,
    /// [`TaskMachine::handle_health`].
    Health {
        /// The name of the container.
        container: String,
        /// What its health check says.
        health: HealthStatus,
    },
    /// [`TaskMachine::handle_attachment`].
    Attachment {
        /// The id of the attachment.
        id: String,
        /// How far it is.
        status: AttachmentStatus,
    },
    /// [`TaskMachine::handle_connectivity`].
    Connectivity {
        /// Whether the agent is connected.
        is_connected: bool,
    },
    /// [`TaskMachine::handle_stop`].
    Stop(StopCause),
    /// [`TaskMachine::handle_host_lost`].
    HostLost(HostLoss),
    /// [`TaskMachine::handle_host_returned`].
    HostReturned {
        /// Whether its agent still has the task.
        has_task: bool,
    },
    /// [`TaskMachine::handle_phase_done`].
    PhaseDone(TaskStatus),
    /// [`TaskMachine::handle_phase_failed`].
    PhaseFailed {
        /// The phase.
        phase: TaskStatus,
        /// Why.
        reason: String,
    },
    /// [`TaskMachine::handle_timeout`].
    Timeout,
}

impl Recorded for TaskMachine {
    type Event = TaskEvent;
    type Outcome = Verdict;

    const RECORD: &'static str = "record of a task";

    fn handle(&mut self, event: &TaskEvent, now: Timestamp) -> Verdict {
        match event {
            TaskEvent::Report(request) => match TaskReport::try_from(request) {
                Ok(report) => self.handle_report(&report, now),
                Err(unknown) => Verdict::Rejected(unknown.into()),
            },
            TaskEvent::Launched => self.handle_launched(now),
            TaskEvent::Health { container, health } => self.handle_health(container, health, now),
            TaskEvent::Attachment { id, status } => self.handle_attachment(id, *status, now),
            TaskEvent::Connectivity { is_connected } => {
                self.handle_connectivity(*is_connected, now)
            }
            TaskEvent::Stop(cause) => self.handle_stop(cause.clone(), now),
            TaskEvent::HostLost(loss) => self.handle_host_lost(loss.clone(), now),
            TaskEvent::HostReturned { has_task } => self.handle_host_returned(*has_task, now),
            TaskEvent::PhaseDone(phase) => self.handle_phase_done(*phase, now),
            TaskEvent::PhaseFailed { phase, reason } => {
                self.handle_phase_failed(*phase, reason.as_str(), now)
            }
            TaskEvent::Timeout => self.handle_timeout(now),
        }
    }
}
