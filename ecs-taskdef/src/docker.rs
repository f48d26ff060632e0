use std::ops::RangeInclusive;

use semver::Version;
use thiserror::Error;

use crate::{TaskDefinition, TransportProtocol};

/// What becomes of the `cpu` of a container in Docker and in the Linux kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuShares {
    /// What the agent passes to Docker.
    pub to_docker: u32,
    /// The shares that the kernel counts with.
    pub effective: u32,
}

/// A text that is no version such as `1.4.0`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not a version such as `1.4.0`")]
pub struct VersionError(String);

/// The least shares the Linux kernel knows.
pub const MIN_CPU_SHARES: u32 = 2;
/// The most shares the Linux kernel knows: those of 256 vCPUs.
pub const MAX_CPU_SHARES: u32 = 262_144;

/// The shares of a container without any.
const DEFAULT_CPU_SHARES: u32 = 1_024;

/// The first agent that raises CPU to what the kernel knows.
const RAISES_TO_MINIMUM: Version = Version::new(1, 2, 0);
/// The first agent that lowers CPU to what the kernel knows.
const LOWERS_TO_MAXIMUM: Version = Version::new(1, 84, 0);
/// The first Docker that asks the kernel for the ephemeral range.
const READS_KERNEL_RANGE: Version = Version::new(1, 6, 0);

/// Docker's CPU shares for `cpu` of a container on Linux, by the version of
/// the Amazon ECS agent.
///
/// Versions between 1.1.0 and 1.2.0, of which AWS says nothing, do as 1.1.0.
///
/// ```
/// use ecs_taskdef::docker_cpu_shares;
///
/// let old = docker_cpu_shares(None, "1.1.0")?;
/// assert_eq!((old.to_docker, old.effective), (0, 1_024));
/// let new = docker_cpu_shares(None, "1.2.0")?;
/// assert_eq!((new.to_docker, new.effective), (2, 2));
/// # Ok::<(), ecs_taskdef::VersionError>(())
/// ```
///
/// # Errors
///
/// A version that is none.
pub fn docker_cpu_shares(cpu: Option<u32>, agent_version: &str) -> Result<CpuShares, VersionError> {
    let agent = version(agent_version)?;
    let asked = cpu.unwrap_or(0);
    let raised = if agent >= RAISES_TO_MINIMUM {
        asked.max(MIN_CPU_SHARES)
    } else {
        asked
    };
    let lowered = agent >= LOWERS_TO_MAXIMUM;
    let to_docker = if lowered {
        raised.min(MAX_CPU_SHARES)
    } else {
        raised
    };
    let effective = match to_docker {
        0 => DEFAULT_CPU_SHARES,
        shares => shares.clamp(MIN_CPU_SHARES, MAX_CPU_SHARES),
    };
    Ok(CpuShares {
        to_docker,
        effective,
    })
}

/// The ports from which Docker chooses host ports on Linux.
///
/// Docker 1.6.0 and later takes the range of the kernel, which
/// `/proc/sys/net/ipv4/ip_local_port_range` shows; earlier ones, and those that
/// cannot read it, take 49153 to 65535. `kernel_range` is the text of that
/// file; one that is no range counts as not to be read.
///
/// ```
/// use ecs_taskdef::ephemeral_ports;
///
/// assert_eq!(ephemeral_ports("1.5.0", Some("32768 61000"))?, 49_153..=65_535);
/// assert_eq!(ephemeral_ports("1.6.0", Some("32768 61000"))?, 32_768..=61_000);
/// assert_eq!(ephemeral_ports("1.6.0", None)?, 49_153..=65_535);
/// # Ok::<(), ecs_taskdef::VersionError>(())
/// ```
///
/// # Errors
///
/// A version that is none.
pub fn ephemeral_ports(
    docker_version: &str,
    kernel_range: Option<&str>,
) -> Result<RangeInclusive<u16>, VersionError> {
    const DEFAULT: RangeInclusive<u16> = 49_153..=65_535;
    if version(docker_version)? < READS_KERNEL_RANGE {
        return Ok(DEFAULT);
    }
    let mut bounds = kernel_range
        .unwrap_or_default()
        .split_whitespace()
        .map(str::parse::<u16>);
    match (bounds.next(), bounds.next(), bounds.next()) {
        (Some(Ok(first)), Some(Ok(last)), None) if 0 < first && first <= last => Ok(first..=last),
        _ => Ok(DEFAULT),
    }
}

