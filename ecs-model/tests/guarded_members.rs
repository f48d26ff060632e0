//! A member that a rule is about is guarded in every request that has it.

use std::collections::BTreeSet;

use ecs_model::rules;
use ecs_model::{Operation, Quotas};
use ecs_taskdef::shape::{Kind, Shape};
use serde_json::{Value, json};

/// A broken value of a member, which rule it breaks, and an operation that has the member.
fn guarded() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let balancers = |balancer: Value| json!([balancer]);
    let many = |item: Value, count| Value::Array(vec![item; count]);
    let ids = |count| many(json!("i"), count);
    let item = json!({"capacityProvider": "a", "weight": 0, "base": 1});
    let vpc = json!({"subnets": ids(17), "securityGroups": ids(6)});
    let canary = json!({"canaryPercent": 0, "canaryBakeTimeInMinutes": 1_441});
    let member_of = json!({"type": "memberOf", "expression": "x".repeat(2_001)});
    let deployment = json!({"minimumHealthyPercent": -1, "strategy": "BLUE_GREEN",
        "canaryConfiguration": canary});
    let template = json!({"instanceRequirements":
        {"allowedInstanceTypes": ["a b"], "excludedInstanceTypes": ["c"]}});
    let tag = json!([{"key": "aws:a"}, {"key": "b!"}, {"key": "aws:a"}, {}]);
    let group = json!({"managedTerminationProtection": "ENABLED"});
    vec![
        ("tag-key-required", "RunTask", "tags", tag.clone()),
        ("tag-key-unique", "RunTask", "tags", tag.clone()),
        ("tag-key-reserved", "RunTask", "tags", tag.clone()),
        ("tag-characters", "RunTask", "tags", tag),
        ("tag-key-length", "UntagResource", "tagKeys", json!([""])),
        ("service-name", "CreateService", "serviceName", json!("a b")),
        ("cluster-name", "CreateCluster", "clusterName", json!("a b")),
        (
            "capacity-provider-name",
            "CreateCapacityProvider",
            "name",
            json!("a b"),
        ),
        (
            "capacity-provider-name-reserved",
            "CreateCapacityProvider",
            "name",
            json!("ecs"),
        ),
        (
            "client-token-length",
            "RunTask",
            "clientToken",
            json!("x".repeat(65)),
        ),
        (
            "client-token-characters",
            "RunTask",
            "clientToken",
            json!("a b"),
        ),
        (
            "started-by-characters",
            "RunTask",
            "startedBy",
            json!("a@b"),
        ),
        (
            "task-definition-revision",
            "DeleteTaskDefinitions",
            "taskDefinitions",
            json!(["a"]),
        ),
        (
            "launch-type-managed-instances",
            "RunTask",
            "launchType",
            json!("MANAGED_INSTANCES"),
        ),
        (
            "strategy-length",
            "RunTask",
            "capacityProviderStrategy",
            many(item.clone(), 21),
        ),
        (
            "strategy-base",
            "RunTask",
            "capacityProviderStrategy",
            many(item.clone(), 2),
        ),
        (
            "strategy-weight",
            "RunTask",
            "capacityProviderStrategy",
            many(item, 2),
        ),
        (
            "capacity-providers-quota",
            "CreateCluster",
            "capacityProviders",
            ids(21),
        ),
        (
            "termination-protection-scaling",
            "CreateCapacityProvider",
            "autoScalingGroupProvider",
            group,
        ),
        (
            "instance-types-either",
            "CreateCapacityProvider",
            "managedInstancesProvider",
            json!({"instanceLaunchTemplate": template}),
        ),
        (
            "instance-type-characters",
            "CreateCapacityProvider",
            "managedInstancesProvider",
            json!({"instanceLaunchTemplate": template}),
        ),
        (
            "instance-types-either",
            "UpdateCapacityProvider",
            "managedInstancesProvider",
            json!({"instanceLaunchTemplate": template}),
        ),
        (
            "instance-type-characters",
            "UpdateCapacityProvider",
            "managedInstancesProvider",
            json!({"instanceLaunchTemplate": template}),
        ),
        (
            "subnets-quota",
            "RunTask",
            "networkConfiguration",
            json!({"awsvpcConfiguration": vpc}),
        ),
        (
            "security-groups-quota",
            "RunTask",
            "networkConfiguration",
            json!({"awsvpcConfiguration": vpc}),
        ),
        (
            "placement-constraint-count",
            "RunTask",
            "placementConstraints",
            many(member_of.clone(), 11),
        ),
        (
            "placement-expression",
            "RunTask",
            "placementConstraints",
            json!([{"type": "memberOf"}]),
        ),
        (
            "placement-expression-length",
            "RunTask",
            "placementConstraints",
            json!([member_of]),
        ),
        (
            "placement-strategy-count",
            "RunTask",
            "placementStrategy",
            many(json!({}), 6),
        ),
        (
            "placement-strategy-field",
            "RunTask",
            "placementStrategy",
            json!([{"type": "spread"}]),
        ),
        ("run-task-quota", "RunTask", "count", json!(11)),
        (
            "task-propagate-tags",
            "RunTask",
            "propagateTags",
            json!("SERVICE"),
        ),
        (
            "instance-status-target",
            "UpdateContainerInstancesState",
            "status",
            json!("REGISTERING"),
        ),
        (
            "attribute-characters",
            "PutAttributes",
            "attributes",
            json!([{"name": "a b"}]),
        ),
        (
            "tasks-per-service-quota",
            "CreateService",
            "desiredCount",
            json!(5_001),
        ),
        (
            "service-registry-count",
            "CreateService",
            "serviceRegistries",
            many(json!({}), 2),
        ),
        (
            "service-registry-port",
            "CreateService",
            "serviceRegistries",
            json!([{"port": 1, "containerName": "a"}]),
        ),
        (
            "task-set-scale",
            "CreateTaskSet",
            "scale",
            json!({"value": 101.0, "unit": "PERCENT"}),
        ),
        (
            "load-balancer-kind",
            "CreateService",
            "loadBalancers",
            balancers(json!({})),
        ),
        (
            "load-balancer-name",
            "CreateService",
            "loadBalancers",
            balancers(json!({"loadBalancerName": "a b"})),
        ),
        (
            "load-balancer-port",
            "CreateService",
            "loadBalancers",
            balancers(json!({"containerPort": -1})),
        ),
        (
            "classic-load-balancers-quota",
            "CreateService",
            "loadBalancers",
            many(json!({"loadBalancerName": "a"}), 2),
        ),
        (
            "target-groups-quota",
            "CreateService",
            "loadBalancers",
            many(json!({"targetGroupArn": "a"}), 6),
        ),
        (
            "load-balancer-generations",
            "CreateService",
            "loadBalancers",
            json!([{"loadBalancerName": "a"}, {"targetGroupArn": "b"}]),
        ),
        (
            "advanced-configuration-classic",
            "CreateService",
            "loadBalancers",
            balancers(json!({"loadBalancerName": "a", "advancedConfiguration": {}})),
        ),
        (
            "advanced-configuration-all",
            "CreateService",
            "loadBalancers",
            json!([{"advancedConfiguration": {}}, {}]),
        ),
        (
            "listener-rules-differ",
            "CreateService",
            "loadBalancers",
            balancers(json!({"advancedConfiguration":
                {"productionListenerRule": "a", "testListenerRule": "a"}})),
        ),
        (
            "deployment-percent",
            "CreateService",
            "deploymentConfiguration",
            deployment.clone(),
        ),
        (
            "deployment-percent-order",
            "CreateService",
            "deploymentConfiguration",
            json!({"minimumHealthyPercent": 100, "maximumPercent": 99}),
        ),
        (
            "deployment-deadlock",
            "CreateService",
            "deploymentConfiguration",
            json!({"minimumHealthyPercent": 100, "maximumPercent": 100}),
        ),
        (
            "deployment-bake-time",
            "CreateService",
            "deploymentConfiguration",
            deployment.clone(),
        ),
        (
            "deployment-strategy-configuration",
            "CreateService",
            "deploymentConfiguration",
            deployment.clone(),
        ),
        (
            "deployment-traffic-percent",
            "CreateService",
            "deploymentConfiguration",
            deployment.clone(),
        ),
        (
            "deployment-traffic-bake-time",
            "CreateService",
            "deploymentConfiguration",
            deployment,
        ),
        (
            "setting-managed-by-aws",
            "PutAccountSetting",
            "name",
            json!("guardDutyActivate"),
        ),
    ]
}

