//! [`Variable`]: what the agent reads from its environment.

mod table;

use core::fmt;
use core::time::Duration;

use ecs_taskdef::Edition;
use serde::{Deserialize, Serialize};

/// The operating system of a container instance.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum HostOs {
    /// Any Linux.
    #[default]
    Linux,
    /// Windows Server.
    Windows,
}

/// The program that reads a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Component {
    /// The container agent.
    Agent,
    /// The service that starts the agent on Linux.
    EcsInit,
}

/// A variable of the container agent's environment or of `ecs.config`.
///
/// ```
/// use ecs_model::Edition;
/// use ecs_model::agent::{DefaultValue, HostOs, Variable};
///
/// assert_eq!(Variable::ALL.len(), 106);
/// let level = Variable::named("ECS_LOGLEVEL").expect("a known variable");
/// assert_eq!(level.default(Edition::Current, HostOs::Linux), DefaultValue::Value("info"));
/// assert_eq!(level.default(Edition::Guide2015, HostOs::Linux), DefaultValue::Value("warn"));
/// ```
///
/// Source: Developer Guide, container agent configuration (2015 and today); the agent's README.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Variable {
    /// The name.
    pub name: &'static str,
    /// What a value may be.
    pub kind: VariableKind,
    /// What it means.
    pub about: &'static str,
    /// Who reads it.
    pub component: Component,
    /// Whether the value is a credential or may hold one.
    pub is_secret: bool,
    linux: DefaultValue,
    windows: DefaultValue,
    guide_2015: Option<DefaultValue>,
}

impl Variable {
    /// Every variable.
    pub const ALL: &'static [Self] = table::VARIABLES;

    /// The variable of that name; names differ by case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|variable| variable.name == name)
    }

    /// What holds where the variable is not set. A variable that the guide of 2015 does not have
    /// has today's default in its edition too.
    #[must_use]
    pub fn default(&self, edition: Edition, os: HostOs) -> DefaultValue {
        match (edition, os) {
            (Edition::Guide2015, _) if self.guide_2015.is_some() => {
                self.guide_2015.unwrap_or(DefaultValue::Unset)
            }
            (_, HostOs::Windows) => self.windows,
            (_, HostOs::Linux) => self.linux,
        }
    }

    /// Whether the guide of 2015 has it.
    #[must_use]
    pub const fn is_in_guide_2015(&self) -> bool {
        self.guide_2015.is_some()
    }

    /// Whether this value of it may not be shown: every value of a secret variable, and the
    /// address of a proxy that holds a password.
    #[must_use]
    pub fn hides(&self, value: &str) -> bool {
        self.is_secret || (self.name == "HTTP_PROXY" && value.contains('@'))
    }

    /// Whether an agent of today still reads it.
    #[must_use]
    pub fn is_current(&self) -> bool {
        !matches!(
            self.name,
            "ECS_UPDATE_DOWNLOAD_DIR" | "ECS_DOCKER_GRAPH_PATH"
        )
    }

    const fn new(name: &'static str, kind: VariableKind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            about,
            component: Component::Agent,
            is_secret: false,
            linux: DefaultValue::Unset,
            windows: DefaultValue::Unset,
            guide_2015: None,
        }
    }

    const fn everywhere(self, default: DefaultValue) -> Self {
        self.linux(default).windows(default)
    }

    const fn linux(mut self, default: DefaultValue) -> Self {
        self.linux = default;
        self
    }

    const fn windows(mut self, default: DefaultValue) -> Self {
        self.windows = default;
        self
    }

    const fn guide_2015(mut self, default: DefaultValue) -> Self {
        self.guide_2015 = Some(default);
        self
    }

    const fn of_ecs_init(mut self) -> Self {
        self.component = Component::EcsInit;
        self
    }

    const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// What holds where a variable is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DefaultValue {
    /// Nothing.
    Unset,
    /// This, as it would be written.
    Value(&'static str),
    /// What the metadata of the EC2 instance says.
    InstanceMetadata,
    /// `true` if `ECS_DATADIR` is set to something, otherwise `false`.
    DataDir,
    /// `none` if `ECS_LOG_DRIVER` is set to something, otherwise what `ECS_LOGLEVEL` says.
    LogLevel,
    /// What the agent finds out about the host.
    Host,
    /// The variable has no meaning on this operating system.
    NotApplicable,
}

