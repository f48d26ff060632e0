use super::logging::has_open_secrets;
use super::subject::{Container, Report, Subject};
use super::task::{asks_for, quote};
use super::unsupported::Platform;
use super::{Row, unsupported};
use crate::shape::At;
use crate::{LaunchTypes, LogDriver, PidMode, ResourceType, Rule, Source, UlimitName};

const F: LaunchTypes = LaunchTypes::FARGATE;
const PLATFORM: Platform = Platform::of_launch_type("Fargate");

const FARGATE_TASKS_SERVICES: Source = Source::Guide("fargate-tasks-services");

pub(super) const RULES: &[Row] = &[
    Row::task(
        Rule::new(
            "fargate-cpu-required",
            "Fargate needs CPU of the task",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Fargate requires that 'cpu' be defined at the task level."),
        cpu_required,
    ),
    Row::task(
        Rule::new(
            "fargate-memory-required",
            "Fargate needs memory of the task",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Fargate requires that 'memory' be defined at the task level."),
        memory_required,
    ),
    Row::task(
        Rule::new(
            "fargate-cpu-memory",
            "CPU and memory are a pair that Fargate offers",
            Source::Guide("task-cpu-memory-error"),
        )
        .on(F)
        .quoted(
            "No Fargate configuration exists for given values: {} CPU , {} memory. See the Amazon \
             ECS documentation for the valid values.",
        ),
        cpu_memory,
    ),
    Row::task(
        Rule::new(
            "fargate-windows-cpu",
            "Windows on Fargate has 1 to 4 vCPUs",
            Source::Guide("task-cpu-memory-error"),
        )
        .on(F)
        .copied("No Fargate configuration exists for given values."),
        windows_cpu,
    ),
    Row::task(
        Rule::new(
            "fargate-network-mode",
            "Fargate needs the network mode `awsvpc`",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Fargate only supports network mode \u{2018}awsvpc\u{2019}."),
        network_mode,
    ),
    Row::task(
        Rule::new(
            "fargate-pid-mode",
            "the process namespace on Fargate is the task's",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted(
            "Tasks using the Fargate launch type do not support pidMode 'host'. The supported \
             value for pidMode is 'task'.",
        ),
        pid_mode,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-ipc-mode",
            "Fargate has no IPC mode",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Tasks using the Fargate launch type do not support ipcMode."),
        PLATFORM,
        unsupported::IPC_MODE,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-placement-constraints",
            "Fargate has no placement constraints",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate compatible task definitions do not support constraints"),
        PLATFORM,
        unsupported::PLACEMENT_CONSTRAINTS,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-links",
            "Fargate has no links",
            FARGATE_TASKS_SERVICES,
        )
        .on(F),
        PLATFORM,
        unsupported::LINKS,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-privileged",
            "Fargate has no privileged containers",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate requires that the 'privileged' setting be 'false'"),
        PLATFORM,
        unsupported::PRIVILEGED,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-docker-security-options",
            "Fargate has no Docker security options",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate compatible task definitions do not support dockerSecurityOptions"),
        PLATFORM,
        unsupported::DOCKER_SECURITY_OPTIONS,
    ),
    Row::member(
        "startTimeout",
        Rule::new(
            "fargate-start-timeout",
            "Fargate starts containers within 120 seconds",
            FARGATE_TASKS_SERVICES,
        )
        .on(F),
        start_timeout,
    ),
    Row::member(
        "stopTimeout",
        Rule::new(
            "fargate-stop-timeout",
            "Fargate stops containers within 120 seconds",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied(
            "Tasks using the Fargate launch type must have a container stop timeout of less than \
             120 seconds.",
        ),
        stop_timeout,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "fargate-log-driver",
            "logs on Fargate go to one of three drivers",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("{} is not a valid log driver. Must be one of [awslogs,splunk,awsfirelens]"),
        log_driver,
    ),
    Row::member(
        "logConfiguration",
        Rule::new(
            "fargate-awslogs-stream-prefix",
            "`awslogs` on Fargate needs a prefix",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate requires log configuration options to include awslogs-stream-prefix"),
        stream_prefix,
    ),
    Row::member(
        "firelensConfiguration",
        Rule::new(
            "fargate-firelens-config-s3",
            "a log router on Fargate reads files",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate launch type does not support FirelensConfiguration config file from 's3'"),
        firelens_s3,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "fargate-capabilities",
            "Fargate adds `SYS_PTRACE` only",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("{} is not allowed on Fargate."),
        capabilities,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-devices",
            "Fargate has no devices",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate compatible task definitions do not support devices"),
        PLATFORM,
        unsupported::DEVICES,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-shared-memory-size",
            "Fargate chooses the shared memory",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Fargate compatible task definitions do not support sharedMemorySize"),
        PLATFORM,
        unsupported::SHARED_MEMORY_SIZE,
    ),
    // The list of parameters has it without a remark.
    Row::unsupported(
        Rule::new(
            "fargate-tmpfs",
            "Fargate has no file systems in memory",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .warning(),
        PLATFORM,
        unsupported::TMPFS,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-max-swap",
            "Fargate has no swap",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate compatible task definitions do not support maxSwap"),
        PLATFORM,
        unsupported::MAX_SWAP,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-swappiness",
            "Fargate has no swap",
            FARGATE_TASKS_SERVICES,
        )
        .on(F),
        PLATFORM,
        unsupported::SWAPPINESS,
    ),
    Row::member(
        "ulimits",
        Rule::new(
            "fargate-ulimits",
            "`nofile` is the limit that Fargate heeds",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .advice(),
        ulimits,
    ),
    Row::member(
        "resourceRequirements",
        Rule::new("fargate-gpu", "Fargate has no GPUs", FARGATE_TASKS_SERVICES)
            .on(F)
            .copied("Tasks using the Fargate launch type do not support GPU resource requirements"),
        gpu,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-source-path",
            "volumes on Fargate have no path on the host",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .quoted("Fargate compatible task definitions do not support sourcePath"),
        PLATFORM,
        unsupported::SOURCE_PATH,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-docker-volume",
            "Fargate has no Docker volumes",
            FARGATE_TASKS_SERVICES,
        )
        .on(F)
        .copied("Fargate compatible task definitions do not support dockerVolumeConfiguration"),
        PLATFORM,
        unsupported::DOCKER_VOLUME,
    ),
    Row::unsupported(
        Rule::new(
            "fargate-fsx",
            "Fargate has no FSx for Windows File Server",
            FARGATE_TASKS_SERVICES,
        )
        .on(F),
        PLATFORM,
        unsupported::FSX,
    ),
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
    let supported = [
        LogDriver::Awslogs,
        LogDriver::Splunk,
        LogDriver::Awsfirelens,
    ];
    unsupported::other_log_driver(container, PLATFORM, &supported, report);
}

fn stream_prefix(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(log) = &container.log_configuration else {
        return;
    };
    if log.log_driver == Some(LogDriver::Awslogs)
        && !log.has_option("awslogs-stream-prefix")
        && !has_open_secrets(subject, container)
    {
        let at = container.at.member("logConfiguration");
        let message = "`awslogs` on Fargate needs awslogs-stream-prefix";
        let at = at.member("options");
        report.fault(&at.member("awslogs-stream-prefix"), message);
    }
}

fn firelens_s3(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let options = container.firelens_configuration().options();
    if options.get("config-file-type") == Some("s3") {
        let at = container.at.member("firelensConfiguration");
        let at = at.member("options");
        report.fault(
            &at.member("config-file-type"),
            "a log router on Fargate reads files only",
        );
    }
}

fn capabilities(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let added = container.linux_parameters().capabilities().add();
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
    for (index, ulimit) in container.ulimits().iter().enumerate() {
        if ulimit
            .name()
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
