//! Sentences of AWS's user guides, each with a test that is called like it.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_iam_policy::{CompiledPolicy, Outcome, Policy, PolicySet, Request};

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:queue";

fn compile(members: &str) -> CompiledPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{{members}}}}}"#);
    CompiledPolicy::new(&text.parse::<Policy>().unwrap())
}

fn everything() -> CompiledPolicy {
    compile(r#""Effect":"Allow","Action":"*","Resource":"*""#)
}

fn deny_everything() -> CompiledPolicy {
    compile(r#""Effect":"Deny","Action":"*","Resource":"*""#)
}

fn deny_everyone() -> CompiledPolicy {
    compile(r#""Effect":"Deny","Principal":"*","Action":"*","Resource":"*""#)
}

/// The policy of a queue that everyone may use.
fn open_queue() -> CompiledPolicy {
    compile(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#)
}

fn send(principal: &str) -> Request {
    Request::new(principal.parse().unwrap(), "sqs:SendMessage", QUEUE)
}

const LINKED: [&str; 2] = [
    "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
    "arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForECS/ecs-service-scheduler",
];

#[test]
fn scps_do_not_affect_service_linked_roles_services_and_anonymous_callers() {
    for limit in [Some(deny_everything()), None] {
        let outcome = |principal: &str| {
            PolicySet::new()
                .with_identity(everything())
                .with_resource(open_queue())
                .with_service_control_level(limit.clone())
                .decide(&send(principal))
                .outcome
        };
        for principal in LINKED {
            assert_eq!(outcome(principal), Outcome::Allowed, "{principal}");
        }
        for principal in ["ecs-tasks.amazonaws.com", "*"] {
            assert_eq!(outcome(principal), Outcome::Allowed, "{principal}");
        }
        for principal in [
            ALICE,
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:role/AWSServiceRoleForNobody",
        ] {
            assert_ne!(outcome(principal), Outcome::Allowed, "{principal}");
        }
    }
}

#[test]
fn rcps_do_not_affect_service_linked_roles() {
    let policies = PolicySet::new()
        .with_identity(everything())
        .with_resource(open_queue())
        .with_resource_control_level([deny_everyone()]);
    for principal in LINKED {
        assert!(
            policies.decide(&send(principal)).is_allowed(),
            "{principal}"
        );
    }
    for principal in [ALICE, "ecs-tasks.amazonaws.com", "*"] {
        let outcome = policies.decide(&send(principal)).outcome;
        assert_eq!(outcome, Outcome::ExplicitDeny, "{principal}");
    }
    let explanation = policies.explain(&send(LINKED[1])).to_string();
    let line = "    statement 1, Deny: the layer does not bind \
                `arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForECS/ecs-service-scheduler`\n";
    assert!(explanation.contains(line), "{explanation}");
}

#[test]
fn everyone_with_a_condition_on_principal_arn_is_not_limited_by_boundary_or_session_policy() {
    const ROLE: &str = "arn:aws:iam::123456789012:role/deployer";
    const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/deployer/ci";
    let outcome = |condition: &str, principal: &str, arn: &str| {
        let nothing = || compile(r#""Effect":"Allow","Action":"ecs:*","Resource":"*""#);
        let queue = format!(
            r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{condition}"#
        );
        let policies = PolicySet::new()
            .with_resource(compile(&queue))
            .with_boundary(nothing())
            .with_session(nothing());
        let request = send(principal).with_context("aws:PrincipalArn", arn);
        policies.decide(&request).outcome
    };
    for (condition, expected) in [
        (
            r#"{"ArnEquals":{"aws:PrincipalArn":"ARN"}}"#,
            Outcome::Allowed,
        ),
        (
            r#"{"StringLike":{"AWS:principalarn":"ARN"}}"#,
            Outcome::Allowed,
        ),
        (
            r#"{"ArnEqualsIfExists":{"aws:PrincipalArn":"ARN"}}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"ForAllValues:StringEquals":{"aws:PrincipalArn":"ARN"}}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::1:user/x"}}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"Null":{"aws:PrincipalArn":"false"}}"#,
            Outcome::ImplicitDeny,
        ),
        (
            r#"{"StringEquals":{"aws:PrincipalArn":"other"}}"#,
            Outcome::ImplicitDeny,
        ),
    ] {
        for (principal, arn) in [(SESSION, ROLE), (ALICE, ALICE)] {
            let condition = condition.replace("ARN\"", &format!("{arn}\""));
            assert_eq!(outcome(&condition, principal, arn), expected, "{condition}");
        }
    }
}

#[test]
fn each_of_the_six_components_of_an_arn_condition_can_include_wildcards() {
    let holds = |operator: &str, pattern: &str| {
        let members = format!(
            r#""Effect":"Allow","Action":"*","Resource":"*",
               "Condition":{{"{operator}":{{"aws:SourceArn":"{pattern}"}}}}"#
        );
        let request = send(ALICE).with_context("aws:SourceArn", QUEUE);
        let policies = PolicySet::new().with_identity(compile(&members));
        policies.decide(&request).is_allowed()
    };
    for pattern in [
        "a*:aws:sqs:us-east-1:123456789012:queue",
        "arn:a?s:sqs:us-east-1:123456789012:queue",
        "arn:aws:s*:us-east-1:123456789012:queue",
        "arn:aws:sqs:us-*:123456789012:queue",
        "arn:aws:sqs:us-east-1:*12:queue",
        "arn:aws:sqs:us-east-1:123456789012:q*",
        "*:*:*:*:*:*",
    ] {
        for (operator, expected) in [
            ("ArnLike", true),
            ("ArnEquals", true),
            ("ArnNotLike", false),
            ("ArnNotEquals", false),
        ] {
            assert_eq!(holds(operator, pattern), expected, "{operator} {pattern}");
        }
    }
    assert!(!holds("ArnLike", "arn:aws:e*:us-east-1:123456789012:queue"));
    assert!(!holds("ArnLike", "arn:*"), "six components, not two");
}
