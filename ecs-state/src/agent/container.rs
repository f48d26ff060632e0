//! What the machine keeps of one container.

use ecs_model::{HealthStatus, NetworkBinding, Timestamp};

use crate::{
    ContainerReport, ContainerSpec, ContainerStanding, ContainerStatus, DependentPull,
    ReportedStatus, Standing, SteadyState, WaitingContainer,
};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Container {
    pub(super) known: ContainerStatus,
    pub(super) sent: ContainerStatus,
    pub(super) desired: ContainerStatus,
    /// The step that the container runtime works at.
    pub(super) in_flight: Option<ContainerStatus>,
    /// When the process is killed, once it was asked to end.
    pub(super) kill_at: Option<Timestamp>,
    /// Whether a container that ran again after its end was stopped once more.
    pub(super) stopped_again: bool,
    pub(super) started_at: Option<Timestamp>,
    pub(super) restart_count: u32,
    pub(super) restarted_at: Option<Timestamp>,
    /// The exit code of a process that ended and is being started again.
    pub(super) ended_with: Option<i32>,
    pub(super) exit_code: Option<i32>,
    pub(super) reason: Option<String>,
    pub(super) health: HealthStatus,
    pub(super) runtime_id: Option<String>,
    pub(super) image_digest: Option<String>,
    pub(super) network_bindings: Vec<NetworkBinding>,
}

impl Container {
    pub(super) fn new(spec: &ContainerSpec) -> Self {
        Self {
            known: ContainerStatus::None,
            sent: ContainerStatus::None,
            desired: spec.steady.status(),
            in_flight: None,
            kill_at: None,
            stopped_again: false,
            started_at: None,
            restart_count: 0,
            restarted_at: None,
            ended_with: None,
            exit_code: None,
            reason: None,
            health: HealthStatus::Unknown,
            runtime_id: None,
            image_digest: None,
            network_bindings: Vec::new(),
        }
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.known == ContainerStatus::Stopped
    }

    pub(super) fn shall_stop(&self) -> bool {
        self.desired == ContainerStatus::Stopped
    }

    pub(super) fn stop(&mut self) {
        self.known = ContainerStatus::Stopped;
        self.desired = ContainerStatus::Stopped;
        self.in_flight = None;
        self.kill_at = None;
        self.ended_with = None;
    }

    pub(super) fn as_target(&self, pull: DependentPull) -> WaitingContainer {
        WaitingContainer {
            known: self.known,
            desired: self.desired,
            pull,
        }
    }

    pub(super) fn as_dependency(&self, spec: &ContainerSpec) -> Standing<'_> {
        Standing {
            known: self.known,
            desired: self.desired,
            steady: spec.steady,
            in_flight: self.in_flight,
            exit_code: self.exit_code,
            health: spec.has_health_check.then_some(&self.health),
            started_at: self.started_at,
            start_timeout: spec.start_timeout,
        }
    }

    pub(super) fn standing(&self, spec: &ContainerSpec) -> ContainerStanding {
        ContainerStanding {
            known: self.known,
            steady: spec.steady,
            essential: spec.essential,
        }
    }

    /// The report about a status that ECS has not heard of, marked as sent.
    ///
    /// Besides the statuses that are worth a report, a digest that was found is.
    pub(super) fn take_report(
        &mut self,
        name: &str,
        steady: SteadyState,
    ) -> Option<ContainerReport> {
        let digest_found =
            self.known == ContainerStatus::ManifestPulled && self.image_digest.is_some();
        let worth = self.known.is_reportable(steady) || digest_found;
        if !worth || self.sent >= self.known {
            return None;
        }
        self.sent = self.known;
        let status = self.known.reported(steady);
        let stopped = status == ReportedStatus::Stopped;
        Some(ContainerReport {
            exit_code: self.exit_code,
            reason: self.reason.clone().filter(|_| stopped),
            runtime_id: self.runtime_id.clone(),
            image_digest: self.image_digest.clone(),
            network_bindings: self.network_bindings.clone(),
            ..ContainerReport::new(name, status)
        })
    }
}
