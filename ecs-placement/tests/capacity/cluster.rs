//! Tasks that wait, instances that come and go.

use std::sync::Arc;

use ecs_placement::capacity::{
    CapacityAction, ClusterCapacity, Demand, InstanceType, InstanceUse, Provider,
};
use ecs_placement::{HostPort, Needs};
use serde_json::json;

use crate::{cluster, group, minutes, needs, scaling};

fn set(provider: &str, instances: u32) -> CapacityAction {
    CapacityAction::SetDesiredCapacity {
        provider: provider.into(),
        instances,
    }
}

fn wait(capacity: &mut ClusterCapacity, tasks: u32, needs: &Arc<Needs>) {
    for task in 0..tasks {
        let task = format!("task-{task}");
        let needs = Arc::clone(needs);
        capacity
            .handle_waiting(&task, "web", needs, false, minutes(0))
            .unwrap();
    }
}

fn run(capacity: &mut ClusterCapacity, instances: u32, used: InstanceUse) {
    for instance in 0..instances {
        let instance = format!("instance-{instance}");
        capacity
            .handle_instance(&instance, "web", used, minutes(0))
            .unwrap();
    }
}

/// What is asked for at the readings up to a minute, by minute.
fn read(capacity: &mut ClusterCapacity, until: i64) -> Vec<(i64, CapacityAction)> {
    let mut seen = Vec::new();
    while let Some(due) = capacity.poll_timeout().filter(|due| *due <= minutes(until)) {
        capacity.handle_timeout(due);
        while let Some(action) = capacity.poll_action() {
            seen.push((due.seconds() / 60, action));
        }
    }
    seen
}

#[test]
fn a_group_scales_out_by_what_waits() {
    // Two tasks of 1 vCPU fit an instance.
    let mut capacity = cluster([group("web", scaling(json!({})))]);
    run(&mut capacity, 4, InstanceUse::new(2, 0));
    wait(&mut capacity, 5, &needs(1_024, 512));
    let reservation = capacity.reservation("web").unwrap();
    assert_eq!((reservation.needed, reservation.instances), (7, 4));
    assert_eq!(reservation.to_string(), "175%");
    // Until the instances are warm no more are asked for.
    assert_eq!(read(&mut capacity, 5), [(1, set("web", 7))]);
    assert_eq!(read(&mut capacity, 6), [(6, set("web", 7))]);
}

#[test]
fn steps_and_targets() {
    let scaled = |members, instances, waiting| {
        let mut capacity = cluster([group("web", scaling(members))]);
        run(&mut capacity, instances, InstanceUse::new(1, 0));
        wait(&mut capacity, waiting, &needs(1_024, 512));
        let percent = capacity.reservation("web").unwrap().percent();
        (percent, read(&mut capacity, 1))
    };
    let minimum = json!({"minimumScalingStepSize": 3});
    assert_eq!(scaled(minimum, 2, 1), (250, vec![(1, set("web", 5))]));
    let maximum = json!({"maximumScalingStepSize": 2});
    assert_eq!(scaled(maximum, 2, 100), (200, vec![(1, set("web", 4))]));
    let spare = json!({"targetCapacity": 80});
    assert_eq!(scaled(spare.clone(), 4, 0), (100, vec![(1, set("web", 5))]));
    assert_eq!(scaled(spare, 4, 2), (125, vec![(1, set("web", 7))]));
    // The first instances of a group are two.
    assert_eq!(scaled(json!({}), 0, 9), (200, vec![(1, set("web", 2))]));
    assert_eq!(scaled(json!({}), 0, 0), (100, vec![]));
    assert_eq!(scaled(json!({}), 3, 0), (100, vec![]));
}

#[test]
fn tasks_that_fit_no_instance_move_nothing() {
    let mut capacity = cluster([group("web", scaling(json!({"targetCapacity": 70})))]);
    wait(&mut capacity, 3, &needs(4_096, 512));
    run(&mut capacity, 3, InstanceUse::new(1, 0));
    let reservation = capacity.reservation("web").unwrap();
    assert!(reservation.is_stuck);
    assert_eq!(reservation.percent(), 70);
    assert_eq!(read(&mut capacity, 60), []);
}

