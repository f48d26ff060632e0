//! CreateService, UpdateService and DeleteService.

use std::sync::Arc;

use ecs_arn::{ClusterRef, EcsArn, ServiceRef};
use ecs_model::deployment::DeploymentControllerType;
use ecs_model::operation::{CreateServiceRequest, DeleteServiceRequest, UpdateServiceRequest};
use ecs_model::{CapacityProviderStrategyItem, LaunchType, Request, Timestamp};
use ecs_taskdef::TaskDefinition;

use super::names::Names;
use super::settings::{NewService, ServiceSettings, ServiceUpdate, group, refuse_unsupported};
use super::state::{ServiceState, ServiceStatus, count};
use super::{DeploymentEvent, DeploymentFailure, ServiceChange, ServiceError, Services};
use crate::capacity::{CapacityChoice, CapacityError, ProviderKind, ProviderStrategy};
use crate::deployment::shift::ShiftEvent;
use crate::deployment::{DeploymentState, Revision};
use crate::{PlacementRequest, Unsupported};

impl Services {
    /// Creates a service whose tasks run the given definition, which is the one that the request
    /// names. It starts its first deployment.
    ///
    /// `availabilityZoneRebalancing` that is absent is what the
    /// [policy](super::ServicePolicy::rebalances_by_default) says, for services that can be rebalanced.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, quotas of the policy included; a name that is used; and
    /// by name what this scheduler does not do yet: [`Unsupported`].
    pub fn create(
        &mut self,
        request: &CreateServiceRequest,
        definition: &TaskDefinition,
        now: Timestamp,
        seed: u64,
    ) -> Result<(), ServiceError> {
        let change = self.decide_create(request, definition, now, seed)?;
        self.change(change);
        Ok(())
    }

    /// Changes a service. What is absent stays as it is. The task definition is given if the
    /// request names one.
    ///
    /// A new deployment starts if something of its revision changes, or by `forceNewDeployment`:
    ///
    /// | member | starts a deployment |
    /// |---|---|
    /// | `taskDefinition`, `networkConfiguration`, `platformVersion`, `loadBalancers`, `serviceRegistries`, `serviceConnectConfiguration`, `volumeConfigurations`, `vpcLatticeConfigurations`, `gatewayConnectors` | if it differs |
    /// | `forceNewDeployment` | always |
    /// | `desiredCount`, `deploymentConfiguration`, `availabilityZoneRebalancing`, `placementConstraints`, `placementStrategy`, `healthCheckGracePeriodSeconds`, `enableExecuteCommand`, `enableECSManagedTags`, `propagateTags`, `monitoring` | no |
    ///
    /// That of `gatewayConnectors` and `monitoring` is not published, and for the others not
    /// what the same value again does.
    ///
    /// Source: API shape `UpdateServiceRequest`.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), and a service that is not there or not `ACTIVE`.
    pub fn update(
        &mut self,
        request: &UpdateServiceRequest,
        definition: Option<&TaskDefinition>,
        now: Timestamp,
        seed: u64,
    ) -> Result<(), ServiceError> {
        let change = self.decide_update(request, definition, now, seed)?;
        self.change(change);
        Ok(())
    }

    /// Deletes a service. One of scheduling strategy `REPLICA` that shall have tasks or has some
    /// is deleted only by `force`. Its tasks are stopped, and it is `DRAINING` until none runs.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, or a service that is not there or has tasks.
    pub fn delete(
        &mut self,
        request: &DeleteServiceRequest,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let change = self.decide_delete(request, now)?;
        self.change(change);
        Ok(())
    }

    /// StopServiceDeployment with `ROLLBACK`: the deployment that is under way is given up, and the
    /// last completed one restored, if there is one. Neither circuit breaker nor alarms need be
    /// configured. What goes back already goes on.
    ///
    /// # Errors
    ///
    /// A service that is not there or not `ACTIVE`, or has no deployment under way.
    pub fn stop_deployment(&mut self, service: &str, now: Timestamp) -> Result<(), ServiceError> {
        if let Some(change) = self.decide_stop_deployment(service, now)? {
            self.change(change);
        }
        Ok(())
    }

