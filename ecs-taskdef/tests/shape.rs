//! The macros that declare the shapes of the API.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use ecs_taskdef::shape::{
    At, Constant, Elements, Kind, Member, MemberType, Reader, Shape, ShapeFault, check,
};
use ecs_taskdef::{TaskDefinition, TaskOverride, open_enum, shape};

open_enum! {
    /// A size.
    pub enum Size {
        /// Small.
        Small = "small",
        /// Large.
        Large = "LARGE",
    }
}

shape! {
    /// A leaf.
    pub struct Leaf {
        /// How large it is.
        size: Size = "size" => required(),
        /// How many veins it has.
        veins: i32 = "veins" => bounds(1, 9),
    }
}

shape! {
    /// A tree.
    pub struct Tree {
        /// Its name.
        name: String = "treeName" => required().bounds(1, 5),
        /// Its leaves.
        leaves: Vec<Leaf> = "leaves" => bounds(0, 2),
        /// Its words.
        words: Vec<String> = "words",
        /// Whether it is old.
        old: bool = "old",
    }
}

fn faults(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    check(tree, &mut |at, fault| {
        faults.push(format!("{at} {}", words(fault)));
    });
    faults
}

fn words(fault: ShapeFault<'_>) -> String {
    match fault {
        ShapeFault::Missing { member } => format!("missing {member}"),
        ShapeFault::Unknown { member, shape } => format!("unknown {member} of {}", shape.name),
        ShapeFault::Null { member } => format!("null {member}"),
        ShapeFault::WrongType { expected, found } => {
            format!("{} is not {}", found, expected.describe())
        }
        ShapeFault::TooLarge { found } => format!("{found} is too large"),
        ShapeFault::Converted { expected, found } => {
            format!("{} taken for {}", found, expected.describe())
        }
        ShapeFault::NotInEnum { value, enumeration } => {
            format!("{value} not in {:?}", enumeration.values)
        }
        ShapeFault::OutOfBounds { actual, limits, .. } => {
            format!("{actual} not in {:?}..{:?}", limits.min, limits.max)
        }
        _ => "another fault".to_owned(),
    }
}

fn read(value: &Value) -> (Option<Tree>, Vec<String>) {
    let mut faults = Vec::new();
    let mut report = |at: &At<'_>, fault: ShapeFault<'_>| {
        faults.push(format!("{at} {}", words(fault)));
    };
    let tree = Tree::read(value, &At::ROOT, &mut Reader::new(&mut report));
    (tree, faults)
}

#[test]
fn what_is_read_is_written() {
    for document in [
        json!({}),
        json!({"treeName": "a"}),
        json!({"treeName": null, "leaves": [], "words": null}),
        json!({"leaves": [{"size": "huge", "x": {"y": [1, 2.5, null]}}, {}], "z": "z"}),
    ] {
        let tree: Tree = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(serde_json::to_value(&tree).unwrap(), document);
        let (lenient, faults) = read(&document);
        assert_eq!(lenient, Some(tree));
        assert_eq!(faults, [""; 0]);
    }
}

