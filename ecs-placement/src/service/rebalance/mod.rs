//! Zone rebalancing: a service in a steady state that moves tasks one by one until its
//! Availability Zones have as many as each other, or one more.
//!
//! A move starts a task in the zone with the fewest, waits until it runs and is healthy, and stops
//! one in the zone with the most. A deployment, a task that finds no place and a task that is
//! protected end it; it begins anew at the next steady state. No move adds instances.
//!
//! | question that AWS leaves open | choice |
//! |---|---|
//! | fewer tasks than zones | balanced when no zone has more than one |
//! | which of several zones with equally many | the first by name |
//! | the task that was started for a move that did not end | it stays, and ordinary scaling in takes one |
//!
//! Source: Developer Guide,
//! [service rebalancing](https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html).

mod eligible;
mod record;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ecs_model::event::{EventLevel, EventName, ServiceAction};
use ecs_model::{Timestamp, service_message};
use ecs_taskdef::{Format, Saved};
use serde::{Deserialize, Serialize};

pub use eligible::{NotRebalanced, check};
pub use record::{RebalanceEvent, RebalanceRecord};

use super::launch::id_of;

/// The tasks of a service by the names of its zones; one without tasks has 0.
pub type Zones = BTreeMap<Arc<str>, u32>;

/// A task that goes from one zone to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ZoneMove {
    /// The zone with the most tasks.
    pub from: Arc<str>,
    /// The zone with the fewest.
    pub to: Arc<str>,
}

/// The next move that makes zones more even; nothing if they are.
#[must_use]
pub fn next_move(zones: &Zones) -> Option<ZoneMove> {
    let most = zones.values().max()?;
    let least = zones.values().min()?;
    if most.saturating_sub(*least) < 2 {
        return None;
    }
    let with = |tasks| {
        zones
            .iter()
            .find(|(_, has)| *has == tasks)
            .map(|(zone, _)| zone)
    };
    Some(ZoneMove {
        from: Arc::clone(with(most)?),
        to: Arc::clone(with(least)?),
    })
}

/// All moves until zones are even.
///
/// ```
/// use ecs_placement::service::rebalance::moves;
///
/// let zones = [("a".into(), 5), ("b".into(), 1), ("c".into(), 1)].into();
/// let moves = moves(&zones);
/// let seen: Vec<_> = moves.iter().map(|one| (&*one.from, &*one.to)).collect();
/// assert_eq!(seen, [("a", "b"), ("a", "c")]);
/// ```
#[must_use]
pub fn moves(zones: &Zones) -> Vec<ZoneMove> {
    let mut zones = zones.clone();
    let mut moves = Vec::new();
    while let Some(next) = next_move(&zones) {
        if let Some(from) = zones.get_mut(&next.from) {
            *from = from.saturating_sub(1);
        }
        if let Some(to) = zones.get_mut(&next.to) {
            *to = to.saturating_add(1);
        }
        moves.push(next);
    }
    moves
}

/// The rebalancing of one service.
///
/// Events come in with `handle_*`; after each of them, carry out every
/// [`poll_action`](Self::poll_action) and tell every [`poll_change`](Self::poll_change).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rebalancing {
    format: Format<Self>,
    service: Arc<str>,
    cluster: Arc<str>,
    phase: Phase,
    actions: VecDeque<RebalanceAction>,
    changes: VecDeque<RebalanceChange>,
}

impl Saved for Rebalancing {
    const NAME: &'static str = "rebalancing";
    const VERSION: u32 = 1;
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Phase {
    Idle,
    /// A task is to be started.
    Starting(ZoneMove),
    /// It has to be healthy.
    Awaiting(ZoneMove),
    /// One is to be stopped.
    Stopping(ZoneMove),
}

/// What is to be done for a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RebalanceAction {
    /// Start a task in a zone, beside those that run.
    Start {
        /// The zone.
        zone: Arc<str>,
    },
    /// Stop a task in a zone.
    Stop {
        /// The zone.
        zone: Arc<str>,
    },
}

/// What is to be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RebalanceChange {
    /// The detail of an event `ECS Service Action`.
    pub event: ServiceAction,
    /// The message for the events of the service.
    pub message: String,
}

impl Rebalancing {
    /// A service by its name and the ARN of its cluster, which moves nothing yet.
    #[must_use]
    pub fn new(service: impl Into<Arc<str>>, cluster: impl Into<Arc<str>>) -> Self {
        Self {
            format: Format::current(),
            service: service.into(),
            cluster: cluster.into(),
            phase: Phase::Idle,
            actions: VecDeque::new(),
            changes: VecDeque::new(),
        }
    }

