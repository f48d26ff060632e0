//! [`Event`]: what ECS tells EventBridge.

use ecs_arn::ArnRef;
use ecs_taskdef::shape::{At, Kind, MemberType, Reader, Shape, ShapeFault, UnknownMembers};
use ecs_taskdef::{open_enum, shape};
use serde::Serialize;
use serde_json::Value;

use crate::{ContainerInstance, Task, Timestamp};

mod detail;

pub use detail::{DeploymentStateChange, EventLevel, EventName, HookStateChange, ServiceAction};

/// The source of every event of ECS.
const SOURCE: &str = "aws.ecs";

shape! {
    /// An event, as EventBridge delivers it.
    ///
    /// What happened stands in `detail` as it was written, and [`change`](Self::change) reads it.
    /// [`of`](Self::of) goes the other way.
    ///
    /// ```
    /// use ecs_model::event::Change;
    /// use ecs_model::{Event, Task};
    ///
    /// let event: Event = serde_json::from_str(
    ///     r#"{"detail-type":"ECS Task State Change","source":"aws.ecs",
    ///         "detail":{"lastStatus":"RUNNING","updatedAt":"2020-01-23T17:57:58.103Z"}}"#,
    /// )?;
    /// let Some(Change::Task { task, updated_at }) = event.change() else {
    ///     panic!("the event is about a task");
    /// };
    /// assert_eq!(task.last_status(), Some("RUNNING"));
    /// assert_eq!(updated_at.map(|at| at.millis()), Some(1_579_802_278_103));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: Developer Guide, Amazon ECS events; EventBridge User Guide, event structure.
    pub struct Event {
        /// The version of the envelope: `0`.
        version: String = "version",
        /// The id of the event, a UUID.
        id: String = "id",
        /// What the event is about.
        detail_type: EventType = "detail-type",
        /// Who tells: `aws.ecs`.
        source: String = "source",
        /// The account.
        account: String = "account",
        /// When it happened.
        time: Timestamp = "time",
        /// The Region.
        region: String = "region",
        /// The ARNs of what it is about: the task, the container instance or the service.
        resources: Vec<String> = "resources",
        /// What happened.
        detail: Value = "detail",
    }
}

open_enum! {
    /// What an event is about.
    ///
    /// Source: Developer Guide, Amazon ECS events.
    pub enum EventType {
        /// A task.
        TaskStateChange = "ECS Task State Change",
        /// A container instance.
        ContainerInstanceStateChange = "ECS Container Instance State Change",
        /// Something that a service did.
        ServiceAction = "ECS Service Action",
        /// A deployment of a service.
        DeploymentStateChange = "ECS Deployment State Change",
        /// A lifecycle hook of a service deployment.
        HookStateChange = "ECS Hook State Change",
    }
}

/// What happened, by what it happened to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A task changed.
    Task {
        /// The task as it is now.
        task: Box<Task>,
        /// When it changed.
        updated_at: Option<Timestamp>,
    },
    /// A container instance changed.
    ContainerInstance {
        /// The container instance as it is now.
        container_instance: Box<ContainerInstance>,
        /// The ARN of its cluster.
        cluster_arn: Option<String>,
        /// When it changed.
        updated_at: Option<Timestamp>,
    },
    /// A service did something.
    ServiceAction(Box<ServiceAction>),
    /// A deployment changed.
    Deployment(Box<DeploymentStateChange>),
    /// A lifecycle hook of a service deployment changed.
    Hook(Box<HookStateChange>),
}

impl Event {
    /// An event that tells of the change.
    ///
    /// It has no `id` and no `time` yet. `resources` are those of a task, a container instance or a
    /// service deployment, and account and Region those of its ARN; of a service, whose ARN the
    /// change does not say, they are absent.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        let resource = change.resource();
        let arn = resource.and_then(|resource| ArnRef::parse(resource).ok());
        Self {
            version: Some("0".to_owned()),
            detail_type: Some(change.event_type()),
            source: Some(SOURCE.to_owned()),
            account: arn.and_then(|arn| arn.account()).map(str::to_owned),
            region: arn.and_then(|arn| arn.region()).map(str::to_owned),
            resources: resource.map(|resource| vec![resource.to_owned()]),
            detail: Some(change.detail()),
            ..Self::default()
        }
    }

    /// What happened; nothing if this version of the library does not know the type of the event,
    /// or `detail` is no object.
    ///
    /// A member of the wrong type is kept as unknown.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        let detail = self.detail.as_ref()?;
        Some(match self.detail_type.as_ref()? {
            EventType::TaskStateChange => {
                let mut task: Box<Task> = Box::new(read(detail)?);
                let updated_at = take(&mut task.unknown, UPDATED_AT);
                Change::Task { task, updated_at }
            }
            EventType::ContainerInstanceStateChange => {
                let mut container_instance: Box<ContainerInstance> = Box::new(read(detail)?);
                let unknown = &mut container_instance.unknown;
                Change::ContainerInstance {
                    cluster_arn: take(unknown, CLUSTER_ARN),
                    updated_at: take(unknown, UPDATED_AT),
                    container_instance,
                }
            }
            EventType::ServiceAction => Change::ServiceAction(Box::new(read(detail)?)),
            EventType::DeploymentStateChange => Change::Deployment(Box::new(read(detail)?)),
            EventType::HookStateChange => Change::Hook(Box::new(read(detail)?)),
            EventType::Other(_) => return None,
        })
    }
}

