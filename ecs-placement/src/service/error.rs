//! Why a service is not created, changed or deleted.

use ecs_arn::ArnError;
use ecs_model::{Exception, ExceptionName};
use thiserror::Error;

use super::rebalance::NotRebalanced;
use super::task_sets::TaskSetError;
use crate::capacity::CapacityError;
use crate::deployment::BreakerError;
use crate::deployment::shift::{ShiftConfigurationError, ShiftError};
use crate::{FargateError, RequestError, Unsupported};

/// A request about a service that is refused. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// Amazon ECS refuses the request, or asks for what this scheduler does not do.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The circuit breaker cannot be as it is written.
    #[error(transparent)]
    Breaker(#[from] BreakerError),
    /// A daemon service has one task on each instance, and stops it before it starts another.
    #[error("a maximum of {maximum} percent cannot be combined with `DAEMON`, only 100")]
    DaemonMaximum {
        /// The maximum.
        maximum: u32,
    },
    /// The cluster has no proper ARN.
    #[error(transparent)]
    Cluster(#[from] ArnError),
    /// Fargate has no place for the tasks.
    #[error(transparent)]
    Fargate(#[from] FargateError),
    /// Traffic cannot be shifted as the configuration says.
    #[error(transparent)]
    ShiftConfiguration(#[from] ShiftConfigurationError),
    /// A daemon service replaces task by task.
    #[error("strategy `{strategy}` cannot be combined with `DAEMON`")]
    DaemonStrategy {
        /// The strategy.
        strategy: String,
    },
    /// Parts of the traffic are shifted, and nothing leads traffic to the service.
    #[error("strategy `{strategy}` needs a load balancer, VPC Lattice or Service Connect")]
    NoTraffic {
        /// The strategy.
        strategy: String,
    },
    /// A service has no deployment that shifts traffic or calls hooks.
    #[error("the service `{service}` has no deployment that shifts traffic or calls hooks")]
    NoShift {
        /// The service.
        service: String,
    },
    /// The deployment does not take what happens to its traffic or its hooks.
    #[error(transparent)]
    Shift(#[from] ShiftError),
    /// The task definition is not made for where its tasks would run.
    #[error("the task definition is not made for `{launch_type}`")]
    Incompatible {
        /// The launch type.
        launch_type: String,
    },
    /// Tasks would run on a Fargate that the services were not given:
    /// [`with_fargate`](super::Services::with_fargate) or
    /// [`with_fargate_spot`](super::Services::with_fargate_spot).
    #[error("the services have no Fargate that runs tasks of `{name}`")]
    NoFargate {
        /// The launch type, or the capacity provider.
        name: String,
    },
    /// Capacity providers that a service cannot have.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// A daemon service has a task on each instance, of whatever provider.
    #[error("a capacity provider strategy cannot be combined with `DAEMON`")]
    DaemonProviders,
    /// Another capacity provider strategy is only taken over with a new deployment.
    #[error(
        "another capacity provider strategy needs a new deployment, which `forceNewDeployment` \
         starts"
    )]
    ProvidersWithoutForce,
    /// A service was created with capacity providers.
    #[error(
        "the service was created with a capacity provider strategy: it has no launch type to go \
         back to"
    )]
    NoLaunchType,
    /// A service wants its zones evened out, and cannot have it.
    #[error(transparent)]
    Rebalancing(#[from] NotRebalanced),
    /// A service with task sets has no task definition of its own.
    #[error("a service of deployment controller `EXTERNAL` is created without a task definition")]
    External,
    /// The controller of a service stays.
    #[error("a change of the deployment controller from `{from}` to `{to}` is not made")]
    OtherController {
        /// The controller.
        from: String,
        /// The one that was asked for.
        to: String,
    },
    /// Task sets have it, or deployments, and the service has no use for it.
    #[error("`{member}` cannot be combined with deployment controller `EXTERNAL`")]
    ExternalMember {
        /// The member of the request.
        member: &'static str,
    },
    /// Only a service of controller `EXTERNAL` is created without a task definition.
    #[error("the deployment controller `{controller}` is not `EXTERNAL`")]
    NotExternal {
        /// The controller.
        controller: String,
    },
    /// The service has deployments, which Amazon ECS makes, and no task sets.
    #[error("the service `{service}` has no task sets: Amazon ECS deploys it")]
    NoTaskSets {
        /// The service.
        service: String,
    },
    /// Task sets have it, not the service.
    #[error("`{member}` cannot be changed of a service of deployment controller `EXTERNAL`")]
    TaskSetMember {
        /// The member of the request.
        member: &'static str,
    },
    /// The task sets of the service do not take it.
    #[error(transparent)]
    TaskSet(#[from] TaskSetError),
    /// A daemon service has as many tasks as there are instances for it.
    #[error("a desired count cannot be combined with `DAEMON`")]
    DaemonCount,
    /// Fewer tasks would be enough than must stay healthy.
    #[error(
        "early success with {percent} percent of the tasks cannot be combined with a minimum of \
         {minimum} percent"
    )]
    EarlySuccess {
        /// The healthy tasks that would be enough.
        percent: u32,
        /// The healthy tasks that there must be.
        minimum: u32,
    },
    /// Only a rolling deployment succeeds before all of its tasks are healthy.
    #[error("early success criteria cannot be combined with strategy `{strategy}`")]
    EarlyShift {
        /// The strategy.
        strategy: String,
    },
    /// No deployment of the service is under way.
    #[error("the service `{service}` has no deployment under way")]
    NoDeployment {
        /// The service.
        service: String,
    },
    /// No page of a list has given the token, or what it stands for is no longer kept.
    #[error("`{token}` is not a token of the list")]
    NextToken {
        /// The token.
        token: String,
    },
    /// There is a service of that name that is not deleted.
    #[error("the name `{service}` is already used by a service")]
    Exists {
        /// The name.
        service: String,
    },
    /// There is no such service.
    #[error("there is no service `{service}`")]
    NotFound {
        /// The service.
        service: String,
    },
    /// The service is deleted.
    #[error("the service `{service}` is not ACTIVE")]
    NotActive {
        /// The service.
        service: String,
    },
    /// A task definition is named, and not given, or given, and not named.
    #[error("the request and the task definition that was given do not belong together")]
    TaskDefinition,
    /// A service with tasks is only deleted by force.
    #[error("the service `{service}` shall have {desired} tasks: it is only deleted by force")]
    Scaled {
        /// The service.
        service: String,
        /// Its desired count.
        desired: u32,
    },
    /// A service with tasks is only deleted by force.
    #[error("the service `{service}` has {tasks} tasks: it is only deleted by force")]
    HasTasks {
        /// The service.
        service: String,
        /// Its tasks.
        tasks: u32,
    },
}

