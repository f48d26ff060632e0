//! [`ExternalInstance`]: a machine on its way into a cluster, into another one and out again.

use std::collections::VecDeque;

use ecs_model::agent::{AgentConfig, EcsConfig, HostOs, exposing};
use ecs_model::anywhere::{CREDENTIAL_ROTATION, ManagedInstanceId};
use ecs_model::{DEFAULT_CLUSTER, Timestamp, named};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use super::activation::{Activation, ActivationError};
use crate::Verdict;
use crate::moment::Moment;

/// How far a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ExternalPhase {
    /// Nothing is done.
    Unregistered,
    /// Systems Manager manages it.
    Managed,
    /// The agent is installed and has its configuration.
    AgentInstalled,
    /// It is a container instance, and its agent is connected.
    Connected,
    /// It is a container instance, and its agent is not connected; its tasks go on.
    Disconnected,
    /// It is no container instance any more.
    DeregisteredFromEcs,
    /// It is no managed instance any more.
    DeregisteredFromSystemsManager,
    /// The agents and their data are removed.
    Cleaned,
}

named! {
    ExternalPhase {
        Unregistered = "not registered",
        Managed = "managed",
        AgentInstalled = "installed",
        Connected = "connected",
        Disconnected = "disconnected",
        DeregisteredFromEcs = "deregistered from Amazon ECS",
        DeregisteredFromSystemsManager = "deregistered from Systems Manager",
        Cleaned = "cleaned",
    }
}

/// A machine outside of AWS.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action) and set a timer for [`poll_timeout`](Self::poll_timeout). An
/// event that has no meaning in a phase is refused, and a refused one changes nothing.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::{EcsConfig, HostOs, Secret};
/// use ecs_model::anywhere::CreateActivationRequest;
/// use ecs_state::anywhere::{Activation, ExternalAction, ExternalInstance};
///
/// let now = Timestamp::from_seconds(1_700_000_000);
/// let request: CreateActivationRequest = serde_json::from_str(r#"{"IamRole": "ecsAnywhereRole"}"#)?;
/// let id = "5743558d-563b-4457-8682-d16c30000000";
/// let mut activation = Activation::new(request, id, Secret::new("dRmgnYaFv567vEXAMPLE"), now)?;
///
/// let mut machine = ExternalInstance::new(HostOs::Linux);
/// let managed_instance = "mi-0123456789abcdef0".parse()?;
/// machine.handle_activate(&mut activation, "dRmgnYaFv567vEXAMPLE", managed_instance, now)?;
/// assert_eq!(machine.poll_action(), Some(ExternalAction::InstallAgent));
/// machine.handle_agent_installed(EcsConfig::parse("ECS_CLUSTER=web"), now)?;
/// assert_eq!(machine.poll_action(), Some(ExternalAction::Register));
/// machine.handle_registered("arn:aws:ecs:us-east-1:123456789012:container-instance/web/1", now)?;
/// assert_eq!(machine.cluster(), Some("web"));
///
/// let arn = "arn:aws:ecs:us-east-1:123456789012:container-instance/batch/2";
/// machine.handle_moved("batch", arn, now)?;
/// assert_eq!(machine.cluster(), Some("batch"));
/// assert!(matches!(
///     machine.poll_action(),
///     Some(ExternalAction::DeregisterContainerInstance { .. })
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// serde writes one that outlives the program; what is secret in the agent's configuration only by
/// [`with_secrets`](Self::with_secrets).
///
/// Source: Developer Guide, registering and deregistering an external instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalInstance {
    format: Format<Self>,
    os: HostOs,
    phase: ExternalPhase,
    managed_instance: Option<ManagedInstanceId>,
    last_activation: Option<String>,
    credentials_since: Moment,
    config: EcsConfig,
    container_instance_arn: Option<String>,
    now: Moment,
    actions: VecDeque<ExternalAction>,
}

impl Saved for ExternalInstance {
    const NAME: &'static str = "external instance";
    const VERSION: u32 = 1;
}

impl ExternalInstance {
    /// A machine on which nothing is done.
    #[must_use]
    pub fn new(os: HostOs) -> Self {
        Self {
            format: Format::current(),
            os,
            phase: ExternalPhase::Unregistered,
            managed_instance: None,
            last_activation: None,
            credentials_since: Moment::NONE,
            config: EcsConfig::default(),
            container_instance_arn: None,
            now: Moment::NONE,
            actions: VecDeque::new(),
        }
    }

    /// The machine shows Systems Manager an activation and is managed from now on. The activation
    /// counts it; if one of both refuses, neither changes.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is managed already, if the activation refuses, or if a
    /// machine that was deregistered shows the activation it had before.
    pub fn handle_activate(
        &mut self,
        activation: &mut Activation,
        code: &str,
        id: ManagedInstanceId,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.check_activation(activation.id())?;
        activation
            .handle_registration(code, now)
            .map_err(ExternalInstanceError::Activation)?;
        self.become_managed(activation.id(), id, now)
    }

