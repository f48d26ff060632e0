use super::Row;
use super::subject::{Container, Report, Subject, VolumePlace};
use super::task::{CONTAINERS, check_name, quote, repeated};
use crate::shape::At;
use crate::{LaunchTypes, Rule, Scope, Source, Volume};

const VOLUME: Source = Source::Api("Volume");
const MOUNT_POINT: Source = Source::Api("MountPoint");

pub(super) const RULES: &[Row] = &[
    Row::volume(
        Rule::new("volume-single-type", "a volume is of one kind", VOLUME).quoted(
            "When the volume parameter is specified, only one volume configuration type should be \
             used.",
        ),
        single_type,
    ),
    Row::volume(
        Rule::new("volume-name-required", "a volume has a name", VOLUME).in_2015(),
        name_required,
    ),
    Row::volume(
        Rule::new(
            "volume-name-characters",
            "a volume name is up to 255 letters, digits, `-` and `_`",
            VOLUME,
        ),
        name_characters,
    ),
    Row::task(
        Rule::new("volume-name-unique", "each volume has its own name", VOLUME).in_2015(),
        name_unique,
    ),
    Row::volume(
        Rule::new(
            "source-path-blank",
            "a source path is not empty",
            Source::Api("HostVolumeProperties"),
        )
        .quoted("host.sourcePath should not be blank.")
        .in_2015()
        .hint("omit `sourcePath` for a volume that Docker manages"),
        source_path_blank,
    ),
    Row::volume(
        Rule::new(
            "docker-volume-autoprovision",
            "only shared volumes are provisioned",
            Source::Api("DockerVolumeConfiguration"),
        ),
        autoprovision,
    ),
    Row::member(
        "mountPoints",
        Rule::new(
            "mount-point-volume",
            "a mount point names a volume of the task",
            MOUNT_POINT,
        )
        .quoted("Unknown volume '{}'.")
        .in_2015(),
        mount_volume,
    ),
    Row::member(
        "mountPoints",
        Rule::new(
            "mount-point-path",
            "a mount point has a path in the container",
            MOUNT_POINT,
        )
        .in_2015(),
        mount_path,
    ),
    Row::member(
        "mountPoints",
        Rule::new(
            "mount-point-path-unique",
            "a path is mounted once",
            MOUNT_POINT,
        )
        .in_2015(),
        mount_path_unique,
    ),
    Row::task(
        Rule::new(
            "launch-volume-single",
            "one volume is configured at launch",
            VOLUME,
        )
        .on(WITH_LAUNCH_VOLUMES),
        launch_volume_single,
    ),
    Row::volume(
        Rule::new(
            "launch-volume-mounted",
            "a volume configured at launch is mounted",
            VOLUME,
        )
        .on(WITH_LAUNCH_VOLUMES)
        .copied("Volumes [{}] are not referenced by any of the containers"),
        launch_volume_mounted,
    ),
];

const WITH_LAUNCH_VOLUMES: LaunchTypes = LaunchTypes::EC2
    .union(LaunchTypes::FARGATE)
    .union(LaunchTypes::MANAGED_INSTANCES);

/// How many kinds of volume it is at once. A `host` without a path is what
/// AWS describes for volumes of every kind.
fn kinds(volume: &Volume) -> usize {
    let host = volume.host().source_path.is_some();
    [
        host,
        volume.docker_volume_configuration.is_some(),
        volume.efs_volume_configuration.is_some(),
        volume.s3files_volume_configuration.is_some(),
        volume
            .fsx_windows_file_server_volume_configuration
            .is_some(),
        volume.configured_at_launch == Some(true),
    ]
    .into_iter()
    .filter(|kind| *kind)
    .count()
}

fn single_type(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let count = kinds(volume.value);
    if count > 1 {
        report.fault(volume.at, format!("the volume is of {count} kinds"));
    }
}

fn name_required(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if volume.name().is_none_or(str::is_empty) {
        report.fault(&volume.at.member("name"), "the volume has no name");
    }
}

