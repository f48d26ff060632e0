//! What is refused before anything begins.

use ecs_placement::deployment::shift::{
    ShiftingDeployment, SourceRevision, Stage, TaskCounts, Traffic, Weight,
};
use serde_json::{Value, json};

use crate::world::{BLUE, GREEN, blue, configuration, healthy, lambda, minutes, pause, request};

fn refusal(value: Value) -> ecs_placement::deployment::shift::ShiftConfigurationError {
    let request = request(configuration(value)).with_source(blue());
    ShiftingDeployment::new(request, minutes(0)).unwrap_err()
}

#[test]
fn strategies_and_numbers() {
    for (value, text) in [
        (json!({}), "strategy `ROLLING` does not shift traffic"),
        (
            json!({"strategy": "RANDOM"}),
            "strategy `RANDOM` does not shift traffic",
        ),
        (
            json!({"strategy": "CANARY", "linearConfiguration": {}}),
            "`linearConfiguration` cannot be combined with strategy `CANARY`",
        ),
        (
            json!({"strategy": "BLUE_GREEN", "canaryConfiguration": {}}),
            "`canaryConfiguration` cannot be combined with strategy `BLUE_GREEN`",
        ),
        (
            json!({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 2.9}}),
            "`2.9` is not a multiple of 0.1 from 3.0 to 100.0 as `stepPercent`",
        ),
        (
            json!({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 3.05}}),
            "`3.05` is not a multiple of 0.1 from 3.0 to 100.0 as `stepPercent`",
        ),
        (
            json!({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 0}}),
            "`0` is not a multiple of 0.1 from 0.1 to 100.0 as `canaryPercent`",
        ),
        (
            json!({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 100.1}}),
            "`100.1` is not a multiple of 0.1 from 0.1 to 100.0 as `canaryPercent`",
        ),
        (
            json!({"strategy": "CANARY", "canaryConfiguration": {"canaryBakeTimeInMinutes": 1441}}),
            "`1441` is not from 0 to 1440 minutes as `canaryBakeTimeInMinutes`",
        ),
        (
            json!({"strategy": "LINEAR", "linearConfiguration": {"stepBakeTimeInMinutes": -1}}),
            "`-1` is not from 0 to 1440 minutes as `stepBakeTimeInMinutes`",
        ),
        (
            json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1441}),
            "`1441` is not from 0 to 1440 minutes as `bakeTimeInMinutes`",
        ),
    ] {
        let error = refusal(value);
        assert_eq!(error.to_string(), text);
        assert_eq!(error.exception().message(), Some(text));
    }
}

#[test]
fn hooks() {
    let with = |hook: Value| json!({"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]});
    for (hook, text) in [
        (
            json!({"targetType": "EMAIL", "lifecycleStages": ["PRE_SCALE_UP"]}),
            "`EMAIL` is not one of the target types AWS_LAMBDA and PAUSE",
        ),
        (
            json!({"roleArn": "role", "lifecycleStages": ["PRE_SCALE_UP"]}),
            "a hook of target type `AWS_LAMBDA` needs `hookTargetArn`",
        ),
        (
            json!({"hookTargetArn": "f", "lifecycleStages": ["PRE_SCALE_UP"]}),
            "a hook of target type `AWS_LAMBDA` needs `roleArn`",
        ),
        (
            pause(&[]),
            "a hook of target type `PAUSE` needs `lifecycleStages`",
        ),
        (
            lambda("f", &[Stage::ScaleUp]),
            "a hook of target type `AWS_LAMBDA` cannot be called at stage `SCALE_UP`",
        ),
        (
            pause(&[Stage::ProductionTrafficShift]),
            "a hook of target type `PAUSE` cannot be called at stage `PRODUCTION_TRAFFIC_SHIFT`",
        ),
        (
            json!({"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"],
                "timeoutConfiguration": {"timeoutInMinutes": 20161}}),
            "`20161` is not from 1 to 20160 minutes as `timeoutInMinutes`",
        ),
        (
            json!({"hookTargetArn": "f", "roleArn": "r", "lifecycleStages": ["PRE_SCALE_UP"],
                "timeoutConfiguration": {"timeoutInMinutes": 1441}}),
            "`1441` is not from 1 to 1440 minutes as `timeoutInMinutes`",
        ),
        (
            json!({"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"],
                "timeoutConfiguration": {"action": "SKIP"}}),
            "`SKIP` is not one of the actions ROLLBACK and CONTINUE",
        ),
    ] {
        assert_eq!(refusal(with(hook)).to_string(), text);
    }
    let many = vec![pause(&[Stage::PreScaleUp]); 11];
    assert_eq!(
        refusal(json!({"strategy": "BLUE_GREEN", "lifecycleHooks": many})).to_string(),
        "11 hooks of target type `PAUSE` are more than 10"
    );
}

#[test]
fn the_words_of_the_exceptions() {
    let with = |hook: Value| json!({"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]});
    let words = |hook| refusal(with(hook)).exception().to_string();
    assert_eq!(
        words(json!({"targetType": "EMAIL", "lifecycleStages": ["PRE_SCALE_UP"]})),
        "InvalidParameterException: Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE"
    );
    assert_eq!(
        words(pause(&[Stage::TestTrafficShift])),
        "InvalidParameterException: Invalid lifecycle stage provided for Pause Hook"
    );
}

#[test]
fn every_stage_and_its_hooks() {
    for stage in Stage::ALL {
        for (hook, may_be) in [
            (lambda("f", &[stage]), stage.takes_hooks()),
            (pause(&[stage]), stage.takes_pause_hooks()),
        ] {
            let value = json!({"strategy": "BLUE_GREEN", "lifecycleHooks": [hook]});
            let request = request(configuration(value)).with_source(blue());
            let made = ShiftingDeployment::new(request, minutes(0));
            assert_eq!(made.is_ok(), may_be, "{stage}");
        }
    }
}

#[test]
fn revisions_and_their_traffic() {
    let blue_green = || configuration(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}));
    let twice = request(blue_green()).with_source(SourceRevision::serving(GREEN, healthy(1)));
    assert_eq!(
        ShiftingDeployment::new(twice, minutes(0))
            .unwrap_err()
            .to_string(),
        format!("the service revision `{GREEN}` is in the deployment twice")
    );
    let mut half = SourceRevision::serving(BLUE, TaskCounts::new(1, 0, 1));
    half.production = Weight::from_tenths(500).unwrap();
    let half = request(blue_green()).with_source(half);
    assert_eq!(
        ShiftingDeployment::new(half, minutes(0))
            .unwrap_err()
            .to_string(),
        "the parts of the traffic come to 50.0 percent, not to 100.0"
    );
}

#[test]
fn weights_as_they_are_saved() {
    assert_eq!(serde_json::to_string(&Weight::ALL).unwrap(), "1000");
    let beyond = serde_json::from_str::<Weight>("1001").unwrap_err();
    assert_eq!(
        beyond.to_string(),
        "`100.1` is not a multiple of 0.1 from 0 to 100"
    );
    let traffic = serde_json::from_str::<Traffic>(r#"{"a":999}"#).unwrap_err();
    assert_eq!(
        traffic.to_string(),
        "the parts of the traffic come to 99.9 percent, not to 100.0"
    );
}
