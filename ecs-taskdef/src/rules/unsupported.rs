//! Members that a platform does not support: whether they are given, and the
//! finding that says so. An empty list, an empty text and `false` ask for
//! nothing and are accepted everywhere.

use super::subject::{Container, Report, VolumePlace, list};
use crate::shape::At;
use crate::{ContainerDefinition, LinuxParameters};

/// A rule about a member of a container that a platform does not support.
macro_rules! no_member {
    ($platform:expr, $id:literal, $summary:literal, $member:literal, $given:path $(,)?) => {
        $crate::rules::Rule::container($id, $summary, |_, container, report| {
            let given: fn(&$crate::ContainerDefinition) -> bool = $given;
            $crate::rules::unsupported::member(container, ($member, given), $platform, report);
        })
    };
}

/// A rule about a member of `linuxParameters` that a platform does not support.
macro_rules! no_linux_member {
    ($platform:expr, $id:literal, $summary:literal, $member:literal, $given:path $(,)?) => {
        $crate::rules::Rule::container($id, $summary, |_, container, report| {
            let given: fn(&$crate::LinuxParameters) -> bool = $given;
            let member = ($member, given);
            $crate::rules::unsupported::linux_member(container, member, $platform, report);
        })
    };
}

pub(super) use {no_linux_member, no_member};

/// Reports a member of the container that is given.
pub(super) fn member(
    container: Container<'_>,
    (member, given): (&str, fn(&ContainerDefinition) -> bool),
    platform: &str,
    report: &mut Report<'_>,
) {
    if given(container.value) {
        let message = format!("{platform} does not support `{member}`");
        report.fault(&container.at.member(member), message);
    }
}

/// Reports a member of `linuxParameters` that is given.
pub(super) fn linux_member(
    container: Container<'_>,
    (member, given): (&str, fn(&LinuxParameters) -> bool),
    platform: &str,
    report: &mut Report<'_>,
) {
    if container.linux_parameters.as_ref().is_some_and(given) {
        let at = container.at.member("linuxParameters");
        report.fault(
            &at.member(member),
            format!("{platform} does not support `{member}`"),
        );
    }
}

/// Reports a member of the task.
pub(super) fn task_member(member: &str, given: bool, platform: &str, report: &mut Report<'_>) {
    if given {
        let message = format!("{platform} does not support `{member}`");
        report.fault(&At::ROOT.member(member), message);
    }
}

/// Reports a volume with a path of the host.
pub(super) fn source_path(volume: VolumePlace<'_>, platform: &str, report: &mut Report<'_>) {
    if volume
        .host
        .as_ref()
        .is_some_and(|host| host.source_path.is_some())
    {
        let message = format!("{platform} does not support `sourcePath`");
        report.fault(&volume.at.member("host").member("sourcePath"), message);
    }
}

/// Reports a Docker volume.
pub(super) fn docker_volume(volume: VolumePlace<'_>, platform: &str, report: &mut Report<'_>) {
    if volume.docker_volume_configuration.is_some() {
        let message = format!("{platform} does not support Docker volumes");
        report.fault(&volume.at.member("dockerVolumeConfiguration"), message);
    }
}

/// Reports a volume of FSx for Windows File Server.
pub(super) fn fsx(volume: VolumePlace<'_>, platform: &str, report: &mut Report<'_>) {
    if volume
        .fsx_windows_file_server_volume_configuration
        .is_some()
    {
        let message = format!("{platform} does not support FSx for Windows File Server");
        report.fault(
            &volume.at.member("fsxWindowsFileServerVolumeConfiguration"),
            message,
        );
    }
}

pub(super) fn disable_networking(container: &ContainerDefinition) -> bool {
    container.disable_networking == Some(true)
}

pub(super) fn dns_search_domains(container: &ContainerDefinition) -> bool {
    !list(container.dns_search_domains.as_ref()).is_empty()
}

pub(super) fn dns_servers(container: &ContainerDefinition) -> bool {
    !list(container.dns_servers.as_ref()).is_empty()
}

pub(super) fn docker_labels(container: &ContainerDefinition) -> bool {
    container
        .docker_labels
        .as_ref()
        .is_some_and(|labels| !labels.is_empty())
}

pub(super) fn docker_security_options(container: &ContainerDefinition) -> bool {
    !list(container.docker_security_options.as_ref()).is_empty()
}

pub(super) fn environment_files(container: &ContainerDefinition) -> bool {
    !list(container.environment_files.as_ref()).is_empty()
}

pub(super) fn extra_hosts(container: &ContainerDefinition) -> bool {
    !list(container.extra_hosts.as_ref()).is_empty()
}

pub(super) fn hostname(container: &ContainerDefinition) -> bool {
    container
        .hostname
        .as_ref()
        .is_some_and(|name| !name.is_empty())
}

pub(super) fn links(container: &ContainerDefinition) -> bool {
    !list(container.links.as_ref()).is_empty()
}

pub(super) fn linux_parameters(container: &ContainerDefinition) -> bool {
    let empty = LinuxParameters::default();
    container
        .linux_parameters
        .as_ref()
        .is_some_and(|linux| *linux != empty)
}

pub(super) fn privileged(container: &ContainerDefinition) -> bool {
    container.privileged == Some(true)
}

pub(super) fn readonly_root_filesystem(container: &ContainerDefinition) -> bool {
    container.readonly_root_filesystem == Some(true)
}

pub(super) fn ulimits(container: &ContainerDefinition) -> bool {
    !list(container.ulimits.as_ref()).is_empty()
}

pub(super) fn user(container: &ContainerDefinition) -> bool {
    container.user.as_ref().is_some_and(|user| !user.is_empty())
}

pub(super) fn devices(linux: &LinuxParameters) -> bool {
    !list(linux.devices.as_ref()).is_empty()
}

pub(super) fn max_swap(linux: &LinuxParameters) -> bool {
    linux.max_swap.is_some()
}

pub(super) fn shared_memory_size(linux: &LinuxParameters) -> bool {
    linux.shared_memory_size.is_some()
}

pub(super) fn swappiness(linux: &LinuxParameters) -> bool {
    linux.swappiness.is_some()
}

pub(super) fn tmpfs(linux: &LinuxParameters) -> bool {
    !list(linux.tmpfs.as_ref()).is_empty()
}
