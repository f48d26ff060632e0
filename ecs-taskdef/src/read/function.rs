//! What a value of a template is: known, absent, or text with parts that nobody knows before the
//! template is used. A choice decides for each condition which branch is looked at.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::node::{Data, IF, LAST, NOTHING, Node, is_directive};
use crate::open;

/// Which conditions are taken to be true, and what that means for parameters. Other conditions are
/// open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) conditions: BTreeMap<String, bool>,
    /// The value that a parameter has then; `None` if it has any other than those that the
    /// conditions ask for.
    pub(super) parameters: BTreeMap<String, Option<String>>,
}

/// What of a text is not meant as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Everything is: a strict reading.
    Literal,
    /// Texts to be filled in, and the directives around values.
    Placeholders,
    /// Those, and the functions of CloudFormation.
    Functions,
}

impl Meaning {
    /// The function that a node is, if it is one that is followed.
    pub(super) fn function<'a, 's>(self, node: &'a Node<'s>) -> Option<(&'a str, &'a Node<'s>)> {
        node.function().filter(|(name, _)| self.is_followed(name))
    }

    /// Whether a function of that name is followed.
    pub(super) fn is_followed(self, name: &str) -> bool {
        match self {
            Self::Literal => false,
            Self::Placeholders => is_directive(name),
            Self::Functions => name == "Ref" || name.starts_with("Fn::") || is_directive(name),
        }
    }

    /// Whether what a member is called is not known: others stand for it, or its name is to be
    /// filled in.
    pub(super) fn is_open_name(self, name: &str) -> bool {
        self != Self::Literal && (self.is_followed(name) || open::is_open(name))
    }

    /// The condition and the branches of a choice.
    pub(super) fn choice<'a, 's>(self, node: &'a Node<'s>) -> Option<(&'a str, [&'a Node<'s>; 2])> {
        let ("Fn::If" | IF, argument) = self.function(node)? else {
            return None;
        };
        match argument.items() {
            [condition, then, otherwise] => Some((condition.text()?, [then, otherwise])),
            _ => None,
        }
    }
}

/// What the functions of a text refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Env<'n, 's> {
    pub(super) meaning: Meaning,
    /// The template, if the text is one.
    pub(super) template: Option<&'n Node<'s>>,
    pub(super) choice: &'n Choice,
}

/// A value as far as it is known.
pub(super) enum Seen<'n, 's> {
    Known(Cow<'n, Node<'s>>),
    /// Nobody knows: how it is written, with `${...}` for what a function gives.
    Open(String),
    /// As if it was not there.
    Absent,
}

/// How deep functions are followed into each other.
const MAX_DEPTH: usize = 64;

/// How long a text is that functions make of others, in bytes: no definition takes a longer one,
/// and a few that repeat each other would fill any memory.
const MAX_TEXT_MADE: usize = 64 * 1024;

impl<'n, 's> Env<'n, 's> {
    pub(super) fn see(&self, node: &'n Node<'s>) -> Seen<'n, 's> {
        self.see_within(node, 0)
    }

    fn see_within(&self, node: &'n Node<'s>, depth: usize) -> Seen<'n, 's> {
        if self.meaning == Meaning::Literal {
            return Seen::Known(Cow::Borrowed(node));
        }
        match &node.data {
            Data::Open(text) => return Seen::Open(text.clone().into_owned()),
            Data::Text(text) | Data::Plain(text) if open::is_open(text) => {
                return Seen::Open(text.clone().into_owned());
            }
            _ => {}
        }
        match self.meaning.function(node) {
            Some((name, argument)) if depth < MAX_DEPTH => {
                match self.call(node, name, argument, depth + 1) {
                    Seen::Known(made) if is_unresolved(name, &made) => {
                        Seen::Open(made.text().unwrap_or_default().to_owned())
                    }
                    seen => seen,
                }
            }
            Some((name, _)) => Seen::Open(format!("${{{name}}}")),
            None => Seen::Known(Cow::Borrowed(node)),
        }
    }

