//! What AWS accepts as a policy of a kind, and what it answers when it does not.

mod action_format;
mod kinds;
mod resource_format;

use std::collections::HashSet;

use crate::condition::{Family, Instant, Operator};
use crate::document::{Effect, Listed, Policy, Reading, Statement, TextList, Version};
use crate::error::{PolicyError, Problem, ProblemKind, pointer_to};

/// The kinds of policies, which differ in what they may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyType {
    /// Attached to a user, group or role.
    Identity,
    /// Attached to a resource, such as a queue or a repository.
    Resource,
    /// Who may assume a role.
    Trust,
    /// A permissions boundary.
    Boundary,
    /// Given when a session is started.
    Session,
    /// A service control policy of AWS Organizations.
    ServiceControl,
    /// A resource control policy of AWS Organizations.
    ResourceControl,
}

/// Why AWS does not accept a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Rejection {
    /// The message as AWS words it.
    pub message: String,
    /// The JSON Pointer of the place it speaks of; empty for the whole document.
    pub pointer: String,
    /// What is wrong with the document, if it is not of the language.
    #[source]
    pub syntax: Option<PolicyError>,
}

impl Rejection {
    fn at(message: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            pointer: pointer.into(),
            syntax: None,
        }
    }
}

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
const CHARACTERS: &str = "The specified value for policyDocument is invalid. \
                          It must contain only printable ASCII characters.";

impl PolicyType {
    /// The most characters that a policy may have, if there is one number for all: the current
    /// default quota. White space counts in the policies of AWS Organizations only.
    ///
    /// Source: IAM User Guide, "IAM and AWS STS quotas"; AWS Organizations User Guide, "Quotas".
    #[must_use]
    pub const fn max_characters(self) -> Option<usize> {
        match self {
            Self::Identity | Self::Boundary => Some(6_144),
            Self::Trust | Self::Session => Some(2_048),
            Self::ServiceControl => Some(10_240),
            Self::ResourceControl => Some(5_120),
            Self::Resource => None,
        }
    }
}

impl Policy {
    /// Reads a document as AWS does when a policy of that kind is created, within the default
    /// quota of its size.
    ///
    /// ```
    /// use ecs_iam_policy::{Policy, PolicyType};
    ///
    /// let text = r#"{
    ///     "Version": "2012-10-17",
    ///     "Statement": {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "web"}
    /// }"#;
    /// let rejection = Policy::accept(text, PolicyType::Identity).unwrap_err();
    /// assert_eq!(rejection.message, "Resource web must be in ARN format or \"*\".");
    /// assert_eq!(rejection.pointer, "/Statement/Resource");
    /// ```
    ///
    /// # Errors
    ///
    /// The one thing that AWS would answer, in AWS's words.
    pub fn accept(text: &str, policy_type: PolicyType) -> Result<Self, Rejection> {
        Self::accept_within(text, policy_type, policy_type.max_characters())
    }

    /// As [`Policy::accept`] with another limit of characters, or none: quotas are raised, and
    /// the inline policies of a user, role or group share one.
    ///
    /// # Errors
    ///
    /// As [`Policy::accept`].
    pub fn accept_within(
        text: &str,
        policy_type: PolicyType,
        max_characters: Option<usize>,
    ) -> Result<Self, Rejection> {
        check_characters(text)?;
        let Reading { policy, problems } = Self::read(text);
        if let Some(problem) = problems
            .iter()
            .find(|problem| is_syntax(problem, policy_type))
        {
            let pointer = problem.pointer.clone();
            return Err(Rejection {
                syntax: Some(PolicyError::new(problems)),
                ..Rejection::at(SYNTAX, pointer)
            }
            .for_kind(policy_type));
        }
        let check = Check {
            policy: &policy,
            problems: &problems,
            policy_type,
        };
        check
            .run()
            .map_err(|rejection| rejection.for_kind(policy_type))?;
        kinds::check_size(text, policy_type, max_characters)?;
        Ok(policy)
    }
}

/// Tabs, line breaks, and U+0020 to U+00FF.
fn check_characters(text: &str) -> Result<(), Rejection> {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    let Some((offset, character)) = text.char_indices().find(|(_, c)| !legal(*c)) else {
        return Ok(());
    };
    let problem = Problem::new(ProblemKind::Character { character, offset }, String::new());
    Err(Rejection {
        syntax: Some(PolicyError::new(vec![problem])),
        ..Rejection::at(CHARACTERS, "")
    })
}

/// Whether AWS calls a problem a syntax error; the others have messages of their own.
fn is_syntax(problem: &Problem, policy_type: PolicyType) -> bool {
    match &problem.kind {
        ProblemKind::MissingElement(name) => *name != "Action",
        ProblemKind::Effect(text) => {
            let names = [Effect::Allow.name(), Effect::Deny.name()];
            !names.iter().any(|name| name.eq_ignore_ascii_case(text))
        }
        ProblemKind::PrincipalKind(_) | ProblemKind::PrincipalText(_) => {
            !kinds::names_principals(policy_type) && policy_type != PolicyType::Identity
        }
        _ => true,
    }
}

