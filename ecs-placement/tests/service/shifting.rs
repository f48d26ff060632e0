//! Services whose deployments shift traffic.

use ecs_model::deployment::DeploymentLifecycleHookAction;
use ecs_model::{Event, TaskStatus};
use ecs_placement::deployment::shift::{
    HookAnswer, ShiftAction, ShiftEvent, ShiftStatus, ShiftWait, Stage,
};
use ecs_placement::service::{ServiceAction, Services, TargetHealth, Wait};
use serde_json::{Value, json};

use crate::world::{World, at};

/// A world that does what deployments ask for, and what it was asked for.
pub(crate) struct Shifting {
    pub(crate) world: World,
    pub(crate) asked: Vec<ShiftAction>,
    /// Whether traffic moves and hooks answer.
    pub(crate) answers: bool,
}

pub(crate) fn balanced(mut configuration: Value) -> Value {
    configuration["bakeTimeInMinutes"] = json!(5);
    json!({
        "desiredCount": 3,
        "deploymentConfiguration": configuration,
        "loadBalancers": [{"targetGroupArn": "blue-group", "containerName": "web",
            "containerPort": 80, "advancedConfiguration": {
                "alternateTargetGroupArn": "green-group",
                "productionListenerRule": "rule", "testListenerRule": "test-rule",
                "roleArn": "role"}}],
    })
}

impl Shifting {
    /// A service of three tasks that is new.
    pub(crate) fn created(configuration: Value) -> Self {
        let mut world = World::new(100_000);
        let ports = json!({"portMappings": [{"containerPort": 80}]});
        world.try_create(balanced(configuration), ports).unwrap();
        Self {
            world,
            asked: Vec::new(),
            answers: true,
        }
    }

    /// A service of three tasks whose first deployment is done.
    pub(crate) fn settled(configuration: Value) -> Self {
        let mut shifting = Self::created(configuration);
        shifting.run(2_000);
        assert_eq!(shifting.status(), ShiftStatus::Successful);
        shifting.asked.clear();
        shifting
    }

    pub(crate) fn status(&self) -> ShiftStatus {
        self.world
            .services
            .shifting_deployment("web")
            .unwrap()
            .status()
    }

    pub(crate) fn stage(&self) -> Stage {
        self.world
            .services
            .shifting_deployment("web")
            .unwrap()
            .stage()
            .unwrap()
    }

    pub(crate) fn deploy(&mut self, definition: &str) {
        self.world.deploy(definition);
    }

    /// Reconciles until there is nothing to do, at one moment.
    pub(crate) fn reconcile(&mut self) {
        loop {
            let now = at(self.world.now);
            let cell = &mut self.world.cell;
            let actions = self.world.services.reconcile(now, cell, 7).unwrap();
            if actions.is_empty() {
                return;
            }
            let (shifts, others): (Vec<_>, Vec<_>) = actions
                .into_iter()
                .partition(|action| matches!(action, ServiceAction::Shift { .. }));
            self.world.take(others);
            for action in shifts {
                let ServiceAction::Shift { service, action } = action else {
                    panic!("{action:?}");
                };
                self.asked.push((*action).clone());
                if self.answers
                    && let Some(event) = answer(&action)
                {
                    self.world.services.shift(&service, event, now).unwrap();
                }
            }
        }
    }

    /// All tasks are healthy that start, and all have stopped that shall.
    pub(crate) fn tasks(&mut self) {
        let starting = self
            .world
            .tasks(|task| task.status < TaskStatus::Running && !task.shall_stop);
        for task in starting {
            let _ = self.world.observe(&task, TaskStatus::Running, |seen| {
                seen.target = Some(TargetHealth::Healthy);
            });
        }
        self.world.stop_all();
    }

    /// Lets so many seconds pass, in steps of a minute.
    pub(crate) fn run(&mut self, seconds: i64) {
        let until = self.world.now + seconds;
        while self.world.now < until {
            self.reconcile();
            self.tasks();
            self.reconcile();
            self.world.now += 60;
        }
    }

    /// The function that was asked for last answers that it has failed.
    pub(crate) fn fail_hook(&mut self) {
        let Some(ShiftAction::CallHook { hook_id, .. }) = self.asked.last() else {
            panic!("{:?}", self.asked);
        };
        let event = ShiftEvent::HookAnswer {
            hook_id: hook_id.clone(),
            answer: HookAnswer::Returned(json!({"hookStatus": "FAILED"})),
        };
        let now = at(self.world.now);
        self.world.services.shift("web", event, now).unwrap();
    }

