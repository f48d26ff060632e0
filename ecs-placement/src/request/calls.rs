//! Requests of the API.

use std::sync::Arc;

use ecs_arn::ClusterRef;
use ecs_model::operation::{
    CreateServiceRequest, CreateTaskSetRequest, RunTaskRequest, StartTaskRequest,
    UpdateServiceRequest,
};
use ecs_model::{Findings, PlacementConstraint, Quotas, Request, TaskOverride};
use ecs_taskdef::TaskDefinition;

use super::refusal::{check_cluster, check_definition, check_expressions, check_provider, refuse};
use super::{PlacementRequest, RequestError, Unsupported};
use crate::capacity::{CapacityChoice, ClusterCapacity, Provider};

/// Where a request names its task definition.
const DEFINITION: &str = "/taskDefinition";

impl PlacementRequest {
    /// What a RunTask request asks for, given the task definition that it names and the cluster
    /// on which it is to be placed. What it overrides of CPU, memory and devices is what the
    /// task needs. The subnets of its network configuration lie in zones that it does not say:
    /// [`with_zones`](Self::with_zones).
    ///
    /// ```
    /// use ecs_arn::ClusterRef;
    /// use ecs_model::operation::RunTaskRequest;
    /// use ecs_placement::PlacementRequest;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let sleep: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "sleep360",
    ///     "containerDefinitions": [
    ///         {"name": "sleep", "image": "busybox", "cpu": 10, "memory": 10}
    ///     ]
    /// }"#)?;
    /// let cluster = ClusterRef::parse("prod")?;
    /// let request: RunTaskRequest = serde_json::from_str(r#"{
    ///     "taskDefinition": "sleep360", "cluster": "prod", "count": 2,
    ///     "overrides": {"containerOverrides": [{"name": "sleep", "memory": 20}]}
    /// }"#)?;
    /// let placement = PlacementRequest::of_run_task(&request, &sleep, &cluster)?;
    /// assert_eq!((placement.count(), placement.needs().memory), (2, 20));
    ///
    /// let request: RunTaskRequest = serde_json::from_str(
    ///     r#"{"taskDefinition": "sleep360", "cluster": "prod", "count": 500}"#,
    /// )?;
    /// let error = PlacementRequest::of_run_task(&request, &sleep, &cluster).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the request is refused: error[run-task-quota] /count: \
    ///      500 is above the quota `Tasks launched per run-task` of 10"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, or that has members nobody knows; capacity providers, for
    /// which there is [`of_run_task_on`](Self::of_run_task_on); inference accelerators, and launch
    /// types that are not placed on container instances: for `FARGATE` there is [`Fargate::plan`](crate::Fargate::plan).
    pub fn of_run_task(
        request: &RunTaskRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
    ) -> Result<Self, RequestError> {
        let placement = Self::of_run_task_anywhere(request, definition, cluster, None)?;
        Unsupported::refuse_providers(request.capacity_provider_strategy())?;
        Ok(placement)
    }

    /// What a RunTask request asks for, on capacity providers of the kind of this one, if any.
    fn of_run_task_anywhere(
        request: &RunTaskRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
        provider: Option<&Provider>,
    ) -> Result<Self, RequestError> {
        let named = request.cluster.as_deref();
        let mut findings = findings_of(request, named, cluster, &Quotas::current());
        findings.extend(request.check_against(definition));
        let constraints = request.placement_constraints();
        check_constraints(constraints, &mut findings);
        if let Some(provider) = provider {
            check_provider(request, definition, provider, &mut findings);
        }
        let task = checked(definition, request.overrides.as_ref(), findings)?;
        let count = request.tasks_wanted();
        let mut placement = Self::of_definition(&task)?
            .with_count(u32::try_from(count).map_err(|_| Unsupported::Count { count })?)
            .with_constraints(constraints)?
            .with_strategies(request.placement_strategy.as_deref().unwrap_or_default())?;
        if let Some(launch_type) = &request.launch_type {
            placement = placement.with_launch_type(launch_type.clone())?;
        }
        Ok(placement.with_group_of(request.group.as_deref()))
    }

