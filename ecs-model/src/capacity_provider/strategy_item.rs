//! Capacity provider strategies.

use ecs_taskdef::shape;

shape! {
    /// The part of one capacity provider in a strategy.
    ///
    /// Source: API shape `CapacityProviderStrategyItem`.
    pub struct CapacityProviderStrategyItem {
        /// The name of the capacity provider.
        capacity_provider: String = "capacityProvider" => required(),
        /// Its part of the tasks above the bases, relative to the other weights.
        weight: i32 = "weight" => bounds(0, 1000),
        /// The number of tasks that go to it before weights count.
        base: i32 = "base" => bounds(0, 100_000),
    }
}
