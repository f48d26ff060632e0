//! Each documented rule of requests, broken and kept.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use ecs_model::quota::Quota;
use ecs_model::rules;
use ecs_model::{Operation, Quotas};
use ecs_taskdef::Severity;
use serde_json::{Value, json};

/// A rule, an operation, members that break the rule, where and how, and members that keep it.
type Row = (
    &'static str,
    &'static str,
    Value,
    &'static str,
    String,
    Value,
);

fn row(
    rule: &'static str,
    operation: &'static str,
    broken: Value,
    pointer: &'static str,
    message: &str,
    kept: Value,
) -> Row {
    (rule, operation, broken, pointer, message.to_owned(), kept)
}

/// What every row of an operation has besides.
fn base(operation: &str) -> Value {
    match operation {
        "CreateService" => json!({"serviceName": "web", "taskDefinition": "web"}),
        "UpdateService" => json!({"service": "web"}),
        "RunTask" => json!({"taskDefinition": "web"}),
        "StartTask" => json!({"taskDefinition": "web", "containerInstances": ["i"]}),
        "CreateTaskSet" => json!({"cluster": "c", "service": "web", "taskDefinition": "web"}),
        "UpdateTaskSet" => json!({"cluster": "c", "service": "web", "taskSet": "t"}),
        "UpdateContainerInstancesState" => json!({"containerInstances": ["i"]}),
        "ListAttributes" => json!({"targetType": "container-instance"}),
        "CreateCapacityProvider" => json!({"name": "web"}),
        "TagResource" | "UntagResource" => json!({"resourceArn": "arn"}),
        "PutAccountSetting" => json!({"value": "7"}),
        _ => json!({}),
    }
}

fn document(operation: &str, members: &Value) -> Value {
    let mut document = base(operation);
    let members = members.as_object().unwrap().clone();
    document.as_object_mut().unwrap().extend(members);
    if operation == "CreateService" && members_need_a_count(&document) {
        document["desiredCount"] = json!(1);
    }
    document
}

fn members_need_a_count(document: &Value) -> bool {
    let given = document.as_object().unwrap().contains_key("desiredCount");
    !given && document["schedulingStrategy"] != "DAEMON"
}

fn found(operation: &str, document: &Value, quotas: &Quotas) -> Vec<(String, String, String)> {
    let operation = Operation::named(operation).unwrap();
    let findings = operation.check(document, quotas);
    findings
        .into_iter()
        .map(|one| (one.rule.to_string(), one.pointer, one.message))
        .collect()
}

#[track_caller]
fn assert_rows(rows: Vec<Row>) -> BTreeSet<&'static str> {
    let quotas = Quotas::current();
    let mut seen = BTreeSet::new();
    for (rule, operation, broken, pointer, message, kept) in rows {
        let broken = document(operation, &broken);
        assert_eq!(
            found(operation, &broken, &quotas),
            [(rule.to_owned(), pointer.to_owned(), message)],
            "{operation} {broken}"
        );
        let kept = document(operation, &kept);
        assert_eq!(found(operation, &kept, &quotas), [], "{operation} {kept}");
        seen.insert(rule);
    }
    seen
}

