//! What the document of an instance says of tasks and of times.

use std::sync::Arc;

use ecs_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::others::{NOTHING, Others};
use crate::observed_task::Stamp;

/// What the document of an instance says of tasks and of times, if there is one.
///
/// A cell has one for each instance: what is not said is a flag, and not an `Option` as large as
/// two numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Document {
    version: i64,
    /// Microseconds since 1970.
    at: i64,
    /// Microseconds since 1970.
    registered_at: i64,
    has_version: bool,
    has_moment: bool,
    is_registered: bool,
    /// Whether it says how much is left.
    pub(crate) says_remaining: bool,
    /// Whether it says how many tasks there are.
    pub(crate) says_tasks: bool,
    /// What is taken, less what tasks have given back since.
    taken: Option<Arc<Others>>,
}

impl Document {
    pub(super) fn new(version: Option<i64>, taken: Others) -> Self {
        Self {
            version: version.unwrap_or_default(),
            has_version: version.is_some(),
            taken: taken.shared(),
            ..Self::default()
        }
    }

    /// The moment at which it was so, if it is known.
    pub(crate) fn at(&self) -> Option<Timestamp> {
        self.has_moment.then(|| Timestamp::from_micros(self.at))
    }

    pub(super) fn set_at(&mut self, at: Timestamp) {
        (self.has_moment, self.at) = (true, at.micros());
    }

    /// When the instance was registered.
    pub(crate) fn registered_at(&self) -> Option<Timestamp> {
        self.is_registered
            .then(|| Timestamp::from_micros(self.registered_at))
    }

    pub(super) fn set_registered_at(&mut self, at: Option<Timestamp>) {
        self.is_registered = at.is_some();
        self.registered_at = at.map_or(0, Timestamp::micros);
    }

    /// The same without what it says of tasks.
    pub(super) fn emptied(&self) -> Self {
        let mut emptied = Self::default();
        emptied.set_registered_at(self.registered_at());
        emptied
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp {
            version: self.has_version.then_some(self.version),
            at: self.at(),
        }
    }

    pub(crate) fn taken(&self) -> &Others {
        self.taken.as_deref().unwrap_or(&NOTHING)
    }

    /// What no task explains, which is most often all that is taken and kept once then.
    pub(super) fn unexplained(&self, others: Others) -> Option<Arc<Others>> {
        match others == *self.taken() {
            true => self.taken.clone(),
            false => others.shared(),
        }
    }

    /// Takes something out of what is taken.
    pub(crate) fn give_back(&mut self, less: &Others) {
        self.taken = self.taken().without(less).shared();
    }
}

/// A document as it is saved.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    taken: Others,
    says_remaining: bool,
    says_tasks: bool,
}

impl From<Written> for Document {
    fn from(written: Written) -> Self {
        let mut document = Self {
            says_remaining: written.says_remaining,
            says_tasks: written.says_tasks,
            ..Self::new(written.version, written.taken)
        };
        if let Some(at) = written.at {
            document.set_at(at);
        }
        document
    }
}

impl From<Document> for Written {
    fn from(document: Document) -> Self {
        let Stamp { version, at } = document.stamp();
        Self {
            version,
            at,
            taken: document.taken().clone(),
            says_remaining: document.says_remaining,
            says_tasks: document.says_tasks,
        }
    }
}
