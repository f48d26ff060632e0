//! What else happens to a service while a deployment shifts its traffic, and after it.

use ecs_model::TaskStatus;
use ecs_placement::deployment::shift::{
    NETWORK_LOAD_BALANCER_DELAY, ShiftAction, ShiftEvent, ShiftStatus, Stage,
};
use ecs_placement::service::{Services, TargetHealth};
use serde_json::{Value, json};

use crate::shifting::{Shifting, balanced, canary, weights};
use crate::world::{World, at};

fn plain_canary() -> Value {
    json!({"strategy": "CANARY",
        "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2}})
}

fn unhealthy(shifting: &mut Shifting, task: &str) {
    let _ = shifting.world.observe(task, TaskStatus::Running, |seen| {
        seen.target = Some(TargetHealth::Unhealthy {
            target_group: "blue-group".into(),
            reason: "Request timed out".into(),
            address: None,
        });
    });
}

#[test]
fn a_breaker_or_an_alarm_that_comes_later_is_for_the_next_deployment() {
    let updates = [
        json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}}),
        json!({"alarms": {"enable": true, "rollback": true, "alarmNames": ["errors"]}}),
    ];
    for update in updates {
        let mut shifting = Shifting::settled(plain_canary());
        shifting.deploy("web:2");
        shifting.run(60);
        shifting
            .world
            .update(json!({"deploymentConfiguration": update}));
        let now = at(shifting.world.now);
        shifting.world.services.observe_alarm("errors", true, now);
        let actions = shifting.world.settle();
        shifting.world.take(actions);
        let task = shifting.world.tasks(|task| task.definition == "web:2");
        for task in task {
            unhealthy(&mut shifting, &task);
        }
        let actions = shifting.world.settle();
        shifting.world.take(actions);
        shifting.run(1_000);
        assert_eq!(shifting.status(), ShiftStatus::Successful, "{update}");
    }
}

#[test]
fn an_alarm_that_is_added_to_those_of_a_deployment_is_not_heeded_by_it() {
    let mut with_alarm = plain_canary();
    with_alarm["alarms"] = json!({"enable": true, "rollback": true, "alarmNames": ["errors"]});
    let mut shifting = Shifting::settled(with_alarm);
    shifting.deploy("web:2");
    shifting.run(60);
    shifting
        .world
        .update(json!({"deploymentConfiguration": {"alarms":
        {"enable": true, "rollback": true, "alarmNames": ["late", "errors"]}}}));
    let now = at(shifting.world.now);
    shifting.world.services.observe_alarm("late", true, now);
    assert_eq!(shifting.world.settle(), []);
    shifting.world.services.observe_alarm("errors", true, now);
    shifting.run(600);
    assert_eq!(shifting.status(), ShiftStatus::RollbackSuccessful);
}

#[test]
fn what_was_unhealthy_meanwhile_is_not_replaced_once_it_is_over() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    let sick = shifting.world.tasks(|task| task.definition == "web:1");
    unhealthy(&mut shifting, &sick[0]);
    shifting.reconcile();
    shifting.tasks();
    shifting.reconcile();
    assert_eq!(shifting.of("web:1"), 3, "it has another in its place");
    assert_eq!(shifting.world.deployments()[1].desired_count(), Some(3));
    let started = shifting.world.started;
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!(shifting.world.started, started);
    assert_eq!(shifting.world.deployments().len(), 1);
}

#[test]
fn a_strategy_takes_the_place_of_another() {
    let mut shifting = Shifting::settled(canary());
    let strategies = [
        json!({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 50.0}}),
        json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}),
        json!({"strategy": "CANARY"}),
        json!({"strategy": "ROLLING"}),
    ];
    for strategy in strategies {
        shifting
            .world
            .update(json!({"deploymentConfiguration": strategy}));
        let service = shifting.world.describe();
        let now = serde_json::to_value(service.deployment_configuration()).unwrap();
        assert_eq!(now["strategy"], strategy["strategy"]);
        assert_eq!(
            now.get("linearConfiguration"),
            strategy.get("linearConfiguration")
        );
        assert_eq!(now.get("canaryConfiguration"), None);
        assert_eq!(now["bakeTimeInMinutes"], 5);
    }
    let error = shifting.world.try_update(json!({"deploymentConfiguration":
        {"strategy": "LINEAR", "canaryConfiguration": {"canaryPercent": 10.0}}}));
    assert_eq!(
        error.unwrap_err().to_string(),
        "the request is refused: error[deployment-strategy-configuration] \
         /deploymentConfiguration/canaryConfiguration: it belongs to strategy `CANARY`, not `LINEAR`"
    );
}

