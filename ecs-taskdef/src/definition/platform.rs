use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// The processor and the operating system of a task.
    ///
    /// Source: API shape `RuntimePlatform`.
    pub struct RuntimePlatform {
        /// The processor; `X86_64` when absent.
        cpu_architecture: CPUArchitecture = "cpuArchitecture",
        /// The operating system; `LINUX` when absent.
        operating_system_family: OSFamily = "operatingSystemFamily",
    }
}

open_enum! {
    /// A processor architecture.
    pub enum CPUArchitecture => guarded_by(&shape_rules::CPU_ARCHITECTURE) {
        /// 64-bit x86.
        X86_64 = "X86_64",
        /// 64-bit ARM; Linux only.
        Arm64 = "ARM64",
    }
}

open_enum! {
    /// An operating system.
    pub enum OSFamily => guarded_by(&shape_rules::OS_FAMILY) {
        /// Windows Server 2019 Full.
        WindowsServer2019Full = "WINDOWS_SERVER_2019_FULL",
        /// Windows Server 2019 Core.
        WindowsServer2019Core = "WINDOWS_SERVER_2019_CORE",
        /// Windows Server 2016 Full.
        WindowsServer2016Full = "WINDOWS_SERVER_2016_FULL",
        /// Windows Server 2004 Core.
        WindowsServer2004Core = "WINDOWS_SERVER_2004_CORE",
        /// Windows Server 2022 Core.
        WindowsServer2022Core = "WINDOWS_SERVER_2022_CORE",
        /// Windows Server 2022 Full.
        WindowsServer2022Full = "WINDOWS_SERVER_2022_FULL",
        /// Windows Server 2025 Core.
        WindowsServer2025Core = "WINDOWS_SERVER_2025_CORE",
        /// Windows Server 2025 Full.
        WindowsServer2025Full = "WINDOWS_SERVER_2025_FULL",
        /// Windows Server 20H2 Core.
        WindowsServer20H2Core = "WINDOWS_SERVER_20H2_CORE",
        /// Linux.
        Linux = "LINUX",
    }
}

impl OSFamily {
    /// Whether it is a Windows, known to this version of the library or not.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.as_str().starts_with("WINDOWS")
    }
}
