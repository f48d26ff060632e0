use std::fmt;

use serde::{Deserialize, Serialize};

use super::node::{Data, Member, Node};

/// What a text is, as far as the task definitions in it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Form {
    /// What RegisterTaskDefinition takes, `--cli-input-json` included.
    RegisterInput,
    /// What DescribeTaskDefinition answers.
    DescribeOutput,
    /// A list of containers, as Terraform takes it, whose task nobody knows.
    Containers,
    /// A template of CloudFormation, CDK's and Copilot's included.
    CloudFormation,
    /// A template of CloudFormation that AWS SAM transforms.
    Sam,
    /// A resource of CloudFormation, or its properties, without the template.
    Resource,
}

impl Form {
    /// Whether the members have the names of CloudFormation, which turns scalars into what their
    /// member takes and makes up a family.
    #[must_use]
    pub const fn is_of_cloudformation(self) -> bool {
        matches!(self, Self::CloudFormation | Self::Sam | Self::Resource)
    }

    /// Whether it is a template with resources.
    #[must_use]
    pub const fn is_template(self) -> bool {
        matches!(self, Self::CloudFormation | Self::Sam)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RegisterInput => "register input",
            Self::DescribeOutput => "describe output",
            Self::Containers => "list of containers",
            Self::CloudFormation => "CloudFormation template",
            Self::Sam => "SAM template",
            Self::Resource => "CloudFormation resource",
        })
    }
}

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Syntax {
    /// JSON.
    Json,
    /// JSON with comments, a comma too many, or values to be filled in without quotes.
    JsonTemplate,
    /// YAML.
    Yaml,
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Json => "JSON",
            Self::JsonTemplate => "JSON with comments or placeholders",
            Self::Yaml => "YAML",
        })
    }
}

/// A tree, what it is, and the steps to its definition if it is no template.
pub(super) struct Formed<'s> {
    pub(super) tree: Node<'s>,
    pub(super) form: Form,
    pub(super) steps: Vec<String>,
}

/// What a text turns out to be that holds no task definition.
pub(super) enum Other {
    EcsParams,
    Found(&'static str),
}

/// Finds out what a tree is. The tags that a describe output has beside its definition become those
/// of the definition.
pub(super) fn form_of(tree: Node<'_>) -> Result<Formed<'_>, Other> {
    if let Data::List(items) = &tree.data {
        let all_objects = items.iter().all(|item| item.is_object() || is_open(item));
        let none_known = items.iter().all(is_open);
        return match all_objects && (none_known || items.iter().any(is_container)) {
            true => Ok(fragment(tree)),
            false => Err(Other::Found("a list")),
        };
    }
    if !tree.is_object() {
        return Err(Other::Found(tree.describe()));
    }
    if is_template(&tree) {
        let form = match is_sam(&tree) {
            true => Form::Sam,
            false => Form::CloudFormation,
        };
        let steps = Vec::new();
        return Ok(Formed { tree, form, steps });
    }
    if tree.get("task_definition").is_some_and(Node::is_object) && tree.get("version").is_some() {
        return Err(Other::EcsParams);
    }
    unwrapped(tree)
}

fn is_open(node: &Node<'_>) -> bool {
    matches!(node.data, Data::Open(_))
}

/// Whether an object has a member that shows a container: lists of other things have names, too.
fn is_container(node: &Node<'_>) -> bool {
    const MARKS: [&str; 6] = [
        "image",
        "essential",
        "portMappings",
        "logConfiguration",
        "mountPoints",
        "memoryReservation",
    ];
    let is_mark = |name: &str| MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(name));
    node.members().iter().any(|member| is_mark(&member.name))
}

fn is_template(tree: &Node<'_>) -> bool {
    let Some(resources) = tree.get("Resources") else {
        return tree.get("AWSTemplateFormatVersion").is_some();
    };
    resources.is_object()
}

fn is_sam(tree: &Node<'_>) -> bool {
    let transforms = tree.get("Transform");
    let is_sam = |node: &Node<'_>| {
        let name = node.text();
        name.is_some_and(|name| name.starts_with("AWS::Serverless-"))
    };
    transforms.is_some_and(|node| is_sam(node) || node.items().iter().any(is_sam))
}

