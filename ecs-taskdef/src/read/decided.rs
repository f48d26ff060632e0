//! What the services of a template ask of its task definitions, and what can be said although
//! values are unknown and conditions open.

use super::document::{Alternative, Document};
use crate::TaskDefinition;

/// What services of the same template ask.
impl Document<'_> {
    /// The answer, if it is the same in each alternative and what it depends on is known.
    pub(super) fn decided<T: PartialEq>(
        &self,
        ask: impl Fn(&TaskDefinition) -> T,
        pointer: &str,
    ) -> Option<T> {
        let mut answers = self.alternatives().map(|one| {
            let is_known = !one.unknowns.touches(pointer);
            is_known.then(|| ask(one.task_definition))
        });
        let first = answers.next()??;
        answers
            .all(|answer| answer.as_ref() == Some(&first))
            .then_some(first)
    }

    /// Whether there may be a container with that name.
    pub(super) fn may_have_container(&self, name: &str) -> bool {
        self.alternatives()
            .any(|one| one.task_definition.container(name).is_some() || has_open_names(&one))
    }

    /// Whether the container with that name may map the port.
    pub(super) fn may_map(&self, name: &str, port: i32) -> bool {
        self.alternatives().any(|one| {
            let containers = one.task_definition.container_definitions().iter();
            let mut named = containers
                .enumerate()
                .filter(|(_, it)| it.name() == Some(name));
            named.next().is_none_or(|(index, container)| {
                let list = format!("/containerDefinitions/{index}/portMappings");
                let in_range = |(first, last): (u16, u16)| {
                    (i32::from(first)..=i32::from(last)).contains(&port)
                };
                let mut mappings = container.port_mappings().iter();
                one.unknowns.touches(&list)
                    || mappings.any(|mapping| {
                        mapping.container_port == Some(port)
                            || mapping.range().is_some_and(in_range)
                    })
            })
        })
    }
}

fn has_open_names(one: &Alternative<'_>) -> bool {
    let list = "/containerDefinitions";
    let mut within = one.unknowns.within(list);
    one.unknowns.covers(list)
        || within.any(|place| place.ends_with("/name") || place.ends_with("/-"))
}