    pub(crate) fn of(&self, definition: &str) -> usize {
        self.world.of(definition)
    }
}

fn answer(action: &ShiftAction) -> Option<ShiftEvent> {
    Some(match action {
        ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic.clone()),
        ShiftAction::ShiftProduction { traffic } => ShiftEvent::ProductionShifted(traffic.clone()),
        ShiftAction::CallHook { hook_id, .. } => ShiftEvent::HookAnswer {
            hook_id: hook_id.clone(),
            answer: HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"})),
        },
        _ => return None,
    })
}

pub(crate) fn weights(shifting: &Shifting) -> Vec<String> {
    let target = shifting
        .world
        .services
        .shifting_deployment("web")
        .unwrap()
        .target()
        .to_owned();
    let moved = shifting.asked.iter().filter_map(|action| match action {
        ShiftAction::ShiftProduction { traffic } => Some(traffic.of(&target).to_string()),
        _ => None,
    });
    moved.collect()
}

pub(crate) fn canary() -> Value {
    json!({"strategy": "CANARY",
        "canaryConfiguration": {"canaryPercent": 10.0, "canaryBakeTimeInMinutes": 2},
        "deploymentCircuitBreaker": {"enable": true, "rollback": true}})
}

#[test]
fn a_canary_from_start_to_end() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.reconcile();
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 3));
    assert_eq!(shifting.stage(), Stage::ScaleUp);
    let deployments = shifting.world.deployments();
    let states: Vec<_> = deployments
        .iter()
        .map(|one| {
            (
                one.status().unwrap(),
                one.rollout_state().unwrap().to_string(),
            )
        })
        .collect();
    assert_eq!(
        states,
        [
            ("PRIMARY", "IN_PROGRESS".to_owned()),
            ("ACTIVE", "COMPLETED".to_owned())
        ]
    );
    shifting.run(60);
    assert_eq!(weights(&shifting), ["10.0"]);
    shifting.run(180);
    assert_eq!(weights(&shifting), ["10.0", "100.0"]);
    assert_eq!(shifting.stage(), Stage::BakeTime);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 3));
    shifting.run(600);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (0, 3));
    let service = shifting.world.describe();
    assert_eq!(service.deployments().len(), 1);
    assert_eq!(service.current_service_revisions().len(), 1);
    let events = shifting.world.events();
    assert_eq!(events[0], "(service web) has reached a steady state.");
    assert!(events[1].ends_with(" deployment completed."));
    let turns = [
        "registered 3 targets in (target-group green-group)",
        "deregistered 3 targets in (target-group blue-group)",
    ];
    for turn in turns {
        assert!(
            events.contains(&format!("(service web) {turn}")),
            "{turn}: {events:#?}"
        );
    }
    // The next one takes the first target group again.
    shifting.deploy("web:3");
    shifting.run(1_000);
    let events = shifting.world.events();
    let registered = "(service web) registered 3 targets in (target-group blue-group)";
    assert_eq!(
        events.iter().filter(|event| *event == registered).count(),
        2
    );
}

/// A deployment that shifts traffic keeps the circuit breaker that it began with.
#[test]
fn another_circuit_breaker_is_for_the_next() {
    let breaker = |threshold: u32, resets: bool| {
        json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5,
            "deploymentCircuitBreaker": {"enable": true, "rollback": true,
            "resetOnHealthyTask": resets,
            "thresholdConfiguration": {"type": "COUNT", "value": threshold}}})
    };
    let mut shifting = Shifting::settled(breaker(5, false));
    shifting.deploy("web:2");
    shifting.reconcile();
    shifting
        .world
        .update(json!({"deploymentConfiguration": breaker(2, true)}));
    let new = shifting.world.tasks(|task| task.definition == "web:2");
    let _ = shifting.world.observe(&new[0], TaskStatus::Stopped, |_| {});
    let _ = shifting
        .world
        .observe(&new[1], TaskStatus::Running, |seen| {
            seen.target = Some(TargetHealth::Healthy);
        });
    shifting.reconcile();
    let world = &shifting.world;
    let waits = world.services.explain("web", &world.cell, at(world.now));
    let counted = Wait::Breaker {
        failures: 1,
        threshold: 5,
    };
    assert!(waits.unwrap().contains(&counted));
}

