//! What every copy of a request wants.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use ecs_model::LaunchType;
use serde::{Deserialize, Serialize};

use super::{Room, Unsupported, placeable};
use crate::{Needs, Query, Strategy};

/// What every copy wants.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) needs: Arc<Needs>,
    pub(crate) group: Arc<str>,
    pub(crate) distinct_instance: bool,
    pub(crate) strategies: Vec<Strategy>,
    /// What is kept free for tasks of daemons.
    pub(crate) rooms: Vec<Room>,
    pub(crate) selection: Arc<Selection>,
    pub(super) fingerprint: u64,
    pub(super) selection_print: u64,
}

/// What an instance must be, whatever runs on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Selection {
    /// None for StartTask: the caller chooses the instances.
    pub(crate) launch_type: Option<LaunchType>,
    /// The capacity provider whose instance it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) capacity_provider: Option<Arc<str>>,
    /// The Availability Zones of the subnets, if it matters in which the instance is; in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zones: Option<Box<[Box<str>]>>,
    /// Attributes that the task needs, with a value or any.
    pub(crate) attributes: Vec<(Box<str>, Option<Box<str>>)>,
    pub(crate) member_of: Vec<Query>,
}

impl Selection {
    /// Refuses one that was read back and that no request has.
    pub(super) fn check(&self) -> Result<(), Unsupported> {
        if let Some(launch_type) = &self.launch_type {
            placeable(launch_type)?;
        }
        let mut attributes = self.attributes.iter();
        match attributes.any(|(name, _)| name.is_empty()) {
            true => Err(Unsupported::UnnamedAttribute),
            false => Ok(()),
        }
    }
}

impl Wanted {
    /// Equal for equal tasks, and most likely for no others.
    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The same of its selection.
    pub(crate) fn selection_print(&self) -> u64 {
        self.selection_print
    }

    /// Whether an instance that it selects takes it if it is ready and has CPU and memory.
    pub(crate) fn is_simple(&self) -> bool {
        let needs = &*self.needs;
        // Compared as a whole, so that a resource which is new is not taken for a simple one.
        let simple = Needs {
            cpu: needs.cpu,
            memory: needs.memory,
            ..Needs::default()
        };
        let varies = self.selection.member_of.iter().any(Query::varies);
        *needs == simple && self.rooms.is_empty() && !self.distinct_instance && !varies
    }

    /// Notes what it is equal to, after each change.
    pub(super) fn seal(&mut self) {
        let mut hasher = DefaultHasher::new();
        self.selection.hash(&mut hasher);
        self.selection_print = hasher.finish();
        self.needs.hash(&mut hasher);
        self.group.hash(&mut hasher);
        self.distinct_instance.hash(&mut hasher);
        self.strategies.hash(&mut hasher);
        self.rooms.hash(&mut hasher);
        self.fingerprint = hasher.finish();
    }
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
            && self.needs == other.needs
            && self.group == other.group
            && self.distinct_instance == other.distinct_instance
            && self.strategies == other.strategies
            && self.rooms == other.rooms
            && self.selection == other.selection
    }
}
