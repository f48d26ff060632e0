//! Machines outside of AWS: activations, their way into a cluster, moves.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use core::time::Duration;

use ecs_model::Timestamp;
use ecs_model::agent::{EcsConfig, HostOs, Secret};
use ecs_model::anywhere::{CreateActivationRequest, InstallParameters, ManagedInstanceId};
use ecs_state::anywhere::{
    Activation, ActivationError, ClusterMove, ExternalAction, ExternalInstance, ExternalPhase,
    MoveEvent, MoveProcedure, MoveStep,
};
use ecs_state::{Recorded, Verdict};
use proptest::prelude::*;

const ID: &str = "5743558d-563b-4457-8682-d16c30000000";
const OTHER_ID: &str = "5743558d-563b-4457-8682-d16c30000001";
const CODE: &str = "dRmgnYaFv567vEXAMPLE";
const ARN: &str = "arn:aws:ecs:us-east-1:123456789012:container-instance/web/1";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_700_000_000)
}

fn later(seconds: u64) -> Timestamp {
    now().saturating_add(Duration::from_secs(seconds))
}

fn request() -> CreateActivationRequest {
    CreateActivationRequest::default().with_iam_role("ecsAnywhereRole")
}

fn activation(request: CreateActivationRequest, id: &str) -> Activation {
    Activation::new(request, id, Secret::new(CODE), now()).unwrap()
}

fn managed() -> ManagedInstanceId {
    "mi-0123456789abcdef0".parse().unwrap()
}

