use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use ecs_arn::{ArnError, Scope, TaskDefinitionRef};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

use crate::{
    Findings, Format, Saved, TaskDefinition, TaskDefinitionFamilyStatus, TaskDefinitionStatus,
    Timestamp, Validator,
};

/// The task definitions of one account in one region: families and revisions.
///
/// Revisions of a family are numbered from 1 and a number is never used again,
/// not even after deregistration and deletion. There is no clock inside: `now`
/// is an argument.
///
/// ```
/// use ecs_arn::Scope;
/// use ecs_taskdef::{Registry, TaskDefinition, TaskDefinitionFamilyStatus, TaskDefinitionStatus, Timestamp};
///
/// let mut registry = Registry::new(&Scope::new("us-east-1", "123456789012")?);
/// let web: TaskDefinition = serde_json::from_str(
///     r#"{"family":"web","containerDefinitions":[{"name":"web","image":"nginx","memory":64}]}"#,
/// )?;
/// let now = Timestamp::from_seconds(1_438_893_060);
/// let registered = registry.register(&web, now)?;
/// assert_eq!(
///     registered.task_definition_arn(),
///     Some("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1")
/// );
/// assert_eq!(registry.register(&web, now)?.revision, Some(2));
///
/// registry.deregister("web:2", now)?;
/// assert_eq!(registry.describe("web")?.revision, Some(1));
/// assert_eq!(registry.describe("web:2")?.status, Some(TaskDefinitionStatus::Inactive));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It can be saved and restored with `serde`; [`Saved`] says how its format is
/// versioned. One with a [`RuleSet`](crate::RuleSet) that was changed cannot be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registry {
    format: Format<Self>,
    arn_prefix: String,
    validator: Validator,
    grace: Duration,
    #[serde(deserialize_with = "saved_families")]
    families: BTreeMap<String, Family>,
}

impl Saved for Registry {
    const NAME: &'static str = "registry";
    const VERSION: u32 = 1;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Family {
    last_revision: i32,
    revisions: BTreeMap<i32, TaskDefinition>,
}

/// A change of a [`Registry`], to be kept and [applied](Registry::apply): it says what is so from
/// then on, so that registries of later versions, whose rules are others, apply it too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum RegistryChange {
    /// A revision is new, or has changed: as it is described from now on.
    Revision(Box<TaskDefinition>),
    /// A revision is gone.
    Gone {
        /// The family.
        family: String,
        /// Its number.
        revision: i32,
    },
}

/// A call that the registry refuses. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The task definition breaks rules.
    #[error("the task definition has {} errors, the first: {}", .0.errors().count(), first_error(.0))]
    Invalid(Findings),
    /// The reference is neither a family, nor `family:revision`, nor an ARN.
    #[error("`{reference}` is not a reference to a task definition")]
    Malformed {
        /// The reference.
        reference: String,
        /// What is wrong with it.
        #[source]
        reason: ArnError,
    },
    /// The call needs a revision and got a family alone.
    #[error("`{reference}` has no revision")]
    RevisionRequired {
        /// The reference.
        reference: String,
    },
    /// There is no such task definition, or no ACTIVE one in the family.
    #[error("there is no task definition `{reference}`")]
    NotFound {
        /// The reference.
        reference: String,
    },
    /// The revision was deregistered.
    #[error("task definition `{reference}` is {status}")]
    NotActive {
        /// The reference.
        reference: String,
        /// What it is instead.
        status: TaskDefinitionStatus,
    },
    /// The revision must be deregistered before it is deleted.
    #[error(
        "task definition `{reference}` is ACTIVE and must be deregistered before it is deleted"
    )]
    StillActive {
        /// The reference.
        reference: String,
    },
    /// The family has used up its numbers.
    #[error("family `{family}` has no revision numbers left")]
    RevisionsExhausted {
        /// The family.
        family: String,
    },
    /// One call deletes at most ten.
    #[error("{count} task definitions in one call, at most 10")]
    TooMany {
        /// How many there were.
        count: usize,
    },
}

