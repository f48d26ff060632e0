//! [`ClusterMove`]: the steps by which somebody moves a machine to another cluster.

use core::fmt;

use crate::agent::{EcsConfig, HostOs};

/// The state of the agent on Linux.
pub const LINUX_AGENT_DATA: &str = "/var/lib/ecs/data/agent.db";
/// The state of the agent on Windows.
pub const WINDOWS_AGENT_DATA: &str = r"%ProgramData%\Amazon\ECS\data\*";

/// How a machine is moved. The guide has both ways; the longer one also leaves nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MoveProcedure {
    /// The agent forgets its state and registers with the other cluster (registration page). The
    /// old container instance stays until somebody deregisters it.
    ForgetState,
    /// The machine is deregistered from Amazon ECS and Systems Manager, cleaned, and registered
    /// with another activation (deregistration page).
    RegisterAgain,
}

/// A step of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MoveStep {
    /// The agent is stopped.
    StopAgent,
    /// `ECS_CLUSTER` gets the name of the other cluster.
    SetCluster,
    /// The state of the agent is removed.
    RemoveAgentData,
    /// The agent is started and registers.
    StartAgent,
    /// Amazon ECS forgets the container instance.
    DeregisterContainerInstance,
    /// Systems Manager forgets the managed instance.
    DeregisterManagedInstance,
    /// The agents are removed from the machine.
    RemoveAgents,
    /// The installation script runs with another activation.
    Install,
}

impl fmt::Display for MoveStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::StopAgent => "stop the agent",
            Self::SetCluster => "set ECS_CLUSTER",
            Self::RemoveAgentData => "remove the agent's state",
            Self::StartAgent => "start the agent",
            Self::DeregisterContainerInstance => "deregister the container instance",
            Self::DeregisterManagedInstance => "deregister the managed instance",
            Self::RemoveAgents => "remove the agents",
            Self::Install => "run the installation script with another activation",
        })
    }
}

/// A move of a machine to another cluster.
///
/// ```
/// use ecs_model::agent::HostOs;
/// use ecs_model::anywhere::{ClusterMove, MoveProcedure, MoveStep};
///
/// let to_batch = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch")?;
/// let commands: Vec<String> = to_batch
///     .steps()
///     .iter()
///     .filter_map(|step| to_batch.command(*step))
///     .collect();
/// assert_eq!(
///     commands,
///     [
///         "sudo systemctl stop ecs.service",
///         "sudo sed -i 's/^ECS_CLUSTER=.*/ECS_CLUSTER=batch/' /etc/ecs/ecs.config",
///         "sudo rm /var/lib/ecs/data/agent.db",
///         "sudo systemctl start ecs.service"
///     ]
/// );
/// # Ok::<(), ecs_model::anywhere::ClusterNameError>(())
/// ```
///
/// Source: Developer Guide, registering and deregistering an external instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterMove {
    os: HostOs,
    procedure: MoveProcedure,
    cluster: String,
}

impl ClusterMove {
    /// A move to a cluster.
    ///
    /// # Errors
    ///
    /// [`ClusterNameError`] for what is no name of a cluster.
    pub fn new(
        os: HostOs,
        procedure: MoveProcedure,
        cluster: impl Into<String>,
    ) -> Result<Self, ClusterNameError> {
        let cluster = cluster.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match (1..=255).contains(&cluster.len()) && cluster.bytes().all(allowed) {
            true => Ok(Self {
                os,
                procedure,
                cluster,
            }),
            false => Err(ClusterNameError(cluster)),
        }
    }

    /// The steps, in order.
    #[must_use]
    pub const fn steps(&self) -> &'static [MoveStep] {
        match self.procedure {
            MoveProcedure::ForgetState => &[
                MoveStep::StopAgent,
                MoveStep::SetCluster,
                MoveStep::RemoveAgentData,
                MoveStep::StartAgent,
            ],
            MoveProcedure::RegisterAgain => &[
                MoveStep::DeregisterContainerInstance,
                MoveStep::DeregisterManagedInstance,
                MoveStep::StopAgent,
                MoveStep::RemoveAgents,
                MoveStep::RemoveAgentData,
                MoveStep::SetCluster,
                MoveStep::Install,
            ],
        }
    }

    /// The command of a step on the machine, where it is one command.
    #[must_use]
    pub fn command(&self, step: MoveStep) -> Option<String> {
        let cluster = &self.cluster;
        let command = match (step, self.os) {
            (MoveStep::StopAgent, HostOs::Linux) => "sudo systemctl stop ecs.service".to_owned(),
            (MoveStep::StopAgent, HostOs::Windows) => "Stop-Service AmazonECS".to_owned(),
            (MoveStep::SetCluster, HostOs::Linux) => {
                let file = EcsConfig::PATH;
                format!("sudo sed -i 's/^ECS_CLUSTER=.*/ECS_CLUSTER={cluster}/' {file}")
            }
            (MoveStep::SetCluster, HostOs::Windows) => format!(
                "[Environment]::SetEnvironmentVariable(\"ECS_CLUSTER\", \"{cluster}\", \
                 [System.EnvironmentVariableTarget]::Machine)"
            ),
            (MoveStep::RemoveAgentData, HostOs::Linux) => format!("sudo rm {LINUX_AGENT_DATA}"),
            (MoveStep::RemoveAgentData, HostOs::Windows) => {
                let data = WINDOWS_AGENT_DATA.replace("%ProgramData%", "$env:ProgramData");
                format!("Remove-Item -Recurse -Force {data}")
            }
            (MoveStep::StartAgent, HostOs::Linux) => "sudo systemctl start ecs.service".to_owned(),
            (MoveStep::StartAgent, HostOs::Windows) => "Start-Service AmazonECS".to_owned(),
            (
                MoveStep::DeregisterContainerInstance
                | MoveStep::DeregisterManagedInstance
                | MoveStep::RemoveAgents
                | MoveStep::Install,
                _,
            ) => return None,
        };
        Some(command)
    }
}

/// A text that is no name of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not 1 to 255 letters, digits, `-` and `_`")]
pub struct ClusterNameError(String);
