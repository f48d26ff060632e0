//! From JSON to a policy, collecting every problem with its place.

use serde_json::Map;

use super::statement::Element;
use super::{
    ConditionBlock, ConditionTest, ConditionValue, ConditionValues, Conditions, Effect, Listed,
    Node, Policy, PrincipalElement, PrincipalKind, Reading, Statement, TextList, TopElement,
    Version,
};
use crate::condition::Operator;
use crate::error::{Problem, ProblemKind, pointer_to};

const POLICY: &str = "a policy";
const STATEMENT: &str = "a statement";

pub(super) fn read_text(text: &str) -> Reading {
    match serde_json::from_str::<Node>(text) {
        Ok(node) => read_node(node),
        Err(error) => {
            let problem = Problem::new(ProblemKind::Json(error.to_string()), String::new());
            Reading {
                policy: empty(),
                problems: vec![problem],
            }
        }
    }
}

pub(super) fn read_node(node: Node) -> Reading {
    let mut reader = Reader {
        problems: Vec::new(),
    };
    let policy = reader.policy(node);
    Reading {
        policy,
        problems: reader.problems,
    }
}

fn empty() -> Policy {
    Policy {
        version: None,
        ..Policy::new([])
    }
}

struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn report(&mut self, kind: ProblemKind, pointer: impl Into<String>) {
        self.problems.push(Problem::new(kind, pointer.into()));
    }

    fn wrong_type(&mut self, expected: &'static str, found: &Node, pointer: &str) {
        self.report(
            ProblemKind::Type {
                expected,
                found: found.kind(),
            },
            pointer,
        );
    }

    /// The members of an object; of a name given twice the first one, the others reported.
    fn members(&mut self, node: Node, pointer: &str) -> Option<Vec<(String, Node)>> {
        let Node::Object(members) = node else {
            self.wrong_type("an object", &node, pointer);
            return None;
        };
        let mut unique: Vec<(String, Node)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            if unique.iter().any(|(known, _)| *known == name) {
                let place = pointer_to(pointer, &name);
                self.report(ProblemKind::DuplicateElement(name), place);
            } else {
                unique.push((name, value));
            }
        }
        Some(unique)
    }

    fn text(&mut self, node: Node, pointer: &str) -> Option<String> {
        match node {
            Node::String(text) => Some(text),
            other => {
                self.wrong_type("a string", &other, pointer);
                None
            }
        }
    }

    fn policy(&mut self, node: Node) -> Policy {
        let mut policy = empty();
        let Some(members) = self.members(node, "") else {
            return policy;
        };
        let mut has_statement = false;
        for (name, value) in members {
            let pointer = pointer_to("", &name);
            match name.as_str() {
                "Version" => {
                    policy.order.push(TopElement::Version);
                    policy.version = self.version(value, &pointer);
                }
                "Id" => {
                    policy.order.push(TopElement::Id);
                    policy.id = self.text(value, &pointer);
                }
                "Statement" => {
                    has_statement = true;
                    policy.order.push(TopElement::Statement);
                    policy.single = matches!(value, Node::Object(_));
                    (policy.positions, policy.statements) =
                        self.statements(value, &pointer).into_iter().unzip();
                }
                _ => self.unknown(&mut policy.unknown, name, value, POLICY, ""),
            }
        }
        if !has_statement {
            self.report(ProblemKind::MissingElement("Statement"), "");
        }
        policy
    }

    /// Keeps a member that the language does not have. AWS accepts and ignores `Conditions` at
    /// the top of a policy; everything else it refuses.
    fn unknown(
        &mut self,
        kept: &mut Map<String, serde_json::Value>,
        name: String,
        value: Node,
        parent: &'static str,
        pointer: &str,
    ) {
        if !(parent == POLICY && name == "Conditions") {
            let place = pointer_to(pointer, &name);
            self.report(
                ProblemKind::UnknownElement {
                    name: name.clone(),
                    parent,
                },
                place,
            );
        }
        kept.insert(name, value.into_value());
    }

    fn version(&mut self, node: Node, pointer: &str) -> Option<Version> {
        let text = self.text(node, pointer)?;
        let version = Version::from_name(&text);
        if version.is_none() {
            self.report(ProblemKind::Version(text), pointer);
        }
        version
    }

    /// The statements with their positions in the document.
    fn statements(&mut self, node: Node, pointer: &str) -> Vec<(usize, Statement)> {
        match node {
            Node::Object(_) => {
                let statement = self.statement(node, pointer);
                statement
                    .map(|statement| (0, statement))
                    .into_iter()
                    .collect()
            }
            Node::Array(items) => {
                if items.is_empty() {
                    self.report(ProblemKind::Empty("Statement"), pointer);
                }
                let mut statements = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    let statement = self.statement(item, &pointer_to(pointer, index));
                    statements.extend(statement.map(|statement| (index, statement)));
                }
                statements
            }
            other => {
                self.wrong_type("an object or a list of objects", &other, pointer);
                Vec::new()
            }
        }
    }

    fn statement(&mut self, node: Node, pointer: &str) -> Option<Statement> {
        let before = self.problems.len();
        let members = self.members(node, pointer)?;
        let mut effect = None;
        let mut has_effect = false;
        let mut statement = Statement::new(Effect::Deny);
        for (name, value) in members {
            let place = pointer_to(pointer, &name);
            let element = match name.as_str() {
                "Sid" => {
                    statement.sid = self.text(value, &place);
                    Element::Sid
                }
                "Effect" => {
                    has_effect = true;
                    effect = self.effect(value, &place);
                    Element::Effect
                }
                "Condition" => {
                    statement.condition = Some(self.conditions(value, &place));
                    Element::Condition
                }
                "Action" | "NotAction" | "Resource" | "NotResource" | "Principal"
                | "NotPrincipal" => self.listed(&mut statement, &name, value, pointer),
                _ => {
                    self.unknown(&mut statement.unknown, name, value, STATEMENT, pointer);
                    continue;
                }
            };
            statement.order.push(element);
        }
        if !has_effect {
            self.report(ProblemKind::MissingElement("Effect"), pointer);
        }
        if statement.action.is_none() {
            self.report(ProblemKind::MissingElement("Action"), pointer);
        }
        statement.effect = effect?;
        let mut problems = self.problems.iter().skip(before);
        let widened = statement.effect == Effect::Allow && problems.any(Problem::may_widen);
        (!widened).then_some(statement)
    }

    fn effect(&mut self, node: Node, pointer: &str) -> Option<Effect> {
        match self.text(node, pointer)?.as_str() {
            "Allow" => Some(Effect::Allow),
            "Deny" => Some(Effect::Deny),
            other => {
                self.report(ProblemKind::Effect(other.to_owned()), pointer);
                None
            }
        }
    }

    /// Reads one of the elements that come in two senses, of which a statement may have one.
    fn listed(
        &mut self,
        statement: &mut Statement,
        name: &str,
        value: Node,
        pointer: &str,
    ) -> Element {
        let place = pointer_to(pointer, name);
        let negated = name.starts_with("Not");
        match name.trim_start_matches("Not") {
            "Principal" => {
                self.exclusive(
                    statement.principal.is_some(),
                    ["Principal", "NotPrincipal"],
                    pointer,
                );
                let list = Listed::new(negated, self.principals(value, &place));
                statement.principal = statement.principal.take().or(Some(list));
                Element::Principal
            }
            "Action" => {
                self.exclusive(statement.action.is_some(), ["Action", "NotAction"], pointer);
                let list = self.texts(value, Nulls::Refused, &place);
                statement.action = statement
                    .action
                    .take()
                    .or_else(|| Some(Listed::new(negated, list)));
                Element::Action
            }
            _ => {
                self.exclusive(
                    statement.resource.is_some(),
                    ["Resource", "NotResource"],
                    pointer,
                );
                let list = self.texts(value, Nulls::Accepted, &place);
                statement.resource = statement
                    .resource
                    .take()
                    .or_else(|| Some(Listed::new(negated, list)));
                Element::Resource
            }
        }
    }

    fn exclusive(&mut self, present: bool, [one, other]: [&'static str; 2], pointer: &str) {
        if present {
            self.report(ProblemKind::Conflict(one, other), pointer);
        }
    }

    fn texts(&mut self, node: Node, nulls: Nulls, pointer: &str) -> TextList {
        match node {
            Node::String(text) => TextList::from(text),
            Node::Array(items) => {
                let mut texts = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    match item {
                        Node::Null if nulls == Nulls::Accepted => texts.push(None),
                        item => {
                            texts.extend(self.text(item, &pointer_to(pointer, index)).map(Some))
                        }
                    }
                }
                TextList::from_items(texts)
            }
            other => {
                self.wrong_type("a string or a list of strings", &other, pointer);
                TextList::from_items(Vec::new())
            }
        }
    }

    fn principals(&mut self, node: Node, pointer: &str) -> PrincipalElement {
        match node {
            Node::String(text) if text == "*" => PrincipalElement::Everyone,
            Node::String(text) => {
                self.report(ProblemKind::PrincipalText(text), pointer);
                PrincipalElement::Listed(Vec::new())
            }
            Node::Object(_) => {
                let mut kinds = Vec::new();
                for (name, value) in self.members(node, pointer).unwrap_or_default() {
                    let place = pointer_to(pointer, &name);
                    let names = self.texts(value, Nulls::Refused, &place);
                    match PrincipalKind::from_name(&name) {
                        Some(kind) => kinds.push((kind, names)),
                        None => self.report(ProblemKind::PrincipalKind(name), place),
                    }
                }
                PrincipalElement::Listed(kinds)
            }
            other => {
                self.wrong_type("`*` or an object", &other, pointer);
                PrincipalElement::Listed(Vec::new())
            }
        }
    }

    fn conditions(&mut self, node: Node, pointer: &str) -> Conditions {
        let mut blocks = Vec::new();
        for (operator, value) in self.members(node, pointer).unwrap_or_default() {
            let place = pointer_to(pointer, &operator);
            let mut tests = Vec::new();
            for (key, value) in self.members(value, &place).unwrap_or_default() {
                let values = self.values(value, &pointer_to(&place, &key));
                tests.push(ConditionTest { key, values });
            }
            if !tests.is_empty() && Operator::from_name(&operator).is_none() {
                self.report(ProblemKind::Operator(operator.clone()), place);
            }
            blocks.push(ConditionBlock { operator, tests });
        }
        Conditions { blocks }
    }

    fn values(&mut self, node: Node, pointer: &str) -> ConditionValues {
        match node {
            Node::Array(items) => {
                let places = items.into_iter().enumerate();
                let items = places
                    .filter_map(|(index, item)| self.value(item, &pointer_to(pointer, index)))
                    .collect();
                ConditionValues {
                    items,
                    single: false,
                }
            }
            other => {
                let items: Vec<_> = self.value(other, pointer).into_iter().collect();
                ConditionValues {
                    items,
                    single: true,
                }
            }
        }
    }

    fn value(&mut self, node: Node, pointer: &str) -> Option<ConditionValue> {
        match node {
            Node::String(text) => Some(ConditionValue::String(text)),
            Node::Bool(value) => Some(ConditionValue::Bool(value)),
            Node::Number(number) => Some(ConditionValue::Number(number)),
            other => {
                self.wrong_type("a string, a boolean or a number", &other, pointer);
                None
            }
        }
    }
}

