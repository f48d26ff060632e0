//! Reading real files, and what is said about what is odd in them.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use ecs_taskdef::{
    Document, Documents, Findings, LaunchTypes, Reading, RuleSet, Syntax, Validator,
};
use serde_json::json;

fn read(text: &str) -> Document<'_> {
    Document::read(text.as_bytes(), Reading::Lenient).unwrap()
}

fn lines(findings: &Findings) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

fn found(text: &str, reading: Reading) -> Vec<String> {
    let document = Document::read(text.as_bytes(), reading).unwrap();
    lines(&document.validate(&Validator::default()))
}

const DESCRIBED: &str = r#"{
  "taskDefinition": {
    "family": "web",
    "revision": 3,
    "registeredAt": "2021-08-23T19:01:21.478000-07:00",
    "pidMode": null,
    "containerDefinitions": [{"name": "a", "image": "b", "memory": 64}]
  },
  "tags": [{"key": "k", "value": "v"}]
}"#;

#[test]
fn an_output_is_unwrapped_with_its_tags() {
    let document = read(DESCRIBED);
    assert_eq!(
        lines(&document.validate(&Validator::default())),
        [
            "note[wrapped-definition]: the definition lies in `taskDefinition`",
            "note[null-member] /pidMode: `pidMode` is null, which AWS takes for absent",
            "note[describe-only-member] /revision: `revision` is filled in by AWS and cannot be registered",
            "note[describe-only-member] /registeredAt: `registeredAt` is filled in by AWS and cannot be registered",
        ]
    );
    assert_eq!(document.position("/revision").line, 4);
    assert_eq!(
        document.position("/containerDefinitions/0/image").column,
        53
    );
    let task = document.into_task_definition();
    assert_eq!(task.tags.as_ref().map(Vec::len), Some(1));
    let input = task.to_register_input();
    assert_eq!(input.dropped, ["/revision", "/registeredAt", "/pidMode"]);
}

#[test]
fn a_strict_reading_takes_what_the_api_takes() {
    let text = r#"{"family":"f","status":"ACTIVE","cpu":256,"x":1,"memory":null,"family":"web",
        "containerDefinitions":[{"name":"a","image":"b","memory":"64"}]}"#;
    assert_eq!(
        found(text, Reading::Strict),
        [
            "error[duplicate-member] /family: `family` is written twice, and the last one counts",
            "error[value-converted] /cpu: `256` where a string belongs",
            "error[value-converted] /containerDefinitions/0/memory: the string `64` where an integer belongs",
            "error[member-unknown] /x: `x` is not a member of the API",
            "error[null-member] /memory: `memory` is null, which AWS takes for absent",
            "error[describe-only-member] /status: `status` is filled in by AWS and cannot be registered",
        ]
    );
    let lenient = Document::read(text.as_bytes(), Reading::Lenient).unwrap();
    assert!(!lenient.validate(&Validator::default()).has_errors());
    let wrapped = found(DESCRIBED, Reading::Strict);
    assert_eq!(
        wrapped,
        [
            "error[member-unknown] /taskDefinition: `taskDefinition` is not a member of the API",
            "error[family-required] /family: `family` is missing",
            "error[containers-required] /containerDefinitions: there is no container",
        ]
    );
}

#[test]
fn every_wrong_type_is_found_and_the_rest_is_checked() {
    let text = r#"{
  "family": ["web"],
  "cpu": {},
  "containerDefinitions": [
    5,
    {"name": "web", "image": null, "memory": 64, "cpu": 1.5,
     "portMappings": [{"containerPort": "eighty"}, {"containerPort": 81, "hostPort": 70000}],
     "environment": [{"name": "A", "value": 7}],
     "logConfiguration": [{"logDriver": "awslogs"}]}
  ],
  "volumes": {"name": "v"}
}"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    assert_eq!(
        lines(&findings),
        [
            "warning[value-converted] /containerDefinitions/1/environment/0/value: `7` where a string belongs",
            "error[wrong-type] /containerDefinitions/0: `5` where an object belongs",
            "error[wrong-type] /containerDefinitions/1/portMappings/0/containerPort: the string `eighty` where an integer belongs",
            "note[null-member] /containerDefinitions/1/image: `image` is null, which AWS takes for absent",
            "error[wrong-type] /containerDefinitions/1/cpu: `1.5` where an integer belongs",
            "error[wrong-type] /containerDefinitions/1/logConfiguration: a list where an object belongs",
            "error[wrong-type] /family: a list where a string belongs",
            "error[wrong-type] /cpu: an object where a string belongs",
            "error[wrong-type] /volumes: an object where a list belongs",
            "error[container-image-required] /containerDefinitions/1/image: the container has no image",
            "error[host-port] /containerDefinitions/1/portMappings/1/hostPort: port 70000, not 0 to 65535",
            "warning[host-port-ephemeral] /containerDefinitions/1/portMappings/1/hostPort: port 70000 lies where Docker chooses ports, from 32768 on",
        ]
    );
    let lines: Vec<usize> = findings
        .iter()
        .map(|finding| finding.position.unwrap().line)
        .collect();
    assert_eq!(lines, [8, 5, 7, 6, 6, 9, 2, 3, 11, 6, 7, 7]);
}

