//! The tasks that hold resources.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::seen::Seen;
use crate::Needs;

/// No task.
const NONE: u32 = u32::MAX;

/// A task in the cell.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) needs: Arc<Needs>,
    pub(super) slot: u32,
    pub(super) group: u32,
    hash: u32,
    /// Desired status STOPPED: it counts no more, and holds what it has.
    pub(super) is_stopping: bool,
    /// The document of its instance counts it. Of a task that documents know, they say so
    /// themselves.
    pub(super) is_told: bool,
    /// What its document says is kept beside it.
    is_seen: bool,
}

/// The name of a task, which is long enough to read it only once.
#[derive(Debug, Clone)]
pub(super) struct Name {
    text: Arc<str>,
    hash: u32,
}

/// The neighbours of a task in the list of its instance.
#[derive(Debug, Clone, Copy)]
struct Links {
    next: u32,
    previous: u32,
}

const ALONE: Links = Links {
    next: NONE,
    previous: NONE,
};

/// All tasks by name, and those of each instance in a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Tasks {
    entries: Vec<Option<Entry>>,
    /// Apart from the entries, because a task more changes those of another one, which is
    /// anywhere.
    links: Vec<Links>,
    /// What documents say of tasks, as far as there are any.
    seen: Vec<Seen>,
    free: Vec<u32>,
    by_name: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// For each slot the first task of its list.
    firsts: Vec<u32>,
}

impl Name {
    pub(super) fn text(&self) -> &Arc<str> {
        &self.text
    }
}

impl Entry {
    pub(super) fn is_seen(&self) -> bool {
        self.is_seen
    }
}

impl Tasks {
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// A name, of a task that there is or not.
    pub(super) fn name(&self, text: &Arc<str>) -> Name {
        Name {
            text: Arc::clone(text),
            hash: self.hash(text),
        }
    }

    pub(super) fn contains(&self, name: &Name) -> bool {
        self.find_hashed(&name.text, name.hash).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entry(self.find(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Entry> {
        let at = self.find(name)?;
        self.entry_mut(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter_map(Option::as_ref)
    }

    /// The tasks of an instance, the latest first.
    pub(super) fn on(&self, slot: u32) -> impl Iterator<Item = &Entry> {
        let first = self.firsts.get(slot as usize).copied().unwrap_or(NONE);
        let known = |at: u32| (at != NONE).then_some(at);
        let next = move |at: &u32| known(self.links.get(*at as usize)?.next);
        std::iter::successors(known(first), next).filter_map(|at| self.entry(at))
    }

    /// A new document counts the tasks of an instance, those of them that are meant.
    pub(super) fn tell_of(&mut self, slot: u32, is_meant: impl Fn(&Entry) -> bool) {
        let mut at = self.firsts.get(slot as usize).copied().unwrap_or(NONE);
        while let Some(entry) = self.entry_mut(at) {
            entry.is_told |= is_meant(entry);
            at = self.links.get(at as usize).map_or(NONE, |links| links.next);
        }
    }

    /// What a document says of a task, if it is kept here.
    pub(super) fn seen(&self, name: &str) -> Option<Seen> {
        let at = self.find(name)?;
        let is_seen = self.entry(at).is_some_and(|entry| entry.is_seen);
        self.seen.get(at as usize).filter(|_| is_seen).copied()
    }

    /// Keeps what a document says of a task, or forgets it.
    pub(super) fn see(&mut self, name: &str, seen: Option<Seen>) {
        let Some(at) = self.find(name) else {
            return;
        };
        if let Some(entry) = self.entry_mut(at) {
            entry.is_seen = seen.is_some();
        }
        let Some(seen) = seen else {
            return;
        };
        if self.seen.len() <= at as usize {
            let room = self.entries.capacity();
            self.seen
                .reserve_exact(room.saturating_sub(self.seen.len()));
            self.seen.resize(at as usize + 1, Seen::NOTHING);
        }
        if let Some(known) = self.seen.get_mut(at as usize) {
            *known = seen;
        }
    }

    /// Adds a task whose name is new.
    pub(super) fn add(
        &mut self,
        name: Name,
        needs: Arc<Needs>,
        (slot, group): (u32, u32),
        is_stopping: bool,
    ) {
        let Name { text: name, hash } = name;
        let at = self.free.pop().unwrap_or_else(|| self.push());
        let next = self.lead(slot, at);
        if let Some(next) = self.links.get_mut(next as usize) {
            next.previous = at;
        }
        if let Some(links) = self.links.get_mut(at as usize) {
            *links = Links { next, ..ALONE };
        }
        let entry = Entry {
            name,
            needs,
            slot,
            group,
            hash,
            is_stopping,
            is_told: false,
            is_seen: false,
        };
        if let Some(place) = self.entries.get_mut(at as usize) {
            *place = Some(entry);
        }
        let entries = &self.entries;
        let hash_of = |at: &u32| {
            let known = entries.get(*at as usize).and_then(Option::as_ref);
            known.map_or(0, |known| spread(known.hash))
        };
        self.by_name.insert_unique(spread(hash), at, hash_of);
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Entry> {
        let at = self.find(name)?;
        let entry = self.entries.get_mut(at as usize)?.take()?;
        self.free.push(at);
        let known = self
            .by_name
            .find_entry(spread(entry.hash), |known| *known == at);
        if let Ok(known) = known {
            known.remove();
        }
        let Links { next, previous } = self.links.get(at as usize).copied().unwrap_or(ALONE);
        if let Some(links) = self.links.get_mut(next as usize) {
            links.previous = previous;
        }
        match self.links.get_mut(previous as usize) {
            Some(links) => links.next = next,
            None => {
                self.lead(entry.slot, next);
            }
        }
        Some(entry)
    }

    fn entry(&self, at: u32) -> Option<&Entry> {
        self.entries.get(at as usize)?.as_ref()
    }

    fn entry_mut(&mut self, at: u32) -> Option<&mut Entry> {
        self.entries.get_mut(at as usize)?.as_mut()
    }

    /// A new place, with room for few more: there can be very many.
    fn push(&mut self) -> u32 {
        if self.entries.len() == self.entries.capacity() {
            let more = self.entries.len() / 8 + 64;
            self.entries.reserve_exact(more);
            self.links.reserve_exact(more);
        }
        self.entries.push(None);
        self.links.push(ALONE);
        u32::try_from(self.entries.len() - 1).unwrap_or(NONE)
    }

    /// Makes a task the first of an instance; gives back which was it.
    fn lead(&mut self, slot: u32, first: u32) -> u32 {
        let slots = self.firsts.len().max(slot as usize + 1);
        self.firsts.resize(slots, NONE);
        let known = self.firsts.get_mut(slot as usize);
        known.map_or(NONE, |known| std::mem::replace(known, first))
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.find_hashed(name, self.hash(name))
    }

    fn find_hashed(&self, name: &str, hash: u32) -> Option<u32> {
        let is_it = |at: &u32| self.entry(*at).is_some_and(|entry| *entry.name == *name);
        self.by_name.find(spread(hash), is_it).copied()
    }

    #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
    fn hash(&self, name: &str) -> u32 {
        self.hasher.hash_one(name) as u32
    }
}

/// A hash whose high and low bits both differ.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
