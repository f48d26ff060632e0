//! The conditions of a template, and which of them can be true together.

use std::collections::{BTreeMap, BTreeSet};

use super::function::{Choice, Meaning, scalar_text};
use super::node::Node;

/// Up to how many choices all answers are combined. Where conditions allow for more, each question
/// is answered in every way while all others keep their first answer, and while they keep their
/// last one.
const MAX_COMBINED: usize = 64;

/// How many choices are looked at. Conditions that depend on further questions are open.
const MAX_CHOICES: usize = 128;

/// What conditions ask: which value a parameter has, or anything else that is true or not.
#[derive(Debug, Default)]
struct Questions(BTreeMap<String, Question>);

/// The answers, without repetitions.
#[derive(Debug, Default)]
struct Question {
    /// First the default, if it is a value of its own.
    answers: Vec<Option<String>>,
    seen: BTreeSet<Option<String>>,
    /// Whether the default is empty, and no condition has asked for that.
    is_default_empty: bool,
}

/// An answer to each question; none to one that stays open.
type Answers<'q> = BTreeMap<&'q str, Option<&'q str>>;

/// Whether conditions hold; `None` if that is open.
type Truth<'n> = BTreeMap<&'n str, Option<bool>>;

/// Every choice that the conditions used in `nodes` allow for, first that of the defaults of the
/// parameters. `holds` is a condition that has to be true.
pub(super) fn choices<'n>(
    meaning: Meaning,
    template: Option<&'n Node<'_>>,
    nodes: &[&'n Node<'_>],
    holds: Option<&'n str>,
) -> Vec<Choice> {
    let mut used = BTreeSet::new();
    let nodes = nodes.iter();
    nodes.for_each(|node| collect_used(meaning, node, &mut used));
    let names: Vec<&str> = used.iter().copied().chain(holds).collect();
    let conditions = Conditions::of(template, &names);
    let questions = conditions.questions(&names);
    let mut choices: Vec<Choice> = Vec::new();
    for answers in questions.all_answers() {
        let truth = conditions.truth(&answers);
        let truth_of = |name: &str| conditions.truth_of(name, &answers, &truth);
        if holds.is_some_and(|name| truth_of(name) == Some(false)) {
            continue;
        }
        let named = used.iter().copied();
        let named = named.filter_map(|name| Some((name.to_owned(), truth_of(name)?)));
        let choice = Choice {
            conditions: named.collect(),
            parameters: parameters_of(&answers),
        };
        // Of several values of a parameter that come to the same, the default is first.
        let mut same = choices.iter();
        if !same.any(|other| other.conditions == choice.conditions) {
            choices.push(choice);
        }
    }
    if choices.is_empty() {
        let named = used.iter().map(|name| ((*name).to_owned(), true));
        choices.push(Choice {
            conditions: named.collect(),
            ..Choice::default()
        });
    }
    choices
}

fn parameters_of(answers: &Answers<'_>) -> BTreeMap<String, Option<String>> {
    let answers = answers.iter();
    answers
        .filter_map(|(question, answer)| {
            let name = question.strip_prefix('=')?;
            Some((name.to_owned(), answer.map(str::to_owned)))
        })
        .collect()
}

/// The conditions by which values are chosen.
fn collect_used<'n>(meaning: Meaning, node: &'n Node<'_>, used: &mut BTreeSet<&'n str>) {
    used.extend(meaning.choice(node).map(|(condition, _)| condition));
    for item in node.items() {
        collect_used(meaning, item, used);
    }
    for member in node.members() {
        collect_used(meaning, &member.value, used);
    }
}