    fn call(
        &self,
        node: &'n Node<'s>,
        name: &str,
        argument: &'n Node<'s>,
        depth: usize,
    ) -> Seen<'n, 's> {
        let made = match name {
            "Ref" => return self.reference(argument),
            NOTHING => return Seen::Absent,
            LAST => return self.see_within(self.last(argument), depth),
            "Fn::If" | IF => {
                return match self.branch(node) {
                    Some(branch) => self.see_within(branch, depth),
                    None if name == IF => Seen::Open("%{ if }".to_owned()),
                    None => Seen::Open("${Fn::If}".to_owned()),
                };
            }
            "Fn::Sub" => self.substituted(argument, depth),
            "Fn::Join" => self.joined(argument, depth),
            "Fn::GetAtt" => Some((format!("${{{}}}", attribute(argument)), true)),
            "Fn::FindInMap" => {
                return match self.found(argument, depth) {
                    Some(value) => self.see_within(value, depth),
                    None => Seen::Open("${Fn::FindInMap}".to_owned()),
                };
            }
            "Fn::Select" => {
                return self
                    .selected(argument, depth)
                    .unwrap_or_else(|| Seen::Open("${Fn::Select}".to_owned()));
            }
            "Fn::Split" => {
                return match self.split(node, argument, depth) {
                    Some(list) => Seen::Known(Cow::Owned(list)),
                    None => Seen::Open("${Fn::Split}".to_owned()),
                };
            }
            _ => None,
        };
        match made.filter(|(text, _)| text.len() <= MAX_TEXT_MADE) {
            None => Seen::Open(format!("${{{name}}}")),
            Some((text, true)) => Seen::Open(text),
            Some((text, false)) => Seen::Known(Cow::Owned(text_node(node, text))),
        }
    }

    fn reference(&self, argument: &'n Node<'s>) -> Seen<'n, 's> {
        match argument.text() {
            Some("AWS::NoValue") => Seen::Absent,
            Some(name) => match self.parameter(name) {
                Some(value) => Seen::Known(value),
                None => Seen::Open(format!("${{{name}}}")),
            },
            None => Seen::Open("${Ref}".to_owned()),
        }
    }

    /// The default of a parameter: a text or a list of texts. One that is empty only says that
    /// nobody has to fill the parameter in who does not use it.
    fn parameter(&self, name: &str) -> Option<Cow<'n, Node<'s>>> {
        let parameter = self.template?.get("Parameters")?.get(name)?;
        if let Some(value) = self.choice.parameters.get(name) {
            let value = value.clone()?;
            return Some(Cow::Owned(text_node(parameter, value)));
        }
        let default = parameter.get("Default")?;
        if scalar_text(default).is_some_and(|text| text.is_empty()) {
            return None;
        }
        let kind = parameter.get("Type").and_then(Node::text);
        match kind.unwrap_or_default() {
            // The default is the name of a parameter elsewhere.
            kind if kind.starts_with("AWS::SSM::Parameter::") => None,
            kind if kind == "CommaDelimitedList" || kind.starts_with("List<") => {
                let items = default.text()?.split(',');
                let items = items.map(|item| text_node(default, item.trim().to_owned()));
                Some(Cow::Owned(Node {
                    data: Data::List(items.collect()),
                    span: default.span.clone(),
                }))
            }
            _ => Some(Cow::Borrowed(default)),
        }
    }