#[test]
fn a_group_scales_in_after_fifteen_minutes() {
    let mut capacity = cluster([group("web", scaling(json!({})))]);
    // Those with nothing but daemons are empty.
    run(&mut capacity, 10, InstanceUse::new(1, 1));
    let busy = InstanceUse::new(3, 1);
    capacity
        .handle_instance("instance-0", "web", busy, minutes(0))
        .unwrap();
    assert_eq!(capacity.reservation("web").unwrap().percent(), 10);
    assert_eq!(read(&mut capacity, 14), []);
    // Less than half of them in one minute.
    assert_eq!(read(&mut capacity, 15), [(15, set("web", 6))]);
    for instance in 6..10 {
        assert!(capacity.handle_instance_gone(&format!("instance-{instance}"), minutes(15)));
    }
    assert_eq!(read(&mut capacity, 16), [(16, set("web", 4))]);
    // A reading that is not low starts the fifteen minutes anew.
    for instance in 1..6 {
        let instance = format!("instance-{instance}");
        capacity
            .handle_instance(&instance, "web", busy, minutes(16))
            .unwrap();
    }
    assert_eq!(read(&mut capacity, 17), []);
    capacity
        .handle_instance("instance-1", "web", InstanceUse::default(), minutes(17))
        .unwrap();
    assert_eq!(read(&mut capacity, 31), []);
    assert_eq!(read(&mut capacity, 32), [(32, set("web", 5))]);
}

#[test]
fn nothing_scales_in_just_after_it_scaled_out() {
    let mut capacity = cluster([group("web", scaling(json!({})))]);
    run(&mut capacity, 2, InstanceUse::new(2, 0));
    wait(&mut capacity, 1, &needs(1_024, 512));
    assert_eq!(read(&mut capacity, 1), [(1, set("web", 3))]);
    capacity.handle_waited("task-0", minutes(1));
    run(&mut capacity, 3, InstanceUse::default());
    assert_eq!(read(&mut capacity, 15), []);
    assert_eq!(read(&mut capacity, 16), [(16, set("web", 2))]);
}

#[test]
fn a_provider_in_trouble_holds_back_no_other() {
    let mut capacity = cluster([
        group("empty", scaling(json!({}))),
        group("web", scaling(json!({}))),
        group("unscaled", json!({})),
    ]);
    let too_large = needs(100_000, 512);
    for (task, provider, needs) in [
        ("1", "empty", too_large),
        ("2", "web", needs(1_024, 512)),
        ("3", "unscaled", needs(1_024, 512)),
    ] {
        capacity
            .handle_waiting(task, provider, needs, false, minutes(0))
            .unwrap();
    }
    assert_eq!(read(&mut capacity, 1), [(1, set("web", 2))]);
    assert_eq!(capacity.reservation("unscaled"), None);
    assert_eq!(capacity.waiting("empty"), [(&Arc::from("1"), minutes(0))]);
}

#[test]
fn the_quota_of_waiting_tasks() {
    let providers = [group("web", json!({})), Provider::fargate()];
    let mut capacity = cluster(providers).with_provisioning_limit(2);
    wait(&mut capacity, 2, &needs(1, 1));
    let mut refused = |task: &str, provider: &str| {
        let needs = needs(1, 1);
        let error = capacity
            .handle_waiting(task, provider, needs, false, minutes(0))
            .unwrap_err();
        (error.to_string(), error.exception().to_string())
    };
    assert_eq!(
        refused("3", "web"),
        (
            "2 tasks are in PROVISIONING, which is the limit".to_owned(),
            "ClientException: Tasks provisioning capacity limit exceeded.".to_owned()
        )
    );
    assert_eq!(
        refused("task-0", "web").0,
        "the task `task-0` is already in PROVISIONING"
    );
    assert_eq!(
        refused("3", "FARGATE").0,
        "tasks do not wait for the capacity provider `FARGATE` in PROVISIONING"
    );
    assert_eq!(
        refused("3", "other").0,
        "the capacity provider `other` is not associated with the cluster"
    );
    assert!(capacity.handle_waited("task-0", minutes(1)));
    capacity
        .handle_waiting("3", "web", needs(1, 1), false, minutes(1))
        .unwrap();
}

