//! What the user of a service asks for.

use std::sync::Arc;

use ecs_arn::ArnRef;
use ecs_model::deployment::{DeploymentAlarms, DeploymentStrategy};
use ecs_model::operation::{CreateServiceRequest, CreateTaskSetRequest, UpdateServiceRequest};
use ecs_model::service::{AvailabilityZoneRebalancing, PropagateTags};
use ecs_model::service_revision::ContainerImage;
use ecs_model::{
    DeploymentConfiguration, LaunchType, PlacementConstraint, PlacementStrategy,
    SchedulingStrategy, Timestamp,
};
use ecs_taskdef::{ContainerDefinition, Tag, TaskDefinition};
use serde::{Deserialize, Serialize};

use super::ServiceError;
use crate::capacity::ProviderStrategy;
use crate::deployment::shift::{Hook, ShiftingDeployment};
use crate::deployment::{CircuitBreaker, EarlySuccess, Revision};
use crate::{PlacementRequest, Unsupported};

/// A service to create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewService {
    pub(super) name: Arc<str>,
    pub(super) desired: u32,
    pub(super) is_daemon: bool,
    pub(super) settings: ServiceSettings,
    /// Its first deployment. One of controller `EXTERNAL` has none, and no task set yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deployment: Option<(Arc<str>, Revision)>,
    pub(super) at: Timestamp,
}

/// What a user changes of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceUpdate {
    pub(super) name: Arc<str>,
    pub(super) desired: u32,
    pub(super) settings: ServiceSettings,
    /// The new deployment, if the change needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) deployment: Option<(Arc<str>, Revision)>,
    pub(super) at: Timestamp,
}

/// What can change of a service without a deployment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ServiceSettings {
    pub(super) deployments: DeploymentConfiguration,
    /// Seconds in which failed health checks of a new task do not count.
    pub(super) grace: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) constraints: Vec<PlacementConstraint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) strategies: Vec<PlacementStrategy>,
    /// What the user wants; the default if that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rebalancing: Option<AvailabilityZoneRebalancing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) managed_tags: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) propagate_tags: Option<PropagateTags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) execute_command: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<Tag>,
}

/// What follows from a deployment configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rules {
    pub(crate) minimum: u32,
    pub(crate) maximum: u32,
    pub(crate) breaker: Option<CircuitBreaker>,
    /// Alarms that end a deployment.
    pub(crate) alarms: Option<DeploymentAlarms>,
    pub(crate) early: Option<EarlySuccess>,
    /// Seconds.
    pub(crate) bake_time: Option<u32>,
}

impl ServiceSettings {
    pub(super) fn of_create(request: &CreateServiceRequest) -> Self {
        Self {
            deployments: request.deployment_configuration().clone(),
            grace: seconds(request.health_check_grace_period_seconds),
            constraints: request.placement_constraints().to_vec(),
            strategies: request.placement_strategy().to_vec(),
            rebalancing: request.availability_zone_rebalancing.clone(),
            managed_tags: request.enable_ecs_managed_tags,
            propagate_tags: request.propagate_tags.clone(),
            execute_command: request.enable_execute_command,
            tags: request.tags().to_vec(),
        }
    }

    /// The same with what a request changes.
    pub(super) fn updated(&self, request: &UpdateServiceRequest) -> Self {
        let mut new = self.clone();
        let grace = request.health_check_grace_period_seconds;
        new.grace = grace.map_or(self.grace, |grace| seconds(Some(grace)));
        if let Some(constraints) = &request.placement_constraints {
            new.constraints.clone_from(constraints);
        }
        if let Some(strategies) = &request.placement_strategy {
            new.strategies.clone_from(strategies);
        }
        if let Some(given) = &request.deployment_configuration {
            merge(&mut new.deployments, given);
        }
        let rebalancing = request.availability_zone_rebalancing.clone();
        new.rebalancing = rebalancing.or(new.rebalancing);
        new.managed_tags = request.enable_ecs_managed_tags.or(self.managed_tags);
        new.propagate_tags = request.propagate_tags.clone().or(new.propagate_tags);
        new.execute_command = request.enable_execute_command.or(self.execute_command);
        new
    }

