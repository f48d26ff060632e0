//! [`Recorded`]: machines that are changed by records.

use core::fmt::Debug;

use ecs_model::Timestamp;
use ecs_taskdef::{Format, Saved};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A machine that is changed by records.
///
/// [`decide`](Self::decide) says what an event would come to, and changes nothing. Keep its record,
/// then [`apply`](Self::apply) it: the same records bring every copy of a machine to the same state.
/// The `handle_*` methods of a machine decide and apply at once.
///
/// Polling is no event. A copy that applies records polls as the machine itself does, until `None`
/// after each of them, and drops what comes.
///
/// ```
/// use ecs_model::Timestamp;
/// use ecs_state::{
///     ContainerSpec, Phases, Record, Recorded, StopCause, TaskEvent, TaskMachine, TaskSpec, Verdict,
/// };
///
/// let spec = TaskSpec::new([ContainerSpec::new("web")])?;
/// let at = Timestamp::from_seconds;
/// let mut task = TaskMachine::new(spec, Phases::guide_2015(), at(0));
/// let mut copy = task.clone();
///
/// let stop = || TaskEvent::Stop(StopCause::User { reason: None });
/// let decision = task.decide(stop(), at(1));
/// assert_eq!(decision.outcome, Verdict::Applied);
/// let record = decision.record.expect("the task shall stop");
/// let kept = serde_json::to_string(&record)?;
///
/// assert_eq!(task.apply(&record), Verdict::Applied);
/// assert_eq!(task.decide(stop(), at(1)).record, None);
/// let record: Record<TaskMachine> = serde_json::from_str(&kept)?;
/// copy.apply(&record);
/// assert_eq!(copy, task);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Recorded: Clone + PartialEq + Saved {
    /// What can happen to it: each event is taken by one of its `handle_*`.
    type Event: Clone + Debug + PartialEq + Serialize + DeserializeOwned;
    /// What becomes of an event.
    type Outcome: Clone + Debug + PartialEq;

    /// What its record is called in errors.
    const RECORD: &'static str;

    /// Takes an event that happens at `now`.
    fn handle(&mut self, event: &Self::Event, now: Timestamp) -> Self::Outcome;

    /// Says what an event would come to, and changes nothing.
    #[must_use]
    fn decide(&self, event: Self::Event, now: Timestamp) -> Decision<Self> {
        let mut after = self.clone();
        let outcome = after.handle(&event, now);
        let record = (after != *self).then(|| Record {
            format: Format::current(),
            at: now,
            event,
        });
        Decision { outcome, record }
    }

    /// Makes a record so.
    fn apply(&mut self, record: &Record<Self>) -> Self::Outcome {
        self.handle(&record.event, record.at)
    }
}

/// What an event would come to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decision<M: Recorded> {
    /// What becomes of the event.
    pub outcome: M::Outcome,
    /// What is to be kept and [applied](Recorded::apply); `None` if the event changes nothing.
    pub record: Option<Record<M>>,
}

/// An event that changes a machine, with its time: what is to be kept of the change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "camelCase", deny_unknown_fields)]
pub struct Record<M: Recorded> {
    format: Format<Self>,
    at: Timestamp,
    event: M::Event,
}

impl<M: Recorded> Saved for Record<M> {
    const NAME: &'static str = M::RECORD;
    const VERSION: u32 = 1;
}

impl<M: Recorded> Record<M> {
    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &M::Event {
        &self.event
    }
}
