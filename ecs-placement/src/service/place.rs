//! Where the tasks of a service go.

use std::sync::Arc;

use ecs_model::service_message::PlacementObstacle;
use ecs_model::{Timestamp, service_message};

use super::decide::Step;
use super::settings::group;
use super::state::{ServiceState, count};
use super::{Obstacle, ServiceChange, Services, TaskPlace};
use crate::explain::in_events;
use crate::{CellState, Commit, PlacementRequest, Plan, Reason, Snapshot, Transaction, fits};

/// What events say where Fargate has no capacity.
const FARGATE: &str = "RESOURCE:FARGATE";

/// Tasks of a service to commit to the cell.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct ServiceStart {
    service: Arc<str>,
    deployment: Arc<str>,
    /// None if no task found a place, and on Fargate.
    transaction: Option<Transaction>,
    /// On Fargate the tasks and their zones.
    zones: Vec<(Arc<str>, TaskPlace)>,
    unplaced: u32,
    obstacle: Option<Obstacle>,
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

    /// What to commit to the cell; none if no task found a place, and on Fargate. Its token is to be
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
            tasks: tasks.chain(self.zones).collect(),
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
        step: Step,
        cell: &CellState,
        now: Timestamp,
        seed: u64,
    ) -> Option<ServiceStart> {
        let service = self.services.get(slot as usize)?;
        if let Step::Start {
            deployment,
            count,
            is_retry,
        } = &step
            && service.is_on_fargate(deployment)
        {
            let wanted = (Arc::clone(deployment), *count, *is_retry);
            return self.plan_on_fargate(service, wanted, now, seed);
        }
        let (deployment, is_retry) = match &step {
            Step::Change(_) => return None,
            Step::Start {
                deployment,
                is_retry,
                ..
            }
            | Step::StartOn {
                deployment,
                is_retry,
                ..
            } => (Arc::clone(deployment), *is_retry),
        };
        let name = Arc::clone(&service.name);
        let snapshot = cell.snapshot();
        let (plan, refused) = self.plan_on_instances(slot, step, &snapshot, seed)?;
        let placed = plan.claims().len();
        if placed == 0 && is_retry {
            return None;
        }
        let unplaced = plan.unplaced();
        let is_told = unplaced > 0 && !is_retry;
        let obstacle = is_told.then(|| obstacle(&name, refused.or_else(|| closest(&plan))));
        let tasks = self.names_of_tasks(placed, seed, |task| cell.task(task).is_some());
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
            service: name,
            deployment,
            unplaced,
            transaction,
            zones: Vec::new(),
            obstacle,
            is_retry,
            at: now,
        })
    }

    /// A plan for container instances, and the first that refuses a task which is meant for it.
    fn plan_on_instances(
        &mut self,
        slot: u32,
        step: Step,
        snapshot: &Snapshot,
        seed: u64,
    ) -> Option<(Plan, Option<Refusal>)> {
        let service = self.services.get(slot as usize)?;
        match step {
            Step::Change(_) => None,
            Step::Start {
                deployment, count, ..
            } => {
                let request = service.by_id(&deployment)?.request.as_ref()?;
                let request = self.beside_daemons(request.clone().with_count(count));
                Some((self.planner.plan(snapshot, &request, seed), None))
            }
            Step::StartOn {
                deployment,
                instances,
                ..
            } => {
                let request = service.by_id(&deployment)?.request.as_ref()?;
                Some(plan_on(snapshot, request, &instances, seed))
            }
        }
    }
}

/// An instance, and why it does not take a task.
type Refusal = (Arc<str>, Option<Reason>);

impl Services {
    /// Plans tasks on Fargate.
    fn plan_on_fargate(
        &self,
        service: &ServiceState,
        (deployment, count, is_retry): (Arc<str>, u32, bool),
        now: Timestamp,
        seed: u64,
    ) -> Option<ServiceStart> {
        let revision = &service.by_id(&deployment)?.revision;
        let group = group(&service.name);
        let plan = self
            .fargate
            .as_ref()?
            .plan(&group, &revision.subnets(), count)
            .ok()?;
        if plan.places.is_empty() && is_retry {
            return None;
        }
        let tasks = self.names_of_tasks(plan.places.len(), seed, |task| {
            self.tasks.contains_key(task)
        });
        let places = plan
            .places
            .iter()
            .map(|place| TaskPlace::Zone((*place.zone).into()));
        let failure = plan
            .failures
            .first()
            .and_then(|failure| failure.reason.as_deref());
        let obstacle = failure.filter(|_| !is_retry).map(|reason| Obstacle {
            message: service_message::unable_to_place_for(&service.name, reason).into(),
            reason: Some(FARGATE.into()),
            instance: None,
        });
        Some(ServiceStart {
            service: Arc::clone(&service.name),
            deployment,
            transaction: None,
            zones: tasks.into_iter().map(Into::into).zip(places).collect(),
            unplaced: super::state::count(plan.failures.len()),
            obstacle,
            is_retry,
            at: now,
        })
    }

    /// The ARNs of new tasks.
    fn names_of_tasks(
        &self,
        count: usize,
        seed: u64,
        is_known: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut names = self.names(seed);
        let arns = std::iter::repeat_with(|| self.arn("task", &names.task()));
        arns.filter(|task| !is_known(task)).take(count).collect()
    }

    /// The request of a replica service, which leaves room for the daemons.
    fn beside_daemons(&self, request: PlacementRequest) -> PlacementRequest {
        if self.daemons.is_empty() {
            return request;
        }
        let daemons = self.services.iter().filter(|service| service.is_daemon);
        let primaries = daemons.filter_map(|service| service.primary());
        request.with_room_for(primaries.filter_map(|primary| primary.request.as_ref()))
    }
}

/// One task on each of the instances that takes it, and the first that does not.
fn plan_on(
    snapshot: &Snapshot,
    request: &PlacementRequest,
    instances: &[Arc<str>],
    seed: u64,
) -> (Plan, Option<Refusal>) {
    let found = instances.iter().filter_map(|arn| snapshot.instance(arn));
    let (fitting, refused): (Vec<_>, Vec<_>) = found.partition(|instance| {
        let place = instance.place();
        fits::fits(snapshot.state(), place, request.task(), 0)
    });
    let slots: Vec<u32> = fitting
        .iter()
        .map(|instance| instance.place().slot)
        .collect();
    let request = request.clone().with_count(count(instances.len()));
    let refused = refused.first().map(|one| {
        let reason = fits::refusals_after(*one, &request, 0).next();
        (one.shared_arn(), reason)
    });
    (Plan::of(snapshot, &request, seed, &slots), refused)
}

/// The instance that comes closest to taking what was not placed, and why it does not.
fn closest(plan: &Plan) -> Option<Refusal> {
    let explanation = plan.explain()?;
    let closest = explanation.closest()?;
    let reason = closest.reasons.first().cloned();
    Some((Arc::clone(&closest.arn), reason))
}

/// What is told of a task without a place.
fn obstacle(service: &str, closest: Option<Refusal>) -> Obstacle {
    let Some((instance, reason)) = closest else {
        let none = PlacementObstacle::NoInstances;
        return Obstacle {
            message: service_message::unable_to_place(service, &none).into(),
            reason: None,
            instance: None,
        };
    };
    let told = reason.as_ref().map(|reason| in_events(&instance, reason));
    let message = match told {
        Some(obstacle) => service_message::unable_to_place(service, &obstacle),
        None => service_message::resources_not_found(service),
    };
    Obstacle {
        message: message.into(),
        reason: reason.map(|reason| reason.code().as_str().into()),
        instance: Some(instance),
    }
}
