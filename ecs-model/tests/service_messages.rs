//! Service messages: written as ECS does, and every recorded one is read, and written again as it
//! was.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed step fails the test"
)]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use ecs_model::deployment::status_reason::NO_ROLLBACK_CANDIDATE;
use ecs_model::service_message::{
    ClosestReason, MessageField, MessageKind, PlacementObstacle, ServiceMessage, TargetAddress,
    UnhealthyTarget, container_unhealthy, deployment_blocked, deployment_completed,
    deployment_failed, deployment_failed_by_alarm, deployment_failed_for, deregistered_instances,
    deregistered_targets, draining_connections, no_place_in_zone, provisioning_limit,
    rebalancing_stopped, registered_instances, registered_targets, resources_not_found,
    rollback_failed, rolling_back, started, started_in_zone, steady_state, stopped,
    stopped_in_zone, stopped_pending, target_unhealthy, task_set_scaled, task_set_steady,
    throttled, unable_to_place, unable_to_place_for, unable_to_rebalance, unable_to_scale_in,
    unable_to_start_consistently, zones_even, zones_uneven,
};
use serde_json::Value;

/// Recorded messages, one a line, with the names that were in them, their form and kind.
const RECORDED: &str = include_str!("data/tables/service-messages.jsonl");

fn both_ways(text: &str) -> ServiceMessage {
    let message = ServiceMessage::read(text);
    let message = message.unwrap_or_else(|| panic!("no form for `{text}`"));
    assert_eq!(message.to_string(), text);
    let wire = message.clone().on_the_wire();
    assert_eq!(ServiceMessage::read(&wire.to_string()), Some(wire));
    message
}

/// The parts of a text that a form has in `<>`, with their names.
fn placeholders<'t>(form: &'t str, text: &'t str) -> Vec<(&'t str, &'t str)> {
    let (words, mut form) = form.split_once('<').unwrap_or((form, ""));
    let mut text = text.strip_prefix(words).unwrap_or_else(|| panic!("{text}"));
    let mut found = Vec::new();
    while let Some((name, rest)) = form.split_once('>') {
        let (words, next) = rest.split_once('<').unwrap_or((rest, ""));
        let split = match next {
            "" => text.strip_suffix(words).map(|value| (value, "")),
            _ => text.split_once(words),
        };
        let (value, left) = split.unwrap_or_else(|| panic!("no `{words}` in {text}"));
        found.push((name, value));
        (form, text) = (next, left);
    }
    assert_eq!(text, "");
    found
}

/// A message is read as its form says.
fn check_recorded(case: &Value) -> MessageKind {
    let member = |name: &str| case[name].as_str().unwrap();
    let message = both_ways(member("text"));
    let get = |field| message.get(field).unwrap_or_default();
    let mut tasks = message.tasks();
    let mut counts = [MessageField::Count, MessageField::Replaced].into_iter();
    for (name, value) in placeholders(member("form"), member("text")) {
        let is_read = match name {
            "service" => get(MessageField::Service) == value,
            "taskSet" => get(MessageField::TaskSet) == value,
            "deployment" => get(MessageField::Deployment) == value,
            "task" => get(MessageField::Task) == value || tasks.next() == Some(value),
            "port" => get(MessageField::Port) == value,
            "targetGroupArn" => get(MessageField::TargetGroup) == value,
            "loadBalancer" => get(MessageField::LoadBalancer) == value,
            "containerInstance" => get(MessageField::ContainerInstance) == value,
            "n" | "az" if message.get(MessageField::Zones).is_some() => {
                get(MessageField::Zones).contains(value)
            }
            "n" => counts.next().map(get) == Some(value),
            "az" => get(MessageField::Zone) == value,
            "roleArn" => get(MessageField::Error).contains(value),
            "codes" | "stoppedReason of the task" | "text with full stops and colons" => {
                get(MessageField::Reason).contains(value)
            }
            _ => panic!("<{name}> is not known"),
        };
        assert!(is_read, "<{name}> of {message} is not `{value}`");
    }
    message.kind()
}

#[test]
fn the_messages_of_the_guide() {
    let template = include_str!("data/tables/service-event-templates.json");
    let template: Value = serde_json::from_str(template).unwrap();
    assert_eq!(resources_not_found("service-name"), template["template"]);
    let events = include_str!("data/tables/service-events.csv");
    let message = resources_not_found("sample-webapp");
    assert_eq!(
        events
            .lines()
            .filter(|line| line.ends_with(&message))
            .count(),
        10
    );
}

