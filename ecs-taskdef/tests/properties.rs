//! Random documents, drawn from the shapes of the API and from anywhere.
//! `ECS_LONG=1` draws many more.

#[path = "../../examples/chain/mod.rs"]
mod chain;

use std::rc::Rc;

use ecs_taskdef::shape::{At, Kind, MemberType, Reader, Shape};
use ecs_taskdef::{Change, Document, Double, Reading, TaskDefinition, Validator};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Map, Number, Value, json};

fn config() -> ProptestConfig {
    let cases = if std::env::var_os("ECS_LONG").is_some() {
        200_000
    } else {
        64
    };
    ProptestConfig {
        cases,
        ..ProptestConfig::default()
    }
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z]{0,3}",
        select(vec![
            "main",
            "db",
            "256",
            "512",
            "1 vCPU",
            "2 GB",
            "80-90",
            "",
            "ALL",
            "arn:aws:s3:::b/a.env"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
    ]
    .boxed()
}

/// Values of a kind, as the API would take them.
fn value_of(kind: &'static Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer => prop_oneof![0..200_i32, select(vec![80, 443, 65_536, -1]), any::<i32>()]
            .prop_map(Value::from)
            .boxed(),
        Kind::Long => any::<i64>().prop_map(Value::from).boxed(),
        Kind::Double => (-1e9..1e9_f64).prop_map(Value::from).boxed(),
        Kind::Timestamp => prop_oneof![
            (0..2_000_000_000_i64).prop_map(Value::from),
            (0..2_000_000_000_i64).prop_map(|seconds| json!(seconds as f64 + 0.25)),
            Just(json!("2021-08-23T19:01:21.478000-07:00")),
        ]
        .boxed(),
        Kind::Enum(list) => {
            prop_oneof![9 => select(list.values).prop_map(str::to_owned), 1 => text()]
                .prop_map(Value::from)
                .boxed()
        }
        Kind::Structure(shape) => object_of(shape),
        Kind::List(items) => vec(value_of(items), 0..3).prop_map(Value::from).boxed(),
        Kind::Map(values) => btree_map(text(), value_of(values), 0..3)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
            .boxed(),
        _ => text().prop_map(Value::from).boxed(),
    }
}

/// Objects of a shape: some of its members, some of them null, some unknown.
fn object_of(shape: &'static Shape) -> BoxedStrategy<Value> {
    let members: Vec<(String, BoxedStrategy<Value>)> = shape
        .members
        .iter()
        .map(|member| {
            let value = prop_oneof![20 => value_of(&member.kind), 1 => Just(Value::Null)];
            (member.name.to_owned(), value.boxed())
        })
        .collect();
    let members = Rc::new(members);
    let count = members.len();
    subsequence((0..count).collect::<Vec<usize>>(), 0..=count.min(8))
        .prop_flat_map(move |chosen| {
            let chosen: Vec<_> = chosen
                .iter()
                .filter_map(|index| members.get(*index).cloned())
                .collect();
            let (names, values): (Vec<String>, Vec<_>) = chosen.into_iter().unzip();
            (
                Just(names),
                values,
                prop_oneof![9 => Just(None), 1 => any_json().prop_map(Some)],
            )
        })
        .prop_map(|(names, values, unknown)| {
            let mut object: Map<String, Value> = names.into_iter().zip(values).collect();
            object.extend(unknown.map(|value| ("x-unknown".to_owned(), value)));
            Value::Object(object)
        })
        .boxed()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e3..1e3_f64).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((member_name(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn member_name() -> impl Strategy<Value = String> {
    let known: Vec<&str> = TaskDefinition::SHAPE
        .members
        .iter()
        .map(|member| member.name)
        .collect();
    prop_oneof![
        select(known).prop_map(str::to_owned),
        select(vec![
            "taskDefinition",
            "name",
            "Family",
            "ContainerDefinitions",
            "Properties"
        ])
        .prop_map(str::to_owned),
        text(),
    ]
}

fn turned(changes: Vec<Change>) -> Vec<(String, Option<Value>, Option<Value>)> {
    changes
        .into_iter()
        .map(|change| (change.path, change.new, change.old))
        .collect()
}

fn parts(changes: Vec<Change>) -> Vec<(String, Option<Value>, Option<Value>)> {
    changes
        .into_iter()
        .map(|change| (change.path, change.old, change.new))
        .collect()
}

/// The pointers to the texts of a definition that the API knows.
fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut go = |step: &str, inner: &Value| {
        let step = step.replace('~', "~0").replace('/', "~1");
        texts(inner, &format!("{at}/{step}"), found);
    };
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| go(&index.to_string(), item));
        }
        Value::Object(members) => {
            let known = members.iter().filter(|(name, _)| *name != "x-unknown");
            known.for_each(|(name, inner)| go(name, inner));
        }
        _ => {}
    }
}

