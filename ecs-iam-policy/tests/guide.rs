//! The policies of the developer guide of 2015: they parse, decide as their text says, and are
//! linted as their mistakes deserve.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_iam_policy::ecs::{self, EcsRequest};
use ecs_iam_policy::{
    CompiledPolicy, Outcome, Policy, PolicySet, PolicyType, Principal, Request, Rule,
};
use serde_json::Value;

macro_rules! guide {
    ($name:literal) => {
        include_str!(concat!("data/guide/", $name, ".json"))
    };
}

const START: &str = "arn:aws:ecs:us-east-1:123456789012:";
const DEFAULT: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/default";
const INSTANCE: &str = "container-instance/4d3910c1-27c8-410c-b1df-f5d06fab4305";

fn alice() -> Principal {
    "arn:aws:iam::123456789012:user/alice".parse().unwrap()
}

fn policies(text: &str) -> PolicySet {
    PolicySet::new().with_identity(CompiledPolicy::new(&text.parse().unwrap()))
}

/// Whether a policy allows an action on a resource of the guide's account, with these keys.
fn allows(text: &str, action: &str, resource: &str, keys: &[(&str, &str)]) -> bool {
    let resource = if resource == "*" {
        resource.to_owned()
    } else {
        format!("{START}{resource}")
    };
    let request = Request::new(alice(), action, &resource);
    let request = keys.iter().fold(request, |request, (key, value)| {
        request.with_context(key, *value)
    });
    policies(text).decide(&request).is_allowed()
}

fn rules(text: &str) -> Vec<Rule> {
    let reading = Policy::read(text);
    reading
        .policy
        .lint(PolicyType::Identity)
        .iter()
        .map(|finding| finding.rule)
        .collect()
}

#[test]
fn every_policy_is_written_as_it_was_read() {
    for text in [
        guide!("AmazonEC2ContainerServiceRole"),
        guide!("AmazonEC2ContainerServiceforEC2Role"),
        guide!("create-and-list-clusters"),
        guide!("deregister-container-instances"),
        guide!("describe-and-delete-cluster"),
        guide!("describe-container-instance"),
        guide!("describe-task"),
        guide!("list-tasks"),
        guide!("operate-on-one-cluster"),
        guide!("run-task"),
        guide!("ssm-trust-policy"),
        guide!("start-task"),
        guide!("start-task-inline"),
        guide!("stop-task"),
        guide!("task-definitions"),
    ] {
        let policy: Policy = text.parse().unwrap();
        let document: Value = serde_json::from_str(text).unwrap();
        assert_eq!(policy.to_string(), document.to_string());
    }
}

#[test]
fn policies_that_are_right_are_accepted_and_say_nothing() {
    for text in [
        guide!("AmazonEC2ContainerServiceRole"),
        guide!("AmazonEC2ContainerServiceforEC2Role"),
        guide!("create-and-list-clusters"),
        guide!("deregister-container-instances-filled"),
        guide!("describe-and-delete-cluster-corrected"),
        guide!("describe-container-instance-corrected"),
        guide!("describe-task-corrected"),
        guide!("list-tasks-filled"),
        guide!("operate-on-one-cluster-filled"),
        guide!("run-task-corrected"),
        guide!("start-task-corrected"),
        guide!("start-task-inline"),
        guide!("stop-task-filled"),
        guide!("task-definitions"),
    ] {
        assert!(Policy::accept(text, PolicyType::Identity).is_ok());
        assert_eq!(rules(text), []);
    }
    assert!(Policy::accept(guide!("ssm-trust-policy"), PolicyType::Trust).is_ok());
}