impl RegistryError {
    /// The exception with which the API refuses the call.
    #[must_use]
    pub fn exception(&self) -> &'static str {
        match self {
            Self::RevisionRequired { .. } | Self::TooMany { .. } => "InvalidParameterException",
            _ => "ClientException",
        }
    }

    /// What AWS says, where its words are known.
    #[must_use]
    pub fn aws_message(&self) -> Option<&str> {
        match self {
            Self::Invalid(findings) => findings.errors().next()?.aws_message.as_deref(),
            Self::NotFound { .. } => Some("Unable to describe task definition."),
            Self::NotActive { .. } => Some("TaskDefinition is inactive"),
            _ => None,
        }
    }
}

fn first_error(findings: &Findings) -> String {
    findings
        .errors()
        .next()
        .map(ToString::to_string)
        .unwrap_or_default()
}

impl Registry {
    /// How long after deregistration AWS may still start tasks of a revision.
    pub const GRACE_OF_AWS: Duration = Duration::from_secs(600);

    /// The most task definitions that one call deletes.
    pub const MAX_DELETE: usize = 10;

    /// An empty registry for the region and the account of `scope`.
    #[must_use]
    pub fn new(scope: &Scope<'_>) -> Self {
        let (partition, region, account) = (scope.partition(), scope.region(), scope.account());
        Self {
            format: Format::current(),
            arn_prefix: format!("arn:{partition}:ecs:{region}:{account}:task-definition/"),
            validator: Validator::default(),
            grace: Duration::ZERO,
            families: BTreeMap::new(),
        }
    }

    /// Registers by other rules than the current ones.
    #[must_use]
    pub fn with_validator(mut self, validator: Validator) -> Self {
        self.validator = validator;
        self
    }

    /// Lets a revision be used for so long after it was deregistered; not at
    /// all unless this is called.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Registers a new revision and gives back how AWS describes it.
    ///
    /// # Errors
    ///
    /// [`RegistryError::Invalid`] with all findings when a rule is broken.
    pub fn register(
        &mut self,
        definition: &TaskDefinition,
        now: Timestamp,
    ) -> Result<&TaskDefinition, RegistryError> {
        let described = self.decide_register(definition, now)?;
        Ok(self.put(described))
    }