fn fragment(tree: Node<'_>) -> Formed<'_> {
    let span = tree.span.clone();
    let containers = Member {
        name: CONTAINERS.into(),
        span: span.clone(),
        value: tree,
    };
    Formed {
        tree: Node {
            data: Data::Object(vec![containers]),
            span,
        },
        form: Form::Containers,
        steps: Vec::new(),
    }
}

const CONTAINERS: &str = "containerDefinitions";

/// Goes through what lies around a definition.
fn unwrapped(mut tree: Node<'_>) -> Result<Formed<'_>, Other> {
    let mut steps: Vec<String> = Vec::new();
    let mut form = Form::RegisterInput;
    loop {
        let Some(node) = at_mut(&mut tree, &steps) else {
            return Err(Other::Found("an object"));
        };
        let is_object = |name: &str| node.get(name).is_some_and(Node::is_object);
        if is_object("taskDefinition") || is_object("TaskDefinition") {
            let name = match is_object("taskDefinition") {
                true => "taskDefinition",
                false => "TaskDefinition",
            };
            form = Form::DescribeOutput;
            move_tags(node, name);
            steps.push(name.to_owned());
        } else if is_object("data") && node.get(CONTAINERS).is_none() {
            steps.push("data".to_owned());
        } else if is_object("Properties") {
            form = Form::Resource;
            steps.push("Properties".to_owned());
        } else {
            let has = |names: [&str; 2]| names.iter().any(|name| node.get(name).is_some());
            let is_properties = form == Form::Resource && node.get("Family").is_some();
            if is_properties || node.get("ContainerDefinitions").is_some() {
                form = Form::Resource;
            } else if !has([CONTAINERS, "family"]) && form != Form::DescribeOutput {
                return Err(Other::Found("an object without containers"));
            }
            return Ok(Formed { tree, form, steps });
        }
    }
}

/// The value to which the steps lead.
pub(super) fn at<'n, 's>(node: &'n Node<'s>, steps: &[String]) -> Option<&'n Node<'s>> {
    steps
        .iter()
        .try_fold(node, |node, step| step_into(node, step))
}

pub(super) fn step_into<'n, 's>(node: &'n Node<'s>, step: &str) -> Option<&'n Node<'s>> {
    if let Some(value) = node.get(step) {
        return Some(value);
    }
    // A directive is no step.
    let mut branches = node.branches();
    match branches.find_map(|branch| step_into(branch, step)) {
        Some(value) => Some(value),
        None => node.items().get(step.parse::<usize>().ok()?),
    }
}

fn at_mut<'n, 's>(node: &'n mut Node<'s>, steps: &[String]) -> Option<&'n mut Node<'s>> {
    steps
        .iter()
        .try_fold(node, |node, step| member_mut(node, step))
}

fn member_mut<'n, 's>(node: &'n mut Node<'s>, name: &str) -> Option<&'n mut Node<'s>> {
    let Data::Object(members) = &mut node.data else {
        return None;
    };
    let mut named = members.iter_mut().rev();
    named
        .find(|member| member.name == name)
        .map(|member| &mut member.value)
}

/// An output has the tags beside the definition, an input inside of it.
fn move_tags(node: &mut Node<'_>, wrapper: &str) {
    let Data::Object(members) = &mut node.data else {
        return;
    };
    let tags = members.iter().position(|member| member.name == "tags");
    let Some(tags) = tags.map(|tags| members.remove(tags)) else {
        return;
    };
    let inner = member_mut(node, wrapper);
    if let Some(Node {
        data: Data::Object(members),
        ..
    }) = inner
        && !members.iter().any(|member| member.name == "tags")
    {
        members.push(tags);
    }
}
