//! The two ways in which callers place tasks: RunTask and StartTask.

mod run_task;
mod start_task;

pub use run_task::{RunTaskError, run_task};
pub use start_task::{StartTaskError, StartTaskPlan, start_task};