    /// What a RunTask request asks for where the cluster has capacity providers: one part for each
    /// provider that gets tasks, by the strategy of the request or the default of the cluster, or
    /// one of a launch type. The base of a strategy counts the tasks of this request.
    ///
    /// For a provider on Fargate there is [`Fargate::plan`](crate::Fargate::plan); for another one
    /// [`run_task`](crate::run_task) plans, and those of its copies that find no place
    /// [wait](ClusterCapacity::handle_waiting) in `PROVISIONING`.
    ///
    /// ```
    /// use ecs_arn::ClusterRef;
    /// use ecs_model::Timestamp;
    /// use ecs_model::operation::RunTaskRequest;
    /// use ecs_placement::PlacementRequest;
    /// use ecs_placement::capacity::{ClusterCapacity, Provider};
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let mut capacity = ClusterCapacity::new(Timestamp::from_seconds(0));
    /// capacity.add_provider(Provider::fargate())?;
    /// capacity.add_provider(Provider::fargate_spot())?;
    /// let sleep: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "sleep360",
    ///     "containerDefinitions": [{"name": "sleep", "image": "busybox", "memory": 10}]
    /// }"#)?;
    /// let request: RunTaskRequest = serde_json::from_str(r#"{
    ///     "taskDefinition": "sleep360", "cluster": "prod", "count": 5,
    ///     "capacityProviderStrategy": [
    ///         {"capacityProvider": "FARGATE", "weight": 1, "base": 1},
    ///         {"capacityProvider": "FARGATE_SPOT", "weight": 3}]
    /// }"#)?;
    /// let cluster = ClusterRef::parse("prod")?;
    /// let parts = PlacementRequest::of_run_task_on(&capacity, &request, &sleep, &cluster)?;
    /// let counts: Vec<_> = parts.iter().map(|one| (one.capacity_provider(), one.count())).collect();
    /// assert_eq!(counts, [(Some("FARGATE"), 2), (Some("FARGATE_SPOT"), 3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`of_run_task`](Self::of_run_task), apart from capacity providers: of these, a strategy
    /// by which no task can be placed, or providers that the cluster does not have. Placement
    /// strategies, unless every provider is of an Auto Scaling group, and placement constraints on
    /// Fargate, those of the task definition too.
    pub fn of_run_task_on(
        capacity: &ClusterCapacity,
        request: &RunTaskRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
    ) -> Result<Vec<Self>, RequestError> {
        let choice =
            capacity.choose(request.launch_type(), request.capacity_provider_strategy())?;
        let CapacityChoice::Providers(strategy) = choice else {
            return Ok(vec![Self::of_run_task(request, definition, cluster)?]);
        };
        let first = strategy.shares().first();
        let provider = first
            .map(|share| capacity.provider(&share.provider))
            .transpose()?;
        let placement = Self::of_run_task_anywhere(request, definition, cluster, provider)?;
        let shares = strategy.spread(placement.count, |_| 0);
        let parts = shares.into_iter().filter(|(_, count)| *count > 0);
        let part = |(provider, count): (Arc<str>, u32)| {
            let kind = capacity.provider(&provider)?.kind;
            let part = placement.clone().with_count(count);
            let part = match kind.is_fargate() {
                true => part.of_any_launch_type(),
                false => part,
            };
            Ok(part.with_capacity_provider(provider))
        };
        parts.map(part).collect()
    }

    /// What a StartTask request asks for on each of its instances. It has no launch type: the
    /// caller chooses the instances, external ones too.
    ///
    /// # Errors
    ///
    /// A request that Amazon ECS refuses, or that has members nobody knows; inference
    /// accelerators.
    pub fn of_start_task(
        request: &StartTaskRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
    ) -> Result<Self, RequestError> {
        let named = request.cluster.as_deref();
        let mut findings = findings_of(request, named, cluster, &Quotas::current());
        findings.extend(request.check_against(definition));
        let task = checked(definition, request.overrides.as_ref(), findings)?;
        let instances = request.container_instances.as_ref().map_or(0, Vec::len);
        Ok(Self::of_definition(&task)?
            .with_count(u32::try_from(instances).unwrap_or(u32::MAX))
            .of_any_launch_type()
            .with_group_of(request.group.as_deref()))
    }

