//! How tasks are spread over providers, and what is refused.

use ecs_model::{CapacityProvider, LaunchType};
use ecs_placement::capacity::{CapacityChoice, Provider, ProviderStrategy};
use serde_json::json;

use crate::{cluster, group, item, minutes};

fn spread(items: &[(&str, i32, i32)], tasks: u32, known: &[(&str, u32)]) -> Vec<u32> {
    let items: Vec<_> = items
        .iter()
        .map(|(name, weight, base)| item(name, *weight, *base))
        .collect();
    let strategy = ProviderStrategy::new(&items).unwrap();
    let has = |provider: &str| {
        known
            .iter()
            .find(|(name, _)| *name == provider)
            .map_or(0, |(_, tasks)| *tasks)
    };
    strategy
        .spread(tasks, has)
        .into_iter()
        .map(|(_, tasks)| tasks)
        .collect()
}

#[test]
fn bases_and_weights() {
    assert_eq!(spread(&[("A", 1, 2), ("B", 4, 0)], 12, &[]), [4, 8]);
    // The base comes first, on whichever provider it is.
    assert_eq!(spread(&[("A", 1, 0), ("B", 4, 3)], 3, &[]), [0, 3]);
    assert_eq!(spread(&[("A", 1, 0), ("B", 1, 0)], 7, &[]), [4, 3]);
    assert_eq!(spread(&[("A", 1, 0), ("B", 2, 0)], 6, &[]), [2, 4]);
    // One without a weight gets its base and no more.
    assert_eq!(spread(&[("A", 0, 2), ("B", 1, 0)], 10, &[]), [2, 8]);
    // A provider alone needs no weight.
    assert_eq!(spread(&[("A", 0, 0)], 10, &[]), [10]);
    // What runs already counts.
    assert_eq!(
        spread(&[("A", 1, 2), ("B", 4, 0)], 2, &[("A", 4), ("B", 6)]),
        [0, 2]
    );
    assert_eq!(spread(&[("A", 1, 2), ("B", 1, 0)], 3, &[("A", 1)]), [2, 1]);
}

#[test]
fn every_refusal_of_a_strategy() {
    let many: Vec<_> = (0..21)
        .map(|number| item(&number.to_string(), 1, 0))
        .collect();
    for (items, text) in [
        (
            vec![],
            "a capacity provider strategy has 1 to 20 items, not 0",
        ),
        (
            many,
            "a capacity provider strategy has 1 to 20 items, not 21",
        ),
        (
            vec![Default::default()],
            "an item of the capacity provider strategy names no capacity provider",
        ),
        (
            vec![item("A", 1, 0), item("A", 1, 0)],
            "the capacity provider `A` is in the strategy twice",
        ),
        (
            vec![item("A", 1_001, 0)],
            "`1001` is out of bounds as `weight` of the capacity provider `A`",
        ),
        (
            vec![item("A", 1, -1)],
            "`-1` is out of bounds as `base` of the capacity provider `A`",
        ),
        (
            vec![item("A", 1, 1), item("B", 1, 1)],
            "more than one capacity provider has a base",
        ),
        (
            vec![item("A", 0, 1), item("B", 0, 0)],
            "no capacity provider has a weight above 0",
        ),
    ] {
        assert_eq!(ProviderStrategy::new(&items).unwrap_err().to_string(), text);
    }
    let saved = r#"[{"provider":"A","weight":1,"base":100001}]"#;
    assert_eq!(
        serde_json::from_str::<ProviderStrategy>(saved)
            .unwrap_err()
            .to_string(),
        "`100001` is out of bounds as `base` of the capacity provider `A`"
    );
}

