//! What a service needs next.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::Timestamp;

use super::agenda::Try;
use super::daemon::Matching;
use super::state::{ServiceState, ServiceStatus};
use super::zones::ZoneView;
use super::{
    DeploymentEvent, DeploymentFailure, FirstStep, Notice, ServiceChange, ServicePolicy,
    ServiceStart, Services, StopCause,
};
use crate::CellState;
use crate::deployment::{DeploymentState, Fleet, RolloutState, after};

/// What a decision goes by.
pub(super) struct Context<'a> {
    pub(super) policy: &'a ServicePolicy,
    pub(super) cell: &'a CellState,
    /// The alarms that are in ALARM.
    pub(super) alarms: &'a BTreeSet<Box<str>>,
    /// The groups of the tasks of daemon services.
    pub(super) daemons: &'a BTreeSet<Arc<str>>,
    pub(super) now: Timestamp,
    pub(super) seed: u64,
    /// What was tried since the cell has changed; none if it has not since tasks of the service
    /// found no place.
    pub(super) tries: Option<&'a [Try]>,
}

impl Context<'_> {
    /// Whether there may be room now for what found none.
    pub(super) fn is_worth(&self, a_try: &Try) -> bool {
        self.tries.is_some_and(|tries| !tries.contains(a_try))
    }
}

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
    Start(Starts),
}

/// Tasks to start.
pub(super) struct Starts {
    pub(super) deployment: Arc<str>,
    /// The capacity provider, if there is one.
    pub(super) provider: Option<Arc<str>>,
    /// The Availability Zone, for the task of a move.
    pub(super) zone: Option<Arc<str>>,
    pub(super) which: Which,
    /// Whether it is tried because the cluster has changed.
    pub(super) is_retry: bool,
}

/// Which tasks start.
pub(super) enum Which {
    /// So many new ones.
    New(u32),
    /// One on each of these instances.
    On(Vec<Arc<str>>),
    /// Those that wait in `PROVISIONING`, by number.
    Waiting(Vec<u64>),
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
        if let Some(change) = self.capacity_step(cell, now) {
            return Some(ServiceDecision::Change(change));
        }
        if cell.version() != self.seen {
            self.seen = cell.version();
            self.agenda.hope();
            self.look_at_instances(cell);
        }
        while let Some(slot) = self.agenda.next(now) {
            let compares_zones = self.follow_zones(slot, cell);
            let service = self.services.get(slot as usize)?;
            let matching = service.is_daemon.then(|| {
                let matching = self.matching.entry(slot).or_default();
                let goal = service.goal().or(service.primary());
                if let Some(request) = goal.and_then(|one| one.request.as_ref()) {
                    matching.follow(cell, request);
                }
                &*matching
            });
            let zones = self.zones.get_mut(&slot).filter(|_| compares_zones);
            let context = Context {
                policy: &self.policy,
                cell,
                alarms: &self.alarms,
                daemons: &self.daemons,
                now,
                seed: seed ^ self.version,
                tries: self.agenda.tries(slot),
            };
            match service.step(&context, matching, zones) {
                None => {
                    let due = service.timers.first().map(|(at, _)| *at);
                    let waits = service.waits_for_cell();
                    self.agenda.settle(due, waits);
                }
                Some(Step::Change(change)) => return Some(ServiceDecision::Change(change)),
                Some(Step::Start(starts)) => {
                    if starts.is_retry {
                        self.agenda.tried(slot, starts.as_try());
                    }
                    if let Some(start) = self.plan(slot, starts, cell, now, seed) {
                        return Some(ServiceDecision::Start(start));
                    }
                }
            }
        }
        None
    }
}

