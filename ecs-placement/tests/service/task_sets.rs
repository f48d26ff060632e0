//! Services of deployment controller `EXTERNAL`: their tasks are those of task sets.

use core::time::Duration;

use ecs_model::operation::{
    CreateServiceRequest, CreateTaskSetRequest, DeleteTaskSetRequest,
    UpdateServicePrimaryTaskSetRequest, UpdateServiceRequest, UpdateTaskSetRequest,
};
use ecs_model::{TaskSet, TaskStatus};
use ecs_placement::service::task_sets::TaskSetEvent;
use ecs_placement::service::{
    Assumptions, Outcome, ServiceChange, ServiceError, TargetHealth, TaskSetRevision, Wait,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::{World, at, definition, instance};

/// A request about the service.
fn request<R: DeserializeOwned>(more: Value) -> R {
    let mut request = json!({"cluster": "prod", "service": "web"});
    request
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(request).unwrap()
}

fn scale(percent: f64) -> Value {
    json!({"value": percent, "unit": "PERCENT"})
}

impl World {
    /// A world with a service without task sets.
    fn new_external(desired: u32) -> Self {
        let mut world = Self::new(100_000);
        world.external(desired);
        world
    }

    /// A service without task sets.
    pub(crate) fn external(&mut self, desired: u32) {
        self.try_external(json!({"desiredCount": desired})).unwrap();
    }

    fn try_external(&mut self, more: Value) -> Result<(), ServiceError> {
        let mut request = json!({"cluster": "prod", "serviceName": "web",
            "deploymentController": {"type": "EXTERNAL"}});
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let request: CreateServiceRequest = serde_json::from_value(request).unwrap();
        self.services.create_external(&request, at(self.now))
    }

    fn try_add(&mut self, name: &str, more: Value) -> Result<TaskSet, ServiceError> {
        let mut new = json!({"taskDefinition": name});
        new.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let request: CreateTaskSetRequest = request(new);
        let definition = definition("web", json!({}));
        let now = at(self.now);
        self.services.create_task_set(&request, &definition, now, 7)
    }

    /// The id of a new task set.
    fn add(&mut self, name: &str, percent: f64) -> String {
        let set = self
            .try_add(name, json!({"scale": scale(percent)}))
            .unwrap();
        set.id().unwrap().to_owned()
    }

    fn rescale(&mut self, id: &str, percent: f64) {
        let request: UpdateTaskSetRequest =
            request(json!({"taskSet": id, "scale": scale(percent)}));
        self.services
            .update_task_set(&request, at(self.now))
            .unwrap();
    }

    fn delete_set(&mut self, id: &str, force: bool) -> Result<TaskSet, ServiceError> {
        let request: DeleteTaskSetRequest = request(json!({"taskSet": id, "force": force}));
        self.services.delete_task_set(&request, at(self.now))
    }

    /// Status, computed desired count, running, pending and stability of each.
    fn sets(&self) -> Vec<(String, i32, i32, i32, String)> {
        let service = self.describe();
        let sets = service.task_sets().iter().map(|set| {
            (
                set.status().unwrap().to_owned(),
                set.computed_desired_count().unwrap(),
                set.running_count().unwrap(),
                set.pending_count().unwrap(),
                set.stability_status().unwrap().to_string(),
            )
        });
        sets.collect()
    }
}

fn set(
    status: &str,
    desired: i32,
    running: i32,
    pending: i32,
    is_steady: bool,
) -> (String, i32, i32, i32, String) {
    let stability = if is_steady {
        "STEADY_STATE"
    } else {
        "STABILIZING"
    };
    (
        status.to_owned(),
        desired,
        running,
        pending,
        stability.to_owned(),
    )
}

#[test]
fn a_task_set_has_its_part_of_the_tasks() {
    let mut world = World::new_external(3);
    assert_eq!(world.reconcile(0), (0, 0));
    let id = world.add("web:1", 40.0);
    assert_eq!(world.reconcile(1), (2, 0));
    assert_eq!(world.sets(), [set("ACTIVE", 2, 0, 2, false)]);
    let started = format!("(service web, taskSet {id}) has started 2 tasks: (task ");
    assert!(
        world.events()[0].starts_with(&started),
        "{:?}",
        world.events()
    );
    world.run_all();
    world.reconcile(40);
    assert_eq!(world.sets(), [set("ACTIVE", 2, 2, 0, true)]);
    let steady = format!("(service web, taskSet {id}) updated state to STEADY_STATE.");
    assert_eq!(world.events()[0], steady);
    let told = world.published.last().unwrap().detail.as_ref().unwrap();
    assert_eq!(told["eventName"], "TASKSET_STEADY_STATE");
    assert_eq!(
        told["taskSetArns"],
        json!([format!(
            "arn:aws:ecs:us-east-1:123456789012:task-set/prod/web/{id}"
        )])
    );
    let service = world.describe();
    assert!(service.deployments().is_empty());
    assert_eq!(service.current_service_deployment(), None);
    assert_eq!(service.current_service_revisions, None);
    assert_eq!(service.task_definition(), None);
    assert_eq!(
        service
            .deployment_controller()
            .r#type()
            .unwrap()
            .to_string(),
        "EXTERNAL"
    );
    // A task that dies is replaced by its own set.
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Stopped, |_| {});
    assert_eq!(world.reconcile(1), (1, 0));
    // The service grows, and the set with it.
    world.update(json!({"desiredCount": 10}));
    assert_eq!(world.reconcile(1), (2, 0));
    assert!(world.events().contains(&format!(
        "(service web) updated computedDesiredCount for taskSet {id} to 4."
    )));
}

