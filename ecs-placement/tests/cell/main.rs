//! The cell and its planners: beside a naive placer, and through random histories.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod exact;
mod histories;
mod ledger;
mod naive;
