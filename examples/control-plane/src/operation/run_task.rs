//! RunTask: the walk of a request through all rooms.

use std::sync::Arc;

use ecs_arn::ClusterRef;
use ecs_model::client_token::UsedToken;
use ecs_model::operation::{RunTaskRequest, RunTaskResponse};
use ecs_model::service::PropagateTags;
use ecs_model::{Exception, Failure, LaunchType, Tag, Task, TaskDefinition, Timestamp};
use ecs_placement::PlacementRequest;
use ecs_placement::capacity::{CapacityChoice, CapacityEvent, ProviderKind};
use ecs_placement::service::ServiceChange;
use ecs_state::Registration;

use super::{Context, read};
use crate::account::Account;
use crate::call::Response;
use crate::cluster::{ClusterState, Launch, Place, Placed};
use crate::ids::Ids;
use crate::{ClusterChange, Handled, Inputs, words};

pub(super) fn run_task(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: RunTaskRequest = read(context, body)?;
    let inputs = context.inputs;
    let (cluster, account) = context.cluster_to_plan(request.cluster())?;
    if let Some(token) = request.client_token()
        && let Some(answer) = repeated(cluster, token, &request, inputs.now)?
    {
        return Handled::answer(&answer);
    }
    let named = request.task_definition().unwrap_or_default();
    let definition = account.registry.resolve(named, inputs.now);
    let definition = definition.map_err(|error| words::unusable(&error))?;
    let tags = tags(account, cluster, definition, &Tagging::of(&request));
    let ids = Ids::new(inputs.seed, cluster.version);
    let mut run = Run {
        cluster,
        inputs,
        request: &request,
        definition,
        tags,
        ids,
        arns: Vec::new(),
        failures: Vec::new(),
        changes: Vec::new(),
    };
    run.place()?;
    let Run {
        arns,
        failures,
        mut changes,
        ..
    } = run;
    if let Some(token) = request.client_token() {
        let resources = arns.iter().map(|arn| &**arn);
        changes.push(ClusterChange::Token {
            token: token.to_owned(),
            used: UsedToken::of(&request, resources, inputs.now),
        });
    }
    let response = Response::Tasks {
        cluster: Arc::clone(&cluster.name),
        tasks: arns,
        failures,
    };
    Ok(Handled::new(
        cluster.changes(&inputs.owner, changes),
        response,
    ))
}

/// What the same request answered before, if it came with this token.
fn repeated(
    cluster: &ClusterState,
    token: &str,
    request: &RunTaskRequest,
    now: Timestamp,
) -> Result<Option<RunTaskResponse>, Exception> {
    let ended = |tasks: &[String]| {
        let known = tasks.iter().map(|arn| cluster.tasks.get(arn.as_str()));
        let stopped = known.map(|task| match task {
            Some(task) => task.machine.timeline().stopped_at,
            // It is forgotten, more than an hour after its end.
            None => Some(Timestamp::UNIX_EPOCH),
        });
        let stopped: Option<Vec<Timestamp>> = stopped.collect();
        stopped?.into_iter().max_by_key(|at| at.micros())
    };
    let Some(used) = cluster.tokens.find(token, request, now, ended)? else {
        return Ok(None);
    };
    let tasks = used.resources().iter();
    let tasks = tasks.filter_map(|arn| cluster.tasks.get(arn.as_str()));
    let shown = tasks.map(|task| match task.has_stopped() {
        false => task.document.clone().with_tags(task.tags.iter().cloned()),
        true => {
            let mut brief = Task::default();
            brief.task_arn.clone_from(&task.document.task_arn);
            brief.last_status.clone_from(&task.document.last_status);
            brief
                .desired_status
                .clone_from(&task.document.desired_status);
            brief
        }
    });
    Ok(Some(
        RunTaskResponse::default()
            .with_tasks(shown)
            .with_failures(Vec::<Failure>::new()),
    ))
}

/// A RunTask on its way.
struct Run<'a> {
    cluster: &'a mut ClusterState,
    inputs: &'a Inputs,
    request: &'a RunTaskRequest,
    definition: &'a TaskDefinition,
    tags: Vec<Tag>,
    ids: Ids,
    arns: Vec<Arc<str>>,
    failures: Vec<Failure>,
    changes: Vec<ClusterChange>,
}

