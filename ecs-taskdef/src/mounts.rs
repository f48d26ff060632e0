use std::collections::{HashMap, HashSet};

use crate::{ContainerDefinition, TaskDefinition};

/// A volume at a path of a container, its own or taken over from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EffectiveMount<'a> {
    /// The name of the volume of the task.
    pub volume: &'a str,
    /// The path in the container.
    pub container_path: &'a str,
    /// Whether the container may only read.
    pub read_only: bool,
    /// The container that mounts it itself.
    pub declared_by: &'a str,
}

impl TaskDefinition {
    /// What the container called `name` has mounted: its own mount points and,
    /// through `volumesFrom`, all those of other containers at the paths they
    /// have there. Own mount points win over others at the same path, earlier
    /// sources over later ones. `None` when there is no such container.
    ///
    /// Volumes that an image declares come over too, but a definition does not
    /// show them.
    ///
    /// ```
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let task: TaskDefinition = serde_json::from_str(r#"{"containerDefinitions": [
    ///     {"name": "web", "mountPoints": [{"sourceVolume": "data", "containerPath": "/srv"}]},
    ///     {"name": "log", "volumesFrom": [{"sourceContainer": "web", "readOnly": true}]}
    /// ]}"#)?;
    /// let mounts = task.effective_mounts("log").unwrap_or_default();
    /// assert_eq!(mounts[0].container_path, "/srv");
    /// assert_eq!(mounts[0].declared_by, "web");
    /// assert!(mounts[0].read_only);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn effective_mounts(&self, name: &str) -> Option<Vec<EffectiveMount<'_>>> {
        let start = self.container(name)?;
        let by_name: HashMap<&str, &ContainerDefinition> = self
            .container_definitions()
            .iter()
            .rev()
            .filter_map(|container| Some((container.name()?, container)))
            .collect();
        let mut mounts = Vec::new();
        let mut paths = HashSet::new();
        let mut visited = HashSet::from([start.name()]);
        let mut pending = vec![(start, false)];
        while let Some((container, read_only)) = pending.pop() {
            for mount in own_mounts(container, read_only) {
                if paths.insert(mount.container_path) {
                    mounts.push(mount);
                }
            }
            let sources = container.volumes_from();
            // The stack gives back the last one first.
            for from in sources.iter().rev() {
                let source = from.source_container().and_then(|name| by_name.get(name));
                if let Some(source) = source.filter(|source| visited.insert(source.name())) {
                    pending.push((source, read_only || from.read_only == Some(true)));
                }
            }
        }
        Some(mounts)
    }
}

fn own_mounts(
    container: &ContainerDefinition,
    read_only: bool,
) -> impl Iterator<Item = EffectiveMount<'_>> {
    let declared_by = container.name().unwrap_or_default();
    let mounts = container.mount_points().iter();
    mounts.map(move |mount| EffectiveMount {
        volume: mount.source_volume().unwrap_or_default(),
        container_path: mount.container_path().unwrap_or_default(),
        read_only: read_only || mount.read_only == Some(true),
        declared_by,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chains_come_over_and_circles_end() {
        let task: TaskDefinition = serde_json::from_value(json!({"containerDefinitions": [
            {"name": "a", "mountPoints": [{"sourceVolume": "own", "containerPath": "/x"}],
             "volumesFrom": [{"sourceContainer": "b"}, {"sourceContainer": "c", "readOnly": true}]},
            {"name": "b", "mountPoints": [
                {"sourceVolume": "other", "containerPath": "/x"},
                {"sourceVolume": "bb", "containerPath": "/b", "readOnly": true}],
             "volumesFrom": [{"sourceContainer": "a"}, {"sourceContainer": "gone"}]},
            {"name": "c", "mountPoints": [{"sourceVolume": "cc", "containerPath": "/c"}]},
        ]}))
        .unwrap();
        let mounts = task.effective_mounts("a").unwrap();
        let shown: Vec<String> = mounts
            .iter()
            .map(|m| {
                format!(
                    "{} {} {} {}",
                    m.volume, m.container_path, m.read_only, m.declared_by
                )
            })
            .collect();
        assert_eq!(shown, ["own /x false a", "bb /b true b", "cc /c true c"]);
        assert_eq!(task.effective_mounts("gone"), None);
    }
}