#[test]
fn instances_with_tasks_are_protected() {
    let mut capacity = cluster([group(
        "web",
        json!({"managedTerminationProtection": "ENABLED"}),
    )]);
    let mut seen = |tasks, daemons| {
        let used = InstanceUse::new(tasks, daemons);
        capacity
            .handle_instance("i", "web", used, minutes(0))
            .unwrap();
        capacity.poll_action()
    };
    let protect = |is_protected| {
        Some(CapacityAction::Protect {
            instance: "i".into(),
            is_protected,
        })
    };
    assert_eq!(seen(1, 1), None);
    assert_eq!(seen(2, 1), protect(true));
    assert_eq!(seen(3, 1), None);
    assert_eq!(seen(1, 1), protect(false));
}

#[test]
fn instances_are_drained_before_they_go() {
    let drained = |instance: &str| CapacityAction::Drain {
        instance: instance.into(),
    };
    let gone = |instance: &str| CapacityAction::CompleteTermination {
        instance: instance.into(),
    };
    let mut capacity = cluster([group("web", scaling(json!({})))]);
    run(&mut capacity, 3, InstanceUse::new(2, 0));
    capacity
        .handle_terminating("instance-0", minutes(0))
        .unwrap();
    capacity
        .handle_terminating("instance-0", minutes(0))
        .unwrap();
    assert_eq!(capacity.poll_action(), Some(drained("instance-0")));
    assert_eq!(capacity.poll_action(), None);
    // It does not count as capacity any more.
    assert_eq!(capacity.reservation("web").unwrap().instances, 2);
    capacity
        .handle_instance("instance-0", "web", InstanceUse::new(1, 0), minutes(1))
        .unwrap();
    assert_eq!(capacity.poll_action(), None);
    capacity
        .handle_instance("instance-0", "web", InstanceUse::new(0, 0), minutes(2))
        .unwrap();
    assert_eq!(capacity.poll_action(), Some(gone("instance-0")));
    // A task that does not end holds it for 48 hours.
    capacity
        .handle_terminating("instance-1", minutes(2))
        .unwrap();
    assert_eq!(capacity.poll_action(), Some(drained("instance-1")));
    assert_eq!(read(&mut capacity, 2 + 48 * 60 - 1), []);
    assert_eq!(
        read(&mut capacity, 2 + 48 * 60),
        [(2 + 48 * 60, gone("instance-1"))]
    );
    let error = capacity
        .handle_terminating("other", minutes(2))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the container instance `other` is not one of a capacity provider"
    );
    // Without managed draining it goes at once.
    let mut capacity = cluster([group("web", json!({"managedDraining": "DISABLED"}))]);
    run(&mut capacity, 1, InstanceUse::new(2, 0));
    capacity
        .handle_terminating("instance-0", minutes(0))
        .unwrap();
    assert_eq!(capacity.poll_action(), Some(gone("instance-0")));
}

#[test]
fn an_instance_that_was_let_go_is_no_capacity() {
    let mut capacity = cluster([group("web", scaling(json!({})))]);
    run(&mut capacity, 2, InstanceUse::new(1, 0));
    capacity
        .handle_terminating("instance-0", minutes(0))
        .unwrap();
    let none = InstanceUse::default();
    capacity
        .handle_instance("instance-0", "web", none, minutes(1))
        .unwrap();
    let asked = std::iter::from_fn(|| capacity.poll_action());
    assert_eq!(asked.count(), 2, "it is drained, and let go");
    let before = capacity.reservation("web");
    // Its tasks are counted once more before it is gone.
    capacity
        .handle_instance("instance-0", "web", none, minutes(1))
        .unwrap();
    assert_eq!(capacity.reservation("web"), before);
    assert_eq!(capacity.poll_action(), None);
    assert_eq!(capacity.poll_timeout(), Some(minutes(1)));
    assert!(capacity.handle_instance_gone("instance-0", minutes(1)));
    assert!(!capacity.handle_instance_gone("instance-0", minutes(1)));
}

