use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// A limit on what a process may use.
    ///
    /// Source: API shape `Ulimit`.
    pub struct Ulimit {
        /// What is limited.
        name: UlimitName = "name" => required(),
        /// The limit that a process may raise up to the hard one.
        soft_limit: i32 = "softLimit" => required(),
        /// The limit that a process cannot raise.
        hard_limit: i32 = "hardLimit" => required(),
    }
}

open_enum! {
    /// What a [`Ulimit`] limits, as `setrlimit` names it.
    pub enum UlimitName => guarded_by(&shape_rules::ULIMIT) {
        /// Size of a core dump.
        Core = "core",
        /// CPU time.
        Cpu = "cpu",
        /// Data segment.
        Data = "data",
        /// Size of a file.
        Fsize = "fsize",
        /// File locks.
        Locks = "locks",
        /// Locked memory.
        Memlock = "memlock",
        /// Bytes in message queues.
        Msgqueue = "msgqueue",
        /// Nice value.
        Nice = "nice",
        /// Open files.
        Nofile = "nofile",
        /// Processes.
        Nproc = "nproc",
        /// Resident set.
        Rss = "rss",
        /// Real-time priority.
        Rtprio = "rtprio",
        /// Real-time CPU time.
        Rttime = "rttime",
        /// Queued signals.
        Sigpending = "sigpending",
        /// Stack.
        Stack = "stack",
    }
}

shape! {
    /// A kernel parameter of the container's namespaces.
    ///
    /// Source: API shape `SystemControl`.
    pub struct SystemControl {
        /// The parameter: one of the IPC names, or one beginning with
        /// `fs.mqueue.` or `net.`.
        namespace: String = "namespace",
        /// Its value.
        value: String = "value",
    }
}
