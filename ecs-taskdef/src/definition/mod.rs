//! The nouns of the API, one file each or one small family of them.

mod attribute;
mod compatibility;
mod container_definition;
mod dependency;
mod environment;
mod ephemeral_storage;
mod file_system;
mod health_check;
mod host_entry;
mod kernel;
mod linux_parameters;
mod logging;
mod mount;
mod network_mode;
mod placement;
mod platform;
mod port_mapping;
mod proxy_configuration;
mod repository_credentials;
mod resource_requirement;
mod restart_policy;
mod string_map;
mod tag;
mod task_definition;
mod task_override;
mod trusted_execution;
mod volume;

pub use attribute::{Attribute, TargetType};
pub use compatibility::{Compatibility, LaunchTypes};
pub use container_definition::{ContainerDefinition, VersionConsistency};
pub use dependency::{ContainerCondition, ContainerDependency};
pub use environment::{EnvironmentFile, EnvironmentFileType, KeyValuePair, Secret};
pub use ephemeral_storage::EphemeralStorage;
pub use file_system::{
    EFSAuthorizationConfig, EFSAuthorizationConfigIAM, EFSTransitEncryption,
    EFSVolumeConfiguration, FSxWindowsFileServerAuthorizationConfig,
    FSxWindowsFileServerVolumeConfiguration, S3FilesVolumeConfiguration,
};
pub use health_check::HealthCheck;
pub use host_entry::HostEntry;
pub use kernel::{SystemControl, Ulimit, UlimitName};
pub use linux_parameters::{
    Device, DeviceCgroupPermission, KernelCapabilities, LinuxParameters, Tmpfs,
};
pub use logging::{FirelensConfiguration, FirelensConfigurationType, LogConfiguration, LogDriver};
pub use mount::{MountPoint, VolumeFrom};
pub use network_mode::{IpcMode, NetworkMode, PidMode};
pub use placement::{TaskDefinitionPlacementConstraint, TaskDefinitionPlacementConstraintType};
pub use platform::{CPUArchitecture, OSFamily, RuntimePlatform};
pub use port_mapping::{ApplicationProtocol, PortMapping, TransportProtocol};
pub use proxy_configuration::{ProxyConfiguration, ProxyConfigurationType};
pub use repository_credentials::RepositoryCredentials;
pub use resource_requirement::{
    InferenceAccelerator, NvidiaMpsAllocation, ResourceRequirement, ResourceType, SharingStrategy,
};
pub use restart_policy::ContainerRestartPolicy;
pub use string_map::StringMap;
pub use tag::Tag;
pub use task_definition::{TaskDefinition, TaskDefinitionFamilyStatus, TaskDefinitionStatus};
pub use task_override::{ContainerOverride, InferenceAcceleratorOverride, TaskOverride};
pub use trusted_execution::{IsolationMode, TrustedExecutionConfiguration};
pub use volume::{DockerVolumeConfiguration, HostVolumeProperties, Persistence, Scope, Volume};
