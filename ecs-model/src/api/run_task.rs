//! RunTask: the request.

use ecs_taskdef::{Tag, TaskOverride, shape};

use super::check::Check;
use crate::{
    CapacityProviderStrategyItem, DEFAULT_CLUSTER, Failure, InvalidParameter, LaunchType,
    NetworkConfiguration, PlacementConstraint, PlacementStrategy, PropagateTags, Quota, Quotas,
    Task, TaskVolumeConfiguration,
};

shape! {
    /// Asks ECS to place and start tasks.
    ///
    /// Source: API shape `RunTaskRequest`.
    pub struct RunTaskRequest {
        /// The capacity provider strategy; not with a launch type.
        capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "capacityProviderStrategy",
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// How many tasks, from 1 to 10; 1 if absent.
        count: i32 = "count",
        /// Whether ECS tags the tasks with cluster and service.
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        /// Whether commands can be executed in the containers (ECS Exec).
        enable_execute_command: bool = "enableExecuteCommand",
        /// The task group; `family:` and the family if absent.
        group: String = "group",
        /// The launch type; not with a capacity provider strategy.
        launch_type: LaunchType = "launchType",
        /// The network, for network mode `awsvpc`.
        network_configuration: NetworkConfiguration = "networkConfiguration",
        /// What differs from the task definition.
        overrides: TaskOverride = "overrides",
        /// What container instances must meet; at most 10.
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        /// Where the tasks should go; at most 5.
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        /// The platform version of Fargate; `LATEST` if absent.
        platform_version: String = "platformVersion",
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
        /// Makes a repeated request have no further effect; at most 64 characters.
        client_token: String = "clientToken",
        /// The volumes to create; at most one.
        volume_configurations: Vec<TaskVolumeConfiguration> = "volumeConfigurations",
    }
}

shape! {
    /// The tasks that were placed, and why others were not.
    ///
    /// Source: API shape `RunTaskResponse`.
    pub struct RunTaskResponse {
        /// The tasks.
        tasks: Vec<Task> = "tasks",
        /// Why a task was not placed, by container instance.
        failures: Vec<Failure> = "failures",
    }
}

impl RunTaskRequest {
    /// Everything for which ECS refuses the request, whatever the cluster and the task definition.
    ///
    /// The shape comes first, then the documented rules.
    #[must_use]
    pub fn validate(&self, quotas: &Quotas) -> Vec<InvalidParameter> {
        let mut check = Check::of_shape(self, quotas);
        match usize::try_from(self.tasks_wanted()) {
            Ok(count) if count > 0 => check.quota("/count", Quota::TasksPerRunTask, count),
            _ => check.report("/count", format!("{} is below 1", self.tasks_wanted())),
        }
        check.started_by(self.started_by.as_deref());
        check.characters("/group", self.group.as_deref(), 255);
        check.client_token(self.client_token.as_deref(), 64);
        check.tags(self.tags.as_deref());
        let strategy = self.capacity_provider_strategy.as_deref();
        check.capacity(self.launch_type.as_ref(), strategy);
        check.network(self.network_configuration.as_ref());
        check.constraints(self.placement_constraints.as_deref());
        check.strategies(self.placement_strategy.as_deref());
        let placed = self
            .placement_strategy
            .as_ref()
            .is_some_and(|list| !list.is_empty());
        if placed && self.launch_type == Some(LaunchType::Fargate) {
            check.report("/placementStrategy", "Fargate takes no placement strategy");
        }
        if self.propagate_tags == Some(PropagateTags::Service) {
            check.report("/propagateTags", "a task that is run has no service");
        }
        check.finish()
    }

