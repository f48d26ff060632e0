//! Writing and reading by a form.

use core::fmt;

use super::table::MessageKind;

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
    form: &'static str,
    rendering: Rendering,
    values: Vec<(MessageField, String)>,
    tasks: Vec<String>,
}

impl ServiceMessage {
    /// A message of a kind, in the first of its forms all of whose values are given. Values that
    /// its form does not have are not told.
    pub(super) fn new(kind: MessageKind, values: &[(MessageField, &str)]) -> Self {
        let is_given = |segment: &Segment| {
            let field = segment.field();
            field.is_none_or(|field| values.iter().any(|(given, _)| *given == field))
        };
        let fits = |form: &&'static str| segments(form).iter().flatten().all(is_given);
        let mut forms = kind.forms().iter().copied();
        let first = forms.clone().next().unwrap_or_default();
        let owned = |(field, value): &(MessageField, &str)| (*field, (*value).to_owned());
        Self {
            kind,
            form: forms.find(fits).unwrap_or(first),
            rendering: Rendering::WIRE,
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
        let kinds = || MessageKind::ALL.iter();
        let forms = || kinds().flat_map(|kind| kind.forms().iter().map(|form| (*kind, *form)));
        Rendering::ALL.iter().find_map(|rendering| {
            forms().find_map(|(kind, form)| {
                let mut message = Self {
                    kind,
                    form,
                    rendering: *rendering,
                    values: Vec::new(),
                    tasks: Vec::new(),
                };
                message.match_all(&segments(form)?, text).then_some(message)
            })
        })
    }

    /// What it tells.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        self.kind
    }

    /// Whether it was read as the console shows it.
    #[must_use]
    pub fn is_of_console(&self) -> bool {
        self.rendering != Rendering::WIRE || !self.names_service()
    }

    /// The same as it comes over the wire. What only the console is known to show stays as it is.
    #[must_use]
    pub fn on_the_wire(mut self) -> Self {
        self.rendering = Rendering::WIRE;
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

    /// Whether its form has the service, as every message of the wire.
    fn names_service(&self) -> bool {
        let mut segments = segments(self.form).into_iter().flatten();
        segments.any(|segment| matches!(segment, Segment::Service { .. }))
    }

    /// Whether the text is what the segments say; the values are kept.
    fn match_all(&mut self, segments: &[Segment], text: &str) -> bool {
        let Some((first, rest)) = segments.split_first() else {
            return text.is_empty();
        };
        let before = (self.values.len(), self.tasks.len());
        let ends = first.ends(text, self.rendering);
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
        let mut segments = segments(self.form).into_iter().flatten();
        segments.try_for_each(|segment| segment.write(self, f))
    }
}

/// How a form is shown. The console drops the parentheses of markers whose values are names, but
/// not always those of the service, and cuts the words at the end that lead to the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Rendering {
    unwraps_service: bool,
    unwraps_names: bool,
    cuts_end: bool,
}

impl Rendering {
    const WIRE: Self = Self::of(false, false, false);

    /// All of them, the most likely first.
    const ALL: [Self; 8] = [
        Self::WIRE,
        Self::of(true, true, false),
        Self::of(true, true, true),
        Self::of(false, true, false),
        Self::of(false, true, true),
        Self::of(true, false, false),
        Self::of(true, false, true),
        Self::of(false, false, true),
    ];

    const fn of(unwraps_service: bool, unwraps_names: bool, cuts_end: bool) -> Self {
        Self {
            unwraps_service,
            unwraps_names,
            cuts_end,
        }
    }

    /// How the words end that lead to the guide.
    const fn more(self) -> &'static str {
        match self.cuts_end {
            true => " For more information, see the Troubleshooting section.",
            false => {
                " For more information, see the Troubleshooting section of the Amazon ECS \
                 Developer Guide."
            }
        }
    }

    /// What stands before and behind the value of a marker.
    fn around(self, marker: &str) -> (String, &'static str) {
        let unwraps = match marker {
            "service" => self.unwraps_service,
            _ => self.unwraps_names && NAMES.contains(&marker),
        };
        match unwraps {
            true => (format!("{marker} "), ""),
            false => (format!("({marker} "), ")"),
        }
    }
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

/// A piece of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Words(&'static str),
    /// `(service NAME)`, with the id of a task set if there is one and no other place for it.
    Service {
        takes_task_set: bool,
    },
    /// ` (task ID)` for each task.
    Tasks,
    /// The words that lead to the guide.
    More,
    /// A value in parentheses behind its kind, such as `(task ID)`.
    Marked(&'static str, MessageField),
    Value(MessageField),
}

