//! Sixteen or eight bytes at a time: parts are a few bytes long, so that a loop over bytes
//! spends most of its time on mispredicted branches.
//!
//! What is accepted here is strictly valid. What is not is read again, part by part, to tell
//! what is wrong and where; so are a few texts that are valid and rare.

use crate::arn::MAX_LEN;
use crate::parse::{Colons, PREFIX, find_colons};
use crate::partition::Partition;

/// Finds and checks the parts of an ARN in one pass.
pub(crate) fn strict_colons(text: &str) -> Option<Colons> {
    let bytes = text.as_bytes();
    if bytes.len() > MAX_LEN || !text.starts_with(PREFIX) {
        return None;
    }
    let [second, third, fourth] = find_colons(bytes)?;
    let fifth = end_of_account(bytes, usize::from(fourth) + 1)?;
    let colons = [second, third, fourth, u16::try_from(fifth).ok()?];
    let has_names =
        usize::from(second) > PREFIX.len() && third > second + 1 && fifth + 1 < bytes.len();
    (has_names && holds_legal_bytes(bytes, colons)?).then_some(colons)
}

/// Checks the parts between colons that were found before.
pub(crate) fn is_strict(text: &str, colons: Colons) -> bool {
    let [.., fourth, fifth] = colons.map(usize::from);
    end_of_account(text.as_bytes(), fourth + 1) == Some(fifth)
        && holds_legal_bytes(text.as_bytes(), colons) == Some(true)
}

/// Whether any byte is a control character of ASCII.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    any(bytes, is_control)
}

/// Everything but the account.
#[inline(always)]
fn holds_legal_bytes(bytes: &[u8], colons: Colons) -> Option<bool> {
    let [second, third, fourth, fifth] = colons.map(usize::from);
    // What Regions and accounts hold, identifiers may hold too.
    let names = bytes.get(PREFIX.len()..fifth)?;
    // Sixteen bytes at the least: what is before the resource cannot hold these characters.
    let resource = bytes.get((fifth + 1).min(bytes.len().saturating_sub(16))..)?;
    let (partition, region) = (
        bytes.get(PREFIX.len()..second)?,
        bytes.get(third + 1..fourth)?,
    );
    Some(
        !any(names, |byte| !is_identifier(byte) & (byte != b':'))
            && !any(resource, |byte| is_control(byte) | (byte == b'$'))
            && (region.is_empty()
                || is_region(bytes, third + 1, region) && Partition::holds(partition, region)),
    )
}

pub(crate) const fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_lowercase() | byte.is_ascii_digit() | (byte == b'-') | (byte == b'.')
}

const fn is_control(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0x7f)
}

/// Whether a byte passes the test. Without an early exit the look at a chunk is vectorised; the
/// last chunk overlaps the one before it.
#[inline(always)]
fn any(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    let Some(last) = bytes.last_chunk::<16>() else {
        return bytes.iter().any(|&byte| test(byte));
    };
    let look = |chunk: &[u8; 16]| chunk.iter().fold(false, |any, &byte| any | test(byte));
    let chunks = bytes.as_chunks().0.iter();
    chunks.fold(look(last), |any, chunk| any | look(chunk))
}

/// Whether bytes that identifiers may hold are at least two words and then a number, joined by
/// hyphens. No Region that is known has more than sixteen bytes, or more than one digit.
#[inline(always)]
fn is_region(bytes: &[u8], start: usize, region: &[u8]) -> bool {
    const ONES: u128 = u128::from_ne_bytes([1; 16]);
    let window = bytes.get(start..).and_then(|rest| rest.first_chunk());
    let (Some(window), [words @ .., b'-', b'0'..=b'9'], 5..=16) = (window, region, region.len())
    else {
        return false;
    };
    let window = u128::from_le_bytes(*window);
    let end = 8 * words.len();
    // Of these bytes letters alone have the bit 0x40, digits alone 0x10 without it; a hyphen is
    // odd and a full stop is even.
    let no_letters = !(window >> 6) & ONES & ((1 << end) - 1);
    let no_hyphens = no_letters & (window >> 4 | !window);
    let (first, last) = (1, 1 << (end - 8));
    (no_hyphens == 0) & (no_letters != 0) & (no_letters & (no_letters << 8 | first | last) == 0)
}

