//! Room that is kept for the tasks of daemons.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{PlacementRequest, Selection};
use crate::Needs;

/// What a daemon needs on each instance where it has no task yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Room {
    pub(crate) group: Arc<str>,
    pub(crate) needs: Arc<Needs>,
    pub(crate) selection: Arc<Selection>,
}

impl PlacementRequest {
    /// The same task, which leaves room for one task of each daemon on every instance that the
    /// daemon selects and where it has none: Amazon ECS keeps that capacity ahead of the tasks
    /// of replica services. A daemon leaves no room for itself. None is left on an instance that
    /// could not hold the daemon if nothing else were there, such as one without the devices that
    /// it needs.
    ///
    /// ```
    /// use ecs_placement::PlacementRequest;
    /// use ecs_taskdef::TaskDefinition;
    ///
    /// let task = |family: &str, memory: u32| -> Result<_, Box<dyn std::error::Error>> {
    ///     let text = format!(
    ///         r#"{{"family": "{family}", "containerDefinitions": [
    ///             {{"name": "c", "image": "i", "memory": {memory}}}]}}"#,
    ///     );
    ///     let definition: TaskDefinition = serde_json::from_str(&text)?;
    ///     Ok(PlacementRequest::new(&definition)?)
    /// };
    /// let agent = task("agent", 128)?.with_group("service:agent");
    /// let web = task("web", 512)?.with_room_for([&agent]);
    /// assert_eq!(web.needs().memory, 512);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_room_for<'a>(self, daemons: impl IntoIterator<Item = &'a Self>) -> Self {
        let rooms = daemons.into_iter().map(|daemon| Room {
            group: Arc::clone(&daemon.task.group),
            needs: Arc::clone(&daemon.task.needs),
            selection: Arc::clone(&daemon.task.selection),
        });
        let rooms: Vec<Room> = rooms.collect();
        self.change(|task| task.rooms = rooms)
    }
}
