//! Calls to Amazon ECS authorised as wholes: every check, what is missing, what stands in the way.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_arn::Scope;
use ecs_iam_policy::ecs::{Authorization, EcsRequest, RoleTrusts, Verdict, actions};
use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Principal};
use proptest::prelude::*;
use serde_json::{Value, json};

const TASK_ROLE: &str = "arn:aws:iam::123456789012:role/task";
const EXECUTION_ROLE: &str = "arn:aws:iam::123456789012:role/execution";
const BALANCER_ROLE: &str = "arn:aws:iam::123456789012:role/balancer";

fn scope() -> Scope<'static> {
    Scope::new("us-east-1", "123456789012").unwrap()
}

fn alice() -> Principal {
    "arn:aws:iam::123456789012:user/alice".parse().unwrap()
}

fn policy(statements: Value) -> CompiledPolicy {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    CompiledPolicy::new(&serde_json::from_value(document).unwrap())
}

fn allowing(actions: &Value) -> CompiledPolicy {
    policy(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}))
}

fn trusting(service: &str) -> CompiledPolicy {
    policy(json!({
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*"},
            "StringEquals": {"aws:SourceAccount": "123456789012"}
        }
    }))
}

fn run() -> EcsRequest {
    EcsRequest::run_task(&scope(), "prod", "web:3")
        .unwrap()
        .with_passed_role(TASK_ROLE)
        .with_passed_role(EXECUTION_ROLE)
        .with_tag("team", "a")
}

fn trusts() -> RoleTrusts {
    RoleTrusts::new()
        .with(TASK_ROLE, trusting("ecs-tasks.amazonaws.com"))
        .with(EXECUTION_ROLE, trusting("ecs-tasks.amazonaws.com"))
}

/// Each check as `action by principal: verdict`.
fn verdicts(authorization: &Authorization) -> Vec<String> {
    let line = |check: &ecs_iam_policy::ecs::AuthorizationCheck| {
        let verdict = match &check.verdict {
            Verdict::Allowed => "allowed".to_owned(),
            Verdict::Missing => "missing".to_owned(),
            Verdict::Blocked(obstacles) => {
                let texts: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
                texts.join("; ")
            }
            other => format!("{other:?}"),
        };
        let who = check.principal.rsplit('/').next().unwrap();
        format!("{} by {who}: {verdict}", check.action)
    };
    authorization.checks.iter().map(line).collect()
}

#[test]
fn what_is_missing_can_be_pasted() {
    let policies = PolicySet::new().with_identity(allowing(&json!("ecs:RunTask")));
    let authorization = policies.authorize(&alice(), &run(), &trusts());
    assert!(!authorization.allowed);
    assert_eq!(
        verdicts(&authorization),
        [
            "ecs:RunTask by alice: allowed",
            "ecs:TagResource by alice: missing",
            "iam:PassRole by alice: missing",
            "iam:PassRole by alice: missing",
            "sts:AssumeRole by ecs-tasks.amazonaws.com: allowed",
            "sts:AssumeRole by ecs-tasks.amazonaws.com: allowed",
        ]
    );
    let missing = authorization.missing.unwrap();
    assert_eq!(
        serde_json::to_value(&missing).unwrap(),
        json!({
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "ecs:TagResource",
                    "Resource": "arn:aws:ecs:us-east-1:123456789012:task/prod/*",
                    "Condition": {"StringEquals": {"ecs:CreateAction": "RunTask"}}
                },
                {
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": [TASK_ROLE, EXECUTION_ROLE],
                    "Condition": {
                        "StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
                    }
                }
            ]
        })
    );
    let with = policies.with_identity(CompiledPolicy::new(&missing));
    assert!(with.authorize(&alice(), &run(), &trusts()).allowed);
}