#[test]
fn a_template_of_cloudformation_is_read_by_its_own_names() {
    let text = r#"{"Parameters": {"Repository": {}, "Port": {}, "Files": {}}, "Resources": {
  "Role": {"Type": "AWS::IAM::Role"},
  "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {
    "Family": {"Ref": "AWS::StackName"},
    "Cpu": 256, "Memory": "512", "NetworkMode": "awsvpc",
    "RequiresCompatibilities": ["FARGATE"],
    "Volumes": [{"Name": "v", "EFSVolumeConfiguration": {
      "FilesystemId": {"Ref": "Files"}, "AuthorizationConfig": {"IAM": "ENABLED"}}}],
    "ContainerDefinitions": [{
      "Name": "web", "Image": {"Fn::Sub": "${Repository}:1"},
      "PortMappings": [{"ContainerPort": {"Ref": "Port"}}]}]}}
}}"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    assert_eq!(
        lines(&findings),
        [
            "error[efs-iam-encryption] /volumes/0/efsVolumeConfiguration/transitEncryption: \
             IAM authorization needs `transitEncryption` ENABLED",
            "warning[efs-iam-task-role] /volumes/0/efsVolumeConfiguration/authorizationConfig/iam: \
             IAM authorization goes by the task role, and there is none",
        ]
    );
    let unknown: Vec<&str> = document.unknowns().iter().collect();
    assert_eq!(
        unknown,
        [
            "/containerDefinitions/0/image",
            "/containerDefinitions/0/portMappings/0/containerPort",
            "/family",
            "/volumes/0/efsVolumeConfiguration/fileSystemId",
        ]
    );
    assert_eq!(document.position("/cpu").line, 5);
    let files = "/volumes/0/efsVolumeConfiguration/fileSystemId";
    assert_eq!(document.position(files).line, 8);
    assert_eq!(
        document
            .position("/volumes/0/efsVolumeConfiguration/transitEncryption")
            .line,
        7
    );
    let task = document.task_definition();
    assert_eq!(task.required_launch_types(), LaunchTypes::FARGATE);
}

#[test]
fn each_finding_is_where_its_pointer_leads() {
    // Both names of the inner member are those of one member of the API.
    let text = r#"{"ContainerDefinitions": [
        {"containerDefinitions": 1, "ContainerDefinitions": 2, "Name": 3, "name": "!"}]}"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    let places = findings
        .iter()
        .filter(|finding| !finding.pointer.is_empty());
    let found: Vec<_> = places
        .map(|finding| {
            let position = document.position(&finding.pointer);
            assert_eq!(finding.position, Some(position), "{finding}");
            (finding.rule.id, position.line, position.column)
        })
        .collect();
    assert!(found.contains(&("member-unknown", 2, 61)), "{found:?}");
    assert!(
        found.contains(&("container-name-characters", 2, 83)),
        "{found:?}"
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    for (bytes, message) in [
        (
            &b"\xff{}"[..],
            "not UTF-8 at byte 0: invalid utf-8 sequence of 1 bytes from index 0",
        ),
        (
            b"{\n  \"a\" 1}",
            "not JSON at line 2 column 7: expected `:`",
        ),
        (
            b"",
            "not JSON at line 1 column 0: EOF while parsing a value",
        ),
        (
            b"7",
            "neither an object nor a list of containers, but a number",
        ),
        (
            b"[7]",
            "neither an object nor a list of containers, but a list",
        ),
        (
            br#"[{"name": "a rule", "input": {}, "level": 2}]"#,
            "neither an object nor a list of containers, but a list",
        ),
        (
            br#"{"Family": "sleep", "Containers": [{"Name": "sleep"}]}"#,
            "neither an object nor a list of containers, but an object without containers",
        ),
        (
            b"null",
            "neither an object nor a list of containers, but null",
        ),
        (
            br#"{"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}"#,
            "0 task definitions in one template, where one is read",
        ),
    ] {
        let refused = Document::read(bytes, Reading::Lenient).unwrap_err();
        assert_eq!(chain::chain(&refused), message);
    }
}

