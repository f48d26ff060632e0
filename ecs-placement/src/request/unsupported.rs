//! What is not placed.

use ecs_model::CapacityProviderStrategyItem;
use thiserror::Error;

use crate::QueryError;

/// Something that this engine does not place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// An expression of a part of the cluster query language that is not
    /// [supported](QueryError::is_unsupported), or one that a caller gives by itself and that is
    /// not of that language.
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
    /// An attribute that instances must have, without its name.
    #[error("a required attribute has no name")]
    UnnamedAttribute,
    /// Only `EC2` and `EXTERNAL` tasks run on container instances of a cell. For `FARGATE` there
    /// is [`Fargate::plan`](crate::Fargate::plan), which takes the subnets of the request.
    #[error(
        "tasks of launch type `{launch_type}` are not placed on container instances{}",
        elsewhere(launch_type)
    )]
    LaunchType {
        /// The launch type.
        launch_type: String,
    },
    /// Capacity providers choose instances by themselves.
    #[error("a strategy of capacity providers is not evaluated: {}", quoted(.providers))]
    CapacityProviders {
        /// The providers.
        providers: Vec<String>,
    },
    /// Devices whose amounts no document of an instance has.
    #[error(
        "{device} are not placed: the documents of instances do not say how much of them there is"
    )]
    Devices {
        /// Which devices.
        device: &'static str,
    },
    /// Of the deployment controllers only `ECS` and `EXTERNAL` are.
    #[error(
        "services of deployment controller `{controller}` are not kept, only those of `ECS` and \
         `EXTERNAL`"
    )]
    DeploymentController {
        /// The controller.
        controller: String,
    },
    /// Of the scheduling strategies only those that there are.
    #[error("services of scheduling strategy `{strategy}` are not kept")]
    SchedulingStrategy {
        /// The strategy.
        strategy: String,
    },
    /// Less than no copy.
    #[error("count is {count}, less than nothing")]
    Count {
        /// The count.
        count: i32,
    },
}

impl Unsupported {
    /// Refuses a strategy of capacity providers, if there is one.
    pub(crate) fn refuse_providers(strategy: &[CapacityProviderStrategyItem]) -> Result<(), Self> {
        let name = |item: &CapacityProviderStrategyItem| {
            item.capacity_provider().unwrap_or_default().to_owned()
        };
        match strategy {
            [] => Ok(()),
            items => Err(Self::CapacityProviders {
                providers: items.iter().map(name).collect(),
            }),
        }
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn elsewhere(launch_type: &str) -> &'static str {
    match launch_type {
        "FARGATE" => ", but in subnets: a plan of Fargate says in which",
        _ => "",
    }
}