#[test]
fn mistakes_of_the_guide() {
    let unknown = [Rule::UnknownAction];
    assert_eq!(rules(guide!("describe-and-delete-cluster-filled")), unknown);
    assert_eq!(rules(guide!("describe-container-instance-filled")), unknown);
    assert_eq!(rules(guide!("describe-task-filled")), unknown);
    assert_eq!(rules(guide!("run-task-filled")), [Rule::ImpossibleResource]);
    assert_eq!(
        rules(guide!("start-task-filled")),
        [Rule::ImpossibleResource]
    );
    assert_eq!(
        rules(guide!("describe-and-delete-cluster-as-printed")),
        [
            Rule::UnknownAction,
            Rule::ActionForm,
            Rule::ImpossibleResource
        ]
    );
    assert_eq!(
        rules(guide!("describe-task-as-printed")),
        [Rule::NoResource, Rule::UnknownAction, Rule::ImpossibleValue]
    );
    assert_eq!(
        guide!("operate-on-one-cluster-as-printed")
            .parse::<Policy>()
            .unwrap_err()
            .to_string(),
        "`Effect` is missing at `/Statement/2`"
    );
    let answer = |text| {
        Policy::accept(text, PolicyType::Identity)
            .unwrap_err()
            .message
    };
    assert_eq!(
        answer(guide!("describe-task-as-printed")),
        "Policy statement must contain resources."
    );
    assert_eq!(
        answer(guide!("operate-on-one-cluster-as-printed")),
        "Syntax errors in policy."
    );
}

#[test]
fn clusters() {
    let text = guide!("create-and-list-clusters");
    assert!(allows(text, "ecs:CreateCluster", "cluster/any", &[]));
    assert!(allows(text, "ecs:ListClusters", "*", &[]));
    assert!(!allows(text, "ecs:DeleteCluster", "cluster/any", &[]));
    let text = guide!("describe-and-delete-cluster-filled");
    assert!(allows(text, "ecs:DeleteCluster", "cluster/default", &[]));
    assert!(!allows(text, "ecs:DeleteCluster", "cluster/other", &[]));
    assert!(
        !allows(text, "ecs:DescribeClusters", "cluster/default", &[]),
        "a mistake of the guide"
    );
    assert!(allows(
        guide!("describe-and-delete-cluster-corrected"),
        "ecs:DescribeClusters",
        "cluster/default",
        &[]
    ));
}

#[test]
fn operating_on_one_cluster() {
    let text = guide!("operate-on-one-cluster-filled");
    let on = |cluster: &'static str| [("ecs:cluster", cluster)];
    assert!(allows(
        text,
        "ecs:RunTask",
        "task-definition/web:1",
        &on(DEFAULT)
    ));
    assert!(!allows(
        text,
        "ecs:RunTask",
        "task-definition/web:1",
        &on("arn:aws:ecs:us-east-1:123456789012:cluster/other")
    ));
    assert!(!allows(text, "ecs:RunTask", "task-definition/web:1", &[]));
    assert!(allows(
        text,
        "ecs:DescribeServices",
        "service/other/web",
        &[]
    ));
    assert!(!allows(text, "ecs:CreateCluster", "cluster/default", &[]));
}

#[test]
fn running_tasks() {
    let keys = [("ecs:cluster", DEFAULT)];
    let resource = "task-definition/hello_world:8";
    assert!(allows(
        guide!("run-task-corrected"),
        "ecs:RunTask",
        resource,
        &keys
    ));
    assert!(!allows(
        guide!("run-task-corrected"),
        "ecs:RunTask",
        "task-definition/web:8",
        &keys
    ));
    assert!(
        !allows(guide!("run-task-filled"), "ecs:RunTask", resource, &keys),
        "one colon too many"
    );
    assert!(allows(
        guide!("start-task-inline"),
        "ecs:StartTask",
        resource,
        &[]
    ));
}

#[test]
fn starting_tasks_on_chosen_instances() {
    let policies = policies(guide!("start-task-corrected"));
    let scope = ecs_arn::Scope::new("us-east-1", "123456789012").unwrap();
    let listed = "arn:aws:ecs:us-east-1:123456789012:container-instance/4d3910c1-27c8-410c-b1df-f5d06fab4305";
    let may = |instances: &[&str]| {
        let request =
            EcsRequest::start_task(&scope, "default", "hello_world:8", instances).unwrap();
        policies.decide_ecs(&alice(), &request).is_allowed()
    };
    assert!(
        !may(&["4d3910c1-27c8-410c-b1df-f5d06fab4305"]),
        "the policy has the short format"
    );
    let request = Request::new(
        alice(),
        "ecs:StartTask",
        &format!("{START}task-definition/hello_world:8"),
    )
    .with_context("ecs:cluster", DEFAULT);
    let on = |instances: ecs_iam_policy::ContextValue| {
        policies
            .decide(
                &request
                    .clone()
                    .with_context("ecs:container-instances", instances),
            )
            .outcome
    };
    assert_eq!(on(listed.into()), Outcome::Allowed);
    assert_eq!(
        on("arn:aws:ecs:us-east-1:123456789012:container-instance/other".into()),
        Outcome::ImplicitDeny
    );
}

