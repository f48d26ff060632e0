//! What is to be placed, checked once.

mod calls;
mod refusal;
mod room;
mod unsupported;
mod wanted;

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::{
    Findings, LaunchType, PlacementConstraint, PlacementConstraintType, PlacementStrategy,
};
use ecs_taskdef::TaskDefinition;
pub use refusal::{RULES, RequestError};
pub(crate) use room::Room;
use serde::{Deserialize, Serialize};
pub use unsupported::Unsupported;
pub(crate) use wanted::{Selection, Wanted};

use crate::{Needs, Query, Strategy};

/// Copies of a task to be placed: how many, what each needs, its group, and where it should go.
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
/// let request = PlacementRequest::new(&sleep)?.with_count(3);
/// assert_eq!(request.group(), "family:sleep360");
/// assert_eq!(request.needs().memory, 10);
/// assert_eq!(request.count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PlacementRequest {
    count: u32,
    task: Arc<Wanted>,
}

/// A request as it is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    count: u32,
    needs: Needs,
    group: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    launch_type: Option<LaunchType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity_provider: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zones: Option<Box<[Box<str>]>>,
    #[serde(default)]
    attributes: Vec<(Box<str>, Option<Box<str>>)>,
    #[serde(default)]
    distinct_instance: bool,
    #[serde(default)]
    member_of: Vec<Query>,
    #[serde(default)]
    strategies: Vec<Strategy>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rooms: Vec<Room>,
}

impl PlacementRequest {
    /// One copy of a standalone task of launch type `EC2`, of the group `family:` and its
    /// family, without strategy.
    ///
    /// # Errors
    ///
    /// A task definition without family, with amounts below zero, or with constraints that are
    /// not of the cluster query language, which Amazon ECS refuses; or with constraints that are
    /// not [supported](crate::QueryError::is_unsupported) here.
    pub fn new(definition: &TaskDefinition) -> Result<Self, RequestError> {
        let mut findings = Findings::default();
        refusal::check_definition(definition, "", &mut findings);
        refusal::refuse(findings)?;
        Ok(Self::of_definition(definition)?)
    }

    fn of_definition(definition: &TaskDefinition) -> Result<Self, Unsupported> {
        let requirements = definition.requirements();
        let constraints = requirements.placement_constraints.iter();
        let member_of = constraints
            .map(|constraint| query(constraint.expression.as_deref()))
            .collect::<Result<_, _>>()?;
        let family = definition.family.as_deref().unwrap_or_default();
        let attributes = requirements.attributes.iter().filter_map(|attribute| {
            let value = attribute.value.as_deref().map(Box::from);
            Some((attribute.name.as_deref()?.into(), value))
        });
        let selection = Selection {
            launch_type: Some(LaunchType::Ec2),
            capacity_provider: None,
            zones: None,
            attributes: attributes.collect(),
            member_of,
        };
        let task = Wanted {
            needs: Arc::new(Needs::from(&requirements)),
            group: format!("family:{family}").into(),
            distinct_instance: false,
            strategies: Vec::new(),
            rooms: Vec::new(),
            selection: Arc::new(selection),
            fingerprint: 0,
            selection_print: 0,
        };
        Ok(Self::of(1, task))
    }

    /// So many copies of the same task.
    #[must_use]
    pub fn with_count(mut self, count: u32) -> Self {
        self.count = count;
        self
    }

    /// The same task in another group; the tasks of a service have the group `service:` and
    /// its name.
    #[must_use]
    pub fn with_group(self, group: &str) -> Self {
        self.change(|task| task.group = group.into())
    }

    /// The same task of another launch type.
    ///
    /// # Errors
    ///
    /// Any launch type but `EC2` and `EXTERNAL`.
    pub fn with_launch_type(self, launch_type: LaunchType) -> Result<Self, Unsupported> {
        placeable(&launch_type)?;
        Ok(self.change(|task| {
            Arc::make_mut(&mut task.selection).launch_type = Some(launch_type);
        }))
    }

    /// The same task for instances of every kind, external or not, as StartTask has it.
    #[must_use]
    pub fn of_any_launch_type(self) -> Self {
        self.change(|task| Arc::make_mut(&mut task.selection).launch_type = None)
    }

