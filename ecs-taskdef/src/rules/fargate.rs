use super::subject::{Container, Report, Subject, list};
use super::task::{asks_for, quote};
use super::unsupported::{no_linux_member, no_member};
use super::{Rule, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, LogDriver, PidMode, ResourceType, UlimitName};

const F: LaunchTypes = LaunchTypes::FARGATE;
const PLATFORM: &str = "Fargate";

pub(super) const RULES: &[Rule] = &[
    Rule::task(
        "fargate-cpu-required",
        "Fargate needs CPU of the task",
        cpu_required,
    )
    .on(F)
    .quoted("Fargate requires that 'cpu' be defined at the task level."),
    Rule::task(
        "fargate-memory-required",
        "Fargate needs memory of the task",
        memory_required,
    )
    .on(F)
    .quoted("Fargate requires that 'memory' be defined at the task level."),
    Rule::task(
        "fargate-cpu-memory",
        "CPU and memory are a pair that Fargate offers",
        cpu_memory,
    )
    .on(F)
    .quoted(
        "No Fargate configuration exists for given values: {} CPU , {} memory. See the Amazon \
             ECS documentation for the valid values.",
    ),
    Rule::task(
        "fargate-windows-cpu",
        "Windows on Fargate has 1 to 4 vCPUs",
        windows_cpu,
    )
    .on(F)
    .copied("No Fargate configuration exists for given values."),
    Rule::task(
        "fargate-network-mode",
        "Fargate needs the network mode `awsvpc`",
        network_mode,
    )
    .on(F)
    .quoted("Fargate only supports network mode \u{2018}awsvpc\u{2019}."),
    Rule::task(
        "fargate-pid-mode",
        "the process namespace on Fargate is the task's",
        pid_mode,
    )
    .on(F)
    .quoted(
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported \
             value for pidMode is 'task'.",
    ),
    Rule::task(
        "fargate-ipc-mode",
        "Fargate has no IPC mode",
        |subject, report| {
            unsupported::task_member("ipcMode", subject.task.ipc_mode.is_some(), PLATFORM, report);
        },
    )
    .on(F)
    .quoted("Tasks using the Fargate launch type do not support ipcMode."),
    Rule::task(
        "fargate-placement-constraints",
        "Fargate has no placement constraints",
        |subject, report| {
            let given = !list(subject.task.placement_constraints.as_ref()).is_empty();
            unsupported::task_member("placementConstraints", given, PLATFORM, report);
        },
    )
    .on(F)
    .copied("Fargate compatible task definitions do not support constraints"),
    no_member!(
        PLATFORM,
        "fargate-links",
        "Fargate has no links",
        "links",
        unsupported::links
    )
    .on(F),
    no_member!(
        PLATFORM,
        "fargate-privileged",
        "Fargate has no privileged containers",
        "privileged",
        unsupported::privileged
    )
    .on(F)
    .copied("Fargate requires that the 'privileged' setting be 'false'"),
    no_member!(
        PLATFORM,
        "fargate-docker-security-options",
        "Fargate has no Docker security options",
        "dockerSecurityOptions",
        unsupported::docker_security_options
    )
    .on(F)
    .copied("Fargate compatible task definitions do not support dockerSecurityOptions"),
    Rule::container(
        "fargate-start-timeout",
        "Fargate starts containers within 120 seconds",
        start_timeout,
    )
    .on(F),
    Rule::container(
        "fargate-stop-timeout",
        "Fargate stops containers within 120 seconds",
        stop_timeout,
    )
    .on(F)
    .copied(
        "Tasks using the Fargate launch type must have a container stop timeout of less than \
             120 seconds.",
    ),
    Rule::container(
        "fargate-log-driver",
        "logs on Fargate go to one of three drivers",
        log_driver,
    )
    .on(F)
    .copied("{} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"),
    Rule::container(
        "fargate-awslogs-stream-prefix",
        "`awslogs` on Fargate needs a prefix",
        stream_prefix,
    )
    .on(F)
    .copied("Fargate requires log configuration options to include awslogs-stream-prefix"),
    Rule::container(
        "fargate-firelens-config-s3",
        "a log router on Fargate reads files",
        firelens_s3,
    )
    .on(F)
    .copied("Fargate launch type does not support FirelensConfiguration config file from 's3'"),
    Rule::container(
        "fargate-capabilities",
        "Fargate adds `SYS_PTRACE` only",
        capabilities,
    )
    .on(F)
    .quoted("{} is not allowed on Fargate."),
    no_linux_member!(
        PLATFORM,
        "fargate-devices",
        "Fargate has no devices",
        "devices",
        unsupported::devices
    )
    .on(F)
    .copied("Fargate compatible task definitions do not support devices"),
    no_linux_member!(
        PLATFORM,
        "fargate-shared-memory-size",
        "Fargate chooses the shared memory",
        "sharedMemorySize",
        unsupported::shared_memory_size
    )
    .on(F)
    .quoted("Fargate compatible task definitions do not support sharedMemorySize"),
    no_linux_member!(
        PLATFORM,
        "fargate-tmpfs",
        "Fargate has no file systems in memory",
        "tmpfs",
        unsupported::tmpfs
    )
    .on(F),
    no_linux_member!(
        PLATFORM,
        "fargate-max-swap",
        "Fargate has no swap",
        "maxSwap",
        unsupported::max_swap
    )
    .on(F)
    .copied("Fargate compatible task definitions do not support maxSwap"),
    no_linux_member!(
        PLATFORM,
        "fargate-swappiness",
        "Fargate has no swap",
        "swappiness",
        unsupported::swappiness
    )
    .on(F),
    Rule::container(
        "fargate-ulimits",
        "`nofile` is the limit that Fargate heeds",
        ulimits,
    )
    .on(F)
    .advice(),
    Rule::container("fargate-gpu", "Fargate has no GPUs", gpu)
        .on(F)
        .copied("Tasks using the Fargate launch type do not support GPU resource requirements"),
    Rule::volume(
        "fargate-source-path",
        "volumes on Fargate have no path on the host",
        |_, volume, report| {
            unsupported::source_path(volume, PLATFORM, report);
        },
    )
    .on(F)
    .quoted("Fargate compatible task definitions do not support sourcePath"),
    Rule::volume(
        "fargate-docker-volume",
        "Fargate has no Docker volumes",
        |_, volume, report| {
            unsupported::docker_volume(volume, PLATFORM, report);
        },
    )
    .on(F)
    .copied("Fargate compatible task definitions do not support dockerVolumeConfiguration"),
    Rule::volume(
        "fargate-fsx",
        "Fargate has no FSx for Windows File Server",
        |_, volume, report| {
            unsupported::fsx(volume, PLATFORM, report);
        },
    )
    .on(F),
];