/// A document of the language, to be held against the rules of its kind.
struct Check<'a> {
    policy: &'a Policy,
    problems: &'a [Problem],
    policy_type: PolicyType,
}

impl Check<'_> {
    /// The checks in the order in which AWS makes them.
    fn run(&self) -> Result<(), Rejection> {
        self.check_version()?;
        kinds::check_principals(self.policy, self.problems, self.policy_type)?;
        self.check_effects()?;
        self.check_dates()?;
        let format = resource_format::check(self.policy)?;
        self.check_sids()?;
        self.check_present(
            "Policy statement must contain actions.",
            ["Action", "NotAction"],
            |statement| statement.action.as_ref(),
        )?;
        format.map_or(Ok(()), Err)?;
        action_format::check(self.policy)?;
        if self.policy_type == PolicyType::Trust {
            return kinds::check_trust(self.policy);
        }
        if self.policy_type != PolicyType::Resource {
            let message = "Policy statement must contain resources.";
            self.check_present(message, ["Resource", "NotResource"], |statement| {
                statement.resource.as_ref()
            })?;
        }
        kinds::check_organization(self.policy, self.policy_type)
    }

    fn check_version(&self) -> Result<(), Rejection> {
        let any = matches!(self.policy_type, PolicyType::Resource | PolicyType::Trust);
        if any || self.policy.effective_version() == Version::V2012_10_17 {
            return Ok(());
        }
        let message = "Policy document must be version 2012-10-17 or greater.";
        Err(Rejection::at(
            message,
            self.policy.version.map_or("", |_| "/Version"),
        ))
    }

    /// `allow` is of the language to AWS, but not to the next of its parsers.
    fn check_effects(&self) -> Result<(), Rejection> {
        let mut problems = self.problems.iter();
        let misspelt = problems.find(|problem| matches!(problem.kind, ProblemKind::Effect(_)));
        misspelt.map_or(Ok(()), |problem| {
            Err(Rejection::at(LEGACY, problem.pointer.clone()))
        })
    }

    fn check_dates(&self) -> Result<(), Rejection> {
        for (index, statement) in self.policy.statements().iter().enumerate() {
            let blocks = statement
                .condition
                .iter()
                .flat_map(|conditions| conditions.blocks());
            let is_date = |operator: Operator| operator.kind.family() == Family::Date;
            for block in blocks.filter(|block| block.operator().is_some_and(is_date)) {
                for test in block.tests() {
                    let mut values = test.values().iter();
                    if values.any(|value| Instant::parse(&value.text()).is_none()) {
                        let conditions =
                            pointer_to(&self.policy.statement_pointer(index), "Condition");
                        let block = pointer_to(&conditions, block.operator_text());
                        return Err(Rejection::at(LEGACY, pointer_to(&block, test.key())));
                    }
                }
            }
        }
        Ok(())
    }

    fn check_sids(&self) -> Result<(), Rejection> {
        let mut known = HashSet::new();
        for (index, statement) in self.policy.statements().iter().enumerate() {
            let Some(sid) = statement.sid.as_deref() else {
                continue;
            };
            if !sid.is_empty() && !known.insert(sid) {
                let message = "Statement IDs (SID) in a single policy must be unique.";
                let pointer = pointer_to(&self.policy.statement_pointer(index), "Sid");
                return Err(Rejection::at(message, pointer));
            }
        }
        Ok(())
    }

    /// That every statement has an element in one of its two senses, and something in it.
    fn check_present(
        &self,
        message: &str,
        names: [&'static str; 2],
        element: impl Fn(&Statement) -> Option<&Listed<TextList>>,
    ) -> Result<(), Rejection> {
        for (index, statement) in self.policy.statements().iter().enumerate() {
            let pointer = self.policy.statement_pointer(index);
            match element(statement) {
                None => return Err(Rejection::at(message, pointer)),
                Some(element) if element.list().is_empty() => {
                    let pointer = pointer_to(&pointer, element.name_of(names));
                    return Err(Rejection::at(message, pointer));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// The lists of an element in one of its two senses, with the positions of their statements.
fn lists<'a>(
    policy: &'a Policy,
    negated: bool,
    element: impl Fn(&'a Statement) -> Option<&'a Listed<TextList>>,
) -> impl Iterator<Item = (usize, &'a TextList)> {
    let statements = policy.statements().iter().enumerate();
    statements.filter_map(move |(index, statement)| {
        let element = element(statement).filter(|element| element.is_negated() == negated)?;
        Some((index, element.list()))
    })
}

/// The pointer of an entry of a list, or of the element if it is a single text.
fn entry_pointer(
    policy: &Policy,
    statement: usize,
    name: &str,
    list: &TextList,
    at: usize,
) -> String {
    let element = pointer_to(&policy.statement_pointer(statement), name);
    if list.is_single() {
        element
    } else {
        pointer_to(&element, at)
    }
}
