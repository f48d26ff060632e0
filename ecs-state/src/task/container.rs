//! What the machine keeps of one container and of one attachment.

use serde::{Deserialize, Serialize};

use crate::bindings::Bindings;
use crate::health::Health;
use crate::moment::Moment;
use crate::task_spec::Node;
use crate::{
    AttachmentKind, AttachmentStatus, ContainerReport, ManagedAgentReport, ManagedAgentStatus,
    ReportedStatus,
};

#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TaskContainer {
    pub(super) status: ReportedStatus,
    pub(super) health: Health,
    pub(super) exit_code: Option<i32>,
    reason: Option<Box<str>>,
    runtime_id: Option<Box<str>>,
    image_digest: Option<Box<str>>,
    network_bindings: Bindings,
    pub(super) managed_agent: Option<Box<ReportedAgent>>,
}

/// What was reported of the agent of ECS Exec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReportedAgent {
    pub(super) status: ManagedAgentStatus,
    pub(super) reason: Option<Box<str>>,
    pub(super) last_started_at: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TaskAttachment {
    pub(super) id: String,
    pub(super) kind: AttachmentKind,
    pub(super) status: AttachmentStatus,
}

impl TaskContainer {
    /// Takes what is new; says whether the status went up.
    pub(super) fn merge(&mut self, reported: &ContainerReport<'_>) -> bool {
        let moved = reported.status() > self.status;
        self.status = self.status.max(reported.status());
        self.exit_code = self.exit_code.or(reported.exit_code());
        keep_first(&mut self.reason, reported.reason());
        keep_first(&mut self.runtime_id, reported.runtime_id());
        keep_first(&mut self.image_digest, reported.image_digest());
        if self.network_bindings.0.is_empty() && !reported.network_bindings().is_empty() {
            self.network_bindings.0 = reported.network_bindings().to_vec();
        }
        moved
    }

    /// Takes what is new of the managed agent; says whether its status went up.
    pub(super) fn merge_agent(&mut self, reported: &ManagedAgentReport<'_>, now: Moment) -> bool {
        let agent = self.managed_agent.get_or_insert_default();
        let moved = reported.status() > agent.status;
        if moved {
            agent.status = reported.status();
            agent.reason = reported.reason().map(Into::into);
            if agent.status == ManagedAgentStatus::Running {
                agent.last_started_at = now;
            }
        }
        moved
    }

    pub(super) fn report<'a>(&'a self, node: &'a Node) -> ContainerReport<'a> {
        ContainerReport {
            name: &node.name,
            status: self.status,
            exit_code: self.exit_code,
            reason: self.reason.as_deref(),
            runtime_id: self.runtime_id.as_deref(),
            image_digest: self.image_digest.as_deref(),
            network_bindings: &self.network_bindings.0,
        }
    }
}

fn keep_first(known: &mut Option<Box<str>>, reported: Option<&str>) {
    if known.is_none() {
        *known = reported.map(Into::into);
    }
}