/// What the value of a variable may be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum VariableKind {
    /// Any text.
    Text,
    /// On or off: `true`, `false` and the short forms `1`, `0`, `t`, `f`.
    Switch,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A whole number.
    Whole(Bounds),
    /// A number above zero.
    Number,
    /// A length of time such as `1h30m`.
    Duration(Limits),
    /// A JSON list of port numbers.
    Ports,
    /// Two port numbers joined by a hyphen, the lower first.
    PortRange,
    /// Two whole numbers joined by a comma.
    Rates,
    /// Names joined by commas.
    Names,
    /// A JSON list of strings.
    Strings,
    /// A JSON object of strings.
    Pairs,
    /// Any JSON.
    Document,
}

impl VariableKind {
    /// What is expected, with its article: `a JSON list of ports`.
    #[must_use]
    pub const fn describe(&self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Switch => "`true` or `false`",
            Self::Choice(_) => "a word of a list",
            Self::Whole(_) => "a whole number",
            Self::Number => "a number above zero",
            Self::Duration(_) => "a duration such as `1h30m`",
            Self::Ports => "a JSON list of ports such as `[22, 80]`",
            Self::PortRange => "a range of ports such as `49152-65535`",
            Self::Rates => "two whole numbers such as `40,60`",
            Self::Names => "names separated by commas",
            Self::Strings => "a JSON list of strings",
            Self::Pairs => "a JSON object of strings",
            Self::Document => "JSON",
        }
    }
}

/// The least and the greatest value of a whole number, both included. Outside of them the default
/// holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The least value.
    pub min: i64,
    /// The greatest value.
    pub max: i64,
}

impl Bounds {
    const fn new(min: i64, max: i64) -> Self {
        Self { min, max }
    }
}

/// The shortest and the longest duration, both included, and what holds outside of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The shortest duration.
    pub min: Option<Duration>,
    /// The shortest duration on Windows, where it differs.
    pub min_on_windows: Option<Duration>,
    /// The longest duration.
    pub max: Option<Duration>,
    /// What a duration outside becomes.
    pub outside: Outside,
}

/// What a value outside of its limits becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outside {
    /// The default.
    Default,
    /// The nearest limit.
    Limit,
}

impl Limits {
    const NONE: Self = Self {
        min: None,
        min_on_windows: None,
        max: None,
        outside: Outside::Default,
    };

    const fn at_least(seconds: u64) -> Self {
        let mut limits = Self::NONE;
        limits.min = Some(Duration::from_secs(seconds));
        limits
    }

    const fn raised_to(seconds: u64) -> Self {
        let mut limits = Self::at_least(seconds);
        limits.outside = Outside::Limit;
        limits
    }

    const fn clamped(min_seconds: u64, max_seconds: u64) -> Self {
        let mut limits = Self::raised_to(min_seconds);
        limits.max = Some(Duration::from_secs(max_seconds));
        limits
    }

    const fn between_millis(min: u64, max: u64) -> Self {
        let mut limits = Self::NONE;
        limits.min = Some(Duration::from_millis(min));
        limits.max = Some(Duration::from_millis(max));
        limits
    }

    const fn on_windows(mut self, min_seconds: u64) -> Self {
        self.min_on_windows = Some(Duration::from_secs(min_seconds));
        self
    }

    /// The shortest duration on that operating system.
    #[must_use]
    pub fn shortest(&self, os: HostOs) -> Option<Duration> {
        match os {
            HostOs::Windows => self.min_on_windows.or(self.min),
            HostOs::Linux => self.min,
        }
    }

    /// The limit that a duration is beyond, if it is beyond one.
    pub(super) fn broken(&self, length: Duration, os: HostOs) -> Option<Duration> {
        let low = self.shortest(os).filter(|min| length < *min);
        low.or(self.max.filter(|max| length > *max))
    }
}
