//! From the tree of a text to the JSON of the API: as one choice of the conditions has it, with
//! what is unknown left out and its place noted.

use serde_json::{Map, Value};

use super::cloudformation;
use super::function::{Env, Seen, scalar_text};
use super::node::{Data, Member, Node};
use crate::Unknowns;
use crate::shape::{At, Kind, Shape};

/// By which names a text calls the members of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Api,
    /// Those of the API, in upper or lower case: Terraform reads a list of containers so.
    Terraform,
    CloudFormation,
}

/// What is said of a value while it is converted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A member of a template that has the name of the API.
    Misnamed(String),
    /// A text to be filled in, where no text belongs: the kind.
    Quoted(&'static str),
    /// A value to be filled in, where a text belongs, without quotes.
    Unquoted,
}

pub(super) struct Conversion<'e, 'n, 's> {
    pub(super) env: Env<'n, 's>,
    pub(super) names: Names,
    pub(super) unknowns: &'e mut Unknowns,
    /// With their places.
    pub(super) oddities: &'e mut Vec<(String, Oddity)>,
}

/// The name by which the API knows a member.
pub(super) fn api_name(names: Names, shape: &Shape, written: &str) -> Option<&'static str> {
    match names {
        Names::Api => shape.member(written).map(|member| member.name),
        Names::Terraform => {
            let is_it = |name: &str| name.eq_ignore_ascii_case(written);
            let mut members = shape.members.iter().map(|member| member.name);
            members.find(|name| is_it(name))
        }
        Names::CloudFormation => cloudformation::api_name(shape, written)
            .or_else(|| shape.member(written).map(|member| member.name)),
    }
}

/// Whether an element of a list that nobody knows has a place there: a text has, and may be any.
pub(super) fn keeps_open(kind: &Kind) -> bool {
    matches!(kind, Kind::String | Kind::Enum(_) | Kind::Document)
}

impl<'n, 's> Conversion<'_, 'n, 's> {
    /// The value in the words of the API; `None` if it is absent or unknown.
    pub(super) fn value(&mut self, node: &Node<'s>, kind: &Kind, at: &At<'_>) -> Option<Value> {
        match self.see(node) {
            Seen::Absent => None,
            Seen::Open(text) => self.open(node, text, kind, at),
            Seen::Known(node) => Some(self.known(&node, kind, at)),
        }
    }

    /// A node below one that a function may have made, which does not live as long as the text.
    fn see<'a>(&self, node: &'a Node<'s>) -> Seen<'a, 's>
    where
        'n: 'a,
    {
        let env: Env<'a, 's> = self.env;
        env.see(node)
    }

    fn open(&mut self, node: &Node<'s>, text: String, kind: &Kind, at: &At<'_>) -> Option<Value> {
        self.unknowns.insert(at.pointer());
        let node = self.env.chosen(node);
        if keeps_open(kind) {
            // An expression may give the quotes with it.
            if matches!(node.data, Data::Open(_)) && !text.contains("encode(") {
                self.oddities.push((at.pointer(), Oddity::Unquoted));
            }
            return Some(Value::String(text));
        }
        // In quotes it stays a text, also when it is filled in.
        let is_scalar = matches!(
            kind,
            Kind::Integer | Kind::Long | Kind::Boolean | Kind::Double
        );
        if self.names != Names::CloudFormation && is_scalar && matches!(node.data, Data::Text(_)) {
            let oddity = Oddity::Quoted(kind.describe());
            self.oddities.push((at.pointer(), oddity));
        }
        None
    }

    /// A value that is known, as are the choices on the way to it. What a function made has no
    /// functions inside.
    fn known(&mut self, node: &Node<'s>, kind: &Kind, at: &At<'_>) -> Value {
        match (&node.data, kind) {
            (Data::Object(members), Kind::Structure(shape)) => {
                Value::Object(self.structure(members, shape, at))
            }
            (Data::Object(members), Kind::Map(values)) => {
                Value::Object(self.map(members, values, at))
            }
            (Data::List(items), Kind::List(kind)) => Value::Array(self.list(items, kind, at)),
            _ => self.scalar(node, kind),
        }
    }

    fn map(&mut self, members: &[Member<'s>], kind: &Kind, at: &At<'_>) -> Map<String, Value> {
        let mut map = Map::with_capacity(members.len());
        for Member { name, value, .. } in members {
            // What a macro or a loop gives may have any name.
            if self.env.meaning.is_open_name(name) {
                self.unknowns.insert(at.pointer());
                continue;
            }
            if let Some(value) = self.value(value, kind, &at.member(name)) {
                map.insert(name.clone().into_owned(), value);
            }
        }
        map
    }

    fn structure(
        &mut self,
        members: &[Member<'s>],
        shape: &Shape,
        at: &At<'_>,
    ) -> Map<String, Value> {
        let mut object = Map::with_capacity(members.len());
        let mut is_open = false;
        for Member { name, value, .. } in members {
            // What a macro or a loop gives may be any member.
            if self.env.meaning.is_open_name(name) {
                is_open = true;
                continue;
            }
            let Some(api) = api_name(self.names, shape, name) else {
                object.insert(name.clone().into_owned(), value.to_value());
                continue;
            };
            // Others than Terraform do not know the member, which is said of it.
            if self.names == Names::Terraform && api != name {
                object.insert(name.clone().into_owned(), value.to_value());
            }
            let at = at.member(api);
            if self.names == Names::CloudFormation && api == name {
                let oddity = Oddity::Misnamed(cloudformation::own_name(shape.name, api));
                self.oddities.push((at.pointer(), oddity));
            }
            let Some(member) = shape.member(api) else {
                continue;
            };
            match self.value(value, &member.kind, &at) {
                Some(value) => drop(object.insert(api.to_owned(), value)),
                None => drop(object.shift_remove(api)),
            }
        }
        if is_open {
            for member in shape.members {
                if !object.contains_key(member.name) {
                    self.unknowns.insert(at.member(member.name).pointer());
                }
            }
        }
        object
    }

    fn list(&mut self, items: &[Node<'s>], kind: &Kind, at: &At<'_>) -> Vec<Value> {
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let here = at.item(list.len());
            match self.see(item) {
                Seen::Absent => {}
                Seen::Open(text) if keeps_open(kind) => {
                    self.unknowns.insert(here.pointer());
                    list.push(Value::String(text));
                }
                Seen::Open(_) => self.unknowns.insert(at.member("-").pointer()),
                Seen::Known(node) => list.push(self.known(&node, kind, &here)),
            }
        }
        list
    }

    /// CloudFormation turns a scalar into what its member takes.
    fn scalar(&self, node: &Node<'_>, kind: &Kind) -> Value {
        let text = match self.names {
            Names::CloudFormation => scalar_text(node),
            Names::Api | Names::Terraform => None,
        };
        let Some(text) = text else {
            return node.to_value();
        };
        let converted = match kind {
            Kind::String | Kind::Enum(_) | Kind::Timestamp => Some(Value::String(text)),
            Kind::Integer | Kind::Long => text.trim().parse::<i64>().ok().map(Value::from),
            Kind::Double => text.trim().parse::<f64>().ok().map(Value::from),
            Kind::Boolean => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some(Value::Bool(true)),
                "false" | "no" | "off" => Some(Value::Bool(false)),
                _ => None,
            },
            _ => None,
        };
        converted.unwrap_or_else(|| node.to_value())
    }
}
