use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::convert::{Conversion, Names, Oddity};
use super::form::at;
use super::function::{Choice, Env, Meaning};
use super::lines::Lines;
use super::locate::{Place, locate, path_to};
use super::node::Node;
use super::{Documents, Form, ReadError, Reading, condition, source, steps_of};
use crate::rules::{reading, report_shape_fault, template};
use crate::shape::{At, Kind, MemberType, Reader, ShapeFault};
use crate::{Finding, Findings, Position, Rule, Severity, TaskDefinition, Unknowns, Validator};

/// A task definition and the text it was read from.
///
/// ```
/// use ecs_taskdef::{Document, Reading, Validator};
///
/// let text = br#"{"taskDefinition": {
///     "family": "web",
///     "containerDefinitions": [
///         {"name": "web", "image": "nginx", "memory": "64", "portMappings": {}}
///     ]
/// }}"#;
/// let document = Document::read(text, Reading::Lenient)?;
/// assert_eq!(document.task_definition().container_definitions()[0].memory, Some(64));
///
/// let findings = document.validate(&Validator::default());
/// let wrong = findings.errors().next().expect("portMappings is no list");
/// assert_eq!(wrong.to_string(), "error[wrong-type] /containerDefinitions/0/portMappings: \
///     an object where a list belongs");
/// let position = wrong.position.expect("the text is known");
/// assert_eq!((position.line, position.column), (4, 75));
/// # Ok::<(), ecs_taskdef::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document<'s> {
    pub(super) lines: Lines<'s>,
    pub(super) reading: Reading,
    pub(super) form: Form,
    pub(super) name: Option<String>,
    /// The text and the steps to the definition, unless the text itself is the definition.
    pub(super) tree: Option<(Arc<Node<'s>>, Vec<String>)>,
    /// The definition for each choice of the conditions; the first is that of the defaults.
    pub(super) alternatives: Vec<Judged>,
    pub(super) oddities: Findings,
}

/// A definition as one choice has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    choice: Choice,
    pub(super) task_definition: TaskDefinition,
    pub(super) unknowns: Unknowns,
    oddities: Findings,
}

/// One of the definitions that a document may turn out to be.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Alternative<'d> {
    /// The definition.
    pub task_definition: &'d TaskDefinition,
    /// What of it is unknown.
    pub unknowns: &'d Unknowns,
    choice: &'d Choice,
}

impl Alternative<'_> {
    /// The conditions that lead to it, in the order of their names, and whether they hold.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, bool)> {
        let conditions = self.choice.conditions.iter();
        conditions.map(|(name, holds)| (name.as_str(), *holds))
    }
}

impl<'s> Document<'s> {
    /// Reads the one task definition of a text.
    ///
    /// # Errors
    ///
    /// As for [`Documents::read`]; besides, a template with no or several task definitions.
    pub fn read(bytes: &'s [u8], reading: Reading) -> Result<Self, ReadError> {
        let documents = Documents::read(bytes, reading)?;
        let count = documents.len();
        let mut documents = documents.into_iter();
        match (documents.next(), count) {
            (Some(document), 1) => Ok(document),
            _ => Err(ReadError::SeveralDefinitions { count }),
        }
    }

    /// A definition that was read from the text as it stands.
    pub(super) fn of_text(
        lines: Lines<'s>,
        reading: Reading,
        task_definition: TaskDefinition,
        unknowns: Unknowns,
    ) -> Self {
        let judged = Judged {
            task_definition,
            unknowns,
            ..Judged::default()
        };
        let form = match judged.task_definition.task_definition_arn.is_some() {
            true => Form::DescribeOutput,
            false => Form::RegisterInput,
        };
        Self {
            lines,
            reading,
            form,
            name: None,
            tree: None,
            alternatives: vec![judged],
            oddities: Findings::default(),
        }
    }

    /// Says that texts are still to be filled in, in a form that the API would take as it stands.
    /// What a shell fills in is meant to stay.
    pub(super) fn say_open(&mut self) {
        let is_input = matches!(self.form, Form::RegisterInput | Form::DescribeOutput);
        if !is_input || self.unknowns().is_empty() {
            return;
        }
        let left: Vec<&str> = self
            .unknowns()
            .iter()
            .filter(|place| !is_for_shell(place))
            .collect();
        if let Some(first) = left.first().map(|first| (*first).to_owned()) {
            let message = match left.len() {
                1 => "a text is still to be filled in".to_owned(),
                count => format!("{count} texts are still to be filled in, this is the first"),
            };
            self.odd(&reading::PLACEHOLDER_LEFT, first, message);
        }
    }

