use super::KeyValuePair;
use crate::rules::shape_rules;
use crate::{open_enum, shape};

shape! {
    /// The proxy that the traffic of the task goes through.
    ///
    /// Source: API shape `ProxyConfiguration`.
    pub struct ProxyConfiguration {
        /// The kind of proxy; `APPMESH` when absent.
        r#type: ProxyConfigurationType = "type" => default_text("APPMESH"),
        /// The container that is the proxy.
        container_name: String = "containerName" => required(),
        /// `IgnoredUID` or `IgnoredGID`, `AppPorts`, `ProxyIngressPort`,
        /// `ProxyEgressPort`, `EgressIgnoredPorts`, `EgressIgnoredIPs`.
        properties: Vec<KeyValuePair> = "properties" => keyed(&["name"]),
    }
}

impl ProxyConfiguration {
    /// The value of the property called `name`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        let properties = self.properties();
        let named = properties
            .iter()
            .find(|property| property.name() == Some(name));
        named?.value()
    }
}

open_enum! {
    /// The kind of a [`ProxyConfiguration`].
    pub enum ProxyConfigurationType => guarded_by(&shape_rules::PROXY) {
        /// AWS App Mesh.
        Appmesh = "APPMESH",
    }
}