#[test]
fn a_bad_image_trips_the_breaker_and_leaves_the_old_tasks_alone() {
    let mut shifting = Shifting::settled(canary());
    let old = shifting.world.deployments()[0].id().unwrap().to_owned();
    shifting.deploy("web:2");
    for _ in 0..6 {
        shifting.reconcile();
        for task in shifting.world.tasks(|task| task.definition == "web:2") {
            let _ = shifting.world.observe(&task, TaskStatus::Stopped, |seen| {
                seen.stopped_reason = Some("CannotPullContainerError: not found".into());
            });
        }
        shifting.world.now += 3_600;
    }
    shifting.reconcile();
    assert_eq!(shifting.status(), ShiftStatus::RollbackSuccessful);
    assert_eq!(shifting.of("web:1"), 3);
    assert_eq!(shifting.world.stopped, []);
    assert_eq!(weights(&shifting), Vec::<String>::new());
    let deployments = shifting.world.deployments();
    assert_eq!(deployments.len(), 1);
    assert_eq!(deployments[0].id(), Some(&*old));
    assert_eq!(
        deployments[0].rollout_state_reason(),
        Some(&*format!("ECS deployment {old} completed."))
    );
    let document = shifting.world.services.service_deployment("web").unwrap();
    assert_eq!(
        document.status_reason(),
        Some("Service deployment rolled back because the circuit breaker threshold was exceeded.")
    );
    let names: Vec<_> = shifting.world.published.iter().filter_map(name).collect();
    let tail = names
        .iter()
        .rev()
        .take(4)
        .rev()
        .map(String::as_str)
        .collect::<Vec<_>>();
    assert_eq!(
        tail,
        [
            "SERVICE_DEPLOYMENT_FAILED",
            "SERVICE_DEPLOYMENT_IN_PROGRESS",
            "SERVICE_DEPLOYMENT_COMPLETED",
            "SERVICE_STEADY_STATE",
        ]
    );
}

fn name(event: &Event) -> Option<String> {
    let name = event.detail.as_ref()?.get("eventName")?;
    name.as_str().map(str::to_owned)
}

#[test]
fn a_pause_is_continued_and_gone_back_from() {
    let mut with_pause = canary();
    with_pause["lifecycleHooks"] =
        json!([{"targetType": "PAUSE", "lifecycleStages": ["POST_PRODUCTION_TRAFFIC_SHIFT"]}]);
    // The first deployment pauses too.
    let mut shifting = Shifting::created(with_pause);
    let paused = |shifting: &Shifting| {
        let waits =
            shifting
                .world
                .services
                .explain("web", &shifting.world.cell, at(shifting.world.now));
        let waits = waits.unwrap();
        match &waits[0] {
            Wait::Shift(ShiftWait::Hooks { hook_ids, .. }) => hook_ids[0].clone(),
            other => panic!("{other}"),
        }
    };
    let proceed = |shifting: &mut Shifting, action: DeploymentLifecycleHookAction| {
        let event = ShiftEvent::Continue {
            hook_id: paused(shifting),
            action: Some(action),
        };
        let now = at(shifting.world.now);
        shifting.world.services.shift("web", event, now).unwrap();
    };
    shifting.run(600);
    proceed(&mut shifting, DeploymentLifecycleHookAction::Continue);
    shifting.run(600);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    shifting.deploy("web:2");
    shifting.run(600);
    assert_eq!(shifting.stage(), Stage::PostProductionTrafficShift);
    proceed(&mut shifting, DeploymentLifecycleHookAction::Rollback);
    shifting.run(600);
    assert_eq!(shifting.status(), ShiftStatus::RollbackSuccessful);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 0));
    let events = shifting.world.events();
    assert!(
        events.iter().any(|event| event.ends_with(
            "deployment failed: Service deployment rolled back because \
             POST_PRODUCTION_TRAFFIC_SHIFT pause hook was continued with ROLLBACK."
        )),
        "{events:#?}"
    );
    let arn = shifting.world.services.service_deployment("web").unwrap();
    let last = shifting.world.published.iter().rev();
    let last = last.filter(|event| name(event).is_some_and(|name| name == "HOOK_FAILED"));
    let resources: Vec<_> = last.flat_map(|event| event.resources()).collect();
    assert_eq!(resources, [arn.service_deployment_arn().unwrap()]);
    let hooks = shifting.world.published.iter().filter_map(name);
    let hooks: Vec<_> = hooks.filter(|name| name.starts_with("HOOK_")).collect();
    assert_eq!(
        hooks,
        [
            "HOOK_AWAITING_ACTION",
            "HOOK_SUCCEEDED",
            "HOOK_AWAITING_ACTION",
            "HOOK_FAILED"
        ]
    );
}