#[test]
fn findings_can_be_suppressed_and_written_as_json() {
    let text = r#"{"family":"f","containerDefinitions":[{"name":"a","image":"b"}]}"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    assert_eq!(
        serde_json::to_value(&findings).unwrap(),
        json!([{
            "rule": "container-memory-required",
            "severity": "error",
            "pointer": "/containerDefinitions/0/memory",
            "line": 1,
            "column": 39,
            "endLine": 1,
            "endColumn": 63,
            "message": "neither the task nor the container has memory",
            "exception": "ClientException",
            "awsMessage": "Invalid setting for container 'a'. At least one of 'memory' or \
                           'memoryReservation' must be specified.",
            "hint": "give `memory` to the task or to each container",
            "launchTypes": ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"],
        }])
    );
    let without = Validator::default().without_rules(["container-memory-required"]);
    assert!(document.validate(&without).is_empty());
}

#[test]
fn the_guide_of_2015_knows_none_of_the_later_rules() {
    let text = r#"{"family":"f g","containerDefinitions":[
        {"name":"a","image":"b","memory":64,"hostname":"h","startTimeout":1}]}"#;
    let guide = Validator::default().with_rules(RuleSet::GUIDE_2015);
    assert_eq!(
        lines(&read(text).validate(&guide)),
        [
            "error[family-characters] /family: `f g` is not 1 to 255 letters, digits, hyphens and underscores",
            "warning[member-not-in-2015] /containerDefinitions/0/startTimeout: the guide of 2015 has no `startTimeout`",
            "warning[member-not-in-2015] /containerDefinitions/0/hostname: the guide of 2015 has no `hostname`",
        ]
    );
}

#[test]
fn names_that_are_to_be_filled_in_may_be_the_ones_that_are_missing() {
    let text = |name: &str| {
        json!({"family": "f", "containerDefinitions": [
            {"name": name, "image": "b", "memory": 64, "links": ["db"]}]})
        .to_string()
    };
    assert_eq!(
        found(&text("<NAME>"), Reading::Lenient),
        ["note[placeholder-left] /containerDefinitions/0/name: a text is still to be filled in"]
    );
    assert_eq!(
        found(&text("web"), Reading::Lenient),
        ["error[links-target] /containerDefinitions/0/links/0: there is no container `db`"]
    );
}

#[cfg(feature = "yaml")]
#[test]
fn brackets_of_yaml_may_close_where_their_member_begins() {
    let text = "\
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: caf\u{e9}-\u{fc}
          Memory: 64
          Command: [
          run, # at once
          \"]\",
          fast
          ]
          Ulimits: [
            {
              Name: nofile, SoftLimit: 1,
          HardLimit: 2
            }
        ]
          Image: two words
";
    let document = read(text);
    let container = &document.task_definition().container_definitions()[0];
    assert_eq!(
        container.command,
        Some(vec!["run".into(), "]".into(), "fast".into()])
    );
    let limits = container.ulimits.iter().flatten();
    assert_eq!(
        limits.map(|limit| limit.hard_limit).collect::<Vec<_>>(),
        [Some(2)]
    );
    let found = document.validate(&Validator::default());
    let places = found.errors().map(|finding| {
        let position = finding.position.unwrap();
        (finding.rule.id, position.line, position.column)
    });
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            ("container-name-characters", 6, 17),
            ("container-image-characters", 19, 18),
        ]
    );
    let refused = Document::read(b"a: [\n{\n]\nb: 1\n", Reading::Lenient).unwrap_err();
    assert!(
        chain::chain(&refused).starts_with("not YAML at line 4 column 2"),
        "{refused}"
    );
}

#[test]
fn an_empty_default_is_to_be_filled_in() {
    let text = r#"{"Parameters": {"Size": {"Type": "String", "Default": ""}},
        "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {
            "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc",
            "Cpu": {"Ref": "Size"}, "Memory": {"Fn::Sub": "${Size}"},
            "ContainerDefinitions": [{"Name": "web", "Image": {"Ref": "Size"}}]}}}}"#;
    assert_eq!(found(text, Reading::Lenient), [""; 0]);
}

