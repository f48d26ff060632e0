//! Services created, changed and deleted, and what is refused.

use ecs_model::quota::Quota;
use ecs_model::{Quotas, TaskStatus};
use ecs_placement::service::{Observation, ServicePolicy};
use serde_json::{Value, json};

use crate::world::{INSTANCE, World, at, is};

fn refused(request: Value) -> String {
    let mut world = World::new(1_000);
    world
        .try_create(request, json!({}))
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_not_done_is_refused_by_name() {
    let with = |configuration: Value| {
        refused(json!({"desiredCount": 1, "deploymentConfiguration": configuration}))
    };
    assert_eq!(
        with(json!({"strategy": "CANARY", "bakeTimeInMinutes": 1})),
        "strategy `CANARY` needs a load balancer, VPC Lattice or Service Connect"
    );
    assert_eq!(
        with(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1_441})),
        "`1441` is not from 0 to 1440 minutes as `bakeTimeInMinutes`"
    );
    assert_eq!(
        with(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1,
            "earlySuccessCriteria": {"enable": true, "healthyPercent": 100,
                "sourceServiceRevisionCleanup": "BLOCKING"}})),
        "early success criteria cannot be combined with strategy `BLUE_GREEN`"
    );
    assert_eq!(
        refused(json!({"schedulingStrategy": "DAEMON",
            "deploymentConfiguration": {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}})),
        "strategy `BLUE_GREEN` cannot be combined with `DAEMON`"
    );
    assert_eq!(
        with(json!({"lifecycleHooks": [{"targetType": "PAUSE",
            "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]}]})),
        "a hook of target type `PAUSE` cannot be called at stage `PRODUCTION_TRAFFIC_SHIFT`"
    );
    assert_eq!(
        with(
            json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true,
            "thresholdConfiguration": {"type": "COUNT", "value": 0}}})
        ),
        "the threshold 0 is not at least 1"
    );
    assert_eq!(
        refused(json!({"desiredCount": 1, "deploymentController": {"type": "EXTERNAL"}})),
        "a service of deployment controller `EXTERNAL` is created without a task definition"
    );
    assert_eq!(
        refused(json!({"desiredCount": 1,
            "capacityProviderStrategy": [{"capacityProvider": "spot", "weight": 1}]})),
        "the cluster has no capacity providers"
    );
    assert_eq!(
        refused(json!({"desiredCount": 1, "launchType": "FARGATE"})),
        "the services have no Fargate that runs tasks of `FARGATE`"
    );
}

#[test]
fn a_service_has_as_many_tasks_as_its_quota_allows() {
    let many = json!({"desiredCount": 7_000});
    assert_eq!(
        refused(many.clone()),
        "the request is refused: error[tasks-per-service-quota] /desiredCount: 7000 is above the \
         quota `Tasks per service` of 5000"
    );
    let mut policy = ServicePolicy::current();
    policy.quotas = Quotas::current().with(Quota::TasksPerService, 7_000);
    let mut world = World::with_policy(1_000, policy);
    world.create(many);
    let more = world
        .try_update(json!({"desiredCount": 7_001}))
        .unwrap_err();
    assert!(
        more.to_string()
            .ends_with("7001 is above the quota `Tasks per service` of 7000")
    );
}

#[test]
fn names_are_used_once_and_again_after_deletion() {
    let mut world = World::settled(2, json!({}));
    let again = world
        .try_create(json!({"desiredCount": 1}), json!({}))
        .unwrap_err();
    assert_eq!(
        again.to_string(),
        "the name `web` is already used by a service"
    );
    assert_eq!(
        again.exception().to_string(),
        "InvalidParameterException: Creation of service was not idempotent."
    );

    let scaled = world.delete(false).unwrap_err();
    assert_eq!(
        scaled.to_string(),
        "the service `web` shall have 2 tasks: it is only deleted by force"
    );
    assert_eq!(
        scaled.exception().message(),
        Some("The service cannot be stopped while it is scaled above 0.")
    );
    world.update(json!({"desiredCount": 0}));
    let running = world.delete(false).unwrap_err();
    assert_eq!(
        running.to_string(),
        "the service `web` has 2 tasks: it is only deleted by force"
    );
    world.delete(true).unwrap();
    assert_eq!(world.describe().status(), Some("DRAINING"));
    let update = world.try_update(json!({"desiredCount": 1})).unwrap_err();
    assert_eq!(update.to_string(), "the service `web` is not ACTIVE");
    assert_eq!(
        update.exception().to_string(),
        "ServiceNotActiveException: Service was not ACTIVE."
    );
    assert_eq!(world.reconcile(0), (0, 2));
    assert_eq!(
        world.describe().status(),
        Some("INACTIVE"),
        "all of its tasks stop"
    );
    world.stop_all();
    world.reconcile(0);
    world.create(json!({"desiredCount": 1}));
    assert_eq!(world.reconcile(0), (1, 0));
    assert_eq!(world.describe().status(), Some("ACTIVE"));
}

#[test]
fn tasks_of_a_deleted_service_stop_beside_those_of_a_new_one() {
    let mut world = World::settled(2, json!({}));
    let old = world.tasks(|_| true);
    world.delete(true).unwrap();
    assert_eq!(world.reconcile(0), (0, 2));
    assert_eq!(world.describe().status(), Some("INACTIVE"));
    world.create(json!({"desiredCount": 2}));
    assert_eq!(world.reconcile(0), (2, 0));
    let new = world.tasks(|task| !task.shall_stop);
    world.run_all();
    let saved = serde_json::to_string(&world.services).unwrap();
    world.services = serde_json::from_str(&saved).unwrap();
    // Nothing but their end is news of the old ones.
    let version = world.services.version();
    let seen = world.observe(&old[0], TaskStatus::Stopping, |_| {});
    assert_eq!(
        (seen, world.services.version()),
        (Observation::Known, version)
    );
    for name in ["a", "b"] {
        let arn = format!("{INSTANCE}{name}");
        for status in ["DRAINING", "ACTIVE"] {
            world.cell.set_status(&arn, status);
            world.services.observe_instance(&arn, status, at(world.now));
        }
    }
    let seen = world.observe(&old[0], TaskStatus::Stopped, |_| {});
    assert_eq!(seen, Observation::Taken);
    assert_eq!(world.reconcile(40), (0, 0));
    assert_eq!(world.services.tasks("web").collect::<Vec<_>>(), new);
    assert_eq!(world.state(), is("web:1", "COMPLETED"));
    // The other one is lost with its instance.
    let place = world.cell.task(&old[1]).unwrap().instance;
    world
        .services
        .observe_instance(&place, "INACTIVE", at(world.now));
    let seen = world.observe(&old[1], TaskStatus::Stopped, |_| {});
    assert_eq!(seen, Observation::Unknown);
}

#[test]
fn a_service_that_is_not_there() {
    let mut world = World::new(1_000);
    let error = world.try_update(json!({"desiredCount": 1})).unwrap_err();
    assert_eq!(error.to_string(), "there is no service `web`");
    assert_eq!(
        error.exception().to_string(),
        "ServiceNotFoundException: Service not found."
    );
    assert!(world.services.describe("web").is_none());
    assert_eq!(world.services.poll_timeout(), None);
    assert_eq!(world.reconcile(0), (0, 0));
    let _ = at(0);
}

/// Which members of UpdateService start a deployment.
#[test]
fn what_starts_a_deployment() {
    let table = [
        (json!({"desiredCount": 3}), false),
        (
            json!({"deploymentConfiguration": {"maximumPercent": 150}}),
            false,
        ),
        (
            json!({"placementConstraints": [{"type": "distinctInstance"}]}),
            false,
        ),
        (json!({"placementStrategy": [{"type": "random"}]}), false),
        (json!({"healthCheckGracePeriodSeconds": 10}), false),
        (json!({"enableExecuteCommand": true}), false),
        (json!({"enableECSManagedTags": true}), false),
        (json!({"propagateTags": "SERVICE"}), false),
        (json!({"availabilityZoneRebalancing": "DISABLED"}), false),
        (json!({"taskDefinition": "web:1"}), false),
        (json!({"volumeConfigurations": null}), false),
        (json!({"loadBalancers": []}), false),
        (json!({"taskDefinition": "web:2"}), true),
        (json!({"forceNewDeployment": true}), true),
        (json!({"platformVersion": "1.4.0"}), true),
        (
            json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}),
            true,
        ),
        (
            json!({"loadBalancers": [{"targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:\
                123456789012:targetgroup/web/1", "containerName": "web", "containerPort": 80}]}),
            true,
        ),
        (
            json!({"serviceRegistries": [{"registryArn":
                "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1"}]}),
            true,
        ),
        (
            json!({"serviceConnectConfiguration": {"enabled": true, "namespace": "local"}}),
            true,
        ),
        (
            json!({"volumeConfigurations": [{"name": "data",
                "managedEBSVolume": {"roleArn": "arn:aws:iam::123456789012:role/ebs",
                    "sizeInGiB": 10}}]}),
            true,
        ),
        (
            json!({"vpcLatticeConfigurations": [{"roleArn": "arn:aws:iam::123456789012:role/l",
                "targetGroupArn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1",
                "portName": "http"}]}),
            true,
        ),
    ];
    for (update, starts) in table {
        let mut world = World::settled(2, json!({}));
        let id = world.deployments()[0].id().unwrap().to_owned();
        world.update(update.clone());
        let now = world.deployments()[0].id().unwrap().to_owned();
        assert_eq!(now != id, starts, "{update}");
    }
}

