//! Writing and reading by a form.

use core::fmt;

use super::table::{FORMS, MessageKind};

/// A value in a service message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MessageField {
    /// The name of the service.
    Service,
    /// The id of a task set, which is that of a deployment.
    TaskSet,
    /// The id of a deployment: `ecs-svc/1234567890123456789`.
    Deployment,
    /// The id of a task.
    Task,
    /// How many tasks, targets or instances.
    Count,
    /// How many of the tasks were unhealthy.
    Replaced,
    /// An Availability Zone.
    Zone,
    /// How many tasks there are in each zone: `2 tasks in us-east-1a, 1 tasks in us-east-1b`.
    Zones,
    /// The port of a container.
    Port,
    /// The id of an EC2 instance.
    Instance,
    /// The id of a container instance.
    ContainerInstance,
    /// The ARN of a target group, or its name in the console.
    TargetGroup,
    /// The name of a Classic Load Balancer.
    LoadBalancer,
    /// The state of a task set.
    State,
    /// Why, in words.
    Reason,
    /// What went wrong, in words.
    Error,
}

/// A service message, taken apart.
///
/// ```
/// use ecs_model::service_message::{MessageField, MessageKind, ServiceMessage};
///
/// let text = "(service web) has started 2 tasks: (task 1a) (task 2b).";
/// let message = ServiceMessage::read(text).expect("it has a known form");
/// assert_eq!(message.kind(), MessageKind::Started);
/// assert_eq!(message.get(MessageField::Service), Some("web"));
/// assert_eq!(message.tasks().collect::<Vec<_>>(), ["1a", "2b"]);
/// assert_eq!(message.to_string(), text);
///
/// // The console drops most parentheses.
/// let shown = ServiceMessage::read("service web has reached a steady state.").unwrap();
/// assert_eq!(shown.kind(), MessageKind::SteadyState);
/// assert!(shown.is_of_console());
/// assert_eq!(shown.on_the_wire().to_string(), "(service web) has reached a steady state.");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceMessage {
    kind: MessageKind,
    is_of_console: bool,
    values: Vec<(MessageField, String)>,
    tasks: Vec<String>,
}

impl ServiceMessage {
    /// A message of a kind. Values that its form does not have are not told, and those that it
    /// has and that are not given are empty.
    pub(super) fn new(kind: MessageKind, values: &[(MessageField, &str)]) -> Self {
        let owned = |(field, value): &(MessageField, &str)| (*field, (*value).to_owned());
        Self {
            kind,
            is_of_console: false,
            values: values.iter().map(owned).collect(),
            tasks: Vec::new(),
        }
    }

    /// The same with tasks, which are counted.
    pub(super) fn with_tasks<'a>(mut self, tasks: impl IntoIterator<Item = &'a str>) -> Self {
        self.tasks = tasks.into_iter().map(str::to_owned).collect();
        let count = self.tasks.len().to_string();
        self.values.push((MessageField::Count, count));
        self
    }

    /// Reads a message as it comes over the wire or as the console shows it; `None` if it has no
    /// form that this library knows.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_of_console = !text.starts_with('(');
        FORMS.iter().find_map(|(kind, form)| {
            let mut message = Self {
                kind: *kind,
                is_of_console,
                values: Vec::new(),
                tasks: Vec::new(),
            };
            let segments = segments(form);
            message.match_all(&segments, text).then_some(message)
        })
    }

    /// What it tells.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// Whether it was read as the console shows it.
    #[must_use]
    pub const fn is_of_console(&self) -> bool {
        self.is_of_console
    }

    /// The same as it comes over the wire.
    #[must_use]
    pub fn on_the_wire(mut self) -> Self {
        self.is_of_console = false;
        self
    }

    /// A value.
    #[must_use]
    pub fn get(&self, field: MessageField) -> Option<&str> {
        let known = self.values.iter().find(|(known, _)| *known == field);
        known.map(|(_, value)| value.as_str())
    }

    /// The ids of the tasks that are listed.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tasks.iter().map(String::as_str)
    }

    /// Whether the text is what the segments say; the values are kept.
    fn match_all(&mut self, segments: &[Segment], text: &str) -> bool {
        let Some((first, rest)) = segments.split_first() else {
            return text.is_empty();
        };
        let before = (self.values.len(), self.tasks.len());
        let ends = first.ends(text, self.is_of_console);
        for end in ends {
            let (Some(taken), Some(left)) = (text.get(..end), text.get(end..)) else {
                continue;
            };
            first.keep(taken, self);
            if self.match_all(rest, left) {
                return true;
            }
            self.values.truncate(before.0);
            self.tasks.truncate(before.1);
        }
        false
    }
}

