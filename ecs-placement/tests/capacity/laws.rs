//! What holds whatever happens.

use std::collections::BTreeMap;

use ecs_placement::Recorded;
use ecs_placement::capacity::{
    CapacityEvent, CapacityRecord, ClusterCapacity, InstanceUse, ProviderStrategy,
};
use proptest::prelude::*;
use serde_json::json;

use crate::{cluster, group, item, minutes, needs, scaling};

fn config() -> ProptestConfig {
    let cases = match std::env::var_os("ECS_LONG") {
        Some(_) => 20_000,
        None => 200,
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn event() -> impl Strategy<Value = CapacityEvent> {
    let provider = || prop_oneof![Just("a"), Just("b"), Just("unknown")];
    prop_oneof![
        3 => (0_u8..20, provider(), 1_u32..3_000, any::<bool>()).prop_map(
            |(task, provider, cpu, is_distinct_instance)| CapacityEvent::Waiting {
                task: task.to_string().into(),
                provider: provider.into(),
                needs: needs(cpu, 1),
                is_distinct_instance,
            }
        ),
        2 => (0_u8..20).prop_map(|task| CapacityEvent::Waited { task: task.to_string().into() }),
        3 => (0_u8..9, provider(), 0_u32..3, 0_u32..3).prop_map(
            |(instance, provider, tasks, daemons)| CapacityEvent::Instance {
                instance: instance.to_string().into(),
                provider: provider.into(),
                used: InstanceUse::new(tasks + daemons, daemons),
            }
        ),
        1 => (0_u8..9).prop_map(|instance| CapacityEvent::InstanceGone {
            instance: instance.to_string().into(),
        }),
        1 => (0_u8..9).prop_map(|instance| CapacityEvent::Terminating {
            instance: instance.to_string().into(),
        }),
        1 => provider().prop_map(|provider| CapacityEvent::RemoveProvider {
            provider: provider.into(),
        }),
        8 => Just(CapacityEvent::Timeout),
    ]
}

proptest! {
    #![proptest_config(config())]

    /// Records and saved states say all there is.
    #[test]
    fn a_copy_that_lives_in_its_saved_form_does_the_same(
        events in proptest::collection::vec((event(), 0_i64..20), 0..100),
    ) {
        let both = json!({"managedTerminationProtection": "ENABLED"});
        let mut scaled = scaling(json!({"targetCapacity": 75}));
        scaled.as_object_mut().unwrap().extend(both.as_object().unwrap().clone());
        let mut capacity = cluster([group("a", scaled), group("b", scaling(json!({})))]);
        let mut copy = capacity.clone();
        let mut now = 0;
        for (event, later) in events {
            now += later;
            let before = capacity.clone();
            let decision = capacity.decide(event, minutes(now));
            prop_assert_eq!(&capacity, &before);
            if decision.outcome.is_err() {
                prop_assert_eq!(decision.record, None);
                continue;
            }
            if let Some(record) = decision.record {
                let written = serde_json::to_string(&record).unwrap();
                let read: CapacityRecord = serde_json::from_str(&written).unwrap();
                capacity.apply(&record).unwrap();
                let saved = serde_json::to_string(&copy).unwrap();
                copy = serde_json::from_str::<ClusterCapacity>(&saved).unwrap();
                copy.apply(&read).unwrap();
            }
            while let Some(action) = capacity.poll_action() {
                prop_assert_eq!(copy.poll_action(), Some(action));
            }
            prop_assert_eq!(&capacity, &copy);
        }
    }

    /// One task after the other goes where all together would, bases are filled first, and no
    /// provider lacks a whole task of its part.
    #[test]
    fn parts_are_kept(
        weights in proptest::collection::vec(0_i32..20, 1..6),
        base in 0_i32..10,
        base_at in 0_usize..6,
        tasks in 0_u32..200,
    ) {
        let base_at = base_at % weights.len();
        let items: Vec<_> = weights
            .iter()
            .enumerate()
            .map(|(at, weight)| item(&at.to_string(), *weight, if at == base_at { base } else { 0 }))
            .collect();
        let Ok(strategy) = ProviderStrategy::new(&items) else {
            return Ok(());
        };
        let together = strategy.spread(tasks, |_| 0);
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..tasks {
            let has = |provider: &str| known.get(provider).copied().unwrap_or(0);
            let next = strategy.spread(1, has).into_iter().find(|(_, tasks)| *tasks == 1);
            *known.entry(next.unwrap().0.to_string()).or_default() += 1;
        }
        for (provider, tasks) in &together {
            prop_assert_eq!(known.get(&**provider).copied().unwrap_or(0), *tasks);
        }
        let base = u32::try_from(base).unwrap().min(tasks);
        let sum: i32 = weights.iter().sum();
        for ((_, got), (at, weight)) in together.iter().zip(weights.iter().enumerate()) {
            let own_base = if at == base_at { base } else { 0 };
            prop_assert!(*got >= own_base);
            if sum > 0 {
                let part = f64::from(tasks - base) * f64::from(*weight) / f64::from(sum);
                let above = f64::from(got - own_base);
                prop_assert!(above > part - 1.0, "{above} of {part}");
            }
        }
    }
}
