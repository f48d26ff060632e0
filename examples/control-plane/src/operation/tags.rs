//! Operations on tags.

use std::sync::Arc;

use ecs_arn::{EcsArn, EcsResource};
use ecs_model::operation::{
    ListTagsForResourceRequest, ListTagsForResourceResponse, TagResourceRequest,
    TagResourceResponse, UntagResourceRequest, UntagResourceResponse,
};
use ecs_model::{Exception, ExceptionName, Tag, tag};

use super::{Context, read};
use crate::cluster::ClusterState;
use crate::{AccountChange, ClusterChange, Handled, words};

/// Where the tags of a resource are kept.
enum Place<'a> {
    Account,
    Cluster(&'a ClusterState),
}

impl Context<'_> {
    /// The place of the tags of a resource, with the tags.
    fn tags_of(&self, arn: &str) -> Result<(Place<'_>, &[Tag]), Exception> {
        let not_found = || {
            let message = format!("there is no resource `{arn}`");
            Exception::new(ExceptionName::ResourceNotFound, message)
        };
        let resource = EcsArn::parse(arn).map_err(|error| words::invalid(error.to_string()))?;
        let account = &self.realm.account;
        let name = match resource.resource() {
            EcsResource::TaskDefinition { .. } => {
                account.registry.describe(arn).map_err(|_| not_found())?;
                return Ok((Place::Account, account.tags_of(arn)));
            }
            EcsResource::CapacityProvider { name } => {
                account.providers.get(name).ok_or_else(not_found)?;
                return Ok((Place::Account, account.tags_of(arn)));
            }
            EcsResource::Cluster { name } => name,
            other => other.cluster().ok_or_else(not_found)?,
        };
        let cluster = self.realm.clusters.get(name).ok_or_else(not_found)?;
        if !cluster.is_active() {
            return Err(words::invalid(
                "The specified cluster is inactive. Specify an active cluster and try again.",
            ));
        }
        let tags = match resource.resource() {
            EcsResource::Cluster { .. } if cluster.arn() == arn => cluster.tags_of(arn),
            EcsResource::Service { name, .. } => {
                cluster.describe_service(name).ok_or_else(not_found)?;
                cluster.tags_of(arn)
            }
            EcsResource::Task { .. } => &cluster.tasks.get(arn).ok_or_else(not_found)?.tags,
            EcsResource::ContainerInstance { .. } => {
                &cluster.instances.get(arn).ok_or_else(not_found)?.tags
            }
            _ => return Err(not_found()),
        };
        Ok((Place::Cluster(cluster), tags))
    }

    fn set_tags(&self, arn: &str, tags: Vec<Tag>, place: &Place<'_>) -> Option<crate::Changes> {
        let resource: Arc<str> = arn.into();
        let owner = &self.inputs.owner;
        match place {
            Place::Account => {
                let change = AccountChange::Tags { resource, tags };
                self.realm.account.changes(owner, [change])
            }
            Place::Cluster(cluster) => {
                let change = ClusterChange::Tags { resource, tags };
                cluster.changes(owner, [change])
            }
        }
    }
}

pub(super) fn tag(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: TagResourceRequest = read(context, body)?;
    let arn = request.resource_arn().unwrap_or_default();
    let (place, known) = context.tags_of(arn)?;
    let tags = tag::with_tags(known, request.tags(), &context.options.quotas);
    let tags = tags.map_err(|error| words::invalid(error.to_string()))?;
    let changes = context.set_tags(arn, tags, &place);
    Ok(Handled::answer(&TagResourceResponse::default())?.with_changes(changes))
}

pub(super) fn untag(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UntagResourceRequest = read(context, body)?;
    let arn = request.resource_arn().unwrap_or_default();
    let (place, known) = context.tags_of(arn)?;
    let tags = tag::without_keys(known, request.tag_keys());
    let changes = context.set_tags(arn, tags, &place);
    Ok(Handled::answer(&UntagResourceResponse::default())?.with_changes(changes))
}

pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListTagsForResourceRequest = read(context, body)?;
    let (_, tags) = context.tags_of(request.resource_arn().unwrap_or_default())?;
    Handled::answer(&ListTagsForResourceResponse::default().with_tags(tags.iter().cloned()))
}