fn names() -> Vec<Row> {
    let long = "x".repeat(256);
    let characters = "is not 1 to 255 letters, digits, hyphens and underscores";
    vec![
        row(
            "service-name",
            "CreateService",
            json!({"serviceName": "my service"}),
            "/serviceName",
            &format!("`my service` {characters}"),
            json!({"serviceName": "my-service_1"}),
        ),
        row(
            "cluster-name",
            "CreateCluster",
            json!({"clusterName": long}),
            "/clusterName",
            &format!("`{long}` {characters}"),
            json!({"clusterName": "x".repeat(255)}),
        ),
        row(
            "capacity-provider-name",
            "CreateCapacityProvider",
            json!({"name": "a b", "autoScalingGroupProvider": {"autoScalingGroupArn": "a"}}),
            "/name",
            &format!("`a b` {characters}"),
            json!({"name": "a-b", "autoScalingGroupProvider": {"autoScalingGroupArn": "a"}}),
        ),
        row(
            "capacity-provider-name-reserved",
            "CreateCapacityProvider",
            json!({"name": "FargateLike", "autoScalingGroupProvider": {"autoScalingGroupArn": "a"}}),
            "/name",
            "`FargateLike` begins with `fargate`",
            json!({"name": "my-fargate", "autoScalingGroupProvider": {"autoScalingGroupArn": "a"}}),
        ),
        row(
            "client-token-length",
            "CreateService",
            json!({"clientToken": "x".repeat(37)}),
            "/clientToken",
            "37 characters, at most 36",
            json!({"clientToken": "x".repeat(36)}),
        ),
        row(
            "client-token-length",
            "RunTask",
            json!({"clientToken": "x".repeat(65)}),
            "/clientToken",
            "65 characters, at most 64",
            json!({"clientToken": "x".repeat(64)}),
        ),
        row(
            "client-token-characters",
            "CreateTaskSet",
            json!({"clientToken": "a b"}),
            "/clientToken",
            "`a b` has a character that is not one of ASCII 33 to 126",
            json!({"clientToken": "!a~"}),
        ),
        row(
            "started-by-characters",
            "StartTask",
            json!({"startedBy": "a@b"}),
            "/startedBy",
            "`a@b` is not letters, digits, spaces, hyphens, underscores and slashes",
            json!({"startedBy": "ecs-svc/9_a b"}),
        ),
        row(
            "task-definition-revision",
            "DeleteTaskDefinitions",
            json!({"taskDefinitions": ["web:1", "web"]}),
            "/taskDefinitions/1",
            "`web` names no revision",
            json!({"taskDefinitions": ["web:1", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"]}),
        ),
    ]
}

fn tags() -> Vec<Row> {
    vec![
        row(
            "tag-key-required",
            "TagResource",
            json!({"tags": [{"value": "a"}]}),
            "/tags/0/key",
            "the tag has no key",
            json!({"tags": [{"key": "a"}]}),
        ),
        row(
            "tag-key-unique",
            "RunTask",
            json!({"tags": [{"key": "a"}, {"key": "a"}]}),
            "/tags/1/key",
            "tag key `a` is already used",
            json!({"tags": [{"key": "a"}, {"key": "A"}]}),
        ),
        row(
            "tag-key-reserved",
            "TagResource",
            json!({"tags": [{"key": "AWS:a"}]}),
            "/tags/0/key",
            "the key `AWS:a` is reserved for AWS",
            json!({"tags": [{"key": "aws-a"}]}),
        ),
        row(
            "tag-key-length",
            "UntagResource",
            json!({"tagKeys": ["a", ""]}),
            "/tagKeys/1",
            "0 characters, not 1 to 128",
            json!({"tagKeys": ["x".repeat(128)]}),
        ),
        row(
            "tag-characters",
            "TagResource",
            json!({"tags": [{"key": "a", "value": "x!"}]}),
            "/tags/0/value",
            "`x!` has characters that tags do not have",
            json!({"tags": [{"key": "a", "value": "x @ 1"}, {"key": "b"}]}),
        ),
        row(
            "tag-characters",
            "UntagResource",
            json!({"tagKeys": ["a#b"]}),
            "/tagKeys/0",
            "`a#b` has characters that tags do not have",
            json!({"tagKeys": ["a:b"]}),
        ),
    ]
}

fn capacity() -> Vec<Row> {
    let items = |count: usize| vec![json!({"capacityProvider": "a", "weight": 1}); count];
    let names = |count: usize| vec!["a"; count];
    vec![
        row(
            "launch-type-or-strategy",
            "RunTask",
            json!({"launchType": "EXTERNAL", "capacityProviderStrategy": items(1)}),
            "/capacityProviderStrategy",
            "it cannot be combined with launch type `EXTERNAL`",
            json!({"launchType": "EXTERNAL", "capacityProviderStrategy": []}),
        ),
        row(
            "launch-type-managed-instances",
            "CreateService",
            json!({"launchType": "MANAGED_INSTANCES"}),
            "/launchType",
            "managed instances need a capacity provider strategy instead",
            json!({"capacityProviderStrategy": items(1)}),
        ),
        row(
            "platform-version-fargate",
            "CreateTaskSet",
            json!({"launchType": "EC2", "platformVersion": "1.4.0"}),
            "/platformVersion",
            "launch type `EC2` has no platform version",
            json!({"launchType": "FARGATE", "platformVersion": "1.4.0"}),
        ),
        row(
            "strategy-length",
            "UpdateService",
            json!({"capacityProviderStrategy": items(21)}),
            "/capacityProviderStrategy",
            "21 elements, at most 20",
            json!({"capacityProviderStrategy": items(20)}),
        ),
        row(
            "strategy-base",
            "CreateCluster",
            json!({"defaultCapacityProviderStrategy": [
                {"capacityProvider": "a", "base": 1}, {"capacityProvider": "b", "base": 1}
            ]}),
            "/defaultCapacityProviderStrategy",
            "more than one item has a base",
            json!({"defaultCapacityProviderStrategy": [
                {"capacityProvider": "a", "base": 1}, {"capacityProvider": "b", "base": 0}
            ]}),
        ),
        row(
            "strategy-weight",
            "RunTask",
            json!({"capacityProviderStrategy": [
                {"capacityProvider": "a", "weight": 0}, {"capacityProvider": "b", "weight": 0}
            ]}),
            "/capacityProviderStrategy",
            "no item has a weight above 0",
            json!({"capacityProviderStrategy": [
                {"capacityProvider": "a", "weight": 0}, {"capacityProvider": "b", "weight": 1}
            ]}),
        ),
        row(
            "capacity-providers-quota",
            "CreateCluster",
            json!({"capacityProviders": names(21)}),
            "/capacityProviders",
            "21 is above the quota `Capacity providers per cluster` of 20",
            json!({"capacityProviders": names(20)}),
        ),
    ]
}

fn capacity_providers() -> Vec<Row> {
    let group = json!({"autoScalingGroupArn": "a"});
    let managed = |requirements: Value| {
        json!({"infrastructureRoleArn": "r", "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "p", "networkConfiguration": {},
            "instanceRequirements": requirements
        }})
    };
    let sizes = json!({"vCpuCount": {"min": 1}, "memoryMiB": {"min": 1},
        "allowedInstanceTypes": ["m5.*"]});
    let mut both = sizes.clone();
    both["excludedInstanceTypes"] = json!(["c5.*"]);
    let mut wrong = sizes.clone();
    wrong["allowedInstanceTypes"] = json!(["m5 large"]);
    vec![
        row(
            "capacity-provider-kind",
            "CreateCapacityProvider",
            json!({}),
            "",
            "`autoScalingGroupProvider` or `managedInstancesProvider` is missing",
            json!({"autoScalingGroupProvider": group}),
        ),
        row(
            "capacity-provider-kind",
            "CreateCapacityProvider",
            json!({"autoScalingGroupProvider": group, "managedInstancesProvider": managed(sizes.clone())}),
            "/managedInstancesProvider",
            "it cannot be combined with `autoScalingGroupProvider`",
            json!({"managedInstancesProvider": managed(sizes.clone())}),
        ),
        row(
            "termination-protection-scaling",
            "CreateCapacityProvider",
            json!({"autoScalingGroupProvider": {"autoScalingGroupArn": "a",
                "managedTerminationProtection": "ENABLED"}}),
            "/autoScalingGroupProvider/managedTerminationProtection",
            "it does nothing without managed scaling",
            json!({"autoScalingGroupProvider": {"autoScalingGroupArn": "a",
                "managedTerminationProtection": "ENABLED", "managedScaling": {"status": "ENABLED"}}}),
        ),
        row(
            "instance-types-either",
            "CreateCapacityProvider",
            json!({"managedInstancesProvider": managed(both.clone())}),
            "/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements\
             /excludedInstanceTypes",
            "it cannot be combined with `allowedInstanceTypes`",
            json!({"managedInstancesProvider": managed(sizes.clone())}),
        ),
        row(
            "instance-types-either",
            "UpdateCapacityProvider",
            json!({"name": "a", "managedInstancesProvider": managed(both)}),
            "/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements\
             /excludedInstanceTypes",
            "it cannot be combined with `allowedInstanceTypes`",
            json!({"name": "a", "managedInstancesProvider": managed(sizes.clone())}),
        ),
        row(
            "instance-type-characters",
            "CreateCapacityProvider",
            json!({"managedInstancesProvider": managed(wrong)}),
            "/managedInstancesProvider/instanceLaunchTemplate/instanceRequirements\
             /allowedInstanceTypes/0",
            "`m5 large` is not 1 to 30 letters, digits, dots, stars and hyphens",
            json!({"managedInstancesProvider": managed(sizes)}),
        ),
    ]
}

fn network_and_placement() -> Vec<Row> {
    let vpc = |subnets: usize, groups: usize| {
        json!({"networkConfiguration": {"awsvpcConfiguration": {
            "subnets": vec!["s"; subnets], "securityGroups": vec!["g"; groups]
        }}})
    };
    let mut external = vpc(1, 1);
    external["launchType"] = json!("EXTERNAL");
    vec![
        row(
            "subnets-quota",
            "RunTask",
            vpc(17, 0),
            "/networkConfiguration/awsvpcConfiguration/subnets",
            "17 is above the quota `Subnets per awsvpcConfiguration` of 16",
            vpc(16, 0),
        ),
        row(
            "security-groups-quota",
            "UpdateService",
            vpc(1, 6),
            "/networkConfiguration/awsvpcConfiguration/securityGroups",
            "6 is above the quota `Security groups per awsvpcConfiguration` of 5",
            vpc(1, 5),
        ),
        row(
            "external-awsvpc",
            "RunTask",
            external,
            "/networkConfiguration/awsvpcConfiguration",
            "launch type `EXTERNAL` does not support it",
            json!({"launchType": "EXTERNAL", "networkConfiguration": {}}),
        ),
        row(
            "placement-constraint-count",
            "CreateService",
            json!({"placementConstraints": vec![json!({"type": "distinctInstance"}); 11]}),
            "/placementConstraints",
            "11 elements, at most 10",
            json!({"placementConstraints": vec![json!({"type": "distinctInstance"}); 10]}),
        ),
        row(
            "placement-expression",
            "RunTask",
            json!({"placementConstraints": [{"type": "memberOf"}]}),
            "/placementConstraints/0/expression",
            "`memberOf` needs an expression",
            json!({"placementConstraints": [{"type": "memberOf", "expression": "a"}]}),
        ),
        row(
            "placement-expression",
            "RunTask",
            json!({"placementConstraints": [{"type": "distinctInstance", "expression": "a"}]}),
            "/placementConstraints/0/expression",
            "`distinctInstance` takes no expression",
            json!({"placementConstraints": [{"type": "distinctInstance"}]}),
        ),
        row(
            "placement-expression-length",
            "RunTask",
            json!({"placementConstraints": [{"type": "memberOf", "expression": "x".repeat(2_001)}]}),
            "/placementConstraints/0/expression",
            "2001 characters, at most 2000",
            json!({"placementConstraints": [{"type": "memberOf", "expression": "x".repeat(2_000)}]}),
        ),
        row(
            "placement-strategy-count",
            "UpdateService",
            json!({"placementStrategy": vec![json!({"type": "random"}); 6]}),
            "/placementStrategy",
            "6 elements, at most 5",
            json!({"placementStrategy": vec![json!({"type": "random"}); 5]}),
        ),
        row(
            "placement-strategy-field",
            "RunTask",
            json!({"placementStrategy": [{"type": "binpack", "field": "disk"}]}),
            "/placementStrategy/0/field",
            "`binpack` takes `cpu` or `memory`, not `disk`",
            json!({"placementStrategy": [{"type": "binpack", "field": "MEMORY"}]}),
        ),
        row(
            "placement-strategy-field",
            "RunTask",
            json!({"placementStrategy": [{"type": "spread", "field": "attribute:"}]}),
            "/placementStrategy/0/field",
            "`spread` takes `instanceId`, `host` or `attribute:NAME`, not `attribute:`",
            json!({"placementStrategy": [{"type": "spread", "field": "attribute:rack"}]}),
        ),
        row(
            "placement-strategy-fargate",
            "CreateService",
            json!({"launchType": "FARGATE", "placementStrategy": [{"type": "random"}]}),
            "/placementStrategy",
            "Fargate takes no placement strategy",
            json!({"launchType": "EC2", "placementStrategy": [{"type": "random"}]}),
        ),
        row(
            "placement-strategy-fargate",
            "RunTask",
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}],
                "placementStrategy": [{"type": "random"}]}),
            "/placementStrategy",
            "Fargate takes no placement strategy",
            json!({"capacityProviderStrategy": [{"capacityProvider": "spot"}],
                "placementStrategy": [{"type": "random"}]}),
        ),
        row(
            "placement-constraint-fargate",
            "CreateService",
            json!({"launchType": "FARGATE", "placementConstraints": [{"type": "distinctInstance"}]}),
            "/placementConstraints",
            "Fargate takes no placement constraint",
            json!({"launchType": "FARGATE", "placementConstraints": []}),
        ),
        row(
            "placement-constraint-fargate",
            "RunTask",
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
                "placementConstraints": [{"type": "distinctInstance"}]}),
            "/placementConstraints",
            "Fargate takes no placement constraint",
            json!({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}],
                "placementStrategy": []}),
        ),
    ]
}

