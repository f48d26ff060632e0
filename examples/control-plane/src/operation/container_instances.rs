//! Operations on container instances.

use std::sync::Arc;

use ecs_model::operation::{
    ContainerInstanceField, ContainerInstanceStatus, CreateClusterRequest,
    DeregisterContainerInstanceRequest, DescribeContainerInstancesRequest,
    ListContainerInstancesRequest, ListContainerInstancesResponse,
    RegisterContainerInstanceRequest, UpdateContainerInstancesStateRequest,
};
use ecs_model::page::Pages;
use ecs_model::{ContainerInstance, Exception, Failure};
use ecs_placement::Query;
use ecs_state::{ForceDeregistration, InstanceEvent};
use serde::Serialize;

use super::identity::Identity;
use super::{Context, DEFAULT, clusters, instance_arn, missing, read};
use crate::call::Response;
use crate::cluster::{ClusterState, Instance};
use crate::ids::Ids;
use crate::{ClusterChange, Handled, words};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described<'a> {
    pub(super) container_instances: Vec<ContainerInstance>,
    pub(super) failures: &'a [Failure],
}

/// The cluster `default` comes with its first container instance.
pub(super) fn register(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: RegisterContainerInstanceRequest = read(context, body)?;
    let name = context.cluster_name(request.cluster())?;
    let known = context
        .realm
        .clusters
        .get(name)
        .filter(|one| one.is_active());
    let new = match known {
        None if name == DEFAULT => Some(clusters::fresh(context, name)?),
        _ => None,
    };
    let mut changes = Vec::new();
    if let Some(new) = &new {
        let document = clusters::document(new, &CreateClusterRequest::default());
        changes.push(ClusterChange::Create {
            document: Box::new(document),
        });
    }
    let cluster = match &new {
        Some(new) => new,
        None => context.cluster(request.cluster())?,
    };
    let document = document(context, cluster, &request)?;
    let arn: Arc<str> = document.container_instance_arn().unwrap_or_default().into();
    let registered = cluster.decide_register(document, context.inputs.now);
    changes.extend(registered.map_err(|error| words::client(error.to_string()))?);
    let response = Response::Instance {
        cluster: Arc::clone(&cluster.name),
        instance: arn,
    };
    Ok(context.changed(cluster, changes, response))
}

/// What the agent says of its instance, and what it leaves to the identity document.
fn document(
    context: &Context<'_>,
    cluster: &ClusterState,
    request: &RegisterContainerInstanceRequest,
) -> Result<ContainerInstance, Exception> {
    let identity = Identity::read(request.instance_identity_document())?;
    let mut ids = Ids::new(context.inputs.seed, cluster.version);
    let given = request.container_instance_arn();
    let known = given.and_then(|arn| cluster.instances.get_key_value(arn));
    let known = known.filter(|(_, one)| one.machine.is_listed());
    let arn = match known {
        Some((arn, _)) => Arc::clone(arn),
        None => cluster.arn_of("container-instance", &ids.hex()),
    };
    let mut document = ContainerInstance::default()
        .with_container_instance_arn(&*arn)
        .with_ec2_instance_id(identity.instance_id(&mut ids))
        .with_registered_resources(identity.resources(request.total_resources())?)
        .with_attributes(identity.attributes(request.attributes()))
        .with_attachments(Vec::<ecs_model::Attachment>::new())
        .with_tags(request.tags().iter().cloned());
    document.version_info.clone_from(&request.version_info);
    if document.version_info.is_none() {
        document.version_info = Some(identity.version_info());
    }
    Ok(document)
}

pub(super) fn deregister(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeregisterContainerInstanceRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let (arn, _) = instance(cluster, request.container_instance())?;
    let force = match request.force() {
        Some(true) => ForceDeregistration::Yes,
        _ => ForceDeregistration::No,
    };
    let tasks = cluster.tasks.values().filter(|task| {
        !task.machine.status().shall_stop
            && !task.has_stopped()
            && task.document.container_instance_arn() == Some(&*arn)
    });
    let event = InstanceEvent::Deregister {
        force,
        running_tasks: tasks.count(),
    };
    let changes = cluster
        .decide_instance(&arn, event, context.inputs.now)
        .map_err(|error| words::invalid(error.to_string()))?;
    let response = Response::Instance {
        cluster: Arc::clone(&cluster.name),
        instance: arn,
    };
    Ok(context.changed(cluster, changes, response))
}

