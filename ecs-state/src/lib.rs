//! Amazon ECS (Elastic Container Service) task and container lifecycle as a state machine without I/O or clock.
//!
//! What happens between `RunTask` and `STOPPED` is decided in two places, and here are both:
//!
//! - [`TaskMachine`] is a task as ECS sees it: last and desired status, the [`Phases`] it passes,
//!   when what happened, and why it stopped.
//! - [`AgentTask`] is the same task on its host: containers that are pulled, created, started and
//!   stopped in the order of their dependencies, and an explanation for each that waits.
//!
//! An agent tells ECS what happened with a [`TaskReport`], which one machine lends and the other
//! takes. Each can be used without the other. [`InstanceMachine`] is the container instance that
//! tasks run on, and [`AgentUpdate`] an update of its agent, whose own side is [`AgentUpdater`].
//!
//! The machines follow one scheme. Events go in with `handle_*`, which take the time as `now`; what
//! is to be done comes out of `poll_*`. There is no clock, no thread and no I/O, a clone is a
//! snapshot, serde writes one that outlives the program, and the same calls give the same results.
//! What changes a machine can be kept as a record and applied to its copies, which are polled as
//! the machine is: see [`Recorded`].
//! Statuses only go up: what comes twice, late or in another order gets a [`Verdict`] and does no
//! harm.
//!
//! ```
//! use ecs_model::Timestamp;
//! use ecs_state::{
//!     AgentTask, ContainerSpec, AgentAction, Phases, RuntimeEvent, TaskMachine, TaskSpec,
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
//! # Whose rules
//!
//! The host follows the rules of amazon-ecs-agent without their holes, or with them: see
//! [`Behaviour`]. Every status and event of tasks, containers, container instances and updates, with
//! what follows, stands in [`transition`].

mod agent;
mod agent_status;
#[cfg(feature = "agent")]
mod agent_update;
#[cfg(feature = "agent")]
mod agent_updater;
#[cfg(feature = "anywhere")]
pub mod anywhere;
mod attachment;
mod behaviour;
mod bindings;
mod container_status;
mod dependency;
mod exit_code;
mod health;
mod instance;
mod managed_agent;
mod moment;
mod report;
mod resource;
mod restart;
mod restore;
mod stop;
mod stop_signal;
mod task;
mod task_spec;
mod task_status;
mod timeline;
pub mod transition;
mod verdict;

pub use agent::{
    AgentAction, AgentEvent, AgentOptions, AgentTask, ContainerHealthReport, Credentials,
    FailedStep, Hold, ImagePull, NextStep, REPORT_BATCH, REPORT_RETRY, ResourceEvent, RuntimeError,
    RuntimeEvent, TASK_CLEANUP_WAIT, UNSENT_CLEANUP_WAIT, Wait, WaitCause, step_resolved,
};
pub use agent_status::{AgentTaskStatus, ReportedStatus};
#[cfg(feature = "agent")]
pub use agent_update::{AgentUpdate, UPDATE_TIMEOUT, UpdateAction, UpdateEvent, UpdateStatus};
#[cfg(feature = "agent")]
pub use agent_updater::{
    AgentUpdater, DOWNLOAD_TIMEOUT, UPDATE_EXIT_CODE, UpdateInfo, UpdaterAction, UpdaterEvent,
};
pub use attachment::{
    ATTACHMENT_TIMEOUT, AttachmentEvent, AttachmentKind, AttachmentStatus, HostAttachment,
    HostAttachmentStatus,
};
pub use behaviour::{Behaviour, Difference};
pub use container_status::{ContainerStatus, SteadyState};
pub use dependency::{Condition, DependentPull, NeverMet, Resolution, Standing, WaitingContainer};
pub use ecs_model::{TaskStatus, UnknownName};
pub use ecs_taskdef::{Decision, Record, Recorded};
pub use exit_code::ExitCode;
pub use health::task_health;
pub use instance::{
    ForceDeregistration, HEARTBEAT_TIMEOUT, INACTIVE_INSTANCE_RETENTION, InstanceAction,
    InstanceChange, InstanceChangeError, InstanceEvent, InstanceMachine, InstanceStatus,
    MANAGED_DRAINING_LIMIT, TaskCounts,
};
pub use managed_agent::ManagedAgentStatus;
pub use report::{
    ContainerReport, MAX_IMAGE_DIGEST_LENGTH, MAX_REASON_LENGTH, MAX_RUNTIME_ID_LENGTH,
    ManagedAgentReport, TaskReport,
};
pub use resource::{ResourceSpec, ResourceStatus};
pub use restart::{ContainerEnd, DEFAULT_RESTART_ATTEMPT_PERIOD, NoRestart, RestartPolicy};
pub use restore::RestoreError;
pub use stop::{StopCause, StopWording};
pub use stop_signal::{StopSignal, StopSignalError};
pub use task::{
    ASK_AGAIN, HostLoss, STOPPED_TASK_RETENTION, TaskAction, TaskChange, TaskEvent,
    TaskExplanation, TaskMachine, TaskTimeout, TaskWait,
};
pub use task_spec::{
    ContainerSpec, DEFAULT_STOP_TIMEOUT, Dependency, NETWORK_CONTAINER, SpecError, StepDependency,
    TaskSpec,
};
pub use task_status::{HostProvider, Phases, Registration, StatusPair, TaskNetwork};
pub use timeline::Timeline;
pub use verdict::{Rejection, Verdict};
