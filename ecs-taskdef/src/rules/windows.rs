use super::subject::{Report, Subject, VolumePlace};
use super::{Rule, unsupported};
use crate::shape::At;
use crate::{ContainerDefinition, NetworkMode};

const PLATFORM: &str = "Windows";

/// A rule about a member of a container that Windows does not have.
macro_rules! no_member {
    ($id:literal, $summary:literal, $member:literal, $given:path) => {
        Rule::container($id, $summary, |subject, container, report| {
            if subject.windows {
                let given: fn(&ContainerDefinition) -> bool = $given;
                unsupported::member(container, ($member, given), PLATFORM, report);
            }
        })
    };
}

pub(super) const RULES: &[Rule] = &[
    Rule::task(
        "windows-network-mode",
        "Windows has `awsvpc` and its NAT network",
        network_mode,
    )
    .hint("leave `networkMode` away for the NAT network"),
    Rule::task(
        "windows-pid-mode",
        "Windows has no process namespace to choose",
        |subject, report| {
            let given = subject.windows && subject.task.pid_mode.is_some();
            unsupported::task_member("pidMode", given, PLATFORM, report);
        },
    ),
    Rule::task(
        "windows-ipc-mode",
        "Windows has no IPC namespace to choose",
        |subject, report| {
            let given = subject.windows && subject.task.ipc_mode.is_some();
            unsupported::task_member("ipcMode", given, PLATFORM, report);
        },
    ),
    no_member!(
        "windows-linux-parameters",
        "Windows has no Linux parameters",
        "linuxParameters",
        unsupported::linux_parameters
    ),
    no_member!(
        "windows-links",
        "Windows has no links",
        "links",
        unsupported::links
    ),
    no_member!(
        "windows-privileged",
        "Windows has no privileged containers",
        "privileged",
        unsupported::privileged
    ),
    no_member!(
        "windows-readonly-root-filesystem",
        "Windows has no read-only root",
        "readonlyRootFilesystem",
        unsupported::readonly_root_filesystem
    ),
    no_member!(
        "windows-dns-servers",
        "Windows has no DNS servers to choose",
        "dnsServers",
        unsupported::dns_servers
    ),
    no_member!(
        "windows-dns-search-domains",
        "Windows has no DNS search domains",
        "dnsSearchDomains",
        unsupported::dns_search_domains
    ),
    no_member!(
        "windows-extra-hosts",
        "Windows has no extra hosts",
        "extraHosts",
        unsupported::extra_hosts
    ),
    no_member!(
        "windows-disable-networking",
        "Windows keeps networking on",
        "disableNetworking",
        unsupported::disable_networking
    ),
    no_member!(
        "windows-ulimits",
        "Windows has no limits of `setrlimit`",
        "ulimits",
        unsupported::ulimits
    ),
    no_member!(
        "windows-user",
        "Windows has no user to choose",
        "user",
        unsupported::user
    ),
    no_member!(
        "windows-environment-files",
        "environment files are for Linux",
        "environmentFiles",
        unsupported::environment_files
    ),
    Rule::volume(
        "windows-docker-volume-driver",
        "Docker volumes on Windows have the driver `local`",
        volume_driver,
    ),
];

fn network_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    let unsupported = matches!(
        subject.mode,
        NetworkMode::Host | NetworkMode::None | NetworkMode::Bridge
    );
    if subject.windows && unsupported {
        let message = format!(
            "Windows does not support the network mode `{}`",
            subject.mode
        );
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn volume_driver(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let docker = volume.docker_volume_configuration.as_ref();
    let driver = docker.and_then(|docker| docker.driver.as_deref());
    if let Some(driver) = driver.filter(|driver| subject.windows && *driver != "local") {
        let at = volume.at.member("dockerVolumeConfiguration");
        let message = format!("Windows has the driver `local`, not `{driver}`");
        report.fault(&at.member("driver"), message);
    }
}
