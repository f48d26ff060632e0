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
            let of_place = ["aws:RequestedRegion", "aws:ResourceAccount"].contains(&key);
            if !key.starts_with("aws:Principal") && key != "aws:username" && !of_place {
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
    assert_eq!(
        one(Ok(EcsRequest::list_clusters(&scope))),
        "ecs:ListClusters *"
    );
    assert_eq!(
        one(EcsRequest::describe_clusters(&scope, &["a", "b"])),
        "ecs:DescribeClusters cluster/a cluster/b"
    );
    assert_eq!(
        one(EcsRequest::update_container_agent(&scope, "prod", "i1")),
        "ecs:UpdateContainerAgent container-instance/prod/i1 ecs:cluster=cluster/prod"
    );
    assert_eq!(
        one(EcsRequest::tag_resource(
            &scope,
            &format!("{START}cluster/prod")
        )),
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
            "ecs:TagResource task/prod/* aws:RequestTag/env=dev aws:RequestTag/team=core \
             aws:TagKeys=[team, env] ecs:CreateAction=RunTask",
            "iam:PassRole arn:aws:iam::123456789012:role/task \
             iam:PassedToService=ecs-tasks.amazonaws.com",
            "iam:PassRole arn:aws:iam::123456789012:role/lb \
             iam:PassedToService=ecs.amazonaws.com",
        ]
    );
}

/// Every action that creates something with tags asks for `ecs:TagResource` on it.
#[test]
fn tags_on_create() {
    let scope = scope();
    let asked_for = |request: Result<EcsRequest, EcsRequestError>| {
        let request = request.unwrap();
        assert_eq!(asked(&request).len(), 1, "no tags, no check of them");
        let lines = asked(&request.with_tag("team", "a"));
        let tag = lines.get(1).unwrap();
        assert_eq!(lines.len(), 2, "{lines:?}");
        tag.strip_prefix("ecs:TagResource ")
            .and_then(|tag| tag.split_once(" aws:RequestTag/team=a aws:TagKeys=[team] "))
            .map(|(resource, action)| format!("{resource} {action}"))
            .unwrap()
    };
    let arn = |path: &str| format!("{START}{path}");
    let of = |action: &str, path: &str| EcsRequest::of_action(&scope, action, &[&arn(path)]);
    for (request, expected) in [
        (
            of("CreateCapacityProvider", "capacity-provider/cp"),
            "capacity-provider/cp ecs:CreateAction=CreateCapacityProvider",
        ),
        (
            EcsRequest::create_cluster(&scope, "prod"),
            "cluster/prod ecs:CreateAction=CreateCluster",
        ),
        (
            EcsRequest::create_service(&scope, "prod", "api", "web:3"),
            "service/prod/api ecs:CreateAction=CreateService",
        ),
        (
            of("CreateTaskSet", "task-set/prod/api/ecs-svc/1"),
            "task-set/prod/api/ecs-svc/1 ecs:CreateAction=CreateTaskSet",
        ),
        (
            EcsRequest::register_container_instance(&scope, "prod"),
            "container-instance/prod/* ecs:CreateAction=RegisterContainerInstance",
        ),
        (
            EcsRequest::register_task_definition(&scope, "web:3"),
            "task-definition/web:3 ecs:CreateAction=RegisterTaskDefinition",
        ),
        (
            EcsRequest::run_task(&scope, "prod", "web:3"),
            "task/prod/* ecs:CreateAction=RunTask",
        ),
        (
            EcsRequest::start_task(&scope, "prod", "web:3", &["i1"]),
            "task/prod/* ecs:CreateAction=StartTask",
        ),
    ] {
        assert_eq!(asked_for(request), expected);
    }
    let tag = EcsRequest::tag_resource(&scope, &arn("cluster/prod")).unwrap();
    assert_eq!(
        asked(&tag.with_tag("team", "a")).len(),
        1,
        "not at creation"
    );
}

