//! What documents do not say.

use std::fmt;

use crate::{CellState, ObservedTask, Registration, Stage};

/// Something that a document does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// Neither the document of a task nor a task definition says how much CPU or memory it
    /// holds. It counts as holding none; what the document of its instance says beyond the
    /// known tasks is held all the same.
    Amounts {
        /// The task.
        task: String,
    },
    /// A task has no group; that of a standalone task of its family is taken.
    Group {
        /// The task.
        task: String,
    },
    /// The instance of a task is not in the cell.
    Instance {
        /// The task.
        task: String,
        /// The instance.
        instance: String,
    },
    /// An instance does not say how much of it is left: all of it is, as far as the tasks go
    /// that are known.
    Remaining {
        /// The instance.
        instance: String,
    },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Amounts { task } => {
                write!(
                    f,
                    "nothing says how much CPU or memory the task `{task}` holds"
                )
            }
            Self::Group { task } => write!(f, "the task `{task}` has no group"),
            Self::Instance { task, instance } => {
                write!(
                    f,
                    "the task `{task}` is on `{instance}`, which is not known"
                )
            }
            Self::Remaining { instance } => {
                write!(f, "nothing says how much is left of `{instance}`")
            }
        }
    }
}

pub(super) fn remaining_gap(registration: &Registration) -> Option<Gap> {
    (!registration.document.says_remaining).then(|| Gap::Remaining {
        instance: registration.arn().to_owned(),
    })
}

pub(super) fn instance_gap(cell: &CellState, task: &ObservedTask) -> Option<Gap> {
    let instance = task.instance.as_deref()?;
    let is_held = task.stage == Stage::Stopped || cell.task(&task.task).is_some();
    (!is_held).then(|| Gap::Instance {
        task: task.task.to_string(),
        instance: instance.to_owned(),
    })
}
