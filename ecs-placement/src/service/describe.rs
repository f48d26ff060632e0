//! Services as the API describes them.

use ecs_model::deployment::{DeploymentController, rollout_reason};
use ecs_model::service::AvailabilityZoneRebalancing;
use ecs_model::{
    CapacityProviderStrategyItem, Deployment, LaunchType, NetworkConfiguration, SchedulingStrategy,
    Service,
};

use super::Services;
use super::state::{ServiceState, count};
use crate::deployment::{DeploymentState, Revision, RolloutReason, RolloutState};

impl Services {
    /// A service as DescribeServices shows it: counts, deployments and the last 100 events, and its
    /// tags as with `include: TAGS`.
    #[must_use]
    pub fn describe(&self, service: &str) -> Option<Service> {
        let state = self.service(service)?;
        Some(state.describe(&self.cluster, self.policy.rebalances_by_default))
    }

    /// The names of the services, those that are deleted included, in order.
    pub fn service_names(&self) -> impl Iterator<Item = &str> {
        let mut names: Vec<&str> = self.slots.keys().map(|name| &**name).collect();
        names.sort_unstable();
        names.into_iter()
    }
}

impl ServiceState {
    fn describe(&self, cluster: &str, by_default: bool) -> Service {
        let sum = |tasks: fn(&DeploymentState) -> usize| {
            let all: usize = self.deployments.iter().map(tasks).sum();
            integer(count(all))
        };
        let strategy = match self.is_daemon {
            true => SchedulingStrategy::Daemon,
            false => SchedulingStrategy::Replica,
        };
        let mut described = Service::default()
            .with_service_arn(&*self.arn)
            .with_service_name(&*self.name)
            .with_cluster_arn(cluster)
            .with_status(self.status.as_str())
            .with_desired_count(integer(self.desired))
            .with_running_count(sum(|one| one.ranks.running()))
            .with_pending_count(sum(|one| one.ranks.pending()))
            .with_scheduling_strategy(strategy)
            .with_created_at(self.created_at)
            .with_deployment_configuration(self.described_configuration())
            .with_placement_constraints(self.settings.constraints.clone())
            .with_placement_strategy(self.settings.strategies.clone())
            .with_events(self.log.events().cloned());
        described.health_check_grace_period_seconds = Some(integer(self.settings.grace));
        described.availability_zone_rebalancing = Some(match self.rebalances(by_default) {
            true => AvailabilityZoneRebalancing::Enabled,
            false => AvailabilityZoneRebalancing::Disabled,
        });
        described.enable_ecs_managed_tags = self.settings.managed_tags;
        described
            .propagate_tags
            .clone_from(&self.settings.propagate_tags);
        described.enable_execute_command = self.settings.execute_command;
        let tags = Some(self.settings.tags.clone());
        described.tags = tags.filter(|tags| !tags.is_empty());
        match &self.task_sets {
            Some(sets) => {
                let controller = DeploymentController::default().with_type(self.controller());
                described = described
                    .with_deployment_controller(controller)
                    .with_task_sets(sets.describe());
            }
            None => described = described.with_deployments(self.described_deployments()),
        }
        described.current_service_deployment = self.current_service_deployment();
        let shift = self.shift.as_deref().filter(|one| !one.only_reconciles());
        described.current_service_revisions = match (&self.task_sets, shift) {
            (Some(_), _) => None,
            (None, Some(shift)) => Some(shift.current_service_revisions()),
            (None, None) => Some(self.current_revisions()),
        };
        if let Some(primary) = self.shown() {
            let revision = &primary.revision;
            described = described
                .with_task_definition(&*revision.task_definition)
                .with_load_balancers(revision.load_balancers.clone())
                .with_service_registries(revision.registries.clone());
            (described.launch_type, described.capacity_provider_strategy) = revision.capacity();
            let (network, version) = revision.network_and_version();
            (described.network_configuration, described.platform_version) = (network, version);
        }
        described
    }

    /// The deployment whose members the service shows: the newest, or the primary task set.
    fn shown(&self) -> Option<&DeploymentState> {
        match &self.task_sets {
            Some(sets) => self.by_id(sets.primary_id()?),
            None => self.primary(),
        }
    }