/// The conditions of a template that are used.
struct Conditions<'n, 's> {
    template: Option<&'n Node<'s>>,
    /// Each behind those that it refers to.
    ordered: Vec<(&'n str, &'n Node<'s>)>,
    names: BTreeSet<&'n str>,
}

/// On the way to a condition and those that it refers to, and back.
enum Way<'n, 's> {
    To(&'n str),
    Back(&'n str, &'n Node<'s>),
}

/// The parameter and the value that `Fn::Equals` compares it with.
enum Comparison {
    Constant(bool),
    Parameter(String, String),
    Other(String),
}

impl<'n, 's> Conditions<'n, 's> {
    /// The conditions with these names and all to which they lead.
    fn of(template: Option<&'n Node<'s>>, names: &[&'n str]) -> Self {
        let section = template.and_then(|template| template.get("Conditions"));
        let (mut ordered, mut seen) = (Vec::new(), BTreeSet::new());
        let mut left: Vec<Way<'n, 's>> = names.iter().rev().copied().map(Way::To).collect();
        while let Some(way) = left.pop() {
            let name = match way {
                Way::To(name) => name,
                Way::Back(name, node) => {
                    ordered.push((name, node));
                    continue;
                }
            };
            if seen.contains(name) {
                continue;
            }
            if let Some(node) = section.and_then(|section| section.get(name)) {
                seen.insert(name);
                left.push(Way::Back(name, node));
                let mut references = Vec::new();
                collect_references(node, &mut references);
                left.extend(references.into_iter().rev().map(Way::To));
            }
        }
        Self {
            template,
            ordered,
            names: seen,
        }
    }

    /// Everything on which the conditions with these names depend.
    fn questions(&self, names: &[&str]) -> Questions {
        let mut questions = Questions::default();
        for (_, node) in &self.ordered {
            self.ask(node, &mut questions);
        }
        let others = names.iter().filter(|name| !self.names.contains(*name));
        others.for_each(|name| questions.add(name));
        questions
    }

    fn ask(&self, node: &'n Node<'s>, questions: &mut Questions) {
        let [only] = node.members() else {
            return questions.add(&key(node));
        };
        match only.name.as_ref() {
            "Fn::And" | "Fn::Or" | "Fn::Not" => {
                let items = only.value.items().iter();
                items.for_each(|item| self.ask(item, questions));
            }
            "Condition" => {
                let name = only.value.text().unwrap_or_default();
                if !self.names.contains(name) {
                    questions.add(name);
                }
            }
            "Fn::Equals" => match comparison(&only.value) {
                Comparison::Constant(_) => {}
                Comparison::Other(key) => questions.add(&key),
                Comparison::Parameter(name, value) => {
                    questions.add_value(&name, value, self.parameter(&name));
                }
            },
            _ => questions.add(&key(node)),
        }
    }

    fn parameter(&self, name: &str) -> Option<&'n Node<'s>> {
        self.template?.get("Parameters")?.get(name)
    }

    /// Whether each condition holds. One that leads back to itself is open.
    fn truth(&self, answers: &Answers<'_>) -> Truth<'n> {
        let mut truth = Truth::new();
        for (name, node) in &self.ordered {
            let holds = self.holds(node, answers, &truth);
            truth.insert(name, holds);
        }
        truth
    }

    fn truth_of(&self, name: &str, answers: &Answers<'_>, truth: &Truth<'_>) -> Option<bool> {
        match self.names.contains(name) {
            true => truth.get(name).copied().flatten(),
            false => is_yes(answers, name),
        }
    }

    fn holds(&self, node: &Node<'s>, answers: &Answers<'_>, truth: &Truth<'_>) -> Option<bool> {
        let [only] = node.members() else {
            return is_yes(answers, &key(node));
        };
        let items = only.value.items();
        let inner = |node| self.holds(node, answers, truth);
        match only.name.as_ref() {
            "Fn::And" => all(items.iter().map(inner)),
            "Fn::Or" => {
                all(items.iter().map(|item| inner(item).map(|holds| !holds))).map(|none| !none)
            }
            "Fn::Not" => items.first().map_or(Some(false), inner).map(|holds| !holds),
            "Condition" => self.truth_of(only.value.text().unwrap_or_default(), answers, truth),
            "Fn::Equals" => match comparison(&only.value) {
                Comparison::Constant(equal) => Some(equal),
                Comparison::Other(key) => is_yes(answers, &key),
                Comparison::Parameter(name, value) => {
                    let answer = answers.get(format!("={name}").as_str())?;
                    Some(*answer == Some(value.as_str()))
                }
            },
            _ => is_yes(answers, &key(node)),
        }
    }
}

/// The conditions that a condition names.
fn collect_references<'n>(node: &'n Node<'_>, found: &mut Vec<&'n str>) {
    let [only] = node.members() else {
        return;
    };
    match only.name.as_ref() {
        "Fn::And" | "Fn::Or" | "Fn::Not" => {
            let items = only.value.items().iter();
            items.for_each(|item| collect_references(item, found));
        }
        "Condition" => found.extend(only.value.text()),
        _ => {}
    }
}

/// Whether all hold: no, if one does not, whatever is open.
fn all(mut each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    each.try_fold(Some(true), |all, holds| match holds {
        Some(false) => None,
        Some(true) => Some(all),
        None => Some(None),
    })
    .unwrap_or(Some(false))
}

fn is_yes(answers: &Answers<'_>, question: &str) -> Option<bool> {
    answers.get(question).map(Option::is_some)
}

fn comparison(argument: &Node<'_>) -> Comparison {
    let [one, other] = argument.items() else {
        return Comparison::Other(key(argument));
    };
    let reference = |node: &Node<'_>| match node.function() {
        Some(("Ref", name)) => name.text().map(str::to_owned),
        _ => None,
    };
    match (
        reference(one),
        reference(other),
        scalar_text(one),
        scalar_text(other),
    ) {
        (Some(name), None, _, Some(value)) | (None, Some(name), Some(value), _) => {
            Comparison::Parameter(name, value)
        }
        (None, None, Some(one), Some(other)) => Comparison::Constant(one == other),
        _ => Comparison::Other(key(argument)),
    }
}

/// A node as text, so that equal ones are one question.
fn key(node: &Node<'_>) -> String {
    node.to_value().to_string()
}

impl Question {
    fn push(&mut self, answer: Option<String>) {
        if self.seen.insert(answer.clone()) {
            self.answers.push(answer);
        }
    }
}

impl Questions {
    /// A question that is answered by yes or no.
    fn add(&mut self, question: &str) {
        let question = self.0.entry(question.to_owned()).or_default();
        question.push(Some("yes".to_owned()));
        question.push(None);
    }

    /// Whether a parameter has a value.
    fn add_value(&mut self, name: &str, value: String, parameter: Option<&Node<'_>>) {
        let question = self.0.entry(format!("={name}")).or_default();
        if question.answers.is_empty() {
            let default = parameter.and_then(|node| node.get("Default"));
            let allowed = parameter.and_then(|node| node.get("AllowedValues"));
            let default = default.and_then(scalar_text);
            match allowed.map(Node::items).unwrap_or_default() {
                [] => {
                    // Who leaves it empty does not use it, which is as good as any other value.
                    question.is_default_empty = default.as_ref().is_some_and(String::is_empty);
                    if let Some(default) = default.filter(|_| !question.is_default_empty) {
                        question.push(Some(default));
                    }
                    question.push(None);
                }
                allowed => {
                    if let Some(default) = default {
                        question.push(Some(default));
                    }
                    let allowed = allowed.iter().filter_map(scalar_text);
                    allowed.for_each(|value| question.push(Some(value)));
                }
            }
        }
        if value.is_empty() && question.is_default_empty {
            question.is_default_empty = false;
            question.seen.insert(Some(value.clone()));
            question.answers.insert(0, Some(value));
        } else if question.seen.contains(&None) {
            // A parameter with a list of values has no other.
            question.push(Some(value));
        }
    }

    fn all_answers(&self) -> Vec<Answers<'_>> {
        let counts = self.0.values().map(|question| question.answers.len());
        let product = counts.fold(1_usize, |product, count| {
            product.saturating_mul(count.max(1))
        });
        match product > MAX_COMBINED {
            true => self.each_alone(),
            false => self.each_with_all(),
        }
    }

    fn each_with_all(&self) -> Vec<Answers<'_>> {
        let mut all = vec![Answers::new()];
        for (question, Question { answers, .. }) in &self.0 {
            let Some((first, others)) = answers.split_first() else {
                continue;
            };
            let mut more = Vec::new();
            for answer in others {
                more.extend(all.iter().map(|base| with(base, question, answer)));
            }
            for base in &mut all {
                base.insert(question, first.as_deref());
            }
            all.append(&mut more);
        }
        all
    }

