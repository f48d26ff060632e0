//! StartTask: the request.

use ecs_taskdef::{Tag, TaskOverride, shape};

use super::check::Check;
use crate::{
    DEFAULT_CLUSTER, Failure, InvalidParameter, NetworkConfiguration, PropagateTags, Quota, Quotas,
    Task, TaskVolumeConfiguration,
};

shape! {
    /// Asks ECS to start a task on each of the given container instances.
    ///
    /// Source: API shape `StartTaskRequest`.
    pub struct StartTaskRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instances, by id or ARN; at most 10.
        container_instances: Vec<String> = "containerInstances" => required(),
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// The task group; `family:` and the family if absent.
        group: String = "group",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// What differs from the task definition.
        overrides: TaskOverride = "overrides",
        /// Where the tags of the tasks come from.
        propagate_tags: PropagateTags = "propagateTags",
        /// A reference of the caller.
        reference_id: String = "referenceId",
        /// What the tasks show as their starter; at most 128 characters.
        started_by: String = "startedBy",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The task definition: `family`, `family:revision` or ARN.
        task_definition: String = "taskDefinition" => required(),
        /// The volumes to create; at most one.
        volume_configurations: Vec<TaskVolumeConfiguration> = "volumeConfigurations",
    }
}

shape! {
    /// The tasks that were started, and why others were not.
    ///
    /// Source: API shape `StartTaskResponse`.
    pub struct StartTaskResponse {
        /// The tasks.
        tasks: Vec<Task> = "tasks",
        /// Why no task was started on a container instance.
        failures: Vec<Failure> = "failures",
    }
}

impl StartTaskRequest {
    /// Everything for which ECS refuses the request, whatever the cluster and the task definition.
    ///
    /// The shape comes first, then the documented rules.
    #[must_use]
    pub fn validate(&self, quotas: &Quotas) -> Vec<InvalidParameter> {
        const INSTANCES: &str = "/containerInstances";
        let mut check = Check::of_shape(self, quotas);
        if let Some(instances) = &self.container_instances {
            check.quota(
                INSTANCES,
                Quota::ContainerInstancesPerStartTask,
                instances.len(),
            );
            if instances.is_empty() {
                check.report(INSTANCES, "the list is empty");
            }
        }
        check.started_by(self.started_by.as_deref());
        check.characters("/group", self.group.as_deref(), 255);
        check.tags(self.tags.as_deref());
        check.network(self.network_configuration.as_ref());
        if self.propagate_tags == Some(PropagateTags::Service) {
            check.report("/propagateTags", "a task that is started has no service");
        }
        check.finish()
    }

    /// The cluster that is meant: `cluster`, or `default`.
    #[must_use]
    pub fn cluster_or_default(&self) -> &str {
        self.cluster.as_deref().unwrap_or(DEFAULT_CLUSTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fault_one_finding() {
        let eleven = ["\"i\""; 11].join(",");
        for (json, text) in [
            (
                r#"{"containerInstances":["i"]}"#.to_owned(),
                "/taskDefinition: the member is required",
            ),
            (
                r#"{"taskDefinition":"web"}"#.to_owned(),
                "/containerInstances: the member is required",
            ),
            (
                r#"{"taskDefinition":"web","containerInstances":[]}"#.to_owned(),
                "/containerInstances: the list is empty",
            ),
            (
                format!(r#"{{"taskDefinition":"web","containerInstances":[{eleven}]}}"#),
                "/containerInstances: 11 is above the quota `Container instances per start-task` \
                 of 10",
            ),
            (
                r#"{"taskDefinition":"web","containerInstances":["i"],"propagateTags":"SERVICE"}"#
                    .to_owned(),
                "/propagateTags: a task that is started has no service",
            ),
        ] {
            let request: StartTaskRequest = serde_json::from_str(&json).unwrap();
            let found = request.validate(&Quotas::current());
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, [text]);
            assert_eq!(request.cluster_or_default(), "default");
        }
    }
}
