//! Random histories: nothing panics, nothing is overcommitted, every task that was accepted is
//! seen, and what was kept makes the same control plane again.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[expect(dead_code, reason = "what other tests use")]
mod local;

use core::time::Duration;
use std::collections::BTreeMap;

use ecs_model::Timestamp;
use local::{Local, text};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Something that a user does.
#[derive(Clone, Debug)]
enum Step {
    Register(u8),
    Run { family: u8, count: u8 },
    Stop(u8),
    Create { service: u8, family: u8, count: u8 },
    Update { service: u8, family: u8, count: u8 },
    Delete { service: u8 },
    Drain(u8),
    Activate(u8),
    Deregister(u8),
    Wait(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => any::<u8>().prop_map(Step::Register),
        4 => (0..4_u8, 1..11_u8).prop_map(|(family, count)| Step::Run { family, count }),
        2 => any::<u8>().prop_map(Step::Stop),
        2 => (0..3_u8, 0..4_u8, 0..8_u8)
            .prop_map(|(service, family, count)| Step::Create { service, family, count }),
        2 => (0..3_u8, 0..4_u8, 0..8_u8)
            .prop_map(|(service, family, count)| Step::Update { service, family, count }),
        1 => (0..3_u8).prop_map(|service| Step::Delete { service }),
        1 => any::<u8>().prop_map(Step::Drain),
        1 => any::<u8>().prop_map(Step::Activate),
        1 => any::<u8>().prop_map(Step::Deregister),
        4 => (0..200_u16).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..40)
}

const FAMILIES: [&str; 4] = ["small", "large", "bad", "short"];

fn local() -> Local {
    let mut local = Local::with(&json!({
        "bad": {"pullError": "no"}, "short": {"exit": {"code": 0, "afterSeconds": 20}}}));
    local.call("CreateCluster", json!({}));
    for (family, memory) in FAMILIES.into_iter().zip([200, 3_000, 300, 100]) {
        local.call(
            "RegisterTaskDefinition",
            json!({"family": family, "containerDefinitions": [
                {"name": "main", "image": family, "cpu": 100, "memory": memory}]}),
        );
    }
    local
}

fn list(local: &mut Local, operation: &str, member: &str, request: Value) -> Vec<String> {
    let mut request = request;
    let mut found = Vec::new();
    loop {
        let page = local.call(operation, request.clone());
        found.extend(page[member].as_array().unwrap().iter().map(text));
        match page.get("nextToken") {
            Some(token) => request["nextToken"] = token.clone(),
            None => return found,
        }
    }
}

fn instances(local: &mut Local) -> Vec<String> {
    list(
        local,
        "ListContainerInstances",
        "containerInstanceArns",
        json!({}),
    )
}

fn pick<T>(all: &[T], which: u8) -> Option<&T> {
    all.get(usize::from(which).checked_rem(all.len())?)
}

/// Takes a step; a refusal is an answer too.
fn take(local: &mut Local, step: &Step, accepted: &mut Vec<(String, Timestamp)>) {
    let service = |number: &u8| format!("service-{number}");
    let family = |number: &u8| FAMILIES[usize::from(*number)];
    match step {
        Step::Register(zone) => {
            let zone = ["us-east-1a", "us-east-1b"][usize::from(*zone) % 2];
            local.register_instance("default", zone);
        }
        Step::Run { family: of, count } => {
            let request = json!({"taskDefinition": family(of), "count": count});
            if let Ok(answer) = local.try_call("RunTask", &request) {
                let tasks = answer["tasks"].as_array().unwrap();
                let tasks = tasks.iter().map(|task| text(&task["taskArn"]));
                accepted.extend(tasks.map(|task| (task, local.now)));
            }
        }
        Step::Stop(which) => {
            if let Some((task, _)) = pick(accepted, *which) {
                let _ = local.try_call("StopTask", &json!({"task": task}));
            }
        }
        Step::Create {
            service: name,
            family: of,
            count,
        } => {
            let _ = local.try_call(
                "CreateService",
                &json!({"serviceName": service(name), "taskDefinition": family(of),
                    "desiredCount": count}),
            );
        }
        Step::Update {
            service: name,
            family: of,
            count,
        } => {
            let _ = local.try_call(
                "UpdateService",
                &json!({"service": service(name), "taskDefinition": family(of),
                    "desiredCount": count}),
            );
        }
        Step::Delete { service: name } => {
            let request = json!({"service": service(name), "force": true});
            let _ = local.try_call("DeleteService", &request);
        }
        Step::Drain(which) | Step::Activate(which) => {
            let is_drain = matches!(step, Step::Drain(_));
            let status = if is_drain { "DRAINING" } else { "ACTIVE" };
            if let Some(instance) = pick(&instances(local), *which) {
                local.call(
                    "UpdateContainerInstancesState",
                    json!({"containerInstances": [instance], "status": status}),
                );
            }
        }
        Step::Deregister(which) => {
            if let Some(instance) = pick(&instances(local), *which) {
                local.call(
                    "DeregisterContainerInstance",
                    json!({"containerInstance": instance, "force": true}),
                );
            }
        }
        Step::Wait(seconds) => local.wait((*seconds).into()),
    }
}

/// What the tasks on an instance take is what it lacks, and no more than it has.
fn check_room(local: &mut Local) {
    let mut taken: BTreeMap<String, i64> = BTreeMap::new();
    for status in ["RUNNING", "STOPPED"] {
        let tasks = list(
            local,
            "ListTasks",
            "taskArns",
            json!({"desiredStatus": status}),
        );
        for task in tasks {
            let task = local.task("default", &task);
            let on = task["containerInstanceArn"].as_str().map(str::to_owned);
            if let Some(on) = on.filter(|_| task["lastStatus"] != "STOPPED") {
                let memory: i64 = text(&task["memory"]).parse().unwrap();
                *taken.entry(on).or_default() += memory;
            }
        }
    }
    for instance in instances(local) {
        let request = json!({"containerInstances": [instance]});
        let described = local.call("DescribeContainerInstances", request);
        let described = &described["containerInstances"][0];
        let memory = |member: &str| described[member][1]["integerValue"].as_i64().unwrap();
        let (has, left) = (memory("registeredResources"), memory("remainingResources"));
        let taken = taken.remove(&instance).unwrap_or(0);
        assert!(taken <= has, "{instance}: {taken} of {has}");
        assert_eq!(has - left, taken, "{instance}");
    }
    assert_eq!(taken, BTreeMap::new(), "tasks on instances that are gone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        if std::env::var_os("ECS_LONG").is_some() { 2_000 } else { 12 }
    ))]

    #[test]
    fn any_history(steps in steps()) {
        let mut local = local();
        let mut accepted = Vec::new();
        for step in &steps {
            take(&mut local, step, &mut accepted);
            // A task that was lost with its instance is told of next.
            local.wait(0);
            check_room(&mut local);
        }
        for (task, at) in &accepted {
            let described = local.call("DescribeTasks", json!({"tasks": [task]}));
            // A task that has stopped can be described for an hour.
            let is_known = at.saturating_add(Duration::from_secs(3_600)) > local.now;
            prop_assert!(
                !is_known || described["failures"] == json!([]),
                "{} is not there", task
            );
        }
        local.check_replay();
    }
}