/// A container instance that a request names and that can be described.
pub(super) fn instance<'a>(
    cluster: &'a ClusterState,
    named: Option<&str>,
) -> Result<(Arc<str>, &'a Instance), Exception> {
    let named = named.unwrap_or_default();
    let arn = instance_arn(cluster, named);
    let found = arn.and_then(|arn| cluster.instances.get_key_value(&arn));
    let found = found.map(|(arn, instance)| (Arc::clone(arn), instance));
    found.ok_or_else(|| words::no_instance(named))
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeContainerInstancesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let with_tags = request.include().contains(&ContainerInstanceField::Tags);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for named in request.container_instances() {
        let arn = instance_arn(cluster, named);
        let known = arn.as_ref().and_then(|arn| cluster.instances.get(arn));
        let shown = arn.as_ref().and_then(|arn| cluster.describe_instance(arn));
        match known.zip(shown) {
            Some((known, shown)) if with_tags => {
                found.push(shown.with_tags(known.tags.iter().cloned()));
            }
            Some((_, shown)) => found.push(shown),
            None => failures.push(missing(
                arn.map_or_else(|| named.clone(), |arn| arn.to_string()),
            )),
        }
    }
    Handled::answer(&Described {
        container_instances: found,
        failures: &failures,
    })
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListContainerInstancesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let pages = Pages::of(&request, 100)?;
    let filter = request.filter().filter(|filter| !filter.is_empty());
    let filter = filter.map(Query::parse).transpose();
    let filter = filter.map_err(|error| words::invalid(error.to_string()))?;
    let snapshot = cluster.cell.snapshot();
    let status = request.status().map(ContainerInstanceStatus::as_str);
    let is_asked = |arn: &str, instance: &Instance| {
        let own = instance.machine.status().as_str();
        let is_status = status.map_or(instance.machine.is_listed(), |status| status == own);
        let placed = snapshot.instance(arn);
        is_status
            && filter
                .as_ref()
                .is_none_or(|filter| placed.is_some_and(|one| filter.matches(one)))
    };
    let left = cluster.instances.iter().filter(|(arn, instance)| {
        pages.after().is_none_or(|last| &***arn > last) && is_asked(arn, instance)
    });
    let page = pages.fill(left.map(|(arn, _)| (arn, arn.to_string())));
    let mut response =
        ListContainerInstancesResponse::default().with_container_instance_arns(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}

pub(super) fn update_state(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateContainerInstancesStateRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let event = match request.status() {
        Some(ContainerInstanceStatus::Draining) => InstanceEvent::Drain { limit: None },
        Some(ContainerInstanceStatus::Active) => InstanceEvent::Activate,
        other => {
            let other = other.map_or("", ContainerInstanceStatus::as_str);
            let message = format!("a container instance cannot be set to `{other}`");
            return Err(words::invalid(message));
        }
    };
    let (mut found, mut failures, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for named in request.container_instances() {
        let known = instance_arn(cluster, named);
        let known = known.filter(|arn| cluster.instances.contains_key(arn));
        let Some(arn) = known else {
            failures.push(missing(named));
            continue;
        };
        match cluster.decide_instance(&arn, event.clone(), context.inputs.now) {
            Ok(changed) => {
                changes.extend(changed);
                found.push(arn);
            }
            Err(_) => failures.push(Failure::new(ecs_model::FailureReason::Inactive, &*arn)),
        }
    }
    let response = Response::Instances {
        cluster: Arc::clone(&cluster.name),
        instances: found,
        failures,
    };
    Ok(context.changed(cluster, changes, response))
}
