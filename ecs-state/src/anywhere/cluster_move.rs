//! [`ClusterMove`]: the steps by which somebody moves a machine to another cluster.

use ecs_model::agent::{EcsConfig, HostOs};
use ecs_model::{Timestamp, named};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// The state of the agent on Linux.
pub const LINUX_AGENT_DATA: &str = "/var/lib/ecs/data/agent.db";
/// The state of the agent on Windows.
pub const WINDOWS_AGENT_DATA: &str = r"%ProgramData%\Amazon\ECS\data\*";

/// How a machine is moved. The guide has both ways; the longer one also leaves nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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

named! {
    MoveStep {
        StopAgent = "stop the agent",
        SetCluster = "set ECS_CLUSTER",
        RemoveAgentData = "remove the agent's state",
        StartAgent = "start the agent",
        DeregisterContainerInstance = "deregister the container instance",
        DeregisterManagedInstance = "deregister the managed instance",
        RemoveAgents = "remove the agents",
        Install = "run the installation script with another activation",
    }
}

/// A move of a machine to another cluster: carry out each [`poll_step`](Self::poll_step) and answer
/// with [`handle_step_done`](Self::handle_step_done).
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::agent::HostOs;
/// use ecs_state::anywhere::{ClusterMove, MoveProcedure};
///
/// let now = Timestamp::from_seconds(1_700_000_000);
/// let mut to_batch = ClusterMove::new(HostOs::Linux, MoveProcedure::ForgetState, "batch")?;
/// let mut commands = Vec::new();
/// while let Some(step) = to_batch.poll_step() {
///     commands.extend(to_batch.command(step));
///     to_batch.handle_step_done(step, now)?;
/// }
/// assert_eq!(
///     commands,
///     [
///         "sudo systemctl stop ecs.service",
///         "sudo sed -i 's/^ECS_CLUSTER=.*/ECS_CLUSTER=batch/' /etc/ecs/ecs.config",
///         "sudo rm /var/lib/ecs/data/agent.db",
///         "sudo systemctl start ecs.service"
///     ]
/// );
/// assert_eq!(to_batch.finished_at(), Some(now));
/// # Ok::<(), ecs_state::anywhere::ClusterMoveError>(())
/// ```
///
/// serde writes one that outlives the program.
///
/// Source: Developer Guide, registering and deregistering an external instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterMove {
    format: Format<Self>,
    os: HostOs,
    procedure: MoveProcedure,
    cluster: ClusterName,
    /// How many steps are done.
    done: usize,
    /// Whether the next one was polled.
    begun: bool,
    finished_at: Moment,
}

impl Saved for ClusterMove {
    const NAME: &'static str = "move to another cluster";
    const VERSION: u32 = 1;
}

impl ClusterMove {
    /// A move to a cluster, of which no step is done.
    ///
    /// # Errors
    ///
    /// [`ClusterMoveError::ClusterName`] for what is no name of a cluster.
    pub fn new(
        os: HostOs,
        procedure: MoveProcedure,
        cluster: impl Into<String>,
    ) -> Result<Self, ClusterMoveError> {
        Ok(Self {
            format: Format::current(),
            os,
            procedure,
            cluster: ClusterName::try_from(cluster.into())?,
            done: 0,
            begun: false,
            finished_at: Moment::NONE,
        })
    }

    /// The next step to carry out, once the one before is done.
    #[must_use]
    pub fn poll_step(&mut self) -> Option<MoveStep> {
        let next = self.next().filter(|_| !self.begun)?;
        self.begun = true;
        Some(next)
    }

    /// A step is done. It is begun by that if it was not polled.
    ///
    /// # Errors
    ///
    /// [`ClusterMoveError::Step`] for any step but the next.
    pub fn handle_step_done(
        &mut self,
        step: MoveStep,
        now: Timestamp,
    ) -> Result<(), ClusterMoveError> {
        if self.next() != Some(step) {
            return Err(ClusterMoveError::Step {
                done: step,
                next: self.next(),
            });
        }
        self.done += 1;
        self.begun = false;
        if self.next().is_none() {
            self.finished_at = Moment::at(now);
        }
        Ok(())
    }

    /// The step that is under way: polled and not done.
    #[must_use]
    pub fn step(&self) -> Option<MoveStep> {
        self.next().filter(|_| self.begun)
    }

    /// When the last step was done.
    #[must_use]
    pub const fn finished_at(&self) -> Option<Timestamp> {
        self.finished_at.get()
    }

    /// The steps, in order, those that are done included.
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
        let cluster = &self.cluster.0;
        let command = match (step, self.os == HostOs::Windows) {
            (MoveStep::StopAgent, false) => "sudo systemctl stop ecs.service".to_owned(),
            (MoveStep::StopAgent, true) => "Stop-Service AmazonECS".to_owned(),
            (MoveStep::SetCluster, false) => {
                let file = EcsConfig::PATH;
                format!("sudo sed -i 's/^ECS_CLUSTER=.*/ECS_CLUSTER={cluster}/' {file}")
            }
            (MoveStep::SetCluster, true) => format!(
                "[Environment]::SetEnvironmentVariable(\"ECS_CLUSTER\", \"{cluster}\", \
                 [System.EnvironmentVariableTarget]::Machine)"
            ),
            (MoveStep::RemoveAgentData, false) => format!("sudo rm {LINUX_AGENT_DATA}"),
            (MoveStep::RemoveAgentData, true) => {
                let data = WINDOWS_AGENT_DATA.replace("%ProgramData%", "$env:ProgramData");
                format!("Remove-Item -Recurse -Force {data}")
            }
            (MoveStep::StartAgent, false) => "sudo systemctl start ecs.service".to_owned(),
            (MoveStep::StartAgent, true) => "Start-Service AmazonECS".to_owned(),
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

    fn next(&self) -> Option<MoveStep> {
        self.steps().get(self.done).copied()
    }
}

/// A name that can stand in a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct ClusterName(String);

impl TryFrom<String> for ClusterName {
    type Error = ClusterMoveError;

    fn try_from(name: String) -> Result<Self, ClusterMoveError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        match (1..=255).contains(&name.len()) && name.bytes().all(allowed) {
            true => Ok(Self(name)),
            false => Err(ClusterMoveError::ClusterName(name)),
        }
    }
}

impl From<ClusterName> for String {
    fn from(name: ClusterName) -> Self {
        name.0
    }
}

/// Why a move cannot be made or go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterMoveError {
    /// The text is no name of a cluster.
    #[error("`{0}` is not 1 to 255 letters, digits, `-` and `_`")]
    ClusterName(String),
    /// The step that is done is not the next one.
    #[error("`{done}` is not the next step: {}", match .next {
        Some(step) => format!("`{step}` is"),
        None => "every step is done".to_owned(),
    })]
    Step {
        /// What is said to be done.
        done: MoveStep,
        /// The first step that is not done.
        next: Option<MoveStep>,
    },
}
