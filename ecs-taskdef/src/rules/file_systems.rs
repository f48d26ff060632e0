use super::Row;
use super::subject::{Report, Subject, VolumePlace};
use super::task::quote;
use crate::shape::At;
use crate::{
    EFSAuthorizationConfig, EFSAuthorizationConfigIAM, EFSTransitEncryption,
    EFSVolumeConfiguration, Rule, Source,
};

const EFS_AUTHORIZATION_CONFIG: Source = Source::Api("EFSAuthorizationConfig");
const S3_FILES_VOLUME_CONFIGURATION: Source = Source::Api("S3FilesVolumeConfiguration");

pub(super) const RULES: &[Row] = &[
    Row::volume(
        Rule::new(
            "efs-port",
            "a port for encrypted data is 0 to 65,535",
            Source::Api("EFSVolumeConfiguration"),
        ),
        efs_port,
    ),
    Row::volume(
        Rule::new(
            "efs-access-point-root",
            "an access point has the root directory `/`",
            EFS_AUTHORIZATION_CONFIG,
        )
        .quoted(
            "When using an EFS access point, the root directory must either be set to \"/\" or be \
         omitted",
        ),
        efs_root,
    ),
    Row::volume(
        Rule::new(
            "efs-access-point-encryption",
            "an access point needs encryption",
            EFS_AUTHORIZATION_CONFIG,
        ),
        efs_access_point,
    ),
    Row::volume(
        Rule::new(
            "efs-iam-encryption",
            "IAM authorization needs encryption",
            EFS_AUTHORIZATION_CONFIG,
        )
        .copied("EFS IAM authorization requires TransitEncryption to be enabled"),
        efs_iam,
    ),
    Row::volume(
        Rule::new(
            "efs-iam-task-role",
            "IAM authorization goes by the task role",
            EFS_AUTHORIZATION_CONFIG,
        )
        .advice()
        .hint("set `taskRoleArn`"),
        efs_iam_role,
    ),
    Row::volume(
        Rule::new(
            "efs-port-encryption",
            "a port for encrypted data needs encryption",
            Source::Api("EFSVolumeConfiguration"),
        )
        .copied("TransitEncryptionPort requires that TransitEncryption is enabled"),
        efs_port_encryption,
    ),
    Row::volume(
        Rule::new(
            "fsx-windows-only",
            "FSx for Windows File Server is for Windows",
            Source::Api("FSxWindowsFileServerVolumeConfiguration"),
        ),
        fsx_windows,
    ),
    Row::volume(
        Rule::new(
            "fsx-credentials",
            "credentials of FSx are a secret of Secrets Manager or a parameter of SSM",
            Source::Api("FSxWindowsFileServerAuthorizationConfig"),
        ),
        fsx_credentials,
    ),
    Row::volume(
        Rule::new(
            "s3files-port",
            "a port for encrypted data is 0 to 65,535",
            S3_FILES_VOLUME_CONFIGURATION,
        ),
        s3files_port,
    ),
    Row::volume(
        Rule::new(
            "s3files-access-point-root",
            "an access point has the root directory `/`",
            S3_FILES_VOLUME_CONFIGURATION,
        ),
        s3files_root,
    ),
    Row::volume(
        Rule::new(
            "s3files-task-role",
            "S3 Files needs a task role",
            S3_FILES_VOLUME_CONFIGURATION,
        ),
        s3files_role,
    ),
];

const EFS: &str = "efsVolumeConfiguration";
const S3FILES: &str = "s3filesVolumeConfiguration";

fn is_encrypted(efs: &EFSVolumeConfiguration) -> bool {
    efs.transit_encryption == Some(EFSTransitEncryption::Enabled)
}

fn authorization<'a>(
    volume: &VolumePlace<'a>,
) -> Option<(&'a EFSVolumeConfiguration, &'a EFSAuthorizationConfig)> {
    let efs = volume.value.efs_volume_configuration.as_ref()?;
    Some((efs, efs.authorization_config.as_ref()?))
}

fn is_port(port: i32) -> bool {
    (0..=65_535).contains(&port)
}

fn efs_port(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let port = volume.efs_volume_configuration().transit_encryption_port;
    if let Some(port) = port.filter(|port| !is_port(*port)) {
        let at = volume.at.member(EFS);
        report.fault(
            &at.member("transitEncryptionPort"),
            format!("port {port}, not 0 to 65535"),
        );
    }
}