fn cpu_required(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.cpu.is_none() {
        report.fault(&At::ROOT.member("cpu"), "Fargate needs `cpu` of the task");
    }
}

fn memory_required(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.memory.is_none() {
        report.fault(
            &At::ROOT.member("memory"),
            "Fargate needs `memory` of the task",
        );
    }
}

fn cpu_memory(subject: &Subject<'_>, report: &mut Report<'_>) {
    let (Some(cpu), Some(memory)) = (subject.task.cpu_units(), subject.memory) else {
        return;
    };
    let table = subject.rules.fargate;
    if table.allows(cpu, memory) {
        return;
    }
    let sizes = table.memory_of(cpu);
    let (member, message) = match (sizes.first(), sizes.last()) {
        (Some(least), Some(greatest)) => (
            "memory",
            format!(
                "{memory} MiB do not go with {cpu} CPU units, which take {least} to {greatest} MiB"
            ),
        ),
        _ => ("cpu", format!("Fargate has no tasks of {cpu} CPU units")),
    };
    let parts = [cpu.to_string(), memory.to_string()];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    report.fault_about(&At::ROOT.member(member), &parts, message);
}

fn windows_cpu(subject: &Subject<'_>, report: &mut Report<'_>) {
    let size = subject
        .task
        .cpu_units()
        .and_then(|units| subject.rules.fargate.size(units));
    if let Some(size) = size.filter(|size| subject.windows && !size.windows) {
        let message = format!(
            "Windows on Fargate has 1024 to 4096 CPU units, not {}",
            size.cpu
        );
        report.fault(&At::ROOT.member("cpu"), message);
    }
}

