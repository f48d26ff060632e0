//! Where the tasks of a service go.

use std::sync::Arc;

use ecs_model::{Timestamp, service_message};

use super::state::count;
use super::{ServiceChange, Services, TaskPlace};
use crate::{CellState, Commit, Transaction};

/// Tasks of a service to commit to the cell.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct ServiceStart {
    service: Arc<str>,
    deployment: Arc<str>,
    /// None if no task found a place.
    transaction: Option<Transaction>,
    unplaced: u32,
    obstacle: Option<Box<str>>,
    is_retry: bool,
    at: Timestamp,
}

impl ServiceStart {
    /// The service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The deployment.
    #[must_use]
    pub fn deployment(&self) -> &str {
        &self.deployment
    }

    /// What to commit to the cell; none if no task found a place. Its token is to be
    /// [forgotten](CellState::forget) afterwards.
    #[must_use]
    pub fn transaction(&self) -> Option<&Transaction> {
        self.transaction.as_ref()
    }

    /// How many tasks found no place.
    #[must_use]
    pub fn unplaced(&self) -> u32 {
        self.unplaced
    }

    /// The change to record and apply, given what came of the commit. Tasks in conflict are
    /// planned again.
    #[must_use]
    pub fn into_change(self, commit: Option<&Commit>) -> ServiceChange {
        let placed = commit.map(Commit::placed).unwrap_or_default();
        let tasks = placed.iter().map(|placed| {
            let instance = Arc::clone(&placed.instance);
            (Arc::clone(&placed.task), TaskPlace::Instance(instance))
        });
        ServiceChange::Start {
            service: self.service,
            deployment: self.deployment,
            tasks: tasks.collect(),
            unplaced: self.unplaced,
            obstacle: self.obstacle,
            is_retry: self.is_retry,
            at: self.at,
        }
    }
}

impl Services {
    /// Plans tasks of a deployment. `None` for a further try that finds no place either.
    pub(super) fn plan(
        &mut self,
        slot: u32,
        (deployment, wanted, is_retry): (Arc<str>, u32, bool),
        cell: &CellState,
        now: Timestamp,
        seed: u64,
    ) -> Option<ServiceStart> {
        let service = self.services.get(slot as usize)?;
        let request = service.by_id(&deployment)?.request.as_ref()?;
        let request = request.clone().with_count(wanted);
        let plan = self.planner.plan(&cell.snapshot(), &request, seed);
        let placed = plan.claims().len();
        if placed == 0 && is_retry {
            return None;
        }
        let unplaced = plan.unplaced();
        let obstacle = (unplaced > 0 && !is_retry).then(|| {
            let explanation = plan.explain();
            let obstacle = explanation.as_ref().and_then(|one| one.obstacle());
            match obstacle {
                Some(obstacle) => service_message::unable_to_place(&service.name, &obstacle),
                None => service_message::resources_not_found(&service.name),
            }
        });
        let mut names = self.names(seed);
        let mut tasks = Vec::with_capacity(placed);
        while tasks.len() < placed {
            let task = self.arn("task", &names.task());
            if cell.task(&task).is_none() {
                tasks.push(task);
            }
        }
        let token = format!("{deployment} {}", self.version);
        let transaction = match placed {
            0 => None,
            _ => plan.into_transaction(token, tasks).ok(),
        };
        debug_assert_eq!(
            transaction.as_ref().map_or(0, |one| one.claims().len()),
            placed
        );
        Some(ServiceStart {
            service: Arc::clone(&service.name),
            deployment,
            unplaced: unplaced.min(count(wanted as usize)),
            transaction,
            obstacle: obstacle.map(Into::into),
            is_retry,
            at: now,
        })
    }
}
