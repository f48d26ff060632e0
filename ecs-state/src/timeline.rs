//! [`Timeline`]: the times of a task, kept in order.

use ecs_model::Timestamp;

use crate::TaskReport;

/// When things happened to a task.
///
/// Every time is set once, except [`pull_stopped_at`](Self::pull_stopped_at), which the last pull
/// sets. An agent's clock may differ from that of ECS, so its times are moved into the order that
/// they must have: creation, pull, start, stop.
///
/// Source: API shape `Task`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// When the task was created.
    pub created_at: Timestamp,
    /// When the first image pull began.
    pub pull_started_at: Option<Timestamp>,
    /// When the last image pull ended.
    pub pull_stopped_at: Option<Timestamp>,
    /// When the task became `RUNNING`.
    pub started_at: Option<Timestamp>,
    /// When the task became `STOPPING`.
    pub stopping_at: Option<Timestamp>,
    /// When the first essential container stopped.
    pub execution_stopped_at: Option<Timestamp>,
    /// When the task became `STOPPED`.
    pub stopped_at: Option<Timestamp>,
}

impl Timeline {
    pub(crate) const fn new(created_at: Timestamp) -> Self {
        Self {
            created_at,
            pull_started_at: None,
            pull_stopped_at: None,
            started_at: None,
            stopping_at: None,
            execution_stopped_at: None,
            stopped_at: None,
        }
    }

    /// Takes the times of a report that came at `now`.
    pub(crate) fn merge(&mut self, report: &TaskReport, now: Timestamp) {
        let end = self.stopped_at.unwrap_or(now);
        let start = self.started_at.unwrap_or(end);
        if self.pull_started_at.is_none() {
            let latest = self.pull_stopped_at.unwrap_or(start);
            self.pull_started_at = report
                .pull_started_at
                .map(|at| within(self.created_at, at, latest));
        }
        if let Some(at) = report.pull_stopped_at {
            let earliest = self.pull_started_at.unwrap_or(self.created_at);
            let at = within(earliest, at, start);
            self.pull_stopped_at = self.pull_stopped_at.max(Some(at));
        }
        if self.execution_stopped_at.is_none() {
            let earliest = self.started_at.unwrap_or(self.created_at);
            self.execution_stopped_at = report
                .execution_stopped_at
                .map(|at| within(earliest, at, end));
        }
    }
}

fn within(earliest: Timestamp, at: Timestamp, latest: Timestamp) -> Timestamp {
    at.min(latest).max(earliest)
}
