//! [`TaskRecord`]: an event that changed a task, as it is written down.

use ecs_model::operation::SubmitTaskStateChangeRequest;
use ecs_model::{HealthStatus, Timestamp};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::TaskMachine;
use crate::{AttachmentStatus, HostLoss, StopCause, TaskReport, TaskStatus, UnknownName, Verdict};

/// Everything that can happen to a task, each of which a `handle_*` takes.
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

/// An event that changes a task, with its time.
///
/// The same records bring every copy of a task to the same state, so they are what is to be kept
/// of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaskRecord {
    format: Format<Self>,
    at: Timestamp,
    event: TaskEvent,
}

impl Saved for TaskRecord {
    const NAME: &'static str = "task record";
    const VERSION: u32 = 1;
}

impl TaskRecord {
    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &TaskEvent {
        &self.event
    }
}

/// What an event would come to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision {
    /// What becomes of the event.
    pub verdict: Verdict,
    /// What is to be kept and [applied](TaskMachine::apply); `None` if the event changes nothing.
    pub record: Option<TaskRecord>,
}

impl TaskMachine {
    /// Says what an event would come to, and changes nothing. Keep the record, then
    /// [`apply`](Self::apply) it; the `handle_*` methods do both at once.
    ///
    /// ```
    /// use ecs_model::Timestamp;
    /// use ecs_state::{ContainerSpec, Phases, StopCause, TaskEvent, TaskMachine, TaskSpec, Verdict};
    ///
    /// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
    /// let at = Timestamp::from_seconds;
    /// let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
    /// let mut copy = task.clone();
    ///
    /// let stop = || TaskEvent::Stop(StopCause::User { reason: None });
    /// let decision = task.decide(stop(), at(1))?;
    /// let record = decision.record.expect("the task shall stop");
    /// let kept = serde_json::to_string(&record)?;
    ///
    /// assert_eq!(task.apply(&record)?, Verdict::Applied);
    /// assert_eq!(task.decide(stop(), at(1))?.record, None);
    /// copy.apply(&serde_json::from_str(&kept)?)?;
    /// assert_eq!(copy, task);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnknownName`] for a report with a status that is none.
    pub fn decide(&self, event: TaskEvent, now: Timestamp) -> Result<Decision, UnknownName> {
        let record = TaskRecord {
            format: Format::current(),
            at: now,
            event,
        };
        let mut after = self.clone();
        let verdict = after.apply(&record)?;
        Ok(Decision {
            record: (after != *self).then_some(record),
            verdict,
        })
    }

    /// Makes a record so.
    ///
    /// # Errors
    ///
    /// [`UnknownName`] for a report with a status that is none.
    pub fn apply(&mut self, record: &TaskRecord) -> Result<Verdict, UnknownName> {
        let now = record.at;
        Ok(match &record.event {
            TaskEvent::Report(request) => self.handle_report(&TaskReport::try_from(request)?, now),
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
            TaskEvent::Timeout => {
                let version = self.version;
                self.handle_timeout(now);
                match self.version == version {
                    true => Verdict::Duplicate,
                    false => Verdict::Applied,
                }
            }
        })
    }
}