fn tasks() -> Vec<Row> {
    vec![
        row(
            "run-task-quota",
            "RunTask",
            json!({"count": 11}),
            "/count",
            "11 is above the quota `Tasks launched per run-task` of 10",
            json!({"count": 10}),
        ),
        row(
            "start-task-quota",
            "StartTask",
            json!({"containerInstances": vec!["i"; 11]}),
            "/containerInstances",
            "11 is above the quota `Container instances per start-task` of 10",
            json!({"containerInstances": vec!["i"; 10]}),
        ),
        row(
            "task-propagate-tags",
            "StartTask",
            json!({"propagateTags": "SERVICE"}),
            "/propagateTags",
            "the task has no service",
            json!({"propagateTags": "TASK_DEFINITION"}),
        ),
        row(
            "instance-status-target",
            "UpdateContainerInstancesState",
            json!({"status": "REGISTERING"}),
            "/status",
            "`REGISTERING` is neither `ACTIVE` nor `DRAINING`",
            json!({"status": "DRAINING"}),
        ),
        row(
            "attribute-characters",
            "PutAttributes",
            json!({"attributes": [{"name": "a b"}]}),
            "/attributes/0/name",
            "`a b` is not 1 to 128 letters, digits, `-`, `_`, `.`, `/`, `\\`",
            json!({"attributes": [{"name": "rack/a.b\\c-d_e", "value": "a b@c:d"}]}),
        ),
        row(
            "attribute-characters",
            "PutAttributes",
            json!({"attributes": [{"name": "a", "value": " b"}]}),
            "/attributes/0/value",
            "` b` is not 1 to 128 letters, digits, `-`, `_`, `.`, `@`, `/`, `\\`, `:` and spaces \
             within",
            json!({"attributes": [{"name": "a"}]}),
        ),
    ]
}

