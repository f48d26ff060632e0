//! A deployment of a service, and the revision that it goes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecs_model::deployment::DeploymentRolloutState;
use ecs_model::gateway::GatewayConnector;
use ecs_model::load_balancer::{ServiceRegistry, VpcLatticeConfiguration};
use ecs_model::service_connect::ServiceConnectConfiguration;
use ecs_model::service_revision::ContainerImage;
use ecs_model::volume::ServiceVolumeConfiguration;
use ecs_model::{LaunchType, LoadBalancer, NetworkConfiguration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{FailureCount, Throttle, Throttled};
use crate::PlacementRequest;
use crate::capacity::ProviderStrategy;
use crate::service::Ranks;

/// What the tasks of a deployment are made of. It does not change: a member that differs makes
/// another revision, and so another deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Revision {
    /// The task definition as the caller names it: its ARN, or family and revision.
    pub(crate) task_definition: Arc<str>,
    /// Where its tasks run; with capacity providers the kind of place that these are.
    pub(crate) launch_type: LaunchType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) providers: Option<ProviderStrategy>,
    /// The launch type to which the service can go back from capacity providers; none if it was
    /// created with these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) former_launch_type: Option<LaunchType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) platform_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network: Option<NetworkConfiguration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) load_balancers: Vec<LoadBalancer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) registries: Vec<ServiceRegistry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connect: Option<ServiceConnectConfiguration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) volumes: Vec<ServiceVolumeConfiguration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lattice: Vec<VpcLatticeConfiguration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) gateways: Vec<GatewayConnector>,
    /// What a task needs and where it may go, the service's own wishes apart.
    pub(crate) request: PlacementRequest,
    /// The images of its containers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<ContainerImage>,
    /// Whether an essential container has a health check.
    pub(crate) has_check: bool,
    /// The launch types for which its task definition is made; all if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) compatibilities: Vec<LaunchType>,
}

/// A deployment of a service with controller `ECS`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeploymentState {
    /// `ecs-svc/` and a number of 19 digits.
    pub(crate) id: Arc<str>,
    /// By which its tasks know it.
    pub(crate) number: u32,
    pub(crate) revision: Arc<Revision>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) rollout: RolloutState,
    pub(crate) reason: RolloutReason,
    /// Failures that the circuit breaker counts.
    #[serde(default)]
    pub(crate) failures: FailureCount,
    /// Failures one after the other.
    #[serde(default)]
    pub(crate) failed_tasks: u32,
    #[serde(default)]
    pub(crate) throttled: Throttled,
    /// Not all tasks found a place: when that is tried again, should nothing change before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) starved: Option<Timestamp>,
    /// How often that was so, one after the other. It holds back no try that is due to a change.
    #[serde(default, skip_serializing_if = "Throttled::is_unused")]
    pub(crate) unplaced: Throttled,
    /// The capacity providers that had no place for all tasks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shortages: BTreeMap<Arc<str>, Shortage>,
    /// Unhealthy tasks of an older revision that were stopped and are to be replaced by it.
    #[serde(default)]
    pub(crate) owed: u32,
    /// Since when all tasks of the service are healthy ones of this deployment, while it bakes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) baking_since: Option<Timestamp>,
    /// One of its alarms was in ALARM when it started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) ignores_alarms: bool,
    /// Where load balancers have two target groups, its tasks are in the alternate ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) takes_alternate: bool,
    /// The tasks, by how they are.
    #[serde(skip)]
    pub(crate) ranks: Ranks,
    /// The request for one of its tasks, with the service's constraints and strategies.
    #[serde(skip)]
    pub(crate) request: Option<PlacementRequest>,
}

/// A capacity provider that had no place for all tasks of a deployment. It holds back no other.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Shortage {
    pub(crate) throttled: Throttled,
    /// When it is tried again, should nothing change before.
    pub(crate) until: Timestamp,
}

