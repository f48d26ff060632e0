//! Operations on clusters.

use ecs_taskdef::{Tag, open_enum, shape};

use crate::cluster::{ClusterConfiguration, ClusterSetting};
use crate::{CapacityProviderStrategyItem, Cluster, Failure};

shape! {
    /// Asks ECS to create a cluster.
    ///
    /// Source: API shape `CreateClusterRequest`.
    pub struct CreateClusterRequest {
        /// The name: up to 255 letters, digits, hyphens and underscores; `default` if absent.
        cluster_name: String = "clusterName",
        /// The tags; at most 50.
        tags: Vec<Tag> = "tags" => bounds(0, 50),
        /// The settings.
        settings: Vec<ClusterSetting> = "settings",
        /// How commands are executed in containers and storage is encrypted.
        configuration: ClusterConfiguration = "configuration",
        /// The names of the capacity providers.
        capacity_providers: Vec<String> = "capacityProviders",
        /// What applies where neither launch type nor strategy is given.
        default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "defaultCapacityProviderStrategy",
        /// What applies to services that use Service Connect without a namespace.
        service_connect_defaults: ClusterServiceConnectDefaultsRequest = "serviceConnectDefaults",
    }
}

shape! {
    /// The cluster that was created.
    ///
    /// Source: API shape `CreateClusterResponse`.
    pub struct CreateClusterResponse {
        /// The cluster.
        cluster: Cluster = "cluster",
    }
}

shape! {
    /// Asks ECS to delete a cluster without container instances, services and tasks.
    ///
    /// Source: API shape `DeleteClusterRequest`.
    pub struct DeleteClusterRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
    }
}

shape! {
    /// The cluster that was deleted.
    ///
    /// Source: API shape `DeleteClusterResponse`.
    pub struct DeleteClusterResponse {
        /// The cluster.
        cluster: Cluster = "cluster",
    }
}

shape! {
    /// Asks for clusters.
    ///
    /// Source: API shape `DescribeClustersRequest`.
    pub struct DescribeClustersRequest {
        /// The clusters, by name or ARN, at most 100; `default` if absent.
        clusters: Vec<String> = "clusters" => documented_at_most(100),
        /// What else is given.
        include: Vec<ClusterField> = "include",
    }
}

shape! {
    /// The clusters asked for.
    ///
    /// Source: API shape `DescribeClustersResponse`.
    pub struct DescribeClustersResponse {
        /// The clusters that exist.
        clusters: Vec<Cluster> = "clusters",
        /// Those that do not.
        failures: Vec<Failure> = "failures",
    }
}

shape! {
    /// Asks for a page of the clusters of the account.
    ///
    /// Source: API shape `ListClustersRequest`.
    pub struct ListClustersRequest {
        /// What the page before gave to ask for this one.
        next_token: String = "nextToken",
        /// How many on a page, from 1 to 100; 100 if absent.
        max_results: i32 = "maxResults" => documented(1, 100),
    }
}

shape! {
    /// A page of clusters.
    ///
    /// Source: API shape `ListClustersResponse`.
    pub struct ListClustersResponse {
        /// Their ARNs.
        cluster_arns: Vec<String> = "clusterArns",
        /// What to ask the next page with; absent on the last one.
        next_token: String = "nextToken",
    }
}

shape! {
    /// Asks ECS to change a cluster.
    ///
    /// Source: API shape `UpdateClusterRequest`.
    pub struct UpdateClusterRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The settings.
        settings: Vec<ClusterSetting> = "settings",
        /// How commands are executed in containers and storage is encrypted.
        configuration: ClusterConfiguration = "configuration",
        /// What applies to services that use Service Connect without a namespace.
        service_connect_defaults: ClusterServiceConnectDefaultsRequest = "serviceConnectDefaults",
    }
}

shape! {
    /// The cluster that was changed.
    ///
    /// Source: API shape `UpdateClusterResponse`.
    pub struct UpdateClusterResponse {
        /// The cluster.
        cluster: Cluster = "cluster",
    }
}

shape! {
    /// Asks ECS to change the settings of a cluster.
    ///
    /// Source: API shape `UpdateClusterSettingsRequest`.
    pub struct UpdateClusterSettingsRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The settings.
        settings: Vec<ClusterSetting> = "settings" => required(),
    }
}

shape! {
    /// The cluster whose settings were changed.
    ///
    /// Source: API shape `UpdateClusterSettingsResponse`.
    pub struct UpdateClusterSettingsResponse {
        /// The cluster.
        cluster: Cluster = "cluster",
    }
}

shape! {
    /// Says which capacity providers a cluster has, in place of those it had.
    ///
    /// Source: API shape `PutClusterCapacityProvidersRequest`.
    pub struct PutClusterCapacityProvidersRequest {
        /// The cluster, by name or ARN.
        cluster: String = "cluster" => required(),
        /// The names of the capacity providers.
        capacity_providers: Vec<String> = "capacityProviders" => required(),
        /// What applies where neither launch type nor strategy is given.
        default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem> = "defaultCapacityProviderStrategy" => required(),
    }
}

shape! {
    /// The cluster with its capacity providers.
    ///
    /// Source: API shape `PutClusterCapacityProvidersResponse`.
    pub struct PutClusterCapacityProvidersResponse {
        /// The cluster.
        cluster: Cluster = "cluster",
    }
}

shape! {
    /// What shall apply to services that use Service Connect without a namespace.
    ///
    /// Source: API shape `ClusterServiceConnectDefaultsRequest`.
    pub struct ClusterServiceConnectDefaultsRequest {
        /// The namespace, by name or ARN; the empty text takes it away.
        namespace: String = "namespace" => required(),
    }
}

open_enum! {
    /// What else is given of a cluster.
    ///
    /// Source: API shape `ClusterField`.
    pub enum ClusterField {
        /// What managed scaling has created.
        Attachments = "ATTACHMENTS",
        /// How commands are executed in containers.
        Configurations = "CONFIGURATIONS",
        /// The settings.
        Settings = "SETTINGS",
        /// The counts by launch type.
        Statistics = "STATISTICS",
        /// The tags.
        Tags = "TAGS",
    }
}
