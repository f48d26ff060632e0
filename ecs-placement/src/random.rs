//! Chance that is the same for the same seed.

/// SplitMix64: a short generator of well-mixed numbers, enough to choose among instances.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, each as likely as any other; `None` if there is none.
    pub(crate) fn below(&mut self, bound: usize) -> Option<usize> {
        let product = u128::from(self.next()) * bound as u128;
        // The high half of the product is below the bound.
        let drawn = usize::try_from(product >> 64).ok()?;
        (drawn < bound).then_some(drawn)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
