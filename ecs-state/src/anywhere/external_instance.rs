//! [`ExternalInstance`]: a machine on its way into a cluster, into another one and out again.

use core::fmt;
use core::time::Duration;

use ecs_taskdef::Timestamp;

use super::activation::{Activation, ActivationError};
use super::managed_instance::ManagedInstanceId;
use crate::agent::{AgentConfig, EcsConfig, HostOs};

/// How often Systems Manager renews the credentials of a machine.
pub const CREDENTIAL_ROTATION: Duration = Duration::from_secs(30 * 60);
/// How often the agent reads the credentials anew.
pub const CREDENTIAL_RELOAD: Duration = Duration::from_secs(60);
/// The attribute by which the scheduler knows external instances.
pub const EXTERNAL_CAPABILITY: &str = "ecs.capability.external";
/// Commands that let tasks reach the credentials of their role, on a machine without ecs-init.
pub const TASK_ROLE_COMMANDS: [&str; 3] = [
    "sysctl -w net.ipv4.conf.all.route_localnet=1",
    "iptables -t nat -A PREROUTING -p tcp -d 169.254.170.2 --dport 80 -j DNAT \
     --to-destination 127.0.0.1:51679",
    "iptables -t nat -A OUTPUT -d 169.254.170.2 -p tcp -m tcp --dport 80 -j REDIRECT \
     --to-ports 51679",
];

/// How far a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

impl fmt::Display for ExternalPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unregistered => "not registered",
            Self::Managed => "managed",
            Self::AgentInstalled => "installed",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::DeregisteredFromEcs => "deregistered from Amazon ECS",
            Self::DeregisteredFromSystemsManager => "deregistered from Systems Manager",
            Self::Cleaned => "cleaned",
        })
    }
}

/// A machine outside of AWS. Each operation is one that the guide describes, refused in a phase
/// in which it has no meaning; a refused one changes nothing.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::{EcsConfig, HostOs, Secret};
/// use ecs_model::anywhere::{Activation, CreateActivationRequest, ExternalInstance};
///
/// let now = Timestamp::from_seconds(1_700_000_000);
/// let request = CreateActivationRequest {
///     iam_role: Some("ecsAnywhereRole".to_owned()),
///     ..CreateActivationRequest::default()
/// };
/// let id = "5743558d-563b-4457-8682-d16c30000000";
/// let mut activation = Activation::new(request, id, Secret::new("dRmgnYaFv567vEXAMPLE"), now)?;
///
/// let mut machine = ExternalInstance::new(HostOs::Linux);
/// machine.activate(&mut activation, "dRmgnYaFv567vEXAMPLE", "mi-0123456789abcdef0".parse()?, now)?;
/// machine.install_agent(EcsConfig::parse("ECS_CLUSTER=web"))?;
/// machine.register("arn:aws:ecs:us-east-1:123456789012:container-instance/web/1")?;
/// assert_eq!(machine.cluster(), Some("web"));
///
/// machine.move_to_cluster("batch", "arn:aws:ecs:us-east-1:123456789012:container-instance/batch/2")?;
/// assert_eq!(machine.cluster(), Some("batch"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Developer Guide, registering and deregistering an external instance.
#[derive(Clone, Debug, PartialEq)]
pub struct ExternalInstance {
    os: HostOs,
    phase: ExternalPhase,
    managed_instance: Option<ManagedInstanceId>,
    last_activation: Option<String>,
    credentials_since: Option<Timestamp>,
    config: EcsConfig,
    container_instance_arn: Option<String>,
}

impl ExternalInstance {
    /// A machine on which nothing is done.
    #[must_use]
    pub fn new(os: HostOs) -> Self {
        Self {
            os,
            phase: ExternalPhase::Unregistered,
            managed_instance: None,
            last_activation: None,
            credentials_since: None,
            config: EcsConfig::default(),
            container_instance_arn: None,
        }
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
        Some(given.unwrap_or(crate::DEFAULT_CLUSTER))
    }

    /// The agent's configuration as it was when the agent registered.
    #[must_use]
    pub const fn config(&self) -> &EcsConfig {
        &self.config
    }

