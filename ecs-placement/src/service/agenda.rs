//! Which services are to be looked at, and when.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use ecs_model::Timestamp;
use hashbrown::HashMap;

/// The services that have changed, and those that time alone changes. A service is known by its
/// slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    /// Daemon services first. Once it has room for all of them it allocates nothing.
    changed: BinaryHeap<Reverse<(Rank, u32)>>,
    /// For each slot whether it is among them, and its rank there.
    known: Vec<(bool, Rank)>,
    due: BTreeSet<(Timestamp, u32)>,
    due_at: HashMap<u32, Timestamp>,
    /// Those that have not found places for all of their tasks.
    starved: BTreeSet<u32>,
    /// Those of them for which the cluster may have room now, and what was tried since.
    hopeful: BTreeMap<u32, Vec<Try>>,
}

/// Tasks for which a place is sought because the cluster has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Try {
    pub(super) deployment: Arc<str>,
    pub(super) provider: Option<Arc<str>>,
    /// Whether they are in `PROVISIONING` already.
    pub(super) is_waiting: bool,
}

/// Which services come before others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Daemon,
    #[default]
    Replica,
}

impl Agenda {
    pub(super) fn touch(&mut self, slot: u32) {
        self.make_room(slot);
        if let Some((is_changed, rank)) = self.known.get_mut(slot as usize)
            && !std::mem::replace(is_changed, true)
        {
            self.changed.push(Reverse((*rank, slot)));
        }
    }

    /// Whether a service is one of the daemons.
    pub(super) fn set_daemon(&mut self, slot: u32, is_daemon: bool) {
        self.make_room(slot);
        if let Some((_, rank)) = self.known.get_mut(slot as usize) {
            *rank = match is_daemon {
                true => Rank::Daemon,
                false => Rank::Replica,
            };
        }
    }

    fn make_room(&mut self, slot: u32) {
        let slots = self.known.len().max(slot as usize + 1);
        self.known.resize(slots, (false, Rank::default()));
    }

    /// The first service to look at.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<u32> {
        while let Some((at, slot)) = self.due.first().copied()
            && at <= now
        {
            self.set_due(slot, None);
            self.touch(slot);
        }
        self.changed.peek().map(|Reverse((_, slot))| *slot)
    }

    /// The first service has what it needs for now.
    pub(super) fn settle(&mut self, due: Option<Timestamp>, waits: bool) {
        let Some(Reverse((_, slot))) = self.changed.pop() else {
            return;
        };
        if let Some((is_changed, _)) = self.known.get_mut(slot as usize) {
            *is_changed = false;
        }
        self.set_due(slot, due);
        if self.tries(slot).is_some_and(|tried| !tried.is_empty()) {
            self.hopeful.remove(&slot);
        }
        self.set_starved(slot, waits);
    }

    /// Whether a change of the cell may be news for a service. What could not be tried yet, for a
    /// wait of another kind, is still to be tried.
    pub(super) fn set_starved(&mut self, slot: u32, waits: bool) {
        if waits {
            self.starved.insert(slot);
        } else {
            self.starved.remove(&slot);
            self.hopeful.remove(&slot);
        }
    }

    /// When a service is next due, if none has changed.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.changed.is_empty()
    }

    /// There may be room for tasks that found none.
    pub(super) fn hope(&mut self) {
        for slot in std::mem::take(&mut self.starved) {
            self.starved.insert(slot);
            self.hope_for(slot);
        }
    }

    /// The same for one service.
    pub(super) fn hope_for(&mut self, slot: u32) {
        self.touch(slot);
        self.hopeful.insert(slot, Vec::new());
    }

    /// What was tried since there may be room; nothing if there is no hope.
    pub(super) fn tries(&self, slot: u32) -> Option<&[Try]> {
        self.hopeful.get(&slot).map(Vec::as_slice)
    }

    pub(super) fn tried(&mut self, slot: u32, tried: Try) {
        if let Some(tries) = self.hopeful.get_mut(&slot) {
            tries.push(tried);
        }
    }

    fn set_due(&mut self, slot: u32, due: Option<Timestamp>) {
        let known = self.due_at.get(&slot).copied();
        if known == due {
            return;
        }
        if let Some(known) = known {
            self.due.remove(&(known, slot));
            self.due_at.remove(&slot);
        }
        if let Some(due) = due {
            self.due.insert((due, slot));
            self.due_at.insert(slot, due);
        }
    }
}
