//! [`AgentUpdater`]: the agent's side of an update.

use core::time::Duration;
use std::collections::VecDeque;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::restore::restored;
use crate::{Recorded, RestoreError, Verdict};

/// How long an agent downloads an update at most.
///
/// Source: amazon-ecs-agent, updater.
pub const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The code with which an agent exits to be replaced by the update.
///
/// Source: amazon-ecs-agent, exit codes.
pub const UPDATE_EXIT_CODE: i32 = 42;

/// What a message of ECS says about an update.
///
/// Source: amazon-ecs-agent, ACS model, `UpdateInfo`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct UpdateInfo {
    /// Where it can be downloaded.
    pub location: Option<String>,
    /// The SHA-256 of the download, in lower-case hexadecimal digits.
    pub signature: Option<String>,
}

impl UpdateInfo {
    /// An update that lies there and has this SHA-256.
    #[must_use]
    pub fn new(location: impl Into<String>, signature: impl Into<String>) -> Self {
        Self {
            location: Some(location.into()),
            signature: Some(signature.into()),
        }
    }
}

/// What an agent is to do for its update.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum UpdaterAction {
    /// Download this; answer with [`AgentUpdater::handle_downloaded`] or
    /// [`AgentUpdater::handle_download_failed`].
    Download {
        /// The id of the message that asks for it, with which the download is answered.
        #[serde(default)]
        message_id: String,
        /// Where it lies.
        location: String,
    },
    /// Answer a message of ECS with yes: `AckRequest`.
    Acknowledge {
        /// The id of the message.
        message_id: String,
    },
    /// Answer a message of ECS with no: `NackRequest`.
    Refuse {
        /// The id of the message.
        message_id: String,
        /// The agent's words.
        reason: String,
    },
    /// Save everything and exit with [`UPDATE_EXIT_CODE`].
    Exit,
}