/// One set takes over from another, step by step.
#[test]
fn a_deployment_by_hand() {
    let mut world = World::new_external(4);
    let blue = world.add("web:1", 100.0);
    let primary: UpdateServicePrimaryTaskSetRequest = request(json!({"primaryTaskSet": blue}));
    world
        .services
        .set_primary_task_set(&primary, at(0))
        .unwrap();
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    assert_eq!(world.describe().task_definition(), Some("web:1"));

    let green = world.add("web:2", 50.0);
    assert_eq!(world.reconcile(1), (2, 0));
    world.run_all();
    assert_eq!(world.reconcile(40), (0, 0));
    assert_eq!(
        world.sets(),
        [set("PRIMARY", 4, 4, 0, true), set("ACTIVE", 2, 2, 0, true)]
    );
    world.rescale(&green, 100.0);
    assert_eq!(world.reconcile(1), (2, 0));
    world.run_all();
    world.reconcile(40);
    let primary: UpdateServicePrimaryTaskSetRequest = request(json!({"primaryTaskSet": green}));
    world
        .services
        .set_primary_task_set(&primary, at(world.now))
        .unwrap();
    assert_eq!(world.describe().task_definition(), Some("web:2"));
    assert_eq!(
        world.delete_set(&blue, false).unwrap_err().to_string(),
        format!("the task set `{blue}` is not scaled to 0 and not deleted by force")
    );
    world.rescale(&blue, 0.0);
    assert_eq!(world.reconcile(1), (0, 4));
    let (_, reason) = world.stopped.last().unwrap();
    let scaled = format!("Scaling activity initiated by (deployment {blue})");
    assert_eq!(*reason, scaled);
    world.delete_set(&blue, false).unwrap();
    assert_eq!(world.sets()[0], set("DRAINING", 0, 4, 0, false));
    world.stop_all();
    world.reconcile(1);
    assert_eq!(world.sets(), [set("PRIMARY", 4, 4, 0, true)]);
    assert_eq!((world.of("web:1"), world.of("web:2")), (0, 4));
}

