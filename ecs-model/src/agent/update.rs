//! What `UpdateContainerAgent` asks of an instance before it starts an update.

use super::release::is_supported;
use super::variable::HostOs;
use crate::container_instance::AgentUpdateStatus;
use crate::version::Version;

/// An agent that is to be updated.
///
/// ```
/// use ecs_model::agent::{AgentUpdateRefusal, AgentUpdateSubject};
/// use ecs_model::version::Version;
///
/// let mut agent = AgentUpdateSubject::new(Some(Version::new(1, 3, 1)));
/// let latest = Version::new(1, 4, 0);
/// assert_eq!(agent.check(&latest), Ok(()));
/// agent.version = Some(latest.clone());
/// let refusal = agent.check(&latest).unwrap_err();
/// assert_eq!(refusal.code(), "NoUpdateAvailableException");
/// assert_eq!(refusal.to_string(), "agent 1.4.0 is the latest version");
/// ```
///
/// Source: API operation `UpdateContainerAgent`; Developer Guide, updating the container agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentUpdateSubject {
    /// The version it reports; `None` for one that was built by somebody else.
    pub version: Option<Version>,
    /// The update that was last asked for.
    pub status: Option<AgentUpdateStatus>,
    /// Where it runs.
    pub host: AgentHost,
}

/// Where an agent runs, as far as it matters for updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentHost {
    /// An EC2 instance of the ECS-optimized Amazon Linux AMI, or another one with ecs-init.
    EcsInit,
    /// An EC2 instance with another operating system of this kind, without ecs-init.
    Other(HostOs),
    /// An EC2 instance of the ECS-optimized Amazon Linux 2 AMI for ARM64.
    AmazonLinux2Arm64,
    /// An external instance.
    External,
}

impl AgentUpdateSubject {
    /// An agent of that version on an instance with ecs-init, without an update before.
    #[must_use]
    pub const fn new(version: Option<Version>) -> Self {
        Self {
            version,
            status: None,
            host: AgentHost::EcsInit,
        }
    }

    /// Whether an update to `latest` can be started.
    ///
    /// # Errors
    ///
    /// [`AgentUpdateRefusal`], and nothing was started.
    pub fn check(&self, latest: &Version) -> Result<(), AgentUpdateRefusal> {
        match self.host {
            AgentHost::EcsInit => {}
            host => return Err(AgentUpdateRefusal::Unsupported(host)),
        }
        let under_way = |status: &&AgentUpdateStatus| {
            matches!(
                status,
                AgentUpdateStatus::Pending
                    | AgentUpdateStatus::Staging
                    | AgentUpdateStatus::Staged
                    | AgentUpdateStatus::Updating
            )
        };
        if let Some(status) = self.status.as_ref().filter(under_way) {
            return Err(AgentUpdateRefusal::InProgress(status.clone()));
        }
        let Some(version) = &self.version else {
            return Err(AgentUpdateRefusal::MissingVersion);
        };
        if version.is_at_least(latest) {
            return Err(AgentUpdateRefusal::Latest(version.clone()));
        }
        if !is_supported(version) {
            return Err(AgentUpdateRefusal::TooOld(version.clone()));
        }
        Ok(())
    }
}

/// Why an update of an agent is not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentUpdateRefusal {
    /// The agent is the latest already.
    #[error("agent {0} is the latest version")]
    Latest(Version),
    /// The agent is so old that no update leads from it.
    #[error("agent {0} is too old: no update leads from it")]
    TooOld(Version),
    /// An update is under way; one that hangs goes on when the agent connects again.
    #[error("an update is in progress: `{0}`")]
    InProgress(AgentUpdateStatus),
    /// The version is not known, as with an agent that was built by somebody else.
    #[error("the version of the agent is not known")]
    MissingVersion,
    /// Agents there are updated by hand.
    #[error("{}", unsupported(*.0))]
    Unsupported(AgentHost),
}

impl AgentUpdateRefusal {
    /// The name of the API's exception.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Latest(_) | Self::TooOld(_) => "NoUpdateAvailableException",
            Self::InProgress(_) => "UpdateInProgressException",
            Self::MissingVersion => "MissingVersionException",
            Self::Unsupported(_) => "InvalidParameterException",
        }
    }
}

const fn unsupported(host: AgentHost) -> &'static str {
    match host {
        AgentHost::External => "agents of external instances are not updated by the API",
        AgentHost::AmazonLinux2Arm64 => {
            "agents of Amazon Linux 2 for ARM64 are not updated by the API"
        }
        AgentHost::Other(HostOs::Windows) => "agents on Windows are not updated by the API",
        AgentHost::Other(HostOs::Linux) | AgentHost::EcsInit => {
            "agents without ecs-init are not updated by the API"
        }
    }
}