    /// What the tasks of a new service need, without the constraints and strategies of the
    /// service, which can change.
    pub(crate) fn of_service(
        request: &CreateServiceRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
        quotas: &Quotas,
    ) -> Result<Self, RequestError> {
        let mut findings = findings_of(request, request.cluster.as_deref(), cluster, quotas);
        findings.extend(request.check_against(definition));
        check_constraints(request.placement_constraints(), &mut findings);
        Ok(Self::of_definition(&checked(definition, None, findings)?)?)
    }

    /// Whether a request without a task definition is one that Amazon ECS refuses.
    pub(crate) fn check(
        request: &impl Request,
        named: Option<&str>,
        cluster: &ClusterRef<'_>,
        quotas: &Quotas,
    ) -> Result<(), RequestError> {
        refuse(findings_of(request, named, cluster, quotas))
    }

    /// The same of a new service without a task definition.
    pub(crate) fn check_service(
        request: &CreateServiceRequest,
        cluster: &ClusterRef<'_>,
        quotas: &Quotas,
    ) -> Result<(), RequestError> {
        let mut findings = findings_of(request, request.cluster.as_deref(), cluster, quotas);
        check_constraints(request.placement_constraints(), &mut findings);
        refuse(findings)
    }

    /// What the tasks of a new task set need.
    pub(crate) fn of_task_set(
        request: &CreateTaskSetRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
        quotas: &Quotas,
    ) -> Result<Self, RequestError> {
        let findings = findings_of(request, request.cluster.as_deref(), cluster, quotas);
        Ok(Self::of_definition(&checked(definition, None, findings)?)?)
    }

    /// What the tasks of a service need once it is changed; `definition` is the new task
    /// definition, if there is one.
    pub(crate) fn of_service_update(
        request: &UpdateServiceRequest,
        definition: Option<&TaskDefinition>,
        cluster: &ClusterRef<'_>,
        quotas: &Quotas,
    ) -> Result<Option<Self>, RequestError> {
        let mut findings = findings_of(request, request.cluster.as_deref(), cluster, quotas);
        check_constraints(request.placement_constraints(), &mut findings);
        let Some(definition) = definition else {
            refuse(findings)?;
            return Ok(None);
        };
        let placement = Self::of_definition(&checked(definition, None, findings)?)?;
        Ok(Some(placement))
    }

    fn with_group_of(self, group: Option<&str>) -> Self {
        match group {
            Some(group) => self.with_group(group),
            None => self,
        }
    }
}

/// What is to be said of a request, and of the cluster that it names.
fn findings_of(
    request: &impl Request,
    named: Option<&str>,
    cluster: &ClusterRef<'_>,
    quotas: &Quotas,
) -> Findings {
    let mut findings = request.validate(quotas);
    check_cluster(named, cluster, &mut findings);
    findings
}

/// Whether the constraints of a request are of the cluster query language.
fn check_constraints(constraints: &[PlacementConstraint], findings: &mut Findings) {
    let expressions = constraints.iter().map(PlacementConstraint::expression);
    check_expressions(expressions, "", findings);
}

/// The task definition as the task has it, if nothing was found.
fn checked(
    definition: &TaskDefinition,
    overrides: Option<&TaskOverride>,
    mut findings: Findings,
) -> Result<TaskDefinition, RequestError> {
    let overridden = overrides.and_then(|overrides| definition.with_overrides(overrides).ok());
    let task = overridden.unwrap_or_else(|| definition.clone());
    check_definition(&task, DEFINITION, &mut findings);
    refuse(findings)?;
    if overrides.is_some_and(|one| !one.inference_accelerator_overrides().is_empty()) {
        let device = "inference accelerators";
        return Err(Unsupported::Devices { device }.into());
    }
    Ok(task)
}
