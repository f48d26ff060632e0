use crate::open_enum;

open_enum! {
    /// The network the containers of a task use.
    pub enum NetworkMode {
        /// Docker's bridge on each instance.
        Bridge = "bridge",
        /// The network of the instance.
        Host = "host",
        /// A network interface of the task's own.
        Awsvpc = "awsvpc",
        /// No network.
        None = "none",
        /// The NAT network of Docker on Windows. The API has no such value: a
        /// definition asks for it by leaving the network mode away.
        Default = "default",
    }
}

open_enum! {
    /// The process namespace the containers of a task share.
    pub enum PidMode {
        /// That of the instance.
        Host = "host",
        /// One of the task's own.
        Task = "task",
    }
}

open_enum! {
    /// The namespace for inter-process communication of a task's containers.
    pub enum IpcMode {
        /// That of the instance.
        Host = "host",
        /// One of the task's own.
        Task = "task",
        /// One of each container's own.
        None = "none",
    }
}
