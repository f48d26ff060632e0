//! The table that nobody publishes: what follows from which event in which status.
//!
//! Task and container instance are as ECS sees them, `LAST:DESIRED`; a container is as its host
//! sees it, `KNOWN:DESIRED`; an update is that of an agent. The same status and event may lead to
//! more than one status, by the phases of the task, by what was reported before, or by the host. A
//! test compares the table with every state that the machines can come to.
#![doc = include_str!("transition/table.md")]

/// The table as it stands in these pages.
const TABLE: &str = include_str!("transition/table.md");

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Transition {
    /// What it is about: `task`, `container`, `instance` or `update`.
    pub machine: &'static str,
    /// The status before.
    pub from: &'static str,
    /// What happens.
    pub event: &'static str,
    /// The status after.
    pub to: &'static str,
    /// What is to be done, separated by commas; empty if nothing.
    pub actions: &'static str,
}

/// Every row, in order.
///
/// ```
/// use ecs_state::transition;
///
/// let stop = transition::rows().find(|row| {
///     row.machine == "task" && row.from == "RUNNING:RUNNING" && row.event == "stop"
/// });
/// assert_eq!(stop.map(|row| row.actions), Some("Deregister"));
/// ```
pub fn rows() -> impl Iterator<Item = Transition> {
    TABLE.lines().filter_map(row)
}

fn row(line: &'static str) -> Option<Transition> {
    let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
    let row = Transition {
        machine: cells.next()?,
        from: cells.next()?,
        event: cells.next()?,
        to: cells.next()?,
        actions: cells.next()?,
    };
    let names = ["task", "container", "instance", "update"];
    names.contains(&row.machine).then_some(row)
}
