//! Moving tasks until the Availability Zones of a service have as many as each other.
//!
//! A [`Rebalancing`] says what is next; the scheduler looks for a zone that has too few while the
//! service is steady, starts the task of a move beside the others and stops the one in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::deployment::{DeploymentController, DeploymentControllerType};
use ecs_model::event::Change;
use ecs_model::service::AvailabilityZoneRebalancing;
use ecs_model::{LaunchType, SchedulingStrategy, Service, Timestamp};
use ecs_taskdef::Recorded;

use super::choose::Choice;
use super::decide::{Context, Starts, Step, Which};
use super::rebalance::{self, NotRebalanced, Phase, RebalanceEvent, Rebalancing, Zones};
use super::settings::ServiceSettings;
use super::state::{ServiceState, ServiceStatus};
use super::task::{Class, ServiceTask};
use super::{ServiceChange, Services, StopCause, TaskPlace};
use crate::capacity::{ProviderShare, ProviderStrategy};
use crate::deployment::Revision;
use crate::fits::is_member;
use crate::registration::ZONE;
use crate::{CellState, PlacementRequest};

/// The Availability Zones in which a service may have tasks.
#[derive(Debug, Clone, Default)]
pub(super) struct ZoneView {
    names: BTreeSet<Arc<str>>,
    /// Of which request and of which state of the cell's instances they are.
    of: (u64, u64),
    /// Of which deployment, whose subnets and capacity providers have a say.
    deployment: Arc<str>,
    /// The tasks that the service had when it was looked at last.
    seen: Option<(u64, usize)>,
}

/// The instances of the cell by their Availability Zones.
#[derive(Debug, Clone, Default)]
pub(super) struct ZoneIndex {
    instances: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Of which state of the cell's instances they are.
    registered: u64,
}

impl ZoneIndex {
    fn follow(&mut self, cell: &CellState) {
        let snapshot = cell.snapshot();
        let registered = snapshot.state().registered();
        if self.registered == registered {
            return;
        }
        self.registered = registered;
        self.instances.clear();
        for instance in snapshot.instances() {
            let zone = instance.attribute(ZONE).flatten();
            let is_ready = instance.is_active() && instance.agent_connected();
            let Some(zone) = zone.filter(|_| is_ready) else {
                continue;
            };
            let arn = instance.shared_arn();
            match self.instances.get_mut(zone) {
                Some(here) => here.push(arn),
                None => drop(self.instances.insert(zone.into(), vec![arn])),
            }
        }
    }

    /// The zones with an instance that takes tasks of a request, apart from room for them.
    fn zones_for(
        &self,
        request: &PlacementRequest,
        providers: Option<&ProviderStrategy>,
        cell: &CellState,
    ) -> BTreeSet<Arc<str>> {
        let snapshot = cell.snapshot();
        let selection = &request.task().selection;
        let is_meant = |arn: &Arc<str>| {
            snapshot.instance(arn).is_some_and(|instance| {
                let provider = instance.capacity_provider();
                let is_of = |share: &ProviderShare| provider == Some(&*share.provider);
                providers.is_none_or(|strategy| strategy.shares().iter().any(is_of))
                    && is_member(instance, selection, |query| query.matches(instance))
            })
        };
        let zones = self.instances.iter();
        let zones = zones.filter(|(_, here)| here.iter().any(is_meant));
        zones.map(|(zone, _)| Arc::clone(zone)).collect()
    }
}

impl ZoneView {
    /// Looks at the zones again if an instance, the request or the deployment may have changed.
    /// Whether they are still to be compared.
    fn follow(
        &mut self,
        service: &ServiceState,
        (cell, index): (&CellState, &mut ZoneIndex),
        of_fargate: Option<BTreeSet<Arc<str>>>,
    ) -> bool {
        let Some(primary) = service.primary() else {
            return false;
        };
        let Some(request) = &primary.request else {
            return false;
        };
        let registered = cell.snapshot().state().registered();
        let of = (registered, request.task().fingerprint());
        if self.of != of || self.deployment != primary.id {
            self.names = of_fargate.unwrap_or_else(|| {
                index.follow(cell);
                index.zones_for(request, primary.revision.providers.as_ref(), cell)
            });
            self.deployment = Arc::clone(&primary.id);
            (self.of, self.seen) = (of, None);
        }
        self.seen != Some((service.next_task, service.tasks.len()))
    }

    /// They are even.
    fn note(&mut self, service: &ServiceState) {
        self.seen = Some((service.next_task, service.tasks.len()));
    }
}

impl Services {
    /// Whether the zones of a service are to be compared, which are looked up then.
    pub(super) fn follow_zones(&mut self, slot: u32, cell: &CellState) -> bool {
        let by_default = self.policy.rebalances_by_default;
        let service = self.services.get(slot as usize);
        let Some(service) = service.filter(|one| one.rebalances(by_default)) else {
            return false;
        };
        let is_moving = service.is_moving();
        if !is_moving && !service.may_be_uneven() {
            return false;
        }
        let of_fargate = service
            .primary()
            .map(|one| self.fargate_zones(&one.revision));
        let view = self.zones.entry(slot).or_default();
        let index = &mut self.zone_index;
        let is_open = view.follow(service, (cell, index), of_fargate.flatten());
        is_moving || is_open
    }

