//! The resources of a template that have to do with Amazon ECS: which names their functions use.

use std::borrow::Cow;
use std::ops::Range;

use super::escaped;
use super::function::Meaning;
use super::node::{Data, IF, LAST, Member, Node};
use crate::rules::template;
use crate::{Finding, Rule};

/// A finding and where it is in the text.
pub(super) type Spotted = (Finding, Range<usize>);

/// A resource of a template.
#[derive(Clone, Debug)]
pub(super) struct Resource<'n, 's> {
    pub(super) name: &'n str,
    pub(super) node: &'n Node<'s>,
    /// The steps to its properties.
    pub(super) steps: Vec<String>,
}

impl<'n, 's> Resource<'n, 's> {
    pub(super) fn properties(&self) -> Option<&'n Node<'s>> {
        self.node.get("Properties")
    }

    /// The condition on which the resource is made at all.
    pub(super) fn condition(&self) -> Option<&'n str> {
        self.node.get("Condition").and_then(Node::text)
    }

    /// The pointer to its properties.
    pub(super) fn pointer(&self) -> String {
        let steps = self.steps.iter();
        steps.map(|step| format!("/{}", escaped(step))).collect()
    }
}

/// The resources of a type, those that a loop makes included.
pub(super) fn resources<'n, 's>(tree: &'n Node<'s>, of: &str) -> Vec<Resource<'n, 's>> {
    let mut found = Vec::new();
    if let Some(resources) = tree.get("Resources") {
        collect(resources, of, &["Resources"], &mut found);
    }
    found
}

fn collect<'n, 's>(
    resources: &'n Node<'s>,
    of: &str,
    outer: &[&str],
    found: &mut Vec<Resource<'n, 's>>,
) {
    for member in resources.members() {
        let within = |last: &'static str| [outer, &[member.name.as_ref(), last]].concat();
        if member.name.starts_with("Fn::ForEach") {
            // [name, values, {"Resource${name}": ...}]
            if let Some(body) = member.value.items().get(2) {
                collect(body, of, &within("2"), found);
            }
        } else if member.value.get("Type").and_then(Node::text) == Some(of) {
            found.push(Resource {
                name: &member.name,
                node: &member.value,
                steps: within("Properties")
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
            });
        }
    }
}

/// The names that the functions of a template can use.
pub(super) struct Scope<'n, 's> {
    tree: &'n Node<'s>,
    /// Whether there are names that the text does not show.
    is_open: bool,
    has_open_conditions: bool,
}

impl<'n, 's> Scope<'n, 's> {
    pub(super) fn of(tree: &'n Node<'s>) -> Self {
        let transforms = tree.get("Transform");
        let is_macro = |node: &Node<'_>| match node.text() {
            Some(name) => !matches!(
                name,
                "AWS::Serverless-2016-10-31"
                    | "AWS::LanguageExtensions"
                    | "AWS::CodeDeployBlueGreen"
                    | "AWS::SecretsManager-2020-07-23"
                    | "AWS::SecretsManager-2024-09-16"
            ),
            None => node.is_object(),
        };
        let has_macro =
            transforms.is_some_and(|node| is_macro(node) || node.items().iter().any(is_macro));
        let section = |name| tree.get(name).map(Node::members).unwrap_or_default();
        let is_function = |member: &Member<'_>| Meaning::Functions.is_followed(&member.name);
        let makes_names =
            |kind: &str| kind.starts_with("AWS::Serverless::") || kind.ends_with("::MODULE");
        let is_open = has_macro
            || tree.get("Modules").is_some()
            || tree.members().iter().any(is_function)
            || section("Resources").iter().any(|member| {
                let kind = member.value.get("Type").and_then(Node::text);
                // What has no type is a function of a tool that writes the template.
                is_function(member) || kind.is_none_or(makes_names)
            });
        Self {
            tree,
            is_open,
            has_open_conditions: section("Conditions").iter().any(is_function),
        }
    }

    fn has(&self, section: &str, name: &str) -> bool {
        self.tree
            .get(section)
            .is_some_and(|node| node.get(name).is_some())
    }

    fn is_named(&self, name: &str) -> bool {
        let resource = name.split('.').next().unwrap_or_default();
        name.starts_with("AWS::") || self.has("Parameters", name) || self.has("Resources", resource)
    }

    fn has_condition(&self, name: &str) -> bool {
        self.has("Conditions", name) || self.has_open_conditions
    }

    /// Reports each function below a value that names what is not there.
    pub(super) fn check(&self, node: &Node<'s>, pointer: &str, found: &mut Vec<Spotted>) {
        if !self.is_open {
            let loops = Vec::new();
            let mut check = Check {
                scope: self,
                loops,
                found,
            };
            check.node(node, pointer, None);
        }
    }
}

