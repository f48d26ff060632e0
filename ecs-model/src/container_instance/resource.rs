//! [`Resource`]: CPU, memory, ports and devices of a container instance, and typed reading of them.

use std::collections::BTreeSet;

use ecs_taskdef::{Double, shape};

use crate::ContainerInstance;

shape! {
    /// An amount of something that a container instance has, or a set of its ports.
    ///
    /// Which of the values counts is said by `type`; the API writes zeros for the others.
    ///
    /// ```
    /// use ecs_model::Resource;
    ///
    /// let cpu: Resource = serde_json::from_str(
    ///     r#"{"integerValue":2048,"longValue":0,"type":"INTEGER","name":"CPU","doubleValue":0.0}"#,
    /// )?;
    /// assert_eq!(cpu.amount(), Some(2_048));
    /// assert_eq!(cpu, Resource::integer(Resource::CPU, 2_048));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shape `Resource`.
    pub struct Resource {
        /// The name: `CPU`, `MEMORY`, `PORTS`, `PORTS_UDP`, `GPU` or another one.
        name: String = "name",
        /// The type: `INTEGER`, `DOUBLE`, `LONG` or `STRINGSET`.
        r#type: String = "type",
        /// The value of type `DOUBLE`.
        double_value: Double = "doubleValue",
        /// The value of type `LONG`.
        long_value: i64 = "longValue",
        /// The value of type `INTEGER`.
        integer_value: i32 = "integerValue",
        /// The value of type `STRINGSET`, in no order.
        string_set_value: Vec<String> = "stringSetValue",
    }
}

impl Resource {
    /// CPU units, 1,024 for each vCPU.
    pub const CPU: &'static str = "CPU";
    /// Memory in MiB.
    pub const MEMORY: &'static str = "MEMORY";
    /// TCP ports that are taken.
    pub const PORTS: &'static str = "PORTS";
    /// UDP ports that are taken.
    pub const PORTS_UDP: &'static str = "PORTS_UDP";
    /// GPUs, by id.
    pub const GPU: &'static str = "GPU";

    /// A resource of type `INTEGER`, with the zeros that the API writes.
    #[must_use]
    pub fn integer(name: impl Into<String>, value: i32) -> Self {
        Self {
            integer_value: Some(value),
            ..Self::zeros(name, "INTEGER")
        }
    }

    /// A resource of type `STRINGSET`, with the zeros that the API writes.
    #[must_use]
    pub fn string_set<T: ToString>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.to_string());
        Self {
            string_set_value: Some(values.collect()),
            ..Self::zeros(name, "STRINGSET")
        }
    }

    /// The value as a whole number, if the type is one; a fraction is cut.
    #[must_use]
    pub fn amount(&self) -> Option<i64> {
        match self.r#type()? {
            "INTEGER" => self.integer_value.map(i64::from),
            "LONG" => self.long_value,
            #[expect(
                clippy::cast_possible_truncation,
                reason = "an amount beyond 64 bits is held at the bound"
            )]
            "DOUBLE" => self.double_value().map(|value| value as i64),
            _ => None,
        }
    }

    /// The values, if the type is a set.
    #[must_use]
    pub fn strings(&self) -> Option<&[String]> {
        match self.r#type()? {
            "STRINGSET" => self.string_set_value.as_deref(),
            _ => None,
        }
    }

    fn zeros(name: impl Into<String>, kind: &str) -> Self {
        Self::default()
            .with_name(name)
            .with_type(kind)
            .with_double_value(0.0)
            .with_long_value(0)
            .with_integer_value(0)
    }
}

/// Resources of a container instance, by name.
///
/// What the API lists twice under one name, or what does not fit the type, counts as absent here;
/// the list itself keeps it.
///
/// ```
/// use ecs_model::{Resource, Resources};
///
/// let list = [
///     Resource::integer(Resource::CPU, 2_048),
///     Resource::integer(Resource::MEMORY, 3_955),
///     Resource::string_set(Resource::PORTS, [22, 2375, 2376, 51678]),
/// ];
/// let resources = Resources::new(&list);
/// assert_eq!(resources.cpu(), Some(2_048));
/// assert_eq!(resources.memory(), Some(3_955));
/// assert!(resources.ports().contains(&51_678));
/// assert!(resources.ports_udp().is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Resources<'a> {
    list: &'a [Resource],
}

impl<'a> Resources<'a> {
    /// Reads a list of resources by name.
    #[must_use]
    pub const fn new(list: &'a [Resource]) -> Self {
        Self { list }
    }

    /// CPU units, 1,024 for each vCPU.
    #[must_use]
    pub fn cpu(self) -> Option<i64> {
        self.named(Resource::CPU)?.amount()
    }

    /// Memory in MiB.
    #[must_use]
    pub fn memory(self) -> Option<i64> {
        self.named(Resource::MEMORY)?.amount()
    }

    /// TCP ports that are taken.
    #[must_use]
    pub fn ports(self) -> BTreeSet<u16> {
        self.port_set(Resource::PORTS)
    }

    /// UDP ports that are taken.
    #[must_use]
    pub fn ports_udp(self) -> BTreeSet<u16> {
        self.port_set(Resource::PORTS_UDP)
    }

    /// The ids of GPUs.
    #[must_use]
    pub fn gpus(self) -> &'a [String] {
        self.named(Resource::GPU)
            .and_then(Resource::strings)
            .unwrap_or_default()
    }

    /// The resource of this name, if there is exactly one.
    #[must_use]
    pub fn named(self, name: &str) -> Option<&'a Resource> {
        let mut found = self
            .list
            .iter()
            .filter(|resource| resource.name() == Some(name));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn port_set(self, name: &str) -> BTreeSet<u16> {
        let strings = self.named(name).and_then(Resource::strings);
        strings
            .unwrap_or_default()
            .iter()
            .filter_map(|port| port.parse().ok())
            .collect()
    }
}

impl ContainerInstance {
    /// What the agent has registered, by name.
    #[must_use]
    pub fn registered(&self) -> Resources<'_> {
        Resources::new(self.registered_resources())
    }

    /// What tasks have not taken, by name. The ports are those that are taken.
    #[must_use]
    pub fn remaining(&self) -> Resources<'_> {
        Resources::new(self.remaining_resources())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_says_which_value_counts() {
        let resource = |kind: &str| {
            Resource::default()
                .with_type(kind)
                .with_integer_value(1)
                .with_long_value(2)
                .with_double_value(3.9)
                .with_string_set_value(["4"])
        };
        assert_eq!(resource("INTEGER").amount(), Some(1));
        assert_eq!(resource("LONG").amount(), Some(2));
        assert_eq!(resource("DOUBLE").amount(), Some(3));
        assert_eq!(resource("STRINGSET").amount(), None);
        assert_eq!(resource("STRINGSET").strings(), Some(&["4".to_owned()][..]));
        assert_eq!(resource("INTEGER").strings(), None);
    }

    #[test]
    fn what_is_twice_or_no_port_is_absent() {
        let list = [
            Resource::integer(Resource::CPU, 1),
            Resource::integer(Resource::CPU, 2),
            Resource::string_set(Resource::PORTS, ["22", "ssh", "70000"]),
            Resource::string_set(Resource::GPU, ["gpu-1"]),
        ];
        let resources = Resources::new(&list);
        assert_eq!(resources.cpu(), None);
        assert_eq!(resources.ports(), BTreeSet::from([22]));
        assert_eq!(resources.gpus(), ["gpu-1"]);
        assert_eq!(resources.memory(), None);
    }
}
