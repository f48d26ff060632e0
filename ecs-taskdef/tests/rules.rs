//! Every rule: a definition that breaks it, what is said then, and one that
//! keeps it. The cases are in `data/rules.txt`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ecs_taskdef::{
    Document, Documents, Findings, Reading, Rule, RuleSet, Severity, TaskDefinition, Validator,
};
use serde_json::{Map, Value, json};

const CASES: &str = include_str!("data/rules.txt");

#[derive(Debug)]
struct Case {
    rule: String,
    fires: String,
    says: Vec<String>,
    passes: String,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (word, rest) = line.split_at(7);
        let (word, rest) = (word.trim_end(), rest.to_owned());
        if word == "rule" {
            cases.push(Case {
                rule: rest,
                fires: String::new(),
                says: Vec::new(),
                passes: String::new(),
            });
            continue;
        }
        let case = cases.last_mut().unwrap();
        match word {
            "fires" => case.fires = rest,
            "says" | "aws" => case.says.push(format!("{word:<6} {rest}")),
            "passes" => case.passes = rest,
            other => panic!("unknown word `{other}`"),
        }
    }
    cases
}

/// What is found in a case, read as a text or as a change of the small definition.
fn findings(case: &str) -> Findings {
    if let Some(text) = case.strip_prefix("yaml:") {
        let text = text.replace("\\n", "\n");
        let documents = Documents::read(text.as_bytes(), Reading::Lenient).unwrap();
        return documents.validate(&Validator::default());
    }
    if let Some(text) = case.strip_prefix("text:") {
        let text = text.replace("\\u{feff}", "\u{feff}");
        let documents = Documents::read(text.as_bytes(), Reading::Lenient).unwrap();
        return documents.validate(&Validator::default());
    }
    let mut definition = definition(case);
    let old = definition
        .as_object_mut()
        .unwrap()
        .remove("rules")
        .is_some();
    let rules = if old {
        RuleSet::GUIDE_2015
    } else {
        RuleSet::CURRENT
    };
    let validator = Validator::default().with_rules(rules);
    let text = serde_json::to_string(&definition).unwrap();
    let document = Document::read(text.as_bytes(), Reading::Lenient).unwrap();
    let findings = document.validate(&validator);
    if let Ok(task) = serde_json::from_str::<TaskDefinition>(&text) {
        let typed = validator.validate_known(&task, document.unknowns());
        let of_rules = findings
            .iter()
            .filter(|one| !OF_THE_TEXT.contains(&one.rule.id));
        let of_rules: String = of_rules.map(|finding| format!("{finding}\n")).collect();
        assert_eq!(of_rules, typed.to_string(), "{case}");
    }
    findings
}

/// Rules about the text, which a definition without one cannot break.
const OF_THE_TEXT: [&str; 2] = ["wrapped-definition", "placeholder-left"];

fn definition(case: &str) -> Value {
    let patch = expand(serde_json::from_str(case).unwrap());
    let Value::Object(mut patch) = patch else {
        panic!("{case}")
    };
    let mut task = json!({"family": "base"});
    let mut containers = vec![json!({"name": "main", "image": "nginx", "memory": 128})];
    if let Some(on) = patch.remove("on") {
        merge(&mut task, launch_type(on.as_str().unwrap()));
    }
    if let Some(main) = patch.remove("main") {
        merge(&mut containers[0], main);
    }
    for other in patch
        .remove("others")
        .iter()
        .flat_map(|others| others.as_array().unwrap())
    {
        let mut container = json!({"image": "busybox", "memory": 64, "essential": false});
        merge(&mut container, other.clone());
        containers.push(container);
    }
    task["containerDefinitions"] = containers.into();
    merge(&mut task, Value::Object(patch));
    task
}