impl Problem {
    /// Whether what could be read of a statement may say more than the whole would have: without
    /// a condition, or without what it excludes.
    const fn may_widen(&self) -> bool {
        !matches!(
            self.kind,
            ProblemKind::UnknownElement { .. }
                | ProblemKind::MissingElement(_)
                | ProblemKind::Operator(_)
        )
    }
}

/// Whether `null` may stand in a list of texts: AWS accepts it among resources.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Accepted,
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        read_text(text)
            .problems
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn every_problem_is_reported_with_its_place() {
        let text = r#"{
            "Version": "2013-10-17", "Version": "2012-10-17", "Id": [], "Extra": 1,
            "Statement": [
                7,
                {"Sid": {}, "Effect": "Alow", "Action": [1], "NotAction": "a:b", "Resource": {"a": "b"}},
                {"Effect": true, "Principal": "me", "Resource": "*", "NotResource": ["*"]},
                {"Principal": {"Aws": "1"}, "NotPrincipal": 3, "Action": "a:b", "Action": "a:c",
                 "Condition": {"Foo": {"a/b": {}}, "Empty": {}, "Bool": 1}}
            ]
        }"#;
        assert_eq!(
            problems(text),
            [
                "`Version` is given twice at `/Version`",
                "`2013-10-17` is not `2012-10-17` or `2008-10-17` at `/Version`",
                "a string is expected, not a list at `/Id`",
                "`Extra` is not an element of a policy at `/Extra`",
                "an object is expected, not a number at `/Statement/0`",
                "a string is expected, not an object at `/Statement/1/Sid`",
                "`Alow` is not `Allow` or `Deny` at `/Statement/1/Effect`",
                "a string is expected, not a number at `/Statement/1/Action/0`",
                "`Action` and `NotAction` exclude each other at `/Statement/1`",
                "a string or a list of strings is expected, not an object at `/Statement/1/Resource`",
                "a string is expected, not a boolean at `/Statement/2/Effect`",
                "`me` is not `*`, the only principal that may be given without its kind at `/Statement/2/Principal`",
                "`Resource` and `NotResource` exclude each other at `/Statement/2`",
                "`Action` is missing at `/Statement/2`",
                "`Action` is given twice at `/Statement/3/Action`",
                "`Aws` is not `AWS`, `Service`, `Federated` or `CanonicalUser` at `/Statement/3/Principal/Aws`",
                "`Principal` and `NotPrincipal` exclude each other at `/Statement/3`",
                "`*` or an object is expected, not a number at `/Statement/3/NotPrincipal`",
                "a string, a boolean or a number is expected, not an object at `/Statement/3/Condition/Foo/a~1b`",
                "`Foo` is not a condition operator at `/Statement/3/Condition/Foo`",
                "an object is expected, not a number at `/Statement/3/Condition/Bool`",
                "`Effect` is missing at `/Statement/3`",
            ]
        );
    }

    #[test]
    fn what_is_no_policy_at_all() {
        assert_eq!(
            problems("This is not"),
            ["not JSON: expected value at line 1 column 1"]
        );
        assert_eq!(problems("[]"), ["an object is expected, not a list"]);
        assert_eq!(problems("{}"), ["`Statement` is missing"]);
        assert_eq!(
            problems(r#"{"Statement":[]}"#),
            ["`Statement` is empty at `/Statement`"]
        );
        assert_eq!(
            problems(r#"{"Statement":"x"}"#),
            ["an object or a list of objects is expected, not a string at `/Statement`"]
        );
    }

    #[test]
    fn what_is_left_of_a_statement_never_allows_more() {
        let left = |members: &str| {
            let text = format!(r#"{{"Statement":[{{}},{{{members}}}]}}"#);
            let policy = read_text(&text).policy;
            assert!(
                policy.statements().is_empty() || policy.statement_pointer(0) == "/Statement/1"
            );
            policy.statements().len()
        };
        for allow in [
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":7"#,
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":7}"#,
            r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"a":null}}"#,
            r#""Effect":"Allow","Action":"*","NotResource":7"#,
            r#""Effect":"Allow","NotAction":[7],"Resource":"*""#,
            r#""Effect":"Allow","Action":"a:b","Action":"*","Resource":"*""#,
            r#""Effect":"Allow","Action":"*","NotPrincipal":{"Aws":"1"}"#,
        ] {
            assert_eq!(left(allow), 0, "{allow}");
            assert_eq!(left(&allow.replace("Allow", "Deny")), 1, "{allow}");
        }
        assert_eq!(
            left(r#""Effect":"Allow","Resource":"*","Comment":"x","Condition":{"Is":{"a":"b"}}"#),
            1
        );
    }

    #[test]
    fn both_senses_of_an_element_exclude_each_other_even_if_empty() {
        let text = r#"{"Statement":{"Effect":"Deny","Action":[],"NotAction":[]}}"#;
        assert_eq!(
            problems(text),
            ["`Action` and `NotAction` exclude each other at `/Statement`"]
        );
    }
}
