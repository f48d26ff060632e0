//! [`InstallParameters`]: the call of the installation script.

use core::fmt;

use ecs_arn::Region;

use crate::DEFAULT_CLUSTER;
use crate::agent::{EcsConfig, HostOs, Secret};

/// Where the script for Linux is loaded from; with `.asc` behind it, its signature.
pub const LINUX_SCRIPT_URL: &str =
    "https://amazon-ecs-agent.s3.amazonaws.com/ecs-anywhere-install-latest.sh";
/// Where the script for Windows is loaded from; it is signed itself.
pub const WINDOWS_SCRIPT_URL: &str =
    "https://amazon-ecs-agent.s3.amazonaws.com/ecs-anywhere-install.ps1";
/// The fingerprint of the key that signs the script for Linux.
pub const SCRIPT_KEY_FINGERPRINT: &str = "F34C3DDAE72926B079BEAEC6BCE9D9A42D51784F";

/// Where the script takes Docker from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DockerSource {
    /// From Docker, and from the distribution where Docker has none.
    #[default]
    All,
    /// From Docker.
    Docker,
    /// From the distribution.
    Distro,
    /// From nowhere: it is there already.
    None,
}

impl DockerSource {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Docker => "docker",
            Self::Distro => "distro",
            Self::None => "none",
        }
    }
}

/// The version of the Internet Protocol that a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IpCompatibility {
    /// Version 4.
    Ipv4,
    /// Version 6.
    Ipv6,
}

/// What the installation script is told.
///
/// ```
/// use ecs_model::agent::{HostOs, Secret};
/// use ecs_model::anywhere::InstallParameters;
///
/// let id = "5743558d-563b-4457-8682-d16c30000000";
/// let mut parameters = InstallParameters::new("us-east-1", id, Secret::new("code"));
/// parameters.cluster = Some("web".to_owned());
/// let linux = parameters.arguments(HostOs::Linux)?;
/// assert_eq!(
///     linux.to_string(),
///     "--region us-east-1 --cluster web \
///      --activation-id 5743558d-563b-4457-8682-d16c30000000 --activation-code [redacted]"
/// );
/// assert_eq!(linux.expose().last().map(String::as_str), Some("code"));
/// # Ok::<(), ecs_model::anywhere::InstallError>(())
/// ```
///
/// Source: Developer Guide, registering an external instance; the installation script's help.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstallParameters {
    /// The Region.
    pub region: String,
    /// The cluster; `default` if it is absent.
    pub cluster: Option<String>,
    /// The id of the activation; not needed if the machine is managed already.
    pub activation_id: Option<String>,
    /// The code of the activation.
    pub activation_code: Option<Secret>,
    /// Whether the GPUs of the machine are used: its NVIDIA driver must run.
    pub enable_gpu: bool,
    /// Where Docker is taken from.
    pub docker_install_source: DockerSource,
    /// The version of the agent; the latest if it is absent.
    pub ecs_version: Option<String>,
    /// An endpoint of Amazon ECS in place of the Region's.
    pub ecs_endpoint: Option<String>,
    /// Whether the machine is a managed instance already.
    pub skip_registration: bool,
    /// A file of certificates to trust in addition.
    pub certs_file: Option<String>,
    /// Whether the agent is installed but not started.
    pub no_start: bool,
    /// The version of the Internet Protocol.
    pub ip_compatibility: Option<IpCompatibility>,
    /// Another place of the agent's package for Debian and Ubuntu.
    pub deb_url: Option<String>,
    /// Another place of the agent's package for the other distributions.
    pub rpm_url: Option<String>,
    /// Whether signatures are not checked.
    pub skip_gpg_check: bool,
}

impl InstallParameters {
    /// What the script must be told at least.
    #[must_use]
    pub fn new(
        region: impl Into<String>,
        activation_id: impl Into<String>,
        activation_code: Secret,
    ) -> Self {
        Self {
            region: region.into(),
            activation_id: Some(activation_id.into()),
            activation_code: Some(activation_code),
            ..Self::default()
        }
    }

    /// The arguments of the script, none of them quoted for a shell.
    ///
    /// # Errors
    ///
    /// [`InstallError`] for what the script refuses: no Region or activation, a value that looks
    /// like a flag, and on Windows what its script does not know.
    pub fn arguments(&self, os: HostOs) -> Result<InstallArguments, InstallError> {
        Region::parse(&self.region).map_err(|_| InstallError::Region(self.region.clone()))?;
        let activation = [
            ("--activation-id", self.activation_id.is_none()),
            ("--activation-code", self.activation_code.is_none()),
        ];
        if let Some((flag, _)) = activation.into_iter().find(|(_, is_absent)| *is_absent)
            && !self.skip_registration
        {
            return Err(InstallError::Missing(flag));
        }
        let given = self.given();
        for (flag, value) in &given {
            if value
                .as_ref()
                .is_some_and(|value| value.expose().starts_with("--"))
            {
                return Err(InstallError::Flag(flag));
            }
            if value
                .as_ref()
                .is_some_and(|value| value.expose().is_empty())
            {
                return Err(InstallError::Empty(flag));
            }
        }
        let arguments = match os {
            HostOs::Linux => given,
            HostOs::Windows => given
                .into_iter()
                .map(|(flag, value)| Ok((windows_flag(flag)?, value)))
                .collect::<Result<_, InstallError>>()?,
        };
        Ok(InstallArguments { arguments })
    }

