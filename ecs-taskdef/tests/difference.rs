//! What is different between documents that hold values which nobody knows.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use ecs_taskdef::{Document, Reading};

/// The changes between two texts, which are the same the other way round.
fn shown(old: &str, new: &str) -> Vec<String> {
    let document = |text| Document::read(str::as_bytes(text), Reading::Lenient).unwrap();
    let (old, new) = (document(old), document(new));
    let changes = old.difference(&new);
    let mut back = new.difference(&old);
    assert_eq!(changes.len(), back.len());
    for change in &changes {
        let is_it = |other: &ecs_taskdef::Change| {
            other.path == change.path && other.old == change.new && other.new == change.old
        };
        let at = back.iter().position(is_it).unwrap();
        assert_eq!(back.remove(at).undecided, change.undecided);
    }
    changes.iter().map(ToString::to_string).collect()
}

/// A definition with these members of its container.
fn api(members: &str) -> String {
    format!(
        r#"{{"family": "web", "containerDefinitions": [{{"name": "web", "image": "web", {members}}}]}}"#
    )
}

/// What AWS describes of it.
fn described(members: &str) -> String {
    format!(r#"{{"taskDefinition": {}}}"#, api(members))
}

/// A template with these members of the definition.
fn template(members: &str) -> String {
    format!(
        r#"{{"Parameters": {{"P": {{"Type": "String"}}}},
            "Conditions": {{"Small": {{"Fn::Equals": [{{"Ref": "P"}}, "a"]}}}},
            "Resources": {{"Task": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {{
                "Family": "web", {members}}}}}}}}}"#
    )
}

const WEB: &str = r#"{"Name": "web", "Image": "web", "Memory": 64}"#;

