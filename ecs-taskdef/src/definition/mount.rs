use crate::shape;

shape! {
    /// A volume of the task, seen at a path of the container.
    ///
    /// Source: API shape `MountPoint`.
    pub struct MountPoint {
        /// The name of a volume of the task definition.
        source_volume: String = "sourceVolume",
        /// The path inside of the container.
        container_path: String = "containerPath",
        /// Whether the container may only read; `false` when absent.
        read_only: bool = "readOnly" => default_bool(false),
    }
}

shape! {
    /// All volumes of another container, at the same paths as there.
    ///
    /// Source: API shape `VolumeFrom`.
    pub struct VolumeFrom {
        /// The name of another container of the task definition.
        source_container: String = "sourceContainer",
        /// Whether the container may only read; `false` when absent.
        read_only: bool = "readOnly" => default_bool(false),
    }
}
