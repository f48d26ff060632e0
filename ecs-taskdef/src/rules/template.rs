//! What is found in a template around its task definitions.

use crate::{Rule, Source};

pub(super) const FOUND: &[Rule] = &[
    NAME_UNDEFINED,
    CONDITION_UNDEFINED,
    MEMBER_NAME,
    SERVICE_MEMBER,
    SERVICE_NETWORK,
    SERVICE_NETWORK_MODE,
    SERVICE_LAUNCH_TYPE,
    SERVICE_CONTAINER,
    SERVICE_PORT,
    SERVICE_CIRCUIT_BREAKER,
];

const TEMPLATE_REFERENCE: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html";
const SERVICE: Source = Source::Page {
    title: "CloudFormation template reference, AWS::ECS::Service",
    url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html",
};
const CREATE_SERVICE: Source = Source::Api("CreateService");
/// The answer of CloudFormation to a template that is wrong in itself.
const VALIDATION: &str = "ValidationError";

pub(crate) const NAME_UNDEFINED: Rule = Rule::new(
    "template-name-undefined",
    "a function names a parameter or a resource of its template",
    Source::Page {
        title: "CloudFormation User Guide, intrinsic functions",
        url: TEMPLATE_REFERENCE,
    },
)
.answered_by(VALIDATION);
pub(crate) const CONDITION_UNDEFINED: Rule = Rule::new(
    "template-condition-undefined",
    "`Fn::If` names a condition of its template",
    Source::Page {
        title: "CloudFormation User Guide, intrinsic functions",
        url: TEMPLATE_REFERENCE,
    },
)
.answered_by(VALIDATION);
pub(crate) const MEMBER_NAME: Rule = Rule::new(
    "cloudformation-member-name",
    "members of a template have the names of CloudFormation",
    Source::Page {
        title: "CloudFormation template reference, AWS::ECS::TaskDefinition",
        url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html",
    },
)
.answered_by(VALIDATION);
pub(crate) const SERVICE_MEMBER: Rule = Rule::new(
    "template-service-member-unknown",
    "each member of a service is one that CloudFormation knows",
    SERVICE,
)
.answered_by(VALIDATION);
pub(crate) const SERVICE_NETWORK: Rule = Rule::new(
    "template-service-network-configuration",
    "a service of tasks in `awsvpc` says in which subnets they run",
    CREATE_SERVICE,
)
.answered_by(Rule::INVALID_PARAMETER)
.quoted("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
pub(crate) const SERVICE_NETWORK_MODE: Rule = Rule::new(
    "template-service-network-mode",
    "only a service of tasks in `awsvpc` has a network configuration",
    CREATE_SERVICE,
)
.answered_by(Rule::INVALID_PARAMETER)
.quoted("Network Configuration is not valid for the given networkMode of this task definition.");
pub(crate) const SERVICE_LAUNCH_TYPE: Rule = Rule::new(
    "template-service-launch-type",
    "the launch type of a service is one that its task definition fits",
    CREATE_SERVICE,
)
.answered_by(Rule::INVALID_PARAMETER)
.quoted("Task definition does not support launch_type {}.");
pub(crate) const SERVICE_CONTAINER: Rule = Rule::new(
    "template-service-container",
    "a load balancer names a container of the task definition",
    CREATE_SERVICE,
)
.answered_by(Rule::INVALID_PARAMETER);
pub(crate) const SERVICE_PORT: Rule = Rule::new(
    "template-service-container-port",
    "a load balancer names a port that the container maps",
    CREATE_SERVICE,
)
.answered_by(Rule::INVALID_PARAMETER)
.quoted("The container {} did not have a container port {} defined.");
pub(crate) const SERVICE_CIRCUIT_BREAKER: Rule = Rule::new(
    "template-service-circuit-breaker",
    "the circuit breaker is that of rolling deployments",
    Source::Api("DeploymentCircuitBreaker"),
)
.warning();
