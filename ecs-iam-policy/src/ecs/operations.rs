//! The operations of Amazon ECS and what each of them asks for.

use ecs_arn::{
    Arn, ArnRef, ClusterRef, ContainerInstanceRef, EcsResource, Scope, ServiceRef,
    TaskDefinitionRef, TaskRef,
};

use super::{EcsRequest, EcsRequestError};

type Made = Result<EcsRequest, EcsRequestError>;

/// Whether a cluster is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterState {
    /// It is.
    Exists,
    /// It has to be created first.
    Missing,
}

/// Tasks.
impl EcsRequest {
    /// `RunTask`: the task definition with its revision, such as `web:3` or its ARN.
    ///
    /// # Errors
    ///
    /// A name or ARN that is none, or a task definition without revision. So below.
    pub fn run_task(scope: &Scope<'_>, cluster: &str, task_definition: &str) -> Made {
        let task_definition = revision(scope, task_definition)?;
        Self::new("RunTask", scope)
            .on(task_definition)
            .in_cluster(scope, cluster)
    }

    /// `StartTask` on chosen container instances; each of them must be allowed.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no container instance.
    pub fn start_task(
        scope: &Scope<'_>,
        cluster: &str,
        task_definition: &str,
        container_instances: &[&str],
    ) -> Made {
        let task_definition = revision(scope, task_definition)?;
        let arns = instances(scope, cluster, container_instances)?;
        let arns = arns.iter().map(ToString::to_string).collect();
        let request = Self::new("StartTask", scope)
            .on(task_definition)
            .in_cluster(scope, cluster)?;
        Ok(request.for_each("ecs:container-instances", arns))
    }

    /// `StopTask`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn stop_task(scope: &Scope<'_>, cluster: &str, task: &str) -> Made {
        on_tasks("StopTask", scope, cluster, &[task])
    }

    /// `DescribeTasks`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no task.
    pub fn describe_tasks(scope: &Scope<'_>, cluster: &str, tasks: &[&str]) -> Made {
        on_tasks("DescribeTasks", scope, cluster, tasks)
    }

    /// `ListTasks`: those of one container instance, or of the whole cluster, for which the
    /// resource is `*`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn list_tasks(scope: &Scope<'_>, cluster: &str, container_instance: Option<&str>) -> Made {
        match container_instance {
            Some(instance) => on_instances("ListTasks", scope, cluster, &[instance]),
            None => Self::new("ListTasks", scope).in_cluster(scope, cluster),
        }
    }

    /// `ExecuteCommand` in a container of a task: the cluster and the task must be allowed.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn execute_command(
        scope: &Scope<'_>,
        cluster: &str,
        task: &str,
        container: Option<&str>,
    ) -> Made {
        let task = TaskRef::parse(task)?.to_arn(scope, cluster_name(cluster)?)?;
        let request = on_cluster("ExecuteCommand", scope, cluster)?
            .with_context("ecs:task", task.to_string())
            .on(task)
            .in_cluster(scope, cluster)?;
        Ok(match container {
            Some(name) => request.with_context("ecs:container-name", name),
            None => request,
        })
    }

    /// `UpdateTaskProtection`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no task.
    pub fn update_task_protection(scope: &Scope<'_>, cluster: &str, tasks: &[&str]) -> Made {
        on_tasks("UpdateTaskProtection", scope, cluster, tasks)
    }
}

/// Task definitions.
impl EcsRequest {
    /// `RegisterTaskDefinition`: the family with the revision that it will get.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn register_task_definition(scope: &Scope<'_>, task_definition: &str) -> Made {
        Ok(Self::new("RegisterTaskDefinition", scope).on(revision(scope, task_definition)?))
    }

    /// `DeleteTaskDefinitions`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no task definition.
    pub fn delete_task_definitions(scope: &Scope<'_>, task_definitions: &[&str]) -> Made {
        let arns = several(task_definitions, "task definition", |text| {
            revision(scope, text)
        })?;
        Ok(on_all("DeleteTaskDefinitions", scope, arns))
    }

    /// `DeregisterTaskDefinition`, which has no resource.
    #[must_use]
    pub fn deregister_task_definition(scope: &Scope<'_>) -> Self {
        Self::new("DeregisterTaskDefinition", scope)
    }

    /// `DescribeTaskDefinition`, which has no resource.
    #[must_use]
    pub fn describe_task_definition(scope: &Scope<'_>) -> Self {
        Self::new("DescribeTaskDefinition", scope)
    }

    /// `ListTaskDefinitions`, which has no resource.
    #[must_use]
    pub fn list_task_definitions(scope: &Scope<'_>) -> Self {
        Self::new("ListTaskDefinitions", scope)
    }

    /// `ListTaskDefinitionFamilies`, which has no resource.
    #[must_use]
    pub fn list_task_definition_families(scope: &Scope<'_>) -> Self {
        Self::new("ListTaskDefinitionFamilies", scope)
    }
}

