//! Operations on container instances.

use ecs_taskdef::{Attribute, Tag, open_enum, shape};

use crate::container_instance::{PlatformDevice, VersionInfo};
use crate::{ContainerInstance, Failure, Resource};

shape! {
    /// What the agent registers its instance with.
    ///
    /// Source: API shape `RegisterContainerInstanceRequest`.
    pub struct RegisterContainerInstanceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The document with which EC2 says which instance it is.
        instance_identity_document: String = "instanceIdentityDocument",
        /// The signature of the document.
        instance_identity_document_signature: String = "instanceIdentityDocumentSignature",
        /// What the instance has for tasks.
        total_resources: Vec<Resource> = "totalResources",
        /// The versions of agent and Docker.
        version_info: VersionInfo = "versionInfo",
        /// The ARN from an earlier registration.
        container_instance_arn: String = "containerInstanceArn",
        /// The attributes.
        attributes: Vec<Attribute> = "attributes",
        /// The devices of the instance.
        platform_devices: Vec<PlatformDevice> = "platformDevices",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

shape! {
    /// The container instance that was registered.
    ///
    /// Source: API shape `RegisterContainerInstanceResponse`.
    pub struct RegisterContainerInstanceResponse {
        /// The container instance.
        container_instance: ContainerInstance = "containerInstance",
    }
}

shape! {
    /// Asks ECS to take a container instance out of its cluster. The instance goes on running.
    ///
    /// Source: API shape `DeregisterContainerInstanceRequest`.
    pub struct DeregisterContainerInstanceRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instance, by id or ARN.
        container_instance: String = "containerInstance" => required(),
        /// Whether it is taken out although tasks run on it.
        force: bool = "force",
    }
}

shape! {
    /// The container instance that was taken out.
    ///
    /// Source: API shape `DeregisterContainerInstanceResponse`.
    pub struct DeregisterContainerInstanceResponse {
        /// The container instance.
        container_instance: ContainerInstance = "containerInstance",
    }
}

shape! {
    /// Asks for container instances of a cluster.
    ///
    /// Source: API shape `DescribeContainerInstancesRequest`.
    pub struct DescribeContainerInstancesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instances, by id or ARN; at most 100.
        container_instances: Vec<String> = "containerInstances" => required().documented(1, 100),
        /// What else is given.
        include: Vec<ContainerInstanceField> = "include",
    }
}

shape! {
    /// The container instances asked for.
    ///
    /// Source: API shape `DescribeContainerInstancesResponse`.
    pub struct DescribeContainerInstancesResponse {
        /// The container instances that exist.
        container_instances: Vec<ContainerInstance> = "containerInstances",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks for a page of the container instances of a cluster.
    ///
    /// Source: API shape `ListContainerInstancesRequest`.
    pub struct ListContainerInstancesRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// Only those that match this expression of the cluster query language.
        filter: String = "filter",
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
        /// Only those of this status; all but `INACTIVE` if absent.
        status: ContainerInstanceStatus = "status",
    }
}

shape! {
    /// A page of the container instances of a cluster.
    ///
    /// Source: API shape `ListContainerInstancesResponse`.
    pub struct ListContainerInstancesResponse {
        /// Their ARNs.
        container_instance_arns: Vec<String> = "containerInstanceArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// Asks ECS to drain container instances, or to use them again.
    ///
    /// Source: API shape `UpdateContainerInstancesStateRequest`.
    pub struct UpdateContainerInstancesStateRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instances, by id or ARN; 1 to 10.
        container_instances: Vec<String> = "containerInstances" => required().documented(1, 10),
        /// `DRAINING` or `ACTIVE`.
        status: ContainerInstanceStatus = "status" => required(),
    }
}

shape! {
    /// The container instances whose status was changed.
    ///
    /// Source: API shape `UpdateContainerInstancesStateResponse`.
    pub struct UpdateContainerInstancesStateResponse {
        /// The container instances.
        container_instances: Vec<ContainerInstance> = "containerInstances",
        /// Those that could not be dealt with, and why.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks ECS to update the agent of a container instance. Not for external instances.
    ///
    /// Source: API shape `UpdateContainerAgentRequest`.
    pub struct UpdateContainerAgentRequest {
        /// The cluster, by name or ARN; `default` if absent.
        cluster: String = "cluster",
        /// The container instance, by id or ARN.
        container_instance: String = "containerInstance" => required(),
    }
}

shape! {
    /// The container instance whose agent is being updated.
    ///
    /// Source: API shape `UpdateContainerAgentResponse`.
    pub struct UpdateContainerAgentResponse {
        /// The container instance.
        container_instance: ContainerInstance = "containerInstance",
    }
}

open_enum! {
    /// What else is given of a container instance.
    ///
    /// Source: API shape `ContainerInstanceField`.
    pub enum ContainerInstanceField {
        /// The tags.
        Tags = "TAGS",
        /// The health.
        ContainerInstanceHealth = "CONTAINER_INSTANCE_HEALTH",
    }
}

open_enum! {
    /// Whether a container instance takes tasks.
    ///
    /// Source: API shape `ContainerInstanceStatus`.
    pub enum ContainerInstanceStatus {
        /// It does.
        Active = "ACTIVE",
        /// It takes no more, and service tasks leave it.
        Draining = "DRAINING",
        /// Not yet.
        Registering = "REGISTERING",
        /// It is being taken out.
        Deregistering = "DEREGISTERING",
        /// It could not be registered.
        RegistrationFailed = "REGISTRATION_FAILED",
    }
}
