use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// A port of a container and how it is reached from outside.
    ///
    /// ```
    /// use ecs_taskdef::{PortMapping, TransportProtocol};
    ///
    /// let web: PortMapping = serde_json::from_str(r#"{"containerPort":80,"hostPort":8080}"#)?;
    /// assert_eq!(web.transport(), TransportProtocol::Tcp);
    /// assert!(!web.is_dynamic());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `PortMapping`.
    pub struct PortMapping {
        /// The port inside of the container, 1 to 65535.
        container_port: i32 = "containerPort",
        /// The port of the instance, 1 to 65535. Absent or 0: chosen from the
        /// ephemeral range in the network mode `bridge`; the same as the
        /// container port in `awsvpc` and `host`.
        host_port: i32 = "hostPort",
        /// The transport protocol; TCP when absent.
        protocol: TransportProtocol = "protocol",
        /// The name a service refers to: up to 64 lower case letters, digits,
        /// `_` and `-`, not beginning with `-`.
        name: String = "name",
        /// What is spoken on the port, for Service Connect.
        app_protocol: ApplicationProtocol = "appProtocol",
        /// A range `first-last` in place of a single container port.
        container_port_range: String = "containerPortRange",
    }
}

impl PortMapping {
    /// The transport protocol, with AWS's default filled in.
    #[must_use]
    pub fn transport(&self) -> TransportProtocol {
        self.protocol.clone().unwrap_or(TransportProtocol::Tcp)
    }

    /// Whether the port of the instance is left open: absent or 0.
    #[must_use]
    pub fn is_dynamic(&self) -> bool {
        self.host_port.is_none_or(|port| port == 0)
    }

    /// First and last port of the range, where there is a well-formed one.
    ///
    /// ```
    /// use ecs_taskdef::PortMapping;
    ///
    /// let range = |text| PortMapping::default().with_container_port_range(text).range();
    /// assert_eq!(range("8000-8010"), Some((8000, 8010)));
    /// assert_eq!(range("8010-8000"), None);
    /// assert_eq!(range("0-70000"), None);
    /// ```
    #[must_use]
    pub fn range(&self) -> Option<(u16, u16)> {
        let (first, last) = self.container_port_range()?.split_once('-')?;
        let (first, last) = (port_number(first)?, port_number(last)?);
        (first < last).then_some((first, last))
    }
}

fn port_number(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let port: u16 = text.parse().ok().filter(|_| digits)?;
    (port > 0).then_some(port)
}

open_enum! {
    /// A transport protocol, in lower case on the wire.
    pub enum TransportProtocol => guarded_by(&shape_rules::PROTOCOL) {
        /// TCP, the default.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
    }
}

open_enum! {
    /// What is spoken on a port, for Service Connect.
    pub enum ApplicationProtocol => guarded_by(&shape_rules::APP_PROTOCOL) {
        /// HTTP/1.
        Http = "http",
        /// HTTP/2.
        Http2 = "http2",
        /// gRPC.
        Grpc = "grpc",
    }
}