/// How an agent came to its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgentInstall {
    /// The instance was launched with it.
    AtLaunch,
    /// It was updated on a running instance.
    Updated,
}

impl TaskDefinition {
    /// The least agent version that can open the UDP ports of the task; `None`
    /// when it has none. Source: Amazon ECS Developer Guide (2015), task
    /// definition parameters.
    ///
    /// ```
    /// use ecs_taskdef::{AgentInstall, TaskDefinition};
    ///
    /// let dns: TaskDefinition = serde_json::from_str(r#"{"containerDefinitions": [
    ///     {"name": "dns", "portMappings": [{"containerPort": 53, "protocol": "udp"}]}
    /// ]}"#)?;
    /// assert_eq!(dns.agent_version_for_udp(AgentInstall::AtLaunch), Some("1.2.0"));
    /// assert_eq!(dns.agent_version_for_udp(AgentInstall::Updated), Some("1.3.0"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn agent_version_for_udp(&self, install: AgentInstall) -> Option<&'static str> {
        let mut mappings = self
            .containers()
            .iter()
            .flat_map(|container| container.port_mappings());
        let udp = mappings.any(|mapping| mapping.protocol == Some(TransportProtocol::Udp));
        udp.then_some(match install {
            AgentInstall::AtLaunch => "1.2.0",
            AgentInstall::Updated => "1.3.0",
        })
    }
}

/// The name that the agent gives to a container in Docker:
/// `ecs-FAMILY-REVISION-CONTAINER-SUFFIX`, with a suffix of 20 hexadecimal
/// digits.
///
/// ```
/// use ecs_taskdef::docker_container_name;
///
/// let name = docker_container_name("web", 6, "nginx", "c09288a6b0cba8a53700");
/// assert_eq!(name, "ecs-web-6-nginx-c09288a6b0cba8a53700");
/// ```
#[must_use]
pub fn docker_container_name(family: &str, revision: i32, container: &str, suffix: &str) -> String {
    format!("ecs-{family}-{revision}-{container}-{suffix}")
}

/// The first three numbers of a version. Docker's own, such as `17.03.1-ce`,
/// have leading zeros and suffixes.
fn version(text: &str) -> Result<Version, VersionError> {
    let wrong = || VersionError(text.to_owned());
    let bare = text.strip_prefix('v').unwrap_or(text);
    let core = bare.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.').map(|number| {
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<u64>().ok().filter(|_| digits)
    });
    let mut next = || numbers.next().flatten();
    let version = match (next(), next(), next()) {
        (Some(major), Some(minor), Some(patch)) => Version::new(major, minor, patch),
        _ => return Err(wrong()),
    };
    if numbers.next().is_some() {
        Err(wrong())
    } else {
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_agent() {
        for (agent, cpu, to_docker, effective) in [
            ("1.1.0", None, 0, 1_024),
            ("1.1.0", Some(0), 0, 1_024),
            ("1.1.0", Some(1), 1, 2),
            ("1.1.9", Some(1), 1, 2),
            ("v1.2.0", None, 2, 2),
            ("1.2.0", Some(0), 2, 2),
            ("1.2.0", Some(1), 2, 2),
            ("1.2.0", Some(10), 10, 10),
            ("1.83.0", Some(300_000), 300_000, 262_144),
            ("1.84.0", Some(300_000), 262_144, 262_144),
        ] {
            let shares = docker_cpu_shares(cpu, agent).unwrap();
            assert_eq!(
                (shares.to_docker, shares.effective),
                (to_docker, effective),
                "{agent} {cpu:?}"
            );
        }
    }

    #[test]
    fn versions_of_docker_are_read() {
        assert_eq!(version("17.03.1-ce").unwrap(), Version::new(17, 3, 1));
        assert_eq!(version("20.10.17+azure").unwrap(), Version::new(20, 10, 17));
        for text in ["", "1.6", "1.6.x", "1.6.0.1", "one", "1.+6.0"] {
            let message = format!("`{text}` is not a version such as `1.4.0`");
            assert_eq!(version(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn an_unreadable_range_is_the_default() {
        for range in [
            "",
            "32768",
            "61000 32768",
            "0 61000",
            "a b",
            "1 2 3",
            "32768 99999",
        ] {
            assert_eq!(
                ephemeral_ports("20.10.17", Some(range)).unwrap(),
                49_153..=65_535
            );
        }
        assert_eq!(
            ephemeral_ports("1.6.0", Some("32768\t60999\n")).unwrap(),
            32_768..=60_999
        );
    }
}
