//! What the document of a task says of placement.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::network::TransportProtocol;
use ecs_model::task::Container;
use ecs_model::{Task, TaskOverride, Timestamp};
use ecs_taskdef::TaskDefinition;

use super::{Gap, LoadError, Loader, StartedBy, family};
use crate::{HostPort, Needs, ObservedTask, Stage};

/// The first port that Linux gives out by itself (`ip_local_port_range`), below those that Docker
/// takes where it cannot read the range. A task cannot be asked which of its ports were given
/// out, unless its definition is known; those from here on are taken for such ports.
const FIRST_DYNAMIC_PORT: i32 = 32_768;

impl Loader<'_> {
    pub(super) fn observed(
        &self,
        task: &Task,
        at: Timestamp,
    ) -> Result<(ObservedTask, Vec<Gap>), LoadError> {
        let arn = task.task_arn.as_deref().ok_or(LoadError::NoTaskArn)?;
        let mut gaps = Vec::new();
        let needs = self.needs(task).unwrap_or_else(|amounts| {
            if !amounts.is_complete {
                gaps.push(Gap::Amounts {
                    task: arn.to_owned(),
                });
            }
            amounts.needs
        });
        let group = self.group(task).unwrap_or_else(|| {
            gaps.push(Gap::Group {
                task: arn.to_owned(),
            });
            let definition = task.task_definition_arn.as_deref();
            format!("family:{}", definition.and_then(family).unwrap_or_default()).into()
        });
        let stage = stage(task);
        let no_later = |known: Option<Timestamp>, is_past: bool| known.or(is_past.then_some(at));
        let stopped_at = no_later(task.stopped_at, stage == Stage::Stopped);
        let stopping = task.stopping_at.or(task.stopped_at);
        let observed = ObservedTask {
            task: arn.into(),
            instance: task.container_instance_arn.as_deref().map(Arc::from),
            group,
            gpu: shared_gpu(task).filter(|_| needs.gpu_memory > 0),
            own_gpus: own_gpus_of(task, &needs),
            needs: Arc::new(needs),
            stage,
            version: task.version,
            at: Some(at),
            created_at: task.created_at,
            stopping_at: no_later(stopping, stage != Stage::Running),
            stopped_at: stopped_at.filter(|_| stage == Stage::Stopped),
        };
        Ok((observed, gaps))
    }

    /// The group in the document of a task, or that of the service that has started it.
    fn group(&self, task: &Task) -> Option<Arc<str>> {
        let of_service = || {
            let service = self.started_by(task)?.service;
            Some(format!("service:{service}").into())
        };
        task.group.as_deref().map(Arc::from).or_else(of_service)
    }

    fn started_by(&self, task: &Task) -> Option<StartedBy<'_>> {
        self.services.get(task.started_by.as_deref()?).copied()
    }

    /// What a task needs by its definition and what it overrides; or else by its document.
    fn needs(&self, task: &Task) -> Result<Needs, Described> {
        let arn = task.task_definition_arn.as_deref();
        let arn = arn.or_else(|| self.started_by(task)?.definition);
        let definition = arn.and_then(|arn| self.definitions.get(arn));
        definition
            .and_then(|definition| of_definition(task, definition))
            .ok_or_else(|| Described::of(task))
    }
}

fn stage(task: &Task) -> Stage {
    match (task.last_status.as_deref(), task.desired_status.as_deref()) {
        (Some("STOPPED" | "DELETED"), _) => Stage::Stopped,
        (_, Some("STOPPED")) => Stage::Stopping,
        _ => Stage::Running,
    }
}

/// Overrides may name containers that the definition does not have, such as those that AWS adds
/// to a task.
fn of_definition(task: &Task, definition: &TaskDefinition) -> Option<Needs> {
    let mut overrides: TaskOverride = task.overrides.clone().unwrap_or_default();
    if let Some(containers) = &mut overrides.container_overrides {
        let own = definition
            .container_definitions
            .as_deref()
            .unwrap_or_default();
        containers.retain(|one| one.name.is_some() && own.iter().any(|own| own.name == one.name));
    }
    let definition = definition.with_overrides(&overrides).ok()?;
    Some(Needs::from(&definition.requirements()))
}

/// What the document of a task says that it needs.
struct Described {
    needs: Needs,
    /// Whether it says how much CPU and memory.
    is_complete: bool,
}

