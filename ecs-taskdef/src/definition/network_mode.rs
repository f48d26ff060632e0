use crate::open_enum;
use crate::rules::shape_rules;

open_enum! {
    /// The network the containers of a task use.
    pub enum NetworkMode => guarded_by(&shape_rules::NETWORK_MODE) {
        /// Docker's bridge on each instance.
        Bridge = "bridge",
        /// The network of the instance.
        Host = "host",
        /// A network interface of the task's own.
        Awsvpc = "awsvpc",
        /// No network.
        None = "none",
        /// The NAT network of Docker on Windows. The API has no such value: a
        /// definition asks for it by omitting the network mode.
        Default = "default",
    }
}

open_enum! {
    /// The process namespace the containers of a task share.
    pub enum PidMode => guarded_by(&shape_rules::PID_MODE) {
        /// That of the instance.
        Host = "host",
        /// One of the task's own.
        Task = "task",
    }
}

open_enum! {
    /// The namespace for inter-process communication of a task's containers.
    pub enum IpcMode => guarded_by(&shape_rules::IPC_MODE) {
        /// That of the instance.
        Host = "host",
        /// One of the task's own.
        Task = "task",
        /// One of each container's own.
        None = "none",
    }
}