    /// The zones of the subnets of a revision that runs on Fargate, of each of its capacity
    /// providers.
    fn fargate_zones(&self, revision: &Revision) -> Option<BTreeSet<Arc<str>>> {
        if revision.launch_type != LaunchType::Fargate {
            return None;
        }
        let subnets = revision.subnets();
        let zones = |provider: Option<&str>| {
            let fargate = self.fargate_of(provider).into_iter();
            fargate
                .flat_map(|one| one.zones_of(&subnets))
                .map(Arc::from)
        };
        Some(match &revision.providers {
            None => zones(None).collect(),
            Some(strategy) => {
                let shares = strategy.shares().iter();
                shares
                    .flat_map(|share| zones(Some(&share.provider)))
                    .collect()
            }
        })
    }
}

impl ServiceState {
    /// Whether it is rebalanced: it, or the default, wants it, and nothing speaks against it.
    pub(super) fn rebalances(&self, by_default: bool) -> bool {
        self.can_rebalance && self.settings.wants_rebalancing(by_default)
    }

    /// Works out again whether anything speaks against it.
    pub(super) fn judge_rebalancing(&mut self) {
        let primary = self.primary().filter(|_| self.task_sets.is_none());
        let revision = primary.map(|primary| &*primary.revision);
        let checked = self.settings.check_rebalancing(revision, self.is_daemon);
        self.can_rebalance = checked.is_ok();
    }

    /// What is to be done to even out the zones.
    pub(super) fn zones_step(
        &self,
        context: &Context<'_>,
        view: &mut ZoneView,
        room: u32,
    ) -> Option<Step> {
        let now = context.now;
        let event = |event| Some(Step::Change(self.rebalance_change(event, now)));
        match self.phase() {
            Phase::Idle => {
                let is_over = self.primary().is_some_and(|one| !one.is_in_progress());
                if room == 0 || !is_over || !self.is_steady() {
                    return None;
                }
                let registered = context.cell.snapshot().state().registered();
                if self.gave_up == Some((registered, self.next_task)) {
                    return None;
                }
                let zones = self.zones(context.cell, &view.names)?;
                let Some(next) = rebalance::next_move(&zones) else {
                    view.note(self);
                    return None;
                };
                // A move whose last step is not allowed is not begun.
                self.movable(context, &next.from).next()?;
                event(RebalanceEvent::Steady { zones })
            }
            Phase::Starting(_) if self.spare() < 0 => event(RebalanceEvent::Interrupted),
            Phase::Starting(next) if room > 0 => Some(Step::Start(Starts {
                deployment: Arc::clone(&self.primary()?.id),
                provider: self.next_provider(self.primary()?),
                zone: Some(Arc::clone(&next.to)),
                which: Which::New(1),
                is_retry: false,
            })),
            Phase::Starting(_) => None,
            Phase::Awaiting(_) | Phase::Stopping(_) if self.spare() < 1 => {
                event(RebalanceEvent::Interrupted)
            }
            Phase::Awaiting(_) => {
                let moved = self.moved.and_then(|number| self.tasks.get(&number));
                match moved.map(|task| task.class) {
                    Some(Class::Healthy) => event(RebalanceEvent::Healthy),
                    Some(Class::Pending | Class::Warming) => None,
                    Some(Class::Unhealthy | Class::Stopping) | None => {
                        event(RebalanceEvent::Interrupted)
                    }
                }
            }
            Phase::Stopping(next) => self.stop_in_zone(context, view, &next.from),
        }
    }

    /// Stops a task of the zone that has too many.
    fn stop_in_zone(&self, context: &Context<'_>, view: &ZoneView, zone: &str) -> Option<Step> {
        let (now, deployment) = (context.now, Arc::clone(&self.primary()?.id));
        let open = self.movable(context, zone).collect();
        let choice = Choice::new(self, context.cell, now, context.seed);
        let chosen = choice.choose(&open, 1).first().copied();
        let Some(task) = chosen.and_then(|number| self.tasks.get(&number)) else {
            let protected = self.tasks.values().filter(|task| task.is_protected(now));
            let reason = format!("{} tasks under protection", protected.count());
            return Some(Step::Change(self.rebalance_change(
                RebalanceEvent::Protected {
                    deployment: deployment.as_ref().into(),
                    reason,
                },
                now,
            )));
        };
        let mut zones = self.zones(context.cell, &view.names).unwrap_or_default();
        if let Some(tasks) = zones.get_mut(zone) {
            *tasks = tasks.saturating_sub(1);
        }
        Some(Step::Change(ServiceChange::Stop {
            service: Arc::clone(&self.name),
            tasks: vec![(
                Arc::clone(&task.task),
                StopCause::Rebalancing { deployment },
            )],
            zones: Some(zones),
            at: now,
        }))
    }

