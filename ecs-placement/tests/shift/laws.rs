//! What holds whatever happens.

use std::collections::VecDeque;

use ecs_model::deployment::DeploymentLifecycleHookAction;
use ecs_placement::Recorded;
use ecs_placement::deployment::shift::{
    HookAnswer, ShiftAction, ShiftEvent, ShiftRecord, ShiftingDeployment, Stage, TaskCounts,
    Traffic, Weight,
};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{
    BLUE, GREEN, OTHER, World, blue, configuration, healthy, lambda, minutes, pause, request,
};

fn config() -> ProptestConfig {
    let cases = match std::env::var_os("ECS_LONG") {
        Some(_) => 50_000,
        None => 300,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Carries out the next thing asked for.
    CarryOut,
    /// Carries out an old thing once more.
    Again(usize),
    Tasks(bool, u32, u32),
    Answer(u8),
    Failures(u32),
    Alarm,
    Networking,
    Desired(u32),
    Superseded,
    Stop,
    Continue(bool),
    Wait(i64),
    Timeout,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => Just(Step::CarryOut),
        1 => (0_usize..50).prop_map(Step::Again),
        1 => (any::<bool>(), 0_u32..6, 0_u32..6).prop_map(|(green, a, b)| Step::Tasks(green, a, b)),
        2 => (0_u8..8).prop_map(Step::Answer),
        1 => (0_u32..4).prop_map(Step::Failures),
        1 => Just(Step::Alarm),
        1 => Just(Step::Networking),
        1 => (0_u32..6).prop_map(Step::Desired),
        1 => Just(Step::Superseded),
        1 => Just(Step::Stop),
        2 => any::<bool>().prop_map(Step::Continue),
        3 => (0_i64..2_000).prop_map(Step::Wait),
        8 => Just(Step::Timeout),
    ]
}

/// Which kind of deployment it is.
fn deployment(kind: u8, first: bool, network: bool) -> ShiftingDeployment {
    let stages: Vec<_> = Stage::ALL
        .into_iter()
        .filter(|stage| stage.takes_hooks())
        .collect();
    let pauses: Vec<_> = Stage::ALL
        .into_iter()
        .filter(|stage| stage.takes_pause_hooks())
        .collect();
    let hooks = match kind % 3 {
        0 => json!([]),
        1 => json!([lambda("f", &stages)]),
        _ => json!([lambda("f", &stages), pause(&pauses)]),
    };
    let strategy = ["BLUE_GREEN", "LINEAR", "CANARY"][usize::from(kind / 3 % 3)];
    let mut value = json!({"strategy": strategy, "bakeTimeInMinutes": 5, "lifecycleHooks": hooks,
        "deploymentCircuitBreaker": {"enable": true, "rollback": kind.is_multiple_of(2)},
        "alarms": {"enable": true, "rollback": kind % 2 == 1, "alarmNames": ["errors"]}});
    if strategy == "LINEAR" {
        value["linearConfiguration"] = json!({"stepPercent": 33.3});
    }
    let mut request = request(configuration(value));
    if !first {
        let mut old = blue();
        old.revision = OTHER.into();
        old.production = Weight::from_tenths(137).unwrap();
        let mut new = blue();
        new.production = old.production.rest();
        new.test = Weight::NONE;
        request = match kind % 4 {
            3 => request.with_source(old).with_source(new),
            _ => request.with_source(blue()),
        };
    }
    if network {
        request = request.with_network_load_balancer();
    }
    ShiftingDeployment::new(request, minutes(0)).unwrap()
}

fn event_of(action: &ShiftAction) -> Option<ShiftEvent> {
    Some(match action {
        ShiftAction::Scale { revision, tasks } => ShiftEvent::Tasks {
            revision: revision.clone(),
            tasks: healthy(*tasks),
        },
        ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic.clone()),
        ShiftAction::ShiftProduction { traffic } => ShiftEvent::ProductionShifted(traffic.clone()),
        ShiftAction::CallHook { hook_id, .. } => ShiftEvent::HookAnswer {
            hook_id: hook_id.clone(),
            answer: HookAnswer::Returned(json!({"hookStatus": "SUCCEEDED"})),
        },
        _ => return None,
    })
}

