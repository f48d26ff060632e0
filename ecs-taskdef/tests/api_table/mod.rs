//! What the API of ECS has: names, types, required members, values and limits, in the layout of
//! AWS's API model and without its words. The tests of other crates take this module in by its
//! path.
//!
//! The table is written from a newer model by
//!
//! ```sh
//! ECS_CONFORMANCE_DATA=FOLDER ECS_WRITE_API_TABLE=1 \
//!     cargo test -p ecs-taskdef --test api_model -- --include-ignored the_table
//! ```
//!
//! where `FOLDER/api/ecs-service-2.json` is the `service-2.json` of botocore. Then the tests
//! `api_model` of ecs-taskdef and ecs-model name what is new.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a table that is not as expected fails the test"
)]

use serde_json::{Map, Value};

/// The table: `metadata`, `operations` and `shapes`.
pub(crate) fn model() -> Value {
    serde_json::from_str(include_str!("ecs-service-2.json")).unwrap()
}

/// The shapes of the table.
pub(crate) fn shapes() -> Map<String, Value> {
    let Value::Object(shapes) = model()["shapes"].take() else {
        panic!("the table has no shapes");
    };
    shapes
}
