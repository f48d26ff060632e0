//! Amazon ECS (Elastic Container Service) task and container lifecycle as a state machine without I/O or clock.
//!
//! What happens between `RunTask` and `STOPPED` is decided in two places, and here are both:
//!
//! - [`TaskMachine`] is a task as ECS sees it: last and desired status, the [`Phases`] it passes,
//!   when what happened, and why it stopped.
//! - [`AgentTask`] is the same task on its host: containers that are pulled, created, started and
//!   stopped in the order of their dependencies, and an explanation for each that waits.
//!
//! An agent tells ECS what happened with a [`TaskReport`], which one machine makes and the other
//! takes. Each can be used without the other. [`InstanceMachine`] is the container instance that
//! tasks run on. Machines outside of AWS, their activations and moves are in [`anywhere`], a
//! feature that is on by default.
//!
//! The machines follow one scheme. Events go in with `handle_*`, which take the time as `now`; what
//! is to be done comes out of `poll_*`. There is no clock, no thread and no I/O, a clone is a
//! snapshot, and the same calls give the same results. Statuses only go up: what comes twice, late
//! or in another order gets a [`Verdict`] and does no harm.
//!
//! ```
//! use ecs_model::Timestamp;
//! use ecs_state::{
//!     AgentAction, AgentTask, ContainerSpec, Phases, RuntimeEvent, TaskMachine, TaskSpec,
//! };
//!
//! let spec = TaskSpec::new([ContainerSpec::new("web")])?;
//! let at = Timestamp::from_seconds;
//! let mut host = AgentTask::new(spec.clone(), at(0));
//! let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
//!
//! // A host on which everything works at once.
//! while let Some(action) = host.poll_action() {
//!     let (container, event) = match action {
//!         AgentAction::PullManifest { container } => {
//!             (container, RuntimeEvent::ManifestPulled { digest: None })
//!         }
//!         AgentAction::Pull { container } => (container, RuntimeEvent::Pulled),
//!         AgentAction::Create { container } => (container, RuntimeEvent::Created { runtime_id: None }),
//!         AgentAction::Start { container } => {
//!             (container, RuntimeEvent::Started { network_bindings: Vec::new() })
//!         }
//!         _ => continue,
//!     };
//!     let _ = host.handle_event(&container, event, at(1));
//! }
//! while let Some(report) = host.poll_report() {
//!     let _ = task.handle_report(&report, at(2));
//! }
//! assert_eq!(task.status().to_string(), "RUNNING:RUNNING");
//! # Ok::<(), ecs_state::SpecError>(())
//! ```
//!
//! # Scope
//!
//! Volumes and other resources of a task, managed agents, attachments and updates of the agent are
//! not here yet.

mod agent;
mod agent_status;
#[cfg(feature = "anywhere")]
pub mod anywhere;
mod container_status;
mod dependency;
mod health;
mod instance;
mod named;
mod report;
mod restart;
mod stop;
mod task;
mod task_spec;
mod task_status;
mod timeline;

pub use agent::{
    AgentAction, AgentOptions, AgentTask, ImagePull, RuntimeError, RuntimeEvent, Wait, WaitCause,
};
pub use agent_status::{AgentTaskStatus, ContainerStanding, ReportedStatus, known_task_status};
pub use container_status::{ContainerStatus, SteadyState};
pub use dependency::{
    Condition, DependentPull, NeverMet, Resolution, Standing, WaitingContainer, deadline, resolve,
};
pub use health::task_health;
pub use instance::{
    ForceDeregistration, INACTIVE_INSTANCE_RETENTION, InstanceChangeError, InstanceMachine,
    InstanceStatus,
};
pub use named::UnknownName;
pub use report::{ContainerReport, Rejection, TaskReport, Verdict};
pub use restart::{ContainerEnd, DEFAULT_RESTART_ATTEMPT_PERIOD, NoRestart, RestartPolicy};
pub use stop::StopCause;
pub use task::{HostLoss, STOPPED_TASK_RETENTION, StatusChange, TaskAction, TaskMachine};
pub use task_spec::{ContainerSpec, DEFAULT_STOP_TIMEOUT, Dependency, SpecError, TaskSpec};
pub use task_status::{
    DesiredStatus, HostProvider, Phases, Registration, StatusPair, TaskNetwork, TaskStatus,
};
pub use timeline::Timeline;