fn efs_root(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let Some((efs, _)) = authorization(&volume).filter(|(_, one)| one.access_point_id.is_some())
    else {
        return;
    };
    if efs.root_directory().is_some_and(|root| root != "/") {
        let message = "with an access point the root directory is absent or `/`";
        report.fault(&volume.at.member(EFS).member("rootDirectory"), message);
    }
}

fn efs_access_point(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let point = authorization(&volume).filter(|(_, one)| one.access_point_id.is_some());
    if point.is_some_and(|(efs, _)| !is_encrypted(efs)) {
        let message = "an access point needs `transitEncryption` ENABLED";
        report.fault(&volume.at.member(EFS).member("transitEncryption"), message);
    }
}

fn efs_iam(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let enabled = EFSAuthorizationConfigIAM::Enabled;
    let iam = authorization(&volume).filter(|(_, one)| one.iam == Some(enabled));
    if iam.is_some_and(|(efs, _)| !is_encrypted(efs)) {
        let message = "IAM authorization needs `transitEncryption` ENABLED";
        report.fault(&volume.at.member(EFS).member("transitEncryption"), message);
    }
}

/// Whether there is a task role, as far as is known.
fn has_task_role(subject: &Subject<'_>) -> bool {
    let role = subject.task.task_role_arn();
    role.is_some_and(|role| !role.is_empty()) || subject.is_open("taskRoleArn")
}

fn efs_iam_role(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let enabled = EFSAuthorizationConfigIAM::Enabled;
    let iam = authorization(&volume).is_some_and(|(_, one)| one.iam == Some(enabled));
    if iam && !has_task_role(subject) {
        let at = volume.at.member(EFS);
        let message = "IAM authorization goes by the task role, and there is none";
        report.fault(&at.member("authorizationConfig").member("iam"), message);
    }
}

fn efs_port_encryption(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let efs = volume.efs_volume_configuration();
    let at = volume.at.member(EFS);
    let undecided = subject.is_unknown(&at.member("transitEncryption"));
    if efs.transit_encryption_port.is_some() && !is_encrypted(efs) && !undecided {
        let message = "a port for encrypted data needs `transitEncryption` ENABLED";
        report.fault(
            &volume.at.member(EFS).member("transitEncryptionPort"),
            message,
        );
    }
}

fn fsx_windows(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    // The platform of a task on EC2 may be left to the instance.
    let stated = subject.task.runtime_platform();
    let linux = stated.operating_system_family.is_some() && subject.linux;
    if linux
        && volume
            .fsx_windows_file_server_volume_configuration
            .is_some()
    {
        let at = volume.at.member("fsxWindowsFileServerVolumeConfiguration");
        report.fault(&at, "FSx for Windows File Server needs a Windows");
    }
}

fn fsx_credentials(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let fsx = volume.value.fsx_windows_file_server_volume_configuration();
    let is_secret = |arn: &str| match ecs_arn::ArnRef::parse(arn) {
        Ok(arn) => matches!(arn.service(), "secretsmanager" | "ssm"),
        // The guide's own example is `arn:arn-1234`.
        Err(_) => arn.starts_with("arn:"),
    };
    let credentials = fsx.authorization_config().credentials_parameter();
    if let Some(credentials) = credentials.filter(|arn| !is_secret(arn)) {
        let at = volume.at.member("fsxWindowsFileServerVolumeConfiguration");
        let message = format!(
            "{} is the ARN of neither a secret nor a parameter",
            quote(credentials)
        );
        report.fault(
            &at.member("authorizationConfig")
                .member("credentialsParameter"),
            message,
        );
    }
}

fn s3files_port(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let port = volume
        .s3files_volume_configuration()
        .transit_encryption_port;
    if let Some(port) = port.filter(|port| !is_port(*port)) {
        let at = volume.at.member(S3FILES);
        report.fault(
            &at.member("transitEncryptionPort"),
            format!("port {port}, not 0 to 65535"),
        );
    }
}

fn s3files_root(_: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    let Some(files) = &volume.s3files_volume_configuration else {
        return;
    };
    let root = files.root_directory();
    if files.access_point_arn.is_some() && root.is_some_and(|root| root != "/") {
        let message = "with an access point the root directory is absent or `/`";
        report.fault(&volume.at.member(S3FILES).member("rootDirectory"), message);
    }
}

fn s3files_role(subject: &Subject<'_>, volume: VolumePlace<'_>, report: &mut Report<'_>) {
    if volume.s3files_volume_configuration.is_some() && !has_task_role(subject) {
        report.fault(
            &At::ROOT.member("taskRoleArn"),
            "S3 Files needs `taskRoleArn`",
        );
    }
}
