//! What is to be placed, checked once.

use std::sync::Arc;

use ecs_model::operation::RunTaskRequest;
use ecs_model::{LaunchType, PlacementConstraint, PlacementConstraintType, PlacementStrategy};
use ecs_taskdef::{Gpus, Requirements, TaskDefinition, TaskOverride};
use thiserror::Error;

use crate::{Query, QueryError, Strategy};

/// A task to be placed: its needs, its group, and where it should go.
///
/// ```
/// use ecs_placement::PlacementRequest;
/// use ecs_taskdef::TaskDefinition;
///
/// let sleep: TaskDefinition = serde_json::from_str(r#"{
///     "family": "sleep360",
///     "containerDefinitions": [
///         {"name": "sleep", "image": "busybox", "cpu": 10, "memory": 10}
///     ]
/// }"#)?;
/// let request = PlacementRequest::new(&sleep)?;
/// assert_eq!(request.group(), "family:sleep360");
/// assert_eq!(request.requirements().memory, 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PlacementRequest {
    requirements: Arc<Requirements>,
    group: Arc<str>,
    launch_type: LaunchType,
    distinct_instance: bool,
    member_of: Vec<Query>,
    strategies: Vec<Strategy>,
}

/// Something that this engine does not place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// An expression that is not of the cluster query language, or of a part of it that is not
    /// evaluated.
    #[error("the constraint `{expression}` cannot be evaluated")]
    MemberOf {
        /// The expression.
        expression: String,
        /// Why.
        #[source]
        reason: QueryError,
    },
    /// A constraint of another type.
    #[error("`{constraint}` is not a placement constraint")]
    Constraint {
        /// The type.
        constraint: String,
    },
    /// A strategy of another type, or with a field that it does not have.
    #[error("`{strategy}` with field `{field}` is not a placement strategy")]
    Strategy {
        /// The type.
        strategy: String,
        /// The field; empty if there is none.
        field: String,
    },
    /// Only `EC2` and `EXTERNAL` tasks run on container instances of a cell.
    #[error("tasks of launch type `{launch_type}` are not placed on container instances")]
    LaunchType {
        /// The launch type.
        launch_type: String,
    },
    /// Capacity providers choose instances by themselves.
    #[error("capacity provider strategies are not evaluated")]
    CapacityProviders,
    /// Devices other than whole GPUs.
    #[error("{device} are not placed, only whole GPUs are")]
    Devices {
        /// Which devices.
        device: &'static str,
    },
    /// Overrides that change what a task needs.
    #[error("the override of `{member}` changes what the task needs, which is not evaluated")]
    Override {
        /// The member of the override.
        member: &'static str,
    },
}

impl PlacementRequest {
    /// A standalone task of launch type `EC2`, of the group `family:` and its family, without
    /// strategy.
    ///
    /// # Errors
    ///
    /// A task definition with constraints that are not of the cluster query language, with
    /// shared GPUs or Neuron devices.
    pub fn new(definition: &TaskDefinition) -> Result<Self, Unsupported> {
        let requirements = definition.requirements();
        let constraints = requirements.placement_constraints.iter();
        let member_of = constraints
            .map(|constraint| query(constraint.expression.as_deref()))
            .collect::<Result<_, _>>()?;
        match requirements.gpus {
            Gpus::Count(_) => {}
            Gpus::All => {
                return Err(Unsupported::Devices {
                    device: "all GPUs of an instance",
                });
            }
            _ => {
                return Err(Unsupported::Devices {
                    device: "shared GPUs",
                });
            }
        }
        if requirements.neuron_devices {
            return Err(Unsupported::Devices {
                device: "Neuron devices",
            });
        }
        let family = definition.family.as_deref().unwrap_or_default();
        Ok(Self {
            requirements: Arc::new(requirements),
            group: format!("family:{family}").into(),
            launch_type: LaunchType::Ec2,
            distinct_instance: false,
            member_of,
            strategies: Vec::new(),
        })
    }

