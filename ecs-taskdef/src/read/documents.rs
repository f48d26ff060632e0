use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::document::Document;
use super::form::{Form, Formed, Other, Syntax, form_of, step_into};
use super::lines::Lines;
use super::node::Node;
use super::service::{self, Service};
use super::template::{Resource, Scope, Spotted, resources};
use super::{JsonError, ReadError, Reading, escaped, json, unescaped};
use crate::rules::reading;
use crate::shape::{At, Kind, View, walk};
use crate::{Finding, Findings, Position, StringMap, TaskDefinition, Unknowns, Validator, open};

const RESOURCE_TYPE: &str = "AWS::ECS::TaskDefinition";

/// The greatest text that is read, in bytes. A definition has 64 KiB at most and a template 1 MB;
/// what AWS describes may be greater.
pub const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// All task definitions of a text, and the services of a template that use them.
///
/// ```
/// use ecs_taskdef::{Documents, Form, Reading, Validator};
///
/// let text = br#"{"Parameters": {"Memory": {"Type": "Number"}},
///   "Conditions": {"Small": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
///   "Resources": {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {
///     "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc",
///     "Cpu": {"Fn::If": ["Small", 256, 300]}, "Memory": {"Ref": "Memory"},
///     "ContainerDefinitions": [{"Name": "web", "Image": {"Fn::Sub": "${Registry}/web"}}]}}}}"#;
/// let documents = Documents::read(text, Reading::Lenient)?;
/// assert_eq!(documents.form(), Form::CloudFormation);
/// assert_eq!(documents.iter().next().and_then(|document| document.name()), Some("Task"));
///
/// let findings = documents.validate(&Validator::default());
/// let shown: Vec<String> = findings.iter().map(ToString::to_string).collect();
/// assert_eq!(shown, [
///     "error[template-name-undefined] /Resources/Task/Properties/ContainerDefinitions/0/Image: \
///      `Registry` is neither a parameter nor a resource of this template",
/// ]);
/// # Ok::<(), ecs_taskdef::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Documents<'s> {
    lines: Lines<'s>,
    form: Form,
    syntax: Syntax,
    documents: Vec<Document<'s>>,
    services: Vec<Service>,
    /// What is wrong with the template itself.
    findings: Findings,
}

