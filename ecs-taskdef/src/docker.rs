use std::ops::RangeInclusive;

use crate::{TaskDefinition, TransportProtocol, Version};

/// What becomes of the `cpu` of a container in Docker and in the Linux kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CpuShares {
    /// What the agent passes to Docker.
    pub to_docker: u32,
    /// The shares that the kernel counts with.
    pub effective: u32,
}

/// The least shares the Linux kernel knows.
pub const MIN_CPU_SHARES: u32 = 2;
/// The most shares the Linux kernel knows: those of 256 vCPUs.
pub const MAX_CPU_SHARES: u32 = 262_144;

/// The shares of a container without any.
const DEFAULT_CPU_SHARES: u32 = 1_024;

/// Docker's CPU shares for `cpu` of a container on Linux, by the version of
/// the Amazon ECS agent.
///
/// Versions between 1.1.0 and 1.2.0, of which AWS says nothing, do as 1.1.0.
///
/// ```
/// use ecs_taskdef::{Version, docker_cpu_shares};
///
/// let old = docker_cpu_shares(None, &Version::new(1, 1, 0));
/// assert_eq!((old.to_docker, old.effective), (0, 1_024));
/// let new = docker_cpu_shares(None, &Version::new(1, 2, 0));
/// assert_eq!((new.to_docker, new.effective), (2, 2));
/// ```
#[must_use]
pub fn docker_cpu_shares(cpu: Option<u32>, agent: &Version) -> CpuShares {
    let asked = cpu.unwrap_or(0);
    // 1.2.0 is the first agent that raises to what the kernel knows, 1.84.0 the first that lowers.
    let raised = if agent.is_at_least(&Version::new(1, 2, 0)) {
        asked.max(MIN_CPU_SHARES)
    } else {
        asked
    };
    let to_docker = if agent.is_at_least(&Version::new(1, 84, 0)) {
        raised.min(MAX_CPU_SHARES)
    } else {
        raised
    };
    let effective = match to_docker {
        0 => DEFAULT_CPU_SHARES,
        shares => shares.clamp(MIN_CPU_SHARES, MAX_CPU_SHARES),
    };
    CpuShares {
        to_docker,
        effective,
    }
}

/// The ports from which Docker chooses host ports on Linux.
///
/// Docker 1.6.0 and later takes the range of the kernel, which
/// `/proc/sys/net/ipv4/ip_local_port_range` shows; earlier ones, and those that
/// cannot read it, take 49153 to 65535. `kernel_range` is the text of that
/// file; one that is no range counts as not to be read.
///
/// ```
/// use ecs_taskdef::{Version, ephemeral_ports};
///
/// let docker: Version = "DockerVersion: 1.5.0".parse()?;
/// assert_eq!(ephemeral_ports(&docker, Some("32768 61000")), 49_153..=65_535);
/// let docker: Version = "17.03.1-ce".parse()?;
/// assert_eq!(ephemeral_ports(&docker, Some("32768 61000")), 32_768..=61_000);
/// assert_eq!(ephemeral_ports(&docker, None), 49_153..=65_535);
/// # Ok::<(), ecs_taskdef::VersionError>(())
/// ```
#[must_use]
pub fn ephemeral_ports(docker: &Version, kernel_range: Option<&str>) -> RangeInclusive<u16> {
    const DEFAULT: RangeInclusive<u16> = 49_153..=65_535;
    if !docker.is_at_least(&Version::new(1, 6, 0)) {
        return DEFAULT;
    }
    let mut bounds = kernel_range
        .unwrap_or_default()
        .split_whitespace()
        .map(str::parse::<u16>);
    match (bounds.next(), bounds.next(), bounds.next()) {
        (Some(Ok(first)), Some(Ok(last)), None) if 0 < first && first <= last => first..=last,
        _ => DEFAULT,
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
    /// use ecs_taskdef::{AgentInstall, TaskDefinition, Version};
    ///
    /// let dns: TaskDefinition = serde_json::from_str(r#"{"containerDefinitions": [
    ///     {"name": "dns", "portMappings": [{"containerPort": 53, "protocol": "udp"}]}
    /// ]}"#)?;
    /// let needed = |install| dns.agent_version_for_udp(install);
    /// assert_eq!(needed(AgentInstall::AtLaunch), Some(Version::new(1, 2, 0)));
    /// assert_eq!(needed(AgentInstall::Updated), Some(Version::new(1, 3, 0)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn agent_version_for_udp(&self, install: AgentInstall) -> Option<Version> {
        let mut mappings = self
            .container_definitions()
            .iter()
            .flat_map(|container| container.port_mappings());
        let udp = mappings.any(|mapping| mapping.protocol == Some(TransportProtocol::Udp));
        udp.then_some(match install {
            AgentInstall::AtLaunch => Version::new(1, 2, 0),
            AgentInstall::Updated => Version::new(1, 3, 0),
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
            let shares = docker_cpu_shares(cpu, &agent.parse().unwrap());
            assert_eq!(
                (shares.to_docker, shares.effective),
                (to_docker, effective),
                "{agent} {cpu:?}"
            );
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
                ephemeral_ports(&Version::new(20, 10, 17), Some(range)),
                49_153..=65_535
            );
        }
        assert_eq!(
            ephemeral_ports(&Version::new(1, 6, 0), Some("32768\t60999\n")),
            32_768..=60_999
        );
    }
}