fn launch_type(name: &str) -> Value {
    match name {
        "FARGATE" => json!({"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
                            "cpu": "256", "memory": "512"}),
        "MANAGED_INSTANCES" => json!({"requiresCompatibilities": ["MANAGED_INSTANCES"],
                                      "networkMode": "awsvpc"}),
        "WINDOWS" => {
            json!({"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}})
        }
        other => json!({"requiresCompatibilities": [other]}),
    }
}

/// `{"@times": n, "of": x}` is a list of n, with `#` for the number of each;
/// `"@x*n"` is a text of n letters x.
fn expand(value: Value) -> Value {
    match value {
        Value::Object(members) => match members.get("@times").and_then(Value::as_u64) {
            Some(times) => (0..times)
                .map(|index| numbered(&members["of"], index))
                .collect(),
            None => {
                let expanded = members
                    .into_iter()
                    .map(|(name, value)| (name, expand(value)));
                Value::Object(expanded.collect::<Map<_, _>>())
            }
        },
        Value::Array(items) => items.into_iter().map(expand).collect(),
        Value::String(text) => match text.strip_prefix("@x*") {
            Some(times) => "x".repeat(times.parse().unwrap()).into(),
            None => text.into(),
        },
        other => other,
    }
}

fn numbered(value: &Value, index: u64) -> Value {
    let text = value.to_string().replace('#', &format!("{index:02}"));
    serde_json::from_str(&text).unwrap()
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        panic!("{patch}")
    };
    for (name, value) in patch {
        match value.as_str() {
            Some("@absent") => drop(target.as_object_mut().unwrap().remove(&name)),
            Some("@null") => target[name] = Value::Null,
            _ => target[name] = value,
        }
    }
}

fn said(findings: &Findings, rule: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in findings.of_rule(rule) {
        let severity = finding.severity;
        lines.push(format!(
            "says   {severity} {}: {}",
            finding.pointer, finding.message
        ));
        lines.extend(
            finding
                .aws_message
                .iter()
                .map(|message| format!("aws    {message}")),
        );
    }
    lines
}

#[test]
fn every_rule_fires_and_rests() {
    // Without the feature there is no YAML to say anything about.
    let is_readable = |case: &Case| cfg!(feature = "yaml") || !case.fires.starts_with("yaml:");
    for case in cases().into_iter().filter(is_readable) {
        let found = findings(&case.fires);
        if std::env::var_os("UPDATE").is_none() {
            assert_eq!(
                said(&found, &case.rule),
                case.says,
                "{}: {found}",
                case.rule
            );
        }
        assert!(
            found.contains(&case.rule),
            "{} does not fire: {found}",
            case.rule
        );
        let rest = findings(&case.passes);
        assert!(!rest.contains(&case.rule), "{} fires: {rest}", case.rule);
        assert!(
            !rest.has_errors(),
            "{} passes with errors: {rest}",
            case.rule
        );
    }
}

#[test]
fn no_rule_is_without_a_case() {
    let with_case: BTreeSet<String> = cases().into_iter().map(|case| case.rule).collect();
    let all: BTreeSet<String> = Rule::all().map(|rule| rule.id.to_string()).collect();
    assert_eq!(with_case, all);
    assert_eq!(cases().len(), Rule::all().count());
}

#[test]
fn errors_have_an_exception_and_everything_else_has_none() {
    for rule in Rule::all() {
        let is_error = rule.severity == Severity::Error;
        assert_eq!(rule.exception.is_some(), is_error, "{rule}");
        let is_advice = rule.trust == ecs_taskdef::Trust::Advice;
        assert!(!(is_error && is_advice), "{rule}");
    }
    let exception = |id| Rule::named(id).unwrap().exception;
    assert_eq!(exception("family-characters"), Some("ClientException"));
    assert_eq!(exception("wrong-type"), Some("SerializationException"));
    assert_eq!(exception("null-member"), None);
}

#[test]
fn sources_have_a_link() {
    for rule in Rule::all() {
        let link = rule.source.link();
        let is_of_2015 = matches!(rule.source, ecs_taskdef::Source::Guide2015(_));
        assert_eq!(link.is_none(), is_of_2015, "{rule}");
        let is_address = |link: &String| link.starts_with("https://") && !link.contains(' ');
        assert!(link.iter().all(is_address), "{rule}: {}", rule.source);
    }
}

#[test]
fn names_are_kebab_case() {
    for rule in Rule::all() {
        let id = rule.id;
        let legal =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        assert!(
            id.chars().all(legal) && !id.starts_with('-') && !id.ends_with('-'),
            "{id}"
        );
        assert!(
            !rule.summary.ends_with('.') && !rule.launch_types.is_empty(),
            "{id}"
        );
        assert_eq!(Rule::named(id).unwrap().id, rule.id);
        let said_by_aws = matches!(
            rule.trust,
            ecs_taskdef::Trust::Quoted | ecs_taskdef::Trust::Copied
        );
        assert!(
            rule.aws_message.is_none() || said_by_aws || rule.severity < Severity::Error,
            "{id}"
        );
    }
    assert!(Rule::named("no-such-rule").is_none());
}

#[test]
#[ignore = "writes data/rules.txt when UPDATE is set"]
fn update() {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    let mut text: String = CASES
        .lines()
        .take_while(|line| line.starts_with('#'))
        .fold(String::new(), |text, line| text + line + "\n");
    for case in cases() {
        let lines = said(&findings(&case.fires), &case.rule).join("\n");
        let Case {
            rule,
            fires,
            passes,
            ..
        } = case;
        writeln!(
            text,
            "\nrule   {rule}\nfires  {fires}\n{lines}\npasses {passes}"
        )
        .unwrap();
    }
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rules.txt"),
        text,
    )
    .unwrap();
}