    /// The same task for the instances of a capacity provider, by its name. Another instance
    /// answers `ATTRIBUTE`, which is chosen here: Amazon ECS leaves it out of its answer.
    #[must_use]
    pub fn with_capacity_provider(self, provider: impl Into<Arc<str>>) -> Self {
        let provider = provider.into();
        self.change(|task| {
            Arc::make_mut(&mut task.selection).capacity_provider = Some(provider);
        })
    }

    /// The same task, whose network interface is in a subnet of one of these Availability Zones;
    /// of any if none is given. An instance in another zone answers `LOCATION`; so does one that
    /// names none in its attributes, which is chosen here, for Amazon ECS does not publish it. One
    /// that [lists no attributes](crate::Instance::lists_attributes) at all may be in any zone.
    ///
    /// A request names subnets (`awsvpcConfiguration`), and no document of the API says in which
    /// zones they lie.
    ///
    /// ```
    /// # use ecs_model::{Attribute, ContainerInstance, Resource};
    /// # use ecs_placement::{CellState, PlacementRequest, Registration};
    /// # let mut zone = Attribute::named("ecs.availability-zone");
    /// # zone.value = Some("us-east-1a".to_owned());
    /// # let instance = ContainerInstance::default()
    /// #     .with_container_instance_arn("a")
    /// #     .with_status("ACTIVE")
    /// #     .with_agent_connected(true)
    /// #     .with_attributes([zone])
    /// #     .with_registered_resources([Resource::integer("CPU", 1_024), Resource::integer("MEMORY", 1_400)]);
    /// # let mut cell = CellState::new();
    /// # cell.register(&Registration::try_from(&instance)?);
    /// # let web = serde_json::from_str(r#"{
    /// #     "family": "web", "containerDefinitions": [{"name": "web", "image": "web", "memory": 500}]
    /// # }"#)?;
    /// let request = PlacementRequest::new(&web)?.with_zones(["us-east-1b", "us-east-1c"]);
    /// let explanation = cell.snapshot().explain(&request);
    /// let reason = &explanation.instances()[0].reasons[0];
    /// assert_eq!(reason.code().as_str(), "LOCATION");
    /// assert_eq!(reason.to_string(), "is not in zone `us-east-1b` or `us-east-1c`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_zones<'a>(self, zones: impl IntoIterator<Item = &'a str>) -> Self {
        let zones: BTreeSet<&str> = zones.into_iter().collect();
        let zones = any_if_none(zones.into_iter().map(Box::from).collect());
        self.change(|task| Arc::make_mut(&mut task.selection).zones = zones)
    }

    /// The same task with the constraints of a request, besides those it has.
    ///
    /// # Errors
    ///
    /// A constraint of another type, or an expression that is not of the cluster query language.
    pub fn with_constraints(
        self,
        constraints: &[PlacementConstraint],
    ) -> Result<Self, Unsupported> {
        let mut distinct = false;
        let mut member_of = Vec::new();
        for constraint in constraints {
            match &constraint.r#type {
                Some(PlacementConstraintType::DistinctInstance) => distinct = true,
                Some(PlacementConstraintType::MemberOf) => {
                    member_of.push(query(constraint.expression.as_deref())?);
                }
                other => {
                    let constraint = other.as_ref().map(ToString::to_string).unwrap_or_default();
                    return Err(Unsupported::Constraint { constraint });
                }
            }
        }
        Ok(self.change(|task| {
            task.distinct_instance |= distinct;
            Arc::make_mut(&mut task.selection)
                .member_of
                .extend(member_of);
        }))
    }

    /// The same task with the strategies of a request, in their order.
    ///
    /// # Errors
    ///
    /// A strategy that does not exist.
    pub fn with_strategies(self, strategies: &[PlacementStrategy]) -> Result<Self, Unsupported> {
        let strategies = strategies
            .iter()
            .map(Strategy::try_from)
            .collect::<Result<_, _>>()?;
        Ok(self.change(|task| task.strategies = strategies))
    }

    /// The same task that takes other amounts. Of the needs of a task that is on an instance, how
    /// many devices all of them are there and which GPU it shares makes no difference.
    #[must_use]
    pub fn with_needs(self, needs: Needs) -> Self {
        self.change(|task| task.needs = Arc::new(needs.of_any_instance()))
    }

    /// The same task for instances that satisfy one more expression.
    #[must_use]
    pub fn with_member_of(self, query: Query) -> Self {
        self.change(|task| Arc::make_mut(&mut task.selection).member_of.push(query))
    }

    /// How many copies.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// What one copy takes of an instance.
    #[must_use]
    pub fn needs(&self) -> &Needs {
        &self.task.needs
    }

    /// The task group.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.task.group
    }

    /// `EC2` or `EXTERNAL`; none if it makes no difference.
    #[must_use]
    pub fn launch_type(&self) -> Option<&LaunchType> {
        self.task.selection.launch_type.as_ref()
    }

    /// The name of the capacity provider whose instances are asked; none if all are.
    #[must_use]
    pub fn capacity_provider(&self) -> Option<&str> {
        self.task.selection.capacity_provider.as_deref()
    }

    /// The Availability Zones in one of which the instance has to be, in order; any if there are
    /// none.
    #[must_use]
    pub fn zones(&self) -> Option<&[Box<str>]> {
        self.task.selection.zones.as_deref()
    }

    /// Whether each task of the group needs an instance of its own.
    #[must_use]
    pub fn is_distinct_instance(&self) -> bool {
        self.task.distinct_instance
    }

    /// The expressions that an instance must satisfy.
    #[must_use]
    pub fn member_of(&self) -> &[Query] {
        &self.task.selection.member_of
    }

    /// The strategies in their order.
    #[must_use]
    pub fn strategies(&self) -> &[Strategy] {
        &self.task.strategies
    }

    pub(crate) fn task(&self) -> &Arc<Wanted> {
        &self.task
    }

    fn of(count: u32, mut task: Wanted) -> Self {
        task.seal();
        Self {
            count,
            task: Arc::new(task),
        }
    }

    fn change(mut self, change: impl FnOnce(&mut Wanted)) -> Self {
        let task = Arc::make_mut(&mut self.task);
        change(task);
        task.seal();
        self
    }
}

