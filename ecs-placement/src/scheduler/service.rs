//! The service scheduler: keep a number of tasks running.

use std::sync::Arc;

use ecs_model::service_message;

use crate::{CellState, CellTask, ObservedTask, PlacementRequest, Plan, Stage, scale_in};

/// Keeps the desired number of tasks of a service running.
///
/// It holds no tasks and no clock: it compares what the cell has of its task group with the
/// desired count, and says what to start, what to stop, and what to tell the operator. Rolling
/// deployments are not part of it.
#[derive(Debug, Clone)]
pub struct ServiceScheduler {
    name: String,
    request: PlacementRequest,
    desired_count: u32,
    retry_after: u64,
    last_event: Option<(u64, String)>,
}

/// What a service needs at one moment.
#[derive(Debug, Clone)]
#[must_use = "nothing is started before the transaction is committed"]
#[non_exhaustive]
pub struct ServicePlan {
    /// The tasks to start.
    pub start: Plan,
    /// The tasks to stop.
    pub stop: Vec<Arc<str>>,
    /// What to add to the service's events, in Amazon ECS's words.
    pub events: Vec<String>,
}

/// Seconds between two equal events, as the guide's sample log shows them.
const RETRY_AFTER_SECONDS: u64 = 93;

impl ServiceScheduler {
    /// A service of that name which runs copies of a task. The task group becomes `service:`
    /// and the name.
    #[must_use]
    pub fn new(name: &str, request: PlacementRequest, desired_count: u32) -> Self {
        Self {
            name: name.to_owned(),
            request: request.with_group(&format!("service:{name}")),
            desired_count,
            retry_after: RETRY_AFTER_SECONDS,
            last_event: None,
        }
    }

    /// How many seconds pass before an event that has not changed is told again; 93 unless
    /// this is called.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = seconds;
        self
    }

    /// Changes how many tasks are wanted.
    pub fn set_desired_count(&mut self, desired_count: u32) {
        self.desired_count = desired_count;
    }

    /// How many tasks are wanted.
    #[must_use]
    pub fn desired_count(&self) -> u32 {
        self.desired_count
    }

    /// The service's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tasks of the service that the cell has and that shall run.
    pub fn tasks<'c>(&'c self, cell: &'c CellState) -> impl Iterator<Item = CellTask> + 'c {
        let group = self.request.group();
        cell.tasks()
            .filter(move |task| *task.group == *group && !task.is_stopping)
    }

    /// How many tasks of the service documents know that have no instance yet: they need none
    /// in their place.
    fn waiting(&self, cell: &CellState) -> usize {
        let is_waiting = |task: &&ObservedTask| {
            let is_of_it = *task.group == *self.request.group();
            is_of_it && task.instance.is_none() && task.stage == Stage::Running
        };
        cell.waiting_tasks().filter(is_waiting).count()
    }

    /// Compares the cell with the desired count. `now` is in seconds since any moment.
    ///
    /// If tasks are missing, as many as fit are planned, and an event says so if not all do.
    /// If there are too many, [`scale_in`] chooses those to stop.
    pub fn reconcile(&mut self, cell: &CellState, now: u64, seed: u64) -> ServicePlan {
        let running: Vec<_> = self.tasks(cell).collect();
        let count = running.len().saturating_add(self.waiting(cell));
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let missing = self.desired_count.saturating_sub(count);
        let snapshot = cell.snapshot();
        let start = Plan::new(&snapshot, &self.request.clone().with_count(missing), seed);
        let surplus = count.saturating_sub(self.desired_count);
        let strategies = self.request.strategies();
        let stop = scale_in(&snapshot, strategies, &running, |_| true, surplus, seed);
        let message = if start.unplaced() > 0 {
            Some(service_message::resources_not_found(&self.name))
        } else if missing == 0 && stop.is_empty() {
            Some(service_message::steady_state(&self.name))
        } else {
            None
        };
        let events = self.tell(message, now).into_iter().collect();
        ServicePlan {
            start,
            stop,
            events,
        }
    }

    /// A steady state is told once; a trouble again and again while it lasts.
    fn tell(&mut self, message: Option<String>, now: u64) -> Option<String> {
        let Some(message) = message else {
            self.last_event = None;
            return None;
        };
        let is_steady = message == service_message::steady_state(&self.name);
        if let Some((told_at, told)) = &self.last_event
            && *told == message
            && (is_steady || now.saturating_sub(*told_at) < self.retry_after)
        {
            return None;
        }
        self.last_event = Some((now, message.clone()));
        Some(message)
    }
}