#[test]
fn a_cluster_that_no_resource_names_is_a_condition() {
    let missing = |request: EcsRequest| {
        let authorization = PolicySet::new().authorize(&alice(), &request, &RoleTrusts::new());
        serde_json::to_value(authorization.missing.unwrap()).unwrap()["Statement"].clone()
    };
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/prod";
    assert_eq!(
        missing(EcsRequest::run_task(&scope(), "prod", "web:3").unwrap()),
        json!([{
            "Effect": "Allow",
            "Action": "ecs:RunTask",
            "Resource": "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
            "Condition": {"ArnEquals": {"ecs:cluster": cluster}}
        }])
    );
    assert_eq!(
        missing(EcsRequest::list_services(&scope(), "prod").unwrap()),
        json!([{
            "Effect": "Allow",
            "Action": "ecs:ListServices",
            "Resource": "*",
            "Condition": {"ArnEquals": {"ecs:cluster": cluster}}
        }])
    );
    assert_eq!(
        missing(EcsRequest::execute_command(&scope(), "prod", "1abf", None).unwrap()),
        json!([{
            "Effect": "Allow",
            "Action": "ecs:ExecuteCommand",
            "Resource": [cluster, "arn:aws:ecs:us-east-1:123456789012:task/prod/1abf"]
        }])
    );
}

#[test]
fn only_the_resources_that_lack_it_are_proposed() {
    let policies = PolicySet::new().with_identity(policy(json!({
        "Effect": "Allow",
        "Action": "ecs:ExecuteCommand",
        "Resource": "arn:aws:ecs:us-east-1:123456789012:task/prod/*"
    })));
    let request = EcsRequest::execute_command(&scope(), "prod", "1abf", None).unwrap();
    let missing = policies
        .authorize(&alice(), &request, &RoleTrusts::new())
        .missing
        .unwrap();
    assert_eq!(
        serde_json::to_value(missing).unwrap()["Statement"][0]["Resource"],
        "arn:aws:ecs:us-east-1:123456789012:cluster/prod"
    );
}

#[test]
fn what_stands_in_the_way_is_named_instead() {
    let deny = policy(json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "NoRoles", "Effect": "Deny", "Action": "iam:PassRole", "Resource": TASK_ROLE}
    ]))
    .with_name("guard");
    let policies = PolicySet::new()
        .with_service_control_level([deny, allowing(&json!("*"))])
        .with_boundary(allowing(&json!(["ecs:RunTask", "iam:PassRole"])))
        .with_session(allowing(&json!(["ecs:*", "iam:*"])));
    let authorization = policies.authorize(&alice(), &run(), &trusts());
    assert_eq!(
        verdicts(&authorization).get(..4).unwrap(),
        [
            "ecs:RunTask by alice: missing",
            "ecs:TagResource by alice: no statement of the permissions boundary allows it",
            "iam:PassRole by alice: statement 2 `NoRoles` of service control policies of level \
             0, policy 1 `guard`, denies it",
            "iam:PassRole by alice: missing",
        ]
    );
    let missing = authorization.missing.unwrap().to_string();
    assert!(
        missing.contains("ecs:RunTask") && missing.contains(EXECUTION_ROLE),
        "{missing}"
    );
    assert!(
        !missing.contains("TagResource") && !missing.contains(TASK_ROLE),
        "{missing}"
    );
}

#[test]
fn every_obstacle_is_named() {
    let policies = PolicySet::new()
        .with_identity(allowing(&json!("*")))
        .with_service_control_level([allowing(&json!("s3:*"))])
        .with_boundary(allowing(&json!("s3:*")))
        .with_session(policy(
            json!({"Effect": "Deny", "Action": "ecs:*", "Resource": "*"}),
        ));
    let request = EcsRequest::run_task(&scope(), "prod", "web:3").unwrap();
    let authorization = policies.authorize(&alice(), &request, &RoleTrusts::new());
    assert_eq!(
        verdicts(&authorization),
        [
            "ecs:RunTask by alice: statement 1 of session policies, policy 1, denies it; no \
          statement of the service control policies of level 0 allows it; no statement of the \
          permissions boundary allows it; no statement of the session policies allows it"
        ]
    );
    assert_eq!(authorization.missing, None);
}

