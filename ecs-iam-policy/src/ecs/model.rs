//! Requests of the API, as ecs-model has them, and what they ask of policies.

use ecs_arn::{EcsResource, Scope, TaskDefinitionRef};
use ecs_model::operation::{
    CreateServiceRequest, RegisterTaskDefinitionRequest, RunTaskRequest, StartTaskRequest,
    UpdateServiceRequest,
};
use ecs_model::{AssignPublicIp, CapacityProviderStrategyItem, NetworkConfiguration};
use ecs_taskdef::{Tag, TaskDefinition, TaskOverride};

use super::{EcsRequest, EcsRequestError, action};
use crate::context::ContextValue;

type Made = Result<EcsRequest, EcsRequestError>;

/// A task definition that a request names, with the tags of its revision, which are no part of
/// its document.
#[derive(Debug, Clone, Copy)]
pub struct TaggedDefinition<'a> {
    definition: &'a TaskDefinition,
    tags: &'a [Tag],
}

impl<'a> TaggedDefinition<'a> {
    /// A revision without tags.
    #[must_use]
    pub const fn new(definition: &'a TaskDefinition) -> Self {
        Self {
            definition,
            tags: &[],
        }
    }

    /// The tags of the revision.
    #[must_use]
    pub const fn with_tags(self, tags: &'a [Tag]) -> Self {
        Self { tags, ..self }
    }

    /// The revision that a request means: that of the document if it tells one, or else the one
    /// that the request names.
    fn revision(self, text: &str) -> String {
        let named = TaskDefinitionRef::parse(text).ok();
        if named.is_some_and(|named| named.revision().is_some()) {
            return text.to_owned();
        }
        let of_document = self.definition.task_definition_arn().map(str::to_owned);
        of_document.unwrap_or_else(|| match self.definition.revision() {
            Some(revision) => format!("{text}:{revision}"),
            None => text.to_owned(),
        })
    }
}

/// What a request says of tasks, whoever chooses their instances.
struct TaskParts<'a> {
    tags: &'a [Tag],
    propagate_tags: Option<&'a str>,
    execute_command: Option<bool>,
    overrides: &'a TaskOverride,
    /// The roles with which Amazon EBS volumes are made.
    volumes: Vec<Option<&'a str>>,
}

/// The two requests have these members alike, and no type in common.
macro_rules! task_parts {
    ($request:expr) => {{
        let volumes = $request.volume_configurations().iter();
        TaskParts {
            tags: $request.tags(),
            propagate_tags: $request.propagate_tags().map(|from| from.as_str()),
            execute_command: $request.enable_execute_command(),
            overrides: $request.overrides(),
            volumes: volumes
                .map(|it| it.managed_ebs_volume().role_arn())
                .collect(),
        }
    }};
}

/// What a request says of a service, whether it creates or changes it.
struct ServiceParts<'a> {
    strategy: &'a [CapacityProviderStrategyItem],
    propagate_tags: Option<&'a str>,
    network: &'a NetworkConfiguration,
    execute_command: Option<bool>,
    managed_tags: Option<bool>,
    service_connect: Option<bool>,
    namespace: Option<&'a str>,
    vpc_lattice: Option<bool>,
    /// The roles with which Amazon EBS volumes are made.
    volumes: Vec<Option<&'a str>>,
    /// The other roles with which Amazon ECS works for the service.
    roles: Vec<Option<&'a str>>,
}