/// The pieces of a form; `None` if it has a value that no field is for.
fn segments(form: &'static str) -> Option<Vec<Segment>> {
    let takes_task_set = !form.contains("{taskSet}");
    let mut segments = Vec::new();
    let mut left = form;
    while let Some((before, rest)) = left.split_once('{') {
        let (name, after) = rest.split_once('}')?;
        let marker = before
            .rsplit_once('(')
            .map(|(words, marker)| (words, marker.trim_end()));
        let marked = marker.filter(|(_, marker)| !marker.is_empty() && after.starts_with(')'));
        let (words, segment, after) = match (name, marked) {
            ("service", _) => (before, Segment::Service { takes_task_set }, after),
            ("tasks", _) => (before, Segment::Tasks, after),
            ("more", _) => (before, Segment::More, after),
            (name, Some((words, marker))) => {
                let after = after.strip_prefix(')').unwrap_or(after);
                (words, Segment::Marked(marker, field(name)?), after)
            }
            (name, None) => (before, Segment::Value(field(name)?), after),
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
    Some(segments)
}

fn field(name: &str) -> Option<MessageField> {
    Some(match name {
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
        "reason" => MessageField::Reason,
        "error" => MessageField::Error,
        _ => return None,
    })
}

impl MessageField {
    /// How much of a text can be its value from the start; it may be less.
    fn longest(self, text: &str) -> usize {
        let is_other = |other: char| match self {
            // Words have spaces and parentheses.
            Self::Reason | Self::Error | Self::Zones => false,
            Self::Count | Self::Replaced | Self::Port => !other.is_ascii_digit(),
            _ => other.is_whitespace() || "(),".contains(other),
        };
        text.find(is_other).unwrap_or(text.len())
    }

    fn accepts(self, value: &str) -> bool {
        !value.is_empty() && self.longest(value) == value.len()
    }
}

/// Between the name of a service and the id of a task set.
const TASK_SET: &str = ", taskSet ";

impl Segment {
    /// The value that it stands for, besides that of the service and what is counted with tasks.
    const fn field(self) -> Option<MessageField> {
        match self {
            Self::Marked(_, field) | Self::Value(field) => Some(field),
            Self::Words(_) | Self::Service { .. } | Self::Tasks | Self::More => None,
        }
    }

    /// Where this piece can end in a text that begins with it, the longest first: a value ends
    /// where nothing else can follow it.
    fn ends(self, text: &str, rendering: Rendering) -> Vec<usize> {
        let words = |words: &str| text.starts_with(words).then_some(words.len());
        let ((before, after), field) = match self {
            Self::Words(one) => return words(one).into_iter().collect(),
            Self::More => return words(rendering.more()).into_iter().collect(),
            Self::Tasks => return task_ends(text, rendering),
            Self::Service { takes_task_set } => {
                let around = rendering.around("service");
                let pair = takes_task_set.then(|| pair(text, &around)).flatten();
                if let Some((service, task_set)) = pair {
                    let values = service.len() + TASK_SET.len() + task_set.len();
                    return vec![around.0.len() + values + around.1.len()];
                }
                (around, MessageField::Service)
            }
            Self::Marked(marker, field) => (rendering.around(marker), field),
            Self::Value(field) => ((String::new(), ""), field),
        };
        let Some(rest) = text.strip_prefix(&*before) else {
            return Vec::new();
        };
        let closes = |end: &usize| {
            let left = rest.get(*end..);
            left.is_some_and(|left| left.starts_with(after))
        };
        let ends = (1..=field.longest(rest)).rev().filter(closes);
        ends.map(|end| before.len() + end + after.len()).collect()
    }

    /// Keeps the value of this piece.
    fn keep(self, taken: &str, message: &mut ServiceMessage) {
        let rendering = message.rendering;
        let mut keep = |field, value: &str| message.values.push((field, value.to_owned()));
        match self {
            Self::Words(_) | Self::More => {}
            Self::Tasks => {
                let (before, after) = rendering.around("task");
                let tasks = taken.split(&*before).map(|task| task.trim_end());
                let tasks = tasks.map(|task| task.strip_suffix(after).unwrap_or(task));
                let tasks = tasks.filter(|task| !task.is_empty()).map(str::to_owned);
                message.tasks.extend(tasks);
            }
            Self::Service { .. } => {
                let around = rendering.around("service");
                match pair(taken, &around) {
                    Some((service, task_set)) => {
                        keep(MessageField::Service, service);
                        keep(MessageField::TaskSet, task_set);
                    }
                    None => keep(MessageField::Service, inside(taken, &around)),
                }
            }
            Self::Marked(marker, field) => keep(field, inside(taken, &rendering.around(marker))),
            Self::Value(field) => keep(field, taken),
        }
    }

    fn write(self, message: &ServiceMessage, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rendering = message.rendering;
        let value = |field| message.get(field).unwrap_or_default();
        match self {
            Self::Words(words) => f.write_str(words),
            Self::More => f.write_str(rendering.more()),
            Self::Tasks => {
                let (before, after) = rendering.around("task");
                let mut tasks = message.tasks();
                tasks.try_for_each(|task| write!(f, " {before}{task}{after}"))
            }
            Self::Service { takes_task_set } => {
                let (before, after) = rendering.around("service");
                write!(f, "{before}{}", value(MessageField::Service))?;
                let task_set = message.get(MessageField::TaskSet);
                if let Some(task_set) = task_set.filter(|_| takes_task_set) {
                    write!(f, "{TASK_SET}{task_set}")?;
                }
                f.write_str(after)
            }
            Self::Marked(marker, field) => {
                let (before, after) = rendering.around(marker);
                write!(f, "{before}{}{after}", value(field))
            }
            Self::Value(field) => f.write_str(value(field)),
        }
    }
}

/// The value of a marker.
fn inside<'t>(taken: &'t str, (before, after): &(String, &str)) -> &'t str {
    let value = taken.strip_prefix(&**before).unwrap_or(taken);
    value.strip_suffix(*after).unwrap_or(value)
}

