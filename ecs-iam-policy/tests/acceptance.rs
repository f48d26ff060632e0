//! Documents that AWS accepts or refuses, message for message.

#[path = "../../examples/chain/mod.rs"]
mod chain;
#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_iam_policy::{Policy, PolicyType};
use serde_json::Value;

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn documents_are_accepted_and_refused_message_for_message() {
    let mut wrong = Vec::new();
    for line in conformance_data::read("cases/iam-malformed.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = match &case["document"] {
            Value::String(text) => text.clone(),
            document => document.to_string(),
        };
        let answer = Policy::accept(&text, PolicyType::Identity).err();
        let answer = answer.map(|rejection| rejection.message);
        if answer.as_deref() != case["aws_message"].as_str() {
            wrong.push(format!(
                "{}: {answer:?} instead of {}",
                case["id"], case["aws_message"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn managed_policies_are_accepted_and_written_as_they_were_read() {
    let mut count = 0;
    let folder = conformance_data::path("api/managed-policies");
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let document = document.get("document").unwrap_or(&document).to_string();
        let policy = Policy::accept_within(&document, PolicyType::Identity, None).unwrap();
        assert_eq!(policy.to_string(), document);
        count += 1;
    }
    assert!(count >= 20, "{count}");
}

fn answer(text: &str, policy_type: PolicyType) -> String {
    match Policy::accept(text, policy_type) {
        Ok(_) => "accepted".to_owned(),
        Err(rejection) => format!("{} @ {}", rejection.message, rejection.pointer),
    }
}

/// An identity policy of one statement with these members besides its effect.
fn identity(members: &str) -> String {
    answer(
        &format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{members}}}]}}"#),
        PolicyType::Identity,
    )
}

