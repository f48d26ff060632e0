//! What a service needs next.

use std::sync::Arc;

use ecs_model::Timestamp;

use super::state::{ServiceState, ServiceStatus};
use super::{
    DeploymentFailure, Notice, ServiceChange, ServicePolicy, ServiceStart, Services, StopCause,
};
use crate::CellState;
use crate::deployment::{DeploymentState, Fleet, RolloutState};

/// What a service needs next.
#[derive(Debug, Clone)]
#[must_use = "nothing has changed before it is recorded and applied"]
#[non_exhaustive]
pub enum ServiceDecision {
    /// A change to record and apply. Tasks that a [`Stop`](ServiceChange::Stop) names are told to
    /// the cell: [`CellState::stopping`].
    Change(ServiceChange),
    /// Tasks to commit to the cell. What comes of it is the change to record and apply.
    Start(ServiceStart),
}

/// What is to be done for a service, in brief.
pub(super) enum Step {
    Change(ServiceChange),
    Start {
        deployment: Arc<str>,
        count: u32,
        is_retry: bool,
    },
}

impl Services {
    /// What is to be done next, for one of the services that have changed or are due; `None` if
    /// nothing is. The services stay as they are: whoever orders the records of several processes
    /// decides whether the change becomes the [next record](Self::record).
    ///
    /// [`reconcile`](Self::reconcile) does all of it at once.
    pub fn decide(
        &mut self,
        now: Timestamp,
        cell: &CellState,
        seed: u64,
    ) -> Option<ServiceDecision> {
        if cell.version() != self.seen {
            self.seen = cell.version();
            self.agenda.hope();
        }
        while let Some(slot) = self.agenda.next(now) {
            let is_hopeful = self.agenda.is_hopeful(slot);
            let service = self.services.get(slot as usize)?;
            let names = (&self.policy, seed ^ self.version);
            let step = service.step(names, cell, now, is_hopeful);
            match step {
                None => {
                    let due = service.timers.first().map(|(at, _)| *at);
                    let is_starved = service.is_starved();
                    self.agenda.settle(slot, due, is_starved);
                }
                Some(Step::Change(change)) => return Some(ServiceDecision::Change(change)),
                Some(Step::Start {
                    deployment,
                    count,
                    is_retry,
                }) => {
                    if is_retry {
                        self.agenda.give_up_hope(slot);
                    }
                    let wanted = (deployment, count, is_retry);
                    if let Some(start) = self.plan(slot, wanted, cell, now, seed) {
                        return Some(ServiceDecision::Start(start));
                    }
                }
            }
        }
        None
    }
}

impl ServiceState {
    /// The first thing that is to be done.
    fn step(
        &self,
        (policy, seed): (&ServicePolicy, u64),
        cell: &CellState,
        now: Timestamp,
        is_hopeful: bool,
    ) -> Option<Step> {
        if self.timers.first().is_some_and(|(due, _)| *due <= now) {
            let service = Arc::clone(&self.name);
            return Some(Step::Change(ServiceChange::Elapse { service, at: now }));
        }
        let change = |change| Some(Step::Change(change));
        if let Some(ended) = self.lifecycle(policy, now) {
            return change(ended);
        }
        let fleet = self.fleet();
        let room = self
            .bounds(policy)
            .upper
            .saturating_sub(fleet.counted(policy.counts_stopping));
        let start = self.next_start(&fleet, room, now, is_hopeful);
        if start.is_some() {
            return start;
        }
        let stops = self.stops((policy, seed), &fleet, room, cell, now);
        if !stops.is_empty() {
            return change(ServiceChange::Stop {
                service: Arc::clone(&self.name),
                tasks: stops,
                at: now,
            });
        }
        self.notice(policy, &fleet, room, now).and_then(|notice| {
            change(ServiceChange::Tell {
                service: Arc::clone(&self.name),
                notice,
                at: now,
            })
        })
    }

