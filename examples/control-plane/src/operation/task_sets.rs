//! Operations on task sets.

use std::sync::Arc;

use ecs_model::operation::{
    CreateTaskSetRequest, CreateTaskSetResponse, DeleteTaskSetRequest, DescribeTaskSetsRequest,
    DescribeTaskSetsResponse, TaskSetField, UpdateServicePrimaryTaskSetRequest,
    UpdateTaskSetRequest,
};
use ecs_model::{Exception, ExceptionName, Service, TaskSet};
use ecs_placement::service::task_sets::{TaskSetEvent, TaskSetScale};

use super::services::name_of;
use super::{Context, missing, read};
use crate::call::Response;
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled, words};

pub(super) fn create(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let mut request: CreateTaskSetRequest = read(context, body)?;
    let inputs = context.inputs;
    let cluster = context.cluster(request.cluster())?;
    let named = request.task_definition().unwrap_or_default();
    let definition = context.realm.account.registry.resolve(named, inputs.now);
    let definition = definition.map_err(|error| words::unusable(&error))?;
    request
        .task_definition
        .clone_from(&definition.task_definition_arn);
    let (now, seed) = (inputs.now, inputs.seed);
    let decided = cluster
        .services
        .decide_create_task_set(&request, definition, now, seed);
    let (set, change) = decided.map_err(|error| error.exception())?;
    let mut changes = vec![ClusterChange::Service(Box::new(change))];
    if !request.tags().is_empty() {
        changes.push(ClusterChange::Tags {
            resource: set.task_set_arn().unwrap_or_default().into(),
            tags: request.tags().to_vec(),
        });
    }
    let set = set.with_tags(request.tags().iter().cloned());
    let changes = cluster.changes(&inputs.owner, changes);
    let response = CreateTaskSetResponse::default().with_task_set(set);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeTaskSetsRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let service = service(cluster, request.service())?;
    let with_tags = request.include().contains(&TaskSetField::Tags);
    let shown = |set: &TaskSet| {
        let tags = cluster.tags_of(set.task_set_arn().unwrap_or_default());
        match with_tags {
            true => set.clone().with_tags(tags.iter().cloned()),
            false => set.clone(),
        }
    };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    match request.task_sets() {
        [] => found.extend(service.task_sets().iter().map(shown)),
        named => {
            for name in named {
                match find(&service, name) {
                    Some(set) => found.push(shown(set)),
                    None => failures.push(missing(name)),
                }
            }
        }
    }
    let response = DescribeTaskSetsResponse::default().with_task_sets(found);
    Handled::answer(&response.with_failures(failures))
}

fn service(cluster: &ClusterState, named: Option<&str>) -> Result<Service, Exception> {
    let name = name_of(named.unwrap_or_default());
    let found = cluster.describe_service(name);
    found.ok_or_else(|| Exception::new(ExceptionName::ServiceNotFound, "Service not found."))
}

/// A task set by its id or its ARN.
fn find<'a>(service: &'a Service, named: &str) -> Option<&'a TaskSet> {
    let mut sets = service.task_sets().iter();
    sets.find(|set| set.id() == Some(named) || set.task_set_arn() == Some(named))
}

/// What changes a task set that is there, and its answer.
fn changed(
    context: &Context<'_>,
    cluster: &ClusterState,
    (service, set): (Option<&str>, Option<&str>),
    event: impl FnOnce(Arc<str>) -> Result<TaskSetEvent, Exception>,
) -> Result<Handled, Exception> {
    let described = self::service(cluster, service)?;
    let name = described.service_name().unwrap_or_default();
    let named = set.unwrap_or_default();
    let set = find(&described, named).ok_or_else(|| {
        let message = format!("there is no task set `{named}`");
        Exception::new(ExceptionName::TaskSetNotFound, message)
    })?;
    let event = event(set.id().unwrap_or_default().into())?;
    let change = cluster
        .services
        .decide_task_set(name, event, context.inputs.now);
    let change = change.map_err(|error| error.exception())?;
    let response = Response::TaskSet {
        cluster: Arc::clone(&cluster.name),
        service: name.into(),
        before: Box::new(set.clone()),
    };
    let changes = vec![ClusterChange::Service(Box::new(change))];
    Ok(context.changed(cluster, changes, response))
}

/// A task set as it is after a change; one that is gone is `DRAINING`.
pub(super) fn shown(cluster: &ClusterState, service: &str, before: &TaskSet) -> TaskSet {
    let described = cluster.describe_service(service).unwrap_or_default();
    let found = before.id().and_then(|id| find(&described, id));
    found
        .cloned()
        .unwrap_or_else(|| before.clone().with_status("DRAINING"))
}

pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateTaskSetRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let named = (request.service(), request.task_set());
    changed(context, cluster, named, |task_set| {
        let scale = TaskSetScale::of(request.scale.as_ref()).map_err(|error| error.exception())?;
        Ok(TaskSetEvent::Update { task_set, scale })
    })
}

pub(super) fn make_primary(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateServicePrimaryTaskSetRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let named = (request.service(), request.primary_task_set());
    changed(context, cluster, named, |task_set| {
        Ok(TaskSetEvent::MakePrimary { task_set })
    })
}

pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteTaskSetRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let named = (request.service(), request.task_set());
    let by_force = request.force() == Some(true);
    changed(context, cluster, named, |task_set| {
        Ok(TaskSetEvent::Delete { task_set, by_force })
    })
}