#[test]
fn every_reason_of_the_closest_instance() {
    let texts = [
        (ClosestReason::Cpu, "has insufficient CPU units available."),
        (ClosestReason::Memory, "has insufficient memory available."),
        (
            ClosestReason::Port,
            "is already using a port required by your task.",
        ),
        (
            ClosestReason::Attribute,
            "is missing an attribute required by your task.",
        ),
        (ClosestReason::Agent, "doesn't have the agent connected."),
        (
            ClosestReason::Error("RESOURCE:ENI"),
            "encountered error \"RESOURCE:ENI\".",
        ),
    ];
    for (reason, text) in texts {
        let instance = "4d3910c1";
        let closest = PlacementObstacle::Closest { instance, reason };
        assert_eq!(
            unable_to_place("web", &closest),
            format!(
                "(service web) was unable to place a task because no container instance met \
                 all of its requirements. The closest matching (container-instance 4d3910c1) \
                 {text} For more information, see the Troubleshooting section of the Amazon \
                 ECS Developer Guide."
            )
        );
    }
}

#[test]
fn messages_of_placement() {
    for (text, expected) in [
        (
            unable_to_place("web", &PlacementObstacle::NoInstances),
            "(service web) was unable to place a task because no container instance met all of \
             its requirements. Reason: No Container Instances were found in your cluster. For \
             more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        ),
        (
            unable_to_place("web", &PlacementObstacle::NoInstancesInCapacityProvider),
            "(service web) was unable to place a task because no container instance met all of \
             its requirements. Reason: No Container Instances were found in your capacity \
             provider. For more information, see the Troubleshooting section of the Amazon ECS \
             Developer Guide.",
        ),
        (
            unable_to_start_consistently("web"),
            "(service web) is unable to consistently start tasks successfully. For more \
             information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
        ),
        (
            provisioning_limit("web"),
            "(service web) was unable to place tasks in your cluster because the tasks \
             provisioning capacity limit was exceeded.",
        ),
        (
            throttled("web"),
            "(service web) operations are being throttled. Will try again later.",
        ),
        (
            unable_to_place_for("web", "CannotPullContainerError: not found"),
            "(service web) was unable to place a task. Reason: CannotPullContainerError: not \
             found.",
        ),
        (
            unable_to_place_for("web", "It ends."),
            "(service web) was unable to place a task. Reason: It ends.",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn messages_of_tasks() {
    for (text, expected) in [
        (
            steady_state("web"),
            "(service web) has reached a steady state.",
        ),
        (
            started("web", ["1", "2"]),
            "(service web) has started 2 tasks: (task 1) (task 2).",
        ),
        (
            stopped("web", ["1"]),
            "(service web) has stopped 1 running tasks: (task 1).",
        ),
        (
            stopped_pending("web", 1),
            "(service web) stopped 1 pending tasks.",
        ),
        (
            container_unhealthy("web", "1"),
            "(service web) (task 1) failed container health checks.",
        ),
        (
            unable_to_scale_in("web", "ecs-svc/1", 2),
            "(service web) was unable to reach steady state because (taskSet ecs-svc/1) was \
             unable to scale in due to (reason 2 tasks under protection)",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn messages_of_targets() {
    let unhealthy = UnhealthyTarget::new("1", "arn", "Request timed out");
    let mut on_fargate = unhealthy;
    on_fargate.address = Some(TargetAddress::of_task(8080));
    let mut on_instance = unhealthy;
    on_instance.address = Some(TargetAddress::of_instance(8080, "i-1"));
    for (text, expected) in [
        (
            target_unhealthy("web", &unhealthy),
            "(service web) (task 1) is unhealthy in (target-group arn) due to (reason Request \
             timed out).",
        ),
        (
            registered_targets("web", 1, "arn"),
            "(service web) registered 1 targets in (target-group arn)",
        ),
        (
            deregistered_targets("web", 2, "arn"),
            "(service web) deregistered 2 targets in (target-group arn)",
        ),
        (
            registered_instances("web", 1, "httpd"),
            "(service web) registered 1 instances in (elb httpd)",
        ),
        (
            deregistered_instances("web", 1, "httpd"),
            "(service web) deregistered 1 instances in (elb httpd)",
        ),
        (
            draining_connections("web", 2),
            "(service web) has begun draining connections on 2 tasks.",
        ),
        (
            target_unhealthy("web", &on_fargate),
            "(service web) (task 1) (port 8080) is unhealthy in (target-group arn) due to \
             (reason Request timed out).",
        ),
        (
            target_unhealthy("web", &on_instance),
            "(service web) (task 1) (instance i-1) (port 8080) is unhealthy in (target-group \
             arn) due to (reason Request timed out).",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn messages_of_deployments() {
    for (text, expected) in [
        (
            deployment_blocked("web"),
            "(service web) was unable to stop or start tasks during a deployment because of the \
             service deployment configuration. Update the minimumHealthyPercent or maximumPercent \
             value and try again.",
        ),
        (
            deployment_failed("api", "ecs-svc/1"),
            "(service api) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
        ),
        (
            deployment_failed_by_alarm("api", "ecs-svc/1"),
            "(service api) (deployment ecs-svc/1) deployment failed: alarm detected.",
        ),
        (
            deployment_completed("api", "ecs-svc/1"),
            "(service api) (deployment ecs-svc/1) deployment completed.",
        ),
        (
            rolling_back("api", "ecs-svc/1"),
            "(service api) rolling back to deployment ecs-svc/1.",
        ),
        (
            deployment_failed_for(
                "api",
                "ecs-svc/1",
                "Service deployment rolled back because x.",
            ),
            "(service api) (deployment ecs-svc/1) deployment failed: Service deployment rolled \
             back because x.",
        ),
        (
            rollback_failed("api", "ecs-svc/1", NO_ROLLBACK_CANDIDATE),
            "(service api) (deployment ecs-svc/1) rollback has failed. No rollback candidate was \
             found to run the rollback.",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn messages_of_rebalancing_and_task_sets() {
    for (text, expected) in [
        (
            zones_uneven("api", [("a", 3), ("c", 1), ("b", 1)]),
            "(service api) is not AZ balanced with 3 tasks in a, 1 tasks in c, 1 tasks in b. AZ \
             Rebalancing in progress.",
        ),
        (
            zones_even("api", [("a", 1), ("b", 1)]),
            "(service api) is AZ balanced with 1 tasks in a, 1 tasks in b.",
        ),
        (
            started_in_zone("api", "a", ["1"]),
            "(service api) has started 1 tasks in a to AZ Rebalance: (task 1).",
        ),
        (
            stopped_in_zone("api", "a", ["1"]),
            "(service api) has stopped 1 running tasks in a due to AZ rebalancing: (task 1).",
        ),
        (
            no_place_in_zone("api", "a", true),
            "(service api) is unable to place a task in a because no container instance met all \
             of its requirements.",
        ),
        (
            no_place_in_zone("api", "a", false),
            "(service api) is unable to place a task in a.",
        ),
        (
            unable_to_rebalance("api", "ecs-svc/1", "2 tasks under protection"),
            "(service api) was unable to AZ Rebalance because (taskSet ecs-svc/1) was unable to \
             scale in due to (reason 2 tasks under protection)",
        ),
        (
            rebalancing_stopped("api"),
            "(service api) stopped AZ Rebalancing.",
        ),
        (
            task_set_scaled("api", "ecs-svc/1", 2),
            "(service api) updated computedDesiredCount for taskSet ecs-svc/1 to 2.",
        ),
        (
            task_set_steady("api", "ecs-svc/1"),
            "(service api, taskSet ecs-svc/1) updated state to STEADY_STATE.",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn recorded_messages_are_read_and_written() {
    for line in RECORDED.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let kind = format!("{:?}", check_recorded(&case));
        assert_eq!(case["kind"], kind, "{line}");
    }
    assert_eq!(RECORDED.lines().count(), 32);
}

/// What is documented or seen in part, beside the recorded messages.
#[test]
fn other_forms_are_read_and_written() {
    let group = "(target-group arn:aws:elasticloadbalancing:eu-west-2:1:targetgroup/web/1)";
    let unhealthy = format!("is unhealthy in {group} due to (reason Health checks failed)");
    let elb = "is unhealthy in (elb httpd) due to (reason Instance has failed at least the \
               UnhealthyThreshold number of health checks consecutively.)";
    for (text, kind) in [
        (
            format!("(service web) (port 8080) {unhealthy}."),
            MessageKind::PortUnhealthy,
        ),
        (
            format!("(service web) (instance i-1) (port 32875) {unhealthy}"),
            MessageKind::InstanceUnhealthyInTargetGroup,
        ),
        (
            format!("(service web) (task 1a) (instance i-1) (port 32875) {unhealthy}"),
            MessageKind::TaskUnhealthyInTargetGroup,
        ),
        (
            format!("(service web, taskSet ecs-svc/1) (task 1a) (port 8080) {unhealthy}"),
            MessageKind::TaskUnhealthyInTargetGroup,
        ),
        (
            format!("(service web) (instance i-1) {elb}"),
            MessageKind::InstanceUnhealthy,
        ),
        (
            format!("(service web) (task 1a) (instance i-1) {elb}"),
            MessageKind::InstanceUnhealthy,
        ),
        (
            "(service web) operations are being throttled on elb. Will try again later.".to_owned(),
            MessageKind::ThrottledOnElb,
        ),
        (
            format!(
                "(service web) failed to register targets in {group} with (error The following \
                 targets are not in the target group VPC 'vpc-1': 'i-1')"
            ),
            MessageKind::FailedToRegister,
        ),
        (
            "(service web, taskSet ecs-svc/1) was unable to scale in due to (reason 1 tasks under \
             protection)"
                .to_owned(),
            MessageKind::ProtectedTasks,
        ),
        (
            "(service web) was unable to reach steady state because task set (ecs-svc/1) was \
             unable to scale in. Reason: The number of protected tasks are more than the desired \
             count of tasks"
                .to_owned(),
            MessageKind::UnableToScaleIn,
        ),
        (
            "(service web) could not launch 2 tasks for deployment ecs-svc/1.".to_owned(),
            MessageKind::CouldNotLaunch,
        ),
        (
            "(service web) was unable to place tasks in your cluster because the tasks \
             provisioning capacity limit was exceeded."
                .to_owned(),
            MessageKind::ProvisioningLimit,
        ),
        (
            "(service web) deployment failed: tasks failed to start.".to_owned(),
            MessageKind::DeploymentFailed,
        ),
    ] {
        let message = both_ways(&text);
        assert_eq!(message.kind(), kind, "{text}");
        assert!(!message.is_of_console(), "{text}");
    }
}

#[test]
fn what_the_console_makes_of_messages() {
    let cut = " For more information, see the Troubleshooting section.";
    let place = "was unable to place a task because no container instance met all of its \
                 requirements.";
    for (text, wire) in [
        (
            "service web has started 2 tasks: task 1a task 2b.".to_owned(),
            "(service web) has started 2 tasks: (task 1a) (task 2b).".to_owned(),
        ),
        (
            "service web has started 1 tasks: (task 1a).".to_owned(),
            "(service web) has started 1 tasks: (task 1a).".to_owned(),
        ),
        (
            "(service web, taskSet ecs-svc/1) registered 1 targets in target-group web-tg"
                .to_owned(),
            "(service web, taskSet ecs-svc/1) registered 1 targets in (target-group web-tg)"
                .to_owned(),
        ),
        (
            "(service web) deployment ecs-svc/1 deployment failed: alarm detected.".to_owned(),
            "(service web) (deployment ecs-svc/1) deployment failed: alarm detected.".to_owned(),
        ),
        (
            "service web (instance i-1) (port 80) is unhealthy in target-group web-tg due to \
             (reason Request timed out)"
                .to_owned(),
            "(service web) (instance i-1) (port 80) is unhealthy in (target-group web-tg) due to \
             (reason Request timed out)"
                .to_owned(),
        ),
        (
            format!("service web is unable to consistently start tasks successfully.{cut}"),
            unable_to_start_consistently("web"),
        ),
        (
            format!(
                "service web {place} Reason: No Container Instances were found in your cluster.{cut}"
            ),
            unable_to_place("web", &PlacementObstacle::NoInstances),
        ),
        (
            format!(
                "service web {place} The closest matching container-instance 1a has insufficient memory available.{cut}"
            ),
            unable_to_place(
                "web",
                &PlacementObstacle::Closest {
                    instance: "1a",
                    reason: ClosestReason::Memory,
                },
            ),
        ),
    ] {
        let message = both_ways(&text);
        assert!(message.is_of_console(), "{text}");
        assert_eq!(message.on_the_wire().to_string(), wire);
    }

    // It has no service, and the wire has no such message.
    let text = "Deployment [ecs-svc/1] rollback has failed. No rollback candidate was found to run \
                the rollback.";
    let message = both_ways(text);
    assert_eq!(message.kind(), MessageKind::RollbackFailed);
    assert_eq!(message.get(MessageField::Deployment), Some("ecs-svc/1"));
    assert!(message.is_of_console());
    assert_eq!(message.on_the_wire().to_string(), text);
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
        "(service ) has reached a steady state.",
        "(service a b) has reached a steady state.",
        "(service web, taskSet ) has reached a steady state.",
        "service  has reached a steady state.",
        "(service web, taskSet ecs-svc/1) updated computedDesiredCount for taskSet ecs-svc/2 to 1.",
        "(service web) has started 1 tasks: (task ).",
        "(service web) is unable to consistently start tasks successfully.",
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
        let _ = check_recorded(&serde_json::from_str(line).unwrap());
        read += 1;
    }
    assert!(read >= 32, "{read}");
}
