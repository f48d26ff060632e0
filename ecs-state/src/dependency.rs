//! When one container may go on because of another: the conditions of `dependsOn`.

use core::fmt;
use core::time::Duration;

use ecs_model::{HealthStatus, Timestamp, named};
use serde::{Deserialize, Serialize};

use crate::{Behaviour, ContainerStatus, SteadyState};

/// What a container waits for in another one.
///
/// Source: API shape `ContainerCondition`; `CREATE` is the agent's own, for `volumesFrom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum Condition {
    /// It was created. Stands for `volumesFrom`.
    Create,
    /// It was started. Stands for `links` as well.
    Start,
    /// It ran to its end, with any exit code.
    Complete,
    /// It ran to its end with exit code 0.
    Success,
    /// Its health check says `HEALTHY`.
    Healthy,
}

named! {
    Condition {
        Create = "CREATE",
        Start = "START",
        Complete = "COMPLETE",
        Success = "SUCCESS",
        Healthy = "HEALTHY",
    }
}

/// When the images of containers with dependencies are pulled: the agent's variable
/// `ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DependentPull {
    /// After the dependencies are met, the default.
    #[default]
    WhenMet,
    /// At once; only creating the container waits.
    Upfront,
}

/// Where the container that waits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingContainer {
    /// How far it is.
    pub known: ContainerStatus,
    /// How far it shall come.
    pub desired: ContainerStatus,
    /// When its image is pulled.
    pub pull: DependentPull,
}

/// Where the container that is waited for stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// How far it is.
    pub known: ContainerStatus,
    /// How far it shall come.
    pub desired: ContainerStatus,
    /// Where it stays if it goes well.
    pub steady: SteadyState,
    /// The step that its container runtime works at.
    pub in_flight: Option<ContainerStatus>,
    /// Its exit code, once it has stopped.
    pub exit_code: Option<i32>,
    /// The health that its definition's check found; `None` without a check in the definition.
    pub health: Option<&'a HealthStatus>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// How long it may take to meet a condition after its start.
    pub start_timeout: Option<Duration>,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// The waiting container may go on.
    Met,
    /// Not yet.
    Waiting,
    /// Not now and never.
    Never(NeverMet),
}

/// Why a condition can never hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NeverMet {
    /// `SUCCESS` of a container that failed with this exit code.
    Failed(i32),
    /// `COMPLETE` or `SUCCESS` of a container that stopped without an exit code: it never ran.
    NoExitCode,
    /// The container will stop without having been started.
    WillNotStart,
    /// `HEALTHY` of a container that stopped before it was healthy.
    StoppedUnhealthy,
    /// `HEALTHY` of a container whose definition has no health check.
    NoHealthCheck,
    /// The start timeout of the container passed.
    TimedOut,
}

impl fmt::Display for NeverMet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(code) => write!(f, "it exited with code {code}"),
            Self::NoExitCode => f.write_str("it stopped without an exit code"),
            Self::WillNotStart => f.write_str("it will not be started"),
            Self::StoppedUnhealthy => f.write_str("it stopped before it was healthy"),
            Self::NoHealthCheck => f.write_str("its definition has no health check"),
            Self::TimedOut => f.write_str("its start timeout passed"),
        }
    }
}

impl Condition {
    /// Decides whether `target` may go on with respect to one dependency.
    ///
    /// What the agent leaves waiting for ever is [`Resolution::Never`] under [`Behaviour::Strict`].
    #[must_use]
    pub fn resolve(
        self,
        target: WaitingContainer,
        dependency: Standing<'_>,
        behaviour: Behaviour,
        now: Timestamp,
    ) -> Resolution {
        if target.known < first_gated(target.pull) || is_met(self, target, dependency) {
            return Resolution::Met;
        }
        match never(self, target, dependency, behaviour, now) {
            Some(reason) => Resolution::Never(reason),
            None => Resolution::Waiting,
        }
    }

