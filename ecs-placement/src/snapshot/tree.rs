//! A list of pages that its copies share.

use std::sync::Arc;

/// Pages below one node.
const FAN: usize = 16;

/// Two levels of shared pages: a copy of the list is one pointer for every 16 pages; a change
/// copies one page and the node above it, if somebody else holds them.
#[derive(Debug)]
pub(crate) struct Tree<T> {
    nodes: Vec<Arc<Vec<Arc<T>>>>,
}

impl<T> Default for Tree<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<T> Clone for Tree<T> {
    fn clone(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
        }
    }
}

impl<T: Clone> Tree<T> {
    pub(crate) fn get(&self, page: usize) -> Option<&T> {
        let node = self.nodes.get(page / FAN)?;
        node.get(page % FAN).map(|page| &**page)
    }

    pub(crate) fn get_mut(&mut self, page: usize) -> Option<&mut T> {
        let node = self.nodes.get_mut(page / FAN)?;
        Arc::make_mut(node).get_mut(page % FAN).map(Arc::make_mut)
    }

    pub(crate) fn push(&mut self, page: T) {
        match self.nodes.last_mut() {
            Some(last) if last.len() < FAN => Arc::make_mut(last).push(Arc::new(page)),
            _ => self.nodes.push(Arc::new(vec![Arc::new(page)])),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self.nodes.split_last() {
            Some((last, full)) => full.len() * FAN + last.len(),
            None => 0,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> + Clone {
        self.nodes
            .iter()
            .flat_map(|node| node.iter().map(|page| &**page))
    }
}