#[test]
fn roles_have_to_trust_the_service_that_they_are_passed_to() {
    let policies = PolicySet::new().with_identity(allowing(&json!("*")));
    let request = EcsRequest::create_service(&scope(), "prod", "api", "web:3")
        .unwrap()
        .with_passed_role(TASK_ROLE)
        .with_passed_role(TASK_ROLE)
        .with_passed_role(EXECUTION_ROLE)
        .with_service_role(BALANCER_ROLE);
    let trusts = RoleTrusts::new()
        .with(TASK_ROLE, trusting("ec2.amazonaws.com"))
        .with(BALANCER_ROLE, trusting("ecs.amazonaws.com"));
    let authorization = policies.authorize(&alice(), &request, &trusts);
    assert_eq!(
        verdicts(&authorization).get(5..).unwrap(),
        [
            "sts:AssumeRole by ecs-tasks.amazonaws.com: missing",
            "sts:AssumeRole by ecs.amazonaws.com: allowed",
        ]
    );
    assert_eq!(authorization.unknown_trusts, [EXECUTION_ROLE]);
    assert_eq!(authorization.missing, None);
    let completed = authorization.missing_trusts.get(TASK_ROLE).unwrap();
    let statements = serde_json::to_value(completed).unwrap()["Statement"].clone();
    assert_eq!(
        statements.as_array().unwrap().len(),
        2,
        "the one that it had stays"
    );
    assert_eq!(
        statements[1],
        json!({
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}
        })
    );
    let trusts = trusts.with(TASK_ROLE, CompiledPolicy::new(completed));
    assert!(policies.authorize(&alice(), &request, &trusts).allowed);
    let blocked = policies.with_resource_control_level([policy(json!({
        "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"
    }))]);
    let authorization = blocked.authorize(&alice(), &request, &trusts);
    assert_eq!(
        verdicts(&authorization).last().unwrap(),
        "sts:AssumeRole by ecs.amazonaws.com: statement 1 of resource control policies of level \
         0, policy 1, denies it"
    );
}

