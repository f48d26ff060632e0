//! The cluster query language: the guide's examples, every operator of every subject, every
//! choice, every error text, and a naive interpreter.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

#[path = "../../examples/chain/mod.rs"]
mod chain;

use ecs_model::container_instance::VersionInfo;
use ecs_model::{Attribute, ContainerInstance, Resource, Timestamp};
use ecs_placement::{CellState, PlacementRequest, Query, Registration, Snapshot};
use ecs_taskdef::TaskDefinition;
use proptest::prelude::*;
use serde_json::json;

fn described(attributes: &[(&str, Option<&str>)]) -> ContainerInstance {
    let attributes = attributes.iter().map(|(name, value)| {
        let mut attribute = Attribute::named(*name);
        attribute.value = value.map(str::to_owned);
        attribute
    });
    ContainerInstance::default()
        .with_container_instance_arn("instance")
        .with_ec2_instance_id("i-abcd1234")
        .with_status("ACTIVE")
        .with_agent_connected(true)
        .with_running_tasks_count(2)
        .with_registered_at("2018-06-18T22:28:28Z".parse::<Timestamp>().unwrap())
        .with_version_info(VersionInfo::default().with_agent_version("1.14.3"))
        .with_attributes(attributes)
        .with_registered_resources([
            Resource::integer(Resource::CPU, 1_024),
            Resource::integer(Resource::MEMORY, 1_024),
        ])
}

/// An instance of the guide's examples with one task of the group `database`.
fn instance() -> Snapshot {
    let mut cell = CellState::new();
    let described = described(&[
        ("ecs.instance-type", Some("t2.micro")),
        ("ecs.availability-zone", Some("us-east-1a")),
        ("stack", Some("test")),
        ("slots", Some("10")),
        ("ssd", None),
    ]);
    cell.register(&Registration::try_from(&described).unwrap());
    let definition: TaskDefinition = serde_json::from_value(json!({
        "family": "db", "containerDefinitions": [{"name": "db", "image": "db", "memory": 1}],
    }))
    .unwrap();
    let request = PlacementRequest::new(&definition)
        .unwrap()
        .with_group("database");
    let placed = cell.run(&request, 0, "token", ["task"]).unwrap();
    assert_eq!(placed.placed().len(), 1);
    cell.snapshot()
}

/// A cluster of one instance.
fn alone(described: &ContainerInstance) -> Snapshot {
    let mut cell = CellState::new();
    cell.register(&Registration::try_from(described).unwrap());
    cell.snapshot()
}

fn selects(expression: &Query, snapshot: &Snapshot) -> bool {
    expression.matches(snapshot.instance("instance").unwrap())
}

