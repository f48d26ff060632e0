use ecs_taskdef::shape::{At, MemberType, MemberValue};

use super::Report;

/// A check of values of one type, whichever it is.
pub(super) trait Guard {
    /// Checks the value if it has the type.
    fn offer(&self, value: &dyn MemberValue, at: &At<'_>, report: &mut Report<'_>);
}

/// A check of each value of a type.
pub(super) struct Each<T>(pub(super) fn(&T, &At<'_>, &mut Report<'_>));

impl<T: MemberType> Guard for Each<T> {
    fn offer(&self, value: &dyn MemberValue, at: &At<'_>, report: &mut Report<'_>) {
        if let Some(value) = value.downcast_ref::<T>() {
            (self.0)(value, at, report);
        }
    }
}