    /// The change that [`stop_deployment`](Self::stop_deployment) makes, if it makes one.
    ///
    /// # Errors
    ///
    /// As [`stop_deployment`](Self::stop_deployment).
    pub fn decide_stop_deployment(
        &self,
        service: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceChange>, ServiceError> {
        let known = self.active(Some(service))?;
        if known.active_shift().is_some() && known.history.rolling.is_none() {
            let stop = ShiftEvent::Stop { stop_type: None };
            let (_, change) = self.decide_shift(&known.name, stop, now)?;
            return Ok(change);
        }
        // One that was stopped before it began has ended, though what it left is restored.
        let is_over = known.history.rolling.is_none();
        let is_under_way =
            |one: &&DeploymentState| one.is_in_progress() && !(one.is_restored() && is_over);
        let Some(primary) = known.primary().filter(is_under_way) else {
            return Err(ServiceError::NoDeployment {
                service: known.name.to_string(),
            });
        };
        let stop = || ServiceChange::Deployment {
            service: Arc::clone(&known.name),
            deployment: Arc::clone(&primary.id),
            event: DeploymentEvent::Fail {
                failure: DeploymentFailure::Stopped,
                rollback: known.candidate(),
            },
            at: now,
        };
        Ok((!primary.is_restored()).then(stop))
    }

    /// The change that [`create`](Self::create) makes.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub fn decide_create(
        &self,
        request: &CreateServiceRequest,
        definition: &TaskDefinition,
        now: Timestamp,
        seed: u64,
    ) -> Result<ServiceChange, ServiceError> {
        let cluster = self.cluster_ref()?;
        let quotas = &self.policy.quotas;
        let placement = PlacementRequest::of_service(request, definition, &cluster, quotas)?;
        let is_daemon = refuse_unsupported(request)?;
        refuse_controller(request.deployment_controller().r#type())?;
        let name = self.new_name(request.service_name())?;
        let settings = ServiceSettings::of_create(request);
        settings.rules(is_daemon)?;
        let revision = Revision::of_create(request, definition, placement);
        let wanted = (request.launch_type(), request.capacity_provider_strategy());
        let revision = self.with_choice(wanted, revision, is_daemon)?;
        self.check_launch_type(&name, &revision)?;
        settings.check_traffic(&revision)?;
        if settings.wants_rebalancing(false) {
            settings.check_rebalancing(Some(&revision), is_daemon)?;
        }
        settings.request(&name, &revision)?;
        let desired = match is_daemon {
            true => 0,
            false => natural(request.desired_count()),
        };
        Ok(ServiceChange::Create(Box::new(NewService {
            name,
            desired,
            is_daemon,
            settings,
            deployment: Some((self.names(seed).deployment(), revision)),
            at: now,
        })))
    }

    /// The change that [`update`](Self::update) makes.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn decide_update(
        &self,
        request: &UpdateServiceRequest,
        definition: Option<&TaskDefinition>,
        now: Timestamp,
        seed: u64,
    ) -> Result<ServiceChange, ServiceError> {
        let cluster = self.cluster_ref()?;
        let quotas = &self.policy.quotas;
        let placement = PlacementRequest::of_service_update(request, definition, &cluster, quotas)?;
        let known = self.active(request.service())?;
        if request.task_definition.is_some() != definition.is_some() {
            return Err(ServiceError::TaskDefinition);
        }
        let controller = request.deployment_controller().r#type();
        refuse_other_controller(controller, &known.controller())?;
        known.refuse_for_task_sets(request)?;
        let settings = known.settings.updated(request);
        settings.rules(known.is_daemon)?;
        // Each task set has a revision of its own.
        let primary = known.primary().filter(|_| known.task_sets.is_none());
        let current = primary.map(|primary| &primary.revision);
        let revision = current.map(|current| {
            let new = current.updated(request, definition.zip(placement));
            let new = self.with_other_choice(request, new, known.is_daemon)?;
            let is_forced = request.force_new_deployment() == Some(true);
            Ok::<_, ServiceError>((new != **current || is_forced).then_some(new))
        });
        let revision = revision.transpose()?.flatten();
        if let Some(revision) = &revision {
            self.check_launch_type(&known.name, revision)?;
            settings.check_traffic(revision)?;
            settings.request(&known.name, revision)?;
        }
        let next = revision.as_ref().or(current.map(|current| &**current));
        if settings.wants_rebalancing(false) {
            settings.check_rebalancing(next, known.is_daemon)?;
        }
        for deployment in &known.deployments {
            settings.request(&known.name, &deployment.revision)?;
        }
        let desired = request.desired_count.map(|count| natural(Some(count)));
        if known.is_daemon && desired.is_some() {
            return Err(ServiceError::DaemonCount);
        }
        Ok(ServiceChange::Update(Box::new(ServiceUpdate {
            name: Arc::clone(&known.name),
            desired: desired.unwrap_or(known.desired),
            settings,
            deployment: revision.map(|revision| (self.names(seed).deployment(), revision)),
            at: now,
        })))
    }