    /// How many tasks are asked for: `count`, or 1.
    #[must_use]
    pub fn tasks_wanted(&self) -> i32 {
        self.count.unwrap_or(1)
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

    fn found(json: &str) -> Vec<String> {
        let request: RunTaskRequest = serde_json::from_str(json).unwrap();
        let found = request.validate(&Quotas::current());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn requests_of_the_documents_are_fine() {
        for json in [
            r#"{"taskDefinition":"sleep360:1","cluster":"default","count":1}"#,
            r#"{"taskDefinition":"external-web-app:1","cluster":"hybrid-cluster",
                "launchType":"EXTERNAL","count":2}"#,
        ] {
            assert_eq!(found(json), Vec::<String>::new());
        }
        let request = RunTaskRequest::default();
        assert_eq!(request.tasks_wanted(), 1);
        assert_eq!(request.cluster_or_default(), "default");
    }

    #[track_caller]
    fn assert_faults<const N: usize>(cases: [(String, &str); N]) {
        for (member, text) in cases {
            let json = format!(r#"{{"taskDefinition":"web",{member}}}"#);
            assert_eq!(found(&json), [text], "{json}");
        }
    }

    fn long(count: usize) -> String {
        "x".repeat(count)
    }

    #[test]
    fn texts_and_counts() {
        assert_faults([
            (r#""count":0"#.to_owned(), "/count: 0 is below 1"),
            (
                r#""count":11"#.to_owned(),
                "/count: 11 is above the quota `Tasks launched per run-task` of 10",
            ),
            (
                format!(r#""startedBy":"{}""#, long(129)),
                "/startedBy: 129 characters are more than the 128 allowed",
            ),
            (
                r#""startedBy":"a b""#.to_owned(),
                "/startedBy: `a b` is not letters, digits, `-`, `_` and `/`",
            ),
            (
                format!(r#""group":"{}""#, long(256)),
                "/group: 256 characters are more than the 255 allowed",
            ),
            (
                format!(r#""clientToken":"{}""#, long(65)),
                "/clientToken: 65 characters are more than the 64 allowed",
            ),
            (
                r#""clientToken":"a b""#.to_owned(),
                "/clientToken: a character is not one of ASCII 33 to 126",
            ),
        ]);
    }

    #[test]
    fn capacity() {
        assert_faults([
            (
                r#""launchType":"EC2","capacityProviderStrategy":[{"capacityProvider":"a"}]"#
                    .to_owned(),
                "/capacityProviderStrategy: it cannot stand beside `launchType`",
            ),
            (
                r#""capacityProviderStrategy":[{"capacityProvider":"a","base":1},
                    {"capacityProvider":"b","base":1}]"#
                    .to_owned(),
                "/capacityProviderStrategy: more than one item has a base",
            ),
            (
                r#""capacityProviderStrategy":[{"capacityProvider":"a","weight":0},
                    {"capacityProvider":"b","weight":0}]"#
                    .to_owned(),
                "/capacityProviderStrategy: no item has a weight above 0",
            ),
            (
                format!(
                    r#""capacityProviderStrategy":[{}]"#,
                    [r#"{"capacityProvider":"a"}"#; 21].join(",")
                ),
                "/capacityProviderStrategy: 21 items are more than the 20 allowed",
            ),
        ]);
    }

    #[test]
    fn values_and_members() {
        assert_faults([
            (
                r#""launchType":"MOON""#.to_owned(),
                "/launchType: `MOON` is not one of EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES",
            ),
            (
                r#""propagateTags":"SERVICE""#.to_owned(),
                "/propagateTags: a task that is run has no service",
            ),
            (
                r#""colour":"blue""#.to_owned(),
                "/colour: `RunTaskRequest` has no such member",
            ),
        ]);
    }

    #[test]
    fn placement() {
        assert_faults([
            (
                r#""placementConstraints":[{"type":"memberOf"}]"#.to_owned(),
                "/placementConstraints/0/expression: `memberOf` needs an expression",
            ),
            (
                r#""placementConstraints":[{"type":"distinctInstance","expression":"a"}]"#
                    .to_owned(),
                "/placementConstraints/0/expression: `distinctInstance` takes no expression",
            ),
            (
                format!(
                    r#""placementConstraints":[{}]"#,
                    [r#"{"type":"distinctInstance"}"#; 11].join(",")
                ),
                "/placementConstraints: 11 constraints are more than the 10 allowed",
            ),
            (
                r#""placementStrategy":[{"type":"binpack","field":"disk"}]"#.to_owned(),
                "/placementStrategy/0/field: `binpack` takes `cpu` or `memory`, not `disk`",
            ),
            (
                r#""placementStrategy":[{"type":"spread","field":"attribute:"}]"#.to_owned(),
                "/placementStrategy/0/field: `spread` takes `instanceId`, `host` or \
                 `attribute:NAME`, not `attribute:`",
            ),
            (
                format!(
                    r#""placementStrategy":[{}]"#,
                    [r#"{"type":"random"}"#; 6].join(",")
                ),
                "/placementStrategy: 6 strategies are more than the 5 allowed",
            ),
            (
                r#""launchType":"FARGATE","placementStrategy":[{"type":"random"}]"#.to_owned(),
                "/placementStrategy: Fargate takes no placement strategy",
            ),
        ]);
    }

    #[test]
    fn tags_and_network() {
        assert_faults([
            (
                r#""tags":[{"key":"a"},{"key":"a"}]"#.to_owned(),
                "/tags/1/key: the key `a` stands twice",
            ),
            (
                r#""tags":[{"key":"AWS:a"}]"#.to_owned(),
                "/tags/0/key: the key `AWS:a` is reserved for AWS",
            ),
            (
                r#""networkConfiguration":{"awsvpcConfiguration":{"subnets":["a"],
                    "securityGroups":["1","2","3","4","5","6"]}}"#
                    .to_owned(),
                "/networkConfiguration/awsvpcConfiguration/securityGroups: 6 is above the quota \
                 `Security groups per awsvpcConfiguration` of 5",
            ),
            (
                r#""networkConfiguration":{"awsvpcConfiguration":{}}"#.to_owned(),
                "/networkConfiguration/awsvpcConfiguration/subnets: the member is required",
            ),
        ]);
    }

    #[test]
    fn nothing_at_all() {
        assert_eq!(found("{}"), ["/taskDefinition: the member is required"]);
    }
}
