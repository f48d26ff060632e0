//! Requests of the API.

use ecs_arn::ClusterRef;
use ecs_model::operation::{
    CreateServiceRequest, RunTaskRequest, StartTaskRequest, UpdateServiceRequest,
};
use ecs_model::{Findings, PlacementConstraint, Quotas, Request, TaskOverride};
use ecs_taskdef::TaskDefinition;

use super::refusal::{check_cluster, check_definition, check_expressions, refuse};
use super::{PlacementRequest, RequestError, Unsupported};

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
    /// A request that Amazon ECS refuses, or that has members nobody knows; capacity providers,
    /// inference accelerators, and launch types that are not placed on container instances: for
    /// `FARGATE` there is [`Fargate::plan`](crate::Fargate::plan).
    pub fn of_run_task(
        request: &RunTaskRequest,
        definition: &TaskDefinition,
        cluster: &ClusterRef<'_>,
    ) -> Result<Self, RequestError> {
        let named = request.cluster.as_deref();
        let mut findings = findings_of(request, named, cluster, &Quotas::current());
        findings.extend(request.check_against(definition));
        let constraints = request.placement_constraints();
        check_constraints(constraints, &mut findings);
        let task = checked(definition, request.overrides.as_ref(), findings)?;
        Unsupported::refuse_providers(request.capacity_provider_strategy())?;
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