fn services() -> Vec<Row> {
    vec![
        row(
            "tasks-per-service-quota",
            "UpdateService",
            json!({"desiredCount": 5_001}),
            "/desiredCount",
            "5001 is above the quota `Tasks per service` of 5000",
            json!({"desiredCount": 5_000}),
        ),
        row(
            "service-registry-count",
            "UpdateService",
            json!({"serviceRegistries": [{"registryArn": "a"}, {"registryArn": "b"}]}),
            "/serviceRegistries",
            "2 elements, at most 1",
            json!({"serviceRegistries": [{"registryArn": "a"}]}),
        ),
        row(
            "service-registry-port",
            "CreateService",
            json!({"serviceRegistries": [{"registryArn": "a", "port": 1, "containerPort": 2}]}),
            "/serviceRegistries/0/port",
            "it cannot be combined with `containerName` and `containerPort`",
            json!({"serviceRegistries": [{"registryArn": "a", "port": 1}]}),
        ),
        row(
            "availability-zone-rebalancing",
            "UpdateService",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "deploymentConfiguration": {"maximumPercent": 100}}),
            "/availabilityZoneRebalancing",
            "a maximum of 100 percent does not support it",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "deploymentConfiguration": {"maximumPercent": 200}}),
        ),
        row(
            "availability-zone-rebalancing",
            "CreateService",
            json!({"availabilityZoneRebalancing": "ENABLED", "schedulingStrategy": "DAEMON"}),
            "/availabilityZoneRebalancing",
            "scheduling strategy `DAEMON` does not support it",
            json!({"availabilityZoneRebalancing": "DISABLED", "schedulingStrategy": "DAEMON"}),
        ),
        row(
            "availability-zone-rebalancing",
            "CreateService",
            json!({"availabilityZoneRebalancing": "ENABLED", "launchType": "EXTERNAL"}),
            "/availabilityZoneRebalancing",
            "launch type `EXTERNAL` does not support it",
            json!({"availabilityZoneRebalancing": "ENABLED", "launchType": "EC2"}),
        ),
        row(
            "availability-zone-rebalancing",
            "CreateService",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "loadBalancers": [{"loadBalancerName": "a"}]}),
            "/availabilityZoneRebalancing",
            "Classic Load Balancers do not support it",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "loadBalancers": [{"targetGroupArn": "a"}]}),
        ),
        row(
            "availability-zone-rebalancing",
            "CreateService",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "placementStrategy": [{"type": "binpack", "field": "memory"}]}),
            "/availabilityZoneRebalancing",
            "a first placement strategy that does not spread over Availability Zones does not \
             support it",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "placementStrategy": [
                    {"type": "spread", "field": "attribute:ecs.availability-zone"},
                    {"type": "binpack", "field": "memory"}]}),
        ),
        row(
            "availability-zone-rebalancing",
            "CreateService",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "placementConstraints": [{"type": "memberOf",
                    "expression": "attribute:ecs.availability-zone == us-east-1a"}]}),
            "/availabilityZoneRebalancing",
            "a placement constraint on the Availability Zone does not support it",
            json!({"availabilityZoneRebalancing": "ENABLED",
                "placementConstraints": [{"type": "memberOf",
                    "expression": "attribute:ecs.instance-type == t3.small"}]}),
        ),
        row(
            "task-set-scale",
            "UpdateTaskSet",
            json!({"scale": {"value": 100.5}}),
            "/scale/value",
            "`100.5` is not 0 to 100",
            json!({"scale": {"value": 100.0}}),
        ),
    ]
}