    /// Whether it can hold at all, by where the dependency shall come and how it ended.
    ///
    /// Source: amazon-ecs-agent, dependency graph.
    #[must_use]
    pub fn is_resolvable(self, target: WaitingContainer, dependency: Standing<'_>) -> bool {
        let steady = dependency.steady.status();
        let desired = dependency.desired;
        let comes_up = desired == ContainerStatus::Created || desired == steady;
        let stopped = dependency.known == ContainerStatus::Stopped;
        match self {
            Self::Create => comes_up || desired == ContainerStatus::Stopped,
            Self::Start => match target.desired {
                ContainerStatus::Created => comes_up,
                _ => desired == steady,
            },
            Self::Complete => {
                comes_up
                    || desired == ContainerStatus::Stopped
                    || stopped && dependency.exit_code.is_some()
            }
            Self::Success => match (stopped, dependency.exit_code) {
                (true, Some(code)) => code == 0,
                _ => comes_up || desired == ContainerStatus::Stopped,
            },
            Self::Healthy => {
                dependency.health.is_some() && (comes_up || desired == ContainerStatus::Stopped)
            }
        }
    }

    /// The moment at which waiting becomes hopeless, if the dependency does not move before.
    #[must_use]
    pub fn deadline(self, target: WaitingContainer, dependency: Standing<'_>) -> Option<Timestamp> {
        let timed = matches!(self, Self::Complete | Self::Success | Self::Healthy);
        let waiting = timed
            && target.known < ContainerStatus::Created
            && dependency.known != ContainerStatus::Stopped;
        if !waiting {
            return None;
        }
        let timeout = dependency.start_timeout?;
        Some(dependency.started_at?.saturating_add(timeout))
    }
}

impl Standing<'_> {
    /// Whether the container was not started and never will be.
    ///
    /// Source: amazon-ecs-agent, container.
    #[must_use]
    pub fn will_not_start(&self) -> bool {
        self.known < ContainerStatus::Running
            && self.desired == ContainerStatus::Stopped
            && self.in_flight.is_none()
    }
}

/// The first status from which the next step has to wait.
const fn first_gated(pull: DependentPull) -> ContainerStatus {
    match pull {
        DependentPull::WhenMet => ContainerStatus::ManifestPulled,
        DependentPull::Upfront => ContainerStatus::Pulled,
    }
}

fn is_met(condition: Condition, target: WaitingContainer, dependency: Standing<'_>) -> bool {
    let stopped = dependency.known == ContainerStatus::Stopped;
    match condition {
        Condition::Create => dependency.known >= ContainerStatus::Created,
        Condition::Start => stopped || is_started(target, dependency),
        Condition::Complete => stopped && dependency.exit_code.is_some(),
        Condition::Success => stopped && dependency.exit_code == Some(0),
        Condition::Healthy => dependency.health == Some(&HealthStatus::Healthy),
    }
}

fn is_started(target: WaitingContainer, dependency: Standing<'_>) -> bool {
    let steady = dependency.known.is_steady(dependency.steady);
    match target.desired {
        ContainerStatus::Created => steady || dependency.known == ContainerStatus::Created,
        desired if desired.is_running() => steady,
        _ => false,
    }
}

fn never(
    condition: Condition,
    target: WaitingContainer,
    dependency: Standing<'_>,
    behaviour: Behaviour,
    now: Timestamp,
) -> Option<NeverMet> {
    if condition
        .deadline(target, dependency)
        .is_some_and(|deadline| now >= deadline)
    {
        return Some(NeverMet::TimedOut);
    }
    if condition == Condition::Healthy && !condition.is_resolvable(target, dependency) {
        return Some(NeverMet::NoHealthCheck);
    }
    if dependency.known != ContainerStatus::Stopped {
        return dependency
            .will_not_start()
            .then_some(NeverMet::WillNotStart);
    }
    match (condition, dependency.exit_code) {
        (Condition::Success, Some(code)) => Some(NeverMet::Failed(code)),
        _ if behaviour == Behaviour::Agent1_105 => None,
        (Condition::Success | Condition::Complete, None) => Some(NeverMet::NoExitCode),
        (Condition::Healthy, _) => Some(NeverMet::StoppedUnhealthy),
        _ => None,
    }
}