/// A walk through the functions of a value.
struct Check<'c, 'n, 's> {
    scope: &'c Scope<'n, 's>,
    /// The variables of the loops around the value.
    loops: Vec<&'c str>,
    found: &'c mut Vec<Spotted>,
}

/// The outermost function around a value, and the pointer to it.
type Outermost<'c, 's> = Option<(&'c Node<'s>, &'c str)>;

impl<'c, 's> Check<'c, '_, 's> {
    fn node(&mut self, node: &'c Node<'s>, pointer: &str, place: Outermost<'_, 's>) {
        let function = node.function();
        let place = place.or(function.map(|_| (node, pointer)));
        if let (Some((name, argument)), Some(place)) = (function, place) {
            self.function(name, argument, place);
        }
        // The branches of a choice are values of their own.
        let place = place.filter(|_| !matches!(function, Some(("Fn::If" | IF | LAST, _))));
        if matches!(function, Some((IF | LAST, _))) {
            let branches = node.branches();
            return branches.for_each(|branch| self.node(branch, pointer, place));
        }
        for (step, inner) in children(node) {
            let pointer = format!("{pointer}/{}", escaped(&step));
            let variable = match step.starts_with("Fn::ForEach") {
                true => inner.items().first().and_then(Node::text),
                false => None,
            };
            self.loops.extend(variable);
            self.node(inner, &pointer, place);
            if variable.is_some() {
                self.loops.pop();
            }
        }
    }

    fn function(&mut self, function: &str, argument: &'c Node<'s>, place: (&Node<'s>, &str)) {
        let items = argument.items();
        let text = || argument.text().or(items.first().and_then(Node::text));
        match function {
            "Ref" => self.check_name(argument.text(), place),
            "Fn::GetAtt" => {
                let name = text().and_then(|name| name.split('.').next());
                let name = name.filter(|name| !is_made(name));
                if let Some(name) = name.filter(|name| !self.scope.has("Resources", name)) {
                    self.missing(&template::NAME_UNDEFINED, name, "no resource", place);
                }
            }
            "Fn::Sub" => {
                let own = items.get(1);
                for name in variables(text().unwrap_or_default()) {
                    if own.is_none_or(|own| own.get(name).is_none()) {
                        self.check_name(Some(name), place);
                    }
                }
            }
            "Fn::If" => {
                let name = items.first().and_then(Node::text);
                let name = name.filter(|name| !is_made(name));
                if let Some(name) = name.filter(|name| !self.scope.has_condition(name)) {
                    let rule = &template::CONDITION_UNDEFINED;
                    self.missing(rule, name, "no condition", place);
                }
            }
            _ => {}
        }
    }

    fn check_name(&mut self, name: Option<&str>, place: (&Node<'s>, &str)) {
        let is_known =
            |name: &str| is_made(name) || self.loops.contains(&name) || self.scope.is_named(name);
        if let Some(name) = name.filter(|name| !is_known(name)) {
            let what = "neither a parameter nor a resource";
            self.missing(&template::NAME_UNDEFINED, name, what, place);
        }
    }

    fn missing(
        &mut self,
        rule: &'static Rule,
        name: &str,
        what: &str,
        (node, pointer): (&Node<'s>, &str),
    ) {
        let message = format!("`{name}` is {what} of this template");
        let finding = Finding::new(rule, pointer.to_owned(), message);
        self.found.push((finding, node.span.clone()));
    }
}

/// Whether a name is put together from what a loop or another tool gives.
fn is_made(name: &str) -> bool {
    name.contains(['$', '&', '{', '%', '<', '@'])
}

fn children<'n, 's>(node: &'n Node<'s>) -> Vec<(Cow<'n, str>, &'n Node<'s>)> {
    match &node.data {
        Data::List(items) => {
            let items = items.iter().enumerate();
            items
                .map(|(index, item)| (Cow::Owned(index.to_string()), item))
                .collect()
        }
        Data::Object(members) => {
            let members = members.iter();
            members
                .map(|member| (Cow::Borrowed(member.name.as_ref()), &member.value))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The variables of a text of `Fn::Sub`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("${").skip(1);
    let names = parts.filter_map(|part| part.split_once('}'));
    names
        .map(|(name, _)| name.trim())
        .filter(|name| !name.starts_with('!') && !name.is_empty())
}
