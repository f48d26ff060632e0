//! [`RestoreError`]: why what was saved cannot be restored.

/// Why something that was saved cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It has another number of containers than its specification.
    #[error("{found} containers were saved for a task of {expected}")]
    Containers {
        /// Those of the specification.
        expected: usize,
        /// Those that were saved.
        found: usize,
    },
    /// It has another number of resources than its specification.
    #[error("{found} resources were saved for a task of {expected}")]
    Resources {
        /// Those of the specification.
        expected: usize,
        /// Those that were saved.
        found: usize,
    },
}
