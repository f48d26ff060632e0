//! Container instances and updates of their agents.

use ecs_model::Timestamp;
use ecs_state::{
    ForceDeregistration, HEARTBEAT_TIMEOUT, InstanceAction, InstanceChangeError, InstanceMachine,
    InstanceStatus, MANAGED_DRAINING_LIMIT, Verdict,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn actions(instance: &mut InstanceMachine) -> Vec<InstanceAction> {
    std::iter::from_fn(|| instance.poll_action()).collect()
}

#[test]
fn draining_and_back() {
    let mut instance = InstanceMachine::register(at(0));
    instance.handle_drain(at(1)).unwrap();
    assert_eq!(actions(&mut instance), [InstanceAction::DrainTasks]);
    assert_eq!(instance.status().to_string(), "DRAINING");
    assert!(!instance.takes_tasks());
    instance.handle_activate(at(2)).unwrap();
    instance.handle_activate(at(2)).unwrap();
    assert!(instance.takes_tasks());
    assert_eq!(instance.version(), 3);
    instance
        .handle_drain_within(MANAGED_DRAINING_LIMIT, at(3))
        .unwrap();
    let end = at(3).saturating_add(MANAGED_DRAINING_LIMIT);
    assert_eq!(instance.poll_timeout(), Some(end));
    assert_eq!(instance.handle_timeout(at(4)), Verdict::Duplicate);
    assert_eq!(instance.handle_timeout(end), Verdict::Applied);
    assert_eq!(
        actions(&mut instance),
        [InstanceAction::DrainTasks, InstanceAction::EndDraining]
    );
}

#[test]
fn a_silent_agent_counts_as_disconnected() {
    let mut instance = InstanceMachine::register(at(0));
    instance.handle_heartbeat(at(10));
    let silent = at(10).saturating_add(HEARTBEAT_TIMEOUT);
    assert_eq!(instance.poll_timeout(), Some(silent));
    assert_eq!(instance.handle_timeout(silent), Verdict::Applied);
    assert!(!instance.is_connected());
    assert_eq!(instance.status(), InstanceStatus::Active);
    instance.handle_heartbeat(at(600));
    assert!(instance.takes_tasks());
    let changes: Vec<bool> = std::iter::from_fn(|| instance.poll_change())
        .map(|change| change.is_connected)
        .collect();
    assert_eq!(changes, [true, false, true]);
}

#[test]
fn a_trunk_comes_first_and_goes_last() {
    let mut instance = InstanceMachine::register_with_trunk(at(0));
    assert_eq!(actions(&mut instance), [InstanceAction::AttachTrunk]);
    let error = instance.handle_drain(at(1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot drain a container instance that is REGISTERING"
    );
    let mut failed = instance.clone();
    failed
        .handle_trunk_failed("no interface left", at(1))
        .unwrap();
    assert_eq!(failed.status().to_string(), "REGISTRATION_FAILED");
    assert_eq!(failed.status_reason(), Some("no interface left"));
    instance.handle_trunk_attached(at(2)).unwrap();
    instance
        .handle_deregister(ForceDeregistration::No, 0, at(3))
        .unwrap();
    assert_eq!(instance.status().to_string(), "DEREGISTERING");
    assert_eq!(actions(&mut instance), [InstanceAction::DetachTrunk]);
    instance.handle_trunk_detached(at(4)).unwrap();
    assert!(!instance.is_listed() && instance.is_describable(at(5)));
}

#[test]
fn a_forced_deregistration_leaves_orphans() {
    let mut instance = InstanceMachine::register(at(0));
    let before = instance.clone();
    let refused = instance.handle_deregister(ForceDeregistration::No, 1, at(9));
    assert_eq!(refused, Err(InstanceChangeError::RunsTasks(1)));
    assert_eq!(instance, before);
    instance
        .handle_deregister(ForceDeregistration::Yes, 2, at(9))
        .unwrap();
    assert_eq!(instance.orphans(), 2);
    assert_eq!(actions(&mut instance), [InstanceAction::LoseTasks]);
    instance.handle_agent_connected(at(10));
    assert!(!instance.is_connected());
    let error = instance.handle_terminated(at(11)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot deregister a container instance that is INACTIVE"
    );
}

#[test]
fn a_host_without_agent_stays_registered_when_it_is_terminated() {
    let mut instance = InstanceMachine::register(at(0));
    instance.handle_agent_disconnected(at(1));
    instance.handle_terminated(at(2)).unwrap();
    assert_eq!(instance.status(), InstanceStatus::Active);
    assert_eq!(actions(&mut instance), [InstanceAction::LoseTasks]);
    let saved = serde_json::to_string(&instance).unwrap();
    assert_eq!(
        serde_json::from_str::<InstanceMachine>(&saved).unwrap(),
        instance
    );
}

#[cfg(feature = "agent")]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod update {
    use super::at;
    use ecs_model::agent::AgentUpdateSubject;
    use ecs_model::version::Version;
    use ecs_state::{
        AgentUpdate, AgentUpdater, DOWNLOAD_TIMEOUT, Recorded, UPDATE_TIMEOUT, UpdateAction,
        UpdateEvent, UpdateInfo, UpdateStatus, UpdaterAction, Verdict,
    };

    fn update(is_connected: bool) -> AgentUpdate {
        let agent = AgentUpdateSubject::new(Some(Version::new(1, 3, 1)));
        AgentUpdate::request(&agent, Version::new(1, 4, 0), is_connected, at(0)).unwrap()
    }

    #[test]
    fn it_waits_for_the_connection() {
        let mut update = update(false);
        assert_eq!(update.poll_action(), None);
        let _ = update.handle_connected(at(1));
        assert_eq!(update.poll_action(), Some(UpdateAction::StageUpdate));
        let _ = update.handle_sent(UpdateAction::StageUpdate, at(1));
        assert_eq!(update.status(), UpdateStatus::Staging);
        let _ = update.handle_disconnected(at(2));
        assert_eq!(update.handle_disconnected(at(2)), Verdict::Duplicate);
        let saved = serde_json::to_string(&update).unwrap();
        let mut update: AgentUpdate = serde_json::from_str(&saved).unwrap();
        let _ = update.handle_connected(at(900));
        assert_eq!(update.poll_action(), Some(UpdateAction::StageUpdate));
        assert_eq!(update.status(), UpdateStatus::Staging);
    }

    #[test]
    fn a_refusal_is_the_end() {
        let mut update = update(true);
        let _ = update.handle_sent(UpdateAction::StageUpdate, at(1));
        let _ = update.handle_refused("Updates are disabled", at(2));
        assert_eq!(update.status(), UpdateStatus::Failed);
        assert_eq!(update.reason(), Some("Updates are disabled"));
        assert_eq!(
            update.handle_acknowledged(UpdateAction::StageUpdate, at(3)),
            Verdict::Stale
        );
    }

    #[test]
    fn the_new_agent_has_to_come_back() {
        let mut update = update(true);
        let _ = update.handle_sent(UpdateAction::StageUpdate, at(1));
        let _ = update.handle_acknowledged(UpdateAction::StageUpdate, at(2));
        let _ = update.handle_sent(UpdateAction::PerformUpdate, at(3));
        let unknown = Some("mine".to_owned());
        for (version, reason) in [
            (
                Some("1.3.1".to_owned()),
                "the agent registered with version 1.3.1, which is older than 1.4.0",
            ),
            (None, "the agent registered without a known version"),
            (unknown, "the agent registered without a known version"),
        ] {
            let mut old = update.clone();
            let _ = old.handle(&UpdateEvent::Registered { version }, at(4));
            assert_eq!(old.reason(), Some(reason));
        }
        let end = at(3).saturating_add(UPDATE_TIMEOUT);
        assert_eq!(update.poll_timeout(), Some(end));
        let _ = update.handle_timeout(end);
        assert_eq!(update.reason(), Some("the agent did not come back"));
    }

    fn answers(updater: &mut AgentUpdater) -> Vec<String> {
        let actions = std::iter::from_fn(|| updater.poll_action());
        let text = |action| match action {
            UpdaterAction::Download {
                message_id,
                location,
            } => format!("{message_id}: download {location}"),
            UpdaterAction::Acknowledge { message_id } => format!("{message_id}: yes"),
            UpdaterAction::Refuse { message_id, reason } => format!("{message_id}: {reason}"),
            other => format!("{other:?}"),
        };
        actions.map(text).collect()
    }

    fn info(signature: &str) -> UpdateInfo {
        UpdateInfo::new("https://example.com/agent.tar", signature)
    }

    #[test]
    fn an_agent_answers_a_message_that_comes_twice_with_the_download() {
        let mut updater = AgentUpdater::new(true);
        let download = "m1: download https://example.com/agent.tar";
        let stage = |updater: &mut AgentUpdater, id: &str, signature: &str, seconds| {
            updater.handle_stage_update(id, Some(&info(signature)), at(seconds))
        };
        assert_eq!(stage(&mut updater, "m1", "aa", 0), Verdict::Applied);
        assert_eq!(answers(&mut updater), [download]);
        for id in ["m1", "m2", "m1"] {
            assert_eq!(stage(&mut updater, id, "aa", 1), Verdict::Duplicate);
        }
        assert_eq!(answers(&mut updater), [""; 0]);
        let _ = updater.handle_perform_update("m3", at(2));
        assert_eq!(
            answers(&mut updater),
            ["m3: Cannot perform update; update not downloaded"]
        );
        assert_eq!(
            updater.handle_downloaded("m1", "aa", at(3)),
            Verdict::Applied
        );
        assert_eq!(answers(&mut updater), ["m1: yes", "m2: yes"]);
        assert_eq!(updater.handle_downloaded("m1", "aa", at(3)), Verdict::Stale);
        // The answer was lost.
        assert_eq!(stage(&mut updater, "m1", "aa", 4), Verdict::Duplicate);
        assert_eq!(answers(&mut updater), ["m1: yes"]);
        assert_eq!(updater.handle_perform_update("m4", at(5)), Verdict::Applied);
        assert_eq!(
            updater.handle_perform_update("m4", at(6)),
            Verdict::Duplicate
        );
        assert_eq!(answers(&mut updater), ["m4: yes", "Exit", "m4: yes"]);
    }

    #[test]
    fn another_update_takes_the_place_of_the_one_before() {
        let mut updater = AgentUpdater::new(true);
        let _ = updater.handle_stage_update("m1", Some(&info("aa")), at(0));
        let _ = updater.handle_stage_update("m2", Some(&info("bb")), at(1));
        let _ = updater.handle_downloaded("m2", "bb", at(2));
        let _ = updater.handle_stage_update("m3", Some(&info("cc")), at(3));
        assert_eq!(
            answers(&mut updater),
            [
                "m1: download https://example.com/agent.tar",
                "m1: New update arrived: m2",
                "m2: download https://example.com/agent.tar",
                "m2: yes",
                "m3: download https://example.com/agent.tar"
            ]
        );
    }

    #[test]
    fn what_comes_of_another_download_changes_nothing() {
        let stage = |updater: &mut AgentUpdater, id, signature, seconds| {
            updater.handle_stage_update(id, Some(&info(signature)), at(seconds))
        };
        let mut updater = AgentUpdater::new(true);
        let _ = stage(&mut updater, "m1", "aa", 0);
        let _ = stage(&mut updater, "m2", "bb", 1);
        let before = updater.clone();
        for other in ["m1", "m2 ", ""] {
            let downloaded = updater.handle_downloaded(other, "aa", at(2));
            let failed = updater.handle_download_failed(other, "404 Not Found", at(2));
            assert_eq!((downloaded, failed), (Verdict::Stale, Verdict::Stale));
        }
        assert_eq!(updater, before);
        let new = updater.handle_downloaded("m2", "bb", at(3));
        assert_eq!(new, Verdict::Applied);

        // One that was given up, and goes on all the same.
        let mut updater = AgentUpdater::new(true);
        let _ = stage(&mut updater, "m1", "aa", 0);
        let _ = updater.handle_timeout(at(0).saturating_add(DOWNLOAD_TIMEOUT));
        let _ = stage(&mut updater, "m2", "aa", 1_000);
        let late = updater.handle_download_failed("m1", "404 Not Found", at(1_001));
        assert_eq!(late, Verdict::Stale);
        let new = updater.handle_downloaded("m2", "aa", at(1_002));
        assert_eq!(new, Verdict::Applied);
    }

    #[test]
    fn every_refusal_of_an_agent() {
        let nothing = UpdateInfo::default();
        let mut unsigned = info("aa");
        unsigned.signature = None;
        for (is_enabled, info, reason) in [
            (false, Some(&info("aa")), "Updates are disabled"),
            (true, None, "Invalid update: no update info given"),
            (true, Some(&nothing), "Invalid update: no location given"),
            (true, Some(&unsigned), "Invalid update: no signature given"),
        ] {
            let mut updater = AgentUpdater::new(is_enabled);
            let _ = updater.handle_stage_update("m1", info, at(0));
            assert_eq!(answers(&mut updater), [format!("m1: {reason}")]);
        }
        let mut disabled = AgentUpdater::new(false);
        let _ = disabled.handle_perform_update("m1", at(0));
        assert_eq!(answers(&mut disabled), ["m1: Updates are disabled"]);

        type Fail = fn(&mut AgentUpdater);
        let failed: [(&str, Fail); 3] = [
            ("Hashsum validation failed", |updater| {
                let _ = updater.handle_downloaded("m1", "bb", at(1));
            }),
            ("404 Not Found", |updater| {
                let _ = updater.handle_download_failed("m1", "404 Not Found", at(1));
            }),
            ("timed out", |updater| {
                let end = at(0).saturating_add(DOWNLOAD_TIMEOUT);
                assert_eq!(updater.poll_timeout(), Some(end));
                assert_eq!(updater.handle_timeout(at(1)), Verdict::Duplicate);
                assert_eq!(updater.handle_timeout(end), Verdict::Applied);
            }),
        ];
        for (error, fail) in failed {
            let mut updater = AgentUpdater::new(true);
            let _ = updater.handle_stage_update("m1", Some(&info("aa")), at(0));
            let _ = updater.poll_action();
            fail(&mut updater);
            assert_eq!(
                answers(&mut updater),
                [format!("m1: Unable to download: {error}")]
            );
            assert_eq!(updater.poll_timeout(), None);
            // The same update may be tried again.
            let again = updater.handle_stage_update("m2", Some(&info("aa")), at(2));
            assert_eq!(again, Verdict::Applied);
        }
    }

    /// ECS and an agent, whose connection is lost after the download was asked for.
    #[test]
    fn both_sides_come_to_the_update() {
        let mut ecs = update(true);
        let mut agent = AgentUpdater::new(true);
        let mut sent = 0;
        let mut exited = false;
        while ecs.status() < UpdateStatus::Updated {
            while let Some(message) = ecs.poll_action() {
                sent += 1;
                let _ = ecs.handle_sent(message, at(sent));
                let id = format!("m{sent}");
                let _ = match message {
                    UpdateAction::StageUpdate => {
                        agent.handle_stage_update(&id, Some(&info("aa")), at(sent))
                    }
                    _ => agent.handle_perform_update(&id, at(sent)),
                };
                if sent == 1 {
                    let _ = ecs.handle_disconnected(at(sent));
                    let _ = ecs.handle_connected(at(sent));
                }
            }
            while let Some(action) = agent.poll_action() {
                let message = match ecs.status() {
                    UpdateStatus::Staging => UpdateAction::StageUpdate,
                    _ => UpdateAction::PerformUpdate,
                };
                match action {
                    UpdaterAction::Download { message_id, .. } => {
                        let _ = agent.handle_downloaded(&message_id, "aa", at(sent));
                    }
                    UpdaterAction::Acknowledge { .. } => {
                        let _ = ecs.handle_acknowledged(message, at(sent));
                    }
                    UpdaterAction::Exit => exited = true,
                    _ => {}
                }
            }
            if exited {
                let _ = ecs.handle_registered(Some(&Version::new(1, 4, 0)), at(sent));
            }
        }
        assert_eq!((sent, ecs.status()), (3, UpdateStatus::Updated));
    }
}
