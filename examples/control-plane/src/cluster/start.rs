//! Tasks that are about to begin.

use std::sync::Arc;

use ecs_model::task::{Attachment, EphemeralStorage};
use ecs_model::{
    Exception, KeyValuePair, LaunchType, NetworkConfiguration, NetworkInterface, Tag, Task,
    TaskDefinition, TaskOverride, Timestamp,
};
use ecs_placement::{Change, CommitPolicy, Plan};
use ecs_state::{AttachmentKind, HostProvider, Phases, Registration, TaskNetwork, TaskSpec};

use super::{ClusterChange, ClusterState, NewTasks};
use crate::ids::Ids;
use crate::words;

/// The Availability Zone of a container instance.
const ZONE: &str = "ecs.availability-zone";

/// What new tasks of one definition have in common.
pub(crate) struct Launch<'a> {
    pub(crate) definition: &'a TaskDefinition,
    pub(crate) overrides: Option<&'a TaskOverride>,
    pub(crate) network: &'a NetworkConfiguration,
    pub(crate) launch_type: Option<LaunchType>,
    pub(crate) capacity_provider: Option<&'a str>,
    pub(crate) platform_version: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
    pub(crate) started_by: Option<&'a str>,
    pub(crate) executes_commands: bool,
    pub(crate) tags: Vec<Tag>,
    /// Where it is entered once it runs.
    pub(crate) registration: Registration,
}

/// Where a new task goes.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// To a container instance.
    Instance(Arc<str>),
    /// To Fargate.
    Zone { zone: Box<str>, subnet: Box<str> },
    /// It waits in `PROVISIONING` for an instance of its capacity provider.
    Waiting,
}

/// The ARNs of new tasks, and where they go.
pub(crate) type Placed = Vec<(Arc<str>, Place)>;

impl ClusterState {
    /// What a plan comes to if it is committed now, and the changes that do so. Nothing came in
    /// between, so that nothing is in conflict.
    pub(crate) fn commit(
        &mut self,
        plan: Plan,
        ids: &mut Ids,
    ) -> Result<(Placed, Vec<ClusterChange>), Exception> {
        let claims = plan.claims().iter();
        let arns: Vec<Arc<str>> = claims.map(|_| self.arn_of("task", &ids.hex())).collect();
        let token: Arc<str> = ids.hex().into();
        let transaction = plan.into_transaction(Arc::clone(&token), arns);
        let transaction = transaction.map_err(words::server)?;
        let decided = self.cell.decide(&transaction, CommitPolicy::Partial);
        let decided = decided.map_err(words::server)?;
        let committed = decided.change.map(|change| {
            let changes = [change, Change::Forget { token }].map(Box::new);
            changes.map(ClusterChange::Cell)
        });
        let placed = decided.commit.placed().iter().map(|one| {
            let place = Place::Instance(Arc::clone(&one.instance));
            (Arc::clone(&one.task), place)
        });
        Ok((placed.collect(), committed.into_iter().flatten().collect()))
    }

    /// New tasks with their ARNs and places.
    pub(crate) fn new_tasks(
        &self,
        launch: &Launch<'_>,
        placed: impl IntoIterator<Item = (Arc<str>, Place)>,
        ids: &mut Ids,
        at: Timestamp,
    ) -> Result<NewTasks, Exception> {
        let spec = TaskSpec::try_from(launch.definition).map_err(|error| {
            // What the registry took is one.
            words::client(error.to_string())
        })?;
        let network = launch.definition.network_mode();
        let network = network.map_or(TaskNetwork::Host, TaskNetwork::from);
        let host = launch.launch_type.as_ref();
        let host = host.map_or(HostProvider::ContainerInstance, HostProvider::from);
        let mut phases = Phases::of(host, network, launch.registration);
        let base = self.document(launch);
        let mut tasks = Vec::new();
        for (arn, place) in placed {
            phases.provisioning |= matches!(place, Place::Waiting);
            phases.deprovisioning |= phases.provisioning;
            let mut task = base.clone();
            self.put(&mut task, &place);
            name(&mut task, &arn, ids);
            if network == TaskNetwork::Awsvpc {
                attach(&mut task, &place, launch.network, ids);
            }
            tasks.push(task);
        }
        Ok(NewTasks {
            tasks,
            spec: Arc::new(spec),
            phases,
            waits_by: None,
            at,
        })
    }