    /// Registers the machine at Systems Manager.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is managed already, if the activation refuses, or if a
    /// machine that was deregistered shows the activation it had before.
    pub fn activate(
        &mut self,
        activation: &mut Activation,
        code: &str,
        id: ManagedInstanceId,
        now: Timestamp,
    ) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{Cleaned, DeregisteredFromSystemsManager, Unregistered};
        self.expect(
            "activate",
            &[Unregistered, DeregisteredFromSystemsManager, Cleaned],
        )?;
        if self.last_activation.as_deref() == Some(activation.id()) {
            return Err(ExternalInstanceError::SameActivation);
        }
        activation
            .register(code, now)
            .map_err(ExternalInstanceError::Activation)?;
        self.last_activation = Some(activation.id().to_owned());
        self.managed_instance = Some(id);
        self.credentials_since = Some(now);
        self.phase = ExternalPhase::Managed;
        Ok(())
    }

    /// Installs the agent with its configuration, which is `ecs.config` as it stands: what is
    /// changed in the file after the registration has no effect until the agent starts anew.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if the machine is not managed or has an agent.
    pub fn install_agent(&mut self, config: EcsConfig) -> Result<(), ExternalInstanceError> {
        self.expect("install the agent", &[ExternalPhase::Managed])?;
        self.config = config;
        self.phase = ExternalPhase::AgentInstalled;
        Ok(())
    }

    /// The agent registers the machine as a container instance; Amazon ECS chooses the ARN.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if there is no agent, or it is registered.
    pub fn register(&mut self, arn: impl Into<String>) -> Result<(), ExternalInstanceError> {
        self.expect("register", &[ExternalPhase::AgentInstalled])?;
        self.container_instance_arn = Some(arn.into());
        self.phase = ExternalPhase::Connected;
        Ok(())
    }

    /// The machine loses its connection to AWS. Its tasks go on; its credentials run out, at the
    /// latest [`CREDENTIAL_ROTATION`] from now.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is not connected.
    pub fn disconnect(&mut self, now: Timestamp) -> Result<(), ExternalInstanceError> {
        self.expect("disconnect", &[ExternalPhase::Connected])?;
        self.credentials_since = Some(now);
        self.phase = ExternalPhase::Disconnected;
        Ok(())
    }

    /// The machine is connected again, and its credentials are renewed.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it was not disconnected.
    pub fn reconnect(&mut self, now: Timestamp) -> Result<(), ExternalInstanceError> {
        self.expect("reconnect", &[ExternalPhase::Disconnected])?;
        self.credentials_since = Some(now);
        self.phase = ExternalPhase::Connected;
        Ok(())
    }

    /// Moves the machine to another cluster: its agent is stopped, forgets its state, and
    /// registers anew under another ARN. A machine is in one cluster at a time.
    ///
    /// The container instance of the old cluster stays there without an agent until somebody
    /// deregisters it: see [`duplicates`](super::duplicates). Its ARN is returned.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is not connected, or is in that cluster.
    pub fn move_to_cluster(
        &mut self,
        cluster: &str,
        arn: impl Into<String>,
    ) -> Result<String, ExternalInstanceError> {
        self.expect("move", &[ExternalPhase::Connected])?;
        if self.cluster() == Some(cluster) {
            return Err(ExternalInstanceError::SameCluster(cluster.to_owned()));
        }
        self.config = self.config.clone().with("ECS_CLUSTER", cluster);
        let old = self.container_instance_arn.replace(arn.into());
        Ok(old.unwrap_or_default())
    }

    /// Amazon ECS forgets the container instance.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is none.
    pub fn deregister_from_ecs(&mut self) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{Connected, Disconnected};
        self.expect("deregister from Amazon ECS", &[Connected, Disconnected])?;
        self.container_instance_arn = None;
        self.phase = ExternalPhase::DeregisteredFromEcs;
        Ok(())
    }

    /// Systems Manager forgets the managed instance. To come back, the machine needs another
    /// activation.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if it is still a container instance, or is not managed.
    pub fn deregister_from_systems_manager(&mut self) -> Result<(), ExternalInstanceError> {
        use ExternalPhase::{AgentInstalled, DeregisteredFromEcs, Managed};
        self.expect(
            "deregister from Systems Manager",
            &[DeregisteredFromEcs, Managed, AgentInstalled],
        )?;
        self.managed_instance = None;
        self.credentials_since = None;
        self.phase = ExternalPhase::DeregisteredFromSystemsManager;
        Ok(())
    }

    /// The agents and their data are removed.
    ///
    /// # Errors
    ///
    /// [`ExternalInstanceError`] if the machine is still known to AWS.
    pub fn clean(&mut self) -> Result<(), ExternalInstanceError> {
        self.expect(
            "remove the agents",
            &[ExternalPhase::DeregisteredFromSystemsManager],
        )?;
        self.config = EcsConfig::default();
        self.phase = ExternalPhase::Cleaned;
        Ok(())
    }

    /// Whether its credentials may be valid: while it is connected they are renewed in time,
    /// otherwise they last [`CREDENTIAL_ROTATION`] from the loss of the connection at most.
    #[must_use]
    pub fn has_credentials(&self, now: Timestamp) -> bool {
        match (self.phase, self.credentials_since) {
            (_, None) => false,
            (ExternalPhase::Disconnected, Some(since)) => {
                now.saturating_since(since) < CREDENTIAL_ROTATION
            }
            (_, Some(_)) => true,
        }
    }

    /// What its configuration means for the agent.
    #[must_use]
    pub fn agent_config(&self) -> AgentConfig {
        AgentConfig::new(&self.config, self.os)
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
}

/// Why an operation on a machine is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExternalInstanceError {
    /// The operation has no meaning in this phase.
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
