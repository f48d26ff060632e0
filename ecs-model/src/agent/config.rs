//! [`AgentConfig`]: what a configuration means for the agent.

use std::collections::{BTreeMap, BTreeSet};

use ecs_taskdef::{Attribute, Edition, Findings, Rule, Tag};

use super::config_value::{self, ConfigValue, Unreadable};
use super::ecs_config::EcsConfig;
use super::log_level::LogLevel;
use super::registry_auth::RegistryAuth;
use super::rule::{self, about};
use super::secret::Secret;
use super::variable::{DefaultValue, HostOs, Variable, VariableKind};
use crate::{DEFAULT_CLUSTER, Resource};

/// The value of every variable that is in force, and what is wrong with those that were given.
///
/// A value that cannot be read is no error of the agent: it warns, and the default holds. What is
/// empty or zero counts as not given.
///
/// ```
/// use ecs_model::agent::{AgentConfig, EcsConfig, HostOs, LogLevel};
///
/// let file = EcsConfig::parse("ECS_DATADIR=/data\nECS_RESERVED_MEMORY=32\nECS_LOGLEVEL=loud\n");
/// let config = AgentConfig::new(&file, HostOs::Linux);
/// assert_eq!(config.cluster(), "default");
/// assert!(config.checkpoint());
/// assert_eq!(config.reserved_memory(), 32);
/// assert_eq!(config.log_level(), LogLevel::Info);
/// let found: Vec<String> = config.findings().iter().map(ToString::to_string).collect();
/// assert_eq!(
///     found,
///     ["warning[config-value] /ECS_LOGLEVEL: `ECS_LOGLEVEL` is not one of `crit`, `error`, `warn`, `info`, `debug`, `none`: \
///       the default holds"]
/// );
/// ```
///
/// Source: Developer Guide, container agent configuration; the agent's README.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentConfig {
    edition: Edition,
    os: HostOs,
    settings: BTreeMap<&'static str, Setting>,
    findings: Findings,
}

/// The value of a variable that is in force.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Setting {
    /// The value; `None` if there is none, or none that the configuration tells.
    pub value: Option<ConfigValue>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It was given.
    Given,
    /// It was given, but is moved to the nearest limit.
    Adjusted,
    /// It is the default.
    Default,
    /// It comes from the metadata of the EC2 instance.
    InstanceMetadata,
    /// The agent finds it out about the host.
    Host,
    /// The variable has no meaning on this operating system.
    NotApplicable,
}

impl AgentConfig {
    /// What a configuration means for an agent of today.
    #[must_use]
    pub fn new(given: &EcsConfig, os: HostOs) -> Self {
        Self::of_edition(given, os, Edition::Current)
    }

    /// What a configuration means for an agent of that edition.
    #[must_use]
    pub fn of_edition(given: &EcsConfig, os: HostOs, edition: Edition) -> Self {
        let mut config = Self {
            edition,
            os,
            settings: BTreeMap::new(),
            findings: Findings::default(),
        };
        for variable in Variable::ALL {
            let setting = config.setting_of(variable, given);
            config.settings.insert(variable.name, setting);
        }
        config.check_whole(given);
        config
    }

    /// The value of a variable that is in force; `None` if there is no such variable.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// What is wrong with the values.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The operating system of the host.
    #[must_use]
    pub const fn os(&self) -> HostOs {
        self.os
    }

    fn setting_of(&mut self, variable: &'static Variable, given: &EcsConfig) -> Setting {
        let Some(text) = given.get(variable.name) else {
            return self.default_of(variable, given);
        };
        let default = variable.default(self.edition, self.os);
        if default == DefaultValue::NotApplicable {
            let message = format!("`{variable}` has no meaning on this operating system");
            self.find(variable, &rule::NOT_APPLICABLE, message);
        }
        if text.is_empty() {
            return self.default_of(variable, given);
        }
        match config_value::read(variable, text, self.os) {
            Ok(value) if value.is_zero() => {
                let setting = self.default_of(variable, given);
                if setting.value.as_ref() != Some(&value) && setting.value.is_some() {
                    let message =
                        format!("an empty or zero `{variable}` counts as none: the default holds");
                    self.find(variable, &rule::COUNTS_AS_UNSET, message);
                }
                setting
            }
            Ok(value) => Setting {
                value: Some(value),
                origin: Origin::Given,
            },
            Err(unreadable) => self.refused(variable, unreadable, given),
        }
    }