    /// The branch that the choice takes where a node is one; none if that is open.
    pub(super) fn branch<'a>(&self, node: &'a Node<'s>) -> Option<&'a Node<'s>> {
        let (condition, [then, otherwise]) = self.meaning.choice(node)?;
        let holds = *self.choice.conditions.get(condition)?;
        Some(if holds { then } else { otherwise })
    }

    /// What stands at the end of the choices that begin here.
    pub(super) fn chosen<'a>(&self, node: &'a Node<'s>) -> &'a Node<'s> {
        let mut node = node;
        loop {
            node = match self.meaning.function(node) {
                Some((LAST, argument)) => self.last(argument),
                _ => match self.branch(node) {
                    Some(branch) => branch,
                    None => return node,
                },
            };
        }
    }

    /// The last of several choices that is there.
    fn last<'a>(&self, choices: &'a Node<'s>) -> &'a Node<'s> {
        let is_there =
            |node: &&Node<'s>| !matches!(self.chosen(node).function(), Some((NOTHING, _)));
        let mut last = choices.items().iter().rev();
        last.find(is_there)
            .or(choices.items().first())
            .unwrap_or(choices)
    }

    /// The text of a scalar, and whether parts of it are unknown; `None` for anything else.
    fn text_of(&self, node: &'n Node<'s>, depth: usize) -> Option<(String, bool)> {
        match self.see_within(node, depth) {
            Seen::Known(node) => scalar_text(&node).map(|text| (text, false)),
            Seen::Open(text) => Some((text, true)),
            Seen::Absent => None,
        }
    }

    fn substituted(&self, argument: &'n Node<'s>, depth: usize) -> Option<(String, bool)> {
        let (template, own) = match argument.items() {
            [template, own] => (template.text()?, Some(own)),
            [template] => (template.text()?, None),
            _ => (argument.text()?, None),
        };
        let mut values: HashMap<&str, Option<(String, bool)>> = HashMap::new();
        let (mut text, mut is_open) = (String::new(), false);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            if text.len() > MAX_TEXT_MADE {
                return None;
            }
            text.push_str(before);
            is_open |= open::is_open(before);
            let Some((name, after)) = after.split_once('}') else {
                text.push_str("${");
                rest = after;
                continue;
            };
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                text.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let name = name.trim();
            let value =
                values
                    .entry(name)
                    .or_insert_with(|| match own.and_then(|own| own.get(name)) {
                        Some(node) => self.text_of(node, depth),
                        None => {
                            let text = scalar_text(self.parameter(name)?.as_ref())?;
                            let is_open = open::is_open(&text);
                            Some((text, is_open))
                        }
                    });
            match value {
                Some((value, is_open_too)) => {
                    text.push_str(value);
                    is_open |= *is_open_too;
                }
                None => {
                    text.push_str(&format!("${{{name}}}"));
                    is_open = true;
                }
            }
        }
        text.push_str(rest);
        is_open |= open::is_open(rest);
        Some((text, is_open))
    }

    fn joined(&self, argument: &'n Node<'s>, depth: usize) -> Option<(String, bool)> {
        let [separator, items] = argument.items() else {
            return None;
        };
        let separator = scalar_text(separator)?;
        let Data::List(items) = &items.data else {
            return None;
        };
        let (mut parts, mut is_open) = (Vec::new(), false);
        for item in items {
            match self.see_within(item, depth) {
                Seen::Absent => {}
                Seen::Open(text) => {
                    is_open = true;
                    parts.push(text);
                }
                Seen::Known(node) => match scalar_text(&node) {
                    Some(text) => parts.push(text),
                    None => {
                        is_open = true;
                        parts.push("${Fn::Join}".to_owned());
                    }
                },
            }
        }
        Some((parts.join(&separator), is_open))
    }

    fn found(&self, argument: &'n Node<'s>, depth: usize) -> Option<&'n Node<'s>> {
        let [map, first, second, ..] = argument.items() else {
            return None;
        };
        let key = |node: &'n Node<'s>| match self.text_of(node, depth)? {
            (text, false) => Some(text),
            _ => None,
        };
        let maps = self.template?.get("Mappings")?;
        let value = maps.get(&key(map)?)?.get(&key(first)?)?.get(&key(second)?);
        // Mappings hold texts and lists of texts.
        value.filter(|value| value.function().is_none())
    }

    fn selected(&self, argument: &'n Node<'s>, depth: usize) -> Option<Seen<'n, 's>> {
        let [index, list] = argument.items() else {
            return None;
        };
        let (index, false) = self.text_of(index, depth)? else {
            return None;
        };
        let index: usize = index.parse().ok()?;
        if let Data::List(items) = &list.data {
            return Some(self.see_within(items.get(index)?, depth));
        }
        match self.see_within(list, depth) {
            Seen::Known(list) => Some(Seen::Known(Cow::Owned(list.items().get(index)?.clone()))),
            _ => None,
        }
    }

    fn split(&self, node: &Node<'s>, argument: &'n Node<'s>, depth: usize) -> Option<Node<'s>> {
        let [separator, text] = argument.items() else {
            return None;
        };
        let separator = scalar_text(separator)?;
        let (text, false) = self.text_of(text, depth)? else {
            return None;
        };
        let items = text
            .split(&separator)
            .map(|item| text_node(node, item.to_owned()));
        Some(Node {
            data: Data::List(items.collect()),
            span: node.span.clone(),
        })
    }
}

/// Whether what a function gives is itself to be filled in: a default, an element of a list, or a
/// dynamic reference that is put together. `${!x}` of `Fn::Sub` is meant to stay.
fn is_unresolved(function: &str, made: &Node<'_>) -> bool {
    let text = made.text();
    match function {
        "Ref" | "Fn::Select" => text.is_some_and(open::is_open),
        "Fn::Sub" | "Fn::Join" => text.is_some_and(|text| text.contains("{{resolve:")),
        _ => false,
    }
}

fn text_node<'s>(at: &Node<'_>, text: String) -> Node<'s> {
    Node {
        data: Data::Text(Cow::Owned(text)),
        span: at.span.clone(),
    }
}

/// A scalar as text.
pub(super) fn scalar_text(node: &Node<'_>) -> Option<String> {
    match &node.data {
        Data::Text(text) | Data::Plain(text) => Some(text.clone().into_owned()),
        Data::Bool(flag) => Some(flag.to_string()),
        Data::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `Resource.Attribute`.
fn attribute(argument: &Node<'_>) -> String {
    match argument.text() {
        Some(name) => name.to_owned(),
        None => {
            let parts = argument.items().iter().filter_map(Node::text);
            parts.collect::<Vec<_>>().join(".")
        }
    }
}
