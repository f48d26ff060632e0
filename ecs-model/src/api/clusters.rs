//! Operations on clusters: what they answer.

use ecs_taskdef::shape;

use crate::{Cluster, Failure};

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
