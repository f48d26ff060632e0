//! The three ways to place tasks: RunTask, StartTask, and the service scheduler.

mod run_task;
mod service;
mod start_task;

pub use run_task::{RunTaskError, run_task};
pub use service::{ServicePlan, ServiceScheduler};
pub use start_task::{StartTaskError, StartTaskPlan, start_task};
