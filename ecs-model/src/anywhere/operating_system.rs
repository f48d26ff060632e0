//! [`OperatingSystem`]: what external instances may run, by date.

use core::fmt;
use core::str::FromStr;

use ecs_taskdef::Timestamp;

use super::date::Day;
use crate::agent::HostOs;

/// A family of operating systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OsFamily {
    /// Amazon Linux.
    AmazonLinux,
    /// CentOS.
    CentOs,
    /// CentOS Stream.
    CentOsStream,
    /// Debian.
    Debian,
    /// Fedora.
    Fedora,
    /// openSUSE Tumbleweed, which has no versions.
    OpenSuseTumbleweed,
    /// Red Hat Enterprise Linux.
    Rhel,
    /// SUSE Linux Enterprise Server.
    SuseEnterpriseServer,
    /// Ubuntu.
    Ubuntu,
    /// Windows Server.
    WindowsServer,
}

/// The families and their names in the guide. A name that begins with another one comes first.
const NAMES: [(OsFamily, &str); 10] = [
    (OsFamily::AmazonLinux, "Amazon Linux"),
    (OsFamily::CentOsStream, "CentOS Stream"),
    (OsFamily::CentOs, "CentOS"),
    (OsFamily::Debian, "Debian"),
    (OsFamily::Fedora, "Fedora"),
    (OsFamily::OpenSuseTumbleweed, "openSUSE Tumbleweed"),
    (OsFamily::Rhel, "RHEL"),
    (OsFamily::SuseEnterpriseServer, "SUSE Enterprise Server"),
    (OsFamily::Ubuntu, "Ubuntu"),
    (OsFamily::WindowsServer, "Windows Server"),
];

impl OsFamily {
    /// The name in the guide.
    #[must_use]
    pub fn name(self) -> &'static str {
        let row = NAMES.iter().find(|(family, _)| *family == self);
        row.map_or("", |(_, name)| name)
    }
}

impl fmt::Display for OsFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Architecture {
    /// `x86_64`.
    X86_64,
    /// `ARM64`.
    Arm64,
}

impl FromStr for Architecture {
    type Err = OperatingSystemError;

    /// Reads the names of the guide and of `uname`, in any case.
    fn from_str(text: &str) -> Result<Self, OperatingSystemError> {
        match text.to_ascii_lowercase().as_str() {
            "x86_64" | "amd64" => Ok(Self::X86_64),
            "arm64" | "aarch64" => Ok(Self::Arm64),
            _ => Err(OperatingSystemError(text.to_owned())),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "ARM64",
        })
    }
}

/// An operating system and its version.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_model::anywhere::{Architecture, OperatingSystem};
///
/// let debian: OperatingSystem = "Debian 9".parse()?;
/// let day = |text: &str| text.parse::<Timestamp>();
/// assert!(debian.is_supported(Architecture::X86_64, day("2021-06-01")?));
/// assert!(!debian.is_supported(Architecture::X86_64, day("2024-01-01")?));
///
/// let ubuntu: OperatingSystem = "Ubuntu 20.04".parse()?;
/// assert!(ubuntu.is_supported(Architecture::Arm64, day("2024-01-01")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Developer Guide, ECS Anywhere supported operating systems.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct OperatingSystem {
    /// The family.
    pub family: OsFamily,
    /// The version; empty for a family without versions.
    pub version: String,
}

/// A version that is supported, from one day on and up to another.
struct SupportedVersion {
    family: OsFamily,
    version: &'static str,
    since: Day,
    until: Option<Day>,
}

const fn from(family: OsFamily, version: &'static str, since: Day) -> SupportedVersion {
    SupportedVersion {
        family,
        version,
        since,
        until: None,
    }
}

impl SupportedVersion {
    const fn until(mut self, day: Day) -> Self {
        self.until = Some(day);
        self
    }

    fn holds(&self, day: Day) -> bool {
        // What was said at the start holds for earlier days too.
        let has_begun = self.since == Day::LAUNCH || self.since <= day;
        has_begun && self.until.is_none_or(|until| day < until)
    }
}

const WINDOWS: Day = Day::new(2022, 3, 4);

