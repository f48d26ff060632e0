//! [`AgentUpdate`]: an update of the container agent as ECS sees it.

use core::time::Duration;

use ecs_model::agent::{AgentUpdateRefusal, AgentUpdateSubject};
use ecs_model::version::Version;
use ecs_model::{Timestamp, named};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::{Recorded, Verdict};

/// How long an agent may take to come back with the new version. AWS does not publish the time.
pub const UPDATE_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// How far an update is, in order; [`Failed`](Self::Failed) can follow on every status but
/// [`Updated`](Self::Updated).
///
/// Source: API shape `AgentUpdateStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum UpdateStatus {
    /// It was asked for.
    Pending,
    /// The agent downloads it.
    Staging,
    /// The download is complete and verified.
    Staged,
    /// The agent is replaced.
    Updating,
    /// The new agent has registered.
    Updated,
    /// It failed; the agent is the one from before.
    Failed,
}

named! {
    UpdateStatus {
        Pending = "PENDING",
        Staging = "STAGING",
        Staged = "STAGED",
        Updating = "UPDATING",
        Updated = "UPDATED",
        Failed = "FAILED",
    }
}

/// What ECS is to send to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum UpdateAction {
    /// Download the update.
    StageUpdate,
    /// Start the new agent.
    PerformUpdate,
}

/// An update of the agent of a container instance. Running tasks do not notice it.
///
/// An agent that is not connected is not reached: the update stays where it is and goes on when
/// the agent connects again.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::AgentUpdateSubject;
/// use ecs_model::version::Version;
/// use ecs_state::{AgentUpdate, UpdateAction, UpdateStatus};
///
/// let at = Timestamp::from_seconds;
/// let agent = AgentUpdateSubject::new(Some(Version::new(1, 3, 1)));
/// let mut update = AgentUpdate::request(&agent, Version::new(1, 4, 0), true, at(0))?;
/// assert_eq!(update.poll_action(), Some(UpdateAction::StageUpdate));
/// let _ = update.handle_sent(UpdateAction::StageUpdate, at(1));
/// let _ = update.handle_acknowledged(UpdateAction::StageUpdate, at(60));
/// assert_eq!(update.status(), UpdateStatus::Staged);
/// assert_eq!(update.poll_action(), Some(UpdateAction::PerformUpdate));
/// let _ = update.handle_sent(UpdateAction::PerformUpdate, at(61));
/// let _ = update.handle_registered(Some(&Version::new(1, 4, 0)), at(90));
/// assert_eq!(update.status(), UpdateStatus::Updated);
/// # Ok::<(), ecs_model::agent::AgentUpdateRefusal>(())
/// ```
///
/// Source: API operation `UpdateContainerAgent`; amazon-ecs-agent, updater.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentUpdate {
    format: Format<Self>,
    status: UpdateStatus,
    target: String,
    reason: Option<String>,
    is_connected: bool,
    /// When the new agent has to be there.
    restart_by: Moment,
    now: Moment,
    action: Option<UpdateAction>,
}

impl Saved for AgentUpdate {
    const NAME: &'static str = "agent update";
    const VERSION: u32 = 1;
}

impl AgentUpdate {
    /// An update of this agent to `latest`, asked for at `now`.
    ///
    /// # Errors
    ///
    /// [`AgentUpdateRefusal`], the three exceptions of the API among it, and nothing was begun.
    pub fn request(
        agent: &AgentUpdateSubject,
        latest: Version,
        is_connected: bool,
        now: Timestamp,
    ) -> Result<Self, AgentUpdateRefusal> {
        agent.check(&latest)?;
        Ok(Self {
            format: Format::current(),
            status: UpdateStatus::Pending,
            target: latest.to_string(),
            reason: None,
            is_connected,
            restart_by: Moment::NONE,
            now: Moment::at(now),
            action: is_connected.then_some(UpdateAction::StageUpdate),
        })
    }

    /// The message was sent to the agent.
    pub fn handle_sent(&mut self, message: UpdateAction, now: Timestamp) -> Verdict {
        self.observe(now);
        let (from, to) = match message {
            UpdateAction::StageUpdate => (UpdateStatus::Pending, UpdateStatus::Staging),
            UpdateAction::PerformUpdate => (UpdateStatus::Staged, UpdateStatus::Updating),
        };
        let verdict = self.step(from, to);
        if verdict == Verdict::Applied && to == UpdateStatus::Updating {
            self.restart_by = self.now.after(UPDATE_TIMEOUT);
        }
        verdict
    }

    /// The agent has acknowledged a message: the download is there, or it is about to restart.
    pub fn handle_acknowledged(&mut self, message: UpdateAction, now: Timestamp) -> Verdict {
        self.observe(now);
        match message {
            UpdateAction::StageUpdate => {
                let verdict = self.step(UpdateStatus::Staging, UpdateStatus::Staged);
                if verdict == Verdict::Applied {
                    self.action = self.is_connected.then_some(UpdateAction::PerformUpdate);
                }
                verdict
            }
            UpdateAction::PerformUpdate => Verdict::Duplicate,
        }
    }

