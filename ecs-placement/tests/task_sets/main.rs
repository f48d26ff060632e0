//! Task sets of services that Amazon ECS does not deploy.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use ecs_model::Timestamp;
use ecs_model::operation::CreateTaskSetRequest;
use ecs_placement::Recorded;
use ecs_placement::service::task_sets::{
    MOST_TASK_SETS, TaskSetAction, TaskSetEvent, TaskSetRecord, TaskSetScale, TaskSetTasks,
    TaskSets,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const SERVICE: &str = "arn:aws:ecs:us-east-1:123456789012:service/main/web";
const CLUSTER: &str = "arn:aws:ecs:us-east-1:123456789012:cluster/main";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn sets(desired: u32) -> TaskSets {
    TaskSets::new(SERVICE, CLUSTER, desired)
}

fn request(scale: Value) -> CreateTaskSetRequest {
    serde_json::from_value(
        json!({"service": "web", "cluster": "main", "taskDefinition": "web:1",
        "externalId": "release-7", "launchType": "FARGATE", "scale": scale}),
    )
    .unwrap()
}

fn percent(value: f64) -> CreateTaskSetRequest {
    request(json!({"value": value, "unit": "PERCENT"}))
}

fn messages(sets: &mut TaskSets) -> Vec<String> {
    std::iter::from_fn(|| sets.poll_message()).collect()
}

fn scaled(sets: &mut TaskSets) -> Vec<(String, u32)> {
    let actions = std::iter::from_fn(|| sets.poll_action());
    let scaled = actions.filter_map(|action| match action {
        TaskSetAction::Scale { task_set, tasks } => Some((task_set.to_string(), tasks)),
        _ => None,
    });
    scaled.collect()
}

#[test]
fn parts_of_the_desired_count() {
    for (desired, value, expected) in [
        (3, 40.0, 2),
        (10, 33.3, 4),
        (5, 10.0, 1),
        (10, 0.0, 0),
        (7, 100.0, 7),
        (3, 33.333_334, 2),
        (1_000, 0.1, 1),
        (1_000, 0.3, 3),
    ] {
        let scale = TaskSetScale::percent(value).unwrap();
        assert_eq!(scale.of_count(desired), expected, "{desired} at {value}");
    }
}

#[test]
fn from_creation_to_deletion() {
    let mut sets = sets(3);
    let blue = sets.create("ecs-svc/1", &percent(100.0), at(0)).unwrap();
    assert_eq!(
        serde_json::to_value(&blue).unwrap(),
        json!({
            "id": "ecs-svc/1",
            "taskSetArn": "arn:aws:ecs:us-east-1:123456789012:task-set/main/web/ecs-svc/1",
            "serviceArn": SERVICE,
            "clusterArn": CLUSTER,
            "externalId": "release-7",
            "status": "ACTIVE",
            "taskDefinition": "web:1",
            "computedDesiredCount": 3,
            "pendingCount": 0,
            "runningCount": 0,
            "createdAt": 0,
            "updatedAt": 0,
            "launchType": "FARGATE",
            "scale": {"value": 100.0, "unit": "PERCENT"},
            "stabilityStatus": "STABILIZING",
            "stabilityStatusAt": 0,
        })
    );
    sets.make_primary("ecs-svc/1", at(1)).unwrap();
    assert_eq!(sets.primary().unwrap().status(), Some("PRIMARY"));
    assert_eq!(scaled(&mut sets), [("ecs-svc/1".to_owned(), 3)]);
    sets.handle_tasks("ecs-svc/1", TaskSetTasks::new(3, 0, 2), at(5))
        .unwrap();
    assert_eq!(messages(&mut sets), Vec::<String>::new());
    sets.handle_tasks("ecs-svc/1", TaskSetTasks::new(3, 0, 3), at(6))
        .unwrap();
    let steady = "(service web, taskSet ecs-svc/1) updated state to STEADY_STATE.";
    assert_eq!(messages(&mut sets), [steady]);
    let mut draining = TaskSetTasks::new(3, 0, 3);
    draining.draining = 1;
    sets.handle_tasks("ecs-svc/1", draining, at(7)).unwrap();
    let primary = serde_json::to_value(sets.primary().unwrap()).unwrap();
    assert_eq!(primary["stabilityStatus"], "STABILIZING");
    assert_eq!(primary["stabilityStatusAt"], 7);

    // A green one comes, is scaled up and becomes primary.
    sets.create("ecs-svc/2", &request(Value::Null), at(10))
        .unwrap();
    sets.handle_tasks("ecs-svc/2", TaskSetTasks::default(), at(10))
        .unwrap();
    let _ = scaled(&mut sets);
    let _ = messages(&mut sets);
    sets.update("ecs-svc/2", TaskSetScale::percent(50.0).unwrap(), at(11))
        .unwrap();
    assert_eq!(scaled(&mut sets), [("ecs-svc/2".to_owned(), 2)]);
    let updated = "(service web) updated computedDesiredCount for taskSet ecs-svc/2 to 2.";
    assert_eq!(messages(&mut sets), [updated]);
    sets.make_primary("ecs-svc/2", at(12)).unwrap();
    let statuses: Vec<_> = sets
        .describe()
        .iter()
        .map(|set| set.status().unwrap().to_owned())
        .collect();
    assert_eq!(statuses, ["ACTIVE", "PRIMARY"]);

    // The service scales with all its task sets.
    sets.handle_desired_count(4, at(13));
    assert_eq!(scaled(&mut sets), [("ecs-svc/1".to_owned(), 4)]);
    let refused = sets.delete("ecs-svc/1", false, at(14)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the task set `ecs-svc/1` is not scaled to 0 and not deleted by force"
    );
    let arn = blue.task_set_arn().unwrap();
    let going = sets.delete(arn, true, at(15)).unwrap();
    assert_eq!(going.status(), Some("DRAINING"));
    assert_eq!(scaled(&mut sets), [("ecs-svc/1".to_owned(), 0)]);
    assert_eq!(
        sets.make_primary("ecs-svc/1", at(16))
            .unwrap_err()
            .to_string(),
        "the task set `ecs-svc/1` is being deleted"
    );
    sets.handle_tasks("ecs-svc/1", TaskSetTasks::default(), at(17))
        .unwrap();
    assert_eq!(sets.describe().len(), 1);
    let gone = sets.delete("ecs-svc/1", true, at(18)).unwrap_err();
    assert_eq!(gone.to_string(), "the task set `ecs-svc/1` is not known");
    assert_eq!(
        gone.exception().to_string(),
        "TaskSetNotFoundException: the task set `ecs-svc/1` is not known"
    );
}

#[test]
fn refusals() {
    let mut sets = sets(1);
    let number = |number: usize| format!("ecs-svc/{number}");
    for one in 0..MOST_TASK_SETS {
        sets.create(&number(one), &percent(0.0), at(0)).unwrap();
    }
    let error = sets.create("ecs-svc/9", &percent(0.0), at(0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the service has 5 task sets and cannot have more"
    );
    assert_eq!(
        error.exception().to_string(),
        "InvalidParameterException: 5 deployments exist on the service. Unable to create new \
         TaskSet since this exceeds the maximum limit."
    );
    assert_eq!(
        sets.create("ecs-svc/1", &percent(0.0), at(0))
            .unwrap_err()
            .to_string(),
        "the id `ecs-svc/1` is already used"
    );
    // One without tasks is gone at once.
    sets.delete("ecs-svc/1", false, at(1)).unwrap();
    assert_eq!(sets.describe().len(), MOST_TASK_SETS - 1);
    assert_eq!(
        sets.create("ecs-svc/1", &percent(100.1), at(0))
            .unwrap_err()
            .to_string(),
        "`100.1` is not from 0 to 100 percent"
    );
    let tasks = request(json!({"value": 1.0, "unit": "TASKS"}));
    assert_eq!(
        sets.create("ecs-svc/1", &tasks, at(0))
            .unwrap_err()
            .to_string(),
        "`TASKS` is not the unit PERCENT"
    );
}

fn event() -> impl Strategy<Value = TaskSetEvent> {
    let id = || (0_u8..7).prop_map(|number| format!("ecs-svc/{number}").into());
    prop_oneof![
        (id(), 0.0_f64..100.0).prop_map(|(task_set, value)| TaskSetEvent::Create {
            task_set,
            request: Box::new(percent(value)),
        }),
        (id(), 0.0_f64..100.0).prop_map(|(task_set, value)| TaskSetEvent::Update {
            task_set,
            scale: TaskSetScale::percent(value).unwrap(),
        }),
        id().prop_map(|task_set| TaskSetEvent::MakePrimary { task_set }),
        (id(), any::<bool>())
            .prop_map(|(task_set, by_force)| TaskSetEvent::Delete { task_set, by_force }),
        (id(), 0_u32..9, 0_u32..2, 0_u32..9).prop_map(|(task_set, running, pending, healthy)| {
            TaskSetEvent::Tasks {
                task_set,
                tasks: TaskSetTasks::new(running, pending, healthy.min(running)),
            }
        }),
        (0_u32..20).prop_map(TaskSetEvent::DesiredCount),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    /// Records and saved states say all there is; there is one primary at the most, and a task set
    /// is steady only with the tasks it shall have.
    #[test]
    fn laws(events in proptest::collection::vec(event(), 0..60)) {
        let mut sets = sets(4);
        let mut copy = sets.clone();
        for (second, event) in events.into_iter().enumerate() {
            let now = at(i64::try_from(second).unwrap());
            let before = sets.clone();
            let decision = sets.decide(event, now);
            prop_assert_eq!(&sets, &before);
            prop_assert!(decision.outcome.is_ok() || decision.record.is_none());
            let Some(record) = decision.record else {
                continue;
            };
            let written = serde_json::to_string(&record).unwrap();
            let read: TaskSetRecord = serde_json::from_str(&written).unwrap();
            sets.apply(&record).unwrap();
            let saved = serde_json::to_string(&copy).unwrap();
            copy = serde_json::from_str(&saved).unwrap();
            copy.apply(&read).unwrap();
            prop_assert_eq!(&sets, &copy);
            let documents = sets.describe();
            let primaries = documents.iter().filter(|set| set.status() == Some("PRIMARY"));
            prop_assert!(primaries.count() <= 1);
            for set in documents {
                let is_steady = set.stability_status().map(|status| status.as_str())
                    == Some("STEADY_STATE");
                if is_steady {
                    prop_assert_eq!(set.running_count(), set.computed_desired_count());
                }
            }
        }
    }
}

#[test]
fn a_scale_is_read_within_its_bounds() {
    let scale = TaskSetScale::percent(33.3).unwrap();
    let written = serde_json::to_string(&scale).unwrap();
    assert_eq!(written, "33300000");
    assert_eq!(
        serde_json::from_str::<TaskSetScale>(&written).unwrap(),
        scale
    );
    let error = serde_json::from_str::<TaskSetScale>("200000000").unwrap_err();
    assert!(error.to_string().contains("`200`"), "{error}");
}