restored! {
    /// The agent's side of an update: what it answers to `StageUpdate` and `PerformUpdate`.
    /// [`AgentUpdate`](crate::AgentUpdate) is the side of ECS.
    ///
    /// A `StageUpdate` that comes twice is answered with the download: while that is under way neither
    /// yes nor no would be true. A message that was answered is not answered otherwise later. A
    /// download that was given up, or that another update took the place of, may go on; what comes of
    /// it is [`Verdict::Stale`].
    ///
    /// ```
    /// use ecs_model::Timestamp;
    /// use ecs_state::{AgentUpdater, UpdateInfo, UpdaterAction};
    ///
    /// let at = Timestamp::from_seconds;
    /// let mut updater = AgentUpdater::new(true);
    /// let info = UpdateInfo::new("https://example.com/agent.tar", "9f86d08188");
    /// let _ = updater.handle_stage_update("m1", Some(&info), at(0));
    /// let (message_id, location) = ("m1".to_owned(), "https://example.com/agent.tar".to_owned());
    /// assert_eq!(updater.poll_action(), Some(UpdaterAction::Download { message_id, location }));
    /// let _ = updater.handle_downloaded("m1", "9f86d08188", at(60));
    /// let message_id = "m1".to_owned();
    /// assert_eq!(updater.poll_action(), Some(UpdaterAction::Acknowledge { message_id }));
    /// ```
    ///
    /// serde writes one that outlives the program.
    ///
    /// Source: amazon-ecs-agent, updater.
    #[derive(Eq)]
    pub struct AgentUpdater {
        format: Format<AgentUpdater>,
        is_enabled: bool,
        stage: Stage,
        signature: String,
        /// Messages to be answered with the download, the one that asked for it first.
        unanswered: Vec<String>,
        download_by: Moment,
        now: Moment,
        actions: VecDeque<UpdaterAction>,
    }
    follows {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Stage {
    Nothing,
    Downloading,
    Downloaded,
    Exiting,
}

impl Saved for AgentUpdater {
    const NAME: &'static str = "updater of an agent";
    const VERSION: u32 = 1;
}

impl AgentUpdater {
    /// The updater of an agent that has just started. `is_enabled` is the agent's variable
    /// `ECS_UPDATES_ENABLED`.
    #[must_use]
    pub const fn new(is_enabled: bool) -> Self {
        Self {
            format: Format::current(),
            is_enabled,
            stage: Stage::Nothing,
            signature: String::new(),
            unanswered: Vec::new(),
            download_by: Moment::NONE,
            now: Moment::NONE,
            actions: VecDeque::new(),
        }
    }

    /// ECS asks to download an update.
    pub fn handle_stage_update(
        &mut self,
        message_id: &str,
        info: Option<&UpdateInfo>,
        now: Timestamp,
    ) -> Verdict {
        self.observe(now);
        if !self.is_enabled {
            return self.refuse(message_id, "Updates are disabled");
        }
        let (location, signature) = match checked(info) {
            Ok(found) => found,
            Err(fault) => return self.refuse(message_id, &format!("Invalid update: {fault}")),
        };
        if self.stage != Stage::Nothing && self.signature == signature {
            self.answer_again(message_id);
            return Verdict::Duplicate;
        }
        self.refuse_all(&format!("New update arrived: {message_id}"));
        self.stage = Stage::Downloading;
        self.signature = signature.to_owned();
        self.unanswered.push(message_id.to_owned());
        self.download_by = self.now.after(DOWNLOAD_TIMEOUT);
        self.actions.push_back(UpdaterAction::Download {
            message_id: message_id.to_owned(),
            location: location.to_owned(),
        });
        Verdict::Applied
    }

    /// The download that this message asked for is there, with this SHA-256.
    pub fn handle_downloaded(
        &mut self,
        message_id: &str,
        signature: &str,
        now: Timestamp,
    ) -> Verdict {
        if !self.is_under_way(message_id) {
            return Verdict::Stale;
        }
        self.observe(now);
        if signature != self.signature {
            self.give_up("Hashsum validation failed");
            return Verdict::Applied;
        }
        self.stage = Stage::Downloaded;
        self.download_by = Moment::NONE;
        for message_id in core::mem::take(&mut self.unanswered) {
            self.acknowledge(message_id);
        }
        Verdict::Applied
    }

    /// What this message asked for cannot be downloaded.
    pub fn handle_download_failed(
        &mut self,
        message_id: &str,
        error: &str,
        now: Timestamp,
    ) -> Verdict {
        if !self.is_under_way(message_id) {
            return Verdict::Stale;
        }
        self.observe(now);
        self.give_up(error);
        Verdict::Applied
    }

    /// ECS asks to start the new agent.
    pub fn handle_perform_update(&mut self, message_id: &str, now: Timestamp) -> Verdict {
        self.observe(now);
        match self.stage {
            _ if !self.is_enabled => self.refuse(message_id, "Updates are disabled"),
            Stage::Nothing | Stage::Downloading => {
                self.refuse(message_id, "Cannot perform update; update not downloaded")
            }
            Stage::Downloaded => {
                self.stage = Stage::Exiting;
                self.acknowledge(message_id.to_owned());
                self.actions.push_back(UpdaterAction::Exit);
                Verdict::Applied
            }
            Stage::Exiting => {
                self.acknowledge(message_id.to_owned());
                Verdict::Duplicate
            }
        }
    }

    /// Time has passed: the download takes too long. Before [`poll_timeout`](Self::poll_timeout)
    /// nothing changes, which is [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        if !self.download_by.is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        self.give_up("timed out");
        Verdict::Applied
    }

    /// The next thing to do.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<UpdaterAction> {
        self.actions.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Timestamp> {
        self.download_by.get()
    }

    fn answer_again(&mut self, message_id: &str) {
        if self.stage != Stage::Downloading {
            self.acknowledge(message_id.to_owned());
        } else if !self.unanswered.iter().any(|other| other == message_id) {
            self.unanswered.push(message_id.to_owned());
        }
    }

    /// Whether the download that this message asked for is the one that is waited for.
    fn is_under_way(&self, message_id: &str) -> bool {
        let asked = self.unanswered.first();
        self.stage == Stage::Downloading && asked.is_some_and(|asked| asked == message_id)
    }

    /// The id of the message of a record, or of the download that is under way.
    fn asked(&self, message_id: &str) -> String {
        let asked = self.unanswered.first().filter(|_| message_id.is_empty());
        asked.map_or_else(|| message_id.to_owned(), Clone::clone)
    }

    /// Older documents do not say which message asked for a download. Of those that are still to be
    /// polled the last is the one that is waited for.
    fn restored(mut self) -> Result<Self, RestoreError> {
        let asked = self.asked("");
        let last = self
            .actions
            .iter_mut()
            .rev()
            .find_map(|action| match action {
                UpdaterAction::Download { message_id, .. } => Some(message_id),
                _ => None,
            });
        if let Some(message_id) = last.filter(|message_id| message_id.is_empty()) {
            *message_id = asked;
        }
        Ok(self)
    }

    fn give_up(&mut self, error: &str) {
        self.stage = Stage::Nothing;
        self.download_by = Moment::NONE;
        self.refuse_all(&format!("Unable to download: {error}"));
    }

    fn refuse_all(&mut self, reason: &str) {
        for message_id in core::mem::take(&mut self.unanswered) {
            let _ = self.refuse(&message_id, reason);
        }
    }

    fn refuse(&mut self, message_id: &str, reason: &str) -> Verdict {
        self.actions.push_back(UpdaterAction::Refuse {
            message_id: message_id.to_owned(),
            reason: reason.to_owned(),
        });
        Verdict::Applied
    }

    fn acknowledge(&mut self, message_id: String) {
        let acknowledge = UpdaterAction::Acknowledge { message_id };
        self.actions.push_back(acknowledge);
    }

    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}

/// Location and signature, or what is missing, in the agent's words.
fn checked(info: Option<&UpdateInfo>) -> Result<(&str, &str), &'static str> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let info = info.ok_or("no update info given")?;
    match (&info.location, &info.signature) {
        (location, _) if !given(location) => Err("no location given"),
        (Some(location), Some(signature)) if !signature.is_empty() => Ok((location, signature)),
        _ => Err("no signature given"),
    }
}