/// Where a rule does not apply although the operation has the member, and why.
const UNGUARDED: [(&str, &str, &str); 12] = [
    (
        "service-name",
        "ListTasks",
        "it names a service that there is, perhaps by its ARN",
    ),
    (
        "capacity-provider-name",
        "UpdateCapacityProvider",
        "it names one that there is",
    ),
    (
        "capacity-provider-name-reserved",
        "UpdateCapacityProvider",
        "it names one that there is",
    ),
    (
        "started-by-characters",
        "ListTasks",
        "a filter that finds nothing is no fault",
    ),
    ("launch-type-managed-instances", "ListServices", "a filter"),
    ("launch-type-managed-instances", "ListTasks", "a filter"),
    (
        "capacity-providers-quota",
        "DescribeCapacityProviders",
        "not those of one cluster",
    ),
    (
        "task-propagate-tags",
        "CreateService",
        "its tasks have a service",
    ),
    (
        "task-propagate-tags",
        "UpdateService",
        "its tasks have a service",
    ),
    (
        "instance-status-target",
        "ListContainerInstances",
        "a filter",
    ),
    (
        "setting-managed-by-aws",
        "DeleteAccountSetting",
        "back to what AWS has set",
    ),
    ("setting-managed-by-aws", "ListAccountSettings", "a filter"),
];