/// Every place of a value below its root.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut go = |step: &str, inner: &Value| {
        let step = step.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{at}/{step}");
        found.push(pointer.clone());
        pointers(inner, &pointer, found);
    };
    match value {
        Value::Array(items) => {
            let items = items.iter().take(3).enumerate();
            items.for_each(|(index, item)| go(&index.to_string(), item));
        }
        Value::Object(members) => members.iter().for_each(|(name, inner)| go(name, inner)),
        _ => {}
    }
}

/// The findings of a definition, without their words, and without what is said of the text itself.
fn judged(definition: &Value) -> BTreeSet<(String, String)> {
    // Without quotes it may turn out to be anything.
    let text = definition.to_string().replace("\"@unknown\"", "${X}");
    let document = Document::read(text.as_bytes(), Reading::Lenient).unwrap();
    let unknowns = document.unknowns();
    let findings = Validator::default().validate_known(document.task_definition(), unknowns);
    let of = |one: &ecs_taskdef::Finding| (one.rule.id.to_owned(), one.pointer.clone());
    findings.iter().map(of).collect()
}

/// Values that may stand where another stands.
fn replacements(old: &Value, other: Option<&Value>) -> Vec<Value> {
    let like: Vec<Value> = match old {
        Value::String(_) => ["x", "main", "256", "awsvpc", "host", "FARGATE", "ALL", "/"]
            .map(Value::from)
            .to_vec(),
        Value::Number(_) => [0, 1, 80, 256, 100_000].map(Value::from).to_vec(),
        Value::Bool(_) => [true, false].map(Value::from).to_vec(),
        Value::Array(_) => vec![json!([])],
        _ => vec![json!({})],
    };
    let other = other.filter(|other| std::mem::discriminant(*other) == std::mem::discriminant(old));
    like.into_iter()
        .chain(other.cloned())
        .chain([old.clone()])
        .collect()
}

/// Rules that say nothing although no replacement shows that the value matters: it may be the name
/// that is looked for, be absent after all, or make the whole smaller.
const UNDECIDED: [&str; 15] = [
    "depends-on-target",
    "firelens-single-router",
    "gpu-sharing-exclusive",
    "host-port-matches-container-port",
    "launch-volume-mounted",
    "links-target",
    "proxy-container",
    "proxy-egress-ignored-ips",
    "proxy-properties",
    "restart-exit-codes-maximum",
    "s3files-task-role",
    "swappiness-max-swap",
    "volume-single-type",
    "volumes-from-target",
    "windows-linux-parameters",
];

/// What is found although a value is unknown is found whatever the value is, and what is found
/// whatever it is, is found although it is unknown.
#[test]
fn an_unknown_value_decides_nothing() {
    let (mut dependent, mut kept) = (0, 0);
    let (mut decided, mut lost) = (Vec::new(), Vec::new());
    let all = cases();
    let plain = |case: &&Case| case.fires.starts_with('{') && !case.fires.contains("\"rules\"");
    for case in all.iter().filter(plain) {
        let fires = definition(&case.fires);
        let passes = case
            .passes
            .starts_with('{')
            .then(|| definition(&case.passes));
        let mut places = Vec::new();
        pointers(&fires, "", &mut places);
        // An unknown object of a list has no place there, and the next one takes it.
        let is_element = |place: &String| {
            let last = place.rsplit('/').next().unwrap();
            last.parse::<usize>().is_ok() && fires.pointer(place).unwrap().is_object()
        };
        places.retain(|place| !is_element(place));
        for place in places {
            let with = |value: Value| {
                let mut definition = fires.clone();
                *definition.pointer_mut(&place).unwrap() = value;
                judged(&definition)
            };
            let unknown = with("@unknown".into());
            let old = fires.pointer(&place).unwrap();
            let other = passes.as_ref().and_then(|passes| passes.pointer(&place));
            let known: Vec<_> = replacements(old, other).into_iter().map(with).collect();
            for finding in &unknown {
                if !known.iter().all(|found| found.contains(finding)) {
                    decided.push(format!("{}: {finding:?} with {place} unknown", case.rule));
                }
            }
            let original = known.last().unwrap();
            for finding in original.iter().filter(|(rule, _)| *rule == case.rule) {
                let is_within = finding.1.starts_with(&place);
                match (
                    known.iter().all(|found| found.contains(finding)),
                    unknown.contains(finding),
                ) {
                    (false, false) => dependent += 1,
                    (true, true) => kept += 1,
                    (true, false) if is_within => {}
                    _ => lost.push(case.rule.as_str()),
                }
            }
        }
    }
    assert!(decided.is_empty(), "{decided:#?}");
    let undecided: BTreeSet<&str> = lost.iter().copied().collect();
    assert_eq!(undecided, BTreeSet::from(UNDECIDED));
    assert!(dependent > 500 && kept > 500, "{dependent} {kept}");
}
