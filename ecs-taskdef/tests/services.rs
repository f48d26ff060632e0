//! Services of a template whose members depend on conditions and macros.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use ecs_taskdef::{Documents, Reading, Validator};

/// What is said of a service with these properties, and of one with this condition. Its definition
/// runs in `awsvpc` and has a container `web`, which maps port 80.
fn found(properties: &str, condition: &str) -> Vec<String> {
    let text = format!(
        r#"{{"Parameters": {{"Proxy": {{"Type": "String", "Default": "yes"}}}},
            "Conditions": {{
                "UseProxy": {{"Fn::Equals": [{{"Ref": "Proxy"}}, "yes"]}},
                "NotProxy": {{"Fn::Not": [{{"Condition": "UseProxy"}}]}}}},
            "Resources": {{
                "Other": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                    "ContainerDefinitions": [{{"Name": "web", "Image": "web", "Memory": 64}}]}}}},
                "Task": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                    "NetworkMode": "awsvpc", "ContainerDefinitions": [{{
                        "Name": "web", "Image": "web", "Memory": 64,
                        "PortMappings": [{{"ContainerPort": 80}}]}}]}}}},
                "Web": {{"Type": "AWS::ECS::Service", {condition} "Properties": {{{properties}}}}}}}}}"#
    );
    let documents = Documents::read(text.as_bytes(), Reading::Lenient).unwrap();
    let findings = documents.validate(&Validator::default());
    findings.iter().map(ToString::to_string).collect()
}

const NETWORK: &str = r#""NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["s"]}}"#;

#[test]
fn a_load_balancer_is_seen_as_the_condition_of_the_service_has_it() {
    let with = |balancer: &str| {
        format!(r#""TaskDefinition": {{"Ref": "Task"}}, {NETWORK}, "LoadBalancers": [{balancer}]"#)
    };
    let named =
        with(r#"{"ContainerName": {"Fn::If": ["UseProxy", "envoy", "web"]}, "ContainerPort": 80}"#);
    let missing = "error[template-service-container] \
        /Resources/Web/Properties/LoadBalancers/0/ContainerName: \
        the task definition has no container `envoy`";
    assert_eq!(found(&named, r#""Condition": "NotProxy","#), [""; 0]);
    assert_eq!(found(&named, r#""Condition": "UseProxy","#), [missing]);
    assert_eq!(found(&named, ""), [""; 0]);
    let ports = with(
        r#"{"Fn::If": ["UseProxy", {"ContainerName": "web", "ContainerPort": 81},
            {"ContainerName": "web", "ContainerPort": 80}]}"#,
    );
    assert_eq!(found(&ports, r#""Condition": "NotProxy","#), [""; 0]);
    assert_eq!(
        found(&ports, r#""Condition": "UseProxy","#),
        ["error[template-service-container-port] \
            /Resources/Web/Properties/LoadBalancers/0/ContainerPort: \
            the container `web` does not map port 81"]
    );
}

#[test]
fn a_network_configuration_may_be_absent_after_all() {
    let missing = "error[template-service-network-configuration] \
        /Resources/Web/Properties/NetworkConfiguration: \
        the tasks run in `awsvpc`, and the service gives no subnets";
    let chosen = r#""TaskDefinition": {"Ref": "Task"}, "NetworkConfiguration": {
        "AwsvpcConfiguration": {"Fn::If": ["UseProxy", {"Subnets": ["s"]}, {"Ref": "AWS::NoValue"}]}}"#;
    assert_eq!(found(chosen, ""), [""; 0]);
    assert_eq!(found(chosen, r#""Condition": "UseProxy","#), [""; 0]);
    assert_eq!(found(chosen, r#""Condition": "NotProxy","#), [missing]);
    for by_macro in [
        r#""TaskDefinition": {"Ref": "Task"}, "Fn::Transform": {"Name": "AWS::Include"}"#,
        r#""TaskDefinition": {"Ref": "Task"}, "NetworkConfiguration": {"Fn::Transform": {"Name": "AWS::Include"}}"#,
        r#""TaskDefinition": {"Ref": "Task"}, "NetworkConfiguration": {
            "Fn::ForEach::Kind": ["K", ["Awsvpc"], {"${K}Configuration": {"Subnets": ["s"]}}]}"#,
    ] {
        assert_eq!(found(by_macro, ""), [""; 0], "{by_macro}");
    }
}

#[test]
fn a_service_may_use_one_of_several_definitions() {
    let chosen = format!(
        r#""TaskDefinition": {{"Fn::If": ["UseProxy", {{"Ref": "Task"}}, {{"Ref": "Other"}}]}}, {NETWORK}"#
    );
    let error = "error[template-service-network-mode] \
        /Resources/Web/Properties/NetworkConfiguration: \
        the tasks run in `bridge`, which takes no subnets";
    assert_eq!(found(&chosen, ""), [""; 0]);
    assert_eq!(found(&chosen, r#""Condition": "UseProxy","#), [""; 0]);
    assert_eq!(found(&chosen, r#""Condition": "NotProxy","#), [error]);
    let turned = chosen.replace("Task\"}, {", "Other\"}, {");
    assert_eq!(found(&turned, ""), [error]);
}

#[test]
fn a_circuit_breaker_may_be_absent_after_all() {
    let breaker = |breaker: &str| {
        format!(
            r#""TaskDefinition": {{"Ref": "Task"}}, {NETWORK},
                "DeploymentController": {{"Type": "CODE_DEPLOY"}},
                "DeploymentConfiguration": {{"DeploymentCircuitBreaker": {breaker}}}"#
        )
    };
    let given = breaker(r#"{"Enable": true, "Rollback": true}"#);
    assert_eq!(found(&given, "").len(), 1);
    let chosen = breaker(r#"{"Fn::If": ["UseProxy", {"Enable": true}, {"Ref": "AWS::NoValue"}]}"#);
    assert_eq!(found(&chosen, ""), [""; 0]);
    assert_eq!(found(&chosen, r#""Condition": "NotProxy","#), [""; 0]);
    assert_eq!(found(&chosen, r#""Condition": "UseProxy","#).len(), 1);
}