    /// Whether a text that looks as if it was to be filled in is meant to stay.
    pub(crate) fn is_literal(&self, pointer: &str) -> bool {
        self.form == Form::DescribeOutput && is_for_shell(pointer)
    }

    /// Whether both are the same definition of the same text.
    pub(crate) fn is_same_text(&self, other: &Document<'_>) -> bool {
        let what = |one: &Document<'_>| (one.reading, one.name.clone());
        self.lines.text() == other.lines.text() && what(self) == what(other)
    }

    /// The definition to which the steps through a tree lead.
    pub(super) fn of_tree(
        lines: Lines<'s>,
        reading: Reading,
        form: Form,
        (tree, steps): (&Arc<Node<'s>>, Vec<String>),
        name: Option<&str>,
        condition: Option<&str>,
    ) -> Self {
        let mut document = Self {
            lines,
            reading,
            form,
            name: name.map(str::to_owned),
            tree: Some((Arc::clone(tree), steps)),
            alternatives: Vec::new(),
            oddities: Findings::default(),
        };
        let choices = match document.definition() {
            Some(node) => {
                let template = document.template();
                condition::choices(document.meaning(), template, &[node], condition)
            }
            None => vec![Choice::default()],
        };
        document.alternatives = choices
            .into_iter()
            .map(|choice| document.judged(choice))
            .collect();
        document
    }

    fn definition(&self) -> Option<&Node<'s>> {
        let (tree, steps) = self.tree.as_ref()?;
        at(tree, steps)
    }

