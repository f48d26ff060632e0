//! Instances in the order of a key.

/// Criteria of 32 bits, the first above, and the instance's place in the order of the ARNs.
pub(super) type Key = u128;

/// How many criteria a key has room for.
pub(super) const CRITERIA: usize = Key::BITS as usize / 32 - 1;

/// The key of an instance that is not in an order.
pub(super) const ABSENT: Key = Key::MAX;

/// The most entries of one block.
const BLOCK: usize = 128;

/// An instance in an order, with what it has free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) slot: u32,
    pub(super) cpu: i32,
    pub(super) memory: i32,
    /// One bit, the same for instances of the same size.
    pub(super) kind: u64,
}

/// Entries in ascending order of their keys, in blocks: a change moves few of them, and a search
/// passes over blocks in which nobody has enough.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    blocks: Vec<Block>,
    /// The last key of each block.
    lasts: Vec<Key>,
    /// How many entries each block has.
    lengths: Vec<u16>,
}

/// Neighbours, the most of each amount that one of them has free, and at least all of their
/// kinds.
#[derive(Debug, Clone)]
struct Block {
    entries: Vec<Entry>,
    cpu: i32,
    memory: i32,
    kinds: u64,
}

impl Order {
    pub(super) fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by_key(|entry| entry.key);
        let mut order = Self::default();
        for part in entries.chunks(BLOCK * 3 / 4) {
            order.put(order.blocks.len(), Block::of(part));
        }
        order
    }

    pub(super) fn len(&self) -> usize {
        self.lengths.iter().map(|length| usize::from(*length)).sum()
    }

    pub(super) fn first(&self) -> Option<&Entry> {
        self.blocks.first()?.entries.first()
    }

    /// The key of the first entry.
    pub(super) fn head(&self) -> Key {
        self.first().map_or(ABSENT, |entry| entry.key)
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        let at = self.lasts.partition_point(|last| *last < entry.key);
        let at = at.min(self.blocks.len().saturating_sub(1));
        let Some(block) = self.blocks.get_mut(at) else {
            self.put(0, Block::of(&[entry]));
            return;
        };
        let within = block.entries.partition_point(|known| known.key < entry.key);
        block.entries.insert(within, entry);
        block.cpu = block.cpu.max(entry.cpu);
        block.memory = block.memory.max(entry.memory);
        block.kinds |= entry.kind;
        if block.entries.len() >= BLOCK {
            let upper = block.entries.split_off(BLOCK / 2);
            block.measure();
            self.put(at + 1, Block::of(&upper));
        }
        self.note(at);
    }

    pub(super) fn remove(&mut self, key: Key) {
        let at = self.lasts.partition_point(|last| *last < key);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let within = block.entries.partition_point(|known| known.key < key);
        if block
            .entries
            .get(within)
            .is_none_or(|known| known.key != key)
        {
            return;
        }
        let gone = block.entries.remove(within);
        if block.entries.is_empty() {
            self.blocks.remove(at);
            self.lasts.remove(at);
            self.lengths.remove(at);
            return;
        }
        if gone.cpu == block.cpu || gone.memory == block.memory {
            block.measure();
        }
        self.note(at);
    }

    /// How many entries lie below a key.
    pub(super) fn below(&self, key: Key) -> usize {
        let at = self.lasts.partition_point(|last| *last < key);
        let full = self.lengths.iter().take(at);
        let before: usize = full.map(|length| usize::from(*length)).sum();
        let within = self.blocks.get(at).map_or(0, |block| {
            block.entries.partition_point(|known| known.key < key)
        });
        before + within
    }

    /// The entry with so many before it.
    pub(super) fn nth(&self, mut before: usize) -> Option<&Entry> {
        for (block, length) in self.blocks.iter().zip(&self.lengths) {
            let length = usize::from(*length);
            if before < length {
                return block.entries.get(before);
            }
            before -= length;
        }
        None
    }

    /// The first entry of one of the kinds with so much free that passes the test.
    pub(super) fn find(
        &self,
        cpu: i32,
        memory: i32,
        kinds: u64,
        mut test: impl FnMut(u32) -> bool,
    ) -> Option<&Entry> {
        self.blocks
            .iter()
            .filter(|block| block.cpu >= cpu && block.memory >= memory && block.kinds & kinds != 0)
            .flat_map(|block| &block.entries)
            .find(|entry| {
                entry.cpu >= cpu
                    && entry.memory >= memory
                    && entry.kind & kinds != 0
                    && test(entry.slot)
            })
    }

    fn put(&mut self, at: usize, block: Block) {
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
        if let (Some(last), Some(entry)) = (self.lasts.get_mut(at), block.entries.last()) {
            *last = entry.key;
        }
        if let Some(length) = self.lengths.get_mut(at) {
            *length = u16::try_from(block.entries.len()).unwrap_or(u16::MAX);
        }
    }
}

impl Block {
    fn of(part: &[Entry]) -> Self {
        let mut entries = Vec::with_capacity(BLOCK);
        entries.extend_from_slice(part);
        let mut block = Self {
            entries,
            cpu: 0,
            memory: 0,
            kinds: 0,
        };
        block.measure();
        block
    }

    fn measure(&mut self) {
        (self.cpu, self.memory, self.kinds) = (i32::MIN, i32::MIN, 0);
        for entry in &self.entries {
            self.cpu = self.cpu.max(entry.cpu);
            self.memory = self.memory.max(entry.memory);
            self.kinds |= entry.kind;
        }
    }
}