    /// The change that [`delete`](Self::delete) makes.
    ///
    /// # Errors
    ///
    /// As [`delete`](Self::delete).
    pub fn decide_delete(
        &self,
        request: &DeleteServiceRequest,
        now: Timestamp,
    ) -> Result<ServiceChange, ServiceError> {
        self.check_request(request, request.cluster())?;
        let known = self.active(request.service())?;
        let is_forced = known.is_daemon || request.force() == Some(true);
        let service = || known.name.to_string();
        let running: usize = known.deployments.iter().map(|one| one.ranks.kept()).sum();
        match (known.desired, count(running)) {
            (desired @ 1.., _) if !is_forced => Err(ServiceError::Scaled {
                service: service(),
                desired,
            }),
            (_, tasks @ 1..) if !is_forced => Err(ServiceError::HasTasks {
                service: service(),
                tasks,
            }),
            _ => Ok(ServiceChange::Delete {
                service: Arc::clone(&known.name),
                at: now,
            }),
        }
    }

    /// The name of a new service.
    pub(super) fn new_name(&self, given: Option<&str>) -> Result<Arc<str>, ServiceError> {
        let name = given.unwrap_or_default();
        let known = self.service(name);
        match known.is_some_and(|known| known.status != ServiceStatus::Inactive) {
            true => Err(ServiceError::Exists {
                service: name.to_owned(),
            }),
            false => Ok(name.into()),
        }
    }

    /// Whether a request about a service of this cluster is one that Amazon ECS refuses.
    pub(super) fn check_request(
        &self,
        request: &impl Request,
        cluster: Option<&str>,
    ) -> Result<(), ServiceError> {
        let own = self.cluster_ref()?;
        Ok(PlacementRequest::check(
            request,
            cluster,
            &own,
            &self.policy.quotas,
        )?)
    }

    /// The service that a request names, by its name or its ARN.
    pub(super) fn named(&self, reference: Option<&str>) -> Result<&ServiceState, ServiceError> {
        let reference = reference.unwrap_or_default();
        let parsed = ServiceRef::parse(reference);
        let name = parsed.as_ref().map_or(reference, |one| one.name());
        let is_meant = |known: &&ServiceState| match (parsed, EcsArn::parse(&known.arn)) {
            (Ok(parsed), Ok(arn)) => parsed.is(arn),
            _ => true,
        };
        let known = self.service(name).filter(is_meant);
        known.ok_or_else(|| ServiceError::NotFound {
            service: reference.to_owned(),
        })
    }

    pub(super) fn active(&self, reference: Option<&str>) -> Result<&ServiceState, ServiceError> {
        let known = self.named(reference)?;
        match known.status {
            ServiceStatus::Active => Ok(known),
            ServiceStatus::Draining | ServiceStatus::Inactive => Err(ServiceError::NotActive {
                service: known.name.to_string(),
            }),
        }
    }

    /// The revision of a new service with its capacity providers, if it has some. A daemon service
    /// has none: the default of the cluster is not for it.
    pub(super) fn with_choice(
        &self,
        (launch_type, strategy): (Option<&LaunchType>, &[CapacityProviderStrategyItem]),
        revision: Revision,
        is_daemon: bool,
    ) -> Result<Revision, ServiceError> {
        match (strategy, self.capacity.as_ref().filter(|_| !is_daemon)) {
            ([], None) => Ok(revision),
            (_, None) => Err(CapacityError::NoProviders.into()),
            (given, Some(capacity)) => match capacity.choose(launch_type, given)? {
                CapacityChoice::LaunchType(_) => Ok(revision),
                CapacityChoice::Providers(strategy) => Ok(self.with_providers(revision, strategy)),
            },
        }
    }

