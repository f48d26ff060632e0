//! Chance that is the same for the same seed.

/// SplitMix64: a short generator of well-mixed numbers, enough to choose among instances.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One of the items, each as likely as any other.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        let len = items.len() as u128;
        // The high half of the product is below `len`.
        let at = (u128::from(self.next()) * len) >> 64;
        items.get(usize::try_from(at).ok()?).copied()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
