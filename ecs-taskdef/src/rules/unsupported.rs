//! Members that a platform does not support: whether they are given, and the
//! finding that says so. An empty list, an empty text and `false` ask for
//! nothing and are accepted everywhere.

use super::subject::{Container, Report, Subject};
use super::task::quote;
use crate::shape::At;
use crate::{ContainerDefinition, LinuxParameters, LogDriver, TaskDefinition, Volume};

/// What lacks members.
#[derive(Clone, Copy)]
pub(super) struct Platform {
    /// Its name in a sentence.
    pub(super) name: &'static str,
    /// Whether the definition is for it, if the launch types do not tell.
    pub(super) is_meant: fn(&Subject<'_>) -> bool,
}

impl Platform {
    /// A platform that is one with a launch type.
    pub(super) const fn of_launch_type(name: &'static str) -> Self {
        Self {
            name,
            is_meant: |_| true,
        }
    }
}

/// A member, by its path, and whether it asks for something.
#[derive(Clone, Copy)]
pub(super) enum Member {
    Task(&'static str, fn(&TaskDefinition) -> bool),
    Container(&'static str, fn(&ContainerDefinition) -> bool),
    Linux(&'static str, fn(&LinuxParameters) -> bool),
    /// With the path and with what it is in a sentence.
    Volume(&'static [&'static str], &'static str, fn(&Volume) -> bool),
}

/// Reports the member wherever it is given.
pub(super) fn check(
    platform: Platform,
    member: Member,
    subject: &Subject<'_>,
    report: &mut Report<'_>,
) {
    if !(platform.is_meant)(subject) {
        return;
    }
    let mut fault = |at: &At<'_>, what: &str| {
        report.fault(at, format!("{} does not support {what}", platform.name))
    };
    let quoted = |name: &str| format!("`{name}`");
    match member {
        Member::Task(name, is_given) if is_given(subject.task) => {
            fault(&At::ROOT.member(name), &quoted(name));
        }
        Member::Task(..) => {}
        Member::Container(name, is_given) => subject.each_container(|container| {
            if is_given(container.value) {
                fault(&container.at.member(name), &quoted(name));
            }
        }),
        Member::Linux(name, is_given) => subject.each_container(|container| {
            if container.linux_parameters.as_ref().is_some_and(is_given) {
                let at = container.at.member("linuxParameters");
                fault(&at.member(name), &quoted(name));
            }
        }),
        Member::Volume(path, what, is_given) => subject.each_volume(|volume| {
            if is_given(volume.value) {
                within(volume.at, path, &mut |at| fault(at, what));
            }
        }),
    }
}

/// Reports a log driver that the platform does not support.
pub(super) fn other_log_driver(
    container: Container<'_>,
    platform: Platform,
    supported: &[LogDriver],
    report: &mut Report<'_>,
) {
    let driver = container.log_configuration().log_driver();
    if let Some(driver) = driver.filter(|driver| !supported.contains(driver)) {
        let at = container.at.member("logConfiguration");
        let (driver, platform) = (driver.as_str(), platform.name);
        let message = format!("{} is not one of the drivers of {platform}", quote(driver));
        report.fault_about(&at.member("logDriver"), &[driver], message);
    }
}

/// Goes down the path and visits its end.
fn within(at: &At<'_>, path: &[&str], visit: &mut dyn FnMut(&At<'_>)) {
    match path.split_first() {
        Some((first, rest)) => within(&at.member(first), rest, visit),
        None => visit(at),
    }
}

pub(super) const ENABLE_FAULT_INJECTION: Member = Member::Task("enableFaultInjection", |task| {
    task.enable_fault_injection == Some(true)
});
pub(super) const IPC_MODE: Member = Member::Task("ipcMode", |task| task.ipc_mode.is_some());
pub(super) const PID_MODE: Member = Member::Task("pidMode", |task| task.pid_mode.is_some());
pub(super) const PLACEMENT_CONSTRAINTS: Member = Member::Task("placementConstraints", |task| {
    !task.placement_constraints().is_empty()
});
pub(super) const PROXY_CONFIGURATION: Member = Member::Task("proxyConfiguration", |task| {
    task.proxy_configuration.is_some()
});

pub(super) const DISABLE_NETWORKING: Member = Member::Container("disableNetworking", |container| {
    container.disable_networking == Some(true)
});
pub(super) const DNS_SEARCH_DOMAINS: Member = Member::Container("dnsSearchDomains", |container| {
    !container.dns_search_domains().is_empty()
});
pub(super) const DNS_SERVERS: Member = Member::Container("dnsServers", |container| {
    !container.dns_servers().is_empty()
});
pub(super) const DOCKER_LABELS: Member = Member::Container("dockerLabels", |container| {
    !container.docker_labels().is_empty()
});
pub(super) const DOCKER_SECURITY_OPTIONS: Member =
    Member::Container("dockerSecurityOptions", |container| {
        !container.docker_security_options().is_empty()
    });
pub(super) const ENVIRONMENT_FILES: Member = Member::Container("environmentFiles", |container| {
    !container.environment_files().is_empty()
});
pub(super) const EXTRA_HOSTS: Member = Member::Container("extraHosts", |container| {
    !container.extra_hosts().is_empty()
});
pub(super) const HOSTNAME: Member = Member::Container("hostname", |container| {
    container.hostname().is_some_and(|name| !name.is_empty())
});
pub(super) const LINKS: Member =
    Member::Container("links", |container| !container.links().is_empty());
pub(super) const LINUX_PARAMETERS: Member = Member::Container("linuxParameters", |container| {
    *container.linux_parameters() != LinuxParameters::default()
});
pub(super) const PRIVILEGED: Member =
    Member::Container("privileged", |container| container.privileged == Some(true));
pub(super) const READONLY_ROOT_FILESYSTEM: Member =
    Member::Container("readonlyRootFilesystem", |container| {
        container.readonly_root_filesystem == Some(true)
    });
pub(super) const RESTART_POLICY: Member = Member::Container("restartPolicy", |container| {
    container.restart_policy().enabled == Some(true)
});
pub(super) const SYSTEM_CONTROLS: Member = Member::Container("systemControls", |container| {
    !container.system_controls().is_empty()
});
pub(super) const ULIMITS: Member =
    Member::Container("ulimits", |container| !container.ulimits().is_empty());
pub(super) const USER: Member = Member::Container("user", |container| {
    container.user().is_some_and(|user| !user.is_empty())
});

pub(super) const DEVICES: Member = Member::Linux("devices", |linux| !linux.devices().is_empty());
pub(super) const MAX_SWAP: Member = Member::Linux("maxSwap", |linux| linux.max_swap.is_some());
pub(super) const SHARED_MEMORY_SIZE: Member = Member::Linux("sharedMemorySize", |linux| {
    linux.shared_memory_size.is_some()
});
pub(super) const SWAPPINESS: Member =
    Member::Linux("swappiness", |linux| linux.swappiness.is_some());
pub(super) const TMPFS: Member = Member::Linux("tmpfs", |linux| !linux.tmpfs().is_empty());

pub(super) const CONFIGURED_AT_LAUNCH: Member = Member::Volume(
    &["configuredAtLaunch"],
    "volumes configured at launch",
    |volume| volume.configured_at_launch == Some(true),
);
pub(super) const DOCKER_VOLUME: Member =
    Member::Volume(&["dockerVolumeConfiguration"], "Docker volumes", |volume| {
        volume.docker_volume_configuration.is_some()
    });
pub(super) const EFS: Member =
    Member::Volume(&["efsVolumeConfiguration"], "EFS volumes", |volume| {
        volume.efs_volume_configuration.is_some()
    });
pub(super) const FSX: Member = Member::Volume(
    &["fsxWindowsFileServerVolumeConfiguration"],
    "FSx for Windows File Server",
    |volume| {
        volume
            .fsx_windows_file_server_volume_configuration
            .is_some()
    },
);
pub(super) const SOURCE_PATH: Member =
    Member::Volume(&["host", "sourcePath"], "`sourcePath`", |volume| {
        volume.host().source_path.is_some()
    });
