//! Arguments that an example does not take.

/// Refuses the first of them.
pub(crate) fn refuse(arguments: impl IntoIterator<Item = String>) -> Result<(), String> {
    match arguments.into_iter().next() {
        Some(argument) => Err(format!("unexpected argument `{argument}`")),
        None => Ok(()),
    }
}
