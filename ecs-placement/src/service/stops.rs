//! Which tasks of a service stop next.

use std::sync::Arc;

use super::choose::Choice;
use super::decide::{Context, scaling};
use super::state::{ServiceState, count};
use super::task::{Kept, Numbers, ServiceTask};
use super::{ServicePolicy, StopCause, TargetHealth};
use crate::deployment::{Fleet, RolloutState};
use crate::random::Random;

/// Tasks, and why each stops.
pub(super) type Stops = Vec<(Arc<str>, StopCause)>;

impl ServiceState {
    /// The tasks that may and should stop now.
    pub(super) fn stops(&self, context: &Context<'_>, fleet: &Fleet, room: u32) -> Stops {
        let stops = self.waiting_on_draining();
        if !stops.is_empty() {
            return stops;
        }
        let choice = Choice::new(self, context.cell, context.now, context.seed);
        let stops = self.unneeded(context, fleet, room, &choice);
        if !stops.is_empty() {
            return stops;
        }
        let stops = self.too_many(context.policy, fleet, &choice);
        if !stops.is_empty() {
            return stops;
        }
        self.unhealthy(context, fleet, room)
    }

    /// Tasks that do not run yet on instances that take no tasks any more: they are stopped at
    /// once.
    fn waiting_on_draining(&self) -> Stops {
        let waiting = self.deployments.iter();
        let waiting = waiting.flat_map(|one| &one.ranks.draining.pending);
        let tasks = waiting.filter_map(|number| self.tasks.get(number));
        tasks
            .map(|task| (Arc::clone(&task.task), StopCause::Instance))
            .collect()
    }

    /// Tasks that another one has taken the place of, or may: those of older revisions, and those
    /// whose instance takes no tasks any more.
    fn unneeded(
        &self,
        context: &Context<'_>,
        fleet: &Fleet,
        room: u32,
        choice: &Choice<'_>,
    ) -> Stops {
        let Some(primary) = self.primary() else {
            return Stops::new();
        };
        if primary.rollout == RolloutState::Failed && fleet.desired > 0 {
            return Stops::new();
        }
        let surplus = fleet.surplus(self.floor(context, fleet, room == 0)) as usize;
        if surplus == 0 {
            return Stops::new();
        }
        let draining = || self.deployments.iter().map(|one| &one.ranks.draining);
        let kept = || draining().chain(self.leaving().iter().map(|one| &one.ranks.staying));
        // What does not run well goes first: it is not missed.
        let others = kept().flat_map(|kept| {
            let young = kept.pending.iter().rev().chain(kept.warming.iter().rev());
            kept.unhealthy.iter().chain(young)
        });
        let others = others.filter(|number| choice.may_stop(**number));
        let mut chosen: Vec<u64> = others.take(surplus).copied().collect();
        let left = count(surplus.saturating_sub(chosen.len()));
        let bounds = self.bounds(context.policy);
        let allowed = fleet.allowance(bounds, context.policy.counts_stopping);
        let healthy = left.min(allowed.stops);
        // Of the healthy ones those go first that cannot stay where they are.
        let leaving = self.leaving().iter().map(|one| &one.ranks.staying);
        for candidates in [all_healthy(draining()), all_healthy(leaving)] {
            let more = healthy.saturating_sub(count(
                chosen.iter().filter(|one| self.is_healthy(**one)).count(),
            ));
            chosen.extend(choice.choose(&candidates, more));
        }
        self.named(&chosen, |task| match task.is_draining {
            true => StopCause::Instance,
            false => scaling(self),
        })
    }

    fn is_healthy(&self, number: u64) -> bool {
        let task = self.tasks.get(&number);
        task.is_some_and(|task| task.class == super::Class::Healthy)
    }

    /// Tasks of the newest deployment beyond the desired count.
    fn too_many(&self, policy: &ServicePolicy, fleet: &Fleet, choice: &Choice<'_>) -> Stops {
        let staying = || self.lasting().iter().map(|one| &one.ranks.staying);
        let there = fleet.new_healthy.saturating_add(fleet.new_coming);
        // A task that is moved is there twice for a while.
        let kept = fleet.desired.saturating_add(self.is_moving().into());
        let surplus = there.saturating_sub(kept) as usize;
        if surplus == 0 {
            return Stops::new();
        }
        let pending = staying().flat_map(|kept| kept.pending.iter().rev());
        let young = pending.chain(staying().flat_map(|kept| kept.warming.iter().rev()));
        let young = young.filter(|number| choice.may_stop(**number));
        let mut chosen: Vec<u64> = young.take(surplus).copied().collect();
        let left = count(surplus.saturating_sub(chosen.len()));
        let spare = fleet.healthy().saturating_sub(self.bounds(policy).lower);
        if left.min(spare) > 0 {
            chosen.extend(choice.choose(&all_healthy(staying()), left.min(spare)));
        }
        self.named(&chosen, |_| scaling(self))
    }

    /// Unhealthy tasks: those whose replacement is healthy, and where no replacement can be
    /// started beside them, one at a time.
    fn unhealthy(&self, context: &Context<'_>, fleet: &Fleet, room: u32) -> Stops {
        let Some(primary) = self.primary() else {
            return Stops::new();
        };
        if primary.rollout == RolloutState::Failed && fleet.desired > 0 {
            return Stops::new();
        }
        let lasting = self.lasting();
        let there = fleet.new_healthy.saturating_add(fleet.new_unhealthy);
        let replaced = there.saturating_sub(fleet.desired).min(fleet.new_unhealthy);
        // The newest go first: those that stay have been healthy the longest.
        let chosen = lasting.iter();
        let chosen = chosen.flat_map(|one| one.ranks.staying.unhealthy.iter().rev());
        let chosen: Vec<u64> = chosen.take(replaced as usize).copied().collect();
        if !chosen.is_empty() {
            return self.named(&chosen, unhealthy_cause);
        }
        let is_replacing = self.is_replacing() || self.replacements(context, fleet) > 0;
        if is_replacing || room > 0 && fleet.wanted() > 0 {
            return Stops::new();
        }
        let lasting = lasting.iter().filter(|_| fleet.wanted() > 0);
        let older = self.leaving().iter();
        let older = older.filter(|older| older.rollout != RolloutState::Failed);
        let all = lasting.chain(older);
        let mut candidates =
            all.flat_map(|one| [&one.ranks.draining.unhealthy, &one.ranks.staying.unhealthy]);
        let Some(candidates) = candidates.find(|numbers| !numbers.is_empty()) else {
            return Stops::new();
        };
        let at = Random::new(context.seed).below(candidates.len());
        let one: Vec<u64> = at
            .and_then(|at| candidates.iter().nth(at))
            .copied()
            .into_iter()
            .collect();
        self.named(&one, unhealthy_cause)
    }

    fn named(&self, chosen: &[u64], cause: impl Fn(&ServiceTask) -> StopCause) -> Stops {
        let tasks = chosen.iter().filter_map(|number| self.tasks.get(number));
        tasks
            .map(|task| (Arc::clone(&task.task), cause(task)))
            .collect()
    }
}

fn all_healthy<'k>(kept: impl Iterator<Item = &'k Kept>) -> Numbers {
    kept.flat_map(|kept| &kept.healthy).copied().collect()
}

pub(super) fn unhealthy_cause(task: &ServiceTask) -> StopCause {
    match &task.target {
        Some(TargetHealth::Unhealthy { target_group, .. }) => StopCause::TargetHealth {
            target_group: target_group.clone(),
        },
        _ => StopCause::ContainerHealth,
    }
}