/// Services.
impl EcsRequest {
    /// `CreateService` with the revision of its task definition.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn create_service(
        scope: &Scope<'_>,
        cluster: &str,
        service: &str,
        task_definition: &str,
    ) -> Made {
        let task_definition = revision(scope, task_definition)?;
        let request = on_services("CreateService", scope, cluster, &[service])?;
        Ok(request.with_context("ecs:task-definition", task_definition.to_string()))
    }

    /// `CreateService` whose tasks come from a deployment controller of its own, which brings
    /// their definition.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn create_service_without_definition(
        scope: &Scope<'_>,
        cluster: &str,
        service: &str,
    ) -> Made {
        on_services("CreateService", scope, cluster, &[service])
    }

    /// `UpdateService`, with the revision of its task definition if that changes.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn update_service(
        scope: &Scope<'_>,
        cluster: &str,
        service: &str,
        task_definition: Option<&str>,
    ) -> Made {
        let request = on_services("UpdateService", scope, cluster, &[service])?;
        let Some(task_definition) = task_definition else {
            return Ok(request);
        };
        let task_definition = revision(scope, task_definition)?;
        Ok(request.with_context("ecs:task-definition", task_definition.to_string()))
    }

    /// `DeleteService`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn delete_service(scope: &Scope<'_>, cluster: &str, service: &str) -> Made {
        on_services("DeleteService", scope, cluster, &[service])
    }

    /// `DescribeServices`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no service.
    pub fn describe_services(scope: &Scope<'_>, cluster: &str, services: &[&str]) -> Made {
        on_services("DescribeServices", scope, cluster, services)
    }

    /// `ListServices`, which has no resource but a cluster.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn list_services(scope: &Scope<'_>, cluster: &str) -> Made {
        Self::new("ListServices", scope).in_cluster(scope, cluster)
    }
}

/// Clusters.
impl EcsRequest {
    /// `CreateCluster`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn create_cluster(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("CreateCluster", scope, cluster)
    }

    /// `UpdateCluster`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn update_cluster(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("UpdateCluster", scope, cluster)
    }

    /// `DeleteCluster`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn delete_cluster(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("DeleteCluster", scope, cluster)
    }

    /// `DescribeClusters`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no cluster.
    pub fn describe_clusters(scope: &Scope<'_>, clusters: &[&str]) -> Made {
        let arns = several(clusters, "cluster", |text| {
            Ok(ClusterRef::parse(text)?.to_arn(scope)?)
        })?;
        Ok(on_all("DescribeClusters", scope, arns))
    }

    /// `ListClusters`, which has no resource.
    #[must_use]
    pub fn list_clusters(scope: &Scope<'_>) -> Self {
        Self::new("ListClusters", scope)
    }
}

/// Container instances.
impl EcsRequest {
    /// `RegisterContainerInstance` in a cluster.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn register_container_instance(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("RegisterContainerInstance", scope, cluster)
    }

    /// `DeregisterContainerInstance` from a cluster.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn deregister_container_instance(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("DeregisterContainerInstance", scope, cluster)
    }

    /// `ListContainerInstances` of a cluster.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn list_container_instances(scope: &Scope<'_>, cluster: &str) -> Made {
        on_cluster("ListContainerInstances", scope, cluster)
    }

    /// `DescribeContainerInstances`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no container instance.
    pub fn describe_container_instances(
        scope: &Scope<'_>,
        cluster: &str,
        container_instances: &[&str],
    ) -> Made {
        on_instances(
            "DescribeContainerInstances",
            scope,
            cluster,
            container_instances,
        )
    }

    /// `UpdateContainerInstancesState`, to drain them or take them back.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no container instance.
    pub fn update_container_instances_state(
        scope: &Scope<'_>,
        cluster: &str,
        container_instances: &[&str],
    ) -> Made {
        on_instances(
            "UpdateContainerInstancesState",
            scope,
            cluster,
            container_instances,
        )
    }

    /// `UpdateContainerAgent`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn update_container_agent(
        scope: &Scope<'_>,
        cluster: &str,
        container_instance: &str,
    ) -> Made {
        on_instances(
            "UpdateContainerAgent",
            scope,
            cluster,
            &[container_instance],
        )
    }

    /// `PutAttributes` on container instances.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`]; no container instance.
    pub fn put_attributes(scope: &Scope<'_>, cluster: &str, container_instances: &[&str]) -> Made {
        on_instances("PutAttributes", scope, cluster, container_instances)
    }

    /// What a container agent asks for when it joins a cluster. Without `CreateCluster` it can
    /// join a cluster that exists, but create none, not even `default`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::run_task`].
    pub fn agent_registration(
        scope: &Scope<'_>,
        cluster: &str,
        state: ClusterState,
    ) -> Result<Vec<Self>, EcsRequestError> {
        let mut requests = vec![Self::new("DiscoverPollEndpoint", scope)];
        if state == ClusterState::Missing {
            requests.push(Self::create_cluster(scope, cluster)?);
        }
        requests.push(Self::register_container_instance(scope, cluster)?);
        Ok(requests)
    }
}