    fn refused(
        &mut self,
        variable: &'static Variable,
        unreadable: Unreadable,
        given: &EcsConfig,
    ) -> Setting {
        match unreadable {
            Unreadable::Kind => {
                // Broken pieces of the registration end the agent; everything else is survived.
                let (rule, consequence) = match FATAL_IF_BAD.contains(&variable.name) {
                    true => (&rule::FATAL, "the agent does not start"),
                    false => (&rule::VALUE, "the default holds"),
                };
                self.find(
                    variable,
                    rule,
                    format!("{}: {consequence}", mismatch(variable)),
                );
            }
            Unreadable::Limits { instead: None } => {
                let message = format!("`{variable}` is outside of its limits: the default holds");
                self.find(variable, &rule::LIMITS, message);
            }
            Unreadable::Limits {
                instead: Some(limit),
            } => {
                let message = format!("`{variable}` is outside of its limits: {limit:?} holds");
                self.find(variable, &rule::LIMITS, message);
                return Setting {
                    value: Some(ConfigValue::Duration(limit)),
                    origin: Origin::Adjusted,
                };
            }
        }
        self.default_of(variable, given)
    }

    fn default_of(&self, variable: &Variable, given: &EcsConfig) -> Setting {
        let is_set = |name| given.get(name).is_some_and(|text| !text.is_empty());
        let (value, origin) = match variable.default(self.edition, self.os) {
            DefaultValue::Unset => (None, Origin::Default),
            DefaultValue::Value(text) => (
                config_value::read(variable, text, self.os).ok(),
                Origin::Default,
            ),
            DefaultValue::DataDir => (
                Some(ConfigValue::Switch(is_set("ECS_DATADIR"))),
                Origin::Default,
            ),
            DefaultValue::LogLevel if is_set("ECS_LOG_DRIVER") => {
                (Some(ConfigValue::Text("none".to_owned())), Origin::Default)
            }
            DefaultValue::LogLevel => {
                let level = self.settings.get("ECS_LOGLEVEL");
                (level.and_then(|level| level.value.clone()), Origin::Default)
            }
            DefaultValue::InstanceMetadata => (None, Origin::InstanceMetadata),
            DefaultValue::Host => (None, Origin::Host),
            DefaultValue::NotApplicable => (None, Origin::NotApplicable),
        };
        Setting { value, origin }
    }

    fn find(&mut self, variable: &Variable, rule: &'static Rule, message: String) {
        self.findings.push(about(rule, variable.name, message));
    }

    /// What several variables say together, and what lies inside of one.
    fn check_whole(&mut self, given: &EcsConfig) {
        if self.is_external() && self.region().is_none() {
            self.fatal(
                "AWS_DEFAULT_REGION",
                "an external instance needs `AWS_DEFAULT_REGION`",
            );
        }
        let unknown = self
            .strings("ECS_AVAILABLE_LOGGING_DRIVERS")
            .iter()
            .find(|driver| !LOGGING_DRIVERS.contains(&driver.as_str()))
            .cloned();
        if let Some(driver) = unknown {
            let message = format!("`{driver}` is not a logging driver that the agent knows");
            self.fatal("ECS_AVAILABLE_LOGGING_DRIVERS", &message);
        }
        if given.get("ECS_ENGINE_AUTH_DATA").is_some()
            || given.get("ECS_ENGINE_AUTH_TYPE").is_some()
        {
            let auth = self.registry_auth();
            self.findings.extend(auth.findings().clone());
        }
    }