fn daemons() -> Vec<Row> {
    let refused = "scheduling strategy `DAEMON` does not take it";
    let daemon = |members: Value| {
        let mut document = json!({"schedulingStrategy": "DAEMON"});
        let members = members.as_object().unwrap().clone();
        document.as_object_mut().unwrap().extend(members);
        document
    };
    let refuse = |rule, members: Value, pointer| {
        row(
            rule,
            "CreateService",
            daemon(members),
            pointer,
            refused,
            daemon(json!({})),
        )
    };
    vec![
        refuse(
            "daemon-desired-count",
            json!({"desiredCount": 1}),
            "/desiredCount",
        ),
        refuse(
            "daemon-placement-strategy",
            json!({"placementStrategy": [{"type": "random"}]}),
            "/placementStrategy",
        ),
        refuse(
            "daemon-capacity-providers",
            json!({"capacityProviderStrategy": [{"capacityProvider": "a"}]}),
            "/capacityProviderStrategy",
        ),
        refuse(
            "daemon-fargate",
            json!({"launchType": "FARGATE"}),
            "/launchType",
        ),
        refuse(
            "daemon-controller",
            json!({"deploymentController": {"type": "EXTERNAL"}}),
            "/deploymentController/type",
        ),
        row(
            "daemon-maximum-percent",
            "CreateService",
            daemon(json!({"deploymentConfiguration": {"maximumPercent": 200}})),
            "/deploymentConfiguration/maximumPercent",
            "scheduling strategy `DAEMON` takes only 100, not 200",
            daemon(json!({"deploymentConfiguration": {"maximumPercent": 100}})),
        ),
    ]
}

