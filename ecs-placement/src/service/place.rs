//! Where the tasks of a service go.

use std::sync::Arc;

use ecs_model::service_message::PlacementObstacle;
use ecs_model::{LaunchType, Timestamp, service_message};

use super::decide::{Starts, Which};
use super::settings::group;
use super::state::{ServiceState, ServiceStatus, count};
use super::{Obstacle, ServiceChange, Services, TaskPlace, TaskStarts};
use crate::explain::in_events;
use crate::{
    CellState, Commit, Fargate, FargatePlan, PlacementRequest, Plan, Reason, Snapshot, Transaction,
    fits,
};

/// What events say where Fargate has no capacity.
const FARGATE: &str = "RESOURCE:FARGATE";

/// Tasks of a service to commit to the cell.
#[derive(Debug, Clone)]
#[must_use = "nothing is placed before the transaction is committed"]
pub struct ServiceStart {
    service: Arc<str>,
    deployment: Arc<str>,
    provider: Option<Arc<str>>,
    /// None if no task found a place, and on Fargate.
    transaction: Option<Transaction>,
    /// On Fargate the tasks and their zones.
    zones: Vec<(Arc<str>, TaskPlace)>,
    /// Tasks that are to wait for capacity.
    waiting: Vec<Arc<str>>,
    /// Whether the tasks of the transaction have waited.
    settles: bool,
    /// For the task of a move to another zone, the state of the cell's instances.
    moves_at: Option<u64>,
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
        let tasks = tasks.chain(self.zones).collect();
        if self.settles {
            return ServiceChange::Settle {
                service: self.service,
                tasks,
                at: self.at,
            };
        }
        ServiceChange::Start(TaskStarts {
            service: self.service,
            deployment: self.deployment,
            tasks,
            provider: self.provider,
            waiting: self.waiting,
            moves_at: self.moves_at,
            unplaced: self.unplaced,
            obstacle: self.obstacle,
            is_retry: self.is_retry,
            at: self.at,
        })
    }
}