#[test]
fn modules_of_a_template_may_have_any_name() {
    let text = |module: &str| {
        format!(
            r#"{{{module} "Task": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                "TaskRoleArn": {{"Fn::GetAtt": ["NetRole", "Arn"]}}, "ContainerDefinitions": [
                    {{"Name": "web", "Image": "web", "Memory": 64}}]}}}}}}}}"#
        )
    };
    let of_tool = text(r#""Resources": {"Net": {"Fn::Module": "net.yaml"},"#);
    assert_eq!(found(&of_tool, Reading::Lenient), [""; 0]);
    let listed = text(r#""Modules": {"Net": {"Source": "net.yaml"}}, "Resources": {"#);
    assert_eq!(found(&listed, Reading::Lenient), [""; 0]);
    let none = text(r#""Resources": {"#);
    assert_eq!(found(&none, Reading::Lenient).len(), 1);
}

#[cfg(feature = "yaml")]
#[test]
fn names_of_yaml_may_have_quotes() {
    let document = read("\"family\" : web\ncontainerDefinitions:\n  - {name: web, image: web}\n");
    assert_eq!(document.task_definition().container_definitions().len(), 1);
}

#[test]
fn a_list_of_containers_may_have_names_in_any_case() {
    let text = r#"[{"Name": "web", "image": "web", "memory": 64, "DNSServers": ["192.0.2.1"],
        "environment": [{"Name": "MODE", "Value": "fast"}]}]"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    assert_eq!(findings.errors().count(), 0);
    let unknown = findings
        .iter()
        .filter(|finding| finding.rule.id == "member-unknown");
    assert_eq!(unknown.count(), 4);
    let container = &document.task_definition().container_definitions()[0];
    assert_eq!(container.name.as_deref(), Some("web"));
}

#[test]
fn signs_around_a_name_show_what_is_to_be_filled_in() {
    let text = r#"{"family": "web-@STAGE@", "containerDefinitions": [
        {"name": "web", "image": @IMAGE@, "memory": 64, "command": ["me@example.com"]}]}"#;
    let document = read(text);
    let findings = document.validate(&Validator::default());
    assert_eq!(findings.errors().count(), 0);
    let unknowns: Vec<&str> = document.unknowns().iter().collect();
    assert_eq!(unknowns, ["/containerDefinitions/0/image", "/family"]);
}

/// A definition whose image and two arguments are these texts, which are written as they are.
fn with_texts(image: &str, command: &str) -> String {
    format!(
        r#"{{"taskDefinition": {{"family": "web", "containerDefinitions": [
            {{"name": "web", "image": "{image}", "memory": 64, "command": [{command}]}}]}}}}"#
    )
}

