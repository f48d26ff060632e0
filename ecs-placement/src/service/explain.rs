//! Why a service is not where it shall be.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ecs_model::{LaunchType, Timestamp};

use super::state::{ServiceState, ServiceStatus, count};
use super::task::Kept;
use super::{ServicePolicy, Services};
use crate::deployment::shift::ShiftWait;
use crate::deployment::{Bounds, DeploymentState, RolloutState, after};
use crate::fits::is_member;
use crate::registration::ZONE;
use crate::{CellState, PlacementRequest, Query, Reason};

/// What a service waits for, or what keeps its deployment from going on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// The deployment has failed: nothing more is started for it.
    Failed {
        /// The deployment.
        deployment: Arc<str>,
    },
    /// The bounds leave no room for a step.
    Bounds {
        /// The bounds.
        bounds: Bounds,
        /// The tasks that count against the upper bound.
        counted: u32,
        /// The healthy tasks, which count against the lower bound.
        healthy: u32,
    },
    /// No instance takes one more task.
    NoPlace {
        /// The tasks without a place.
        tasks: u32,
        /// The ARN of the instance that comes closest, and why it takes none; none if there is
        /// no `ACTIVE` instance.
        closest: Option<(Arc<str>, Reason)>,
        /// When it is tried again, should nothing change before.
        until: Timestamp,
    },
    /// Tasks wait in `PROVISIONING` for an instance of their capacity provider.
    Provisioning {
        /// The capacity provider.
        provider: Arc<str>,
        /// How many.
        tasks: u32,
    },
    /// A capacity provider takes no more tasks.
    Provider {
        /// The capacity provider.
        provider: Arc<str>,
        /// When it is tried again, should nothing change before.
        until: Timestamp,
    },
    /// Fargate has no capacity, or not the subnets of the service.
    NoFargate {
        /// The tasks without a place.
        tasks: u32,
        /// When it is tried again, should nothing change before.
        until: Timestamp,
    },
    /// No instance of an Availability Zone takes tasks of the service, whatever room it has: none
    /// is `ACTIVE` with its agent connected, or none is meant by the service.
    EmptyZone {
        /// The zone.
        zone: Arc<str>,
    },
    /// Tasks have failed to start again and again.
    Throttled {
        /// When the next ones start.
        until: Timestamp,
    },
    /// The circuit breaker has counted failures.
    Breaker {
        /// How many.
        failures: u32,
        /// With how many the deployment fails.
        threshold: u32,
    },
    /// Tasks do not run yet.
    Pending {
        /// How many.
        tasks: u32,
    },
    /// Tasks run and are not known to be healthy.
    Warming {
        /// How many.
        tasks: u32,
    },
    /// Tasks fail their health checks.
    Unhealthy {
        /// How many.
        tasks: u32,
    },
    /// Tasks are on instances that take no tasks any more.
    Draining {
        /// How many.
        tasks: u32,
    },
    /// Tasks may not be stopped.
    Protected {
        /// How many.
        tasks: u32,
        /// When the protection of the first of them ends.
        until: Timestamp,
    },
    /// Tasks that shall stop have not stopped.
    Stopping {
        /// How many.
        tasks: u32,
    },
    /// Tasks of older revisions are still there.
    Older {
        /// How many.
        tasks: u32,
    },
    /// A deployment that shifts traffic waits, or one that rolls for its hooks.
    Shift(ShiftWait),
    /// All is done, and the deployment bakes.
    Baking {
        /// Until when.
        until: Timestamp,
    },
}

