//! [`Queue`]: actions that are due and were not polled.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::ContainerStatus;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Verb {
    PullManifest,
    Pull,
    Create,
    Start,
    ProvisionNetwork,
    StartManagedAgent,
    Stop,
    Kill,
    CreateResource,
    RemoveResource,
    CleanUp,
}

impl Verb {
    /// What brings a container to this status, where the container runtime has to.
    pub(super) const fn towards(status: ContainerStatus) -> Option<Self> {
        match status {
            ContainerStatus::ManifestPulled => Some(Self::PullManifest),
            ContainerStatus::Pulled => Some(Self::Pull),
            ContainerStatus::Created => Some(Self::Create),
            ContainerStatus::Running => Some(Self::Start),
            ContainerStatus::ResourcesProvisioned => Some(Self::ProvisionNetwork),
            ContainerStatus::None | ContainerStatus::Stopped => None,
        }
    }
}

/// An action for the container or the resource at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Queued {
    pub(super) verb: Verb,
    pub(super) index: u16,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Queue(VecDeque<Queued>);

impl Queue {
    /// Room for what a task has at once when it is polled: an action or two for each part.
    pub(super) fn for_task(containers: usize, resources: usize) -> Self {
        Self(VecDeque::with_capacity(2 * containers + resources + 1))
    }

    pub(super) fn push(&mut self, verb: Verb, index: usize) {
        if let Ok(index) = u16::try_from(index) {
            self.0.push_back(Queued { verb, index });
        }
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        self.0.pop_front()
    }
}
