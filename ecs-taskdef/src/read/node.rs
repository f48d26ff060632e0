//! A text as a tree with the place of each part: what JSON and YAML have in common.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Number, Value};

/// What a directive of a template around the text comes to: a function of this name, which is none
/// that people write. `IF` has the arguments of `Fn::If`, and `NOTHING` is a branch that is not
/// there. Of the arguments of `LAST`, the last that is there counts.
pub(super) const IF: &str = "\0if";
pub(super) const NOTHING: &str = "\0nothing";
pub(super) const LAST: &str = "\0last";
/// The name of a member for those that a loop makes.
pub(super) const FOR: &str = "\0for";

/// Whether a function of this name stands for a directive.
pub(super) fn is_directive(name: &str) -> bool {
    name.starts_with('\0')
}

/// A value and the bytes of the text where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'s> {
    pub(super) data: Data<'s>,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data<'s> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'s, str>),
    /// A scalar of YAML without quotes, whose type depends on who reads it.
    #[cfg_attr(
        not(feature = "yaml"),
        expect(dead_code, reason = "only YAML has scalars without quotes")
    )]
    Plain(Cow<'s, str>),
    /// What is to be filled in where a value belongs, without quotes.
    Open(Cow<'s, str>),
    List(Vec<Node<'s>>),
    Object(Vec<Member<'s>>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member<'s> {
    pub(super) name: Cow<'s, str>,
    pub(super) span: Range<usize>,
    pub(super) value: Node<'s>,
}

impl<'s> Node<'s> {
    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> &[Member<'s>] {
        match &self.data {
            Data::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    /// The member with that name; of several, the last one counts.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let mut named = self.members().iter().rev();
        named
            .find(|member| member.name == name)
            .map(|member| &member.value)
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self.data, Data::Object(_))
    }

    /// The text of a string or of a scalar of YAML.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) | Data::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// The same without the text it was read from.
    #[cfg(feature = "yaml")]
    pub(super) fn into_owned<'o>(self) -> Node<'o> {
        let owned = |text: Cow<'s, str>| Cow::Owned(text.into_owned());
        let data = match self.data {
            Data::Null => Data::Null,
            Data::Bool(flag) => Data::Bool(flag),
            Data::Number(number) => Data::Number(number),
            Data::Text(text) => Data::Text(owned(text)),
            Data::Plain(text) => Data::Plain(owned(text)),
            Data::Open(text) => Data::Open(owned(text)),
            Data::List(items) => Data::List(items.into_iter().map(Node::into_owned).collect()),
            Data::Object(members) => {
                let members = members.into_iter().map(|member| Member {
                    name: owned(member.name),
                    span: member.span,
                    value: member.value.into_owned(),
                });
                Data::Object(members.collect())
            }
        };
        Node {
            data,
            span: self.span,
        }
    }

    /// The name and the argument of a function of CloudFormation or of a directive:
    /// `{"Ref": ...}` or `{"Fn::...": ...}`, without any other member.
    pub(super) fn function(&self) -> Option<(&str, &Self)> {
        let is_function =
            |name: &str| name == "Ref" || name.starts_with("Fn::") || is_directive(name);
        match self.members() {
            [only] if is_function(&only.name) => Some((&only.name, &only.value)),
            _ => None,
        }
    }

    /// The branches of a directive that are there; none of anything else.
    pub(super) fn branches(&self) -> impl Iterator<Item = &Self> {
        let (skipped, argument) = match self.function() {
            Some((IF, argument)) => (1, Some(argument)),
            Some((LAST, argument)) => (0, Some(argument)),
            _ => (0, None),
        };
        let branches = argument.map(Self::items).unwrap_or_default();
        let branches = branches.get(skipped..).unwrap_or_default();
        let is_there = |branch: &&Self| !matches!(branch.function(), Some((NOTHING, _)));
        branches.iter().filter(is_there)
    }

    /// The value as JSON has it.
    pub(super) fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(flag) => Value::Bool(*flag),
            Data::Number(number) => Value::Number(number.clone()),
            Data::Text(text) | Data::Open(text) => Value::String(text.clone().into_owned()),
            Data::Plain(text) => plain_value(text),
            Data::List(items) => items.iter().map(Self::to_value).collect(),
            Data::Object(members) => {
                let members = members.iter();
                let named = |member: &Member<'s>| {
                    (member.name.clone().into_owned(), member.value.to_value())
                };
                Value::Object(members.map(named).collect::<Map<_, _>>())
            }
        }
    }

    /// What it is, with its article.
    pub(super) fn describe(&self) -> &'static str {
        match &self.data {
            Data::Plain(text) => match plain_value(text) {
                Value::Null => "null",
                Value::Bool(_) => "a boolean",
                Value::Number(_) => "a number",
                _ => "a string",
            },
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a string",
            Data::Open(_) => "text to be filled in",
            Data::List(_) => "a list",
            Data::Object(_) => "an object",
        }
    }

    /// Visits every member that its object has had before, with the steps to it.
    pub(super) fn duplicates<'n>(
        &'n self,
        steps: &mut Vec<Cow<'n, str>>,
        visit: &mut dyn FnMut(&[Cow<'n, str>]),
    ) {
        for (index, item) in self.items().iter().enumerate() {
            if matches!(item.data, Data::List(_) | Data::Object(_)) {
                steps.push(index.to_string().into());
                item.duplicates(steps, visit);
                steps.pop();
            }
        }
        if matches!(self.function(), Some((IF | LAST, _))) {
            self.branches()
                .for_each(|branch| branch.duplicates(steps, visit));
            return;
        }
        let members = self.members();
        let mut order: Vec<usize> = (0..members.len()).collect();
        let name = |index: &usize| members.get(*index).map(|member| member.name.as_ref());
        order.sort_by(|one, other| name(one).cmp(&name(other)));
        for same in order.chunk_by(|one, other| name(one) == name(other)) {
            if let (true, Some(repeated)) = (same.len() > 1, same.first().and_then(name)) {
                steps.push(Cow::Borrowed(repeated));
                visit(steps);
                steps.pop();
            }
        }
        for member in members {
            if matches!(member.value.data, Data::List(_) | Data::Object(_)) {
                steps.push(Cow::Borrowed(&member.name));
                member.value.duplicates(steps, visit);
                steps.pop();
            }
        }
    }
}

/// What YAML takes a scalar without quotes for.
fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let number = text.strip_prefix('+').unwrap_or(text);
            match number.parse::<Number>() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::String(text.to_owned()),
            }
        }
    }
}
