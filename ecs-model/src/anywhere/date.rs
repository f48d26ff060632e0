//! [`Day`]: the days on which rules of ECS Anywhere changed.

use ecs_taskdef::Timestamp;

/// A day in Universal Time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// ECS Anywhere becomes available; what was said then holds for earlier days too.
    pub(super) const LAUNCH: Self = Self::new(2021, 5, 27);
    /// The guide with Windows Server 20H2 and Debian 12. It carries no date; Debian 12 is of June
    /// and the page of the end of the year 2023.
    pub(super) const GUIDE_2023: Self = Self::new(2023, 12, 1);
    /// The guide with Amazon Linux 2023 and Ubuntu 24. It carries no date; it is of 2025 or later.
    pub(super) const GUIDE_2025: Self = Self::new(2025, 1, 1);

    pub(super) const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }

    /// The day of an instant.
    pub(super) fn of(at: Timestamp) -> Self {
        let (year, month, day) = at.date();
        Self::new(year, month, day)
    }
}
