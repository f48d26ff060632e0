//! Operations on services besides creating and changing them.

use ecs_taskdef::{open_enum, shape};

use crate::service::ResourceManagementType;
use crate::{Failure, LaunchType, SchedulingStrategy, Service};

shape! {
    /// Asks ECS to delete a service without tasks, or with them by `force`.
    ///
    /// Source: API shape `DeleteServiceRequest`.
    pub struct DeleteServiceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// Whether it is deleted although it has tasks.
        force: bool = "force",
    }
}

shape! {
    /// The service that was deleted.
    ///
    /// Source: API shape `DeleteServiceResponse`.
    pub struct DeleteServiceResponse {
        /// The service, still draining if it had tasks.
        service: Service = "service",
    }
}

shape! {
    /// Asks for services of a cluster.
    ///
    /// Source: API shape `DescribeServicesRequest`.
    pub struct DescribeServicesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The services, by name or ARN; at most 10.
        services: Vec<String> = "services" => required().documented(1, 10),
        /// What else is given.
        include: Vec<ServiceField> = "include",
    }
}

shape! {
    /// The services asked for.
    ///
    /// Source: API shape `DescribeServicesResponse`.
    pub struct DescribeServicesResponse {
        /// The services that exist.
        services: Vec<Service> = "services",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks for a page of the services of a cluster.
    ///
    /// Source: API shape `ListServicesRequest`.
    pub struct ListServicesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 10 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
        /// Only those of this launch type.
        launch_type: LaunchType = "launchType",
        /// Only those of this scheduling strategy.
        scheduling_strategy: SchedulingStrategy = "schedulingStrategy",
        /// Only those whose compute resources this one manages.
        resource_management_type: ResourceManagementType = "resourceManagementType",
    }
}

shape! {
    /// A page of services.
    ///
    /// Source: API shape `ListServicesResponse`.
    pub struct ListServicesResponse {
        /// Their ARNs.
        service_arns: Vec<String> = "serviceArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// Asks for a page of the services of a Service Connect namespace, in every cluster.
    ///
    /// Source: API shape `ListServicesByNamespaceRequest`.
    pub struct ListServicesByNamespaceRequest {
        /// The namespace, by name or ARN.
        namespace: String = "namespace" => required(),
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 10 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
    }
}

shape! {
    /// A page of services of a namespace.
    ///
    /// Source: API shape `ListServicesByNamespaceResponse`.
    pub struct ListServicesByNamespaceResponse {
        /// Their ARNs.
        service_arns: Vec<String> = "serviceArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

open_enum! {
    /// What else is given of a service.
    ///
    /// Source: API shape `ServiceField`.
    pub enum ServiceField {
        /// The tags.
        Tags = "TAGS",
    }
}