fn external_and_load_balancers() -> Vec<Row> {
    let group = json!({"targetGroupArn": "arn"});
    let groups = |count: usize| json!({"loadBalancers": vec![group.clone(); count]});
    vec![
        row(
            "external-load-balancers",
            "CreateService",
            json!({"launchType": "EXTERNAL", "loadBalancers": [group]}),
            "/loadBalancers",
            "launch type `EXTERNAL` does not support it",
            json!({"launchType": "EXTERNAL", "loadBalancers": []}),
        ),
        row(
            "external-service-discovery",
            "CreateService",
            json!({"launchType": "EXTERNAL", "serviceRegistries": [{"registryArn": "a"}]}),
            "/serviceRegistries",
            "launch type `EXTERNAL` does not support it",
            json!({"launchType": "EC2", "serviceRegistries": [{"registryArn": "a"}]}),
        ),
        row(
            "role-load-balancer",
            "CreateService",
            json!({"role": "ecsRole"}),
            "/role",
            "it needs a load balancer",
            json!({"role": "ecsRole", "loadBalancers": [{"loadBalancerName": "EC2Contai-EcsElast",
                "containerName": "simple-demo", "containerPort": 80}]}),
        ),
        row(
            "load-balancer-kind",
            "CreateService",
            json!({"loadBalancers": [{"containerName": "a"}]}),
            "/loadBalancers/0",
            "it needs `loadBalancerName` or `targetGroupArn`",
            groups(1),
        ),
        row(
            "load-balancer-kind",
            "UpdateService",
            json!({"loadBalancers": [{"loadBalancerName": "a", "targetGroupArn": "b"}]}),
            "/loadBalancers/0",
            "`loadBalancerName` cannot be combined with `targetGroupArn`",
            groups(1),
        ),
        row(
            "load-balancer-name",
            "CreateService",
            json!({"loadBalancers": [{"loadBalancerName": "my_balancer"}]}),
            "/loadBalancers/0/loadBalancerName",
            "`my_balancer` is not 1 to 32 letters, digits and hyphens",
            json!({"loadBalancers": [{"loadBalancerName": "my-balancer"}]}),
        ),
        row(
            "load-balancer-port",
            "CreateTaskSet",
            json!({"loadBalancers": [{"targetGroupArn": "a", "containerPort": 65_536}]}),
            "/loadBalancers/0/containerPort",
            "65536, not 0 to 65535",
            json!({"loadBalancers": [{"targetGroupArn": "a", "containerPort": 65_535}]}),
        ),
        row(
            "classic-load-balancers-quota",
            "CreateService",
            json!({"loadBalancers": [{"loadBalancerName": "a"}, {"loadBalancerName": "b"}]}),
            "/loadBalancers",
            "2 is above the quota `Classic Load Balancers per service` of 1",
            json!({"loadBalancers": [{"loadBalancerName": "a"}]}),
        ),
        row(
            "load-balancer-generations",
            "CreateService",
            json!({"loadBalancers": [{"loadBalancerName": "a"}, {"targetGroupArn": "b"}]}),
            "/loadBalancers",
            "some have `loadBalancerName`, some `targetGroupArn`",
            groups(2),
        ),
        row(
            "advanced-configuration-classic",
            "UpdateService",
            json!({"loadBalancers": [{"loadBalancerName": "a", "advancedConfiguration": {}}]}),
            "/loadBalancers/0/advancedConfiguration",
            "it cannot be combined with `loadBalancerName`",
            json!({"loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {}}]}),
        ),
        row(
            "advanced-configuration-all",
            "CreateService",
            json!({"loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {}},
                {"targetGroupArn": "b"}]}),
            "/loadBalancers",
            "1 of 2 have `advancedConfiguration`",
            groups(2),
        ),
        row(
            "advanced-configuration-strategy",
            "CreateService",
            json!({"deploymentConfiguration": {"strategy": "LINEAR"},
                "loadBalancers": [{"targetGroupArn": "a"}]}),
            "/loadBalancers",
            "strategy `LINEAR` needs `advancedConfiguration`",
            json!({"deploymentConfiguration": {"strategy": "LINEAR"},
                "loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {}}]}),
        ),
        row(
            "listener-rules-differ",
            "CreateService",
            json!({"loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {
                "productionListenerRule": "rule", "testListenerRule": "rule"}}]}),
            "/loadBalancers/0/advancedConfiguration/testListenerRule",
            "`rule` is already used as `productionListenerRule`",
            json!({"loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {
                "productionListenerRule": "rule", "testListenerRule": "test-rule"}}]}),
        ),
        row(
            "target-groups-quota",
            "CreateService",
            groups(6),
            "/loadBalancers",
            "6 is above the quota `Target groups per service` of 5",
            groups(5),
        ),
        row(
            "code-deploy-load-balancer",
            "CreateService",
            json!({"deploymentController": {"type": "CODE_DEPLOY"}}),
            "/loadBalancers",
            "deployment controller `CODE_DEPLOY` needs a load balancer",
            json!({"deploymentController": {"type": "CODE_DEPLOY"},
                "loadBalancers": [{"targetGroupArn": "a"}]}),
        ),
    ]
}

fn deployments() -> Vec<Row> {
    let deployment = |members: Value| json!({"deploymentConfiguration": members});
    let canary = |members: Value| json!({"deploymentConfiguration": {"strategy": "CANARY", "canaryConfiguration": members}});
    let linear = |members: Value| json!({"deploymentConfiguration": {"strategy": "LINEAR", "linearConfiguration": members}});
    vec![
        row(
            "deployment-percent",
            "CreateService",
            deployment(json!({"minimumHealthyPercent": -1})),
            "/deploymentConfiguration/minimumHealthyPercent",
            "-1, at least 0",
            deployment(json!({"minimumHealthyPercent": 0})),
        ),
        row(
            "deployment-percent-order",
            "UpdateService",
            deployment(json!({"minimumHealthyPercent": 100, "maximumPercent": 99})),
            "/deploymentConfiguration/maximumPercent",
            "99 is below `minimumHealthyPercent`, which is 100",
            deployment(json!({"minimumHealthyPercent": 50, "maximumPercent": 200})),
        ),
        row(
            "deployment-deadlock",
            "UpdateService",
            deployment(json!({"minimumHealthyPercent": 100, "maximumPercent": 100})),
            "/deploymentConfiguration/maximumPercent",
            "with a minimum of 100 no task can be stopped or started",
            deployment(json!({"minimumHealthyPercent": 99, "maximumPercent": 100})),
        ),
        row(
            "deployment-bake-time",
            "CreateService",
            deployment(json!({"strategy": "BLUE_GREEN"})),
            "/deploymentConfiguration/bakeTimeInMinutes",
            "strategy `BLUE_GREEN` needs a bake time",
            deployment(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5})),
        ),
        row(
            "deployment-strategy-configuration",
            "CreateService",
            deployment(json!({"canaryConfiguration": {}})),
            "/deploymentConfiguration/canaryConfiguration",
            "it belongs to strategy `CANARY`, not `ROLLING`",
            canary(json!({})),
        ),
        row(
            "deployment-traffic-percent",
            "CreateService",
            canary(json!({"canaryPercent": 0.05})),
            "/deploymentConfiguration/canaryConfiguration/canaryPercent",
            "`0.05` is not 0.1 to 100",
            canary(json!({"canaryPercent": 0.1})),
        ),
        row(
            "deployment-traffic-percent",
            "UpdateService",
            linear(json!({"stepPercent": 2.9})),
            "/deploymentConfiguration/linearConfiguration/stepPercent",
            "`2.9` is not 3 to 100",
            linear(json!({"stepPercent": 3.0})),
        ),
        row(
            "deployment-traffic-bake-time",
            "UpdateService",
            linear(json!({"stepBakeTimeInMinutes": 1_441})),
            "/deploymentConfiguration/linearConfiguration/stepBakeTimeInMinutes",
            "1441, not 0 to 1440",
            linear(json!({"stepBakeTimeInMinutes": 1_440})),
        ),
    ]
}

