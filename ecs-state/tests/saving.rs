//! Every machine and its records: what is saved and restored behaves the same, and what was saved
//! once can be read for ever.
//!
//! `ECS_BLESS=1` writes the documents that are not there.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod budget;

use std::fmt::Debug;
use std::time::Duration;

use budget::config;
use ecs_model::Timestamp;
use ecs_state::{
    AgentEvent, AgentTask, AgentTaskStatus, AttachmentEvent, AttachmentKind, Condition,
    ContainerSpec, ContainerStatus, ForceDeregistration, HostAttachment, InstanceEvent,
    InstanceMachine, Phases, Record, Recorded, ResourceSpec, RestartPolicy, RuntimeEvent,
    StopCause, TaskEvent, TaskMachine, TaskSpec,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// What comes back when something is saved as it is, or by what writes its secrets too.
fn restored<T: DeserializeOwned>(written: &impl Serialize) -> T {
    serde_json::from_str(&serde_json::to_string(written).unwrap()).unwrap()
}

/// Has a machine and a copy of it, which is saved and restored before each event, go the same way:
/// the machine takes the events, the copy their records. `drop_actions` polls.
fn follow<M: Recorded + Debug>(
    mut machine: M,
    events: &[(M::Event, i64)],
    restore: impl Fn(&M) -> M,
    restore_record: impl Fn(&Record<M>) -> Record<M>,
    drop_actions: impl Fn(&mut M),
) {
    let mut copy = machine.clone();
    let mut now = 0;
    for (event, seconds) in events {
        now += seconds;
        let before = machine.clone();
        let decision = machine.decide(event.clone(), at(now));
        assert_eq!(machine, before);
        assert_eq!(machine.handle(event, at(now)), decision.outcome);
        copy = restore(&copy);
        match &decision.record {
            Some(record) => assert_eq!(copy.apply(&restore_record(record)), decision.outcome),
            None => assert_eq!(machine, before),
        }
        drop_actions(&mut machine);
        drop_actions(&mut copy);
        assert_eq!(copy, machine, "after {event:?}");
    }
}

fn histories<E: Clone + Debug>(
    events: impl IntoIterator<Item = E>,
) -> impl Strategy<Value = Vec<(E, i64)>> {
    let events: Vec<E> = events.into_iter().collect();
    let count = events.len();
    let event = (0..count).prop_map(move |position| events[position].clone());
    // Clocks may go back.
    proptest::collection::vec((event, -9_i64..400), 0..40)
}

fn instance_events() -> Vec<InstanceEvent> {
    let drain = |limit| InstanceEvent::Drain { limit };
    let deregister = |force, running_tasks| InstanceEvent::Deregister {
        force,
        running_tasks,
    };
    vec![
        InstanceEvent::AgentConnected,
        InstanceEvent::AgentDisconnected,
        InstanceEvent::Heartbeat,
        InstanceEvent::TrunkAttached,
        InstanceEvent::TrunkFailed {
            reason: "no".to_owned(),
        },
        InstanceEvent::TrunkDetached,
        drain(None),
        drain(Some(Duration::from_millis(90_500))),
        InstanceEvent::Activate,
        deregister(ForceDeregistration::No, 1),
        deregister(ForceDeregistration::No, 0),
        deregister(ForceDeregistration::Yes, 2),
        InstanceEvent::Terminated,
        InstanceEvent::Timeout,
        InstanceEvent::Timeout,
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_container_instance(trunk in any::<bool>(), events in histories(instance_events())) {
        let instance = match trunk {
            true => InstanceMachine::register_with_trunk(at(0)),
            false => InstanceMachine::register(at(0)),
        };
        follow(instance, &events, restored, restored, |instance| {
            while instance.poll_action().is_some() || instance.poll_change().is_some() {}
        });
    }

    #[test]
    fn an_attachment(
        events in histories([
            AttachmentEvent::Seen,
            AttachmentEvent::Gone,
            AttachmentEvent::TaskStatus(AgentTaskStatus::None),
            AttachmentEvent::TaskStatus(AgentTaskStatus::Running),
            AttachmentEvent::Timeout,
        ]),
    ) {
        follow(HostAttachment::new(at(500)), &events, restored, restored, |attachment| {
            let _ = attachment.poll_report();
        });
    }
}

#[cfg(feature = "agent")]
mod agent {
    use super::*;
    use ecs_model::agent::AgentUpdateSubject;
    use ecs_model::version::Version;
    use ecs_state::{
        AgentUpdate, AgentUpdater, UpdateAction, UpdateEvent, UpdateInfo, UpdaterEvent,
    };

    pub(super) fn update(is_connected: bool) -> AgentUpdate {
        let agent = AgentUpdateSubject::new(Some(Version::new(1, 3, 1)));
        AgentUpdate::request(&agent, Version::new(1, 4, 0), is_connected, at(0)).unwrap()
    }

    fn update_events() -> Vec<UpdateEvent> {
        let version = |text: &str| UpdateEvent::Registered {
            version: Some(text.to_owned()),
        };
        vec![
            UpdateEvent::Sent(UpdateAction::StageUpdate),
            UpdateEvent::Sent(UpdateAction::PerformUpdate),
            UpdateEvent::Acknowledged(UpdateAction::StageUpdate),
            UpdateEvent::Acknowledged(UpdateAction::PerformUpdate),
            UpdateEvent::Refused {
                reason: "no".to_owned(),
            },
            version("1.3.1"),
            version("1.4.0"),
            version("mine"),
            UpdateEvent::Registered { version: None },
            UpdateEvent::Connected,
            UpdateEvent::Disconnected,
            UpdateEvent::Timeout,
        ]
    }

    pub(super) fn stage(message_id: &str, signature: &str) -> UpdaterEvent {
        UpdaterEvent::StageUpdate {
            message_id: message_id.to_owned(),
            info: Some(UpdateInfo::new("https://example.com/agent.tar", signature)),
        }
    }

    fn updater_events() -> Vec<UpdaterEvent> {
        let perform = |message_id: &str| UpdaterEvent::PerformUpdate {
            message_id: message_id.to_owned(),
        };
        vec![
            stage("m1", "aa"),
            stage("m2", "aa"),
            stage("m3", "bb"),
            UpdaterEvent::StageUpdate {
                message_id: "m4".to_owned(),
                info: None,
            },
            UpdaterEvent::Downloaded {
                message_id: "m1".to_owned(),
                signature: "aa".to_owned(),
            },
            UpdaterEvent::DownloadFailed {
                message_id: "m3".to_owned(),
                error: "404 Not Found".to_owned(),
            },
            perform("m5"),
            UpdaterEvent::Timeout,
        ]
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn an_updater(enabled in any::<bool>(), events in histories(updater_events())) {
            follow(AgentUpdater::new(enabled), &events, restored, restored, |updater| {
                while updater.poll_action().is_some() {}
            });
        }

        #[test]
        fn an_update(is_connected in any::<bool>(), events in histories(update_events())) {
            follow(update(is_connected), &events, restored, restored, |update| {
                while update.poll_action().is_some() {}
            });
        }
    }
}

#[cfg(feature = "anywhere")]
mod anywhere {
    use super::*;
    use ecs_model::agent::{EcsConfig, HostOs, Secret};
    use ecs_model::anywhere::CreateActivationRequest;
    use ecs_state::anywhere::{
        Activation, ActivationEvent, ClusterMove, ExternalEvent, ExternalInstance, MoveEvent,
        MoveProcedure, MoveStep,
    };

    pub(super) const CODE: &str = "dRmgnYaFv567vEXAMPLE";

    pub(super) fn activation() -> Activation {
        let request = CreateActivationRequest::default()
            .with_iam_role("ecsAnywhereRole")
            .with_registration_limit(3);
        let id = "5743558d-563b-4457-8682-d16c30000000";
        Activation::new(request, id, Secret::new(CODE), at(0)).unwrap()
    }

    pub(super) fn installed() -> ExternalEvent {
        ExternalEvent::AgentInstalled {
            config: EcsConfig::default().with("ECS_CLUSTER", "web").with(
                "ECS_ENGINE_AUTH_DATA",
                r#"{"r.tld":{"password":"swordfish"}}"#,
            ),
        }
    }

    pub(super) fn activated(activation: &str) -> ExternalEvent {
        ExternalEvent::Activated {
            activation: activation.to_owned(),
            managed_instance: "mi-0123456789abcdef0".parse().unwrap(),
        }
    }

    fn external_events() -> Vec<ExternalEvent> {
        let arn = || "arn:aws:ecs:us-east-1:123456789012:container-instance/web/1".to_owned();
        vec![
            activated("first"),
            activated("second"),
            installed(),
            ExternalEvent::Registered { arn: arn() },
            ExternalEvent::AgentDisconnected,
            ExternalEvent::AgentConnected,
            ExternalEvent::Moved {
                cluster: "batch".to_owned(),
                arn: arn(),
            },
            ExternalEvent::Deregister,
            ExternalEvent::DeregisterManagedInstance,
            ExternalEvent::Cleaned,
            ExternalEvent::Timeout,
        ]
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn an_activation(
            shown in any::<bool>(),
            events in histories([ActivationEvent::Registered]),
        ) {
            let mut activation = activation();
            if shown {
                prop_assert!(activation.poll_code().is_some());
            }
            let whole = |activation: &Activation| restored(&activation.with_secrets());
            follow(activation.clone(), &events, whole, restored, |_| {});
            let mut again = whole(&activation);
            prop_assert_eq!(again.poll_code().is_some(), !shown);
            prop_assert!(again.check_code(CODE).is_ok());
        }

        #[test]
        fn a_machine_outside(events in histories(external_events())) {
            let whole = |machine: &ExternalInstance| restored(&machine.with_secrets());
            let record = |record: &Record<ExternalInstance>| restored(&ExternalInstance::record_with_secrets(record));
            follow(ExternalInstance::new(HostOs::Linux), &events, whole, record, |machine| {
                while machine.poll_action().is_some() {}
            });
        }

        #[test]
        fn a_move(
            quick in any::<bool>(),
            is_polled in any::<bool>(),
            events in histories(MoveStep::ALL.iter().copied().map(MoveEvent::StepDone)),
        ) {
            let procedure = match quick {
                true => MoveProcedure::ForgetState,
                false => MoveProcedure::RegisterAgain,
            };
            let to_batch = ClusterMove::new(HostOs::Linux, procedure, "batch").unwrap();
            follow(to_batch, &events, restored, restored, |to_batch| {
                if is_polled {
                    let _ = to_batch.poll_step();
                }
            });
        }
    }

    /// A secret is not written unless it is asked for, and what was written without it is not read.
    #[test]
    fn secrets_are_not_saved_by_accident() {
        let plain = serde_json::to_string(&activation()).unwrap();
        assert!(!plain.contains(CODE));
        assert!(is_refused::<Activation>(&plain));

        let mut machine = ExternalInstance::new(HostOs::Linux);
        machine.handle(&activated("first"), at(1)).unwrap();
        let record = machine.decide(installed(), at(2)).record.unwrap();
        let plain = serde_json::to_string(&record).unwrap();
        assert!(!plain.contains("swordfish"));
        assert!(is_refused::<Record<ExternalInstance>>(&plain));
        machine.apply(&record).unwrap();
        let plain = serde_json::to_string(&machine).unwrap();
        assert!(!plain.contains("swordfish"));
        assert!(is_refused::<ExternalInstance>(&plain));
    }

    fn is_refused<T: DeserializeOwned>(text: &str) -> bool {
        let refusal = "`[redacted]` stands in place of a secret that was not written";
        serde_json::from_str::<T>(text).is_err_and(|error| error.to_string().starts_with(refusal))
    }

    #[test]
    fn a_name_that_is_none_is_not_read_back() {
        let to_batch = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch");
        let saved = serde_json::to_string(&to_batch.unwrap()).unwrap();
        let error = serde_json::from_str::<ClusterMove>(&saved.replace("batch", "a;rm -rf /"));
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with("`a;rm -rf /` is not 1 to 255 letters, digits, `-` and `_`")
        );
    }
}

/// What was written by version 1 is read, is what is written, and a later one is refused.
fn check_document<T: DeserializeOwned + Debug + PartialEq>(
    name: &str,
    called: &str,
    value: &T,
    written: &impl Serialize,
) {
    let path = format!(
        "{}/tests/data/saved/{name}-1.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let written = serde_json::to_value(written).unwrap();
    let bless = std::env::var("ECS_BLESS").is_ok_and(|value| value == "1");
    if bless && !std::fs::exists(&path).unwrap() {
        let text = serde_json::to_string_pretty(&written).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let saved = std::fs::read_to_string(&path).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&saved).unwrap(), value, "{name}");
    let saved: Value = serde_json::from_str(&saved).unwrap();
    assert_eq!(written, saved, "{name}");
    let refused = |member: &str, value: u32| {
        let mut changed = saved.clone();
        changed[member] = value.into();
        let read = serde_json::from_value::<T>(changed);
        read.unwrap_err().to_string()
    };
    assert_eq!(
        refused("format", 2),
        format!("format 2 of the {called} is not known, only 1 is")
    );
    let unknown = refused("moon", 1);
    assert!(unknown.starts_with("unknown field `moon`"), "{unknown}");
}

fn check_machine<M: Recorded + Debug + Serialize + DeserializeOwned>(name: &str, machine: &M) {
    check_document(name, M::NAME, machine, machine);
}

/// The record of an event that changes the machine.
fn check_record<M: Recorded + Debug>(name: &str, machine: &M, event: M::Event) {
    let record = machine.decide(event, at(90)).record.unwrap();
    check_document(&format!("{name}-record"), M::RECORD, &record, &record);
}

fn spec() -> TaskSpec {
    let secrets = ResourceSpec::new("secrets")
        .with_credentials()
        .required_by("web", ContainerStatus::Created);
    let db = ContainerSpec::new("db")
        .non_essential()
        .with_health_check()
        .with_start_timeout(Duration::from_secs(60))
        .with_restart(RestartPolicy::new().with_ignored_exit_codes([0]));
    let web = ContainerSpec::new("web")
        .with_managed_agent()
        .with_credentials()
        .depends_on("db", Condition::Healthy);
    let spec = TaskSpec::new([web, db]).unwrap();
    let spec = spec.with_network_container().unwrap();
    spec.with_resources([secrets]).unwrap()
}

#[test]
fn documents_of_version_1_are_read() {
    let ended = RuntimeEvent::Stopped {
        exit_code: Some(1),
        reason: Some("OutOfMemoryError: Container killed due to memory usage".to_owned()),
    };
    let mut host = AgentTask::new(spec(), at(0));
    let pause = "~internal~ecs~pause";
    let started = RuntimeEvent::Started {
        network_bindings: Vec::new(),
    };
    for (container, event) in [
        (pause, started.clone()),
        (pause, RuntimeEvent::NetworkProvisioned),
        ("db", started),
    ] {
        let _ = host.handle_event(container, event, at(1));
    }
    check_machine("task-on-its-host", &host);
    let container = "db".to_owned();
    let event = AgentEvent::Container {
        container,
        event: ended,
    };
    check_record("task-on-its-host", &host, event);

    let mut task = TaskMachine::new(spec(), Phases::guide_2015(), at(0))
        .with_attachment("eni", AttachmentKind::ElasticNetworkInterface);
    while let Some(report) = host.poll_report() {
        let _ = task.handle_report(&report, at(2));
    }
    check_machine("task", &task);
    let reason = Some("maintenance".to_owned());
    check_record("task", &task, TaskEvent::Stop(StopCause::User { reason }));

    let mut instance = InstanceMachine::register_with_trunk(at(0));
    instance.handle_trunk_attached(at(1)).unwrap();
    instance.handle_heartbeat(at(2));
    check_machine("container-instance", &instance);
    let limit = Some(Duration::from_secs(60));
    check_record(
        "container-instance",
        &instance,
        InstanceEvent::Drain { limit },
    );

    let attachment = HostAttachment::new(at(180));
    check_machine("attachment", &attachment);
    check_record("attachment", &attachment, AttachmentEvent::Seen);
}

#[cfg(feature = "agent")]
#[test]
fn documents_of_updates_are_read() {
    use ecs_state::{UpdateAction, UpdateEvent};

    let update = agent::update(true);
    check_machine("agent-update", &update);
    let sent = UpdateEvent::Sent(UpdateAction::StageUpdate);
    check_record("agent-update", &update, sent);

    let mut updater = ecs_state::AgentUpdater::new(true);
    let _ = updater.handle(&agent::stage("m1", "aa"), at(1));
    check_machine("agent-updater", &updater);
    check_record("agent-updater", &updater, agent::stage("m2", "bb"));
}

/// Downloads were not told apart at first.
#[cfg(feature = "agent")]
#[test]
fn older_updates_know_which_message_asked_for_a_download() {
    use ecs_state::{AgentUpdater, UpdaterEvent, Verdict};
    use serde_json::json;

    let mut written = AgentUpdater::new(true);
    let _ = written.handle(&agent::stage("m1", "aa"), at(1));
    let older = json!({
        "format": 1, "isEnabled": true, "stage": "downloading", "signature": "aa",
        "unanswered": ["m1"], "downloadBy": 901, "now": 1,
        "actions": [{"download": {"location": "https://example.com/agent.tar"}}]
    });
    let updater: AgentUpdater = serde_json::from_value(older).unwrap();
    assert_eq!(updater, written);
    for older in [
        json!({"downloaded": {"signature": "aa"}}),
        json!({"downloadFailed": {"error": "404 Not Found"}}),
    ] {
        let event: UpdaterEvent = serde_json::from_value(older).unwrap();
        let mut updater = updater.clone();
        assert_eq!(updater.handle(&event, at(2)), Verdict::Applied);
        assert_eq!(updater.poll_timeout(), None);
        assert_eq!(updater.handle(&event, at(2)), Verdict::Stale);
    }
}

#[cfg(feature = "anywhere")]
#[test]
fn documents_of_machines_outside_are_read() {
    use ecs_model::agent::HostOs;
    use ecs_state::anywhere::{
        Activation, ActivationEvent, ClusterMove, ExternalInstance, MoveEvent, MoveProcedure,
        MoveStep,
    };
    use ecs_taskdef::Saved;

    let mut activation = anywhere::activation();
    activation
        .handle(&ActivationEvent::Registered, at(1))
        .unwrap();
    let whole = activation.with_secrets();
    check_document("activation", Activation::NAME, &activation, &whole);
    check_record("activation", &activation, ActivationEvent::Registered);

    let mut machine = ExternalInstance::new(HostOs::Linux);
    machine
        .handle(&anywhere::activated("first"), at(1))
        .unwrap();
    let record = machine.decide(anywhere::installed(), at(2)).record.unwrap();
    machine.apply(&record).unwrap();
    let whole = machine.with_secrets();
    check_document(
        "external-instance",
        ExternalInstance::NAME,
        &machine,
        &whole,
    );
    let whole = ExternalInstance::record_with_secrets(&record);
    let called = ExternalInstance::RECORD;
    check_document("external-instance-record", called, &record, &whole);

    let mut to_batch =
        ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch").unwrap();
    assert_eq!(to_batch.poll_step(), Some(MoveStep::StopAgent));
    check_machine("cluster-move", &to_batch);
    let done = MoveEvent::StepDone(MoveStep::StopAgent);
    check_record("cluster-move", &to_batch, done);
}
