//! Operations on service deployments and service revisions.

use ecs_taskdef::shape;

use crate::deployment::{
    CreatedAt, DeploymentLifecycleHookAction, ServiceDeploymentBrief, ServiceDeploymentStatus,
    StopServiceDeploymentStopType,
};
use crate::{Failure, ServiceDeployment, ServiceRevision};

shape! {
    /// Asks for service deployments.
    ///
    /// Source: API shape `DescribeServiceDeploymentsRequest`.
    pub struct DescribeServiceDeploymentsRequest {
        /// Their ARNs; at most 20.
        service_deployment_arns: Vec<String> = "serviceDeploymentArns" => required().documented(1, 20),
    }
}

shape! {
    /// The service deployments asked for.
    ///
    /// Source: API shape `DescribeServiceDeploymentsResponse`.
    pub struct DescribeServiceDeploymentsResponse {
        /// The service deployments that exist.
        service_deployments: Vec<ServiceDeployment> = "serviceDeployments",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks for a page of the service deployments of a service.
    ///
    /// Source: API shape `ListServiceDeploymentsRequest`.
    pub struct ListServiceDeploymentsRequest {
        /// The service, by name or ARN.
        service: String = "service" => required(),
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// Only those of these statuses; all if absent.
        status: Vec<ServiceDeploymentStatus> = "status",
        /// Only those created then.
        created_at: CreatedAt = "createdAt",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 20 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
    }
}

shape! {
    /// A page of service deployments.
    ///
    /// Source: API shape `ListServiceDeploymentsResponse`.
    pub struct ListServiceDeploymentsResponse {
        /// The service deployments.
        service_deployments: Vec<ServiceDeploymentBrief> = "serviceDeployments",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// Says how a service deployment goes on that waits at a hook.
    ///
    /// Source: API shape `ContinueServiceDeploymentRequest`.
    pub struct ContinueServiceDeploymentRequest {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn" => required(),
        /// The id of the hook.
        hook_id: String = "hookId" => required(),
        /// How it goes on; `CONTINUE` if absent.
        action: DeploymentLifecycleHookAction = "action",
    }
}

shape! {
    /// The service deployment that goes on.
    ///
    /// Source: API shape `ContinueServiceDeploymentResponse`.
    pub struct ContinueServiceDeploymentResponse {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn",
    }
}

shape! {
    /// Asks ECS to stop a service deployment.
    ///
    /// Source: API shape `StopServiceDeploymentRequest`.
    pub struct StopServiceDeploymentRequest {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn" => required(),
        /// How it stops; `ROLLBACK` if absent.
        stop_type: StopServiceDeploymentStopType = "stopType",
    }
}

shape! {
    /// The service deployment that stops.
    ///
    /// Source: API shape `StopServiceDeploymentResponse`.
    pub struct StopServiceDeploymentResponse {
        /// The ARN of the service deployment.
        service_deployment_arn: String = "serviceDeploymentArn",
    }
}

shape! {
    /// Asks for service revisions.
    ///
    /// Source: API shape `DescribeServiceRevisionsRequest`.
    pub struct DescribeServiceRevisionsRequest {
        /// Their ARNs; at most 20.
        service_revision_arns: Vec<String> = "serviceRevisionArns" => required().documented(1, 20),
    }
}

shape! {
    /// The service revisions asked for.
    ///
    /// Source: API shape `DescribeServiceRevisionsResponse`.
    pub struct DescribeServiceRevisionsResponse {
        /// The service revisions that exist.
        service_revisions: Vec<ServiceRevision> = "serviceRevisions",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}
