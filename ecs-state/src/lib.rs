//! Amazon ECS (Elastic Container Service) task and container lifecycle as a state machine without I/O or clock.

mod agent;
mod agent_status;
mod container_status;
mod dependency;
mod health;
mod instance;
mod report;
mod stop;
mod task;
mod task_spec;
mod task_status;
mod timeline;

pub use agent::{
    Action, AgentOptions, AgentTask, ImagePull, RuntimeError, RuntimeEvent, Wait, WaitCause,
};
pub use agent_status::{AgentTaskStatus, ContainerStanding, ReportedStatus, known_task_status};
pub use container_status::{ContainerStatus, SteadyState, UnknownStatus};
pub use dependency::{
    Condition, DependentPull, Never, Resolution, Standing, Target, deadline, resolve,
};
pub use health::task_health;
pub use instance::{
    Force, INACTIVE_INSTANCE_RETENTION, InstanceError, InstanceMachine, InstanceStatus,
};
pub use report::{ContainerReport, Rejection, TaskReport, Verdict};
pub use stop::StopCause;
pub use task::{HostLoss, STOPPED_TASK_RETENTION, StatusChange, TaskAction, TaskMachine};
pub use task_spec::{ContainerSpec, DEFAULT_STOP_TIMEOUT, Dependency, SpecError, TaskSpec};
pub use task_status::{DesiredStatus, Host, Network, Phases, Registration, StatusPair, TaskStatus};
pub use timeline::Timeline;