    /// The revision of a service that is changed with its other capacity providers, if it has
    /// others: none of them lets it go back to the launch type that it was created with.
    fn with_other_choice(
        &self,
        request: &UpdateServiceRequest,
        mut revision: Revision,
        is_daemon: bool,
    ) -> Result<Revision, ServiceError> {
        let Some(strategy) = &request.capacity_provider_strategy else {
            return Ok(revision);
        };
        let chosen = match (&**strategy, &self.capacity) {
            ([], _) => None,
            (_, _) if is_daemon => return Err(ServiceError::DaemonProviders),
            (_, None) => return Err(CapacityError::NoProviders.into()),
            (given, Some(capacity)) => match capacity.choose(None, given)? {
                CapacityChoice::Providers(strategy) => Some(strategy),
                CapacityChoice::LaunchType(_) => None,
            },
        };
        if chosen == revision.providers {
            return Ok(revision);
        }
        if request.force_new_deployment() != Some(true) {
            return Err(ServiceError::ProvidersWithoutForce);
        }
        let Some(strategy) = chosen else {
            let former = revision.former_launch_type.take();
            revision.launch_type = former.ok_or(ServiceError::NoLaunchType)?;
            revision.providers = None;
            return Ok(revision);
        };
        if revision.providers.is_none() {
            revision.former_launch_type = Some(revision.launch_type.clone());
        }
        Ok(self.with_providers(revision, strategy))
    }

    fn with_providers(&self, revision: Revision, strategy: ProviderStrategy) -> Revision {
        let first = strategy.shares().first();
        let kind = self.kind_of(first.map(|share| &*share.provider));
        let is_fargate = kind.is_some_and(ProviderKind::is_fargate);
        revision.with_providers(strategy, is_fargate)
    }

    /// Whether the task definition is made for the launch type, or for each capacity provider, and
    /// there is a place for its tasks.
    pub(super) fn check_launch_type(
        &self,
        name: &str,
        revision: &Revision,
    ) -> Result<(), ServiceError> {
        match &revision.providers {
            None => self.check_place(name, revision, None),
            Some(strategy) => {
                let mut shares = strategy.shares().iter();
                shares.try_for_each(|share| self.check_place(name, revision, Some(&share.provider)))
            }
        }
    }

    fn check_place(
        &self,
        name: &str,
        revision: &Revision,
        provider: Option<&str>,
    ) -> Result<(), ServiceError> {
        let is_managed = self.kind_of(provider) == Some(ProviderKind::ManagedInstances);
        let launch_type = match is_managed {
            true => &LaunchType::ManagedInstances,
            false => &revision.launch_type,
        };
        let made_for = &revision.compatibilities;
        if !made_for.is_empty() && !made_for.contains(launch_type) {
            let launch_type = launch_type.to_string();
            return Err(ServiceError::Incompatible { launch_type });
        }
        match launch_type {
            LaunchType::Ec2 | LaunchType::External => Ok(()),
            LaunchType::ManagedInstances if is_managed => Ok(()),
            LaunchType::Fargate => {
                let fargate = self.fargate_of(provider);
                let fargate = fargate.ok_or_else(|| ServiceError::NoFargate {
                    name: provider.map_or_else(|| launch_type.to_string(), str::to_owned),
                })?;
                let _ = fargate.plan(&group(name), &revision.subnets(), 0)?;
                Ok(())
            }
            other => {
                let launch_type = other.to_string();
                Err(Unsupported::LaunchType { launch_type }.into())
            }
        }
    }

    pub(super) fn cluster_ref(&self) -> Result<ClusterRef<'_>, ServiceError> {
        Ok(ClusterRef::parse(&self.cluster)?)
    }

    pub(super) fn names(&self, seed: u64) -> Names {
        Names::new(&self.cluster, seed, self.version)
    }
}

/// Whether a service is of another controller than `ECS`.
fn refuse_controller(given: Option<&DeploymentControllerType>) -> Result<(), ServiceError> {
    match given {
        None | Some(DeploymentControllerType::Ecs) => Ok(()),
        Some(DeploymentControllerType::External) => Err(ServiceError::External),
        Some(other) => Err(Unsupported::DeploymentController {
            controller: other.to_string(),
        }
        .into()),
    }
}

/// Whether the controller of a service would be another one.
fn refuse_other_controller(
    given: Option<&DeploymentControllerType>,
    own: &DeploymentControllerType,
) -> Result<(), ServiceError> {
    match given.filter(|given| *given != own) {
        Some(other) => Err(ServiceError::OtherController {
            from: own.to_string(),
            to: other.to_string(),
        }),
        None => Ok(()),
    }
}

pub(super) fn natural(given: Option<i32>) -> u32 {
    given
        .and_then(|given| u32::try_from(given).ok())
        .unwrap_or(0)
}
