//! The capacity providers of the cluster, as its services use them.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::Timestamp;
use ecs_taskdef::Recorded;

use super::state::ServiceStatus;
use super::{ServiceAction, ServiceChange, Services};
use crate::capacity::{CapacityError, CapacityEvent, ClusterCapacity, InstanceUse, ProviderKind};
use crate::deployment::Revision;
use crate::{CellState, Fargate, Instance};

/// When the capacity providers are to be looked at, so that no decision walks their instances.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// When their time has come.
    pub(super) due: Option<Timestamp>,
    /// The instances that are drained, which go with the last of their tasks.
    draining: Vec<Arc<str>>,
}

impl Watch {
    pub(super) fn of(capacity: &ClusterCapacity) -> Self {
        Self {
            due: capacity.poll_timeout(),
            draining: capacity.draining().cloned().collect(),
        }
    }
}

impl Services {
    /// The same with capacity providers, for services with a capacity provider strategy. What waits
    /// for them is what their managed scaling goes by; what runs on their instances is looked up in
    /// the cell, each minute. Tasks of a provider whose instances have no room wait in
    /// `PROVISIONING`, as many of them as may.
    #[must_use]
    pub fn with_capacity(mut self, capacity: ClusterCapacity) -> Self {
        self.watch = Watch::of(&capacity);
        self.capacity = Some(capacity);
        self
    }

    /// The same with spare capacity of Fargate, where tasks of the provider `FARGATE_SPOT` run.
    #[must_use]
    pub fn with_fargate_spot(mut self, fargate: Fargate) -> Self {
        self.fargate_spot = Some(fargate);
        self
    }

    /// The capacity providers of the cluster, and the tasks that wait for them.
    #[must_use]
    pub fn capacity(&self) -> Option<&ClusterCapacity> {
        self.capacity.as_ref()
    }

    /// The spare capacity of Fargate, with the tasks that run there.
    #[must_use]
    pub fn fargate_spot(&self) -> Option<&Fargate> {
        self.fargate_spot.as_ref()
    }

    /// Takes over what happens to the capacity providers: a new one, an instance that its group
    /// wants to terminate, a task of RunTask that waits.
    ///
    /// # Errors
    ///
    /// An event that they cannot take, or a provider to remove that a service uses.
    pub fn handle_capacity(
        &mut self,
        event: CapacityEvent,
        now: Timestamp,
    ) -> Result<(), CapacityError> {
        let change = self.decide_capacity(event, now)?;
        self.change(change);
        Ok(())
    }

    /// The change that [`handle_capacity`](Self::handle_capacity) makes.
    ///
    /// # Errors
    ///
    /// As [`handle_capacity`](Self::handle_capacity).
    pub fn decide_capacity(
        &self,
        event: CapacityEvent,
        now: Timestamp,
    ) -> Result<ServiceChange, CapacityError> {
        let events = vec![event];
        self.try_capacity(&events, now)?;
        Ok(ServiceChange::Capacity { events, at: now })
    }

    /// Whether the tasks of a service go to a provider.
    fn uses(&self, provider: &str) -> bool {
        let services = self.services.iter();
        let kept = services.filter(|service| service.status != ServiceStatus::Inactive);
        let mut deployments = kept.flat_map(|service| &service.deployments);
        deployments.any(|one| {
            let strategy = one.revision.providers.iter();
            let mut shares = strategy.flat_map(|strategy| strategy.shares());
            shares.any(|share| *share.provider == *provider)
        })
    }

    /// Whether the capacity providers can take some events, and no service uses one that goes.
    pub(super) fn try_capacity(
        &self,
        events: &[CapacityEvent],
        at: Timestamp,
    ) -> Result<(), CapacityError> {
        let mut after = self.capacity.clone().ok_or(CapacityError::NoProviders)?;
        events.iter().try_for_each(|event| match event {
            CapacityEvent::RemoveProvider { provider } if self.uses(provider) => {
                let provider = provider.to_string();
                Err(CapacityError::ProviderInUse { provider })
            }
            _ => after.handle(event, at),
        })
    }