#[test]
fn unknown_numbers_are_kept_up_to_64_bits() {
    for (text, written) in [
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("7.0", "7.0"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("1e2", "100.0"),
    ] {
        let tree: Tree = serde_json::from_str(&format!(r#"{{"x":{text}}}"#)).unwrap();
        let expected = format!(r#"{{"x":{written}}}"#);
        assert_eq!(serde_json::to_string(&tree).unwrap(), expected);
    }
}

#[test]
fn absent_null_and_empty_are_told_apart() {
    let absent: Tree = serde_json::from_str("{}").unwrap();
    let null: Tree = serde_json::from_str(r#"{"words":null}"#).unwrap();
    let empty: Tree = serde_json::from_str(r#"{"words":[]}"#).unwrap();
    assert_eq!(absent.words, None);
    assert_eq!(null.words, None);
    assert_eq!(empty.words, Some(Vec::new()));
    assert_ne!(absent, null);
    assert!(null.unknown.contains("words"));
}

#[test]
fn a_field_set_later_replaces_its_null() {
    let mut tree: Tree = serde_json::from_str(r#"{"words":null}"#).unwrap();
    tree.words = Some(vec!["w".to_owned()]);
    assert_eq!(serde_json::to_string(&tree).unwrap(), r#"{"words":["w"]}"#);
    assert_eq!(faults(&tree), [" missing treeName"]);
}

#[test]
fn the_fast_path_refuses_what_it_would_lose() {
    for (text, error) in [
        (
            r#"{"old":true,"old":true}"#,
            "duplicate field `old` at line 1 column 17",
        ),
        (
            r#"{"old":null,"old":true}"#,
            "duplicate field `old` at line 1 column 17",
        ),
        (
            r#"{"x":1,"x":2}"#,
            "duplicate field `x` at line 1 column 10",
        ),
        (
            r#"[]"#,
            "invalid type: sequence, expected an object at line 1 column 0",
        ),
        (
            r#"{"leaves":[{"veins":1.0}]}"#,
            "invalid type: floating point `1.0`, expected i32 at line 1 column 23",
        ),
    ] {
        let refused = serde_json::from_str::<Tree>(text).unwrap_err();
        assert_eq!(refused.to_string(), error, "{text}");
    }
}

#[test]
fn every_difference_from_the_shape_is_reported() {
    let tree: Tree = serde_json::from_value(json!({
        "treeName": "toolong",
        "leaves": [{"size": "s", "veins": 10}, {"veins": 0, "y": 1}, {"size": null}],
        "old": null,
    }))
    .unwrap();
    assert_eq!(
        faults(&tree),
        [
            "/treeName 7 not in Some(1)..Some(5)",
            "/leaves 3 not in Some(0)..Some(2)",
            "/leaves/0/size s not in [\"small\", \"LARGE\"]",
            "/leaves/0/veins 10 not in Some(1)..Some(9)",
            "/leaves/1 missing size",
            "/leaves/1/veins 0 not in Some(1)..Some(9)",
            "/leaves/1/y unknown y of Leaf",
            "/leaves/2 missing size",
            "/leaves/2/size null size",
            "/old null old",
        ]
    );
}

#[test]
fn reading_goes_on_after_a_wrong_type() {
    let document = json!({
        "treeName": {"a": 1},
        "leaves": [{"veins": "3"}, 7, {"veins": 1e30, "size": 5}, {"veins": 5_000_000_000_i64}],
        "words": ["a", 1, null, true],
        "old": "true",
    });
    let (tree, found) = read(&document);
    assert_eq!(
        found,
        [
            "/treeName {\"a\":1} is not a string",
            "/leaves/0/veins \"3\" taken for an integer",
            "/leaves/1 7 is not an object",
            "/leaves/2/veins 1e+30 is not an integer",
            "/leaves/2/size 5 is not a string",
            "/leaves/3/veins 5000000000 is too large",
            "/words/1 1 taken for a string",
            "/words/2 null is not a string",
            "/words/3 true taken for a string",
            "/old \"true\" taken for a boolean",
        ]
    );
    let tree = tree.unwrap();
    let mut expected = document;
    expected["leaves"][0]["veins"] = json!(3);
    expected["old"] = json!(true);
    assert_eq!(serde_json::to_value(&tree).unwrap(), expected);
    let again: Vec<String> = faults(&tree);
    assert_eq!(
        again,
        [
            "/leaves 4 not in Some(0)..Some(2)",
            "/leaves/0 missing size",
            "/leaves/1 7 is not an object",
            "/leaves/2/veins 1e+30 is not an integer",
            "/leaves/2/size 5 is not a string",
            "/leaves/3 missing size",
            "/leaves/3/veins 5000000000 is too large",
            "/treeName {\"a\":1} is not a string",
            "/words/1 1 taken for a string",
            "/words/2 null is not a string",
            "/words/3 true taken for a string",
        ]
    );
}

#[test]
fn the_table_follows_from_the_declaration() {
    assert_eq!(Tree::SHAPE.name, "Tree");
    let names: Vec<&str> = Tree::SHAPE.members.iter().map(|m| m.name).collect();
    assert_eq!(names, ["treeName", "leaves", "words", "old"]);
    let name = Tree::SHAPE.member("treeName").unwrap();
    assert!(name.required);
    assert_eq!((name.limits.min, name.limits.max), (Some(1), Some(5)));
    let Kind::List(Kind::Structure(leaf)) = Tree::SHAPE.member("leaves").unwrap().kind else {
        panic!("leaves is a list of structures");
    };
    assert_eq!(leaf.name, "Leaf");
    assert!(Tree::SHAPE.member("nothing").is_none());
}

#[test]
fn an_unknown_value_is_kept_as_it_was_written() {
    assert_eq!(Size::from("LARGE"), Size::Large);
    assert_eq!(
        Size::from("large".to_owned()),
        Size::Other("large".to_owned())
    );
    assert_eq!(Size::Small.to_string(), "small");
    assert_eq!(Size::VALUES, ["small", "LARGE"]);
}

fn reachable(shape: &'static Shape, found: &mut BTreeMap<&'static str, &'static Shape>) {
    if found.insert(shape.name, shape).is_none() {
        for member in shape.members {
            if let Kind::Structure(inner) | &Kind::List(Kind::Structure(inner)) = &member.kind {
                reachable(inner, found);
            }
        }
    }
}

/// What is wrong with what a declaration says of a member beyond its type.
fn misdeclared(member: &Member) -> Vec<String> {
    let is_of_enum = |text: &str| match member.kind {
        Kind::Enum(list) => list.values.contains(&text),
        _ => matches!(member.kind, Kind::String),
    };
    let elements = match (member.elements, member.kind) {
        (Elements::Sequence, _) | (Elements::Set, Kind::List(_)) => Vec::new(),
        (Elements::Keyed(key), Kind::List(Kind::Structure(element))) => {
            let unknown = key.iter().filter(|name| element.member(name).is_none());
            unknown.map(|name| format!("no key `{name}`")).collect()
        }
        (elements, _) => vec![format!("no elements to be {elements:?}")],
    };
    let fits = match member.default {
        None => !member.is_default_written,
        Some(_) if member.required || member.describe_only => false,
        Some(Constant::Boolean(_)) => matches!(member.kind, Kind::Boolean),
        Some(Constant::Number(_)) => matches!(member.kind, Kind::Integer | Kind::Long),
        Some(Constant::Text(text)) => is_of_enum(text),
        Some(_) => false,
    };
    let default = (!fits).then(|| format!("no such default: {:?}", member.default));
    elements.into_iter().chain(default).collect()
}

#[test]
fn declarations_name_what_is_there() {
    let mut shapes = BTreeMap::new();
    reachable(TaskDefinition::SHAPE, &mut shapes);
    reachable(TaskOverride::SHAPE, &mut shapes);
    let members: Vec<(&str, &Member)> = shapes
        .values()
        .flat_map(|shape| shape.members.iter().map(|member| (shape.name, member)))
        .collect();
    for (shape, member) in &members {
        assert_eq!(misdeclared(member), [""; 0], "{shape}.{}", member.name);
    }
    let keyed = |member: &Member| matches!(member.elements, Elements::Keyed(_));
    let count = |is: &dyn Fn(&Member) -> bool| members.iter().filter(|(_, one)| is(one)).count();
    assert_eq!(count(&keyed), 19);
    assert_eq!(count(&|member| member.elements == Elements::Set), 10);
    assert_eq!(count(&|member| member.default.is_some()), 21);
    assert_eq!(count(&|member| member.describe_only), 9);
}

#[test]
fn a_wrong_declaration_is_found() {
    let keyed = Member::of::<Vec<Leaf>>("leaves").keyed(&["size", "colour"]);
    assert_eq!(misdeclared(&keyed), ["no key `colour`"]);
    assert_eq!(
        misdeclared(&Member::of::<String>("name").set()),
        ["no elements to be Set"]
    );
    let size = Member::of::<Size>("size");
    assert_eq!(misdeclared(&size.default_text("LARGE")), [""; 0]);
    assert_eq!(
        misdeclared(&size.default_text("huge")),
        ["no such default: Some(Text(\"huge\"))"]
    );
    assert_eq!(misdeclared(&size.required().default_text("LARGE")).len(), 1);
}