/// What happens to tasks of a task set is told of it.
#[test]
fn messages_name_the_task_set() {
    let mut world = World::new_external(2);
    let group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1";
    let balancer = json!({"targetGroupArn": group, "containerName": "web", "containerPort": 80});
    let set = world.try_add(
        "web:1",
        json!({"scale": scale(100.0), "loadBalancers": [balancer]}),
    );
    let id = set.unwrap().id().unwrap().to_owned();
    world.reconcile(0);
    world.run_all();
    world.reconcile(1);
    let task = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&task, TaskStatus::Running, |seen| {
        seen.target = Some(TargetHealth::Unhealthy {
            target_group: group.into(),
            reason: "Request timed out".into(),
            address: None,
        });
    });
    world.rescale(&id, 0.0);
    world.reconcile(1);
    let events = world.events();
    let at = |message: &str| {
        let told = format!("(service web, taskSet {id}) {message}");
        let found = events.iter().position(|event| event.starts_with(&told));
        found.unwrap_or_else(|| panic!("{told}: {events:#?}"))
    };
    let short = task.rsplit('/').next().unwrap();
    let order = [
        "has stopped 2 running tasks: (task ",
        &format!("deregistered 2 targets in (target-group {group})"),
        "has begun draining connections on 2 tasks.",
        &format!("(task {short}) is unhealthy in (target-group {group}) due to (reason Request"),
        &format!("registered 2 targets in (target-group {group})"),
        "has started 2 tasks: (task ",
    ];
    assert!(order.map(at).is_sorted());
    // Those that do not run yet, and those that fail the checks of their containers.
    world.rescale(&id, 100.0);
    world.reconcile(1);
    world.rescale(&id, 0.0);
    world.reconcile(1);
    let told = format!("(service web, taskSet {id}) stopped 2 pending tasks.");
    assert!(world.events().contains(&told), "{:#?}", world.events());
}

#[test]
fn a_set_that_is_deleted_by_force_stops_its_tasks() {
    let mut world = World::new_external(2);
    let id = world.add("web:1", 100.0);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    world.delete_set(&id, true).unwrap();
    assert_eq!(world.reconcile(1), (0, 2));
    world.stop_all();
    world.reconcile(1);
    assert!(world.sets().is_empty());
    // The service is deleted like any other.
    world.delete(true).unwrap();
    world.reconcile(1);
    assert_eq!(world.describe().status(), Some("INACTIVE"));
}

#[test]
fn what_is_refused() {
    let mut world = World::new_external(2);
    let update = |world: &mut World, more: Value| world.try_update(more).unwrap_err().to_string();
    assert_eq!(
        update(&mut world, json!({"taskDefinition": "web:2"})),
        "`taskDefinition` cannot be changed of a service of deployment controller `EXTERNAL`"
    );
    assert_eq!(
        update(&mut world, json!({"forceNewDeployment": true})),
        "`forceNewDeployment` cannot be changed of a service of deployment controller `EXTERNAL`"
    );
    assert_eq!(
        update(&mut world, json!({"deploymentController": {"type": "ECS"}})),
        "a change of the deployment controller from `EXTERNAL` to `ECS` is not made"
    );
    let mut plain = World::settled(1, json!({}));
    assert_eq!(
        plain.try_add("web:1", json!({})).unwrap_err().to_string(),
        "the service `web` has no task sets: Amazon ECS deploys it"
    );
    assert_eq!(
        world
            .try_external(json!({"deploymentController": {"type": "ECS"}}))
            .unwrap_err()
            .to_string(),
        "the deployment controller `ECS` is not `EXTERNAL`"
    );
    assert_eq!(
        world
            .try_external(json!({"desiredCount": 1}))
            .unwrap_err()
            .to_string(),
        "the name `web` is already used by a service"
    );
    for number in 0..5 {
        world.now = number;
        world.add("web:1", 0.0);
    }
    assert_eq!(
        world.try_add("web:1", json!({})).unwrap_err().to_string(),
        "the service has 5 task sets and cannot have more"
    );
}