impl<'s> Documents<'s> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Text that is neither JSON nor, with the feature `yaml`, YAML, or that cannot hold task
    /// definitions. Everything else becomes a finding.
    pub fn read(bytes: &'s [u8], reading: Reading) -> Result<Self, ReadError> {
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(ReadError::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
            offset: error.valid_up_to(),
            reason: error,
        })?;
        let (source, marked) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let mut documents = match read_fast(source, reading) {
            Some(document) => Self::single(document),
            None => Self::read_slow(source, reading)?,
        };
        // YAML may begin with one.
        if marked && documents.syntax != Syntax::Yaml {
            let message = "the text begins with a byte order mark";
            let message = message.to_owned();
            match documents.documents.as_mut_slice() {
                [only] => only.odd(&reading::BYTE_ORDER_MARK, String::new(), message),
                _ => documents.odd(&reading::BYTE_ORDER_MARK, message),
            }
        }
        Ok(documents)
    }

    fn single(document: Document<'s>) -> Self {
        Self {
            lines: document.lines.clone(),
            form: document.form(),
            syntax: Syntax::Json,
            documents: vec![document],
            services: Vec::new(),
            findings: Findings::default(),
        }
    }

    fn read_slow(source: &'s str, reading: Reading) -> Result<Self, ReadError> {
        let (tree, syntax, has_more) = parse(source, reading)?;
        let formed = match reading {
            Reading::Lenient => form_of(tree),
            Reading::Strict if tree.is_object() => Ok(Formed {
                tree,
                form: Form::RegisterInput,
                steps: Vec::new(),
            }),
            Reading::Strict => Err(Other::Found(tree.describe())),
        };
        let Formed { tree, form, steps } = formed.map_err(|other| match other {
            Other::EcsParams => ReadError::EcsParams,
            Other::Found(found) => ReadError::NotADefinition { found },
        })?;
        let mut documents = Self {
            lines: Lines::of(source),
            form,
            syntax,
            documents: Vec::new(),
            services: Vec::new(),
            findings: Findings::default(),
        };
        let tree = Arc::new(tree);
        if form.is_template() {
            documents.read_template(&tree, reading);
        } else {
            let lines = documents.lines.clone();
            let mut document = Document::of_tree(lines, reading, form, (&tree, steps), None, None);
            document.say_form();
            document.say_open();
            documents.documents.push(document);
        }
        documents.say_syntax(has_more);
        documents.say_duplicates(&tree);
        Ok(documents)
    }

    fn read_template(&mut self, tree: &Arc<Node<'s>>, reading: Reading) {
        let mut spotted = Vec::new();
        let scope = Scope::of(tree);
        for resource in resources(tree, RESOURCE_TYPE) {
            self.documents
                .push(self.document_of(tree, &resource, reading));
            check_names(&scope, &resource, &mut spotted);
        }
        let mut services = Vec::new();
        for resource in resources(tree, service::RESOURCE_TYPE) {
            check_names(&scope, &resource, &mut spotted);
            let subject = service::Subject::new(tree, resource, &self.documents);
            let (service, found) = subject.look();
            services.push(service);
            spotted.extend(found);
        }
        self.services = services;
        for (finding, span) in spotted {
            self.spot(finding, span);
        }
    }

    fn document_of(
        &self,
        tree: &Arc<Node<'s>>,
        resource: &Resource<'_, 's>,
        reading: Reading,
    ) -> Document<'s> {
        let steps = resource.steps.clone();
        let (name, condition) = (Some(resource.name), resource.condition());
        Document::of_tree(
            self.lines.clone(),
            reading,
            self.form,
            (tree, steps),
            name,
            condition,
        )
    }

    fn spot(&mut self, mut finding: Finding, span: Range<usize>) {
        finding.position = Some(self.lines.position(span.start));
        finding.end = Some(self.lines.position(span.end));
        self.findings.push(finding);
    }

    fn odd(&mut self, rule: &'static crate::Rule, message: String) {
        self.findings
            .push(Finding::new(rule, String::new(), message));
    }

    fn say_syntax(&mut self, has_more: bool) {
        if self.syntax == Syntax::JsonTemplate {
            let message = "the text is JSON with comments or values to be filled in";
            self.odd(&reading::JSON_TEMPLATE, message.to_owned());
        }
        if has_more {
            let message = "only the first document of the text is read";
            self.odd(&reading::FURTHER_DOCUMENTS, message.to_owned());
        }
    }

    fn say_duplicates(&mut self, tree: &Node<'s>) {
        let mut found: Vec<Vec<String>> = Vec::new();
        tree.duplicates(&mut Vec::new(), &mut |steps| {
            found.push(steps.iter().map(|step| step.clone().into_owned()).collect());
        });
        found.sort();
        for steps in found {
            let name = steps.last().map(String::as_str).unwrap_or_default();
            let message = format!("`{name}` is written twice, and the last one counts");
            match self.documents.as_mut_slice() {
                [only] if !self.form.is_template() => {
                    let pointer = only.api_pointer(&steps);
                    only.odd(&reading::DUPLICATE_MEMBER, pointer, message);
                }
                _ => {
                    let span = span_of(tree, &steps);
                    let pointer = steps.iter().map(|step| format!("/{}", escaped(step)));
                    let pointer: String = pointer.collect();
                    let finding = Finding::new(&reading::DUPLICATE_MEMBER, pointer, message);
                    self.spot(finding, span);
                }
            }
        }
    }

    /// What the text is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// In which language it is.
    #[must_use]
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The task definitions, in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Document<'s>> {
        self.documents.iter()
    }

    /// The number of task definitions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there is no task definition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The services of a template, in the order of the text.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Everything that is wrong with the text: with the template first, then with each task
    /// definition.
    ///
    /// What is found in a definition of a template has the name of the definition.
    #[must_use]
    pub fn validate(&self, validator: &Validator) -> Findings {
        let mut findings = self.findings.clone();
        validator.judge(&mut findings);
        for document in &self.documents {
            let mut found = document.validate(validator);
            for finding in found.iter_mut() {
                finding.definition = document.name().map(str::to_owned);
            }
            findings.append(found);
        }
        findings
    }
}

