//! Texts that are small and would cost much: each is refused or read in bounded time.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use chain::chain;
use ecs_taskdef::{Document, Reading};

fn read(text: &str) -> Document<'_> {
    Document::read(text.as_bytes(), Reading::Lenient).unwrap()
}

#[test]
fn parts_that_do_not_end_cost_one_pass_together() {
    for begin in ["${", "${a ", "{{", "$(", "<"] {
        let long = begin.repeat(100_000);
        // Beside a comment it is more than JSON; without one it is what the API takes.
        for comment in ["", "// a\n"] {
            let text = format!(
                "{comment}{{\"family\": \"web\", \"containerDefinitions\": [{{\"name\": \"{long}\"\n}}]}}"
            );
            assert!(read(&text).unknowns().is_empty(), "{begin}");
        }
        let text = format!(r#"{{"family": {long}}}"#);
        let refused = Document::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        let reason = match begin {
            "{{" => "column 13: key must be a string",
            _ => "column 12: expected value",
        };
        assert_eq!(chain(&refused), format!("not JSON at line 1 {reason}"));
    }
}

/// A template with these conditions, each in one line, and a definition whose CPU depends on `C0`.
fn with_conditions(conditions: &str) -> String {
    format!(
        r#"{{"Conditions": {{{conditions}}}, "Resources": {{"Task": {{
            "Type": "AWS::ECS::TaskDefinition", "Properties": {{
                "Cpu": {{"Fn::If": ["C0", "256", "512"]}},
                "ContainerDefinitions": [{{"Name": "web", "Image": "web", "Memory": 64}}]}}}}}}}}"#
    )
}

fn cpus<'d>(document: &'d Document<'_>) -> Vec<Option<&'d str>> {
    let alternatives = document.alternatives();
    let cpus = alternatives.map(|one| one.task_definition.cpu.as_deref());
    cpus.collect()
}

#[test]
fn conditions_that_name_each_other_often_are_seen_once() {
    let often = |name: &str| [format!(r#"{{"Condition": "{name}"}}"#).as_str(); 10].join(", ");
    let circle = with_conditions(&format!(r#""C0": {{"Fn::Or": [{}]}}"#, often("C0")));
    let document = read(&circle);
    assert_eq!(cpus(&document), [Some("${Fn::If}")]);
    assert!(document.unknowns().covers("/cpu"));
    let mut chain = String::new();
    for index in 0..1_000 {
        let next = often(&format!("C{}", index + 1));
        chain.push_str(&format!(r#""C{index}": {{"Fn::And": [{next}]}}, "#));
    }
    let text = with_conditions(&format!(
        r#"{chain}"C1000": {{"Fn::Equals": [{{"Ref": "AWS::Region"}}, "eu-west-1"]}}"#
    ));
    assert_eq!(cpus(&read(&text)), [Some("512"), Some("256")]);
}

#[test]
fn many_conditions_make_few_alternatives() {
    let mut command = String::new();
    for index in 0..1_000 {
        command.push_str(&format!("%{{ if x{index} }}\"{index}\",%{{ endif }}"));
    }
    let text = format!(
        r#"{{"family": "web", "containerDefinitions": [
            {{"name": "web", "image": "web", "memory": 64, "command": [{command}]}}]}}"#
    );
    let document = read(&text);
    assert_eq!(document.alternatives().count(), 128);
    // The first 63 are decided, and all others may be anything.
    assert_eq!(document.unknowns().len(), 1_000 - 63);
}

#[test]
fn many_values_of_a_parameter_make_few_alternatives() {
    let mut conditions = String::new();
    for index in 0..5_000 {
        conditions.push_str(&format!(
            r#"{{"Fn::Equals": [{{"Ref": "Stage"}}, "s{index}"]}}, "#
        ));
    }
    let text = with_conditions(&format!(
        r#""C0": {{"Fn::Or": [{conditions}{{"Fn::Equals": ["a", "b"]}}]}}"#
    ));
    let document = read(&text);
    assert_eq!(cpus(&document), [Some("${Fn::If}")]);
    assert!(document.unknowns().covers("/cpu"));
}

/// The image of a template with these mappings.
fn image_of(mappings: &str, image: &str) -> (String, bool) {
    let text = format!(
        r#"{{"Mappings": {mappings}, "Resources": {{"Task": {{
            "Type": "AWS::ECS::TaskDefinition", "Properties": {{"ContainerDefinitions": [
                {{"Name": "web", "Image": {image}, "Memory": 64}}]}}}}}}}}"#
    );
    let document = read(&text);
    let containers = document.task_definition().container_definitions();
    let image = containers.first().and_then(|container| container.image());
    let place = "/containerDefinitions/0/image";
    (
        image.unwrap_or_default().to_owned(),
        document.unknowns().covers(place),
    )
}

#[test]
fn texts_that_repeat_each_other_come_to_an_end() {
    let twice = |depth: usize| {
        let mut text = r#""web""#.to_owned();
        for _ in 0..depth {
            text = format!(r#"{{"Fn::Sub": ["${{a}}${{a}}", {{"a": {text}}}]}}"#);
        }
        text
    };
    assert_eq!(image_of("{}", &twice(3)), ("web".repeat(8), false));
    assert_eq!(
        image_of("{}", &twice(38)),
        ("${Fn::Sub}".repeat(1 << 10), true)
    );
    let long = format!(
        r#"{{"Fn::Join": ["{}", ["a", "b"]]}}"#,
        "-".repeat(64 * 1024 - 1)
    );
    assert_eq!(image_of("{}", &long), ("${Fn::Join}".to_owned(), true));
}

#[test]
fn mappings_hold_no_functions() {
    let found = r#"{"Fn::FindInMap": ["Images", "web", "again"]}"#;
    let again = format!(r#"{{"Fn::Join": ["", [{found}, {found}]]}}"#);
    let images = format!(r#"{{"Images": {{"web": {{"again": {again}, "name": "web"}}}}}}"#);
    assert_eq!(
        image_of(&images, found),
        ("${Fn::FindInMap}".to_owned(), true)
    );
    let name = found.replace("again", "name");
    assert_eq!(image_of(&images, &name), ("web".to_owned(), false));
}
