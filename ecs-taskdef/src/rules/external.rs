use super::subject::{Container, Report, Subject, VolumePlace, list};
use super::{Rule, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, NetworkMode};

const X: LaunchTypes = LaunchTypes::EXTERNAL;
const PLATFORM: &str = "an external instance";

pub(super) const RULES: &[Rule] = &[
    Rule::task(
        "external-network-mode",
        "external instances have no `awsvpc`",
        network_mode,
    )
    .on(X),
    Rule::task(
        "external-windows-network-mode",
        "Windows on external instances uses its NAT network",
        windows_network,
    )
    .on(X)
    .hint("leave `networkMode` away"),
    Rule::task(
        "external-proxy",
        "external instances have no App Mesh",
        |subject, report| {
            let given = subject.task.proxy_configuration.is_some();
            unsupported::task_member("proxyConfiguration", given, PLATFORM, report);
        },
    )
    .on(X),
    Rule::task(
        "external-fault-injection",
        "external instances have no fault injection",
        |subject, report| {
            let given = subject.task.enable_fault_injection == Some(true);
            unsupported::task_member("enableFaultInjection", given, PLATFORM, report);
        },
    )
    .on(X)
    .warning(),
    Rule::volume(
        "external-efs",
        "external instances have no EFS volumes",
        efs,
    )
    .on(X),
    Rule::volume(
        "external-launch-volume",
        "external instances have no volumes configured at launch",
        launch_volume,
    )
    .on(X),
    Rule::container(
        "external-selinux",
        "external instances have no SELinux labels",
        selinux,
    )
    .on(X)
    .warning(),
    Rule::container(
        "external-gpu-sharing",
        "external instances share no GPUs",
        gpu_sharing,
    )
    .on(X),
];

fn network_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.is_awsvpc() {
        let message = "an external instance has `bridge`, `host` or `none`, not `awsvpc`";
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn windows_network(subject: &Subject<'_>, report: &mut Report<'_>) {
    let stated = matches!(
        subject.mode,
        NetworkMode::Bridge | NetworkMode::Host | NetworkMode::None | NetworkMode::Awsvpc
    );
    if subject.windows && stated {
        let message = format!("Windows on an external instance has no `{}`", subject.mode);
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn efs(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if volume.efs_volume_configuration.is_some() {
        let message = "an external instance does not support EFS volumes";
        report.fault(&volume.at.member("efsVolumeConfiguration"), message);
    }
}

fn launch_volume(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if volume.configured_at_launch == Some(true) {
        let message = "an external instance does not support volumes configured at launch";
        report.fault(&volume.at.member("configuredAtLaunch"), message);
    }
}

fn selinux(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("dockerSecurityOptions");
    for (index, option) in list(container.docker_security_options.as_ref())
        .iter()
        .enumerate()
    {
        if option.starts_with("label:") {
            let message = "an external instance does not support SELinux labels";
            report.fault(&at.item(index), message);
        }
    }
}

fn gpu_sharing(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in list(container.resource_requirements.as_ref())
        .iter()
        .enumerate()
    {
        if requirement.sharing_strategy.is_some() {
            let message = "an external instance does not support shared GPUs";
            report.fault(&at.item(index).member("sharingStrategy"), message);
        }
    }
}
