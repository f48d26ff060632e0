//! Operations on clusters.

use std::sync::Arc;

use ecs_model::cluster::{ClusterServiceConnectDefaults, ClusterSetting, ClusterSettingName};
use ecs_model::operation::{
    ClusterField, ClusterServiceConnectDefaultsRequest, CreateClusterRequest, DeleteClusterRequest,
    DescribeClustersRequest, DescribeClustersResponse, ListClustersRequest, ListClustersResponse,
    UpdateClusterRequest, UpdateClusterSettingsRequest,
};
use ecs_model::page::Pages;
use ecs_model::{Cluster, Exception};

use super::{Context, DEFAULT, capacity_providers, missing, read};
use crate::call::Response;
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled, words};

/// What CreateCluster and the like show.
pub(super) const EVERYTHING: &[ClusterField] = &[
    ClusterField::Attachments,
    ClusterField::Configurations,
    ClusterField::Settings,
    ClusterField::Statistics,
    ClusterField::Tags,
];

pub(super) fn create(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: CreateClusterRequest = read(context, body)?;
    let name = request.cluster_name().unwrap_or(DEFAULT);
    let response = Response::Cluster {
        cluster: name.into(),
    };
    let known = context.realm.clusters.get(name);
    if let Some(known) = known.filter(|known| known.is_active()) {
        return match is_same(known, &request) {
            true => Ok(Handled::new(None, response)),
            false => Err(words::invalid(
                "Arguments on this idempotent request are inconsistent with arguments used in \
                 previous request(s).",
            )),
        };
    }
    let state = fresh(context, name)?;
    let providers = capacity_providers::associated(
        context,
        &state,
        request.capacity_providers(),
        request.default_capacity_provider_strategy(),
    )?;
    let document = document(&state, &request);
    let mut changes = vec![ClusterChange::Create {
        document: Box::new(document),
    }];
    if !request.tags().is_empty() {
        changes.push(ClusterChange::Tags {
            resource: state.arn().into(),
            tags: request.tags().to_vec(),
        });
    }
    changes.extend(providers);
    Ok(context.changed(&state, changes, response))
}

/// The cluster that a name stands for before it is created, with the version that it had.
pub(super) fn fresh(context: &Context<'_>, name: &str) -> Result<ClusterState, Exception> {
    let owner = &context.inputs.owner;
    let policy = &context.options.services;
    let mut state = ClusterState::new(owner, &Arc::from(name), policy).map_err(words::server)?;
    let known = context.realm.clusters.get(name);
    state.version = known.map_or(0, |known| known.version);
    Ok(state)
}

/// The document of a cluster that is created by this request.
pub(super) fn document(state: &ClusterState, request: &CreateClusterRequest) -> Cluster {
    let mut document = Cluster::default()
        .with_cluster_arn(state.arn())
        .with_cluster_name(&*state.name)
        .with_status("ACTIVE")
        .with_settings(settings(&[], request.settings()))
        .with_capacity_providers(request.capacity_providers().iter().cloned())
        .with_default_capacity_provider_strategy(
            request.default_capacity_provider_strategy().iter().cloned(),
        );
    document.configuration.clone_from(&request.configuration);
    let defaults = request.service_connect_defaults.as_ref();
    document.service_connect_defaults = defaults.and_then(connect_defaults);
    document
}

/// Container Insights are off unless the account or the request turns them on.
fn settings(known: &[ClusterSetting], given: &[ClusterSetting]) -> Vec<ClusterSetting> {
    let insights = ClusterSetting::default()
        .with_name(ClusterSettingName::ContainerInsights)
        .with_value("disabled");
    let mut settings = match known {
        [] => vec![insights],
        known => known.to_vec(),
    };
    for setting in given {
        settings.retain(|one| one.name != setting.name);
        settings.push(setting.clone());
    }
    settings
}