    fn rebalance_change(&self, event: RebalanceEvent, at: Timestamp) -> ServiceChange {
        ServiceChange::Rebalance {
            service: Arc::clone(&self.name),
            event,
            at,
        }
    }

    fn phase(&self) -> &Phase {
        let known = self.rebalancing.as_ref();
        known.map_or(&Phase::Idle, |rebalancing| rebalancing.phase())
    }

    /// Whether a task is being moved.
    pub(super) fn is_moving(&self) -> bool {
        self.rebalancing.as_ref().is_some_and(|one| one.is_moving())
    }

    /// How many more tasks there are, or come, than the service shall have.
    fn spare(&self) -> i64 {
        let fleet = self.fleet();
        let there = fleet.new_healthy.saturating_add(fleet.new_coming);
        i64::from(there) - i64::from(fleet.desired)
    }

    /// Healthy tasks of a zone that may stop.
    fn movable(&self, context: &Context<'_>, zone: &str) -> impl Iterator<Item = u64> {
        let (cell, now) = (context.cell, context.now);
        let primary = self.primary().into_iter();
        let healthy = primary.flat_map(|one| &one.ranks.staying.healthy);
        healthy.copied().filter(move |number| {
            let task = self.tasks.get(number);
            task.is_some_and(|task| {
                !task.is_protected(now) && task.zone(cell).as_deref() == Some(zone)
            })
        })
    }

    /// How many tasks each zone has that shall run; nothing if that is not known of all.
    fn zones(&self, cell: &CellState, names: &BTreeSet<Arc<str>>) -> Option<Zones> {
        let mut zones: Zones = names.iter().map(|name| (Arc::clone(name), 0)).collect();
        for task in self.tasks.values().filter(|task| task.stop.is_none()) {
            let tasks = zones.entry(task.zone(cell)?).or_default();
            *tasks = tasks.saturating_add(1);
        }
        Some(zones)
    }

    /// Something happens to its rebalancing.
    pub(super) fn rebalance(&mut self, event: &RebalanceEvent, at: Timestamp) {
        let (name, cluster) = (&self.name, &self.cluster);
        let mut known = self
            .rebalancing
            .take()
            .unwrap_or_else(|| Box::new(Rebalancing::new(Arc::clone(name), Arc::clone(cluster))));
        known.handle(event, at);
        // What it asks for follows from the step that it has come to.
        while known.poll_action().is_some() {}
        while let Some(change) = known.poll_change() {
            self.log.push(&self.arn, change.message, at);
            self.publish(&Change::ServiceAction(Box::new(change.event)), at);
        }
        if known.is_moving() {
            self.rebalancing = Some(known);
        } else {
            self.moved = None;
        }
    }

    /// A deployment starts, the service changes its number of tasks, or it is not rebalanced any
    /// more.
    pub(super) fn interrupt_rebalancing(&mut self, at: Timestamp) {
        if self.is_moving() {
            self.rebalance(&RebalanceEvent::Interrupted, at);
        }
    }

    /// Whether it is steady, so that its zones are to be compared.
    pub(super) fn may_be_uneven(&self) -> bool {
        self.status == ServiceStatus::Active && !self.is_moving() && self.is_steady()
    }
}

impl ServiceSettings {
    pub(super) fn wants_rebalancing(&self, by_default: bool) -> bool {
        match &self.rebalancing {
            None => by_default,
            Some(wanted) => *wanted == AvailabilityZoneRebalancing::Enabled,
        }
    }

    /// What speaks against rebalancing the tasks of a revision. A service has none if it is of
    /// controller `EXTERNAL`.
    pub(super) fn check_rebalancing(
        &self,
        revision: Option<&Revision>,
        is_daemon: bool,
    ) -> Result<(), NotRebalanced> {
        let strategy = match is_daemon {
            true => SchedulingStrategy::Daemon,
            false => SchedulingStrategy::Replica,
        };
        let service = match revision {
            Some(revision) => Service::default()
                .with_launch_type(revision.launch_type.clone())
                .with_load_balancers(revision.load_balancers.clone()),
            None => {
                let controller = DeploymentController::default();
                let external = controller.with_type(DeploymentControllerType::External);
                Service::default().with_deployment_controller(external)
            }
        };
        let service = service
            .with_scheduling_strategy(strategy)
            .with_deployment_configuration(self.deployments.clone())
            .with_placement_strategy(self.strategies.clone())
            .with_placement_constraints(self.constraints.clone());
        rebalance::check(&service)
    }
}

impl ServiceTask {
    /// The Availability Zone in which it runs.
    fn zone(&self, cell: &CellState) -> Option<Arc<str>> {
        match self.place.as_ref()? {
            TaskPlace::Zone(zone) => Some(Arc::clone(zone)),
            TaskPlace::Instance(arn) => {
                let snapshot = cell.snapshot();
                let zone = snapshot.instance(arn)?.attribute(ZONE)??;
                Some(zone.into())
            }
        }
    }
}