    /// What all of them have.
    fn document(&self, launch: &Launch<'_>) -> Task {
        let mut task = Task::of_definition(launch.definition, launch.overrides)
            .with_cluster_arn(self.arn())
            .with_enable_execute_command(launch.executes_commands)
            .with_tags(launch.tags.iter().cloned());
        if let Some(group) = launch.group {
            task.group = Some(group.to_owned());
        }
        task.started_by = launch.started_by.map(str::to_owned);
        task.launch_type.clone_from(&launch.launch_type);
        task.capacity_provider_name = launch.capacity_provider.map(str::to_owned);
        if launch.launch_type == Some(LaunchType::Fargate) {
            let storage = launch.definition.ephemeral_storage().size_in_gib();
            task = task
                .with_platform_version(version(launch.platform_version))
                .with_platform_family("Linux")
                .with_ephemeral_storage(
                    EphemeralStorage::default().with_size_in_gib(storage.unwrap_or(20)),
                );
        }
        task
    }

    fn put(&self, task: &mut Task, place: &Place) {
        match place {
            Place::Instance(instance) => {
                let known = self.instances.get(instance);
                let attributes = known.into_iter().flat_map(|one| one.document.attributes());
                let mut zones = attributes.filter(|one| one.name() == Some(ZONE));
                let zone = zones.find_map(|one| one.value());
                task.availability_zone = zone.map(str::to_owned);
                task.container_instance_arn = Some(instance.to_string());
            }
            Place::Zone { zone, .. } => task.availability_zone = Some(zone.to_string()),
            Place::Waiting => {}
        }
    }
}

/// The platform version that `LATEST` is.
fn version(given: Option<&str>) -> &str {
    match given {
        None | Some("LATEST") => "1.4.0",
        Some(other) => other,
    }
}

/// Gives the task and its containers their ARNs.
fn name(task: &mut Task, arn: &str, ids: &mut Ids) {
    task.task_arn = Some(arn.to_owned());
    let base = arn.replacen(":task/", ":container/", 1);
    for container in task.containers.iter_mut().flatten() {
        container.task_arn = Some(arn.to_owned());
        container.container_arn = Some(format!("{base}/{}", ids.uuid()));
    }
}

/// Gives the task a network interface. Which one it is has no consequence: no network is there.
fn attach(task: &mut Task, place: &Place, network: &NetworkConfiguration, ids: &mut Ids) {
    let subnets = network.awsvpc_configuration().subnets();
    let subnet = match place {
        Place::Zone { subnet, .. } => Some(&**subnet),
        _ => subnets.first().map(String::as_str),
    };
    let (id, number) = (ids.uuid(), ids.number());
    let address = format!("10.0.{}.{}", number & 0xff, 4 + (number >> 8) % 250);
    let mac = format!(
        "0a:{:02x}:{:02x}",
        (number >> 16) & 0xff,
        (number >> 24) & 0xff
    );
    let detail =
        |name: &str, value: String| KeyValuePair::default().with_name(name).with_value(value);
    let details = [
        detail("subnetId", subnet.unwrap_or_default().to_owned()),
        detail("networkInterfaceId", format!("eni-{:017x}", number >> 4)),
        detail("macAddress", format!("{mac}:00:00:01")),
        detail("privateIPv4Address", address.clone()),
    ];
    task.attachments = Some(vec![
        Attachment::default()
            .with_id(&*id)
            .with_type(AttachmentKind::ElasticNetworkInterface.as_str())
            .with_details(details),
    ]);
    for container in task.containers.iter_mut().flatten() {
        container.network_interfaces = Some(vec![
            NetworkInterface::default()
                .with_attachment_id(&*id)
                .with_private_ipv4_address(&*address),
        ]);
    }
}