fn connect_defaults(
    given: &ClusterServiceConnectDefaultsRequest,
) -> Option<ClusterServiceConnectDefaults> {
    let namespace = given.namespace().filter(|name| !name.is_empty())?;
    Some(ClusterServiceConnectDefaults::default().with_namespace(namespace))
}

/// Whether a cluster is as the request would create it.
fn is_same(known: &ClusterState, request: &CreateClusterRequest) -> bool {
    let again = document(known, request);
    let document = &known.document;
    let tags = known.tags_of(known.arn());
    again.settings == document.settings
        && again.configuration == document.configuration
        && again.capacity_providers == document.capacity_providers
        && again.default_capacity_provider_strategy == document.default_capacity_provider_strategy
        && again.service_connect_defaults == document.service_connect_defaults
        && (request.tags.is_none() || request.tags() == tags)
}

pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteClusterRequest = read(context, body)?;
    let name = context.cluster_name(request.cluster())?;
    let cluster = context.realm.clusters.get(name);
    let cluster = cluster.ok_or_else(words::cluster_not_found)?;
    let response = Response::Cluster {
        cluster: name.into(),
    };
    if !cluster.is_active() {
        return Ok(Handled::new(None, response));
    }
    cluster.describe(&[]).check_deletion()?;
    let document = cluster.document.clone().with_status("INACTIVE");
    let changes = vec![ClusterChange::Describe(Box::new(document))];
    Ok(context.changed(cluster, changes, response))
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeClustersRequest = read(context, body)?;
    let asked = match &request.clusters {
        None => vec![DEFAULT],
        Some(clusters) => clusters.iter().map(String::as_str).collect(),
    };
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        if reference.is_empty() {
            return Err(words::invalid("Clusters can not be blank."));
        }
        let name = context.cluster_name(Some(reference)).ok();
        match name.and_then(|name| context.realm.clusters.get(name)) {
            Some(cluster) => found.push(cluster.describe(request.include())),
            None => failures.push(missing(arn(context, reference))),
        }
    }
    let response = DescribeClustersResponse::default().with_clusters(found);
    Handled::answer(&response.with_failures(failures))
}

/// The ARN of a cluster that is not there: made of the name, the account and the Region.
fn arn(context: &Context<'_>, reference: &str) -> String {
    let found = context.cluster_name(Some(reference));
    let state = found.and_then(|name| fresh(context, name));
    state.map_or_else(|_| reference.to_owned(), |state| state.arn().to_owned())
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListClustersRequest = read(context, body)?;
    let pages = Pages::of(&request, 100)?;
    let clusters = context.realm.clusters.iter();
    let left = clusters
        .filter(|(name, cluster)| {
            cluster.is_active() && pages.after().is_none_or(|last| &***name > last)
        })
        .map(|(name, cluster)| (name, cluster.arn()));
    let page = pages.fill(left);
    let mut response = ListClustersResponse::default().with_cluster_arns(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}

pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateClusterRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let mut document = cluster.document.clone();
    if let Some(given) = &request.settings {
        document.settings = Some(settings(document.settings(), given));
    }
    if request.configuration.is_some() {
        document.configuration.clone_from(&request.configuration);
    }
    if let Some(given) = &request.service_connect_defaults {
        document.service_connect_defaults = connect_defaults(given);
    }
    Ok(described(context, cluster, document))
}

pub(super) fn update_settings(
    context: &mut Context<'_>,
    body: &[u8],
) -> Result<Handled, Exception> {
    let request: UpdateClusterSettingsRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let mut document = cluster.document.clone();
    document.settings = Some(settings(document.settings(), request.settings()));
    Ok(described(context, cluster, document))
}

fn described(context: &Context<'_>, cluster: &ClusterState, document: Cluster) -> Handled {
    let response = Response::Cluster {
        cluster: Arc::clone(&cluster.name),
    };
    let changes = match document == cluster.document {
        true => Vec::new(),
        false => vec![ClusterChange::Describe(Box::new(document))],
    };
    context.changed(cluster, changes, response)
}
