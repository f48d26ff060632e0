//! Whether clusters and services are free to go, and names free to take.

use crate::operation::CreateServiceRequest;
use crate::{Cluster, Exception, ExceptionName, SchedulingStrategy, Service};

impl Cluster {
    /// Whether the cluster can be deleted.
    ///
    /// A count that is absent is 0. Where several things are in the way, the exception is the
    /// first of: services, container instances, tasks; which of them AWS tells is not published.
    ///
    /// ```
    /// use ecs_model::{Cluster, ExceptionName};
    ///
    /// let mut cluster: Cluster = serde_json::from_str(
    ///     r#"{"clusterName": "default", "registeredContainerInstancesCount": 2}"#,
    /// )?;
    /// let name = cluster.check_deletion().unwrap_err().name();
    /// assert_eq!(name, Some(ExceptionName::ClusterContainsContainerInstances));
    /// cluster.registered_container_instances_count = Some(0);
    /// assert_eq!(cluster.check_deletion(), Ok(()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `ClusterContainsServicesException`, `ClusterContainsContainerInstancesException` or
    /// `ClusterContainsTasksException`.
    ///
    /// Source: API operation `DeleteCluster`; Developer Guide, deleting a cluster.
    pub fn check_deletion(&self) -> Result<(), Exception> {
        let count = |count: Option<i32>| count.unwrap_or(0);
        let tasks = count(self.running_tasks_count).max(count(self.pending_tasks_count));
        let in_the_way = [
            (
                count(self.active_services_count),
                ExceptionName::ClusterContainsServices,
                "The Cluster cannot be deleted while Services are active.",
            ),
            (
                count(self.registered_container_instances_count),
                ExceptionName::ClusterContainsContainerInstances,
                "The Cluster cannot be deleted while Container Instances are active or draining.",
            ),
            (
                tasks,
                ExceptionName::ClusterContainsTasks,
                "The Cluster cannot be deleted while Tasks are active.",
            ),
        ];
        match in_the_way.into_iter().find(|(count, ..)| *count > 0) {
            Some((_, name, message)) => Err(Exception::new(name, message)),
            None => Ok(()),
        }
    }
}

impl Service {
    /// Whether the service can be deleted: it has no running task and shall have none, or `force`
    /// is set. A `DAEMON` service, whose desired count is not the user's, needs no `force`.
    ///
    /// ```
    /// use ecs_model::Service;
    ///
    /// let busy: Service = serde_json::from_str(r#"{"desiredCount": 0, "runningCount": 1}"#)?;
    /// assert_eq!(
    ///     busy.check_deletion(false).unwrap_err().to_string(),
    ///     "InvalidParameterException: the service has running tasks: wait until they have \
    ///      stopped, or use force"
    /// );
    /// assert_eq!(busy.check_deletion(true), Ok(()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `InvalidParameterException`.
    ///
    /// Source: API operation `DeleteService`.
    pub fn check_deletion(&self, force: bool) -> Result<(), Exception> {
        let message = if force || self.scheduling_strategy == Some(SchedulingStrategy::Daemon) {
            return Ok(());
        } else if self.desired_count.unwrap_or(0) > 0 {
            "the service maintains tasks: set its desired count to 0 first, or use force"
        } else if self.running_count.unwrap_or(0) > 0 {
            "the service has running tasks: wait until they have stopped, or use force"
        } else {
            return Ok(());
        };
        Err(Exception::new(ExceptionName::InvalidParameter, message))
    }
}

impl CreateServiceRequest {
    /// Whether the name is free among the services of its cluster: none that is `ACTIVE` or
    /// `DRAINING` has it, in the same letters and case.
    ///
    /// ```
    /// use ecs_model::operation::CreateServiceRequest;
    /// use ecs_model::Service;
    ///
    /// let web: Service =
    ///     serde_json::from_str(r#"{"serviceName": "web", "status": "DRAINING"}"#)?;
    /// let request: CreateServiceRequest = serde_json::from_str(r#"{"serviceName": "web"}"#)?;
    /// assert_eq!(
    ///     request.check_name_is_free([&web]).unwrap_err().to_string(),
    ///     "InvalidParameterException: the service `web` exists and is DRAINING"
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `InvalidParameterException`.
    ///
    /// Source: API operation `DeleteService` (its last note) and member `serviceName`.
    pub fn check_name_is_free<'a>(
        &self,
        services: impl IntoIterator<Item = &'a Service>,
    ) -> Result<(), Exception> {
        let Some(name) = self.service_name() else {
            return Ok(());
        };
        let mut namesakes = services
            .into_iter()
            .filter(|service| service.service_name() == Some(name))
            .filter_map(|service| service.status());
        match namesakes.find(|status| matches!(*status, "ACTIVE" | "DRAINING")) {
            Some(status) => {
                let message = format!("the service `{name}` exists and is {status}");
                Err(Exception::new(ExceptionName::InvalidParameter, message))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_way_of_a_cluster() {
        let mut cluster = Cluster::default()
            .with_active_services_count(1)
            .with_registered_container_instances_count(1)
            .with_running_tasks_count(0)
            .with_pending_tasks_count(1);
        let problem = |cluster: &Cluster| cluster.check_deletion().unwrap_err().to_string();
        assert_eq!(
            problem(&cluster),
            "ClusterContainsServicesException: The Cluster cannot be deleted while Services are \
             active."
        );
        cluster.active_services_count = None;
        assert_eq!(
            problem(&cluster),
            "ClusterContainsContainerInstancesException: The Cluster cannot be deleted while \
             Container Instances are active or draining."
        );
        cluster.registered_container_instances_count = Some(0);
        assert_eq!(
            problem(&cluster),
            "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active."
        );
        cluster.pending_tasks_count = Some(0);
        assert_eq!(cluster.check_deletion(), Ok(()));
        assert_eq!(Cluster::default().check_deletion(), Ok(()));
    }

    #[test]
    fn what_is_in_the_way_of_a_service() {
        let service = |desired, running| {
            Service::default()
                .with_desired_count(desired)
                .with_running_count(running)
        };
        let error = service(1, 0).check_deletion(false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "InvalidParameterException: the service maintains tasks: set its desired count to 0 \
             first, or use force"
        );
        assert_eq!(service(0, 0).check_deletion(false), Ok(()));
        assert_eq!(service(1, 1).check_deletion(true), Ok(()));
        let daemon = service(1, 1).with_scheduling_strategy(SchedulingStrategy::Daemon);
        assert_eq!(daemon.check_deletion(false), Ok(()));
    }

    #[test]
    fn names_that_are_free() {
        let service = |name: &str, status: &str| {
            Service::default()
                .with_service_name(name)
                .with_status(status)
        };
        let services = [service("web", "INACTIVE"), service("Api", "ACTIVE")];
        let free = |name: &str| {
            let request = CreateServiceRequest::default().with_service_name(name);
            request.check_name_is_free(&services).is_ok()
        };
        assert!(free("web"));
        assert!(free("api"));
        assert!(!free("Api"));
        let unnamed = CreateServiceRequest::default();
        assert_eq!(unnamed.check_name_is_free(&services), Ok(()));
    }
}
