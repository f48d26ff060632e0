//! The conditions of a template, and which of them can be true together.

use std::collections::{BTreeMap, BTreeSet};

use super::function::{Choice, scalar_text};
use super::node::Node;

/// How many choices are looked at. Where conditions allow for more, each question is answered in
/// every way while all others keep their first answer, and while they keep their last one.
const MAX_CHOICES: usize = 64;

/// How deep conditions are followed into each other.
const MAX_DEPTH: usize = 32;

/// What conditions ask: which value a parameter has, or anything else that is true or not.
#[derive(Debug, Default)]
struct Questions {
    answers: BTreeMap<String, Vec<Option<String>>>,
}

/// An answer to each question.
type Answers<'q> = BTreeMap<&'q str, Option<&'q str>>;

/// Every choice that the conditions used in `nodes` allow for, first that of the defaults of the
/// parameters. `holds` is a condition that has to be true.
pub(super) fn choices(
    template: Option<&Node<'_>>,
    nodes: &[&Node<'_>],
    holds: Option<&str>,
) -> Vec<Choice> {
    let mut used = BTreeSet::new();
    nodes.iter().for_each(|node| collect_used(node, &mut used));
    let conditions = Conditions { template };
    let mut questions = Questions::default();
    for name in used.iter().copied().chain(holds) {
        conditions.ask(name, &mut questions, 0);
    }
    let mut choices: Vec<Choice> = Vec::new();
    for answers in questions.all_answers() {
        let is_true = |name: &str| conditions.holds(name, &answers, 0);
        if holds.is_some_and(|name| !is_true(name)) {
            continue;
        }
        let named = used.iter().map(|name| ((*name).to_owned(), is_true(name)));
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
fn collect_used<'n>(node: &'n Node<'_>, used: &mut BTreeSet<&'n str>) {
    if let Some(("Fn::If", argument)) = node.function() {
        used.extend(argument.items().first().and_then(Node::text));
    }
    for item in node.items() {
        collect_used(item, used);
    }
    for member in node.members() {
        collect_used(&member.value, used);
    }
}

struct Conditions<'n, 's> {
    template: Option<&'n Node<'s>>,
}

/// The parameter and the value that `Fn::Equals` compares it with.
enum Comparison {
    Constant(bool),
    Parameter(String, String),
    Other(String),
}

impl<'n, 's> Conditions<'n, 's> {
    fn named(&self, name: &str) -> Option<&'n Node<'s>> {
        self.template?.get("Conditions")?.get(name)
    }

    fn ask(&self, name: &str, questions: &mut Questions, depth: usize) {
        match self.named(name) {
            Some(node) => self.ask_node(node, questions, depth),
            None => questions.add(name, None),
        }
    }

    fn ask_node(&self, node: &'n Node<'s>, questions: &mut Questions, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let [only] = node.members() else {
            return questions.add(&key(node), None);
        };
        match only.name.as_ref() {
            "Fn::And" | "Fn::Or" | "Fn::Not" => {
                for item in only.value.items() {
                    self.ask_node(item, questions, depth + 1);
                }
            }
            "Condition" => self.ask(only.value.text().unwrap_or_default(), questions, depth + 1),
            "Fn::Equals" => match comparison(&only.value) {
                Comparison::Constant(_) => {}
                Comparison::Other(key) => questions.add(&key, None),
                Comparison::Parameter(name, value) => {
                    let parameter = self.parameter(&name);
                    questions.add(&format!("={name}"), Some((value, parameter)));
                }
            },
            _ => questions.add(&key(node), None),
        }
    }

    fn parameter(&self, name: &str) -> Option<&'n Node<'s>> {
        self.template?.get("Parameters")?.get(name)
    }

    fn holds(&self, name: &str, answers: &Answers<'_>, depth: usize) -> bool {
        match self.named(name) {
            Some(node) => self.node_holds(node, answers, depth),
            None => is_yes(answers, name),
        }
    }

    fn node_holds(&self, node: &'n Node<'s>, answers: &Answers<'_>, depth: usize) -> bool {
        let [only] = node.members() else {
            return is_yes(answers, &key(node));
        };
        if depth > MAX_DEPTH {
            return true;
        }
        let mut items = only.value.items().iter();
        let mut inner = |node| self.node_holds(node, answers, depth + 1);
        match only.name.as_ref() {
            "Fn::And" => items.all(inner),
            "Fn::Or" => items.any(inner),
            "Fn::Not" => !items.next().is_some_and(&mut inner),
            "Condition" => self.holds(only.value.text().unwrap_or_default(), answers, depth + 1),
            "Fn::Equals" => match comparison(&only.value) {
                Comparison::Constant(equal) => equal,
                Comparison::Other(key) => is_yes(answers, &key),
                Comparison::Parameter(name, value) => {
                    let answer = answers.get(format!("={name}").as_str());
                    answer.copied().flatten() == Some(value.as_str())
                }
            },
            _ => is_yes(answers, &key(node)),
        }
    }
}

fn is_yes(answers: &Answers<'_>, question: &str) -> bool {
    answers.get(question).is_none_or(|answer| answer.is_some())
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

impl Questions {
    /// A question that is answered by yes or no, or one about the value of a parameter.
    fn add(&mut self, question: &str, value: Option<(String, Option<&Node<'_>>)>) {
        let is_new = !self.answers.contains_key(question);
        let answers = self.answers.entry(question.to_owned()).or_default();
        let Some((value, parameter)) = value else {
            *answers = vec![Some("yes".to_owned()), None];
            return;
        };
        if is_new {
            let default = parameter.and_then(|node| node.get("Default"));
            let allowed = parameter.and_then(|node| node.get("AllowedValues"));
            let allowed: Vec<String> = allowed
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(scalar_text)
                .collect();
            answers.extend(default.and_then(scalar_text).map(Some));
            match allowed.is_empty() {
                // Any other value.
                true => answers.push(None),
                false => answers.extend(allowed.into_iter().map(Some)),
            }
        }
        // A parameter with a list of values has no other.
        if answers.contains(&None) {
            answers.push(Some(value));
        }
        let mut seen = BTreeSet::new();
        answers.retain(|answer| seen.insert(answer.clone()));
    }

    fn all_answers(&self) -> Vec<Answers<'_>> {
        let counts = self.answers.values().map(Vec::len);
        let product = counts.fold(1_usize, |product, count| {
            product.saturating_mul(count.max(1))
        });
        match product > MAX_CHOICES {
            true => self.each_alone(),
            false => self.each_with_all(),
        }
    }

    fn each_with_all(&self) -> Vec<Answers<'_>> {
        let mut all = vec![Answers::new()];
        for (question, answers) in &self.answers {
            let bases = std::mem::take(&mut all);
            for answer in answers {
                all.extend(bases.iter().map(|base| with(base, question, answer)));
            }
        }
        all
    }

    /// Every first answer, every last one, and each answer of one question with either.
    fn each_alone(&self) -> Vec<Answers<'_>> {
        let first = self.answers_by(|answers| answers.first());
        let last = self.answers_by(|answers| answers.last());
        let mut all = vec![first.clone(), last.clone()];
        for (question, answers) in &self.answers {
            for answer in answers {
                all.push(with(&first, question, answer));
                all.push(with(&last, question, answer));
            }
        }
        all
    }

    fn answers_by(
        &self,
        choose: impl Fn(&[Option<String>]) -> Option<&Option<String>>,
    ) -> Answers<'_> {
        let answers = self.answers.iter();
        let chosen = answers.filter_map(|(question, answers)| {
            Some((question.as_str(), choose(answers)?.as_deref()))
        });
        chosen.collect()
    }
}

fn with<'q>(base: &Answers<'q>, question: &'q str, answer: &'q Option<String>) -> Answers<'q> {
    let mut answers = base.clone();
    answers.insert(question, answer.as_deref());
    answers
}
