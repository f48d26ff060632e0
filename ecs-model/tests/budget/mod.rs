//! How many cases a property is tried with: few, or many if `ECS_LONG` is set.

use proptest::prelude::ProptestConfig;

pub(crate) fn config() -> ProptestConfig {
    let cases = match std::env::var_os("ECS_LONG") {
        Some(_) => 200_000,
        None => 256,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
