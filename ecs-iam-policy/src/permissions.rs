//! What a policy allows at all, action by action, and what changes between two policies.

mod limit;
mod speaking;

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use serde::Serialize;

use self::limit::{Limit, reduced};
use self::speaking::Speaking;
use crate::decide::Decision;
use crate::document::{Effect, Listed, Policy, Statement};
use crate::ecs::{self, AccessLevel};
use crate::layers::PolicySet;
use crate::request::Request;

/// What a policy, or several taken together, allow for each action.
///
/// Every action of Amazon ECS has a row, and so has every action of other services that a policy
/// names; one with wildcards stands for all that it matches, and `*` for every action that no
/// other row speaks of. Resources that an action cannot have do not count: a cluster for
/// `ecs:RunTask`, anything but `*` for `ecs:ListClusters`.
///
/// ```
/// use ecs_iam_policy::{Extent, Permissions, Policy};
///
/// let policy: Policy = r#"{
///     "Version": "2012-10-17",
///     "Statement": [
///         {"Effect": "Allow", "Action": "ecs:List*", "Resource": "*"},
///         {
///             "Effect": "Allow",
///             "Action": "ecs:StopTask",
///             "Resource": "arn:aws:ecs:*:*:task/dev/*"
///         }
///     ]
/// }"#.parse()?;
/// let permissions = Permissions::of([&policy]);
/// assert_eq!(permissions.extent("ecs:ListTasks"), Extent::Full);
/// assert!(matches!(permissions.extent("ecs:StopTask"), Extent::Limited(_)));
/// assert_eq!(permissions.extent("ecs:RunTask"), Extent::None);
/// # Ok::<(), ecs_iam_policy::PolicyError>(())
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct Permissions {
    rows: Vec<Permission>,
    #[serde(skip)]
    speaking: Speaking,
}

impl PartialEq for Permissions {
    /// Whether they come from the same statements.
    fn eq(&self, other: &Self) -> bool {
        self.speaking.statements() == other.speaking.statements()
    }
}

/// What is allowed for an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Permission {
    /// The action with its service.
    pub action: String,
    /// How far it is allowed.
    pub extent: Extent,
}

/// How far an action is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Extent {
    /// Nothing allows it.
    None,
    /// It is denied for every resource, whatever allows it.
    Denied,
    /// It is allowed for some resources or under conditions, in words, each limit once.
    Limited(BTreeSet<String>),
    /// It is allowed for every resource.
    Full,
}

/// An action that two policies treat differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PermissionChange {
    /// The action with its service.
    pub action: String,
    /// How far it was allowed.
    pub before: Extent,
    /// How far it is allowed now.
    pub after: Extent,
}

impl Permissions {
    /// What policies of one layer allow together.
    #[must_use]
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let statements: Vec<Statement> = policies
            .into_iter()
            .flat_map(Policy::statements)
            .cloned()
            .collect();
        let speaking = Speaking::new(statements);
        let of_ecs = ecs::actions().map(|action| format!("ecs:{}", action.name()));
        let named: BTreeSet<String> = speaking
            .statements()
            .iter()
            .flat_map(named_actions)
            .collect();
        let rows = of_ecs.chain(named).map(|action| {
            let extent = extent_of(&speaking, &action);
            Permission { action, extent }
        });
        Self {
            rows: rows.collect(),
            speaking,
        }
    }

    /// Every action with its extent: those of Amazon ECS first, in the order of their names.
    #[must_use]
    pub fn rows(&self) -> &[Permission] {
        &self.rows
    }

    /// How far an action is allowed, by its name with its service, whatever its case. It need
    /// not have a row.
    #[must_use]
    pub fn extent(&self, action: &str) -> Extent {
        extent_of(&self.speaking, action)
    }

    /// What changes from these permissions to others. A resource that another one covers, under
    /// the same conditions, changes nothing.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Vec<PermissionChange> {
        let mut known = HashSet::new();
        let rows = self.rows.iter().chain(&other.rows);
        let named = rows.map(|row| row.action.as_str());
        // Whoever excludes actions speaks of all that nobody names.
        let actions = named.chain(["*"]);
        let actions = actions.filter(|action| known.insert(action.to_ascii_lowercase()));
        let changes = actions.map(|action| PermissionChange {
            action: action.to_owned(),
            before: self.extent(action),
            after: other.extent(action),
        });
        changes
            .filter(|change| match (&change.before, &change.after) {
                (Extent::Limited(before), Extent::Limited(after)) => {
                    before != after && self.reach(&change.action) != other.reach(&change.action)
                }
                (before, after) => before != after,
            })
            .collect()
    }

    /// What is allowed and what is denied, without what something else covers.
    fn reach(&self, action: &str) -> [BTreeSet<String>; 2] {
        [Effect::Allow, Effect::Deny].map(|effect| reduced(&self.speaking.limits(action, effect)))
    }
}