impl Change {
    /// The type of the event that tells of it.
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::Task { .. } => EventType::TaskStateChange,
            Self::ContainerInstance { .. } => EventType::ContainerInstanceStateChange,
            Self::ServiceAction(_) => EventType::ServiceAction,
            Self::Deployment(_) => EventType::DeploymentStateChange,
            Self::Hook(_) => EventType::HookStateChange,
        }
    }

    fn resource(&self) -> Option<&str> {
        match self {
            Self::Task { task, .. } => task.task_arn(),
            Self::ContainerInstance {
                container_instance, ..
            } => container_instance.container_instance_arn(),
            Self::Hook(change) => change.service_deployment_arn(),
            Self::ServiceAction(_) | Self::Deployment(_) => None,
        }
    }

    /// What happened, as events write it: with instants in ISO 8601.
    fn detail(&self) -> Value {
        match self {
            Self::Task { task, updated_at } => {
                let mut detail = written(task.as_ref(), Task::SHAPE);
                put(&mut detail, UPDATED_AT, updated_at.as_ref());
                detail
            }
            Self::ContainerInstance {
                container_instance,
                cluster_arn,
                updated_at,
            } => {
                let mut detail = written(container_instance.as_ref(), ContainerInstance::SHAPE);
                put(&mut detail, CLUSTER_ARN, cluster_arn.as_ref());
                put(&mut detail, UPDATED_AT, updated_at.as_ref());
                detail
            }
            Self::ServiceAction(action) => written(action.as_ref(), ServiceAction::SHAPE),
            Self::Deployment(change) => written(change.as_ref(), DeploymentStateChange::SHAPE),
            Self::Hook(change) => written(change.as_ref(), HookStateChange::SHAPE),
        }
    }
}

/// Members of events that the noun does not have in the API.
const UPDATED_AT: &str = "updatedAt";
const CLUSTER_ARN: &str = "clusterArn";

/// Takes a member out of the unknown ones, if it can be understood.
fn take<T: MemberType>(unknown: &mut UnknownMembers, name: &str) -> Option<T> {
    let taken = read(unknown.get(name)?);
    if taken.is_some() {
        unknown.remove(name);
    }
    taken
}

fn put(detail: &mut Value, name: &str, value: Option<&impl ToString>) {
    if let (Some(value), Value::Object(members)) = (value, detail) {
        members.insert(name.to_owned(), Value::String(value.to_string()));
    }
}

fn written(object: &impl Serialize, shape: &Shape) -> Value {
    let mut detail = serde_json::to_value(object).unwrap_or_default();
    write_iso(&mut detail, shape);
    detail
}

fn read<T: MemberType>(value: &Value) -> Option<T> {
    let mut ignore = |_: &At<'_>, _: ShapeFault<'_>| {};
    T::read(value, &At::ROOT, &mut Reader::new(&mut ignore))
}

/// Writes the instants of an object of this shape in ISO 8601.
fn write_iso(value: &mut Value, shape: &Shape) {
    let Value::Object(members) = value else {
        return;
    };
    for member in shape.members {
        if let Some(value) = members.get_mut(member.name) {
            write_kind(value, &member.kind);
        }
    }
}

