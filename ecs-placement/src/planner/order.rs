//! Instances in the order of a key.

/// Criteria of 32 bits, the first above, and the instance's place in the order of the ARNs.
pub(super) type Key = u128;

/// How many criteria a key has room for.
pub(super) const CRITERIA: usize = Key::BITS as usize / 32 - 1;

/// The key of an instance that is not in an order.
pub(super) const ABSENT: Key = Key::MAX;

/// The most entries of one block.
const BLOCK: usize = 64;

/// Blocks whose lengths are added at once.
const RUN: usize = 16;

/// What an instance in an order has free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) slot: u32,
    pub(super) cpu: i32,
    pub(super) memory: i32,
    /// A number below 64, the same for instances of the same size.
    pub(super) kind: u8,
}

/// Entries in ascending order of their keys, in blocks: a change moves few of them, and a search
/// passes over blocks in which nobody has enough.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    blocks: Vec<Block>,
    /// The last key of each block.
    lasts: Vec<Key>,
    /// How many entries each block has.
    lengths: Vec<u8>,
    bounds: Vec<Bounds>,
    len: usize,
}

/// Neighbours: their keys, and apart from them, for searches that look at no key, the entries.
#[derive(Debug, Clone)]
struct Block {
    keys: Vec<Key>,
    entries: Vec<Entry>,
}

/// At least the most of each amount that an entry of a block has free, and at least all kinds.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    cpu: i32,
    memory: i32,
    kinds: u64,
    /// Whether an entry has gone that may have been the only one with so much.
    is_loose: bool,
}