    /// What follows from it for deployments.
    pub(super) fn rules(&self, is_daemon: bool) -> Result<Rules, ServiceError> {
        let written = &self.deployments;
        let strategy = written.strategy();
        match strategy.filter(|given| **given != DeploymentStrategy::Rolling) {
            // Those of stages that it does not have are never called.
            None => drop(Hook::all_of(written)?),
            Some(strategy) if is_daemon => {
                let strategy = strategy.to_string();
                return Err(ServiceError::DaemonStrategy { strategy });
            }
            Some(strategy) => {
                ShiftingDeployment::check(written)?;
                if written.early_success_criteria().enable() == Some(true) {
                    let strategy = strategy.to_string();
                    return Err(ServiceError::EarlyShift { strategy });
                }
            }
        }
        let percent = |given: Option<i32>, default: u32| {
            let given = given.and_then(|percent| u32::try_from(percent).ok());
            given.unwrap_or(default)
        };
        let (minimum, maximum) = match is_daemon {
            true => (0, 100),
            false => (100, 200),
        };
        let maximum = percent(written.maximum_percent(), maximum);
        if is_daemon && maximum != 100 {
            return Err(ServiceError::DaemonMaximum { maximum });
        }
        let minimum = percent(written.minimum_healthy_percent(), minimum);
        let early = EarlySuccess::of(written.early_success_criteria());
        if let Some(early) = early.filter(|early| early.healthy_percent < minimum) {
            return Err(ServiceError::EarlySuccess {
                percent: early.healthy_percent,
                minimum,
            });
        }
        let alarms = written.alarms.as_ref();
        let bake_time = written.bake_time_in_minutes();
        let bake_time = bake_time.and_then(|minutes| u32::try_from(minutes).ok());
        Ok(Rules {
            minimum,
            maximum,
            breaker: CircuitBreaker::of(written.deployment_circuit_breaker())?,
            alarms: alarms
                .filter(|alarms| alarms.enable() == Some(true))
                .cloned(),
            early,
            bake_time: bake_time.map(|minutes| minutes.saturating_mul(60)),
        })
    }

    /// Whether traffic is shifted by the strategy of its deployments.
    pub(super) fn shifts_traffic(&self) -> bool {
        let strategy = self.deployments.strategy();
        strategy.is_some_and(|given| *given != DeploymentStrategy::Rolling)
    }

    /// Parts of the traffic can only be shifted where there is some.
    pub(super) fn check_traffic(&self, revision: &Revision) -> Result<(), ServiceError> {
        match self.deployments.strategy() {
            Some(strategy @ (DeploymentStrategy::Linear | DeploymentStrategy::Canary))
                if !revision.has_traffic() =>
            {
                let strategy = strategy.to_string();
                Err(ServiceError::NoTraffic { strategy })
            }
            _ => Ok(()),
        }
    }

    /// The request for a task of a revision, with the service's constraints and strategies.
    pub(super) fn request(
        &self,
        name: &str,
        revision: &Revision,
    ) -> Result<PlacementRequest, Unsupported> {
        let request = revision.request.clone().with_group(&group(name));
        let request = match &revision.launch_type {
            LaunchType::Fargate => request.of_any_launch_type(),
            other => request.with_launch_type(other.clone())?,
        };
        let spread = |field: &str| {
            PlacementStrategy::default()
                .with_type("spread")
                .with_field(field)
        };
        let default = [
            spread("attribute:ecs.availability-zone"),
            spread("instanceId"),
        ];
        let strategies = match &*self.strategies {
            [] => default.as_slice(),
            given => given,
        };
        request
            .with_constraints(&self.constraints)?
            .with_strategies(strategies)
    }
}

impl Revision {
    pub(super) fn of_create(
        request: &CreateServiceRequest,
        definition: &TaskDefinition,
        placement: PlacementRequest,
    ) -> Self {
        let launch_type = request.launch_type.clone();
        Self {
            launch_type: launch_type.unwrap_or(LaunchType::Ec2),
            platform_version: request.platform_version.clone(),
            network: request.network_configuration.clone(),
            load_balancers: request.load_balancers().to_vec(),
            registries: request.service_registries().to_vec(),
            connect: request.service_connect_configuration.clone(),
            volumes: request.volume_configurations().to_vec(),
            lattice: request.vpc_lattice_configurations().to_vec(),
            gateways: request.gateway_connectors().to_vec(),
            ..Self::of_definition(request.task_definition(), definition, placement)
        }
    }

    pub(super) fn of_task_set(
        request: &CreateTaskSetRequest,
        definition: &TaskDefinition,
        placement: PlacementRequest,
    ) -> Self {
        let mut new = Self::of_definition(request.task_definition(), definition, placement);
        if let Some(launch_type) = &request.launch_type {
            new.launch_type = launch_type.clone();
        }
        new.platform_version.clone_from(&request.platform_version);
        new.network.clone_from(&request.network_configuration);
        set(&mut new.load_balancers, &request.load_balancers);
        set(&mut new.registries, &request.service_registries);
        new
    }

