//! An event that changed the task sets of a service, as it is written down.

use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_model::operation::CreateTaskSetRequest;
use ecs_taskdef::{Record, Recorded};
use serde::{Deserialize, Serialize};

use super::{TaskSetError, TaskSetScale, TaskSetTasks, TaskSets};

/// Everything that can happen to the task sets of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum TaskSetEvent {
    /// [`TaskSets::create`].
    Create {
        /// The id.
        task_set: Arc<str>,
        /// The request.
        request: Box<CreateTaskSetRequest>,
    },
    /// [`TaskSets::update`].
    Update {
        /// The id.
        task_set: Arc<str>,
        /// The part of the desired count.
        scale: TaskSetScale,
    },
    /// [`TaskSets::make_primary`].
    MakePrimary {
        /// The id.
        task_set: Arc<str>,
    },
    /// [`TaskSets::delete`].
    Delete {
        /// The id.
        task_set: Arc<str>,
        /// Whether although it has tasks.
        by_force: bool,
    },
    /// [`TaskSets::handle_tasks`].
    Tasks {
        /// The id.
        task_set: Arc<str>,
        /// Its tasks.
        tasks: TaskSetTasks,
    },
    /// [`TaskSets::handle_desired_count`].
    DesiredCount(u32),
}

/// An event that changes the task sets of a service, with its time.
pub type TaskSetRecord = Record<TaskSets>;

impl Recorded for TaskSets {
    type Event = TaskSetEvent;
    type Outcome = Result<(), TaskSetError>;

    const RECORD: &'static str = "task set record";

    fn handle(&mut self, event: &TaskSetEvent, now: Timestamp) -> Result<(), TaskSetError> {
        match event {
            TaskSetEvent::Create { task_set, request } => {
                self.create(task_set, request, now)?;
            }
            TaskSetEvent::Update { task_set, scale } => {
                self.update(task_set, *scale, now)?;
            }
            TaskSetEvent::MakePrimary { task_set } => {
                self.make_primary(task_set, now)?;
            }
            TaskSetEvent::Delete { task_set, by_force } => {
                self.delete(task_set, *by_force, now)?;
            }
            TaskSetEvent::Tasks { task_set, tasks } => self.handle_tasks(task_set, *tasks, now)?,
            TaskSetEvent::DesiredCount(tasks) => self.handle_desired_count(*tasks, now),
        }
        Ok(())
    }
}
