//! What is refused.

use ecs_model::{Exception, ExceptionName};
use thiserror::Error;

/// Something that cannot be done to a task set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TaskSetError {
    /// There is no such task set.
    #[error("the task set `{task_set}` is not known")]
    NotFound {
        /// Its id or ARN.
        task_set: String,
    },
    /// The task set is being deleted.
    #[error("the task set `{task_set}` is being deleted")]
    NotActive {
        /// Its id or ARN.
        task_set: String,
    },
    /// The id is taken.
    #[error("the id `{task_set}` is already used")]
    Exists {
        /// The id.
        task_set: String,
    },
    /// The service has as many as it may have.
    #[error("the service has {task_sets} task sets and cannot have more")]
    TooMany {
        /// How many it has.
        task_sets: usize,
    },
    /// The task set shall have tasks.
    #[error("the task set `{task_set}` is not scaled to 0 and not deleted by force")]
    HasTasks {
        /// Its id or ARN.
        task_set: String,
    },
    /// A scale out of its bounds.
    #[error("`{value}` is not from 0 to 100 percent")]
    Scale {
        /// What it is.
        value: String,
    },
    /// A scale of another unit.
    #[error("`{unit}` is not the unit PERCENT")]
    Unit {
        /// The unit.
        unit: String,
    },
    /// An event of the task sets of a service that follows from a request about it.
    #[error("the event `{event}` of task sets comes only by a request `{request}`")]
    ByRequest {
        /// The event.
        event: &'static str,
        /// The request.
        request: &'static str,
    },
}

impl TaskSetError {
    /// The exception with which Amazon ECS answers, in its words where they are known.
    #[must_use]
    pub fn exception(&self) -> Exception {
        let message = match self {
            Self::TooMany { task_sets } => format!(
                "{task_sets} deployments exist on the service. Unable to create new TaskSet since \
                 this exceeds the maximum limit."
            ),
            _ => self.to_string(),
        };
        let name = match self {
            Self::NotFound { .. } => ExceptionName::TaskSetNotFound,
            _ => ExceptionName::InvalidParameter,
        };
        Exception::new(name, message)
    }
}
