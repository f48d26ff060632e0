//! What an instance has of which its agent says nothing: by its identity document.

use ecs_model::container_instance::VersionInfo;
use ecs_model::{Attribute, Exception, Resource};
use serde::Deserialize;

use crate::ids::Ids;
use crate::words;

/// The identity document of an EC2 instance.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    instance_id: Option<String>,
    instance_type: Option<String>,
    availability_zone: Option<String>,
    image_id: Option<String>,
    architecture: Option<String>,
}

/// The ports that the agent keeps: SSH, Docker and its own.
const PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];

/// The version of the agents.
pub(super) const AGENT: &str = "1.89.0";

/// What agents of today can do on Linux, as far as task definitions ask for it.
const CAPABILITIES: &[&str] = &[
    "com.amazonaws.ecs.capability.docker-remote-api.1.17",
    "com.amazonaws.ecs.capability.docker-remote-api.1.18",
    "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    "com.amazonaws.ecs.capability.docker-remote-api.1.20",
    "com.amazonaws.ecs.capability.docker-remote-api.1.21",
    "com.amazonaws.ecs.capability.docker-remote-api.1.22",
    "com.amazonaws.ecs.capability.docker-remote-api.1.23",
    "com.amazonaws.ecs.capability.docker-remote-api.1.24",
    "com.amazonaws.ecs.capability.docker-remote-api.1.25",
    "com.amazonaws.ecs.capability.docker-remote-api.1.26",
    "com.amazonaws.ecs.capability.docker-remote-api.1.27",
    "com.amazonaws.ecs.capability.docker-remote-api.1.28",
    "com.amazonaws.ecs.capability.docker-remote-api.1.29",
    "com.amazonaws.ecs.capability.docker-remote-api.1.30",
    "com.amazonaws.ecs.capability.docker-remote-api.1.35",
    "com.amazonaws.ecs.capability.docker-remote-api.1.44",
    "com.amazonaws.ecs.capability.ecr-auth",
    "com.amazonaws.ecs.capability.logging-driver.awsfirelens",
    "com.amazonaws.ecs.capability.logging-driver.awslogs",
    "com.amazonaws.ecs.capability.logging-driver.fluentd",
    "com.amazonaws.ecs.capability.logging-driver.gelf",
    "com.amazonaws.ecs.capability.logging-driver.journald",
    "com.amazonaws.ecs.capability.logging-driver.json-file",
    "com.amazonaws.ecs.capability.logging-driver.none",
    "com.amazonaws.ecs.capability.logging-driver.splunk",
    "com.amazonaws.ecs.capability.logging-driver.syslog",
    "com.amazonaws.ecs.capability.privileged-container",
    "com.amazonaws.ecs.capability.task-iam-role",
    "com.amazonaws.ecs.capability.task-iam-role-network-host",
    "ecs.capability.aws-appmesh",
    "ecs.capability.container-health-check",
    "ecs.capability.container-ordering",
    "ecs.capability.container-restart-policy",
    "ecs.capability.docker-plugin.amazon-ecs-volume-plugin",
    "ecs.capability.docker-plugin.local",
    "ecs.capability.efs",
    "ecs.capability.efsAuth",
    "ecs.capability.env-files.s3",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.extensible-ephemeral-storage",
    "ecs.capability.fault-injection",
    "ecs.capability.firelens.fluentbit",
    "ecs.capability.firelens.fluentd",
    "ecs.capability.firelens.options.config.file",
    "ecs.capability.firelens.options.config.s3",
    "ecs.capability.increased-task-cpu-limit",
    "ecs.capability.logging-driver.awsfirelens.log-driver-buffer-limit",
    "ecs.capability.network.container-port-range",
    "ecs.capability.pid-ipc-namespace-sharing",
    "ecs.capability.private-registry-authentication.secretsmanager",
    "ecs.capability.secrets.asm.bootstrap.log-driver",
    "ecs.capability.secrets.asm.environment-variables",
    "ecs.capability.secrets.ssm.bootstrap.log-driver",
    "ecs.capability.secrets.ssm.environment-variables",
    "ecs.capability.storage.ebs-task-volume-attach",
    "ecs.capability.task-eni",
];

/// GiB of memory for each vCPU, by family and generation of instance types.
///
/// Source: EC2, instance types.
const MEMORY: &[(&str, u32)] = &[("c", 2), ("m", 4), ("r", 8)];

