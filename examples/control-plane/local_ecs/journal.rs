//! Where changes are kept.

mod file;

use core::time::Duration;

use control_plane::{Changes, ControlPlane, Options};

pub(crate) use file::File;

/// What was kept before.
pub(crate) struct Kept {
    /// The control plane as it was.
    pub(crate) plane: ControlPlane,
    /// How far its clock was ahead.
    pub(crate) ahead: Duration,
    /// Whether there was anything.
    pub(crate) is_new: bool,
}

/// Keeps changes, in their order. Its errors are for people: whoever gets one has to stop, as the
/// control plane is ahead of what is kept.
pub(crate) trait Journal: Send {
    /// What was kept before.
    fn load(&mut self, options: &Options) -> Result<Kept, String>;

    /// Keeps these changes, before any call that made them is answered.
    fn append(&mut self, changes: &[Changes], ahead: Duration) -> Result<(), String>;

    /// Forgets everything.
    fn clear(&mut self) -> Result<(), String>;
}

/// Nothing is kept: what runs is all there is.
#[derive(Debug)]
pub(crate) struct Memory;

impl Journal for Memory {
    fn load(&mut self, options: &Options) -> Result<Kept, String> {
        Ok(Kept {
            plane: ControlPlane::new(options.clone()),
            ahead: Duration::ZERO,
            is_new: true,
        })
    }

    fn append(&mut self, _changes: &[Changes], _ahead: Duration) -> Result<(), String> {
        Ok(())
    }

    fn clear(&mut self) -> Result<(), String> {
        Ok(())
    }
}
