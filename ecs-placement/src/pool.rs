//! Values that many have in common, each kept once.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashSet;

/// Values that are in use somewhere, each once.
#[derive(Debug, Clone)]
pub(crate) struct Pool<T> {
    known: HashSet<Arc<T>>,
    /// How many there may be before those that nobody has any more are dropped.
    limit: usize,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self {
            known: HashSet::new(),
            limit: 0,
        }
    }
}

impl<T: Eq + Hash> Pool<T> {
    /// Puts the one that is equal in the place of a value.
    pub(crate) fn share(&mut self, value: &mut Arc<T>) {
        if let Some(known) = self.known.get(value) {
            *value = Arc::clone(known);
            return;
        }
        if self.known.len() >= self.limit {
            self.known.retain(|value| Arc::strong_count(value) > 1);
            self.limit = self.known.len().saturating_mul(2).max(64);
        }
        self.known.insert(Arc::clone(value));
    }
}
