//! The operations of the API: what each of them decides.

mod account_settings;
mod attributes;
pub(crate) mod capacity_providers;
mod clusters;
mod container_agent;
mod container_instances;
mod identity;
mod run_task;
mod service_deployments;
mod services;
mod start_task;
mod state_changes;
mod tags;
mod task_definitions;
mod task_protection;
mod task_sets;
mod tasks;

use std::sync::Arc;

use ecs_arn::{ClusterRef, ContainerInstanceRef, TaskRef};
use ecs_model::{
    DEFAULT_CLUSTER, Exception, ExceptionName, Failure, FailureReason, Operation, Request,
};
use serde::Serialize;

use crate::call::{Response, body};
use crate::cluster::ClusterState;
use crate::realm::Realm;
use crate::{Handled, Inputs, Options, words};

/// What an operation sees, and what it goes by.
pub(crate) struct Context<'a> {
    pub(crate) realm: &'a mut Realm,
    pub(crate) options: &'a Options,
    pub(crate) inputs: &'a Inputs,
}

type Handler = fn(&mut Context<'_>, &[u8]) -> Result<Handled, Exception>;

/// The operations that are answered.
const TABLE: &[(&str, Handler)] = &[
    ("RunTask", run_task::run_task),
    ("DescribeTasks", tasks::describe),
    ("ListTasks", tasks::list),
    ("StopTask", tasks::stop),
    ("StartTask", start_task::start_task),
    ("CreateCluster", clusters::create),
    ("DeleteCluster", clusters::delete),
    ("DescribeClusters", clusters::describe),
    ("ListClusters", clusters::list),
    ("UpdateCluster", clusters::update),
    ("UpdateClusterSettings", clusters::update_settings),
    ("RegisterTaskDefinition", task_definitions::register),
    ("DeregisterTaskDefinition", task_definitions::deregister),
    ("DeleteTaskDefinitions", task_definitions::delete),
    ("DescribeTaskDefinition", task_definitions::describe),
    ("ListTaskDefinitions", task_definitions::list),
    (
        "ListTaskDefinitionFamilies",
        task_definitions::list_families,
    ),
    ("RegisterContainerInstance", container_instances::register),
    (
        "DeregisterContainerInstance",
        container_instances::deregister,
    ),
    ("DescribeContainerInstances", container_instances::describe),
    ("ListContainerInstances", container_instances::list),
    (
        "UpdateContainerInstancesState",
        container_instances::update_state,
    ),
    ("SubmitTaskStateChange", state_changes::submit_task),
    (
        "SubmitContainerStateChange",
        state_changes::submit_container,
    ),
    (
        "SubmitAttachmentStateChanges",
        state_changes::submit_attachments,
    ),
    (
        "DiscoverPollEndpoint",
        state_changes::discover_poll_endpoint,
    ),
    ("PutClusterCapacityProviders", capacity_providers::put),
    ("CreateCapacityProvider", capacity_providers::create),
    ("UpdateCapacityProvider", capacity_providers::update),
    ("DeleteCapacityProvider", capacity_providers::delete),
    ("DescribeCapacityProviders", capacity_providers::describe),
    ("PutAttributes", attributes::put),
    ("DeleteAttributes", attributes::delete),
    ("ListAttributes", attributes::list),
    ("TagResource", tags::tag),
    ("UntagResource", tags::untag),
    ("ListTagsForResource", tags::list),
    ("PutAccountSetting", account_settings::put),
    ("PutAccountSettingDefault", account_settings::put_default),
    ("DeleteAccountSetting", account_settings::delete),
    ("ListAccountSettings", account_settings::list),
    ("DescribeServiceDeployments", service_deployments::describe),
    (
        "DescribeServiceRevisions",
        service_deployments::describe_revisions,
    ),
    ("ListServiceDeployments", service_deployments::list),
    ("StopServiceDeployment", service_deployments::stop),
    ("ContinueServiceDeployment", service_deployments::r#continue),
    ("CreateTaskSet", task_sets::create),
    ("DescribeTaskSets", task_sets::describe),
    ("UpdateTaskSet", task_sets::update),
    ("UpdateServicePrimaryTaskSet", task_sets::make_primary),
    ("DeleteTaskSet", task_sets::delete),
    ("ListServicesByNamespace", services::list_by_namespace),
    ("UpdateContainerAgent", container_agent::update),
    ("GetTaskProtection", task_protection::get),
    ("UpdateTaskProtection", task_protection::update),
    ("CreateService", services::create),
    ("UpdateService", services::update),
    ("DeleteService", services::delete),
    ("DescribeServices", services::describe),
    ("ListServices", services::list),
];

/// The names of the operations that are answered.
pub fn operations() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// The operation with that name.
pub(crate) fn named(name: &str) -> Result<Handler, Exception> {
    if let Some((_, handler)) = TABLE.iter().find(|(known, _)| *known == name) {
        return Ok(*handler);
    }
    Err(match Operation::named(name) {
        Some(_) => Exception::new(
            ExceptionName::UnsupportedFeature,
            format!("the operation `{name}` is not supported"),
        ),
        None => Exception::new(
            ExceptionName::from("UnknownOperationException"),
            format!("there is no operation `{name}`"),
        ),
    })
}

/// Reads a request and refuses what ECS refuses whatever the state.
pub(crate) fn read<R: Request>(context: &Context<'_>, body: &[u8]) -> Result<R, Exception> {
    let request: R = serde_json::from_slice(body).map_err(|error| {
        let name = ExceptionName::from("SerializationException");
        Exception::new(name, error.to_string())
    })?;
    let findings = request.validate(&context.options.quotas);
    match Exception::of_findings(&findings) {
        Some(exception) => Err(exception),
        None => Ok(request),
    }
}

impl Context<'_> {
    /// The name of a cluster of this account that a request names.
    pub(crate) fn cluster_name<'r>(&self, named: Option<&'r str>) -> Result<&'r str, Exception> {
        let reference = ClusterRef::or_default(named).map_err(|_| words::cluster_not_found())?;
        if let ClusterRef::Arn(arn) = reference {
            let owner = &self.inputs.owner;
            let (account, region) = (arn.arn().account(), arn.arn().region());
            if account != Some(&*owner.account) || region != Some(&*owner.region) {
                return Err(words::cluster_not_found());
            }
        }
        Ok(reference.name())
    }

    /// The cluster that a request names, which is `ACTIVE`.
    pub(crate) fn cluster(&self, named: Option<&str>) -> Result<&ClusterState, Exception> {
        let name = self.cluster_name(named)?;
        let cluster = self.realm.clusters.get(name);
        let cluster = cluster.ok_or_else(words::cluster_not_found)?;
        match cluster.is_active() {
            true => Ok(cluster),
            false => Err(words::cluster_inactive()),
        }
    }

    /// The same, to plan in.
    pub(crate) fn cluster_to_plan(
        &mut self,
        named: Option<&str>,
    ) -> Result<(&mut ClusterState, &crate::account::Account), Exception> {
        let name = self.cluster_name(named)?;
        let cluster = self.realm.clusters.get_mut(name);
        let cluster = cluster.ok_or_else(words::cluster_not_found)?;
        match cluster.is_active() {
            true => Ok((cluster, &self.realm.account)),
            false => Err(words::cluster_inactive()),
        }
    }

    /// What a call answers that changes a cluster.
    pub(crate) fn changed(
        &self,
        cluster: &ClusterState,
        changes: Vec<crate::ClusterChange>,
        response: Response,
    ) -> Handled {
        Handled::new(cluster.changes(&self.inputs.owner, changes), response)
    }
}

