//! A task as a document describes it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Needs, Registration};

/// What a document says of a task, as far as placement goes.
///
/// A [`Loader`](crate::Loader) reads it from the documents of the API and from events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ObservedTask {
    /// The ARN of the task.
    pub task: Arc<str>,
    /// The ARN of its instance; none before it has one, and on Fargate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Arc<str>>,
    /// The task group.
    pub group: Arc<str>,
    /// What it holds.
    pub needs: Arc<Needs>,
    /// The id of the GPU that it shares, if it does and its document says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Arc<str>>,
    /// The ids of the GPUs that it has to itself, as far as its document says which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_gpus: Vec<Arc<str>>,
    /// Where it is.
    pub stage: Stage,
    /// The version of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The moment at which it was so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// When the task was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When its desired status became STOPPED, or no later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopping_at: Option<Timestamp>,
    /// When it had stopped, or no later than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<Timestamp>,
}

/// Where a task is, as far as placement goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Stage {
    /// Its desired status is RUNNING: it holds what it needs, and counts.
    Running,
    /// Its desired status is STOPPED, but it has not stopped: it holds what it needs.
    Stopping,
    /// It has stopped.
    Stopped,
}

/// Which document of an instance or a task is the later one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Stamp {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Timestamp>,
}

/// Where a task is, and since when, as a document says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) stage: Stage,
    pub(crate) stamp: Stamp,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) stopping_at: Option<Timestamp>,
    pub(crate) stopped_at: Option<Timestamp>,
}

impl Stamp {
    /// Whether a document takes the place of the known one. The greater version does; of the
    /// same version the earlier document, since it shows how early all was so. Without
    /// versions the later moment decides.
    pub(crate) fn replaces(self, known: Self) -> bool {
        match (self.version, known.version, self.at, known.at) {
            (Some(new), Some(old), _, _) if new != old => new > old,
            (Some(_), Some(_), Some(new), Some(old)) => new.micros() < old.micros(),
            (_, _, Some(new), Some(old)) => new.micros() > old.micros(),
            (_, _, new, None) => new.is_some() || self.version > known.version,
            (_, _, None, Some(_)) => false,
        }
    }
}

impl ObservedTask {
    /// What it holds of its instance.
    pub(crate) fn needs_on(&self, registration: &Registration) -> Arc<Needs> {
        let sharing = registration.kind.sharing.as_ref();
        let number = |id: &Arc<str>| sharing?.number(id);
        let shared = self.gpu.as_ref().filter(|_| self.needs.gpu_memory > 0);
        let shared = shared.and_then(number);
        let own: BTreeSet<u8> = self.own_gpus.iter().filter_map(number).collect();
        if shared.is_none() && own.is_empty() {
            return Arc::clone(&self.needs);
        }
        Arc::new(Needs {
            shared_gpu: shared,
            own_gpus: own.into_iter().collect(),
            ..Needs::clone(&self.needs)
        })
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            version: self.version,
            at: self.at,
        }
    }

    pub(crate) fn moments(&self) -> Moments {
        Moments {
            stage: self.stage,
            stamp: self.stamp(),
            created_at: self.created_at,
            stopping_at: self.stopping_at,
            stopped_at: self.stopped_at,
        }
    }
}

impl Moments {
    /// Whether the document of its instance, of that moment, counts what it holds.
    pub(crate) fn held_at(&self, at: Option<Timestamp>) -> bool {
        match (self.stage, at) {
            (Stage::Stopped, None) => false,
            (Stage::Stopped, Some(at)) => {
                self.is_created_by(at) && self.stopped_at.is_some_and(|end| is_later(end, at))
            }
            (_, None) => true,
            (_, Some(at)) => self.is_created_by(at),
        }
    }

    /// Whether its desired status was RUNNING then.
    pub(crate) fn ran_at(&self, at: Option<Timestamp>) -> bool {
        let ended = |at| self.stopping_at.is_some_and(|end| !is_later(end, at));
        let runs = match at {
            Some(at) => !ended(at),
            None => self.stage == Stage::Running,
        };
        self.held_at(at) && runs
    }

    fn is_created_by(&self, at: Timestamp) -> bool {
        self.created_at.is_none_or(|created| !is_later(created, at))
    }
}

fn is_later(one: Timestamp, other: Timestamp) -> bool {
    one.micros() > other.micros()
}
