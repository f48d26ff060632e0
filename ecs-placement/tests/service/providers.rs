//! Services whose tasks go to capacity providers.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::TaskStatus;
use ecs_placement::capacity::{
    CapacityAction, CapacityEvent, ClusterCapacity, InstanceType, Provider, ProviderStrategy,
};
use ecs_placement::service::{ServiceDecision, ServiceError, ServicePolicy, Services, Wait};
use ecs_placement::{Fargate, Needs};
use serde_json::{Value, json};

use crate::world::{CLUSTER, INSTANCE, World, at, instance_of, is};

/// A provider whose instances run two tasks of 100 MiB each.
fn group(name: &str) -> Provider {
    let document = json!({"name": name, "autoScalingGroupProvider": {
        "autoScalingGroupArn": "arn", "managedScaling": {"status": "ENABLED"}}});
    let document = serde_json::from_value(document).unwrap();
    Provider::of(&document, [InstanceType::new(2_048, 200)]).unwrap()
}

fn capacity(names: &[&str]) -> ClusterCapacity {
    let mut capacity = ClusterCapacity::new(at(0));
    for name in names {
        capacity.add_provider(group(name)).unwrap();
    }
    capacity
}

/// A cluster without instances but those of capacity providers.
fn world(capacity: ClusterCapacity) -> World {
    let mut world = World::new(0);
    let services = Services::new(CLUSTER, ServicePolicy::current()).unwrap();
    world.services = services.with_capacity(capacity);
    world
}

fn strategy(shares: &[(&str, u32, u32)]) -> Value {
    let items = shares.iter().map(|(provider, weight, base)| {
        json!({"capacityProvider": provider, "weight": weight, "base": base})
    });
    items.collect()
}

fn with(desired: u32, shares: &[(&str, u32, u32)]) -> Value {
    json!({"desiredCount": desired, "capacityProviderStrategy": strategy(shares)})
}

/// The tasks of each provider that shall run: those with a place, and those that wait.
fn by_provider(world: &World) -> BTreeMap<String, (usize, usize)> {
    let mut counts = BTreeMap::new();
    for task in world.tasks.values().filter(|task| !task.shall_stop) {
        let provider = task.provider.clone().unwrap_or_default();
        let count: &mut (usize, usize) = counts.entry(provider).or_default();
        match task.place {
            Some(_) => count.0 += 1,
            None => count.1 += 1,
        }
    }
    counts
}