impl From<Unsupported> for ServiceError {
    fn from(unsupported: Unsupported) -> Self {
        Self::Request(unsupported.into())
    }
}

impl ServiceError {
    /// The exception with which Amazon ECS answers. Where its words are not known they are those
    /// of this error.
    #[must_use]
    pub fn exception(&self) -> Exception {
        match self {
            Self::Fargate(error) => error.exception(),
            Self::TaskSet(error) => error.exception(),
            Self::Request(error) => error.exception(),
            Self::Capacity(error) => error.exception(),
            Self::ShiftConfiguration(error) => error.exception(),
            Self::Shift(error) => error.exception(),
            own => Exception::new(own.exception_name(), own.words_of_aws()),
        }
    }

    fn exception_name(&self) -> ExceptionName {
        match self {
            Self::NoFargate { .. } | Self::OtherController { .. } => {
                ExceptionName::UnsupportedFeature
            }
            Self::NotFound { .. } => ExceptionName::ServiceNotFound,
            Self::NotActive { .. } => ExceptionName::ServiceNotActive,
            Self::NoDeployment { .. } => ExceptionName::Conflict,
            Self::NoShift { .. } => ExceptionName::ServiceDeploymentNotFound,
            _ => ExceptionName::InvalidParameter,
        }
    }

    /// What Amazon ECS says, where that is known; our own words elsewhere.
    fn words_of_aws(&self) -> String {
        if let Self::Incompatible { launch_type } = self
            && let Some(words) = in_its_words("task-launch-type")
        {
            return words.replace("{}", launch_type);
        }
        let known = match self {
            Self::Exists { .. } => Some("Creation of service was not idempotent."),
            Self::NotFound { .. } => Some("Service not found."),
            Self::NotActive { .. } => Some("Service was not ACTIVE."),
            Self::Scaled { .. } => {
                Some("The service cannot be stopped while it is scaled above 0.")
            }
            Self::HasTasks { .. } => {
                Some("The service cannot be stopped while deployments are active.")
            }
            Self::ProvidersWithoutForce => Some(
                "When switching from launch type to capacity provider strategy on an existing \
                 service, or making a change to a capacity provider strategy on a service that is \
                 already using one, you must force a new deployment.",
            ),
            Self::DaemonCount => in_its_words("daemon-desired-count"),
            // What it says is about values above 100.
            Self::DaemonMaximum { maximum: 101.. } => in_its_words("daemon-maximum-percent"),
            _ => None,
        };
        known.map_or_else(|| self.to_string(), str::to_owned)
    }
}

/// What Amazon ECS says where a request breaks a rule.
fn in_its_words(id: &str) -> Option<&'static str> {
    ecs_model::rules::all()
        .find(|rule| rule.id == id)?
        .aws_message
}
