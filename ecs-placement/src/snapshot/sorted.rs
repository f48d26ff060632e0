//! Slots in the order of their ARNs.

use std::cmp::Ordering;
use std::sync::Arc;

/// The most slots of one block.
const BLOCK: usize = 256;

/// Slots in an order that the caller knows, in blocks that copies share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sorted {
    blocks: Vec<Arc<Vec<u32>>>,
}

impl Sorted {
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.blocks.iter().flat_map(|block| block.iter().copied())
    }

    /// The slot that compares as equal.
    pub(crate) fn find(&self, compare: impl Fn(u32) -> Ordering) -> Option<u32> {
        let (_, block) = self.block_of(&compare)?;
        let at = block.binary_search_by(|slot| compare(*slot)).ok()?;
        block.get(at).copied()
    }

    /// The slots before and after the place where the one belongs that others compare with.
    pub(crate) fn neighbours(
        &self,
        compare: impl Fn(u32) -> Ordering,
    ) -> (Option<u32>, Option<u32>) {
        let Some((at, block)) = self.block_of(&compare) else {
            return (
                self.blocks.last().and_then(|last| last.last().copied()),
                None,
            );
        };
        let within = block.partition_point(|slot| compare(*slot).is_lt());
        let before = match within.checked_sub(1) {
            Some(before) => block.get(before),
            None => self
                .blocks
                .get(at.wrapping_sub(1))
                .and_then(|previous| previous.last()),
        };
        (before.copied(), block.get(within).copied())
    }

    pub(crate) fn insert(&mut self, slot: u32, compare: impl Fn(u32) -> Ordering) {
        let at = self
            .blocks
            .partition_point(|block| is_below(block, &compare))
            .min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(Arc::new(vec![slot]));
            return;
        };
        let block = Arc::make_mut(block);
        let within = block.partition_point(|slot| compare(*slot).is_lt());
        block.insert(within, slot);
        if block.len() >= BLOCK {
            // What is registered in order fills its blocks.
            let half = if within + 1 == block.len() {
                BLOCK - 1
            } else {
                BLOCK / 2
            };
            let upper = block.split_off(half);
            self.blocks.insert(at + 1, Arc::new(upper));
        }
    }

    pub(crate) fn remove(&mut self, compare: impl Fn(u32) -> Ordering) {
        let at = self
            .blocks
            .partition_point(|block| is_below(block, &compare));
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let block = Arc::make_mut(block);
        if let Ok(within) = block.binary_search_by(|slot| compare(*slot)) {
            block.remove(within);
        }
        if block.is_empty() {
            self.blocks.remove(at);
        }
    }

    fn block_of(&self, compare: &impl Fn(u32) -> Ordering) -> Option<(usize, &[u32])> {
        let at = self
            .blocks
            .partition_point(|block| is_below(block, compare));
        self.blocks.get(at).map(|block| (at, block.as_slice()))
    }
}

fn is_below(block: &[u32], compare: &impl Fn(u32) -> Ordering) -> bool {
    block.last().is_some_and(|last| compare(*last).is_lt())
}
