//! An error with what caused it.

use std::error::Error;

/// What failed and why, from the outermost error to the innermost: each says its own part.
pub(crate) fn chain(error: &dyn Error) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let texts: Vec<String> = errors.map(ToString::to_string).collect();
    texts.join(": ")
}
