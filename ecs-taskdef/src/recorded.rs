//! [`Recorded`]: machines that are changed by records.

use core::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Format, Saved, Timestamp};

/// A machine that is changed by records.
///
/// [`decide`](Self::decide) says what an event would come to, and changes nothing. Keep its record,
/// then [`apply`](Self::apply) it. The `handle_*` methods of a machine decide and apply at once.
///
/// The same records bring every copy of a machine to the same state, if it is polled as the machine
/// is: until `None` after each record, whereby a copy drops what comes. Polling stands in no record,
/// but what was polled counts as done or told, and later records go by that: an acknowledgement
/// says that something was received, which is what was polled last.
///
/// ```
/// use ecs_taskdef::{Format, Record, Recorded, Saved, Timestamp};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// struct Counter {
///     format: Format<Self>,
///     count: u32,
/// }
///
/// impl Saved for Counter {
///     const NAME: &'static str = "counter";
///     const VERSION: u32 = 1;
/// }
///
/// impl Recorded for Counter {
///     type Event = u32;
///     type Outcome = u32;
///     const RECORD: &'static str = "record of a counter";
///
///     fn handle(&mut self, event: &u32, _now: Timestamp) -> u32 {
///         self.count += event;
///         self.count
///     }
/// }
///
/// let mut counter = Counter { format: Format::current(), count: 1 };
/// let now = Timestamp::from_seconds(1_790_000_000);
/// assert_eq!(counter.decide(0, now).record, None);
/// let decision = counter.decide(2, now);
/// assert_eq!((decision.outcome, counter.count), (3, 1));
/// let record = decision.record.ok_or("it changes the counter")?;
///
/// let kept = serde_json::to_string(&record)?;
/// assert_eq!(kept, r#"{"format":1,"at":1790000000,"event":2}"#);
/// let record: Record<Counter> = serde_json::from_str(&kept)?;
/// assert_eq!(counter.apply(&record), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Recorded: Clone + PartialEq + Saved {
    /// What can happen to it: each event is taken by one of its `handle_*`.
    type Event: Clone + Debug + PartialEq + Serialize + DeserializeOwned;
    /// What becomes of an event.
    type Outcome: Clone + Debug + PartialEq;

    /// What its record is called in errors.
    const RECORD: &'static str;
    /// The version of its records that is written, as [`Saved::VERSION`] is of the machine.
    const RECORD_VERSION: u32 = 1;

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
    const VERSION: u32 = M::RECORD_VERSION;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Counter {
        count: u32,
    }

    /// Version 1 of the record had no `by`: it counted by ones.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Counted {
        #[serde(default = "one")]
        by: u32,
    }

    fn one() -> u32 {
        1
    }

    impl Saved for Counter {
        const NAME: &'static str = "counter";
        const VERSION: u32 = 1;
    }

    impl Recorded for Counter {
        type Event = Counted;
        type Outcome = ();

        const RECORD: &'static str = "record of a counter";
        const RECORD_VERSION: u32 = 2;

        fn handle(&mut self, event: &Counted, _now: Timestamp) {
            self.count += event.by;
        }
    }

    #[test]
    fn records_have_a_version_of_their_own() {
        let mut counter = Counter { count: 0 };
        let decision = counter.decide(Counted { by: 3 }, Timestamp::UNIX_EPOCH);
        assert_eq!(
            serde_json::to_string(&decision.record).unwrap(),
            r#"{"format":2,"at":0,"event":{"by":3}}"#
        );
        let read = |text: &str| serde_json::from_str::<Record<Counter>>(text);
        counter.apply(&read(r#"{"format":1,"at":0,"event":{}}"#).unwrap());
        assert_eq!(counter.count, 1);
        assert_eq!(
            read(r#"{"format":3,"at":0,"event":{"by":3}}"#)
                .unwrap_err()
                .to_string(),
            "format 3 of the record of a counter is not known, only 1 to 2 are at line 1 column 11"
        );
    }
}
