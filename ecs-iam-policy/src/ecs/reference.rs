//! The service authorization reference for Amazon ECS, as data.

use super::rows::{ACTIONS, ActionRow, CONDITION_KEYS, RESOURCE_TYPES, ResourceRow};

/// The day on which the rows were taken from AWS's reference.
///
/// Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for
/// Amazon Elastic Container Service"; dependent actions as that page lists them.
pub const REFERENCE_VERSION: &str = "2026-09-23";

/// Actions that no operation of the API asks for: agents and services are granted them.
const PERMISSION_ONLY: [&str; 4] = [
    "AllowVendedLogDeliveryForResource",
    "Poll",
    "PutSystemLogEvents",
    "StartTelemetrySession",
];

/// How far an action reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AccessLevel {
    /// Lists what there is.
    List,
    /// Reads what is in it.
    Read,
    /// Changes it.
    Write,
    /// Changes its tags.
    Tagging,
    /// Changes who may do what.
    PermissionsManagement,
}

impl AccessLevel {
    /// The name in AWS's reference.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Tagging => "Tagging",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}

/// The type of the values of a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// A text.
    Text,
    /// Several texts.
    TextList,
    /// An ARN.
    Arn,
    /// Several ARNs.
    ArnList,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
}

impl KeyType {
    /// Whether a request may have several values.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::TextList | Self::ArnList)
    }
}

/// An action of Amazon ECS.
///
/// ```
/// use ecs_iam_policy::ecs::{self, AccessLevel};
///
/// let action = ecs::action("ecs:RunTask").unwrap();
/// assert_eq!(action.access_levels(), [AccessLevel::Write]);
/// assert_eq!(action.resources().next().unwrap().resource_type(), "task-definition");
/// assert_eq!(action.dependent_actions().collect::<Vec<_>>(), ["iam:PassRole"]);
/// assert!(action.takes_key("ecs:cluster"));
/// assert!(!ecs::action("ecs:ListClusters").unwrap().takes_resource());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionReference(&'static ActionRow);

/// A resource type of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceUse(&'static ResourceRow);

/// A resource type of Amazon ECS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceTypeReference(&'static (&'static str, &'static str, &'static str));

/// A condition key that actions of Amazon ECS take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKeyReference(&'static (&'static str, KeyType));

/// All actions, in the order of their names.
pub fn actions() -> impl Iterator<Item = ActionReference> {
    ACTIONS.iter().map(ActionReference)
}

/// All resource types, in the order of their names.
pub fn resource_types() -> impl Iterator<Item = ResourceTypeReference> {
    RESOURCE_TYPES.iter().map(ResourceTypeReference)
}

/// All condition keys, in the order of their names.
pub fn condition_keys() -> impl Iterator<Item = ConditionKeyReference> {
    CONDITION_KEYS.iter().map(ConditionKeyReference)
}

/// The action of that name, with or without `ecs:` in front, whatever its case.
#[must_use]
pub fn action(name: &str) -> Option<ActionReference> {
    let name = match name.split_once(':') {
        Some((service, name)) if service.eq_ignore_ascii_case("ecs") => name,
        Some(_) => return None,
        None => name,
    };
    actions().find(|action| action.name().eq_ignore_ascii_case(name))
}

/// The resource type of that name, such as `task-definition`.
#[must_use]
pub fn resource_type(name: &str) -> Option<ResourceTypeReference> {
    resource_types().find(|known| known.name() == name)
}

/// The condition key of that name, whatever its case; keys of tags by their start.
#[must_use]
pub fn condition_key(name: &str) -> Option<ConditionKeyReference> {
    condition_keys().find(|known| is_key(known.name(), name))
}

/// Whether a key is the one of a row, or one of a tag under it.
fn is_key(row: &str, key: &str) -> bool {
    if row.ends_with('/') {
        let start = key.split_at_checked(row.len());
        start.is_some_and(|(start, tag)| start.eq_ignore_ascii_case(row) && !tag.is_empty())
    } else {
        row.eq_ignore_ascii_case(key)
    }
}

