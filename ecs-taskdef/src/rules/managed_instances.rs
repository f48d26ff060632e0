use super::subject::{Container, Report, Subject};
use super::unsupported::Platform;
use super::{Row, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, LogDriver, NetworkMode, Rule, Source};

const M: LaunchTypes = LaunchTypes::MANAGED_INSTANCES;
const PLATFORM: Platform = Platform::of_launch_type("a managed instance");

const MANAGED_INSTANCES_TASKS_SERVICES: Source = Source::Guide("managed-instances-tasks-services");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "managed-instances-network-mode",
            "Managed Instances have `awsvpc` and `host`",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        network_mode,
    ),
    Row::task(
        Rule::new(
            "managed-instances-cpu",
            "CPU of a task on Managed Instances is 128 to 10,240 units",
            Source::Guide("task_definition_parameters-managed-instances"),
        )
        .on(M)
        .warning(),
        cpu,
    ),
    // The guide contradicts itself on what is a warning here: pages of parameters allow it.
    Row::unsupported(
        Rule::new(
            "managed-instances-ipc-mode",
            "Managed Instances have no IPC mode",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M)
        .warning(),
        PLATFORM,
        unsupported::IPC_MODE,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-proxy",
            "Managed Instances have no proxy",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::PROXY_CONFIGURATION,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-disable-networking",
            "Managed Instances keep networking on",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::DISABLE_NETWORKING,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-dns-search-domains",
            "Managed Instances have no DNS search domains",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::DNS_SEARCH_DOMAINS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-dns-servers",
            "Managed Instances have no DNS servers to choose",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::DNS_SERVERS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-docker-labels",
            "Managed Instances have no Docker labels",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M)
        .warning(),
        PLATFORM,
        unsupported::DOCKER_LABELS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-docker-security-options",
            "Managed Instances have no Docker security options",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::DOCKER_SECURITY_OPTIONS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-extra-hosts",
            "Managed Instances have no extra hosts",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::EXTRA_HOSTS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-hostname",
            "Managed Instances have no host name to choose",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::HOSTNAME,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-links",
            "Managed Instances have no links",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::LINKS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-max-swap",
            "Managed Instances have no swap",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::MAX_SWAP,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-shared-memory-size",
            "Managed Instances choose the shared memory",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::SHARED_MEMORY_SIZE,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-swappiness",
            "Managed Instances have no swap",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::SWAPPINESS,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-tmpfs",
            "Managed Instances have no file systems in memory",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::TMPFS,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "managed-instances-log-driver",
            "logs on Managed Instances go to one of four drivers",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        log_driver,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-source-path",
            "volumes on Managed Instances have no path on the host",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M)
        .warning(),
        PLATFORM,
        unsupported::SOURCE_PATH,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-docker-volume",
            "Managed Instances have no Docker volumes",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::DOCKER_VOLUME,
    ),
    Row::unsupported(
        Rule::new(
            "managed-instances-fsx",
            "Managed Instances have no FSx for Windows File Server",
            MANAGED_INSTANCES_TASKS_SERVICES,
        )
        .on(M),
        PLATFORM,
        unsupported::FSX,
    ),
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

fn cpu(subject: &Subject<'_>, report: &mut Report<'_>) {
    let units = subject.task.cpu_units();
    if let Some(units) = units.filter(|units| !(128..=10_240).contains(units)) {
        let message = format!("{units} CPU units, not 128 to 10240 on Managed Instances");
        report.fault(&At::ROOT.member("cpu"), message);
    }
}

fn log_driver(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let supported = [
        LogDriver::Awslogs,
        LogDriver::Splunk,
        LogDriver::Awsfirelens,
        LogDriver::JsonFile,
    ];
    unsupported::other_log_driver(container, PLATFORM, &supported, report);
}