#[test]
fn expressions_select_or_not() {
    let instance = instance();
    for (expression, expected) in [
        // The guide's examples.
        ("attribute:stack == prod", false),
        ("attribute:stack != prod", true),
        ("attribute:ecs.instance-type == t2.small", false),
        (
            "attribute:ecs.instance-type =~ t2.* and attribute:ecs.availability-zone != us-east-1d",
            true,
        ),
        (
            "attribute:ecs.availability-zone in [us-east-1a, us-east-1b]",
            true,
        ),
        ("task:group == database", true),
        ("not(task:group == database)", false),
        ("not(task:group == service:production)", true),
        ("runningTasksCount == 1", false),
        ("ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", true),
        ("agentConnected == true", true),
        ("agentVersion > 1.14.2", true),
        ("registeredAt >= 2018-06-18", true),
        // Every operator, by symbol and by name.
        ("attribute:stack equals test", true),
        ("attribute:stack not_equals test", false),
        ("attribute:slots > 9", true),
        ("attribute:slots greater_than 10", false),
        ("attribute:slots >= 10", true),
        ("attribute:slots greater_than_equal 11", false),
        ("attribute:slots < 9", false),
        ("attribute:slots less_than 11", true),
        ("attribute:slots <= 10", true),
        ("attribute:slots less_than_equal 9", false),
        ("attribute:stack exists", true),
        ("attribute:stack !exists", false),
        ("attribute:other not_exists", true),
        ("attribute:stack in [a, test]", true),
        ("attribute:stack !in [a, test]", false),
        ("attribute:stack not_in ['a']", true),
        ("attribute:stack =~ te", false),
        ("attribute:stack matches te.*", true),
        ("attribute:stack !~ te.*", false),
        ("attribute:stack not_matches (prod|beta)", true),
        ("ec2InstanceId =~ i-[a-d]+[0-9]{4}", true),
        ("agentConnected != true", false),
        ("agentConnected in [false, true]", true),
        ("task:group in [database, web]", true),
        ("task:group =~ data.*", true),
        ("task:group != database", false),
        ("task:group !~ web.*", true),
        // Versions go by their numbers.
        ("agentVersion == 1.14.3", true),
        ("agentVersion < 1.9", false),
        ("agentVersion >= v1.14", true),
        ("agentVersion != 1.14", true),
        ("agentVersion < 1.14.3-1", true),
        // Dates in the four forms.
        ("registeredAt == 2018-06-18T22:28:28+00:00", true),
        ("registeredAt <= 2018-06-18T22:28:28Z", true),
        ("registeredAt < 2018-06-18T22:28:28", false),
        ("registeredAt > '2018-06-19'", false),
        // The document's two tasks and the one that was placed.
        ("runningTasksCount == 3", true),
        ("runningTasksCount < 3", false),
        // An attribute without a value is there, with an empty text.
        ("attribute:ssd exists", true),
        ("attribute:ssd == ''", true),
        // An attribute that is absent satisfies nothing but its absence.
        ("attribute:other == x", false),
        ("attribute:other != x", false),
        ("attribute:other !in [x]", false),
        ("attribute:other !~ x", false),
        ("not attribute:other == x", true),
        // `and` binds tighter than `or`, and words are read in any case.
        (
            "attribute:stack == test or attribute:stack == a and attribute:stack == b",
            true,
        ),
        (
            "(attribute:stack == test or attribute:stack == a) and attribute:stack == b",
            false,
        ),
        (
            "attribute:stack == test OR attribute:stack EXISTS AND NOT attribute:ssd EXISTS",
            true,
        ),
        (
            "attribute:stack==test&&!(attribute:ssd!exists)||runningTasksCount>7",
            true,
        ),
        ("! ! attribute:ssd exists", true),
        // Texts compare by their characters unless both are numbers.
        ("attribute:stack > tesa", true),
        ("attribute:slots < 9a", true),
        ("attribute:stack == \"test\"", true),
    ] {
        let query =
            Query::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert_eq!(selects(&query, &instance), expected, "{expression}");
        assert_eq!(query.to_string(), expression);
    }
}

#[test]
fn what_is_not_known_is_not_selected() {
    let mut bare = described(&[]);
    bare.ec2_instance_id = None;
    bare.registered_at = None;
    bare.version_info = None;
    bare.attributes = None;
    let bare = alone(&bare);
    for expression in [
        "ec2InstanceId != x",
        "registeredAt != 2018-06-18",
        "agentVersion != 1.0.0",
        "attribute:x != y",
    ] {
        assert!(
            !selects(&Query::parse(expression).unwrap(), &bare),
            "{expression}"
        );
    }
    let absent = Query::parse("attribute:x !exists").unwrap();
    assert!(selects(&absent, &bare));
}