/// The smaller types: vCPUs and MiB.
const BURSTABLE: &[(&str, u32, u32)] = &[
    ("nano", 2, 512),
    ("micro", 2, 1_024),
    ("small", 2, 2_048),
    ("medium", 2, 4_096),
    ("large", 2, 8_192),
    ("xlarge", 4, 16_384),
    ("2xlarge", 8, 32_768),
];

impl Identity {
    pub(super) fn read(document: Option<&str>) -> Result<Self, Exception> {
        let Some(document) = document.filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        serde_json::from_str(document).map_err(|error| {
            let message = format!("the instance identity document cannot be read: {error}");
            words::client(message)
        })
    }

    pub(super) fn instance_id(&self, ids: &mut Ids) -> String {
        let known = self.instance_id.clone();
        known.unwrap_or_else(|| format!("i-{:017x}", ids.number() >> 4))
    }

    /// What was given, or what an instance of this type has.
    pub(super) fn resources(&self, given: &[Resource]) -> Result<Vec<Resource>, Exception> {
        if !given.is_empty() {
            return Ok(given.to_vec());
        }
        let Some(instance_type) = &self.instance_type else {
            let message = "neither `totalResources` nor the instance type is given";
            return Err(words::client(message));
        };
        let (cpu, memory) = size(instance_type).ok_or_else(|| {
            let message = format!("the resources of instance type `{instance_type}` are not known");
            words::client(message)
        })?;
        let number = |amount: u32| i32::try_from(amount).unwrap_or(i32::MAX);
        Ok(vec![
            Resource::integer(Resource::CPU, number(cpu)),
            Resource::integer(Resource::MEMORY, number(memory)),
            Resource::string_set(Resource::PORTS, PORTS),
            Resource::string_set::<u16>(Resource::PORTS_UDP, []),
        ])
    }

    /// What was given, and what the document and agents of today say besides.
    pub(super) fn attributes(&self, given: &[Attribute]) -> Vec<Attribute> {
        let mut attributes = given.to_vec();
        let mut add = |name: &str, value: Option<&str>| {
            if !attributes.iter().any(|known| known.name() == Some(name)) {
                let mut attribute = Attribute::default().with_name(name);
                attribute.value = value.map(str::to_owned);
                attributes.push(attribute);
            }
        };
        let architecture = self.architecture.as_deref();
        for (name, value) in [
            ("ecs.availability-zone", self.availability_zone.as_deref()),
            ("ecs.instance-type", self.instance_type.as_deref()),
            ("ecs.ami-id", self.image_id.as_deref()),
            ("ecs.os-type", Some("linux")),
            ("ecs.os-family", Some("LINUX")),
            (
                "ecs.cpu-architecture",
                Some(architecture.unwrap_or("x86_64")),
            ),
        ] {
            if value.is_some() {
                add(name, value);
            }
        }
        if given.is_empty() {
            CAPABILITIES.iter().for_each(|name| add(name, None));
        }
        attributes
    }

    /// The agent of an instance that says nothing of it.
    pub(super) fn version_info(&self) -> VersionInfo {
        VersionInfo::default()
            .with_agent_version(AGENT)
            .with_docker_version("DockerVersion: 25.0.6")
    }
}

/// CPU units and MiB of an instance type, as an agent registers them.
///
/// An agent registers what the kernel leaves: 96.5 percent here, which is what a `t2.medium` of the
/// guide has of its 4 GiB.
fn size(instance_type: &str) -> Option<(u32, u32)> {
    let (family, size) = instance_type.split_once('.')?;
    let (vcpus, mib) = match family.starts_with('t') {
        true => {
            let found = BURSTABLE.iter().find(|(name, ..)| *name == size)?;
            (found.1, found.2)
        }
        false => {
            let (_, gib) = MEMORY.iter().find(|(first, _)| family.starts_with(first))?;
            let vcpus = vcpus(size)?;
            (vcpus, vcpus.checked_mul(gib.checked_mul(1_024)?)?)
        }
    };
    let registered = u64::from(mib) * 965 / 1_000;
    Some((vcpus.checked_mul(1_024)?, u32::try_from(registered).ok()?))
}

fn vcpus(size: &str) -> Option<u32> {
    match size {
        "medium" => Some(1),
        "large" => Some(2),
        "xlarge" => Some(4),
        other => other
            .strip_suffix("xlarge")?
            .parse::<u32>()
            .ok()?
            .checked_mul(4),
    }
}