#[test]
fn tasks_and_instances() {
    let keys = [("ecs:cluster", DEFAULT)];
    let text = guide!("stop-task-filled");
    let task = "task/1abf0f6d-a411-4033-b8eb-a4eed3ad252a";
    assert!(allows(text, "ecs:StopTask", task, &keys));
    assert!(!allows(text, "ecs:StopTask", task, &[]));
    assert!(!allows(text, "ecs:StopTask", "task/other", &keys));
    assert!(allows(
        guide!("describe-task-corrected"),
        "ecs:DescribeTasks",
        task,
        &keys
    ));
    assert!(!allows(
        guide!("describe-task-filled"),
        "ecs:DescribeTasks",
        task,
        &keys
    ));
    assert!(allows(
        guide!("list-tasks-filled"),
        "ecs:ListTasks",
        "*",
        &keys
    ));
    assert!(!allows(
        guide!("list-tasks-filled"),
        "ecs:ListTasks",
        "*",
        &[]
    ));
    let text = guide!("describe-container-instance-corrected");
    assert!(allows(
        text,
        "ecs:DescribeContainerInstances",
        INSTANCE,
        &keys
    ));
    assert!(!allows(
        text,
        "ecs:DescribeContainerInstances",
        "container-instance/x",
        &keys
    ));
    let text = guide!("deregister-container-instances-filled");
    assert!(allows(
        text,
        "ecs:DeregisterContainerInstance",
        "cluster/default",
        &[]
    ));
    assert!(!allows(
        text,
        "ecs:DeregisterContainerInstance",
        "cluster/other",
        &[]
    ));
    let text = guide!("task-definitions");
    assert!(allows(text, "ecs:DescribeTaskDefinition", "*", &[]));
}

#[test]
fn roles() {
    let text = guide!("AmazonEC2ContainerServiceforEC2Role");
    for action in [
        "ecs:Poll",
        "ecs:StartTelemetrySession",
        "ecs:SubmitTaskStateChange",
    ] {
        assert!(allows(text, action, "cluster/default", &[]), "{action}");
    }
    assert!(!allows(text, "ecs:RunTask", "task-definition/web:1", &[]));
    let text = guide!("AmazonEC2ContainerServiceRole");
    let policies = policies(text);
    let may = |action| {
        policies
            .decide(&Request::new(alice(), action, "*"))
            .is_allowed()
    };
    assert!(may("ec2:DescribeInstances"));
    assert!(may(
        "elasticloadbalancing:RegisterInstancesWithLoadBalancer"
    ));
    assert!(!may("elasticloadbalancing:CreateLoadBalancer"));

    let trust = CompiledPolicy::new(&guide!("ssm-trust-policy").parse().unwrap());
    let trusted = PolicySet::new().with_required_resource(trust);
    let role = "arn:aws:iam::123456789012:role/ecsAnywhereRole";
    let assume = |principal: &str| {
        let request = Request::new(principal.parse().unwrap(), "sts:AssumeRole", role);
        trusted.decide(&request).is_allowed()
    };
    assert!(assume("ssm.amazonaws.com"));
    assert!(!assume("ec2.amazonaws.com"));
    assert!(!assume("arn:aws:iam::123456789012:user/alice"));
}

/// The table of 2015, held against today's reference: actions kept their resources, but for
/// those that gained more.
#[test]
fn resource_level_permissions_of_2015() {
    let rows: Value = serde_json::from_str(guide!("resource-level-permissions-2015")).unwrap();
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap().to_owned();
    for row in rows.as_array().unwrap() {
        let action = ecs::action(&text(row, "action")).unwrap();
        let kind = text(row, "resource").to_lowercase().replace(' ', "-");
        let types: Vec<_> = action
            .resources()
            .map(|used| used.resource_type())
            .collect();
        assert!(
            types.contains(&kind.as_str()),
            "{} {kind} {types:?}",
            action.name()
        );
        for key in row.get("condition_keys").and_then(Value::as_array).unwrap() {
            assert!(
                action.takes_key(key.as_str().unwrap()),
                "{} {key}",
                action.name()
            );
        }
    }
}
