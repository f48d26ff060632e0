//! What an agent of a version needs and can do.

use core::fmt;

use crate::version::Version;

/// A version that a table names, as it is written there.
type Numbers = (u64, u64, u64);

fn version((major, minor, patch): Numbers) -> Version {
    Version::new(major, minor, patch)
}

/// A row of the guide's table of agent versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentRelease {
    /// The version of the agent.
    pub agent: &'static str,
    /// The oldest Docker it runs with.
    pub minimum_docker: &'static str,
    /// Whether it was supported.
    pub is_supported: bool,
}

const fn agent(agent: &'static str, minimum_docker: &'static str, supported: bool) -> AgentRelease {
    AgentRelease {
        agent,
        minimum_docker,
        is_supported: supported,
    }
}

/// The agents of the guide of 2015, the newest first.
///
/// Its text says that Amazon ECS needs Docker 1.5.0, while agent 1.0.0 is supported with 1.3.3
/// here: the table counts for an agent of a given version.
///
/// Source: Developer Guide of 2015, container agent versions.
pub const AGENT_RELEASES_2015: [AgentRelease; 8] = [
    agent("1.4.0", "1.5.0", true),
    agent("1.3.1", "1.5.0", true),
    agent("1.3.0", "1.5.0", true),
    agent("1.2.1", "1.5.0", true),
    agent("1.2.0", "1.5.0", true),
    agent("1.1.0", "1.5.0", true),
    agent("1.0.0", "1.3.3", true),
    agent("0.0.3", "1.3.3", false),
];

/// An ECS-optimized AMI and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AmiRelease {
    /// The version of the AMI.
    pub ami: &'static str,
    /// The version of the agent.
    pub agent: &'static str,
    /// The version of Docker.
    pub docker: &'static str,
    /// The version of the package ecs-init.
    pub ecs_init: &'static str,
    /// Whether it was supported.
    pub is_supported: bool,
}

const fn ami(name: &'static str, holds: [&'static str; 3], supported: bool) -> AmiRelease {
    let [agent, docker, ecs_init] = holds;
    AmiRelease {
        ami: name,
        agent,
        docker,
        ecs_init,
        is_supported: supported,
    }
}

/// The ECS-optimized AMIs of the guide of 2015, the newest first.
///
/// Source: Developer Guide of 2015, ECS-optimized AMI container agent versions.
pub const AMI_RELEASES_2015: [AmiRelease; 7] = [
    ami("2015.03.f", ["1.4.0", "1.6.2", "1.4.0"], true),
    ami("2015.03.e", ["1.3.1", "1.6.2", "1.3.1-1"], true),
    ami("2015.03.d", ["1.2.1", "1.6.2", "1.2.0-2"], true),
    ami("2015.03.c", ["1.2.0", "1.6.2", "1.2.0-1"], true),
    ami("2015.03.b", ["1.1.0", "1.6.0", "1.0-3"], true),
    ami("2015.03.a", ["1.0.0", "1.5.0", "1.0-1"], true),
    ami("preview3", ["0.0.3", "1.3.3", "0.3-0"], false),
];

/// The oldest Docker for Amazon ECS by the guide of 2015.
pub const MINIMUM_DOCKER_2015: &str = "1.5.0";
/// The Docker that the guide of 2015 recommends.
pub const RECOMMENDED_DOCKER_2015: &str = "1.6.2";
/// The oldest AWS CLI by the guide of 2015.
pub const MINIMUM_CLI_2015: &str = "1.7.21";

/// The first agents with another floor for Docker, the newest first.
const DOCKER_FLOORS: [(Numbers, Numbers); 3] = [
    ((1, 20, 0), (1, 9, 0)),
    ((1, 1, 0), (1, 5, 0)),
    ((0, 0, 0), (1, 3, 3)),
];

/// The oldest Docker that an agent of this version runs with.
///
/// ```
/// use ecs_model::agent::{minimum_docker, runs_with_docker};
/// use ecs_model::version::Version;
///
/// let agent = Version::new(1, 4, 0);
/// assert_eq!(minimum_docker(&agent), Version::new(1, 5, 0));
/// assert!(!runs_with_docker(&agent, &"1.4.1".parse()?));
/// assert!(runs_with_docker(&agent, &"17.03.2-ce".parse()?));
/// # Ok::<(), ecs_model::version::VersionError>(())
/// ```
#[must_use]
pub fn minimum_docker(agent: &Version) -> Version {
    let floor = DOCKER_FLOORS
        .iter()
        .find(|(first, _)| agent.is_at_least(&version(*first)));
    // An agent on the way to 0.0.0 is older than every row and has the oldest floor.
    version(floor.map_or((1, 3, 3), |(_, docker)| *docker))
}

/// Whether an agent of this version runs with a Docker of that one.
#[must_use]
pub fn runs_with_docker(agent: &Version, docker: &Version) -> bool {
    docker.is_at_least(&minimum_docker(agent))
}

