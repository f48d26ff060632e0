//! The resources of a template that have to do with Amazon ECS: which names their functions use.

use std::borrow::Cow;
use std::ops::Range;

use super::escaped;
use super::node::{Data, IF, Node};
use crate::Finding;
use crate::rules::template;

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
        let resources = tree.get("Resources").map(Node::members).unwrap_or_default();
        let makes_names =
            |kind: &str| kind.starts_with("AWS::Serverless::") || kind.ends_with("::MODULE");
        let is_open = has_macro
            || tree.get("Modules").is_some()
            || resources.iter().any(|member| {
                let kind = member.value.get("Type").and_then(Node::text);
                // What has no type is a function of a tool that writes the template.
                member.name.starts_with("Fn::") || kind.is_none_or(makes_names)
            });
        Self { tree, is_open }
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

    /// Reports each function below a value that names what is not there.
    pub(super) fn check(&self, node: &Node<'s>, pointer: &str, found: &mut Vec<Spotted>) {
        if !self.is_open {
            self.check_node(node, pointer, None, found);
        }
    }

    /// `place` is that of the outermost function around the node.
    fn check_node(
        &self,
        node: &Node<'s>,
        pointer: &str,
        place: Option<(&Node<'s>, &str)>,
        found: &mut Vec<Spotted>,
    ) {
        let function = node.function();
        let place = place.or(function.map(|_| (node, pointer)));
        let mut missing = |rule, name: &str, what: &str| {
            if let Some((node, pointer)) = place {
                let message = format!("`{name}` is {what} of this template");
                let finding = Finding::new(rule, pointer.to_owned(), message);
                found.push((finding, node.span.clone()));
            }
        };
        let neither = "neither a parameter nor a resource";
        match function {
            Some(("Ref", name)) => {
                if let Some(name) = name.text().filter(|name| !self.is_named(name)) {
                    missing(&template::NAME_UNDEFINED, name, neither);
                }
            }
            Some(("Fn::GetAtt", argument)) => {
                let name = argument
                    .text()
                    .or(argument.items().first().and_then(Node::text));
                let name = name.and_then(|name| name.split('.').next());
                if let Some(name) = name.filter(|name| !self.has("Resources", name)) {
                    missing(&template::NAME_UNDEFINED, name, "no resource");
                }
            }
            Some(("Fn::Sub", argument)) => {
                let text = argument
                    .text()
                    .or(argument.items().first().and_then(Node::text));
                let own = argument.items().get(1);
                for name in variables(text.unwrap_or_default()) {
                    let is_own = own.is_some_and(|own| own.get(name).is_some());
                    if !is_own && !self.is_named(name) {
                        missing(&template::NAME_UNDEFINED, name, neither);
                    }
                }
            }
            Some(("Fn::If", argument)) => {
                let name = argument.items().first().and_then(Node::text);
                if let Some(name) = name.filter(|name| !self.has("Conditions", name)) {
                    missing(&template::CONDITION_UNDEFINED, name, "no condition");
                }
            }
            _ => {}
        }
        // The branches of a choice are values of their own.
        let place = place.filter(|_| !matches!(function, Some(("Fn::If" | IF, _))));
        if matches!(function, Some((IF, _))) {
            let branches = node.branches();
            return branches.for_each(|branch| self.check_node(branch, pointer, place, found));
        }
        for (step, inner) in children(node) {
            let pointer = format!("{pointer}/{}", escaped(&step));
            self.check_node(inner, &pointer, place, found);
        }
    }
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
