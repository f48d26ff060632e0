//! Tasks by capacity provider: where the next ones start, and those that wait for capacity.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::{TaskStatus, Timestamp};

use super::agenda::Try;
use super::decide::{Context, Starts, Step, Which};
use super::state::{ServiceState, ServiceStatus};
use super::task::ServiceTask;
use crate::capacity::ProviderStrategy;
use crate::deployment::{DeploymentState, RolloutState, Shortage, Throttle};

impl ServiceState {
    /// Tasks of a deployment to start of those that are wanted, if there is room for some: with
    /// capacity providers those of the first provider that takes some. One that has no place holds
    /// back no other, and its part waits for it.
    pub(super) fn start_of(
        &self,
        deployment: &DeploymentState,
        wanted: u32,
        room: u32,
        context: &Context<'_>,
    ) -> Option<Step> {
        if wanted.min(room) == 0 || !deployment.may_start(context.now) {
            return None;
        }
        let start = |provider: Option<&Arc<str>>, count: u32| {
            let starts = |is_retry| Starts {
                deployment: Arc::clone(&deployment.id),
                provider: provider.cloned(),
                zone: None,
                which: Which::New(count.min(room)),
                is_retry,
            };
            let until = deployment.waits_until(provider.map(|name| &**name));
            if until.is_none_or(|until| until <= context.now) {
                return Some(Step::Start(starts(false)));
            }
            let a_try = Try {
                deployment: Arc::clone(&deployment.id),
                provider: provider.cloned(),
                is_waiting: false,
            };
            context.is_worth(&a_try).then(|| Step::Start(starts(true)))
        };
        let Some(strategy) = &deployment.revision.providers else {
            return start(None, wanted);
        };
        let shares = self.shares(deployment, strategy, wanted);
        let mut shares = shares.iter().filter(|(_, count)| *count > 0);
        shares.find_map(|(provider, count)| start(Some(provider), *count))
    }

    /// The provider of the next task of a deployment, if it has some.
    pub(super) fn next_provider(&self, deployment: &DeploymentState) -> Option<Arc<str>> {
        let strategy = deployment.revision.providers.as_ref()?;
        let shares = self.shares(deployment, strategy, 1);
        let next = shares.into_iter().find(|(_, count)| *count > 0);
        next.map(|(provider, _)| provider)
    }

    /// How many of so many new tasks of a deployment each provider gets.
    fn shares(
        &self,
        deployment: &DeploymentState,
        strategy: &ProviderStrategy,
        wanted: u32,
    ) -> Vec<(Arc<str>, u32)> {
        let mut there: BTreeMap<&str, u32> = BTreeMap::new();
        let of_it = |task: &&ServiceTask| task.deployment == deployment.number;
        let kept = self.tasks.values().filter(of_it);
        for task in kept.filter(|task| task.stop.is_none()) {
            if let Some(provider) = &task.provider {
                let count = there.entry(provider).or_default();
                *count = count.saturating_add(1);
            }
        }
        strategy.spread(wanted, |provider| {
            there.get(provider).copied().unwrap_or_default()
        })
    }

    /// The tasks of a deployment that wait in `PROVISIONING` for capacity, longest first.
    pub(super) fn waiting_of(
        &self,
        deployment: &DeploymentState,
    ) -> impl Iterator<Item = (u64, &ServiceTask)> {
        let pending = deployment.ranks.staying.pending.iter();
        let known = pending.filter_map(|number| Some((*number, self.tasks.get(number)?)));
        known.filter(|(_, task)| task.waits_for_capacity())
    }

    /// The first tasks that wait for the capacity of one provider and have not been tried since
    /// the cluster has changed. For a deployment that has failed none is launched.
    pub(super) fn waiting_start(&self, context: &Context<'_>) -> Option<Step> {
        if context.tries.is_none() || self.status != ServiceStatus::Active {
            return None;
        }
        let of = |deployment: &DeploymentState| {
            let mut by_provider: BTreeMap<&Arc<str>, Vec<u64>> = BTreeMap::new();
            for (number, task) in self.waiting_of(deployment) {
                if let Some(provider) = &task.provider {
                    by_provider.entry(provider).or_default().push(number);
                }
            }
            let a_try = |provider: &Arc<str>| Try {
                deployment: Arc::clone(&deployment.id),
                provider: Some(Arc::clone(provider)),
                is_waiting: true,
            };
            let mut tries = by_provider.into_iter();
            let first = tries.find(|(provider, _)| context.is_worth(&a_try(provider)));
            first.map(|(provider, numbers)| {
                Step::Start(Starts {
                    deployment: Arc::clone(&deployment.id),
                    provider: Some(Arc::clone(provider)),
                    zone: None,
                    which: Which::Waiting(numbers),
                    is_retry: true,
                })
            })
        };
        let all = self.deployments.iter();
        let mut open = all.filter(|one| one.rollout != RolloutState::Failed);
        open.find_map(of)
    }
}

impl ServiceTask {
    /// Whether it waits for an instance of its capacity provider.
    pub(super) fn waits_for_capacity(&self) -> bool {
        self.place.is_none()
            && self.provider.is_some()
            && self.stop.is_none()
            && self.last_status == TaskStatus::Provisioning
    }
}

impl DeploymentState {
    /// A capacity provider had no place for some tasks, or has had one for all of them. Until when
    /// it is waited for, if it is.
    pub(super) fn note_supply(
        &mut self,
        provider: &Arc<str>,
        is_short: bool,
        throttle: &Throttle,
        at: Timestamp,
    ) -> Option<Timestamp> {
        if !is_short {
            self.shortages.remove(provider);
            return None;
        }
        let known = self.shortages.get(provider);
        let mut throttled = known.map(|known| known.throttled).unwrap_or_default();
        let until = throttled.starved(throttle, at);
        let shortage = Shortage { throttled, until };
        self.shortages.insert(Arc::clone(provider), shortage);
        Some(until)
    }
}