impl fmt::Display for ServiceMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = FORMS.iter().find(|(kind, _)| *kind == self.kind);
        for segment in segments(form.map_or("", |(_, form)| form)) {
            segment.write(self, f)?;
        }
        Ok(())
    }
}

/// A piece of a form.
#[derive(Clone, Copy, Debug)]
enum Segment {
    Words(&'static str),
    /// `(service NAME)`, perhaps with the id of a task set.
    Service,
    /// ` (task ID)` for each task.
    Tasks,
    /// A value in parentheses behind its kind, such as `(task ID)`. The console drops the
    /// parentheses of some.
    Marked(&'static str, MessageField),
    Value(MessageField),
}

/// Markers whose parentheses the console drops.
const NAMES: [&str; 6] = [
    "task",
    "target-group",
    "elb",
    "container-instance",
    "deployment",
    "taskSet",
];

fn segments(form: &'static str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut left = form;
    while let Some((before, rest)) = left.split_once('{') {
        let Some((name, after)) = rest.split_once('}') else {
            break;
        };
        let marker = before
            .rsplit_once('(')
            .map(|(words, marker)| (words, marker.trim_end()));
        let marked = marker.filter(|(_, marker)| !marker.is_empty() && after.starts_with(')'));
        let (words, segment, after) = match (name, marked) {
            ("service", _) => (before, Segment::Service, after),
            ("tasks", _) => (before, Segment::Tasks, after),
            (name, Some((words, marker))) => {
                let after = after.strip_prefix(')').unwrap_or(after);
                (words, Segment::Marked(marker, field(name)), after)
            }
            (name, None) => (before, Segment::Value(field(name)), after),
        };
        if !words.is_empty() {
            segments.push(Segment::Words(words));
        }
        segments.push(segment);
        left = after;
    }
    if !left.is_empty() {
        segments.push(Segment::Words(left));
    }
    segments
}

fn field(name: &str) -> MessageField {
    match name {
        "taskSet" => MessageField::TaskSet,
        "deployment" => MessageField::Deployment,
        "task" => MessageField::Task,
        "count" => MessageField::Count,
        "replaced" => MessageField::Replaced,
        "zone" => MessageField::Zone,
        "zones" => MessageField::Zones,
        "port" => MessageField::Port,
        "instance" => MessageField::Instance,
        "containerInstance" => MessageField::ContainerInstance,
        "targetGroup" => MessageField::TargetGroup,
        "loadBalancer" => MessageField::LoadBalancer,
        "state" => MessageField::State,
        "error" => MessageField::Error,
        _ => MessageField::Reason,
    }
}

impl MessageField {
    /// Whether it is made of words, and so may have spaces and parentheses.
    const fn is_text(self) -> bool {
        matches!(self, Self::Reason | Self::Error | Self::Zones)
    }

    fn accepts(self, value: &str) -> bool {
        match self {
            Self::Count | Self::Replaced | Self::Port => {
                !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
            }
            _ if self.is_text() => !value.is_empty(),
            _ => {
                let is_other = |other: char| other.is_whitespace() || "(),".contains(other);
                !value.is_empty() && !value.contains(is_other)
            }
        }
    }
}

impl Segment {
    /// How this piece stands in a text, given its value.
    fn around(self, is_of_console: bool) -> (String, &'static str) {
        match self {
            Self::Marked(marker, _) if is_of_console && NAMES.contains(&marker) => {
                (format!("{marker} "), "")
            }
            Self::Marked(marker, _) => (format!("({marker} "), ")"),
            Self::Service if is_of_console => ("service ".to_owned(), ""),
            Self::Service => ("(service ".to_owned(), ")"),
            Self::Words(_) | Self::Tasks | Self::Value(_) => (String::new(), ""),
        }
    }

    /// Where this piece can end in a text that begins with it.
    fn ends(self, text: &str, is_of_console: bool) -> Vec<usize> {
        let (before, after) = self.around(is_of_console);
        let field = match self {
            Self::Words(words) => {
                return text
                    .starts_with(words)
                    .then_some(words.len())
                    .into_iter()
                    .collect();
            }
            Self::Tasks => return task_ends(text),
            Self::Service => {
                let pair = "(service ";
                if let Some(end) = text.strip_prefix(pair).and_then(|rest| rest.find(')')) {
                    return vec![pair.len() + end + 1];
                }
                MessageField::Service
            }
            Self::Marked(_, field) | Self::Value(field) => field,
        };
        let Some(rest) = text.strip_prefix(&*before) else {
            return Vec::new();
        };
        let is_end = |end: &usize| {
            let value = rest.get(..*end);
            let closes = rest.get(*end..).is_some_and(|left| left.starts_with(after));
            closes && value.is_some_and(|value| field.accepts(value))
        };
        let ends = (1..=rest.len()).filter(is_end);
        let mut ends: Vec<usize> = ends.map(|end| before.len() + end + after.len()).collect();
        // The longest first: a value ends where nothing else can follow it.
        ends.reverse();
        ends
    }

    /// Keeps the value of this piece.
    fn keep(self, taken: &str, message: &mut ServiceMessage) {
        let (before, after) = self.around(message.is_of_console);
        let value = taken.strip_prefix(&*before).unwrap_or(taken);
        let value = value.strip_suffix(after).unwrap_or(value);
        match self {
            Self::Words(_) => {}
            Self::Tasks => {
                let tasks = taken.split(" (task ").filter(|task| !task.is_empty());
                let tasks = tasks.map(|task| task.trim_end_matches(')').to_owned());
                message.tasks.extend(tasks);
            }
            Self::Service => {
                let pair = taken
                    .strip_prefix("(service ")
                    .and_then(|one| one.strip_suffix(')'));
                let pair = pair.unwrap_or(value);
                let (service, task_set) = match pair.split_once(", taskSet ") {
                    Some((service, task_set)) => (service, Some(task_set)),
                    None => (pair, None),
                };
                message
                    .values
                    .push((MessageField::Service, service.to_owned()));
                let task_set = task_set.map(|one| (MessageField::TaskSet, one.to_owned()));
                message.values.extend(task_set);
            }
            Self::Marked(_, field) | Self::Value(field) => {
                message.values.push((field, value.to_owned()));
            }
        }
    }

    fn write(self, message: &ServiceMessage, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |field| message.get(field).unwrap_or_default();
        let (before, after) = self.around(message.is_of_console);
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Tasks => {
                let mut tasks = message.tasks();
                tasks.try_for_each(|task| write!(f, " (task {task})"))
            }
            Self::Service => {
                let service = value(MessageField::Service);
                match message.get(MessageField::TaskSet) {
                    Some(task_set) if !message.names_task_set() => {
                        write!(f, "(service {service}, taskSet {task_set})")
                    }
                    _ => write!(f, "{before}{service}{after}"),
                }
            }
            Self::Marked(_, field) | Self::Value(field) => {
                write!(f, "{before}{}{after}", value(field))
            }
        }
    }
}

impl ServiceMessage {
    /// Whether its form has a task set besides that of the service.
    fn names_task_set(&self) -> bool {
        matches!(
            self.kind,
            MessageKind::UnableToScaleIn
                | MessageKind::ProtectedTasks
                | MessageKind::UnableToRebalance
                | MessageKind::ComputedDesiredCount
        )
    }
}

/// Where a list of tasks can end: behind each of them, the last one first.
fn task_ends(text: &str) -> Vec<usize> {
    let mut ends = vec![0];
    let mut at = 0;
    while let Some(rest) = text.get(at..).and_then(|rest| rest.strip_prefix(" (task ")) {
        let Some(end) = rest.find(')') else {
            break;
        };
        at += " (task ".len() + end + 1;
        ends.push(at);
    }
    ends.reverse();
    ends
}