impl TryFrom<Written> for PlacementRequest {
    type Error = Unsupported;

    fn try_from(written: Written) -> Result<Self, Unsupported> {
        written.strategies.iter().try_for_each(Strategy::check)?;
        let selection = Selection {
            launch_type: written.launch_type,
            capacity_provider: written.capacity_provider,
            zones: written.zones.and_then(any_if_none),
            attributes: written.attributes,
            member_of: written.member_of,
        };
        let mut rooms = written.rooms.iter();
        selection.check()?;
        rooms.try_for_each(|room| room.selection.check())?;
        let task = Wanted {
            needs: Arc::new(written.needs.of_any_instance()),
            group: written.group,
            distinct_instance: written.distinct_instance,
            strategies: written.strategies,
            rooms: written.rooms,
            selection: Arc::new(selection),
            fingerprint: 0,
            selection_print: 0,
        };
        Ok(Self::of(written.count, task))
    }
}

impl From<PlacementRequest> for Written {
    fn from(request: PlacementRequest) -> Self {
        let task = request.task;
        Self {
            count: request.count,
            needs: (*task.needs).clone(),
            group: Arc::clone(&task.group),
            launch_type: task.selection.launch_type.clone(),
            capacity_provider: task.selection.capacity_provider.clone(),
            zones: task.selection.zones.clone(),
            attributes: task.selection.attributes.clone(),
            distinct_instance: task.distinct_instance,
            member_of: task.selection.member_of.clone(),
            strategies: task.strategies.clone(),
            rooms: task.rooms.clone(),
        }
    }
}

/// Zones in one of which an instance has to be.
fn any_if_none(zones: Box<[Box<str>]>) -> Option<Box<[Box<str>]>> {
    (!zones.is_empty()).then_some(zones)
}

/// Refuses a launch type whose tasks run on no container instance.
fn placeable(launch_type: &LaunchType) -> Result<(), Unsupported> {
    match launch_type {
        LaunchType::Ec2 | LaunchType::External => Ok(()),
        other => Err(Unsupported::LaunchType {
            launch_type: other.to_string(),
        }),
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
