//! How a task on its host is read back.

use std::borrow::Cow;
use std::sync::Arc;

use ecs_taskdef::Format;
use serde::Deserialize;

use super::container::Container;
use super::ladder::Ladder;
use super::marks::{Marks, Untold};
use super::queue::Queue;
use super::resources::Resource;
use super::timers::Timers;
use super::{AgentOptions, AgentTask};
use crate::moment::Moment;
use crate::{AgentTaskStatus, ContainerStatus, RestoreError, TaskSpec};

/// An [`AgentTask`] as it was written, before it is checked.
#[derive(Deserialize)]
pub(super) struct Written {
    format: Format<AgentTask>,
    spec: Arc<TaskSpec>,
    options: AgentOptions,
    status: Ladder<AgentTaskStatus>,
    shall_stop: bool,
    has_credentials: bool,
    reason: Option<Cow<'static, str>>,
    is_reason_told: bool,
    containers: Box<[Container]>,
    resources: Box<[Resource]>,
    pull_started_at: Moment,
    pull_stopped_at: Moment,
    execution_stopped_at: Moment,
    now: Moment,
    timers: Timers,
    actions: Queue,
    untold: Untold,
}

impl TryFrom<Written> for AgentTask {
    type Error = RestoreError;

    fn try_from(saved: Written) -> Result<Self, RestoreError> {
        let spec = &saved.spec;
        if saved.containers.len() != spec.nodes().len() {
            return Err(RestoreError::Containers {
                expected: spec.nodes().len(),
                found: saved.containers.len(),
            });
        }
        if saved.resources.len() != spec.resources().len() {
            return Err(RestoreError::Resources {
                expected: spec.resources().len(),
                found: saved.resources.len(),
            });
        }
        let mut task = Self {
            format: saved.format,
            spec: saved.spec,
            options: saved.options,
            status: saved.status,
            shall_stop: saved.shall_stop,
            has_credentials: saved.has_credentials,
            reason: saved.reason,
            is_reason_told: saved.is_reason_told,
            containers: saved.containers,
            resources: saved.resources,
            pull_started_at: saved.pull_started_at,
            pull_stopped_at: saved.pull_stopped_at,
            execution_stopped_at: saved.execution_stopped_at,
            now: saved.now,
            timers: saved.timers,
            actions: saved.actions,
            untold: saved.untold,
            marks: Marks::default(),
        };
        task.mark();
        Ok(task)
    }
}

impl AgentTask {
    /// Draws from the containers what is kept at hand.
    fn mark(&mut self) {
        for (index, (container, node)) in self.containers.iter().zip(self.spec.nodes()).enumerate()
        {
            self.marks.enter(container.known().task_status(node.steady));
            self.marks.in_flight |= u64::from(container.in_flight.is_some()) << index;
            self.marks.essential_stopped |=
                node.essential && container.known() == ContainerStatus::Stopped;
        }
    }
}
