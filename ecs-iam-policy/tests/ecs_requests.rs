//! Requests to Amazon ECS: what they ask of policies.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_arn::Scope;
use ecs_iam_policy::ecs::{self, ClusterState, EcsRequest, EcsRequestError};
use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Principal};
use serde_json::json;

const START: &str = "arn:aws:ecs:us-east-1:123456789012:";

fn scope() -> Scope<'static> {
    Scope::new("us-east-1", "123456789012").unwrap()
}

fn alice() -> Principal {
    "arn:aws:iam::123456789012:user/alice".parse().unwrap()
}

/// Each request as `action resources keys`, the account left out and the principal's keys too.
fn asked(request: &EcsRequest) -> Vec<String> {
    let line = |request: ecs_iam_policy::Request| {
        let mut words = vec![request.action().to_owned()];
        words.extend(request.resources().map(str::to_owned));
        for (key, value) in request.context().iter() {
            if !key.starts_with("aws:Principal") && key != "aws:username" {
                words.push(format!("{key}={value}"));
            }
        }
        words.join(" ").replace(START, "")
    };
    request.requests(&alice()).into_iter().map(line).collect()
}

fn one(request: Result<EcsRequest, EcsRequestError>) -> String {
    let lines = asked(&request.unwrap());
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.concat()
}

#[test]
fn tasks() {
    let scope = scope();
    assert_eq!(
        one(EcsRequest::run_task(&scope, "prod", "web:3")),
        "ecs:RunTask task-definition/web:3 ecs:cluster=cluster/prod"
    );
    assert_eq!(
        asked(&EcsRequest::start_task(&scope, "prod", "web:3", &["i1", "i2"]).unwrap()),
        [
            "ecs:StartTask task-definition/web:3 ecs:cluster=cluster/prod \
             ecs:container-instances=container-instance/prod/i1",
            "ecs:StartTask task-definition/web:3 ecs:cluster=cluster/prod \
             ecs:container-instances=container-instance/prod/i2",
        ]
    );
    assert_eq!(
        one(EcsRequest::describe_tasks(&scope, "prod", &["a1", "b2"])),
        "ecs:DescribeTasks task/prod/a1 task/prod/b2 ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::list_tasks(&scope, "prod", None)),
        "ecs:ListTasks * ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::list_tasks(&scope, "prod", Some("i1"))),
        "ecs:ListTasks container-instance/prod/i1 ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::execute_command(
            &scope,
            "prod",
            "a1",
            Some("app")
        )),
        "ecs:ExecuteCommand cluster/prod task/prod/a1 ecs:cluster=cluster/prod \
         ecs:container-name=app ecs:task=task/prod/a1"
    );
    assert_eq!(
        one(EcsRequest::stop_task(
            &scope,
            &format!("{START}cluster/prod"),
            &format!("{START}task/a1")
        )),
        "ecs:StopTask task/prod/a1 ecs:cluster=cluster/prod"
    );
}

#[test]
fn services_and_the_rest() {
    let scope = scope();
    assert_eq!(
        one(EcsRequest::create_service(&scope, "prod", "api", "web:3")),
        "ecs:CreateService service/prod/api ecs:cluster=cluster/prod \
         ecs:task-definition=task-definition/web:3"
    );
    assert_eq!(
        one(EcsRequest::update_service(&scope, "prod", "api", None)),
        "ecs:UpdateService service/prod/api ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::delete_cluster(&scope, "prod")),
        "ecs:DeleteCluster cluster/prod"
    );
    assert_eq!(one(Ok(EcsRequest::list_clusters())), "ecs:ListClusters *");
    assert_eq!(
        one(EcsRequest::describe_clusters(&scope, &["a", "b"])),
        "ecs:DescribeClusters cluster/a cluster/b"
    );
    assert_eq!(
        one(EcsRequest::update_container_agent(&scope, "prod", "i1")),
        "ecs:UpdateContainerAgent container-instance/prod/i1 ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::tag_resource(&format!("{START}cluster/prod"))),
        "ecs:TagResource cluster/prod"
    );
}

#[test]
fn keys_and_roles() {
    let request = EcsRequest::run_task(&scope(), "prod", "web:3")
        .unwrap()
        .with_tag("team", "core")
        .with_tag("env", "dev")
        .with_resource_tag("owner", "x")
        .with_task_size(256, 512)
        .with_capacity_providers(&["arn:aws:ecs:us-east-1:123456789012:capacity-provider/cp"])
        .with_context("ecs:enable-execute-command", true)
        .with_passed_role("arn:aws:iam::123456789012:role/task")
        .with_service_role("arn:aws:iam::123456789012:role/lb");
    assert_eq!(
        asked(&request),
        [
            "ecs:RunTask task-definition/web:3 aws:RequestTag/env=dev aws:RequestTag/team=core \
             aws:ResourceTag/owner=x aws:TagKeys=[team, env] \
             ecs:capacity-provider=[capacity-provider/cp] ecs:cluster=cluster/prod \
             ecs:enable-execute-command=true ecs:ResourceTag/owner=x ecs:task-cpu=256 \
             ecs:task-memory=512",
            "iam:PassRole arn:aws:iam::123456789012:role/task \
             iam:PassedToService=ecs-tasks.amazonaws.com",
            "iam:PassRole arn:aws:iam::123456789012:role/lb \
             iam:PassedToService=ecs.amazonaws.com",
        ]
    );
}

