//! Where the colons are: the structure that every ARN has.

use crate::account::AccountId;
use crate::arn::MAX_LEN;
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::region::is_region;

/// The prefix of every ARN.
pub(crate) const PREFIX: &str = "arn:";

/// Offsets of the second to the fifth colon; the first one always stands at 3.
pub(crate) type Colons = [u16; 4];

/// Checks the structure and finds the colons.
pub(crate) fn structure(text: &str) -> Result<Colons, ArnError> {
    check_text(text)?;
    check_prefix(text)?;
    let Some(colons) = find_colons(text.as_bytes()) else {
        return Err(too_few_parts(text));
    };
    check_empty(colons, text.len())?;
    Ok(colons)
}

/// Length and control characters. Tabs and line ends are left to the strict level: they come
/// from careless copying, and some services allow blanks in names.
#[inline]
pub(crate) fn check_text(text: &str) -> Result<(), ArnError> {
    if text.is_empty() {
        return Err(ArnError::new(ArnErrorKind::Empty, 0, ""));
    }
    if text.len() > MAX_LEN {
        return Err(ArnError::new(ArnErrorKind::TooLong, MAX_LEN, ""));
    }
    // Without an early exit the loop is vectorised.
    let suspicious = text
        .bytes()
        .fold(false, |any, byte| any | (byte < 0x20) | (byte == 0x7f));
    if suspicious {
        let control = |c: &(usize, char)| c.1.is_control() && !matches!(c.1, '\t' | '\n' | '\r');
        if let Some((at, c)) = text.char_indices().find(control) {
            return Err(ArnError::new(
                ArnErrorKind::ControlCharacter,
                at,
                c.encode_utf8(&mut [0; 4]),
            ));
        }
    }
    Ok(())
}

/// The text starts with `arn:`.
pub(crate) fn check_prefix(text: &str) -> Result<(), ArnError> {
    if text.starts_with(PREFIX) {
        return Ok(());
    }
    let start = text
        .char_indices()
        .nth(4)
        .map_or(text, |(at, _)| text.get(..at).unwrap_or(text));
    Err(ArnError::new(ArnErrorKind::Prefix, 0, start)
        .hint_if(
            start.eq_ignore_ascii_case(PREFIX),
            "the prefix is in lower case",
        )
        .hint_if(
            text.trim_start().starts_with(PREFIX),
            "remove the leading white space",
        ))
}

/// Eight bytes at a time: parts are a few bytes long, so that a loop which stops at each colon
/// spends most of its time on mispredicted branches.
fn find_colons(bytes: &[u8]) -> Option<Colons> {
    let mut colons = [0; 4];
    let mut slots = colons.iter_mut();
    let mut slot = slots.next()?;
    let mut start = PREFIX.len();
    while let Some(rest) = bytes.get(start..) {
        let mut mask = colon_mask(rest);
        while mask != 0 {
            *slot = (start + mask.trailing_zeros() as usize / 8) as u16;
            match slots.next() {
                Some(next) => slot = next,
                None => return Some(colons),
            }
            mask &= mask - 1;
        }
        start += 8;
    }
    None
}

/// The top bit of each of the first eight bytes that is a colon.
fn colon_mask(bytes: &[u8]) -> u64 {
    const COLONS: u64 = u64::from_ne_bytes([b':'; 8]);
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
    let word = match bytes.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes
            .iter()
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let zero_if_colon = word ^ COLONS;
    !(((zero_if_colon & LOW_BITS) + LOW_BITS) | zero_if_colon | LOW_BITS)
}

fn check_empty([second, third, _, fifth]: Colons, len: usize) -> Result<(), ArnError> {
    let empty = if usize::from(second) == PREFIX.len() {
        Some((Part::Partition, second))
    } else if third == second + 1 {
        Some((Part::Service, third))
    } else if usize::from(fifth) + 1 == len {
        Some((Part::Resource, fifth + 1))
    } else {
        None
    };
    match empty {
        Some((part, at)) => Err(ArnError::new(ArnErrorKind::EmptyPart(part), at.into(), "")),
        None => Ok(()),
    }
}

#[cold]
fn too_few_parts(text: &str) -> ArnError {
    let found = text.split(':').count();
    let part = |n: usize| text.split(':').nth(n).unwrap_or_default();
    if part(1).is_empty() {
        return ArnError::new(ArnErrorKind::EmptyPart(Part::Partition), PREFIX.len(), "");
    }
    ArnError::new(ArnErrorKind::TooFewParts { found }, text.len(), "")
        .hint_if(
            is_region(part(2)),
            "part 3 looks like a Region: the service is missing",
        )
        .hint_if(
            AccountId::parse(part(3)).is_ok(),
            "part 4 looks like an account id: a `:` is missing before it",
        )
        .hint_if(text.ends_with('*'), "this is a pattern")
}
