//! Zone rebalancing.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_model::event::EventLevel;
use ecs_model::operation::CreateServiceRequest;
use ecs_model::{Quotas, Request, Service, Timestamp};
use ecs_placement::Recorded;
use ecs_placement::service::rebalance::{
    RebalanceAction, RebalanceEvent, RebalanceRecord, Rebalancing, Zones, check, moves,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn zones(tasks: &[u32]) -> Zones {
    let names = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"];
    names
        .iter()
        .zip(tasks)
        .map(|(zone, tasks)| ((*zone).into(), *tasks))
        .collect()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn told(rebalancing: &mut Rebalancing) -> Vec<(String, String)> {
    let changes = std::iter::from_fn(|| rebalancing.poll_change());
    let told = changes.map(|change| {
        let name = change.event.event_name().unwrap().to_string();
        let level = match &*name {
            "SERVICE_TASK_PLACEMENT_FAILURE" => EventLevel::Error,
            _ => EventLevel::Info,
        };
        assert_eq!(change.event.event_type(), Some(&level), "{name}");
        (name, change.message)
    });
    told.collect()
}

#[test]
fn how_many_moves() {
    for (tasks, expected) in [
        (&[2, 0][..], 1),
        (&[2, 1], 0),
        (&[3, 0], 1),
        (&[3, 1, 1], 1),
        (&[2, 2, 1], 0),
        (&[5, 1, 1], 2),
        (&[4, 2, 0], 2),
        (&[1, 1, 0], 0),
        (&[0, 0, 0], 0),
        (&[7], 0),
        (&[], 0),
    ] {
        assert_eq!(moves(&zones(tasks)).len(), expected, "{tasks:?}");
    }
}

#[test]
fn a_rebalancing_step_by_step() {
    let mut rebalancing = Rebalancing::new("api", "cluster");
    rebalancing.handle_steady(&zones(&[3, 1, 1]), at(0));
    assert_eq!(
        told(&mut rebalancing),
        [(
            "SERVICE_REBALANCING_STARTED".to_owned(),
            "(service api) is not AZ balanced with 3 tasks in us-east-1a, 1 tasks in us-east-1b, \
             1 tasks in us-east-1c. AZ Rebalancing in progress."
                .to_owned()
        )]
    );
    let start = RebalanceAction::Start {
        zone: "us-east-1b".into(),
    };
    assert_eq!(rebalancing.poll_action(), Some(start));
    rebalancing.handle_started("arn:aws:ecs:us-east-1:123456789012:task/main/7", at(1));
    assert_eq!(
        told(&mut rebalancing),
        [(
            "TASKS_STARTED".to_owned(),
            "(service api) has started 1 tasks in us-east-1b to AZ Rebalance: (task 7).".to_owned()
        )]
    );
    // Nothing is stopped before it is healthy.
    assert_eq!(rebalancing.poll_action(), None);
    rebalancing.handle_healthy();
    let stop = RebalanceAction::Stop {
        zone: "us-east-1a".into(),
    };
    assert_eq!(rebalancing.poll_action(), Some(stop));
    rebalancing.handle_stopped("3", &zones(&[2, 2, 1]), at(60));
    assert_eq!(
        told(&mut rebalancing),
        [
            (
                "TASKS_STOPPED".to_owned(),
                "(service api) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: \
                 (task 3)."
                    .to_owned()
            ),
            (
                "SERVICE_REBALANCING_COMPLETED".to_owned(),
                "(service api) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b, \
                 1 tasks in us-east-1c."
                    .to_owned()
            ),
        ]
    );
    assert!(!rebalancing.is_moving());
    rebalancing.handle_steady(&zones(&[2, 2, 1]), at(61));
    assert_eq!(told(&mut rebalancing), []);
    assert_eq!(rebalancing.poll_action(), None);
}

#[test]
fn what_ends_a_rebalancing() {
    let started = || {
        let mut rebalancing = Rebalancing::new("api", "cluster");
        rebalancing.handle_steady(&zones(&[2, 0]), at(0));
        let _ = told(&mut rebalancing);
        rebalancing
    };
    let stopped = (
        "SERVICE_REBALANCING_STOPPED".to_owned(),
        "(service api) stopped AZ Rebalancing.".to_owned(),
    );
    let mut rebalancing = started();
    rebalancing.handle_not_placed(true, at(1));
    assert_eq!(
        told(&mut rebalancing),
        [
            (
                "SERVICE_TASK_PLACEMENT_FAILURE".to_owned(),
                "(service api) is unable to place a task in us-east-1b because no container \
                 instance met all of its requirements."
                    .to_owned()
            ),
            stopped.clone(),
        ]
    );
    // What was asked for and not handed out is not done any more.
    assert_eq!(rebalancing.poll_action(), None);
    let mut rebalancing = started();
    rebalancing.handle_started("7", at(1));
    rebalancing.handle_healthy();
    let _ = told(&mut rebalancing);
    rebalancing.handle_protected("ecs-svc/1", "2 tasks under protection", at(2));
    assert_eq!(
        told(&mut rebalancing),
        [
            (
                "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION".to_owned(),
                "(service api) was unable to AZ Rebalance because (taskSet ecs-svc/1) was unable \
                 to scale in due to (reason 2 tasks under protection)"
                    .to_owned()
            ),
            stopped.clone(),
        ]
    );
    let mut rebalancing = started();
    rebalancing.handle_interrupted(at(1));
    assert_eq!(told(&mut rebalancing), [stopped]);
    rebalancing.handle_interrupted(at(2));
    assert_eq!(told(&mut rebalancing), []);
}

/// Whether a request for such a service is refused that asks for it.
fn is_refused(document: &Value) -> bool {
    let mut request = document.as_object().unwrap().clone();
    request.insert("serviceName".to_owned(), json!("web"));
    request.insert("availabilityZoneRebalancing".to_owned(), json!("ENABLED"));
    let request: CreateServiceRequest = serde_json::from_value(Value::Object(request)).unwrap();
    let findings = request.validate(&Quotas::current());
    let mut rules = findings.iter().map(|one| one.rule.id);
    rules.any(|id| id == "availability-zone-rebalancing")
}

/// Requests are refused by a rule of theirs; both say the same, except that the rule does not look
/// at controllers.
#[test]
fn which_services_are_rebalanced() {
    let checked = |document: Value| {
        let has_controller = document.get("deploymentController").is_some();
        let is_refused = is_refused(&document);
        let service: Service = serde_json::from_value(document).unwrap();
        let checked = check(&service).map_err(|refusal| refusal.to_string());
        assert_eq!(is_refused, checked.is_err() && !has_controller);
        checked
    };
    let zone = "attribute:ecs.availability-zone";
    assert_eq!(checked(json!({})), Ok(()));
    let spread = json!([{"type": "spread", "field": zone}, {"type": "binpack", "field": "cpu"}]);
    assert_eq!(checked(json!({"placementStrategy": spread})), Ok(()));
    let percent = json!({"maximumPercent": 101});
    assert_eq!(checked(json!({"deploymentConfiguration": percent})), Ok(()));
    for (document, text) in [
        (
            json!({"schedulingStrategy": "DAEMON"}),
            "a service with scheduling strategy `DAEMON` is not rebalanced",
        ),
        (
            json!({"launchType": "EXTERNAL"}),
            "a service with launch type `EXTERNAL` is not rebalanced",
        ),
        (
            json!({"deploymentController": {"type": "CODE_DEPLOY"}}),
            "a service with deployment controller `CODE_DEPLOY` is not rebalanced",
        ),
        (
            json!({"deploymentConfiguration": {"maximumPercent": 100}}),
            "a service whose `maximumPercent` is 100 is not rebalanced",
        ),
        (
            json!({"loadBalancers": [{"loadBalancerName": "old"}]}),
            "a service behind the Classic Load Balancer `old` is not rebalanced",
        ),
        (
            json!({"placementStrategy": [{"type": "spread", "field": "instanceId"}]}),
            "a service is rebalanced only if its first strategy spreads over \
             `ecs.availability-zone`",
        ),
        (
            json!({"placementStrategy": [{"type": "binpack", "field": "cpu"}]}),
            "a service is rebalanced only if its first strategy spreads over \
             `ecs.availability-zone`",
        ),
        (
            json!({"placementConstraints": [{"type": "memberOf",
                "expression": "attribute:ecs.availability-zone == us-east-1a"}]}),
            "a service with the constraint `attribute:ecs.availability-zone == us-east-1a` is not \
             rebalanced",
        ),
    ] {
        assert_eq!(checked(document), Err(text.to_owned()));
    }
}

fn event() -> impl Strategy<Value = RebalanceEvent> {
    let some = || proptest::collection::vec(0_u32..6, 0..4).prop_map(|tasks| zones(&tasks));
    prop_oneof![
        some().prop_map(|zones| RebalanceEvent::Steady { zones }),
        Just(RebalanceEvent::Started { task: "1".into() }),
        Just(RebalanceEvent::Healthy),
        some().prop_map(|zones| RebalanceEvent::Stopped {
            task: "2".into(),
            zones
        }),
        any::<bool>().prop_map(|no_instance_has_room| RebalanceEvent::NotPlaced {
            no_instance_has_room,
        }),
        Just(RebalanceEvent::Protected {
            deployment: "d".into(),
            reason: "r".to_owned()
        }),
        Just(RebalanceEvent::Interrupted),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// As few moves as there can be, after which every zone has its part, rounded down or up.
    #[test]
    fn moves_even_out_and_no_more(tasks in proptest::collection::vec(0_u32..30, 1..4)) {
        let before = zones(&tasks);
        let mut after = before.clone();
        let moves = moves(&before);
        for one in &moves {
            *after.get_mut(&one.from).unwrap() -= 1;
            *after.get_mut(&one.to).unwrap() += 1;
        }
        let sum: u32 = tasks.iter().sum();
        let parts = u32::try_from(tasks.len()).unwrap();
        let (low, high) = (sum / parts, sum.div_ceil(parts));
        prop_assert!(after.values().all(|has| (low..=high).contains(has)), "{after:?}");
        let above: u32 = tasks.iter().map(|has| has.saturating_sub(high)).sum();
        let below: u32 = tasks.iter().map(|has| low.saturating_sub(*has)).sum();
        prop_assert_eq!(u32::try_from(moves.len()).unwrap(), above.max(below));
    }

    /// Records and saved states say all there is, and a second record of the same steady state
    /// does nothing.
    #[test]
    fn copies_do_the_same(events in proptest::collection::vec(event(), 0..60)) {
        let mut rebalancing = Rebalancing::new("api", "cluster");
        let mut copy = rebalancing.clone();
        for (second, event) in events.into_iter().enumerate() {
            let now = at(i64::try_from(second).unwrap());
            let is_steady = matches!(event, RebalanceEvent::Steady { .. });
            let again = event.clone();
            if let Some(record) = rebalancing.decide(event, now).record {
                let written = serde_json::to_string(&record).unwrap();
                let read: RebalanceRecord = serde_json::from_str(&written).unwrap();
                rebalancing.apply(&record);
                let saved = serde_json::to_string(&copy).unwrap();
                copy = serde_json::from_str(&saved).unwrap();
                copy.apply(&read);
            }
            prop_assert_eq!(&rebalancing, &copy);
            if is_steady {
                prop_assert_eq!(rebalancing.decide(again, now).record, None);
            }
        }
    }
}