#[test]
fn quotes_end_strings_before_they_belong_to_expressions() {
    let command = |text: &str| {
        let document = read(text);
        let containers = document.task_definition().container_definitions();
        containers[0].command().to_vec()
    };
    // Valid JSON is JSON, whatever it holds.
    let plain = with_texts("web", r#""a${b", "c}", "${join(", " d)}""#);
    assert_eq!(command(&plain), ["a${b", "c}", "${join(", " d)}"]);
    let documents = Documents::read(plain.as_bytes(), Reading::Lenient).unwrap();
    assert_eq!(documents.syntax(), Syntax::Json);
    assert_eq!(
        found(&plain.replace("taskDefinition", "x"), Reading::Strict)[0],
        "error[member-unknown] /x: `x` is not a member of the API"
    );
    let filled = with_texts("web", r#""${a ? "b" : "c\."}", "d""#);
    assert_eq!(command(&filled), [r#"${a ? "b" : "c\."}"#, "d"]);
    let documents = Documents::read(filled.as_bytes(), Reading::Lenient).unwrap();
    assert_eq!(documents.syntax(), Syntax::JsonTemplate);
    // What is neither is wrong where the reading that goes further ends.
    for (image, args, reason) in [
        ("a${b", "]", "expected `,` or `}`"),
        (r#"${a ? "b" : c}"#, r#""d" "e""#, "expected `,` or `]`"),
        (r"a\q", r#""${a}""#, "invalid escape"),
    ] {
        let text = with_texts(image, args);
        let refused = Documents::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        assert!(
            chain::chain(&refused).ends_with(reason),
            "{}",
            chain::chain(&refused)
        );
    }
}

#[test]
fn a_strict_reading_takes_everything_as_it_stands() {
    // The types fit, and they do not.
    for cpu in ["\"256\"", "256"] {
        let text = format!(
            r#"{{"family": "<NAME>", "cpu": {cpu}, "networkMode": {{"Ref": "Mode"}},
                "containerDefinitions": [{{"name": "web", "image": {{"Ref": "Image"}}, "memory": 64,
                    "Fn::Transform": 1}}]}}"#
        );
        let document = Document::read(text.as_bytes(), Reading::Strict).unwrap();
        assert!(document.unknowns().is_empty());
        let findings = document.validate(&Validator::default());
        let errors = findings
            .errors()
            .map(|one| (one.rule.id, one.pointer.as_str()));
        let mut errors: Vec<_> = errors
            .filter(|(rule, _)| *rule != "value-converted")
            .collect();
        errors.sort_unstable();
        assert_eq!(
            errors,
            [
                ("family-characters", "/family"),
                ("member-unknown", "/containerDefinitions/0/Fn::Transform"),
                ("wrong-type", "/containerDefinitions/0/image"),
                ("wrong-type", "/networkMode"),
            ]
        );
    }
    let yaml = b"family: web\ncontainerDefinitions: []\n";
    let refused = Document::read(yaml, Reading::Strict).unwrap_err();
    assert_eq!(
        chain::chain(&refused),
        "not JSON at line 1 column 3: expected ident"
    );
}

#[test]
fn the_api_has_no_functions() {
    let text = r#"{"family": "web", "networkMode": {"Ref": "Mode"}, "containerDefinitions": [
        {"name": "web", "image": {"Fn::If": ["Small", "a", "b"]}, "memory": 64}]}"#;
    let document = read(text);
    assert_eq!(document.alternatives().count(), 1);
    assert_eq!(
        lines(&document.validate(&Validator::default())),
        [
            "error[wrong-type] /containerDefinitions/0/image: an object where a string belongs",
            "error[wrong-type] /networkMode: an object where a string belongs",
        ]
    );
}

#[test]
fn directives_may_stand_in_a_template_of_cloudformation() {
    let text = r#"{"Parameters": {"Size": {"Type": "String"}}, "Resources": {"Task": {
        "Type": "AWS::ECS::TaskDefinition", "Properties": {
            "Cpu": %{ if var.large }{"Ref": "Sise"}%{ else }{"Ref": "Size"}%{ endif },
            "ContainerDefinitions": [
                %{ if var.large }{"Name": "web", "Image": "a b", "Memory": 64}%{ endif }]}}}}"#;
    let found = found(text, Reading::Lenient);
    assert_eq!(
        found,
        [
            "error[template-name-undefined] /Resources/Task/Properties/Cpu: \
             `Sise` is neither a parameter nor a resource of this template",
            "note[json-template]: the text is JSON with comments or values to be filled in",
            "warning[container-image-characters] /containerDefinitions/0/image: `a b` has other \
             characters than letters, digits and `-_:./#`, when `var.large` is true",
            "warning[containers-required] /containerDefinitions: there is no container, \
             when `var.large` is false",
        ]
    );
    let documents = Documents::read(text.as_bytes(), Reading::Lenient).unwrap();
    let findings = documents.validate(&Validator::default());
    let image = findings
        .of_rule("container-image-characters")
        .next()
        .unwrap();
    assert_eq!(
        image.source_pointer.as_deref(),
        Some("/Resources/Task/Properties/ContainerDefinitions/0/Image")
    );
}

/// A template with these conditions, and these members of its container.
fn template(conditions: &str, members: &str) -> String {
    format!(
        r#"{{"Transform": "AWS::LanguageExtensions", "Conditions": {{{conditions}}},
            "Resources": {{"Task": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                "ContainerDefinitions": [
                    {{"Name": "web", "Image": "web", "Memory": 64, {members}}}]}}}}}}}}"#
    )
}

#[test]
fn loops_give_names() {
    let looped = |name: &str| {
        let members = format!(
            r#""Environment": {{"Fn::ForEach::Names": ["Key", ["A", "B"],
                {{"${{Key}}": {{"Ref": "{name}"}}, "x": {{"Fn::GetAtt": ["Host${{Key}}", "Arn"]}},
                  "y": {{"Fn::Sub": "${{{name}}}"}}}}]}}"#
        );
        found(&template("", &members), Reading::Lenient)
    };
    assert_eq!(looped("Key"), [""; 0]);
    assert_eq!(looped("Host${Key}"), [""; 0]);
    assert_eq!(looped("Kay").len(), 2);
    // A variable is one of its loop only.
    let behind = r#""Command": [{"Fn::ForEach::A": ["Key", ["A"], {}]}], "User": {"Ref": "Key"}"#;
    assert_eq!(found(&template("", behind), Reading::Lenient).len(), 1);
}