    fn fatal(&mut self, variable: &str, message: &str) {
        self.findings.push(about(&rule::FATAL, variable, message));
    }
}

/// Variables that must be readable.
const FATAL_IF_BAD: [&str; 3] = [
    "ECS_INSTANCE_ATTRIBUTES",
    "ECS_CONTAINER_INSTANCE_TAGS",
    "ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES",
];

/// The logging drivers of which the agent knows the Docker version.
const LOGGING_DRIVERS: [&str; 11] = [
    "json-file",
    "syslog",
    "journald",
    "gelf",
    "fluentd",
    "awslogs",
    "splunk",
    "logentries",
    "sumologic",
    "awsfirelens",
    "none",
];

fn mismatch(variable: &Variable) -> String {
    match variable.kind {
        VariableKind::Choice(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!("`{variable}` is not one of {}", words.join(", "))
        }
        kind => format!("`{variable}` is not {}", kind.describe()),
    }
}

impl AgentConfig {
    /// The cluster to register into.
    #[must_use]
    pub fn cluster(&self) -> &str {
        self.text("ECS_CLUSTER").unwrap_or(DEFAULT_CLUSTER)
    }

    /// The Region; `None` if the metadata of the EC2 instance tells it.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.text("AWS_DEFAULT_REGION")
    }

    /// Whether the host is an external instance.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.switch("ECS_EXTERNAL")
    }

    /// TCP ports that no task may have. On Windows, roles for tasks take port 80 as well.
    #[must_use]
    pub fn reserved_ports(&self) -> BTreeSet<u16> {
        let mut ports = self.ports("ECS_RESERVED_PORTS");
        if self.os == HostOs::Windows && self.switch("ECS_ENABLE_TASK_IAM_ROLE") {
            ports.insert(80);
        }
        ports
    }

    /// UDP ports that no task may have.
    #[must_use]
    pub fn reserved_ports_udp(&self) -> BTreeSet<u16> {
        self.ports("ECS_RESERVED_PORTS_UDP")
    }

    /// MiB of the host that are kept from tasks.
    #[must_use]
    pub fn reserved_memory(&self) -> u16 {
        match self.value("ECS_RESERVED_MEMORY") {
            Some(ConfigValue::Whole(mib)) => u16::try_from(*mib).unwrap_or_default(),
            _ => 0,
        }
    }

    /// The directory for the agent's state, if there is one.
    #[must_use]
    pub fn data_dir(&self) -> Option<&str> {
        self.text("ECS_DATADIR")
    }

    /// Whether the state is kept across restarts.
    #[must_use]
    pub fn checkpoint(&self) -> bool {
        self.switch("ECS_CHECKPOINT")
    }

    /// Whether the agent exits for an update when asked to.
    #[must_use]
    pub fn updates_enabled(&self) -> bool {
        self.switch("ECS_UPDATES_ENABLED")
    }

    /// Whether metrics are sent to CloudWatch.
    #[must_use]
    pub fn sends_metrics(&self) -> bool {
        !self.switch("ECS_DISABLE_METRICS")
    }

    /// How much is logged to standard output.
    #[must_use]
    pub fn log_level(&self) -> LogLevel {
        let level = self.text("ECS_LOGLEVEL").and_then(LogLevel::parse);
        level.unwrap_or(LogLevel::Info)
    }

    /// How much is logged to the log file; `None` if nothing is. An agent of 2015 writes
    /// everything there, whatever `ECS_LOGLEVEL` says.
    #[must_use]
    pub fn log_file_level(&self) -> Option<LogLevel> {
        self.text("ECS_LOGFILE")?;
        match self.edition {
            Edition::Guide2015 => Some(LogLevel::Debug),
            _ => self
                .text("ECS_LOGLEVEL_ON_INSTANCE")
                .and_then(LogLevel::parse),
        }
    }

    /// The credentials for registries.
    #[must_use]
    pub fn registry_auth(&self) -> RegistryAuth {
        let data = match self.value("ECS_ENGINE_AUTH_DATA") {
            Some(ConfigValue::Secret(data)) => data.clone(),
            _ => Secret::default(),
        };
        let kind = self.text("ECS_ENGINE_AUTH_TYPE").unwrap_or_default();
        RegistryAuth::parse(kind, data.expose())
    }

    /// The attributes of the first registration, ordered as they were written.
    #[must_use]
    pub fn instance_attributes(&self) -> Vec<Attribute> {
        let attribute =
            |(name, value): &(String, String)| Attribute::named(name).with_value(value.clone());
        self.pairs("ECS_INSTANCE_ATTRIBUTES")
            .iter()
            .map(attribute)
            .collect()
    }

    /// The tags of the container instance, ordered as they were written.
    #[must_use]
    pub fn container_instance_tags(&self) -> Vec<Tag> {
        let tag = |(key, value): &(String, String)| {
            Tag::default()
                .with_key(key.clone())
                .with_value(value.clone())
        };
        self.pairs("ECS_CONTAINER_INSTANCE_TAGS")
            .iter()
            .map(tag)
            .collect()
    }

    /// What the agent registers of a host with that much CPU (in units, 1,024 for each vCPU) and
    /// memory (in MiB).
    ///
    /// ```
    /// use ecs_model::Resources;
    /// use ecs_model::agent::{AgentConfig, EcsConfig, HostOs};
    ///
    /// let file = EcsConfig::parse("ECS_RESERVED_MEMORY=32\nECS_RESERVED_PORTS_UDP=[53]");
    /// let registered = AgentConfig::new(&file, HostOs::Linux).registered_resources(2_048, 3_987)?;
    /// let registered = Resources::new(&registered);
    /// assert_eq!(registered.memory(), Some(3_955));
    /// assert!(registered.ports().contains(&51_678));
    /// assert!(registered.ports_udp().contains(&53));
    /// # Ok::<(), ecs_model::agent::ReservedMemoryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ReservedMemoryError`] if more memory is reserved than there is: the agent does not
    /// register.
    pub fn registered_resources(
        &self,
        cpu: i32,
        memory: i32,
    ) -> Result<Vec<Resource>, ReservedMemoryError> {
        let reserved = self.reserved_memory();
        let remaining = memory
            .checked_sub(i32::from(reserved))
            .filter(|remaining| *remaining >= 0)
            .ok_or(ReservedMemoryError {
                total: memory,
                reserved,
            })?;
        Ok(vec![
            Resource::integer(Resource::CPU, cpu),
            Resource::integer(Resource::MEMORY, remaining),
            Resource::string_set(Resource::PORTS, self.reserved_ports()),
            Resource::string_set(Resource::PORTS_UDP, self.reserved_ports_udp()),
        ])
    }

    fn value(&self, name: &str) -> Option<&ConfigValue> {
        self.settings.get(name)?.value.as_ref()
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            ConfigValue::Text(text) => Some(text),
            _ => None,
        }
    }

    fn switch(&self, name: &str) -> bool {
        self.value(name) == Some(&ConfigValue::Switch(true))
    }

    fn ports(&self, name: &str) -> BTreeSet<u16> {
        match self.value(name) {
            Some(ConfigValue::Ports(ports)) => ports.iter().copied().collect(),
            _ => BTreeSet::new(),
        }
    }

    fn strings(&self, name: &str) -> &[String] {
        match self.value(name) {
            Some(ConfigValue::Strings(strings)) => strings,
            _ => &[],
        }
    }

    fn pairs(&self, name: &str) -> &[(String, String)] {
        match self.value(name) {
            Some(ConfigValue::Pairs(pairs)) => pairs,
            _ => &[],
        }
    }
}

/// More memory is reserved than the host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "reserved memory is higher than available memory on the host, \
     total memory: {total}, reserved: {reserved}"
)]
#[non_exhaustive]
pub struct ReservedMemoryError {
    /// The memory of the host in MiB.
    pub total: i32,
    /// What is reserved in MiB.
    pub reserved: u16,
}