/// The two requests have these members alike, and no type in common.
macro_rules! service_parts {
    ($request:expr) => {{
        let connect = $request.service_connect_configuration();
        let balancers = $request.load_balancers().iter();
        let lattice = $request.vpc_lattice_configurations().iter();
        let connected = connect.services().iter();
        let hooks = $request.deployment_configuration().lifecycle_hooks().iter();
        let volumes = $request.volume_configurations().iter();
        let lattice_given = $request.vpc_lattice_configurations.as_ref();
        ServiceParts {
            strategy: $request.capacity_provider_strategy(),
            propagate_tags: $request.propagate_tags().map(|from| from.as_str()),
            network: $request.network_configuration(),
            execute_command: $request.enable_execute_command(),
            managed_tags: $request.enable_ecs_managed_tags(),
            service_connect: connect.enabled(),
            namespace: connect.namespace(),
            vpc_lattice: lattice_given.map(|list| !list.is_empty()),
            volumes: volumes
                .map(|it| it.managed_ebs_volume().role_arn())
                .collect(),
            roles: balancers
                .map(|it| it.advanced_configuration().role_arn())
                .chain(lattice.map(|it| it.role_arn()))
                .chain(connected.map(|it| it.tls().role_arn()))
                .chain(hooks.map(|it| it.role_arn()))
                .collect(),
        }
    }};
}
/// Typed requests.
impl EcsRequest {
    /// `RegisterTaskDefinition`, with the revision that the family will get.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::register_task_definition`].
    pub fn of_register_task_definition(
        scope: &Scope<'_>,
        request: &RegisterTaskDefinitionRequest,
        revision: u32,
    ) -> Made {
        let family = request.family().unwrap_or_default();
        let containers = request.container_definitions();
        let privileged = containers
            .iter()
            .any(|container| container.privileged() == Some(true));
        let launch_types = request.requires_compatibilities();
        let launch_types = launch_types.iter().map(|launch_type| launch_type.as_str());
        let launch_types = ContextValue::list(launch_types);
        let made = Self::register_task_definition(scope, &format!("{family}:{revision}"))?
            .with_tags(request.tags())
            .with_key("ecs:privileged", Some(privileged))
            .with_list("ecs:compute-compatibility", launch_types)
            .with_size(request.cpu.as_deref(), request.memory.as_deref())
            .with_task_roles(
                scope,
                [request.task_role_arn(), request.execution_role_arn()],
            );
        Ok(made)
    }

    /// `RunTask` with the task definition that it names.
    ///
    /// ```
    /// use ecs_arn::Scope;
    /// use ecs_iam_policy::ecs::{EcsRequest, TaggedDefinition};
    /// use ecs_model::operation::RunTaskRequest;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let definition: TaskDefinition = serde_json::from_str(
    ///     r#"{"family":"web","revision":3,"cpu":"256","taskRoleArn":"web-task"}"#,
    /// )?;
    /// let run: RunTaskRequest =
    ///     serde_json::from_str(r#"{"cluster":"prod","taskDefinition":"web"}"#)?;
    /// let scope = Scope::new("us-east-1", "123456789012")?;
    /// let request = EcsRequest::of_run_task(&scope, &run, TaggedDefinition::new(&definition))?;
    /// let alice = "arn:aws:iam::123456789012:user/alice".parse()?;
    /// let requests = request.requests(&alice);
    /// let resources: Vec<_> = requests.iter().flat_map(|request| request.resources()).collect();
    /// assert_eq!(
    ///     resources,
    ///     [
    ///         "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
    ///         "arn:aws:iam::123456789012:role/web-task",
    ///     ],
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn of_run_task(
        scope: &Scope<'_>,
        request: &RunTaskRequest,
        definition: TaggedDefinition<'_>,
    ) -> Made {
        let named = definition.revision(request.task_definition().unwrap_or_default());
        let made = Self::run_task(scope, request.cluster_or_default(), &named)?
            .with_capacity_strategy(scope, request.capacity_provider_strategy())?;
        Ok(made.with_task_parts(scope, &task_parts!(request), definition))
    }

    /// `StartTask` with the task definition that it names.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::start_task`].
    pub fn of_start_task(
        scope: &Scope<'_>,
        request: &StartTaskRequest,
        definition: TaggedDefinition<'_>,
    ) -> Made {
        let named = definition.revision(request.task_definition().unwrap_or_default());
        let instances = request.container_instances();
        let instances: Vec<&str> = instances.iter().map(String::as_str).collect();
        let cluster = request.cluster().unwrap_or("default");
        let made = Self::start_task(scope, cluster, &named, &instances)?;
        Ok(made.with_task_parts(scope, &task_parts!(request), definition))
    }

