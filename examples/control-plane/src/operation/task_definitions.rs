//! Operations on task definitions.

use ecs_model::operation::{
    DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse, DeregisterTaskDefinitionRequest,
    DeregisterTaskDefinitionResponse, DescribeTaskDefinitionRequest,
    DescribeTaskDefinitionResponse, ListTaskDefinitionFamiliesRequest,
    ListTaskDefinitionFamiliesResponse, ListTaskDefinitionsRequest, ListTaskDefinitionsResponse,
    RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse, SortOrder,
    TaskDefinitionFamilyStatus, TaskDefinitionField,
};
use ecs_model::page::Pages;
use ecs_model::{Exception, Failure, TaskDefinition};
use ecs_taskdef::TaskDefinitionStatus;

use super::{Context, read};
use crate::account::Account;
use crate::{AccountChange, Handled, words};

/// What a call answers that changes the account.
fn changed(
    context: &Context<'_>,
    changes: Vec<AccountChange>,
    response: &impl serde::Serialize,
) -> Result<Handled, Exception> {
    let account = &context.realm.account;
    let changes = account.changes(&context.inputs.owner, changes);
    Ok(Handled::answer(response)?.with_changes(changes))
}

pub(super) fn register(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: RegisterTaskDefinitionRequest = read(context, body)?;
    let registry = &context.realm.account.registry;
    let described = registry
        .decide_register(&request.task_definition(), context.inputs.now)
        .map_err(|error| words::registry(&error))?;
    let described = described.with_registered_by(&*context.inputs.caller);
    let mut changes = vec![Account::revision(&described)];
    if !request.tags().is_empty() {
        changes.push(AccountChange::Tags {
            resource: described.task_definition_arn().unwrap_or_default().into(),
            tags: request.tags().to_vec(),
        });
    }
    let response = RegisterTaskDefinitionResponse::default()
        .with_task_definition(described)
        .with_tags(request.tags().iter().cloned());
    changed(context, changes, &response)
}

pub(super) fn deregister(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeregisterTaskDefinitionRequest = read(context, body)?;
    let reference = request.task_definition().unwrap_or_default();
    let registry = &context.realm.account.registry;
    let described = registry
        .decide_deregister(reference, context.inputs.now)
        .map_err(|error| words::registry(&error))?;
    let changes = vec![Account::revision(&described)];
    let response = DeregisterTaskDefinitionResponse::default().with_task_definition(described);
    changed(context, changes, &response)
}

/// Each revision has its own answer.
pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteTaskDefinitionsRequest = read(context, body)?;
    let registry = &context.realm.account.registry;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in request.task_definitions() {
        match registry.decide_delete(reference, context.inputs.now) {
            Ok(described) => found.push(described),
            Err(error) => failures.push(
                Failure::default()
                    .with_arn(reference)
                    .with_reason(error.exception())
                    .with_detail(words::registry(&error).message().unwrap_or_default()),
            ),
        }
    }
    let changes = found.iter().map(Account::revision).collect();
    let response = DeleteTaskDefinitionsResponse::default()
        .with_task_definitions(found)
        .with_failures(failures);
    changed(context, changes, &response)
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeTaskDefinitionRequest = read(context, body)?;
    let account = &context.realm.account;
    let reference = request.task_definition().unwrap_or_default();
    let described = account.registry.describe(reference);
    let described: &TaskDefinition = described.map_err(|error| words::registry(&error))?;
    let arn = described.task_definition_arn().unwrap_or_default();
    let mut response =
        DescribeTaskDefinitionResponse::default().with_task_definition(described.clone());
    if request.include().contains(&TaskDefinitionField::Tags) {
        response = response.with_tags(account.tags_of(arn).iter().cloned());
    }
    Handled::answer(&response)
}

/// By family and revision; the key of a page is the ARN.
pub(super) fn list(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListTaskDefinitionsRequest = read(context, body)?;
    let pages = Pages::of(&request, 100)?;
    let active = TaskDefinitionStatus::Active;
    let status = request.status().unwrap_or(&active);
    let registry = &context.realm.account.registry;
    let all = registry.list(request.family_prefix(), status);
    let page = match request.sort() {
        Some(SortOrder::Descending) => pages.fill(behind(&pages, all.rev(), false)),
        _ => pages.fill(behind(&pages, all, true)),
    };
    let mut response = ListTaskDefinitionsResponse::default();
    response.next_token = page.next_token;
    Handled::answer(&response.with_task_definition_arns(page.items))
}

fn behind<'a>(
    pages: &Pages,
    all: impl Iterator<Item = &'a str>,
    ascending: bool,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let last = pages.after().map(place);
    let last = last.map(|(family, revision)| (family.to_owned(), revision));
    let is_behind = move |arn: &&str| {
        let (family, revision) = place(arn);
        last.as_ref().is_none_or(|(known, number)| {
            let last = (known.as_str(), *number);
            match ascending {
                true => (family, revision) > last,
                false => (family, revision) < last,
            }
        })
    };
    all.filter(is_behind).map(|arn| (arn, arn))
}

/// Where a revision stands among the others.
fn place(arn: &str) -> (&str, u32) {
    let (family, revision) = arn.rsplit_once(':').unwrap_or((arn, ""));
    (family, revision.parse().unwrap_or(0))
}

pub(super) fn list_families(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: ListTaskDefinitionFamiliesRequest = read(context, body)?;
    let pages = Pages::of(&request, 100)?;
    let all = TaskDefinitionFamilyStatus::All;
    let status = request.status().unwrap_or(&all);
    let prefix = request.family_prefix().unwrap_or_default();
    let families = context.realm.account.registry.list_families(prefix, status);
    let left = families.filter(|family| pages.after().is_none_or(|last| *family > last));
    let page = pages.fill(left.map(|family| (family, family)));
    let mut response = ListTaskDefinitionFamiliesResponse::default().with_families(page.items);
    response.next_token = page.next_token;
    Handled::answer(&response)
}