/// How far a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RolloutState {
    InProgress,
    Completed,
    Failed,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RolloutReason {
    InProgress,
    Completed,
    /// The circuit breaker has given it up.
    Breaker,
    /// An alarm has ended it.
    Alarm,
    /// A later one was given up by the circuit breaker.
    BackFromBreaker,
    /// A later one was ended by an alarm.
    BackFromAlarm,
    /// The user has stopped a later one.
    BackFromStop,
    /// The user has stopped it.
    Stopped,
    /// A hook, a stage or the network has ended it.
    Shift,
    /// A later one was ended by a hook, a stage or the network.
    BackFromShift,
}

impl DeploymentState {
    pub(crate) fn new(id: Arc<str>, number: u32, revision: Arc<Revision>, at: Timestamp) -> Self {
        Self {
            id,
            number,
            revision,
            created_at: at,
            updated_at: at,
            rollout: RolloutState::InProgress,
            reason: RolloutReason::InProgress,
            failures: FailureCount::default(),
            failed_tasks: 0,
            throttled: Throttled::default(),
            starved: None,
            unplaced: Throttled::default(),
            shortages: BTreeMap::new(),
            owed: 0,
            baking_since: None,
            ignores_alarms: false,
            takes_alternate: false,
            ranks: Ranks::default(),
            request: None,
        }
    }

    /// Makes it the one to go to again, without what it has gone through.
    pub(crate) fn resume(&mut self, reason: RolloutReason, at: Timestamp) {
        self.rollout = RolloutState::InProgress;
        self.reason = reason;
        self.updated_at = at;
        self.failures = FailureCount::default();
        self.failed_tasks = 0;
        self.throttled = Throttled::default();
        self.starved = None;
        self.unplaced = Throttled::default();
        self.shortages.clear();
        self.owed = 0;
        self.baking_since = None;
    }

    /// Where its tasks are registered.
    pub(crate) fn targets(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.revision.targets(self.takes_alternate)
    }

    /// Not all tasks of no capacity provider found a place, or all did. Until when the others wait,
    /// if there are some.
    pub(crate) fn note_place(
        &mut self,
        is_short: bool,
        throttle: &Throttle,
        at: Timestamp,
    ) -> Option<Timestamp> {
        self.starved = is_short.then(|| self.unplaced.starved(throttle, at));
        if !is_short {
            self.unplaced = Throttled::default();
        }
        self.starved
    }

    /// Until when it waits for room, of one capacity provider if it names one.
    pub(crate) fn waits_until(&self, provider: Option<&str>) -> Option<Timestamp> {
        match provider {
            Some(provider) => self.shortages.get(provider).map(|shortage| shortage.until),
            None => self.starved,
        }
    }

    /// Whether it waits for room somewhere.
    pub(crate) fn is_starved(&self, now: Timestamp) -> bool {
        let mut shortages = self.shortages.values();
        self.starved.is_some_and(|until| now < until)
            || shortages.any(|shortage| now < shortage.until)
    }

    pub(crate) fn is_in_progress(&self) -> bool {
        self.rollout == RolloutState::InProgress
    }

    /// Whether it is the one to go to again because a later one has ended.
    pub(crate) fn is_restored(&self) -> bool {
        let is_back = match self.reason {
            RolloutReason::BackFromBreaker
            | RolloutReason::BackFromAlarm
            | RolloutReason::BackFromStop
            | RolloutReason::BackFromShift => true,
            RolloutReason::InProgress
            | RolloutReason::Completed
            | RolloutReason::Breaker
            | RolloutReason::Alarm
            | RolloutReason::Stopped
            | RolloutReason::Shift => false,
        };
        is_back && self.is_in_progress()
    }

    /// Whether it may start tasks, apart from room for them.
    pub(crate) fn may_start(&self, now: Timestamp) -> bool {
        self.rollout != RolloutState::Failed && self.throttled.is_over(now)
    }
}

impl From<RolloutState> for DeploymentRolloutState {
    fn from(state: RolloutState) -> Self {
        match state {
            RolloutState::InProgress => Self::InProgress,
            RolloutState::Completed => Self::Completed,
            RolloutState::Failed => Self::Failed,
        }
    }
}
