use super::Row;
use super::subject::{Container, Report, Subject};
use super::task::{quote, repeated};
use crate::shape::At;
use crate::{ContainerDefinition, IpcMode, LinuxParameters, NetworkMode, Rule, Source};

const LINUX_PARAMETERS: Source = Source::Api("LinuxParameters");
const SYSTEM_CONTROL: Source = Source::Api("SystemControl");

pub(super) const RULES: &[Row] = &[
    Row::member(
        "linuxParameters",
        Rule::new(
            "capability-name",
            "a capability is one the kernel has",
            Source::Api("KernelCapabilities"),
        ),
        capability_name,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "capabilities-privileged",
            "a privileged container has every capability",
            Source::Api("KernelCapabilities"),
        )
        .advice(),
        capabilities_privileged,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "shared-memory-size",
            "shared memory is not negative",
            LINUX_PARAMETERS,
        ),
        shared_memory,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "tmpfs-size",
            "a file system in memory has at least 1 MiB",
            Source::Api("Tmpfs"),
        ),
        tmpfs_size,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "tmpfs-path",
            "a file system in memory has an absolute path",
            Source::Api("Tmpfs"),
        )
        .warning(),
        tmpfs_path,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "tmpfs-mount-option",
            "mount options are those that Docker takes",
            Source::Api("Tmpfs"),
        ),
        tmpfs_option,
    ),
    Row::member(
        "linuxParameters",
        Rule::new("max-swap", "swap is not negative", LINUX_PARAMETERS),
        max_swap,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "swappiness-range",
            "swappiness is 0 to 100",
            LINUX_PARAMETERS,
        ),
        swappiness_range,
    ),
    Row::member(
        "linuxParameters",
        Rule::new(
            "swappiness-max-swap",
            "swappiness has an effect with `maxSwap` only",
            LINUX_PARAMETERS,
        )
        .advice(),
        swappiness_alone,
    ),
    Row::member(
        "ulimits",
        Rule::new(
            "ulimit-order",
            "a soft limit is no greater than the hard one",
            Source::Api("Ulimit"),
        ),
        ulimit_order,
    ),
    Row::member(
        "ulimits",
        Rule::new(
            "ulimit-unique",
            "each limit is set once",
            Source::Api("Ulimit"),
        ),
        ulimit_unique,
    ),
    Row::member(
        "systemControls",
        Rule::new(
            "system-control-namespace",
            "kernel parameters belong to a namespace",
            SYSTEM_CONTROL,
        ),
        control_namespace,
    ),
    Row::member(
        "systemControls",
        Rule::new(
            "system-control-host-network",
            "`net.` parameters need a network of the task's own",
            SYSTEM_CONTROL,
        ),
        control_network,
    ),
    Row::member(
        "systemControls",
        Rule::new(
            "system-control-host-ipc",
            "IPC parameters need an IPC namespace of the task's own",
            SYSTEM_CONTROL,
        ),
        control_ipc,
    ),
    Row::task(
        Rule::new(
            "system-control-shared-network",
            "one container sets the kernel parameters of a network that containers share",
            SYSTEM_CONTROL,
        )
        .advice(),
        control_shared_network,
    ),
];

/// Those of the API model and `AUDIT_READ`, which the guide has.
const CAPABILITIES: [&str; 39] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

const MOUNT_OPTIONS: [&str; 39] = [
    "defaults",
    "ro",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
    "remount",
    "mand",
    "nomand",
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "bind",
    "rbind",
    "unbindable",
    "runbindable",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
    "mode",
    "uid",
    "gid",
    "nr_inodes",
    "nr_blocks",
    "mpol",
];

const IPC_PARAMETERS: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

fn linux<'a>(container: &Container<'a>) -> Option<&'a LinuxParameters> {
    container.value.linux_parameters.as_ref()
}

fn capability_name(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let Some(capabilities) = linux(&container).and_then(|linux| linux.capabilities.as_ref()) else {
        return;
    };
    let at = container.at.member("linuxParameters");
    let at = at.member("capabilities");
    for (member, names) in [("add", capabilities.add()), ("drop", capabilities.drop())] {
        let at = at.member(member);
        for (index, name) in names.iter().enumerate() {
            if !CAPABILITIES.contains(&name.as_str()) {
                report.fault(&at.item(index), format!("{} is no capability", quote(name)));
            }
        }
    }
}

fn capabilities_privileged(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let capabilities = container.value.linux_parameters().capabilities();
    let given = !capabilities.add().is_empty() || !capabilities.drop().is_empty();
    if given && container.privileged == Some(true) {
        let at = container.at.member("linuxParameters");
        let message = "capabilities are ignored in a privileged container";
        report.fault(&at.member("capabilities"), message);
    }
}

fn shared_memory(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let size = linux(&container).and_then(|linux| linux.shared_memory_size);
    if let Some(size) = size.filter(|size| *size < 0) {
        let at = container.at.member("linuxParameters");
        report.fault(
            &at.member("sharedMemorySize"),
            format!("{size} MiB, at least 0"),
        );
    }
}

fn tmpfs_size(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("linuxParameters");
    let at = at.member("tmpfs");
    let mounts = container.value.linux_parameters().tmpfs();
    for (index, tmpfs) in mounts.iter().enumerate() {
        if let Some(size) = tmpfs.size.filter(|size| *size < 1) {
            report.fault(
                &at.item(index).member("size"),
                format!("{size} MiB, at least 1"),
            );
        }
    }
}

