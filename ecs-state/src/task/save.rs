//! How a task of ECS is read back.

use std::sync::Arc;

use core::time::Duration;

use ecs_taskdef::Format;
use serde::Deserialize;

use super::action::Pending;
use super::change::Changes;
use super::container::{TaskAttachment, TaskContainer};
use super::{Stops, TaskMachine};
use crate::moment::Moment;
use crate::timeline::Times;
use crate::{Phases, RestoreError, StatusPair, StopCause, StopWording, TaskSpec};

/// A [`TaskMachine`] as it was written, before it is checked.
#[derive(Deserialize)]
pub(super) struct Written {
    format: Format<TaskMachine>,
    spec: Arc<TaskSpec>,
    phases: Phases,
    wording: StopWording,
    retention: Duration,
    status: StatusPair,
    cause: Option<StopCause>,
    stops: Stops,
    is_connected: Option<bool>,
    is_orphaned: bool,
    containers: Box<[TaskContainer]>,
    attachments: Vec<TaskAttachment>,
    times: Times,
    since: Moment,
    ask_at: Moment,
    attach_by: Moment,
    version: u64,
    now: Moment,
    pending: Pending,
    changes: Changes,
}

impl TryFrom<Written> for TaskMachine {
    type Error = RestoreError;

    fn try_from(saved: Written) -> Result<Self, RestoreError> {
        let reported = saved.spec.nodes().iter().filter(|node| !node.internal);
        let expected = reported.count();
        if saved.containers.len() != expected {
            return Err(RestoreError::Containers {
                expected,
                found: saved.containers.len(),
            });
        }
        Ok(Self {
            format: saved.format,
            spec: saved.spec,
            phases: saved.phases,
            wording: saved.wording,
            retention: saved.retention,
            status: saved.status,
            cause: saved.cause,
            stops: saved.stops,
            is_connected: saved.is_connected,
            is_orphaned: saved.is_orphaned,
            containers: saved.containers,
            attachments: saved.attachments,
            times: saved.times,
            since: saved.since,
            ask_at: saved.ask_at,
            attach_by: saved.attach_by,
            version: saved.version,
            now: saved.now,
            pending: saved.pending,
            changes: saved.changes,
        })
    }
}