fn name_characters(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if let Some(name) = volume.name().filter(|name| !name.is_empty()) {
        check_name(subject, name, &volume.at.member("name"), report);
    }
}

fn name_unique(subject: &Subject<'_>, report: &mut Report<'_>) {
    let volumes = subject.task.volumes();
    let names: Vec<Option<&str>> = volumes.iter().map(|volume| volume.name()).collect();
    let at = At::ROOT.member("volumes");
    for (index, name) in repeated(&names) {
        let message = format!("volume name {} is already used", quote(name));
        report.fault(&at.item(index).member("name"), message);
    }
}

fn source_path_blank(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let path = volume.host().source_path();
    if path.is_some_and(|path| path.trim().is_empty()) {
        report.fault(
            &volume.at.member("host").member("sourcePath"),
            "the source path is empty",
        );
    }
}

fn autoprovision(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let docker = volume.docker_volume_configuration();
    let at = volume.at.member("dockerVolumeConfiguration");
    let is_shared = docker.scope == Some(Scope::Shared) || subject.is_unknown(&at.member("scope"));
    if docker.autoprovision == Some(true) && !is_shared {
        report.fault(
            &at.member("autoprovision"),
            "`autoprovision` needs the scope `shared`",
        );
    }
}

fn mount_volume(subject: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    // Nothing can be said while the list of volumes itself is unreadable.
    if subject
        .task
        .unknown
        .get("volumes")
        .is_some_and(|volumes| !volumes.is_null())
    {
        return;
    }
    let at = container.at.member("mountPoints");
    for (index, mount) in container.mount_points().iter().enumerate() {
        let name = mount.source_volume().unwrap_or_default();
        let declared = |volume: &Volume| volume.name() == Some(name);
        if !subject.task.volumes().iter().any(declared) && !subject.has_open_names("volumes") {
            let message = format!("there is no volume {}", quote(name));
            report.fault_about(&at.item(index).member("sourceVolume"), &[name], message);
        }
    }
}

fn mount_path(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let at = container.at.member("mountPoints");
    for (index, mount) in container.mount_points().iter().enumerate() {
        if mount.container_path().is_none_or(str::is_empty) {
            let message = "the mount point has no path in the container";
            report.fault(&at.item(index).member("containerPath"), message);
        }
    }
}

fn mount_path_unique(_: &Subject<'_>, container: Container<'_>, report: &mut Report<'_>) {
    let mounts = container.mount_points().iter();
    let paths: Vec<Option<&str>> = mounts
        .map(|mount| mount.container_path().filter(|path| !path.is_empty()))
        .collect();
    let at = container.at.member("mountPoints");
    for (index, path) in repeated(&paths) {
        let message = format!("path {} is already mounted", quote(path));
        report.fault(&at.item(index).member("containerPath"), message);
    }
}

fn launch_volumes<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = (usize, &'a Volume)> {
    let volumes = subject.task.volumes().iter().enumerate();
    volumes.filter(|(_, volume)| volume.configured_at_launch == Some(true))
}

fn launch_volume_single(subject: &Subject<'_>, report: &mut Report<'_>) {
    let at = At::ROOT.member("volumes");
    for (index, _) in launch_volumes(subject).skip(1) {
        let message = "another volume is configured at launch";
        report.fault(&at.item(index).member("configuredAtLaunch"), message);
    }
}

fn launch_volume_mounted(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if volume.configured_at_launch != Some(true) {
        return;
    }
    let containers = subject.task.container_definitions();
    let mut mounts = containers.iter().flat_map(|one| one.mount_points());
    let undecided = || {
        subject.any_unknown(CONTAINERS, &["mountPoints"])
            || subject.is_unknown(&volume.at.member("name"))
    };
    if !mounts.any(|mount| mount.source_volume.is_some() && mount.source_volume == volume.name)
        && !undecided()
    {
        let name = volume.name().unwrap_or_default();
        report.fault_about(volume.at, &[name], "no container mounts the volume");
    }
}