#[test]
fn an_activation_counts_and_expires() {
    let two = request().with_registration_limit(2);
    let mut activation = activation(two, ID);
    assert_eq!(activation.poll_code(), Some(Secret::new(CODE)));
    assert_eq!(activation.poll_code(), None);
    assert!(!format!("{activation:?}").contains(CODE));
    assert_eq!(
        activation.handle_registration("wrong", now()),
        Err(ActivationError::WrongCode)
    );
    assert_eq!(activation.registrations(), 0);
    activation.handle_registration(CODE, now()).unwrap();
    activation.handle_registration(CODE, later(86_399)).unwrap();
    let errors = [
        (later(86_399), "the activation has its 2 registrations"),
        (
            later(86_400),
            "the activation expired at 2023-11-15T22:13:20Z",
        ),
    ];
    for (at, message) in errors {
        assert_eq!(
            activation
                .handle_registration(CODE, at)
                .unwrap_err()
                .to_string(),
            message
        );
    }
    assert_eq!(activation.registrations(), 2);
    for (id, code, message) in [
        ("a", CODE, "`a` is not the id of an activation"),
        (ID, "short", "an activation code has 20 to 250 characters"),
    ] {
        let error = Activation::new(request(), id, Secret::new(code), now()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = Activation::new(
        CreateActivationRequest::default(),
        ID,
        Secret::new(CODE),
        now(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "the request is refused: error[member-required] /IamRole: `IamRole` is missing"
    );
    assert_eq!(
        ActivationError::WrongCode.to_string(),
        "the activation code is not that of the activation"
    );
}

#[test]
fn the_life_of_a_machine() {
    let mut first = activation(request(), ID);
    let mut machine = ExternalInstance::new(HostOs::Linux);
    let mut parameters = InstallParameters::new("us-east-1", ID, Secret::new(CODE));
    parameters.cluster = Some("web".to_owned());
    let config = parameters
        .instance_config()
        .overridden_by(parameters.user_config());

    let refused = machine
        .handle_agent_installed(config.clone(), now())
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "cannot install the agent: the machine is not registered"
    );
    assert!(!machine.has_credentials(now()));
    machine
        .handle_activate(&mut first, CODE, managed(), now())
        .unwrap();
    assert_eq!(machine.managed_instance(), Some(&managed()));
    machine.handle_agent_installed(config, now()).unwrap();
    machine.handle_registered(ARN, now()).unwrap();
    assert_eq!(machine.cluster(), Some("web"));
    assert!(machine.agent_config().is_external());
    assert!(machine.agent_config().findings().is_empty());

    assert_eq!(
        machine
            .handle_moved("web", "b", now())
            .unwrap_err()
            .to_string(),
        "the machine is in cluster `web` already"
    );
    machine.handle_moved("batch", "b", now()).unwrap();
    let left_over = ExternalAction::DeregisterContainerInstance {
        arn: ARN.to_owned(),
    };
    assert_eq!(machine.poll_action(), Some(left_over));
    assert_eq!(machine.poll_action(), None);
    assert_eq!(machine.container_instance_arn(), Some("b"));
    assert_eq!(machine.config().get("ECS_CLUSTER"), Some("batch"));

    machine.handle_agent_disconnected(now()).unwrap();
    assert!(machine.has_credentials(later(1_799)));
    assert!(!machine.has_credentials(later(1_800)));
    assert_eq!(
        machine
            .handle_moved("web", "c", now())
            .unwrap_err()
            .to_string(),
        "cannot move: the machine is disconnected"
    );
    machine.handle_agent_connected(later(3_600)).unwrap();
    assert!(machine.has_credentials(later(1_000_000)));

    machine.handle_deregister(later(3_600)).unwrap();
    assert_eq!(machine.cluster(), None);
    machine
        .handle_deregister_managed_instance(later(3_600))
        .unwrap();
    machine.handle_cleaned(later(3_600)).unwrap();
    assert_eq!(machine.phase(), ExternalPhase::Cleaned);
    assert_eq!(
        machine
            .handle_activate(&mut first, CODE, managed(), now())
            .unwrap_err()
            .to_string(),
        "a machine that was deregistered needs another activation"
    );
    let mut second = activation(request(), OTHER_ID);
    assert_eq!(
        machine
            .handle_activate(&mut second, "wrong", managed(), now())
            .unwrap_err()
            .to_string(),
        "the activation code is not that of the activation"
    );
    assert_eq!(machine.phase(), ExternalPhase::Cleaned);
    machine
        .handle_activate(&mut second, CODE, managed(), now())
        .unwrap();
    assert_eq!(machine.phase(), ExternalPhase::Managed);
}

#[test]
fn moves_on_both_systems() {
    let mut windows =
        ClusterMove::new(HostOs::Windows, MoveProcedure::ForgetState, "batch").unwrap();
    let mut commands = Vec::new();
    while let Some(step) = windows.poll_step() {
        commands.extend(windows.command(step));
        windows.handle_step_done(step, now()).unwrap();
    }
    assert_eq!(
        commands,
        [
            "Stop-Service AmazonECS",
            "[Environment]::SetEnvironmentVariable(\"ECS_CLUSTER\", \"batch\", \
             [System.EnvironmentVariableTarget]::Machine)",
            r"Remove-Item -Recurse -Force $env:ProgramData\Amazon\ECS\data\*",
            "Start-Service AmazonECS",
        ]
    );
    let long = ClusterMove::new(HostOs::Linux, MoveProcedure::RegisterAgain, "batch").unwrap();
    assert_eq!(long.steps().len(), 7);
    assert_eq!(long.command(MoveStep::Install), None);
    assert_eq!(
        long.steps()[6].to_string(),
        "run the installation script with another activation"
    );
    for name in ["", "a b", "a;rm -rf /", "a\"b"] {
        let refused = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, name);
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!("`{name}` is not 1 to 255 letters, digits, `-` and `_`")
        );
    }
}