impl Services {
    /// Daemon services, and those whose zones are evened out, are looked at if an instance has
    /// changed.
    fn look_at_instances(&mut self, cell: &CellState) {
        let registered = cell.snapshot().state().registered();
        if registered == self.registered {
            return;
        }
        self.registered = registered;
        let by_default = self.policy.rebalances_by_default;
        for (slot, service) in (0..).zip(&self.services) {
            if service.is_daemon {
                self.agenda.hope_for(slot);
            } else if service.rebalances(by_default) {
                self.agenda.touch(slot);
            }
        }
    }
}

impl Starts {
    fn as_try(&self) -> Try {
        Try {
            deployment: Arc::clone(&self.deployment),
            provider: self.provider.clone(),
            is_waiting: matches!(self.which, Which::Waiting(_)),
        }
    }
}

impl ServiceState {
    /// The first thing that is to be done.
    fn step(
        &self,
        context: &Context<'_>,
        matching: Option<&Matching>,
        zones: Option<&mut ZoneView>,
    ) -> Option<Step> {
        if let Some(change) = self.due_change(context, matching) {
            return Some(Step::Change(change));
        }
        if let Some(start) = self.waiting_start(context) {
            return Some(start);
        }
        if let Some(shift) = self.active_shift() {
            return self.shift_step(shift, context);
        }
        if let Some(sets) = &self.task_sets {
            return self.keep_each(|one| sets.wanted(&one.id), context);
        }
        let fleet = self.fleet();
        let room = self.room(context.policy, &fleet);
        let step = match matching {
            Some(matching) => self.daemon_step(context, matching),
            None => self.replica_step(context, &fleet, room),
        };
        if step.is_some() {
            return step;
        }
        if let Some(view) = zones {
            let moving = self.zones_step(context, view, room);
            if moving.is_some() {
                return moving;
            }
        }
        self.notice(context, &fleet, room).map(|notice| {
            Step::Change(ServiceChange::Tell {
                service: Arc::clone(&self.name),
                notice,
                at: context.now,
            })
        })
    }

    /// What comes before any task is started or stopped: what has happened by itself, and what has
    /// begun or ended by that.
    fn due_change(
        &self,
        context: &Context<'_>,
        matching: Option<&Matching>,
    ) -> Option<ServiceChange> {
        let (service, at) = (&self.name, context.now);
        if self.timers.first().is_some_and(|(due, _)| *due <= at) {
            let service = Arc::clone(service);
            return Some(ServiceChange::Elapse { service, at });
        }
        // A deployment is complete with as many tasks as there are instances now.
        if let Some(change) = matching.and_then(|matching| self.resize(matching, at)) {
            return Some(change);
        }
        let shift = self.active_shift();
        let event = match shift {
            Some(shift) => self.shift_event(shift, context),
            None => self.hooks_event(at),
        };
        if let Some(event) = event {
            let service = Arc::clone(service);
            return Some(ServiceChange::Shift { service, event, at });
        }
        let ended = match (&self.task_sets, shift) {
            (Some(sets), _) => self.task_sets_change(sets, at),
            (None, None) => self.lifecycle(context),
            (None, Some(_)) => self.begun(at),
        };
        ended.or_else(|| self.registration(at))
    }

    /// Tasks that run and are to be registered in the target groups.
    fn registration(&self, now: Timestamp) -> Option<ServiceChange> {
        let running = self.unregistered.iter();
        let tasks = running.filter_map(|number| self.tasks.get(number));
        (!self.unregistered.is_empty()).then(|| ServiceChange::Register {
            service: Arc::clone(&self.name),
            tasks: tasks.map(|task| Arc::clone(&task.task)).collect(),
            at: now,
        })
    }

    fn replica_step(&self, context: &Context<'_>, fleet: &Fleet, room: u32) -> Option<Step> {
        let start = self.next_start(context, fleet, room);
        start.or_else(|| {
            let tasks = self.stops(context, fleet, room);
            (!tasks.is_empty()).then(|| {
                Step::Change(ServiceChange::Stop {
                    service: Arc::clone(&self.name),
                    tasks,
                    zones: None,
                    at: context.now,
                })
            })
        })
    }