/// The guide's policy for tags at creation: they may be given then, and not later.
#[test]
fn tags_may_be_allowed_at_creation_only() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "ecs:TagResource",
                "Resource": "arn:aws:ecs:*:*:task/*",
                "Condition": {"StringEquals": {"ecs:CreateAction": ["RunTask", "CreateCluster"]}}
            }
        ]
    });
    let policy: Policy = serde_json::from_value(document).unwrap();
    let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    let may = |request: Result<EcsRequest, EcsRequestError>| {
        let request = request.unwrap().with_tag("team", "a");
        policies.decide_ecs(&alice(), &request).is_allowed()
    };
    let scope = scope();
    assert!(may(EcsRequest::run_task(&scope, "prod", "web:3")));
    assert!(!may(EcsRequest::tag_resource(
        &scope,
        &format!("{START}task/prod/1abf")
    )));
}

#[test]
fn the_context_of_a_call_holds_for_the_roles_that_it_passes() {
    let policy = |statements: serde_json::Value| {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        CompiledPolicy::new(&serde_json::from_value(document).unwrap())
    };
    let policies = PolicySet::new().with_identity(policy(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Action": "iam:PassRole",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "guests"}}
        }
    ])));
    let request = EcsRequest::run_task(&scope(), "prod", "web:3")
        .unwrap()
        .with_passed_role("arn:aws:iam::123456789012:role/task")
        .with_tag("team", "a")
        .with_resource_tag("team", "b")
        .with_task_size(256, 512);
    let of = |team: &str| request.clone().with_context("aws:PrincipalTag/team", team);
    assert!(policies.decide_ecs(&alice(), &of("core")).is_allowed());
    assert!(!policies.decide_ecs(&alice(), &of("guests")).is_allowed());
    assert_eq!(
        asked(&of("core").with_context("aws:SourceIp", "10.0.0.1"))
            .pop()
            .unwrap(),
        "iam:PassRole arn:aws:iam::123456789012:role/task aws:SourceIp=10.0.0.1 \
         iam:PassedToService=ecs-tasks.amazonaws.com",
        "without tags, size and cluster of the call"
    );
}

#[test]
fn each_resource_has_its_own_tags() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["ecs:DescribeServices", "ecs:ExecuteCommand"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}}
        }
    });
    let policy: Policy = serde_json::from_value(document).unwrap();
    let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    let decide = |request: EcsRequest| policies.decide_ecs(&alice(), &request);
    let describe = EcsRequest::describe_services(&scope(), "prod", &["a", "b"]).unwrap();
    let only_a = describe.with_tag_of("a", "env", "dev").unwrap();
    let decision = decide(only_a.clone());
    assert!(!decision.is_allowed());
    assert_eq!(decision.checks[0].decision.resource, 1, "b has no such tag");
    assert!(decide(only_a.with_tag_of("service/prod/b", "env", "dev").unwrap()).is_allowed());

    let execute = EcsRequest::execute_command(&scope(), "prod", "1abf", None)
        .unwrap()
        .with_tag_of("1abf", "env", "dev")
        .unwrap();
    assert!(!decide(execute.clone().with_tag_of("prod", "env", "prod").unwrap()).is_allowed());
    let decision = decide(
        execute
            .clone()
            .with_tag_of("cluster/prod", "env", "dev")
            .unwrap(),
    );
    assert!(decision.is_allowed());
    let error = execute.with_tag_of("rod", "env", "dev").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`rod` names no single resource of the request"
    );
    let explanation = policies.explain(&decide(describe_two()).checks[0].request);
    assert_eq!(
        explanation.missing_keys,
        ["aws:ResourceTag/env"],
        "of one of them"
    );
}

fn describe_two() -> EcsRequest {
    let request = EcsRequest::describe_services(&scope(), "prod", &["a", "b"]).unwrap();
    request.with_tag_of("a", "env", "dev").unwrap()
}

