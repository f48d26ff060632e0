//! ECS Anywhere: machines outside of AWS as container instances.
//!
//! In the order in which a machine meets them:
//!
//! 1. [`trust_policy`] and [`required_policies`]: the role it will have.
//! 2. [`CreateActivationRequest`]: asks for what it registers with.
//! 3. [`Machine::problems`]: whether it can become an external instance, by the supported
//!    [`OperatingSystem`]s of the day; [`endpoints`]: what it must reach.
//! 4. [`InstallParameters`]: the arguments of the installation script, whose steps are
//!    [`RegistrationStep`]s.
//! 5. [`duplicates`] finds what stays behind when it moves to another cluster.
//!
//! [`AnywhereRules`] say what external instances could do on a day: AWS has changed much of it.
//! How far an activation, a machine and its move are is kept by the machines of crate `ecs-state`.
//!
//! Source: Developer Guide,
//! [external instances](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html);
//! Systems Manager User Guide, hybrid activations.

mod activation;
mod credential;
mod date;
mod duplicates;
mod endpoint;
mod feature;
mod install;
mod managed_instance;
mod operating_system;
mod policy;
mod registration;

pub(crate) use activation::RULES;
pub use ecs_arn::{ArnError, Partition};

pub use activation::{
    ActivationTag, CreateActivationRequest, CreateActivationResponse, DEFAULT_VALIDITY,
    MAX_VALIDITY,
};
pub use credential::{CREDENTIAL_RELOAD, CREDENTIAL_ROTATION, TASK_ROLE_COMMANDS};
pub use duplicates::duplicates;
pub use endpoint::{Endpoint, EndpointPurpose, endpoints, endpoints_as_of};
pub use feature::{AnywhereFeature, AnywhereRules, Support};
pub use install::{
    DockerSource, InstallArguments, InstallError, InstallParameters, IpCompatibility,
    LINUX_SCRIPT_URL, SCRIPT_KEY_FINGERPRINT, WINDOWS_SCRIPT_URL,
};
pub use managed_instance::{ManagedInstanceId, ManagedInstanceIdError, PingStatus};
pub use operating_system::{Architecture, OperatingSystem, OperatingSystemError, OsFamily};
pub use policy::{ManagedPolicy, registry_policy_arn, required_policies, trust_policy};
pub use registration::{
    Machine, MachineProblem, RegistrationStep, SUGGESTED_MEMORY, SUGGESTED_VCPUS,
};