    /// What a RunTask request asks for, given the task definition that it names.
    ///
    /// # Errors
    ///
    /// As [`PlacementRequest::new`], and constraints, strategies, launch types and overrides
    /// that are not placed.
    pub fn of_run_task(
        request: &RunTaskRequest,
        definition: &TaskDefinition,
    ) -> Result<Self, Unsupported> {
        if request
            .capacity_provider_strategy
            .as_ref()
            .is_some_and(|list| !list.is_empty())
        {
            return Err(Unsupported::CapacityProviders);
        }
        if let Some(overrides) = &request.overrides {
            check_overrides(overrides)?;
        }
        let mut placement = Self::new(definition)?
            .with_constraints(request.placement_constraints.as_deref().unwrap_or_default())?
            .with_strategies(request.placement_strategy.as_deref().unwrap_or_default())?;
        if let Some(launch_type) = &request.launch_type {
            placement = placement.with_launch_type(launch_type.clone())?;
        }
        Ok(match &request.group {
            Some(group) => placement.with_group(group),
            None => placement,
        })
    }

    /// The same task in another group; the tasks of a service have the group `service:` and
    /// its name.
    #[must_use]
    pub fn with_group(mut self, group: &str) -> Self {
        self.group = group.into();
        self
    }

    /// The same task of another launch type.
    ///
    /// # Errors
    ///
    /// Any launch type but `EC2` and `EXTERNAL`.
    pub fn with_launch_type(mut self, launch_type: LaunchType) -> Result<Self, Unsupported> {
        match launch_type {
            LaunchType::Ec2 | LaunchType::External => self.launch_type = launch_type,
            other => {
                return Err(Unsupported::LaunchType {
                    launch_type: other.to_string(),
                });
            }
        }
        Ok(self)
    }

    /// The same task with the constraints of a request, besides those it has.
    ///
    /// # Errors
    ///
    /// A constraint of another type, or an expression that is not of the cluster query language.
    pub fn with_constraints(
        mut self,
        constraints: &[PlacementConstraint],
    ) -> Result<Self, Unsupported> {
        for constraint in constraints {
            match &constraint.r#type {
                Some(PlacementConstraintType::DistinctInstance) => self.distinct_instance = true,
                Some(PlacementConstraintType::MemberOf) => {
                    self.member_of
                        .push(query(constraint.expression.as_deref())?);
                }
                other => {
                    let constraint = other.as_ref().map(ToString::to_string).unwrap_or_default();
                    return Err(Unsupported::Constraint { constraint });
                }
            }
        }
        Ok(self)
    }

    /// The same task with the strategies of a request, in their order.
    ///
    /// # Errors
    ///
    /// A strategy that does not exist.
    pub fn with_strategies(
        mut self,
        strategies: &[PlacementStrategy],
    ) -> Result<Self, Unsupported> {
        self.strategies = strategies
            .iter()
            .map(Strategy::try_from)
            .collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// What the task asks of an instance.
    #[must_use]
    pub fn requirements(&self) -> &Requirements {
        &self.requirements
    }

    /// The task group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    /// `EC2` or `EXTERNAL`.
    #[must_use]
    pub fn launch_type(&self) -> &LaunchType {
        &self.launch_type
    }

    /// Whether each task of the group needs an instance of its own.
    #[must_use]
    pub fn is_distinct_instance(&self) -> bool {
        self.distinct_instance
    }

    /// The expressions that an instance must satisfy.
    #[must_use]
    pub fn member_of(&self) -> &[Query] {
        &self.member_of
    }

    /// The strategies in their order.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.strategies
    }

    pub(crate) fn shared_requirements(&self) -> Arc<Requirements> {
        Arc::clone(&self.requirements)
    }

    pub(crate) fn shared_group(&self) -> Arc<str> {
        Arc::clone(&self.group)
    }
}

fn query(expression: Option<&str>) -> Result<Query, Unsupported> {
    let expression = expression.unwrap_or_default();
    let refuse = |reason| Unsupported::MemberOf {
        expression: expression.to_owned(),
        reason,
    };
    Query::parse(expression).map_err(refuse)
}

/// Commands and environment change nothing for placement; amounts would.
fn check_overrides(overrides: &TaskOverride) -> Result<(), Unsupported> {
    let refuse = |member| Err(Unsupported::Override { member });
    if overrides.cpu.is_some() {
        return refuse("cpu");
    }
    if overrides.memory.is_some() {
        return refuse("memory");
    }
    for container in overrides.container_overrides.as_deref().unwrap_or_default() {
        if container.cpu.is_some() {
            return refuse("containerOverrides.cpu");
        }
        if container.memory.is_some() || container.memory_reservation.is_some() {
            return refuse("containerOverrides.memory");
        }
        if container.resource_requirements.is_some() {
            return refuse("containerOverrides.resourceRequirements");
        }
    }
    Ok(())
}