impl<'s> IntoIterator for Documents<'s> {
    type Item = Document<'s>;
    type IntoIter = std::vec::IntoIter<Document<'s>>;

    /// The documents, each with what is odd about the text, if it is the only one.
    fn into_iter(mut self) -> Self::IntoIter {
        if let [only] = self.documents.as_mut_slice() {
            let mut oddities = self.findings;
            oddities.append(std::mem::take(&mut only.oddities));
            only.oddities = oddities;
        }
        self.documents.into_iter()
    }
}

impl<'a, 's> IntoIterator for &'a Documents<'s> {
    type Item = &'a Document<'s>;
    type IntoIter = std::slice::Iter<'a, Document<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

fn check_names<'s>(scope: &Scope<'_, 's>, resource: &Resource<'_, 's>, found: &mut Vec<Spotted>) {
    if let Some(properties) = resource.properties() {
        scope.check(properties, &resource.pointer(), found);
    }
}

fn span_of(tree: &Node<'_>, steps: &[String]) -> Range<usize> {
    let step = |node, step: &String| step_into(node, step).unwrap_or(node);
    steps.iter().fold(tree, step).span.clone()
}

/// Reads a definition that is what the API takes, with the texts that are to be filled in.
fn read_fast(source: &str, reading: Reading) -> Option<Document<'_>> {
    let first = super::source::first_member(source);
    if reading == Reading::Lenient && first.as_deref().is_some_and(is_wrapper) {
        return None;
    }
    let task_definition: TaskDefinition = serde_json::from_str(source).ok()?;
    if reading == Reading::Strict {
        let unknowns = Unknowns::default();
        let lines = Lines::of(source);
        return Some(Document::of_text(lines, reading, task_definition, unknowns));
    }
    let is_definition =
        task_definition.container_definitions.is_some() || task_definition.family.is_some();
    let wrapped = WRAPPERS
        .iter()
        .any(|name| task_definition.unknown.contains(name));
    (is_definition && !wrapped).then(|| {
        let unknowns = match open::may_be_open(source) {
            true => open_texts(&task_definition),
            false => Unknowns::default(),
        };
        let lines = Lines::of(source);
        let mut document = Document::of_text(lines, reading, task_definition, unknowns);
        document.say_open();
        document
    })
}

/// Members at the top of a text that show that the definition lies deeper or has other names.
const WRAPPERS: [&str; 7] = [
    "taskDefinition",
    "data",
    "Resources",
    "Properties",
    "ContainerDefinitions",
    "Family",
    "TaskDefinition",
];

fn is_wrapper(name: &str) -> bool {
    WRAPPERS.contains(&name)
}

/// The places of the texts with parts that are to be filled in.
fn open_texts(task: &TaskDefinition) -> Unknowns {
    let mut unknowns = Unknowns::default();
    walk(task, &mut |at, value| {
        let is_open = match value.view() {
            View::Text(text) | View::Unlisted { value: text, .. } => open::is_open(text),
            _ => {
                let map = value.downcast_ref::<StringMap>();
                let mut has_open_names = false;
                for (name, text) in map.into_iter().flat_map(StringMap::iter) {
                    match open::is_open(name) {
                        true => has_open_names = true,
                        false if open::is_open(text) => {
                            unknowns.insert(at.member(name).pointer());
                        }
                        false => {}
                    }
                }
                has_open_names
            }
        };
        if is_open {
            unknowns.insert(at.pointer());
        }
    });
    unknowns
}

