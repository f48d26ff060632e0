//! The document of a task that is about to run.

use ecs_taskdef::{
    CPUArchitecture, ContainerDefinition, ContainerOverride, TaskDefinition, TaskOverride,
    cpu_units, memory_mib,
};

use super::{Container, Task};
use crate::Attribute;

/// The attribute that says on which processor a task runs.
const ARCHITECTURE: &str = "ecs.cpu-architecture";

impl Task {
    /// The document of a task that is about to run, as far as its definition and its overrides
    /// decide it: containers, CPU and memory, group, overrides and attributes. A task without a
    /// group of its own is in that of its family.
    ///
    /// CPU and memory that neither task nor override sets are the sums of the containers'; of a
    /// container without a hard limit it is the reserved memory. What the lifecycle decides, and
    /// where the task runs, is not in it.
    ///
    /// ```
    /// use ecs_model::{Task, TaskDefinition};
    ///
    /// let web: TaskDefinition = serde_json::from_str(r#"{
    ///     "family": "web", "containerDefinitions": [
    ///         {"name": "web", "image": "nginx", "cpu": 256, "memory": 512},
    ///         {"name": "log", "image": "fluentd", "memoryReservation": 64}]
    /// }"#)?;
    /// let task = Task::of_definition(&web, None);
    /// assert_eq!((task.cpu(), task.memory()), (Some("256"), Some("576")));
    /// assert_eq!(task.group(), Some("family:web"));
    /// assert_eq!(task.containers()[1].memory_reservation(), Some("64"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// Source: API shapes `Task`, `Container` and `TaskOverride`.
    #[must_use]
    pub fn of_definition(definition: &TaskDefinition, overrides: Option<&TaskOverride>) -> Self {
        let container_definitions = definition.container_definitions();
        let of = |name: Option<&str>| {
            let mut given = overrides
                .into_iter()
                .flat_map(|one| one.container_overrides());
            given.find(|one| one.name() == name)
        };
        let sizes = container_definitions
            .iter()
            .map(|container| Size::of(container, of(container.name())));
        let sizes: Vec<Size> = sizes.collect();
        let of_task = |given: Option<&str>, own: Option<&str>, read: fn(&str) -> Option<u32>| {
            let written = given.or(own)?;
            Some(read(written).map_or_else(|| written.to_owned(), |number| number.to_string()))
        };
        let cpu = of_task(
            overrides.and_then(|one| one.cpu()),
            definition.cpu(),
            cpu_units,
        );
        let memory = overrides.and_then(|one| one.memory());
        let memory = of_task(memory, definition.memory(), memory_mib);
        let sum = |of: fn(&Size) -> i32| {
            let sum: i64 = sizes.iter().map(|size| i64::from(of(size))).sum();
            sum.to_string()
        };
        let containers = container_definitions.iter().zip(&sizes);
        let mut task = Self::default()
            .with_attributes([Attribute::default()
                .with_name(ARCHITECTURE)
                .with_value(architecture(definition))])
            .with_containers(containers.map(|(container, size)| size.describe(container)))
            .with_cpu(cpu.unwrap_or_else(|| sum(|size| size.cpu)))
            .with_memory(memory.unwrap_or_else(|| sum(Size::held)))
            .with_overrides(every_override(definition, overrides))
            .with_enable_execute_command(false);
        task.group = definition.family().map(|family| format!("family:{family}"));
        task.task_definition_arn
            .clone_from(&definition.task_definition_arn);
        task
    }
}

/// What a container takes.
struct Size {
    cpu: i32,
    memory: Option<i32>,
    reservation: Option<i32>,
}

impl Size {
    fn of(container: &ContainerDefinition, overridden: Option<&ContainerOverride>) -> Self {
        let cpu = overridden.and_then(|one| one.cpu());
        let memory = overridden.and_then(|one| one.memory());
        let reservation = overridden.and_then(|one| one.memory_reservation());
        Self {
            cpu: cpu.or(container.cpu()).unwrap_or(0),
            memory: memory.or(container.memory()),
            reservation: reservation.or(container.memory_reservation()),
        }
    }

    fn held(&self) -> i32 {
        self.memory.or(self.reservation).unwrap_or(0)
    }

    fn describe(&self, container: &ContainerDefinition) -> Container {
        let mut described = Container::default()
            .with_cpu(self.cpu.to_string())
            .with_network_interfaces(Vec::<crate::NetworkInterface>::new());
        described.name.clone_from(&container.name);
        described.image.clone_from(&container.image);
        described.memory = self.memory.map(|memory| memory.to_string());
        described.memory_reservation = self.reservation.map(|memory| memory.to_string());
        described
    }
}

/// The overrides with an entry for each container, as the API shows them.
fn every_override(definition: &TaskDefinition, given: Option<&TaskOverride>) -> TaskOverride {
    let mut shown = given.cloned().unwrap_or_default();
    let listed = shown.container_overrides.get_or_insert_with(Vec::new);
    for container in definition.container_definitions() {
        if !listed.iter().any(|one| one.name == container.name) {
            let mut named = ContainerOverride::default();
            named.name.clone_from(&container.name);
            listed.push(named);
        }
    }
    shown
        .inference_accelerator_overrides
        .get_or_insert_with(Vec::new);
    shown
}

fn architecture(definition: &TaskDefinition) -> &'static str {
    match definition.runtime_platform().cpu_architecture() {
        Some(CPUArchitecture::Arm64) => "arm64",
        _ => "x86_64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn overrides_count() {
        let definition: TaskDefinition = serde_json::from_value(json!({
            "family": "web", "taskDefinitionArn": "arn:web:3", "cpu": "1 vCPU",
            "runtimePlatform": {"cpuArchitecture": "ARM64"},
            "containerDefinitions": [
                {"name": "web", "image": "nginx", "memory": 512, "memoryReservation": 128},
                {"name": "log", "image": "fluentd"}]
        }))
        .unwrap();
        let overrides: TaskOverride = serde_json::from_value(json!({
            "containerOverrides": [{"name": "log", "cpu": 10, "memory": 20}]
        }))
        .unwrap();
        let task = Task::of_definition(&definition, Some(&overrides));
        assert_eq!(
            serde_json::to_value(&task).unwrap(),
            json!({
                "attributes": [{"name": "ecs.cpu-architecture", "value": "arm64"}],
                "containers": [
                    {"name": "web", "image": "nginx", "networkInterfaces": [], "cpu": "0",
                     "memory": "512", "memoryReservation": "128"},
                    {"name": "log", "image": "fluentd", "networkInterfaces": [], "cpu": "10",
                     "memory": "20"}],
                "cpu": "1024", "memory": "532", "group": "family:web",
                "enableExecuteCommand": false,
                "overrides": {
                    "containerOverrides": [
                        {"name": "log", "cpu": 10, "memory": 20}, {"name": "web"}],
                    "inferenceAcceleratorOverrides": []},
                "taskDefinitionArn": "arn:web:3"
            })
        );
        let larger = TaskOverride::default().with_cpu("2048").with_memory("4 GB");
        let task = Task::of_definition(&definition, Some(&larger));
        assert_eq!((task.cpu(), task.memory()), (Some("2048"), Some("4096")));
    }
}
