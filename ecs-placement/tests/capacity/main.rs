//! Capacity providers.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod cluster;
mod laws;
mod run_task;
mod strategy;

use std::sync::Arc;

use ecs_model::{CapacityProvider, CapacityProviderStrategyItem, Timestamp};
use ecs_placement::Needs;
use ecs_placement::capacity::{ClusterCapacity, InstanceType, Provider};
use serde_json::{Value, json};

fn minutes(minutes: i64) -> Timestamp {
    Timestamp::from_seconds(minutes * 60)
}

fn item(provider: &str, weight: i32, base: i32) -> CapacityProviderStrategyItem {
    CapacityProviderStrategyItem::default()
        .with_capacity_provider(provider)
        .with_weight(weight)
        .with_base(base)
}

fn needs(cpu: u32, memory: u32) -> Arc<Needs> {
    let mut needs = Needs::default();
    (needs.cpu, needs.memory) = (cpu, memory);
    Arc::new(needs)
}

/// A provider of an Auto Scaling group of instances of 2 vCPU.
fn group(name: &str, members: Value) -> Provider {
    let mut group = json!({"autoScalingGroupArn": "arn"});
    let given = members.as_object().unwrap().clone();
    group.as_object_mut().unwrap().extend(given);
    let document = json!({"name": name, "autoScalingGroupProvider": group});
    let document: CapacityProvider = serde_json::from_value(document).unwrap();
    Provider::of(&document, [InstanceType::new(2_048, 3_800)]).unwrap()
}

fn scaling(members: Value) -> Value {
    let mut scaling = json!({"status": "ENABLED"});
    let given = members.as_object().unwrap().clone();
    scaling.as_object_mut().unwrap().extend(given);
    json!({"managedScaling": scaling})
}

fn cluster(providers: impl IntoIterator<Item = Provider>) -> ClusterCapacity {
    let mut capacity = ClusterCapacity::new(minutes(0));
    for provider in providers {
        capacity.add_provider(provider).unwrap();
    }
    capacity
}
