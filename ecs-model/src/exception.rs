//! [`Exception`]: the errors of the API, with their names and statuses on the wire.
//!
//! Source: API reference, [common errors](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html) and the errors of each operation.

use core::fmt;

use ecs_taskdef::{Findings, Rule, open_enum, shape};

shape! {
    /// The answer of ECS to a request that it refuses as a whole.
    ///
    /// ```
    /// use ecs_model::{Exception, ExceptionName};
    ///
    /// let body = r#"{"__type":"com.amazonaws.ecs#ClusterNotFoundException",
    ///     "message":"Cluster not found."}"#;
    /// let exception: Exception = serde_json::from_str(body)?;
    /// assert_eq!(exception.name(), Some(ExceptionName::ClusterNotFound));
    /// assert_eq!(exception.http_status(), Some(400));
    /// assert_eq!(exception.to_string(), "ClusterNotFoundException: Cluster not found.");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shapes that end in `Exception`; protocol AWS JSON 1.1.
    pub struct Exception {
        /// The wire name, perhaps with a namespace before `#`; see [`name`](Self::name).
        r#type: String = "__type",
        /// Why, in words.
        message: String = "message",
        /// The ARNs of the tasks that the client token stands for already
        /// (`ConflictException`).
        resource_ids: Vec<String> = "resourceIds",
    }
}

impl Exception {
    /// An exception with this name and message.
    #[must_use]
    pub fn new(name: ExceptionName, message: impl Into<String>) -> Self {
        Self::default()
            .with_type(name.as_str())
            .with_message(message)
    }

    /// The exception with which ECS refuses what has these findings: that of the first error, in
    /// the words of AWS where they are known. `None` if there is no error.
    ///
    /// ```
    /// use ecs_model::operation::RunTaskRequest;
    /// use ecs_model::{Exception, Quotas, Request};
    ///
    /// let findings = RunTaskRequest::default().validate(&Quotas::current());
    /// let exception = Exception::of_findings(&findings).expect("a member is missing");
    /// assert_eq!(
    ///     exception.to_string(),
    ///     "InvalidParameterException: `taskDefinition` is missing"
    /// );
    /// ```
    #[must_use]
    pub fn of_findings(findings: &Findings) -> Option<Self> {
        let first = findings.errors().next()?;
        let name = first.exception.unwrap_or(Rule::INVALID_PARAMETER);
        let message = first.aws_message.as_ref().unwrap_or(&first.message);
        Some(Self::new(ExceptionName::from(name), message))
    }

    /// The name, without the namespace and the address that some clients see around it.
    #[must_use]
    pub fn name(&self) -> Option<ExceptionName> {
        self.wire_name().map(ExceptionName::from)
    }

    /// The HTTP status it comes with, if the exception is known.
    #[must_use]
    pub fn http_status(&self) -> Option<u16> {
        self.name()?.http_status()
    }

    fn wire_name(&self) -> Option<&str> {
        let written = self.r#type()?;
        let name = written.split_once('#').map_or(written, |(_, name)| name);
        Some(name.split_once(':').map_or(name, |(name, _)| name))
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire_name().unwrap_or("unnamed exception"))?;
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Exception {}

open_enum! {
    /// The names of the exceptions.
    ///
    /// Source: API shapes that end in `Exception`.
    pub enum ExceptionName {
        /// The caller may not do this.
        AccessDenied = "AccessDeniedException",
        /// A resource has 10 custom attributes already.
        AttributeLimitExceeded = "AttributeLimitExceededException",
        /// The account was blocked.
        Blocked = "BlockedException",
        /// Something about the call, such as a resource that does not exist.
        Client = "ClientException",
        /// The cluster to delete has capacity providers.
        ClusterContainsCapacityProvider = "ClusterContainsCapacityProviderException",
        /// The cluster to delete has container instances.
        ClusterContainsContainerInstances = "ClusterContainsContainerInstancesException",
        /// The cluster to delete has services.
        ClusterContainsServices = "ClusterContainsServicesException",
        /// The cluster to delete has tasks.
        ClusterContainsTasks = "ClusterContainsTasksException",
        /// There is no such cluster in the Region.
        ClusterNotFound = "ClusterNotFoundException",
        /// The client token was used for another request.
        Conflict = "ConflictException",
        /// A parameter is wrong.
        InvalidParameter = "InvalidParameterException",
        /// A quota is used up.
        LimitExceeded = "LimitExceededException",
        /// ECS does not know the version of the agent to update.
        MissingVersion = "MissingVersionException",
        /// There is no such Service Connect namespace.
        NamespaceNotFound = "NamespaceNotFoundException",
        /// The agent is the newest already, or has no way to it.
        NoUpdateAvailable = "NoUpdateAvailableException",
        /// The platform version does not have what the task definition asks for.
        PlatformTaskDefinitionIncompatibility = "PlatformTaskDefinitionIncompatibilityException",
        /// There is no such platform version.
        PlatformUnknown = "PlatformUnknownException",
        /// The resource is in use.
        ResourceInUse = "ResourceInUseException",
        /// There is no such resource.
        ResourceNotFound = "ResourceNotFoundException",
        /// Something went wrong within ECS.
        Server = "ServerException",
        /// There is no such service deployment.
        ServiceDeploymentNotFound = "ServiceDeploymentNotFoundException",
        /// The service is not `ACTIVE`.
        ServiceNotActive = "ServiceNotActiveException",
        /// There is no such service.
        ServiceNotFound = "ServiceNotFoundException",
        /// The container has no agent for executed commands.
        TargetNotConnected = "TargetNotConnectedException",
        /// There is no such container instance.
        TargetNotFound = "TargetNotFoundException",
        /// There is no such task set.
        TaskSetNotFound = "TaskSetNotFoundException",
        /// The Region or the resource does not support it.
        UnsupportedFeature = "UnsupportedFeatureException",
        /// An update is going on already.
        UpdateInProgress = "UpdateInProgressException",
    }
}

impl ExceptionName {
    /// The HTTP status: 500 where ECS is at fault, 400 where the caller is, none for a name that
    /// this version of the library does not know.
    #[must_use]
    pub const fn http_status(&self) -> Option<u16> {
        match self {
            Self::Server => Some(500),
            Self::Other(_) => None,
            _ => Some(400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_what_clients_see_around_them() {
        for written in [
            "ConflictException",
            "com.amazonaws.ecs#ConflictException",
            "ConflictException:http://internal.amazon.com/coral/com.amazonaws.ecs/",
        ] {
            let exception = Exception::default().with_type(written);
            assert_eq!(exception.name(), Some(ExceptionName::Conflict));
            assert_eq!(exception.to_string(), "ConflictException");
        }
        assert_eq!(Exception::default().name(), None);
        assert_eq!(Exception::default().to_string(), "unnamed exception");
    }

    #[test]
    fn statuses() {
        let status = |name: &str| ExceptionName::from(name).http_status();
        assert_eq!(status("ServerException"), Some(500));
        assert_eq!(status("NoUpdateAvailableException"), Some(400));
        assert_eq!(status("DaemonNotFoundException"), None);
    }

    #[test]
    fn a_conflict_names_the_tasks() {
        let text = r#"{"__type":"ConflictException","message":"m","resourceIds":["arn"]}"#;
        let conflict: Exception = serde_json::from_str(text).unwrap();
        assert_eq!(conflict.resource_ids, Some(vec!["arn".to_owned()]));
        assert_eq!(serde_json::to_string(&conflict).unwrap(), text);
        let written = Exception::new(ExceptionName::Conflict, "m");
        assert_eq!(written.name(), conflict.name());
    }
}