impl Services {
    /// What a service waits for and what keeps its deployment from going on; nothing if it has
    /// what it shall have and no deployment is under way. `None` if there is no such service.
    ///
    /// It looks at every instance if tasks have found no place, and at the tasks of this service
    /// otherwise.
    #[must_use]
    pub fn explain(&self, service: &str, cell: &CellState, now: Timestamp) -> Option<Vec<Wait>> {
        let state = self.service(service)?;
        let policy = &self.policy;
        let primary = state.primary().filter(|_| state.task_sets.is_none());
        let mut waits = Vec::new();
        if let Some(primary) = primary {
            waits.extend(state.waits_of_rollout(primary, policy));
        }
        for (deployment, missing) in state.short_of_tasks() {
            waits.extend(waits_for_start(deployment, missing, cell, now));
        }
        waits.extend(state.waits_for_providers(now));
        waits.extend(primary.and_then(|primary| state.wait_of_breaker(primary, policy)));
        waits.extend(state.waits_for_tasks(now));
        if let Some(since) = primary.and_then(|primary| primary.baking_since) {
            let until = after(since, state.bake_time(policy.alarm_bake_time));
            waits.push(Wait::Baking { until });
        }
        Some(waits)
    }
}

/// Why tasks of a deployment that are missing do not start.
fn waits_for_start(
    deployment: &DeploymentState,
    missing: u32,
    cell: &CellState,
    now: Timestamp,
) -> Vec<Wait> {
    let mut waits = Vec::new();
    if !deployment.throttled.is_over(now)
        && let Some(until) = deployment.throttled.until
    {
        waits.push(Wait::Throttled { until });
    }
    if let Some(until) = deployment.starved {
        let is_fargate = deployment.revision.launch_type == LaunchType::Fargate;
        let request = deployment.request.as_ref().filter(|_| !is_fargate);
        let empty = request.map(|request| empty_zones(request, cell));
        let empty = empty.into_iter().flatten();
        waits.extend(empty.map(|zone| Wait::EmptyZone { zone }));
        waits.push(no_place(deployment, missing, until, cell));
    }
    waits
}

/// The zones that have instances, of which none takes tasks of a request.
fn empty_zones(request: &PlacementRequest, cell: &CellState) -> Vec<Arc<str>> {
    let selection = &request.task().selection;
    let mut zones: BTreeMap<&str, bool> = BTreeMap::new();
    let snapshot = cell.snapshot();
    for instance in snapshot.instances() {
        if let Some(zone) = instance.attribute(ZONE).flatten() {
            let is_ready = instance.is_active() && instance.agent_connected();
            let matches = |query: &Query| query.matches(instance);
            *zones.entry(zone).or_default() |= is_ready && is_member(instance, selection, matches);
        }
    }
    let empty = zones.into_iter().filter(|(_, has_some)| !has_some);
    empty.map(|(zone, _)| zone.into()).collect()
}

impl ServiceState {
    /// What keeps its deployment from going on, or was the end of it.
    fn waits_of_rollout(&self, primary: &DeploymentState, policy: &ServicePolicy) -> Vec<Wait> {
        let is_failed = primary.rollout == RolloutState::Failed;
        let is_active = self.status == ServiceStatus::Active;
        let failed = (is_failed && is_active).then(|| Wait::Failed {
            deployment: Arc::clone(&primary.id),
        });
        let shift = self.active_shift();
        let stage = match shift {
            Some(shift) => shift.waits_for(),
            None => self.waits_for_hooks(),
        };
        let bounds = (shift.is_none() && !is_failed).then(|| self.wait_of_bounds(policy));
        let waits = failed.into_iter().chain(stage.map(Wait::Shift));
        waits.chain(bounds.flatten()).collect()
    }

    fn wait_of_bounds(&self, policy: &ServicePolicy) -> Option<Wait> {
        let fleet = self.fleet();
        let (bounds, counted) = (self.bounds(policy), fleet.counted(policy.counts_stopping));
        let is_full = fleet.wanted() > 0 && counted >= bounds.upper;
        let none_may_stop = fleet.healthy() <= bounds.lower;
        let is_still = fleet.stopping == 0 && fleet.new_coming == 0;
        (is_full && none_may_stop && is_still).then(|| Wait::Bounds {
            bounds,
            counted,
            healthy: fleet.healthy(),
        })
    }