/// Everything that can happen to an updater, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum UpdaterEvent {
    /// [`AgentUpdater::handle_stage_update`].
    StageUpdate {
        /// The id of the message.
        message_id: String,
        /// What it says about the update.
        info: Option<UpdateInfo>,
    },
    /// [`AgentUpdater::handle_downloaded`].
    Downloaded {
        /// The id of the message that asked for it. In an older record it is empty, which is
        /// whichever download is under way.
        #[serde(default)]
        message_id: String,
        /// The SHA-256 of the download.
        signature: String,
    },
    /// [`AgentUpdater::handle_download_failed`].
    DownloadFailed {
        /// The id of the message that asked for it, as in [`Downloaded`](Self::Downloaded).
        #[serde(default)]
        message_id: String,
        /// What went wrong.
        error: String,
    },
    /// [`AgentUpdater::handle_perform_update`].
    PerformUpdate {
        /// The id of the message.
        message_id: String,
    },
    /// [`AgentUpdater::handle_timeout`].
    Timeout,
}

impl Recorded for AgentUpdater {
    type Event = UpdaterEvent;
    type Outcome = Verdict;

    const RECORD: &'static str = "record of an updater of an agent";

    fn handle(&mut self, event: &UpdaterEvent, now: Timestamp) -> Verdict {
        match event {
            UpdaterEvent::StageUpdate { message_id, info } => {
                self.handle_stage_update(message_id, info.as_ref(), now)
            }
            UpdaterEvent::Downloaded {
                message_id,
                signature,
            } => self.handle_downloaded(&self.asked(message_id), signature, now),
            UpdaterEvent::DownloadFailed { message_id, error } => {
                self.handle_download_failed(&self.asked(message_id), error, now)
            }
            UpdaterEvent::PerformUpdate { message_id } => {
                self.handle_perform_update(message_id, now)
            }
            UpdaterEvent::Timeout => self.handle_timeout(now),
        }
    }
}