#[test]
fn what_was_asked_for_is_described() {
    let more = json!({
        "desiredCount": 1,
        "tags": [{"key": "team", "value": "web"}],
        "serviceConnectConfiguration": {"enabled": true, "namespace": "local"},
        "volumeConfigurations": [{"name": "data",
            "managedEBSVolume": {"roleArn": "arn:aws:iam::123456789012:role/ebs",
                "sizeInGiB": 10}}],
        "vpcLatticeConfigurations": [{"roleArn": "arn:aws:iam::123456789012:role/l",
            "targetGroupArn": "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1",
            "portName": "http"}],
    });
    let mut world = World::new(1_000);
    world.try_create(more.clone(), json!({})).unwrap();
    let service = serde_json::to_value(world.describe()).unwrap();
    assert_eq!(service["tags"], more["tags"]);
    for member in [
        "serviceConnectConfiguration",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    ] {
        assert_eq!(service["deployments"][0][member], more[member], "{member}");
    }
    // Beside a Classic Load Balancer there is no rollout state.
    let classic = json!({"desiredCount": 1, "loadBalancers": [
        {"loadBalancerName": "classic", "containerName": "web", "containerPort": 80}]});
    let mut world = World::new(1_000);
    let ports = json!({"portMappings": [{"containerPort": 80, "hostPort": 80}]});
    world.try_create(classic, ports).unwrap();
    let deployment = &world.deployments()[0];
    assert_eq!(deployment.rollout_state(), None);
    assert_eq!(deployment.rollout_state_reason(), None);
}