/// Members that a service without deployments has no use for.
#[test]
fn what_would_do_nothing_is_refused() {
    let refused = |more: Value| {
        let mut world = World::new(100_000);
        let mut request = json!({"desiredCount": 1});
        request
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        world.try_external(request).unwrap_err().to_string()
    };
    let balancer = json!({"targetGroupArn": "arn", "containerName": "web", "containerPort": 80});
    for (member, value) in [
        ("taskDefinition", json!("web:1")),
        ("launchType", json!("EC2")),
        ("platformVersion", json!("1.4.0")),
        (
            "capacityProviderStrategy",
            json!([{"capacityProvider": "A", "weight": 1}]),
        ),
        ("loadBalancers", json!([balancer])),
        (
            "networkConfiguration",
            json!({"awsvpcConfiguration": {"subnets": ["subnet-1"]}}),
        ),
        ("serviceRegistries", json!([{"registryArn": "arn"}])),
    ] {
        let message =
            format!("`{member}` cannot be combined with deployment controller `EXTERNAL`");
        assert_eq!(refused(json!({member: value})), message);
    }
    let alarms = json!({"alarmNames": ["errors"], "enable": true, "rollback": true});
    let early = json!({"enable": true, "healthyPercent": 100,
        "sourceServiceRevisionCleanup": "BLOCKING"});
    for (member, configuration) in [
        (
            "strategy",
            json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5}),
        ),
        (
            "deploymentCircuitBreaker",
            json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}}),
        ),
        ("alarms", json!({"alarms": alarms})),
        (
            "earlySuccessCriteria",
            json!({"earlySuccessCriteria": early}),
        ),
        ("bakeTimeInMinutes", json!({"bakeTimeInMinutes": 5})),
        (
            "lifecycleHooks",
            json!({"lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]}),
        ),
    ] {
        let message =
            format!("`{member}` cannot be combined with deployment controller `EXTERNAL`");
        assert_eq!(
            refused(json!({"deploymentConfiguration": configuration})),
            message
        );
    }
    let enabled = json!({"availabilityZoneRebalancing": "ENABLED"});
    let message = "a service with deployment controller `EXTERNAL` is not rebalanced";
    assert_eq!(refused(enabled.clone()), message);
    let mut world = World::new_external(1);
    let updated = world.try_update(enabled).unwrap_err();
    assert_eq!(updated.to_string(), message);
    world.update(json!({"availabilityZoneRebalancing": "DISABLED"}));
}

/// What each set has for itself is not the service's to change, and starts no deployment.
#[test]
fn what_only_task_sets_have_is_refused() {
    let mut world = World::new_external(1);
    world.add("web:1", 100.0);
    world.reconcile(0);
    let connect = json!({"enabled": true, "namespace": "local"});
    let volume = json!({"name": "data", "managedEBSVolume":
        {"roleArn": "arn:aws:iam::123456789012:role/ebs", "sizeInGiB": 10}});
    let lattice = json!({"roleArn": "arn:aws:iam::123456789012:role/l", "portName": "http",
        "targetGroupArn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1"});
    for (member, value) in [
        ("serviceConnectConfiguration", connect),
        ("volumeConfigurations", json!([volume])),
        ("vpcLatticeConfigurations", json!([lattice])),
        ("gatewayConnectors", json!([{"portName": "http"}])),
    ] {
        assert_eq!(
            world
                .try_update(json!({member: value}))
                .unwrap_err()
                .to_string(),
            format!(
                "`{member}` cannot be changed of a service of deployment controller `EXTERNAL`"
            )
        );
    }
    world.update(json!({"desiredCount": 2}));
    assert_eq!(world.describe().current_service_deployment(), None);
}

/// A set without a revision would have no tasks, and a count of the sets alone not that of the
/// service.
#[test]
fn events_that_come_by_requests_are_not_decided_alone() {
    let mut world = World::new_external(2);
    let new: CreateTaskSetRequest = request(json!({"taskDefinition": "web:1"}));
    let create = TaskSetEvent::Create {
        task_set: "ecs-svc/1".into(),
        request: Box::new(new),
    };
    for (event, refusal) in [
        (
            create,
            "the event `create` of task sets comes only by a request `CreateTaskSet`",
        ),
        (
            TaskSetEvent::DesiredCount(5),
            "the event `desiredCount` of task sets comes only by a request `UpdateService`",
        ),
    ] {
        let services = &mut world.services;
        let decided = services.decide_task_set("web", event.clone(), at(1));
        assert_eq!(decided.unwrap_err().to_string(), refusal);
        let record = services.record(ServiceChange::TaskSet {
            service: "web".into(),
            event,
            revision: None,
            at: at(1),
        });
        assert_eq!(services.apply(&record).unwrap_err().to_string(), refusal);
    }
    assert_eq!(world.sets(), []);
}