    /// Deployments that end, and services that do.
    fn lifecycle(&self, policy: &ServicePolicy, now: Timestamp) -> Option<ServiceChange> {
        let service = || Arc::clone(&self.name);
        if self.status == ServiceStatus::Draining
            && self.deployments.iter().all(|one| one.ranks.kept() == 0)
        {
            return Some(ServiceChange::Gone {
                service: service(),
                at: now,
            });
        }
        if self.status != ServiceStatus::Active {
            return None;
        }
        let primary = self.primary()?;
        if primary.is_in_progress() {
            let deployment = Arc::clone(&primary.id);
            if let Some((failure, is_back)) = self.failure(primary, policy) {
                return Some(ServiceChange::Fail {
                    service: service(),
                    deployment,
                    failure,
                    rollback: self.candidate().filter(|_| is_back),
                    at: now,
                });
            }
            if self.is_steady() {
                let bake_time = self.bake_time(policy.alarm_bake_time);
                let over = |since| crate::deployment::after(since, bake_time) <= now;
                return match primary.baking_since {
                    None if bake_time > 0 => Some(ServiceChange::Bake {
                        service: service(),
                        deployment,
                        at: now,
                    }),
                    Some(since) if !over(since) => None,
                    _ => Some(ServiceChange::Complete {
                        service: service(),
                        deployment,
                        at: now,
                    }),
                };
            }
        }
        let candidate = self.candidate().filter(|_| primary.is_in_progress());
        let is_done = |older: &&DeploymentState| {
            older.ranks.is_empty() && older.owed == 0 && candidate.as_ref() != Some(&older.id)
        };
        self.older()
            .iter()
            .find(is_done)
            .map(|older| ServiceChange::Retire {
                service: service(),
                deployment: Arc::clone(&older.id),
            })
    }

    /// Whether a deployment has failed, and whether the last completed one is restored then.
    fn failure(
        &self,
        primary: &DeploymentState,
        policy: &ServicePolicy,
    ) -> Option<(DeploymentFailure, bool)> {
        let breaker = self.rules.breaker?;
        let limits = policy.breaker_limits;
        let trips = primary.failures.trips(&breaker, self.wanted(), limits);
        trips.then_some((DeploymentFailure::CircuitBreaker, breaker.rollback))
    }

    /// The deployment to go back to: the last that was completed.
    fn candidate(&self) -> Option<Arc<str>> {
        let completed = |one: &&DeploymentState| one.rollout == RolloutState::Completed;
        let older = self.older().iter().find(completed);
        older.map(|older| Arc::clone(&older.id))
    }

    /// Seconds that a deployment goes on once all is done.
    pub(super) fn bake_time(&self, with_alarms: u32) -> u32 {
        let default = if self.rules.alarms.is_some() {
            with_alarms
        } else {
            0
        };
        self.rules.bake_time.unwrap_or(default)
    }

    pub(super) fn is_starved(&self) -> bool {
        self.deployments.iter().any(|one| one.starved.is_some())
    }

    /// Tasks to start, if there are any and there is room for them.
    fn next_start(
        &self,
        fleet: &Fleet,
        room: u32,
        now: Timestamp,
        is_hopeful: bool,
    ) -> Option<Step> {
        let primary = self.primary()?;
        // An old revision's tasks go first that were stopped because they were unhealthy: they
        // were stopped to make room for their own replacement.
        let owed = self.older().iter().filter(|older| older.owed > 0);
        let owed = owed.map(|older| (older, older.owed));
        let mut wanted = owed.chain([(primary, fleet.wanted())]);
        wanted.find_map(|(deployment, wanted)| {
            let count = wanted.min(room);
            let waits = deployment.starved.is_some_and(|until| now < until);
            let may_start = count > 0 && deployment.may_start(now) && (!waits || is_hopeful);
            may_start.then(|| Step::Start {
                deployment: Arc::clone(&deployment.id),
                count,
                is_retry: waits,
            })
        })
    }

    /// What is to be told.
    fn notice(
        &self,
        policy: &ServicePolicy,
        fleet: &Fleet,
        room: u32,
        now: Timestamp,
    ) -> Option<Notice> {
        let is_due = |notice: &Notice| self.log.is_due(*notice, policy.repeat_after, now);
        let primary = self.primary()?;
        let notice = if self.status != ServiceStatus::Active {
            None
        } else if self.is_steady() {
            // A deployment that is under way tells of it when it is complete.
            (!primary.is_in_progress()).then_some(Notice::Steady)
        } else if self.has_too_many_protected(fleet, now) {
            Some(Notice::Protected)
        } else if fleet.wanted() > 0 && room == 0 && fleet.stopping == 0 && fleet.new_coming == 0 {
            primary.may_start(now).then_some(Notice::Blocked)
        } else {
            None
        };
        notice.filter(is_due)
    }
}

impl ServiceState {
    /// Whether more tasks than the service shall have may not stop.
    fn has_too_many_protected(&self, fleet: &Fleet, now: Timestamp) -> bool {
        let there = fleet.new_healthy.saturating_add(fleet.new_coming);
        let surplus = there > fleet.desired && fleet.stopping == 0;
        surplus && {
            let protected = self.tasks.values().filter(|task| task.is_protected(now));
            protected.count() > fleet.desired as usize
        }
    }
}

/// Why a task stops that is not wanted any more.
pub(super) fn scaling(service: &ServiceState) -> StopCause {
    let primary = service.primary().map(|primary| Arc::clone(&primary.id));
    StopCause::Scaling {
        deployment: primary.unwrap_or_default(),
    }
}
