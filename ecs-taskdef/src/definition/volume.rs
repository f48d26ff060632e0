use super::{
    EFSVolumeConfiguration, FSxWindowsFileServerVolumeConfiguration, S3FilesVolumeConfiguration,
};
use crate::rules::shape_rules;
use crate::{StringMap, open_enum, shape};

shape! {
    /// A volume that containers of the task can mount.
    ///
    /// At most one of the six kinds is given. An absent kind, or an empty
    /// `host`, is a volume Docker manages and whose data may go with the
    /// containers.
    ///
    /// ```
    /// use ecs_taskdef::{Persistence, Volume};
    ///
    /// let scratch: Volume = serde_json::from_str(r#"{"name":"scratch","host":{}}"#)?;
    /// assert_eq!(scratch.persistence(), Persistence::TaskOnly);
    /// let data: Volume = serde_json::from_str(r#"{"name":"d","host":{"sourcePath":"/ecs/d"}}"#)?;
    /// assert_eq!(data.persistence(), Persistence::BeyondTask);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `Volume`.
    pub struct Volume {
        /// Up to 255 letters, digits, `_` and `-`; once per task definition.
        name: String = "name",
        /// A directory of the container instance.
        host: HostVolumeProperties = "host",
        /// A volume of a Docker volume driver.
        docker_volume_configuration: DockerVolumeConfiguration = "dockerVolumeConfiguration",
        /// An Amazon EFS file system.
        efs_volume_configuration: EFSVolumeConfiguration = "efsVolumeConfiguration",
        /// An Amazon S3 Files file system.
        s3files_volume_configuration: S3FilesVolumeConfiguration = "s3filesVolumeConfiguration",
        /// An Amazon FSx for Windows File Server file system.
        fsx_windows_file_server_volume_configuration: FSxWindowsFileServerVolumeConfiguration =
            "fsxWindowsFileServerVolumeConfiguration",
        /// Whether the volume is described by the call that starts the task.
        configured_at_launch: bool = "configuredAtLaunch" => default_bool(false),
    }
}

/// How long the data of a volume lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Persistence {
    /// The data may be deleted once no container uses it any more.
    TaskOnly,
    /// The data stays until somebody deletes it.
    BeyondTask,
    /// The call that starts the task decides.
    DecidedAtLaunch,
}

impl Volume {
    /// How long the data lives.
    #[must_use]
    pub fn persistence(&self) -> Persistence {
        let source_path = self.host().source_path.is_some();
        let shared = self.docker_volume_configuration().scope == Some(Scope::Shared);
        let file_system = self.efs_volume_configuration.is_some()
            || self.s3files_volume_configuration.is_some()
            || self.fsx_windows_file_server_volume_configuration.is_some();
        if self.configured_at_launch == Some(true) {
            Persistence::DecidedAtLaunch
        } else if source_path || shared || file_system {
            Persistence::BeyondTask
        } else {
            Persistence::TaskOnly
        }
    }
}

shape! {
    /// A directory of the container instance, or one that Docker chooses.
    ///
    /// Source: API shape `HostVolumeProperties`.
    pub struct HostVolumeProperties {
        /// The path on the instance. It is created if it is missing, and its
        /// data stays until it is deleted by hand.
        source_path: String = "sourcePath",
    }
}

shape! {
    /// A volume of a Docker volume driver. Not on Fargate.
    ///
    /// Source: API shape `DockerVolumeConfiguration`.
    pub struct DockerVolumeConfiguration {
        /// How long the volume lives; `task` when absent.
        scope: Scope = "scope" => default_text("task"),
        /// Whether a missing volume is created; only for the scope `shared`.
        autoprovision: bool = "autoprovision" => default_bool(false),
        /// The name of the driver as Docker knows it; `local` when absent.
        driver: String = "driver",
        /// Options handed to the driver.
        driver_opts: StringMap = "driverOpts",
        /// Docker labels of the volume.
        labels: StringMap = "labels",
    }
}

open_enum! {
    /// How long a Docker volume lives.
    pub enum Scope => guarded_by(&shape_rules::SCOPE) {
        /// As long as the task.
        Task = "task",
        /// Longer than the task.
        Shared = "shared",
    }
}