impl Order {
    pub(super) fn of(mut entries: Vec<(Key, Entry)>) -> Self {
        entries.sort_unstable_by_key(|(key, _)| *key);
        let mut order = Self {
            len: entries.len(),
            ..Self::default()
        };
        for part in entries.chunks(BLOCK * 3 / 4) {
            order.put(order.blocks.len(), Block::of(part));
        }
        order
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<u32> {
        let block = self.blocks.first()?;
        block.entries.first().map(|entry| entry.slot)
    }

    /// The key of the first entry.
    pub(super) fn head(&self) -> Key {
        let first = self.blocks.first().and_then(|block| block.keys.first());
        first.copied().unwrap_or(ABSENT)
    }

    pub(super) fn insert(&mut self, key: Key, entry: Entry) {
        self.len += 1;
        let at = self.lasts.partition_point(|last| *last < key);
        let at = at.min(self.blocks.len().saturating_sub(1));
        let (Some(block), Some(bounds)) = (self.blocks.get_mut(at), self.bounds.get_mut(at)) else {
            self.put(0, Block::of(&[(key, entry)]));
            return;
        };
        let within = block.keys.partition_point(|known| *known < key);
        block.keys.insert(within, key);
        block.entries.insert(within, entry);
        bounds.take_in(&entry);
        if block.keys.len() >= BLOCK {
            let upper = block.split();
            *bounds = Bounds::of(&block.entries);
            self.put(at + 1, upper);
        }
        self.note(at);
    }

    pub(super) fn remove(&mut self, key: Key) {
        let at = self.lasts.partition_point(|last| *last < key);
        let (Some(block), Some(bounds)) = (self.blocks.get_mut(at), self.bounds.get_mut(at)) else {
            return;
        };
        let Ok(within) = block.keys.binary_search(&key) else {
            return;
        };
        self.len -= 1;
        block.keys.remove(within);
        let gone = block.entries.remove(within);
        if block.keys.is_empty() {
            self.blocks.remove(at);
            self.lasts.remove(at);
            self.lengths.remove(at);
            self.bounds.remove(at);
            return;
        }
        bounds.is_loose |= gone.cpu == bounds.cpu || gone.memory == bounds.memory;
        self.note(at);
    }

    /// How many entries lie below a key.
    pub(super) fn below(&self, key: Key) -> usize {
        let at = self.lasts.partition_point(|last| *last < key);
        let before = total(self.lengths.get(..at).unwrap_or_default());
        let within = self
            .blocks
            .get(at)
            .map_or(0, |block| block.keys.partition_point(|known| *known < key));
        before + within
    }

    /// The slot with so many before it.
    pub(super) fn nth(&self, mut before: usize) -> Option<u32> {
        let mut runs = self.lengths.chunks(RUN).zip(self.blocks.chunks(RUN));
        let (lengths, blocks) = runs.find(|(lengths, _)| {
            let here = total(lengths);
            let is_here = before < here;
            before -= if is_here { 0 } else { here };
            is_here
        })?;
        for (block, length) in blocks.iter().zip(lengths) {
            let length = usize::from(*length);
            if before < length {
                return block.entries.get(before).map(|entry| entry.slot);
            }
            before -= length;
        }
        None
    }

    /// The first entry of one of the kinds with so much free that passes the test, and its key.
    pub(super) fn find(
        &mut self,
        cpu: i32,
        memory: i32,
        kinds: u64,
        mut test: impl FnMut(u32) -> bool,
    ) -> Option<(Key, u32)> {
        let may_have = |bounds: &Bounds| {
            bounds.cpu >= cpu && bounds.memory >= memory && bounds.kinds & kinds != 0
        };
        for (bounds, block) in self.bounds.iter_mut().zip(&self.blocks) {
            if !may_have(bounds) {
                continue;
            }
            if bounds.is_loose {
                *bounds = Bounds::of(&block.entries);
                if !may_have(bounds) {
                    continue;
                }
            }
            let is_it = |entry: &Entry| {
                entry.cpu >= cpu
                    && entry.memory >= memory
                    && kinds >> entry.kind & 1 == 1
                    && test(entry.slot)
            };
            if let Some(within) = block.entries.iter().position(is_it) {
                let slot = block.entries.get(within)?.slot;
                return Some((*block.keys.get(within)?, slot));
            }
        }
        None
    }

    fn put(&mut self, at: usize, block: Block) {
        self.bounds.insert(at, Bounds::of(&block.entries));
        self.blocks.insert(at, block);
        self.lasts.insert(at, ABSENT);
        self.lengths.insert(at, 0);
        self.note(at);
    }

    /// Notes the end and the length of a block that has changed.
    fn note(&mut self, at: usize) {
        let Some(block) = self.blocks.get(at) else {
            return;
        };
        if let (Some(last), Some(key)) = (self.lasts.get_mut(at), block.keys.last()) {
            *last = *key;
        }
        if let Some(length) = self.lengths.get_mut(at) {
            *length = u8::try_from(block.keys.len()).unwrap_or(u8::MAX);
        }
    }
}

const _: () = assert!(BLOCK <= u8::MAX as usize);

fn total(lengths: &[u8]) -> usize {
    lengths.iter().map(|length| usize::from(*length)).sum()
}

impl Block {
    fn of(part: &[(Key, Entry)]) -> Self {
        let mut keys = Vec::with_capacity(BLOCK);
        let mut entries = Vec::with_capacity(BLOCK);
        keys.extend(part.iter().map(|(key, _)| *key));
        entries.extend(part.iter().map(|(_, entry)| *entry));
        Self { keys, entries }
    }

    /// Gives its upper half away.
    fn split(&mut self) -> Self {
        let mut keys = Vec::with_capacity(BLOCK);
        let mut entries = Vec::with_capacity(BLOCK);
        keys.extend(self.keys.drain(BLOCK / 2..));
        entries.extend(self.entries.drain(BLOCK / 2..));
        Self { keys, entries }
    }
}

impl Bounds {
    fn of(entries: &[Entry]) -> Self {
        let mut bounds = Self {
            cpu: i32::MIN,
            memory: i32::MIN,
            kinds: 0,
            is_loose: false,
        };
        entries.iter().for_each(|entry| bounds.take_in(entry));
        bounds
    }

    fn take_in(&mut self, entry: &Entry) {
        self.cpu = self.cpu.max(entry.cpu);
        self.memory = self.memory.max(entry.memory);
        self.kinds |= 1 << entry.kind;
    }
}
