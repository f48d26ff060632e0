//! Ids, drawn from a seed.

/// SplitMix64: the same seed gives the same ids.
#[derive(Clone, Debug)]
pub(crate) struct Ids(u64);

impl Ids {
    /// Ids for one decision. The version of what it changes goes in, so that two decisions with the
    /// same seed draw different ids.
    pub(crate) const fn new(seed: u64, version: u64) -> Self {
        Self(seed ^ version.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    pub(crate) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 32 hexadecimal digits, as the ids of tasks and container instances are.
    pub(crate) fn hex(&mut self) -> String {
        format!("{:016x}{:016x}", self.number(), self.number())
    }

    /// As a UUID is written, as the ids of attachments are.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}
