//! Daemon services: one task on each instance that takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ecs_model::Timestamp;

use super::agenda::Try;
use super::decide::{Context, Starts, Step, Which, scaling};
use super::state::{ServiceState, ServiceStatus, count};
use super::stops::{Stops, unhealthy_cause};
use super::task::ServiceTask;
use super::{Class, ServiceChange, StopCause, TaskPlace};
use crate::deployment::RolloutState;
use crate::fits::is_member;
use crate::{CellState, Instance, PlacementRequest};

/// The instances on which a daemon service shall have a task.
#[derive(Debug, Clone, Default)]
pub(super) struct Matching {
    instances: BTreeSet<Arc<str>>,
    /// Of which request and of which state of the cell's instances they are.
    fingerprint: u64,
    registered: u64,
}

impl Matching {
    /// Looks at the instances again if any of them, or the request, may have changed.
    pub(super) fn follow(&mut self, cell: &CellState, request: &PlacementRequest) {
        let snapshot = cell.snapshot();
        let registered = snapshot.state().registered();
        let fingerprint = request.task().fingerprint();
        if (self.registered, self.fingerprint) == (registered, fingerprint) {
            return;
        }
        (self.registered, self.fingerprint) = (registered, fingerprint);
        let selection = &request.task().selection;
        let is_meant = |instance: &Instance<'_>| {
            let matches = |query: &crate::Query| query.matches(*instance);
            instance.is_active() && is_member(*instance, selection, matches)
        };
        let instances = snapshot.instances().filter(is_meant);
        self.instances = instances.map(Instance::shared_arn).collect();
    }
}

impl ServiceState {
    /// Another number of instances is another number of tasks.
    pub(super) fn resize(&self, matching: &Matching, at: Timestamp) -> Option<ServiceChange> {
        let desired = count(matching.instances.len());
        let is_other = self.status == ServiceStatus::Active && self.desired != desired;
        is_other.then(|| ServiceChange::Resize {
            service: Arc::clone(&self.name),
            desired,
            at,
        })
    }

    /// The first thing that is to be done for a daemon service.
    pub(super) fn daemon_step(&self, context: &Context<'_>, matching: &Matching) -> Option<Step> {
        let change = |change| Some(Step::Change(change));
        let now = context.now;
        let here = self.by_instance();
        let stops = self.daemon_stops(context, matching, &here);
        if !stops.is_empty() {
            return change(ServiceChange::Stop {
                service: Arc::clone(&self.name),
                tasks: stops,
                zones: None,
                at: now,
            });
        }
        if self.status != ServiceStatus::Active {
            return None;
        }
        let primary = self.goal()?;
        let waits = primary.starved.is_some_and(|until| now < until);
        let a_try = Try {
            deployment: Arc::clone(&primary.id),
            provider: None,
            is_waiting: false,
        };
        if !primary.may_start(now) || waits && !context.is_worth(&a_try) {
            return None;
        }
        let snapshot = context.cell.snapshot();
        let is_reached = |arn: &&Arc<str>| {
            let instance = snapshot.instance(arn);
            instance.is_some_and(Instance::agent_connected)
        };
        let lacking = matching.instances.iter();
        let lacking = lacking.filter(|arn| !here.contains_key(&***arn));
        let instances: Vec<Arc<str>> = lacking.filter(is_reached).cloned().collect();
        (!instances.is_empty()).then(|| {
            Step::Start(Starts {
                deployment: Arc::clone(&primary.id),
                provider: None,
                zone: None,
                which: Which::On(instances),
                is_retry: waits,
            })
        })
    }

    /// Its tasks by instance.
    fn by_instance(&self) -> BTreeMap<&str, Vec<u64>> {
        let mut here: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (number, task) in &self.tasks {
            if let Some(TaskPlace::Instance(instance)) = &task.place {
                here.entry(instance).or_default().push(*number);
            }
        }
        here
    }

    fn daemon_stops(
        &self,
        context: &Context<'_>,
        matching: &Matching,
        here: &BTreeMap<&str, Vec<u64>>,
    ) -> Stops {
        let mut stops = Stops::new();
        for (instance, numbers) in here {
            let tasks = numbers.iter().filter_map(|number| self.tasks.get(number));
            let kept: Vec<_> = tasks.filter(|task| task.class != Class::Stopping).collect();
            let is_wanted =
                self.status == ServiceStatus::Active && matching.instances.contains(*instance);
            if is_wanted {
                // One is enough: the oldest of the deployment that the service goes to, which need
                // not have the highest number.
                let rank = |task: &ServiceTask| {
                    let mut deployments = self.deployments.iter();
                    deployments.position(|one| one.number == task.deployment)
                };
                let best = kept.iter().min_by_key(|task| rank(task));
                let best = best.map(|task| &task.task);
                let others = kept.iter().filter(|task| Some(&task.task) != best);
                stops.extend(others.map(|task| stop(task, scaling(self))));
                continue;
            }
            let may_leave = |task: &&&ServiceTask| {
                let is_deleted = self.status != ServiceStatus::Active;
                let waits = task.is_draining && !task.is_pending() && !is_deleted;
                !waits || is_last(context, instance)
            };
            let leaving = kept.iter().filter(may_leave);
            stops.extend(leaving.map(|task| stop(task, StopCause::Instance)));
        }
        if stops.is_empty() {
            stops = self.daemon_rollout(context);
        }
        stops
    }

    /// Tasks of older deployments, which stop before new ones start, and unhealthy ones.
    fn daemon_rollout(&self, context: &Context<'_>) -> Stops {
        let Some(primary) = self.primary() else {
            return Stops::new();
        };
        if primary.rollout == RolloutState::Failed {
            return Stops::new();
        }
        let kept = || self.leaving().iter().map(|one| &one.ranks.staying);
        let others = kept().flat_map(|kept| {
            let waiting = kept.pending.iter().chain(&kept.warming);
            waiting.chain(&kept.unhealthy)
        });
        let healthy: usize = self
            .deployments
            .iter()
            .map(|one| one.ranks.staying.healthy.len())
            .sum();
        let lower = self.bounds(context.policy).lower as usize;
        let open = |number| {
            let task = self.tasks.get(number);
            task.filter(|task| !task.is_protected(context.now))
        };
        let old = kept().flat_map(|kept| &kept.healthy).filter_map(open);
        let old = old.take(healthy.saturating_sub(lower));
        let tasks = others.filter_map(open).chain(old);
        let stops: Stops = tasks.map(|task| stop(task, scaling(self))).collect();
        if !stops.is_empty() || self.is_replacing() {
            return stops;
        }
        let mut lasting = self.lasting().iter();
        let unhealthy = lasting.find_map(|one| one.ranks.staying.unhealthy.first());
        let unhealthy = unhealthy.and_then(|number| self.tasks.get(number));
        let unhealthy = unhealthy.map(|task| stop(task, unhealthy_cause(task)));
        unhealthy.into_iter().collect()
    }
}

fn stop(task: &ServiceTask, cause: StopCause) -> (Arc<str>, StopCause) {
    (Arc::clone(&task.task), cause)
}

/// Whether nothing but tasks of daemons is left on an instance.
fn is_last(context: &Context<'_>, instance: &str) -> bool {
    let mut tasks = context.cell.tasks_on(instance);
    tasks.all(|task| context.daemons.contains(&task.group))
}