    pub(super) fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether a move is under way.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.phase != Phase::Idle
    }

    /// The service has reached a steady state with these zones.
    pub fn handle_steady(&mut self, zones: &Zones, now: Timestamp) {
        if self.is_moving() {
            return;
        }
        if let Some(next) = next_move(zones) {
            let message = service_message::zones_uneven(&self.service, in_order(zones));
            self.tell(EventName::ServiceRebalancingStarted, message, now);
            self.begin(next);
        }
    }

    /// The task of the move was started.
    pub fn handle_started(&mut self, task: &str, now: Timestamp) {
        if let Phase::Starting(one) = &self.phase {
            let one = one.clone();
            let message = service_message::started_in_zone(&self.service, &one.to, [id_of(task)]);
            self.tell_of(EventName::TasksStarted, message, Some(task), now);
            self.phase = Phase::Awaiting(one);
        }
    }

    /// It runs and is healthy.
    pub fn handle_healthy(&mut self) {
        if let Phase::Awaiting(one) = &self.phase {
            let zone = Arc::clone(&one.from);
            self.phase = Phase::Stopping(one.clone());
            self.actions.push_back(RebalanceAction::Stop { zone });
        }
    }

    /// A task of the zone with the most was stopped, and these are the zones now.
    pub fn handle_stopped(&mut self, task: &str, zones: &Zones, now: Timestamp) {
        let Phase::Stopping(one) = &self.phase else {
            return;
        };
        let message = service_message::stopped_in_zone(&self.service, &one.from, [id_of(task)]);
        self.tell_of(EventName::TasksStopped, message, Some(task), now);
        match next_move(zones) {
            Some(next) => self.begin(next),
            None => {
                self.phase = Phase::Idle;
                let message = service_message::zones_even(&self.service, in_order(zones));
                self.tell(EventName::ServiceRebalancingCompleted, message, now);
            }
        }
    }

    /// The task of the move finds no place: no instance of the zone has room, or there is another
    /// reason.
    pub fn handle_not_placed(&mut self, no_instance_has_room: bool, now: Timestamp) {
        if let Phase::Starting(one) = &self.phase {
            let message =
                service_message::no_place_in_zone(&self.service, &one.to, no_instance_has_room);
            self.tell(EventName::ServiceTaskPlacementFailure, message, now);
            self.end(now);
        }
    }

    /// No task of the zone with the most may be stopped, for this reason.
    pub fn handle_protected(&mut self, deployment: &str, reason: &str, now: Timestamp) {
        if matches!(self.phase, Phase::Stopping(_)) {
            let message = service_message::unable_to_rebalance(&self.service, deployment, reason);
            let name = EventName::TasksetScaleInFailureByTaskProtection;
            self.tell(name, message, now);
            self.end(now);
        }
    }

    /// A deployment has started, the service changes its number of tasks, or it may not be
    /// rebalanced any more.
    pub fn handle_interrupted(&mut self, now: Timestamp) {
        if self.is_moving() {
            self.end(now);
        }
    }

    /// The next thing to do.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<RebalanceAction> {
        self.actions.pop_front()
    }

    /// The next thing to tell.
    #[must_use]
    pub fn poll_change(&mut self) -> Option<RebalanceChange> {
        self.changes.pop_front()
    }

    fn begin(&mut self, next: ZoneMove) {
        let zone = Arc::clone(&next.to);
        self.phase = Phase::Starting(next);
        self.actions.push_back(RebalanceAction::Start { zone });
    }

    /// Gives up what was asked for and not yet handed out.
    fn end(&mut self, now: Timestamp) {
        self.phase = Phase::Idle;
        self.actions.clear();
        let message = service_message::rebalancing_stopped(&self.service);
        self.tell(EventName::ServiceRebalancingStopped, message, now);
    }

    fn tell(&mut self, name: EventName, message: String, now: Timestamp) {
        self.tell_of(name, message, None, now);
    }

    fn tell_of(&mut self, name: EventName, message: String, task: Option<&str>, now: Timestamp) {
        let level = match name {
            EventName::ServiceTaskPlacementFailure => EventLevel::Error,
            _ => EventLevel::Info,
        };
        let mut event = ServiceAction::default()
            .with_event_type(level)
            .with_event_name(name)
            .with_cluster_arn(self.cluster.as_ref())
            .with_created_at(now);
        event.task_arns = task.map(|task| vec![task.to_owned()]);
        self.changes.push_back(RebalanceChange { event, message });
    }
}

/// The zones with the most tasks first.
fn in_order(zones: &Zones) -> Vec<(&str, u32)> {
    let mut zones: Vec<(&str, u32)> = zones
        .iter()
        .map(|(zone, tasks)| (&**zone, *tasks))
        .collect();
    zones.sort_by_key(|(_, tasks)| core::cmp::Reverse(*tasks));
    zones
}