    fn check_activation(&self, activation: &str) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{Cleaned, DeregisteredFromSystemsManager, Unregistered};
        self.expect(
            "activate",
            &[Unregistered, DeregisteredFromSystemsManager, Cleaned],
        )?;
        match self.last_activation.as_deref() == Some(activation) {
            true => Err(ExternalInstanceError::SameActivation),
            false => Ok(()),
        }
    }

    /// The machine has registered with an activation, which has counted it.
    pub(super) fn become_managed(
        &mut self,
        activation: &str,
        id: ManagedInstanceId,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.check_activation(activation)?;
        self.observe(now);
        self.last_activation = Some(activation.to_owned());
        self.managed_instance = Some(id);
        self.credentials_since = self.now;
        self.enter(ExternalPhase::Managed, Some(ExternalAction::InstallAgent));
        Ok(())
    }

    /// The agent is installed with its configuration, which is `ecs.config` as it stands: what is
    /// changed in the file after the registration has no effect until the agent starts anew. Its
    /// variables are kept, not what was suspicious about their lines.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if the machine is not managed or has an agent.
    pub fn handle_agent_installed(
        &mut self,
        config: EcsConfig,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.expect("install the agent", &[ExternalPhase::Managed])?;
        self.observe(now);
        self.config = config.iter().collect();
        self.enter(
            ExternalPhase::AgentInstalled,
            Some(ExternalAction::Register),
        );
        Ok(())
    }

    /// The agent has registered the machine as a container instance; Amazon ECS chose the ARN.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if there is no agent, or it is registered.
    pub fn handle_registered(
        &mut self,
        arn: impl Into<String>,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.expect("register", &[ExternalPhase::AgentInstalled])?;
        self.observe(now);
        self.container_instance_arn = Some(arn.into());
        self.enter(ExternalPhase::Connected, None);
        Ok(())
    }

    /// The machine has lost its connection to AWS. Its tasks go on; its credentials run out, at the
    /// latest [`CREDENTIAL_ROTATION`] from now.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is not connected.
    pub fn handle_agent_disconnected(
        &mut self,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.expect("disconnect", &[ExternalPhase::Connected])?;
        self.observe(now);
        self.credentials_since = self.now;
        self.enter(ExternalPhase::Disconnected, None);
        Ok(())
    }

    /// The machine is connected again, and its credentials are renewed.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it was not disconnected.
    pub fn handle_agent_connected(&mut self, now: Timestamp) -> Result<(), ExternalInstanceError> {
        self.expect("reconnect", &[ExternalPhase::Disconnected])?;
        self.observe(now);
        self.credentials_since = self.now;
        self.enter(ExternalPhase::Connected, None);
        Ok(())
    }

    /// The machine has moved to another cluster: its agent was stopped, has forgotten its state and
    /// registered anew under another ARN. A machine is in one cluster at a time.
    ///
    /// The container instance of the old cluster stays there without an agent until somebody
    /// carries out [`ExternalAction::DeregisterContainerInstance`]; see
    /// [`duplicates`](ecs_model::anywhere::duplicates).
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is not connected, or is in that cluster.
    pub fn handle_moved(
        &mut self,
        cluster: &str,
        arn: impl Into<String>,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        self.expect("move", &[ExternalPhase::Connected])?;
        if self.cluster() == Some(cluster) {
            return Err(ExternalInstanceError::SameCluster(cluster.to_owned()));
        }
        self.observe(now);
        self.config = self.config.clone().with("ECS_CLUSTER", cluster);
        if let Some(arn) = self.container_instance_arn.replace(arn.into()) {
            let left_over = ExternalAction::DeregisterContainerInstance { arn };
            self.actions.push_back(left_over);
        }
        Ok(())
    }

    /// Amazon ECS forgets the container instance.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is none.
    pub fn handle_deregister(&mut self, now: Timestamp) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{Connected, Disconnected};
        self.expect("deregister from Amazon ECS", &[Connected, Disconnected])?;
        self.observe(now);
        self.container_instance_arn = None;
        self.enter(ExternalPhase::DeregisteredFromEcs, None);
        Ok(())
    }

    /// Systems Manager forgets the managed instance. To come back, the machine needs another
    /// activation.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is still a container instance, or is not managed.
    pub fn handle_deregister_managed_instance(
        &mut self,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{AgentInstalled, DeregisteredFromEcs, Managed};
        self.expect(
            "deregister from Systems Manager",
            &[DeregisteredFromEcs, Managed, AgentInstalled],
        )?;
        self.observe(now);
        self.managed_instance = None;
        self.credentials_since = Moment::NONE;
        self.enter(ExternalPhase::DeregisteredFromSystemsManager, None);
        Ok(())
    }

    /// The agents and their data are removed.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if the machine is still known to AWS.
    pub fn handle_cleaned(&mut self, now: Timestamp) -> Result<(), ExternalInstanceError> {
        self.expect(
            "remove the agents",
            &[ExternalPhase::DeregisteredFromSystemsManager],
        )?;
        self.observe(now);
        self.config = EcsConfig::default();
        self.enter(ExternalPhase::Cleaned, None);
        Ok(())
    }

    /// Time has passed: credentials are renewed, or have run out while there was no connection.
    /// Before [`poll_timeout`](Self::poll_timeout) nothing changes, which is
    /// [`Verdict::Duplicate`].
    pub fn handle_timeout(&mut self, now: Timestamp) -> Verdict {
        let end = self.credentials_since.after(CREDENTIAL_ROTATION);
        if !end.is_due(self.now.max(Moment::at(now))) {
            return Verdict::Duplicate;
        }
        self.observe(now);
        if self.phase == ExternalPhase::Disconnected {
            self.credentials_since = Moment::NONE;
        } else {
            self.credentials_since = self.now;
            self.actions.push_back(ExternalAction::RenewCredentials);
        }
        Verdict::Applied
    }

    /// The next thing to do for the machine.
    ///
    /// Poll until `None` after each `handle_*`.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<ExternalAction> {
        self.actions.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called.
    ///
    /// Poll after each `handle_*`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.credentials_since.after(CREDENTIAL_ROTATION).get()
    }

    /// Serialises everything, what is secret in the agent's configuration too: keep the result as
    /// secret as it is. Without that a machine with secrets cannot be read back.
    #[must_use]
    pub fn with_secrets(&self) -> impl Serialize + '_ {
        exposing(self, "/config", Some(self.config.with_secrets()))
    }

    /// How far it is.
    #[must_use]
    pub const fn phase(&self) -> ExternalPhase {
        self.phase
    }

    /// Its id at Systems Manager, while it has one.
    #[must_use]
    pub const fn managed_instance(&self) -> Option<&ManagedInstanceId> {
        self.managed_instance.as_ref()
    }

    /// Its ARN, while it is a container instance.
    #[must_use]
    pub fn container_instance_arn(&self) -> Option<&str> {
        self.container_instance_arn.as_deref()
    }

    /// Its cluster, while it is a container instance.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        self.container_instance_arn.as_ref()?;
        let given = self
            .config
            .get("ECS_CLUSTER")
            .filter(|name| !name.is_empty());
        Some(given.unwrap_or(DEFAULT_CLUSTER))
    }

    /// The agent's configuration as it was when the agent registered.
    #[must_use]
    pub const fn config(&self) -> &EcsConfig {
        &self.config
    }

    /// What its configuration means for the agent.
    #[must_use]
    pub fn agent_config(&self) -> AgentConfig {
        AgentConfig::new(&self.config, self.os)
    }

    /// Whether its credentials may be valid: while it is connected they are renewed in time,
    /// otherwise they last [`CREDENTIAL_ROTATION`] from the loss of the connection at most.
    #[must_use]
    pub fn has_credentials(&self, now: Timestamp) -> bool {
        match (self.phase, self.credentials_since.get()) {
            (_, None) => false,
            (ExternalPhase::Disconnected, Some(since)) => {
                now.saturating_since(since) < CREDENTIAL_ROTATION
            }
            (_, Some(_)) => true,
        }
    }

    fn expect(
        &self,
        operation: &'static str,
        phases: &[ExternalPhase],
    ) -> Result<(), ExternalInstanceError> {
        match phases.contains(&self.phase) {
            true => Ok(()),
            false => Err(ExternalInstanceError::Phase {
                operation,
                phase: self.phase,
            }),
        }
    }

    /// What was to be done for the phase before has lost its meaning; what a move left behind is
    /// still there.
    fn enter(&mut self, phase: ExternalPhase, next: Option<ExternalAction>) {
        self.phase = phase;
        self.actions
            .retain(|action| matches!(action, ExternalAction::DeregisterContainerInstance { .. }));
        self.actions.extend(next);
    }

    /// Time never goes back here, even if the caller's clock does.
    fn observe(&mut self, now: Timestamp) {
        self.now = self.now.max(Moment::at(now));
    }
}

/// What is to be done for a machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ExternalAction {
    /// Install the container agent; answer with [`ExternalInstance::handle_agent_installed`].
    InstallAgent,
    /// Have the agent register; answer with [`ExternalInstance::handle_registered`].
    Register,
    /// Hand the machine new credentials of its role.
    RenewCredentials,
    /// Deregister the container instance that a move has left behind.
    DeregisterContainerInstance {
        /// Its ARN.
        arn: String,
    },
}

/// Why a machine refuses an event.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExternalInstanceError {
    /// The event has no meaning in this phase.
    #[error("cannot {operation}: the machine is {phase}")]
    Phase {
        /// What was to be done.
        operation: &'static str,
        /// How far the machine is.
        phase: ExternalPhase,
    },
    /// The activation refuses.
    #[error(transparent)]
    Activation(ActivationError),
    /// A machine that was deregistered needs another activation.
    #[error("a machine that was deregistered needs another activation")]
    SameActivation,
    /// It is there already.
    #[error("the machine is in cluster `{0}` already")]
    SameCluster(String),
}