/// Rules of several members, or of one operation as a whole: the rows above break them.
const OF_SEVERAL_MEMBERS: [&str; 24] = [
    "advanced-configuration-strategy",
    "launch-type-or-strategy",
    "platform-version-fargate",
    "capacity-provider-kind",
    "placement-strategy-fargate",
    "placement-constraint-fargate",
    "start-task-quota",
    "service-task-definition",
    "service-desired-count",
    "availability-zone-rebalancing",
    "daemon-desired-count",
    "daemon-placement-strategy",
    "daemon-capacity-providers",
    "daemon-fargate",
    "daemon-controller",
    "daemon-maximum-percent",
    "external-load-balancers",
    "external-service-discovery",
    "external-awsvpc",
    "role-load-balancer",
    "code-deploy-load-balancer",
    "setting-retirement-days",
    "started-by-only",
    "attribute-value-name",
];

/// Whether two members hold the same type of the API.
fn is_same(left: &Kind, right: &Kind) -> bool {
    match (left, right) {
        (Kind::Structure(left), Kind::Structure(right)) => left.name == right.name,
        (Kind::List(left), Kind::List(right)) => is_same(left, right),
        (Kind::Enum(left), Kind::Enum(right)) => left == right,
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

/// Whether a type says what it means; a text or a number does so only by its name.
fn is_object(kind: &Kind) -> bool {
    match kind {
        Kind::Structure(_) => true,
        Kind::List(item) => is_object(item),
        _ => false,
    }
}

/// Documents with the value wherever the shape has the member: objects at every depth, texts and
/// numbers by their names.
fn places(shape: &Shape, name: &str, kind: &Kind, value: &Value, is_top: bool) -> Vec<Value> {
    let mut places = Vec::new();
    for member in shape.members {
        let is_meant = is_object(kind) || (is_top && member.name == name);
        if is_meant && is_same(&member.kind, kind) {
            places.push(json!({member.name: value}));
            continue;
        }
        let (inner, is_list) = match member.kind {
            Kind::Structure(inner) => (inner, false),
            Kind::List(Kind::Structure(inner)) => (*inner, true),
            _ => continue,
        };
        for place in places_below(inner, name, kind, value) {
            let place = if is_list { json!([place]) } else { place };
            places.push(json!({member.name: place}));
        }
    }
    places
}

fn places_below(shape: &Shape, name: &str, kind: &Kind, value: &Value) -> Vec<Value> {
    places(shape, name, kind, value, false)
}

#[test]
fn what_is_guarded_in_one_request_is_guarded_in_each() {
    let mut exceptions = BTreeSet::new();
    let mut rules_seen: BTreeSet<&str> = BTreeSet::from(OF_SEVERAL_MEMBERS);
    for (rule, operation, member, value) in guarded() {
        rules_seen.insert(rule);
        let kind = Operation::named(operation).unwrap().request();
        let kind = kind.member(member).unwrap().kind;
        // Task definitions have rules of their own; those of tags are the same.
        let is_checked =
            |one: &Operation| rule.starts_with("tag-") || one.name() != "RegisterTaskDefinition";
        for one in Operation::all().filter(is_checked) {
            for document in places(one.request(), member, &kind, &value, true) {
                let fires = one.check(&document, &Quotas::current()).contains(rule);
                let exception = UNGUARDED
                    .iter()
                    .find(|(other, name, _)| *other == rule && *name == one.name());
                exceptions.extend(exception);
                assert_eq!(
                    fires,
                    exception.is_none(),
                    "{rule} {} {document}",
                    one.name()
                );
            }
        }
    }
    let listed = BTreeSet::from(UNGUARDED.each_ref());
    let unused: Vec<_> = listed.difference(&exceptions).collect();
    assert!(unused.is_empty(), "exceptions of nothing: {unused:?}");
    let of_tags = [
        "tag-key-required",
        "tag-key-unique",
        "tag-key-reserved",
        "tag-characters",
    ];
    let all = rules::of_requests().map(|rule| rule.id).chain(of_tags);
    let all: BTreeSet<&str> = all.collect();
    let difference: Vec<_> = rules_seen.symmetric_difference(&all).collect();
    assert!(
        difference.is_empty(),
        "without a row, or a row without a rule: {difference:?}"
    );
}
