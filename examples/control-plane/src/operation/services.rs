//! Operations on services.

use std::sync::Arc;

use ecs_arn::ServiceRef;
use ecs_model::client_token::UsedToken;
use ecs_model::deployment::DeploymentControllerType;
use ecs_model::operation::{
    CreateServiceRequest, DeleteServiceRequest, DescribeServicesRequest, DescribeServicesResponse,
    ListServicesByNamespaceRequest, ListServicesByNamespaceResponse, ListServicesRequest,
    ListServicesResponse, ServiceField, UpdateServiceRequest,
};
use ecs_model::page::Pages;
use ecs_model::service::ResourceManagementType;
use ecs_model::{Exception, SchedulingStrategy, Service};
use ecs_placement::service::ServiceError;

use super::{Context, missing, read};
use crate::call::Response;
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled, words};

fn refused(error: &ServiceError) -> Exception {
    error.exception()
}

fn service(cluster: &ClusterState, name: &str) -> Response {
    Response::Service {
        cluster: Arc::clone(&cluster.name),
        name: name.into(),
    }
}

/// A service as it is shown, with its tags if they are asked for.
pub(super) fn described(cluster: &ClusterState, name: &str, with_tags: bool) -> Option<Service> {
    let service = cluster.describe_service(name)?;
    let arn = cluster.arn_of("service", name);
    Some(match with_tags {
        true => service.with_tags(cluster.tags_of(&arn).iter().cloned()),
        false => service,
    })
}

/// The same request again, by its token or its name, is answered by the service that there is.
pub(super) fn create(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: CreateServiceRequest = read(context, body)?;
    let inputs = context.inputs;
    let cluster = context.cluster(request.cluster())?;
    let name = request.service_name().unwrap_or_default();
    let known = cluster.describe_service(name);
    let token = format!("CreateService/{name}");
    if let Some(known) = known.filter(|known| known.status() != Some("INACTIVE")) {
        let found = cluster.tokens.find(&token, &request, inputs.now, |_| None);
        return match (known.status(), found) {
            (Some("DRAINING"), _) => Err(words::invalid(
                "Unable to Start a service that is still Draining.",
            )),
            (_, Ok(Some(_))) => Ok(Handled::new(None, service(cluster, name))),
            _ => Err(words::invalid("Creation of service was not idempotent.")),
        };
    }
    let controller = request.deployment_controller().r#type();
    let change = match controller {
        Some(DeploymentControllerType::External) if request.task_definition.is_none() => cluster
            .services
            .decide_create_external(&request, inputs.now),
        _ => {
            let named = request.task_definition();
            let missing = || words::invalid("`taskDefinition` is missing");
            let named = named.ok_or_else(missing)?;
            let definition = context.realm.account.registry.resolve(named, inputs.now);
            let definition = definition.map_err(|error| words::unusable(&error))?;
            // The service names its revision, whatever becomes of the family.
            let mut request = request.clone();
            request
                .task_definition
                .clone_from(&definition.task_definition_arn);
            cluster
                .services
                .decide_create(&request, definition, inputs.now, inputs.seed)
        }
    };
    let change = change.map_err(|error| refused(&error))?;
    let arn = cluster.arn_of("service", name);
    let used = UsedToken::of(&request, [&*arn], inputs.now);
    let changes = vec![
        ClusterChange::Service(Box::new(change)),
        ClusterChange::Tags {
            resource: arn,
            tags: request.tags().to_vec(),
        },
        ClusterChange::Token { token, used },
    ];
    Ok(context.changed(cluster, changes, service(cluster, name)))
}

pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let mut request: UpdateServiceRequest = read(context, body)?;
    let inputs = context.inputs;
    let cluster = context.cluster(request.cluster())?;
    let registry = &context.realm.account.registry;
    let definition = request.task_definition();
    let definition = definition.map(|named| registry.resolve(named, inputs.now));
    let definition = definition.transpose();
    let definition = definition.map_err(|error| words::unusable(&error))?;
    if let Some(definition) = definition {
        request
            .task_definition
            .clone_from(&definition.task_definition_arn);
    }
    let change = cluster
        .services
        .decide_update(&request, definition, inputs.now, inputs.seed)
        .map_err(|error| refused(&error))?;
    let name = name_of(request.service().unwrap_or_default());
    let changes = vec![ClusterChange::Service(Box::new(change))];
    Ok(context.changed(cluster, changes, service(cluster, name)))
}

pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteServiceRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let change = cluster
        .services
        .decide_delete(&request, context.inputs.now)
        .map_err(|error| refused(&error))?;
    let name = name_of(request.service().unwrap_or_default());
    let changes = vec![ClusterChange::Service(Box::new(change))];
    Ok(context.changed(cluster, changes, service(cluster, name)))
}

/// The name of a service that is named by name or ARN.
pub(super) fn name_of(named: &str) -> &str {
    ServiceRef::parse(named).map_or(named, ServiceRef::name)
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeServicesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let with_tags = request.include().contains(&ServiceField::Tags);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for named in request.services() {
        let name = name_of(named);
        let is_here = match ServiceRef::parse(named) {
            Ok(reference) => reference.cluster().is_none_or(|one| one == &*cluster.name),
            Err(_) => false,
        };
        match described(cluster, name, with_tags).filter(|_| is_here) {
            Some(service) => found.push(service),
            None => failures.push(missing(&*cluster.arn_of("service", name))),
        }
    }
    let response = DescribeServicesResponse::default().with_services(found);
    Handled::answer(&response.with_failures(failures))
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListServicesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let pages = Pages::of(&request, 10)?;
    let is_asked = |service: &Service| {
        let strategy = service.scheduling_strategy();
        let strategy = strategy.unwrap_or(&SchedulingStrategy::Replica);
        let manager = ResourceManagementType::Customer;
        let manager = service.resource_management_type().unwrap_or(&manager);
        service.status() != Some("INACTIVE")
            && request
                .launch_type()
                .is_none_or(|one| service.launch_type() == Some(one))
            && request
                .scheduling_strategy()
                .is_none_or(|one| strategy == one)
            && request
                .resource_management_type()
                .is_none_or(|one| manager == one)
    };
    let mut names: Vec<&str> = cluster.services.service_names().collect();
    names.sort_unstable();
    let left = names
        .into_iter()
        .filter(|name| pages.after().is_none_or(|last| *name > last));
    let left = left.filter(|name| {
        cluster
            .describe_service(name)
            .is_some_and(|one| is_asked(&one))
    });
    let page = pages.fill(left.map(|name| (name, cluster.arn_of("service", name).to_string())));
    let mut response = ListServicesResponse::default().with_service_arns(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}

/// The services whose tasks are found by a Service Connect namespace, in every cluster.
pub(super) fn list_by_namespace(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let request: ListServicesByNamespaceRequest = read(context, body)?;
    let pages = Pages::of(&request, 10)?;
    let namespace = request.namespace();
    let clusters = context.realm.clusters.values();
    let mut arns: Vec<String> = Vec::new();
    for cluster in clusters.filter(|cluster| cluster.is_active()) {
        let usual = cluster.document.service_connect_defaults().namespace();
        for name in cluster.services.service_names() {
            let service = cluster.describe_service(name).unwrap_or_default();
            let mut deployments = service.deployments().iter();
            let uses = deployments.any(|one| {
                let connect = one.service_connect_configuration();
                let own = connect.namespace().or(usual);
                connect.enabled() == Some(true) && own == namespace
            });
            if uses && service.status() != Some("INACTIVE") {
                arns.push(cluster.arn_of("service", name).to_string());
            }
        }
    }
    arns.sort_unstable();
    let left = arns
        .iter()
        .filter(|arn| pages.after().is_none_or(|last| arn.as_str() > last));
    let page = pages.fill(left.map(|arn| (arn, arn.clone())));
    let mut response = ListServicesByNamespaceResponse::default().with_service_arns(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}
