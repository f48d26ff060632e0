//! [`Moment`]: an instant that may not have come, in eight bytes.

use ecs_model::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970, or nothing. Machines hold a dozen of these.
///
/// Nothing sorts before every instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(i64);

impl Moment {
    pub(crate) const NONE: Self = Self(i64::MIN);

    pub(crate) const fn at(at: Timestamp) -> Self {
        Self(at.micros())
    }

    pub(crate) const fn get(self) -> Option<Timestamp> {
        match self.0 {
            i64::MIN => None,
            micros => Some(Timestamp::from_micros(micros)),
        }
    }

    pub(crate) const fn is_set(self) -> bool {
        self.0 != i64::MIN
    }

    /// Keeps what is there, otherwise takes `at`.
    pub(crate) const fn set_once(&mut self, at: Self) {
        if !self.is_set() {
            *self = at;
        }
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        if self.is_set() { self } else { other }
    }

    /// Whether the instant is there and `now` is not before it.
    pub(crate) const fn is_due(self, now: Self) -> bool {
        self.is_set() && self.0 <= now.0
    }

    pub(crate) fn after(self, duration: core::time::Duration) -> Self {
        self.get()
            .map_or(Self::NONE, |at| Self::at(at.saturating_add(duration)))
    }

    /// The earlier one of those that are there.
    pub(crate) const fn earlier(self, other: Self) -> Self {
        if !self.is_set() || (other.is_set() && other.0 < self.0) {
            other
        } else {
            self
        }
    }
}

impl Default for Moment {
    fn default() -> Self {
        Self::NONE
    }
}

impl core::fmt::Debug for Moment {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.get() {
            Some(at) => core::fmt::Display::fmt(&at, f),
            None => f.write_str("-"),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = Option::<Timestamp>::deserialize(deserializer)?;
        Ok(at.map_or(Self::NONE, Self::at))
    }
}