/// Actions of other services that a statement names, those with wildcards as they are.
fn named_actions(statement: &Statement) -> Vec<String> {
    let Some(Listed::These(list)) = &statement.action else {
        return Vec::new();
    };
    let named = list.iter().filter_map(|text| match text.split_once(':') {
        None => (text == "*").then_some("*"),
        Some(("*", "*")) => Some("*"),
        Some((service, _)) => (!service.eq_ignore_ascii_case("ecs")).then_some(text),
    });
    named.map(str::to_owned).collect()
}

fn extent_of(speaking: &Speaking, action: &str) -> Extent {
    let denies = speaking.limits(action, Effect::Deny);
    if denies.iter().any(Limit::is_none) {
        return Extent::Denied;
    }
    let allows = speaking.limits(action, Effect::Allow);
    if allows.is_empty() {
        return Extent::None;
    }
    let full = allows.iter().any(Limit::is_none);
    if full && denies.is_empty() {
        return Extent::Full;
    }
    let allowed = allows.iter().filter(|_| !full).map(ToString::to_string);
    let denied = denies.iter().map(|limit| format!("not {limit}"));
    Extent::Limited(allowed.chain(denied).collect())
}

impl fmt::Display for Extent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("not allowed"),
            Self::Denied => formatter.write_str("denied"),
            Self::Full => formatter.write_str("allowed"),
            Self::Limited(limits) => {
                let limits: Vec<_> = limits.iter().map(String::as_str).collect();
                write!(formatter, "allowed {}", limits.join("; "))
            }
        }
    }
}

impl fmt::Display for PermissionChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}, was {}",
            self.action, self.after, self.before
        )
    }
}

impl fmt::Display for Permissions {
    /// The actions of Amazon ECS that are allowed, by access level, then those of others.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level_of = |row: &Permission| {
            ecs::action(&row.action).and_then(|action| action.access_levels().iter().max())
        };
        let levels = [
            Some(&AccessLevel::List),
            Some(&AccessLevel::Read),
            Some(&AccessLevel::Write),
            Some(&AccessLevel::Tagging),
            Some(&AccessLevel::PermissionsManagement),
            None,
        ];
        for level in levels {
            let heading = level.map_or("other services", |level| level.name());
            let of_level = |row: &&Permission| {
                !matches!(row.extent, Extent::None | Extent::Denied) && level_of(row) == level
            };
            let mut rows = self.rows.iter().filter(of_level).peekable();
            if rows.peek().is_some() {
                writeln!(formatter, "{heading}")?;
            }
            for row in rows {
                writeln!(formatter, "  {}: {}", row.action, row.extent)?;
            }
        }
        Ok(())
    }
}

impl PolicySet {
    /// Decides a request for each of several actions in place of its own.
    ///
    /// ```
    /// use ecs_iam_policy::{CompiledPolicy, Policy, PolicySet, Request};
    ///
    /// let policy: Policy = r#"{
    ///     "Version": "2012-10-17",
    ///     "Statement": {"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}
    /// }"#.parse()?;
    /// let policies = PolicySet::new().with_identity(CompiledPolicy::new(&policy));
    /// let request = Request::new(
    ///     "arn:aws:iam::123456789012:user/alice".parse()?,
    ///     "ecs:DescribeTasks",
    ///     "arn:aws:ecs:us-east-1:123456789012:task/default/1abf",
    /// );
    /// let decisions = policies.decide_each(&request, ["ecs:DescribeTasks", "ecs:StopTask"]);
    /// let allowed: Vec<_> = decisions.iter().map(|(_, it)| it.is_allowed()).collect();
    /// assert_eq!(allowed, [true, false]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decide_each<'a>(
        &self,
        request: &Request,
        actions: impl IntoIterator<Item = &'a str>,
    ) -> Vec<(&'a str, Decision)> {
        let mut request = request.clone();
        let decisions = actions.into_iter().map(|action| {
            request.set_action(action);
            (action, self.decide(&request))
        });
        decisions.collect()
    }
}
