//! [`Marks`]: what follows from the state of the containers, kept so that an event looks only at
//! what it concerns. A bit stands for the container at its position.

use serde::{Deserialize, Serialize};

use crate::AgentTaskStatus;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Marks {
    /// Containers to be looked at.
    pub(super) again: u64,
    /// Containers that the container runtime works at.
    pub(super) in_flight: u64,
    /// An essential container has stopped.
    pub(super) essential_stopped: bool,
    /// Containers by the status of the task that they stand for.
    levels: Levels,
}

/// Of what ECS shall hear. Once set, a bit stays until a report is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Untold {
    pub(super) containers: u64,
    /// Containers of whose managed agent.
    pub(super) agents: u64,
    /// Containers of whose health.
    pub(super) health: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Levels {
    none: u8,
    manifest_pulled: u8,
    created: u8,
    running: u8,
    stopped: u8,
}

impl Marks {
    /// Marks of that many containers at which nothing was done, or none.
    pub(super) fn new(containers: usize) -> Self {
        let mut marks = Self::default();
        marks.levels.none = u8::try_from(containers).unwrap_or(u8::MAX);
        marks
    }

    pub(super) const fn enter(&mut self, level: AgentTaskStatus) {
        let count = self.levels.of(level);
        *count = count.saturating_add(1);
    }

    pub(super) const fn leave(&mut self, level: AgentTaskStatus) {
        let count = self.levels.of(level);
        *count = count.saturating_sub(1);
    }

    /// The lowest status of the task that a container stands for.
    pub(super) const fn lowest(&self) -> AgentTaskStatus {
        let levels = &self.levels;
        if levels.none > 0 {
            AgentTaskStatus::None
        } else if levels.manifest_pulled > 0 {
            AgentTaskStatus::ManifestPulled
        } else if levels.created > 0 {
            AgentTaskStatus::Created
        } else if levels.running > 0 {
            AgentTaskStatus::Running
        } else {
            AgentTaskStatus::Stopped
        }
    }
}

impl Levels {
    const fn of(&mut self, level: AgentTaskStatus) -> &mut u8 {
        match level {
            AgentTaskStatus::None => &mut self.none,
            AgentTaskStatus::ManifestPulled => &mut self.manifest_pulled,
            AgentTaskStatus::Created => &mut self.created,
            AgentTaskStatus::Running => &mut self.running,
            AgentTaskStatus::Stopped => &mut self.stopped,
        }
    }
}

/// The positions in a mask, in order.
pub(super) fn positions(mut mask: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let position = mask.trailing_zeros() as usize;
        mask &= mask.checked_sub(1)?;
        Some(position)
    })
}