#[test]
fn conditions_may_be_made() {
    let user = r#""User": {"Fn::If": ["IsProd", "a", "b"]}"#;
    for (conditions, count) in [
        ("", 1),
        (r#""Fn::Transform": {"Name": "AWS::Include"}"#, 0),
        (
            r#""Fn::ForEach::Stages": ["S", ["Prod"], {"Is${S}": {"Fn::Equals": ["a", "b"]}}]"#,
            0,
        ),
    ] {
        assert_eq!(
            found(&template(conditions, user), Reading::Lenient).len(),
            count
        );
    }
    let made = r#""User": {"Fn::If": ["Is${Stage}", "a", "b"]}"#;
    assert_eq!(found(&template("", made), Reading::Lenient), [""; 0]);
}

#[test]
fn a_definition_without_properties_has_the_family_that_is_made_up() {
    let text = r#"{"Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition"}}}"#;
    assert_eq!(
        found(text, Reading::Lenient),
        ["error[containers-required] /containerDefinitions: there is no container"]
    );
}

#[test]
fn names_in_a_map_may_be_unknown() {
    let logs = |options: &str| {
        format!(
            r#"{{"family": "web", "containerDefinitions": [
                {{"name": "web", "image": "web", "memory": 64, "logConfiguration": {{
                    "logDriver": "awslogs", "options": {{{options}}}}}}}]}}"#
        )
    };
    let options = "/containerDefinitions/0/logConfiguration/options";
    let known = r#""awslogs-group": "a""#;
    // As it stands, with a directive, and with numbers as strings: by each way of reading.
    for text in [
        logs(&format!(r#"{known}, "${{key}}": "x""#)),
        logs(&format!(r#"{known}, "${{key}}": "x","#)),
        logs(&format!(
            r#"{known}, %{{ for key in keys }}"${{key}}": "x", %{{ endfor }}"#
        )),
    ] {
        let document = read(&text);
        let unknowns: Vec<&str> = document.unknowns().iter().collect();
        assert_eq!(unknowns, [options], "{text}");
        let findings = document.validate(&Validator::default());
        assert!(!findings.has_errors(), "{findings}");
    }
    assert!(
        read(&logs(r#""colour": "x""#))
            .validate(&Validator::default())
            .has_errors()
    );
    let looped = r#""LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "a",
        "Fn::ForEach::Keys": ["Key", ["a"], {"awslogs-${Key}": "x"}]}}"#;
    let text = template("", looped);
    assert_eq!(found(&text, Reading::Lenient), [""; 0]);
    assert!(read(&text).unknowns().covers(options));
}

#[test]
fn members_under_opposite_conditions_are_one() {
    let container = |members: &str| {
        format!(
            r#"{{"family": "web", "containerDefinitions": [
                {{"name": "web", "image": "web", "memory": 64, {members}}}]}}"#
        )
    };
    let commands = |text: &str| {
        let document = read(text);
        let alternatives = document.alternatives();
        let command = |one: ecs_taskdef::Alternative<'_>| {
            let command = one.task_definition.container_definitions()[0]
                .command()
                .join(" ");
            let conditions = one.conditions();
            let conditions = conditions.map(|(name, holds)| format!("{name}={holds}"));
            format!("{}: {command}", conditions.collect::<Vec<_>>().join(" "))
        };
        alternatives.map(command).collect::<Vec<_>>()
    };
    let opposite =
        container(r#"%{ if x }"command": ["a"],%{ endif }%{ if !x }"command": ["b"]%{ endif }"#);
    assert_eq!(commands(&opposite), ["x=true: a", "x=false: b"]);
    let findings = read(&opposite).validate(&Validator::default());
    assert!(!findings.contains("duplicate-member"), "{findings}");
    let else_too =
        container(r#"%{ if x }"command": ["a"],%{ else }"command": ["b"],%{ endif }"user": "u""#);
    assert_eq!(commands(&else_too), ["x=true: a", "x=false: b"]);
    // A later member counts where it is there, and one that is always there counts for good.
    let over = container(r#""command": ["a"],%{ if x }"command": ["b"],%{ endif }"user": "u""#);
    assert_eq!(commands(&over), ["x=true: b", "x=false: a"]);
    let three = container(
        r#"%{ if x }"command": ["a"],%{ endif }%{ if y }"command": ["b"],%{ endif }
            %{ if x && y }"command": ["c"],%{ endif }"user": "u""#,
    );
    let found = commands(&three);
    assert_eq!(found.len(), 8);
    assert!(
        found.contains(&"x=true x && y=false y=false: a".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"x=true x && y=true y=false: c".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"x=false x && y=false y=false: ".to_owned()),
        "{found:?}"
    );
    let plain = container(r#"%{ if x }"command": ["a"],%{ endif }"command": ["b"]"#);
    assert_eq!(commands(&plain), ["x=true: b", "x=false: b"]);
    let document = read(&opposite);
    let position = document.position("/containerDefinitions/0/command/0");
    assert_eq!(
        opposite.get(position.offset..position.offset + 3),
        Some("\"a\"")
    );
}

#[test]
fn an_empty_default_comes_behind_any_other_value() {
    let family = |condition: &str| {
        format!(
            r#"{{"Parameters": {{"Stage": {{"Type": "String", "Default": ""}}}},
                "Conditions": {{"Used": {condition}}},
                "Resources": {{"Task": {{"Type": "AWS::ECS::TaskDefinition", "Condition": "Used",
                    "Properties": {{"Family": {{"Ref": "Stage"}}, "ContainerDefinitions": [
                        {{"Name": "web", "Image": "web", "Memory": 64}}]}}}}}}}}"#
        )
    };
    let is_prod = r#"{"Fn::Equals": [{"Ref": "Stage"}, "prod"]}"#;
    let is_empty = is_prod.replace("prod", "");
    let not = |condition: &str| format!(r#"{{"Fn::Not": [{condition}]}}"#);
    let is_found = |condition: &str| !found(&family(condition), Reading::Lenient).is_empty();
    assert!(!is_found(&not(is_prod)));
    assert!(!is_found(is_prod));
    assert!(!is_found(&not(&is_empty)));
    // Whose name is empty, by the condition itself.
    assert!(is_found(&is_empty));
    let either = format!(r#"{{"Fn::Or": [{is_prod}, {is_empty}]}}"#);
    assert!(is_found(&either));
}

#[test]
fn the_known_parts_of_a_definition_may_be_too_large() {
    let of = |letters: usize, image: &str| {
        let long = "x".repeat(letters);
        let text = format!(
            r#"{{"family": "web", "containerDefinitions": [
                {{"name": "web", "image": "{image}", "memory": 64, "command": ["{long}"]}}]}}"#
        );
        let findings = read(&text).validate(&Validator::default());
        let found = findings.of_rule("definition-size");
        let said = found.map(|one| (one.message.clone(), one.aws_message.is_some()));
        said.collect::<Vec<_>>()
    };
    let said = |message: &str, is_aws: bool| vec![(message.to_owned(), is_aws)];
    assert_eq!(
        of(65_600, "web"),
        said("65697 bytes as JSON, at most 65536", true)
    );
    let least = "at least 65692 bytes as JSON, at most 65536";
    assert_eq!(of(65_600, "${IMAGE}"), said(least, false));
    assert_eq!(of(65_400, &format!("${{IMAGE}}{}", "x".repeat(200))), []);
    assert_eq!(of(65_400, "${IMAGE}"), []);
}