impl ActionReference {
    /// The name without `ecs:`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.0
    }

    /// How far it reaches.
    #[must_use]
    pub const fn access_levels(self) -> &'static [AccessLevel] {
        self.0.1
    }

    /// The resource types it touches. An action touches all that are required and may touch the
    /// others.
    pub fn resources(self) -> impl Iterator<Item = ResourceUse> {
        self.0.2.iter().map(ResourceUse)
    }

    /// Whether it has a resource at all. One that has none is asked for `*`.
    #[must_use]
    pub const fn takes_resource(self) -> bool {
        !self.0.2.is_empty()
    }

    /// The condition keys that it takes, those of its resources included, each once. A key that
    /// ends in `/` is followed by the key of a tag.
    #[must_use]
    pub fn condition_keys(self) -> Vec<&'static str> {
        let of_types = self
            .resources()
            .filter_map(|used| resource_type(used.resource_type()));
        let mut keys: Vec<_> = self
            .0
            .3
            .split_whitespace()
            .chain(self.resources().flat_map(|used| used.condition_keys()))
            .chain(of_types.flat_map(ResourceTypeReference::condition_keys))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether it takes a condition key of its service or of tags.
    #[must_use]
    pub fn takes_key(self, key: &str) -> bool {
        self.condition_keys()
            .into_iter()
            .any(|row| is_key(row, key))
    }

    /// Actions that the caller needs besides, with their services.
    pub fn dependent_actions(self) -> impl Iterator<Item = &'static str> {
        self.0.4.split_whitespace()
    }

    /// Whether there is no operation of that name in the API.
    #[must_use]
    pub fn is_permission_only(self) -> bool {
        PERMISSION_ONLY.contains(&self.name())
    }
}

impl ResourceUse {
    /// The name of the resource type.
    #[must_use]
    pub const fn resource_type(self) -> &'static str {
        self.0.0
    }

    /// Whether the action always touches one.
    #[must_use]
    pub const fn is_required(self) -> bool {
        self.0.1
    }

    /// The keys that hold for it.
    pub fn condition_keys(self) -> impl Iterator<Item = &'static str> {
        self.0.2.split_whitespace()
    }
}

impl ResourceTypeReference {
    /// The name, which is how the resource of its ARNs starts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.0
    }

    /// The resource of its ARNs in the long format, with `${...}` for what varies.
    #[must_use]
    pub const fn path(self) -> &'static str {
        self.0.1
    }

    /// The keys that hold for it.
    pub fn condition_keys(self) -> impl Iterator<Item = &'static str> {
        self.0.2.split_whitespace()
    }
}

impl ConditionKeyReference {
    /// The name; one that ends in `/` is followed by the key of a tag.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0.0
    }

    /// The type of its values.
    #[must_use]
    pub const fn key_type(self) -> KeyType {
        self.0.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_refer_to_each_other() {
        assert!(ACTIONS.is_sorted_by_key(|row| row.0.to_ascii_lowercase()));
        assert!(RESOURCE_TYPES.is_sorted_by_key(|row| row.0));
        assert_eq!(
            (ACTIONS.len(), RESOURCE_TYPES.len(), CONDITION_KEYS.len()),
            (81, 13, 31)
        );
        for action in actions() {
            assert!(!action.access_levels().is_empty(), "{}", action.name());
            for used in action.resources() {
                assert!(
                    resource_type(used.resource_type()).is_some(),
                    "{}",
                    action.name()
                );
            }
            for key in action.condition_keys() {
                assert!(condition_keys().any(|known| known.name() == key), "{key}");
            }
        }
        for known in resource_types() {
            assert!(known.path().starts_with(known.name()));
        }
        assert!(PERMISSION_ONLY.iter().all(|name| action(name).is_some()));
    }

    #[test]
    fn lookups() {
        assert_eq!(action("ECS:runtask").unwrap().name(), "RunTask");
        assert_eq!(action("poll").unwrap().name(), "Poll");
        assert!(action("Poll").unwrap().is_permission_only());
        assert!(action("sqs:RunTask").is_none());
        assert_eq!(
            condition_key("AWS:ResourceTag/env").unwrap().key_type(),
            KeyType::Text
        );
        assert!(condition_key("aws:ResourceTag/").is_none());
        assert!(
            condition_key("ecs:Capacity-Provider")
                .unwrap()
                .key_type()
                .is_list()
        );
        assert!(
            action("StopTask")
                .unwrap()
                .takes_key("ecs:ResourceTag/team")
        );
        assert!(!action("StopTask").unwrap().takes_key("ecs:subnet"));
        assert_eq!(
            actions().filter(|action| !action.takes_resource()).count(),
            14
        );
    }
}