impl Described {
    fn of(task: &Task) -> Self {
        let containers = task.containers.as_deref().unwrap_or_default();
        let of_containers = |amounts: Option<u64>| {
            let amounts = amounts.filter(|_| !containers.is_empty());
            amounts.map(|sum| u32::try_from(sum).unwrap_or(u32::MAX))
        };
        let cpu = number(task.cpu.as_deref())
            .or_else(|| of_containers(containers.iter().map(cpu_of).sum()));
        let memory = number(task.memory.as_deref())
            .or_else(|| of_containers(containers.iter().map(memory_of).sum()));
        let count = |ids: BTreeSet<&String>| u16::try_from(ids.len()).unwrap_or(u16::MAX);
        let neuron_devices = containers
            .iter()
            .flat_map(|one| one.neuron_device_ids.iter().flatten());
        let shared: u64 = containers.iter().filter_map(shared_memory).sum();
        let needs = Needs {
            cpu: cpu.unwrap_or(0),
            memory: memory.unwrap_or(0),
            interfaces: u16::from(has_interface(task)),
            gpus: count(containers.iter().flat_map(own_gpus).collect()),
            gpu_memory: u32::try_from(shared).unwrap_or(u32::MAX),
            neuron_devices: count(neuron_devices.collect()),
            ports: ports(task).into_iter().collect(),
            ..Needs::default()
        };
        Self {
            needs,
            is_complete: cpu.is_some() && memory.is_some(),
        }
    }
}

fn cpu_of(container: &Container) -> Option<u64> {
    number(container.cpu.as_deref()).map(u64::from)
}

/// What a container reserves: the soft limit where it has one.
fn memory_of(container: &Container) -> Option<u64> {
    number(container.memory_reservation.as_deref())
        .or(number(container.memory.as_deref()))
        .map(u64::from)
}

/// MiB of the GPU that a container shares.
fn shared_memory(container: &Container) -> Option<u64> {
    let share = container.gpu_sharing_strategy.as_ref()?;
    u64::try_from(share.nvidia_mps.as_ref()?.memory?).ok()
}

/// The GPUs that a container does not share.
fn own_gpus(container: &Container) -> impl Iterator<Item = &String> {
    let is_own = container.gpu_sharing_strategy.is_none();
    container.gpu_ids.iter().flatten().filter(move |_| is_own)
}

/// The GPU that a task shares: all its containers share one.
fn shared_gpu(task: &Task) -> Option<Arc<str>> {
    let mut ids = task
        .containers()
        .iter()
        .flat_map(|one| one.gpu_ids.iter().flatten());
    ids.next().map(|id| Arc::from(&**id))
}

/// The GPUs that a task has to itself, if it needs any.
fn own_gpus_of(task: &Task, needs: &Needs) -> Vec<Arc<str>> {
    let ids: BTreeSet<&String> = task.containers().iter().flat_map(own_gpus).collect();
    let ids = ids.into_iter().filter(|_| needs.gpus > 0 || needs.all_gpus);
    ids.map(|id| Arc::from(&**id)).collect()
}

fn number(text: Option<&str>) -> Option<u32> {
    text?.parse().ok()
}

fn has_interface(task: &Task) -> bool {
    let is_interface = |kind: &str| matches!(kind, "eni" | "ElasticNetworkInterface");
    let attachments = task.attachments.as_deref().unwrap_or_default();
    let containers = task.containers.as_deref().unwrap_or_default();
    attachments
        .iter()
        .any(|one| one.r#type.as_deref().is_some_and(is_interface))
        || containers.iter().any(|one| {
            one.network_interfaces
                .as_ref()
                .is_some_and(|list| !list.is_empty())
        })
}

fn ports(task: &Task) -> BTreeSet<HostPort> {
    let containers = task.containers.as_deref().unwrap_or_default();
    let bindings = containers
        .iter()
        .flat_map(|one| one.network_bindings.iter().flatten());
    let fixed = bindings.filter_map(|binding| {
        let port = binding
            .host_port
            .filter(|port| (1..FIRST_DYNAMIC_PORT).contains(port))?;
        let port = u16::try_from(port).ok()?;
        Some(match &binding.protocol {
            Some(TransportProtocol::Udp) => HostPort::udp(port),
            _ => HostPort::tcp(port),
        })
    });
    fixed.collect()
}
