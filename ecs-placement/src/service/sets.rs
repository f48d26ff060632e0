//! Services with task sets: those that their user deploys.
//!
//! [`TaskSets`] say how many tasks each set shall have; the scheduler keeps them, and tells what has
//! become of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::deployment::DeploymentControllerType;
use ecs_model::event::{EventLevel, EventName};
use ecs_model::operation::{
    CreateServiceRequest, CreateTaskSetRequest, DeleteTaskSetRequest,
    UpdateServicePrimaryTaskSetRequest, UpdateServiceRequest, UpdateTaskSetRequest,
};
use ecs_model::{TaskSet, Timestamp};
use ecs_taskdef::{Recorded, TaskDefinition};

use super::change::TaskSetRevision;
use super::settings::{NewService, ServiceSettings};
use super::state::{ServiceState, count};
use super::task_sets::{TaskSetError, TaskSetEvent, TaskSetScale, TaskSetTasks, TaskSets};
use super::{DeploymentEvent, ServiceChange, ServiceError, Services};
use crate::PlacementRequest;
use crate::deployment::{DeploymentState, Revision, RolloutState};

/// The members of a request about a service that each of its task sets has for itself, and whether
/// they are given.
macro_rules! task_set_members {
    ($request:expr) => {
        [
            ("taskDefinition", $request.task_definition.is_some()),
            (
                "networkConfiguration",
                $request.network_configuration.is_some(),
            ),
            ("platformVersion", $request.platform_version.is_some()),
            ("loadBalancers", $request.load_balancers.is_some()),
            ("serviceRegistries", $request.service_registries.is_some()),
            (
                "capacityProviderStrategy",
                $request.capacity_provider_strategy.is_some(),
            ),
            (
                "serviceConnectConfiguration",
                $request.service_connect_configuration.is_some(),
            ),
            (
                "volumeConfigurations",
                $request.volume_configurations.is_some(),
            ),
            (
                "vpcLatticeConfigurations",
                $request.vpc_lattice_configurations.is_some(),
            ),
            ("gatewayConnectors", $request.gateway_connectors.is_some()),
        ]
    };
}