fn network_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    if !subject.is_awsvpc() {
        let message = format!(
            "Fargate needs the network mode `awsvpc`, not `{}`",
            subject.mode
        );
        report.fault(&At::ROOT.member("networkMode"), message);
    }
}

fn pid_mode(subject: &Subject<'_>, report: &mut Report<'_>) {
    if subject.task.pid_mode == Some(PidMode::Host) {
        let message = "the process namespace on Fargate is `task`";
        report.fault(&At::ROOT.member("pidMode"), message);
    }
}

/// The most seconds that Fargate gives a container to start or to stop.
const MAX_SECONDS: i32 = 120;

fn start_timeout(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if let Some(seconds) = container
        .start_timeout
        .filter(|seconds| *seconds > MAX_SECONDS)
    {
        let message = format!("{seconds} seconds, at most {MAX_SECONDS} on Fargate");
        report.fault(&container.at.member("startTimeout"), message);
    }
}

fn stop_timeout(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if let Some(seconds) = container
        .stop_timeout
        .filter(|seconds| *seconds > MAX_SECONDS)
    {
        let message = format!("{seconds} seconds, at most {MAX_SECONDS} on Fargate");
        report.fault(&container.at.member("stopTimeout"), message);
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
            LogDriver::Awslogs | LogDriver::Splunk | LogDriver::Awsfirelens
        )
    };
    if let Some(driver) = driver.filter(|driver| !supported(driver)) {
        let at = container.at.member("logConfiguration");
        let message = format!(
            "{} is none of the drivers of Fargate",
            quote(driver.as_str())
        );
        report.fault_about(&at.member("logDriver"), &[driver.as_str()], message);
    }
}

fn stream_prefix(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(log) = &container.log_configuration else {
        return;
    };
    if log.log_driver == Some(LogDriver::Awslogs) && !log.has_option("awslogs-stream-prefix") {
        let at = container.at.member("logConfiguration");
        let message = "`awslogs` on Fargate needs awslogs-stream-prefix";
        report.fault(&at.member("options"), message);
    }
}

fn firelens_s3(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let firelens = container.firelens_configuration.as_ref();
    if firelens.and_then(|firelens| firelens.option("config-file-type")) == Some("s3") {
        let at = container.at.member("firelensConfiguration");
        let at = at.member("options");
        report.fault(
            &at.member("config-file-type"),
            "a log router on Fargate reads files only",
        );
    }
}

fn capabilities(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let linux = container.linux_parameters.as_ref();
    let capabilities = linux.and_then(|linux| linux.capabilities.as_ref());
    let added = capabilities.map_or(&[][..], |capabilities| list(capabilities.add.as_ref()));
    let at = container.at.member("linuxParameters");
    let at = at.member("capabilities");
    let at = at.member("add");
    for (index, name) in added
        .iter()
        .enumerate()
        .filter(|(_, name)| *name != "SYS_PTRACE")
    {
        let message = format!("Fargate adds `SYS_PTRACE` only, not {}", quote(name));
        report.fault_about(&at.item(index), &[name], message);
    }
}

fn ulimits(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("ulimits");
    for (index, ulimit) in list(container.ulimits.as_ref()).iter().enumerate() {
        if ulimit
            .name
            .as_ref()
            .is_some_and(|name| *name != UlimitName::Nofile)
        {
            let message = "Fargate heeds the limit `nofile` only";
            report.fault(&at.item(index).member("name"), message);
        }
    }
}

fn gpu(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if asks_for(container.value, &ResourceType::Gpu) {
        report.fault(
            &container.at.member("resourceRequirements"),
            "Fargate has no GPUs",
        );
    }
}