fn tmpfs_path(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("linuxParameters");
    let at = at.member("tmpfs");
    let mounts = container.value.linux_parameters().tmpfs();
    for (index, tmpfs) in mounts.iter().enumerate() {
        let path = tmpfs.container_path();
        if let Some(path) = path.filter(|path| !path.starts_with('/')) {
            let message = format!("{} is not absolute", quote(path));
            report.fault(&at.item(index).member("containerPath"), message);
        }
    }
}

fn tmpfs_option(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("linuxParameters");
    let at = at.member("tmpfs");
    let mounts = container.value.linux_parameters().tmpfs();
    for (index, tmpfs) in mounts.iter().enumerate() {
        let at = at.item(index);
        let at = at.member("mountOptions");
        for (index, option) in tmpfs.mount_options().iter().enumerate() {
            let name = option.split('=').next().unwrap_or_default();
            if !MOUNT_OPTIONS.contains(&name) {
                report.fault(
                    &at.item(index),
                    format!("{} is no mount option", quote(option)),
                );
            }
        }
    }
}

fn max_swap(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let swap = linux(&container).and_then(|linux| linux.max_swap);
    if let Some(swap) = swap.filter(|swap| *swap < 0) {
        let at = container.at.member("linuxParameters");
        report.fault(&at.member("maxSwap"), format!("{swap} MiB, at least 0"));
    }
}

fn swappiness_range(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let swappiness = linux(&container).and_then(|linux| linux.swappiness);
    if let Some(swappiness) = swappiness.filter(|swappiness| !(0..=100).contains(swappiness)) {
        let at = container.at.member("linuxParameters");
        report.fault(
            &at.member("swappiness"),
            format!("{swappiness}, not 0 to 100"),
        );
    }
}

fn swappiness_alone(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if linux(&container).is_some_and(|linux| linux.swappiness.is_some() && linux.max_swap.is_none())
    {
        let at = container.at.member("linuxParameters");
        report.fault(
            &at.member("maxSwap"),
            "swappiness is ignored without `maxSwap`",
        );
    }
}

fn ulimit_order(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    // -1 stands for no limit.
    let height = |limit: i32| if limit < 0 { i32::MAX } else { limit };
    let at = container.at.member("ulimits");
    for (index, ulimit) in container.ulimits().iter().enumerate() {
        let (Some(soft), Some(hard)) = (ulimit.soft_limit, ulimit.hard_limit) else {
            continue;
        };
        if height(soft) > height(hard) {
            let message = format!("soft limit {soft} is greater than hard limit {hard}");
            report.fault(&at.item(index).member("softLimit"), message);
        }
    }
}

fn ulimit_unique(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let ulimits = container.ulimits();
    let names: Vec<Option<&str>> = ulimits
        .iter()
        .map(|ulimit| ulimit.name().map(|name| name.as_str()))
        .collect();
    let at = container.at.member("ulimits");
    for (index, name) in repeated(&names) {
        report.fault(
            &at.item(index).member("name"),
            format!("limit {} is already set", quote(name)),
        );
    }
}

/// The namespace a kernel parameter belongs to.
#[derive(PartialEq)]
enum Namespace {
    Ipc,
    Network,
}

fn namespace_of(parameter: &str) -> Option<Namespace> {
    if parameter.starts_with("net.") {
        Some(Namespace::Network)
    } else if parameter.starts_with("fs.mqueue.") || IPC_PARAMETERS.contains(&parameter) {
        Some(Namespace::Ipc)
    } else {
        None
    }
}

fn each_control(container: Container<'_>, mut visit: impl FnMut(&str, &At<'_>)) {
    let at = container.at.member("systemControls");
    for (index, control) in container.system_controls().iter().enumerate() {
        if let Some(parameter) = &control.namespace {
            visit(parameter, &at.item(index).member("namespace"));
        }
    }
}

fn control_namespace(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    each_control(container, |parameter, at| {
        if namespace_of(parameter).is_none() {
            let message = format!(
                "{} belongs to no namespace of a container",
                quote(parameter)
            );
            report.fault(at, message);
        }
    });
}

fn control_network(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if subject.mode != NetworkMode::Host {
        return;
    }
    each_control(container, |parameter, at| {
        if namespace_of(parameter) == Some(Namespace::Network) {
            let message = format!(
                "{} does not go with the network mode `host`",
                quote(parameter)
            );
            report.fault(at, message);
        }
    });
}

fn control_ipc(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    if subject.task.ipc_mode != Some(IpcMode::Host) {
        return;
    }
    each_control(container, |parameter, at| {
        if namespace_of(parameter) == Some(Namespace::Ipc) {
            let message = format!("{} does not go with the IPC mode `host`", quote(parameter));
            report.fault(at, message);
        }
    });
}

fn control_shared_network(subject: &Subject<'_>, report: &mut Report<'_>) {
    if !subject.is_awsvpc() {
        return;
    }
    let sets_network = |container: &ContainerDefinition| {
        let mut controls = container.system_controls().iter();
        let of_network = |parameter| namespace_of(parameter) == Some(Namespace::Network);
        controls.any(|control| control.namespace().is_some_and(of_network))
    };
    let at = At::ROOT.member("containerDefinitions");
    let containers = subject.task.container_definitions().iter().enumerate();
    for (index, _) in containers.filter(|(_, one)| sets_network(one)).skip(1) {
        let message = "another container sets parameters of the network of the task";
        report.fault(&at.item(index).member("systemControls"), message);
    }
}