    /// What [`register`](Self::register) would give back: the
    /// [`RegistryChange::Revision`] to keep and apply.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn decide_register(
        &self,
        definition: &TaskDefinition,
        now: Timestamp,
    ) -> Result<TaskDefinition, RegistryError> {
        let input = definition.to_register_input().task_definition;
        let findings = self.validator.validate(&input);
        if findings.has_errors() {
            return Err(RegistryError::Invalid(findings));
        }
        let name = input.family.clone().unwrap_or_default();
        let last = self
            .families
            .get(&name)
            .map_or(0, |family| family.last_revision);
        let exhausted = RegistryError::RevisionsExhausted {
            family: name.clone(),
        };
        let revision = last.checked_add(1).ok_or(exhausted)?;
        Ok(input
            .normalized()
            .with_task_definition_arn(format!("{}{name}:{revision}", self.arn_prefix))
            .with_revision(revision)
            .with_status(TaskDefinitionStatus::Active)
            .with_registered_at(now))
    }

    /// Makes a change so that was decided, here or in another process with the same changes
    /// before.
    pub fn apply(&mut self, change: RegistryChange) {
        match change {
            RegistryChange::Revision(described) => {
                self.put(*described);
            }
            RegistryChange::Gone { family, revision } => {
                if let Some(family) = self.families.get_mut(&family) {
                    family.revisions.remove(&revision);
                }
            }
        }
    }

    /// Puts a revision in the place of its number.
    fn put(&mut self, described: TaskDefinition) -> &TaskDefinition {
        let name = described.family.clone().unwrap_or_default();
        let revision = described.revision.unwrap_or_default();
        let family = self.families.entry(name).or_default();
        family.last_revision = family.last_revision.max(revision);
        match family.revisions.entry(revision) {
            Entry::Vacant(place) => place.insert(described),
            Entry::Occupied(mut place) => {
                place.insert(described);
                place.into_mut()
            }
        }
    }

    /// The revision of a reference, or the latest ACTIVE one of a family.
    ///
    /// # Errors
    ///
    /// A malformed reference, or one that refers to nothing.
    pub fn describe(&self, reference: &str) -> Result<&TaskDefinition, RegistryError> {
        let (family, revision) = self.parse(reference)?;
        self.find(reference, family, revision)
    }

    /// The revision that a new task or service of the reference uses.
    ///
    /// # Errors
    ///
    /// As [`describe`](Self::describe), and [`RegistryError::NotActive`] for a
    /// revision that was deregistered longer ago than the grace.
    pub fn resolve(
        &self,
        reference: &str,
        now: Timestamp,
    ) -> Result<&TaskDefinition, RegistryError> {
        let found = self.describe(reference)?;
        let status = found.status.clone().unwrap_or(TaskDefinitionStatus::Active);
        let since = found.deregistered_at;
        let in_grace = since.is_some_and(|since| now.saturating_since(since) < self.grace);
        match status {
            TaskDefinitionStatus::Active => Ok(found),
            TaskDefinitionStatus::Inactive if in_grace => Ok(found),
            status => Err(RegistryError::NotActive {
                reference: reference.to_owned(),
                status,
            }),
        }
    }

    /// Makes a revision INACTIVE. It can be described on, and what runs runs on.
    ///
    /// # Errors
    ///
    /// A reference that is malformed, has no revision, refers to nothing, or to
    /// a revision that is not ACTIVE.
    pub fn deregister(
        &mut self,
        reference: &str,
        now: Timestamp,
    ) -> Result<&TaskDefinition, RegistryError> {
        let described = self.decide_deregister(reference, now)?;
        Ok(self.put(described))
    }

    /// What [`deregister`](Self::deregister) would give back: the [`RegistryChange::Revision`] to
    /// keep and apply.
    ///
    /// # Errors
    ///
    /// As [`deregister`](Self::deregister).
    pub fn decide_deregister(
        &self,
        reference: &str,
        now: Timestamp,
    ) -> Result<TaskDefinition, RegistryError> {
        let found = self.find_revision(reference)?;
        match found.status.clone() {
            Some(TaskDefinitionStatus::Active) => Ok(found
                .clone()
                .with_status(TaskDefinitionStatus::Inactive)
                .with_deregistered_at(now)),
            status => Err(RegistryError::NotActive {
                reference: reference.to_owned(),
                status: status.unwrap_or(TaskDefinitionStatus::Inactive),
            }),
        }
    }

    /// Asks for the deletion of INACTIVE revisions, at most ten. Each reference
    /// has its own answer; one that fails does not stop the others.
    ///
    /// # Errors
    ///
    /// [`RegistryError::TooMany`] for more than ten references.
    pub fn delete(
        &mut self,
        references: &[&str],
        now: Timestamp,
    ) -> Result<Vec<Result<TaskDefinition, RegistryError>>, RegistryError> {
        if references.len() > Self::MAX_DELETE {
            return Err(RegistryError::TooMany {
                count: references.len(),
            });
        }
        let delete = |reference: &&str| {
            let described = self.decide_delete(reference, now)?;
            Ok(self.put(described).clone())
        };
        Ok(references.iter().map(delete).collect())
    }

    /// What [`delete`](Self::delete) would give back for one reference: the
    /// [`RegistryChange::Revision`] to keep and apply.
    ///
    /// # Errors
    ///
    /// A reference that is malformed, has no revision, refers to nothing, or to a revision that
    /// is ACTIVE.
    pub fn decide_delete(
        &self,
        reference: &str,
        now: Timestamp,
    ) -> Result<TaskDefinition, RegistryError> {
        let found = self.find_revision(reference)?;
        match found.status {
            Some(TaskDefinitionStatus::Active) => Err(RegistryError::StillActive {
                reference: reference.to_owned(),
            }),
            Some(TaskDefinitionStatus::Inactive) => Ok(found
                .clone()
                .with_status(TaskDefinitionStatus::DeleteInProgress)
                .with_delete_requested_at(now)),
            _ => Ok(found.clone()),
        }
    }

    /// Takes a DELETE_IN_PROGRESS revision away, once nothing uses it any more.
    ///
    /// # Errors
    ///
    /// A reference that is malformed, has no revision, or refers to nothing;
    /// [`RegistryError::StillActive`] when its deletion was not asked for.
    pub fn finish_deletion(&mut self, reference: &str) -> Result<TaskDefinition, RegistryError> {
        let found = self.find_revision(reference)?;
        if found.status != Some(TaskDefinitionStatus::DeleteInProgress) {
            return Err(RegistryError::StillActive {
                reference: reference.to_owned(),
            });
        }
        let found = found.clone();
        self.apply(RegistryChange::Gone {
            family: found.family.clone().unwrap_or_default(),
            revision: found.revision.unwrap_or_default(),
        });
        Ok(found)
    }

    /// The ARNs of the revisions with `status`, of one family or of all: by
    /// family, then by the number of the revision. `DESC` is this reversed.
    pub fn list<'a>(
        &'a self,
        family: Option<&'a str>,
        status: &'a TaskDefinitionStatus,
    ) -> impl DoubleEndedIterator<Item = &'a str> {
        self.families
            .iter()
            .filter(move |(name, _)| family.is_none_or(|family| family == name.as_str()))
            .flat_map(|(_, family)| family.revisions.values())
            .filter(move |revision| revision.status() == Some(status))
            .filter_map(|revision| revision.task_definition_arn())
    }

    /// The names of the families that begin with `prefix`, in ascending order.
    /// A family without any revision left is not shown; its numbers go on. No
    /// family has a status that the API does not have.
    pub fn list_families<'a>(
        &'a self,
        prefix: &'a str,
        status: &'a TaskDefinitionFamilyStatus,
    ) -> impl DoubleEndedIterator<Item = &'a str> {
        self.families
            .iter()
            .filter(move |(name, family)| name.starts_with(prefix) && !family.revisions.is_empty())
            .filter(move |(_, family)| match status {
                TaskDefinitionFamilyStatus::All => true,
                TaskDefinitionFamilyStatus::Active => family.latest_active().is_some(),
                TaskDefinitionFamilyStatus::Inactive => family.latest_active().is_none(),
                TaskDefinitionFamilyStatus::Other(_) => false,
            })
            .map(|(name, _)| name.as_str())
    }

    /// The family and the revision of a reference to this account and region.
    fn parse<'r>(&self, reference: &'r str) -> Result<(&'r str, Option<i32>), RegistryError> {
        let malformed = |reason| RegistryError::Malformed {
            reference: reference.to_owned(),
            reason,
        };
        let parsed = TaskDefinitionRef::parse(reference).map_err(malformed)?;
        if parsed.arn().is_some() && !reference.starts_with(&self.arn_prefix) {
            return Err(not_found(reference));
        }
        // A reference has no revision that is greater.
        let revision = |number| i32::try_from(number).unwrap_or(i32::MAX);
        Ok((parsed.family(), parsed.revision().map(revision)))
    }

    fn find(
        &self,
        reference: &str,
        family: &str,
        revision: Option<i32>,
    ) -> Result<&TaskDefinition, RegistryError> {
        let family = self.families.get(family);
        let found = family.and_then(|family| match revision {
            Some(revision) => family.revisions.get(&revision),
            None => family.latest_active(),
        });
        found.ok_or_else(|| not_found(reference))
    }

    /// The revision of a reference that has to name one.
    fn find_revision(&self, reference: &str) -> Result<&TaskDefinition, RegistryError> {
        let (family, revision) = self.parse(reference)?;
        if revision.is_none() {
            return Err(RegistryError::RevisionRequired {
                reference: reference.to_owned(),
            });
        }
        self.find(reference, family, revision)
    }
}

impl Family {
    fn latest_active(&self) -> Option<&TaskDefinition> {
        let active =
            |revision: &&TaskDefinition| revision.status == Some(TaskDefinitionStatus::Active);
        self.revisions.values().rev().find(active)
    }
}

/// A number that was given away lies between 1 and the last one.
fn saved_families<'de, D>(deserializer: D) -> Result<BTreeMap<String, Family>, D::Error>
where
    D: Deserializer<'de>,
{
    let families = BTreeMap::<String, Family>::deserialize(deserializer)?;
    for (name, family) in &families {
        let is_given = |revision: &&i32| (1..=family.last_revision).contains(*revision);
        if let Some(revision) = family.revisions.keys().find(|one| !is_given(one)) {
            return Err(de::Error::custom(format_args!(
                "revision {revision} of family `{name}` is not from 1 to {}, its last one",
                family.last_revision
            )));
        }
    }
    Ok(families)
}

fn not_found(reference: &str) -> RegistryError {
    RegistryError::NotFound {
        reference: reference.to_owned(),
    }
}
