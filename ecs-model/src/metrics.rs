//! CPU and memory utilisation of clusters and services, by the formulas of the guide.

mod usage;

use core::fmt;
use core::iter::Sum;

use crate::ContainerInstance;

pub use usage::{
    CONSOLE_PERIOD, DataPoint, MinuteUsage, UsageSample, data_points, usage_by_minute,
};

/// An amount of CPU and memory: registered, reserved or used.
///
/// ```
/// use ecs_model::metrics::Capacity;
///
/// let task = Capacity::new(1_024, 2_048);
/// assert_eq!(task.times(10), Capacity::new(10_240, 20_480));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Capacity {
    /// CPU units, 1,024 for each vCPU.
    pub cpu: u64,
    /// Memory in MiB.
    pub memory: u64,
}

impl Capacity {
    /// An amount of CPU units and of MiB.
    #[must_use]
    pub const fn new(cpu: u64, memory: u64) -> Self {
        Self { cpu, memory }
    }

    /// That many times the amount, at most the greatest number.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self {
            cpu: self.cpu.saturating_mul(count),
            memory: self.memory.saturating_mul(count),
        }
    }
}

impl Sum for Capacity {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            cpu: sum.cpu.saturating_add(part.cpu),
            memory: sum.memory.saturating_add(part.memory),
        })
    }
}

/// A ratio in percent, exact.
///
/// The guide prints whole percents for clusters, cut and not rounded, and one decimal for
/// services; both come from the same ratio.
///
/// ```
/// use ecs_model::metrics::Percent;
///
/// let cpu = Percent::of(10_240, 18_432).unwrap();
/// assert_eq!(cpu.truncated(), 55);
/// assert!((cpu.exact() - 55.5556).abs() < 0.0001);
/// assert_eq!(Percent::of(128, 1_024).unwrap().to_string(), "12.5%");
/// assert_eq!(Percent::of(1, 0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Percent {
    part: u64,
    whole: u64,
}

impl Percent {
    /// `part` in percent of `whole`; `None` if there is no whole.
    #[must_use]
    pub const fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 {
            return None;
        }
        Some(Self { part, whole })
    }

    /// The value in percent; it may be above 100.
    #[must_use]
    pub fn exact(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "amounts of CPU and memory are far below 2^53"
        )]
        let percent = self.part as f64 * 100.0 / self.whole as f64;
        percent
    }

    /// The whole percents, cut and not rounded.
    #[must_use]
    pub fn truncated(self) -> u64 {
        let percents = u128::from(self.part) * 100 / u128::from(self.whole);
        u64::try_from(percents).unwrap_or(u64::MAX)
    }
}

/// The value with at most two decimals, as `12.5%`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.exact());
        let text = text.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{text}%")
    }
}

/// CPU and memory in percent of what they are compared with.
///
/// A part is absent where there is nothing to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Utilization {
    /// `CPUUtilization`, or `CPUReservation` where the parts are reserved.
    pub cpu: Option<Percent>,
    /// `MemoryUtilization`, or `MemoryReservation` where the parts are reserved.
    pub memory: Option<Percent>,
}

impl Utilization {
    const fn of(part: Capacity, whole: Capacity) -> Self {
        Self {
            cpu: Percent::of(part.cpu, whole.cpu),
            memory: Percent::of(part.memory, whole.memory),
        }
    }
}

/// What is used by tasks, or reserved for them, in percent of what the `ACTIVE` container
/// instances of a cluster have registered.
///
/// A container instance without CPU or memory among its resources counts with 0.
///
/// ```
/// use ecs_model::metrics::{Capacity, cluster_utilization};
/// use ecs_model::{ContainerInstance, Resource};
///
/// let instance = |cpu, memory| {
///     ContainerInstance::default()
///         .with_status("ACTIVE")
///         .with_registered_resources([
///             Resource::integer(Resource::CPU, cpu),
///             Resource::integer(Resource::MEMORY, memory),
///         ])
/// };
/// let instances = [instance(16_384, 30_158), instance(2_048, 3_768)];
/// let used = Capacity::new(1_024, 2_048).times(10);
/// let utilization = cluster_utilization(&instances, used);
/// assert_eq!(utilization.cpu.unwrap().truncated(), 55);
/// assert_eq!(utilization.memory.unwrap().truncated(), 60);
/// ```
///
/// Source: Developer Guide, cluster utilization.
#[must_use]
pub fn cluster_utilization<'a>(
    instances: impl IntoIterator<Item = &'a ContainerInstance>,
    used: Capacity,
) -> Utilization {
    let registered = instances
        .into_iter()
        .filter(|instance| instance.status() == Some("ACTIVE"))
        .map(registered_capacity)
        .sum();
    Utilization::of(used, registered)
}