#[test]
fn launch_type_strategy_or_default() {
    let mut capacity = cluster([
        group("web", json!({})),
        Provider::fargate(),
        Provider::fargate_spot(),
    ]);
    let choose = |capacity: &ecs_placement::capacity::ClusterCapacity, launch_type, items: &[_]| {
        capacity
            .choose(launch_type, items)
            .map_err(|error| (error.to_string(), error.exception().to_string()))
    };
    assert_eq!(
        choose(&capacity, None, &[]),
        Ok(CapacityChoice::LaunchType(LaunchType::Ec2))
    );
    assert_eq!(
        choose(&capacity, Some(&LaunchType::Fargate), &[]),
        Ok(CapacityChoice::LaunchType(LaunchType::Fargate))
    );
    let both = [item("FARGATE", 1, 1), item("FARGATE_SPOT", 3, 0)];
    let strategy = ProviderStrategy::new(&both).unwrap();
    let providers = Ok(CapacityChoice::Providers(strategy.clone()));
    assert_eq!(choose(&capacity, None, &both), providers);
    capacity.set_default_strategy(Some(strategy)).unwrap();
    assert_eq!(choose(&capacity, None, &[]), providers);
    assert_eq!(
        choose(&capacity, Some(&LaunchType::Ec2), &[]),
        Ok(CapacityChoice::LaunchType(LaunchType::Ec2))
    );
    assert_eq!(
        choose(&capacity, Some(&LaunchType::Ec2), &both).unwrap_err(),
        (
            "launch type `EC2` cannot be combined with a capacity provider strategy".to_owned(),
            "InvalidParameterException: Specifying both a launch type and capacity provider \
             strategy is not supported. Remove one and try again."
                .to_owned()
        )
    );
    assert_eq!(
        choose(&capacity, None, &[item("other", 1, 0)]).unwrap_err(),
        (
            "the capacity provider `other` is not associated with the cluster".to_owned(),
            "InvalidParameterException: The specified capacity provider strategy cannot contain a \
             capacity provider that is not associated with the cluster. Associate the capacity \
             provider with the cluster or specify a valid capacity provider and try again."
                .to_owned()
        )
    );
    assert_eq!(
        choose(&capacity, None, &[item("web", 1, 0), item("FARGATE", 1, 0)])
            .unwrap_err()
            .0,
        "the capacity providers `web` and `FARGATE` are of types that cannot be combined"
    );
    assert_eq!(
        choose(&capacity, None, &[item("web", 1, -1)])
            .unwrap_err()
            .0,
        "`-1` is out of bounds as `base` of the capacity provider `web`"
    );
}

#[test]
fn providers_come_and_go() {
    let mut capacity = cluster([group("web", json!({})), group("batch", json!({}))]);
    let twice = capacity.add_provider(group("web", json!({}))).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "the capacity provider `web` is already associated with the cluster"
    );
    let strategy = ProviderStrategy::new(&[item("web", 1, 0)]).unwrap();
    capacity.set_default_strategy(Some(strategy)).unwrap();
    let in_use = capacity.remove_provider("web").unwrap_err();
    assert_eq!(in_use.to_string(), "the capacity provider `web` is in use");
    assert_eq!(
        in_use.exception().to_string(),
        "ResourceInUseException: The specified capacity provider is in use and cannot be removed."
    );
    let needs = crate::needs(1, 1);
    capacity
        .handle_waiting("task", "batch", needs, false, minutes(0))
        .unwrap();
    capacity.remove_provider("batch").unwrap_err();
    assert!(capacity.handle_waited("task", minutes(1)));
    assert!(!capacity.handle_waited("task", minutes(1)));
    capacity.remove_provider("batch").unwrap();
    capacity.set_default_strategy(None).unwrap();
    capacity.remove_provider("web").unwrap();
    let gone = capacity.remove_provider("web").unwrap_err();
    assert_eq!(
        gone.to_string(),
        "the capacity provider `web` is not associated with the cluster"
    );
}

#[test]
fn documents_of_providers() {
    let read = |document: serde_json::Value| {
        let document: CapacityProvider = serde_json::from_value(document).unwrap();
        Provider::of(&document, []).map_err(|error| error.to_string())
    };
    assert_eq!(
        read(json!({"name": "FARGATE_SPOT"})),
        Ok(Provider::fargate_spot())
    );
    assert_eq!(
        read(json!({"name": "web"})),
        Err("the capacity provider `web` has no source of capacity".to_owned())
    );
    read(json!({"name": "web", "managedInstancesProvider": {}})).unwrap();
    for (member, number, text) in [
        (
            "targetCapacity",
            101,
            "`101` is not from 1 to 100 as `targetCapacity`",
        ),
        (
            "minimumScalingStepSize",
            0,
            "`0` is not from 1 to 10000 as `minimumScalingStepSize`",
        ),
        (
            "maximumScalingStepSize",
            10_001,
            "`10001` is not from 1 to 10000 as `maximumScalingStepSize`",
        ),
        (
            "instanceWarmupPeriod",
            -1,
            "`-1` is not from 0 to 10000 as `instanceWarmupPeriod`",
        ),
    ] {
        let scaling = json!({"status": "ENABLED", member: number});
        let document = json!({"name": "web", "autoScalingGroupProvider": {
            "autoScalingGroupArn": "arn", "managedScaling": scaling}});
        assert_eq!(read(document), Err(text.to_owned()));
    }
}
