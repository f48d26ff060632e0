//! [`AgentContainer`]: the call of `docker run` that starts an agent without ecs-init.

use super::ecs_config::{EcsConfig, UnwritableVariable, Written};
use super::secret::Secrets;

/// The container of an agent as the guide of 2015 starts it on a host without ecs-init.
///
/// ```
/// use ecs_model::agent::{AgentContainer, EcsConfig, Secrets};
///
/// let config = EcsConfig::parse("ECS_DATADIR=/data\nECS_CLUSTER=web");
/// let run = AgentContainer::default().docker_run(&config, Secrets::LeaveOut)?;
/// assert_eq!(run.text[..4], ["run", "--name", "ecs-agent", "--detach=true"]);
/// assert!(run.text.contains(&"--env=ECS_CLUSTER=web".to_owned()));
/// assert_eq!(run.text.last().map(String::as_str), Some("amazon/amazon-ecs-agent:latest"));
/// # Ok::<(), ecs_model::agent::UnwritableVariable>(())
/// ```
///
/// Source: Developer Guide of 2015, installing the container agent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentContainer {
    /// The image of the agent.
    pub image: String,
    /// Where the host has its cgroups.
    pub cgroups: CgroupMount,
    /// Where the host's Docker keeps the state of its execution driver.
    pub execdriver: String,
}

/// Where a host has its cgroups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CgroupMount {
    /// `/cgroup`, on Amazon Linux of 2015.
    Root,
    /// `/sys/fs/cgroup`, on other distributions.
    #[default]
    Sys,
}

impl CgroupMount {
    /// The directory.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Root => "/cgroup",
            Self::Sys => "/sys/fs/cgroup",
        }
    }
}

impl Default for AgentContainer {
    fn default() -> Self {
        Self {
            image: "amazon/amazon-ecs-agent:latest".to_owned(),
            cgroups: CgroupMount::default(),
            execdriver: "/var/run/docker/execdriver/native".to_owned(),
        }
    }
}

impl AgentContainer {
    /// The arguments of `docker`, none of them quoted for a shell.
    ///
    /// # Errors
    ///
    /// [`UnwritableVariable`] for a variable that an environment cannot hold.
    pub fn docker_run(
        &self,
        config: &EcsConfig,
        secrets: Secrets,
    ) -> Result<Written<Vec<String>>, UnwritableVariable> {
        let mut written = config.to_env_args(secrets)?;
        let cgroups = self.cgroups.path();
        let execdriver = &self.execdriver;
        let mut arguments = [
            "run",
            "--name",
            "ecs-agent",
            "--detach=true",
            "--restart=on-failure:10",
            "--volume=/var/run/docker.sock:/var/run/docker.sock",
            "--volume=/var/log/ecs:/log",
            "--volume=/var/lib/ecs/data:/data",
        ]
        .map(ToOwned::to_owned)
        .to_vec();
        arguments.push(format!("--volume={cgroups}:/sys/fs/cgroup:ro"));
        arguments.push(format!(
            "--volume={execdriver}:/var/lib/docker/execdriver/native:ro"
        ));
        arguments.push("--publish=127.0.0.1:51678:51678".to_owned());
        arguments.append(&mut written.text);
        arguments.push(self.image.clone());
        written.text = arguments;
        Ok(written)
    }
}
