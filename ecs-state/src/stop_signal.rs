//! [`StopSignal`]: what a container's process is asked to end with.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// The signal that asks a container's process to end.
///
/// It is the `STOPSIGNAL` of the image, `SIGTERM` where the image has none.
///
/// ```
/// use ecs_state::StopSignal;
///
/// assert_eq!(StopSignal::default().to_string(), "SIGTERM");
/// let signal: StopSignal = "SIGQUIT".parse()?;
/// assert_eq!(signal.number(), 3);
/// assert_eq!("RTMIN+3".parse::<StopSignal>()?.number(), 37);
/// let error = "SIGHELLO".parse::<StopSignal>().unwrap_err();
/// assert_eq!(error.to_string(), "`SIGHELLO` is not a signal");
/// # Ok::<(), ecs_state::StopSignalError>(())
/// ```
///
/// Source: Developer Guide, task lifecycle; signal(7) for the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct StopSignal(u8);

/// A text or number that is not a signal of Linux.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a signal")]
pub struct StopSignalError(String);

const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];
const REAL_TIME: core::ops::RangeInclusive<u8> = 34..=64;

impl StopSignal {
    /// `SIGTERM`.
    pub const TERM: Self = Self(15);
    /// `SIGKILL`.
    pub const KILL: Self = Self(9);

    /// The signal of this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        ((1..=31).contains(&number) || REAL_TIME.contains(&number)).then_some(Self(number))
    }

    /// The number, from 1 to 64.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Default for StopSignal {
    fn default() -> Self {
        Self::TERM
    }
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.get(usize::from(self.0.saturating_sub(1))) {
            Some(name) => write!(f, "SIG{name}"),
            None if self.0 == *REAL_TIME.start() => f.write_str("SIGRTMIN"),
            None => write!(f, "SIGRTMIN+{}", self.0 - REAL_TIME.start()),
        }
    }
}

impl FromStr for StopSignal {
    type Err = StopSignalError;

    /// Reads names with and without `SIG`, and numbers, as images write them.
    fn from_str(text: &str) -> Result<Self, StopSignalError> {
        let found = match text.parse::<u8>() {
            Ok(number) => Self::from_number(number),
            Err(_) => named(text),
        };
        found.ok_or_else(|| StopSignalError(text.to_owned()))
    }
}

fn named(text: &str) -> Option<StopSignal> {
    let name = text.strip_prefix("SIG").unwrap_or(text);
    let number = match name.strip_prefix("RTMIN") {
        Some("") => *REAL_TIME.start(),
        Some(more) => {
            let more: u8 = more.strip_prefix('+')?.parse().ok()?;
            REAL_TIME.start().checked_add(more)?
        }
        None if name == "RTMAX" => *REAL_TIME.end(),
        None => {
            let position = NAMES.iter().position(|known| *known == name)?;
            u8::try_from(position).ok()? + 1
        }
    };
    StopSignal::from_number(number)
}

impl TryFrom<u8> for StopSignal {
    type Error = StopSignalError;

    fn try_from(number: u8) -> Result<Self, StopSignalError> {
        Self::from_number(number).ok_or_else(|| StopSignalError(number.to_string()))
    }
}

impl From<StopSignal> for u8 {
    fn from(signal: StopSignal) -> Self {
        signal.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_read_back() {
        for number in 0..=255 {
            match StopSignal::from_number(number) {
                Some(signal) => {
                    assert_eq!(signal.to_string().parse(), Ok(signal));
                    assert_eq!(number.to_string().parse(), Ok(signal));
                }
                None => assert!((65..).contains(&number) || [0, 32, 33].contains(&number)),
            }
        }
        assert_eq!("TERM".parse(), Ok(StopSignal::TERM));
        assert_eq!("SIGRTMAX".parse::<StopSignal>().unwrap().number(), 64);
        for text in [
            "", "SIG", "RTMIN+31", "RTMIN-1", "0", "65", "256", "sigterm",
        ] {
            let error = text.parse::<StopSignal>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is not a signal"));
        }
    }
}