#[test]
fn every_error_has_its_place() {
    let subject = "a subject, `not` or `(`";
    for (expression, expected) in [
        ("", format!("expected {subject}, found the end at byte 0")),
        (
            "stack == prod",
            format!("expected {subject}, found `stack` at byte 0"),
        ),
        (
            "not",
            format!("expected {subject}, found the end at byte 3"),
        ),
        ("()", format!("expected {subject}, found `)` at byte 1")),
        (
            "attribute:a exists or",
            format!("expected {subject}, found the end at byte 21"),
        ),
        (
            "attribute:a",
            "expected an operator, found the end at byte 11".into(),
        ),
        (
            "attribute:a is b",
            "expected an operator, found `is` at byte 12".into(),
        ),
        (
            "attribute:a ==",
            "expected a value, found the end at byte 14".into(),
        ),
        (
            "attribute:a == 'b",
            "expected a value, found `'` at byte 15".into(),
        ),
        (
            "attribute:a == )",
            "expected a value, found `)` at byte 15".into(),
        ),
        (
            "attribute:a == b c",
            "expected `and`, `or` or the end, found `c` at byte 17".into(),
        ),
        (
            "(attribute:a exists",
            "expected `)`, found the end at byte 19".into(),
        ),
        (
            "attribute:a in b",
            "expected `[`, found `b` at byte 15".into(),
        ),
        (
            "attribute:a in []",
            "expected a value, found `]` at byte 16".into(),
        ),
        (
            "attribute:a in [b c]",
            "expected `,` or `]`, found `c` at byte 18".into(),
        ),
        (
            "attribute: exists",
            "`` is not the name of an attribute at byte 0".into(),
        ),
        (
            "attribute:a:b exists",
            "`a:b` is not the name of an attribute at byte 0".into(),
        ),
        (
            "agentVersion =~ 1",
            "`agentVersion` does not have this operator at byte 13".into(),
        ),
        (
            "agentVersion exists",
            "`agentVersion` does not have this operator at byte 13".into(),
        ),
        (
            "agentVersion > new",
            "`new` is not a version at byte 15".into(),
        ),
        (
            "registeredAt > yesterday",
            "`yesterday` is not a date at byte 15".into(),
        ),
        (
            "registeredAt > 1529360908",
            "`1529360908` is not a date at byte 15".into(),
        ),
        (
            "registeredAt in [2018-06-18]",
            "`registeredAt` does not have this operator at byte 13".into(),
        ),
        (
            "runningTasksCount < few",
            "`few` is not a number at byte 20".into(),
        ),
        (
            "ec2InstanceId > i",
            "`ec2InstanceId` does not have this operator at byte 14".into(),
        ),
        (
            "agentConnected exists",
            "`agentConnected` does not have this operator at byte 15".into(),
        ),
        (
            "task:group < a",
            "`task:group` does not have this operator at byte 11".into(),
        ),
        (
            "attribute:a =~ (?!x)y",
            "`(?!x)y` has look-ahead, which is not supported at byte 15".into(),
        ),
    ] {
        assert_eq!(
            Query::parse(expression).unwrap_err().to_string(),
            expected,
            "{expression}"
        );
    }
    let reversed = Query::parse("attribute:a =~ '[z-a]'").unwrap_err();
    assert!(
        chain::chain(&reversed).contains("invalid character class range"),
        "{}",
        chain::chain(&reversed)
    );
    let long = format!("attribute:a == {}", "x".repeat(2_000));
    assert_eq!(
        Query::parse(&long).unwrap_err().to_string(),
        "more than 2000 characters at byte 0"
    );
    let deep = format!("{}attribute:a exists{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(
        Query::parse(&deep).unwrap_err().to_string(),
        "nested more than 100 deep at byte 100"
    );
}

#[test]
fn a_pattern_stays_between_its_anchors() {
    let error = |pattern: &str| {
        let expression = format!("attribute:stack =~ '{pattern}'");
        Query::parse(&expression).unwrap_err().to_string()
    };
    for pattern in ["te)|(st", "a)|(b", "te)|.*(", ")(", "test)"] {
        assert_eq!(
            error(pattern),
            format!("`{pattern}` is not a regular expression that is supported at byte 19"),
        );
    }
}

