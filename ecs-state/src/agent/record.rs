//! [`AgentEvent`]: everything that can happen to a task on its host.

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AgentTask, ResourceEvent, RuntimeEvent};
use crate::{Recorded, ReportedStatus, Verdict};

/// Everything that can happen to a task on its host, each of which a `handle_*` takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum AgentEvent {
    /// [`AgentTask::handle_event`].
    Container {
        /// The name of the container.
        container: String,
        /// What the container runtime says.
        event: RuntimeEvent,
    },
    /// [`AgentTask::handle_resource`].
    Resource {
        /// The name of the resource.
        resource: String,
        /// What became of it.
        event: ResourceEvent,
    },
    /// [`AgentTask::handle_credentials`].
    Credentials,
    /// [`AgentTask::handle_stop`].
    Stop,
    /// [`AgentTask::handle_report_acknowledged`]: of what was polled, which is why a copy that
    /// applies records has to be polled too.
    ReportAcknowledged(ReportedStatus),
    /// [`AgentTask::handle_report_failed`].
    ReportFailed,
    /// [`AgentTask::handle_health_lost`].
    HealthLost,
    /// [`AgentTask::handle_timeout`].
    Timeout,
}

impl Recorded for AgentTask {
    type Event = AgentEvent;
    type Outcome = Verdict;

    const RECORD: &'static str = "record of a task on its host";

    fn handle(&mut self, event: &AgentEvent, now: Timestamp) -> Verdict {
        match event {
            AgentEvent::Container { container, event } => {
                self.handle_event(container, event.clone(), now)
            }
            AgentEvent::Resource { resource, event } => {
                self.handle_resource(resource, event.clone(), now)
            }
            AgentEvent::Credentials => self.handle_credentials(now),
            AgentEvent::Stop => self.handle_stop(now),
            AgentEvent::ReportAcknowledged(status) => self.handle_report_acknowledged(*status, now),
            AgentEvent::ReportFailed => self.handle_report_failed(now),
            AgentEvent::HealthLost => self.handle_health_lost(),
            AgentEvent::Timeout => self.handle_timeout(now),
        }
    }
}
