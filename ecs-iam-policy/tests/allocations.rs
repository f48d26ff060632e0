//! How often deciding allocates: never.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a case that cannot be read fails the test"
)]

mod cases;

use std::hint::black_box;

use allocation_counter::measure;

#[test]
fn deciding_allocates_nothing() {
    for case in cases::all() {
        let (policies, request) = (cases::policies(&case), cases::request(&case));
        let counted = measure(|| {
            black_box(policies.decide(black_box(&request)));
        });
        assert_eq!(counted.count_total, 0, "{}", case["id"]);
    }
}