#[test]
fn copied_tags_are_asked_for_and_are_not_those_of_the_request() {
    let request = run()
        .with_propagated_tag("cost", "1")
        .with_propagated_tag("team", "b");
    let requests = request.requests(&alice());
    let tags = |at: usize| {
        let context = requests.get(at).unwrap().context();
        let key = |key: &str| context.get(key).map(ToString::to_string);
        [
            key("aws:TagKeys"),
            key("aws:RequestTag/cost"),
            key("aws:RequestTag/team"),
        ]
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(tags(0), [text("[team]"), None, text("a")]);
    assert_eq!(tags(1), [text("[team, cost]"), text("1"), text("a")]);
}

#[test]
fn an_authorization_is_data() {
    let policies = PolicySet::new().with_identity(allowing(&json!("iam:*")));
    let request = EcsRequest::run_task(&scope(), "prod", "web:3").unwrap();
    let authorization = policies.authorize(&alice(), &request, &RoleTrusts::new());
    let value = serde_json::to_value(&authorization).unwrap();
    assert_eq!(value["allowed"], false);
    assert_eq!(value["checks"][0]["verdict"], "missing");
    assert_eq!(value["checks"][0]["action"], "ecs:RunTask");
    assert_eq!(value["missing"]["Statement"][0]["Action"], "ecs:RunTask");
    assert!(value["checks"][0].get("request").is_none());
}

/// Calls of several kinds.
fn calls() -> Vec<EcsRequest> {
    let scope = scope();
    vec![
        run(),
        EcsRequest::start_task(&scope, "prod", "web:3", &["i1", "i2"]).unwrap(),
        EcsRequest::create_service(&scope, "prod", "api", "web:3")
            .unwrap()
            .with_tag("team", "a")
            .with_service_role(BALANCER_ROLE),
        EcsRequest::update_service(&scope, "prod", "api", Some("web:3")).unwrap(),
        EcsRequest::register_task_definition(&scope, "web:3")
            .unwrap()
            .with_passed_role(TASK_ROLE),
        EcsRequest::execute_command(&scope, "prod", "1abf", Some("app")).unwrap(),
        EcsRequest::list_tasks(&scope, "prod", None).unwrap(),
        EcsRequest::list_clusters(&scope),
        EcsRequest::describe_services(&scope, "prod", &["a", "b"])
            .unwrap()
            .with_tag_of("a", "env", "dev")
            .unwrap(),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let action = proptest::sample::select(
        &[
            "ecs:*",
            "ecs:RunTask",
            "ecs:Tag*",
            "iam:PassRole",
            "ecs:*Service*",
            "*",
        ][..],
    );
    let resource = proptest::sample::select(
        &[
            "*",
            TASK_ROLE,
            "arn:aws:ecs:*:*:task-definition/web:*",
            "arn:aws:ecs:*:*:service/prod/a*",
            "arn:aws:ecs:*:*:task/*",
        ][..],
    );
    let condition = proptest::sample::select(
        &[
            "{}",
            r#"{"StringEquals":{"aws:ResourceTag/env":"dev"}}"#,
            r#"{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:us-east-1:123456789012:cluster/prod"}}"#,
            r#"{"Null":{"aws:TagKeys":"true"}}"#,
        ][..],
    );
    (proptest::bool::weighted(0.2), action, resource, condition).prop_map(
        |(denies, action, resource, condition)| {
            json!({
                "Effect": if denies { "Deny" } else { "Allow" },
                "Action": action,
                "Resource": resource,
                "Condition": serde_json::from_str::<Value>(condition).unwrap()
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is proposed allows the missing checks, leaves the blocked ones denied, and grants no
    /// other action of Amazon ECS on the resources of any check.
    #[test]
    fn a_proposal_allows_what_is_missing_and_no_more(
        identity in proptest::collection::vec(statement(), 1..3),
        boundary in proptest::option::of(proptest::collection::vec(statement(), 1..4)),
        which in 0..9_usize,
    ) {
        let mut policies = PolicySet::new().with_identity(policy(json!(identity)));
        if let Some(boundary) = boundary {
            policies = policies.with_boundary(policy(json!(boundary)));
        }
        let call = calls().swap_remove(which);
        let before = policies.authorize(&alice(), &call, &RoleTrusts::new());
        let is_missing = |check: &ecs_iam_policy::ecs::AuthorizationCheck| check.verdict == Verdict::Missing;
        prop_assert_eq!(before.missing.is_some(), before.checks.iter().any(is_missing));
        let Some(missing) = &before.missing else { return Ok(()) };
        let with = policies.clone().with_identity(CompiledPolicy::new(missing));
        let after = with.authorize(&alice(), &call, &RoleTrusts::new());
        for (before, after) in before.checks.iter().zip(&after.checks) {
            let is_blocked = matches!(before.verdict, Verdict::Blocked(_));
            prop_assert_eq!(after.decision.is_allowed(), !is_blocked, "{}", before.action);
        }
        let listed: Vec<&str> = before.checks.iter().filter(|check| is_missing(check)).map(|check| check.action.as_str()).collect();
        for check in &before.checks {
            for action in actions() {
                let name = format!("ecs:{}", action.name());
                if listed.contains(&name.as_str()) {
                    continue;
                }
                let ask = |policies: &PolicySet| policies.decide_each(&check.request, [name.as_str()]);
                prop_assert_eq!(ask(&policies)[0].1.is_allowed(), ask(&with)[0].1.is_allowed());
            }
        }
    }
}

#[test]
fn a_policy_that_is_proposed_is_accepted() {
    for call in calls() {
        let missing = PolicySet::new()
            .authorize(&alice(), &call, &RoleTrusts::new())
            .missing;
        let text = missing.unwrap().to_string();
        let accepted = Policy::accept(&text, ecs_iam_policy::PolicyType::Identity);
        assert!(accepted.is_ok(), "{text}");
        assert_eq!(
            accepted.unwrap().lint(ecs_iam_policy::PolicyType::Identity),
            [],
            "{text}"
        );
    }
}