    /// `CreateService`, with its task definition unless a deployment controller of its own
    /// brings one.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::create_service`].
    pub fn of_create_service(
        scope: &Scope<'_>,
        request: &CreateServiceRequest,
        definition: Option<TaggedDefinition<'_>>,
    ) -> Made {
        let (cluster, name) = (request.cluster_or_default(), request.service_name());
        let name = name.unwrap_or_default();
        let named = named_revision(request.task_definition(), definition);
        let made = match &named {
            Some(named) => Self::create_service(scope, cluster, name, named)?,
            None => Self::create_service_without_definition(scope, cluster, name)?,
        };
        let parts = service_parts!(request);
        let made = made
            .with_tags(request.tags())
            .with_service_roles(scope, std::iter::once(request.role()))
            .with_service_parts(scope, &parts)?;
        Ok(match definition {
            Some(definition) => {
                made.with_size(definition.definition.cpu(), definition.definition.memory())
            }
            None => made,
        })
    }

    /// `UpdateService`, with its task definition if that changes.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::update_service`].
    pub fn of_update_service(
        scope: &Scope<'_>,
        request: &UpdateServiceRequest,
        definition: Option<TaggedDefinition<'_>>,
    ) -> Made {
        let cluster = request.cluster().unwrap_or("default");
        let name = request.service().unwrap_or_default();
        let named = named_revision(request.task_definition(), definition);
        let made = Self::update_service(scope, cluster, name, named.as_deref())?;
        let made = made.with_service_parts(scope, &service_parts!(request))?;
        Ok(match (definition, named) {
            (Some(definition), Some(_)) => {
                made.with_size(definition.definition.cpu(), definition.definition.memory())
            }
            _ => made,
        })
    }
}

fn named_revision(text: Option<&str>, definition: Option<TaggedDefinition<'_>>) -> Option<String> {
    let text = text?;
    Some(definition.map_or_else(|| text.to_owned(), |definition| definition.revision(text)))
}

impl EcsRequest {
    /// Adds a key, if the request says something of it and the action has it.
    fn with_key(self, key: &str, value: Option<impl Into<ContextValue>>) -> Self {
        match value {
            Some(value) if self.has_key(key) => self.with_context(key, value),
            _ => self,
        }
    }

    fn with_list(self, key: &str, values: ContextValue) -> Self {
        let given = !values.values().is_empty();
        self.with_key(key, given.then_some(values))
    }

    fn has_key(&self, key: &str) -> bool {
        action(self.action).is_some_and(|action| action.takes_key(key))
    }

    fn with_tags(self, tags: &[Tag]) -> Self {
        tags.iter().fold(self, |request, tag| {
            request.with_tag(
                tag.key().unwrap_or_default(),
                tag.value().unwrap_or_default(),
            )
        })
    }

    /// Tasks that are started get the tags of their task definition, if the request says so;
    /// those of a service are started, and tagged, by Amazon ECS itself.
    fn with_copied_tags(self, from: Option<&str>, definition: TaggedDefinition<'_>) -> Self {
        if from != Some("TASK_DEFINITION") {
            return self;
        }
        definition.tags.iter().fold(self, |request, tag| {
            let (key, value) = (tag.key(), tag.value());
            request.with_propagated_tag(key.unwrap_or_default(), value.unwrap_or_default())
        })
    }

    /// Size and roles of a task are those of the request before those of the task definition.
    fn with_task_parts(
        self,
        scope: &Scope<'_>,
        parts: &TaskParts<'_>,
        definition: TaggedDefinition<'_>,
    ) -> Self {
        let made = self
            .with_tags(parts.tags)
            .with_copied_tags(parts.propagate_tags, definition)
            .with_key("ecs:enable-execute-command", parts.execute_command)
            .with_volumes(scope, &parts.volumes);
        let (overrides, definition) = (parts.overrides, definition.definition);
        let cpu = overrides.cpu().or(definition.cpu());
        let memory = overrides.memory().or(definition.memory());
        let task_role = overrides.task_role_arn().or(definition.task_role_arn());
        let execution_role = overrides
            .execution_role_arn()
            .or(definition.execution_role_arn());
        made.with_size(cpu, memory)
            .with_task_roles(scope, [task_role, execution_role])
    }