/// What Java has and the `regex` crate has not, or has with another meaning, and the other way
/// round.
#[test]
fn what_only_one_side_reads_is_refused_by_name() {
    let refused = [
        ("a*+", "a possessive quantifier"),
        ("a++b", "a possessive quantifier"),
        ("a?+", "a possessive quantifier"),
        ("a{2}+", "a possessive quantifier"),
        ("(a|b){1,3}+", "a possessive quantifier"),
        ("[ab]*+", "a possessive quantifier"),
        ("a**", "a quantifier of a quantifier"),
        ("a*?+", "a quantifier of a quantifier"),
        ("a+{2}", "a quantifier of a quantifier"),
        ("a{,3}", "a quantifier without a least number"),
        ("(?=te)test", "look-ahead"),
        ("(?!x)test", "look-ahead"),
        ("(?<=t)est", "look-behind"),
        ("(?<!x)test", "look-behind"),
        ("(?>te)st", "an atomic group"),
        ("(?P<a>te)st", "a group named by `(?P`"),
        (r"(t)es\1", "a back-reference"),
        (r"(?<a>t)es\k<a>", "a back-reference"),
        (r"\Qtest\E", "quoting by `\\Q` and `\\E`"),
        (r"test\E", "quoting by `\\Q` and `\\E`"),
        (r"\0164est", "an octal escape"),
        (r"\cAtest", "a control character by `\\c`"),
        (r"\N{DIGIT ONE}", "a character by name"),
        (r"\Gtest", "`\\G`"),
        (r"test\Z", "`\\Z`"),
        (r"test\R", "`\\R`"),
        (r"\Xest", "`\\X`"),
        (r"te\hst", "`\\h`"),
        (r"te\Hst", "`\\h`"),
        (r"te\vst", "`\\v`"),
        (r"te\Vst", "`\\v`"),
        (r"te\est", "`\\e`"),
        (r"\<test", "an escaped `<` or `>`"),
        (r"test\>", "an escaped `<` or `>`"),
        (r"\b{start}test", "a boundary by name"),
        (r"\p{InGreek}", "a Unicode block"),
        (r"\p{javaLowerCase}est", "a class of `java.lang.Character`"),
        ("(?d)test", "the flag `d`"),
        ("(?x)test", "the flag `x`"),
        ("(?ix:te)st", "the flag `x`"),
        ("(?U)test", "the flag `U`"),
        ("(?R)test", "the flag `R`"),
        ("[[:alpha:]]+", "a POSIX bracket class"),
        ("[a-z--[aeiou]]", "a difference of classes"),
        ("[a-z~~[aeiou]]", "a difference of classes"),
    ];
    for (pattern, name) in refused {
        let expression = format!("attribute:stack =~ '{pattern}'");
        assert_eq!(
            Query::parse(&expression).unwrap_err().to_string(),
            format!("`{pattern}` has {name}, which is not supported at byte 19"),
        );
    }
    let instance = instance();
    let read_alike = [
        ("t.*", true),
        ("te", false),
        ("(te|x)st", true),
        ("(?:te)st", true),
        ("(?<a>te)st", true),
        ("(?i)TEST", true),
        ("te?s+t*?", true),
        ("t{1}est{1,}", true),
        ("[a-z]{4}", true),
        ("[^0-9+*?{]+", true),
        ("[a-z&&[^b]]{4}", true),
        (r"\w+", true),
        (r"\p{L}{4}", true),
        (r"\x74est", true),
        (r"t\+est", false),
        (r"\{,\}", false),
        ("^test$", true),
        (r"\Atest\z", true),
        ("test|a", true),
        ("a|test", true),
    ];
    for (pattern, expected) in read_alike {
        let query = Query::parse(&format!("attribute:stack =~ '{pattern}'")).unwrap();
        assert_eq!(selects(&query, &instance), expected, "{pattern}");
    }
}