    fn template(&self) -> Option<&Node<'s>> {
        let (tree, _) = self.tree.as_ref()?;
        self.form.is_template().then_some(&**tree)
    }

    pub(super) fn names(&self) -> Names {
        match self.form {
            Form::Containers => Names::Terraform,
            form if form.is_of_cloudformation() => Names::CloudFormation,
            _ => Names::Api,
        }
    }

    fn meaning(&self) -> Meaning {
        match self.reading {
            Reading::Strict => Meaning::Literal,
            Reading::Lenient if self.form.is_of_cloudformation() => Meaning::Functions,
            Reading::Lenient => Meaning::Placeholders,
        }
    }

    fn env<'n>(&'n self, choice: &'n Choice) -> Env<'n, 's> {
        Env {
            meaning: self.meaning(),
            template: self.template(),
            choice,
        }
    }

    /// Reads the definition for one choice. Wrong types are left to the check of the result,
    /// which finds them again.
    fn judged(&self, choice: Choice) -> Judged {
        let mut judged = Judged::default();
        let Some(node) = self.definition() else {
            self.add_unknowns(&mut judged);
            return judged;
        };
        let mut oddities = Vec::new();
        let mut conversion = Conversion {
            env: self.env(&choice),
            names: self.names(),
            unknowns: &mut judged.unknowns,
            oddities: &mut oddities,
        };
        let kind = Kind::Structure(TaskDefinition::SHAPE);
        let value = conversion.value(node, &kind, &At::ROOT).unwrap_or_default();
        for (pointer, oddity) in oddities {
            judged.oddities.push(finding_of(pointer, oddity));
        }
        let mut converted = Findings::default();
        let mut report = |at: &At<'_>, fault: ShapeFault<'_>| {
            if matches!(fault, ShapeFault::Converted { .. }) {
                report_shape_fault(at, fault, &mut converted);
            }
        };
        let read = TaskDefinition::read(&value, &At::ROOT, &mut Reader::new(&mut report));
        judged.task_definition = read.unwrap_or_default();
        judged.oddities.append(converted);
        self.add_unknowns(&mut judged);
        judged.choice = choice;
        judged
    }

    /// What stands around a fragment is unknown; CloudFormation makes up a family.
    fn add_unknowns(&self, judged: &mut Judged) {
        let members = TaskDefinition::SHAPE
            .members
            .iter()
            .map(|member| member.name);
        let is_unknown = |name: &&str| match self.form {
            Form::Containers => *name != "containerDefinitions",
            form => form.is_of_cloudformation() && *name == "family",
        };
        for name in members.filter(is_unknown) {
            if name != "family" || judged.task_definition.family.is_none() {
                judged.unknowns.insert(format!("/{name}"));
            }
        }
    }

    /// What the text is.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// The logical name of the definition in its template.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The task definition, as the defaults of the parameters of a template make it.
    #[must_use]
    pub fn task_definition(&self) -> &TaskDefinition {
        let first = self.alternatives.first();
        first.map_or_else(
            || MemberType::get(NOTHING),
            |judged| &judged.task_definition,
        )
    }

    /// The task definition, without the text.
    #[must_use]
    pub fn into_task_definition(self) -> TaskDefinition {
        let first = self.alternatives.into_iter().next();
        first
            .map(|judged| judged.task_definition)
            .unwrap_or_default()
    }

    /// What of the task definition is unknown.
    #[must_use]
    pub fn unknowns(&self) -> &Unknowns {
        let first = self.alternatives.first();
        first.map_or(Unknowns::NONE, |judged| &judged.unknowns)
    }

    /// Every definition that the document may turn out to be, first [that of the
    /// defaults](Self::task_definition).
    pub fn alternatives(&self) -> impl Iterator<Item = Alternative<'_>> {
        self.alternatives.iter().map(|judged| Alternative {
            task_definition: &judged.task_definition,
            unknowns: &judged.unknowns,
            choice: &judged.choice,
        })
    }

    /// What is odd about the text itself: how it is wrapped, what is written
    /// twice, what had to be converted.
    #[must_use]
    pub fn oddities(&self) -> &Findings {
        &self.oddities
    }

    /// Everything that is wrong with the document.
    ///
    /// A rule that depends on an [unknown](Self::unknowns) value says nothing. What is wrong in
    /// each [alternative](Self::alternatives) is an error, what is wrong in some of them is a
    /// warning that says in which.
    #[must_use]
    pub fn validate(&self, validator: &Validator) -> Findings {
        let validator = validator.clone().with_reading(self.reading);
        let mut findings = self.oddities.clone();
        validator.judge(&mut findings);
        match self.alternatives.as_slice() {
            [only] => findings.append(judge(only, &validator)),
            several => self.judge_each(several, &validator, &mut findings),
        }
        self.place(&mut findings);
        findings
    }

    fn judge_each(&self, several: &[Judged], validator: &Validator, findings: &mut Findings) {
        let mut known: HashMap<(&'static str, usize, String), usize> = HashMap::new();
        let mut merged: Vec<(Finding, Vec<usize>)> = Vec::new();
        for (number, judged) in several.iter().enumerate() {
            for mut finding in judge(judged, validator) {
                let span = self.locate(judged, &finding.pointer).map(|place| {
                    finding.source_pointer = self.source_pointer(&place);
                    place.span
                });
                let start = span.as_ref().map_or(0, |span| span.start);
                let key = (finding.rule.id, start, finding.message.clone());
                let index = *known.entry(key).or_insert(merged.len());
                match merged.get_mut(index) {
                    Some((_, choices)) => choices.push(number),
                    None => {
                        if let Some(span) = span {
                            self.set_position(&mut finding, &span);
                        }
                        merged.push((finding, vec![number]));
                    }
                }
            }
        }
        // A rule that is broken at a place in each alternative is broken, in whatever words.
        let mut at_place: HashMap<(&'static str, String), BTreeSet<usize>> = HashMap::new();
        for (finding, choices) in &merged {
            let place = (finding.rule.id, finding.pointer.clone());
            at_place.entry(place).or_default().extend(choices);
        }
        for (mut finding, choices) in merged {
            let place = (finding.rule.id, finding.pointer.clone());
            let is_in_each = at_place
                .get(&place)
                .is_some_and(|all| all.len() == several.len());
            if choices.len() < several.len() {
                if finding.severity == Severity::Error && !is_in_each {
                    finding.lower_to(Severity::Warning);
                }
                let choices = choices.iter().filter_map(|index| several.get(*index));
                let choices: Vec<&Choice> = choices.map(|judged| &judged.choice).collect();
                finding.message.push_str(&branch(&choices));
            }
            findings.push(finding);
        }
    }

    /// Where in the text the value is that a finding points to; where its
    /// parent is when there is no such value.
    #[must_use]
    pub fn position(&self, pointer: &str) -> Position {
        let span = match self.alternatives.first() {
            Some(judged) if self.tree.is_some() => {
                self.locate(judged, pointer).map(|place| place.span)
            }
            _ => source::locate(self.lines.text(), &[pointer])
                .into_iter()
                .next(),
        };
        self.lines.position(span.unwrap_or_default().start)
    }

    fn locate(&self, judged: &Judged, pointer: &str) -> Option<Place> {
        let env = self.env(&judged.choice);
        let steps: Vec<Cow<'_, str>> = steps_of(pointer).collect();
        let kind = Kind::Structure(TaskDefinition::SHAPE);
        Some(locate(
            env,
            self.names(),
            self.definition()?,
            Some(&kind),
            &steps,
        ))
    }

    /// The pointer in the names of the text, where that has others than the API.
    fn source_pointer(&self, place: &Place) -> Option<String> {
        let (tree, steps) = self.tree.as_ref()?;
        if !self.form.is_of_cloudformation() && steps.is_empty() && self.form != Form::Containers {
            return None;
        }
        let path = path_to(tree, &place.span) + &place.rest;
        Some(match self.form {
            // The list is the text.
            Form::Containers => match path.strip_prefix("/containerDefinitions") {
                Some(path) => path.to_owned(),
                None => path,
            },
            _ => path,
        })
    }

    fn set_position(&self, finding: &mut Finding, span: &Range<usize>) {
        finding.position = Some(self.lines.position(span.start));
        finding.end = Some(self.lines.position(span.end));
    }

    /// Says where each finding is that is not about the whole.
    fn place(&self, findings: &mut Findings) {
        let about_parts =
            |finding: &&mut Finding| !finding.pointer.is_empty() && finding.position.is_none();
        let mut about_parts: Vec<&mut Finding> = findings.iter_mut().filter(about_parts).collect();
        match self.alternatives.first() {
            _ if about_parts.is_empty() => {}
            Some(judged) if self.tree.is_some() => {
                for finding in about_parts {
                    if let Some(place) = self.locate(judged, &finding.pointer) {
                        finding.source_pointer = self.source_pointer(&place);
                        self.set_position(finding, &place.span);
                    }
                }
            }
            _ => {
                let pointers = about_parts.iter().map(|finding| finding.pointer.as_str());
                let pointers: Vec<&str> = pointers.collect();
                let spans = source::locate(self.lines.text(), &pointers);
                for (finding, span) in about_parts.iter_mut().zip(&spans) {
                    self.set_position(finding, span);
                }
            }
        }
    }

    pub(super) fn odd(&mut self, rule: &'static Rule, pointer: String, message: String) {
        self.oddities.push(Finding::new(rule, pointer, message));
    }
}

/// Members of a container that a shell may read.
const FOR_SHELL: [&str; 4] = ["command", "entryPoint", "environment", "healthCheck"];

fn is_for_shell(pointer: &str) -> bool {
    let mut steps = pointer.split('/').skip(3);
    let member = steps.next();
    member.is_some_and(|member| FOR_SHELL.contains(&member))
}

const NOTHING: &Option<TaskDefinition> = &None;

fn judge(judged: &Judged, validator: &Validator) -> Findings {
    let mut findings = judged.oddities.clone();
    validator.judge(&mut findings);
    let known: Vec<(String, &str)> = findings
        .iter()
        .map(|one| (one.pointer.clone(), one.rule.id))
        .collect();
    let mut more = validator.validate_known(&judged.task_definition, &judged.unknowns);
    if !known.is_empty() {
        more.retain(|one| !known.contains(&(one.pointer.clone(), one.rule.id)));
    }
    findings.append(more);
    findings
}

fn finding_of(pointer: String, oddity: Oddity) -> Finding {
    match oddity {
        Oddity::Misnamed(name) => {
            let message = format!("CloudFormation calls this member `{name}`");
            Finding::new(&template::MEMBER_NAME, pointer, message)
        }
        Oddity::Unquoted => {
            let message = "a text to be filled in that has no quotes around it";
            Finding::new(&reading::VALUE_UNQUOTED, pointer, message.to_owned())
        }
        Oddity::Quoted(kind) => {
            let message = format!("a string to be filled in where {kind} belongs");
            Finding::new(&crate::rules::CONVERTED, pointer, message)
        }
    }
}

/// When a finding holds: the conditions that all of its choices share.
fn branch(choices: &[&Choice]) -> String {
    let mut shared: Vec<String> = Vec::new();
    let first = choices.first().map(|choice| &choice.conditions);
    for (name, holds) in first.into_iter().flatten() {
        let mut all = choices.iter().map(|choice| &choice.conditions);
        if all.all(|conditions| conditions.get(name) == Some(holds)) {
            shared.push(format!("`{name}` is {holds}"));
        }
    }
    match shared.is_empty() {
        true => ", in some branches".to_owned(),
        false => format!(", when {}", shared.join(" and ")),
    }
}

impl<'s> Document<'s> {
    /// What there is to say about the form of the text.
    pub(super) fn say_form(&mut self) {
        let Some((_, steps)) = &self.tree else {
            return;
        };
        if !steps.is_empty() && !self.form.is_template() {
            let message = format!("the definition lies in `{}`", steps.join("`, `"));
            let rule = match self.form {
                Form::DescribeOutput => &reading::WRAPPED,
                _ => &reading::WITHIN,
            };
            self.odd(rule, String::new(), message);
        }
        if self.form == Form::Resource {
            let message = "the members have the names of CloudFormation".to_owned();
            self.odd(&reading::CLOUDFORMATION, String::new(), message);
        }
        if self.form == Form::Containers {
            let message = "a list of containers without a definition around it".to_owned();
            self.odd(&reading::CONTAINERS_ALONE, String::new(), message);
        }
    }
}