/// The service and the task set with which a text begins. Nobody unwraps the two.
fn pair<'t>(text: &'t str, (before, after): &(String, &str)) -> Option<(&'t str, &'t str)> {
    if after.is_empty() {
        return None;
    }
    let (pair, _) = text.strip_prefix(&**before)?.split_once(*after)?;
    let (service, task_set) = pair.split_once(TASK_SET)?;
    let is_pair = MessageField::Service.accepts(service) && MessageField::TaskSet.accepts(task_set);
    is_pair.then_some((service, task_set))
}

/// Where a list of tasks can end: behind each of them, the last one first.
fn task_ends(text: &str, rendering: Rendering) -> Vec<usize> {
    let (before, after) = rendering.around("task");
    let mut ends = vec![0];
    let mut left = text;
    while let Some(rest) = left
        .strip_prefix(' ')
        .and_then(|rest| rest.strip_prefix(&*before))
    {
        let is_other = |other: char| other.is_whitespace() || "(),.".contains(other);
        let longest = rest.find(is_other).unwrap_or(rest.len());
        let Some((task, behind)) = rest.split_at_checked(longest) else {
            break;
        };
        let Some(behind) = behind.strip_prefix(after).filter(|_| !task.is_empty()) else {
            break;
        };
        left = behind;
        ends.push(text.len() - left.len());
    }
    ends.reverse();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(field: MessageField) -> &'static str {
        match field {
            MessageField::Count | MessageField::Replaced | MessageField::Port => "12",
            MessageField::Reason | MessageField::Error => "it failed (twice), somehow",
            MessageField::Zones => "2 tasks in a, 1 tasks in b",
            MessageField::TaskSet | MessageField::Deployment => "ecs-svc/1234567890123456789",
            _ => "web-1",
        }
    }

    #[test]
    fn every_form_is_read_as_it_is_written() {
        for kind in MessageKind::ALL {
            for form in kind.forms() {
                let segments = segments(form).expect(form);
                let mut values = vec![(MessageField::Service, value(MessageField::Service))];
                let fields = segments.iter().filter_map(|segment| segment.field());
                values.extend(fields.map(|field| (field, value(field))));
                for rendering in Rendering::ALL {
                    let mut written = ServiceMessage::new(*kind, &values);
                    written.form = form;
                    written.rendering = rendering;
                    if segments.contains(&Segment::Tasks) {
                        written.tasks = vec!["1a".to_owned(), "2b".to_owned()];
                    }
                    let text = written.to_string();
                    let read = ServiceMessage::read(&text).expect(&text);
                    assert_eq!((read.kind, read.form), (*kind, *form), "{text}");
                    assert_eq!(read.to_string(), text);
                    assert_eq!(read.tasks, written.tasks);
                    let mut told = values.iter().filter(|(field, _)| {
                        *field != MessageField::Service || read.names_service()
                    });
                    assert!(
                        told.all(|(field, value)| read.get(*field) == Some(value)),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_value_that_no_field_is_for_is_no_form() {
        assert_eq!(segments("{service} runs in {country}."), None);
        assert_eq!(segments("{service"), None);
    }
}
