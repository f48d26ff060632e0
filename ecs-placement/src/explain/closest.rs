//! The one instance that service events name.

use ecs_arn::EcsArn;
use ecs_model::FailureReason;
use ecs_model::service_message::{ClosestReason, PlacementObstacle};

use super::{Explanation, InstanceExplanation};
use crate::Reason;

/// What a reason weighs that is no matter of amounts.
const WHOLE: u64 = 1_000;

impl Explanation {
    /// The instance that comes closest to taking the task, as events of services name it: one
    /// that takes it, if there is one; `None` if no instance is ACTIVE, or none of the capacity
    /// provider that the request names.
    ///
    /// Amazon ECS does not publish how it finds it. Chosen here: of the ACTIVE instances those
    /// with the fewest reasons; of them those that lack the least in proportion to what is
    /// needed, where a missing attribute, a port in use and all else that is no amount counts
    /// as lacking everything; of them the one whose first reason Amazon ECS looks at first; of
    /// them the first ARN.
    #[must_use]
    pub fn closest(&self) -> Option<&InstanceExplanation> {
        let is_elsewhere = |reason: &Reason| matches!(reason, Reason::CapacityProvider { .. });
        let candidates = self
            .candidates()
            .filter(|instance| !instance.reasons.iter().any(is_elsewhere));
        candidates.min_by(|a, b| {
            let measures = |instance: &InstanceExplanation| {
                let lacking: u64 = instance.reasons.iter().map(lacking).sum();
                (
                    instance.reasons.len(),
                    lacking,
                    instance.reasons.first().map(step),
                )
            };
            measures(a).cmp(&measures(b))
        })
    }

    /// Why no instance takes the task, as an event of a service says it; `None` if one does.
    ///
    /// ```
    /// # use ecs_model::{ContainerInstance, Resource};
    /// # use ecs_placement::{CellState, PlacementRequest, Registration};
    /// use ecs_model::service_message;
    ///
    /// # let instance = ContainerInstance::default()
    /// #     .with_container_instance_arn("arn:aws:ecs:us-east-1:123456789012:container-instance/default/1a2b")
    /// #     .with_status("ACTIVE")
    /// #     .with_agent_connected(true)
    /// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 400)]);
    /// # let mut cell = CellState::new();
    /// # cell.register(&Registration::try_from(&instance)?);
    /// # let web = serde_json::from_str(r#"{
    /// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}]
    /// # }"#)?;
    /// # let request = PlacementRequest::new(&web)?;
    /// let explanation = cell.snapshot().explain(&request);
    /// let obstacle = explanation.obstacle().ok_or("nothing fits")?;
    /// assert!(service_message::unable_to_place("web", &obstacle).contains(
    ///     "The closest matching (container-instance 1a2b) has insufficient memory available."
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn obstacle(&self) -> Option<PlacementObstacle<'_>> {
        let Some(closest) = self.closest() else {
            return Some(match self.names_provider {
                true => PlacementObstacle::NoInstancesInCapacityProvider,
                false => PlacementObstacle::NoInstances,
            });
        };
        let reason = closest.reasons.first()?;
        Some(in_events(&closest.arn, reason))
    }
}

/// Why an instance does not take a task, as an event of a service says it.
pub(crate) fn in_events<'a>(arn: &'a str, reason: &Reason) -> PlacementObstacle<'a> {
    let id = EcsArn::parse(arn).map_or(arn, |arn| arn.resource().name());
    PlacementObstacle::Closest {
        instance: id,
        reason: closest_reason(reason),
    }
}

/// In thousandths of what is needed.
fn lacking(reason: &Reason) -> u64 {
    match reason {
        Reason::Cpu { needed, remaining }
        | Reason::Memory { needed, remaining }
        | Reason::Gpus { needed, remaining }
        | Reason::GpuMemory { needed, remaining }
        | Reason::NeuronDevices { needed, remaining }
        | Reason::Interfaces { needed, remaining } => {
            let short = needed.saturating_sub(*remaining);
            short.saturating_mul(WHOLE) / needed.max(&1)
        }
        _ => WHOLE,
    }
}

/// Resources come first, then what the instance must be, then whether it can be reached.
fn step(reason: &Reason) -> u8 {
    match reason.code() {
        FailureReason::ResourceCpu => 0,
        FailureReason::ResourceMemory => 1,
        FailureReason::ResourcePorts | FailureReason::ResourcePortsUdp => 3,
        code if code.as_str().starts_with("RESOURCE:") => 2,
        FailureReason::Attribute => 4,
        FailureReason::Agent => 6,
        _ => 5,
    }
}

fn closest_reason(reason: &Reason) -> ClosestReason<'static> {
    let error = match reason.code() {
        FailureReason::ResourceCpu => return ClosestReason::Cpu,
        FailureReason::ResourceMemory => return ClosestReason::Memory,
        FailureReason::ResourcePorts | FailureReason::ResourcePortsUdp => {
            return ClosestReason::Port;
        }
        FailureReason::Attribute => return ClosestReason::Attribute,
        FailureReason::Agent => return ClosestReason::Agent,
        FailureReason::Location => "LOCATION",
        FailureReason::ResourceGpu => "RESOURCE:GPU",
        FailureReason::ResourceEni => "RESOURCE:ENI",
        FailureReason::MemberOf => "MemberOf placement constraint unsatisfied.",
        _ => match reason {
            Reason::NeuronDevices { .. } => crate::reason::NEURON_DEVICE,
            _ => crate::reason::DISTINCT_INSTANCE,
        },
    };
    ClosestReason::Error(error)
}
