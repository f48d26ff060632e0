//! Networks: what tasks in network mode `awsvpc` are given, and how containers are reached.
//!
//! Source: API shapes `NetworkConfiguration`, `NetworkBinding` and `NetworkInterface`.

mod configuration;

use ecs_taskdef::shape;

pub use ecs_taskdef::TransportProtocol;

pub use configuration::{AssignPublicIp, AwsVpcConfiguration, NetworkConfiguration};

shape! {
    /// A port of a container and the port of the host that leads to it.
    ///
    /// ```
    /// use ecs_model::NetworkBinding;
    ///
    /// let binding: NetworkBinding = serde_json::from_str(
    ///     r#"{"bindIP":"0.0.0.0","containerPort":80,"hostPort":49153,"protocol":"tcp"}"#,
    /// )?;
    /// assert_eq!(binding.host_port, Some(49153));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `NetworkBinding`.
    pub struct NetworkBinding {
        /// The address of the host that the port is bound to.
        bind_ip: String = "bindIP",
        /// The port inside of the container.
        container_port: i32 = "containerPort",
        /// The port of the host.
        host_port: i32 = "hostPort",
        /// The protocol.
        protocol: TransportProtocol = "protocol",
        /// A range of ports inside of the container, such as `100-199`.
        container_port_range: String = "containerPortRange",
        /// The range of ports of the host that leads to `containerPortRange`.
        host_port_range: String = "hostPortRange",
    }
}

shape! {
    /// An elastic network interface of a task in network mode `awsvpc`.
    ///
    /// Source: API shape `NetworkInterface`.
    pub struct NetworkInterface {
        /// The id of the attachment.
        attachment_id: String = "attachmentId",
        /// The private IPv4 address.
        private_ipv4_address: String = "privateIpv4Address",
        /// The IPv6 address.
        ipv6_address: String = "ipv6Address",
    }
}