#[test]
fn region_and_account_of_the_scope_are_keys() {
    let document = json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
            },
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}
            },
            {
                "Effect": "Deny",
                "Action": "ecs:StopTask",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:ResourceOrgID": "o-1"}}
            }
        ]
    });
    let policy: Policy = serde_json::from_value(document).unwrap();
    let policies = PolicySet::new()
        .with_identity(CompiledPolicy::new(&policy))
        .with_service_control_level([CompiledPolicy::new(&policy)]);
    let may = |request: EcsRequest| policies.decide_ecs(&alice(), &request).is_allowed();
    let run = |region, account| {
        let scope = Scope::new(region, account).unwrap();
        EcsRequest::run_task(&scope, "prod", "web:3").unwrap()
    };
    assert!(may(run("us-east-1", "123456789012")));
    assert!(!may(run("eu-west-1", "123456789012")));
    let role = "arn:aws:iam::123456789012:role/task";
    assert!(may(run("us-east-1", "123456789012").with_passed_role(role)));
    let foreign = "arn:aws:iam::999999999999:role/task";
    assert!(!may(
        run("us-east-1", "123456789012").with_passed_role(foreign)
    ));
    assert!(may(EcsRequest::list_clusters(&scope())));
    let other = "arn:aws:ecs:us-east-1:999999999999:task/prod/1abf";
    let stop = EcsRequest::stop_task(&scope(), "prod", "1abf").unwrap();
    assert!(!may(stop.clone()), "no organization is known");
    assert!(may(stop.with_resource_organization("o-1")));
    let stop = EcsRequest::stop_task(&scope(), "prod", other).unwrap();
    assert!(
        !may(stop.with_resource_organization("o-1")),
        "another account"
    );
}