/// Where the colon after twelve digits, `aws` or nothing stands.
#[inline(always)]
fn end_of_account(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    if let Some((id, [b':', ..])) = rest.split_first_chunk::<12>() {
        let is_id = id
            .iter()
            .fold(true, |all, byte| all & byte.is_ascii_digit());
        return is_id.then_some(start + 12);
    }
    match rest {
        [b':', ..] => Some(start),
        [b'a', b'w', b's', b':', ..] => Some(start + 3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::string_slice, reason = "a failed step fails the test")]

    use alloc::format;
    use alloc::string::String;

    use proptest::prelude::*;

    use super::{find_colons, strict_colons};
    use crate::{ArnError, ArnRef, validate};

    /// What reading part by part says, without the scan.
    fn by_parts(text: &str) -> Result<ArnRef<'_>, ArnError> {
        validate::read(text)
    }

    fn config() -> ProptestConfig {
        let long = std::env::var_os("ECS_LONG").is_some();
        ProptestConfig {
            cases: if long { 2_000_000 } else { 20_000 },
            failure_persistence: None,
            ..ProptestConfig::default()
        }
    }

    fn part(usual: &'static [&'static str], near: &'static str) -> impl Strategy<Value = String> {
        prop_oneof![4 => prop::sample::select(usual).prop_map(String::from), 1 => near]
    }

    /// Texts of which about a third are strictly valid.
    fn near_strict() -> impl Strategy<Value = String> {
        let partitions = &[
            "aws",
            "aws-cn",
            "aws-us-gov",
            "aws-eusc",
            "aws-iso",
            "aws-iso-b",
            "aws-iso-e",
            "aws-iso-f",
            "aws-new",
        ];
        let regions = &[
            "",
            "us-east-1",
            "ap-southeast-2",
            "us-gov-west-1",
            "cn-north-1",
            "us-isob-east-1",
            "us-isof-south-1",
            "us-iso-west-1",
            "eu-isoe-west-1",
            "eusc-de-east-1",
            "xy-new-12",
            "a-b-1",
            "a-very-long-region-7",
        ];
        (
            part(partitions, "[a-zA-Z0-9.$*{}<>-]{0,6}"),
            part(
                &["ecs", "iam", "elasticloadbalancing"],
                "[a-z0-9.:*-]{0,20}",
            ),
            part(regions, "[a-z0-9.-]{0,18}"),
            part(
                &["", "aws", "cloudfront", "123456789012"],
                "[0-9a-z*-]{11,13}",
            ),
            part(
                &["cluster/default", "x", "${a}", "$a"],
                "[ -~\t\r\n\u{7f}ä\u{85}]{0,40}",
            ),
        )
            .prop_map(|(p, s, r, a, res)| format!("arn:{p}:{s}:{r}:{a}:{res}"))
    }

    /// One byte of ASCII put in, changed or taken away.
    fn mutated() -> impl Strategy<Value = String> {
        (
            near_strict(),
            any::<prop::sample::Index>(),
            any::<Option<u8>>(),
            any::<bool>(),
        )
            .prop_map(|(text, at, byte, grow)| {
                let at = at.index(text.len());
                let at = (0..=at)
                    .rev()
                    .find(|&at| text.is_char_boundary(at))
                    .unwrap();
                let len = text[at..].chars().next().map_or(0, char::len_utf8);
                let end = if grow { at } else { at + len };
                let put = byte.map(|byte| char::from(byte & 0x7f));
                format!(
                    "{}{}{}",
                    &text[..at],
                    put.map(String::from).unwrap_or_default(),
                    &text[end..]
                )
            })
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn the_scan_agrees_with_reading_by_parts(
            text in prop_oneof![3 => near_strict(), 3 => mutated(), 1 => any::<String>()],
        ) {
            let slow = by_parts(&text);
            prop_assert_eq!(ArnRef::parse_strict(&text), slow.clone());
            if let Some(colons) = strict_colons(&text) {
                prop_assert!(slow.is_ok(), "{} is accepted", text);
                prop_assert_eq!(find_colons(text.as_bytes()), Some(colons));
            }
            if let Ok(arn) = ArnRef::parse(&text) {
                prop_assert_eq!(arn.validate(), slow.map(drop));
            }
        }
    }

    #[test]
    fn what_is_usual_is_scanned() {
        for text in [
            "arn:aws:ecs:us-east-1:123456789012:cluster/default",
            "arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:123456789012:targetgroup/a/b",
            "arn:aws-iso-b:ecs:us-isob-east-1:123456789012:service/default/web",
            "arn:aws-eusc:ecs:eusc-de-east-1:123456789012:task/1abf",
            "arn:aws-new:ecs:xy-new-7:123456789012:task/1abf",
            "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:s3:::bücher/*",
        ] {
            assert!(strict_colons(text).is_some(), "{text}");
            assert!(by_parts(text).is_ok(), "{text}");
        }
    }
}