    /// Deployments that end, and services that do.
    fn lifecycle(&self, context: &Context<'_>) -> Option<ServiceChange> {
        let now = context.now;
        let change = |deployment: &Arc<str>, event| ServiceChange::Deployment {
            service: Arc::clone(&self.name),
            deployment: Arc::clone(deployment),
            event,
            at: now,
        };
        if let Some(gone) = self.gone(now) {
            return Some(gone);
        }
        if self.status != ServiceStatus::Active {
            return None;
        }
        if let Some(begun) = self.begun(now) {
            return Some(begun);
        }
        let primary = self.primary()?;
        if primary.is_in_progress() {
            if let Some((failure, is_back)) = self.failure(primary, context) {
                let rollback = self.candidate().filter(|_| is_back);
                let event = DeploymentEvent::Fail { failure, rollback };
                return Some(change(&primary.id, event));
            }
            if self.has_next_stage() {
                return Some(change(&primary.id, DeploymentEvent::Advance));
            }
            // What it shall take the place of stays until it may start.
            if self.is_held() {
                return None;
            }
            if self.may_complete() && self.is_done() {
                let bake_time = self.bake_time(context.policy.alarm_bake_time);
                let over = |since| after(since, bake_time) <= now;
                let event = match primary.baking_since {
                    None if bake_time > 0 => DeploymentEvent::Bake,
                    Some(since) if !over(since) => return None,
                    _ => DeploymentEvent::Complete,
                };
                return Some(change(&primary.id, event));
            }
        }
        let candidate = self.candidate().filter(|_| primary.is_in_progress());
        let is_done = |older: &&DeploymentState| {
            older.ranks.is_empty()
                && candidate.as_ref() != Some(&older.id)
                && (older.owed == 0 || self.replacements(context, &self.fleet()) == 0)
        };
        self.older()
            .iter()
            .find(is_done)
            .map(|older| change(&older.id, DeploymentEvent::Retire))
    }

    /// A service deployment that rolls begins.
    fn begun(&self, now: Timestamp) -> Option<ServiceChange> {
        let rolling = self.history.rolling.as_ref();
        let pending = rolling.filter(|rolling| rolling.is_pending())?;
        Some(ServiceChange::Deployment {
            service: Arc::clone(&self.name),
            deployment: Arc::clone(pending.target()),
            event: DeploymentEvent::Begin,
            at: now,
        })
    }

    /// A service that is deleted and has no tasks any more that shall run.
    pub(super) fn gone(&self, now: Timestamp) -> Option<ServiceChange> {
        let is_leaving = self.status == ServiceStatus::Draining;
        let has_none = self.deployments.iter().all(|one| one.ranks.kept() == 0);
        (is_leaving && has_none).then(|| ServiceChange::Gone {
            service: Arc::clone(&self.name),
            at: now,
        })
    }

    /// Whether a deployment has failed, and whether the last completed one is restored then.
    fn failure(
        &self,
        primary: &DeploymentState,
        context: &Context<'_>,
    ) -> Option<(DeploymentFailure, bool)> {
        let limits = context.policy.breaker_limits;
        let breaker = self.rules.breaker.filter(|breaker| {
            let failures = primary.failures;
            failures.trips(breaker, self.wanted(), limits)
        });
        let alarms = self.rules.alarms.as_ref().filter(|alarms| {
            let mut names = alarms.alarm_names().iter();
            !primary.ignores_alarms && names.any(|name| context.alarms.contains(&**name))
        });
        let by_breaker = breaker.map(|one| (DeploymentFailure::CircuitBreaker, one.rollback));
        let by_alarm = alarms.map(|one| {
            let is_back = one.rollback().unwrap_or_default();
            (DeploymentFailure::Alarm, is_back)
        });
        by_breaker.or(by_alarm)
    }

