use std::fmt;
use std::hash::{Hash, Hasher};

use crate::{Edition, LaunchTypes, Severity};

/// What is known of a rule, whatever looks for breaches of it: a rule of task definitions, of
/// requests or of the settings of an agent.
///
/// Descriptions are constants, and a [`Finding`](crate::Finding) points to the one it is about.
/// Two rules are the same if they have the same [`id`](Self::id).
///
/// ```
/// use ecs_taskdef::{LaunchTypes, Rule, Severity, Source};
///
/// let rule = Rule::named("fargate-cpu-memory").expect("it is in the table");
/// assert_eq!(rule.launch_types, LaunchTypes::FARGATE);
/// assert_eq!(rule.exception, Some("ClientException"));
/// assert!(Rule::all().count() > 133);
///
/// // A rule of another library.
/// const NAMED_TEAM: Rule = Rule::new(
///     "team-tag",
///     "a definition says which team owns it",
///     Source::Page {
///         title: "house rules",
///         url: "https://example.com/rules",
///     },
/// )
/// .advice();
/// assert_eq!(NAMED_TEAM.severity, Severity::Warning);
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// The name, in kebab-case: `fargate-cpu-memory`. It does not change: people quote and
    /// suppress it.
    pub id: &'static str,
    /// What the rule asks for, in a sentence without a full stop.
    pub summary: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What helps against a breach.
    pub hint: Option<&'static str>,
    /// Where the rule is documented.
    pub source: Source,
    /// The launch types for which it counts.
    pub launch_types: LaunchTypes,
    /// Since when the rule is known.
    pub edition: Edition,
    /// The exception with which the API answers a breach, by its name on the wire; `None` if it
    /// takes the document all the same.
    pub exception: Option<&'static str>,
    /// What AWS answers; `{}` stands for a part that depends on the document.
    pub aws_message: Option<&'static str>,
    /// How sure AWS's words are.
    pub trust: Trust,
}

/// How sure the words of AWS in a [`Rule`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Quoted from an answer of AWS.
    Quoted,
    /// Quoted by others who say that they copied AWS.
    Copied,
    /// The rule is documented, the words are not known.
    Documented,
    /// AWS has no such rule; it is advice.
    Advice,
}

/// Where a [`Rule`] is documented.
///
/// ```
/// use ecs_taskdef::Source;
///
/// let source = Source::Api("PortMapping");
/// assert_eq!(source.to_string(), "API shape `PortMapping`");
/// assert_eq!(
///     source.link().as_deref(),
///     Some("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html")
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A shape or an operation of the Amazon ECS API, by its name.
    Api(&'static str),
    /// A page of today's Amazon ECS Developer Guide, by its name there.
    Guide(&'static str),
    /// A section of the Amazon ECS Developer Guide of 2015, which is no longer on the web.
    Guide2015(&'static str),
    /// Another document.
    Page {
        /// The document and the section.
        title: &'static str,
        /// Where it is.
        url: &'static str,
    },
}

impl Source {
    /// The address of the document, where it has one.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let guide = "https://docs.aws.amazon.com/AmazonECS/latest";
        match self {
            Self::Api(name) => Some(format!("{guide}/APIReference/API_{name}.html")),
            Self::Guide(page) => Some(format!("{guide}/developerguide/{page}.html")),
            Self::Guide2015(_) => None,
            Self::Page { url, .. } => Some((*url).to_owned()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(name) => write!(f, "API shape `{name}`"),
            Self::Guide(page) => write!(f, "Developer Guide, `{page}`"),
            Self::Guide2015(section) => write!(f, "Developer Guide of 2015, {section}"),
            Self::Page { title, .. } => f.write_str(title),
        }
    }
}

impl Rule {
    /// The exception of RegisterTaskDefinition and of most faults in task definitions.
    pub const CLIENT: &'static str = "ClientException";
    /// The exception of most faults in other requests.
    pub const INVALID_PARAMETER: &'static str = "InvalidParameterException";

    /// A documented rule without an exception whose breach is an error, for every launch type.
    #[must_use]
    pub const fn new(id: &'static str, summary: &'static str, source: Source) -> Self {
        Self {
            id,
            summary,
            severity: Severity::Error,
            hint: None,
            source,
            launch_types: LaunchTypes::ALL,
            edition: Edition::Current,
            exception: None,
            aws_message: None,
            trust: Trust::Documented,
        }
    }

    /// Counts for these launch types only.
    #[must_use]
    pub const fn on(mut self, launch_types: LaunchTypes) -> Self {
        self.launch_types = launch_types;
        self
    }

    /// The exception with which the API answers.
    #[must_use]
    pub const fn answered_by(mut self, exception: &'static str) -> Self {
        self.exception = Some(exception);
        self
    }

    /// AWS's words, quoted from an answer.
    #[must_use]
    pub const fn quoted(mut self, message: &'static str) -> Self {
        self.aws_message = Some(message);
        self.trust = Trust::Quoted;
        self
    }

    /// AWS's words, as others copied them.
    #[must_use]
    pub const fn copied(mut self, message: &'static str) -> Self {
        self.aws_message = Some(message);
        self.trust = Trust::Copied;
        self
    }

    /// AWS takes the document all the same.
    #[must_use]
    pub const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self.exception = None;
        self
    }

    /// AWS has no such rule.
    #[must_use]
    pub const fn advice(mut self) -> Self {
        self.trust = Trust::Advice;
        self.warning()
    }

    /// Nothing need be done.
    #[must_use]
    pub const fn note(mut self) -> Self {
        self = self.advice();
        self.severity = Severity::Note;
        self
    }

    /// The guide of 2015 has it already.
    #[must_use]
    pub const fn in_2015(mut self) -> Self {
        self.edition = Edition::Guide2015;
        self
    }

    /// What helps against a breach.
    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .field("severity", &self.severity)
            .field("launch_types", &self.launch_types)
            .field("aws_message", &self.aws_message)
            .finish_non_exhaustive()
    }
}