#[test]
fn how_many_copies_an_instance_runs() {
    let mut large = InstanceType::new(4_096, 8_000);
    large.interfaces = Some(2);
    large.gpus = 1;
    let copies = |change: fn(&mut Needs), distinct| {
        let mut needs = Needs::default();
        (needs.cpu, needs.memory) = (512, 1_000);
        change(&mut needs);
        large.copies(&needs, distinct)
    };
    assert_eq!(copies(|_| {}, false), 8);
    assert_eq!(copies(|_| {}, true), 1);
    assert_eq!(copies(|needs| needs.interfaces = 1, false), 2);
    assert_eq!(copies(|needs| needs.gpus = 1, false), 1);
    assert_eq!(copies(|needs| needs.gpus = 2, false), 0);
    assert_eq!(copies(|needs| needs.all_gpus = true, false), 1);
    assert_eq!(
        copies(|needs| (needs.gpus, needs.gpu_eighths) = (1, 2), false),
        0
    );
    assert_eq!(copies(|needs| needs.all_neuron_devices = true, false), 0);
    assert_eq!(copies(|needs| needs.neuron_devices = 1, false), 0);
    assert_eq!(
        copies(|needs| needs.ports = vec![HostPort::tcp(80)], false),
        1
    );
    assert_eq!(copies(|needs| needs.memory = 8_001, false), 0);
    let nothing = Needs::default();
    assert_eq!(large.copies(&nothing, false), u32::MAX);
}

#[test]
fn several_instance_types_and_kinds_of_tasks() {
    let mut capacity = cluster([]);
    let document = json!({"name": "web", "autoScalingGroupProvider": {
        "autoScalingGroupArn": "arn", "managedScaling": {"status": "ENABLED"}}});
    let document = serde_json::from_value(document).unwrap();
    let types = [
        InstanceType::new(2_048, 4_000),
        InstanceType::new(8_192, 16_000),
    ];
    capacity
        .add_provider(Provider::of(&document, types.clone()).unwrap())
        .unwrap();
    run(&mut capacity, 1, InstanceUse::new(1, 0));
    for task in 0..9 {
        let small = needs(2_048, 1_000);
        let name = format!("small-{task}");
        capacity
            .handle_waiting(&name, "web", small, false, minutes(0))
            .unwrap();
        // The smallest type cannot run it, so that nothing is asked for it.
        let large = needs(4_096, 1_000);
        let name = format!("large-{task}");
        capacity
            .handle_waiting(&name, "web", large, false, minutes(0))
            .unwrap();
        let distinct = needs(1, 1);
        let name = format!("distinct-{task}");
        capacity
            .handle_waiting(&name, "web", distinct, task < 2, minutes(0))
            .unwrap();
    }
    // Nine small ones need three of the largest, two that want their own need two.
    assert_eq!(capacity.reservation("web").unwrap().needed, 1 + 3);
    assert_eq!(Demand::of(&[], &types), Demand::default());
}

#[test]
fn a_saved_one_of_the_first_format() {
    let saved = include_str!("../data/saved/cluster-capacity-1.json");
    let mut capacity = cluster([group("web", scaling(json!({}))), Provider::fargate_spot()]);
    run(&mut capacity, 2, InstanceUse::new(2, 1));
    wait(&mut capacity, 1, &needs(1_024, 512));
    capacity
        .handle_terminating("instance-1", minutes(1))
        .unwrap();
    capacity.handle_timeout(minutes(1));
    assert_eq!(
        serde_json::to_string_pretty(&capacity).unwrap(),
        saved.trim_end()
    );
    let restored: ClusterCapacity = serde_json::from_str(saved).unwrap();
    assert_eq!(restored, capacity);
}