    /// The deployments, or task sets, that lack tasks, and how many.
    fn short_of_tasks(&self) -> Vec<(&DeploymentState, u32)> {
        let shift = self.active_shift();
        let wanted = self.fleet().wanted();
        let goal = self.goal().map(|goal| goal.number);
        let all = self.deployments.iter().map(|one| {
            let missing = match (&self.task_sets, shift) {
                (Some(sets), _) => one.missing(sets.wanted(&one.id)),
                (None, Some(shift)) => one.missing(self.requested_of(shift, one)),
                (None, None) if goal == Some(one.number) => wanted,
                (None, None) => one.owed,
            };
            (one, missing)
        });
        all.filter(|(_, missing)| *missing > 0).collect()
    }

    fn wait_of_breaker(&self, primary: &DeploymentState, policy: &ServicePolicy) -> Option<Wait> {
        let breaker = self.breaker().filter(|_| primary.is_in_progress())?;
        let failures = primary.failures.get();
        (failures > 0).then(|| Wait::Breaker {
            failures,
            threshold: breaker.limit(self.wanted(), policy.breaker_limits),
        })
    }

    fn waits_for_providers(&self, now: Timestamp) -> Vec<Wait> {
        let mut tasks: BTreeMap<&Arc<str>, u32> = BTreeMap::new();
        let waiting = self.deployments.iter().flat_map(|one| self.waiting_of(one));
        for provider in waiting.filter_map(|(_, task)| task.provider.as_ref()) {
            let known = tasks.entry(provider).or_default();
            *known = known.saturating_add(1);
        }
        let waiting = tasks
            .into_iter()
            .map(|(provider, tasks)| Wait::Provisioning {
                provider: Arc::clone(provider),
                tasks,
            });
        let mut short: BTreeMap<&Arc<str>, Timestamp> = BTreeMap::new();
        let all = self.short_of_tasks().into_iter();
        for (provider, shortage) in all.flat_map(|(one, _)| &one.shortages) {
            let until = short.entry(provider).or_insert(shortage.until);
            *until = shortage.until.min(*until);
        }
        let short = short.into_iter().filter(|(_, until)| now < *until);
        let short = short.map(|(provider, until)| Wait::Provider {
            provider: Arc::clone(provider),
            until,
        });
        waiting.chain(short).collect()
    }

