//! Why a task is where it is.

use core::fmt;

use ecs_model::Timestamp;

use super::{TaskAction, TaskMachine};
use crate::{ReportedStatus, StatusPair, TaskStatus};

/// What a task waits for, since when, and what happens if it waits in vain.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{ContainerSpec, Phases, StopCause, TaskMachine, TaskSpec};
///
/// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
/// let at = Timestamp::from_seconds;
/// let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
/// let _ = task.handle_launched(at(1));
/// assert_eq!(
///     task.explain().to_string(),
///     "the task is PENDING:RUNNING since 1970-01-01T00:00:00Z and waits for containers: web"
/// );
/// let _ = task.handle_stop(StopCause::User { reason: None }, at(2));
/// assert_eq!(
///     task.explain().to_string(),
///     "the task is PENDING:STOPPED since 1970-01-01T00:00:02Z and waits for the end of \
///      containers: web; at 1970-01-01T00:01:02Z the agent is asked again to stop it"
/// );
/// # Ok::<(), ecs_state::SpecError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskExplanation<'a> {
    /// Where it is, and where it shall be.
    pub status: StatusPair,
    /// Since when its status has not changed.
    pub since: Timestamp,
    /// What it waits for.
    pub waits_for: TaskWait<'a>,
    /// What happens next if nothing else does, and when.
    pub timeout: Option<(Timestamp, TaskTimeout)>,
}

/// What a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskWait<'a> {
    /// Nothing: it runs, or it has stopped.
    Nothing,
    /// ECS, which prepares it.
    Provisioning,
    /// The agent, which has not answered yet.
    Agent,
    /// Containers that do not run yet.
    Containers(Vec<&'a str>),
    /// ECS, which enters it in target groups or service discovery.
    Registration,
    /// ECS, which takes it out of them.
    Deregistration,
    /// Containers that have not stopped yet.
    Ends(Vec<&'a str>),
    /// ECS, which takes back what it prepared.
    Deprovisioning,
}

/// What happens to a task because nothing else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskTimeout {
    /// The agent is asked again.
    AskAgain(TaskAction),
    /// The task is given up because its network interface did not come up.
    NetworkInterface,
    /// It is forgotten.
    Forgotten,
}

impl TaskMachine {
    /// What the task waits for, since when, and which timeout is next.
    #[must_use]
    pub fn explain(&self) -> TaskExplanation<'_> {
        TaskExplanation {
            status: self.status,
            since: self.since.get().unwrap_or_default(),
            waits_for: self.waits_for(),
            timeout: self.explain_timeout(),
        }
    }

    fn waits_for(&self) -> TaskWait<'_> {
        let stops = self.status.shall_stop;
        match self.status.last {
            TaskStatus::Provisioning => TaskWait::Provisioning,
            TaskStatus::Deactivating if self.stops.registered => TaskWait::Deregistration,
            TaskStatus::Deprovisioning => TaskWait::Deprovisioning,
            TaskStatus::Stopped | TaskStatus::Deleted => TaskWait::Nothing,
            _ if stops => TaskWait::Ends(self.named(|status| status != ReportedStatus::Stopped)),
            TaskStatus::Running => TaskWait::Nothing,
            _ if self.stops.registered => TaskWait::Registration,
            _ if !self.stops.agent_has_it => TaskWait::Agent,
            _ => TaskWait::Containers(self.named(|status| status == ReportedStatus::Pending)),
        }
    }

    fn named(&self, is_meant: impl Fn(ReportedStatus) -> bool) -> Vec<&str> {
        self.containers()
            .filter(|container| is_meant(container.status()))
            .map(|container| container.name())
            .collect()
    }

    fn explain_timeout(&self) -> Option<(Timestamp, TaskTimeout)> {
        let ask = TaskTimeout::AskAgain(match self.status.shall_stop {
            true => TaskAction::StopContainers,
            false => TaskAction::Launch,
        });
        let all = [
            (self.ask_at, ask),
            (self.attach_by, TaskTimeout::NetworkInterface),
            (self.forgotten_at(), TaskTimeout::Forgotten),
        ];
        all.into_iter()
            .filter_map(|(at, timeout)| Some((at.get()?, timeout)))
            .min_by_key(|(at, _)| *at)
    }
}

impl fmt::Display for TaskExplanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the task is {} since {}", self.status, self.since)?;
        match &self.waits_for {
            TaskWait::Nothing => f.write_str(" and waits for nothing")?,
            TaskWait::Provisioning => f.write_str(" and waits for ECS to prepare it")?,
            TaskWait::Agent => f.write_str(" and waits for its agent to take it")?,
            TaskWait::Containers(names) => {
                write!(f, " and waits for containers: {}", names.join(", "))?;
            }
            TaskWait::Registration => f.write_str(" and waits for ECS to register it")?,
            TaskWait::Deregistration => f.write_str(" and waits for ECS to deregister it")?,
            TaskWait::Ends(names) => {
                write!(
                    f,
                    " and waits for the end of containers: {}",
                    names.join(", ")
                )?;
            }
            TaskWait::Deprovisioning => {
                f.write_str(" and waits for ECS to take back what it prepared")?;
            }
        }
        let Some((at, timeout)) = self.timeout else {
            return Ok(());
        };
        write!(f, "; at {at} ")?;
        f.write_str(match timeout {
            TaskTimeout::AskAgain(TaskAction::StopContainers) => {
                "the agent is asked again to stop it"
            }
            TaskTimeout::AskAgain(_) => "the agent is asked again to take it",
            TaskTimeout::NetworkInterface => "it is given up without its network interface",
            TaskTimeout::Forgotten => "it is forgotten",
        })
    }
}
