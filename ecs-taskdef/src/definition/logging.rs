use super::Secret;
use crate::rules::shape_rules;
use crate::{StringMap, open_enum, shape};

shape! {
    /// Where the output of a container goes.
    ///
    /// Source: API shape `LogConfiguration`.
    pub struct LogConfiguration {
        /// The log driver.
        log_driver: LogDriver = "logDriver" => required(),
        /// Options of the driver.
        options: StringMap = "options",
        /// Options of the driver whose values are secret.
        secret_options: Vec<Secret> = "secretOptions" => keyed(&["name"]),
    }
}

impl LogConfiguration {
    /// Whether an option called `name` is given, in the open or as a secret.
    #[must_use]
    pub fn has_option(&self, name: &str) -> bool {
        let secrets = self.secret_options();
        self.options().contains(name) || secrets.iter().any(|secret| secret.name() == Some(name))
    }
}

open_enum! {
    /// A log driver of Docker or of Amazon ECS.
    pub enum LogDriver => guarded_by(&shape_rules::LOG_DRIVER) {
        /// Files on the instance.
        JsonFile = "json-file",
        /// Syslog.
        Syslog = "syslog",
        /// The journal of systemd.
        Journald = "journald",
        /// Graylog Extended Log Format.
        Gelf = "gelf",
        /// Fluentd.
        Fluentd = "fluentd",
        /// Amazon CloudWatch Logs.
        Awslogs = "awslogs",
        /// Splunk.
        Splunk = "splunk",
        /// A log router in another container of the task.
        Awsfirelens = "awsfirelens",
    }
}

shape! {
    /// Makes a container the log router of its task.
    ///
    /// Source: API shape `FirelensConfiguration`.
    pub struct FirelensConfiguration {
        /// The program that routes.
        r#type: FirelensConfigurationType = "type" => required(),
        /// `enable-ecs-log-metadata`, `config-file-type` and `config-file-value`.
        options: StringMap = "options",
    }
}

open_enum! {
    /// The program of a log router.
    pub enum FirelensConfigurationType => guarded_by(&shape_rules::FIRELENS) {
        /// Fluentd.
        Fluentd = "fluentd",
        /// Fluent Bit.
        Fluentbit = "fluentbit",
    }
}
