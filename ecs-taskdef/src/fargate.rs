/// The combinations of CPU and memory that tasks on Fargate may have.
///
/// ```
/// use ecs_taskdef::RuleSet;
///
/// let table = RuleSet::CURRENT.fargate;
/// assert!(table.allows(256, 512));
/// assert!(!table.allows(512, 512));
/// assert_eq!(table.memory_of(256), [512, 1_024, 2_048]);
/// assert_eq!(table.pairs().count(), 77);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FargateTable(&'static [FargateSize]);

/// The memory that goes with one CPU size on Fargate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FargateSize {
    /// CPU units, 1,024 to a vCPU.
    pub cpu: u32,
    /// The sizes in MiB.
    pub memory: MemorySizes,
    /// Whether Windows can have it.
    pub windows: bool,
    /// The year and the month in which the size came.
    pub since: (u16, u8),
}

/// Sizes of memory in MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemorySizes {
    /// These.
    Listed(&'static [u32]),
    /// From `first` to `last`, each `step` apart.
    Stepped {
        /// The least.
        first: u32,
        /// The greatest.
        last: u32,
        /// From one to the next.
        step: u32,
    },
}

/// Before Fargate.
pub(crate) const NONE: FargateTable = FargateTable(&[]);

/// Every size there is.
pub(crate) const CURRENT: FargateTable = FargateTable(&[
    FargateSize {
        cpu: 256,
        memory: MemorySizes::Listed(&[512, 1_024, 2_048]),
        windows: false,
        since: (2017, 11),
    },
    stepped(512, (1_024, 4_096, 1_024), false, (2017, 11)),
    stepped(1_024, (2_048, 8_192, 1_024), true, (2017, 11)),
    stepped(2_048, (4_096, 16_384, 1_024), true, (2017, 11)),
    stepped(4_096, (8_192, 30_720, 1_024), true, (2017, 11)),
    stepped(8_192, (16_384, 61_440, 4_096), false, (2022, 9)),
    stepped(16_384, (32_768, 122_880, 8_192), false, (2022, 9)),
    FargateSize {
        cpu: 32_768,
        memory: MemorySizes::Listed(&[61_440, 122_880, 249_856]),
        windows: false,
        since: (2026, 9),
    },
]);

const fn stepped(
    cpu: u32,
    (first, last, step): (u32, u32, u32),
    windows: bool,
    since: (u16, u8),
) -> FargateSize {
    FargateSize {
        cpu,
        memory: MemorySizes::Stepped { first, last, step },
        windows,
        since,
    }
}

impl FargateTable {
    /// The sizes, the smallest first.
    #[must_use]
    pub const fn sizes(&self) -> &'static [FargateSize] {
        self.0
    }

    /// Whether a Linux task may have so many CPU units and MiB.
    #[must_use]
    pub fn allows(&self, cpu: u32, memory: u32) -> bool {
        self.size(cpu)
            .is_some_and(|size| size.memory.contains(memory))
    }

    /// Whether a Windows task may have so many CPU units and MiB.
    #[must_use]
    pub fn allows_windows(&self, cpu: u32, memory: u32) -> bool {
        let size = self.size(cpu).filter(|size| size.windows);
        size.is_some_and(|size| size.memory.contains(memory))
    }

    /// The MiB that go with so many CPU units; none when there is no such size.
    #[must_use]
    pub fn memory_of(&self, cpu: u32) -> Vec<u32> {
        self.size(cpu)
            .map(|size| size.memory.iter().collect())
            .unwrap_or_default()
    }

    /// Every pair of CPU units and MiB.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0
            .iter()
            .flat_map(|size| size.memory.iter().map(|memory| (size.cpu, memory)))
    }

    /// The size with so many CPU units.
    #[must_use]
    pub fn size(&self, cpu: u32) -> Option<&'static FargateSize> {
        self.0.iter().find(|size| size.cpu == cpu)
    }
}

impl MemorySizes {
    /// Whether so many MiB are among them.
    #[must_use]
    pub fn contains(self, memory: u32) -> bool {
        match self {
            Self::Listed(sizes) => sizes.contains(&memory),
            Self::Stepped { first, last, step } => {
                (first..=last).contains(&memory) && (memory - first).is_multiple_of(step)
            }
        }
    }

    /// The sizes, the smallest first.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        let (listed, (first, last, step)) = match self {
            Self::Listed(sizes) => (sizes, (1, 0, 1)),
            Self::Stepped { first, last, step } => (&[][..], (first, last, step)),
        };
        let stepped = (first..=last).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        listed.iter().copied().chain(stepped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_up_to_16_vcpus_are_74_pairs() {
        let pairs = CURRENT.pairs().filter(|(cpu, _)| *cpu <= 16_384).count();
        assert_eq!(pairs, 74);
    }

    #[test]
    fn the_ends_and_the_steps_count() {
        for (cpu, memory, allowed) in [
            (256, 512, true),
            (256, 1_536, false),
            (512, 1_024, true),
            (512, 512, false),
            (4_096, 30_720, true),
            (4_096, 31_744, false),
            (8_192, 20_480, true),
            (8_192, 17_408, false),
            (16_384, 122_880, true),
            (32_768, 249_856, true),
            (300, 512, false),
        ] {
            assert_eq!(CURRENT.allows(cpu, memory), allowed, "{cpu} {memory}");
            let listed = CURRENT.memory_of(cpu).contains(&memory);
            assert_eq!(listed, allowed, "{cpu} {memory}");
        }
        assert!(!CURRENT.allows_windows(512, 1_024));
        assert!(CURRENT.allows_windows(1_024, 2_048));
        assert!(!CURRENT.allows_windows(8_192, 16_384));
        assert!(!NONE.allows(256, 512));
    }
}
