//! How something outside of a container is attached to a task, an instance or a cluster.

use ecs_taskdef::{KeyValuePair, shape};

shape! {
    /// Something attached to a task, a container instance or a cluster, such as a network
    /// interface.
    ///
    /// Source: API shape `Attachment`.
    pub struct Attachment {
        /// The id of the attachment.
        id: String = "id",
        /// What is attached, such as `ElasticNetworkInterface`.
        r#type: String = "type",
        /// `PRECREATED`, `CREATED`, `ATTACHING`, `ATTACHED`, `DETACHING`, `DETACHED`, `DELETED` or
        /// `FAILED`.
        status: String = "status",
        /// What is known of it, by name: for a network interface its id, MAC address, subnet and
        /// addresses.
        details: Vec<KeyValuePair> = "details",
    }
}
