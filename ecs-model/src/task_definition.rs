//! The nouns of task definitions, as crate `ecs-taskdef` has them: it also reads files, validates,
//! compares and registers.
//!
//! What task definitions share with tasks and services is in their modules, such as
//! [`EphemeralStorage`](crate::task::EphemeralStorage).
//!
//! Source: API shape `TaskDefinition`.

pub use ecs_taskdef::{
    ApplicationProtocol, CPUArchitecture, ContainerCondition, ContainerDefinition,
    ContainerDependency, ContainerRestartPolicy, Device, DeviceCgroupPermission,
    DockerVolumeConfiguration, EFSAuthorizationConfig, EFSAuthorizationConfigIAM,
    EFSTransitEncryption, EFSVolumeConfiguration, EnvironmentFile, EnvironmentFileType,
    FSxWindowsFileServerAuthorizationConfig, FSxWindowsFileServerVolumeConfiguration,
    FirelensConfiguration, FirelensConfigurationType, HealthCheck, HostEntry, HostVolumeProperties,
    IpcMode, KernelCapabilities, LinuxParameters, LogDriver, MountPoint, NvidiaMpsAllocation,
    OSFamily, PidMode, PortMapping, ProxyConfiguration, ProxyConfigurationType,
    RepositoryCredentials, ResourceRequirement, ResourceType, RuntimePlatform,
    S3FilesVolumeConfiguration, Scope, Secret, StringMap, SystemControl,
    TaskDefinitionPlacementConstraint, TaskDefinitionPlacementConstraintType, TaskDefinitionStatus,
    Tmpfs, TrustedExecutionConfiguration, Ulimit, UlimitName, VersionConsistency, Volume,
    VolumeFrom,
};