    /// Tasks of a definition on container instances, of which nothing else is asked.
    fn of_definition(
        given: Option<&str>,
        definition: &TaskDefinition,
        placement: PlacementRequest,
    ) -> Self {
        Self {
            task_definition: named(given, definition),
            launch_type: LaunchType::Ec2,
            providers: None,
            former_launch_type: None,
            platform_version: None,
            network: None,
            load_balancers: Vec::new(),
            registries: Vec::new(),
            connect: None,
            volumes: Vec::new(),
            lattice: Vec::new(),
            gateways: Vec::new(),
            request: placement,
            images: images(definition),
            has_check: has_check(definition),
            compatibilities: definition.requires_compatibilities().to_vec(),
        }
    }

    /// The same with what a request changes, and the task definition, if there is a new one.
    pub(super) fn updated(
        &self,
        request: &UpdateServiceRequest,
        definition: Option<(&TaskDefinition, PlacementRequest)>,
    ) -> Self {
        let mut new = self.clone();
        if let Some((definition, placement)) = definition {
            new.task_definition = named(request.task_definition(), definition);
            new.request = placement;
            new.images = images(definition);
            new.has_check = has_check(definition);
            new.compatibilities = definition.requires_compatibilities().to_vec();
        }
        set(&mut new.load_balancers, &request.load_balancers);
        set(&mut new.registries, &request.service_registries);
        set(&mut new.volumes, &request.volume_configurations);
        set(&mut new.lattice, &request.vpc_lattice_configurations);
        set(&mut new.gateways, &request.gateway_connectors);
        let keep = |new: &mut Option<_>, given: &Option<_>| {
            if given.is_some() {
                new.clone_from(given);
            }
        };
        keep(&mut new.network, &request.network_configuration);
        if request.platform_version.is_some() {
            new.platform_version.clone_from(&request.platform_version);
        }
        if request.service_connect_configuration.is_some() {
            let connect = &request.service_connect_configuration;
            new.connect.clone_from(connect);
        }
        new
    }

    /// The same whose tasks go to capacity providers, which are container instances or Fargate.
    pub(super) fn with_providers(mut self, strategy: ProviderStrategy, is_fargate: bool) -> Self {
        self.launch_type = match is_fargate {
            true => LaunchType::Fargate,
            false => LaunchType::Ec2,
        };
        self.providers = Some(strategy);
        self
    }

    /// The subnets of its tasks.
    pub(super) fn subnets(&self) -> Vec<&str> {
        let network = self.network.as_ref().map(|one| one.awsvpc_configuration());
        let subnets = network.into_iter().flat_map(|one| one.subnets());
        subnets.map(String::as_str).collect()
    }

    /// Where its tasks are registered: target groups by ARN, Classic Load Balancers by name. Where a
    /// load balancer has two target groups, it is the first or the alternate one.
    pub(crate) fn targets(
        &self,
        takes_alternate: bool,
    ) -> impl Iterator<Item = (&'static str, &str)> {
        let alternate = move |one: Option<&'_ str>| one.filter(|_| takes_alternate).is_some();
        let balancers = self.load_balancers.iter();
        let groups = balancers.clone().filter_map(move |one| {
            let second = one.advanced_configuration().alternate_target_group_arn();
            match alternate(second) {
                true => second,
                false => one.target_group_arn(),
            }
        });
        let classic = balancers.filter_map(|one| one.load_balancer_name());
        let lattice = self.lattice.iter().filter_map(move |one| {
            let second = one.advanced_configuration().alternate_target_group_arn();
            match alternate(second) {
                true => second,
                false => one.target_group_arn(),
            }
        });
        let groups = groups.chain(lattice).map(|arn| (TARGET_GROUP, arn));
        groups.chain(classic.map(|name| (CLASSIC, name)))
    }

    /// The port at which a target group asks tasks that have network interfaces of their own.
    pub(super) fn target_port(&self, target_group: &str) -> Option<u16> {
        self.network.as_ref()?;
        let mut balancers = self.load_balancers.iter();
        let balancer = balancers.find(|one| {
            let second = one.advanced_configuration().alternate_target_group_arn();
            [one.target_group_arn(), second].contains(&Some(target_group))
        })?;
        u16::try_from(balancer.container_port()?).ok()
    }

    /// Whether Amazon ECS can shift its traffic.
    pub(super) fn has_traffic(&self) -> bool {
        let connect = self.connect.as_ref();
        self.has_target() || connect.is_some_and(|connect| connect.enabled() == Some(true))
    }