/// What the running tasks of a service use together, in percent of what their task definition
/// reserves for each of them.
///
/// CPU may be above 100, because tasks may use CPU that nobody else needs; memory may not, because
/// a task that needs more than its memory is ended.
///
/// ```
/// use ecs_model::metrics::{Capacity, service_utilization};
///
/// let reserved = Capacity::new(512, 1_024);
/// let busy = service_utilization(reserved, 1, Capacity::new(2_048, 512));
/// assert_eq!(busy.cpu.unwrap().to_string(), "400%");
/// assert_eq!(busy.memory.unwrap().to_string(), "50%");
/// ```
///
/// Source: Developer Guide, service utilization.
#[must_use]
pub fn service_utilization(
    reserved_for_each: Capacity,
    running_tasks: u64,
    used: Capacity,
) -> Utilization {
    Utilization::of(used, reserved_for_each.times(running_tasks))
}

fn registered_capacity(instance: &ContainerInstance) -> Capacity {
    let amount = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    let registered = instance.registered();
    Capacity {
        cpu: amount(registered.cpu()).unwrap_or(0),
        memory: amount(registered.memory()).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resource;
    use serde_json::Value;

    fn example(id: &str) -> Value {
        let text = include_str!("../tests/data/worked-examples.json");
        let examples: Vec<Value> = serde_json::from_str(text).unwrap();
        let found = examples.into_iter().find(|example| example["id"] == id);
        found.unwrap_or_else(|| panic!("{id}"))
    }

    fn amount(value: &Value) -> u64 {
        value.as_u64().unwrap()
    }

    fn instance(status: &str, cpu: u64, memory: u64) -> ContainerInstance {
        let resource = |name, value| Resource::integer(name, i32::try_from(value).unwrap());
        ContainerInstance::default()
            .with_status(status)
            .with_registered_resources([
                resource(Resource::CPU, cpu),
                resource(Resource::MEMORY, memory),
            ])
    }

    #[test]
    fn the_cluster_of_the_guide() {
        let example = example("cluster-utilization");
        let instances: Vec<ContainerInstance> = example["inputs"]["instances"]
            .as_array()
            .unwrap()
            .iter()
            .map(|host| instance("ACTIVE", amount(&host["cpu"]), amount(&host["memory_mib"])))
            .collect();
        let tasks = &example["inputs"]["tasks"];
        let each = Capacity::new(
            amount(&tasks["cpu_each"]),
            amount(&tasks["memory_mib_each"]),
        );
        let used = each.times(amount(&tasks["count"]));
        let expected = &example["expected"];
        assert_eq!(used.cpu, amount(&expected["used_cpu"]));
        assert_eq!(used.memory, amount(&expected["used_memory_mib"]));
        let found = cluster_utilization(&instances, used);
        let cpu = found.cpu.unwrap().truncated();
        assert_eq!(cpu, amount(&expected["cpu_percent_reported"]));
        let memory = found.memory.unwrap().truncated();
        assert_eq!(memory, amount(&expected["memory_percent_reported"]));
    }

    #[test]
    fn the_services_of_the_guide() {
        for id in ["service-utilization-busy", "service-utilization-idle"] {
            let example = example(id);
            let inputs = &example["inputs"];
            let found = service_utilization(
                Capacity::new(
                    amount(&inputs["reserved_cpu"]),
                    amount(&inputs["reserved_memory_mib"]),
                ),
                amount(&inputs["running_tasks"]),
                Capacity::new(
                    amount(&inputs["used_cpu"]),
                    amount(&inputs["used_memory_mib"]),
                ),
            );
            let expected = &example["expected"];
            let percent = |value: &Value| format!("{value}%");
            assert_eq!(
                found.cpu.unwrap().to_string(),
                percent(&expected["cpu_percent"])
            );
            let memory = found.memory.unwrap().to_string();
            assert_eq!(memory, percent(&expected["memory_percent"]));
        }
    }

    #[test]
    fn only_active_instances_count() {
        let instances = [
            instance("ACTIVE", 1_024, 1_000),
            instance("DRAINING", 1_024, 1_000),
            instance("INACTIVE", 1_024, 1_000),
        ];
        let found = cluster_utilization(&instances, Capacity::new(512, 250));
        assert_eq!(found.cpu.unwrap().to_string(), "50%");
        assert_eq!(found.memory.unwrap().to_string(), "25%");
        let nothing = cluster_utilization(&instances[1..], Capacity::new(512, 250));
        assert_eq!((nothing.cpu, nothing.memory), (None, None));
        let idle = service_utilization(Capacity::new(512, 1_024), 0, Capacity::default());
        assert_eq!(idle.cpu, None);
    }

    #[test]
    fn the_largest_amounts_do_not_overflow() {
        let all = Percent::of(u64::MAX, 1).unwrap();
        assert_eq!(all.truncated(), u64::MAX);
        assert_eq!(Percent::of(u64::MAX, u64::MAX).unwrap().truncated(), 100);
        assert_eq!(Percent::of(1, 3).unwrap().to_string(), "33.33%");
        assert_eq!(Percent::of(0, 3).unwrap().to_string(), "0%");
        assert_eq!(Percent::of(1, 1).unwrap().to_string(), "100%");
    }
}
