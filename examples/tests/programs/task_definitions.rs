//! The examples of ecs-taskdef as programs: what they read, print, and exit with.

use serde_json::Value;

use crate::program::{self, Files, code, stderr, stdout};

fn run(example: &str, arguments: &[&str], stdin: &str) -> (i32, String, String) {
    let output = program::run(example, arguments, stdin);
    (code(&output), stdout(&output), stderr(&output))
}

fn lint(arguments: &[&str], stdin: &str) -> (i32, String, String) {
    run("lint_task_definition", arguments, stdin)
}

/// A file of its own for a test.
fn file(name: &str, text: &str) -> String {
    let path = Files::new("task_definitions").path(name);
    std::fs::write(&path, text).unwrap();
    path
}

const VALID: &str = r#"{"family": "web", "containerDefinitions": [
    {"name": "web", "image": "nginx", "memory": 64}]}"#;

const TEMPLATE: &str = "\
Parameters: {Tag: {Type: String}}
Resources:
  Web:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ContainerDefinitions:
        - {Name: web, Image: !Sub 'nginx:${Tag}', Memory: 64}
  Other:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - {Name: we b, Image: nginx, Memory: 64}
";

#[test]
fn findings_are_printed_and_decide_the_exit_code() {
    assert_eq!(
        lint(&["-"], VALID),
        (
            0,
            "-: register input in JSON, nothing to complain about\n".to_owned(),
            String::new()
        )
    );
    let (code, printed, _) = lint(&["-"], TEMPLATE);
    assert_eq!(code, 1);
    assert_eq!(
        printed,
        "-:13:18: error[container-name-characters]: `we b` is not 1 to 255 letters, digits, \
         hyphens and underscores\n    \
         at /Resources/Other/Properties/ContainerDefinitions/0/Name\n    \
         AWS: Container.name contains invalid characters.\n\
         -: CloudFormation template in YAML, 1 error, 0 warnings, 0 notes\n"
    );
    let (code, _, complaint) = lint(&["-"], "{\"family\": }");
    assert_eq!(
        (code, complaint.as_str()),
        (2, "-: not JSON at line 1 column 12: expected value\n")
    );
    let (code, _, complaint) = lint(&["-", "/no/such/file"], "services: {}");
    assert_eq!(code, 2);
    assert!(
        complaint.starts_with(
            "-: skipped, neither an object nor a list of containers, but an object without \
             containers\n/no/such/file: "
        ),
        "{complaint}"
    );
    assert_eq!(lint(&["-"], "services: {}").0, 0);
}

#[test]
fn options_change_what_is_wrong() {
    let ports = VALID.replace("\"memory\": 64", "\"memory\": \"64\"");
    assert_eq!(lint(&["-"], &ports).0, 0);
    assert_eq!(lint(&["-", "--deny-warnings"], &ports).0, 1);
    assert_eq!(lint(&["-", "--strict"], &ports).0, 1);
    assert_eq!(
        lint(&["-", "--deny-warnings", "--allow=value-converted"], &ports).0,
        0
    );
    assert_eq!(lint(&["-", "--launch-type", "fargate"], VALID).0, 1);
    assert_eq!(lint(&["-", "--launch-type", "EC2"], VALID).0, 0);
    for (argument, complaint) in [
        ("--colour", "`--colour` is not an option"),
        ("--allow=nothing", "`nothing` is not a rule"),
        (
            "--format=xml",
            "`xml` is not one of text, json, sarif, github",
        ),
        (
            "--launch-type=MOON",
            "`MOON` is not one of EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES",
        ),
        ("--format", "`--format` needs a value"),
        ("--strict=false", "`--strict` takes no value"),
        ("--deny-warnings=", "`--deny-warnings` takes no value"),
    ] {
        let (code, _, said) = lint(&[argument], "");
        assert_eq!(code, 2);
        assert_eq!(said, format!("{complaint}; --help says what there is\n"));
    }
    let (code, printed, _) = lint(&["--help"], "");
    assert_eq!(code, 0);
    assert!(
        printed.contains("exit status: 0 nothing is wrong"),
        "{printed}"
    );
}

#[test]
fn findings_are_printed_for_programs() {
    let (code, printed, _) = lint(&["--format", "json", "-"], TEMPLATE);
    let report: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(code, 1);
    let linted = &report["files"][0];
    assert_eq!(linted["form"], "CloudFormation template");
    assert_eq!(linted["syntax"], "YAML");
    let finding = &linted["findings"][0];
    assert_eq!(finding["pointer"], "/containerDefinitions/0/name");
    assert_eq!(finding["definition"], "Other");
    assert_eq!(
        finding["sourcePointer"],
        "/Resources/Other/Properties/ContainerDefinitions/0/Name"
    );
    assert_eq!(
        (&finding["line"], &finding["endColumn"]),
        (&13.into(), &22.into())
    );

    let (_, printed, _) = lint(&["--format", "sarif", "-"], TEMPLATE);
    let sarif: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "error");

    let (_, printed, _) = lint(&["--format", "github", "-"], TEMPLATE);
    assert!(
        printed.starts_with("::error file=-,line=13,col=18,"),
        "{printed}"
    );
}

#[test]
fn definitions_are_compared() {
    let (old, new) = (file("old.json", VALID), file("new.yaml", TEMPLATE));
    let compare = |arguments: &[&str]| run("compare_task_definitions", arguments, "");
    assert_eq!(compare(&[&old, &old]).0, 0);
    let (code, printed, _) = compare(&[&old, &format!("{new}#Web")]);
    assert_eq!(code, 3);
    assert_eq!(
        printed,
        "? containerDefinitions[web].image: \"nginx\" -> \"nginx:${Tag}\"\n"
    );
    assert_eq!(compare(&[&old, &format!("{new}#Other")]).0, 1);
    let numbered = file("new#2.yaml", TEMPLATE);
    assert_eq!(compare(&[&old, &format!("{numbered}#Other")]).0, 1);
    assert_eq!(compare(&[&file("old#1.json", VALID), &old]).0, 0);
    let with = |arguments: &[&str], stdin: &str| run("compare_task_definitions", arguments, stdin);
    assert_eq!(with(&[&old, "-#Other"], TEMPLATE).0, 1);
    assert_eq!(with(&["-", &old], VALID).0, 0);
    assert_eq!(
        with(&["-", "-"], VALID),
        (
            2,
            String::new(),
            "`-` is one of the two, the other is a file\n".to_owned()
        )
    );
    let none = file("none.json", "{}");
    for (arguments, complaint) in [
        (
            [old.as_str(), new.as_str()],
            format!("{new}: several definitions, name one behind a `#`: `Web`, `Other`\n"),
        ),
        (
            [none.as_str(), new.as_str()],
            format!(
                "{none}: neither an object nor a list of containers, but an object without \
                 containers\n"
            ),
        ),
        (
            [old.as_str(), &format!("{new}#Third")],
            format!("{new}#Third: no definition is called `Third`\n"),
        ),
    ] {
        let (code, _, said) = compare(&arguments);
        assert_eq!((code, said), (2, complaint));
    }
}