    /// Size of a task as a task definition writes it, such as `256` or `1 vCPU`.
    fn with_size(self, cpu: Option<&str>, memory: Option<&str>) -> Self {
        let mut sized = TaskDefinition::default();
        sized.cpu = cpu.map(str::to_owned);
        sized.memory = memory.map(str::to_owned);
        self.with_key("ecs:task-cpu", sized.cpu_units().map(i64::from))
            .with_key("ecs:task-memory", sized.memory_mib().map(i64::from))
    }

    fn with_task_roles(self, scope: &Scope<'_>, roles: [Option<&str>; 2]) -> Self {
        let roles = roles.into_iter().flatten();
        roles.fold(self, |request, role| {
            request.with_passed_role(&role_arn(scope, role))
        })
    }

    fn with_service_roles<'r>(
        self,
        scope: &Scope<'_>,
        roles: impl Iterator<Item = Option<&'r str>>,
    ) -> Self {
        roles.flatten().fold(self, |request, role| {
            request.with_service_role(&role_arn(scope, role))
        })
    }

    /// Amazon EBS volumes, each made with the role that is given for it.
    fn with_volumes(self, scope: &Scope<'_>, roles: &[Option<&str>]) -> Self {
        let given = roles.iter().any(Option::is_some);
        self.with_key("ecs:enable-ebs-volumes", given.then_some(true))
            .with_service_roles(scope, roles.iter().copied())
    }

    fn with_capacity_strategy(
        self,
        scope: &Scope<'_>,
        strategy: &[CapacityProviderStrategyItem],
    ) -> Result<Self, EcsRequestError> {
        let names = strategy.iter().filter_map(|item| item.capacity_provider());
        let arns: Result<Vec<String>, EcsRequestError> = names
            .map(|name| match name.starts_with("arn:") {
                true => Ok(name.to_owned()),
                false => Ok(scope
                    .arn(EcsResource::CapacityProvider { name })?
                    .to_string()),
            })
            .collect();
        Ok(self.with_list("ecs:capacity-provider", ContextValue::list(arns?)))
    }

    fn with_service_parts(
        self,
        scope: &Scope<'_>,
        parts: &ServiceParts<'_>,
    ) -> Result<Self, EcsRequestError> {
        let network = parts.network.awsvpc_configuration();
        let public = network
            .assign_public_ip()
            .map(|it| *it == AssignPublicIp::Enabled);
        let subnets = ContextValue::list(network.subnets().iter().map(String::as_str));
        let namespace = parts.namespace.filter(|name| name.starts_with("arn:"));
        let made = self
            .with_capacity_strategy(scope, parts.strategy)?
            .with_list("ecs:subnet", subnets)
            .with_key("ecs:auto-assign-public-ip", public)
            .with_key("ecs:enable-execute-command", parts.execute_command)
            .with_key("ecs:enable-ecs-managed-tags", parts.managed_tags)
            .with_key("ecs:propagate-tags", parts.propagate_tags)
            .with_key("ecs:enable-service-connect", parts.service_connect)
            .with_key("ecs:enable-vpc-lattice", parts.vpc_lattice)
            .with_key("ecs:namespace", namespace)
            .with_volumes(scope, &parts.volumes)
            .with_service_roles(scope, parts.roles.iter().copied());
        Ok(made)
    }
}

/// The ARN of a role of the account, which task definitions may give by its name.
fn role_arn(scope: &Scope<'_>, role: &str) -> String {
    if role.starts_with("arn:") {
        return role.to_owned();
    }
    let (partition, account) = (scope.partition().as_str(), scope.account());
    format!("arn:{partition}:iam::{}:role/{role}", account.as_str())
}
