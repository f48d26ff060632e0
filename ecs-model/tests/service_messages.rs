//! Service messages: every recorded form is read, and written again as it was.

#![expect(clippy::panic, reason = "a failed step fails the test")]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::BTreeSet;

use ecs_model::service_message::{MessageField, MessageKind, ServiceMessage};
use serde_json::Value;

/// Recorded messages, one a line, with the names that were in them.
const RECORDED: &str = include_str!("data/tables/service-messages.jsonl");

fn both_ways(text: &str) -> ServiceMessage {
    let message = ServiceMessage::read(text);
    let message = message.unwrap_or_else(|| panic!("no form for `{text}`"));
    assert_eq!(message.to_string(), text);
    let wire = message.clone().on_the_wire();
    assert_eq!(ServiceMessage::read(&wire.to_string()), Some(wire));
    message
}

#[test]
fn recorded_messages_are_read_and_written() {
    let mut kinds = BTreeSet::new();
    for line in RECORDED.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let message = both_ways(case.get("text").unwrap().as_str().unwrap());
        kinds.insert(message.kind());
        assert!(message.get(MessageField::Service).is_some());
    }
    assert!(kinds.len() > 20, "{kinds:?}");
}

#[test]
fn values_are_taken_apart() {
    let message = both_ways(
        "(service api, taskSet ecs-svc/7195393876234550169) has begun draining connections on 1 \
         tasks.",
    );
    assert_eq!(message.kind(), MessageKind::DrainingConnections);
    assert_eq!(message.get(MessageField::Service), Some("api"));
    assert_eq!(
        message.get(MessageField::TaskSet),
        Some("ecs-svc/7195393876234550169")
    );
    assert_eq!(message.get(MessageField::Count), Some("1"));

    let message = both_ways(
        "(service api) (task 1a) (port 8080) is unhealthy in (target-group \
         arn:aws:elasticloadbalancing:eu-central-1:000000000000:targetgroup/api/1) due to (reason \
         Health checks failed with these codes: [503]).",
    );
    assert_eq!(message.get(MessageField::Port), Some("8080"));
    let reason = message.get(MessageField::Reason);
    assert_eq!(reason, Some("Health checks failed with these codes: [503]"));

    let message = both_ways(
        "(service web) was unable to place a task. Reason: ResourceInitializationError: (a: b). c.",
    );
    assert_eq!(message.kind(), MessageKind::UnableToPlace);
    let reason = message.get(MessageField::Reason);
    assert_eq!(reason, Some("ResourceInitializationError: (a: b). c."));

    let message = both_ways("service web deregistered 2 targets in target-group web-tg");
    assert!(message.is_of_console());
    assert_eq!(message.get(MessageField::TargetGroup), Some("web-tg"));
}

#[test]
fn other_texts_have_no_form() {
    for text in [
        "",
        "(service web)",
        "(service web) has reached a steady state",
        "(service web) has started many tasks: (task 1).",
        "web has reached a steady state.",
        "(service web",
    ] {
        assert_eq!(ServiceMessage::read(text), None, "{text}");
    }
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn conformance_messages() {
    let cases = conformance_data::read("cases/service-messages.jsonl");
    let mut read = 0;
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let _ = both_ways(case.get("text").unwrap().as_str().unwrap());
        read += 1;
    }
    assert!(read >= 32, "{read}");
}