#[test]
fn arns_from_elsewhere_are_remarked() {
    let scope = scope();
    let remarks = |request: &EcsRequest| {
        let remarks = PolicySet::new().decide_ecs(&alice(), request).remarks;
        remarks.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let stop = |task: &str| EcsRequest::stop_task(&scope, "prod", task).unwrap();
    assert_eq!(remarks(&stop("1abf")), [""; 0]);
    assert_eq!(remarks(&stop(&format!("{START}task/1abf"))), [""; 0]);
    assert_eq!(
        remarks(&stop("arn:aws:ecs:eu-west-1:999999999999:task/dev/1abf")),
        [
            "the Region of `arn:aws:ecs:eu-west-1:999999999999:task/dev/1abf` is `eu-west-1`, \
             and that of the request `us-east-1`",
            "the account of `arn:aws:ecs:eu-west-1:999999999999:task/dev/1abf` is \
             `999999999999`, and that of the request `123456789012`",
            "the cluster of `arn:aws:ecs:eu-west-1:999999999999:task/dev/1abf` is `dev`, and \
             that of the request `prod`",
        ]
    );
    let tag = EcsRequest::tag_resource(&scope, "arn:aws:s3:::bucket").unwrap();
    assert_eq!(
        remarks(&tag),
        ["the service of `arn:aws:s3:::bucket` is `s3`, and that of the request `ecs`"]
    );
    let role = "arn:aws:iam::999999999999:role/task";
    assert_eq!(
        remarks(&stop("1abf").with_passed_role(role)),
        [
            "the account of `arn:aws:iam::999999999999:role/task` is `999999999999`, and that \
             of the request `123456789012`"
        ]
    );
}

/// Each of the actions can be asked for, with a resource of each type that it takes.
#[test]
fn every_action_can_be_asked_for() {
    let scope = scope();
    let sample = |kind: &str| {
        let path = ecs::resource_type(kind).unwrap().path();
        let pieces = path.split("${").map(|piece| match piece.split_once('}') {
            None => piece.to_owned(),
            Some((name, rest)) if name.ends_with("Number") => format!("1{rest}"),
            Some(("ClusterName", rest)) => format!("prod{rest}"),
            Some((_, rest)) => format!("x{rest}"),
        });
        format!("{START}{}", pieces.collect::<String>())
    };
    for action in ecs::actions() {
        let arns: Vec<String> = action
            .resources()
            .map(|used| sample(used.resource_type()))
            .collect();
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        let request = EcsRequest::of_action(&scope, action.name(), &arns).unwrap();
        assert_eq!(request.remarks(), [], "{}", action.name());
        let requests = request.requests(&alice());
        assert_eq!(requests.len(), 1, "{}", action.name());
        let resources: Vec<&str> = requests[0].resources().collect();
        assert_eq!(
            resources,
            if arns.is_empty() { vec!["*"] } else { arns },
            "{}",
            action.name()
        );
        let own = requests[0]
            .context()
            .iter()
            .filter(|(key, _)| key.starts_with("ecs:"));
        for (key, _) in own {
            assert!(action.takes_key(key), "{} {key}", action.name());
        }
    }
    let of = |action: &str, arns: &[&str]| EcsRequest::of_action(&scope, action, arns);
    let deployment = sample("service-deployment");
    assert_eq!(
        asked(
            &of(
                "ecs:StopServiceDeployment",
                &[&sample("service"), &deployment]
            )
            .unwrap()
        ),
        [
            "ecs:StopServiceDeployment service/prod/x service-deployment/prod/x/x \
             ecs:cluster=cluster/prod ecs:service=service/prod/x"
        ]
    );
    let error = |action: &str, arns: &[&str]| of(action, arns).unwrap_err().to_string();
    assert_eq!(
        error("ecs:LaunchTask", &[]),
        "`ecs:LaunchTask` is no action of Amazon ECS"
    );
    assert_eq!(
        error("sqs:RunTask", &[]),
        "`sqs:RunTask` is no action of Amazon ECS"
    );
    assert_eq!(error("ecs:StopTask", &[]), "no task is given");
    assert_eq!(
        error("ecs:ExecuteCommand", &[&sample("task")]),
        "no cluster is given"
    );
    assert_eq!(
        error("ecs:StopTask", &[&sample("cluster")]),
        "`arn:aws:ecs:us-east-1:123456789012:cluster/prod` is no resource of `ecs:StopTask`, \
         which takes task"
    );
    assert_eq!(
        error("ecs:ListClusters", &[&sample("cluster")]),
        "`arn:aws:ecs:us-east-1:123456789012:cluster/prod` is no resource of \
         `ecs:ListClusters`, which takes none"
    );
}

#[test]
fn a_deny_that_can_never_match_is_not_silent() {
    let silent = |deny: serde_json::Value, request: &EcsRequest| {
        let mut deny = deny;
        deny["Effect"] = json!("Deny");
        let document = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, deny]
        });
        let policy = Policy::read(&document.to_string()).policy;
        let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
        let decision = policies.decide_ecs(&alice(), request);
        let checks = decision.checks.iter();
        let lines =
            checks.flat_map(|check| check.ineffective_denies.iter().map(ToString::to_string));
        let start = "statement 2 of identity policies, policy 1, never denies it: ";
        lines
            .map(|line| line.strip_prefix(start).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let run = EcsRequest::run_task(&scope(), "prod", "web:3").unwrap();
    for (deny, expected) in [
        (json!({"Action": "ecs:RunTask", "Resource": "*"}), &[][..]),
        (json!({"Action": "ecs:StopTask", "Resource": "web"}), &[]),
        (json!({"Action": "ecs:RunTask", "NotResource": "web"}), &[]),
        (
            json!({"Action": "ecs:RunTask", "Resource": "web"}),
            &["none of its resources can be evaluated"],
        ),
        (
            json!({"Action": "ecs>RunTask", "Resource": "*"}),
            &["none of its actions can be evaluated"],
        ),
        (json!({"Action": "ecs:*"}), &["it names no resource"]),
        (
            json!({"Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "x"}}}),
            &["one of its conditions can never be met"],
        ),
        (
            json!({"Action": "*", "Resource": "*", "Condition": {"StringIs": {"aws:username": "x"}}}),
            &["one of its conditions can never be met"],
        ),
        (
            json!({"Action": "*", "Resource": "*", "Condition": {"ArnNotLike": {"ecs:cluster": "x"}}}),
            &[],
        ),
        (
            json!({"Action": "ecs:*", "Resource": "arn:aws:ecs:*:*:cluster/*"}),
            &["`ecs:RunTask` is about a task-definition, and no resource of the statement is"],
        ),
        (
            json!({"Action": "ecs:*", "Resource": "*", "Condition": {"StringEquals": {"ecs:service": "x"}}}),
            &["`ecs:RunTask` has no `ecs:service`, which StringEquals asks for"],
        ),
        (
            json!({"Action": "ecs:*", "Resource": "*", "Condition": {"Null": {"ecs:clutser": "false"}}}),
            &["Amazon ECS has no key `ecs:clutser`"],
        ),
        (
            json!({"Action": "ecs:*", "Resource": "*", "Condition": {"Null": {"ecs:service": "true"}}}),
            &[],
        ),
    ] {
        assert_eq!(silent(deny.clone(), &run), expected, "{deny}");
    }
    let list = EcsRequest::list_clusters(&scope());
    let deny = json!({"Action": "ecs:*", "Resource": "arn:aws:ecs:*:*:*"});
    assert_eq!(
        silent(deny, &list),
        ["`ecs:ListClusters` takes no resource, so that only `*` matches it"]
    );
    let deny = json!({"Sid": "No", "Effect": "Deny", "Action": "iam:PassRole", "Resource": "role"});
    let document = json!({"Version": "2012-10-17", "Statement": deny});
    let policy = Policy::read(&document.to_string()).policy;
    let policies = PolicySet::new().with_service_control_level([CompiledPolicy::new(&policy)]);
    let pass = run.with_passed_role("arn:aws:iam::123456789012:role/task");
    let decision = policies.decide_ecs(&alice(), &pass);
    let silent = &decision.checks.last().unwrap().ineffective_denies;
    assert_eq!(
        silent.first().unwrap().to_string(),
        "statement 1 `No` of service control policies of level 0, policy 1, never denies it: \
         none of its resources can be evaluated"
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
        Ok(EcsRequest::deregister_task_definition(&scope)),
        Ok(EcsRequest::describe_task_definition(&scope)),
        Ok(EcsRequest::list_task_definitions(&scope)),
        Ok(EcsRequest::list_task_definition_families(&scope)),
        EcsRequest::create_service(&scope, "c", "s", "f:1"),
        EcsRequest::update_service(&scope, "c", "s", Some("f:1")),
        EcsRequest::delete_service(&scope, "c", "s"),
        EcsRequest::describe_services(&scope, "c", &["s"]),
        EcsRequest::list_services(&scope, "c"),
        EcsRequest::create_cluster(&scope, "c"),
        EcsRequest::update_cluster(&scope, "c"),
        EcsRequest::delete_cluster(&scope, "c"),
        EcsRequest::describe_clusters(&scope, &["c"]),
        Ok(EcsRequest::list_clusters(&scope)),
        EcsRequest::register_container_instance(&scope, "c"),
        EcsRequest::deregister_container_instance(&scope, "c"),
        EcsRequest::list_container_instances(&scope, "c"),
        EcsRequest::describe_container_instances(&scope, "c", &["i"]),
        EcsRequest::update_container_instances_state(&scope, "c", &["i"]),
        EcsRequest::update_container_agent(&scope, "c", "i"),
        EcsRequest::put_attributes(&scope, "c", &["i"]),
        EcsRequest::tag_resource(&scope, "arn:aws:ecs:us-east-1:123456789012:cluster/c"),
        EcsRequest::untag_resource(&scope, "arn:aws:ecs:us-east-1:123456789012:cluster/c"),
        EcsRequest::list_tags_for_resource(&scope, "arn:aws:ecs:us-east-1:123456789012:cluster/c"),
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