#[test]
fn a_way_back_that_failed_leaves_the_traffic_where_it_is_for_the_next() {
    let mut hooked = canary();
    hooked["lifecycleHooks"] = json!([{"hookTargetArn": "f", "roleArn": "r",
        "lifecycleStages": ["POST_PRODUCTION_TRAFFIC_SHIFT"]}]);
    let mut shifting = Shifting::settled(hooked);
    shifting.deploy("web:2");
    shifting.run(60);
    assert_eq!(weights(&shifting), ["10.0"]);
    let now = at(shifting.world.now);
    let services = &mut shifting.world.services;
    services.stop_deployment("web", now).unwrap();
    shifting.answers = false;
    shifting.reconcile();
    let problem = "no listener".to_owned();
    let event = ShiftEvent::InvalidNetworking { problem };
    shifting.world.services.shift("web", event, now).unwrap();
    shifting.reconcile();
    assert_eq!(shifting.status(), ShiftStatus::RollbackFailed);
    let failed = "rollback has failed. Service deployment rolled back because of invalid \
                  networking configuration: no listener";
    let events = shifting.world.events();
    assert!(
        events.iter().any(|event| event.contains(failed)),
        "{events:#?}"
    );
    // Users may be on either revision: both are kept, but nothing is started for the failed one.
    shifting.world.update(json!({"desiredCount": 4}));
    shifting.run(120);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (4, 3));
    shifting.answers = true;
    shifting.deploy("web:3");
    shifting.run(2_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    let document = shifting.world.services.service_deployment("web").unwrap();
    let sources = document.source_service_revisions().len();
    assert_eq!(sources, 2, "it began with both");
    assert_eq!(shifting.of("web:3"), 4);
    assert_eq!(shifting.world.tasks.len(), 4);
}

#[test]
fn a_newer_deployment_ends_a_way_back() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    let now = at(shifting.world.now);
    let services = &mut shifting.world.services;
    services.stop_deployment("web", now).unwrap();
    shifting.answers = false;
    shifting.reconcile();
    assert_eq!(shifting.status(), ShiftStatus::RollbackInProgress);
    shifting.answers = true;
    shifting.deploy("web:3");
    let events = shifting.world.events();
    let failed = "rollback has failed. ";
    assert!(
        events.iter().any(|event| event.contains(failed)),
        "{events:#?}"
    );
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!(shifting.of("web:3"), 3);
}