    /// The agent has refused a message, with its own words.
    pub fn handle_refused(&mut self, reason: impl Into<String>, now: Timestamp) -> Verdict {
        self.observe(now);
        self.fail(reason.into())
    }

    /// An agent has registered the container instance: the new one, or the old one once more.
    /// `None` is an agent that tells no version, or what is none.
    pub fn handle_registered(&mut self, version: Option<&Version>, now: Timestamp) -> Verdict {
        self.observe(now);
        self.is_connected = true;
        let target: Result<Version, _> = self.target.parse();
        let is_new = match (version, target) {
            (Some(version), Ok(target)) => version.is_at_least(&target),
            _ => false,
        };
        match self.status {
            UpdateStatus::Updated | UpdateStatus::Failed => Verdict::Stale,
            _ if is_new => {
                self.status = UpdateStatus::Updated;
                self.restart_by = Moment::NONE;
                self.action = None;
                Verdict::Applied
            }
            UpdateStatus::Updating => self.fail(match version {
                Some(version) => format!(
                    "the agent registered with version {version}, which is older than {}",
                    self.target
                ),
                None => "the agent registered without a known version".to_owned(),
            }),
            _ => self.resume(),
        }
    }

    /// The agent has connected: what it may have missed is sent again.
    pub fn handle_connected(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        if self.is_connected {
            return Verdict::Duplicate;
        }
        self.is_connected = true;
        self.resume()
    }

    /// The agent has lost its connection.
    pub fn handle_disconnected(&mut self, now: Timestamp) -> Verdict {
        self.observe(now);
        if !self.is_connected {
            return Verdict::Duplicate;
        }
        self.is_connected = false;
        self.action = None;
        Verdict::Applied
    }

    /// Time has passed: the new agent did not come. Before [`poll_timeout`](Self::poll_timeout)
    /// nothing changes, which is [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        if !self.restart_by.is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        self.fail("the agent did not come back".to_owned())
    }

    /// The next message for the agent.
    #[must_use]
    pub const fn poll_action(&mut self) -> Option<UpdateAction> {
        self.action.take()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Timestamp> {
        self.restart_by.get()
    }

    /// How far it is.
    #[must_use]
    pub const fn status(&self) -> UpdateStatus {
        self.status
    }

    /// Why it failed.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn step(&mut self, from: UpdateStatus, to: UpdateStatus) -> Verdict {
        if self.status == from {
            self.status = to;
            Verdict::Applied
        } else if self.status == to {
            Verdict::Duplicate
        } else {
            Verdict::Stale
        }
    }

    fn resume(&mut self) -> Verdict {
        self.action = match self.status {
            UpdateStatus::Pending | UpdateStatus::Staging => Some(UpdateAction::StageUpdate),
            UpdateStatus::Staged => Some(UpdateAction::PerformUpdate),
            _ => None,
        };
        Verdict::Applied
    }

    fn fail(&mut self, reason: String) -> Verdict {
        match self.status {
            UpdateStatus::Failed => Verdict::Duplicate,
            UpdateStatus::Updated => Verdict::Stale,
            _ => {
                self.status = UpdateStatus::Failed;
                self.reason = Some(reason);
                self.restart_by = Moment::NONE;
                self.action = None;
                Verdict::Applied
            }
        }
    }

    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}

/// Everything that can happen to an update, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum UpdateEvent {
    /// [`AgentUpdate::handle_sent`].
    Sent(UpdateAction),
    /// [`AgentUpdate::handle_acknowledged`].
    Acknowledged(UpdateAction),
    /// [`AgentUpdate::handle_refused`].
    Refused {
        /// The agent's words.
        reason: String,
    },
    /// [`AgentUpdate::handle_registered`].
    Registered {
        /// The version of the agent, as it says.
        version: Option<String>,
    },
    /// [`AgentUpdate::handle_connected`].
    Connected,
    /// [`AgentUpdate::handle_disconnected`].
    Disconnected,
    /// [`AgentUpdate::handle_timeout`].
    Timeout,
}

impl Recorded for AgentUpdate {
    type Event = UpdateEvent;
    type Outcome = Verdict;

    const RECORD: &'static str = "record of an agent update";

    fn handle(&mut self, event: &UpdateEvent, now: Timestamp) -> Verdict {
        match event {
            UpdateEvent::Sent(message) => self.handle_sent(*message, now),
            UpdateEvent::Acknowledged(message) => self.handle_acknowledged(*message, now),
            UpdateEvent::Refused { reason } => self.handle_refused(reason.as_str(), now),
            UpdateEvent::Registered { version } => {
                // What is no version is not the new one.
                let version = version.as_deref().and_then(|text| text.parse().ok());
                self.handle_registered(version.as_ref(), now)
            }
            UpdateEvent::Connected => self.handle_connected(now),
            UpdateEvent::Disconnected => self.handle_disconnected(now),
            UpdateEvent::Timeout => self.handle_timeout(now),
        }
    }
}
