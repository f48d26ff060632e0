//! Operations on capacity providers.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_arn::{EcsResource, Scope};
use ecs_model::capacity_provider::{
    CapacityProviderStatus, CapacityProviderType, CapacityProviderUpdateStatus,
};
use ecs_model::operation::{
    CapacityProviderField, CreateCapacityProviderRequest, CreateCapacityProviderResponse,
    DeleteCapacityProviderRequest, DeleteCapacityProviderResponse,
    DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse,
    PutClusterCapacityProvidersRequest, UpdateCapacityProviderRequest,
    UpdateCapacityProviderResponse,
};
use ecs_model::page::Pages;
use ecs_model::{CapacityProvider, CapacityProviderStrategyItem, Exception, ExceptionName};
use ecs_placement::Recorded;
use ecs_placement::capacity::{CapacityEvent, InstanceType, Provider, ProviderStrategy};
use ecs_placement::service::ServiceChange;

use super::{Context, missing, read};
use crate::call::Response;
use crate::cluster::ClusterState;
use crate::{AccountChange, ClusterChange, Handled, words};

/// What ECS says of a capacity provider that is not there.
const NOT_FOUND: &str = "The specified capacity provider was not found. Specify a valid capacity \
    provider and try again";

/// What every account has.
const BUILT_IN: [(&str, CapacityProviderType); 2] = [
    ("FARGATE", CapacityProviderType::Fargate),
    ("FARGATE_SPOT", CapacityProviderType::FargateSpot),
];

/// What an instance of an Auto Scaling group has, as they are simulated: an `m5.large`.
const CPU: u32 = 2_048;
const MEMORY: u32 = 7_905;

impl Context<'_> {
    fn provider_arn(&self, name: &str) -> Result<String, Exception> {
        let owner = &self.inputs.owner;
        let scope = Scope::new(&owner.region, &owner.account).map_err(words::server)?;
        let arn = scope.arn(EcsResource::CapacityProvider { name });
        Ok(arn
            .map_err(|error| words::client(error.to_string()))?
            .to_string())
    }

    /// A capacity provider by name or ARN.
    fn provider(&self, named: &str) -> Option<CapacityProvider> {
        let name = named.rsplit('/').next().unwrap_or(named);
        if let Some((name, kind)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
            let provider = CapacityProvider::default()
                .with_name(*name)
                .with_status(CapacityProviderStatus::Active)
                .with_type(kind.clone());
            return Some(provider.with_capacity_provider_arn(self.provider_arn(name).ok()?));
        }
        self.realm.account.providers.get(name).cloned()
    }
}

fn unsupported(member: &str) -> Exception {
    let message = format!("`{member}` is not supported");
    Exception::new(ExceptionName::UnsupportedFeature, message)
}

fn is_active(provider: &CapacityProvider) -> bool {
    provider.status() == Some(&CapacityProviderStatus::Active)
}