    /// Whether the cluster has the capacity providers of a revision.
    pub(super) fn check_providers(&self, revision: &Revision) -> Result<(), CapacityError> {
        match (&revision.providers, &self.capacity) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(CapacityError::NoProviders),
            (Some(strategy), Some(capacity)) => capacity.check(strategy),
        }
    }

    /// Whether tasks can wait for the capacity of a provider.
    pub(super) fn check_waiting(
        &self,
        provider: Option<&str>,
        tasks: &[Arc<str>],
    ) -> Result<(), CapacityError> {
        if tasks.is_empty() {
            return Ok(());
        }
        let capacity = self.capacity.as_ref().ok_or(CapacityError::NoProviders)?;
        let tasks = tasks.iter().map(|task| &**task);
        capacity.check_waiting(provider.unwrap_or_default(), tasks)
    }

    pub(super) fn take_capacity(&mut self, events: &[CapacityEvent], at: Timestamp) {
        let Some(capacity) = &mut self.capacity else {
            return;
        };
        let before = capacity.may_wait();
        for event in events {
            // It was decided before.
            let _ = capacity.handle(event, at);
        }
        let asked = std::iter::from_fn(|| capacity.poll_action());
        self.actions.extend(asked.map(ServiceAction::Capacity));
        self.watch = Watch::of(capacity);
        if capacity.may_wait() > before {
            self.agenda.hope();
        }
    }

    /// What the capacity providers are to be told, if it is time to: what runs on their instances,
    /// and that time has passed.
    pub(super) fn capacity_step(&self, cell: &CellState, now: Timestamp) -> Option<ServiceChange> {
        let capacity = self.capacity.as_ref()?;
        let events = if self.watch.due.is_some_and(|due| due <= now) {
            let mut events = self.uses_of_instances(capacity, cell);
            events.push(CapacityEvent::Timeout);
            events
        } else if cell.version() != self.seen {
            self.uses_of_draining(capacity, cell)
        } else {
            Vec::new()
        };
        (!events.is_empty()).then_some(ServiceChange::Capacity { events, at: now })
    }

    /// Which instances that are drained are gone or run something else.
    fn uses_of_draining(&self, capacity: &ClusterCapacity, cell: &CellState) -> Vec<CapacityEvent> {
        let snapshot = cell.snapshot();
        let draining = self.watch.draining.iter();
        let events = draining.filter_map(|arn| match snapshot.instance(arn) {
            Some(instance) => self.use_of(instance, capacity.host(arn), cell),
            None => Some(CapacityEvent::InstanceGone {
                instance: Arc::clone(arn),
            }),
        });
        events.collect()
    }

    /// Which instances of capacity providers are new, gone or run something else.
    fn uses_of_instances(
        &self,
        capacity: &ClusterCapacity,
        cell: &CellState,
    ) -> Vec<CapacityEvent> {
        let mut seen = BTreeSet::new();
        let mut events = Vec::new();
        let snapshot = cell.snapshot();
        for instance in snapshot.instances() {
            let provider = instance.capacity_provider();
            let provider = provider.filter(|provider| capacity.provider(provider).is_ok());
            if provider.is_some() {
                seen.insert(instance.arn());
                let known = capacity.host(instance.arn());
                events.extend(self.use_of(instance, known, cell));
            }
        }
        let gone = capacity.hosts().filter(|arn| !seen.contains(&***arn));
        events.extend(gone.map(|arn| CapacityEvent::InstanceGone {
            instance: Arc::clone(arn),
        }));
        events
    }

    /// What an instance of a capacity provider runs, if that is not what is known.
    fn use_of(
        &self,
        instance: Instance<'_>,
        known: Option<(&str, InstanceUse)>,
        cell: &CellState,
    ) -> Option<CapacityEvent> {
        let provider = instance.capacity_provider()?;
        let (mut tasks, mut daemon_tasks) = (0_u32, 0_u32);
        for task in cell.tasks_on(instance.arn()) {
            tasks = tasks.saturating_add(1);
            let is_daemon = self.daemons.contains(&task.group);
            daemon_tasks = daemon_tasks.saturating_add(is_daemon.into());
        }
        let used = InstanceUse::new(tasks, daemon_tasks);
        (known != Some((provider, used))).then(|| CapacityEvent::Instance {
            instance: instance.shared_arn(),
            provider: provider.into(),
            used,
        })
    }

    /// How many more tasks may wait in `PROVISIONING`.
    pub(super) fn may_wait(&self) -> u32 {
        let left = self.capacity.as_ref().map(ClusterCapacity::may_wait);
        u32::try_from(left.unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// A task waits for the capacity of its provider.
    pub(super) fn let_wait(&mut self, slot: u32, number: u64, at: Timestamp) {
        let Some(service) = self.services.get(slot as usize) else {
            return;
        };
        let Some(task) = service.tasks.get(&number) else {
            return;
        };
        let Some(deployment) = service.deployment(task.deployment) else {
            return;
        };
        let (Some(request), Some(provider)) = (&deployment.request, &task.provider) else {
            return;
        };
        let Some(capacity) = &mut self.capacity else {
            return;
        };
        let needs = Arc::clone(&request.task().needs);
        let is_alone = request.is_distinct_instance();
        let waits = capacity.handle_waiting(&task.task, provider, needs, is_alone, at);
        // That it can was checked.
        if waits.is_ok() {
            self.actions.push(ServiceAction::Provision {
                task: Arc::clone(&task.task),
                service: Arc::clone(&service.name),
                deployment: Arc::clone(&deployment.id),
                task_definition: Arc::clone(&deployment.revision.task_definition),
                capacity_provider: Arc::clone(provider),
            });
        }
    }

    /// A task has found an instance, or shall stop: another one may wait.
    pub(super) fn no_longer_waits(&mut self, task: &str, at: Timestamp) {
        if let Some(capacity) = &mut self.capacity
            && capacity.handle_waited(task, at)
        {
            self.agenda.hope();
        }
    }

    pub(super) fn kind_of(&self, provider: Option<&str>) -> Option<ProviderKind> {
        let provider = self.capacity.as_ref()?.provider(provider?).ok()?;
        Some(provider.kind)
    }

    /// Where tasks of a provider start that run on Fargate, or those of launch type `FARGATE`.
    pub(super) fn fargate_of(&self, provider: Option<&str>) -> Option<&Fargate> {
        match self.kind_of(provider) {
            Some(ProviderKind::FargateSpot) => self.fargate_spot.as_ref(),
            Some(ProviderKind::Fargate) | None => self.fargate.as_ref(),
            Some(_) => None,
        }
    }
}