/// Each set by what it shall have: none is an older revision of another.
#[test]
fn what_task_sets_wait_for() {
    let mut world = World::new(250);
    world.try_external(json!({"desiredCount": 4})).unwrap();
    let explain = |world: &World| -> Vec<String> {
        let waits = world.services.explain("web", &world.cell, at(world.now));
        waits.unwrap().iter().map(ToString::to_string).collect()
    };
    assert!(explain(&world).is_empty());
    let blue = world.add("web:1", 100.0);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    assert!(explain(&world).is_empty());
    world.add("web:2", 50.0);
    world.reconcile(20);
    // The older one has no place either for the task that it loses.
    let lost = world.tasks(|_| true)[0].clone();
    let _ = world.observe(&lost, TaskStatus::Stopped, |_| {});
    world.cell.register(&instance("a", "us-east-1a", 150));
    world.reconcile(0);
    let no_place = |tasks: u32, until: &str| {
        format!(
            "no instance takes one more of {tasks} tasks: the closest is \
             arn:aws:ecs:us-east-1:123456789012:container-instance/prod/a, which needs 100 MiB of \
             memory, 50 are left; it is tried again at 1970-01-01T{until}Z at the latest"
        )
    };
    assert_eq!(
        explain(&world),
        [no_place(2, "00:02:00"), no_place(1, "00:02:00")]
    );
    // One that shall have fewer tasks waits for the end of their protection.
    for task in world.tasks(|_| true) {
        let _ = world.observe(&task, TaskStatus::Running, |seen| {
            seen.protected_until = Some(at(1_000));
        });
    }
    world.rescale(&blue, 50.0);
    world.reconcile(0);
    assert_eq!(
        explain(&world),
        [
            no_place(2, "00:02:00"),
            "3 tasks are protected, the first of them until 1970-01-01T00:16:40Z".to_owned(),
        ]
    );
}

/// It comes to its end when each set has its part.
#[test]
fn what_becomes_of_task_sets_is_forecast() {
    let mut world = World::new_external(2);
    world.add("web:1", 100.0);
    world.add("web:2", 50.0);
    world.reconcile(0);
    world.run_all();
    world.reconcile(40);
    let more = json!({"cluster": "prod", "service": "web", "desiredCount": 4});
    let more: UpdateServiceRequest = serde_json::from_value(more).unwrap();
    let forecast = |world: &World| {
        let assumptions = Assumptions::default();
        let now = at(world.now);
        let services = &world.services;
        services
            .forecast(&more, None, &world.cell, assumptions, now, 8)
            .unwrap()
    };
    let grown = forecast(&world);
    let waves = grown.waves.iter();
    let waves: Vec<_> = waves.map(|wave| (wave.starts, wave.stops)).collect();
    assert_eq!(waves, [(3, 0)]);
    assert_eq!((grown.lowest_healthy, grown.highest_running), (3, 6));
    // Started, running after 10 seconds, healthy 40 seconds later.
    let after = Duration::from_secs(50);
    assert_eq!(grown.outcome, Outcome::Completes { after });
    for name in ["a", "b"] {
        world.cell.register(&instance(name, "us-east-1a", 200));
    }
    let stuck = forecast(&world);
    let Outcome::Waits { waits } = &stuck.outcome else {
        panic!("{stuck:?}");
    };
    assert!(
        matches!(waits[0], Wait::NoPlace { tasks: 2, .. }),
        "{waits:?}"
    );
}

fn saved(services: &ecs_placement::service::Services) -> String {
    serde_json::to_string(services).unwrap()
}

#[test]
fn task_sets_are_recorded_and_saved() {
    let mut world = World::new_external(2);
    let mut copy: ecs_placement::service::Services =
        serde_json::from_str(&serde_json::to_string(&world.services).unwrap()).unwrap();
    let new: CreateTaskSetRequest =
        request(json!({"taskDefinition": "web:1", "scale": scale(100.0)}));
    let definition = definition("web", json!({}));
    let (_, change) = world
        .services
        .decide_create_task_set(&new, &definition, at(1), 7)
        .unwrap();
    let ServiceChange::TaskSet {
        revision: Some(revision),
        ..
    } = &change
    else {
        panic!("{change:?}");
    };
    let written = serde_json::to_string(revision).unwrap();
    assert_eq!(
        serde_json::from_str::<TaskSetRevision>(&written).unwrap(),
        **revision
    );
    let record = world.services.record(change);
    world.services.apply(&record).unwrap();
    let written = serde_json::to_string(&record).unwrap();
    copy.apply(&serde_json::from_str(&written).unwrap())
        .unwrap();
    assert_eq!(saved(&copy), saved(&world.services));
    assert_eq!(world.reconcile(1), (2, 0));
    let restored: ecs_placement::service::Services =
        serde_json::from_str(&saved(&world.services)).unwrap();
    assert_eq!(saved(&restored), saved(&world.services));
}
