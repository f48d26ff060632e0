//! How many cases a property is tried with: few, or many if `ECS_LONG` is set.

use proptest::prelude::ProptestConfig;

/// In a long run 100,000 cases, or as many as `ECS_LONG_CASES` says.
#[expect(clippy::unwrap_used, reason = "a number that is none stops the test")]
pub(crate) fn config() -> ProptestConfig {
    let asked = std::env::var("ECS_LONG_CASES").map(|value| value.parse().unwrap());
    let cases = match std::env::var_os("ECS_LONG") {
        Some(_) => asked.unwrap_or(100_000),
        None => 256,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
