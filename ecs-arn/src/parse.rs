//! Where the colons are: the structure that every ARN has.

use crate::account::AccountId;
use crate::arn::MAX_LEN;
use crate::error::{ArnError, ArnErrorKind, Part};
use crate::region::is_region;
use crate::scan::has_control;

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
    if has_control(text.as_bytes()) {
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

/// Finds the colons after the first one, eight bytes at a time.
pub(crate) fn find_colons<const N: usize>(bytes: &[u8]) -> Option<[u16; N]> {
    let mut colons = [0; N];
    let mut slots = colons.iter_mut();
    let mut slot = slots.next()?;
    let mut start = PREFIX.len();
    while start < bytes.len() {
        let mut mask = colon_mask(word(bytes, start)?);
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

/// Eight bytes, the first one lowest; zeros stand for those after the end of the text, which has
/// at least eight.
fn word(bytes: &[u8], start: usize) -> Option<u64> {
    if let Some(word) = bytes.get(start..)?.first_chunk() {
        return Some(u64::from_le_bytes(*word));
    }
    let missing = start + 8 - bytes.len();
    Some(u64::from_le_bytes(*bytes.last_chunk()?) >> (8 * missing))
}

/// The top bit of each of eight bytes that is a colon.
const fn colon_mask(word: u64) -> u64 {
    const COLONS: u64 = u64::from_ne_bytes([b':'; 8]);
    const LOW_BITS: u64 = u64::from_ne_bytes([0x7f; 8]);
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