fn any_number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-1000..1000_i32).prop_map(Number::from),
        (-1000..1000_i32).prop_filter_map("finite", |whole| Number::from_f64(whole.into())),
        any::<f64>().prop_filter_map("finite", Number::from_f64),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn numbers_come_back_as_they_were_written(number in any_number()) {
        let text = number.to_string();
        let read: Double = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text.as_str());
        let mut report = |at: &At<'_>, _: ecs_taskdef::shape::ShapeFault<'_>| panic!("{at}");
        let value = Value::Number(number);
        let lenient = Double::read(&value, &At::ROOT, &mut Reader::new(&mut report)).unwrap();
        prop_assert_eq!(serde_json::to_string(&lenient).unwrap(), text);
    }

    #[test]
    fn documents_of_the_api_round_trip(document in object_of(TaskDefinition::SHAPE)) {
        let task: TaskDefinition = serde_json::from_value(document.clone()).unwrap();
        prop_assert_eq!(&serde_json::to_value(&task).unwrap(), &document);
        let mut report = |at: &At<'_>, _: ecs_taskdef::shape::ShapeFault<'_>| panic!("{at}");
        let lenient = TaskDefinition::read(&document, &At::ROOT, &mut Reader::new(&mut report));
        prop_assert_eq!(lenient.unwrap(), task);
    }

    #[test]
    fn the_normal_form_is_stable(document in object_of(TaskDefinition::SHAPE)) {
        let task: TaskDefinition = serde_json::from_value(document).unwrap();
        let normal = task.normalized();
        prop_assert_eq!(&normal.normalized(), &normal);
        prop_assert!(task.difference(&task).is_empty());
        let changes: Vec<String> = task.difference(&normal).iter().map(ToString::to_string).collect();
        prop_assert!(changes.is_empty(), "{:?}", changes);
        let input = task.to_register_input().task_definition;
        prop_assert!(task.is_equivalent(&input));
        prop_assert!(input.to_register_input().dropped.is_empty());
    }

    #[test]
    fn difference_is_symmetric(
        one in object_of(TaskDefinition::SHAPE),
        other in object_of(TaskDefinition::SHAPE),
    ) {
        let one: TaskDefinition = serde_json::from_value(one).unwrap();
        let other: TaskDefinition = serde_json::from_value(other).unwrap();
        let changes = one.difference(&other);
        prop_assert_eq!(changes.is_empty(), one.is_equivalent(&other));
        prop_assert_eq!(turned(other.difference(&one)), parts(changes));
    }

    #[test]
    fn what_is_made_unknown_decides_no_change(
        mut document in object_of(TaskDefinition::SHAPE),
        at in any::<Index>(),
    ) {
        // What a shell reads in a definition that AWS describes is known.
        document.as_object_mut().unwrap().remove("taskDefinitionArn");
        document["family"] = "web".into();
        let mut places = Vec::new();
        texts(&document, "", &mut places);
        let place = at.get(&places);
        let mut other = document.clone();
        *other.pointer_mut(place).unwrap() = "${X}".into();
        let (one, two) = (document.to_string(), other.to_string());
        let read = |text| Document::read(str::as_bytes(text), Reading::Lenient).unwrap();
        let changes = read(&one).difference(&read(&two));
        let decided: Vec<_> = changes.iter().filter(|change| !change.undecided).collect();
        prop_assert!(decided.is_empty(), "{place}: {decided:?}");
        // What is known besides is decided.
        if place != "/family" {
            other["family"] = "db".into();
            let two = other.to_string();
            let changes = read(&one).difference(&read(&two));
            let decided = changes.iter().filter(|change| !change.undecided);
            let paths: Vec<&str> = decided.map(|change| change.path.as_str()).collect();
            prop_assert_eq!(paths, ["family"]);
        }
    }

    #[test]
    fn validation_takes_any_document(document in object_of(TaskDefinition::SHAPE)) {
        let text = serde_json::to_string(&document).unwrap();
        look_at_everything(text.as_bytes());
    }

    #[test]
    fn validation_takes_any_json(document in any_json()) {
        let text = serde_json::to_string(&document).unwrap();
        look_at_everything(text.as_bytes());
        let inside = json!({"family": "f", "containerDefinitions": [document]});
        look_at_everything(inside.to_string().as_bytes());
    }

    #[test]
    fn reading_takes_any_template(parts in vec(select(PARTS.to_vec()), 0..40)) {
        look_at_everything(parts.concat().as_bytes());
        let inside = format!(
            r#"{{"Conditions": {{"C": {}}}, "Resources": {{"T": {{"Type": "AWS::ECS::TaskDefinition",
            "Properties": {{"ContainerDefinitions": [{}]}}}}}}}}"#,
            parts.concat(),
            parts.concat(),
        );
        look_at_everything(inside.as_bytes());
    }

    #[test]
    fn reading_takes_any_bytes(bytes in vec(any::<u8>(), 0..64)) {
        look_at_everything(&bytes);
    }
}

