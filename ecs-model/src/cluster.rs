//! Clusters: groups of container instances, services and tasks.
//!
//! Source: API shape `Cluster`.

use ecs_taskdef::{KeyValuePair, Tag, open_enum, shape};

use crate::{Attachment, CapacityProviderStrategyItem};

/// The name of the cluster that is meant where none is given.
pub const DEFAULT_CLUSTER: &str = "default";

shape! {
    /// A group of container instances, services and tasks.
    ///
    /// ```
    /// use ecs_model::Cluster;
    ///
    /// let cluster: Cluster = serde_json::from_str(
    ///     r#"{"clusterName":"MyCluster","status":"ACTIVE",
    ///         "settings":[{"name":"containerInsights","value":"enabled"}]}"#,
    /// )?;
    /// assert_eq!(cluster.cluster_name(), Some("MyCluster"));
    /// assert_eq!(cluster.tags, None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `Cluster`.
    pub struct Cluster {
        /// The ARN of the cluster.
        cluster_arn: String = "clusterArn",
        /// The name of the cluster.
        cluster_name: String = "clusterName",
        /// How commands are executed in containers and storage is encrypted.
        configuration: ClusterConfiguration = "configuration",
        /// `ACTIVE`, `PROVISIONING`, `DEPROVISIONING`, `FAILED` or `INACTIVE`.
        status: String = "status",
        /// The number of container instances that are `ACTIVE` or `DRAINING`.
        registered_container_instances_count: i32 = "registeredContainerInstancesCount",
        /// The number of tasks in `RUNNING`.
        running_tasks_count: i32 = "runningTasksCount",
        /// The number of tasks in `PENDING`.
        pending_tasks_count: i32 = "pendingTasksCount",
        /// The number of services in `ACTIVE`.
        active_services_count: i32 = "activeServicesCount",
        /// Counts by launch type and status, such as `runningEC2TasksCount`.
        statistics: Vec<KeyValuePair> = "statistics",
        /// The tags.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The settings.
        settings: Vec<ClusterSetting> = "settings",
        /// The names of the capacity providers.
        capacity_providers: Vec<String> = "capacityProviders",
        /// What applies to tasks and services that give neither launch type nor strategy.
        default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "defaultCapacityProviderStrategy",
        /// What managed scaling has created.
        attachments: Vec<Attachment> = "attachments",
        /// `UPDATE_IN_PROGRESS`, `UPDATE_COMPLETE` or `UPDATE_FAILED`.
        attachments_status: String = "attachmentsStatus",
        /// What applies to services that use Service Connect without a namespace.
        service_connect_defaults: ClusterServiceConnectDefaults = "serviceConnectDefaults",
    }
}

shape! {
    /// How commands are executed in containers and storage is encrypted.
    ///
    /// Source: API shape `ClusterConfiguration`.
    pub struct ClusterConfiguration {
        /// How commands are executed in containers (ECS Exec).
        execute_command_configuration: ExecuteCommandConfiguration = "executeCommandConfiguration",
        /// How managed storage is encrypted.
        managed_storage_configuration: ManagedStorageConfiguration = "managedStorageConfiguration",
    }
}

shape! {
    /// How commands are executed in containers (ECS Exec).
    ///
    /// Source: API shape `ExecuteCommandConfiguration`.
    pub struct ExecuteCommandConfiguration {
        /// The key that encrypts the data between client and container.
        kms_key_id: String = "kmsKeyId",
        /// Where the output of commands is kept.
        logging: ExecuteCommandLogging = "logging",
        /// The places, if `logging` is `OVERRIDE`.
        log_configuration: ExecuteCommandLogConfiguration = "logConfiguration",
    }
}

shape! {
    /// Where the output of executed commands is kept.
    ///
    /// Source: API shape `ExecuteCommandLogConfiguration`.
    pub struct ExecuteCommandLogConfiguration {
        /// The log group.
        cloud_watch_log_group_name: String = "cloudWatchLogGroupName",
        /// Whether the log group is encrypted.
        cloud_watch_encryption_enabled: bool = "cloudWatchEncryptionEnabled",
        /// The bucket.
        s3_bucket_name: String = "s3BucketName",
        /// Whether the bucket is encrypted.
        s3_encryption_enabled: bool = "s3EncryptionEnabled",
        /// The beginning of the keys in the bucket.
        s3_key_prefix: String = "s3KeyPrefix",
    }
}

shape! {
    /// How managed storage is encrypted.
    ///
    /// Source: API shape `ManagedStorageConfiguration`.
    pub struct ManagedStorageConfiguration {
        /// The key for data on managed storage.
        kms_key_id: String = "kmsKeyId",
        /// The key for the ephemeral storage of Fargate tasks.
        fargate_ephemeral_storage_kms_key_id: String = "fargateEphemeralStorageKmsKeyId",
    }
}

shape! {
    /// A setting of a cluster.
    ///
    /// Source: API shape `ClusterSetting`.
    pub struct ClusterSetting {
        /// Which setting.
        name: ClusterSettingName = "name",
        /// Its value: `enhanced`, `enabled` or `disabled` for `containerInsights`.
        value: String = "value",
    }
}

shape! {
    /// What applies to services that use Service Connect without a namespace.
    ///
    /// Source: API shape `ClusterServiceConnectDefaults`.
    pub struct ClusterServiceConnectDefaults {
        /// The ARN of the Cloud Map namespace.
        namespace: String = "namespace",
    }
}

open_enum! {
    /// Where the output of executed commands is kept.
    ///
    /// Source: API shape `ExecuteCommandLogging`.
    pub enum ExecuteCommandLogging {
        /// Nowhere.
        None = "NONE",
        /// Where the task's `awslogs` configuration says.
        Default = "DEFAULT",
        /// Where the cluster's configuration says.
        Override = "OVERRIDE",
    }
}

open_enum! {
    /// A setting of a cluster.
    ///
    /// Source: API shape `ClusterSettingName`.
    pub enum ClusterSettingName {
        /// CloudWatch Container Insights.
        ContainerInsights = "containerInsights",
    }
}
