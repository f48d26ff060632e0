//! The exceptions of the control plane, in the words of AWS where they are known.

use ecs_model::{Exception, ExceptionName};
use ecs_taskdef::RegistryError;

pub(crate) fn client(message: impl Into<String>) -> Exception {
    Exception::new(ExceptionName::Client, message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Exception {
    Exception::new(ExceptionName::InvalidParameter, message)
}

pub(crate) fn cluster_not_found() -> Exception {
    Exception::new(ExceptionName::ClusterNotFound, "Cluster not found.")
}

pub(crate) fn cluster_inactive() -> Exception {
    let words = "The referenced cluster was inactive.";
    Exception::new(ExceptionName::ClusterNotFound, words)
}

/// What the registry refuses. A definition that is not there is found missing in other words by
/// the operations that use it.
pub(crate) fn registry(error: &RegistryError) -> Exception {
    if let RegistryError::Invalid(findings) = error
        && let Some(exception) = Exception::of_findings(findings)
    {
        return exception;
    }
    let words = error.aws_message();
    let words = words.map_or_else(|| error.to_string(), str::to_owned);
    Exception::new(ExceptionName::from(error.exception()), words)
}

/// What the registry refuses to operations that use a task definition.
pub(crate) fn unusable(error: &RegistryError) -> Exception {
    match error {
        RegistryError::NotFound { .. } => client("TaskDefinition not found."),
        RegistryError::NotActive { .. } => invalid("TaskDefinition is inactive"),
        other => registry(other),
    }
}

pub(crate) fn no_instance(named: &str) -> Exception {
    invalid(format!(
        "there is no container instance `{named}` in the cluster"
    ))
}

/// What cannot happen unless the control plane is at fault.
pub(crate) fn server(error: impl core::fmt::Display) -> Exception {
    Exception::new(ExceptionName::Server, error.to_string())
}
