//! What is saved, and records that do not belong.

use ecs_placement::service::{
    DeploymentEvent, ServiceChange, ServicePolicy, ServiceRecord, Services, TaskPlace, TaskStarts,
};
use serde_json::{Value, json};

use crate::world::{World, at};

const SERVICES: &str = include_str!("../data/saved/services-1.json");
const RECORD: &str = include_str!("../data/saved/service-record-1.json");
const POLICY: &str = include_str!("../data/saved/service-policy-1.json");

/// Two deployments of a service in the middle of the way.
fn world() -> World {
    let mut world = World::settled(
        2,
        json!({"deploymentCircuitBreaker":
        {"enable": true, "rollback": true}}),
    );
    world.deploy("web:2");
    world.reconcile(0);
    world.run_all();
    world
}

fn record(world: &World) -> ServiceRecord {
    world.services.record(ServiceChange::Alarm {
        alarm: "errors".into(),
        is_on: true,
        at: at(100),
    })
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn documents_of_every_version_are_read() {
    let services: Services = serde_json::from_str(SERVICES).unwrap();
    assert_eq!(serde_json::to_value(&services).unwrap(), value(SERVICES));
    assert_eq!(services.describe("web").unwrap().running_count(), Some(4));
    let record: ServiceRecord = serde_json::from_str(RECORD).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), value(RECORD));
    let policy: ServicePolicy = serde_json::from_str(POLICY).unwrap();
    assert_eq!(policy, ServicePolicy::guide_2015());
    // What is written today is of the last version.
    let world = world();
    let mut written = serde_json::to_value(&world.services).unwrap();
    // A policy without this member rebalances nothing, as it did when it was written.
    let policy = written["policy"].as_object_mut().unwrap();
    assert_eq!(policy.remove("rebalancesByDefault"), Some(json!(true)));
    assert_eq!(written, value(SERVICES));
    assert_eq!(self::record(&world), record);
    let today = serde_json::to_value(ServicePolicy::guide_2015()).unwrap();
    assert_eq!(today, value(POLICY));
}

/// The first documents knew neither the service deployments nor the images of a service.
#[test]
fn documents_without_a_history_are_read() {
    let mut saved = value(SERVICES);
    let service = saved["services"][0].as_object_mut().unwrap();
    assert!(service.remove("history").is_some());
    for deployment in service["deployments"].as_array_mut().unwrap() {
        let revision = deployment["revision"].as_object_mut().unwrap();
        assert!(revision.remove("images").is_some());
    }
    let services: Services = serde_json::from_value(saved.clone()).unwrap();
    assert_eq!(services.service_deployment("web"), None);
    assert_eq!(serde_json::to_value(&services).unwrap(), saved);
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut saved = value(SERVICES);
    change(&mut saved);
    serde_json::from_value::<Services>(saved)
        .unwrap_err()
        .to_string()
}

#[test]
fn documents_that_cannot_be() {
    assert_eq!(
        refused(|saved| saved["format"] = json!(2)),
        "format 2 of the set of services is not known, only 1 is"
    );
    assert_eq!(
        refused(|saved| saved["colour"] = json!(1)),
        "unknown field `colour`, expected one of `format`, `cluster`, `policy`, `version`, \
         `services`, `closed`, `fargate`, `fargateSpot`, `capacity`, `alarms`, `actions`, `touchedAt`"
    );
    assert_eq!(
        refused(|saved| {
            let service = saved["services"][0].clone();
            saved["services"].as_array_mut().unwrap().push(service);
        }),
        "the service `web` is in it twice"
    );
    assert!(
        refused(|saved| saved["services"][0]["tasks"]["0"]["deployment"] = json!(9))
            .ends_with("is of no deployment")
    );
}

#[test]
fn records_that_do_not_belong() {
    let world = world();
    let mut services: Services = serde_json::from_str(SERVICES).unwrap();
    let refuse = |services: &mut Services, change: ServiceChange| {
        let record = services.record(change);
        let before = serde_json::to_string(services).unwrap();
        let error = services.apply(&record).unwrap_err().to_string();
        assert_eq!(serde_json::to_string(services).unwrap(), before);
        error
    };
    let elapse = |service: &str| ServiceChange::Elapse {
        service: service.into(),
        at: at(0),
    };
    assert_eq!(
        refuse(&mut services, elapse("api")),
        "there is no service `api`"
    );
    let complete = ServiceChange::Deployment {
        service: "web".into(),
        deployment: "ecs-svc/1".into(),
        event: DeploymentEvent::Complete,
        at: at(0),
    };
    assert_eq!(
        refuse(&mut services, complete),
        "the service has no deployment `ecs-svc/1`"
    );
    let stop = ServiceChange::Stop {
        zones: None,
        service: "web".into(),
        tasks: vec![("1".into(), ecs_placement::service::StopCause::Instance)],
        at: at(0),
    };
    assert_eq!(refuse(&mut services, stop), "the service has no task `1`");
    let start = |tasks: &[&str]| {
        ServiceChange::Start(TaskStarts {
            service: "web".into(),
            deployment: world.deployments()[0].id().unwrap().into(),
            tasks: tasks
                .iter()
                .map(|task| ((*task).into(), TaskPlace::Instance("a".into())))
                .collect(),
            provider: None,
            waiting: Vec::new(),
            moves_at: None,
            unplaced: 0,
            obstacle: None,
            is_retry: false,
            at: at(0),
        })
    };
    let known = world.tasks(|_| true)[0].clone();
    assert_eq!(
        refuse(&mut services, start(&[&known])),
        format!("there is already a task `{known}`")
    );
    assert_eq!(
        refuse(&mut services, start(&["new", "new"])),
        "there is already a task `new`"
    );
    let record = record(&world);
    services.apply(&record).unwrap();
    let again = services.apply(&record).unwrap_err();
    let version = services.version();
    assert_eq!(
        again.to_string(),
        format!(
            "the record leads to version {version}, the next version is {}",
            version + 1
        )
    );
}