impl Services {
    /// Plans tasks of a deployment. `None` for a further try that finds no place either.
    pub(super) fn plan(
        &mut self,
        slot: u32,
        starts: Starts,
        cell: &CellState,
        now: Timestamp,
        seed: u64,
    ) -> Option<ServiceStart> {
        if let Which::New(count) = starts.which
            && self.zones_of(slot, &starts).is_some()
        {
            let registered = cell.snapshot().state().registered();
            return self.plan_in_zones(slot, starts, (count, registered), now, seed);
        }
        let snapshot = cell.snapshot();
        let (plan, refused) = self.plan_on_instances(slot, &starts, &snapshot, seed)?;
        let placed = plan.claims().len();
        let settles = matches!(starts.which, Which::Waiting(_));
        // With a capacity provider those wait that found no place, as far as they may.
        let is_move = starts.zone.is_some();
        let may_wait = match (&starts.provider, settles || is_move) {
            (Some(_), false) => self.may_wait().min(plan.unplaced()),
            _ => 0,
        };
        if placed == 0 && may_wait == 0 && starts.is_retry {
            return None;
        }
        let service = self.services.get(slot as usize)?;
        let unplaced = plan.unplaced().saturating_sub(may_wait);
        let is_told = unplaced > 0 && !starts.is_retry && !is_move;
        let obstacle = is_told.then(|| match starts.provider {
            Some(_) => Obstacle::provisioning_limit(&service.name),
            None => obstacle(&service.name, refused.or_else(|| closest(&plan))),
        });
        let mut tasks = match &starts.which {
            Which::Waiting(numbers) => self.names_of_waiting(slot, numbers),
            Which::New(_) | Which::On(_) => {
                let all = placed.saturating_add(may_wait as usize);
                self.names_of_tasks(all, seed, |task| cell.task(task).is_some())
            }
        };
        let waiting = tasks.split_off(placed.min(tasks.len())).into_iter();
        let waiting = waiting.filter(|_| !settles).map(Into::into).collect();
        let token = format!("{} {}", starts.deployment, self.version);
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
            deployment: starts.deployment,
            provider: starts.provider,
            unplaced,
            transaction,
            zones: Vec::new(),
            waiting,
            settles,
            moves_at: is_move.then(|| snapshot.state().registered()),
            obstacle,
            is_retry: starts.is_retry,
            at: now,
        })
    }

    /// A plan for container instances, and the first that refuses a task which is meant for it.
    fn plan_on_instances(
        &mut self,
        slot: u32,
        starts: &Starts,
        snapshot: &Snapshot,
        seed: u64,
    ) -> Option<(Plan, Option<Refusal>)> {
        let service = self.services.get(slot as usize)?;
        let request = service.by_id(&starts.deployment)?.request.as_ref()?;
        let count = match &starts.which {
            Which::New(count) => *count,
            Which::Waiting(numbers) => count(numbers.len()),
            Which::On(instances) => return Some(plan_on(snapshot, request, instances, seed)),
        };
        let request = self.beside_daemons(request.clone().with_count(count));
        let request = match &starts.provider {
            Some(provider) => request.with_capacity_provider(Arc::clone(provider)),
            None => request,
        };
        let request = match &starts.zone {
            Some(zone) => request.with_zones([&**zone]),
            None => request,
        };
        Some((self.planner.plan(snapshot, &request, seed), None))
    }

    /// Where tasks start that run on Fargate, or on spare capacity of it.
    fn zones_of(&self, slot: u32, starts: &Starts) -> Option<&Fargate> {
        let revision = &self.slot(slot)?.by_id(&starts.deployment)?.revision;
        if revision.launch_type != LaunchType::Fargate {
            return None;
        }
        self.fargate_of(starts.provider.as_deref())
    }

    /// Plans tasks on Fargate.
    fn plan_in_zones(
        &self,
        slot: u32,
        starts: Starts,
        (count, registered): (u32, u64),
        now: Timestamp,
        seed: u64,
    ) -> Option<ServiceStart> {
        let service = self.slot(slot)?;
        let revision = &service.by_id(&starts.deployment)?.revision;
        let fargate = self.zones_of(slot, &starts)?;
        let mut subnets = revision.subnets();
        if let Some(zone) = &starts.zone {
            subnets.retain(|subnet| fargate.zones_of(&[subnet]).any(|one| *one == **zone));
        }
        let plan = fargate.plan(&group(&service.name), &subnets, count);
        // It may be another Fargate than when the service was created.
        let plan = plan.unwrap_or_else(|error| {
            let exception = error.exception();
            FargatePlan::failed(count, exception.message().unwrap_or_default())
        });
        if plan.places.is_empty() && starts.is_retry {
            return None;
        }
        let places = plan.places.iter();
        let places = places.map(|place| TaskPlace::Zone((&*place.zone).into()));
        let places: Vec<_> = places.collect();
        let tasks = self.names_of_tasks(places.len(), seed, |_| false);
        let failure = plan.failures.first();
        let failure = failure.and_then(|failure| failure.reason.as_deref());
        let obstacle = failure.filter(|_| !starts.is_retry).map(|reason| Obstacle {
            message: service_message::unable_to_place_for(&service.name, reason).into(),
            reason: Some(FARGATE.into()),
            instance: None,
        });
        Some(ServiceStart {
            service: Arc::clone(&service.name),
            deployment: starts.deployment,
            provider: starts.provider,
            transaction: None,
            zones: tasks.into_iter().map(Into::into).zip(places).collect(),
            waiting: Vec::new(),
            settles: false,
            moves_at: starts.zone.is_some().then_some(registered),
            unplaced: super::state::count(plan.failures.len()),
            obstacle,
            is_retry: starts.is_retry,
            at: now,
        })
    }

    /// The ARNs of tasks that wait, longest first.
    fn names_of_waiting(&self, slot: u32, numbers: &[u64]) -> Vec<String> {
        let tasks = self.slot(slot).map(|service| &service.tasks);
        let known = numbers.iter().filter_map(|number| tasks?.get(number));
        known.map(|task| task.task.to_string()).collect()
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
        let is_new = |task: &String| !is_known(task) && !self.tasks.contains_key(&**task);
        arns.filter(is_new).take(count).collect()
    }

    /// The request of a replica service, which leaves room for the daemons.
    fn beside_daemons(&self, request: PlacementRequest) -> PlacementRequest {
        if self.daemons.is_empty() {
            return request;
        }
        let is_kept = |one: &&ServiceState| one.is_daemon && one.status == ServiceStatus::Active;
        let daemons = self.services.iter().filter(is_kept);
        let primaries = daemons.filter_map(|service| service.goal());
        request.with_room_for(primaries.filter_map(|primary| primary.request.as_ref()))
    }
}

/// An instance, and why it does not take a task.
type Refusal = (Arc<str>, Option<Reason>);

impl Obstacle {
    /// As many tasks wait for capacity as may.
    fn provisioning_limit(service: &str) -> Self {
        Self {
            message: service_message::provisioning_limit(service).into(),
            reason: None,
            instance: None,
        }
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