fn settings_and_filters() -> Vec<Row> {
    vec![
        row(
            "setting-retirement-days",
            "PutAccountSetting",
            json!({"name": "fargateTaskRetirementWaitPeriod", "value": "8"}),
            "/value",
            "`8` is not one of `0`, `7`, `14`",
            json!({"name": "fargateTaskRetirementWaitPeriod", "value": "7"}),
        ),
        row(
            "setting-managed-by-aws",
            "PutAccountSetting",
            json!({"name": "guardDutyActivate"}),
            "/name",
            "only AWS changes `guardDutyActivate`",
            json!({"name": "containerInsights"}),
        ),
        row(
            "started-by-only",
            "ListTasks",
            json!({"startedBy": "a", "family": "b"}),
            "/startedBy",
            "it cannot be combined with other filters",
            json!({"startedBy": "a", "maxResults": 5}),
        ),
        row(
            "attribute-value-name",
            "ListAttributes",
            json!({"attributeValue": "b"}),
            "/attributeValue",
            "it needs `attributeName`",
            json!({"attributeName": "a", "attributeValue": "b"}),
        ),
    ]
}

#[test]
fn every_rule_broken_and_kept() {
    let mut rows = Vec::new();
    for family in [
        names,
        tags,
        capacity,
        capacity_providers,
        network_and_placement,
        tasks,
        services,
        daemons,
        external_and_load_balancers,
        deployments,
        settings_and_filters,
    ] {
        rows.extend(family());
    }
    let mut seen = assert_rows(rows);
    // What a row cannot leave out has a test of its own.
    seen.extend(["service-desired-count", "service-task-definition"]);
    let own: BTreeSet<&str> = rules::of_requests().map(|rule| rule.id).collect();
    let of_tags = [
        "tag-key-required",
        "tag-key-unique",
        "tag-key-reserved",
        "tag-characters",
    ];
    let all: BTreeSet<&str> = own.into_iter().chain(of_tags).collect();
    let difference: Vec<_> = seen.symmetric_difference(&all).collect();
    assert!(
        difference.is_empty(),
        "without a case, or a case without a rule: {difference:?}"
    );
}

#[test]
fn an_instance_is_registered_without_an_attribute_of_wrong_characters() {
    let document = json!({"attributes": [{"name": "a b", "value": " c"}]});
    for (operation, severity, exception) in [
        ("RegisterContainerInstance", Severity::Warning, None),
        (
            "PutAttributes",
            Severity::Error,
            Some("InvalidParameterException"),
        ),
    ] {
        let operation = Operation::named(operation).unwrap();
        let findings = operation.check(&document, &Quotas::current());
        let findings: Vec<_> = findings
            .iter()
            .map(|one| (one.pointer.as_str(), one.severity, one.exception))
            .collect();
        assert_eq!(
            findings,
            [
                ("/attributes/0/name", severity, exception),
                ("/attributes/0/value", severity, exception),
            ]
        );
    }
}

#[test]
fn only_the_user_deploys_without_a_task_definition() {
    let mut document = json!({"serviceName": "web", "desiredCount": 1});
    let message = "deployment controller `ECS` needs a task definition";
    let expected = (
        "service-task-definition".to_owned(),
        "/taskDefinition".to_owned(),
        message.to_owned(),
    );
    assert_eq!(
        found("CreateService", &document, &Quotas::current()),
        [expected]
    );
    document["deploymentController"] = json!({"type": "EXTERNAL"});
    assert_eq!(found("CreateService", &document, &Quotas::current()), []);
}

#[test]
fn replicas_need_a_desired_count() {
    let document = json!({"serviceName": "web", "taskDefinition": "web"});
    let message = "scheduling strategy `REPLICA` needs a desired count";
    let expected = (
        "service-desired-count".to_owned(),
        "/desiredCount".to_owned(),
        message.to_owned(),
    );
    assert_eq!(
        found("CreateService", &document, &Quotas::current()),
        [expected]
    );
}