#[test]
fn what_cannot_be_asked() {
    let scope = scope();
    let error = |made: Result<EcsRequest, EcsRequestError>| made.unwrap_err().to_string();
    assert_eq!(
        error(EcsRequest::run_task(&scope, "prod", "web")),
        "`web` has no revision: AWS authorizes the revision that the family resolves to"
    );
    assert_eq!(
        error(EcsRequest::describe_tasks(&scope, "prod", &[])),
        "no task is given"
    );
    assert!(EcsRequest::run_task(&scope, "pr od", "web:3").is_err());
    assert!(EcsRequest::stop_task(&scope, "prod", &format!("{START}cluster/x")).is_err());
}

/// Every action that a request is made for is one of the reference, and its resources are of
/// the types that the reference names.
#[test]
fn requests_follow_the_reference() {
    let scope = scope();
    let requests = [
        EcsRequest::run_task(&scope, "c", "f:1"),
        EcsRequest::start_task(&scope, "c", "f:1", &["i"]),
        EcsRequest::stop_task(&scope, "c", "t"),
        EcsRequest::describe_tasks(&scope, "c", &["t"]),
        EcsRequest::list_tasks(&scope, "c", Some("i")),
        EcsRequest::execute_command(&scope, "c", "t", None),
        EcsRequest::update_task_protection(&scope, "c", &["t"]),
        EcsRequest::register_task_definition(&scope, "f:1"),
        EcsRequest::delete_task_definitions(&scope, &["f:1"]),
        Ok(EcsRequest::deregister_task_definition()),
        Ok(EcsRequest::describe_task_definition()),
        Ok(EcsRequest::list_task_definitions()),
        Ok(EcsRequest::list_task_definition_families()),
        EcsRequest::create_service(&scope, "c", "s", "f:1"),
        EcsRequest::update_service(&scope, "c", "s", Some("f:1")),
        EcsRequest::delete_service(&scope, "c", "s"),
        EcsRequest::describe_services(&scope, "c", &["s"]),
        EcsRequest::list_services(&scope, "c"),
        EcsRequest::create_cluster(&scope, "c"),
        EcsRequest::update_cluster(&scope, "c"),
        EcsRequest::delete_cluster(&scope, "c"),
        EcsRequest::describe_clusters(&scope, &["c"]),
        Ok(EcsRequest::list_clusters()),
        EcsRequest::register_container_instance(&scope, "c"),
        EcsRequest::deregister_container_instance(&scope, "c"),
        EcsRequest::list_container_instances(&scope, "c"),
        EcsRequest::describe_container_instances(&scope, "c", &["i"]),
        EcsRequest::update_container_instances_state(&scope, "c", &["i"]),
        EcsRequest::update_container_agent(&scope, "c", "i"),
        EcsRequest::put_attributes(&scope, "c", &["i"]),
        EcsRequest::tag_resource("arn:aws:ecs:us-east-1:123456789012:cluster/c"),
        EcsRequest::untag_resource("arn:aws:ecs:us-east-1:123456789012:cluster/c"),
        EcsRequest::list_tags_for_resource("arn:aws:ecs:us-east-1:123456789012:cluster/c"),
    ];
    for request in requests {
        let request = request.unwrap();
        let action = ecs::action(&request.action()).unwrap();
        for asked in request.requests(&alice()) {
            for resource in asked.resources() {
                let path = resource.strip_prefix(START).unwrap_or(resource);
                let kind = path.split('/').next().unwrap_or_default();
                let known = action.resources().any(|used| used.resource_type() == kind);
                assert!(
                    known || (resource == "*" && !action.takes_resource()),
                    "{action:?} {kind}"
                );
            }
            let own = asked
                .context()
                .iter()
                .filter(|(key, _)| key.starts_with("ecs:"));
            for (key, _) in own {
                assert!(action.takes_key(key), "{} {key}", action.name());
            }
        }
    }
}

#[test]
fn an_agent_joins_a_cluster() {
    let may = |actions: &[&str], state| {
        let document = json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}
        });
        let policy: Policy = serde_json::from_value(document).unwrap();
        let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
        let requests = EcsRequest::agent_registration(&scope(), "default", state).unwrap();
        requests
            .iter()
            .all(|request| policies.decide_ecs(&alice(), request).is_allowed())
    };
    let without = ["ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance"];
    let with = [
        "ecs:DiscoverPollEndpoint",
        "ecs:RegisterContainerInstance",
        "ecs:CreateCluster",
    ];
    assert!(may(&without, ClusterState::Exists));
    assert!(!may(&without, ClusterState::Missing));
    assert!(may(&with, ClusterState::Missing));
}

#[test]
fn a_resource_of_several_that_is_not_allowed_denies() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "ecs:ExecuteCommand",
            "Resource": "arn:aws:ecs:*:123456789012:task/*"
        }
    });
    let policy: Policy = serde_json::from_value(document).unwrap();
    let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    let request = EcsRequest::execute_command(&scope(), "prod", "a1", None).unwrap();
    let decision = policies.decide_ecs(&alice(), &request);
    assert!(!decision.is_allowed());
    let denied: Vec<_> = decision
        .denied()
        .map(|check| check.decision.resource)
        .collect();
    assert_eq!(denied, [0], "the cluster is not allowed");
}