/// The ARN of a task that a request names by id or ARN; none if it is of another cluster.
pub(crate) fn task_arn(cluster: &ClusterState, reference: &str) -> Option<Arc<str>> {
    match TaskRef::parse(reference).ok()? {
        TaskRef::Id(id) => Some(cluster.arn_of("task", id)),
        TaskRef::Arn(_) => Some(reference.into()),
    }
}

/// The ARN of a container instance that a request names by id or ARN.
pub(crate) fn instance_arn(cluster: &ClusterState, reference: &str) -> Option<Arc<str>> {
    match ContainerInstanceRef::parse(reference).ok()? {
        ContainerInstanceRef::Id(id) => Some(cluster.arn_of("container-instance", id)),
        ContainerInstanceRef::Arn(_) => Some(reference.into()),
    }
}

/// What is said of something that is not there.
pub(crate) fn missing(arn: impl Into<String>) -> Failure {
    Failure::new(FailureReason::Missing, arn)
}

/// What a call answers, once its changes are applied.
pub(crate) fn respond(realm: Option<&Realm>, response: &Response) -> Vec<u8> {
    let cluster = |name: &Arc<str>| realm.and_then(|realm| realm.clusters.get(name));
    match response {
        Response::Body(body) => body.clone(),
        Response::Service { cluster: of, name } => {
            let service = cluster(of).and_then(|one| services::described(one, name, true));
            member("service", &service)
        }
        Response::Instance {
            cluster: of,
            instance,
        } => {
            let shown = cluster(of).and_then(|one| one.describe_instance(instance));
            member("containerInstance", &shown)
        }
        Response::Instances {
            cluster: of,
            instances,
            failures,
        } => {
            let cluster = cluster(of);
            let shown = instances.iter();
            let shown = shown.filter_map(|arn| cluster?.describe_instance(arn));
            body(&container_instances::Described {
                container_instances: shown.collect(),
                failures,
            })
        }
        Response::Task { cluster: of, task } => {
            let shown = cluster(of).and_then(|one| one.tasks.get(task));
            member("task", &shown.map(|task| &task.document))
        }
        Response::Tasks {
            cluster: of,
            tasks,
            failures,
        } => {
            let cluster = cluster(of);
            let shown = tasks.iter().filter_map(|arn| cluster?.tasks.get(arn));
            body(&tasks::Described {
                tasks: shown.map(|task| tasks::Shown::of(task, true)).collect(),
                failures,
            })
        }
        Response::TaskSet {
            cluster: of,
            service,
            before,
        } => {
            let shown = cluster(of).map(|one| task_sets::shown(one, service, before));
            member("taskSet", &shown)
        }
        Response::Cluster { cluster: of } => {
            let shown = cluster(of).map(|one| one.describe(clusters::EVERYTHING));
            member("cluster", &shown)
        }
    }
}

/// An answer of one member.
fn member(name: &'static str, value: &impl Serialize) -> Vec<u8> {
    body(&std::collections::BTreeMap::from([(name, value)]))
}

/// The name of a cluster where a request names none.
pub(crate) const DEFAULT: &str = DEFAULT_CLUSTER;