#[test]
fn a_first_deployment_that_failed_is_over_once_its_tasks_are_gone() {
    let mut hooked = canary();
    hooked["lifecycleHooks"] = json!([{"hookTargetArn": "f", "roleArn": "r",
        "lifecycleStages": ["POST_SCALE_UP"]}]);
    let mut shifting = Shifting::created(hooked);
    shifting.answers = false;
    shifting.run(60);
    shifting.fail_hook();
    shifting.run(120);
    assert_eq!(shifting.status(), ShiftStatus::RollbackFailed);
    assert_eq!(shifting.world.tasks.len(), 0);
    let waits = |shifting: &Shifting| {
        let now = at(shifting.world.now);
        let cell = &shifting.world.cell;
        let waits = shifting.world.services.explain("web", cell, now).unwrap();
        waits.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let waits = waits(&shifting);
    assert!(
        waits[0].ends_with("has failed, nothing more is started for it"),
        "{waits:?}"
    );
    // All traffic leads to it, and from there to the next one.
    shifting.answers = true;
    shifting.asked.clear();
    shifting.deploy("web:2");
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!(weights(&shifting), ["10.0", "100.0"]);
}

#[test]
fn a_network_load_balancer_is_given_its_ten_minutes() {
    let listener = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/net/web/1/2";
    let rule = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/web/1/2/3";
    let took = |production: &str| {
        let mut request = balanced(json!({"strategy": "BLUE_GREEN"}));
        let advanced = &mut request["loadBalancers"][0]["advancedConfiguration"];
        advanced["productionListenerRule"] = json!(production);
        advanced["testListenerRule"] = Value::Null;
        let mut world = World::new(100_000);
        let ports = json!({"portMappings": [{"containerPort": 80}]});
        world.try_create(request, ports).unwrap();
        let mut shifting = Shifting {
            world,
            asked: Vec::new(),
            answers: true,
        };
        shifting.run(2_000);
        shifting.deploy("web:2");
        let begin = shifting.world.now;
        shifting.run(60);
        while shifting.stage() != Stage::BakeTime {
            shifting.run(60);
        }
        shifting.world.now - begin
    };
    let delay = i64::try_from(NETWORK_LOAD_BALANCER_DELAY.as_secs()).unwrap();
    assert_eq!(took(listener) - took(rule), delay);
}

#[test]
fn traffic_that_is_split_comes_to_one_revision_before_the_next_one_rolls() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    assert_eq!(weights(&shifting), ["10.0"]);
    let hooks = json!([{"targetType": "PAUSE",
        "lifecycleStages": ["RECONCILE_SERVICE", "PRE_SCALE_UP"]}]);
    shifting.world.update(json!({"taskDefinition": "web:3",
        "deploymentConfiguration": {"strategy": "ROLLING", "lifecycleHooks": hooks}}));
    shifting.answers = false;
    shifting.reconcile();
    let far = |shifting: &Shifting| {
        let document = shifting.world.services.service_deployment("web").unwrap();
        let (status, stage) = (document.status().unwrap(), document.lifecycle_stage());
        format!("{status} {}", stage.unwrap())
    };
    assert_eq!(far(&shifting), "IN_PROGRESS RECONCILE_SERVICE");
    let Some(ShiftAction::ShiftProduction { traffic }) = shifting.asked.last().cloned() else {
        panic!("{:?}", shifting.asked);
    };
    assert_eq!(
        traffic
            .iter()
            .filter(|(_, weight)| weight.tenths() > 0)
            .count(),
        1
    );
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 3));
    // The service deployment that was under way has stopped; there is one for each change.
    let request = serde_json::from_value(json!({"cluster": "prod", "service": "web"})).unwrap();
    let list = shifting.world.services.list_service_deployments(&request);
    let list = list.unwrap();
    let statuses = list.service_deployments().iter();
    let statuses: Vec<_> = statuses.map(|one| one.status().unwrap().as_str()).collect();
    assert_eq!(statuses, ["IN_PROGRESS", "STOPPED", "SUCCESSFUL"]);
    shifting.answers = true;
    let event = ShiftEvent::ProductionShifted(traffic);
    let now = at(shifting.world.now);
    shifting.world.services.shift("web", event, now).unwrap();
    shifting.run(120);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 0));
    assert_eq!(far(&shifting), "IN_PROGRESS PRE_SCALE_UP");
    assert!(shifting.world.services.shifting_deployment("web").is_none());
    let document = shifting.world.services.service_deployment("web").unwrap();
    let pause = document.lifecycle_hook_details()[0].hook_id().unwrap();
    let event = ShiftEvent::Continue {
        hook_id: pause.into(),
        action: None,
    };
    let now = at(shifting.world.now);
    shifting.world.services.shift("web", event, now).unwrap();
    shifting.run(600);
    assert_eq!(shifting.of("web:3"), 3);
    assert_eq!(shifting.world.tasks.len(), 3);
    let state = shifting.world.state();
    assert_eq!(state, ("web:3".to_owned(), "COMPLETED".to_owned()));
}

/// A canary with a tenth of the traffic, which a rolling deployment follows.
fn split_and_rolling() -> Shifting {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    shifting.answers = false;
    shifting.world.update(json!({"taskDefinition": "web:3",
        "deploymentConfiguration": {"strategy": "ROLLING"}}));
    shifting.reconcile();
    shifting
}

#[test]
fn a_stop_before_split_traffic_has_come_to_one_revision() {
    let mut shifting = split_and_rolling();
    let now = at(shifting.world.now);
    let stop = ShiftEvent::Stop { stop_type: None };
    shifting.world.services.shift("web", stop, now).unwrap();
    let traffic = shifting.asked.last().cloned();
    let Some(ShiftAction::ShiftProduction { traffic }) = traffic else {
        panic!("{traffic:?}");
    };
    let event = ShiftEvent::ProductionShifted(traffic);
    shifting.world.services.shift("web", event, now).unwrap();
    shifting.answers = true;
    shifting.run(600);
    assert_eq!((shifting.of("web:1"), shifting.world.tasks.len()), (3, 3));
    let document = shifting.world.services.service_deployment("web").unwrap();
    assert_eq!(document.status().unwrap().as_str(), "ROLLBACK_SUCCESSFUL");
}