/// Parts of templates, in YAML and in JSON that is filled in.
const PARTS: [&str; 47] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\n",
    " ",
    "  ",
    "- ",
    "? ",
    "&a ",
    "*a",
    "<<: *a\n",
    "!Ref ",
    "!If ",
    "!Sub '${C}'",
    "!GetAtt a.b",
    "{\"Fn::If\": [\"C\", ",
    "{\"Ref\": \"AWS::NoValue\"}",
    "{\"Fn::Equals\": [{\"Ref\": \"P\"}, \"a\"]}",
    "%{ if a }",
    "%{ else }",
    "%{ endif }",
    "%{ for a in b }",
    "%{ endfor }",
    "{% if a %}",
    "{% elif b %}",
    "{% else %}",
    "{% endif %}",
    "{{ range a }}",
    "{{ end }}",
    "{# a #}",
    "${a}",
    "{{ a }}",
    "$A",
    "<A>",
    "// a\n",
    "/* a */",
    "# a\n",
    "\"name\": \"web\"",
    "\"memory\": 1",
    "Resources:\n",
    "| \n a\n",
    "null",
    "1.5",
];

/// Reads, checks and asks everything there is to ask.
fn look_at_everything(bytes: &[u8]) {
    for reading in [Reading::Strict, Reading::Lenient] {
        let Ok(document) = Document::read(bytes, reading) else {
            continue;
        };
        for finding in document.validate(&Validator::default()).iter().take(100) {
            let position = document.position(&finding.pointer);
            assert!(position.offset <= bytes.len());
            // In a template a finding may be about what lies around, or in another branch.
            if !document.form().is_template() && document.alternatives().count() == 1 {
                let of_part = (!finding.pointer.is_empty()).then_some(position);
                assert_eq!(finding.position, of_part, "{finding}");
            }
            let mut places = [finding.position, finding.end].into_iter().flatten();
            assert!(places.all(|place| place.offset <= bytes.len()));
        }
        // The same with white space behind it is another text that says the same.
        let again = [bytes, b"\n"].concat();
        if let Ok(again) = Document::read(&again, reading) {
            let changes = document.difference(&again);
            assert!(changes.iter().all(|change| change.undecided));
        }
        let task = document.task_definition();
        let _ = (
            task.requirements(),
            task.start_order(),
            task.computed_compatibilities(),
        );
        for container in task.container_definitions().iter().take(20) {
            let _ = task.effective_mounts(container.name().unwrap_or_default());
        }
        assert!(task.is_equivalent(&task.normalized()));
    }
}

#[test]
fn deep_documents_are_refused() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let depth = 100_000;
        let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        for reading in [Reading::Strict, Reading::Lenient] {
            let refused = Document::read(text.as_bytes(), reading).unwrap_err();
            let column = 128 * open.len() - (open.len() - 1);
            assert_eq!(
                chain::chain(&refused),
                format!("not JSON at line 1 column {column}: recursion limit exceeded")
            );
        }
    }
    for branch in ["%{ if a }", "%{ if a }1%{ else }"] {
        let text = format!("[{}", branch.repeat(20_000));
        let column = 2 + 126 * branch.len() + "%{ if a }".len();
        for reading in [Reading::Strict, Reading::Lenient] {
            let refused = Document::read(text.as_bytes(), reading).unwrap_err();
            assert_eq!(
                chain::chain(&refused),
                format!("not JSON at line 1 column {column}: recursion limit exceeded")
            );
        }
    }
}

#[test]
fn long_chains_of_conditions_are_refused() {
    for (begin, next) in [
        ("[", "{% if a %}"),
        ("[{% if a %}1", "{% elif b %}1"),
        ("[{% if a %}", "{% elif b %}"),
        ("[", "{{ if a }}["),
        ("{ ", "{{ if a }}"),
        ("{ {{ if a }}", "{{ else if b }}"),
    ] {
        let text = format!("{begin}{}", next.repeat(20_000));
        let refused = Document::read(text.as_bytes(), Reading::Lenient).unwrap_err();
        let said = chain::chain(&refused);
        assert!(said.ends_with("recursion limit exceeded"), "{next}: {said}");
    }
}

#[test]
fn large_documents_are_taken() {
    let long = "x".repeat(1 << 20);
    let strings = json!({"family": long, "cpu": long, "containerDefinitions": [
        {"name": long, "image": long, "links": [long], "environment": [{"name": long, "value": long}]}]});
    look_at_everything(strings.to_string().as_bytes());
    let container = |index: usize| {
        json!({"name": format!("c{index}"), "links": [format!("c{}", index + 1)],
               "volumesFrom": [{"sourceContainer": format!("c{}", index + 1)}]})
    };
    let many: Vec<Value> = (0..300).map(container).collect();
    look_at_everything(json!({"containerDefinitions": many}).to_string().as_bytes());
}