/// Whether AWS supports an agent of this version: versions before 1.0.0 are previews.
#[must_use]
pub fn is_supported(agent: &Version) -> bool {
    agent.is_at_least(&version((1, 0, 0)))
}

/// Something that agents can do from a version on.
///
/// ```
/// use ecs_model::agent::AgentFeature;
/// use ecs_model::version::Version;
///
/// let agent: Version = "1.17.3".parse()?;
/// assert!(AgentFeature::ContainerHealthChecks.is_in(&agent));
/// assert!(!AgentFeature::EnvironmentFiles.is_in(&agent));
/// assert_eq!(AgentFeature::EnvironmentFiles.since().to_string(), "1.39.0");
/// # Ok::<(), ecs_model::version::VersionError>(())
/// ```
///
/// Source: Developer Guide, the sections on each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AgentFeature {
    /// The introspection API names the version.
    IntrospectionVersion,
    /// UDP ports, on an instance that was launched with the agent.
    UdpPortsAtLaunch,
    /// A container without CPU units gets 2 CPU shares, not 1,024.
    LeastCpuShares,
    /// UDP ports, on an instance whose agent was updated to it.
    UdpPortsAfterUpdate,
    /// CloudWatch metrics of clusters and services.
    Metrics,
    /// Health checks of containers.
    ContainerHealthChecks,
    /// Credentials for private registries in AWS Secrets Manager.
    PrivateRegistrySecrets,
    /// Secrets in the Systems Manager parameter store.
    ParameterStoreSecrets,
    /// Process and IPC namespaces that containers share.
    SharedNamespaces,
    /// Secrets in AWS Secrets Manager.
    SecretsManagerSecrets,
    /// Dependencies between containers, with timeouts for start and stop.
    ContainerDependencies,
    /// Secrets in the options of logging drivers.
    LogDriverSecrets,
    /// Environment files.
    EnvironmentFiles,
    /// FSx for Windows File Server.
    FsxWindowsFileServer,
}

impl AgentFeature {
    /// Every feature, the oldest first.
    pub const ALL: [Self; 14] = [
        Self::IntrospectionVersion,
        Self::UdpPortsAtLaunch,
        Self::LeastCpuShares,
        Self::UdpPortsAfterUpdate,
        Self::Metrics,
        Self::ContainerHealthChecks,
        Self::PrivateRegistrySecrets,
        Self::ParameterStoreSecrets,
        Self::SharedNamespaces,
        Self::SecretsManagerSecrets,
        Self::ContainerDependencies,
        Self::LogDriverSecrets,
        Self::EnvironmentFiles,
        Self::FsxWindowsFileServer,
    ];

    /// The first version of the agent that has it.
    #[must_use]
    pub fn since(self) -> Version {
        version(match self {
            Self::IntrospectionVersion => (1, 0, 0),
            Self::UdpPortsAtLaunch | Self::LeastCpuShares => (1, 2, 0),
            Self::UdpPortsAfterUpdate => (1, 3, 0),
            Self::Metrics => (1, 4, 0),
            Self::ContainerHealthChecks => (1, 17, 0),
            Self::PrivateRegistrySecrets => (1, 19, 0),
            Self::ParameterStoreSecrets | Self::SharedNamespaces => (1, 22, 0),
            Self::SecretsManagerSecrets => (1, 23, 0),
            Self::ContainerDependencies => (1, 26, 0),
            Self::LogDriverSecrets => (1, 27, 0),
            Self::EnvironmentFiles => (1, 39, 0),
            Self::FsxWindowsFileServer => (1, 47, 0),
        })
    }

    /// Whether an agent of this version has it.
    #[must_use]
    pub fn is_in(self, agent: &Version) -> bool {
        agent.is_at_least(&self.since())
    }

    /// What an agent of this version has.
    pub fn of(agent: &Version) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|feature| feature.is_in(agent))
    }
}

impl fmt::Display for AgentFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::IntrospectionVersion => "version in the introspection API",
            Self::UdpPortsAtLaunch => "UDP ports on a new instance",
            Self::LeastCpuShares => "2 CPU shares for a container without CPU units",
            Self::UdpPortsAfterUpdate => "UDP ports after an update",
            Self::Metrics => "CloudWatch metrics",
            Self::ContainerHealthChecks => "container health checks",
            Self::PrivateRegistrySecrets => "private registry credentials in Secrets Manager",
            Self::ParameterStoreSecrets => "secrets in the parameter store",
            Self::SharedNamespaces => "shared process and IPC namespaces",
            Self::SecretsManagerSecrets => "secrets in Secrets Manager",
            Self::ContainerDependencies => "container dependencies and timeouts",
            Self::LogDriverSecrets => "secrets in log options",
            Self::EnvironmentFiles => "environment files",
            Self::FsxWindowsFileServer => "FSx for Windows File Server",
        })
    }
}