#[test]
fn a_list_may_have_further_elements() {
    let more = template(&format!(
        r#""ContainerDefinitions": [{WEB}, {{"Ref": "P"}}]"#
    ));
    assert_eq!(
        shown(&api(r#""memory": 64"#), &more),
        [r#"? containerDefinitions[-]: -> "${...}""#]
    );
    let two = r#"{"family": "web", "containerDefinitions": [
        {"name": "web", "image": "web", "memory": 64}, {"name": "log", "image": "log"}]}"#;
    assert_eq!(
        shown(two, &more),
        [
            r#"? containerDefinitions[-]: -> "${...}""#,
            r#"? containerDefinitions[log]: {"name":"log","image":"log","cpu":0,"essential":true} ->"#,
        ]
    );
    let only = template(r#""ContainerDefinitions": [{"Ref": "P"}]"#);
    assert_eq!(shown(&api(r#""memory": 64"#), &only).len(), 2);
    let codes = |codes: &str| {
        template(&format!(
            r#""ContainerDefinitions": [{{"Name": "web", "Image": "web", "Memory": 64,
            "RestartPolicy": {{"Enabled": true, "IgnoredExitCodes": {codes}}}}}]"#
        ))
    };
    let path = "containerDefinitions[web].restartPolicy.ignoredExitCodes";
    assert_eq!(
        shown(&codes("[1, 2]"), &codes(r#"[1, {"Ref": "P"}]"#)),
        [format!(r#"? {path}: [1,2] -> ["${{...}}",1]"#)]
    );
    assert_eq!(
        shown(&codes("[2]"), &codes(r#"[1, {"Ref": "P"}]"#)),
        [format!(r#"~ {path}: [2] -> ["${{...}}",1]"#)]
    );
}

#[test]
fn elements_may_be_called_anything() {
    let named = |name: &str| {
        format!(
            r#"{{"family": "web", "containerDefinitions": [
            {{"name": "{name}", "image": "web", "memory": 64}}]}}"#
        )
    };
    let whole = |name: &str| {
        format!(r#"{{"name":"{name}","image":"web","cpu":0,"memory":64,"essential":true}}"#)
    };
    assert_eq!(
        shown(&named("web"), &named("<NAME>")),
        [
            format!("? containerDefinitions[<NAME>]: -> {}", whole("<NAME>")),
            format!("? containerDefinitions[web]: {} ->", whole("web")),
        ]
    );
    assert_eq!(
        shown(&named("<NAME>"), &named("<NAME>").replace(' ', "")),
        [""; 0]
    );
}

#[test]
fn parts_of_a_list_may_be_unknown() {
    let run = |last: &str| api(&format!(r#""memory": 64, "command": ["run", "{last}"]"#));
    let path = "containerDefinitions[web].command";
    assert_eq!(
        shown(&run("prod"), &run("${Stage}")),
        [format!(
            r#"? {path}: ["run","prod"] -> ["run","${{Stage}}"]"#
        )]
    );
    let go = run("prod").replace("run", "go");
    assert_eq!(
        shown(&go, &run("${Stage}")),
        [format!(
            r#"~ {path}: ["go","prod"] -> ["run","${{Stage}}"]"#
        )]
    );
    // Where the order means nothing, too.
    let adds = |names: &str| {
        api(&format!(
            r#""memory": 64, "linuxParameters": {{"capabilities": {{"add": [{names}]}}}}"#
        ))
    };
    assert!(shown(&adds(r#""A", "B""#), &adds(r#""${B}", "A""#))[0].starts_with('?'));
    assert!(shown(&adds(r#""A", "C""#), &adds(r#""${B}", "D""#))[0].starts_with('~'));
}

#[test]
fn what_a_shell_reads_is_literal_in_what_aws_describes() {
    let with = |home: &str| format!(r#""memory": 64, "command": ["echo ${home}"]"#);
    let path = "containerDefinitions[web].command";
    assert_eq!(
        shown(&described(&with("HOME")), &described(&with("USER"))),
        [format!(r#"~ {path}: ["echo $HOME"] -> ["echo $USER"]"#)]
    );
    assert_eq!(
        shown(&described(&with("HOME")), &api(&with("HOME"))),
        [""; 0]
    );
    assert_eq!(
        shown(&described(&with("HOME")), &api(&with("USER"))),
        [format!(r#"? {path}: ["echo $HOME"] -> ["echo $USER"]"#)]
    );
    // Anything else is to be filled in.
    let image = described(r#""memory": 64"#).replace(r#""image": "web""#, r#""image": "$IMAGE""#);
    assert!(shown(&image, &described(r#""memory": 64"#))[0].starts_with('?'));
}

#[test]
fn every_alternative_is_compared() {
    let cpu = |cpu: &str| template(&format!(r#""Cpu": {cpu}, "ContainerDefinitions": [{WEB}]"#));
    let chosen = cpu(r#"{"Fn::If": ["Small", "256", "512"]}"#);
    let api = |cpu: &str| {
        let text = api(r#""memory": 64"#);
        text.replacen('{', &format!(r#"{{"cpu": "{cpu}", "#), 1)
    };
    // Without a default, the first alternative is that of any other value.
    assert_eq!(shown(&api("512"), &chosen), [r#"? cpu: "512" -> "256""#]);
    assert_eq!(shown(&api("256"), &chosen), [r#"? cpu: "256" -> "512""#]);
    assert_eq!(
        shown(&api("1024"), &chosen),
        [r#"~ cpu: "1024" -> "512""#, r#"~ cpu: "1024" -> "256""#]
    );
    // A condition of the same name holds on both sides.
    let other = cpu(r#"{"Fn::If": ["Small", "256", "1024"]}"#);
    assert_eq!(shown(&chosen, &other), [r#"? cpu: "512" -> "1024""#]);
}

#[test]
fn what_says_nothing_of_itself_may_differ() {
    let memory = |from: &str| {
        template(&format!(
            r#""ContainerDefinitions": [{{"Name": "web", "Memory": 64,
            "Image": {{"Fn::ImportValue": "{from}"}}, "StopTimeout": {{"Ref": "P"}}}}]"#
        ))
    };
    let unknown = r#""${...}" -> "${...}""#;
    let both = [
        format!(
            "? containerDefinitions[web].image: {0} -> {0}",
            r#""${Fn::ImportValue}""#
        ),
        format!("? containerDefinitions[web].stopTimeout: {unknown}"),
    ];
    assert_eq!(shown(&memory("a"), &memory("b")), both);
    assert_eq!(shown(&memory("a"), &memory("a").replace("  ", " ")), both);
    assert_eq!(shown(&memory("a"), &memory("a")), [""; 0]);
    let named = |name: &str| api(r#""memory": 64"#).replace(r#""image": "web""#, name);
    assert_eq!(
        shown(&named(r#""image": "${A}""#), &named(r#""image":  "${A}""#)),
        [""; 0]
    );
}

#[test]
fn the_default_network_mode_is_unknown_with_the_operating_system() {
    let of = |system: &str| {
        format!(
            r#"{{"family": "web", "networkMode": "default", "containerDefinitions": [],
                "runtimePlatform": {{"operatingSystemFamily": "{system}"}}}}"#
        )
    };
    let (one, other) = (of("WINDOWS_SERVER_2019_FULL"), of("${System}"));
    let read = |text| Document::read(str::as_bytes(text), Reading::Lenient).unwrap();
    let changes = read(&one).difference(&read(&other));
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change.undecided), "{changes:?}");
}
