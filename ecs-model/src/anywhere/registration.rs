//! What the installation script does, and what must be right before it runs.

use core::fmt;

use ecs_taskdef::Timestamp;

use super::install::{DockerSource, InstallParameters};
use super::managed_instance::ManagedInstanceId;
use super::operating_system::{Architecture, OperatingSystem};
use crate::agent::HostOs;

/// The least number of vCPUs of a machine, by a blog post; the guide does not say.
pub const SUGGESTED_VCPUS: u32 = 1;
/// The least memory of a machine in MiB, by a blog post; the guide does not say.
pub const SUGGESTED_MEMORY: u32 = 512;

/// A step of the installation script, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RegistrationStep {
    /// Docker is installed.
    InstallDocker,
    /// The agent of Systems Manager is installed.
    InstallSsmAgent,
    /// The machine becomes a managed instance.
    RegisterWithSystemsManager,
    /// The container agent is installed.
    InstallEcsAgent,
    /// The machine becomes a container instance.
    RegisterWithCluster,
}

impl RegistrationStep {
    /// Every step, in order.
    pub const ALL: [Self; 5] = [
        Self::InstallDocker,
        Self::InstallSsmAgent,
        Self::RegisterWithSystemsManager,
        Self::InstallEcsAgent,
        Self::RegisterWithCluster,
    ];
}

impl fmt::Display for RegistrationStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InstallDocker => "install Docker",
            Self::InstallSsmAgent => "install the SSM agent",
            Self::RegisterWithSystemsManager => "register with Systems Manager",
            Self::InstallEcsAgent => "install the ECS agent",
            Self::RegisterWithCluster => "register with the cluster",
        })
    }
}

/// A machine as it is before the installation script runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Machine {
    /// Its operating system.
    pub os: OperatingSystem,
    /// Its processor.
    pub architecture: Architecture,
    /// Whether the script would run as root or as an administrator.
    pub is_root: bool,
    /// Whether systemd runs; of no account on Windows.
    pub has_systemd: bool,
    /// Whether Docker is installed.
    pub has_docker: bool,
    /// Whether the NVIDIA driver runs.
    pub has_nvidia_driver: bool,
    /// Whether AWS credentials are configured, in a file or in the environment.
    pub has_credentials: bool,
    /// Whether the agent of Systems Manager is installed.
    pub has_ssm_agent: bool,
    /// The id of the managed instance that it is already.
    pub managed_instance: Option<ManagedInstanceId>,
    /// Whether the container agent runs.
    pub has_ecs_agent: bool,
}

impl Machine {
    /// A fresh machine, as the guide expects it.
    #[must_use]
    pub const fn new(os: OperatingSystem, architecture: Architecture) -> Self {
        Self {
            os,
            architecture,
            is_root: true,
            has_systemd: true,
            has_docker: false,
            has_nvidia_driver: false,
            has_credentials: false,
            has_ssm_agent: false,
            managed_instance: None,
            has_ecs_agent: false,
        }
    }

    /// The steps that are left to do. There are none if the container agent runs already; a
    /// machine that is a managed instance keeps its id.
    ///
    /// ```
    /// use ecs_model::anywhere::{Architecture, Machine, RegistrationStep};
    ///
    /// let mut machine = Machine::new("Ubuntu 22".parse()?, Architecture::X86_64);
    /// assert_eq!(machine.steps(), RegistrationStep::ALL);
    /// machine.has_docker = true;
    /// assert_eq!(machine.steps()[0], RegistrationStep::InstallSsmAgent);
    /// machine.has_ecs_agent = true;
    /// assert!(machine.steps().is_empty());
    /// # Ok::<(), ecs_model::anywhere::OperatingSystemError>(())
    /// ```
    #[must_use]
    pub fn steps(&self) -> Vec<RegistrationStep> {
        let is_done = |step: &RegistrationStep| match step {
            RegistrationStep::InstallDocker => self.has_docker,
            RegistrationStep::InstallSsmAgent => {
                self.has_ssm_agent || self.managed_instance.is_some()
            }
            RegistrationStep::RegisterWithSystemsManager => self.managed_instance.is_some(),
            RegistrationStep::InstallEcsAgent | RegistrationStep::RegisterWithCluster => false,
        };
        if self.has_ecs_agent {
            return Vec::new();
        }
        let mut steps = Vec::from(RegistrationStep::ALL);
        steps.retain(|step| !is_done(step));
        steps
    }

    /// Everything that would keep the installation script from doing its work on that day.
    #[must_use]
    pub fn problems(&self, parameters: &InstallParameters, date: Timestamp) -> Vec<MachineProblem> {
        let is_linux = self.os.kind() == HostOs::Linux;
        let docker = parameters.docker_install_source;
        let conditions = [
            (
                !self.os.is_supported(self.architecture, date),
                MachineProblem::OperatingSystem(self.os.clone(), self.architecture),
            ),
            (!self.is_root, MachineProblem::NotRoot),
            (is_linux && !self.has_systemd, MachineProblem::NoSystemd),
            (self.has_credentials, MachineProblem::Credentials),
            (
                is_linux
                    && !self.has_docker
                    && (self.os.needs_docker_first() || docker == DockerSource::None),
                MachineProblem::NoDocker,
            ),
            (
                is_linux && self.os.needs_docker_first() && docker != DockerSource::None,
                MachineProblem::DockerSource,
            ),
            (
                self.os.needs_cgroup_v1(date),
                MachineProblem::CgroupVersion(self.os.clone()),
            ),
            (
                parameters.enable_gpu && !self.os.supports_gpu(),
                MachineProblem::NoGpuSupport(self.os.clone()),
            ),
            (
                parameters.enable_gpu && self.os.supports_gpu() && !self.has_nvidia_driver,
                MachineProblem::NoNvidiaDriver,
            ),
            (
                parameters.skip_registration && self.managed_instance.is_none(),
                MachineProblem::NotManaged,
            ),
        ];
        conditions
            .into_iter()
            .filter_map(|(is_met, problem)| is_met.then_some(problem))
            .collect()
    }
}

/// Something that keeps a machine from becoming an external instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MachineProblem {
    /// The guide does not support the operating system on this processor.
    #[error("`{0}` on {1} is not supported")]
    OperatingSystem(OperatingSystem, Architecture),
    /// The script would not run as root.
    #[error("the script must run as root")]
    NotRoot,
    /// Systemd does not run.
    #[error("systemd is required")]
    NoSystemd,
    /// Credentials on the machine come before those of Systems Manager.
    #[error("credentials on the machine interfere with its registration")]
    Credentials,
    /// Docker is not there, and the script cannot or shall not install it.
    #[error("docker must be installed before the script runs")]
    NoDocker,
    /// The script cannot install Docker there.
    #[error("the script cannot install docker: `--docker-install-source none` is required")]
    DockerSource,
    /// The system uses cgroup v2.
    #[error("`{0}` must be switched to cgroup v1")]
    CgroupVersion(OperatingSystem),
    /// Containers cannot use GPUs there.
    #[error("`{0}` does not support GPUs")]
    NoGpuSupport(OperatingSystem),
    /// The NVIDIA driver does not run.
    #[error("the NVIDIA driver must run for `--enable-gpu`")]
    NoNvidiaDriver,
    /// The machine is no managed instance, but shall not become one.
    #[error("`--skip-registration` is for managed instances only")]
    NotManaged,
}
