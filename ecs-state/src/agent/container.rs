//! What the machine keeps of one container.

use ecs_model::{HealthStatus, Timestamp};
use serde::{Deserialize, Serialize};

use super::ladder::Ladder;
use crate::bindings::Bindings;
use crate::health::Health;
use crate::moment::Moment;
use crate::task_spec::Node;
use crate::{
    ContainerReport, ContainerStatus, DependentPull, ManagedAgentStatus, ReportedStatus, Standing,
    StopSignal, WaitingContainer,
};

#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Container {
    pub(super) status: Ladder<ContainerStatus>,
    pub(super) desired: ContainerStatus,
    /// The step that the container runtime works at.
    pub(super) in_flight: Option<ContainerStatus>,
    pub(super) health: Health,
    pub(super) stop_signal: StopSignal,
    /// Whether a container that ran again after its end was stopped once more.
    pub(super) stopped_again: bool,
    pub(super) restart_count: u32,
    pub(super) exit_code: Option<i32>,
    /// The exit code of a process that ended and is being started again.
    pub(super) ended_with: Option<i32>,
    /// When its status or step last changed.
    pub(super) since: Moment,
    /// When the process is killed, once it was asked to end.
    pub(super) kill_at: Moment,
    pub(super) started_at: Moment,
    pub(super) restarted_at: Moment,
    pub(super) reason: Option<String>,
    pub(super) runtime_id: Option<String>,
    pub(super) image_digest: Option<String>,
    pub(super) network_bindings: Bindings,
    pub(super) managed_agent: Option<Box<ManagedAgent>>,
}

/// The agent of ECS Exec in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ManagedAgent {
    pub(super) status: Ladder<ManagedAgentStatus>,
    pub(super) reason: Option<String>,
}

impl Container {
    pub(super) fn new(node: &Node, now: Moment) -> Self {
        Self {
            status: Ladder::default(),
            desired: node.steady.status(),
            in_flight: None,
            health: Health::Unknown,
            stop_signal: StopSignal::TERM,
            stopped_again: false,
            restart_count: 0,
            exit_code: None,
            ended_with: None,
            since: now,
            kill_at: Moment::NONE,
            started_at: Moment::NONE,
            restarted_at: Moment::NONE,
            reason: None,
            runtime_id: None,
            image_digest: None,
            network_bindings: Bindings::default(),
            managed_agent: node.managed_agent.then(Box::default),
        }
    }

    pub(super) const fn known(&self) -> ContainerStatus {
        self.status.known
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.status.known == ContainerStatus::Stopped
    }

    pub(super) fn shall_stop(&self) -> bool {
        self.desired == ContainerStatus::Stopped
    }

    pub(super) fn last_start(&self) -> Option<Timestamp> {
        self.restarted_at.get().or_else(|| self.started_at.get())
    }

    pub(super) const fn as_waiting(&self, pull: DependentPull) -> WaitingContainer {
        WaitingContainer {
            known: self.status.known,
            desired: self.desired,
            pull,
        }
    }

    pub(super) fn as_dependency(&self, node: &Node) -> Standing<'static> {
        Standing {
            known: self.status.known,
            desired: self.desired,
            steady: node.steady,
            in_flight: self.in_flight,
            exit_code: self.exit_code,
            health: self.checked_health(node),
            started_at: self.started_at.get(),
            start_timeout: node.start_timeout,
        }
    }

    pub(super) const fn checked_health(&self, node: &Node) -> Option<&'static HealthStatus> {
        match node.has_health_check {
            true => Some(self.health.as_status()),
            false => None,
        }
    }

    /// Whether ECS has not heard of a status that is worth a report.
    pub(super) fn is_news(&self, node: &Node) -> bool {
        let Ladder { known, sent, .. } = self.status;
        !node.internal && known.is_news(sent, node.steady, self.image_digest.is_some())
    }

    pub(super) fn report<'a>(&'a self, node: &'a Node) -> ContainerReport<'a> {
        let status = self.status.known.reported(node.steady);
        let stopped = status == ReportedStatus::Stopped;
        ContainerReport {
            name: &node.name,
            status,
            exit_code: self.exit_code,
            reason: self.reason.as_deref().filter(|_| stopped),
            runtime_id: self.runtime_id.as_deref(),
            image_digest: self.image_digest.as_deref(),
            network_bindings: &self.network_bindings.0,
        }
    }
}
