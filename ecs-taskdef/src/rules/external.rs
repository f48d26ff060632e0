use super::subject::{Container, Report, Subject};
use super::unsupported::Platform;
use super::{Row, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, NetworkMode, Rule, Source};

const X: LaunchTypes = LaunchTypes::EXTERNAL;
const PLATFORM: Platform = Platform::of_launch_type("an external instance");

const ECS_ANYWHERE: Source = Source::Guide("ecs-anywhere");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "external-network-mode",
            "external instances have no `awsvpc`",
            ECS_ANYWHERE,
        )
        .on(X),
        network_mode,
    ),
    Row::task(
        Rule::new(
            "external-windows-network-mode",
            "Windows on external instances uses its NAT network",
            ECS_ANYWHERE,
        )
        .on(X)
        .hint("omit `networkMode`"),
        windows_network,
    ),
    Row::unsupported(
        Rule::new(
            "external-proxy",
            "external instances have no App Mesh",
            ECS_ANYWHERE,
        )
        .on(X),
        PLATFORM,
        unsupported::PROXY_CONFIGURATION,
    ),
    Row::unsupported(
        Rule::new(
            "external-fault-injection",
            "external instances have no fault injection",
            ECS_ANYWHERE,
        )
        .on(X)
        .warning(),
        PLATFORM,
        unsupported::ENABLE_FAULT_INJECTION,
    ),
    Row::unsupported(
        Rule::new(
            "external-efs",
            "external instances have no EFS volumes",
            ECS_ANYWHERE,
        )
        .on(X),
        PLATFORM,
        unsupported::EFS,
    ),
    Row::unsupported(
        Rule::new(
            "external-launch-volume",
            "external instances have no volumes configured at launch",
            ECS_ANYWHERE,
        )
        .on(X),
        PLATFORM,
        unsupported::CONFIGURED_AT_LAUNCH,
    ),
    Row::member(
        "dockerSecurityOptions",
        Rule::new(
            "external-selinux",
            "external instances have no SELinux labels",
            ECS_ANYWHERE,
        )
        .on(X)
        .warning(),
        selinux,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new(
            "external-gpu-sharing",
            "external instances share no GPUs",
            ECS_ANYWHERE,
        )
        .on(X),
        gpu_sharing,
    ),
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

fn selinux(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("dockerSecurityOptions");
    for (index, option) in container.docker_security_options().iter().enumerate() {
        if option.starts_with("label:") {
            let message = "an external instance does not support SELinux labels";
            report.fault(&at.item(index), message);
        }
    }
}

fn gpu_sharing(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements().iter().enumerate() {
        if requirement.sharing_strategy.is_some() {
            let message = "an external instance does not support shared GPUs";
            report.fault(&at.item(index).member("sharingStrategy"), message);
        }
    }
}