    /// Whether a Network Load Balancer leads traffic: it does so by a listener, an Application Load
    /// Balancer by a rule of one.
    pub(super) fn has_network_load_balancer(&self) -> bool {
        let mut balancers = self.load_balancers.iter();
        balancers.any(|one| {
            let rule = one.advanced_configuration().production_listener_rule();
            let rule = rule.and_then(|rule| ArnRef::parse(rule).ok());
            rule.is_some_and(|rule| rule.resource().starts_with("listener/"))
        })
    }

    /// Whether there is a rule, or a header, for test traffic.
    pub(super) fn has_test_traffic(&self) -> bool {
        let mut balancers = self.load_balancers.iter();
        let mut lattice = self.lattice.iter();
        balancers.any(|one| one.advanced_configuration().test_listener_rule().is_some())
            || lattice.any(|one| one.advanced_configuration().test_listener_rule().is_some())
            || self
                .connect
                .as_ref()
                .is_some_and(|one| one.enabled() == Some(true))
    }

    /// Whether target groups have a say in the health of its tasks.
    pub(crate) fn has_target(&self) -> bool {
        !self.load_balancers.is_empty() || !self.lattice.is_empty()
    }
}

/// Refuses what no service here can be.
pub(super) fn refuse_unsupported(request: &CreateServiceRequest) -> Result<bool, Unsupported> {
    match request.strategy_or_default() {
        SchedulingStrategy::Replica => Ok(false),
        SchedulingStrategy::Daemon => Ok(true),
        other => Err(Unsupported::SchedulingStrategy {
            strategy: other.to_string(),
        }),
    }
}

/// Where tasks are registered.
pub(super) const TARGET_GROUP: &str = "target-group";
pub(super) const CLASSIC: &str = "elb";

/// The group of the tasks of a service.
pub(super) fn group(service: &str) -> String {
    format!("service:{service}")
}

fn named(given: Option<&str>, definition: &TaskDefinition) -> Arc<str> {
    let arn = definition.task_definition_arn();
    arn.or(given).unwrap_or_default().into()
}

/// The images of the containers, without digests: those are known once a task has started.
fn images(definition: &TaskDefinition) -> Vec<ContainerImage> {
    let containers = definition.container_definitions().iter();
    let image = |container: &ContainerDefinition| {
        let mut image = ContainerImage::default();
        image.container_name.clone_from(&container.name);
        image.image.clone_from(&container.image);
        image
    };
    containers.map(image).collect()
}

fn has_check(definition: &TaskDefinition) -> bool {
    let containers = definition.container_definitions().iter();
    let mut essential = containers.filter(|one| one.essential() != Some(false));
    essential.any(|container| container.health_check.is_some())
}

fn seconds(given: Option<i32>) -> u32 {
    given
        .and_then(|given| u32::try_from(given).ok())
        .unwrap_or(0)
}

fn set<T: Clone>(known: &mut Vec<T>, given: &Option<Vec<T>>) {
    if let Some(given) = given {
        known.clone_from(given);
    }
}

/// Takes over the members that are given.
fn merge(known: &mut DeploymentConfiguration, given: &DeploymentConfiguration) {
    let given = given.clone();
    known.minimum_healthy_percent = given
        .minimum_healthy_percent
        .or(known.minimum_healthy_percent);
    known.maximum_percent = given.maximum_percent.or(known.maximum_percent);
    known.bake_time_in_minutes = given.bake_time_in_minutes.or(known.bake_time_in_minutes);
    if let Some(strategy) = given.strategy {
        // What belongs to the strategy before is of no use to another one.
        let before = known.strategy.take();
        let is_other = before.unwrap_or(DeploymentStrategy::Rolling) != strategy;
        known.strategy = Some(strategy);
        if is_other {
            known.linear_configuration = None;
            known.canary_configuration = None;
            known.early_success_criteria = None;
        }
    }
    known.alarms = given.alarms.or(known.alarms.take());
    known.deployment_circuit_breaker = given
        .deployment_circuit_breaker
        .or(known.deployment_circuit_breaker.take());
    known.lifecycle_hooks = given.lifecycle_hooks.or(known.lifecycle_hooks.take());
    known.early_success_criteria = given
        .early_success_criteria
        .or(known.early_success_criteria.take());
    known.linear_configuration = given
        .linear_configuration
        .or(known.linear_configuration.take());
    known.canary_configuration = given
        .canary_configuration
        .or(known.canary_configuration.take());
}