#[test]
fn what_a_function_gives_may_be_a_dynamic_reference() {
    let resolve = "{{resolve:ssm:/image:1}}";
    let image = |image: &str| {
        let text = format!(
            r#"{{"Parameters": {{
                    "Image": {{"Type": "String", "Default": "{resolve}"}},
                    "Host": {{"Type": "String", "Default": "<HOST>"}},
                    "List": {{"Type": "CommaDelimitedList", "Default": "web,<NAME>"}},
                    "Tag": {{"Type": "String", "Default": "1"}}}},
                "Resources": {{"Task": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                    "ContainerDefinitions": [
                        {{"Name": "web", "Image": {image}, "Memory": 64}}]}}}}}}}}"#
        );
        let document = read(&text);
        let findings = document.validate(&Validator::default());
        let is_unknown = document.unknowns().covers("/containerDefinitions/0/image");
        assert_eq!(is_unknown, !findings.has_errors(), "{image}: {findings}");
        is_unknown
    };
    for unknown in [
        r#"{"Ref": "Image"}"#,
        r#"{"Fn::Sub": "${Image}:${Tag}"}"#,
        r#"{"Fn::Sub": "${Host}/web:${Tag}"}"#,
        r#"{"Fn::Sub": "{{resolve:ssm:/image}}:${Tag}"}"#,
        r#"{"Fn::Sub": "{{resolve:ssm:${Tag}}}"}"#,
        r#"{"Fn::Join": ["", ["{{resolve:ssm:/image", "}}"]]}"#,
        r#"{"Fn::Select": [1, {"Ref": "List"}]}"#,
    ] {
        assert!(image(unknown));
    }
    assert!(!image(r#"{"Fn::Sub": "a b:${Tag}"}"#));
    assert!(!image(r#"{"Fn::Sub": "${!web}:${Tag}"}"#));
}

#[cfg(feature = "yaml")]
#[test]
fn yaml_may_begin_with_a_byte_order_mark() {
    let text = "family: web\ncontainerDefinitions: [{name: web, image: web, memory: 64}]\n";
    assert_eq!(found(&format!("\u{feff}{text}"), Reading::Lenient), [""; 0]);
}

/// What of a definition there is in each alternative, with what is unknown of the first.
fn alternatives(text: &str) -> (Vec<String>, Vec<String>) {
    let document = read(text);
    let shown = |one: ecs_taskdef::Alternative<'_>| {
        let task = one.task_definition;
        let names = task
            .container_definitions()
            .iter()
            .map(|one| one.name().unwrap_or("?"));
        let names: Vec<&str> = names.collect();
        format!("{} {}", task.cpu().unwrap_or("-"), names.join(" "))
    };
    let unknowns = document.unknowns().iter().map(str::to_owned);
    (
        document.alternatives().map(shown).collect(),
        unknowns.collect(),
    )
}

#[test]
fn directives_of_jinja_decide_about_parts() {
    let text = r#"{# the web #}
{% set size = "256" %}
{
  "family": "web",
  {%- if big %}
  "cpu": "512", {# enough #}
  {%- elif small -%}
  "cpu": "128",
  {%- else %}
  "cpu": {% if fast %}"256"{% else %}"1024"{% endif %},
  {%- endif %}
  "memory": "{% if big %}512{% endif %}",
  "containerDefinitions": [
    {"name": "web", "image": "{{ image | default("web") }}", "memory": 64},
    {% for name in names %}
    {"name": "{{ name }}"}{% if not loop.last %},{% endif %}
    {% endfor %}
  ]
}"#;
    let (mut found, unknowns) = alternatives(text);
    found.sort();
    found.dedup();
    assert_eq!(found, ["1024 web", "128 web", "256 web", "512 web"]);
    let expected = [
        "/containerDefinitions/-",
        "/containerDefinitions/0/image",
        "/memory",
    ];
    assert_eq!(unknowns, expected);
    assert!(!read(text).validate(&Validator::default()).has_errors());
}

#[test]
fn directives_of_go_decide_about_parts() {
    let text = r#"{
  {{- $name := "web" }}
  "family": {{ .Values.family | quote }},
  {{- if .Values.big }}
  "cpu": "512",
  {{- else if not .Values.small }}
  "cpu": "256",
  {{- end }}
  "containerDefinitions": [
    {{- /* each of them */ -}}
    {{- range $i, $c := .Values.containers }}
    {{- if $i }},{{ end }}
    {"name": "{{ $c.name }}", "image": "{{ $c.image | default "latest" }}"}
    {{- else }}
    {"name": "none"}
    {{- end }}
  ]
}"#;
    let (mut found, unknowns) = alternatives(text);
    found.sort();
    found.dedup();
    assert_eq!(found, ["- ", "256 ", "512 "]);
    assert_eq!(unknowns, ["/containerDefinitions/-", "/family"]);
    assert!(!read(text).validate(&Validator::default()).has_errors());
}

#[test]
fn what_another_file_gives_is_unknown() {
    let text = r#"{"family": "web", {% include "size" %}
        "volumes": {% include "volumes" %}, "containerDefinitions": [
            {"name": "web", "image": "web"}, {% include "sidecar" %}]}"#;
    let (_, unknowns) = alternatives(text);
    for place in ["/containerDefinitions/-", "/memory", "/volumes"] {
        assert!(
            unknowns.iter().any(|unknown| unknown == place),
            "{place}: {unknowns:?}"
        );
    }
    assert!(!read(text).validate(&Validator::default()).has_errors());
}

#[test]
fn directives_without_an_end_are_refused() {
    for (text, reason) in [
        (
            r#"{ {% if a %}"cpu": "1" }"#,
            "column 25: expected the end of a condition",
        ),
        (
            r#"{ {% for a in b %}"cpu": "1" }"#,
            "column 31: expected the end of a loop",
        ),
        (
            r#"{"cpu": {% if a %}"1", }"#,
            "column 22: expected the end of a condition",
        ),
        (r#"{"cpu": {% endif %}}"#, "column 20: expected value"),
        (r#"{"cpu": "1", {{ end }} }"#, "column 23: expected `}`"),
    ] {
        let refused = Document::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        let said = chain::chain(&refused);
        assert_eq!(said, format!("not JSON at line 1 {reason}"), "{text}");
    }
}