#[test]
fn the_guide_of_2015_has_shorter_client_tokens() {
    let document = json!({"serviceName": "web", "taskDefinition": "web", "desiredCount": 1,
        "clientToken": "x".repeat(33)});
    assert_eq!(found("CreateService", &document, &Quotas::current()), []);
    let found = found("CreateService", &document, &Quotas::guide_2015());
    let expected = (
        "client-token-length".to_owned(),
        "/clientToken".to_owned(),
        "33 characters, at most 32".to_owned(),
    );
    assert_eq!(found, [expected]);
}

#[test]
fn raised_quotas_count() {
    let document = json!({"service": "web", "desiredCount": 6_000});
    let raised = Quotas::current().with(Quota::TasksPerService, 6_000);
    assert_eq!(found("UpdateService", &document, &raised), []);
}

#[test]
fn documented_bounds() {
    let bounds = [
        (
            "DescribeTasks",
            json!({"tasks": []}),
            "/tasks",
            "0 elements, not 1 to 100",
        ),
        (
            "ListTasks",
            json!({"maxResults": 101}),
            "/maxResults",
            "101, not 1 to 100",
        ),
        (
            "RunTask",
            json!({"taskDefinition": "a", "count": 0}),
            "/count",
            "0, at least 1",
        ),
        (
            "RunTask",
            json!({"taskDefinition": "a", "group": "x".repeat(256)}),
            "/group",
            "256 characters, at most 255",
        ),
        (
            "UpdateTaskProtection",
            json!({"cluster": "c", "tasks": ["t"], "protectionEnabled": true,
                "expiresInMinutes": 2_881}),
            "/expiresInMinutes",
            "2881, not 1 to 2880",
        ),
        (
            "UpdateService",
            json!({"service": "a", "desiredCount": -1}),
            "/desiredCount",
            "-1, at least 0",
        ),
    ];
    for (operation, document, pointer, message) in bounds {
        let expected = (
            "out-of-bounds".to_owned(),
            pointer.to_owned(),
            message.to_owned(),
        );
        assert_eq!(found(operation, &document, &Quotas::current()), [expected]);
    }
}

#[test]
fn a_wrong_type_has_no_consequences() {
    let document = json!({"serviceName": "web", "taskDefinition": ["web"], "desiredCount": "many"});
    let found = found("CreateService", &document, &Quotas::current());
    let rules: Vec<&str> = found.iter().map(|(rule, _, _)| rule.as_str()).collect();
    assert_eq!(rules, ["wrong-type", "wrong-type"]);
    let not_an_object = Operation::named("RunTask").unwrap();
    let findings = not_an_object.check(&json!([1]), &Quotas::current());
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["error[wrong-type]: a list where an object belongs"]);
}

#[test]
fn requests_of_the_documents_are_fine() {
    for (operation, document) in [
        (
            "RunTask",
            json!({"taskDefinition": "sleep360:1", "cluster": "default", "count": 1}),
        ),
        (
            "RunTask",
            json!({"taskDefinition": "external-web-app:1", "cluster": "hybrid-cluster",
                "launchType": "EXTERNAL", "count": 2}),
        ),
        (
            "CreateService",
            json!({"cluster": "hybrid-cluster", "serviceName": "external-web-service",
                "taskDefinition": "external-web-app:1", "desiredCount": 3, "launchType": "EXTERNAL",
                "deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 200}}),
        ),
        (
            "CreateCluster",
            json!({"clusterName": "hybrid-cluster",
                "settings": [{"name": "containerInsights", "value": "enabled"}]}),
        ),
    ] {
        assert_eq!(found(operation, &document, &Quotas::current()), []);
    }
}

#[test]
fn findings_say_what_the_api_answers() {
    let service = json!({"serviceName": "web", "taskDefinition": "web",
        "schedulingStrategy": "DAEMON", "desiredCount": 1, "tags": [{"key": "aws:a"}],
        "cluster": 7, "propagateTags": "ALL"});
    let create_service = Operation::named("CreateService").unwrap();
    let findings = create_service.check(&service, &Quotas::current());
    let answers: Vec<(&str, Option<&str>)> = findings
        .iter()
        .map(|one| (one.rule.id, one.exception))
        .collect();
    let invalid = Some("InvalidParameterException");
    assert_eq!(
        answers,
        [
            ("value-converted", None),
            ("value-unknown", invalid),
            ("tag-key-reserved", invalid),
            ("daemon-desired-count", invalid),
        ]
    );
    let said = findings.iter().filter_map(|one| one.aws_message.as_deref());
    assert_eq!(
        said.collect::<Vec<&str>>(),
        [
            "The daemon scheduling strategy does not support a desired count for services. \
          Remove the desired count value and try again"
        ]
    );
    let balancers: Vec<Value> = (0..6)
        .map(|at| json!({"targetGroupArn": at.to_string(), "containerPort": 1}))
        .collect();
    let service = json!({"service": "web", "loadBalancers": balancers});
    let update_service = Operation::named("UpdateService").unwrap();
    let findings = update_service.check(&service, &Quotas::current());
    let said = findings.iter().filter_map(|one| one.aws_message.as_deref());
    assert_eq!(
        said.collect::<Vec<&str>>(),
        ["load balancers can have at most 5 items."]
    );
}
