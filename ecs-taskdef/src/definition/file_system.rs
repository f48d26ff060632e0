use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// An Amazon EFS file system as a volume.
    ///
    /// Source: API shape `EFSVolumeConfiguration`.
    pub struct EFSVolumeConfiguration {
        /// The id of the file system, `fs-...`.
        file_system_id: String = "fileSystemId" => required(),
        /// The directory to mount; `/` when absent. With an access point it
        /// must be absent or `/`.
        root_directory: String = "rootDirectory" => default_text("/"),
        /// Whether data is encrypted on the way; not when absent.
        transit_encryption: EFSTransitEncryption = "transitEncryption" => default_text("DISABLED"),
        /// The port for encrypted data, 0 to 65535.
        transit_encryption_port: i32 = "transitEncryptionPort",
        /// How access is authorized.
        authorization_config: EFSAuthorizationConfig = "authorizationConfig",
    }
}

open_enum! {
    /// Whether data of an EFS volume is encrypted on the way.
    pub enum EFSTransitEncryption => guarded_by(&shape_rules::EFS_SETTING) {
        /// It is.
        Enabled = "ENABLED",
        /// It is not.
        Disabled = "DISABLED",
    }
}

shape! {
    /// How access to an EFS volume is authorized.
    ///
    /// Source: API shape `EFSAuthorizationConfig`.
    pub struct EFSAuthorizationConfig {
        /// The access point, `fsap-...`; needs encryption on the way.
        access_point_id: String = "accessPointId",
        /// Whether the task role is used; needs encryption on the way.
        iam: EFSAuthorizationConfigIAM = "iam" => default_text("DISABLED"),
    }
}

open_enum! {
    /// Whether the task role authorizes the access to an EFS volume.
    pub enum EFSAuthorizationConfigIAM => guarded_by(&shape_rules::EFS_SETTING) {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
}

shape! {
    /// An Amazon S3 Files file system as a volume. Needs a task role.
    ///
    /// Source: API shape `S3FilesVolumeConfiguration`.
    pub struct S3FilesVolumeConfiguration {
        /// The ARN of the file system.
        file_system_arn: String = "fileSystemArn" => required(),
        /// The directory to mount; `/` when absent. With an access point it
        /// must be absent or `/`.
        root_directory: String = "rootDirectory" => default_text("/"),
        /// The port for encrypted data, 0 to 65535.
        transit_encryption_port: i32 = "transitEncryptionPort",
        /// The ARN of the access point.
        access_point_arn: String = "accessPointArn",
    }
}

shape! {
    /// An Amazon FSx for Windows File Server file system as a volume.
    ///
    /// Source: API shape `FSxWindowsFileServerVolumeConfiguration`.
    pub struct FSxWindowsFileServerVolumeConfiguration {
        /// The id of the file system, `fs-...`.
        file_system_id: String = "fileSystemId" => required(),
        /// The directory to mount.
        root_directory: String = "rootDirectory" => required(),
        /// How access is authorized.
        authorization_config: FSxWindowsFileServerAuthorizationConfig = "authorizationConfig"
            => required(),
    }
}

shape! {
    /// How access to an FSx for Windows File Server volume is authorized.
    ///
    /// Source: API shape `FSxWindowsFileServerAuthorizationConfig`.
    pub struct FSxWindowsFileServerAuthorizationConfig {
        /// The ARN of a Secrets Manager secret or of an SSM parameter.
        credentials_parameter: String = "credentialsParameter" => required(),
        /// The fully qualified name of the directory domain.
        domain: String = "domain" => required(),
    }
}
