//! Which services are rebalanced.

use ecs_model::deployment::DeploymentControllerType;
use ecs_model::{LaunchType, PlacementStrategyType, SchedulingStrategy, Service};
use thiserror::Error;

use crate::registration::ZONE;

/// Why a service is not rebalanced, whatever it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotRebalanced {
    /// It has a task on each instance.
    #[error("a service with scheduling strategy `DAEMON` is not rebalanced")]
    Daemon,
    /// Its tasks are on external instances, which have no zone.
    #[error("a service with launch type `EXTERNAL` is not rebalanced")]
    External,
    /// Amazon ECS does not deploy it.
    #[error("a service with deployment controller `{controller}` is not rebalanced")]
    Controller {
        /// The controller.
        controller: String,
    },
    /// A move needs one task more for a while.
    #[error("a service whose `maximumPercent` is {percent} is not rebalanced")]
    MaximumPercent {
        /// What it is.
        percent: i32,
    },
    /// A Classic Load Balancer leads to it.
    #[error("a service behind the Classic Load Balancer `{name}` is not rebalanced")]
    ClassicLoadBalancer {
        /// Its name.
        name: String,
    },
    /// It spreads over something else first.
    #[error("a service is rebalanced only if its first strategy spreads over `{ZONE}`")]
    FirstStrategy,
    /// Its constraints choose zones.
    #[error("a service with the constraint `{expression}` is not rebalanced")]
    Constraint {
        /// The constraint.
        expression: String,
    },
}

/// Whether a service may be rebalanced, by its document.
///
/// # Errors
///
/// What speaks against it.
///
/// Source: Developer Guide, service rebalancing, considerations.
pub fn check(service: &Service) -> Result<(), NotRebalanced> {
    if service.scheduling_strategy() == Some(&SchedulingStrategy::Daemon) {
        return Err(NotRebalanced::Daemon);
    }
    if service.launch_type() == Some(&LaunchType::External) {
        return Err(NotRebalanced::External);
    }
    let controller = service.deployment_controller().r#type();
    if let Some(controller) = controller.filter(|known| **known != DeploymentControllerType::Ecs) {
        return Err(NotRebalanced::Controller {
            controller: controller.to_string(),
        });
    }
    let percent = service.deployment_configuration().maximum_percent();
    if let Some(percent) = percent.filter(|percent| *percent <= 100) {
        return Err(NotRebalanced::MaximumPercent { percent });
    }
    for load_balancer in service.load_balancers() {
        if let Some(name) = load_balancer.load_balancer_name() {
            let name = name.to_owned();
            return Err(NotRebalanced::ClassicLoadBalancer { name });
        }
    }
    if let Some(first) = service.placement_strategy().first() {
        let field = first.field().unwrap_or_default();
        let spreads = first.r#type() == Some(&PlacementStrategyType::Spread);
        if !spreads || field.strip_prefix("attribute:") != Some(ZONE) {
            return Err(NotRebalanced::FirstStrategy);
        }
    }
    for constraint in service.placement_constraints() {
        let expression = constraint.expression().unwrap_or_default();
        if expression.contains(ZONE) {
            let expression = expression.to_owned();
            return Err(NotRebalanced::Constraint { expression });
        }
    }
    Ok(())
}
