//! How an example ends.

use std::error::Error;
use std::process::ExitCode;

use crate::chain::chain;
use crate::output::eprintln;

/// The exit code for what an example was asked: 0 for yes, 1 for no, 3 if that is not known; or 2
/// if it cannot say, and why on standard error.
pub(crate) fn ending(answer: Result<Option<bool>, Box<dyn Error>>) -> ExitCode {
    match answer {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::from(1),
        Ok(None) => ExitCode::from(3),
        Err(error) => {
            eprintln!("{}", chain(&*error));
            ExitCode::from(2)
        }
    }
}