const SUPPORTED: [SupportedVersion; 26] = [
    from(OsFamily::AmazonLinux, "2", Day::new(2022, 1, 6)),
    from(OsFamily::AmazonLinux, "2023", Day::GUIDE_2025),
    from(OsFamily::CentOs, "7", Day::LAUNCH).until(Day::GUIDE_2025),
    from(OsFamily::CentOs, "8", Day::LAUNCH).until(Day::new(2022, 3, 25)),
    from(OsFamily::CentOsStream, "8", Day::new(2022, 4, 14)).until(Day::GUIDE_2025),
    from(OsFamily::CentOsStream, "9", Day::GUIDE_2025),
    from(OsFamily::Rhel, "7", Day::LAUNCH),
    from(OsFamily::Rhel, "8", Day::new(2022, 2, 14)),
    from(OsFamily::Rhel, "9", Day::GUIDE_2025),
    from(OsFamily::Fedora, "32", Day::LAUNCH),
    from(OsFamily::Fedora, "33", Day::LAUNCH),
    from(OsFamily::Fedora, "40", Day::GUIDE_2025),
    from(OsFamily::OpenSuseTumbleweed, "", Day::LAUNCH),
    from(OsFamily::Ubuntu, "18", Day::LAUNCH),
    from(OsFamily::Ubuntu, "20", Day::LAUNCH),
    from(OsFamily::Ubuntu, "22", Day::GUIDE_2023),
    from(OsFamily::Ubuntu, "24", Day::GUIDE_2025),
    // Its long-term support ended that day; the guide still listed it for a while.
    from(OsFamily::Debian, "9", Day::LAUNCH).until(Day::new(2022, 7, 1)),
    from(OsFamily::Debian, "10", Day::LAUNCH),
    from(OsFamily::Debian, "11", Day::GUIDE_2023),
    from(OsFamily::Debian, "12", Day::GUIDE_2023),
    from(OsFamily::SuseEnterpriseServer, "15", Day::LAUNCH),
    from(OsFamily::WindowsServer, "2016", WINDOWS),
    from(OsFamily::WindowsServer, "2019", WINDOWS),
    from(OsFamily::WindowsServer, "2022", WINDOWS),
    from(OsFamily::WindowsServer, "20H2", WINDOWS),
];

impl OperatingSystem {
    /// An operating system.
    #[must_use]
    pub fn new(family: OsFamily, version: impl Into<String>) -> Self {
        Self {
            family,
            version: version.into(),
        }
    }

    /// Every operating system that the guide supports on a day.
    #[must_use]
    pub fn supported(date: Timestamp) -> Vec<Self> {
        let day = Day::of(date);
        SUPPORTED
            .iter()
            .filter(|row| row.holds(day))
            .map(|row| Self::new(row.family, row.version))
            .collect()
    }

    /// Whether the guide supports it on a day. What follows the first dot of a version does not
    /// count. The guide names both architectures; Windows Server has only one of them.
    #[must_use]
    pub fn is_supported(&self, architecture: Architecture, date: Timestamp) -> bool {
        if self.kind() == HostOs::Windows && architecture != Architecture::X86_64 {
            return false;
        }
        let day = Day::of(date);
        SUPPORTED
            .iter()
            .any(|row| row.family == self.family && row.version == self.major() && row.holds(day))
    }

    /// Whether containers can use its GPUs: the NVIDIA Container Toolkit does not run on Debian 12,
    /// and on Windows there is none.
    #[must_use]
    pub fn supports_gpu(&self) -> bool {
        let is_debian_12 = self.family == OsFamily::Debian && self.major() == "12";
        self.kind() == HostOs::Linux && !is_debian_12
    }

    /// Whether Docker must be installed before the installation script runs, which cannot install
    /// it there.
    #[must_use]
    pub fn needs_docker_first(&self) -> bool {
        self.family == OsFamily::Rhel
    }

    /// Whether the guide said on a day that the system must be switched to cgroup v1 first.
    #[must_use]
    pub fn needs_cgroup_v1(&self, date: Timestamp) -> bool {
        let is_listed = self.family == OsFamily::Fedora && matches!(self.major(), "32" | "33");
        is_listed && Day::of(date) < Day::GUIDE_2023
    }

    /// Linux or Windows.
    #[must_use]
    pub fn kind(&self) -> HostOs {
        match self.family {
            OsFamily::WindowsServer => HostOs::Windows,
            _ => HostOs::Linux,
        }
    }

    fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

impl FromStr for OperatingSystem {
    type Err = OperatingSystemError;

    /// Reads a name of the guide and a version: `Windows Server 2019`. Case does not count.
    fn from_str(text: &str) -> Result<Self, OperatingSystemError> {
        let error = || OperatingSystemError(text.to_owned());
        let text = text.trim();
        let (family, version) = NAMES
            .into_iter()
            .find_map(|(family, name)| {
                let (start, rest) = text.split_at_checked(name.len())?;
                start.eq_ignore_ascii_case(name).then_some((family, rest))
            })
            .ok_or_else(error)?;
        let has_versions = family != OsFamily::OpenSuseTumbleweed;
        let number = version.strip_prefix(' ').unwrap_or_default();
        let is_version = |text: &str| {
            text.bytes()
                .next()
                .is_some_and(|first| first.is_ascii_digit())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        };
        match has_versions {
            true if is_version(number) => Ok(Self::new(family, number.to_ascii_uppercase())),
            false if version.is_empty() => Ok(Self::new(family, "")),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name())?;
        match self.version.as_str() {
            "" => Ok(()),
            version => write!(f, " {version}"),
        }
    }
}

/// A name of no operating system or architecture that external instances know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operating system or architecture of external instances")]
pub struct OperatingSystemError(String);