/// Tags.
impl EcsRequest {
    /// `TagResource`.
    ///
    /// # Errors
    ///
    /// A text that is no ARN. So below.
    pub fn tag_resource(scope: &Scope<'_>, arn: &str) -> Made {
        on_arn("TagResource", scope, arn)
    }

    /// `UntagResource`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::tag_resource`].
    pub fn untag_resource(scope: &Scope<'_>, arn: &str) -> Made {
        on_arn("UntagResource", scope, arn)
    }

    /// `ListTagsForResource`.
    ///
    /// # Errors
    ///
    /// As [`EcsRequest::tag_resource`].
    pub fn list_tags_for_resource(scope: &Scope<'_>, arn: &str) -> Made {
        on_arn("ListTagsForResource", scope, arn)
    }
}

fn on_arn(action: &'static str, scope: &Scope<'_>, arn: &str) -> Made {
    Ok(EcsRequest::new(action, scope).on(ArnRef::parse(arn)?))
}

fn on_all(action: &'static str, scope: &Scope<'_>, arns: Vec<Arn>) -> EcsRequest {
    arns.into_iter()
        .fold(EcsRequest::new(action, scope), EcsRequest::on)
}

fn on_cluster(action: &'static str, scope: &Scope<'_>, cluster: &str) -> Made {
    Ok(EcsRequest::new(action, scope).on(ClusterRef::parse(cluster)?.to_arn(scope)?))
}

fn on_tasks(action: &'static str, scope: &Scope<'_>, cluster: &str, tasks: &[&str]) -> Made {
    let name = cluster_name(cluster)?;
    let arns = several(tasks, "task", |text| {
        Ok(TaskRef::parse(text)?.to_arn(scope, name)?)
    })?;
    on_all(action, scope, arns).in_cluster(scope, cluster)
}

fn on_services(action: &'static str, scope: &Scope<'_>, cluster: &str, services: &[&str]) -> Made {
    let name = cluster_name(cluster)?;
    let arns = several(services, "service", |text| {
        Ok(ServiceRef::parse(text)?.to_arn(scope, name)?)
    })?;
    on_all(action, scope, arns).in_cluster(scope, cluster)
}

fn on_instances(action: &'static str, scope: &Scope<'_>, cluster: &str, ids: &[&str]) -> Made {
    on_all(action, scope, instances(scope, cluster, ids)?).in_cluster(scope, cluster)
}

fn instances(scope: &Scope<'_>, cluster: &str, ids: &[&str]) -> Result<Vec<Arn>, EcsRequestError> {
    let name = cluster_name(cluster)?;
    several(ids, "container instance", |id| {
        Ok(ContainerInstanceRef::parse(id)?.to_arn(scope, name)?)
    })
}

fn cluster_name(cluster: &str) -> Result<&str, EcsRequestError> {
    Ok(ClusterRef::parse(cluster)?.name())
}

/// The ARN of a revision.
fn revision(scope: &Scope<'_>, text: &str) -> Result<Arn, EcsRequestError> {
    let reference = TaskDefinitionRef::parse(text)?;
    let revision = reference
        .revision()
        .ok_or_else(|| EcsRequestError::NoRevision(text.to_owned()))?;
    match reference.arn() {
        Some(arn) => Ok(arn.into()),
        None => {
            let family = reference.family();
            Ok(scope.arn(EcsResource::TaskDefinition { family, revision })?)
        }
    }
}

fn several(
    texts: &[&str],
    kind: &'static str,
    arn: impl Fn(&str) -> Result<Arn, EcsRequestError>,
) -> Result<Vec<Arn>, EcsRequestError> {
    if texts.is_empty() {
        return Err(EcsRequestError::Empty(kind));
    }
    texts.iter().map(|text| arn(text)).collect()
}
