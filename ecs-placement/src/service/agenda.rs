//! Which services are to be looked at, and when.

use std::collections::BTreeSet;

use ecs_model::Timestamp;
use hashbrown::HashMap;

/// The services that have changed, and those that time alone changes. A service is known by its
/// slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    changed: BTreeSet<u32>,
    /// Daemon services, which come first.
    daemons: BTreeSet<u32>,
    due: BTreeSet<(Timestamp, u32)>,
    due_at: HashMap<u32, Timestamp>,
    /// Those that have not found places for all of their tasks.
    starved: BTreeSet<u32>,
    /// Those of them for which the cluster may have room now.
    hopeful: BTreeSet<u32>,
}

impl Agenda {
    pub(super) fn touch(&mut self, slot: u32) {
        self.changed.insert(slot);
    }

    /// The first service to look at.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<u32> {
        while let Some((at, slot)) = self.due.first().copied()
            && at <= now
        {
            self.set_due(slot, None);
            self.changed.insert(slot);
        }
        let daemon = self.daemons.intersection(&self.changed).next();
        daemon.or(self.changed.first()).copied()
    }

    /// Whether a service is one of the daemons.
    pub(super) fn set_daemon(&mut self, slot: u32, is_daemon: bool) {
        match is_daemon {
            true => self.daemons.insert(slot),
            false => self.daemons.remove(&slot),
        };
    }

    /// A service has what it needs for now.
    pub(super) fn settle(&mut self, slot: u32, due: Option<Timestamp>, is_starved: bool) {
        self.changed.remove(&slot);
        self.set_due(slot, due);
        if is_starved {
            // What could not be tried yet, for a wait of another kind, is still to be tried.
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
        self.changed.extend(&self.starved);
        self.hopeful.extend(&self.starved);
    }

    /// The same for one of them.
    pub(super) fn hope_for(&mut self, slot: u32) {
        self.changed.insert(slot);
        self.hopeful.insert(slot);
    }

    pub(super) fn is_hopeful(&self, slot: u32) -> bool {
        self.hopeful.contains(&slot)
    }

    pub(super) fn give_up_hope(&mut self, slot: u32) {
        self.hopeful.remove(&slot);
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
