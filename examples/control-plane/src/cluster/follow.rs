//! What the services ask for.

use std::sync::Arc;

use ecs_model::{Deployment, LaunchType, Service, Tag, Timestamp};
use ecs_placement::capacity::CapacityAction;
use ecs_placement::deployment::shift::{HookAnswer, ShiftAction, ShiftEvent};
use ecs_placement::service::{ServiceAction, TaskPlace};
use ecs_state::{InstanceEvent, Registration, StopCause, TaskEvent, TaskStatus};
use ecs_taskdef::Registry;

use super::start::{Launch, Place};
use super::{ClusterChange, ClusterState};
use crate::ids::Ids;

impl ClusterState {
    /// What changes by doing what the services ask for. Traffic shifts at once, hooks succeed, and
    /// Auto Scaling groups have all the instances they want; nobody listens to events.
    pub(super) fn follow(
        &self,
        action: &ServiceAction,
        registry: &Registry,
        now: Timestamp,
        seed: u64,
    ) -> Vec<ClusterChange> {
        match action {
            ServiceAction::Start { task, place, .. } if self.tasks.contains_key(task) => {
                self.place(task, place, now)
            }
            ServiceAction::Start {
                task,
                service,
                deployment,
                task_definition,
                capacity_provider,
                place,
            } => {
                let place = match place {
                    TaskPlace::Instance(instance) => Place::Instance(Arc::clone(instance)),
                    TaskPlace::Zone(zone) => Place::Zone {
                        zone: (**zone).into(),
                        subnet: Box::default(),
                    },
                    _ => return Vec::new(),
                };
                let of = (&**service, &**deployment, capacity_provider.as_deref());
                let ids = &mut Ids::new(seed, self.version);
                self.start_of_service((task, place), of, (registry, task_definition), ids, now)
            }
            ServiceAction::Provision {
                task,
                service,
                deployment,
                task_definition,
                capacity_provider,
            } => {
                let of = (&**service, &**deployment, Some(&**capacity_provider));
                let new = (task, Place::Waiting);
                let ids = &mut Ids::new(seed, self.version);
                self.start_of_service(new, of, (registry, task_definition), ids, now)
            }
            ServiceAction::Stop { task, reason, .. } => {
                let cause = StopCause::of_scheduler(reason);
                self.decide_task(task, cause.map(TaskEvent::Stop), now)
            }
            ServiceAction::Shift { service, action } => self.shift(service, action, now),
            ServiceAction::Capacity(CapacityAction::SetDesiredCapacity {
                provider,
                instances,
            }) => {
                let ids = &mut Ids::new(seed, self.version);
                self.scale(provider, *instances, ids, now)
            }
            ServiceAction::Capacity(CapacityAction::Drain { instance }) => {
                let drain = InstanceEvent::Drain { limit: None };
                self.decide_instance(instance, drain, now)
                    .unwrap_or_default()
            }
            ServiceAction::Capacity(CapacityAction::CompleteTermination { instance }) => self
                .decide_instance(instance, InstanceEvent::Terminated, now)
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }

    /// A task that waited for capacity has found an instance.
    fn place(&self, task: &Arc<str>, place: &TaskPlace, now: Timestamp) -> Vec<ClusterChange> {
        let TaskPlace::Instance(instance) = place else {
            return Vec::new();
        };
        let placed = ClusterChange::Place {
            task: Arc::clone(task),
            instance: Arc::clone(instance),
        };
        let ready = [TaskEvent::PhaseDone(TaskStatus::Provisioning)];
        let ready = self.decide_task(task, ready, now);
        std::iter::once(placed).chain(ready).collect()
    }

    fn start_of_service(
        &self,
        new: (&Arc<str>, Place),
        (service, deployment, provider): (&str, &str, Option<&str>),
        (registry, definition): (&Registry, &str),
        ids: &mut Ids,
        now: Timestamp,
    ) -> Vec<ClusterChange> {
        // A revision that a service uses is there, and so is the service of a task.
        let Ok(definition) = registry.describe(definition) else {
            return Vec::new();
        };
        let Some(described) = self.services.describe(service) else {
            return Vec::new();
        };
        let nothing = Deployment::default();
        let deployments = described.deployments().iter();
        let mut deployments = deployments.filter(|one| one.id() == Some(deployment));
        let of_it = deployments.next().unwrap_or(&nothing);
        let balanced = !described.load_balancers().is_empty();
        let (task, place) = new;
        let is_fargate = matches!(place, Place::Zone { .. });
        let launch_type = match is_fargate {
            true => LaunchType::Fargate,
            false => of_it.launch_type().cloned().unwrap_or(LaunchType::Ec2),
        };
        let place = match place {
            Place::Zone { zone, .. } => Place::Zone {
                subnet: self.subnet_in(&zone, of_it).into(),
                zone,
            },
            other => other,
        };
        let launch = Launch {
            definition,
            overrides: None,
            network: of_it.network_configuration(),
            launch_type: Some(launch_type),
            capacity_provider: provider,
            platform_version: of_it.platform_version(),
            group: Some(&format!("service:{service}")),
            started_by: Some(deployment),
            executes_commands: described.enable_execute_command() == Some(true),
            tags: self.tags_of_tasks(&described),
            registration: match balanced {
                true => Registration::LoadBalancer,
                false => Registration::None,
            },
        };
        let new = self.new_tasks(&launch, [(Arc::clone(task), place)], ids, now);
        let new = new.ok().map(Box::new).map(ClusterChange::Start);
        new.into_iter().collect()
    }

    fn subnet_in(&self, zone: &str, deployment: &Deployment) -> String {
        let network = deployment.network_configuration().awsvpc_configuration();
        let subnets = network.subnets().iter();
        let mut here = subnets.filter(|subnet| {
            let zones = self
                .services
                .fargate()
                .map(|fargate| fargate.zone_of(subnet));
            zones.flatten() == Some(zone)
        });
        here.next().cloned().unwrap_or_default()
    }

    /// The tags that the tasks of a service get from it.
    fn tags_of_tasks(&self, service: &Service) -> Vec<Tag> {
        use ecs_model::service::PropagateTags;
        let arn = service.service_arn().unwrap_or_default();
        let own = match service.propagate_tags() {
            Some(PropagateTags::Service) => self.tags_of(arn),
            _ => &[],
        };
        let mut tags = own.to_vec();
        if service.enable_ecs_managed_tags() == Some(true) {
            let tag = |key: &str, value: &str| Tag::default().with_key(key).with_value(value);
            tags.push(tag("aws:ecs:clusterName", &self.name));
            let name = service.service_name().unwrap_or_default();
            tags.push(tag("aws:ecs:serviceName", name));
        }
        tags
    }

    fn shift(&self, service: &str, action: &ShiftAction, now: Timestamp) -> Vec<ClusterChange> {
        let event = match action {
            ShiftAction::ShiftTest { traffic } => ShiftEvent::TestShifted(traffic.clone()),
            ShiftAction::ShiftProduction { traffic } => {
                ShiftEvent::ProductionShifted(traffic.clone())
            }
            ShiftAction::CallHook { hook_id, .. } => ShiftEvent::HookAnswer {
                hook_id: Arc::clone(hook_id),
                answer: HookAnswer::Returned(serde_json::json!({"hookStatus": "SUCCEEDED"})),
            },
            // The scheduler starts and stops the tasks itself.
            _ => return Vec::new(),
        };
        let decided = self.services.decide_shift(service, event, now).ok();
        let change = decided.and_then(|(_, change)| change);
        let change = change.map(Box::new).map(ClusterChange::Service);
        change.into_iter().collect()
    }
}