/// The tree of a text, its language, and whether it holds more than is read.
fn parse(source: &str, reading: Reading) -> Result<(Node<'_>, Syntax, bool), ReadError> {
    let fault = match json::parse(source) {
        Ok((tree, false)) => return Ok((tree, Syntax::Json, false)),
        Ok((tree, true)) if reading == Reading::Lenient => {
            return Ok((tree, Syntax::JsonTemplate, false));
        }
        Ok((_, true)) => None,
        Err(fault) => Some(fault),
    };
    #[cfg(feature = "yaml")]
    if reading == Reading::Lenient && !looks_like_json(source) {
        return match super::yaml::parse(source) {
            Ok((tree, has_more)) => Ok((tree, Syntax::Yaml, has_more)),
            Err(fault) => {
                let position = Position::of(source, fault.offset);
                Err(ReadError::NotYaml {
                    reason: JsonError(fault.reason),
                    line: position.line,
                    column: position.column,
                })
            }
        };
    }
    // What `serde_json` says is known better, as long as the text is to be plain JSON.
    match (serde_json::from_str::<serde_json::Value>(source), fault) {
        (Err(error), None) => Err(not_json(&error)),
        (Err(error), Some(fault)) if fault.offset <= offset_of(source, &error) + 1 => {
            Err(not_json(&error))
        }
        (_, fault) => {
            let fault = fault.unwrap_or(json::Fault {
                offset: 0,
                reason: "expected value".to_owned(),
            });
            let position = Position::of(source, fault.offset);
            Err(ReadError::NotJson {
                reason: JsonError(fault.reason),
                line: position.line,
                column: position.column,
            })
        }
    }
}

/// Whether a text begins like an object or a list in JSON.
#[cfg(feature = "yaml")]
fn looks_like_json(source: &str) -> bool {
    let mut rest = source.trim_start();
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment
            .split_once('\n')
            .map_or("", |(_, rest)| rest)
            .trim_start();
    }
    rest.is_empty() || rest.starts_with(['{', '['])
}

fn offset_of(source: &str, error: &serde_json::Error) -> usize {
    let mut lines = source.split_inclusive('\n');
    let before = lines.by_ref().take(error.line().saturating_sub(1));
    before.map(str::len).sum::<usize>() + error.column()
}

fn not_json(error: &serde_json::Error) -> ReadError {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    ReadError::NotJson {
        reason: JsonError(reason.to_owned()),
        line: error.line(),
        column: error.column(),
    }
}

impl Document<'_> {
    /// The pointer, in the names of the API, to what the steps through the text lead to.
    pub(super) fn api_pointer(&self, steps: &[String]) -> String {
        let outer = self.tree.as_ref().map(|(_, steps)| steps.as_slice());
        let own = steps.strip_prefix(outer.unwrap_or_default());
        let mut pointer = String::new();
        let mut kind = Some(Kind::Structure(TaskDefinition::SHAPE));
        for step in own.unwrap_or_default() {
            let (name, inner) = match kind {
                Some(Kind::Structure(shape)) => {
                    let name = super::convert::api_name(self.names(), shape, step);
                    let member = name.and_then(|name| shape.member(name));
                    (name.unwrap_or(step), member.map(|member| member.kind))
                }
                Some(Kind::List(items) | Kind::Map(items)) => (step.as_str(), Some(*items)),
                _ => (step.as_str(), None),
            };
            pointer.push_str(&At::ROOT.member(name).pointer());
            kind = inner;
        }
        pointer
    }
}

/// The steps of a JSON Pointer.
pub(super) fn steps_of(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(unescaped)
}