    /// The configuration with its percentages filled in.
    pub(super) fn described_configuration(&self) -> ecs_model::DeploymentConfiguration {
        let written = self.settings.deployments.clone();
        written
            .with_minimum_healthy_percent(integer(self.rules.minimum))
            .with_maximum_percent(integer(self.rules.maximum))
    }

    /// The deployments that have tasks, and the newest.
    pub(super) fn described_deployments(&self) -> Vec<Deployment> {
        let deployments = self.deployments.iter().enumerate();
        let shown = deployments.filter(|(position, one)| *position == 0 || !one.ranks.is_empty());
        shown
            .map(|(position, one)| {
                let is_given_up = one.rollout != RolloutState::Completed;
                let status = match (position, is_given_up && one.ranks.kept() == 0) {
                    (0, _) => "PRIMARY",
                    (_, true) => "DRAINING",
                    (_, false) => "ACTIVE",
                };
                let desired = match (position, one.rollout) {
                    (0, RolloutState::Failed) | (_, RolloutState::Failed) => 0,
                    (0, _) => self.wanted(),
                    _ => count(one.ranks.kept()).saturating_add(one.owed),
                };
                let revision = &one.revision;
                let mut described = Deployment::default()
                    .with_id(&*one.id)
                    .with_status(status)
                    .with_task_definition(&*revision.task_definition)
                    .with_desired_count(integer(desired))
                    .with_pending_count(integer(count(one.ranks.pending())))
                    .with_running_count(integer(count(one.ranks.running())))
                    .with_failed_tasks(integer(one.failed_tasks))
                    .with_created_at(one.created_at)
                    .with_updated_at(one.updated_at);
                if !revision.has_classic_load_balancer() {
                    described = described
                        .with_rollout_state(one.rollout)
                        .with_rollout_state_reason(one.reason.text(&one.id));
                }
                revision.describe_traffic(&mut described);
                (described.launch_type, described.capacity_provider_strategy) = revision.capacity();
                let (network, version) = revision.network_and_version();
                (described.network_configuration, described.platform_version) = (network, version);
                described
            })
            .collect()
    }
}

impl Revision {
    /// A Classic Load Balancer, beside which deployments have no rollout state.
    fn has_classic_load_balancer(&self) -> bool {
        let mut balancers = self.load_balancers.iter();
        balancers.any(|one| one.load_balancer_name().is_some())
    }

    /// What leads to the tasks of a deployment, and their volumes.
    fn describe_traffic(&self, described: &mut Deployment) {
        described
            .service_connect_configuration
            .clone_from(&self.connect);
        let volumes = Some(self.volumes.clone());
        described.volume_configurations = volumes.filter(|volumes| !volumes.is_empty());
        let lattice = Some(self.lattice.clone());
        described.vpc_lattice_configurations = lattice.filter(|lattice| !lattice.is_empty());
    }

    /// The launch type, or the capacity providers.
    pub(super) fn capacity(
        &self,
    ) -> (
        Option<LaunchType>,
        Option<Vec<CapacityProviderStrategyItem>>,
    ) {
        match &self.providers {
            None => (Some(self.launch_type.clone()), None),
            Some(strategy) => (None, Some(strategy.items())),
        }
    }

    fn network_and_version(&self) -> (Option<NetworkConfiguration>, Option<String>) {
        (self.network.clone(), self.platform_version.clone())
    }
}

impl RolloutReason {
    /// The reason in words.
    pub(super) fn text(self, id: &str) -> String {
        match self {
            Self::InProgress => rollout_reason::in_progress(id),
            Self::Completed => rollout_reason::completed(id),
            Self::Breaker => rollout_reason::CIRCUIT_BREAKER.to_owned(),
            Self::BackFromBreaker => rollout_reason::rolling_back(id),
            Self::Alarm => rollout_reason::ALARM.to_owned(),
            Self::BackFromAlarm => rollout_reason::rolling_back_from_alarm(id),
            Self::Stopped => rollout_reason::STOPPED.to_owned(),
            Self::BackFromStop => rollout_reason::rolling_back_from_stop(id),
            Self::Shift => rollout_reason::ENDED.to_owned(),
            Self::BackFromShift => rollout_reason::rolling_back_from_end(id),
        }
    }
}

impl super::ServiceStatus {
    /// The status as the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Draining => "DRAINING",
            Self::Inactive => "INACTIVE",
        }
    }
}

pub(super) fn integer(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