impl Run<'_> {
    fn place(&mut self) -> Result<(), Exception> {
        let request = self.request;
        let capacity = self.cluster.services.capacity();
        let capacity = capacity.ok_or_else(|| words::server("no capacity"))?;
        let strategy = request.capacity_provider_strategy();
        let choice = capacity.choose(request.launch_type(), strategy);
        let choice = choice.map_err(|error| error.exception())?;
        let arn = self.cluster.arn().to_owned();
        let own = ClusterRef::parse(&arn).map_err(words::server)?;
        let count = u32::try_from(request.tasks_wanted()).unwrap_or(0);
        match choice {
            CapacityChoice::LaunchType(LaunchType::Fargate) => {
                let fit = request.check_against(self.definition);
                Exception::of_findings(&fit).map_or(Ok(()), Err)?;
                self.on_fargate(None, count)
            }
            CapacityChoice::LaunchType(launch_type) => {
                let placement = PlacementRequest::of_run_task(request, self.definition, &own);
                let placement = placement.map_err(|error| error.exception())?;
                self.on_instances(&placement, &launch_type)
            }
            _ => {
                let parts =
                    PlacementRequest::of_run_task_on(capacity, request, self.definition, &own);
                let parts = parts.map_err(|error| error.exception())?;
                let kind = |part: &PlacementRequest| {
                    let provider = part.capacity_provider()?;
                    Some(capacity.provider(provider).ok()?.kind)
                };
                let parts: Vec<_> = parts.into_iter().map(|part| (kind(&part), part)).collect();
                for (kind, part) in parts {
                    match kind.is_some_and(ProviderKind::is_fargate) {
                        true => self.on_fargate(part.capacity_provider(), part.count())?,
                        false => self.on_instances(&part, &LaunchType::Ec2)?,
                    }
                }
                Ok(())
            }
        }
    }

    fn on_instances(
        &mut self,
        placement: &PlacementRequest,
        launch_type: &LaunchType,
    ) -> Result<(), Exception> {
        let cluster = &mut *self.cluster;
        let snapshot = cluster.cell.snapshot();
        let seed = self.inputs.seed;
        let plan = ecs_placement::run_task(&mut cluster.planner, &snapshot, placement, seed);
        let plan = plan.map_err(|error| error.exception())?;
        let unplaced = plan.unplaced();
        let provider = placement.capacity_provider();
        if unplaced > 0 && provider.is_none() {
            self.failures.extend(plan.failures());
        }
        drop(snapshot);
        let (placed, committed) = self.cluster.commit(plan, &mut self.ids)?;
        self.changes.extend(committed);
        self.begin(placed, launch_type, provider)?;
        match provider {
            Some(provider) => self.wait(placement, provider, unplaced),
            None => Ok(()),
        }
    }

    /// What finds no place on the instances of a capacity provider waits for more of them.
    fn wait(
        &mut self,
        placement: &PlacementRequest,
        provider: &str,
        count: u32,
    ) -> Result<(), Exception> {
        let needs = Arc::new(placement.needs().clone());
        let (mut waiting, mut events) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let task = self.cluster.arn_of("task", &self.ids.hex());
            let event = CapacityEvent::Waiting {
                task: Arc::clone(&task),
                provider: provider.into(),
                needs: Arc::clone(&needs),
                is_distinct_instance: placement.is_distinct_instance(),
            };
            let decided = self
                .cluster
                .services
                .decide_capacity(event.clone(), self.inputs.now);
            decided.map_err(|error| error.exception())?;
            events.push(event);
            waiting.push((task, Place::Waiting));
        }
        if !events.is_empty() {
            let at = self.inputs.now;
            let change = ServiceChange::Capacity { events, at };
            self.changes.push(ClusterChange::Service(Box::new(change)));
        }
        self.begin(waiting, &LaunchType::Ec2, Some(provider))?;
        if count > 0
            && let Some(ClusterChange::Start(new)) = self.changes.last_mut()
        {
            new.waits_by = Some(Arc::new(placement.clone()));
        }
        Ok(())
    }

    fn on_fargate(&mut self, provider: Option<&str>, count: u32) -> Result<(), Exception> {
        let network = self.request.network_configuration();
        let subnets = network.awsvpc_configuration().subnets();
        let subnets: Vec<&str> = subnets.iter().map(String::as_str).collect();
        let family = self.definition.family().unwrap_or_default();
        let group = self
            .request
            .group()
            .map_or_else(|| format!("family:{family}"), str::to_owned);
        let plan = self.cluster.fargate.plan(&group, &subnets, count);
        let plan = plan.map_err(|error| error.exception())?;
        self.failures.extend(plan.failures);
        let placed: Vec<_> = plan
            .places
            .into_iter()
            .map(|place| {
                let arn = self.cluster.arn_of("task", &self.ids.hex());
                let (zone, subnet) = (place.zone, place.subnet);
                (arn, Place::Zone { zone, subnet })
            })
            .collect();
        self.begin(placed, &LaunchType::Fargate, provider)
    }

    fn begin(
        &mut self,
        placed: Placed,
        launch_type: &LaunchType,
        provider: Option<&str>,
    ) -> Result<(), Exception> {
        if placed.is_empty() {
            return Ok(());
        }
        let request = self.request;
        let launch = Launch {
            definition: self.definition,
            overrides: request.overrides.as_ref(),
            network: request.network_configuration(),
            launch_type: Some(launch_type.clone()),
            capacity_provider: provider,
            platform_version: request.platform_version(),
            group: request.group(),
            started_by: request.started_by(),
            executes_commands: request.enable_execute_command() == Some(true),
            tags: self.tags.clone(),
            registration: Registration::None,
        };
        self.arns
            .extend(placed.iter().map(|(arn, _)| Arc::clone(arn)));
        let new = self
            .cluster
            .new_tasks(&launch, placed, &mut self.ids, self.inputs.now)?;
        self.changes.push(ClusterChange::Start(Box::new(new)));
        Ok(())
    }
}

/// What a request for tasks says of their tags.
pub(super) struct Tagging<'a> {
    pub(super) given: &'a [Tag],
    pub(super) from: Option<&'a PropagateTags>,
    pub(super) managed: bool,
}

impl<'a> Tagging<'a> {
    fn of(request: &'a RunTaskRequest) -> Self {
        Self {
            given: request.tags(),
            from: request.propagate_tags(),
            managed: request.enable_ecs_managed_tags() == Some(true),
        }
    }
}

/// The tags of new tasks: of two with one key the request's counts.
pub(super) fn tags(
    account: &Account,
    cluster: &ClusterState,
    definition: &TaskDefinition,
    tagging: &Tagging<'_>,
) -> Vec<Tag> {
    let mut tags = tagging.given.to_vec();
    if tagging.from == Some(&PropagateTags::TaskDefinition) {
        let arn = definition.task_definition_arn().unwrap_or_default();
        for tag in account.tags_of(arn) {
            if !tags.iter().any(|known| known.key == tag.key) {
                tags.push(tag.clone());
            }
        }
    }
    if tagging.managed {
        let tag = Tag::default().with_key("aws:ecs:clusterName");
        tags.push(tag.with_value(&*cluster.name));
    }
    tags
}
