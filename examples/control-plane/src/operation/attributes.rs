//! Operations on attributes of container instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::operation::{
    DeleteAttributesRequest, DeleteAttributesResponse, ListAttributesRequest,
    ListAttributesResponse, PutAttributesRequest, PutAttributesResponse,
};
use ecs_model::page::Pages;
use ecs_model::{Attribute, ContainerInstance, Exception, ExceptionName};

use super::{Context, instance_arn, read};
use crate::cluster::ClusterState;
use crate::{ClusterChange, Handled, words};

/// How many custom attributes an instance has at most.
///
/// Source: API operation `PutAttributes`.
const MOST: usize = 10;

/// The documents of the instances that a request names, changed by what it says of each.
fn changed(
    context: &Context<'_>,
    cluster: &ClusterState,
    attributes: &[Attribute],
    change: impl Fn(&mut Vec<Attribute>, &Attribute),
) -> Result<Vec<ClusterChange>, Exception> {
    let mut documents: BTreeMap<Arc<str>, ContainerInstance> = BTreeMap::new();
    for attribute in attributes {
        let target = attribute.target_id().unwrap_or_default();
        let arn = instance_arn(cluster, target);
        let known = arn.and_then(|arn| cluster.instances.get_key_value(&arn));
        let known = known.filter(|(_, instance)| instance.machine.is_listed());
        let (arn, instance) = known.ok_or_else(|| {
            let message = format!("there is no container instance `{target}` in the cluster");
            Exception::new(ExceptionName::TargetNotFound, message)
        })?;
        let document = documents.entry(Arc::clone(arn));
        let document = document.or_insert_with(|| instance.document.clone());
        change(document.attributes.get_or_insert_with(Vec::new), attribute);
        if document
            .attributes()
            .iter()
            .filter(|one| is_custom(one))
            .count()
            > MOST
        {
            let message = format!("a container instance has at most {MOST} custom attributes");
            return Err(Exception::new(
                ExceptionName::AttributeLimitExceeded,
                message,
            ));
        }
    }
    let mut changes = Vec::new();
    for document in documents.into_values() {
        let registered = cluster.decide_register(document, context.inputs.now);
        changes.extend(registered.map_err(words::server)?);
    }
    Ok(changes)
}

fn is_custom(attribute: &Attribute) -> bool {
    let name = attribute.name().unwrap_or_default();
    !name.starts_with("ecs.") && !name.starts_with("com.amazonaws.ecs.")
}

pub(super) fn put(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: PutAttributesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let changes = changed(context, cluster, request.attributes(), |known, given| {
        let mut attribute = Attribute::default();
        attribute.name.clone_from(&given.name);
        attribute.value.clone_from(&given.value);
        known.retain(|one| one.name != given.name);
        known.push(attribute);
    })?;
    let response =
        PutAttributesResponse::default().with_attributes(request.attributes().iter().cloned());
    let changes = cluster.changes(&context.inputs.owner, changes);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteAttributesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let changes = changed(context, cluster, request.attributes(), |known, given| {
        known.retain(|one| one.name != given.name);
    })?;
    let response =
        DeleteAttributesResponse::default().with_attributes(request.attributes().iter().cloned());
    let changes = cluster.changes(&context.inputs.owner, changes);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

/// By instance and name, which are the key of a page.
pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListAttributesRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let pages = Pages::of(&request, 100)?;
    let mut found: BTreeMap<String, Attribute> = BTreeMap::new();
    let listed = cluster.instances.iter();
    for (arn, instance) in listed.filter(|(_, one)| one.machine.is_listed()) {
        for attribute in instance.document.attributes() {
            let is_named = request
                .attribute_name()
                .is_none_or(|name| attribute.name() == Some(name));
            let value = request.attribute_value();
            let has_value = value.is_none_or(|value| attribute.value() == Some(value));
            let key = format!("{arn} {}", attribute.name().unwrap_or_default());
            let is_behind = pages.after().is_none_or(|last| key.as_str() > last);
            if is_named && has_value && is_behind {
                found.insert(key, attribute.clone().with_target_id(&**arn));
            }
        }
    }
    let page = pages.fill(found);
    let mut response = ListAttributesResponse::default().with_attributes(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}
