//! Every sentence of the documentation of RegisterTaskDefinition has a rule, or a reason why it
//! has none: `data/documentation.txt`. The sentences themselves are AWS's and stay with it; they
//! are counted where the API model is at hand.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../ecs-arn/tests/conformance_data/mod.rs"]
mod conformance_data;

use std::collections::{BTreeMap, BTreeSet};

use ecs_taskdef::Rule;
use serde_json::Value;

const TABLE: &str = include_str!("data/documentation.txt");

/// The rows of the table: each place with the number of its sentences, and what is said of each.
fn places() -> BTreeMap<&'static str, (usize, Vec<&'static str>)> {
    let mut places: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    let mut current = "";
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    for line in lines.filter(|line| !line.is_empty()) {
        let (first, rest) = line.trim_start().split_once(' ').unwrap();
        if !line.starts_with(' ') {
            current = first;
            let before = places.insert(first, (rest.parse().unwrap(), Vec::new()));
            assert!(before.is_none(), "{first} is there twice");
            continue;
        }
        let (from, to) = first.split_once('-').unwrap_or((first, first));
        let range = from.parse::<usize>().unwrap()..=to.parse().unwrap();
        let (_, said) = places.get_mut(current).unwrap();
        for number in range {
            assert_eq!(said.len(), number, "{current}: {line}");
            said.push(rest);
        }
    }
    places
}

#[test]
fn each_sentence_has_a_rule_or_a_reason() {
    let reasons: BTreeSet<&str> = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("# reason ")?.split(' ').next())
        .collect();
    let mut given = BTreeSet::new();
    for (place, (count, said)) in places() {
        assert_eq!(said.len(), count, "{place}");
        for words in said {
            let (reason, about) = words.split_once(": ").unwrap_or((words, ""));
            if reasons.contains(reason) {
                // What demands something and has no rule says what that is.
                let demands = ["runtime", "account", "advice", "choice"].contains(&reason);
                assert_eq!(!about.is_empty(), demands, "{place}: {words}");
                given.insert(reason);
                continue;
            }
            for id in words.split(' ') {
                assert!(Rule::named(id).is_some(), "{place}: no rule `{id}`");
            }
        }
    }
    assert_eq!(given, reasons);
}

#[test]
#[ignore = "needs ECS_CONFORMANCE_DATA"]
fn no_sentence_is_forgotten() {
    let model = conformance_data::read("api/ecs-service-2.json");
    let model: Value = serde_json::from_str(&model).unwrap();
    let (mut reached, mut next) = (BTreeSet::new(), vec!["RegisterTaskDefinitionRequest"]);
    let mut counted = BTreeMap::new();
    while let Some(name) = next.pop() {
        if !reached.insert(name) {
            continue;
        }
        let shape = &model["shapes"][name];
        let mut count = |place: String, described: &Value| {
            let sentences = sentences(described["documentation"].as_str().unwrap_or_default());
            if sentences > 0 {
                counted.insert(place, sentences);
            }
        };
        count(name.to_owned(), shape);
        for (member, described) in shape["members"].as_object().into_iter().flatten() {
            count(format!("{name}.{member}"), described);
            next.extend(described["shape"].as_str());
        }
        let inner = ["member", "key", "value"].map(|part| shape[part]["shape"].as_str());
        next.extend(inner.into_iter().flatten());
    }
    let in_table: BTreeMap<String, usize> = places()
        .into_iter()
        .map(|(place, (count, _))| (place.to_owned(), count))
        .collect();
    assert_eq!(counted, in_table);
    assert!(counted.values().sum::<usize>() > 1_000);
}

/// How many sentences a text in HTML has: what ends in a stop, a colon or another mark before a
/// capital letter, and what its paragraphs and items end.
fn sentences(html: &str) -> usize {
    const BLOCKS: [&str; 10] = [
        "p",
        "li",
        "ul",
        "note",
        "important",
        "dl",
        "dd",
        "dt",
        "ol",
        "div",
    ];
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        text.push_str(before);
        let name = tag.trim_start_matches('/').split([' ', '/']).next();
        if BLOCKS.contains(&name.unwrap_or_default()) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    let ends = |line: &str| {
        let letters: Vec<char> = line.chars().collect();
        let is_end = |at: usize| {
            let space = letters.get(at..).unwrap_or_default();
            let begin = space.iter().find(|letter| !letter.is_whitespace());
            let capital = |letter: &char| letter.is_ascii_uppercase() || "\"([".contains(*letter);
            space.first().is_some_and(|letter| letter.is_whitespace()) && begin.is_some_and(capital)
        };
        let marks = letters.iter().enumerate();
        let stops = marks.filter(|(at, letter)| ".:!?".contains(**letter) && is_end(at + 1));
        stops.count() + 1
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(ends).sum()
}