impl Services {
    /// Creates a service of deployment controller `EXTERNAL`, which has no tasks before it has
    /// [task sets](Self::create_task_set).
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create), another controller, and what a service of this one does not
    /// have: members that its task sets have, or that only deployments use.
    ///
    /// Source: API operation `CreateService`.
    pub fn create_external(
        &mut self,
        request: &CreateServiceRequest,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let change = self.decide_create_external(request, now)?;
        self.change(change);
        Ok(())
    }

    /// The change that [`create_external`](Self::create_external) makes.
    ///
    /// # Errors
    ///
    /// As [`create_external`](Self::create_external).
    pub fn decide_create_external(
        &self,
        request: &CreateServiceRequest,
        now: Timestamp,
    ) -> Result<ServiceChange, ServiceError> {
        let controller = request.deployment_controller().r#type();
        if controller != Some(&DeploymentControllerType::External) {
            let controller = controller.map(ToString::to_string).unwrap_or_default();
            return Err(ServiceError::NotExternal { controller });
        }
        PlacementRequest::check_service(request, &self.cluster_ref()?, &self.policy.quotas)?;
        let name = self.new_name(request.service_name())?;
        let settings = ServiceSettings::of_create(request);
        let rules = settings.rules(false)?;
        // What else a deployment configuration has is of no use without deployments.
        let own = [
            ("launchType", request.launch_type.is_some()),
            ("strategy", settings.shifts_traffic()),
            ("deploymentCircuitBreaker", rules.breaker.is_some()),
            ("alarms", rules.alarms.is_some()),
            ("earlySuccessCriteria", rules.early.is_some()),
            ("bakeTimeInMinutes", rules.bake_time.is_some()),
            (
                "lifecycleHooks",
                !settings.deployments.lifecycle_hooks().is_empty(),
            ),
        ];
        let given = task_set_members!(request);
        let mut given = given.iter().chain(&own);
        if let Some((member, _)) = given.find(|(_, is_given)| *is_given) {
            return Err(ServiceError::ExternalMember { member });
        }
        if settings.wants_rebalancing(false) {
            settings.check_rebalancing(None, false)?;
        }
        Ok(ServiceChange::Create(Box::new(NewService {
            name,
            desired: super::requests::natural(request.desired_count()),
            is_daemon: false,
            settings,
            deployment: None,
            at: now,
        })))
    }

    /// CreateTaskSet: a further part of the tasks of a service of controller `EXTERNAL`, which run
    /// the given definition.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, a service that is not there or has deployments instead,
    /// more task sets than may be, and what [`create`](Self::create) refuses.
    pub fn create_task_set(
        &mut self,
        request: &CreateTaskSetRequest,
        definition: &TaskDefinition,
        now: Timestamp,
        seed: u64,
    ) -> Result<TaskSet, ServiceError> {
        let (set, change) = self.decide_create_task_set(request, definition, now, seed)?;
        self.change(change);
        Ok(set)
    }

    /// What [`create_task_set`](Self::create_task_set) answers, and the change that it makes.
    ///
    /// # Errors
    ///
    /// As [`create_task_set`](Self::create_task_set).
    pub fn decide_create_task_set(
        &self,
        request: &CreateTaskSetRequest,
        definition: &TaskDefinition,
        now: Timestamp,
        seed: u64,
    ) -> Result<(TaskSet, ServiceChange), ServiceError> {
        let cluster = self.cluster_ref()?;
        let quotas = &self.policy.quotas;
        let placement = PlacementRequest::of_task_set(request, definition, &cluster, quotas)?;
        let (service, sets) = self.with_task_sets(request.service())?;
        let revision = Revision::of_task_set(request, definition, placement);
        let revision = self.with_choice(
            (request.launch_type(), request.capacity_provider_strategy()),
            revision,
            false,
        )?;
        self.check_launch_type(&service.name, &revision)?;
        service.settings.request(&service.name, &revision)?;
        // The set shows where its tasks run, by the default of the cluster too.
        let mut request = Box::new(request.clone());
        (request.launch_type, request.capacity_provider_strategy) = revision.capacity();
        let task_set = self.names(seed).deployment();
        let set = sets.clone().create(&task_set, &request, now)?;
        let event = TaskSetEvent::Create { task_set, request };
        let revision = Some(Box::new(TaskSetRevision(revision)));
        Ok((set, service.task_set_change(event, revision, now)))
    }

    /// UpdateTaskSet: another part of the desired count.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, or a service or a task set that is not there.
    pub fn update_task_set(
        &mut self,
        request: &UpdateTaskSetRequest,
        now: Timestamp,
    ) -> Result<TaskSet, ServiceError> {
        self.check_request(request, request.cluster())?;
        let (service, sets) = self.with_task_sets(request.service())?;
        let task_set = sets.id_of(request.task_set().unwrap_or_default())?;
        let scale = TaskSetScale::of(request.scale.as_ref())?;
        let answer = sets.clone().update(&task_set, scale, now)?;
        let event = TaskSetEvent::Update { task_set, scale };
        self.change(service.task_set_change(event, None, now));
        Ok(answer)
    }

    /// UpdateServicePrimaryTaskSet: the service shows what this task set has.
    ///
    /// # Errors
    ///
    /// As [`update_task_set`](Self::update_task_set).
    pub fn set_primary_task_set(
        &mut self,
        request: &UpdateServicePrimaryTaskSetRequest,
        now: Timestamp,
    ) -> Result<TaskSet, ServiceError> {
        self.check_request(request, request.cluster())?;
        let (service, sets) = self.with_task_sets(request.service())?;
        let task_set = sets.id_of(request.primary_task_set().unwrap_or_default())?;
        let answer = sets.clone().make_primary(&task_set, now)?;
        let event = TaskSetEvent::MakePrimary { task_set };
        self.change(service.task_set_change(event, None, now));
        Ok(answer)
    }

    /// DeleteTaskSet: its tasks stop, and then it is gone.
    ///
    /// # Errors
    ///
    /// As [`update_task_set`](Self::update_task_set), and a task set that shall have tasks and is
    /// not deleted by force.
    pub fn delete_task_set(
        &mut self,
        request: &DeleteTaskSetRequest,
        now: Timestamp,
    ) -> Result<TaskSet, ServiceError> {
        self.check_request(request, request.cluster())?;
        let (service, sets) = self.with_task_sets(request.service())?;
        let task_set = sets.id_of(request.task_set().unwrap_or_default())?;
        let by_force = request.force() == Some(true);
        let answer = sets.clone().delete(&task_set, by_force, now)?;
        let event = TaskSetEvent::Delete { task_set, by_force };
        self.change(service.task_set_change(event, None, now));
        Ok(answer)
    }

    /// The change that an event makes of the task sets of a service: for those who record it. A
    /// new one is [decided](Self::decide_create_task_set) with its revision, and the desired count
    /// is that of the service.
    ///
    /// # Errors
    ///
    /// A service or a task set that is not there, or an event that it cannot take.
    pub fn decide_task_set(
        &self,
        service: &str,
        event: TaskSetEvent,
        now: Timestamp,
    ) -> Result<ServiceChange, ServiceError> {
        let (known, sets) = self.with_task_sets(Some(service))?;
        check_event(&event, None)?;
        sets.decide(event.clone(), now).outcome?;
        Ok(known.task_set_change(event, None, now))
    }

    fn with_task_sets(
        &self,
        reference: Option<&str>,
    ) -> Result<(&ServiceState, &TaskSets), ServiceError> {
        let service = self.active(reference)?;
        let sets = service.task_sets.as_deref();
        let sets = sets.ok_or_else(|| ServiceError::NoTaskSets {
            service: service.name.to_string(),
        })?;
        Ok((service, sets))
    }
}