    fn waits_for_tasks(&self, now: Timestamp) -> Vec<Wait> {
        // No task set replaces another.
        let (current, older) = match self.task_sets {
            Some(_) => (&*self.deployments, [].as_slice()),
            None => self.deployments.split_at(self.deployments.len().min(1)),
        };
        let sum = |tasks: fn(&Kept) -> usize| {
            count(current.iter().map(|one| tasks(&one.ranks.staying)).sum())
        };
        let all =
            |tasks: fn(&DeploymentState) -> usize| count(self.deployments.iter().map(tasks).sum());
        let older: usize = older.iter().map(|one| one.ranks.kept()).sum();
        let has_too_many = |one: &DeploymentState| match &self.task_sets {
            Some(sets) => one.ranks.kept() > sets.wanted(&one.id) as usize,
            None if older == 0 => one.ranks.kept() > self.wanted() as usize,
            None => self
                .primary()
                .is_some_and(|primary| primary.number != one.number),
        };
        let protected = self.tasks.values().filter(|task| {
            let of = self.deployment(task.deployment);
            task.stop.is_none() && task.is_protected(now) && of.is_some_and(has_too_many)
        });
        let until = protected
            .clone()
            .filter_map(|task| task.protected_until)
            .min();
        let protected = until.map(|until| Wait::Protected {
            tasks: count(protected.count()),
            until,
        });
        let some = |tasks: u32, wait: fn(u32) -> Wait| (tasks > 0).then(|| wait(tasks));
        [
            some(sum(|kept| kept.pending.len()), |tasks| Wait::Pending {
                tasks,
            }),
            some(sum(|kept| kept.warming.len()), |tasks| Wait::Warming {
                tasks,
            }),
            some(sum(|kept| kept.unhealthy.len()), |tasks| Wait::Unhealthy {
                tasks,
            }),
            some(count(older), |tasks| Wait::Older { tasks }),
            some(all(|one| one.ranks.draining.len()), |tasks| {
                Wait::Draining { tasks }
            }),
            protected,
            some(all(|one| one.ranks.stopping.len()), |tasks| {
                Wait::Stopping { tasks }
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Why so many tasks of a deployment find no place.
fn no_place(primary: &DeploymentState, tasks: u32, until: Timestamp, cell: &CellState) -> Wait {
    if primary.revision.launch_type == LaunchType::Fargate {
        return Wait::NoFargate { tasks, until };
    }
    let request = primary.request.as_ref();
    let explanation = request.map(|request| cell.snapshot().explain(request));
    let closest = explanation.as_ref().and_then(|one| one.closest());
    let closest = closest.and_then(|one| {
        let reason = one.reasons.first()?.clone();
        Some((Arc::clone(&one.arn), reason))
    });
    Wait::NoPlace {
        tasks,
        closest,
        until,
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counted = |tasks: u32, what: &str| write!(f, "{tasks} tasks {what}");
        match self {
            Self::Failed { deployment } => write!(
                f,
                "the deployment {deployment} has failed, nothing more is started for it"
            ),
            Self::Bounds {
                bounds: Bounds { lower, upper },
                counted,
                healthy,
            } => write!(
                f,
                "the bounds leave no room for a step: {counted} of at most {upper} tasks are \
                 there, {healthy} of at least {lower} are healthy"
            ),
            Self::NoPlace {
                tasks,
                closest,
                until,
            } => write_no_place(f, *tasks, closest.as_ref(), *until),
            Self::Provisioning { provider, tasks } => write!(
                f,
                "{tasks} tasks wait in PROVISIONING for the capacity provider `{provider}`"
            ),
            Self::Provider { provider, until } => write!(
                f,
                "the capacity provider `{provider}` takes no more tasks; it is tried again at \
                 {until} at the latest"
            ),
            Self::NoFargate { tasks, until } => {
                write!(f, "Fargate takes none of {tasks} tasks; ")?;
                write!(f, "it is tried again at {until} at the latest")
            }
            Self::EmptyZone { zone } => {
                write!(f, "no instance in {zone} takes tasks of the service")
            }
            Self::Throttled { until } => write!(
                f,
                "tasks have failed to start too often, the next start at {until}"
            ),
            Self::Breaker {
                failures,
                threshold,
            } => write!(
                f,
                "the circuit breaker is at {failures} of {threshold} failures"
            ),
            Self::Pending { tasks } => counted(*tasks, "do not run yet"),
            Self::Warming { tasks } => counted(*tasks, "run and are not known to be healthy"),
            Self::Unhealthy { tasks } => counted(*tasks, "fail their health checks"),
            Self::Draining { tasks } => {
                counted(*tasks, "are on instances that take no tasks any more")
            }
            Self::Protected { tasks, until } => {
                write!(
                    f,
                    "{tasks} tasks are protected, the first of them until {until}"
                )
            }
            Self::Stopping { tasks } => counted(*tasks, "shall stop and have not stopped"),
            Self::Older { tasks } => counted(*tasks, "of older revisions are still there"),
            Self::Shift(wait) => wait.fmt(f),
            Self::Baking { until } => write!(f, "all is done, the deployment bakes until {until}"),
        }
    }
}

fn write_no_place(
    f: &mut fmt::Formatter<'_>,
    tasks: u32,
    closest: Option<&(Arc<str>, Reason)>,
    until: Timestamp,
) -> fmt::Result {
    write!(f, "no instance takes one more of {tasks} tasks: ")?;
    match closest {
        Some((arn, reason)) => write!(f, "the closest is {arn}, which {reason}")?,
        None => f.write_str("none is ACTIVE")?,
    }
    write!(f, "; it is tried again at {until} at the latest")
}