#[test]
fn a_task_of_either_revision_is_replaced_while_traffic_moves() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    for definition in ["web:1", "web:2"] {
        let lost = shifting.world.tasks(|task| task.definition == definition);
        let _ = shifting
            .world
            .observe(&lost[0], TaskStatus::Stopped, |_| {});
        shifting.reconcile();
        assert_eq!(shifting.of(definition), 3, "{definition}");
    }
    let sick = shifting.world.tasks(|task| task.definition == "web:1");
    let _ = shifting
        .world
        .observe(&sick[0], TaskStatus::Running, |seen| {
            seen.target = Some(TargetHealth::Unhealthy {
                target_group: "blue-group".into(),
                reason: "Request timed out".into(),
                address: None,
            });
        });
    shifting.reconcile();
    // Its replacement comes first.
    assert_eq!(shifting.of("web:1"), 4);
    shifting.tasks();
    shifting.reconcile();
    assert_eq!(shifting.of("web:1"), 3);
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (0, 3));
}

#[test]
fn a_newer_deployment_and_another_desired_count() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    shifting.world.update(json!({"desiredCount": 5}));
    shifting.reconcile();
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (5, 5));
    shifting.deploy("web:3");
    shifting.run(2_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!(
        (
            shifting.of("web:1"),
            shifting.of("web:2"),
            shifting.of("web:3")
        ),
        (0, 0, 5)
    );
    assert_eq!(shifting.world.deployments().len(), 1);
}

#[test]
fn alarms_and_users_make_it_go_back() {
    let mut with_alarm = canary();
    with_alarm["alarms"] = json!({"enable": true, "rollback": true, "alarmNames": ["errors"]});
    for by_alarm in [true, false] {
        let mut shifting = Shifting::settled(with_alarm.clone());
        shifting.deploy("web:2");
        shifting.run(60);
        let now = at(shifting.world.now);
        if by_alarm {
            shifting.world.services.observe_alarm("errors", true, now);
        } else {
            shifting.world.services.stop_deployment("web", now).unwrap();
        }
        shifting.run(600);
        assert_eq!(
            shifting.status(),
            ShiftStatus::RollbackSuccessful,
            "{by_alarm}"
        );
        assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (3, 0));
        assert_eq!(weights(&shifting), ["10.0", "0.0"]);
    }
}

#[test]
fn a_first_deployment_that_fails_leaves_nothing_running() {
    let mut shifting = Shifting {
        world: World::new(100_000),
        asked: Vec::new(),
        answers: true,
    };
    let mut hooked = canary();
    hooked["lifecycleHooks"] = json!([{"hookTargetArn": "f", "roleArn": "r",
        "lifecycleStages": ["POST_SCALE_UP"]}]);
    let ports = json!({"portMappings": [{"containerPort": 80}]});
    shifting.world.try_create(balanced(hooked), ports).unwrap();
    shifting.answers = false;
    shifting.run(60);
    shifting.fail_hook();
    shifting.run(120);
    assert_eq!(shifting.status(), ShiftStatus::RollbackFailed);
    assert_eq!(shifting.of("web:1"), 0);
    let events = shifting.world.events();
    assert!(
        events.iter().any(|event| event.ends_with(
            "rollback has failed. No rollback candidate was found to run the rollback."
        )),
        "{events:#?}"
    );
}

#[test]
fn a_saved_one_goes_on() {
    let mut shifting = Shifting::settled(canary());
    shifting.deploy("web:2");
    shifting.run(60);
    let saved = serde_json::to_string(&shifting.world.services).unwrap();
    shifting.world.services = serde_json::from_str::<Services>(&saved).unwrap();
    assert_eq!(
        serde_json::to_string(&shifting.world.services).unwrap(),
        saved
    );
    shifting.run(1_000);
    assert_eq!(shifting.status(), ShiftStatus::Successful);
    assert_eq!((shifting.of("web:1"), shifting.of("web:2")), (0, 3));
}

#[test]
fn what_has_no_such_deployment_takes_no_event() {
    let mut world = World::settled(1, json!({}));
    let error = world
        .services
        .shift("web", ShiftEvent::Superseded, at(0))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the service `web` has no deployment that shifts traffic or calls hooks"
    );
    let error = world
        .services
        .shift("api", ShiftEvent::Superseded, at(0))
        .unwrap_err();
    assert_eq!(error.to_string(), "there is no service `api`");
}
