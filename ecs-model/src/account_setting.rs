//! Account settings: what an account, a user or a role turns on.
//!
//! Source: API shape `Setting`.

mod settings;

use ecs_taskdef::{open_enum, shape};

pub use settings::AccountSettings;

shape! {
    /// A setting of an account, a user or a role.
    ///
    /// Source: API shape `Setting`.
    pub struct Setting {
        /// The setting.
        name: SettingName = "name",
        /// The value, such as `enabled` or `disabled`.
        value: String = "value",
        /// The ARN of the user, role or root user; the caller if absent.
        principal_arn: String = "principalArn",
        /// Whether the user or AWS manages it.
        r#type: SettingType = "type",
    }
}

open_enum! {
    /// A setting.
    ///
    /// Source: API shape `SettingName`.
    pub enum SettingName {
        /// Whether ARNs of services name the cluster.
        ServiceLongArnFormat = "serviceLongArnFormat",
        /// Whether ARNs of tasks name the cluster.
        TaskLongArnFormat = "taskLongArnFormat",
        /// Whether ARNs of container instances name the cluster.
        ContainerInstanceLongArnFormat = "containerInstanceLongArnFormat",
        /// Whether container instances take more network interfaces.
        AwsvpcTrunking = "awsvpcTrunking",
        /// Whether new clusters have Container Insights.
        ContainerInsights = "containerInsights",
        /// Whether Fargate uses validated cryptography (FIPS 140).
        FargateFipsMode = "fargateFIPSMode",
        /// Whether tagging at creation needs `ecs:TagResource`.
        TagResourceAuthorization = "tagResourceAuthorization",
        /// How many days Fargate waits before it retires a task: 0, 7 or 14.
        FargateTaskRetirementWaitPeriod = "fargateTaskRetirementWaitPeriod",
        /// Whether GuardDuty watches tasks; only AWS changes it.
        GuardDutyActivate = "guardDutyActivate",
        /// Whether containers block when logs cannot be written.
        DefaultLogDriverMode = "defaultLogDriverMode",
        /// Whether Fargate retires tasks in event windows.
        FargateEventWindows = "fargateEventWindows",
    }
}

open_enum! {
    /// Who manages a setting.
    ///
    /// Source: API shape `SettingType`.
    pub enum SettingType {
        /// The user.
        User = "user",
        /// AWS.
        AwsManaged = "aws_managed",
    }
}
