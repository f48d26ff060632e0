use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// A name and a value: an environment variable, or a property of a proxy.
    ///
    /// Source: API shape `KeyValuePair`.
    pub struct KeyValuePair {
        /// The name.
        name: String = "name",
        /// The value; may be empty.
        value: String = "value",
    }
}

impl KeyValuePair {
    /// Both halves of a pair.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::default().with_name(name).with_value(value)
    }
}

shape! {
    /// A file of environment variables, one `NAME=value` a line.
    ///
    /// At most ten per container. A variable of `environment` wins over one of a
    /// file; an earlier file wins over a later one. Source: API shape
    /// `EnvironmentFile`.
    pub struct EnvironmentFile {
        /// The ARN of an S3 object whose key ends in `.env`.
        value: String = "value" => required(),
        /// Where the file lies.
        r#type: EnvironmentFileType = "type" => required(),
    }
}

open_enum! {
    /// Where an [`EnvironmentFile`] lies.
    pub enum EnvironmentFileType => guarded_by(&shape_rules::ENVIRONMENT_FILE) {
        /// An object in Amazon S3.
        S3 = "s3",
    }
}

shape! {
    /// A value that is fetched when the container starts, and never stored in
    /// the task definition.
    ///
    /// Source: API shape `Secret`.
    pub struct Secret {
        /// The environment variable, or the option of the log driver.
        name: String = "name" => required(),
        /// The ARN of a Secrets Manager secret (perhaps with
        /// `:json-key:version-stage:version-id`), the ARN of a parameter of the
        /// SSM Parameter Store, or the name of a parameter in the same region.
        value_from: String = "valueFrom" => required(),
    }
}

impl Secret {
    /// Whether the value lies in Secrets Manager; otherwise it lies in the SSM Parameter Store.
    ///
    /// ```
    /// use ecs_taskdef::Secret;
    ///
    /// let token = Secret::default().with_value_from("/web/token");
    /// assert!(!token.is_in_secrets_manager());
    /// let token = Secret::default()
    ///     .with_value_from("arn:aws:secretsmanager:us-east-1:123456789012:secret:token");
    /// assert!(token.is_in_secrets_manager());
    /// ```
    #[must_use]
    pub fn is_in_secrets_manager(&self) -> bool {
        let service = self.value_from().and_then(|from| from.split(':').nth(2));
        service == Some("secretsmanager")
    }
}
