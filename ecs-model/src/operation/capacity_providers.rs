//! Operations on capacity providers.

use ecs_taskdef::{Tag, open_enum, shape};

use crate::capacity_provider::{
    AutoScalingGroupProvider, AutoScalingGroupProviderUpdate,
    CreateManagedInstancesProviderConfiguration, UpdateManagedInstancesProviderConfiguration,
};
use crate::{CapacityProvider, Failure};

shape! {
    /// Asks ECS to create a capacity provider.
    ///
    /// Source: API shape `CreateCapacityProviderRequest`.
    pub struct CreateCapacityProviderRequest {
        /// The name: up to 255 letters, digits, hyphens and underscores, not beginning with
        /// `aws`, `ecs` or `fargate`.
        name: String = "name" => required(),
        /// The cluster it shall belong to, for instances that ECS manages.
        cluster: String = "cluster",
        /// The Auto Scaling group; not with `managedInstancesProvider`.
        auto_scaling_group_provider: AutoScalingGroupProvider = "autoScalingGroupProvider",
        /// How ECS gets instances; not with `autoScalingGroupProvider`.
        managed_instances_provider: CreateManagedInstancesProviderConfiguration = "managedInstancesProvider",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
    }
}

shape! {
    /// The capacity provider that was created.
    ///
    /// Source: API shape `CreateCapacityProviderResponse`.
    pub struct CreateCapacityProviderResponse {
        /// The capacity provider.
        capacity_provider: CapacityProvider = "capacityProvider",
    }
}

shape! {
    /// Asks ECS to delete a capacity provider.
    ///
    /// Source: API shape `DeleteCapacityProviderRequest`.
    pub struct DeleteCapacityProviderRequest {
        /// The capacity provider, by name or ARN.
        capacity_provider: String = "capacityProvider" => required(),
        /// The cluster it belongs to, for instances that ECS manages.
        cluster: String = "cluster",
    }
}

shape! {
    /// The capacity provider that was deleted.
    ///
    /// Source: API shape `DeleteCapacityProviderResponse`.
    pub struct DeleteCapacityProviderResponse {
        /// The capacity provider.
        capacity_provider: CapacityProvider = "capacityProvider",
    }
}

shape! {
    /// Asks for a page of capacity providers.
    ///
    /// Source: API shape `DescribeCapacityProvidersRequest`.
    pub struct DescribeCapacityProvidersRequest {
        /// The capacity providers, by name or ARN, at most 100; all if absent.
        capacity_providers: Vec<String> = "capacityProviders" => documented_at_most(100),
        /// Only those of this cluster.
        cluster: String = "cluster",
        /// What else is given.
        include: Vec<CapacityProviderField> = "include",
        /// How many on a page, from 1 to 10; 10 if absent.
        max_results: i32 = "maxResults" => documented(1, 10),
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// The capacity providers asked for.
    ///
    /// Source: API shape `DescribeCapacityProvidersResponse`.
    pub struct DescribeCapacityProvidersResponse {
        /// The capacity providers that exist.
        capacity_providers: Vec<CapacityProvider> = "capacityProviders",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// Asks ECS to change a capacity provider.
    ///
    /// Source: API shape `UpdateCapacityProviderRequest`.
    pub struct UpdateCapacityProviderRequest {
        /// The capacity provider, by name or ARN.
        name: String = "name" => required(),
        /// The cluster it belongs to, for instances that ECS manages.
        cluster: String = "cluster",
        /// What changes in the Auto Scaling group.
        auto_scaling_group_provider: AutoScalingGroupProviderUpdate = "autoScalingGroupProvider",
        /// What changes in how ECS gets instances.
        managed_instances_provider: UpdateManagedInstancesProviderConfiguration = "managedInstancesProvider",
    }
}

shape! {
    /// The capacity provider that was changed.
    ///
    /// Source: API shape `UpdateCapacityProviderResponse`.
    pub struct UpdateCapacityProviderResponse {
        /// The capacity provider.
        capacity_provider: CapacityProvider = "capacityProvider",
    }
}

open_enum! {
    /// What else is given of a capacity provider.
    ///
    /// Source: API shape `CapacityProviderField`.
    pub enum CapacityProviderField {
        /// The tags.
        Tags = "TAGS",
    }
}
