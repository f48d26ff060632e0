use super::subject::{Container, Report, Subject, VolumePlace};
use super::unsupported::Platform;
use super::{Row, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, NetworkMode, Rule, Source};

const PLATFORM: Platform = Platform {
    name: "Windows",
    is_meant: |subject| subject.windows,
};

const REGISTER_TASK_DEFINITION: Source = Source::Api("RegisterTaskDefinition");
const CONTAINER_DEFINITION: Source = Source::Api("ContainerDefinition");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "windows-network-mode",
            "Windows has `awsvpc` and its NAT network",
            REGISTER_TASK_DEFINITION,
        )
        .hint("omit `networkMode` for the NAT network"),
        network_mode,
    ),
    Row::unsupported(
        Rule::new(
            "windows-pid-mode",
            "Windows has no process namespace to choose",
            REGISTER_TASK_DEFINITION,
        ),
        PLATFORM,
        unsupported::PID_MODE,
    ),
    Row::unsupported(
        Rule::new(
            "windows-ipc-mode",
            "Windows has no IPC namespace to choose",
            REGISTER_TASK_DEFINITION,
        ),
        PLATFORM,
        unsupported::IPC_MODE,
    ),
    Row::unsupported(
        Rule::new(
            "windows-linux-parameters",
            "Windows has no Linux parameters",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::LINUX_PARAMETERS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-links",
            "Windows has no links",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::LINKS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-privileged",
            "Windows has no privileged containers",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::PRIVILEGED,
    ),
    Row::unsupported(
        Rule::new(
            "windows-readonly-root-filesystem",
            "Windows has no read-only root",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::READONLY_ROOT_FILESYSTEM,
    ),
    Row::unsupported(
        Rule::new(
            "windows-dns-servers",
            "Windows has no DNS servers to choose",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::DNS_SERVERS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-dns-search-domains",
            "Windows has no DNS search domains",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::DNS_SEARCH_DOMAINS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-extra-hosts",
            "Windows has no extra hosts",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::EXTRA_HOSTS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-disable-networking",
            "Windows keeps networking on",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::DISABLE_NETWORKING,
    ),
    Row::unsupported(
        Rule::new(
            "windows-ulimits",
            "Windows has no limits of `setrlimit`",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::ULIMITS,
    ),
    Row::unsupported(
        Rule::new(
            "windows-user",
            "Windows has no user to choose",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::USER,
    ),
    Row::unsupported(
        Rule::new(
            "windows-environment-files",
            "environment files are for Linux",
            CONTAINER_DEFINITION,
        ),
        PLATFORM,
        unsupported::ENVIRONMENT_FILES,
    ),
    Row::unsupported(
        Rule::new(
            "windows-system-controls",
            "Windows has no kernel parameters to choose",
            Source::Api("SystemControl"),
        ),
        PLATFORM,
        unsupported::SYSTEM_CONTROLS,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-windows-restart-policy",
            "Windows on Fargate restarts no containers",
            Source::Guide("container-restart-policy"),
        )
        .on(LaunchTypes::FARGATE)
        .warning(),
        PLATFORM,
        unsupported::RESTART_POLICY,
    ),
    Row::member(
        "mountPoints",
        Rule::new(
            "windows-mount-drive",
            "Windows mounts a directory on its own drive",
            Source::Api("Volume"),
        )
        .warning(),
        mount_drive,
    ),
    Row::volume(
        Rule::new(
            "windows-docker-volume-driver",
            "Docker volumes on Windows have the driver `local`",
            Source::Api("DockerVolumeConfiguration"),
        ),
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

fn mount_drive(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if !subject.windows {
        return;
    }
    let drive = |path: Option<&str>| {
        let mut letters = path?.chars();
        let drive = letters.next()?.to_ascii_uppercase();
        (letters.next() == Some(':')).then_some(drive)
    };
    let at = container.at.member("mountPoints");
    for (index, mount) in container.mount_points().iter().enumerate() {
        let mut volumes = subject.task.volumes().iter();
        let volume = volumes.find(|volume| volume.name == mount.source_volume);
        let from = volume.and_then(|volume| drive(volume.host().source_path()));
        if let (Some(from), Some(to)) = (from, drive(mount.container_path()))
            && from != to
        {
            let message = format!("drive {from} of the host is mounted on drive {to}");
            report.fault(&at.item(index).member("containerPath"), message);
        }
    }
}

fn volume_driver(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let driver = volume.docker_volume_configuration().driver();
    if let Some(driver) = driver.filter(|driver| subject.windows && *driver != "local") {
        let at = volume.at.member("dockerVolumeConfiguration");
        let message = format!("Windows has the driver `local`, not `{driver}`");
        report.fault(&at.member("driver"), message);
    }
}
