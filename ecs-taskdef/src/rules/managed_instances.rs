use super::subject::{Container, Report, Subject};
use super::task::quote;
use super::unsupported::{no_linux_member, no_member};
use super::{Rule, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, LogDriver, NetworkMode};

const M: LaunchTypes = LaunchTypes::MANAGED_INSTANCES;
const PLATFORM: &str = "a managed instance";

pub(super) const RULES: &[Rule] = &[
    Rule::task(
        "managed-instances-network-mode",
        "Managed Instances have `awsvpc` and `host`",
        network_mode,
    )
    .on(M),
    Rule::task(
        "managed-instances-ipc-mode",
        "Managed Instances have no IPC mode",
        |subject, report| {
            unsupported::task_member("ipcMode", subject.task.ipc_mode.is_some(), PLATFORM, report);
        },
    )
    .on(M),
    Rule::task(
        "managed-instances-proxy",
        "Managed Instances have no proxy",
        |subject, report| {
            let given = subject.task.proxy_configuration.is_some();
            unsupported::task_member("proxyConfiguration", given, PLATFORM, report);
        },
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-disable-networking",
        "Managed Instances keep networking on",
        "disableNetworking",
        unsupported::disable_networking
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-dns-search-domains",
        "Managed Instances have no DNS search domains",
        "dnsSearchDomains",
        unsupported::dns_search_domains
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-dns-servers",
        "Managed Instances have no DNS servers to choose",
        "dnsServers",
        unsupported::dns_servers
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-docker-labels",
        "Managed Instances have no Docker labels",
        "dockerLabels",
        unsupported::docker_labels
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-docker-security-options",
        "Managed Instances have no Docker security options",
        "dockerSecurityOptions",
        unsupported::docker_security_options
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-extra-hosts",
        "Managed Instances have no extra hosts",
        "extraHosts",
        unsupported::extra_hosts
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-hostname",
        "Managed Instances have no host name to choose",
        "hostname",
        unsupported::hostname
    )
    .on(M),
    no_member!(
        PLATFORM,
        "managed-instances-links",
        "Managed Instances have no links",
        "links",
        unsupported::links
    )
    .on(M),
    no_linux_member!(
        PLATFORM,
        "managed-instances-max-swap",
        "Managed Instances have no swap",
        "maxSwap",
        unsupported::max_swap
    )
    .on(M),
    no_linux_member!(
        PLATFORM,
        "managed-instances-shared-memory-size",
        "Managed Instances choose the shared memory",
        "sharedMemorySize",
        unsupported::shared_memory_size
    )
    .on(M),
    no_linux_member!(
        PLATFORM,
        "managed-instances-swappiness",
        "Managed Instances have no swap",
        "swappiness",
        unsupported::swappiness
    )
    .on(M),
    no_linux_member!(
        PLATFORM,
        "managed-instances-tmpfs",
        "Managed Instances have no file systems in memory",
        "tmpfs",
        unsupported::tmpfs
    )
    .on(M),
    Rule::container(
        "managed-instances-log-driver",
        "logs on Managed Instances go to one of four drivers",
        log_driver,
    )
    .on(M),
    Rule::volume(
        "managed-instances-source-path",
        "volumes on Managed Instances have no path on the host",
        |_, volume, report| {
            unsupported::source_path(volume, PLATFORM, report);
        },
    )
    .on(M),
    Rule::volume(
        "managed-instances-docker-volume",
        "Managed Instances have no Docker volumes",
        |_, volume, report| {
            unsupported::docker_volume(volume, PLATFORM, report);
        },
    )
    .on(M),
    Rule::volume(
        "managed-instances-fsx",
        "Managed Instances have no FSx for Windows File Server",
        |_, volume, report| {
            unsupported::fsx(volume, PLATFORM, report);
        },
    )
    .on(M),
];

fn network_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    if !matches!(subject.mode, NetworkMode::Awsvpc | NetworkMode::Host) {
        let message = format!(
            "a managed instance has `awsvpc` and `host`, not `{}`",
            subject.mode
        );
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn log_driver(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let driver = container
        .log_configuration
        .as_ref()
        .and_then(|log| log.log_driver.as_ref());
    let supported = |driver: &&LogDriver| {
        matches!(
            driver,
            LogDriver::Awslogs | LogDriver::Splunk | LogDriver::Awsfirelens | LogDriver::JsonFile
        )
    };
    if let Some(driver) = driver.filter(|driver| !supported(driver)) {
        let at = container.at.member("logConfiguration");
        let message = format!(
            "{} is none of the drivers of a managed instance",
            quote(driver.as_str())
        );
        report.fault(&at.member("logDriver"), message);
    }
}
