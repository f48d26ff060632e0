//! [`Ladder`]: what is known, what was sent of it, and what ECS has acknowledged.

use serde::{Deserialize, Serialize};

/// How far something is, and how far ECS has heard of it. Each of the three only rises, except
/// that what was sent falls back to what was acknowledged when a report is lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ladder<S> {
    pub(super) known: S,
    pub(super) sent: S,
    pub(super) acknowledged: S,
}

impl<S: Copy + PartialEq> Ladder<S> {
    pub(super) const fn mark_sent(&mut self) {
        self.sent = self.known;
    }

    /// ECS knows what was sent; says whether that is news.
    pub(super) fn acknowledge(&mut self) -> bool {
        let is_news = self.acknowledged != self.sent;
        self.acknowledged = self.sent;
        is_news
    }

    pub(super) const fn lose(&mut self) {
        self.sent = self.acknowledged;
    }
}