#[test]
fn an_expression_names_the_comparisons_that_keep_an_instance_out() {
    let snapshot = instance();
    let unmet = |expression: &str| -> Vec<String> {
        let query = Query::parse(expression).unwrap();
        let terms = query.unmet(snapshot.instance("instance").unwrap());
        assert_eq!(terms.is_empty(), selects(&query, &snapshot), "{expression}");
        terms.iter().map(ToString::to_string).collect()
    };
    let none: [&str; 0] = [];
    assert_eq!(unmet("attribute:stack == test"), none);
    assert_eq!(
        unmet("attribute:stack == prod and attribute:slots > 9"),
        ["`attribute:stack == prod` found `test`"]
    );
    assert_eq!(
        unmet("attribute:stack == prod or attribute:disk exists"),
        [
            "`attribute:stack == prod` found `test`",
            "`attribute:disk exists` found nothing",
        ]
    );
    assert_eq!(
        unmet("not(task:group == database) && ( agentVersion >= 2 )"),
        [
            "not `task:group == database` found `database`",
            "`agentVersion >= 2` found `1.14.3`",
        ]
    );
    assert_eq!(
        unmet("not (attribute:ssd exists or attribute:stack == prod)"),
        ["not `attribute:ssd exists` found no value"]
    );
    assert_eq!(
        unmet("task:group == web and ec2InstanceId in [i-1] and agentConnected != true"),
        [
            "`task:group == web` found `database`",
            "`ec2InstanceId in [i-1]` found `i-abcd1234`",
            "`agentConnected != true` found `true`",
        ]
    );
    assert_eq!(
        unmet("runningTasksCount < 2 and registeredAt > 2019-01-01"),
        [
            "`runningTasksCount < 2` found `3`",
            "`registeredAt > 2019-01-01` found `2018-06-18T22:28:28Z`",
        ]
    );
    assert_eq!(
        unmet("not(not(attribute:stack == prod))"),
        ["`attribute:stack == prod` found `test`"]
    );
}

/// An expression as a tree, to be written and to be asked naively.
#[derive(Debug, Clone)]
enum Tree {
    Is(&'static str, &'static str),
    Exists(&'static str),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
}

const ATTRIBUTES: [(&str, Option<&str>); 2] = [("a", Some("x")), ("b", Some("y"))];

fn tree() -> impl Strategy<Value = Tree> {
    let name = prop::sample::select(vec!["a", "b", "c"]);
    let value = prop::sample::select(vec!["x", "y"]);
    let leaf = prop_oneof![
        (name.clone(), value).prop_map(|(name, value)| Tree::Is(name, value)),
        name.prop_map(Tree::Exists),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
            pair.clone()
                .prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            pair.prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

impl Tree {
    fn write(&self) -> String {
        match self {
            Self::Is(name, value) => format!("attribute:{name} == {value}"),
            Self::Exists(name) => format!("attribute:{name} exists"),
            Self::Not(tree) => format!("not ({})", tree.write()),
            Self::And(a, b) => format!("({}) and ({})", a.write(), b.write()),
            Self::Or(a, b) => format!("{} or ({})", a.write(), b.write()),
        }
    }

    fn ask(&self) -> bool {
        let value = |name: &str| ATTRIBUTES.iter().find(|(known, _)| *known == name);
        match self {
            Self::Is(name, expected) => {
                value(name).is_some_and(|(_, found)| *found == Some(*expected))
            }
            Self::Exists(name) => value(name).is_some(),
            Self::Not(tree) => !tree.ask(),
            Self::And(a, b) => a.ask() && b.ask(),
            Self::Or(a, b) => a.ask() || b.ask(),
        }
    }
}

fn config() -> ProptestConfig {
    let cases = if std::env::var_os("ECS_LONG").is_some() {
        1_000_000
    } else {
        500
    };
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_naive_interpreter_agrees(tree in tree()) {
        let instance = alone(&described(&ATTRIBUTES));
        let text = tree.write();
        prop_assume!(text.len() <= Query::MAX_CHARS);
        let query = Query::parse(&text).unwrap();
        prop_assert_eq!(selects(&query, &instance), tree.ask(), "{}", text);
        let unmet = query.unmet(instance.instance("instance").unwrap());
        prop_assert_eq!(unmet.is_empty(), tree.ask(), "{}", text);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let _ = Query::parse(&text);
    }

    #[test]
    fn no_near_expression_panics(
        text in "(attribute:a|agentVersion|not|!|and|or|in|==|=~|exists|[(]|[)]|[\\[]|[\\]]|,|'| |x){0,12}",
    ) {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(error.offset() <= text.len());
            prop_assert!(text.is_char_boundary(error.offset()));
        }
    }
}
