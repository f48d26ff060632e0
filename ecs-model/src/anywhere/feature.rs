//! [`AnywhereRules`]: what external instances can do, by date.

use core::fmt;

use ecs_arn::Partition;
use ecs_taskdef::{NetworkMode, Timestamp};

use super::date::Day;
use crate::agent::HostOs;

/// Something that EC2 instances can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AnywhereFeature {
    /// App Mesh.
    AppMesh,
    /// Tasks with network interfaces of their own.
    AwsvpcNetworkMode,
    /// Capacity providers.
    CapacityProviders,
    /// Regions in China.
    ChinaRegions,
    /// Attributes of one's own, for placement.
    CustomAttributes,
    /// EFS volumes.
    EfsVolumes,
    /// ECS Exec.
    EcsExec,
    /// FSx for Windows File Server, over a connection to AWS.
    FsxWindowsFileServer,
    /// Group managed service accounts.
    Gmsa,
    /// GPUs.
    Gpu,
    /// Load balancers of services.
    LoadBalancing,
    /// Tags of the instance.
    ResourceTags,
    /// SELinux.
    SeLinux,
    /// Service discovery.
    ServiceDiscovery,
    /// Updates of the agent by the API.
    UpdateContainerAgent,
    /// Windows Server.
    Windows,
}

/// What the guide says of a feature on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Support {
    /// External instances can do it.
    Supported,
    /// They cannot.
    Unsupported,
    /// The guide does not say.
    Unsaid,
}

use AnywhereFeature as Feature;
use Support::{Supported, Unsaid, Unsupported};

/// What was said of a feature from a day on; a feature's rows are in the order of days.
const CHANGES: [(Feature, Day, Support); 23] = [
    (Feature::AppMesh, Day::LAUNCH, Unsupported),
    (Feature::AwsvpcNetworkMode, Day::LAUNCH, Unsupported),
    (Feature::CapacityProviders, Day::LAUNCH, Unsupported),
    (Feature::ChinaRegions, Day::LAUNCH, Unsupported),
    (Feature::ChinaRegions, Day::new(2022, 2, 14), Supported),
    (Feature::CustomAttributes, Day::LAUNCH, Supported),
    (Feature::EfsVolumes, Day::LAUNCH, Unsaid),
    (Feature::EfsVolumes, Day::new(2021, 6, 25), Unsupported),
    (Feature::EcsExec, Day::LAUNCH, Unsupported),
    (Feature::EcsExec, Day::new(2022, 2, 4), Supported),
    (Feature::FsxWindowsFileServer, Day::LAUNCH, Unsaid),
    (Feature::FsxWindowsFileServer, Day::GUIDE_2023, Supported),
    (Feature::Gmsa, Day::LAUNCH, Unsaid),
    (Feature::Gmsa, Day::GUIDE_2023, Supported),
    (Feature::Gpu, Day::LAUNCH, Unsupported),
    (Feature::Gpu, Day::new(2021, 10, 12), Supported),
    (Feature::LoadBalancing, Day::LAUNCH, Unsupported),
    (Feature::ResourceTags, Day::LAUNCH, Supported),
    (Feature::SeLinux, Day::LAUNCH, Unsupported),
    (Feature::ServiceDiscovery, Day::LAUNCH, Unsupported),
    (Feature::UpdateContainerAgent, Day::LAUNCH, Unsupported),
    (Feature::Windows, Day::LAUNCH, Unsupported),
    (Feature::Windows, Day::new(2022, 3, 4), Supported),
];

impl AnywhereFeature {
    /// Every feature, by name.
    pub const ALL: [Self; 16] = [
        Self::AppMesh,
        Self::AwsvpcNetworkMode,
        Self::CapacityProviders,
        Self::ChinaRegions,
        Self::CustomAttributes,
        Self::EfsVolumes,
        Self::EcsExec,
        Self::FsxWindowsFileServer,
        Self::Gmsa,
        Self::Gpu,
        Self::LoadBalancing,
        Self::ResourceTags,
        Self::SeLinux,
        Self::ServiceDiscovery,
        Self::UpdateContainerAgent,
        Self::Windows,
    ];
}

impl fmt::Display for AnywhereFeature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AppMesh => "App Mesh",
            Self::AwsvpcNetworkMode => "network mode awsvpc",
            Self::CapacityProviders => "capacity providers",
            Self::ChinaRegions => "Regions in China",
            Self::CustomAttributes => "custom attributes",
            Self::EfsVolumes => "EFS volumes",
            Self::EcsExec => "ECS Exec",
            Self::FsxWindowsFileServer => "FSx for Windows File Server",
            Self::Gmsa => "group managed service accounts",
            Self::Gpu => "GPUs",
            Self::LoadBalancing => "load balancing",
            Self::ResourceTags => "resource tags",
            Self::SeLinux => "SELinux",
            Self::ServiceDiscovery => "service discovery",
            Self::UpdateContainerAgent => "UpdateContainerAgent",
            Self::Windows => "Windows",
        })
    }
}

/// What external instances can do on a day.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::anywhere::{AnywhereFeature, AnywhereRules, Support};
///
/// let then = AnywhereRules::as_of("2021-05-27".parse::<Timestamp>()?);
/// let now = AnywhereRules::current();
/// assert_eq!(then.support(AnywhereFeature::EcsExec), Support::Unsupported);
/// assert_eq!(now.support(AnywhereFeature::EcsExec), Support::Supported);
/// # Ok::<(), ecs_model::TimestampError>(())
/// ```
///
/// Source: Developer Guide, ECS Anywhere considerations, and the history of that page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnywhereRules {
    day: Day,
}

impl AnywhereRules {
    /// The rules of a day; before ECS Anywhere there was, those of its first day.
    #[must_use]
    pub fn as_of(date: Timestamp) -> Self {
        Self {
            day: Day::of(date).max(Day::LAUNCH),
        }
    }

    /// The newest rules that this version of the library knows.
    #[must_use]
    pub const fn current() -> Self {
        Self {
            day: Day::GUIDE_2025,
        }
    }

    /// What the guide says of a feature.
    #[must_use]
    pub fn support(self, feature: AnywhereFeature) -> Support {
        let mut said = CHANGES
            .iter()
            .filter(|(of, since, _)| *of == feature && *since <= self.day);
        said.next_back().map_or(Unsaid, |(_, _, support)| *support)
    }

    /// Whether machines can register in a Region.
    #[must_use]
    pub fn supports_region(self, region: &str) -> bool {
        Partition::of_region(region) != Partition::AwsCn
            || self.support(AnywhereFeature::ChinaRegions) == Supported
    }

    /// The network modes of tasks.
    #[must_use]
    pub fn network_modes(self, os: HostOs) -> &'static [NetworkMode] {
        const LINUX: &[NetworkMode] = &[NetworkMode::Bridge, NetworkMode::Host, NetworkMode::None];
        match os {
            HostOs::Linux => LINUX,
            HostOs::Windows if self.support(AnywhereFeature::Windows) == Supported => {
                &[NetworkMode::Default]
            }
            HostOs::Windows => &[],
        }
    }
}

impl Default for AnywhereRules {
    fn default() -> Self {
        Self::current()
    }
}