    /// Every first answer, every last one, and each answer of one question with either, for as
    /// many questions as there is room for.
    fn each_alone(&self) -> Vec<Answers<'_>> {
        let mut left = MAX_CHOICES - 2;
        let asked: Vec<(&str, &[Option<String>])> = self
            .0
            .iter()
            .map(|(question, Question { answers, .. })| (question.as_str(), answers.as_slice()))
            .filter(|(_, answers)| {
                let count = 2 * answers.len().saturating_sub(1);
                let has_room = count <= left;
                left -= if has_room { count } else { 0 };
                has_room
            })
            .collect();
        let by = |choose: fn(&[Option<String>]) -> Option<&Option<String>>| -> Answers<'_> {
            let answers = asked.iter();
            answers
                .filter_map(|(question, answers)| Some((*question, choose(answers)?.as_deref())))
                .collect()
        };
        let (first, last) = (by(<[_]>::first), by(<[_]>::last));
        let mut all = vec![first.clone(), last.clone()];
        for (question, answers) in asked {
            let end = answers.len().saturating_sub(1);
            let others = answers.iter().skip(1);
            all.extend(others.map(|answer| with(&first, question, answer)));
            let others = answers.iter().take(end);
            all.extend(others.map(|answer| with(&last, question, answer)));
        }
        all
    }
}

fn with<'q>(base: &Answers<'q>, question: &'q str, answer: &'q Option<String>) -> Answers<'q> {
    let mut answers = base.clone();
    answers.insert(question, answer.as_deref());
    answers
}