fn counts(expected: &[(&str, (usize, usize))]) -> BTreeMap<String, (usize, usize)> {
    let counts = expected.iter();
    counts
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

/// Vector 47: base 2 on A, weights A 1 and B 4, 12 tasks.
#[test]
fn tasks_are_spread_by_base_and_weight() {
    let mut world = world(capacity(&["A", "B"]));
    world.cell.register(&instance_of("A", "one", 100_000));
    world.cell.register(&instance_of("B", "two", 100_000));
    world.create(with(12, &[("A", 1, 2), ("B", 4, 0)]));
    assert_eq!(world.reconcile(0), (12, 0));
    assert_eq!(by_provider(&world), counts(&[("A", (4, 0)), ("B", (8, 0))]));
    let service = world.describe();
    assert_eq!(service.launch_type(), None);
    let written = serde_json::to_value(service.capacity_provider_strategy()).unwrap();
    assert_eq!(written, strategy(&[("A", 1, 2), ("B", 4, 0)]));
    let deployment = &service.deployments()[0];
    assert_eq!(deployment.launch_type(), None);
    assert_eq!(deployment.capacity_provider_strategy().len(), 2);
    // What is started later keeps to the shares.
    world.update(json!({"desiredCount": 17}));
    assert_eq!(world.reconcile(1), (5, 0));
    assert_eq!(
        by_provider(&world),
        counts(&[("A", (5, 0)), ("B", (12, 0))])
    );
}

#[test]
fn tasks_wait_for_capacity_and_ask_for_it() {
    let mut world = world(capacity(&["A"]));
    world.create(with(3, &[("A", 1, 0)]));
    assert_eq!(world.reconcile(0), (0, 0));
    assert_eq!(by_provider(&world), counts(&[("A", (0, 3))]));
    let service = world.describe();
    assert_eq!(
        (service.pending_count(), service.running_count()),
        (Some(3), Some(0))
    );
    let started = "(service web) has started 3 tasks";
    assert!(
        world.events()[0].starts_with(started),
        "{:?}",
        world.events()
    );
    let waits = world
        .services
        .explain("web", &world.cell, at(world.now))
        .unwrap();
    let expected = Wait::Provisioning {
        provider: "A".into(),
        tasks: 3,
    };
    assert!(waits.contains(&expected), "{waits:?}");
    assert_eq!(
        expected.to_string(),
        "3 tasks wait in PROVISIONING for the capacity provider `A`"
    );
    // No failure: neither the circuit breaker nor the throttle counts it.
    assert_eq!(world.deployments()[0].failed_tasks(), Some(0));
    assert_eq!(world.services.poll_timeout(), Some(at(60)));
    world.reconcile(60);
    let first = CapacityAction::SetDesiredCapacity {
        provider: "A".into(),
        instances: 2,
    };
    assert_eq!(world.scaled, [first]);

    // An instance of somebody else is of no use; one of the provider takes two tasks.
    world.cell.register(&instance_of("B", "other", 200));
    assert_eq!(world.reconcile(1), (0, 0));
    let before: Vec<String> = world.tasks(|_| true);
    world.cell.register(&instance_of("A", "one", 200));
    assert_eq!(world.reconcile(1), (2, 0));
    assert_eq!(world.tasks(|_| true), before);
    let placed = world.tasks(|task| task.place.is_some());
    assert_eq!(placed, before[..2]);
    world.cell.register(&instance_of("A", "two", 200));
    assert_eq!(world.reconcile(1), (1, 0));
    world.run_all();
    world.reconcile(40);
    assert_eq!(
        world.events()[0],
        "(service web) has reached a steady state."
    );
    assert_eq!(world.services.capacity().unwrap().waiting("A").len(), 0);
}

#[test]
fn no_more_tasks_wait_than_may() {
    let mut world = world(capacity(&["A"]).with_provisioning_limit(3));
    world.create(with(5, &[("A", 1, 0)]));
    world.reconcile(0);
    assert_eq!(by_provider(&world), counts(&[("A", (0, 3))]));
    assert_eq!(
        world.events()[1],
        "(service web) was unable to place tasks in your cluster because the tasks provisioning \
         capacity limit was exceeded."
    );
    let waits = world
        .services
        .explain("web", &world.cell, at(world.now))
        .unwrap();
    let expected = Wait::Provider {
        provider: "A".into(),
        until: at(60),
    };
    assert!(waits.contains(&expected), "{waits:?}");
    assert_eq!(
        expected.to_string(),
        "the capacity provider `A` takes no more tasks; it is tried again at \
         1970-01-01T00:01:00Z at the latest"
    );
    // As soon as some wait no longer, others do.
    world.cell.register(&instance_of("A", "one", 200));
    world.reconcile(1);
    assert_eq!(by_provider(&world), counts(&[("A", (2, 3))]));
}

#[test]
fn what_waits_for_a_failed_deployment_is_not_launched() {
    let mut world = world(capacity(&["A"]));
    world.cell.register(&instance_of("A", "one", 200));
    let mut request = with(4, &[("A", 1, 0)]);
    request["deploymentConfiguration"] = json!({"deploymentCircuitBreaker": {"enable": true,
        "rollback": false, "thresholdConfiguration": {"type": "COUNT", "value": 2}}});
    world.create(request);
    assert_eq!(world.reconcile(0), (2, 0));
    for task in world.tasks(|task| task.place.is_some()) {
        let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    }
    assert_eq!(world.reconcile(1), (0, 0));
    assert_eq!(world.state(), is("web:1", "FAILED"));
    assert_eq!(by_provider(&world), counts(&[("A", (0, 2))]));
}

#[test]
fn waiting_tasks_are_the_first_to_stop() {
    let mut world = world(capacity(&["A"]));
    world.cell.register(&instance_of("A", "one", 200));
    world.create(with(4, &[("A", 1, 0)]));
    assert_eq!(world.reconcile(0), (2, 0));
    world.run_all();
    world.reconcile(40);
    world.update(json!({"desiredCount": 2}));
    assert_eq!(world.reconcile(1), (0, 2));
    assert_eq!(by_provider(&world), counts(&[("A", (2, 0))]));
    assert_eq!(world.services.capacity().unwrap().waiting("A").len(), 0);
    world.stop_all();
    world.reconcile(1);
    assert_eq!(world.deployments().len(), 1);
}

fn fargate(tasks: u64) -> Fargate {
    Fargate::new([("subnet-a", "us-east-1a")]).with_capacity("us-east-1a", tasks)
}

fn on_fargate(desired: u32) -> Value {
    let mut request = with(desired, &[("FARGATE", 1, 1), ("FARGATE_SPOT", 3, 0)]);
    request["networkConfiguration"] = json!({"awsvpcConfiguration": {"subnets": ["subnet-a"]}});
    request
}

/// What fails at one provider holds back no other.
#[test]
fn fargate_goes_on_without_spot() {
    let mut capacity = ClusterCapacity::new(at(0));
    capacity.add_provider(Provider::fargate()).unwrap();
    capacity.add_provider(Provider::fargate_spot()).unwrap();
    let mut world = world(capacity);
    let services = world.services;
    world.services = services
        .with_fargate(fargate(100))
        .with_fargate_spot(fargate(2));
    let definition = serde_json::from_value(json!({
        "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [{"name": "web", "image": "web"}]}));
    let definition = definition.unwrap();
    world.create_of(on_fargate(9), &definition).unwrap();
    assert_eq!(world.reconcile(0), (5, 0));
    let (all, some) = ((3, 0), (2, 0));
    assert_eq!(
        by_provider(&world),
        counts(&[("FARGATE", all), ("FARGATE_SPOT", some)])
    );
    let told = "(service web) was unable to place a task. Reason: Capacity is unavailable";
    assert!(world.events().iter().any(|event| event.starts_with(told)));
    // A task of the other provider that stops is replaced at once.
    world.run_all();
    let task = world.tasks(|task| task.provider.as_deref() == Some("FARGATE"))[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    // One of the same makes room for one.
    let task = world.tasks(|task| task.provider.as_deref() == Some("FARGATE_SPOT"))[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    assert_eq!(
        by_provider(&world),
        counts(&[("FARGATE", all), ("FARGATE_SPOT", some)])
    );
}

/// The launch type, or each capacity provider, is one that the task definition names.
#[test]
fn task_definitions_are_made_for_where_their_tasks_run() {
    let mut capacity = capacity(&["A"]);
    capacity.add_provider(Provider::fargate()).unwrap();
    capacity.add_provider(Provider::fargate_spot()).unwrap();
    let managed = json!({"name": "M", "managedInstancesProvider": {}});
    let managed = serde_json::from_value(managed).unwrap();
    let managed = Provider::of(&managed, []).unwrap();
    capacity.add_provider(managed).unwrap();
    let mut world = world(capacity);
    let definition = |made_for: Value| {
        serde_json::from_value(
            json!({"family": "web", "networkMode": "awsvpc", "cpu": "256",
            "memory": "512", "requiresCompatibilities": made_for,
            "containerDefinitions": [{"name": "web", "image": "web"}]}),
        )
        .unwrap()
    };
    let network = json!({"awsvpcConfiguration": {"subnets": ["subnet-a"]}});
    let request = |mut request: Value| {
        request["networkConfiguration"] = network.clone();
        request["serviceName"] = json!("other");
        request
    };
    let refused = |launch_type: &str| {
        (
            format!("the task definition is not made for `{launch_type}`"),
            format!("Task definition does not support launch_type {launch_type}."),
        )
    };
    for (made_for, wanted, launch_type) in [
        ("FARGATE", json!({"desiredCount": 1}), "EC2"),
        ("FARGATE", with(1, &[("A", 1, 0)]), "EC2"),
        (
            "EC2",
            json!({"desiredCount": 1, "launchType": "FARGATE"}),
            "FARGATE",
        ),
        ("EC2", with(1, &[("FARGATE_SPOT", 1, 0)]), "FARGATE"),
        ("EC2", with(1, &[("M", 1, 0)]), "MANAGED_INSTANCES"),
    ] {
        let created = world.create_of(request(wanted), &definition(json!([made_for])));
        assert_eq!(refusal(created), refused(launch_type));
    }
    let of_both = definition(json!(["FARGATE", "EC2"]));
    let created = world.create_of(request(with(1, &[("FARGATE_SPOT", 1, 0)])), &of_both);
    assert_eq!(
        refusal(created).0,
        "the services have no Fargate that runs tasks of `FARGATE_SPOT`"
    );
    let on_fargate = json!({"desiredCount": 1, "launchType": "FARGATE"});
    let created = world.create_of(request(on_fargate), &of_both);
    assert_eq!(
        refusal(created).0,
        "the services have no Fargate that runs tasks of `FARGATE`"
    );
    // The new type of a service is asked for as well, without a new task definition.
    let mut own = json!({"desiredCount": 1});
    own["networkConfiguration"] = network.clone();
    world.create_of(own, &definition(json!(["EC2"]))).unwrap();
    let other = json!({"capacityProviderStrategy": strategy(&[("FARGATE", 1, 0)]),
        "forceNewDeployment": true});
    assert_eq!(refusal(world.try_update(other)), refused("FARGATE"));
}

#[test]
fn the_strategy_of_the_cluster_is_the_default() {
    let mut capacity = capacity(&["A"]);
    let items = serde_json::from_value::<Vec<_>>(strategy(&[("A", 1, 0)])).unwrap();
    let default = ProviderStrategy::new(&items).unwrap();
    capacity.set_default_strategy(Some(default)).unwrap();
    let mut world = world(capacity);
    world.create(json!({"desiredCount": 1}));
    world.reconcile(0);
    assert_eq!(by_provider(&world), counts(&[("A", (0, 1))]));
    // A launch type goes before it, and a daemon has neither.
    world.create_named("ec2", json!({"desiredCount": 0, "launchType": "EC2"}));
    world.create_named("daemon", json!({"schedulingStrategy": "DAEMON"}));
    for name in ["ec2", "daemon"] {
        let service = world.services.describe(name).unwrap();
        assert_eq!(service.launch_type(), Some(&ecs_model::LaunchType::Ec2));
        assert!(service.capacity_provider_strategy().is_empty());
    }
}

/// A task set shows it, as a service does.
#[test]
fn task_sets_show_where_their_tasks_run() {
    let mut capacity = capacity(&["A"]);
    let items = serde_json::from_value::<Vec<_>>(strategy(&[("A", 1, 0)])).unwrap();
    let default = ProviderStrategy::new(&items).unwrap();
    capacity.set_default_strategy(Some(default)).unwrap();
    let mut world = world(capacity);
    let external = json!({"cluster": "prod", "serviceName": "web", "desiredCount": 1,
        "deploymentController": {"type": "EXTERNAL"}});
    let external = serde_json::from_value(external).unwrap();
    world.services.create_external(&external, at(0)).unwrap();
    let definition = crate::world::definition("web", json!({}));
    let mut shown = |more: Value| {
        let mut request = json!({"cluster": "prod", "service": "web", "taskDefinition": "web:1",
            "scale": {"value": 100.0, "unit": "PERCENT"}});
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let request = serde_json::from_value(request).unwrap();
        let services = &mut world.services;
        let set = services.create_task_set(&request, &definition, at(0), 7);
        let set = json!(set.unwrap());
        (
            set["launchType"].clone(),
            set["capacityProviderStrategy"].clone(),
        )
    };
    let own = strategy(&[("A", 1, 0)]);
    assert_eq!(shown(json!({})), (Value::Null, own));
    assert_eq!(
        shown(json!({"launchType": "EC2"})),
        (json!("EC2"), Value::Null)
    );
}

fn refusal(error: Result<(), ServiceError>) -> (String, String) {
    let error = error.unwrap_err();
    let message = error.exception().message().unwrap_or_default().to_owned();
    (error.to_string(), message)
}

#[test]
fn strategies_change_with_a_new_deployment() {
    let mut world = world(capacity(&["A", "B"]));
    world.create(with(1, &[("A", 1, 0)]));
    world.reconcile(0);
    let other = strategy(&[("B", 1, 0)]);
    let (own, aws) = refusal(world.try_update(json!({"capacityProviderStrategy": other})));
    assert_eq!(
        own,
        "another capacity provider strategy needs a new deployment, which `forceNewDeployment` \
         starts"
    );
    assert_eq!(
        aws,
        "When switching from launch type to capacity provider strategy on an existing service, \
         or making a change to a capacity provider strategy on a service that is already using \
         one, you must force a new deployment."
    );
    // The same again is no change.
    world.update(json!({"capacityProviderStrategy": strategy(&[("A", 1, 0)])}));
    assert_eq!(world.deployments().len(), 1);
    let forced = json!({"capacityProviderStrategy": [], "forceNewDeployment": true});
    assert_eq!(
        refusal(world.try_update(forced.clone())).0,
        "the service was created with a capacity provider strategy: it has no launch type to go \
         back to"
    );
    world.update(json!({"capacityProviderStrategy": other, "forceNewDeployment": true}));
    world.reconcile(1);
    assert_eq!(by_provider(&world), counts(&[("A", (0, 1)), ("B", (0, 1))]));

    let id = world.deployments()[0].id.clone().unwrap();
    let arn = id.replace(
        "ecs-svc",
        "arn:aws:ecs:us-east-1:123456789012:service-revision/prod/web",
    );
    let request = json!({"serviceRevisionArns": [arn]});
    let request = serde_json::from_value(request).unwrap();
    let described = world.services.describe_service_revisions(&request).unwrap();
    let revision = json!(described.service_revisions()[0]);
    assert_eq!(revision["capacityProviderStrategy"], other);
    assert_eq!(revision["launchType"], Value::Null);

    // One that was created with a launch type goes back to it.
    let mut world = self::world(capacity(&["A"]));
    world.create(json!({"desiredCount": 1, "launchType": "EC2"}));
    world.update(
        json!({"capacityProviderStrategy": strategy(&[("A", 1, 0)]), "forceNewDeployment": true}),
    );
    assert_eq!(world.describe().launch_type(), None);
    world.update(forced);
    assert_eq!(
        world.describe().launch_type(),
        Some(&ecs_model::LaunchType::Ec2)
    );
}

#[test]
fn strategies_are_refused() {
    let mut world = world(capacity(&["A"]));
    let mut try_create = |more: Value| refusal(world.try_create(more, json!({}))).0;
    assert_eq!(
        try_create(with(1, &[("C", 1, 0)])),
        "the capacity provider `C` is not associated with the cluster"
    );
    world.create_named("daemon", json!({"schedulingStrategy": "DAEMON"}));
    let strategy = strategy(&[("A", 1, 0)]);
    let daemon = json!({"service": "daemon", "capacityProviderStrategy": strategy});
    assert_eq!(
        refusal(world.try_update(daemon)).0,
        "a capacity provider strategy cannot be combined with `DAEMON`"
    );
    let mut plain = World::new(0);
    assert_eq!(
        refusal(plain.try_create(with(1, &[("A", 1, 0)]), json!({}))).0,
        "the cluster has no capacity providers"
    );
    plain.create(json!({"desiredCount": 0}));
    let forced = json!({"capacityProviderStrategy": strategy, "forceNewDeployment": true});
    assert_eq!(
        refusal(plain.try_update(forced)).0,
        "the cluster has no capacity providers"
    );
    world.create(with(0, &[("A", 1, 0)]));
    let remove = CapacityEvent::RemoveProvider {
        provider: "A".into(),
    };
    assert_eq!(
        world
            .services
            .handle_capacity(remove, at(1))
            .unwrap_err()
            .to_string(),
        "the capacity provider `A` is in use"
    );
    let remove = CapacityEvent::RemoveProvider {
        provider: "A".into(),
    };
    assert_eq!(
        plain
            .services
            .handle_capacity(remove, at(1))
            .unwrap_err()
            .to_string(),
        "the cluster has no capacity providers"
    );
}

fn waiting(task: &str) -> CapacityEvent {
    let mut needs = Needs::default();
    needs.memory = 100;
    CapacityEvent::Waiting {
        task: task.into(),
        provider: "A".into(),
        needs: needs.into(),
        is_distinct_instance: false,
    }
}

/// A task of RunTask that waits no longer leaves its part of the limit to others.
#[test]
fn a_task_of_others_that_waits_no_longer_is_news() {
    let mut world = world(capacity(&["A"]).with_provisioning_limit(1));
    let handle = |world: &mut World, event| world.services.handle_capacity(event, at(0)).unwrap();
    handle(&mut world, waiting("other"));
    world.create(with(1, &[("A", 1, 0)]));
    world.reconcile(0);
    assert_eq!(by_provider(&world), counts(&[]));
    let task = "other".into();
    handle(&mut world, CapacityEvent::Waited { task });
    world.reconcile(1);
    assert_eq!(by_provider(&world), counts(&[("A", (0, 1))]));
}

/// What was decided before something else was recorded is not the next record by itself.
#[test]
fn what_capacity_does_not_allow_any_more_is_not_applied() {
    let mut world = world(capacity(&["A"]).with_provisioning_limit(1));
    let remove = CapacityEvent::RemoveProvider {
        provider: "A".into(),
    };
    let request = json!({"cluster": "prod", "serviceName": "web", "taskDefinition": "web:1",
        "desiredCount": 1, "capacityProviderStrategy": strategy(&[("A", 1, 0)])});
    let request = serde_json::from_value(request).unwrap();
    let definition = crate::world::definition("web", json!({}));
    let services = &mut world.services;
    let removal = services.decide_capacity(remove, at(0)).unwrap();
    let creation = services.decide_create(&request, &definition, at(0), 7);
    let creation = creation.unwrap();

    let mut without: Services =
        serde_json::from_str(&serde_json::to_string(services).unwrap()).unwrap();
    without.apply(&without.record(removal.clone())).unwrap();
    let refused = without.apply(&without.record(creation.clone()));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the capacity provider `A` is not associated with the cluster"
    );

    services.apply(&services.record(creation)).unwrap();
    let refused = services.apply(&services.record(removal));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the capacity provider `A` is in use"
    );
    // Another task has taken the last place among those that wait.
    let start = loop {
        match services.decide(at(0), &world.cell, 7).unwrap() {
            ServiceDecision::Change(change) => services.apply(&services.record(change)).unwrap(),
            ServiceDecision::Start(start) => break start.into_change(None),
            other => panic!("{other:?}"),
        }
    };
    services.handle_capacity(waiting("other"), at(0)).unwrap();
    let refused = services.apply(&services.record(start));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "1 tasks are in PROVISIONING, which is the limit"
    );
    assert_eq!(services.tasks("web").count(), 0);
}

/// One that is drained goes with the last of its tasks, not with the next reading of metrics.
#[test]
fn an_instance_is_let_go_once_it_is_drained() {
    let mut world = world(capacity(&["A"]));
    for name in ["one", "two"] {
        world.cell.register(&instance_of("A", name, 200));
    }
    world.create(with(2, &[("A", 1, 0)]));
    assert_eq!(world.reconcile(60), (2, 0));
    world.run_all();
    world.reconcile(60);
    let instance: Arc<str> = format!("{INSTANCE}one").into();
    let terminating = CapacityEvent::Terminating {
        instance: Arc::clone(&instance),
    };
    world
        .services
        .handle_capacity(terminating, at(world.now))
        .unwrap();
    world.scaled.clear();
    world.reconcile(1);
    let drain = CapacityAction::Drain {
        instance: Arc::clone(&instance),
    };
    assert_eq!(world.scaled, [drain]);
    world.cell.set_status(&instance, "DRAINING");
    let now = at(world.now);
    assert!(world.services.observe_instance(&instance, "DRAINING", now));
    world.scaled.clear();
    assert_eq!(world.reconcile(1), (1, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 1));
    assert_eq!(world.scaled, []);
    // What is saved looks at it too.
    let saved = serde_json::to_string(&world.services).unwrap();
    world.services = serde_json::from_str(&saved).unwrap();
    world.stop_all();
    world.reconcile(1);
    let instance = Arc::clone(&instance);
    assert_eq!(
        world.scaled,
        [CapacityAction::CompleteTermination { instance }]
    );
}

#[test]
fn what_waits_is_saved() {
    let mut world = world(capacity(&["A"]));
    world.create(with(2, &[("A", 1, 0)]));
    world.reconcile(0);
    let saved = serde_json::to_string(&world.services).unwrap();
    world.services = serde_json::from_str(&saved).unwrap();
    assert_eq!(serde_json::to_string(&world.services).unwrap(), saved);
    world.cell.register(&instance_of("A", "one", 200));
    assert_eq!(world.reconcile(1), (2, 0));
}