fn write_kind(value: &mut Value, kind: &Kind) {
    match (kind, value) {
        (Kind::Timestamp, value @ Value::Number(_)) => {
            if let Some(at) = read::<Timestamp>(value) {
                *value = Value::String(at.to_string());
            }
        }
        (Kind::Structure(shape), value) => write_iso(value, shape),
        (Kind::List(element), Value::Array(items)) => {
            for item in items {
                write_kind(item, element);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str =
        "arn:aws:ecs:us-west-2:111122223333:task/web/c13b4cb40f1f4fe4a2971f76ae5a47ad";

    #[test]
    fn a_task_goes_into_an_event_and_comes_back() {
        let task: Task = serde_json::from_str(&format!(
            r#"{{"taskArn":"{TASK}","createdAt":1579802254.402,"version":4,"containers":[
                {{"name":"web","managedAgents":[{{"lastStartedAt":1579802258}}]}}]}}"#,
        ))
        .unwrap();
        let change = Change::Task {
            task: Box::new(task),
            updated_at: Some(Timestamp::from_seconds(1_579_802_278)),
        };
        let event = Event::of(&change);
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            serde_json::json!({
                "version": "0",
                "detail-type": "ECS Task State Change",
                "source": "aws.ecs",
                "account": "111122223333",
                "region": "us-west-2",
                "resources": [TASK],
                "detail": {
                    "taskArn": TASK,
                    "createdAt": "2020-01-23T17:57:34.402Z",
                    "version": 4,
                    "containers": [{
                        "name": "web",
                        "managedAgents": [{"lastStartedAt": "2020-01-23T17:57:38Z"}],
                    }],
                    "updatedAt": "2020-01-23T17:57:58Z",
                },
            })
        );
        assert_eq!(event.change(), Some(change));
    }

    #[test]
    fn a_container_instance_goes_into_an_event_and_comes_back() {
        let instance: ContainerInstance =
            serde_json::from_str(r#"{"status":"DRAINING","registeredAt":1,"accountType":"m"}"#)
                .unwrap();
        let change = Change::ContainerInstance {
            container_instance: Box::new(instance),
            cluster_arn: Some("arn".to_owned()),
            updated_at: None,
        };
        let event = Event::of(&change);
        assert_eq!(event.resources, None);
        assert_eq!(event.change(), Some(change));
    }

    #[test]
    fn services_and_deployments() {
        let text = r#"{"detail-type":"ECS Service Action","resources":["arn"],
            "detail":{"eventType":"ERROR","eventName":"SERVICE_TASK_PLACEMENT_FAILURE",
            "clusterArn":"arn","reason":"RESOURCE:CPU","createdAt":"2019-11-06T19:09:33.087Z"}}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        let Some(Change::ServiceAction(action)) = event.change() else {
            panic!("{event:?}");
        };
        assert_eq!(
            action.event_name,
            Some(EventName::ServiceTaskPlacementFailure)
        );
        assert_eq!(action.event_type, Some(EventLevel::Error));
        let written = Event::of(&Change::ServiceAction(action));
        assert_eq!(written.detail, event.detail);

        let deployment = Change::Deployment(Box::new(
            DeploymentStateChange::default()
                .with_event_name(EventName::ServiceDeploymentCompleted)
                .with_updated_at(Timestamp::UNIX_EPOCH),
        ));
        let event = Event::of(&deployment);
        let detail = serde_json::to_string(&event.detail).unwrap();
        assert_eq!(
            detail,
            r#"{"eventName":"SERVICE_DEPLOYMENT_COMPLETED","updatedAt":"1970-01-01T00:00:00Z"}"#
        );
        assert_eq!(event.change(), Some(deployment));
    }

    #[test]
    fn a_hook_goes_into_an_event_and_comes_back() {
        let arn = "arn:aws:ecs:us-west-2:111122223333:service-deployment/main/web/d";
        let hook = Change::Hook(Box::new(
            HookStateChange::default()
                .with_event_name(EventName::HookAwaitingAction)
                .with_expires_at(Timestamp::UNIX_EPOCH)
                .with_service_deployment_arn(arn),
        ));
        let event = Event::of(&hook);
        assert_eq!(event.resources, Some(vec![arn.to_owned()]));
        assert_eq!(event.region(), Some("us-west-2"));
        let detail = serde_json::to_string(&event.detail).unwrap();
        let expected = r#"{"eventName":"HOOK_AWAITING_ACTION","expiresAt":"1970-01-01T00:00:00Z",
            "serviceDeploymentArn":"ARN"}"#;
        let expected: Value = serde_json::from_str(&expected.replace("ARN", arn)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&detail).unwrap(), expected);
        assert_eq!(event.change(), Some(hook));
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        for text in [
            r#"{"detail-type":"ECS Daemon Service Action","detail":{"eventName":"DAEMON_TASK_START_IMPAIRED"}}"#,
            r#"{"detail-type":"ECS Task State Change","detail":[7]}"#,
            r#"{"detail-type":"ECS Task State Change","colour":"blue"}"#,
            r#"{"detail":{"taskArn":"arn"}}"#,
        ] {
            let event: Event = serde_json::from_str(text).unwrap();
            assert_eq!(event.change(), None, "{text}");
            assert_eq!(serde_json::to_string(&event).unwrap().len(), text.len());
        }
        let text =
            r#"{"detail-type":"ECS Task State Change","detail":{"version":"x","updatedAt":"x"}}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        let change = event.change().unwrap();
        assert_eq!(Event::of(&change).detail, event.detail);
    }
}
