//! What tells whether a rule has anything to look at, of all rules close together: most of them
//! have not, and to walk over their descriptions would take longer than to ask the others.

use std::sync::LazyLock;

use super::{FAMILIES, Row};
use crate::shape::{Structure, View};
use crate::{ContainerDefinition, Edition, LaunchTypes, TaskDefinition};

/// The rules that count and have something to look at, in the order of their families.
pub(super) fn rows(
    edition: Edition,
    launch_types: LaunchTypes,
    given: Members,
) -> impl Iterator<Item = &'static Row> {
    let in_force = move |entry: &&Entry| {
        let of = entry.launch_types;
        entry.edition <= edition
            && entry.members.0 & given.0 != 0
            && (of.intersects(launch_types) || of == LaunchTypes::ALL)
    };
    TABLE.iter().filter(in_force).map(|entry| entry.row)
}

struct Entry {
    edition: Edition,
    launch_types: LaunchTypes,
    members: Members,
    row: &'static Row,
}

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let rows = FAMILIES.into_iter().flatten();
    rows.map(|row| Entry {
        edition: row.rule.edition,
        launch_types: row.rule.launch_types,
        members: row.about().map_or(Members::ANY, Members::named),
        row,
    })
    .collect()
});

/// Members of containers, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Members(u64);

impl Members {
    /// Each of them, and none of them too.
    const ANY: Self = Self(u64::MAX);
    /// Set in what is given, so that a rule about no member has something to look at.
    const ALWAYS: u64 = 1 << 63;

    /// The member with that name, or every member if no member has it.
    fn named(name: &str) -> Self {
        let members = ContainerDefinition::SHAPE.members.iter();
        let index = members.take(63).position(|member| member.name == name);
        index.map_or(Self::ANY, |index| Self(1 << index))
    }

    /// The members that any of the containers has. An empty list is as good as none.
    pub(super) fn given(task: &TaskDefinition) -> Self {
        let mut given = Self::ALWAYS;
        for container in task.container_definitions() {
            container.values(&mut |values| {
                for (index, value) in values.iter().take(63).enumerate() {
                    let is_given = match value.map(|value| value.view()) {
                        None => false,
                        Some(View::List(list)) => !list.is_empty(),
                        Some(_) => true,
                    };
                    given |= u64::from(is_given) << index;
                }
            });
        }
        Self(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_about_members_that_containers_have() {
        let members = FAMILIES.into_iter().flatten().filter_map(Row::about);
        for member in members {
            assert_ne!(Members::named(member), Members::ANY, "{member}");
        }
        assert!(ContainerDefinition::SHAPE.members.len() <= 63);
    }

    #[test]
    fn what_is_given_is_seen() {
        let task = serde_json::from_str::<TaskDefinition>(
            r#"{"containerDefinitions": [{"links": [], "cpu": 1}, {"user": "", "image": null}]}"#,
        );
        let given = Members::given(&task.unwrap());
        for (name, is_given) in [
            ("cpu", true),
            ("user", true),
            ("links", false),
            ("image", false),
        ] {
            assert_eq!(given.0 & Members::named(name).0 != 0, is_given, "{name}");
        }
        let nothing = Members::given(&TaskDefinition::default());
        assert_eq!(rows(Edition::Current, LaunchTypes::ALL, nothing).count(), {
            let rows = FAMILIES.into_iter().flatten();
            rows.filter(|row| row.about().is_none()).count()
        });
    }
}