impl ServiceState {
    fn task_set_change(
        &self,
        event: TaskSetEvent,
        revision: Option<Box<TaskSetRevision>>,
        at: Timestamp,
    ) -> ServiceChange {
        ServiceChange::TaskSet {
            service: Arc::clone(&self.name),
            event,
            revision,
            at,
        }
    }

    /// What became of the tasks of its task sets, or one of these that is gone.
    pub(super) fn task_sets_change(
        &self,
        sets: &TaskSets,
        now: Timestamp,
    ) -> Option<ServiceChange> {
        if let Some(gone) = self.gone(now) {
            return Some(gone);
        }
        for one in &self.deployments {
            let tasks = counted(one);
            match sets.tasks(&one.id) {
                Some(known) if known != tasks => {
                    let task_set = Arc::clone(&one.id);
                    let event = TaskSetEvent::Tasks { task_set, tasks };
                    return Some(self.task_set_change(event, None, now));
                }
                None if one.ranks.is_empty() => {
                    return Some(ServiceChange::Deployment {
                        service: Arc::clone(&self.name),
                        deployment: Arc::clone(&one.id),
                        event: DeploymentEvent::Retire,
                        at: now,
                    });
                }
                Some(_) | None => {}
            }
        }
        None
    }

    /// Something happens to its task sets.
    pub(super) fn take_task_set(
        &mut self,
        event: &TaskSetEvent,
        revision: Option<Box<TaskSetRevision>>,
        at: Timestamp,
    ) {
        let Some(mut sets) = self.task_sets.take() else {
            return;
        };
        let before: BTreeSet<Arc<str>> = sets.steady().cloned().collect();
        // It was decided before.
        let _ = sets.handle(event, at);
        // How many tasks each shall have is asked of it when it is needed.
        while sets.poll_action().is_some() {}
        while let Some(message) = sets.poll_message() {
            self.log.push(&self.arn, message, at);
        }
        let steady = sets.steady().filter(|id| !before.contains(*id));
        let steady: Vec<String> = steady.map(|id| sets.arn_of(id)).collect();
        self.task_sets = Some(sets);
        if let (TaskSetEvent::Create { task_set, .. }, Some(revision)) = (event, revision) {
            let number = self.next_deployment;
            self.next_deployment = number.saturating_add(1);
            let revision = Arc::new(revision.0);
            let mut new = DeploymentState::new(Arc::clone(task_set), number, revision, at);
            new.rollout = RolloutState::Completed;
            self.deployments.insert(0, new);
            self.follow_settings();
        }
        for arn in steady {
            let told = (EventLevel::Info, EventName::TasksetSteadyState);
            self.tell_action(told, |event| event.with_task_set_arns([arn]), at);
        }
    }

    /// The service shall have another number of tasks.
    pub(super) fn scale_task_sets(&mut self, at: Timestamp) {
        if self.task_sets.is_some() {
            let event = TaskSetEvent::DesiredCount(self.wanted());
            self.take_task_set(&event, None, at);
        }
    }

    /// What only a service has that Amazon ECS deploys.
    pub(super) fn refuse_for_task_sets(
        &self,
        request: &UpdateServiceRequest,
    ) -> Result<(), ServiceError> {
        let own = [
            (
                "deploymentConfiguration",
                request.deployment_configuration.is_some(),
            ),
            (
                "forceNewDeployment",
                request.force_new_deployment() == Some(true),
            ),
        ];
        let given = task_set_members!(request);
        let mut given = given.iter().chain(&own);
        let member = given.find(|(_, is_given)| *is_given);
        match (member, &self.task_sets) {
            (Some((member, _)), Some(_)) => Err(ServiceError::TaskSetMember { member }),
            _ => Ok(()),
        }
    }
}

/// Refuses what comes with something else: a new task set with its revision, the desired count with
/// that of the service.
pub(super) fn check_event(
    event: &TaskSetEvent,
    revision: Option<&TaskSetRevision>,
) -> Result<(), TaskSetError> {
    let (event, request) = match event {
        TaskSetEvent::Create { .. } if revision.is_none() => ("create", "CreateTaskSet"),
        TaskSetEvent::DesiredCount(_) => ("desiredCount", "UpdateService"),
        _ => return Ok(()),
    };
    Err(TaskSetError::ByRequest { event, request })
}

/// The tasks of a task set, as they are counted for it.
fn counted(one: &DeploymentState) -> TaskSetTasks {
    let ranks = &one.ranks;
    let healthy = count(ranks.staying.healthy.len());
    let pending = count(ranks.pending());
    let mut tasks = TaskSetTasks::new(count(ranks.still_running()), pending, healthy);
    tasks.draining = count(ranks.draining.len());
    tasks
}