    /// The deployment to go back to: the last that was completed.
    pub(super) fn candidate(&self) -> Option<Arc<str>> {
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

    /// Whether a change of the cell may be news for it: tasks have found no place, or a daemon's
    /// task waits for the others to leave its instance.
    pub(super) fn waits_for_cell(&self) -> bool {
        let waits = |one: &DeploymentState| {
            let is_last = self.is_daemon && one.ranks.draining.len() > 0;
            let is_starved = one.starved.is_some() || !one.shortages.is_empty();
            is_starved || is_last || self.waiting_of(one).next().is_some()
        };
        self.deployments.iter().any(waits)
    }

    /// Tasks to start, if there are any and there is room for them.
    fn next_start(&self, context: &Context<'_>, fleet: &Fleet, room: u32) -> Option<Step> {
        let primary = self.goal()?;
        // An old revision's tasks go first that were stopped because they were unhealthy: they
        // were stopped to make room for their own replacement.
        let replacements = self.replacements(context, fleet);
        let owed = self.leaving().iter().filter(|older| older.owed > 0);
        let owed = owed.map(|older| (older, older.owed.min(replacements)));
        let mut wanted = owed.chain([(primary, fleet.wanted())]);
        wanted.find_map(|(deployment, wanted)| self.start_of(deployment, wanted, room, context))
    }

    /// How many tasks of older revisions take the place of unhealthy ones that were stopped: no
    /// more than would stay.
    pub(super) fn replacements(&self, context: &Context<'_>, fleet: &Fleet) -> u32 {
        let owed = self.leaving().iter().map(|older| older.owed);
        let owed = owed.fold(0, u32::saturating_add);
        if owed == 0 {
            return 0;
        }
        let kept = fleet.old().saturating_add(fleet.new_healthy);
        let missing = |floor: u32| floor.saturating_sub(kept).min(owed);
        let most = missing(self.floor(context, fleet, false));
        // What they leave goes to new tasks. Where that is too little, older ones stop for these.
        let left = self.room(context.policy, fleet).saturating_sub(most);
        missing(self.floor(context, fleet, fleet.wanted() > left))
    }

    /// Down to how many tasks a service goes by stopping those of older revisions.
    pub(super) fn floor(&self, context: &Context<'_>, fleet: &Fleet, is_full: bool) -> u32 {
        let lower = self.bounds(context.policy).lower;
        let primary = self.goal();
        let is_starved = primary.is_some_and(|primary| primary.is_starved(context.now));
        let is_blocked = fleet.wanted() > 0 && (is_full || is_starved);
        match is_blocked || context.policy.first == FirstStep::Both {
            true => lower,
            false => lower.max(fleet.desired),
        }
    }

    /// How many tasks the upper bound leaves room for.
    fn room(&self, policy: &ServicePolicy, fleet: &Fleet) -> u32 {
        let counted = fleet.counted(policy.counts_stopping);
        self.bounds(policy).upper.saturating_sub(counted)
    }

    /// What is to be told.
    fn notice(&self, context: &Context<'_>, fleet: &Fleet, room: u32) -> Option<Notice> {
        let (now, repeat_after) = (context.now, context.policy.repeat_after);
        let is_due = |notice: &Notice| self.log.is_due(*notice, repeat_after, now);
        let primary = self.primary()?;
        let notice = if self.status != ServiceStatus::Active {
            None
        } else if self.is_steady() {
            // A deployment that is under way tells of it when it is complete.
            (!primary.is_in_progress()).then_some(Notice::Steady)
        } else if self.has_too_many_protected(fleet, now) {
            Some(Notice::Protected)
        } else if !self.is_daemon
            && fleet.wanted() > 0
            && room == 0
            && fleet.stopping == 0
            && fleet.new_coming == 0
        {
            let goal = self.goal().filter(|goal| goal.may_start(now));
            goal.map(|_| Notice::Blocked)
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