pub(super) fn create(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: CreateCapacityProviderRequest = read(context, body)?;
    if request.managed_instances_provider.is_some() {
        return Err(unsupported("managedInstancesProvider"));
    }
    let name = request.name().unwrap_or_default();
    let known = context
        .realm
        .account
        .providers
        .values()
        .filter(|one| is_active(one));
    let group = request
        .auto_scaling_group_provider()
        .auto_scaling_group_arn();
    for provider in known {
        if provider.name() == Some(name) {
            return Err(words::client(
                "The specified capacity provider already exists. To change the configuration of \
                 an existing capacity provider, update the capacity provider.",
            ));
        }
        if group
            == provider
                .auto_scaling_group_provider()
                .auto_scaling_group_arn()
        {
            return Err(words::client(
                "The specified Auto Scaling group ARN is already being used by another capacity \
                 provider. Specify a unique Auto Scaling group ARN and try again.",
            ));
        }
    }
    let mut provider = CapacityProvider::default()
        .with_capacity_provider_arn(context.provider_arn(name)?)
        .with_name(name)
        .with_status(CapacityProviderStatus::Active)
        .with_type(CapacityProviderType::Ec2Autoscaling);
    provider
        .auto_scaling_group_provider
        .clone_from(&request.auto_scaling_group_provider);
    Provider::of(&provider, []).map_err(|error| words::client(error.to_string()))?;
    let arn: Arc<str> = provider.capacity_provider_arn().unwrap_or_default().into();
    let changes = [
        AccountChange::CapacityProvider(Box::new(provider.clone())),
        AccountChange::Tags {
            resource: arn,
            tags: request.tags().to_vec(),
        },
    ];
    let changes = context
        .realm
        .account
        .changes(&context.inputs.owner, changes);
    let provider = provider.with_tags(request.tags().iter().cloned());
    let response = CreateCapacityProviderResponse::default().with_capacity_provider(provider);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

pub(super) fn update(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: UpdateCapacityProviderRequest = read(context, body)?;
    if request.managed_instances_provider.is_some() {
        return Err(unsupported("managedInstancesProvider"));
    }
    let known = context
        .realm
        .account
        .providers
        .get(request.name().unwrap_or_default());
    let known = known
        .filter(|provider| is_active(provider))
        .ok_or_else(|| {
            words::client("The capacity provider could not be updated because it has been deleted.")
        })?;
    let mut provider = known
        .clone()
        .with_update_status(CapacityProviderUpdateStatus::UpdateComplete);
    let given = request.auto_scaling_group_provider();
    let group = provider.auto_scaling_group_provider.get_or_insert_default();
    if given.managed_scaling.is_some() {
        group.managed_scaling.clone_from(&given.managed_scaling);
    }
    if given.managed_termination_protection.is_some() {
        group
            .managed_termination_protection
            .clone_from(&given.managed_termination_protection);
    }
    if given.managed_draining.is_some() {
        group.managed_draining.clone_from(&given.managed_draining);
    }
    Provider::of(&provider, []).map_err(|error| words::client(error.to_string()))?;
    let change = AccountChange::CapacityProvider(Box::new(provider.clone()));
    let changes = context
        .realm
        .account
        .changes(&context.inputs.owner, [change]);
    let response = UpdateCapacityProviderResponse::default().with_capacity_provider(provider);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

/// It is `DELETE_IN_PROGRESS` until no cluster has it any more.
pub(super) fn delete(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DeleteCapacityProviderRequest = read(context, body)?;
    let named = request.capacity_provider().unwrap_or_default();
    let name = named.rsplit('/').next().unwrap_or(named);
    let known = context.realm.account.providers.get(name);
    let known = known
        .filter(|provider| is_active(provider))
        .ok_or_else(|| words::client(NOT_FOUND))?;
    let clusters = context.realm.clusters.values();
    let mut clusters = clusters.filter(|cluster| cluster.is_active() && has(cluster, name));
    if let Some(cluster) = clusters.next() {
        return Err(words::client(format!(
            "The capacity provider cannot be deleted because it is associated with cluster: {}. \
             Remove the capacity provider from the cluster and try again.",
            cluster.name
        )));
    }
    let provider = known
        .clone()
        .with_status(CapacityProviderStatus::Inactive)
        .with_update_status(CapacityProviderUpdateStatus::DeleteInProgress);
    let change = AccountChange::CapacityProvider(Box::new(provider.clone()));
    let changes = context
        .realm
        .account
        .changes(&context.inputs.owner, [change]);
    let response = DeleteCapacityProviderResponse::default().with_capacity_provider(provider);
    Ok(Handled::answer(&response)?.with_changes(changes))
}

/// Whether a cluster has a capacity provider.
pub(crate) fn has(cluster: &ClusterState, provider: &str) -> bool {
    let mut names = cluster.document.capacity_providers().iter();
    names.any(|name| name == provider)
}

pub(super) fn describe(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: DescribeCapacityProvidersRequest = read(context, body)?;
    if request.cluster().is_some() {
        return Err(unsupported("cluster"));
    }
    let pages = Pages::of(&request, 10)?;
    let own = context.realm.account.providers.keys().map(|name| &**name);
    let mut names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).chain(own).collect();
    names.sort_unstable();
    let mut failures = Vec::new();
    if let Some(asked) = &request.capacity_providers {
        names = asked.iter().map(String::as_str).collect();
        let missed = names.iter().filter(|name| context.provider(name).is_none());
        failures.extend(missed.map(|name| missing(*name)));
    }
    let with_tags = request.include().contains(&CapacityProviderField::Tags);
    let left = names
        .iter()
        .filter(|name| pages.after().is_none_or(|last| **name > last));
    let left = left.filter_map(|name| {
        let provider = context.provider(name)?;
        let arn = provider.capacity_provider_arn().unwrap_or_default();
        let tags = context.realm.account.tags_of(arn).to_vec();
        Some((
            *name,
            if with_tags {
                provider.with_tags(tags)
            } else {
                provider
            },
        ))
    });
    let page = pages.fill(left);
    let mut response = DescribeCapacityProvidersResponse::default();
    response.next_token = page.next_token;
    let response = response.with_capacity_providers(page.items);
    Handled::answer(&response.with_failures(failures))
}

pub(super) fn put(context: &mut Context<'_>, body: &[u8]) -> Result<Handled, Exception> {
    let request: PutClusterCapacityProvidersRequest = read(context, body)?;
    let cluster = context.cluster(request.cluster())?;
    let strategy = request.default_capacity_provider_strategy();
    let changes = associated(context, cluster, request.capacity_providers(), strategy)?;
    let document = cluster
        .document
        .clone()
        .with_capacity_providers(request.capacity_providers().iter().cloned())
        .with_default_capacity_provider_strategy(strategy.iter().cloned())
        .with_attachments_status("UPDATE_COMPLETE");
    let mut all = vec![ClusterChange::Describe(Box::new(document))];
    all.extend(changes);
    let response = Response::Cluster {
        cluster: Arc::clone(&cluster.name),
    };
    Ok(context.changed(cluster, all, response))
}

/// The change by which a cluster has these capacity providers and no others.
pub(super) fn associated(
    context: &Context<'_>,
    cluster: &ClusterState,
    names: &[String],
    strategy: &[CapacityProviderStrategyItem],
) -> Result<Option<ClusterChange>, Exception> {
    let now = context.inputs.now;
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let known = cluster.document.capacity_providers().iter();
    let known: BTreeSet<&str> = known.map(String::as_str).collect();
    let mut events = vec![CapacityEvent::DefaultStrategy(None)];
    for gone in known.difference(&wanted) {
        let event = CapacityEvent::RemoveProvider {
            provider: (*gone).into(),
        };
        let capacity = cluster.services.capacity();
        let in_default = capacity.is_some_and(|one| one.default_strategy().is_some());
        if !in_default {
            let decided = cluster.services.decide_capacity(event.clone(), now);
            decided.map_err(|error| error.exception())?;
        }
        events.push(event);
    }
    for new in wanted.difference(&known) {
        let provider = context
            .provider(new)
            .filter(is_active)
            .ok_or_else(|| words::invalid(NOT_FOUND))?;
        let types = [InstanceType::new(CPU, MEMORY)];
        let provider = Provider::of(&provider, types).map_err(|error| error.exception())?;
        events.push(CapacityEvent::AddProvider(provider));
    }
    if !strategy.is_empty() {
        let strategy = ProviderStrategy::new(strategy);
        let strategy = strategy.map_err(|error| words::invalid(error.to_string()))?;
        events.push(CapacityEvent::DefaultStrategy(Some(strategy)));
    }
    let mut after = cluster
        .services
        .capacity()
        .cloned()
        .unwrap_or_else(|| ecs_placement::capacity::ClusterCapacity::new(now));
    for event in &events {
        after
            .handle(event, now)
            .map_err(|error| error.exception())?;
    }
    let is_known =
        known == wanted && cluster.document.default_capacity_provider_strategy() == strategy;
    let change = ServiceChange::Capacity { events, at: now };
    Ok((!is_known).then(|| ClusterChange::Service(Box::new(change))))
}