#[test]
fn what_is_to_be_done_for_a_machine() {
    let mut first = activation(request(), ID);
    let mut machine = ExternalInstance::new(HostOs::Linux);
    assert_eq!(
        (machine.poll_action(), machine.poll_timeout()),
        (None, None)
    );
    machine
        .handle_activate(&mut first, CODE, managed(), now())
        .unwrap();
    // Renewed before the agent is installed: that it is to be installed stays in the queue.
    assert_eq!(machine.handle_timeout(later(1_799)), Verdict::Duplicate);
    assert_eq!(machine.poll_timeout(), Some(later(1_800)));
    assert_eq!(machine.handle_timeout(later(1_800)), Verdict::Applied);
    assert_eq!(machine.poll_action(), Some(ExternalAction::InstallAgent));
    assert_eq!(
        machine.poll_action(),
        Some(ExternalAction::RenewCredentials)
    );
    assert_eq!(machine.poll_timeout(), Some(later(3_600)));
    machine
        .handle_agent_installed(EcsConfig::parse("ECS_CLUSTER=web"), later(1_800))
        .unwrap();
    assert_eq!(machine.poll_action(), Some(ExternalAction::Register));
    machine.handle_registered(ARN, later(1_800)).unwrap();
    assert_eq!(machine.poll_action(), None);

    machine.handle_agent_disconnected(later(2_000)).unwrap();
    assert_eq!(machine.poll_timeout(), Some(later(3_800)));
    let _ = machine.handle_timeout(later(3_800));
    assert_eq!(
        (machine.poll_action(), machine.poll_timeout()),
        (None, None)
    );
    assert!(!machine.has_credentials(later(3_800)));
    machine.handle_agent_connected(later(4_000)).unwrap();
    assert_eq!(machine.poll_timeout(), Some(later(5_800)));
}

#[test]
fn steps_are_done_in_order() {
    let mut to_batch =
        ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch").unwrap();
    assert_eq!(to_batch.poll_step(), Some(MoveStep::StopAgent));
    assert_eq!(to_batch.poll_step(), None);
    assert_eq!(to_batch.step(), Some(MoveStep::StopAgent));
    let before = to_batch.clone();
    let other = to_batch.handle_step_done(MoveStep::StartAgent, now());
    assert_eq!(
        other.unwrap_err().to_string(),
        "`start the agent` is not the next step: `stop the agent` is"
    );
    assert_eq!(to_batch, before);
    to_batch
        .handle_step_done(MoveStep::StopAgent, now())
        .unwrap();
    assert_eq!(to_batch.step(), None);
    assert_eq!(to_batch.poll_step(), Some(MoveStep::SetCluster));
    assert_eq!(to_batch.finished_at(), None);
}

#[test]
fn a_copy_that_is_not_polled_follows_a_move() {
    let mut to_batch =
        ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch").unwrap();
    let mut copy = to_batch.clone();
    while let Some(step) = to_batch.poll_step() {
        let record = to_batch.decide(MoveEvent::StepDone(step), now()).record;
        let record = record.unwrap();
        to_batch.apply(&record).unwrap();
        copy.apply(&record).unwrap();
        assert_eq!(copy, to_batch);
    }
    assert_eq!(copy.finished_at(), Some(now()));
    let after = copy.handle_step_done(MoveStep::StartAgent, now());
    assert_eq!(
        after.unwrap_err().to_string(),
        "`start the agent` is not the next step: every step is done"
    );
}

proptest! {
    #[test]
    fn a_machine_that_refuses_has_not_changed(
        events in proptest::collection::vec((0..9_u8, 0..4_000_u64), 0..40),
    ) {
        let mut machine = ExternalInstance::new(HostOs::Linux);
        let mut wide = activation(request(), ID);
        for (event, seconds) in events {
            let before = (machine.clone(), wide.clone());
            let at = later(seconds);
            let outcome = match event {
                0 => machine.handle_activate(&mut wide, CODE, managed(), at),
                1 => machine.handle_agent_installed(EcsConfig::default(), at),
                2 => machine.handle_registered(ARN, at),
                3 => machine.handle_agent_disconnected(at),
                4 => machine.handle_agent_connected(at),
                5 => machine.handle_moved("batch", "b", at),
                6 => machine.handle_deregister(at),
                7 => machine.handle_deregister_managed_instance(at),
                _ => machine.handle_cleaned(at),
            };
            if outcome.is_err() {
                prop_assert_eq!((&machine, &wide), (&before.0, &before.1));
            }
            prop_assert_eq!(machine.cluster().is_some(), machine.container_instance_arn().is_some());
        }
    }

    #[test]
    fn any_text_is_a_cluster_or_refused(text in "(?s).{0,60}") {
        let _ = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, text);
    }
}