#[test]
fn resources_of_identity_policies() {
    let resource = |text: &str| identity(&format!(r#""Action":"a:b","Resource":{text}"#));
    for (text, expected) in [
        (r#""*""#, "accepted"),
        (r#"["*",null]"#, "accepted"),
        (r#""arn:aws:ecs""#, "accepted"),
        (r#""arn:aws-cn:ecs:cn-north-1:1:x""#, "accepted"),
        (r#""arn:aws:s3:us-west-2:1:accesspoint/x""#, "accepted"),
        (r#""arn:aws:iam::1:*""#, "accepted"),
        (
            r#""web""#,
            "Resource web must be in ARN format or \"*\". @ /Statement/0/Resource",
        ),
        (
            r#"["arn:aws:ecs:::x","arn:x"]"#,
            "Partition \"x\" is not valid for resource \"arn:x:*:*:*:*\". @ /Statement/0/Resource/1",
        ),
        (
            r#""arn:aws""#,
            "Resource vendor must be fully qualified and cannot contain regexes. @ /Statement/0/Resource",
        ),
        (
            r#""arn:aws:e*:::x""#,
            "Resource vendor must be fully qualified and cannot contain regexes. @ /Statement/0/Resource",
        ),
        (
            r#""arn:aws:iam:us-east-1:1:user/x""#,
            "IAM resource arn:aws:iam:us-east-1:1:user/x cannot contain region information. @ /Statement/0/Resource",
        ),
        (
            r#""arn:aws:iam::1:usr/x""#,
            "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, \
             instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, \
             oidc-provider/, report/, access-report/. @ /Statement/0/Resource",
        ),
        (
            r#""arn:aws::x""#,
            "The policy failed legacy parsing @ /Statement/0/Resource",
        ),
        (r#""arn:aws:s3:us-west-2:123456789012:job/*""#, "accepted"),
        (
            r#""arn:aws:s3:*:*:access-grants/default/location/*""#,
            "accepted",
        ),
        (r#""arn:aws:s3:*:*:storage-lens/*""#, "accepted"),
        (
            r#""arn:aws:s3:us-west-2:123456789012:jobs/*""#,
            "Resource arn:aws:s3:us-west-2:123456789012:jobs/* can not contain region information. @ /Statement/0/Resource",
        ),
        (r#""arn:aws:iam::*:root""#, "accepted"),
        (
            r#""arn:aws:iam::aws:role-template/iam.amazonaws.com/PowerUserRoleTemplate:1""#,
            "accepted",
        ),
        (
            "[]",
            "Policy statement must contain resources. @ /Statement/0/Resource",
        ),
    ] {
        assert_eq!(resource(text), expected, "{text}");
    }
}

#[test]
fn other_elements_of_identity_policies() {
    for (members, expected) in [
        (
            r#""Action":"a:b""#,
            "Policy statement must contain resources. @ /Statement/0",
        ),
        (
            r#""Resource":"*""#,
            "Policy statement must contain actions. @ /Statement/0",
        ),
        (
            r#""NotAction":[],"Resource":"*""#,
            "Policy statement must contain actions. @ /Statement/0/NotAction",
        ),
        (
            r#""Action":["ecs:Run","ecs>Delete"],"Resource":"*""#,
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. @ /Statement/0/Action/1",
        ),
        (r#""Action":"*:b","Resource":"*""#, "accepted"),
        (
            r#""Action":"e*:b","Resource":"*""#,
            "Vendor e* is not valid @ /Statement/0/Action",
        ),
        (
            r#""Action":"a:b","Resource":"*","Principal":"*""#,
            "Policy document should not specify a principal. @ /Statement/0/Principal",
        ),
        (
            r#""Action":"a:b","Resource":"*","Condition":{"DateEquals":{"a:b":["2020","x"]}}"#,
            "The policy failed legacy parsing @ /Statement/0/Condition/DateEquals/a:b",
        ),
        (
            r#""Action":"a:b","Resource":"*","Condition":{"stringequals":{"a:b":"x"}}"#,
            "Syntax errors in policy. @ /Statement/0/Condition/stringequals",
        ),
        (
            r#""Action":"a:b","Resource":"*","Effect":"Deny""#,
            "Syntax errors in policy. @ /Statement/0/Effect",
        ),
    ] {
        assert_eq!(identity(members), expected, "{members}");
    }
    let twice = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    assert_eq!(
        answer(twice, PolicyType::Boundary),
        "Statement IDs (SID) in a single policy must be unique. @ /Statement/1/Sid"
    );
}

#[test]
fn versions_sizes_and_characters() {
    let text =
        r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    assert_eq!(
        answer(text, PolicyType::Session),
        "Policy document must be version 2012-10-17 or greater. @ /Version"
    );
    let text = text.replace("2008", "2012");
    assert_eq!(answer(&text, PolicyType::Session), "accepted");
    let padded = format!("{text}{}", " ".repeat(20_000));
    assert_eq!(
        answer(&padded, PolicyType::Session),
        "accepted",
        "white space does not count"
    );
    assert_eq!(
        answer(&padded, PolicyType::ServiceControl),
        "the policy has 20083 characters, and the most is 10240 @ "
    );
    let refusal = |kind| {
        Policy::accept_within(&text, kind, Some(50))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refusal(PolicyType::Identity),
        "Cannot exceed quota for PolicySize: 50"
    );
    assert_eq!(
        refusal(PolicyType::Session),
        "the policy has 83 characters, and the most is 50"
    );
    let foreign = text.replace("Allow\"", "Allow\",\"Sid\":\"日\"");
    let rejection = Policy::accept(&foreign, PolicyType::Identity).unwrap_err();
    assert_eq!(
        rejection.message,
        "The specified value for policyDocument is invalid. It must contain only printable ASCII characters."
    );
    assert_eq!(
        chain::chain(&rejection),
        "The specified value for policyDocument is invalid. It must contain only printable ASCII \
         characters.: `\\u{65e5}` at byte 61 is not a character of policies"
    );
    assert_eq!(
        rejection.syntax.as_ref().unwrap().problems()[0].to_string(),
        "`\\u{65e5}` at byte 61 is not a character of policies"
    );
}

#[test]
fn trust_policies() {
    let trust = |members: &str| {
        answer(
            &format!(r#"{{"Statement":{{"Effect":"Allow",{members}}}}}"#),
            PolicyType::Trust,
        )
    };
    let service = r#""Principal":{"Service":"ecs-tasks.amazonaws.com"}"#;
    assert_eq!(
        trust(&format!(r#"{service},"Action":"sts:AssumeRole""#)),
        "accepted"
    );
    assert_eq!(
        trust(&format!(
            r#"{service},"Action":"sts:AssumeRole","Resource":"*""#
        )),
        "Has prohibited field Resource. @ /Statement/Resource"
    );
    assert_eq!(
        trust(&format!(r#"{service},"Action":"ecs:RunTask""#)),
        "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity @ /Statement/Action"
    );
    assert_eq!(
        trust(r#""Action":"sts:AssumeRole""#),
        "Missing required field Principal @ /Statement"
    );
    assert_eq!(
        trust(r#""Principal":{"Servcie":"a.b"},"Action":"sts:AssumeRole""#),
        "Invalid principal in policy @ /Statement/Principal/Servcie"
    );
    let size =
        format!(r#"{{"Statement":{{"Effect":"Allow",{service},"Action":"sts:AssumeRole"}}}}"#);
    assert_eq!(
        Policy::accept_within(&size, PolicyType::Trust, Some(10))
            .unwrap_err()
            .message,
        "Cannot exceed quota for ACLSizePerRole: 10"
    );
}

#[test]
fn policies_of_organizations() {
    let one_answer =
        "The provided policy document does not meet the requirements of the specified policy type.";
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"ecs:*","Resource":"*"}}"#;
    assert_eq!(answer(deny, PolicyType::ResourceControl), "accepted");
    for faulty in [
        deny.replace("Deny", "Allow"),
        deny.replace("\"*\",\"Action\"", "{\"AWS\":\"1\"},\"Action\""),
        deny.replace("Action", "NotAction"),
        deny.replace("\"Principal\":\"*\",", ""),
    ] {
        let rejection = Policy::accept(&faulty, PolicyType::ResourceControl).unwrap_err();
        assert_eq!(rejection.message, one_answer, "{faulty}");
    }
    assert_eq!(
        answer(deny, PolicyType::ServiceControl),
        format!("{one_answer} @ /Statement/Principal")
    );
    assert_eq!(
        answer("{", PolicyType::ServiceControl),
        format!("{one_answer} @ ")
    );
    assert_eq!(answer(deny, PolicyType::Resource), "accepted");
}
