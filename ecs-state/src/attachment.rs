//! Attachments: network interfaces, volumes and Service Connect.

use core::time::Duration;

use ecs_model::{Timestamp, named};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::{AgentTaskStatus, Recorded, Verdict};

/// How long the network interface of a task may take to come up.
///
/// Source: amazon-ecs-agent#4825: the attachment expires after 3 minutes.
pub const ATTACHMENT_TIMEOUT: Duration = Duration::from_secs(180);

/// How far an attachment is, in order; [`Failed`](Self::Failed) can follow on every status but the
/// last.
///
/// Source: API shape `Attachment`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum AttachmentStatus {
    /// It is to be created.
    Precreated,
    /// It was created.
    Created,
    /// It is being attached.
    Attaching,
    /// It is attached.
    Attached,
    /// It is being detached.
    Detaching,
    /// It is detached.
    Detached,
    /// It was deleted.
    Deleted,
    /// It cannot be attached.
    Failed,
}

named! {
    AttachmentStatus {
        Precreated = "PRECREATED",
        Created = "CREATED",
        Attaching = "ATTACHING",
        Attached = "ATTACHED",
        Detaching = "DETACHING",
        Detached = "DETACHED",
        Deleted = "DELETED",
        Failed = "FAILED",
    }
}

impl AttachmentStatus {
    /// Whether an attachment with this status may have `next` after it.
    #[must_use]
    pub fn can_become(self, next: Self) -> bool {
        next > self && self != Self::Deleted
    }
}

/// What is attached to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AttachmentKind {
    /// A network interface.
    ElasticNetworkInterface,
    /// A volume of Amazon EBS.
    AmazonElasticBlockStorage,
    /// What Service Connect needs.
    ServiceConnect,
}

impl AttachmentKind {
    /// The name of the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ElasticNetworkInterface => "ElasticNetworkInterface",
            Self::AmazonElasticBlockStorage => "AmazonElasticBlockStorage",
            Self::ServiceConnect => "Service Connect",
        }
    }

    /// The name that events have for it.
    #[must_use]
    pub const fn event_name(self) -> &'static str {
        match self {
            Self::ElasticNetworkInterface => "eni",
            other => other.as_str(),
        }
    }
}

/// How far an attachment is on its host, in order.
///
/// Source: amazon-ecs-agent, attachment status.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum HostAttachmentStatus {
    /// The agent waits for it.
    #[default]
    None,
    /// It is there.
    Attached,
    /// It is gone.
    Detached,
}

named! {
    HostAttachmentStatus {
        None = "NONE",
        Attached = "ATTACHED",
        Detached = "DETACHED",
    }
}

impl HostAttachmentStatus {
    /// Whether ECS hears of it.
    #[must_use]
    pub const fn is_reportable(self) -> bool {
        matches!(self, Self::Attached)
    }
}

/// An attachment that an agent was told to expect on its host. It may come before its task.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{HostAttachment, HostAttachmentStatus};
///
/// let at = Timestamp::from_seconds;
/// let mut interface = HostAttachment::new(at(180));
/// let _ = interface.handle_seen(at(5));
/// assert_eq!(interface.poll_report(), Some(HostAttachmentStatus::Attached));
/// assert_eq!(interface.poll_report(), None);
/// ```
///
/// Source: amazon-ecs-agent, attachments.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostAttachment {
    format: Format<Self>,
    status: HostAttachmentStatus,
    /// How far its task is.
    #[serde(default, skip_serializing_if = "has_not_begun")]
    task: AgentTaskStatus,
    is_sent: bool,
    is_expired: bool,
    expires_at: Moment,
}

fn has_not_begun(task: &AgentTaskStatus) -> bool {
    *task == AgentTaskStatus::None
}

impl Saved for HostAttachment {
    const NAME: &'static str = "attachment";
    const VERSION: u32 = 1;
}

impl HostAttachment {
    /// An attachment that is no use after `expires_at`.
    #[must_use]
    pub const fn new(expires_at: Timestamp) -> Self {
        Self {
            format: Format::current(),
            status: HostAttachmentStatus::None,
            task: AgentTaskStatus::None,
            is_sent: false,
            is_expired: false,
            expires_at: Moment::at(expires_at),
        }
    }

    /// The host sees what is attached.
    pub fn handle_seen(&mut self, now: Timestamp) -> Verdict {
        let _ = self.handle_timeout(now);
        match self.status {
            HostAttachmentStatus::None if self.is_expired => Verdict::Stale,
            HostAttachmentStatus::None => {
                self.status = HostAttachmentStatus::Attached;
                Verdict::Applied
            }
            HostAttachmentStatus::Attached => Verdict::Duplicate,
            HostAttachmentStatus::Detached => Verdict::Stale,
        }
    }

    /// The host sees it no more.
    pub fn handle_gone(&mut self) -> Verdict {
        match self.status {
            HostAttachmentStatus::Attached => {
                self.status = HostAttachmentStatus::Detached;
                Verdict::Applied
            }
            HostAttachmentStatus::Detached => Verdict::Duplicate,
            HostAttachmentStatus::None => Verdict::Stale,
        }
    }

    /// Its task has come to this status: ECS hears of the attachment from the task then.
    pub fn handle_task_status(&mut self, task: AgentTaskStatus) -> Verdict {
        if task < self.task {
            return Verdict::Stale;
        }
        Verdict::of_change(core::mem::replace(&mut self.task, task) != task)
    }

    /// Time has passed: what did not come is no use any more.
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        let waits = self.status == HostAttachmentStatus::None || !self.is_sent;
        let expires = waits && self.expires_at.is_due(Moment::at(now));
        Verdict::of_change(expires && !core::mem::replace(&mut self.is_expired, true))
    }

    /// The status for ECS, once: before it has expired, and before the task is anywhere.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_report(&mut self) -> Option<HostAttachmentStatus> {
        let due = self.status.is_reportable()
            && self.task == AgentTaskStatus::None
            && !self.is_sent
            && !self.is_expired;
        self.is_sent |= due;
        due.then_some(self.status)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let open = !self.is_sent && !self.is_expired;
        self.expires_at.get().filter(|_| open)
    }

    /// How far it is.
    #[must_use]
    pub const fn status(&self) -> HostAttachmentStatus {
        self.status
    }

    /// Whether it came too late, or not at all.
    #[must_use]
    pub const fn is_expired(&self) -> bool {
        self.is_expired
    }
}

/// Everything that can happen to an attachment on its host, each of which a `handle_*` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AttachmentEvent {
    /// [`HostAttachment::handle_seen`].
    Seen,
    /// [`HostAttachment::handle_gone`].
    Gone,
    /// [`HostAttachment::handle_task_status`].
    TaskStatus(AgentTaskStatus),
    /// [`HostAttachment::handle_timeout`].
    Timeout,
}

impl Recorded for HostAttachment {
    type Event = AttachmentEvent;
    type Outcome = Verdict;

    const RECORD: &'static str = "record of an attachment";

    fn handle(&mut self, event: &AttachmentEvent, now: Timestamp) -> Verdict {
        match event {
            AttachmentEvent::Seen => self.handle_seen(now),
            AttachmentEvent::Gone => self.handle_gone(),
            AttachmentEvent::TaskStatus(task) => self.handle_task_status(*task),
            AttachmentEvent::Timeout => self.handle_timeout(now),
        }
    }
}