#[test]
fn traffic_that_cannot_come_to_one_revision_fails_the_deployment_that_waits_for_it() {
    let mut shifting = split_and_rolling();
    for _ in 0..2 {
        let problem = "no listener".to_owned();
        let event = ShiftEvent::InvalidNetworking { problem };
        let now = at(shifting.world.now);
        shifting.world.services.shift("web", event, now).unwrap();
    }
    let document = shifting.world.services.service_deployment("web").unwrap();
    assert_eq!(document.status().unwrap().as_str(), "ROLLBACK_FAILED");
    assert_eq!(
        document.status_reason(),
        Some(
            "Service deployment rolled back because of invalid networking configuration: no \
             listener"
        )
    );
    // The next one has to bring it together anew.
    shifting.answers = true;
    shifting.deploy("web:4");
    shifting.run(1_000);
    assert_eq!((shifting.of("web:4"), shifting.world.tasks.len()), (3, 3));
    let document = shifting.world.services.service_deployment("web").unwrap();
    assert_eq!(document.status().unwrap().as_str(), "SUCCESSFUL");
}

#[test]
fn what_shifts_traffic_overtakes_a_deployment_that_waits_for_one_revision() {
    let mut shifting = split_and_rolling();
    let saved = serde_json::to_string(&shifting.world.services).unwrap();
    shifting.world.services = serde_json::from_str::<Services>(&saved).unwrap();
    assert_eq!(
        serde_json::to_string(&shifting.world.services).unwrap(),
        saved
    );
    shifting.answers = true;
    shifting.world.update(json!({"taskDefinition": "web:4",
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}}));
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:4"), shifting.world.tasks.len()), (3, 3));
}

#[test]
fn a_rolling_deployment_follows_one_that_has_moved_nothing() {
    let mut paused = canary();
    paused["lifecycleHooks"] =
        json!([{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]);
    let mut shifting = Shifting::created(paused);
    shifting.run(120);
    assert_eq!(shifting.stage(), Stage::PreScaleUp);
    shifting.world.update(json!({"taskDefinition": "web:2",
        "deploymentConfiguration": {"strategy": "ROLLING", "lifecycleHooks": []}}));
    shifting.run(600);
    assert_eq!(shifting.of("web:2"), 3);
    assert!(shifting.world.services.shifting_deployment("web").is_none());
}

#[test]
fn one_that_is_stopped_before_it_begins_does_not_roll_out() {
    let mut shifting = Shifting::settled(canary());
    let old = shifting.world.deployments()[0].id().unwrap().to_owned();
    shifting.deploy("web:2");
    let now = at(shifting.world.now);
    let services = &mut shifting.world.services;
    services.stop_deployment("web", now).unwrap();
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Stopped);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 0));
    let deployments = shifting.world.deployments();
    assert_eq!(deployments[0].id(), Some(&*old));
    let state = shifting.world.state();
    assert_eq!(state, ("web:1".to_owned(), "COMPLETED".to_owned()));
}

fn bad_network(shifting: &mut Shifting) {
    let problem = "no listener".to_owned();
    let event = ShiftEvent::InvalidNetworking { problem };
    let now = at(shifting.world.now);
    shifting.world.services.shift("web", event, now).unwrap();
    shifting.reconcile();
}

#[test]
fn a_revision_that_has_never_been_healthy_is_not_waited_for() {
    let mut shifting = Shifting::created(canary());
    shifting.reconcile();
    bad_network(&mut shifting);
    shifting.tasks();
    shifting.deploy("web:2");
    shifting.reconcile();
    bad_network(&mut shifting);
    // All traffic leads to the first, whose tasks are gone, and the second has some.
    shifting.deploy("web:3");
    shifting.run(2_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:3"), shifting.world.tasks.len()), (3, 3));
}

#[test]
fn a_revision_whose_tasks_have_stopped_since_has_none() {
    let mut request = balanced(canary());
    request["desiredCount"] = json!(2);
    let mut world = World::new(100);
    let ports = json!({"portMappings": [{"containerPort": 80}]});
    world.try_create(request, ports).unwrap();
    let mut shifting = Shifting {
        world,
        asked: Vec::new(),
        answers: true,
    };
    shifting.reconcile();
    bad_network(&mut shifting);
    // The tasks of the first have not stopped, so that there is no room for the second.
    shifting.deploy("web:2");
    shifting.reconcile();
    bad_network(&mut shifting);
    shifting.tasks();
    shifting.reconcile();
    shifting.deploy("web:3");
    shifting.run(2_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:3"), shifting.world.tasks.len()), (2, 2));
}

#[test]
fn a_deleted_service_shifts_no_more() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    shifting.asked.clear();
    shifting.world.delete(true).unwrap();
    shifting.run(1_000);
    assert_eq!(shifting.asked, []);
    assert_eq!(shifting.world.tasks.len(), 0);
    assert!(shifting.world.services.service_deployment("web").is_none());
    let saved = serde_json::to_string(&shifting.world.services).unwrap();
    assert!(serde_json::from_str::<Services>(&saved).is_ok());
}