/// The event of a step.
fn event(step: Step, world: &ShiftingDeployment, asked: &mut Asked) -> Option<ShiftEvent> {
    let paused = || {
        let details = world.describe().lifecycle_hook_details.unwrap_or_default();
        let mut ids = details.into_iter().filter_map(|detail| detail.hook_id);
        ids.find(|id| id.starts_with("ecs-pause-"))
            .unwrap_or_else(|| "ecs-pause-x".to_owned())
    };
    Some(match step {
        Step::CarryOut => {
            let action = asked.open.pop_front()?;
            asked.all.push(action.clone());
            event_of(&action)?
        }
        Step::Again(which) => event_of(asked.all.get(which)?)?,
        Step::Tasks(green, running, healthy) => ShiftEvent::Tasks {
            revision: if green { GREEN } else { BLUE }.into(),
            tasks: TaskCounts::new(running, 1, healthy.min(running)),
        },
        Step::Answer(kind) => {
            let hook_id = asked.open.iter().find_map(|action| match action {
                ShiftAction::CallHook { hook_id, .. } => Some(hook_id.clone()),
                _ => None,
            })?;
            let answer = match kind {
                0 => HookAnswer::Returned(json!({"hookStatus": "FAILED"})),
                1 => HookAnswer::RoleNotAssumed,
                _ => HookAnswer::Returned(json!({"hookStatus": "IN_PROGRESS"})),
            };
            ShiftEvent::HookAnswer { hook_id, answer }
        }
        Step::Failures(failures) => ShiftEvent::Failures {
            failures,
            threshold: 3,
        },
        Step::Alarm => ShiftEvent::Alarm {
            alarm: "errors".to_owned(),
        },
        Step::Networking => ShiftEvent::InvalidNetworking {
            problem: "x".to_owned(),
        },
        Step::Desired(tasks) => ShiftEvent::DesiredCount(tasks),
        Step::Superseded => ShiftEvent::Superseded,
        Step::Stop => ShiftEvent::Stop { stop_type: None },
        Step::Continue(goes_on) => ShiftEvent::Continue {
            hook_id: paused().into(),
            action: Some(match goes_on {
                true => DeploymentLifecycleHookAction::Continue,
                false => DeploymentLifecycleHookAction::Rollback,
            }),
        },
        Step::Wait(_) | Step::Timeout => ShiftEvent::Timeout,
    })
}

#[derive(Default)]
struct Asked {
    open: VecDeque<ShiftAction>,
    all: Vec<ShiftAction>,
}

fn is_whole(traffic: &Traffic) -> bool {
    traffic
        .iter()
        .map(|(_, weight)| u32::from(weight.tenths()))
        .sum::<u32>()
        == 1_000
}

/// Plays a history by records, on the deployment and on a copy that is saved and restored.
fn play(deployment: &mut ShiftingDeployment, steps: &[Step]) {
    let mut copy = deployment.clone();
    let mut asked = Asked::default();
    let mut now = minutes(0);
    for step in steps {
        match step {
            Step::Wait(minutes) => {
                now = now.saturating_add(core::time::Duration::from_secs(
                    u64::try_from(minutes * 60).unwrap(),
                ));
            }
            Step::Timeout => now = deployment.poll_timeout().map_or(now, |due| due.max(now)),
            _ => {}
        }
        let Some(event) = event(*step, deployment, &mut asked) else {
            continue;
        };
        let before = deployment.clone();
        let decision = deployment.decide(event, now);
        assert_eq!(*deployment, before);
        if decision.outcome.is_err() {
            assert_eq!(decision.record, None);
            continue;
        }
        if let Some(record) = decision.record {
            let written = serde_json::to_string(&record).unwrap();
            let read: ShiftRecord = serde_json::from_str(&written).unwrap();
            deployment.apply(&record).unwrap();
            let saved = serde_json::to_string(&copy).unwrap();
            copy = serde_json::from_str(&saved).unwrap();
            copy.apply(&read).unwrap();
            assert_eq!(*deployment, copy);
        }
        if before.status().is_terminal() {
            assert_eq!(before.status(), deployment.status());
        }
        while let Some(action) = deployment.poll_action() {
            assert_eq!(copy.poll_action().as_ref(), Some(&action));
            if let ShiftAction::ShiftTest { traffic } | ShiftAction::ShiftProduction { traffic } =
                &action
            {
                assert!(is_whole(traffic), "{traffic:?}");
            }
            asked.open.push_back(action);
        }
        while let Some(change) = deployment.poll_change() {
            assert_eq!(copy.poll_change(), Some(change));
        }
        assert!(is_whole(deployment.production_traffic()));
    }
}

proptest! {
    #![proptest_config(config())]

    /// Weights always come to 100 percent, records and saved states say all, what has ended stays
    /// ended, and whatever has happened, the deployment ends once the world does what is asked.
    #[test]
    fn every_history_ends(
        kind in 0_u8..36,
        first in any::<bool>(),
        network in any::<bool>(),
        steps in proptest::collection::vec(step(), 0..120),
    ) {
        let mut deployment = deployment(kind, first, network);
        play(&mut deployment, &steps);
        let mut world = World {
            deployment,
            now: minutes(0),
            held: None,
            answers: true,
            changes: Vec::new(),
            actions: Vec::new(),
        };
        world.run();
        prop_assert!(world.deployment.status().is_terminal());
        // A second evaluation without any change does nothing.
        let before = world.deployment.clone();
        world.deployment.handle_timeout(world.now);
        prop_assert_eq!(&world.deployment, &before);
    }
}
