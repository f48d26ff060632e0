//! The points that AWS leaves open, each with what is done.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_iam_policy::{
    CompiledPolicy, ContextValue, Outcome, Policy, PolicySet, Principal, Request,
};

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";
const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/deployer/ci";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:queue";

fn compile(members: &str) -> CompiledPolicy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{{{members}}}}}"#);
    CompiledPolicy::new(&Policy::read(&text).policy)
}

fn full() -> CompiledPolicy {
    compile(r#""Effect":"Allow","Action":"*","Resource":"*""#)
}

fn ask(principal: &str) -> Request {
    Request::new(
        principal.parse::<Principal>().unwrap(),
        "sqs:SendMessage",
        QUEUE,
    )
}

/// Whether a condition holds for a request with these keys.
fn holds(condition: &str, keys: &[(&str, ContextValue)]) -> bool {
    let members =
        format!(r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}"#);
    let request = ask(ALICE);
    let request = keys.iter().fold(request, |request, (key, value)| {
        request.with_context(key, value.clone())
    });
    PolicySet::new()
        .with_identity(compile(&members))
        .decide(&request)
        .is_allowed()
}

fn list(values: &[&str]) -> ContextValue {
    ContextValue::list(values.iter().copied())
}

#[test]
fn sets_of_values() {
    let any_if_exists = r#"{"ForAnyValue:StringEqualsIfExists":{"a:b":"x"}}"#;
    assert!(holds(any_if_exists, &[]));
    assert!(!holds(any_if_exists, &[("a:b", list(&["y"]))]));
    let all = r#"{"ForAllValues:StringEquals":{"a:b":"x"}}"#;
    let any = r#"{"ForAnyValue:StringEquals":{"a:b":""}}"#;
    for nothing in [list(&[]), "".into(), list(&["", ""])] {
        assert!(holds(all, &[("a:b", nothing.clone())]));
        assert!(!holds(any, &[("a:b", nothing)]));
    }
    assert!(
        !holds(all, &[("a:b", list(&["", "x"]))]),
        "not all of them are empty"
    );
    let plain = r#"{"StringEquals":{"a:b":"x"}}"#;
    assert!(
        holds(plain, &[("a:b", list(&["x", "y"]))]),
        "one of them is enough"
    );
    assert!(holds(
        r#"{"StringNotEquals":{"a:b":"x"}}"#,
        &[("a:b", list(&["x", "y"]))]
    ));
    assert!(holds(r#"{"Null":{"a:b":"true"}}"#, &[("a:b", list(&[]))]));
    assert!(holds(r#"{"Null":{"a:b":"false"}}"#, &[("a:b", "".into())]));
}

#[test]
fn values_of_another_type() {
    for (kind, negated) in [
        (
            r#"{"NumericEquals":{"a:b":1}}"#,
            r#"{"NumericNotEquals":{"a:b":1}}"#,
        ),
        (
            r#"{"DateEquals":{"a:b":1}}"#,
            r#"{"DateNotEquals":{"a:b":1}}"#,
        ),
        (
            r#"{"IpAddress":{"a:b":"10.0.0.0/8"}}"#,
            r#"{"NotIpAddress":{"a:b":"10.0.0.0/8"}}"#,
        ),
    ] {
        assert!(!holds(kind, &[("a:b", "zebra".into())]), "{kind}");
        assert!(!holds(negated, &[("a:b", "zebra".into())]), "{negated}");
    }
    assert!(!holds(
        r#"{"Bool":{"a:b":"false"}}"#,
        &[("a:b", "zebra".into())]
    ));
    let arn = r#"{"ArnNotLike":{"a:b":"arn:aws:ecs:*:*:cluster/*"}}"#;
    assert!(holds(arn, &[("a:b", "zebra".into())]));

    assert!(holds(
        r#"{"NumericNotEquals":{"a:b":["zebra",2]}}"#,
        &[("a:b", 1.into())]
    ));
    assert!(!holds(
        r#"{"NumericNotEquals":{"a:b":["zebra",1]}}"#,
        &[("a:b", 1.into())]
    ));
    assert!(holds(
        r#"{"NotIpAddress":{"a:b":["zebra"]}}"#,
        &[("a:b", "10.0.0.1".into())]
    ));
    assert!(holds(
        r#"{"ArnNotEquals":{"a:b":"zebra"}}"#,
        &[("a:b", QUEUE.into())]
    ));
}

#[test]
fn variables() {
    let user = |value: ContextValue| [("aws:username", value), ("a:b", "alice".into())];
    assert!(holds(
        r#"{"StringEquals":{"a:b":"${aws:username}"}}"#,
        &user("alice".into())
    ));
    assert!(!holds(
        r#"{"StringEquals":{"a:b":"${aws:username}"}}"#,
        &user(list(&["alice"]))
    ));
    assert!(holds(
        r#"{"StringNotEquals":{"a:b":"${x}"}}"#,
        &[("a:b", "alice".into())]
    ));
    assert!(!holds(
        r#"{"Bool":{"a:b":"${x}"}}"#,
        &[("a:b", "true".into()), ("x", "true".into())]
    ));
}

#[test]
fn dates_numbers_and_case() {
    let year = r#"{"DateLessThan":{"a:b":"2021"}}"#;
    assert!(
        holds(year, &[("a:b", "1970-01-01T00:00:00Z".into())]),
        "2021 seconds, not a year"
    );
    assert!(!holds(year, &[("a:b", "2020-01-01T00:00:00Z".into())]));
    assert!(holds(
        r#"{"DateEquals":{"a:b":"2020-01-01T00:00:00"}}"#,
        &[("a:b", "2020-01-01T00:00:00Z".into())]
    ));
    assert!(!holds(
        r#"{"NumericEquals":{"a:b":"9007199254740993"}}"#,
        &[("a:b", "9007199254740992".into())]
    ));
    assert!(holds(
        r#"{"NumericEquals":{"a:b":"1e3"}}"#,
        &[("a:b", "1000".into())]
    ));
    assert!(!holds(
        r#"{"StringEqualsIgnoreCase":{"a:b":"É"}}"#,
        &[("a:b", "é".into())]
    ));
    assert!(holds(
        r#"{"stringequals":{"a:b":"x"}}"#,
        &[("a:b", "x".into())]
    ));
    assert!(!holds(
        r#"{"StringIs":{"a:b":"x"}}"#,
        &[("a:b", "x".into())]
    ));
}

#[test]
fn resources_and_actions() {
    let allows = |members: &str| {
        let policy = compile(&format!(r#""Effect":"Allow",{members}"#));
        PolicySet::new()
            .with_identity(policy)
            .decide(&ask(ALICE))
            .is_allowed()
    };
    assert!(!allows(r#""Action":"*","Resource":"queue""#));
    assert!(
        allows(r#""Action":"*","Resource":["queue","arn:aws:sqs:*"]"#),
        "the rest counts"
    );
    assert!(!allows(
        r#""Action":"*","Resource":"arn:aws:s*:us-east-1:123456789012:queue""#
    ));
    assert!(!allows(
        r#""Action":"*","Resource":"arn:aws:sqs:*:${x, '123456789012'}:queue""#
    ));
    assert!(allows(
        r#""Action":"*","NotResource":"arn:aws:sqs:*:*:${aws:username}*""#
    ));
    assert!(allows(r#""Action":"s?s:*","Resource":"*""#));
    assert!(allows(r#""Action":"*:*","Resource":"*""#));
    assert!(!allows(r#""Action":"s*Message","Resource":"*""#));
    assert!(!allows(r#""Action":"*""#), "no resource");
    for inside in [
        "arn:aws:sqs:*:queue",
        "arn:*:queue",
        "arn:aws:sqs:us-east-1:*:12:queue",
    ] {
        assert!(
            !allows(&format!(r#""Action":"*","Resource":"{inside}""#)),
            "{inside}: the star stays within its part"
        );
    }
    assert!(allows(
        r#""Action":"*","Resource":"arn:aws:sqs:us-east-1:*""#
    ));
    let text = r#"{"Version":"2012-10-17","Conditions":{"Null":{"a:b":"false"}},
        "Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let policy = CompiledPolicy::new(&text.parse().unwrap());
    assert!(
        PolicySet::new()
            .with_identity(policy)
            .decide(&ask(ALICE))
            .is_allowed()
    );
}

/// The outcome for a policy of the queue with these members.
fn by_resource(members: &str, principal: &str, rest: PolicySet) -> Outcome {
    rest.with_resource(compile(&format!(r#""Action":"*",{members}"#)))
        .decide(&ask(principal))
        .outcome
}

#[test]
fn not_principal() {
    let deny = |names: &str, principal: &str| {
        let members = format!(r#""Effect":"Deny","NotPrincipal":{{"AWS":[{names}]}}"#);
        by_resource(&members, principal, PolicySet::new().with_identity(full()))
    };
    let role = "arn:aws:iam::123456789012:role/deployer";
    let (user, account) = (format!("\"{ALICE}\""), "\"123456789012\"");
    let (session, role) = (format!("\"{SESSION}\""), format!("\"{role}\""));
    assert_eq!(deny(&format!("{user},{account}"), ALICE), Outcome::Allowed);
    assert_eq!(deny(&user, ALICE), Outcome::ExplicitDeny);
    assert_eq!(deny(account, ALICE), Outcome::ExplicitDeny);
    assert_eq!(deny("\"*\"", ALICE), Outcome::Allowed);
    assert_eq!(
        deny(&format!("{session},{role},{account}"), SESSION),
        Outcome::Allowed
    );
    assert_eq!(
        deny(&format!("{role},{account}"), SESSION),
        Outcome::ExplicitDeny
    );
    assert_eq!(
        deny(&format!("{session},{account}"), SESSION),
        Outcome::ExplicitDeny
    );

    let members = format!(r#""Effect":"Deny","NotPrincipal":{{"AWS":[{user},{account}]}}"#);
    let bounded = PolicySet::new().with_identity(full()).with_boundary(full());
    assert_eq!(by_resource(&members, ALICE, bounded), Outcome::ExplicitDeny);

    let allow = |names: &str| {
        let members = format!(r#""Effect":"Allow","NotPrincipal":{{"AWS":[{names}]}}"#);
        by_resource(&members, ALICE, PolicySet::new())
    };
    assert_eq!(allow("\"999999999999\""), Outcome::Allowed);
    assert_eq!(allow(&user), Outcome::ImplicitDeny);
    assert_eq!(allow(account), Outcome::ImplicitDeny);
}

#[test]
fn limits_of_what_a_resource_policy_grants() {
    let nothing = || compile(r#""Effect":"Allow","Action":"ecs:*","Resource":"*""#);
    let limited = || {
        PolicySet::new()
            .with_boundary(nothing())
            .with_session(nothing())
    };
    let names = |name: &str| format!(r#""Effect":"Allow","Principal":{{"AWS":"{name}"}}"#);
    assert_eq!(
        by_resource(&names("*"), ALICE, PolicySet::new()),
        Outcome::Allowed
    );
    assert_eq!(
        by_resource(&names("*"), ALICE, limited()),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        by_resource(&names(ALICE), ALICE, limited()),
        Outcome::Allowed
    );
    assert_eq!(
        by_resource(&names(SESSION), SESSION, limited()),
        Outcome::Allowed
    );
    let role = "arn:aws:iam::123456789012:role/some/path/deployer";
    assert_eq!(
        by_resource(&names(role), SESSION, PolicySet::new()),
        Outcome::Allowed
    );
    assert_eq!(
        by_resource(&names(role), SESSION, limited()),
        Outcome::ImplicitDeny
    );
    assert_eq!(
        by_resource(&names(role), role, PolicySet::new()),
        Outcome::Allowed
    );
}

#[test]
fn layers() {
    let deny_only = compile(r#""Effect":"Deny","Principal":"*","Action":"ecs:*","Resource":"*""#);
    let set = PolicySet::new()
        .with_identity(full())
        .with_resource_control_level([deny_only]);
    assert!(
        set.decide(&ask(ALICE)).is_allowed(),
        "a level that denies something else"
    );

    let closed = || PolicySet::new().with_service_control_level([] as [CompiledPolicy; 0]);
    let everyone = r#""Effect":"Allow","Principal":"*""#;
    assert_eq!(
        by_resource(everyone, "arn:aws:iam::123456789012:root", closed()),
        Outcome::ImplicitDeny
    );
    let service = r#""Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"}"#;
    assert_eq!(
        by_resource(service, "ecs-tasks.amazonaws.com", closed()),
        Outcome::Allowed
    );
    assert_eq!(by_resource(everyone, "*", closed()), Outcome::Allowed);

    let bucket = Request::new(
        ALICE.parse().unwrap(),
        "s3:GetObject",
        "arn:aws:s3:::bucket/x",
    );
    let set = PolicySet::new().with_identity(full());
    assert!(set.decide(&bucket).is_allowed());
    assert!(
        !set.decide(&bucket.with_resource_account("999999999999"))
            .is_allowed()
    );

    let required = PolicySet::new()
        .with_identity(full())
        .with_required_resource(compile(
            r#""Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"*""#,
        ));
    assert_eq!(required.decide(&ask(ALICE)).outcome, Outcome::ImplicitDeny);
    let delegating = PolicySet::new()
        .with_identity(full())
        .with_required_resource(compile(
            r#""Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"*""#,
        ));
    assert!(delegating.decide(&ask(ALICE)).is_allowed());
    assert!(
        PolicySet::new()
            .decide(&ask("arn:aws:iam::123456789012:root"))
            .is_allowed()
    );

    let named = full().source().clone();
    let mut policy = named.statements().first().unwrap().clone();
    policy.principal = Some(ecs_iam_policy::Listed::These(
        ecs_iam_policy::PrincipalElement::Everyone,
    ));
    let set = PolicySet::new().with_identity(CompiledPolicy::new(&Policy::new([policy])));
    assert!(
        set.decide(&ask(ALICE)).is_allowed(),
        "a principal where none belongs has to match"
    );
}