    /// What is given, under the flags of Linux and in the order of the guide.
    fn given(&self) -> Vec<Argument> {
        let text = |value: &Option<String>| value.clone().map(Secret::new);
        let source = (self.docker_install_source != DockerSource::All)
            .then(|| Secret::new(self.docker_install_source.as_str()));
        let ip = self.ip_compatibility.map(|ip| match ip {
            IpCompatibility::Ipv4 => Secret::new("ipv4"),
            IpCompatibility::Ipv6 => Secret::new("ipv6"),
        });
        let values = [
            ("--region", Some(Secret::new(&self.region))),
            ("--cluster", text(&self.cluster)),
            ("--activation-id", text(&self.activation_id)),
            ("--activation-code", self.activation_code.clone()),
            ("--docker-install-source", source),
            ("--ecs-version", text(&self.ecs_version)),
            ("--ecs-endpoint", text(&self.ecs_endpoint)),
            ("--certs-file", text(&self.certs_file)),
            ("--ip-compatibility", ip),
            ("--deb-url", text(&self.deb_url)),
            ("--rpm-url", text(&self.rpm_url)),
        ];
        let flags = [
            ("--enable-gpu", self.enable_gpu),
            ("--skip-registration", self.skip_registration),
            ("--no-start", self.no_start),
            ("--skip-gpg-check", self.skip_gpg_check),
        ];
        let values = values
            .into_iter()
            .filter_map(|(flag, value)| Some((flag, Some(value?))));
        let flags = flags.into_iter().filter(|(_, is_set)| *is_set);
        values.chain(flags.map(|(flag, _)| (flag, None))).collect()
    }

    /// What the script writes into the user's `ecs.config` on Linux, unless it is there already.
    #[must_use]
    pub fn user_config(&self) -> EcsConfig {
        let cluster = self.cluster.as_deref().unwrap_or(DEFAULT_CLUSTER);
        EcsConfig::default().with("ECS_CLUSTER", cluster)
    }

    /// What the script writes into the instance's `ecs.config` on Linux.
    #[must_use]
    pub fn instance_config(&self) -> EcsConfig {
        let mut config = EcsConfig::default()
            .with("AWS_DEFAULT_REGION", &self.region)
            .with("ECS_EXTERNAL", "true");
        if let Some(endpoint) = &self.ecs_endpoint {
            config = config.with("ECS_BACKEND_HOST", endpoint);
        }
        if self.enable_gpu {
            config = config.with("ECS_ENABLE_GPU_SUPPORT", "true");
        }
        config
    }
}

/// A flag and its value, if it has one.
type Argument = (&'static str, Option<Secret>);

fn windows_flag(flag: &'static str) -> Result<&'static str, InstallError> {
    match flag {
        "--region" => Ok("-Region"),
        "--cluster" => Ok("-Cluster"),
        "--activation-id" => Ok("-ActivationID"),
        "--activation-code" => Ok("-ActivationCode"),
        _ => Err(InstallError::NotOnWindows(flag)),
    }
}

/// The arguments of the installation script. `Display` and `Debug` hide the activation code.
#[derive(Clone, PartialEq, Eq)]
pub struct InstallArguments {
    arguments: Vec<Argument>,
}

impl InstallArguments {
    /// The arguments, the activation code among them.
    #[must_use]
    pub fn expose(&self) -> Vec<String> {
        let with_value = |(flag, value): &Argument| {
            let value = value.as_ref().map(|value| value.expose().to_owned());
            [Some((*flag).to_owned()), value]
        };
        self.arguments
            .iter()
            .flat_map(with_value)
            .flatten()
            .collect()
    }
}

impl fmt::Display for InstallArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (flag, value)) in self.arguments.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{flag}")?;
            let is_code = matches!(*flag, "--activation-code" | "-ActivationCode");
            match value {
                Some(code) if is_code => write!(f, " {code}")?,
                Some(value) => write!(f, " {}", value.expose())?,
                None => {}
            }
        }
        Ok(())
    }
}

impl fmt::Debug for InstallArguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstallArguments({self})")
    }
}

/// Why the installation script would not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// What is no code of a Region.
    #[error("`{0}` is not a Region")]
    Region(String),
    /// The activation is needed.
    #[error("`{0}` is required unless the machine is a managed instance already")]
    Missing(&'static str),
    /// The value begins with two hyphens, as a flag that lacks its value before it makes it.
    #[error("the value of `{0}` begins with `--`")]
    Flag(&'static str),
    /// The value is empty.
    #[error("the value of `{0}` is empty")]
    Empty(&'static str),
    /// The script for Windows does not know it.
    #[error("the installation script for Windows does not know `{0}`")]
    NotOnWindows(&'static str),
}
